//! Clients that try again, and gateways, where a failover group sends clients to one of several parts: cases by hand, and a slow
//! restatement.

use super::*;
use zonefall_engine::{Key, Stream};
use zonefall_fleet::policy::gateway::Gateway;
use zonefall_fleet::policy::retry::Retry;

/// Three tries, each of which costs as much as one that succeeds.
pub const THREE: Retry = Retry { tries: 3, wasted: 1.0, breaker: None, budget: None, faults: 0.0 };

/// Two parts of so many machines each in a zone of its own, which have to serve all that comes to them.
pub fn two(pattern: Pattern, machines: [u32; 2], demand: u64, night: u64) -> Design {
    let mut design = two_sets_that_serve();
    design.sets.iter_mut().zip(machines).for_each(|(set, machines)| set.capacity = machines);
    if let Need::Parts(service) = &mut design.need {
        Arc::make_mut(service).failovers[0].pattern = pattern;
    }
    let falls = Step { from: SimTime::from_ms(20 * HOUR), per_second_milli: night };
    design.demand = Some(Demand::course(demand, vec![falls], None));
    design.service.retry = Some(THREE);
    design
}

pub fn hot(west: u32) -> Design {
    two(Pattern::Standby(Box::new(standby())), [10, west], 4000, 3000)
}

pub fn minutes(ledger: &Ledger, of: Operation) -> u64 {
    count(ledger, of) / MINUTE
}

#[test]
fn tf_01_dr_07_who_waits_for_a_failover_comes_to_the_standby_three_times() {
    // Seen after two minutes, ready after three: 12,000 attempts of 4,000 requests come at once. Twelve machines serve them, and
    // when east is back all is well there.
    let enough = east_out(hot(12));
    assert_eq!((enough.outages_ms.clone(), enough.missed_by_cause_ms[FAILOVER - 2]), (vec![3 * MINUTE], 3 * MINUTE));
    assert_eq!(enough.offered - enough.served, i128::from(4000 * 3 * MINUTE));
    assert_eq!(minutes(&enough, Operation::RetryStormMs), 3);
    // Ten machines in east are too few for them all the time but in those 57 minutes, and at night.
    assert_eq!(minutes(&enough, Operation::VulnerableMs), 60 + 18 * 60);
    // Eleven are too few. East is back after an hour, and they come there as often: it ends when 3 x 3,000 fit into 10,000.
    let few = east_out(hot(11));
    assert_eq!(few.outages_ms, [19 * HOUR]);
    assert_eq!(few.offered - few.served, i128::from(4000 * 19 * HOUR));
    assert_eq!((minutes(&few, Operation::RetryStormMs), count(&few, Operation::RetryStorms)), (19 * 60, 1));
    assert_eq!(minutes(&few, Operation::MetastableMs), 19 * 60 - 3);
    // The 57 minutes are the zone's, as east is out; what is more than enough but for its tries is overload.
    assert_eq!(few.missed_by_cause_ms[FAILOVER - 2], 3 * MINUTE);
    assert_eq!((few.missed_by_cause_ms[0], few.missed_by_cause_ms[OVERLOAD]), (57 * MINUTE, 18 * HOUR));
    // TF-02: a breaker lets the queues run dry.
    let mut broken = hot(11);
    broken.service.retry = Some(Retry { breaker: Some(0.5), ..THREE });
    assert_eq!(east_out(broken).outages_ms, [3 * MINUTE]);
    // Without tries again there is none of it.
    let mut once = hot(11);
    once.service.retry = None;
    assert_eq!(east_out(once).outages_ms, [3 * MINUTE]);
}

/// The cause of overload behind the one mode of these scripts.
const OVERLOAD: usize = 1 + 2;

#[test]
fn tf_01_tm_02_who_comes_one_by_one_finds_the_standby_as_it_is() {
    let mut design = hot(5);
    if let Need::Parts(service) = &mut design.need {
        Arc::make_mut(service).failovers[0].spread = SimDuration::from_ms(10 * MINUTE);
    }
    let ledger = east_out(design);
    assert_eq!(ledger.outages_ms, [13 * MINUTE]);
    // Three minutes, and five of ten on the mean; going back, all are served.
    assert_eq!(ledger.offered - ledger.served, i128::from(4000 * 8 * MINUTE));
    // The last of them leave east at the last of sixteen steps.
    assert_eq!(count(&ledger, Operation::RetryStormMs), 3 * MINUTE + 10 * MINUTE * 31 / 32);
}

