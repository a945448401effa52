//! What a column or a file of columns means, from the same fields that the files are made of.

use crate::csv::{self, CsvLocale};
use crate::files::FilesError;
use crate::terminal::operation_words;
use zonefall_study::comparison::Comparison;
use zonefall_study::importance::Importance;
use zonefall_study::outcome::{OPERATION_TABLE, Outcome};
use zonefall_study::sweep::Sweep;

/// An outcome without a result, to read the columns from.
fn nothing() -> Outcome {
    Outcome {
        schema: String::new(),
        version: String::new(),
        study: String::new(),
        scenario_hash: String::new(),
        seed: 0,
        trials_asked: 0,
        trials: 0,
        partial: false,
        until_first_miss: false,
        asked_h: Vec::new(),
        horizon_h: 0.0,
        observed_h: 0.0,
        profile: String::new(),
        target: String::new(),
        target_share: 0.0,
        window: String::new(),
        window_min: 0.0,
        confidence: 0.0,
        designs: Vec::new(),
        differences: Vec::new(),
        assumptions: None,
        not_weighed: false,
        stopping: None,
        not_modelled: String::new(),
        warnings: Vec::new(),
        method: None,
        gate: None,
        money: None,
    }
}

/// A comparison, a sweep and importances of nothing.
fn no_answers() -> (Comparison, Sweep, Importance) {
    let comparison = Comparison {
        schema: "",
        trials: 0,
        horizon_h: 0.0,
        confidence: 0.0,
        standings: Vec::new(),
        pairs: Vec::new(),
        notes: Vec::new(),
    };
    let sweep = Sweep { schema: "", keys: Vec::new(), one_at_a_time: false, kept: Vec::new(), points: Vec::new() };
    let importance = Importance {
        schema: String::new(),
        study: String::new(),
        seed: 0,
        trials: 0,
        trials_of_ends: 0,
        confidence: 0.0,
        designs: Vec::new(),
    };
    (comparison, sweep, importance)
}

/// (file, column, unit, meaning).
type Told = (&'static str, String, &'static str, String);

/// Every column.
fn columns() -> Result<Vec<Told>, FilesError> {
    let (outcome, point) = (nothing(), CsvLocale::Point);
    let (comparison, sweep, importance) = no_answers();
    let sheets = [
        csv::designs(&outcome, point)?,
        csv::differences(&outcome, point)?,
        csv::causes(&outcome, point)?,
        csv::windows(&outcome, point)?,
        csv::operations(&outcome, point)?,
        csv::latency(&outcome, point)?,
        csv::jobs(&outcome, point)?,
        csv::sessions(&outcome, point)?,
        csv::credits(&outcome, point)?,
        csv::money(&outcome, point)?,
        csv::assumptions(&outcome, point)?,
        csv::trials(&outcome, &[], point)?,
        csv::losses(&[], point)?,
        csv::fits(&[], point)?,
        csv::comparison(&comparison, point)?,
        csv::sweep(&sweep, point)?,
        csv::timeline(&[], (None, None), point)?,
        csv::importance(&importance, point)?,
        csv::plan_columns(point)?,
        csv::frontier(&outcome, point)?,
    ];
    let of_sheet = |sheet: csv::Sheet| {
        let file = sheet.file;
        sheet.columns.into_iter().map(move |column| (file, column.name, column.unit, column.meaning))
    };
    Ok(sheets.into_iter().flat_map(of_sheet).collect())
}

/// The names of all columns, of the files that hold them, and of what else stands on pages.
pub fn topics() -> Vec<String> {
    let columns = columns().unwrap_or_default().into_iter().flat_map(|(file, name, ..)| [file.to_owned(), name]);
    let operations = OPERATION_TABLE.iter().map(|row| row.name.to_owned());
    let mut names: Vec<String> =
        columns.chain(operations).chain(["operations".into()]).chain(crate::terms::terms()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What a column says, in every file that has it; what each column of a file says; what is counted of managed sets, one of them
/// (by its name, or as tables show it) or all.
pub fn explain(topic: &str) -> Option<String> {
    let is_meant = |name: &str| {
        name == topic || name.trim_end_matches("_h").replace('_', " ") == topic || operation_words(name) == topic
    };
    let counted = OPERATION_TABLE.iter().filter(|row| topic == "operations" || is_meant(row.name));
    let counted: Vec<String> = counted.map(|row| format!("{}\n  {} ({})\n", row.name, row.doc, row.rules)).collect();
    if !counted.is_empty() {
        return Some(counted.concat());
    }
    let found: Vec<String> = columns()
        .ok()?
        .into_iter()
        .filter(|(file, name, ..)| name == topic || *file == topic)
        .map(|(file, name, unit, meaning)| {
            let unit = if unit.is_empty() { String::new() } else { format!(" [{unit}]") };
            format!("{file}: {name}{unit}\n  {meaning}")
        })
        .collect();
    if found.is_empty() { None } else { Some(found.join("\n")) }
}
