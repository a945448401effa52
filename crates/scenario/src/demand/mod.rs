//! `[demand]`: what arrives over a trial. Shapes of day and week, launches, growth and traces are factors on a rate; they
//! are cut into pieces here, so that the fleet only knows of steps.
//!
//! What can go wrong: a shape without a calendar, more pieces than are accepted, a rate beyond the limit, a trace with
//! mistakes; all told at their places.

mod cells;
mod cover;
mod instants;
mod pieces;
mod series;
mod trace;
mod written;

pub(crate) use series::series;

use crate::arrivals::{Course, Surge};
use crate::codes;
use crate::diagnostic::Sink;
use crate::files::Files;
use crate::keys::demand::{DAY_PARTS_MAX, LAUNCHES_MAX};
use crate::manage::Use;
use crate::memory::Memory;
use crate::months;
use crate::node::{Node, Value};
use crate::reader::Reader;
use crate::scenario::CalendarStart;
use crate::units;
use crate::values::wrong_type;
use jiff::tz::TimeZone;
use pieces::{Launch, MILLI_MAX, PIECES_MAX, Pieces, by_the_clock, of_rows};
use std::ops::{Range, RangeInclusive};
use zonefall_engine::{SimDuration, SimTime};
use zonefall_fleet::{Demand, Noise};

/// What the demand needs to know of the study's time.
pub(crate) struct Clock<'a> {
    pub start: Option<&'a CalendarStart>,
    /// Whether nothing is said of a calendar, not even wrongly.
    pub lacks_calendar: bool,
    /// None if it could not be read.
    pub horizon: Option<SimTime>,
    pub files: Files<'a>,
    /// Courses that have been read, where many designs are made.
    pub memory: Option<&'a Memory>,
}

impl Clock<'_> {
    /// The course that a table says, read by `read` unless it is remembered.
    fn course(
        &self,
        (reader, path): (&Reader<'_>, &'static str),
        zone: Option<&TimeZone>,
        sink: &mut Sink,
        read: impl FnOnce(&mut Sink) -> Option<Demand>,
    ) -> Option<Demand> {
        match self.memory {
            Some(memory) => memory.course(path, zone.and_then(TimeZone::iana_name), reader.table(), sink, read),
            None => read(sink),
        }
    }
}

/// A demand, and what makes it rise and fall; that is not told of a course that is remembered.
pub(crate) type Read = (Demand, Option<Course>);

/// The outer `None` is a mistake, the inner one no demand.
pub(crate) fn demand(root: &Reader<'_>, clock: &Clock<'_>, sink: &mut Sink) -> Option<Option<Read>> {
    let Some(reader) = root.sub_or_off("demand", "demand", sink) else { return Some(None) };
    let zone = zone(&reader, clock, sink);
    let mut understood = None;
    let read = |sink: &mut Sink| {
        let (demand, course) = whole(&reader, clock, zone.as_ref(), sink)?;
        understood = Some(course);
        Some(demand)
    };
    let demand = clock.course((&reader, "demand"), zone.as_ref(), sink, read)?;
    Some(Some((demand, understood)))
}

/// CO-04: what a request moves between machines, which matters to a bill only; nothing where there is no demand.
pub(crate) fn kb_between_zones(root: &Reader<'_>, billed: bool, sink: &mut Sink) -> Option<(f64, Option<Use>)> {
    if !root.is_table("demand") {
        return Some((0.0, None));
    }
    let reader = root.sub("demand", "demand", sink)?;
    let kb = reader.number("kb_between_zones", sink)?;
    let idle = (!billed).then_some("nobody asks for a bill: there is no `[money]`");
    let of = Use { span: reader.span_of("kb_between_zones"), key: "kb_between_zones", idle };
    Some((kb, of.when(kb > 0.0)))
}

