//! The incomplete gamma function, its inverse, and the digamma function.
//!
//! Sources: series and continued fraction of Press et al., *Numerical Recipes* (3rd ed.) §6.2; the start of the quantile
//! by Wilson and Hilferty (1931); digamma by its asymptotic series (Abramowitz and Stegun 6.3.18).

use crate::special::normal_quantile;

/// P(X ≤ x) for a gamma variate of shape `a` and scale 1; NaN unless `a` is positive and finite.
#[must_use]
pub fn gamma_cdf(a: f64, x: f64) -> f64 {
    pair(a, x).0
}

/// P(X > x) for the same variate, accurate where it is small.
#[must_use]
pub fn gamma_upper(a: f64, x: f64) -> f64 {
    pair(a, x).1
}

/// Both tails.
fn pair(a: f64, x: f64) -> (f64, f64) {
    if !(a > 0.0 && a.is_finite()) || x.is_nan() {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    let front = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    if x < a + 1.0 {
        let lower = (front * lower_series(a, x)).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (front * upper_fraction(a, x)).min(1.0);
        (1.0 - upper, upper)
    }
}

/// Terms enough for shapes up to about 1e8; beyond, the last digits suffer.
const TERMS_MAX: u32 = 100_000;

fn lower_series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    for n in 1..TERMS_MAX {
        term *= x / (a + f64::from(n));
        sum += term;
        if term < sum * 1e-16 {
            break;
        }
    }
    sum
}

fn upper_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |x: f64| if x.abs() < TINY { TINY } else { x };
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / guard(b);
    let mut h = d;
    for i in 1..TERMS_MAX {
        let an = -f64::from(i) * (f64::from(i) - a);
        b += 2.0;
        d = 1.0 / guard(an * d + b);
        c = guard(b + an / c);
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    h
}

/// ln P(X > x), also where the tail itself is too small for a number.
pub(super) fn ln_gamma_upper(a: f64, x: f64) -> f64 {
    let upper = gamma_upper(a, x);
    if upper > 1e-280 {
        return libm::log(upper);
    }
    // Here x is far above a: the continued fraction is well behaved, only its front underflows.
    a * libm::log(x) - x - libm::lgamma(a) + libm::log(upper_fraction(a, x))
}

/// The `p`-quantile of a gamma variate of shape `a` and scale 1; 0 at `p ≤ 0`, ∞ at `p ≥ 1`, NaN unless `a` is positive
/// and finite. Newton steps inside a bracket.
#[must_use]
pub fn gamma_quantile(p: f64, a: f64) -> f64 {
    if p.is_nan() || !(a > 0.0 && a.is_finite()) {
        return f64::NAN;
    }
    if p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (0.0_f64, f64::INFINITY);
    let mut x = first_guess(p, a);
    for _ in 0..200 {
        let (lower, upper) = pair(a, x);
        // The smaller tail keeps its digits.
        let excess = if p < 0.5 { lower - p } else { (1.0 - p) - upper };
        if excess < 0.0 {
            low = x;
        } else {
            high = x;
        }
        let density = libm::exp((a - 1.0) * libm::log(x) - x - libm::lgamma(a));
        let newton = x - excess / density;
        if (newton - x).abs() <= 4e-16 * x {
            return x;
        }
        let inside = newton.is_finite() && newton > low && newton < high;
        let next = match (inside, high.is_finite()) {
            (true, _) => newton,
            (false, true) => {
                if high > 16.0 * low {
                    (low.max(high / 256.0) + high / 16.0) / 2.0
                } else {
                    low.midpoint(high)
                }
            }
            (false, false) => 2.0 * x + 1.0,
        };
        if next <= low || next >= high {
            return x;
        }
        x = next;
    }
    x
}

fn first_guess(p: f64, a: f64) -> f64 {
    let z = normal_quantile(p);
    let w = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * libm::sqrt(a));
    let cube = a * w * w * w;
    // Small shapes: P(a, x) is near x^a / Γ(a + 1).
    let small = libm::exp((libm::log(p) + libm::lgamma(a + 1.0)) / a);
    let guess = if w > 0.2 && a > 0.5 { cube } else { small };
    guess.clamp(1e-300, 1e300)
}

/// d ln Γ(x) / dx for x > 0; NaN elsewhere.
#[must_use]
pub fn digamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let (mut x, mut sum) = (x, 0.0);
    while x < 16.0 {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    let series = r * (1.0 / 12.0 - r * (1.0 / 120.0 - r * (1.0 / 252.0 - r * (1.0 / 240.0 - r * (1.0 / 132.0)))));
    sum + libm::log(x) - 0.5 / x - series
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use statrs::distribution::{ContinuousCDF, Gamma};
    use statrs::function::gamma as other;

    #[test]
    fn agrees_with_statrs() {
        for a in [0.05, 0.5, 1.0, 2.5, 19.0, 240.0, 23_329.0] {
            assert!((digamma(a) - other::digamma(a)).abs() < 1e-11 * digamma(a).abs().max(1.0), "{a}");
            let law = Gamma::new(a, 1.0).unwrap();
            for p in [1e-6, 0.025, 0.3, 0.5, 0.9, 0.975, 0.9999] {
                let x = gamma_quantile(p, a);
                assert!((gamma_cdf(a, x) / p - 1.0).abs() < 1e-10, "{a} {p}: {x}");
                assert!((law.cdf(x) / p - 1.0).abs() < 1e-6, "{a} {p}: {x}");
                assert!((gamma_cdf(a, x) + gamma_upper(a, x) - 1.0).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn known_values() {
        // χ² with 2 and 10 degrees of freedom: tables of any textbook.
        assert!((2.0 * gamma_quantile(0.95, 1.0) - 5.991_464_547_107_979).abs() < 1e-12);
        assert!((2.0 * gamma_quantile(0.025, 5.0) - 3.246_972_780_236_841).abs() < 1e-12);
        assert!((digamma(1.0) + 0.577_215_664_901_532_9).abs() < 1e-14);
        // Q(1, x) = e^(−x), far beyond what a number can hold.
        assert!((ln_gamma_upper(1.0, 5000.0) + 5000.0).abs() < 1e-9);
        assert_eq!(gamma_quantile(0.0, 3.0), 0.0);
        assert_eq!(gamma_quantile(1.0, 3.0), f64::INFINITY);
        assert!(gamma_quantile(0.5, 0.0).is_nan() && gamma_cdf(-1.0, 1.0).is_nan() && digamma(0.0).is_nan());
    }
}
