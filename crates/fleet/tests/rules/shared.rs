//! Clients that try again, and gateways, where something with a limit stands before the parts that clients are sent to, or behind
//! them: cases by hand, and a walk over small steps of time in which every stage finds its own way.

use super::tried::{THREE, hot, minutes, two};
use super::*;

use zonefall_fleet::policy::gateway::Gateway;
use zonefall_fleet::policy::retry::Retry;

/// The cause of overload behind the one mode of these scripts.
const OVERLOAD: usize = 1 + 2;

/// The two parts of a design, with so many machines before them, in a third zone, and so much that a database lets through behind them.
fn between(mut design: Design, front: Option<u32>, database: Option<u64>) -> Design {
    let Need::Parts(service) = &mut design.need else { unreachable!("a service of parts") };
    let service = Arc::make_mut(service);
    let node = |name: &str, part| Node { name: name.into(), part, promise: None };
    let mut all = vec![2];
    if let Some(machines) = front {
        let set = ScaleSet { name: "front".into(), zones: vec![ZoneId(2)], capacity: machines, ..design.sets[0].clone() };
        design.sets.push(set);
        all.insert(0, service.nodes.len() as u32);
        service.nodes.push(node("front", Part::Sets(vec![2], Least::Served(99, 100))));
    }
    if let Some(capacity_milli) = database {
        let ceiling = Some(Throughput { capacity_milli, least: (99, 100) });
        all.push(service.nodes.len() as u32);
        let component = Component { cause: Some("db".into()), footing: Footing::Global, ceiling };
        service.nodes.push(node("db", Part::Component(component)));
    }
    let least = all.len() as u32;
    service.nodes.push(node("all", Part::Group { parts: all, least }));
    design
}

fn play(design: Design, outages: &[Scripted]) -> Ledger {
    let modes = vec![mode("zone", Scope::Zone), mode("db", Scope::Component)];
    Script::new(topology(3, 8, 8), modes, DAY).outages(outages).play(design)
}

/// East is out from 1:00 to 2:00.
const EAST_OUT: &[Scripted] = &[(0, 0, 8, HOUR, 2 * HOUR)];

/// One mode more.
const FAILING_OVER: usize = FAILOVER - 1;

#[test]
fn tf_01_dr_07_tries_for_a_region_that_is_out_come_to_what_stands_before_all() {
    // 4,000 come three times while east is out: twelve machines before both have room for that, eleven have not. It ends at night,
    // when 3 x 3,000 fit.
    let enough = play(between(hot(12), Some(12), None), EAST_OUT);
    assert_eq!((enough.outages_ms.clone(), enough.missed_by_cause_ms[FAILING_OVER]), (vec![3 * MINUTE], 3 * MINUTE));
    assert_eq!((minutes(&enough, Operation::RetryStormMs), count(&enough, Operation::MetastableMs)), (3, 0));
    let few = play(between(hot(12), Some(11), None), EAST_OUT);
    assert_eq!(few.outages_ms, [19 * HOUR]);
    assert_eq!(few.offered - few.served, i128::from(4000 * 19 * HOUR));
    // Both are missing for three minutes; then only what stands before.
    assert_eq!(few.missed_by_cause_ms[FAILING_OVER], 3 * MINUTE / 2);
    assert_eq!(few.missed_by_cause_ms[OVERLOAD + 1], 19 * HOUR - 3 * MINUTE / 2);
    assert_eq!(minutes(&few, Operation::MetastableMs), 19 * 60 - 3);
    // TF-02: a breaker keeps the tries away.
    let mut broken = between(hot(12), Some(11), None);
    broken.service.retry = Some(Retry { breaker: Some(0.5), ..THREE });
    assert_eq!(play(broken, EAST_OUT).outages_ms, [3 * MINUTE]);
    let mut once = between(hot(12), Some(11), None);
    once.service.retry = None;
    assert_eq!(play(once, EAST_OUT).outages_ms, [3 * MINUTE]);
}

