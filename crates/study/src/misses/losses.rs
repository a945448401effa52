//! What strikes take away, and whether a design misses its objective without it.
//!
//! In: a design and where it stands. Out: the losses of the units of every scope, those alike in one class, and whether several
//! losses at once are more than can be spared. Places decide, not what happens there: machines stand where a trial puts them when
//! it begins, a set whose zones are hidden in any of them with all it has, on any rack.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use zonefall_faults::{Mode, Scope};
use zonefall_fleet::{
    ALL_CLIENTS, Component, Design, Footing, Least, Left, Need, Part, ScaleSet, initial_counts, initial_hosts,
    slot_groups,
};
use zonefall_topology::{HostId, Topology, ZoneId};

/// Machines by set: (set, so many), in the order of the sets.
type Machines = Vec<(u32, u32)>;

/// What the strike on one unit takes away.
#[derive(Debug, Clone, Default)]
pub(super) struct Loss {
    /// Zones with all that stands in them.
    zones: Vec<ZoneId>,
    /// Some of the machines of a zone, or of two.
    parts: Vec<(ZoneId, Machines)>,
    /// The mode whose component is down.
    component: Option<String>,
}

impl Loss {
    /// What it takes of each zone by itself.
    pub fn each(&self) -> impl Iterator<Item = Self> + '_ {
        let zones = self.zones.iter().map(|&zone| Self { zones: vec![zone], ..Self::default() });
        zones.chain(self.parts.iter().map(|part| Self { parts: vec![part.clone()], ..Self::default() }))
    }

    /// The only zone that it takes from.
    pub fn zone(&self) -> Option<ZoneId> {
        match (self.zones.as_slice(), self.parts.as_slice()) {
            ([zone], []) | ([], [(zone, _)]) => Some(*zone),
            _ => None,
        }
    }

    /// Whether it is that of a component.
    pub fn is_of_a_component(&self) -> bool {
        self.component.is_some()
    }
}

/// Units that lose the same.
#[derive(Debug)]
pub(super) struct Class {
    pub loss: Loss,
    /// What half of the strikes take away at least, where they take parts; none if all take the same.
    pub mean: Option<Loss>,
    pub units: u32,
    /// How often one is struck, in multiples of the mode's rate: a zone by itself, or two of them.
    pub times: f64,
}

/// A design's losses.
pub(super) struct Losses<'a> {
    design: &'a Design,
    topology: &'a Topology,
    /// Machines that may stand in each zone.
    by_zone: Vec<Machines>,
    /// The host of every machine with its set, by host, once it is asked for; if zones are hidden, that of one way to stand.
    hosts: OnceCell<Vec<(HostId, u32)>>,
    /// The machines of a zone and a set on each rack, the fullest first, once they are asked for.
    racks: OnceCell<BTreeMap<(ZoneId, u32), Vec<u32>>>,
    /// What a machine of each set counts for: one, or what it serves.
    weighs: Vec<u64>,
    /// How much of that can be spared; none where parts decide alone.
    spare: Option<u64>,
}

/// A way in which a mode strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// A unit of its scope.
    One(Portion),
    /// Two zones.
    Two(Portion, Portion),
}

impl Reach {
    pub fn is_of_two(self) -> bool {
        matches!(self, Self::Two(..))
    }

    pub fn is_partial(self) -> bool {
        !matches!(self, Self::One(Portion::Whole) | Self::Two(Portion::Whole, Portion::Whole))
    }
}

/// How much of a unit is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Portion {
    Whole,
    /// Of the racks of a zone.
    Part {
        /// So many millionths on average.
        mean: u32,
        /// So many at most.
        most: u32,
    },
}

impl Portion {
    pub fn between(low: f64, high: f64) -> Self {
        // Conversions that saturate.
        let micro = |share: f64| (share * MICRO as f64) as u32;
        Self::Part { mean: micro(0.5 * (low + high)), most: micro(high).saturating_add(1).min(MICRO as u32) }
    }
}

/// Millionths.
const MICRO: u64 = 1_000_000;

/// What is there as a whole or not at all.
fn whole(holds: bool) -> Left {
    Left { holds, answers: holds, carries: if holds { u64::MAX } else { 0 }, serving: 0, lost: (0, 0) }
}

