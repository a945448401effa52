//! What happens to one machine: it is marked, released, started, noticed, readmitted.
//!
//! The functions through which faults, repairs and probes change a machine's marks, and with them the book's levels. What else sets
//! marks says so where it does: slots that are filled and vacated (`manage/slots.rs`), a trial's beginning (`world/begin.rs`), probes
//! when everything is down (`all_probed_up.rs`).

use crate::facts::Facts;
use crate::machine::*;
use crate::parts::Counts;
use crate::pending::Pending;
use crate::serving::Class;
use crate::world::{START, Starts, World};
use zonefall_engine::{Law, Shape, SimDuration, SimTime};
use zonefall_faults::{Effect, Strikes};

impl World {
    /// The marks that keep a machine from running.
    pub(crate) fn halting(&self) -> u32 {
        self.holding | RACK_OUT | ABSENT
    }

    /// The marks that keep a machine from serving.
    pub(crate) fn absent(&self) -> u32 {
        self.halting() | STARTING | REMOVED
    }

    /// Puts a mark on a machine that stops it.
    pub(crate) fn halt(&mut self, at: usize, mark: u32, cause: u16, t: SimTime) {
        let before = self.machines[at].marks;
        self.machines[at].marks = before | mark;
        if self.follows && before & self.absent() != 0 {
            self.is_hit_again(at, cause, t);
        }
        if before & self.halting() != 0 {
            self.see_uptime(at, t);
            return self.settle_if_present(at, t);
        }
        self.book.settle(t, &self.measure);
        if before & self.absent() == 0 {
            self.leave(at, cause, t);
        } else {
            self.recharge(at, cause);
            if before & STARTING != 0 {
                self.machines[at].marks &= !STARTING;
                self.book.add(Class::Starting, -1, t, &self.measure);
            }
            if before & AWAITING != 0 {
                self.machines[at].marks &= !AWAITING;
                self.book.add(Class::Awaiting, -1, t, &self.measure);
            }
        }
        self.age(at, t);
    }

    /// Takes a halting mark of an ended cause off. If it was the last, the machine starts; if another still holds the
    /// machine and it was charged to the ended cause, its heir is charged from now on. A machine is never ready before
    /// the restart of any of its outages is over, nor before a start that was interrupted would have been.
    pub(crate) fn free(
        &mut self,
        at: usize,
        mark: u32,
        ended: u16,
        restart: Option<&Law>,
        t: SimTime,
        strikes: &Strikes,
    ) {
        self.machines[at].marks &= !mark;
        if self.machines[at].marks & self.halting() != 0 {
            return self.free_of_one(at, ended, restart, t, strikes);
        }
        self.book.settle(t, &self.measure);
        let (up, ready) = self.ready_after(at, (ended, restart), t, strikes);
        if self.manager.is_active() && self.machines[at].marks & NEEDS_BOOT != 0 {
            // HM-05: its health extension starts anew once it is up.
            self.boots_until(at, up, SimTime::NEVER);
        }
        if ready > t {
            self.start(at, self.machines[at].marks, ready, t);
        } else {
            self.come_up(at, t);
        }
        self.age(at, t);
    }

    /// A machine starts, with nothing but these marks on it.
    #[inline]
    pub(crate) fn start(&mut self, at: usize, marks: u32, ready: SimTime, t: SimTime) {
        self.machines[at].marks = marks | STARTING;
        self.book.add(Class::Starting, 1, t, &self.measure);
        self.pending.push(ready, Pending::Ready { machine: at as u32 }.tag());
    }

    /// One of several marks is off: the machine is still held.
    #[inline(never)]
    fn free_of_one(&mut self, at: usize, ended: u16, restart: Option<&Law>, t: SimTime, strikes: &Strikes) {
        self.settle_if_present(at, t);
        self.ready_after(at, (ended, restart), t, strikes);
        if self.machines[at].marks & (self.holding | RACK_OUT) != 0 && self.is_charged_to(at, ended) {
            self.book.settle(t, &self.measure);
            self.recharge(at, self.heir(at));
        }
        self.see_uptime(at, t);
    }

    /// What befalls a free slot is nothing that the book knows of: a set with room for more is booked like one without.
    #[inline(never)]
    fn settle_if_present(&mut self, at: usize, t: SimTime) {
        if self.machines[at].marks & ABSENT == 0 {
            self.book.settle(t, &self.measure);
        }
    }

