//! Draws against the laws that they claim to follow: moments, distribution functions, residuals, first passages.
//!
//! Three sources are held against each other: the draws, the closed forms (`survival`, `mean_ms`), and numerical
//! integrals of the survival function, which alone give the moments of the length-biased and the residual law. All
//! keys are fixed: a test that passes, passes always. The bits themselves are in `golden.rs`.
#![allow(clippy::unwrap_used)]

mod check;

use check::{SURPRISE, chi_square, chi_square_p, ks_distance, ks_p};
use statrs::distribution::{ContinuousCDF, Exp, Gamma, LogNormal, Weibull};
use zonefall_engine::{Key, Law, LawError, Shape, SimDuration, Stream};

const HOUR: f64 = 3_600_000.0;
const DRAWS: usize = 50_000;
/// Means may differ by this many standard errors: one test in 150,000 would fail by chance.
const ERRORS: f64 = 4.5;

/// The cuts that leave 2 to 10 % of a law that may be short.
const DEEP: [(&str, f64); 5] =
    [("exponential", 1.0), ("weibull 0.8", 0.5), ("weibull 1.5", 4.0), ("gamma 0.5", 0.05), ("lognormal 1.2", 0.5)];

/// A law under test.
struct Case {
    name: String,
    law: Law,
    /// Its distribution function has no jump.
    continuous: bool,
    /// E[X³] exists, so a mean of length-biased draws has a standard error.
    third_moment: bool,
    /// The cut leaves so little that length-biased draws are mostly rejected.
    deep: bool,
}

impl Case {
    fn biased_draws(&self) -> usize {
        if self.deep { DRAWS / 20 } else { DRAWS }
    }

    /// The numerical integrals see a jump only to within a step.
    fn integration_error(&self) -> f64 {
        if self.continuous { 1e-6 } else { 1e-3 }
    }
}

/// Each family without a cut, and with cuts that leave much and little.
fn cases() -> Vec<Case> {
    let empirical = Shape::Empirical([0.5, 1.0, 1.0, 2.0, 8.0].map(|hours| hours * HOUR).into());
    let families: [(&str, Shape, &[Option<f64>]); 13] = [
        ("exponential", Shape::Exponential(40.0 * HOUR), &[None, Some(30.0), Some(1.0)]),
        ("weibull 0.8", Shape::Weibull(0.8, 40.0 * HOUR), &[None, Some(30.0), Some(0.5)]),
        ("weibull 1.5", Shape::Weibull(1.5, 40.0 * HOUR), &[None, Some(50.0), Some(4.0)]),
        ("gamma 0.5", Shape::Gamma(0.5, 20.0 * HOUR), &[None, Some(15.0), Some(0.05)]),
        ("gamma 3", Shape::Gamma(3.0, 10.0 * HOUR), &[None, Some(35.0), Some(8.0)]),
        ("lognormal 1.2", Shape::LogNormal(2.0 * HOUR, 1.2), &[None, Some(8.0), Some(0.5)]),
        ("lognormal 0", Shape::LogNormal(2.0 * HOUR, 0.0), &[None, Some(8.0)]),
        ("pareto 2.5", Shape::Pareto(2.5, HOUR), &[None, Some(6.0), Some(1.05)]),
        ("pareto 1", Shape::Pareto(1.0, HOUR), &[Some(50.0)]),
        ("pareto 0.9", Shape::Pareto(0.9, HOUR), &[Some(100.0), Some(1.05)]),
        ("uniform", Shape::Uniform(HOUR, 5.0 * HOUR), &[None, Some(3.0), Some(1.1)]),
        ("constant", Shape::Constant(3.0 * HOUR), &[None, Some(4.0)]),
        ("empirical", empirical, &[None, Some(4.0), Some(0.75)]),
    ];
    let mut cases = Vec::new();
    for (family, shape, cuts) in families {
        let jumps = matches!(family, "constant" | "empirical" | "lognormal 0");
        for cut in cuts {
            cases.push(Case {
                name: cut.map_or(family.to_owned(), |hours| format!("{family} below {hours} h")),
                law: Law::new(shape.clone(), cut.map(|hours| hours * HOUR)).unwrap(),
                continuous: !jumps,
                third_moment: family != "pareto 2.5" || cut.is_some(),
                deep: DEEP.contains(&(family, cut.unwrap_or(0.0))),
            });
        }
    }
    cases
}

fn stream(case: &Case, purpose: &str) -> Stream {
    Key::root(7).named(purpose).named(&case.name).stream()
}