fn whole(reader: &Reader<'_>, clock: &Clock<'_>, zone: Option<&TimeZone>, sink: &mut Sink) -> Option<(Demand, Course)> {
    let level = level(reader, &RATE, clock, zone, sink);
    let shape = shape(reader, clock, zone, sink);
    let growth = reader.number("growth_per_year", sink);
    let noise = noise(reader, "demand.noise", sink);
    let launches = launches(reader, clock, zone, sink);
    let (level, shape, growth, noise, (step, launches)) = (level?, shape?, growth?, noise?, launches?);
    let horizon = clock.horizon?;
    let span = reader.span();
    let grows = if growth == 0.0 { 0 } else { horizon.as_ms().div_ceil(86_400_000) };
    let drawn = noise.map_or(0, |noise: Noise| horizon.as_ms() / noise.every.as_ms());
    let of_launches = launches.iter().map(|launch| launch.pieces_most(step, horizon));
    let all = of_launches.chain([level.pieces_most(horizon), shape.pieces_most(horizon), grows, drawn]);
    if all.fold(0, u64::saturating_add) > PIECES_MAX {
        let words = format!("this demand may change more than {PIECES_MAX} times within the horizon");
        sink.error(codes::TOO_MUCH, span, words)
            .help("coarser parts of a day, a longer `step` or `noise.every`, or a shorter horizon");
        return None;
    }
    let (base, traced) = level.pieces(horizon);
    let of_launches = launches.iter().map(|launch| launch.pieces(step, horizon));
    let factors = of_launches.fold(traced.times(&shape.pieces(clock, horizon)?), |all, launch| all.times(&launch));
    let factors = if growth == 0.0 { factors } else { factors.in_days(horizon) };
    let Some(found) = factors.demand(base, growth, horizon, noise) else {
        too_much("the demand (req/s)", span, sink);
        return None;
    };
    let (trace, trace_every) = match &level {
        Level::Trace(_, every) => (reader.text("trace", sink), *every),
        Level::Constant(_) => (None, None),
    };
    let trace_rows = match &level {
        Level::Trace(rows, _) => Some((rows.len(), cover::ends(rows, clock.start, zone))),
        Level::Constant(_) => None,
    };
    let by_the_clock = !shape.is_flat() || !launches.is_empty() || trace.is_some();
    let zone = zone.filter(|_| by_the_clock).and_then(TimeZone::iana_name);
    let surge = |of: &Launch| Surge { peak: of.peak, at_ms: of.at_ms, every: of.every };
    let course = Course {
        trace,
        trace_rows,
        trace_every,
        day_parts: shape.daily.len(),
        by_weekday: !shape.weekly.is_empty(),
        time_zone: zone.map(str::to_owned),
        launches: launches.iter().map(surge).collect(),
        growth,
        noise,
    };
    Some((found, course))
}

fn too_much(what: &str, span: &Range<usize>, sink: &mut Sink) {
    sink.error(codes::RANGE, span, format!("{what} must be at most 1,000,000,000 at any time"));
}

/// The time zone that a demand or an autoscale setting goes by; none where it is wrong, or where there is no calendar.
pub(crate) fn zone(reader: &Reader<'_>, clock: &Clock<'_>, sink: &mut Sink) -> Option<TimeZone> {
    let own = reader.text("time_zone", sink);
    let name = own.as_deref().or_else(|| clock.start.map(|start| start.time_zone.as_str()))?;
    let zone = months::zone(name);
    if zone.is_none() {
        sink.error(codes::INSTANT, &reader.span_of("time_zone"), "this is not an IANA time zone")
            .help("write for example \"Europe/Berlin\" or \"UTC\"");
    }
    zone
}

/// The rate that everything else is a factor on.
enum Level {
    Constant(f64),
    Trace(Vec<trace::Row>, Option<SimDuration>),
}

impl Level {
    fn pieces_most(&self, horizon: SimTime) -> u64 {
        match self {
            Self::Constant(_) => 1,
            Self::Trace(rows, every) => {
                let times = every.map_or(1, |every| horizon.as_ms() / every.as_ms() + 2);
                times.saturating_mul(rows.len() as u64)
            }
        }
    }

    /// A level, and the factors on it.
    fn pieces(&self, horizon: SimTime) -> (f64, Pieces) {
        match self {
            Self::Constant(milli) => (*milli, Pieces::constant(1.0)),
            Self::Trace(rows, every) => (1.0, of_rows(rows, *every, horizon)),
        }
    }
}

