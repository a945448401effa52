//! Machines appear, stop, start again and vanish. The only functions that change what a slot holds, and so the only ones
//! that keep the counts of groups, sets, racks and quota.

use super::create::Order;
use super::delete::Leaver;
use super::{Manager, Slot, State};
use crate::Extra;
use crate::bill::Paid;
use crate::design::StartState;
use crate::machine::*;
use crate::operations::Operation;
use crate::parts::Counts;
use crate::pending::Due;
use crate::policy::disk::{Touch, loses};
use crate::serving::Class;
use crate::world::{Starts, World};
use zonefall_engine::SimTime;
use zonefall_faults::Strikes;

/// No cause of the storm: what ends with it was charged to nothing.
const NO_CAUSE: u16 = u16::MAX;

impl World {
    /// The cause of that name among the fleet's own.
    pub(crate) fn own_cause(&self, extra: Extra) -> u16 {
        self.deployment + extra as u16
    }

    /// What a machine is charged to, or, where it serves, what takes it out.
    pub(crate) fn charged_to(&self, at: usize, reason: Extra) -> u16 {
        let machine = &self.machines[at];
        let absent = machine.marks & self.absent() != 0 && machine.root != self.nobody;
        if absent { machine.root } else { self.own_cause(reason) }
    }

    /// Puts the slots as they are when a trial begins: the first machines of each group stand, the others are vacant.
    /// Sets that begin by being created are vacant altogether.
    pub(crate) fn begin_slots(&mut self, strikes: &Strikes) {
        self.manager.reset();
        let placed = self.moves || self.manager.vacancy.is_empty();
        if placed {
            for index in 0..self.manager.groups.len() {
                for number in self.manager.groups[index].numbers.clone() {
                    let at = self.position_of[number as usize] as usize;
                    let rack = self.rack_of(at);
                    let (group, ordinal) = strikes.population().instance_key(number);
                    let who = group.wrapping_add(ordinal);
                    self.manager.slots[at] = Slot { group: index as u32, rack, who, ..Slot::VACANT };
                }
            }
            self.lay_out_vacancy();
        }
        for index in 0..self.manager.groups.len() {
            let group = &self.manager.groups[index];
            let (set, numbers, initial) = (group.set, group.numbers.clone(), group.initial);
            let creating = matches!(self.design.sets[set].start, StartState::Creating(_));
            let stands = if self.manager.sets[set].managed && creating { 0 } else { initial };
            for (ordinal, number) in numbers.enumerate() {
                let at = self.position_of[number as usize] as usize;
                let (rack, who) = (self.manager.slots[at].rack, self.manager.slots[at].who);
                let stands = (ordinal as u32) < stands;
                let state = if stands { State::Running } else { State::Vacant };
                self.manager.slots[at] = Slot { state, group: index as u32, rack, who, ..Slot::VACANT };
                self.set_vacant(at, !stands);
            }
        }
        // Ids go round the zones, as a set is created: one machine at a time in the zone with the fewest.
        for set in 0..self.manager.sets.len() {
            self.number_machines(set);
        }
    }

    fn number_machines(&mut self, set: usize) {
        let groups = self.manager.sets[set].groups.clone();
        let most = groups.clone().map(|group| self.manager.groups[group].numbers.len()).max().unwrap_or(0);
        for ordinal in 0..most as u32 {
            for group in groups.clone() {
                let numbers = self.manager.groups[group].numbers.clone();
                let Some(number) = numbers.clone().nth(ordinal as usize) else { continue };
                let at = self.position_of[number as usize] as usize;
                if self.manager.slots[at].state == State::Running {
                    self.manager.sets[set].desired += 1;
                    let spot = self.is_next_spot(set);
                    let size = self.size_with_quota(set, spot).unwrap_or(0);
                    let slot = &mut self.manager.slots[at];
                    (slot.spot, slot.size) = (spot, size);
                    let group = slot.group as usize;
                    self.count_in(at);
                    self.meter_hardware(group, spot, 1, SimTime::ZERO);
                    self.meter(set, Paid::Disks, 1, SimTime::ZERO);
                    self.see_promise(at, false, SimTime::ZERO);
                }
            }
        }
    }

