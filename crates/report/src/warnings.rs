//! Warnings for people: what is said of several designs in the same words is said once.

use zonefall_study::outcome::{Outcome, Warning};

/// The warnings of an outcome in their order, those of designs with the same words as one.
pub(crate) fn warnings(outcome: &Outcome) -> Vec<String> {
    Warning::together(&outcome.warnings).into_iter().map(String::from).collect()
}
