//! Means and variances of the usual laws of time, as pure functions.
//!
//! Times are in any one unit; a variance is in that unit squared. Formulas:
//! Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions*, vol. 1
//! (2nd ed., 1994), chapters 14 (lognormal), 17 (gamma), 19 (exponential),
//! 21 (Weibull).

use crate::error::{Error, check, nonnegative, positive};

/// Mean and variance of a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Mean.
    pub mean: f64,
    /// Variance, in the unit of the mean squared.
    pub variance: f64,
}

impl Moments {
    /// Mean of the time still to run when a renewal process is met at a random
    /// instant: E\[X²\] / (2 E\[X\]). Not a number for a mean of zero.
    #[must_use]
    pub fn mean_residual(self) -> f64 {
        (self.variance / self.mean + self.mean) / 2.0
    }
}

/// A time that is always `value` ≥ 0.
pub fn fixed(value: f64) -> Result<Moments, Error> {
    Ok(Moments { mean: nonnegative("fixed time", value)?, variance: 0.0 })
}

/// Exponential with `mean` > 0.
pub fn exponential(mean: f64) -> Result<Moments, Error> {
    positive("exponential mean", mean)?;
    Ok(Moments { mean, variance: mean * mean })
}

/// Uniform between `low` ≥ 0 and `high` ≥ `low`.
pub fn uniform(low: f64, high: f64) -> Result<Moments, Error> {
    nonnegative("uniform low end", low)?;
    let ordered = high.is_finite() && high >= low;
    check(ordered, "uniform high end", high, "finite and not below the low end")?;
    let width = high - low;
    Ok(Moments { mean: low + width / 2.0, variance: width * width / 12.0 })
}

/// Lognormal with `median` > 0 and `sigma` ≥ 0, the standard deviation of the
/// natural logarithm: mean = median · exp(σ²/2).
pub fn lognormal_from_median(median: f64, sigma: f64) -> Result<Moments, Error> {
    positive("lognormal median", median)?;
    nonnegative("lognormal sigma", sigma)?;
    lognormal_from_mean(median * libm::exp(sigma * sigma / 2.0), sigma)
}

/// Lognormal with `mean` > 0 and `sigma` ≥ 0: variance = mean² (exp(σ²) - 1).
pub fn lognormal_from_mean(mean: f64, sigma: f64) -> Result<Moments, Error> {
    positive("lognormal mean", mean)?;
    nonnegative("lognormal sigma", sigma)?;
    Ok(Moments { mean, variance: mean * mean * libm::expm1(sigma * sigma) })
}

/// Median of the lognormal with `mean` > 0 and `sigma` ≥ 0.
pub fn lognormal_median(mean: f64, sigma: f64) -> Result<f64, Error> {
    positive("lognormal mean", mean)?;
    nonnegative("lognormal sigma", sigma)?;
    Ok(mean * libm::exp(-sigma * sigma / 2.0))
}

/// Mean of a lognormal *capped* at `cap` > 0, E\[min(X, cap)\]: longer draws count as
/// `cap`. `sigma` > 0. Not the same as truncation, which draws again.
pub fn lognormal_capped_mean(median: f64, sigma: f64, cap: f64) -> Result<f64, Error> {
    positive("lognormal median", median)?;
    positive("lognormal sigma", sigma)?;
    positive("cap", cap)?;
    let z = libm::log(cap / median) / sigma;
    let mean = median * libm::exp(sigma * sigma / 2.0);
    Ok(mean * normal_cdf(z - sigma) + cap * normal_cdf(-z))
}

/// Scale of the Weibull with `shape` > 0 and `mean` > 0: mean / Γ(1 + 1/shape).
pub fn weibull_scale(shape: f64, mean: f64) -> Result<f64, Error> {
    positive("Weibull shape", shape)?;
    positive("Weibull mean", mean)?;
    let scale = mean / libm::tgamma(1.0 + 1.0 / shape);
    check(scale > 0.0, "Weibull shape", shape, "large enough for a finite mean")?;
    Ok(scale)
}

