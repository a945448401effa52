//! `report.html`: one page for a browser, without a network and whole without a script.
//!
//! In: an outcome and what there is to say about it. The blocks are those of the terminal, in the same words and figures;
//! pictures stand before their tables. The template escapes every word; the pictures escape theirs. A content policy
//! forbids every request, and every script but the page's own.

mod figures;
mod storms;

use crate::about::About;
use crate::files::FilesError;
use crate::headline::headline;
use crate::number;
use crate::page::{Grid, Item, Page, Side, Tone, clean};
use crate::terminal::{Style, blocks};
use figures::{Figure, figure};
use minijinja::value::Serde;
use minijinja::{Environment, context};
use serde::Serialize;
use zonefall_study::outcome::Outcome;
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
    Words { words: String, class: &'static str },
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

/// The page.
///
/// # Errors
/// If the template cannot be filled in.
pub(crate) fn html(outcome: &Outcome, storms: Option<&Storms>, about: &About) -> Result<String, FilesError> {
    let style = Style { width: usize::MAX, colour: false, unicode: true };
    let mut sections = sections(blocks(outcome, storms, style), outcome, storms);
    let first = if sections.is_empty() { None } else { Some(sections.remove(0)) };
    let mut environment = Environment::new();
    environment.add_template("page.html", TEMPLATE)?;
    let headline = headline(outcome).map(|(tone, words)| context! { words, class => class_of(tone) });
    let page = environment.get_template("page.html")?.render(context! {
        style => STYLE,
        script => SCRIPT,
        study => clean(&outcome.study),
        version => clean(&outcome.version),
        profile => clean(&outcome.profile),
        seed => outcome.seed,
        partial => outcome.partial,
        trials_asked => number::count(outcome.trials_asked),
        hash => &outcome.scenario_hash,
        not_modelled => clean(&outcome.not_modelled),
        headline,
        first => Serde(&first),
        sections => Serde(&sections),
        warnings => outcome.warnings.iter().map(|words| clean(words)).collect::<Vec<String>>(),
        assumptions => Serde(assumptions(about)),
        command => clean(&about.command),
        trials => number::count(outcome.trials),
        horizon => number::span(outcome.horizon_h),
        confidence => number::percent_given(outcome.confidence),
    })?;
    Ok(page)
}

/// The items of a page as sections. What the page says elsewhere is left out: warnings, and what is not modelled.
fn sections(page: Page, outcome: &Outcome, storms: Option<&Storms>) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for item in page.items {
        let part = match item {
            Item::Title(title) => {
                let id = format!("part-{}", sections.len() + 1);
                sections.push(Section { id, title, parts: Vec::new() });
                continue;
            }
            Item::Line(line) if line.is_empty() => continue,
            Item::Line(words) => Part::Words { words, class: "" },
            Item::Paragraph { words, tone, .. } => Part::Words { words, class: tone.map_or("", class_of) },
            Item::Table(grid, coloured) => Part::Table(table(grid, &coloured)),
            Item::Picture(picture, sketch) => match (figure(picture, outcome, storms), sketch) {
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

fn class_of(tone: Tone) -> &'static str {
    match tone {
        Tone::Strong => "strong",
        Tone::Faint => "faint",
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Unsure => "unsure",
    }
}

/// A table; a name above empty names stands for their rows, too.
pub(super) fn table(grid: Grid, coloured: &[(String, Tone)]) -> HtmlTable {
    let classes: Vec<&str> =
        grid.columns.iter().map(|(_, side)| if *side == Side::Right { "number" } else { "" }).collect();
    let column = |(words, class): (String, &&'static str)| Column { words, class };
    let heads = grid.columns.iter().map(|(head, _)| head.replace("-\n", "-").replace('\n', " "));
    let columns = heads.zip(&classes).map(column).collect();
    let empty = |row: &&Vec<String>| row.first().is_some_and(String::is_empty);
    let rows = grid.rows.iter().enumerate().map(|(at, row)| {
        let stands_for = 1 + grid.rows[at + 1..].iter().take_while(empty).count();
        let cells = row.iter().zip(&classes).enumerate().filter(|(at, (words, _))| *at > 0 || !words.is_empty());
        let cell = |(at, (words, class)): (usize, (&String, &&'static str))| {
            let colour = coloured.iter().find(|(of, _)| of == words).map(|(_, tone)| class_of(*tone));
            let rows = if at == 0 { stands_for } else { 0 };
            HtmlCell { words: words.trim().to_owned(), class: colour.unwrap_or(class), rows }
        };
        cells.map(cell).collect()
    });
    HtmlTable { rows: rows.collect(), columns }
}

/// The assumptions as a table, mode by mode.
fn assumptions(about: &About) -> Option<HtmlTable> {
    (!about.assumptions.is_empty()).then(|| table(crate::about::assumptions(about), &[]))
}
