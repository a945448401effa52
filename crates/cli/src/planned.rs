//! The reports of a plan, in a folder of their own.

use crate::about;
use crate::args;
use crate::console::Console;
use crate::results::{default_folder, kinds, quoted, tell_removed, timing};
use crate::target;
use anyhow::Result;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use zonefall_report::{Identity, Made, Options, ReportKind, ResultSet, ResultsFolder, plan_files, plan_names};
use zonefall_scenario::Scenario;
use zonefall_study::plan::Planned;

/// The folder that is asked for, or that of the scenario's name.
fn folder(options: &args::Plan) -> PathBuf {
    options.out.clone().unwrap_or_else(|| {
        let mut name: OsString = default_folder(&options.scenario, &options.what_if, false).into();
        name.push("-plan");
        name.into()
    })
}

/// Refuses a table and a folder that would not be written, before anything is computed.
///
/// # Errors
/// If something there is not ours, or is read.
pub fn refuse_unless_free(options: &args::Plan, scenario: &Scenario) -> Result<()> {
    let (table, force) = (&options.shown.csv, options.shown.force);
    let (folder, names) = (folder(options), plan_names(&kinds(&options.report)));
    let asked = !options.report.is_empty();
    let reports = if asked { target::in_folder(&folder, &names) } else { Vec::new() };
    target::refuse_inputs(table.iter().chain(&reports), target::read_for(&options.scenario, scenario))?;
    target::refuse_in_the_way(table, force)?;
    if asked {
        ResultsFolder::probe(&folder, &names, Options { force, partial: false })?;
    }
    Ok(())
}

/// Writes what is asked for.
///
/// # Errors
/// If a report cannot be made or written.
pub fn write(options: &args::Plan, scenario: &Scenario, of: &Planned, seconds: f64, console: Console) -> Result<()> {
    if options.report.is_empty() {
        return Ok(());
    }
    let kinds = kinds(&options.report);
    let about = about::of_profile(command(options, &kinds), &scenario.profile);
    let made = Made {
        version: env!("CARGO_PKG_VERSION"),
        scenario_hash: &scenario.hash,
        profile: &scenario.profile.name,
        about: &about,
    };
    let identity = Identity {
        version: made.version.into(),
        study: of.study.clone(),
        scenario_hash: scenario.hash.clone(),
        seed: of.seed,
        trials: of.work,
    };
    let threads = options.effort.threads.map_or(0, usize::from);
    let set = ResultSet {
        identity,
        files: plan_files(of, &kinds, &made, options.shown.csv_locale.into())?,
        timing: timing(seconds, threads, of.work, 0),
    };
    let written = ResultsFolder::write(&folder(options), &set, Options { force: options.shown.force, partial: false })?;
    console.remark(&format!("wrote {} in {}", written.written.join(" "), written.dir.display()));
    tell_removed(&written, console);
    Ok(())
}

/// The command that makes the same plan, without what tells of this machine.
fn command(options: &args::Plan, kinds: &[ReportKind]) -> String {
    let scenario: PathBuf = match options.scenario.file_name() {
        Some(name) if options.scenario.is_absolute() => name.into(),
        _ => options.scenario.clone(),
    };
    let mut command = format!("zonefall plan {}", quoted(&scenario));
    for change in &options.what_if.what_if {
        command += &format!(" --what-if {}", quoted(Path::new(change)));
    }
    if let Some(target) = &options.target {
        command += &format!(" --target {}", quoted(Path::new(target)));
    }
    for (flag, given) in [("--trials", options.effort.trials), ("--seed", options.effort.seed)] {
        command += &given.map_or(String::new(), |given| format!(" {flag} {given}"));
    }
    command += &options.method.map_or(String::new(), |method| format!(" --method {}", method.word()));
    command += if options.no_assumptions { " --no-assumptions" } else { "" };
    command += if options.shown.csv_locale == args::CsvLocale::Eu { " --csv-locale eu" } else { "" };
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    command + &format!(" --report {}", words.join(","))
}
