//! One candidate run by itself, as `run` would: for what a search does not keep of it.
//!
//! In: a candidate, and how its trials are drawn. Out: outcomes of it alone, and of these what its downtime comes from
//! ([`Why`]). The run begins with the search's first trials, but is a sample of its own where their numbers differ: it explains an answer
//! and decides none.

use super::Question;
use super::bench::{Bench, Stopped};
use crate::conclude::{Labels, conclude};
use crate::outcome::{CauseOutcome, Estimate, Outcome};
use crate::rare::{Method, Way};
use crate::run::{RunError, Silent, run_on};
use crate::study::Study;
use crate::visit::Visit;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use zonefall_fleet::Design;

/// Trials that say what downtime comes from, fewest and most.
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
    /// Trials of the run that says so.
    pub trials: u64,
    /// Its share of time missed in that run.
    pub unavailability: Estimate,
    /// Its causes, the greatest first; charged minutes sum to that downtime.
    pub causes: Vec<CauseOutcome>,
}

/// A candidate, and how its trials are drawn.
pub(super) struct Alone<'a> {
    pub question: &'a Question,
    pub how: &'a Visit<'a>,
    design: &'a Arc<Design>,
    forced: Option<&'a crate::rare::Plan>,
}

impl<'a> Alone<'a> {
    /// A candidate of a search.
    pub fn new(bench: &'a Bench<'a>, candidate: usize) -> Self {
        Self {
            question: bench.question,
            how: bench.how,
            design: &bench.question.candidates[candidate].design,
            forced: bench.forced_by(candidate),
        }
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
        let (how, labels) = (self.how, Labels::default());
        let outcome = match self.way() {
            None => conclude(study, &run_on(study, how.threads, how.stop, &Silent)?, &labels),
            Some(way) => {
                let said = (&labels, Method::Forcing, "as in the plan");
                way.play(study, said, how.threads.count(), how.stop, &Silent)?.outcome
            }
        };
        Ok((!how.stop.load(Ordering::Relaxed)).then_some(outcome))
    }

    /// What its downtime comes from, where so many of as many trials had some. Second looks, one for each cause that struck, take at
    /// most half of the work that the search took.
    ///
    /// # Errors
    /// If a trial passes its event budget.
    pub fn why(&self, (hits, of): (u64, u64), work: u64) -> Result<Result<Option<Why>, Stopped>, RunError> {
        let share = hits as f64 / of.max(1) as f64;
        let trials = ((HITS / share.max(f64::MIN_POSITIVE)) as u64).clamp(TRIALS.0, TRIALS.1);
        let looks = 1 + self.question.study.profile.modes.len() as u64;
        let trials = self.at_most(trials).min((work / (2 * looks)).max(LEAST));
        let Some(outcome) = self.run(&self.study(trials, true))? else { return Ok(Err(Stopped)) };
        Ok(Ok(outcome.designs.into_iter().next().map(|of| Why {
            design: of.design,
            trials,
            unavailability: of.unavailability,
            causes: of.causes,
        })))
    }
}
