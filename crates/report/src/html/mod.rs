//! `report.html`: one page for a browser, without a network and whole without a script.
//!
//! In: an outcome and what there is to say about it. The blocks are those of the terminal, in the same words and figures;
//! pictures stand before their tables. The template escapes every word; the pictures escape theirs. A content policy
//! forbids every request, and every script but the page's own.

mod figures;
mod frontiers;
mod storms;

use crate::about::About;
use crate::chart::escaped;
use crate::drilled::DrillReport;
use crate::files::FilesError;
use crate::headline::headline;
use crate::number;
use crate::page::{Grid, Item, Page, Picture, Side, Style, Tone, clean, one_line, when};
use crate::planned::Made;
use crate::terminal::{blocks, drill_blocks, drill_verdict, plan_blocks_below, plan_verdict};
use figures::{Figure, figure};
use frontiers::plan_figure;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use serde::Serialize;
use storms::storm;
use zonefall_study::outcome::Outcome;
use zonefall_study::plan::Planned;
use zonefall_study::timeline::Storms;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// A block of the page.
#[derive(Debug, Serialize)]
struct Section {
    id: String,
    title: String,
    parts: Vec<Part>,
}

/// A part of a block.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Part {
    Words { words: String, class: &'static str, when: Option<String> },
    Table(HtmlTable),
    Figure(Figure),
}

#[derive(Debug, Serialize)]
pub(super) struct HtmlTable {
    columns: Vec<Column>,
    rows: Vec<Vec<HtmlCell>>,
}

#[derive(Debug, Serialize)]
struct Column {
    words: String,
    class: &'static str,
}

#[derive(Debug, Serialize)]
struct HtmlCell {
    words: String,
    class: &'static str,
    /// Rows that it stands for; 0 for a cell that is not a row's name.
    rows: usize,
}

/// What a page is made of.
struct Document<'a> {
    title: &'a str,
    version: &'a str,
    hash: &'a str,
    headline: Option<(Tone, String)>,
    page: Page,
    profile: &'a str,
    about: &'a About,
    /// How to make it again: names and words.
    facts: Vec<(&'static str, String)>,
    /// What stands at the end.
    closing: Vec<String>,
}

/// The page of an outcome.
///
/// # Errors
/// If the template cannot be filled in.
pub(crate) fn html(outcome: &Outcome, storms: Option<&Storms>, about: &About) -> Result<String, FilesError> {
    let interrupted = format!(" of {}: the run was interrupted", number::count(outcome.trials_asked));
    let interrupted = if outcome.partial { interrupted } else { String::new() };
    let facts = vec![
        ("Seed", outcome.seed.to_string()),
        ("Trials", format!("{}{interrupted}, each {}", number::count(outcome.trials), number::span(outcome.horizon_h))),
        ("Intervals", number::percent_given(outcome.confidence)),
    ];
    let mut closing = vec![SAME.to_owned()];
    if !outcome.not_modelled.is_empty() {
        closing.push(format!("Not modelled: {}.", clean(&outcome.not_modelled)));
    }
    let document = Document {
        title: &outcome.study,
        version: &outcome.version,
        hash: &outcome.scenario_hash,
        headline: headline(outcome),
        page: blocks(outcome, storms, Style::WORDS),
        profile: &outcome.profile,
        about,
        facts,
        closing,
    };
    rendered(document, |picture| figure(picture, outcome, storms))
}

/// The page of a plan.
///
/// # Errors
/// If the template cannot be filled in.
pub(crate) fn plan_html(of: &Planned, made: &Made<'_>) -> Result<String, FilesError> {
    let (words, tone) = plan_verdict(of);
    let page = plan_blocks_below(of, Style::WORDS);
    let document = Document {
        title: &of.study,
        version: made.version,
        hash: made.scenario_hash,
        headline: Some((tone, clean(&words))),
        page,
        profile: made.profile,
        about: made.about,
        facts: vec![
            ("Seed", of.seed.to_string()),
            ("Work", format!("{} trials × designs", number::count(of.work))),
            ("Confidence", format!("{} for all of it together", number::percent_given(of.confidence))),
        ],
        closing: vec![SAME_PLAN.to_owned()],
    };
    rendered(document, |picture| plan_figure(picture, of))
}

/// The page of a drill.
///
/// # Errors
/// If the template cannot be filled in.
pub(crate) fn drill_html(of: &DrillReport<'_>) -> Result<String, FilesError> {
    let (drilled, made) = (of.drilled, of.made);
    let (words, tone) = drill_verdict(drilled);
    let page = drill_blocks(drilled, of.worst, of.warnings, Style::WORDS);
    let document = Document {
        title: &format!("{}: {}", drilled.study, drilled.experiment),
        version: made.version,
        hash: made.scenario_hash,
        headline: Some((tone, words)),
        page,
        profile: made.profile,
        about: made.about,
        facts: vec![
            ("Seed", of.seed.to_string()),
            ("Trials", format!("{}: they differ in boots, repairs and the noise of a demand", of.trials_in_words())),
        ],
        closing: vec![SAME_DRILL.to_owned()],
    };
    rendered(document, |picture| {
        let Picture::Storm { design, .. } = picture else { return None };
        let figure = storm(of.worst.get(design)?.as_ref()?, "Worst trial")?;
        // What happened in the trial that is told stands below.
        Some(if drilled.told() == Some(design) { figure.bare() } else { figure })
    })
}

const SAME: &str = "The same program, scenario, seed and trials give this page again, byte for byte, on any number of threads. \
                    Every figure stands unrounded in summary.json and in the CSV files beside it; here availability is rounded \
                    down, downtime up. A month is 30 days.";
