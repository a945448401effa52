//! From results to named bytes. The bytes depend on the results and the locale only.

use crate::about::{ReportKind, Reports};
use crate::csv::{self, CsvLocale};
use crate::html::html;
use crate::markdown::markdown;
use crate::terminal::CONDITIONAL;
use crate::xlsx::xlsx;
use serde::Serialize;
use thiserror::Error;
use zonefall_study::TrialRow;
use zonefall_study::fitting::Fitted;
use zonefall_study::incidents::Loss;
use zonefall_study::outcome::Outcome;

const SUMMARY: &str = "summary.json";
const LOSSES_SCHEMA: &str = "zonefall-losses/1";

/// A result that could not be turned into a file.
#[derive(Debug, Error)]
pub enum FilesError {
    /// A row could not be written.
    #[error("cannot write a table: {0}")]
    Csv(#[from] ::csv::Error),
    /// The results could not be put into JSON.
    #[error("cannot write JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The template of a page could not be filled in.
    #[error("cannot write the page: {0}")]
    Page(#[from] minijinja::Error),
    /// The workbook could not be made.
    #[error("cannot write the workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// A drill has no table that a workbook would be for.
    #[error("there is no workbook of a drill")]
    NoWorkbook,
}

/// A result file that is not yet anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultFile {
    /// Its plain name, without any folder.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What there is to write.
#[derive(Debug, Clone, Copy, Default)]
pub struct Contents<'a> {
    /// The results of a study.
    pub outcome: Option<&'a Outcome>,
    /// Figures of every trial, if they were kept; they belong to `outcome`.
    pub rows: Option<&'a [TrialRow]>,
    /// What incidents would have cost, if it was asked.
    pub losses: Option<&'a [Loss]>,
    /// Reports to make of `outcome`.
    pub reports: Option<Reports<'a>>,
}

/// The form of `summary.json` when only losses were asked for.
#[derive(Serialize)]
struct LossSummary<'a> {
    schema: &'static str,
    says: &'static str,
    losses: &'a [Loss],
}

