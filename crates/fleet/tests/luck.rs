//! Common random numbers: nothing that is added to a study moves anybody else's luck, and trials know no order.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use support::*;
use zonefall_engine::{Key, Law, Shape, SimTime};
use zonefall_faults::*;
use zonefall_fleet::{
    Ceiling, Demand, Design, HiddenZone, Latency, Ledger, Limit, Need, Queue, Spreading, StartState, Step, World,
    population,
};
use zonefall_topology::{Region, RegionId, Topology, ZoneId};

fn lognormal(median_ms: u64, sigma: f64) -> Law {
    Law::new(Shape::LogNormal(median_ms as f64, sigma), None).unwrap()
}

/// A mode of every kind, often enough to overlap.
fn rich_modes() -> Vec<Mode> {
    let plain = |name: &str, scope, rate: f64, law: Law| Mode::plain(name, scope, rate, Outage::Law(law)).unwrap();
    let weibull = |shape, hours: u64| Law::new(Shape::Weibull(shape, (hours * HOUR) as f64), None).unwrap();
    let mut host = plain("host", Scope::Host, 4.0, lognormal(8 * MINUTE, 0.7));
    (host.kind, host.heals, host.time_to_failure) = (Kind::Shock, true, weibull(0.8, 2190));
    host.repeat = Some(Repeat { factor: 20.0, within_ms: 7.0 * DAY as f64 });
    host.predicted = Some(Predicted { share: 0.3, pause: constant(SECOND), lead: constant(MINUTE) });
    let mut guest = plain("guest", Scope::Instance, 20.0, constant(30 * SECOND));
    guest.recovery = Recovery::WarmUp;
    let mut worn = plain("worn", Scope::Instance, 10.0, lognormal(HOUR, 1.0));
    (worn.start, worn.clock, worn.time_to_failure) = (Start::New, Clock::Operating, weibull(1.5, 800));
    let mut crewed = plain("crewed", Scope::Instance, 10.0, lognormal(HOUR, 1.0));
    (crewed.start, crewed.crews) = (Start::New, Some(1));
    let mut crewed_host = plain("crewed host", Scope::Host, 10.0, lognormal(HOUR, 1.0));
    (crewed_host.start, crewed_host.crews, crewed_host.time_to_failure) = (Start::New, Some(2), weibull(0.8, 800));
    let mut dim = plain("dim", Scope::Instance, 10.0, lognormal(HOUR, 1.0));
    dim.effect = Effect::Degraded(300);
    let mut rack = plain("rack", Scope::Rack, 2.0, lognormal(2 * HOUR, 0.7));
    rack.recovery = Recovery::Boot;
    let mut old_rack = plain("old rack", Scope::Rack, 2.0, lognormal(2 * HOUR, 0.7));
    old_rack.time_to_failure = weibull(2.0, 4000);
    let mut gray = plain("gray", Scope::Rack, 2.0, lognormal(45 * MINUTE, 0.8));
    gray.effect = Effect::Degraded(500);
    let hall = plain("hall", Scope::Hall, 3.0, lognormal(45 * MINUTE, 0.8));
    let mut zone = plain("zone", Scope::Zone, 3.0, lognormal(7 * HOUR, 0.9));
    zone.share = Share { whole: 0.25, low: 0.05, high: 0.6 };
    zone.staged = Some(Staged { main: 0.8, tail: 3.0 });
    zone.restart = Some(Law::new(Shape::Uniform(2.0 * MINUTE as f64, 15.0 * MINUTE as f64), None).unwrap());
    (zone.recovery, zone.common_cause) = (Recovery::Boot, 0.2);
    zone.control_plane = Some(ControlPlaneHit { probability: 0.3, outage: lognormal(3 * HOUR, 0.5) });
    let mut surge = plain("surge", Scope::Zone, 3.0, lognormal(HOUR, 0.9));
    surge.kind = Kind::Shock;
    let region = plain("region", Scope::Region, 1.0, lognormal(8 * HOUR, 0.9));
    let global = plain("global", Scope::Global, 1.0, lognormal(HOUR, 0.9));
    let capacity = plain("capacity", Scope::Allocation, 20.0, lognormal(HOUR, 0.9));
    let plane = plain("plane", Scope::ControlPlane, 20.0, lognormal(HOUR, 0.9));
    let modes = vec![
        host,
        guest,
        worn,
        crewed,
        crewed_host,
        dim,
        rack,
        old_rack,
        gray,
        hall,
        zone,
        surge,
        region,
        global,
        capacity,
        plane,
    ];
    assert!(modes.iter().all(|mode| mode.check().is_empty()));
    modes
}

