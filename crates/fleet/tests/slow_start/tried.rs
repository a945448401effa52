//! Clients that try again, where each machine gets as much as the others and some are not warm: a timeline by hand, and a plain
//! restatement.

use super::*;
use zonefall_engine::Key;
use zonefall_fleet::policy::retry::Retry;
use zonefall_fleet::{Ledger, Step};

const THREE: Retry = Retry { tries: 3, wasted: 1.0, breaker: None, budget: None, faults: 0.0 };

/// Racks of one machine each, of 1 req/s, that serves 400 for its first ten minutes, and the requests that come.
fn racks(racks: u32, retry: Retry, (first, course): (u64, &[(u64, u64)])) -> Design {
    let mut of = Design { need: Need::Served(99, 100), ..web() };
    of.sets = design(&[1], racks, racks).sets;
    of.sets[0].warm_up = constant(2 * MINUTE);
    of.sets[0].slow_start = Some(SlowStart { capacity_milli: 400, time: constant(10 * MINUTE) });
    let step = |&(at, per_second_milli): &(u64, u64)| Step { from: SimTime::from_ms(at), per_second_milli };
    of.demand = Some(Demand::course(first, course.iter().map(step).collect(), None));
    of.service.spreads_evenly = true;
    of.service.retry = Some(retry);
    of
}

fn play(design: Design, outages: &[Scripted]) -> Ledger {
    let restart = Mode { recovery: Recovery::Boot, ..mode("rack", Scope::Rack) };
    Script::new(topology(1, 4, 1), vec![restart], DAY).outages(outages).play(design)
}

#[test]
fn tf_01_a_cold_machine_begins_an_overload_that_its_capacity_in_a_pool_would_not() {
    // A rack of three is out from 06:00 to 07:00, cold from 07:02 to 07:12. Of 1,900 it is sent 633, and all of its attempts fail:
    // a third, tried 13/9 times, 915 for each; one request in 27 meets it three times. From 07:05 on 2,300 come, 1,107 for each.
    // So all fail, which nobody would once all are warm, until 900 come at 20:00: three tries of 300 each.
    let course = [(7 * HOUR + 5 * MINUTE, 2300), (20 * HOUR, 900)];
    let out = [(RACK, 0, 1, 6 * HOUR, 7 * HOUR)];
    let three = || racks(3, THREE, (1900, &course));
    let ledger = play(three(), &out);
    let (ready, warm) = (7 * HOUR + 2 * MINUTE, 7 * HOUR + 12 * MINUTE);
    assert_eq!((ledger.missed_ms, &ledger.outages_ms[..]), (20 * HOUR - ready, &[20 * HOUR - ready][..]));
    let lost = 3 * MINUTE * 70 + (20 * HOUR - ready - 3 * MINUTE) * 2300;
    let first_three = ledger.offered - ledger.served - i128::from(lost);
    assert!(first_three.abs() <= i128::from(3 * MINUTE), "1,900/27 are 70: {first_three}");
    let ms = |of| count(&ledger, of);
    assert_eq!((ms(Operation::RetryStorms), ms(Operation::RetryStormMs)), (1, 20 * HOUR - ready));
    assert_eq!((ms(Operation::MetastableMs), ms(Operation::VulnerableMs)), (20 * HOUR - warm, ready));
    // What made it cold answers for as long as it is; then nothing but tries is too much.
    let by_rack = ledger.missed_by_cause_ms[RACK as usize];
    assert_eq!((by_rack, ledger.missed_by_cause_ms.iter().sum::<u64>() - by_rack), (warm - ready, 20 * HOUR - warm));
    // One pool of 2,400 has room for all of it.
    let mut pooled = three();
    pooled.service.spreads_evenly = false;
    assert_eq!(play(pooled, &out).missed_ms, 0);
    // Attempts that cost nothing where they fail hold nothing: it is over when the machine is warm.
    let cheap = racks(3, Retry { wasted: 0.0, ..THREE }, (1900, &course));
    let cheap = play(cheap, &out);
    assert_eq!((count(&cheap, Operation::RetryStormMs), count(&cheap, Operation::MetastableMs)), (10 * MINUTE, 0));
}

