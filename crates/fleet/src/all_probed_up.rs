//! LB-05: where no machine behind a load balancer is taken for healthy, all of them get new flows (AllProbedUp).
//!
//! In: machines as probes see them, by part. Out: who is in rotation. While it is so, machines that are up serve at once, and those
//! that are not get as large a share, as those do that probes have not found yet. It ends when the first probe succeeds: from
//! then on only machines serve that probes have found healthy.

use crate::machine::{ABSENT, AWAITING, REMOVED, UNNOTICED};
use crate::parts::Counts;
use crate::serving::Class;
use crate::world::World;
use zonefall_engine::SimTime;

/// Which parts send to all, and which of their machines no probe has found healthy. Empty where that never is.
#[derive(Debug, Default)]
pub(crate) struct AllProbedUp {
    open: Vec<bool>,
    unproven: Vec<bool>,
}

zonefall_engine::pooled_clone!(AllProbedUp { open, unproven });

impl AllProbedUp {
    pub fn new(parts: usize, machines: usize) -> Self {
        Self { open: vec![false; parts], unproven: vec![false; machines] }
    }

    pub fn is_known(&self) -> bool {
        !self.open.is_empty()
    }
}

impl World {
    /// A trial begins: where nothing runs yet all are sent to.
    pub(crate) fn begin_all_probed_up(&mut self) {
        self.probed_up.open.fill(false);
        self.probed_up.unproven.fill(false);
        if !self.probed_up.is_known() {
            return;
        }
        for at in 0..self.machines.len() {
            if at == 0 || self.machines[at].set != self.machines[at - 1].set {
                self.opens_if_none(at, SimTime::ZERO);
            }
        }
    }

    /// Whether the part of a machine sends to all.
    #[inline]
    pub(crate) fn sends_to_all(&self, at: usize) -> bool {
        self.probed_up.is_known() && self.probed_up.open[self.part_of(at) as usize]
    }

    /// A machine has left the rotation: if it was the last, all of its part get new flows.
    #[inline]
    pub(crate) fn opens_if_none(&mut self, at: usize, t: SimTime) {
        if self.probed_up.is_known() && !self.only_works(at) && !self.sends_to_all(at) {
            self.open_if_none(self.part_of(at), t);
        }
    }

    fn open_if_none(&mut self, part: u32, t: SimTime) {
        let machines = 0..self.machines.len();
        let is_in_rotation = |at: usize| self.part_of(at) == part && self.machines[at].marks & (ABSENT | REMOVED) == 0;
        if machines.clone().any(is_in_rotation) {
            return;
        }
        self.probed_up.open[part as usize] = true;
        for at in machines {
            if self.part_of(at) != part || self.machines[at].marks & ABSENT != 0 {
                continue;
            }
            self.probed_up.unproven[at] = true;
            if self.machines[at].marks & AWAITING != 0 {
                self.machines[at].marks &= !(AWAITING | REMOVED);
                self.book.add(Class::Awaiting, -1, t, &self.measure);
                self.join(at, t);
                self.age(at, t);
            } else {
                self.machines[at].marks = self.machines[at].marks & !REMOVED | UNNOTICED;
                self.book.change_in(part, Counts { dead: 1, ..Counts::NONE }, t, &self.measure);
            }
        }
    }

    /// A machine that is up is sent to before a probe has found it.
    pub(crate) fn serves_unproven(&mut self, at: usize, t: SimTime) {
        self.machines[at].marks &= !REMOVED;
        self.probed_up.unproven[at] = true;
        self.join(at, t);
    }

    /// Whether a probe of `t` is the first that succeeds where all are sent to.
    pub(crate) fn is_first_success(&self, at: usize, t: SimTime) -> bool {
        let serves = self.machines[at].marks & self.absent() == 0;
        self.sends_to_all(at) && serves && self.probed_up.unproven[at] && self.probe_at[at] == t
    }

    /// One machine is taken for healthy: the others of its part are sent to when probes have found them, too.
    pub(crate) fn closes_with(&mut self, first: usize, t: SimTime) {
        self.book.settle(t, &self.measure);
        let part = self.part_of(first);
        self.probed_up.open[part as usize] = false;
        self.probed_up.unproven[first] = false;
        for at in 0..self.machines.len() {
            if self.part_of(at) != part || !std::mem::take(&mut self.probed_up.unproven[at]) {
                continue;
            }
            let marks = self.machines[at].marks;
            if marks & self.absent() == 0 {
                self.stop_serving(at, self.machines[at].root, 0, t);
                self.machines[at].marks |= REMOVED | AWAITING;
                self.book.add(Class::Awaiting, 1, t, &self.measure);
                self.age(at, t);
            } else if marks & UNNOTICED != 0 {
                self.machines[at].marks = marks & !UNNOTICED | REMOVED;
                self.book.change_in(part, Counts { dead: -1, ..Counts::NONE }, t, &self.measure);
            }
        }
    }
}
