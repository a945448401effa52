//! Outages that really happened, from somebody else's CSV file.
//!
//! The file has a row of column names and one row per outage. [`ForeignColumns`] says which column holds what; the
//! trace's time begins at the earliest start. Units are spread over the topology in the order of their first rows: unit
//! i stands in zone i mod Z, there in rack (i / Z) mod R, there on host i / (Z·R).
//!
//! Nothing is dropped in silence: rows that make no sense are counted and named by line in [`Dirty`]; outages of one unit
//! that overlap or adjoin are joined (the time that the unit is out stays, the first cause is kept) and counted.

pub use super::intervals::{BURST_UNITS_MIN, BURST_WITHIN_MS, Bursts};
use super::intervals::{Interval, Joined, union};
use super::problems::{Problems, TraceError};
use super::row::{Header, Row, Stage, Trace};
use super::spread::{Units, place, profile_of};
use super::table::{Fields, Table, read_file, without_mark};
use crate::mode::{Effect, Profile, Scope};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::path::Path;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_topology::Topology;

/// How instants are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds since 1970.
    UnixSeconds,
    /// Milliseconds since 1970.
    UnixMs,
    /// `2014-11-19T00:51Z`; without an offset it is UTC.
    Iso8601,
    /// Hours since a zero of the file's own.
    Hours,
}

/// Where the cause of an outage comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForeignCause {
    /// A column. An empty field is `unknown`; beyond 24 causes the rarest become `other causes`.
    Column(String),
    /// The same for all.
    Constant(String),
}

/// Which column holds what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignColumns {
    /// The name of what was out.
    pub unit: String,
    /// When it went down.
    pub start: String,
    /// When it was back.
    pub end: String,
    /// How both are written.
    pub time: TimeUnit,
    /// Why.
    pub cause: ForeignCause,
    /// What a unit becomes: a host, a rack, a zone or a region.
    pub scope: Scope,
}

/// Rows that describe no outage, by line. None of them is in the trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dirty {
    /// A field is missing or cannot be read.
    pub unreadable: Problems,
    /// The end lies before the start.
    pub ends_before_start: Problems,
    /// The end is the start.
    pub ends_at_start: Problems,
}

/// What was found in a foreign file, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignReport {
    /// Rows of the file.
    pub rows: u64,
    /// Different units.
    pub units: u64,
    /// Rows left out.
    pub dirty: Dirty,
    /// Outages joined to one of the same unit during which they began.
    pub overlapping: u64,
    /// Outages joined to one of the same unit at whose end they began.
    pub adjoining: u64,
    /// Of the joined, those whose own cause was given up.
    pub causes_lost: u64,
    /// Outages whose cause became `other causes`.
    pub causes_lumped: u64,
    /// Outages in the trace.
    pub outages: u64,
    /// Time that units are out, summed over units.
    pub down_ms: u128,
    /// Bursts in the file.
    pub bursts_before: Bursts,
    /// Bursts in the trace.
    pub bursts_after: Bursts,
    /// The earliest start, in milliseconds since 1970: the trace's beginning.
    pub begins_unix_ms: i64,
}

/// A foreign file as a trace on a topology.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreign {
    /// The outages.
    pub trace: Trace,
    /// A profile with one plain mode per cause, for an exact replay. Its rates and mean outages are those of the file,
    /// over the units that it names.
    pub profile: Profile,
    /// What was found.
    pub report: ForeignReport,
}

/// Reads a foreign file; see [`parse_foreign`].
///
/// # Errors
/// If the file cannot be read, or for the reasons of [`parse_foreign`].
pub fn read_foreign(path: &Path, columns: &ForeignColumns, topology: &Topology) -> Result<Foreign, TraceError> {
    parse_foreign(&read_file(path)?, columns, topology)
}

/// Makes a trace from a foreign file's text.
///
/// # Errors
/// If a column is missing, there are too many rows, more units than the topology has room for, or no outage at all.
pub fn parse_foreign(bytes: &[u8], columns: &ForeignColumns, topology: &Topology) -> Result<Foreign, TraceError> {
    if !matches!(columns.scope, Scope::Host | Scope::Rack | Scope::Zone | Scope::Region) {
        return Err(TraceError::NoRoom("units of a foreign file become hosts, racks, zones or regions".into()));
    }
    let mut reading = Reading::default_for(columns);
    reading.read(without_mark(bytes), columns)?;
    let begin = reading.outages.iter().map(|outage| outage.1).min().ok_or(TraceError::Empty)?;
    let interval = |&(unit, start, end, cause): &(u32, i64, i64, u32)| {
        let ms = |at: i64| at.abs_diff(begin);
        Interval { unit, start_ms: ms(start), end_ms: ms(end), cause }
    };
    let intervals: Vec<Interval> = reading.outages.iter().map(interval).collect();
    let horizon = intervals.iter().map(|interval| interval.end_ms).max().unwrap_or(0);
    if horizon > SimDuration::MAX.as_ms() {
        return Err(TraceError::NoRoom("the file spans more than 10,000 years".into()));
    }
    let bursts_before = Bursts::count(intervals.iter().map(|i| (i.start_ms, i.unit)).collect());
    let (mut outages, joined) = union(intervals);
    let causes_lumped = reading.causes.lump(&mut outages);
    let units = u64::from(reading.units.count());
    let profile = profile_of(&outages, &reading.causes, columns.scope, units, horizon)?;
    let (trace, bursts_after) = trace_of(&outages, &reading.causes, columns.scope, &profile, topology, horizon)?;
    let Joined { overlapping, adjoining, causes_lost } = joined;
    let report = ForeignReport {
        rows: reading.rows,
        units,
        dirty: reading.dirty,
        overlapping,
        adjoining,
        causes_lost,
        causes_lumped,
        outages: outages.len() as u64,
        down_ms: outages.iter().map(|outage| u128::from(outage.end_ms - outage.start_ms)).sum(),
        bursts_before,
        bursts_after,
        begins_unix_ms: begin,
    };
    Ok(Foreign { trace, profile, report })
}