/// What a rack's machine can serve at an instant; none if it is not there.
fn serves(outages: &[Scripted], rack: u32, t: u64) -> Option<f64> {
    let last = outages.iter().filter(|out| out.1 == rack && out.3 <= t).max_by_key(|out| out.3);
    match last.map(|out| t.saturating_sub(out.4) + if t < out.4 { 0 } else { 1 }) {
        None => Some(1000.0),
        Some(since) if since <= 2 * MINUTE => None,
        Some(since) if since <= 12 * MINUTE => Some(400.0),
        Some(_) => Some(1000.0),
    }
}

/// Round after round of attempts, with the tries that the last one's failures make; the share that fails in the end.
fn lived(retry: Retry, machines: &[f64], demand: f64, before: f64) -> f64 {
    let mut p = before;
    for _ in 0..20_000 {
        let q = 1.0 - (1.0 - retry.faults) * (1.0 - p);
        let tries = 1.0 + q + q * q;
        let gets = demand * tries * (1.0 - retry.faults) / machines.len() as f64;
        let served = |can: f64| {
            if gets <= can { gets } else { ((can - retry.wasted * gets) / (1.0 - retry.wasted)).max(0.0) }
        };
        let failed = 1.0 - machines.iter().map(|&can| served(can)).sum::<f64>() / (gets * machines.len() as f64);
        p += (failed - p) * 0.02;
    }
    p
}

#[test]
fn tf_01_random_days_of_cold_machines_are_as_round_after_round_of_attempts() {
    let (mut stormy, mut other) = (0, 0);
    for number in 0..60 {
        let mut luck = Key::root(31).part(number, 0).stream();
        let retry = Retry { wasted: 0.2 * luck.below(4) as f64, faults: 0.01 * luck.below(3) as f64, ..THREE };
        let mut course: Vec<(u64, u64)> = (0..6).map(|_| (1 + luck.below(DAY - 1), 1 + 400 * luck.below(10))).collect();
        course.sort_unstable();
        course.dedup_by_key(|step| step.0);
        let mut outages: Vec<Scripted> = Vec::new();
        for rack in 0..3 {
            let mut free = 0;
            for _ in 0..luck.below(3) {
                let from = free + 1 + luck.below(8 * HOUR);
                free = from + 1 + luck.below(2 * HOUR);
                outages.push((RACK, rack, 1, from, free));
            }
        }
        outages.sort_unstable_by_key(|out| out.3);
        let ledger = play(racks(4, retry, (2001, &course)), &outages);

        let mut borders: Vec<u64> = course.iter().map(|step| step.0).chain([0, DAY]).collect();
        let edges = |out: &Scripted| [out.3, out.4 + 2 * MINUTE, out.4 + 12 * MINUTE];
        borders.extend(outages.iter().flat_map(edges).filter(|&at| at < DAY));
        borders.sort_unstable();
        borders.dedup();
        let (mut p, mut served, mut storm) = (0.0, 0.0, 0);
        for piece in borders.windows(2) {
            let (t, length) = (piece[0], piece[1] - piece[0]);
            let demand = course.iter().rev().find(|step| step.0 <= t).map_or(2001, |step| step.1) as f64;
            let machines: Vec<f64> = (0..4).filter_map(|rack| serves(&outages, rack, t)).collect();
            p = lived(retry, &machines, demand, p);
            let q = 1.0 - (1.0 - retry.faults) * (1.0 - p);
            served += demand * (1.0 - q * q * q) * length as f64;
            storm += if p > 1e-6 { length } else { 0 };
        }
        // The fleet's rates are whole thousandths.
        let near = (served - ledger.served as f64).abs() <= 0.5 * DAY as f64;
        let as_long = storm.abs_diff(count(&ledger, Operation::RetryStormMs)) == 0;
        other += u32::from(!near || !as_long);
        stormy += u32::from(storm > 0);
    }
    assert!(stormy > 20 && other == 0, "{stormy} with an overload, {other} are not the same");
}
