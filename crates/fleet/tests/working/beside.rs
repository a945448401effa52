//! Jobs on machines that serve requests first, against timelines by hand and a plain restatement.

use super::super::{OVERLOAD, RACK, script, steps, two_days, workers};
use crate::support::*;
use zonefall_engine::{Key, SimTime};
use zonefall_faults::Scope;
use zonefall_fleet::policy::retry::Retry;
use zonefall_fleet::*;

/// The workers of [`workers`], two jobs a second together, where such requests come too.
fn both(first: u64, of: &[(u64, u64)]) -> Design {
    let mut both = workers((1, 1));
    both.demand = Some(Demand::course(first, steps(of), None));
    both
}

/// What the racks answer for, and overload.
fn charged(ledger: &Ledger) -> (u64, u64) {
    (ledger.missed_by_cause_ms[usize::from(RACK)], ledger.missed_by_cause_ms[OVERLOAD])
}

#[test]
fn jobs_get_what_requests_leave() {
    // Half a request a second leaves three halves of a job: 7,200 from 01:00 take 80 min.
    let ledger = two_days().play(both(500, &[]));
    assert_eq!((&ledger.clearance_ms[..], ledger.missed_ms), (&[80 * MINUTE; 2][..], 0));
    assert_eq!((ledger.offered, ledger.served), (i128::from(2 * DAY * 500), i128::from(2 * DAY * 500)));
    // From 01:30 to 02:30 requests take all: 4,500 jobs are left at 02:30 and take 50 min, 20 of them after the deadline. Nobody
    // withheld anything.
    let ledger = two_days().play(both(500, &[(HOUR + HOUR / 2, 2500), (2 * HOUR + HOUR / 2, 500)]));
    assert_eq!((ledger.clearance_ms[0], ledger.missed_ms), (140 * MINUTE, 20 * MINUTE));
    assert_eq!((charged(&ledger), ledger.batches_met), ((0, 20 * MINUTE), 1));
    assert_eq!(ledger.offered - ledger.served, i128::from(HOUR * 500), "what is too much for all is not served");
}

#[test]
fn what_is_out_answers_for_what_it_would_have_left_to_jobs() {
    // A rack is out from 01:00 to 03:00. Half a job a second is done: 3,600 are left and take 40 min.
    let out = [(RACK, 0, 1, HOUR, 3 * HOUR)];
    let ledger = two_days().outages(&out).play(both(500, &[]));
    assert_eq!((ledger.missed_ms, charged(&ledger)), (40 * MINUTE, (40 * MINUTE, 0)));
    // Three halves of a request a second: none is done, where half a job a second would be. So 3,600 of the 7,200 that are late are
    // the rack's, and the rest is too much for all; half a job a second takes four hours, and two after the next deadline.
    let ledger = two_days().outages(&out).play(both(1500, &[]));
    assert_eq!((ledger.missed_ms, charged(&ledger)), (6 * HOUR, (2 * HOUR, 4 * HOUR)));
}

#[test]
fn a_ceiling_is_left_to_jobs_by_requests() {
    let mut design = both(500, &[]);
    design.service.ceiling = Some(Ceiling { name: "database".into(), capacity_milli: 1500 });
    assert_eq!(two_days().play(design).clearance_ms, [2 * HOUR; 2]);
}

#[test]
fn requests_know_nothing_of_jobs() {
    let out = [(RACK, 0, 1, 2 * HOUR, 5 * HOUR)];
    let mut design = both(900, &[(4 * HOUR, 1700)]);
    design.need = Need::Served(99, 100);
    let with = two_days().outages(&out).play(design.clone());
    design.jobs = None;
    let without = two_days().outages(&out).play(design);
    assert_eq!((with.missed_ms, &with.missed_by_cause_ms), (HOUR, &without.missed_by_cause_ms));
    assert_eq!((with.served, with.offered), (without.served, without.offered));
    // 1,100 milli for an hour, then 100 for one; from 04:00 on none until the rack is back, then 300.
    let left = 7_200_000 - 3600 * 1100 - 2 * 3600 * 100;
    assert_eq!(with.clearance_ms[0], 4 * HOUR + (left as u64 * 1000).div_ceil(300));
    assert_eq!((with.batches_due, with.batches_met), (2, 0));
}

