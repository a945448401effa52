//! The answer in one sentence, and the two verdicts of a design in one.

use crate::gate::gate;
use crate::page::{Tone, clean};
use crate::terminal::{is_record, target};
use zonefall_study::outcome::{DesignOutcome, Outcome, Verdict};

/// Both verdicts of a design in one: the objective is met if both say so, and missed if one does.
pub(crate) fn both(design: &DesignOutcome) -> Verdict {
    let verdicts = [Some(design.verdict_mean), design.verdict_windows];
    let any = |of: Verdict| verdicts.contains(&Some(of));
    match () {
        () if any(Verdict::Misses) => Verdict::Misses,
        () if any(Verdict::NotResolved) => Verdict::NotResolved,
        () => Verdict::Meets,
    }
}

/// Whether luck keeps one of both verdicts open, and whether what is assumed does.
fn kept_open_by(design: &DesignOutcome) -> (bool, bool) {
    let (mean, windows) = (design.kept_open(false), design.kept_open(true));
    (mean.0 || windows.0, mean.1 || windows.1)
}

pub(crate) fn in_words(kept: (bool, bool)) -> Option<&'static str> {
    match kept {
        (true, true) => Some("luck and assumptions"),
        (false, true) => Some("assumptions"),
        (true, false) => Some("luck"),
        (false, false) => None,
    }
}

/// What keeps a verdict open where what is assumed was looked at: luck, a look that turns it, or both.
pub(crate) fn open_for(design: &DesignOutcome, windows: bool) -> Option<&'static str> {
    in_words(design.kept_open(windows))
}

/// Which of both verdicts is open, where the other one is met: a table below has a plain tick for that.
fn which_is_open(design: &DesignOutcome) -> Option<&'static str> {
    match (design.verdict_mean, design.verdict_windows) {
        (Verdict::Meets, Some(Verdict::NotResolved)) => Some("in windows"),
        (Verdict::NotResolved, Some(Verdict::Meets)) => Some("on average"),
        _ => None,
    }
}

/// What more trials would do for a design that is not resolved.
fn remedy(design: &DesignOutcome) -> String {
    let which = which_is_open(design).map_or(String::new(), |which| format!(" {which}"));
    match kept_open_by(design) {
        (false, true) => format!("its verdict{which} depends on assumptions, and more trials do not help"),
        (true, true) => {
            format!("its verdict{which} depends on luck and on assumptions, and more trials help with the first alone")
        }
        _ => "run more trials".into(),
    }
}

/// Follows verdicts that no look at what is assumed has tried.
pub(crate) const NOT_WEIGHED: &str = "That is as far as luck goes: what is assumed was not weighed.";

/// Which designs meet the objective, and what came of the gate; none where the results cannot say: trials that end at the first miss,
/// and records.
pub(crate) fn headline(outcome: &Outcome) -> Option<(Tone, String)> {
    let (tone, words, which) = of_objective(outcome)?;
    let weighed = if outcome.not_weighed { format!(" {NOT_WEIGHED}") } else { String::new() };
    Some(match gate(outcome) {
        None => (tone, words + &which + &weighed),
        // The gate asks what is to be decided; which design is open, and why, stands in the table below.
        Some((of_gate, gate)) => (of_gate, format!("{gate} {words}{weighed}")),
    })
}

/// Designs that are open, those together that are so for the same reason.
fn why_open(outcome: &Outcome) -> Vec<String> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for design in outcome.designs.iter().filter(|design| both(design) == Verdict::NotResolved) {
        let why: Vec<&str> = [which_is_open(design), in_words(kept_open_by(design))].into_iter().flatten().collect();
        let (why, name) = (why.join(": "), clean(&design.design));
        match all.iter_mut().find(|(of, _)| *of == why) {
            Some((_, names)) => names.push(name),
            None => all.push((why, vec![name])),
        }
    }
    let group = |(why, names): (String, Vec<String>)| {
        let each = if names.len() > 1 { "each " } else { "" };
        let why = if why.is_empty() { String::new() } else { format!(" ({each}{why})") };
        names.join("; ") + &why
    };
    all.into_iter().map(group).collect()
}

