//! TF-01, TF-02: what clients that try again make of an overload.
//!
//! A pure function from the state of load to the state that it settles in. All shares are of attempts; rates are in the
//! caller's unit. Time between tries does not appear: it moves attempts, and a load that lasts is the same. What counts is
//! how often a request is tried, and how much of a machine's time an attempt takes that fails.
//!
//! Of the attempts that reach a machine alive a share `p` fails for lack of capacity. With it an attempt fails with
//! q = 1 − a(1 − p), a request is tried A(q) times, and the attempts ask for λ·g(p) of the capacity, with
//! g(p) = a·A(q)·(1 − p(1 − w)). Where that is more than there is, more fail; where it is less, fewer do. As g may rise with p
//! before it falls, there may be two states that hold themselves, and which of them holds depends on the one before.
//!
//! AG-03: attempts pass a gateway before, if there is one, which turns away at its door what is too much for it: a share f of
//! those that come, so that p is the share that fails there or behind it. What it turns away costs the machines nothing.

mod together;
mod uneven;

pub use together::{Beside, Own, Shared};
pub use uneven::Uneven;

/// How clients try again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retry {
    /// Tries of a request at most, the first among them.
    pub tries: u32,
    /// Share of an attempt's work that is done though it fails in overload: 1 where only the client's clock tells.
    pub wasted: f64,
    /// From this share of failed attempts on, nobody tries again until the overload is over.
    pub breaker: Option<f64>,
    /// Retries are at most this share of the first tries.
    pub budget: Option<f64>,
    /// TF-03: share of attempts that fail on the way, whatever the load.
    pub faults: f64,
}

/// Steps in which crossings are looked for.
const STEPS: u32 = 512;
/// Halvings that find one.
const HALVINGS: u32 = 40;

/// A load: what it is that asks for capacity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Share of attempts that are sent to machines alive.
    pub alive: f64,
    /// Capacity over first tries; infinite where nothing arrives.
    pub capacity: f64,
    /// What a gateway before them lets through, over first tries; infinite without one.
    pub gate: f64,
}

impl Load {
    /// Where nothing arrives.
    pub const NOBODY: Self = Self { alive: 1.0, capacity: f64::INFINITY, gate: f64::INFINITY };
}

impl Retry {
    /// Tries of a request on average, where a share `q` of attempts fails.
    fn tries(&self, q: f64) -> f64 {
        let (mut sum, mut term) = (1.0, 1.0);
        for _ in 1..self.tries {
            term *= q;
            sum += term;
        }
        self.budget.map_or(sum, |most| f64::min(sum, 1.0 + most))
    }

    /// Share of attempts that fail.
    fn fails(&self, load: Load, p: f64) -> f64 {
        1.0 - load.alive * (1.0 - self.faults) * (1.0 - p)
    }

    /// The share of the attempts that come to the gateway that it turns away.
    fn turned_away(&self, load: Load, p: f64) -> f64 {
        if load.gate == f64::INFINITY {
            return 0.0;
        }
        at_the_door((1.0 - self.faults) * self.tries(self.fails(load, p)), load.gate)
    }

    /// Capacity that attempts ask for, over first tries.
    fn asks(&self, load: Load, p: f64) -> f64 {
        let (sent, tries) = (1.0 - self.faults, self.tries(self.fails(load, p)));
        if load.gate == f64::INFINITY {
            return load.alive * sent * tries * (1.0 - p * (1.0 - self.wasted));
        }
        let comes = sent * tries;
        let passes = f64::min(comes, load.gate);
        load.alive * (passes - (1.0 - self.wasted) * (comes * p - (comes - passes)))
    }

    /// Whether more would fail.
    #[inline]
    fn is_too_much(&self, load: Load, p: f64) -> bool {
        self.turned_away(load, p) > p || self.asks(load, p) > load.capacity
    }

    /// Whether nobody tries again.
    fn is_open(&self, load: Load, p: f64) -> bool {
        self.breaker.is_some_and(|opens| self.fails(load, p) >= opens)
    }

