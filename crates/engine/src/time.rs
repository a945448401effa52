//! Simulated time: whole milliseconds since the start of the trial, nothing else.

use thiserror::Error;

/// Milliseconds in an hour, as a float for conversions at the border.
pub(crate) const MS_PER_HOUR: f64 = 3_600_000.0;

/// A length of time that does not fit the simulator's clock.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TimeError {
    /// Not a finite, non-negative number.
    #[error("a length of time must be a finite number of at least zero, not {0}")]
    NotALength(f64),
    /// Beyond [`SimDuration::MAX`].
    #[error("{0} hours is longer than the clock's limit of {limit} hours", limit = SimDuration::MAX.as_hours())]
    TooLong(f64),
}

/// An instant, in milliseconds since the trial began. The clock ends at [`SimTime::NEVER`], which no event reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SimTime(u64);

/// A length of time in milliseconds, at most 10,000 years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SimDuration(u64);

impl SimTime {
    /// The beginning of every trial.
    pub const ZERO: Self = Self(0);
    /// Later than anything that happens.
    pub const NEVER: Self = Self(u64::MAX);

    /// The instant `ms` milliseconds after the beginning.
    #[inline]
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the beginning.
    #[inline]
    pub const fn as_ms(self) -> u64 {
        self.0
    }

    /// `self + length`, or [`SimTime::NEVER`] where the sum does not fit.
    #[inline]
    pub const fn after(self, length: SimDuration) -> Self {
        Self(self.0.saturating_add(length.0))
    }

    /// The time from `earlier` to `self`; zero if `earlier` is later.
    #[inline]
    pub const fn since(self, earlier: Self) -> SimDuration {
        SimDuration(self.0.saturating_sub(earlier.0))
    }
}

impl SimDuration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// 10,000 years of 365 days: the longest length that input may name.
    pub const MAX: Self = Self(10_000 * 365 * 24 * 3_600_000);

    /// A length of `ms` milliseconds.
    #[inline]
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// A length in hours, rounded to the millisecond.
    ///
    /// # Errors
    /// If `hours` is negative, not a number, or more than [`SimDuration::MAX`].
    pub fn from_hours(hours: f64) -> Result<Self, TimeError> {
        if !hours.is_finite() || hours < 0.0 {
            return Err(TimeError::NotALength(hours));
        }
        let ms = libm::round(hours * MS_PER_HOUR);
        if ms > Self::MAX.0 as f64 {
            return Err(TimeError::TooLong(hours));
        }
        Ok(Self(ms as u64))
    }

    /// Milliseconds.
    #[inline]
    pub const fn as_ms(self) -> u64 {
        self.0
    }

    /// Hours, as a float.
    pub const fn as_hours(self) -> f64 {
        self.0 as f64 / MS_PER_HOUR
    }

    /// The sum of two lengths, saturating.
    #[inline]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// So many times this length, saturating.
    #[inline]
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_checked_at_the_border() {
        assert_eq!(SimDuration::from_hours(0.5).map(SimDuration::as_ms), Ok(1_800_000));
        assert!(matches!(SimDuration::from_hours(-1.0), Err(TimeError::NotALength(_))));
        assert!(matches!(SimDuration::from_hours(f64::NAN), Err(TimeError::NotALength(_))));
        assert!(matches!(SimDuration::from_hours(1e12), Err(TimeError::TooLong(_))));
    }

    #[test]
    fn a_sum_beyond_the_clock_is_never() {
        assert_eq!(SimTime::from_ms(5).after(SimDuration::from_ms(u64::MAX)), SimTime::NEVER);
        assert_eq!(SimTime::from_ms(5).since(SimTime::from_ms(9)), SimDuration::ZERO);
    }
}
