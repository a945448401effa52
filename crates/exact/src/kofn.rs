//! A service that is up while at least k of n alike, independent units are up.
//!
//! Each unit is an alternating renewal process with its own repair crew. Long-run
//! quantities hold for any laws with the given means; what happens within a mission
//! or before the first failure assumes exponential laws and all units up at instant 0.
//! Formulas: Trivedi and Bobbio, *Reliability and Availability Engineering* (2017),
//! chapters 4 and 10. Times in any one unit.

use crate::error::{Error, check, nonnegative, positive, probability};
use crate::markov::Generator;
use crate::mass::{binomial, convolve, probability_fewer_than};
use crate::single::Alternating;

/// At least `needed` of `units` alike units must be up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KOfN {
    needed: usize,
    units: usize,
    unit: Alternating,
}

impl KOfN {
    /// `needed` must be between 1 and `units`.
    pub fn new(needed: usize, units: usize, unit: Alternating) -> Result<Self, Error> {
        check_needed(needed, units)?;
        Ok(Self { needed, units, unit })
    }

    /// Long-run probability that exactly j units are up, for j = 0, …, n.
    #[must_use]
    pub fn up_distribution(self) -> Vec<f64> {
        let unit = self.unit;
        binomial(self.units, unit.availability(), unit.unavailability())
    }

    /// Long-run probability that fewer than k units are up.
    #[must_use]
    pub fn unavailability(self) -> f64 {
        probability_fewer_than(&self.up_distribution(), self.needed)
    }

    /// Long-run service failures (from k up to k - 1 up) per unit of time: a given unit
    /// fails while exactly k - 1 of the others are up.
    #[must_use]
    pub fn failure_frequency(self) -> f64 {
        let unit = self.unit;
        let others = binomial(self.units - 1, unit.availability(), unit.unavailability());
        others[self.needed - 1] * self.units as f64 * unit.failure_frequency()
    }

    /// Mean duration of a service outage: unavailability over failure frequency.
    ///
    /// Computed as a ratio of neighbouring binomial terms, so it stays finite when both
    /// underflow.
    #[must_use]
    pub fn mean_outage(self) -> f64 {
        // With exactly j up in turn: P(j)/P(k-1) for j = k-1, k-2, …, 0, and the failure
        // frequency equals the repair frequency P(k-1) (n-k+1)/MTTR.
        let odds_down = self.unit.mean_down() / self.unit.mean_up();
        let (mut term, mut sum) = (1.0, 1.0);
        for j in (1..self.needed).rev() {
            term *= j as f64 / (self.units - j + 1) as f64 * odds_down;
            sum += term;
        }
        sum * self.unit.mean_down() / (self.units - self.needed + 1) as f64
    }

    /// Mean time from all up to the first service failure, with repair.
    ///
    /// The sum of the mean passage times from d to d + 1 units down:
    /// h(d) = (1 + dμ · h(d-1)) / ((n-d)λ).
    #[must_use]
    pub fn mean_time_to_failure(self) -> f64 {
        let (mut passage, mut total) = (0.0, 0.0);
        for down in 0..=self.units - self.needed {
            let repairs = down as f64 * self.unit.repair_rate();
            let failures = (self.units - down) as f64 * self.unit.failure_rate();
            passage = (1.0 + repairs * passage) / failures;
            total += passage;
        }
        total
    }

    /// P(the service fails at least once within `mission` ≥ 0), with repair.
    ///
    /// Uniformisation of the birth–death chain with the failed state absorbing.
    pub fn unreliability(self, mission: f64) -> Result<f64, Error> {
        let last = self.units - self.needed + 1;
        let chain = self.chain(last, false)?;
        let end = chain.transient(&start(last + 1), mission)?;
        Ok(end.probabilities[last])
    }

    /// Expected time that the service is down within \[0, `horizon`\], with repair.
    ///
    /// Uniformisation of the birth–death chain on all n + 1 states.
    pub fn expected_downtime(self, horizon: f64) -> Result<f64, Error> {
        let chain = self.chain(self.units, true)?;
        let sojourn = chain.accumulated(&start(self.units + 1), horizon)?;
        let failed = &sojourn.times[self.units - self.needed + 1..];
        Ok(failed.iter().sum())
    }

    /// The number of units down, from 0 to `last`; `last` absorbs unless it `repairs`.
    fn chain(self, last: usize, repairs: bool) -> Result<Generator, Error> {
        let mut chain = Generator::new(last + 1)?;
        for down in 0..last {
            let up = (self.units - down) as f64;
            chain.add(down, down + 1, up * self.unit.failure_rate())?;
            if repairs || down + 1 < last {
                chain.add(down + 1, down, (down + 1) as f64 * self.unit.repair_rate())?;
            }
        }
        Ok(chain)
    }
}

/// All units up.
fn start(states: usize) -> Vec<f64> {
    let mut start = vec![0.0; states];
    start[0] = 1.0;
    start
}

