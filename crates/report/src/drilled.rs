//! Reports of a drill: the same kinds as of a run, less the workbook, from what came of it.
//!
//! In: a drill with the worst trial of each design, and how it was made. Out: named bytes that depend on nothing else.

use crate::about::ReportKind;
use crate::files::{FilesError, ResultFile, pretty};
use crate::html::drill_html;
use crate::markdown::drill_markdown;
use crate::number;
use crate::planned::Made;
use zonefall_study::drill::Drilled;
use zonefall_study::timeline::Timeline;

/// The file that is always there.
const DRILL: &str = "drill.json";

/// What a report of a drill is made of.
#[derive(Debug, Clone, Copy)]
pub struct DrillReport<'a> {
    /// What came of it.
    pub drilled: &'a Drilled,
    /// The worst trial of each design; none where nothing was run.
    pub worst: &'a [Option<Timeline>],
    /// What to be warned of beside what the drill itself says.
    pub warnings: &'a [String],
    /// The seed.
    pub seed: u64,
    /// Trials of each design.
    pub trials: u64,
    /// How it was made.
    pub made: &'a Made<'a>,
}

impl DrillReport<'_> {
    /// "20 trials of each design".
    pub(crate) fn trials_in_words(&self) -> String {
        let trials = if self.trials == 1 { "trial" } else { "trials" };
        format!("{} {trials} of each design", number::count(self.trials))
    }
}

/// The names of the files of a drill with these reports.
pub fn drill_names(kinds: &[ReportKind]) -> Vec<&'static str> {
    [DRILL].into_iter().chain(kinds.iter().map(|kind| kind.file())).collect()
}

/// The files of a drill, sorted by name.
///
/// # Errors
/// If a report cannot be made; there is no workbook of a drill.
pub fn drill_files(of: &DrillReport<'_>, kinds: &[ReportKind]) -> Result<Vec<ResultFile>, FilesError> {
    let mut files = vec![ResultFile { name: DRILL.into(), bytes: pretty(of.drilled)?.into_bytes() }];
    for kind in kinds {
        let text = match kind {
            ReportKind::Html => drill_html(of)?,
            ReportKind::Markdown => drill_markdown(of, kinds),
            ReportKind::Xlsx => return Err(FilesError::NoWorkbook),
        };
        files.push(ResultFile { name: kind.file().into(), bytes: text.into_bytes() });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}