fn sorted_draws(count: usize, mut draw: impl FnMut() -> f64) -> Vec<f64> {
    let mut draws: Vec<f64> = (0..count).map(|_| draw()).collect();
    draws.sort_unstable_by(f64::total_cmp);
    draws
}

/// ∫ tᵏ S(t) dt over [0, ∞), by the trapezoidal rule in log t.
fn moment_of_survival(law: &Law, k: i32) -> f64 {
    const STEP: f64 = 5e-4;
    let scale = law.mean_ms();
    let sum: f64 = (-70_000..140_000)
        .map(|i| {
            let t = scale * (f64::from(i) * STEP).exp();
            let survival = law.survival(t);
            if survival == 0.0 { 0.0 } else { t.powi(k + 1) * survival }
        })
        .sum();
    sum * STEP
}

/// (1/mean) ∫₀ᵗ S at sorted instants, by Simpson's rule between neighbours.
fn residual_cdf(law: &Law, sorted: &[f64]) -> Vec<f64> {
    let mean = law.mean_ms();
    let (mut from, mut before, mut area) = (0.0, law.survival(0.0), 0.0);
    sorted
        .iter()
        .map(|&to| {
            let after = law.survival(to);
            area += (to - from) / 6.0 * (before + 4.0 * law.survival(0.5 * (from + to)) + after);
            (from, before) = (to, after);
            area / mean
        })
        .collect()
}

#[track_caller]
fn assert_mean(case: &Case, draws: &[f64], mean: f64, variance: f64) {
    let seen = draws.iter().sum::<f64>() / draws.len() as f64;
    let error = (variance.max(0.0) / draws.len() as f64).sqrt();
    let allowed = ERRORS * error + case.integration_error() * mean;
    assert!((seen - mean).abs() <= allowed, "{}: mean {seen}, not {mean} (standard error {error})", case.name);
}

#[track_caller]
fn assert_follows(what: &str, cdf_at_sorted: &[f64]) {
    let distance = ks_distance(cdf_at_sorted);
    let p = ks_p(distance, cdf_at_sorted.len());
    assert!(p > SURPRISE, "{what}: Kolmogorov–Smirnov distance {distance}, p = {p:e}");
}

#[test]
fn draws_have_the_mean_and_stay_below_the_cut() {
    for case in cases() {
        let mut luck = stream(&case, "mean");
        let draws = sorted_draws(DRAWS, || case.law.draw_ms(&mut luck));
        let mean = case.law.mean_ms();
        let variance = 2.0 * moment_of_survival(&case.law, 1) - mean * mean;
        assert_mean(&case, &draws, mean, variance);
        assert!(draws[0] >= 0.0 && draws[DRAWS - 1] <= case.law.below().unwrap_or(f64::INFINITY), "{}", case.name);
    }
}

#[test]
fn the_mean_is_the_integral_of_the_survival() {
    for case in cases() {
        let (mean, area) = (case.law.mean_ms(), moment_of_survival(&case.law, 0));
        assert!((area / mean - 1.0).abs() < case.integration_error(), "{}: mean {mean}, integral {area}", case.name);
    }
}

#[test]
fn draws_follow_the_survival() {
    for case in cases().iter().filter(|case| case.continuous) {
        let mut luck = stream(case, "survival");
        let draws = sorted_draws(DRAWS, || case.law.draw_ms(&mut luck));
        let cdf: Vec<f64> = draws.iter().map(|&t| 1.0 - case.law.survival(t)).collect();
        assert_follows(&case.name, &cdf);
    }
}

#[test]
fn an_empirical_law_draws_each_value_as_often_as_it_is_given() {
    let values = [0.0, 1.0, 1.0, 2.0, 8.0, 9.0];
    let law = Law::new(Shape::Empirical(values.into()), Some(8.0)).unwrap();
    let mut luck = Key::root(7).named("empirical").stream();
    let mut counts = [0.0; 9];
    for _ in 0..DRAWS {
        counts[law.draw_ms(&mut luck) as usize] += 1.0;
    }
    let share = DRAWS as f64 / 5.0;
    let expected = [(0, share), (1, 2.0 * share), (2, share), (8, share)];
    let p = chi_square_p(chi_square(expected.map(|(value, expected)| (counts[value], expected))), 3.0);
    assert!(p > SURPRISE, "{counts:?}");
    assert_eq!(expected.iter().map(|&(value, _)| counts[value]).sum::<f64>(), DRAWS as f64);
    assert_eq!([0.0, 0.5, 1.0, 2.0, 7.0, 8.0].map(|t| law.survival(t)), [0.8, 0.8, 0.4, 0.2, 0.2, 0.0]);
}

