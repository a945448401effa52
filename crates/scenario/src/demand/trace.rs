//! A CSV file of what arrived, or of another series: columns `time` and `rate` (`value`), others are passed over. Its mistakes are told in its own lines
//! and columns.

use super::Clock;
use super::pieces::{MILLI_MAX, PIECES_MAX};
use crate::codes;
use crate::diagnostic::Sink;
use crate::files::Mistaken;
use crate::reader::Reader;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::ops::Range;

/// Seconds of 10,000 years.
const SECONDS_MAX: f64 = 10_000.0 * 365.0 * 86_400.0;

/// What the columns of a trace are called: its time, and what it is worth from then on.
pub(super) type Columns = [&'static str; 2];

/// Milliseconds after the trial's beginning, and thousandths of a request a second (of the value) from then on.
pub(super) type Row = (i64, f64);

/// The rows of the file that `trace` names; the outer `None` is a mistake, the inner one a file that need not be there.
pub(super) fn rows(
    reader: &Reader<'_>,
    clock: &Clock<'_>,
    zone: Option<&TimeZone>,
    columns: Columns,
    sink: &mut Sink,
) -> Option<Option<Vec<Row>>> {
    let calendar = zone.zip(clock.start.map(|start| start.unix_ms));
    let mistaken = Mistaken { code: codes::DEMAND, words: "the trace" };
    clock.files.read(reader, "trace", mistaken, sink, |text, own| read(text, columns, calendar, own))
}

/// Reads all rows; tells what is wrong with any.
fn read(text: &str, columns: Columns, calendar: Option<(&TimeZone, i64)>, sink: &mut Sink) -> Option<Vec<Row>> {
    let mut csv = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = csv.headers().ok()?.clone();
    let first_line = 0..text.find('\n').unwrap_or(text.len());
    let column = |name: &str, sink: &mut Sink| {
        let found = header.iter().position(|given| given.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name));
        if found.is_none() {
            sink.error(codes::DEMAND, &first_line, format!("there is no column `{name}`"))
                .help(format!("the first line names the columns: {}", columns.join(",")));
        }
        found
    };
    let (time, rate) = (column(columns[0], sink), column(columns[1], sink));
    let (time, rate) = (time?, rate?);
    let mut rows: Vec<Row> = Vec::new();
    for record in csv.records() {
        let Ok(record) = record else {
            sink.error_of_file(codes::DEMAND, "the file is not CSV");
            return None;
        };
        if rows.len() as u64 >= PIECES_MAX {
            sink.error_of_file(codes::TOO_MUCH, format!("the trace has more than {PIECES_MAX} rows"));
            return None;
        }
        let begin = record.position().map_or(0, |position| position.byte() as usize).min(text.len());
        let place = |field: usize| place(text, begin, record.get(field).unwrap_or(""));
        let cell = |field: usize| record.get(field).unwrap_or("");
        let at = instant(cell(time), calendar).map_err(|why| {
            sink.error(codes::DEMAND, &place(time), format!("`time`: \"{}\" {why}", cell(time)));
        });
        let rate = amount(cell(rate)).map_err(|why| {
            sink.error(codes::DEMAND, &place(rate), format!("`{}`: \"{}\" {why}", columns[1], cell(rate)));
        });
        let (Ok(at), Ok(rate)) = (at, rate) else { continue };
        if rows.last().is_some_and(|last| last.0 >= at) {
            sink.error(codes::DEMAND, &place(time), "this row does not lie after the one above it");
        }
        rows.push((at, rate));
    }
    if rows.is_empty() && !sink.has_errors() {
        sink.error_of_file(codes::EMPTY, "the trace has no rows");
    }
    (!rows.is_empty()).then_some(rows)
}

/// Where a cell stands: in the first line of its record.
fn place(text: &str, begin: usize, cell: &str) -> Range<usize> {
    let rest = text.get(begin..).unwrap_or("");
    let lead = rest.len() - rest.trim_start_matches(['\n', '\r']).len();
    let begin = begin + lead;
    let line = &rest[lead..];
    let line = &line[..line.find('\n').unwrap_or(line.len())];
    match line.find(cell).filter(|_| !cell.is_empty()) {
        Some(at) => begin + at..begin + at + cell.len(),
        None => begin..begin + line.trim_end().len(),
    }
}

/// Seconds, or a date with time.
fn instant(cell: &str, calendar: Option<(&TimeZone, i64)>) -> Result<i64, &'static str> {
    if let Ok(seconds) = cell.parse::<f64>() {
        let fits = seconds.is_finite() && seconds.abs() <= SECONDS_MAX;
        return if fits { Ok(libm::round(seconds * 1000.0) as i64) } else { Err("is beyond 10,000 years") };
    }
    let absolute = cell.parse::<Timestamp>();
    let civil = cell.parse::<DateTime>();
    let Some((zone, start)) = calendar else {
        return Err(match (absolute, civil) {
            (Err(_), Err(_)) => "is neither a number of seconds nor a date",
            _ => "is a date, and the scenario has no `start`",
        });
    };
    let stamp = match (absolute, civil) {
        (Ok(stamp), _) => stamp,
        (_, Ok(civil)) => civil.to_zoned(zone.clone()).map_err(|_| "is no date of the calendar")?.timestamp(),
        _ => return Err("is neither a number of seconds nor a date"),
    };
    stamp.as_millisecond().checked_sub(start).ok_or("is too far away")
}

/// Requests a second, in thousandths.
fn amount(cell: &str) -> Result<f64, &'static str> {
    let rate: f64 = cell.parse().map_err(|_| "is not a number")?;
    let milli = rate * 1000.0;
    if milli.is_finite() && (0.0..=MILLI_MAX as f64).contains(&milli) {
        Ok(milli)
    } else {
        Err("must lie between 0 and 1,000,000,000")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_seconds_or_dates_and_every_mistake_has_its_place() {
        let mut sink = Sink::default();
        let utc = TimeZone::UTC;
        let text = "time, rate,note\n1970-01-01T00:00:01,5,\n1970-01-01T01:00:02+01:00, 7.5 ,x\n3,0,\n";
        let rows = read(text, ["time", "rate"], Some((&utc, 1000)), &mut sink);
        assert_eq!(rows, Some(vec![(0, 5000.0), (1000, 7500.0), (3000, 0.0)]));
        assert!(!sink.has_errors());

        let text = "time,rate\n0,5\n0,x\n5,-1\n4,1\nnoon,2\n1970-01-01,3\n6\n";
        let mut sink = Sink::default();
        read(text, ["time", "rate"], None, &mut sink);
        let told = sink.finish("x.csv", text);
        let places: Vec<(usize, usize)> = told.items().iter().map(|item| (item.line, item.column)).collect();
        assert_eq!(places, [(3, 3), (4, 3), (6, 1), (7, 1), (8, 1)]);

        let text = "time,rate\n5,1\n4,1\n";
        let mut sink = Sink::default();
        read(text, ["time", "rate"], None, &mut sink);
        assert_eq!(sink.finish("x.csv", text).items()[0].line, 3);
        for text in ["", "when,rate\n", "time,rate\n", "time\n1\n", "\u{0}"] {
            let mut sink = Sink::default();
            assert!(read(text, ["time", "rate"], None, &mut sink).is_none(), "{text:?}");
            assert!(sink.has_errors(), "{text:?}");
        }
    }
}
