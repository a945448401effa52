//! Demand that changes over a trial: what arrives, what is served of it, and what missed time is charged to.
#![allow(missing_docs, clippy::unwrap_used)]

mod gateway;
mod line;
mod slow_start;
mod support;
mod working;
use std::time::Duration;
use support::*;
use zonefall_engine::{Key, SimDuration, SimTime};
use zonefall_faults::{Scope, Strikes};
use zonefall_fleet::policy::retry::Retry;
use zonefall_fleet::{
    Batch, Ceiling, Demand, Design, Jobs, Latency, Ledger, Limit, Need, Noise, Operation, Queue, Step, World,
    population,
};

const RACK: u16 = 0;
/// Causes of the fleet's own follow the only mode.
const PROBE_LAG: usize = 2;
const OVERLOAD: usize = 3;

fn steps(of: &[(u64, u64)]) -> Vec<Step> {
    of.iter().map(|&(ms, per_second_milli)| Step { from: SimTime::from_ms(ms), per_second_milli }).collect()
}

/// Two racks of one machine each, and a course; everything must be served.
fn web(first: u64, of: &[(u64, u64)]) -> Design {
    let mut web = design(&[1], 2, 2);
    web.demand = Some(Demand::course(first, steps(of), None));
    web.need = Need::Served(1, 1);
    web
}

fn script() -> Script {
    Script::new(topology(1, 2, 1), vec![mode("rack", Scope::Rack)], DAY)
}

#[test]
fn what_is_served_is_integrated_exactly_over_a_course() {
    let ledger = script().play(web(500, &[(6 * HOUR, 3000), (8 * HOUR, 2000), (20 * HOUR, 0)]));
    let offered = 6 * HOUR * 500 + 2 * HOUR * 3000 + 12 * HOUR * 2000;
    assert_eq!(ledger.offered, i128::from(offered));
    assert_eq!(ledger.served, i128::from(offered - 2 * HOUR * 1000));
    // Three hours' demand is beyond two machines; nothing is asked of them in the last four.
    assert_eq!((ledger.missed_ms, &ledger.outages_ms[..]), (2 * HOUR, &[2 * HOUR][..]));
    assert_eq!(ledger.missed_by_cause_ms[OVERLOAD], 2 * HOUR);
    assert_eq!(ledger.first_miss, Some(SimTime::from_ms(6 * HOUR)));
    assert_eq!(ledger.events, 3);
}

#[test]
fn machines_beyond_a_capacity_that_does_not_scale_serve_nobody_more() {
    let played = |machines: u32, outages: &[Scripted]| {
        let mut of = web(900, &[(6 * HOUR, 1800), (9 * HOUR, 900)]);
        of.sets[0].capacity = machines;
        of.service.ceiling = Some(Ceiling { name: "database".into(), capacity_milli: 1500 });
        Script::new(topology(1, 8, 1), vec![mode("rack", Scope::Rack)], DAY).outages(outages).play(of)
    };
    let (two, eight) = (played(2, &[]), played(8, &[]));
    assert_eq!(two.served, two.offered - i128::from(3 * HOUR * 300));
    for ledger in [&two, &eight] {
        assert_eq!((ledger.served, ledger.missed_ms), (two.served, 3 * HOUR));
        assert_eq!(ledger.missed_by_cause_ms[OVERLOAD], 3 * HOUR);
    }
    // A third machine stands in for one that is lost, all of the time; of two the lost one answers for its part.
    let lost: &[Scripted] = &[(RACK, 0, 1, 7 * HOUR, 8 * HOUR)];
    assert_eq!(played(3, lost).served, two.served);
    let ledger = played(2, lost);
    assert_eq!(ledger.served, two.served - i128::from(HOUR * 500));
    // In that hour 300 are beyond what the database can do, and 1,000 stand still.
    assert_eq!(ledger.missed_by_cause_ms[OVERLOAD], 2 * HOUR + HOUR * 300 / 1300);
}

