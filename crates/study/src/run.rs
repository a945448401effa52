//! Replications with rayon, in fixed blocks merged in trial order.
//!
//! What comes out depends on the study only: not on the number of threads, the size of a block or the order in which
//! blocks finish. An interrupt keeps the longest unbroken run of blocks from the first trial on.

use crate::stage::Stage;
use crate::study::Study;
use crate::tally::Tally;
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use thiserror::Error;
use zonefall_engine::BudgetExceeded;

/// Trials in a block, at most.
const BLOCK: u64 = 64;

/// A run that could not be finished.
#[derive(Debug, Error)]
pub enum RunError {
    /// A trial passed its event budget.
    #[error(
        "trial {trial} of seed {seed}: {source}; raise `event_budget`, or look for a rate or a horizon that is too large"
    )]
    Budget {
        /// The trial.
        trial: u64,
        /// The seed.
        seed: u64,
        /// The budget.
        source: BudgetExceeded,
    },
    /// The threads could not be started.
    #[error("cannot start {threads} threads: {why}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// Why not.
        why: String,
    },
}

/// Told now and then how far the run is.
pub trait Progress: Sync {
    /// `done` trials are merged into `tally`.
    fn merged(&self, done: u64, tally: &Tally);
    /// One more block of `trials` has been computed (perhaps not in order).
    fn computed(&self, trials: u64);
}

/// Tells nobody.
pub struct Silent;

impl Progress for Silent {
    fn merged(&self, _: u64, _: &Tally) {}
    fn computed(&self, _: u64) {}
}

/// What a run leaves.
#[derive(Debug)]
pub struct Finished {
    /// The merged tally.
    pub tally: Tally,
    /// Trials in it.
    pub trials: u64,
    /// The names of the causes.
    pub causes: Vec<String>,
}

/// Runs a study on `threads` threads (0: as many as there are cores) until it is done or interrupted.
///
/// # Errors
/// If a trial passes its event budget or the threads cannot be started.
pub fn run(study: &Study, threads: usize, stop: &AtomicBool, progress: &dyn Progress) -> Result<Finished, RunError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|why| RunError::Threads { threads, why: why.to_string() })?;
    let block = (study.trials / 256).clamp(1, BLOCK);
    let blocks = study.trials.div_ceil(block);
    let wave = 8 * pool.current_num_threads() as u64;
    let first = Stage::new(study);
    let causes = first.causes();
    let stages = Mutex::new(vec![first]);
    let mut finished = Finished { tally: Tally::new(study, causes.len()), trials: 0, causes };
    for start in (0..blocks).step_by(wave as usize) {
        let end = (start + wave).min(blocks);
        let number = finished.causes.len();
        let done: Vec<_> = pool.install(|| {
            let one = |index: u64| {
                if stop.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                let mut stage = take(&stages, study);
                let trials = index * block..((index + 1) * block).min(study.trials);
                let count = trials.end - trials.start;
                let tally = play(&mut stage, study, trials, number, stop);
                stages.lock().unwrap_or_else(PoisonError::into_inner).push(stage);
                progress.computed(count);
                tally.map(|tally| tally.map(|tally| (tally, count)))
            };
            (start..end).into_par_iter().map(one).collect()
        });
        for block in done {
            let Some((tally, count)) = block? else { return Ok(finished) };
            finished.tally.merge(tally);
            finished.trials += count;
        }
        progress.merged(finished.trials, &finished.tally);
    }
    Ok(finished)
}

fn take(stages: &Mutex<Vec<Stage>>, study: &Study) -> Stage {
    let idle = stages.lock().unwrap_or_else(PoisonError::into_inner).pop();
    idle.unwrap_or_else(|| Stage::new(study))
}

/// The tally of a block; none if it was interrupted.
fn play(
    stage: &mut Stage,
    study: &Study,
    trials: std::ops::Range<u64>,
    causes: usize,
    stop: &AtomicBool,
) -> Result<Option<Tally>, RunError> {
    let mut tally = Tally::new(study, causes);
    for trial in trials {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let trial = study.first_trial.saturating_add(trial);
        let played = stage.tally(study, trial, &mut tally);
        played.map_err(|source| RunError::Budget { trial, seed: study.seed, source })?;
    }
    Ok(Some(tally))
}
