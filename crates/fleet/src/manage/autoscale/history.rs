//! What the metrics of a set were, and when a rule's condition first holds if nothing else changes.
//!
//! Metrics are constant between changes, so a window's mean is a quotient of two linear functions of time until one of
//! the window's ends meets a change: between two such meetings the first instant at which a condition holds is solved for,
//! in integers, and nothing has to be looked at in between. What was before the trial is what its first instant says.
//!
//! A window of an evaluation at `t` is `[t − delay − window, t − delay)`; its least, greatest and last value are those of
//! samples (`grains`), or of the metric itself where a rule has no grain.

use super::gauge::{Course, Gauge};
use crate::policy::autoscale::{Aggregation, Autoscale, Metric, Operator, Reading, Rule, SERIES_MAX};
use zonefall_engine::{SimDuration, SimTime};

/// 100 %, in millionths of a percent.
pub(super) const FULL: i64 = 100_000_000;
/// Nobody reported.
const MISSING: i64 = -1;

/// The metrics from an instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) from: i64,
    /// Millionths of a percent, or [`MISSING`].
    cpu: i64,
    /// Millionths of a request a second.
    requests: i64,
    /// Millionths.
    series: [i64; SERIES_MAX],
}

impl Piece {
    #[inline]
    fn cpu(&self) -> Option<i64> {
        Some(self.cpu).filter(|&cpu| cpu != MISSING)
    }

    #[inline]
    pub(super) fn value(&self, metric: Metric) -> Option<i64> {
        match metric {
            Metric::Cpu => self.cpu(),
            Metric::Memory { at_rest, at_full } => self.cpu().map(|cpu| memory(cpu, at_rest, at_full)),
            Metric::Requests { .. } => Some(self.requests),
            Metric::Series { which, .. } => self.series.get(usize::from(which)).copied(),
            // These are none of the pieces.
            Metric::Sessions { .. } | Metric::Jobs => None,
        }
    }
}

/// The memory in use at this CPU; apart, as it divides.
#[inline(never)]
fn memory(cpu: i64, at_rest: i64, at_full: i64) -> i64 {
    at_rest + ((at_full - at_rest) as i128 * cpu as i128 / FULL as i128) as i64
}

/// A window and the pieces that its ends are in.
#[derive(Debug, Clone, Copy)]
struct Window {
    begin: i64,
    end: i64,
    first: usize,
    last: usize,
}

impl Window {
    /// The sum over its pieces, and how long they have a value.
    #[inline(always)]
    fn sum(&self, pieces: &[Piece], value: impl Fn(&Piece) -> Option<i64>) -> Reading {
        let (mut sum, mut weight) = (0, 0);
        let mut until = self.end;
        for (at, piece) in pieces.iter().enumerate().rev() {
            let from = if at == 0 { self.begin } else { piece.from };
            let length = until - from;
            if let Some(value) = value(piece) {
                sum += i128::from(value) * i128::from(length);
                weight += length;
            }
            until = from;
        }
        Reading { sum, weight: i128::from(weight) }
    }

    /// The values of its pieces that last.
    fn values(&self, pieces: &[Piece], metric: Metric) -> impl Iterator<Item = i64> {
        let ends = pieces.iter().skip(1).map(|next| next.from).chain([self.end]);
        let begins = pieces.iter().enumerate().map(|(at, piece)| if at == 0 { self.begin } else { piece.from });
        let lasting = begins.zip(ends).map(|(from, until)| until > from);
        pieces.iter().zip(lasting).filter(|(_, lasts)| *lasts).filter_map(move |(piece, _)| piece.value(metric))
    }
}

/// Instants at which autoscale is evaluated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grid {
    pub phase_ms: u64,
    pub tick: SimDuration,
}

impl Grid {
    /// The first at or after an instant.
    pub fn at_or_after(self, t: SimTime) -> SimTime {
        if t == SimTime::NEVER {
            return t;
        }
        let steps = t.as_ms().saturating_sub(self.phase_ms).div_ceil(self.tick.as_ms());
        SimTime::from_ms(self.phase_ms.saturating_add(steps.saturating_mul(self.tick.as_ms())))
    }
}

/// A condition on the value of a rule's metric: that of `to` instances where `now` were, compared with its threshold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Condition<'a> {
    pub rule: &'a Rule,
    pub operator: Operator,
    pub now: u32,
    pub to: u32,
}

impl<'a> Condition<'a> {
    pub fn fires(rule: &'a Rule, now: u32) -> Self {
        Self { rule, operator: rule.operator, now, to: now }
    }

    /// It does not, and would not with `to` instances.
    pub fn spares(rule: &'a Rule, now: u32, to: u32) -> Self {
        let to = if rule.is_shared_out() { to } else { now };
        Self { rule, operator: rule.operator.negated(), now, to }
    }

    pub fn holds(&self, reading: Reading) -> bool {
        !reading.is_missing() && self.operator.holds(self.rule.rest(reading, self.now, self.to))
    }
}

