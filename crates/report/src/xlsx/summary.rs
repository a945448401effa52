//! The first sheet: the answer, the designs with their intervals and a chart, and how to make it again.

use super::charts;
use super::sheets::{Styles, clipped, place, put};
use crate::about::About;
use crate::csv::{Bounded, Cell};
use crate::headline::headline;
use crate::number;
use crate::page::{Item, Style, Tone, clean};
use crate::planned::Made;
use crate::terminal::{blocks, bound_with, plan_blocks};
use crate::warnings::warnings;
use rust_xlsxwriter::{Format, Worksheet, XlsxError};
use zonefall_study::outcome::{DesignOutcome, Outcome, Verdict};
use zonefall_study::plan::Planned;

/// The columns of the table of designs, and how wide they are.
const COLUMNS: [(&str, f64); 10] = [
    ("design", 32.0),
    ("machines", 10.0),
    ("on average", 14.0),
    ("in enough windows", 14.0),
    ("availability", 15.0),
    ("availability, low end", 15.0),
    ("availability, high end", 15.0),
    ("downtime, min a month", 14.0),
    ("low end", 14.0),
    ("high end", 14.0),
];
/// The columns of downtime and its ends.
pub(super) const DOWNTIME: [u16; 3] = [7, 8, 9];

pub(super) fn write(sheet: &mut Worksheet, outcome: &Outcome, about: &About, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_name("Summary")?;
    put(sheet, (0, 0), &Cell::text(&outcome.study), &styles.title)?;
    let mut row = 1;
    let strong = styles.words.clone().set_bold();
    let answer = headline(outcome).map(|(_, words)| (words, &strong));
    let lead = lead(outcome).into_iter().map(|words| (words, &styles.words));
    for (words, format) in answer.into_iter().chain(lead) {
        put_words(sheet, row, &words, format)?;
        row += 1;
    }
    row += 1;
    let head = row;
    for (at, (name, width)) in COLUMNS.into_iter().enumerate() {
        put(sheet, (row, at), &Cell::text(name), &styles.head)?;
        sheet.set_column_width(at as u16, width)?;
    }
    sheet.set_row_height(u32::try_from(head).unwrap_or(0), 32)?;
    for design in &outcome.designs {
        row += 1;
        for (at, (cell, format)) in cells(outcome, design, styles).into_iter().enumerate() {
            put(sheet, (row, at), &cell, format)?;
        }
    }
    // Nothing is frozen: the words above the table alone may fill a screen.
    let below = charts::downtime(sheet, outcome, head, row + 2, styles)?;
    rest(sheet, outcome, about, below, styles)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}

/// The words of the first block, and the warnings.
fn lead(outcome: &Outcome) -> Vec<String> {
    let items = blocks(outcome, None, Style::WORDS).items.into_iter().skip(1);
    let words = said(items.take_while(|item| !matches!(item, Item::Title(_))));
    let amiss = outcome.gate.iter().flat_map(|of| &of.conditions).filter(|of| of.verdict != Verdict::Meets);
    let amiss = amiss.map(|of| format!("Gate: {}: {}: {}", clean(&of.design), clean(&of.asks), of.verdict));
    let warnings = warnings(outcome).into_iter().map(|warning| format!("! {warning}"));
    words.into_iter().chain(amiss).chain(warnings).collect()
}

/// The words of a page. What stands faint below a table tells of that, and these tables are on other sheets or drawn otherwise.
fn said(items: impl Iterator<Item = Item>) -> Vec<String> {
    let (mut words, mut below_a_table) = (Vec::new(), false);
    for item in items {
        match item {
            Item::Table(..) => below_a_table = true,
            Item::Paragraph { tone: Some(Tone::Faint), .. } if below_a_table => {}
            Item::Paragraph { words: said, .. } => {
                words.push(said);
                below_a_table = false;
            }
            _ => below_a_table = false,
        }
    }
    words
}

