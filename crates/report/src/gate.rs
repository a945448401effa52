//! What came of the scenario's gate: a sentence that stands with the answer, and all of its conditions as a table.

use crate::headline::in_words;
use crate::number;
use crate::number::Toward;
use crate::page::{Grid, Side, Tone, clean};
use crate::terminal::{minutes_of, with_reason};
use zonefall_study::gate::{Basis, Condition, Figure, Judgement, percent};
use zonefall_study::outcome::{Estimate, Outcome, Quality, Verdict};
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
    if of.looks_are_fixed {
        return " A longer run does not help: the scenario gives the trials of looks (`assumptions`).".into();
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

/// What keeps one condition open, in words.
pub(crate) fn open_for(of: &Condition) -> Option<&'static str> {
    in_words((of.open_for_luck, of.open_for_assumptions))
}

/// What a condition is judged by, with the look that keeps it open: "high rates: 8.90 (8.42–10.3) min against 10, open for luck"; none
/// where it is a comparison with another design, which stands with the differences.
#[must_use]
pub fn judged_by(of: &Condition) -> Option<String> {
    let basis = of.basis.as_ref()?;
    let figure = basis.look.as_ref().map_or(basis.run, |look| look.found);
    let under = basis.look.as_ref().map_or_else(String::new, |look| format!("{}: ", look.name));
    let why = open_for(of).map_or_else(String::new, |why| format!(", open for {why}"));
    Some(format!("{under}{} against {}{why}", shown(basis.figure, figure), bound(basis)))
}

/// A figure with its interval.
fn shown(figure: Figure, of: Estimate) -> String {
    let share = |share: f64, toward| number::percent(share, toward);
    match figure {
        Figure::Unavailability if of.quality == Quality::UpperBound => {
            format!("at least {} %", number::availabilities(&[of.high], 2)[0])
        }
        Figure::Unavailability => {
            let [least, mean, best] = number::availability_between(of.high, of.mean, of.low.unwrap_or(of.mean), 2);
            format!("{mean} ({least}–{best}) %")
        }
        Figure::Downtime => {
            let [mean, low, high] = minutes_of(of);
            if of.quality == Quality::UpperBound {
                format!("at most {high} min")
            } else {
                format!("{mean} ({low}–{high}) min")
            }
        }
        Figure::Windows | Figure::Batches => {
            let [low, high] = [share(of.low.unwrap_or(0.0), Toward::Down), share(of.high, Toward::Up)];
            format!("{} ({}–{high})", share(of.mean, Toward::Down), low.trim_end_matches(" %"))
        }
    }
}

/// How much is asked.
fn bound(of: &Basis) -> String {
    match of.figure {
        Figure::Unavailability => format!("{} %", percent(1.0 - of.bound)),
        Figure::Downtime => format!("{}", of.bound),
        Figure::Windows | Figure::Batches => format!("{} %", percent(of.bound)),
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

/// What a condition is judged by, without why it is open, which stands beside it.
fn in_table(of: &Condition) -> String {
    let Some(basis) = &of.basis else { return String::new() };
    let run = shown(basis.figure, basis.run);
    basis.look.as_ref().map_or(run.clone(), |look| format!("{run}; {}: {}", look.name, shown(basis.figure, look.found)))
}

/// Every condition, where the sentence does not say all: several of which one is not met.
pub(crate) fn conditions(outcome: &Outcome, said: impl Fn(Verdict) -> String) -> Option<Grid> {
    let of = &outcome.gate.as_ref()?.conditions;
    (of.len() > 1 && of.iter().any(|of| of.verdict != Verdict::Meets)).then_some(())?;
    let head = |words: &str, side| (words.to_owned(), side);
    let mut columns = vec![head("design", Side::Name), head("the gate asks", Side::Text), head("", Side::Left)];
    let tells = of.iter().any(|of| of.basis.is_some());
    columns.extend(tells.then(|| head("judged by", Side::Text)));
    let row = |(at, condition): (usize, &Condition)| {
        let same = at > 0 && of[at - 1].design == condition.design;
        let design = if same { String::new() } else { clean(&condition.design) };
        let verdict = with_reason(said(condition.verdict), open_for(condition));
        let mut row = vec![design, clean(&condition.asks), verdict];
        row.extend(tells.then(|| in_table(condition)));
        row
    };
    Some(Grid { columns, rows: of.iter().enumerate().map(row).collect() })
}
