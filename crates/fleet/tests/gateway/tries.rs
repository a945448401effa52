//! AG-03, TF-01: clients that try again come to a gateway with all their tries: cases by hand, and a slow restatement.

use super::parts::{FIRST_OUT, hot, play as play_parts, sent};
use super::*;
use zonefall_engine::{Key, Stream};
use zonefall_fleet::policy::retry::Retry;

/// Three tries, each of which costs as much as one that succeeds.
const THREE: Retry = Retry { tries: 3, wasted: 1.0, breaker: None, budget: None, faults: 0.0 };

/// [`web`], whose gateway may have so many instances.
fn tried(most: u32, first: u64, steps: &[(u64, u64)]) -> Design {
    let mut web = web(first, steps);
    web.service.retry = Some(THREE);
    web.service.gateway.as_mut().unwrap().most = most;
    web
}

/// Requests that are not served, in thousandths times milliseconds.
fn lost(ledger: &Ledger) -> u64 {
    (ledger.offered - ledger.served) as u64
}

fn close(found: u64, exact: f64) {
    assert!((found as f64 - exact).abs() < 1e-4 * exact + 1.0, "{found} is not {exact}");
}

#[test]
fn ag_03_tf_01_tries_of_what_is_turned_away_are_turned_away_again_and_ask_for_more_instances() {
    // 55 come to two instances, which let 20 through. Of each attempt a share f is turned away until 1 - f³ = 20/55: 143 attempts,
    // which ask for fifteen instances, eight at most. No less is served than if nobody tried again.
    let ledger = play(tried(8, 20_000, &[(6 * HOUR, 55_000)]));
    let fails = (35.0_f64 / 55.0).cbrt();
    let attempts = 20.0 / (1.0 - fails);
    assert!((142.0..144.0).contains(&attempts), "{attempts}");
    close(lost(&ledger), 35_000.0 * (4 * MINUTE) as f64);
    close(count(&ledger, Operation::GatewayTurnedAway), (attempts - 20.0) * 240.0);
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[OVERLOAD]), (4 * MINUTE, 4 * MINUTE));
    // All is well with eight; two of them are given back after ten minutes.
    assert_eq!((count(&ledger, Operation::GatewayGrowths), ledger.events), (1, 3));
    let storm = [Operation::RetryStorms, Operation::RetryStormMs, Operation::MetastableMs].map(|of| count(&ledger, of));
    assert_eq!(storm, [1, 4 * MINUTE, 0]);
    // Nine of them, if there may be so many: a second peak within ten minutes after they have come finds them all.
    let again = |gap: u64| {
        let second = 6 * HOUR + 4 * MINUTE + gap;
        let ledger = play(tried(9, 20_000, &[(6 * HOUR, 55_000), (second, 90_000)]));
        (lost(&ledger).div_ceil(MINUTE * 1000), count(&ledger, Operation::GatewayGrowths))
    };
    assert_eq!((again(9 * MINUTE), again(11 * MINUTE)), ((140, 1), (140 + 4 * 30, 2)));
}

