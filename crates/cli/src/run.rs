//! `run`: the main job.

use crate::args::{self, Format};
use crate::assemble::{self, Overrides};
use crate::console::Console;
use crate::exit::Exit;
use crate::keep::{self, Keeper, Kept};
use crate::progress::Bar;
use crate::results::{self, Looked, Work};
use crate::{assumptions, check, incidents, storms, target, trace, understood, weighted};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use zonefall_faults::Method;
use zonefall_report::{Contents, Options, ResultsFolder, Timing};
use zonefall_scenario::{FaultSource, Scenario};
use zonefall_study::outcome::MethodOutcome;
use zonefall_study::partial::Partial;
use zonefall_study::{Progress, Silent, Study, go_on};

/// Runs a scenario and says what came of it.
pub fn run(options: &args::Run, console: Console) -> Result<Exit> {
    if let Some(words) = keep::nonsense(options) {
        console.complain(&format!("error: {words}"));
        return Ok(Exit::Usage);
    }
    let Some(scenario) = check::load_for(&options.scenario, &options.what_if, options.trials, console) else {
        return Ok(Exit::BadScenario);
    };
    let keeps = options.keep.checkpoint.is_some() || options.keep.partial.is_some();
    if keeps && (options.faults.is_some() || is_record(&scenario)) {
        console.complain("error: a record is one trial: there is nothing to keep of it, nor to cut into ranges");
        return Ok(Exit::Usage);
    }
    if let Some(words) = keep::no_ranges(&scenario).filter(|_| options.keep.partial.is_some()) {
        console.complain(&format!("error: {words}"));
        return Ok(Exit::Usage);
    }
    let folder = || results::default_folder(&options.scenario, &options.what_if, options.faults.is_some());
    let out = options.output.out.clone().unwrap_or_else(folder);
    let losses = options.faults.is_none() && matches!(scenario.source, FaultSource::Incidents { .. });
    if !options.output.report.is_empty() && (losses || options.keep.partial.is_some()) {
        let what = if losses {
            "an incident study has losses only, in losses.csv"
        } else {
            "a partial result is not concluded from"
        };
        console.complain(&format!("error: {what}: there is nothing to report on; leave out --report"));
        return Ok(Exit::Usage);
    }
    let read = target::read_for(&options.scenario, &scenario).chain(options.faults.as_deref());
    target::refuse_inputs(&written(options, &out), read)?;
    if options.keep.partial.is_none() {
        let names = results::names(&options.output, options.rows, losses);
        ResultsFolder::probe(&out, &names, Options { force: options.output.force, partial: false })?;
    }
    let study = assemble::study(&scenario, overrides(options))?;
    let (study, notes) = match (&options.faults, &scenario.source) {
        (Some(path), _) => trace::replayed(&scenario, study, path, None, options.allow_mapping)?,
        (None, FaultSource::Trace { path, columns, allow_mapping }) => {
            trace::replayed(&scenario, study, path, columns.as_ref(), *allow_mapping)?
        }
        (None, FaultSource::Incidents { path }) => return lose(options, &scenario, &study, path, &out, console),
        _ => (study, Vec::new()),
    };
    for note in understood::of_traces(&scenario).iter().chain(&notes) {
        console.remark(&format!("note: {note}"));
    }
    if scenario.hypothesis.said && matches!(scenario.source, FaultSource::Script(_)) {
        let drill = format!("`zonefall drill --on {}`", options.scenario.display());
        console.remark(&format!("note: `[drill]` is not looked at here: {drill} holds the script against it"));
    }
    let method = weighted::asked(options, &scenario);
    if let Some(words) = weighted::nonsense(options, method) {
        console.complain(&format!("error: {words}"));
        return Ok(Exit::Usage);
    }
    match &options.keep.partial {
        _ if method != Method::Crude => weighted::run(options, &scenario, &study, method, &out, console),
        Some(path) => shard(options, &scenario, &study, path, console),
        None => simulate(options, &scenario, &study, None, &*interrupt()?, &out, console),
    }
}

/// What a run may write, and what it may take away of an earlier run's.
fn written(options: &args::Run, out: &Path) -> Vec<PathBuf> {
    let kept = options.keep.checkpoint.iter().chain(&options.keep.partial).cloned();
    let results = if options.keep.partial.is_none() { results::places(out) } else { Vec::new() };
    kept.chain(results).collect()
}

/// Whether a scenario lives through what is in a file, once.
pub fn is_record(scenario: &Scenario) -> bool {
    matches!(scenario.source, FaultSource::Trace { .. } | FaultSource::Incidents { .. })
}

fn overrides(options: &args::Run) -> Overrides {
    Overrides {
        trials: options.trials,
        seed: options.seed,
        rows: options.rows,
        no_counterfactual: options.no_counterfactual,
    }
}

/// Plain trials; a method that was asked for may have chosen them.
pub fn simulate(
    options: &args::Run,
    scenario: &Scenario,
    study: &Study,
    method: Option<MethodOutcome>,
    stop: &AtomicBool,
    out: &Path,
    console: Console,
) -> Result<Exit> {
    let origin = keep::origin(scenario, study);
    let kept = options.keep.checkpoint.as_deref().map(|path| Kept::new(path, study, &origin));
    let begun = begun(options, kept.as_ref(), study, console)?;
    let mut work = compute(options, study, begun, kept.as_ref(), stop, console)?;
    work.method = method;
    if let Some(plan) = assumptions::plan(scenario, study, work.finished.trials, None, options.no_assumptions) {
        assumptions::look(plan, (scenario, study), &mut work, stop, console)?;
    }
    storms::look(&options.output, study, &mut work, stop, console)?;
    let published = results::publish(options, scenario, study, &work, out, console);
    let Some(kept) = &kept else { return published };
    match published {
        Ok(exit) if exit != Exit::Interrupted => kept.remove().map(|()| exit),
        published => {
            stay(kept, &work, console);
            published
        }
    }
}

