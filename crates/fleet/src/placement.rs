//! Where instances go when a set is created: zones (ZB-03, ZN-01..03), fault domains (FD-03, FD-04, FD-08), hosts.
//!
//! Pure functions. Within a rack, hosts are taken in turn, so machines share a host only when the rack is full. Racks
//! are chosen least-loaded over the whole design with the lowest number on ties; where a rack stands in its hall is the
//! storm's luck, so the numbering favours nobody (FD-09's random tie-break happens there).

use crate::design::{Design, HiddenZone, ScaleSet, Spreading};
pub use crate::policy::fault_domain::assign as assign_fault_domain;
pub use crate::policy::overprovision::worst_zone_loss;
pub use crate::policy::zone_balance::spread_over_zones;
use std::ops::Range;
use zonefall_engine::Key;
use zonefall_faults::Population;
use zonefall_topology::{HostId, RackId, Topology, ZoneId};

/// Where one instance stands, and which slot it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index of its set in the design.
    pub set: u32,
    /// Its number in the [`Population`].
    pub instance: u32,
    /// Its host.
    pub host: HostId,
}

/// The name of a set's slots: in a zone, or hidden somewhere in the region.
fn group_name(set: &ScaleSet, zone: Option<ZoneId>, topology: &Topology) -> String {
    match zone {
        Some(zone) => format!("{}/{}", set.name, topology.zone_name(zone)),
        None => format!("{}/{}", set.name, topology.region(set.region).name),
    }
}

/// Makes room in the population for a design's slots and for every host that they may stand on.
pub(crate) fn register(design: &Design, topology: &Topology, population: &mut Population) {
    for set in &design.sets {
        if set.zones.is_empty() {
            population.add_slots(&group_name(set, None, topology), set.capacity);
        }
        for (zone, count) in set.zones.iter().zip(spread_over_zones(set.capacity, set.zones.len())) {
            population.add_slots(&group_name(set, Some(*zone), topology), count);
        }
    }
}

/// The slots of each set of a design, zone by zone (a regional set has one group), in the order of placement.
pub(crate) fn slots(design: &Design, topology: &Topology, population: &Population) -> Vec<Range<u32>> {
    let group = |set: &ScaleSet, zone| population.slots(&group_name(set, zone, topology)).unwrap_or(0..0);
    let mut slots = Vec::new();
    for set in &design.sets {
        if set.zones.is_empty() {
            slots.push(group(set, None));
        }
        slots.extend(set.zones.iter().map(|&zone| group(set, Some(zone))));
    }
    slots
}

/// Marks the hosts that a design's machines may stand on. A regional set may stand anywhere in its region.
pub(crate) fn occupy(design: &Design, topology: &Topology, population: &mut Population, planner: &mut Planner) {
    for zone in topology.zone_ids() {
        let may_be_here = |set: &ScaleSet| set.zones.is_empty() && topology.region_of(zone) == set.region;
        let hidden = design.sets.iter().any(may_be_here);
        if !hidden {
            continue;
        }
        // Every set that may be here is, with all its machines.
        planner.clear();
        for set in design.sets.iter().filter(|set| may_be_here(set) || set.zones.contains(&zone)) {
            for _ in 0..set.capacity {
                population.occupy(topology, planner.next_host(set, zone, topology));
            }
        }
    }
    let slots = slots(design, topology, population);
    planner.plan(design, topology, &slots, Key::root(0), |place| population.occupy(topology, place.host));
}

/// Plans placements; keeps its lists between trials.
#[derive(Debug, Clone)]
pub(crate) struct Planner {
    /// Machines of the design on each rack so far.
    loads: Vec<u32>,
}

impl Planner {
    pub fn new(topology: &Topology) -> Self {
        Self { loads: vec![0; topology.rack_count() as usize] }
    }

    fn clear(&mut self) {
        self.loads.fill(0);
    }

    /// Places every instance of a design into its `slots`, one after the other, and tells `put` where. `luck` draws the
    /// hidden zones of regional sets; with the same luck the places are the same.
    pub fn plan(
        &mut self,
        design: &Design,
        topology: &Topology,
        slots: &[Range<u32>],
        luck: Key,
        mut put: impl FnMut(Place),
    ) {
        self.clear();
        let mut slots = slots.iter().cloned();
        for (index, set) in design.sets.iter().enumerate() {
            let mut place = |planner: &mut Self, instance: u32, zone: ZoneId| {
                let host = planner.next_host(set, zone, topology);
                put(Place { set: index as u32, instance, host });
            };
            if set.zones.is_empty() {
                let mut hidden = Hidden::new(set, topology, luck);
                for instance in slots.next().unwrap_or(0..0).take(set.capacity as usize) {
                    let zone = hidden.next();
                    place(self, instance, zone);
                }
                continue;
            }
            for (&zone, count) in set.zones.iter().zip(spread_over_zones(set.capacity, set.zones.len())) {
                let slots = slots.next().unwrap_or(0..0);
                slots.take(count as usize).for_each(|instance| place(self, instance, zone));
            }
        }
    }

    /// The host of the next machine of a set in a zone.
    fn next_host(&mut self, set: &ScaleSet, zone: ZoneId, topology: &Topology) -> HostId {
        let racks = topology.racks_of(zone);
        let usable = match set.spreading {
            Spreading::Max => racks.len() as u32,
            Spreading::Fixed(count) => count.min(racks.len() as u32),
        };
        let candidates = &self.loads[racks.start as usize..(racks.start + usable) as usize];
        let rack = racks.start + assign_fault_domain(candidates) as u32;
        let load = &mut self.loads[rack as usize];
        let hosts = topology.hosts_of(RackId(rack));
        let host = hosts.start + *load % hosts.len() as u32;
        *load += 1;
        HostId(host)
    }
}

/// ZN-03: the hidden zones of a regional set, one instance after the other.
struct Hidden<'a> {
    topology: &'a Topology,
    set: &'a ScaleSet,
    luck: Key,
    first: u64,
    next: u64,
}

impl<'a> Hidden<'a> {
    fn new(set: &'a ScaleSet, topology: &'a Topology, luck: Key) -> Self {
        let luck = luck.named("hidden zone").named(&set.name);
        let zones = u64::from(topology.region(set.region).zones);
        Self { topology, set, luck, first: luck.part(0, 1).stream().below(zones), next: 0 }
    }

    fn next(&mut self) -> ZoneId {
        let zones = u64::from(self.topology.region(self.set.region).zones);
        let mut stream = self.luck.part(self.next, 0).stream();
        let index = match self.set.hidden_zone {
            _ if self.next == 0 || zones == 1 => self.first,
            HiddenZone::Single => self.first,
            HiddenZone::Sticky(stay) if stream.unit() < stay => self.first,
            HiddenZone::Sticky(_) => (self.first + 1 + stream.below(zones - 1)) % zones,
            HiddenZone::Uniform => stream.below(zones),
        };
        self.next += 1;
        self.topology.zone(self.set.region, index as u32 + 1).unwrap_or(ZoneId(0))
    }
}
