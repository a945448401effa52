//! Intervals for the parameters of a law.
//!
//! * Exponential: χ² with 2n degrees of freedom (exact unless lengths are cut off).
//! * Lognormal without cut-off lengths: Student for the median, χ² for σ (exact).
//! * Everything else: where twice the loss of log-likelihood, the other parameter at its best, stays below the square of
//!   Student's quantile with n − 1 degrees of freedom. (The usual χ² quantile covers 92 to 94 % at ten lengths.)
//! * From [`WALD_FROM`] lengths on, that is a parabola: the ends are ± quantile × standard error on the logarithm.

use super::gamma::gamma_quantile;
use super::law::{Family, Law};
use super::likelihood::{best_length, best_shape, law, log_likelihood, parts};
use super::numeric::root;
use super::sample::Sample;
use crate::confidence::Confidence;
use crate::intervals::Interval;
use crate::special::{normal_quantile, student_two_sided_quantile};
use serde::Serialize;

/// From so many lengths on the likelihood is taken for a parabola.
const WALD_FROM: usize = 2000;

/// One parameter of a fitted law.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Parameter {
    /// `mean`, `median`, `sigma`, `shape` or `scale`.
    pub name: &'static str,
    /// Whether it is a length; else it has no unit.
    pub is_length: bool,
    /// The estimate.
    pub value: f64,
    /// Its interval; the upper end may be infinite.
    pub interval: Interval,
}

/// The parameters of `fitted`, the most likely law of its family, in the order in which people name them.
pub(super) fn parameters(sample: &Sample, fitted: &Law, confidence: Confidence) -> Vec<Parameter> {
    let (shape, length) = parts(fitted);
    let (of_shape, of_length) = intervals(sample, fitted, confidence);
    let length = |name| Parameter { name, is_length: true, value: length, interval: of_length };
    let shape = |name| Parameter { name, is_length: false, value: shape, interval: of_shape };
    match fitted.family() {
        Family::Exponential => vec![length("mean")],
        Family::LogNormal => vec![length("median"), shape("sigma")],
        Family::Weibull => vec![shape("shape"), length("scale")],
        Family::Gamma => vec![shape("shape"), length("mean")],
    }
}

/// The interval of the shape and of the length.
fn intervals(sample: &Sample, fitted: &Law, confidence: Confidence) -> (Interval, Interval) {
    let (half, n) = (0.5 * confidence.alpha(), sample.n() as f64);
    match fitted.family() {
        Family::Exponential => {
            let end = |p: f64| sample.total() / gamma_quantile(p, n);
            (Interval::new(1.0, 1.0), Interval::new(end(1.0 - half), end(half)))
        }
        Family::LogNormal if sample.beyond().is_empty() => {
            let s = sample.sd_log().unwrap_or(0.0);
            let reach = student_two_sided_quantile(confidence.level(), n - 1.0) * s / libm::sqrt(n);
            let end = |p: f64| s * libm::sqrt(0.5 * (n - 1.0) / gamma_quantile(p, 0.5 * (n - 1.0)));
            let median = |off: f64| libm::exp(sample.mean_log() + off);
            (Interval::new(end(1.0 - half), end(half)), Interval::new(median(-reach), median(reach)))
        }
        _ if sample.n() >= WALD_FROM => parabola(sample, fitted, confidence),
        family => profiles(sample, family, fitted, confidence),
    }
}

/// By the loss of likelihood.
fn profiles(sample: &Sample, family: Family, fitted: &Law, confidence: Confidence) -> (Interval, Interval) {
    let (shape, length) = parts(fitted);
    let t = student_two_sided_quantile(confidence.level(), sample.n() as f64 - 1.0);
    // The estimate that is shown may be corrected for bias; the likelihood's own greatest value counts.
    let top = log_likelihood(sample, fitted);
    let of_shape = |u: f64| {
        let shape = libm::exp(u);
        2.0 * (top - log_likelihood(sample, &law(family, shape, best_length(sample, family, shape)))) - t * t
    };
    let of_length = |u: f64| {
        let length = libm::exp(u);
        let best = best_shape(sample, family, |_| length);
        2.0 * (top - log_likelihood(sample, &law(family, best, length))) - t * t
    };
    (ends(of_shape, libm::log(shape)), ends(of_length, libm::log(length)))
}

/// Where `loss` (below 0 at `middle`, in logarithms) comes to 0 on both sides; 0 or infinity where it never does.
fn ends(loss: impl Fn(f64) -> f64, middle: f64) -> Interval {
    let side = |sign: f64, never: f64| {
        let (mut near, mut step) = (middle, 0.05);
        for _ in 0..12 {
            let far = middle + sign * step;
            if loss(far) > 0.0 {
                return root(&loss, near, far).map_or(never, libm::exp);
            }
            (near, step) = (far, step * 2.0);
        }
        never
    };
    Interval::new(side(-1.0, 0.0), side(1.0, f64::INFINITY))
}

