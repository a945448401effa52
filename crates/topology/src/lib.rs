//! Where machines stand: regions, zones, halls, racks and hosts, with typed ids and stable names.
//!
//! A rack is a fault domain (FD-01). Halls are even shares of a zone's racks. Ids are dense and in order: the zones of
//! the first region, then those of the second; racks in zone order, hosts in rack order, so that "all racks of a zone"
//! and "all hosts of a rack" are ranges. Names (`eastus/1/rack07/host003`) are what files carry. How names and large numbers
//! are shown stands here too (`shown.rs`): every other crate that writes any for people depends on this one.

mod shown;

pub use shown::{grouped, is_hidden, listed, quoted};

use std::fmt::Write as _;
use std::ops::Range;
use thiserror::Error;
use zonefall_engine::name_tag;

/// A region, in order of declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionId(pub u32);
/// A zone, counted through all regions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZoneId(pub u32);
/// A rack (fault domain), counted through all zones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RackId(pub u32);
/// A host, counted through all racks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId(pub u32);

/// The most hosts that a topology may hold.
pub const HOSTS_MAX: u64 = 1 << 24;

/// What a region is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// The region's name.
    pub name: String,
    /// Availability zones, numbered from 1 (ZN-01: at least 3 where a region has zones; 1 stands for a region without).
    pub zones: u32,
    /// Data halls in each zone; each holds an even share of the racks.
    pub halls_per_zone: u32,
    /// Racks in each zone (FD-09: 20 by default).
    pub racks_per_zone: u32,
    /// Hosts in each rack.
    pub hosts_per_rack: u32,
}

/// A topology that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TopologyError {
    /// No region at all.
    #[error("a topology needs at least one region")]
    NoRegion,
    /// A count of zero.
    #[error("region {0}: zones, halls, racks and hosts must each be at least 1, and halls no more than racks")]
    Empty(String),
    /// Too many hosts.
    #[error("{0} hosts are more than the limit of {HOSTS_MAX}")]
    TooManyHosts(u64),
}

#[derive(Debug, Clone)]
struct Zone {
    region: RegionId,
    number: u32,
    first_rack: u32,
    first_host: u32,
    tag: u64,
}

/// Regions, zones, racks and hosts with their ids.
#[derive(Debug, Clone)]
pub struct Topology {
    regions: Vec<Region>,
    zones: Vec<Zone>,
    racks: u32,
    hosts: u32,
}

impl Topology {
    /// Lays out the regions in their order.
    ///
    /// # Errors
    /// If there is no region, a count is zero, or there are more than [`HOSTS_MAX`] hosts.
    pub fn new(regions: Vec<Region>) -> Result<Self, TopologyError> {
        if regions.is_empty() {
            return Err(TopologyError::NoRegion);
        }
        let (mut zones, mut racks, mut hosts) = (Vec::new(), 0u64, 0u64);
        for (index, region) in regions.iter().enumerate() {
            let least = region.zones.min(region.halls_per_zone).min(region.racks_per_zone).min(region.hosts_per_rack);
            if least == 0 || region.halls_per_zone > region.racks_per_zone {
                return Err(TopologyError::Empty(region.name.clone()));
            }
            let more = u64::from(region.racks_per_zone).saturating_mul(u64::from(region.hosts_per_rack));
            let all = hosts.saturating_add(more.saturating_mul(u64::from(region.zones)));
            if all > HOSTS_MAX {
                return Err(TopologyError::TooManyHosts(all));
            }
            for number in 1..=region.zones {
                let region_id = RegionId(index as u32);
                let tag = name_tag(&format!("{}/{number}", region.name));
                zones.push(Zone { region: region_id, number, first_rack: racks as u32, first_host: hosts as u32, tag });
                racks += u64::from(region.racks_per_zone);
                hosts += more;
            }
        }
        Ok(Self { regions, zones, racks: racks as u32, hosts: hosts as u32 })
    }

    /// The regions in order.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// All region ids.
    pub fn region_ids(&self) -> impl Iterator<Item = RegionId> + use<> {
        (0..self.regions.len() as u32).map(RegionId)
    }

    /// All zone ids.
    pub fn zone_ids(&self) -> impl Iterator<Item = ZoneId> + use<> {
        (0..self.zones.len() as u32).map(ZoneId)
    }

