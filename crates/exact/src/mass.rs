//! Probability masses on 0, 1, 2, …: binomial, Poisson, convolution, tails.
//!
//! Every mass is built from ratios of neighbours and normalised by its own sum: no
//! logarithm of a factorial, no subtraction, so each entry is good to about n ulp
//! relative, however small (until it underflows to zero).

use crate::error::{Error, nonnegative};

/// Terms below this share of the largest are left out of a Poisson mass.
const POISSON_CUT: f64 = 1e-100;

/// Largest Poisson mean accepted; the mass holds about 43 √mean entries.
pub(crate) const POISSON_MEAN_MAX: f64 = 1e10;

/// Mass proportional to 1, r₀, r₀r₁, r₀r₁r₂ …, where rⱼ = p(j+1)/p(j) ≥ 0.
pub(crate) fn from_ratios(ratios: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut mass = vec![1.0];
    let mut last = 1.0_f64;
    for ratio in ratios {
        let next = last * ratio;
        if next > 1e100 {
            mass.iter_mut().for_each(|p| *p = *p / last / ratio);
            last = 1.0;
        } else {
            last = next;
        }
        mass.push(last);
    }
    normalise(&mut mass);
    mass
}

/// Scale to total one. A total of zero is left alone.
pub(crate) fn normalise(mass: &mut [f64]) {
    let total: f64 = mass.iter().sum();
    if total > 0.0 {
        mass.iter_mut().for_each(|p| *p /= total);
    }
}

/// Binomial mass of the number up among `units`, each up with probability `up` and
/// down with `down = 1 - up` (both given, so that neither is lost to cancellation).
pub(crate) fn binomial(units: usize, up: f64, down: f64) -> Vec<f64> {
    if down <= 0.0 || up <= 0.0 {
        let mut mass = vec![0.0; units + 1];
        mass[if down <= 0.0 { units } else { 0 }] = 1.0;
        return mass;
    }
    let odds = up / down;
    from_ratios((0..units).map(|j| (units - j) as f64 / (j + 1) as f64 * odds))
}

/// A Poisson mass with its negligible ends cut off.
pub(crate) struct Poisson {
    /// The count that `weights[0]` belongs to.
    pub first: usize,
    /// Probabilities of `first`, `first + 1`, …; they sum to one.
    pub weights: Vec<f64>,
    /// Upper bound on the probability cut off at both ends.
    pub cut: f64,
}

impl Poisson {
    pub(crate) fn new(mean: f64) -> Result<Self, Error> {
        nonnegative("Poisson mean", mean)?;
        if mean > POISSON_MEAN_MAX {
            return Err(Error::TooLarge { what: "Poisson mean", size: mean, limit: POISSON_MEAN_MAX });
        }
        let mode = libm::floor(mean) as usize;
        let mut weights = Vec::new();
        let (mut first, mut term) = (mode, 1.0_f64);
        while first > 0 && term > POISSON_CUT {
            term *= first as f64 / mean;
            first -= 1;
            weights.push(term);
        }
        let left_ratio = first as f64 / mean;
        let left = tail_bound(term, if mean > 0.0 { left_ratio } else { 0.0 });
        weights.reverse();
        weights.push(1.0);
        let (mut last, mut term) = (mode, 1.0_f64);
        while term > POISSON_CUT {
            last += 1;
            term *= mean / last as f64;
            weights.push(term);
        }
        let right = tail_bound(term, mean / (last + 1) as f64);
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|w| *w /= total);
        Ok(Self { first, weights, cut: (left + right) / total })
    }
}

/// Bound on the terms beyond `term` when each is at most `ratio < 1` times the last.
fn tail_bound(term: f64, ratio: f64) -> f64 {
    if ratio < 1.0 { term * ratio / (1.0 - ratio) } else { 0.0 }
}

