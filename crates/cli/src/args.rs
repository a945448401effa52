//! The command line: the one place that help, completions and parsing come from.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes: 0 fine, 1 failure, 2 usage, 3 bad scenario, 4 objective missed and 5 not resolved (only with --gate), \
130 interrupted with partial results kept.";

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
    /// Check a scenario and show what it says: fleet, faults, placement, estimated work.
    Check(Check),
    /// Hold the simulation against exact answers: built-in systems, or a scenario that is simple enough.
    Verify(Verify),
    /// Write the faults of one trial to a file that `run --faults` replays bit for bit.
    Trace(Trace),
    /// Write a commented scenario to start from.
    Init(Init),
    /// Explain a key, a default, a failure mode, a metric or an error code.
    Explain(Explain),
    /// Print the JSON schema of scenario files.
    Schema,
    /// Print shell completions.
    Completions {
        /// For which shell.
        shell: clap_complete::Shell,
    },
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

/// Spreadsheet habits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CsvLocale {
    /// Commas between cells, decimal points.
    Us,
    /// Semicolons between cells, decimal commas.
    Eu,
}

/// `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The scenario file.
    pub scenario: PathBuf,
    /// Trials, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub trials: Option<u64>,
    /// The seed, instead of the scenario's.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Threads; as many as there are cores if not given. The results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// The folder for the result files; results/ and its name if not given.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub format: Format,
    /// Keep every trial's figures in trials.csv.
    #[arg(long)]
    pub rows: bool,
    /// Live through the faults of this file instead of drawn ones.
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// Let a fault file of another topology or profile be mapped onto this one, and say how.
    #[arg(long, requires = "faults")]
    pub allow_mapping: bool,
    /// Spreadsheet habits of the CSV files.
    #[arg(long, value_enum, default_value_t = CsvLocale::Us, value_name = "LOCALE")]
    pub csv_locale: CsvLocale,
    /// Exit with 4 if a design misses its objective, with 5 if one is not resolved.
    #[arg(long)]
    pub gate: bool,
    /// Replace files that are not ours, and a complete result by a partial one.
    #[arg(long)]
    pub force: bool,
    /// Leave out the second look at missed trials without each cause.
    #[arg(long)]
    pub no_counterfactual: bool,
}

/// `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The scenario file.
    pub scenario: PathBuf,
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
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub trials: Option<u64>,
    /// The seed, instead of each scenario's.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Threads; as many as there are cores if not given. The results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub format: Format,
}

/// `trace`.
#[derive(Debug, Args)]
pub struct Trace {
    /// The scenario file.
    pub scenario: PathBuf,
    /// The trial, counted from 0.
    #[arg(long, value_name = "N")]
    pub trial: u64,
    /// The seed, instead of the scenario's.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Where to write the faults.
    #[arg(long, value_name = "FILE")]
    pub faults: PathBuf,
    /// Replace an existing file.
    #[arg(long)]
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
    /// (downtime_min_per_month); all topics if not given.
    pub topic: Option<String>,
}
