//! Failover between parts: what routers see, what is decided, what gets ready, where clients are.

mod alarm;
mod beside;
mod charges;
mod shared;
mod tried;
mod warm;

use crate::support::*;
use std::sync::Arc;
use zonefall_engine::{Law, Shape, SimDuration, SimTime};
use zonefall_faults::Scope;
use zonefall_fleet::management::Office;
use zonefall_fleet::*;
use zonefall_topology::ZoneId;

const EAST: u16 = 1;
const WEST: u16 = 2;
/// The cause of what is missed while clients could be served elsewhere: the storm's three, then the fleet's own.
const FAILOVER: usize = 3 + 9;

fn component(name: &str) -> Node {
    let component = Component { cause: Some(name.into()), footing: Footing::Global, ceiling: None };
    Node { name: name.into(), part: Part::Component(component), promise: None }
}

fn laws(out: u64, back: u64) -> Sight {
    Sight::Laws { out: constant(out), back: constant(back) }
}

fn failover(node: u32, pattern: Pattern) -> Failover {
    Failover { node, pattern, sight: laws(2 * MINUTE, 0), spread: SimDuration::ZERO, clients_least: ALL_CLIENTS }
}

/// Two components that stand in for each other, and a machine beside that nothing happens to.
fn pair(change: impl FnOnce(&mut Failover)) -> Design {
    let mut failover = failover(2, Pattern::Standby(Box::new(standby())));
    change(&mut failover);
    let any = Part::Group { parts: vec![0, 1], least: 1 };
    let sets = Part::Sets(vec![0], Least::Serving(1));
    let all = Part::Group { parts: vec![2, 3], least: 2 };
    let node = |name: &str, part| Node { name: name.into(), part, promise: None };
    let nodes = vec![component("east"), component("west"), node("site", any), node("web", sets), node("all", all)];
    let mut design = design(&[1], 1, 1);
    design.need = Need::Parts(Arc::new(Structure { nodes, failovers: vec![failover] }));
    design
}

fn play(design: Design, outages: &[(u16, u64, u64)]) -> Ledger {
    let modes =
        ["zone", "east", "west"].map(|name| mode(name, if name == "zone" { Scope::Zone } else { Scope::Component }));
    let outages: Vec<Scripted> = outages.iter().map(|&(cause, start, end)| (cause, 0, 0, start, end)).collect();
    Script::new(topology(1, 4, 8), modes.to_vec(), DAY).outages(&outages).play(design)
}

fn group_of(design: &mut Design) -> &mut Standby {
    let Need::Parts(service) = &mut design.need else { unreachable!("a service of parts") };
    of(&mut Arc::make_mut(service).failovers[0])
}

/// Who notices in five minutes, and acts in ten.
fn people() -> Operator {
    let (notice, act) = (constant(5 * MINUTE), constant(10 * MINUTE));
    Operator { notice, act, office: None, success: 1.0, waits: true, alarm: None }
}

fn of(failover: &mut Failover) -> &mut Standby {
    match &mut failover.pattern {
        Pattern::Standby(standby) => standby,
        Pattern::ActiveActive { .. } => unreachable!("a standby"),
    }
}

#[test]
fn dr_07_a_standby_serves_when_it_is_seen_that_the_first_is_out_and_it_is_ready() {
    // Three minutes of an hour, charged to failing over; both out for an hour, charged to what is out.
    let ledger = play(pair(|_| {}), &[(EAST, HOUR, 2 * HOUR), (EAST, 5 * HOUR, 8 * HOUR), (WEST, 6 * HOUR, 7 * HOUR)]);
    // That west is back is seen at once.
    assert_eq!(ledger.outages_ms, [3 * MINUTE, 3 * MINUTE, HOUR]);
    assert_eq!(ledger.missed_by_cause_ms[FAILOVER], 6 * MINUTE);
    assert_eq!(ledger.missed_by_cause_ms[usize::from(WEST)], HOUR / 2);
    assert_eq!(count(&ledger, Operation::Failovers), 2);
    assert_eq!(count(&ledger, Operation::Failbacks), 2);
}

