//! Machines are created: quota and hardware, standby pools, time-outs and retries, overprovisioning.

use super::State;
use crate::Extra;
use crate::machine::{ABSENT, RACK_OUT};
use crate::operations::Operation;
use crate::pending::Due;
use crate::policy::allocation::{Usage, admits};
use crate::policy::health::Trouble;
use crate::policy::resilient::next_create;
use crate::world::{CREATION, World};
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::Strikes;

/// DK-04: how long a forced detach takes.
const DETACH: SimDuration = SimDuration::from_ms(120_000);
/// DK-04: how long attaching the disk takes.
const ATTACH: SimDuration = SimDuration::from_ms(30_000);

/// A machine to be made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub group: usize,
    pub spot: bool,
    /// Not asked for (OV-01, AZ-08): it counts only once it is adopted.
    pub extra: bool,
    /// OV-01: nobody pays for it until it is adopted.
    pub free: bool,
    /// What it is charged to until it serves.
    pub cause: u16,
    /// RC-02: it is made by the creation of its set or by a scale-out: only then is it tried again.
    pub scale_out: bool,
    /// It takes the place of a repaired one.
    pub repairs: bool,
    /// DK-04: a data disk is detached elsewhere and attached to it.
    pub attaches: bool,
}

impl Order {
    /// One machine in a group, regular or Spot, that is asked for, and charged to a cause until it serves.
    pub const fn of((group, spot): (usize, bool), cause: u16) -> Self {
        Self { group, spot, extra: false, free: false, cause, scale_out: false, repairs: false, attaches: false }
    }
}

impl World {
    /// AL-01, AL-05: whether the quota has room for `add` more machines of a set: `spot` of them Spot, `pooled` of them ready
    /// in its pools, which hold their quota already (SB-01).
    pub(crate) fn quota_allows(&self, set: usize, add: u32, spot: u32, pooled: u32) -> bool {
        if self.is_mixed(set) {
            return self.quota_of_mix_allows(set, add - spot, spot);
        }
        let (Some(quota), Some(managed)) = (&self.design.quota, &self.design.sets[set].management) else { return true };
        let allocated = self.manager.sets[set].places().map(|group| self.manager.groups[group].allocated);
        let reserved: u32 = allocated.map(|allocated| managed.reserved_per_zone.saturating_sub(allocated)).sum();
        let usage = self.manager.usage[self.design.sets[set].region.0 as usize];
        let regular = add - spot - pooled;
        let after = Usage { machines: usage.machines + regular.saturating_sub(reserved), ..usage };
        admits(&usage, quota, managed.vcpus, false, regular, reserved)
            && admits(&after, quota, managed.vcpus, true, spot, 0)
    }

    /// Begins the creation of a machine; none if the zone has no slot or no hardware for it.
    pub(crate) fn create(&mut self, order: Order, t: SimTime, strikes: &Strikes) -> Option<usize> {
        let vacant = self.vacant_slot(order.group, order.spot, t, strikes);
        let set = self.manager.groups[order.group].set;
        let pooled = !order.spot && self.manager.groups[order.group].standby > 0;
        let runs =
            self.design.sets[set].management.as_ref().and_then(|m| m.standby.as_ref()).is_some_and(|p| p.running);
        // SB-01: a pool of running machines holds its capacity, a pool of deallocated ones promises none.
        let (when, refused) = self.manager.groups[order.group].refused;
        let refused = if when == t { refused } else { 0 };
        let at = vacant.filter(|&at| !order.spot || !self.is_short_of_spot(self.zone_of(at), t));
        let found = at.and_then(|at| {
            let size =
                if pooled && runs { Some(0) } else { self.finds_hardware((at, order.spot), refused, t, strikes) };
            Some((at, size?))
        });
        // SP-02: last, since it uses up what is given back.
        let found = found.filter(|_| !order.spot || self.manager.groups[order.group].shortages.gives(t));
        let Some((at, size)) = found else {
            self.manager.groups[order.group].refused = (t, refused + 1);
            let why = if vacant.is_none() && !self.has_room(order.group) {
                Operation::NoRoom
            } else {
                Operation::AllocationsFailed
            };
            self.book.count(why, 1, t, &self.measure);
            return None;
        };
        self.book.count(Operation::Creations, 1, t, &self.measure);
        self.book.count(Operation::OtherSizes, u64::from(size > 0), t, &self.measure);
        self.appear(at, (&order, size), t, strikes);
        self.manager.slots[at].repairing = order.repairs;
        self.manager.slots[at].data_moved = order.attaches;
        if pooled {
            self.take_from_pool(at, order.group, t, strikes);
        } else {
            self.try_to_create(at, t, strikes);
        }
        Some(at)
    }