impl<'a> Losses<'a> {
    pub fn new(design: &'a Design, topology: &'a Topology) -> Self {
        let mut by_zone = vec![Machines::new(); topology.zone_count() as usize];
        for (at, set) in (0..).zip(&design.sets) {
            if !design.is_needed(at as usize) {
                continue;
            }
            let mut stand = |zone: ZoneId, count| by_zone[zone.0 as usize].push((at, count));
            if set.zones.is_empty() {
                topology.zones_of(set.region).for_each(|zone| stand(zone, set.capacity));
            }
            set.zones.iter().zip(initial_counts(set)).for_each(|(&zone, count)| stand(zone, count));
        }
        let weigh = |set: &ScaleSet| if matches!(design.need, Need::Served(..)) { set.serves_milli } else { 1 };
        let weighs: Vec<u64> = design.sets.iter().map(weigh).collect();
        let all: u64 = design.needed_sets().map(|(at, set)| u64::from(set.capacity) * weighs[at]).sum();
        let spare = match design.need {
            Need::Serving(least) => Some(all.saturating_sub(u64::from(least))),
            // What the highest demand leaves. How late answers are, or how far a batch is, depends on the hour: none to spare.
            Need::Served(share, of) if design.within().is_none() => {
                let most = design.demand.as_ref().map_or(f64::INFINITY, |demand| demand.most_milli());
                // A conversion that saturates.
                Some(all.saturating_sub((most * share as f64 / of as f64).ceil() as u64))
            }
            Need::Served(..) | Need::Done(..) => Some(0),
            Need::Parts(_) => None,
        };
        Self { design, topology, by_zone, hosts: OnceCell::new(), racks: OnceCell::new(), weighs, spare }
    }

    fn hosts(&self) -> &[(HostId, u32)] {
        self.hosts.get_or_init(|| {
            let (design, topology) = (self.design, self.topology);
            let first_zone = |set: usize, _| self.first_zone(&design.sets[set]);
            let sets = slot_groups(design, topology).into_iter();
            let sets = sets.flat_map(|group| std::iter::repeat_n(group.set, group.initial as usize));
            let on = initial_hosts(design, topology, first_zone);
            let placed = on.into_iter().zip(sets);
            let mut hosts: Vec<(HostId, u32)> = placed.filter(|&(_, set)| design.is_needed(set as usize)).collect();
            hosts.sort_unstable();
            hosts
        })
    }

    /// Whether it is known where every machine stands.
    pub fn are_known(&self) -> bool {
        self.design.sets.iter().all(|set| !set.zones.is_empty())
    }

    /// The units that a mode strikes in a way.
    pub fn classes(&self, mode: &Mode, reach: Reach) -> Vec<Class> {
        let one = |loss| Class { loss, mean: None, units: 1, times: 1.0 };
        let zones = |zones: Vec<ZoneId>| Loss { zones, ..Loss::default() };
        let topology = self.topology;
        match (mode.scope, reach) {
            (Scope::Zone, Reach::One(portion)) => {
                let alone = |zone| topology.zones_of(topology.region_of(zone)).count() == 1;
                let times = |zone| if alone(zone) { 1.0 } else { 1.0 - mode.common_cause };
                let class = |zone| Class { times: times(zone), ..self.lost(&[(zone, portion)]) };
                topology.zone_ids().map(class).collect()
            }
            (Scope::Zone, Reach::Two(a, b)) => {
                let class = |([one, other], times): ([ZoneId; 2], f64)| Class {
                    times: mode.common_cause * times,
                    ..self.lost(&[(one, a), (other, b)])
                };
                self.two_zones().map(class).collect()
            }
            (Scope::Instance, _) => self.machines(),
            (Scope::Host, _) => self.alike(|a, b| a.0 == b.0),
            (Scope::Rack, _) if !self.are_known() => self.as_zones(|zone| topology.racks_in(zone)),
            (Scope::Rack, _) => self.alike(|a, b| topology.rack_of(a.0) == topology.rack_of(b.0)),
            (Scope::Hall, _) if !self.are_known() => self.as_zones(|zone| topology.halls_in(zone)),
            (Scope::Hall, _) => self.alike(|a, b| self.hall_of(a.0) == self.hall_of(b.0)),
            (Scope::Region, _) => {
                topology.region_ids().map(|region| one(zones(topology.zones_of(region).collect()))).collect()
            }
            (Scope::Global, _) => vec![one(zones(topology.zone_ids().collect()))],
            (Scope::Component, _) => vec![one(Loss { component: Some(mode.name.clone()), ..Loss::default() })],
            (Scope::ControlPlane | Scope::Allocation, _) => Vec::new(),
        }
    }

