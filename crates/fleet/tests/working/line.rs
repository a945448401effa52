//! Jobs on machines before which requests wait in line, against timelines by hand and a walk over all milliseconds.

use super::super::{OVERLOAD, RACK, steps, workers};
use crate::support::*;
use zonefall_engine::{Key, SimDuration, SimTime};
use zonefall_faults::Scope;
use zonefall_fleet::*;

/// So many workers, a job a second each, with one batch; requests come too, and wait so long.
fn waiting((machines, batch): (u32, Batch), patience: u64, first: u64, of: &[(u64, u64)]) -> Design {
    let mut waiting = workers((1, 1));
    waiting.sets[0].capacity = machines;
    waiting.jobs = waiting.jobs.map(|jobs| Jobs { batches: [batch].into(), ..jobs });
    waiting.demand = Some(Demand::course(first, steps(of), None));
    waiting.service.latency = Some(Latency { parallelism: 1, queue: Queue::Shared, serves_milli: 1000, limit: None });
    waiting.service.patience = Some(Patience { most: SimDuration::from_ms(patience), in_time: None });
    waiting
}

/// 7,200 jobs at 01:00, due at 03:00, for two workers.
fn night(patience: u64, first: u64, of: &[(u64, u64)]) -> Design {
    let at = |hour: u64| SimTime::from_ms(hour * HOUR);
    waiting((2, Batch { at: at(1), due: at(3) }), patience, first, of)
}

fn play(design: Design, outages: &[Scripted]) -> Ledger {
    Script::new(topology(1, 2, 1), vec![mode("rack", Scope::Rack)], DAY).outages(outages).play(design)
}

/// What the racks answer for, and overload.
fn charged(ledger: &Ledger) -> (u64, u64) {
    (ledger.missed_by_cause_ms[usize::from(RACK)], ledger.missed_by_cause_ms[OVERLOAD])
}

#[test]
fn jobs_stand_still_until_nobody_waits() {
    // From 01:30 to 02:30 half a request a second comes too many: 1,800 wait, and are worked off at 1.5 a second until 02:50. The 4,500
    // jobs that were left at 01:30 take 50 min from there on, 40 of them after the deadline. Nobody withheld anything.
    let peak = [(HOUR + HOUR / 2, 2500), (2 * HOUR + HOUR / 2, 500)];
    let ledger = play(night(10 * HOUR, 500, &peak), &[]);
    assert_eq!((ledger.clearance_ms[0], ledger.missed_ms), (160 * MINUTE, 40 * MINUTE));
    assert_eq!((charged(&ledger), ledger.served), ((0, 40 * MINUTE), ledger.offered));
    // Clients give up after 10 min: the first at 02:20, and half a one a second until those of 02:30 are next, at 02:40. 300 wait then,
    // for 200 s.
    let ledger = play(night(10 * MINUTE, 500, &peak), &[]);
    assert_eq!((ledger.gave_up, ledger.missed_ms), (600_000_000, 2000 * SECOND));
}

#[test]
fn an_outage_answers_for_those_who_wait_after_it_too() {
    // 1.5 a second, and a rack out from 01:00 to 03:00: 3,600 wait by then, worked off at 0.5 a second until 05:00. Without the outage
    // half of the jobs would have been done by the deadline and the others by 05:00. They take from 05:00 to 09:00: of the six
    // hours four are the rack's, and two an overload.
    let ledger = play(night(10 * HOUR, 1500, &[]), &[(RACK, 0, 1, HOUR, 3 * HOUR)]);
    assert_eq!((&ledger.clearance_ms[..], ledger.missed_ms), (&[8 * HOUR][..], 6 * HOUR));
    assert_eq!((charged(&ledger), ledger.gave_up), ((4 * HOUR, 2 * HOUR), 0));
    // Over at 00:50 already, when 1,200 wait until 01:30: the rack has withheld 600 s of a worker from jobs all the same. 5,400 s of half
    // a job are left of two hours, so 2,700 are done.
    let ledger = play(night(10 * HOUR, 1500, &[]), &[(RACK, 0, 1, 10 * MINUTE, 50 * MINUTE)]);
    assert_eq!((ledger.clearance_ms[0], ledger.missed_ms), (HOUR / 2 + 4 * HOUR, 150 * MINUTE));
    assert_eq!(charged(&ledger), (30 * MINUTE, 2 * HOUR));
}