fn cells<'a>(outcome: &Outcome, design: &DesignOutcome, styles: &'a Styles) -> Vec<(Cell, &'a Format)> {
    let verdict = |of: Verdict| {
        let format = match of {
            Verdict::Meets => &styles.good,
            Verdict::Misses => &styles.bad,
            Verdict::NotResolved => &styles.unsure,
        };
        (Cell::Text(of.to_string()), format)
    };
    let mut cells = vec![
        (Cell::text(&design.design), &styles.strong),
        (Cell::Count(design.machines), &styles.count),
        verdict(design.verdict_mean),
        design.verdict_windows.map_or((Cell::Empty, &styles.text), verdict),
    ];
    let unavailability = Bounded::from(design.unavailability);
    for (of, unit) in [(unavailability.availability(), "share"), (unavailability.minutes_per_month(), "min/month")] {
        // Where only a bound is known, the estimate would be taken for one.
        let known = of.low.is_some() && of.high.is_some();
        let mean = if known { of.mean } else { None };
        cells.extend([mean, of.low, of.high].map(Cell::maybe).map(|cell| {
            let format = styles.of(&cell, unit);
            (cell, format)
        }));
    }
    if outcome.until_first_miss {
        cells.truncate(2);
    }
    cells
}

/// How to make it again, and what is left out.
fn rest(
    sheet: &mut Worksheet,
    outcome: &Outcome,
    about: &About,
    from: usize,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let [least, most] = bound_with(outcome.confidence);
    let lines = [
        ("Again", about.command.clone()),
        ("Seed", outcome.seed.to_string()),
        ("Trials", number::count(outcome.trials)),
        ("Intervals", number::percent_given(outcome.confidence)),
        ("Program", format!("Zonefall {}", outcome.version)),
        ("Scenario (SHA-256)", outcome.scenario_hash.clone()),
        ("Not modelled", outcome.not_modelled.clone()),
        (
            "Empty cells",
            format!("only a bound is known ({least}; {most}), or there is nothing to say; see the sheet Dictionary"),
        ),
    ];
    put_lines(sheet, lines, from, styles)
}

/// The first sheet of a plan: the answer, why, and how to make it again.
pub(super) fn write_plan(
    sheet: &mut Worksheet,
    of: &Planned,
    made: &Made<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name("Summary")?;
    for (at, (_, width)) in COLUMNS.into_iter().enumerate() {
        sheet.set_column_width(at as u16, width)?;
    }
    put(sheet, (0, 0), &Cell::text(&of.study), &styles.title)?;
    let strong = styles.words.clone().set_bold();
    let mut row = 1;
    for words in said(plan_blocks(of, Style::WORDS).items.into_iter()) {
        put_words(sheet, row, &words, if row == 1 { &strong } else { &styles.words })?;
        row += 1;
    }
    let lines = [
        ("Again", made.about.command.clone()),
        ("Seed", of.seed.to_string()),
        ("Trials × designs", number::count(of.work)),
        ("Intervals", format!("{} for all of it together", number::percent_given(of.confidence))),
        ("Program", format!("Zonefall {}", made.version)),
        ("Scenario (SHA-256)", made.scenario_hash.to_owned()),
        ("Designs", "the answer, what comes next and the frontier stand on the sheet Plan".into()),
        ("Empty cells", "only a bound is known, or there is nothing to say; see the sheet Dictionary".into()),
    ];
    put_lines(sheet, lines, row + 1, styles)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}

/// Words over the width of the table, in as many lines as they need.
fn put_words(sheet: &mut Worksheet, row: usize, words: &str, format: &Format) -> Result<(), XlsxError> {
    /// Points of a line.
    const LINE: f64 = 15.0;
    let width: f64 = COLUMNS.iter().map(|(_, width)| width).sum();
    let (row, last) = place(row, COLUMNS.len() - 1)?;
    // A cell has no code in it, but names that hold a comma stay apart.
    sheet.merge_range(row, 0, row, last, &clipped(&words.replace('`', "\"")), format)?;
    // Proportional letters are narrower than the digits that widths are counted in; a word at the end may not fit.
    let lines = (words.chars().count() as f64 / (0.95 * width)).ceil().max(1.0);
    sheet.set_row_height(row, LINE * lines)?;
    Ok(())
}

/// Names and words, one below the other.
fn put_lines<const N: usize>(
    sheet: &mut Worksheet,
    lines: [(&str, String); N],
    from: usize,
    styles: &Styles,
) -> Result<(), XlsxError> {
    for (at, (name, words)) in lines.into_iter().enumerate() {
        put(sheet, (from + at, 0), &Cell::text(name), &styles.strong)?;
        put(sheet, (from + at, 1), &Cell::Text(words), &styles.text)?;
    }
    Ok(())
}
