//! The commands that ask about many designs or points at once.

use super::{CsvLocale, Format, Report, WhatIf, csv_file, method, seed, trial_count};
use clap::Args;
use std::path::PathBuf;
use zonefall_study::plan::Method;

const SWEEP_HELP: &str = "\
Examples:
  zonefall sweep scenario.toml --vary 'scale_set.web.capacity=6 to 12'
  zonefall sweep scenario.toml --vary 'scale_set.web.capacity=6, 9, 12' --vary 'scale_set.web.zones=[1], [1, 2, 3]'

Values are lists (commas), ranges (A to B, both ends in, or A to B step C), or both. Every point has the same seed.";

const COMPARE_HELP: &str = "\
Examples:
  zonefall compare scenario.toml
  zonefall compare today.toml tomorrow.toml --trials 20000
  zonefall compare scenario.toml --only zonal --only spanning
  zonefall compare base/scenario.toml scenario.toml --md comment.md

Scenarios share their storms if seed, topology, failure modes and horizon are the same; it is said where they do not.";

const PLAN_HELP: &str = "\
Examples:
  zonefall plan scenarios/capacity-plan.toml
  zonefall plan scenario.toml --target 99.99% --csv plan.csv
  zonefall plan scenario.toml --report html,xlsx,md

`[plan]` in the scenario says what may be chosen: `zonefall explain plan`. Exit codes as of `run`; with --gate 4 if no design
meets the target, 5 if the trials do not suffice.";

/// What `--trials` are for a plan.
const PLAN_TRIALS: &str = "The most trials that one candidate lives through, at least 128, instead of `plan.trials_max`. Most need fewer; too few leave \
    the answer not resolved";

fn target(text: &str) -> Result<String, String> {
    text.parse::<zonefall_stats::Target>().map(|_| text.to_owned()).map_err(|why| why.to_string())
}

/// How much is simulated.
#[derive(Debug, Clone, Args)]
pub struct Effort {
    /// Trials, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = trial_count, allow_negative_numbers = true)]
    pub trials: Option<u64>,
    /// The seed, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Threads; as many as there are cores if not given. The results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// What is printed and kept.
#[derive(Debug, Clone, Args)]
pub struct Shown {
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub format: Format,
    /// Write the table for spreadsheets to this file as well.
    #[arg(long, value_name = "FILE", value_parser = csv_file)]
    pub csv: Option<PathBuf>,
    /// Spreadsheet habits of CSV.
    #[arg(long, value_enum, default_value_t = CsvLocale::Us, value_name = "LOCALE")]
    pub csv_locale: CsvLocale,
    /// Replace existing files, but never one that is read.
    #[arg(long)]
    pub force: bool,
}

impl Shown {
    /// Whether any of it is CSV.
    pub fn writes_csv(&self) -> bool {
        self.format == Format::Csv || self.csv.is_some()
    }
}

/// `sweep`.
#[derive(Debug, Args)]
#[command(after_help = SWEEP_HELP)]
pub struct Sweep {
    /// The scenario file.
    pub scenario: PathBuf,
    /// A key and its values, as in `scale_set.web.capacity=6 to 12`; a text with a comma stands in quotes; may be given again.
    #[arg(long, value_name = "KEY=VALUES", required = true)]
    pub vary: Vec<String>,
    /// Vary one key at a time, the others as the file says; else every value meets every other.
    #[arg(long)]
    pub one_at_a_time: bool,
    /// Leave out the looks at what is assumed: verdicts as far as luck goes only.
    #[arg(long)]
    pub no_assumptions: bool,
    /// Changes of the scenario.
    #[command(flatten)]
    pub what_if: WhatIf,
    /// How much is simulated.
    #[command(flatten)]
    pub effort: Effort,
    /// What is printed and kept.
    #[command(flatten)]
    pub shown: Shown,
}

/// `compare`.
#[derive(Debug, Args)]
#[command(after_help = COMPARE_HELP)]
pub struct Compare {
    /// Scenario files; of one, its designs.
    #[arg(required = true, value_name = "SCENARIO")]
    pub scenarios: Vec<PathBuf>,
    /// Only this design; may be given again.
    #[arg(long, value_name = "DESIGN")]
    pub only: Vec<String>,
    /// Write it as Markdown to this file as well, for a design review or a comment on a pull request.
    #[arg(long, value_name = "FILE")]
    pub md: Option<PathBuf>,
    /// Changes of every scenario.
    #[command(flatten)]
    pub what_if: WhatIf,
    /// How much is simulated.
    #[command(flatten)]
    pub effort: Effort,
    /// What is printed and kept.
    #[command(flatten)]
    pub shown: Shown,
}

const IMPORTANCE_HELP: &str = "\
Examples:
  zonefall importance scenario.toml
  zonefall importance scenario.toml --trials 20000 --csv importance.csv

For each design: what each cause and each zone takes, by how much the downtime follows each rate, and every rate that has a
range at both of its ends (a tornado), with the word whether the verdict survives. See docs/statistics.md.";

/// `importance`.
#[derive(Debug, Args)]
#[command(after_help = IMPORTANCE_HELP)]
pub struct Importance {
    /// The scenario file.
    pub scenario: PathBuf,
    /// Changes of the scenario.
    #[command(flatten)]
    pub what_if: WhatIf,
    /// How much is simulated.
    #[command(flatten)]
    pub effort: Effort,
    /// What is printed and kept.
    #[command(flatten)]
    pub shown: Shown,
}

/// `plan`.
#[derive(Debug, Args)]
#[command(after_help = PLAN_HELP, mut_arg("trials", |trials| trials.help(PLAN_TRIALS)))]
pub struct Plan {
    /// The scenario file, with a `[plan]`.
    pub scenario: PathBuf,
    /// The availability to reach on average, instead of the plan's.
    #[arg(long, value_name = "SHARE", value_parser = target)]
    pub target: Option<String>,
    /// How trials are drawn, instead of as the scenario says; `auto` where it says nothing.
    #[arg(long, value_parser = method::of_plans(), value_name = "METHOD")]
    pub method: Option<Method>,
    /// Do not look at what is assumed.
    #[arg(long)]
    pub no_assumptions: bool,
    /// Exit with 4 if no design meets the target, or the answer misses what `[gate]` asks of windows or batches of jobs; with 5
    /// if that is not resolved, the trials do not suffice, or the answer depends on assumptions.
    #[arg(long)]
    pub gate: bool,
    /// Reports, with plan.csv and plan.json, in a folder; several with commas between them.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KIND")]
    pub report: Vec<Report>,
    /// The folder for the reports of --report; results/, the scenario's name and -plan if not given.
    #[arg(long, value_name = "DIR", requires = "report")]
    pub out: Option<PathBuf>,
    /// Changes of the scenario.
    #[command(flatten)]
    pub what_if: WhatIf,
    /// How much is simulated.
    #[command(flatten)]
    pub effort: Effort,
    /// What is printed and kept.
    #[command(flatten)]
    pub shown: Shown,
}