#[test]
fn tf_01_clients_who_join_others_make_an_overload_of_both() {
    // 4,000 come to each; those of east are sent to west after two minutes: half of all have failed, and 8,000 x 1.75 are
    // asked for.
    let both = |machines| two(Pattern::ActiveActive { weights: vec![1, 1] }, [10, machines], 8000, 6000);
    let fits = east_out(both(14));
    assert_eq!(fits.outages_ms, [2 * MINUTE]);
    assert_eq!(fits.offered - fits.served, i128::from(4000 * 2 * MINUTE));
    let storm = east_out(both(13));
    // East is back after an hour. Each has 12,000 attempts then, for which ten are too few and thirteen are not: from then on
    // it is east that lacks.
    assert_eq!(storm.outages_ms, [19 * HOUR]);
    let lost = 4000 * 2 * MINUTE + 8000 * 58 * MINUTE + 4000 * 18 * HOUR;
    assert_eq!(storm.offered - storm.served, i128::from(lost));
}

/// As with a lost zone of one set: what is out answers as far as its machines would have sufficed, overload for the rest.
#[test]
fn afd_03_a_part_that_is_out_answers_for_its_clients_where_they_are_too_many() {
    // East is out for an hour, seen after two minutes; a machine serves 1,000.
    let charged = |machines: [u32; 2], demand: u64| {
        let mut design = two(Pattern::ActiveActive { weights: vec![1, 1] }, machines, demand, 6000);
        design.service.retry = None;
        let ledger = east_out(design);
        [FAILOVER - 2, 0, OVERLOAD].map(|cause| ledger.missed_by_cause_ms[cause])
    };
    // All 8,000 come to west: eight machines serve them, and seven do not, which had been enough for its own 4,000.
    assert_eq!(charged([10, 8], 8000), [2 * MINUTE, 0, 0]);
    assert_eq!(charged([10, 7], 8000), [2 * MINUTE, 58 * MINUTE, 0]);
    // Three in west are too few for its own too, all day until the night brings 3,000: half of two minutes is overload, and then
    // as much of west's share as 0.96 machines that its own lack are of the 4.92 that all lack.
    let east = MINUTE + (58 * MINUTE * 492).div_ceil(492 + 96);
    assert_eq!(charged([10, 3], 8000), [0, east, 20 * HOUR - east]);
}

#[test]
fn tf_01_what_all_need_beside_the_parts_stops_the_clients_of_each() {
    // A database beside two active parts is out for an hour: 4,000 come to each three times when it is back.
    let after = |machines: u32| {
        let mut design = two(Pattern::ActiveActive { weights: vec![1, 1] }, [machines, 12], 8000, 6000);
        if let Need::Parts(service) = &mut design.need {
            let service = Arc::make_mut(service);
            service.nodes.push(component("east"));
            service.nodes.push(Node {
                name: "all".into(),
                part: Part::Group { parts: vec![2, 3], least: 2 },
                promise: None,
            });
        }
        let modes = vec![mode("zone", Scope::Zone), mode("east", Scope::Component)];
        Script::new(topology(2, 4, 8), modes, DAY).outages(&[(EAST, 0, 0, HOUR, 2 * HOUR)]).play(design)
    };
    assert_eq!((after(12).outages_ms, after(11).outages_ms), (vec![HOUR], vec![19 * HOUR]));
}

#[test]
fn dr_07_of_three_parts_the_first_that_works_serves() {
    let mut design = pair(|_| {});
    if let Need::Parts(service) = &mut design.need {
        let service = Arc::make_mut(service);
        service.nodes.insert(2, component("zone"));
        service.nodes[3].part = Part::Group { parts: vec![0, 1, 2], least: 1 };
        service.nodes[5].part = Part::Group { parts: vec![3, 4], least: 2 };
        service.failovers[0].node = 3;
    }
    // East from 1 to 9, west from 2 to 4, the third (the cause of index 0) from 6 to 7. Three minutes to west at 1:00, three to the
    // third at 2:00; back to west at 4:00 and to east at 9:00, at once; what befalls the third meanwhile moves nobody.
    let modes = vec![mode("zone", Scope::Component), mode("east", Scope::Component), mode("west", Scope::Component)];
    let outages = [(EAST, 0, 0, HOUR, 9 * HOUR), (WEST, 0, 0, 2 * HOUR, 4 * HOUR), (0, 0, 0, 6 * HOUR, 7 * HOUR)];
    let ledger = Script::new(topology(1, 4, 8), modes, DAY).outages(&outages).play(design);
    assert_eq!(ledger.outages_ms, [3 * MINUTE, 3 * MINUTE]);
    assert_eq!((count(&ledger, Operation::Failovers), count(&ledger, Operation::Failbacks)), (2, 2));
    assert_eq!(ledger.missed_by_cause_ms[FAILOVER], 6 * MINUTE);
}

/// Parts of the restatement, each with a database beside its machines.
const PARTS: usize = 3;
/// Racks of a zone, with one machine each.
const RACKS: u32 = 8;

