//! Windows, samples, and the first instant at which a condition holds.

use super::*;
use crate::policy::autoscale::{Change, Direction};

const MICRO: i64 = 1_000_000;
const MINUTE: u64 = 60_000;

pub fn rule(aggregation: Aggregation, operator: Operator, threshold: i64) -> Rule {
    Rule {
        metric: Metric::Cpu,
        aggregation,
        window: SimDuration::from_ms(10 * MINUTE),
        grain: SimDuration::from_ms(MINUTE),
        operator,
        threshold_micro: threshold * MICRO,
        direction: Direction::Out,
        change: Change::Count(1),
        cooldown: SimDuration::ZERO,
    }
}

pub fn minute(at: u64) -> SimTime {
    SimTime::from_ms(at * MINUTE)
}

/// Values from minutes on.
fn history(delay_ms: u64, values: &[(u64, Option<i64>)]) -> History {
    let in_ms: Vec<_> = values.iter().map(|&(at, cpu)| (at * MINUTE, cpu)).collect();
    finely(delay_ms, &in_ms)
}

/// Values from milliseconds on.
fn finely(delay_ms: u64, values: &[(u64, Option<i64>)]) -> History {
    let mut history = History::new(SimDuration::from_ms(30 * MINUTE), SimDuration::from_ms(delay_ms));
    for &(at, cpu) in values {
        history.record(SimTime::from_ms(at), cpu.map(|cpu| cpu * MICRO), 5 * MICRO, [0; 4]);
    }
    history
}

fn first(history: &History, rule: &Rule, from: u64, tick_ms: u64) -> Option<u64> {
    let grid = Grid { phase_ms: 0, tick: SimDuration::from_ms(tick_ms) };
    history.first_true(&Condition::fires(rule, 3), minute(from), grid).map(SimTime::as_ms)
}

#[test]
fn as_20_a_window_crosses_after_its_share_of_the_step() {
    // W · (θ − m0) / (m1 − m0) = 10 min · (70 − 40) / (90 − 40) = 6 min, and the metrics are 90 s late.
    let step = history(90_000, &[(0, Some(40)), (60, Some(90))]);
    let above = rule(Aggregation::Average, Operator::Above, 70);
    assert_eq!(first(&step, &above, 60, 1), Some(67 * MINUTE + 30_000 + 1));
    let at_least = rule(Aggregation::Average, Operator::AtLeast, 70);
    assert_eq!(first(&step, &at_least, 60, 1), Some(67 * MINUTE + 30_000));
    assert_eq!(first(&step, &above, 60, 60_000), Some(68 * MINUTE));
    assert_eq!(first(&step, &rule(Aggregation::Average, Operator::Above, 90), 60, 1000), None);
}

#[test]
fn as_06_the_ways_to_look_at_a_window() {
    let up = history(0, &[(0, Some(40)), (60, Some(90)), (65, Some(20))]);
    let read = |aggregation, at: u64| {
        let reading = up.reading(&rule(aggregation, Operator::Above, 0), minute(at));
        reading.sum as f64 / reading.weight as f64 / MICRO as f64
    };
    assert_eq!(read(Aggregation::Average, 68), (2.0 * 40.0 + 5.0 * 90.0 + 3.0 * 20.0) / 10.0);
    assert_eq!([read(Aggregation::Minimum, 68), read(Aggregation::Maximum, 68)], [20.0, 90.0]);
    // The last sample is that of the minute before.
    assert_eq!([65, 66].map(|at| read(Aggregation::Last, at)), [90.0, 20.0]);
    assert_eq!(read(Aggregation::Average, 200), 20.0);
    let requests =
        Rule { metric: Metric::Requests { per_instance: false }, ..rule(Aggregation::Total, Operator::Above, 2999) };
    // Five a second over ten minutes.
    let reading = up.reading(&requests, minute(68));
    assert_eq!(reading.sum / reading.weight, 3000 * i128::from(MICRO));
    assert!(Condition::fires(&requests, 3).holds(reading));
}

