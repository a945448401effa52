//! Where machines may stand when a trial begins, each way with its probability: certain for zones that are named, drawn
//! for the hidden zones of regional sets (ZN-03).

use std::collections::BTreeMap;
use zonefall_fleet::{Design, HiddenZone, ScaleSet, initial_hosts};
use zonefall_topology::{HostId, Topology, ZoneId};

/// The most ways to stand.
const WAYS_MAX: usize = 2000;
/// PG-01: a placement group holds at most so many.
const GROUP_MAX: u32 = 100;

/// Machines by zone of a region, and how likely.
type Way = (Vec<u32>, f64);

/// All ways, with the hosts of the machines.
///
/// # Errors
/// In words, if there are too many.
pub(super) fn all(design: &Design, topology: &Topology) -> Result<Vec<(f64, Vec<HostId>)>, String> {
    let mut ways: Vec<(f64, Vec<Vec<u32>>)> = vec![(1.0, Vec::new())];
    for set in &design.sets {
        let of_set = if set.zones.is_empty() { ways_of(set, topology)? } else { vec![(Vec::new(), 1.0)] };
        let number = ways.len().saturating_mul(of_set.len());
        if number > WAYS_MAX {
            return Err(format!("hidden zones: more than {WAYS_MAX} ways to stand"));
        }
        let with = |(weight, counts): &(f64, Vec<Vec<u32>>)| {
            let longer = |(more, chance): &Way| (weight * chance, counts.iter().chain([more]).cloned().collect());
            of_set.iter().map(longer).collect::<Vec<_>>()
        };
        ways = ways.iter().flat_map(with).collect();
    }
    let hosts = |(weight, counts): (f64, Vec<Vec<u32>>)| {
        let zone = |set: usize, ordinal: u32| zone_of(&design.sets[set], &counts[set], ordinal, topology);
        (weight, initial_hosts(design, topology, zone))
    };
    Ok(ways.into_iter().map(hosts).collect())
}

/// The same, of the machines that the objective hangs on only.
///
/// # Errors
/// In words, if there are too many.
pub(super) fn needed(design: &Design, topology: &Topology) -> Result<Vec<(f64, Vec<HostId>)>, String> {
    let mut ways = all(design, topology)?;
    let sets = || design.sets.iter().enumerate();
    let is_needed = || sets().flat_map(|(at, set)| std::iter::repeat_n(design.is_needed(at), set.capacity as usize));
    for (_, hosts) in &mut ways {
        let mut needed = is_needed();
        hosts.retain(|_| needed.next().unwrap_or(true));
    }
    Ok(ways)
}

/// The zone of a machine, the machines being put zone by zone.
fn zone_of(set: &ScaleSet, counts: &[u32], ordinal: u32, topology: &Topology) -> ZoneId {
    let ends = counts.iter().scan(0, |sum, count| {
        *sum += count;
        Some(*sum)
    });
    let index = ends.take_while(|&end| end <= ordinal).count();
    topology.zone(set.region, index as u32 + 1).unwrap_or(ZoneId(0))
}

fn ways_of(set: &ScaleSet, topology: &Topology) -> Result<Vec<Way>, String> {
    let zones = topology.region(set.region).zones;
    if zones == 1 {
        return Ok(vec![(vec![set.capacity], 1.0)]);
    }
    if set.disk_elsewhere > 0.0 {
        return Err(format!("`{}`: disks may stand in another zone than their machines", set.name));
    }
    if set.placement_groups && set.capacity > GROUP_MAX {
        return Err(format!("`{}`: several placement groups, each with a hidden zone", set.name));
    }
    let (first, rest) = (1.0 / f64::from(zones), set.capacity.saturating_sub(1));
    let (stay, go) = match set.hidden_zone {
        HiddenZone::Single => (1.0, 0.0),
        HiddenZone::Sticky(stay) => (stay, (1.0 - stay) / f64::from(zones - 1)),
        HiddenZone::Uniform => (first, first),
    };
    let mut ways: BTreeMap<Vec<u32>, f64> = BTreeMap::new();
    for home in 0..zones as usize {
        let mut counts = vec![0; zones as usize];
        counts[home] = set.capacity.min(1);
        let chances: Vec<f64> = (0..zones as usize).map(|zone| if zone == home { stay } else { go }).collect();
        deal(rest, first, &chances, 0, &mut counts, &mut ways)?;
    }
    Ok(ways.into_iter().collect())
}

/// Deals `rest` machines over the zones from `zone` on, each by `chances`, and books every way.
fn deal(
    rest: u32,
    weight: f64,
    chances: &[f64],
    zone: usize,
    counts: &mut Vec<u32>,
    ways: &mut BTreeMap<Vec<u32>, f64>,
) -> Result<(), String> {
    if ways.len() > WAYS_MAX {
        return Err(format!("hidden zones: more than {WAYS_MAX} ways to stand"));
    }
    if weight <= 0.0 {
        return Ok(());
    }
    if zone + 1 == chances.len() {
        counts[zone] += rest;
        let chance = weight * libm::pow(chances[zone], f64::from(rest));
        if chance > 0.0 {
            *ways.entry(counts.clone()).or_insert(0.0) += chance;
        }
        counts[zone] -= rest;
        return Ok(());
    }
    // weight · C(rest, here) · chance^here, from one to the next
    let mut here_weight = weight;
    for here in 0..=rest {
        counts[zone] += here;
        deal(rest - here, here_weight, chances, zone + 1, counts, ways)?;
        counts[zone] -= here;
        here_weight *= chances[zone] * f64::from(rest - here) / f64::from(here + 1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dealing_two_more_machines_over_two_zones() -> Result<(), String> {
        let mut ways = BTreeMap::new();
        deal(2, 1.0, &[0.8, 0.2], 0, &mut vec![1, 0], &mut ways)?;
        let found: Vec<f64> = ways.values().copied().collect();
        // (1,2), (2,1), (3,0)
        for (found, exact) in found.iter().zip([0.04, 0.32, 0.64]) {
            assert!((found - exact).abs() < 1e-15, "{ways:?}");
        }
        Ok(())
    }
}
