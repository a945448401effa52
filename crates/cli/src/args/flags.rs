//! What flags take, and what is meant by flags and commands that are not there.

use super::Cli;
use clap::CommandFactory;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

/// The most trials of a run.
const TRIALS_MAX: u64 = 1_000_000_000;

/// A number of trials, in groups of digits or not: `10000`, `10_000`, `10,000`.
pub(super) fn trial_count(text: &str) -> Result<u64, String> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    let grouped = text.split(['_', ',']).all(is_number);
    // What stands between commas is thousands, or no group of this number.
    let by_thousands = |text: &str| {
        let mut groups = text.split(',');
        groups.next().is_some_and(|first| (1..=3).contains(&first.len())) && groups.all(|group| group.len() == 3)
    };
    if grouped && text.contains(',') && !by_thousands(text) {
        return Err("a comma stands between thousands only, as in 10,000: write one number".into());
    }
    let number = text.replace(['_', ','], "").parse::<u64>().ok().filter(|_| grouped);
    match number {
        Some(number) if (1..=TRIALS_MAX).contains(&number) => Ok(number),
        Some(number) => Err(format!("{number} is not in 1..={TRIALS_MAX}")),
        None => Err("this is no whole number, as in 10000 or 10_000".into()),
    }
}

/// Where a table goes, as CSV.
pub(super) fn csv_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    match ending.as_deref() {
        Some("xlsx" | "xls" | "ods") => {
            Err("this writes CSV, no workbook: `run` and `plan` write one with --report xlsx".into())
        }
        Some("html" | "htm" | "md") => {
            Err("this writes CSV: pages and Markdown come of --report, or of `compare --md`".into())
        }
        Some("json") => Err("this writes CSV: --format json prints JSON".into()),
        _ => Ok(path),
    }
}

/// Flags of other commands and other tools, with what does the same here.
const INSTEAD: [(&str, &str, &str); 7] = [
    ("trace", "--trials", "the trials among which one is picked are the scenario's: `--what-if trials=200`"),
    ("compare", "--report", "`--md FILE` writes the comparison as Markdown"),
    ("compare", "--design", "`--only NAME` compares that design; it may be given again"),
    ("plan", "--budget", "`max_cost` in `[plan]` limits what a candidate may cost: `--what-if plan.max_cost=3000`"),
    ("plan", "--max-cost", "`max_cost` in `[plan]` limits what a candidate may cost: `--what-if plan.max_cost=3000`"),
    ("sweep", "--report", "`--csv FILE` keeps the table"),
    ("importance", "--report", "`--csv FILE` keeps the table"),
];

/// The same error with what is meant by a flag that a command does not have.
pub fn with_flag(mut error: clap::Error, given: impl Iterator<Item = String>) -> clap::Error {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    let Some(ContextValue::String(wrong)) = error.get(ContextKind::InvalidArg) else { return error };
    let command = Cli::command();
    let mut names = given.filter(|word| command.get_subcommands().any(|known| known.get_name() == word));
    let flag = wrong.split(['=', ' ']).next().unwrap_or(wrong).to_owned();
    let Some(name) = names.next().filter(|_| error.kind() == ErrorKind::UnknownArgument) else { return error };
    if let Some((.., words)) = INSTEAD.iter().find(|(of, known, _)| *of == name && *known == flag) {
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![(*words).into()]));
    }
    error
}

/// A seed.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))
}

/// The same error with the command that was meant, where only its letters are in disorder.
pub fn with_nearest(mut error: clap::Error) -> clap::Error {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    let known = error.get(ContextKind::SuggestedSubcommand).is_some();
    let wrong = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(wrong)) if error.kind() == ErrorKind::InvalidSubcommand => wrong.clone(),
        _ => return error,
    };
    if wrong.eq_ignore_ascii_case("import") {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec!["drill".into()]));
        let words = "experiments of Azure Chaos Studio are read by `zonefall drill`; no command reads templates: docs/arm.md says \
                     which key of a scenario stands for which property";
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![words.into()]));
        return error;
    }
    if known {
        return error;
    }
    let command = Cli::command();
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    if let Some(near) = zonefall_scenario::nearest(&wrong, &names) {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![near.to_owned()]));
    }
    error
}

pub(super) fn every(text: &str) -> Result<Duration, String> {
    zonefall_scenario::parse_duration(text).map(|time| Duration::from_millis(time.as_ms()))
}

pub(super) fn trials(text: &str) -> Result<Range<u64>, String> {
    let ends = text.split_once("..").and_then(|(first, end)| Some(first.parse().ok()?..end.parse().ok()?));
    let ends: Range<u64> = ends.ok_or("is not two numbers as in 0..5000")?;
    match ends {
        Range { start, end } if start >= end => Err("holds no trial".into()),
        Range { end, .. } if end > TRIALS_MAX => Err(format!("goes beyond {TRIALS_MAX} trials")),
        ends => Ok(ends),
    }
}