/// How a level is written.
struct LevelKeys {
    /// The key of a level that stays.
    constant: &'static str,
    example: &'static str,
    /// What it reads as, in thousandths.
    read: fn(&Reader<'_>, &str, &mut Sink) -> Option<u64>,
    /// What it may be.
    within: RangeInclusive<u64>,
    limits: &'static str,
    columns: trace::Columns,
}

const RATE: LevelKeys = LevelKeys {
    constant: "rate",
    example: "rate = \"600 req/s\"",
    read: |reader, key, sink| reader.request_rate(key, sink),
    within: 1..=MILLI_MAX,
    limits: "the demand must be above 0 and at most 1,000,000,000 req/s",
    columns: ["time", "rate"],
};

fn level(
    reader: &Reader<'_>,
    keys: &LevelKeys,
    clock: &Clock<'_>,
    zone: Option<&TimeZone>,
    sink: &mut Sink,
) -> Option<Level> {
    let every = reader.optional("trace_every", sink, Reader::span_of_time);
    let constant = (keys.read)(reader, keys.constant, sink);
    if reader.has("trace") && reader.has(keys.constant) {
        let words = format!("`{}` and `trace` both say what arrives: keep one", keys.constant);
        sink.error(codes::EXCLUSIVE, &reader.span_of("trace"), words);
        return None;
    }
    if reader.has("trace") {
        let rows = trace::rows(reader, clock, zone, keys.columns, sink);
        let (rows, every) = (rows?, every?);
        // A file that need not be there is taken for one a second.
        let Some(rows) = rows else { return Some(Level::Constant(1000.0)) };
        let covers = rows.last().map_or(0, |last| last.0) - rows.first().map_or(0, |first| first.0);
        if every.is_some_and(|every| covers >= every.as_ms() as i64) {
            let words = "the trace is longer than the time after which it begins anew";
            sink.error(codes::DEMAND, &reader.span_of("trace_every"), words).help("a longer time, or fewer rows");
            return None;
        }
        if every.is_none() {
            cover::check(reader, &rows, clock.horizon, sink);
        }
        return Some(Level::Trace(rows, every));
    }
    reader.node("trace", sink);
    if reader.has("trace_every") {
        let words = "`trace_every` repeats a trace, and there is none";
        sink.error(codes::EXCLUSIVE, &reader.span_of("trace_every"), words).help("add `trace = \"file.csv\"`");
        return None;
    }
    if !reader.has(keys.constant) {
        reader.missing(keys.constant, keys.example, sink);
    }
    let milli = constant?;
    if !keys.within.contains(&milli) {
        sink.error(codes::RANGE, &reader.span_of(keys.constant), keys.limits);
        return None;
    }
    Some(Level::Constant(milli as f64))
}

/// The factors of day and week.
struct Shape {
    daily: Vec<f64>,
    weekly: Vec<f64>,
    zone: Option<TimeZone>,
}

impl Shape {
    fn is_flat(&self) -> bool {
        self.daily.is_empty() && self.weekly.is_empty()
    }

    fn pieces_most(&self, horizon: SimTime) -> u64 {
        if self.is_flat() {
            return 0;
        }
        (horizon.as_ms() / 86_400_000 + 2).saturating_mul(self.daily.len().max(1) as u64)
    }

