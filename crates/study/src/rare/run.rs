//! Weighted trials with rayon, in blocks merged in trial order. As in `crate::run`, what comes out does not depend on
//! threads or blocks, and an interrupt keeps the longest unbroken run of blocks.

use super::plan::{Plan, Scales};
use super::splitting::Ladder;
use super::tally::{Trial, WeightedTally};
use crate::blocks::{Workers, trials_of};
use crate::run::{Progress, RunError, Threads};
use crate::stage::{self, Stage};
use crate::study::Study;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
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
    pub(crate) drawn: Drawn,
}

/// How weighted trials were drawn.
#[derive(Debug)]
pub(crate) enum Drawn {
    /// Half of them forced into patterns.
    Forced(Plan),
    /// Split at levels.
    Split(Ladder),
}

impl Weighed {
    /// Trials in it.
    pub fn trials(&self) -> u64 {
        self.tally.trials
    }

    /// How many plain trials its weights stand for.
    pub(crate) fn whole(&self) -> f64 {
        let first = self.tally.designs.first();
        match self.drawn {
            Drawn::Forced(_) => self.trials() as f64,
            Drawn::Split(_) => first.map_or(0, |first| zonefall_stats::Sample::n(&first.missed)) as f64,
        }
    }

    /// Trials and events of the pilot.
    pub fn pilot(&self) -> (u64, u64) {
        match &self.drawn {
            Drawn::Forced(plan) => (plan.pilot_trials, plan.pilot_events),
            Drawn::Split(ladder) => (ladder.pilot_trials, ladder.pilot_events),
        }
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
    let threads = Threads::new(threads)?;
    let (causes, first) = (stage::causes(study), study.first_trial.next_multiple_of(2));
    let trials = first..first + asked(study);
    let length = (asked(study) / 512 * 2).clamp(2, BLOCK);
    let block = |stage: &mut Stage, at: u64| {
        let range = trials_of(at, length, &trials);
        let count = range.end - range.start;
        let played = play(stage, study, &plan, range, causes.len(), stop)?;
        progress.computed(count);
        Ok(played)
    };
    let mut tally = WeightedTally::new(study, causes.len(), Plan::most_weight());
    let blocks = asked(study).div_ceil(length);
    Workers::new(&threads, || forced_stage(study)).in_order(blocks, block, |later| tally.merge(later))?;
    Ok(Weighed { tally, causes, drawn: Drawn::Forced(plan) })
}

/// A stage whose trials can be forced.
pub(crate) fn forced_stage(study: &Study) -> Stage {
    let mut stage = Stage::new(study);
    stage.force(&study.topology);
    stage
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
    let mut tally = WeightedTally::new(study, causes, Plan::most_weight());
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
                tally.add(study, design, stage.ledger(design), (weight, weight.half()), of);
                tally.designs[design].events += stage.ledger(design).events;
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
