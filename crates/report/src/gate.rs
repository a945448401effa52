//! What came of the scenario's gate, in a sentence that stands with the answer.

use crate::page::{Tone, clean};
use zonefall_study::outcome::{Outcome, Verdict};

/// Conditions that are named; more are counted.
const NAMED: usize = 6;

/// "The gate is missed. twelve: 99 % of batches complete by their deadline: misses."; none where the scenario has no gate.
pub(crate) fn gate(outcome: &Outcome) -> Option<(Tone, String)> {
    let of = outcome.gate.as_ref()?;
    let (tone, says) = match of.verdict {
        Verdict::Meets => (Tone::Good, "passes"),
        Verdict::Misses => (Tone::Bad, "is missed"),
        Verdict::NotResolved => (Tone::Unsure, "is not resolved"),
    };
    let mut amiss: Vec<_> = of.conditions.iter().filter(|condition| condition.verdict != Verdict::Meets).collect();
    amiss.sort_by_key(|condition| condition.verdict != Verdict::Misses);
    let named = amiss.iter().take(NAMED).map(|of| format!("{}: {}: {}", clean(&of.design), of.asks, of.verdict));
    let mut named: Vec<String> = named.collect();
    if amiss.len() > NAMED {
        named.push(format!("{} more", amiss.len() - NAMED));
    }
    let named = match (of.conditions.len(), named.is_empty()) {
        (1, true) => "its one condition is met".to_owned(),
        (all, true) => format!("all of its {all} conditions are met"),
        _ => named.join("; "),
    };
    Some((tone, format!("The gate {says}: {named}.")))
}
