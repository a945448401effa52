//! Where a chain is at an instant, and how long it was where: uniformisation.
//!
//! Jensen (1953); Grassmann (1977), *Transient solutions in Markovian queueing
//! systems*. The chain is watched at the events of a Poisson process whose rate Λ is
//! the largest rate out of any state. When Λt is so large that stepping would cost
//! more, the transition matrix of a short interval is computed the same way and
//! squared until it spans t. Either way only nonnegative numbers are added and
//! multiplied, so that small probabilities keep their digits.

use super::Generator;
use crate::error::{Error, nonnegative};
use crate::mass::Poisson;

/// The distribution over states at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Transient {
    /// P(in state s), for each state.
    pub probabilities: Vec<f64>,
    /// Upper bound on the total mass misplaced by cutting the Poisson sums (rounding
    /// comes on top).
    pub truncation: f64,
}

/// The expected time spent in each state over an interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Sojourn {
    /// Expected time in state s, for each state; together the length of the interval.
    pub times: Vec<f64>,
    /// Upper bound on the total time misplaced by cutting the Poisson sums.
    pub truncation: f64,
}

impl Generator {
    /// Distribution at instant `t` ≥ 0 from the `initial` one.
    pub fn transient(&self, initial: &[f64], t: f64) -> Result<Transient, Error> {
        self.check_initial(initial)?;
        nonnegative("instant", t)?;
        let plan = Plan::new(self, t)?;
        if plan.doublings > 0 {
            let (whole, cut) = self.doubled(&plan)?;
            return Ok(Transient { probabilities: times_row(initial, &whole.jumps), truncation: cut });
        }
        let poisson = Poisson::new(plan.rate * t)?;
        let jumps = self.jumps(plan.rate);
        let mut sum = vec![0.0; self.states];
        each_step(initial, &jumps, &poisson, |j, at| {
            if let Some(j) = j {
                add_scaled(&mut sum, poisson.weights[j], at);
            }
        });
        Ok(Transient { probabilities: sum, truncation: poisson.cut })
    }

    /// Expected time in each state over \[0, `horizon`\] from the `initial` distribution.
    pub fn accumulated(&self, initial: &[f64], horizon: f64) -> Result<Sojourn, Error> {
        self.check_initial(initial)?;
        nonnegative("horizon", horizon)?;
        let plan = Plan::new(self, horizon)?;
        if plan.rate <= 0.0 {
            return Ok(Sojourn { times: initial.iter().map(|p| p * horizon).collect(), truncation: 0.0 });
        }
        if plan.doublings > 0 {
            let (whole, cut) = self.doubled(&plan)?;
            return Ok(Sojourn { times: times_row(initial, &whole.sojourn), truncation: cut * horizon });
        }
        let poisson = Poisson::new(plan.rate * horizon)?;
        let jumps = self.jumps(plan.rate);
        let later = later_than_each(&poisson);
        let mut sum = vec![0.0; self.states];
        each_step(initial, &jumps, &poisson, |j, at| {
            let more = j.map_or(1.0, |j| later[j]);
            add_scaled(&mut sum, more / plan.rate, at);
        });
        Ok(Sojourn { times: sum, truncation: poisson.cut * horizon })
    }

    fn max_rate_out(&self) -> f64 {
        (self.rates.chunks_exact(self.states)).map(|row| row.iter().sum()).fold(0.0, f64::max)
    }

    /// Transition matrix of the chain as seen at events of a Poisson process.
    fn jumps(&self, rate: f64) -> Vec<f64> {
        let n = self.states;
        let mut jumps = self.rates.clone();
        for (state, row) in jumps.chunks_exact_mut(n).enumerate() {
            let out: f64 = row.iter().sum();
            if rate > 0.0 {
                row.iter_mut().for_each(|q| *q /= rate);
                row[state] = ((rate - out) / rate).max(0.0);
            } else {
                row[state] = 1.0;
            }
        }
        jumps
    }

    /// Transition and sojourn matrices over the planned time, by repeated doubling.
    fn doubled(&self, plan: &Plan) -> Result<(Span, f64), Error> {
        let n = self.states;
        let poisson = Poisson::new(plan.rate * plan.step)?;
        let jumps = self.jumps(plan.rate);
        let later = later_than_each(&poisson);
        let mut span = Span { states: n, length: plan.step, jumps: vec![0.0; n * n], sojourn: vec![0.0; n * n] };
        for state in 0..n {
            let mut start = vec![0.0; n];
            start[state] = 1.0;
            let row = state * n..(state + 1) * n;
            each_step(&start, &jumps, &poisson, |j, at| {
                let (now, more) = j.map_or((0.0, 1.0), |j| (poisson.weights[j], later[j]));
                add_scaled(&mut span.jumps[row.clone()], now, at);
                add_scaled(&mut span.sojourn[row.clone()], more / plan.rate, at);
            });
        }
        let mut cut = poisson.cut;
        for _ in 0..plan.doublings {
            span = span.twice();
            cut *= 2.0;
        }
        Ok((span, cut))
    }
}

/// How to cover the time: by steps of a vector, or by doubling a matrix.
struct Plan {
    rate: f64,
    step: f64,
    doublings: u32,
}

impl Plan {
    fn new(chain: &Generator, time: f64) -> Result<Self, Error> {
        let rate = chain.max_rate_out();
        let n = chain.states as f64;
        let events = nonnegative("largest rate out of a state times the time", rate * time)?;
        let mut plan = Self { rate, step: time, doublings: 0 };
        let (mut step, mut doublings) = (time, 0);
        while rate * step > 1.0 {
            step /= 2.0;
            doublings += 1;
        }
        let by_steps = events + 22.0 * libm::sqrt(events) + 70.0;
        let by_doubling = n * (70.0 + 2.0 * f64::from(doublings));
        if by_steps > by_doubling {
            (plan.step, plan.doublings) = (step, doublings);
        }
        Ok(plan)
    }
}

