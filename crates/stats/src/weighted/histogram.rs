//! Weighted observations by size, and their quantiles.

use super::{Weight, unscaled};
use crate::confidence::Confidence;
use crate::estimate::HITS_FOR_INTERVAL;
use crate::histogram::{QuantileInterval, QuantileLevel, bounds, index};
use crate::special::student_two_sided_quantile;
use crate::wide::Wide;
use std::collections::BTreeMap;

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
