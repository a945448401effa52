//! Likelihoods and where they are greatest.
//!
//! A law of two parameters is a shape (σ, k, a: dimensionless) and a length (median, scale, mean). For a given shape the
//! best length has a closed form, except where lengths are cut off for the lognormal and the gamma law; so every search
//! is a search over one number.

use super::gamma::{digamma, ln_gamma_upper};
use super::law::{Family, Law};
use super::numeric::{maximum, root};
use super::sample::Sample;

/// The shapes that are looked at.
pub(super) const SHAPES: (f64, f64) = (1e-3, 1e6);
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;

/// The law of a family with a shape (not looked at for the exponential) and a length.
pub(super) fn law(family: Family, shape: f64, length: f64) -> Law {
    match family {
        Family::Exponential => Law::Exponential { mean: length },
        Family::LogNormal => Law::LogNormal { median: length, sigma: shape },
        Family::Weibull => Law::Weibull { shape, scale: length },
        Family::Gamma => Law::Gamma { shape, mean: length },
    }
}

/// The shape and the length of a law.
pub(super) fn parts(law: &Law) -> (f64, f64) {
    match *law {
        Law::Exponential { mean } => (1.0, mean),
        Law::LogNormal { median, sigma } => (sigma, median),
        Law::Weibull { shape, scale } => (shape, scale),
        Law::Gamma { shape, mean } => (shape, mean),
    }
}

/// The logarithm of the likelihood of a law.
pub(super) fn log_likelihood(sample: &Sample, law: &Law) -> f64 {
    let n = sample.n() as f64;
    let sum_log = n * sample.mean_log();
    match *law {
        Law::Exponential { mean } => -n * libm::log(mean) - sample.total() / mean,
        Law::LogNormal { median, sigma } => {
            let off = sample.mean_log() - libm::log(median);
            let squares = sample.squares_log() + n * off * off;
            let seen = -n * (libm::log(sigma) + LN_SQRT_2PI) - sum_log - 0.5 * squares / (sigma * sigma);
            seen + sample.beyond().iter().map(|&c| ln_normal_upper(libm::log(c / median) / sigma)).sum::<f64>()
        }
        Law::Weibull { shape, scale } => {
            let hazard = |&x: &f64| libm::pow(x / scale, shape);
            let seen = n * (libm::log(shape) - shape * libm::log(scale)) + (shape - 1.0) * sum_log;
            seen - sample.exact().iter().chain(sample.beyond()).map(hazard).sum::<f64>()
        }
        Law::Gamma { shape, mean } => {
            let per = shape / mean;
            let seen = n * (shape * libm::log(per) - libm::lgamma(shape)) + (shape - 1.0) * sum_log;
            let beyond = |&c: &f64| ln_gamma_upper(shape, c * per);
            seen - sample.sum() * per + sample.beyond().iter().map(beyond).sum::<f64>()
        }
    }
}

/// ln P(Z > z), also where the tail is too small for a number (Mills' ratio).
fn ln_normal_upper(z: f64) -> f64 {
    if z < 30.0 {
        return libm::log(crate::special::normal_cdf(-z));
    }
    -0.5 * z * z - LN_SQRT_2PI - libm::log(z) + libm::log1p(-1.0 / (z * z))
}

/// The most likely law of a family; none where there is none: no length seen to its end, or (for two parameters) all
/// of them alike.
pub(super) fn most_likely(sample: &Sample, family: Family) -> Option<Law> {
    if sample.n() == 0 || (family != Family::Exponential && !sample.varies()) {
        return None;
    }
    let shape = match family {
        Family::Exponential => 1.0,
        Family::Weibull => weibull_shape(sample)?,
        Family::LogNormal if sample.beyond().is_empty() => libm::sqrt(sample.squares_log() / sample.n() as f64),
        Family::Gamma if sample.beyond().is_empty() => gamma_shape(sample)?,
        Family::LogNormal | Family::Gamma => best_shape(sample, family, |shape| best_length(sample, family, shape)),
    };
    let found = law(family, shape, best_length(sample, family, shape));
    let fine = |x: f64| x.is_finite() && x > 0.0;
    let (shape, length) = parts(&found);
    (fine(shape) && fine(length)).then_some(found)
}

