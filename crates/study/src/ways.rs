//! Times of responses of a service of parts, from how long each state of load of each way was held.
//!
//! In: the states of each trial by way ([`zonefall_fleet::WayLoad`]). Out: as for machines alone (`latency.rs`): quantiles over
//! all requests of all ways, with the share for which none is told. A request's time is the sum over the tiers of its way
//! (`zonefall_exact::tandem`).
//!
//! What can go wrong: a state counts as settled when it was held long enough for all of its queues to come to rest one after the
//! other, as what disturbs the first reaches the next.

use crate::latency::{Mixture, SETTLED, roughly};
use crate::outcome::{Estimate, LatencyOutcome};
use std::collections::BTreeMap;
use zonefall_fleet::{Answers, Queued, StateTime, States, TIERS_MAX, WayLoad, Ways};

/// A state of load of a way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WayState {
    /// Which way; 0 for every overloaded state.
    pub way: u32,
    /// Some tier was overloaded.
    pub overloaded: bool,
    /// The machines of each tier that answer, and their queue.
    pub tiers: [Queued; TIERS_MAX],
    /// Whether it was held for long.
    pub settled: bool,
}

/// Requests by state of load, in millionths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WaysTally(pub(crate) BTreeMap<WayState, i128>);

/// The state of load that a time counts for where requests meet these machines.
fn state(of: &Ways, way: usize, choice: &[Answers], time: &StateTime<WayLoad>) -> WayState {
    let mut state = WayState { way: way as u32, ..WayState::default() };
    let mut rest_s = 0.0;
    for ((tier, place), answers) in of.tiers_of(way).zip(&mut state.tiers).zip(choice) {
        if answers.queued.spare_milli == 0 {
            return WayState { overloaded: true, ..WayState::default() };
        }
        *place = roughly(answers.queued);
        rest_s += SETTLED * tier.works().settling_s(&answers.queued);
    }
    WayState { settled: time.shortest().as_ms() as f64 >= 1000.0 * rest_s, ..state }
}

impl WaysTally {
    /// Adds the states of a trial.
    pub(crate) fn add(&mut self, of: &Ways, states: &[States<WayLoad>]) {
        for (way, states) in states.iter().enumerate().take(of.ways.len()) {
            for time in states.iter() {
                let requests = i128::from(time.state.requests_milli) * i128::from(time.held.as_ms());
                of.each_choice(way, &time.state, |choice| {
                    let share = |requests: i128, of: &Answers| match of.of_milli {
                        all if all == of.milli => requests,
                        all => requests * i128::from(of.milli) / i128::from(all),
                    };
                    let requests = choice.iter().fold(requests, share);
                    *self.0.entry(state(of, way, choice, time)).or_default() += requests;
                });
            }
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (state, requests) in &other.0 {
            *self.0.entry(*state).or_default() += requests;
        }
    }

    /// What may be said of the times of responses.
    pub(crate) fn conclude(&self, of: &Ways, slow: Option<Estimate>) -> LatencyOutcome {
        let all = self.0.values().sum::<i128>().max(1) as f64;
        let mut mixture = Mixture::default();
        for (state, &requests) in &self.0 {
            let way = state.way as usize;
            let tandem = if state.overloaded { None } else { of.tandem(way, state.tiers) };
            mixture.add(requests as f64 / all, tandem, state.settled);
        }
        mixture.conclude(of.within, slow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zonefall_engine::SimTime;
    use zonefall_fleet::{Load, Queue, Tier, Way};

    /// Two tiers of one server of 1 req/s each, and a second way through the first alone.
    fn ways() -> Ways {
        let tier = |node| Tier { node, parallelism: 1, queue: Queue::Shared, serves_milli: 1000 };
        let way = |tiers: &[u32]| Way { tiers: tiers.to_vec(), ..Way::default() };
        Ways { tiers: vec![tier(0), tier(1)], ways: vec![way(&[0, 1]), way(&[0])], within: None }
    }

    fn state(load: WayLoad, ms: u64) -> States<WayLoad> {
        let mut states = States::default();
        states.add(load, SimTime::ZERO, SimTime::from_ms(ms));
        states.close();
        states
    }

    fn held(tiers: &[u64], requests_milli: u64, hours: u64) -> States<WayLoad> {
        let mut load = WayLoad { requests_milli, ..WayLoad::default() };
        for (place, &reach_milli) in load.tiers.iter_mut().zip(tiers) {
            *place = Load::whole(1, reach_milli);
        }
        state(load, hours * 3_600_000)
    }

    #[test]
    fn quantiles_are_those_of_all_requests_of_all_ways() {
        let of = ways();
        let mut tally = WaysTally::default();
        // Half as many on the short way: 1/2 a second is left of each server.
        tally.add(&of, &[held(&[500, 500], 200, 10), held(&[500], 100, 10)]);
        let found = tally.conclude(&of, None);
        assert_eq!((found.overloaded, found.unsettled), (0.0, 0.0));
        for (level, ms) in [(0.5, found.p50_ms), (0.95, found.p95_ms), (0.99, found.p99_ms)] {
            let x = 0.5 * ms.unwrap_or(0.0) / 1000.0;
            let later = libm::exp(-x) * (2.0 * (1.0 + x) + 1.0) / 3.0;
            assert!((later - (1.0 - level)).abs() < 1e-6, "{level}: {later}");
        }
    }

    #[test]
    fn overload_of_one_tier_is_later_than_any_time_and_short_states_are_told() {
        let of = ways();
        let mut tally = WaysTally::default();
        tally.add(&of, &[held(&[500, 1000], 94, 10), held(&[500], 106, 10)]);
        let found = tally.conclude(&of, None);
        assert_eq!((found.overloaded, found.p95_ms), (0.47, None));
        let mut short = WaysTally::default();
        short.add(&of, &[state(WayLoad { requests_milli: 1, ..held_load() }, 60_000)]);
        assert_eq!(short.conclude(&of, None).unsettled, 1.0);
        let mut both = tally.clone();
        both.merge(&tally);
        assert_eq!(both.conclude(&of, None), found);
    }

    fn held_load() -> WayLoad {
        let mut load = WayLoad::default();
        load.tiers[0] = Load::whole(1, 500);
        load.tiers[1] = load.tiers[0];
        load
    }
}