#[test]
fn a_failover_is_called_off_when_the_first_is_back_before() {
    let ledger = play(pair(|_| {}), &[(EAST, HOUR, HOUR + MINUTE), (EAST, 3 * HOUR, 3 * HOUR + 150 * SECOND)]);
    assert_eq!(ledger.outages_ms, [MINUTE, 150 * SECOND]);
    assert_eq!((count(&ledger, Operation::FailoversBegun), count(&ledger, Operation::Failovers)), (1, 0));
}

#[test]
fn tm_02_clients_keep_their_answer_for_what_is_left_of_the_time_to_live() {
    let demand = |design: Design| Design { demand: Some(Demand::constant(16_000)), ..design };
    let served = |least: u32| {
        let mut design = demand(pair(|of| (of.spread, of.clients_least) = (SimDuration::from_ms(MINUTE), least)));
        design.sets[0].serves_milli = 16_000;
        play(design, &[(EAST, HOUR, 2 * HOUR)])
    };
    let ledger = served(ALL_CLIENTS);
    assert_eq!(ledger.outages_ms, [4 * MINUTE]);
    // Half a minute on the mean; going back, clients of either part are served.
    let lost = ledger.offered - ledger.served;
    assert_eq!(lost, 16_000 * i128::from(3 * MINUTE + MINUTE / 2));
    assert_eq!(served(900_000).outages_ms, [3 * MINUTE + 54 * SECOND]);
}

#[test]
fn tm_01_tm_02_traffic_manager_knows_after_100_to_130_s_and_at_once_that_a_part_is_back() {
    let probes = |interval: u64, failures: u32, timeout: u64| LoadBalancer {
        interval: SimDuration::from_ms(interval * SECOND),
        unhealthy_threshold: failures,
        healthy_threshold: 1,
        timeout: SimDuration::from_ms(timeout * SECOND),
        flap_window: SimDuration::ZERO,
        all_when_none: false,
    };
    for (interval, failures, timeout) in [(30, 4, 10), (10, 4, 9), (10, 1, 9)] {
        let design = pair(|failover| {
            failover.sight = Sight::Probes(probes(interval, failures, timeout));
            of(failover).ready = constant(0);
            of(failover).failback = None;
        });
        // Outages at all phases of the grid.
        let starts =
            |at: u64| (EAST + ((at + 1) % 2) as u16, at * HOUR / 2 + at * 677, at * HOUR / 2 + at * 677 + 10 * MINUTE);
        let outages: Vec<(u16, u64, u64)> = (1..45).map(starts).collect();
        let found = play(design, &outages).outages_ms;
        let least = ((u64::from(failures) - 1) * interval + timeout) * SECOND;
        assert_eq!(found.len(), 44);
        assert!(found.iter().all(|ms| (least..least + interval * SECOND).contains(ms)), "{found:?}");
        let spread = found.iter().max().unwrap() - found.iter().min().unwrap();
        assert!(spread > interval * SECOND * 8 / 10, "{spread}");
    }
}

#[test]
fn afd_01_afd_02_edges_leave_an_origin_one_by_one_within_60_to_90_s() {
    let seconds = |s: u64| SimDuration::from_ms(s * SECOND);
    let out = policy::router::front_door_out(seconds(30), 4, 3, seconds(30));
    let back = policy::router::front_door_back(seconds(30), 3);
    let design = pair(|failover| {
        failover.sight = laws(out.as_ms(), back.as_ms());
        failover.spread = seconds(30);
        of(failover).ready = constant(0);
    });
    let ledger = play(design, &[(EAST, HOUR, 2 * HOUR)]);
    assert_eq!(ledger.outages_ms, [90 * SECOND]);
}

