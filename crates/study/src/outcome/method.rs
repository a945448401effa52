//! How trials were drawn, where a method was asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A pattern of outages that trials were forced into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PatternOutcome {
    /// In words: "2 zones and a machine".
    pub pattern: String,
    /// The share of all trials.
    pub share: f64,
}

/// A level at which trials were split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LevelOutcome {
    /// The design.
    pub design: String,
    /// How much more may be lost there before the objective is missed: machines, or thousandths of a request a second; −1
    /// is the miss itself.
    pub margin: i64,
    /// The share of trials that came there, of those that went on from the level before.
    pub share: f64,
}

/// What the method did for one design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MethodDesign {
    /// The design.
    pub design: String,
    /// As many trials with a miss of equal weight and size would say as much (Kish).
    pub effective_hits: f64,
    /// Variance × events of plain trials over that of these trials, the pilot counted in; none below 20 effective hits.
    pub gain: Option<f64>,
    /// Trials with a miss that hold no pattern.
    pub unforeseen_hits: u64,
    /// Unavailability that such misses may add at most, if they last as long as the others.
    pub unforeseen_at_most: f64,
    /// The exact unavailability, where there is one (as `verify` computes it).
    #[serde(default)]
    pub exact: Option<f64>,
}

/// What batches of jobs are called where only plain trials tell of them.
pub const BATCHES: &str = "single batches of jobs";

/// How the trials were drawn; only where a method was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MethodOutcome {
    /// What was asked for.
    pub asked: String,
    /// What was done: "crude", "forcing", "splitting", "conditioning" or "biasing".
    pub used: String,
    /// Why.
    pub why: String,
    /// Trials of the pilot.
    pub pilot_trials: u64,
    /// Events of the pilot.
    pub pilot_events: u64,
    /// The mean weight of the trials: 1 but for luck.
    pub mean_weight: f64,
    /// The greatest weight that a trial can have; of biased cycles, that any had.
    pub greatest_weight: f64,
    /// Patterns that trials were forced into, those of the largest share first.
    pub patterns: Vec<PatternOutcome>,
    /// Levels at which trials were split, by design, falling.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<LevelOutcome>,
    /// Biasing: the chance that the next event is a failure, while something is out and nothing has been missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_share: Option<f64>,
    /// What only plain trials tell and the study has, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untold: Vec<String>,
    /// By design.
    pub designs: Vec<MethodDesign>,
}
