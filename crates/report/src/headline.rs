//! The answer in one sentence, and the two verdicts of a design in one.

use crate::gate::gate;
use crate::page::{Tone, clean};
use crate::terminal::is_record;
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

/// Whether luck keeps a verdict open, and whether a look at what is assumed does; neither where no such look was taken.
fn kept_open(design: &DesignOutcome, windows: bool) -> (bool, bool) {
    let Some(of) = design.assumptions.as_ref() else { return (false, false) };
    let (verdict, sampling, depends) = match windows {
        false => (Some(design.verdict_mean), Some(of.verdict_mean_sampling), &of.mean_depends_on),
        true => (design.verdict_windows, of.verdict_windows_sampling, &of.windows_depend_on),
    };
    let says = |verdict: Verdict| {
        of.variations
            .iter()
            .any(|of| if windows { of.verdict_windows == Some(verdict) } else { of.verdict_mean == verdict })
    };
    let turned = depends.is_some() || says(Verdict::Meets) && says(Verdict::Misses);
    let open = verdict == Some(Verdict::NotResolved);
    (open && (!turned || sampling == Some(Verdict::NotResolved)), open && turned)
}

/// The same of both verdicts of a design.
fn kept_open_by(design: &DesignOutcome) -> (bool, bool) {
    let (mean, windows) = (kept_open(design, false), kept_open(design, true));
    (mean.0 || windows.0, mean.1 || windows.1)
}

fn in_words(kept: (bool, bool)) -> Option<&'static str> {
    match kept {
        (true, true) => Some("luck and assumptions"),
        (false, true) => Some("assumptions"),
        (true, false) => Some("luck"),
        (false, false) => None,
    }
}

/// What keeps a verdict open where what is assumed was looked at: luck, a look that turns it, or both.
pub(crate) fn open_for(design: &DesignOutcome, windows: bool) -> Option<&'static str> {
    in_words(kept_open(design, windows))
}

/// What more trials would do for a design that is not resolved.
fn remedy(design: &DesignOutcome) -> &'static str {
    match kept_open_by(design) {
        (false, true) => "its verdict depends on assumptions, and more trials do not help",
        (true, true) => "its verdict depends on luck and on assumptions, and more trials help with the first alone",
        _ => "run more trials",
    }
}

/// Which designs meet the objective, and what came of the gate; none where the results cannot say: trials that end at the first miss,
/// and records.
pub(crate) fn headline(outcome: &Outcome) -> Option<(Tone, String)> {
    let (tone, words) = of_objective(outcome)?;
    Some(match gate(outcome) {
        None => (tone, words),
        // The gate asks what is to be decided.
        Some((of_gate, gate)) => (of_gate, format!("{words} {gate}")),
    })
}

fn of_objective(outcome: &Outcome) -> Option<(Tone, String)> {
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
    let mut words = match (all, meets.len()) {
        (1, 1) => return Some((tone, format!("{} meets the objective.", meets[0]))),
        (1, _) if misses.is_empty() => {
            let words = outcome.designs.first().map_or("run more trials", remedy);
            return Some((tone, format!("{} is not resolved: {words}.", open[0])));
        }
        (1, _) => return Some((tone, format!("{} misses the objective.", misses[0]))),
        (all, met) if met == all => format!("All {all} designs meet the objective."),
        (_, 0) => "No design is shown to meet the objective.".into(),
        (all, 1) => format!("1 of {all} designs meets the objective: {}.", meets[0]),
        (all, met) => format!("{met} of {all} designs meet the objective: {}.", meets.join("; ")),
    };
    let open = outcome.designs.iter().filter(|design| both(design) == Verdict::NotResolved).map(|design| {
        in_words(kept_open_by(design))
            .map_or_else(|| clean(&design.design), |why| format!("{} ({why})", clean(&design.design)))
    });
    for (says, which) in [("Missed by", misses), ("Not resolved", open.collect())] {
        if !which.is_empty() {
            words += &format!(" {says}: {}.", which.join("; "));
        }
    }
    Some((tone, words))
}
