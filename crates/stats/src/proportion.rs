//! Proportions whose windows come in dependent groups, one group a trial.

use crate::confidence::Confidence;
use crate::intervals::{Interval, clopper_pearson_real, wilson_real};
use crate::special::student_two_sided_quantile;
use serde::{Deserialize, Serialize};

/// Trials with fewer successes (or failures) than this leave the dependence
/// within a trial unknown; see [`Proportion::effective_n`].
const DEPENDENCE_KNOWN_AT: f64 = 20.0;

/// A trial-clustered ratio: trial i contributes bᵢ successes of mᵢ windows.
///
/// Windows within a trial are dependent, trials are independent. All sums are
/// exact integers, so merging is associative to the last bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proportion {
    trials: u64,
    trials_with_success: u64,
    trials_with_failure: u64,
    successes: u64,
    windows: u64,
    #[serde(with = "as_text")]
    successes2: u128,
    #[serde(with = "as_text")]
    windows2: u128,
    #[serde(with = "as_text")]
    cross: u128,
}

impl Proportion {
    /// No trials.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a trial with `successes` of `windows` windows; more successes
    /// than windows count as all. A trial without windows says nothing.
    pub fn add(&mut self, successes: u32, windows: u32) {
        if windows == 0 {
            return;
        }
        let (b, m) = (u64::from(successes.min(windows)), u64::from(windows));
        self.trials += 1;
        self.trials_with_success += u64::from(b > 0);
        self.trials_with_failure += u64::from(b < m);
        self.successes = self.successes.saturating_add(b);
        self.windows = self.windows.saturating_add(m);
        self.successes2 += u128::from(b * b);
        self.windows2 += u128::from(m * m);
        self.cross += u128::from(b * m);
    }