/// What a checkpoint holds of the study.
fn begun(options: &args::Run, kept: Option<&Kept<'_>>, study: &Study, console: Console) -> Result<Option<Partial>> {
    let (Some(path), Some(kept)) = (&options.keep.checkpoint, kept) else { return Ok(None) };
    let begun = kept.open("the checkpoint")?;
    if let Some(begun) = &begun {
        let done = begun.trials().end - begun.trials().start;
        console.remark(&format!("going on from {}: {done} of {} trials are done", path.display(), study.trials));
    }
    Ok(begun)
}

/// Keeps the checkpoint of a run whose results are not all there.
fn stay(kept: &Kept<'_>, work: &Work, console: Console) {
    if work.finished.trials == 0 {
        return;
    }
    match kept.write(&work.finished) {
        Ok(()) => console.complain(&format!("the same command goes on after {} trials", work.finished.trials)),
        Err(why) => console.complain(&format!("warning: the checkpoint could not be written: {why:#}")),
    }
}

/// Computes what is left of a study, and keeps it now and then.
fn compute(
    options: &args::Run,
    study: &Study,
    begun: Option<Partial>,
    kept: Option<&Kept<'_>>,
    stop: &AtomicBool,
    console: Console,
) -> Result<Work> {
    let threads = options.threads.map_or(0, usize::from);
    let begun = begun.map(Partial::into_finished);
    let (trials, events) = begun.as_ref().map_or((0, 0), |begun| (begun.trials, results::events(begun)));
    let began = Instant::now();
    let bar = console.shows_progress().then(|| Bar::new(study, trials, console.colour_err()));
    let shown: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let keeper = kept.map(|kept| Keeper::new(kept, options.keep.checkpoint_every, console, shown));
    let progress = keeper.as_ref().map_or(shown, |keeper| keeper);
    let finished = match begun {
        Some(begun) => go_on(study, begun, threads, stop, progress),
        None => zonefall_study::run(study, threads, stop, progress),
    };
    if let Some(bar) = &bar {
        bar.clear();
    }
    let finished = finished?;
    let (trials, events) = (finished.trials - trials, results::events(&finished) - events);
    let seconds = began.elapsed().as_secs_f64();
    Ok(Work { finished, trials, events, seconds, threads, looks: Looked::Not, method: None, storms: None })
}

/// The partial result of a range of trials, in place of results. What the file already holds of it is not computed
/// again.
fn shard(options: &args::Run, scenario: &Scenario, study: &Study, path: &Path, console: Console) -> Result<Exit> {
    let range = options.keep.trials_range.clone().unwrap_or(0..study.trials);
    let study = Study { first_trial: range.start, trials: range.end - range.start, ..study.clone() };
    let origin = keep::origin(scenario, &study);
    let kept = options.keep.checkpoint.as_deref().map(|path| Kept::new(path, &study, &origin));
    let target = Kept::new(path, &study, &origin);
    let there = target.open("the partial result")?;
    let begun = begun(options, kept.as_ref(), &study, console)?.into_iter().chain(there);
    let begun = begun.max_by_key(|begun| begun.trials().end);
    let work = compute(options, &study, begun, kept.as_ref(), &*interrupt()?, console)?;
    let done = work.finished.trials;
    if done > 0 {
        target.write(&work.finished)?;
    }
    if let Some(kept) = &kept {
        kept.remove()?;
    }
    if done < study.trials {
        let (asked, file) = (study.trials, path.display());
        console.complain(&format!("interrupted: {done} of {asked} trials kept in {file}; the same command goes on"));
        return Ok(Exit::Interrupted);
    }
    let (first, last, scenario) = (range.start, range.end - 1, results::quoted(&options.scenario));
    let file = results::quoted(path);
    console
        .remark(&format!("wrote {file}: trials {first} to {last}; conclude with: zonefall merge {scenario} {file} …"));
    Ok(Exit::Fine)
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
    let contents = Contents { losses: Some(&losses), ..Contents::default() };
    let timing = Timing { seconds, threads: 1, trials_per_second: 0.0, events_per_second: 0.0 };
    let written = results::write(&options.output, scenario, study, contents, 1, timing, out);
    match options.output.format {
        Format::Table => {
            console.data(&zonefall_report::terminal::incident_table(&losses, results::style(console)))?;
        }
        Format::Json => console.data(&zonefall_report::losses_json(&losses)?)?,
        Format::Csv => console.data(&zonefall_report::losses_table(&losses)?)?,
    }
    if let results::Written::Files(written) = &written? {
        results::farewell(options, written, 1, seconds, console)?;
    }
    Ok(Exit::Fine)
}

/// A flag that Ctrl-C raises.
///
/// # Errors
/// If it cannot be listened for.
pub fn interrupt() -> Result<Arc<AtomicBool>> {
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
