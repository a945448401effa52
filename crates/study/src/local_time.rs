//! The wall clock of a trial: what a time zone's clocks show at an instant.
//!
//! In: where a trial begins, and from when on clocks are how far ahead of UTC; the scenario, which alone knows time zones, says both. Out:
//! dates and times in words. Integers only: the Gregorian calendar, and what was said of the zone.

use serde::Serialize;

const DAY_MS: i64 = 86_400_000;

/// The clock of a trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LocalTime {
    /// The IANA time zone.
    pub time_zone: String,
    /// The beginning of a trial, in milliseconds since 1970-01-01 UTC.
    pub start_unix_ms: i64,
    /// From when on (milliseconds of the trial) clocks there are how many seconds ahead of UTC, in order; the first from the beginning.
    pub ahead_s: Vec<(u64, i32)>,
}

impl LocalTime {
    /// How far ahead of UTC clocks are: the first of these at or before an instant.
    fn ahead_ms(&self, at_ms: u64) -> i64 {
        let after = self.ahead_s.partition_point(|of| of.0 <= at_ms);
        after.checked_sub(1).map_or(0, |at| i64::from(self.ahead_s[at].1) * 1000)
    }

    /// What clocks show, in milliseconds since 1970-01-01 of the clock itself.
    fn shown_ms(&self, at_ms: u64) -> i64 {
        self.start_unix_ms.saturating_add_unsigned(at_ms).saturating_add(self.ahead_ms(at_ms))
    }

    /// Whether clocks show the same at another instant: they are put back before or after.
    fn is_twice(&self, at_ms: u64) -> bool {
        let of = self.ahead_ms(at_ms);
        self.ahead_s.iter().any(|&(_, other)| {
            let other = at_ms.checked_add_signed(of - i64::from(other) * 1000);
            other.is_some_and(|ms| ms != at_ms && self.shown_ms(ms) == self.shown_ms(at_ms))
        })
    }

    /// "2026-07-04 22:15:00"; with "+02:00" in an hour that clocks show twice.
    pub fn words(&self, at_ms: u64) -> String {
        let (date, time) = date_and_time(self.shown_ms(at_ms));
        let ahead = if self.is_twice(at_ms) { ahead(self.ahead_ms(at_ms)) } else { String::new() };
        format!("{date} {}{ahead}", &time[..8])
    }

    /// ISO 8601 to the millisecond, "2026-07-04T22:15:00.000+02:00".
    pub fn iso(&self, at_ms: u64) -> String {
        let (date, time) = date_and_time(self.shown_ms(at_ms));
        format!("{date}T{time}{}", ahead(self.ahead_ms(at_ms)))
    }
}

/// "+02:00"; seconds of old zones are left away.
fn ahead(ms: i64) -> String {
    let minutes = ms / 60_000;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// "2026-07-04" and "22:15:00.000" of milliseconds since 1970-01-01.
fn date_and_time(ms: i64) -> (String, String) {
    let (day, rest) = (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS));
    // Years begin in March here, in eras of 400 of them, so that a leap day is the last of its year.
    let (era, of_era) = ((day + 719_468).div_euclid(146_097), (day + 719_468).rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = 400 * era + year_of_era + i64::from(month <= 2);
    let date = format!("{year:04}-{month:02}-{:02}", of_year - (153 * from_march + 2) / 5 + 1);
    let (seconds, ms) = (rest / 1000, rest % 1000);
    (date, format!("{:02}:{:02}:{:02}.{ms:03}", seconds / 3600, seconds / 60 % 60, seconds % 60))
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
        (of.words(hour * HOUR), of.iso(hour * HOUR))
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
        let date = |ms: i64| date_and_time(ms).0;
        assert_eq!([date(0), date(-1)], ["1970-01-01", "1969-12-31"]);
        let days = |days: i64| date(days * DAY_MS);
        assert_eq!([days(11_016), days(11_017)], ["2000-02-29", "2000-03-01"]);
        assert_eq!([days(-25_509), days(-25_508)], ["1900-02-28", "1900-03-01"]);
        assert_eq!(date_and_time(1_783_196_100_123), ("2026-07-04".into(), "20:15:00.123".into()));
    }
}
