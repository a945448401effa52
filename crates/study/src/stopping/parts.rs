//! Which strikes can alone miss the objective of a service of parts: those without whose units the service does not hold, or does not
//! work on its jobs.
//!
//! As for machines alone, places decide and not what happened: a rack is taken for all that stands in its zone, and a set
//! whose zones are hidden for one that stands in any of them.

use zonefall_faults::{Mode, Scope};
use zonefall_fleet::{Design, Footing, Least, Part, Structure, initial_counts};
use zonefall_topology::{Topology, ZoneId};

/// A service and the places of its parts.
pub(super) struct Standing<'a> {
    pub design: &'a Design,
    pub service: &'a Structure,
    pub topology: &'a Topology,
}

impl Standing<'_> {
    /// Whether the service does not hold without the component that a mode strikes.
    pub fn misses(&self, mode: &Mode) -> bool {
        mode.scope == Scope::Component && !self.service.holds_at_once(|at| !self.is_struck(at, mode))
    }

    fn is_struck(&self, at: usize, mode: &Mode) -> bool {
        let Part::Component(component) = &self.service.nodes[at].part else { return false };
        component.cause.as_deref() == Some(&mode.name)
    }

    /// Machines each of which the service cannot do without.
    pub fn machines(&self) -> u32 {
        let mut all = 0;
        for (at, node) in self.service.nodes.iter().enumerate() {
            let Part::Sets(sets, need) = &node.part else { continue };
            let machines = sets.iter().map(|&set| self.design.sets[set as usize].capacity).sum::<u32>();
            let spares = matches!(need, Least::Serving(least) if machines > *least);
            if !spares && !self.service.holds_at_once(|leaf| leaf != at) {
                all += machines;
            }
        }
        all
    }

    pub fn holds_without(&self, gone: &[ZoneId]) -> bool {
        self.service.holds_at_once(|at| match &self.service.nodes[at].part {
            Part::Sets(sets, need) => {
                let all: u32 = sets.iter().map(|&set| self.design.sets[set as usize].capacity).sum();
                let left: u32 = sets.iter().map(|&set| self.left(set as usize, gone)).sum();
                match need {
                    Least::Serving(least) => left >= *least,
                    Least::Served(..) => left == all,
                }
            }
            Part::Component(component) => match component.footing {
                Footing::Global => true,
                Footing::Zone(zone) => !gone.contains(&zone),
                Footing::Zones { region, least } => {
                    self.topology.zones_of(region).filter(|zone| !gone.contains(zone)).count() >= least as usize
                }
                Footing::Region(region) => self.topology.zones_of(region).any(|zone| !gone.contains(&zone)),
            },
            Part::Group { .. } => true,
        })
    }

    fn left(&self, set: usize, gone: &[ZoneId]) -> u32 {
        let set = &self.design.sets[set];
        if set.zones.is_empty() {
            let may_stand = self.topology.zones_of(set.region).any(|zone| gone.contains(&zone));
            return if may_stand { 0 } else { set.capacity };
        }
        let there = set.zones.iter().zip(initial_counts(set));
        there.filter(|(zone, _)| !gone.contains(zone)).map(|(_, count)| count).sum()
    }
}
