//! Replications with rayon, in fixed blocks merged in trial order.
//!
//! What comes out depends on the study only: not on the number of threads, the size of a block or the order in which
//! blocks finish. An interrupt keeps the longest unbroken run of blocks from the first trial on.

use crate::stage::{self, Stage};
use crate::stopping;
use crate::study::Study;
use crate::tally::Tally;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
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
    stopping::go_on(study, Finished::nothing(study), threads, stop, progress)
}

/// Goes on with a study whose first trials are finished, up to the last one: whatever its rule of stopping says.
pub(crate) fn play_to_the_end(
    study: &Study,
    begun: Finished,
    threads: usize,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> Result<Finished, RunError> {
    let Threads(pool) = Threads::new(threads)?;
    let (first, number) = (begun.trials, begun.causes.len());
    let block = (study.trials / 256).clamp(1, BLOCK);
    let blocks = study.trials.saturating_sub(first).div_ceil(block);
    let wave = 8 * pool.current_num_threads() as u64;
    let stages = Mutex::new(Vec::new());
    let front = Mutex::new(Front { finished: begun, next: 0, waiting: BTreeMap::new(), halted: None });
    for start in (0..blocks).step_by(wave as usize) {
        let end = (start + wave).min(blocks);
        pool.install(|| {
            (start..end).into_par_iter().for_each(|index| {
                let begin = first + index * block;
                let trials = begin..(begin + block).min(study.trials);
                let count = trials.end - trials.start;
                let played = if stop.load(Ordering::Relaxed) {
                    Ok(None)
                } else {
                    let mut stage = take(&stages, study);
                    let played = play(&mut stage, study, trials, number, stop);
                    lock(&stages).push(stage);
                    progress.computed(count);
                    played
                };
                lock(&front).take_in(index, played.map(|tally| tally.map(|tally| (tally, count))), progress);
            });
        });
        if lock(&front).halted.is_some() {
            break;
        }
    }
    let Front { finished, halted, .. } = front.into_inner().unwrap_or_else(PoisonError::into_inner);
    halted.unwrap_or(Ok(())).map(|()| finished)
}

/// A block's tally and number of trials; none if it was interrupted.
type Block = Result<Option<(Tally, u64)>, RunError>;

/// How far the trials are merged without a gap, and the blocks beyond that wait for those before them: at most a wave.
struct Front {
    finished: Finished,
    /// The block that is merged next.
    next: u64,
    waiting: BTreeMap<u64, Block>,
    /// A block that has no tally: nothing behind it is merged.
    halted: Option<Result<(), RunError>>,
}

impl Front {
    fn take_in(&mut self, index: u64, block: Block, progress: &dyn Progress) {
        self.waiting.insert(index, block);
        let before = self.next;
        while self.halted.is_none()
            && let Some(block) = self.waiting.remove(&self.next)
        {
            match block {
                Ok(Some((tally, count))) => {
                    self.finished.tally.merge(tally);
                    self.finished.trials += count;
                    self.next += 1;
                }
                Ok(None) => self.halted = Some(Ok(())),
                Err(why) => self.halted = Some(Err(why)),
            }
        }
        if self.next > before {
            progress.merged(&self.finished);
        }
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take(stages: &Mutex<Vec<Stage>>, study: &Study) -> Stage {
    let idle = lock(stages).pop();
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