/// The best length for a given shape.
pub(super) fn best_length(sample: &Sample, family: Family, shape: f64) -> f64 {
    let n = sample.n() as f64;
    match family {
        Family::Exponential => sample.total() / n,
        Family::Weibull => {
            // ln scale = ln(Σ x^k / n) / k, with the greatest term taken out.
            let top = greatest(sample);
            let power = |&x: &f64| libm::exp(shape * libm::log(x / top));
            let sum: f64 = sample.exact().iter().chain(sample.beyond()).map(power).sum();
            top * libm::exp(libm::log(sum / n) / shape)
        }
        Family::LogNormal if sample.beyond().is_empty() => libm::exp(sample.mean_log()),
        Family::Gamma if sample.beyond().is_empty() => sample.sum() / n,
        Family::LogNormal | Family::Gamma => {
            let least = sample.exact().first().copied().unwrap_or(1.0);
            // The mean of a gamma law may lie far beyond the data, a lognormal's median not so far.
            let (low, high) = (libm::log(least) - 1.0, libm::log(greatest(sample)) + 30.0);
            libm::exp(maximum(|u| log_likelihood(sample, &law(family, shape, libm::exp(u))), low, high))
        }
    }
}

fn greatest(sample: &Sample) -> f64 {
    let last = |lengths: &[f64]| lengths.last().copied().unwrap_or(f64::MIN_POSITIVE);
    last(sample.exact()).max(last(sample.beyond()))
}

/// The best shape where the length is given by the shape.
pub(super) fn best_shape(sample: &Sample, family: Family, length: impl Fn(f64) -> f64) -> f64 {
    let of = |u: f64| {
        let shape = libm::exp(u);
        log_likelihood(sample, &law(family, shape, length(shape)))
    };
    let (low, high) = match family {
        Family::LogNormal => (1e-4, 1e2),
        _ => SHAPES,
    };
    libm::exp(maximum(of, libm::log(low), libm::log(high)))
}

/// The root of Σ x^k ln x / Σ x^k − 1/k − mean ln x, which rises with k.
fn weibull_shape(sample: &Sample) -> Option<f64> {
    let top = greatest(sample);
    let mean_log = sample.mean_log() - libm::log(top);
    let logs: Vec<f64> = sample.exact().iter().chain(sample.beyond()).map(|&x| libm::log(x / top)).collect();
    let score = |u: f64| {
        let k = libm::exp(u);
        let (mut sum, mut with_log) = (0.0, 0.0);
        for &y in &logs {
            let power = libm::exp(k * y);
            sum += power;
            with_log += power * y;
        }
        with_log / sum - 1.0 / k - mean_log
    };
    root(score, libm::log(SHAPES.0), libm::log(SHAPES.1)).map(libm::exp)
}

