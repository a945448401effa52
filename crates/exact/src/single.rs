//! One unit that alternates between up and down.
//!
//! Times in any one unit. "Fresh" means that an up time starts at instant 0.

use crate::error::{Error, nonnegative, positive};
use crate::laws::Moments;
use crate::mass::{Poisson, relaxation_lag};

/// The mean up time and the mean down time of a unit, both finite and positive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alternating {
    mean_up: f64,
    mean_down: f64,
}

impl Alternating {
    /// A unit with the given means, in one unit of time.
    pub fn new(mean_up: f64, mean_down: f64) -> Result<Self, Error> {
        Ok(Self { mean_up: positive("mean up time", mean_up)?, mean_down: positive("mean down time", mean_down)? })
    }

    /// Mean time from the end of a repair to the next failure (MTTF).
    #[must_use]
    pub fn mean_up(self) -> f64 {
        self.mean_up
    }

    /// Mean time from a failure to the end of its repair (MTTR).
    #[must_use]
    pub fn mean_down(self) -> f64 {
        self.mean_down
    }

    /// Failure rate while up, 1/MTTF.
    #[must_use]
    pub fn failure_rate(self) -> f64 {
        1.0 / self.mean_up
    }

    /// Repair rate while down, 1/MTTR.
    #[must_use]
    pub fn repair_rate(self) -> f64 {
        1.0 / self.mean_down
    }

    /// Long-run share of time up, for any laws with these means (renewal reward).
    #[must_use]
    pub fn availability(self) -> f64 {
        self.mean_up / (self.mean_up + self.mean_down)
    }

    /// Long-run share of time down, for any laws with these means.
    #[must_use]
    pub fn unavailability(self) -> f64 {
        self.mean_down / (self.mean_up + self.mean_down)
    }

    /// Long-run failures per unit of time, for any laws with these means.
    #[must_use]
    pub fn failure_frequency(self) -> f64 {
        1.0 / (self.mean_up + self.mean_down)
    }

    /// P(down at instant `t` ≥ 0), fresh, both laws exponential:
    /// λ/(λ+μ) · (1 - e^{-(λ+μ)t}).
    pub fn point_unavailability(self, t: f64) -> Result<f64, Error> {
        nonnegative("instant", t)?;
        Ok(-self.unavailability() * libm::expm1(-self.relaxation_rate() * t))
    }

    /// Expected share of \[0, `horizon`\] spent down, fresh, both laws exponential; 0 for
    /// a horizon of zero. The integral of [`Self::point_unavailability`].
    pub fn interval_unavailability(self, horizon: f64) -> Result<f64, Error> {
        nonnegative("horizon", horizon)?;
        Ok(self.unavailability() * relaxation_lag(self.relaxation_rate() * horizon))
    }

    /// P(time down within \[0, `horizon`\] > `allowed`), fresh, both laws exponential.
    ///
    /// Takács (1957), *On certain sojourn time problems in the theory of stochastic
    /// processes*: Σₙ Poisson(n; λ(T-x)) · P(Erlang(n, μ) > x), and an Erlang of n
    /// stages outlasts x when fewer than n Poisson events fall within it.
    pub fn downtime_exceeds(self, horizon: f64, allowed: f64) -> Result<f64, Error> {
        nonnegative("horizon", horizon)?;
        nonnegative("allowed downtime", allowed)?;
        if allowed >= horizon {
            return Ok(0.0);
        }
        let failures = Poisson::new((horizon - allowed) * self.failure_rate())?;
        let stages = Poisson::new(allowed * self.repair_rate())?;
        let mut fewer = 0.0; // P(stages < n)
        let mut next = stages.first;
        let mut total = 0.0;
        for (j, weight) in failures.weights.iter().enumerate() {
            let n = failures.first + j;
            while next < n && next - stages.first < stages.weights.len() {
                fewer += stages.weights[next - stages.first];
                next += 1;
            }
            total += weight * fewer;
        }
        Ok(total)
    }

    fn relaxation_rate(self) -> f64 {
        self.failure_rate() + self.repair_rate()
    }
}

/// P(no failure within \[0, `horizon`\]), fresh, exponential up time, any repair.
///
/// For n alike units together, pass `mean_up / n`.
pub fn no_failure_probability(mean_up: f64, horizon: f64) -> Result<f64, Error> {
    positive("mean up time", mean_up)?;
    nonnegative("horizon", horizon)?;
    Ok(libm::exp(-horizon / mean_up))
}

/// P(at least one failure within \[0, `horizon`\]): the complement of
/// [`no_failure_probability`], without its cancellation.
pub fn failure_probability(mean_up: f64, horizon: f64) -> Result<f64, Error> {
    positive("mean up time", mean_up)?;
    nonnegative("horizon", horizon)?;
    Ok(-libm::expm1(-horizon / mean_up))
}