#[test]
fn tf_01_clients_who_are_sent_over_come_with_all_tries_to_what_stands_behind() {
    // Nothing comes to the database while east is out; then all of them come three times.
    let enough = play(between(hot(12), None, Some(12_000)), EAST_OUT);
    assert_eq!(enough.outages_ms, [3 * MINUTE]);
    let few = play(between(hot(12), None, Some(11_000)), EAST_OUT);
    assert_eq!(few.outages_ms, [19 * HOUR]);
    assert_eq!((few.missed_by_cause_ms[FAILING_OVER], few.missed_by_cause_ms[OVERLOAD + 1]), (3 * MINUTE, 19 * HOUR - 3 * MINUTE));
    // Two active parts: those of the other find it full as well. 4,000 fail for two minutes, and 8,000 x 1.75 come after them.
    let both = |database| {
        let of = two(Pattern::ActiveActive { weights: vec![1, 1] }, [14, 14], 8000, 4000);
        between(of, None, Some(database))
    };
    assert_eq!(play(both(14_000), EAST_OUT).outages_ms, [2 * MINUTE]);
    let storm = play(both(13_000), EAST_OUT);
    assert_eq!(storm.outages_ms, [19 * HOUR]);
    assert_eq!(storm.offered - storm.served, i128::from(4000 * 2 * MINUTE + 8000 * (19 * HOUR - 2 * MINUTE)));
}

#[test]
fn tf_01_a_database_that_is_out_leaves_the_tries_of_all_to_what_is_narrow() {
    // 8,000 come three times when it is back, to parts that have room for twelve each, and to what stands before them.
    let out = &[(1, 0, 0, HOUR, 2 * HOUR)];
    let after = |east: u32, front: u32, database: u64| {
        let of = two(Pattern::ActiveActive { weights: vec![1, 1] }, [east, 12], 8000, 4000);
        play(between(of, Some(front), Some(database)), out).outages_ms
    };
    assert_eq!(after(12, 24, 24_000), [HOUR]);
    for (east, front, database) in [(11, 24, 24_000), (12, 23, 24_000), (12, 24, 23_000)] {
        assert_eq!(after(east, front, database), [19 * HOUR], "{east} {front} {database}");
    }
}

#[test]
fn ag_03_gateways_stand_before_what_stands_before_all_or_before_each_part() {
    let grows = |mut design: Design, instance_milli: u64| {
        let (grows_in, shrinks_after) = (constant(HOUR), SimDuration::from_ms(HOUR));
        design.service.gateway = Some(Gateway { instance_milli, least: 1, most: 1, grows_in, shrinks_after });
        design.service.retry = None;
        design
    };
    let both = || two(Pattern::ActiveActive { weights: vec![1, 1] }, [10, 10], 8000, 8000);
    // One of 6,000 before all: a quarter of what comes to each is turned away. One of 3,000 before each part: as much; a shared
    // database behind them that lets 5,000 through leaves a thousand less.
    let lost = |design: Design| {
        let ledger = play(design, &[]);
        (ledger.offered - ledger.served) / i128::from(DAY)
    };
    assert_eq!(lost(grows(between(both(), Some(9), None), 6000)), 2000);
    assert_eq!(lost(grows(between(both(), Some(5), None), 6000)), 3000);
    assert_eq!(lost(grows(between(both(), None, Some(9000)), 3000)), 2000);
    assert_eq!(lost(grows(between(both(), None, Some(5000)), 3000)), 3000);
    // Before each part, all clients of east come to the gateway of west.
    let ledger = play(grows(between(both(), None, Some(9000)), 5000), EAST_OUT);
    assert_eq!(ledger.offered - ledger.served, i128::from(4000 * 2 * MINUTE + 3000 * 58 * MINUTE));
    // One before all lets as many in for west alone.
    let ledger = play(grows(between(both(), Some(9), None), 9000), EAST_OUT);
    assert_eq!(ledger.offered - ledger.served, i128::from(4000 * 2 * MINUTE));
}
