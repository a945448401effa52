//! `trace`: one trial's faults as a file, or (in `timeline`) the trial told. Also what `run` does with such a file, or with a foreign one.

use crate::args::Trace;
use crate::assemble::{self, Overrides, people, with_replay};
use crate::console::Console;
use crate::exit::{Exit, bad_input, usage};
use crate::inputs;
use crate::target;
use crate::timeline;
use anyhow::{Context, Result};
use std::path::Path;
use std::sync::Arc;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::{
    Foreign, ForeignCause, ForeignColumns, Mapping, Problems, Recording, Scope, TimeUnit, read_foreign, read_trace,
    record, replay,
};
use zonefall_fleet::{Measure, Windows};
use zonefall_scenario::{FaultSource, Scenario, TraceColumns, Window};
use zonefall_study::{Stage, Study};

/// Writes the faults of a trial, or tells it.
pub fn trace(options: &Trace, console: Console) -> Result<Exit> {
    let Some(scenario) = crate::check::load(&options.scenario, &options.what_if, console) else {
        return Ok(Exit::BadScenario);
    };
    let written = options.faults.iter().chain(&options.csv).chain(&options.svg);
    target::refuse_inputs(written.clone(), target::read_for(&options.scenario, &scenario))?;
    if let Some(words) = beyond(options, &scenario) {
        console.complain(&format!("error: {words}"));
        return Ok(Exit::Usage);
    }
    if let Some(words) = unnumbered(options) {
        console.complain(&format!("error: {words}"));
        return Ok(Exit::Usage);
    }
    let (Some(path), Some(number)) = (&options.faults, options.trial) else {
        return timeline::timeline(options, &scenario, console);
    };
    if scenario.source != FaultSource::Drawn {
        return Err(usage("this scenario does not draw its faults; only drawn trials can be written"));
    }
    target::refuse_in_the_way(written, options.force)?;
    let study = assemble::study(&scenario, Overrides { seed: options.seed, ..Overrides::default() })?;
    let mut stage = Stage::new(&study);
    let trial = study.trial(number);
    // A repair or a replacement ends an outage before its time: what strikes within it then finds the machine up.
    let keep_thinned = study.designs.iter().any(|design| design.sets.iter().any(|set| set.management.is_some()));
    let recording = Recording { profile: &study.profile, trial, keep_thinned };
    let trace = record(stage.strikes(), trial.key(), recording).context("the trial cannot be written as a file")?;
    target::write(path, options.force, |file| Ok(trace.write(file)?))?;
    console.remark(&format!(
        "wrote {}: {} rows of trial {}; replay with: zonefall run {} --faults {0}",
        path.display(),
        trace.rows().len(),
        number,
        options.scenario.display()
    ));
    Ok(Exit::Fine)
}

/// Faults are the same for all designs: which trial is the worst only a design says.
fn unnumbered(options: &Trace) -> Option<String> {
    let all = [(options.worst, "--worst"), (options.median, "--median"), (options.first_breach, "--first-breach")];
    let (_, which) = all.into_iter().find(|(asked, _)| *asked && options.faults.is_some())?;
    Some(format!(
        "--faults does not go with {which}: it writes what strikes all designs in a trial, and which trial {which} is differs from design to \
         design. `zonefall trace {} {which}` (with --design NAME) says its number; then --trial N --faults FILE",
        options.scenario.display()
    ))
}

/// A trial that the scenario does not have.
fn beyond(options: &Trace, scenario: &Scenario) -> Option<String> {
    let (trial, trials) = (options.trial?, scenario.trials);
    let last = trials.saturating_sub(1);
    (trial > last).then(|| {
        format!(
            "there is no trial {trial}: the scenario has {trials}, from 0 to {last}; `--what-if trials={}` would have it",
            trial.saturating_add(1)
        )
    })
}

/// The study of a scenario that lives through a file of faults, and what there is to say about the file.
pub fn replayed(
    scenario: &Scenario,
    study: Study,
    path: &Path,
    columns: Option<&TraceColumns>,
    maps: bool,
) -> Result<(Study, Vec<String>)> {
    inputs::there(path)?;
    let context = || format!("the faults of {}", path.display());
    if let Some(columns) = columns {
        let found = read_foreign(path, &foreign_columns(columns)?, &scenario.topology).with_context(context)?;
        let notes = foreign_notes(&found);
        let Foreign { trace, profile, .. } = found;
        let population = people(scenario);
        let replay =
            replay(&trace, &scenario.topology, &profile, &population, Mapping::Refuse).with_context(context)?;
        return Ok((one_trial(scenario, with_replay(study, replay)?)?, notes));
    }
    let trace = read_trace(path).with_context(context)?;
    let mapping = if maps { Mapping::Allow } else { Mapping::Refuse };
    let replay =
        replay(&trace, &scenario.topology, &study.profile, &people(scenario), mapping).with_context(context)?;
    let notes = replay.notes.clone();
    let mut study = with_replay(study, replay)?;
    if let Some(trial) = trace.header.trial {
        (study.seed, study.first_trial) = (trial.seed, trial.trial);
    }
    Ok((one_trial(scenario, study)?, notes))
}

