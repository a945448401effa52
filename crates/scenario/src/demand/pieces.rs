//! Factors that are constant between instants, and how courses are put together of them.
//!
//! In: times of the trial in milliseconds and factors. Out: the rates of a trial, cut where they change. The number of
//! pieces is bounded before they are made.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_fleet::{Demand, Noise, Step};

/// The most pieces of a demand over a trial.
pub(super) const PIECES_MAX: u64 = 1_000_000;
/// The most that a demand may ask for at any instant, in thousandths of a request a second.
pub(super) const MILLI_MAX: u64 = 1_000_000_000_000;
const DAY_MS: u64 = 86_400_000;
const DAY_MINUTES: u64 = 1440;
const YEAR_MS: f64 = 365.0 * DAY_MS as f64;

/// Factors from instants on; the first begins with the trial, and instants rise.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pieces(Vec<(SimTime, f64)>);

impl Pieces {
    pub fn constant(factor: f64) -> Self {
        Self(vec![(SimTime::ZERO, factor)])
    }

    /// From an instant on another factor; what was to begin then or later is forgotten, and what begins before the trial
    /// holds when it begins.
    pub fn push(&mut self, at_ms: i64, factor: f64) {
        let at = SimTime::from_ms(u64::try_from(at_ms).unwrap_or(0));
        while self.0.last().is_some_and(|last| last.0 >= at) {
            self.0.pop();
        }
        if self.0.last().is_none_or(|last| last.1 != factor) {
            self.0.push((at, factor));
        }
    }

    /// The products of both, cut where either changes.
    pub fn times(&self, other: &Self) -> Self {
        let (mut one, mut two) = (0, 0);
        let mut all = Vec::with_capacity(self.0.len() + other.0.len());
        loop {
            all.push((self.0[one].0.max(other.0[two].0), self.0[one].1 * other.0[two].1));
            let next = |pieces: &Self, at: usize| pieces.0.get(at + 1).map_or(SimTime::NEVER, |piece| piece.0);
            let (first, second) = (next(self, one), next(other, two));
            if first.min(second) == SimTime::NEVER {
                return Self(all);
            }
            one += usize::from(first <= second);
            two += usize::from(second <= first);
        }
    }

    /// Cut at the beginning of every day of the trial.
    pub fn in_days(self, horizon: SimTime) -> Self {
        let days = (0..horizon.as_ms().div_ceil(DAY_MS)).map(|day| (SimTime::from_ms(day * DAY_MS), 1.0));
        self.times(&Self(days.collect()))
    }

    /// The demand of factors on a rate that grows steadily; none if it would ever be too great.
    pub fn demand(&self, base_milli: f64, growth: f64, horizon: SimTime, noise: Option<Noise>) -> Option<Demand> {
        let mut first = 0;
        let mut steps: Vec<Step> = Vec::with_capacity(self.0.len());
        let mut last = None;
        for (at, &(from, factor)) in self.0.iter().enumerate().filter(|(_, piece)| piece.0 < horizon) {
            let end = self.0.get(at + 1).map_or(horizon, |piece| piece.0.min(horizon));
            let middle = (from.as_ms() as f64 + end.as_ms() as f64) / 2.0;
            let grown = if growth == 0.0 { 1.0 } else { libm::pow(1.0 + growth, middle / YEAR_MS) };
            let rate = base_milli * factor * grown;
            if rate > MILLI_MAX as f64 {
                return None;
            }
            let per_second_milli = libm::round(rate) as u64;
            if last.replace(per_second_milli) == Some(per_second_milli) {
                continue;
            }
            if from == SimTime::ZERO {
                first = per_second_milli;
            } else {
                steps.push(Step { from, per_second_milli });
            }
        }
        Some(Demand::course(first, steps, noise))
    }
}