/// lim Var(time down in \[0, T\]) / T as T grows, for an alternating renewal process
/// with independent up and down times; in the unit of the times.
///
/// (Var U · E\[D\]² + Var D · E\[U\]²) / (E\[U\] + E\[D\])³: Takács (1957), as above,
/// where the time down is also shown to be asymptotically normal.
pub fn downtime_variance_rate(up: Moments, down: Moments) -> Result<f64, Error> {
    positive("mean up time", up.mean)?;
    positive("mean down time", down.mean)?;
    nonnegative("up time variance", up.variance)?;
    nonnegative("down time variance", down.variance)?;
    let cycle = up.mean + down.mean;
    let (share_up, share_down) = (up.mean / cycle, down.mean / cycle);
    Ok((up.variance * share_down * share_down + down.variance * share_up * share_up) / cycle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, relative: f64) -> bool {
        (a - b).abs() <= relative * b.abs()
    }

    #[test]
    fn a_fresh_unit_drifts_to_its_long_run_share() -> Result<(), Error> {
        let unit = Alternating::new(100.0, 2.0)?;
        assert_eq!(unit.point_unavailability(0.0)?, 0.0);
        assert_eq!(unit.interval_unavailability(0.0)?, 0.0);
        let long_run = unit.unavailability();
        assert!(close(unit.point_unavailability(1e3)?, long_run, 1e-14));
        assert!(close(unit.interval_unavailability(1e12)?, long_run, 1e-10));
        // for a tiny instant: failure rate times t
        assert!(close(unit.point_unavailability(1e-9)?, 1e-11, 1e-8));
        assert!(close(unit.availability() + long_run, 1.0, 1e-15));
        Ok(())
    }

    #[test]
    fn interval_is_the_mean_of_the_point() -> Result<(), Error> {
        let unit = Alternating::new(10.0, 3.0)?;
        let steps = 20_000;
        let mut sum = 0.0;
        for step in 0..steps {
            sum += unit.point_unavailability((f64::from(step) + 0.5) * 5.0 / f64::from(steps))?;
        }
        assert!(close(unit.interval_unavailability(5.0)?, sum / f64::from(steps), 1e-8));
        Ok(())
    }

    #[test]
    fn downtime_exceeds_has_the_right_ends_and_mean() -> Result<(), Error> {
        let unit = Alternating::new(50.0, 5.0)?;
        let horizon = 100.0;
        let none = failure_probability(50.0, horizon)?;
        assert!(close(unit.downtime_exceeds(horizon, 0.0)?, none, 1e-13));
        assert_eq!(unit.downtime_exceeds(horizon, horizon)?, 0.0);
        // the integral of the tail over the allowance is the expected downtime
        let steps = 20_000;
        let mut mean = 0.0;
        for step in 0..steps {
            let allowed = (f64::from(step) + 0.5) * horizon / f64::from(steps);
            mean += unit.downtime_exceeds(horizon, allowed)? * horizon / f64::from(steps);
        }
        let expected = horizon * unit.interval_unavailability(horizon)?;
        assert!(close(mean, expected, 1e-6), "{mean} against {expected}");
        Ok(())
    }

    #[test]
    fn deep_tails_of_downtime_keep_their_digits() -> Result<(), Error> {
        // one failure at most matters: e^{-λ(T-x)} λ(T-x) e^{-μx}, to first order in λT
        let unit = Alternating::new(1e12, 1.0)?;
        let found = unit.downtime_exceeds(100.0, 60.0)?;
        assert!(close(found, 40e-12 * libm::exp(-60.0), 1e-8), "{found}");
        Ok(())
    }

    #[test]
    fn exponential_variance_rate_has_its_closed_form() -> Result<(), Error> {
        // 2 λ μ / (λ+μ)³ for exponential up and down times
        let (l, m): (f64, f64) = (0.25, 2.0);
        let found = downtime_variance_rate(crate::laws::exponential(1.0 / l)?, crate::laws::exponential(1.0 / m)?)?;
        let s = l + m;
        assert!(close(found, 2.0 * l * m / (s * s * s), 1e-14));
        Ok(())
    }

    #[test]
    fn bad_means_and_instants_are_refused() -> Result<(), Error> {
        assert!(Alternating::new(0.0, 1.0).is_err());
        assert!(Alternating::new(1.0, f64::INFINITY).is_err());
        let unit = Alternating::new(1.0, 1.0)?;
        assert!(unit.point_unavailability(-1.0).is_err());
        assert!(unit.downtime_exceeds(1.0, f64::NAN).is_err());
        Ok(())
    }
}
