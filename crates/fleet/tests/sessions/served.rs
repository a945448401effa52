//! LB-04: a session begins with a request that is served: none with one that is too much, that needs what is down, or whose tries
//! all fail.

use super::moves::of_parts;
use super::*;
use zonefall_engine::SimTime;
use zonefall_fleet::policy::gateway::Gateway;
use zonefall_fleet::policy::retry::Retry;
use zonefall_fleet::{
    Component, Footing, Latency, Least, Need, Node, Part, Patience, Queue, SlowStart, Step, Structure, Throughput,
};

/// Sessions a second if all begin.
const ALL: f64 = 10.0;

#[track_caller]
fn begun(ledger: &Ledger, seconds: f64) {
    let (found, expected) = (ledger.sessions_begun as f64 / 1000.0, ALL * seconds);
    assert!((found - expected).abs() < 1e-2, "{found}, not {expected}");
}

/// Four machines of 150 requests a second are just enough.
fn just_enough() -> Design {
    let mut design = with_sessions(design(&[1, 2], 4, 1));
    design.sets[0].serves_milli = 150_000;
    design
}

#[test]
fn lb_04_what_is_too_much_for_the_machines_left_begins_no_session() {
    // Two of four are down from one to three o'clock, then one of the others.
    let units = [(DIES, 0, HOUR, 3 * HOUR), (DIES, 1, HOUR, 3 * HOUR), (DIES, 2, 2 * HOUR, 3 * HOUR)];
    for requests in [true, false] {
        let mut design = just_enough();
        if let (false, Some(sessions)) = (requests, &mut design.service.sessions) {
            sessions.begin = Begin::AtOnce(ALL * (LENGTH / SECOND) as f64);
        }
        let ledger = script().units(&units).play(design);
        // Each of those left serves what it did before, so it holds what it did.
        lost(&ledger, &[(GUEST, 3.0 * 3000.0)]);
        begun(&ledger, 86_400.0 - 3600.0 / 2.0 - 3600.0 * 3.0 / 4.0);
    }
}

#[test]
fn lb_04_a_demand_that_grows_too_large_begins_no_more_sessions_than_it_is_served() {
    let step = |hour: u64, per_second_milli| Step { from: SimTime::from_ms(hour * HOUR), per_second_milli };
    let mut design = just_enough();
    design.demand = Some(Demand::course(300_000, vec![step(10, 6_000_000), step(20, 0)], None));
    let ledger = script().units(&[(DIES, 0, 15 * HOUR, DAY)]).play(design);
    // Half as many as are served at most until ten, all until 15, three quarters until 20.
    begun(&ledger, 3600.0 * (5.0 + 5.0 + 5.0 * 0.75));
    lost(&ledger, &[(GUEST, 3000.0)]);
}

/// A database behind the machines, and machines of which it takes so much.
fn before_a_database(ceiling: Option<u64>) -> Design {
    let mut design = with_sessions(design(&[1, 2], 4, 1));
    let node = |name: &str, part| Node { name: name.into(), part, promise: None };
    let ceiling = ceiling.map(|capacity_milli| Throughput { capacity_milli, least: (1, 100) });
    let db = Component { cause: Some("zone".into()), footing: Footing::Zone(zonefall_topology::ZoneId(2)), ceiling };
    let nodes = vec![
        node("web", Part::Sets(vec![0], Least::Serving(1))),
        node("db", Part::Component(db)),
        node("all", Part::Group { parts: vec![0, 1], least: 2 }),
    ];
    design.need = Need::Parts(Arc::new(Structure::new(nodes)));
    design.service.sessions = design.service.sessions.map(|of| Sessions { parts: vec![0], ..of });
    design
}

#[test]
fn lb_04_a_component_that_is_down_breaks_no_session_and_lets_none_begin() {
    // Zone 3, where only the database stands, is out for an hour; twenty minutes later a machine dies.
    let dark = [(ZONE as u16, 8, 4, HOUR, 2 * HOUR)];
    let dies = [(DIES, 0, 2 * HOUR + 20 * MINUTE, DAY)];
    let left = outlast(HOUR);
    let held = 3000.0 * (1.0 - (1.0 - left) * outlast(20 * MINUTE));
    let mut at_once = before_a_database(None);
    at_once.demand = None;
    at_once.service.sessions = at_once.service.sessions.map(|of| Sessions { begin: Begin::AtOnce(12_000.0), ..of });
    for design in [before_a_database(None), at_once] {
        let ledger = script().outages(&dark).units(&dies).play(design);
        lost(&ledger, &[(GUEST, held)]);
        begun(&ledger, 86_400.0 - 3600.0);
    }
    // One that takes 400 of 600.
    begun(&script().play(before_a_database(Some(400_000))), 86_400.0 * 2.0 / 3.0);
}

