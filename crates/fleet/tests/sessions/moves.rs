//! TM-02: sessions in a service of parts: on the machines of which part they begin, and where they stay.

use super::*;
use zonefall_fleet::{
    ALL_CLIENTS, Failback, Failover, Least, Need, Node, Part, Pattern, ScaleSet, Sight, Standby, Structure,
};

/// Four machines in zone 1 and four in zone 2, each set a part, of which these hold the sessions.
pub(super) fn of_parts(group: impl FnOnce(&mut Structure), parts: &[u32]) -> Design {
    let mut whole = with_sessions(design(&[1], 4, 1));
    let second = design(&[2], 4, 1).sets;
    whole.sets.extend(second.into_iter().map(|set| ScaleSet { name: "second".into(), serves_milli: 600_000, ..set }));
    let node = |name: &str, part| Node { name: name.into(), part, promise: None };
    let one = |set: u32| Part::Sets(vec![set], Least::Serving(1));
    let all = Part::Group { parts: vec![0, 1], least: 2 };
    let mut service = Structure::new(vec![node("first", one(0)), node("second", one(1)), node("all", all)]);
    group(&mut service);
    whole.need = Need::Parts(Arc::new(service));
    if let Some(sessions) = &mut whole.service.sessions {
        sessions.parts = parts.to_vec();
    }
    whole
}

#[test]
fn the_machines_of_one_tier_hold_sessions_and_those_behind_it_none() {
    for (parts, of_first, of_second) in [([0], 3000.0, 0.0), ([1], 0.0, 3000.0)] {
        let (first, second) = ((DIES, 0, HOUR, 2 * HOUR), (DIES, 4, 5 * HOUR, 6 * HOUR));
        let lost_in = |unit| {
            let ledger = script().units(&[unit]).play(of_parts(|_| {}, &parts));
            assert!((ledger.sessions_begun as f64 / 1000.0 - 10.0 * 86_400.0).abs() < 1e-2);
            ledger
        };
        lost(&lost_in(first), &[(GUEST, of_first)]);
        lost(&lost_in(second), &[(GUEST, of_second)]);
    }
}

#[test]
fn tm_02_sessions_begin_where_clients_are_sent_to_and_stay_where_they_are() {
    let both = || Pattern::ActiveActive { weights: vec![1, 1] };
    let fails_over = |service: &mut Structure| fails_over(service, both(), 0);
    // Zone 2 is out for an hour. From two minutes on all sessions begin in zone 1, where a machine dies 20 minutes later.
    let dark = [(ZONE as u16, 4, 4, HOUR, 2 * HOUR)];
    let dies = [(DIES, 0, HOUR + 22 * MINUTE, 10 * HOUR)];
    let ledger = script().outages(&dark).units(&dies).play(of_parts(fails_over, &[0, 1]));
    // Half of 12,000 in each zone; what is held tends to twice as many.
    let twice = 3000.0 + (1500.0 - 3000.0) * outlast(20 * MINUTE);
    lost(&ledger, &[(ZONE, 6000.0), (GUEST, twice)]);
    // What comes to zone 2 begins nowhere for two minutes.
    let begun = 10.0 * (86_400.0 - 60.0);
    assert!((ledger.sessions_begun as f64 / 1000.0 - begun).abs() < 1e-2, "{}", ledger.sessions_begun);
}

/// The two parts stand in for each other: seen in two minutes, clients sent within so many.
pub(super) fn fails_over(service: &mut Structure, pattern: Pattern, minutes: u64) {
    service.nodes[2].part = Part::Group { parts: vec![0, 1], least: 1 };
    service.failovers = vec![Failover {
        node: 2,
        pattern,
        sight: Sight::Laws { out: constant(2 * MINUTE), back: constant(2 * MINUTE) },
        spread: SimDuration::from_ms(minutes * MINUTE),
        clients_least: ALL_CLIENTS,
    }];
}

/// A hot standby, ready at once.
fn hot(failback: Option<Failback>) -> Pattern {
    Pattern::Standby(Box::new(Standby { ready: constant(0), failback, ..standby() }))
}

/// 12,000 at once, with no demand beside them.
fn without_demand(mut design: Design) -> Design {
    design.demand = None;
    if let Some(sessions) = &mut design.service.sessions {
        sessions.begin = Begin::AtOnce(12_000.0);
    }
    design
}

#[test]
fn tm_02_clients_who_only_hold_sessions_keep_their_answer_for_the_time_to_live_too() {
    // Zone 1 is out to the end. Clients come over from two minutes on within an hour; twenty minutes later a machine dies.
    let dark = [(ZONE as u16, 0, 4, HOUR, DAY)];
    let dies = [(DIES, 4, HOUR + 22 * MINUTE, 10 * HOUR)];
    let of = || of_parts(|service| fails_over(service, hot(None), 60), &[0, 1]);
    for design in [of(), without_demand(of())] {
        let ledger = script().outages(&dark).units(&dies).play(design);
        // 600 a minute to begin, of which after x of twenty minutes a share of x/3 comes over: 12,000/3 times the integral of
        // x e^(x-1), which is 1/e, on four machines. Clients go in sixteen steps.
        let held = 4000.0 * outlast(LENGTH) / 4.0;
        let milli = ledger.sessions_lost[GUEST] as f64;
        assert!((milli / 1000.0 / held - 1.0).abs() < 5e-3, "{milli} thousandths, not {held}");
        // Nobody for two minutes, half of all on the mean of an hour.
        let begun = 600.0 * (24.0 * 60.0 - 2.0 - 30.0);
        assert!((ledger.sessions_begun as f64 / 1000.0 - begun).abs() < 1.0, "{}", ledger.sessions_begun);
    }
}

#[test]
fn dr_04_no_session_begins_while_clients_are_sent_back_and_nobody_is_served() {
    let back = || Failback { after: constant(0), outage: constant(2 * HOUR), by_operator: false };
    let of = || of_parts(|service| fails_over(service, hot(Some(back())), 0), &[0, 1]);
    for design in [of(), without_demand(of())] {
        let ledger = script().outages(&[(ZONE as u16, 0, 4, 6 * HOUR, 10 * HOUR)]).play(design);
        assert_eq!(ledger.missed_ms, 2 * MINUTE + 2 * HOUR);
        let begun = 600.0 * (24.0 * 60.0 - 2.0 - 120.0);
        assert!((ledger.sessions_begun as f64 / 1000.0 - begun).abs() < 1e-2, "{}", ledger.sessions_begun);
    }
}
