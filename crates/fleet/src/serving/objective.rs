//! Whether the objective is missed in the state that the book is in, and what is served of the demand.
//!
//! In: the levels of the book, and the demand. Out: answers; nothing is changed.

use super::{Book, Class};
use crate::design::Need;
use crate::kinds::Works;
use crate::parts::Counts;
use crate::parts::routes::ALL;
use crate::retries::{Asked, Attempts};
use crate::service::{IN_TIME, Limit, are_too_late, is_share};
use crate::states::Load;

impl Book {
    /// Whether the objective is missed now.
    pub fn misses(&self) -> bool {
        self.misses_given(if let Need::Served(..) = self.need { self.served() } else { 0 })
    }

    /// The same, where so much of the demand is served now.
    #[inline(always)]
    pub(super) fn misses_given(&self, served: u64) -> bool {
        match self.need {
            Need::Serving(least) => self.level(Class::Serving) < i64::from(least),
            _ => self.misses_more_than_machines(served),
        }
    }

    /// The same where not only machines are counted; apart, so that counting them stays short.
    #[inline(never)]
    fn misses_more_than_machines(&self, served: u64) -> bool {
        match self.need {
            Need::Serving(least) => self.level(Class::Serving) < i64::from(least),
            Need::Served(share, of) => {
                let demand = self.demand.unwrap_or(0);
                !is_share(served, (share, of), demand) || self.is_slow() || self.clients_leave()
            }
            Need::Done(..) => self.backlog.as_ref().is_some_and(|backlog| backlog.is_late()),
            Need::Parts(_) => self.parts.as_ref().is_some_and(|parts| !parts.hold()),
        }
    }

    /// Whether the objective would be missed if so many machines of so much capacity did not serve. Of machines that are out nobody knows
    /// what clients who try again would make: each is taken to try once, so that a machine is spared only where first tries fit.
    /// Machines that do nothing but jobs are none of those that serve.
    pub fn misses_without(&self, part: u32, machines: i64, capacity: i64) -> bool {
        self.misses()
            || match self.need {
                _ if part == self.workers || machines == 0 => false,
                Need::Serving(least) => self.level(Class::Serving) - machines < i64::from(least),
                Need::Served(share, of) => {
                    let left = (self.level(Class::Capacity) - capacity).max(0) as u64;
                    let left = match &self.room {
                        Some(room) => {
                            let each = (capacity / machines, machines);
                            left.min(room.served_without(self.rotation(0), self.passed(), each))
                        }
                        _ => left,
                    };
                    !is_share(left.min(self.served()), (share, of), self.demand.unwrap_or(0))
                }
                // Deadlines are judged when they come.
                Need::Done(..) => false,
                // The part with the fewest to spare decides.
                Need::Parts(_) => self.parts.as_ref().is_none_or(|parts| parts.margin() < machines),
            }
    }

    /// [`Self::misses_without`] where so much arrives. What parts hold is not weighed anew.
    pub fn would_miss_without(&mut self, demand: Option<u64>, part: u32, machines: i64, capacity: i64) -> bool {
        let now = self.demand;
        self.demand = demand.or(now);
        let misses = self.misses_without(part, machines, capacity);
        self.demand = now;
        misses
    }

    /// Demand served in the current state.
    #[inline]
    pub fn served(&self) -> u64 {
        if self.is_intricate {
            return self.served_otherwise();
        }
        self.all_machines().served(self.passed())
    }

    /// What comes to the machines: what the gateway before them lets through of what arrives; of first tries, where clients try again.
    #[inline]
    pub(super) fn passed(&self) -> u64 {
        let demand = self.demand.unwrap_or(0);
        match &self.clients {
            Some(clients) if self.gate < u64::MAX => clients.let_in(self.asked(), demand),
            _ => demand.min(self.gate),
        }
    }

    /// AG-03: what gateways do not let through now, in thousandths of a request a second.
    #[inline]
    pub fn is_turned_away(&self) -> u64 {
        let demand = self.demand.unwrap_or(0);
        match (&self.parts, &self.clients) {
            (Some(parts), _) => parts.is_turned_away(demand),
            (None, Some(clients)) => clients.attempts(self.asked()).saturating_sub(self.gate),
            (None, None) => demand.saturating_sub(self.gate),
        }
    }

