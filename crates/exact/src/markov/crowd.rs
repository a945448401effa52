//! A crowd: alike units that several causes take down, alone or together, with crews of their own or shared.
//!
//! All laws are exponential. A unit is up, or down by exactly one cause: one that is down is struck by nothing. With a
//! single cause this is also the law of that cause's marks when others strike independently. Units are exchangeable:
//! given how many are down, each set of that size is as likely. Starts with every unit up.

use super::{Explored, STATES_MAX};
use crate::error::{Error, check, nonnegative, positive};

/// What takes units down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrowdCause {
    /// Strikes per unit of time: on each unit that is up, or on all that are up if `together`.
    pub rate: f64,
    /// Repairs per unit of time by one crew; zero for never.
    pub repair_rate: f64,
    /// How many are repaired at the same time; all of them if none.
    pub crews: Option<usize>,
    /// A strike takes down every unit that is up.
    pub together: bool,
}

/// How many of alike units are down, at any time.
#[derive(Debug, Clone)]
pub struct Crowd {
    units: usize,
    chain: Explored<Vec<usize>>,
}

impl Crowd {
    /// `units` ≥ 1. The chain has (units + causes) over causes states, which must be at most [`STATES_MAX`].
    pub fn new(units: usize, causes: &[CrowdCause]) -> Result<Self, Error> {
        check(units >= 1, "units", units as f64, "at least 1")?;
        check(units < STATES_MAX, "units", units as f64, "less than the states that a chain may have")?;
        for cause in causes {
            positive("rate of strikes", cause.rate)?;
            nonnegative("rate of repairs", cause.repair_rate)?;
            check(cause.crews != Some(0), "crews", 0.0, "at least 1")?;
        }
        let next = |down: &Vec<usize>| {
            causes.iter().enumerate().flat_map(|(at, cause)| moves(units, down, at, cause)).collect()
        };
        Ok(Self { units, chain: Explored::from(vec![0; causes.len()], next)? })
    }

    /// How many states the chain has.
    #[must_use]
    pub fn states(&self) -> usize {
        self.chain.states.len()
    }

    /// P(exactly j units are down), j = 0, …, n, at instant `t` ≥ 0, all units being up at 0.
    pub fn down_at(&self, t: f64) -> Result<Vec<f64>, Error> {
        Ok(self.counted(&self.chain.chain.transient(&self.chain.start(), t)?.probabilities))
    }

    /// The same in the long run.
    pub fn down(&self) -> Result<Vec<f64>, Error> {
        Ok(self.counted(&self.chain.chain.stationary()?))
    }

    fn counted(&self, shares: &[f64]) -> Vec<f64> {
        let mut down = vec![0.0; self.units + 1];
        for (state, share) in self.chain.states.iter().zip(shares) {
            down[state.iter().sum::<usize>()] += share;
        }
        down
    }
}

/// What the cause at `at` turns a state into: a strike and a repair.
fn moves(units: usize, down: &[usize], at: usize, cause: &CrowdCause) -> Vec<(Vec<usize>, f64)> {
    let up = units - down.iter().sum::<usize>();
    let mut moves = Vec::with_capacity(2);
    if up > 0 {
        let (struck, rate) = if cause.together { (up, cause.rate) } else { (1, up as f64 * cause.rate) };
        let mut to = down.to_vec();
        to[at] += struck;
        moves.push((to, rate));
    }
    if down[at] > 0 {
        let busy = cause.crews.map_or(down[at], |crews| crews.min(down[at]));
        let mut to = down.to_vec();
        to[at] -= 1;
        moves.push((to, busy as f64 * cause.repair_rate));
    }
    moves
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markov::{MachineRepair, SharedShock};
    use crate::single::Alternating;

    fn alone(mean_up: f64, mean_down: f64) -> CrowdCause {
        CrowdCause { rate: 1.0 / mean_up, repair_rate: 1.0 / mean_down, crews: None, together: false }
    }

    fn close(a: &[f64], b: &[f64]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-12 * b)
    }

    #[test]
    fn one_cause_with_crews_is_machine_repair() -> Result<(), Error> {
        let mut up = MachineRepair::new(20, 2, Alternating::new(100.0, 5.0)?)?.up_distribution();
        up.reverse();
        let crowd = Crowd::new(20, &[CrowdCause { crews: Some(2), ..alone(100.0, 5.0) }])?;
        assert!(close(&crowd.down()?, &up));
        assert!(close(&crowd.down_at(1e5)?, &up));
        Ok(())
    }

    #[test]
    fn own_failures_and_a_shock_with_the_same_repair_are_a_shared_shock() -> Result<(), Error> {
        let mut up = SharedShock::new(6, Alternating::new(500.0, 3.0)?, 2000.0)?.up_distribution()?;
        up.reverse();
        let shock = CrowdCause { together: true, ..alone(2000.0, 3.0) };
        assert!(close(&Crowd::new(6, &[alone(500.0, 3.0), shock])?.down()?, &up));
        Ok(())
    }

    #[test]
    fn it_starts_up_and_never_repaired_ends_down() -> Result<(), Error> {
        let lost = Crowd::new(3, &[CrowdCause { repair_rate: 0.0, ..alone(10.0, 1.0) }])?;
        assert_eq!(lost.down_at(0.0)?, [1.0, 0.0, 0.0, 0.0]);
        let survives = libm::exp(-0.5);
        assert!((lost.down_at(5.0)?[0] / (survives * survives * survives) - 1.0).abs() < 1e-13);
        assert!(Crowd::new(0, &[]).is_err() && Crowd::new(5000, &[alone(1.0, 1.0)]).is_err());
        assert!(Crowd::new(2, &[alone(f64::INFINITY, 1.0)]).is_err());
        Ok(())
    }
}
