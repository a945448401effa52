//! A simulated unavailability beside the exact one.

use crate::exactly::{Exact, Obstacles};
use crate::outcome::{DesignOutcome, Estimate, Outcome};
use serde::{Deserialize, Serialize};
use zonefall_stats::estimate::HITS_FOR_INTERVAL;

/// So many standard errors may lie between an estimate and the truth. By luck alone a normal estimate passes this once
/// in 16,000 comparisons, so m of them do with a probability of at most m · 6.4e-5 (Bonferroni's bound).
pub const Z_MOST: f64 = 4.0;
/// The chance that one right comparison passes [`Z_MOST`], for a normal estimate.
pub const CHANCE_BEYOND: f64 = 6.4e-5;

/// What a comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Agrees {
    /// Within [`Z_MOST`] standard errors.
    Yes,
    /// Beyond, or beyond the upper bound that few hits leave.
    No,
    /// Too few trials missed their objective, and the exact answer is below their upper bound.
    TooFewHits,
    /// There is no exact answer.
    NoExact,
}

/// One design, exact and simulated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// The study.
    pub study: String,
    /// The design.
    pub design: String,
    /// The exact share of time in which the objective does not hold; none if there is none.
    pub exact: Option<f64>,
    /// Whether it is the same at every instant; else a mean over the measured time.
    pub stationary: Option<bool>,
    /// Why there is no exact answer.
    pub obstacles: Vec<String>,
    /// The simulated one with its interval.
    pub simulated: Estimate,
    /// The standard error that `z` counts in.
    pub standard_error: f64,
    /// Standard errors from the exact to the simulated one; none without either.
    pub z: Option<f64>,
    /// Trials.
    pub trials: u64,
    /// What it says.
    pub agrees: Agrees,
}

impl Agreement {
    /// Compares a design of an outcome with its exact answer.
    pub fn new(outcome: &Outcome, design: &DesignOutcome, exact: Result<Exact, Obstacles>) -> Self {
        let simulated = design.unavailability;
        let observed_min = (outcome.observed_h * 60.0).max(f64::MIN_POSITIVE);
        let seen = design.missed_min_sd / (outcome.trials.max(1) as f64).sqrt() / observed_min;
        let (exact, obstacles) = match exact {
            Ok(exact) => (Some(exact), Vec::new()),
            Err(Obstacles(words)) => (None, words),
        };
        let share = exact.as_ref().map(|exact| exact.unavailability);
        let standard_error = share.map_or(seen, |share| standard_error(seen, simulated.mean, share));
        let agrees = share.map_or(Agrees::NoExact, |share| agrees(share, &simulated, standard_error));
        let judged = matches!(agrees, Agrees::Yes | Agrees::No) && standard_error > 0.0;
        Self {
            study: outcome.study.clone(),
            design: design.design.clone(),
            exact: share,
            stationary: exact.map(|exact| exact.stationary),
            obstacles,
            simulated,
            standard_error,
            z: share.filter(|_| judged).map(|share| (simulated.mean - share) / standard_error),
            trials: outcome.trials,
            agrees,
        }
    }
}

/// The standard error that would have been seen at the exact value: downtime is a compound Poisson sum, whose variance
/// goes with its mean, so an estimate that is too small by luck also looks too certain. Never below the one seen.
fn standard_error(seen: f64, mean: f64, exact: f64) -> f64 {
    if mean > 0.0 && exact > mean { seen * (exact / mean).sqrt() } else { seen }
}

fn agrees(exact: f64, simulated: &Estimate, standard_error: f64) -> Agrees {
    let distance = (simulated.mean - exact).abs();
    // What never varies (nothing fails, or everything is down) is compared as it is.
    if distance <= 1e-12 * exact {
        return Agrees::Yes;
    }
    if exact <= 0.0 {
        return Agrees::No;
    }
    if simulated.hits < HITS_FOR_INTERVAL {
        return if exact > simulated.high { Agrees::No } else { Agrees::TooFewHits };
    }
    if distance <= Z_MOST * standard_error { Agrees::Yes } else { Agrees::No }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Quality;

    fn estimate(mean: f64, high: f64, hits: u64) -> Estimate {
        Estimate { mean, low: None, high, quality: Quality::Interval, hits }
    }

    #[test]
    fn four_standard_errors_are_the_border() {
        assert_eq!(agrees(1e-3, &estimate(1.39e-3, 2e-3, 100), 1e-4), Agrees::Yes);
        assert_eq!(agrees(1e-3, &estimate(1.41e-3, 2e-3, 100), 1e-4), Agrees::No);
        assert_eq!(agrees(1e-3, &estimate(0.59e-3, 2e-3, 100), 1e-4), Agrees::No);
    }

    #[test]
    fn few_hits_can_only_contradict_by_their_bound() {
        assert_eq!(agrees(1e-9, &estimate(0.0, 1e-6, 0), 0.0), Agrees::TooFewHits);
        assert_eq!(agrees(1e-3, &estimate(0.0, 1e-6, 0), 0.0), Agrees::No);
        assert_eq!(agrees(0.0, &estimate(0.0, 1e-6, 0), 0.0), Agrees::Yes);
        assert_eq!(agrees(0.0, &estimate(1e-9, 1e-6, 3), 0.0), Agrees::No);
    }

    #[test]
    fn an_estimate_that_is_low_by_luck_is_not_more_certain() {
        assert_eq!(standard_error(1.0, 2.0, 8.0), 2.0);
        assert_eq!(standard_error(1.0, 8.0, 2.0), 1.0);
    }
}
