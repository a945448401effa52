//! What is studied.

use crate::money::{Money, Rates};
use crate::stopping::Rule;
use serde::Serialize;
use std::sync::Arc;
use zonefall_engine::Key;
use zonefall_faults::{Profile, Replay, TrialId};
use zonefall_fleet::{Design, Measure};
use zonefall_stats::{Confidence, Target};
use zonefall_topology::Topology;

/// Designs that live through the same storms.
#[derive(Debug, Clone)]
pub struct Study {
    /// Its name.
    pub name: String,
    /// The root of all luck.
    pub seed: u64,
    /// Replications; the most of them under a rule of stopping.
    pub trials: u64,
    /// The first trial's number (0; a replay begins at the recorded one).
    pub first_trial: u64,
    /// The designs; the first is the reference of every difference.
    pub designs: Vec<Arc<Design>>,
    /// Where they stand.
    pub topology: Arc<Topology>,
    /// What may happen.
    pub profile: Profile,
    /// What did happen, if it is known.
    pub replay: Option<Arc<Replay>>,
    /// What is measured.
    pub measure: Arc<Measure>,
    /// The availability asked for in each window.
    pub target: Target,
    /// The confidence of every interval, and the share of windows that has to meet the target.
    pub confidence: Confidence,
    /// Whether missed time is computed without each cause, too.
    pub counterfactual: bool,
    /// When the trials are enough, if not at `trials`.
    pub stopping: Option<Rule>,
    /// Whether every trial's figures are kept.
    pub rows: bool,
    /// What designs cost, if anybody asks.
    pub money: Option<Arc<Money>>,
    /// What clocks show, where there is a calendar; it changes no figure.
    pub local_time: Option<Arc<LocalTime>>,
}

/// What a time zone's clocks show in a trial. The scenario, which alone knows time zones, says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LocalTime {
    /// The IANA time zone.
    pub time_zone: String,
    /// The beginning of a trial, in milliseconds since 1970-01-01 UTC.
    pub start_unix_ms: i64,
    /// From when on (milliseconds of the trial) clocks there are how many seconds ahead of UTC, in order; the first from the beginning.
    pub ahead_s: Vec<(u64, i32)>,
}

impl Study {
    /// A trial's name. The lineage is 0: no branches are made yet.
    pub fn trial(&self, trial: u64) -> TrialId {
        TrialId { seed: self.seed, trial, lineage: 0 }
    }

    /// What a design costs; none if nobody asks.
    pub(crate) fn rates(&self, design: &Design) -> Option<&Rates> {
        self.money.as_ref()?.designs.get(&design.name)
    }

    /// The key of a trial.
    pub fn trial_key(&self, trial: u64) -> Key {
        self.trial(trial).key()
    }
}
