//! `run`: the main job.

use crate::args::{self, CsvLocale, Format};
use crate::assemble::{self, Overrides, labels};
use crate::console::Console;
use crate::exit::Exit;
use crate::progress::Bar;
use crate::{check, incidents, trace};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use zonefall_report::{Contents, FolderError, Identity, Options, ResultSet, ResultsFolder, Timing};
use zonefall_scenario::{FaultSource, Scenario};
use zonefall_stats::Verdict;
use zonefall_study::outcome::Outcome;
use zonefall_study::{Finished, Silent, Study, conclude};

/// Runs a scenario and says what came of it.
pub fn run(options: &args::Run, console: Console) -> Result<Exit> {
    let Some(scenario) = check::load(&options.scenario, console) else { return Ok(Exit::BadScenario) };
    let out = options.out.clone().unwrap_or_else(|| default_folder(options));
    let losses = options.faults.is_none() && matches!(scenario.source, FaultSource::Incidents { .. });
    let names = zonefall_report::result_names(!losses, options.rows && !losses, losses);
    ResultsFolder::probe(&out, &names, Options { force: options.force, partial: false })?;
    let overrides = Overrides {
        trials: options.trials,
        seed: options.seed,
        rows: options.rows,
        no_counterfactual: options.no_counterfactual,
    };
    let study = assemble::study(&scenario, overrides)?;
    let (study, notes) = match (&options.faults, &scenario.source) {
        (Some(path), _) => trace::replayed(&scenario, study, path, None, options.allow_mapping)?,
        (None, FaultSource::Trace { path, columns, allow_mapping }) => {
            trace::replayed(&scenario, study, path, columns.as_ref(), *allow_mapping)?
        }
        (None, FaultSource::Incidents { path }) => return lose(options, &scenario, &study, path, &out, console),
        _ => (study, Vec::new()),
    };
    for note in &notes {
        console.remark(&format!("note: {note}"));
    }
    simulate(options, &scenario, &study, &out, console)
}

/// `results/` and the scenario file's name; a replay has a folder of its own.
fn default_folder(options: &args::Run) -> PathBuf {
    let mut name = options.scenario.file_stem().unwrap_or(options.scenario.as_os_str()).to_owned();
    if options.faults.is_some() {
        name.push("-replay");
    }
    Path::new("results").join(name)
}

fn simulate(options: &args::Run, scenario: &Scenario, study: &Study, out: &Path, console: Console) -> Result<Exit> {
    let stop = interrupt()?;
    let threads = options.threads.map_or(0, usize::from);
    let began = Instant::now();
    let finished = if console.shows_progress() {
        let bar = Bar::new(study, console.colour_err());
        let finished = zonefall_study::run(study, threads, &stop, &bar);
        bar.clear();
        finished?
    } else {
        zonefall_study::run(study, threads, &stop, &Silent)?
    };
    let seconds = began.elapsed().as_secs_f64();
    let outcome = conclude(study, &finished, &labels(scenario));
    let contents = Contents {
        outcome: Some(&outcome),
        rows: options.rows.then_some(finished.tally.rows.as_slice()),
        losses: None,
    };
    let timing = timing(&finished, seconds, threads);
    let written = write(options, scenario, study, contents, finished.trials, timing, out);
    // What was computed is shown even if it could not be written.
    match options.format {
        Format::Table => console.data(&table(&outcome, console))?,
        Format::Json => console.data(&format!("{}\n", zonefall_report::json(&outcome)?))?,
        Format::Csv => console.data(&zonefall_report::csv_table(&outcome)?)?,
    }
    let written = written?;
    farewell(options, &written, outcome.trials, seconds, console)?;
    if outcome.partial {
        let (done, asked) = (outcome.trials, outcome.trials_asked);
        console.complain(&format!("interrupted: {done} of {asked} trials kept in {}", written.dir.display()));
        return Ok(Exit::Interrupted);
    }
    Ok(gate(options, study, &outcome))
}

/// Incident studies: losses in place of an outcome.
fn lose(
    options: &args::Run,
    scenario: &Scenario,
    study: &Study,
    path: &Path,
    out: &Path,
    console: Console,
) -> Result<Exit> {
    let began = Instant::now();
    let (losses, notes) = incidents::play(scenario, study, path)?;
    for note in &notes {
        console.remark(&format!("note: {note}"));
    }
    let seconds = began.elapsed().as_secs_f64();
    let contents = Contents { outcome: None, rows: None, losses: Some(&losses) };
    let timing = Timing { seconds, threads: 1, trials_per_second: 0.0, events_per_second: 0.0 };
    let written = write(options, scenario, study, contents, 1, timing, out);
    match options.format {
        Format::Table => {
            console.data(&zonefall_report::terminal::incident_table(&losses, style(console)))?;
        }
        Format::Json => console.data(&zonefall_report::losses_json(&losses)?)?,
        Format::Csv => console.data(&zonefall_report::losses_table(&losses)?)?,
    }
    farewell(options, &written?, 1, seconds, console)?;
    Ok(Exit::Fine)
}

