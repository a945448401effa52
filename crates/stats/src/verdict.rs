//! From an interval to a verdict. Pure comparisons: a verdict is given only
//! where the whole interval lies on one side.

use crate::estimate::{Bounds, MeanEstimate};
use crate::intervals::Interval;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What may be said about a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole interval is on the good side, border included.
    Meets,
    /// The whole interval is on the bad side, border excluded.
    Misses,
    /// The interval straddles the border.
    NotResolved,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Meets => "meets",
            Self::Misses => "misses",
            Self::NotResolved => "not resolved",
        })
    }
}

/// The mean unavailability against what a target allows, both in the unit of
/// the estimate (milliseconds missed a trial, or a share). An upper bound can
/// meet a target but never miss one.
#[must_use]
pub fn mean_verdict(unavailability: &MeanEstimate, allowed: f64) -> Verdict {
    match unavailability.bounds {
        Bounds::Interval(interval) => at_most(interval, allowed),
        Bounds::UpperBound { high, .. } => at_most(Interval::new(f64::NEG_INFINITY, high), allowed),
    }
}

/// The probability that a window meets its target, against the confidence
/// that is asked for (0.95 by default elsewhere).
#[must_use]
pub fn window_verdict(probability_met: Interval, required: f64) -> Verdict {
    at_most(probability_met.scaled(-1.0), -required)
}

/// *Meets* where `interval` lies at or below `limit`, *misses* where it lies
/// above. NaN resolves nothing.
#[must_use]
pub fn at_most(interval: Interval, limit: f64) -> Verdict {
    if interval.high <= limit {
        Verdict::Meets
    } else if interval.low > limit {
        Verdict::Misses
    } else {
        Verdict::NotResolved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::UpperBoundReason;

    fn estimate(bounds: Bounds) -> MeanEstimate {
        MeanEstimate { mean: 2.0, trials: 100, hits: 30, bounds }
    }

    #[test]
    fn the_whole_interval_decides() {
        let e = estimate(Bounds::Interval(Interval::new(1.0, 3.0)));
        assert_eq!(mean_verdict(&e, 3.0), Verdict::Meets);
        assert_eq!(mean_verdict(&e, 2.9), Verdict::NotResolved);
        assert_eq!(mean_verdict(&e, 1.0), Verdict::NotResolved);
        assert_eq!(mean_verdict(&e, 0.9), Verdict::Misses);
        assert_eq!(mean_verdict(&e, f64::NAN), Verdict::NotResolved);
    }

    #[test]
    fn a_bound_never_misses() {
        let e = estimate(Bounds::UpperBound { high: 3.0, why: UpperBoundReason::FewHits });
        assert_eq!(mean_verdict(&e, 3.0), Verdict::Meets);
        assert_eq!(mean_verdict(&e, 0.0), Verdict::NotResolved);
    }

    #[test]
    fn windows_need_enough_probability() {
        let p = Interval::new(0.94, 0.97);
        assert_eq!(window_verdict(p, 0.94), Verdict::Meets);
        assert_eq!(window_verdict(p, 0.95), Verdict::NotResolved);
        assert_eq!(window_verdict(p, 0.97), Verdict::NotResolved);
        assert_eq!(window_verdict(p, 0.98), Verdict::Misses);
    }
}
