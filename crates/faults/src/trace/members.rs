//! Names as places and units here. A name that does not exist is, if mapping is allowed, taken by position: a region or
//! a group of instances by the order in which unknown ones appear, a zone, rack, host or ordinal by its number, each
//! modulo how many there are here. What was mapped or dropped is counted and can be said.

use super::layout::find_racks;
use crate::population::Population;
use std::collections::BTreeMap;
use std::ops::Range;
use zonefall_topology::{HostId, RackId, RegionId, Topology, ZoneId};

/// A place as a name spells it, from the outside in.
struct Place<'a> {
    region: &'a str,
    zone: Option<u32>,
    racks: Option<(u32, u32)>,
    host: Option<u32>,
}

/// Splits `region/1/rack03-rack07` or `region/1/rack03/host002`.
fn spell(name: &str) -> Option<Place<'_>> {
    let (rest, host) = match name.rsplit_once("/host") {
        Some((rest, host)) => (rest, Some(host.parse().ok()?)),
        None => (name, None),
    };
    let (rest, racks) = match rest.rsplit_once("/rack") {
        Some((rest, racks)) => {
            let (first, last) = racks.split_once("-rack").unwrap_or((racks, racks));
            (rest, Some((first.parse().ok()?, last.parse().ok()?)))
        }
        None => (rest, None),
    };
    let zone = rest.rsplit_once('/').and_then(|(region, zone)| Some((region, zone.parse().ok()?)));
    let (region, zone) = zone.map_or((rest, None), |(region, zone)| (region, Some(zone)));
    let whole = (host.is_none() || racks.is_some()) && (racks.is_none() || zone.is_some());
    (whole && !region.is_empty()).then_some(Place { region, zone, racks, host })
}

/// Finds names, and remembers what had to be mapped or dropped.
pub(crate) struct Names<'a> {
    topology: &'a Topology,
    population: &'a Population,
    /// Places that do not exist are mapped by position.
    maps: bool,
    regions: Vec<String>,
    groups: Vec<String>,
    /// What was done, with its count and its first case.
    done: BTreeMap<&'static str, (u64, String)>,
}

impl<'a> Names<'a> {
    pub fn new(topology: &'a Topology, population: &'a Population, maps: bool) -> Self {
        Self { topology, population, maps, regions: Vec::new(), groups: Vec::new(), done: BTreeMap::new() }
    }

    fn note(&mut self, what: &'static str, example: impl FnOnce() -> String) {
        self.done.entry(what).or_insert_with(|| (0, example())).0 += 1;
    }

    /// Sentences about what was mapped and dropped.
    pub fn sentences(&self) -> Vec<String> {
        self.done.iter().map(|(what, (count, example))| format!("{count} {what} (first: {example})")).collect()
    }

    fn refuse<T>(&self, name: &str, what: &str) -> Result<T, String> {
        Err(format!("there is no {what} `{name}`"))
    }

    /// Position of a name among the unknown ones, in order of appearance.
    fn position(list: &mut Vec<String>, name: &str) -> usize {
        list.iter().position(|known| known == name).unwrap_or_else(|| {
            list.push(name.into());
            list.len() - 1
        })
    }

    fn map_region(&mut self, name: &str) -> RegionId {
        self.topology.find_region(name).unwrap_or_else(|| {
            let at = Self::position(&mut self.regions, name);
            RegionId((at % self.topology.regions().len()) as u32)
        })
    }

    fn map_zone(&mut self, region: &str, number: u32) -> ZoneId {
        let region = self.map_region(region);
        let number = number.saturating_sub(1) % self.topology.region(region).zones + 1;
        self.topology.zone(region, number).unwrap_or(ZoneId(0))
    }

    /// The racks that a member of an outage stands for.
    pub fn racks(&mut self, name: &str) -> Result<Vec<Range<u32>>, String> {
        if let Some(racks) = find_racks(name, self.topology) {
            return Ok(vec![racks]);
        }
        let Some(place) = spell(name).filter(|place| self.maps && place.host.is_none()) else {
            return self.refuse(name, "zone, region or rack");
        };
        let racks = match (place.zone, place.racks) {
            (None, _) => {
                let region = self.map_region(place.region);
                vec![self.topology.racks_of_region(region)]
            }
            (Some(number), None) => {
                let zone = self.map_zone(place.region, number);
                vec![self.topology.racks_of(zone)]
            }
            (Some(number), Some((first, last))) => {
                let zone = self.map_zone(place.region, number);
                wrapped(first, last, self.topology.racks_of(zone))
            }
        };
        let here = racks.first().map_or_else(String::new, |racks| self.topology.rack_name(RackId(racks.start)));
        self.note("names of places that do not exist were mapped by position", || format!("`{name}` from `{here}` on"));
        Ok(racks)
    }

