//! A world is built, once for all trials: room for every machine that its design may ever have.
//!
//! In: a design, and strikes that are laid out for a population that holds it. Out: a world that begins trials. What a design does not ask
//! for takes no room: lists that nobody needs stay empty.

use super::{Lives, NONE, Starts, World};
use crate::Extra;
use crate::all_probed_up::AllProbedUp;
use crate::bill::Meters;
use crate::components::seats;
use crate::design::{Design, ScaleSet, StartState};
use crate::facts::{Facts, StormFacts, facts, storm_facts};
use crate::machine::Machine;
use crate::maintain::Passages;
use crate::manage::{GroupState, Manager, Rollouts, Scaler, bad_releases};
use crate::measure::Measure;
use crate::placement::{Planner, slots};
use crate::reach::Reach;
use crate::routing::switches;
use crate::serving::Book;
use crate::slow_start::Warming;
use crate::uptimes::Uptimes;
use std::sync::Arc;
use zonefall_engine::{Calendar, EventBudget, Key, Law, SimDuration, SimTime};
use zonefall_faults::{Effect, Strikes};
use zonefall_topology::Topology;

impl World {
    /// A world for a design. `strikes` must be laid out for a population that holds the design.
    pub fn new(design: Arc<Design>, measure: Arc<Measure>, topology: Arc<Topology>, strikes: &Strikes) -> Self {
        let names = strikes.storm_modes().causes();
        let (modes, own_mark) = unit_facts(&design, names.len(), strikes);
        let causes: Vec<StormFacts> = (0..names.len() as u16).map(|c| storm_facts(c, strikes, &design)).collect();
        let slots = slots(&design, &topology, strikes.population());
        let (capacity, racks) = (slots.iter().map(|group| group.numbers.len()).sum(), topology.rack_count() as usize);
        let book = Book::new(&design, names.len(), &topology);
        let sets = starts(&design, &book);
        let managed = design.sets.iter().any(|set| set.management.is_some());
        let slow_starts = sets.iter().any(|set| set.slow_start.is_some());
        let starting = managed || start_takes_time(&sets, &modes, &causes);
        let degrades = slow_starts || degrade(&modes, &causes);
        let flapping = design.balancer.is_some_and(|balancer| balancer.flap_window > SimDuration::ZERO);
        let when = |asked: bool| if asked { vec![SimTime::ZERO; capacity] } else { Vec::new() };
        let of_platform = |mode: &Facts| causes.get(usize::from(mode.cause)).is_some_and(|facts| facts.of_platform);
        let by_part = !design.agreements.is_empty();
        let cuts = marks(&modes, |mode| mode.down && of_platform(mode));
        let reach = Reach::new(cuts, if starting && (design.sla.is_some() || by_part) { capacity } else { 0 });
        let uptimes = Uptimes::new(&design, capacity, &topology);
        let scaler = Scaler::new(&design);
        let mut manager = Manager::new(&design, &slots, capacity, racks, &topology);
        manager.rollouts = Rollouts::new(&design, capacity, own_mark);
        manager.of_host = marks(&modes, |mode| mode.on_host && mode.down);
        let planned = strikes.unit_modes().as_slice().iter().map(|unit| unit.mode.wave().is_some());
        let planned = planned.zip(0..).fold(0, |marks, (is_wave, mode)| marks | u32::from(is_wave) << mode);
        manager.out_of_reach = crate::machine::RACK_OUT | manager.of_host | planned;
        manager.of_application = marks(&modes, |mode| mode.application_only);
        manager.host_marks = marks(&modes, |mode| mode.on_host && mode.together);
        manager.unhealthy = marks(&modes, |mode| mode.effect == Effect::Unhealthy);
        let first = |group: &GroupState| group.zone.is_none_or(|zone| design.sets[group.set].zones.contains(&zone));
        let meters = Meters::new(&design, manager.groups.iter().map(|group| (group.set, first(group))));
        let service = &design.service;
        let hears_tries = service.gateway.is_some() && service.retry.is_some();
        let fails_over = design.structure().is_some_and(|service| !service.failovers.is_empty());
        Self {
            deeds: None,
            acts: Vec::new(),
            is_watched: managed || by_part || modes.iter().any(|mode| mode.history),
            lives: lives(&modes, topology.host_count() as usize, capacity),
            holding: marks(&modes, |mode| mode.down),
            machines: vec![Machine::default(); capacity],
            instance_of: vec![NONE; capacity],
            position_of: vec![NONE; strikes.population().instance_count() as usize],
            host_start: vec![0; topology.host_count() as usize + 1],
            rack_depth: vec![0; racks],
            rack_active: Vec::new(),
            rack_slow: Vec::new(),
            far_disks: Vec::new(),
            ready_at: when(starting),
            probe_at: when(design.balancer.is_some()),
            probed_up: all_probed_up(&design, &sets, capacity),
            returned: if flapping { vec![(SimTime::ZERO, 0); capacity] } else { Vec::new() },
            factors: if degrades { vec![(1000, 0); capacity] } else { Vec::new() },
            warming: if slow_starts { vec![Warming::UNKNOWN; capacity] } else { Vec::new() },
            probes: None,
            pending: Calendar::with_capacity(64),
            tide: None,
            book,
            budget: EventBudget::new(measure.event_budget),
            luck: Key::root(0),
            standing_luck: Key::root(0),
            suppressed: None,
            deployment: names.len() as u16,
            nobody: (names.len() + crate::EXTRA_CAUSES.len()) as u16,
            manager,
            meters,
            reach,
            uptimes,
            follows: scaler.is_active() || service.sessions.is_some() || slow_starts || service.tells_machines_apart(),
            scaler,
            seats: seats(&design, names, &topology),
            passages: Passages::default(),
            growths: Vec::new(),
            hears_tries,
            reviews: hears_tries || service.patience.is_some() || fails_over,
            routing: switches(&design),
            moves: design.sets.iter().any(|set| set.zones.is_empty()),
            placed: false,
            planner: Planner::new(&topology),
            slots,
            modes,
            causes,
            sets,
            design,
            measure,
            topology,
        }
    }
}

