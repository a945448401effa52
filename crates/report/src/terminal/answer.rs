//! The answer: the objective spelled out, and both verdicts of every design.

use super::Style;
use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use crate::alike::alike;
use crate::gate::{conditions, gate};
use crate::headline::{NOT_WEIGHED, headline, open_for};
use zonefall_study::listed;
use zonefall_study::outcome::{Compared, DesignOutcome, Estimate, Outcome, Quality, Verdict};

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    page.title(&outcome.study);
    page.paragraph(None, &objective(outcome), None);
    page.paragraph(None, &about(outcome), Some(Tone::Faint));
    page.line("");
    let grid = verdicts(page, outcome);
    let coloured = [Verdict::Meets, Verdict::Misses, Verdict::NotResolved].map(|of| (said(page, of), tone(of)));
    page.grid_with(&grid, coloured.clone().into());
    if has_bounds_beside_estimates(outcome) {
        let words = format!(
            "{}: so few trials of that design missed that they can say no more; its bound may be lower than the figure of a design that \
             is worse.",
            page.sign("≥", ">=")
        );
        page.paragraph(None, &words, Some(Tone::Faint));
    }
    if tells_needs_apart(outcome) {
        page.paragraph(None, &needs_in_words(outcome), None);
    }
    if let Some(words) = in_words(outcome) {
        page.paragraph(None, &words, None);
    }
    // Pages with a headline have it there.
    let stands_above = page.style == Style::WORDS && headline(outcome).is_some();
    if outcome.not_weighed && !stands_above {
        page.paragraph(None, NOT_WEIGHED, None);
    }
    if let Some((tone, words)) = gate(outcome).filter(|_| !stands_above) {
        page.paragraph(None, &words, Some(tone));
    }
    if let Some(grid) = conditions(outcome, |of| said(page, of)) {
        page.line("");
        page.grid_with(&grid, coloured.into());
    }
}

/// Whether some designs have a bound where others have an estimate, or another bound: these are no ranks.
fn has_bounds_beside_estimates(outcome: &Outcome) -> bool {
    let bound = |design: &DesignOutcome| design.unavailability.quality == Quality::UpperBound;
    outcome.designs.len() > 1 && outcome.designs.iter().any(bound)
}

/// "99.95%" as it is written in tables.
pub(crate) fn target(outcome: &Outcome) -> String {
    zonefall_study::gate::spaced(&outcome.target)
}

/// The need that all designs share.
fn common_need(outcome: &Outcome) -> Option<&str> {
    let first = outcome.designs.first()?.need.as_str();
    outcome.designs.iter().all(|design| design.need == first).then_some(first)
}

/// Longer needs would be most of a table.
const NEED_MAX: usize = 32;

/// Whether needs that differ stand below the table, and not in it.
fn tells_needs_apart(outcome: &Outcome) -> bool {
    common_need(outcome).is_none() && outcome.designs.iter().any(|design| design.need.chars().count() > NEED_MAX)
}

/// What each design needs, those that need the same together.
fn needs_in_words(outcome: &Outcome) -> String {
    let needs = alike(outcome.designs.iter().map(|design| (clean(&design.design), design.need.as_str())));
    let told: Vec<String> =
        needs.into_iter().map(|(designs, need)| format!("for {}: {}", listed(designs), clean(need))).collect();
    format!("What has to hold: {}.", told.join("; "))
}

pub(crate) fn objective(outcome: &Outcome) -> String {
    let need = common_need(outcome).map_or(String::new(), |need| format!(", with {need}"));
    let window = match outcome.window.as_str() {
        words if words.starts_with(|c: char| c.is_ascii_digit()) => format!("windows of {words}"),
        words => format!("{}s", words.trim_start_matches("a ")),
    };
    let share = number::percent_given(outcome.confidence);
    format!("Objective: available {} on average, and in at least {share} of {window}{need}.", target(outcome))
}

fn about(outcome: &Outcome) -> String {
    let trials = number::count(outcome.trials);
    let trials = if outcome.partial { format!("{trials} of {}", number::count(outcome.trials_asked)) } else { trials };
    let span = number::span(outcome.horizon_h);
    let stopped = outcome.stopping.as_ref().map_or(String::new(), |of| {
        let (until, what) = (of.until.trim(), &of.of);
        if of.reached {
            format!(" Stopped at {until} of {what}.")
        } else {
            format!(" {until} of {what} was not reached.")
        }
    });
    if is_record(outcome) {
        return format!("One record of {span}, lived through once: its figures, not estimates of what to expect.");
    }
    let (one, many) = match outcome.method.as_ref().map(|of| of.used.as_str()) {
        Some("biasing") => ("cycle", "cycles"),
        Some("conditioning") => ("storm", "storms"),
        _ => ("trial", "trials"),
    };
    let trials = if outcome.trials == 1 { format!("1 {one}") } else { format!("{trials} {many}") };
    format!(
        "{trials} of {span}, every design on the same storms; profile {}, seed {}, {} intervals.{stopped}",
        outcome.profile,
        outcome.seed,
        number::percent_given(outcome.confidence),
    )
}