#[test]
fn what_jobs_lose_to_a_line_is_charged_the_same_however_often_the_book_is_settled() {
    // Six machines and 4.5 requests a second: two machines of one cause are out from 01:00 to 02:00, two of another from 01:30 to 02:30.
    // 6,300 wait by then, until 03:40; then 7,200 jobs take 80 min, two hours of them after the deadline.
    let causes = || vec![mode("rack", Scope::Rack), mode("other", Scope::Rack)];
    let out = [(0, 0, 2, HOUR, 2 * HOUR), (1, 2, 2, HOUR + HOUR / 2, 2 * HOUR + HOUR / 2)];
    let anew: Vec<_> = (1..1440).map(|at| (at * MINUTE + 2, 4500)).collect();
    let at = |hour: u64| SimTime::from_ms(hour * HOUR);
    for steps in [&[][..], &anew] {
        let design = waiting((6, Batch { at: at(1), due: at(3) }), 20 * HOUR, 4500, steps);
        let ledger = Script::new(topology(1, 6, 1), causes(), DAY).outages(&out).play(design);
        // A job and a half a second are lost from 01:00 to 03:40. Of what was withheld until then the other has nothing for half an hour;
        // then, with t in half hours, t/(1 + 2t) for one, (1 + t)/(3 + t) for the next, and half of the 70 min that are left.
        let ln = |of: f64| of.ln();
        let half_hours = (0.5 - 0.25 * ln(3.0)) + (1.0 - 2.0 * ln(4.0 / 3.0)) + 70.0 / 60.0;
        let of_other = half_hours / (160.0 / 30.0) * 2.0 * HOUR as f64;
        assert_eq!(
            (ledger.missed_ms, ledger.missed_by_cause_ms[0]),
            (2 * HOUR, 2 * HOUR - ledger.missed_by_cause_ms[1])
        );
        assert!(
            (ledger.missed_by_cause_ms[1] as f64 - of_other).abs() < 100.0,
            "{of_other} {:?}",
            ledger.missed_by_cause_ms
        );
    }
}

#[test]
fn requests_in_line_know_nothing_of_jobs() {
    let mut design = night(20 * MINUTE, 900, &[(4 * HOUR, 1700)]);
    design.need = Need::Served(99, 100);
    let out = [(RACK, 0, 1, 2 * HOUR, 5 * HOUR)];
    let with = play(design.clone(), &out);
    design.jobs = None;
    let without = play(design, &out);
    assert!(with.missed_ms > 0 && with.gave_up > 0);
    assert_eq!((with.missed_ms, &with.missed_by_cause_ms), (without.missed_ms, &without.missed_by_cause_ms));
    assert_eq!((with.served, with.gave_up, &with.waited), (without.served, without.gave_up, &without.waited));
}

const END: u64 = 20_000;
const COMES: u64 = 4_000;
const DUE: u64 = 9_000;
const WORKERS: u64 = 4;

struct Story {
    patience: u64,
    course: Vec<(u64, u64)>,
    outages: Vec<Scripted>,
    jobs: u64,
}

