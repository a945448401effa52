//! Observations with weights: what importance sampling leaves.
//!
//! A trial that was drawn by another law than the true one counts with its weight, true density over the density it was
//! drawn by. For any quantity x of a trial the mean of w·x over trials estimates the mean of x, without bias; its interval
//! is that of the products, which are independent and alike.
//!
//! A [`Weight`] is a whole number of 2⁻⁵⁶, so that every sum here is a sum of integers: exact, associative, the same bits
//! in any grouping. Rounding a weight to that grid moves an estimate by at most 7·10⁻¹⁸ of what a trial shows.
//!
//! * [`WeightedMoments`]: the first three powers of w·x, and Σ w·x² for the spread of x itself.
//! * [`WeightedRatio`]: one mean over another (the mean length of an outage), with the usual linearised standard error.
//! * [`WeightedHistogram`]: quantiles. Several observations of one trial share its weight and its luck, so the squares that
//!   are kept are those of w·(number above), which gives the standard error of the share above any value exactly
//!   (Woodruff's interval: R. S. Woodruff, *Confidence intervals for medians and other position measures*, JASA 47, 1952).
//!
//! **When it fails.** Where few heavy trials carry the sum, the interval is not to be trusted: below 20 *effective* hits
//! (Kish) [`Sample::carries_an_interval`](crate::Sample::carries_an_interval) says no and only an upper bound is given. What no trial has shown is no part of
//! any interval.

mod histogram;
mod moments;
mod ratio;

pub use histogram::WeightedHistogram;
pub use moments::WeightedMoments;
pub use ratio::WeightedRatio;

use crate::wide::Wide;

/// Fractional bits of a weight.
const BITS: i32 = 56;

/// A weight: a whole number of 2⁻⁵⁶, below 256.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight(u64);

impl Weight {
    /// The same, divided by the size of a group of two.
    #[must_use]
    pub fn half(self) -> Self {
        Self(self.0 >> 1)
    }

    /// One.
    pub const ONE: Self = Self(1 << BITS);

    /// The nearest weight to `w`; 0 for what is negative or no number, just below 256 for what is more.
    #[must_use]
    pub fn new(w: f64) -> Self {
        // Casts of floats saturate.
        Self((libm::ldexp(w, BITS) + 0.5) as u64)
    }

    /// As a number.
    #[must_use]
    pub fn value(self) -> f64 {
        unscaled(self.0 as f64, 1)
    }

    fn times(self, x: i64) -> i128 {
        i128::from(self.0) * i128::from(x)
    }
}

/// A sum of products of `power` weights, without their fractional bits.
fn unscaled(sum: f64, power: i32) -> f64 {
    libm::ldexp(sum, -BITS * power)
}

/// Σ w·x and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeightedSum(Wide<4>);

impl Default for WeightedSum {
    fn default() -> Self {
        Self(Wide::ZERO)
    }
}

impl WeightedSum {
    /// Adds one observation.
    pub fn add(&mut self, weight: Weight, x: i64) {
        self.0 = self.0.plus(Wide::from_i128(weight.times(x)));
    }

    /// Takes in everything that `other` has summed.
    pub fn merge(&mut self, other: &Self) {
        self.0 = self.0.plus(other.0);
    }

