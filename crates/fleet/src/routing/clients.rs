//! Clients on their way from one part of a failover group to another.

use crate::failover::Failover;
use crate::policy::router::{STEPS, after, crossing, step_at};
use crate::world::World;
use zonefall_engine::{SimDuration, SimTime};

/// Clients that move.
#[derive(Debug)]
pub(super) struct Move {
    begins: SimTime,
    spread: SimDuration,
    /// Steps taken; all of them when nobody moves.
    step: u32,
    /// When those who move make enough that are well served, or too few; never, if they do neither any more.
    turns: SimTime,
    /// Nobody has seen yet that all have come.
    open: bool,
    /// Room to find out where they should be.
    pub goal: Vec<u32>,
}

zonefall_engine::pooled_clone!(Move { begins, spread, step, turns, open, goal });

impl Move {
    pub fn new(parts: usize) -> Self {
        Self {
            begins: SimTime::ZERO,
            spread: SimDuration::ZERO,
            step: STEPS,
            turns: SimTime::NEVER,
            open: false,
            goal: Vec::with_capacity(parts),
        }
    }

    fn ends(&self) -> SimTime {
        self.begins.after(self.spread)
    }

    /// Whether clients are on their way.
    pub fn goes_on(&self, t: SimTime) -> bool {
        self.open && t <= self.ends()
    }

    /// When something is to be done next. That a move ends is not, where it is past already what would count of it.
    pub fn next(&self, past: bool) -> SimTime {
        let step = if self.step < STEPS { step_at(self.begins, self.spread, self.step) } else { SimTime::NEVER };
        let turns = if self.open && !past { self.turns.min(self.ends()) } else { SimTime::NEVER };
        step.min(turns)
    }
}

impl World {
    /// All clients of a group are at once where they should be.
    pub(super) fn settle_clients(&mut self, at: usize, to: &[u32]) {
        let moving = &mut self.routing[at].moving;
        (moving.begins, moving.spread) = (SimTime::ZERO, SimDuration::ZERO);
        (moving.step, moving.open) = (STEPS, false);
        let Some(parts) = &mut self.book.parts else { return };
        let route = &mut parts.routes[at];
        for clients in [&mut route.now, &mut route.from, &mut route.to] {
            clients.copy_from_slice(to);
        }
        route.past = false;
        route.running.fill(crate::parts::routes::WHOLLY);
        parts.rerouted(at);
    }

    /// Clients of a group are sent elsewhere from now on.
    pub(super) fn send(&mut self, at: usize, failover: &Failover, to: &[u32], t: SimTime) {
        self.book.settle(t, &self.measure);
        let Some(parts) = &mut self.book.parts else { return };
        let route = &mut parts.routes[at];
        let moving = &mut self.routing[at].moving;
        if t < moving.ends() {
            // Not all have come where they were sent before.
            let part = (t.since(moving.begins).as_ms(), moving.spread.as_ms());
            after(&route.from, &route.to, part, &mut route.now);
        }
        route.from.copy_from_slice(&route.now);
        route.past = false;
        route.to.copy_from_slice(to);
        // What was so before the trial began is so for all clients.
        moving.spread = if t == SimTime::ZERO { SimDuration::ZERO } else { failover.spread };
        (moving.begins, moving.step, moving.open) = (t, 0, true);
        let somebody_asks = self.book.demand.is_some() || self.book.sessions.is_some();
        if moving.spread == SimDuration::ZERO || !somebody_asks {
            // Nobody asks how many are served, or where sessions begin, on the way.
            moving.step = STEPS;
            parts.take_tries_along(at, to);
            parts.routes[at].now.copy_from_slice(to);
        }
        if let Some(parts) = &mut self.book.parts {
            parts.rerouted(at);
        }
    }

    /// Clients of a group have come as far as they are at `t`.
    pub(super) fn move_on(&mut self, at: usize, failover: &Failover, t: SimTime) {
        let Some(parts) = &mut self.book.parts else { return };
        let moving = &mut self.routing[at].moving;
        if !moving.open {
            return;
        }
        let before = moving.step;
        while moving.step < STEPS && step_at(moving.begins, moving.spread, moving.step) <= t {
            moving.step += 1;
        }
        let over = t >= moving.ends();
        moving.turns = crossing(moving.begins, moving.spread, parts.well_served(at), failover.clients_least);
        let past = !over && t >= moving.turns;
        moving.open = !over;
        let step = moving.step;
        if step == before && !over && past == parts.routes[at].past {
            return;
        }
        self.book.settle(t, &self.measure);
        let Some(parts) = &mut self.book.parts else { return };
        let route = &mut parts.routes[at];
        route.past = past;
        if step != before {
            after(&route.from, &route.to, (u64::from(step), u64::from(STEPS)), &mut route.now);
        }
        if over {
            route.from.copy_from_slice(&route.to);
        }
        parts.rerouted(at);
    }
}
