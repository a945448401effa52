//! AS-06: a metric comes in samples, one a grain of time, each the mean over its grain; the least, the greatest and the last
//! value of a window are those of its samples.
//!
//! Grains lie on the clock of the trial. A window has those that are over at its end, as many as fit in it. Only a grain in
//! which the metric changes has a sample of its own: all others are worth what the metric is, so nothing is looked at grain
//! by grain.

use super::history::{History, Piece};
use crate::policy::autoscale::{Aggregation, Reading, Rule};
use zonefall_engine::{SimDuration, SimTime};

/// The grains that a window has.
#[derive(Debug, Clone, Copy)]
struct Grains {
    /// Milliseconds of one.
    of: i64,
    begin: i64,
    end: i64,
}

impl Grains {
    fn new(rule: &Rule, end: i64) -> Self {
        let of = rule.grain.as_ms() as i64;
        let end = end.div_euclid(of) * of;
        let count = (rule.window.as_ms() as i64 / of).max(1);
        Self { of, begin: end - count * of, end }
    }

    /// Where the grain begins that an instant is in.
    fn around(self, at: i64) -> i64 {
        at.div_euclid(self.of) * self.of
    }

    /// Whether one of them lies between two instants.
    fn has_whole(self, from: i64, until: i64) -> bool {
        let from = from.max(self.begin);
        let first = self.around(from + self.of - 1);
        first + self.of <= until.min(self.end)
    }
}

/// Where the piece of this place ends; the last one never does.
fn end_of(pieces: &[Piece], at: usize) -> i64 {
    pieces.get(at + 1).map_or(i64::MAX, |next| next.from)
}

/// The greater of two readings that are there; the lesser where the least is asked for.
fn further(one: Reading, other: Reading, least: bool) -> Reading {
    let (one_is, other_is) = (one.sum * other.weight, other.sum * one.weight);
    let other_wins =
        one.is_missing() || !other.is_missing() && if least { other_is < one_is } else { other_is > one_is };
    if other_wins { other } else { one }
}

impl History {
    /// The sample of the grain that begins at an instant, of which the piece of this place is the first.
    fn sample(&self, rule: &Rule, begin: i64, first: usize) -> Reading {
        let until = begin.saturating_add(rule.grain.as_ms() as i64);
        let (mut sum, mut weight) = (0, 0);
        for at in first..self.pieces.len() {
            let from = if at == first { begin } else { self.pieces[at].from };
            if from >= until {
                break;
            }
            if let Some(value) = self.pieces[at].value(rule.metric) {
                let length = i128::from(end_of(&self.pieces, at).min(until) - from);
                sum += i128::from(value) * length;
                weight += length;
            }
        }
        Reading { sum, weight }
    }

    /// The piece that an instant is in; the first one before all.
    fn piece_at(&self, at: i64) -> usize {
        self.pieces.iter().rposition(|piece| piece.from <= at).unwrap_or(0)
    }

    /// What a rule that looks at samples has measured where its window ends at an instant.
    pub(super) fn sampled(&self, rule: &Rule, end: i64) -> Reading {
        let grains = Grains::new(rule, end);
        if rule.aggregation == Aggregation::Last {
            let begin = grains.end - grains.of;
            return self.sample(rule, begin, self.piece_at(begin));
        }
        let least = rule.aggregation == Aggregation::Minimum;
        let (mut found, mut looked) = (Reading::MISSING, None);
        let first = self.piece_at(grains.begin);
        for at in (first..self.pieces.len()).take_while(|&at| at == first || self.pieces[at].from < grains.end) {
            let from = if at == first { grains.begin } else { self.pieces[at].from };
            let mixed = grains.around(from);
            if mixed < from && looked != Some(mixed) {
                looked = Some(mixed);
                found = further(found, self.sample(rule, mixed, self.piece_at(mixed)), least);
            }
            if grains.has_whole(from, end_of(&self.pieces, at)) {
                found = further(found, Reading::of(self.pieces[at].value(rule.metric)), least);
            }
        }
        found
    }

    /// The first instant after `t` at which the window of a rule that looks at samples gets or loses one that differs.
    pub(super) fn next_sample(&self, rule: &Rule, t: SimTime) -> Option<SimTime> {
        let end = t.as_ms() as i64 - self.delay_ms;
        let Grains { of, begin, end: now } = Grains::new(rule, end);
        let wide = now - begin;
        // A change makes a sample of its own, and those after it are others than those before.
        let enters = |from: i64| {
            let grain = from.div_euclid(of) * of;
            [of, 2 * of, wide, wide + of].map(|later| grain + later)
        };
        let changes = self.pieces.iter().skip(1);
        let next = changes.flat_map(|piece| enters(piece.from)).filter(|&at| at > now).min()?;
        Some(t.after(SimDuration::from_ms((next - end) as u64)))
    }
}