    /// The sum, in the unit of the observations.
    #[must_use]
    pub fn value(&self) -> f64 {
        unscaled(self.0.to_f64(), 1)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::confidence::Confidence;
    use crate::difference::DifferenceEstimate;
    use crate::estimate::{Bounds, MeanEstimate};
    use crate::histogram::QuantileLevel;
    use crate::sample::Sample;
    use crate::special::student_two_sided_quantile;
    use crate::{Histogram, Moments};
    use proptest::prelude::*;

    const C95: Confidence = Confidence::P95;

    #[test]
    fn weights_are_on_their_grid() {
        assert_eq!(Weight::new(1.0), Weight::ONE);
        assert_eq!(Weight::new(0.125).value(), 0.125);
        assert_eq!((Weight::new(-1.0), Weight::new(f64::NAN)), (Weight(0), Weight(0)));
        assert!((Weight::new(1e-9).value() / 1e-9 - 1.0).abs() < 1e-8);
        assert_eq!(Weight::new(1e300), Weight(u64::MAX));
    }

    #[test]
    fn extremes_do_not_wrap() {
        let heavy = Weight(u64::MAX);
        let mut moments = WeightedMoments::new(heavy);
        for x in [i64::MAX, i64::MIN, i64::MAX, i64::MIN] {
            moments.add(heavy.half(), x);
            moments.close();
        }
        let expected = 128.0 * 9.223_372_036_854_776e18;
        assert!((moments.hit_root_mean_square() / expected - 1.0).abs() < 1e-12);
        assert!(moments.skewness().abs() < 1e-6 && moments.mean().abs() < 256.0);
    }

    #[test]
    fn few_effective_hits_have_no_interval() {
        let mut moments = WeightedMoments::new(Weight::new(5.0));
        for _ in 0..1000 {
            moments.add(Weight::new(1e-6), 3_600_000);
            moments.close();
        }
        moments.add(Weight::new(5.0), 3_600_000);
        moments.close();
        let estimate = MeanEstimate::new(&moments, 1e9, C95);
        assert_eq!(estimate.hits, 1001);
        let Bounds::UpperBound { high, .. } = estimate.bounds else { panic!("an interval from one heavy trial") };
        assert!(high > 2.0 * estimate.mean && high <= 1e9, "{high}");
    }

    #[test]
    fn nothing_seen_is_bounded_by_the_greatest_weight() {
        let mut moments = WeightedMoments::new(Weight::new(5.0));
        (0..1000).for_each(|_| moments.close());
        let Bounds::UpperBound { high, .. } = MeanEstimate::new(&moments, 1e6, C95).bounds else {
            panic!("an interval")
        };
        assert!((high / (5.0 * 0.002_991 * 1e6) - 1.0).abs() < 1e-3, "{high}");
    }

    #[test]
    fn what_differs_within_a_group_is_no_variance() {
        let (mut grouped, mut single) = (WeightedMoments::new(Weight::ONE), WeightedMoments::new(Weight::ONE));
        for _ in 0..50 {
            for x in [0, 10] {
                grouped.add(Weight::ONE.half(), x);
                single.add(Weight::ONE, x);
                single.close();
            }
            grouped.close();
        }
        assert_eq!((grouped.n(), grouped.mean(), grouped.variance()), (50, 5.0, 0.0));
        assert_eq!((single.n(), single.mean()), (100, 5.0));
        assert!(single.variance() > 25.0);
        assert_eq!((grouped.plain_variance(), single.plain_variance()), (25.0, 25.0));
    }

    #[test]
    fn a_ratio_by_hand() {
        let mut ratio = WeightedRatio::default();
        assert_eq!((ratio.value(), ratio.interval(C95)), (None, None));
        for trial in 0..40 {
            ratio.add(Weight::new(0.5), 10 + trial % 2, 2);
        }
        assert_eq!(ratio.value(), Some(5.25));
        let interval = ratio.interval(C95).unwrap();
        // the trials' residuals are ±0.5 on a mean denominator of 2
        let half = student_two_sided_quantile(0.95, 39.0) * 0.25 / libm::sqrt(40.0);
        assert!((interval.high - 5.25 - half).abs() < 1e-12, "{interval:?}");
    }

    proptest! {
        #[test]
        fn weights_of_one_are_plain_moments(xs in prop::collection::vec(any::<i32>(), 2..60)) {
            let plain: Moments = xs.iter().map(|&x| i64::from(x)).collect();
            let mut weighted = WeightedMoments::new(Weight::ONE);
            for &x in &xs {
                weighted.add(Weight::ONE, i64::from(x));
                weighted.close();
            }
            prop_assert_eq!((weighted.n(), weighted.hits()), (plain.n(), plain.hits()));
            prop_assert_eq!(weighted.mean(), plain.mean());
            prop_assert!((weighted.variance() / plain.variance().max(1e-300) - 1.0).abs() < 1e-12 || plain.is_constant());
            prop_assert!((weighted.skewness() - plain.skewness()).abs() < 1e-9);
            prop_assert!((weighted.effective_hits() - plain.effective_hits()).abs() <= 1e-9 * plain.effective_hits().abs());
        }

        #[test]
        fn any_grouping_gives_the_same_bits(
            xs in prop::collection::vec((0.0..8.0f64, any::<i32>()), 0..40),
            cut in any::<prop::sample::Index>(),
        ) {
            let of = |part: &[(f64, i32)]| {
                let mut moments = WeightedMoments::new(Weight::new(8.0));
                let (mut ratio, mut histogram) = (WeightedRatio::default(), WeightedHistogram::default());
                for &(w, x) in part {
                    let (w, x) = (Weight::new(w), i64::from(x));
                    moments.add(w, x);
                    moments.close();
                    ratio.add(w, x, 1);
                    histogram.add_trial(w, &mut [x.unsigned_abs(), 7]);
                }
                (moments, ratio, histogram)
            };
            let (a, b) = xs.split_at(cut.index(xs.len() + 1));
            let (mut right, left) = (of(b), of(a));
            right.0.merge(&left.0);
            right.1.merge(&left.1);
            right.2.merge(&left.2);
            prop_assert_eq!(of(&xs), right);
        }

        #[test]
        fn no_interval_is_ever_without_width(
            xs in prop::collection::vec((0.0..8.0f64, -50i64..1000), 0..60),
            zeros in 60u64..2000,
        ) {
            let mut moments = WeightedMoments::new(Weight::new(8.0));
            for &(w, x) in &xs {
                moments.add(Weight::new(w), x.max(0));
                moments.close();
            }
            (0..zeros).for_each(|_| moments.close());
            match MeanEstimate::new(&moments, 1000.0, C95).bounds {
                Bounds::Interval(i) => prop_assert!(0.0 <= i.low && i.low < i.high && i.high <= 1000.0),
                Bounds::UpperBound { high, .. } => prop_assert!(high > 0.0 && high <= 1000.0),
            }
            let mut signed = WeightedMoments::new(Weight::new(8.0));
            for &(w, x) in &xs {
                signed.add(Weight::new(w), x);
                signed.close();
            }
            let _ = DifferenceEstimate::new(&signed, 1000.0, C95);
        }

        #[test]
        fn weights_of_one_give_the_quantiles_of_a_histogram(xs in prop::collection::vec(0u64..5000, 1..300), of in 1u64..20) {
            let (mut plain, mut weighted) = (Histogram::new(), WeightedHistogram::default());
            for &x in &xs {
                plain.add(x);
                weighted.add_trial(Weight::ONE, &mut [x]);
            }
            let level = QuantileLevel::ratio(of, 20);
            let (value, interval) = weighted.quantile(level, xs.len() as f64, C95).unwrap();
            let rank = |x: u64| xs.iter().filter(|&&y| y <= x).count() as f64;
            // (1 − level) · n is not a whole number in binary
            let exact = plain.quantile(level).unwrap();
            prop_assert!(value == exact || (rank(value) - level.as_f64() * xs.len() as f64).abs() <= 1.0, "{value} {exact}");
            prop_assert!(interval.low.is_none_or(|low| low <= value) && interval.high.is_none_or(|high| value <= high));
        }
    }
}
