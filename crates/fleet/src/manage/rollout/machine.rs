//! UP-08: one machine gets another model where it stands.

use super::super::State;
use super::state::{Installed, Model};
use crate::Extra;
use crate::deeds::Who;
use crate::machine::*;
use crate::management::{ReleaseKind, UpgradePolicy};
use crate::operations::Operation;
use crate::pending::Due;
use crate::world::World;
use zonefall_engine::SimTime;
use zonefall_faults::Strikes;

/// Purposes of luck.
const UPGRADE: u64 = 9;
const WARM_UP: u64 = 10;

impl World {
    /// How a set is upgraded; none without such a policy.
    pub(super) fn upgrade_policy(&self, set: usize) -> Option<&UpgradePolicy> {
        let upgrades = self.design.sets[set].management.as_ref()?.upgrades.as_ref()?;
        Some(&upgrades.policy)
    }

    /// A rollout of releases of a kind has come to a machine, to put a model on it. One on a dead host or in a dark rack cannot
    /// be reached, and has failed. What is under way on it is done first.
    pub(super) fn begin_upgrade(&mut self, at: usize, model: Model, of: ReleaseKind, t: SimTime, strikes: &Strikes) {
        let installed = &mut self.manager.rollouts.machines[at];
        (installed.attempted, installed.in_batch) = (true, true);
        if self.is_out_of_reach(at, t) {
            return;
        }
        let installed = &mut self.manager.rollouts.machines[at];
        if installed.is_under_way() {
            installed.then = Some(model);
            if installed.drains && installed.model == model {
                self.has_drained(at, t, strikes);
            }
            return;
        }
        let kind = installed.model.change(model).unwrap_or(of);
        if !self.drains_first(at, model, kind, t) {
            self.change_model(at, model, kind, t, strikes);
        }
    }

    /// Whether a machine cannot be reached, and so has failed.
    pub(super) fn is_out_of_reach(&mut self, at: usize, t: SimTime) -> bool {
        let is_out = self.machines[at].marks & self.manager.out_of_reach != 0;
        if is_out {
            self.manager.rollouts.machines[at].failed = true;
            self.book.count(Operation::UpgradesFailed, 1, t, &self.measure);
        }
        is_out
    }

    /// Begins to put a model on a machine.
    pub(super) fn change_model(&mut self, at: usize, model: Model, kind: ReleaseKind, t: SimTime, strikes: &Strikes) {
        let Some(policy) = self.upgrade_policy(self.set_of(at)) else { return };
        let law = match kind {
            ReleaseKind::Image => &policy.reimage,
            ReleaseKind::Extension => &policy.extension,
            ReleaseKind::Application => &policy.application,
        };
        let due = t.after(law.draw(&mut self.luck_of(at, strikes, t, UPGRADE).stream()));
        if kind != ReleaseKind::Extension {
            self.abandon_repair(at, t);
            let cause = self.cause_of_change(at);
            self.withdraw(at, cause, t);
            self.freshen(at, t);
            self.begin_new_lives(at, t, strikes);
        }
        let installed = &mut self.manager.rollouts.machines[at];
        (installed.next, installed.due) = (model, due);
        self.wait(Due::Upgraded, at, due);
    }

    /// What a machine is charged to that is taken out to be changed: what holds it already; else the bad version that it is
    /// rid of, if that is why it is changed, as the one after is that nobody had planned.
    pub(super) fn cause_of_change(&self, at: usize) -> u16 {
        let planned = self.own_cause(Extra::Planned);
        let cause = self.charged_to(at, Extra::Planned);
        let mends = self.manager.rollouts.sets[self.set_of(at)].run.and_then(|run| run.mends);
        if cause == planned && self.is_mended(at, mends) { self.own_cause(Extra::BadRelease) } else { cause }
    }

