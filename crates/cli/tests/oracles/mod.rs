//! Entries of the shared file as scenarios, and what is read off their outcomes.
#![allow(dead_code, reason = "the test and the example use their own parts")]

pub mod coverage;
mod entries;
pub mod failover;
pub mod load;
pub mod managed;
pub mod methods;
pub mod placement;
pub mod precision;
pub mod rare;
mod readings;
pub mod rollouts;
mod shared;
mod text;

pub use entries::entries;
pub use shared::Oracles;

use std::sync::atomic::AtomicBool;
use zonefall_cli::assemble::{self, Overrides};
use zonefall_faults::Method;
use zonefall_study::outcome::{Estimate, Outcome};
use zonefall_study::rare::{Plan, conclude_weighted, run_forced};
use zonefall_study::{Silent, conclude, run};

/// What is read off an outcome.
pub enum Reading {
    /// A number with the interval that is printed with it.
    Estimated(Estimate),
    /// The same, of independent trials that either have it or not: its exact standard error is known.
    Proportion(Estimate),
    /// A number without an interval, resting on so many trials.
    Plain { value: f64, hits: u64 },
}

impl Reading {
    pub fn value(&self) -> f64 {
        match self {
            Self::Estimated(estimate) | Self::Proportion(estimate) => estimate.mean,
            Self::Plain { value, .. } => *value,
        }
    }

    /// Trials that say something: of a proportion, those on its rarer side.
    pub fn hits(&self, trials: u64) -> u64 {
        match self {
            Self::Estimated(estimate) => estimate.hits,
            Self::Proportion(estimate) => {
                let hits = (estimate.mean * trials as f64).round() as u64;
                hits.min(trials - hits)
            }
            Self::Plain { hits, .. } => *hits,
        }
    }

    pub fn interval(&self) -> Option<&Estimate> {
        match self {
            Self::Estimated(estimate) | Self::Proportion(estimate) => Some(estimate),
            Self::Plain { .. } => None,
        }
    }
}

/// How an entry is held.
pub enum Held {
    /// By its precision, and by the coverage of the interval over so many trials a study.
    ByIntervals { trials: u64 },
    /// By its precision only: the product prints no interval for it.
    WithoutInterval,
    /// Nothing is drawn: it agrees exactly.
    Exactly,
}

/// One entry.
pub struct Entry {
    pub id: &'static str,
    /// The scenario, but for trials and seed.
    pub toml: String,
    /// What the number that is read should be.
    pub expected: f64,
    pub read: fn(&Outcome) -> Reading,
    /// Trials of each study for the precision.
    pub trials: u64,
    pub held: Held,
}

impl Entry {
    /// Plays one study of the entry, from its text to its outcome.
    pub fn play(&self, trials: u64, seed: u64) -> Outcome {
        let text = format!("trials = {trials}\nseed = {seed}\n{}", self.toml);
        let scenario = zonefall_scenario::parse(&text, self.id)
            .unwrap_or_else(|mistakes| panic!("{}\n{text}\n{}", self.id, mistakes.render(false)));
        let overrides = Overrides { no_counterfactual: true, ..Overrides::default() };
        let study = assemble::study(&scenario, overrides).unwrap();
        let (stop, labels) = (AtomicBool::new(false), assemble::labels(&scenario));
        if scenario.method == Method::Forcing {
            let plan =
                Plan::learn(&study, 1, &stop).unwrap().unwrap_or_else(|| panic!("{}: nothing to force", self.id));
            let weighed = run_forced(&study, plan, 1, &stop, &Silent).unwrap();
            return conclude_weighted(&study, &weighed, &labels, Method::Forcing, "asked for");
        }
        conclude(&study, &run(&study, 1, &stop, &Silent).unwrap(), &labels)
    }

    /// The first seed of its studies: entries do not share their luck, so that their coverage may be pooled.
    pub fn first_seed(&self) -> u64 {
        self.id.bytes().fold(0, |sum: u64, byte| (31 * sum + u64::from(byte)) % 1_000_000_007) * 1_000_000
    }

    pub fn left_out(&self) -> String {
        match self.held {
            Held::Exactly => format!("| {} | left out: nothing is drawn |", self.id),
            _ => format!("| {} | left out: no interval is printed |", self.id),
        }
    }
}
