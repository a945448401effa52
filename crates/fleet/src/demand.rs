//! What arrives: requests a second, constant between the instants at which it changes.
//!
//! In: the steps of a course over the horizon (shapes, launches and traces are cut into steps before they come here) and
//! its noise. Out: a [`Tide`] that walks through a trial: the rate now, and when it changes next. Units are thousandths of
//! a request a second. Nothing ticks: a rate that stays the same is no event.
//!
//! Noise is keyed by the trial and the number of its interval, never by a design: every design meets the same demand.

use std::sync::Arc;
use zonefall_engine::{Key, SimDuration, SimTime};

/// The most that may arrive at any instant, in thousandths of a request a second, noise included.
const MILLI_MAX: f64 = 1e15;

/// From this instant on, so much arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// When it begins.
    pub from: SimTime,
    /// Thousandths of a request a second.
    pub per_second_milli: u64,
}

/// A factor on the demand, drawn anew for every interval: lognormal with mean 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    /// Standard deviation of its logarithm.
    pub sigma: f64,
    /// The length of an interval; the first begins with the trial.
    pub every: SimDuration,
}

/// Requests that arrive over a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    first_milli: u64,
    steps: Arc<[Step]>,
    noise: Option<Noise>,
}

/// Where in its course the demand of a trial is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tide {
    luck: Key,
    /// The step that comes next.
    step: usize,
    base_milli: u64,
    factor: f64,
    /// Thousandths of a request a second.
    pub now_milli: u64,
    /// When that may change.
    pub next: SimTime,
}

/// A draw that is lognormal with mean 1.
pub(crate) fn mean_one(luck: Key, sigma: f64) -> f64 {
    let z = luck.stream().normal();
    libm::exp(sigma * (z - sigma / 2.0))
}

impl Demand {
    /// The same all the time.
    pub fn constant(per_second_milli: u64) -> Self {
        Self { first_milli: per_second_milli, steps: Arc::from([]), noise: None }
    }

    /// So much from the beginning, then the steps, in rising order and after the beginning.
    pub fn course(first_milli: u64, steps: Vec<Step>, noise: Option<Noise>) -> Self {
        debug_assert!(steps.windows(2).all(|pair| pair[0].from < pair[1].from));
        debug_assert!(steps.first().is_none_or(|step| step.from > SimTime::ZERO));
        Self { first_milli, steps: steps.into(), noise }
    }

    /// Whether nothing about it changes.
    pub fn is_constant(&self) -> bool {
        self.steps.is_empty() && self.noise.is_none()
    }

    /// Whether its trials differ.
    pub fn is_noisy(&self) -> bool {
        self.noise.is_some()
    }

    /// Its steps, without noise.
    pub fn steps(&self) -> Arc<[Step]> {
        Arc::clone(&self.steps)
    }

    /// What arrives at an instant, without noise.
    pub fn at_milli(&self, t: SimTime) -> u64 {
        let before = self.steps.partition_point(|step| step.from <= t);
        before.checked_sub(1).map_or(self.first_milli, |last| self.steps[last].per_second_milli)
    }

    /// The least that arrives between two instants, without noise.
    pub fn least_milli(&self, from: SimTime, until: SimTime) -> u64 {
        let within = |step: &&Step| from < step.from && step.from < until;
        self.steps.iter().filter(within).map(|step| step.per_second_milli).fold(self.at_milli(from), u64::min)
    }

    /// The least and the greatest that arrives, without noise.
    pub fn range_milli(&self) -> (u64, u64) {
        let all = || self.steps.iter().map(|step| step.per_second_milli);
        (all().fold(self.first_milli, u64::min), all().fold(self.first_milli, u64::max))
    }

    /// What arrives on average until an instant, in thousandths and without noise.
    pub fn mean_milli(&self, until: SimTime) -> u64 {
        let ends = self.steps.iter().map(|step| step.from.min(until)).chain([until]);
        let rates = std::iter::once(self.first_milli).chain(self.steps.iter().map(|step| step.per_second_milli));
        let (mut sum, mut from) = (0, SimTime::ZERO);
        for (end, rate) in ends.zip(rates) {
            sum += u128::from(end.as_ms() - from.as_ms()) * u128::from(rate);
            from = end;
        }
        let whole = u128::from(until.as_ms().max(1));
        u64::try_from((sum + whole / 2) / whole).unwrap_or(u64::MAX)
    }

    /// The most that arrives, in thousandths; with noise, but for factors beyond six standard deviations.
    pub fn most_milli(&self) -> f64 {
        let factor = self.noise.map_or(1.0, |noise| libm::exp(6.0 * noise.sigma));
        self.range_milli().1 as f64 * factor
    }

