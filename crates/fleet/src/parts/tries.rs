//! Clients that try again at a service of parts: one fixed point for all parts together.
//!
//! In: the machines of each part, alive and dead, and the demand. Out: attempts, what is served in the end, and what each part
//! makes of the attempts. An attempt passes the service if it passes the parts that it needs, so the whole is one queue: its
//! capacity and the share of attempts that meet nobody dead are found as for a plain demand (`flow.rs`). `policy/retry.rs`
//! decides what that settles in, as for machines alone, and what is remembered is the same.
//!
//! In an overload the narrowest part is to blame; the others hold if they could serve.
//!
//! What can go wrong: where a failover group sends clients to several parts, each has an overload of its own. The scenario
//! refuses that.

use super::flow::Way;
use super::{NOBODY, Parts};
use crate::ledger::Ledger;
use crate::policy::retry::Retry;
use crate::retries::{Asked, Clients};
use crate::service::is_share;

/// What the rounding of a whole may take off its capacity.
const ROUNDED: u128 = 16;

/// The clients of a service.
#[derive(Debug)]
pub(super) struct Tries {
    clients: Clients,
    /// What the service is to them now.
    asked: Asked,
    whole: Way,
}

zonefall_engine::pooled_clone!(Tries { clients, asked, whole });

impl Tries {
    pub fn new(retry: Retry) -> Self {
        Self { clients: Clients::new(retry), asked: Asked::default(), whole: Way::default() }
    }

    pub fn begin(&mut self) {
        self.clients.begin();
    }

    /// What is served in the end.
    pub fn served(&self) -> u64 {
        self.clients.flow(self.asked).1
    }

    /// What is served in the end as far as a part lets it through. In an overload the narrowest lets as much through as the
    /// whole serves, and what is lost in the others.
    fn let_through(&self, part: Way) -> u64 {
        let alone = self.clients.served_below(asked(self.asked.demand_milli, part));
        if self.whole.reach == 0 || !self.clients.fails_in(self.asked) || !self.is_narrowest(part) {
            return alone;
        }
        let lost = u128::from(self.served()) * u128::from(part.reach);
        alone.min(lost.div_ceil(u128::from(self.whole.reach)) as u64)
    }

    /// Whether a part has no more capacity than the whole, if nobody were lost in any other.
    fn is_narrowest(&self, part: Way) -> bool {
        let of_whole = (u128::from(self.whole.capacity) + ROUNDED) * u128::from(part.reach);
        u128::from(part.capacity) * u128::from(self.whole.reach) <= of_whole
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
        tries.whole = self.go_through(demand, |at, comes| self.way(at, comes));
        tries.asked = asked(demand, tries.whole);
        self.tries = Some(tries);
    }

    /// Whether a leaf lets enough of what clients ask for through, where they try again.
    pub(super) fn lets_enough_through(&self, at: usize, least: (u64, u64)) -> Option<bool> {
        let tries = self.tries.as_ref()?;
        let demand = self.demand.unwrap_or(0);
        Some(is_share(tries.let_through(self.way(at, demand)), least, demand))
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
