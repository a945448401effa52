//! Weighted trials with rayon, in blocks merged in trial order. As in `crate::run`, what comes out does not depend on
//! threads or blocks, and an interrupt keeps the longest unbroken run of blocks.

use super::plan::{Plan, Scales};
use super::tally::{Trial, WeightedTally};
use crate::run::{Progress, RunError};
use crate::stage::{self, Stage};
use crate::study::Study;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use zonefall_engine::BudgetExceeded;

/// Trials in a block, at most; an even number, since trials come in pairs.
const BLOCK: u64 = 64;

/// What a weighted run leaves.
#[derive(Debug)]
pub struct Weighed {
    pub(crate) tally: WeightedTally,
    /// The names of the causes.
    pub(crate) causes: Vec<String>,
    /// How its trials were drawn.
    pub plan: Plan,
}

impl Weighed {
    /// Trials in it.
    pub fn trials(&self) -> u64 {
        self.tally.trials
    }

    /// Events dispatched, those of the pilot not among them.
    pub fn events(&self) -> u64 {
        self.tally.designs.iter().map(|design| design.events).sum()
    }
}

/// How many trials are asked for: whole pairs.
pub(crate) fn asked(study: &Study) -> u64 {
    study.trials.next_multiple_of(2)
}

/// Runs a study by a plan.
///
/// # Errors
/// If a trial passes its event budget or the threads cannot be started.
pub fn run_forced(
    study: &Study,
    plan: Plan,
    threads: usize,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> Result<Weighed, RunError> {
    let causes = stage::causes(study);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|why| RunError::Threads { threads, why: why.to_string() })?;
    let trials = asked(study);
    let block = (trials / 512 * 2).clamp(2, BLOCK);
    let blocks = trials.div_ceil(block);
    let wave = 8 * pool.current_num_threads() as u64;
    let stages = Mutex::new(Vec::new());
    let mut all = WeightedTally::new(study, causes.len());
    for start in (0..blocks).step_by(wave as usize) {
        let one = |index: u64| {
            let trials = index * block..((index + 1) * block).min(trials);
            let idle = stages.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut stage = idle.unwrap_or_else(|| {
                let mut stage = Stage::new(study);
                stage.force(&study.topology);
                stage
            });
            let count = trials.end - trials.start;
            let played = play(&mut stage, study, &plan, trials, causes.len(), stop);
            stages.lock().unwrap_or_else(PoisonError::into_inner).push(stage);
            progress.computed(count);
            played
        };
        let end = (start + wave).min(blocks);
        let played: Vec<_> = pool.install(|| (start..end).into_par_iter().map(one).collect());
        for block in played {
            match block? {
                Some(block) => all.merge(block),
                None => return Ok(Weighed { tally: all, causes, plan }),
            }
        }
    }
    Ok(Weighed { tally: all, causes, plan })
}

/// The tally of a block; none if it was interrupted.
fn play(
    stage: &mut Stage,
    study: &Study,
    plan: &Plan,
    trials: Range<u64>,
    causes: usize,
    stop: &AtomicBool,
) -> Result<Option<WeightedTally>, RunError> {
    let mut tally = WeightedTally::new(study, causes);
    let (mut forced, mut scales) = (Vec::new(), Scales::default());
    for number in trials {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let mut one = || -> Result<(), BudgetExceeded> {
            let key = study.trial_key(number);
            plan.force(number, key, &mut forced);
            stage.play_forced(key, &forced)?;
            let (weight, holds_a_pattern) = plan.weigh(stage.points(), &mut scales);
            let of = Trial { reference_missed_ms: stage.ledger(0).missed_ms, holds_a_pattern };
            for design in 0..study.designs.len() {
                tally.add(study, design, stage.ledger(design), weight, of);
            }
            tally.trials += 1;
            if study.counterfactual {
                stage.counterfactual(study, key, |design, cause, avoided| {
                    tally.designs[design].avoided[cause].add(weight.half(), avoided);
                })?;
            }
            if number % 2 == 1 {
                tally.close_pair();
            }
            Ok(())
        };
        one().map_err(|source| RunError::Budget { trial: number, seed: study.seed, source })?;
    }
    Ok(Some(tally))
}
