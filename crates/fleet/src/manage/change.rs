//! The customer's changes: at an instant, again and again, or when too few machines serve; tried again, taken back.

use super::create::Order;
use super::{Slot, State};
use crate::Extra;
use crate::balancer::{LoadBalancer, ProbeTimes};
use crate::deeds::CameTo;
use crate::design::StartState;
use crate::machine::RACK_OUT;
use crate::management::{Action, Change, Lack, Trigger, Watch};
use crate::operations::Operation;
use crate::pending::Due;
use crate::policy::disk::Touch;
use crate::policy::scale_in::Deed;
use crate::serving::Class;
use crate::world::World;
use std::sync::Arc;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::Strikes;
use zonefall_topology::ZoneId;

impl World {
    /// The managed sets of a trial begin: their probes and looks get their phases, pools are full, changes are awaited,
    /// and sets that are to be created are.
    pub(crate) fn begin_management(&mut self, strikes: &Strikes) {
        for set in 0..self.manager.sets.len() {
            let design = Arc::clone(&self.design);
            let Some(managed) = design.sets[set].management.as_deref() else { continue };
            let luck = self.luck.named("management").named(&design.sets[set].name);
            self.manager.sets[set].probes = managed.health.map(|health| {
                let probes = LoadBalancer {
                    interval: health.interval,
                    unhealthy_threshold: health.probes,
                    healthy_threshold: health.probes,
                    timeout: SimDuration::ZERO,
                    flap_window: SimDuration::ZERO,
                    all_when_none: false,
                };
                ProbeTimes::new(probes, luck.unit(0))
            });
            let tick = managed.repairs.map_or(0, |repairs| repairs.tick.as_ms());
            self.manager.sets[set].tick_phase_ms = (luck.unit(1) * tick as f64) as u64;
            self.manager.sets[set].pool_luck = self.luck.named("standby").named(&design.sets[set].name);
            self.begin_pools(set);
            let spot = self.manager.sets[set].spot;
            self.book.add(Class::Spot, i64::from(spot), SimTime::ZERO, &self.measure);
            if matches!(design.sets[set].start, StartState::Creating(_)) {
                self.set_capacity(set, design.sets[set].capacity, SimTime::ZERO, strikes);
            }
        }
        for at in 0..self.manager.changes.len() {
            if let Trigger::At { at: first, .. } = self.change(at).trigger {
                self.manager.changes[at].due = first;
                self.wait(Due::Change, at, first);
            }
        }
        let mut watching = std::mem::take(&mut self.manager.watching);
        watching.clear();
        watching.extend((0..self.manager.changes.len()).filter_map(|at| match self.change(at).trigger {
            Trigger::ServingBelow { machines, .. } => Some((at, Watch::Lacks(Lack::ServingBelow(machines)))),
            Trigger::Alert(ref alert) => Some((at, alert.watch)),
            Trigger::At { .. } => None,
        }));
        self.manager.watching = watching;
    }

    pub(super) fn change(&self, at: usize) -> &Change {
        let of = &self.manager.changes[at];
        let managed = self.design.sets[of.set].management.as_ref().expect("only managed sets have changes");
        &managed.changes[of.index]
    }

    /// A change is to be made, or to be tried again.
    pub(crate) fn change_is_due(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        let state = self.manager.changes[at];
        let design = Arc::clone(&self.design);
        let Some(managed) = design.sets[state.set].management.as_deref() else { return };
        let change = &managed.changes[state.index];
        if let Trigger::Alert(alert) = &change.trigger
            && !self.runbook_goes_on(at, alert, t, strikes)
        {
            return;
        }
        let state = self.manager.changes[at];
        if state.due == t {
            self.manager.changes[at].due = SimTime::NEVER;
            self.forget_retries(at, &change.action);
            if let Trigger::At { every: Some(every), .. } = change.trigger {
                self.manager.changes[at].due = t.after(every);
                self.wait(Due::Change, at, t.after(every));
            }
        } else if state.retry_due != t {
            return;
        }
        let before = self.counted_before(state.set);
        let done = self.act(at, &change.action, t, strikes);
        self.overlook(state.set, &change.action, before, t);
        if let (false, Some(retry)) = (done, change.retry) {
            self.manager.changes[at].retry_due = t.after(retry);
            self.wait(Due::Change, at, t.after(retry));
        }
        self.watch_triggers(t);
    }

