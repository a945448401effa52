//! Inputs at the edge of what can be said: no panic, no hang, no overflow, and the ledger still adds up.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;
use std::sync::Arc;
use support::*;
use zonefall_engine::{BudgetExceeded, Key, Law, Shape, SimDuration, SimTime};
use zonefall_faults::*;
use zonefall_fleet::{
    Demand, Design, HiddenZone, Ledger, Measure, Need, SlaTerms, Spreading, StartState, Windows, World, population,
};
use zonefall_topology::Topology;

fn trial(
    modes: &[Mode],
    topology: &Arc<Topology>,
    design: &Design,
    measure: &Measure,
    trial: u64,
) -> Result<Ledger, BudgetExceeded> {
    let people = population(std::slice::from_ref(design), topology);
    let horizon = measure.horizon.since(SimTime::ZERO);
    let mut strikes = Strikes::new(&profile(modes.to_vec()), topology, people, horizon);
    let mut world = World::new(design.clone().into(), measure.clone().into(), topology.clone(), &strikes);
    let key = Key::root(3).part(trial, 0);
    strikes.begin(key)?;
    world.begin(key, &strikes, None);
    while strikes.next_window() {
        world.live(&strikes)?;
    }
    let ledger = world.finish(&strikes).clone();
    assert_eq!(ledger.missed_by_cause_ms.iter().sum::<u64>(), ledger.missed_ms);
    if measure.windows.count() > 0 {
        assert_eq!(ledger.missed_by_window_ms.iter().sum::<u64>(), ledger.missed_ms);
    }
    assert_eq!(ledger.outages_ms.iter().sum::<u64>(), ledger.missed_ms);
    assert!(ledger.missed_ms <= ledger.observed_ms);
    let classes = ledger.classes;
    assert_eq!(classes.serving + classes.awaiting_probe + classes.starting + classes.down, ledger.machine_ms);
    assert!(classes.down >= 0 && ledger.served <= ledger.offered && ledger.capacity_ms <= ledger.capacity_full_ms);
    Ok(ledger)
}

/// One mode of each scope and law, `life_ms` apart and `outage_ms` long on average.
fn modes(life_ms: f64, outage_ms: f64) -> Vec<Mode> {
    let scopes = [
        Scope::Instance,
        Scope::Host,
        Scope::Rack,
        Scope::Hall,
        Scope::Zone,
        Scope::Region,
        Scope::ControlPlane,
        Scope::Allocation,
    ];
    let lives = |life: f64| {
        [
            Law::exponential(life).unwrap(),
            Law::new(Shape::Weibull(0.8, life), None).unwrap(),
            Law::new(Shape::Constant(life), None).unwrap(),
        ]
    };
    let mut all = Vec::new();
    for (index, scope) in scopes.into_iter().enumerate() {
        for (law, life) in lives(life_ms).into_iter().enumerate() {
            let mut it = mode(&format!("{index} {law}"), scope);
            it.time_to_failure = life;
            it.outage = Outage::Law(Law::new(Shape::Uniform(0.0, 2.0 * outage_ms), None).unwrap());
            it.recovery = [Recovery::Boot, Recovery::WarmUp, Recovery::Reachable][law];
            if scope == Scope::Zone && law == 0 {
                it.share = Share { whole: 0.2, low: 0.0, high: 1.0 };
                it.staged = Some(Staged { main: 0.0, tail: 1000.0 });
                it.common_cause = 1.0;
                it.restart = Some(constant(1));
            }
            if it.is_unit() && law == 2 {
                (it.start, it.crews) = (Start::New, Some(1));
            }
            all.push(it);
        }
    }
    all
}

fn busy_design(capacity: u32) -> Design {
    let mut web = design(&[1, 2], capacity, capacity.div_ceil(2));
    web.balancer = Some(balancer());
    web.demand = Some(Demand::constant(500 * u64::from(capacity)));
    web.sla = Some(SlaTerms { name: "some".into(), tiers: vec![], least_machines: 2, least_zones: 2 });
    web.healing_needs_control_plane = true;
    (web.sets[0].boot, web.sets[0].warm_up) = (constant(2), constant(1));
    web
}

#[test]
fn a_trial_of_one_millisecond() {
    for life in [0.01, 1.0, 1e9] {
        for outage in [0.0, 1.0, 1e12] {
            for topology in [topology(2, 1, 1), topology(2, 7, 3)] {
                for start in [StartState::Running, StartState::Creating(constant(1))] {
                    let mut web = busy_design(5);
                    web.sets[0].start = start;
                    let ledger = trial(&modes(life, outage), &topology, &web, &measure(1, 1), 0).unwrap();
                    assert_eq!(ledger.observed_ms, 1);
                }
            }
        }
    }
}

