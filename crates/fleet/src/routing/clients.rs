//! Clients on their way from one part of a failover group to another.

use crate::failover::Failover;
use crate::policy::router::{STEPS, after_steps, crossing, step_at};
use crate::world::World;
use zonefall_engine::{SimDuration, SimTime};

/// Clients that move.
#[derive(Debug)]
pub(super) struct Move {
    begins: SimTime,
    spread: SimDuration,
    /// Where they were.
    start: Vec<u32>,
    /// Steps taken; all of them when nobody moves.
    step: u32,
    /// When enough are well served; never before that is looked at.
    enough: SimTime,
    /// They still count for the group where they were.
    counts: bool,
    /// Room to find out where they should be.
    pub goal: Vec<u32>,
}

zonefall_engine::pooled_clone!(Move { begins, spread, start, step, enough, counts, goal });

impl Move {
    pub fn new(parts: usize) -> Self {
        Self {
            begins: SimTime::ZERO,
            spread: SimDuration::ZERO,
            start: vec![0; parts],
            step: STEPS,
            enough: SimTime::NEVER,
            counts: false,
            goal: Vec::with_capacity(parts),
        }
    }

    fn ends(&self) -> SimTime {
        self.begins.after(self.spread)
    }

    /// Whether clients on their way still count where they were.
    pub fn is_counted(&self) -> bool {
        self.counts
    }

    /// When something is to be done next.
    pub fn next(&self) -> SimTime {
        let step = if self.step < STEPS { step_at(self.begins, self.spread, self.step) } else { SimTime::NEVER };
        let counts = if self.counts { self.enough.min(self.ends()) } else { SimTime::NEVER };
        step.min(counts)
    }
}

impl World {
    /// All clients of a group are at once where they should be.
    pub(super) fn settle_clients(&mut self, at: usize, to: &[u32]) {
        let moving = &mut self.routing[at].moving;
        (moving.begins, moving.spread) = (SimTime::ZERO, SimDuration::ZERO);
        (moving.step, moving.counts) = (STEPS, false);
        let Some(parts) = &mut self.book.parts else { return };
        let route = &mut parts.routes[at];
        for clients in [&mut route.now, &mut route.from, &mut route.to] {
            clients.copy_from_slice(to);
        }
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
            let taken = |&step: &u32| step_at(moving.begins, moving.spread, step) <= t;
            let steps = (0..STEPS).take_while(taken).count() as u32;
            after_steps(&moving.start, &route.to, steps, &mut route.now);
        }
        moving.start.copy_from_slice(&route.now);
        route.from.copy_from_slice(&moving.start);
        route.to.copy_from_slice(to);
        // What was so before the trial began is so for all clients.
        moving.spread = if t == SimTime::ZERO { SimDuration::ZERO } else { failover.spread };
        (moving.begins, moving.step, moving.counts) = (t, 0, true);
        let somebody_asks = self.book.demand.is_some() || self.book.sessions.is_some();
        if moving.spread == SimDuration::ZERO || !somebody_asks {
            // Nobody asks how many are served, or where sessions begin, on the way.
            moving.step = STEPS;
            parts.take_tries_along(at, &moving.start, to);
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
        if moving.step == STEPS && !moving.counts {
            return;
        }
        let before = moving.step;
        while moving.step < STEPS && step_at(moving.begins, moving.spread, moving.step) <= t {
            moving.step += 1;
        }
        let mut changed = moving.step != before;
        if moving.counts {
            let good = parts.well_served(at);
            moving.enough = crossing(moving.begins, moving.spread, good, failover.clients_least);
            if t >= moving.enough.min(moving.ends()) && (t >= moving.ends() || good.0 < failover.clients_least) {
                moving.counts = false;
                changed = true;
            } else if moving.enough <= t {
                // Enough are served all the way.
                moving.enough = SimTime::NEVER;
            }
        }
        if !changed {
            return;
        }
        let (step, counts) = (moving.step, moving.counts);
        self.book.settle(t, &self.measure);
        let Some(parts) = &mut self.book.parts else { return };
        let route = &mut parts.routes[at];
        if step != before {
            after_steps(&self.routing[at].moving.start, &route.to, step, &mut route.now);
        }
        if !counts {
            route.from.copy_from_slice(&route.to);
        }
        parts.rerouted(at);
    }
}
