//! AR: repairs are begun, carried out, and judged by their product.

use super::State;
use crate::Extra;
use crate::deeds::Who;
use crate::management::RepairAction;
use crate::operations::Operation;
use crate::pending::Due;
use crate::policy::health::{HealthState, Trouble};
use crate::policy::repair::{Patient, is_eligible, limit};
use crate::policy::scale_in::Deed;
use crate::serving::Class;
use crate::world::World;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::Strikes;

/// Purposes of luck.
const RESTART: u64 = 6;

impl World {
    /// A machine may have been ill for long enough.
    pub(crate) fn repair_is_due(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        if self.manager.slots[at].repair_due != t {
            return;
        }
        self.manager.slots[at].repair_due = SimTime::NEVER;
        let set = self.set_of(at);
        if self.manager.sets[set].suspended {
            return;
        }
        // AR-04: the grace of a change that goes on has not even begun.
        let changing = self.manager.sets[set].changing > 0;
        if !changing && (self.manager.sets[set].grace_until > t || self.manager.slots[at].grace_until > t) {
            return self.await_repair(at, t);
        }
        if changing || self.is_patient(at, t) {
            if !self.manager.sets[set].waiting.contains(&(at as u32)) {
                self.manager.sets[set].waiting.push(at as u32);
            }
            self.next_repairs(set, t, strikes);
        } else if self.decided_at(at, t).is_some() {
            // HM-06: it has been restarted meanwhile, and is initializing.
            self.await_repair(at, t);
        }
    }

    /// AR-01, AR-08: whether an outage of a machine, under way when the trial begins, is one that a repair has ended before: it has
    /// lasted for longer than until it was known and looked at.
    #[inline(never)]
    pub(crate) fn was_repaired_before(&mut self, mode: u32, at: usize, strikes: &Strikes) -> bool {
        let (set, mark) = (self.set_of(at), 1 << mode);
        let Some(managed) = self.design.sets[set].management.as_ref() else { return false };
        let (Some(health), Some(repairs)) = (managed.health, managed.repairs) else { return false };
        if self.modes[mode as usize].on_host || mark & (self.holding | self.manager.unhealthy) == 0 {
            return false;
        }
        let is_dead = mark & self.holding & !self.manager.of_application != 0;
        let trouble = if is_dead { Trouble::Machine } else { Trouble::Application };
        let Some(known) = self.told(set, &health, trouble, SimTime::ZERO) else { return false };
        let shields = self.shields(set);
        if shields.of(self.manager.slots[at].id).stops(Deed::Upkeep, true) {
            return false;
        }
        let who = strikes.population().instance_key(self.instance_of[at]);
        let repaired = known.after(repairs.dwell).after(repairs.tick).since(SimTime::ZERO);
        strikes.unit_modes().age_at_start(mode, who).is_some_and(|age| age >= repaired)
    }

    /// HM-06, AR-04, AR-06: whether a machine is to be repaired at `t`.
    fn is_patient(&mut self, at: usize, t: SimTime) -> bool {
        let set = self.set_of(at);
        let slot = &self.manager.slots[at];
        // A machine that is well again is left alone, though its probes have not said so yet.
        let changed = slot.repairing || self.is_being_upgraded(at);
        if !matches!(slot.state, State::Running | State::Failed) || slot.well || slot.extra || changed {
            return false;
        }
        let shields = self.shields(set);
        let slot = &self.manager.slots[at];
        let patient = Patient {
            health: self.health_of(at, t),
            protected: shields.of(slot.id).stops(Deed::Upkeep, true),
            failed_provisioning: slot.state == State::Failed,
            in_grace: slot.grace_until.max(self.manager.sets[set].grace_until) > t,
        };
        is_eligible(&patient)
    }

