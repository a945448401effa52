//! How many batches of jobs the answer and its neighbours complete by their deadlines, where there are jobs.
//!
//! In: candidates that a search has found. Out: of each the share of batches, over plain trials of it alone, which decides nothing: a
//! plan asks for the mean share of time. Forced trials know no single batch, so plain ones are lived through there, too.

use super::Question;
use super::alone::Alone;
use super::bench::{Bench, Stopped};
use crate::gate::{at_least, trials_would_do};
use crate::outcome::{JobsOutcome, Verdict};
use crate::run::RunError;
use serde::Serialize;

/// Trials, at least and at most: a trial of a year of nights has hundreds of batches.
const TRIALS: (u64, u64) = (256, 1 << 13);

/// The batches of one design.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Batches {
    /// The design.
    pub design: String,
    /// Plain trials that say so, from the first on.
    pub trials: u64,
    /// Its batches; intervals are of this design alone.
    pub jobs: JobsOutcome,
}

/// What the scenario's gate asks of the batches of the answer, which no search looks for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BatchesAsked {
    /// The share that has to be complete by its deadline.
    pub share: f64,
    /// What the answer comes to.
    pub verdict: Verdict,
    /// So many trials of it would about resolve that, where it is open and something tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trials_would_do: Option<u64>,
}

impl BatchesAsked {
    /// Of a candidate whose batches have been counted.
    pub(super) fn of(question: &Question, counted: &[Batches], best: usize) -> Option<Self> {
        let best = &question.candidates[best];
        let share = question.gate.batches().filter(|_| question.gate.asks(best.shape))?;
        let counted = counted.iter().find(|of| of.design == best.design.name)?;
        let verdict = at_least(counted.jobs.met, share);
        let trials_would_do = trials_would_do((counted.jobs.met, verdict), share, counted.trials);
        Some(Self { share, verdict, trials_would_do })
    }
}

/// The batches of some candidates; of those without jobs nothing.
///
/// # Errors
/// If a trial passes its event budget.
pub(super) fn batches(
    bench: &Bench<'_>,
    candidates: impl IntoIterator<Item = usize>,
) -> Result<Result<Vec<Batches>, Stopped>, RunError> {
    let mut told: Vec<Batches> = Vec::new();
    for candidate in candidates {
        let design = &bench.question.candidates[candidate].design;
        if design.jobs.is_none() || told.iter().any(|of| of.design == design.name) {
            continue;
        }
        let alone = Alone::plain(bench, candidate);
        let trials = alone.at_most(bench.trials(candidate).clamp(TRIALS.0, TRIALS.1));
        let Some(outcome) = alone.run(&alone.study(trials, false))? else { return Ok(Err(Stopped)) };
        let jobs = outcome.designs.into_iter().next().and_then(|of| of.jobs);
        told.extend(jobs.map(|jobs| Batches { design: design.name.clone(), trials, jobs }));
    }
    Ok(Ok(told))
}
