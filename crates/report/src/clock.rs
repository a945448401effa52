//! Dates, times and lengths of a trial in words: what a time zone's clocks show at an instant.
//!
//! In: where a trial begins, and from when on clocks are how far ahead of UTC. Out: words, the same for any place that tells them.

use crate::page::clean;
use zonefall_study::LocalTime;
use zonefall_study::timeline::Timeline;

/// How far ahead of UTC clocks are: the first of these at or before an instant.
fn ahead_ms(of: &LocalTime, at_ms: u64) -> i64 {
    let after = of.ahead_s.partition_point(|of| of.0 <= at_ms);
    after.checked_sub(1).map_or(0, |at| i64::from(of.ahead_s[at].1) * 1000)
}

/// What clocks show, in milliseconds since 1970-01-01 of the clock itself.
fn shown_ms(of: &LocalTime, at_ms: u64) -> i64 {
    of.start_unix_ms.saturating_add_unsigned(at_ms).saturating_add(ahead_ms(of, at_ms))
}

/// Whether clocks show the same at another instant: they are put back before or after.
fn is_twice(of: &LocalTime, at_ms: u64) -> bool {
    let ahead = ahead_ms(of, at_ms);
    of.ahead_s.iter().any(|&(_, other)| {
        let other = at_ms.checked_add_signed(ahead - i64::from(other) * 1000);
        other.is_some_and(|ms| ms != at_ms && shown_ms(of, ms) == shown_ms(of, at_ms))
    })
}

/// "2026-07-04 22:15:00"; with "+02:00" in an hour that clocks show twice.
fn words(of: &LocalTime, at_ms: u64) -> String {
    let ahead = if is_twice(of, at_ms) { ahead(ahead_ms(of, at_ms)) } else { String::new() };
    shown(shown_ms(of, at_ms), "%Y-%m-%d %H:%M:%S") + &ahead
}

/// ISO 8601 to the millisecond, "2026-07-04T22:15:00.000+02:00".
pub(crate) fn iso(of: &LocalTime, at_ms: u64) -> String {
    shown(shown_ms(of, at_ms), "%Y-%m-%dT%H:%M:%S.%3f") + &ahead(ahead_ms(of, at_ms))
}

/// "43 min 12.005 s": nothing is rounded.
pub(crate) fn exactly(ms: u64) -> String {
    let (hours, minutes, seconds, rest) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
    let mut text = String::new();
    if hours > 0 {
        text += &format!("{hours} h ");
    }
    if ms >= 60_000 {
        text += &format!("{minutes} min ");
    }
    if rest == 0 { text + &format!("{seconds} s") } else { text + &format!("{seconds}.{rest:03} s") }
}

/// "2026-07-04 22:15:00" by the scenario's clock; without a calendar "day 71 04:10:22" of the trial.
pub(crate) fn instant(of: &Timeline, ms: u64) -> String {
    if let Some(clock) = &of.local_time {
        return words(clock, ms);
    }
    let (day, rest) = (ms / 86_400_000, ms % 86_400_000);
    format!("day {day} {:02}:{:02}:{:02}", rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60)
}

/// Whose clock times are by.
pub(crate) fn by_the_clock(of: &Timeline) -> String {
    match &of.local_time {
        Some(clock) => format!("Times are local, of {}.", clean(&clock.time_zone)),
        None => "Times count from the beginning of the trial, day 0.".into(),
    }
}

/// What a clock shows that says so many milliseconds since its 1970-01-01; nothing beyond the calendar.
fn shown(ms: i64, format: &str) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| String::new(), |at| at.strftime(format).to_string())
}

/// "+02:00"; seconds of old zones are left away.
fn ahead(ms: i64) -> String {
    let minutes = ms / 60_000;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;

    /// Berlin from 2026-03-28 00:00 on, in hours.
    fn berlin(hour: u64) -> (String, String) {
        let of = LocalTime {
            time_zone: "Europe/Berlin".into(),
            start_unix_ms: 1_774_652_400_000,
            ahead_s: vec![(0, 3600), (26 * HOUR, 7200), (5066 * HOUR, 3600)],
        };
        (words(&of, hour * HOUR), iso(&of, hour * HOUR))
    }

    #[test]
    fn clocks_go_with_the_zone() {
        let says = |hour: u64| berlin(hour).0;
        assert_eq!(says(0), "2026-03-28 00:00:00");
        assert_eq!([says(25), says(26)], ["2026-03-29 01:00:00", "2026-03-29 03:00:00"]);
        assert_eq!(berlin(26).1, "2026-03-29T03:00:00.000+02:00");
        assert_eq!([says(5064), says(5065)], ["2026-10-25 01:00:00", "2026-10-25 02:00:00+02:00"]);
        assert_eq!([says(5066), says(5067)], ["2026-10-25 02:00:00+01:00", "2026-10-25 03:00:00"]);
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        let date = |ms: i64| shown(ms, "%Y-%m-%d");
        assert_eq!([date(0), date(-1)], ["1970-01-01", "1969-12-31"]);
        let days = |days: i64| date(days * 86_400_000);
        assert_eq!([days(11_016), days(11_017)], ["2000-02-29", "2000-03-01"]);
        assert_eq!([days(-25_509), days(-25_508)], ["1900-02-28", "1900-03-01"]);
        assert_eq!(shown(1_783_196_100_123, "%Y-%m-%d %H:%M:%S.%3f"), "2026-07-04 20:15:00.123");
    }
}