    /// AR-05: begins repairs of waiting machines, in the order in which they came, as long as the limit allows.
    fn next_repairs(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        let state = &self.manager.sets[set];
        if state.waiting.is_empty() || state.suspended || state.changing > 0 {
            return;
        }
        let mut next = 0;
        while next < self.manager.sets[set].waiting.len() {
            let state = &self.manager.sets[set];
            let failed = state.failed_at(t);
            if state.repairing + failed >= limit(state.desired) {
                if failed > 0 {
                    self.await_look(set, t);
                }
                return;
            }
            let at = self.manager.sets[set].waiting.remove(next);
            let due = self.manager.slots[at as usize].repair_due;
            if due > t && due != SimTime::NEVER {
                // It was well in between: its new illness has not lasted long enough yet, and it comes back then.
                continue;
            }
            if !self.is_patient(at as usize, t) {
                self.await_repair(at as usize, t);
            } else if !self.begin_repair(at as usize, t, strikes) {
                self.manager.sets[set].waiting.insert(next, at);
                next += 1;
            }
        }
    }

    /// AR-08: machines that wait for their repair, which may now be possible, are looked at with the next look: with this one
    /// only where none of it has failed at once.
    pub(crate) fn await_look(&mut self, set: usize, t: SimTime) {
        let state = &self.manager.sets[set];
        if state.waiting.is_empty() || state.suspended {
            return;
        }
        let Some(repairs) = self.design.sets[set].management.as_ref().and_then(|m| m.repairs) else { return };
        let from = if state.failed_at(t) > 0 { t.after(SimDuration::from_ms(1)) } else { t };
        let look = self.next_look(set, from, repairs.tick);
        if self.manager.sets[set].look_due != look {
            self.manager.sets[set].look_due = look;
            self.wait(Due::Look, set, look);
        }
    }

    pub(crate) fn look_is_due(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        if self.manager.sets[set].look_due == t {
            self.manager.sets[set].look_due = SimTime::NEVER;
            self.next_repairs(set, t, strikes);
        }
    }

    /// Begins a repair; false if it must go on waiting.
    fn begin_repair(&mut self, at: usize, t: SimTime, strikes: &Strikes) -> bool {
        let set = self.set_of(at);
        let Some(repairs) = self.design.sets[set].management.as_ref().and_then(|m| m.repairs) else { return true };
        let back = self.control_plane_back(set, t, strikes);
        if back > t {
            // Nothing can be done before the control plane is back: look again then.
            self.manager.slots[at].repair_due = back;
            self.wait(Due::Repair, at, back);
            return true;
        }
        let group = self.manager.slots[at].group as usize;
        if repairs.action == RepairAction::Replace && !self.may_be_replaced(set, group, t, strikes) {
            let first = !std::mem::replace(&mut self.manager.slots[at].blocked, true);
            if first {
                self.did(Operation::RepairsBlocked, Who::Machine(self.instance_of[at]), t);
            }
            return false;
        }
        self.did(Operation::Repairs, Who::Machine(self.instance_of[at]), t);
        self.manager.sets[set].repairing += 1;
        self.manager.slots[at].repairing = true;
        match repairs.action {
            RepairAction::Replace => {
                let cause = self.charged_to(at, Extra::Repair);
                self.remove(at, Some(cause), t, strikes);
            }
            RepairAction::Reimage | RepairAction::Restart => self.repair_in_place(at, repairs.action, t, strikes),
        }
        true
    }

    /// AR-02, AR-11: reimages or restarts a machine where it stands; on a dead host, on one under maintenance, or in a dead zone
    /// that fails.
    fn repair_in_place(&mut self, at: usize, action: RepairAction, t: SimTime, strikes: &Strikes) {
        if self.machines[at].marks & self.manager.out_of_reach != 0 {
            // AR-08: the place that it frees is taken with the next look.
            let state = &mut self.manager.sets[self.machines[at].set as usize];
            state.failed = (t, state.failed_at(t) + 1);
            return self.repair_has_ended(at, false, t);
        }
        let cause = self.charged_to(at, Extra::Repair);
        let length = if action == RepairAction::Reimage {
            self.reimage_time(at, t, strikes)
        } else {
            self.sets[self.set_of(at)].boot.draw(&mut self.luck_of(at, strikes, t, RESTART).stream())
        };
        self.withdraw(at, cause, t);
        self.freshen(at, t);
        self.begin_new_lives(at, t, strikes);
        self.manager.slots[at].due = t.after(length);
        self.wait(Due::Repaired, at, t.after(length));
    }

