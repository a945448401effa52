//! TF-01, TF-02: clients of several parts, each of which has an overload of its own, who all need what stands before these parts or
//! behind them.
//!
//! In: what asks for each part and for what they share, and what failed before. Out: the share of attempts that fails before the
//! parts (f) and behind them (b), the same for all, and at each part (o). Attempts pass one after the other: a share
//! p = 1 − (1 − f)(1 − o)(1 − b) of them fails. Of each g attempts for a request that meet nobody dead
//!
//! * what stands before the parts is asked for g·(1 − f(1 − w)), also by those for a part that is out;
//! * a part is asked for g·(1 − f)(1 − o(1 − w));
//! * what stands behind them is asked for g·(1 − f)(1 − o)(1 − b(1 − w)).
//!
//! As in one queue the state depends on the one before. Where an overload is over, those who failed in it come to what they meet
//! next with all their tries.

use super::{Load, Retry, falls, rises};

/// What all need, in the caller's unit; infinite where there is no such limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shared {
    /// Before the parts, and behind them.
    pub before: f64,
    /// See `before`.
    pub behind: f64,
    /// Share of attempts that meets nobody dead before the parts.
    pub alive_before: f64,
    /// The shares of attempts that have failed before the parts and behind them so far.
    pub failing: (f64, f64),
}

/// Clients of one part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Own {
    /// First tries, in the unit of what is shared.
    pub demand: f64,
    /// What asks for the part itself.
    pub load: Load,
    /// The share of all their attempts that has failed so far, and of those at the part.
    pub failed: f64,
    /// See `failed`.
    pub failing: f64,
    /// The share that fails at the part now.
    pub fails: f64,
    /// The share of all attempts that fails now, and whether nobody tries again.
    pub settled: (f64, bool),
}

impl Own {
    /// Clients whose attempts have failed so far, all of them and at the part.
    pub fn new(demand: f64, load: Load, (failed, failing): (f64, f64)) -> Self {
        Self { demand, load, failed, failing, fails: 0.0, settled: (0.0, false) }
    }
}

impl Retry {
    /// Settles all clients, and tells the shares of attempts that fail before the parts and behind them.
    pub fn settles_together(&self, shared: Shared, all: &mut [Own]) -> (f64, f64) {
        all.iter_mut().for_each(|own| own.settled.1 = false);
        let mut failing = self.settle(shared, all);
        let is_open = |own: &Own| self.is_open(own.load, own.settled.0);
        if !all.iter().any(|own| own.settled.0 > 0.0 && is_open(own)) {
            all.iter_mut().for_each(|own| own.settled.1 = is_open(own));
            return failing;
        }
        // Open breakers stay open for long enough that the queues run dry, if first tries alone let them. Then they close, unless
        // the tries that come back would open them again.
        all.iter_mut().for_each(|own| own.settled.1 = own.settled.0 > 0.0 && is_open(own));
        failing = self.settle_once(Shared { failing, ..shared }, all);
        all.iter_mut().for_each(|own| own.settled.1 = false);
        failing = self.settle_once(Shared { failing, ..shared }, all);
        if all.iter().any(is_open) {
            all.iter_mut().for_each(|own| own.settled.1 = is_open(own));
            failing = self.settle_once(Shared { failing, ..shared }, all);
        }
        failing
    }

    /// The same while breakers are as they are: from what failed so far, and again where that is over for somebody who then comes to
    /// what is next.
    fn settle(&self, shared: Shared, all: &mut [Own]) -> (f64, f64) {
        all.iter_mut().for_each(|own| own.fails = own.failing);
        let (mut before, mut behind) = self.settle_once(shared, all);
        if before < shared.failing.0 {
            for own in all.iter_mut() {
                own.failing = own.failing.max(own.failed);
                own.fails = own.failing;
            }
            let failing = (before, behind.max(failed_of(all, |_| true)));
            (before, behind) = self.settle_once(Shared { failing, ..shared }, all);
        }
        let comes = failed_of(all, |own| own.fails < own.failing);
        if comes > behind {
            (before, behind) = self.settle_once(Shared { failing: (before, comes), ..shared }, all);
        }
        (before, behind)
    }

