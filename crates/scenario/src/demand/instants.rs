//! Times of a trace: seconds or a duration from the beginning of a trial, or a date.
//!
//! In: a cell, and the calendar of the scenario if it has one. Out: milliseconds of the trial, and what the clock does then. What can
//! go wrong: [`NoTime`], each in its own words.

use crate::units;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use std::fmt;

/// Seconds of 10,000 years.
const SECONDS_MAX: f64 = 10_000.0 * 365.0 * 86_400.0;
/// From here on seconds are dates from 2001 on to a computer, and the 32nd year of a trial to a scenario.
const UNIX_FROM: f64 = 1e9;
/// From here on they are milliseconds to a computer.
const UNIX_MS_FROM: f64 = 1e11;

/// What the clock does at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    Plain,
    /// It goes forward over it.
    Skipped,
    /// It goes back, so that the time comes twice; the first one is meant.
    Repeated,
}

/// Why a cell is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoTime {
    /// Decimals stand after another mark than elsewhere, in words.
    Mixed(&'static str),
    /// Nothing that is read.
    Unread,
    /// A date, and nobody knows when the trial begins.
    NoStart,
    /// No date of the calendar of that place.
    NoDate,
    Beyond,
    TooFar,
}

impl fmt::Display for NoTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mixed(words) => words,
            Self::Unread => "is no number of seconds, no duration and no date",
            Self::NoStart => "is a date, and the scenario has no `start`",
            Self::NoDate => "is no date of the calendar",
            Self::Beyond => "is beyond 10,000 years",
            Self::TooFar => "is too far away",
        })
    }
}

impl NoTime {
    /// What to write.
    pub fn help(self) -> Option<String> {
        let times = "write for example 2026-01-31T13:00, or from the beginning of a trial seconds or `8855 h`";
        (self == Self::Unread).then(|| times.to_owned())
    }
}

/// Seconds, a duration, or a date with time.
pub(super) fn instant(cell: &str, calendar: Option<(&TimeZone, i64)>) -> Result<(i64, Clock), NoTime> {
    if let Ok(seconds) = cell.parse::<f64>() {
        let fits = seconds.is_finite() && seconds.abs() <= SECONDS_MAX;
        let at = libm::round(seconds * 1000.0) as i64;
        return if fits { Ok((at, Clock::Plain)) } else { Err(NoTime::Beyond) };
    }
    if let Some(after) = units::duration(cell).ok().and_then(|after| i64::try_from(after.as_ms()).ok()) {
        return Ok((after, Clock::Plain));
    }
    let absolute = cell.parse::<Timestamp>();
    let civil = cell.parse::<DateTime>();
    let Some((zone, start)) = calendar else {
        return Err(if absolute.is_err() && civil.is_err() { NoTime::Unread } else { NoTime::NoStart });
    };
    let (stamp, clock) = match (absolute, civil) {
        (Ok(stamp), _) => (stamp, Clock::Plain),
        (_, Ok(civil)) => {
            let of_clock = zone.to_ambiguous_timestamp(civil);
            let clock = match of_clock.offset() {
                AmbiguousOffset::Gap { .. } => Clock::Skipped,
                AmbiguousOffset::Fold { .. } => Clock::Repeated,
                AmbiguousOffset::Unambiguous { .. } => Clock::Plain,
            };
            (of_clock.compatible().map_err(|_| NoTime::NoDate)?, clock)
        }
        _ => return Err(NoTime::Unread),
    };
    stamp.as_millisecond().checked_sub(start).map(|at| (at, clock)).ok_or(NoTime::TooFar)
}

/// The date that a number of seconds or milliseconds since 1970 is, where it is hardly one since the beginning of a trial.
pub(super) fn looks_like_unix(cell: &str) -> Option<Timestamp> {
    let number = cell.replace(',', ".").parse::<f64>().ok().filter(|number| *number >= UNIX_FROM)?;
    let seconds = if number < UNIX_MS_FROM { number } else { number / 1000.0 };
    Timestamp::from_second(seconds as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_seconds_a_duration_or_a_date_and_what_is_none_says_why() {
        let utc = TimeZone::UTC;
        let at = |cell: &str| instant(cell, Some((&utc, 1000))).map(|(at, _)| at);
        assert_eq!(
            ["90", "1.5", "8855 h", "1h 30m", "PT90M"].map(at),
            [90_000, 1500, 31_878_000_000, 5_400_000, 5_400_000].map(Ok)
        );
        assert_eq!(at("1970-01-01T00:00:02Z"), Ok(1000));
        assert_eq!(["noon", "5 apples", "-5 h", ""].map(at), [Err(NoTime::Unread); 4]);
        assert_eq!(at("1e300"), Err(NoTime::Beyond));
        assert_eq!(instant("2026-01-01", None), Err(NoTime::NoStart));
        assert_eq!([NoTime::Unread, NoTime::NoStart].map(|why| why.help().is_some()), [true, false]);
    }

    #[test]
    fn seconds_and_milliseconds_since_1970_are_known() {
        let date = |cell: &str| looks_like_unix(cell).map(|date| date.to_string());
        assert_eq!(date("1767225600").as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(date("1767225600000").as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(["31536000", "1e300", "2026-01-01"].map(date), [None, None, None]);
    }
}
