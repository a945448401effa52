//! Golden bits: the first draws of each law from a fixed key, as they must be on every machine and in every build.
//!
//! A feature switched on by another crate of the tree can exchange the mathematics under a sampler; the distribution
//! stays right and every result changes. Repin only on purpose, and say so in the changelog: seeds then mean
//! something else.
#![allow(clippy::unwrap_used)]

use zonefall_engine::{Key, Law, Shape};

const HOUR: f64 = 3_600_000.0;

fn laws() -> Vec<(&'static str, Law)> {
    [
        ("constant", Shape::Constant(HOUR), None),
        ("uniform", Shape::Uniform(HOUR, 5.0 * HOUR), None),
        ("exponential", Shape::Exponential(40.0 * HOUR), None),
        ("exponential below", Shape::Exponential(40.0 * HOUR), Some(30.0 * HOUR)),
        ("weibull 0.8", Shape::Weibull(0.8, 40.0 * HOUR), None),
        ("weibull 1.5", Shape::Weibull(1.5, 40.0 * HOUR), None),
        ("gamma 0.5", Shape::Gamma(0.5, 20.0 * HOUR), None),
        ("gamma 3", Shape::Gamma(3.0, 10.0 * HOUR), None),
        ("lognormal", Shape::LogNormal(2.0 * HOUR, 1.2), None),
        ("lognormal below", Shape::LogNormal(2.0 * HOUR, 1.2), Some(8.0 * HOUR)),
        ("pareto 2.5", Shape::Pareto(2.5, HOUR), None),
        ("pareto 0.9 below", Shape::Pareto(0.9, HOUR), Some(100.0 * HOUR)),
        ("empirical", Shape::Empirical([0.5, 1.0, 1.0, 2.0, 8.0].map(|hours| hours * HOUR).into()), None),
    ]
    .map(|(name, shape, below)| (name, Law::new(shape, below).unwrap()))
    .into()
}

fn first(draw: impl FnMut() -> f64) -> [u64; 3] {
    let mut bits = std::iter::repeat_with(draw).map(f64::to_bits);
    std::array::from_fn(|_| bits.next().unwrap())
}

fn assert_golden(seen: &[(&str, [u64; 3])], golden: &[(&str, [u64; 3])]) {
    let listed: String = seen.iter().map(|(name, bits)| format!("    ({name:?}, {bits:#018x?}),\n")).collect();
    assert!(seen == golden, "the bits are now\n{listed}");
}

#[test]
fn draws() {
    let key = Key::root(42).named("golden").part(3, 5);
    let seen: Vec<_> = laws()
        .iter()
        .map(|(name, law)| {
            let mut stream = key.stream();
            (*name, first(|| law.draw_ms(&mut stream)))
        })
        .collect();
    assert_golden(&seen, &DRAWS);
}

#[test]
fn residuals() {
    let key = Key::root(42).named("golden").part(3, 5);
    let seen: Vec<_> = laws()
        .iter()
        .map(|(name, law)| {
            let mut stream = key.stream();
            (*name, first(|| law.draw_residual_ms(&mut stream)))
        })
        .collect();
    assert_golden(&seen, &RESIDUALS);
}

#[test]
fn moments_and_survivals() {
    let seen: Vec<_> = laws()
        .iter()
        .map(|(name, law)| {
            let bits = [law.mean_ms(), law.survival(2.2 * HOUR), law.survival(4.4 * HOUR)].map(f64::to_bits);
            (*name, bits)
        })
        .collect();
    assert_golden(&seen, &MOMENTS);
}

/// A million draws, folded: the rare branches of a sampler (the tails of the ziggurat) are in it.
fn folded(law: &Law) -> u64 {
    let mut stream = Key::root(42).named("tails").stream();
    (0..1_000_000).fold(0u64, |fold, _| {
        (fold.rotate_left(5) ^ law.draw_ms(&mut stream).to_bits()).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    })
}

#[test]
fn the_tails_do_not_move() {
    let exponential = folded(&Law::new(Shape::Exponential(1.0), None).unwrap());
    let normal = folded(&Law::new(Shape::LogNormal(1.0, 1.0), None).unwrap());
    assert!([exponential, normal] == TAILS, "the folds are now {:#018x?}", [exponential, normal]);
}
const DRAWS: [(&str, [u64; 3]); 0] = [];
const RESIDUALS: [(&str, [u64; 3]); 0] = [];
const MOMENTS: [(&str, [u64; 3]); 0] = [];
const TAILS: [u64; 2] = [0; 2];
