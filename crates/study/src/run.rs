//! Replications with rayon, in fixed blocks merged in trial order.
//!
//! What comes out depends on the study only: not on the number of threads, the size of a block or the order in which
//! blocks finish. An interrupt keeps the longest unbroken run of blocks from the first trial on.

use crate::blocks::{Workers, trials_of};
use crate::stage::{self, Stage};
use crate::stopping;
use crate::study::Study;
use crate::tally::Tally;
use std::sync::atomic::{AtomicBool, Ordering};
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
    /// A pilot was interrupted: nothing is learned, and no trial of the run is played.
    #[error("interrupted before the first trial: the pilot that learns how to draw trials was under way")]
    Interrupted,
    /// The threads could not be started.
    #[error("cannot start {threads} threads: {why}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// Why not.
        why: String,
    },
}

/// Threads to live through trials on.
#[derive(Debug)]
pub struct Threads(rayon::ThreadPool);

impl Threads {
    /// So many; as many as there are cores for 0.
    ///
    /// # Errors
    /// If they cannot be started.
    pub fn new(threads: usize) -> Result<Self, RunError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.map(Self).map_err(|why| RunError::Threads { threads, why: why.to_string() })
    }

    pub(crate) fn pool(&self) -> &rayon::ThreadPool {
        &self.0
    }

    pub(crate) fn count(&self) -> usize {
        self.0.current_num_threads()
    }
}

/// Told now and then how far the run is.
pub trait Progress: Sync {
    /// So much is merged, without a gap; told at the border of a block, while no other block can be merged.
    fn merged(&self, finished: &Finished);
    /// One more block of `trials` has been computed (perhaps not in order).
    fn computed(&self, trials: u64);
}

/// Tells nobody.
pub struct Silent;

impl Progress for Silent {
    fn merged(&self, _: &Finished) {}
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

impl Finished {
    /// Nothing yet.
    fn nothing(study: &Study) -> Self {
        let causes = stage::causes(study);
        Self { tally: Tally::new(study, causes.len()), trials: 0, causes }
    }
}

/// Runs a study on `threads` threads (0: as many as there are cores) until it is done (at the last trial, or
/// where its rule stops it) or interrupted.
///
/// # Errors
/// If a trial passes its event budget or the threads cannot be started.
pub fn run(study: &Study, threads: usize, stop: &AtomicBool, progress: &dyn Progress) -> Result<Finished, RunError> {
    run_on(study, &Threads::new(threads)?, stop, progress)
}

/// [`run`], on threads that are there.
///
/// # Errors
/// If a trial passes its event budget.
pub fn run_on(
    study: &Study,
    threads: &Threads,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> Result<Finished, RunError> {
    stopping::go_on_with(study, Finished::nothing(study), threads, stop, progress)
}

/// Goes on with a study whose first trials are finished, up to the last one: whatever its rule of stopping says.
pub(crate) fn play_to_the_end(
    study: &Study,
    begun: Finished,
    workers: &Workers<'_, Stage, impl Fn() -> Stage + Sync>,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> Result<Finished, RunError> {
    let trials = begun.trials..study.trials.max(begun.trials);
    let (causes, mut finished) = (begun.causes.len(), begun);
    let length = (study.trials / 256).clamp(1, BLOCK);
    let blocks = (trials.end - trials.start).div_ceil(length);
    let block = |stage: &mut Stage, at: u64| {
        let range = trials_of(at, length, &trials);
        let count = range.end - range.start;
        let played = play(stage, study, range, causes, stop)?;
        progress.computed(count);
        Ok(played.map(|tally| (tally, count)))
    };
    workers.in_order(blocks, block, |(tally, count)| {
        finished.tally.merge(tally);
        finished.trials += count;
        progress.merged(&finished);
    })?;
    Ok(finished)
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