    /// The number of zones in all regions.
    pub fn zone_count(&self) -> u32 {
        self.zones.len() as u32
    }

    /// The number of racks in all zones.
    pub fn rack_count(&self) -> u32 {
        self.racks
    }

    /// The number of hosts in all racks.
    pub fn host_count(&self) -> u32 {
        self.hosts
    }

    /// The region called `name`.
    pub fn find_region(&self, name: &str) -> Option<RegionId> {
        self.regions.iter().position(|region| region.name == name).map(|index| RegionId(index as u32))
    }

    /// What a region is made of.
    pub fn region(&self, region: RegionId) -> &Region {
        &self.regions[region.0 as usize]
    }

    /// The zones of a region.
    pub fn zones_of(&self, region: RegionId) -> impl Iterator<Item = ZoneId> + '_ {
        self.zone_ids().filter(move |&zone| self.region_of(zone) == region)
    }

    /// Zone `number` (from 1) of a region.
    pub fn zone(&self, region: RegionId, number: u32) -> Option<ZoneId> {
        self.zones.iter().position(|zone| zone.region == region && zone.number == number).map(|at| ZoneId(at as u32))
    }

    /// The region that a zone lies in.
    pub fn region_of(&self, zone: ZoneId) -> RegionId {
        self.zones[zone.0 as usize].region
    }

    /// The number (from 1) that a zone has in its region.
    pub fn zone_number(&self, zone: ZoneId) -> u32 {
        self.zones[zone.0 as usize].number
    }

    fn layout(&self, zone: ZoneId) -> &Region {
        self.region(self.region_of(zone))
    }

    /// Racks in a zone.
    pub fn racks_in(&self, zone: ZoneId) -> u32 {
        self.layout(zone).racks_per_zone
    }

    /// Hosts in each rack of a zone.
    pub fn hosts_per_rack(&self, zone: ZoneId) -> u32 {
        self.layout(zone).hosts_per_rack
    }

    /// Data halls in a zone.
    pub fn halls_in(&self, zone: ZoneId) -> u32 {
        self.layout(zone).halls_per_zone
    }

    /// The racks of a zone, as a range of ids.
    pub fn racks_of(&self, zone: ZoneId) -> Range<u32> {
        let first = self.zones[zone.0 as usize].first_rack;
        first..first + self.racks_in(zone)
    }

    /// The racks of a region, as a range of ids.
    pub fn racks_of_region(&self, region: RegionId) -> Range<u32> {
        let mut zones = self.zones_of(region);
        let first = zones.next().map_or(0, |zone| self.racks_of(zone).start);
        let count = self.region(region).zones * self.region(region).racks_per_zone;
        first..first + count
    }

    /// The racks of hall `hall` (from 0), counted from the zone's first rack. Halls differ by one rack at most.
    pub fn hall_racks(&self, zone: ZoneId, hall: u32) -> Range<u32> {
        let (racks, halls) = (u64::from(self.racks_in(zone)), u64::from(self.halls_in(zone)));
        let border = |hall: u64| (hall * racks / halls) as u32;
        border(u64::from(hall))..border(u64::from(hall) + 1)
    }

    /// The zone of a rack.
    pub fn zone_of(&self, rack: RackId) -> ZoneId {
        ZoneId(self.zones.partition_point(|zone| zone.first_rack <= rack.0) as u32 - 1)
    }

    /// The hosts of a rack, as a range of ids.
    pub fn hosts_of(&self, rack: RackId) -> Range<u32> {
        let zone = self.zone_of(rack);
        let place = &self.zones[zone.0 as usize];
        let each = self.hosts_per_rack(zone);
        let first = place.first_host + (rack.0 - place.first_rack) * each;
        first..first + each
    }

    /// The rack of a host.
    pub fn rack_of(&self, host: HostId) -> RackId {
        let zone = self.zones.partition_point(|zone| zone.first_host <= host.0) - 1;
        let place = &self.zones[zone];
        RackId(place.first_rack + (host.0 - place.first_host) / self.hosts_per_rack(ZoneId(zone as u32)))
    }

    /// What a zone's luck is keyed by: its name.
    #[inline]
    pub fn zone_tag(&self, zone: ZoneId) -> u64 {
        self.zones[zone.0 as usize].tag
    }

    /// `eastus/1`
    pub fn zone_name(&self, zone: ZoneId) -> String {
        format!("{}/{}", self.region(self.region_of(zone)).name, self.zone_number(zone))
    }

    /// `eastus/1/rack07`, racks counted from 0 within the zone.
    pub fn rack_name(&self, rack: RackId) -> String {
        let zone = self.zone_of(rack);
        format!("{}/rack{:02}", self.zone_name(zone), rack.0 - self.racks_of(zone).start)
    }

    /// `eastus/1/rack07/host003`, hosts counted from 0 within the rack.
    pub fn host_name(&self, host: HostId) -> String {
        let rack = self.rack_of(host);
        format!("{}/host{:03}", self.rack_name(rack), host.0 - self.hosts_of(rack).start)
    }

    /// The zone called `eastus/1`.
    pub fn find_zone(&self, name: &str) -> Option<ZoneId> {
        let (region, number) = name.split_once('/')?;
        self.zone(self.find_region(region)?, number.parse().ok()?)
    }

    /// The rack called `eastus/1/rack07`.
    pub fn find_rack(&self, name: &str) -> Option<RackId> {
        let (zone, rack) = name.rsplit_once("/rack")?;
        let racks = self.racks_of(self.find_zone(zone)?);
        let rack = racks.start.checked_add(rack.parse().ok()?)?;
        racks.contains(&rack).then_some(RackId(rack))
    }

    /// The host called `eastus/1/rack07/host003`.
    pub fn find_host(&self, name: &str) -> Option<HostId> {
        let (rack, host) = name.rsplit_once("/host")?;
        let hosts = self.hosts_of(self.find_rack(rack)?);
        let host = hosts.start.checked_add(host.parse().ok()?)?;
        hosts.contains(&host).then_some(HostId(host))
    }

    /// A number that two topologies share only if every name and count is the same.
    pub fn fingerprint(&self) -> u64 {
        let mut text = String::new();
        for region in &self.regions {
            let Region { name, zones, halls_per_zone, racks_per_zone, hosts_per_rack } = region;
            let _ = write!(text, "{name}\n{zones} {halls_per_zone} {racks_per_zone} {hosts_per_rack}\n");
        }
        name_tag(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_regions() -> Topology {
        let region = |name: &str, zones, racks_per_zone| Region {
            name: name.into(),
            zones,
            halls_per_zone: 2,
            racks_per_zone,
            hosts_per_rack: 4,
        };
        Topology::new(vec![region("east", 3, 5), region("west", 1, 7)]).expect("counts are positive")
    }

    #[test]
    fn names_and_ids_are_inverse() {
        let topology = two_regions();
        for host in (0..topology.host_count()).map(HostId) {
            assert_eq!(topology.find_host(&topology.host_name(host)), Some(host));
            let rack = topology.rack_of(host);
            assert!(topology.hosts_of(rack).contains(&host.0));
            assert_eq!(topology.find_rack(&topology.rack_name(rack)), Some(rack));
        }
        assert_eq!(topology.find_rack("east/1/rack05"), None);
        assert_eq!(topology.find_zone("west/2"), None);
    }

    #[test]
    fn ranges_cover_everything_once() {
        let topology = two_regions();
        let racks: Vec<u32> = topology.zone_ids().flat_map(|zone| topology.racks_of(zone)).collect();
        assert_eq!(racks, (0..topology.rack_count()).collect::<Vec<_>>());
        assert_eq!(topology.racks_of_region(RegionId(1)), 15..22);
        let halls: Vec<u32> = (0..2).flat_map(|hall| topology.hall_racks(ZoneId(0), hall)).collect();
        assert_eq!(halls, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn impossible_topologies_are_refused() {
        assert_eq!(Topology::new(vec![]).err(), Some(TopologyError::NoRegion));
        let huge = Region {
            name: "x".into(),
            zones: 4_000_000_000,
            halls_per_zone: 1,
            racks_per_zone: 4_000_000_000,
            hosts_per_rack: 4_000_000_000,
        };
        assert!(matches!(Topology::new(vec![huge]), Err(TopologyError::TooManyHosts(_))));
    }
}
