//! What autoscale remembers of the sets that have it, within a trial.

use super::forecast::Forecast;
use super::gauge::Course;
use super::history::{Condition, FULL, Grid, History};
use crate::demand::Tide;
use crate::design::Design;
use crate::policy::autoscale::{Autoscale, Direction, Profile, Reading, SERIES_MAX};
use zonefall_engine::{Key, SimDuration, SimTime};

/// What the metrics of a set follow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Seen {
    /// Thousandths of a request a second.
    pub demand: u64,
    /// The same with tries again, which keep machines busy.
    pub attempted: u64,
    /// Machines that requests go to, dead ones included.
    pub rotation: i64,
    /// Machines of the set that serve.
    pub serving: u32,
    /// Those among them that start slowly and are not warm.
    pub cold: u32,
    /// AS-18, AS-22: instances that it counts.
    pub capacity: u32,
}

/// What changes between events too: jobs that wait, if any ever do, and sessions, if a rule looks at them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Courses {
    pub jobs: Option<Course>,
    pub sessions: Option<Course>,
}

impl Seen {
    /// AS-08: the mean CPU of the machines that report, in millionths of a percent; none if none does. Requests go evenly
    /// to the machines in rotation, so those that live are as busy as each other, and one that is not warm, which serves so
    /// much, is busier.
    pub fn cpu(&self, serves_milli: i64, cold_milli: i64) -> Option<i64> {
        if self.serving == 0 {
            return None;
        }
        let warm = self.busy(serves_milli);
        if self.cold == 0 {
            return Some(warm);
        }
        let (all, cold) = (i64::from(self.serving), i64::from(self.cold));
        Some((warm * (all - cold) + self.busy(cold_milli) * cold) / all)
    }

    /// The CPU of a machine that serves so much and gets as much as all others in rotation.
    fn busy(&self, serves_milli: i64) -> i64 {
        let room = i128::from(self.rotation) * i128::from(serves_milli.max(1));
        let busy = i128::from(self.attempted) * i128::from(FULL) / room.max(1);
        i64::try_from(busy).map_or(FULL, |busy| busy.min(FULL))
    }

    /// Millionths of a request a second.
    pub fn requests(&self) -> i64 {
        micro(self.demand)
    }
}

fn micro(milli: u64) -> i64 {
    i64::try_from(milli.saturating_mul(1000)).unwrap_or(i64::MAX)
}

/// One set.
#[derive(Debug)]
pub(super) struct Scaled {
    pub set: usize,
    pub history: History,
    /// AS-19: with predictive autoscale.
    pub forecast: Option<Forecast>,
    /// Where its series are.
    pub tides: Vec<Tide>,
    /// AS-21: what they are worth, in millionths, and whether that has changed since the metrics were looked at.
    pub series: [i64; SERIES_MAX],
    pub series_moved: bool,
    pub grid: Grid,
    /// Its place in the schedule of profiles.
    pub at: usize,
    /// The next evaluation that may come to something.
    pub due: SimTime,
    /// The last one.
    pub looked: Option<SimTime>,
    /// AS-11.
    pub out_from: SimTime,
    pub in_from: SimTime,
    /// AS-17: an action that its rules did not ask for has failed, and is not tried again before this.
    pub again_from: SimTime,
    pub seen: Seen,
    /// Whether there are courses, and which.
    pub has_courses: bool,
    pub courses: Courses,
    /// AS-18: until when it counts as before.
    pub blind_until: SimTime,
    pub believed: u32,
    /// AZ-10: a scale-in waits for automatic zone balance.
    pub waits_for_balance: bool,
    /// AS-13: a scale-in is held back, as it would have to be undone.
    pub held_back: bool,
    /// AS-15: its metrics are missing.
    pub lacks_data: bool,
}

zonefall_engine::pooled_clone!(Scaled {
    set,
    history,
    grid,
    at,
    due,
    looked,
    out_from,
    in_from,
    again_from,
    seen,
    has_courses,
    courses,
    blind_until,
    believed,
    waits_for_balance,
    held_back,
    lacks_data,
    tides,
    series,
    series_moved,
    forecast,
});

/// All sets of a design that autoscale.
#[derive(Debug, Default)]
pub(crate) struct Scaler {
    pub(super) sets: Vec<Scaled>,
    /// Machines that serve, by set; empty where nothing autoscales.
    pub serving: Vec<u32>,
    /// Those among them that are not warm.
    pub cold: Vec<u32>,
    pub(super) readings: Vec<Reading>,
}