    /// SP-05: whether the next machine of a set that grows to what it wants is a Spot one.
    fn is_next_spot(&self, set: usize) -> bool {
        let Some(spot) = self.design.sets[set].management.as_ref().and_then(|managed| managed.spot.as_ref()) else {
            return false;
        };
        let state = &self.manager.sets[set];
        let (total, regular) = (state.exists + 1, state.exists - state.spot);
        crate::policy::spot::regular_to_add(regular, total, 1, spot.mix) == 0
    }

    /// The set of a machine.
    pub(crate) fn set_of(&self, at: usize) -> usize {
        self.machines[at].set as usize
    }

    /// Counts the machine of a slot whose state has just been set, and gives it its id.
    fn count_in(&mut self, at: usize) {
        let Manager { slots, groups, sets, vacancy, .. } = &mut self.manager;
        let slot = &mut slots[at];
        let group = &mut groups[slot.group as usize];
        let (set, spot, size, extra) = (group.set, slot.spot, slot.size, slot.extra);
        let state = &mut sets[set];
        slot.id = state.next_id;
        state.next_id += 1;
        state.unconsidered = true;
        group.allocated += 1;
        vacancy.occupy(slot.rack, set, true);
        if !extra {
            state.exists += 1;
            state.spot += u32::from(spot);
            group.count += 1;
            self.manager.list(at);
            self.use_quota(set, (spot, size), true);
        }
        self.manager.touch(at);
    }

    /// AL-05: takes the cores of a machine, Spot or not and of a size, from the quota, or gives them back.
    pub(crate) fn use_quota(&mut self, set: usize, (spot, size): (bool, u8), takes: bool) {
        let set = &mut self.manager.sets[set];
        if !set.managed {
            return;
        }
        let vcpus = match set.sizes.get_mut(usize::from(size)) {
            Some(of) if !spot => {
                of.used = if takes { of.used + of.vcpus } else { of.used - of.vcpus };
                of.vcpus
            }
            Some(of) => of.vcpus,
            None => set.vcpus,
        };
        let usage = &mut self.manager.usage[set.region];
        let cores = if spot { &mut usage.spot_vcpus } else { &mut usage.vcpus };
        if takes {
            *cores += vcpus;
            usage.machines += 1;
        } else {
            *cores -= vcpus;
            usage.machines -= 1;
        }
    }

    /// AZ-05, SB-01: what the quota may have held up in the region of a set is considered anew.
    fn quota_has_room(&mut self, set: usize, t: SimTime) {
        if self.design.quota.is_none() {
            return;
        }
        let region = self.manager.sets[set].region;
        for other in 0..self.manager.sets.len() {
            let state = &mut self.manager.sets[other];
            if state.region == region && state.restless && state.rebalance_due != t {
                state.rebalance_due = t;
                self.wait(Due::Rebalance, other, t);
            }
        }
    }

    /// A machine no longer counts as an instance of its set.
    pub(crate) fn count_out(&mut self, at: usize) {
        let set = self.set_of(at);
        let slot = self.manager.slots[at];
        debug_assert!(slot.state.counts());
        let state = &mut self.manager.sets[set];
        if slot.extra {
            return;
        }
        state.exists -= 1;
        state.spot -= u32::from(slot.spot);
        state.unconsidered = true;
        self.manager.groups[slot.group as usize].count -= u32::from(slot.state.balances());
        self.manager.unlist(at);
        self.manager.touch(at);
    }

