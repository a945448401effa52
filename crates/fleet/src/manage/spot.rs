//! SP: Spot machines are evicted, and tried to be restored. OM-09, AL-03: deallocated machines, and their start.

use super::State;
use crate::machine::*;
use crate::management::EvictionPolicy;
use crate::operations::Operation;
use crate::pending::Due;
use crate::policy::disk::Touch;
use crate::policy::spot::restore_wait;
use crate::world::World;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::Strikes;

/// Purposes of luck.
const START_AGAIN: u64 = 7;

impl World {
    /// SP-01, SP-02: the platform takes a Spot machine; `shortage` is how long it has none to give back for it. In a wave,
    /// the first machine's is how long no new Spot machine finds capacity in the zone. Others are not touched.
    pub(crate) fn evict(&mut self, at: usize, cause: u16, (shortage, wave): (Option<SimDuration>, bool), t: SimTime) {
        let Some(slot) = self.manager.slots.get(at) else { return };
        if !slot.spot || !matches!(slot.state, State::Creating | State::Running) {
            return;
        }
        let (set, extra) = (self.set_of(at), slot.extra);
        let Some(spot) = self.design.sets[set].management.as_ref().and_then(|managed| managed.spot.as_ref()) else {
            return;
        };
        let (eviction, restore) = (spot.eviction, spot.restore);
        let short_until = shortage.map_or(SimTime::NEVER, |length| t.after(length));
        let group = &mut self.manager.groups[slot.group as usize];
        if wave && group.last_wave != Some(t) {
            (group.last_wave, group.spot_short_until) = (Some(t), group.spot_short_until.max(short_until));
        }
        self.abandon_repair(at, t);
        self.book.count(Operation::Evictions, 1, t, &self.measure);
        if extra || eviction == EvictionPolicy::Delete {
            return self.evict_for_good(at, cause, t);
        }
        self.withdraw(at, cause, t);
        self.freshen(at);
        self.lose_disks(at, Touch::Deallocate, t);
        self.becomes(at, State::Deallocated, t);
        let slot = &mut self.manager.slots[at];
        (slot.short_until, slot.attempts, slot.first_try) = (short_until, 0, t);
        slot.due = SimTime::NEVER;
        if restore.is_some() {
            slot.due = t.after(restore_wait(0));
            self.wait(Due::Restore, at, t.after(restore_wait(0)));
        }
    }

    /// SP-02: with the policy Delete nobody makes the machine again but the customer.
    fn evict_for_good(&mut self, at: usize, cause: u16, t: SimTime) {
        let set = self.set_of(at);
        let rebalancing = self.is_rebalancing_to(set, at);
        let extra = self.manager.slots[at].extra;
        self.book.settle(t, &self.measure);
        if !extra {
            self.count_out(at);
        }
        if self.manager.slots[at].state.has_data() {
            self.lose_disks(at, Touch::Delete, t);
        }
        self.disown(at, t);
        self.withdraw(at, self.nobody, t);
        self.vacate(at, t);
        if !extra {
            self.owe(set, 1, cause, t);
        }
        if rebalancing {
            self.rebalance_has_failed(set, t);
        }
    }

    /// Whatever was wrong within a machine is over; its pending recoveries are of a machine that is no more.
    pub(crate) fn freshen(&mut self, at: usize) {
        self.manager.slots[at].epoch = self.manager.slots[at].epoch.wrapping_add(1);
        self.machines[at].marks &= !MODES | self.manager.of_host;
        if !self.factors.is_empty() {
            self.factors[at] = self.factor(at);
        }
        self.end_lives(at);
        self.forget_symptom(at);
    }

    /// SP-03: an attempt to restore an evicted machine.
    pub(crate) fn restore(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        let slot = self.manager.slots[at];
        if slot.state != State::Deallocated || slot.due != t {
            return;
        }
        let set = self.set_of(at);
        let spot = self.design.sets[set].management.as_ref().and_then(|managed| managed.spot.as_ref());
        let Some(limit) = spot.and_then(|spot| spot.restore) else { return };
        if self.starts_again(at, t, strikes) {
            self.book.count(Operation::Restores, 1, t, &self.measure);
            return;
        }
        let next = t.after(restore_wait(slot.attempts + 1));
        let slot = &mut self.manager.slots[at];
        slot.attempts += 1;
        if next.since(slot.first_try) > limit {
            slot.due = SimTime::NEVER;
            self.book.count(Operation::RestoresGivenUp, 1, t, &self.measure);
        } else {
            slot.due = next;
            self.wait(Due::Restore, at, next);
        }
    }

    /// AL-03: starts a deallocated machine, if its rack is lit and there is hardware.
    pub(crate) fn starts_again(&mut self, at: usize, t: SimTime, strikes: &Strikes) -> bool {
        let set = self.set_of(at);
        let dark = self.machines[at].marks & (self.holding | RACK_OUT) != 0;
        let slot = &self.manager.slots[at];
        // SP-01: after an eviction Spot capacity stays short for a while.
        let short = slot.spot && t < slot.short_until;
        if dark || short || self.control_plane_back(set, t, strikes) > t || !self.finds_hardware(at, 0, t, strikes) {
            return false;
        }
        let Some(managed) = self.design.sets[set].management.as_ref() else { return false };
        let luck = self.luck_of(at, strikes, t, START_AGAIN);
        let start = managed.creation.start.draw(&mut luck.stream());
        let warm_up = self.sets[set].warm_up.draw(&mut luck.part(1, 1).stream());
        self.manager.slots[at].starts = true;
        self.becomes(at, State::Running, t);
        self.begin_new_lives(at, t, strikes);
        let (up, ready) = (t.after(start), t.after(start).after(warm_up));
        self.boots_until(at, up, ready);
        self.power_on(at, ready, t, strikes);
        true
    }
}
