//! What a report says beside the results: how to make it again, and what the results rest on.

use crate::number;
use crate::page::{Grid, Side, clean};
use serde::Serialize;
use zonefall_study::timeline::Storms;

/// How the results were made, and on what they rest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct About {
    /// The command that makes the same results again.
    pub command: String,
    /// Every number of the failure profile.
    pub assumptions: Vec<Assumption>,
}

/// A number that the results rest on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assumption {
    /// What it belongs to: the name of a failure mode.
    pub of: String,
    /// What it says of it: `rate`, `outage mean`.
    pub quantity: String,
    /// The value used.
    pub value: f64,
    /// The least value that the evidence allows.
    pub low: f64,
    /// The greatest value that the evidence allows.
    pub high: f64,
    /// What all three count; empty for a plain number.
    pub unit: String,
    /// How well it is known: published, derived, assumed.
    pub confidence: String,
    /// Where it comes from, in words.
    pub source: String,
}

/// A kind of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    /// One page for a browser, without a network.
    Html,
    /// A workbook for a spreadsheet, with native charts.
    Xlsx,
    /// Text for a design review or a pull request.
    Markdown,
}

impl ReportKind {
    /// What it is called on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Xlsx => "xlsx",
            Self::Markdown => "md",
        }
    }

    /// The name of its file.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Html => "report.html",
            Self::Xlsx => "report.xlsx",
            Self::Markdown => "report.md",
        }
    }
}

/// Reports to make of results.
#[derive(Debug, Clone, Copy)]
pub struct Reports<'a> {
    /// A typical and the worst trial of each design, if they were looked for.
    pub storms: Option<&'a Storms>,
    /// Which.
    pub kinds: &'a [ReportKind],
    /// What they say beside the results.
    pub about: &'a About,
}

/// The assumptions as a table, mode by mode; the name of a mode stands in its first row.
pub(crate) fn assumptions(about: &About) -> Grid {
    let columns = vec![
        ("failure mode".to_owned(), Side::Name),
        ("what".into(), Side::Text),
        ("value".into(), Side::Right),
        ("range".into(), Side::Left),
        ("unit".into(), Side::Text),
        ("known".into(), Side::Left),
        ("source".into(), Side::Text),
    ];
    let mut last = "";
    let rows = about.assumptions.iter().map(|of| {
        let name = if of.of == last { String::new() } else { clean(&of.of) };
        last = &of.of;
        let range = if of.low == of.high {
            "-".into()
        } else {
            format!("{} to {}", number::stated(of.low), number::stated(of.high))
        };
        let [quantity, unit, known, source] = [&of.quantity, &of.unit, &of.confidence, &of.source].map(|of| clean(of));
        vec![name, quantity, number::stated(of.value), range, unit, known, source]
    });
    Grid { rows: rows.collect(), columns }
}
