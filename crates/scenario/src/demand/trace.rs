//! A CSV file of what arrived, or of another series: columns `time` and `rate` (`value`), others are passed over. Where `;` separates
//! them, as spreadsheets of half of Europe write it, decimals may stand after a comma. Its mistakes are told in its own lines and
//! columns, the first few of a kind.

use super::Clock;
use super::pieces::{MILLI_MAX, PIECES_MAX};
use super::written;
use crate::codes;
use crate::diagnostic::Sink;
use crate::files::Mistaken;
use crate::reader::Reader;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::borrow::Cow;
use std::ops::Range;
use zonefall_topology::grouped;

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

/// Of mistakes of one kind, how many are told one by one.
const TOLD_MAX: u64 = 3;

/// Reads all rows; tells what is wrong with any.
fn read(text: &str, columns: Columns, calendar: Option<(&TimeZone, i64)>, sink: &mut Sink) -> Option<Vec<Row>> {
    let first_line = 0..text.find('\n').unwrap_or(text.len());
    let separator = separator(&text[first_line.clone()]);
    let mut csv = csv::ReaderBuilder::new();
    let mut csv = csv.delimiter(separator).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = csv.headers().ok()?.clone();
    let column = |name: &str, sink: &mut Sink| {
        let found = header.iter().position(|given| given.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name));
        if found.is_none() {
            let more = sink.error(codes::DEMAND, &first_line, format!("there is no column `{name}`"));
            let more = more.help(format!("the first line names the columns: {}", columns.join(",")));
            if text[first_line.clone()].contains('\t') {
                more.help("here they are separated by tabs: write commas, or semicolons");
            }
        }
        found
    };
    let (time, rate) = (column(columns[0], sink), column(columns[1], sink));
    let (time, rate) = (time?, rate?);
    let mut rows: Vec<Row> = Vec::new();
    let mut wrong = [Wrong::of(columns[0]), Wrong::of(columns[1]), Wrong::default()];
    let mut decimals = Decimals { commas: separator == b';', seen: None };
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
        let at = decimals.plain(cell(time)).and_then(|cell| instant(&cell, calendar)).map_err(|why| {
            let words = format!("`{}`: \"{}\" {why}", columns[0], cell(time));
            let dated = written::date(cell(time)).map(|date| format!("write {date}: year, month, day"));
            let help = dated.or_else(|| why.ends_with("date").then(|| TIMES.to_owned()));
            wrong[0].tell(words, place(time), help, sink);
        });
        let rate = decimals.plain(cell(rate)).and_then(|cell| amount(&cell)).map_err(|why| {
            let words = format!("`{}`: \"{}\" {why}", columns[1], cell(rate));
            let help = written::number(cell(rate)).map(|number| format!("write {number}: nothing parts thousands"));
            wrong[1].tell(words, place(rate), help, sink);
        });
        let (Ok(at), Ok(rate)) = (at, rate) else { continue };
        if rows.last().is_some_and(|last| last.0 >= at) {
            wrong[2].tell("this row does not lie after the one above it".into(), place(time), None, sink);
        }
        rows.push((at, rate));
    }
    wrong.into_iter().for_each(|of| of.tell_rest(sink));
    if rows.is_empty() && !sink.has_errors() {
        sink.error_of_file(codes::EMPTY, "the trace has no rows");
    }
    (!rows.is_empty()).then_some(rows)
}

/// What to write for a time.
const TIMES: &str = "write for example 2026-01-31T13:00, or seconds from the beginning of a trial";

/// What separates the columns, by the line that names them.
fn separator(header: &str) -> u8 {
    if header.contains(';') && !header.contains(',') { b';' } else { b',' }
}

/// How decimals are written: after a point, or after a comma where that separates no columns; in one file in one way.
struct Decimals {
    commas: bool,
    seen: Option<char>,
}

impl Decimals {
    /// A number as programs write it; another text as it is.
    fn plain<'c>(&mut self, cell: &'c str) -> Result<Cow<'c, str>, &'static str> {
        let pointed = cell.replace(',', ".");
        let has_both = cell.contains('.') && cell.contains(',');
        if !self.commas || (!has_both && pointed.parse::<f64>().is_err()) {
            return Ok(cell.into());
        }
        if has_both {
            return Err("is not a number");
        }
        for mark in cell.chars().filter(|mark| ['.', ','].contains(mark)) {
            if *self.seen.get_or_insert(mark) != mark {
                return Err(
                    "has a point where others have a comma, or a comma for a point: decimals stand after one of them in all rows",
                );
            }
        }
        Ok(pointed.into())
    }
}

/// Mistakes of one kind.
#[derive(Default)]
struct Wrong {
    /// The column; none of the order of the rows.
    column: Option<&'static str>,
    count: u64,
    /// The first that is not told.
    untold: Option<Range<usize>>,
}

impl Wrong {
    fn of(column: &'static str) -> Self {
        Self { column: Some(column), ..Self::default() }
    }

    fn tell(&mut self, words: String, place: Range<usize>, help: Option<String>, sink: &mut Sink) {
        self.count += 1;
        if self.count > TOLD_MAX {
            self.untold.get_or_insert(place);
            return;
        }
        let more = sink.error(codes::DEMAND, &place, words);
        if let Some(help) = help {
            more.help(help);
        }
    }

    fn tell_rest(self, sink: &mut Sink) {
        let Some(place) = self.untold else { return };
        let rows = match self.count - TOLD_MAX {
            1 => "one more row has".to_owned(),
            rows => format!("{} more rows have", grouped(rows.into())),
        };
        let of = self.column.map_or("in their order".into(), |column| format!("in `{column}`"));
        sink.error(codes::DEMAND, &place, format!("{rows} such a mistake {of}, from this one on"));
    }
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
