//! `compare`: designs of one or several scenarios, every pair.

use crate::answers::{self, Steps};
use crate::args;
use crate::assemble::{self, Overrides};
use crate::check;
use crate::console::Console;
use crate::exit::{self, Exit};
use crate::results::style;
use crate::run::{interrupt, is_record};
use crate::target;
use anyhow::Result;
use std::io::Write;
use std::path::{Path, PathBuf};
use zonefall_scenario::{Scenario, nearest};
use zonefall_study::comparison::{DESIGNS_MAX, compare as compared, united};
use zonefall_study::listed;
use zonefall_study::{Study, Threads, Visit};

/// Compares.
pub fn compare(options: &args::Compare, console: Console) -> Result<Exit> {
    answers::refuse_idle_locale(options.shown.csv_locale, options.shown.writes_csv())?;
    let load = |path: &PathBuf| check::load_for(path, &options.what_if, options.effort.trials, console);
    // Every file says what is wrong with it.
    let loaded: Vec<Option<Scenario>> = options.scenarios.iter().map(load).collect();
    let Some(scenarios) = loaded.into_iter().collect::<Option<Vec<Scenario>>>() else { return Ok(Exit::BadScenario) };
    let read = options.scenarios.iter().zip(&scenarios).flat_map(|(path, scenario)| target::read_for(path, scenario));
    target::refuse_unless_free(options.shown.csv.iter().chain(&options.md), read, options.shown.force)?;
    let mut studies = studies(options, &scenarios)?;
    let trials = same_length(options, &studies, console)?;
    for study in &mut studies {
        study.trials = trials;
    }
    let all = named(&studies);
    if let Err(words) = choose(&mut studies, &options.only) {
        console.complain(&format!("error: {words}"));
        return Ok(Exit::Usage);
    }
    studies.retain(|study| !study.designs.is_empty());
    let studies = united(studies);
    let names = named(&studies);
    match names.as_slice() {
        [] | [_] if !options.only.is_empty() => {
            let words = format!("--only leaves {} alone, and a comparison needs two designs", listed(&names));
            console.complain(&format!("error: {words}; there are: {}", listed(&all)));
            return Ok(Exit::Usage);
        }
        [] | [_] => {
            let words = "a comparison needs two designs: give the file a second `[[design]]`, or name another file";
            return Err(exit::usage(words));
        }
        names if names.len() > DESIGNS_MAX => {
            return Err(exit::usage(format!("{} designs: {DESIGNS_MAX} at most can be compared", names.len())));
        }
        _ => {}
    }
    let stop = interrupt()?;
    let threads = Threads::new(options.effort.threads.map_or(0, usize::from))?;
    let bar = Steps::new(console, trials * names.len() as u64, "trials × designs");
    let how = Visit { threads: &threads, stop: &stop, told: &|more| bar.told(more) };
    let comparison = compared(&studies, &names, trials, &how);
    bar.clear();
    let Some(comparison) = comparison? else {
        console.complain("interrupted: nothing kept");
        return Ok(Exit::Interrupted);
    };
    let csv = zonefall_report::comparison_csv(&comparison, options.shown.csv_locale.into())?;
    let table = || zonefall_report::terminal::comparison(&comparison, style(console));
    answers::show(&options.shown, || zonefall_report::to_json(&comparison), table, &csv, console)?;
    if let Some(path) = &options.md {
        let text = zonefall_report::comparison_markdown(&comparison);
        target::write(path, options.shown.force, |file| Ok(file.write_all(text.as_bytes())?))?;
        console.remark(&format!("wrote {}", path.display()));
    }
    Ok(Exit::Fine)
}

/// The studies, their designs called by file where there are several.
fn studies(options: &args::Compare, scenarios: &[Scenario]) -> Result<Vec<Study>> {
    let overrides =
        Overrides { trials: options.effort.trials, seed: options.effort.seed, rows: false, no_counterfactual: true };
    let mut studies = Vec::new();
    for (at, scenario) in scenarios.iter().enumerate() {
        if is_record(scenario) {
            let file = options.scenarios[at].display();
            return Err(exit::usage(format!("{file} lives through one record: a comparison needs drawn trials")));
        }
        if scenario.measure.until_first_miss {
            let file = options.scenarios[at].display();
            let words = format!("{file} ends its trials at the first miss: there is no downtime to compare");
            return Err(exit::usage(words));
        }
        let mut study = assemble::study(scenario, overrides)?;
        if scenarios.len() > 1 {
            let file = file_name(&options.scenarios, at);
            for design in &mut study.designs {
                let mut named = zonefall_fleet::Design::clone(design);
                named.name = if scenario.designs.len() > 1 { format!("{file}: {}", design.name) } else { file.clone() };
                *design = named.into();
            }
        }
        studies.push(study);
    }
    Ok(studies)
}

/// The stem of a file; where two have the same the whole path without the ending, and a number if that is the same too.
fn file_name(paths: &[PathBuf], at: usize) -> String {
    let stem = |path: &Path| path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let whole = |path: &Path| path.with_extension("").to_string_lossy().into_owned();
    for name in [&stem as &dyn Fn(&Path) -> String, &whole] {
        let mine = name(&paths[at]);
        if paths.iter().filter(|path| name(path) == mine).count() == 1 {
            return mine;
        }
    }
    format!("{} ({})", stem(&paths[at]), at + 1)
}

/// The number of trials; refuses what measures different lengths of time.
fn same_length(options: &args::Compare, studies: &[Study], console: Console) -> Result<u64> {
    let measured = |study: &Study| (study.measure.from, study.measure.horizon.since(study.measure.from));
    for (at, study) in studies.iter().enumerate() {
        if measured(study).1 != measured(&studies[0]).1 {
            let (first, other) = (options.scenarios[0].display(), options.scenarios[at].display());
            return Err(exit::usage(format!(
                "{first} and {other} do not measure the same length of time; \
                 `--what-if horizon=…` and `--what-if measure_from=…` change all of them"
            )));
        }
    }
    let trials = studies.iter().map(|study| study.trials).min().unwrap_or(0);
    if studies.iter().any(|study| study.trials != trials) {
        console.remark(&format!("note: {trials} trials each, the fewest that a scenario asks for"));
    }
    Ok(trials)
}

fn named(studies: &[Study]) -> Vec<String> {
    studies.iter().flat_map(|of| of.designs.iter().map(|of| of.name.clone())).collect()
}

/// Keeps the asked designs only.
fn choose(studies: &mut [Study], only: &[String]) -> Result<(), String> {
    let names = named(studies);
    for asked in only {
        if !names.contains(asked) {
            let all: Vec<&str> = names.iter().map(String::as_str).collect();
            let help = nearest(asked, &all)
                .map_or_else(|| format!("there are: {}", listed(&all)), |name| format!("did you mean `{name}`?"));
            return Err(format!("there is no design `{asked}`; {help}"));
        }
    }
    if !only.is_empty() && studies.iter().any(|study| study.replay.is_some()) {
        return Err("--only does not go with a script: it numbers the machines of all its designs together".into());
    }
    if !only.is_empty() {
        studies.iter_mut().for_each(|study| study.designs.retain(|design| only.contains(&design.name)));
    }
    Ok(())
}