#[test]
fn nothing_is_observed_in_a_trial_that_is_measured_from_its_end() {
    for from in [50, 80] {
        let mut measure = measure(50, 50);
        (measure.from, measure.windows) = (SimTime::from_ms(from), Windows::new(vec![], false));
        let ledger = trial(&modes(5.0, 5.0), &topology(2, 2, 2), &busy_design(4), &measure, 0).unwrap();
        assert_eq!((ledger.observed_ms, ledger.missed_ms, ledger.machine_ms), (0, 0, 0));
    }
}

#[test]
fn the_budget_ends_what_would_never_end() {
    let topology = topology(2, 2, 2);
    let mut measure = measure(365 * DAY, 365 * DAY);
    measure.event_budget = 20_000;
    let fast = |scope, mean_ms: f64, shape| {
        let mut it = mode("fast", scope);
        it.time_to_failure = Law::new(shape, None).unwrap();
        it.time_to_failure = it.time_to_failure.scaled(mean_ms / it.time_to_failure.mean_ms());
        it.outage = Outage::Law(constant(0));
        it
    };
    let exponential = || Shape::Exponential(1.0);
    let mut all = vec![
        fast(Scope::Instance, 0.001, exponential()),
        fast(Scope::Host, 0.001, exponential()),
        fast(Scope::Instance, HOUR as f64 / 10.0, Shape::Weibull(0.8, 1.0)),
        fast(Scope::Rack, HOUR as f64 / 10.0, exponential()),
        fast(Scope::Zone, HOUR as f64 / 10.0, Shape::Weibull(0.8, 1.0)),
    ];
    for shape in [Shape::Weibull(0.8, 1.0), Shape::Constant(1.0), Shape::Exponential(1.0)] {
        let mut lives = fast(Scope::Instance, 0.001, shape);
        (lives.clock, lives.start) = (Clock::Operating, Start::New);
        all.push(lives.clone());
        (lives.clock, lives.crews) = (Clock::Calendar, Some(1));
        all.push(lives);
    }
    for it in all {
        let ended = trial(std::slice::from_ref(&it), &topology, &busy_design(20), &measure, 0);
        assert_eq!(ended.err(), Some(BudgetExceeded { limit: 20_000 }), "{it:?}");
    }
}

#[test]
fn outages_outlast_the_horizon() {
    let never_ends = |mut it: Mode| {
        it.outage = Outage::Never;
        it
    };
    let longest = SimDuration::MAX.as_ms() as f64;
    let long = modes(2.0 * HOUR as f64, longest / 2.0);
    let never: Vec<Mode> = modes(2.0 * HOUR as f64, 1.0).into_iter().map(never_ends).collect();
    for modes in [long, never] {
        for trial_of in 0..20 {
            let ledger = trial(&modes, &topology(2, 2, 2), &busy_design(4), &measure(2 * DAY, DAY), trial_of).unwrap();
            assert!(ledger.cut_by_horizon && ledger.missed_ms > DAY);
        }
    }
    let mut slow = busy_design(3);
    (slow.sets[0].boot, slow.sets[0].warm_up) = (Law::constant(SimDuration::MAX), Law::constant(SimDuration::MAX));
    slow.balancer = slow.balancer.map(|mut balancer| {
        (balancer.timeout, balancer.flap_window) = (SimDuration::MAX, SimDuration::MAX);
        balancer
    });
    trial(&modes(HOUR as f64, HOUR as f64), &topology(2, 2, 2), &slow, &measure(DAY, DAY), 0).unwrap();
}

#[test]
fn a_trial_of_ten_thousand_years() {
    let horizon = SimDuration::MAX.as_ms();
    let year = 365.0 * DAY as f64;
    let ledger =
        trial(&modes(500.0 * year, DAY as f64), &topology(2, 2, 2), &busy_design(4), &measure(horizon, 30 * DAY), 0);
    let ledger = ledger.unwrap();
    assert_eq!(ledger.missed_by_window_ms.len(), 121_667);
    assert!(ledger.missed_ms > 0);
}

