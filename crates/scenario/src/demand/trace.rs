//! A CSV file of what arrived, or of another series: columns `time` and `rate` (`value`), others are passed over. Where `;` separates
//! them, as spreadsheets of half of Europe write it, decimals may stand after a comma. Its mistakes are told in its own lines and
//! columns, the first few of a kind.

use super::cells::{Decimals, either_way, odd_row};
use super::instants::{Clock, NoTime, instant, looks_like_unix};
use super::pieces::{MILLI_MAX, PIECES_MAX};
use super::written;
use crate::codes;
use crate::diagnostic::{More, Sink};
use crate::files::Mistaken;
use crate::reader::Reader;
use jiff::tz::TimeZone;
use std::ops::Range;
use zonefall_faults::separator;
use zonefall_topology::grouped;

/// What the columns of a trace are called: its time, and what it is worth from then on.
pub(super) type Columns = [&'static str; 2];

/// Milliseconds after the trial's beginning, and thousandths of a request a second (of the value) from then on.
pub(super) type Row = (i64, f64);

/// The rows of the file that `trace` names; the outer `None` is a mistake, the inner one a file that need not be there.
pub(super) fn rows(
    reader: &Reader<'_>,
    clock: &super::Clock<'_>,
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
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let (separator, line) = separator(&text.as_bytes()[mark..]);
    let begin = if line > 0 { mark + line } else { 0 };
    let first_line = begin..text[begin..].find('\n').map_or(text.len(), |at| begin + at);
    let mut csv = csv::ReaderBuilder::new();
    let mut csv = csv.delimiter(separator).flexible(true).trim(csv::Trim::All).from_reader(&text.as_bytes()[begin..]);
    let header = csv.headers().ok()?.clone();
    let column = |name: &str, sink: &mut Sink| {
        let is = |given: &str| given.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name);
        let mut all = header.iter().enumerate().filter(|(_, given)| is(given)).map(|(at, _)| at);
        let found = all.next();
        if let Some(again) = all.next() {
            let cells: Vec<&str> = header.iter().collect();
            let words =
                format!("there are two columns `{name}`: one of them must be called otherwise, then it is passed over");
            sink.error(codes::DEMAND, &place(text, begin, (again, &cells), separator), words);
        }
        if found.is_none() {
            let more = sink.error(codes::DEMAND, &first_line, format!("there is no column `{name}`"));
            let more = more.help(format!(
                "the first line names the columns: {}",
                columns.join(char::from(separator).to_string().as_str())
            ));
            if text[first_line.clone()].contains('\t') {
                more.help("here they are separated by tabs: write commas, or semicolons");
            }
        }
        found
    };
    let (time, rate) = (column(columns[0], sink), column(columns[1], sink));
    let of_columns = columns.map(|name| format!("in `{name}`"));
    let mut reading = Reading {
        text,
        begin,
        separator,
        names: header.len(),
        columns,
        fields: [time?, rate?],
        calendar,
        decimals: [Decimals::of(separator), Decimals::of(separator)],
        rows: Vec::new(),
        either: Vec::new(),
        wrong: [&of_columns[0], &of_columns[1], "in their order", "in their number of cells"].map(Wrong::of),
        skipped: Wrong::warning("in summer time"),
        last_skipped: None,
    };
    for record in csv.records() {
        let Ok(record) = record else {
            sink.error_of_file(codes::DEMAND, "the file is not CSV");
            return None;
        };
        if reading.rows.len() as u64 >= PIECES_MAX {
            sink.error_of_file(codes::TOO_MUCH, format!("the trace has more than {PIECES_MAX} rows"));
            return None;
        }
        reading.row(&record, sink);
    }
    reading.rows(sink)
}

