//! Where instances go when a set is created: zones (ZB-03, ZN-01..03), fault domains (FD-03, FD-04, FD-08), hosts.
//!
//! Pure functions. A machine goes to the rack where its own set has the fewest (a rack is in one zone; the placement groups
//! of a set are filled one after the other, so each is level too), then where the design has the fewest, then to the
//! lowest number. Where a rack stands in its hall is the storm's luck, so the numbering favours nobody (FD-09's random
//! tie-break happens there). Within a rack, hosts are taken in turn, so machines share a host only when the rack is full.

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
        // Every set that may be here is, with all its machines: a rack has at most the even share of each, rounded up.
        let mut most = vec![0; topology.racks_of(zone).len()];
        for group in groups.iter().filter(|group| hidden(group) || group.zone == Some(zone)) {
            let racks = usable_racks(&design.sets[group.set as usize], zone, topology);
            most[..racks.len()].iter_mut().for_each(|most| *most += group.slots.div_ceil(racks.len() as u32));
        }
        for (rack, most) in topology.racks_of(zone).zip(most) {
            topology
                .hosts_of(RackId(rack))
                .take(most as usize)
                .for_each(|host| population.occupy(topology, HostId(host)));
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
    planner.clear(design);
    let mut hosts = Vec::new();
    for group in slot_groups(design, topology) {
        let index = group.set as usize;
        for ordinal in 0..group.initial {
            let zone = group.zone.unwrap_or_else(|| hidden(index, ordinal));
            hosts.push(planner.next_host(design, index, zone, topology));
        }
    }
    hosts
}

/// Plans placements; keeps its lists between trials.
#[derive(Debug)]
pub(crate) struct Planner {
    /// Machines of the design on each rack so far.
    loads: Vec<u32>,
    /// Machines of each set on each rack so far, set by set.
    own: Vec<u32>,
}

zonefall_engine::pooled_clone!(Planner { loads, own });

impl Planner {
    pub fn new(topology: &Topology) -> Self {
        Self { loads: vec![0; topology.rack_count() as usize], own: Vec::new() }
    }

    fn clear(&mut self, design: &Design) {
        self.loads.fill(0);
        self.own.clear();
        self.own.resize(design.sets.len() * self.loads.len(), 0);
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
        self.clear(design);
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
                    let host = self.next_host(design, group.set as usize, zone, topology);
                    put(Place { set: group.set, instance, host });
                }
            }
        }
    }

    /// FD-08, FD-09: the host of the next machine of a set in a zone.
    fn next_host(&mut self, design: &Design, set: usize, zone: ZoneId, topology: &Topology) -> HostId {
        let racks = usable_racks(&design.sets[set], zone, topology);
        let here = racks.start as usize..racks.end as usize;
        let own = set * self.loads.len();
        let of_set = &self.own[own + here.start..own + here.end];
        let rack = racks.start + assign_fault_domain(of_set, &self.loads[here]) as u32;
        let load = &mut self.loads[rack as usize];
        let hosts = topology.hosts_of(RackId(rack));
        let host = hosts.start + *load % hosts.len() as u32;
        *load += 1;
        self.own[own + rack as usize] += 1;
        HostId(host)
    }
}

/// FD-03, FD-04: the racks of a zone that machines of a set may stand on: its fault domains.
fn usable_racks(set: &ScaleSet, zone: ZoneId, topology: &Topology) -> Range<u32> {
    let racks = topology.racks_of(zone);
    match set.spreading {
        Spreading::Max => racks,
        Spreading::Fixed(count) => racks.start..racks.end.min(racks.start.saturating_add(count)),
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
