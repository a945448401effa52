//! `drill`.

use super::{WhatIf, seed};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

const DRILL_HELP: &str = "\
Example:
  zonefall drill experiment.json --on scenarios/zone-down-drill.toml --target sel-vmss=web
  zonefall drill --on game-day.toml --report html,md

Without an experiment the scenario's own `[[script]]` is run: it begins with its first row and ends with its last.

The experiment is what Azure takes: raw, in a REST example, or in an ARM template. Scale sets are found by their names; a
placeholder or another name needs --target. Settings of autoscale: by the name of their set, or the only one. The hypothesis stands in the scenario (`explain drill`).

Exit code 4 if the hypothesis fails on a design; 5 if it fails on none, but on one nothing of the experiment could be run, or an
action of it was not run (--allow-not-run: 0), so that it was not judged, or in part,
or if the objective is one on deadlines of `[jobs]` and none passes in the drill.";

/// The most trials of a drill.
const TRIALS_MAX: u64 = 1000;

/// `drill`.
#[derive(Debug, Args)]
#[command(after_help = DRILL_HELP)]
pub struct Drill {
    /// The experiment of Azure Chaos Studio, as JSON; without it the scenario's own script is run.
    pub experiment: Option<PathBuf>,
    /// The scenario whose designs are to stand it.
    #[arg(long, value_name = "SCENARIO")]
    pub on: PathBuf,
    /// Changes of the scenario.
    #[command(flatten)]
    pub what_if: WhatIf,
    /// The scale set that a selector stands for, as in `sel-vmss=web`; may be given again.
    #[arg(long, value_name = "SELECTOR=SET", value_parser = pair)]
    pub target: Vec<(String, String)>,
    /// Let the zones that the experiment filters, or that the script takes, be lost as the profile's outages of zones are.
    #[arg(long)]
    pub as_outage: bool,
    /// Exit with 0 where every design passes as far as the experiment was run, though actions of it were not.
    #[arg(long)]
    pub allow_not_run: bool,
    /// The design whose worst trial is told; the first that fails if not given.
    #[arg(long, value_name = "NAME")]
    pub design: Option<String>,
    /// Trials: they differ in how long boots and repairs take, and in the noise of a demand.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=TRIALS_MAX))]
    pub trials: u64,
    /// The seed, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Reports, with drill.json, in a folder; several with commas between them.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KIND")]
    pub report: Vec<DrillReport>,
    /// The folder for the reports; results/, the scenario's name, -drill- and the experiment's name if not given.
    #[arg(long, value_name = "DIR", requires = "report")]
    pub out: Option<PathBuf>,
    /// Replace files in it that are not ours.
    #[arg(long, requires = "report")]
    pub force: bool,
    /// What to print.
    #[arg(long, value_enum, default_value_t = DrillFormat::Table, value_name = "FORMAT")]
    pub format: DrillFormat,
}

/// What `drill` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DrillFormat {
    /// For people, with the timeline of the first design that fails, or of the first one.
    Table,
    /// For programs.
    Json,
}

/// Reports of a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DrillReport {
    /// report.html: one page for a browser, without a network.
    Html,
    /// report.md: for a design review or a pull request.
    Md,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (selector, set) = text.split_once('=').ok_or("write SELECTOR=SET")?;
    Ok((selector.trim().into(), set.trim().into()))
}
