//! Clients that try again at a service of parts: one fixed point for all parts together.
//!
//! In: the machines of each part, alive and dead, and the demand. Out: attempts, what is served in the end, and what each part
//! makes of the attempts. An attempt passes the service if it passes the parts that it needs, so the whole is one queue: its
//! capacity is the least of parts in series, the share of attempts that meet nobody dead too; of alternatives those of the one
//! that lets the most through. `policy/retry.rs` decides what that settles in, as for machines alone, and what is remembered
//! is the same.
//!
//! In an overload the parts that have no more capacity than the whole are to blame; the others hold if they could serve.
//!
//! What can go wrong: where a failover group sends clients to several parts, each has an overload of its own. The scenario
//! refuses that.

use super::{Leaf, NOBODY, Parts};
use crate::ledger::Ledger;
use crate::policy::retry::Retry;
use crate::retries::{Asked, Clients};

/// What a part, or the whole, is to attempts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Way {
    /// Of the demand, what meets nobody dead.
    reach: u64,
    capacity: u64,
}

/// The clients of a service.
#[derive(Debug)]
pub(super) struct Tries {
    clients: Clients,
    /// What the service is to them now.
    asked: Asked,
    /// What each node is, while the tree is gone through.
    ways: Vec<Way>,
    sorted: Vec<Way>,
}

zonefall_engine::pooled_clone!(Tries { clients, asked, ways, sorted });

impl Tries {
    pub fn new(retry: Retry, nodes: usize) -> Self {
        let (ways, sorted) = (vec![Way::default(); nodes], Vec::with_capacity(nodes));
        Self { clients: Clients::new(retry), asked: Asked::default(), ways, sorted }
    }

    pub fn begin(&mut self) {
        self.clients.begin();
    }

    /// What is served in the end.
    pub fn served(&self) -> u64 {
        self.clients.flow(self.asked).1
    }

    /// What is served in the end as far as a part lets it through.
    fn through(&self, way: Way) -> u64 {
        let demand = self.asked.demand_milli;
        let alone = self.clients.served_below(asked(demand, way));
        if self.clients.fails_in(self.asked) && way.capacity <= self.asked.capacity_milli {
            return alone.min(self.served());
        }
        alone
    }
}

fn asked(demand_milli: u64, Way { reach, capacity }: Way) -> Asked {
    Asked { demand_milli, capacity_milli: capacity, alive: reach, dead: demand_milli.saturating_sub(reach) }
}

impl Parts {
    /// Looks at the whole again: every part that needs a share of the demand depends on all.
    pub(super) fn try_again(&mut self) {
        let Some(mut tries) = self.tries.take() else { return };
        let demand = self.demand.unwrap_or(0);
        for at in 0..self.leaves.len() {
            tries.ways[at] = match &self.leaves[at] {
                Leaf::Group => self.of_group(at, &mut tries),
                _ => self.way(at, demand),
            };
        }
        tries.asked = asked(demand, tries.ways.last().copied().unwrap_or_default());
        self.tries = Some(tries);
    }

    /// What a leaf is to attempts.
    fn way(&self, at: usize, demand: u64) -> Way {
        match &self.leaves[at] {
            Leaf::Sets { counts, .. } if counts.serving > 0 => {
                Way { reach: counts.reached(demand), capacity: counts.capacity.max(0) as u64 }
            }
            Leaf::Component { ceiling, .. } if self.is_up(at) => {
                Way { reach: demand, capacity: ceiling.map_or(u64::MAX, |ceiling| ceiling.capacity_milli) }
            }
            _ => Way::default(),
        }
    }

    fn of_group(&self, at: usize, tries: &mut Tries) -> Way {
        let Tries { ways, sorted, .. } = tries;
        let parts = || self.children[at].iter().map(|&child| ways[child as usize]);
        let least = self.states[at].least as usize;
        if least == self.children[at].len() {
            let worst = |a: Way, b: Way| Way { reach: a.reach.min(b.reach), capacity: a.capacity.min(b.capacity) };
            return parts().reduce(worst).unwrap_or_default();
        }
        sorted.clear();
        sorted.extend(parts());
        sorted.sort_unstable_by_key(|way| std::cmp::Reverse(way.reach.min(way.capacity)));
        sorted[least - 1]
    }

    /// Whether a leaf lets enough of what clients ask for through, where they try again.
    pub(super) fn lets_enough_through(&self, at: usize, (share, of): (u64, u64)) -> Option<bool> {
        let tries = self.tries.as_ref()?;
        let demand = self.demand.unwrap_or(0);
        let through = tries.through(self.way(at, demand));
        Some(u128::from(through) * u128::from(of) >= u128::from(demand) * u128::from(share))
    }

    /// Attempts that come to every part, where clients try again.
    pub fn attempts(&self) -> Option<u64> {
        self.tries.as_ref().map(|tries| tries.clients.attempts(tries.asked))
    }

    /// Whether attempts fail for lack of capacity.
    pub fn are_failing(&self) -> bool {
        self.tries.as_ref().is_some_and(|tries| tries.clients.fails_in(tries.asked))
    }

    /// The state lasts; `counted_ms` of it are measured.
    pub fn clients_wait(&mut self, counted_ms: u64, ledger: &mut Ledger) {
        debug_assert!(self.tries.is_none() || self.states.iter().all(|state| state.route == NOBODY));
        let Some(tries) = &mut self.tries else { return };
        let before = tries.clients.flow(tries.asked);
        tries.clients.lasts(tries.asked, counted_ms, ledger);
        if tries.clients.flow(tries.asked) != before {
            self.weigh_all();
            self.forget();
        }
    }
}