#[test]
fn as_06_a_peak_within_a_grain_is_worth_its_mean_over_the_grain() {
    // Five seconds at 90 % of a minute at 30 % are 35 %.
    let peak = finely(0, &[(0, Some(30)), (70_000, Some(90)), (75_000, Some(30))]);
    let read = |aggregation, at: u64, grain: u64| {
        let rule = Rule { grain: SimDuration::from_ms(grain), ..rule(aggregation, Operator::Above, 0) };
        let reading = peak.reading(&rule, minute(at));
        reading.sum as f64 / reading.weight as f64 / MICRO as f64
    };
    assert_eq!([1, 2, 11, 12].map(|at| read(Aggregation::Maximum, at, MINUTE)), [30.0, 35.0, 35.0, 30.0]);
    assert_eq!([2, 3].map(|at| read(Aggregation::Last, at, MINUTE)), [35.0, 30.0]);
    assert_eq!([4, 5, 10].map(|at| read(Aggregation::Maximum, at, 5 * MINUTE)), [30.0, 31.0, 31.0]);
    // Without a grain it is what it is for a moment.
    assert_eq!(read(Aggregation::Maximum, 2, 0), 90.0);
    let above = |percent| rule(Aggregation::Maximum, Operator::Above, percent);
    assert_eq!(first(&peak, &above(34), 1, 1000), Some(2 * MINUTE));
    assert_eq!(first(&peak, &above(35), 1, 1000), None);
}

#[test]
fn as_08_windows_leave_out_what_nobody_reported() {
    let lost = history(0, &[(0, Some(40)), (60, None), (64, Some(90))]);
    let average = rule(Aggregation::Average, Operator::Above, 70);
    let reading = lost.reading(&average, minute(68));
    assert_eq!((reading.sum, reading.weight), (i128::from((2 * 40 + 4 * 90) * MICRO) * 60_000, 6 * 60_000));
    let dark = history(0, &[(0, Some(40)), (60, None)]);
    let grid = Grid { phase_ms: 0, tick: SimDuration::from_ms(MINUTE) };
    assert_eq!(dark.first_missing(&average, minute(60), grid), Some(minute(70)));
    assert_eq!(lost.first_missing(&average, minute(60), grid), None);
}

#[test]
fn the_first_instant_is_that_of_a_walk_over_all_ticks() {
    // Pseudo-random histories against a look at every tick.
    let mut state = 7u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for case in 0..3000 {
        let mut at = 0;
        let values: Vec<(u64, Option<i64>)> = (0..=next(6))
            .map(|piece| {
                at += if piece == 0 { 0 } else { 7_000 * (1 + next(77)) };
                (at, (next(8) > 0).then(|| 10 * next(10) as i64))
            })
            .collect();
        let history = finely(30_000 * next(4), &values);
        let aggregations = [
            Aggregation::Average,
            Aggregation::Average,
            Aggregation::Minimum,
            Aggregation::Maximum,
            Aggregation::Last,
            Aggregation::Total,
        ];
        let operators = [Operator::Above, Operator::AtLeast, Operator::Below, Operator::AtMost];
        let mut of = rule(aggregations[next(6) as usize], operators[next(4) as usize], 10 * next(10) as i64);
        of.grain = SimDuration::from_ms([0, MINUTE, MINUTE, 5 * MINUTE, 7 * MINUTE][next(5) as usize]);
        if of.aggregation == Aggregation::Total {
            of = Rule { metric: Metric::Requests { per_instance: next(2) > 0 }, threshold_micro: 600 * MICRO, ..of };
        }
        let condition = match next(2) {
            0 => Condition::fires(&of, 3),
            _ => Condition::spares(&of, 3, 2),
        };
        let grid = Grid { phase_ms: next(60_000), tick: SimDuration::from_ms(15_000 * (1 + next(4))) };
        let from = SimTime::from_ms(at + 20_000 * next(9));
        let walked = (0..400)
            .map(|tick| grid.at_or_after(from).after(SimDuration::from_ms(tick * grid.tick.as_ms())))
            .find(|&t| condition.holds(history.reading(&of, t)));
        assert_eq!(history.first_true(&condition, from, grid), walked, "case {case}: {values:?} {condition:?}");
        if walked.is_some() {
            assert!(history.may_hold(&condition), "case {case}");
        }
    }
}