    /// The same of one gateway.
    pub fn is_turned_away_at(&self, gate: usize) -> u64 {
        self.parts.as_ref().map_or_else(|| self.is_turned_away(), |parts| parts.is_turned_away_at(gate))
    }

    /// How many gateways stand before the machines.
    pub fn gates(&self) -> usize {
        self.parts.as_ref().map_or(1, |parts| parts.gates())
    }

    /// What comes to a gateway, tries again too.
    pub fn comes_to_gate(&self, gate: usize) -> u64 {
        match (&self.parts, &self.clients) {
            (Some(parts), _) => parts.comes_to_gate(gate),
            (None, Some(clients)) => clients.attempts(self.asked()),
            (None, None) => self.demand.unwrap_or(0),
        }
    }

    /// A gateway lets so much through from now on.
    pub fn opens_gate(&mut self, gate: usize, lets_through: u64) {
        match &mut self.parts {
            None => self.gate = lets_through,
            Some(parts) => parts.opens_gate(gate, lets_through),
        }
    }

    /// The same of a capacity.
    pub fn gated(&self, capacity_milli: i64) -> i64 {
        capacity_milli.min(i64::try_from(self.gate).unwrap_or(i64::MAX))
    }

    /// [`Self::served`] where requests pass parts, are tried again, or go evenly to machines that are not alike.
    #[inline(never)]
    fn served_otherwise(&self) -> u64 {
        match (&self.parts, &self.clients) {
            (Some(parts), _) => parts.served(),
            (None, Some(clients)) => clients.flow(self.asked()).1,
            (None, None) => match self.in_line() {
                Some(standing) => self.served_in_line(standing),
                None => self.served_evenly(),
            },
        }
    }

    fn served_evenly(&self) -> u64 {
        let Some(room) = &self.room else { return self.all_machines().served(self.passed()) };
        self.all_machines().served_evenly(room, self.passed(), ALL).min(self.usable().max(0) as u64)
    }

    pub(super) fn all_machines(&self) -> Counts {
        Counts { serving: self.level(Class::Serving), dead: self.level(Class::Dead), capacity: self.usable() }
    }

    /// What clients meet.
    pub(super) fn asked(&self) -> Asked {
        let level = |class| self.level(class) as u64;
        let (alive, dead) = (level(Class::Serving), level(Class::Dead));
        let (demand_milli, capacity_milli) = (self.demand.unwrap_or(0), self.usable() as u64);
        Asked { demand_milli, capacity_milli, alive, dead, gate_milli: self.gate }
    }

    /// How many queues clients come to that try again: one for each entrance.
    pub fn queues(&self) -> usize {
        self.parts.as_ref().map_or_else(|| usize::from(self.clients.is_some()), |parts| parts.queues())
    }

    /// The requests that come to a queue.
    pub fn comes_to_queue(&self, queue: usize) -> u64 {
        self.parts.as_ref().map_or(self.demand.unwrap_or(0), |parts| parts.comes_to_queue(queue))
    }

    /// What the clients of a queue ask for if things stay as they are; none where no attempt fails for lack of capacity.
    pub fn tries_at(&self, queue: usize) -> Option<Attempts> {
        match (&self.parts, &self.clients) {
            (Some(parts), _) => parts.tries_at(queue),
            (None, clients) => clients.as_ref()?.tries(self.asked()),
        }
    }

    /// Demand that is sent to machines that are alive, tries again counted in.
    pub(super) fn reaches(&self) -> u64 {
        if let Some(clients) = &self.clients {
            return clients.flow(self.asked()).0;
        }
        self.all_machines().reached(self.passed())
    }

    /// What comes to the sets of a part, as autoscale sees it, in millionths of a request a second: first tries that no gateway
    /// has turned away, and with tries again. A part may get less than a thousandth.
    #[inline(always)]
    pub fn load_of(&self, part: u32) -> (u64, u64) {
        if part == self.workers {
            return (0, 0);
        }
        if self.parts.is_none() && self.clients.is_none() {
            let load = self.passed().saturating_mul(1000);
            return (load, load);
        }
        self.load_in_stages(part)
    }

