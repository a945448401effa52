//! Shared shocks: units fail alone, and all that are up fail together.
//!
//! After Marshall and Olkin (1967): a shock brings down every unit that is up, and
//! each then recovers by its own law. All laws exponential, a crew for each unit.

use super::Generator;
use crate::error::{Error, check, positive};
use crate::single::Alternating;

/// Alike units under a shared shock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SharedShock {
    units: usize,
    unit: Alternating,
    shock_rate: f64,
}

impl SharedShock {
    /// `units` ≥ 1; `mean_between_shocks` > 0 is the mean of the exponential gaps.
    pub fn new(units: usize, unit: Alternating, mean_between_shocks: f64) -> Result<Self, Error> {
        check(units >= 1, "units", units as f64, "at least 1")?;
        Ok(Self { units, unit, shock_rate: 1.0 / positive("mean time between shocks", mean_between_shocks)? })
    }

    /// P(exactly j units up), j = 0, …, n, in the long run: the chain on the number of
    /// units up, by GTH elimination. At most [`super::STATES_MAX`] - 1 units.
    pub fn up_distribution(self) -> Result<Vec<f64>, Error> {
        let mut chain = Generator::new(self.units + 1)?;
        for up in 0..=self.units {
            let down = self.units - up;
            if down > 0 {
                chain.add(up, up + 1, down as f64 * self.unit.repair_rate())?;
            }
            if up > 0 {
                chain.add(up, up - 1, up as f64 * self.unit.failure_rate())?;
                chain.add(up, 0, self.shock_rate)?;
            }
        }
        chain.stationary()
    }

    /// Long-run probability that a given unit is down: (λ+σ)/(λ+σ+μ).
    #[must_use]
    pub fn unit_unavailability(self) -> f64 {
        let failures = self.unit.failure_rate() + self.shock_rate;
        failures / (failures + self.unit.repair_rate())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mass::expected_up;

    #[test]
    fn the_chain_agrees_with_the_closed_form_of_one_unit() -> Result<(), Error> {
        let shock = SharedShock::new(6, Alternating::new(500.0, 3.0)?, 2000.0)?;
        let up = expected_up(&shock.up_distribution()?) / 6.0;
        assert!((up + shock.unit_unavailability() - 1.0).abs() < 1e-15);
        Ok(())
    }

    #[test]
    fn without_shocks_units_are_independent() -> Result<(), Error> {
        let unit = Alternating::new(500.0, 3.0)?;
        let calm = SharedShock::new(5, unit, 1e300)?.up_distribution()?;
        let binomial = crate::kofn::up_distribution(&[(5, unit.unavailability())])?;
        for (a, b) in calm.iter().zip(binomial) {
            assert!((a / b - 1.0).abs() < 1e-13);
        }
        Ok(())
    }
}
