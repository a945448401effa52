//! Metrics that change between events: jobs that wait fall in a straight line, sessions go towards what the machines hold
//! at rest.
//!
//! In: courses, each from an instant on until the next. Out: what a rule reads at an evaluation, and the first evaluation at
//! which its condition holds if the last course goes on. Between two meetings of an edge of the window with a change the
//! value at either edge is monotone and their difference changes its sign once at most; so what a rule reads rises and falls
//! once, and the first evaluation is found by halving, not by walking. Jobs are integers and exact; sessions are expected
//! numbers, rounded to millionths.
//!
//! Rules look at the average of such a metric or at its last value. What was before the first course is its beginning.

use super::history::{Condition, Grid};
use crate::policy::autoscale::{Aggregation, Operator, Reading, Rule};
use std::collections::VecDeque;
use zonefall_engine::{SimDuration, SimTime};

/// Lengths of a session after which nothing is left of a difference.
const SETTLED_AFTER: f64 = 60.0;
/// Beyond every trial.
const FAR_MS: i64 = i64::MAX / 4;
/// What a course may be off by before it is another one: of a difference that comes from rounding alone.
const ROUNDING: f64 = 1e-9;

/// How a metric goes on from an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Course {
    /// From so many millionths so many less each millisecond, down to none.
    Falls { from: i64, start: i64, falls: i64 },
    /// From so many towards so many, the difference falling to the e-th part in a length (milliseconds).
    Fades { from: i64, start: f64, heads: f64, length: f64 },
}

/// Millionths, as far as they can be counted.
fn micro(count: f64) -> i64 {
    libm::round(count * 1e6) as i64
}

impl Course {
    /// The work of jobs that wait, in millionths, and how much is worked off a millisecond; the course before if that is the same.
    pub fn of_jobs(t: SimTime, (waiting, falls): (u64, u64), before: Option<Self>) -> Self {
        let now = t.as_ms() as i64;
        let cut = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let (start, falls) = (cut(waiting), if waiting == 0 { 0 } else { cut(falls) });
        let same = |of: &Self| {
            let falls_on = matches!(*of, Self::Falls { falls: rate, .. } if rate == falls || start == 0);
            falls_on && of.value(now) == start
        };
        before.filter(same).unwrap_or(Self::Falls { from: now, start, falls })
    }

    /// Sessions that are held, and how many would be if all stayed as it is; the course before if that is the same.
    pub fn of_sessions(t: SimTime, (held, heads, length): (f64, f64, f64), before: Option<Self>) -> Self {
        let from = t.as_ms() as i64;
        let same = |of: &Self| match *of {
            Self::Fades { heads: towards, .. } => {
                towards == heads && (of.exact(from) - held).abs() <= ROUNDING * held.max(1.0)
            }
            Self::Falls { .. } => false,
        };
        before.filter(same).unwrap_or(Self::Fades { from, start: held, heads, length })
    }

    fn from(&self) -> i64 {
        match *self {
            Self::Falls { from, .. } | Self::Fades { from, .. } => from,
        }
    }

    /// From when on it stays as it is.
    pub fn rests_from(&self) -> i64 {
        match *self {
            Self::Falls { from, start, falls } if falls > 0 => {
                let rest = (i128::from(start) + i128::from(falls) - 1).div_euclid(i128::from(falls)) as i64;
                from.saturating_add(rest).min(FAR_MS)
            }
            Self::Falls { from, .. } => from,
            Self::Fades { from, length, .. } => {
                from.saturating_add(libm::ceil(SETTLED_AFTER * length) as i64).min(FAR_MS)
            }
        }
    }

    /// When nothing is left of what falls; never where it does not.
    pub fn done_at(&self) -> SimTime {
        match *self {
            Self::Falls { falls, .. } if falls > 0 => SimTime::from_ms(self.rests_from() as u64),
            _ => SimTime::NEVER,
        }
    }

    /// Whether nothing is left of it at an instant.
    pub fn is_over(&self, t: SimTime) -> bool {
        self.value(t.as_ms() as i64) == 0
    }

    /// The count at an instant, for what fades.
    fn exact(&self, at: i64) -> f64 {
        match *self {
            Self::Falls { .. } => self.value(at) as f64 / 1e6,
            Self::Fades { from, start, heads, length } => {
                heads + (start - heads) * libm::exp(-((at - from).max(0) as f64) / length)
            }
        }
    }

    /// The value at an instant, in millionths.
    fn value(&self, at: i64) -> i64 {
        match *self {
            Self::Falls { from, start, falls } => {
                let left = i128::from(start) - i128::from(falls) * i128::from((at - from).max(0));
                left.max(0) as i64
            }
            Self::Fades { .. } => micro(self.exact(at)),
        }
    }

