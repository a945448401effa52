//! `report.xlsx`: the CSV set as one workbook, with a summary and native charts.
//!
//! In: an outcome and what there is to say about it. Out: bytes that depend on both only (the date of creation is fixed).
//! Cells hold the unrounded numbers; formats show so many digits that a miss does not look like a meet. Text is written as
//! text, never as a formula. What can go wrong: more rows or longer words than a worksheet can hold.

mod charts;
mod digits;
mod sheets;
mod summary;

use crate::about::About;
use crate::csv::{self, CsvLocale, Sheet};
use crate::files::FilesError;
use crate::planned::Made;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};
use sheets::Styles;
use zonefall_study::outcome::Outcome;
use zonefall_study::plan::Planned;

/// The place of the sheets among the tables that are there only if there is something in them.
const OPTIONAL_AT: usize = 5;

/// The workbook.
///
/// # Errors
/// If a sheet cannot hold what belongs there.
pub(crate) fn xlsx(outcome: &Outcome, about: &About) -> Result<Vec<u8>, FilesError> {
    let point = CsvLocale::Point;
    let mut tables: Vec<(&str, Sheet)> = vec![
        ("Designs", csv::designs(outcome, point)?),
        ("Differences", csv::differences(outcome, point)?),
        ("Causes", csv::causes(outcome, point)?),
        ("Windows", csv::windows(outcome, point)?),
        ("Operations", csv::operations(outcome, point)?),
        ("Credits", csv::credits(outcome, point)?),
        ("Looks", csv::assumptions(outcome, point)?),
        ("Assumptions", csv::evidence(about, point)?),
    ];
    if outcome.designs.iter().any(|design| design.latency.is_some()) {
        tables.insert(OPTIONAL_AT, ("Latency", csv::latency(outcome, point)?));
    }
    if outcome.designs.iter().any(|design| design.jobs.is_some()) {
        tables.insert(OPTIONAL_AT, ("Jobs", csv::jobs(outcome, point)?));
    }
    if outcome.designs.iter().any(|design| design.sessions.is_some()) {
        tables.insert(OPTIONAL_AT, ("Sessions", csv::sessions(outcome, point)?));
    }
    if outcome.money.is_some() {
        tables.insert(1, ("Frontier", csv::frontier(outcome, point)?));
        tables.insert(1, ("Money", csv::money(outcome, point)?));
    }
    let mut workbook = begun(&outcome.study, &outcome.version)?;
    let styles = Styles::new(outcome.target_share);
    summary::write(workbook.add_worksheet(), outcome, about, &styles)?;
    for (name, table) in &tables {
        let sheet = workbook.add_worksheet();
        sheets::write(sheet, name, table, &styles)?;
        match *name {
            "Causes" => charts::causes(sheet, outcome, table, &styles)?,
            "Windows" => charts::windows(sheet, outcome)?,
            "Frontier" => {
                let places = charts::Places { sheet: name, first: 1, last: table.rows.len(), cost: 1, missed: 2 };
                charts::frontier(sheet, &places, table, "minutes of downtime a month")?;
            }
            _ => {}
        }
    }
    sheets::dictionary(workbook.add_worksheet(), &tables, &styles)?;
    Ok(workbook.save_to_buffer()?)
}

/// The workbook of a plan.
///
/// # Errors
/// If a sheet cannot hold what belongs there.
pub(crate) fn plan_xlsx(of: &Planned, made: &Made<'_>) -> Result<Vec<u8>, FilesError> {
    let mut tables = vec![("Plan", csv::plan(of, CsvLocale::Point)?)];
    if let Some(why) = &of.why {
        let causes = [(why.design.as_str(), why.causes.as_slice())];
        tables.push(("Causes", csv::causes_of(causes.into_iter(), CsvLocale::Point)?));
    }
    tables.push(("Assumptions", csv::evidence(made.about, CsvLocale::Point)?));
    let mut workbook = begun(&of.study, made.version)?;
    let styles = Styles::new(of.target_share);
    summary::write_plan(workbook.add_worksheet(), of, made, &styles)?;
    for (name, table) in &tables {
        let sheet = workbook.add_worksheet();
        sheets::write(sheet, name, table, &styles)?;
        if *name == "Plan" {
            let place = |column: &str| table.columns.iter().position(|of| of.name == column).unwrap_or(0);
            // The frontier stands at the end.
            let last = table.rows.len();
            let places = charts::Places {
                sheet: name,
                first: last + 1 - of.frontier.len(),
                last,
                cost: place("cost_per_month"),
                missed: place("downtime"),
            };
            charts::frontier(sheet, &places, table, "minutes of downtime a month")?;
        }
    }
    sheets::dictionary(workbook.add_worksheet(), &tables, &styles)?;
    Ok(workbook.save_to_buffer()?)
}

/// A workbook with nothing in it.
fn begun(title: &str, version: &str) -> Result<Workbook, FilesError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let program = format!("Zonefall {version}");
    let properties = DocProperties::new().set_title(title).set_author(&program).set_creation_datetime(&created);
    workbook.set_properties(&properties);
    Ok(workbook)
}