    /// Whether a machine is charged to a cause, or to the same mode's hit on a pair of zones.
    fn is_charged_to(&self, at: usize, cause: u16) -> bool {
        let root = self.machines[at].root;
        let shock = |cause: u16| self.causes.get(cause as usize).and_then(|facts| facts.shock);
        root == cause || (shock(root).is_some() && shock(root) == shock(cause))
    }

    /// When a machine is up and when it can serve, its outage ending at `t`; `t` itself if nothing has to be waited for.
    #[inline]
    fn ready_after(
        &mut self,
        at: usize,
        ended: (u16, Option<&Law>),
        t: SimTime,
        strikes: &Strikes,
    ) -> (SimTime, SimTime) {
        if self.ready_at.is_empty() { (t, t) } else { self.start_ends(at, ended, t, strikes) }
    }

    fn start_ends(
        &mut self,
        at: usize,
        (ended, restart): (u16, Option<&Law>),
        t: SimTime,
        strikes: &Strikes,
    ) -> (SimTime, SimTime) {
        let [restart, boot, warm_up] = self.start_lengths(at, restart, t, strikes);
        let up = t.after(restart.plus(boot));
        self.boots(at, ended, up);
        let ready = up.after(warm_up).max(self.ready_at[at]);
        self.ready_at[at] = ready;
        (up, ready)
    }

    /// The cause that holds a machine now: its rack's oldest outage, else its first mode.
    fn heir(&self, at: usize) -> u16 {
        let marks = self.machines[at].marks;
        if marks & RACK_OUT != 0
            && let Some(cause) = self.darkened_by(at).next()
        {
            return cause;
        }
        self.modes[(marks & self.holding).trailing_zeros() as usize % self.modes.len().max(1)].cause
    }

    /// How long a machine takes from the end of its last outage until it can serve: its restart, its boot, its warm-up.
    fn start_lengths(&self, at: usize, restart: Option<&Law>, t: SimTime, strikes: &Strikes) -> [SimDuration; 3] {
        let marks = self.machines[at].marks;
        let starts = &self.sets[self.machines[at].set as usize];
        let boot = (marks & NEEDS_BOOT != 0).then_some(&starts.boot);
        let warm_up = (marks & NEEDS_WARM_UP != 0).then_some(&starts.warm_up);
        let parts = [restart, boot, warm_up];
        if let [Some(restart), Some(boot), Some(warm_up)] = parts.map(|law| law.map_or(Some(0), fixed)) {
            return [restart, boot, warm_up].map(SimDuration::from_ms);
        }
        // A stream for each part: what a machine does not need moves nothing of what it needs.
        let luck = self.luck_of(at, strikes, t, START);
        let mut part = 0;
        parts.map(|law| {
            part += 1;
            law.map_or(SimDuration::ZERO, |law| law.draw(&mut luck.part(part - 1, 1).stream()))
        })
    }

    /// A machine is up: it serves, or waits for the probes to readmit it.
    pub(crate) fn come_up(&mut self, at: usize, t: SimTime) {
        if !self.warming.is_empty() && self.machines[at].marks & NEEDS_WARM_UP != 0 {
            self.is_cold(at, t);
        }
        self.machines[at].marks &= !(NEEDS_BOOT | NEEDS_WARM_UP);
        let to_all = self.sends_to_all(at);
        if self.machines[at].marks & REMOVED == 0 && !to_all {
            return self.join(at, t);
        }
        let Some(probes) = self.probes_of(at) else { return };
        let flaps = self.count_flaps(at, t);
        self.probe_at[at] = probes.readmitted(t, flaps);
        self.pending.push(self.probe_at[at], Pending::Readmitted { machine: at as u32 }.tag());
        if to_all {
            return self.serves_unproven(at, t);
        }
        self.machines[at].marks |= AWAITING;
        self.book.add(Class::Awaiting, 1, t, &self.measure);
    }

    /// LB-03: how often a machine has come up again shortly after the last time.
    fn count_flaps(&mut self, at: usize, t: SimTime) -> u32 {
        let (Some(probes), Some((last, flaps))) = (self.probes_of(at), self.returned.get_mut(at)) else { return 0 };
        *flaps = if probes.flaps(*last, t) { *flaps + 1 } else { 0 };
        *last = t;
        *flaps
    }

