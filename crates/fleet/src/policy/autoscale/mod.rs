//! AS: autoscale: what the rules of a profile come to at one evaluation.
//!
//! In: how many instances autoscale sees, the profile in force, and a [`Reading`] of the metric of each of its rules. Out:
//! a [`Decision`]. Values are millionths (of a percent, of a request a second), sums are integers over milliseconds, and
//! every comparison is one of integers: nothing is rounded. When it is evaluated is none of this module's business.

use crate::demand::Demand;
use zonefall_engine::{SimDuration, SimTime};

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Percentage CPU, the mean over the instances that report (AS-08).
    Cpu,
    /// Percentage of memory in use, the mean over the instances that report: so much at rest, so much at full CPU, on a
    /// straight line between, in millionths.
    Memory {
        /// Where CPU is at 0 %.
        at_rest: i64,
        /// Where CPU is at 100 %.
        at_full: i64,
    },
    /// Requests that arrive a second, all together; divided by the instance count if asked (AS-07).
    Requests {
        /// `dividePerInstance`.
        per_instance: bool,
    },
    /// AS-21: a series of the setting's own, by its place; divided by the instance count if asked (AS-07).
    Series {
        /// Which of the setting's series.
        which: u8,
        /// `dividePerInstance`.
        per_instance: bool,
    },
    /// The sessions that all machines hold; divided by the instance count if asked (AS-07).
    Sessions {
        /// `dividePerInstance`.
        per_instance: bool,
    },
    /// Jobs that wait for workers, always divided by the instance count, as Azure does with the length of a queue (AS-07).
    Jobs,
}

/// The most series of a setting.
pub const SERIES_MAX: usize = 4;

/// AS-06: how what was measured in a window becomes one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregation {
    /// Its mean over time.
    Average,
    /// The least of its samples.
    Minimum,
    /// The greatest.
    Maximum,
    /// The last; of sessions and queues what is at the end of the window.
    Last,
    /// What came in over the window (requests and series only).
    Total,
}

/// How a value is compared. Rules that scale out look upwards, rules that scale in downwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

impl Operator {
    /// Whether it holds of a value less its threshold.
    pub const fn holds(self, rest: i128) -> bool {
        match self {
            Self::Above => rest > 0,
            Self::AtLeast => rest >= 0,
            Self::Below => rest < 0,
            Self::AtMost => rest <= 0,
        }
    }

    /// What holds whenever it does not.
    pub const fn negated(self) -> Self {
        match self {
            Self::Above => Self::AtMost,
            Self::AtLeast => Self::Below,
            Self::Below => Self::AtLeast,
            Self::AtMost => Self::Above,
        }
    }
}

/// Which way a rule scales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More instances.
    Out,
    /// Fewer.
    In,
}

/// AS-10: by how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// So many more or fewer.
    Count(u32),
    /// So many percent more or fewer, rounded so to whole instances, at least one.
    Percent(u32, Rounding),
    /// To so many.
    Exact(u32),
}

/// AS-10: how percentages become whole instances; nobody publishes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To the next greater number.
    Up,
    /// To the nearest, halves up.
    Nearest,
    /// To the next smaller number.
    Down,
}

impl Rounding {
    /// Hundredths of instances in whole ones, at least one.
    const fn whole(self, hundredths: u64) -> u64 {
        let count = match self {
            Self::Up => hundredths.div_ceil(100),
            Self::Nearest => (hundredths + 50) / 100,
            Self::Down => hundredths / 100,
        };
        if count == 0 { 1 } else { count }
    }
}

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// What it looks at.
    pub metric: Metric,
    /// Over the window.
    pub aggregation: Aggregation,
    /// How far back.
    pub window: SimDuration,
    /// AS-06: of how much time a sample is the mean; with none the metric is looked at as it is.
    pub grain: SimDuration,
    /// How it compares.
    pub operator: Operator,
    /// With what, in millionths.
    pub threshold_micro: i64,
    /// Which way it scales.
    pub direction: Direction,
    /// By how much.
    pub change: Change,
    /// AS-11: no action so soon after its own.
    pub cooldown: SimDuration,
}

