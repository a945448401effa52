//! What an answer would be if what is assumed were otherwise: the second interval of a design, and whether its verdict stands.
//!
//! In: a candidate that a search has found, and how its trials are drawn. Out: the looks of [`crate::assumptions`], as after a
//! run of the design by itself. What can go wrong: nothing is assumed in a range, and then there is nothing to tell; or the trials of
//! the candidate are forced, and looks, which are plain, would see too little: none is taken, and that is told.

use super::Question;
use super::bench::Stopped;
use crate::assumptions;
use crate::conclude::{Labels, conclude};
use crate::outcome::{Estimate, Verdict};
use crate::run::{RunError, Silent, run_on};
use crate::study::Study;
use crate::visit::Visit;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use zonefall_fleet::Design;

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
}

/// Trials of the run that the looks are set against, fewest and most.
const TRIALS: (u64, u64) = (2048, 1 << 16);

/// Looks at one design, whose search took so many trials.
///
/// # Errors
/// If a trial passes its event budget.
pub(super) fn look(
    question: &Question,
    design: &Arc<Design>,
    trials: u64,
    how: &Visit<'_>,
) -> Result<Result<Option<Assumed>, Stopped>, RunError> {
    let study = Study {
        designs: vec![Arc::clone(design)],
        trials: trials.clamp(TRIALS.0, TRIALS.1),
        counterfactual: false,
        stopping: None,
        rows: false,
        ..question.study.clone()
    };
    let Some(plan) = assumptions::Plan::new(&study, None) else { return Ok(Ok(None)) };
    let (threads, labels) = (how.threads.count(), Labels::default());
    let mut outcome = conclude(&study, &run_on(&study, how.threads, how.stop, &Silent)?, &labels);
    if how.stop.load(Ordering::Relaxed) {
        return Ok(Err(Stopped));
    }
    let Some(looks) = plan.play(&study, threads, how.stop, &Silent)? else { return Ok(Err(Stopped)) };
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
    });
    Ok(Ok(assumed))
}