/// The metrics of a set, as far back as its rules look.
#[derive(Debug)]
pub(crate) struct History {
    pub(super) pieces: Vec<Piece>,
    memory_ms: i64,
    pub(super) delay_ms: i64,
    /// Jobs that wait, and sessions, where a rule looks at them.
    jobs: Option<Gauge>,
    sessions: Option<Gauge>,
}

zonefall_engine::pooled_clone!(History { pieces, memory_ms, delay_ms, jobs, sessions });

impl History {
    pub fn new(memory: SimDuration, delay: SimDuration) -> Self {
        let (memory_ms, delay_ms) = (memory.as_ms() as i64, delay.as_ms() as i64);
        Self { pieces: Vec::with_capacity(64), memory_ms, delay_ms, jobs: None, sessions: None }
    }

    /// What the rules of a setting look at.
    pub fn of(setting: &Autoscale, work: u64) -> Self {
        let plain = Self::new(setting.memory(), setting.metric_delay);
        let gauge =
            |looks: fn(Metric) -> bool| setting.looks_at(looks).then(|| Gauge::new(plain.memory_ms, plain.delay_ms));
        let jobs = gauge(|metric| metric == Metric::Jobs).map(|gauge| gauge.each_of(work));
        let sessions = gauge(|metric| matches!(metric, Metric::Sessions { .. }));
        Self { jobs, sessions, ..plain }
    }

    pub fn clear(&mut self) {
        self.pieces.clear();
        self.jobs.iter_mut().chain(&mut self.sessions).for_each(Gauge::clear);
    }

    /// Whether a rule looks at sessions.
    pub fn looks_at_sessions(&self) -> bool {
        self.sessions.is_some()
    }

    /// Jobs that wait and sessions go this way.
    pub fn record_courses(&mut self, jobs: Option<Course>, sessions: Option<Course>) {
        for (gauge, course) in [(&mut self.jobs, jobs), (&mut self.sessions, sessions)] {
            if let (Some(gauge), Some(course)) = (gauge, course) {
                gauge.record(course);
            }
        }
    }

    /// What a rule looks at, if that changes between events.
    fn gauge(&self, rule: &Rule) -> Option<&Gauge> {
        match rule.metric {
            Metric::Jobs => self.jobs.as_ref(),
            Metric::Sessions { .. } => self.sessions.as_ref(),
            _ => None,
        }
    }

    /// From `t` on the metrics are these; `cpu` is none where nobody reports.
    pub fn record(&mut self, t: SimTime, cpu: Option<i64>, requests: i64, series: [i64; SERIES_MAX]) {
        let piece = Piece { from: t.as_ms() as i64, cpu: cpu.unwrap_or(MISSING), requests, series };
        if self.pieces.last().is_some_and(|last| last.from == piece.from) {
            self.pieces.pop();
        }
        if self.pieces.last().is_none_or(|last| Piece { from: piece.from, ..*last } != piece) {
            self.pieces.push(piece);
        }
        let forgets = piece.from - self.memory_ms;
        if self.pieces.get(1).is_some_and(|second| second.from <= forgets) {
            let old = self.pieces.iter().skip(1).take_while(|piece| piece.from <= forgets).count();
            self.pieces.drain(..old);
        }
    }

    /// The piece that an instant is in; the first one before all.
    fn index_at(&self, at: i64) -> usize {
        self.pieces.iter().rposition(|piece| piece.from <= at).unwrap_or(0)
    }

    /// Whether a rule's value may fulfil a condition at all, whatever window of the remembered time is looked at.
    pub fn may_hold(&self, condition: &Condition<'_>) -> bool {
        if let Some(gauge) = self.gauge(condition.rule) {
            return gauge.may_hold(condition);
        }
        if condition.rule.aggregation == Aggregation::Total {
            return true;
        }
        let metric = condition.rule.metric;
        let extreme = match metric {
            Metric::Cpu => self.extreme(condition.operator, Piece::cpu),
            _ => self.extreme(condition.operator, |piece| piece.value(metric)),
        };
        extreme.is_some_and(|value| condition.holds(Reading::of(Some(value))))
    }

    /// The value of a window lies between the least and the greatest in it, and what is tested grows with it.
    #[inline(always)]
    fn extreme(&self, operator: Operator, value: impl Fn(&Piece) -> Option<i64>) -> Option<i64> {
        let values = self.pieces.iter().filter_map(value);
        match operator {
            Operator::Above | Operator::AtLeast => values.max(),
            Operator::Below | Operator::AtMost => values.min(),
        }
    }

    fn ends(&self, rule: &Rule, t: SimTime) -> (i64, i64) {
        let end = t.as_ms() as i64 - self.delay_ms;
        (end - rule.window.as_ms() as i64, end)
    }

    /// The pieces that the ends of a rule's window are in.
    fn window(&self, rule: &Rule, t: SimTime) -> Window {
        let (begin, end) = self.ends(rule, t);
        let last = self.index_at(end);
        let first = self.pieces[..=last].iter().rposition(|piece| piece.from <= begin).unwrap_or(0);
        Window { begin, end, first, last }
    }

