//! Requests that wait before a service of parts: by hand, against one pool of machines, and against a slow restatement.

use super::*;
use std::sync::Arc;
use zonefall_engine::{Key, Stream};
use zonefall_topology::ZoneId;

fn node(name: &str, part: Part) -> Node {
    Node { name: name.into(), part, promise: None }
}

/// A database that lets so much through.
fn database(name: &str, capacity_milli: u64) -> Node {
    let ceiling = Some(Throughput { capacity_milli, least: (99, 100) });
    node(name, Part::Component(Component { cause: Some(name.into()), footing: Footing::Global, ceiling }))
}

fn tier(name: &str, set: u32) -> Node {
    node(name, Part::Sets(vec![set], Least::Served(99, 100)))
}

fn series(parts: &[u32]) -> Part {
    Part::Group { parts: parts.to_vec(), least: parts.len() as u32 }
}

/// The machines of [`web`] behind twenty others, and before a database that lets so much through.
fn tiers(mut web: Design, database_milli: u64) -> Design {
    let front = ScaleSet { name: "front".into(), zones: vec![ZoneId(1)], capacity: 20, ..web.sets[0].clone() };
    web.sets.push(front);
    let nodes = vec![tier("front", 1), tier("web", 0), database("db", database_milli), node("all", series(&[0, 1, 2]))];
    web.need = Need::Parts(Arc::new(Structure::new(nodes)));
    web.service.latency = None;
    web
}

/// The machines of [`web`] as the only part of a service.
pub fn alone(mut web: Design) -> Design {
    web.need = Need::Parts(Arc::new(Structure::new(vec![tier("web", 0), node("all", series(&[0]))])));
    web.service.latency = None;
    web
}

fn play(design: Design, outages: &[Scripted]) -> Ledger {
    let modes = vec![mode("rack", Scope::Rack), mode("db", Scope::Component)];
    Script::new(topology(2, 2, 10), modes, DAY).outages(outages).play(design)
}

/// One mode more than in [`script`].
const OVERLOAD: usize = super::OVERLOAD + 1;

#[test]
fn a_line_stands_before_all_tiers_and_is_served_as_fast_as_the_narrowest() {
    // As before ten machines alone: 300 too many, served within 75 s, or half of them gone.
    let ledger = play(tiers(web(10 * MINUTE, &PEAK), 30_000), &[]);
    assert_eq!((ledger.served, ledger.missed_ms, ledger.gave_up), (ledger.offered, 0, 0));
    assert_eq!(count(&ledger, Operation::LineMs), 135 * SECOND);
    let ledger = play(tiers(web(15 * SECOND, &PEAK), 30_000), &[]);
    assert_eq!((ledger.gave_up, count(&ledger, Operation::GaveUp)), (150_000_000, 150));
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[OVERLOAD]), (30 * SECOND, 30 * SECOND));
    assert_eq!(count(&ledger, Operation::LineMs), 97_500);
    // A database that lets nine through is narrower: 360 wait at 6:01, and three a second are worked off.
    let ledger = play(tiers(web(10 * MINUTE, &PEAK), 9000), &[]);
    assert_eq!((ledger.served, ledger.missed_ms), (ledger.offered, 0));
    assert_eq!(count(&ledger, Operation::LineMs), 180 * SECOND);
    // Nobody waits: what is too much is turned away.
    let mut refused = tiers(web(1, &PEAK), 9000);
    refused.service.patience = None;
    assert_eq!(play(refused, &[]).missed_ms, MINUTE);
}

#[test]
fn who_gives_up_is_charged_to_what_was_missing_from_the_narrowest_tier_since_the_line_began() {
    // Five of ten are out for a minute, 8 come: 180 wait, but who has waited for 15 s gives up from 40 s on: three a second. When
    // all are back who is next came 15 s before and two a second are worked off: nobody gives up any more.
    let rack = [(0, 0, 1, 6 * HOUR, 6 * HOUR + MINUTE)];
    let ledger = play(tiers(web(15 * SECOND, &[]), 30_000), &rack);
    assert_eq!((ledger.gave_up, ledger.missed_ms), (60_000_000, 20 * SECOND));
    assert_eq!(ledger.missed_by_cause_ms[0], 20 * SECOND);
    // What is missing from a tier that has enough answers for nothing: the front lacks ten of twenty, and ten are enough.
    let front = [(0, 2, 1, 6 * HOUR - MINUTE, 6 * HOUR + 2 * MINUTE)];
    let ledger = play(tiers(web(15 * SECOND, &PEAK), 9000), &front);
    assert_eq!(ledger.missed_by_cause_ms[OVERLOAD], ledger.missed_ms);
    assert!(ledger.missed_ms > 30 * SECOND);
    // While the database is out nobody waits; who was in line before it gives up, and that is the database's.
    let ledger = play(tiers(web(15 * SECOND, &PEAK), 30_000), &[(1, 0, 0, 6 * HOUR + 10 * SECOND, 7 * HOUR)]);
    assert_eq!((ledger.gave_up, ledger.missed_by_cause_ms[1]), (50_000_000, ledger.missed_ms));
    assert_eq!(ledger.missed_ms, 59 * MINUTE + 50 * SECOND);
}