#[test]
fn afd_03_tm_03_active_parts_share_clients_and_all_are_asked_where_none_is_seen() {
    let mut design = pair(|of| {
        of.pattern = Pattern::ActiveActive { weights: vec![50, 50] };
        of.sight = laws(2 * MINUTE, MINUTE);
    });
    design.demand = Some(Demand::constant(1000));
    let ledger = play(design, &[(EAST, HOUR, 2 * HOUR), (EAST, 5 * HOUR, 6 * HOUR), (WEST, 5 * HOUR, 7 * HOUR)]);
    // East alone: half of the clients for two minutes. Both out, and east back: half of them go to it at once, and the
    // others when it is seen.
    assert_eq!(ledger.outages_ms, [2 * MINUTE, HOUR + MINUTE]);
    let lost = ledger.offered - ledger.served;
    assert_eq!(lost, i128::from(500 * 2 * MINUTE + 1000 * HOUR + 500 * MINUTE));
    assert_eq!(ledger.missed_by_cause_ms[FAILOVER], 3 * MINUTE);
}

#[test]
fn dr_04_an_operator_decides_at_the_desk_and_goes_back_when_protection_has_been_turned_round() {
    let office = Office { turns: vec![SimTime::from_ms(8 * HOUR), SimTime::from_ms(16 * HOUR)], notice_outside: None };
    let design = |office: Option<Office>| {
        pair(|failover| {
            let standby = of(failover);
            standby.operator = Some(Operator { office, ..people() });
            let back = Failback { after: constant(2 * HOUR), outage: constant(20 * MINUTE), by_operator: true };
            standby.failback = Some(back);
            standby.promised = Some(SimDuration::from_ms(2 * HOUR));
            standby.recovery_point = constant(3 * MINUTE);
        })
    };
    let outages = [(EAST, 4 * HOUR, 5 * HOUR)];
    // Two minutes to see it, fifteen to decide, one to get ready; later a planned outage on the way back.
    let ledger = play(design(None), &outages);
    assert_eq!(ledger.outages_ms, [18 * MINUTE, 20 * MINUTE]);
    assert_eq!(ledger.missed_by_cause_ms[FAILOVER], 38 * MINUTE);
    assert_eq!(count(&ledger, Operation::FailoverLostMs), 3 * MINUTE);
    assert_eq!(count(&ledger, Operation::FailoversLate), 0);
    // Nobody is there before eight, when it is over.
    let ledger = play(design(Some(office.clone())), &outages);
    assert_eq!(ledger.outages_ms, [HOUR]);
    // A longer one: decided at a quarter past eight, later than promised.
    let ledger = play(design(Some(office.clone())), &[(EAST, 4 * HOUR, 9 * HOUR)]);
    assert_eq!(ledger.outages_ms[0], 4 * HOUR + 16 * MINUTE);
    // Somebody is called, and those who come at eight are faster.
    let called = Office { notice_outside: Some(constant(6 * HOUR)), ..office };
    let ledger = play(design(Some(called)), &[(EAST, 4 * HOUR, 9 * HOUR)]);
    assert_eq!(ledger.outages_ms[0], 4 * HOUR + 16 * MINUTE);
    assert_eq!(count(&ledger, Operation::FailoversLate), 1);
}

/// A pair that people decide for whose orders work with this probability.
fn ordered(success: f64) -> Design {
    pair(|failover| {
        of(failover).operator = Some(Operator { success, ..people() });
        of(failover).failback = Some(Failback { after: constant(2 * HOUR), outage: constant(0), by_operator: true });
    })
}