    /// Twice the sum of the values over the milliseconds from `begin` to `end`.
    fn twice_sum(&self, begin: i64, end: i64) -> i128 {
        let before = (self.from() - begin).clamp(0, end - begin);
        let flat = 2 * i128::from(self.value(begin)) * i128::from(before);
        let begin = begin + before;
        flat + match *self {
            Self::Falls { .. } => {
                let value = |at: i64| i128::from(self.value(at));
                // The last millisecond before it rests may have less to fall.
                let rests = self.rests_from();
                let slope_ends = (rests - 1).clamp(begin, end);
                let (slope, tail) =
                    (i128::from(slope_ends - begin), i128::from(rests.clamp(slope_ends, end) - slope_ends));
                let flat = i128::from(end - slope_ends) - tail;
                (value(begin) + value(slope_ends)) * slope
                    + (value(slope_ends) + value(end)) * tail
                    + 2 * value(end) * flat
            }
            Self::Fades { from, start, heads, length } => {
                let left = |at: i64| libm::exp(-((at - from) as f64) / length);
                let sum = heads * (end - begin) as f64 + (start - heads) * length * (left(begin) - left(end));
                libm::round(2e6 * sum) as i128
            }
        }
    }
}

/// The courses of a metric, as far back as rules look.
#[derive(Debug)]
pub(crate) struct Gauge {
    courses: VecDeque<Course>,
    memory_ms: i64,
    delay_ms: i64,
    /// What one of what is counted is in the courses' unit.
    one: i128,
}

zonefall_engine::pooled_clone!(Gauge { courses, memory_ms, delay_ms, one });

impl Gauge {
    pub fn new(memory_ms: i64, delay_ms: i64) -> Self {
        Self { courses: VecDeque::with_capacity(64), memory_ms, delay_ms, one: 1 }
    }

    /// Where each of what is counted is so many in the courses.
    pub fn each_of(self, work: u64) -> Self {
        Self { one: work.into(), ..self }
    }

    pub fn clear(&mut self) {
        self.courses.clear();
    }

    /// The metric goes this way.
    pub fn record(&mut self, course: Course) {
        if self.courses.back().is_some_and(|last| last.from() == course.from()) {
            self.courses.pop_back();
        }
        if self.courses.back() != Some(&course) {
            self.courses.push_back(course);
        }
        while self.courses.get(1).is_some_and(|second| second.from() <= course.from() - self.memory_ms) {
            self.courses.pop_front();
        }
    }

    fn index_at(&self, at: i64) -> usize {
        self.courses.iter().rposition(|course| course.from() <= at).unwrap_or(0)
    }

    fn value(&self, at: i64) -> i64 {
        self.courses.get(self.index_at(at)).map_or(0, |course| course.value(at))
    }

    fn ends(&self, rule: &Rule, t: SimTime) -> (i64, i64) {
        let end = t.as_ms() as i64 - self.delay_ms;
        (end - rule.window.as_ms() as i64, end)
    }

    /// What a rule has measured at an evaluation.
    pub fn reading(&self, rule: &Rule, t: SimTime) -> Reading {
        let (begin, end) = self.ends(rule, t);
        if rule.aggregation != Aggregation::Average {
            return Reading { sum: i128::from(self.value(end)), weight: self.one };
        }
        let (mut sum, mut until) = (0, end);
        for at in (0..=self.index_at(end).min(self.courses.len().saturating_sub(1))).rev() {
            let Some(course) = self.courses.get(at) else { break };
            let from = if at == 0 { begin } else { course.from().max(begin) };
            sum += course.twice_sum(from, until);
            if from <= begin {
                break;
            }
            until = from;
        }
        Reading { sum, weight: 2 * i128::from(end - begin) * self.one }
    }

    /// Whether a condition may hold at all, whatever window of the remembered time is looked at.
    pub fn may_hold(&self, condition: &Condition<'_>) -> bool {
        let ends = self.courses.iter().enumerate().map(|(at, course)| {
            course.value(self.courses.get(at + 1).map_or_else(|| course.rests_from(), Course::from))
        });
        let values = self.courses.iter().map(|course| course.value(course.from())).chain(ends);
        let extreme = match condition.operator {
            Operator::Above | Operator::AtLeast => values.max(),
            Operator::Below | Operator::AtMost => values.min(),
        };
        extreme.is_some_and(|value| condition.holds(Reading { sum: i128::from(value), weight: self.one }))
    }

