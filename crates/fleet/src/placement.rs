//! Where instances go when a set is created: zones (ZB-03, ZN-01..03), fault domains (FD-03, FD-04, FD-08), hosts.
//!
//! Pure functions. Within a rack, hosts are taken in turn, so machines share a host only when the rack is full. Racks
//! are chosen least-loaded over the whole design with the lowest number on ties; where a rack stands in its hall is the
//! storm's luck, so the numbering favours nobody (FD-09's random tie-break happens there).

use crate::design::{Design, HiddenZone, ScaleSet, Spreading};
use crate::groups::{SlotGroup, slot_groups};
pub use crate::policy::fault_domain::assign as assign_fault_domain;
pub use crate::policy::overprovision::worst_zone_loss;
use crate::policy::placement_group::GROUP_MAX;
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

/// Makes room in the population for a design's slots.
pub(crate) fn register(design: &Design, topology: &Topology, population: &mut Population) {
    for group in slot_groups(design, topology) {
        population.add_slots(&group.name, group.slots);
    }
}

/// A group's slots by their numbers in a population.
#[derive(Debug, Clone)]
pub(crate) struct Slots {
    pub set: u32,
    pub zone: Option<ZoneId>,
    /// Numbers of the slots; the first `initial` of them are occupied when the trial begins.
    pub numbers: Range<u32>,
    pub initial: u32,
}

/// The slots of a design, in the order of placement.
pub(crate) fn slots(design: &Design, topology: &Topology, population: &Population) -> Vec<Slots> {
    let numbered = |group: SlotGroup| {
        let numbers = population.slots(&group.name).unwrap_or(0..0);
        let numbers = numbers.start..numbers.end.min(numbers.start + group.slots);
        Slots { set: group.set, zone: group.zone, numbers, initial: group.initial }
    };
    slot_groups(design, topology).into_iter().map(numbered).collect()
}

/// Marks the hosts that a design's machines may stand on. A regional set may stand anywhere in its region.
pub(crate) fn occupy(design: &Design, topology: &Topology, population: &mut Population, planner: &mut Planner) {
    let groups = slot_groups(design, topology);
    for zone in topology.zone_ids() {
        let hidden = |group: &SlotGroup| {
            group.zone.is_none() && topology.region_of(zone) == design.sets[group.set as usize].region
        };
        if !groups.iter().any(hidden) {
            continue;
        }
        // Every set that may be here is, with all its machines.
        planner.clear();
        for group in groups.iter().filter(|group| hidden(group) || group.zone == Some(zone)) {
            for _ in 0..group.slots {
                let host = planner.next_host(&design.sets[group.set as usize], zone, topology);
                population.occupy(topology, host);
            }
        }
    }
    let slots = slots(design, topology, population);
    planner.plan(design, topology, &slots, Key::root(0), |place| population.occupy(topology, place.host));
}

/// The hosts of a design's machines when a trial begins, in the order of placement. `hidden` says in which zone the
/// machines of regional sets stand (set, ordinal), which in a trial is luck.
pub fn initial_hosts(
    design: &Design,
    topology: &Topology,
    mut hidden: impl FnMut(usize, u32) -> ZoneId,
) -> Vec<HostId> {
    let mut planner = Planner::new(topology);
    let mut hosts = Vec::new();
    for group in slot_groups(design, topology) {
        let index = group.set as usize;
        for ordinal in 0..group.initial {
            let zone = group.zone.unwrap_or_else(|| hidden(index, ordinal));
            hosts.push(planner.next_host(&design.sets[index], zone, topology));
        }
    }
    hosts
}

/// Plans placements; keeps its lists between trials.
#[derive(Debug)]
pub(crate) struct Planner {
    /// Machines of the design on each rack so far.
    loads: Vec<u32>,
}

zonefall_engine::pooled_clone!(Planner { loads });

impl Planner {
    pub fn new(topology: &Topology) -> Self {
        Self { loads: vec![0; topology.rack_count() as usize] }
    }

    fn clear(&mut self) {
        self.loads.fill(0);
    }

    /// Finds the host of every slot of a design, one after the other: those that are occupied when the trial begins,
    /// then the room for more, which so moves nobody. Tells `put` where. `luck` draws the hidden zones of regional sets;
    /// with the same luck the places are the same.
    pub fn plan(
        &mut self,
        design: &Design,
        topology: &Topology,
        slots: &[Slots],
        luck: Key,
        mut put: impl FnMut(Place),
    ) {
        self.clear();
        for room in [false, true] {
            for group in slots {
                let set = &design.sets[group.set as usize];
                let first = group.numbers.start + group.initial.min(group.numbers.len() as u32);
                let numbers = if room { first..group.numbers.end } else { group.numbers.start..first };
                let mut hidden = group.zone.is_none().then(|| Hidden::new(set, topology, luck));
                if let (Some(hidden), true) = (&mut hidden, room) {
                    hidden.next = u64::from(group.initial);
                }
                for instance in numbers {
                    let zone = match &mut hidden {
                        Some(hidden) => hidden.next(),
                        None => group.zone.unwrap_or(ZoneId(0)),
                    };
                    let host = self.next_host(set, zone, topology);
                    put(Place { set: group.set, instance, host });
                }
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
    next: u64,
}

impl<'a> Hidden<'a> {
    fn new(set: &'a ScaleSet, topology: &'a Topology, luck: Key) -> Self {
        let luck = luck.named("hidden zone").named(&set.name);
        Self { topology, set, luck, next: 0 }
    }

    fn next(&mut self) -> ZoneId {
        let zones = u64::from(self.topology.region(self.set.region).zones);
        // PG-01: each placement group has a zone of its own.
        let group = if self.set.placement_groups { self.next / u64::from(GROUP_MAX) } else { 0 };
        let first = self.luck.part(group, 1).stream().below(zones);
        let mut stream = self.luck.part(self.next, 0).stream();
        let index = match self.set.hidden_zone {
            _ if self.next == 0 || zones == 1 => first,
            HiddenZone::Single => first,
            HiddenZone::Sticky(stay) if stream.unit() < stay => first,
            HiddenZone::Sticky(_) => (first + 1 + stream.below(zones - 1)) % zones,
            HiddenZone::Uniform => stream.below(zones),
        };
        self.next += 1;
        self.topology.zone(self.set.region, index as u32 + 1).unwrap_or(ZoneId(0))
    }
}