#[test]
fn dr_04_an_order_that_fails_is_noticed_and_given_again_as_long_as_it_is_needed() {
    let failed = |ledger: &Ledger| count(ledger, Operation::FailoversFailed);
    let outages = [(EAST, HOUR, 2 * HOUR)];
    let ledger = play(ordered(1.0), &outages);
    assert_eq!((ledger.missed_ms, failed(&ledger), count(&ledger, Operation::Failovers)), (18 * MINUTE, 0, 1));
    // At 1:17, 1:32 and 1:47.
    let ledger = play(ordered(0.0), &outages);
    assert_eq!((ledger.missed_ms, failed(&ledger), count(&ledger, Operation::Failovers)), (HOUR, 3, 0));
    // Until one works, each time with luck of its own: of many about half.
    let of_hours = |hour: u64| (EAST + (hour % 2) as u16, hour * DAY / 24, hour * DAY / 24 + 50 * MINUTE);
    let ledger = play(
        pair(|failover| {
            of(failover).operator =
                Some(Operator { success: 0.5, notice: constant(0), act: constant(MINUTE), ..people() });
            of(failover).failback = None;
        }),
        &(1..24).map(of_hours).collect::<Vec<_>>(),
    );
    let (fails, works) = (failed(&ledger), count(&ledger, Operation::Failovers));
    assert_eq!(ledger.missed_ms, (fails + 4 * works) * MINUTE);
    let (tries, share) = ((fails + works) as f64, works as f64 / (fails + works) as f64);
    assert!((share - 0.5).abs() < 4.0 * (0.25 / tries).sqrt(), "{works} of {tries}");
    // Nobody gives orders more often than once a minute: from 1:02 to 1:59.
    let mut hasty = ordered(0.0);
    group_of(&mut hasty).operator = Some(Operator { success: 0.0, notice: constant(0), act: constant(0), ..people() });
    assert_eq!(failed(&play(hasty, &outages)), 58);
}

#[test]
fn dr_04_an_order_to_go_back_may_fail_as_well() {
    // East is out as the trial begins, so clients are at west. From 3:10 every ten minutes until 23:50.
    let outages = [(EAST, 0, HOUR)];
    for (success, failed, back) in [(0.0, 125, 0), (1.0, 0, 1)] {
        let ledger = play(ordered(success), &outages);
        let counts = [Operation::FailoversFailed, Operation::Failbacks].map(|of| count(&ledger, of));
        assert_eq!((ledger.missed_ms, counts), (0, [failed, back]));
    }
}

#[test]
fn dr_03_in_07_capacity_that_is_not_reserved_may_not_be_there() {
    let design = |risk: f64| {
        pair(|failover| {
            of(failover).capacity_risk = risk;
            of(failover).capacity_retry = constant(10 * MINUTE);
        })
    };
    let outages = [(EAST, HOUR, 2 * HOUR)];
    // Never any: the region has to come back. Asked after 3 minutes, and every ten from then on.
    let ledger = play(design(1.0), &outages);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::FailoversRefused)), (HOUR, 6));
    assert_eq!(play(design(0.0), &outages).missed_ms, 3 * MINUTE);
}

#[test]
fn dr_03_in_04_a_standby_gets_ready_when_its_control_plane_is_back() {
    let missed = |needs_control_plane: bool| {
        let mut script = Script::new(topology(2, 4, 8), vec![mode("zone", Scope::Zone)], DAY);
        script.control_plane = vec![(HOUR / 2, HOUR + 30 * MINUTE)];
        let design = two_sets(Standby { needs_control_plane, ..standby() });
        script.outages(&[(0, 0, 4, HOUR, 5 * HOUR)]).play(design).missed_ms
    };
    assert_eq!((missed(false), missed(true)), (3 * MINUTE, 31 * MINUTE));
}

#[test]
fn in_04_an_order_that_meets_a_control_plane_that_is_out_waits_or_fails() {
    let play = |waits: bool| {
        let mut script = Script::new(topology(2, 4, 8), vec![mode("zone", Scope::Zone)], DAY);
        script.control_plane = vec![(HOUR / 2, HOUR + 30 * MINUTE)];
        let operator = Some(Operator { waits, ..people() });
        let design = two_sets(Standby { needs_control_plane: true, operator, ..standby() });
        let ledger = script.outages(&[(0, 0, 4, HOUR, 5 * HOUR)]).play(design);
        (ledger.missed_ms, count(&ledger, Operation::FailoversFailed))
    };
    // Ordered at 1:17: ready a minute after 1:30, or a minute after the next order at 1:32.
    assert_eq!((play(true), play(false)), ((31 * MINUTE, 0), (33 * MINUTE, 1)));
}