    /// One attempt to create the machine of a slot (RC-02 to RC-04). Both its length and whether it fails are its own luck.
    fn try_to_create(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        let Some(managed) = self.design.sets[self.set_of(at)].management.as_ref() else { return };
        let creation = &managed.creation;
        let slot = &mut self.manager.slots[at];
        let spent = t.since(slot.first_try);
        let resilient = creation.resilient && slot.scale_out;
        let Some(allowed) = next_create(slot.attempts, spent, creation.timeout, resilient) else { return };
        slot.attempts += 1;
        slot.deadline = t.after(allowed);
        let mut stream = self.luck_of(at, strikes, t, CREATION).stream();
        let fails = stream.unit() < creation.failure;
        let length = creation.time.draw(&mut stream);
        let warm_up = self.sets[self.set_of(at)].warm_up.draw(&mut stream);
        if fails || length > allowed {
            self.manager.slots[at].due = t.after(allowed);
            self.wait(Due::CreateTimeout, at, t.after(allowed));
        } else {
            let moved = std::mem::take(&mut self.manager.slots[at].data_moved);
            let length = if moved { length.max(DETACH).plus(ATTACH) } else { length };
            self.manager.slots[at].due = SimTime::NEVER;
            let (up, ready) = (t.after(length), t.after(length).after(warm_up));
            self.boots_until(at, up, ready);
            self.power_on(at, ready, t, strikes);
        }
    }

    /// RC-04, RC-07: a creation has timed out: another attempt is made, as a new machine with a new id, or it has failed.
    pub(crate) fn create_timed_out(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        let slot = self.manager.slots[at];
        if slot.state != State::Creating || slot.due != t {
            return;
        }
        let set = self.set_of(at);
        let stalled = self.machines[at].marks & (self.holding | RACK_OUT) != 0;
        if !stalled && self.machines[at].marks & ABSENT == 0 {
            // Its rack or host is back, and it is on its way.
            return;
        }
        self.book.count(Operation::CreationsTimedOut, 1, t, &self.measure);
        let Some(managed) = self.design.sets[set].management.as_ref() else { return };
        let (timeout, resilient) = (managed.creation.timeout, managed.creation.resilient && slot.scale_out);
        if next_create(slot.attempts, t.since(slot.first_try), timeout, resilient).is_some() {
            self.manager.renumber(at);
            if !stalled {
                return self.try_to_create(at, t, strikes);
            }
            if !slot.extra && self.create_elsewhere(at, t, strikes) {
                return;
            }
        }
        if slot.extra {
            return self.extra_has_failed(at, t);
        }
        if self.extra_steps_in(at, t) {
            return;
        }
        self.book.count(Operation::CreationsFailed, 1, t, &self.measure);
        // RC-07: it never serves, not when its rack or host is back either.
        self.withdraw(at, self.machines[at].root, t);
        self.becomes(at, State::Failed, t);
        self.gives_back((slot.group as usize, slot.spot), t);
        if slot.repairing {
            self.repair_has_ended(at, false, t);
        }
    }

    /// The rack or host of a machine that is being created is dark: if it still is at the end of the attempt, the attempt
    /// has timed out.
    #[inline(never)]
    pub(crate) fn creation_stalls(&mut self, at: usize, t: SimTime) {
        let slot = &mut self.manager.slots[at];
        if slot.due == SimTime::NEVER {
            slot.due = slot.deadline.max(t);
            let due = slot.due;
            self.wait(Due::CreateTimeout, at, due);
        }
    }

    /// RC-04: the next attempt, on other hardware; false if there is none.
    fn create_elsewhere(&mut self, at: usize, t: SimTime, strikes: &Strikes) -> bool {
        let (set, slot, cause) = (self.set_of(at), self.manager.slots[at], self.machines[at].root);
        let from = (slot.group as usize, slot.spot);
        let Some(group) = self.group_for_one(set, from, true, t, strikes) else { return false };
        self.count_out(at);
        self.disown(at, t);
        self.vacate(at, t);
        self.owe(set, 1, cause, t);
        // RC-02: only a scale-out comes here.
        let order = Order { scale_out: true, ..Order::of((group, slot.spot), cause) };
        if let Some(new) = self.create_owed(order, t, strikes) {
            self.is_changed(new);
            (self.manager.slots[new].attempts, self.manager.slots[new].first_try) = (slot.attempts + 1, slot.first_try);
        }
        true
    }

    /// A new machine boots no longer, though its application still warms up.
    pub(crate) fn creation_ends(&mut self, at: usize, t: SimTime) {
        let slot = &mut self.manager.slots[at];
        if slot.state != State::Creating || slot.up_at != t {
            return;
        }
        (slot.since, slot.trouble) = (t, Trouble::Application);
        self.has_been_created(at, t);
        self.await_repair(at, t);
    }

