//! The first failure inside a horizon: its probability, and when it falls, given that it falls inside.
//!
//! Both forms are held against the exact distribution function: 1 − S for a unit that is new, (1/mean) ∫ S for one
//! that has been running for ever. The horizons run from a fiftieth of the mean to three means: the table of
//! [`FirstPassage`] has 512 cells over the horizon, so a law must not be much shorter than the horizon.
#![allow(clippy::unwrap_used)]

mod check;

use check::{SURPRISE, ks_distance, ks_p};
use zonefall_engine::{FirstPassage, Key, Law, Shape};

const UNITS: u64 = 300_000;
const HOUR: f64 = 3_600_000.0;

/// A law, and how far interpolation within a cell may bend the distribution of a new unit's instants: a root at the
/// origin or a corner inside a cell is not a straight line.
fn laws() -> Vec<(&'static str, Law, f64)> {
    [
        ("exponential", Shape::Exponential(1_000.0 * HOUR), None, 2e-5),
        ("weibull 0.8", Shape::Weibull(0.8, 1_000.0 * HOUR), None, 2e-3),
        ("weibull 1.5", Shape::Weibull(1.5, 1_000.0 * HOUR), None, 2e-4),
        ("gamma 0.5", Shape::Gamma(0.5, 1_000.0 * HOUR), None, 0.02),
        ("gamma 3", Shape::Gamma(3.0, 300.0 * HOUR), None, 2e-5),
        ("lognormal", Shape::LogNormal(700.0 * HOUR, 0.9), None, 1e-3),
        ("exponential below", Shape::Exponential(1_000.0 * HOUR), Some(900.0 * HOUR), 2e-3),
    ]
    .map(|(name, shape, below, bend)| (name, Law::new(shape, below).unwrap(), bend))
    .into()
}

const HORIZONS_IN_MEANS: [f64; 4] = [0.02, 0.3, 1.0, 3.0];

/// The distribution function of the stationary residual at rising instants, by Simpson's rule on a fine mesh.
fn stationary_cdf(law: &Law, rising: &[f64]) -> Vec<f64> {
    const PANELS: usize = 8;
    let (mut from, mut area) = (0.0, 0.0);
    rising
        .iter()
        .map(|&to| {
            let width = (to - from) / PANELS as f64;
            for panel in 0..PANELS {
                let left = from + panel as f64 * width;
                let heights = law.survival(left) + 4.0 * law.survival(left + 0.5 * width) + law.survival(left + width);
                area += width / 6.0 * heights;
            }
            from = to;
            area / law.mean_ms()
        })
        .collect()
}

fn new_cdf(law: &Law, rising: &[f64]) -> Vec<f64> {
    rising.iter().map(|&t| 1.0 - law.survival(t)).collect()
}

/// Draws the passages of many units and holds count and instants against `cdf`.
#[track_caller]
fn assert_passages(what: &str, passage: &FirstPassage, horizon: f64, cdf: impl Fn(&[f64]) -> Vec<f64>, bend: f64) {
    let key = Key::root(11).named(what);
    let mut instants: Vec<f64> = (0..UNITS).filter_map(|unit| passage.at(key.part(unit, 0).unit(0))).collect();
    instants.sort_unstable_by(f64::total_cmp);
    assert!(instants[0] >= 0.0 && instants[instants.len() - 1] <= horizon, "{what}: outside the horizon");

    let mesh: Vec<f64> = (1..=4096).map(|i| horizon * f64::from(i) / 4096.0).collect();
    let probability = cdf(&mesh)[4095];
    assert!((passage.probability() - probability).abs() < 1e-6, "{what}: {} {probability}", passage.probability());
    let error = (UNITS as f64 * probability * (1.0 - probability)).sqrt();
    let excess = instants.len() as f64 - UNITS as f64 * probability;
    assert!(excess.abs() <= 4.5 * error + 1e-6 * UNITS as f64, "{what}: {excess} too many (standard error {error})");

    let conditional: Vec<f64> = cdf(&instants).into_iter().map(|p| (p / probability).min(1.0)).collect();
    let distance = (ks_distance(&conditional) - bend).max(0.0);
    assert!(ks_p(distance, conditional.len()) > SURPRISE, "{what}: Kolmogorov–Smirnov distance {distance}");
}

/// Runs the words of `[0, probability)` through the table and back through the exact distribution function.
#[track_caller]
fn assert_inverts(what: &str, passage: &FirstPassage, cdf: impl Fn(&[f64]) -> Vec<f64>, bend: f64) {
    let total = passage.probability();
    let words: Vec<f64> = (0..5_000).map(|i| total * (f64::from(i) + 0.5) / 5_000.0).collect();
    let instants: Vec<f64> = words.iter().map(|&u| passage.at(u).unwrap()).collect();
    assert!(instants.windows(2).all(|pair| pair[0] <= pair[1]), "{what}: not monotone");
    for (u, p) in words.iter().zip(cdf(&instants)) {
        assert!((p - u).abs() <= (bend + 1e-6) * total, "{what}: word {u} of {total} answers {p}");
    }
    assert_eq!(passage.at(total), None, "{what}");
    assert_eq!(passage.at(1.0 - f64::EPSILON / 2.0).is_some(), total == 1.0, "{what}");
}

#[test]
fn a_unit_that_has_been_running_for_ever() {
    for (name, law, _) in laws() {
        for means in HORIZONS_IN_MEANS {
            let (what, horizon) = (format!("stationary {name}, {means} means"), means * law.mean_ms());
            let passage = FirstPassage::stationary(|t| law.survival(t), law.mean_ms(), horizon);
            let cdf = |rising: &[f64]| stationary_cdf(&law, rising);
            assert_passages(&what, &passage, horizon, cdf, 0.0);
            assert_inverts(&what, &passage, cdf, 2e-4);
        }
    }
}

#[test]
fn a_unit_that_is_new_at_the_start() {
    for (name, law, bend) in laws() {
        for means in HORIZONS_IN_MEANS {
            let (what, horizon) = (format!("new {name}, {means} means"), means * law.mean_ms());
            let passage = FirstPassage::new_at_start(|t| law.survival(t), horizon);
            let cdf = |rising: &[f64]| new_cdf(&law, rising);
            assert_passages(&what, &passage, horizon, cdf, bend);
            assert_inverts(&what, &passage, cdf, bend);
        }
    }
}

#[test]
fn the_stationary_form_agrees_with_residual_draws() {
    let law = Law::new(Shape::Weibull(0.8, 1_000.0 * HOUR), None).unwrap();
    let horizon = 0.5 * law.mean_ms();
    let passage = FirstPassage::stationary(|t| law.survival(t), law.mean_ms(), horizon);
    let mut luck = Key::root(12).stream();
    let inside = (0..UNITS).filter(|_| law.draw_residual_ms(&mut luck) <= horizon).count() as f64 / UNITS as f64;
    let p = passage.probability();
    let error = (p * (1.0 - p) / UNITS as f64).sqrt();
    assert!((inside - p).abs() < 4.5 * error, "{inside} against {p}");
}

#[test]
fn word_zero_is_the_earliest_instant() {
    let law = Law::exponential(1_000.0 * HOUR).unwrap();
    let passage = FirstPassage::new_at_start(|t| law.survival(t), HOUR);
    assert_eq!(passage.at(0.0), Some(0.0));
}
