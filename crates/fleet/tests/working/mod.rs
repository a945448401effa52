//! Jobs that the parts of a service work on together, against timelines by hand.

mod apart;
mod beside;
mod line;

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

/// A failover group that sees after two minutes that a part is out.
fn failover(node: u32, pattern: Pattern) -> Failover {
    Failover {
        node,
        pattern,
        sight: Sight::Laws { out: constant(2 * MINUTE), back: constant(0) },
        spread: SimDuration::ZERO,
        clients_least: ALL_CLIENTS,
    }
}

fn hot() -> Pattern {
    Pattern::Standby(Box::new(standby()))
}

/// So many others stand in for two workers, or work beside them.
fn either(others: u32, count: u64, pattern: Pattern) -> Design {
    service(others, count, &[Part::Group { parts: vec![0, 1], least: 1 }], vec![failover(2, pattern)])
}

/// The zone of the workers is out from 01:30 on.
fn zone_out(until: u64) -> Scripted {
    (RACK, 0, 4, HOUR + HOUR / 2, until)
}

/// What the zone, the database, overload and failing over answer for.
fn charged(ledger: &Ledger) -> [u64; 4] {
    let by_cause = &ledger.missed_by_cause_ms;
    assert_eq!(by_cause.iter().sum::<u64>(), ledger.missed_ms);
    [by_cause[0], by_cause[usize::from(DB)], by_cause[OVERLOAD + 1], by_cause[by_cause.len() - 1]]
}

#[test]
fn dr_07_after_a_failover_the_standby_goes_on_with_the_backlog() {
    // The first zone is out from 01:30 to 06:00; nobody works for three minutes: done at 03:03 where the standby is as large.
    let ledger = play(either(2, 2 * 7200, hot()), &[zone_out(6 * HOUR)]);
    assert_eq!((ledger.clearance_ms[0], ledger.missed_ms), (2 * HOUR + 3 * MINUTE, 3 * MINUTE));
    assert_eq!(charged(&ledger), [0, 0, 0, 3 * MINUTE]);
    assert_eq!(count(&ledger, Operation::Failovers), 1);
    // A single machine there has 10,800 of 14,400 to do when half an hour and three minutes are over.
    let ledger = play(either(1, 2 * 7200, hot()), &[zone_out(6 * HOUR)]);
    assert_eq!(ledger.clearance_ms[0], 33 * MINUTE + 10_800 * SECOND);
    // The zone withholds a job a second for these three hours, the failover two for three minutes.
    assert_eq!(charged(&ledger), [90 * MINUTE, 0, 0, 3 * MINUTE]);
}

#[test]
fn what_keeps_a_standby_that_is_too_small_answers_for_what_it_could_do() {
    // Its database is down from 02:00 to 02:30. Until 05:03 the zone withholds a job a second for 210 minutes, and the database
    // one for 30.
    let db = Part::Component(Component { cause: Some("db".into()), footing: Footing::Global, ceiling: None });
    let parts = [db, series(&[1, 2]), Part::Group { parts: vec![0, 3], least: 1 }];
    let design = service(1, 2 * 7200, &parts, vec![failover(4, hot())]);
    let ledger = play(design, &[zone_out(6 * HOUR), (DB, 0, 0, 2 * HOUR, 2 * HOUR + HOUR / 2)]);
    assert_eq!(ledger.clearance_ms[0], 4 * HOUR + 3 * MINUTE);
    assert_eq!(charged(&ledger), [105 * MINUTE, 15 * MINUTE, 0, 3 * MINUTE]);
}

#[test]
fn dr_07_workers_that_grow_when_they_are_needed_are_withheld_by_the_failover() {
    // One of two works from 01:32 to 02:32.
    let warm = Standby { ready: constant(HOUR), sent_at_once: true, running_milli: 500, ..standby() };
    let ledger = play(either(2, 2 * 7200, Pattern::Standby(Box::new(warm))), &[zone_out(6 * HOUR)]);
    assert_eq!(charged(&ledger), [0, 0, 0, 32 * MINUTE]);
}

#[test]
fn dr_04_who_is_well_and_not_gone_back_to_withholds_nothing() {
    // Out until 02:00, gone back to at 03:00, and nobody works for ten minutes meanwhile. A job a second is withheld by the zone
    // for 27 minutes and by nobody for an hour; two by the failover for 13.
    let back = Failback { after: constant(HOUR), outage: constant(10 * MINUTE), by_operator: false };
    let slow = Standby { failback: Some(back), ..standby() };
    let ledger = play(either(1, 2 * 7200, Pattern::Standby(Box::new(slow))), &[zone_out(2 * HOUR)]);
    assert_eq!(ledger.missed_ms, 3390 * SECOND);
    assert_eq!(charged(&ledger), [810 * SECOND, 0, HOUR / 2, 13 * MINUTE]);
}

#[test]
fn afd_03_a_part_that_jobs_do_not_go_to_any_more_answers_for_its_share() {
    // Two and two work on 28,800. Until 04:30 two a second are withheld, for two minutes by the failover.
    let both = Pattern::ActiveActive { weights: vec![1, 1] };
    let ledger = play(either(2, 4 * 7200, both), &[zone_out(6 * HOUR)]);
    assert_eq!(ledger.clearance_ms[0], 3 * HOUR + HOUR / 2);
    assert_eq!(charged(&ledger), [89 * MINUTE, 0, 0, MINUTE]);
}

#[test]
fn what_stands_still_beside_a_smaller_standby_shares_with_what_is_out() {
    // A database that both need is down from 02:00 to 02:30: of two jobs a second it withholds the one that the standby could do and
    // half of the other. Until 05:03 the zone withholds 195 minutes of a job a second, and the database 45.
    let db = Part::Component(Component { cause: Some("db".into()), footing: Footing::Global, ceiling: None });
    let parts = [Part::Group { parts: vec![0, 1], least: 1 }, db, series(&[2, 3])];
    let design = service(1, 2 * 7200, &parts, vec![failover(2, hot())]);
    let ledger = play(design, &[zone_out(6 * HOUR), (DB, 0, 0, 2 * HOUR, 2 * HOUR + HOUR / 2)]);
    assert_eq!(charged(&ledger), [195 * MINUTE / 2, 45 * MINUTE / 2, 0, 3 * MINUTE]);
}

#[test]
fn dr_04_going_back_withholds_as_long_as_nobody_works() {
    // The database is down from 02:00 to 02:26. Nobody works for ten minutes from 03:00 on, while jobs go back.
    let db = Part::Component(Component { cause: Some("db".into()), footing: Footing::Global, ceiling: None });
    let parts = [Part::Group { parts: vec![0, 1], least: 1 }, db, series(&[2, 3])];
    let back = Failback { after: constant(HOUR), outage: constant(10 * MINUTE), by_operator: false };
    let slow = Pattern::Standby(Box::new(Standby { failback: Some(back), ..standby() }));
    let outages = [zone_out(2 * HOUR), (DB, 0, 0, 2 * HOUR, 2 * HOUR + 26 * MINUTE)];
    let ledger = play(service(2, 2 * 7200, &parts, vec![failover(2, slow)]), &outages);
    assert_eq!(charged(&ledger), [0, 26 * MINUTE, 0, 13 * MINUTE]);
}
