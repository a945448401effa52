//! Whether a trace says what arrives in a trial, or the rates at its ends hold instead (W029).

use super::trace::Row;
use crate::codes;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use crate::scenario::CalendarStart;
use crate::units::duration_words;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use zonefall_engine::{SimDuration, SimTime};

/// When the first and the last row begin: by the clock where there is one, else after the trial's beginning.
pub(super) fn ends(rows: &[Row], start: Option<&CalendarStart>, zone: Option<&TimeZone>) -> [String; 2] {
    let by_clock = |at: i64| {
        let at = Timestamp::from_millisecond(start?.unix_ms.checked_add(at)?).ok()?;
        Some(at.to_zoned(zone?.clone()).strftime("%Y-%m-%d %H:%M").to_string())
    };
    let words = |at: i64| by_clock(at).unwrap_or_else(|| format!("{}{}", if at < 0 { "-" } else { "" }, away(at)));
    [rows.first(), rows.last()].map(|row| words(row.map_or(0, |row| row.0)))
}

/// Tells of a trace, that does not begin anew, what of the trial it leaves out before its first row, or that it lies beside it.
pub(super) fn check(reader: &Reader<'_>, rows: &[Row], horizon: Option<SimTime>, sink: &mut Sink) {
    let (Some(&first), Some(&last), Some(horizon)) = (rows.first(), rows.last(), horizon) else { return };
    let (words, help) = if first.0 >= horizon.as_ms() as i64 {
        (
            format!(
                "the trace begins {} after the trial does, which lasts {}",
                away(first.0),
                away(horizon.as_ms() as i64)
            ),
            ALL,
        )
    } else if last.0 < 0 {
        (format!("the trace ends {} before the trial begins", away(last.0)), ALL)
    } else if first.0 > 0 {
        (format!("the trace begins {} after the trial does: until then its first rate holds", away(first.0)), PART)
    } else {
        return;
    };
    sink.warn(codes::UNCOVERED, &reader.span_of("trace"), words).help(help);
}

const ALL: &str =
    "one rate of it holds all the time: mend `start` or the times of the rows, or let it begin anew with `trace_every`";
const PART: &str =
    "mend `start` or the times of the rows, add a row for the beginning, or let it begin anew with `trace_every`";

fn away(ms: i64) -> String {
    duration_words(SimDuration::from_ms(ms.unsigned_abs()))
}
