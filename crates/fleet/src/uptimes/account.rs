//! SL-02, SL-03: one account of a promise: time that counts and time without a connection, month by month, and the step of the
//! credit that a month reaches once it is over. An account holds the month that it is in and no other, however long the trial.

use crate::design::SlaTerms;
use crate::measure::{Measure, Windows};
use zonefall_engine::SimTime;

/// The most steps of a credit.
pub const CREDIT_STEPS: usize = 4;
/// Months are counted in millionths: machines that live for minutes count as well.
pub const MONTH: u64 = 1_000_000;

/// What a promise has come to in a trial, over all of its accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// Milliseconds without a connection.
    pub down_ms: u64,
    /// Milliseconds that count.
    pub clock_ms: u64,
    /// Whole months, in millionths: of a machine that is promised by itself as much of each as it ran.
    pub months: u64,
    /// Of these, those that reach each step of the credit and not the next.
    pub reached: [u64; CREDIT_STEPS],
}

/// What accounts go by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules<'a> {
    pub terms: &'a SlaTerms,
    pub measure: &'a Measure,
    /// A month counts by the share of it in which the account ran.
    pub in_part: bool,
}

/// An account; closed until it runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    month: u32,
    down_ms: u64,
    clock_ms: u64,
    runs_since: SimTime,
    down_since: SimTime,
}

impl Account {
    pub const NEW: Self =
        Self { month: 0, down_ms: 0, clock_ms: 0, runs_since: SimTime::NEVER, down_since: SimTime::NEVER };

    pub fn runs(&self) -> bool {
        self.runs_since < SimTime::NEVER
    }

    pub fn is_down(&self) -> bool {
        self.down_since < SimTime::NEVER
    }

    /// The clock runs from now on.
    pub fn start(&mut self, t: SimTime) {
        self.runs_since = t;
    }

    /// There is no connection from now on.
    pub fn loses(&mut self, t: SimTime) {
        self.down_since = t;
    }

    /// There is one again, or its lack no longer counts.
    pub fn regains(&mut self, t: SimTime, rules: Rules<'_>, kept: &mut Kept) {
        let from = std::mem::replace(&mut self.down_since, SimTime::NEVER).max(rules.measure.from);
        if t <= from {
            return;
        }
        kept.down_ms += t.since(from).as_ms();
        let months = &rules.measure.months;
        for month in months.touched(from, t) {
            self.turn_to(month, rules, kept);
            self.down_ms += months.overlap(month, from, t);
        }
    }

    /// The clock stands from now on; whoever is down has been told before.
    pub fn stop(&mut self, t: SimTime, rules: Rules<'_>, kept: &mut Kept) {
        let from = self.runs_since.max(rules.measure.from);
        if t > from {
            kept.clock_ms += t.since(from).as_ms();
            let months = &rules.measure.months;
            let touched = months.touched(from, t);
            if rules.in_part {
                let whole = touched.clone().filter(|&month| month < months.whole());
                // Each stay is rounded up: no month that is reached is more than there was.
                let stay = |month: usize| weight(months, month, months.overlap(month, from, t), u64::div_ceil);
                kept.months += whole.map(stay).sum::<u64>();
            }
            if let Some(last) = touched.last() {
                self.turn_to(last, rules, kept);
                self.clock_ms += months.overlap(last, from, t);
            }
        }
        self.runs_since = SimTime::NEVER;
    }

    /// What it was kept for is gone, or the trial is over; it has been stopped before.
    pub fn close(&mut self, rules: Rules<'_>, kept: &mut Kept) {
        self.settle(rules, kept);
        *self = Self::NEW;
    }

    fn turn_to(&mut self, month: usize, rules: Rules<'_>, kept: &mut Kept) {
        if self.month as usize != month {
            self.settle(rules, kept);
            (self.month, self.down_ms, self.clock_ms) = (month as u32, 0, 0);
        }
    }

    /// The month is over.
    fn settle(&mut self, rules: Rules<'_>, kept: &mut Kept) {
        let (months, month) = (&rules.measure.months, self.month as usize);
        if self.down_ms == 0 || month >= months.whole() {
            return;
        }
        let running = if self.runs() { months.overlap(month, self.runs_since, SimTime::NEVER) } else { 0 };
        let clock = self.clock_ms + running;
        let step = rules.terms.tier_below(clock.saturating_sub(self.down_ms), clock);
        if let Some(step) = step.filter(|&step| step < CREDIT_STEPS) {
            kept.reached[step] +=
                if rules.in_part { weight(months, month, clock, |ms, length| ms / length) } else { MONTH };
        }
    }
}

/// So much of a month, in millionths, rounded as asked for.
fn weight(months: &Windows, month: usize, ms: u64, divide: impl Fn(u64, u64) -> u64) -> u64 {
    divide(ms * MONTH, months.length(month).as_ms().max(1)).min(MONTH)
}