/// Limits and rules that hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// AS-05: the least instances.
    pub minimum: u32,
    /// AS-05: the most.
    pub maximum: u32,
    /// AS-15: as many if the metrics say nothing.
    pub default: u32,
    /// At most ten.
    pub rules: Vec<Rule>,
}

/// The autoscale setting of a set.
#[derive(Debug, Clone, PartialEq)]
pub struct Autoscale {
    /// AS-02: time between evaluations.
    pub tick: SimDuration,
    /// The first evaluation after the trial's beginning; drawn if none.
    pub phase: Option<SimDuration>,
    /// AS-20: how late metrics are.
    pub metric_delay: SimDuration,
    /// AS-11: one cooldown for both directions; otherwise each has its own.
    pub shared_cooldown: bool,
    /// What else nobody publishes, or sources contradict each other in.
    pub chosen: Chosen,
    /// AS-18: how long single deletes in a Flexible set, and manual changes of capacity, are not seen.
    pub blind: Blind,
    /// All profiles.
    pub profiles: Vec<Profile>,
    /// AS-03, AS-04: which of them is in force from when on; the first from the beginning.
    pub schedule: Vec<(SimTime, u16)>,
    /// AS-21: named series that rules look at, at most [`SERIES_MAX`]: what they are worth over time.
    pub series: Vec<(String, Demand)>,
    /// AS-19: how far ahead predictive autoscale looks; none without it.
    pub look_ahead: Option<SimDuration>,
    /// CH-03: in which spans, in order and apart, it is disabled.
    pub disabled: Vec<(SimTime, SimTime)>,
}

/// How autoscale goes about what the documents leave open, or say in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// AS-05: a cooldown delays that a capacity is brought within its limits.
    pub limits_wait: bool,
    /// AS-17: an action that fails consumes its cooldown; otherwise the next evaluation tries it again.
    pub failures_cool: bool,
    /// AS-13: a scale-in that is shortened stops at the projected count rounded down, as the example of the documents does,
    /// though more would be asked for there.
    pub stops_as_example: bool,
}

impl Default for Chosen {
    fn default() -> Self {
        Self { limits_wait: false, failures_cool: true, stops_as_example: false }
    }
}

/// AS-18: how long changes by others are not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blind {
    /// Instances deleted one by one in a Flexible set.
    pub deletes: SimDuration,
    /// A capacity that was changed by hand.
    pub capacity: SimDuration,
}

impl Autoscale {
    /// AS-05: the fewest instances that any profile lets it ask for.
    pub fn minimum(&self) -> u32 {
        self.profiles.iter().map(|profile| profile.minimum).min().unwrap_or(0)
    }

    /// The greatest capacity that it may ask for.
    pub fn most(&self) -> u32 {
        self.profiles.iter().map(|profile| profile.maximum).max().unwrap_or(0)
    }

    /// Whether a rule looks at a metric of which this is so.
    pub fn looks_at(&self, is_it: impl Fn(Metric) -> bool) -> bool {
        self.profiles.iter().flat_map(|profile| &profile.rules).any(|rule| is_it(rule.metric))
    }

    /// CH-03: whether it is disabled at an instant; it is on again at a span's end.
    pub fn is_disabled(&self, t: SimTime) -> bool {
        self.disabled.iter().any(|&(from, until)| from <= t && t < until)
    }

    /// The longest look back.
    pub fn memory(&self) -> SimDuration {
        let windows = self.profiles.iter().flat_map(|profile| &profile.rules).map(Rule::looks_back);
        windows.max().unwrap_or_default().plus(self.metric_delay)
    }
}

/// What was measured over a window: `sum / weight` in millionths; a weight of zero is a missing metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Values times milliseconds.
    pub sum: i128,
    /// Milliseconds that were reported.
    pub weight: i128,
}

impl Reading {
    /// Nothing was reported.
    pub const MISSING: Self = Self { sum: 0, weight: 0 };

    /// A value, if there is one.
    pub fn of(value: Option<i64>) -> Self {
        value.map_or(Self::MISSING, |value| Self { sum: i128::from(value), weight: 1 })
    }

