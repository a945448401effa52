//! Machines on hosts in racks in halls in zones in regions, each level with its own causes: what `exact::spread` is
//! asked at an instant.

use super::course::Course;
use super::layers::Layers;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use zonefall_exact::markov::{Crowd, CrowdCause};
use zonefall_exact::profile::any_down;
use zonefall_exact::spread::{Pair, Part};
use zonefall_exact::{Error, dark_places};
use zonefall_faults::Scope;
use zonefall_topology::{HostId, RackId, RegionId, Topology, ZoneId};

/// The most states of a chain that is solved at hundreds of instants.
const STATES_MAX: usize = 64;
/// How near the long run counts as being there.
const SETTLED: f64 = 1e-14;

/// A [`Part`] whose numbers change with time.
#[derive(Debug)]
pub(super) enum Tree {
    /// So many machines, side by side.
    Machines { causes: Vec<Course>, count: usize },
    /// So many machines that are out; crews and shocks meet them all the same.
    Dark { count: usize },
    /// Everything within, while none of the causes holds it.
    Group { causes: Vec<Course>, parts: Vec<Tree> },
    /// Zones side by side, and what takes two of them.
    Zones { parts: Vec<Tree>, pairs: Vec<(usize, usize, Vec<Course>)> },
    /// Racks at shuffled places of halls.
    Halls { causes: Vec<Course>, halls: Vec<usize>, racks: Vec<Tree> },
    /// Some of the machines within are held by crews' queues or shocks.
    Held { by: Arc<Held>, part: Box<Tree> },
}

/// Machines held down, evenly chosen; none at the beginning.
#[derive(Debug)]
pub(super) struct Held {
    crowd: Crowd,
    /// The long run, and from when on it holds; none if something is never repaired.
    long_run: Option<(f64, Vec<f64>)>,
    fastest: f64,
}

/// Machines by zone, rack and host.
type Standing = BTreeMap<RegionId, BTreeMap<ZoneId, BTreeMap<u32, BTreeMap<HostId, usize>>>>;

impl Tree {
    /// The tree of a design whose machines stand on `hosts`, some of whose zones are dark.
    ///
    /// # Errors
    /// In words, if crews or shocks reach across the levels.
    pub fn new(
        layers: &Layers,
        hosts: &[HostId],
        is_dark: &dyn Fn(ZoneId) -> bool,
        topology: &Topology,
    ) -> Result<Self, String> {
        let mut standing = Standing::new();
        for &host in hosts {
            let rack = topology.rack_of(host);
            let zone = topology.zone_of(rack);
            let zones = standing.entry(topology.region_of(zone)).or_default();
            *zones.entry(zone).or_default().entry(rack.0).or_default().entry(host).or_default() += 1;
        }
        let builder = Builder { layers, is_dark, topology };
        let regions: Result<Vec<Self>, String> =
            standing.iter().map(|(&region, zones)| builder.region(region, zones)).collect();
        let whole = builder.group(Scope::Global, regions?, hosts.len())?;
        let whole = layers.crews.iter().try_fold(whole, |tree, &cause| tree.held(hosts.len(), &[cause]))?;
        let whole = builder.with_host_crews(whole, hosts)?;
        builder.with_excluding(whole, hosts)
    }

    fn held(self, machines: usize, causes: &[CrowdCause]) -> Result<Self, String> {
        let by = Arc::new(Held::new(machines, causes)?);
        Ok(Self::Held { by, part: Box::new(self) })
    }

    /// The numbers at `t_ms`.
    pub fn at(&self, t_ms: f64) -> Result<Part, Error> {
        let parts = |trees: &[Self]| trees.iter().map(|tree| tree.at(t_ms)).collect::<Result<Vec<Part>, Error>>();
        Ok(match self {
            Self::Machines { causes, count } => Part::Unit { unavailability: out_at(causes, t_ms)?, count: *count },
            Self::Dark { count } => Part::Unit { unavailability: 1.0, count: *count },
            Self::Group { causes, parts: trees } => {
                Part::Group { unavailability: out_at(causes, t_ms)?, parts: parts(trees)? }
            }
            Self::Zones { parts: trees, pairs } => {
                let pair = |(one, other, causes): &(usize, usize, Vec<Course>)| {
                    Ok(Pair { parts: (*one, *other), unavailability: out_at(causes, t_ms)? })
                };
                Part::Paired { parts: parts(trees)?, pairs: pairs.iter().map(pair).collect::<Result<_, Error>>()? }
            }
            Self::Halls { causes, halls, racks } => {
                let dark = dark_places(halls, out_at(causes, t_ms)?, racks.len())?;
                Part::SomeDark { parts: parts(racks)?, dark }
            }
            Self::Held { by, part } => Part::Held { part: Box::new(part.at(t_ms)?), held: by.at(t_ms)? },
        })
    }

