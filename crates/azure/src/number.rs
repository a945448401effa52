//! A number with its evidence.

use zonefall_faults::Confidence;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// Events per instance and year of 365 days.
    PerInstanceYear,
    /// Events per host and year of 365 days.
    PerHostYear,
    /// Events per rack and year of 365 days.
    PerRackYear,
    /// Events per zone and year of 365 days.
    PerZoneYear,
    /// Events per region and year of 365 days.
    PerRegionYear,
    /// Events per year of 365 days, everywhere together.
    PerYear,
    /// A share or a probability, between 0 and 1.
    Share,
    /// A number without a unit: a factor, a shape, a count.
    Plain,
}

impl Unit {
    /// The word for reports; empty for a number without a unit.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Minutes => "min",
            Self::Hours => "h",
            Self::Days => "d",
            Self::PerInstanceYear => "per instance-year",
            Self::PerHostYear => "per host-year",
            Self::PerRackYear => "per rack-year",
            Self::PerZoneYear => "per zone-year",
            Self::PerRegionYear => "per region-year",
            Self::PerYear => "per year",
            Self::Share => "share",
            Self::Plain => "",
        }
    }

    /// Milliseconds in one of them; none for what is not a length of time.
    pub const fn ms(self) -> Option<f64> {
        match self {
            Self::Seconds => Some(1e3),
            Self::Minutes => Some(60e3),
            Self::Hours => Some(3_600e3),
            Self::Days => Some(86_400e3),
            _ => None,
        }
    }
}

/// A number, the range it may lie in, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    /// The value used.
    pub value: f64,
    /// The least value that the evidence allows.
    pub low: f64,
    /// The greatest value that the evidence allows.
    pub high: f64,
    /// What all three count.
    pub unit: Unit,
    /// Where it comes from, in words.
    pub source: &'static str,
    /// How well it is known.
    pub confidence: Confidence,
}

impl Number {
    /// A number whose range is given as (low, high).
    pub(crate) const fn new(
        value: f64,
        range: (f64, f64),
        unit: Unit,
        confidence: Confidence,
        source: &'static str,
    ) -> Self {
        Self { value, low: range.0, high: range.1, unit, source, confidence }
    }

    /// An assumed number that may be a factor of three smaller or greater (FR-01).
    pub(crate) const fn within_three(value: f64, unit: Unit, source: &'static str) -> Self {
        Self::new(value, (value / 3.0, value * 3.0), unit, Confidence::Assumed, source)
    }

    /// The value in milliseconds, for a length of time; the value as it is for everything else.
    pub const fn ms(&self) -> f64 {
        match self.unit.ms() {
            Some(ms) => self.value * ms,
            None => self.value,
        }
    }
}