#[test]
fn dr_01_dr_05_each_failover_loses_as_much_as_its_newest_copy_is_old() {
    // A copy every five minutes, and one a day.
    for every in [5 * MINUTE, DAY] {
        let age = Law::new(Shape::Uniform(0.0, every as f64), None).unwrap();
        let design = pair(|failover| {
            of(failover).recovery_point = age;
            of(failover).failback = None;
        });
        let outage = |at: u64| (EAST + ((at + 1) % 2) as u16, at * HOUR / 4, at * HOUR / 4 + 10 * MINUTE);
        let ledger = play(design, &(1..95).map(outage).collect::<Vec<_>>());
        let failovers = count(&ledger, Operation::Failovers);
        assert_eq!(failovers, 94);
        let mean = count(&ledger, Operation::FailoverLostMs) as f64 / failovers as f64 / every as f64;
        let error = (1.0_f64 / 12.0 / failovers as f64).sqrt();
        assert!((mean - 0.5).abs() < 4.0 * error, "{mean} ± {error}");
    }
}

#[test]
fn dr_02_a_recovery_that_takes_longer_than_promised_is_counted() {
    let late = |ready: u64| {
        let design = pair(|failover| {
            of(failover).ready = constant(ready);
            of(failover).promised = Some(SimDuration::from_ms(2 * HOUR));
        });
        count(&play(design, &[(EAST, HOUR, 9 * HOUR)]), Operation::FailoversLate)
    };
    // Two minutes to see it count.
    assert_eq!((late(118 * MINUTE), late(118 * MINUTE + 1)), (0, 1));
}

/// Two sets of ten that stand in for each other, each in a zone of its own.
fn two_sets(standby: Standby) -> Design {
    let node = |name: &str, part| Node { name: name.into(), part, promise: None };
    let mut design = design(&[1, 2], 2, 1);
    let set = |zone: u32| ScaleSet {
        name: format!("set{zone}"),
        zones: vec![ZoneId(zone)],
        capacity: 10,
        ..design.sets[0].clone()
    };
    design.sets = vec![set(0), set(1)];
    let nodes = vec![
        node("east", Part::Sets(vec![0], Least::Serving(6))),
        node("west", Part::Sets(vec![1], Least::Serving(6))),
        node("site", Part::Group { parts: vec![0, 1], least: 1 }),
    ];
    let failover = failover(2, Pattern::Standby(Box::new(standby)));
    design.need = Need::Parts(Arc::new(Structure { nodes, failovers: vec![failover] }));
    design
}

#[test]
fn dr_07_a_standby_that_is_not_there_is_paid_for_from_the_decision_until_clients_are_back() {
    for (standing_milli, machines) in [(1000, 10), (300, 3), (0, 0)] {
        let mut design = two_sets(Standby { standing_milli, ..standby() });
        design.bought = Some(vec![Bought::default(); 2]);
        assert_eq!(design.set_as_paid(1).capacity as u64, machines);
        let script = Script::new(topology(2, 4, 8), vec![mode("zone", Scope::Zone)], DAY);
        let ledger = script.outages(&[(0, 0, 4, HOUR, 2 * HOUR)]).play(design);
        let paid: Vec<i128> = ledger.paid.iter().map(|set| set[Paid::OnDemand as usize]).collect();
        // Decided two minutes after the outage, and gone back from at once when it is over.
        let runs = HOUR - 2 * MINUTE;
        assert_eq!(paid, [10 * DAY, machines * (DAY - runs) + 10 * runs].map(i128::from));
        assert_eq!(ledger.missed_ms, 3 * MINUTE);
    }
}

/// Two active sets of six machines, and a demand of eight.
fn two_small_sets() -> Design {
    let mut design = two_sets_that_serve();
    design.sets.iter_mut().for_each(|set| set.capacity = 6);
    if let Need::Parts(service) = &mut design.need {
        Arc::make_mut(service).failovers[0].pattern = Pattern::ActiveActive { weights: vec![1, 1] };
    }
    design.demand = Some(Demand::constant(8000));
    design
}

