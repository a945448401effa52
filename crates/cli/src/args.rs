//! The command line: the one place that help, completions and parsing come from.

mod answers;
mod drill;
mod flags;
mod method;
mod trace;

pub use answers::{Compare, Effort, Importance, Plan, Shown, Sweep};
pub use drill::{Drill, DrillFormat, DrillReport};
pub use flags::{with_flag, with_nearest};
pub use trace::Trace;

use flags::{csv_file, every, seed, trial_count, trials};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;
use zonefall_faults::Method;

const EXIT_CODES: &str = "\
Exit codes: 0 fine, 1 failure, 2 usage, 3 bad scenario, 4 objective missed and 5 not resolved (with --gate; \
a failed drill is 4, one that was not or not wholly run 5), \
130 interrupted (`run` keeps the trials that are done, `sweep --csv` the points).";

/// How many nines does a fleet of cloud machines really get, why not more, and what would one more cost?
#[derive(Debug, Parser)]
#[command(name = "zonefall", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,
    /// No progress bar and no remarks: only results and errors.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// If it is a terminal and NO_COLOR is not set.
    Auto,
    /// Even into a pipe.
    Always,
    /// Not at all.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate every design of a scenario on the same storms and compare them.
    Run(Run),
    /// Conclude from partial results (`run --partial`), to the same files as one run over all their trials.
    Merge(Merge),
    /// Set designs of one or several scenarios against each other, every pair, and say what makes the difference.
    Compare(Compare),
    /// Tell what matters most: each cause and zone taken away, each rate nudged, each rate at its ends.
    Importance(Importance),
    /// Find the cheapest design that meets the objective, among all that the scenario's `[plan]` allows.
    Plan(Plan),
    /// Run a scenario at many points: any key over ranges and lists.
    Sweep(Sweep),
    /// Check a scenario and show what it says: fleet, faults, placement, estimated work.
    Check(Check),
    /// Hold the simulation against exact answers: built-in systems, or a scenario that is simple enough.
    Verify(Verify),
    /// Tell one trial of one design as a timeline: faults, reactions, probes, decisions, the objective; or write its
    /// faults to a file that `run --faults` replays bit for bit.
    Trace(Trace),
    /// Run an Azure Chaos Studio experiment on each design, and hold it against a hypothesis.
    Drill(Drill),
    /// Fit rates and durations to recorded incidents, with intervals and goodness of fit, and write them as failure modes.
    Fit(Fit),
    /// Write a commented scenario to start from.
    Init(Init),
    /// Explain a key, a default, a failure mode, a metric or an error code.
    Explain(Explain),
    /// Print a JSON schema: of scenario files, or of `summary.json`.
    Schema {
        /// Of what.
        #[arg(value_enum, default_value_t = SchemaOf::Scenario)]
        of: SchemaOf,
    },
    /// Print shell completions.
    Completions {
        /// For which shell.
        shell: clap_complete::Shell,
    },
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// Scenario files.
    Scenario,
    /// `summary.json`, and what `--format json` prints.
    Summary,
}

/// What to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// The summary, for programs.
    Json,
    /// The designs, for spreadsheets.
    Csv,
}

/// Reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Report {
    /// report.html: one page for a browser, without a network.
    Html,
    /// report.xlsx: a workbook with native charts.
    Xlsx,
    /// report.md: for a design review or a pull request.
    Md,
}

/// Spreadsheet habits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CsvLocale {
    /// Commas between cells, decimal points.
    Us,
    /// Semicolons between cells, decimal commas.
    Eu,
}

impl From<CsvLocale> for zonefall_report::CsvLocale {
    fn from(locale: CsvLocale) -> Self {
        match locale {
            CsvLocale::Us => Self::Point,
            CsvLocale::Eu => Self::Eu,
        }
    }
}

/// Changes of the scenario, for those commands that read one.
#[derive(Debug, Clone, Default, Args)]
pub struct WhatIf {
    /// Change a key of the scenario first, as in `slo.target=99.9%` or `design.zonal.scale_set.web.capacity=12`;
    /// may be given again.
    #[arg(long, value_name = "KEY=VALUE")]
    pub what_if: Vec<String>,
}