    /// Changes the state of a machine.
    pub(crate) fn becomes(&mut self, at: usize, state: State, t: SimTime) {
        let counted = self.is_promised(at);
        let slot = &mut self.manager.slots[at];
        let (awaited, before) = (slot.is_awaited(), std::mem::replace(&mut slot.state, state));
        let awaits = slot.is_awaited();
        let (spot, extra, free, group_at) = (slot.spot, slot.extra, slot.free, slot.group as usize);
        let group = &mut self.manager.groups[group_at];
        if awaited != awaits {
            group.awaited = if awaits { group.awaited + 1 } else { group.awaited - 1 };
        }
        let set = &mut self.manager.sets[group.set];
        set.unconsidered |= set.restless;
        if !extra && before.counts() && state.counts() && before.balances() != state.balances() {
            group.count = if state.balances() { group.count + 1 } else { group.count - 1 };
            set.unconsidered = true;
        }
        if before.is_allocated() != state.is_allocated() {
            group.allocated = if state.is_allocated() { group.allocated + 1 } else { group.allocated - 1 };
            if spot {
                let change = if state.is_allocated() { 1 } else { -1 };
                self.book.add(Class::Spot, change, t, &self.measure);
            }
        }
        if (before == State::Deallocated) != (state == State::Deallocated) {
            let change = if state == State::Deallocated { 1 } else { -1 };
            group.deallocated = group.deallocated.saturating_add_signed(change as i32);
            self.book.add(Class::Deallocated, change, t, &self.measure);
            set.unconsidered = true;
            let set = group.set;
            self.meter(set, Paid::Stopped, change, t);
        }
        if !free && before.is_allocated() != state.is_allocated() {
            let change = if state.is_allocated() { 1 } else { -1 };
            self.meter_hardware(group_at, spot, change, t);
        }
        self.see_promise(at, counted, t);
        self.manager.sees_illness(at);
        if before == State::Creating && std::mem::take(&mut self.manager.slots[at].of_change) {
            self.change_is_over_for_one(self.set_of(at), t);
        }
        if !matches!(state, State::Creating | State::Running) {
            self.leaves_rollout(at, state, t);
            if before == State::Creating {
                self.spares_go_if_all_came(group_at, t);
            }
        }
    }

    /// A new machine in a vacant slot, of which the creation begins: it does not run, and is charged to `cause`.
    pub(crate) fn appear(&mut self, at: usize, (order, size): (&Order, u8), t: SimTime, strikes: &Strikes) {
        let &Order { spot, extra, free, cause, scale_out, .. } = order;
        self.book.settle(t, &self.measure);
        let slot = &mut self.manager.slots[at];
        debug_assert_eq!(slot.state, State::Vacant);
        *slot = Slot {
            state: State::Creating,
            spot,
            size,
            extra,
            free,
            scale_out,
            created: t,
            data_since: t,
            well: false,
            since: t,
            up_at: SimTime::NEVER,
            decided: false,
            first_try: t,
            ..slot.emptied(slot.epoch)
        };
        let group = &mut self.manager.groups[slot.group as usize];
        group.awaited += u32::from(slot.is_awaited());
        group.extras += u32::from(extra);
        self.set_vacant(at, false);
        self.install_newest(at);
        self.count_in(at);
        if spot {
            self.book.add(Class::Spot, 1, t, &self.measure);
        }
        self.book.add(Class::Existing, 1, t, &self.measure);
        if !free {
            self.meter_hardware(self.manager.slots[at].group as usize, spot, 1, t);
        }
        self.meter(self.set_of(at), Paid::Disks, 1, t);
        self.machines[at].root = if extra { self.nobody } else { cause };
        let Starts { serves, withheld_from, .. } = self.sets[self.set_of(at)];
        self.book.withhold(withheld_from, self.machines[at].root, serves);
        if self.probes_of(at).is_some() {
            self.machines[at].marks |= REMOVED;
        }
        if !self.factors.is_empty() {
            self.factors[at] = self.factor(at);
        }
        self.begin_new_lives(at, t, strikes);
    }

    /// A machine that does not run gets its hardware and will be ready at `ready`.
    pub(crate) fn power_on(&mut self, at: usize, ready: SimTime, t: SimTime, strikes: &Strikes) {
        self.ready_at[at] = ready;
        if !self.warming.is_empty() {
            self.is_cold(at, t);
        }
        // An outage that this slot had while nothing ran here is none of this machine's.
        let marks = self.machines[at].marks & !(NEEDS_BOOT | NEEDS_WARM_UP);
        self.machines[at].marks = marks;
        if marks & self.halting() != ABSENT {
            self.manager.slots[at].up_at = SimTime::NEVER;
        }
        if marks & self.halting() != ABSENT || ready <= t {
            return self.free(at, ABSENT, NO_CAUSE, None, t, strikes);
        }
        self.book.settle(t, &self.measure);
        self.start(at, marks & !ABSENT, ready, t);
        self.age(at, t);
    }

