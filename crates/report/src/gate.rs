//! What came of the scenario's gate: a sentence that stands with the answer, and all of its conditions as a table.

use crate::headline::in_words;
use crate::number;
use crate::page::{Grid, Side, Tone, clean};
use zonefall_study::gate::{Condition, Judgement};
use zonefall_study::outcome::{Outcome, Verdict};
use zonefall_study::quoted;

/// Conditions that the sentence names; more are counted.
const NAMED: usize = 2;

/// "Gate: 2 of 8 conditions are missed: one zone (99.95 % on average), …"; none where the scenario has no gate.
pub(crate) fn gate(outcome: &Outcome) -> Option<(Tone, String)> {
    let of = outcome.gate.as_ref()?;
    let open = count(of, Verdict::NotResolved);
    let all = of.conditions.len();
    Some(match of.verdict {
        Verdict::Meets if open > 0 => {
            (Tone::Good, format!("Gate: passes, with {open} of {all} conditions not resolved{}.", why(of)))
        }
        Verdict::Meets if all == 1 => (Tone::Good, "Gate: its one condition is met.".into()),
        Verdict::Meets => (Tone::Good, format!("Gate: all {all} conditions are met.")),
        Verdict::Misses => (Tone::Bad, missed(of)),
        Verdict::NotResolved => (Tone::Unsure, not_resolved(of)),
    })
}

fn count(of: &Judgement, verdict: Verdict) -> usize {
    of.conditions.iter().filter(|condition| condition.verdict == verdict).count()
}

fn missed(of: &Judgement) -> String {
    match (count(of, Verdict::Misses), of.conditions.len()) {
        (_, 1) => format!("Gate: missed: {}.", named(of, Verdict::Misses)),
        (1, all) => format!("Gate: 1 of {all} conditions is missed: {}.", named(of, Verdict::Misses)),
        (some, all) => format!("Gate: {some} of {all} conditions are missed: {}.", named(of, Verdict::Misses)),
    }
}

fn not_resolved(of: &Judgement) -> String {
    let (why, remedy) = (why(of), remedy(of));
    match (count(of, Verdict::NotResolved), of.conditions.len()) {
        (_, 1) => format!("Gate: not resolved{why}: {}.{remedy}", named(of, Verdict::NotResolved)),
        (open, all) if open == all => format!("Gate: none of {all} conditions is resolved{why}.{remedy}"),
        (1, all) => {
            format!("Gate: 1 of {all} conditions is not resolved{why}: {}.{remedy}", named(of, Verdict::NotResolved))
        }
        (open, all) => {
            format!(
                "Gate: {open} of {all} conditions are not resolved{why}: {}.{remedy}",
                named(of, Verdict::NotResolved)
            )
        }
    }
}

/// What keeps a judgement open, and what would tell: " (luck). About 1,400 trials would do."
#[must_use]
pub fn what_would_resolve(of: &Judgement) -> String {
    format!("{}.{}", why(of), remedy(of))
}

/// What keeps conditions open, in brackets.
fn why(of: &Judgement) -> String {
    in_words((of.open_for_luck, of.open_for_assumptions)).map_or_else(String::new, |why| format!(" ({why})"))
}

/// What more trials would do.
fn remedy(of: &Judgement) -> String {
    if let Some(trials) = of.looks_would_do {
        return format!(" Looks of about {} trials would do: `assumptions`.", number::count(trials));
    }
    match (of.open_for_luck, of.open_for_assumptions, of.trials_would_do) {
        (true, false, Some(trials)) => format!(" About {} trials would do.", number::count(trials)),
        (true, true, Some(trials)) => format!(" About {} trials would do against luck alone.", number::count(trials)),
        (true, false, None) => " Run more trials.".into(),
        (true, true, None) => " More trials help with luck alone.".into(),
        (false, true, _) => " More trials do not help; better evidence would.".into(),
        (false, false, _) => String::new(),
    }
}

/// The first of a verdict, and how many more.
fn named(of: &Judgement, verdict: Verdict) -> String {
    let all: Vec<&Condition> = of.conditions.iter().filter(|condition| condition.verdict == verdict).collect();
    let mut named: Vec<String> =
        all.iter().take(NAMED).map(|of| format!("{} ({})", quoted(&clean(&of.design)), clean(&of.asks))).collect();
    if all.len() > NAMED {
        named.push(format!("{} more", all.len() - NAMED));
    }
    named.join(", ")
}

/// Every condition, where the sentence does not say all: several of which one is not met.
pub(crate) fn conditions(outcome: &Outcome, said: impl Fn(Verdict) -> String) -> Option<Grid> {
    let of = &outcome.gate.as_ref()?.conditions;
    (of.len() > 1 && of.iter().any(|of| of.verdict != Verdict::Meets)).then_some(())?;
    let head = |words: &str, side| (words.to_owned(), side);
    let columns = vec![head("design", Side::Name), head("the gate asks", Side::Text), head("", Side::Left)];
    let row = |(at, condition): (usize, &Condition)| {
        let same = at > 0 && of[at - 1].design == condition.design;
        let design = if same { String::new() } else { clean(&condition.design) };
        vec![design, clean(&condition.asks), said(condition.verdict)]
    };
    Some(Grid { columns, rows: of.iter().enumerate().map(row).collect() })
}
