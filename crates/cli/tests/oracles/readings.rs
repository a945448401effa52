//! Entries, and what is read off the first design of an outcome.

use super::text::Text;
use super::{Entry, Held, Reading};
use zonefall_study::outcome::{DesignOutcome, Outcome};

/// An entry that the printed interval is held to: at so many trials, and coverage at so many.
pub fn entry(
    id: &'static str,
    text: &Text,
    expected: f64,
    read: fn(&Outcome) -> Reading,
    (trials, coverage): (u64, u64),
) -> Entry {
    Entry { id, toml: text.to_string(), expected, read, trials, held: Held::ByIntervals { trials: coverage } }
}

/// An entry of a number that is printed without an interval.
pub fn without_interval(
    id: &'static str,
    text: &Text,
    expected: f64,
    read: fn(&Outcome) -> Reading,
    trials: u64,
) -> Entry {
    Entry { id, toml: text.to_string(), expected, read, trials, held: Held::WithoutInterval }
}

pub fn first(outcome: &Outcome) -> &DesignOutcome {
    &outcome.designs[0]
}

pub fn unavailability(outcome: &Outcome) -> Reading {
    Reading::Estimated(first(outcome).unavailability)
}

pub fn capacity_lost(outcome: &Outcome) -> Reading {
    Reading::Estimated(first(outcome).capacity_lost)
}

pub fn any_miss(outcome: &Outcome) -> Reading {
    Reading::Proportion(first(outcome).any_miss)
}

/// Whether the objective holds at the asked instant of that number.
pub fn held<const AT: usize>(outcome: &Outcome) -> Reading {
    Reading::Proportion(first(outcome).held_at[AT])
}

pub fn windows_met(outcome: &Outcome) -> Reading {
    Reading::Proportion(first(outcome).windows_met.unwrap())
}

pub fn outages_per_year(outcome: &Outcome) -> Reading {
    Reading::Estimated(first(outcome).outages_per_year)
}

pub fn first_miss_h(outcome: &Outcome) -> Reading {
    Reading::Estimated(first(outcome).first_miss_h.unwrap())
}