#[test]
fn residual_draws_follow_the_stationary_law() {
    for case in cases() {
        let mut luck = stream(&case, "residual");
        let draws = sorted_draws(case.biased_draws(), || case.law.draw_residual_ms(&mut luck));
        assert_follows(&case.name, &residual_cdf(&case.law, &draws));
        if case.third_moment {
            let mean = moment_of_survival(&case.law, 1) / case.law.mean_ms();
            let second = moment_of_survival(&case.law, 2) / case.law.mean_ms();
            assert_mean(&case, &draws, mean, second - mean * mean);
        }
    }
}

/// The age follows the same law as the residual, and both together are the length that the instant fell into.
#[test]
fn ages_follow_the_stationary_law_and_belong_to_their_residuals() {
    for case in cases() {
        let mut luck = stream(&case, "age");
        let draws = sorted_draws(case.biased_draws(), || case.law.draw_age_ms(&mut luck));
        assert_follows(&case.name, &residual_cdf(&case.law, &draws));
        let (mut ages, mut residuals, mut lengths) = ([(); 3]).map(|()| stream(&case, "whole")).into();
        for _ in 0..100 {
            let [age, residual] = [case.law.draw_age_ms(&mut ages), case.law.draw_residual_ms(&mut residuals)];
            if case.law.memoryless_mean().is_none() {
                let whole = case.law.draw_biased_ms(&mut lengths);
                assert!((age + residual - whole).abs() <= 1e-9 * whole, "{}: {age} + {residual} of {whole}", case.name);
                lengths.unit();
            } else {
                residuals.exponential();
            }
        }
    }
}

#[test]
fn biased_draws_have_the_mean_of_the_length_biased_law() {
    for case in cases().iter().filter(|case| case.third_moment) {
        let mut luck = stream(case, "biased");
        let draws = sorted_draws(case.biased_draws(), || case.law.draw_biased_ms(&mut luck));
        let mean = 2.0 * moment_of_survival(&case.law, 1) / case.law.mean_ms();
        let second = 3.0 * moment_of_survival(&case.law, 2) / case.law.mean_ms();
        assert_mean(case, &draws, mean, second - mean * mean);
        assert!(draws[draws.len() - 1] <= case.law.below().unwrap_or(f64::INFINITY), "{}", case.name);
    }
}

#[test]
fn a_survival_falls_from_one_to_zero() {
    for case in cases() {
        let law = &case.law;
        assert_eq!((law.survival(-1.0), law.survival(1e300)), (1.0, 0.0), "{}", case.name);
        assert!(law.survival(0.0) == 1.0, "{}", case.name);
        if let Some(cut) = law.below() {
            assert_eq!(law.survival(cut), 0.0, "{}", case.name);
        }
        let grid: Vec<f64> = (0..4_000).map(|i| law.survival(law.mean_ms() * f64::from(i) * 0.003)).collect();
        assert!(grid.windows(2).all(|pair| pair[0] >= pair[1] - 1e-14), "{} rises", case.name);
    }
}

#[test]
fn survivals_agree_with_another_library() {
    type Reference = Box<dyn Fn(f64) -> f64>;
    let references: [(Shape, Reference); 8] = [
        (Shape::Exponential(3.0), Box::new(|t| Exp::new(1.0 / 3.0).unwrap().sf(t))),
        (Shape::Weibull(0.8, 3.0), Box::new(|t| Weibull::new(0.8, 3.0).unwrap().sf(t))),
        (Shape::Weibull(1.5, 3.0), Box::new(|t| Weibull::new(1.5, 3.0).unwrap().sf(t))),
        (Shape::Gamma(0.05, 3.0), Box::new(|t| Gamma::new(0.05, 1.0 / 3.0).unwrap().sf(t))),
        (Shape::Gamma(0.5, 3.0), Box::new(|t| Gamma::new(0.5, 1.0 / 3.0).unwrap().sf(t))),
        (Shape::Gamma(3.0, 3.0), Box::new(|t| Gamma::new(3.0, 1.0 / 3.0).unwrap().sf(t))),
        (Shape::Gamma(40.0, 0.25), Box::new(|t| Gamma::new(40.0, 4.0).unwrap().sf(t))),
        (Shape::LogNormal(3.0, 1.2), Box::new(|t| LogNormal::new(3f64.ln(), 1.2).unwrap().sf(t))),
    ];
    for (shape, reference) in references {
        let law = Law::new(shape.clone(), None).unwrap();
        for i in 1..3_000 {
            let t = f64::from(i) * 0.01;
            assert!((law.survival(t) - reference(t)).abs() < 1e-9, "{shape:?} at {t}: {}", law.survival(t));
        }
    }
}

