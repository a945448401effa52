//! The pins hold, and the workloads compute what they should.
#![allow(missing_docs, clippy::unwrap_used)]

use zonefall_benches::workloads::{Player, k_of_n};
use zonefall_benches::{bare, pins, repair_shop};

#[test]
fn the_pinned_event_counts_hold() {
    assert_eq!(pins::check(), Vec::<String>::new());
}

/// Unavailability 2/1002; its sampling error over a cycles is about √(2/cycles) of it (lives and repairs both vary).
#[test]
fn w1_meets_its_exact_availability() {
    for (machines, ..) in pins::W1 {
        let horizon = bare::horizon_ms(machines, pins::W1_EVENTS);
        for of in [bare::run, repair_shop::run] {
            let repaired = of(machines, horizon, pins::W1_SEED);
            let unavailability = 1.0 - repaired.availability();
            let error = (4.0 / repaired.events as f64).sqrt();
            assert!((unavailability * 501.0 - 1.0).abs() < 5.0 * error, "{machines}: {repaired:?}");
        }
    }
}

/// 8 of 10 from a fresh start: 0.9665003428 h below 8 up in 8,760 h.
#[test]
fn w4_meets_its_exact_expectation() {
    let tally = Player::new(k_of_n(10, 8, None)).play(40_000);
    let missed = &tally.designs[0].missed;
    let (mean, error) = (missed.mean() / 3.6e6, missed.standard_error() / 3.6e6);
    assert!((mean - 0.966_500_342_8).abs() < 4.5 * error, "{mean} ± {error}");
    assert!(error < 0.05, "{error}");
}
