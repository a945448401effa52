//! Paired differences, with bounds that say no more than the trials know; from how many hits on they carry an interval, and what
//! bounds them below, is as for means ([`crate::estimate`]).

use crate::confidence::Confidence;
use crate::estimate::{Beyond, constant_interval, deviation, size_times_probability};
use crate::intervals::Interval;
use crate::sample::Sample;
use crate::skewed::SkewedMean;
use crate::special::normal_cdf;
use serde::{Deserialize, Serialize};

/// What is known about the mean of a paired difference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceBounds {
    /// A two-sided interval, which may or may not contain zero.
    Interval(Interval),
    /// Fewer than [`crate::estimate::HITS_FOR_INTERVAL`] trials differ: the difference is not
    /// resolved. Its size is at most `size_high`.
    NotResolved {
        /// Upper bound of |mean difference|.
        size_high: f64,
    },
    /// No trial differs: no difference observed in so many trials. Its size
    /// is at most `size_high`.
    NoneObserved {
        /// Upper bound of |mean difference|.
        size_high: f64,
    },
}

impl DifferenceBounds {
    /// What is only bounded with another size.
    fn sized(self, size: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::Interval(_) => self,
            Self::NotResolved { size_high } => Self::NotResolved { size_high: size(size_high) },
            Self::NoneObserved { size_high } => Self::NoneObserved { size_high: size(size_high) },
        }
    }

    /// Its ends, whatever is known; of a bound on the size both signs.
    pub fn ends(&self) -> (f64, f64) {
        match *self {
            Self::Interval(Interval { low, high }) => (low, high),
            Self::NotResolved { size_high } | Self::NoneObserved { size_high } => (-size_high, size_high),
        }
    }
}

/// What observations have not shown of a difference, in its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// It may be so much more.
    pub more: Beyond,
    /// It may be so much less.
    pub less: Beyond,
}

impl Room {
    /// None.
    pub const NONE: Self = Self { more: Beyond::NONE, less: Beyond::NONE };
}

/// The mean of differences between two designs on the same trials.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DifferenceEstimate {
    /// The sample mean of the differences, in their unit.
    pub mean: f64,
    /// Number of trials.
    pub trials: u64,
    /// Number of trials in which the two differ.
    pub hits: u64,
    /// What encloses the mean difference.
    pub bounds: DifferenceBounds,
    /// Two-sided p-value of "no difference", for [`crate::multiple::holm`];
    /// 1 where the difference is not resolved.
    pub p_value: f64,
}

impl DifferenceEstimate {
    /// Estimates the mean of differences in `-cap..=cap`.
    ///
    /// Below 20 differing trials the bound is that of [`crate::estimate`] with the root
    /// mean square of the differences for their mean size, which bounds the
    /// mean of either sign.
    #[must_use]
    pub fn new(differences: &impl Sample, cap: f64, conf: Confidence) -> Self {
        Self::with_room(differences, Room::NONE, cap, conf)
    }

    /// The same with room for what no observation has shown. There is no difference if the mean of what they show is anywhere
    /// within that room of zero: the p-value is that of the nearest place there.
    #[must_use]
    pub fn with_room(differences: &impl Sample, room: Room, cap: f64, conf: Confidence) -> Self {
        let (trials, hits) = (differences.n(), differences.hits());
        let strays = |beyond: Beyond| deviation(beyond.variance, trials, conf);
        let either = room.more.rare.max(room.less.rare);
        let size_high = |size: f64| {
            let varied = differences.mean().abs() + strays(room.more).max(strays(room.less));
            (size_times_probability(differences, size, cap, conf).max(varied) + either).min(cap)
        };
        let mut p_value = 1.0;
        let bounds = if hits == 0 {
            DifferenceBounds::NoneObserved { size_high: size_high(0.0) }
        } else if !differences.carries_an_interval() {
            DifferenceBounds::NotResolved { size_high: size_high(differences.hit_root_mean_square()) }
        } else {
            let nothing = differences.mean().max(-room.more.rare).min(room.less.rare);
            let within = if differences.is_constant() {
                p_value = constant_p_value(differences, nothing, cap);
                constant_interval(differences, Interval::new(-cap, cap), conf)
            } else {
                let sample = SkewedMean::of_signed(differences);
                p_value = SkewedMean { mean: sample.mean - nothing, ..sample }.cautious_p_value_of_zero();
                sample.cautious_interval(conf)
            };
            let off = differences.mean() - nothing;
            p_value = p_value.max(normal_p_value(off, if off > 0.0 { room.less } else { room.more }, trials));
            let low = within.low.min(differences.mean() - strays(room.less)) - room.less.rare;
            let high = within.high.max(differences.mean() + strays(room.more)) + room.more.rare;
            DifferenceBounds::Interval(Interval::new(low, high).clamped(-cap, cap))
        };
        Self { mean: differences.mean(), trials, hits, bounds, p_value }
    }

    /// Of what is only bounded no more than `size`: neither of the two is larger than that.
    #[must_use]
    pub fn at_most(self, size: f64) -> Self {
        let bounds = self.bounds.sized(|of| of.min(size));
        Self { bounds, ..self }
    }

    /// The difference where no chance is in it: all observations are the same, and it is what they say.
    #[must_use]
    pub fn exactly(self) -> Self {
        let bounds = DifferenceBounds::Interval(Interval::new(self.mean, self.mean));
        Self { bounds, p_value: if self.hits == 0 { 1.0 } else { 0.0 }, ..self }
    }

    /// The same difference in another unit: everything but the p-value times a positive `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let bounds = match self.bounds {
            DifferenceBounds::Interval(of) => DifferenceBounds::Interval(of.scaled(factor)),
            of => of.sized(|size| size * factor),
        };
        Self { mean: self.mean * factor, bounds, ..*self }
    }

    /// Whether an interval exists and leaves zero out.
    #[must_use]
    pub fn excludes_zero(&self) -> bool {
        matches!(self.bounds, DifferenceBounds::Interval(i) if !i.contains(0.0))
    }
}

/// The α at which a normal mean that is `off` just reaches zero, as it strays by what is known to be beyond; 0 if that is nothing.
fn normal_p_value(off: f64, beyond: Beyond, trials: u64) -> f64 {
    let strays = libm::sqrt(beyond.variance / trials.max(1) as f64);
    if strays > 0.0 { 2.0 * normal_cdf(-off.abs() / strays) } else { 0.0 }
}

/// The α at which [`constant_interval`] just reaches `nothing`: the probability p
/// of another value would have to be |x| / (|x| + cap), x as far from there, and (1 − p)ⁿ is α.
fn constant_p_value(differences: &impl Sample, nothing: f64, cap: f64) -> f64 {
    let x = (differences.mean() - nothing).abs();
    if !cap.is_finite() {
        return 1.0;
    }
    libm::exp(differences.n() as f64 * libm::log1p(-x / (x + cap.max(0.0))))
}
