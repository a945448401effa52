//! A fixed-grid log-linear histogram of unsigned integers.
//!
//! The grid never depends on the data: values below 2048 have a bucket each,
//! and every power of two above is cut into 1024 buckets of equal width. A
//! bucket is therefore at most 1/1024 (0.098 %) as wide as its least value,
//! and merging two histograms is adding counts: exact, in any order.

use crate::confidence::Confidence;
use crate::special::binomial_cdf;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const SUB_BUCKETS: u32 = 1024;
const EXACT_BELOW: u64 = 2048;

/// A quantile level as an exact ratio in [0, 1].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuantileLevel {
    numerator: u64,
    denominator: u64,
}

impl QuantileLevel {
    /// The level `numerator / denominator`, cut to [0, 1]; a zero denominator
    /// counts as 1.
    #[must_use]
    pub fn ratio(numerator: u64, denominator: u64) -> Self {
        let denominator = denominator.max(1);
        Self { numerator: numerator.min(denominator), denominator }
    }

    /// The level that `p` is written as: 0.99 becomes exactly 99/100, not the
    /// binary fraction beside it. Up to 18 decimals; cut to [0, 1]; NaN is 0.
    #[must_use]
    pub fn from_f64(p: f64) -> Self {
        if p >= 1.0 {
            return Self::ratio(1, 1);
        }
        if p.is_nan() || p <= 0.0 {
            return Self::ratio(0, 1);
        }
        let text = format!("{p}"); // shortest decimal that reads back as p
        let fraction: String = text.chars().skip(2).take(18).collect();
        let numerator = fraction.parse().unwrap_or(0);
        Self::ratio(numerator, 10u64.pow(fraction.len() as u32))
    }

    /// The level as the nearest `f64`.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// ⌈level · n⌉, at least 1: the nearest rank.
    fn rank(&self, n: u64) -> u64 {
        let product = u128::from(self.numerator) * u128::from(n);
        (product.div_ceil(u128::from(self.denominator)) as u64).max(1)
    }
}

/// One bucket: values from `low` to `high`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Least value of the bucket.
    pub low: u64,
    /// Greatest value of the bucket.
    pub high: u64,
    /// How many observations fell in it.
    pub count: u64,
}

/// How many observations exceed a threshold. The two ends differ only where
/// the threshold falls inside an occupied bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountAbove {
    /// Certainly above.
    pub at_least: u64,
    /// Possibly above.
    pub at_most: u64,
}

/// Confidence limits of a quantile. `None`: there are too few observations to
/// bound it on that side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuantileInterval {
    /// Lower limit.
    pub low: Option<u64>,
    /// Upper limit.
    pub high: Option<u64>,
}

/// A sparse histogram on the fixed grid, with exact extremes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram {
    buckets: BTreeMap<u32, u64>,
    count: u64,
    extremes: Option<(u64, u64)>,
}

/// The bucket of `value`.
pub(crate) fn index(value: u64) -> u32 {
    if value < EXACT_BELOW {
        return value as u32;
    }
    let shift = 53 - value.leading_zeros(); // value >> shift is in 1024..2048
    shift * SUB_BUCKETS + (value >> shift) as u32
}

/// Least and greatest value of a bucket.
pub(crate) fn bounds(index: u32) -> (u64, u64) {
    if u64::from(index) < EXACT_BELOW {
        return (u64::from(index), u64::from(index));
    }
    let shift = (index / SUB_BUCKETS - 1).min(53); // the cap guards foreign data
    let mantissa = u64::from(index - shift * SUB_BUCKETS);
    let low = mantissa << shift;
    (low, low | ((1 << shift) - 1))
}

impl Histogram {
    /// No observations.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one observation.
    pub fn add(&mut self, value: u64) {
        self.add_times(value, 1);
    }

    /// Counts the same observation `times` times.
    pub fn add_times(&mut self, value: u64, times: u64) {
        if times == 0 {
            return;
        }
        let bucket = self.buckets.entry(index(value)).or_insert(0);
        *bucket = bucket.saturating_add(times);
        self.count = self.count.saturating_add(times);
        self.widen(value, value);
    }

