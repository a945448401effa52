//! AS-03, AS-04: which profile is in force from when on, over the horizon of a trial.
//!
//! A recurring profile has a start and no end: it holds until another start. An end is the start of the default profile
//! again, as the portal and the command line write it. A fixed date goes before all of that.

use crate::months::local_ms;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use zonefall_engine::SimTime;

/// The most changes of profile within a horizon.
pub(super) const CHANGES_MAX: u64 = 1_000_000;
const DAY_MS: i64 = 86_400_000;

/// When a profile holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum When {
    /// On days of the week (Monday first), from a minute of the day on, until another.
    Weekly { days: [bool; 7], starts: u32, ends: Option<u32> },
    /// From one instant until another, in milliseconds after the trial's beginning.
    Fixed { from: i64, until: i64 },
}

/// The clock of the profiles.
pub(super) struct Clock<'a> {
    pub zone: &'a TimeZone,
    /// The trial's beginning.
    pub start_unix_ms: i64,
    pub horizon: SimTime,
}

/// An upper bound on the changes.
pub(super) fn changes_most(all: &[When], horizon: SimTime) -> u64 {
    let days = horizon.as_ms() / DAY_MS as u64 + 10;
    all.iter().fold(0, |sum: u64, when| match when {
        When::Weekly { .. } => sum.saturating_add(days.saturating_mul(2)),
        When::Fixed { .. } => sum.saturating_add(2),
    })
}

/// The profile in force from each instant on: 0 is the default, `n` the n-th of the others. The first begins the trial.
pub(super) fn schedule(all: &[When], clock: Option<&Clock<'_>>) -> Vec<(SimTime, u16)> {
    let mut turns = clock.map_or_else(Vec::new, |clock| weekly(all, clock));
    let fixed = || {
        all.iter().enumerate().filter_map(|(at, when)| match when {
            When::Fixed { from, until } => Some((at as u16 + 1, *from, *until)),
            When::Weekly { .. } => None,
        })
    };
    // What recurs when a fixed date begins or ends.
    let recurring = turns.clone();
    let at = |t: i64| recurring.partition_point(|turn| turn.0 <= t).checked_sub(1).map_or(0, |last| recurring[last].1);
    turns.extend(fixed().flat_map(|(_, from, until)| [from, until]).map(|t| (t, at(t))));
    turns.push((0, at(0)));
    turns.sort_by_key(|turn| turn.0);
    let horizon = clock.map_or(i64::MAX, |clock| clock.horizon.as_ms() as i64);
    let mut found: Vec<(SimTime, u16)> = Vec::new();
    for (t, recurs) in turns.into_iter().filter(|turn| (0..horizon).contains(&turn.0)) {
        let profile = fixed().find(|&(_, from, until)| from <= t && t < until).map_or(recurs, |fixed| fixed.0);
        let t = SimTime::from_ms(t as u64);
        if found.last().is_some_and(|last| last.0 == t) {
            found.pop();
        }
        if found.last().is_none_or(|last| last.1 != profile) {
            found.push((t, profile));
        }
    }
    found
}