#[test]
fn a_wider_tier_answers_for_what_it_lets_in_less_than_the_narrowest_would() {
    // 15 a second come all day to ten machines behind others, of which a rack with half of them is out for an hour.
    let charged = |front: u32| {
        let mut design = tiers(web(5 * SECOND, &[]), 30_000);
        design.demand = Some(Demand::course(15_000, vec![], None));
        design.sets[1].capacity = front;
        let ledger = play(design, &[(0, 2, 1, 2 * HOUR, 3 * HOUR)]);
        assert!(ledger.missed_ms > DAY - MINUTE);
        assert_eq!(ledger.missed_by_cause_ms[0] + ledger.missed_by_cause_ms[OVERLOAD], ledger.missed_ms);
        ledger.missed_by_cause_ms[0]
    };
    // Ten of twenty are as many as the ten behind them.
    assert_eq!(charged(20), 0);
    // Of twelve six are left: nine are short, of which the ten could not have served five in any case.
    assert!(charged(12).abs_diff(HOUR * 4 / 9) < 5 * SECOND, "{}", charged(12));
}

#[test]
fn sessions_begin_when_it_is_the_turn_of_who_waits() {
    let begun = |mut design: Design, parts: Vec<u32>| {
        let (length, patience) = (SimDuration::from_ms(20 * MINUTE), SimDuration::from_ms(MINUTE));
        design.service.sessions = Some(Sessions { length, begin: Begin::EveryRequests(1.0), patience, parts });
        let ledger = play(design, &[]);
        (ledger.served as f64 / 1e6, ledger.sessions_begun as f64 / 1e3)
    };
    let ends = [(6 * HOUR, 15_000), (6 * HOUR + MINUTE, 0)];
    for patience in [15 * SECOND, 10 * MINUTE] {
        let (served, sessions) = begun(tiers(web(patience, &ends), 30_000), vec![1]);
        assert!((served - sessions).abs() < 1.0, "{served} {sessions}");
    }
}

#[test]
fn one_tier_is_as_one_pool_of_machines() {
    let mut said = (0, 0);
    for number in 0..200 {
        let luck = &mut Key::root(5).part(number, 0).stream();
        let mut steps = vec![];
        let mut at = HOUR;
        while at < 23 * HOUR {
            at += 1 + luck.below(HOUR);
            steps.push((at, 500 * luck.below(40)));
        }
        let mut one = web(1 + luck.below(20 * MINUTE), &steps);
        one.balancer = (luck.below(2) > 0).then(balancer);
        if luck.below(3) == 0 {
            let (grows_in, shrinks_after) = (constant(MINUTE), SimDuration::from_ms(HOUR));
            let gateway = Gateway { instance_milli: 3000, least: 1, most: 5, grows_in, shrinks_after };
            one.service.gateway = Some(gateway);
        }
        let outage = |at: u64| {
            let (from, first) = (at * 70 * MINUTE + luck.below(HOUR), luck.below(2) as u32);
            let racks = (1 + luck.below(2) as u32).min(2 - first);
            (0, first, racks, from, (from + 1 + luck.below(2 * HOUR)).min(DAY))
        };
        let outages: Vec<Scripted> = (0..20).map(outage).collect();
        let parts = alone(one.clone());
        let [one, parts] = [one, parts].map(|design| {
            let mut script = script().outages(&outages);
            script.measure.from = SimTime::from_ms(number * 5 * MINUTE);
            script.play(design)
        });
        let told = |of: &Ledger| {
            let lengths =
                (of.missed_ms, of.outages_ms.clone(), count(of, Operation::LineMs), of.missed_by_cause_ms.clone());
            (of.offered, of.served, of.gave_up, of.lost_to_dead, lengths)
        };
        assert_eq!(told(&parts), told(&one), "{number}");
        said = (said.0 + u32::from(one.gave_up > 0), said.1 + u32::from(count(&one, Operation::LineMs) > 0));
    }
    assert!(said.0 > 150 && said.1 > 180, "{said:?}");
}

/// Regions of the restatement: two tiers and a database in each.
const REGIONS: usize = 2;
/// Racks of a zone, with one machine each; the second tier stands in another zone.
const RACKS: u32 = 6;
const END: u64 = 20_000;

