//! `verify`: the simulation held against exact answers.
//!
//! Without a scenario, against the systems of the folder `verify/`, which are part of the program; their answers are
//! computed when it runs. With one, against the scenario's own answers, as far as it has some.

use crate::args::{Format, Verify, WhatIf};
use crate::assemble::{self, Overrides, labels};
use crate::check;
use crate::console::Console;
use crate::exit::{Exit, usage};
use anyhow::{Result, anyhow};
use serde_json::json;
use std::sync::atomic::AtomicBool;
use zonefall_fleet::Design;
use zonefall_report::terminal::{Style, agreements};
use zonefall_scenario::{FaultSource, Scenario};
use zonefall_study::agreement::{Agreement, Agrees, Z_MOST};
use zonefall_study::exactly::{Exact, Obstacles, exactly};
use zonefall_study::{Silent, Study, conclude, run};

/// Computes the exact answer of a design, or says why there is none.
pub type Answer = dyn Fn(&Study, &Design) -> Result<Exact, Obstacles>;

macro_rules! systems {
    ($($name:literal),* $(,)?) => { [$(($name, include_str!(concat!("verify/", $name, ".toml")))),*] };
}

/// The built-in systems: name and scenario.
pub const SYSTEMS: [(&str, &str); 18] = systems![
    "one-machine",
    "laws-with-memory",
    "fresh-machine",
    "eight-of-ten",
    "ten-from-new",
    "never-repaired",
    "two-crews",
    "crews-for-hosts",
    "shared-hosts",
    "two-zones",
    "three-zones-of-racks",
    "region-on-top",
    "zones-in-pairs",
    "halls",
    "hidden-zones",
    "fault-domains",
    "shock-to-running-machines",
    "shocks-to-racks",
];

/// Holds a scenario, or the built-in systems, against exact answers.
pub fn verify(options: &Verify, console: Console) -> Result<Exit> {
    if options.format == Format::Csv {
        console.complain("error: `verify` speaks table or json");
        return Ok(Exit::Usage);
    }
    let (title, rows) = match &options.scenario {
        None => ("Built-in systems with exact answers".to_owned(), built_in(options, console, &exactly)?),
        Some(path) => {
            let Some(scenario) = check::load(path, &WhatIf::default(), console) else { return Ok(Exit::BadScenario) };
            (scenario.name.clone(), compared(&scenario, options, &exactly)?)
        }
    };
    match options.format {
        Format::Json => console.data(&format!("{}\n", serde_json::to_string_pretty(&as_json(&rows))?))?,
        Format::Table | Format::Csv => {
            let style = Style { width: console.width(), colour: console.colour_out(), unicode: true };
            console.data(&agreements(&title, &rows, style))?;
        }
    }
    Ok(exit(&rows))
}

/// Failure if a comparison fails. What has no exact answer, or too few hits to be judged, is no failure.
pub fn exit(rows: &[Agreement]) -> Exit {
    if rows.iter().any(|row| row.agrees == Agrees::No) { Exit::Failure } else { Exit::Fine }
}

/// Plays the built-in systems.
///
/// # Errors
/// If one cannot be played.
pub fn built_in(options: &Verify, console: Console, answer: &Answer) -> Result<Vec<Agreement>> {
    let mut rows = Vec::new();
    for (at, (name, text)) in SYSTEMS.iter().enumerate() {
        let scenario = zonefall_scenario::parse(text, name);
        let scenario = scenario.map_err(|mistakes| anyhow!("built-in system {name}: {}", mistakes.render(false)))?;
        if console.shows_progress() {
            console.remark(&format!("{} of {}: {name}", at + 1, SYSTEMS.len()));
        }
        rows.extend(compared(&scenario, options, answer)?);
    }
    Ok(rows)
}

/// Simulates a scenario as `run` does, and compares every design.
///
/// # Errors
/// If it cannot be simulated.
pub fn compared(scenario: &Scenario, options: &Verify, answer: &Answer) -> Result<Vec<Agreement>> {
    let overrides =
        Overrides { trials: options.trials, seed: options.seed, no_counterfactual: true, ..Overrides::default() };
    let study = assemble::without_rule(assemble::study(scenario, overrides)?);
    if !matches!(scenario.source, FaultSource::Drawn) {
        let name = &scenario.name;
        return Err(usage(format!("the faults of `{name}` are recorded or scripted: `verify` needs drawn ones")));
    }
    let threads = options.threads.map_or(0, usize::from);
    let finished = run(&study, threads, &AtomicBool::new(false), &Silent)?;
    let outcome = conclude(&study, &finished, &labels(scenario));
    let designs = study.designs.iter().zip(&outcome.designs);
    Ok(designs.map(|(design, of)| Agreement::new(&outcome, of, answer(&study, design))).collect())
}

fn as_json(rows: &[Agreement]) -> serde_json::Value {
    json!({
        "schema": "zonefall-verify/1",
        "z_most": Z_MOST,
        "agrees": exit(rows) == Exit::Fine,
        "comparisons": rows,
    })
}
