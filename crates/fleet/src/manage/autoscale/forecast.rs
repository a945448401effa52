//! AS-19: what predictive autoscale foresees: the load of the same time of the week, the mean of the last two.
//!
//! Nobody publishes its model. Here the total CPU of the set (a machine that is fully busy counts 100 %) is remembered for
//! 15 days; what is foreseen at `t` is its mean one and two weeks before `t` plus the look-ahead, as far as the trial goes
//! back. Totals are constant between changes, so what is foreseen is too, and its next change is known.

use super::history::Grid;
use crate::policy::autoscale::{Reading, Rule};
use std::collections::VecDeque;
use zonefall_engine::{SimDuration, SimTime};

const WEEK_MS: i64 = 7 * 86_400_000;
/// How many weeks are looked back: 14 of the rolling 15 days.
const WEEKS: i64 = 2;

/// The load of a set over two weeks.
#[derive(Debug)]
pub(crate) struct Forecast {
    /// From an instant on, the total CPU in millionths of a percent; none where nobody reports. The first is one that
    /// somebody reported.
    totals: VecDeque<(i64, Option<i64>)>,
    ahead_ms: i64,
}

zonefall_engine::pooled_clone!(Forecast { totals, ahead_ms });

impl Forecast {
    pub fn new(ahead: SimDuration) -> Self {
        Self { totals: VecDeque::with_capacity(512), ahead_ms: ahead.as_ms() as i64 }
    }

    pub fn clear(&mut self) {
        self.totals.clear();
    }

    /// From `t` on the total is this.
    pub fn record(&mut self, t: SimTime, total: Option<i64>) {
        let from = t.as_ms() as i64;
        if self.totals.back().is_some_and(|last| last.0 == from) {
            self.totals.pop_back();
        }
        if self.totals.back().map_or(total.is_some(), |last| last.1 != total) {
            self.totals.push_back((from, total));
        }
        while self.totals.get(1).is_some_and(|second| second.0 <= from - WEEKS * WEEK_MS) {
            self.totals.pop_front();
        }
    }

    /// The instants that are looked back at from `t`.
    fn edges(&self, t: SimTime) -> impl Iterator<Item = i64> {
        let now = t.as_ms() as i64 + self.ahead_ms;
        (1..=WEEKS).map(move |weeks| now - weeks * WEEK_MS)
    }

    /// When seven days are known.
    fn begins(&self) -> Option<SimTime> {
        self.totals.front().map(|first| SimTime::from_ms((first.0 + WEEK_MS) as u64))
    }

    /// The total foreseen at `t`; missing in the first week.
    pub fn at(&self, t: SimTime) -> Reading {
        if self.begins().is_none_or(|begins| t < begins) {
            return Reading::MISSING;
        }
        self.edges(t).fold(Reading::MISSING, |sum, edge| {
            let known = self.totals.partition_point(|total| total.0 <= edge);
            match known.checked_sub(1).and_then(|at| self.totals[at].1) {
                Some(total) => Reading { sum: sum.sum + i128::from(total), weight: sum.weight + 1 },
                None => sum,
            }
        })
    }

    /// The first evaluation from `from` on at which a rule fires for `to` instances, or does not, by what is foreseen.
    pub fn first(&self, rule: &Rule, fires: bool, to: u32, from: SimTime, grid: Grid) -> Option<SimTime> {
        let most = self.totals.iter().filter_map(|total| total.1).max();
        let can = most.is_some_and(|most| rule.foresees(Reading { sum: i128::from(most), weight: 1 }, to));
        let mut t = grid.at_or_after(from);
        if !can {
            // A mean is no greater than the greatest.
            return (!fires).then_some(t);
        }
        loop {
            if rule.foresees(self.at(t), to) == fires {
                return Some(t);
            }
            t = grid.at_or_after(self.next_change(t)?);
        }
    }

    /// The next instant after `t` at which something else is foreseen.
    fn next_change(&self, t: SimTime) -> Option<SimTime> {
        if let Some(begins) = self.begins().filter(|&begins| t < begins) {
            return Some(begins);
        }
        let after = |edge: i64| {
            let next = self.totals.get(self.totals.partition_point(|total| total.0 <= edge))?;
            Some(next.0 - edge)
        };
        let wait = self.edges(t).filter_map(after).min()?;
        Some(t.after(SimDuration::from_ms(wait as u64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(days: u64) -> SimTime {
        SimTime::from_ms(days * 86_400_000)
    }

    #[test]
    fn as_19_what_is_foreseen_is_the_mean_of_the_same_time_of_the_last_two_weeks() {
        let mut forecast = Forecast::new(SimDuration::from_ms(600_000));
        for (from, total) in
            [(0, Some(100)), (2, Some(500)), (3, Some(100)), (9, Some(700)), (10, None), (11, Some(100))]
        {
            forecast.record(day(from), total);
        }
        let seen = |t: SimTime| {
            let reading = forecast.at(t);
            (reading.sum, reading.weight)
        };
        let ahead = |t: SimTime| SimTime::from_ms(t.as_ms() - 600_000);
        assert_eq!(seen(SimTime::from_ms(day(7).as_ms() - 1)), (0, 0), "at least seven days");
        assert_eq!(seen(day(7)), (100, 1));
        assert_eq!(seen(ahead(day(9))), (500, 1));
        assert_eq!(seen(ahead(day(16))), (500 + 700, 2));
        assert_eq!(seen(ahead(day(17))), (100, 1), "nobody reported a week ago");
        assert_eq!(forecast.next_change(ahead(day(7))), Some(day(7)));
        assert_eq!(forecast.next_change(day(7)), Some(ahead(day(9))));
        assert_eq!(forecast.next_change(ahead(day(25))), None);
    }
}
