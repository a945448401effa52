//! How long a change of a set goes on: AZ-05's quiet hour and AR-04's grace begin when the last of its machines is made or
//! gone.

use crate::pending::Due;
use crate::world::World;
use zonefall_engine::SimTime;

impl World {
    /// A change of the set has been ordered: it is complete, unless machines of it are still being made or deleted.
    pub(crate) fn has_changed(&mut self, set: usize, t: SimTime) {
        if self.manager.sets[set].changing > 0 {
            return;
        }
        let grace = self.design.sets[set].management.as_ref().and_then(|m| m.repairs.as_ref()).map(|r| r.grace);
        let state = &mut self.manager.sets[set];
        state.last_change = Some(t);
        state.unconsidered = true;
        if let Some(grace) = grace {
            state.grace_until = state.grace_until.max(t.after(grace));
            self.await_look(set, t);
        }
    }

    /// A change of its set makes this machine, or deletes it.
    pub(super) fn is_changed(&mut self, at: usize) {
        let set = self.set_of(at);
        let first = !std::mem::replace(&mut self.manager.slots[at].of_change, true);
        self.manager.sets[set].changing += u32::from(first);
    }

    /// A machine of a change is made, or is gone, or that has failed.
    #[inline(never)]
    pub(super) fn change_is_over_for_one(&mut self, set: usize, t: SimTime) {
        self.manager.sets[set].changing -= 1;
        self.has_changed(set, t);
        let rebalances = self.design.sets[set].management.as_ref().is_some_and(|managed| managed.auto_zone_balance);
        if rebalances && self.manager.sets[set].changing == 0 {
            self.manager.sets[set].rebalance_due = t;
            self.wait(Due::Rebalance, set, t);
        }
    }
}
