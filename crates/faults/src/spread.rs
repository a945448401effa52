//! What is not known of a rate: a distribution over it, from data or from judgement.
//!
//! Both forms are those of probabilistic safety assessment (Atwood et al., NUREG/CR-6823, 2003, chapters 6.2 and 6.5):
//! k events in T unit-years give the posterior of the Jeffreys prior, a gamma law of shape k + ½ and mean (k + ½)/T; a
//! median with an error factor gives a lognormal law whose 5 % and 95 % points are median / factor and median × factor.
//! Rates are per unit and year; the laws know no unit.

use zonefall_engine::{Law, LawError, Shape, Stream};

/// The standard normal quantile at 95 %, which an error factor is a multiple of.
const Z95: f64 = 1.644_853_626_951_472_2;

/// A distribution over a rate per unit and year.
#[derive(Debug, Clone, PartialEq)]
pub enum RateSpread {
    /// So many events were seen in so many unit-years.
    Events {
        /// Events.
        events: u64,
        /// Units times years.
        unit_years: f64,
    },
    /// A median, and the factor from it to the 95 % point.
    Factor {
        /// The median rate.
        median: f64,
        /// The error factor, at least 1.
        factor: f64,
    },
}

impl RateSpread {
    /// The law of the rate.
    ///
    /// # Errors
    /// If a number is not positive or not finite.
    pub fn law(&self) -> Result<Law, LawError> {
        match *self {
            Self::Events { events, unit_years } => Law::new(Shape::Gamma(events as f64 + 0.5, 1.0 / unit_years), None),
            Self::Factor { median, factor } => Law::new(Shape::LogNormal(median, libm::log(factor) / Z95), None),
        }
    }

    /// The mean rate, which the run itself lives at; its 5 % and its 95 % point.
    ///
    /// # Errors
    /// As [`RateSpread::law`].
    pub fn mean_low_high(&self) -> Result<(f64, f64, f64), LawError> {
        let law = self.law()?;
        let (mean, [low, high]) = (law.mean_ms(), [0.05, 0.95].map(|level| quantile(&law, level)));
        // The mean of a wide lognormal law lies above its 95 % point.
        Ok((mean, low.min(mean), high.max(mean)))
    }

    /// Draws a rate.
    ///
    /// # Errors
    /// As [`RateSpread::law`].
    pub fn draw(&self, stream: &mut Stream) -> Result<f64, LawError> {
        Ok(self.law()?.draw_ms(stream))
    }

    /// In words: "3 events in 120 unit-years".
    pub fn words(&self) -> String {
        match self {
            Self::Events { events: 1, unit_years } => format!("1 event in {unit_years} unit-years"),
            Self::Events { events, unit_years } => format!("{events} events in {unit_years} unit-years"),
            Self::Factor { median, factor } => format!("median {median} a year, error factor {factor}"),
        }
    }
}

/// The point that is not exceeded with probability `level`, by halving.
fn quantile(law: &Law, level: f64) -> f64 {
    let (mut low, mut high) = (0.0, law.mean_ms());
    while law.survival(high) > 1.0 - level && high < f64::MAX / 4.0 {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if law.survival(middle) > 1.0 - level { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zonefall_engine::Key;

    fn near(ours: f64, exact: f64, within: f64) {
        assert!((ours / exact - 1.0).abs() < within, "{ours} is not {exact}");
    }

    #[test]
    fn events_give_the_jeffreys_posterior() {
        // χ² with 2k + 1 degrees of freedom: for k = 3 its 5 % and 95 % points are 2.16735 and 14.06714.
        let (mean, low, high) = RateSpread::Events { events: 3, unit_years: 120.0 }.mean_low_high().expect("a law");
        near(mean, 3.5 / 120.0, 1e-12);
        near(low, 2.167_35 / 240.0, 1e-5);
        near(high, 14.067_14 / 240.0, 1e-5);
        // None seen is not never: half an event.
        let (mean, low, high) = RateSpread::Events { events: 0, unit_years: 50.0 }.mean_low_high().expect("a law");
        near(mean, 0.01, 1e-12);
        near(low, 0.003_932_1 / 100.0, 1e-4);
        near(high, 3.841_46 / 100.0, 1e-5);
    }

    #[test]
    fn a_factor_leads_from_the_median_to_both_ends() {
        let (mean, low, high) = RateSpread::Factor { median: 0.1, factor: 3.0 }.mean_low_high().expect("a law");
        near(low, 0.1 / 3.0, 1e-9);
        near(high, 0.3, 1e-9);
        let sigma = libm::log(3.0) / Z95;
        near(mean, 0.1 * libm::exp(0.5 * sigma * sigma), 1e-12);
        // So wide that the mean lies above the 95 % point.
        let (mean, low, high) = RateSpread::Factor { median: 0.1, factor: 1e6 }.mean_low_high().expect("a law");
        assert!(low <= mean && mean <= high);
    }

    #[test]
    fn draws_have_the_mean_and_spread_of_the_law() {
        for spread in
            [RateSpread::Events { events: 3, unit_years: 120.0 }, RateSpread::Factor { median: 0.1, factor: 3.0 }]
        {
            let (mean, low, high) = spread.mean_low_high().expect("a law");
            let draws: Vec<f64> =
                (0..20_000).map(|i| spread.draw(&mut Key::root(1).part(i, 0).stream()).expect("a rate")).collect();
            near(draws.iter().sum::<f64>() / draws.len() as f64, mean, 0.02);
            let beyond = draws.iter().filter(|&&rate| rate < low || rate > high).count();
            assert!((beyond as f64 / 20_000.0 - 0.1).abs() < 0.01, "{beyond}");
        }
    }

    #[test]
    fn nonsense_has_no_law() {
        for nonsense in [
            RateSpread::Events { events: 1, unit_years: 0.0 },
            RateSpread::Events { events: 1, unit_years: f64::INFINITY },
            RateSpread::Factor { median: 0.0, factor: 3.0 },
            RateSpread::Factor { median: 1.0, factor: 0.5 },
        ] {
            assert!(nonsense.mean_low_high().is_err(), "{nonsense:?}");
        }
    }
}