#[test]
fn as_many_hosts_as_there_may_be() {
    let topology = topology(1, 1 << 12, 1 << 12);
    assert_eq!(u64::from(topology.host_count()), zonefall_topology::HOSTS_MAX);
    // One machine on every rack and a second on one: the last rack's host has a number close to the limit.
    let web = design(&[1], (1 << 12) + 1, 1 << 12);
    let mut host = mode("host", Scope::Host);
    host.time_to_failure = Law::exponential(365.0 * DAY as f64).unwrap();
    let ledger = trial(&[host], &topology, &web, &measure(10 * DAY, DAY), 0).unwrap();
    let expected = 4097.0 * 10.0 / 365.0;
    assert!((ledger.machine_failures as f64 - expected).abs() < 60.0, "{}", ledger.machine_failures);
}

#[test]
fn a_million_machines_on_one_host() {
    let mut host = mode("host", Scope::Host);
    host.time_to_failure = Law::exponential(HOUR as f64).unwrap();
    host.outage = Outage::Law(constant(MINUTE));
    let mut shock = host.clone();
    (shock.name, shock.kind) = ("shock".into(), Kind::Shock);
    let web = design(&[1], 1_000_000, 1);
    let ledger = trial(&[host, shock], &topology(1, 1, 1), &web, &measure(3 * HOUR, HOUR), 0).unwrap();
    assert!(ledger.machine_failures >= 1_000_000);
}

#[test]
fn nobody_at_all() {
    let everything = modes(HOUR as f64, HOUR as f64);
    for need in [Need::Serving(0), Need::Serving(1), Need::Served(1, 2), Need::Served(0, 1)] {
        for regional in [false, true] {
            let mut web = busy_design(0);
            web.need = need.clone();
            if regional {
                web.sets[0].zones.clear();
                web.sets[0].hidden_zone = HiddenZone::Uniform;
            }
            let ledger = trial(&everything, &topology(2, 1, 1), &web, &measure(DAY, HOUR), 0).unwrap();
            assert_eq!(ledger.missed_ms, if need == Need::Serving(1) { DAY } else { 0 });
            assert_eq!(ledger.machine_ms, 0);
            // Demand that nobody is there for.
            web.demand = Some(Demand::constant(1));
            let ledger = trial(&everything, &topology(2, 1, 1), &web, &measure(DAY, HOUR), 0).unwrap();
            assert_eq!((ledger.offered, ledger.served), (i128::from(DAY), 0));
            // SL-02: no machine was started that a connection could be lost to.
            assert_eq!(ledger.unconnected_by_month_ms.iter().sum::<u64>(), 0);
        }
    }
    let mut nothing = busy_design(3);
    nothing.sets.clear();
    trial(&everything, &topology(2, 1, 1), &nothing, &measure(DAY, HOUR), 0).unwrap();
}

#[test]
fn windows_of_one_millisecond() {
    let ledger = trial(&modes(3000.0, 300.0), &topology(2, 2, 2), &busy_design(6), &measure(60_000, 1), 0).unwrap();
    assert_eq!(ledger.missed_by_window_ms.len(), 60_000);
    assert!(ledger.missed_by_window_ms.iter().all(|&missed| missed <= 1));
    assert!(ledger.unconnected_by_month_ms.iter().all(|&missed| missed <= 1));
    assert_eq!(ledger.missed_by_window_ms.iter().sum::<u64>(), ledger.missed_ms);
}

#[test]
fn amounts_at_both_ends() {
    let everything = modes(HOUR as f64, 10.0 * MINUTE as f64);
    for serves in [0, 1, 1_000_000_000_000] {
        for demand in [0, 1, 1_000_000_000_000_000] {
            for need in [Need::Serving(3), Need::Served(999_999_999, 1_000_000_000)] {
                let mut web = busy_design(4);
                web.sets[0].serves_milli = serves;
                web.sets[0].spreading = Spreading::Fixed(u32::MAX);
                (web.demand, web.need) = (Some(Demand::constant(demand)), need);
                trial(&everything, &topology(2, 1, 1), &web, &measure(100 * DAY, 7 * DAY), 0).unwrap();
            }
        }
    }
}

#[test]
fn probes_at_both_ends() {
    let everything = modes(HOUR as f64, 10.0 * MINUTE as f64);
    for interval in [1, DAY, SimDuration::MAX.as_ms()] {
        for thresholds in [(1, 1), (100, 100)] {
            let mut web = busy_design(4);
            web.balancer = web.balancer.map(|mut balancer| {
                balancer.interval = SimDuration::from_ms(interval);
                (balancer.unhealthy_threshold, balancer.healthy_threshold) = thresholds;
                balancer
            });
            trial(&everything, &topology(2, 2, 1), &web, &measure(5 * DAY, DAY), 0).unwrap();
        }
    }
}
