//! Why the objective was missed: what downtime is charged to, and what would be without it.

use super::number::{self, Toward};
use super::page::{Grid, Page, Picture, Side, Tone, clean};
use std::fmt::Write as _;
use zonefall_study::outcome::{CauseOutcome, HITS_FOR_INTERVAL, Outcome, Quality};

/// Causes shown for a design; the rest is one line.
const TOP: usize = 3;

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    if outcome.designs.iter().all(|design| design.causes.is_empty()) {
        return;
    }
    page.title("Why: downtime by cause");
    page.picture(Picture::Causes, None);
    let designs: Vec<(&str, &[CauseOutcome])> =
        outcome.designs.iter().map(|design| (design.design.as_str(), design.causes.as_slice())).collect();
    let whose = match outcome.method.as_ref().map(|of| of.used.as_str()) {
        Some("conditioning" | "biasing") => "the downtime of the plain trials",
        _ => "the downtime",
    };
    table(page, &designs, (whose, "causes.csv"));
}

/// The causes of some designs, in a table with its note, which says what they sum to and in which file upper bounds stand.
pub(super) fn table(page: &mut Page, designs: &[(&str, &[CauseOutcome])], (whole, file): (&str, &str)) {
    let causes = || designs.iter().flat_map(|(_, causes)| *causes);
    let counterfactual = causes().any(|cause| cause.avoided_min_per_month.is_some());
    let mut columns = vec![
        ("design".to_owned(), Side::Name),
        ("cause".into(), Side::Text),
        ("charged\nmin a month".into(), Side::Right),
        ("share".into(), Side::Right),
    ];
    let mut notes = format!("Charged minutes sum to {whole}.{}", few(designs));
    if counterfactual {
        columns.push(("avoided\nwithout it".into(), Side::Right));
        notes.push_str(" Avoided: what would not be, had the cause never happened; these need not sum.");
        let shown = designs.iter().flat_map(|(_, causes)| causes.iter().take(shown_of(causes)));
        if shown.into_iter().any(|cause| cause.avoided_min_per_month.is_none()) {
            let _ = write!(
                notes,
                " {}: the fleet's own, such as the lag of probes, which goes with the causes that it follows.",
                number::NONE
            );
        }
    }
    let mut rows: Vec<Vec<String>> = designs.iter().flat_map(|&(design, causes)| rows(page, design, causes)).collect();
    rows.iter_mut().for_each(|row| row.truncate(columns.len()));
    // After the names: those may have stars of their own.
    if rows.iter().flat_map(|row| &row[2..]).any(|cell| cell.ends_with('*')) {
        let _ = write!(notes, " *: from fewer than 20 trials; the upper bound is in {file}.");
    }
    page.grid(&Grid { rows, columns });
    page.paragraph(None, &notes, Some(Tone::Faint));
}

/// Shares that rest on few trials, design by design.
fn few(designs: &[(&str, &[CauseOutcome])]) -> String {
    let hits = |causes: &[CauseOutcome]| causes.iter().map(|of| of.downtime_min_per_month.hits).max();
    let some = designs.iter().filter_map(|(name, causes)| Some((name, hits(causes)?)));
    let some: Vec<String> = some
        .filter(|&(_, hits)| (1..HITS_FOR_INTERVAL).contains(&hits))
        .map(|(name, hits)| format!("{} ({hits})", clean(name)))
        .collect();
    match some.is_empty() {
        true => String::new(),
        false => format!(" Shares that rest on so few trials with a miss may be quite otherwise: {}.", some.join("; ")),
    }
}

/// How many causes of a design have a row of their own.
fn shown_of(causes: &[CauseOutcome]) -> usize {
    if causes.len() == TOP + 1 { TOP + 1 } else { TOP }
}

/// The rows of one design; its name stands in the first.
fn rows(page: &Page, design: &str, causes: &[CauseOutcome]) -> Vec<Vec<String>> {
    let shown = shown_of(causes);
    let mut rows: Vec<Vec<String>> = causes.iter().take(shown).map(|cause| row(page, cause)).collect();
    let rest = causes.iter().skip(shown);
    let (number, share) = rest.fold((0, 0.0), |(number, share), cause| (number + 1, share + cause.share));
    if number > 0 {
        let none = String::new();
        rows.push(vec![none.clone(), format!("{number} more"), none.clone(), whole_percent(share), none]);
    }
    if let Some(first) = rows.first_mut() {
        first[0] = clean(design);
    }
    rows
}

fn row(page: &Page, cause: &CauseOutcome) -> Vec<String> {
    let minus = page.sign('−', '-');
    let charged = cause.downtime_min_per_month;
    let few = if charged.quality == Quality::UpperBound { "*" } else { "" };
    let charged = format!("{}{few}", number::plain(charged.mean, Toward::Up));
    let avoided = cause.avoided_min_per_month.map(|of| {
        let few = if of.quality == Quality::UpperBound { "*" } else { "" };
        format!("{}{few}", number::signed(of.mean, of.mean.abs(), Toward::Up, minus))
    });
    vec![
        String::new(),
        clean(&cause.cause),
        charged,
        whole_percent(cause.share),
        avoided.unwrap_or_else(|| number::NONE.into()),
    ]
}

/// A share in whole percent, to the nearest; what is there is never 0 %.
pub(crate) fn whole_percent(share: f64) -> String {
    match share {
        share if !share.is_finite() => number::NONE.into(),
        share if share > 0.0 && share < 0.01 => "< 1 %".into(),
        share => format!("{:.0} %", share * 100.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Style;
    use zonefall_study::outcome::Estimate;

    /// Six causes of 10 minutes each, the last of which too few trials have shown.
    fn shown(charged_to_few: usize) -> String {
        let cause = |at: usize| {
            let quality = if at == charged_to_few { Quality::UpperBound } else { Quality::Interval };
            let charged = Estimate { mean: 10.0, low: Some(9.0), high: 11.0, quality, hits: 30 };
            let cause = format!("cause {at}");
            CauseOutcome { cause, downtime_min_per_month: charged, share: 0.25, avoided_min_per_month: None }
        };
        let causes: Vec<CauseOutcome> = (0..6).map(cause).collect();
        let mut page = Page::new(Style::WORDS);
        table(&mut page, &[("one*", &causes)], ("the downtime", "causes.csv"));
        page.finish()
    }

    #[test]
    fn a_star_is_explained_where_one_stands() {
        assert!(shown(0).contains("10.0*") && shown(0).contains("*: from fewer"));
        // The sixth has no row of its own.
        assert!(!shown(5).contains("10.0*") && !shown(5).contains("*: from fewer"), "{}", shown(5));
    }
}