fn interrupt() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&stop);
    // A second Ctrl-C does not wait for the blocks that are under way.
    ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(stop)
}

fn timing(finished: &Finished, seconds: f64, threads: usize) -> Timing {
    let events: u64 = finished.tally.designs.iter().map(|design| design.events).sum();
    let threads = if threads == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { threads };
    let per_second = |count: u64| count as f64 / seconds.max(1e-9);
    Timing { seconds, threads, trials_per_second: per_second(finished.trials), events_per_second: per_second(events) }
}

fn write(
    options: &args::Run,
    scenario: &Scenario,
    study: &Study,
    contents: Contents<'_>,
    trials: u64,
    timing: Timing,
    out: &Path,
) -> Result<ResultsFolder> {
    let locale = match options.csv_locale {
        CsvLocale::Us => zonefall_report::CsvLocale::Point,
        CsvLocale::Eu => zonefall_report::CsvLocale::Eu,
    };
    let identity = Identity {
        version: env!("CARGO_PKG_VERSION").into(),
        study: study.name.clone(),
        scenario_hash: scenario.hash.clone(),
        seed: study.seed,
        trials,
    };
    let files = zonefall_report::result_files(contents, locale)?;
    let partial = contents.outcome.is_some_and(|outcome| outcome.partial);
    let set = ResultSet { identity, files, timing };
    let options = Options { force: options.force, partial };
    match ResultsFolder::write(out, &set, options) {
        // Nothing already computed is lost: a partial result that may not replace a complete one goes beside it.
        Err(FolderError::PartialOverComplete { .. }) => {
            let whole = std::path::absolute(out)?;
            let mut name = whole.file_name().unwrap_or("results".as_ref()).to_owned();
            name.push("-partial");
            Ok(ResultsFolder::write(&whole.with_file_name(name), &set, options)?)
        }
        written => Ok(written?),
    }
}

fn style(console: Console) -> zonefall_report::terminal::Style {
    zonefall_report::terminal::Style { width: console.width(), colour: console.colour_out(), unicode: true }
}

fn table(outcome: &Outcome, console: Console) -> String {
    zonefall_report::terminal::render(outcome, style(console))
}

/// The files, and the command that makes them again.
fn farewell(options: &args::Run, written: &ResultsFolder, trials: u64, seconds: f64, console: Console) -> Result<()> {
    if options.format != Format::Table {
        return Ok(());
    }
    let mut command = format!("zonefall run {}", quoted(&options.scenario));
    if let Some(trials) = options.trials {
        command += &format!(" --trials {trials}");
    }
    if let Some(seed) = options.seed {
        command += &format!(" --seed {seed}");
    }
    if let Some(faults) = &options.faults {
        command += &format!(" --faults {}", quoted(faults));
    }
    for (given, flag) in [
        (options.allow_mapping, " --allow-mapping"),
        (options.rows, " --rows"),
        (options.no_counterfactual, " --no-counterfactual"),
        (options.csv_locale == CsvLocale::Eu, " --csv-locale eu"),
    ] {
        command += if given { flag } else { "" };
    }
    if let Some(out) = &options.out {
        command += &format!(" --out {}", quoted(out));
    }
    let rate = trials as f64 / seconds.max(1e-9);
    console.data(&format!(
        "\nFiles      {}\n           in {}\nAgain      {command}\nTook       {seconds:.2} s, {rate:.0} trials a second\n",
        written.written.join(" "),
        written.dir.display()
    ))
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let shown = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+=,:@".contains(c);
    if !shown.is_empty() && shown.chars().all(plain) { shown } else { format!("'{}'", shown.replace('\'', "'\\''")) }
}

/// With `--gate` the verdicts decide. One record resolves nothing about what to expect.
fn gate(options: &args::Run, study: &Study, outcome: &Outcome) -> Exit {
    let verdicts =
        || outcome.designs.iter().flat_map(|design| [Some(design.verdict_mean), design.verdict_windows]).flatten();
    if !options.gate {
        Exit::Fine
    } else if verdicts().any(|verdict| verdict == Verdict::Misses) {
        Exit::Missed
    } else if study.replay.is_some() || verdicts().any(|verdict| verdict == Verdict::NotResolved) {
        Exit::NotResolved
    } else {
        Exit::Fine
    }
}