/// What strikes machines, the design's own bad releases last; and the mark of the first of these.
fn unit_facts(design: &Design, causes: usize, strikes: &Strikes) -> (Vec<Facts>, usize) {
    let recorded = strikes.unit_modes().is_recorded();
    let mut modes: Vec<Facts> = strikes.unit_modes().as_slice().iter().map(|unit| facts(unit, recorded)).collect();
    let own_mark = modes.len();
    modes.extend(bad_releases(design, (causes + Extra::BadRelease as usize) as u16));
    assert!(modes.len() <= zonefall_faults::UNIT_MODES_MAX, "a machine has a mark for each mode and bad release");
    (modes, own_mark)
}

/// The marks of the modes that fit.
fn marks(modes: &[Facts], fits: impl Fn(&Facts) -> bool) -> u32 {
    modes.iter().enumerate().filter(|(_, mode)| fits(mode)).fold(0, |marks, (at, _)| marks | 1 << at)
}

/// The lengths of each set's starts, and where its machines are booked.
fn starts(design: &Design, book: &Book) -> Vec<Starts> {
    let of_service = |set: usize| design.structure().and_then(|service| service.node_of_set(set)).unwrap_or(0) as u32;
    let part = |set: usize| book.workers().filter(|_| design.only_works(set)).unwrap_or_else(|| of_service(set));
    let starts = |(at, set): (usize, &ScaleSet)| Starts {
        boot: set.boot.clone(),
        warm_up: set.warm_up.clone(),
        slow_start: set.slow_start.clone(),
        creating: if let StartState::Creating(law) = &set.start { Some(law.clone()) } else { None },
        serves: set.serves_milli as i64,
        part: part(at),
        withheld_from: book.withheld_from(part(at)),
    };
    design.sets.iter().enumerate().map(starts).collect()
}

/// Whether a machine may take time from its start until it is ready.
fn start_takes_time(sets: &[Starts], modes: &[Facts], causes: &[StormFacts]) -> bool {
    let takes_time = |law: &Law| law.mean_ms() > 0.0;
    modes.iter().any(|mode| mode.restart.is_some())
        || causes.iter().any(|cause| cause.restart.is_some())
        || sets.iter().any(|set| takes_time(&set.boot) || takes_time(&set.warm_up) || set.creating.is_some())
}

/// Whether machines may serve less than they can.
fn degrade(modes: &[Facts], causes: &[StormFacts]) -> bool {
    modes.iter().any(|mode| matches!(mode.effect, Effect::Degraded(_)))
        || causes.iter().any(|cause| matches!(cause.effect, Effect::Degraded(_)))
}

/// The lives of modes that depend on history, of so many hosts or machines.
fn lives(modes: &[Facts], hosts: usize, capacity: usize) -> Vec<Lives> {
    let history = modes.iter().enumerate().filter(|(_, mode)| mode.history);
    let lives = history.map(|(mode, facts)| {
        let units = if facts.on_host { hosts } else { capacity };
        Lives {
            mode: mode as u32,
            ends: vec![SimTime::NEVER; units],
            left: vec![None; units],
            count: vec![0; units],
            length: Vec::new(),
        }
    });
    lives.collect()
}

/// LB-05: who is probed up where nobody is healthy, if the balancer does that.
fn all_probed_up(design: &Design, sets: &[Starts], capacity: usize) -> AllProbedUp {
    if design.balancer.is_none_or(|balancer| !balancer.all_when_none) {
        return AllProbedUp::default();
    }
    AllProbedUp::new(sets.iter().map(|set| set.part as usize + 1).max().unwrap_or(1), capacity)
}
