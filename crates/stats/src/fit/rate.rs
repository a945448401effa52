//! How often: a Poisson rate with its exact interval.

use super::gamma::gamma_quantile;
use crate::confidence::Confidence;
use crate::intervals::Interval;
use serde::Serialize;

/// Events over an exposure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// Events.
    pub events: u64,
    /// Unit-years (or whatever the rate is per), positive.
    pub exposure: f64,
}

impl Rate {
    /// `events` over `exposure`; none unless the exposure is positive and finite.
    #[must_use]
    pub fn new(events: u64, exposure: f64) -> Option<Self> {
        (exposure.is_finite() && exposure > 0.0).then_some(Self { events, exposure })
    }

    /// Events per unit of exposure.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.events as f64 / self.exposure
    }

    /// F. Garwood's interval (Biometrika 28, 1936): every rate under which so few, or so many, events are not too
    /// surprising. Exact: it covers at least the confidence whatever the rate. Never ±0, also not for no event.
    #[must_use]
    pub fn interval(&self, confidence: Confidence) -> Interval {
        self.interval_if(1.0, confidence)
    }

    /// The same where events come in clusters: `dispersion` times the variance of a Poisson count means that so many
    /// events say no more than events / dispersion would. Below 1 it counts as 1.
    #[must_use]
    pub fn interval_if(&self, dispersion: f64, confidence: Confidence) -> Interval {
        let per = if dispersion > 1.0 { dispersion } else { 1.0 };
        let (events, exposure) = (self.events as f64 / per, self.exposure / per);
        let half = 0.5 * confidence.alpha();
        let low = if self.events == 0 { 0.0 } else { gamma_quantile(half, events) };
        Interval::new(low / exposure, gamma_quantile(1.0 - half, events + 1.0) / exposure)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use statrs::distribution::{Discrete, DiscreteCDF, Poisson};

    #[test]
    fn garwoods_own_table() {
        let of = |events| Rate::new(events, 1.0).unwrap().interval(Confidence::P95);
        // The limits of every textbook, for 0, 1, 5, 10 and 100 events.
        for (events, low, high) in [
            (0, 0.0, 3.688_879),
            (1, 0.025_318, 5.571_643),
            (5, 1.623_486, 11.668_332),
            (10, 4.795_389, 18.390_356),
            (100, 81.363_94, 121.627_1),
        ] {
            let found = of(events);
            assert!((found.low - low).abs() < 5e-5 * low.max(1.0), "{events} {found:?}");
            assert!((found.high - high).abs() < 5e-5 * high, "{events} {found:?}");
        }
        assert_eq!(Rate::new(1, 0.0), None);
        assert_eq!(Rate::new(1, f64::NAN), None);
    }

    /// Coverage computed, not simulated: the sum of the Poisson probabilities of all counts whose interval holds the
    /// truth is at least the confidence.
    #[test]
    fn covers_whatever_the_rate() {
        for truth in [0.1, 1.0, 2.5, 7.0, 19.0, 60.0] {
            let law = Poisson::new(truth).unwrap();
            let inside = |k: &u64| Rate::new(*k, 1.0).unwrap().interval(Confidence::P95).contains(truth);
            let coverage: f64 = (0..400).filter(inside).map(|k| law.pmf(k)).sum();
            assert!((0.95..1.0).contains(&coverage), "{truth} {coverage}");
        }
    }

    proptest! {
        /// The ends are where the tails of the Poisson law are 2.5 %: an independent way.
        #[test]
        fn the_tails_are_what_they_should_be(events in 1u64..5000) {
            let found = Rate::new(events, 1.0).unwrap().interval(Confidence::P95);
            let low = Poisson::new(found.low).unwrap();
            let high = Poisson::new(found.high).unwrap();
            prop_assert!((low.sf(events - 1) - 0.025).abs() < 1e-8);
            prop_assert!((high.cdf(events) - 0.025).abs() < 1e-8);
        }
    }

    #[test]
    fn clusters_widen() {
        let rate = Rate::new(40, 10.0).unwrap();
        let (plain, wide) = (rate.interval(Confidence::P95), rate.interval_if(4.0, Confidence::P95));
        let ten = Rate::new(10, 2.5).unwrap().interval(Confidence::P95);
        assert_eq!((wide.low, wide.high), (ten.low, ten.high));
        assert!(wide.low < plain.low && plain.high < wide.high);
        assert_eq!(rate.interval_if(0.2, Confidence::P95), plain);
    }
}
