//! How the trials were drawn, and what that gained.

use super::number::{self, Toward};
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::outcome::{LevelOutcome, MethodDesign, MethodOutcome, Outcome};

/// Patterns that are named.
const NAMED: usize = 4;

pub(super) fn draw(page: &mut Page, outcome: &Outcome) {
    let Some(method) = &outcome.method else { return };
    page.title("How the trials were drawn");
    if method.designs.is_empty() {
        return page.paragraph(None, &format!("Plain trials: {}.", method.why), None);
    }
    let forced = method.used == "forcing";
    let words = match method.used.as_str() {
        "forcing" => in_words(method),
        "splitting" => split_in_words(method),
        "biasing" => biased_in_words(method),
        _ => format!("Storms alone: {}. {GIVEN}", method.why),
    };
    page.paragraph(None, &words, None);
    page.line("");
    page.grid(&gained(method, forced));
    if !forced {
        let words = match method.used.as_str() {
            "splitting" => GAIN_OF_SPLITTING,
            "biasing" => GAIN_OF_CYCLES,
            _ => GAIN_OF_STORMS,
        };
        return page.paragraph(None, words, Some(Tone::Faint));
    }
    page.paragraph(
        None,
        "Gain: variance × events of plain trials over that of these, the pilot counted in. Unforeseen: trials with a miss \
         that no pattern explains; they weigh most, and what they may still add (at the confidence of the intervals) is no \
         part of the intervals above.",
        Some(Tone::Faint),
    );
}

fn in_words(method: &MethodOutcome) -> String {
    let named: Vec<String> = method
        .patterns
        .iter()
        .take(NAMED)
        .map(|of| format!("{} ({})", of.pattern, number::percent(of.share, Toward::Down)))
        .collect();
    let more = method.patterns.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(
        "Forced: {}. So half of the trials were put into outages that overlap: {}{more}. Every trial counts with its \
         weight, at most {}, so that all estimates stay unbiased.",
        method.why,
        named.join(", "),
        method.greatest_weight
    )
}

const GAIN_OF_SPLITTING: &str = "Gain: variance × events of plain trials over that of these, the pilot counted in. Hits are replications: each is \
     one independent estimate.";

const GIVEN: &str = "Of each trial only what strikes many at once is drawn; how likely single machines and hosts then leave too few is \
     computed exactly, interval by interval. So unavailability, verdict on average and differences are conditional means; \
     everything else is that of fewer plain trials.";

const GAIN_OF_STORMS: &str = "Gain: variance × events of plain trials over that of these, the plain ones counted in; -: too few of those \
     missed. Hits are storms that surely miss.";

const GAIN_OF_CYCLES: &str = "Gain: variance × events of plain trials over that of these, the plain ones and the pilot counted in. Hits are cycles \
     with a miss.";

fn biased_in_words(method: &MethodOutcome) -> String {
    let share = number::percent(method.failure_share.unwrap_or_default(), Toward::Down);
    format!(
        "Failure biasing: {}. What was lived through are cycles, from all up to all up; while something is out and nothing has \
         been missed, the next event is a failure with a chance of {share} or more. Every cycle counts with its weight, so \
         that unavailability, verdict on average and differences stay unbiased; everything else is that of fewer plain \
         trials.",
        method.why
    )
}

fn split_in_words(method: &MethodOutcome) -> String {
    let steps = |design: &str| {
        let of = method.levels.iter().filter(|level| level.design == design);
        let step = |level: &LevelOutcome| number::percent(level.share, Toward::Down);
        of.map(step).collect::<Vec<_>>().join(", ")
    };
    let named = method.designs.iter().take(NAMED).map(|of| format!("{}: {}", clean(&of.design), steps(&of.design)));
    format!(
        "Split: {}. Trials went on several times from where they had lost much, level after level, the last of them the miss \
         itself; so many came to each from the one before: {}. Every trial counts with its weight, so that all estimates \
         stay unbiased.",
        method.why,
        named.collect::<Vec<_>>().join("; ")
    )
}

/// What each design gained, without columns that say nothing of any.
fn gained(method: &MethodOutcome, forced: bool) -> Grid {
    let exact = method.designs.iter().any(|of| of.exact.is_some());
    let columns = [
        ("design", Side::Name, true),
        ("as good as\nhits", Side::Right, true),
        ("gain over\nplain trials", Side::Right, true),
        ("unforeseen\nhits", Side::Right, forced),
        ("they may add\nat most", Side::Right, forced),
        ("exact un-\navailability", Side::Right, exact),
    ];
    let rows = method.designs.iter().map(|of| {
        let cells = row(of).into_iter().zip(&columns);
        cells.filter(|(_, (.., stands))| *stands).map(|(cell, _)| cell).collect()
    });
    let rows = rows.collect();
    let stand = columns.iter().filter(|(.., stands)| *stands);
    Grid { columns: stand.map(|(head, side, _)| ((*head).to_owned(), *side)).collect(), rows }
}

fn row(of: &MethodDesign) -> [String; 6] {
    let whole = |value: f64| number::count((value + 0.5) as u64);
    // Below 1 plain trials would have told more for the same work.
    let gain = |gain: f64| match gain {
        gain if gain < 1.0 => "less than plain".to_owned(),
        gain if gain < 10.0 => format!("{gain:.1}"),
        gain => whole(gain),
    };
    [
        clean(&of.design),
        whole(of.effective_hits),
        of.gain.map_or_else(|| number::NONE.into(), gain),
        number::count(of.unforeseen_hits),
        format!("{:.1e}", of.unforeseen_at_most),
        of.exact.map_or_else(|| number::NONE.into(), |exact| format!("{exact:.3e}")),
    ]
}
