//! The first failure of a unit inside a horizon, with a quick "not at all".
//!
//! A million hosts with a mean time to failure of decades mostly do not fail in a year. [`FirstPassage`] answers from
//! one random word whether a unit fails inside the horizon, and only then computes when: by inversion of the
//! distribution function, so that the instant is a function of the same word.
//!
//! In: a survival function S and its mean (ms), a horizon (ms), and whether the unit is new at the start or has been
//! running for ever (stationary: the residual has density S(t)/mean). Out: an instant in milliseconds or nothing.

use libm::{expm1, log1p};

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
    /// Cell `i` begins at `scale · (exp(step · i) − 1)`: even cells for a short horizon, and below the law's own
    /// length for a long one.
    scale: f64,
    step: f64,
    /// Distribution function at the cell borders; the last is the probability of a failure inside the horizon.
    table: Vec<f64>,
}

impl FirstPassage {
    /// For a unit that has been running for ever: P(residual ≤ t) = (1/mean) ∫₀ᵗ S.
    pub fn stationary(survival: impl Fn(f64) -> f64, mean: f64, horizon: f64) -> Self {
        let mut passage = Self::graded(horizon, &survival);
        let mut sum = 0.0;
        passage.table.push(0.0);
        for cell in 0..CELLS {
            let (from, to) = (passage.border(cell as f64), passage.border(cell as f64 + 1.0));
            let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
            let area: f64 =
                NODES.iter().zip(WEIGHTS).map(|(node, weight)| weight * survival(middle + half * node)).sum();
            sum += half * area / mean;
            passage.table.push(sum.min(1.0));
        }
        passage
    }

    /// For a unit that is new at the start: P(failure ≤ t) = 1 − S(t).
    pub fn new_at_start(survival: impl Fn(f64) -> f64, horizon: f64) -> Self {
        let mut passage = Self::graded(horizon, &survival);
        passage.table = (0..=CELLS).map(|cell| 1.0 - survival(passage.border(cell as f64))).collect();
        passage
    }

    fn graded(horizon: f64, survival: impl Fn(f64) -> f64) -> Self {
        let mut scale = horizon;
        while survival(scale) < 0.99 && scale > horizon * 1e-12 {
            scale *= 0.5;
        }
        Self { horizon, scale, step: log1p(horizon / scale) / CELLS as f64, table: Vec::with_capacity(CELLS + 1) }
    }

    /// Where cell `cell` begins.
    fn border(&self, cell: f64) -> f64 {
        if cell >= CELLS as f64 { self.horizon } else { self.scale * expm1(self.step * cell) }
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
        let from = self.border(cell as f64 - 1.0);
        from + inside * (self.border(cell as f64) - from)
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