/// What happens over an interval: from each state (row) to each (column).
struct Span {
    states: usize,
    length: f64,
    jumps: Vec<f64>,
    sojourn: Vec<f64>,
}

impl Span {
    /// Two such intervals, one after the other; rows scaled back to their known sums.
    fn twice(&self) -> Self {
        let n = self.states;
        let length = 2.0 * self.length;
        let mut jumps = vec![0.0; n * n];
        let mut sojourn = self.sojourn.clone();
        for state in 0..n {
            let row = state * n..(state + 1) * n;
            for (mid, &p) in self.jumps[row.clone()].iter().enumerate() {
                let from_mid = mid * n..(mid + 1) * n;
                add_scaled(&mut jumps[row.clone()], p, &self.jumps[from_mid.clone()]);
                add_scaled(&mut sojourn[row.clone()], p, &self.sojourn[from_mid]);
            }
            scale_to(&mut jumps[row.clone()], 1.0);
            scale_to(&mut sojourn[row], length);
        }
        Self { states: n, length, jumps, sojourn }
    }
}

/// P(more events than `first + j`) for each j, summed from the far end.
fn later_than_each(poisson: &Poisson) -> Vec<f64> {
    let mut later = vec![0.0; poisson.weights.len()];
    for j in (1..later.len()).rev() {
        later[j - 1] = later[j] + poisson.weights[j];
    }
    later
}

/// Call `visit(index into the weights if any, distribution)` for each number of events
/// up to the last that has a weight.
fn each_step(initial: &[f64], jumps: &[f64], poisson: &Poisson, mut visit: impl FnMut(Option<usize>, &[f64])) {
    let mut at = initial.to_vec();
    let events = poisson.first + poisson.weights.len();
    for event in 0..events {
        visit(event.checked_sub(poisson.first), &at);
        if event + 1 < events {
            at = times_row(&at, jumps);
        }
    }
}

/// A row vector times a square matrix.
fn times_row(row: &[f64], matrix: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; row.len()];
    for (&p, line) in row.iter().zip(matrix.chunks_exact(row.len())) {
        add_scaled(&mut product, p, line);
    }
    product
}

fn add_scaled(sum: &mut [f64], factor: f64, terms: &[f64]) {
    if factor > 0.0 {
        for (s, term) in sum.iter_mut().zip(terms) {
            *s += factor * term;
        }
    }
}

fn scale_to(row: &mut [f64], total: f64) {
    let found: f64 = row.iter().sum();
    if found > 0.0 {
        row.iter_mut().for_each(|x| *x *= total / found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::single::Alternating;

    fn two_states(unit: Alternating) -> Result<Generator, Error> {
        let mut chain = Generator::new(2)?;
        chain.add(0, 1, unit.failure_rate())?;
        chain.add(1, 0, unit.repair_rate())?;
        Ok(chain)
    }

    #[test]
    fn two_states_follow_the_closed_form_over_twelve_decades() -> Result<(), Error> {
        let unit = Alternating::new(100.0, 2.0)?;
        let chain = two_states(unit)?;
        for t in [0.0, 1e-6, 0.1, 3.0, 50.0, 200.0, 1e4, 1e6] {
            let found = chain.transient(&[1.0, 0.0], t)?;
            let exact = unit.point_unavailability(t)?;
            assert!((found.probabilities[1] - exact).abs() <= 1e-12 * exact, "at {t}");
            let spent = chain.accumulated(&[1.0, 0.0], t)?.times[1];
            let exact = unit.interval_unavailability(t)? * t;
            assert!((spent - exact).abs() <= 1e-12 * exact, "{spent}, {exact} at {t}");
            assert!(found.truncation < 1e-80);
        }
        Ok(())
    }

    #[test]
    fn stepping_and_doubling_agree() -> Result<(), Error> {
        let mut chain = Generator::new(4)?;
        for (from, to, rate) in [(0, 1, 0.3), (1, 0, 2.0), (1, 2, 0.2), (2, 0, 1.0), (2, 3, 1e-6)] {
            chain.add(from, to, rate)?;
        }
        let initial = [1.0, 0.0, 0.0, 0.0];
        let t = 20.0; // about 44 events: few enough for steps
        let by_steps = (chain.transient(&initial, t)?, chain.accumulated(&initial, t)?);
        let plan = Plan { rate: 2.2, step: t / 64.0, doublings: 6 };
        assert_eq!(Plan::new(&chain, t)?.doublings, 0);
        let (span, _) = chain.doubled(&plan)?;
        for state in 0..4 {
            let (a, b) = (by_steps.0.probabilities[state], span.jumps[state]);
            assert!((a - b).abs() <= 1e-13 * a, "{a} {b}");
            let (a, b) = (by_steps.1.times[state], span.sojourn[state]);
            assert!((a - b).abs() <= 1e-13 * a, "{a} {b}");
        }
        Ok(())
    }

    #[test]
    fn a_chain_that_never_moves_stays_and_counts_time() -> Result<(), Error> {
        let chain = Generator::new(2)?;
        assert_eq!(chain.transient(&[0.25, 0.75], 9.0)?.probabilities, [0.25, 0.75]);
        assert_eq!(chain.accumulated(&[0.25, 0.75], 8.0)?.times, [2.0, 6.0]);
        assert!(chain.transient(&[1.0, 0.0], f64::NAN).is_err());
        Ok(())
    }
}
