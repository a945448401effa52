//! A method that is ready to be played: on the study that it was learned from, or on the same study under other rates.
//!
//! In: what [`choose`](super::choose()) has learned. Out: an [`Outcome`], or what one set of drawn rates comes to. Under other
//! rates patterns and their shares stay, and their exact expected durations are those of the other rates; levels stay; the
//! machine layer is solved again. Weights are then exact under those rates, so every estimate is without bias, and no pilot
//! is paid for twice; where a pattern cannot come about under the other rates (pairs of zones at 0 %) others matter, and they are
//! learned anew. What can go wrong: a pattern that matters under other rates only was not learned;
//! its misses are seen by the plain half alone, and the interval is as wide as that makes it.

use super::biasing::{Bias, conclude_biased, run_biased};
use super::choose::learned;
use super::conclude::conclude_weighted;
use super::conditioning::{Layered, conclude_conditioned, run_conditioned};
use super::plan::Plan;
use super::run::{Weighed, run_forced};
use super::splitting::{Ladder, run_split};
use crate::conclude::Labels;
use crate::outcome::Outcome;
use crate::run::{Progress, RunError};
use crate::study::Study;
use std::sync::atomic::AtomicBool;
use zonefall_faults::Method;

/// How trials that are not plain are drawn.
#[derive(Debug, Clone)]
pub enum Way {
    /// Half of them forced into patterns.
    Forced(Box<Plan>),
    /// Split at levels.
    Split(Ladder),
    /// Storms alone.
    Given(Layered),
    /// From failure to failure.
    Biased(Bias),
}

/// What was played.
#[derive(Debug)]
pub struct Played {
    /// What may be concluded.
    pub outcome: Outcome,
    /// Trials, storms, or cycles.
    pub trials: u64,
    /// Events, those of the pilot among them.
    pub events: u64,
}

impl Way {
    /// Which method it is.
    pub const fn method(&self) -> Method {
        match self {
            Self::Forced(_) => Method::Forcing,
            Self::Split(_) => Method::Splitting,
            Self::Given(_) => Method::Conditioning,
            Self::Biased(_) => Method::Biasing,
        }
    }

    /// Plays a study and concludes.
    ///
    /// # Errors
    /// If a trial passes its event budget or the threads cannot be started.
    pub fn play(
        &self,
        study: &Study,
        (labels, asked, why): (&Labels, Method, &str),
        threads: usize,
        stop: &AtomicBool,
        progress: &dyn Progress,
    ) -> Result<Played, RunError> {
        if let Self::Given(layered) = self {
            let found = run_conditioned(study, layered, threads, stop, progress)?;
            let outcome = conclude_conditioned(study, &found, labels, asked, why);
            return Ok(Played { outcome, trials: found.storms, events: found.events });
        }
        if let Self::Biased(bias) = self {
            let found = run_biased(study, bias, threads, stop, progress)?;
            let outcome = conclude_biased(study, bias, &found, labels, (asked, why));
            return Ok(Played { outcome, trials: found.cycles, events: found.events });
        }
        let weighed = self.weigh(study, threads, stop, progress)?;
        let weighed = weighed.expect("all but storms alone and cycles weigh their trials");
        let (trials, events) = (weighed.trials(), weighed.events() + weighed.pilot().1);
        Ok(Played { outcome: conclude_weighted(study, &weighed, labels, asked, why), trials, events })
    }

    /// Plays a study and keeps the sums; none for storms alone and for cycles.
    pub(crate) fn weigh(
        &self,
        study: &Study,
        threads: usize,
        stop: &AtomicBool,
        progress: &dyn Progress,
    ) -> Result<Option<Weighed>, RunError> {
        Ok(Some(match self {
            Self::Forced(plan) => run_forced(study, (**plan).clone(), threads, stop, progress)?,
            Self::Split(ladder) => run_split(study, ladder.clone(), threads, stop, progress)?,
            Self::Given(_) | Self::Biased(_) => return Ok(None),
        }))
    }

    /// The same way for the same study under other rates; none where nothing of it is left, and plain trials have to do.
    ///
    /// # Errors
    /// As of [`Plan::learn`].
    pub(crate) fn under(&self, other: &Study, threads: usize, stop: &AtomicBool) -> Result<Option<Self>, RunError> {
        Ok(match self {
            Self::Forced(plan) => match plan.under(other) {
                Some(plan) => Some(plan),
                None => Plan::learn(other, threads, stop)?,
            }
            .map(|plan| Self::Forced(Box::new(plan))),
            Self::Split(ladder) => Some(Self::Split(ladder.without_pilot())),
            Self::Given(_) => Layered::new(other).ok().map(Self::Given),
            Self::Biased(_) => learned(other, stop)?.ok().map(Self::Biased),
        })
    }

    /// So many trials of a look tell as much as `plain` ones would of a plain run of `all`. A replication of a splitting is one
    /// observation, and a storm that surely misses comes as seldom as ever, so neither can do with a part of the trials; nor can cycles, whose plain trials are few.
    pub(crate) fn look_trials(&self, plain: u64, all: u64) -> u64 {
        match self {
            Self::Forced(_) => plain,
            Self::Split(_) | Self::Given(_) | Self::Biased(_) => all,
        }
    }
}