/// Weibull with `shape` > 0 and `mean` > 0:
/// variance = mean² (Γ(1 + 2/shape) / Γ(1 + 1/shape)² - 1).
fn weibull_from_mean(shape: f64, mean: f64) -> Result<Moments, Error> {
    weibull_scale(shape, mean)?;
    let log_ratio = libm::lgamma(1.0 + 2.0 / shape) - 2.0 * libm::lgamma(1.0 + 1.0 / shape);
    let variance = mean * mean * libm::expm1(log_ratio);
    check(variance.is_finite(), "Weibull shape", shape, "large enough for a finite variance")?;
    Ok(Moments { mean, variance })
}

/// Weibull with `shape` > 0 and `scale` > 0.
pub fn weibull_from_scale(shape: f64, scale: f64) -> Result<Moments, Error> {
    positive("Weibull shape", shape)?;
    positive("Weibull scale", scale)?;
    weibull_from_mean(shape, scale * libm::tgamma(1.0 + 1.0 / shape))
}

/// Standard normal distribution function, accurate in the lower tail.
fn normal_cdf(z: f64) -> f64 {
    libm::erfc(-z / core::f64::consts::SQRT_2) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, relative: f64) -> bool {
        (a - b).abs() <= relative * b.abs()
    }

    #[test]
    fn lognormal_from_median_and_from_mean_agree() -> Result<(), Error> {
        let a = lognormal_from_median(8.0, 0.7)?;
        let b = lognormal_from_mean(a.mean, 0.7)?;
        assert!(close(a.mean, 10.220970505639093, 1e-14) && close(a.variance, b.variance, 1e-14));
        assert!(close(lognormal_median(a.mean, 0.7)?, 8.0, 1e-14));
        Ok(())
    }

    #[test]
    fn a_capped_mean_agrees_with_the_midpoint_rule() -> Result<(), Error> {
        let (median, sigma, cap) = (libm::exp(1.41), 1.13, 24.0);
        let (mut mass, mut capped) = (0.0, 0.0);
        let (steps, top) = (400_000, 12.0);
        for step in 0..steps {
            let z = -top + 2.0 * top * (f64::from(step) + 0.5) / f64::from(steps);
            let density = libm::exp(-z * z / 2.0);
            let x = median * libm::exp(sigma * z);
            mass += density;
            capped += density * x.min(cap);
        }
        assert!(close(lognormal_capped_mean(median, sigma, cap)?, capped / mass, 1e-8));
        Ok(())
    }

    #[test]
    fn weibull_of_shape_one_is_exponential_and_of_shape_two_is_rayleigh() -> Result<(), Error> {
        assert!(close(weibull_from_mean(1.0, 9.0)?.variance, 81.0, 1e-12));
        let rayleigh = weibull_from_scale(2.0, 1.0)?;
        let pi = core::f64::consts::PI;
        assert!(close(rayleigh.mean, libm::sqrt(pi) / 2.0, 1e-14));
        assert!(close(rayleigh.variance, 1.0 - pi / 4.0, 1e-13));
        assert!(weibull_scale(0.005, 1.0).is_err());
        Ok(())
    }

    #[test]
    fn residual_of_an_exponential_is_its_mean_and_of_a_fixed_time_is_half() -> Result<(), Error> {
        assert_eq!(exponential(5.0)?.mean_residual(), 5.0);
        assert_eq!(fixed(5.0)?.mean_residual(), 2.5);
        assert_eq!(uniform(1.0, 3.0)?, Moments { mean: 2.0, variance: 4.0 / 12.0 });
        Ok(())
    }

    #[test]
    fn impossible_laws_are_refused() {
        assert!(uniform(2.0, 1.0).is_err());
        assert!(lognormal_from_median(1.0, f64::NAN).is_err());
    }
}