/// The first zone out for an hour.
fn east_out(design: Design) -> Ledger {
    Script::new(topology(2, 4, 8), vec![mode("zone", Scope::Zone)], DAY)
        .outages(&[(0, 0, 4, HOUR, 2 * HOUR)])
        .play(design)
}

#[test]
fn a_part_that_is_too_small_for_all_clients_browns_out() {
    let ledger = east_out(two_small_sets());
    assert_eq!(ledger.outages_ms, [HOUR]);
    // Half of the clients for two minutes; then all come to six machines.
    assert_eq!(ledger.offered - ledger.served, i128::from(4000 * 2 * MINUTE + 2000 * 58 * MINUTE));
    assert_eq!(ledger.missed_by_cause_ms.last(), Some(&(2 * MINUTE)));
}

#[test]
fn tm_02_clients_who_go_back_relieve_a_part_that_is_too_small_for_all_as_they_go() {
    let mut design = two_small_sets();
    if let Need::Parts(service) = &mut design.need {
        Arc::make_mut(service).failovers[0].spread = SimDuration::from_ms(10 * MINUTE);
    }
    let ledger = east_out(design);
    // West serves 99 % of what comes to it from 6000 / (0.99 x 8000) of all clients on, which is so when 0.4848 of those who
    // go have gone: 290.9 s, and at the eighth step of sixteen.
    assert_eq!(ledger.outages_ms, [HOUR + 281_250]);
}

#[test]
fn lb_08_the_global_tier_takes_a_region_out_in_5_to_15_s() {
    let uniform = |low: u64, high: u64| Law::new(Shape::Uniform(low as f64, high as f64), None).unwrap();
    let design = pair(|failover| {
        failover.sight = Sight::Laws { out: uniform(5 * SECOND, 15 * SECOND), back: uniform(0, 5 * SECOND) };
        of(failover).ready = constant(0);
    });
    let outages: Vec<(u16, u64, u64)> = (1..23).map(|at| (EAST, at * HOUR, at * HOUR + 10 * MINUTE)).collect();
    let found = play(design, &outages).outages_ms;
    assert_eq!(found.len(), 22);
    assert!(found.iter().all(|ms| (5 * SECOND..=15 * SECOND).contains(ms)), "{found:?}");
}

#[test]
fn routers_look_when_everything_of_a_millisecond_has_happened() {
    let quick = || {
        pair(|failover| {
            failover.sight = laws(0, 0);
            of(failover).ready = constant(0);
        })
    };
    // Both are lost at once and come back at once: there was never another to fail over to.
    let ledger = play(quick(), &[(EAST, HOUR, 2 * HOUR), (WEST, HOUR, 2 * HOUR)]);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::FailoversBegun)), (HOUR, 0));
    assert_eq!(ledger.missed_by_cause_ms[FAILOVER], 0);
    // One comes back when the other fails: seen in the same look.
    let ledger = play(quick(), &[(EAST, 2 * HOUR, 3 * HOUR), (WEST, HOUR, 2 * HOUR)]);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::Failovers)), (0, 1));
}

#[test]
fn clients_that_are_sent_elsewhere_on_their_way_start_from_where_they_are() {
    let design = pair(|failover| {
        (failover.spread, failover.clients_least) = (SimDuration::from_ms(10 * MINUTE), 750_000);
    });
    // Sent at three minutes; half of them have come to west when it fails and east is back.
    let ledger = play(design, &[(EAST, HOUR, HOUR + 8 * MINUTE), (WEST, HOUR + 8 * MINUTE, 2 * HOUR)]);
    assert_eq!(ledger.outages_ms, [13 * MINUTE]);
}

#[test]
fn tm_02_a_part_that_fails_while_clients_go_back_to_it_has_only_those_who_have_come() {
    let of = |least| {
        let design = pair(|of| (of.spread, of.clients_least) = (SimDuration::from_ms(10 * MINUTE), least));
        play(design, &[(EAST, HOUR, 2 * HOUR), (EAST, 2 * HOUR + MINUTE, 3 * HOUR)]).outages_ms
    };
    // They go back from two hours on; a minute later nine of ten are at west still, and six when they are sent back again.
    assert_eq!(of(500_000), [8 * MINUTE]);
    assert_eq!(of(800_000), [11 * MINUTE, 7 * MINUTE]);
    assert_eq!(of(950_000), [12 * MINUTE + 30 * SECOND, 11 * MINUTE + 45 * SECOND]);
}

