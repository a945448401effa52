//! The trials before which no run stops: each mode that can alone miss the objective is expected ten times by then.
//!
//! *Alone* is judged by places, not by what happened: a strike on a scope that may hold more machines than the design can
//! spare. Rather too many modes than too few: those that strike often ask for no trials.

use super::parts::Standing;
use super::{OCCURRENCES_MIN, TRIALS_MIN};
use crate::study::Study;
use zonefall_faults::{Effect, Mode, Scope, cause_name};
use zonefall_fleet::{Design, Need, initial_counts};
use zonefall_topology::{Topology, ZoneId};

/// A mode (or its hit on two zones) that can alone miss a design's objective, and how often it strikes a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Lonely {
    /// What reports call it.
    pub cause: String,
    /// Expected occurrences in a trial, over all units that can.
    pub per_trial: f64,
    /// How long one takes on average, in milliseconds.
    pub mean_ms: f64,
}

/// The trials before which the rule does not look.
pub fn floor(study: &Study) -> u64 {
    let designs = (0..study.designs.len()).filter(|at| is_asked(study, *at));
    let rarest =
        designs.flat_map(|at| lonely(study, &study.designs[at])).map(|of| of.per_trial).fold(f64::INFINITY, f64::min);
    // A conversion that saturates.
    ((OCCURRENCES_MIN / rarest).ceil() as u64).max(TRIALS_MIN)
}

fn is_asked(study: &Study, design: usize) -> bool {
    study.stopping.as_ref().and_then(|rule| rule.design).is_none_or(|asked| asked == design)
}

/// The modes that can alone miss the objective of a design in the world of a study. None where faults are not drawn.
pub fn lonely(study: &Study, design: &Design) -> Vec<Lonely> {
    if study.replay.is_some() {
        return Vec::new();
    }
    let years = study.measure.horizon.since(study.measure.from).as_hours() / (365.0 * 24.0);
    let topology = &study.topology;
    let holds = Holds::new(design, topology);
    let service = design.structure().map(|service| Standing { design, service, topology });
    // Parts that hold may still be too few for a batch to be done in time.
    let in_time = matches!(design.need, Need::Done(..));
    let machines = match &service {
        Some(standing) if !in_time => standing.machines(),
        _ => holds.machines(),
    };
    let mut found = Vec::new();
    for mode in study.profile.modes.iter().filter(|mode| can_stop(mode, design)) {
        let rate = mode.rate_per_year();
        let mut add = |pair: bool, units: f64| {
            let per_trial = rate * units * years;
            if per_trial > 0.0 {
                found.push(Lonely { cause: cause_name(mode, pair), per_trial, mean_ms: mode.mean_time_back_ms() });
            }
        };
        let component = service.as_ref().map_or(0, |standing| u32::from(standing.misses(mode)));
        let zones = |gone: &[ZoneId]| match &service {
            Some(standing) => !standing.holds_without(gone) || in_time && holds.are_missed(gone),
            None => holds.are_missed(gone),
        };
        let misses = Misses { topology, zones: &zones, machines, component };
        add(false, misses.units(mode.scope));
        if mode.common_cause > 0.0 {
            add(true, mode.common_cause * misses.pairs());
        }
    }
    found
}

/// Whether a strike may take capacity away at all.
fn can_stop(mode: &Mode, design: &Design) -> bool {
    let reaches = match mode.scope {
        Scope::ControlPlane | Scope::Allocation => false,
        Scope::Global => design.depends_on.contains(&mode.name),
        Scope::Component => design.structure().is_some(),
        _ => true,
    };
    reaches && mode.effect != Effect::Unhealthy
}

/// Where the machines of a design may stand, and how many it can spare.
struct Holds {
    by_zone: Vec<u32>,
    spare: u32,
    machines: u32,
}

impl Holds {
    fn new(design: &Design, topology: &Topology) -> Self {
        let mut by_zone = vec![0; topology.zone_count() as usize];
        for set in &design.sets {
            if set.zones.is_empty() {
                // Hidden: all of them may stand in any zone of the region.
                topology.zones_of(set.region).for_each(|zone| by_zone[zone.0 as usize] += set.capacity);
            }
            for (zone, count) in set.zones.iter().zip(initial_counts(set)) {
                by_zone[zone.0 as usize] += count;
            }
        }
        let machines = u32::try_from(design.capacity()).unwrap_or(u32::MAX);
        let spare = match design.need {
            Need::Serving(least) => machines.saturating_sub(least),
            // How many a share of the demand needs depends on the hour: none to spare.
            // So does how far a batch is.
            Need::Served(..) | Need::Done(..) | Need::Parts(_) => 0,
        };
        Self { by_zone, spare, machines }
    }

    /// Whether the machines that may stand in these zones are more than can be spared.
    fn are_missed(&self, zones: &[ZoneId]) -> bool {
        zones.iter().fold(0, |sum: u32, zone| sum.saturating_add(self.by_zone[zone.0 as usize])) > self.spare
    }

    /// Machines each of which cannot be spared.
    fn machines(&self) -> u32 {
        if self.spare > 0 { 0 } else { self.machines }
    }
}

/// Where losing something alone misses the objective: zones by a predicate, single machines and a component by number.
struct Misses<'a> {
    topology: &'a Topology,
    zones: &'a dyn Fn(&[ZoneId]) -> bool,
    machines: u32,
    component: u32,
}

impl Misses<'_> {
    /// Units of a scope of which each alone misses it; a rack or a hall is taken for its zone.
    fn units(&self, scope: Scope) -> f64 {
        let topology = self.topology;
        let zones = || topology.zone_ids().filter(|&zone| (self.zones)(&[zone]));
        let units = match scope {
            Scope::Instance | Scope::Host => self.machines,
            Scope::Rack => zones().map(|zone| topology.racks_in(zone)).sum(),
            Scope::Hall => zones().map(|zone| topology.halls_in(zone)).sum(),
            Scope::Zone => zones().count() as u32,
            Scope::Region => {
                let lost = |region| (self.zones)(&topology.zones_of(region).collect::<Vec<_>>());
                topology.region_ids().filter(|&region| lost(region)).count() as u32
            }
            Scope::Global => 1,
            Scope::Component => self.component,
            Scope::ControlPlane | Scope::Allocation => 0,
        };
        f64::from(units)
    }

    /// Pairs of zones that miss it together, neither of them by itself, each times 2/(n − 1): what a pair's rate is a
    /// multiple of. Where one zone is enough, the mode's other strikes tell as much.
    fn pairs(&self) -> f64 {
        let mut all = 0.0;
        for region in self.topology.region_ids() {
            let zones: Vec<ZoneId> = self.topology.zones_of(region).collect();
            for (at, &one) in zones.iter().enumerate() {
                let together =
                    |&&other: &&ZoneId| !(self.zones)(&[one]) && !(self.zones)(&[other]) && (self.zones)(&[one, other]);
                let found = zones[at + 1..].iter().filter(together).count();
                all += 2.0 * found as f64 / (zones.len() as f64 - 1.0);
            }
        }
        all
    }
}
