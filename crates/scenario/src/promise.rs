//! What Azure promises for the machines of a design.

use crate::sets::Placed;
use std::collections::BTreeMap;
use zonefall_azure::sla::{self, Disk, GroupKind, Machines, SlaTable};
use zonefall_fleet::{Agreement, Design, SlaTerms};
use zonefall_topology::{RegionId, Topology, ZoneId};

/// SL-01: Azure's promise for the machines of a design, all of its sets together. None over several regions.
pub(crate) fn terms(sets: &[&Placed]) -> Option<SlaTerms> {
    sla::terms_for(&machines(sets)?).map(in_words)
}

fn in_words(table: &SlaTable) -> SlaTerms {
    let (least_machines, least_zones) = table.least;
    SlaTerms { name: table.name.to_owned(), tiers: table.tiers.to_vec(), least_machines, least_zones }
}

/// SL-01, SL-03: what is promised by part, where nothing is for all machines of a design together: for those of a region, else for those
/// of an availability set or on hosts of one's own, else for each machine by itself, by its worst disk. Parts that stand by and do
/// not run have no clock that runs, and are left out.
pub(crate) fn by_part(sets: &[Placed], design: &Design, topology: &Topology) -> Vec<Agreement> {
    if design.sla.is_some() {
        return Vec::new();
    }
    let mut regions: BTreeMap<RegionId, Vec<usize>> = BTreeMap::new();
    for (at, placed) in sets.iter().enumerate().filter(|(_, placed)| placed.regular_machines() > 0) {
        regions.entry(placed.set.region).or_default().push(at);
    }
    let mut all = Vec::new();
    for (region, of) in regions {
        let together = terms(&of.iter().map(|&at| &sets[at]).collect::<Vec<_>>());
        match together {
            Some(terms) => all.push(agreement(topology.region(region).name.clone(), &of, false, terms)),
            None => all.extend(of.iter().map(|&at| of_set(&sets[at], at))),
        }
    }
    all.retain(|of| !of.sets.iter().any(|&set| stands_by(design, set as usize)));
    all
}

fn of_set(placed: &Placed, at: usize) -> Agreement {
    let together = terms(&[placed]);
    let each = together.is_none();
    let terms = together.unwrap_or_else(|| in_words(sla::single(placed.disk)));
    agreement(placed.set.name.clone(), &[at], each, terms)
}

fn agreement(of: String, sets: &[usize], each: bool, terms: SlaTerms) -> Agreement {
    Agreement { of, sets: sets.iter().map(|&set| set as u32).collect(), each, terms }
}

/// Whether machines of a set stand by, and do not run until something fails.
pub(crate) fn stands_by(design: &Design, set: usize) -> bool {
    design.set_as_paid(set).capacity < design.sets[set].capacity
}

/// The machines that a promise may cover, if they are all of one region.
fn machines(sets: &[&Placed]) -> Option<Machines> {
    // SL-03: no promise covers Spot machines.
    let sets: Vec<&Placed> = sets.iter().copied().filter(|placed| placed.regular_machines() > 0).collect();
    let first = sets.first()?;
    if sets.iter().any(|placed| placed.set.region != first.set.region) {
        return None;
    }
    let mut zones: Vec<_> = sets.iter().copied().flat_map(used_zones).collect();
    zones.sort_unstable();
    zones.dedup();
    let kind = match sets[..] {
        [only] => only.kind,
        // Machines of several sets share a promise only by their zones.
        _ => GroupKind::ScaleSet,
    };
    Some(Machines {
        instances: sets.iter().map(|placed| u64::from(placed.regular_machines())).sum(),
        zones: zones.len() as u32,
        kind,
        disk: sets.iter().map(|placed| placed.disk).max_by_key(|disk| badness(*disk))?,
        regional: sets.iter().any(|placed| placed.set.zones.is_empty()),
    })
}

/// Zones with a machine in them: a set of two over three zones uses two.
fn used_zones(placed: &Placed) -> impl Iterator<Item = ZoneId> + '_ {
    placed.set.zones.iter().copied().take(placed.regular_machines() as usize)
}

fn badness(disk: Disk) -> u8 {
    match disk {
        Disk::UltraDisk | Disk::PremiumSsd => 0,
        Disk::StandardSsd => 1,
        Disk::StandardHdd => 2,
    }
}
