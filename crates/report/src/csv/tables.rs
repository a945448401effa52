//! The smaller files: differences, causes, windows, trials, losses, and the dictionary of all of them.

use super::bounded::Bounded;
use super::cell::{Cell, CsvLocale};
use super::sheet::{Column, Field, Sheet, bounded, estimate, field};
use crate::about::{About, Assumption};
use crate::files::FilesError;
use crate::number::tidy;
use zonefall_study::TrialRow;
use zonefall_study::incidents::Loss;
use zonefall_study::outcome::{
    CauseOutcome, DesignOutcome, Difference, OPERATION_TABLE, OperationOutcome, Outcome, WindowBar,
};

/// Edges from here on stand for "no end".
const NO_END_MIN: f64 = 1e9;
const MS_PER_MINUTE: f64 = 60_000.0;
const MS_PER_HOUR: f64 = 3_600_000.0;

pub(crate) fn differences(outcome: &Outcome, locale: CsvLocale) -> Result<Sheet, FilesError> {
    let fields = vec![
        field("design", "", "the design", |of: &&Difference| Cell::text(&of.design)),
        field("against", "", "the reference, on the same storms", |of: &&Difference| Cell::text(&of.against)),
        bounded(
            "downtime_difference_min_per_month",
            "min/month",
            "the design's downtime less the reference's; the interval holds for all rows together",
            |of: &&Difference| {
                let quality = if of.low.is_some() && of.high.is_some() { "interval" } else { "" };
                let mean = Some(of.downtime_min_per_month);
                Some(Bounded { mean, low: of.low, high: of.high, quality, hits: of.hits })
            },
        ),
        field(
            "p_adjusted",
            "share",
            "p value against no difference, adjusted for all rows (Holm); three digits, 0 below 1e-12",
            |of: &&Difference| Cell::p_value(of.p_adjusted),
        ),
        field("says", "", "less downtime, more downtime, not distinguishable", |of: &&Difference| {
            Cell::text(&of.says.to_string())
        }),
    ];
    Sheet::write("differences.csv", fields, &outcome.differences, locale)
}

/// What the platform and the customer did to managed sets.
pub(crate) fn operations(outcome: &Outcome, locale: CsvLocale) -> Result<Sheet, FilesError> {
    type Row<'a> = (&'a str, &'a OperationOutcome);
    let row = |name: &str| OPERATION_TABLE.iter().find(|row| row.name == name);
    let fields = vec![
        field("design", "", "the design", |of: &Row| Cell::text(of.0)),
        field("operation", "", "what was done; each is explained under `meaning`", |of: &Row| {
            Cell::text(&of.1.operation)
        }),
        field("unit", "", "whether per_year is a number of times or hours", |of: &Row| {
            Cell::text(if of.1.in_hours { "h/year" } else { "1/year" })
        }),
        estimate("per_year", "", "so often, or so many hours, a year", |of: &Row| Some(of.1.per_year)),
        field("meaning", "", "what is counted", move |of: &Row| Cell::text(row(&of.1.operation).map_or("", |r| r.doc))),
        field("rules", "", "the rules of the real system behind it", move |of: &Row| {
            Cell::text(row(&of.1.operation).map_or("", |r| r.rules))
        }),
    ];
    let of_design = |design| -> Vec<Row> { operations_of(design) };
    Sheet::write("operations.csv", fields, outcome.designs.iter().flat_map(of_design), locale)
}

fn operations_of(design: &DesignOutcome) -> Vec<(&str, &OperationOutcome)> {
    design.operations.iter().map(|operation| (design.design.as_str(), operation)).collect()
}

pub(crate) fn causes(outcome: &Outcome, locale: CsvLocale) -> Result<Sheet, FilesError> {
    causes_of(outcome.designs.iter().map(|design| (design.design.as_str(), design.causes.as_slice())), locale)
}