struct Case {
    patience: u64,
    /// What comes from each of these milliseconds on, and what the databases let through.
    course: Vec<(u64, u64)>,
    databases: [u64; REGIONS],
    /// By zone: the racks and when; by database: when.
    racks: Vec<(u32, u32, u64, u64)>,
    out: Vec<(usize, u64, u64)>,
    /// Until a router sees that a part is out, and that it is back.
    sight: (u64, u64),
}

fn case(number: u64) -> Case {
    let luck = &mut Key::root(31).part(number, 0).stream();
    let spell = |luck: &mut Stream| {
        let from = luck.below(END);
        (from, (from + 1 + luck.below(END / 4)).min(END))
    };
    let mut course: Vec<(u64, u64)> = (0..6).map(|at| (at * END / 6, 2000 * luck.below(10))).collect();
    course[0].1 = 8000;
    let mut racks: Vec<(u32, u32, u64, u64)> = vec![];
    for zone in 0..2 * REGIONS as u32 {
        let (mut at, first) = (luck.below(END / 2), luck.below(u64::from(RACKS)) as u32);
        while at < END {
            let to = (at + 1 + luck.below(END / 4)).min(END);
            racks.push((zone * RACKS + first, 1 + luck.below(u64::from(RACKS - first)) as u32, at, to));
            at = to + 1 + luck.below(END);
        }
    }
    let out = (0..REGIONS).filter(|_| luck.below(2) > 0).collect::<Vec<_>>();
    let out = out.into_iter().map(|region| (region, spell(luck))).map(|(region, (from, to))| (region, from, to));
    let out = out.collect();
    let databases = [0; REGIONS].map(|_| 3000 + 1000 * luck.below(6));
    let sight = (1 + luck.below(900), 1 + luck.below(900));
    Case { patience: 1 + luck.below(3000), course, databases, racks, out, sight }
}

fn design_of(case: &Case) -> Design {
    let mut all = design(&[1], 1, 1);
    let set = |zone: u32| ScaleSet { zones: vec![ZoneId(zone)], capacity: RACKS, ..all.sets[0].clone() };
    let sets = (0..2 * REGIONS as u32).map(|zone| ScaleSet { name: format!("set{zone}"), ..set(zone) }).collect();
    all.sets = sets;
    let mut nodes = vec![];
    for region in 0..REGIONS as u32 {
        nodes.push(tier("web", 2 * region));
        nodes.push(tier("app", 2 * region + 1));
        nodes.push(database(&format!("db{region}"), case.databases[region as usize]));
        nodes.push(node("region", series(&[4 * region, 4 * region + 1, 4 * region + 2])));
    }
    nodes.push(node("site", Part::Group { parts: vec![3, 7], least: 1 }));
    let failover = Failover {
        node: 8,
        pattern: Pattern::ActiveActive { weights: vec![1, 1] },
        sight: Sight::Laws { out: constant(case.sight.0), back: constant(case.sight.1) },
        spread: SimDuration::ZERO,
        clients_least: ALL_CLIENTS,
    };
    all.need = Need::Parts(Arc::new(Structure { nodes, failovers: vec![failover] }));
    let step = |&(ms, per_second_milli): &(u64, u64)| Step { from: SimTime::from_ms(ms), per_second_milli };
    all.demand = Some(Demand::course(case.course[0].1, case.course[1..].iter().map(step).collect(), None));
    all.service.patience = Some(Patience { most: SimDuration::from_ms(case.patience), in_time: None });
    all
}

