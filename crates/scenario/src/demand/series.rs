//! A named series that rules of autoscale look at (AS-21): a value or a trace, and factors of day and week on it.

use super::{Clock, LevelKeys, level, noise, shape, too_much};
use crate::codes;
use crate::demand::pieces::{MILLI_MAX, PIECES_MAX};
use crate::diagnostic::Sink;
use crate::reader::Reader;
use jiff::tz::TimeZone;
use zonefall_fleet::Demand;

const VALUE: LevelKeys = LevelKeys {
    constant: "value",
    example: "value = 1200",
    read: |reader, key, sink| reader.number(key, sink).map(|value| libm::round(value * 1000.0) as u64),
    within: 0..=MILLI_MAX,
    limits: "a series must lie between 0 and 1,000,000,000",
    columns: ["time", "value"],
};

/// The course of one series; its name is read elsewhere. `noise_path` is that of its noise in the table of keys.
pub(crate) fn series(
    reader: &Reader<'_>,
    noise_path: &'static str,
    clock: &Clock<'_>,
    zone: Option<&TimeZone>,
    sink: &mut Sink,
) -> Option<Demand> {
    clock.course((reader, noise_path), zone, sink, |sink| whole(reader, noise_path, clock, zone, sink))
}

fn whole(
    reader: &Reader<'_>,
    noise_path: &'static str,
    clock: &Clock<'_>,
    zone: Option<&TimeZone>,
    sink: &mut Sink,
) -> Option<Demand> {
    let level = level(reader, &VALUE, clock, zone, sink);
    let shape = shape(reader, clock, zone, sink);
    let noise = noise(reader, noise_path, sink);
    let (level, shape, noise, horizon) = (level?, shape?, noise?, clock.horizon?);
    let drawn = noise.map_or(0, |noise| horizon.as_ms() / noise.every.as_ms());
    let all = [level.pieces_most(horizon), shape.pieces_most(horizon), drawn];
    if all.into_iter().fold(0, u64::saturating_add) > PIECES_MAX {
        let words = format!("this series may change more than {PIECES_MAX} times within the horizon");
        sink.error(codes::TOO_MUCH, reader.span(), words).help("coarser parts of a day, or a shorter horizon");
        return None;
    }
    let (base, traced) = level.pieces(horizon);
    let found = traced.times(&shape.pieces(clock, horizon)?).demand(base, 0.0, horizon, noise);
    if found.is_none() {
        too_much("the series", reader.span(), sink);
    }
    found
}
