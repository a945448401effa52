//! Warnings for people: what is said of several designs in the same words is said once.

use crate::alike::alike;
use zonefall_study::outcome::Outcome;

/// The warnings of an outcome in their order, those with the same words behind the names of their designs as one.
pub(crate) fn warnings(outcome: &Outcome) -> Vec<String> {
    // Of two designs of which one begins with the other's name, the longer is meant.
    let parted = |warning: &String| {
        let names = outcome.designs.iter().filter_map(|design| {
            let words = warning.strip_prefix(design.design.as_str())?.strip_prefix(": ")?;
            Some((design.design.clone(), (true, words.to_owned())))
        });
        names.max_by_key(|(name, _)| name.len()).unwrap_or_else(|| (String::new(), (false, warning.clone())))
    };
    let told = |(names, (is_named, words)): (Vec<String>, (bool, String))| match is_named {
        true => format!("{}: {words}", names.join("; ")),
        false => words,
    };
    alike(outcome.warnings.iter().map(parted)).into_iter().map(told).collect()
}
