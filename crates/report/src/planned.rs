//! Reports of a plan: the same kinds as of a run, from its answer.
//!
//! In: an answer, and how it was made. Out: named bytes that depend on nothing else.

use crate::about::{About, ReportKind};
use crate::csv::{self, CsvLocale};
use crate::files::{FilesError, ResultFile, pretty};
use crate::html::plan_html;
use crate::markdown::plan_markdown;
use crate::xlsx::plan_xlsx;
use zonefall_study::plan::Planned;

/// The files that are always there.
const ALWAYS: [&str; 3] = ["dictionary.csv", "plan.csv", "plan.json"];

/// How a plan was made, and on what it rests.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// The program's version.
    pub version: &'a str,
    /// SHA-256 of the scenario's text.
    pub scenario_hash: &'a str,
    /// The name of the failure profile.
    pub profile: &'a str,
    /// The command, and the numbers of the profile.
    pub about: &'a About,
}

/// The names of the files of a plan with these reports.
pub fn plan_names(kinds: &[ReportKind]) -> Vec<&'static str> {
    ALWAYS.into_iter().chain(kinds.iter().map(|kind| kind.file())).collect()
}

/// The files of a plan, sorted by name.
///
/// # Errors
/// If a table or a report cannot be written.
pub fn plan_files(
    of: &Planned,
    kinds: &[ReportKind],
    made: &Made<'_>,
    locale: CsvLocale,
) -> Result<Vec<ResultFile>, FilesError> {
    let file = |name: &str, bytes: Vec<u8>| ResultFile { name: name.to_owned(), bytes };
    let plan = csv::plan(of, locale)?;
    let dictionary = csv::dictionary(std::slice::from_ref(&plan), locale)?;
    let mut files =
        vec![file(ALWAYS[0], dictionary.bytes), file(ALWAYS[1], plan.bytes), file(ALWAYS[2], pretty(of)?.into_bytes())];
    for kind in kinds {
        let bytes = match kind {
            ReportKind::Html => plan_html(of, made)?.into_bytes(),
            ReportKind::Xlsx => plan_xlsx(of, made)?,
            ReportKind::Markdown => plan_markdown(of, made).into_bytes(),
        };
        files.push(file(kind.file(), bytes));
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}
