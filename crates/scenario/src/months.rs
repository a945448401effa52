//! The calendar: where a trial begins, and where its months do. Time zones are the bundled ones, so that a study is
//! the same on every machine.

use crate::codes;
use crate::diagnostic::Sink;
use crate::scenario::CalendarStart;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use std::ops::Range;
use zonefall_engine::SimTime;
use zonefall_fleet::Windows;

/// What is not understood.
pub(crate) enum Wrong {
    /// The date.
    Date,
    /// The time zone.
    Zone,
}

/// A bundled time zone.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    if name == "UTC" { Some(TimeZone::UTC) } else { TimeZoneDatabase::bundled().get(name).ok() }
}

/// A date, or a date with time, in a time zone.
pub(crate) fn start(date: &str, time_zone: &str) -> Result<CalendarStart, Wrong> {
    let zone = zone(time_zone).ok_or(Wrong::Zone)?;
    let text = date.trim();
    // A text with an offset would silently lose it.
    let has_offset = text.ends_with(['Z', 'z']) || text.contains(['+', '[']) || text.matches('-').count() > 2;
    let civil: DateTime = match text.parse::<DateTime>() {
        Ok(civil) if !has_offset => civil,
        _ => return Err(Wrong::Date),
    };
    let zoned = civil.to_zoned(zone).map_err(|_| Wrong::Date)?;
    Ok(CalendarStart {
        date: civil.to_string(),
        time_zone: time_zone.to_owned(),
        unix_ms: zoned.timestamp().as_millisecond(),
    })
}

/// When a clock shows a local time, in milliseconds of Unix time. One that is shown twice is the first; one that the clock
/// jumps over is the jump: of a span of hours what lies in the gap takes no time.
pub(crate) fn local_ms(local: DateTime, zone: &TimeZone) -> Option<i64> {
    let at = zone.to_ambiguous_timestamp(local);
    if let AmbiguousOffset::Gap { after, .. } = at.offset() {
        let before_it = after.to_timestamp(local).ok()?;
        let jump = zone.following(before_it).find(|jump| jump.offset() == after);
        if let Some(jump) = jump {
            return Some(jump.timestamp().as_millisecond());
        }
    }
    at.compatible().ok().map(Timestamp::as_millisecond)
}

/// Calendar months from the first that begins at `from` or later.
pub(crate) fn windows(
    start: &CalendarStart,
    from: SimTime,
    horizon: SimTime,
    span: &Range<usize>,
    sink: &mut Sink,
) -> Windows {
    let mut borders = Vec::new();
    let mut next = first_of_month(start, from);
    while let Some((border, date)) = next.filter(|(border, _)| *border < horizon) {
        borders.push(border);
        next = date.checked_add(1.month()).ok().and_then(|date| border_at(start, date));
    }
    let ends_whole = next.is_some_and(|(border, _)| border == horizon);
    if borders.first().is_some_and(|&first| first > from) {
        sink.hint(codes::UNMEASURED, span, "the time before the first whole month belongs to no window")
            .help("begin at the first of a month: `start`, or `measure_from`");
    }
    if !ends_whole && !borders.is_empty() {
        let words = "the last month is not whole: it never counts as a breach";
        sink.hint(codes::PART_WINDOW, span, words);
    }
    if !borders.is_empty() {
        borders.push(horizon);
    }
    if borders.len() <= 2 && !ends_whole {
        sink.hint(codes::SHORT_WINDOW, span, "no whole calendar month is measured, so no window can be breached");
    }
    Windows::new(borders, ends_whole)
}

/// The first beginning of a month at or after an instant.
fn first_of_month(start: &CalendarStart, from: SimTime) -> Option<(SimTime, Date)> {
    let begin = Timestamp::from_millisecond(start.unix_ms).ok()?;
    let offset = SignedDuration::from_millis(i64::try_from(from.as_ms()).ok()?);
    let instant: Zoned = begin.checked_add(offset).ok()?.to_zoned(zone(&start.time_zone)?);
    let this = instant.date().first_of_month();
    let found = border_at(start, this).filter(|(border, _)| *border >= from);
    found.or_else(|| border_at(start, this.checked_add(1.month()).ok()?))
}

/// The instant at which a day begins in the scenario's time zone.
fn border_at(start: &CalendarStart, date: Date) -> Option<(SimTime, Date)> {
    let zoned = date.to_zoned(zone(&start.time_zone)?).ok()?;
    let ms = zoned.timestamp().as_millisecond().checked_sub(start.unix_ms)?;
    u64::try_from(ms).ok().map(|ms| (SimTime::from_ms(ms), date))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(start: &str, zone: &str, horizon_days: u64) -> (Vec<f64>, usize) {
        let Ok(start) = self::start(start, zone) else { panic!("a date") };
        let horizon = SimTime::from_ms(horizon_days * 86_400_000);
        let windows = windows(&start, SimTime::ZERO, horizon, &(0..0), &mut Sink::default());
        let lengths = (0..windows.count()).map(|at| windows.length(at).as_hours() / 24.0).collect();
        (lengths, windows.whole())
    }

    #[test]
    fn months_have_their_own_lengths_and_follow_summer_time() {
        assert_eq!(days("2026-01-01", "UTC", 90), (vec![31.0, 28.0, 31.0], 3));
        // Clocks in Berlin go forward on 29 March 2026, so that March has 743 hours.
        assert_eq!(days("2026-03-01", "Europe/Berlin", 61).0[0], 743.0 / 24.0);
        assert_eq!(days("2026-01-15", "UTC", 45), (vec![28.0], 1));
        assert_eq!(days("2026-01-31", "UTC", 30), (vec![28.0, 1.0], 1));
    }

    #[test]
    fn a_local_time_that_the_clock_jumps_over_is_the_jump() {
        let at = |zone: &str, local: &str| {
            let zone = super::zone(zone).expect("a zone");
            let ms = local_ms(local.parse().expect("a time"), &zone).expect("an instant");
            Timestamp::from_millisecond(ms).expect("an instant").to_string()
        };
        for local in ["02:00", "02:30", "02:59", "03:00"] {
            assert_eq!(at("Europe/Berlin", &format!("2026-03-29T{local}")), "2026-03-29T01:00:00Z");
            assert_eq!(at("America/New_York", &format!("2026-03-08T{local}")), "2026-03-08T07:00:00Z");
        }
        // Half an hour.
        for local in ["02:00", "02:15", "02:30"] {
            assert_eq!(at("Australia/Lord_Howe", &format!("2026-10-04T{local}")), "2026-10-03T15:30:00Z");
        }
        // A date line moves: 30 December never was.
        assert_eq!(at("Pacific/Apia", "2011-12-30T09:00"), "2011-12-30T10:00:00Z");
        // What is shown twice is the first.
        assert_eq!(at("Europe/Berlin", "2026-10-25T02:30"), "2026-10-25T00:30:00Z");
    }

    #[test]
    fn dates_with_an_offset_or_nonsense_are_refused() {
        for text in ["2026-01-01T00:00:00Z", "2026-13-01", "yesterday", "2026-01-01T00:00+01:00", ""] {
            assert!(matches!(start(text, "UTC"), Err(Wrong::Date)), "{text}");
        }
        assert!(matches!(start("2026-01-01", "Mars/Olympus"), Err(Wrong::Zone)));
        assert!(start("9998-12-31T08:00", "UTC").is_ok());
    }
}
