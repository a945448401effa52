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
//! AG-03: a gateway before all of it, or one before each part, is one stage more, at whose door nothing is wasted.
//!
//! Clients try again as often as attempts have failed of late, each stage turns away what is too much for it, and that goes on until
//! nothing changes any more. So, as in one queue, the state depends on the one before, and who comes from an overload that is over
//! comes to what is next with all tries.

use super::{Load, Retry, STEPS, at_the_door};

/// Steps until nothing is to change any more, and what is nothing.
const ROUNDS: u32 = 8 * STEPS;
const STILL: f64 = 1e-13;
/// So near, the rest of the way is gone at once.
const NEAR: f64 = 1e-9;

/// What all need, in the caller's unit; infinite where there is no such limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shared {
    /// Before the parts, and behind them.
    pub before: f64,
    /// See `before`.
    pub behind: f64,
    /// Share of attempts that meets nobody dead before the parts.
    pub alive_before: f64,
    /// What a gateway before all lets through.
    pub gate: f64,
}

/// The shares of attempts that fail beside the parts: at a gateway before all, before the parts, and behind them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Beside {
    /// Of all attempts.
    pub gate: f64,
    /// Of those that pass the gateway.
    pub before: f64,
    /// Of those that pass the parts.
    pub behind: f64,
}

/// Clients of one part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Own {
    /// First tries, in the unit of what is shared.
    pub demand: f64,
    /// What asks for the part itself.
    pub load: Load,
    /// The share of their attempts that has failed so far.
    pub failed: f64,
    /// The share that a gateway before the part turns away now.
    pub turned_away: f64,
    /// The share that fails at the part now, of those that come to it.
    pub fails: f64,
    /// The share of all attempts that fails now, and whether nobody tries again.
    pub settled: (f64, bool),
}

impl Own {
    /// Clients of whose attempts such a share has failed so far.
    pub fn new(demand: f64, load: Load, failed: f64) -> Self {
        Self { demand, load, failed, turned_away: 0.0, fails: 0.0, settled: (0.0, false) }
    }
}

impl Retry {
    /// Settles all clients, and tells the shares of attempts that fail beside the parts.
    pub fn settles_together(&self, shared: Shared, all: &mut [Own]) -> Beside {
        all.iter_mut().for_each(|own| own.settled = (own.failed, false));
        let failing = self.go_on(shared, all);
        let is_open = |own: &Own| self.is_open(own.load, own.settled.0);
        if !all.iter().any(|own| own.settled.0 > 0.0 && is_open(own)) {
            all.iter_mut().for_each(|own| own.settled.1 = is_open(own));
            return failing;
        }
        // Open breakers stay open for long enough that the queues run dry, if first tries alone let them. Then they close, unless
        // the tries that come back would open them again.
        all.iter_mut().for_each(|own| own.settled.1 = own.settled.0 > 0.0 && is_open(own));
        self.go_on(shared, all);
        all.iter_mut().for_each(|own| own.settled.1 = false);
        let failing = self.go_on(shared, all);
        if !all.iter().any(is_open) {
            return failing;
        }
        all.iter_mut().for_each(|own| own.settled.1 = is_open(own));
        self.go_on(shared, all)
    }

    /// The same while breakers are as they are.
    fn go_on(&self, shared: Shared, all: &mut [Own]) -> Beside {
        let mut failing = Beside::default();
        for round in 0..ROUNDS {
            let moved;
            // What still goes to and fro goes more and more slowly.
            let late = round.saturating_sub(ROUNDS / 4) / (ROUNDS / 16);
            (failing, moved) = self.pass(shared, all, libm::ldexp(0.5, -(late as i32)));
            if moved <= if late > 0 { NEAR } else { STILL } {
                break;
            }
        }
        failing
    }

