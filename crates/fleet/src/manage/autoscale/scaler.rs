//! What autoscale remembers of the sets that have it, within a trial.

use super::forecast::Forecast;
use super::gauge::Course;
use super::history::{Condition, Grid, History};
use super::seen::Seen;
use crate::demand::Tide;
use crate::design::Design;
use crate::policy::autoscale::{Autoscale, Direction, Profile, Reading, SERIES_MAX};
use zonefall_engine::{Key, SimDuration, SimTime};

/// What changes between events too: jobs that wait, if any ever do, and sessions, if a rule looks at them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Courses {
    pub jobs: Option<Course>,
    pub sessions: Option<Course>,
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
    /// AS-05: a cooldown delays limits.
    pub limits_wait: bool,
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
    limits_wait,
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
            let history = History::of(setting, design.jobs.as_ref().map_or(1, |jobs| jobs.work));
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
                limits_wait: setting.chosen.limits_wait,
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
        let limited = profile.within(now);
        if limited != now {
            let cooled = if limited > now { self.out_from } else { self.in_from };
            return if self.limits_wait { self.grid.at_or_after(from.max(cooled)) } else { from };
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
mod tests;