    /// A change that is made takes the place of what other changes of the set still try: the last word on the capacity
    /// holds.
    fn forget_retries(&mut self, at: usize, action: &Action) {
        let set = self.manager.changes[at].set;
        for other in 0..self.manager.changes.len() {
            let of_capacity = matches!(self.change(other).action, Action::Capacity(_));
            let same = other == at || matches!(action, Action::Capacity(_)) && of_capacity;
            if same && self.manager.changes[other].set == set {
                self.manager.changes[other].retry_due = SimTime::NEVER;
            }
        }
    }

    /// Does what a change says; false if it was not wholly done.
    fn act(&mut self, at: usize, action: &Action, t: SimTime, strikes: &Strikes) -> bool {
        let set = self.manager.changes[at].set;
        let refused = self.control_plane_back(set, t, strikes) > t;
        if refused {
            self.did(Operation::ControlPlaneRefusals, self.who_changes(at), t);
            return false;
        }
        let came_to = self.do_it(at, action, t, strikes);
        self.acted(at, came_to);
        came_to != CameTo::Part
    }

    /// Does it; tells what it came to.
    fn do_it(&mut self, at: usize, action: &Action, t: SimTime, strikes: &Strikes) -> CameTo {
        let set = self.manager.changes[at].set;
        let whole = match action {
            Action::Capacity(target) => {
                self.set_capacity_for(Some(at), set, *target, t, strikes);
                self.manager.sets[set].exists == *target
            }
            Action::Zones(zones) => self.set_zones(set, zones, t),
            Action::Delete { zone, count } => self.take_out(set, *zone, *count, false, t, strikes),
            Action::Detach { zone, count } => self.take_out(set, *zone, *count, true, t, strikes),
            Action::Attach { zone, count } => self.attach(at, (*zone, *count), t, strikes),
            Action::Deallocate(count) => self.deallocate(set, *count, t),
            Action::Start => self.start_all(set, t, strikes),
            Action::ReplaceFailed => self.replace_failed(set, t, strikes),
            Action::ResumeRepairs => {
                self.resume_repairs(set, t);
                true
            }
            Action::ForceDetach => self.force_detach(set, t, strikes),
            Action::StopRollout if !self.stop_rollout(set, t, strikes) => return CameTo::Nothing,
            Action::RollBack if !self.roll_back(set, t, strikes) => return CameTo::Nothing,
            Action::StopRollout | Action::RollBack => true,
        };
        if whole { CameTo::Whole } else { CameTo::Part }
    }

    /// CV-01, CV-02: the zones of new machines from now on; what stands goes on standing.
    fn set_zones(&mut self, set: usize, zones: &[ZoneId], t: SimTime) -> bool {
        let state = &mut self.manager.sets[set];
        let (groups, all) = (state.groups.clone(), &mut self.manager.groups);
        let these = zones.iter().filter_map(|zone| groups.clone().find(|&at| all[at].zone == Some(*zone)));
        if these.clone().eq(state.zones.iter().copied()) {
            return true;
        }
        state.zones.clear();
        state.zones.extend(these);
        groups.for_each(|group| all[group].in_use = state.zones.contains(&group));
        self.has_changed(set, t);
        true
    }

    /// ZB-14, SI-07, CV-07: single machines are deleted or detached, whatever balance and protection say.
    fn take_out(
        &mut self,
        set: usize,
        zone: Option<ZoneId>,
        count: u32,
        detach: bool,
        t: SimTime,
        strikes: &Strikes,
    ) -> bool {
        for _ in 0..count {
            let Some(at) = self.manager.newest(set, zone, |_| true) else { return false };
            if detach {
                // The machine and its disks live on outside the set.
                self.abandon_repair(at, t);
                self.book.settle(t, &self.measure);
                self.count_out(at);
                self.disown(at, t);
                self.withdraw(at, self.nobody, t);
                self.takes_along(at, t);
            } else {
                self.is_changed(at);
                self.remove(at, None, t, strikes);
            }
            let desired = self.manager.sets[set].desired.saturating_sub(1);
            self.ask_for(set, desired, self.own_cause(Extra::Planned), t);
        }
        self.has_changed(set, t);
        true
    }

