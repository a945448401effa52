//! A failover group of components beside machines whose clients try again or wait: it is to them as one component that is out while nobody
//! is served by any of its parts.

use super::*;
use zonefall_engine::Key;
use zonefall_fleet::policy::retry::Retry;

/// When the parts of the group are out, and when all clients find none of them: seen after two minutes, ready after three.
const OUT: [(u16, u64, u64); 4] =
    [(EAST, HOUR, 2 * HOUR), (EAST, 5 * HOUR, 8 * HOUR), (WEST, 6 * HOUR, 7 * HOUR), (EAST, 14 * HOUR, 15 * HOUR)];
const NONE_FOUND: [(u64, u64); 4] = [
    (HOUR, HOUR + 3 * MINUTE),
    (5 * HOUR, 5 * HOUR + 3 * MINUTE),
    (6 * HOUR, 7 * HOUR),
    (14 * HOUR, 14 * HOUR + 3 * MINUTE),
];

/// Where machines stand: in one part; in two to which clients are sent; and before both of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Web {
    One,
    Two,
    Three,
}

/// The same machines before a group of two databases, or behind it, and before a single one in its place.
fn service(web: Web, is_first: bool, of_two: bool) -> Design {
    let node = |name: &str, part| Node { name: name.into(), part, promise: None };
    let set = |set: u32| Part::Sets(vec![set], Least::Served(99, 100));
    let group = |parts: Vec<u32>, least| Part::Group { parts, least };
    let (mut nodes, mut failovers, mut all) = (vec![node("web", set(0))], vec![], vec![0]);
    if web != Web::One {
        nodes.extend([node("other", set(1)), node("site", group(vec![0, 1], 1))]);
        failovers.push(failover(2, Pattern::ActiveActive { weights: vec![1, 1] }));
        all = vec![2];
    }
    if web == Web::Three {
        all.insert(0, nodes.len() as u32);
        nodes.push(node("front", set(2)));
    }
    let data = match of_two {
        true => {
            let first = nodes.len() as u32;
            nodes.extend([component("east"), component("west"), node("data", group(vec![first, first + 1], 1))]);
            failovers.push(failover(first + 2, Pattern::Standby(Box::new(standby()))));
            first + 2
        }
        false => {
            nodes.push(component("east"));
            nodes.len() as u32 - 1
        }
    };
    all.insert(if is_first { 0 } else { all.len() }, data);
    let least = all.len() as u32;
    nodes.push(node("all", group(all, least)));
    let mut design = two_sets(standby());
    let of = |zone: u32| ScaleSet { zones: vec![ZoneId(zone)], capacity: 8, ..design.sets[0].clone() };
    design.sets = (0..[1, 2, 3][web as usize]).map(of).collect();
    design.need = Need::Parts(Arc::new(Structure { nodes, failovers }));
    design
}

/// What is counted of clients.
fn counted(ledger: &Ledger) -> (i128, u64, Vec<u64>, [u64; 6]) {
    use Operation as O;
    let of = [O::RetryStorms, O::RetryStormMs, O::MetastableMs, O::VulnerableMs, O::LineMs, O::GaveUp];
    (ledger.served, ledger.missed_ms, ledger.outages_ms.clone(), of.map(|of| count(ledger, of)))
}