/// [`two_sets`], each of which has to serve all of the demand that comes to it.
fn two_sets_that_serve() -> Design {
    let mut design = two_sets(standby());
    if let Need::Parts(service) = &mut design.need {
        for node in &mut Arc::make_mut(service).nodes {
            if let Part::Sets(_, least) = &mut node.part {
                *least = Least::Served(99, 100);
            }
        }
    }
    design
}

#[test]
fn clients_on_their_way_are_looked_at_when_the_demand_changes() {
    let mut design = two_sets_that_serve();
    if let Need::Parts(service) = &mut design.need {
        let failover = &mut Arc::make_mut(service).failovers[0];
        (failover.spread, failover.clients_least) = (SimDuration::from_ms(10 * MINUTE), 900_000);
    }
    // Nine of ten clients have come after twelve minutes, but for two seconds there are too many for the standby.
    let step = |at: u64, milli: u64| Step { from: SimTime::from_ms(HOUR + at * SECOND), per_second_milli: milli };
    design.demand = Some(Demand::course(8000, vec![step(718, 14_000), step(722, 8000)], None));
    let script = Script::new(topology(2, 4, 8), vec![mode("zone", Scope::Zone)], DAY);
    let ledger = script.outages(&[(0, 0, 4, HOUR, 5 * HOUR)]).play(design);
    assert_eq!(ledger.outages_ms, [12 * MINUTE + 2 * SECOND]);
}

#[test]
fn a_brown_out_that_no_router_sees_is_charged_to_what_causes_it() {
    let mut design = two_sets_that_serve();
    design.sets[0].zones = vec![ZoneId(0), ZoneId(2)];
    design.demand = Some(Demand::constant(8000));
    let script = Script::new(topology(3, 4, 8), vec![mode("zone", Scope::Zone)], DAY);
    // Half of east for an hour: five of ten machines. Later all of it.
    let outages = [(0, 0, 4, HOUR, 2 * HOUR), (0, 0, 4, 5 * HOUR, 6 * HOUR), (0, 8, 4, 5 * HOUR, 6 * HOUR)];
    let ledger = script.outages(&outages).play(design);
    assert_eq!(ledger.outages_ms, [HOUR, 3 * MINUTE]);
    assert_eq!(ledger.missed_by_cause_ms.last(), Some(&(3 * MINUTE)));
    assert_eq!(ledger.missed_by_cause_ms[0], HOUR);
}

#[test]
fn clients_that_come_over_may_be_more_than_the_other_part_lets_through() {
    let weights = vec![1, 1];
    let mut design = pair(|of| of.pattern = Pattern::ActiveActive { weights });
    let Need::Parts(service) = &mut design.need else { unreachable!("a service of parts") };
    for node in &mut Arc::make_mut(service).nodes[..2] {
        let Part::Component(component) = &mut node.part else { continue };
        component.ceiling = Some(Throughput { capacity_milli: 12_000, least: (1, 1) });
    }
    (design.demand, design.sets[0].serves_milli) = (Some(Demand::constant(16_000)), 16_000);
    // Half of the clients until it is seen after two minutes, and then a quarter of all.
    let ledger = play(design, &[(WEST, HOUR, 2 * HOUR)]);
    let (unseen, over) = (2 * MINUTE, HOUR - 2 * MINUTE);
    assert_eq!(ledger.offered - ledger.served, i128::from(8000 * unseen + 4000 * over));
    let overload = 3 + EXTRA_CAUSES.iter().position(|(name, _)| *name == "overload").unwrap();
    // What is out answers for its clients, there and where they are too many.
    let missed = |cause: usize| ledger.missed_by_cause_ms[cause];
    assert_eq!((missed(FAILOVER), missed(overload), missed(WEST.into())), (unseen, 0, over));
}