    /// CV-05, CV-06: machines that run already join the set, without a downtime. AL-05: all of them, if the quota has room.
    fn attach(&mut self, by: usize, of: (Option<ZoneId>, u32), t: SimTime, strikes: &Strikes) -> bool {
        let (set, (zone, count)) = (self.manager.changes[by].set, of);
        self.forget_refusal(set, t);
        if !self.quota_allows(set, count, 0, 0) {
            self.did(Operation::QuotaRefusals, self.who_changes(by), t);
            let wanted = self.manager.sets[set].desired + count;
            self.refuse(set, (wanted, Some(by)), Extra::Quota, t);
            return false;
        }
        let cause = self.own_cause(Extra::Planned);
        for _ in 0..count {
            let state = &self.manager.sets[set];
            let group = match zone {
                Some(_) => state.groups.clone().find(|&group| self.manager.groups[group].zone == zone),
                None => state.regional.or_else(|| state.zones.first().copied()),
            };
            let Some(at) = group.and_then(|group| self.vacant_slot(group, false, t, strikes)) else { return false };
            let desired = self.manager.sets[set].desired + 1;
            self.ask_for(set, desired, cause, t);
            let size = self.size_with_quota(set, false).unwrap_or(0);
            self.appear(at, (&Order::of((self.manager.slots[at].group as usize, false), cause), size), t, strikes);
            self.pay(set, cause, t);
            self.power_on(at, t, t, strikes);
        }
        self.has_changed(set, t);
        true
    }

    /// OM-09: machines are deallocated, the newest first; they go on counting.
    fn deallocate(&mut self, set: usize, count: u32, t: SimTime) -> bool {
        // SI-07: an action on the whole set passes over machines that are protected from it.
        let shields = self.shields(set);
        for _ in 0..count {
            let running =
                |slot: &Slot| slot.state == State::Running && !shields.of(slot.id).stops(Deed::SetAction, true);
            let Some(at) = self.manager.newest(set, None, running) else { return false };
            self.abandon_repair(at, t);
            self.withdraw(at, self.own_cause(Extra::Planned), t);
            self.freshen(at, t);
            self.lose_disks(at, Touch::Deallocate, t);
            self.becomes(at, State::Deallocated, t);
            self.manager.slots[at].due = SimTime::NEVER;
        }
        self.has_changed(set, t);
        true
    }

    /// RC-07, AL-04: machines in state Failed are deleted by hand, and the capacity is asked for again.
    fn replace_failed(&mut self, set: usize, t: SimTime, strikes: &Strikes) -> bool {
        for at in 0..self.manager.slots.len() {
            if self.set_of(at) == set && self.manager.slots[at].state == State::Failed {
                self.is_changed(at);
                self.remove(at, None, t, strikes);
                self.owe(set, 1, self.own_cause(Extra::Deployment), t);
            }
        }
        let target = self.manager.sets[set].desired;
        if self.manager.sets[set].exists < target {
            self.set_capacity(set, target, t, strikes);
        }
        self.manager.sets[set].exists == target
    }

    fn start_all(&mut self, set: usize, t: SimTime, strikes: &Strikes) -> bool {
        let (mut all, mut any) = (true, false);
        for at in 0..self.manager.slots.len() {
            if self.set_of(at) == set && self.manager.slots[at].state == State::Deallocated {
                let started = self.starts_again(at, t, strikes);
                self.book.count(Operation::AllocationsFailed, u64::from(!started), t, &self.measure);
                all &= started;
                any |= started;
            }
        }
        // AR-04: what finds nothing to do is no change.
        if any {
            self.has_changed(set, t);
        }
        all
    }

    /// DK-04: zone-redundant data disks of machines in the dark are detached by force; new machines elsewhere take them.
    fn force_detach(&mut self, set: usize, t: SimTime, strikes: &Strikes) -> bool {
        let disks = self.design.sets[set].management.as_ref().map(|managed| managed.disks);
        if !disks.is_some_and(|disks| disks.data && disks.zone_redundant) {
            return true;
        }
        let (mut all, mut any) = (true, false);
        for at in 0..self.manager.slots.len() {
            let slot = self.manager.slots[at];
            let dark = self.machines[at].marks & RACK_OUT != 0 && slot.state == State::Running;
            if self.set_of(at) != set || !dark {
                continue;
            }
            let from = (slot.group as usize, slot.spot);
            let Some(group) = self.group_for_one(set, from, !slot.extra, t, strikes) else {
                all = false;
                break;
            };
            any = true;
            let cause = self.charged_to(at, Extra::Planned);
            self.manager.slots[at].data_moved = true;
            self.book.count(Operation::ForceDetaches, 1, t, &self.measure);
            self.is_changed(at);
            self.remove(at, None, t, strikes);
            self.owe(set, 1, cause, t);
            let order = Order { attaches: true, ..Order::of((group, slot.spot), cause) };
            match self.create_owed(order, t, strikes) {
                Some(new) => {
                    self.manager.slots[new].data_since = slot.data_since;
                    self.is_changed(new);
                }
                None => all = false,
            }
        }
        if any {
            self.has_changed(set, t);
        }
        all
    }