    /// A machine has got its model.
    pub(crate) fn upgraded(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        let installed = &mut self.manager.rollouts.machines[at];
        if installed.due != t {
            return;
        }
        if installed.drains {
            return self.has_drained(at, t, strikes);
        }
        let reimaged = installed.model.of(ReleaseKind::Image) != installed.next.of(ReleaseKind::Image);
        for kind in ReleaseKind::ALL {
            if installed.model.of(kind) != installed.next.of(kind) {
                installed.forget(kind);
            }
        }
        (installed.previous, installed.model, installed.since) = (installed.model, installed.next, t);
        installed.due = SimTime::NEVER;
        let (model, then) = (installed.model, installed.then.take());
        self.did(Operation::MachinesUpgraded, Who::Machine(self.instance_of[at]), t);
        if let Some(then) = then
            && let Some(kind) = model.change(then)
            && !self.is_out_of_reach(at, t)
        {
            if !self.drains_first(at, then, kind, t) {
                self.change_model(at, then, kind, t, strikes);
            }
            return;
        }
        self.starts_with_its_model(at, reimaged, t, strikes);
        self.batch_moves_on(self.set_of(at), t, strikes);
    }

    /// A machine that was out for its model starts, booting if it was reimaged; one that was not goes on, without what was bad of the old one.
    fn starts_with_its_model(&mut self, at: usize, reimaged: bool, t: SimTime, strikes: &Strikes) {
        let set = self.set_of(at);
        if self.machines[at].marks & ABSENT != 0 {
            let mut stream = self.luck_of(at, strikes, t, WARM_UP).stream();
            let warm_up = self.sets[set].warm_up.draw(&mut stream);
            if reimaged {
                self.boots_until(at, t, t.after(warm_up));
            }
            self.power_on(at, t.after(warm_up), t, strikes);
        } else {
            self.heal_symptoms(at, t, strikes);
            self.ages(at, self.runs(at), t);
        }
        // AR-04: a machine that was changed has its grace.
        let grace = self.design.sets[set].management.as_ref().and_then(|m| m.repairs.as_ref()).map(|r| r.grace);
        if let Some(grace) = grace {
            self.manager.slots[at].grace_until = t.after(grace);
            self.await_repair(at, t);
        }
    }

    /// Whether a machine is out for its upgrade.
    pub(crate) fn is_being_upgraded(&self, at: usize) -> bool {
        self.manager.rollouts.machines.get(at).is_some_and(Installed::is_under_way)
    }

    /// Whether a machine is upgraded or repaired where it stands.
    pub(crate) fn is_changed_in_place(&self, at: usize) -> bool {
        let Some(slot) = self.manager.slots.get(at) else { return false };
        slot.state == State::Running && (slot.repairing || self.is_being_upgraded(at))
    }

    /// UP-02: a new machine has the newest model.
    pub(crate) fn install_newest(&mut self, at: usize) {
        let set = self.set_of(at);
        let rollouts = &mut self.manager.rollouts;
        if let Some(installed) = rollouts.machines.get_mut(at) {
            let model = rollouts.sets[set].newest;
            *installed = Installed { model, previous: model, ..Installed::NOTHING };
        }
    }

    /// A machine is well: the rollout that waits for it looks.
    pub(crate) fn is_well_again(&mut self, at: usize, t: SimTime) {
        let Some(installed) = self.manager.rollouts.machines.get(at) else { return };
        if installed.in_batch || installed.surges_for.is_some() {
            self.nudge_rollout(self.set_of(at), t);
        }
    }

    /// A machine is off, or gone: nothing that was under way for it goes on.
    pub(crate) fn leaves_rollout(&mut self, at: usize, state: State, t: SimTime) {
        if !self.manager.rollouts.is_active() {
            return;
        }
        let installed = &mut self.manager.rollouts.machines[at];
        let had_part = installed.in_batch || installed.surges_for.is_some();
        if state == State::Vacant {
            *installed = Installed::NOTHING;
        } else {
            ReleaseKind::ALL.into_iter().for_each(|kind| installed.forget(kind));
            installed.stop();
        }
        if had_part {
            self.nudge_rollout(self.set_of(at), t);
        }
    }
}
