//! The exact answer for a service of parts: what is shared is conditioned on, the rest is independent.
//!
//! Zones, pairs of zones, regions and everything are out or not, independently; given which of them are, the machines of each
//! group of sets and the components are independent of each other, so the tree is folded over probabilities. Refused in words
//! is what else two groups share: a host, a rack, a hall, a shock, a crew.

use super::course::Course;
use super::layers::Layers;
use super::places;
use super::tree::Tree;
use crate::study::Study;
use std::collections::{BTreeMap, BTreeSet};
use zonefall_exact::profile::any_down;
use zonefall_exact::spread::distribution;
use zonefall_exact::{Error, probability_fewer_than};
use zonefall_faults::{Kind, Mode, Scope};
use zonefall_fleet::{Design, Footing, Least, Part, Structure, fewer_hold};
use zonefall_topology::{HostId, RegionId, Topology, ZoneId};

/// The most places that are out or not.
const PLACES_MAX: usize = 12;

/// What is out, as bits: zones in use, regions in use, everything.
type Dark = u32;

/// A service whose probabilities change over time.
pub(super) struct Answer<'a> {
    service: &'a Structure,
    /// What takes which places.
    outer: Vec<(Dark, Vec<Course>)>,
    /// Ways to stand, each with its probability, and the trees of the groups of sets by what is dark for them.
    ways: Vec<(f64, Vec<Group>)>,
    /// Each component's own failures, and when it stands.
    components: BTreeMap<usize, (Option<Course>, Ground)>,
}

struct Group {
    node: usize,
    least: usize,
    /// Its places.
    stands_in: Dark,
    trees: BTreeMap<Dark, Option<Tree>>,
}

/// What a component needs to be lit.
enum Ground {
    Nothing(Dark),
    Zones(Vec<Dark>, usize),
}

/// Numbers for places.
struct Places {
    zones: Vec<ZoneId>,
    regions: Vec<RegionId>,
}

impl Places {
    fn new(design: &Design, service: &Structure, topology: &Topology) -> Self {
        let mut regions: BTreeSet<RegionId> = design.sets.iter().map(|set| set.region).collect();
        for (_, component) in service.components() {
            match component.footing {
                Footing::Global => {}
                Footing::Region(region) | Footing::Zones { region, .. } => drop(regions.insert(region)),
                Footing::Zone(zone) => drop(regions.insert(topology.region_of(zone))),
            }
        }
        let zones = regions.iter().flat_map(|&region| topology.zones_of(region)).collect();
        Self { zones, regions: regions.into_iter().collect() }
    }

    fn len(&self) -> usize {
        self.zones.len() + self.regions.len() + 1
    }

    fn zone(&self, zone: ZoneId) -> Dark {
        self.zones.iter().position(|&other| other == zone).map_or(0, |at| 1 << at)
    }

    fn region(&self, region: RegionId) -> Dark {
        let at = self.regions.iter().position(|&other| other == region);
        at.map_or(0, |at| 1 << (self.zones.len() + at))
    }

    fn all(&self) -> Dark {
        1 << (self.len() - 1)
    }
}

impl<'a> Answer<'a> {
    /// Lays out the service of a design, whose modes `layers` has found to be covered.
    ///
    /// # Errors
    /// In words.
    pub fn new(
        study: &'a Study,
        design: &Design,
        service: &'a Structure,
        layers: &Layers,
    ) -> Result<Self, Vec<String>> {
        let topology = &study.topology;
        let places = Places::new(design, service, topology);
        if places.len() > PLACES_MAX {
            return Err(vec![format!("more than {PLACES_MAX} zones and regions: too many ways for them to be out")]);
        }
        let groups = service.nodes.iter().filter(|node| matches!(node.part, Part::Sets(..))).count();
        let mut obstacles = Vec::new();
        let crews = !layers.crews.is_empty() || !layers.host_crews.is_empty();
        if groups > 1 && (crews || !layers.excluding.is_empty()) {
            obstacles.push("parts that share crews, or clocks that stop with the machine".to_owned());
        }
        for mode in &study.profile.modes {
            obstacles.extend(component_obstacle(mode, service).map(|words| format!("mode `{}`: {words}", mode.name)));
        }
        let components = components(study, service, &places).map_err(|words| obstacles.push(words));
        let outer = outer(layers, topology, &places).map_err(|words| obstacles.push(words));
        let inner = layers.within_zones();
        let ways = places::all(design, topology).and_then(|ways| {
            let way = |(weight, hosts): (f64, Vec<HostId>)| {
                Ok((weight, stand(study, design, service, &hosts, &inner, &places)?))
            };
            ways.into_iter().map(way).collect::<Result<Vec<_>, String>>()
        });
        let ways = ways.map_err(|words| obstacles.push(words));
        match (components, outer, ways) {
            (Ok(components), Ok(outer), Ok(ways)) if obstacles.is_empty() => {
                Ok(Self { service, outer, ways, components })
            }
            _ => Err(obstacles),
        }
    }