    /// The fastest rate at which anything settles, per millisecond; zero if nothing changes.
    pub fn fastest(&self) -> f64 {
        let of = |causes: &[Course]| causes.iter().map(Course::rate).fold(0.0, f64::max);
        let within = |trees: &[Self]| trees.iter().map(Self::fastest).fold(0.0, f64::max);
        match self {
            Self::Machines { causes, .. } => of(causes),
            Self::Dark { .. } => 0.0,
            Self::Group { causes, parts } => of(causes).max(within(parts)),
            Self::Zones { parts, pairs } => pairs.iter().map(|pair| of(&pair.2)).fold(within(parts), f64::max),
            Self::Halls { causes, racks, .. } => of(causes).max(within(racks)),
            Self::Held { by, part } => by.fastest.max(part.fastest()),
        }
    }
}

fn out_at(causes: &[Course], t_ms: f64) -> Result<f64, Error> {
    any_down(&causes.iter().map(|cause| cause.out_at(t_ms)).collect::<Result<Vec<f64>, Error>>()?)
}

impl Held {
    fn new(machines: usize, causes: &[CrowdCause]) -> Result<Self, String> {
        let crowd = Crowd::new(machines, causes).map_err(|error| error.to_string())?;
        if crowd.states() > STATES_MAX {
            return Err(format!(
                "crews or shocks that {machines} machines share: a chain of {} states is too large",
                crowd.states()
            ));
        }
        let rate = |cause: &CrowdCause| machines as f64 * (cause.rate + cause.repair_rate);
        let fastest: f64 = causes.iter().map(rate).sum();
        let mut long_run = None;
        if causes.iter().all(|cause| cause.repair_rate > 0.0) {
            long_run = settles(&crowd, 1.0 / fastest).map_err(|error| error.to_string())?;
        }
        Ok(Self { crowd, long_run, fastest })
    }

    /// P(m held at `t_ms`).
    fn at(&self, t_ms: f64) -> Result<Vec<f64>, Error> {
        match &self.long_run {
            Some((from_ms, long_run)) if t_ms >= *from_ms => Ok(long_run.clone()),
            _ => self.crowd.down_at(t_ms),
        }
    }
}

/// When a crowd has come to its long run, and that; none if it takes more than a million times the fastest step.
fn settles(crowd: &Crowd, step_ms: f64) -> Result<Option<(f64, Vec<f64>)>, Error> {
    let long_run = crowd.down()?;
    for doublings in 4..24 {
        let t_ms = step_ms * f64::from(1 << doublings);
        let near = |(a, b): (&f64, &f64)| (a - b).abs() <= SETTLED;
        if crowd.down_at(t_ms)?.iter().zip(&long_run).all(near) {
            return Ok(Some((t_ms, long_run)));
        }
    }
    Ok(None)
}

/// Puts levels around levels.
struct Builder<'a> {
    layers: &'a Layers,
    is_dark: &'a dyn Fn(ZoneId) -> bool,
    topology: &'a Topology,
}

fn machines(rack: &BTreeMap<HostId, usize>) -> usize {
    rack.values().sum()
}