/// By the curvature of the likelihood in the logarithms of both parameters.
fn parabola(sample: &Sample, fitted: &Law, confidence: Confidence) -> (Interval, Interval) {
    let (shape, length) = parts(fitted);
    let family = fitted.family();
    let h = 1.0 / libm::sqrt(sample.n() as f64);
    let at = |a: f64, b: f64| log_likelihood(sample, &law(family, shape * libm::exp(a * h), length * libm::exp(b * h)));
    let top = at(0.0, 0.0);
    let second = |a: f64, b: f64| -(at(a, b) + at(-a, -b) - 2.0 * top) / (h * h);
    let (aa, bb) = (second(1.0, 0.0), second(0.0, 1.0));
    let ab = 0.5 * (second(1.0, 1.0) - aa - bb);
    let determinant = aa * bb - ab * ab;
    let z = -normal_quantile(0.5 * confidence.alpha());
    let around = |value: f64, variance: f64| {
        let reach = libm::exp(z * libm::sqrt(variance));
        if reach.is_finite() { Interval::new(value / reach, value * reach) } else { Interval::new(0.0, f64::INFINITY) }
    };
    (around(shape, bb / determinant), around(length, aa / determinant))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::draws::Draws;
    use super::super::likelihood::most_likely;
    use super::*;

    #[test]
    fn exact_values_by_tables() {
        // n = 5, Σ = 15: 2·15/χ²₁₀ with the table's 20.4832 and 3.24697.
        let data = Sample::new(vec![1.0, 2.0, 3.0, 4.0, 5.0], vec![]).unwrap();
        let law = most_likely(&data, Family::Exponential).unwrap();
        let [mean] = parameters(&data, &law, Confidence::P95)[..] else { panic!() };
        assert!((mean.interval.low - 30.0 / 20.483_177).abs() < 1e-6);
        assert!((mean.interval.high - 30.0 / 3.246_973).abs() < 1e-5);
        // ln: s = 0.639602, t₄ = 2.776445, χ²₄ = 11.14329 and 0.484419.
        let law = most_likely(&data, Family::LogNormal).unwrap();
        let [median, sigma] = parameters(&data, &law, Confidence::P95)[..] else { panic!() };
        let s = data.sd_log().unwrap();
        assert!((libm::log(median.interval.high / median.value) - 2.776_445 * s / libm::sqrt(5.0)).abs() < 1e-6);
        assert!((sigma.interval.low - s * libm::sqrt(4.0 / 11.143_287)).abs() < 1e-6);
        assert!((sigma.interval.high - s * libm::sqrt(4.0 / 0.484_419)).abs() < 1e-5);
    }

    #[test]
    fn one_length_has_a_wide_interval() {
        let data = Sample::new(vec![4.0], vec![]).unwrap();
        let law = most_likely(&data, Family::Exponential).unwrap();
        let [mean] = parameters(&data, &law, Confidence::P95)[..] else { panic!() };
        assert!((mean.interval.low - 4.0 / 3.688_879).abs() < 1e-6 && (mean.interval.high - 157.99).abs() < 0.01);
    }

    /// Coverage by simulation: 95 % within what 600 samples can tell (± 0.9 points, three times).
    #[test]
    fn intervals_cover() {
        for (truth, n, cut) in [
            (Law::Exponential { mean: 3.0 }, 5, None),
            (Law::LogNormal { median: 7.6, sigma: 1.0 }, 7, None),
            (Law::LogNormal { median: 7.6, sigma: 1.0 }, 30, Some(15.0)),
            (Law::Weibull { shape: 0.75, scale: 3.0 }, 10, None),
            (Law::Weibull { shape: 0.75, scale: 3.0 }, 40, Some(6.0)),
            (Law::Gamma { shape: 0.6, mean: 3.0 }, 10, None),
        ] {
            let (mut draws, rounds) = (Draws::new([n, 7]), 600);
            let mut hits = [0; 2];
            let mut families = 0;
            for _ in 0..rounds {
                let lengths: Vec<f64> = (0..n).map(|_| truth.draw(&mut draws)).collect();
                let cut = cut.unwrap_or(f64::INFINITY);
                let beyond = lengths.iter().filter(|&&x| x > cut).map(|_| cut).collect();
                let data = Sample::new(lengths.into_iter().filter(|&x| x <= cut).collect(), beyond).unwrap();
                let Some(law) = most_likely(&data, truth.family()) else { continue };
                families += 1;
                let (shape, length) = parts(&truth);
                let (of_shape, of_length) = intervals(&data, &law, Confidence::P95);
                hits[0] += i32::from(of_shape.contains(shape));
                hits[1] += i32::from(of_length.contains(length));
            }
            assert_eq!(families, rounds);
            let of_shape = if truth.family() == Family::Exponential { rounds } else { hits[0] };
            for hits in [of_shape, hits[1]] {
                assert!(f64::from(hits) / f64::from(rounds) > 0.95 - 0.027, "{truth:?} {n} {hits}");
            }
        }
    }

    #[test]
    fn the_parabola_is_the_limit_of_the_profile() {
        let mut draws = Draws::new([5, 5]);
        let truth = Law::Weibull { shape: 0.75, scale: 3.0 };
        let data = Sample::new((0..1500).map(|_| truth.draw(&mut draws)).collect(), vec![]).unwrap();
        let law = most_likely(&data, Family::Weibull).unwrap();
        let (a, b) = parabola(&data, &law, Confidence::P95);
        let (c, d) = profiles(&data, Family::Weibull, &law, Confidence::P95);
        for (one, other) in [(a.low, c.low), (a.high, c.high), (b.low, d.low), (b.high, d.high)] {
            assert!((one / other - 1.0).abs() < 0.003, "{one} {other}");
        }
    }
}