/// The root of ln a − ψ(a) = ln mean − mean ln.
fn gamma_shape(sample: &Sample) -> Option<f64> {
    let s = libm::log(sample.sum() / sample.n() as f64) - sample.mean_log();
    let score = |u: f64| u - digamma(libm::exp(u)) - s;
    root(score, libm::log(SHAPES.0), libm::log(SHAPES.1)).map(libm::exp)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use statrs::distribution::{Continuous, ContinuousCDF, Exp, Gamma, LogNormal, Weibull};

    fn sample() -> Sample {
        Sample::new(vec![0.3, 1.7, 1.73, 4.25, 6.17, 9.92, 11.6, 20.43, 72.27], vec![24.0, 3.0]).unwrap()
    }

    fn other(sample: &Sample, law: &impl Continuous<f64, f64>, tail: impl Fn(f64) -> f64) -> f64 {
        let seen: f64 = sample.exact().iter().map(|&x| law.ln_pdf(x)).sum();
        seen + sample.beyond().iter().map(|&c| tail(c).ln()).sum::<f64>()
    }

    #[test]
    fn likelihoods_are_those_of_statrs() {
        let data = sample();
        let e = Exp::new(0.1).unwrap();
        let l = LogNormal::new(libm::log(7.0), 1.3).unwrap();
        let w = Weibull::new(0.8, 12.0).unwrap();
        let g = Gamma::new(0.7, 0.7 / 15.0).unwrap();
        for (ours, theirs) in [
            (Law::Exponential { mean: 10.0 }, other(&data, &e, |c| e.sf(c))),
            (Law::LogNormal { median: 7.0, sigma: 1.3 }, other(&data, &l, |c| l.sf(c))),
            (Law::Weibull { shape: 0.8, scale: 12.0 }, other(&data, &w, |c| w.sf(c))),
            (Law::Gamma { shape: 0.7, mean: 15.0 }, other(&data, &g, |c| g.sf(c))),
        ] {
            assert!((log_likelihood(&data, &ours) - theirs).abs() < 1e-9, "{ours:?}");
        }
    }

    /// No step in any direction makes the law more likely.
    #[test]
    fn the_most_likely_is_the_most_likely() {
        let uncut = Sample::new(sample().exact().to_vec(), vec![]).unwrap();
        for data in [sample(), uncut] {
            for family in Family::ALL {
                let best = most_likely(&data, family).unwrap();
                let (shape, length) = parts(&best);
                let top = log_likelihood(&data, &best);
                for (a, b) in [(1.001, 1.0), (0.999, 1.0), (1.0, 1.001), (1.0, 0.999), (1.001, 1.001), (0.999, 1.001)] {
                    if family != Family::Exponential || a == 1.0 {
                        assert!(log_likelihood(&data, &law(family, shape * a, length * b)) < top, "{best:?} {a} {b}");
                    }
                }
            }
        }
    }

    #[test]
    fn closed_forms() {
        let data = Sample::new(vec![1.0, 2.0, 3.0, 4.0, 5.0], vec![]).unwrap();
        let Some(Law::Exponential { mean }) = most_likely(&data, Family::Exponential) else { panic!() };
        assert!((mean - 3.0).abs() < 1e-12);
        let cut = Sample::new(vec![1.0, 2.0, 3.0], vec![4.0, 5.0]).unwrap();
        let Some(Law::Exponential { mean }) = most_likely(&cut, Family::Exponential) else { panic!() };
        assert!((mean - 5.0).abs() < 1e-12);
        let Some(Law::LogNormal { median, sigma }) = most_likely(&data, Family::LogNormal) else { panic!() };
        assert!((median - libm::pow(120.0, 0.2)).abs() < 1e-12 && (sigma - 0.568_416_922_151_789_8).abs() < 1e-12);
        // The scores vanish.
        let Some(Law::Gamma { shape, mean }) = most_likely(&data, Family::Gamma) else { panic!() };
        let s = libm::log(3.0) - libm::log(120.0) / 5.0;
        assert!((mean - 3.0).abs() < 1e-12 && (libm::log(shape) - digamma(shape) - s).abs() < 1e-10);
    }

    /// Found by a pattern search over the likelihoods written out in another language.
    #[test]
    fn searched_elsewhere() {
        let seen = vec![1.0, 2.0, 3.0, 4.0, 5.0];
        let (all, cut) = (Sample::new(seen.clone(), vec![]).unwrap(), Sample::new(seen, vec![6.0]).unwrap());
        for (data, family, shape, length, likelihood) in [
            (&all, Family::Weibull, 2.293_806_7, 3.394_290_7, -8.671_093_799_278),
            (&all, Family::Gamma, 3.701_643_8, 3.0, -8.834_303_836_171),
            (&cut, Family::Weibull, 1.804_902_6, 4.232_973_3, -11.215_514_059_309),
            (&cut, Family::LogNormal, 0.701_664_5, 3.191_065_6, -11.152_589_539_394),
        ] {
            let found = most_likely(data, family).unwrap();
            let (a, b) = parts(&found);
            assert!((a / shape - 1.0).abs() < 1e-6 && (b / length - 1.0).abs() < 1e-6, "{found:?}");
            assert!((log_likelihood(data, &found) - likelihood).abs() < 1e-10, "{found:?}");
        }
    }

    #[test]
    fn where_there_is_none() {
        let of = |exact: &[f64], beyond: &[f64], family| {
            most_likely(&Sample::new(exact.to_vec(), beyond.to_vec()).unwrap(), family)
        };
        for family in Family::ALL {
            assert_eq!(of(&[], &[], family), None);
            assert_eq!(of(&[], &[5.0], family), None);
            assert_eq!(of(&[5.0], &[], family).is_some(), family == Family::Exponential);
            assert_eq!(of(&[5.0, 5.0], &[], family).is_some(), family == Family::Exponential);
            // Extremes neither overflow nor panic.
            let _ = of(&[1e-300, 1e300], &[1e308], family);
            let _ = of(&[1.0, 1.0 + 1e-15], &[], family);
        }
    }
}
