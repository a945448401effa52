//! A candidate that plain trials hardly ever see miss: its trials are forced into the outages that make it miss.
//!
//! In: one design in the world of the question. Out: weighted sums over pairs of a plain and a forced trial, as in a run with
//! `method = "forcing"`, and an estimate that leaves room for what no pattern foresees. What can go wrong: a way to miss that
//! the pilot overlooked is drawn by the plain half alone. If it is so rare that no trial showed it, it may add as much as an
//! event that was not seen in so many plain trials: that is added to the upper end, so nothing is proven to meet a target
//! because nobody looked; so is what rates and places know of and these trials expect too few of to have shown it.

use super::bench::again;
use crate::blocks::{Workers, trials_of};
use crate::misses::Kinds;
use crate::rare::{ByWeight, Plan, Scales, forced_stage, unforeseen};
use crate::run::RunError;
use crate::stage::Stage;
use crate::study::Study;
use crate::visit::Visit;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use zonefall_engine::BudgetExceeded;
use zonefall_fleet::Design;
use zonefall_stats::{Confidence, MeanEstimate, Sample, WeightedMoments};

/// Trials in a block, at most; an even number, since trials come in pairs.
const BLOCK: u64 = 64;

/// A candidate with the way in which its trials are drawn, and what they showed.
pub(super) struct Forced {
    study: Study,
    plan: Plan,
    /// What misses it, and how often a trial is expected to show it.
    kinds: Kinds,
    sums: Sums,
}

/// Sums over weighted trials.
#[derive(Clone)]
struct Sums {
    missed: WeightedMoments,
    /// One for each trial with a miss.
    any: WeightedMoments,
    /// Trials with a miss that hold no pattern.
    unforeseen: u64,
    by_weight: ByWeight,
    trials: u64,
}

impl Sums {
    fn new() -> Self {
        let none = || WeightedMoments::new(Plan::most_weight());
        Self { missed: none(), any: none(), unforeseen: 0, by_weight: ByWeight::default(), trials: 0 }
    }

    fn merge(&mut self, later: &Self) {
        self.missed.merge(&later.missed);
        self.any.merge(&later.any);
        self.unforeseen += later.unforeseen;
        self.by_weight.merge(&later.by_weight);
        self.trials += later.trials;
    }
}

/// A stage whose trials can be forced, and of which missed time is read only.
fn quick_stage(study: &Study) -> Stage {
    forced_stage(study).of_missed_time()
}

impl Forced {
    /// Learns how to force the trials of one design; none if the pilot found no overlap of outages that misses.
    ///
    /// # Errors
    /// If a trial passes its event budget or threads cannot be started.
    pub fn learn(world: &Study, design: Arc<Design>, how: &Visit<'_>) -> Result<Option<Self>, RunError> {
        let study =
            Study { designs: vec![design], counterfactual: false, stopping: None, rows: false, ..world.clone() };
        let plan = Plan::learn_on(&study, (how.threads.count(), u64::MAX), how.stop, quick_stage)?;
        Ok(plan.map(|plan| {
            let kinds = plan.kinds_as_drawn(&study).into_iter().next().unwrap_or_default();
            Self { study, plan, kinds, sums: Sums::new() }
        }))
    }

    /// The patterns that they are forced into, and how often.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How many times as efficient as plain trials the pilot expects forced ones to be.
    pub fn gain(&self) -> f64 {
        self.plan.forecasts.first().map_or(0.0, |of| of.gain)
    }

    /// Trials of the pilot.
    pub fn pilot_trials(&self) -> u64 {
        self.plan.pilot_trials
    }

    /// Trials so far.
    pub fn trials(&self) -> u64 {
        self.sums.trials
    }

    /// Missed milliseconds a trial, on average.
    pub fn mean_ms(&self) -> f64 {
        self.sums.missed.mean()
    }

    /// The estimate in milliseconds a trial, as that of a run, so many looks later, if these show again what all before them did; what
    /// was not foreseen is added to its upper end.
    pub fn estimate_after(&self, more: u32, cap: f64, level: Confidence) -> MeanEstimate {
        let sums = again(&self.sums, more, Sums::merge);
        let seen = MeanEstimate::new(&sums.missed, cap, level).as_wide_as_its_hits(level);
        let (missed, any) = (sums.missed.mean(), sums.any.mean());
        let size = if missed > 0.0 && any > 0.0 { missed / any } else { cap };
        let seen = seen.with_room(unforeseen(sums.unforeseen, sums.trials.max(1), level) * size, cap);
        let hidden = sums.by_weight.hidden(sums.trials, level);
        self.kinds.clone().unforced_at_most(hidden, size).raised(seen, sums.trials, cap)
    }

    /// Lives through more trials, up to so many; false if interrupted, and then nothing is kept.
    ///
    /// # Errors
    /// If a trial passes its event budget.
    pub fn play(&mut self, up_to: u64, how: &Visit<'_>) -> Result<bool, RunError> {
        let trials = self.sums.trials..up_to.next_multiple_of(2);
        let count = trials.end.saturating_sub(trials.start);
        let length = (count / 32).next_multiple_of(2).clamp(2, BLOCK);
        let block = |stage: &mut Stage, at: u64| {
            let range = trials_of(at, length, &trials);
            let count = range.end - range.start;
            let played = self.block(stage, range, how)?;
            (how.told)(count);
            Ok(played)
        };
        let mut more = Sums::new();
        let workers = Workers::new(how.threads, || quick_stage(&self.study));
        let whole = workers.in_order(count.div_ceil(length), block, |later| more.merge(&later))?;
        if whole {
            self.sums.merge(&more);
        }
        Ok(whole)
    }

    /// The sums of a block; none if it was interrupted.
    fn block(&self, stage: &mut Stage, trials: Range<u64>, how: &Visit<'_>) -> Result<Option<Sums>, RunError> {
        let (mut sums, mut forced, mut scales) = (Sums::new(), Vec::new(), Scales::default());
        for number in trials {
            if how.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let mut one = || -> Result<(), BudgetExceeded> {
                let key = self.study.trial_key(number);
                self.plan.force(number, key, &mut forced);
                stage.play_forced(key, &forced)?;
                let (weight, holds_a_pattern) = self.plan.weigh(stage.points(), &mut scales);
                let missed = stage.ledger(0).missed_ms;
                sums.missed.add(weight.half(), missed as i64);
                sums.any.add(weight.half(), i64::from(missed > 0));
                sums.unforeseen += u64::from(missed > 0 && !holds_a_pattern);
                if missed > 0 {
                    sums.by_weight.add(weight);
                }
                sums.trials += 1;
                if number % 2 == 1 {
                    sums.missed.close();
                    sums.any.close();
                }
                Ok(())
            };
            one().map_err(|source| RunError::Budget { trial: number, seed: self.study.seed, source })?;
        }
        Ok(Some(sums))
    }
}
