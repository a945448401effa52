//! What a difference of downtime says of two designs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One design beside another, on the same storms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Compared {
    /// The whole interval lies below zero.
    #[serde(rename = "less downtime")]
    Less,
    /// The whole interval lies above zero.
    #[serde(rename = "more downtime")]
    More,
    /// The interval holds zero.
    #[serde(rename = "not distinguishable")]
    NotDistinguishable,
    /// No trial in which they differ.
    #[serde(rename = "the same in every trial")]
    Same,
}

impl Compared {
    /// In the order in which pages tell of them.
    pub const ALL: [Self; 4] = [Self::Less, Self::More, Self::NotDistinguishable, Self::Same];

    /// What the ends of an interval say, of two that differ in so many trials.
    #[must_use]
    pub fn of(hits: u64, low: f64, high: f64) -> Self {
        match hits {
            0 => Self::Same,
            _ if high < 0.0 => Self::Less,
            _ if low > 0.0 => Self::More,
            _ => Self::NotDistinguishable,
        }
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Less => "less downtime",
            Self::More => "more downtime",
            Self::NotDistinguishable => "not distinguishable",
            Self::Same => "the same in every trial",
        })
    }
}