zonefall_engine::pooled_clone!(Scaler { sets, serving, cold, readings });

impl Scaler {
    pub fn new(design: &Design) -> Self {
        let settings = design.sets.iter().enumerate().filter_map(|(set, of)| {
            let setting = of.management.as_ref()?.autoscale.as_ref()?;
            let history = History::of(setting);
            Some(Scaled {
                set,
                has_courses: design.jobs.is_some() || history.looks_at_sessions(),
                courses: Courses::default(),
                history,
                forecast: setting.look_ahead.map(Forecast::new),
                tides: Vec::with_capacity(setting.series.len()),
                series: [0; SERIES_MAX],
                series_moved: false,
                grid: Grid { phase_ms: 0, tick: setting.tick },
                at: 0,
                due: SimTime::NEVER,
                looked: None,
                out_from: SimTime::ZERO,
                in_from: SimTime::ZERO,
                again_from: SimTime::ZERO,
                seen: Seen::default(),
                blind_until: SimTime::ZERO,
                believed: 0,
                waits_for_balance: false,
                held_back: false,
                lacks_data: false,
            })
        });
        let sets: Vec<Scaled> = settings.collect();
        let serving = if sets.is_empty() { Vec::new() } else { vec![0; design.sets.len()] };
        Self { sets, cold: serving.clone(), serving, readings: Vec::new() }
    }

    #[inline]
    pub fn is_active(&self) -> bool {
        !self.sets.is_empty()
    }

    /// Machines of a set begin or cease to serve.
    #[inline]
    pub fn count(&mut self, set: usize, delta: i32) {
        if let Some(serving) = self.serving.get_mut(set) {
            *serving = serving.wrapping_add_signed(delta);
        }
    }

    /// Machines of a set that serve begin or cease to be cold.
    pub fn count_cold(&mut self, set: usize, delta: i32) {
        if let Some(cold) = self.cold.get_mut(set) {
            *cold = cold.wrapping_add_signed(delta);
        }
    }
}

impl Scaled {
    /// Forgets the last trial; begins one with this luck. Series are the trial's own, whatever the design.
    pub fn begin(&mut self, setting: &Autoscale, trial: Key, luck: Key) {
        self.tides.clear();
        let series = trial.named("autoscale series");
        self.tides.extend(setting.series.iter().map(|(name, course)| course.begin(series.named(name))));
        self.series = [0; SERIES_MAX];
        self.note_series();
        let drawn = || SimDuration::from_ms((luck.unit(0) * setting.tick.as_ms() as f64) as u64);
        self.grid.phase_ms = setting.phase.unwrap_or_else(drawn).as_ms();
        self.history.clear();
        self.forecast.iter_mut().for_each(Forecast::clear);
        (self.at, self.due, self.looked) = (0, SimTime::NEVER, None);
        (self.out_from, self.in_from, self.again_from) = (SimTime::ZERO, SimTime::ZERO, SimTime::ZERO);
        (self.seen, self.courses, self.blind_until, self.believed) =
            (Seen::default(), Courses::default(), SimTime::ZERO, 0);
        (self.waits_for_balance, self.held_back, self.lacks_data) = (false, false, false);
    }

    /// AS-21: what the series are worth now.
    pub fn note_series(&mut self) {
        for (worth, tide) in self.series.iter_mut().zip(&self.tides) {
            let now = micro(tide.now_milli);
            self.series_moved |= *worth != now;
            *worth = now;
        }
    }