/// P(fewer than `needed` of `units` survive `mission`) when nothing is repaired,
/// exponential lives of mean `mean_up`.
pub fn unreliability_without_repair(needed: usize, units: usize, mean_up: f64, mission: f64) -> Result<f64, Error> {
    check_needed(needed, units)?;
    positive("mean up time", mean_up)?;
    nonnegative("mission", mission)?;
    let age = mission / mean_up;
    let survivors = binomial(units, libm::exp(-age), -libm::expm1(-age));
    Ok(probability_fewer_than(&survivors, needed))
}

/// Mean time until fewer than `needed` of `units` survive when nothing is repaired:
/// the sum of mean_up / j for j from k to n.
pub fn mean_time_to_failure_without_repair(needed: usize, units: usize, mean_up: f64) -> Result<f64, Error> {
    check_needed(needed, units)?;
    positive("mean up time", mean_up)?;
    Ok((needed..=units).rev().map(|j| mean_up / j as f64).sum())
}

/// Probability that exactly j units are up, j from 0 to the total, where each group is
/// (number of alike units, unavailability of one) and all units are independent.
pub fn up_distribution(groups: &[(usize, f64)]) -> Result<Vec<f64>, Error> {
    let mut total = vec![1.0];
    for &(units, unavailability) in groups {
        probability("unavailability", unavailability)?;
        total = convolve(&total, &binomial(units, 1.0 - unavailability, unavailability));
    }
    Ok(total)
}

fn check_needed(needed: usize, units: usize) -> Result<(), Error> {
    let ok = (1..=units).contains(&needed);
    let must_be = "at least 1 and at most the number of units";
    check(ok, "units needed", needed as f64, must_be)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, relative: f64) -> bool {
        (a - b).abs() <= relative * b.abs()
    }

    fn eight_of_ten() -> Result<KOfN, Error> {
        KOfN::new(8, 10, Alternating::new(1000.0, 10.0)?)
    }

    #[test]
    fn mean_outage_is_unavailability_over_frequency() -> Result<(), Error> {
        let system = eight_of_ten()?;
        let ratio = system.unavailability() / system.failure_frequency();
        assert!(close(system.mean_outage(), ratio, 1e-13));
        // and stays finite where both underflow
        let deep = KOfN::new(1, 200, Alternating::new(1e4, 1.0)?)?;
        assert_eq!(deep.failure_frequency(), 0.0);
        assert!(close(deep.mean_outage(), 1.0 / 200.0, 1e-14));
        Ok(())
    }

    #[test]
    fn one_of_one_is_the_single_unit() -> Result<(), Error> {
        let unit = Alternating::new(100.0, 2.0)?;
        let system = KOfN::new(1, 1, unit)?;
        assert!(close(system.unavailability(), unit.unavailability(), 1e-15));
        assert!(close(system.mean_time_to_failure(), 100.0, 1e-15));
        let expected = unit.interval_unavailability(720.0)? * 720.0;
        assert!(close(system.expected_downtime(720.0)?, expected, 1e-12));
        let fails = crate::single::failure_probability(100.0, 30.0)?;
        assert!(close(system.unreliability(30.0)?, fails, 1e-13));
        Ok(())
    }

    #[test]
    fn expected_downtime_is_the_integral_of_the_binomial_tail() -> Result<(), Error> {
        let (system, unit) = (eight_of_ten()?, Alternating::new(1000.0, 10.0)?);
        let (horizon, steps) = (40.0, 20_000);
        let mut sum = 0.0;
        for step in 0..steps {
            let t = (f64::from(step) + 0.5) * horizon / f64::from(steps);
            let mass = up_distribution(&[(10, unit.point_unavailability(t)?)])?;
            sum += probability_fewer_than(&mass, 8) * horizon / f64::from(steps);
        }
        assert!(close(system.expected_downtime(horizon)?, sum, 1e-7));
        Ok(())
    }

    #[test]
    fn a_long_stiff_mission_agrees_with_the_exponential_limit() -> Result<(), Error> {
        // repairs in six minutes, ten years: the first failure is nearly exponential
        let system = KOfN::new(98, 100, Alternating::new(10_000.0, 0.1)?)?;
        let mission = 87_600.0;
        let limit = -libm::expm1(-mission / system.mean_time_to_failure());
        assert!(close(system.unreliability(mission)?, limit, 1e-5));
        Ok(())
    }

    #[test]
    fn tiny_unreliability_keeps_its_digits() -> Result<(), Error> {
        // 1 of 5 within a short mission: (λT)^5 to first order, repairs negligible
        let system = KOfN::new(1, 5, Alternating::new(1e8, 1e6)?)?;
        assert!(close(system.unreliability(1.0)?, 1e-40, 1e-5));
        assert!(close(unreliability_without_repair(1, 5, 1e8, 1.0)?, 1e-40, 1e-6));
        Ok(())
    }

    #[test]
    fn mixed_groups_add_up() -> Result<(), Error> {
        let mass = up_distribution(&[(1, 0.5), (2, 0.25), (0, 0.1)])?;
        assert_eq!(mass, [0.031_25, 0.218_75, 0.468_75, 0.281_25]);
        assert!(up_distribution(&[(1, 1.5)]).is_err());
        assert!(KOfN::new(0, 3, Alternating::new(1.0, 1.0)?).is_err());
        assert!(KOfN::new(4, 3, Alternating::new(1.0, 1.0)?).is_err());
        Ok(())
    }
}
