//! AG-03: an application gateway that grows, against timelines by hand.

mod parts;
mod tries;

use crate::support::*;
use std::time::Duration;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::Scope;
use zonefall_fleet::policy::gateway::Gateway;
use zonefall_fleet::*;

/// The fleet's own causes follow the only mode; overload is the third.
const OVERLOAD: usize = 3;

/// A hundred machines of 1 req/s behind a gateway of 10 req/s an instance, which comes four minutes after its order.
fn web(first: u64, steps: &[(u64, u64)]) -> Design {
    let step = |&(from, per_second_milli): &(u64, u64)| Step { from: SimTime::from_ms(from), per_second_milli };
    let mut web = design(&[1], 100, 1);
    web.demand = Some(Demand::course(first, steps.iter().map(step).collect(), None));
    web.need = Need::Served(1, 1);
    web.service.gateway = Some(Gateway {
        instance_milli: 10_000,
        least: 0,
        most: 8,
        grows_in: constant(4 * MINUTE),
        shrinks_after: SimDuration::from_ms(10 * MINUTE),
    });
    web
}

fn play(design: Design) -> Ledger {
    Script::new(topology(1, 10, 10), vec![mode("rack", Scope::Rack)], DAY).play(design)
}

#[test]
fn ag_03_a_peak_loses_what_comes_beyond_the_gateway_until_its_instances_are_there() {
    // 20 a second are two instances; at 6:00 come 55, which are six. For four minutes 35 a second are turned away.
    let ledger = play(web(20_000, &[(6 * HOUR, 55_000)]));
    let lost = 4 * MINUTE * 35_000;
    assert_eq!(ledger.served, ledger.offered - i128::from(lost));
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[OVERLOAD]), (4 * MINUTE, 4 * MINUTE));
    assert_eq!(count(&ledger, Operation::GatewayTurnedAway), lost / 1_000_000);
    assert_eq!(count(&ledger, Operation::GatewayShortMs), 4 * MINUTE);
    assert_eq!((count(&ledger, Operation::GatewayGrowths), ledger.events), (1, 2));
    // As many from the start: nothing is lost.
    let mut ready = web(20_000, &[(6 * HOUR, 55_000)]);
    ready.service.gateway.as_mut().unwrap().least = 6;
    let ledger = play(ready);
    assert_eq!((ledger.served, ledger.missed_ms, ledger.events), (ledger.offered, 0, 1));
}

#[test]
fn ag_03_no_more_than_the_most_and_each_rise_orders_what_is_missing() {
    // 25 at 6:00 (one more), 45 at 6:02 (two more), 95 at 7:00: eight instances, the most, let 80 through.
    let ledger = play(web(20_000, &[(6 * HOUR, 25_000), (6 * HOUR + 2 * MINUTE, 45_000), (7 * HOUR, 95_000)]));
    let first = 2 * MINUTE * 5_000;
    let second = 2 * MINUTE * 25_000 + 2 * MINUTE * 15_000;
    let third = 4 * MINUTE * 45_000 + (17 * HOUR - 4 * MINUTE) * 15_000;
    assert_eq!(ledger.offered - ledger.served, i128::from(first + second + third));
    assert_eq!(count(&ledger, Operation::GatewayGrowths), 3);
}

#[test]
fn ag_03_a_demand_that_changes_often_makes_no_more_events_than_it_has_changes_and_the_gateway_looks() {
    // 55 a second at noon, then a ripple each ten seconds for twelve hours that asks for fewer all the time.
    let mut steps = vec![(12 * HOUR, 55_000)];
    steps.extend((1..4320).map(|at| (12 * HOUR + at * 10 * SECOND, 31_000 + at % 2)));
    let mut often = web(20_000, &steps);
    often.service.gateway.as_mut().unwrap().shrinks_after = SimDuration::from_ms(6 * HOUR);
    let ledger = play(often);
    assert!(ledger.events < 4320 + 10, "{}", ledger.events);
}