    pub fn profile<'a>(&self, setting: &'a Autoscale) -> &'a Profile {
        let which = setting.schedule.get(self.at).map_or(0, |&(_, which)| which as usize);
        &setting.profiles[which]
    }

    /// AS-11: an action that this rule asked for was taken, or tried, at `t`.
    pub fn cools(&mut self, setting: &Autoscale, direction: Direction, cooldown: SimDuration, t: SimTime) {
        let until = t.after(cooldown);
        if setting.shared_cooldown || direction == Direction::Out {
            self.out_from = until;
        }
        if setting.shared_cooldown || direction == Direction::In {
            self.in_from = until;
        }
    }

    /// The next evaluation from `t` on that may come to something if nothing changes until then.
    pub fn plan(&mut self, profile: &Profile, t: SimTime) -> SimTime {
        let next = self.looked.map_or(t, |looked| t.max(looked.after(SimDuration::from_ms(1))));
        let from = self.grid.at_or_after(next.max(self.again_from));
        let now = self.seen.capacity;
        if profile.within(now) != now {
            return from;
        }
        let cooled = self.out_from.min(self.in_from);
        let missing = self.missing(profile, now, from);
        if cooled > from && missing == SimTime::NEVER {
            // Until then nothing can come of it, whatever happens.
            return self.grid.at_or_after(cooled);
        }
        let wider = self.wider(profile, now, from.max(self.out_from));
        let narrower = match self.waits_for_balance {
            true => SimTime::NEVER,
            false => self.narrower(profile, now, from.max(self.in_from)),
        };
        missing.min(wider).min(narrower)
    }

    /// AS-19: the total CPU foreseen at `t`.
    pub fn foreseen(&self, t: SimTime) -> Reading {
        self.forecast.as_ref().map_or(Reading::MISSING, |forecast| forecast.at(t))
    }

    /// AS-15: when a metric is missing first, if that would bring more instances.
    fn missing(&self, profile: &Profile, now: u32, from: SimTime) -> SimTime {
        if now >= profile.within(profile.default) {
            return SimTime::NEVER;
        }
        let first = |rule| self.history.first_missing(rule, from, self.grid);
        profile.rules.iter().filter_map(first).min().unwrap_or(SimTime::NEVER)
    }

    /// When a rule first scales out.
    fn wider(&self, profile: &Profile, now: u32, from: SimTime) -> SimTime {
        let mut first = SimTime::NEVER;
        for (_, rule) in profile.rules_of(Direction::Out) {
            if profile.within(rule.target(now)) <= now {
                continue;
            }
            let fires = Condition::fires(rule, now);
            if self.history.may_hold(&fires) {
                first = self.history.first_true(&fires, from, self.grid).map_or(first, |at| first.min(at));
            }
            if let Some(forecast) = self.forecast.as_ref().filter(|_| rule.is_predictive()) {
                first = forecast.first(rule, true, now, from, self.grid).map_or(first, |at| first.min(at));
            }
        }
        first
    }

    /// When all rules first scale in, and it would not have to be undone (AS-12).
    fn narrower(&mut self, profile: &Profile, now: u32, from: SimTime) -> SimTime {
        let ins = || profile.rules_of(Direction::In).map(|(_, rule)| Condition::fires(rule, now));
        let may = profile.cut(now).is_some() && ins().all(|fires| self.history.may_hold(&fires));
        let outs = |to: u32| profile.rules_of(Direction::Out).map(move |(_, rule)| Condition::spares(rule, now, to));
        let wanted =
            if may { self.first_of_all(|| ins().chain(outs(now)), profile, &[now], from) } else { SimTime::NEVER };
        self.held_back &= wanted <= self.grid.at_or_after(from);
        if wanted == SimTime::NEVER || !self.held_back {
            return wanted;
        }
        // It has been found that it would have to be undone: until that is otherwise, nothing comes of it.
        self.first_of_all(|| ins().chain(outs(now)).chain(outs(now - 1)), profile, &[now, now - 1], from)
    }

    /// When all conditions first hold together, and nothing foreseen would scale out any of so many instances.
    fn first_of_all<'a, I: Iterator<Item = Condition<'a>>>(
        &self,
        conditions: impl Fn() -> I,
        profile: &Profile,
        spared: &[u32],
        from: SimTime,
    ) -> SimTime {
        let mut t = self.grid.at_or_after(from);
        loop {
            let mut latest = t;
            for condition in conditions() {
                match self.history.first_true(&condition, latest, self.grid) {
                    Some(at) => latest = at,
                    None => return SimTime::NEVER,
                }
            }
            if let Some(forecast) = &self.forecast {
                let outs = profile.rules_of(Direction::Out).filter(|(_, rule)| rule.is_predictive());
                for (rule, &to) in outs.flat_map(|(_, rule)| spared.iter().map(move |to| (rule, to))) {
                    match forecast.first(rule, false, to, latest, self.grid) {
                        Some(at) => latest = at,
                        None => return SimTime::NEVER,
                    }
                }
            }
            if latest == t {
                return t;
            }
            t = latest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::autoscale::{Aggregation, Blind, Change, Decision, Metric, Operator, Rule, View, decide};

    const MINUTE: u64 = 60_000;
    const WEEK: u64 = 7 * 24 * 60 * MINUTE;
    const MICRO: i64 = 1_000_000;

    /// Numbers that look like chance.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, n: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % n
        }

        fn of<T: Copy>(&mut self, all: &[T]) -> T {
            all[self.below(all.len() as u64) as usize]
        }

        fn rule(&mut self) -> Rule {
            let direction = self.of(&[Direction::Out, Direction::In]);
            let operators = match direction {
                Direction::Out => [Operator::Above, Operator::AtLeast],
                Direction::In => [Operator::Below, Operator::AtMost],
            };
            let metric = self.of(&[
                Metric::Cpu,
                Metric::Cpu,
                Metric::Requests { per_instance: true },
                Metric::Requests { per_instance: false },
                Metric::Memory { at_rest: 30 * MICRO, at_full: 90 * MICRO },
                Metric::Series { which: 0, per_instance: true },
                Metric::Series { which: 0, per_instance: false },
            ]);
            let mut aggregations =
                vec![Aggregation::Average, Aggregation::Minimum, Aggregation::Maximum, Aggregation::Last];
            if !matches!(metric, Metric::Cpu | Metric::Memory { .. }) {
                aggregations.push(Aggregation::Total);
            }
            let threshold = if direction == Direction::Out { 40 + 10 * self.below(6) } else { 10 * self.below(6) };
            Rule {
                metric,
                aggregation: self.of(&aggregations),
                window: SimDuration::from_ms((1 + self.below(10)) * MINUTE),
                operator: self.of(&operators),
                threshold_micro: threshold as i64 * MICRO,
                direction,
                change: self.of(&[Change::Count(1), Change::Count(3), Change::Percent(30), Change::Exact(4)]),
                cooldown: SimDuration::ZERO,
            }
        }

        fn scaled(&mut self) -> (Scaled, Profile, SimTime) {
            let (minimum, maximum) = (1 + self.below(3) as u32, 4 + self.below(5) as u32);
            let rules = (0..1 + self.below(4)).map(|_| self.rule()).collect();
            let default = minimum + self.below(4) as u32;
            let profile = Profile { name: String::new(), minimum, maximum, default, rules };
            let mut history = History::new(SimDuration::from_ms(11 * MINUTE), SimDuration::from_ms(45_000));
            let mut at = 0;
            let mut serving = 0;
            for piece in 0..=self.below(5) {
                at += if piece == 0 { 0 } else { 1 + self.below(6 * MINUTE) };
                serving = self.below(5) as u32;
                let cpu = (serving > 0).then(|| 10 * self.below(11) as i64 * MICRO);
                let series = [10 * self.below(40) as i64 * MICRO, 0, 0, 0];
                history.record(SimTime::from_ms(at), cpu, 10 * self.below(40) as i64 * MICRO, series);
            }
            let now = SimTime::from_ms(at + self.below(2 * MINUTE));
            // Half of them foresee: a week ago and two, around the same minutes.
            let forecast = (self.below(2) > 0).then(|| {
                let mut forecast = Forecast::new(SimDuration::from_ms(WEEK));
                let mut from = 0;
                for _ in 0..=self.below(6) {
                    let total = (self.below(8) > 0).then(|| 30 * self.below(20) as i64 * MICRO);
                    forecast.record(SimTime::from_ms(from), total);
                    from += 1 + self.below(9 * MINUTE);
                }
                forecast
            });
            let cool = |dice: &mut Self| SimTime::from_ms(at + dice.below(3) * 7 * MINUTE);
            let (out_from, in_from) = (cool(self), cool(self));
            let scaled = Scaled {
                set: 0,
                history,
                forecast,
                tides: Vec::new(),
                series: [0; SERIES_MAX],
                series_moved: false,
                grid: Grid { phase_ms: self.below(MINUTE), tick: SimDuration::from_ms(MINUTE) },
                at: 0,
                due: SimTime::NEVER,
                looked: None,
                out_from,
                in_from,
                again_from: SimTime::ZERO,
                seen: Seen { serving, capacity: self.below(10) as u32, ..Seen::default() },
                blind_until: SimTime::ZERO,
                believed: 0,
                waits_for_balance: false,
                has_courses: false,
                courses: Courses::default(),
                held_back: self.below(2) > 0,
                lacks_data: self.below(2) > 0,
            };
            (scaled, profile, now)
        }
    }

    fn decided(scaled: &Scaled, profile: &Profile, t: SimTime) -> Decision {
        let readings: Vec<Reading> = profile.rules.iter().map(|rule| scaled.history.reading(rule, t)).collect();
        let (may_out, may_in) = (t >= scaled.out_from, t >= scaled.in_from);
        let foreseen = scaled.foreseen(t);
        decide(&View { capacity: scaled.seen.capacity, profile, readings: &readings, foreseen, may_out, may_in })
    }

    #[test]
    fn as_02_no_look_is_left_out_that_would_have_come_to_something() {
        let mut dice = Dice(3);
        let (mut acted, mut never) = (0, 0);
        for case in 0..20_000 {
            let (mut scaled, profile, now) = dice.scaled();
            let known = scaled.held_back;
            let planned = scaled.plan(&profile, now);
            let mut t = scaled.grid.at_or_after(now);
            let found = (0..60).find_map(|_| {
                let here = t;
                t = t.after(scaled.grid.tick);
                match decided(&scaled, &profile, here) {
                    Decision::Stay => None,
                    // Held back already: it is counted once, and nothing comes of it.
                    Decision::Flapping if known => None,
                    decision => Some((here, decision)),
                }
            });
            let cooled = scaled.grid.at_or_after(scaled.out_from.min(scaled.in_from));
            match found {
                Some((at, decision)) => {
                    assert!(planned <= at, "case {case}: {decision:?} at {at:?}, planned {planned:?}\n{profile:?}");
                    acted += 1;
                    assert!(
                        planned == at || planned == cooled || known,
                        "case {case}: {at:?} {planned:?} {decision:?}"
                    );
                }
                None => {
                    never += 1;
                    assert!(planned >= t || planned == cooled || known, "case {case}: {planned:?}");
                }
            }
        }
        assert!(acted > 5000 && never > 3000, "{acted} {never}");
    }

    #[test]
    fn as_11_a_cooldown_holds_for_both_directions_or_for_each_its_own() {
        let mut setting = Autoscale {
            tick: SimDuration::from_ms(MINUTE),
            phase: None,
            metric_delay: SimDuration::ZERO,
            shared_cooldown: true,
            blind: Blind { deletes: SimDuration::ZERO, capacity: SimDuration::ZERO },
            profiles: vec![],
            schedule: vec![],
            series: vec![],
            look_ahead: None,
        };
        let (mut scaled, ..) = Dice(1).scaled();
        let hour = |minutes: u64| SimTime::from_ms(minutes * MINUTE);
        // In at 13:00 with a cooldown of 40 minutes: the spike of 13:20 is answered at 13:40.
        scaled.cools(&setting, Direction::In, SimDuration::from_ms(40 * MINUTE), hour(13 * 60));
        assert_eq!((scaled.out_from, scaled.in_from), (hour(13 * 60 + 40), hour(13 * 60 + 40)));
        setting.shared_cooldown = false;
        scaled.cools(&setting, Direction::Out, SimDuration::from_ms(60 * MINUTE), hour(13 * 60 + 40));
        assert_eq!((scaled.out_from, scaled.in_from), (hour(14 * 60 + 40), hour(13 * 60 + 40)));
    }

    #[test]
    fn as_08_the_survivors_load_drives_cpu_and_nobody_reports_from_the_dead() {
        let seen =
            Seen { demand: 600_000, attempted: 600_000, rotation: 9, serving: 9, capacity: 9, ..Seen::default() };
        assert_eq!(seen.cpu(100_000, 100_000), Some(66_666_666));
        // A zone is lost: three machines are gone from the rotation, then those that live are busier.
        assert_eq!(Seen { rotation: 6, serving: 6, ..seen }.cpu(100_000, 100_000), Some(100 * MICRO));
        // Until probes have noticed, requests still go to the dead.
        assert_eq!(Seen { serving: 6, ..seen }.cpu(100_000, 100_000), Some(66_666_666));
        assert_eq!(Seen { rotation: 3, serving: 0, ..seen }.cpu(100_000, 100_000), None);
        // TF-01: what is tried again keeps them as busy as what comes first.
        assert_eq!(Seen { attempted: 1_800_000, ..seen }.cpu(100_000, 100_000), Some(100 * MICRO));
    }
}
