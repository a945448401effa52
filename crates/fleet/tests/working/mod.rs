//! Jobs that the parts of a service work on together, against timelines by hand.

use super::{OVERLOAD, RACK, workers};
use crate::support::*;
use std::sync::Arc;
use zonefall_engine::SimDuration;
use zonefall_faults::Scope;
use zonefall_fleet::*;
use zonefall_topology::ZoneId;

const DB: u16 = 1;

fn node(name: &str, part: Part) -> Node {
    Node { name: name.into(), part, promise: None }
}

/// The workers of [`workers`] with a set of so many machines in a second zone; parts, joined so.
fn service(others: u32, count: u64, rest: &[Part], failovers: Vec<Failover>) -> Design {
    let mut all = workers((1, 1));
    all.sets.push(ScaleSet { name: "others".into(), zones: vec![ZoneId(1)], capacity: others, ..all.sets[0].clone() });
    let set = |name: &str, set| node(name, Part::Sets(vec![set], Least::Serving(1)));
    let mut nodes = vec![set("workers", 0), set("others", 1)];
    nodes.extend(rest.iter().enumerate().map(|(at, part)| node(&format!("n{at}"), part.clone())));
    let through = Some(Arc::new(Structure { nodes, failovers }));
    all.jobs = all.jobs.map(|jobs| Jobs { count, through, ..jobs });
    all
}

fn series(parts: &[u32]) -> Part {
    Part::Group { parts: parts.to_vec(), least: parts.len() as u32 }
}

fn play(design: Design, outages: &[Scripted]) -> Ledger {
    let modes = vec![mode("rack", Scope::Rack), mode("db", Scope::Component)];
    Script::new(topology(2, 4, 1), modes, 2 * DAY).outages(outages).play(design)
}

#[test]
fn a_database_that_is_down_stops_the_workers_and_answers_for_what_is_late() {
    let db = Part::Component(Component { cause: Some("db".into()), footing: Footing::Global, ceiling: None });
    let design = service(9, 7200, &[db, series(&[0, 1, 2])], vec![]);
    let free = play(design.clone(), &[]);
    assert_eq!((&free.clearance_ms[..], free.missed_ms, free.events), (&[HOUR, HOUR][..], 0, 4));
    // From 01:30 to 03:30: half of the work is left, and takes until 04:00.
    let ledger = play(design, &[(DB, 0, 0, HOUR + HOUR / 2, 3 * HOUR + HOUR / 2)]);
    assert_eq!((&ledger.clearance_ms[..], ledger.batches_met), (&[3 * HOUR, HOUR][..], 1));
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[usize::from(DB)]), (HOUR, HOUR));
}

#[test]
fn the_slowest_of_parts_in_series_decides() {
    // Two workers and four others: 9,000 jobs take 75 min. Three racks of the others are out from 01:00 on: one a second.
    let design = service(4, 9000, &[series(&[1, 0])], vec![]);
    assert_eq!(play(design.clone(), &[]).clearance_ms, [75 * MINUTE; 2]);
    let ledger = play(design.clone(), &[(RACK, 4, 3, HOUR, 5 * HOUR)]);
    assert_eq!((ledger.clearance_ms[0], ledger.missed_ms), (150 * MINUTE, 30 * MINUTE));
    assert_eq!(ledger.missed_by_cause_ms[usize::from(RACK)], 30 * MINUTE);
    // Two of them are enough for the workers.
    assert_eq!(play(design, &[(RACK, 4, 2, HOUR, 5 * HOUR)]).missed_ms, 0);
    // Too much for all: nobody withheld anything.
    let many = play(service(4, 4 * 7200, &[series(&[1, 0])], vec![]), &[]);
    assert_eq!((many.missed_ms, many.missed_by_cause_ms[OVERLOAD + 1]), (4 * HOUR, 4 * HOUR));
}

#[test]
fn dr_07_after_a_failover_the_standby_goes_on_with_the_backlog() {
    let failover = Failover {
        node: 2,
        pattern: Pattern::Standby(Box::new(standby())),
        sight: Sight::Laws { out: constant(2 * MINUTE), back: constant(0) },
        spread: SimDuration::ZERO,
        clients_least: ALL_CLIENTS,
    };
    let any = Part::Group { parts: vec![0, 1], least: 1 };
    let design = |others| service(others, 2 * 7200, std::slice::from_ref(&any), vec![failover.clone()]);
    // The first zone is out from 01:30 to 06:00; nobody works for three minutes: done at 03:03 where the standby is as large.
    let out = [(RACK, 0, 4, HOUR + HOUR / 2, 6 * HOUR)];
    let ledger = play(design(2), &out);
    assert_eq!((ledger.clearance_ms[0], ledger.missed_ms), (2 * HOUR + 3 * MINUTE, 3 * MINUTE));
    assert_eq!(ledger.missed_by_cause_ms.last(), Some(&(3 * MINUTE)));
    assert_eq!(count(&ledger, Operation::Failovers), 1);
    // A single machine there has 10,800 of 14,400 to do when half an hour and three minutes are over.
    let ledger = play(design(1), &out);
    assert_eq!(ledger.clearance_ms[0], 33 * MINUTE + 10_800 * SECOND);
}