/// A trace while it is read.
struct Reading<'a> {
    text: &'a str,
    /// Where the line that names the columns stands.
    begin: usize,
    separator: u8,
    /// How many columns the first line names.
    names: usize,
    columns: Columns,
    /// Where time and rate stand.
    fields: [usize; 2],
    calendar: Option<(&'a TimeZone, i64)>,
    /// By column.
    decimals: [Decimals; 2],
    rows: Vec<Row>,
    /// Numbers that read as two, by column, with their places.
    either: Vec<(usize, String, Range<usize>)>,
    /// Times, rates, order, cells.
    wrong: [Wrong<'a>; 4],
    /// Times that the clock leaves out, and the last of them where it is the last row.
    skipped: Wrong<'a>,
    last_skipped: Option<String>,
}

impl Reading<'_> {
    fn row(&mut self, record: &csv::StringRecord, sink: &mut Sink) {
        let begin = record.position().map_or(0, |position| position.byte() as usize);
        let begin = (self.begin + begin).min(self.text.len());
        let cells: Vec<&str> = record.iter().collect();
        let place = |field: usize| place(self.text, begin, (field, &cells), self.separator);
        if let Some((words, help)) = odd_row(self.names, &cells, self.separator) {
            let odd = (self.names..cells.len()).find(|&field| !cells[field].is_empty());
            self.wrong[3].tell(words, place(odd.unwrap_or(usize::MAX)), help, sink);
            return;
        }
        let [time, rate] = self.fields.map(|field| cells[field]);
        for (column, cell) in [time, rate].into_iter().enumerate() {
            if self.decimals[column].may_be_thousands(cell) {
                self.either.push((column, cell.to_owned(), place(self.fields[column])));
            }
        }
        let read = self.decimals[0].plain(time).map_err(NoTime::Mixed);
        let at = read.and_then(|cell| instant(&cell, self.calendar)).map_err(|why| {
            let words = format!("`{}`: \"{time}\" {why}", self.columns[0]);
            let dated = written::date(time).map(|date| format!("write {date}: year, month, day"));
            self.wrong[0].tell(words, place(self.fields[0]), dated.or_else(|| why.help()), sink);
        });
        let amount = self.decimals[1].plain(rate).and_then(|cell| amount(&cell)).map_err(|why| {
            let words = format!("`{}`: \"{rate}\" {why}", self.columns[1]);
            let help = written::number(rate, self.decimals[1].mark())
                .map(|number| format!("write {number}: nothing parts thousands"));
            self.wrong[1].tell(words, place(self.fields[1]), help, sink);
        });
        let (Ok((at, clock)), Ok(amount)) = (at, amount) else { return };
        let place = place(self.fields[0]);
        if let Some(date) = looks_like_unix(time).filter(|_| self.rows.is_empty()) {
            let words =
                format!("`{}`: \"{time}\" is too late for seconds from the beginning of a trial", self.columns[0]);
            let help = format!("is it {date}, counted from 1970? write it so, or count from the beginning");
            self.wrong[0].tell(words, place.clone(), Some(help), sink);
        }
        if clock == Clock::Skipped {
            let words = format!("`{}`: \"{time}\" does not exist: clocks go forward then", self.columns[0]);
            let help = "it is read as so much later, when clocks have gone forward";
            self.skipped.tell(words, place.clone(), Some(help.into()), sink);
        }
        if self.rows.last().is_some_and(|last| last.0 >= at) {
            let twice =
                "clocks go back then, and this time comes twice: write the offset, for example 2026-10-25T02:30+01:00";
            let help = match clock {
                Clock::Repeated => Some(twice.to_owned()),
                _ => self.after_skipped(),
            };
            self.wrong[2].tell("this row does not lie after the one above it".into(), place, help, sink);
        }
        self.last_skipped = (clock == Clock::Skipped).then(|| time.to_owned());
        self.rows.push((at, amount));
    }

    /// What to do where the row above is at an hour that the clock leaves out, and was read as so much later.
    fn after_skipped(&self) -> Option<String> {
        let above = self.last_skipped.as_ref()?;
        let zone =
            self.calendar.and_then(|(zone, _)| zone.iana_name()).map_or(String::new(), |name| format!(" in {name}"));
        Some(format!(
            "the row above, \"{above}\", does not exist{zone}: delete that line, or, if the times are UTC, set `demand.time_zone = \"UTC\"`"
        ))
    }

    /// All rows, once what can be told of all of them is told.
    fn rows(mut self, sink: &mut Sink) -> Option<Vec<Row>> {
        for (column, cell, place) in self.either.into_iter().filter(|of| !self.decimals[of.0].are_shown()) {
            let (whole, point) = (cell.replace(['.', ','], ""), cell.replace(',', "."));
            let words = format!("`{}`: \"{cell}\" may be {whole} or {point}", self.columns[column]);
            self.wrong[column].tell(words, place, Some(either_way(&cell)), sink);
        }
        self.wrong.into_iter().chain([self.skipped]).for_each(|of| of.tell_rest(sink));
        if self.rows.is_empty() && !sink.has_errors() {
            sink.error_of_file(codes::EMPTY, "the trace has no rows");
        }
        (!self.rows.is_empty()).then_some(self.rows)
    }
}

