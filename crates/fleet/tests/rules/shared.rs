//! Clients that try again, and gateways, where something with a limit stands before the parts that clients are sent to, or behind
//! them: cases by hand, and a walk over small steps of time in which every stage finds its own way.

use super::tried::{THREE, hot, minutes, two};
use super::*;

use zonefall_engine::{Key, Stream};
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
        let set =
            ScaleSet { name: "front".into(), zones: vec![ZoneId(2)], capacity: machines, ..design.sets[0].clone() };
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
    assert_eq!(
        (few.missed_by_cause_ms[FAILING_OVER], few.missed_by_cause_ms[OVERLOAD + 1]),
        (3 * MINUTE, 19 * HOUR - 3 * MINUTE)
    );
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
        play(between(of, Some(front), Some(database)), out)
    };
    // Nothing else is to blame.
    let alone = after(12, 24, 24_000);
    assert_eq!(
        alone.missed_by_cause_ms.iter().filter(|&&missed| missed > 0).count(),
        1,
        "{:?}",
        alone.missed_by_cause_ms
    );
    let after = |east, front, database| after(east, front, database).outages_ms;
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

/// Racks of a zone, with one machine each: east, west, and the front.
const RACKS: u32 = 8;

struct Case {
    /// By zone: the first rack, how many, and when; and when the database is out.
    racks: Vec<(u32, u32, u32, u64, u64)>,
    out: Vec<(u64, u64)>,
    database: u64,
    course: Vec<(u64, u64)>,
    retry: Retry,
    sight: (u64, u64),
    /// What a gateway lets through for ever: one before all, with machines before both parts, or one before each part, without.
    gates: Option<(u64, Gates)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Gates {
    BeforeAll,
    BeforeEach,
}

fn case(number: u64) -> Case {
    let luck = &mut Key::root(17).part(number, 0).stream();
    let mut racks = vec![];
    for zone in 0..3 {
        let mut at = luck.below(12 * HOUR);
        while at < 22 * HOUR {
            let (to, first) = (at + 1 + luck.below(3 * HOUR), luck.below(u64::from(RACKS)) as u32);
            racks.push((zone, first, 1 + luck.below(u64::from(RACKS - first)) as u32, at, to.min(DAY)));
            at = to + 1 + luck.below(9 * HOUR);
        }
    }
    let from = luck.below(20 * HOUR);
    let out = if luck.below(2) > 0 { vec![(from, from + 1 + luck.below(2 * HOUR))] } else { vec![] };
    // Nothing is asked for that is just as much as there is.
    let step = |luck: &mut Stream| 1007 + 509 * luck.below(20);
    let mut course = vec![(0, step(luck))];
    course.extend((1..8).map(|at| (at * 3 * HOUR + luck.below(HOUR), step(luck))));
    let wasted = [0.0, 0.5, 1.0][luck.below(3) as usize];
    let retry = Retry { tries: 1 + luck.below(4) as u32, wasted, ..THREE };
    let sight = (MINUTE * luck.below(9), MINUTE * luck.below(5));
    let database = 4000 + 1000 * luck.below(9);
    let gates = match number % 3 {
        0 => None,
        1 => Some((3000 + 1003 * luck.below(12), Gates::BeforeAll)),
        _ => Some((2000 + 1003 * luck.below(7), Gates::BeforeEach)),
    };
    Case { racks, out, database, course, retry, sight, gates }
}

/// Missed time, and what is lost in thousandths of a request a second times milliseconds: clients try again as often as attempts
/// have failed of late, each stage turns away what is too much for it, and that goes on until nothing changes any more.
fn restate(case: &Case) -> (u64, f64) {
    let edges = case.racks.iter().flat_map(|of| [of.3, of.4]).chain(case.out.iter().flat_map(|of| [of.0, of.1]));
    let seen = edges.clone().flat_map(|at| [at + case.sight.0, at + case.sight.1]);
    let mut borders: Vec<u64> = edges.chain(seen).chain(case.course.iter().map(|step| step.0)).collect();
    borders.extend([0, DAY]);
    borders.retain(|&at| at <= DAY);
    borders.sort_unstable();
    borders.dedup();
    let mut view = [(true, true, u64::MAX); 2];
    let (mut clients, mut failing) = ([0u32; 2], [0.0f64; 2]);
    let (mut missed, mut lost) = (0, 0.0);
    let tries = |p: f64| (0..case.retry.tries).map(|at| p.powi(at as i32)).sum::<f64>();
    let turns_away = |comes: f64, capacity: f64| match comes {
        _ if capacity <= 0.0 => 1.0,
        _ if comes <= capacity => 0.0,
        _ => f64::min(1.0, (1.0 - capacity / comes) / (1.0 - case.retry.wasted)),
    };
    let gate = |at: Gates| case.gates.filter(|gates| gates.1 == at).map_or(f64::INFINITY, |gates| gates.0 as f64);
    let at_the_door = |comes: f64, fits: f64| if comes <= fits { 0.0 } else { 1.0 - fits / comes };
    for (&from, &to) in borders.iter().zip(&borders[1..]) {
        let alive = |zone: u32| {
            let dark = |rack: u32| {
                case.racks
                    .iter()
                    .any(|of| of.0 == zone && (of.1..of.1 + of.2).contains(&rack) && of.3 <= from && from < of.4)
            };
            1000.0 * (0..RACKS).filter(|&rack| !dark(rack)).count() as f64
        };
        for (part, view) in view.iter_mut().enumerate() {
            look(view, alive(part as u32) > 0.0, from, case.sight);
        }
        let mut goal = [0; 2];
        policy::router::spread_by_weight(&[1, 1], &view.map(|view| view.1), &mut goal);
        for part in (0..2).filter(|&part| goal[part] > clients[part]) {
            let (here, more) = (f64::from(clients[part]), f64::from(goal[part] - clients[part]));
            let theirs = if from == 0 { 0.0 } else { failing[1 - part] };
            failing[part] = (here * failing[part] + more * theirs) / f64::from(goal[part]);
        }
        clients = goal;
        let demand = case.course.iter().rev().find(|step| step.0 <= from).unwrap().1 as f64;
        let asks = [0, 1].map(|part| demand * f64::from(clients[part]) / f64::from(ALL_CLIENTS));
        let is_up = case.out.iter().all(|of| from < of.0 || of.1 <= from);
        let database = if is_up { case.database as f64 } else { 0.0 };
        for part in (0..2).filter(|&part| clients[part] == 0) {
            failing[part] = 0.0;
        }
        for _ in 0..4000 {
            let attempts = [0, 1].map(|part| asks[part] * tries(failing[part]));
            let door = at_the_door(attempts[0] + attempts[1], gate(Gates::BeforeAll));
            let comes = attempts.map(|attempts| attempts * (1.0 - door));
            let has_front = case.gates.is_none_or(|of| of.1 == Gates::BeforeAll);
            let front = if has_front { turns_away(comes[0] + comes[1], alive(2)) } else { 0.0 };
            let comes = comes.map(|comes| comes * (1.0 - front));
            let doors = comes.map(|comes| at_the_door(comes, gate(Gates::BeforeEach)));
            let comes = [0, 1].map(|part| comes[part] * (1.0 - doors[part]));
            let own = [0, 1].map(|part| turns_away(comes[part], alive(part as u32)));
            let passes = [0, 1].map(|part| comes[part] * (1.0 - own[part]));
            let behind = turns_away(passes[0] + passes[1], database);
            for part in (0..2).filter(|&part| clients[part] > 0) {
                let passes = (1.0 - door) * (1.0 - front) * (1.0 - doors[part]) * (1.0 - own[part]) * (1.0 - behind);
                let fails = 1.0 - passes;
                failing[part] += (fails - failing[part]).clamp(-0.002, 0.002) * 0.5;
            }
        }
        let served = [0, 1].map(|part| asks[part] * (1.0 - failing[part].powi(case.retry.tries as i32)));
        let holds = is_up && served[0] + served[1] >= 0.99 * demand;
        lost += (demand - served[0] - served[1]) * (to - from) as f64;
        missed += if holds { 0 } else { to - from };
    }
    (missed, lost)
}

#[test]
fn tf_01_stages_that_all_need_as_when_each_turns_away_what_is_too_much_until_nothing_changes() {
    let (mut storms, mut other, mut partly, mut short) = ([0; 3], vec![], 0, 0);
    for number in 0..210 {
        let case = case(number);
        let mut design = two(Pattern::ActiveActive { weights: vec![1, 1] }, [RACKS, RACKS], case.course[0].1, 0);
        design.service.retry = Some(case.retry);
        let step = |&(ms, per_second_milli): &(u64, u64)| Step { from: SimTime::from_ms(ms), per_second_milli };
        design.demand = Some(Demand::course(case.course[0].1, case.course[1..].iter().map(step).collect(), None));
        if let Need::Parts(service) = &mut design.need {
            Arc::make_mut(service).failovers[0].sight = laws(case.sight.0, case.sight.1);
        }
        let front = case.gates.is_none_or(|of| of.1 == Gates::BeforeAll).then_some(RACKS);
        let mut design = between(design, front, Some(case.database));
        design.service.gateway = case.gates.map(|(instance_milli, _)| {
            let (grows_in, shrinks_after) = (constant(HOUR), SimDuration::from_ms(HOUR));
            Gateway { instance_milli, least: 1, most: 1, grows_in, shrinks_after }
        });
        let modes = vec![mode("rack", Scope::Rack), mode("db", Scope::Component)];
        let dark = case.racks.iter().map(|&(zone, first, racks, from, to)| (0, zone * RACKS + first, racks, from, to));
        let out = case.out.iter().map(|&(from, to)| (1, 0, 0, from, to));
        let outages: Vec<Scripted> = dark.chain(out).collect();
        let ledger = Script::new(topology(3, RACKS, 2), modes, DAY).outages(&outages).play(design);
        let (missed, lost) = restate(&case);
        let found = (ledger.offered - ledger.served) as f64;
        if (found - lost).abs() > 2e-3 * ledger.offered as f64 {
            other.push((number, found / ledger.offered as f64, lost / ledger.offered as f64, missed, ledger.missed_ms));
        }
        let gated = case.gates.map_or(0, |of| 1 + of.1 as usize);
        storms[gated] += u64::from(count(&ledger, Operation::MetastableMs) > 0);
        short += u64::from(count(&ledger, Operation::GatewayTurnedAway) > 0);
        partly += u64::from((1..DAY).contains(&missed));
    }
    assert_eq!(other, []);
    assert!(storms.iter().all(|&of| of > 7) && partly > 80 && short > 70, "{storms:?} {partly} {short}");
}