    /// Single machines; those whose zone is hidden are taken for the first of their region.
    fn machines(&self) -> Vec<Class> {
        let class = |zone: ZoneId, set: u32, units: u32| {
            let loss = Loss { parts: vec![(zone, vec![(set, 1)])], ..Loss::default() };
            Class { loss, mean: None, units, times: 1.0 }
        };
        let of_set = |(at, set): (usize, &ScaleSet)| -> Vec<Class> {
            let at = at as u32;
            let known = set.zones.iter().zip(initial_counts(set)).map(|(&zone, units)| class(zone, at, units));
            let hidden = set.zones.is_empty().then(|| class(self.first_zone(set), at, set.capacity));
            known.chain(hidden).collect()
        };
        self.design.needed_sets().flat_map(of_set).collect()
    }

    fn first_zone(&self, set: &ScaleSet) -> ZoneId {
        self.topology.zone(set.region, 1).unwrap_or(ZoneId(0))
    }

    /// Pairs of zones of a region in either order, the second of all others with the same chance.
    fn two_zones(&self) -> impl Iterator<Item = ([ZoneId; 2], f64)> {
        self.topology.region_ids().flat_map(|region| {
            let zones: Vec<ZoneId> = self.topology.zones_of(region).collect();
            let times = 1.0 / (zones.len() as f64 - 1.0);
            let others =
                |&one: &ZoneId| zones.iter().filter(move |&&other| other != one).map(move |&other| [one, other]);
            zones.iter().flat_map(others).map(|both| (both, times)).collect::<Vec<_>>()
        })
    }

    fn as_zones(&self, units: impl Fn(ZoneId) -> u32) -> Vec<Class> {
        let zone = |zone| Class { units: units(zone), ..self.lost(&[(zone, Portion::Whole)]) };
        self.topology.zone_ids().map(zone).collect()
    }

    /// Zones or parts of them, at most and on average.
    fn lost(&self, of: &[(ZoneId, Portion)]) -> Class {
        let loss = |most: bool| {
            let mut loss = Loss::default();
            for &(zone, portion) in of {
                let Portion::Part { mean, most: micro } = portion else {
                    loss.zones.push(zone);
                    continue;
                };
                loss.parts.push((zone, self.share_of(zone, if most { micro } else { mean }, most)));
            }
            loss
        };
        let is_part = of.iter().any(|(_, portion)| *portion != Portion::Whole);
        Class { loss: loss(true), mean: is_part.then(|| loss(false)), units: 1, times: 1.0 }
    }

    /// The machines of so many millionths of the racks of a zone: at most, on the racks that hold the most, or an even share, rounded down.
    fn share_of(&self, zone: ZoneId, micro: u32, most: bool) -> Machines {
        let racks = u64::from(self.topology.racks_in(zone)).max(1);
        let all = racks * u64::from(micro);
        let struck = if most { all.div_ceil(MICRO) } else { all / MICRO };
        let some = |set: u32, count: u32| match most {
            // Where zones are hidden nobody knows on which racks.
            true if self.are_known() => self.on_the_fullest(zone, set, struck as usize),
            true => count,
            // Within u32, as no more racks are struck than there are.
            false => (u64::from(count) * struck / racks) as u32,
        };
        self.by_zone[zone.0 as usize].iter().map(|&(set, count)| (set, some(set, count))).collect()
    }

    /// How many machines of a set stand on so many racks of a zone at most.
    fn on_the_fullest(&self, zone: ZoneId, set: u32, racks: usize) -> u32 {
        let on_racks = self.racks.get_or_init(|| self.counted_by_rack());
        on_racks.get(&(zone, set)).map_or(0, |counts| counts.iter().take(racks).sum())
    }