fn world() -> Arc<Topology> {
    let region = |name: &str, zones| Region {
        name: name.into(),
        zones,
        halls_per_zone: 2,
        racks_per_zone: 5,
        hosts_per_rack: 3,
    };
    Arc::new(Topology::new(vec![region("east", 3), region("west", 2)]).unwrap())
}

/// A spanning set behind a load balancer.
fn spanning(capacity: u32) -> Design {
    let mut design = design(&[1, 2, 3], capacity, capacity / 2);
    design.name = format!("spanning {capacity}");
    design.balancer = Some(balancer());
    design.demand = Some(Demand::constant(700 * u64::from(capacity)));
    design.need = Need::Served(99, 100);
    design.depends_on = vec!["global".into()];
    design.healing_needs_control_plane = true;
    (design.sets[0].boot, design.sets[0].warm_up) = (lognormal(MINUTE, 0.3), lognormal(2 * MINUTE, 0.3));
    design
}

fn regional(capacity: u32) -> Design {
    let mut design = spanning(capacity);
    design.name = format!("regional {capacity}");
    design.sets[0].zones.clear();
    design.sets[0].hidden_zone = HiddenZone::Sticky(0.7);
    design.sets[0].start = StartState::Creating(lognormal(4 * MINUTE, 0.5));
    design
}

/// A regional set that begins running.
fn regional_in_one_zone(capacity: u32) -> Design {
    let mut design = regional(capacity);
    design.name = format!("regional {capacity} in one zone");
    design.sets[0].start = StartState::Running;
    design.sets[0].hidden_zone = HiddenZone::Single;
    design
}

/// A pair of sets in two regions.
fn pair(capacity: u32) -> Design {
    let mut design = design(&[2], capacity, capacity);
    design.name = format!("pair {capacity}");
    let mut west = design.sets[0].clone();
    (west.name, west.region, west.zones) = ("west".into(), RegionId(1), vec![ZoneId(3), ZoneId(4)]);
    west.spreading = Spreading::Fixed(2);
    design.sets.push(west);
    design
}

struct Stage {
    strikes: Strikes,
    worlds: Vec<World>,
}

impl Stage {
    fn new(designs: &[Design], modes: Vec<Mode>) -> Self {
        let topology = world();
        let measure = Arc::new(measure(365 * DAY, 30 * DAY));
        let people = population(designs, &topology);
        let strikes = Strikes::new(&profile(modes), &topology, people, measure.horizon.since(SimTime::ZERO));
        let world = |design: &Design| World::new(design.clone().into(), measure.clone(), topology.clone(), &strikes);
        Self { worlds: designs.iter().map(world).collect(), strikes }
    }

    /// One trial of all designs side by side.
    fn trial(&mut self, trial: u64) -> Vec<Ledger> {
        let key = Key::root(77).part(trial, 0);
        self.strikes.begin(key).unwrap();
        self.worlds.iter_mut().for_each(|world| world.begin(key, &self.strikes, None));
        while self.strikes.next_window() {
            for world in &mut self.worlds {
                world.live(&self.strikes).unwrap();
            }
        }
        self.worlds.iter_mut().map(|world| world.finish(&self.strikes).clone()).collect()
    }

    fn trials(&mut self) -> Vec<Vec<Ledger>> {
        (0..20).map(|trial| self.trial(trial)).collect()
    }
}

fn play_all(designs: &[Design]) -> Vec<Vec<Ledger>> {
    Stage::new(designs, rich_modes()).trials()
}

#[test]
fn another_design_moves_nobody() {
    let few = play_all(&[spanning(9), regional(7), pair(4)]);
    let more =
        play_all(&[spanning(40), spanning(9), pair(70), regional(7), regional(31), pair(4), design(&[3], 17, 3)]);
    for (few, more) in few.iter().zip(&more) {
        assert!(few.iter().all(|ledger| ledger.machine_failures > 0 && ledger.events > 10));
        assert_eq!((&few[0], &few[1], &few[2]), (&more[1], &more[3], &more[5]));
    }
}