/// Mistakes, or warnings, of one kind.
struct Wrong<'a> {
    /// Where all of them are.
    of: &'a str,
    warns: bool,
    count: u64,
    /// The first that is not told.
    untold: Option<Range<usize>>,
}

impl<'a> Wrong<'a> {
    fn of(of: &'a str) -> Self {
        Self { of, warns: false, count: 0, untold: None }
    }

    fn warning(of: &'a str) -> Self {
        Self { warns: true, ..Self::of(of) }
    }

    fn tell(&mut self, words: String, place: Range<usize>, help: Option<String>, sink: &mut Sink) {
        self.count += 1;
        if self.count > TOLD_MAX {
            self.untold.get_or_insert(place);
            return;
        }
        let more = self.say(&place, words, sink);
        if let Some(help) = help {
            more.help(help);
        }
    }

    fn say<'s>(&self, place: &Range<usize>, words: String, sink: &'s mut Sink) -> More<'s> {
        if self.warns { sink.warn(codes::UNCOVERED, place, words) } else { sink.error(codes::DEMAND, place, words) }
    }

    fn tell_rest(self, sink: &mut Sink) {
        let Some(place) = &self.untold else { return };
        let rows = match self.count - TOLD_MAX {
            1 => "one more row has".to_owned(),
            rows => format!("{} more rows have", grouped(rows.into())),
        };
        self.say(place, format!("{rows} such a mistake {}, from this one on", self.of), sink);
    }
}