    /// The next instant after `t` at which an edge of a rule's window meets a change of course, or one that is over.
    fn next_meeting(&self, rule: &Rule, t: SimTime) -> Option<SimTime> {
        let (begin, end) = self.ends(rule, t);
        let changes = || self.courses.iter().flat_map(|course| [course.from(), course.rests_from()]);
        let after = |edge: i64| changes().filter(move |&at| at > edge).map(move |at| at - edge).min();
        let wait = after(begin).into_iter().chain(after(end)).min()?;
        Some(t.after(SimDuration::from_ms(wait as u64)))
    }

    /// The first evaluation from `from` on at which a condition holds if the last course goes on; none if never.
    pub fn first_true(&self, condition: &Condition<'_>, from: SimTime, grid: Grid) -> Option<SimTime> {
        let rule = condition.rule;
        let holds = |t: SimTime| condition.holds(self.reading(rule, t));
        let mut t = grid.at_or_after(from);
        loop {
            if holds(t) {
                return Some(t);
            }
            let meeting = self.next_meeting(rule, t)?;
            let tick = grid.tick.as_ms();
            let looks = (meeting.since(t).as_ms() - 1) / tick;
            let look = |number: u64| t.after(SimDuration::from_ms(number * tick));
            let turns = self.turns(rule, looks, look);
            let found = [1..turns, turns..looks + 1].into_iter().find_map(|part| {
                let (first, last) = (part.start, part.end.checked_sub(1).filter(|&last| last >= part.start)?);
                if holds(look(first)) {
                    return Some(first);
                }
                holds(look(last)).then(|| first_of(first..last, |number| holds(look(number))))
            });
            if let Some(number) = found {
                return Some(look(number));
            }
            t = grid.at_or_after(meeting);
        }
    }

    /// The first of so many looks from which on what a rule reads turns the other way; one more if it never does.
    fn turns(&self, rule: &Rule, looks: u64, look: impl Fn(u64) -> SimTime) -> u64 {
        let grows = |number: u64| {
            let (begin, end) = self.ends(rule, look(number));
            self.value(end) > self.value(begin)
        };
        if rule.aggregation != Aggregation::Average || looks == 0 {
            return looks + 1;
        }
        let at_first = grows(1);
        if grows(looks) == at_first { looks + 1 } else { first_of(1..looks, |number| grows(number) != at_first) }
    }
}

/// The first number for which something is so that is not so at the start, and is from some number on up to the end, the
/// end included.
fn first_of(numbers: std::ops::Range<u64>, is_so: impl Fn(u64) -> bool) -> u64 {
    let (mut not, mut so) = (numbers.start, numbers.end);
    while so - not > 1 {
        let middle = not + (so - not) / 2;
        if is_so(middle) {
            so = middle;
        } else {
            not = middle;
        }
    }
    so
}

#[cfg(test)]
mod tests {
    use super::super::history::tests::{self as history, minute};
    use super::*;
    use crate::policy::autoscale::Metric;

    const MINUTE: u64 = 60_000;
    const MICRO: i64 = 1_000_000;

    fn rule(metric: Metric, aggregation: Aggregation, operator: Operator, threshold: i64) -> Rule {
        Rule { metric, ..history::rule(aggregation, operator, threshold) }
    }

    fn gauge(courses: &[Course]) -> Gauge {
        let mut gauge = Gauge::new(30 * MINUTE as i64, 0);
        courses.iter().for_each(|&course| gauge.record(course));
        gauge
    }

    #[test]
    fn jobs_fall_in_a_straight_line_and_their_mean_is_that_of_a_trapezoid() {
        // 600 jobs at minute 60, one a second: none are left at minute 70.
        let falls = Course::of_jobs(minute(60), (600 * MICRO as u64, 1000), None);
        let jobs = gauge(&[Course::of_jobs(minute(0), (0, 1000), None), falls]);
        let mean = |at: u64| {
            let reading = jobs.reading(&rule(Metric::Jobs, Aggregation::Average, Operator::Above, 0), minute(at));
            reading.sum as f64 / reading.weight as f64 / MICRO as f64
        };
        assert_eq!([mean(60), mean(65), mean(70), mean(75), mean(80)], [0.0, 225.0, 300.0, 75.0, 0.0]);
        assert_eq!(falls.done_at(), minute(70));
        // The same line seen later is the same course, and what is worked off is another.
        assert_eq!(Course::of_jobs(minute(61), (540 * MICRO as u64, 1000), Some(falls)), falls);
        assert_ne!(Course::of_jobs(minute(61), (540 * MICRO as u64, 2000), Some(falls)), falls);
        // What is left of the last millisecond is counted: 5 after 3 + 3 less one.
        let short = Course::Falls { from: 0, start: 5, falls: 3 };
        assert_eq!((short.value(1), short.value(2), short.twice_sum(0, 9)), (2, 0, 5 + 2 + 2));
    }

