//! A design as a Markov chain that is never written down: units that fail and come back, and what of the service each holds.
//!
//! *Items* are machines, and the places that components of a service stand on. A *unit* (a machine, a host, a rack, a zone, a
//! pair of zones, ... under one mode) holds some items; an item serves while no unit that holds it is out. *Leaves* are groups of
//! items of which so many must serve. The modes are independent of each other, and only means count in the long run of units
//! that have always been running and wait for no crew: whatever their laws, an exponential law of the same mean gives the same
//! expected unavailability (so what is covered here is what [`Course`] covers). Modes that start new, crews among them, must be
//! exponential. Within a mode, units that hold as much of the same sets are of one *class*.
//!
//! Out: [`Chain`], or everything that is no such chain, in words. Unlike `tree`, nothing has to be independent given something
//! else: parts may share hosts, racks, crews.

use super::course::Course;
use super::layers::{crowd_cause, plain};
use super::{Obstacles, of_service, places};
use crate::study::Study;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use zonefall_faults::{Clock, Kind, Mode, Outage, Scope};
use zonefall_fleet::{Design, Footing, Least, Need, Part};
use zonefall_topology::{HostId, RegionId, Topology, ZoneId};

/// The most machines that are followed one by one.
const MACHINES_MAX: u64 = 5000;
/// The most items held by units, over all ways to stand.
const HELD_MAX: usize = 1 << 22;

/// What takes units out; rates per millisecond.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cause {
    /// Failures of one unit that is up.
    pub rate: f64,
    /// Repairs of one unit under repair.
    pub repair: f64,
    /// So many are repaired at a time, first come first served; all of them if none.
    pub crews: Option<u32>,
    /// Whether all its units are up when the trial begins.
    pub new: bool,
}

/// Units of one cause that hold as much of the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Class {
    /// The cause.
    pub cause: usize,
    /// Its units.
    pub units: Range<u32>,
}

/// One way for the machines to stand, with its probability.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    /// Its probability.
    pub weight: f64,
    /// Classes, whose units follow each other.
    pub classes: Vec<Class>,
    /// The class of each unit.
    pub class_of: Vec<u32>,
    /// Where each unit's items begin in `items`, and where the last one's end.
    begins: Vec<u32>,
    items: Vec<u32>,
}

impl Way {
    /// The items that a unit holds.
    pub fn items_of(&self, unit: u32) -> &[u32] {
        &self.items[self.begins[unit as usize] as usize..self.begins[unit as usize + 1] as usize]
    }

    /// How many units a cause has.
    pub fn units_of(&self, cause: usize) -> u64 {
        self.classes.iter().filter(|class| class.cause == cause).map(|class| class.units.len() as u64).sum()
    }
}

/// A group of items of which so many must serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// How many there are.
    pub items: u32,
    /// How many must serve.
    pub least: u32,
}

/// A design's chain.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    /// What takes units out.
    pub causes: Vec<Cause>,
    /// Where machines may stand.
    pub ways: Vec<Way>,
    /// Groups of items.
    pub leaves: Vec<Leaf>,
    /// The leaf of each item.
    pub leaf_of: Vec<u32>,
    /// The leaf of each node of the service, if it is one of parts.
    leaf_of_node: Vec<Option<u32>>,
    design: Arc<Design>,
}

