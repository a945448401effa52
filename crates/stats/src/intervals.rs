//! Intervals for means and proportions.
//!
//! Every function is total: counts above `n` count as `n`, and without
//! observations the answer is the whole range of the quantity. All intervals
//! are two-sided unless the name says `upper`.

use crate::confidence::Confidence;
use crate::special::{beta_quantile, normal_quantile, student_two_sided_quantile};
use serde::{Deserialize, Serialize};

/// A closed interval, in the unit of the quantity that it encloses.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end, not below `low`.
    pub high: f64,
}

impl Interval {
    /// The interval from `low` to `high`.
    #[must_use]
    pub fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// Whether `x` lies inside, ends included.
    #[must_use]
    pub fn contains(&self, x: f64) -> bool {
        self.low <= x && x <= self.high
    }

    /// Half the distance between the ends.
    #[must_use]
    pub fn half_width(&self) -> f64 {
        0.5 * (self.high - self.low)
    }

    /// The part of the interval within `[low, high]`. An end outside moves to
    /// the border.
    #[must_use]
    pub fn clamped(&self, low: f64, high: f64) -> Self {
        Self { low: self.low.max(low).min(high), high: self.high.min(high).max(low) }
    }

    /// Both ends multiplied by `factor` (swapped where it is negative).
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let (a, b) = (self.low * factor, self.high * factor);
        if factor < 0.0 { Self::new(b, a) } else { Self::new(a, b) }
    }

    /// The interval of 1 − x: unavailability to availability and back.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self::new(1.0 - self.high, 1.0 - self.low)
    }

    const UNIT: Self = Self { low: 0.0, high: 1.0 };
    const REALS: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };
}

/// Student's t interval for the mean of `n` observations with standard
/// deviation `sd` (divisor n − 1). Unbounded below two observations.
#[must_use]
pub fn student_t(mean: f64, sd: f64, n: u64, conf: Confidence) -> Interval {
    if n < 2 {
        return Interval::REALS;
    }
    let count = n as f64;
    let half = student_two_sided_quantile(conf.level(), count - 1.0) * sd / libm::sqrt(count);
    Interval::new(mean - half, mean + half)
}

/// Wilson's score interval, no continuity correction, for `k` successes of
/// `n`. Source: E. B. Wilson, JASA 22 (1927) 209–212.
#[must_use]
pub fn wilson(k: u64, n: u64, conf: Confidence) -> Interval {
    wilson_real(k as f64, n as f64, conf)
}

/// [`wilson`] for an effective, hence fractional, sample: `k` successes of `n`.
#[must_use]
pub fn wilson_real(k: f64, n: f64, conf: Confidence) -> Interval {
    if !(n > 0.0 && n.is_finite()) || k.is_nan() {
        return Interval::UNIT;
    }
    let k = k.clamp(0.0, n);
    let z = -normal_quantile(0.5 * conf.alpha());
    let p = k / n;
    let spread = z / n * libm::sqrt(k * (1.0 - p) + 0.25 * z * z);
    let scale = 1.0 + z * z / n;
    let middle = p + 0.5 * z * z / n;
    // The ends are exact at the borders, where the formula only rounds to them.
    let low = if k <= 0.0 { 0.0 } else { (middle - spread) / scale };
    let high = if k >= n { 1.0 } else { (middle + spread) / scale };
    Interval::new(low, high).clamped(0.0, 1.0)
}

/// The exact interval of Clopper and Pearson for `k` successes of `n`: never
/// covers less than `conf`. Source: Biometrika 26 (1934) 404–413.
#[must_use]
pub fn clopper_pearson(k: u64, n: u64, conf: Confidence) -> Interval {
    clopper_pearson_real(k as f64, n as f64, conf)
}

/// [`clopper_pearson`] for an effective, hence fractional, sample. Source:
/// E. L. Korn, B. I. Graubard, Survey Methodology 24 (1998) 193–201.
#[must_use]
pub fn clopper_pearson_real(k: f64, n: f64, conf: Confidence) -> Interval {
    if !(n > 0.0 && n.is_finite()) || k.is_nan() {
        return Interval::UNIT;
    }
    let k = k.clamp(0.0, n);
    let tail = 0.5 * conf.alpha();
    Interval::new(lower_limit(k, n, tail), upper_limit(k, n, tail))
}

/// The p at which `k` or more successes of `n` have probability `tail`.
fn lower_limit(k: f64, n: f64, tail: f64) -> f64 {
    if k <= 0.0 {
        0.0
    } else if k >= n {
        libm::exp(libm::log(tail) / n)
    } else {
        beta_quantile(tail, k, n - k + 1.0)
    }
}

/// The p at which `k` or fewer successes of `n` have probability `tail`.
fn upper_limit(k: f64, n: f64, tail: f64) -> f64 {
    if k <= 0.0 {
        -libm::expm1(libm::log(tail) / n)
    } else if k >= n {
        1.0
    } else {
        beta_quantile(1.0 - tail, k + 1.0, n - k)
    }
}

/// One-sided exact (Clopper–Pearson) upper bound of a probability after `k`
/// successes of `n`: the true probability lies at or below it with at least
/// the stated confidence. For `k` = 0 this is 1 − (1 − conf)^(1/n).
#[must_use]
pub fn clopper_pearson_upper(k: u64, n: u64, conf: Confidence) -> f64 {
    if n == 0 {
        return 1.0;
    }
    upper_limit(k.min(n) as f64, n as f64, conf.alpha())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::binomial_cdf;

    const C95: Confidence = Confidence::P95;

    #[test]
    fn clopper_pearson_inverts_the_binomial() {
        for (k, n) in [(1, 10), (3, 1_000), (500, 1_000), (999, 1_000), (40, 10_000_000)] {
            let i = clopper_pearson(k, n, C95);
            assert!((binomial_cdf(k, n, i.high) - 0.025).abs() < 1e-10, "{k} of {n}");
            assert!((1.0 - binomial_cdf(k - 1, n, i.low) - 0.025).abs() < 1e-9, "{k} of {n}");
        }
    }

    #[test]
    fn borders_are_exact() {
        for f in [wilson, clopper_pearson] {
            assert_eq!(f(0, 50, C95).low, 0.0);
            assert_eq!(f(50, 50, C95).high, 1.0);
            assert_eq!(f(0, 0, C95), Interval::UNIT);
            assert_eq!(f(9, 5, C95), f(5, 5, C95));
        }
        assert_eq!(clopper_pearson_upper(0, 0, C95), 1.0);
        assert_eq!(clopper_pearson_upper(7, 7, C95), 1.0);
        assert_eq!(student_t(1.0, 1.0, 1, C95), Interval::REALS);
    }

    #[test]
    fn wilson_is_inside_clopper_pearson_in_the_middle() {
        let (w, c) = (wilson(30, 100, C95), clopper_pearson(30, 100, C95));
        assert!(c.low < w.low && w.high < c.high);
    }

    #[test]
    fn interval_arithmetic() {
        let i = Interval::new(1.0, 3.0);
        assert_eq!(i.half_width(), 1.0);
        assert_eq!(i.scaled(-2.0), Interval::new(-6.0, -2.0));
        assert_eq!(i.clamped(0.0, 2.0), Interval::new(1.0, 2.0));
        assert_eq!(Interval::new(0.25, 0.5).complement(), Interval::new(0.5, 0.75));
        assert!(i.contains(3.0) && !i.contains(3.1));
    }
}
