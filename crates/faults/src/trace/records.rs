//! Recorded events from somebody's CSV file: when each began, how long it lasted, and to which group it belongs.
//!
//! Nothing is dropped in silence: rows that make no sense are counted by reason and named by line ([`Dirt`]), rows that
//! a filter leaves aside are counted. A row without an end is an event whose length nobody knows; it counts for how often,
//! not for how long.

use super::foreign::{TimeUnit, instant};
use super::problems::{Problems, TraceError};
use super::table::{Fields, Table, read_file, without_mark};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use zonefall_engine::SimDuration;

/// The most groups of one file.
pub const GROUPS_MAX: usize = 200;

/// Where the length of an event comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum LengthColumn {
    /// A column with its end, written like its start.
    End(String),
    /// A column with the length itself: a number of this many milliseconds. `>24` and `24+` are longer than 24.
    Duration(String, f64),
}

/// Which column holds what.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordColumns {
    /// When it began. Without it only lengths are known, and no rate.
    pub start: Option<String>,
    /// How long it lasted.
    pub length: LengthColumn,
    /// How instants are written.
    pub time: TimeUnit,
    /// Columns whose values together name a row's group.
    pub groups: Vec<String>,
    /// What was struck; its different values are counted.
    pub unit: Option<String>,
    /// Only rows in which each of these columns has one of its values.
    pub only: Vec<(String, Vec<String>)>,
    /// From when (inclusive) to when (exclusive) was watched, in milliseconds since 1970; events that begin outside are
    /// dirt.
    pub span: Option<(i64, i64)>,
    /// An event without an end was still going on at this instant: its length is cut off there.
    pub running_until: Option<i64>,
}

/// How long an event lasted, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lasted {
    /// This long.
    Exactly(f64),
    /// Longer than this.
    Longer(f64),
    /// Nobody wrote it down.
    Unknown,
}

/// One event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Record {
    /// When it began, in milliseconds since 1970 (or since the file's own zero).
    pub start: Option<i64>,
    /// How long it lasted.
    pub lasted: Lasted,
    /// The number of its group, in order of appearance.
    pub group: u32,
}

/// A reason why a row is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dirt {
    /// Too few or too many fields, bytes that are no text.
    Malformed,
    /// The start is missing or cannot be read.
    Start,
    /// The end cannot be read.
    End,
    /// The length cannot be read.
    Length,
    /// It ends before it starts, or lasts less than nothing.
    Negative,
    /// It lasts no time at all.
    Zero,
    /// It lasts longer than 10,000 years.
    Endless,
    /// It begins outside the time that was watched.
    Outside,
}

impl Dirt {
    /// In words, for one row or many.
    pub fn words(self) -> &'static str {
        match self {
            Self::Malformed => "not a row of this table",
            Self::Start => "no readable start",
            Self::End => "no readable end",
            Self::Length => "no readable duration",
            Self::Negative => "end before start",
            Self::Zero => "end at start",
            Self::Endless => "longer than 10,000 years",
            Self::Outside => "beginning outside the span",
        }
    }
}

/// What a file of events holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Records {
    /// Rows of the file.
    pub rows: u64,
    /// Rows left aside by `only`.
    pub aside: u64,
    /// Rows that are no events, by reason.
    pub dirty: BTreeMap<Dirt, Problems>,
    /// The events, in the order of the file.
    pub events: Vec<Record>,
    /// The values that name each group.
    pub groups: Vec<Vec<String>>,
    /// How many different units there are, also in rows that are no events, if a column names them.
    pub units: Option<u64>,
}

/// Reads a file of events; see [`parse_records`].
///
/// # Errors
/// If the file cannot be read, or for the reasons of [`parse_records`].
pub fn read_records(path: &Path, columns: &RecordColumns) -> Result<Records, TraceError> {
    parse_records(&read_file(path)?, columns)
}

/// An instant in milliseconds since 1970 (or since the file's own zero).
///
/// # Errors
/// What is wrong with the text, in words.
pub fn parse_instant(text: &str, time: TimeUnit) -> Result<i64, String> {
    instant(text.trim(), time)
}

/// The names of the columns of a file.
///
/// # Errors
/// If the file cannot be read or is too large.
pub fn read_column_names(path: &Path) -> Result<Vec<String>, TraceError> {
    Ok(Table::new(without_mark(&read_file(path)?), 0)?.names().to_vec())
}

/// Reads events from CSV text with a row of column names.
///
/// # Errors
/// If a column is missing, or there are too many rows or groups. A file without any event is no error.
pub fn parse_records(bytes: &[u8], columns: &RecordColumns) -> Result<Records, TraceError> {
    let mut table = Table::new(without_mark(bytes), 0)?;
    let places = Places::find(&table, columns)?;
    let mut found =
        Records { rows: 0, aside: 0, dirty: BTreeMap::new(), events: Vec::new(), groups: Vec::new(), units: None };
    let (mut numbers, mut units) = (BTreeMap::new(), BTreeSet::new());
    while let Some(fields) = table.next()? {
        found.rows += 1;
        let has = |(at, values): &(usize, &Vec<String>)| values.iter().any(|value| fields.text(*at) == value);
        let event = match sane(&fields) {
            Ok(()) if !places.only.iter().all(has) => Ok(None),
            Ok(()) => {
                // A unit whose only row is dirty was watched all the same.
                if let Some(at) = places.unit {
                    units.insert(fields.text(at).to_owned());
                }
                event(&fields, &places, columns).map(Some)
            }
            Err(why) => Err(why),
        };
        match event {
            Ok(None) => found.aside += 1,
            Err((dirt, words)) => {
                found.dirty.entry(dirt).or_insert_with(|| Problems::new("line")).add(fields.line, words);
            }
            Ok(Some((start, lasted))) => {
                let group: Vec<String> = places.groups.iter().map(|&at| fields.text(at).to_owned()).collect();
                let next = numbers.len() as u32;
                let group = *numbers.entry(group).or_insert_with_key(|group| {
                    found.groups.push(group.clone());
                    next
                });
                if found.groups.len() > GROUPS_MAX {
                    let (count, limit) = (found.groups.len() as u64, GROUPS_MAX as u64);
                    return Err(TraceError::TooMany { what: "groups", count, limit });
                }
                found.events.push(Record { start, lasted, group });
            }
        }
    }
    found.units = places.unit.map(|_| units.len() as u64);
    Ok(found)
}

