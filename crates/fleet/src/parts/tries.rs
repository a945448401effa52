//! Clients that try again at a service of parts: a fixed point at each entrance (`entrances.rs`).
//!
//! In: the machines of each part, alive and dead, and the demand. Out: attempts, what is served in the end, and what each part
//! makes of the attempts. An attempt passes the service if it passes the parts that it needs, so all that lies behind one entrance
//! is one queue: its capacity and the share of attempts that meet nobody dead are found as for a plain demand (`flow.rs`).
//! `policy/retry.rs` decides what that settles in, as for machines alone, and what is remembered is the same.
//!
//! In an overload the narrowest part is to blame; the others hold if they could serve.
//!
//! Where a failover group sends clients to several parts, each of these is an entrance. All tries of a client come to the part that it
//! is sent to. Clients that are sent elsewhere at once bring the tries along that have failed where they were, as those do who have
//! waited for a database; clients that go one by one, within a while, find the part as it is.
//!
//! Where what all need beside these parts has limits too, all clients settle together (`shared.rs`).

use super::flow::{Way, Width};
use super::shared::Common;
use super::{Parts, Route};
use crate::entrances::Entrances;
use crate::ledger::Ledger;
use crate::policy::retry::Retry;
use crate::retries::{Asked, Attempts, Clients, Spell};
use crate::service::is_share;
use crate::structure::Structure;

/// The clients of a service.
#[derive(Debug)]
pub(super) struct Tries {
    pub queues: Vec<Queue>,
    pub entrances: Entrances,
    /// What all clients need beside the parts that they are sent to, if that has limits.
    pub common: Option<Common>,
}

zonefall_engine::pooled_clone!(Tries { queues, entrances, common });

/// Clients that come in at one entrance, and what lies behind it.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    pub entrance: u32,
    pub clients: Clients,
    /// What that is to them now.
    pub asked: Asked,
    pub whole: Way,
    /// Whether it is what lies behind the entrance that they fail at, where it may be something else; none elsewhere.
    pub fails_there: Option<bool>,
}

impl Tries {
    /// The clients of a service whose entrances are known; the scenario refuses others.
    pub fn new(retry: Retry, service: &Structure) -> Self {
        let entrances = Entrances::beside_limits(service);
        let queue = |&entrance: &u32| Queue {
            entrance,
            clients: Clients::new(retry),
            asked: Asked::default(),
            whole: Way::default(),
            fails_there: None,
        };
        let queues = entrances.at.iter().map(queue).collect();
        let common = service.entrances().is_none().then(|| Common::new(service, &entrances));
        Self { queues, entrances, common }
    }

    pub fn begin(&mut self) {
        self.queues.iter_mut().for_each(|queue| queue.clients.begin());
        if let Some(common) = &mut self.common {
            common.begin();
        }
    }

    /// What is served in the end.
    pub fn served(&self) -> u64 {
        self.queues.iter().map(Queue::served).sum()
    }

    /// What is served in the end of a demand as far as a part behind an entrance lets it through. In an overload the narrowest lets
    /// as much through as the whole serves, and what is lost in the others; what a gateway turns away comes to none of them.
    fn let_through(&self, queue: &Queue, part: Way, demand: u64) -> u64 {
        let alone = queue.clients.served_below(asked(demand, part));
        let comes_to_nobody = queue.asked.demand_milli == 0;
        if !comes_to_nobody && (queue.is_turned_away() || self.let_in_by_all(self.attempts()) < self.attempts()) {
            return as_the_whole(alone, queue.served(), part, queue.whole);
        }
        let fails = queue.fails_there.unwrap_or_else(|| queue.is_failing());
        if fails { let_through(alone, queue.served(), part, queue.whole) } else { alone }
    }

    /// The queue that a node belongs to.
    pub fn of(&self, at: usize) -> Option<&Queue> {
        self.entrances.behind(at, &self.queues)
    }
}

impl Queue {
    pub fn served(&self) -> u64 {
        self.clients.flow(self.asked).1
    }

    pub fn attempts(&self) -> u64 {
        self.clients.attempts(self.asked)
    }

    /// What the gateway before the entrance lets in of so much that comes with the attempts.
    pub fn let_in(&self, milli: u64) -> u64 {
        self.clients.let_in(self.asked, milli)
    }

    /// AG-03: whether it turns some of them away.
    fn is_turned_away(&self) -> bool {
        self.attempts() > self.asked.gate_milli
    }

    fn is_failing(&self) -> bool {
        self.clients.fails_in(self.asked)
    }
}

/// What a part lets through, which could alone, where attempts fail at a whole of which so much is served.
pub(super) fn let_through(alone: u64, served: u64, part: Way, whole: Way) -> u64 {
    if part.width_in(whole) == Width::More { alone } else { as_the_whole(alone, served, part, whole) }
}

/// The same of any part of a whole.
pub(super) fn as_the_whole(alone: u64, served: u64, part: Way, whole: Way) -> u64 {
    if whole.reach == 0 {
        return alone;
    }
    let passes = u128::from(served) * u128::from(part.reach);
    alone.min(passes.div_ceil(u128::from(whole.reach)) as u64)
}

pub(super) fn asked(demand_milli: u64, Way { reach, capacity }: Way) -> Asked {
    let dead = demand_milli.saturating_sub(reach);
    Asked { demand_milli, capacity_milli: capacity, alive: reach, dead, ..Asked::default() }
}