    /// From what fails now to the state next to it.
    fn settle_once(&self, shared: Shared, all: &mut [Own]) -> (f64, f64) {
        let of = &*all;
        let too_much = |before: f64| {
            let behind = self.settles_behind(shared, of, before);
            let asks = |own: &Own| {
                let (_, attempts) = self.attempts_of(own, (before, behind));
                attempts * shared.alive_before * (1.0 - before * (1.0 - self.wasted))
            };
            of.iter().map(asks).sum::<f64>() > shared.before
        };
        let before = settles_in(&too_much, shared.before, shared.failing.0);
        let behind = self.settles_behind(shared, of, before);
        for own in all.iter_mut() {
            let (fails, _) = self.attempts_of(own, (before, behind));
            own.settled.0 = all_of(before, fails, behind);
            own.fails = fails;
        }
        (before, behind)
    }

    /// The share that fails behind the parts, where so many fail before them.
    fn settles_behind(&self, shared: Shared, all: &[Own], before: f64) -> f64 {
        let too_much = |behind: f64| {
            let asks = |own: &Own| {
                let (fails, attempts) = self.attempts_of(own, (before, behind));
                let passes = (1.0 - before) * (1.0 - fails);
                attempts * own.load.alive * passes * (1.0 - behind * (1.0 - self.wasted))
            };
            all.iter().map(asks).sum::<f64>() > shared.behind
        };
        settles_in(&too_much, shared.behind, shared.failing.1)
    }

    /// The share that fails at a part, where so many fail before and behind it, and the attempts of its clients.
    fn attempts_of(&self, own: &Own, (before, behind): (f64, f64)) -> (f64, f64) {
        let of = if own.settled.1 { Self { tries: 1, ..*self } } else { *self };
        let tries = |fails: f64| of.tries(of.fails(own.load, all_of(before, fails, behind)));
        let reach = own.load.alive * (1.0 - self.faults) * (1.0 - before);
        let too_much = |fails: f64| reach * tries(fails) * (1.0 - fails * (1.0 - self.wasted)) > own.load.capacity;
        let fails = settles_in(&too_much, own.load.capacity, own.fails);
        (fails, own.demand * (1.0 - self.faults) * tries(fails))
    }
}

/// Of all attempts those that fail.
fn all_of(before: f64, fails: f64, behind: f64) -> f64 {
    // Where only one fails, just as much.
    match (before > 0.0, fails > 0.0, behind > 0.0) {
        (_, false, false) => before,
        (false, _, false) => fails,
        (false, false, _) => behind,
        _ => 1.0 - (1.0 - before) * (1.0 - fails) * (1.0 - behind),
    }
}

/// The share that settles from the one so far.
fn settles_in(too_much: &impl Fn(f64) -> bool, capacity: f64, so_far: f64) -> f64 {
    match () {
        () if capacity <= 0.0 => 1.0,
        () if capacity == f64::INFINITY => 0.0,
        () if too_much(so_far) => rises(too_much, so_far),
        () => falls(too_much, so_far),
    }
}

