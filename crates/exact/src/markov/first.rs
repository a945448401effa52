//! Which of two sets of states a chain comes to first.

use super::{Generator, bypass};
use crate::error::Error;

impl Generator {
    /// The distribution after the first jump out of `state`; [`Error::NeverAbsorbed`] if it never jumps.
    pub fn after_first_jump(&self, state: usize) -> Result<Vec<f64>, Error> {
        self.check_state(state)?;
        let mut row = self.rates[state * self.states..(state + 1) * self.states].to_vec();
        if row.iter().sum::<f64>() <= 0.0 {
            return Err(Error::NeverAbsorbed { state });
        }
        crate::mass::normalise(&mut row);
        Ok(row)
    }

    /// P(a state of `wanted` is reached before one of `others`) from the `initial` distribution, without subtraction.
    /// A state in both counts as wanted. [`Error::NeverAbsorbed`] if the chain may come to neither.
    pub fn reaches_first(&self, initial: &[f64], wanted: &[usize], others: &[usize]) -> Result<f64, Error> {
        self.check_initial(initial)?;
        let n = self.states;
        // 0: wanted, 1: others, from 2 on the states in between
        let mut column: Vec<Option<usize>> = vec![None; n];
        for (list, to) in [(others, 1), (wanted, 0)] {
            for &state in list {
                self.check_state(state)?;
                column[state] = Some(to);
            }
        }
        let ends: Vec<bool> = column.iter().map(Option::is_some).collect();
        let between = self.reachable(initial, &ends);
        for (at, &state) in between.iter().enumerate() {
            column[state] = Some(at + 2);
        }
        let chance = self.first_chances(&between, &column)?;
        let of = |state: usize| column[state].map_or(0.0, |at| chance[at]);
        Ok((0..n).map(|state| initial[state] * of(state)).sum())
    }

    /// The chance of ending in column 0, for each column: states bypassed from the last on, solved from the first on.
    fn first_chances(&self, between: &[usize], column: &[Option<usize>]) -> Result<Vec<f64>, Error> {
        let m = between.len() + 2;
        let mut q = vec![0.0; m * m];
        for (at, &from) in between.iter().enumerate() {
            for (to, &rate) in self.rates[from * self.states..(from + 1) * self.states].iter().enumerate() {
                if let Some(to) = column[to] {
                    q[(at + 2) * m + to] += rate;
                }
            }
        }
        let mut out = vec![0.0; m];
        for last in (2..m).rev() {
            let total: f64 = q[last * m..last * m + last].iter().sum();
            if total <= 0.0 {
                return Err(Error::NeverAbsorbed { state: between[last - 2] });
            }
            out[last] = total;
            bypass(&mut q, m, last, total);
        }
        let mut chance = vec![0.0; m];
        chance[0] = 1.0;
        for state in 2..m {
            let won: f64 = (0..state).map(|to| q[state * m + to] * chance[to]).sum();
            chance[state] = won / out[state];
        }
        Ok(chance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gambler_is_ruined_as_the_textbook_says() -> Result<(), Error> {
        let (win, lose, top) = (1.0, 3.0, 30_usize);
        let mut chain = Generator::new(top + 1)?;
        for money in 1..top {
            chain.add(money, money + 1, win)?;
            chain.add(money, money - 1, lose)?;
        }
        let mut start = vec![0.0; top + 1];
        start[1] = 1.0;
        let exact = (3.0 - 1.0) / (libm::pow(3.0, top as f64) - 1.0);
        assert!((chain.reaches_first(&start, &[top], &[0])? / exact - 1.0).abs() < 1e-13);
        let both = chain.reaches_first(&start, &[top], &[0])? + chain.reaches_first(&start, &[0], &[top])?;
        assert!((both - 1.0).abs() < 1e-14);
        assert_eq!(chain.after_first_jump(1)?[2], 0.25);
        assert!(chain.after_first_jump(0).is_err());
        assert_eq!(chain.reaches_first(&start, &[1], &[0])?, 1.0);
        assert!(chain.reaches_first(&start, &[], &[top + 1]).is_err());
        Ok(())
    }
}