    /// The fastest rate at which anything settles; zero if nothing changes.
    pub fn fastest(&self) -> f64 {
        let courses = self.outer.iter().flat_map(|(_, courses)| courses);
        let own = self.components.values().filter_map(|(course, _)| course.as_ref());
        let trees = self.ways.iter().flat_map(|(_, groups)| groups).flat_map(|group| group.trees.values());
        let rates = courses.chain(own).map(Course::rate).chain(trees.flatten().map(Tree::fastest));
        rates.fold(0.0, f64::max)
    }

    /// The probability that the objective does not hold.
    ///
    /// # Errors
    /// If a number is outside what `exact` can take.
    pub fn missed_at(&self, t_ms: f64) -> Result<f64, Error> {
        let mut dark: BTreeMap<Dark, f64> = BTreeMap::from([(0, 1.0)]);
        for (takes, courses) in &self.outer {
            let out =
                any_down(&courses.iter().map(|course| course.out_at(t_ms)).collect::<Result<Vec<f64>, Error>>()?)?;
            for (places, chance) in std::mem::take(&mut dark) {
                *dark.entry(places).or_insert(0.0) += chance * (1.0 - out);
                *dark.entry(places | takes).or_insert(0.0) += chance * out;
            }
        }
        let mut missed = 0.0;
        for (weight, groups) in &self.ways {
            let mut known = BTreeMap::new();
            for (&places, &chance) in dark.iter().filter(|(_, chance)| **chance > 0.0) {
                missed += weight * chance * self.missed_in(groups, places, t_ms, &mut known)?;
            }
        }
        Ok(missed)
    }

    fn missed_in(
        &self,
        groups: &[Group],
        dark: Dark,
        t_ms: f64,
        known: &mut BTreeMap<(usize, Dark), f64>,
    ) -> Result<f64, Error> {
        let mut down = vec![0.0; self.service.nodes.len()];
        for group in groups {
            let key = (group.node, dark & group.stands_in);
            down[group.node] = match known.get(&key) {
                Some(&down) => down,
                None => {
                    let down = group.down_at(key.1, t_ms)?;
                    known.insert(key, down);
                    down
                }
            };
        }
        for (&node, (course, ground)) in &self.components {
            let own = course.map_or(Ok(0.0), |course| course.out_at(t_ms))?;
            down[node] = if ground.holds(dark) { own } else { 1.0 };
        }
        Ok(self.service.fold(|at| down[at], fewer_hold))
    }
}

impl Group {
    fn down_at(&self, dark: Dark, t_ms: f64) -> Result<f64, Error> {
        match self.trees.get(&dark) {
            Some(Some(tree)) => Ok(probability_fewer_than(&distribution(&tree.at(t_ms)?)?, self.least)),
            _ => Ok(1.0),
        }
    }
}

impl Ground {
    fn holds(&self, dark: Dark) -> bool {
        match self {
            Self::Nothing(by) => dark & by == 0,
            Self::Zones(zones, least) => zones.iter().filter(|&zone| dark & zone == 0).count() >= *least,
        }
    }
}

/// What a mode does to components that has no exact answer.
fn component_obstacle(mode: &Mode, service: &Structure) -> Option<&'static str> {
    let stands = service.components().any(|(_, of)| matches!(of.footing, Footing::Zone(_) | Footing::Zones { .. }));
    let anywhere = service.components().any(|(_, of)| of.footing != Footing::Global);
    match (mode.scope, mode.kind) {
        (Scope::Hall, _) if stands => Some("it takes the halls in which components stand"),
        (Scope::Zone | Scope::Region, Kind::Shock) if anywhere => {
            Some("a shock, from which components recover by themselves")
        }
        _ => None,
    }
}

fn components(
    study: &Study,
    service: &Structure,
    places: &Places,
) -> Result<BTreeMap<usize, (Option<Course>, Ground)>, String> {
    let mut all = BTreeMap::new();
    for (node, component) in service.components() {
        let mode =
            component.cause.as_ref().and_then(|cause| study.profile.modes.iter().find(|mode| mode.name == *cause));
        let course = mode.map(|mode| Course::new(mode, 1.0).map_err(|words| format!("mode `{}`: {words}", mode.name)));
        let of_region = |region: RegionId| places.region(region) | places.all();
        let ground = match component.footing {
            Footing::Global => Ground::Nothing(places.all()),
            Footing::Region(region) => Ground::Nothing(of_region(region)),
            Footing::Zone(zone) => Ground::Nothing(places.zone(zone) | of_region(study.topology.region_of(zone))),
            Footing::Zones { region, least } => {
                let zone = |zone| places.zone(zone) | of_region(region);
                Ground::Zones(study.topology.zones_of(region).map(zone).collect(), least as usize)
            }
        };
        all.insert(node, (course.transpose()?, ground));
    }
    Ok(all)
}