    /// Looks whether changes that wait for too few serving machines have to be made or taken back.
    pub(crate) fn watch_triggers(&mut self, t: SimTime) {
        for index in 0..self.manager.watching.len() {
            let (at, watch) = self.manager.watching[index];
            let short = self.is_short(at, watch, 0);
            if self.manager.changes[at].made {
                if !short {
                    self.wants_no_more(Some(at), self.manager.changes[at].set, t);
                }
                self.watch_return(at, watch, short, t);
                continue;
            }
            let state = &mut self.manager.changes[at];
            if !short {
                (state.since, state.due) = (None, SimTime::NEVER);
            } else if state.since.is_none() {
                self.service_goes_short(at, t);
            }
        }
    }

    /// Too few machines serve: if that lasts, the customer notices.
    #[inline(never)]
    fn service_goes_short(&mut self, at: usize, t: SimTime) {
        let lasting = match &self.change(at).trigger {
            Trigger::ServingBelow { lasting, .. } => *lasting,
            Trigger::Alert(alert) => alert.lasting,
            Trigger::At { .. } => return,
        };
        let state = &mut self.manager.changes[at];
        (state.since, state.due) = (Some(t), t.after(lasting));
        self.wait(Due::Short, at, t.after(lasting));
    }

    /// ZN-09: a change is taken back once no zone of the set is unavailable and the service would do without it.
    #[inline(never)]
    fn watch_return(&mut self, at: usize, watch: Watch, short: bool, t: SimTime) {
        let state = self.manager.changes[at];
        if state.due < SimTime::NEVER {
            // It is not made yet: the customer is still reacting.
            return;
        }
        let set = &self.manager.sets[state.set];
        // What was refused, or failed, has added nothing that is to go again.
        let after = self.change(at).back_after.filter(|_| set.exists != state.before);
        let Some(after) = after else {
            if !short {
                let state = &mut self.manager.changes[at];
                (state.made, state.since, state.retry_due) = (false, None, SimTime::NEVER);
            }
            return;
        };
        // What failed to be created will not serve: it is not waited for (RC-07).
        let failed = |group: usize| i64::from(self.manager.groups[group].listed() - self.manager.groups[group].count);
        let failed: i64 = set.groups.clone().map(failed).sum();
        let added = i64::from(set.exists) - failed - i64::from(state.before);
        if self.is_short(at, watch, added.max(0)) || self.some_zone_is_down(state.set) {
            self.manager.changes[at].back_due = SimTime::NEVER;
        } else if state.back_due == SimTime::NEVER {
            self.manager.changes[at].back_due = t.after(after);
            self.wait(Due::Back, at, t.after(after));
        }
    }

    /// Too few machines have served for long enough: the customer notices, and acts after a while.
    pub(crate) fn service_is_short(&mut self, at: usize, t: SimTime) {
        let state = self.manager.changes[at];
        if state.due != t || state.since.is_none() || state.made {
            return;
        }
        let luck = self.reaction_luck(at, t);
        let acts = match &self.change(at).trigger {
            Trigger::ServingBelow { react, .. } => t.after(react.draw(&mut luck.stream())),
            Trigger::Alert(alert) => Self::answered(alert, luck, t),
            Trigger::At { .. } => return,
        };
        if matches!(self.change(at).trigger, Trigger::Alert(_)) {
            self.did(Operation::RunbooksBegun, self.who_changes(at), t);
        }
        let before = self.manager.sets[state.set].desired;
        let state = &mut self.manager.changes[at];
        (state.made, state.before, state.due) = (true, before, acts);
        self.wait(Due::Change, at, acts);
    }

    pub(crate) fn change_is_taken_back(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        let state = self.manager.changes[at];
        if state.back_due != t {
            return;
        }
        self.manager.changes[at].back_due = SimTime::NEVER;
        if self.set_capacity(state.set, state.before, t, strikes) {
            let state = &mut self.manager.changes[at];
            (state.made, state.since, state.retry_due) = (false, None, SimTime::NEVER);
        }
    }
}