/// `run`.
#[derive(Debug, Clone, Args)]
pub struct Run {
    /// The scenario file.
    pub scenario: PathBuf,
    /// Changes of the scenario.
    #[command(flatten)]
    pub what_if: WhatIf,
    /// Trials, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = trial_count, allow_negative_numbers = true)]
    pub trials: Option<u64>,
    /// The seed, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Threads; as many as there are cores if not given. The results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// How trials are drawn, instead of the scenario's choice.
    #[arg(long, value_parser = method::of_runs(), value_name = "METHOD")]
    pub method: Option<Method>,
    /// Where the results go.
    #[command(flatten)]
    pub output: Output,
    /// Keep every trial's figures in trials.csv.
    #[arg(long)]
    pub rows: bool,
    /// Live through the faults of this file instead of drawn ones.
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// Let a fault file of another topology or profile be mapped onto this one, and say how.
    #[arg(long, requires = "faults")]
    pub allow_mapping: bool,
    /// Leave out the second look at missed trials without each cause.
    #[arg(long)]
    pub no_counterfactual: bool,
    /// Leave out the looks at what is assumed (rates at their low and high values, pairs of zones): one interval only.
    #[arg(long)]
    pub no_assumptions: bool,
    /// What is kept beside the results.
    #[command(flatten)]
    pub keep: Keep,
}

/// What `run` and `merge` do with results.
#[derive(Debug, Clone, Args)]
pub struct Output {
    /// The folder for the result files; results/ and its name if not given.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub format: Format,
    /// Reports beside the result files; several with commas between them.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KIND")]
    pub report: Vec<Report>,
    /// Spreadsheet habits of the CSV files.
    #[arg(long, value_enum, default_value_t = CsvLocale::Us, value_name = "LOCALE")]
    pub csv_locale: CsvLocale,
    /// Exit with 4 if a design misses its objective, with 5 if one is not resolved; `[gate]` may ask more or less.
    #[arg(long)]
    pub gate: bool,
    /// Replace files that are not ours, and a complete result by a partial one.
    #[arg(long)]
    pub force: bool,
}

/// What `run` keeps of a study that is not finished, or not asked for as a whole.
#[derive(Debug, Clone, Default, Args)]
pub struct Keep {
    /// Keep what is computed in this file; after a kill the same command goes on from it, to the same bits. Removed when
    /// the results are written.
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// How often it is kept, at the border of a block of trials.
    #[arg(long, value_name = "TIME", default_value = "30s", requires = "checkpoint", value_parser = every)]
    pub checkpoint_every: Duration,
    /// Only these trials, counted from 0; B is the first that is left out.
    #[arg(long, value_name = "A..B", requires = "partial", conflicts_with = "trials", value_parser = trials)]
    pub trials_range: Option<Range<u64>>,
    /// Write the sums of the trials to this file, for `merge`, in place of results.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "gate", "csv_locale"])]
    pub partial: Option<PathBuf>,
}

/// `merge`.
#[derive(Debug, Args)]
pub struct Merge {
    /// The scenario file.
    pub scenario: PathBuf,
    /// Changes of the scenario.
    #[command(flatten)]
    pub what_if: WhatIf,
    /// Partial results of it, in any order; together they must hold every trial from the first on.
    #[arg(required = true, value_name = "PARTIAL")]
    pub partials: Vec<PathBuf>,
    /// Leave out the looks at what is assumed.
    #[arg(long)]
    pub no_assumptions: bool,
    /// Threads for those looks; as many as there are cores if not given. The results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Where the results go.
    #[command(flatten)]
    pub output: Output,
}

/// `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The scenario file.
    pub scenario: PathBuf,
    /// Changes of the scenario.
    #[command(flatten)]
    pub what_if: WhatIf,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub format: Format,
}

/// `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// A scenario to hold against its own exact answers; the built-in systems if not given.
    pub scenario: Option<PathBuf>,
    /// Trials, instead of each scenario's.
    #[arg(long, value_name = "N", value_parser = trial_count, allow_negative_numbers = true)]
    pub trials: Option<u64>,
    /// The seed, instead of each scenario's.
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Threads; as many as there are cores if not given. The results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub format: Format,
}

