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
//! (Kish) [`Sample::carries_an_interval`] says no and only an upper bound is given. What no trial has shown is no part of
//! any interval.

use crate::confidence::Confidence;
use crate::estimate::HITS_FOR_INTERVAL;
use crate::histogram::{QuantileInterval, QuantileLevel, bounds, index};
use crate::intervals::Interval;
use crate::sample::Sample;
use crate::special::student_two_sided_quantile;
use crate::wide::Wide;
use std::collections::BTreeMap;

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

/// Count and sums of the first three powers of weighted observations. An observation y is the sum of w·x over the trials of
/// a *group*, drawn in a fixed proportion (a plain trial and a forced one, say), whose weights are divided by the size of
/// the group: so what differs between the ways to draw is no part of the variance, as in a stratified sample, and groups
/// are still independent and alike. With one trial a group it is w·x.
///
/// For groups whose weights are below 2⁷ together, any `i64` observation and any `u64` count nothing can wrap:
/// |Σy| < 2¹⁹¹, Σy² < 2³¹⁸, |Σy³| < 2⁴⁴⁵.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeightedMoments {
    n: u64,
    hits: u64,
    most: Weight,
    sum: Wide<4>,
    size: Wide<4>,
    sum2: Wide<6>,
    sum3: Wide<8>,
    plain2: Wide<4>,
    /// Of the group that is not closed.
    open: i128,
}

impl WeightedMoments {
    /// No observations; no group's weights are above `most` together.
    #[must_use]
    pub fn new(most: Weight) -> Self {
        let (sum, sum2, sum3) = (Wide::ZERO, Wide::ZERO, Wide::ZERO);
        Self { n: 0, hits: 0, most, sum, size: sum, sum2, sum3, plain2: sum, open: 0 }
    }

    /// Adds a trial of the group at hand.
    pub fn add(&mut self, weight: Weight, x: i64) {
        if x == 0 || weight.0 == 0 {
            return;
        }
        let y = weight.times(x);
        self.open += y;
        self.plain2 = self.plain2.plus(Wide::from_i128(y).times(Wide::from_i128(i128::from(x))));
    }

    /// Closes the group at hand: one observation.
    pub fn close(&mut self) {
        self.n = self.n.saturating_add(1);
        let y = std::mem::take(&mut self.open);
        if y == 0 {
            return;
        }
        self.hits = self.hits.saturating_add(1);
        self.sum = self.sum.plus(Wide::from_i128(y));
        self.size = self.size.plus(Wide::from_i128(y.abs()));
        let y2 = Wide::<6>::from_i128(y).times(Wide::from_i128(y));
        self.sum2 = self.sum2.plus(y2);
        self.sum3 = self.sum3.plus(y2.resize::<8>().times(Wide::from_i128(y)));
    }

    /// Takes in everything that `other` has counted; both have closed their groups.
    pub fn merge(&mut self, other: &Self) {
        self.n = self.n.saturating_add(other.n);
        self.hits = self.hits.saturating_add(other.hits);
        self.most = self.most.max(other.most);
        self.sum = self.sum.plus(other.sum);
        self.size = self.size.plus(other.size);
        self.sum2 = self.sum2.plus(other.sum2);
        self.sum3 = self.sum3.plus(other.sum3);
        self.plain2 = self.plain2.plus(other.plain2);
    }

    /// Σ w·x, in the unit of the observations.
    #[must_use]
    pub fn sum(&self) -> f64 {
        unscaled(self.sum.to_f64(), 1)
    }

    /// The variance of w·x (divisor n − 1); 0 below two observations.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.n < 2 {
            return 0.0;
        }
        let n = self.n as f64;
        unscaled(self.scaled_variance().to_f64(), 2) / n / (n - 1.0)
    }

    /// The variance that x itself has under the true law: what a plain trial would show.
    #[must_use]
    pub fn plain_variance(&self) -> f64 {
        if self.n == 0 {
            return 0.0;
        }
        let mean = self.mean();
        (unscaled(self.plain2.to_f64(), 1) / self.n as f64 - mean * mean).max(0.0)
    }

    fn scaled_variance(&self) -> Wide<12> {
        let sum = self.sum.resize::<12>();
        Wide::from_i128(i128::from(self.n)).times(self.sum2.resize()).minus(sum.times(sum))
    }

    fn scaled_third_moment(&self) -> Wide<12> {
        let n = Wide::<12>::from_i128(i128::from(self.n));
        let (sum, sum2) = (self.sum.resize::<12>(), self.sum2.resize::<12>());
        let cubes = n.times(n).times(self.sum3.resize());
        let cross = n.times(sum).times(sum2).times(Wide::from_i128(3));
        cubes.minus(cross).plus(sum.times(sum).times(sum).times(Wide::from_i128(2)))
    }

    fn kish(&self, sum: f64) -> f64 {
        let sum2 = self.sum2.to_f64();
        if sum2 > 0.0 { sum / sum2 * sum } else { 0.0 }
    }
}