#[test]
fn a_failure_at_the_peak_answers_for_what_it_withholds_and_overload_for_the_rest() {
    // 2,400 of 2,000 at the peak, and half of the machines are down for an hour of it.
    let outage = [(RACK, 0, 1, 7 * HOUR, 8 * HOUR)];
    let ledger = script().outages(&outage).play(web(900, &[(6 * HOUR, 2400), (9 * HOUR, 900)]));
    assert_eq!(ledger.missed_ms, 3 * HOUR);
    // In that hour 1,400 are lacking: 1,000 stand still, 400 nobody has.
    let withheld = HOUR * 1000 / 1400;
    assert_eq!(ledger.missed_by_cause_ms[0], withheld + 1, "the largest remainder");
    assert_eq!(ledger.missed_by_cause_ms[OVERLOAD], 3 * HOUR - withheld - 1);
    // Outside of the peak the same failure misses nothing.
    let ledger = script().outages(&[(RACK, 0, 1, HOUR, 2 * HOUR)]).play(web(900, &[(6 * HOUR, 1900)]));
    assert_eq!(ledger.missed_ms, 0);
}

#[test]
fn requests_to_a_dead_machine_are_lost_at_the_rate_of_their_time() {
    let mut web = web(100, &[(2 * HOUR + 2000, 1000)]);
    web.balancer = Some(balancer());
    let ledger = script().outages(&[(RACK, 0, 1, 2 * HOUR, 5 * HOUR)]).play(web);
    let noticed = ledger.missed_ms;
    assert!((10 * SECOND..=15 * SECOND).contains(&noticed), "{noticed}");
    assert_eq!(ledger.lost_to_dead, i128::from(50 * 2000 + 500 * (noticed - 2000)));
    assert_eq!(ledger.missed_by_cause_ms[PROBE_LAG], noticed);
}

#[test]
fn a_trial_ends_at_its_first_overload() {
    let mut script = script();
    script.measure.until_first_miss = true;
    let ledger = script.play(web(500, &[(6 * HOUR, 3000), (8 * HOUR, 100)]));
    assert_eq!(ledger.first_miss, Some(SimTime::from_ms(6 * HOUR)));
    let never = script.play(web(500, &[(6 * HOUR, 2000), (8 * HOUR, 100)]));
    assert_eq!((never.first_miss, never.observed_ms), (None, DAY));
}

#[test]
fn every_design_meets_the_same_noise() {
    let noise = Some(Noise { sigma: 0.3, every: SimDuration::from_ms(HOUR) });
    let of = |zones: &[u32], capacity: u32, name: &str| {
        let mut one = design(zones, capacity, 1);
        one.name = name.into();
        one.demand = Some(Demand::course(3_000_000, steps(&[(5 * HOUR + 7, 9_000_000)]), noise));
        one
    };
    let offered = |designs: &[Design], which: usize, trial: u64| {
        let topology = topology(3, 2, 1);
        let strikes = || {
            let people = population(designs, &topology);
            Strikes::new(&profile(vec![]), &topology, people, SimDuration::from_ms(DAY))
        };
        let mut strikes = strikes();
        let design = std::sync::Arc::new(designs[which].clone());
        let mut world = World::new(design, std::sync::Arc::new(measure(DAY, DAY)), topology.clone(), &strikes);
        play(&mut strikes, &mut world, Key::root(trial), None).offered
    };
    let (small, large) = (of(&[1], 2, "small"), of(&[1, 2, 3], 9, "large"));
    let both = [small.clone(), large];
    assert_eq!(offered(&both, 0, 1), offered(&both, 1, 1));
    assert_eq!(offered(&both, 0, 1), offered(&[small], 0, 1));
    assert_ne!(offered(&both, 0, 1), offered(&both, 0, 2));
}

