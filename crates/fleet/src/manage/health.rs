//! HM: what health monitoring makes of machines whose marks have changed.

use super::{Slot, State};
use crate::machine::*;
use crate::pending::Due;
use crate::policy::disk::is_reachable;
use crate::policy::health::{HealthState, Trouble, begins_initializing, settling, state_after_grace, state_in_trouble};
use crate::world::World;
use zonefall_engine::{SimDuration, SimTime};

impl World {
    /// A machine's marks have changed.
    pub(crate) fn look_at(&mut self, at: usize, t: SimTime) {
        let Machine { marks, set, .. } = self.machines[at];
        if !self.manager.sets[set as usize].managed {
            return;
        }
        let runs = marks & (self.halting() | STARTING) == 0;
        if self.manager.slots[at].state == State::Creating {
            if runs {
                self.has_been_created(at, t);
            } else if marks & (self.holding | RACK_OUT) != 0 {
                self.creation_stalls(at, t);
            }
        }
        if self.manager.rollouts.is_active() {
            self.ages(at, runs, t);
        }
        let Slot { state, starts, disk_dark, rack, .. } = self.manager.slots[at];
        if state == State::Vacant {
            return;
        }
        if runs && starts {
            self.is_started(at, t);
        }
        let dark = marks & RACK_OUT != 0;
        if dark | disk_dark {
            self.look_at_disk(at, dark, t);
        }
        let sick = marks & self.manager.unhealthy != 0 || self.manager.sick_racks[rack as usize] > 0;
        let well = runs && !sick;
        let slot = &mut self.manager.slots[at];
        if slot.well == well {
            return;
        }
        (slot.well, slot.since) = (well, t);
        self.manager.sees_illness(at);
        if well {
            self.manager.slots[at].blocked = false;
            self.rebalanced_machine_is_well(at, t);
            self.is_well_again(at, t);
        } else {
            self.falls_ill(at, t);
        }
    }

    #[inline(never)]
    fn falls_ill(&mut self, at: usize, t: SimTime) {
        let dead = self.machines[at].marks & self.halting() & !self.manager.of_application != 0;
        self.manager.slots[at].trouble = if dead { Trouble::Machine } else { Trouble::Application };
        self.await_repair(at, t);
    }

    /// DK-03: whether the data disk of a machine can be reached, whose rack is dark or not.
    #[inline(never)]
    fn look_at_disk(&mut self, at: usize, dark: bool, t: SimTime) {
        let Some(managed) = self.design.sets[self.set_of(at)].management.as_ref() else { return };
        let disk_dark = managed.disks.data && !is_reachable(dark, managed.disks.zone_redundant);
        self.see_disk(at, disk_dark, t);
    }

    /// HM-04, HM-07: how long after a machine fell ill the set knows; none if it never does.
    pub(crate) fn known_ill_at(&self, at: usize) -> Option<SimTime> {
        let set = self.set_of(at);
        let health = self.design.sets[set].management.as_ref()?.health?;
        let slot = &self.manager.slots[at];
        match slot.trouble {
            Trouble::Machine => health.dead_after.map(|after| slot.since.after(after)),
            Trouble::Application => Some(match self.manager.sets[set].probes {
                Some(probes) => probes.refused(slot.since),
                None => slot.since.after(settling(health.interval, health.probes)),
            }),
        }
    }

    /// HM-04: when the set knows that a machine is well.
    pub(crate) fn known_well_at(&self, at: usize) -> SimTime {
        self.known_well_from(at, self.manager.slots[at].since)
    }

    /// HM-04: when the set knows that a machine has been well since an instant.
    pub(crate) fn known_well_from(&self, at: usize, since: SimTime) -> SimTime {
        match self.manager.sets[self.set_of(at)].probes {
            Some(probes) => probes.readmitted(since, 0),
            None => since,
        }
    }

    /// HM: what the set believes of a machine at `t`.
    pub(crate) fn health_of(&self, at: usize, t: SimTime) -> HealthState {
        let set = self.set_of(at);
        let Some(health) = self.design.sets[set].management.as_ref().and_then(|m| m.health) else {
            return HealthState::Initializing;
        };
        let slot = &self.manager.slots[at];
        if slot.state == State::Creating {
            return HealthState::Initializing;
        }
        if slot.well {
            if self.known_well_at(at) <= t {
                return HealthState::Healthy;
            }
            // HM-05: a new machine is Initializing until its grace is over.
            let new = slot.since.since(slot.created) < health.grace || t.since(slot.since) < health.grace;
            return if begins_initializing(health.source) && new {
                HealthState::Initializing
            } else {
                state_after_grace(health.source)
            };
        }
        match self.known_ill_at(at) {
            Some(known) if known <= t => state_in_trouble(health.source, slot.trouble),
            _ => HealthState::Healthy,
        }
    }

    /// A machine is not well: its repair is looked at once that is known, has lasted, and no grace holds it up.
    pub(crate) fn await_repair(&mut self, at: usize, t: SimTime) {
        let set = self.set_of(at);
        let Some(repairs) = self.design.sets[set].management.as_ref().and_then(|m| m.repairs) else { return };
        let slot = &self.manager.slots[at];
        if slot.well || slot.state != State::Running || slot.repairing || self.manager.sets[set].suspended {
            return;
        }
        let Some(known) = self.known_ill_at(at) else { return };
        let due = known.after(repairs.dwell).max(slot.grace_until).max(self.manager.sets[set].grace_until).max(t);
        let due = self.next_look(set, due, repairs.tick);
        if self.manager.slots[at].repair_due != due {
            self.manager.slots[at].repair_due = due;
            self.wait(Due::Repair, at, due);
        }
    }

    /// AR-08: the first look of automatic repairs at or after `t`.
    pub(crate) fn next_look(&self, set: usize, t: SimTime, tick: SimDuration) -> SimTime {
        if tick == SimDuration::ZERO {
            return t;
        }
        let phase = self.manager.sets[set].tick_phase_ms;
        let looks = t.as_ms().saturating_sub(phase).div_ceil(tick.as_ms());
        SimTime::from_ms(phase + looks * tick.as_ms())
    }
}