const SAME_PLAN: &str = "The same program, scenario and seed give this page again, byte for byte, on any number of threads. Every \
                         figure stands unrounded in plan.json and plan.csv; here availability is rounded down, downtime up. A \
                         month is 30 days.";

const SAME_DRILL: &str = "The same program, scenario, experiment, seed and trials give this page again, byte for byte. Every figure \
                          stands unrounded in drill.json. A drill is a question about one experiment: nothing here says how \
                          often anything happens.";

/// Fills in the template.
fn rendered(of: Document<'_>, figure: impl Fn(Picture) -> Option<Figure>) -> Result<String, FilesError> {
    let mut sections = sections(of.page.items, figure);
    let first = if sections.is_empty() { None } else { Some(sections.remove(0)) };
    let mut environment = Environment::new();
    environment.add_filter("coded", coded);
    environment.add_template("page.html", TEMPLATE)?;
    let headline = of.headline.map(|(tone, words)| context! { words, class => class_of(tone) });
    let page = environment.get_template("page.html")?.render(context! {
        style => STYLE,
        script => SCRIPT,
        study => clean(of.title),
        version => clean(of.version),
        profile => clean(of.profile),
        hash => of.hash,
        headline,
        first => Serde(&first),
        sections => Serde(&sections),
        warnings => of.page.warnings,
        assumptions => Serde(assumptions(of.about)),
        command => clean(&of.about.command),
        facts => of.facts,
        closing => of.closing,
    })?;
    Ok(page)
}

/// The items of a page as sections.
fn sections(items: Vec<Item>, figure: impl Fn(Picture) -> Option<Figure>) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for item in items {
        let part = match item {
            Item::Title(title) => {
                let id = format!("part-{}", sections.len() + 1);
                sections.push(Section { id, title, parts: Vec::new() });
                continue;
            }
            Item::Line(line) if line.is_empty() => continue,
            Item::Line(words) => Part::Words { words, class: "", when: None },
            Item::Paragraph { sign, words, tone } => {
                Part::Words { words, class: tone.map_or("", class_of), when: when(sign) }
            }
            Item::Legend(words) => Part::Words { words, class: class_of(Tone::Faint), when: None },
            Item::Table(grid, coloured) => Part::Table(table(grid, &coloured)),
            Item::Picture(picture, sketch) => match (figure(picture), sketch) {
                (Some(figure), _) => Part::Figure(figure),
                (None, Some(sketch)) => Part::Table(table(sketch.grid, &[])),
                (None, None) => continue,
            },
        };
        if let Some(section) = sections.last_mut() {
            section.parts.push(part);
        }
    }
    sections
}

/// Words with what stands between two backticks as code; all of it escaped.
fn coded(words: String) -> Value {
    let mut out = String::new();
    let mut rest = words.as_str();
    while let Some((before, (code, after))) =
        rest.split_once('`').and_then(|(before, rest)| Some((before, rest.split_once('`')?)))
    {
        out += &format!("{}<code>{}</code>", escaped(before), escaped(code));
        rest = after;
    }
    Value::from_safe_string(out + &escaped(rest))
}

fn class_of(tone: Tone) -> &'static str {
    match tone {
        Tone::Strong => "strong",
        Tone::Faint => "faint",
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Unsure => "unsure",
    }
}

/// Words that are broken neither behind a sign nor before a unit.
fn together(words: &str) -> String {
    let signs = ["✓ ", "✗ ", "? ", "≥ ", "≤ ", "< ", "> "];
    let words = signs.iter().fold(words.to_owned(), |words, sign| words.replace(sign, &sign.replace(' ', "\u{a0}")));
    words.replace(" %", "\u{a0}%")
}

/// A table; a name above empty names stands for their rows, too.
pub(super) fn table(grid: Grid, coloured: &[(String, Tone)]) -> HtmlTable {
    let class = |side: &Side| match side {
        Side::Right => "number",
        Side::Text => "words",
        Side::Name => "name",
        Side::Left => "",
    };
    let classes: Vec<&str> = grid.columns.iter().map(|(_, side)| class(side)).collect();
    let column = |(words, class): (String, &&'static str)| Column { words, class };
    let heads = grid.columns.iter().map(|(head, _)| head.replace("-\n", "-").replace('\n', " "));
    let columns = heads.zip(&classes).map(column).collect();
    let empty = |row: &&Vec<String>| row.first().is_some_and(String::is_empty);
    let rows = grid.rows.iter().enumerate().map(|(at, row)| {
        let stands_for = 1 + grid.rows[at + 1..].iter().take_while(empty).count();
        let cells = row.iter().zip(&classes).enumerate().filter(|(at, (words, _))| *at > 0 || !words.is_empty());
        let cell = |(at, (words, class)): (usize, (&String, &&'static str))| {
            let colour = coloured
                .iter()
                .find(|(of, _)| of == words || words.starts_with(&format!("{of}\n")))
                .map(|(_, tone)| class_of(*tone));
            let rows = if at == 0 { stands_for } else { 0 };
            let words = if *class == "words" { one_line(words) } else { together(&one_line(words)) };
            HtmlCell { words, class: colour.unwrap_or(class), rows }
        };
        cells.map(cell).collect()
    });
    HtmlTable { rows: rows.collect(), columns }
}

/// The assumptions as a table, mode by mode.
fn assumptions(about: &About) -> Option<HtmlTable> {
    (!about.assumptions.is_empty()).then(|| table(crate::about::assumptions(about), &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_between_backticks_are_code_and_only_words() {
        let said = coded("`a<b>` may & `c".into());
        assert_eq!(said.as_str(), Some("<code>a&lt;b&gt;</code> may &amp; `c"));
    }
}