/// The causes of some designs.
pub(crate) fn causes_of<'a>(
    designs: impl Iterator<Item = (&'a str, &'a [CauseOutcome])>,
    locale: CsvLocale,
) -> Result<Sheet, FilesError> {
    type Row<'a> = (&'a str, &'a CauseOutcome);
    let fields = vec![
        field("design", "", "the design", |row: &Row| Cell::text(row.0)),
        field("cause", "", "what downtime is charged to", |row: &Row| Cell::text(&row.1.cause)),
        estimate(
            "downtime_min_per_month",
            "min/month",
            "downtime charged to the cause; the causes of a design sum to its downtime",
            |row: &Row| Some(row.1.downtime_min_per_month),
        ),
        field("share", "share", "the same as a share of the design's downtime", |row: &Row| Cell::Number(row.1.share)),
        estimate(
            "avoided_min_per_month",
            "min/month",
            "downtime that would not be, had the cause never happened; these need not sum, and may be negative; empty if not computed, or where the cause cannot be taken away; of quality upper_bound its size, either way, is at most _high",
            |row: &Row| row.1.avoided_min_per_month,
        ),
    ];
    let rows = designs.flat_map(|(design, causes)| causes.iter().map(move |cause| (design, cause)));
    Sheet::write("causes.csv", fields, rows, locale)
}

/// A bar, whose it is, and the windows of all bars.
struct Bar<'a> {
    design: &'a str,
    bar: &'a WindowBar,
    all: u64,
    window_min: f64,
}

impl Bar<'_> {
    /// The uptime of a window with so much downtime.
    fn uptime(&self, downtime_min: f64) -> f64 {
        (1.0 - downtime_min / self.window_min.max(1e-9)).max(0.0)
    }

    fn label(&self) -> String {
        let WindowBar { above_min, up_to_min, .. } = *self.bar;
        if up_to_min <= 0.0 {
            "none".into()
        } else if up_to_min >= NO_END_MIN {
            format!("more than {above_min} min")
        } else {
            format!("{above_min} to {up_to_min} min")
        }
    }
}

pub(crate) fn windows(outcome: &Outcome, locale: CsvLocale) -> Result<Sheet, FilesError> {
    let fields: Vec<Vec<Field<Bar>>> = vec![
        field("design", "", "the design", |row: &Bar| Cell::text(row.design)),
        field("downtime", "", "the bar in words", |row: &Bar| Cell::Text(row.label())),
        field(
            "above_min",
            "min",
            "downtime of the window is above this (the first bar is exactly zero)",
            |row: &Bar| Cell::Number(row.bar.above_min),
        ),
        field("up_to_min", "min", "and at most this", |row: &Bar| Cell::Number(row.bar.up_to_min)),
        field(
            "uptime_at_least",
            "share",
            "uptime of the windows in the bar is at least this (by the mean length of a window)",
            |row: &Bar| Cell::Number(row.uptime(row.bar.up_to_min)),
        ),
        field("uptime_at_most", "share", "and at most this", |row: &Bar| Cell::Number(row.uptime(row.bar.above_min))),
        field("windows", "windows", "whole windows in the bar", |row: &Bar| Cell::Count(row.bar.windows)),
        field("share", "share", "share of whole windows in the bar", |row: &Bar| {
            Cell::Number(row.bar.windows as f64 / row.all.max(1) as f64)
        }),
        field("cumulative_share", "share", "share of windows with at most up_to_min of downtime", |row: &Bar| {
            Cell::Number(row.bar.cumulative_share)
        }),
        field("exceeded_share", "share", "share of windows with more than up_to_min of downtime", |row: &Bar| {
            Cell::Number(1.0 - row.bar.cumulative_share)
        }),
    ];
    let rows = outcome.designs.iter().flat_map(|design| {
        let all = design.window_bars.iter().map(|bar| bar.windows).sum();
        design.window_bars.iter().map(move |bar| Bar {
            design: &design.design,
            bar,
            all,
            window_min: outcome.window_min,
        })
    });
    Sheet::write("windows.csv", fields, rows, locale)
}