impl Sample for WeightedMoments {
    fn n(&self) -> u64 {
        self.n
    }
    fn hits(&self) -> u64 {
        self.hits
    }
    fn mean(&self) -> f64 {
        if self.n == 0 { 0.0 } else { self.sum() / self.n as f64 }
    }
    fn standard_deviation(&self) -> f64 {
        libm::sqrt(self.variance())
    }
    fn skewness(&self) -> f64 {
        let m2 = self.scaled_variance().to_f64();
        if m2 <= 0.0 { 0.0 } else { self.scaled_third_moment().to_f64() / (m2 * libm::sqrt(m2)) }
    }
    fn effective_hits(&self) -> f64 {
        self.kish(self.sum.to_f64())
    }
    /// Kish's number of the sizes.
    fn effective_signed_hits(&self) -> f64 {
        self.kish(self.size.to_f64())
    }
    fn hit_root_mean_square(&self) -> f64 {
        unscaled(libm::sqrt(self.sum2.to_f64() / self.hits.max(1) as f64), 1)
    }
    fn is_constant(&self) -> bool {
        self.scaled_variance() == Wide::ZERO
    }
    fn most_weight(&self) -> f64 {
        self.most.value()
    }
    fn carries_an_interval(&self) -> bool {
        self.hits >= HITS_FOR_INTERVAL && self.kish(self.size.to_f64()) >= HITS_FOR_INTERVAL as f64
    }
}

/// Σ w·a / Σ w·b over trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeightedRatio {
    hits: u64,
    sums: [Wide<4>; 2],
    squares: [Wide<6>; 3],
}

impl Default for WeightedRatio {
    fn default() -> Self {
        Self { hits: 0, sums: [Wide::ZERO; 2], squares: [Wide::ZERO; 3] }
    }
}

impl WeightedRatio {
    /// Counts a trial.
    pub fn add(&mut self, weight: Weight, a: i64, b: i64) {
        if weight.0 == 0 || a == 0 && b == 0 {
            return;
        }
        self.hits += 1;
        let [a, b] = [weight.times(a), weight.times(b)];
        for (sum, y) in self.sums.iter_mut().zip([a, b]) {
            *sum = sum.plus(Wide::from_i128(y));
        }
        for (square, (x, y)) in self.squares.iter_mut().zip([(a, a), (a, b), (b, b)]) {
            *square = square.plus(Wide::from_i128(x).times(Wide::from_i128(y)));
        }
    }

    /// Takes in everything that `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        self.hits += other.hits;
        self.sums.iter_mut().zip(other.sums).for_each(|(mine, theirs)| *mine = mine.plus(theirs));
        self.squares.iter_mut().zip(other.squares).for_each(|(mine, theirs)| *mine = mine.plus(theirs));
    }

    /// Trials that count.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits
    }

    /// The ratio; none where the denominator is zero.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        let [a, b] = self.sums.map(Wide::to_f64);
        (b > 0.0).then(|| a / b)
    }

    /// Its interval; none below 20 effective trials.
    #[must_use]
    pub fn interval(&self, conf: Confidence) -> Option<Interval> {
        let (r, b) = (self.value()?, self.sums[1].to_f64());
        let [aa, ab, bb] = self.squares.map(Wide::to_f64);
        let effective = b / bb * b;
        if self.hits < HITS_FOR_INTERVAL || effective < HITS_FOR_INTERVAL as f64 {
            return None;
        }
        let error = libm::sqrt((aa - 2.0 * r * ab + r * r * bb).max(0.0)) / b;
        let half = student_two_sided_quantile(conf.level(), effective - 1.0) * error;
        Some(Interval::new(r - half, r + half))
    }
}

/// A bucket: observations, Σ w, and what w²·(number above)² grows by when the bucket is passed from above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pile {
    count: u64,
    sum: Wide<4>,
    squares: Wide<6>,
}

