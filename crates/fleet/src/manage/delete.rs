//! Machines are deleted: notice, graceful shutdown, transient errors and retries, dead zones.
//!
//! A machine whose deletion has begun no longer serves and never will: its slot is free for another one at once, and what
//! is left of it is a [`Leaver`], which holds its hardware, its quota and its bill until it is gone.

use super::State;
use super::create::Order;
use crate::Extra;
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

/// A machine on its way out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaver {
    pub group: usize,
    pub rack: u32,
    /// What its luck is keyed by.
    pub who: u64,
    pub spot: bool,
    /// IM-02: as in its slot.
    pub size: u8,
    /// It holds hardware (CR-03).
    pub allocated: bool,
    /// It holds quota (AL-05).
    pub charged: bool,
    /// OV-01: it is not paid for.
    pub free: bool,
    /// AZ-05: it goes by a change of its set.
    pub of_change: bool,
    /// The machine that takes its place once it is gone.
    pub heir: Option<Order>,
    /// Attempts to delete it.
    pub attempts: u32,
    /// The end of the present attempt; never, if it could not be deleted at all.
    pub due: SimTime,
}

/// SI-09: machines whose deletion was announced at the same instant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Notice {
    pub not_before: SimTime,
    pub over: SimTime,
}

impl World {
    /// A machine is to go. It stops counting at once; with a notice it serves until the notice is over (SI-09).
    /// `replaced`: another one takes its place and is charged to what this one is charged to.
    pub(crate) fn remove(&mut self, at: usize, replaced: Option<u16>, t: SimTime, strikes: &Strikes) {
        let set = self.set_of(at);
        self.book.settle(t, &self.measure);
        self.count_out(at);
        self.disown(at, t);
        if replaced.is_none() {
            self.abandon_repair(at, t);
        }
        let slot = &mut self.manager.slots[at];
        let (group, spot, state) = (slot.group as usize, slot.spot, slot.state);
        let heir = replaced.map(|cause| {
            let repairs = std::mem::take(&mut slot.repairing);
            Order { repairs, ..Order::of((group, spot), cause) }
        });
        if let Some(cause) = replaced {
            self.owe(set, 1, cause, t);
        }
        let notice = self.design.sets[set].management.as_ref().and_then(|m| m.terminate_notice.as_ref());
        let notice = notice.filter(|_| state == State::Running && !spot);
        let drain = self.drain_of(at, notice.is_some() || replaced.is_none());
        let (over, not_before) = match (notice, drain) {
            (None, None) => {
                if let Some(cause) = replaced {
                    self.lose_sessions(at, cause, t);
                }
                return self.begin_deletion(at, heir, t, strikes);
            }
            (None, Some(drain)) => (t.after(drain), SimTime::NEVER),
            (Some(notice), drain) => {
                let approved = notice.approval.as_ref();
                let approved = approved.map(|law| law.draw(&mut self.luck_of(at, strikes, t, APPROVAL).stream()));
                // Who drains says that it may go when that is done.
                let approved = approved.max(drain);
                let not_before = t.after(notice.timeout);
                (self.announce(set, approved.map_or(not_before, |length| t.after(length)), not_before, t), not_before)
            }
        };
        if drain.is_some() {
            self.takes_no_more(at, t);
        }
        self.becomes(at, State::Terminating, t);
        (self.manager.slots[at].due, self.manager.slots[at].deadline) = (over, not_before);
        self.wait(Due::Terminate, at, over);
        if let Some(heir) = heir {
            // AR-03: the new machine does not wait for the delayed deletion.
            self.replace(heir, t, strikes);
        }
    }

    /// LB-09, AG-02: how long a machine that is to be deleted drains, if it serves. The platform deletes a machine that it
    /// replaces at once, unless there is a notice (LB-10).
    fn drain_of(&self, at: usize, waits: bool) -> Option<SimDuration> {
        let serves = self.machines[at].marks & self.absent() == 0;
        self.design.service.drain.filter(|_| waits && serves && !self.only_works(at))
    }

    /// A machine gets nothing new; what it holds goes on until it is deleted.
    fn takes_no_more(&mut self, at: usize, t: SimTime) {
        self.keep_sessions(at, SimTime::NEVER, self.own_cause(Extra::Planned), t);
        self.withdraw(at, self.nobody, t);
    }

    /// SI-09: one more machine of a set is announced to go: when it may, as far as the approvals are known. It waits for
    /// those that were announced before it, and for all that were announced with it.
    fn announce(&mut self, set: usize, approved: SimTime, not_before: SimTime, t: SimTime) -> SimTime {
        let notices = &mut self.manager.sets[set].notices;
        let before = notices.iter().rfind(|notice| notice.not_before < not_before).map_or(t, |notice| notice.over);
        let over = approved.max(before).min(not_before);
        match notices.last_mut().filter(|last| last.not_before == not_before) {
            Some(last) => last.over = last.over.max(over),
            None => {
                notices.retain(|notice| notice.over >= t);
                notices.push(Notice { not_before, over });
            }
        }
        over
    }