#[test]
fn another_instance_of_one_design_moves_no_other() {
    let few = play_all(&[spanning(9), regional(7), pair(4)]);
    for grown in
        [[spanning(10), regional(7), pair(4)], [spanning(9), regional(8), pair(4)], [spanning(9), regional(7), pair(5)]]
    {
        let more = play_all(&grown);
        for (index, design) in [spanning(9), regional(7), pair(4)].iter().enumerate() {
            let same = few.iter().zip(&more).all(|(few, more)| few[index] == more[index]);
            assert_eq!(same, grown[index] == *design, "{}", design.name);
        }
    }
}

#[test]
fn the_order_of_designs_does_not_matter() {
    let one = play_all(&[spanning(9), regional(7), pair(4)]);
    let other = play_all(&[pair(4), spanning(9), regional(7)]);
    for (one, other) in one.iter().zip(&other) {
        assert_eq!((&one[0], &one[1], &one[2]), (&other[1], &other[2], &other[0]));
    }
}

#[test]
fn the_order_of_trials_does_not_matter() {
    let designs = [spanning(9), regional(7), pair(4)];
    let mut stage = Stage::new(&designs, rich_modes());
    let one = [5, 3, 9].map(|trial| stage.trial(trial));
    let other = [3, 5, 9, 5].map(|trial| stage.trial(trial));
    assert_eq!((&one[0], &one[1], &one[2]), (&other[1], &other[0], &other[2]));
    assert_eq!(other[1], other[3]);
    let alone = Stage::new(&designs, rich_modes()).trial(9);
    assert_eq!(one[2], alone);
    assert_ne!(one[0], one[1]);
}

/// All that strikes in a trial, each under the name of its cause.
fn strikes(designs: &[Design], modes: Vec<Mode>, trial: u64) -> BTreeSet<String> {
    let mut stage = Stage::new(designs, modes);
    stage.strikes.begin(Key::root(78).part(trial, 0)).unwrap();
    let mut all = BTreeSet::new();
    let strikes = &mut stage.strikes;
    while strikes.next_window() {
        for entry in strikes.window() {
            let time = entry.time(strikes.base()).as_ms();
            if let What::Unit { mode, unit } = entry.what() {
                let mode = &strikes.unit_modes().as_slice()[mode as usize].mode;
                let name =
                    if mode.scope == Scope::Host { unit.to_string() } else { strikes.population().instance_name(unit) };
                all.insert(format!("{time} {} {name}", mode.name));
            }
        }
    }
    let (storm, causes) = (strikes.storm(), strikes.storm_modes().causes());
    for outage in &storm.outages {
        let cause = &causes[storm.events[outage.event.0 as usize].cause as usize];
        all.insert(format!("{cause} {:?}", (outage.first_rack, outage.racks, outage.start, outage.end)));
    }
    for span in storm.control_plane.iter().chain(&storm.allocation) {
        let cause = &causes[storm.events[span.event.0 as usize].cause as usize];
        all.insert(format!("{cause} {:?}", (span.of, span.start, span.end)));
    }
    all
}

#[test]
fn another_mode_moves_no_other_mode() {
    let designs = [spanning(9), pair(4)];
    for trial in 0..5 {
        let all = strikes(&designs, rich_modes(), trial);
        for mode in rich_modes() {
            let rest: Vec<Mode> = rich_modes().into_iter().filter(|other| other.name != mode.name).rev().collect();
            let few = strikes(&designs, rest, trial);
            let gone: Vec<&String> = all.symmetric_difference(&few).collect();
            let its = |line: &&&String| line.contains(&format!(" {} ", mode.name)) || line.starts_with(&mode.name);
            let others: Vec<_> = gone.iter().filter(|line| !its(line)).collect();
            assert!(few.is_subset(&all) && others.is_empty(), "{}: {others:?}", mode.name);
        }
    }
}

