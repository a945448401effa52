//! The answer: the objective spelled out, and both verdicts of every design.

use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::{DesignOutcome, Outcome, Quality, Verdict};

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    page.title(&outcome.study);
    page.paragraph(None, &objective(outcome), None);
    page.paragraph(None, &about(outcome), Some(Tone::Faint));
    page.line("");
    let grid = verdicts(page, outcome);
    let painted: Vec<(String, String)> = [Verdict::Meets, Verdict::Misses, Verdict::NotResolved]
        .map(|of| (said(page, of), page.paint(tone(of), &said(page, of))))
        .into();
    page.grid_with(&grid, |line| {
        painted.iter().fold(line.to_owned(), |line, (plain, paint)| line.replace(plain, paint))
    });
}

/// "99.95%" as it is written in tables.
fn target(outcome: &Outcome) -> String {
    let written = outcome.target.trim();
    match written.strip_suffix('%') {
        Some(number) => format!("{} %", number.trim_end()),
        None => written.to_owned(),
    }
}

/// The need that all designs share.
fn common_need(outcome: &Outcome) -> Option<&str> {
    let first = outcome.designs.first()?.need.as_str();
    outcome.designs.iter().all(|design| design.need == first).then_some(first)
}

fn objective(outcome: &Outcome) -> String {
    let need = common_need(outcome).map_or(String::new(), |need| format!(", with {need}"));
    let window = match outcome.window.as_str() {
        words if words.starts_with(|c: char| c.is_ascii_digit()) => format!("every window of {words}"),
        words => format!("every {}", words.trim_start_matches("a ")),
    };
    format!("Objective: available {} of {window}{need}.", target(outcome))
}

fn about(outcome: &Outcome) -> String {
    let trials = number::count(outcome.trials);
    let trials = if outcome.partial { format!("{trials} of {}", number::count(outcome.trials_asked)) } else { trials };
    format!(
        "{trials} trials of {}, every design on the same storms; profile {}, seed {}, {} intervals.",
        number::span(outcome.horizon_h),
        outcome.profile,
        outcome.seed,
        number::percent(outcome.confidence, Toward::Down),
    )
}

fn tone(of: Verdict) -> Tone {
    match of {
        Verdict::Meets => Tone::Good,
        Verdict::Misses => Tone::Bad,
        Verdict::NotResolved => Tone::Unsure,
    }
}

fn said(page: &Page, of: Verdict) -> String {
    let mark = match of {
        Verdict::Meets => page.sign("✓", "+"),
        Verdict::Misses => page.sign("✗", "x"),
        Verdict::NotResolved => "?",
    };
    format!("{mark} {of}")
}

fn verdicts(page: &Page, outcome: &Outcome) -> Grid {
    let share = number::percent(outcome.confidence, Toward::Down);
    let mut columns = vec![
        ("design".to_owned(), Side::Text),
        ("on average".into(), Side::Left),
        ("availability".into(), Side::Right),
    ];
    let windows = outcome.designs.iter().any(|design| design.verdict_windows.is_some());
    if windows {
        columns.push((format!("in {share} of windows"), Side::Left));
        columns.push(("windows that meet".into(), Side::Right));
    }
    let needs = common_need(outcome).is_none();
    if needs {
        columns.push(("needs".into(), Side::Text));
    }
    let row = |design: &DesignOutcome| {
        let mut row = vec![clean(&design.design), said(page, design.verdict_mean), availability(page, outcome, design)];
        if windows {
            row.push(design.verdict_windows.map_or_else(|| number::NONE.into(), |of| said(page, of)));
            let met = design.windows_met.map(|met| number::percent(met.mean, Toward::Down));
            row.push(met.unwrap_or_else(|| number::NONE.into()));
        }
        if needs {
            row.push(clean(&design.need));
        }
        row
    };
    Grid { rows: outcome.designs.iter().map(row).collect(), columns }
}

/// The mean availability, or the bound if that is all there is.
pub(super) fn availability(page: &Page, outcome: &Outcome, design: &DesignOutcome) -> String {
    let of = design.unavailability;
    let ends = [of.high, of.mean, of.low.unwrap_or(of.mean)];
    let shown = number::availabilities(&ends, number::target_decimals(outcome.target_share));
    match of.quality {
        Quality::Interval => format!("{} %", shown[1]),
        Quality::UpperBound => format!("{} {} %", page.sign("≥", ">="), shown[0]),
    }
}
