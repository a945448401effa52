//! AG-03: how many instances an application gateway has.
//!
//! In: what comes to it, when that changes, and how long its orders take. Out: how many instances let requests through, and
//! when to look again. Pure bookkeeping: nothing here knows of luck or of machines.
//!
//! Choices where the documents are silent: it orders what is missing as soon as more comes than it lets through; it gives back
//! what was not needed for a while; and with no instance reserved it lets through what one does.

use std::collections::VecDeque;
use zonefall_engine::{Law, SimDuration, SimTime};

/// An application gateway that scales by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Gateway {
    /// What one instance lets through, in thousandths of a request a second.
    pub instance_milli: u64,
    /// The instances that it always has.
    pub least: u32,
    /// The most that it may have.
    pub most: u32,
    /// From an order to the instances.
    pub grows_in: Law,
    /// How long instances are not needed until they are given back.
    pub shrinks_after: SimDuration,
}

impl Gateway {
    /// The instances that this demand asks for.
    pub fn wanted(&self, demand_milli: u64) -> u32 {
        let needed = demand_milli.div_ceil(self.instance_milli.max(1));
        u32::try_from(needed).unwrap_or(u32::MAX).min(self.most).max(self.least.max(1))
    }

    /// What so many instances let through.
    pub fn lets_through(&self, instances: u32) -> u64 {
        self.instance_milli.saturating_mul(instances.into())
    }
}

/// The instances of a gateway in a trial.
#[derive(Debug, Default)]
pub(crate) struct Growth {
    pub instances: u32,
    /// With those that are on their way.
    ordered: u32,
    wanted: u32,
    orders: Vec<(SimTime, u32)>,
    /// What was wanted before, each more than what came after it, and until when that keeps instances.
    peaks: VecDeque<(SimTime, u32)>,
    /// A look is awaited at this instant.
    pub awaited: SimTime,
}

zonefall_engine::pooled_clone!(Growth { instances, ordered, wanted, orders, peaks, awaited });

impl Growth {
    /// So many have been wanted for long.
    pub fn begin(&mut self, wanted: u32) {
        (self.instances, self.ordered, self.wanted) = (wanted, wanted, wanted);
        self.awaited = SimTime::NEVER;
        self.orders.clear();
        self.peaks.clear();
    }

    /// So many are wanted from `t` on; how many more are to be ordered.
    pub fn wants(&mut self, wanted: u32, t: SimTime, shrinks_after: SimDuration) -> u32 {
        if wanted < self.wanted {
            self.peaks.push_back((t.after(shrinks_after), self.wanted));
        }
        while self.peaks.back().is_some_and(|peak| peak.1 <= wanted) {
            self.peaks.pop_back();
        }
        self.wanted = wanted;
        wanted.saturating_sub(self.ordered)
    }

    /// The instances that are asked for.
    pub fn wanted(&self) -> u32 {
        self.wanted
    }

    /// The instances that there are or will be.
    pub fn ordered(&self) -> u32 {
        self.ordered
    }

    /// So many more come at an instant.
    pub fn order(&mut self, more: u32, at: SimTime) {
        self.ordered += more;
        self.orders.push((at, more));
    }

    /// What comes by `t` is there, and what has not been needed is given back.
    pub fn look(&mut self, t: SimTime) {
        let Self { orders, instances, .. } = self;
        orders.retain(|&(at, more)| {
            let comes = at <= t;
            *instances += if comes { more } else { 0 };
            !comes
        });
        while self.peaks.front().is_some_and(|peak| peak.0 <= t) {
            self.peaks.pop_front();
        }
        let needed = self.peaks.front().map_or(self.wanted, |peak| peak.1);
        let mut spare = self.ordered.saturating_sub(needed);
        self.ordered -= spare;
        // The newest orders are taken back first.
        while let Some(&mut (_, ref mut more)) = self.orders.last_mut().filter(|_| spare > 0) {
            let back = spare.min(*more);
            (*more, spare) = (*more - back, spare - back);
            if *more == 0 {
                self.orders.pop();
            }
        }
        self.instances -= spare;
    }

    /// When to look again.
    pub fn next(&self) -> SimTime {
        let orders = self.orders.iter().map(|order| order.0);
        orders.chain(self.peaks.front().map(|peak| peak.0)).min().unwrap_or(SimTime::NEVER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    fn t(minutes: u64) -> SimTime {
        SimTime::from_ms(minutes * MINUTE)
    }

    fn gateway() -> Gateway {
        Gateway {
            instance_milli: 500_000,
            least: 0,
            most: 20,
            grows_in: Law::constant(SimDuration::from_ms(4 * MINUTE)),
            shrinks_after: SimDuration::from_ms(10 * MINUTE),
        }
    }

    #[test]
    fn ag_03_as_many_instances_as_what_comes_asks_for_within_the_limits() {
        let of = gateway();
        let wanted = [0, 1, 500_000, 500_001, 10_000_000, 11_000_000].map(|demand| of.wanted(demand));
        assert_eq!(wanted, [1, 1, 1, 2, 20, 20]);
        assert_eq!(Gateway { least: 5, ..of.clone() }.wanted(1), 5);
        assert_eq!(of.lets_through(3), 1_500_000);
    }

    #[test]
    fn ag_03_instances_come_when_their_order_is_due_and_go_when_they_were_not_needed_for_a_while() {
        let after = gateway().shrinks_after;
        let mut growth = Growth::default();
        growth.begin(2);
        assert_eq!((growth.wants(5, t(0), after), growth.next()), (3, SimTime::NEVER));
        growth.order(3, t(4));
        // Two more are wanted while three are on their way.
        assert_eq!(growth.wants(7, t(1), after), 2);
        growth.order(2, t(5));
        growth.look(t(4));
        assert_eq!((growth.instances, growth.next()), (5, t(5)));
        growth.look(t(5));
        assert_eq!(growth.instances, 7);
        // Seven until minute 10, six until 14: ten minutes after each nobody needs them any more.
        assert_eq!((growth.wants(3, t(10), after), growth.next()), (0, t(20)));
        assert_eq!((growth.wants(6, t(12), after), growth.wants(3, t(14), after)), (0, 0));
        growth.look(t(20));
        assert_eq!((growth.instances, growth.next()), (6, t(24)));
        growth.look(t(24));
        assert_eq!((growth.instances, growth.next()), (3, SimTime::NEVER));
        // As many as there are again: nothing is given back.
        assert_eq!((growth.wants(1, t(40), after), growth.wants(3, t(41), after)), (0, 0));
        assert_eq!(growth.next(), SimTime::NEVER);
        // What is not wanted any more when it should be given back does not come.
        assert_eq!(growth.wants(9, t(50), after), 6);
        growth.order(6, t(90));
        growth.wants(4, t(51), after);
        growth.look(t(61));
        assert_eq!((growth.instances, growth.next()), (3, t(90)));
        growth.look(t(90));
        assert_eq!(growth.instances, 4);
    }
}
