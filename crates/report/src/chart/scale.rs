//! From numbers to places on an axis.

use crate::number::{self, tidy};

/// More marks than this on an axis are not read.
const TICKS_MAX: usize = 8;

/// A linear or logarithmic axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    log: bool,
    from: f64,
    to: f64,
    /// Where the ends of the axis are drawn.
    places: (f64, f64),
}

impl Scale {
    /// A linear axis over these numbers and zero.
    pub(crate) fn linear(numbers: impl Iterator<Item = f64>) -> Self {
        let (mut from, mut to) = (0.0_f64, 0.0_f64);
        for number in numbers.filter(|number| number.is_finite()) {
            (from, to) = (from.min(number), to.max(number));
        }
        if from == to {
            to = from + 1.0;
        }
        let room = 0.04 * (to - from);
        let from = if from < 0.0 { from - room } else { 0.0 };
        Self { log: false, from, to: if to > 0.0 { to + room } else { 0.0 }, places: (0.0, 1.0) }
    }

    /// A linear axis from end to end.
    pub(crate) fn exactly(from: f64, to: f64) -> Self {
        let to = if to > from { to } else { from + 1.0 };
        Self { log: false, from, to, places: (0.0, 1.0) }
    }

    /// A logarithmic axis over the positive ones of these numbers; none without any.
    pub(crate) fn log(numbers: impl Iterator<Item = f64>) -> Option<Self> {
        let (mut from, mut to) = (f64::INFINITY, 0.0_f64);
        for number in numbers.filter(|number| number.is_finite() && *number > 0.0) {
            (from, to) = (from.min(number), to.max(number));
        }
        (to > 0.0).then(|| Self { log: true, from: from / 1.25, to: to * 1.25, places: (0.0, 1.0) })
    }

    /// The same axis drawn between two places.
    pub(crate) fn between(self, start: f64, end: f64) -> Self {
        Self { places: (start, end), ..self }
    }

    /// Where a number is drawn; what is beyond an end is drawn there.
    pub(crate) fn place(&self, number: f64) -> f64 {
        let share = if self.log {
            let number = number.max(f64::MIN_POSITIVE);
            libm::log10(number / self.from) / libm::log10(self.to / self.from)
        } else {
            (number - self.from) / (self.to - self.from)
        };
        let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        self.places.0 + share * (self.places.1 - self.places.0)
    }

    /// Whether a number has a place of its own: nothing has none on a logarithmic axis.
    pub(crate) fn has(&self, number: f64) -> bool {
        !self.log || number > 0.0
    }

    /// Numbers to be written along the axis.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        let ticks: Vec<f64> = if self.log { self.log_ticks() } else { self.linear_ticks() };
        ticks.into_iter().filter(|tick| (self.from..=self.to).contains(tick)).collect()
    }

    fn linear_ticks(&self) -> Vec<f64> {
        let rough = (self.to - self.from) / 6.0;
        let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|step| step * power >= rough).unwrap_or(10.0) * power;
        let first = libm::ceil(self.from / step) as i64;
        (first..first + TICKS_MAX as i64).map(|at| tidy(at as f64 * step)).collect()
    }

    fn log_ticks(&self) -> Vec<f64> {
        let decades = libm::floor(libm::log10(self.from)) as i32..=libm::ceil(libm::log10(self.to)) as i32;
        let all = |steps: &[f64], every: usize| -> Vec<f64> {
            let powers = decades.clone().filter(|power| power.rem_euclid(every as i32) == 0);
            let ticks =
                powers.flat_map(|power| steps.iter().map(move |step| tidy(step * libm::pow(10.0, power.into()))));
            ticks.filter(|tick| (self.from..=self.to).contains(tick)).collect()
        };
        let mut ticks = all(&[1.0, 2.0, 5.0], 1);
        let mut every = 1;
        while ticks.len() > TICKS_MAX && every < 64 {
            ticks = all(&[1.0], every);
            every += 1;
        }
        ticks
    }
}

/// A mark in words: `0.001`, `20`, `5,000`.
pub(super) fn written(tick: f64) -> String {
    let plain = format!("{}", tick.abs());
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), ""), |(whole, fraction)| (whole, fraction));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), number::count);
    let minus = if tick < 0.0 { "−" } else { "" };
    if fraction.is_empty() { format!("{minus}{whole}") } else { format!("{minus}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(Scale::linear([23.0].into_iter()).ticks(), [0.0, 5.0, 10.0, 15.0, 20.0]);
        assert_eq!(Scale::linear([-1.8, 0.55].into_iter()).ticks(), [-1.5, -1.0, -0.5, 0.0, 0.5]);
        assert_eq!(Scale::linear([0.0].into_iter()).ticks(), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        let log = Scale::log([0.7, 21.6].into_iter()).map(|scale| scale.ticks());
        assert_eq!(log, Some(vec![1.0, 2.0, 5.0, 10.0, 20.0]));
        let wide = Scale::log([1e-6, 1e6].into_iter()).map_or(0, |scale| scale.ticks().len());
        assert!((3..=TICKS_MAX).contains(&wide), "{wide}");
        assert_eq!(Scale::log([0.0, f64::NAN].into_iter()), None);
        assert_eq!([0.001, 5000.0, -1.5].map(written), ["0.001", "5,000", "−1.5"]);
    }

    #[test]
    fn places_stay_on_the_axis() {
        let scale = Scale::linear([10.0].into_iter()).between(100.0, 204.0);
        assert_eq!((scale.place(0.0), scale.place(10.0)), (100.0, 200.0));
        assert_eq!((scale.place(-1.0), scale.place(1e9), scale.place(f64::NAN)), (100.0, 204.0, 100.0));
    }
}
