//! What a design would get if what is assumed were otherwise, as plain numbers.
//!
//! *Sampling* says what luck may have done to an estimate: the interval of [`DesignOutcome::unavailability`]. *Assumptions*
//! says where it would lie if the stated ranges were at their ends. The first shrinks with more trials, the second does not.
//!
//! [`DesignOutcome::unavailability`]: super::DesignOutcome::unavailability

use super::{DesignOutcome, Estimate, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The looks at what is assumed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AssumptionsOutcome {
    /// Trials that each look begins with, on the luck of the run's first trials.
    pub trials: u64,
    /// Whether the scenario gives that number: then no look has more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fixed: bool,
    /// The looks, in order.
    pub variations: Vec<Variation>,
    /// Rates drawn from what is known of them, if any is given as a distribution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn: Option<DrawnRates>,
}

/// One look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Variation {
    /// Its short name: "low rates", "high rates", "pairs 0 %", "pairs 15 %".
    pub name: String,
    /// What is otherwise, in words.
    pub says: String,
    /// Its trials: more than others have where it left open what the run resolves.
    #[serde(default)]
    pub trials: u64,
    /// Whether nothing strikes more often than stated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub milder: bool,
}

impl Variation {
    /// One that is still to be played.
    #[must_use]
    pub const fn new(name: String, says: String) -> Self {
        Self { name, says, trials: 0, milder: false }
    }
}

/// How rates that are distributions were drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DrawnRates {
    /// The modes whose rates were drawn.
    pub modes: Vec<String>,
    /// How many sets of rates.
    pub draws: u64,
    /// Trials under each of them.
    pub trials_each: u64,
}

/// A design when what is assumed is otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DesignAssumptions {
    /// The least unavailability of the run and all looks; 0 where a look has too few hits to say.
    pub low: f64,
    /// The look that says so; none if it is the run itself.
    pub low_from: Option<String>,
    /// The greatest; an upper bound where a look has too few hits.
    pub high: f64,
    /// The look that says so; none if it is the run itself.
    pub high_from: Option<String>,
    /// The verdict on the mean of the run itself: sampling only.
    pub verdict_mean_sampling: Verdict,
    /// The verdict on windows of the run itself: sampling only.
    pub verdict_windows_sampling: Option<Verdict>,
    /// The assumption that keeps the mean from being resolved, in words; none if none does.
    pub mean_depends_on: Option<String>,
    /// The assumption that keeps the windows from being resolved, in words.
    pub windows_depend_on: Option<String>,
    /// What each look says, in the order of [`AssumptionsOutcome::variations`].
    pub variations: Vec<DesignVariation>,
    /// What is not known apart from luck, where rates are distributions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignorance: Option<Ignorance>,
}

impl DesignAssumptions {
    /// Whether luck alone may explain how far an end lies from the run's own estimate `own`, given the number of the look that it comes
    /// from: the look's interval holds it, or there is none.
    #[must_use]
    pub fn may_be_luck(&self, own: Estimate, look: usize) -> bool {
        let Some(of) = self.variations.get(look).map(|look| look.unavailability) else { return false };
        of.low.is_none_or(|low| low <= own.mean) && own.mean <= of.high
    }
}

impl DesignOutcome {
    /// Whether luck keeps a verdict open (on the mean, or on `windows`), and whether a look at what is assumed does; neither where no such
    /// look was taken.
    #[must_use]
    pub fn kept_open(&self, windows: bool) -> (bool, bool) {
        let Some(of) = self.assumptions.as_ref() else { return (false, false) };
        let (verdict, sampling, depends) = match windows {
            false => (Some(self.verdict_mean), Some(of.verdict_mean_sampling), &of.mean_depends_on),
            true => (self.verdict_windows, of.verdict_windows_sampling, &of.windows_depend_on),
        };
        let says = |verdict: Verdict| {
            of.variations
                .iter()
                .any(|of| if windows { of.verdict_windows == Some(verdict) } else { of.verdict_mean == verdict })
        };
        // A look that is itself open is open for its luck.
        let turned = match sampling {
            Some(Verdict::Meets) => depends.is_some() && says(Verdict::Misses),
            Some(Verdict::Misses) => depends.is_some() && says(Verdict::Meets),
            _ => says(Verdict::Meets) && says(Verdict::Misses),
        };
        let open = verdict == Some(Verdict::NotResolved);
        (open && (!turned || sampling == Some(Verdict::NotResolved)), open && turned)
    }
}

/// What one look says of a design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DesignVariation {
    /// Share of time in which the objective did not hold.
    pub unavailability: Estimate,
    /// Share of whole windows that meet the target.
    pub windows_met: Option<Estimate>,
    /// The mean against the target.
    pub verdict_mean: Verdict,
    /// The windows against the confidence.
    pub verdict_windows: Option<Verdict>,
    /// Share of batches of jobs that are complete by their deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batches_met: Option<Estimate>,
    /// The failure mode whose downtime differs most from the run's, of those that are varied.
    pub mostly: Option<String>,
}

/// What is not known of the rates, apart from luck (nested sampling).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ignorance {
    /// Mean unavailability over all drawn rates.
    pub mean: f64,
    /// Standard deviation of the expected unavailability that comes from not knowing the rates.
    pub sd_not_known: f64,
    /// Standard deviation of the mean of the run that comes from luck.
    pub sd_luck: f64,
    /// The expected unavailability lies above this …
    pub low: f64,
    /// … and below this with the study's confidence, as far as the rates decide it.
    pub high: f64,
    /// The share of drawn rates under which the expected availability meets the target.
    pub share_that_meets: f64,
    /// Draws with at least one miss.
    pub draws_with_hits: u64,
}
