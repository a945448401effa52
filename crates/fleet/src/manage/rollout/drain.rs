//! MT-11: a machine that is to be changed leaves the rotation a while before, so that what it holds can end.
//!
//! In: a machine that serves and that a rollout has come to. Out: the same one, out of rotation with its sessions, and after
//! the drain the change; what lasts longer is lost with it. One that no rollout wants to change any more comes back as it was.
//! What can go wrong: whatever else strikes a machine that drains loses its sessions to that (`holding.rs`).

use super::state::Model;
use crate::management::ReleaseKind;
use crate::pending::Due;
use crate::world::World;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::Strikes;

impl World {
    /// Whether a machine drains before it is changed.
    pub(crate) fn drains(&self, at: usize) -> bool {
        self.manager.rollouts.machines.get(at).is_some_and(|installed| installed.drains)
    }

    /// Lets a machine drain that is to get a model, if the policy says so and it serves.
    pub(super) fn drains_first(&mut self, at: usize, model: Model, kind: ReleaseKind, t: SimTime) -> bool {
        let drain = self.upgrade_policy(self.set_of(at)).map_or(SimDuration::ZERO, |policy| policy.drain);
        let serves = self.machines[at].marks & self.absent() == 0;
        if drain == SimDuration::ZERO || kind == ReleaseKind::Extension || !serves {
            return false;
        }
        self.abandon_repair(at, t);
        let cause = self.cause_of_change(at);
        self.keep_sessions(at, SimTime::NEVER, cause, t);
        self.withdraw(at, cause, t);
        let due = t.after(drain);
        let installed = &mut self.manager.rollouts.machines[at];
        (installed.next, installed.due, installed.drains) = (model, due, true);
        self.wait(Due::Upgraded, at, due);
        true
    }

    /// The drain of a machine is over, or what it drains for has changed.
    pub(super) fn has_drained(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        let installed = &mut self.manager.rollouts.machines[at];
        let next = installed.then.take().unwrap_or(installed.next);
        (installed.drains, installed.due) = (false, SimTime::NEVER);
        let kind = installed.model.change(next);
        if kind.is_some() && self.is_out_of_reach(at, t) {
            self.come_back(at, t, strikes);
            return self.batch_moves_on(self.set_of(at), t, strikes);
        }
        if kind.is_none_or(|kind| kind == ReleaseKind::Extension) {
            self.come_back(at, t, strikes);
        } else {
            self.lose_sessions(at, self.machines[at].root, t);
        }
        match kind {
            Some(kind) => self.change_model(at, next, kind, t, strikes),
            None => self.batch_moves_on(self.set_of(at), t, strikes),
        }
    }
}