/// One in flight on each machine, one in line; 400 may be sent to one machine and 1,000 to two for 95 of 100 to be in time.
fn in_time(first: u64, of: &[(u64, u64)]) -> Design {
    let mut web = web(first, of);
    web.need = Need::Served(0, 1);
    let limit = Limit { within: Duration::from_millis(90), admits_milli: [0, 400, 1000].into() };
    web.service.latency =
        Some(Latency { parallelism: 1, queue: Queue::Shared, serves_milli: 1000, limit: Some(limit) });
    web
}

#[test]
fn answers_that_come_too_late_are_missed_time_though_everything_is_served() {
    let ledger = script().play(in_time(1000, &[(6 * HOUR, 1001), (8 * HOUR, 1000)]));
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[OVERLOAD]), (2 * HOUR, 2 * HOUR));
    assert_eq!((ledger.served, ledger.slow), (ledger.offered, i128::from(2 * HOUR * 1001)));
    // Half of the machines are out for an hour: 500 are served, and too late. The rack answers for it.
    let ledger = script().outages(&[(RACK, 0, 1, HOUR, 2 * HOUR)]).play(in_time(500, &[]));
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[0]), (HOUR, HOUR));
    let ledger = script().outages(&[(RACK, 0, 1, HOUR, 2 * HOUR)]).play(in_time(400, &[]));
    assert_eq!(ledger.missed_ms, 0);
}

#[test]
fn where_nobody_answers_all_answers_are_late() {
    let both = [(RACK, 0, 2, HOUR, 2 * HOUR)];
    let ledger = script().outages(&both).play(in_time(400, &[(90 * 60 * SECOND, 0)]));
    assert_eq!(ledger.missed_ms, HOUR / 2, "until nothing arrives");
}

#[test]
fn states_of_load_are_booked_by_what_reaches_how_many() {
    let ledger = script().outages(&[(RACK, 0, 1, HOUR, 2 * HOUR)]).play(in_time(400, &[(6 * HOUR, 900)]));
    let found: Vec<_> =
        ledger.states.iter().map(|of| (of.state.machines, of.state.reach_milli, of.held.as_ms() / HOUR)).collect();
    // Before and after the outage are two spells of the same order of length or not: the sums count.
    let held =
        |machines, reach| found.iter().filter(|of| (of.0, of.1) == (machines, reach)).map(|of| of.2).sum::<u64>();
    assert_eq!((held(1, 400), held(2, 400), held(2, 900)), (1, 5, 18));
    // Nobody asks: nothing is kept.
    let mut plain = in_time(400, &[(6 * HOUR, 900)]);
    plain.service = Default::default();
    assert_eq!(script().play(plain).states.iter().count(), 0);
}

/// Two racks of one worker each that do a job a second; a batch of 7,200 at 01:00, due at 03:00.
fn workers(share: (u64, u64)) -> Design {
    let batch = |day: u64| {
        let at = |hour| SimTime::from_ms(day * DAY + hour * HOUR);
        Batch { at: at(1), due: at(3) }
    };
    let mut workers = design(&[1], 2, 2);
    workers.need = Need::Done(share.0, share.1);
    workers.jobs = Some(Jobs {
        count: 7200,
        work: 1,
        sigma: 0.0,
        batches: [batch(0), batch(1)].into(),
        through: None,
        sets: [].into(),
    });
    workers
}

fn two_days() -> Script {
    Script::new(topology(1, 2, 1), vec![mode("rack", Scope::Rack)], 2 * DAY)
}

#[test]
fn a_batch_is_done_when_its_work_is() {
    let ledger = two_days().play(workers((1, 1)));
    assert_eq!(ledger.clearance_ms, [HOUR, HOUR]);
    assert_eq!((ledger.batches_due, ledger.batches_met, ledger.missed_ms), (2, 2, 0));
    // A batch comes and is due, twice; nothing else happens.
    assert_eq!(ledger.events, 4);
}