    /// The share `p` that a load settles in, from the one before it on, and whether the breaker is open in it.
    pub fn settles(&self, load: Load, before: f64) -> (f64, bool) {
        self.settles_where(load, before, |retry, p| retry.is_too_much(load, p))
    }

    /// The same, where it is said what is too much.
    fn settles_where(&self, load: Load, before: f64, too_much: impl Fn(&Self, f64) -> bool) -> (f64, bool) {
        if load.capacity <= 0.0 {
            return (1.0, self.is_open(load, 1.0));
        }
        let settles = |retry: Self, before: f64| {
            let too_much = |p: f64| too_much(&retry, p);
            if too_much(before) { rises(too_much, before) } else { falls(too_much, before) }
        };
        let closed = settles(*self, before);
        if closed <= 0.0 || !self.is_open(load, closed) {
            return (closed, self.is_open(load, closed));
        }
        // An open breaker stays open for long enough that the queues run dry, if first tries alone let them. Then it
        // closes, unless the tries that come back would open it again.
        let open = settles(Self { tries: 1, ..*self }, closed);
        let again = settles(*self, open);
        if self.is_open(load, again) { (open, true) } else { (again, false) }
    }

    /// Whether a load that settles in no overload would stay in one, once it is in it: a second state that holds itself.
    /// `most`: the most that attempts may ask for, if nothing is turned away before.
    pub fn is_vulnerable_below(&self, load: Load, most: f64) -> bool {
        if load.gate < f64::INFINITY {
            // What it turns away never holds an overload: fewer succeed the more are tried again. So it is the machines that do.
            let could = load.capacity < f64::min(most, load.alive * load.gate) && !self.is_too_much(load, 0.0);
            return could && (self.wasted >= 1.0 && self.breaker.is_none() || self.settles(load, 1.0).0 > 0.0);
        }
        let both = self.asks(load, 0.0) <= load.capacity && load.capacity < most;
        both && (self.breaker.is_none() || self.settles(load, 1.0).0 > 0.0)
    }

    /// The most capacity, over first tries, that attempts ask for in any overload where this share is sent to machines alive.
    pub fn most(&self, alive: f64) -> f64 {
        let load = Load { alive, capacity: 0.0, gate: f64::INFINITY };
        let asks = (1..=STEPS).map(|step| self.asks(load, f64::from(step) / f64::from(STEPS)));
        asks.fold(0.0, f64::max)
    }

    /// Attempts over first tries.
    pub fn attempts(&self, load: Load, (p, open): (f64, bool)) -> f64 {
        if open { 1.0 } else { self.tries(self.fails(load, p)) }
    }

    /// Attempts over first tries that reach a machine, and the share of requests that are served in the end.
    pub fn flow(&self, load: Load, (p, open): (f64, bool)) -> (f64, f64) {
        let (q, tries) = (self.fails(load, p), self.attempts(load, (p, open)));
        let reach = tries * load.alive * (1.0 - self.faults);
        let door = if load.gate == f64::INFINITY { 0.0 } else { at_the_door(tries * (1.0 - self.faults), load.gate) };
        (reach * (1.0 - door), f64::min(tries * (1.0 - q), load.capacity))
    }
}

/// The share of what comes that is turned away so that the rest fits, where that costs nothing.
fn at_the_door(comes: f64, fits: f64) -> f64 {
    if comes <= fits { 0.0 } else { 1.0 - fits / comes }
}

/// Up from a state that asks for too much to the nearest that does not, or to all.
fn rises(too_much: impl Fn(f64) -> bool, before: f64) -> f64 {
    let mut last = before;
    for step in (before * f64::from(STEPS)) as u32 + 1..=STEPS {
        let p = f64::from(step) / f64::from(STEPS);
        if !too_much(p) {
            return crossing(too_much, last, p);
        }
        last = p;
    }
    1.0
}

/// Down to the nearest state that still asks for too much, or to none.
fn falls(too_much: impl Fn(f64) -> bool, before: f64) -> f64 {
    let mut last = before;
    for step in (0..(before * f64::from(STEPS)).ceil() as u32).rev() {
        let p = f64::from(step) / f64::from(STEPS);
        if too_much(p) {
            return crossing(too_much, p, last);
        }
        last = p;
    }
    0.0
}