    fn counted_by_rack(&self) -> BTreeMap<(ZoneId, u32), Vec<u32>> {
        let mut counted: BTreeMap<(ZoneId, u32), Vec<u32>> = BTreeMap::new();
        for on in self.hosts().chunk_by(|a, b| self.topology.rack_of(a.0) == self.topology.rack_of(b.0)) {
            let zone = self.topology.zone_of(self.topology.rack_of(on[0].0));
            let mut sets: BTreeMap<u32, u32> = BTreeMap::new();
            on.iter().for_each(|&(_, set)| *sets.entry(set).or_default() += 1);
            sets.into_iter().for_each(|(set, count)| counted.entry((zone, set)).or_default().push(count));
        }
        counted.values_mut().for_each(|counts| counts.sort_unstable_by(|a, b| b.cmp(a)));
        counted
    }

    fn hall_of(&self, host: HostId) -> (ZoneId, Option<u32>) {
        let rack = self.topology.rack_of(host);
        let zone = self.topology.zone_of(rack);
        let holds = |&hall: &u32| self.topology.hall_racks(zone, hall).contains(&rack.0);
        (zone, (0..self.topology.halls_in(zone)).find(holds))
    }

    /// The machines that stand together, a class for all places that hold as many.
    fn alike(&self, together: impl Fn(&(HostId, u32), &(HostId, u32)) -> bool) -> Vec<Class> {
        let mut classes: Vec<Class> = Vec::new();
        let mut on = Machines::new();
        for machines in self.hosts().chunk_by(together) {
            let zone = self.topology.zone_of(self.topology.rack_of(machines[0].0));
            on.clear();
            for &(_, set) in machines {
                match on.iter_mut().find(|(other, _)| *other == set) {
                    Some((_, count)) => *count += 1,
                    None => on.push((set, 1)),
                }
            }
            on.sort_unstable();
            let same = |class: &&mut Class| class.loss.parts.iter().any(|part| part.0 == zone && part.1 == on);
            // Places are by zone, and neighbours mostly alike: what was found last comes first.
            match classes.iter_mut().rev().find(same) {
                Some(class) => class.units += 1,
                None => {
                    let loss = Loss { parts: vec![(zone, on.clone())], ..Loss::default() };
                    classes.push(Class { loss, mean: None, units: 1, times: 1.0 });
                }
            }
        }
        classes
    }

    /// How much can be spared; none where parts decide.
    pub fn spare(&self) -> Option<u64> {
        self.spare.filter(|_| self.design.structure().is_none())
    }

    /// What the machines count for that stand in a zone.
    pub fn weight_of(&self, zone: ZoneId) -> u64 {
        self.by_zone[zone.0 as usize].iter().map(|&(set, count)| u64::from(count) * self.weighs[set as usize]).sum()
    }

    /// What a loss counts for.
    pub fn weight(&self, loss: &Loss) -> u64 {
        let parts = loss.parts.iter().flat_map(|part| &part.1);
        let of_parts = parts.map(|&(set, count)| u64::from(count) * self.weighs[set as usize]).sum::<u64>();
        of_parts + loss.zones.iter().map(|&zone| self.weight_of(zone)).sum::<u64>()
    }

    /// How many machines it takes.
    pub fn machines_of(&self, loss: &Loss) -> u64 {
        let zones = loss.zones.iter().map(|zone| &self.by_zone[zone.0 as usize]);
        let machines = zones.chain(loss.parts.iter().map(|part| &part.1)).flatten();
        machines.map(|&(_, count)| u64::from(count)).sum()
    }

    /// Whether the objective is missed as soon as all of this is lost.
    pub fn are_missed(&self, losses: &[&Loss]) -> bool {
        self.misses(losses, true)
    }

    /// Whether it is missed for as long as all of this is lost: nobody stands in.
    pub fn are_missed_for_good(&self, losses: &[&Loss]) -> bool {
        self.misses(losses, false)
    }

