//! Warnings for people: what is said of several designs in the same words is said once.

use zonefall_study::outcome::Outcome;

/// The warnings of an outcome in their order, those with the same words behind the names of their designs as one.
pub(crate) fn warnings(outcome: &Outcome) -> Vec<String> {
    let parted = |warning: &String| -> Option<(String, String)> {
        outcome.designs.iter().find_map(|design| {
            let words = warning.strip_prefix(design.design.as_str())?.strip_prefix(": ")?;
            Some((design.design.clone(), words.to_owned()))
        })
    };
    let mut said: Vec<(Vec<String>, String)> = Vec::new();
    for warning in &outcome.warnings {
        let Some((name, words)) = parted(warning) else {
            said.push((Vec::new(), warning.clone()));
            continue;
        };
        match said.iter_mut().find(|(names, other)| !names.is_empty() && *other == words) {
            Some((names, _)) => names.push(name),
            None => said.push((vec![name], words)),
        }
    }
    let told = |(names, words): (Vec<String>, String)| match names.is_empty() {
        true => words,
        false => format!("{}: {words}", names.join("; ")),
    };
    said.into_iter().map(told).collect()
}