    pub(crate) fn notice_is_over(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        let slot = &self.manager.slots[at];
        if slot.state != State::Terminating || slot.due != t {
            return;
        }
        let notices = &self.manager.sets[self.set_of(at)].notices;
        let over = notices.iter().find(|notice| notice.not_before == slot.deadline).map_or(t, |notice| notice.over);
        if over > t {
            self.manager.slots[at].due = over;
            return self.wait(Due::Terminate, at, over);
        }
        self.begin_deletion(at, None, t, strikes);
    }

    /// The deletion of a machine begins: it is off, and its slot is free.
    pub(crate) fn begin_deletion(&mut self, at: usize, heir: Option<Order>, t: SimTime, strikes: &Strikes) {
        self.book.count(Operation::Deletions, 1, t, &self.measure);
        let slot = &self.manager.slots[at];
        if slot.state.has_data() {
            let touch = if slot.data_moved { Touch::ForceDetach } else { Touch::Delete };
            self.lose_disks(at, touch, t);
        }
        let set = self.set_of(at);
        let leaver = Leaver { heir, ..self.clear(at, t) };
        self.manager.sets[set].heirs += u32::from(heir.is_some());
        let manager = &mut self.manager;
        let which = match manager.free_leavers.pop() {
            Some(free) => {
                manager.leavers[free as usize] = leaver;
                free as usize
            }
            None => {
                manager.leavers.push(leaver);
                manager.leavers.len() - 1
            }
        };
        self.try_to_delete(which, SimDuration::ZERO, t, strikes);
    }

    /// One attempt to delete (PT-03, AR-10), after a wait and once the control plane is there.
    fn try_to_delete(&mut self, which: usize, wait: SimDuration, t: SimTime, strikes: &Strikes) {
        let leaver = &self.manager.leavers[which];
        let set = self.manager.groups[leaver.group].set;
        let Some(managed) = self.design.sets[set].management.as_ref() else { return };
        let begins = self.control_plane_back(set, t.after(wait), strikes);
        let dead = self.rack_depth[leaver.rack as usize] > 0;
        let length = if dead {
            managed.deletion.in_dead_zone
        } else if managed.force_deletion {
            SimDuration::ZERO
        } else {
            managed.deletion.time.draw(&mut self.luck_by(leaver.who, t, DELETION).stream())
        };
        let due = begins.after(length);
        let leaver = &mut self.manager.leavers[which];
        (leaver.attempts, leaver.due) = (leaver.attempts + 1, due);
        self.wait(Due::Deleted, which, due);
    }

    /// RC-05: an attempt to delete has ended.
    pub(crate) fn deleted(&mut self, which: usize, t: SimTime, strikes: &Strikes) {
        let leaver = self.manager.leavers[which];
        let set = self.manager.groups[leaver.group].set;
        let Some(managed) = self.design.sets[set].management.as_ref() else { return };
        let (failure, resilient) = (managed.deletion.failure, managed.deletion.resilient);
        let fails = failure > 0.0 && self.luck_by(leaver.who, t, DELETION).part(1, 1).unit(0) < failure;
        match next_delete(leaver.attempts, resilient).filter(|_| fails) {
            Some(wait) => {
                self.book.count(Operation::DeletionsRetried, 1, t, &self.measure);
                return self.try_to_delete(which, wait, t, strikes);
            }
            None if fails => {
                // It goes on holding what it holds.
                self.book.count(Operation::DeletionsFailed, 1, t, &self.measure);
                let stuck = &mut self.manager.leavers[which];
                (stuck.heir, stuck.of_change, stuck.due) = (None, false, SimTime::NEVER);
            }
            None => {
                self.manager.free_leavers.push(which as u32);
                self.book.settle(t, &self.measure);
                self.release(&leaver, t);
                self.gives_back((leaver.group, leaver.spot && leaver.allocated), t);
            }
        }
        if let Some(heir) = leaver.heir {
            self.manager.sets[set].heirs -= 1;
            self.replace(heir, t, strikes);
        }
        if leaver.of_change {
            self.change_is_over_for_one(set, t);
        }
        self.await_look(set, t);
    }

    /// AR-03, AR-09: creates the machine that takes the place of one that is repaired, in the zone that ZB-03 says.
    fn replace(&mut self, heir: Order, t: SimTime, strikes: &Strikes) {
        let set = self.manager.groups[heir.group].set;
        if self.manager.sets[set].short.count() == 0 {
            // A change of capacity has made it in the meantime.
            self.manager.sets[set].repairing -= u32::from(heir.repairs);
            return;
        }
        let group = self.group_for_one(set, (heir.group, heir.spot), false, t, strikes);
        let made = group.and_then(|group| self.create_owed(Order { group, ..heir }, t, strikes));
        if made.is_none() && heir.repairs {
            self.repair_has_failed(set, t);
        }
    }
}
