//! Clients that try again at a service of parts, against cases by hand and against the same service without them.

use super::parts::{any, component, limited, node, overload, series, service, step};
use crate::support::*;
use zonefall_faults::Scope;
use zonefall_fleet::policy::retry::Retry;
use zonefall_fleet::{Demand, Design, Footing, Least, Ledger, Node, Operation, Part};

const RACK: u16 = 0;
const DB: u16 = 1;

/// Three tries, each of which costs as much as one that succeeds.
const THREE: Retry = Retry { tries: 3, wasted: 1.0, breaker: None, budget: None, faults: 0.0 };

fn script() -> Script {
    Script::new(topology(2, 4, 1), vec![mode("rack", Scope::Rack), mode("db", Scope::Component)], DAY)
}

/// Where the fleet's own cause stands.
fn overload_cause() -> usize {
    2 + overload()
}

/// A front tier in zone 1, machines of a second tier in zone 2, a database; 1,500 arrive, and 600 from 20:00 on.
fn tiers(front: u32, back: u32, retry: Option<Retry>) -> Design {
    let nodes = vec![
        node("front", Part::Sets(vec![0], Least::Served(1, 1))),
        node("back", Part::Sets(vec![1], Least::Served(1, 1))),
        component("db", Footing::Global),
        node("all", series(&[0, 1, 2])),
    ];
    let mut design = service(&[(&[1], front), (&[2], back)], nodes);
    design.demand = Some(Demand::course(1500, vec![step(20, 600)], None));
    design.service.retry = retry;
    design
}

fn hours(ledger: &Ledger, of: Operation) -> u64 {
    ledger.operations[of as usize] / HOUR
}

#[test]
fn tf_01_the_part_with_the_least_capacity_holds_the_overload_of_the_whole() {
    // The second tier has 2,000, of which a rack with a half is out from 02:00 to 03:00. Three tries of 1,500 are 4,500.
    let outage = [(RACK, 4, 1, 2 * HOUR, 3 * HOUR)];
    let ledger = script().outages(&outage).play(tiers(5, 2, Some(THREE)));
    assert_eq!((ledger.missed_ms, ledger.outages_ms.len()), (18 * HOUR, 1));
    assert_eq!((hours(&ledger, Operation::RetryStormMs), hours(&ledger, Operation::MetastableMs)), (18, 17));
    assert_eq!((hours(&ledger, Operation::VulnerableMs), ledger.operations[Operation::RetryStorms as usize]), (2, 1));
    assert_eq!(ledger.served, ledger.offered - i128::from(18 * HOUR * 1500));
    let charged = |cause: usize| ledger.missed_by_cause_ms[cause] / HOUR;
    assert_eq!((charged(RACK.into()), charged(overload_cause())), (1, 17));
    // With 4,500 in every tier no overload holds itself, and without retries none begins.
    let outage = [(RACK, 4, 1, 2 * HOUR, 3 * HOUR)];
    let wide = script().outages(&outage).play(tiers(5, 8, Some(THREE)));
    assert_eq!((wide.missed_ms, hours(&wide, Operation::VulnerableMs)), (0, 0));
    assert_eq!(script().outages(&outage).play(tiers(5, 2, None)).missed_ms, HOUR);
}

#[test]
fn tf_01_who_waits_for_a_database_comes_back_three_times() {
    // Nothing passes while it is out; when it is back, 4,500 attempts come to a front tier of 2,000.
    let outage = [(DB, 0, 0, 2 * HOUR, 3 * HOUR)];
    let play = |retry| script().outages(&outage).play(tiers(2, 8, Some(retry)));
    let ledger = play(THREE);
    let charged = |cause: usize| ledger.missed_by_cause_ms[cause] / HOUR;
    assert_eq!((ledger.missed_ms, charged(DB.into()), charged(overload_cause())), (18 * HOUR, 1, 17));
    assert_eq!(hours(&ledger, Operation::MetastableMs), 17);
    // TF-02: a breaker lets the queues run dry, and a budget leaves 1,650.
    assert_eq!(play(Retry { breaker: Some(0.5), ..THREE }).missed_ms, HOUR);
    assert_eq!(play(Retry { budget: Some(0.1), ..THREE }).missed_ms, HOUR);
}