#[test]
fn ag_03_tf_01_a_gateway_that_cannot_grow_keeps_a_storm_from_machines_that_have_room_again() {
    // 90 come to 100 machines, of which thirty are out for an hour: all attempts fail, 270 a second. A gateway of nine lets 90 in, for
    // which there is room afterwards; one of 27 has grown by then, and all of them fail until 3 x 30 come at night.
    let script = || {
        let script = Script::new(topology(1, 10, 10), vec![mode("rack", Scope::Rack)], DAY);
        script.outages(&[(0, 0, 3, 6 * HOUR, 7 * HOUR)])
    };
    let of = |most: u32| tried(most, 90_000, &[(20 * HOUR, 30_000)]);
    let kept = script().play(of(9));
    assert_eq!((kept.outages_ms.clone(), lost(&kept)), (vec![HOUR], 90_000 * HOUR));
    assert_eq!(count(&kept, Operation::GatewayTurnedAway), 180 * 3600);
    let hours = |ledger: &Ledger, of: Operation| count(ledger, of) / HOUR;
    assert_eq!((count(&kept, Operation::MetastableMs), count(&kept, Operation::VulnerableMs)), (0, 0));
    let grown = script().play(of(27));
    assert_eq!((grown.outages_ms.clone(), lost(&grown)), (vec![14 * HOUR], 90_000 * 14 * HOUR));
    assert_eq!(count(&grown, Operation::GatewayTurnedAway), 180 * 240);
    assert_eq!((hours(&grown, Operation::MetastableMs), hours(&grown, Operation::VulnerableMs)), (13, 0));
    // Eleven let 110 in, and the machines are overloaded by them until the night; ten let in just what they serve.
    assert_eq!(script().play(of(11)).outages_ms, [14 * HOUR]);
    assert_eq!(script().play(of(10)).outages_ms, [HOUR]);
    // TF-02: a breaker lets both run dry.
    let mut broken = of(27);
    broken.service.retry = Some(Retry { breaker: Some(0.5), ..THREE });
    assert_eq!(script().play(broken).outages_ms, [HOUR]);
}

#[test]
fn ag_03_tf_01_who_is_sent_over_comes_with_all_tries_to_a_gateway_that_nobody_has_asked_for_much() {
    // All attempts for the first part fail for three minutes: 165, of which six instances turn 105 away. Those who are sent over find
    // one instance: 1 - f³ = 10/55, 155 attempts for eight. They go back to one instance after an hour, as in the parts' own tests.
    let mut design = sent(web(55_000, &[]), hot());
    design.service.retry = Some(THREE);
    let ledger = play_parts(design.clone(), FIRST_OUT);
    assert_eq!(ledger.outages_ms, [7 * MINUTE, 4 * MINUTE]);
    close(lost(&ledger), (3 * MINUTE * 55_000 + 2 * 4 * MINUTE * 45_000) as f64);
    let turned_away = 10.0 / (1.0 - (45.0_f64 / 55.0).cbrt()) - 10.0;
    close(count(&ledger, Operation::GatewayTurnedAway), 105.0 * 180.0 + 2.0 * 240.0 * turned_away);
    // Two more where nobody is served, seven for those who come, and for those who are back.
    assert_eq!(count(&ledger, Operation::GatewayGrowths), 3);
    // The machines that are asked for 165 at once, once seventeen instances are there, have room for 100.
    design.service.gateway.as_mut().unwrap().least = 17;
    design.service.gateway.as_mut().unwrap().most = 17;
    assert_eq!(play_parts(design.clone(), FIRST_OUT).outages_ms, [23 * HOUR]);
    design.service.gateway.as_mut().unwrap().least = 10;
    design.service.gateway.as_mut().unwrap().most = 10;
    assert_eq!(play_parts(design, FIRST_OUT).outages_ms, [3 * MINUTE]);
}

#[test]
fn ag_03_tf_01_first_tries_that_are_let_in_lose_their_part_to_dead_machines() {
    // 80 come, 20 are let in of 80 / (1 - f) attempts: of each first try a share of (1 - f), of which a tenth meets the dead.
    let mut dead = tried(2, 80_000, &[]);
    dead.balancer = Some(balancer());
    let outage = [(0, 0, 1, 6 * HOUR + MINUTE, 8 * HOUR)];
    let ledger = Script::new(topology(1, 10, 10), vec![mode("rack", Scope::Rack)], DAY).outages(&outage).play(dead);
    let unnoticed = ledger.classes.dead_in_rotation as u64 / 10;
    assert!((10 * SECOND..=15 * SECOND).contains(&unnoticed), "{unnoticed}");
    // 90 % of what is let in is alive: of q = 1 - 0.9 (1 - f) attempts fail, and 80 (1 + q + q²) (1 - f) = 20.
    let let_in = |q: f64| 80.0 * (1.0 + q + q * q) * (1.0 - q) / 0.9;
    let q = (0..1 << 20).map(|at| f64::from(at) / f64::from(1 << 20)).find(|&q| let_in(q) <= 20.0).unwrap();
    close(ledger.lost_to_dead as u64, 8_000.0 * (1.0 - q) / 0.9 * unnoticed as f64);
    close(lost(&ledger), 60_000.0 * DAY as f64 + 2_000.0 * unnoticed as f64);
}

