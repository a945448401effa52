//! `merge`: what one run over all trials would have said, from the partial results of its ranges.

use crate::args;
use crate::assemble::{self, Overrides};
use crate::assumptions;
use crate::check;
use crate::console::Console;
use crate::exit::Exit;
use crate::keep;
use crate::results::{self, Looked, Work};
use crate::run::{interrupt, is_record};
use crate::storms;
use crate::target;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::time::Instant;
use zonefall_faults::Method;
use zonefall_report::{Options, ResultsFolder, read_file};
use zonefall_scenario::Scenario;
use zonefall_study::Study;
use zonefall_study::partial::{BYTES_MAX, JoinError, Partial, join};

/// Merges partial results and concludes from them.
pub fn merge(options: &args::Merge, console: Console) -> Result<Exit> {
    let Some(scenario) = check::load(&options.scenario, &options.what_if, console) else {
        return Ok(Exit::BadScenario);
    };
    if is_record(&scenario) {
        console.complain("error: a record is one trial: there is nothing to merge");
        return Ok(Exit::Usage);
    }
    if let Some(words) = keep::no_ranges(&scenario) {
        console.complain(&format!("error: {words}"));
        return Ok(Exit::Usage);
    }
    let began = Instant::now();
    let folder = || results::default_folder(&options.scenario, &options.what_if, false);
    let out = options.output.out.clone().unwrap_or_else(folder);
    let read = target::read_for(&options.scenario, &scenario).chain(options.partials.iter().map(PathBuf::as_path));
    target::refuse_inputs(&results::places(&out), read)?;
    let names = results::names(&options.output, false, false);
    ResultsFolder::probe(&out, &names, Options { force: options.output.force, partial: false })?;
    let (study, merged) = merged(&scenario, &options.partials)?;
    if study.trials != scenario.trials {
        let (merged, asked) = (study.trials, scenario.trials);
        console.remark(&format!("note: the partial results hold {merged} trials, the scenario asks for {asked}"));
    }
    let finished = merged.into_finished();
    let (seconds, threads) = (began.elapsed().as_secs_f64(), options.threads.map_or(0, usize::from));
    let mut work =
        Work { finished, trials: 0, events: 0, seconds, threads, looks: Looked::Not, method: None, storms: None };
    let stop = interrupt()?;
    if let Some(plan) = assumptions::plan(&scenario, &study, study.trials, None, options.no_assumptions) {
        assumptions::look(plan, (&scenario, &study), &mut work, &stop, console)?;
    }
    storms::look(&options.output, &study, &mut work, &stop, console)?;
    results::publish(&same_run(options, &scenario, &study), &scenario, &study, &work, &out, console)
}

/// The partial results as one, and the study that it finishes. Seed and second look are those of the first file.
fn merged(scenario: &Scenario, paths: &[impl AsRef<Path>]) -> Result<(Study, Partial)> {
    let (mut study, mut parts) = (None, Vec::new());
    for path in paths {
        let path = path.as_ref();
        let refused = || format!("{} is refused", path.display());
        let bytes = read_file(path, BYTES_MAX)?;
        if study.is_none() {
            let (theirs, _) = Partial::head(&bytes).with_context(refused)?;
            let overrides = Overrides {
                trials: None,
                seed: Some(theirs.seed),
                rows: false,
                no_counterfactual: !theirs.counterfactual,
            };
            let new = assemble::study(scenario, overrides)?;
            study = Some((keep::origin(scenario, &new), new));
        }
        let Some((origin, study)) = &study else { continue };
        let part = Partial::from_bytes(&bytes, study, origin).with_context(refused)?;
        parts.push((path.display().to_string(), part));
    }
    let (_, study) = study.context("no partial result is given")?;
    let all = join(parts)?;
    if all.trials().start > 0 {
        return Err(JoinError::Gap { trials: 0..all.trials().start }.into());
    }
    Ok((Study { trials: all.trials().end, ..study }, all))
}

/// The run that makes the same files.
fn same_run(options: &args::Merge, scenario: &Scenario, study: &Study) -> args::Run {
    args::Run {
        scenario: options.scenario.clone(),
        what_if: options.what_if.clone(),
        trials: (study.trials != scenario.trials).then_some(study.trials),
        seed: (study.seed != scenario.seed).then_some(study.seed),
        threads: None,
        // Partial results are of plain trials.
        method: (scenario.method != Method::Crude).then_some(Method::Crude),
        output: options.output.clone(),
        rows: false,
        faults: None,
        allow_mapping: false,
        no_counterfactual: !study.counterfactual && !scenario.measure.until_first_miss,
        no_assumptions: options.no_assumptions,
        keep: args::Keep::default(),
    }
}