/// What takes zones, pairs of zones, regions and everything.
fn outer(layers: &Layers, topology: &Topology, places: &Places) -> Result<Vec<(Dark, Vec<Course>)>, String> {
    let mut all = vec![(places.all(), layers.outages(Scope::Global))];
    for &region in &places.regions {
        all.push((places.region(region), layers.outages(Scope::Region)));
        let zones: Vec<ZoneId> = topology.zones_of(region).collect();
        for (at, &one) in zones.iter().enumerate() {
            all.push((places.zone(one), layers.zones_alone(zones.len())?));
            for &other in &zones[at + 1..] {
                all.push((places.zone(one) | places.zone(other), layers.zone_pairs(zones.len())?));
            }
        }
    }
    all.retain(|(_, courses)| !courses.is_empty());
    Ok(all)
}

/// The groups of sets of a service whose machines stand on these hosts, set after set.
fn stand(
    study: &Study,
    design: &Design,
    service: &Structure,
    hosts: &[HostId],
    inner: &Layers,
    places: &Places,
) -> Result<Vec<Group>, String> {
    let topology = &study.topology;
    let mut of_set = Vec::new();
    let mut rest = hosts;
    for set in &design.sets {
        let (mine, others) = rest.split_at(set.capacity as usize);
        of_set.push(mine);
        rest = others;
    }
    let mut groups = Vec::new();
    let mut standing: Vec<Vec<HostId>> = Vec::new();
    for (node, part) in service.nodes.iter().enumerate() {
        let Part::Sets(sets, Least::Serving(least)) = &part.part else { continue };
        let mine: Vec<HostId> = sets.iter().flat_map(|&set| of_set[set as usize].iter().copied()).collect();
        for others in &standing {
            is_apart(&mine, others, inner, topology)?;
        }
        groups.push(group(node, *least as usize, &mine, inner, places, topology)?);
        standing.push(mine);
    }
    Ok(groups)
}

/// Whether no mode reaches machines of both groups through what they share.
fn is_apart(one: &[HostId], other: &[HostId], inner: &Layers, topology: &Topology) -> Result<(), String> {
    let zone = |host: &HostId| topology.zone_of(topology.rack_of(*host));
    let share = |scope: Scope| match scope {
        Scope::Host => one.iter().any(|host| other.contains(host)),
        Scope::Rack => one.iter().any(|a| other.iter().any(|b| topology.rack_of(*a) == topology.rack_of(*b))),
        Scope::Hall | Scope::Zone => one.iter().any(|a| other.iter().any(|b| zone(a) == zone(b))),
        Scope::Region => {
            let region = |host: &HostId| topology.region_of(zone(host));
            one.iter().any(|a| other.iter().any(|b| region(a) == region(b)))
        }
        Scope::Global => true,
        _ => false,
    };
    let found =
        [Scope::Host, Scope::Rack, Scope::Hall, Scope::Zone, Scope::Region, Scope::Global].into_iter().find(|&scope| {
            let strikes = !inner.outages(scope).is_empty() || inner.shocks(scope).next().is_some();
            strikes && share(scope)
        });
    let words = match found {
        None => return Ok(()),
        Some(Scope::Host) => "hosts",
        Some(Scope::Rack) => "racks",
        Some(Scope::Hall) => "halls",
        Some(_) => "shocks",
    };
    Err(format!("parts that share {words}: what one of them loses depends on the other"))
}

fn group(
    node: usize,
    least: usize,
    hosts: &[HostId],
    inner: &Layers,
    places: &Places,
    topology: &Topology,
) -> Result<Group, String> {
    let zone = |host: HostId| topology.zone_of(topology.rack_of(host));
    let mut used: Vec<ZoneId> = hosts.iter().map(|&host| zone(host)).collect();
    used.sort_unstable();
    used.dedup();
    let regions = used.iter().fold(0, |bits, &zone| bits | places.region(topology.region_of(zone)));
    let stands_in = used.iter().fold(regions | places.all(), |bits, &zone| bits | places.zone(zone));
    let mut trees = BTreeMap::new();
    let mut dark = stands_in;
    loop {
        // What is dark stands in the queues of crews all the same.
        let out =
            |zone: ZoneId| dark & (places.zone(zone) | places.region(topology.region_of(zone)) | places.all()) != 0;
        let tree =
            if used.iter().all(|&zone| out(zone)) { None } else { Some(Tree::new(inner, hosts, &out, topology)?) };
        trees.insert(dark, tree);
        if dark == 0 {
            return Ok(Group { node, least, stands_in, trees });
        }
        dark = (dark - 1) & stands_in;
    }
}