impl Chain {
    /// The chain of a design.
    ///
    /// # Errors
    /// With everything that is not covered.
    pub fn new(study: &Study, design: &Arc<Design>) -> Result<Self, Obstacles> {
        let mut obstacles = of_service(study, design);
        if design.capacity() > MACHINES_MAX {
            obstacles.push(format!("more than {MACHINES_MAX} machines: too many to be followed one by one"));
            return Err(Obstacles(obstacles));
        }
        if design.has_workers() {
            obstacles
                .push("`jobs.sets`: machines that the objective does not hang on are not left out of the chain".into());
        }
        let modes = modes(study, design, &mut obstacles);
        let mut items = Items::new(design);
        let parts = modes.iter().filter(|of| of.scope == Scope::Component).map(|of| &*of.name);
        let components = items.components(design, &study.topology, &parts.collect());
        let places = places::all(design, &study.topology).map_err(|words| obstacles.push(words));
        let (Ok(places), true) = (places, obstacles.is_empty()) else { return Err(Obstacles(obstacles)) };
        let mut ways: Vec<Way> = Vec::new();
        for (weight, hosts) in places {
            let spots = items.spots(&hosts, &study.topology);
            ways.push(way(weight, &modes, &spots, &components, &items.kind, &study.topology));
            if ways.iter().map(|way| way.items.len() + way.class_of.len()).sum::<usize>() > HELD_MAX {
                let words =
                    "there are too many machines, or ways for them to stand, to keep what each failure takes along";
                return Err(Obstacles(vec![words.into()]));
            }
        }
        let chain = Self {
            causes: modes.into_iter().map(|mode| mode.cause).collect(),
            ways,
            leaves: items.leaves,
            leaf_of: items.leaf_of,
            leaf_of_node: items.leaf_of_node,
            design: Arc::clone(design),
        };
        if !chain.holds(|leaf| chain.leaves[leaf as usize].items >= chain.leaves[leaf as usize].least) {
            return Err(Obstacles(vec!["the objective is missed even with everything up".into()]));
        }
        Ok(chain)
    }

    /// Whether the objective holds where its leaves do.
    pub fn holds(&self, leaf_holds: impl Fn(u32) -> bool) -> bool {
        match self.design.structure() {
            Some(service) => service.holds(|node| self.leaf_of_node[node].is_none_or(&leaf_holds)),
            None => leaf_holds(0),
        }
    }
}

/// A cause with what it strikes.
struct Striking {
    cause: Cause,
    /// Of the mode; of a component's own failure, the mode's name tells which.
    scope: Scope,
    name: String,
    /// Zones in pairs; else one by one.
    pairs: bool,
    /// Only where the region has so many zones; each share of the rate is a cause of its own.
    zones: Option<usize>,
}

/// What the modes do, by cause; and what is not covered.
fn modes(study: &Study, design: &Design, obstacles: &mut Vec<String>) -> Vec<Striking> {
    let own: BTreeSet<&str> = design
        .structure()
        .map(|service| service.components().filter_map(|(_, of)| of.cause.as_deref()).collect())
        .unwrap_or_default();
    let strikes = |mode: &&Mode| {
        mode.stops_machines(&design.depends_on) || mode.scope == Scope::Component && own.contains(&*mode.name)
    };
    let active: Vec<&Mode> = study.profile.modes.iter().filter(strikes).collect();
    let mut all = Vec::new();
    for mode in &active {
        let mut words: Vec<String> = Vec::new();
        words.extend(plain(mode, &study.profile, design).err());
        if mode.kind == Kind::Shock {
            words.push("a shock: each machine that it hits recovers by itself".into());
        }
        // A single mode finds every machine running that it does not hold itself.
        if mode.clock == Clock::Operating && active.len() > 1 {
            words.push("its clock stops while the machine does not run, and other modes stop it".into());
        }
        if mode.scope == Scope::Hall && study.topology.zone_ids().any(|zone| study.topology.halls_in(zone) > 1) {
            words.push("it takes halls, whose racks are shuffled".into());
        }
        match causes(mode, &study.topology) {
            Ok(causes) => all.extend(causes),
            Err(why) => words.push(why),
        }
        if !words.is_empty() {
            obstacles.push(format!("mode `{}`: {}", mode.name, words.join("; ")));
        }
    }
    all
}

/// The causes that a mode is made of: one, or for zones one for each number of zones that a region has, alone and in pairs.
fn causes(mode: &Mode, topology: &Topology) -> Result<Vec<Striking>, String> {
    let striking = |times: f64, pairs: bool, zones: Option<usize>| {
        let cause = cause(mode, times)?;
        Ok::<_, String>(Striking { cause, scope: mode.scope, name: mode.name.clone(), pairs, zones })
    };
    if mode.scope != Scope::Zone || mode.common_cause <= 0.0 {
        return Ok(vec![striking(1.0, false, None)?]);
    }
    let numbers: BTreeSet<usize> = topology.region_ids().map(|region| topology.zones_of(region).count()).collect();
    let mut all = Vec::new();
    for zones in numbers {
        let alone = if zones > 1 { 1.0 - mode.common_cause } else { 1.0 };
        if alone > 0.0 {
            all.push(striking(alone, false, Some(zones))?);
        }
        if zones > 1 {
            all.push(striking(mode.common_cause * 2.0 / (zones as f64 - 1.0), true, Some(zones))?);
        }
    }
    Ok(all)
}

