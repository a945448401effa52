//! AG-03: gateways before a service of parts: one before all of it, or one before each part that clients are sent to.

use super::*;
use std::sync::Arc;
use zonefall_topology::ZoneId;

fn node(name: &str, part: Part) -> Node {
    Node { name: name.into(), part, promise: None }
}

/// The sets of [`web`], one in each of two zones, joined so.
fn two(mut web: Design, join: Part, failovers: Vec<Failover>) -> Design {
    web.sets =
        vec![web.sets[0].clone(), ScaleSet { name: "other".into(), zones: vec![ZoneId(1)], ..web.sets[0].clone() }];
    let set = |name: &str, set| node(name, Part::Sets(vec![set], Least::Served(1, 1)));
    let nodes = vec![set("first", 0), set("second", 1), node("all", join)];
    web.need = Need::Parts(Arc::new(Structure { nodes, failovers }));
    web
}

fn series() -> Part {
    Part::Group { parts: vec![0, 1], least: 2 }
}

/// Clients are sent to one of the two within two minutes.
pub fn sent(web: Design, pattern: Pattern) -> Design {
    let failover = Failover {
        node: 2,
        pattern,
        sight: Sight::Laws { out: constant(2 * MINUTE), back: constant(0) },
        spread: SimDuration::ZERO,
        clients_least: ALL_CLIENTS,
    };
    two(web, Part::Group { parts: vec![0, 1], least: 1 }, vec![failover])
}

pub fn play(design: Design, outages: &[Scripted]) -> Ledger {
    Script::new(topology(2, 10, 10), vec![mode("rack", Scope::Rack)], DAY).outages(outages).play(design)
}

pub fn hot() -> Pattern {
    Pattern::Standby(Box::new(standby()))
}

/// The first zone is out from 1:00 to 2:00.
pub const FIRST_OUT: &[Scripted] = &[(0, 0, 10, HOUR, 2 * HOUR)];

#[test]
fn ag_03_a_gateway_before_tiers_turns_away_what_none_of_them_sees() {
    let mut tiers = two(web(20_000, &[(6 * HOUR, 55_000)]), series(), vec![]);
    let (length, patience) = (SimDuration::from_ms(20 * MINUTE), SimDuration::from_ms(MINUTE));
    tiers.service.sessions = Some(Sessions { length, begin: Begin::EveryRequests(1.0), patience, parts: vec![1] });
    let ledger = play(tiers.clone(), &[]);
    let lost = 4 * MINUTE * 35_000;
    assert_eq!(ledger.served, ledger.offered - i128::from(lost));
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[OVERLOAD]), (4 * MINUTE, 4 * MINUTE));
    assert_eq!(count(&ledger, Operation::GatewayTurnedAway), lost / 1_000_000);
    assert_eq!((count(&ledger, Operation::GatewayShortMs), count(&ledger, Operation::GatewayGrowths)), (4 * MINUTE, 1));
    assert_eq!((ledger.sessions_begun, ledger.lost_to_dead), ((ledger.served / 1000) as u64, 0));
    // Four of ten machines of the second tier are dead for a while: of what is let through their part is lost.
    tiers.balancer = Some(balancer());
    tiers.service.sessions = None;
    let ledger = play(tiers, &[(0, 10, 4, 6 * HOUR + MINUTE, 8 * HOUR)]);
    let unnoticed = ledger.classes.dead_in_rotation as u64 / 40;
    assert_eq!(ledger.lost_to_dead, i128::from(unnoticed * 8_000));
    assert_eq!(ledger.offered - ledger.served, i128::from(lost + unnoticed * 8_000));
}

#[test]
fn ag_03_dr_07_who_is_sent_over_finds_a_gateway_that_nobody_has_asked_for_much() {
    let ledger = play(sent(web(55_000, &[]), hot()), FIRST_OUT);
    // Three minutes until they are sent over, and four until five more instances are there; the same when they come back.
    let lost = 3 * MINUTE * 55_000 + 2 * 4 * MINUTE * 45_000;
    assert_eq!(
        (ledger.outages_ms.clone(), ledger.offered - ledger.served),
        (vec![7 * MINUTE, 4 * MINUTE], lost.into())
    );
    assert_eq!(count(&ledger, Operation::GatewayTurnedAway), 2 * 4 * MINUTE * 45_000 / 1_000_000);
    assert_eq!(count(&ledger, Operation::GatewayGrowths), 2);
    // Three minutes are the router's. The first part is out, and answers for what the second's gateway does not let through.
    let failing_over = ledger.missed_by_cause_ms.last().copied();
    assert_eq!((failing_over, ledger.missed_by_cause_ms[0]), (Some(3 * MINUTE), 4 * MINUTE));
    assert_eq!(ledger.missed_by_cause_ms[OVERLOAD], 4 * MINUTE);
    // Reserved instances wait for them.
    let mut ready = web(55_000, &[]);
    ready.service.gateway.as_mut().unwrap().least = 6;
    assert_eq!(play(sent(ready, hot()), FIRST_OUT).outages_ms, [3 * MINUTE]);
}

#[test]
fn ag_03_afd_03_active_parts_have_gateways_of_their_own() {
    let ledger = play(sent(web(40_000, &[]), Pattern::ActiveActive { weights: vec![1, 1] }), FIRST_OUT);
    // Two instances each. Half are lost until it is seen, half for want of two more; those who go back find one.
    let lost = 20_000 * 2 * MINUTE + 20_000 * 4 * MINUTE + 10_000 * 4 * MINUTE;
    assert_eq!(
        (ledger.outages_ms.clone(), ledger.offered - ledger.served),
        (vec![6 * MINUTE, 4 * MINUTE], lost.into())
    );
    assert_eq!(count(&ledger, Operation::GatewayGrowths), 2);
}