    /// The same where requests pass parts, or are tried again.
    #[inline(never)]
    fn load_in_stages(&self, part: u32) -> (u64, u64) {
        let micro = |milli: u64| milli.saturating_mul(1000);
        match &self.parts {
            None => (micro(self.passed()), micro(self.attempted())),
            Some(parts) => {
                let share = parts.share(part as usize, micro(self.demand.unwrap_or(0)));
                let share = parts.let_in_at(part as usize, share);
                (share, parts.attempts_at(part as usize).map_or(share, micro))
            }
        }
    }

    /// What autoscale's metric of CPU follows from: tries again too, as many as machines in rotation would get if the dead
    /// were as busy as those alive.
    fn attempted(&self) -> u64 {
        let demand = self.passed();
        let Asked { alive, dead, .. } = self.asked();
        if alive == 0 {
            return demand;
        }
        let all = u128::from(self.reaches()) * u128::from(alive + dead) / u128::from(alive);
        u64::try_from(all).unwrap_or(u64::MAX)
    }

    /// The limit on the times of responses, and how machines work to keep it.
    pub(super) fn limit(&self) -> Option<(&Limit, Works)> {
        let latency = self.latency.as_ref()?;
        Some((latency.limit.as_ref()?, latency.works()))
    }

    /// Machines that serve what they can, where all do that are in rotation.
    pub(super) fn whole_machines(&self, works: Works) -> Option<u64> {
        let (serving, capacity) = (self.level(Class::Serving), self.level(Class::Capacity));
        (capacity >= serving * works.serves_milli as i64).then(|| capacity as u64 / works.serves_milli)
    }

    /// The state of load.
    pub(super) fn load(&self, works: Works) -> Load {
        match self.whole_machines(works) {
            Some(machines) => Load::whole(machines as u32, self.reaches()),
            None => self.load_of_unlike(works),
        }
    }

    fn load_of_unlike(&self, works: Works) -> Load {
        let levels = self.speeds.as_ref().map_or(&[][..], |speeds| speeds.levels());
        Load::of(levels, works.serves_milli, self.reaches(), self.room.is_some())
    }

    /// Whether too many answers come too late. Where something arrives and nobody answers, all do; so they do where a gateway turns
    /// more than 5 of 100 away, and where more comes than a ceiling lets through, of which the rest waits for ever.
    #[inline]
    pub(super) fn is_slow(&self) -> bool {
        self.limit().is_some_and(|(limit, works)| self.is_slower_than(limit, works))
    }

    #[inline(never)]
    fn is_slower_than(&self, limit: &Limit, works: Works) -> bool {
        let demand = self.demand.unwrap_or(0);
        if self.is_slow_before_the_line() || self.reaches() as i64 > self.ceiling {
            return true;
        }
        if let Some(standing) = self.in_line() {
            return standing.is_late || self.level(Class::Capacity) == 0;
        }
        match self.whole_machines(works) {
            Some(machines) => !limit.admits(machines, self.reaches()) || machines == 0 && demand > 0,
            None => self.unlike_are_slow(),
        }
    }

    /// Whether more than 5 of 100 answers are late for that some machines are slower than others, or all are.
    pub(super) fn unlike_are_slow(&self) -> bool {
        let Some((limit, works)) = self.limit().filter(|&(_, works)| self.whole_machines(works).is_none()) else {
            return false;
        };
        let load = self.load_of_unlike(works);
        if let Some((_, slow)) = self.judged.get().filter(|&(of, _)| of == load) {
            return slow;
        }
        let slow = are_too_late(works.late(&load, limit.within.as_secs_f64()), 1.0);
        self.judged.set(Some((load, slow)));
        slow
    }

    /// Whether they do for what a gateway turns away.
    pub(super) fn is_slow_before_the_line(&self) -> bool {
        self.limit().is_some() && !is_share(self.passed(), IN_TIME, self.demand.unwrap_or(0))
    }

    #[inline]
    pub(super) fn is_unconnected(&self) -> bool {
        self.asks_who_is_reached() && !self.clock_stands && !self.is_reached
    }

    /// Whether it is of interest if machines can be reached: nobody is up.
    #[inline]
    pub fn asks_who_is_reached(&self) -> bool {
        self.counts_connections && self.all_serving() + self.level(Class::Awaiting) == 0
    }
}
