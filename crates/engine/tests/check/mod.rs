//! What the statistical tests of this folder share: p-values, and what counts as a surprise.
#![allow(dead_code)]

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// A result rarer than one in a million, on either side, is a failure. Every seed is fixed, so it fails for good.
pub const SURPRISE: f64 = 1e-6;

/// The Kolmogorov–Smirnov distance between sorted values and a distribution function at those values.
pub fn ks_distance(cdf_at_sorted: &[f64]) -> f64 {
    let n = cdf_at_sorted.len() as f64;
    cdf_at_sorted.iter().enumerate().fold(0.0, |worst: f64, (i, &p)| {
        assert!((-1e-4..=1.0 + 1e-4).contains(&p), "{p} is no probability");
        worst.max(p - i as f64 / n).max((i + 1) as f64 / n - p)
    })
}

/// P(a distance at least this large), asymptotically, with Stephens's correction for n.
pub fn ks_p(distance: f64, n: usize) -> f64 {
    let root = (n as f64).sqrt();
    let l = (root + 0.12 + 0.11 / root) * distance;
    if l < 0.3 {
        return 1.0;
    }
    let sum: f64 = (1..=50)
        .map(|k| {
            let k = f64::from(k);
            if k % 2.0 == 1.0 { (-2.0 * k * k * l * l).exp() } else { -(-2.0 * k * k * l * l).exp() }
        })
        .sum();
    (2.0 * sum).clamp(0.0, 1.0)
}

/// P(chi-square with `freedom` degrees ≥ `statistic`).
pub fn chi_square_p(statistic: f64, freedom: f64) -> f64 {
    ChiSquared::new(freedom).unwrap().sf(statistic)
}

/// P(Z ≥ z) for a standard normal Z.
pub fn normal_p(z: f64) -> f64 {
    0.5 * libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

/// Chi-square of counts against expectations.
pub fn chi_square(counts: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    counts.into_iter().map(|(seen, expected)| (seen - expected) * (seen - expected) / expected).sum()
}