#[test]
fn ag_03_what_is_turned_away_is_answered_too_late() {
    let mut slow = web(20_000, &[(6 * HOUR, 55_000)]);
    slow.need = Need::Served(0, 1);
    let limit =
        Limit { within: Duration::from_millis(90), admits_milli: (0..=100).map(|machines| machines * 900).collect() };
    let latency = Latency { parallelism: 1, queue: Queue::Shared, serves_milli: 1000, limit: Some(limit) };
    slow.service.latency = Some(latency);
    assert_eq!(play(slow.clone()).missed_ms, 4 * MINUTE);
    // The same of a ceiling of 40, for good.
    slow.service.gateway = None;
    slow.service.ceiling = Some(Ceiling { name: "database".into(), capacity_milli: 40_000 });
    assert_eq!(play(slow).missed_ms, 18 * HOUR);
}

#[test]
fn ag_03_what_was_not_needed_for_ten_minutes_is_given_back_and_lacks_at_the_next_peak() {
    let peaks = |gap: u64| {
        let second = 6 * HOUR + 20 * MINUTE + gap;
        let steps = [(6 * HOUR, 55_000), (6 * HOUR + 20 * MINUTE, 20_000), (second, 55_000)];
        let ledger = play(web(20_000, &steps));
        ((ledger.offered - ledger.served) as u64, count(&ledger, Operation::GatewayGrowths))
    };
    let lost = 4 * MINUTE * 35_000;
    assert_eq!(peaks(9 * MINUTE), (lost, 1));
    assert_eq!(peaks(11 * MINUTE), (2 * lost, 2));
}

#[test]
fn ag_03_each_instance_is_given_back_when_it_was_not_needed_for_as_long_whatever_came_before() {
    // Six instances until 1:00, three until 1:05: at 1:10 three are left, at 1:15 two. 55 a second at 1:12 find room for 30.
    let steps = [(HOUR, 30_000), (HOUR + 5 * MINUTE, 20_000), (HOUR + 12 * MINUTE, 55_000)];
    let ledger = play(web(55_000, &steps));
    assert_eq!(ledger.offered - ledger.served, i128::from(4 * MINUTE * 25_000));
}

#[test]
fn ag_03_what_is_turned_away_reaches_no_machine_and_begins_no_session() {
    // Machines of which some are dead: of what is let through, their part is lost.
    let mut dead = web(20_000, &[(6 * HOUR, 80_000)]);
    dead.balancer = Some(balancer());
    let script = Script::new(topology(1, 10, 10), vec![mode("rack", Scope::Rack)], DAY);
    let outage = [(0, 0, 1, 6 * HOUR + MINUTE, 8 * HOUR)];
    let ledger = script.outages(&outage).play(dead);
    let unnoticed = ledger.classes.dead_in_rotation as u64 / 10;
    assert!((10 * SECOND..=15 * SECOND).contains(&unnoticed), "{unnoticed}");
    let turned_away = 4 * MINUTE * 60_000;
    assert_eq!(ledger.lost_to_dead, i128::from(unnoticed * 2_000));
    assert_eq!(ledger.offered - ledger.served, i128::from(turned_away + unnoticed * 2_000));
    let mut held = web(20_000, &[(6 * HOUR, 80_000)]);
    let (length, patience) = (SimDuration::from_ms(20 * MINUTE), SimDuration::from_ms(MINUTE));
    held.service.sessions = Some(Sessions { length, begin: Begin::EveryRequests(1.0), patience, parts: vec![] });
    let ledger = play(held);
    assert_eq!(ledger.sessions_begun, (ledger.served / 1000) as u64);
}

#[test]
fn ag_03_machines_that_are_down_answer_for_what_they_withhold_beside_a_short_gateway() {
    // 80 come, the gateway lets 20 through, and 30 machines are down for the first minute: 60 are lacking at the gateway.
    let script = Script::new(topology(1, 10, 10), vec![mode("rack", Scope::Rack)], DAY);
    let ledger = script.outages(&[(0, 0, 3, 6 * HOUR, 6 * HOUR + MINUTE)]).play(web(20_000, &[(6 * HOUR, 80_000)]));
    assert_eq!(ledger.missed_ms, 4 * MINUTE);
    // With 70 machines 60 of 80 are lacking for want of the gateway, and 30 stand still.
    assert_eq!(ledger.missed_by_cause_ms[OVERLOAD], 3 * MINUTE + MINUTE * 60 / 90);
}
