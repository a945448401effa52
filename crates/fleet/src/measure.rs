//! What is measured over which time: the horizon, the part of it that counts, and the windows of the objective.

use std::ops::Range;
use zonefall_engine::{SimDuration, SimTime};

/// Half-open windows that follow each other; a trailing part-window counts for availability, never for breaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows {
    borders: Vec<SimTime>,
    whole: usize,
}

impl Windows {
    /// Windows between borders in rising order; the last one is a part-window unless `last_is_whole`.
    /// With fewer than two borders there is no window.
    pub fn new(borders: Vec<SimTime>, last_is_whole: bool) -> Self {
        debug_assert!(borders.windows(2).all(|pair| pair[0] < pair[1]));
        let windows = borders.len().saturating_sub(1);
        Self { borders, whole: if last_is_whole { windows } else { windows.saturating_sub(1) } }
    }

    /// Windows of one length from `from` to `to`.
    pub fn every(length: SimDuration, from: SimTime, to: SimTime) -> Self {
        let mut borders = vec![from];
        let mut next = from.after(length);
        while next < to {
            borders.push(next);
            next = next.after(length);
        }
        borders.push(to);
        Self::new(borders, next == to)
    }

    /// All windows, the part-window at the end included.
    pub fn count(&self) -> usize {
        self.borders.len().saturating_sub(1)
    }

    /// The windows that can be breached.
    pub fn whole(&self) -> usize {
        self.whole
    }

    /// The length of a window.
    pub fn length(&self, window: usize) -> SimDuration {
        self.borders[window + 1].since(self.borders[window])
    }

    /// The windows that the time `[from, to)` touches.
    pub(crate) fn touched(&self, from: SimTime, to: SimTime) -> Range<usize> {
        let before = self.borders.partition_point(|&border| border <= from).saturating_sub(1);
        let until = self.borders.partition_point(|&border| border < to).min(self.count());
        before..until.max(before)
    }

    /// Milliseconds of the time `[from, to)` in a window.
    pub(crate) fn overlap(&self, window: usize, from: SimTime, to: SimTime) -> u64 {
        let (start, end) = (self.borders[window].max(from), self.borders[window + 1].min(to));
        if start < end { end.since(start).as_ms() } else { 0 }
    }

    /// Adds the time `[from, to)` to the windows that it touches, beginning the search at `hint`; returns the next hint.
    pub(crate) fn spread(&self, from: SimTime, to: SimTime, hint: usize, into: &mut [u64]) -> usize {
        let mut window = hint;
        while window + 1 < self.borders.len() && self.borders[window + 1] <= from {
            window += 1;
        }
        let found = window;
        while window + 1 < self.borders.len() && self.borders[window] < to {
            let (start, end) = (self.borders[window].max(from), self.borders[window + 1].min(to));
            into[window] += end.since(start).as_ms();
            window += 1;
        }
        found
    }
}

/// What a trial measures; the same for all designs of a study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The end of the trial.
    pub horizon: SimTime,
    /// Nothing before this instant counts.
    pub from: SimTime,
    /// Windows of the objective.
    pub windows: Windows,
    /// SL-02: the months that Azure's promise goes by.
    pub months: Windows,
    /// Instants at which the objective is sampled.
    pub at: Vec<SimTime>,
    /// A design's trial ends when its objective is missed for the first time.
    pub until_first_miss: bool,
    /// The most events of one trial and design.
    pub event_budget: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> SimTime {
        SimTime::from_ms(ms)
    }

    #[test]
    fn an_outage_over_a_window_border_is_split_and_the_border_belongs_to_the_later_window() {
        let windows = Windows::every(SimDuration::from_ms(10), ms(0), ms(25));
        assert_eq!((windows.count(), windows.whole()), (3, 2));
        let mut into = [0; 3];
        let hint = windows.spread(ms(8), ms(12), 0, &mut into);
        assert_eq!(into, [2, 2, 0]);
        windows.spread(ms(20), ms(25), hint, &mut into);
        assert_eq!(into, [2, 2, 5]);
    }

    #[test]
    fn windows_that_fill_the_horizon_are_all_whole() {
        assert_eq!(Windows::every(SimDuration::from_ms(10), ms(5), ms(25)).whole(), 2);
        assert_eq!(Windows::new(vec![], false).count(), 0);
    }
}
