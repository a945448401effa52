//! One candidate run by itself, as `run` would: for what a search does not keep of it.
//!
//! In: a candidate, and how its trials are drawn. Out: outcomes of it alone, and of these what its downtime comes from
//! ([`Why`]). What downtime is charged to is of the very trials that the search had of it, and sums to its estimate. What would be
//! avoided takes second looks: where those of all trials are too many they are of the first alone, and told as the share that they
//! avoid of what these missed. A run explains an answer and decides none.

use super::Question;
use super::assumed::Assumed;
use super::bench::{Bench, Stopped};
use super::kept::of_time;
use super::windowed::Windowed;
use crate::conclude::{Labels, conclude, estimate};
use crate::gate::{Condition, percent};
use crate::outcome::{CauseOutcome, DesignOutcome, Estimate, Outcome};
use crate::rare::Way;
use crate::run::{RunError, Silent, run_on};
use crate::study::Study;
use crate::visit::Visit;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use zonefall_faults::Method;
use zonefall_fleet::Design;
use zonefall_stats::MeanEstimate;

/// Trials with second looks where those of all are too many, fewest and most.
const TRIALS: (u64, u64) = (1024, 1 << 14);
/// Trials that say something of it in any case.
const LEAST: u64 = 64;
/// With so many misses among them they say enough.
const HITS: f64 = 1000.0;

/// What the downtime of a design comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// The design.
    pub design: String,
    /// Trials that say so: all that the search had of it.
    pub trials: u64,
    /// The first of them, which were lived through again without each cause. Where they are fewer, avoided minutes are the share of
    /// what these missed that is avoided, of all that is missed.
    pub trials_looked_at: u64,
    /// Its share of time missed, as the plan says it.
    pub unavailability: Estimate,
    /// Its causes, the greatest first; charged minutes sum to that downtime.
    pub causes: Vec<CauseOutcome>,
}

/// What a run of it says of an answer.
pub(super) struct Explained {
    /// What its downtime comes from.
    pub why: Why,
    /// Its windows, if any is whole.
    pub windows: Option<Windowed>,
    /// What the scenario's gate asks of its time.
    pub gate: Vec<Condition>,
}

/// A candidate, and how its trials are drawn.
pub(super) struct Alone<'a> {
    pub question: &'a Question,
    pub how: &'a Visit<'a>,
    design: &'a Arc<Design>,
    shape: usize,
    forced: Option<&'a crate::rare::Plan>,
}

impl<'a> Alone<'a> {
    /// A candidate of a search.
    pub fn new(bench: &'a Bench<'a>, candidate: usize) -> Self {
        Self {
            question: bench.question,
            how: bench.how,
            design: &bench.question.candidates[candidate].design,
            shape: bench.question.candidates[candidate].shape,
            forced: bench.forced_by(candidate),
        }
    }

    /// The same with plain trials, however the search drew them.
    pub fn plain(bench: &'a Bench<'a>, candidate: usize) -> Self {
        Self { forced: None, ..Self::new(bench, candidate) }
    }

    /// The study of a run of it.
    pub fn study(&self, trials: u64, counterfactual: bool) -> Study {
        Study {
            designs: vec![Arc::clone(self.design)],
            trials,
            counterfactual,
            stopping: None,
            rows: false,
            ..self.question.study.clone()
        }
    }

    /// How its trials are drawn, if they are not plain.
    pub fn way(&self) -> Option<Way> {
        self.forced.map(|plan| Way::Forced(Box::new(plan.clone())))
    }

    /// No more trials than the question allows one candidate: second looks at a fleet that scales are the dearest of all.
    pub fn at_most(&self, trials: u64) -> u64 {
        trials.min(self.question.trials_max.next_multiple_of(2))
    }

    /// Runs it; none if interrupted.
    ///
    /// # Errors
    /// If a trial passes its event budget.
    pub fn run(&self, study: &Study) -> Result<Option<Outcome>, RunError> {
        let target = format!("{}%", percent(study.target.share()));
        let (how, labels) = (self.how, Labels { target, ..Labels::default() });
        let outcome = match self.way() {
            None => conclude(study, &run_on(study, how.threads, how.stop, &Silent)?, &labels),
            Some(way) => {
                let said = (&labels, Method::Forcing, "as in the plan");
                way.play(study, said, how.threads.count(), how.stop, &Silent)?.outcome
            }
        };
        Ok((!how.stop.load(Ordering::Relaxed)).then_some(outcome))
    }

    /// What its downtime comes from in so many trials, those that gave an estimate, and what windows and the gate come to, where what is
    /// assumed keeps open what it unsettles. Second looks, one for
    /// each cause that struck, take no more work than the search took, or those of the first trials alone at most half of it.
    ///
    /// # Errors
    /// If a trial passes its event budget.
    pub fn why(
        &self,
        (seen, trials): (&MeanEstimate, u64),
        work: u64,
        assumed: Option<&Assumed>,
    ) -> Result<Result<Option<Explained>, Stopped>, RunError> {
        let looked_at = self.looked_at((seen.hits, trials), work);
        let Some(mut outcome) = self.run(&self.study(trials, looked_at == trials))? else { return Ok(Err(Stopped)) };
        if let (Some(assumed), Some(of)) = (assumed, outcome.designs.first_mut()) {
            assumed.unsettle(of);
        }
        let gate = of_time(self.question, self.shape, &outcome);
        let Some(mut of) = outcome.designs.into_iter().next() else { return Ok(Ok(None)) };
        if looked_at < trials {
            let Some(first) = self.run(&self.study(looked_at, true))? else { return Ok(Err(Stopped)) };
            first.designs.iter().for_each(|first| avoid_as(first, &mut of));
        }
        let mut windows = Windowed::of(&of, trials, self.shape, self.question);
        if let (Some(windows), Some(assumption)) =
            (&mut windows, assumed.and_then(|of| of.windows_depend_on.as_deref()))
        {
            windows.hangs_on(assumption);
        }
        let why = Why {
            design: of.design,
            trials,
            trials_looked_at: looked_at,
            unavailability: estimate(seen, 1.0),
            causes: of.causes,
        };
        Ok(Ok(Some(Explained { why, windows, gate })))
    }

    /// How many of so many trials, of which some had misses, may have second looks.
    fn looked_at(&self, (hits, trials): (u64, u64), work: u64) -> u64 {
        let modes = self.question.study.profile.modes.len() as u64;
        if trials + hits * modes <= work {
            return trials;
        }
        let share = hits as f64 / trials.max(1) as f64;
        let enough = ((HITS / share.max(f64::MIN_POSITIVE)) as u64).clamp(TRIALS.0, TRIALS.1);
        let enough = enough.min((work / (2 * (1 + modes))).max(LEAST));
        // Forced trials come in pairs.
        enough.next_multiple_of(2).min(trials)
    }
}

/// Takes over what other trials of a design say of minutes avoided: the same share of all that is missed.
fn avoid_as(first: &DesignOutcome, of: &mut DesignOutcome) {
    let scale = of.unavailability.mean / first.unavailability.mean;
    for cause in &mut of.causes {
        let looked = first.causes.iter().find(|looked| looked.cause == cause.cause);
        let avoided = looked.and_then(|looked| looked.avoided_min_per_month).filter(|_| scale.is_finite());
        cause.avoided_min_per_month = avoided.map(|avoided| avoided.times(scale));
    }
}