/// Where the columns are.
struct Places<'a> {
    start: Option<usize>,
    length: usize,
    groups: Vec<usize>,
    unit: Option<usize>,
    only: Vec<(usize, &'a Vec<String>)>,
    /// Whether decimals may stand after a comma.
    decimal_commas: bool,
}

impl<'a> Places<'a> {
    fn find(table: &Table<'_>, columns: &'a RecordColumns) -> Result<Self, TraceError> {
        let at = |name: &String| {
            let wrong = || TraceError::Column { name: name.clone(), found: table.names().to_vec() };
            table.column(name)?.ok_or_else(wrong)
        };
        let (LengthColumn::End(length) | LengthColumn::Duration(length, _)) = &columns.length;
        Ok(Self {
            decimal_commas: table.has_decimal_commas(),
            start: columns.start.as_ref().map(at).transpose()?,
            length: at(length)?,
            groups: columns.groups.iter().map(at).collect::<Result<_, _>>()?,
            unit: columns.unit.as_ref().map(at).transpose()?,
            only: columns
                .only
                .iter()
                .map(|(name, values)| at(name).map(|at| (at, values)))
                .collect::<Result<_, _>>()?,
        })
    }
}

type Why = (Dirt, String);

fn sane(fields: &Fields<'_>) -> Result<(), Why> {
    fields.check().map_err(|words| (Dirt::Malformed, words))?;
    match fields.position(|field| field.contains('\0')) {
        Some(at) => Err((Dirt::Malformed, format!("field {} holds a NUL byte", at + 1))),
        None => Ok(()),
    }
}

fn event(fields: &Fields<'_>, places: &Places<'_>, columns: &RecordColumns) -> Result<(Option<i64>, Lasted), Why> {
    let start = places.start.map(|at| instant(fields.text(at), columns.time)).transpose();
    let start = start.map_err(|words| (Dirt::Start, words))?;
    if let (Some(start), Some((from, to))) = (start, columns.span)
        && !(from..to).contains(&start)
    {
        return Err((Dirt::Outside, "begins outside the span".into()));
    }
    let text = fields.text(places.length);
    let lasted = match (&columns.length, text.is_empty()) {
        (_, true) => match (columns.running_until, start) {
            (Some(until), Some(start)) => Lasted::Longer(until as f64 - start as f64),
            _ => Lasted::Unknown,
        },
        (LengthColumn::End(_), false) => {
            let (text, cut) = cut_off(text);
            let end = instant(text, columns.time).map_err(|words| (Dirt::End, words))?;
            let length = end as f64 - start.unwrap_or(0) as f64;
            if cut { Lasted::Longer(length) } else { Lasted::Exactly(length) }
        }
        (LengthColumn::Duration(_, unit), false) => {
            let (text, cut) = cut_off(text);
            let length = number(text, places.decimal_commas).map_err(|words| (Dirt::Length, words))? * unit;
            if cut { Lasted::Longer(length) } else { Lasted::Exactly(length) }
        }
    };
    possible(lasted)?;
    Ok((start, lasted))
}

/// A number, after whose comma decimals may stand; one that reads as thousands as well is none.
fn number(text: &str, decimal_commas: bool) -> Result<f64, String> {
    let (whole, decimals) = text.split_once(',').filter(|_| decimal_commas).unwrap_or((text, ""));
    if decimals.len() == 3 && !whole.trim_start_matches(['-', '0']).is_empty() {
        return Err(format!("is `{text}` {whole}.{decimals} or {whole}{decimals}? write a point, or no mark"));
    }
    let plain = if decimals.is_empty() { text.to_owned() } else { format!("{whole}.{decimals}") };
    plain.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| format!("`{text}` is no number"))
}

/// `>24` and `24+`: longer than 24.
fn cut_off(text: &str) -> (&str, bool) {
    let rest = text.strip_prefix('>').or_else(|| text.strip_suffix('+'));
    rest.map_or((text, false), |rest| (rest.trim(), true))
}

fn possible(lasted: Lasted) -> Result<(), Why> {
    let (Lasted::Exactly(ms) | Lasted::Longer(ms)) = lasted else { return Ok(()) };
    if ms < 0.0 {
        Err((Dirt::Negative, format!("lasts {ms} ms")))
    } else if ms == 0.0 {
        Err((Dirt::Zero, "lasts no time".into()))
    } else if ms > SimDuration::MAX.as_ms() as f64 {
        Err((Dirt::Endless, format!("lasts {ms} ms")))
    } else {
        Ok(())
    }
}