    /// Takes in everything that `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        self.trials = self.trials.saturating_add(other.trials);
        self.trials_with_success = self.trials_with_success.saturating_add(other.trials_with_success);
        self.trials_with_failure = self.trials_with_failure.saturating_add(other.trials_with_failure);
        self.successes = self.successes.saturating_add(other.successes);
        self.windows = self.windows.saturating_add(other.windows);
        self.successes2 = self.successes2.saturating_add(other.successes2);
        self.windows2 = self.windows2.saturating_add(other.windows2);
        self.cross = self.cross.saturating_add(other.cross);
    }

    /// What it is made of, for those who write it down: trials, those with a success, those with a failure, successes
    /// and windows; then Σb², Σm² and Σbm.
    #[must_use]
    pub fn parts(&self) -> ([u64; 5], [u128; 3]) {
        let &Self { trials, trials_with_success, trials_with_failure, successes, windows, successes2, windows2, cross } =
            self;
        ([trials, trials_with_success, trials_with_failure, successes, windows], [successes2, windows2, cross])
    }

    /// A proportion of what was written down; `None` where no trials can have made it.
    #[must_use]
    pub fn from_parts(counts: [u64; 5], sums: [u128; 3]) -> Option<Self> {
        let [trials, trials_with_success, trials_with_failure, successes, windows] = counts;
        let [successes2, windows2, cross] = sums;
        let sane = trials_with_success.max(trials_with_failure) <= trials
            && trials_with_success.saturating_add(trials_with_failure) >= trials
            && trials <= windows
            && (trials_with_success..=windows).contains(&successes)
            && u128::from(successes) <= successes2
            && u128::from(windows) <= windows2
            && (successes2..=windows2).contains(&cross);
        sane.then_some(Self {
            trials,
            trials_with_success,
            trials_with_failure,
            successes,
            windows,
            successes2,
            windows2,
            cross,
        })
    }

    /// How many trials had at least one window.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// How many windows, over all trials.
    #[must_use]
    pub fn windows(&self) -> u64 {
        self.windows
    }

    /// How many windows were successes.
    #[must_use]
    pub fn successes(&self) -> u64 {
        self.successes
    }

    /// Trials with at least one success: the hits of this proportion.
    #[must_use]
    pub fn trials_with_success(&self) -> u64 {
        self.trials_with_success
    }

    /// Σb / Σm, in [0, 1]; 0 without windows.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.successes as f64 / self.windows.max(1) as f64
    }

    /// The linearised variance of the ratio estimator,
    /// n/(n−1) · Σ(bᵢ − r·mᵢ)² / (Σm)². Source: W. G. Cochran, *Sampling
    /// Techniques* (3rd ed.) §6.4. 0 below two trials.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.trials < 2 {
            return 0.0;
        }
        let (r, n, m) = (self.ratio(), self.trials as f64, self.windows as f64);
        let residual = self.successes2 as f64 - 2.0 * r * self.cross as f64 + r * r * self.windows2 as f64;
        n / (n - 1.0) * residual.max(0.0) / m / m
    }

    /// Whether every trial had exactly one window.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.windows == self.trials && self.windows2 == u128::from(self.trials)
    }

    /// How many independent windows would say as much: Σm over the design
    /// effect, which is the variance over that of as many independent windows.
    ///
    /// * The design effect is never taken below 1.
    /// * With fewer than 20 trials on the rarer side the data cannot show the
    ///   dependence within a trial, so the design effect is drawn towards
    ///   complete dependence (the mean number of windows a trial), fully so at
    ///   zero: the effective number is then the number of trials.
    /// * Equal to the count of windows when every trial has exactly one.
    #[must_use]
    pub fn effective_n(&self) -> f64 {
        let (n, m) = (self.trials as f64, self.windows as f64);
        if self.is_plain() || self.trials < 2 {
            return n;
        }
        let (r, full) = (self.ratio(), m / n);
        let independent = r * (1.0 - r) / m;
        let measured = if independent > 0.0 { self.variance() / independent } else { full };
        let rarer = self.trials_with_success.min(self.trials_with_failure) as f64;
        let doubt = (1.0 - rarer / DEPENDENCE_KNOWN_AT).max(0.0);
        let effect = measured.max(1.0);
        m / (effect + doubt * (full - effect).max(0.0))
    }

    /// Effective successes and sample for an interval: the effective number
    /// shrunk by the square of a ratio of t quantiles, for the design effect
    /// was itself estimated from n trials (Korn and Graubard 1998).
    fn effective_sample(&self, conf: Confidence) -> (f64, f64) {
        let mut n = self.effective_n();
        if !self.is_plain() && self.trials >= 2 && self.windows > self.trials {
            let t = |df: f64| student_two_sided_quantile(conf.level(), df);
            let shrink = t(self.windows as f64 - 1.0) / t(self.trials as f64 - 1.0);
            let all_alike = self.successes == 0 || self.successes == self.windows;
            if !all_alike {
                n *= shrink * shrink;
            }
        }
        (self.ratio() * n, n)
    }

    /// The interval to print: Clopper–Pearson on the effective sample, after
    /// Korn and Graubard. On plain counts it is Clopper–Pearson itself; without
    /// successes its upper end is the exact bound for as many trials.
    #[must_use]
    pub fn interval(&self, conf: Confidence) -> Interval {
        let (k, n) = self.effective_sample(conf);
        clopper_pearson_real(k, n, conf)
    }

    /// Wilson's interval on the effective sample: shorter than
    /// [`Proportion::interval`], near nominal on average rather than never
    /// below. On plain counts it is Wilson's interval itself.
    #[must_use]
    pub fn wilson(&self, conf: Confidence) -> Interval {
        let (k, n) = self.effective_sample(conf);
        wilson_real(k, n, conf)
    }
}