    /// A machine that was withdrawn and left as it was is back.
    pub(crate) fn come_back(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        self.free(at, ABSENT, self.machines[at].root, None, t, strikes);
    }

    /// A machine stops and leaves the rotation at once, without a probe having to find it (LB-10).
    pub(crate) fn withdraw(&mut self, at: usize, cause: u16, t: SimTime) {
        self.book.settle(t, &self.measure);
        let marks = self.machines[at].marks;
        if marks & ABSENT != 0 {
            return self.recharge(at, cause);
        }
        let removed = if self.probes_of(at).is_some() { REMOVED } else { 0 };
        if marks & self.absent() == 0 {
            self.stop_serving(at, cause, 0, t);
        } else {
            self.is_hit_again(at, cause, t);
            self.recharge(at, cause);
        }
        for (mark, class) in [(STARTING, Class::Starting), (AWAITING, Class::Awaiting)] {
            if marks & mark != 0 {
                self.book.add(class, -1, t, &self.measure);
            }
        }
        if marks & UNNOTICED != 0 {
            self.book.change_in(self.part_of(at), Counts { dead: -1, ..Counts::NONE }, t, &self.measure);
        }
        self.machines[at].marks = (marks & !(STARTING | AWAITING | UNNOTICED)) | ABSENT | removed;
        self.age(at, t);
        self.opens_if_none(at, t);
    }

    /// Nobody asks for this machine any more: what it withholds is charged to nobody.
    pub(crate) fn disown(&mut self, at: usize, t: SimTime) {
        self.book.settle(t, &self.measure);
        if self.machines[at].marks & self.absent() != 0 {
            self.recharge(at, self.nobody);
        }
    }

    /// The machine of an overprovisioned or rebalancing creation is one that is asked for from now on.
    pub(crate) fn adopt(&mut self, at: usize, cause: u16, t: SimTime) {
        self.book.settle(t, &self.measure);
        let set = self.set_of(at);
        let counted = self.is_promised(at);
        if !self.manager.slots[at].extra {
            return;
        }
        self.manager.asks_for(at, true);
        let slot = &self.manager.slots[at];
        self.manager.sets[set].exists += 1;
        self.manager.sets[set].spot += u32::from(slot.spot);
        self.manager.sets[set].restless = true;
        self.manager.groups[slot.group as usize].count += 1;
        let (spot, size) = slot.taken();
        self.manager.list(at);
        if self.machines[at].root == self.nobody && self.machines[at].marks & self.absent() != 0 {
            self.machines[at].root = cause;
            self.book.withhold(self.sets[set].withheld_from, cause, self.sets[set].serves);
        } else if self.machines[at].root == self.nobody && !self.warming.is_empty() {
            // What it lacks until it is warm.
            self.change_factor(at, t, |world| world.machines[at].root = cause);
        }
        self.use_quota(set, (spot, size), true);
        self.pay_for(at, true, t);
        self.see_promise(at, counted, t);
    }

    /// A machine is gone, and its hardware is free.
    pub(crate) fn vacate(&mut self, at: usize, t: SimTime) {
        let leaver = self.takes_along(at, t);
        self.gives_back((leaver.group, leaver.spot && leaver.allocated), t);
    }

    /// A machine is gone together with its hardware: it is evicted, or lives on outside its set.
    pub(crate) fn takes_along(&mut self, at: usize, t: SimTime) -> Leaver {
        let leaver = self.clear(at, t);
        self.release(&leaver, t);
        if leaver.of_change {
            self.change_is_over_for_one(self.manager.groups[leaver.group].set, t);
        }
        leaver
    }

