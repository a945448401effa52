//! Times of responses in a service of parts: whether answers are in time, and whom it is charged to that they are not.

use super::parts::{any, component, node, series, service};
use crate::support::*;
use zonefall_engine::SimDuration;
use zonefall_faults::{Effect, Scope};
use zonefall_fleet::{
    Demand, Design, EXTRA_CAUSES, Failover, Footing, Least, Load, Node, Part, Pattern, Queue, Sight, Tier, Ways,
};

const RACK: u16 = 0;
const DB: u16 = 1;

fn script() -> Script {
    Script::new(topology(2, 4, 1), vec![mode("rack", Scope::Rack), mode("db", Scope::Component)], DAY)
}

/// Where the fleet's own cause stands.
fn overload() -> usize {
    2 + EXTRA_CAUSES.iter().position(|(name, _)| *name == "overload").unwrap()
}

fn web(name: &str, set: u32) -> Node {
    node(name, Part::Sets(vec![set], Least::Serving(1)))
}

/// Machines of one request at a time and 1 req/s, each with a line of its own; times within so many seconds.
fn timed(mut design: Design, tiers: &[u32], demand_milli: u64, seconds: Option<u64>) -> Design {
    let tier = |&node: &u32| Tier { node, parallelism: 1, queue: Queue::Each, serves_milli: 1000 };
    let tiers: Vec<Tier> = tiers.iter().map(tier).collect();
    let ways = design.structure().unwrap().ways(&tiers).unwrap();
    design.demand = Some(Demand::constant(demand_milli));
    let within = seconds.map(std::time::Duration::from_secs);
    design.service.ways = Some(Ways { tiers, ways, within });
    design
}

#[test]
fn a_request_takes_the_sum_over_the_parts_in_series() {
    // Four machines and two, to which 1 a second comes: 0.75 and 0.5 a second are left of each. By hand, of a time t
    // 3 exp(-t/2) - 2 exp(-3t/4) of the requests are left: 0.0500 (less by 1 in 100,000) at 8 s, 0.0801 at 7 s. Without one of the two nothing is left
    // of the other; without one of the four 2/3, and 4 exp(-t/2) - 3 exp(-2t/3) is 0.0588 at 8 s.
    let nodes = vec![web("front", 0), web("back", 1), node("all", series(&[0, 1]))];
    let design = service(&[(&[1], 4), (&[2], 2)], nodes);
    let play = |seconds, outages: &[Scripted]| {
        script().outages(outages).play(timed(design.clone(), &[0, 1], 1000, Some(seconds)))
    };
    let late = play(7, &[]);
    assert_eq!((late.missed_ms, late.missed_by_cause_ms[overload()]), (DAY, DAY));
    assert_eq!(late.slow, i128::from(1000 * DAY));
    assert_eq!(play(8, &[]).missed_ms, 0);
    let outages = [(RACK, 0, 1, HOUR, 2 * HOUR), (RACK, 4, 1, 5 * HOUR, 8 * HOUR)];
    let ledger = play(8, &outages);
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[usize::from(RACK)]), (4 * HOUR, 4 * HOUR));
    let states: Vec<_> = ledger.ways[0].iter().map(|time| (time.state.tiers, time.held.as_ms() / HOUR)).collect();
    let load = |machines| Load::whole(machines, 1000);
    let of = |a, b, hours| ([load(a), load(b), Load::default(), Load::default()], hours);
    let held = |a: u32| states.iter().filter(|(tiers, _)| tiers[0].machines == a).map(|(_, hours)| hours).sum::<u64>();
    assert_eq!((held(3), held(4)), (1, 23));
    assert!(states.contains(&of(3, 2, 1)) && states.contains(&of(4, 1, 3)), "{states:?}");
}

#[test]
fn a_machine_of_a_part_that_is_slow_is_one_that_is_slow() {
    // As above: 3 exp(-9/2) - 2 exp(-27/4) is 0.031 at 9 s. One of the back's two at 99.9 % makes hardly any more of them late; at 60 %
    // it gets 0.5 a second as well, and 0.1 is left of it.
    let nodes = vec![web("front", 0), web("back", 1), node("all", series(&[0, 1]))];
    let mut design = timed(service(&[(&[1], 4), (&[2], 2)], nodes), &[0, 1], 1000, Some(9));
    let play = |design: &Design, left: u32| {
        let mut script = script().outages(&[(RACK, 4, 1, HOUR, 5 * HOUR)]);
        script.modes[0].effect = Effect::Degraded(left);
        script.play(design.clone())
    };
    assert_eq!(play(&design, 999).missed_ms, 0);
    design.service.spreads_evenly = true;
    let ledger = play(&design, 999);
    assert_eq!(ledger.missed_ms, 0);
    let slow = ledger.ways[0].iter().find(|time| !time.state.tiers[1].is_whole()).unwrap();
    assert_eq!((slow.state.tiers[1].machines, slow.state.tiers[1].slow[0].lacks), (2, 1));
    assert_eq!(slow.held.as_ms(), 4 * HOUR);
    let ledger = play(&design, 600);
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[usize::from(RACK)]), (4 * HOUR, 4 * HOUR));
}

#[test]
fn of_alternatives_the_part_counts_that_serves() {
    // The database's own machines serve while it is up; without it requests go to the other side, whose two machines are too
    // busy to be in time.
    let nodes = vec![
        web("first", 0),
        component("db", Footing::Global),
        node("whole", series(&[0, 1])),
        web("second", 1),
        node("either", any(&[2, 3])),
    ];
    let design = timed(service(&[(&[1], 4), (&[2], 2)], nodes), &[0, 3], 1500, Some(5));
    let ledger = script().outages(&[(DB, 0, 0, HOUR, 3 * HOUR)]).play(design);
    // Of 5/8 a second the part exp(-3.1) is left after 5 s; of 1/4 a second exp(-1.25).
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[overload()]), (2 * HOUR, 2 * HOUR));
    let hours: Vec<u64> =
        ledger.ways.iter().map(|way| way.iter().map(|time| time.held.as_ms()).sum::<u64>() / HOUR).collect();
    assert_eq!(hours, [22, 2]);
}

#[test]
fn clients_that_fail_over_take_the_time_of_the_part_that_they_are_sent_to() {
    let nodes = vec![web("east", 0), web("west", 1), node("site", any(&[0, 1]))];
    let mut design = service(&[(&[1], 2), (&[2], 4)], nodes);
    let weights = vec![1, 3];
    let zonefall_fleet::Need::Parts(of) = &mut design.need else { unreachable!("a service of parts") };
    std::sync::Arc::get_mut(of).unwrap().failovers = vec![Failover {
        node: 2,
        pattern: Pattern::ActiveActive { weights },
        sight: Sight::Laws { out: constant(0), back: constant(0) },
        spread: SimDuration::ZERO,
        clients_least: 1_000_000,
    }];
    // A quarter of 2 a second comes to the two machines in the east: 3/4 is left of each, 5/8 in the west.
    let ledger = script().play(timed(design, &[0, 1], 2000, None));
    let state =
        |way: usize| ledger.ways[way].iter().map(|time| (time.state.requests_milli, time.state.tiers[0])).next();
    assert_eq!(state(0), Some((500, Load::whole(2, 500))));
    assert_eq!(state(1), Some((1500, Load::whole(4, 1500))));
    assert_eq!((ledger.missed_ms, ledger.slow), (0, 0));
}