    /// Whether it is missed as long as a single one of the machines of a loss is: there is one only, or none can be spared.
    pub fn spares_none(&self, loss: &Loss) -> bool {
        let machines = || loss.parts.iter().flat_map(|part| &part.1).map(|&(_, count)| count).sum::<u32>();
        self.spare == Some(0) || loss.zones.is_empty() && machines() == 1
    }

    /// Whether no machine is left without this.
    pub fn is_everything(&self, loss: &Loss) -> bool {
        let zone = |at: usize| loss.zones.contains(&ZoneId(at as u32));
        self.by_zone.iter().enumerate().all(|(at, machines)| machines.is_empty() || zone(at))
    }

    fn misses(&self, losses: &[&Loss], at_once: bool) -> bool {
        let gone = |zone: ZoneId| losses.iter().any(|loss| loss.zones.contains(&zone));
        let mut lost = vec![0_u32; self.design.sets.len()];
        let mut lose = |machines: &Machines| {
            machines.iter().for_each(|&(set, count)| lost[set as usize] = lost[set as usize].saturating_add(count));
        };
        self.topology.zone_ids().filter(|&zone| gone(zone)).for_each(|zone| lose(&self.by_zone[zone.0 as usize]));
        let parts = losses.iter().flat_map(|loss| &loss.parts);
        parts.filter(|(zone, _)| !gone(*zone)).for_each(|(_, machines)| lose(machines));
        let all = || lost.iter().zip(&self.weighs).map(|(&count, weigh)| u64::from(count) * weigh).sum::<u64>();
        let struck = |component: &Component| {
            component.cause.is_some() && losses.iter().any(|loss| loss.component == component.cause)
        };
        self.spare.is_some_and(|spare| all() > spare)
            || self.design.structure().is_some_and(|service| {
                let leaf = |at: usize| match &service.nodes[at].part {
                    Part::Sets(sets, need) => self.left_of(sets, *need, &lost),
                    Part::Component(component) => whole(!struck(component) && self.stands(&component.footing, gone)),
                    Part::Group { .. } => whole(true),
                };
                let at_first = || service.holds_at_once(|at| leaf(at).holds);
                !(if at_once { at_first() } else { service.holds_in_the_end(leaf) })
            })
    }

    /// What is left of a group of sets: of clients by the highest demand, before which tries again, lines and gateways count for nothing.
    fn left_of(&self, sets: &[u32], need: Least, lost: &[u32]) -> Left {
        let of = |set: &u32| &self.design.sets[*set as usize];
        let gone = |set: &u32| lost[*set as usize].min(of(set).capacity);
        let (mut serving, mut asked, mut capacity) = (0_i64, 0_i64, 0_i64);
        for set in sets {
            let serves = i64::try_from(of(set).serves_milli).unwrap_or(i64::MAX);
            serving += i64::from(of(set).capacity - gone(set));
            asked = asked.saturating_add(serves.saturating_mul(i64::from(of(set).capacity)));
            capacity = capacity.saturating_add(serves.saturating_mul(i64::from(of(set).capacity - gone(set))));
        }
        let left = |holds| Left { serving, lost: (asked - capacity, asked), ..whole(holds) };
        match (need, &self.design.demand) {
            (Least::Serving(least), _) => left(serving >= i64::from(least)),
            (Least::Served(share, of), Some(demand)) => {
                let needed = demand.most_milli() * share as f64 / of as f64;
                // As it was designed it is large enough. What others ask beside the demand (tries again, lines) is not known.
                let carries = self.design.service.is_plain() && capacity as f64 >= needed;
                let clients = capacity as f64 * f64::from(ALL_CLIENTS) / needed;
                // A conversion that saturates.
                Left { answers: serving > 0, carries: clients as u64, ..left(carries || capacity == asked) }
            }
            (Least::Served(..), None) => left(capacity == asked),
        }
    }

    fn stands(&self, footing: &Footing, gone: impl Fn(ZoneId) -> bool) -> bool {
        let left = |region| self.topology.zones_of(region).filter(|&zone| !gone(zone)).count();
        match *footing {
            Footing::Global => true,
            Footing::Zone(zone) => !gone(zone),
            Footing::Zones { region, least } => left(region) >= least as usize,
            Footing::Region(region) => left(region) > 0,
        }
    }
}
