//! What an estimate asks of the observations that it rests on, whether each counts once or has a weight.

use crate::estimate::HITS_FOR_INTERVAL;
use crate::moments::Moments;

/// Observations of which a mean is to be estimated.
pub trait Sample {
    /// How many.
    fn n(&self) -> u64;
    /// How many were not zero.
    fn hits(&self) -> u64;
    /// Their mean.
    fn mean(&self) -> f64;
    /// Their standard deviation (divisor n − 1).
    fn standard_deviation(&self) -> f64;
    /// Their skewness, m₃ / m₂^{3/2}.
    fn skewness(&self) -> f64;
    /// Kish's effective number of hits, for observations of one sign.
    fn effective_hits(&self) -> f64;
    /// What stands in for it where signs cancel.
    fn effective_signed_hits(&self) -> f64;
    /// Root mean square of the hits.
    fn hit_root_mean_square(&self) -> f64;
    /// Whether all are the same number.
    fn is_constant(&self) -> bool;
    /// How many times what a trial shows an observation may be: the greatest weight.
    fn most_weight(&self) -> f64;
    /// Whether there are enough hits for a two-sided interval.
    fn carries_an_interval(&self) -> bool;
}

impl Sample for Moments {
    fn n(&self) -> u64 {
        self.n()
    }
    fn hits(&self) -> u64 {
        self.hits()
    }
    fn mean(&self) -> f64 {
        self.mean()
    }
    fn standard_deviation(&self) -> f64 {
        self.standard_deviation()
    }
    fn skewness(&self) -> f64 {
        self.skewness()
    }
    fn effective_hits(&self) -> f64 {
        self.effective_hits()
    }
    /// Half the number of non-zero observations (for lognormal sizes with σ = 1, Kish's number is 0.37 to 0.5 of it).
    fn effective_signed_hits(&self) -> f64 {
        0.5 * self.hits() as f64
    }
    fn hit_root_mean_square(&self) -> f64 {
        self.hit_root_mean_square()
    }
    fn is_constant(&self) -> bool {
        self.is_constant()
    }
    fn most_weight(&self) -> f64 {
        1.0
    }
    fn carries_an_interval(&self) -> bool {
        self.hits() >= HITS_FOR_INTERVAL
    }
}
