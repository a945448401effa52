//! What became of a rule of stopping, as plain numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The rule, and whether it was reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoppingOutcome {
    /// The half-width asked for, as written.
    pub until: String,
    /// Of which quantity.
    pub of: String,
    /// The unit of the numbers below.
    pub unit: String,
    /// The most trials.
    pub at_most: u64,
    /// Trials before which the rule does not look.
    pub not_before: u64,
    /// Whether it was reached.
    pub reached: bool,
    /// The designs that it asks of.
    pub widths: Vec<StoppingWidth>,
}

/// How narrow the interval of a design is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoppingWidth {
    /// The design.
    pub design: String,
    /// The estimate.
    pub estimate: f64,
    /// Half of its interval; none where there is none yet.
    pub half_width: Option<f64>,
    /// What is asked of it.
    pub asked: f64,
    /// Trials behind it.
    pub hits: u64,
    /// About how many trials it takes; none if nothing says.
    pub trials_needed: Option<u64>,
}