    /// Whether nothing was reported.
    pub const fn is_missing(self) -> bool {
        self.weight == 0
    }
}

impl Rule {
    /// AS-12, AS-14: whether its value is shared out between the instances.
    pub const fn is_shared_out(&self) -> bool {
        !matches!(
            self.metric,
            Metric::Requests { per_instance: false }
                | Metric::Series { per_instance: false, .. }
                | Metric::Sessions { per_instance: false }
        )
    }

    /// Whether it looks at the same in the same way as another one.
    pub fn measures_as(&self, other: &Self) -> bool {
        let of = |rule: &Self| (rule.metric, rule.aggregation, rule.window, rule.is_sampled().then_some(rule.grain));
        of(self) == of(other)
    }

    /// AS-06: whether it looks at single samples. What averages and totals are made of does not change them; sessions and
    /// queues are read as they are.
    pub fn is_sampled(&self) -> bool {
        let single = matches!(self.aggregation, Aggregation::Minimum | Aggregation::Maximum | Aggregation::Last);
        single && self.grain > SimDuration::ZERO && !matches!(self.metric, Metric::Sessions { .. } | Metric::Jobs)
    }

    /// How far back it looks: samples begin before a window does.
    fn looks_back(&self) -> SimDuration {
        if self.is_sampled() { self.window.max(self.grain).plus(self.grain) } else { self.window }
    }

    /// AS-07, AS-12: the factors by which sum and weight are multiplied to say what `to` instances would have seen where
    /// `now` were.
    pub fn scale(&self, now: u32, to: u32) -> (i128, i128) {
        let least_one = |count: u32| i128::from(count.max(1));
        match self.metric {
            Metric::Cpu | Metric::Memory { .. } => (least_one(now), least_one(to)),
            Metric::Jobs
            | Metric::Requests { per_instance: true }
            | Metric::Series { per_instance: true, .. }
            | Metric::Sessions { per_instance: true } => (1, least_one(to)),
            Metric::Requests { .. } | Metric::Series { .. } | Metric::Sessions { .. } => (1, 1),
        }
    }

    /// By how much the value of `to` instances exceeds the threshold, times a positive number.
    pub fn rest(&self, reading: Reading, now: u32, to: u32) -> i128 {
        let (up, down) = self.scale(now, to);
        reading.sum * up - self.threshold_micro as i128 * reading.weight * down
    }

    /// AS-15: whether it fires; a rule without data does not.
    pub fn fires(&self, reading: Reading, now: u32, to: u32) -> bool {
        !reading.is_missing() && self.operator.holds(self.rest(reading, now, to))
    }

    /// AS-19: whether predictive autoscale goes by it: rules on average CPU that scale out.
    pub fn is_predictive(&self) -> bool {
        (self.metric, self.aggregation, self.direction) == (Metric::Cpu, Aggregation::Average, Direction::Out)
    }

    /// AS-19: whether it would fire for `to` instances that share a total CPU out between them.
    pub fn foresees(&self, total: Reading, to: u32) -> bool {
        self.is_predictive() && self.fires(total, 1, to)
    }

    /// AS-10: the instances that it asks for, before limits.
    pub fn target(&self, now: u32) -> u32 {
        let part = |percent: u32, rounding: Rounding| {
            u32::try_from(rounding.whole(u64::from(now) * u64::from(percent))).unwrap_or(u32::MAX)
        };
        match (self.change, self.direction) {
            (Change::Exact(count), _) => count,
            (Change::Count(count), Direction::Out) => now.saturating_add(count),
            (Change::Count(count), Direction::In) => now.saturating_sub(count),
            (Change::Percent(percent, rounding), Direction::Out) => now.saturating_add(part(percent, rounding)),
            (Change::Percent(percent, rounding), Direction::In) => now.saturating_sub(part(percent, rounding)),
        }
    }
}

impl Profile {
    /// Rules of one direction, with their places.
    pub fn rules_of(&self, direction: Direction) -> impl Iterator<Item = (usize, &Rule)> {
        self.rules.iter().enumerate().filter(move |(_, rule)| rule.direction == direction)
    }