    /// A machine has been created: its system is up, and what it runs warms up or serves.
    pub(crate) fn has_been_created(&mut self, at: usize, t: SimTime) {
        let set = self.set_of(at);
        self.becomes(at, State::Running, t);
        let group = self.manager.slots[at].group as usize;
        // OV-01: whichever is ready first is kept.
        if self.is_spare(at) && self.manager.groups[group].awaited > 0 {
            self.swap_extra(at, group, t);
        }
        self.spares_go_if_all_came(group, t);
        if self.is_surging(at) {
            self.nudge_rollout(set, t);
        }
        let grace = self.design.sets[set].management.as_ref().and_then(|m| m.repairs.as_ref()).map(|r| r.grace);
        if let Some(grace) = grace {
            // AR-04: every new machine has its grace.
            self.manager.slots[at].grace_until = t.after(grace);
            if self.manager.slots[at].repairing {
                self.repair_has_ended(at, true, t);
            }
        }
    }

    /// OV-01: whether a machine is one of overprovisioning: nobody waits for it.
    pub(super) fn is_spare(&self, at: usize) -> bool {
        self.manager.slots[at].extra && !self.is_rebalancing_to(self.set_of(at), at) && !self.is_surging(at)
    }

    /// OV-01, OV-02: an extra machine runs before one that was asked for: they change places.
    fn swap_extra(&mut self, at: usize, group: usize, t: SimTime) {
        let numbers = self.manager.groups[group].numbers.clone();
        let slow = numbers.map(|number| self.position_of[number as usize] as usize).filter(|&other| {
            let slot = &self.manager.slots[other];
            slot.state == State::Creating && !slot.extra && !slot.repairing
        });
        // The slowest is the one that will be ready last; one that will time out is slower still.
        let slow = slow.max_by_key(|&other| {
            let fails = self.machines[other].marks & ABSENT != 0;
            (fails, self.ready_at[other], self.instance_of[other])
        });
        if let Some(slow) = slow {
            let cause = self.machines[slow].root;
            self.adopt(at, cause, t);
            self.make_extra(slow, t);
        }
    }

    /// OV-01: where a machine that was asked for has failed, an extra one that is still coming takes its place.
    fn extra_steps_in(&mut self, at: usize, t: SimTime) -> bool {
        let group = self.manager.slots[at].group as usize;
        let numbers = self.manager.groups[group].numbers.clone();
        let coming = numbers.map(|number| self.position_of[number as usize] as usize).find(|&other| {
            let slot = &self.manager.slots[other];
            slot.state == State::Creating && self.is_spare(other)
        });
        let Some(coming) = coming.filter(|_| !self.manager.slots[at].repairing) else { return false };
        let cause = self.machines[at].root;
        self.adopt(coming, cause, t);
        self.make_extra(at, t);
        self.vacate(at, t);
        true
    }

    /// An extra machine could not be created.
    fn extra_has_failed(&mut self, at: usize, t: SimTime) {
        let set = self.set_of(at);
        let rebalancing = self.is_rebalancing_to(set, at);
        self.vacate(at, t);
        if rebalancing {
            self.rebalance_has_failed(set, t);
        }
    }

    /// A machine that was asked for is no longer.
    fn make_extra(&mut self, at: usize, t: SimTime) {
        self.disown(at, t);
        self.count_out(at);
        self.use_quota(self.set_of(at), self.manager.slots[at].taken(), false);
        let counted = self.is_promised(at);
        self.manager.asks_for(at, false);
        self.pay_for(at, false, t);
        self.see_promise(at, counted, t);
    }

    /// OV-01: once nothing that was asked for in a zone is still to come, be it there, failed or gone, the extra machines there are
    /// deleted.
    pub(super) fn spares_go_if_all_came(&mut self, group: usize, t: SimTime) {
        let of = &self.manager.groups[group];
        let managed = &self.design.sets[of.set].management;
        let overprovisions = managed.as_ref().is_some_and(|managed| managed.overprovision.is_some());
        if !overprovisions || of.awaited > 0 || of.extras == 0 {
            return;
        }
        for number in self.manager.groups[group].numbers.clone() {
            let at = self.position_of[number as usize] as usize;
            let slot = &self.manager.slots[at];
            if slot.state != State::Vacant && self.is_spare(at) {
                self.vacate(at, t);
            }
        }
    }

    /// How long the creation of a machine takes that replaces an image (PT-03: reimage = create − 15 s).
    pub(crate) fn reimage_time(&self, at: usize, t: SimTime, strikes: &Strikes) -> SimDuration {
        let Some(managed) = self.design.sets[self.set_of(at)].management.as_ref() else { return SimDuration::ZERO };
        let length = managed.creation.time.draw(&mut self.luck_of(at, strikes, t, CREATION).stream());
        SimDuration::from_ms(length.as_ms().saturating_sub(15_000))
    }

    /// What missing machines of a scale-out are charged to.
    pub(crate) fn no_capacity(&self) -> u16 {
        self.own_cause(Extra::NoCapacity)
    }
}