/// A mode as a cause, its rate multiplied by `times`.
fn cause(mode: &Mode, times: f64) -> Result<Cause, String> {
    let Outage::Law(outage) = &mode.outage else {
        return Err("never repaired: everything is up for once only".into());
    };
    // Crews begin with nothing to do, and only under exponential laws is what they do a chain.
    let new = match mode.crews {
        Some(_) => crowd_cause(mode).map(|_| true)?,
        None => matches!(Course::new(mode, times)?, Course::FromNew { .. }),
    };
    let (rate, repair) = (times / mode.time_to_failure.mean_ms(), 1.0 / outage.mean_ms());
    if !(rate.is_finite() && rate > 0.0 && repair.is_finite() && repair > 0.0) {
        return Err("it has no mean time to failure, or no mean outage".into());
    }
    Ok(Cause { rate, repair, crews: mode.crews, new })
}

/// Where an item is.
#[derive(Debug, Clone, Copy, Default)]
struct Spot {
    host: Option<HostId>,
    zone: Option<ZoneId>,
    region: Option<RegionId>,
}

/// Machines and the places of components, and what they are of.
struct Items {
    leaves: Vec<Leaf>,
    leaf_of: Vec<u32>,
    leaf_of_node: Vec<Option<u32>>,
    /// Sets, then components: what makes units of one class.
    kind: Vec<u32>,
    /// Of the items that are no machines.
    fixed: Vec<Spot>,
}

impl Items {
    /// The machines, set after set.
    fn new(design: &Design) -> Self {
        let machines = |set: usize| design.sets[set].capacity;
        let capacity = (0..design.sets.len()).map(machines).sum();
        let (mut leaves, mut leaf_of_set, mut leaf_of_node) = (Vec::new(), vec![0; design.sets.len()], Vec::new());
        match (&design.need, design.structure()) {
            (_, Some(service)) => {
                for node in &service.nodes {
                    let Part::Sets(sets, Least::Serving(least)) = &node.part else {
                        leaf_of_node.push(None);
                        continue;
                    };
                    let leaf = leaves.len() as u32;
                    sets.iter().for_each(|&set| leaf_of_set[set as usize] = leaf);
                    leaves.push(Leaf { items: sets.iter().map(|&set| machines(set as usize)).sum(), least: *least });
                    leaf_of_node.push(Some(leaf));
                }
            }
            (Need::Serving(least), None) => leaves.push(Leaf { items: capacity, least: *least }),
            // Refused by `of_service`.
            _ => leaves.push(Leaf { items: capacity, least: 0 }),
        }
        let sets = || (0..design.sets.len()).flat_map(|set| std::iter::repeat_n(set, machines(set) as usize));
        let kind = sets().map(|set| set as u32).collect();
        Self { leaves, leaf_of: sets().map(|set| leaf_of_set[set]).collect(), leaf_of_node, kind, fixed: Vec::new() }
    }

    /// Adds the places of components; returns the items of each own failure, by name.
    fn components(
        &mut self,
        design: &Design,
        topology: &Topology,
        fail: &BTreeSet<&str>,
    ) -> BTreeMap<String, Vec<u32>> {
        let mut own: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        let Some(service) = design.structure() else { return own };
        let in_zone = |zone| Spot { host: None, zone: Some(zone), region: Some(topology.region_of(zone)) };
        for (node, component) in service.components() {
            let (spots, least) = match component.footing {
                Footing::Global => (vec![Spot::default()], 1),
                Footing::Region(region) => (vec![Spot { region: Some(region), ..Spot::default() }], 1),
                Footing::Zone(zone) => (vec![in_zone(zone)], 1),
                Footing::Zones { region, least } => (topology.zones_of(region).map(in_zone).collect(), least),
            };
            let leaf = self.leaves.len() as u32;
            self.leaves.push(Leaf { items: spots.len() as u32, least });
            self.leaf_of_node[node] = Some(leaf);
            let kind = (design.sets.len() + node) as u32;
            for spot in spots {
                let item = self.leaf_of.len() as u32;
                self.leaf_of.push(leaf);
                self.kind.push(kind);
                self.fixed.push(spot);
                if let Some(cause) = component.cause.as_ref().filter(|cause| fail.contains(&***cause)) {
                    own.entry(cause.clone()).or_default().push(item);
                }
            }
        }
        own
    }

