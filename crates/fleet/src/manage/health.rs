//! HM: what health monitoring makes of machines whose marks have changed.

use super::{Slot, State};
use crate::machine::*;
use crate::management::Health;
use crate::pending::Due;
use crate::policy::disk::is_reachable;
use crate::policy::health::{HealthState, Trouble, begins_initializing, state_after_grace, state_in_trouble};
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
        if self.manager.slots[at].well == well {
            if !well {
                self.stays_ill(at, t);
            }
            return;
        }
        let knew = self.manager.slots[at].well && self.known_well_at(at) <= t;
        let slot = &mut self.manager.slots[at];
        slot.decided |= knew;
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

    /// Whether a machine is dead or off, so that nothing in it can report (HM-07).
    fn is_dead(&self, at: usize) -> bool {
        self.machines[at].marks & self.halting() & !self.manager.of_application != 0
    }

    #[inline(never)]
    fn falls_ill(&mut self, at: usize, t: SimTime) {
        self.manager.slots[at].trouble = if self.is_dead(at) { Trouble::Machine } else { Trouble::Application };
        self.await_repair(at, t);
    }

    /// HM-07: a machine that was about to boot, or to warm up, may have died before it was well.
    fn stays_ill(&mut self, at: usize, t: SimTime) {
        if !self.is_dead(at) {
            return;
        }
        let slot = &mut self.manager.slots[at];
        if slot.up_at > t {
            slot.up_at = SimTime::NEVER;
        } else if slot.since <= slot.up_at && slot.state != State::Creating {
            (slot.since, slot.trouble) = (t, Trouble::Machine);
            self.await_repair(at, t);
        }
    }

    /// HM-05: a machine boots until `up`, with which its health extension starts; what it runs is ready at `ready`.
    pub(crate) fn boots_until(&mut self, at: usize, up: SimTime, ready: SimTime) {
        let slot = &mut self.manager.slots[at];
        (slot.up_at, slot.decided) = (up, false);
        if slot.state == State::Creating && up < ready && self.sees_creations(self.set_of(at)) {
            self.wait(Due::Created, at, up);
        }
    }

    /// Whether anybody tells a machine that is up from one that is warm: else it counts as created when it serves, with no event of
    /// its own before.
    fn sees_creations(&self, set: usize) -> bool {
        self.design.sets[set].management.as_ref().is_some_and(|of| {
            of.health.is_some() || of.auto_zone_balance || of.overprovision.is_some() || of.upgrades.is_some()
        })
    }

    /// DK-03: whether the data disk of a machine can be reached, whose rack is dark or not.
    #[inline(never)]
    fn look_at_disk(&mut self, at: usize, dark: bool, t: SimTime) {
        let Some(managed) = self.design.sets[self.set_of(at)].management.as_ref() else { return };
        let disk_dark = managed.disks.data && !is_reachable(dark, managed.disks.zone_redundant);
        self.see_disk(at, disk_dark, t);
    }

    /// HM-04, HM-05, HM-07: from when on the set takes a machine for ill that is not well, as seen at `t`; none if it never does.
    pub(crate) fn known_ill_at(&self, at: usize, t: SimTime) -> Option<SimTime> {
        let set = self.set_of(at);
        let health = self.design.sets[set].management.as_ref()?.health?;
        let slot = &self.manager.slots[at];
        let told = self.told(set, &health, slot.trouble, slot.since);
        if slot.decided || slot.up_at == SimTime::NEVER || (slot.trouble == Trouble::Machine && slot.up_at < slot.since)
        {
            return told;
        }
        // It boots, or has booted: with rich states it is initializing from then on, until its grace is over.
        if begins_initializing(health.source) {
            let dead = told.filter(|&told| told < slot.up_at && t < slot.up_at);
            return dead.or(Some(slot.up_at.after(health.grace).max(slot.since)));
        }
        told.into_iter().chain(self.unanswered(set, slot.since.max(slot.up_at))).min()
    }

    /// HM-04, HM-07: from when on the set knows of a machine's trouble.
    pub(crate) fn told(&self, set: usize, health: &Health, trouble: Trouble, since: SimTime) -> Option<SimTime> {
        match trouble {
            Trouble::Machine => health.dead_after.map(|after| since.after(after)),
            Trouble::Application => self.unanswered(set, since),
        }
    }

    /// HM-04: when enough probes have gone unanswered.
    fn unanswered(&self, set: usize, since: SimTime) -> Option<SimTime> {
        self.manager.sets[set].probes.map(|probes| probes.refused(since))
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
        // HM-05: an extension that has not been answered well since it started has not decided yet.
        let undecided = !slot.decided && slot.up_at <= t;
        if slot.well {
            if self.known_well_at(at) <= t {
                return HealthState::Healthy;
            }
            let in_grace = begins_initializing(health.source) && t < slot.up_at.after(health.grace);
            return if undecided && in_grace { HealthState::Initializing } else { state_after_grace(health.source) };
        }
        match self.known_ill_at(at, t) {
            Some(known) if known <= t => state_in_trouble(health.source, slot.trouble),
            _ if undecided => HealthState::Initializing,
            _ => HealthState::Healthy,
        }
    }

    /// HM-05, HM-06: when it is decided at the latest what a machine is that is initializing; none if it is not.
    pub(crate) fn decided_at(&self, at: usize, t: SimTime) -> Option<SimTime> {
        let slot = &self.manager.slots[at];
        if slot.state != State::Running || self.health_of(at, t) != HealthState::Initializing {
            return None;
        }
        let known = if slot.well { Some(self.known_well_at(at)) } else { self.known_ill_at(at, t) };
        known.filter(|&known| known > t)
    }

    /// A machine is not well: its repair is looked at once that is known, has lasted, and no grace holds it up.
    pub(crate) fn await_repair(&mut self, at: usize, t: SimTime) {
        let set = self.set_of(at);
        let Some(repairs) = self.design.sets[set].management.as_ref().and_then(|m| m.repairs) else { return };
        let slot = &self.manager.slots[at];
        if slot.well || slot.state != State::Running || slot.repairing || self.manager.sets[set].suspended {
            return;
        }
        let Some(known) = self.known_ill_at(at, t) else { return };
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