/// The factors of day and week by a clock. `daily` are equal parts of whole minutes, `weekly` seven days or none.
/// A part that summer time leaves out does not happen; one that it repeats goes on.
pub(super) fn by_the_clock(
    daily: &[f64],
    weekly: &[f64],
    zone: &TimeZone,
    start_unix_ms: i64,
    horizon: SimTime,
) -> Option<Pieces> {
    let parts = daily.len().max(1) as u64;
    let instant = |date: Date, minutes: u64| {
        let time = Time::new((minutes / 60) as i8, (minutes % 60) as i8, 0, 0).ok()?;
        crate::months::local_ms(DateTime::from_parts(date, time), zone)?.checked_sub(start_unix_ms)
    };
    let mut pieces = Pieces(Vec::new());
    let mut date = Timestamp::from_millisecond(start_unix_ms).ok()?.to_zoned(zone.clone()).date();
    let mut begin = instant(date, 0)?;
    while begin < i64::try_from(horizon.as_ms()).ok()? {
        let next = date.tomorrow().ok().and_then(|next| Some((next, instant(next, 0)?)));
        let plain = next.is_some_and(|(_, at)| at - begin == DAY_MS as i64);
        let of_day = weekly.get(date.weekday().to_monday_zero_offset() as usize).copied().unwrap_or(1.0);
        for part in 0..parts {
            let minutes = part * (DAY_MINUTES / parts);
            let at = if plain { begin + (minutes * 60_000) as i64 } else { instant(date, minutes)? };
            pieces.push(at, of_day * daily.get(part as usize).copied().unwrap_or(1.0));
        }
        let Some((tomorrow, at)) = next else { break };
        (date, begin) = (tomorrow, at);
    }
    Some(pieces)
}

/// A time of more demand.
pub(super) struct Launch {
    pub at_ms: i64,
    pub peak: f64,
    pub rise: SimDuration,
    pub lasts: SimDuration,
    pub fall: SimDuration,
    pub every: Option<SimDuration>,
}

impl Launch {
    /// From the first rise to the last fall.
    pub fn length_ms(&self) -> u64 {
        self.rise.as_ms().saturating_add(self.lasts.as_ms()).saturating_add(self.fall.as_ms())
    }

    /// An upper bound on its pieces over a trial.
    pub fn pieces_most(&self, step: SimDuration, horizon: SimTime) -> u64 {
        let ramps = self.rise.as_ms().div_ceil(step.as_ms()) + self.fall.as_ms().div_ceil(step.as_ms());
        self.times_most(horizon).saturating_mul(ramps.saturating_add(2))
    }

    fn times_most(&self, horizon: SimTime) -> u64 {
        let before = u64::try_from(-self.at_ms).unwrap_or(0);
        self.every.map_or(1, |every| horizon.as_ms().saturating_add(before) / every.as_ms() + 1)
    }

    pub fn pieces(&self, step: SimDuration, horizon: SimTime) -> Pieces {
        let mut pieces = Pieces::constant(1.0);
        let mut at = self.at_ms;
        for _ in 0..self.times_most(horizon) {
            if at >= horizon.as_ms() as i64 {
                break;
            }
            self.once(at, step, &mut pieces);
            at = at.saturating_add(self.every.map_or(0, |every| every.as_ms() as i64));
        }
        pieces
    }

    /// Rises and falls are stairs through the middles of a straight line, so that as much arrives as under it.
    fn once(&self, at: i64, step: SimDuration, pieces: &mut Pieces) {
        let stairs = |from: i64, length: SimDuration, up: bool, pieces: &mut Pieces| {
            let count = length.as_ms().div_ceil(step.as_ms());
            for stair in 0..count {
                let share = (stair as f64 + 0.5) / count as f64;
                let share = if up { share } else { 1.0 - share };
                let begin = u128::from(length.as_ms()) * u128::from(stair) / u128::from(count);
                pieces.push(from.saturating_add(begin as i64), 1.0 + (self.peak - 1.0) * share);
            }
            from.saturating_add(length.as_ms() as i64)
        };
        let risen = stairs(at, self.rise, true, pieces);
        pieces.push(risen, self.peak);
        let over = stairs(risen.saturating_add(self.lasts.as_ms() as i64), self.fall, false, pieces);
        pieces.push(over, 1.0);
    }
}