#[test]
fn lb_04_of_two_parts_that_clients_share_the_one_that_is_too_small_begins_what_it_serves() {
    let both = || zonefall_fleet::Pattern::ActiveActive { weights: vec![1, 1] };
    let mut design = of_parts(|service| moves::fails_over(service, both(), 0), &[0, 1]);
    // 300 come to each: the first serves 200 of them, the second all.
    design.sets[0].serves_milli = 50_000;
    let units = [(DIES, 0, HOUR, DAY), (DIES, 4, 5 * HOUR, DAY)];
    let ledger = script().units(&units).play(design);
    lost(&ledger, &[(GUEST, 1000.0 + 1500.0)]);
    begun(&ledger, 3600.0 * (1.0 / 3.0 + 23.0 / 4.0 + 24.0 / 2.0));
}

/// Racks go dark, machines die, machines pause; the demand rises and falls.
fn stormy(design: Design) -> Ledger {
    let out = |zone: u32, from: u64| (ZONE as u16, 4 * zone, 4, from * HOUR, from * HOUR + 40 * MINUTE);
    let unit = |kind, unit, from: u64| (kind, unit, from * HOUR + 7 * MINUTE, from * HOUR + 23 * MINUTE);
    let outages = [out(0, 2), out(1, 3), out(2, 5), out(0, 9), out(1, 9), out(0, 17)];
    let units = [unit(DIES, 1, 3), unit(DIES, 2, 5), unit(PAUSES, 0, 5), unit(PAUSES, 3, 9), unit(DIES, 0, 20)];
    script().outages(&outages).units(&units).play(design)
}

#[test]
fn lb_04_as_many_sessions_begin_as_requests_are_served_whatever_keeps_them_from_it() {
    let step = |hour: u64, per_second_milli| Step { from: SimTime::from_ms(hour * HOUR), per_second_milli };
    let swings = |mut design: Design| {
        design.balancer = Some(balancer());
        design.demand =
            Some(Demand::course(400_000, vec![step(4, 560_000), step(8, 700_000), step(16, 300_000)], None));
        design
    };
    let retry = Retry { tries: 3, wasted: 0.8, breaker: None, budget: None, faults: 0.01 };
    let of = |say: &dyn Fn(&mut Design)| {
        let mut design = swings(just_enough());
        say(&mut design);
        design
    };
    let behind = |retry: Option<Retry>| {
        let mut design = swings(before_a_database(Some(500_000)));
        design.sets[0].serves_milli = 150_000;
        design.service.retry = retry;
        design
    };
    let grows = Gateway {
        instance_milli: 100_000,
        least: 0,
        most: 6,
        grows_in: constant(4 * MINUTE),
        shrinks_after: SimDuration::from_ms(10 * MINUTE),
    };
    // Two parts that stand in for each other, too small for all clients together.
    let of_regions = |retry: Option<Retry>| {
        let both = || zonefall_fleet::Pattern::ActiveActive { weights: vec![1, 2] };
        let mut design = swings(of_parts(|service| moves::fails_over(service, both(), 10), &[0, 1]));
        design.sets.iter_mut().for_each(|set| set.serves_milli = 90_000);
        design.service.retry = retry;
        design
    };
    let mut gated = of_regions(None);
    gated.service.gateway = Some(grows.clone());
    let all = [
        of(&|_| {}),
        of(&|of| of.service.retry = Some(retry)),
        of(&|of| of.service.retry = Some(Retry { breaker: Some(0.5), ..retry })),
        of(&|of| of.service.gateway = Some(grows.clone())),
        of(&|of| {
            of.service.spreads_evenly = true;
            of.sets[0].slow_start = Some(SlowStart { capacity_milli: 300, time: constant(30 * MINUTE) });
        }),
        of(&|of| {
            of.service.ceiling = Some(zonefall_fleet::Ceiling { name: "db".into(), capacity_milli: 450_000 });
        }),
        behind(None),
        behind(Some(retry)),
        of_regions(None),
        of_regions(Some(retry)),
        gated,
    ];
    for (case, design) in all.into_iter().enumerate() {
        let ledger = stormy(design);
        assert!(ledger.served < ledger.offered * 98 / 100, "case {case}: nothing is too much");
        let served = ledger.served as f64 / 1e6;
        let found = ledger.sessions_begun as f64 / 1000.0 * 60.0;
        assert!((found / served - 1.0).abs() < 1e-7, "case {case}: {found} requests, not {served}");
    }
}

