//! A scenario at many points: keys and their values, and what the study of each point concludes.
//!
//! Every point has the scenario's seed, so all points whose worlds are the same live through the same storms, and a point
//! gives the figures that a run of its own would.

use crate::outcome::Outcome;
use serde::Serialize;

/// The version of the form.
pub const SCHEMA: &str = "zonefall-sweep/1";

/// All of it.
#[derive(Debug, Clone, Serialize)]
pub struct Sweep {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The keys that vary, in the order given.
    pub keys: Vec<String>,
    /// Whether one key varies at a time, the others as the file says; else every value with every other.
    pub one_at_a_time: bool,
    /// Designs on which a key is not laid: they keep what they say themselves, or do without it, and are the same at all its values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
    /// The points.
    pub points: Vec<Point>,
}

/// A design that does not feel a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// The key.
    pub key: String,
    /// The design.
    pub design: String,
}

impl Sweep {
    /// The keys that a design does not feel.
    pub fn kept_by<'a>(&'a self, design: &'a str) -> impl Iterator<Item = &'a str> {
        self.kept.iter().filter(move |of| of.design == design).map(|of| of.key.as_str())
    }
}

/// One point.
#[derive(Debug, Clone, Serialize)]
pub struct Point {
    /// The values, by key; none where the file's own stands.
    pub values: Vec<Option<String>>,
    /// What came of it.
    pub outcome: Outcome,
}