    /// The host of this name.
    pub fn host(&mut self, name: &str) -> Result<u32, String> {
        if let Some(host) = self.topology.find_host(name) {
            return Ok(host.0);
        }
        let parts = spell(name).filter(|_| self.maps).and_then(|place| {
            Some((place.region, place.zone?, place.racks.filter(|racks| racks.0 == racks.1)?.0, place.host?))
        });
        let Some((region, zone, rack, host)) = parts else { return self.refuse(name, "host") };
        let racks = self.map_zone(region, zone);
        let racks = self.topology.racks_of(racks);
        let hosts = self.topology.hosts_of(RackId(racks.start + rack % racks.len() as u32));
        let found = hosts.start + host % hosts.len() as u32;
        let here = self.topology.host_name(HostId(found));
        self.note("names of hosts that do not exist were mapped by position", || format!("`{name}` to `{here}`"));
        Ok(found)
    }

    /// The instance of this name. Without mapping, strikes on instances that no design has are dropped: nobody is hit.
    pub fn instance(&mut self, name: &str) -> Result<Option<u32>, String> {
        if let Some(instance) = self.population.find_instance(name) {
            return Ok(Some(instance));
        }
        let Some((group, ordinal)) = name.rsplit_once('/').and_then(|(g, o)| Some((g, o.parse::<u32>().ok()?))) else {
            return self.refuse(name, "instance");
        };
        let groups: Vec<_> = self.population.groups().iter().filter(|group| group.count > 0).collect();
        if !self.maps || groups.is_empty() {
            self.note("strikes on instances that no design has were dropped", || format!("`{name}`"));
            return Ok(None);
        }
        let same = groups.iter().copied().find(|known| known.name == group);
        let target = same.unwrap_or_else(|| groups[Self::position(&mut self.groups, group) % groups.len()]);
        let instance = target.first + ordinal % target.count;
        let here = self.population.instance_name(instance);
        let what = "names of instances that do not exist were mapped by position";
        self.note(what, || format!("`{name}` to `{here}`"));
        Ok(Some(instance))
    }

    /// The region whose control plane is meant.
    pub fn region(&mut self, name: &str) -> Result<u32, String> {
        if let Some(region) = self.topology.find_region(name) {
            return Ok(region.0);
        }
        if !self.maps || name.is_empty() {
            return self.refuse(name, "region");
        }
        let region = self.map_region(name);
        let here = self.topology.region(region).name.clone();
        self.note("names of regions that do not exist were mapped by position", || format!("`{name}` to `{here}`"));
        Ok(region.0)
    }

    /// The zone whose capacity is meant.
    pub fn zone(&mut self, name: &str) -> Result<u32, String> {
        if let Some(zone) = self.topology.find_zone(name) {
            return Ok(zone.0);
        }
        let parts = spell(name).filter(|place| self.maps && place.racks.is_none());
        let Some((region, number)) = parts.and_then(|place| Some((place.region, place.zone?))) else {
            return self.refuse(name, "zone");
        };
        let zone = self.map_zone(region, number);
        let here = self.topology.zone_name(zone);
        self.note("names of zones that do not exist were mapped by position", || format!("`{name}` to `{here}`"));
        Ok(zone.0)
    }
}

/// Racks `first..=last` of another zone in a zone with other racks: by number modulo their count.
fn wrapped(first: u32, last: u32, racks: Range<u32>) -> Vec<Range<u32>> {
    let count = racks.len() as u32;
    let wanted = last.saturating_sub(first).saturating_add(1);
    let from = racks.start + first % count;
    let to = from.saturating_add(wanted);
    if wanted >= count {
        return std::iter::once(racks).collect();
    }
    let around = racks.start..racks.start + to.saturating_sub(racks.end);
    [from..to.min(racks.end), around].into_iter().filter(|range| !range.is_empty()).collect()
}
