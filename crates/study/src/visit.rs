//! Trials for those who need a few numbers of each, and no whole tally: comparing, planning, picking a trial.
//!
//! In: studies of which each lives through the trials by itself (same numbers, perhaps other worlds). Out: what an
//! accumulator has seen, block by block, merged in the order of trials: the same bits for any number of threads.
//! An interrupted visit leaves nothing.

use crate::run::{RunError, Threads};
use crate::stage::Stage;
use crate::study::Study;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Trials in a block, at most.
const BLOCK: u64 = 64;

/// What sees trials. Merging must be exact and associative.
pub(crate) trait Visitor: Send {
    /// Sees one trial, lived through on every stage.
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
    let idle: Mutex<Vec<Vec<Stage>>> = Mutex::new(Vec::new());
    let lock = || idle.lock().unwrap_or_else(PoisonError::into_inner);
    let designs: u64 = studies.iter().map(|study| study.designs.len() as u64).sum();
    let block = (trials.end.saturating_sub(trials.start) / 32).clamp(1, BLOCK);
    let blocks = trials.end.saturating_sub(trials.start).div_ceil(block);
    let one = |index: u64| -> Result<Option<V>, RunError> {
        let free = lock().pop();
        let mut stages = free.unwrap_or_else(|| studies.iter().map(Stage::new).collect());
        let mut seen = new();
        let begin = trials.start + index * block;
        let end = (begin + block).min(trials.end);
        for trial in begin..end {
            if how.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            for (stage, study) in stages.iter_mut().zip(studies) {
                let budget = |source| RunError::Budget { trial, seed: study.seed, source };
                stage.play(study.trial_key(trial)).map_err(budget)?;
            }
            seen.see(trial, &stages);
        }
        lock().push(stages);
        (how.told)((end - begin) * designs);
        Ok(Some(seen))
    };
    // In waves, so that at most so many accumulators wait.
    let wave = 64 * how.threads.count() as u64;
    let mut all = new();
    for start in (0..blocks).step_by(wave as usize) {
        let range = start..(start + wave).min(blocks);
        let seen: Vec<_> = how.threads.pool().install(|| range.into_par_iter().map(one).collect());
        for part in seen {
            match part? {
                Some(part) => all.merge(part),
                None => return Ok(None),
            }
        }
    }
    Ok(Some(all))
}
