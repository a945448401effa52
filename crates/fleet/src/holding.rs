//! The sessions of machines that come and go: what `policy/session.rs` says becomes of them is done here.
//!
//! LB-09, MT-13: a machine that drains gets no new ones, and loses those that last longer than the drain.

use crate::Extra;
use crate::machine::{NEEDS_BOOT, RACK_OUT, STARTING};
use crate::pending::Pending;
use crate::policy::session::{self, Fate};
use crate::world::World;
use zonefall_engine::{SimDuration, SimTime};

impl World {
    /// The sessions of a trial whose machines stand.
    pub(crate) fn begin_sessions(&mut self) {
        let absent = self.absent();
        let Some(mut held) = self.book.sessions.take() else { return };
        let machines = self.machines.iter().map(|machine| (machine.marks & absent == 0, usize::from(machine.set)));
        held.begin(|part| self.book.in_rotation(part), machines);
        self.book.sessions = Some(held);
    }

    /// A machine of a set begins to serve.
    #[inline(never)]
    pub(crate) fn comes(&mut self, at: usize, set: usize, t: SimTime) {
        self.scaler.count(set, 1);
        self.book.spread(self.sets[set].part, self.sets[set].serves, 1);
        self.begins_to_warm(at, set, t);
        if let Some(held) = &mut self.book.sessions {
            held.join(at, t);
        }
    }

    /// A machine of a set ceases to serve. Unless somebody has seen to its sessions, they are as safe as what takes it out
    /// says.
    #[inline(never)]
    pub(crate) fn goes(&mut self, at: usize, set: usize, cause: u16, t: SimTime) {
        self.scaler.count(set, -1);
        self.book.spread(self.sets[set].part, self.sets[set].serves, -1);
        self.stops_warming(at, set, t);
        let Some(held) = self.book.sessions.as_ref().filter(|held| !held.is_out(at)) else { return };
        let fate = session::on_leaving(self.only_pauses(cause), t, held.patience());
        self.meet(fate, at, cause, t);
    }

    fn meet(&mut self, fate: Fate, at: usize, cause: u16, t: SimTime) {
        match fate {
            Fate::Lost => self.lose_sessions(at, cause, t),
            Fate::Wait(until) => self.keep_sessions(at, until, cause, t),
            Fate::AsBefore => {}
        }
    }

    /// Whether a cause leaves the memory of a machine as it is.
    fn only_pauses(&self, cause: u16) -> bool {
        let facts = self.causes.get(cause as usize);
        facts.is_some_and(|facts| session::only_pauses(facts.effect, facts.needs & NEEDS_BOOT != 0))
    }

    /// What takes a machine away that does not serve, and that may have kept its sessions.
    #[inline(never)]
    pub(crate) fn is_hit_again(&mut self, at: usize, cause: u16, t: SimTime) {
        let Some(held) = &self.book.sessions else { return };
        let fate = session::on_further_strike(self.only_pauses(cause), held.waits_until(at), t, held.patience());
        self.meet(fate, at, cause, t);
    }

    /// A strike finds no machine that runs for others, but perhaps one that drains.
    pub(crate) fn strikes_nobody(&mut self, mode: u32, at: u32, t: SimTime) {
        let facts = &self.modes[mode as usize];
        if (at as usize) < self.machines.len() && facts.down {
            let cause = facts.cause;
            self.is_hit_again(at as usize, cause, t);
        }
    }

    /// A machine that leaves the rotation keeps its sessions until an instant.
    pub(crate) fn keep_sessions(&mut self, at: usize, until: SimTime, cause: u16, t: SimTime) {
        if self.book.sessions.as_ref().is_none_or(|held| !held.holds(at)) {
            return;
        }
        self.book.settle(t, &self.measure);
        if let Some(held) = &mut self.book.sessions {
            held.keep(at, until, cause, t);
        }
        if until < self.measure.horizon {
            self.pending.push(until, Pending::GivenUp { machine: at as u32 }.tag());
        }
    }

    /// MT-07: a machine has left the rotation so long before maintenance begins. A restart loses what lasts until then, a pause
    /// what is given up during it.
    pub(crate) fn keep_through(&mut self, at: usize, before: SimDuration, cause: u16, t: SimTime) {
        let Some(held) = &self.book.sessions else { return };
        let until = session::until_maintenance(self.only_pauses(cause), t, before, held.patience());
        self.keep_sessions(at, until, cause, t);
    }

    /// The sessions of a machine are lost.
    pub(crate) fn lose_sessions(&mut self, at: usize, cause: u16, t: SimTime) {
        // What nobody asks for any more was taken out on purpose.
        let cause = if cause == self.nobody { self.own_cause(Extra::Planned) } else { cause };
        if let Some(held) = &mut self.book.sessions {
            held.lose(at, cause, t, self.measure.from);
        }
    }

    /// Clients wait no longer for a machine, unless it answers them again: one that only waits for its probes does (LB-04).
    pub(crate) fn given_up(&mut self, at: usize, t: SimTime) {
        let answers = self.machines[at].marks & (self.holding | RACK_OUT | STARTING) == 0;
        let Some(held) = &mut self.book.sessions else { return };
        if answers {
            held.answers(at, t);
        } else {
            held.give_up(at, t, self.measure.from);
        }
    }
}