/// 128-bit sums as decimal text: JSON numbers above 2^64 would lose digits.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(value: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::intervals::{clopper_pearson, wilson};
    use proptest::prelude::*;

    const C95: Confidence = Confidence::P95;

    fn of(trials: impl IntoIterator<Item = (u32, u32)>) -> Proportion {
        let mut proportion = Proportion::new();
        for (b, m) in trials {
            proportion.add(b, m);
        }
        proportion
    }

    #[test]
    fn one_window_a_trial_is_plain_counting() {
        let p = of((0..1_000).map(|i| (u32::from(i < 3), 1)));
        assert_eq!(p.interval(C95), clopper_pearson(3, 1_000, C95));
        assert_eq!(p.wilson(C95), wilson(3, 1_000, C95));
    }

    #[test]
    fn no_success_is_bounded_by_the_number_of_trials() {
        let p = of((0..1_000).map(|_| (0, 12)));
        let (ours, plain) = (p.interval(C95), clopper_pearson(0, 1_000, C95));
        assert_eq!(ours.low, 0.0);
        assert!((ours.high - plain.high).abs() < 1e-15);
        let all = of((0..1_000).map(|_| (12, 12)));
        assert_eq!(all.interval(C95).high, 1.0);
        assert!((all.interval(C95).low - (1.0 - plain.high)).abs() < 1e-12);
    }

    #[test]
    fn complete_dependence_counts_trials_and_independence_counts_windows() {
        let dependent = of((0..1_000).map(|i| (if i % 10 == 0 { 12 } else { 0 }, 12)));
        assert!((dependent.effective_n() / 1_000.0 - 1.0).abs() < 0.01);
        let spread = of((0..1_000).map(|i| (u32::from(i % 10 != 0), 12)));
        assert!(spread.effective_n() <= 12_000.0);
        assert!(spread.effective_n() > 11_000.0);
    }

    #[test]
    fn the_first_success_does_not_shrink_the_bound() {
        let none = of((0..1_000).map(|_| (0, 12))).interval(C95).high;
        let one = of((0..1_000).map(|i| (u32::from(i == 0), 12))).interval(C95).high;
        assert!(one > 0.95 * none, "{one} {none}");
    }

    #[test]
    fn nothing_and_one_trial_say_little() {
        assert_eq!(Proportion::new().interval(C95), Interval::new(0.0, 1.0));
        assert!(of([(3, 12)]).interval(C95).high > 0.9);
    }

    #[test]
    fn parts_that_nothing_can_have_made_are_refused() {
        let (counts, sums) = of([(1, 3), (0, 2), (2, 2)]).parts();
        assert!(Proportion::from_parts(counts, sums).is_some());
        // Any one of them far too large, but for the sums of squares, which have no bound in the others.
        for at in 0..5 {
            let mut wrong = counts;
            wrong[at] = 1000;
            assert_eq!(Proportion::from_parts(wrong, sums), None, "count {at}");
        }
        assert_eq!(Proportion::from_parts(counts, [sums[0], sums[1], 1000]), None);
        assert_eq!(Proportion::from_parts(counts, [0; 3]), None);
    }

    proptest! {
        #[test]
        fn merging_is_exact_and_intervals_are_sane(
            rows in prop::collection::vec((any::<u32>(), 0u32..20), 0..40),
            cut in any::<prop::sample::Index>(),
        ) {
            let whole = of(rows.iter().copied());
            let (a, b) = rows.split_at(cut.index(rows.len() + 1));
            let mut halves = of(b.iter().copied());
            halves.merge(&of(a.iter().copied()));
            prop_assert_eq!(whole, halves);
            for i in [whole.interval(C95), whole.wilson(C95)] {
                prop_assert!(0.0 <= i.low && i.high <= 1.0);
                prop_assert!(i.contains(whole.ratio()) || whole.trials() == 0);
                prop_assert!(i.low < i.high);
            }
            let text = serde_json::to_string(&whole).unwrap();
            prop_assert_eq!(serde_json::from_str::<Proportion>(&text).unwrap(), whole);
            let (counts, sums) = whole.parts();
            prop_assert_eq!(Proportion::from_parts(counts, sums), Some(whole));
        }
    }
}
