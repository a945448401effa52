//! What a study leaves behind: CSV and JSON result files, and the terminal's tables.
//!
//! In: an [`Outcome`](zonefall_study::outcome::Outcome), trial rows, losses. Out: bytes and strings. Three steps, each
//! usable alone:
//!
//! 1. [`result_files`] turns results into named bytes, a function of the results (and the [`CsvLocale`]) only;
//! 2. [`ResultsFolder`] puts a whole [`ResultSet`] into a folder, all or nothing, and never over what is not ours;
//! 3. [`terminal`] draws the tables for people; [`json`] and [`csv_table`] the ones for pipes.
//!
//! Nothing here prints, looks at a clock, draws a random result or knows a command line. Shares are between 0 and 1 in
//! files and percent on the terminal; a month is 30 days.

mod about;
mod alike;
mod answers;
mod chart;
mod clock;
mod csv;
mod cut;
mod drilled;
mod explain;
mod files;
mod folder;
mod frontier;
mod gate;
mod headline;
mod html;
mod kept;
mod manifest;
mod markdown;
mod modes;
mod number;
mod page;
mod picture;
mod planned;
mod schema;
pub mod terminal;
mod terms;
mod unfinished;
mod warnings;
mod xlsx;

pub use about::{About, Assumption, ReportKind, Reports};
pub use answers::{comparison_csv, importance_csv, plan_csv, sweep_csv, timeline_csv, to_json};
pub use csv::CsvLocale;
pub use drilled::{DrillReport, drill_files, drill_names};
pub use explain::{explain, topics};
pub use files::{
    Contents, FilesError, ResultFile, csv_table, fit_csv, fit_json, json, losses_json, losses_table, result_files,
    result_names,
};
pub use folder::{FolderError, Options, Replaced, ResultSet, ResultsFolder};
pub use gate::{judged_by, what_would_resolve};
pub use kept::{KeptFile, read_file};
pub use manifest::{Identity, Listed, MANIFEST, MANIFEST_SCHEMA, Manifest, TIMING, Timing};
pub use markdown::comparison_markdown;
pub use modes::{ModesError, Struck, modes_toml};
pub use number::count;
pub use picture::timeline_svg;
pub use planned::{Made, plan_files, plan_names};
pub use schema::summary_schema;
pub use terms::term;
