//! Answers about many designs or points at once, as text for pipes and files.

use crate::csv::{self, CsvLocale, Sheet};
use crate::files::{FilesError, pretty};
use serde::Serialize;
use zonefall_study::comparison::Comparison;
use zonefall_study::importance::Importance;
use zonefall_study::plan::Planned;
use zonefall_study::sweep::Sweep;
use zonefall_study::timeline::Timeline;

/// An answer as JSON.
///
/// # Errors
/// If it cannot be put into JSON.
pub fn to_json(answer: &impl Serialize) -> Result<String, FilesError> {
    Ok(pretty(answer)?)
}

fn text(sheet: &Sheet) -> String {
    String::from_utf8_lossy(&sheet.bytes).into_owned()
}

/// Importances as comma-separated text (or as the locale has it), one row a design and cause, zone or rate.
///
/// # Errors
/// If a row cannot be written.
pub fn importance_csv(of: &Importance, locale: CsvLocale) -> Result<String, FilesError> {
    Ok(text(&csv::importance(of, locale)?))
}

/// A sweep as comma-separated text (or as the locale has it), one row a point, design and figure.
///
/// # Errors
/// If a row cannot be written.
pub fn sweep_csv(sweep: &Sweep, locale: CsvLocale) -> Result<String, FilesError> {
    Ok(text(&csv::sweep(sweep, locale)?))
}

/// A comparison as comma-separated text (or as the locale has it), one row a pair and cause.
///
/// # Errors
/// If a row cannot be written.
pub fn comparison_csv(comparison: &Comparison, locale: CsvLocale) -> Result<String, FilesError> {
    Ok(text(&csv::comparison(comparison, locale)?))
}

/// The designs of a plan as comma-separated text (or as the locale has it).
///
/// # Errors
/// If a row cannot be written.
pub fn plan_csv(plan: &Planned, locale: CsvLocale) -> Result<String, FilesError> {
    Ok(text(&csv::plan(plan, locale)?))
}

/// A timeline, or the longest of its outages alone, as comma-separated text (or as the locale has it), one row a thing that happened.
///
/// # Errors
/// If a row cannot be written.
pub fn timeline_csv(timeline: &Timeline, longest: bool, locale: CsvLocale) -> Result<String, FilesError> {
    let rows = match (longest, timeline.longest_outage()) {
        (false, _) => timeline.rows.as_slice(),
        (true, Some(outage)) => &timeline.rows[timeline.rows_of(outage)],
        (true, None) => &[],
    };
    Ok(text(&csv::timeline(rows, (timeline.local_time.as_ref(), timeline.waiting.as_ref()), locale)?))
}