#[test]
fn a_job_is_as_many_requests_as_is_said() {
    let out = [(RACK, 0, 1, HOUR + 7, 3 * HOUR)];
    let ones = both(700, &[(2 * HOUR + 1, 1100)]);
    let mut larger = ones.clone();
    larger.jobs = larger.jobs.map(|jobs| Jobs { count: 120, work: 60, ..jobs });
    let (ones, larger) = (two_days().outages(&out).play(ones), two_days().outages(&out).play(larger));
    assert_eq!(ones, larger);
    assert!(ones.missed_ms > 0);
}

#[test]
fn tf_01_while_tries_again_fail_nothing_is_left() {
    // As in the storm of retries: 1,500 and a rack out from 02:00 to 03:00; it holds itself until 600 arrive at 20:00. Jobs come at
    // 01:00: 500 milli for an hour, then none until 20:00, and 1,400 from there on: (7,200 − 1,800) / 1.4 s.
    let mut design = both(1500, &[(20 * HOUR, 600)]);
    design.service.retry = Some(Retry { tries: 3, wasted: 1.0, breaker: None, budget: None, faults: 0.0 });
    let ledger = script().outages(&[(RACK, 0, 1, 2 * HOUR, 3 * HOUR)]).play(design);
    assert_eq!(ledger.clearance_ms, [19 * HOUR + 5_400_000_000_u64.div_ceil(1400)]);
}

#[test]
fn random_histories_are_as_when_each_piece_is_counted_anew() {
    let (mut missed, mut by_rack) = (0, 0);
    for number in 0..300 {
        let mut luck = Key::root(23).part(number, 0).stream();
        let mut course: Vec<(u64, u64)> = (0..8).map(|_| (1 + luck.below(DAY - 1), 250 * luck.below(12))).collect();
        course.sort_unstable();
        course.dedup_by_key(|step| step.0);
        let mut outages: Vec<Scripted> = Vec::new();
        let mut free = 0;
        for _ in 0..1 + luck.below(4) {
            let from = free + 1 + luck.below(5 * HOUR);
            let first = luck.below(2) as u32;
            let to = from + 1 + luck.below(3 * HOUR);
            outages.push((RACK, first, 1 + luck.below(u64::from(2 - first)) as u32, from, to));
            free = to;
        }
        let count = 3600 * (1 + luck.below(10));
        let mut design = both(750, &course);
        design.jobs = design.jobs.map(|jobs| Jobs { count, batches: jobs.batches[..1].into(), ..jobs });
        let ledger = script().outages(&outages).play(design);

        // What is alive and what arrives, from each instant at which either changes.
        let mut borders: Vec<u64> = course.iter().map(|step| step.0).chain([0, HOUR, 3 * HOUR, DAY]).collect();
        borders.extend(outages.iter().flat_map(|out| [out.3, out.4]).filter(|&at| at < DAY));
        borders.sort_unstable();
        borders.dedup();
        let (mut left, mut done, mut withheld, mut late) = (count * 1_000_000, None, 0, (0, 0));
        let mut served = 0;
        for pair in borders.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let alive =
                2 - outages.iter().filter(|out| out.3 <= from && from < out.4).map(|out| u64::from(out.2)).sum::<u64>();
            let demand = course.iter().rev().find(|step| step.0 <= from).map_or(750, |step| step.1);
            served += i128::from(demand.min(1000 * alive)) * i128::from(to - from);
            let (rate, could) = ((1000 * alive).saturating_sub(demand), 2000_u64.saturating_sub(demand));
            if from == 3 * HOUR {
                late = (left, withheld);
            }
            if from < HOUR || done.is_some() {
                continue;
            }
            withheld += (could - rate) * (to - from);
            if rate * (to - from) >= left {
                done = Some(from + left.div_ceil(rate.max(1)));
            }
            left -= left.min(rate * (to - from));
        }
        let ends = done.unwrap_or(DAY).max(3 * HOUR) - 3 * HOUR;
        assert_eq!((ledger.missed_ms, ledger.served), (ends, served), "{number}");
        assert_eq!(ledger.clearance_ms.first().copied(), done.map(|at| at - HOUR), "{number}");
        // Where the racks withheld all that was late, they alone answer; where they withheld nothing, they do for nothing.
        if ends > 0 && late.1 >= late.0 {
            assert_eq!(charged(&ledger), (ends, 0), "{number}");
            by_rack += 1;
        }
        if withheld == 0 {
            assert_eq!(charged(&ledger), (0, ends), "{number}");
        }
        missed += u32::from(ends > 0);
        assert_eq!(ledger.batches_met, u32::from(done.is_some_and(|at| at <= 3 * HOUR)), "{number}");
    }
    assert!(missed > 60 && by_rack > 5, "{missed} {by_rack}");
}