    /// A machine that served stops serving.
    #[inline(always)]
    fn leave(&mut self, at: usize, cause: u16, t: SimTime) {
        // Of one that is down since before the trial began the probes have noticed; where all are sent to that changes nothing.
        let probes = self.probes_of(at);
        let dead = probes.is_some() && (t > SimTime::ZERO || self.sends_to_all(at));
        self.stop_serving(at, cause, i64::from(dead), t);
        if let Some(probes) = probes {
            if !dead {
                self.machines[at].marks |= REMOVED;
                return self.opens_if_none(at, t);
            }
            self.machines[at].marks |= UNNOTICED;
            self.probe_at[at] = if self.refuses(at) { probes.refused(t) } else { probes.removed(t) };
            self.pending.push(self.probe_at[at], Pending::Noticed { machine: at as u32 }.tag());
        }
    }

    /// LB-02: whether a machine that does not serve answers all the same: it lives, and only its application does not.
    #[inline]
    fn refuses(&self, at: usize) -> bool {
        self.machines[at].marks & self.halting() & !self.manager.of_application == 0
    }

    /// Books that a machine serves no longer, and is dead in rotation or not.
    #[inline(always)]
    pub(crate) fn stop_serving(&mut self, at: usize, cause: u16, dead: i64, t: SimTime) {
        let set = self.machines[at].set as usize;
        let Starts { serves, part, withheld_from, .. } = self.sets[set];
        let left = self.drop_factor(at, t, serves);
        self.machines[at].root = cause;
        self.book.withhold(withheld_from, cause, serves);
        self.book.change_in(part, Counts { serving: -1, dead, capacity: -left }, t, &self.measure);
        if self.follows {
            self.goes(at, set, cause, t);
        }
    }

    /// A machine serves again.
    #[inline(always)]
    pub(crate) fn join(&mut self, at: usize, t: SimTime) {
        let machine = &mut self.machines[at];
        let (set, root) = (machine.set as usize, machine.root);
        let dead = -i64::from(machine.marks & UNNOTICED != 0);
        machine.marks &= !UNNOTICED;
        let Starts { serves, part, withheld_from, .. } = self.sets[set];
        self.book.withhold(withheld_from, root, -serves);
        self.book.change_in(part, Counts { serving: 1, dead, capacity: serves }, t, &self.measure);
        if self.follows {
            self.comes(at, set, t);
        }
        self.take_factor(at, t);
    }

    /// Charges an absent machine to another cause; one that nobody asks for stays nobody's.
    pub(crate) fn recharge(&mut self, at: usize, cause: u16) {
        if self.machines[at].root == self.nobody {
            return;
        }
        let Starts { serves, withheld_from, .. } = self.sets[self.machines[at].set as usize];
        self.book.withhold(withheld_from, self.machines[at].root, -serves);
        self.book.withhold(withheld_from, cause, serves);
        self.machines[at].root = cause;
    }

    pub(crate) fn ready(&mut self, at: usize, t: SimTime) {
        if self.machines[at].marks & STARTING == 0 || self.ready_at[at] != t {
            return;
        }
        self.book.settle(t, &self.measure);
        self.machines[at].marks &= !STARTING;
        self.book.add(Class::Starting, -1, t, &self.measure);
        self.come_up(at, t);
        self.age(at, t);
    }

    pub(crate) fn noticed(&mut self, at: usize, t: SimTime) {
        if self.machines[at].marks & UNNOTICED == 0 || self.probe_at[at] != t || self.sends_to_all(at) {
            return;
        }
        self.book.settle(t, &self.measure);
        self.machines[at].marks = self.machines[at].marks & !UNNOTICED | REMOVED;
        self.book.change_in(self.part_of(at), Counts { dead: -1, ..Counts::NONE }, t, &self.measure);
        self.opens_if_none(at, t);
    }

    pub(crate) fn readmitted(&mut self, at: usize, t: SimTime) {
        if self.is_first_success(at, t) {
            return self.closes_with(at, t);
        }
        if self.machines[at].marks & AWAITING == 0 || self.probe_at[at] != t {
            return;
        }
        self.book.settle(t, &self.measure);
        self.machines[at].marks &= !(AWAITING | REMOVED);
        self.book.add(Class::Awaiting, -1, t, &self.measure);
        self.join(at, t);
        self.age(at, t);
    }

