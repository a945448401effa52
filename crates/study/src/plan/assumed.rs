//! What an answer would be if what is assumed were otherwise: the second interval of a design, and whether its verdict stands.
//!
//! In: a candidate that a search has found, and how its trials are drawn ([`Alone`]). Out: the looks of [`crate::assumptions`], as
//! after a run of the design by itself, forced where its trials are. What can go wrong: nothing is assumed in a range, and then
//! there is nothing to tell.

use super::alone::Alone;
use super::bench::Stopped;
use crate::assumptions;
use crate::outcome::{DesignOutcome, Estimate, Verdict};
use crate::run::{RunError, Silent};
use serde::Serialize;

/// A design when what is assumed is otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assumed {
    /// Its name.
    pub design: String,
    /// What a run of it by itself says, as stated.
    pub unavailability: Estimate,
    /// The verdict of that run on the mean: luck only.
    pub verdict_sampling: Verdict,
    /// The verdict that stands under every look.
    pub verdict: Verdict,
    /// The least unavailability of the run and all looks; 0 where a look has too few hits to say.
    pub low: f64,
    /// The look that says so; none if it is the run itself.
    pub low_from: Option<String>,
    /// The greatest; an upper bound where a look has too few hits.
    pub high: f64,
    /// The look that says so; none if it is the run itself.
    pub high_from: Option<String>,
    /// The assumption that keeps the verdict from standing, in words; none if none does.
    pub depends_on: Option<String>,
    /// The same of its verdict in windows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub windows_depend_on: Option<String>,
}

impl Assumed {
    /// Leaves open what a look unsettles, in a run of the design that had none.
    pub(super) fn unsettle(&self, of: &mut DesignOutcome) {
        if self.depends_on.is_some() {
            of.verdict_mean = Verdict::NotResolved;
        }
        if self.windows_depend_on.is_some() {
            of.verdict_windows = of.verdict_windows.map(|_| Verdict::NotResolved);
        }
    }
}

/// Trials of the run that the looks are set against, fewest and most.
const TRIALS: (u64, u64) = (2048, 1 << 16);

/// Looks at one design, whose search took so many trials.
///
/// # Errors
/// If a trial passes its event budget.
pub(super) fn look(alone: &Alone<'_>, trials: u64) -> Result<Result<Option<Assumed>, Stopped>, RunError> {
    let study = alone.study(alone.at_most(trials.clamp(TRIALS.0, TRIALS.1)), false);
    let Some(plan) = assumptions::Plan::drawn(&study, None, alone.way()) else { return Ok(Ok(None)) };
    let Some(mut outcome) = alone.run(&study)? else { return Ok(Err(Stopped)) };
    let how = alone.how;
    let Some(looks) = plan.play(&study, &outcome, how.threads.count(), how.stop, &Silent)? else {
        return Ok(Err(Stopped));
    };
    looks.add_to(&mut outcome, &study);
    let Some(of) = outcome.designs.first() else { return Ok(Ok(None)) };
    let assumed = of.assumptions.as_ref().map(|assumed| Assumed {
        design: of.design.clone(),
        unavailability: of.unavailability,
        verdict_sampling: assumed.verdict_mean_sampling,
        verdict: of.verdict_mean,
        low: assumed.low,
        low_from: assumed.low_from.clone(),
        high: assumed.high,
        high_from: assumed.high_from.clone(),
        depends_on: assumed.mean_depends_on.clone(),
        windows_depend_on: assumed.windows_depend_on.clone(),
    });
    Ok(Ok(assumed))
}
