//! A ratio of two weighted sums.

use super::Weight;
use crate::confidence::Confidence;
use crate::estimate::HITS_FOR_INTERVAL;
use crate::intervals::Interval;
use crate::special::student_two_sided_quantile;
use crate::wide::Wide;

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