/// Mass of the sum of two independent counts.
///
/// Both arguments are indexed by count from zero; the result has
/// `a.len() + b.len() - 1` entries, or none if either argument is empty.
#[must_use]
pub fn convolve(a: &[f64], b: &[f64]) -> Vec<f64> {
    if a.is_empty() || b.is_empty() {
        return Vec::new();
    }
    let mut sum = vec![0.0; a.len() + b.len() - 1];
    for (i, &p) in a.iter().enumerate() {
        for (out, &q) in sum[i..].iter_mut().zip(b) {
            *out += p * q;
        }
    }
    sum
}

/// P(count < k), summed from the entries below k. A `k` past the end sums them all.
#[must_use]
pub fn probability_fewer_than(distribution: &[f64], k: usize) -> f64 {
    distribution.iter().take(k).sum()
}

/// Expected count of a mass indexed by count.
#[must_use]
pub fn expected_up(distribution: &[f64]) -> f64 {
    (distribution.iter().enumerate()).map(|(count, p)| count as f64 * p).sum()
}

/// 1 - (1 - e⁻ˣ)/x for x ≥ 0: the share of an interval by which a relaxation at
/// unit rate lags. A series below ½, where the closed form would cancel.
pub(crate) fn relaxation_lag(x: f64) -> f64 {
    if x >= 0.5 {
        return 1.0 + libm::expm1(-x) / x;
    }
    let (mut term, mut sum) = (x / 2.0, 0.0);
    let mut k = 2.0;
    while term != 0.0 && (term / x).abs() > 1e-19 {
        sum += term;
        k += 1.0;
        term *= -x / k;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-13 * b.abs()
    }

    #[test]
    fn binomial_matches_repeated_convolution() {
        let one = [0.003, 0.997];
        let mut by_hand = vec![1.0];
        for _ in 0..200 {
            by_hand = convolve(&by_hand, &one);
        }
        let direct = binomial(200, 0.997, 0.003);
        assert_eq!(direct.len(), 201);
        assert!(direct.iter().zip(&by_hand).all(|(a, b)| close(*a, *b)
            // 0.003^200 underflows on the way in one order or the other
            || *b < 1e-290));
    }

    #[test]
    fn binomial_of_certain_units_is_a_point() {
        assert_eq!(binomial(3, 1.0, 0.0), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(binomial(3, 0.0, 1.0), [1.0, 0.0, 0.0, 0.0]);
        assert_eq!(binomial(0, 0.5, 0.5), [1.0]);
        let extreme = binomial(10, 1.0, 1e-320);
        assert!(close(extreme[10], 1.0) && extreme[0] == 0.0);
    }

    #[test]
    fn poisson_sums_to_one_around_its_mean() -> Result<(), Error> {
        for mean in [0.0, 1e-9, 0.3, 7.0, 1000.5, 3e6] {
            let poisson = Poisson::new(mean)?;
            assert!(close(poisson.weights.iter().sum(), 1.0));
            let first = poisson.first as f64;
            let found: f64 = (poisson.weights.iter().enumerate()).map(|(j, w)| (first + j as f64) * w).sum();
            assert!((found - mean).abs() <= 1e-11 * mean, "{found} for {mean}");
            assert!(poisson.cut < 1e-95);
        }
        assert!(close(Poisson::new(0.3)?.weights[0], libm::exp(-0.3)));
        assert!(matches!(Poisson::new(1e11), Err(Error::TooLarge { .. })));
        Ok(())
    }

    #[test]
    fn relaxation_lag_is_smooth_over_the_switch_and_exact_when_small() {
        assert_eq!(relaxation_lag(0.0), 0.0);
        assert!(close(relaxation_lag(1e-14), 5e-15));
        assert!(close(relaxation_lag(0.5 - 1e-16), relaxation_lag(0.5)));
        assert!(close(relaxation_lag(1e300), 1.0));
    }

    #[test]
    fn tails_and_means_of_a_mass() {
        let mass = [0.25, 0.5, 0.25];
        assert_eq!(probability_fewer_than(&mass, 2), 0.75);
        assert_eq!(probability_fewer_than(&mass, 9), 1.0);
        assert_eq!(expected_up(&mass), 1.0);
        assert!(convolve(&[], &mass).is_empty());
    }
}