/// Where a cell stands in the first line of its record; all of that line where there is no such cell.
fn place(text: &str, begin: usize, (field, cells): (usize, &[&str]), separator: u8) -> Range<usize> {
    let rest = text.get(begin..).unwrap_or("");
    let lead = rest.len() - rest.trim_start_matches(['\n', '\r']).len();
    let begin = begin + lead;
    let line = &rest[lead..];
    let line = &line[..line.find('\n').unwrap_or(line.len())];
    let cell = cells.get(field).copied().unwrap_or("");
    // What stands in quotes may hold separators.
    let from = if line.contains('"') {
        0
    } else {
        line.split(char::from(separator)).take(field.min(cells.len())).map(|before| before.len() + 1).sum()
    };
    match line.get(from..).and_then(|rest| rest.find(cell)).filter(|_| !cell.is_empty()) {
        Some(at) => begin + from + at..begin + from + at + cell.len(),
        None => begin..begin + line.trim_end().len(),
    }
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

    /// Line, column, and words with help, of all that is told of a trace.
    fn told(text: &str, calendar: Option<(&TimeZone, i64)>) -> Vec<(usize, usize, String)> {
        let mut sink = Sink::default();
        read(text, ["time", "rate"], calendar, &mut sink);
        let told = sink.finish("x.csv", text);
        let words =
            |item: &crate::diagnostic::Diagnostic| [vec![item.message.clone()], item.help.clone()].concat().join(" / ");
        told.items().iter().map(|item| (item.line, item.column, words(item))).collect()
    }

    #[test]
    fn a_row_with_more_or_fewer_cells_than_names_is_a_mistake() {
        let found = told("time,rate\n0,1,200\n3600,1,500\n7200,900,\n9000\n9001;7\n", None);
        let places: Vec<(usize, usize)> = found.iter().map(|told| (told.0, told.1)).collect();
        assert_eq!(places, [(2, 5), (3, 8), (5, 1), (6, 1)]);
        assert!(
            found[0].2.ends_with("/ is `1,200` one number? write it without thousands separators: 1200"),
            "{found:?}"
        );
        assert_eq!(told("time;rate\n0;900;foo\n", None).iter().map(|told| told.1).collect::<Vec<_>>(), [7]);
        assert_eq!(told("time,rate\n0,1,200\n1,1,200\n2,1,200\n3,1,200\n4,1,200\n", None).len(), 4);
    }

    #[test]
    fn a_column_that_stands_there_twice_is_a_mistake_at_its_second_name() {
        let found = told("time,rate,note,Rate\n0,1,x,2\n", None);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0, found[0].1), (1, 16));
        assert!(found[0].2.starts_with("there are two columns `rate`"), "{found:?}");
        assert_eq!(told("\u{feff}time;rate;time\n0;1;5\n", None).iter().map(|told| told.0).collect::<Vec<_>>(), [1]);
        assert!(told("time,rate,note,note\n0,1,x,y\n", None).is_empty());
    }

    #[test]
    fn a_time_with_a_unit_is_read_and_seconds_since_1970_are_refused_with_their_date() {
        let mut sink = Sink::default();
        let rows = read("time,rate\n0 h,5\n8855 h,6\n", ["time", "rate"], None, &mut sink);
        assert_eq!(rows, Some(vec![(0, 5000.0), (31_878_000_000, 6000.0)]));
        let found = told("time,rate\n1767225600,5\n1767229200,6\n", None);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].2.contains("2026-01-01T00:00:00Z, counted from 1970"), "{found:?}");
        let found = told("time,rate\n8855 apples,5\n", None);
        assert!(found[0].2.contains("2026-01-31T13:00") && found[0].2.contains("`8855 h`"), "{found:?}");
    }

    #[test]
    fn three_digits_after_a_comma_are_refused_where_it_is_decimal_unless_the_file_shows_that_it_is() {
        let found = told("time;rate\n0;1,200\n3600;1,500\n", None);
        assert_eq!(found.len(), 2);
        let words = "`rate`: \"1,200\" may be 1200 or 1.200 / write 1200, or 1,2 if the comma is a decimal one";
        assert_eq!(found[0], (2, 3, words.to_owned()));
        assert!(told("time;rate\n0;1,200\n3600;0,5\n", None).is_empty());
    }

    #[test]
    fn three_digits_after_a_point_are_refused_where_commas_are_decimal_unless_the_file_shows_what_they_are() {
        let found = told("time;rate\n0;1.200\n3600;1.500\n", None);
        assert_eq!(found.len(), 2);
        let words = "`rate`: \"1.200\" may be 1200 or 1.200 / write 1200, or 1,2 if the point is a decimal one";
        assert_eq!(found[0], (2, 3, words.to_owned()));
        // Another row shows it, and where commas separate points are decimal.
        assert!(told("time;rate\n0;1.200\n3600;1.5\n", None).is_empty());
        assert_eq!(told("time;rate\n0;0.200\n3600;1,500\n", None).len(), 1);
        assert!(told("time,rate\n0,1.200\n", None).is_empty());
    }

    #[test]
    fn times_that_the_clock_leaves_out_or_has_twice_are_told() {
        let zone = crate::months::zone("Europe/Berlin").expect("a zone");
        let berlin = Some((&zone, 0));
        let found = told("time,rate\n2026-03-29 01:30,5\n2026-03-29 02:30,6\n2026-03-29T03:40,7\n", berlin);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].2.starts_with("`time`: \"2026-03-29 02:30\" does not exist: clocks go forward"), "{found:?}");
        let found = told("time,rate\n2026-10-25 02:30,5\n2026-10-25 02:30,6\n", berlin);
        assert!(found[0].2.contains("this time comes twice"), "{found:?}");
        assert!(told("time,rate\n2026-10-25 02:30,5\n2026-10-25T02:30+01:00,6\n", berlin).is_empty());
    }
}