/// Racks with ten machines each.
const RACKS: u32 = 10;

struct Case {
    /// The first rack, how many, and when.
    dark: Vec<(u32, u32, u64, u64)>,
    course: Vec<(u64, u64)>,
    retry: Retry,
    gateway: Gateway,
    grows_ms: u64,
}

fn case(number: u64) -> Case {
    let luck = &mut Key::root(29).part(number, 0).stream();
    let (mut dark, mut at) = (vec![], luck.below(6 * HOUR));
    while at < 22 * HOUR {
        let (to, first) = (at + 1 + luck.below(3 * HOUR), luck.below(u64::from(RACKS)) as u32);
        dark.push((first, 1 + luck.below(u64::from(RACKS - first)) as u32, at, to.min(DAY)));
        at = to + 1 + luck.below(5 * HOUR);
    }
    // Nothing is asked for that is just as much as there is.
    let step = |luck: &mut Stream| 10_007 + 5_009 * luck.below(24);
    let mut course = vec![(0, step(luck))];
    course.extend((1..8).map(|at| (at * 3 * HOUR + luck.below(HOUR), step(luck))));
    let wasted = [0.0, 0.5, 1.0][luck.below(3) as usize];
    let retry = Retry { tries: 1 + luck.below(4) as u32, wasted, ..THREE };
    let (grows_ms, shrinks_ms) = (MINUTE + luck.below(30 * MINUTE), MINUTE + luck.below(2 * HOUR));
    let least = luck.below(4) as u32;
    let gateway = Gateway {
        instance_milli: 6_661,
        least,
        most: least + 1 + luck.below(40) as u32,
        grows_in: constant(grows_ms),
        shrinks_after: SimDuration::from_ms(shrinks_ms),
    };
    Case { dark, course, retry, gateway, grows_ms }
}

