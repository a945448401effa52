//! Machine repair: alike units that share a limited number of repair crews.
//!
//! Exponential up and repair times, first come first served (the order does not
//! matter to what is offered here). Takács (1962), *Introduction to the Theory of
//! Queues*, chapter 5; the long-run distribution is the product form of the
//! birth–death chain on the number of units down.

use crate::error::{Error, check};
use crate::mass::{from_ratios, probability_fewer_than};
use crate::single::Alternating;

/// The long run of a set of units with shared crews.
#[derive(Debug, Clone, PartialEq)]
pub struct MachineRepair {
    crews: usize,
    unit: Alternating,
    /// P(exactly d units down), d = 0, …, n.
    down: Vec<f64>,
}

impl MachineRepair {
    /// `units` ≥ 1 units, `crews` ≥ 1 crews, each busy with one unit at a time; the
    /// mean down time of `unit` is the repair alone, without the wait for a crew.
    pub fn new(units: usize, crews: usize, unit: Alternating) -> Result<Self, Error> {
        check(units >= 1, "units", units as f64, "at least 1")?;
        check(crews >= 1, "crews", crews as f64, "at least 1")?;
        let load = unit.mean_down() / unit.mean_up();
        let down = from_ratios((0..units).map(|d| {
            let busy = (d + 1).min(crews) as f64;
            (units - d) as f64 * load / busy
        }));
        Ok(Self { crews, unit, down })
    }

    /// P(exactly j units up), j = 0, …, n.
    #[must_use]
    pub fn up_distribution(&self) -> Vec<f64> {
        self.down.iter().rev().copied().collect()
    }

    /// P(fewer than `needed` units up).
    #[must_use]
    pub fn unavailability(&self, needed: usize) -> f64 {
        probability_fewer_than(&self.up_distribution(), needed)
    }

    /// Expected share of the units that are down, waiting or under repair.
    #[must_use]
    pub fn share_down(&self) -> f64 {
        self.mean_over(|d| d as f64) / (self.down.len() - 1) as f64
    }

    /// Failures per unit of time, of all units together.
    #[must_use]
    pub fn failure_frequency(&self) -> f64 {
        let units = self.down.len() - 1;
        self.mean_over(|d| (units - d) as f64) * self.unit.failure_rate()
    }

    /// Mean time that a failed unit waits for a crew, by Little's law.
    #[must_use]
    pub fn mean_wait(&self) -> f64 {
        self.mean_over(|d| d.saturating_sub(self.crews) as f64) / self.failure_frequency()
    }

    fn mean_over(&self, value: impl Fn(usize) -> f64) -> f64 {
        (self.down.iter().enumerate()).map(|(d, p)| p * value(d)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crew_each_is_independent_repair() -> Result<(), Error> {
        let unit = Alternating::new(100.0, 5.0)?;
        let plenty = MachineRepair::new(6, 6, unit)?;
        assert!((plenty.share_down() / unit.unavailability() - 1.0).abs() < 1e-14);
        assert_eq!(plenty.mean_wait(), 0.0);
        let independent = crate::kofn::KOfN::new(4, 6, unit)?.unavailability();
        assert!((plenty.unavailability(4) / independent - 1.0).abs() < 1e-13);
        Ok(())
    }

    #[test]
    fn flows_balance() -> Result<(), Error> {
        let one = MachineRepair::new(8, 1, Alternating::new(50.0, 4.0)?)?;
        let busy = 1.0 - one.up_distribution()[8];
        assert!((one.failure_frequency() * 4.0 / busy - 1.0).abs() < 1e-14);
        // mean cycle: up, wait, repair
        let cycle = 50.0 + one.mean_wait() + 4.0;
        assert!((one.share_down() - (1.0 - 50.0 / cycle)).abs() < 1e-14);
        Ok(())
    }

    #[test]
    fn a_fleet_without_hope_does_not_overflow() -> Result<(), Error> {
        let lost = MachineRepair::new(5_000, 1, Alternating::new(1e-3, 1e3)?)?;
        assert!((lost.share_down() - 1.0).abs() < 1e-6);
        assert!(lost.mean_wait().is_finite());
        assert!(MachineRepair::new(0, 1, Alternating::new(1.0, 1.0)?).is_err());
        assert!(MachineRepair::new(1, 0, Alternating::new(1.0, 1.0)?).is_err());
        Ok(())
    }
}