/// What has been read so far.
struct Reading {
    rows: u64,
    units: Units,
    causes: Units,
    /// (unit, start, end, cause), in milliseconds since 1970.
    outages: Vec<(u32, i64, i64, u32)>,
    dirty: Dirty,
}

impl Reading {
    fn default_for(columns: &ForeignColumns) -> Self {
        let lines = || Problems::new("line");
        let dirty = Dirty { unreadable: lines(), ends_before_start: lines(), ends_at_start: lines() };
        let mut causes = Units::default();
        if let ForeignCause::Constant(name) = &columns.cause {
            causes.number(name);
        }
        Self { rows: 0, units: Units::default(), causes, outages: Vec::new(), dirty }
    }

    fn read(&mut self, text: &[u8], columns: &ForeignColumns) -> Result<(), TraceError> {
        let mut table = Table::new(text, 0)?;
        let [unit, start, end] = table.columns([&columns.unit, &columns.start, &columns.end])?;
        let cause = match &columns.cause {
            ForeignCause::Column(name) => Some(table.columns([name])?[0]),
            ForeignCause::Constant(_) => None,
        };
        while let Some(fields) = table.next()? {
            self.rows += 1;
            let times = fields.check().and_then(|()| self.times(&fields, unit, start, end, columns.time));
            let (number, start, end) = match times {
                Ok(times) => times,
                Err(words) => {
                    self.dirty.unreadable.add(fields.line, words);
                    continue;
                }
            };
            if end < start {
                self.dirty.ends_before_start.add(fields.line, format!("ends {} ms before it starts", start - end));
            } else if end == start {
                self.dirty.ends_at_start.add(fields.line, "ends at its start");
            } else {
                let cause = cause.map_or(0, |column| match fields.text(column) {
                    "" => self.causes.number("unknown"),
                    name => self.causes.number(name),
                });
                self.outages.push((number, start, end, cause));
            }
        }
        Ok(())
    }

    /// The number of a row's unit, its start and its end.
    fn times(
        &mut self,
        fields: &Fields<'_>,
        unit: usize,
        start: usize,
        end: usize,
        time: TimeUnit,
    ) -> Result<(u32, i64, i64), String> {
        let name = fields.text(unit);
        if name.is_empty() {
            return Err("no unit".into());
        }
        let number = self.units.number(name);
        Ok((number, instant(fields.text(start), time)?, instant(fields.text(end), time)?))
    }
}

/// The farthest instant from 1970 that is taken seriously: a million years, in milliseconds.
const INSTANT_MS_MAX: u64 = 1_000_000 * 365 * 86_400_000;

/// Milliseconds since 1970.
pub(super) fn instant(text: &str, time: TimeUnit) -> Result<i64, String> {
    let unreadable = || if text.is_empty() { "no time".to_owned() } else { format!("`{text}` is no time") };
    let ms = match time {
        TimeUnit::UnixMs => text.parse::<i64>().map_err(|_| unreadable())?,
        TimeUnit::UnixSeconds => match text.parse::<i64>() {
            Ok(seconds) => seconds.saturating_mul(1000),
            Err(_) => text.parse::<f64>().map_err(|_| unreadable()).map(|seconds| libm::round(seconds * 1e3) as i64)?,
        },
        TimeUnit::Hours => {
            text.parse::<f64>().map_err(|_| unreadable()).map(|hours| libm::round(hours * 3.6e6) as i64)?
        }
        TimeUnit::Iso8601 => {
            let utc = || text.parse::<DateTime>().and_then(|at| at.to_zoned(TimeZone::UTC)).map(|at| at.timestamp());
            text.parse::<Timestamp>().or_else(|_| utc()).map_err(|_| unreadable())?.as_millisecond()
        }
    };
    let finite = !matches!(text.parse::<f64>(), Ok(number) if !number.is_finite());
    if finite && ms.unsigned_abs() <= INSTANT_MS_MAX { Ok(ms) } else { Err(unreadable()) }
}

fn trace_of(
    outages: &[Interval],
    causes: &Units,
    scope: Scope,
    profile: &Profile,
    topology: &Topology,
    horizon: u64,
) -> Result<(Trace, Bursts), TraceError> {
    let mut trace = Trace::new(Header {
        trial: None,
        topology: topology.fingerprint(),
        profile: profile.fingerprint(),
        profile_name: profile.name.clone(),
        population: None,
        horizon: SimTime::from_ms(horizon),
        thinned: 0,
        not_recorded: Vec::new(),
    });
    let mut starts = Vec::with_capacity(outages.len());
    for (at, outage) in outages.iter().enumerate() {
        let (place, name) = place(outage.unit, scope, topology)?;
        starts.push((outage.start_ms, place));
        let row = Row {
            event_id: at as u64,
            parent_id: None,
            stage: if scope == Scope::Host { Stage::Unit } else { Stage::Main },
            announced: None,
            start: SimTime::from_ms(outage.start_ms),
            end: SimTime::from_ms(outage.end_ms),
            scope,
            members: name.into(),
            effect: Effect::Down,
            cause: 0,
        };
        trace.push(row, causes.name(outage.cause));
    }
    Ok((trace, Bursts::count(starts)))
}
