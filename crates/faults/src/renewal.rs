//! The time to failure of one unit: the law, the repeat factor folded into it, and the first failure of a trial.
//!
//! The repeat factor is a mixture: with probability p the next failure comes soon (a triangular density falling to zero
//! over the span), else by the base law, stretched so that the mean of the whole stays what was stated.
//! p = 1 − exp(−(factor − 1) · span / 2 · rate): the chance of at least one of the extra failures.

use crate::mode::{Mode, Start};
use libm::{cbrt, exp, sqrt};
use zonefall_engine::{FirstPassage, Law, Stream};

/// Where skipping units that do not fail inside the horizon pays, and interpolation is exact enough.
const SKIP_BELOW: f64 = 0.25;

/// The law of the time to failure of a unit, with its repeat factor.
#[derive(Debug, Clone)]
pub struct TimeToFailure {
    base: Law,
    soon: f64,
    span_ms: f64,
    mean_ms: f64,
    start: Start,
    skip: Option<FirstPassage>,
}

impl TimeToFailure {
    /// The law of a mode, for trials up to `horizon_ms`.
    pub fn new(mode: &Mode, horizon_ms: f64) -> Self {
        let mean_ms = mode.time_to_failure.mean_ms();
        let (soon, span_ms) = match mode.repeat {
            Some(repeat) => {
                let extra = (repeat.factor - 1.0) * 0.5 * repeat.within_ms / mean_ms;
                (1.0 - exp(-extra), repeat.within_ms)
            }
            None => (0.0, 0.0),
        };
        // Stretch the base so that soon · span/3 + (1 − soon) · base = mean; where the repeats alone exceed the mean
        // the base is as short as a millisecond.
        let base_mean = ((mean_ms - soon * span_ms / 3.0) / (1.0 - soon)).max(1.0);
        let base = mode.time_to_failure.scaled(base_mean / mean_ms);
        let mut law = Self { base, soon, span_ms, mean_ms, start: mode.start, skip: None };
        let passage = match mode.start {
            Start::Stationary => FirstPassage::stationary(|t| law.survival(t), mean_ms, horizon_ms),
            Start::New => FirstPassage::new_at_start(|t| law.survival(t), horizon_ms),
        };
        if passage.probability() < SKIP_BELOW {
            law.skip = Some(passage);
        }
        law
    }

    /// P(time to failure > t).
    pub fn survival(&self, t_ms: f64) -> f64 {
        let base = (1.0 - self.soon) * self.base.survival(t_ms);
        if self.soon == 0.0 || t_ms >= self.span_ms {
            return base;
        }
        let left = 1.0 - t_ms / self.span_ms;
        base + self.soon * left * left
    }

    /// The mean, in milliseconds.
    pub fn mean_ms(&self) -> f64 {
        self.mean_ms
    }

    /// The first failure after the beginning, for a unit that is up then; `None` where it lies beyond the horizon for
    /// certain. `u` is a fresh number in `[0, 1)`.
    #[inline]
    pub fn first(&self, u: f64, stream: &mut Stream) -> Option<f64> {
        match (&self.skip, self.start) {
            (Some(skip), _) => skip.at(u),
            (None, Start::New) => Some(self.next(stream)),
            (None, Start::Stationary) => Some(self.residual(stream)),
        }
    }

    /// A full time to failure.
    pub fn next(&self, stream: &mut Stream) -> f64 {
        if self.soon > 0.0 && stream.unit() < self.soon {
            return self.span_ms * (1.0 - sqrt(1.0 - stream.unit()));
        }
        self.base.draw_ms(stream)
    }

    /// A full time to failure of a unit that has lived for `age_ms`; none after so many tries in vain.
    pub(crate) fn after(&self, age_ms: f64, stream: &mut Stream, tries: u32) -> Option<f64> {
        (0..tries).map(|_| self.next(stream)).find(|&ms| ms > age_ms)
    }

    /// The first failure after the beginning of a unit that has not failed up to `ms`: infinite beyond the horizon; none after
    /// so many tries in vain.
    pub(crate) fn first_after(&self, ms: f64, stream: &mut Stream, tries: u32) -> Option<f64> {
        let draw = |_| {
            let u = stream.unit();
            self.first(u, stream).map_or(f64::INFINITY, |first| first.max(1.0))
        };
        (0..tries).map(draw).find(|&first| first >= ms)
    }

    fn residual(&self, stream: &mut Stream) -> f64 {
        if self.soon > 0.0 && stream.unit() < self.soon * self.span_ms / 3.0 / self.mean_ms {
            return self.span_ms * (1.0 - cbrt(1.0 - stream.unit()));
        }
        self.base.draw_residual_ms(stream)
    }
}