    /// All attempts pass once; the shares that fail beside the parts, and how far any share of a part's clients has moved.
    fn pass(&self, shared: Shared, all: &mut [Own], gain: f64) -> (Beside, f64) {
        let tries = |own: &Own| if own.settled.1 { 1.0 } else { self.tries(self.fails(own.load, own.settled.0)) };
        let attempts = |own: &Own| (1.0 - self.faults) * tries(own);
        let comes: f64 = all.iter().map(|own| own.demand * attempts(own) * shared.alive_before).sum();
        let gate = match shared.gate == f64::INFINITY {
            true => 0.0,
            false => at_the_door(all.iter().map(|own| own.demand * attempts(own)).sum(), shared.gate),
        };
        let before = self.turns_away((comes * (1.0 - gate)).min(shared.gate * shared.alive_before), shared.before);
        let mut passes = 0.0;
        for own in all.iter_mut() {
            // Who meets somebody dead meets them behind the gateway.
            own.turned_away = at_the_door(attempts(own) * (1.0 - gate) * (1.0 - before), own.load.gate);
            let comes = attempts(own) * own.load.alive * (1.0 - before) * (1.0 - gate) * (1.0 - own.turned_away);
            let comes = comes.min(own.load.gate * own.load.alive);
            own.fails = self.turns_away(comes, own.load.capacity);
            passes += own.demand * comes * (1.0 - own.fails);
        }
        let behind = self.turns_away(passes, shared.behind);
        let mut moved = 0.0;
        for own in all.iter_mut() {
            let towards = all_of([gate, before, own.turned_away, own.fails, behind]) - own.settled.0;
            let step = 1.0 / f64::from(STEPS);
            // What is far is gone to step by step, what is near at once.
            own.settled.0 = match towards {
                _ if towards.abs() <= NEAR => own.settled.0 + towards,
                _ => own.settled.0 + (gain * towards).clamp(-step, step),
            };
            moved = f64::max(moved, towards.abs());
        }
        (Beside { gate, before, behind }, moved)
    }

    /// The share of attempts that a stage turns away so that the rest fits.
    fn turns_away(&self, comes: f64, capacity: f64) -> f64 {
        match () {
            () if capacity <= 0.0 => 1.0,
            () if comes <= capacity => 0.0,
            () if self.wasted >= 1.0 => 1.0,
            () => f64::min(1.0, (1.0 - capacity / comes) / (1.0 - self.wasted)),
        }
    }
}