pub(crate) fn trials(outcome: &Outcome, rows: &[TrialRow], locale: CsvLocale) -> Result<Sheet, FilesError> {
    type Row<'a> = (&'a str, &'a TrialRow);
    let number = |name, unit, meaning, read: fn(&TrialRow) -> f64| {
        field(name, unit, meaning, move |row: &Row| Cell::Number(read(row.1)))
    };
    let count = |name, unit, meaning, read: fn(&TrialRow) -> u64| {
        field(name, unit, meaning, move |row: &Row| Cell::Count(read(row.1)))
    };
    let fields = vec![
        count("trial", "", "the trial's number; the same number is the same storm in every design", |row| row.trial),
        field("design", "", "the design", |row: &Row| Cell::text(row.0)),
        number("missed_min", "min", "time in which the objective did not hold", |row| {
            row.missed_ms as f64 / MS_PER_MINUTE
        }),
        number("observed_h", "h", "measured time", |row| row.observed_ms as f64 / MS_PER_HOUR),
        count("outages", "outages", "outages of the objective", |row| row.outages),
        number("longest_min", "min", "the longest of them", |row| row.longest_ms as f64 / MS_PER_MINUTE),
        field("first_miss_h", "h", "time from the start to the first miss; empty without one", |row: &Row| {
            Cell::maybe(row.1.first_miss.map(|at| at.as_ms() as f64 / MS_PER_HOUR))
        }),
        number("serving_machine_hours", "h", "machine-hours in rotation and alive", |row| {
            row.serving_ms as f64 / MS_PER_HOUR
        }),
        number("capacity_lost", "share", "share of capacity lost, averaged over time", |row| row.capacity_lost),
        number("unserved", "share", "share of demand not served; 0 without demand", |row| row.unserved),
        count("breaches", "windows", "whole windows that miss the target", |row| u64::from(row.breaches)),
        count("machine_failures", "strikes", "strikes on machines that took effect", |row| row.machine_failures),
    ];
    let name = |index: usize| outcome.designs.get(index).map_or("", |design| design.design.as_str());
    Sheet::stream("trials.csv", fields, rows.iter().map(|row| (name(row.design), row)), locale)
}

/// What the results rest on; no file of its own, but a sheet of the workbook.
pub(crate) fn evidence(about: &About, locale: CsvLocale) -> Result<Sheet, FilesError> {
    let text = |name, meaning, read: fn(&Assumption) -> &str| {
        field(name, "", meaning, move |of: &&Assumption| Cell::text(read(of)))
    };
    let number = |name, meaning, read: fn(&Assumption) -> f64| {
        field(name, "", meaning, move |of: &&Assumption| Cell::Number(tidy(read(of))))
    };
    let fields = vec![
        text("mode", "the failure mode", |of| &of.of),
        text("quantity", "what the number says of it", |of| &of.quantity),
        number("value", "the value used, in the unit of its row", |of| of.value),
        number("low", "the least value that the evidence allows", |of| of.low),
        number("high", "the greatest value that the evidence allows", |of| of.high),
        text("unit", "what the three numbers count", |of| &of.unit),
        text("known", "how well it is known: published, derived, assumed", |of| &of.confidence),
        text("source", "where it comes from", |of| &of.source),
    ];
    Sheet::write("assumptions", fields, &about.assumptions, locale)
}

pub(crate) fn losses(losses: &[Loss], locale: CsvLocale) -> Result<Sheet, FilesError> {
    let number = |name, unit, meaning, read: fn(&Loss) -> f64| {
        field(name, unit, meaning, move |of: &&Loss| Cell::Number(read(of)))
    };
    let fields = vec![
        field("incident", "", "the incident; losses are conditional on it: nothing says how often", |of: &&Loss| {
            Cell::text(&of.incident)
        }),
        field("zone", "", "the zone it was put on", |of: &&Loss| Cell::text(&of.zone)),
        field("design", "", "the design", |of: &&Loss| Cell::text(&of.design)),
        number("missed_min", "min", "time in which the objective would have been missed", |of| of.missed_min),
        number("longest_min", "min", "the longest outage of it", |of| of.longest_min),
        number("machine_hours_lost", "h", "machine-hours not serving", |of| of.machine_hours_lost),
    ];
    Sheet::write("losses.csv", fields, losses, locale)
}

/// What every column of every file means, its own among them.
pub(crate) fn dictionary(sheets: &[Sheet], locale: CsvLocale) -> Result<Sheet, FilesError> {
    const FILE: &str = "dictionary.csv";
    type Row = (&'static str, Column);
    let fields = || {
        vec![
            field("file", "", "the file that the column is in", |row: &Row| Cell::text(row.0)),
            field("column", "", "the column's name", |row: &Row| Cell::text(&row.1.name)),
            field("unit", "", "its unit; empty for text and codes; a share is between 0 and 1", |row: &Row| {
                Cell::text(row.1.unit)
            }),
            field(
                "meaning",
                "",
                "what it says; text that begins with = + - @ tab or CR has an apostrophe put before it",
                |row: &Row| Cell::text(&row.1.meaning),
            ),
        ]
    };
    let own = Sheet::write(FILE, fields(), [], locale)?;
    let rows = sheets.iter().chain([&own]).flat_map(|sheet| {
        let file = sheet.file;
        sheet.columns.iter().map(move |column| (file, column.clone()))
    });
    Sheet::write(FILE, fields(), rows, locale)
}