#[test]
fn a_scaled_law_is_the_law_times_its_factor() {
    for case in cases() {
        for factor in [0.1, 0.5, 3.0] {
            let scaled = case.law.scaled(factor);
            let near = |seen: f64, unscaled: f64| (seen - unscaled * factor).abs() <= 1e-12 * unscaled * factor;
            assert!(near(scaled.mean_ms(), case.law.mean_ms()), "{} by {factor}", case.name);
            let t = 0.7 * case.law.mean_ms();
            assert!((scaled.survival(t * factor) - case.law.survival(t)).abs() < 1e-12, "{} by {factor}", case.name);
            let (mut here, mut there) = (stream(&case, "scaled"), stream(&case, "scaled"));
            for _ in 0..200 {
                assert!(near(scaled.draw_ms(&mut here), case.law.draw_ms(&mut there)), "{} by {factor}", case.name);
            }
            for _ in 0..200 {
                let pair = (scaled.draw_residual_ms(&mut here), case.law.draw_residual_ms(&mut there));
                assert!(near(pair.0, pair.1), "{} by {factor}", case.name);
            }
        }
    }
}

#[test]
fn a_law_scaled_by_nothing_takes_no_time() {
    for case in cases() {
        let nothing = case.law.scaled(0.0);
        let mut luck = stream(&case, "nothing");
        assert!((0..100).all(|_| nothing.draw(&mut luck) == SimDuration::ZERO), "{}", case.name);
    }
}

#[test]
fn a_draw_is_rounded_to_the_nearest_millisecond() {
    for case in cases() {
        let (mut whole, mut part) = (stream(&case, "rounded"), stream(&case, "rounded"));
        for _ in 0..1_000 {
            let (ms, length) = (case.law.draw(&mut whole), case.law.draw_ms(&mut part));
            assert!((ms.as_ms() as f64 - length).abs() <= 0.5, "{}: {ms:?} for {length}", case.name);
        }
    }
}

#[test]
fn a_law_without_memory_is_its_own_residual() {
    let law = Law::exponential(40.0 * HOUR).unwrap();
    assert_eq!(law.memoryless_mean(), Some(40.0 * HOUR));
    let (mut here, mut there) = (Key::root(3).stream(), Key::root(3).stream());
    assert!((0..100).all(|_| law.draw_ms(&mut here) == law.draw_residual_ms(&mut there)));
    let cut = Law::new(Shape::Exponential(40.0 * HOUR), Some(HOUR)).unwrap();
    assert_eq!(cut.memoryless_mean(), None);
}

#[test]
fn laws_that_cannot_be_are_refused() {
    let refused = |shape: Shape, below| Law::new(shape, below).unwrap_err();
    let nan = f64::NAN;
    for shape in [
        Shape::Constant(-1.0),
        Shape::Constant(nan),
        Shape::Uniform(-1.0, 2.0),
        Shape::Uniform(3.0, 2.0),
        Shape::Uniform(0.0, f64::INFINITY),
        Shape::Exponential(0.0),
        Shape::Exponential(nan),
        Shape::Weibull(0.0, 1.0),
        Shape::Weibull(1.0, nan),
        Shape::Gamma(1.0, -1.0),
        Shape::LogNormal(0.0, 1.0),
        Shape::LogNormal(1.0, -0.1),
        Shape::Pareto(0.0, 1.0),
        Shape::Pareto(2.0, 0.0),
        Shape::Empirical([1.0, -1.0].into()),
    ] {
        assert!(matches!(refused(shape.clone(), None), LawError::Parameter { .. }), "{shape:?}");
    }
    assert_eq!(refused(Shape::Empirical([].into()), None), LawError::Empty);
    assert_eq!(refused(Shape::Pareto(1.0, 1.0), None), LawError::NoMean);
    assert_eq!(refused(Shape::Exponential(1.0), Some(0.01)), LawError::CutTooLow);
    assert_eq!(refused(Shape::Constant(2.0), Some(1.0)), LawError::CutTooLow);
    assert!(matches!(refused(Shape::Constant(2.0), Some(nan)), LawError::Parameter { .. }));
}
