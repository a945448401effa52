//! Does a law fit? The Anderson–Darling distance, judged by a parametric bootstrap.
//!
//! Samples of the same size are drawn from the fitted law, each is fitted anew, and the p value is the share that lies at
//! least as far from its own fit (Stute, González-Manteiga and Presedo-Quindimil, 1993). Parameters that were
//! estimated are so accounted for, which plain tables are not.

use super::draws::Draws;
use super::law::Law;
use super::likelihood::most_likely;
use super::sample::Sample;
use serde::Serialize;

/// Larger samples are tested on so many of their lengths, drawn without looking: what a test at this size does not see
/// matters to nobody, and one at a million would reject every family for the clock's resolution.
pub const TESTED_MAX: usize = 2000;

/// How far a sample lies from a law, and how surprising that is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Goodness {
    /// Anderson and Darling's A².
    pub distance: f64,
    /// The share of bootstrap samples at least as far from their own fit, with one added to both counts.
    pub p: f64,
    /// Bootstrap samples.
    pub rounds: u32,
    /// Lengths that were tested.
    pub tested: usize,
}

/// A² of sorted lengths: Σ over the ranks i of (2i − 1)(ln F(xᵢ) + ln S(xₙ₊₁₋ᵢ)), by −1/n, less n.
#[must_use]
pub fn anderson_darling(sorted: &[f64], law: &Law) -> f64 {
    let ln = |p: f64| libm::log(p.max(1e-300));
    let n = sorted.len();
    let sum: f64 = sorted
        .iter()
        .enumerate()
        .map(|(at, &x)| (2 * at + 1) as f64 * ln(law.cdf(x)) + (2 * (n - at) - 1) as f64 * ln(law.survival(x)))
        .sum();
    -(n as f64) - sum / n.max(1) as f64
}

/// Tests the most likely law; none where lengths are cut off (the distance would need to know when each other one would
/// have been) or fewer than five were seen.
pub(super) fn test(sample: &Sample, law: &Law) -> Option<Goodness> {
    if sample.n() < 5 || !sample.beyond().is_empty() {
        return None;
    }
    let family = law.family();
    let mut draws = Draws::new([sample.n() as u64, family as u64]);
    let tested = chosen(sample.exact(), &mut draws);
    let n = tested.len();
    let of = |sample: &Sample| Some(anderson_darling(sample.exact(), &most_likely(sample, family)?));
    let tested = Sample::sorted(tested, Vec::new());
    let fitted = most_likely(&tested, family)?;
    let distance = of(&tested)?;
    let rounds: u32 = if n <= 200 { 999 } else { 199 };
    let mut farther = 0;
    for _ in 0..rounds {
        let mut drawn: Vec<f64> = (0..n).map(|_| fitted.draw(&mut draws)).collect();
        drawn.sort_unstable_by(f64::total_cmp);
        farther += u32::from(of(&Sample::sorted(drawn, Vec::new())).is_none_or(|drawn| drawn >= distance));
    }
    let p = f64::from(1 + farther) / f64::from(1 + rounds);
    Some(Goodness { distance, p, rounds, tested: n })
}