    /// A repair in place is over: the application warms up.
    pub(crate) fn repaired_in_place(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        let slot = &self.manager.slots[at];
        if slot.state != State::Running || !slot.repairing || slot.due != t {
            return;
        }
        let warm_up =
            self.sets[self.set_of(at)].warm_up.draw(&mut self.luck_of(at, strikes, t, RESTART).part(1, 1).stream());
        self.boots_until(at, t, t.after(warm_up));
        self.power_on(at, t.after(warm_up), t, strikes);
        self.repair_has_ended(at, true, t);
    }

    /// A repair has ended at its machine (or at the one that it made): AR-04's grace begins, and with its end the verdict
    /// on the product (AR-07). A repair that failed is its own verdict.
    pub(crate) fn repair_has_ended(&mut self, at: usize, done: bool, t: SimTime) {
        let set = self.set_of(at);
        self.manager.sets[set].repairing -= 1;
        self.manager.slots[at].repairing = false;
        let Some(repairs) = self.design.sets[set].management.as_ref().and_then(|m| m.repairs) else { return };
        self.manager.slots[at].grace_until = t.after(repairs.grace);
        if done {
            self.manager.slots[at].product_due = t.after(repairs.grace);
            self.wait(Due::Product, at, t.after(repairs.grace));
        } else {
            self.judge(set, Some(at), false, t);
        }
        self.await_repair(at, t);
        self.await_look(set, t);
    }

    /// A machine under repair is taken away: the repair has no product to be judged by, and its place is free for those
    /// that wait.
    pub(crate) fn abandon_repair(&mut self, at: usize, t: SimTime) {
        if !std::mem::take(&mut self.manager.slots[at].repairing) {
            return;
        }
        let set = self.set_of(at);
        self.manager.sets[set].repairing -= 1;
        self.await_look(set, t);
    }

    /// A repair could not even create its new machine.
    pub(crate) fn repair_has_failed(&mut self, set: usize, t: SimTime) {
        self.manager.sets[set].repairing -= 1;
        self.judge(set, None, false, t);
        self.await_look(set, t);
    }

    /// AR-07, HM-06: the grace of a repair's product is over; one that is still initializing is judged when that is over.
    pub(crate) fn product_is_due(&mut self, at: usize, t: SimTime) {
        if self.manager.slots[at].product_due == t {
            let decided = self.decided_at(at, t).unwrap_or(SimTime::NEVER);
            self.manager.slots[at].product_due = decided;
            if decided < SimTime::NEVER {
                return self.wait(Due::Product, at, decided);
            }
            let healthy = self.health_of(at, t) == HealthState::Healthy;
            self.judge(self.set_of(at), Some(at), healthy, t);
        }
    }

    /// AR-07: counts a repair's product, if it has one, and suspends repairs after too many bad ones.
    fn judge(&mut self, set: usize, product: Option<usize>, healthy: bool, t: SimTime) {
        let Some(repairs) = self.design.sets[set].management.as_ref().and_then(|m| m.repairs) else { return };
        if !healthy {
            let who = product.map_or(Who::Set(set as u16), |at| Who::Machine(self.instance_of[at]));
            self.did(Operation::RepairsFailed, who, t);
        }
        let state = &mut self.manager.sets[set];
        if state.streak.count(healthy, repairs.suspend_after) && !state.suspended {
            state.suspended = true;
            state.waiting.clear();
            self.did(Operation::Suspensions, Who::Set(set as u16), t);
            self.book.settle(t, &self.measure);
            self.book.add(Class::Suspended, 1, t, &self.measure);
        }
    }

    /// AR-07: the customer resumes repairs.
    pub(crate) fn resume_repairs(&mut self, set: usize, t: SimTime) {
        let state = &mut self.manager.sets[set];
        state.streak = Default::default();
        if std::mem::take(&mut state.suspended) {
            self.book.settle(t, &self.measure);
            self.book.add(Class::Suspended, -1, t, &self.measure);
            for at in 0..self.manager.slots.len() {
                if self.set_of(at) == set {
                    self.await_repair(at, t);
                }
            }
        }
    }
}