/// Whether one record was lived through.
pub(crate) fn is_record(outcome: &Outcome) -> bool {
    outcome.designs.iter().any(|design| design.unavailability.quality == Quality::Recorded)
}

/// The comparison in words: who has less downtime than the reference, who more, who cannot be told.
pub(crate) fn in_words(outcome: &Outcome) -> Option<String> {
    let first = outcome.differences.first()?;
    let named = |says: Compared| {
        let of = outcome.differences.iter().filter(|of| of.says == says).map(|of| clean(&of.design));
        of.collect::<Vec<String>>().join("; ")
    };
    let parts = Compared::ALL.map(|says| {
        let designs = named(says);
        if designs.is_empty() { None } else { Some(format!("{says}: {designs}")) }
    });
    let parts: Vec<String> = parts.into_iter().flatten().enumerate().map(|(at, part)| begun(at > 0, part)).collect();
    Some(format!("Against {}: {}.", clean(&first.against), parts.join(". ")))
}

/// With a capital where a sentence begins.
fn begun(a_sentence: bool, words: String) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) if a_sentence => first.to_uppercase().chain(letters).collect(),
        _ => words,
    }
}

fn tone(of: Verdict) -> Tone {
    match of {
        Verdict::Meets => Tone::Good,
        Verdict::Misses => Tone::Bad,
        Verdict::NotResolved => Tone::Unsure,
    }
}

/// The sign of a verdict, the same wherever one stands.
pub(super) fn mark(page: &Page, of: Verdict) -> &'static str {
    match of {
        Verdict::Meets => page.sign("✓", "+"),
        Verdict::Misses => page.sign("✗", "x"),
        Verdict::NotResolved => "?",
    }
}

/// The sign with its word.
pub(super) fn said(page: &Page, of: Verdict) -> String {
    format!("{} {of}", mark(page, of))
}

fn verdicts(page: &Page, outcome: &Outcome) -> Grid {
    let share = number::percent_given(outcome.confidence);
    let mut columns = vec![
        ("design".to_owned(), Side::Name),
        ("on\naverage".into(), Side::Left),
        ("availability".into(), Side::Left),
    ];
    let windows = outcome.designs.iter().any(|design| design.verdict_windows.is_some());
    if windows {
        columns.push((format!("in {share}\nof windows"), Side::Left));
        columns.push(("windows\nthat meet".into(), Side::Right));
    }
    let needs = common_need(outcome).is_none() && !tells_needs_apart(outcome);
    if needs {
        columns.push(("needs".into(), Side::Text));
    }
    let row = |design: &DesignOutcome| {
        let mean = with_reason(said(page, design.verdict_mean), open_for(design, false));
        let mut row = vec![clean(&design.design), mean, availability(page, outcome, design)];
        if windows {
            let said = design.verdict_windows.map_or_else(|| number::NONE.into(), |of| said(page, of));
            row.push(with_reason(said, open_for(design, true)));
            row.push(windows_met(page, design));
        }
        if needs {
            row.push(clean(&design.need));
        }
        row
    };
    Grid { rows: outcome.designs.iter().map(row).collect(), columns }
}

/// A verdict with what keeps it open below it.
pub(crate) fn with_reason(said: String, why: Option<&str>) -> String {
    match why {
        Some(why) => format!("{said}\n  ({})", why.replace(" and ", ",\n  ")),
        None => said,
    }
}

/// The share of windows that meet the target; where few trials had one that failed to, its lower end.
fn windows_met(page: &Page, design: &DesignOutcome) -> String {
    let shown = |share| number::percent(share, Toward::Down);
    match design.windows_met {
        Some(met @ Estimate { low: Some(low), .. }) if met.is_of_few() => {
            format!("{} {}", page.sign("≥", ">="), shown(low))
        }
        Some(met) => shown(met.mean),
        None => number::NONE.into(),
    }
}

/// The mean availability, or the bound if that is all there is; the digits of all designs stand below each other.
pub(crate) fn availability(page: &Page, outcome: &Outcome, design: &DesignOutcome) -> String {
    let of = design.unavailability;
    let decimals = number::target_decimals(outcome.target_share);
    let least = page.sign("≥ ", ">= ");
    match of.quality {
        Quality::Interval | Quality::Recorded | Quality::Exact => {
            let [_, mean, _] = number::availability_between(of.high, of.mean, of.low.unwrap_or(of.mean), decimals);
            let any_bound = outcome.designs.iter().any(|other| other.unavailability.quality == Quality::UpperBound);
            let before = if any_bound { " ".repeat(least.chars().count()) } else { String::new() };
            format!("{before}{mean} %")
        }
        Quality::UpperBound => format!("{least}{} %", number::availabilities(&[of.high], decimals)[0]),
    }
}