impl Parts {
    /// Looks at the whole again: every part that needs a share of the demand depends on all.
    pub(super) fn try_again(&mut self) {
        let Some(mut tries) = self.tries.take() else { return };
        let demand = self.demand.unwrap_or(0);
        if let Some(common) = &mut tries.common {
            self.look_at_limits(common);
        }
        // Beside the entrances stands what lets everything through or nothing; where it has limits it is looked at apart.
        let is_stopped = tries.common.is_none() && self.is_stopped_beside(&tries.entrances);
        self.go_through(demand, |at, comes| self.way(at, comes));
        let ways = &self.scratch.borrow().ways;
        for queue in &mut tries.queues {
            let entrance = queue.entrance as usize;
            queue.whole = if is_stopped { Way::default() } else { ways[entrance] };
            let gate_milli = self.own_gate(entrance);
            queue.asked = Asked { gate_milli, ..asked(self.share(entrance, demand), queue.whole) };
        }
        if tries.common.is_some() {
            self.settle_together(&mut tries);
        }
        self.tries = Some(tries);
    }

    /// Whether a leaf of which so many thousandths run lets enough of what clients ask for through, where they try again.
    pub(super) fn lets_enough_through(&self, at: usize, least: (u64, u64), running: u32) -> Option<bool> {
        let tries = self.tries.as_ref()?;
        let demand = self.expected(at, self.demand.unwrap_or(0));
        let part = self.way_as_it_runs(at, demand, running);
        let beside = || tries.lets_through_beside(at, part, demand);
        let passes = tries.of(at).map_or_else(beside, |queue| tries.let_through(queue, part, demand));
        Some(is_share(passes, least, demand))
    }

    /// Attempts that come to a part, and that no gateway has turned away, where clients try again.
    pub fn attempts_at(&self, at: usize) -> Option<u64> {
        let tries = self.tries.as_ref()?;
        let behind = |queue: &Queue| tries.let_in_by_all(queue.let_in(queue.attempts()));
        Some(tries.of(at).map_or_else(|| tries.attempts_beside(at), behind))
    }

    /// What is served in the end of those who come in where a part is, if others come in elsewhere.
    pub(super) fn served_at_own(&self, at: usize) -> Option<u64> {
        let tries = self.tries.as_ref().filter(|tries| tries.queues.len() > 1)?;
        tries.of(at).map(Queue::served)
    }

    /// Whether attempts that come to a part fail for lack of capacity.
    pub(super) fn is_failing_at(&self, at: usize) -> bool {
        let Some(tries) = &self.tries else { return false };
        tries.of(at).map_or_else(|| tries.fails_beside(at), Queue::is_failing)
    }

    /// At how many places attempts may fail: at each queue that clients come to, and at what they share before and behind these.
    pub fn queues(&self) -> usize {
        let shared = |tries: &Tries| if tries.common.is_some() { 2 } else { 0 };
        self.tries.as_ref().map_or(0, |tries| tries.queues.len() + shared(tries))
    }

    /// The requests that come to such a place.
    pub fn comes_to_queue(&self, place: usize) -> u64 {
        let Some(tries) = &self.tries else { return 0 };
        tries.queues.get(place).map_or(self.demand.unwrap_or(0), |queue| queue.asked.demand_milli)
    }

    /// What the clients of such a place ask for; none where no attempt fails there for lack of capacity.
    pub fn tries_at(&self, place: usize) -> Option<Attempts> {
        let tries = self.tries.as_ref()?;
        match tries.queues.get(place) {
            // Where clients settle together it may be what they share that they fail at.
            Some(queue) if queue.fails_there == Some(false) => None,
            Some(queue) => queue.clients.tries(queue.asked),
            None => tries.shared(place == tries.queues.len()),
        }
    }

    /// The state lasts; `counted_ms` of it are measured.
    pub fn clients_wait(&mut self, counted_ms: u64, ledger: &mut Ledger) {
        let Some(tries) = &mut self.tries else { return };
        let (mut spell, mut changed) = (Spell::default(), false);
        for queue in &mut tries.queues {
            let before = queue.clients.flow(queue.asked);
            spell = spell.beside(queue.clients.lasts(queue.asked, counted_ms > 0));
            changed |= tries.common.is_none() && queue.clients.flow(queue.asked) != before;
        }
        if tries.common.is_some() {
            (spell, changed) = tries.last_together(spell, counted_ms > 0);
        }
        spell.count(counted_ms, ledger);
        if changed {
            self.weigh_all();
            self.forget();
        }
    }

    /// Clients go at once from where they were to where they are sent, and try again there what has failed before.
    pub fn take_tries_along(&mut self, route: usize, to: &[u32]) {
        let Route { children: parts, from, .. } = &self.routes[route];
        let Some(tries) = self.tries.as_mut().filter(|tries| tries.entrances.at == *parts) else { return };
        let (mut leaving, mut failing) = (0, 0.0);
        for (queue, (&from, &to)) in tries.queues.iter().zip(from.iter().zip(to)) {
            let goes = from.saturating_sub(to);
            leaving += goes;
            failing += f64::from(goes) * queue.clients.failing();
        }
        for (queue, (&from, &to)) in tries.queues.iter_mut().zip(from.iter().zip(to)) {
            if to > from {
                queue.clients.joined_by(from, (to - from, failing / f64::from(leaving)));
            }
        }
    }
}