/// A record is one trial, as long as the record.
fn one_trial(scenario: &Scenario, study: Study) -> Result<Study> {
    let horizon = study.replay.as_ref().map_or(study.measure.horizon, |replay| replay.horizon);
    let mut measure = Measure::clone(&study.measure);
    if measure.horizon != horizon {
        let Window::Length(window) = scenario.window else {
            return Err(bad_input("windows of calendar months need the record's own horizon; use a window of days"));
        };
        if measure.from >= horizon {
            return Err(bad_input("`measure_from` lies behind the record's end"));
        }
        measure.windows = windows(window, measure.from, horizon)?;
        measure.horizon = horizon;
    }
    let local_time = assemble::local_time(scenario, horizon);
    Ok(Study { trials: 1, measure: Arc::new(measure), local_time, ..study })
}

fn windows(length: SimDuration, from: SimTime, to: SimTime) -> Result<Windows> {
    let count = to.since(from).as_ms() / length.as_ms().max(1);
    if count > 100_000 {
        return Err(bad_input(format!("the record has {count} windows; at most 100,000 can be kept")));
    }
    Ok(Windows::every(length, from, to))
}

fn foreign_columns(columns: &TraceColumns) -> Result<ForeignColumns> {
    let name = |column: &Option<String>, what: &str| {
        column.clone().ok_or_else(|| bad_input(format!("`faults.columns.{what}` is missing")))
    };
    let time = match columns.time_unit.map(SimDuration::as_ms) {
        None => TimeUnit::Iso8601,
        Some(1000) => TimeUnit::UnixSeconds,
        Some(1) => TimeUnit::UnixMs,
        Some(_) => {
            return Err(bad_input("`faults.columns.time_unit` must be \"1 s\", \"1 ms\" or absent for ISO 8601"));
        }
    };
    let scope = match columns.scope.as_deref() {
        None | Some("host") => Scope::Host,
        Some("rack") => Scope::Rack,
        Some("zone") => Scope::Zone,
        Some("region") => Scope::Region,
        Some(other) => {
            let words = format!("`faults.columns.scope` must be host, rack, zone or region, not `{other}`");
            return Err(bad_input(words));
        }
    };
    let cause = columns.cause.clone().map_or_else(|| ForeignCause::Constant("outage".into()), ForeignCause::Column);
    Ok(ForeignColumns {
        unit: name(&columns.unit, "unit")?,
        start: name(&columns.start, "start")?,
        end: name(&columns.end, "end")?,
        time,
        cause,
        scope,
    })
}

/// What was found in a foreign file: nothing is dropped silently.
fn foreign_notes(found: &Foreign) -> Vec<String> {
    let report = &found.report;
    let mut notes = vec![format!(
        "{} rows of {} units, placed in order of appearance on zone i mod Z, rack (i div Z) mod R, host i div (Z·R); {} outages over {:.1} days",
        report.rows,
        report.units,
        report.outages,
        found.trace.header.horizon.as_ms() as f64 / 86_400_000.0
    )];
    let mut dirty = |problems: &Problems, what: &str| {
        if problems.count() > 0 {
            let lines: Vec<String> = problems.shown().iter().take(5).map(|(line, _)| line.to_string()).collect();
            let more = if problems.count() > 5 { ", …" } else { "" };
            notes.push(format!("left out: {} rows {what} (lines {}{more})", problems.count(), lines.join(", ")));
        }
    };
    dirty(&report.dirty.unreadable, "that cannot be read");
    dirty(&report.dirty.ends_before_start, "that end before they start");
    dirty(&report.dirty.ends_at_start, "that end when they start");
    if report.overlapping + report.adjoining > 0 {
        notes.push(format!(
            "joined: {} overlapping and {} adjoining outages of one unit",
            report.overlapping, report.adjoining
        ));
    }
    notes.push(format!(
        "bursts of 50 units or more within 120 s: {} in the file, {} as simulated",
        report.bursts_before.count, report.bursts_after.count
    ));
    notes
}
