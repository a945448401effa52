//! Confidence levels.

use serde::{Deserialize, Serialize};

/// Why a number is not a confidence level.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a confidence level lies strictly between 0 and 1, and {0} does not")]
pub struct ConfidenceError(
    /// The rejected number.
    pub f64,
);

/// A confidence level strictly between 0 and 1 (0.95 is 95 %).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Confidence(f64);

impl Confidence {
    /// 95 %, the default of everything that is printed.
    pub const P95: Self = Self(0.95);

    /// A level from a number in the open interval (0, 1).
    ///
    /// # Errors
    /// Any other number, NaN included.
    pub fn new(level: f64) -> Result<Self, ConfidenceError> {
        if level > 0.0 && level < 1.0 { Ok(Self(level)) } else { Err(ConfidenceError(level)) }
    }

    /// The level, in (0, 1).
    #[must_use]
    pub fn level(self) -> f64 {
        self.0
    }

    /// What may go wrong in total: 1 − level, in (0, 1).
    #[must_use]
    pub fn alpha(self) -> f64 {
        1.0 - self.0
    }

    /// The level whose total error is `self.alpha() / parts`; `parts` below 1
    /// counts as 1. Capped below 1 so that it stays a level.
    #[must_use]
    pub fn split(self, parts: u64) -> Self {
        let level = 1.0 - self.alpha() / parts.max(1) as f64;
        Self(level.min(1.0 - f64::EPSILON / 2.0))
    }
}

impl TryFrom<f64> for Confidence {
    type Error = ConfidenceError;
    fn try_from(level: f64) -> Result<Self, ConfidenceError> {
        Self::new(level)
    }
}

impl From<Confidence> for f64 {
    fn from(confidence: Confidence) -> Self {
        confidence.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_open_unit_interval_is_accepted() {
        for bad in [0.0, 1.0, -0.5, 95.0, f64::NAN, f64::INFINITY] {
            assert!(Confidence::new(bad).is_err());
        }
        assert_eq!(Confidence::new(0.95), Ok(Confidence::P95));
    }

    #[test]
    fn splitting_stays_a_level() {
        let split = Confidence::P95.split(u64::MAX);
        assert!(split.level() < 1.0 && split.alpha() > 0.0);
        assert!((Confidence::P95.split(5).level() - 0.99).abs() < 1e-12);
    }
}