    fn pieces(&self, clock: &Clock<'_>, horizon: SimTime) -> Option<Pieces> {
        match (&self.zone, clock.start) {
            (Some(zone), Some(start)) if !self.is_flat() => {
                by_the_clock(&self.daily, &self.weekly, zone, start.unix_ms, horizon)
            }
            _ => Some(Pieces::constant(1.0)),
        }
    }
}

fn shape(reader: &Reader<'_>, clock: &Clock<'_>, zone: Option<&TimeZone>, sink: &mut Sink) -> Option<Shape> {
    let daily = reader.numbers("daily", sink);
    let weekly = reader.numbers("weekly", sink);
    let (daily, weekly) = (daily?, weekly?);
    let mut fine = true;
    if !daily.is_empty() && !DAY_PARTS_MAX.is_multiple_of(daily.len()) {
        let words = format!("a day cannot be cut into {} equal parts of whole minutes", daily.len());
        sink.error(codes::DEMAND, &reader.span_of("daily"), words).help("24 parts are hours, 48 half-hours");
        fine = false;
    }
    if !weekly.is_empty() && weekly.len() != 7 {
        let words = format!("a week has 7 days, not {}", weekly.len());
        sink.error(codes::DEMAND, &reader.span_of("weekly"), words).help("Monday first");
        fine = false;
    }
    let shape = Shape { daily, weekly, zone: zone.cloned() };
    if !shape.is_flat() && clock.lacks_calendar {
        let key = if shape.daily.is_empty() { "weekly" } else { "daily" };
        no_calendar(&reader.span_of(key), sink);
        fine = false;
    }
    fine.then_some(shape)
}

fn no_calendar(span: &Range<usize>, sink: &mut Sink) {
    sink.error(codes::DEMAND, span, "this needs to know the calendar")
        .help("add for example `start = \"2026-01-01\"` at the top of the file");
}

/// The outer `None` is a mistake, the inner one no noise.
fn noise(reader: &Reader<'_>, path: &'static str, sink: &mut Sink) -> Option<Option<Noise>> {
    let Some(reader) = reader.sub_or_off("noise", path, sink) else { return Some(None) };
    let sigma = reader.number("sigma", sink);
    let every = reader.span_of_time("every", sink);
    let noise = Noise { sigma: sigma?, every: every? };
    Some((noise.sigma > 0.0).then_some(noise))
}

/// The length of a stair, and the launches.
fn launches(
    reader: &Reader<'_>,
    clock: &Clock<'_>,
    zone: Option<&TimeZone>,
    sink: &mut Sink,
) -> Option<(SimDuration, Vec<Launch>)> {
    let step = reader.span_of_time("step", sink);
    let nodes = reader.tables("launch", LAUNCHES_MAX, sink);
    let mut fine = !reader.has("launch") || reader.is_list("launch");
    let mut all = Vec::with_capacity(nodes.len());
    for node in &nodes {
        match launch(node, clock, zone, sink) {
            Some(launch) => all.push(launch),
            None => fine = false,
        }
    }
    let step = step?;
    fine.then_some((step, all))
}

fn launch(node: &Node, clock: &Clock<'_>, zone: Option<&TimeZone>, sink: &mut Sink) -> Option<Launch> {
    let reader = Reader::new(node, "demand.launch[]", sink);
    for (key, example) in [("at", "at = \"2026-06-01T20:00\""), ("peak", "peak = 4.8"), ("lasts", "lasts = \"3 h\"")] {
        if !reader.has(key) {
            reader.missing(key, example, sink);
        }
    }
    let at_ms = moment(&reader, "at", clock, zone, sink);
    let peak = reader.number("peak", sink);
    let (rise, lasts) = (reader.duration("rise", sink), reader.duration("lasts", sink));
    let fall = reader.duration("fall", sink);
    let every = reader.optional("every", sink, Reader::span_of_time);
    let launch = Launch { at_ms: at_ms?, peak: peak?, rise: rise?, lasts: lasts?, fall: fall?, every: every? };
    if launch.every.is_some_and(|every| every.as_ms() < launch.length_ms()) {
        let words = "it comes again before it is over";
        sink.error(codes::DEMAND, &reader.span_of("every"), words);
        return None;
    }
    Some(launch)
}

/// A date, or a time after the trial's beginning; in milliseconds after it.
fn moment(reader: &Reader<'_>, name: &str, clock: &Clock<'_>, zone: Option<&TimeZone>, sink: &mut Sink) -> Option<i64> {
    let node = reader.node(name, sink)?;
    let (Value::Text(text) | Value::Date(text)) = &node.value else {
        return wrong_type(&node, name, "a date such as \"2026-06-01T20:00\", or a time such as \"90 days\"", sink);
    };
    if let Ok(length) = units::duration(text) {
        return i64::try_from(length.as_ms()).ok();
    }
    let Some(start) = clock.start else {
        if months::start(text, "UTC").is_ok() {
            if clock.lacks_calendar {
                no_calendar(&node.span, sink);
            }
        } else {
            not_a_moment(name, text, &node.span, sink);
        }
        return None;
    };
    let zone = zone?.iana_name().unwrap_or("UTC").to_owned();
    match months::start(text, &zone) {
        Ok(at) => Some(at.unix_ms - start.unix_ms),
        Err(_) => {
            not_a_moment(name, text, &node.span, sink);
            None
        }
    }
}

fn not_a_moment(name: &str, text: &str, span: &Range<usize>, sink: &mut Sink) {
    sink.error(codes::INSTANT, span, format!("`{name}`: \"{text}\" is neither a date nor a time"))
        .help("write \"2026-06-01T20:00\" in the demand's time zone, or \"90 days\" after the trial's beginning");
}