/// The rates of a trace in thousandths, over and over again if it repeats. Rows rise in time, and there is one.
pub(super) fn of_rows(rows: &[(i64, f64)], every: Option<SimDuration>, horizon: SimTime) -> Pieces {
    let mut pieces = Pieces(Vec::new());
    let first = rows.first().map_or((0, 0.0), |&row| row);
    let last = rows.last().map_or(first.1, |row| row.1);
    let Some(period) = every.map(|every| every.as_ms() as i64) else {
        pieces.push(0, first.1);
        rows.iter().for_each(|&(at, rate)| pieces.push(at, rate));
        return pieces;
    };
    pieces.push(0, last);
    let mut shift = -(first.0.div_euclid(period) + 1) * period;
    while first.0.saturating_add(shift) < horizon.as_ms() as i64 {
        rows.iter().for_each(|&(at, rate)| pieces.push(at.saturating_add(shift), rate));
        shift += period;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;

    fn hours(pieces: &Pieces) -> Vec<(f64, f64)> {
        pieces.0.iter().map(|&(at, factor)| (at.as_ms() as f64 / HOUR as f64, factor)).collect()
    }

    fn ms(hours: u64) -> SimTime {
        SimTime::from_ms(hours * HOUR)
    }

    /// Unix time of 2026-03-28T00:00 in Berlin, the day before clocks go forward.
    const BERLIN: i64 = 1_774_652_400_000;

    #[test]
    fn a_daily_shape_follows_the_clock_through_summer_time() {
        let zone = crate::months::zone("Europe/Berlin").expect("a zone");
        let daily = [1.0, 2.0, 1.0];
        let pieces = by_the_clock(&daily, &[], &zone, BERLIN, ms(71)).expect("pieces");
        // On the 29th it is 8 o'clock an hour earlier.
        let expected = [(0.0, 1.0), (8.0, 2.0), (16.0, 1.0), (31.0, 2.0), (39.0, 1.0), (55.0, 2.0), (63.0, 1.0)];
        assert_eq!(hours(&pieces), expected);
        // Half-hours: the gap from 2 to 3 o'clock never happens.
        let halves: Vec<f64> = (0..48).map(f64::from).collect();
        let pieces = by_the_clock(&halves, &[], &zone, BERLIN + 24 * HOUR as i64, ms(3)).expect("pieces");
        assert_eq!(hours(&pieces)[..6], [(0.0, 0.0), (0.5, 1.0), (1.0, 2.0), (1.5, 3.0), (2.0, 6.0), (2.5, 7.0)]);
    }

    #[test]
    fn a_trial_that_begins_at_noon_begins_with_the_factor_of_noon_and_weeks_begin_on_monday() {
        let zone = TimeZone::UTC;
        // Thursday 1970-01-01, 12:00.
        let weekly = [1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5];
        let pieces = by_the_clock(&[1.0, 4.0], &weekly, &zone, 12 * HOUR as i64, ms(72)).expect("pieces");
        let expected = [(0.0, 4.0), (12.0, 1.0), (24.0, 4.0), (36.0, 0.5), (48.0, 2.0), (60.0, 0.5)];
        assert_eq!(hours(&pieces)[..6], expected);
    }

    #[test]
    fn a_launch_rises_in_stairs_with_the_integral_of_the_slope() {
        let length = |hours: u64| SimDuration::from_ms(hours * HOUR);
        let launch = Launch {
            at_ms: 2 * HOUR as i64,
            peak: 5.0,
            rise: length(2),
            lasts: length(1),
            fall: length(1),
            every: Some(length(10)),
        };
        let pieces = launch.pieces(length(1), ms(24));
        let first = [(0.0, 1.0), (2.0, 2.0), (3.0, 4.0), (4.0, 5.0), (5.0, 3.0), (6.0, 1.0), (12.0, 2.0)];
        assert_eq!(hours(&pieces)[..7], first);
        assert!(pieces.0.len() as u64 <= launch.pieces_most(length(1), ms(24)) + 1);
        // One that began before the trial is on its way.
        let early = Launch { at_ms: -(HOUR as i64), ..launch };
        assert_eq!(hours(&early.pieces(length(1), ms(24)))[..3], [(0.0, 4.0), (1.0, 5.0), (2.0, 3.0)]);
    }

    #[test]
    fn a_trace_repeats_also_before_its_first_row() {
        let h = HOUR as i64;
        let rows = [(2 * h, 10.0), (5 * h, 20.0)];
        assert_eq!(hours(&of_rows(&rows, None, ms(30))), [(0.0, 10.0), (5.0, 20.0)]);
        let every = Some(SimDuration::from_ms(10 * HOUR));
        let found = hours(&of_rows(&rows, every, ms(30)));
        assert_eq!(
            found,
            [(0.0, 20.0), (2.0, 10.0), (5.0, 20.0), (12.0, 10.0), (15.0, 20.0), (22.0, 10.0), (25.0, 20.0)]
        );
    }

    #[test]
    fn growth_is_steady_and_a_rate_beyond_the_limit_is_refused() {
        let flat = Pieces::constant(1.0).in_days(ms(24 * 730));
        let grown = flat.demand(1e6, 1.0, ms(24 * 730), None).expect("a demand");
        let (least, most) = grown.range_milli();
        // Half a day after the beginning, half a day before the end.
        assert!((least as f64 / 1e6 - 2f64.powf(0.5 / 365.0)).abs() < 1e-6);
        assert!((most as f64 / 1e6 - 2f64.powf(729.5 / 365.0)).abs() < 1e-6);
        assert!(flat.demand(5e11, 1.0, ms(24 * 730), None).is_none());
        let plain = Pieces::constant(1.0).demand(7.0, 0.0, ms(1), None).expect("a demand");
        assert!(plain.is_constant());
    }
}