#[test]
fn an_outage_before_the_deadline_answers_for_what_is_late_after_it() {
    // No worker from 01:30 to 03:30: half of the work is left, and takes until 04:00.
    let outage = [(RACK, 0, 2, HOUR + HOUR / 2, 3 * HOUR + HOUR / 2)];
    let ledger = two_days().outages(&outage).play(workers((1, 1)));
    assert_eq!((ledger.missed_ms, &ledger.outages_ms[..]), (HOUR, &[HOUR][..]));
    assert_eq!((ledger.missed_by_cause_ms[0], ledger.missed_by_cause_ms[OVERLOAD]), (HOUR, 0));
    assert_eq!((&ledger.clearance_ms[..], ledger.batches_met), (&[3 * HOUR, HOUR][..], 1));
    // If a half by the deadline is enough, nothing is missed.
    assert_eq!(two_days().outages(&outage).play(workers((1, 2))).missed_ms, 0);
    // The worker that comes back in between is solved for: from 03:15 one, from 03:30 both. 900 + 2 * 1350 = 3600.
    let half = [(RACK, 0, 1, HOUR + HOUR / 2, 3 * HOUR + HOUR / 4), (RACK, 1, 1, HOUR + HOUR / 2, 3 * HOUR + HOUR / 2)];
    let ledger = two_days().outages(&half).play(workers((1, 1)));
    assert_eq!(ledger.missed_ms, HOUR / 2 + 1350 * SECOND);
}

#[test]
fn a_batch_that_is_too_large_is_an_overload() {
    let mut many = workers((1, 1));
    many.jobs = many.jobs.map(|jobs| Jobs { count: 4 * 7200, ..jobs });
    let ledger = two_days().play(many);
    // 28,800 take four hours, two more than there are.
    assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[OVERLOAD]), (4 * HOUR, 4 * HOUR));
    assert_eq!((ledger.batches_due, ledger.batches_met), (2, 0));
}

#[test]
fn the_luck_of_batches_is_the_trials_and_averages_out() {
    let batch = |at: u64| Batch { at: SimTime::from_ms(at * HOUR), due: SimTime::from_ms((at + 1) * HOUR) };
    let mut workers = workers((1, 1));
    workers.jobs = Some(Jobs {
        count: 1000,
        work: 1,
        sigma: 0.2,
        batches: (0..2000).map(batch).collect(),
        through: None,
        sets: [].into(),
    });
    let play = |workers: Design| Script::new(topology(1, 2, 1), vec![], 2000 * HOUR).play(workers);
    let ledger = play(workers.clone());
    let mean = ledger.clearance_ms.iter().sum::<u64>() as f64 / 2000.0;
    // Two jobs a second; the standard deviation of the factor is 0.202.
    assert!((mean / 500_000.0 - 1.0).abs() < 4.0 * 0.202 / 2000f64.sqrt(), "{mean}");
    assert_eq!(play(workers), ledger);
}

/// Three tries, each of which costs as much as one that succeeds.
fn trying_again(breaker: Option<f64>, first: u64, of: &[(u64, u64)]) -> Design {
    let mut web = web(first, of);
    web.service.retry = Some(Retry { tries: 3, wasted: 1.0, breaker, budget: None, faults: 0.0 });
    web
}

fn hours(ledger: &Ledger, of: Operation) -> u64 {
    ledger.operations[of as usize] / HOUR
}

#[test]
fn tf_01_an_overload_by_retries_outlives_the_outage_that_began_it() {
    // Two machines serve 2,000; 1,500 arrive, and 600 from 20:00 on. One machine is out from 02:00 to 03:00.
    let outage = [(RACK, 0, 1, 2 * HOUR, 3 * HOUR)];
    let course = [(20 * HOUR, 600)];
    let ledger = script().outages(&outage).play(trying_again(None, 1500, &course));
    // 1,500 are three times 500: only 600, three times that is 1,800, let the queues run dry.
    assert_eq!((ledger.missed_ms, ledger.outages_ms.len()), (18 * HOUR, 1));
    assert_eq!((hours(&ledger, Operation::RetryStormMs), hours(&ledger, Operation::MetastableMs)), (18, 17));
    assert_eq!(ledger.operations[Operation::RetryStorms as usize], 1);
    // Before it, it only waits for somebody to begin it; the last hours are safe.
    assert_eq!(hours(&ledger, Operation::VulnerableMs), 2);
    assert_eq!(ledger.served, ledger.offered - i128::from(18 * HOUR * 1500));
    assert_eq!((ledger.missed_by_cause_ms[0], ledger.missed_by_cause_ms[OVERLOAD]), (HOUR, 17 * HOUR));
}

