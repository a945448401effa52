//! The reports of a drill, in a folder of their own.

use crate::args;
use crate::console::Console;
use crate::results::{default_folder, of_capacity, quoted, tell_removed, timing};
use crate::target;
use anyhow::Result;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use zonefall_report::{
    About, DrillReport, Identity, Made, Options, ReportKind, ResultSet, ResultsFolder, drill_files, drill_names,
};
use zonefall_scenario::Scenario;
use zonefall_study::drill::Drilled;
use zonefall_study::timeline::Timeline;

/// The folder that is asked for, or that of the scenario's and the experiment's names.
fn folder(options: &args::Drill) -> PathBuf {
    options.out.clone().unwrap_or_else(|| {
        let mut name: OsString = default_folder(&options.on, &options.what_if, false).into();
        name.push("-drill");
        if let Some(experiment) = options.experiment.as_deref().and_then(Path::file_stem) {
            name.push("-");
            name.push(experiment);
        }
        name.push(if options.as_outage { "-as-outage" } else { "" });
        name.into()
    })
}

/// The reports that are asked for, each once.
fn kinds(asked: &[args::DrillReport]) -> Vec<ReportKind> {
    let all = [(args::DrillReport::Html, ReportKind::Html), (args::DrillReport::Md, ReportKind::Markdown)];
    all.into_iter().filter(|(of, _)| asked.contains(of)).map(|(_, kind)| kind).collect()
}

/// Refuses a folder that would not be written, before anything is computed.
///
/// # Errors
/// If something in it is not ours, or is read.
pub fn refuse_unless_free(options: &args::Drill, scenario: &Scenario) -> Result<()> {
    if options.report.is_empty() {
        return Ok(());
    }
    let (folder, names) = (folder(options), drill_names(&kinds(&options.report)));
    let read = target::read_for(&options.on, scenario).chain(options.experiment.as_deref());
    target::refuse_inputs(&target::in_folder(&folder, &names), read)?;
    ResultsFolder::probe(&folder, &names, Options { force: options.force, partial: false })?;
    Ok(())
}

/// Writes what is asked for.
///
/// # Errors
/// If a report cannot be made or written.
pub fn write(
    options: &args::Drill,
    scenario: &Scenario,
    (drilled, worst): &(Drilled, Vec<Option<Timeline>>),
    seconds: f64,
    console: Console,
) -> Result<()> {
    if options.report.is_empty() {
        return Ok(());
    }
    let kinds = kinds(&options.report);
    // How often anything fails is no part of a drill: it rests on no rate.
    let about = About { command: command(options, &kinds), assumptions: Vec::new() };
    let made = Made {
        version: env!("CARGO_PKG_VERSION"),
        scenario_hash: &scenario.hash,
        profile: &scenario.profile.name,
        about: &about,
    };
    let seed = options.seed.unwrap_or(scenario.seed);
    let warnings: Vec<String> = of_capacity(scenario).collect();
    let report = DrillReport { drilled, worst, warnings: &warnings, seed, trials: options.trials, made: &made };
    let identity = Identity {
        version: made.version.into(),
        study: drilled.study.clone(),
        scenario_hash: scenario.hash.clone(),
        seed,
        trials: options.trials,
    };
    let lived = drilled.designs.iter().map(|design| design.trials).sum();
    let set = ResultSet { identity, files: drill_files(&report, &kinds)?, timing: timing(seconds, 1, lived, 0) };
    let written = ResultsFolder::write(&folder(options), &set, Options { force: options.force, partial: false })?;
    console.remark(&format!("wrote {} in {}", written.written.join(" "), written.dir.display()));
    tell_removed(&written, console);
    Ok(())
}

/// The command that makes the same pages, without what tells of this machine.
fn command(options: &args::Drill, kinds: &[ReportKind]) -> String {
    let bare = |path: &Path| match path.file_name() {
        Some(name) if path.is_absolute() => quoted(name.as_ref()),
        _ => quoted(path),
    };
    let experiment = options.experiment.as_deref().map_or(String::new(), |path| format!(" {}", bare(path)));
    let mut command = format!("zonefall drill{experiment} --on {}", bare(&options.on));
    for change in &options.what_if.what_if {
        command += &format!(" --what-if {}", quoted(Path::new(change)));
    }
    for (selector, set) in &options.target {
        command += &format!(" --target {}", quoted(Path::new(&format!("{selector}={set}"))));
    }
    for (given, flag) in [(options.as_outage, " --as-outage"), (options.allow_not_run, " --allow-not-run")] {
        command += if given { flag } else { "" };
    }
    if let Some(design) = &options.design {
        command += &format!(" --design {}", quoted(Path::new(design)));
    }
    command += &format!(" --trials {}", options.trials);
    command += &options.seed.map_or(String::new(), |seed| format!(" --seed {seed}"));
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    command + &format!(" --report {}", words.join(","))
}
