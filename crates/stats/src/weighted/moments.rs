//! Moments of weighted observations.

use super::{Weight, unscaled};
use crate::estimate::HITS_FOR_INTERVAL;
use crate::sample::Sample;
use crate::wide::Wide;

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