/// What is served, who gives up, how long somebody waits or something is missed: a millisecond at a time.
fn restate(case: &Case) -> (i128, i128, u64, u64) {
    let mut lines = [(); REGIONS].map(|()| (vec![0i128], 0i128));
    let mut view = [(true, true, u64::MAX); REGIONS];
    let (mut served, mut gave_up, mut waits, mut missed) = (0, 0, 0, 0);
    for now in 0..END {
        let is = |from: u64, to: u64| from <= now && now < to;
        let alive = |zone: u32| {
            let dark = |rack: u32| {
                case.racks
                    .iter()
                    .any(|&(first, racks, from, to)| is(from, to) && (first..first + racks).contains(&rack))
            };
            (zone * RACKS..(zone + 1) * RACKS).filter(|&rack| !dark(rack)).count() as u64
        };
        let up = |region: usize| !case.out.iter().any(|&(of, from, to)| of == region && is(from, to));
        let width = |region: usize| {
            let tiers = [alive(2 * region as u32), alive(2 * region as u32 + 1)].map(|machines| 1000 * machines);
            if up(region) { tiers[0].min(tiers[1]).min(case.databases[region]) } else { 0 }
        };
        for (region, view) in view.iter_mut().enumerate() {
            look(view, width(region) > 0, now, case.sight);
        }
        let seen = view.map(|view| view.1);
        let demand = case.course.iter().rev().find(|step| step.0 <= now).unwrap().1;
        let (mut holds, mut anybody) = (true, false);
        for region in 0..REGIONS {
            let comes = match (seen[region], seen[1 - region]) {
                (true, true) | (false, false) => demand / 2,
                (true, false) => demand,
                (false, true) => 0,
            };
            let capacity = width(region);
            let reach = if capacity > 0 { comes } else { 0 };
            let (came, left) = &mut lines[region];
            let before = came[came.len() - 1];
            came.push(before + i128::from(reach));
            let all = came[came.len() - 1];
            let a_patience_ago = (came.len() - 1).checked_sub(case.patience as usize).map_or(0, |at| came[at]);
            let through = i128::from(capacity).min(all - *left);
            let gone = (a_patience_ago - *left - through).max(0);
            *left += through + gone;
            (served, gave_up) = (served + through, gave_up + gone);
            anybody |= before > *left - through - gone || all > *left;
            let sent = seen[region] || !seen[1 - region];
            let enough = 100 * (i128::from(reach) - gone) >= 99 * i128::from(comes) && (comes > 0 || gone == 0);
            holds &= !sent || up(region) && enough;
        }
        waits += u64::from(anybody);
        missed += u64::from(!holds);
    }
    (served, gave_up, waits, missed)
}

#[test]
fn two_regions_with_a_line_before_each_as_a_walk_over_all_milliseconds() {
    let (mut gave_up, mut missed) = (0, 0);
    for number in 0..300 {
        let case = case(number);
        let modes = [mode("rack", Scope::Rack)].into_iter();
        let modes = modes.chain((0..REGIONS).map(|of| mode(&format!("db{of}"), Scope::Component))).collect();
        let dark = case.racks.iter().map(|&(first, racks, from, to)| (0, first, racks, from, to));
        let out = case.out.iter().map(|&(region, from, to)| (1 + region as u16, 0, 0, from, to));
        let outages: Vec<Scripted> = dark.chain(out).collect();
        let ledger =
            Script::new(topology(2 * REGIONS as u32, RACKS, 2), modes, END).outages(&outages).play(design_of(&case));
        let (served, gone, waits, lost) = restate(&case);
        assert_eq!((ledger.served, ledger.gave_up), (served, gone), "{number}: {lost}");
        // Instants are rounded up to milliseconds.
        let edges = 4 * (outages.len() + case.course.len()) as u64;
        assert!(ledger.missed_ms.abs_diff(lost) <= edges, "{number}: {} and {lost}", ledger.missed_ms);
        assert!(count(&ledger, Operation::LineMs).abs_diff(waits) <= edges, "{number}: {waits}");
        assert_eq!(ledger.missed_by_cause_ms.iter().sum::<u64>(), ledger.missed_ms);
        (gave_up, missed) = (gave_up + u32::from(gone > 0), missed + u32::from(lost > 0));
    }
    assert!(gave_up > 150 && missed > 200, "{gave_up} {missed}");
}

#[test]
fn nobody_is_served_from_a_line_while_what_all_need_is_out() {
    // Ten a second come to each region for two seconds, five are served; then nobody comes, and all have been served after two more.
    let case = Case {
        patience: 3000,
        course: vec![(0, 20_000), (2000, 0)],
        databases: [5000; REGIONS],
        racks: vec![],
        out: vec![],
        sight: (500, 500),
    };
    let mut design = design_of(&case);
    let Need::Parts(service) = &design.need else { panic!() };
    let Structure { mut nodes, failovers } = (**service).clone();
    let names = Component { cause: Some("db".into()), footing: Footing::Global, ceiling: None };
    nodes.extend([node("names", Part::Component(names)), node("all", series(&[8, 9]))]);
    design.need = Need::Parts(Arc::new(Structure { nodes, failovers }));
    let seen = |outages: &[Scripted]| {
        let modes = ["db", "db0", "db1"].map(|name| mode(name, Scope::Component)).into();
        let topology = topology(2 * REGIONS as u32, RACKS, 2);
        let ledger = Script::new(topology, modes, END).outages(outages).play(design.clone());
        (ledger.served / 1_000_000, ledger.gave_up / 1_000_000)
    };
    assert_eq!(seen(&[]), (40, 0));
    // But for the half that was out before anybody could be served: all who wait give up.
    assert_eq!(seen(&[(0, 0, 0, 2000, END)]), (20, 20));
}
