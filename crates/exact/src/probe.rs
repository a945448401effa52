//! What a health probe adds to an outage: dead units that still get work, live units
//! that get none.
//!
//! Units are probed on a grid of instants, one period apart, whose phase is uniform
//! and independent of the failures. A probe takes no time and tells the truth. A unit
//! leaves rotation at its k-th failed probe in a row and returns at its h-th
//! successful probe in a row. Up times are exponential; down times may follow any law
//! that is long enough for every outage to be found (at least k periods), which is
//! what makes the closed forms exact.
//!
//! Derivation. A failure finds the unit p after the last probe, p uniform over the
//! period τ. It finds it in rotation if the up time lasted at least p + (h-1)τ, so
//! with probability e^{-λ(p+(h-1)τ)}, and then removal follows kτ - p later. A repair
//! finds the next probe y ahead, y uniform, and the unit returns y + (h-1)τ later
//! unless it fails first.

use crate::error::{Error, check, positive};
use crate::mass::relaxation_lag;
use crate::quadrature::GAUSS_LEGENDRE_9;
use crate::single::Alternating;

/// A grid of probes: its period, and how many results in a row change the rotation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProbeGrid {
    period: f64,
    to_remove: f64,
    to_return: f64,
}

impl ProbeGrid {
    /// `period` > 0 in the unit of the up and down times; `to_remove` failed probes
    /// in a row remove a unit and `to_return` good ones return it, both at least 1.
    pub fn new(period: f64, to_remove: u32, to_return: u32) -> Result<Self, Error> {
        let must_be = "at least 1";
        let whole = |what, count: u32| check(count >= 1, what, f64::from(count), must_be);
        Ok(Self {
            period: positive("probe period", period)?,
            to_remove: whole("probes to remove", to_remove)?,
            to_return: whole("probes to return", to_return)?,
        })
    }
}

/// A unit that is probed on a grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Probed {
    unit: Alternating,
    grid: ProbeGrid,
}

impl Probed {
    /// `shortest_outage` is the least value that the down time can take (the down time
    /// itself if it is fixed); it must be at least `to_remove` periods and at most the
    /// mean down time.
    pub fn new(unit: Alternating, shortest_outage: f64, grid: ProbeGrid) -> Result<Self, Error> {
        let found = shortest_outage >= grid.period * grid.to_remove;
        let must_be = "at least the probes to remove times the period, and at most the mean";
        let ok = found && shortest_outage <= unit.mean_down();
        check(ok, "shortest outage", shortest_outage, must_be)?;
        Ok(Self { unit, grid })
    }

    /// Long-run share of time in rotation but down.
    #[must_use]
    pub fn dead_in_rotation(self) -> f64 {
        // ∫₀^τ (kτ - p) e^{-λ(p+(h-1)τ)} dp/τ for each cycle, as a sum over the k
        // periods: k - 1 whole ones and the mean over phases of the last.
        let x = self.failures_per_period();
        let whole = -libm::expm1(-x) * (self.grid.to_remove - 1.0);
        self.unit.failure_frequency() * self.found_in_rotation() * self.unit.mean_up() * (whole + relaxation_lag(x))
    }

    /// Long-run share of time up but out of rotation.
    #[must_use]
    pub fn alive_out_of_rotation(self) -> f64 {
        // E[min(X, y + (h-1)τ)] for each cycle
        let x = self.failures_per_period();
        let before_first = (self.grid.to_return - 1.0) * x;
        let wait = -libm::expm1(-before_first) + self.found_in_rotation() * relaxation_lag(x);
        self.unit.failure_frequency() * self.unit.mean_up() * wait
    }

    /// Long-run share of work lost to dead units when work is split evenly over the
    /// `units` in rotation, all probed at the same instants; units alike and otherwise
    /// independent. Instants with nobody in rotation count as no loss here.
    ///
    /// The mean over the phase p of b(p)/r(p) · (1 - (1 - r(p))ⁿ), where b is the
    /// probability of dead in rotation and r of in rotation, given the phase. `units`
    /// must be at least 1. By Gauss–Legendre quadrature, good to 1e-13.
    pub fn lost_share(self, units: u32) -> Result<f64, Error> {
        check(units >= 1, "units", f64::from(units), "at least 1")?;
        let x = self.failures_per_period();
        let panels = libm::ceil(x.min(64.0)).max(1.0);
        let width = 1.0 / panels;
        let mut sum = 0.0;
        let mut left = 0.0;
        while left < panels {
            for (node, weight) in GAUSS_LEGENDRE_9 {
                for side in [-1.0, 1.0] {
                    let phase = (left + (1.0 + side * node) / 2.0) * width;
                    let weight = if node == 0.0 { weight / 2.0 } else { weight };
                    sum += weight * width / 2.0 * self.lost_at(phase, f64::from(units));
                }
            }
            left += 1.0;
        }
        Ok(sum)
    }

