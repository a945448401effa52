//! Small Markov chains in continuous time.
//!
//! Every method avoids subtraction, so small probabilities keep their digits:
//! Grassmann, Taksar and Heyman (1985), *Regenerative analysis and steady state
//! distributions for Markov chains* (GTH elimination), and O'Cinneide (1993) on its
//! entrywise error. Rates are per unit of time, times in that unit.

mod all_up;
mod crowd;
mod explore;
mod first;
mod machine_repair;
mod shock;
mod transient;

pub use all_up::AllUp;
pub use crowd::{Crowd, CrowdCause};
pub use explore::Explored;
pub use machine_repair::MachineRepair;
pub use shock::SharedShock;
pub use transient::{Sojourn, Transient};

use crate::error::{Error, nonnegative};

/// Most states that a dense chain may have.
pub const STATES_MAX: usize = 1024;

/// The rates of a chain on states 0, 1, …, n - 1, as a dense matrix without diagonal.
#[derive(Debug, Clone, PartialEq)]
pub struct Generator {
    states: usize,
    /// Row-major: rate from row to column, zero on the diagonal.
    rates: Vec<f64>,
}

impl Generator {
    /// A chain of 1 to [`STATES_MAX`] states that never moves, to which rates are added.
    pub fn new(states: usize) -> Result<Self, Error> {
        if states > STATES_MAX {
            return Err(Error::TooLarge { what: "number of states", size: states as f64, limit: STATES_MAX as f64 });
        }
        let must_be = "at least 1";
        crate::error::check(states >= 1, "number of states", states as f64, must_be)?;
        Ok(Self { states, rates: vec![0.0; states * states] })
    }

    /// Add `rate` ≥ 0 to the rate from one state to another. A rate from a state to
    /// itself changes nothing and is accepted.
    pub fn add(&mut self, from: usize, to: usize, rate: f64) -> Result<(), Error> {
        self.check_state(from)?;
        self.check_state(to)?;
        nonnegative("rate", rate)?;
        if from != to {
            let sum = self.rates[from * self.states + to] + rate;
            self.rates[from * self.states + to] = nonnegative("sum of rates", sum)?;
        }
        Ok(())
    }

    /// How many states there are.
    #[must_use]
    pub fn states(&self) -> usize {
        self.states
    }

    /// The long-run share of time in each state.
    ///
    /// State 0 must be reachable from every state, else [`Error::Reducible`]; that is
    /// always so for an irreducible chain.
    pub fn stationary(&self) -> Result<Vec<f64>, Error> {
        let n = self.states;
        let mut q = self.rates.clone();
        let mut out = vec![0.0; n];
        for last in (1..n).rev() {
            let total: f64 = q[last * n..last * n + last].iter().sum();
            if total <= 0.0 {
                return Err(Error::Reducible { state: last });
            }
            out[last] = total;
            bypass(&mut q, n, last, total);
        }
        let mut shares = vec![0.0; n];
        shares[0] = 1.0;
        for state in 1..n {
            let inflow: f64 = (0..state).map(|from| shares[from] * q[from * n + state]).sum();
            shares[state] = inflow / out[state];
            if shares[state] > 1e100 {
                let scale = shares[state];
                shares[..=state].iter_mut().for_each(|s| *s /= scale);
            }
        }
        crate::mass::normalise(&mut shares);
        Ok(shares)
    }

    /// Mean time to reach any of the `absorbing` states from the `initial`
    /// distribution; rates out of absorbing states are ignored.
    ///
    /// [`Error::NeverAbsorbed`] if the chain can come to a state from which none of
    /// them can be reached.
    pub fn mean_time_to_absorption(&self, initial: &[f64], absorbing: &[usize]) -> Result<f64, Error> {
        self.check_initial(initial)?;
        let mut absorbs = vec![false; self.states];
        for &state in absorbing {
            self.check_state(state)?;
            absorbs[state] = true;
        }
        let alive = self.reachable(initial, &absorbs);
        let times = self.passage_times(&alive, &absorbs)?;
        Ok(alive.iter().zip(times).map(|(&state, time)| initial[state] * time).sum())
    }

    /// Transient states that can be visited from the initial ones, in order.
    fn reachable(&self, initial: &[f64], absorbs: &[bool]) -> Vec<usize> {
        let n = self.states;
        let mut seen: Vec<bool> = (0..n).map(|s| initial[s] > 0.0 && !absorbs[s]).collect();
        let mut todo: Vec<usize> = (0..n).filter(|&s| seen[s]).collect();
        while let Some(from) = todo.pop() {
            for to in 0..n {
                if self.rates[from * n + to] > 0.0 && !absorbs[to] && !seen[to] {
                    seen[to] = true;
                    todo.push(to);
                }
            }
        }
        (0..n).filter(|&s| seen[s]).collect()
    }

