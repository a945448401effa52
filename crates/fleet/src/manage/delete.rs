//! Machines are deleted: notice, graceful shutdown, transient errors and retries, dead zones.

use super::create::Order;
use super::{Slot, State};
use crate::operations::Operation;
use crate::pending::Due;
use crate::policy::disk::Touch;
use crate::policy::resilient::next_delete;
use crate::world::World;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::Strikes;

/// Purposes of luck.
const DELETION: u64 = 4;
const APPROVAL: u64 = 5;

impl World {
    /// A machine is to go. It stops counting at once; with a notice it serves until the notice is over (SI-09).
    /// `replaced`: another one takes its place and is charged to what this one is charged to.
    pub(crate) fn remove(&mut self, at: usize, replaced: Option<u16>, t: SimTime, strikes: &Strikes) {
        let set = self.set_of(at);
        self.book.settle(t, &self.measure);
        self.count_out(at);
        self.disown(at, t);
        self.manager.slots[at].replaced = replaced.is_some();
        if replaced.is_none() {
            self.abandon_repair(at, t);
        }
        if let Some(cause) = replaced {
            self.manager.slots[at].heir_root = cause;
            self.owe(set, 1, cause, t);
        }
        let state = self.manager.slots[at].state;
        let spot = self.manager.slots[at].spot;
        let notice = self.design.sets[set].management.as_ref().and_then(|m| m.terminate_notice.as_ref());
        let Some(notice) = notice.filter(|_| state == State::Running && !spot) else {
            return self.begin_deletion(at, t, strikes);
        };
        let approved =
            notice.approval.as_ref().map(|law| law.draw(&mut self.luck_of(at, strikes, t, APPROVAL).stream()));
        let length = approved.map_or(notice.timeout, |length| length.min(notice.timeout));
        // SI-09: an approved machine waits until the earlier pending deletions are approved or over.
        let over = t.after(length).max(self.manager.sets[set].notice_end).min(t.after(notice.timeout));
        self.manager.sets[set].notice_end = self.manager.sets[set].notice_end.max(over);
        self.becomes(at, State::Terminating, t);
        self.manager.slots[at].due = over;
        self.wait(Due::Terminate, at, over);
        if self.manager.slots[at].replaced {
            // AR-03: the new machine does not wait for the delayed deletion.
            let slot = self.manager.slots[at];
            (self.manager.slots[at].replaced, self.manager.slots[at].repairing) = (false, false);
            self.replace(at, slot, t, strikes);
        }
    }

    pub(crate) fn notice_is_over(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        let slot = &self.manager.slots[at];
        if slot.state == State::Terminating && slot.due == t {
            self.begin_deletion(at, t, strikes);
        }
    }

    pub(crate) fn begin_deletion(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        self.book.count(Operation::Deletions, 1, t, &self.measure);
        self.withdraw(at, self.nobody, t);
        self.disown(at, t);
        let slot = &self.manager.slots[at];
        if slot.state.has_data() {
            let touch = if slot.data_moved { Touch::ForceDetach } else { Touch::Delete };
            self.lose_disks(at, touch, t);
        }
        self.becomes(at, State::Deleting, t);
        let slot = &mut self.manager.slots[at];
        (slot.attempts, slot.repair_due, slot.product_due) = (0, SimTime::NEVER, SimTime::NEVER);
        self.try_to_delete(at, SimDuration::ZERO, t, strikes);
    }

    /// One attempt to delete (PT-03, AR-10), after a wait and once the control plane is there.
    fn try_to_delete(&mut self, at: usize, wait: SimDuration, t: SimTime, strikes: &Strikes) {
        let set = self.set_of(at);
        let Some(managed) = self.design.sets[set].management.as_ref() else { return };
        let begins = self.control_plane_back(set, t.after(wait), strikes);
        let rack = self.manager.slots[at].rack;
        let dead = self.rack_depth[rack as usize] > 0;
        let length = if dead {
            managed.deletion.in_dead_zone
        } else if managed.force_deletion {
            SimDuration::ZERO
        } else {
            managed.deletion.time.draw(&mut self.luck_of(at, strikes, t, DELETION).stream())
        };
        let slot = &mut self.manager.slots[at];
        slot.attempts += 1;
        slot.due = begins.after(length);
        self.wait(Due::Deleted, at, begins.after(length));
    }

    /// RC-05: an attempt to delete has ended.
    pub(crate) fn deleted(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        let slot = self.manager.slots[at];
        if slot.state != State::Deleting || slot.due != t {
            return;
        }
        let Some(managed) = self.design.sets[self.set_of(at)].management.as_ref() else { return };
        let (failure, resilient) = (managed.deletion.failure, managed.deletion.resilient);
        if failure > 0.0 && self.luck_of(at, strikes, t, DELETION).part(1, 1).unit(0) < failure {
            match next_delete(slot.attempts, resilient) {
                Some(wait) => {
                    self.book.count(Operation::DeletionsRetried, 1, t, &self.measure);
                    self.try_to_delete(at, wait, t, strikes);
                }
                None => {
                    self.book.count(Operation::DeletionsFailed, 1, t, &self.measure);
                    self.becomes(at, State::Stuck, t);
                    self.manager.slots[at].repairing = false;
                    self.after_deletion(at, slot, t, strikes);
                }
            }
            return;
        }
        self.vacate(at, t);
        self.after_deletion(at, slot, t, strikes);
    }

    /// What was to follow the deletion of a machine.
    fn after_deletion(&mut self, at: usize, gone: Slot, t: SimTime, strikes: &Strikes) {
        if gone.replaced {
            self.replace(at, gone, t, strikes);
        }
        self.next_repairs(self.set_of(at), t, strikes);
    }

    /// AR-03, AR-09: creates the machine that takes the place of one that is repaired, in the zone that ZB-03 says.
    fn replace(&mut self, at: usize, gone: Slot, t: SimTime, strikes: &Strikes) {
        let set = self.set_of(at);
        if self.manager.sets[set].short.count() == 0 {
            // A change of capacity has made it in the meantime.
            self.manager.sets[set].repairing -= u32::from(gone.repairing);
            return;
        }
        let group = self.zone_for_one(set, gone.group as usize, t, strikes);
        let order = |group| Order {
            group,
            spot: gone.spot,
            extra: false,
            cause: gone.heir_root,
            repairs: gone.repairing,
            attaches: false,
        };
        let made = group.and_then(|group| self.create_owed(order(group), t, strikes));
        if made.is_none() && gone.repairing {
            self.repair_has_failed(set, t, strikes);
        }
    }
}
