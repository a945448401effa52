//! V-01 to V-36: each combination that Azure would reject is rejected, with the row, the rule, the code, the place and
//! what to write instead; and the nearest right combination is accepted.
#![allow(clippy::unwrap_used)]

mod changes;
mod defaults;
mod failover;
mod health;
mod lifecycle;
mod limits;
mod load;
mod maintenance;
mod offers;
mod placement;
mod runbooks;
mod upgrades;
mod warnings;

use zonefall_scenario::{Diagnostic, Scenario, Severity, parse};

/// A scenario around the lines of a scale set `web` and what follows it.
pub fn scenario(set: &str, rest: &str) -> String {
    let capacity = if set.contains("capacity =") { "" } else { "capacity = 6\n" };
    format!(
        "horizon = \"360 days\"\n[slo]\nmin_serving = 1\n[region.eastus]\nzones = 4\n[region.westus2]\n\
         [scale_set.web]\nregion = \"eastus\"\n{capacity}{set}\n{rest}\n"
    )
}

/// Line and column, from 1, of a piece of a text that stands there once.
fn place(text: &str, piece: &str) -> (usize, usize) {
    assert_eq!(text.matches(piece).count(), 1, "`{piece}` in\n{text}");
    let before = &text[..text.find(piece).unwrap()];
    let line = before.matches('\n').count() + 1;
    (line, before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1)
}

/// Everything that is told of a text.
pub fn told(text: &str) -> Vec<Diagnostic> {
    match parse(text, "x.toml") {
        Ok(fine) => fine.warnings.items().to_vec(),
        Err(wrong) => wrong.items().to_vec(),
    }
}

/// Asserts one mistake: its code, the row, rule and Azure's code in its words, the value that it stands at, and help.
#[track_caller]
pub fn refused(text: &str, code: &str, reason: &str, at: &str) {
    let items = told(text);
    let errors: Vec<&Diagnostic> = items.iter().filter(|item| item.severity == Severity::Error).collect();
    let found = errors.iter().find(|item| item.code == code && item.message.contains(&format!("{reason})")));
    let Some(item) = found else { panic!("no {code} ({reason}) for\n{text}\nbut {errors:#?}") };
    assert_eq!((item.line, item.column), place(text, at), "{item:?}\n{text}");
    assert!(!item.help.is_empty(), "{item:?}");
}

/// Asserts that nothing is wrong, and that nothing is warned of.
#[track_caller]
pub fn accepted(text: &str) -> Scenario {
    let scenario = allowed(text);
    assert!(scenario.warnings.is_empty(), "{}\n{text}", scenario.warnings);
    scenario
}

/// Asserts that nothing is wrong.
#[track_caller]
pub fn allowed(text: &str) -> Scenario {
    parse(text, "x.toml").unwrap_or_else(|wrong| panic!("{wrong}\n{text}"))
}

/// Asserts one warning and its place.
#[track_caller]
pub fn warned(text: &str, code: &str, words: &str, at: &str) {
    let items = allowed(text).warnings.items().to_vec();
    let found = items.iter().find(|item| item.code == code && item.message.contains(words));
    let Some(item) = found else { panic!("no {code} ({words}) but {items:#?}\n{text}") };
    assert_eq!((item.line, item.column), place(text, at), "{item:?}");
}

/// A change of the set.
pub fn change(action: &str) -> String {
    format!("[[change]]\nat = \"10 days\"\n{action}\n")
}