/// Of all attempts those that fail, where these shares do one after the other.
fn all_of(fail: [f64; 5]) -> f64 {
    let mut some = fail.into_iter().filter(|&fails| fails > 0.0);
    match (some.next(), some.next()) {
        (None, _) => 0.0,
        // Where only one fails, just as much.
        (Some(one), None) => one,
        _ => 1.0 - fail.into_iter().fold(1.0, |left, fails| left * (1.0 - fails)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: Retry = Retry { tries: 3, wasted: 1.0, breaker: None, budget: None, faults: 0.0 };

    fn own(demand: f64, capacity: f64, failing: f64) -> Own {
        Own::new(demand, Load { alive: 1.0, capacity: capacity / demand, gate: NONE }, failing)
    }

    fn shared(before: f64, behind: f64) -> Shared {
        Shared { before, behind, alive_before: 1.0, gate: NONE }
    }

    const NONE: f64 = f64::INFINITY;

    /// The shares that fail before the parts and behind them.
    fn settle(retry: Retry, shared: Shared, all: &mut [Own]) -> (f64, f64) {
        let Beside { gate, before, behind } = retry.settles_together(shared, all);
        assert!(gate == 0.0 || shared.gate < NONE);
        (before, behind)
    }

    #[test]
    fn where_nothing_is_shared_each_part_settles_by_itself_and_one_part_is_one_queue() {
        for wasted in [0.0, 0.4, 1.0] {
            for breaker in [None, Some(0.4), Some(0.6)] {
                let retry = Retry { wasted, breaker, ..THREE };
                for (demand, alive, failing) in [
                    (0.5, 1.0, 0.0),
                    (0.9, 1.0, 1.0),
                    (0.9, 0.7, 0.3),
                    (1.2, 1.0, 0.0),
                    (2.5, 0.9, 0.5),
                    (0.7, 0.5, 0.0),
                ] {
                    let load = Load { alive, capacity: 1.0 / demand, gate: NONE };
                    let alone = retry.settles(load, failing);
                    let mut two = [Own::new(demand, load, failing), own(0.5, 9.0, 0.0)];
                    assert_eq!(settle(retry, shared(NONE, NONE), &mut two), (0.0, 0.0));
                    let [first, second] = two.map(|own| own.settled);
                    assert!(
                        (first.0 - alone.0).abs() < 1e-9 && first.1 == alone.1,
                        "{retry:?} {load:?}: {first:?} {alone:?}"
                    );
                    assert_eq!(second, (0.0, false));
                    // The same limit before, or behind, of a part without one.
                    let before = Shared { alive_before: alive, ..shared(1.0, NONE) };
                    for limits in [before, shared(NONE, 1.0)] {
                        let mut one = [Own::new(demand, Load { capacity: NONE, ..load }, failing)];
                        let (before, behind) = settle(retry, limits, &mut one);
                        let found = before.max(behind);
                        assert!((found - alone.0).abs() < 1e-9, "{retry:?} {load:?} {limits:?}: {found} {alone:?}");
                        assert!((one[0].settled.0 - found).abs() < 1e-9 && one[0].settled.1 == alone.1);
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
            let shares = settle(THREE, limits, &mut all);
            (shares, all.map(|own| own.settled.0))
        };
        assert_eq!(settled(shared(16.0, 4.0), 0.0), ((0.0, 0.0), [1.0, 0.0]));
        assert_eq!(settled(shared(15.9, NONE), 0.0).0, (1.0, 0.0));
        assert_eq!(settled(shared(NONE, 3.9), 0.0), ((0.0, 1.0), [1.0, 1.0]));
        // A storm before them holds itself until three tries of all fit.
        assert_eq!(settled(shared(23.9, NONE), 1.0).0, (1.0, 0.0));
        assert_eq!(settled(shared(24.0, NONE), 1.0), ((0.0, 0.0), [1.0, 0.0]));
        // When it is over all tries of those who pass come to what stands behind.
        assert_eq!(settled(shared(24.0, 11.9), 1.0).0, (0.0, 1.0));
        assert_eq!(settled(shared(24.0, 12.0), 1.0).0, (0.0, 0.0));
    }

    #[test]
    fn tf_01_who_failed_at_a_part_comes_with_all_tries_to_what_stands_behind_it() {
        // The part is back, and has room for three tries of four.
        let behind = |behind: f64| {
            let mut all = [own(4.0, 12.0, 1.0), own(4.0, 12.0, 0.0)];
            settle(THREE, shared(NONE, behind), &mut all)
        };
        // Three tries of those who failed, and one of the others: 16 come.
        assert_eq!((behind(16.0), behind(15.9)), ((0.0, 0.0), (0.0, 1.0)));
    }

    #[test]
    fn what_is_turned_away_at_once_is_turned_away_evenly_and_the_narrow_part_leaves_room_to_the_other() {
        // Nobody tries again, and who fails costs nothing: 6 and 6 ask for 10, of which one part takes 3 at most.
        let plain = Retry { tries: 1, wasted: 0.0, ..THREE };
        let mut all = [own(6.0, 9.0, 0.0), own(6.0, 9.0, 0.0)];
        let (_, behind) = settle(plain, shared(NONE, 10.0), &mut all);
        assert!((behind - 1.0 / 6.0).abs() < 1e-9 && all.iter().all(|own| (own.settled.0 - behind).abs() < 1e-9));
        // Behind them 7 are left for the other. Before them all are alike: of 5 each, one part serves 3.
        let mut all = [own(6.0, 3.0, 0.0), own(6.0, 9.0, 0.0)];
        assert_eq!(settle(plain, shared(NONE, 10.0), &mut all), (0.0, 0.0));
        assert!((all[0].settled.0 - 0.5).abs() < 1e-9 && all[1].settled.0 == 0.0);
        let (before, _) = settle(plain, shared(10.0, NONE), &mut all);
        assert!((before - 1.0 / 6.0).abs() < 1e-9 && (all[0].settled.0 - 0.5).abs() < 1e-9);
        assert!((all[1].settled.0 - before).abs() < 1e-9);
    }
}