/// The result files, sorted by name. `assumptions.csv`, `jobs.csv`, `latency.csv`, `money.csv`, `sessions.csv`, `trials.csv` and
/// `losses.csv` are there only if there is something to put in them.
///
/// # Errors
/// If a row or the JSON cannot be written.
pub fn result_files(contents: Contents, locale: CsvLocale) -> Result<Vec<ResultFile>, FilesError> {
    let mut sheets = Vec::new();
    if let Some(outcome) = contents.outcome {
        sheets.push(csv::designs(outcome, locale)?);
        sheets.push(csv::differences(outcome, locale)?);
        sheets.push(csv::causes(outcome, locale)?);
        sheets.push(csv::windows(outcome, locale)?);
        sheets.push(csv::operations(outcome, locale)?);
        if outcome.designs.iter().any(|design| design.latency.is_some()) {
            sheets.push(csv::latency(outcome, locale)?);
        }
        if outcome.designs.iter().any(|design| design.jobs.is_some()) {
            sheets.push(csv::jobs(outcome, locale)?);
        }
        if outcome.designs.iter().any(|design| design.sessions.is_some()) {
            sheets.push(csv::sessions(outcome, locale)?);
        }
        sheets.push(csv::credits(outcome, locale)?);
        if outcome.money.is_some() {
            sheets.push(csv::money(outcome, locale)?);
        }
        if outcome.assumptions.is_some() {
            sheets.push(csv::assumptions(outcome, locale)?);
        }
        if let Some(rows) = contents.rows {
            sheets.push(csv::trials(outcome, rows, locale)?);
        }
    }
    if let Some(losses) = contents.losses {
        sheets.push(csv::losses(losses, locale)?);
    }
    sheets.push(csv::dictionary(&sheets, locale)?);
    let mut files: Vec<ResultFile> =
        sheets.into_iter().map(|sheet| ResultFile { name: sheet.file.into(), bytes: sheet.bytes }).collect();
    let summary = match (contents.outcome, contents.losses) {
        (Some(outcome), _) => Some(json(outcome)?),
        (None, Some(losses)) => Some(pretty(&LossSummary { schema: LOSSES_SCHEMA, says: CONDITIONAL, losses })?),
        (None, None) => None,
    };
    files.extend(summary.map(|text| ResultFile { name: SUMMARY.into(), bytes: text.into_bytes() }));
    if let (Some(outcome), Some(Reports { kinds, about, storms })) = (contents.outcome, contents.reports) {
        for &kind in kinds {
            let bytes = match kind {
                ReportKind::Html => html(outcome, storms, about)?.into_bytes(),
                ReportKind::Xlsx => xlsx(outcome, about)?,
                ReportKind::Markdown => markdown(outcome, storms, about, kinds).into_bytes(),
            };
            files.push(ResultFile { name: kind.file().into(), bytes });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// The names that [`result_files`] will use, known before there are any results; `optional`: also those of files that are
/// there only if an outcome has something to put in them.
pub fn result_names(outcome: bool, optional: bool, rows: bool, losses: bool) -> Vec<&'static str> {
    let all = [
        ("assumptions.csv", outcome && optional),
        ("causes.csv", outcome),
        ("credits.csv", outcome),
        ("designs.csv", outcome),
        ("dictionary.csv", true),
        ("differences.csv", outcome),
        ("jobs.csv", outcome && optional),
        ("latency.csv", outcome && optional),
        ("losses.csv", losses),
        ("money.csv", outcome && optional),
        ("operations.csv", outcome),
        ("sessions.csv", outcome && optional),
        (SUMMARY, outcome || losses),
        ("trials.csv", outcome && rows),
        ("windows.csv", outcome),
    ];
    all.into_iter().filter(|&(_, used)| used).map(|(name, _)| name).collect()
}

/// Indented JSON with the keys in the order of the type, and a last line end.
pub(crate) fn pretty(of: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(of).map(|text| text + "\n")
}

/// The outcome as JSON: the text of `summary.json`.
///
/// # Errors
/// If it cannot be put into JSON.
pub fn json(outcome: &Outcome) -> Result<String, FilesError> {
    Ok(pretty(outcome)?)
}

/// The designs as CSV: the text of `designs.csv`.
///
/// # Errors
/// If a row cannot be written.
pub fn csv_table(outcome: &Outcome) -> Result<String, FilesError> {
    let sheet = csv::designs(outcome, CsvLocale::Point)?;
    Ok(String::from_utf8_lossy(&sheet.bytes).into_owned())
}

/// The losses as `summary.json` has them, for pipes.
///
/// # Errors
/// If the losses cannot be put into JSON.
pub fn losses_json(losses: &[Loss]) -> Result<String, FilesError> {
    Ok(pretty(&LossSummary { schema: LOSSES_SCHEMA, says: CONDITIONAL, losses })?)
}

/// The losses as comma-separated text, for pipes.
///
/// # Errors
/// If a row cannot be written.
pub fn losses_table(losses: &[Loss]) -> Result<String, FilesError> {
    let sheet = csv::losses(losses, CsvLocale::Point)?;
    Ok(String::from_utf8_lossy(&sheet.bytes).into_owned())
}

/// Fits as JSON, for programs.
///
/// # Errors
/// If they cannot be put into JSON.
pub fn fit_json(fitted: &Fitted) -> Result<String, FilesError> {
    Ok(pretty(fitted)?)
}

/// Fits as comma-separated text, one row a group.
///
/// # Errors
/// If a row cannot be written.
pub fn fit_csv(fitted: &Fitted) -> Result<String, FilesError> {
    let sheet = csv::fits(&fitted.groups, CsvLocale::Point)?;
    Ok(String::from_utf8_lossy(&sheet.bytes).into_owned())
}
