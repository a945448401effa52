//! MT: when a step of maintenance begins, whom it finds prepared, what holds it up. Pure functions.

use zonefall_engine::{SimDuration, SimTime};

/// MT-04: from one update domain to the next, at least.
pub const DOMAINS_APART: SimDuration = SimDuration::from_ms(30 * 60_000);
/// MT-05: a window that does not come within this time holds nothing up any longer.
pub use zonefall_faults::HELD_AT_MOST;

/// MT-05: the windows of a maintenance configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// The first one opens.
    pub first: SimTime,
    /// From one to the next; above zero.
    pub every: SimDuration,
}

impl Windows {
    /// When what is due at `at_ms` begins: with the next window, which may have been before the trial, and at the latest
    /// 35 days later. Windows go on backwards before the first one.
    pub fn next_ms(&self, at_ms: i64) -> i64 {
        let (first, every) = (self.first.as_ms() as i64, self.every.as_ms().max(1) as i64);
        let since = (at_ms - first).rem_euclid(every);
        let wait = if since == 0 { 0 } else { every - since };
        at_ms + wait.min(HELD_AT_MOST.as_ms() as i64)
    }
}

/// MT-06, MT-08: how long before its announced begin a machine is prepared; none if the notice is too short for it.
pub fn prepared_before(
    notice: SimDuration,
    noticed_after: SimDuration,
    preparation: SimDuration,
) -> Option<SimDuration> {
    let takes = noticed_after.plus(preparation);
    (takes <= notice).then(|| SimDuration::from_ms(notice.as_ms() - takes.as_ms()))
}

/// MT-02: whether so many machines out of `all` that do not serve stop a wave.
pub fn stops(not_serving: i64, all: i64, above_milli: u32) -> bool {
    not_serving > 0 && i128::from(not_serving) * 1000 > i128::from(all) * i128::from(above_milli)
}

/// MT-03: the `k`-th of `n` instants that are spread evenly over the time `[from_ms, to_ms)`. Those that come within the trial are
/// spread over the part of it in which people are at their desks (`turns`: beginnings and ends in turn, unknown before the
/// trial); none if nobody ever is.
pub fn spread_ms(k: u64, n: u64, (from_ms, to_ms): (i64, i64), turns: Option<&[SimTime]>) -> Option<i64> {
    let share = |of: u64| (u128::from(of) * u128::from(2 * k + 1) / u128::from(2 * n.max(1))) as u64;
    let even = from_ms + share((to_ms - from_ms).max(0) as u64) as i64;
    let Some(turns) = turns else { return Some(even) };
    if even < 0 {
        return Some(even);
    }
    let open = || {
        turns.chunks_exact(2).filter_map(|turn| {
            let (begin, end) = (turn[0].as_ms() as i64, turn[1].as_ms() as i64);
            let (begin, end) = (begin.max(from_ms), end.min(to_ms));
            (begin < end).then_some((begin, end))
        })
    };
    let all: u64 = open().map(|(begin, end)| (end - begin) as u64).sum();
    let (since, whole) = ((even - from_ms.max(0)) as u64, (to_ms - from_ms.max(0)).max(1) as u64);
    let mut left = (u128::from(all) * u128::from(since) / u128::from(whole)) as u64;
    for (begin, end) in open() {
        let length = (end - begin) as u64;
        if left < length {
            return Some(begin + left as i64);
        }
        left -= length;
    }
    None
}

/// MT-03: when somebody is at work, at `t` or afterwards; always without hours (`turns`), none if nobody ever is again.
pub fn at_work(t: SimTime, turns: Option<&[SimTime]>) -> Option<SimTime> {
    let Some(turns) = turns else { return Some(t) };
    let next = turns.chunks_exact(2).find(|turn| t < turn[1])?;
    Some(next[0].max(t))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const DAY: i64 = 24 * HOUR;

    fn minutes(m: u64) -> SimDuration {
        SimDuration::from_ms(m * 60_000)
    }

    #[test]
    fn mt_05_a_window_holds_updates_for_35_days_at_most() {
        let weekly = Windows { first: SimTime::from_ms(2 * DAY as u64), every: SimDuration::from_ms(7 * DAY as u64) };
        let next = |at| weekly.next_ms(at);
        assert_eq!([next(0), next(2 * DAY), next(2 * DAY + 1)], [2 * DAY, 2 * DAY, 9 * DAY]);
        assert_eq!([next(-5 * DAY), next(-5 * DAY + 1)], [-5 * DAY, 2 * DAY]);
        let rare = Windows { every: SimDuration::from_ms(90 * DAY as u64), ..weekly };
        assert_eq!(rare.next_ms(3 * DAY), 38 * DAY);
        assert_eq!(rare.next_ms(60 * DAY), 92 * DAY);
    }

    #[test]
    fn mt_06_a_machine_is_prepared_if_the_notice_is_long_enough() {
        assert_eq!(prepared_before(minutes(15), minutes(1), minutes(5)), Some(minutes(9)));
        assert_eq!(prepared_before(minutes(15), minutes(1), minutes(14)), Some(minutes(0)));
        assert_eq!(prepared_before(minutes(15), minutes(1), minutes(15)), None);
    }

    #[test]
    fn mt_02_bad_health_stops_a_wave() {
        assert!(!stops(0, 10, 0) && stops(1, 10, 0));
        assert!(!stops(1, 10, 100) && stops(2, 10, 100));
        assert!(!stops(-1, 10, 0));
    }

    #[test]
    fn mt_03_redeployments_are_spread_over_the_window_or_over_hours_of_work() {
        let instants: Vec<_> = (0..4).map(|k| spread_ms(k, 4, (0, 8 * HOUR), None)).collect();
        assert_eq!(instants, [1, 3, 5, 7].map(|hours| Some(hours * HOUR)));
        let at = |hours: i64| SimTime::from_ms((hours * HOUR) as u64);
        let turns = [at(9), at(17), at(33), at(41)];
        let instants: Vec<_> = (0..2).map(|k| spread_ms(k, 2, (0, 2 * DAY), Some(&turns))).collect();
        assert_eq!(instants, [Some(13 * HOUR), Some(37 * HOUR)]);
        assert_eq!(spread_ms(0, 1, (0, HOUR), Some(&turns)), None);
        assert_eq!(spread_ms(0, 4, (-8 * HOUR, 0), Some(&turns)), Some(-7 * HOUR));
        // A window half of which was before the trial: the other half is spread over all hours that come.
        let instants: Vec<_> = (0..4).map(|k| spread_ms(k, 4, (-2 * DAY, 2 * DAY), Some(&turns))).collect();
        assert_eq!(instants, [-36, -12, 13, 37].map(|hours| Some(hours * HOUR)));
    }

    #[test]
    fn mt_03_who_is_at_work_is_there_within_the_hours_only() {
        let at = |hours: u64| SimTime::from_ms(hours * HOUR as u64);
        let turns = [at(9), at(17), at(33), at(41)];
        let there = [0, 9, 16, 17, 40, 41].map(|hours| at_work(at(hours), Some(&turns)));
        assert_eq!(there, [Some(at(9)), Some(at(9)), Some(at(16)), Some(at(33)), Some(at(40)), None]);
        assert_eq!(at_work(at(20), None), Some(at(20)));
    }
}