#[test]
fn where_a_set_is_one_of_several_parts_the_narrowest_rest_decides() {
    // A tier of two and one of four, in series with a database of 3.5 a second: 1.5 requests leave 0.5, 2.5 and 2.
    let db = Part::Component(Component {
        cause: None,
        footing: Footing::Global,
        ceiling: Some(Throughput { capacity_milli: 3500, least: (1, 1) }),
    });
    let mut design = super::service(4, 900, &[db, super::series(&[0, 1, 2])], vec![]);
    design.demand = Some(Demand::constant(1500));
    let ledger = super::play(design.clone(), &[]);
    assert_eq!(ledger.clearance_ms, [HOUR / 2; 2]);
    // Two of the four are out from 01:00 on: they leave 0.5 too.
    assert_eq!(super::play(design.clone(), &[(RACK, 4, 2, HOUR, 5 * HOUR)]).clearance_ms, ledger.clearance_ms);
    // Three: none is left until 03:10; the requests that the others would have left are what the racks answer for.
    let ledger = super::play(design, &[(RACK, 4, 3, HOUR, 3 * HOUR + HOUR / 6)]);
    assert_eq!((ledger.clearance_ms[0], ledger.missed_ms), (2 * HOUR + HOUR / 6 + HOUR / 2, HOUR / 6 + HOUR / 2));
    assert_eq!(charged(&ledger).0, HOUR / 6 + HOUR / 2);
    assert!(ledger.served < ledger.offered);
}

#[test]
fn a_standby_takes_requests_and_the_backlog_over() {
    // Clients of the two are sent to two others after two minutes; 14,400 at half a job a second less. Out from 01:30: 2,700 are done,
    // 11,700 at 1.5 a second from 01:33 on.
    let mut design = super::either(2, 2 * 7200, super::hot());
    design.demand = Some(Demand::constant(500));
    let ledger = super::play(design, &[super::zone_out(6 * HOUR)]);
    assert_eq!(ledger.clearance_ms[0], 33 * MINUTE + 7800 * SECOND);
}

#[test]
fn what_no_gateway_lets_in_is_left_to_jobs() {
    let at = |hour: u64| SimTime::from_ms(hour * HOUR);
    let mut design = both(3000, &[]);
    design.need = Need::Served(1, 100);
    design.jobs = design.jobs.map(|jobs| Jobs { batches: [Batch { at: at(1), due: at(3) }].into(), ..jobs });
    design.service.gateway = Some(policy::gateway::Gateway {
        instance_milli: 500,
        least: 1,
        most: 2,
        grows_in: constant(0),
        shrinks_after: zonefall_engine::SimDuration::from_ms(HOUR),
    });
    let ledger = Script::new(topology(1, 2, 1), vec![mode("rack", Scope::Rack)], DAY).play(design);
    // Two instances let one a second in; one a second is left.
    assert_eq!(ledger.clearance_ms, [2 * HOUR]);
}
