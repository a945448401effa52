//! Trials for those who need a few numbers of each, and no whole tally: comparing, planning, picking a trial.
//!
//! In: studies of which each lives through the trials by itself (same numbers, perhaps other worlds). Out: what an
//! accumulator has seen, block by block, merged in the order of trials: the same bits for any number of threads.
//! An interrupted visit leaves nothing. As nothing but missed time is read, steps of a recorded demand are no events.

use crate::blocks::{Workers, trials_of};
use crate::run::{RunError, Threads};
use crate::stage::Stage;
use crate::study::Study;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

/// Trials in a block, at most.
const BLOCK: u64 = 64;

/// What sees trials. Merging must be exact and associative.
pub(crate) trait Visitor: Send {
    /// Sees one trial, lived through on every stage. Of the ledgers it may read missed time (when, in which window, of which cause) and what is paid for.
    fn see(&mut self, trial: u64, stages: &[Stage]);
    /// Takes in what another has seen of later trials.
    fn merge(&mut self, later: Self);
}

/// How trials are visited.
pub struct Visit<'a> {
    /// The threads.
    pub threads: &'a Threads,
    /// Raised to interrupt.
    pub stop: &'a AtomicBool,
    /// Told how many more trials of how many designs have been lived through, in any order.
    pub told: &'a (dyn Fn(u64) + Sync),
}

/// Lives through trials; none if interrupted.
///
/// # Errors
/// If a trial passes its event budget.
pub(crate) fn visit<V: Visitor>(
    studies: &[Study],
    trials: Range<u64>,
    how: &Visit<'_>,
    new: impl Fn() -> V + Sync,
) -> Result<Option<V>, RunError> {
    visit_on(studies, trials, how, |study| Stage::new(study).of_missed_time(), new)
}

/// The same on stages of some kind: whole ones, where more is read of the ledgers.
///
/// # Errors
/// As before.
pub(crate) fn visit_on<V: Visitor>(
    studies: &[Study],
    trials: Range<u64>,
    how: &Visit<'_>,
    stage: impl Fn(&Study) -> Stage + Sync,
    new: impl Fn() -> V + Sync,
) -> Result<Option<V>, RunError> {
    let designs: u64 = studies.iter().map(|study| study.designs.len() as u64).sum();
    let count = trials.end.saturating_sub(trials.start);
    let length = (count / 32).clamp(1, BLOCK);
    let block = |stages: &mut Vec<Stage>, at: u64| -> Result<Option<V>, RunError> {
        let mut seen = new();
        let range = trials_of(at, length, &trials);
        for trial in range.clone() {
            if how.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            for (stage, study) in stages.iter_mut().zip(studies) {
                let budget = |source| RunError::Budget { trial, seed: study.seed, source };
                stage.play(study.trial_key(trial)).map_err(budget)?;
            }
            seen.see(trial, stages);
        }
        (how.told)((range.end - range.start) * designs);
        Ok(Some(seen))
    };
    let workers = Workers::new(how.threads, || studies.iter().map(&stage).collect());
    let mut all = new();
    let whole = workers.in_order(count.div_ceil(length), block, |part| all.merge(part))?;
    Ok(whole.then_some(all))
}