    /// The demand at the beginning of a trial.
    pub(crate) fn begin(&self, trial: Key) -> Tide {
        let luck = trial.named("demand noise");
        let mut tide = Tide {
            luck,
            step: 0,
            base_milli: self.first_milli,
            factor: 1.0,
            now_milli: self.first_milli,
            next: SimTime::ZERO,
        };
        self.advance(&mut tide);
        tide
    }

    /// Moves on to the next instant at which the demand may change.
    pub(crate) fn advance(&self, tide: &mut Tide) {
        let t = tide.next;
        while let Some(step) = self.steps.get(tide.step).filter(|step| step.from <= t) {
            tide.base_milli = step.per_second_milli;
            tide.step += 1;
        }
        tide.now_milli = tide.base_milli;
        tide.next = self.steps.get(tide.step).map_or(SimTime::NEVER, |step| step.from);
        if let Some(noise) = self.noise {
            let interval = t.as_ms() / noise.every.as_ms();
            if t.as_ms() == interval * noise.every.as_ms() {
                tide.factor = mean_one(tide.luck.part(interval, 0), noise.sigma);
            }
            tide.now_milli = libm::round((tide.base_milli as f64 * tide.factor).min(MILLI_MAX)) as u64;
            tide.next = tide.next.min(SimTime::from_ms((interval + 1) * noise.every.as_ms()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(demand: &Demand, trial: u64, until_ms: u64) -> Vec<(u64, u64)> {
        let mut tide = demand.begin(Key::root(trial));
        let mut all = vec![(0, tide.now_milli)];
        while tide.next < SimTime::from_ms(until_ms) {
            let t = tide.next.as_ms();
            demand.advance(&mut tide);
            all.push((t, tide.now_milli));
        }
        all
    }

    fn steps(of: &[(u64, u64)]) -> Vec<Step> {
        of.iter().map(|&(ms, per_second_milli)| Step { from: SimTime::from_ms(ms), per_second_milli }).collect()
    }

    #[test]
    fn a_course_is_walked_step_by_step_and_a_constant_one_never_changes() {
        let course = Demand::course(10, steps(&[(5, 20), (9, 0)]), None);
        assert_eq!(walk(&course, 1, 100), [(0, 10), (5, 20), (9, 0)]);
        assert_eq!(course.range_milli(), (0, 20));
        let least = |from, until| course.least_milli(SimTime::from_ms(from), SimTime::from_ms(until));
        assert_eq!([least(0, 5), least(0, 9), least(5, 9), least(6, 10), least(20, 30)], [10, 10, 20, 0, 0]);
        assert_eq!(walk(&Demand::constant(7), 1, 100), [(0, 7)]);
        assert!(Demand::constant(7).is_constant() && !course.is_constant());
        let mean = |until| course.mean_milli(SimTime::from_ms(until));
        // 5 × 10, 4 × 20, then nothing.
        assert_eq!((mean(5), mean(9), mean(13), Demand::constant(7).mean_milli(SimTime::from_ms(3))), (10, 14, 10, 7));
    }

    #[test]
    fn noise_is_the_trials_own_keeps_to_its_grid_and_has_mean_one() {
        let noise = |sigma| Some(Noise { sigma, every: SimDuration::from_ms(10) });
        let course = Demand::course(1_000_000, steps(&[(25, 2_000_000)]), noise(0.2));
        let found = walk(&course, 1, 40);
        assert_eq!(found.iter().map(|&(at, _)| at).collect::<Vec<_>>(), [0, 10, 20, 25, 30]);
        // Within an interval the factor stays: the step doubles what was there.
        assert!(found[3].1.abs_diff(2 * found[2].1) <= 1);
        assert_eq!(found, walk(&course, 1, 40));
        assert_ne!(found, walk(&course, 2, 40));
        // The same luck for another course: the factor of an interval is the same.
        let half = Demand::course(500_000, vec![], noise(0.2));
        let other = walk(&half, 1, 30);
        assert!((0..3).all(|at| found[at].1.abs_diff(2 * other[at].1) <= 1));
        let many = walk(&half, 3, 400_000);
        let mean = many.iter().map(|&(_, milli)| milli as f64).sum::<f64>() / many.len() as f64;
        // 40,000 factors of standard deviation 0.202.
        assert!((mean / 500_000.0 - 1.0).abs() < 4.0 * 0.202 / 200.0, "{mean}");
    }
}