#[test]
fn tf_01_dr_07_databases_that_stand_in_for_each_other_are_as_one_that_is_out_until_all_are_sent_over() {
    let (mut storms, mut held, mut waited, mut gave_up) = (0, 0, 0, 0);
    for number in 0..240 {
        let luck = &mut Key::root(31).part(number, 0).stream();
        let web = [Web::One, Web::Two, Web::Three][(number % 3) as usize];
        let is_first = luck.below(2) > 0;
        // What stands beside the parts that clients are sent to has no line.
        let waits = web != Web::Three && luck.below(2) > 0;
        let step = |at: u64, per_second_milli| Step { from: SimTime::from_ms(at), per_second_milli };
        let course: Vec<Step> =
            (1..8).map(|at| step(at * 3 * HOUR + luck.below(HOUR), 1007 + 509 * luck.below(16))).collect();
        let (first, wasted) = (1007 + 509 * luck.below(16), [0.0, 0.5, 1.0][luck.below(3) as usize]);
        let breaker = (luck.below(4) == 0).then_some(0.6);
        let retry = Retry { tries: 1 + luck.below(4) as u32, wasted, breaker, budget: None, faults: 1e-5 };
        let most = SimDuration::from_ms(SECOND + luck.below(20 * MINUTE));
        let racks: Vec<(u32, u64, u64)> = (0..4)
            .map(|at| (luck.below(24) as u32, at * 6 * HOUR + luck.below(3 * HOUR), luck.below(3 * HOUR)))
            .map(|(rack, from, lasts)| (rack, from, from + 1 + lasts))
            .collect();
        let play = |of_two: bool| {
            let mut design = service(web, is_first, of_two);
            design.demand = Some(Demand::course(first, course.clone(), None));
            match waits {
                true => design.service.patience = Some(Patience { most, in_time: None }),
                false => design.service.retry = Some(retry),
            }
            let databases: Vec<Scripted> = match of_two {
                true => OUT.iter().map(|&(cause, from, to)| (cause, 0, 0, from, to)).collect(),
                false => NONE_FOUND.iter().map(|&(from, to)| (EAST, 0, 0, from, to)).collect(),
            };
            let dark = racks.iter().map(|&(rack, from, to)| (0, rack, 1, from, to));
            let outages: Vec<Scripted> = dark.chain(databases).collect();
            let modes = vec![mode("rack", Scope::Rack), mode("east", Scope::Component), mode("west", Scope::Component)];
            Script::new(topology(3, 8, 2), modes, DAY).outages(&outages).play(design)
        };
        let (two, one) = (play(true), play(false));
        assert_eq!(counted(&two), counted(&one), "{number} {web:?} {is_first} {waits} {retry:?}");
        assert_eq!(two.missed_by_cause_ms[FAILOVER] > 0, count(&two, Operation::Failovers) > 0);
        let of = |of: Operation| u64::from(count(&two, of) > 0);
        storms += of(Operation::RetryStorms);
        held += of(Operation::MetastableMs);
        waited += of(Operation::LineMs);
        gave_up += of(Operation::GaveUp);
    }
    assert!(storms > 100 && held > 20 && waited > 20 && gave_up > 10, "{storms} {held} {waited} {gave_up}");
}

#[test]
fn tf_01_dr_07_who_waits_for_databases_that_stand_in_for_each_other_comes_back_three_times() {
    // Nothing passes until all are sent over: then 3 x 3,003 attempts come to eight machines, too many until they are 2,500 at night.
    let after = |of_two: bool, retry: Option<Retry>| {
        let mut design = service(Web::One, false, of_two);
        let night = Step { from: SimTime::from_ms(20 * HOUR), per_second_milli: 2500 };
        design.demand = Some(Demand::course(3003, vec![night], None));
        design.service.retry = retry;
        let modes = ["rack", "east", "west"]
            .map(|name| mode(name, if name == "rack" { Scope::Rack } else { Scope::Component }));
        let out = [(EAST, 0, 0, HOUR, 2 * HOUR)];
        Script::new(topology(3, 8, 2), modes.to_vec(), DAY).outages(&out).play(design)
    };
    let three = Retry { tries: 3, wasted: 1.0, breaker: None, budget: None, faults: 0.0 };
    let storm = after(true, Some(three));
    assert_eq!((storm.outages_ms.clone(), storm.missed_by_cause_ms[FAILOVER]), (vec![19 * HOUR], 3 * MINUTE));
    assert_eq!(storm.offered - storm.served, i128::from(3003 * 19 * HOUR));
    assert_eq!(count(&storm, Operation::MetastableMs), 19 * HOUR - 3 * MINUTE);
    // TF-02: a breaker ends it with its cause.
    assert_eq!(after(true, Some(Retry { breaker: Some(0.5), ..three })).outages_ms, [3 * MINUTE]);
    assert_eq!(after(true, None).outages_ms, [3 * MINUTE]);
    // One database is out for an hour.
    assert_eq!(after(false, None).outages_ms, [HOUR]);
}
