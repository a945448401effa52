//! A timeline as a table for spreadsheets: one row a thing that happened.

use super::cell::{Cell, CsvLocale};
use super::sheet::{Sheet, field};
use crate::clock;
use crate::files::FilesError;
use zonefall_study::LocalTime;
use zonefall_study::timeline::{Kind, Row, Waiting};

fn kind(of: Kind) -> &'static str {
    match of {
        Kind::Fault => "fault",
        Kind::Demand => "demand",
        Kind::Machine => "machine",
        Kind::Probe => "probe",
        Kind::Decision => "decision",
        Kind::Objective => "objective",
    }
}

/// Rows of a timeline, in order, by what clocks show in it.
pub(crate) fn timeline(
    rows: &[Row],
    (clock, waiting): (Option<&LocalTime>, Option<&Waiting>),
    locale: CsvLocale,
) -> Result<Sheet, FilesError> {
    let (clock, waiting) = (clock.cloned(), waiting.cloned());
    let whole = |value: i64| Cell::Count(value.max(0) as u64);
    let fields = vec![
        field("at_ms", "ms", "from the beginning of the trial", |row: &&Row| Cell::Count(row.at_ms)),
        field("day", "", "the day, from 0", |row: &&Row| Cell::Number(row.at_ms as f64 / 86_400_000.0)),
        field(
            "local_time",
            "",
            "what clocks show in the scenario's time zone, and how far ahead of UTC; empty without a calendar",
            move |row: &&Row| clock.as_ref().map_or(Cell::text(""), |clock| Cell::text(&clock::iso(clock, row.at_ms))),
        ),
        field("kind", "", "fault, demand, machine, probe, decision or objective", |row: &&Row| {
            Cell::text(kind(row.kind))
        }),
        field("says", "", "what happened", |row: &&Row| Cell::text(&row.says)),
        field("rules", "", "the rules behind it", |row: &&Row| Cell::text(&row.rules)),
        field("cause", "", "the cause", |row: &&Row| Cell::text(&row.cause)),
        field("place", "", "where", |row: &&Row| Cell::text(&row.place)),
        field("machines", "", "machines that it is about", |row: &&Row| Cell::Count(row.machines)),
        field("times", "", "how often it happened at once, where it is done to no machine", |row: &&Row| {
            Cell::Count(row.times)
        }),
        field("requests", "", "requests that it is about", |row: &&Row| Cell::Count(row.requests)),
        field("serving", "", "machines that serve then", move |row: &&Row| whole(row.serving)),
        field("dead_in_rotation", "", "dead machines that still get requests", move |row: &&Row| whole(row.dead)),
        field("unserved_per_s", "1/s", "requests a second that are not served then", |row: &&Row| {
            Cell::Number(row.unserved_per_s)
        }),
        field("sessions_lost", "", "sessions that are lost with machines, in the row that tells it", |row: &&Row| {
            Cell::Number(row.sessions_lost)
        }),
        field("waiting", "", "jobs that wait then, or requests in line", move |row: &&Row| {
            Cell::Number(waiting.as_ref().map_or(0.0, |waiting| waiting.at(row.at_ms)))
        }),
    ];
    Sheet::write("timeline.csv", fields, rows, locale)
}
