//! SL-07: the promises for the parts of a service, multiplied as if parts failed independently, beside what is simulated.
//!
//! In: a design's service and its downtime by cause. Out: the arithmetic, with the routers of failover groups, and why the simulation says something else: causes
//! that strike several parts at once, components that fail as often as promised, and what no promise covers.

use crate::outcome::{CauseOutcome, CompositeOutcome, PartPromise};
use crate::study::Study;
use std::collections::BTreeMap;
use zonefall_faults::{Mode, Scope, mode_of_cause};
use zonefall_fleet::{Design, Footing, Node, Part, Structure};
use zonefall_topology::{RegionId, Topology, ZoneId};

/// The composite promise of a design; none without parts.
pub(crate) fn composite(study: &Study, design: &Design, causes: &[CauseOutcome]) -> Option<CompositeOutcome> {
    let service = design.structure()?;
    let leaves = service.nodes.iter().filter(|node| !matches!(node.part, Part::Group { .. }));
    let share = |ratio: (u64, u64)| ratio.0 as f64 / ratio.1 as f64;
    let promise = |part: String, node: &Node| PartPromise { part, promise: node.promise.map(share) };
    // One that is a component is among the leaves.
    let groups = service.failovers.iter().map(|failover| &service.nodes[failover.node as usize]);
    let routers = groups.filter(|node| node.promise.is_none_or(|(up, of)| up < of));
    let routers = routers.map(|node| promise(format!("the router of {}", node.name), node));
    let parts = leaves.map(|node| promise(node.name.clone(), node)).chain(routers);
    let unpromised = service.unpromised();
    let (mut shared, mut own, mut rest) = (0.0, 0.0, 0.0);
    let reach = Reach::new(design, service, &study.topology);
    for row in causes {
        let minutes = row.downtime_min_per_month.mean;
        match mode_of_cause(&study.profile.modes, &row.cause) {
            Some(mode) if mode.scope == Scope::Component => own += minutes,
            Some(mode) if reach.is_shared(mode) => shared += minutes,
            _ => rest += minutes,
        }
    }
    Some(CompositeOutcome {
        promise: unpromised.map(|share| 1.0 - share),
        unpromised,
        parts: parts.collect(),
        components_min_per_month: own,
        shared_min_per_month: shared,
        rest_min_per_month: rest,
    })
}

/// How many parts stand in each place.
struct Reach {
    zones: BTreeMap<ZoneId, usize>,
    regions: BTreeMap<RegionId, usize>,
    parts: usize,
}

impl Reach {
    fn new(design: &Design, service: &Structure, topology: &Topology) -> Self {
        let mut reach = Self { zones: BTreeMap::new(), regions: BTreeMap::new(), parts: 0 };
        for node in &service.nodes {
            let mut zones: Vec<ZoneId> = match &node.part {
                Part::Group { .. } => continue,
                Part::Sets(sets, _) => sets.iter().flat_map(|&set| zones_of(design, set as usize, topology)).collect(),
                Part::Component(component) => match component.footing {
                    Footing::Global => Vec::new(),
                    Footing::Zone(zone) => vec![zone],
                    // A region as a whole feels only what takes the region.
                    Footing::Region(region) => {
                        *reach.regions.entry(region).or_default() += 1;
                        Vec::new()
                    }
                    Footing::Zones { region, .. } => topology.zones_of(region).collect(),
                },
            };
            reach.parts += 1;
            zones.sort_unstable();
            zones.dedup();
            let mut regions: Vec<RegionId> = zones.iter().map(|&zone| topology.region_of(zone)).collect();
            regions.dedup();
            zones.into_iter().for_each(|zone| *reach.zones.entry(zone).or_default() += 1);
            regions.into_iter().for_each(|region| *reach.regions.entry(region).or_default() += 1);
        }
        reach
    }

    /// Whether a mode may strike several parts at once.
    fn is_shared(&self, mode: &Mode) -> bool {
        let several = |count: &usize| *count > 1;
        match mode.scope {
            Scope::Zone | Scope::Hall | Scope::Rack | Scope::Host => self.zones.values().any(several),
            Scope::Region => self.regions.values().any(several),
            Scope::Global => self.parts > 1,
            Scope::Instance | Scope::Component | Scope::ControlPlane | Scope::Allocation => false,
        }
    }
}

fn zones_of(design: &Design, set: usize, topology: &Topology) -> Vec<ZoneId> {
    let set = &design.sets[set];
    if set.zones.is_empty() { topology.zones_of(set.region).collect() } else { set.zones.clone() }
}
