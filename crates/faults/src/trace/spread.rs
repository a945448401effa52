//! Foreign units as places here, and foreign causes as modes.

use super::intervals::Interval;
use super::problems::TraceError;
use crate::mode::{Confidence, Evidence, MS_PER_YEAR, Mode, Outage, Profile, Scope, Start, UNIT_MODES_MAX};
use std::collections::BTreeMap;
use zonefall_engine::Law;
use zonefall_topology::{HostId, RackId, RegionId, Topology, ZoneId};

/// Names numbered in the order of their first appearance.
#[derive(Debug, Clone, Default)]
pub(crate) struct Units {
    numbers: BTreeMap<String, u32>,
    names: Vec<String>,
}

impl Units {
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.names.len() as u32;
        self.numbers.insert(name.into(), number);
        self.names.push(name.into());
        number
    }

    pub fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    pub fn count(&self) -> u32 {
        self.names.len() as u32
    }

    /// Gives outages of the rarest causes one cause, so that at most [`UNIT_MODES_MAX`] are left; how many outages.
    pub fn lump(&mut self, outages: &mut [Interval]) -> u64 {
        let mut counts = vec![0u64; self.names.len()];
        outages.iter().for_each(|outage| counts[outage.cause as usize] += 1);
        if counts.iter().filter(|&&count| count > 0).count() <= UNIT_MODES_MAX {
            return 0;
        }
        let mut order: Vec<usize> = (0..counts.len()).collect();
        order.sort_by_key(|&cause| (std::cmp::Reverse(counts[cause]), cause));
        let kept: Vec<u32> = order[..UNIT_MODES_MAX - 1].iter().map(|&cause| cause as u32).collect();
        let other = self.number("other causes");
        let mut lumped = 0;
        for outage in outages.iter_mut().filter(|outage| !kept.contains(&outage.cause)) {
            outage.cause = other;
            lumped += 1;
        }
        lumped
    }
}

/// Unit i stands in zone i mod Z, there in rack (i / Z) mod R, there on host i / (Z·R). The number and the name of the
/// host, rack, zone or region.
pub(crate) fn place(unit: u32, scope: Scope, topology: &Topology) -> Result<(u32, String), TraceError> {
    let no_room = |have: u32, of: &str| {
        Err(TraceError::NoRoom(format!(
            "unit {} of the file has no place: the topology has {have} {of}, and units go round its zones in turn",
            u64::from(unit) + 1
        )))
    };
    if scope == Scope::Region {
        let regions = topology.regions().len() as u32;
        let name = |region: RegionId| topology.region(region).name.clone();
        return if unit < regions { Ok((unit, name(RegionId(unit)))) } else { no_room(regions, "regions") };
    }
    let zones = topology.zone_count();
    let (zone, within) = (ZoneId(unit % zones), unit / zones);
    if scope == Scope::Zone {
        return if within == 0 { Ok((zone.0, topology.zone_name(zone))) } else { no_room(zones, "zones") };
    }
    let racks = topology.racks_of(zone);
    let (rack, layer) = (racks.start + within % racks.len() as u32, within / racks.len() as u32);
    if scope == Scope::Rack {
        let name = topology.rack_name(RackId(rack));
        return if layer == 0 { Ok((rack, name)) } else { no_room(topology.rack_count(), "racks") };
    }
    if layer >= topology.hosts_per_rack(zone) {
        return no_room(topology.host_count(), "hosts");
    }
    let host = topology.hosts_of(RackId(rack)).start + layer;
    Ok((host, topology.host_name(HostId(host))))
}

/// One plain mode per cause, with the file's own rate and mean outage.
pub(crate) fn profile_of(
    outages: &[Interval],
    causes: &Units,
    scope: Scope,
    units: u64,
    horizon_ms: u64,
) -> Result<Profile, TraceError> {
    let mut seen: BTreeMap<u32, (u64, u128)> = BTreeMap::new();
    for outage in outages {
        let entry = seen.entry(outage.cause).or_default();
        *entry = (entry.0 + 1, entry.1 + u128::from(outage.end_ms - outage.start_ms));
    }
    let unit_years = units as f64 * horizon_ms as f64 / MS_PER_YEAR;
    let mut modes = Vec::with_capacity(seen.len());
    for (cause, (count, down_ms)) in seen {
        let law = Law::exponential(down_ms as f64 / count as f64).map_err(crate::mode::ModeError::from)?;
        let rate = count as f64 / unit_years;
        let mut mode = Mode::plain(causes.name(cause), scope, rate, Outage::Law(law))?;
        mode.start = Start::New;
        mode.evidence = Evidence {
            source: format!("{count} outages of {units} units in a foreign file"),
            confidence: Confidence::Derived,
            rate_low_high: (rate, rate),
            spread: None,
        };
        modes.push(mode);
    }
    Ok(Profile { name: "foreign outages".into(), modes })
}