/// The share of attempts of all clients that has failed so far, of such clients.
fn failed_of(all: &[Own], of: impl Fn(&Own) -> bool) -> f64 {
    let clients: f64 = all.iter().map(|own| own.demand).sum();
    let failed: f64 = all.iter().filter(|own| of(own)).map(|own| own.demand * own.failed).sum();
    if clients > 0.0 { failed / clients } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: Retry = Retry { tries: 3, wasted: 1.0, breaker: None, budget: None, faults: 0.0 };

    fn own(demand: f64, capacity: f64, failing: f64) -> Own {
        Own::new(demand, Load { alive: 1.0, capacity: capacity / demand }, (failing, failing))
    }

    fn shared(before: f64, behind: f64, failing: (f64, f64)) -> Shared {
        Shared { before, behind, alive_before: 1.0, failing }
    }

    const NONE: f64 = f64::INFINITY;

    #[test]
    fn where_nothing_is_shared_each_part_settles_by_itself_and_one_part_is_one_queue() {
        for wasted in [0.0, 0.4, 1.0] {
            for breaker in [None, Some(0.4), Some(0.6)] {
                let retry = Retry { wasted, breaker, ..THREE };
                for (demand, alive, failing) in
                    [(0.5, 1.0, 0.0), (0.9, 1.0, 1.0), (0.9, 0.7, 0.3), (1.2, 1.0, 0.0), (2.5, 0.9, 0.5), (0.7, 0.5, 0.0)]
                {
                    let load = Load { alive, capacity: 1.0 / demand };
                    let alone = retry.settles(load, failing);
                    let mut two = [Own::new(demand, load, (failing, failing)), own(0.5, 9.0, 0.0)];
                    assert_eq!(retry.settles_together(shared(NONE, NONE, (0.0, 0.0)), &mut two), (0.0, 0.0));
                    assert_eq!((two[0].settled, two[1].settled), (alone, (0.0, false)));
                    // The same limit before, or behind, of a part without one.
                    let before = Shared { alive_before: alive, ..shared(1.0, NONE, (failing, 0.0)) };
                    for limits in [before, shared(NONE, 1.0, (0.0, failing))] {
                        let mut one = [Own::new(demand, Load { capacity: NONE, ..load }, (failing, 0.0))];
                        let (before, behind) = retry.settles_together(limits, &mut one);
                        let found = before.max(behind);
                        assert!((found - alone.0).abs() < 1e-9, "{retry:?} {load:?} {limits:?}: {found} {alone:?}");
                        assert_eq!(one[0].settled, (found, alone.1));
                    }
                }
            }
        }
    }

    #[test]
    fn tf_01_tries_for_a_part_that_is_out_load_what_stands_before_it_and_not_what_stands_behind() {
        // 4 come to each; one part is out: 12 + 4 attempts come to what stands before both.
        let settled = |limits: Shared, failed: f64| {
            let mut all = [own(4.0, 0.0, failed), own(4.0, 12.0, failed)];
            let shares = THREE.settles_together(limits, &mut all);
            (shares, all.map(|own| own.settled.0))
        };
        assert_eq!(settled(shared(16.0, 4.0, (0.0, 0.0)), 0.0), ((0.0, 0.0), [1.0, 0.0]));
        assert_eq!(settled(shared(15.9, NONE, (0.0, 0.0)), 0.0).0, (1.0, 0.0));
        assert_eq!(settled(shared(NONE, 3.9, (0.0, 0.0)), 0.0), ((0.0, 1.0), [1.0, 1.0]));
        // A storm before them holds itself until three tries of all fit.
        assert_eq!(settled(shared(23.9, NONE, (1.0, 0.0)), 1.0).0, (1.0, 0.0));
        assert_eq!(settled(shared(24.0, NONE, (1.0, 0.0)), 1.0), ((0.0, 0.0), [1.0, 0.0]));
        // When it is over all tries of those who pass come to what stands behind.
        assert_eq!(settled(shared(24.0, 11.9, (1.0, 0.0)), 1.0).0, (0.0, 1.0));
        assert_eq!(settled(shared(24.0, 12.0, (1.0, 0.0)), 1.0).0, (0.0, 0.0));
    }

    #[test]
    fn tf_01_who_failed_at_a_part_comes_with_all_tries_to_what_stands_behind_it() {
        // The part is back, and has room for three tries of four.
        let behind = |behind: f64| {
            let mut all = [own(4.0, 12.0, 1.0), own(4.0, 12.0, 0.0)];
            THREE.settles_together(shared(NONE, behind, (0.0, 0.0)), &mut all)
        };
        // Half of all attempts have failed: 8 × 1.75 come.
        assert_eq!((behind(14.0), behind(13.9)), ((0.0, 0.0), (0.0, 1.0)));
    }

    #[test]
    fn what_is_turned_away_at_once_is_turned_away_evenly_and_the_narrow_part_leaves_room_to_the_other() {
        // Nobody tries again, and who fails costs nothing: 6 and 6 ask for 10, of which one part takes 3 at most.
        let plain = Retry { tries: 1, wasted: 0.0, ..THREE };
        let mut all = [own(6.0, 9.0, 0.0), own(6.0, 9.0, 0.0)];
        let (_, behind) = plain.settles_together(shared(NONE, 10.0, (0.0, 0.0)), &mut all);
        assert!((behind - 1.0 / 6.0).abs() < 1e-9 && all.iter().all(|own| own.settled.0 == behind));
        // Behind them 7 are left for the other. Before them all are alike: of 5 each, one part serves 3.
        let mut all = [own(6.0, 3.0, 0.0), own(6.0, 9.0, 0.0)];
        assert_eq!(plain.settles_together(shared(NONE, 10.0, (0.0, 0.0)), &mut all), (0.0, 0.0));
        assert!((all[0].settled.0 - 0.5).abs() < 1e-9 && all[1].settled.0 == 0.0);
        let (before, _) = plain.settles_together(shared(10.0, NONE, (0.0, 0.0)), &mut all);
        assert!((before - 1.0 / 6.0).abs() < 1e-9 && (all[0].settled.0 - 0.5).abs() < 1e-9);
        assert_eq!(all[1].settled.0, before);
    }
}
