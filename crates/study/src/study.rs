//! What is studied.

use std::sync::Arc;
use zonefall_engine::{Key, SimTime};
use zonefall_faults::{Profile, Storm};
use zonefall_fleet::{Design, Measure};
use zonefall_stats::{Confidence, Target};
use zonefall_topology::Topology;

/// A recorded storm that takes the place of drawing.
#[derive(Debug, Clone)]
pub struct Replay {
    /// What struck many.
    pub storm: Storm,
    /// Strikes on single units: (when, unit mode, unit).
    pub strikes: Vec<(SimTime, u32, u32)>,
    /// The ends of their outages: (unit mode, unit, start, end).
    pub ends: Vec<(u32, u32, SimTime, SimTime)>,
}

/// Designs that live through the same storms.
#[derive(Debug, Clone)]
pub struct Study {
    /// Its name.
    pub name: String,
    /// The root of all luck.
    pub seed: u64,
    /// Replications.
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
    pub replay: Option<Replay>,
    /// What is measured.
    pub measure: Arc<Measure>,
    /// The availability asked for in each window.
    pub target: Target,
    /// The confidence of every interval, and the share of windows that has to meet the target.
    pub confidence: Confidence,
    /// Whether missed time is computed without each cause, too.
    pub counterfactual: bool,
    /// Whether every trial's figures are kept.
    pub rows: bool,
}

impl Study {
    /// The key of a trial. `lineage` is 0: no branches are made yet.
    pub fn trial_key(&self, trial: u64) -> Key {
        trial_key(self.seed, trial)
    }
}

/// The key of a trial under a seed.
pub fn trial_key(seed: u64, trial: u64) -> Key {
    const LINEAGE: u64 = 0;
    Key::root(seed).part(trial, LINEAGE)
}
