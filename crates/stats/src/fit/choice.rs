//! Which family? Akaike's criterion, and the honest word where the data cannot tell.

use super::goodness::{self, Goodness};
use super::interval::{Parameter, parameters};
use super::law::{Family, Law};
use super::likelihood::{log_likelihood, most_likely};
use super::sample::Sample;
use crate::confidence::Confidence;
use serde::Serialize;

/// From so many lengths on Akaike's criterion may choose. Below, a lognormal law is taken for what the field has found
/// (repair and recovery times: Schroeder and Gibson 2006, Birke et al. 2014), not for what the data say: of four
/// families the criterion finds a lognormal of σ = 1 in 30 % of samples of 10, in 55 % of 20 and in 95 % of 100.
pub const TELLS_FROM: usize = 20;
/// Families whose criterion is within this of the best cannot be told from it (Burnham and Anderson, 2002).
const APART: f64 = 2.0;
/// A family with a smaller p value does not fit.
const REJECTED_BELOW: f64 = 0.01;
/// From so many lengths on the lengths themselves are a better law than a family that does not fit.
const OWN_LAW_FROM: usize = 50;

/// One family's fit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate {
    /// The most likely law; a lognormal's σ is corrected for bias by √(n/(n − 1)).
    pub law: Law,
    /// Its parameters with intervals.
    pub parameters: Vec<Parameter>,
    /// Akaike's criterion, corrected for small samples (smaller is better); none where the sample is too small for it.
    pub aicc: Option<f64>,
    /// How well it fits; none where it cannot be tested.
    pub goodness: Option<Goodness>,
}

impl Candidate {
    /// Whether the test of fit rejects it.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        self.goodness.is_some_and(|goodness| goodness.p < REJECTED_BELOW)
    }
}

/// What the data say about the family.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No length was seen to its end.
    Nothing,
    /// All lengths are this one.
    Constant(f64),
    /// Too few lengths to tell families apart: the first candidate is a convention.
    TooFew,
    /// The criterion prefers the first candidate; these cannot be told from it (none: it stands alone).
    Chosen(Vec<Family>),
    /// The caller asked for the first candidate's family.
    Asked,
    /// No family fits: the lengths themselves are the better law.
    NoneFits,
}

/// All families on one sample, the one to take first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// The candidates; the first is the one to take, the others follow by the criterion.
    pub candidates: Vec<Candidate>,
    /// How far the choice can be trusted.
    pub verdict: Verdict,
}

impl Fit {
    /// The candidate to take, if there is one.
    #[must_use]
    pub fn first(&self) -> Option<&Candidate> {
        self.candidates.first()
    }
}

/// Fits every family, and puts the one that is asked for, or else the one that the data prefer, first.
#[must_use]
pub fn fit(sample: &Sample, asked: Option<Family>, confidence: Confidence) -> Fit {
    let mut candidates: Vec<Candidate> =
        Family::ALL.into_iter().filter_map(|family| candidate(sample, family, confidence)).collect();
    if candidates.is_empty() {
        return Fit { candidates, verdict: Verdict::Nothing };
    }
    let criterion = |candidate: &Candidate| candidate.aicc.unwrap_or(f64::INFINITY);
    candidates.sort_by(|a, b| criterion(a).total_cmp(&criterion(b)));
    let first = |candidates: &mut Vec<Candidate>, family: Family| {
        let found = candidates.iter().position(|candidate| candidate.law.family() == family);
        if let Some(at) = found {
            candidates[..=at].rotate_right(1);
        }
        found.is_some()
    };
    let n = sample.n();
    let verdict = match asked {
        Some(family) if first(&mut candidates, family) => Verdict::Asked,
        _ if n >= 2 && !sample.varies() && sample.beyond().is_empty() => Verdict::Constant(sample.exact()[0]),
        _ if n < TELLS_FROM => {
            // Two lengths have no spread worth the name.
            let family = if n < 3 { Family::Exponential } else { Family::LogNormal };
            first(&mut candidates, family);
            Verdict::TooFew
        }
        _ if n >= OWN_LAW_FROM && candidates.iter().all(Candidate::is_rejected) => Verdict::NoneFits,
        _ => {
            let best = criterion(&candidates[0]);
            let near = candidates[1..].iter().filter(|other| criterion(other) - best < APART);
            Verdict::Chosen(near.map(|other| other.law.family()).collect())
        }
    };
    Fit { candidates, verdict }
}