    /// A machine leaves its slot, which is free for another one. What it still holds is told.
    pub(crate) fn clear(&mut self, at: usize, t: SimTime) -> Leaver {
        self.withdraw(at, self.nobody, t);
        self.disown(at, t);
        self.is_hit_again(at, self.nobody, t);
        self.machines[at].root = self.nobody;
        self.machines[at].marks &= RACK_OUT | ABSENT | self.manager.host_marks;
        self.ready_at[at] = SimTime::ZERO;
        self.reach.forget(at);
        if let Some(when) = self.probe_at.get_mut(at) {
            *when = SimTime::ZERO;
        }
        if let Some(returned) = self.returned.get_mut(at) {
            *returned = (SimTime::ZERO, 0);
        }
        if let Some(factor) = self.factors.get_mut(at) {
            *factor = (1000, 0);
        }
        self.forget_warmth(at);
        self.end_lives(at);
        self.see_disk(at, false, t);
        let surging = self.is_surging(at);
        self.leaves_rollout(at, State::Vacant, t);
        let counted = self.is_promised(at);
        let slot = &mut self.manager.slots[at];
        let leaver = Leaver {
            group: slot.group as usize,
            rack: slot.rack,
            who: slot.who,
            spot: slot.spot,
            size: slot.size,
            allocated: slot.state.is_allocated(),
            charged: !slot.extra || surging,
            free: slot.free,
            of_change: slot.of_change,
            heir: None,
            attempts: 0,
            due: SimTime::NEVER,
        };
        let (awaited, extra) = (slot.is_awaited(), slot.extra);
        let deallocated = slot.state == State::Deallocated;
        let short_until = if deallocated { slot.short_until } else { SimTime::ZERO };
        *slot = slot.emptied(slot.epoch.wrapping_add(1));
        let group = &mut self.manager.groups[leaver.group];
        group.awaited -= u32::from(awaited);
        group.extras -= u32::from(extra);
        if deallocated {
            group.deallocated -= 1;
            // SP-02: what its zone lacks it lacks all the same.
            group.shortages.add(short_until, t);
            self.book.add(Class::Deallocated, -1, t, &self.measure);
            self.meter(self.set_of(at), Paid::Stopped, -1, t);
        }
        self.see_promise(at, counted, t);
        self.close_uptime(at);
        self.set_vacant(at, true);
        if awaited {
            self.spares_go_if_all_came(leaver.group, t);
        }
        leaver
    }

    /// What a machine held that has left its slot is free: hardware, quota, its place on a rack, its bill.
    pub(crate) fn release(&mut self, leaver: &Leaver, t: SimTime) {
        let group = &mut self.manager.groups[leaver.group];
        group.allocated -= u32::from(leaver.allocated);
        let set = group.set;
        self.manager.vacancy.occupy(leaver.rack, set, false);
        if leaver.charged {
            self.use_quota(set, (leaver.spot, leaver.size), false);
            self.quota_has_room(set, t);
        }
        self.book.add(Class::Existing, -1, t, &self.measure);
        self.meter(set, Paid::Disks, -1, t);
        if leaver.allocated && !leaver.free {
            self.meter_hardware(leaver.group, leaver.spot, -1, t);
        }
        if leaver.spot && leaver.allocated {
            self.book.add(Class::Spot, -1, t, &self.measure);
        }
    }

    /// AR-02, DK-07: books what an operation on a machine loses of its disks.
    pub(crate) fn lose_disks(&mut self, at: usize, touch: Touch, t: SimTime) {
        let Some(disks) = self.design.sets[self.set_of(at)].management.as_ref().map(|managed| managed.disks) else {
            return;
        };
        let loss = loses(touch);
        // A deallocated machine has lost its temporary disk already.
        let temporary = loss.temporary && self.manager.slots[at].state != State::Deallocated;
        self.book.count(Operation::TemporaryDisksLost, u64::from(temporary), t, &self.measure);
        if loss.data && disks.data {
            self.lose_data(at, t);
        }
    }

    /// A data disk is lost for good, with all that was written since the machine was made.
    pub(crate) fn lose_data(&mut self, at: usize, t: SimTime) {
        let age = t.since(self.manager.slots[at].data_since).as_ms();
        self.book.count(Operation::DataDisksLost, 1, t, &self.measure);
        self.book.count(Operation::DataLostMs, age, t, &self.measure);
        self.manager.slots[at].data_since = t;
    }

    /// DK-03: whether a machine's data disk can be reached.
    pub(crate) fn see_disk(&mut self, at: usize, dark: bool, t: SimTime) {
        if std::mem::replace(&mut self.manager.slots[at].disk_dark, dark) != dark {
            let change = if dark { 1 } else { -1 };
            self.book.add(Class::DiskUnreachable, change, t, &self.measure);
        }
    }
}