    /// Puts the mark of a slow-down on a machine, or takes it off, and books what that changes.
    pub(crate) fn slow(&mut self, at: usize, mark: u32, on: bool, t: SimTime) {
        self.settle_if_present(at, t);
        self.change_factor(at, t, |world| {
            let marks = &mut world.machines[at].marks;
            *marks = if on { *marks | mark } else { *marks & !mark };
        });
    }

    /// Changes what slows a machine, and books what that changes.
    pub(crate) fn change_factor(&mut self, at: usize, t: SimTime, change: impl FnOnce(&mut Self)) {
        let serves = self.sets[self.machines[at].set as usize].serves;
        let serving = self.machines[at].marks & self.absent() == 0;
        if serving {
            let left = self.drop_factor(at, t, serves);
            let back = Counts { capacity: serves - left, ..Counts::NONE };
            self.book.change_in(self.part_of(at), back, t, &self.measure);
        }
        change(self);
        self.factors[at] = self.factor(at);
        if serving {
            self.take_factor(at, t);
        }
    }

    /// The least of the factors that slow a machine, and the cause.
    #[inline]
    pub(crate) fn factor(&self, at: usize) -> (u32, u16) {
        let marks = self.machines[at].marks & MODES & !self.holding;
        let is_slowed = marks != 0 || !self.rack_slow.is_empty() || !self.warming.is_empty();
        if is_slowed { self.least_factor(at, marks) } else { (1000, 0) }
    }

    #[inline(never)]
    fn least_factor(&self, at: usize, marks: u32) -> (u32, u16) {
        let cold = self.cold_factor(at);
        let slows = |facts: &Facts| matches!(facts.effect, Effect::Degraded(_));
        let own = self.modes.iter().enumerate().filter(|(mode, facts)| marks >> mode & 1 == 1 && slows(facts));
        let own = own.map(|(_, facts)| (facts.factor, facts.cause));
        let rack = if self.rack_slow.is_empty() { u32::MAX } else { self.rack_of(at) };
        let of_rack = self.rack_slow.iter().filter(|slow| slow.0 == rack).map(|&(_, cause, left)| (left, cause));
        own.chain(of_rack).chain(cold).min().unwrap_or((1000, 0))
    }

    /// Books a serving machine's slow-down; the machine is booked at full capacity before.
    #[inline]
    fn take_factor(&mut self, at: usize, t: SimTime) {
        if let Some(&factor) = self.factors.get(at).filter(|factor| factor.0 < 1000) {
            self.take_slow_down(at, factor, t);
        }
    }

    #[inline(never)]
    fn take_slow_down(&mut self, at: usize, (left, cause): (u32, u16), t: SimTime) {
        let Starts { serves, part, withheld_from, .. } = self.sets[self.machines[at].set as usize];
        let lost = serves * i64::from(1000 - left) / 1000;
        self.book.withhold(withheld_from, cause, lost);
        self.book.change_in(part, Counts { capacity: -lost, ..Counts::NONE }, t, &self.measure);
        self.book.respread(part, serves, serves - lost);
        self.book.add(Class::Degraded, 1, t, &self.measure);
    }

    /// Unbooks a serving machine's slow-down from its cause; returns the capacity that it was booked with.
    #[inline]
    fn drop_factor(&mut self, at: usize, t: SimTime, serves: i64) -> i64 {
        match self.factors.get(at).filter(|factor| factor.0 < 1000) {
            Some(&factor) => self.drop_slow_down(at, factor, t, serves),
            None => serves,
        }
    }

    #[inline(never)]
    fn drop_slow_down(&mut self, at: usize, (left, cause): (u32, u16), t: SimTime, serves: i64) -> i64 {
        let lost = serves * i64::from(1000 - left) / 1000;
        let Starts { part, withheld_from, .. } = self.sets[self.machines[at].set as usize];
        self.book.withhold(withheld_from, cause, -lost);
        self.book.respread(part, serves - lost, serves);
        self.book.add(Class::Degraded, -1, t, &self.measure);
        serves - lost
    }
}

/// The length of a law that always says the same, in milliseconds.
fn fixed(law: &Law) -> Option<u64> {
    match (law.shape(), law.below()) {
        (Shape::Constant(length), None) => Some(*length as u64),
        _ => None,
    }
}
