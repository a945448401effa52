//! Which strikes can alone miss the objective of a service of parts: those without whose units the service does not hold.
//!
//! As for machines alone, places decide and not what happened: a rack is taken for all that stands in its zone, and a set
//! whose zones are hidden for one that stands in any of them.

use zonefall_faults::{Mode, Scope, component_of};
use zonefall_fleet::{Design, Footing, Least, Part, Structure, initial_counts};
use zonefall_topology::{Topology, ZoneId};

/// A service and the places of its parts.
pub(super) struct Standing<'a> {
    pub design: &'a Design,
    pub service: &'a Structure,
    pub topology: &'a Topology,
}

impl Standing<'_> {
    /// Units of a mode's scope without each of which the service does not hold.
    pub fn units(&self, mode: &Mode) -> f64 {
        let topology = self.topology;
        let zones = || topology.zone_ids().filter(|&zone| !self.holds_without(&[zone]));
        let units = match mode.scope {
            Scope::Instance | Scope::Host => self.machines(),
            Scope::Rack => zones().map(|zone| topology.racks_in(zone)).sum(),
            Scope::Hall => zones().map(|zone| topology.halls_in(zone)).sum(),
            Scope::Zone => zones().count() as u32,
            Scope::Region => {
                let lost = |region| !self.holds_without(&topology.zones_of(region).collect::<Vec<_>>());
                topology.region_ids().filter(|&region| lost(region)).count() as u32
            }
            Scope::Global => 1,
            Scope::Component => u32::from(!self.service.holds(|at| !self.is_struck(at, mode))),
            Scope::ControlPlane | Scope::Allocation => 0,
        };
        f64::from(units)
    }

    /// Pairs of zones without which the service does not hold, though it does without either, each times 2/(n − 1).
    pub fn pairs(&self) -> f64 {
        let mut all = 0.0;
        for region in self.topology.region_ids() {
            let zones: Vec<ZoneId> = self.topology.zones_of(region).collect();
            for (at, &one) in zones.iter().enumerate() {
                let together = |&&other: &&ZoneId| {
                    self.holds_without(&[one]) && self.holds_without(&[other]) && !self.holds_without(&[one, other])
                };
                let found = zones[at + 1..].iter().filter(together).count();
                all += 2.0 * found as f64 / (zones.len() as f64 - 1.0);
            }
        }
        all
    }

    fn is_struck(&self, at: usize, mode: &Mode) -> bool {
        let Part::Component(component) = &self.service.nodes[at].part else { return false };
        component.cause.as_deref() == Some(&mode.name) && component_of(&mode.name) == self.service.nodes[at].name
    }

    /// Machines each of which the service cannot do without.
    fn machines(&self) -> u32 {
        let mut all = 0;
        for (at, node) in self.service.nodes.iter().enumerate() {
            let Part::Sets(sets, need) = &node.part else { continue };
            let machines = sets.iter().map(|&set| self.design.sets[set as usize].capacity).sum::<u32>();
            let spares = matches!(need, Least::Serving(least) if machines > *least);
            if !spares && !self.service.holds(|leaf| leaf != at) {
                all += machines;
            }
        }
        all
    }

    fn holds_without(&self, gone: &[ZoneId]) -> bool {
        self.service.holds(|at| match &self.service.nodes[at].part {
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