#[test]
fn tf_01_a_machine_that_dies_behind_an_overload_does_not_end_it() {
    // Six machines in front are asked for 560 x 1.1 x 0.99 = 610 of 600 once an overload has begun: one of them is out from
    // 02:00 to 03:00. What one of forty behind them loses at 10:00, until it is found, has passed them before.
    let nodes = vec![
        node("front", Part::Sets(vec![0], Least::Served(99, 100))),
        node("back", Part::Sets(vec![1], Least::Served(90, 100))),
        node("all", series(&[0, 1])),
    ];
    let mut design = service(&[(&[1], 6), (&[2], 40)], nodes);
    for set in &mut design.sets {
        set.serves_milli = 100_000;
    }
    design.balancer = Some(balancer());
    design.demand = Some(Demand::course(560_000, vec![step(20, 300_000)], None));
    design.service.retry = Some(Retry { tries: 4, budget: Some(0.1), faults: 0.01, ..THREE });
    let script = || Script::new(topology(2, 10, 4), vec![mode("rack", Scope::Rack)], DAY);
    let first = (RACK, 0, 1, 2 * HOUR, 3 * HOUR);
    let alone = script().outages(&[first]).play(design.clone());
    let more = script().outages(&[first, (RACK, 10, 1, 10 * HOUR, 11 * HOUR)]).play(design);
    assert_eq!(hours(&alone, Operation::RetryStormMs), 18);
    assert_eq!(hours(&more, Operation::RetryStormMs), 18);
    assert!(more.missed_ms >= alone.missed_ms);
}

#[test]
fn tf_01_attempts_that_are_turned_away_cost_the_database_nothing() {
    // By hand: 1,500 ask a database that lets 1,000 through. With w = 0 all of its capacity does work that counts. With half
    // of the work wasted a share p of the attempts fails where 1500 (1 + p + p^2) (1 - p/2) = 1000 has no solution below 1,
    // as 1500 (1 + p + p^2) (1 - p/2) rises from 1,500 to 2,250: nobody is served.
    let nodes = vec![
        limited("db", 1000),
        node("front", Part::Sets(vec![0], Least::Served(1, 2))),
        node("all", series(&[0, 1])),
    ];
    let mut design = service(&[(&[1], 9)], nodes);
    design.demand = Some(Demand::constant(1500));
    let mut play = |wasted| {
        design.service.retry = Some(Retry { wasted, ..THREE });
        script().play(design.clone())
    };
    let cheap = play(0.0);
    assert_eq!(cheap.served / i128::from(DAY), 1000);
    // The front tier has room for every attempt, and half of the demand is served: only the database lacks.
    assert_eq!((cheap.missed_ms, cheap.missed_by_cause_ms[overload_cause()]), (DAY, DAY));
    let dear = play(0.5);
    assert_eq!((dear.served, dear.missed_by_cause_ms[overload_cause()]), (0, DAY));
}

/// Two ways in, one of which is small, before two of three stores: everything that a tree can be.
fn ways() -> Vec<Node> {
    vec![
        node("small", Part::Sets(vec![0], Least::Served(3, 4))),
        node("large", Part::Sets(vec![1], Least::Served(3, 4))),
        node("either", any(&[0, 1])),
        limited("a", 1400),
        component("b", Footing::Global),
        limited("c", 2600),
        node("stores", Part::Group { parts: vec![3, 4, 5], least: 2 }),
        node("machines", Part::Sets(vec![2], Least::Serving(1))),
        node("all", series(&[2, 6, 7])),
    ]
}

#[test]
fn clients_that_never_try_again_are_those_of_a_plain_demand_in_every_tree() {
    let mut design = service(&[(&[1], 1), (&[1, 2], 4), (&[2], 3)], ways());
    design.balancer = Some(balancer());
    design.demand = Some(Demand::course(1000, vec![step(6, 2500), step(12, 3300), step(18, 700)], None));
    let own = ["a", "b", "c"].map(|name| mode(name, Scope::Component));
    let modes = [mode("rack", Scope::Rack)].into_iter().chain(own).collect();
    let minutes = |from: u64, to: u64| (from * MINUTE, to * MINUTE);
    let outages: Vec<Scripted> = (0..40_u64)
        .map(|at| {
            let (from, to) = minutes(20 + at * 35, 20 + at * 35 + 11 + 13 * (at % 7));
            let cause = (at * 5 % 4) as u16;
            if cause == RACK {
                (cause, (at % 8) as u32, 1 + (at % 2) as u32, from, to)
            } else {
                (cause, 0, 0, from, to)
            }
        })
        .collect();
    let script = Script::new(topology(2, 5, 1), modes, DAY).outages(&outages);
    let plain = script.play(design.clone());
    assert!(plain.missed_ms > HOUR && plain.missed_ms < 23 * HOUR, "{}", plain.missed_ms);
    design.service.retry = Some(Retry { tries: 1, wasted: 0.0, breaker: None, budget: None, faults: 0.0 });
    let once = script.play(design);
    assert_eq!((once.missed_ms, &once.missed_by_cause_ms), (plain.missed_ms, &plain.missed_by_cause_ms));
    assert_eq!((once.lost_to_dead, once.offered), (plain.lost_to_dead, plain.offered));
    // To a thousandth of a request a second.
    assert!((once.served - plain.served).abs() <= i128::from(DAY), "{} {}", once.served, plain.served);
}