/// What happens to whom: the part, whether its database is out or these racks, and when.
struct Struck {
    part: usize,
    racks: Option<(u32, u32)>,
    from: u64,
    to: u64,
}

struct Case {
    weights: Vec<u32>,
    struck: Vec<Struck>,
    course: Vec<(u64, u64)>,
    retry: Retry,
    /// What a gateway before each part lets through, for ever; then nobody tries again.
    gate: Option<u64>,
    /// Until a router sees that a part is out, and that it is back.
    sight: (u64, u64),
}

fn case(number: u64) -> Case {
    let luck = &mut Key::root(13).part(number, 0).stream();
    let mut struck = Vec::new();
    for part in 0..PARTS {
        for by_racks in [true, false] {
            let mut at = luck.below(12 * HOUR);
            while at < 22 * HOUR {
                let to = at + 1 + luck.below(3 * HOUR);
                let first = luck.below(u64::from(RACKS)) as u32;
                let racks = by_racks.then(|| (first, 1 + luck.below(u64::from(RACKS - first)) as u32));
                struck.push(Struck { part, racks, from: at, to });
                at = to + 1 + luck.below(9 * HOUR);
            }
        }
    }
    // Nothing is asked for that is just as much as there is.
    let step = |luck: &mut Stream| 1007 + 509 * luck.below(26);
    let mut course = vec![(0, step(luck))];
    course.extend((1..8).map(|at| (at * 3 * HOUR + luck.below(HOUR), step(luck))));
    let wasted = [0.0, 0.5, 1.0][luck.below(3) as usize];
    let retry = Retry { tries: 1 + luck.below(4) as u32, wasted, ..THREE };
    let gate = (number % 2 == 1).then(|| 500 + 500 * luck.below(16));
    let retry = if gate.is_some() { Retry { tries: 1, wasted: 0.0, ..THREE } } else { retry };
    let weights = (0..PARTS).map(|_| 1 + luck.below(3) as u32).collect();
    Case { weights, struck, course, retry, gate, sight: (MINUTE * luck.below(9), MINUTE * luck.below(5)) }
}

fn design_of(case: &Case) -> Design {
    let mut design = two_sets(standby());
    let set = |zone: u32| ScaleSet {
        name: format!("set{zone}"),
        zones: vec![ZoneId(zone)],
        capacity: RACKS,
        ..design.sets[0].clone()
    };
    design.sets = (0..PARTS as u32).map(set).collect();
    let node = |name: String, part| Node { name, part, promise: None };
    let mut nodes = Vec::new();
    for part in 0..PARTS as u32 {
        nodes.push(node(format!("web{part}"), Part::Sets(vec![part], Least::Served(99, 100))));
        nodes.push(component(&format!("db{part}")));
        nodes.push(node(format!("region{part}"), Part::Group { parts: vec![3 * part, 3 * part + 1], least: 2 }));
    }
    nodes.push(node(
        "site".into(),
        Part::Group { parts: (0..PARTS as u32).map(|part| 3 * part + 2).collect(), least: 1 },
    ));
    let failover = Failover {
        node: 3 * PARTS as u32,
        pattern: Pattern::ActiveActive { weights: case.weights.clone() },
        sight: laws(case.sight.0, case.sight.1),
        spread: SimDuration::ZERO,
        clients_least: ALL_CLIENTS,
    };
    design.need = Need::Parts(Arc::new(Structure { nodes, failovers: vec![failover] }));
    let step = |&(ms, per_second_milli): &(u64, u64)| Step { from: SimTime::from_ms(ms), per_second_milli };
    design.demand = Some(Demand::course(case.course[0].1, case.course[1..].iter().map(step).collect(), None));
    match case.gate {
        None => design.service.retry = Some(case.retry),
        Some(instance_milli) => {
            let (grows_in, shrinks_after) = (constant(HOUR), SimDuration::from_ms(HOUR));
            design.service.gateway = Some(Gateway { instance_milli, least: 1, most: 1, grows_in, shrinks_after });
        }
    }
    design
}

/// The share of attempts that fails for lack of capacity, by looking at all shares one after the other.
fn settles(retry: Retry, demand: f64, capacity: f64, before: f64) -> f64 {
    if capacity <= 0.0 {
        return 1.0;
    }
    const FINE: u32 = 1 << 17;
    let tries = |p: f64| (0..retry.tries).map(|at| p.powi(at as i32)).sum::<f64>();
    let too_much = |p: f64| demand * tries(p) * (1.0 - p * (1.0 - retry.wasted)) > capacity;
    let share = |step: u32| f64::from(step) / f64::from(FINE);
    let here = (before * f64::from(FINE)).round() as u32;
    if too_much(share(here)) {
        (here..=FINE).map(share).find(|&p| !too_much(p)).unwrap_or(1.0)
    } else {
        (0..here).rev().map(share).find(|&p| too_much(p)).unwrap_or(0.0)
    }
}

