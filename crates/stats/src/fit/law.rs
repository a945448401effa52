//! The four families, with their tails, quantiles, means and draws.

use super::draws::Draws;
use super::gamma::{gamma_cdf, gamma_quantile, gamma_upper};
use crate::special::{normal_cdf, normal_quantile};
use serde::Serialize;

/// A family of laws of positive lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Constant hazard.
    Exponential,
    /// The logarithm is normal.
    LogNormal,
    /// A hazard that is a power of the age.
    Weibull,
    /// A sum of exponentials, and all between.
    Gamma,
}

impl Family {
    /// All of them, the simplest first.
    pub const ALL: [Self; 4] = [Self::Exponential, Self::LogNormal, Self::Weibull, Self::Gamma];

    /// Its name, in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Exponential => "exponential",
            Self::LogNormal => "lognormal",
            Self::Weibull => "weibull",
            Self::Gamma => "gamma",
        }
    }

    /// How many parameters it has.
    #[must_use]
    pub fn parameters(self) -> usize {
        if self == Self::Exponential { 1 } else { 2 }
    }
}

/// A law of one family. Lengths are in the unit of the sample, all parameters positive.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase", tag = "family")]
pub enum Law {
    /// Constant hazard.
    Exponential {
        /// The mean.
        mean: f64,
    },
    /// The logarithm is normal.
    LogNormal {
        /// The median.
        median: f64,
        /// The standard deviation of the logarithm.
        sigma: f64,
    },
    /// P(X > x) = exp(−(x/scale)^shape).
    Weibull {
        /// Below 1 the hazard falls with age.
        shape: f64,
        /// The length that a share 1/e exceeds.
        scale: f64,
    },
    /// Density proportional to x^(shape − 1) exp(−x · shape/mean).
    Gamma {
        /// 1 is exponential.
        shape: f64,
        /// The mean.
        mean: f64,
    },
}

impl Law {
    /// Its family.
    #[must_use]
    pub fn family(&self) -> Family {
        match self {
            Self::Exponential { .. } => Family::Exponential,
            Self::LogNormal { .. } => Family::LogNormal,
            Self::Weibull { .. } => Family::Weibull,
            Self::Gamma { .. } => Family::Gamma,
        }
    }

    /// P(X ≤ x).
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        match *self {
            _ if x <= 0.0 => 0.0,
            Self::Exponential { mean } => -libm::expm1(-x / mean),
            Self::LogNormal { median, sigma } => normal_cdf(libm::log(x / median) / sigma),
            Self::Weibull { shape, scale } => -libm::expm1(-libm::pow(x / scale, shape)),
            Self::Gamma { shape, mean } => gamma_cdf(shape, x * shape / mean),
        }
    }

    /// P(X > x), accurate where it is small.
    #[must_use]
    pub fn survival(&self, x: f64) -> f64 {
        match *self {
            _ if x <= 0.0 => 1.0,
            Self::Exponential { mean } => libm::exp(-x / mean),
            Self::LogNormal { median, sigma } => normal_cdf(-libm::log(x / median) / sigma),
            Self::Weibull { shape, scale } => libm::exp(-libm::pow(x / scale, shape)),
            Self::Gamma { shape, mean } => gamma_upper(shape, x * shape / mean),
        }
    }

    /// The length that a share `p` does not exceed; 0 at `p ≤ 0`, ∞ at `p ≥ 1`.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        if p <= 0.0 {
            return 0.0;
        }
        if p >= 1.0 {
            return f64::INFINITY;
        }
        let exponential = -libm::log1p(-p);
        match *self {
            Self::Exponential { mean } => mean * exponential,
            Self::LogNormal { median, sigma } => median * libm::exp(sigma * normal_quantile(p)),
            Self::Weibull { shape, scale } => scale * libm::pow(exponential, 1.0 / shape),
            Self::Gamma { shape, mean } => mean / shape * gamma_quantile(p, shape),
        }
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match *self {
            Self::Exponential { mean } | Self::Gamma { mean, .. } => mean,
            Self::LogNormal { median, sigma } => median * libm::exp(0.5 * sigma * sigma),
            Self::Weibull { shape, scale } => scale * libm::exp(libm::lgamma(1.0 + 1.0 / shape)),
        }
    }

    /// A draw that is positive and finite.
    pub(super) fn draw(&self, draws: &mut Draws) -> f64 {
        let length = match *self {
            Self::Exponential { mean } => mean * draws.exponential(),
            Self::LogNormal { median, sigma } => median * libm::exp(sigma * draws.normal()),
            Self::Weibull { shape, scale } => scale * libm::pow(draws.exponential(), 1.0 / shape),
            Self::Gamma { shape, mean } => mean / shape * draws.gamma(shape),
        };
        length.clamp(f64::MIN_POSITIVE, f64::MAX)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use statrs::distribution::{ContinuousCDF, Exp, Gamma, LogNormal, Weibull};

    fn agrees(law: Law, other: &impl ContinuousCDF<f64, f64>) {
        for p in [0.01, 0.2, 0.5, 0.9, 0.999] {
            let x = law.quantile(p);
            assert!((law.cdf(x) - p).abs() < 1e-12 && (law.survival(x) - (1.0 - p)).abs() < 1e-12, "{law:?} {p}");
            assert!((other.cdf(x) - p).abs() < 1e-9, "{law:?} {p}");
        }
        let mut draws = Draws::new([1, 2]);
        let n = 200_000;
        let mean = (0..n).map(|_| law.draw(&mut draws)).sum::<f64>() / f64::from(n);
        assert!((mean / law.mean() - 1.0).abs() < 0.02, "{law:?} {mean}");
    }

    #[test]
    fn agree_with_statrs() {
        agrees(Law::Exponential { mean: 4.0 }, &Exp::new(0.25).unwrap());
        agrees(Law::LogNormal { median: 7.6, sigma: 0.99 }, &LogNormal::new(libm::log(7.6), 0.99).unwrap());
        agrees(Law::Weibull { shape: 0.7, scale: 3.0 }, &Weibull::new(0.7, 3.0).unwrap());
        agrees(Law::Gamma { shape: 0.4, mean: 8.0 }, &Gamma::new(0.4, 0.05).unwrap());
        agrees(Law::Gamma { shape: 5.0, mean: 8.0 }, &Gamma::new(5.0, 0.625).unwrap());
    }
}