/// How instants are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Instants {
    /// Dates with times, 2024-07-18T21:40Z; UTC without an offset.
    Iso,
    /// Seconds since 1970.
    S,
    /// Milliseconds since 1970.
    Ms,
    /// Hours since any zero.
    Hours,
}

/// Units of durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LengthUnit {
    /// Milliseconds.
    Ms,
    /// Seconds.
    S,
    /// Minutes.
    Min,
    /// Hours.
    H,
    /// Days.
    Days,
}

/// Which law to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LawChoice {
    /// What the data prefer; lognormal below 20 durations.
    Auto,
    /// Constant hazard.
    Exponential,
    /// The logarithm is normal.
    Lognormal,
    /// A hazard that is a power of the age.
    Weibull,
    /// A sum of exponentials, and all between.
    Gamma,
    /// The recorded durations themselves.
    Empirical,
}

/// `fit`.
#[derive(Debug, Args)]
#[command(after_help = crate::fit::AFTER_HELP)]
pub struct Fit {
    /// The incidents: a CSV file with a row of column names.
    pub file: PathBuf,
    /// The column with the beginning.
    #[arg(long, value_name = "COLUMN")]
    pub start: Option<String>,
    /// The column with the end; an empty one is an event of unknown duration.
    #[arg(long, value_name = "COLUMN", conflicts_with = "duration")]
    pub end: Option<String>,
    /// The column with the duration, a number; `>24` and `24+` are longer than 24.
    #[arg(long, value_name = "COLUMN")]
    pub duration: Option<String>,
    /// The unit of the durations.
    #[arg(long, value_enum, default_value_t = LengthUnit::H, value_name = "UNIT", requires = "duration")]
    pub duration_unit: LengthUnit,
    /// How beginnings and ends are written.
    #[arg(long, value_enum, default_value_t = Instants::Iso, value_name = "FORM")]
    pub time: Instants,
    /// Columns whose values together make a group, with commas between them, a name with a comma in double quotes; one group of all
    /// rows without it.
    #[arg(long, value_name = "COLUMNS")]
    pub group: Vec<String>,
    /// Only rows with this value; may be given again (same column: either, another column: both).
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    pub only: Vec<String>,
    /// How many units were watched: a number, or GROUP=NUMBER for each group.
    #[arg(long, value_name = "N", conflicts_with = "unit")]
    pub units: Vec<String>,
    /// The column that names what was struck; its different values are counted as the units.
    #[arg(long, value_name = "COLUMN")]
    pub unit: Option<String>,
    /// How long was watched: FROM..TO in the form of --time, or a duration ("3 years") from the first beginning on.
    #[arg(long, value_name = "SPAN")]
    pub span: Option<String>,
    /// Events without an end were still going on at the end of the span: longer than until then.
    #[arg(long, requires = "span", conflicts_with = "duration")]
    pub still_running: bool,
    /// Which law to take.
    #[arg(long, value_enum, default_value_t = LawChoice::Auto, value_name = "LAW")]
    pub law: LawChoice,
    /// What is struck, for the failure modes: instance, host, rack, hall, zone, region, global, control-plane, allocation.
    #[arg(long, value_name = "SCOPE", value_parser = crate::fit::SCOPES.map(|(scope, _)| scope))]
    pub scope: Option<String>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub format: Format,
    /// Write the groups as failure modes, for `[faults] modes_from` of a scenario.
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
    /// Replace an existing file.
    #[arg(long, requires = "write")]
    pub force: bool,
}

/// `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Where to write; standard output if not given.
    pub file: Option<PathBuf>,
    /// Which template; `--template list` names them.
    #[arg(long, default_value = "zonal-or-spanning", value_name = "NAME")]
    pub template: String,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A key (scale_set.capacity), a failure mode (rack-failure), an error code (E001), a column
    /// (downtime_min_per_month); what there is if not given.
    pub topic: Option<String>,
}
