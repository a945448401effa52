//! SP: Spot machines are evicted, and tried to be restored. OM-09, AL-03: deallocated machines, and their start.
//!
//! A wave of evictions (scope zone or region) is one event of its zones, with one length: until it is over a zone has no
//! Spot capacity to give, whoever stood there and whatever its set does with evicted machines. No Spot machine is created
//! or starts there; afterwards each comes back by its own retries. A wave may take some racks only: then the Spot machines
//! on the others run on, and the zone is short all the same. A creation that has begun has its hardware.
//!
//! A single eviction (scope instance or host, or each one of a hall or rack) says that the zone has one Spot machine less to
//! give, for a length of its own. With Deallocate that is the evicted machine: it does not start before. With Delete it is
//! one creation of its set in that zone (see [`super::shortage`]); another zone of the set may give the machine at once
//! (ZB-11). Nothing that the set does ends a shortage: a deallocated machine that is deleted leaves its own behind.

use super::{Slot, State};
use crate::machine::*;
use crate::management::EvictionPolicy;
use crate::operations::Operation;
use crate::pending::Due;
use crate::policy::disk::Touch;
use crate::policy::spot::restore_wait;
use crate::suppressed::Suppressed;
use crate::world::World;
use zonefall_engine::SimTime;
use zonefall_faults::{RackOutage, Strikes};
use zonefall_topology::{RackId, ZoneId};

/// Purposes of luck.
const START_AGAIN: u64 = 7;

impl World {
    /// SP-01: a storm evicts Spot machines. Where it is one of zones, each of them is short until it is over, whoever stands
    /// there; else those that are evicted are, each for itself.
    pub(crate) fn evictions_begin(&mut self, outage: RackOutage, cause: u16, t: SimTime) {
        if !self.manager.is_active() {
            return;
        }
        let of_zones = self.causes[cause as usize].of_zones;
        let own = (!of_zones).then_some(outage.end);
        let spared = self.suppressed.as_ref().map_or(0..0, Suppressed::racks);
        for rack in (outage.first_rack..outage.first_rack + outage.racks).filter(|rack| !spared.contains(rack)) {
            if of_zones {
                let short = &mut self.manager.spot_short[self.topology.zone_of(RackId(rack)).0 as usize];
                *short = outage.end.max(*short);
            }
            for at in self.rack_machines(rack) {
                if self.machines[at].marks & ABSENT == 0 && self.is_up(at, t) {
                    self.evict(at, cause, own, t);
                }
            }
        }
    }

    /// SP-01, AL-03: whether a wave leaves a zone without Spot capacity: no Spot machine is created or starts there.
    pub(crate) fn is_short_of_spot(&self, zone: ZoneId, t: SimTime) -> bool {
        t < self.manager.spot_short[zone.0 as usize]
    }

    /// SP-01, SP-02: the platform takes a Spot machine. `own`: until when it has no hardware to give in its place; none in a
    /// wave, of which the zone is short. Others are not touched.
    pub(crate) fn evict(&mut self, at: usize, cause: u16, own: Option<SimTime>, t: SimTime) {
        let Some(slot) = self.manager.slots.get(at) else { return };
        if !slot.spot || !matches!(slot.state, State::Creating | State::Running) {
            return;
        }
        let set = self.set_of(at);
        let Some(spot) = self.design.sets[set].management.as_ref().and_then(|managed| managed.spot.as_ref()) else {
            return;
        };
        let (eviction, restore, short_until) = (spot.eviction, spot.restore, own.unwrap_or(SimTime::ZERO));
        if self.manager.is_creating(at) && self.is_up(at, t) {
            self.has_been_created(at, t);
        }
        // OV: to be created may have made it one that was asked for, or have taken it away.
        let Slot { extra, state, .. } = self.manager.slots[at];
        if !matches!(state, State::Creating | State::Running) {
            return;
        }
        self.abandon_repair(at, t);
        self.book.count(Operation::Evictions, 1, t, &self.measure);
        if extra || eviction == EvictionPolicy::Delete {
            return self.evict_for_good(at, cause, short_until, t);
        }
        self.withdraw(at, cause, t);
        self.freshen(at, t);
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

    /// SP-01: whether the system of a machine is up, and warms up at least: from then on it can be evicted, whether or not
    /// anybody tells that from a machine that serves (`sees_creations`).
    pub(crate) fn is_up(&self, at: usize, t: SimTime) -> bool {
        !self.manager.is_creating(at) || self.manager.slots[at].up_at < t
    }

    /// SP-02: with the policy Delete nobody makes the machine again but the customer.
    fn evict_for_good(&mut self, at: usize, cause: u16, short_until: SimTime, t: SimTime) {
        let (set, slot) = (self.set_of(at), self.manager.slots[at]);
        let rebalancing = self.is_rebalancing_to(set, at);
        self.book.settle(t, &self.measure);
        if !slot.extra {
            self.count_out(at);
        }
        if slot.state.has_data() {
            self.lose_disks(at, Touch::Delete, t);
        }
        self.disown(at, t);
        self.withdraw(at, self.nobody, t);
        self.takes_along(at, t);
        self.manager.groups[slot.group as usize].shortages.add(short_until, t);
        if !slot.extra {
            self.owe(set, 1, cause, t);
        }
        if rebalancing {
            self.rebalance_has_failed(set, t);
        }
    }

    /// SP-02: a group gives the hardware of a machine back, if that was a Spot one: its zone has one more for it.
    pub(crate) fn gives_back(&mut self, (group, spot): (usize, bool), t: SimTime) {
        if spot {
            self.manager.groups[group].shortages.give_back(t);
        }
    }

    /// Whatever was wrong within a machine is over; its pending recoveries are of a machine that is no more.
    pub(crate) fn freshen(&mut self, at: usize, t: SimTime) {
        self.manager.slots[at].epoch = self.manager.slots[at].epoch.wrapping_add(1);
        self.machines[at].marks &= !MODES | self.manager.of_host;
        if !self.factors.is_empty() {
            self.factors[at] = self.factor(at);
        }
        self.end_lives(at);
        self.forget_symptom(at);
        self.see_uptime(at, t);
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

    /// AL-03: starts a deallocated machine, if its rack is lit and there is hardware; a Spot one, if its zone has Spot capacity.
    pub(crate) fn starts_again(&mut self, at: usize, t: SimTime, strikes: &Strikes) -> bool {
        let set = self.set_of(at);
        let dark = self.machines[at].marks & (self.holding | RACK_OUT) != 0;
        let slot = &self.manager.slots[at];
        // SP-01: after an eviction Spot capacity stays short for a while, here or in the whole zone.
        let short = slot.spot && (t < slot.short_until || self.is_short_of_spot(self.zone_of(at), t));
        if dark || short || self.control_plane_back(set, t, strikes) > t || !self.finds_its_hardware(at, t, strikes) {
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