/// The starts and ends of recurring profiles, from a week before the trial on; of two at one instant the last holds.
/// Where clocks jump ahead many local times are one instant: the latest of them is the last.
fn weekly(all: &[When], clock: &Clock<'_>) -> Vec<(i64, u16)> {
    let instant = |date: Date, minute: u32| {
        let time = Time::new((minute / 60) as i8, (minute % 60) as i8, 0, 0).ok()?;
        let local = date.to_datetime(time);
        Some((local_ms(local, clock.zone)?.checked_sub(clock.start_unix_ms)?, local))
    };
    let Ok(begin) = Timestamp::from_millisecond(clock.start_unix_ms) else { return Vec::new() };
    let first = begin.to_zoned(clock.zone.clone()).date();
    let mut date = (0..8).fold(first, |date, _| date.yesterday().unwrap_or(date));
    // (instant and local time, whether it is a start, profile): ends go before starts, and the first profile wins.
    let mut turns: Vec<((i64, DateTime), bool, i32)> = Vec::new();
    while instant(date, 0).is_some_and(|(midnight, _)| midnight < clock.horizon.as_ms() as i64) {
        for (at, when) in all.iter().enumerate() {
            let When::Weekly { days, starts, ends } = *when else { continue };
            if !days[date.weekday().to_monday_zero_offset() as usize] {
                continue;
            }
            turns.extend(instant(date, starts).map(|t| (t, true, -(at as i32) - 1)));
            let Some(ends) = ends else { continue };
            let of = if ends > starts { Some(date) } else { date.tomorrow().ok() };
            turns.extend(of.and_then(|date| instant(date, ends)).map(|t| (t, false, 0)));
        }
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    turns.sort_unstable();
    turns.into_iter().map(|((t, _), _, profile)| (t, -profile as u16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const EVERY_DAY: [bool; 7] = [true; 7];

    fn hours(all: &[When], days: u64, zone: &str, start_unix_ms: i64) -> Vec<(f64, u16)> {
        let zone = crate::months::zone(zone).expect("a zone");
        let clock = Clock { zone: &zone, start_unix_ms, horizon: SimTime::from_ms(days * DAY_MS as u64) };
        let found = schedule(all, Some(&clock));
        found.into_iter().map(|(t, profile)| (t.as_ms() as f64 / HOUR as f64, profile)).collect()
    }

    fn weekly(days: [bool; 7], starts: u32, ends: Option<u32>) -> When {
        When::Weekly { days, starts: starts * 60, ends: ends.map(|hour| hour * 60) }
    }

    #[test]
    fn as_04_a_recurring_profile_holds_until_another_start() {
        // 1970-01-01 was a Thursday.
        let day_and_night = [weekly(EVERY_DAY, 8, None), weekly(EVERY_DAY, 20, None)];
        assert_eq!(hours(&day_and_night, 2, "UTC", 0), [(0.0, 2), (8.0, 1), (20.0, 2), (32.0, 1), (44.0, 2)]);
        let sundays = [weekly([false, false, false, false, false, false, true], 8, None)];
        assert_eq!(hours(&sundays, 10, "UTC", 0), [(0.0, 1)], "the start of the Sunday before holds for ever");
        let ending = [weekly([false, false, false, false, true, false, false], 18, Some(2))];
        assert_eq!(hours(&ending, 10, "UTC", 0), [(0.0, 0), (42.0, 1), (50.0, 0), (210.0, 1), (218.0, 0)]);
    }

    #[test]
    fn as_03_a_fixed_date_goes_before_a_recurring_profile_and_that_before_the_default() {
        let fixed = When::Fixed { from: 19 * HOUR, until: 30 * HOUR };
        let all = [weekly(EVERY_DAY, 18, Some(22)), fixed.clone()];
        assert_eq!(hours(&all, 2, "UTC", 0), [(0.0, 0), (18.0, 1), (19.0, 2), (30.0, 0), (42.0, 1), (46.0, 0)]);
        let both = [fixed, When::Fixed { from: 20 * HOUR, until: 40 * HOUR }];
        assert_eq!(hours(&both, 2, "UTC", 0), [(0.0, 0), (19.0, 1), (30.0, 2), (40.0, 0)]);
        assert_eq!(hours(&[], 2, "UTC", 0), [(0.0, 0)]);
    }

    #[test]
    fn as_03_profiles_follow_their_own_clock_through_summer_time() {
        // 2026-03-28 in Berlin; clocks go forward in the next night.
        let found = hours(&[weekly(EVERY_DAY, 8, Some(9))], 2, "Europe/Berlin", 1_774_652_400_000);
        assert_eq!(found, [(0.0, 0), (8.0, 1), (9.0, 0), (31.0, 1), (32.0, 0)]);
    }

    /// Two days from the midnight before the day in whose next night the clocks of a zone go forward.
    fn at_a_jump(all: &[When], zone: &str, (year, month, day): (i16, i8, i8)) -> Vec<(f64, u16)> {
        let local = Date::new(year, month, day).expect("a day").at(0, 0, 0, 0);
        let start = local_ms(local, &crate::months::zone(zone).expect("a zone")).expect("an instant");
        hours(all, 2, zone, start)
    }

    const BERLIN: (&str, (i16, i8, i8)) = ("Europe/Berlin", (2026, 3, 28));
    const NEW_YORK: (&str, (i16, i8, i8)) = ("America/New_York", (2026, 3, 7));
    const LORD_HOWE: (&str, (i16, i8, i8)) = ("Australia/Lord_Howe", (2026, 10, 3));

    fn minutes(starts: u32, ends: u32) -> When {
        When::Weekly { days: EVERY_DAY, starts, ends: Some(ends) }
    }

    #[test]
    fn as_03_hours_that_summer_time_leaves_out_hold_for_no_time() {
        for (zone, day) in [BERLIN, NEW_YORK] {
            let night = at_a_jump(&[minutes(120, 180)], zone, day);
            assert_eq!(night, [(0.0, 0), (2.0, 1), (3.0, 0)], "{zone}");
            let within = at_a_jump(&[minutes(135, 165)], zone, day);
            assert_eq!(within, [(0.0, 0), (2.25, 1), (2.75, 0)], "{zone}");
            // What begins in the gap begins with its end, what ends in it ends there.
            let ten_minutes = at_a_jump(&[minutes(150, 195)], zone, day);
            assert_eq!(ten_minutes, [(0.0, 0), (2.5, 1), (3.25, 0), (26.0, 1), (26.25, 0)], "{zone}");
            let before = at_a_jump(&[minutes(105, 150)], zone, day);
            assert_eq!(before, [(0.0, 0), (1.75, 1), (2.5, 0), (25.75, 1), (26.0, 0)], "{zone}");
        }
        // Clocks of Lord Howe go forward by half an hour: an hour is left with the other half.
        let (zone, day) = LORD_HOWE;
        assert_eq!(at_a_jump(&[minutes(120, 150)], zone, day), [(0.0, 0), (2.0, 1), (2.5, 0)]);
        let hour = at_a_jump(&[minutes(120, 180)], zone, day);
        assert_eq!(hour, [(0.0, 0), (2.0, 1), (3.0, 0), (26.0, 1), (26.5, 0)]);
    }

    #[test]
    fn as_03_as_04_of_profiles_that_meet_in_the_hour_left_out_the_last_one_holds() {
        let (zone, day) = BERLIN;
        let both = at_a_jump(&[minutes(120, 150), minutes(150, 240)], zone, day);
        assert_eq!(both, [(0.0, 0), (2.0, 1), (2.5, 2), (4.0, 0), (26.0, 2), (27.0, 0)]);
        let around = at_a_jump(&[minutes(120, 180), minutes(180, 240)], zone, day);
        assert_eq!(around, [(0.0, 0), (2.0, 1), (3.0, 2), (4.0, 0), (26.0, 2), (27.0, 0)]);
    }
}