/// What is lost, in thousandths times milliseconds, and how often instances are ordered: step by step, as clients, who try again as
/// often as attempts have failed of late, find a gateway that turns away what is too much and machines that do so too.
fn restate(case: &Case) -> (f64, u64) {
    let Gateway { instance_milli, least, most, shrinks_after, .. } = &case.gateway;
    let shrinks_ms = shrinks_after.as_ms();
    let mut instants: std::collections::BTreeSet<u64> = case.dark.iter().flat_map(|of| [of.2, of.3]).collect();
    instants.extend(case.course.iter().map(|step| step.0).chain([DAY]));
    let tries = |p: f64| (0..case.retry.tries).map(|at| p.powi(at as i32)).sum::<f64>();
    let (mut failing, mut lost, mut growths) = (0.0_f64, 0.0, 0);
    // What was wanted, from when to when; what is ordered and comes later.
    let mut wanted: Vec<(u64, u64, u32)> = vec![];
    let (mut has, mut orders): (u32, Vec<(u64, u32)>) = (u32::MAX, vec![]);
    while let Some(t) = instants.pop_first().filter(|&t| t < DAY) {
        let demand = case.course.iter().rev().find(|step| step.0 <= t).unwrap().1 as f64;
        let alive =
            |rack: u32| !case.dark.iter().any(|of| (of.0..of.0 + of.1).contains(&rack) && of.2 <= t && t < of.3);
        let capacity = 10_000.0 * (0..RACKS).filter(|&rack| alive(rack)).count() as f64;
        let settle = |has: u32, mut failing: f64| {
            let gate = f64::from(has) * *instance_milli as f64;
            for _ in 0..2500 {
                let comes = demand * tries(failing);
                let door = (1.0 - gate / comes).max(0.0);
                let comes = comes * (1.0 - door);
                let own = match comes {
                    _ if capacity <= 0.0 => 1.0,
                    _ if comes <= capacity => 0.0,
                    _ => f64::min(1.0, (1.0 - capacity / comes) / (1.0 - case.retry.wasted)),
                };
                failing += (1.0 - (1.0 - door) * (1.0 - own) - failing).clamp(-0.002, 0.002) * 0.5;
            }
            failing
        };
        let comes_now = orders.iter().filter(|order| order.0 <= t).map(|order| order.1).sum::<u32>();
        orders.retain(|order| order.0 > t);
        has = has.saturating_add(comes_now);
        loop {
            let asks = demand * tries(settle(has, failing)) / *instance_milli as f64;
            let wants = (asks.ceil() as u32).min(*most).max((*least).max(1));
            if let Some(last) = wanted.last_mut() {
                last.1 = t;
            } else {
                has = wants;
            }
            wanted.push((t, t, wants));
            let ordered = has + orders.iter().map(|order| order.1).sum::<u32>();
            if wants > ordered {
                orders.push((t + case.grows_ms, wants - ordered));
                instants.insert(t + case.grows_ms);
                growths += 1;
            }
            instants.insert(t + shrinks_ms);
            let needed = wanted.iter().filter(|of| of.1 == t || of.1 + shrinks_ms > t).map(|of| of.2).max().unwrap();
            let mut spare = ordered.saturating_sub(needed);
            while let Some(last) = orders.last_mut().filter(|_| spare > 0) {
                let back = spare.min(last.1);
                (last.1, spare) = (last.1 - back, spare - back);
                if last.1 == 0 {
                    orders.pop();
                }
            }
            has -= spare;
            let again = demand * tries(settle(has, failing)) / *instance_milli as f64;
            if (again.ceil() as u32).min(*most).max((*least).max(1)) == wants {
                break;
            }
        }
        failing = settle(has, failing);
        let until = instants.first().copied().unwrap_or(DAY).min(DAY);
        let served = (demand * (1.0 - failing.powi(case.retry.tries as i32))).min(capacity);
        lost += (demand - served) * (until - t) as f64;
    }
    (lost, growths)
}

#[test]
fn ag_03_tf_01_gateways_that_grow_with_tries_as_when_all_is_told_anew() {
    let (mut other, mut storms, mut short, mut held) = (vec![], 0, 0, 0);
    for number in 0..40 {
        let case = case(number);
        let mut design = web(case.course[0].1, &case.course[1..]);
        design.service.retry = Some(case.retry);
        design.service.gateway = Some(case.gateway.clone());
        let outages: Vec<Scripted> = case.dark.iter().map(|&(first, of, from, to)| (0, first, of, from, to)).collect();
        let script = Script::new(topology(1, RACKS, 10), vec![mode("rack", Scope::Rack)], DAY);
        let ledger = script.outages(&outages).play(design);
        let (exact, growths) = restate(&case);
        let found = lost(&ledger) as f64;
        if (found - exact).abs() > 2e-3 * ledger.offered as f64 || growths != count(&ledger, Operation::GatewayGrowths)
        {
            let of = |milli: f64| milli / ledger.offered as f64;
            other.push((number, of(found), of(exact), growths, count(&ledger, Operation::GatewayGrowths)));
        }
        storms += u64::from(count(&ledger, Operation::RetryStormMs) > 0);
        short += u64::from(count(&ledger, Operation::GatewayShortMs) > 0);
        held += u64::from(count(&ledger, Operation::MetastableMs) > 0);
    }
    assert_eq!(other, []);
    assert!(storms > 25 && short > 15 && held > 3, "{storms} {short} {held}");
}
