//! What `sweep`, `compare` and `plan` share: how answers are shown and kept, and the bar.

use crate::args::{CsvLocale, Format, Shown};
use crate::console::Console;
use crate::exit::usage;
use crate::target;
use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::time::Duration;
use zonefall_report::FilesError;

/// Refuses habits of CSV where none is written.
///
/// # Errors
/// If they are asked for and idle.
pub fn refuse_idle_locale(locale: CsvLocale, writes: bool) -> Result<()> {
    if locale == CsvLocale::Us || writes {
        return Ok(());
    }
    Err(usage("--csv-locale says how CSV is written, and none is: add --csv FILE or --format csv"))
}

/// Prints an answer, and keeps its table.
///
/// # Errors
/// If it cannot be written.
pub fn show(
    shown: &Shown,
    json: impl FnOnce() -> Result<String, FilesError>,
    table: impl FnOnce() -> String,
    csv: &str,
    console: Console,
) -> Result<()> {
    match shown.format {
        Format::Table => console.data(&table())?,
        Format::Json => console.data(&json()?)?,
        Format::Csv => console.data(csv)?,
    }
    keep(shown, csv, true, console)
}

/// Keeps a table where that is asked for, and there is something to keep.
///
/// # Errors
/// If it cannot be written.
pub fn keep(shown: &Shown, csv: &str, is_some: bool, console: Console) -> Result<()> {
    let Some(path) = shown.csv.as_ref().filter(|_| is_some) else { return Ok(()) };
    target::write(path, shown.force, |file| Ok(file.write_all(csv.as_bytes())?))?;
    console.remark(&format!("wrote {}", path.display()));
    Ok(())
}

/// A bar on standard error, if it is a terminal.
pub struct Steps(Option<ProgressBar>);

impl Steps {
    /// A bar over so many steps, called so.
    pub fn new(console: Console, steps: u64, of: &str) -> Self {
        let shape = format!("{{bar:20}} {{human_pos}}/{{human_len}} {of}  {{eta}} left  {{msg}}");
        let style = ProgressStyle::with_template(&shape).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(console.shows_progress().then(|| ProgressBar::new(steps).with_style(style)))
    }

    /// A bar over something of which nobody knows how long it takes: it tells how long it has been at work.
    pub fn open(console: Console, steps: u64, of: &str) -> Self {
        let shape = format!("{{bar:20}} {{human_pos}}/{{human_len}} {of}  {{elapsed}} gone: {{msg}}{{prefix}}");
        let style = ProgressStyle::with_template(&shape).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(console.shows_progress().then(|| {
            let bar = ProgressBar::new(steps).with_style(style);
            bar.enable_steady_tick(Duration::from_secs(1));
            bar
        }))
    }

    /// So many trials × designs have been lived through.
    pub fn worked(&self, trials: u64) {
        if let Some(bar) = &self.0 {
            bar.set_prefix(format!(", {trials} trials × designs lived through"));
        }
    }

    pub fn told(&self, more: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(more);
        }
    }

    /// So many are done, and a word about it.
    pub fn reached(&self, steps: u64, words: &str) {
        if let Some(bar) = &self.0 {
            bar.set_position(steps);
            bar.set_message(words.to_owned());
        }
    }

    pub fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