    /// Expected loss at an instant that is `phase` periods after a probe.
    fn lost_at(self, phase: f64, units: f64) -> f64 {
        let x = self.failures_per_period();
        let up = self.unit.availability();
        let whole = -libm::expm1(-x) * (self.grid.to_remove - 1.0);
        let dead = up * self.found_in_rotation() * (whole - libm::expm1(-x * phase));
        let alive = up * self.found_in_rotation() * libm::exp(-x * phase);
        let rotating = dead + alive;
        if rotating <= 0.0 {
            return 0.0;
        }
        let someone = -libm::expm1(units * libm::log1p(-rotating.min(1.0)));
        dead / rotating * someone
    }

    /// λτ.
    fn failures_per_period(self) -> f64 {
        self.grid.period * self.unit.failure_rate()
    }

    /// e^{-λ(h-1)τ}: P(a unit survives the good probes after the first).
    fn found_in_rotation(self) -> f64 {
        libm::exp(-(self.grid.to_return - 1.0) * self.failures_per_period())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, relative: f64) -> bool {
        (a - b).abs() <= relative * b.abs()
    }

    fn probed(mean_up: f64, down: f64, grid: (f64, u32, u32)) -> Result<Probed, Error> {
        let grid = ProbeGrid::new(grid.0, grid.1, grid.2)?;
        Probed::new(Alternating::new(mean_up, down)?, down, grid)
    }

    #[test]
    fn one_failure_costs_k_minus_a_half_periods_and_one_repair_a_half() -> Result<(), Error> {
        let rare = probed(1e9, 300.0, (5.0, 2, 1))?;
        assert!(close(rare.dead_in_rotation(), 7.5e-9, 1e-6));
        assert!(close(rare.alive_out_of_rotation(), 2.5e-9, 1e-6));
        let slow_return = probed(1e9, 300.0, (5.0, 2, 3))?;
        assert!(close(slow_return.alive_out_of_rotation(), 12.5e-9, 1e-6));
        Ok(())
    }

    #[test]
    fn closed_forms_agree_with_the_integrals_they_come_from() -> Result<(), Error> {
        let (mean_up, down, tau, k, h) = (7.0, 30.0, 3.0, 4_u32, 2_u32);
        let probed = probed(mean_up, down, (tau, k, h))?;
        let (steps, mut dead, mut alive) = (100_000, 0.0, 0.0);
        for step in 0..steps {
            let p = (f64::from(step) + 0.5) * tau / f64::from(steps);
            let start = p + f64::from(h - 1) * tau;
            dead += (f64::from(k) * tau - p) * libm::exp(-start / mean_up);
            alive += -mean_up * libm::expm1(-start / mean_up);
        }
        let per_cycle = 1.0 / (mean_up + down) / f64::from(steps);
        assert!(close(probed.dead_in_rotation(), dead * per_cycle, 1e-9));
        assert!(close(probed.alive_out_of_rotation(), alive * per_cycle, 1e-9));
        Ok(())
    }

    #[test]
    fn lost_share_of_one_unit_is_its_time_dead_in_rotation() -> Result<(), Error> {
        for mean_up in [1e6, 10.0, 0.02] {
            let probed = probed(mean_up, 30.0, (3.0, 4, 1))?;
            assert!(close(probed.lost_share(1)?, probed.dead_in_rotation(), 1e-13));
        }
        Ok(())
    }

    #[test]
    fn outages_that_probes_may_miss_are_refused() {
        assert!(probed(100.0, 9.0, (5.0, 2, 1)).is_err());
        assert!(ProbeGrid::new(5.0, 0, 1).is_err());
        assert!(ProbeGrid::new(f64::NAN, 1, 1).is_err());
    }
}
