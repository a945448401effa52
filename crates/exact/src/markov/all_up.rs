//! How likely all units are up together, at any instant after they all were: machine repair, watched by uniformisation.
//!
//! The chain on the number of units down is a birth–death chain, hence reversible. Watched at the events of a Poisson process of
//! twice its largest rate, its transition matrix has no negative eigenvalue, so the probability r(k) of being back at "none down"
//! after k steps falls towards its limit; as soon as it is within [`SETTLED`] of it, all later ones are. (Keilson, *Markov Chain
//! Models: Rarity and Exponentiality*, 1979, ch. 3.) Only nonnegative numbers are added.

use crate::error::{Error, check};
use crate::mass::{Poisson, from_ratios};
use crate::single::Alternating;

/// How near, relative to the limit, counts as being there.
const SETTLED: f64 = 1e-10;
/// The most steps × states.
const WORK_MAX: usize = 1 << 26;
/// The most steps.
const STEPS_MAX: usize = 1 << 20;

/// P(no unit is down) over time, all being up at the beginning.
#[derive(Debug, Clone, PartialEq)]
pub struct AllUp {
    /// Events of the watching process, per unit of time.
    rate: f64,
    /// P(none is down after k steps).
    returns: Vec<f64>,
    long_run: f64,
}

impl AllUp {
    /// `units` ≥ 1 units, `crews` ≥ 1 crews; the mean down time of `unit` is the repair alone, without the wait for a crew.
    ///
    /// # Errors
    /// If the long run comes too late to be stepped to.
    pub fn new(units: usize, crews: usize, unit: Alternating) -> Result<Self, Error> {
        check(units >= 1, "units", units as f64, "at least 1")?;
        check(crews >= 1, "crews", crews as f64, "at least 1")?;
        let fail = |down: usize| (units - down) as f64 * unit.failure_rate();
        let mend = |down: usize| down.min(crews) as f64 * unit.repair_rate();
        let long_run = from_ratios((0..units).map(|down| fail(down) / mend(down + 1)))[0];
        let rate = 2.0 * (0..=units).map(|down| fail(down) + mend(down)).fold(0.0, f64::max);
        // In so many steps no more can be down than steps were made.
        let (mut now, mut next) = (vec![0.0; units + 1], vec![0.0; units + 1]);
        now[0] = 1.0;
        let (mut returns, mut reached) = (vec![1.0], 0);
        while returns.last().is_some_and(|last| last - long_run > SETTLED * long_run) {
            let steps = returns.len();
            if steps >= STEPS_MAX || steps.saturating_mul(units) > WORK_MAX {
                return Err(Error::TooLarge {
                    what: "number of steps until the crews have come to their long run",
                    size: steps as f64,
                    limit: STEPS_MAX.min(WORK_MAX / units) as f64,
                });
            }
            reached = (reached + 1).min(units);
            for down in 0..=reached {
                let stays = 1.0 - (fail(down) + mend(down)) / rate;
                let failed = if down > 0 { now[down - 1] * fail(down - 1) } else { 0.0 };
                let mended = if down < units { now[down + 1] * mend(down + 1) } else { 0.0 };
                next[down] = now[down] * stays + (failed + mended) / rate;
            }
            std::mem::swap(&mut now, &mut next);
            returns.push(now[0]);
        }
        Ok(Self { rate, returns, long_run })
    }

    /// The same after a time.
    pub fn at(&self, t: f64) -> Result<f64, Error> {
        let mean = self.rate * t;
        let settled = self.returns.len();
        // Fewer steps than that many standard deviations below the mean come with probability 10⁻³² only.
        if mean - 12.0 * libm::sqrt(mean) > settled as f64 {
            return Ok(self.long_run);
        }
        let steps = Poisson::new(mean)?;
        let back = |at: usize| self.returns.get(steps.first + at).copied().unwrap_or(self.long_run);
        Ok(steps.weights.iter().enumerate().map(|(at, weight)| weight * back(at)).sum())
    }

    /// The same in the long run.
    #[must_use]
    pub fn long_run(&self) -> f64 {
        self.long_run
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markov::{Crowd, CrowdCause};

    #[test]
    fn it_is_what_the_whole_chain_says() -> Result<(), Error> {
        for (units, crews, up, down) in [(10, 1, 1000.0, 5.0), (4, 2, 10.0, 8.0), (1, 1, 3.0, 1.0), (40, 3, 100.0, 2.0)]
        {
            let all_up = AllUp::new(units, crews, Alternating::new(up, down)?)?;
            let cause = CrowdCause { rate: 1.0 / up, repair_rate: 1.0 / down, crews: Some(crews), together: false };
            let crowd = Crowd::new(units, &[cause])?;
            for t in [0.0, 0.01, 1.0, 7.0, 50.0, 1000.0] {
                let (found, exact) = (all_up.at(t)?, crowd.down_at(t)?[0]);
                assert!((found / exact - 1.0).abs() < 1e-9, "{units} {crews} at {t}: {found} {exact}");
            }
            assert!((all_up.long_run() / crowd.down()?[0] - 1.0).abs() < 1e-12);
        }
        Ok(())
    }

    #[test]
    fn what_never_settles_is_refused() -> Result<(), Error> {
        // The crews are far too few: all up comes back once in ages.
        assert!(AllUp::new(3000, 1, Alternating::new(1000.0, 100.0)?).is_err());
        assert!(AllUp::new(0, 1, Alternating::new(1.0, 1.0)?).is_err());
        assert!(AllUp::new(1, 0, Alternating::new(1.0, 1.0)?).is_err());
        Ok(())
    }
}