    /// Mean times to absorption from the `alive` states, which only lead to one another
    /// and to absorbing ones. States are bypassed from the last to the first, each
    /// leaving its time with those that lead to it, and solved from the first on.
    fn passage_times(&self, alive: &[usize], absorbs: &[bool]) -> Result<Vec<f64>, Error> {
        let n = self.states;
        let m = alive.len() + 1; // column 0 is absorption
        let mut q = vec![0.0; m * m];
        for (i, &from) in alive.iter().enumerate() {
            let row = &self.rates[from * n..(from + 1) * n];
            q[(i + 1) * m] = (0..n).filter(|&to| absorbs[to]).map(|to| row[to]).sum();
            for (j, &to) in alive.iter().enumerate() {
                q[(i + 1) * m + j + 1] = row[to];
            }
        }
        let mut owed = vec![1.0; m];
        let mut out = vec![0.0; m];
        for last in (1..m).rev() {
            let total: f64 = q[last * m..last * m + last].iter().sum();
            if total <= 0.0 {
                let state = alive[last - 1];
                return Err(Error::NeverAbsorbed { state });
            }
            out[last] = total;
            for from in 1..last {
                owed[from] += q[from * m + last] / total * owed[last];
            }
            bypass(&mut q, m, last, total);
        }
        let mut times = vec![0.0; m];
        for state in 1..m {
            let onward: f64 = (1..state).map(|to| q[state * m + to] * times[to]).sum();
            times[state] = (owed[state] + onward) / out[state];
        }
        Ok(times.split_off(1))
    }

    fn check_state(&self, index: usize) -> Result<(), Error> {
        if index < self.states {
            return Ok(());
        }
        Err(Error::Index { what: "state", index, len: self.states })
    }

    /// One probability a state, summing to one within 1e-9.
    fn check_initial(&self, initial: &[f64]) -> Result<(), Error> {
        if initial.len() != self.states {
            return Err(Error::Length { what: "initial distribution", len: initial.len(), must_have: self.states });
        }
        for &p in initial {
            crate::error::probability("initial probability", p)?;
        }
        let total: f64 = initial.iter().sum();
        let ok = (total - 1.0).abs() <= 1e-9;
        crate::error::check(ok, "sum of initial probabilities", total, "1 within 1e-9")?;
        Ok(())
    }
}

/// Lead every path through `last` directly to where it goes next. `total` is the rate
/// out of `last` to lower states; loops back to the start are dropped.
fn bypass(q: &mut [f64], n: usize, last: usize, total: f64) {
    let (above, row) = q.split_at_mut(last * n);
    for (from, entries) in above.chunks_exact_mut(n).enumerate() {
        let share = entries[last] / total;
        if share > 0.0 {
            for to in (0..last).filter(|&to| to != from) {
                entries[to] += share * row[to];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(states: usize, rates: &[(usize, usize, f64)]) -> Result<Generator, Error> {
        let mut chain = Generator::new(states)?;
        for &(from, to, rate) in rates {
            chain.add(from, to, rate)?;
        }
        Ok(chain)
    }

    #[test]
    fn a_stiff_ring_has_shares_inverse_to_its_rates() -> Result<(), Error> {
        let rates = [1e-12, 1.0, 1e9, 1e3];
        let ring = chain(4, &[0, 1, 2, 3].map(|s| (s, (s + 1) % 4, rates[s])))?;
        let total: f64 = rates.iter().map(|r| 1.0 / r).sum();
        for (share, rate) in ring.stationary()?.iter().zip(rates) {
            assert!((share * rate * total - 1.0).abs() < 1e-14);
        }
        Ok(())
    }

    #[test]
    fn transient_states_get_nothing_and_two_closed_classes_are_refused() -> Result<(), Error> {
        assert_eq!(chain(2, &[(1, 0, 3.0)])?.stationary()?, [1.0, 0.0]);
        let split = chain(3, &[(0, 1, 1.0), (1, 0, 1.0)])?;
        assert_eq!(split.stationary(), Err(Error::Reducible { state: 2 }));
        Ok(())
    }

    #[test]
    fn absorption_in_two_of_three_takes_the_textbook_time() -> Result<(), Error> {
        let (l, m) = (1e-3, 0.1);
        let chain = chain(3, &[(0, 1, 3.0 * l), (1, 0, m), (1, 2, 2.0 * l), (2, 1, 9.0)])?;
        let time = chain.mean_time_to_absorption(&[1.0, 0.0, 0.0], &[2])?;
        assert!((time / 17_500.0 - 1.0).abs() < 1e-14);
        let half = chain.mean_time_to_absorption(&[0.5, 0.0, 0.5], &[2])?;
        assert!((half / 8_750.0 - 1.0).abs() < 1e-14);
        Ok(())
    }

    #[test]
    fn a_trap_on_the_way_makes_absorption_uncertain() -> Result<(), Error> {
        let chain = chain(4, &[(0, 1, 1.0), (0, 2, 1.0), (3, 3, 5.0)])?;
        let found = chain.mean_time_to_absorption(&[1.0, 0.0, 0.0, 0.0], &[2]);
        assert_eq!(found, Err(Error::NeverAbsorbed { state: 1 }));
        // but a trap that is never visited does not matter
        let both = chain.mean_time_to_absorption(&[1.0, 0.0, 0.0, 0.0], &[1, 2])?;
        assert_eq!(both, 0.5);
        Ok(())
    }

    #[test]
    fn malformed_chains_are_refused() -> Result<(), Error> {
        assert!(Generator::new(0).is_err());
        assert!(Generator::new(STATES_MAX + 1).is_err());
        let mut chain = Generator::new(2)?;
        assert!(chain.add(0, 2, 1.0).is_err());
        assert!(chain.add(0, 1, -1.0).is_err());
        assert!(chain.mean_time_to_absorption(&[0.5, 0.4], &[1]).is_err());
        assert!(chain.mean_time_to_absorption(&[1.0], &[1]).is_err());
        Ok(())
    }
}
