//! Chains assembled from what their states can turn into, for systems whose states are easier said than numbered:
//! components with shared repair, common causes, phases of a repair.

use super::{Generator, STATES_MAX};
use crate::error::Error;
use std::collections::BTreeMap;

/// A chain whose states have names of a kind `S`; state 0 is the one that it was explored from.
#[derive(Debug, Clone)]
pub struct Explored<S> {
    /// The states, in the order in which they were found.
    pub states: Vec<S>,
    /// Their rates.
    pub chain: Generator,
}

impl<S: Ord + Clone> Explored<S> {
    /// Finds every state that can be reached from `start`, where `next` says what a state turns into and at which
    /// rates (≥ 0; a rate of zero leads nowhere). At most [`STATES_MAX`] states.
    pub fn from(start: S, next: impl Fn(&S) -> Vec<(S, f64)>) -> Result<Self, Error> {
        let mut numbers = BTreeMap::from([(start.clone(), 0)]);
        let mut states = vec![start];
        let mut rates = Vec::new();
        let mut at = 0;
        while at < states.len() {
            for (to, rate) in next(&states[at]) {
                crate::error::nonnegative("rate", rate)?;
                if rate <= 0.0 {
                    continue;
                }
                let number = *numbers.entry(to.clone()).or_insert(states.len());
                if number == states.len() {
                    states.push(to);
                }
                rates.push((at, number, rate));
            }
            at += 1;
            if states.len() > STATES_MAX {
                let (size, limit) = (states.len() as f64, STATES_MAX as f64);
                return Err(Error::TooLarge { what: "number of states", size, limit });
            }
        }
        let mut chain = Generator::new(states.len())?;
        for (from, to, rate) in rates {
            chain.add(from, to, rate)?;
        }
        Ok(Self { states, chain })
    }

    /// Certainly in state 0.
    #[must_use]
    pub fn start(&self) -> Vec<f64> {
        let mut start = vec![0.0; self.states.len()];
        start[0] = 1.0;
        start
    }

    /// The numbers of the states that are `wanted`.
    pub fn which(&self, wanted: impl Fn(&S) -> bool) -> Vec<usize> {
        (0..self.states.len()).filter(|&at| wanted(&self.states[at])).collect()
    }

    /// The long-run share of time in the states that are `wanted`.
    pub fn long_run(&self, wanted: impl Fn(&S) -> bool) -> Result<f64, Error> {
        let shares = self.chain.stationary()?;
        Ok(self.which(wanted).into_iter().map(|at| shares[at]).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_machines_and_one_crew_are_found_and_counted() -> Result<(), Error> {
        let (l, m) = (0.1, 1.0);
        let next = |&down: &usize| {
            let fail = (down + 1, (2 - down.min(2)) as f64 * l);
            let mend = (down.saturating_sub(1), if down > 0 { m } else { 0.0 });
            vec![fail, mend]
        };
        let explored = Explored::from(0, next)?;
        assert_eq!(explored.states, [0, 1, 2]);
        // 1 : 2l/m : 2l²/m²
        let all = 1.0 + 0.2 + 0.02;
        assert!((explored.long_run(|&down| down == 2)? - 0.02 / all).abs() < 1e-16);
        assert!((explored.chain.mean_time_to_absorption(&explored.start(), &[2])? - 65.0).abs() < 1e-12);
        Ok(())
    }

    #[test]
    fn an_endless_system_and_a_negative_rate_are_refused() {
        assert!(matches!(Explored::from(0, |&n: &u32| vec![(n + 1, 1.0)]), Err(Error::TooLarge { .. })));
        assert!(Explored::from(0, |&n: &u32| vec![(n + 1, -1.0)]).is_err());
    }
}