/// All lengths, or [`TESTED_MAX`] of them, sorted.
fn chosen(sorted: &[f64], draws: &mut Draws) -> Vec<f64> {
    let mut left = TESTED_MAX.min(sorted.len());
    let mut kept = Vec::with_capacity(left);
    for (at, &x) in sorted.iter().enumerate() {
        // Each of those to come is as likely as the others.
        let to_come = (sorted.len() - at) as f64;
        if draws.unit() * to_come < left as f64 {
            kept.push(x);
            left -= 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::law::Family;
    use super::*;

    #[test]
    fn the_distance_by_hand() {
        // One length at the median: −1 − (ln ½ + ln ½).
        let law = Law::Exponential { mean: 1.0 };
        let median = law.quantile(0.5);
        assert!((anderson_darling(&[median], &law) - (2.0 * core::f64::consts::LN_2 - 1.0)).abs() < 1e-14);
        // Ranks ¼ and ¾.
        let two = [law.quantile(0.25), law.quantile(0.75)];
        let sum = libm::log(0.25) + 3.0 * libm::log(0.75) + 3.0 * libm::log(0.75) + libm::log(0.25);
        assert!((anderson_darling(&two, &law) - (-2.0 - sum / 2.0)).abs() < 1e-14);
        assert!(anderson_darling(&[], &law).abs() < 1e-300);
    }

    /// The share of bootstrap distances beyond the published 5 % points is 5 %. D'Agostino and Stephens, *Goodness-of-Fit
    /// Techniques* (1986), tables 4.7, 4.11 and 4.17: with A² · (1 + 0.75/n + 2.25/n²) the normal law's is 0.752, with
    /// A² · (1 + 0.6/n) the exponential's 1.321, with A² · (1 + 0.2/√n) the extreme value law's (Weibull) 0.757.
    #[test]
    fn critical_values_are_the_published_ones() {
        let n = 30;
        let size = n as f64;
        for (law, factor, point) in [
            (Law::LogNormal { median: 2.0, sigma: 0.7 }, 1.0 + 0.75 / size + 2.25 / (size * size), 0.752),
            (Law::Exponential { mean: 2.0 }, 1.0 + 0.6 / size, 1.321),
            (Law::Weibull { shape: 1.4, scale: 2.0 }, 1.0 + 0.2 / libm::sqrt(size), 0.757),
        ] {
            let mut draws = Draws::new([3, law.family() as u64]);
            let rounds = 4000;
            let beyond = (0..rounds)
                .filter(|_| {
                    let drawn = (0..n).map(|_| law.draw(&mut draws)).collect();
                    let sample = Sample::new(drawn, vec![]).unwrap();
                    let mut fitted = most_likely(&sample, law.family()).unwrap();
                    if let Law::LogNormal { sigma, .. } = &mut fitted {
                        *sigma = sample.sd_log().unwrap(); // the tables' estimate
                    }
                    anderson_darling(sample.exact(), &fitted) * factor > point
                })
                .count();
            let share = beyond as f64 / f64::from(rounds);
            assert!((share - 0.05).abs() < 0.012, "{law:?} {share}");
        }
    }

    #[test]
    fn p_values_are_even_under_the_law_and_small_under_another() {
        let mut draws = Draws::new([11, 1]);
        let law = Law::LogNormal { median: 5.0, sigma: 1.0 };
        let mut below = 0;
        for _ in 0..150 {
            let sample = Sample::new((0..12).map(|_| law.draw(&mut draws)).collect(), vec![]).unwrap();
            let goodness = test(&sample, &most_likely(&sample, Family::LogNormal).unwrap()).unwrap();
            assert!(goodness.p > 0.0 && goodness.p <= 1.0 && goodness.rounds == 999);
            below += u32::from(goodness.p < 0.2);
        }
        assert!((15..=45).contains(&below), "{below} of 150 below 0.2");
        let heavy = Sample::new((0..300).map(|_| law.draw(&mut draws)).collect(), vec![]).unwrap();
        let exponential = test(&heavy, &most_likely(&heavy, Family::Exponential).unwrap()).unwrap();
        assert!(exponential.p < 0.01, "{exponential:?}");
    }

    #[test]
    fn bits_do_not_move_and_large_samples_are_thinned() {
        let mut draws = Draws::new([2, 2]);
        let law = Law::Weibull { shape: 0.8, scale: 1.0 };
        let sample = Sample::new((0..5000).map(|_| law.draw(&mut draws)).collect(), vec![]).unwrap();
        let fitted = most_likely(&sample, Family::Weibull).unwrap();
        let (one, other) = (test(&sample, &fitted).unwrap(), test(&sample, &fitted).unwrap());
        assert_eq!((one.p.to_bits(), one.distance.to_bits()), (other.p.to_bits(), other.distance.to_bits()));
        assert_eq!(one.tested, TESTED_MAX);
        assert!(one.p > 0.01);
    }

    #[test]
    fn what_is_not_tested() {
        let few = Sample::new(vec![1.0, 2.0, 3.0, 4.0], vec![]).unwrap();
        let cut = Sample::new(vec![1.0, 2.0, 3.0, 4.0, 5.0], vec![9.0]).unwrap();
        for sample in [few, cut] {
            assert_eq!(test(&sample, &most_likely(&sample, Family::Weibull).unwrap()), None);
        }
    }
}