    /// Takes in everything that `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        for (&index, &count) in &other.buckets {
            let bucket = self.buckets.entry(index).or_insert(0);
            *bucket = bucket.saturating_add(count);
        }
        self.count = self.count.saturating_add(other.count);
        if let Some((low, high)) = other.extremes {
            self.widen(low, high);
        }
    }

    fn widen(&mut self, low: u64, high: u64) {
        let (old_low, old_high) = self.extremes.unwrap_or((low, high));
        self.extremes = Some((old_low.min(low), old_high.max(high)));
    }

    /// The occupied buckets by their place on the grid, ascending, for those who write them down.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = (u32, u64)> + '_ {
        self.buckets.iter().map(|(&index, &count)| (index, count))
    }

    /// A histogram of what was written down: the buckets by place, ascending, and the least and the greatest value.
    /// `None` where no observations can have made it.
    #[must_use]
    pub fn from_parts(parts: impl IntoIterator<Item = (u32, u64)>, extremes: Option<(u64, u64)>) -> Option<Self> {
        let mut histogram = Self { extremes, ..Self::default() };
        for (place, times) in parts {
            let ascends = histogram.buckets.last_key_value().is_none_or(|(&last, _)| last < place);
            if !ascends || times == 0 || place > index(u64::MAX) {
                return None;
            }
            histogram.buckets.insert(place, times);
            histogram.count = histogram.count.saturating_add(times);
        }
        let ends = || Some((*histogram.buckets.first_key_value()?.0, *histogram.buckets.last_key_value()?.0));
        let sane = extremes.is_none_or(|(low, high)| low <= high)
            && extremes.map(|(low, high)| (index(low), index(high))) == ends();
        sane.then_some(histogram)
    }

    /// How many observations.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The least observation, exactly.
    #[must_use]
    pub fn min(&self) -> Option<u64> {
        self.extremes.map(|(low, _)| low)
    }

    /// The greatest observation, exactly.
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        self.extremes.map(|(_, high)| high)
    }

    /// The occupied buckets, in ascending order; the first and the last are
    /// cut to the exact extremes.
    pub fn iter(&self) -> impl Iterator<Item = Bucket> + '_ {
        let (least, greatest) = self.extremes.unwrap_or((0, u64::MAX));
        self.buckets.iter().map(move |(&index, &count)| {
            let (low, high) = bounds(index);
            Bucket { low: low.max(least), high: high.min(greatest), count }
        })
    }

    /// The occupied bucket that holds the observation of `rank` (1 is the
    /// least); `None` outside 1..=count.
    #[must_use]
    pub fn at_rank(&self, rank: u64) -> Option<Bucket> {
        let mut below = 0u64;
        self.iter().find(|bucket| {
            below = below.saturating_add(bucket.count);
            rank >= 1 && rank <= below
        })
    }

    /// The quantile by nearest rank: the least value v with
    /// count(≤ v) ≥ ⌈level · n⌉ (at least 1), found in integers.
    ///
    /// Reported is the greatest value of its bucket, cut to the exact
    /// maximum: never below the true quantile, above it by less than 0.1 %,
    /// and exact below 2048. `None` without observations.
    #[must_use]
    pub fn quantile(&self, level: QuantileLevel) -> Option<u64> {
        self.quantile_bucket(level).map(|bucket| bucket.high)
    }

    /// The bucket that holds the quantile: it lies between its ends, and no more is kept of it.
    #[must_use]
    pub fn quantile_bucket(&self, level: QuantileLevel) -> Option<Bucket> {
        self.at_rank(level.rank(self.count))
    }

    /// A nonparametric interval for the quantile from order statistics, which
    /// covers with at least the stated confidence for independent
    /// observations of any distribution; the grid only widens it.
    ///
    /// Limits are the order statistics of ranks l and u with
    /// P(B < l) ≤ α/2 and P(B ≥ u) ≤ α/2 for B ~ Binomial(n, level).
    /// Source: H. A. David, H. N. Nagaraja, *Order Statistics* (3rd ed.) §7.1.
    #[must_use]
    pub fn quantile_interval(&self, level: QuantileLevel, conf: Confidence) -> QuantileInterval {
        let (n, p, tail) = (self.count, level.as_f64(), 0.5 * conf.alpha());
        // The number of ranks r ≥ 1 with P(B ≤ r − 1) ≤ bar, in 0..=n.
        let ranks_with_cdf_up_to = |bar: f64| {
            let (mut low, mut high) = (0, n);
            while low < high {
                let middle = high - (high - low) / 2;
                if binomial_cdf(middle - 1, n, p) <= bar {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            low
        };
        let lower = ranks_with_cdf_up_to(tail);
        let upper = ranks_with_cdf_up_to(1.0 - tail).saturating_add(1);
        QuantileInterval {
            low: self.at_rank(lower).map(|bucket| bucket.low),
            high: self.at_rank(upper).map(|bucket| bucket.high),
        }
    }

    /// How many observations are strictly above `threshold`.
    #[must_use]
    pub fn count_above(&self, threshold: u64) -> CountAbove {
        let mut above = CountAbove { at_least: 0, at_most: 0 };
        for bucket in self.iter() {
            if bucket.low > threshold {
                above.at_least += bucket.count;
            }
            if bucket.high > threshold {
                above.at_most += bucket.count;
            }
        }
        above
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::new();
        values.into_iter().for_each(|v| histogram.add(v));
        histogram
    }

    #[test]
    fn nearest_rank_by_hand() {
        let h = of(1..=10);
        let q = |n, d| h.quantile(QuantileLevel::ratio(n, d)).unwrap();
        assert_eq!((q(0, 1), q(1, 10), q(11, 100), q(1, 2), q(99, 100), q(1, 1)), (1, 1, 2, 5, 10, 10));
        assert_eq!(Histogram::new().quantile(QuantileLevel::ratio(1, 2)), None);
    }

    #[test]
    fn levels_are_what_was_written() {
        assert_eq!(QuantileLevel::from_f64(0.99), QuantileLevel::ratio(99, 100));
        assert_eq!(QuantileLevel::from_f64(0.7).rank(10), 7); // 0.7 · 10 is above 7 in binary
        assert_eq!(QuantileLevel::from_f64(f64::NAN), QuantileLevel::ratio(0, 1));
        assert_eq!(QuantileLevel::from_f64(2.0), QuantileLevel::ratio(1, 1));
        assert_eq!(QuantileLevel::from_f64(1e-300).as_f64(), 0.0);
    }

    #[test]
    fn limits_of_a_median() {
        // n = 10, p = ½: ranks 2 and 9 cover 97.9 %, the shortest above 95 %.
        let i = of(1..=10).quantile_interval(QuantileLevel::ratio(1, 2), Confidence::P95);
        assert_eq!(i, QuantileInterval { low: Some(2), high: Some(9) });
        let few = of(1..=10).quantile_interval(QuantileLevel::ratio(99, 100), Confidence::P95);
        assert_eq!(few.high, None);
        let none = Histogram::new().quantile_interval(QuantileLevel::ratio(1, 2), Confidence::P95);
        assert_eq!(none, QuantileInterval { low: None, high: None });
    }

    #[test]
    fn parts_that_nothing_can_have_made_are_refused() {
        let last = index(u64::MAX);
        assert!(Histogram::from_parts([(3, 1), (last, 2)], Some((3, u64::MAX))).is_some());
        assert!(Histogram::from_parts([], None).is_some());
        for (parts, extremes) in [
            (vec![(3, 1), (3, 1)], Some((3, 3))),       // a bucket twice
            (vec![(4, 1), (3, 1)], Some((3, 4))),       // out of order
            (vec![(3, 0)], Some((3, 3))),               // an empty bucket
            (vec![(last + 1, 1)], Some((0, u64::MAX))), // beyond the grid
            (vec![(3, 1)], None),                       // without extremes
            (vec![], Some((3, 3))),                     // extremes of nothing
            (vec![(3, 1)], Some((3, 4))),               // an extreme elsewhere
            (vec![(5000, 1)], Some((10_000, 9_999))),   // extremes the wrong way round
        ] {
            assert_eq!(Histogram::from_parts(parts.clone(), extremes), None, "{parts:?} {extremes:?}");
        }
    }

    #[test]
    fn the_grid_has_no_gaps() {
        let (mut next, last) = (0u64, index(u64::MAX));
        for i in 0..=last {
            let (low, high) = bounds(i);
            assert_eq!(low, next);
            assert!((high - low) as f64 <= 0.001 * low as f64);
            next = high.wrapping_add(1);
        }
        assert_eq!(next, 0);
        let _ = bounds(u32::MAX); // foreign indices do not panic
    }

    #[test]
    fn a_threshold_inside_a_bucket_gives_both_ends() {
        let h = of([100, 1_000_000, 1_000_300]);
        assert_eq!(h.count_above(100), CountAbove { at_least: 2, at_most: 2 });
        assert_eq!(h.count_above(1_000_100), CountAbove { at_least: 0, at_most: 2 });
        assert_eq!(h.count_above(1_000_300), CountAbove { at_least: 0, at_most: 0 });
    }

    proptest! {
        #[test]
        fn values_lie_in_their_bucket(value in any::<u64>()) {
            let (low, high) = bounds(index(value));
            prop_assert!(low <= value && value <= high);
        }

        #[test]
        fn merging_is_exact(values in prop::collection::vec(any::<u64>(), 0..60), chunk in 1usize..9) {
            let whole = of(values.iter().copied());
            let mut chunks = Histogram::new();
            values.chunks(chunk).rev().for_each(|part| chunks.merge(&of(part.iter().copied())));
            prop_assert_eq!(&whole, &chunks);
            let text = serde_json::to_string(&whole).unwrap();
            prop_assert_eq!(serde_json::from_str::<Histogram>(&text).unwrap(), whole.clone());
            let extremes = whole.min().zip(whole.max());
            prop_assert_eq!(Histogram::from_parts(whole.parts(), extremes), Some(whole));
        }

        #[test]
        fn quantiles_are_near_the_sorted_rows(
            mut values in prop::collection::vec(0u64..1 << 50, 1..80),
            n in 0u64..=1000,
        ) {
            let h = of(values.iter().copied());
            values.sort_unstable();
            let rank = (n as usize * values.len()).div_ceil(1000).max(1);
            let exact = values[rank - 1];
            let ours = h.quantile(QuantileLevel::ratio(n, 1000)).unwrap();
            prop_assert!(ours >= exact && (ours - exact) as f64 <= 0.001 * exact as f64);
        }
    }
}