#[test]
fn a_named_slot_is_struck_at_the_same_instants_in_every_study() {
    let few = strikes(&[spanning(9)], rich_modes(), 1);
    let more = strikes(&[regional(4), spanning(26), pair(3)], rich_modes(), 1);
    assert!(few.is_subset(&more) && few.len() > 300 && more.len() > few.len() + 100);
}

/// The same design in a set that could change, if anybody asked it to.
fn idle(design: &Design) -> Design {
    managed(design.clone(), |_| {})
}

/// What an outsider sees of a trial: all but the counts of what is done to sets, and of events.
fn seen(ledger: &Ledger) -> Ledger {
    Ledger { events: 0, operations: Ledger::default().operations, ..ledger.clone() }
}

#[test]
fn a_managed_set_that_nothing_is_asked_of_lives_like_a_static_one() {
    for static_one in [spanning(9), spanning(40), regional_in_one_zone(7), design(&[3], 17, 3)] {
        let designs = [static_one.clone(), idle(&static_one)];
        for (trial, ledgers) in play_all(&designs).iter().enumerate() {
            assert!(ledgers[0].machine_failures > 0);
            assert_eq!(seen(&ledgers[0]), seen(&ledgers[1]), "{} in trial {trial}", static_one.name);
        }
    }
}

/// A year of hours, which reaches a good part of what the machines of a design can serve.
fn hourly(mut design: Design, need: Need, limit: Option<&[u64]>) -> Design {
    let capacity: u64 = design.sets.iter().map(|set| u64::from(set.capacity) * set.serves_milli).sum();
    let rate = |hour: u64| capacity * (30 + Key::root(5).part(hour, 0).word(0) % 75) / 100;
    let steps = (1..8760).map(|hour| Step { from: SimTime::from_ms(hour * HOUR), per_second_milli: rate(hour) });
    design.demand = Some(Demand::course(rate(0), steps.collect(), None));
    design.need = need;
    design.service.latency = limit.map(|admits| Latency {
        parallelism: 1,
        queue: Queue::Shared,
        serves_milli: 1000,
        limit: Some(Limit { within: Duration::from_millis(SECOND), admits_milli: admits.into() }),
    });
    design
}

/// No more is served, however many machines there are.
fn under(capacity_milli: u64, mut design: Design) -> Design {
    design.service.ceiling = Some(Ceiling { name: "a database".into(), capacity_milli });
    design
}

#[test]
fn steps_of_the_demand_that_are_no_events_miss_the_same_time_of_the_same_causes() {
    let admits: Vec<u64> = (0..41).map(|machines| 900 * machines).collect();
    let named = |name: &str, mut design: Design| {
        design.name = name.into();
        design
    };
    let designs = [
        hourly(spanning(9), Need::Served(99, 100), None),
        named("under a ceiling", under(8_000, hourly(spanning(9), Need::Served(99, 100), None))),
        named("all", hourly(spanning(9), Need::Served(1, 1), None)),
        named("in time", hourly(spanning(40), Need::Served(9, 10), Some(&admits))),
        named("never", hourly(spanning(9), Need::Served(9, 10), Some(&[]))),
        named("counted", hourly(spanning(9), Need::Serving(7), None)),
        hourly(regional(7), Need::Served(3, 4), None),
        hourly(pair(4), Need::Served(99, 100), None),
        // Every step of these is an event still.
        spanning(10),
    ];
    let of = |ledger: &Ledger| Ledger {
        offered: 0,
        served: 0,
        lost_to_dead: 0,
        slow: 0,
        states: Default::default(),
        events: 0,
        ..ledger.clone()
    };
    let play = |only_missed: bool| {
        let mut stage = Stage::new(&designs, rich_modes());
        if only_missed {
            stage.worlds.iter_mut().for_each(World::ask_for_missed_time_only);
        }
        stage.trials()
    };
    for (trial, (whole, quick)) in play(false).iter().zip(&play(true)).enumerate() {
        for (at, design) in designs.iter().enumerate() {
            assert_eq!(of(&whole[at]), of(&quick[at]), "trial {trial}, {}", design.name);
            assert!(whole[at].missed_ms > 0, "{}", design.name);
            let saved = whole[at].events - quick[at].events;
            assert_eq!(saved, if design.name == "spanning 10" { 0 } else { 8759 }, "{}", design.name);
        }
    }
}