#[test]
fn tf_02_a_breaker_ends_it_with_the_outage() {
    let outage = [(RACK, 0, 1, 2 * HOUR, 3 * HOUR)];
    let ledger = script().outages(&outage).play(trying_again(Some(0.5), 1500, &[]));
    assert_eq!(ledger.missed_ms, HOUR);
    assert_eq!((hours(&ledger, Operation::MetastableMs), hours(&ledger, Operation::VulnerableMs)), (0, 0));
}

#[test]
fn tf_03_faults_on_the_way_are_no_lag_of_probes_and_a_millionth_of_a_millionth_is_none() {
    let faults = |tries| {
        let mut web = web(1500, &[]);
        web.service.retry = Some(Retry { tries, wasted: 1.0, breaker: None, budget: None, faults: 0.01 });
        script().play(web)
    };
    let once = faults(1);
    assert_eq!((once.missed_ms, once.served), (DAY, i128::from(1485 * DAY)));
    assert_eq!((once.missed_by_cause_ms[PROBE_LAG], once.missed_by_cause_ms[OVERLOAD]), (0, DAY));
    // What is left unserved of seven tries is 1e-14 of the demand.
    let often = faults(7);
    assert_eq!((often.missed_ms, often.served), (0, often.offered));
}

#[test]
fn clients_that_never_try_again_are_those_of_a_plain_demand() {
    let outage = [(RACK, 0, 1, 2 * HOUR, 3 * HOUR)];
    let mut once = web(1500, &[(6 * HOUR, 2400)]);
    let plain = script().outages(&outage).play(once.clone());
    once.service.retry = Some(Retry { tries: 1, wasted: 0.0, breaker: None, budget: None, faults: 0.0 });
    let ledger = script().outages(&outage).play(once);
    assert_eq!((ledger.missed_ms, &ledger.missed_by_cause_ms), (plain.missed_ms, &plain.missed_by_cause_ms));
    // To a thousandth of a request a second.
    assert!((ledger.served - plain.served).abs() <= i128::from(DAY), "{} {}", ledger.served, plain.served);
}

#[test]
fn tf_01_one_try_is_as_no_table_only_where_what_is_too_much_costs_nothing() {
    // Five of six machines at 108 % of what they serve, for an hour.
    let lost = |retry: Option<Retry>| {
        let mut design = Design { demand: Some(Demand::constant(540_000)), ..design(&[1], 6, 0) };
        design.sets[0].serves_milli = 100_000;
        design.need = Need::Served(1, 2);
        design.service.retry = retry;
        let outage = Script::new(topology(1, 6, 1), vec![mode("rack", Scope::Rack)], DAY);
        let ledger = outage.outages(&[(0, 0, 1, HOUR, 2 * HOUR)]).play(design);
        (ledger.offered - ledger.served) as f64 / (540_000.0 * HOUR as f64)
    };
    let once = |wasted| Some(Retry { tries: 1, wasted, breaker: Some(0.5), budget: None, faults: 0.0 });
    let excess = 40.0 / 540.0;
    assert!((lost(None) - excess).abs() < 1e-6, "{}", lost(None));
    assert!((lost(once(0.0)) - excess).abs() < 1e-6, "{}", lost(once(0.0)));
    // All of the work goes into attempts that fail.
    assert!((lost(once(1.0)) - 1.0).abs() < 1e-6, "{}", lost(once(1.0)));
}
