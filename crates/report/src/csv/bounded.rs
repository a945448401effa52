//! An estimate on its way into five columns, and its twins on other scales.

use zonefall_study::outcome::{Estimate, MINUTES_PER_MONTH, Quality};

/// An estimate with ends that may be missing on either side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounded {
    pub(crate) mean: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    pub(crate) quality: &'static str,
    pub(crate) hits: u64,
}

impl From<Estimate> for Bounded {
    fn from(of: Estimate) -> Self {
        let (low, quality) = match of.quality {
            Quality::Interval => (of.low, "interval"),
            Quality::UpperBound => (None, "upper_bound"),
            Quality::Recorded => (of.low, "recorded"),
            Quality::Exact => (of.low, "exact"),
        };
        Self { mean: Some(of.mean), low, high: Some(of.high), quality, hits: of.hits }
    }
}

impl Bounded {
    /// What did not miss, of which the trials that did are too few for both ends: at least so much.
    pub(crate) fn at_least_of_few(of: Estimate) -> Self {
        if of.is_of_few() { Self { high: None, quality: "lower_bound", ..Self::from(of) } } else { Self::from(of) }
    }

    /// What missed, in trials too few for both ends: at most so much.
    pub(crate) fn at_most_of_few(of: Estimate) -> Self {
        if of.is_of_few() { Self { low: None, quality: "upper_bound", ..Self::from(of) } } else { Self::from(of) }
    }

    /// The same estimate through a falling function: its ends change places, an upper bound becomes a lower one.
    fn falling(self, map: impl Fn(f64) -> Option<f64>) -> Self {
        let quality = if self.quality == "upper_bound" { "lower_bound" } else { self.quality };
        Self {
            mean: self.mean.and_then(&map),
            low: self.high.and_then(&map),
            high: self.low.and_then(&map),
            quality,
            ..self
        }
    }

    /// From unavailability to availability.
    pub(crate) fn availability(self) -> Self {
        self.falling(|share| Some(1.0 - share))
    }

    /// From unavailability to nines; none where nothing at all is unavailable.
    pub(crate) fn nines(self) -> Self {
        self.falling(|share| (share > 0.0).then(|| -libm::log10(share)))
    }

    /// From unavailability to minutes a month.
    pub(crate) fn minutes_per_month(self) -> Self {
        self.scaled(MINUTES_PER_MONTH)
    }

    /// Times a positive factor.
    pub(crate) fn scaled(self, factor: f64) -> Self {
        let times = |end: Option<f64>| end.map(|end| end * factor);
        Self { mean: times(self.mean), low: times(self.low), high: times(self.high), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_agree_and_bounds_change_sides() {
        let rare = Estimate { mean: 0.0, low: None, high: 1e-5, quality: Quality::UpperBound, hits: 0 };
        let up = Bounded::from(rare).availability();
        assert_eq!((up.mean, up.low, up.high, up.quality), (Some(1.0), Some(1.0 - 1e-5), None, "lower_bound"));
        let nines = Bounded::from(rare).nines();
        assert_eq!((nines.mean, nines.low, nines.high), (None, Some(5.0), None));
        let both = Estimate { mean: 0.001, low: Some(0.0), high: 0.01, quality: Quality::Interval, hits: 90 };
        let nines = Bounded::from(both).nines();
        assert_eq!((nines.mean, nines.low, nines.high, nines.quality), (Some(3.0), Some(2.0), None, "interval"));
        assert_eq!(Bounded::from(both).minutes_per_month().high, Some(432.0));
        for (hits, quality, high) in [(0, "lower_bound", None), (19, "lower_bound", None), (20, "interval", Some(0.01))]
        {
            let of = Bounded::at_least_of_few(Estimate { hits, ..both });
            assert_eq!((of.low, of.quality, of.high, of.hits), (Some(0.0), quality, high, hits));
        }
        for (hits, quality, low) in [(0, "upper_bound", None), (19, "upper_bound", None), (20, "interval", Some(0.0))] {
            let of = Bounded::at_most_of_few(Estimate { hits, ..both });
            assert_eq!((of.low, of.quality, of.high, of.hits), (low, quality, Some(0.01), hits));
        }
    }
}
