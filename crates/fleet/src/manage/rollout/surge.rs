//! UP-07: new machines are made on the new model, and the old ones go once those are healthy.

use super::super::State;
use super::super::create::Order;
use crate::Extra;
use crate::deeds::Who;
use crate::operations::Operation;
use crate::policy::health::HealthState;
use crate::world::World;
use zonefall_engine::SimTime;
use zonefall_faults::Strikes;

impl World {
    /// Makes a machine in place of another one; false if there is no hardware for it.
    pub(super) fn surge(&mut self, at: usize, t: SimTime, strikes: &Strikes) -> bool {
        let set = self.set_of(at);
        let slot = self.manager.slots[at];
        let cause = self.own_cause(Extra::Planned);
        let order = Order { extra: true, ..Order::of((slot.group as usize, slot.spot), cause) };
        let Some(new) = self.create(order, t, strikes) else { return false };
        self.use_quota(set, self.manager.slots[new].taken(), true);
        let previous = self.manager.rollouts.machines[at].model;
        let made = &mut self.manager.rollouts.machines[new];
        (made.surges_for, made.previous) = (Some((at as u32, slot.epoch)), previous);
        let old = &mut self.manager.rollouts.machines[at];
        (old.attempted, old.in_batch, old.surged_by) = (true, true, Some(new as u32));
        true
    }

    /// Whether a machine was made for a surge, and has not taken the old one's place yet.
    pub(crate) fn is_surging(&self, at: usize) -> bool {
        self.manager.rollouts.machines.get(at).is_some_and(|installed| installed.surges_for.is_some())
    }

    /// Whether a new machine stands for this one.
    pub(super) fn is_surged_for(&self, at: usize) -> bool {
        let machines = &self.manager.rollouts.machines;
        let Some(last) = machines[at].surged_by else { return false };
        let me = Some((at as u32, self.manager.slots[at].epoch));
        // Where the last one is gone, one from before may still be there.
        machines[last as usize].surges_for == me || machines.iter().any(|installed| installed.surges_for == me)
    }

    /// The batch's time is up: healthy new machines stay and the old ones go, the others go themselves.
    pub(super) fn conclude_surges(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        // Where no new machine came, the upgrade of the old one has failed.
        for at in 0..self.manager.slots.len() {
            let installed = self.manager.rollouts.machines[at];
            let run = self.manager.rollouts.sets[set].run;
            let lacks = run.is_none_or(|run| run.goal(installed.model) != installed.model);
            let mine = self.machines[at].set as usize == set && installed.in_batch && !installed.failed;
            if mine && lacks && !self.is_surged_for(at) {
                self.surge_has_failed(at, t);
            }
        }
        for new in 0..self.manager.slots.len() {
            let Some((old, epoch)) = self.manager.rollouts.machines[new].surges_for else { continue };
            if self.machines[new].set as usize != set {
                continue;
            }
            let old = old as usize;
            let slot = self.manager.slots[old];
            let stands = slot.epoch == epoch && slot.state == State::Running;
            let healthy =
                self.health_of(new, t) == HealthState::Healthy || !self.has_health(set) && self.manager.slots[new].well;
            if !stands || !healthy {
                if stands {
                    self.surge_has_failed(old, t);
                }
                self.begin_deletion(new, None, t, strikes);
                continue;
            }
            let cause = self.charged_to(old, Extra::Planned);
            self.use_quota(set, self.manager.slots[new].taken(), false);
            self.manager.rollouts.machines[new].surges_for = None;
            self.adopt(new, cause, t);
            self.manager.rollouts.machines[new].attempted = true;
            let gone = &mut self.manager.rollouts.machines[old];
            (gone.attempted, gone.in_batch) = (false, false);
            self.remove(old, None, t, strikes);
            self.did(Operation::MachinesUpgraded, Who::Machine(self.instance_of[new]), t);
        }
    }

    fn surge_has_failed(&mut self, old: usize, t: SimTime) {
        self.manager.rollouts.machines[old].failed = true;
        self.book.count(Operation::UpgradesFailed, 1, t, &self.measure);
    }

    /// Another model has cut the rollout short: its new machines go.
    pub(super) fn undo_surges(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        for new in 0..self.manager.slots.len() {
            if self.machines[new].set as usize == set && self.is_surging(new) {
                self.begin_deletion(new, None, t, strikes);
            }
        }
    }
}
