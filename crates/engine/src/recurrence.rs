//! The first failure of a unit inside a horizon, with a quick "not at all".
//!
//! A million hosts with a mean time to failure of decades mostly do not fail in a year. [`FirstPassage`] answers from
//! one random word whether a unit fails inside the horizon, and only then computes when: by inversion of the
//! distribution function, so that the instant is a function of the same word.
//!
//! In: a survival function S and its mean (ms), a horizon (ms), and whether the unit is new at the start or has been
//! running for ever (stationary: the residual has density S(t)/mean). Out: an instant in milliseconds or nothing.

/// Cells of the table for the stationary case.
const CELLS: usize = 512;
/// Gauss–Legendre nodes and weights on [-1, 1], five points.
const NODES: [f64; 5] =
    [0.0, 0.538_469_310_105_683_1, -0.538_469_310_105_683_1, 0.906_179_845_938_664, -0.906_179_845_938_664];
const WEIGHTS: [f64; 5] = [
    0.568_888_888_888_888_9,
    0.478_628_670_499_366_47,
    0.478_628_670_499_366_47,
    0.236_926_885_056_189_08,
    0.236_926_885_056_189_08,
];

/// The law of the first passage, cut at a horizon.
#[derive(Debug, Clone)]
pub struct FirstPassage {
    horizon: f64,
    /// Distribution function at the cell borders; the last is the probability of a failure inside the horizon.
    table: Vec<f64>,
}

impl FirstPassage {
    /// For a unit that has been running for ever: P(residual ≤ t) = (1/mean) ∫₀ᵗ S.
    pub fn stationary(survival: impl Fn(f64) -> f64, mean: f64, horizon: f64) -> Self {
        let width = horizon / CELLS as f64;
        let mut table = Vec::with_capacity(CELLS + 1);
        let mut sum = 0.0;
        table.push(0.0);
        for cell in 0..CELLS {
            let middle = (cell as f64 + 0.5) * width;
            let area: f64 =
                NODES.iter().zip(WEIGHTS).map(|(node, weight)| weight * survival(middle + 0.5 * width * node)).sum();
            sum += 0.5 * width * area / mean;
            table.push(sum.min(1.0));
        }
        Self { horizon, table }
    }

    /// For a unit that is new at the start: P(failure ≤ t) = 1 − S(t).
    pub fn new_at_start(survival: impl Fn(f64) -> f64, horizon: f64) -> Self {
        let table = (0..=CELLS).map(|cell| 1.0 - survival(horizon * cell as f64 / CELLS as f64)).collect();
        Self { horizon, table }
    }

    /// The probability of a failure inside the horizon.
    pub fn probability(&self) -> f64 {
        self.table[CELLS]
    }

    /// The first failure in milliseconds, if it lies inside the horizon, as a function of a number drawn evenly from
    /// `[0, 1)`. Within a cell the instant is interpolated.
    #[inline]
    pub fn at(&self, u: f64) -> Option<f64> {
        if u >= self.table[CELLS] { None } else { Some(self.invert(u)) }
    }

    fn invert(&self, u: f64) -> f64 {
        let cell = self.table.partition_point(|&p| p <= u).clamp(1, CELLS);
        let (low, high) = (self.table[cell - 1], self.table[cell]);
        let inside = if high > low { (u - low) / (high - low) } else { 0.0 };
        (cell as f64 - 1.0 + inside) * self.horizon / CELLS as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use libm::{exp, pow};

    #[test]
    fn the_stationary_probability_is_the_integral_of_the_survival() {
        let passage = FirstPassage::stationary(|t| exp(-t / 100.0), 100.0, 20.0);
        assert!((passage.probability() - (1.0 - exp(-0.2))).abs() < 1e-12);
        let weibull = FirstPassage::stationary(|t| exp(-pow(t / 22.0, 0.8)), 24.926, 1.0);
        let fine: f64 =
            (0..1_000_000).map(|i| exp(-pow((f64::from(i) + 0.5) * 1e-6 / 22.0, 0.8)) * 1e-6 / 24.926).sum();
        assert!((weibull.probability() - fine).abs() < 1e-9, "{} {fine}", weibull.probability());
    }

    #[test]
    fn inversion_meets_the_table() {
        let passage = FirstPassage::new_at_start(|t| exp(-t / 100.0), 20.0);
        let t = passage.invert(1.0 - exp(-0.1));
        assert!((t - 10.0).abs() < 1e-3, "{t}");
    }
}