    #[test]
    fn sessions_cross_a_threshold_when_the_closed_form_says() {
        // From 12,000 towards 24,000 over 20 minutes: 20,000 after 20 · ln 3 = 21.97 minutes.
        let fades = Course::of_sessions(minute(60), (12_000.0, 24_000.0, 20.0 * MINUTE as f64), None);
        let sessions = gauge(&[fades]);
        let first = |aggregation, operator, threshold| {
            let rule = rule(Metric::Sessions { per_instance: false }, aggregation, operator, threshold);
            let grid = Grid { phase_ms: 0, tick: SimDuration::from_ms(1000) };
            sessions
                .first_true(&Condition::fires(&rule, 3), minute(60), grid)
                .map(|at| at.as_ms() as f64 / 60_000.0 - 60.0)
        };
        let last = first(Aggregation::Last, Operator::AtLeast, 20_000).expect("it is crossed");
        assert!((0.0..1.0 / 60.0).contains(&(last - 20.0 * libm::log(3.0))), "{last}");
        // The mean over ten minutes: 24,000 − 12,000 · 2 (e^(1/2) − 1) e^(−t/20), so 20,000 at t = 20 ln(6 (e^(1/2) − 1)).
        let mean = first(Aggregation::Average, Operator::AtLeast, 20_000).expect("it is crossed");
        let exact = 20.0 * libm::log(6.0 * (libm::exp(0.5) - 1.0));
        assert!((0.0..1.0 / 60.0).contains(&(mean - exact)), "{mean} {exact}");
        assert_eq!(first(Aggregation::Average, Operator::Above, 24_000), None);
        // A loss that is only rounding is the same course.
        let later = fades.exact(minute(65).as_ms() as i64);
        let seen = |held| Course::of_sessions(minute(65), (held, 24_000.0, 20.0 * MINUTE as f64), Some(fades));
        assert_eq!(seen(later * (1.0 + 1e-12)), fades);
        assert_ne!(seen(later - 1.0), fades);
    }

    #[test]
    fn the_first_evaluation_is_that_of_a_walk_over_all() {
        let mut state = 5u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut found = 0;
        for case in 0..3000 {
            let mut at = 0;
            let jobs = next(2) > 0;
            let mut courses: Vec<Course> = Vec::new();
            for piece in 0..=next(5) {
                at += if piece == 0 { 0 } else { 1 + next(9 * MINUTE) };
                let t = SimTime::from_ms(at);
                courses.push(match jobs {
                    true => Course::of_jobs(t, (next(100) * MICRO as u64, next(3) * 60 * next(9)), None),
                    false => {
                        let length = (1 + next(20)) as f64 * MINUTE as f64;
                        Course::of_sessions(t, (next(100) as f64, next(100) as f64, length), None)
                    }
                });
            }
            let gauge = gauge(&courses);
            let metric = if jobs { Metric::Jobs } else { Metric::Sessions { per_instance: next(2) > 0 } };
            let aggregation = [Aggregation::Average, Aggregation::Last][next(2) as usize];
            let operators = [Operator::Above, Operator::AtLeast, Operator::Below, Operator::AtMost];
            let of = rule(metric, aggregation, operators[next(4) as usize], 10 * next(10) as i64);
            let condition = if next(2) > 0 { Condition::fires(&of, 3) } else { Condition::spares(&of, 3, 2) };
            let grid = Grid { phase_ms: next(60_000), tick: SimDuration::from_ms(5_000 * (1 + next(12))) };
            let from = SimTime::from_ms(at + next(3 * MINUTE));
            let mut walk =
                (0..2000).map(|tick| grid.at_or_after(from).after(SimDuration::from_ms(tick * grid.tick.as_ms())));
            let walked = walk.find(|&t| condition.holds(gauge.reading(&of, t)));
            let planned = gauge.first_true(&condition, from, grid);
            let far = grid.at_or_after(from).after(SimDuration::from_ms(2000 * grid.tick.as_ms()));
            assert_eq!(planned.filter(|&t| t < far), walked, "case {case}: {courses:?} {condition:?}");
            if walked.is_some() {
                found += 1;
                assert!(gauge.may_hold(&condition), "case {case}: {courses:?} {condition:?}");
            }
        }
        assert!(found > 1000, "{found}");
    }
}
