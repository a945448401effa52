//! `trace`.

use super::{CsvLocale, Format, WhatIf, csv_file, seed};
use clap::{ArgGroup, Args};
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  zonefall trace scenario.toml --worst --longest --svg worst.svg
  zonefall trace scenario.toml --trial 17 --design zonal --format csv
  zonefall trace scenario.toml --trial 17 --faults trial17.csv

Instants are local time where the scenario has a `start`; else, and in milliseconds, they count from the beginning of the trial. Rule ids in brackets: `zonefall explain LB-02`.";

/// `trace`.
#[derive(Debug, Args)]
#[command(after_help = HELP, group = ArgGroup::new("which").required(true))]
pub struct Trace {
    /// The scenario file.
    pub scenario: PathBuf,
    /// Changes of the scenario.
    #[command(flatten)]
    pub what_if: WhatIf,
    /// The trial, counted from 0.
    #[arg(long, value_name = "N", group = "which")]
    pub trial: Option<u64>,
    /// The trial with the most missed time.
    #[arg(long, group = "which")]
    pub worst: bool,
    /// The middle one of the trials with missed time.
    #[arg(long, group = "which")]
    pub median: bool,
    /// The first trial that breaches the target in a window.
    #[arg(long, group = "which")]
    pub first_breach: bool,
    /// The design; the first if not given.
    #[arg(long, value_name = "NAME")]
    pub design: Option<String>,
    /// The seed, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub format: Format,
    /// Show everything that happened, not just what led to missed time.
    #[arg(long, conflicts_with = "longest")]
    pub all: bool,
    /// Tell only the longest outage and what led to it, in text and CSV.
    #[arg(long)]
    pub longest: bool,
    /// Write everything that happened to this file, for spreadsheets; with --longest what is told. Each refusal has a row, also those
    /// that text tells as one that came again.
    #[arg(long, value_name = "FILE", value_parser = csv_file)]
    pub csv: Option<PathBuf>,
    /// Spreadsheet habits of the CSV.
    #[arg(long, value_enum, default_value_t = CsvLocale::Us, value_name = "LOCALE")]
    pub csv_locale: CsvLocale,
    /// Draw the longest outage to this file.
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Write the faults of a trial, named by its number (--trial), to this file, in place of a timeline.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["design", "format", "all", "longest", "csv", "csv_locale", "svg"]
    )]
    pub faults: Option<PathBuf>,
    /// Replace existing files, but never one that is read.
    #[arg(long)]
    pub force: bool,
}