/// Weighted observations on the grid of [`crate::Histogram`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WeightedHistogram {
    piles: BTreeMap<u32, Pile>,
    most: u64,
    trials: u64,
}

impl WeightedHistogram {
    /// Counts the observations of a trial that are not zero; puts `values` in order.
    pub fn add_trial(&mut self, weight: Weight, values: &mut [u64]) {
        self.trials += 1;
        values.sort_unstable_by(|a, b| b.cmp(a));
        let w = i128::from(weight.0);
        for (above, &value) in values.iter().enumerate().filter(|(_, value)| **value > 0) {
            let nothing = Pile { count: 0, sum: Wide::ZERO, squares: Wide::ZERO };
            let pile = self.piles.entry(index(value)).or_insert(nothing);
            pile.count += 1;
            pile.sum = pile.sum.plus(Wide::from_i128(w));
            let square = Wide::<6>::from_i128(w).times(Wide::from_i128(w));
            pile.squares = pile.squares.plus(square.times(Wide::from_i128(2 * above as i128 + 1)));
            self.most = self.most.max(value);
        }
    }

    /// Takes in everything that `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        for (&at, theirs) in &other.piles {
            self.piles
                .entry(at)
                .and_modify(|mine| {
                    mine.count += theirs.count;
                    mine.sum = mine.sum.plus(theirs.sum);
                    mine.squares = mine.squares.plus(theirs.squares);
                })
                .or_insert(*theirs);
        }
        self.most = self.most.max(other.most);
        self.trials += other.trials;
    }

    /// Trials.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// The total weight of observations that are not zero.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.piles.values().map(|pile| unscaled(pile.sum.to_f64(), 1)).sum()
    }

    /// Buckets that hold something, ascending: least and greatest value, and the weight in them.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64, f64)> + '_ {
        self.piles.iter().map(|(&at, pile)| {
            let (low, high) = bounds(at);
            (low, high.min(self.most), unscaled(pile.sum.to_f64(), 1))
        })
    }

    /// The quantile of all observations, zeros included, whose total weight is `whole`: the least value above which lies no
    /// more than the rest. With its interval, whose ends need 20 effective trials above them. None without observations.
    #[must_use]
    pub fn quantile(&self, level: QuantileLevel, whole: f64, conf: Confidence) -> Option<(u64, QuantileInterval)> {
        if whole <= 0.0 {
            return None;
        }
        // 1 − level is not exact in binary: a rest that is met exactly counts as met.
        let allowed = (1.0 - level.as_f64()) * whole * (1.0 + 1e-12);
        let (mut value, mut low, mut high) = (self.most, None, None);
        // Downwards: each condition holds down to some value, which is the last that is noted.
        for above in self.above() {
            let half = student_two_sided_quantile(conf.level(), above.effective.max(2.0) - 1.0) * above.error;
            let enough = above.effective >= HITS_FOR_INTERVAL as f64;
            if above.total <= allowed {
                value = above.high;
            }
            if enough && above.total + half <= allowed {
                high = Some(above.high);
            }
            if enough && above.total - half <= allowed {
                low = Some(above.low);
            }
        }
        Some((value, QuantileInterval { low, high }))
    }

    /// What lies above each bucket, from the greatest down, and at last what lies above zero.
    fn above(&self) -> Vec<Above> {
        let trials = self.trials.max(1) as f64;
        let (mut sum, mut squares) = (Wide::<4>::ZERO, Wide::<6>::ZERO);
        let mut all = Vec::with_capacity(self.piles.len() + 1);
        let places = self.piles.iter().rev().map(|(&at, pile)| (bounds(at), Some(pile)));
        for ((low, high), pile) in places.chain([((0, 0), None)]) {
            let (total, square) = (unscaled(sum.to_f64(), 1), unscaled(squares.to_f64(), 2));
            all.push(Above {
                low,
                high: high.min(self.most),
                total,
                error: libm::sqrt((square - total * total / trials).max(0.0)),
                effective: if square > 0.0 { total / square * total } else { 0.0 },
            });
            if let Some(pile) = pile {
                sum = sum.plus(pile.sum);
                squares = squares.plus(pile.squares);
            }
        }
        all
    }
}

/// The weight above a bucket, summed over trials, with its standard error.
struct Above {
    low: u64,
    high: u64,
    total: f64,
    error: f64,
    effective: f64,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::estimate::{Bounds, DifferenceEstimate, MeanEstimate};
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