fn story(number: u64) -> Story {
    let luck = &mut Key::root(29).part(number, 0).stream();
    // Every third has too little demand for an overload without an outage.
    let most = if number.is_multiple_of(3) { WORKERS + 1 } else { 2 * WORKERS };
    let course = (0..8).map(|at| (at * END / 8, 1000 * luck.below(most))).collect();
    let (mut outages, mut at) = (vec![], luck.below(END / 4));
    while at < END && !number.is_multiple_of(4) {
        let first = luck.below(WORKERS);
        let to = (at + 1 + luck.below(END / 6)).min(END);
        outages.push((RACK, first as u32, 1 + luck.below(WORKERS - first) as u32, at, to));
        at = to + 1 + luck.below(END / 3);
    }
    Story { patience: 1 + luck.below(4000), course, outages, jobs: 1 + luck.below(14) }
}

/// What a millisecond at a time says: when the batch is done, what was late and withheld at the deadline, who was served and gave up.
fn walk(story: &Story) -> (Option<u64>, (u64, u64), i128, i128) {
    let (mut came, mut left) = (vec![0_u64], 0);
    let (mut work, mut withheld, mut late, mut done) = (story.jobs * 1_000_000, 0, (0, 0), None);
    let (mut served, mut gave_up) = (0, 0);
    for now in 0..END {
        let out: u64 = story.outages.iter().filter(|out| out.3 <= now && now < out.4).map(|out| u64::from(out.2)).sum();
        let capacity = 1000 * (WORKERS - out);
        let demand = story.course.iter().rev().find(|step| step.0 <= now).unwrap().1;
        let reach = if capacity > 0 { demand } else { 0 };
        if now == DUE {
            late = (work, withheld);
        }
        let waits = came[came.len() - 1] > left || reach > capacity;
        let rate = if waits { 0 } else { capacity - reach };
        if now >= COMES && done.is_none() {
            withheld += (1000 * WORKERS).saturating_sub(demand) - rate.min((1000 * WORKERS).saturating_sub(demand));
            work -= work.min(rate);
            done = (work == 0).then_some(now + 1);
        }
        let all = came[came.len() - 1] + reach;
        came.push(all);
        let a_patience_ago = (came.len() - 1).checked_sub(story.patience as usize).map_or(0, |at| came[at]);
        let through = capacity.min(all - left);
        let gone = a_patience_ago.saturating_sub(left + through);
        left += through + gone;
        (served, gave_up) = (served + i128::from(through), gave_up + i128::from(gone));
    }
    (done, late, served, gave_up)
}

#[test]
fn random_lines_leave_jobs_what_a_walk_over_all_milliseconds_says() {
    let (mut by_rack, mut by_load, mut gave_up) = (0, 0, 0);
    for number in 0..400 {
        let story = story(number);
        let ms = SimTime::from_ms;
        let batch = Batch { at: ms(COMES), due: ms(DUE) };
        let mut design = waiting((WORKERS as u32, batch), story.patience, story.course[0].1, &story.course[1..]);
        design.jobs = design.jobs.map(|jobs| Jobs { count: story.jobs, ..jobs });
        let script = Script::new(topology(1, WORKERS as u32, 1), vec![mode("rack", Scope::Rack)], END);
        let ledger = script.outages(&story.outages).play(design);
        let (done, late, served, gone) = walk(&story);
        assert_eq!(ledger.clearance_ms.first().copied(), done.map(|at| at - COMES), "{number}");
        assert_eq!((ledger.served, ledger.gave_up), (served, gone), "{number}");
        let missed = done.unwrap_or(END).max(DUE) - DUE;
        assert_eq!(ledger.missed_ms, missed, "{number}");
        gave_up += u32::from(gone > 0);
        if missed > 0 && story.outages.is_empty() {
            assert_eq!(charged(&ledger), (0, missed), "{number}");
            by_load += 1;
        }
        // Never too much for all: the racks alone answer where they withheld all that was late.
        if missed > 0 && number.is_multiple_of(3) && late.1 >= late.0 {
            assert_eq!(charged(&ledger), (missed, 0), "{number}");
            by_rack += 1;
        }
    }
    assert!(by_rack > 10 && by_load > 30 && gave_up > 100, "{by_rack} {by_load} {gave_up}");
}