#[test]
fn sessions_of_those_who_wait_in_line_begin_when_it_is_their_turn() {
    let waits = || {
        let mut design = just_enough();
        design.sets[0].serves_milli = 200_000;
        design.demand = Some(Demand::constant(600_000));
        design.service.latency =
            Some(Latency { parallelism: 1, queue: Queue::Shared, serves_milli: 200_000, limit: None });
        let most = SimDuration::from_ms(DAY);
        design.service.patience = Some(Patience { most, in_time: None });
        design
    };
    // Two of four serve 400 of 600 for an hour: 720,000 wait then, and 200 a second are worked off by four: again an hour.
    let down = |unit| (DIES, unit, HOUR, 2 * HOUR);
    let ledger = script().units(&[down(0), down(1)]).play(waits());
    assert_eq!(ledger.served, ledger.offered);
    begun(&ledger, 86_400.0);
    // Each that serves, serves 200 from one o'clock to three, so one that was there all along comes to hold 4,000.
    for minutes in [90, 150] {
        let units = [down(0), down(1), (DIES, 2, minutes * MINUTE, DAY)];
        let ledger = script().units(&units).play(waits());
        lost(&ledger, &[(GUEST, 2.0 * 3000.0 + 4000.0 - 1000.0 * outlast(minutes * MINUTE - HOUR))]);
    }
}

/// The same session by session: each begins with one of the requests that are served, on one of the machines that serve, and ends
/// after a time of its own.
#[test]
fn lb_10_sessions_one_by_one_are_lost_as_often_as_expected() {
    use zonefall_engine::Stream;
    // 6 requests a second are a session each; two machines of four, of 2 a second each, are down from one to three hours.
    let mut design = just_enough();
    design.sets[0].serves_milli = 2000;
    design.demand = Some(Demand::constant(6000));
    design.service.sessions = design.service.sessions.map(|of| Sessions { begin: Begin::EveryRequests(1.0), ..of });
    let deaths = [(0, HOUR, 3 * HOUR), (1, HOUR, 3 * HOUR), (2, 2 * HOUR, DAY), (0, 3 * HOUR + 10 * MINUTE, DAY)];
    let units: Vec<(u32, u32, u64, u64)> = deaths.iter().map(|&(unit, from, to)| (DIES, unit, from, to)).collect();
    let ledger = script().units(&units).play(design);
    let expected = ledger.sessions_lost[GUEST] as f64 / 1000.0;
    let serves = |machine: u32, t: f64| {
        deaths.iter().all(|&(unit, from, to)| unit != machine || t < from as f64 || t >= to as f64)
    };
    let trial = |stream: &mut Stream| {
        // From long before the first death on; until the last.
        let (mut t, end) = (-20.0 * LENGTH as f64, (3 * HOUR + 10 * MINUTE) as f64);
        let (mut lost, mut busy) = (0, 0);
        loop {
            t += stream.exponential() * 1000.0 / 6.0;
            if t >= end {
                return (lost, busy);
            }
            let alive: Vec<u32> = (0..4).filter(|&machine| serves(machine, t)).collect();
            // Of those who come as many are served as can be.
            let fits = 2.0 * alive.len() as f64 / 6.0;
            if stream.unit() >= fits {
                busy += 1;
                continue;
            }
            let on = alive[stream.below(alive.len() as u64) as usize];
            let over = t + stream.exponential() * LENGTH as f64;
            let dies = deaths.iter().any(|&(unit, at, _)| unit == on && t < at as f64 && (at as f64) < over);
            lost += u32::from(dies);
        }
    };
    let mut stream = Key::root(5).stream();
    let trials: Vec<(u32, u32)> = (0..40).map(|_| trial(&mut stream)).collect();
    let mean = trials.iter().map(|of| f64::from(of.0)).sum::<f64>() / 40.0;
    let spread = trials.iter().map(|of| (f64::from(of.0) - mean).powi(2)).sum::<f64>() / 39.0;
    assert!(trials.iter().all(|of| of.1 > 1000));
    assert!((mean - expected).abs() < 4.0 * (spread / 40.0).sqrt(), "{mean}, not {expected}");
}