impl Builder<'_> {
    /// Parts within a unit of a scope, with that scope's outages and shocks.
    fn group(&self, scope: Scope, parts: Vec<Tree>, machines: usize) -> Result<Tree, String> {
        let group = Tree::Group { causes: self.layers.outages(scope), parts };
        self.layers.shocks(scope).try_fold(group, |tree, shock| tree.held(machines, &[shock]))
    }

    fn region(
        &self,
        region: RegionId,
        zones: &BTreeMap<ZoneId, BTreeMap<u32, BTreeMap<HostId, usize>>>,
    ) -> Result<Tree, String> {
        let all: Vec<ZoneId> = self.topology.zones_of(region).collect();
        let parts =
            zones.iter().map(|(&zone, racks)| self.zone(zone, racks, all.len())).collect::<Result<Vec<_>, _>>()?;
        let here: Vec<ZoneId> = zones.keys().copied().collect();
        let place = |zone: ZoneId| here.iter().position(|&other| other == zone);
        let mut pairs = Vec::new();
        for (at, &one) in all.iter().enumerate() {
            for &other in &all[at + 1..] {
                // A pair of which only one zone is in use takes that one.
                let (Some(one), other) = (place(one).or(place(other)), place(other)) else { continue };
                let causes = self.layers.zone_pairs(all.len())?;
                if !causes.is_empty() {
                    pairs.push((one, other.unwrap_or(one), causes));
                }
            }
        }
        let zones_tree = Tree::Zones { parts, pairs };
        let count = zones.values().flat_map(BTreeMap::values).map(machines).sum();
        self.group(Scope::Region, vec![zones_tree], count)
    }

    fn zone(
        &self,
        zone: ZoneId,
        racks: &BTreeMap<u32, BTreeMap<HostId, usize>>,
        of_zones: usize,
    ) -> Result<Tree, String> {
        let count = racks.values().map(machines).sum();
        if (self.is_dark)(zone) {
            return Ok(Tree::Dark { count });
        }
        let racks = racks.values().map(|rack| self.rack(rack)).collect::<Result<Vec<Tree>, String>>()?;
        let halls = self.layers.outages(Scope::Hall);
        let sizes = (0..self.topology.halls_in(zone)).map(|hall| self.topology.hall_racks(zone, hall).len()).collect();
        let inner = if halls.is_empty() { racks } else { vec![Tree::Halls { causes: halls, halls: sizes, racks }] };
        let causes = self.layers.zones_alone(of_zones)?;
        self.group(Scope::Zone, vec![Tree::Group { causes, parts: inner }], count)
    }

    fn rack(&self, hosts: &BTreeMap<HostId, usize>) -> Result<Tree, String> {
        let host = |&count: &usize| {
            let machines = Tree::Machines { causes: self.layers.outages(Scope::Instance), count };
            self.group(Scope::Host, vec![machines], count)
        };
        let parts = hosts.values().map(host).collect::<Result<Vec<Tree>, String>>()?;
        self.group(Scope::Rack, parts, machines(hosts))
    }

    /// Crews that repair hosts: where each machine has a host of its own, hosts are as good as machines.
    fn with_host_crews(&self, tree: Tree, hosts: &[HostId]) -> Result<Tree, String> {
        let crews = &self.layers.host_crews;
        if !crews.is_empty() && hosts.iter().collect::<BTreeSet<_>>().len() < hosts.len() {
            return Err("crews that repair hosts, and hosts with several machines".into());
        }
        crews.iter().try_fold(tree, |tree, &cause| tree.held(hosts.len(), &[cause]))
    }

    /// Modes that exclude each other: one chain for all machines, if each shock reaches all of them.
    fn with_excluding(&self, tree: Tree, hosts: &[HostId]) -> Result<Tree, String> {
        let excluding = &self.layers.excluding;
        if excluding.is_empty() {
            return Ok(tree);
        }
        let racks: BTreeSet<RackId> = hosts.iter().map(|&host| self.topology.rack_of(host)).collect();
        let zones: BTreeSet<ZoneId> = racks.iter().map(|&rack| self.topology.zone_of(rack)).collect();
        let regions: BTreeSet<RegionId> = zones.iter().map(|&zone| self.topology.region_of(zone)).collect();
        let apart = |scope: Scope| match scope {
            Scope::Rack => racks.len() > 1,
            Scope::Zone => zones.len() > 1,
            Scope::Region => regions.len() > 1,
            _ => false,
        };
        if excluding.iter().any(|&(scope, _)| apart(scope)) {
            return Err("shocks that reach only some of the machines, to clocks that stop with the machine".into());
        }
        let causes: Vec<CrowdCause> = excluding.iter().map(|&(_, cause)| cause).collect();
        tree.held(hosts.len(), &causes)
    }
}