/// Missed time, and what is lost in thousandths of a request a second times milliseconds.
fn restate(case: &Case) -> (u64, f64) {
    let edges = case.struck.iter().flat_map(|of| [of.from, of.to]);
    let seen = edges.clone().flat_map(|at| [at + case.sight.0, at + case.sight.1]);
    let mut borders: Vec<u64> = edges.chain(seen).chain(case.course.iter().map(|step| step.0)).collect();
    borders.extend([0, DAY]);
    borders.retain(|&at| at <= DAY);
    borders.sort_unstable();
    borders.dedup();
    let out =
        |part: usize, at: u64| case.struck.iter().filter(move |of| of.part == part && of.from <= at && at < of.to);
    let alive = |part: usize, at: u64| {
        let dark =
            |rack: u32| out(part, at).any(|of| of.racks.is_some_and(|(first, of)| (first..first + of).contains(&rack)));
        (0..RACKS).filter(|&rack| !dark(rack)).count() as u64
    };
    let is_up = |part: usize, at: u64| out(part, at).all(|of| of.racks.is_some());
    let mut view = [(true, true, u64::MAX); PARTS];
    let (mut clients, mut failing) = ([0u32; PARTS], [0.0f64; PARTS]);
    let (mut missed, mut lost) = (0, 0.0);
    for (&from, &to) in borders.iter().zip(&borders[1..]) {
        for (part, view) in view.iter_mut().enumerate() {
            look(view, alive(part, from) > 0 && is_up(part, from), from, case.sight);
        }
        let mut goal = [0; PARTS];
        policy::router::spread_by_weight(&case.weights, &view.map(|view| view.1), &mut goal);
        let goes: Vec<f64> = (0..PARTS).map(|part| f64::from(clients[part].saturating_sub(goal[part]))).collect();
        let along: f64 = goes.iter().zip(&failing).map(|(goes, failing)| goes * failing).sum();
        for part in (0..PARTS).filter(|&part| goal[part] > clients[part]) {
            let (here, more) = (f64::from(clients[part]), f64::from(goal[part] - clients[part]));
            let theirs = if from == 0 { 0.0 } else { along / goes.iter().sum::<f64>() };
            failing[part] = (here * failing[part] + more * theirs) / f64::from(goal[part]);
        }
        clients = goal;
        let demand = case.course.iter().rev().find(|step| step.0 <= from).unwrap().1;
        let mut holds = true;
        for part in 0..PARTS {
            let asks = demand as f64 * f64::from(clients[part]) / f64::from(ALL_CLIENTS);
            if clients[part] == 0 {
                failing[part] = 0.0;
                continue;
            }
            let capacity = if is_up(part, from) { 1000.0 * alive(part, from) as f64 } else { 0.0 };
            let capacity = case.gate.map_or(capacity, |gate| capacity.min(gate as f64));
            failing[part] = settles(case.retry, asks, capacity, failing[part]);
            let served = (asks * (1.0 - failing[part].powi(case.retry.tries as i32))).min(capacity);
            holds &= served >= 0.99 * asks && is_up(part, from);
            lost += (asks - served) * (to - from) as f64;
        }
        missed += if holds { 0 } else { to - from };
    }
    (missed, lost)
}

#[test]
fn tf_01_ag_03_afd_03_three_regions_with_tries_again_or_gateways_as_when_all_is_told_anew() {
    let (mut storms, mut partly) = (0, 0);
    for number in 0..300 {
        let case = case(number);
        let modes: Vec<_> = [mode("rack", Scope::Rack)]
            .into_iter()
            .chain((0..PARTS).map(|part| mode(&format!("db{part}"), Scope::Component)))
            .collect();
        let scripted = |of: &Struck| match of.racks {
            Some((first, racks)) => (0, of.part as u32 * RACKS + first, racks, of.from, of.to.min(DAY)),
            None => (1 + of.part as u16, 0, 0, of.from, of.to.min(DAY)),
        };
        let outages: Vec<Scripted> = case.struck.iter().map(scripted).collect();
        let ledger = Script::new(topology(PARTS as u32, RACKS, 2), modes, DAY).outages(&outages).play(design_of(&case));
        let (missed, lost) = restate(&case);
        let found = (ledger.offered - ledger.served) as f64;
        assert_eq!(ledger.missed_ms, missed, "{number}: lost {found} or {lost}");
        assert!((found - lost).abs() < 5e-4 * ledger.offered as f64, "{number}: lost {found}, and not {lost}");
        storms += u64::from(count(&ledger, Operation::MetastableMs) > 0);
        partly += u64::from((1..DAY).contains(&missed));
    }
    // The cases say something.
    assert!(storms > 20 && partly > 100, "{storms} {partly}");
}