fn candidate(sample: &Sample, family: Family, confidence: Confidence) -> Option<Candidate> {
    let likely = most_likely(sample, family)?;
    let (n, k) = (sample.n() as f64, family.parameters() as f64);
    let aicc = -2.0 * log_likelihood(sample, &likely) + 2.0 * k * n / (n - k - 1.0);
    let mut parameters = parameters(sample, &likely, confidence);
    let mut law = likely;
    if let Law::LogNormal { sigma, .. } = &mut law {
        *sigma *= libm::sqrt(n / (n - 1.0));
        parameters[1].value = *sigma;
    }
    Some(Candidate {
        law,
        parameters,
        aicc: (n > k + 1.0 && aicc.is_finite()).then_some(aicc),
        goodness: goodness::test(sample, &likely),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::draws::Draws;
    use super::*;

    fn of(exact: &[f64], beyond: &[f64]) -> Fit {
        fit(&Sample::new(exact.to_vec(), beyond.to_vec()).unwrap(), None, Confidence::P95)
    }

    fn drawn(law: Law, n: usize, seed: u64) -> Vec<f64> {
        let mut draws = Draws::new([seed, n as u64]);
        (0..n).map(|_| law.draw(&mut draws)).collect()
    }

    #[test]
    fn small_samples_get_the_honest_word() {
        assert_eq!(of(&[], &[]).verdict, Verdict::Nothing);
        assert_eq!(of(&[], &[3.0]).verdict, Verdict::Nothing);
        let one = of(&[5.0], &[]);
        assert_eq!((one.verdict, one.candidates.len()), (Verdict::TooFew, 1));
        assert_eq!(of(&[5.0, 5.0, 5.0], &[]).verdict, Verdict::Constant(5.0));
        let five = of(&[1.0, 2.0, 4.0, 9.0, 30.0], &[]);
        assert_eq!(five.verdict, Verdict::TooFew);
        assert_eq!(five.first().unwrap().law.family(), Family::LogNormal);
        assert_eq!(of(&[1.0, 2.0], &[]).first().unwrap().law.family(), Family::Exponential);
    }

    #[test]
    fn sigma_is_the_usual_standard_deviation() {
        let exact = [1.0, 2.0, 4.0, 9.0, 30.0];
        let sample = Sample::new(exact.to_vec(), vec![]).unwrap();
        let Law::LogNormal { median, sigma } = of(&exact, &[]).first().unwrap().law else { panic!() };
        assert!((sigma - sample.sd_log().unwrap()).abs() < 1e-12);
        assert!((libm::log(median) - sample.mean_log()).abs() < 1e-12);
    }

    #[test]
    fn large_samples_find_their_family() {
        for law in [
            Law::LogNormal { median: 7.6, sigma: 1.2 },
            Law::Weibull { shape: 0.6, scale: 4.0 },
            Law::Gamma { shape: 4.0, mean: 4.0 },
        ] {
            let found = of(&drawn(law, 1500, 3), &[]);
            let first = found.first().unwrap();
            assert_eq!(first.law.family(), law.family(), "{:?}", found.verdict);
            assert!(!first.is_rejected());
            for (parameter, truth) in first.parameters.iter().zip(match law {
                Law::LogNormal { median, sigma } => [median, sigma],
                Law::Weibull { shape, scale } => [shape, scale],
                Law::Gamma { shape, mean } => [shape, mean],
                Law::Exponential { mean } => [mean, mean],
            }) {
                assert!((parameter.value / truth - 1.0).abs() < 0.12, "{parameter:?} {truth}");
            }
        }
    }

    #[test]
    fn a_mixture_is_none_of_them() {
        let short = Law::Gamma { shape: 50.0, mean: 1.0 };
        let long = Law::Gamma { shape: 50.0, mean: 200.0 };
        let mixed: Vec<f64> = drawn(short, 150, 1).into_iter().chain(drawn(long, 150, 2)).collect();
        assert_eq!(of(&mixed, &[]).verdict, Verdict::NoneFits);
    }

    #[test]
    fn what_is_asked_for_comes_first() {
        let sample = Sample::new(drawn(Law::Weibull { shape: 0.6, scale: 4.0 }, 100, 5), vec![]).unwrap();
        let found = fit(&sample, Some(Family::Gamma), Confidence::P95);
        assert_eq!((found.first().unwrap().law.family(), found.verdict), (Family::Gamma, Verdict::Asked));
        assert_eq!(found.candidates.len(), 4);
    }

    /// What the comment on [`TELLS_FROM`] says.
    #[test]
    fn twenty_lengths_tell_a_lognormal_more_often_than_not() {
        let law = Law::LogNormal { median: 1.0, sigma: 1.0 };
        let share = |n: usize| {
            let right = |seed: &u64| {
                let sample = Sample::new(drawn(law, n, 100 + seed), vec![]).unwrap();
                let score = |family| -2.0 * log_likelihood(&sample, &most_likely(&sample, family).unwrap());
                let k = |family: Family| 2.0 * family.parameters() as f64;
                let of = |family| score(family) + k(family) * n as f64 / (n as f64 - k(family) / 2.0 - 1.0);
                Family::ALL.into_iter().all(|family| of(family) >= of(Family::LogNormal))
            };
            (0..400).filter(right).count() as f64 / 400.0
        };
        let found = [10, 20, 100].map(share);
        for (found, said) in found.into_iter().zip([0.30, 0.55, 0.95]) {
            assert!((found - said).abs() < 0.02, "{found:?}");
        }
    }
}