    /// Where each item is, the machines standing on these hosts.
    fn spots(&self, hosts: &[HostId], topology: &Topology) -> Vec<Spot> {
        let machine = |&host: &HostId| {
            let zone = topology.zone_of(topology.rack_of(host));
            Spot { host: Some(host), zone: Some(zone), region: Some(topology.region_of(zone)) }
        };
        hosts.iter().map(machine).chain(self.fixed.iter().copied()).collect()
    }
}

/// Lays out the units of all causes, where items are on these spots.
fn way(
    weight: f64,
    modes: &[Striking],
    spots: &[Spot],
    components: &BTreeMap<String, Vec<u32>>,
    kind: &[u32],
    topology: &Topology,
) -> Way {
    let mut way = Way { weight, classes: Vec::new(), class_of: Vec::new(), begins: vec![0], items: Vec::new() };
    for (cause, mode) in modes.iter().enumerate() {
        // By how much of which sets and components they hold.
        let mut classes: BTreeMap<Vec<(u32, u32)>, Vec<Vec<u32>>> = BTreeMap::new();
        for items in units(mode, spots, components, topology) {
            let mut holds: BTreeMap<u32, u32> = BTreeMap::new();
            items.iter().for_each(|&item| *holds.entry(kind[item as usize]).or_default() += 1);
            classes.entry(holds.into_iter().collect()).or_default().push(items);
        }
        for units in classes.into_values() {
            let first = way.class_of.len() as u32;
            for items in &units {
                way.class_of.push(way.classes.len() as u32);
                way.items.extend(items);
                way.begins.push(way.items.len() as u32);
            }
            way.classes.push(Class { cause, units: first..way.class_of.len() as u32 });
        }
    }
    way
}

/// The items of each unit of a cause that holds any.
fn units(
    mode: &Striking,
    spots: &[Spot],
    components: &BTreeMap<String, Vec<u32>>,
    topology: &Topology,
) -> Vec<Vec<u32>> {
    if mode.scope == Scope::Component {
        return components.get(&mode.name).cloned().into_iter().collect();
    }
    let counts = |zone: ZoneId| {
        let number = topology.zones_of(topology.region_of(zone)).count();
        mode.zones.is_none_or(|zones| zones == number)
    };
    let mut units: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
    for (item, spot) in spots.iter().enumerate() {
        let item = item as u32;
        let mut hold = |unit: (u32, u32)| units.entry(unit).or_default().push(item);
        let zone = spot.zone.filter(|&zone| counts(zone));
        match (mode.scope, spot.host, zone) {
            (Scope::Instance, Some(_), _) => hold((item, 0)),
            (Scope::Host, Some(host), _) => hold((host.0, 0)),
            (Scope::Rack, Some(host), _) => hold((topology.rack_of(host).0, 0)),
            (Scope::Zone, _, Some(zone)) if mode.pairs => {
                let others = topology.zones_of(topology.region_of(zone)).filter(|&other| other != zone);
                others.for_each(|other| hold((zone.0.min(other.0), zone.0.max(other.0))));
            }
            // Halls only where a zone is one.
            (Scope::Zone | Scope::Hall, _, Some(zone)) => hold((zone.0, 0)),
            (Scope::Region, ..) => spot.region.into_iter().for_each(|region| hold((region.0, 0))),
            (Scope::Global, ..) => hold((0, 0)),
            _ => {}
        }
    }
    units.into_values().collect()
}