    /// What a rule has measured at an evaluation.
    pub fn reading(&self, rule: &Rule, t: SimTime) -> Reading {
        match self.gauge(rule) {
            Some(gauge) => gauge.reading(rule, t),
            None if rule.is_sampled() => self.sampled(rule, self.ends(rule, t).1),
            None => self.measured(rule, &self.window(rule, t)),
        }
    }

    fn measured(&self, rule: &Rule, window: &Window) -> Reading {
        let pieces = &self.pieces[window.first..=window.last];
        let metric = rule.metric;
        match rule.aggregation {
            // The usual one, in a loop of its own.
            Aggregation::Average if metric == Metric::Cpu => window.sum(pieces, Piece::cpu),
            Aggregation::Average => window.sum(pieces, |piece| piece.value(metric)),
            // Values are a second's, and times milliseconds.
            Aggregation::Total => Reading { weight: 1000, ..window.sum(pieces, |piece| piece.value(metric)) },
            Aggregation::Last => Reading::of(self.pieces[window.last].value(metric)),
            Aggregation::Minimum => Reading::of(window.values(pieces, metric).min()),
            Aggregation::Maximum => Reading::of(window.values(pieces, metric).max()),
        }
    }

    /// The next instant after `t`, of which this is the window, at which an end of the window meets a change.
    fn next_meeting(&self, window: &Window, t: SimTime) -> Option<SimTime> {
        let after = |piece: usize, edge: i64| self.pieces.get(piece + 1).map(|next| next.from - edge);
        let (leaves, enters) = (after(window.first, window.begin), after(window.last, window.end));
        let wait = leaves.into_iter().chain(enters).min()?;
        Some(t.after(SimDuration::from_ms(wait as u64)))
    }

    /// The growth of a reading's sum and weight in a millisecond, until an end of the window meets a change.
    fn slope(&self, rule: &Rule, window: &Window) -> Reading {
        let at = |piece: usize| match self.pieces[piece].value(rule.metric) {
            Some(value) => (i128::from(value), 1),
            None => (0, 0),
        };
        let (first, last) = (at(window.first), at(window.last));
        match rule.aggregation {
            Aggregation::Average => Reading { sum: last.0 - first.0, weight: last.1 - first.1 },
            Aggregation::Total => Reading { sum: last.0 - first.0, weight: 0 },
            _ => Reading { sum: 0, weight: 0 },
        }
    }

    /// The first evaluation from `from` on at which a condition holds if the metrics stay as they are; none if never.
    pub fn first_true(&self, condition: &Condition<'_>, from: SimTime, grid: Grid) -> Option<SimTime> {
        let rule = condition.rule;
        if let Some(gauge) = self.gauge(rule) {
            return gauge.first_true(condition, from, grid);
        }
        let mut t = grid.at_or_after(from);
        if rule.is_sampled() {
            while !condition.holds(self.reading(rule, t)) {
                t = grid.at_or_after(self.next_sample(rule, t)?);
            }
            return Some(t);
        }
        loop {
            let window = self.window(rule, t);
            let reading = self.measured(rule, &window);
            if condition.holds(reading) {
                return Some(t);
            }
            let meeting = self.next_meeting(&window, t);
            if let Some(wait) = self.wait(condition, reading, self.slope(rule, &window)) {
                let crossed = grid.at_or_after(t.after(SimDuration::from_ms(wait)));
                if meeting.is_none_or(|meeting| crossed <= meeting) && condition.holds(self.reading(rule, crossed)) {
                    return Some(crossed);
                }
            }
            t = grid.at_or_after(meeting?);
        }
    }

    /// Milliseconds until a condition that does not hold does, along a straight line.
    fn wait(&self, condition: &Condition<'_>, reading: Reading, slope: Reading) -> Option<u64> {
        if reading.is_missing() && slope.weight > 0 {
            // The window begins to have data: as long as they are of one piece, its value stays.
            return Some(1);
        }
        let rest = condition.rule.rest(reading, condition.now, condition.to);
        let grows = condition.rule.rest(slope, condition.now, condition.to);
        let (rest, grows, strict) = match condition.operator {
            Operator::Above => (-rest, grows, true),
            Operator::AtLeast => (-rest, grows, false),
            Operator::Below => (rest, -grows, true),
            Operator::AtMost => (rest, -grows, false),
        };
        // `rest` is what is lacking: it must fall to zero, or below.
        if grows <= 0 || rest < 0 {
            return None;
        }
        let wait = if strict { rest / grows + 1 } else { (rest + grows - 1) / grows };
        u64::try_from(wait.max(1)).ok()
    }

    /// The first evaluation from `from` on at which a rule has no data, if the metrics stay as they are.
    pub fn first_missing(&self, rule: &Rule, from: SimTime, grid: Grid) -> Option<SimTime> {
        if self.gauge(rule).is_some() || self.pieces.iter().all(|piece| piece.value(rule.metric).is_some()) {
            return None;
        }
        let mut t = grid.at_or_after(from);
        while !self.reading(rule, t).is_missing() {
            let next =
                if rule.is_sampled() { self.next_sample(rule, t) } else { self.next_meeting(&self.window(rule, t), t) };
            t = grid.at_or_after(next?);
        }
        Some(t)
    }
}

#[cfg(test)]
pub(super) mod tests;