/// Whether every design meets the target on average, and none is resolved in windows.
fn are_open_in_windows_alone(outcome: &Outcome) -> bool {
    outcome.designs.iter().all(|design| which_is_open(design) == Some("in windows"))
}

/// What keeps all designs open in windows, if it is one reason: ": it depends on the rate of sql".
fn why_in_windows(outcome: &Outcome) -> String {
    let mut all = outcome.designs.iter().map(|design| design.kept_open(true));
    let first = all.next().unwrap_or_default();
    let words = match first {
        _ if all.any(|of| of != first) => return String::new(),
        (false, true) => rate_that_turns(outcome)
            .map_or_else(|| "it depends on what is assumed".into(), |mode| format!("it depends on the rate of {mode}")),
        (true, true) => "that depends on luck and on assumptions".into(),
        (true, false) => "more trials may tell".into(),
        (false, false) => return String::new(),
    };
    format!(": {words}")
}

/// The mode whose rate turns the windows of every design, above all others.
fn rate_that_turns(outcome: &Outcome) -> Option<String> {
    let looks = &outcome.assumptions.as_ref()?.variations;
    let of = |design: &DesignOutcome| {
        let turned = looks.iter().zip(&design.assumptions.as_ref()?.variations);
        let mut turned = turned.filter(|(_, of)| of.verdict_windows == Some(Verdict::Misses));
        turned.next().filter(|(look, _)| look.name.ends_with("rates")).and_then(|(_, of)| of.mostly.clone())
    };
    let first = of(outcome.designs.first()?)?;
    outcome.designs.iter().all(|design| of(design).as_ref() == Some(&first)).then(|| clean(&first))
}

/// Which designs meet the objective, and which do not.
fn of_objective(outcome: &Outcome) -> Option<(Tone, String, String)> {
    if outcome.until_first_miss || outcome.designs.is_empty() || is_record(outcome) {
        return None;
    }
    let named = |of: Verdict| -> Vec<String> {
        outcome.designs.iter().filter(|design| both(design) == of).map(|design| clean(&design.design)).collect()
    };
    let (meets, misses, open) = (named(Verdict::Meets), named(Verdict::Misses), named(Verdict::NotResolved));
    let all = outcome.designs.len();
    let tone = match (misses.is_empty(), open.is_empty()) {
        (true, true) => Tone::Good,
        (false, _) => Tone::Bad,
        (true, false) => Tone::Unsure,
    };
    let one = |words| Some((tone, words, String::new()));
    let words = match (all, meets.len()) {
        (1, 1) => return one(format!("{} meets the objective.", meets[0])),
        (1, _) if misses.is_empty() => {
            let words = outcome.designs.first().map_or_else(String::new, remedy);
            return one(format!("{} is not resolved: {words}.", open[0]));
        }
        (1, _) => return one(format!("{} misses the objective.", misses[0])),
        (all, met) if met == all => format!("All {all} designs meet the objective."),
        (all, _) if are_open_in_windows_alone(outcome) => {
            return one(format!(
                "All {all} designs meet {} on average. In windows none is resolved{}.",
                target(outcome),
                why_in_windows(outcome)
            ));
        }
        (_, 0) => "No design is shown to meet the objective.".into(),
        (all, 1) => format!("1 of {all} designs meets the objective: {}.", meets[0]),
        (all, met) => format!("{met} of {all} designs meet the objective: {}.", meets.join("; ")),
    };
    let mut others = String::new();
    for (says, which) in [("Missed by", misses), ("Not resolved", why_open(outcome))] {
        if !which.is_empty() {
            others += &format!(" {says}: {}.", which.join("; "));
        }
    }
    Some((tone, words, others))
}
