//! `trace` without a file to write: one trial of one design as a timeline.

use crate::answers::{Steps, refuse_idle_locale};
use crate::args::{Format, Trace};
use crate::assemble::{self, Overrides};
use crate::console::Console;
use crate::exit::{Exit, usage};
use crate::results::style;
use crate::run::interrupt;
use crate::target;
use anyhow::{Result, bail};
use std::io::Write;
use zonefall_report::terminal::Told;
use zonefall_scenario::{FaultSource, Scenario, nearest};
use zonefall_study::listed;
use zonefall_study::timeline::{Pick, pick, timeline as told};
use zonefall_study::{Study, Threads, Visit};

/// Tells a trial.
pub fn timeline(options: &Trace, scenario: &Scenario, console: Console) -> Result<Exit> {
    let scripted = matches!(scenario.source, FaultSource::Script(_));
    if scenario.source != FaultSource::Drawn && !scripted {
        return Err(usage("this scenario lives through a record; only drawn and scripted trials can be told"));
    }
    if options.longest && options.format == Format::Json {
        console.complain(
            "error: --longest is for text and CSV: the JSON has all outages, and says in `longest` which one that is",
        );
        return Ok(Exit::Usage);
    }
    refuse_idle_locale(options.csv_locale, options.format == Format::Csv || options.csv.is_some())?;
    target::refuse_in_the_way(options.csv.iter().chain(&options.svg), options.force)?;
    let overrides = Overrides { seed: options.seed, no_counterfactual: true, ..Overrides::default() };
    let study = assemble::without_rule(assemble::study(scenario, overrides)?);
    let Some(design) = design(options, &study, console) else { return Ok(Exit::Usage) };
    let trial = match (options.trial, which(options)) {
        (Some(trial), _) => trial,
        (None, Some(which)) => match picked(&study, design, which, console)? {
            Picked::Trial(trial) => trial,
            Picked::None => bail!(
                "in none of {} trials does {} miss its objective; more of them may: `--what-if trials={}`",
                study.trials,
                study.designs[design].name,
                study.trials.saturating_mul(10)
            ),
            Picked::Interrupted => {
                console.complain("interrupted: nothing kept");
                return Ok(Exit::Interrupted);
            }
        },
        (None, None) => return Err(usage("no trial is asked for")),
    };
    let timeline = told(&study, trial, design)?;
    let csv = zonefall_report::timeline_csv(&timeline, options.longest, options.csv_locale.into())?;
    match options.format {
        Format::Table => {
            console.data(&zonefall_report::terminal::timeline(&timeline, how_much(options), style(console)))?;
        }
        Format::Json => console.data(&zonefall_report::to_json(&timeline)?)?,
        Format::Csv => console.data(&csv)?,
    }
    let svg = || zonefall_report::timeline_svg(&timeline);
    for (path, text) in [(&options.csv, csv.clone()), (&options.svg, svg())] {
        let Some(path) = path else { continue };
        target::write(path, options.force, |file| Ok(file.write_all(text.as_bytes())?))?;
        console.remark(&format!("wrote {}", path.display()));
    }
    Ok(Exit::Fine)
}

fn how_much(options: &Trace) -> Told {
    match (options.longest, options.all) {
        (true, _) => Told::Longest,
        (_, true) => Told::Everything,
        _ => Told::Outages,
    }
}

fn which(options: &Trace) -> Option<Pick> {
    let all = [(options.worst, Pick::Worst), (options.median, Pick::Median), (options.first_breach, Pick::FirstBreach)];
    all.into_iter().find(|(asked, _)| *asked).map(|(_, which)| which)
}

/// The design that is asked for, the first if none is; says which there are.
fn design(options: &Trace, study: &Study, console: Console) -> Option<usize> {
    let Some(asked) = &options.design else { return Some(0) };
    let names: Vec<&str> = study.designs.iter().map(|design| design.name.as_str()).collect();
    named(asked, &names, console)
}

/// The place of a name among those of designs; says which there are.
pub fn named(asked: &str, names: &[&str], console: Console) -> Option<usize> {
    let found = names.iter().position(|name| *name == asked);
    if found.is_none() {
        let help = nearest(asked, names)
            .map_or_else(|| format!("there are: {}", listed(names)), |name| format!("did you mean `{name}`?"));
        console.complain(&format!("error: there is no design `{asked}`; {help}"));
    }
    found
}

enum Picked {
    Trial(u64),
    None,
    Interrupted,
}

fn picked(study: &Study, design: usize, which: Pick, console: Console) -> Result<Picked> {
    let (stop, threads) = (interrupt()?, Threads::new(0)?);
    let bar = Steps::new(console, study.trials, "trials");
    let how = Visit { threads: &threads, stop: &stop, told: &|more| bar.told(more) };
    let found = pick(study, design, which, &how);
    bar.clear();
    Ok(match found? {
        None => Picked::Interrupted,
        Some(None) => Picked::None,
        Some(Some(trial)) => {
            console.remark(&format!("trial {trial} of {}", study.trials));
            Picked::Trial(trial)
        }
    })
}