/// Where `too_much` ends, between `low`, where it holds, and `high`, where it does not.
fn crossing(too_much: impl Fn(f64) -> bool, mut low: f64, mut high: f64) -> f64 {
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if too_much(middle) { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Retry = Retry { tries: 1, wasted: 0.0, breaker: None, budget: None, faults: 0.0 };
    const THREE: Retry = Retry { tries: 3, wasted: 1.0, ..PLAIN };

    impl Retry {
        fn is_vulnerable(&self, load: Load) -> bool {
            self.is_vulnerable_below(load, self.most(load.alive))
        }
    }

    fn load(demand: f64) -> Load {
        Load { alive: 1.0, capacity: 1.0 / demand, gate: f64::INFINITY }
    }

    #[test]
    fn without_retries_the_rest_is_turned_away() {
        for demand in [0.5, 1.0, 1.25, 4.0] {
            let p = PLAIN.settles(load(demand), 0.0);
            assert!((PLAIN.flow(load(demand), p).1 - f64::min(1.0, 1.0 / demand)).abs() < 1e-9, "{demand}");
        }
    }

    #[test]
    fn tf_01_retries_outrun_capacity_and_the_overload_outlives_its_cause() {
        // Every attempt costs as much as one that succeeds: up to the whole capacity nobody fails; beyond it everybody
        // does, three times; and that holds itself until even three tries each fit, at a third of the capacity.
        let mut p = 0.0;
        for (demand, fails) in [(0.9, 0.0), (1.0, 0.0), (1.01, 1.0), (0.9, 1.0), (0.34, 1.0), (0.33, 0.0), (0.9, 0.0)] {
            p = THREE.settles(load(demand), p).0;
            assert!((p - fails).abs() < 1e-9, "{demand}: {p}");
        }
        assert!(THREE.is_vulnerable(load(0.9)) && THREE.is_vulnerable(load(0.34)));
        assert!(!THREE.is_vulnerable(load(0.33)) && !THREE.is_vulnerable(load(1.1)));
        assert_eq!(THREE.flow(load(1.1), (1.0, false)), (3.0, 0.0));
    }

    #[test]
    fn tf_01_attempts_that_are_turned_away_at_the_door_never_hold_an_overload() {
        let cheap = Retry { wasted: 0.0, ..THREE };
        let p = cheap.settles(load(1.25), 0.0);
        // All of the capacity does work that counts.
        assert!((cheap.flow(load(1.25), p).1 - 0.8).abs() < 1e-9);
        assert_eq!(cheap.settles(load(0.99), 1.0).0, 0.0);
        assert!(!cheap.is_vulnerable(load(0.99)));
    }

    #[test]
    fn tf_02_a_breaker_and_a_budget_narrow_what_holds_itself() {
        let breaker = Retry { breaker: Some(0.5), ..THREE };
        assert_eq!(breaker.settles(load(0.9), 1.0), (0.0, false), "without retries the attempts fit");
        assert_eq!(breaker.settles(load(1.1), 0.0), (1.0, true));
        assert!(!breaker.is_vulnerable(load(0.9)));
        let budget = Retry { budget: Some(0.1), ..THREE };
        assert_eq!(budget.settles(load(0.9), 1.0).0, 0.0);
        assert!(budget.is_vulnerable(load(0.95)));
    }

    #[test]
    fn tf_02_a_breaker_that_the_tries_would_open_again_stays_open() {
        // Half of the attempts meet the dead: three tries each ask for 0.875 of the capacity 0.6, one for 0.5.
        let breaker = Retry { breaker: Some(0.6), ..THREE };
        let load = Load { alive: 0.5, ..load(1.0 / 0.6) };
        let settled = breaker.settles(load, 0.0);
        assert_eq!(settled, (0.0, true));
        assert_eq!(breaker.settles(load, settled.0), settled);
        assert_eq!(breaker.flow(load, settled), (0.5, 0.5));
    }

    #[test]
    fn tf_01_the_most_that_is_asked_for_tells_what_is_vulnerable() {
        for wasted in [0.0, 0.5, 0.8, 1.0] {
            for breaker in [None, Some(0.3), Some(0.9)] {
                let retry = Retry { wasted, breaker, ..THREE };
                for percent in 1..200 {
                    let load = Load { alive: 0.9, ..load(50.0 / f64::from(percent)) };
                    let slow = retry.asks(load, 0.0) <= load.capacity && retry.settles(load, 1.0).0 > 0.0;
                    assert_eq!(retry.is_vulnerable(load), slow, "{wasted} {breaker:?} {percent}");
                }
            }
        }
    }

    #[test]
    fn tf_01_ag_03_a_gateway_holds_no_overload_and_lets_none_begin_that_it_does_not_let_in() {
        let (mut other, mut all) = (0, 0);
        for retry in
            [THREE, Retry { wasted: 0.5, tries: 5, ..THREE }, Retry { budget: Some(0.5), faults: 0.01, ..THREE }]
        {
            for (alive, breaker) in [(1.0, None), (0.7, None), (1.0, Some(0.6)), (0.7, Some(0.9))] {
                let retry = Retry { breaker, ..retry };
                for (capacity, gate) in (1..60).step_by(2).flat_map(|of| (1..60).step_by(2).map(move |gate| (of, gate)))
                {
                    let (capacity, gate) = (f64::from(capacity) / 17.0, f64::from(gate) / 17.3);
                    let load = Load { alive, capacity, gate };
                    let slow = !retry.is_too_much(load, 0.0) && retry.settles(load, 1.0).0 > 0.0;
                    assert_eq!(retry.is_vulnerable(load), slow, "{retry:?} {load:?}");
                    assert!(!slow || alive * gate > capacity);
                    // The same found by stages, one after the other, but where a state only just holds itself.
                    for before in [0.0, 0.3, 1.0] {
                        let mut own = [Own::new(1.0, load, before)];
                        let shared = Shared { before: f64::INFINITY, behind: f64::INFINITY, alive_before: 1.0, gate };
                        retry.settles_together(Shared { gate: f64::INFINITY, ..shared }, &mut own);
                        let alone = retry.settles(load, before);
                        let mut one = [Own::new(1.0, Load { gate: f64::INFINITY, ..load }, before)];
                        retry.settles_together(shared, &mut one);
                        let differs = |own: &Own| (own.settled.0 - alone.0).abs() > 1e-6 || own.settled.1 != alone.1;
                        other += own.iter().chain(&one).filter(|own| differs(own)).count();
                        all += 2;
                    }
                }
            }
        }
        assert!(other * 2000 < all, "{other} of {all}");
    }

    #[test]
    fn ag_03_what_a_gateway_turns_away_costs_no_request_that_it_could_let_in() {
        // Of three tries each a share f is turned away until 1 - f³ of the requests are let in.
        for gate in [0.2, 0.5, 0.99, 1.0, 2.0] {
            let load = Load { gate, ..load(0.3) };
            let settled = THREE.settles(load, 0.0);
            let f = (1.0 - f64::min(gate, 1.0)).cbrt();
            assert!((settled.0 - f).abs() < 1e-9, "{gate}: {settled:?}");
            let (reach, served) = THREE.flow(load, settled);
            assert!((reach - f64::min(gate, 1.0)).abs() < 1e-9 && (served - f64::min(gate, 1.0)).abs() < 1e-9);
        }
    }

    #[test]
    fn tf_03_faults_on_the_way_cost_the_more_the_fewer_the_tries() {
        let faults = |tries| Retry { tries, faults: 0.01, ..PLAIN };
        let served = |tries| faults(tries).flow(load(0.5), (0.0, false)).1;
        assert!((served(1) - 0.99).abs() < 1e-12 && (served(3) - (1.0 - 1e-6)).abs() < 1e-12);
    }

    #[test]
    fn machines_that_are_dead_are_tried_again_elsewhere() {
        let dead = Load { alive: 0.5, ..load(0.1) };
        assert_eq!(THREE.settles(dead, 0.0).0, 0.0);
        assert_eq!(THREE.flow(dead, (0.0, false)).1, 0.875);
    }
}