    /// AS-05: a count within the limits.
    pub fn within(&self, count: u32) -> u32 {
        count.min(self.maximum).max(self.minimum)
    }

    /// AS-09: what all rules that scale in agree on: the smallest cut; none without such a rule, or if it is no cut.
    pub fn cut(&self, now: u32) -> Option<(u32, usize)> {
        let targets = self.rules_of(Direction::In).map(|(at, rule)| (self.within(rule.target(now)), at));
        targets.reduce(|one, other| if other.0 > one.0 { other } else { one }).filter(|cut| cut.0 < now)
    }
}

/// What autoscale sees at an evaluation.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Instances, as far as it knows (AS-18, AS-22).
    pub capacity: u32,
    /// The profile in force.
    pub profile: &'a Profile,
    /// What each of its rules has measured.
    pub readings: &'a [Reading],
    /// AS-19: the total CPU that is foreseen, if anything is.
    pub foreseen: Reading,
    /// No cooldown stands against scaling out.
    pub may_out: bool,
    /// None against scaling in.
    pub may_in: bool,
    /// What the setting has chosen.
    pub chosen: Chosen,
}

/// What an evaluation comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nothing is done.
    Stay,
    /// AS-05: the capacity was outside of the limits.
    ToLimit(u32),
    /// AS-15: metrics are missing, and there are fewer than the default.
    ToDefault(u32),
    /// AS-09: to so many, as this rule asks.
    Out {
        /// The target.
        to: u32,
        /// The rule whose cooldown begins.
        rule: usize,
    },
    /// AS-09: to so many.
    In {
        /// The target.
        to: u32,
        /// The rule whose cooldown begins.
        rule: usize,
        /// AS-13: less was removed than the rules asked for.
        shortened: bool,
    },
    /// AS-13: every smaller count would make it scale out again.
    Flapping,
}

/// Decides.
pub fn decide(view: &View<'_>) -> Decision {
    let View { capacity: now, profile, readings, foreseen, chosen, .. } = *view;
    let limited = profile.within(now);
    if limited != now {
        let may = if limited > now { view.may_out } else { view.may_in };
        return if may || !chosen.limits_wait { Decision::ToLimit(limited) } else { Decision::Stay };
    }
    let fires = |at: usize, out: &Rule, to: u32| out.fires(readings[at], now, to) || out.foresees(foreseen, to);
    let fired = profile.rules_of(Direction::Out).filter(|(at, rule)| fires(*at, rule, now));
    let targets = fired.map(|(at, rule)| (profile.within(rule.target(now)), at));
    let largest = targets.reduce(|one, other| if other.0 > one.0 { other } else { one });
    if let Some((to, rule)) = largest.filter(|&(to, _)| to > now && view.may_out) {
        return Decision::Out { to, rule };
    }
    if readings.iter().any(|reading| reading.is_missing()) {
        let default = profile.within(profile.default);
        return if now < default { Decision::ToDefault(default) } else { Decision::Stay };
    }
    if largest.is_some() {
        return Decision::Stay;
    }
    let all = profile.rules_of(Direction::In).all(|(at, rule)| rule.fires(readings[at], now, now));
    let Some((aim, rule)) = profile.cut(now).filter(|_| all && view.may_in) else { return Decision::Stay };
    // AS-12, AS-13: the count nearest to the aim at which nothing would scale out again.
    let safe = |to: u32| profile.rules_of(Direction::Out).all(|(at, out)| !fires(at, out, to));
    match (aim..now).find(|&to| safe(to)) {
        Some(to) if to > aim && chosen.stops_as_example && !is_reached(view, to) => {
            Decision::In { to: to - 1, rule, shortened: true }
        }
        Some(to) => Decision::In { to, rule, shortened: to > aim },
        None => Decision::Flapping,
    }
}

/// AS-13: whether so many instances would see a threshold and not more: there the projected count is whole.
fn is_reached(view: &View<'_>, to: u32) -> bool {
    let mut outs = view.profile.rules_of(Direction::Out);
    outs.any(|(at, out)| out.operator == Operator::Above && out.rest(view.readings[at], view.capacity, to) == 0)
}

#[cfg(test)]
mod tests;
