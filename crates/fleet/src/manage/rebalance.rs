//! AZ: automatic zone balance as the state machine that it is: gates, create before delete, health wait, cancel.

use super::State;
use super::create::Order;
use super::sets::Rebalance;
use super::victim::Claim;
use crate::Extra;
use crate::operations::Operation;
use crate::pending::Due;
use crate::policy::auto_zone_balance::{
    End, HEALTH_WAIT, ZoneLoad, conclude, earliest, imbalance, keeps_new_on_cancel,
};
use crate::policy::health::HealthState;
use crate::policy::zone_balance::ZoneState;
use crate::world::World;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::Strikes;

/// AZ-05 is evaluated constantly; where hardware was refused by chance, it is asked for again after this time.
const ASK_AGAIN: SimDuration = SimDuration::from_ms(10 * 60_000);

impl World {
    /// Looks at every set whose zones have changed.
    pub(crate) fn consider_rebalancing(&mut self, t: SimTime, strikes: &Strikes) {
        for set in 0..self.manager.sets.len() {
            if std::mem::take(&mut self.manager.sets[set].unconsidered) {
                self.consider(set, t, strikes);
            }
        }
    }

    pub(crate) fn rebalance_is_due(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        if self.manager.sets[set].rebalance_due == t {
            self.manager.sets[set].rebalance_due = SimTime::NEVER;
            self.consider(set, t, strikes);
        }
    }

    /// Fills the pools of a set, and begins an operation or waits for the gate that holds it up.
    fn consider(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        let filled = self.fill_pool(set, t, strikes);
        let between = self.imbalance_of(set);
        self.manager.sets[set].restless = !filled || between.is_some();
        if let Some((over, under)) = between {
            self.rebalance(set, over, under, t, strikes);
        }
    }

    /// AZ-04: the groups that an operation would take a machine from, and make one in.
    fn imbalance_of(&self, set: usize) -> Option<(usize, usize)> {
        let state = &self.manager.sets[set];
        // AZ-01: a regional machine disqualifies the set.
        let regional = state.regional.is_some_and(|group| self.manager.groups[group].count > 0);
        if state.rebalance.is_some() || regional || state.zones.len() < 2 {
            return None;
        }
        if !self.design.sets[set].management.as_ref().is_some_and(|managed| managed.auto_zone_balance) {
            return None;
        }
        let load = |group: &usize| {
            let group = &self.manager.groups[*group];
            ZoneLoad { total: group.count, active: group.count - group.deallocated }
        };
        // ZP-02: a zone that the set may not enter is none of them.
        let enters = self.may_enter(set);
        let zones = || state.zones.iter().filter(|&&group| enters || self.is_own(group));
        let (over, under) = imbalance(zones().map(load))?;
        Some((*zones().nth(over)?, *zones().nth(under)?))
    }

    /// AZ-05, AZ-06: begins an operation, or waits for the gate that holds it up.
    fn rebalance(&mut self, set: usize, over: usize, under: usize, t: SimTime, strikes: &Strikes) {
        let state = &self.manager.sets[set];
        if state.changing > 0 {
            // AZ-05: it is considered again when the change is complete.
            return;
        }
        let mut due = earliest(t, state.last_change, state.last_rebalance);
        due = due.max(self.control_plane_back(set, t, strikes));
        if due == t {
            match self.zone_state(under, 0, t, strikes) {
                ZoneState::Usable => due = self.begin_rebalance(set, over, under, t, strikes),
                // A dark zone: zones that change are considered anew (AZ-12: nothing is deleted meanwhile).
                ZoneState::Down => return,
                ZoneState::Starved => {
                    due = self.manager.groups[under].zone.map_or(t, |zone| self.capacity_back(zone, t, strikes));
                }
            }
        }
        if due > t && self.manager.sets[set].rebalance_due != due {
            self.manager.sets[set].rebalance_due = due;
            self.wait(Due::Rebalance, set, due);
        }
    }

    /// AZ-07, AZ-09: creates the new machine; returns when to ask again (`NEVER` if the operation has begun).
    fn begin_rebalance(&mut self, set: usize, over: usize, under: usize, t: SimTime, strikes: &Strikes) -> SimTime {
        let Some(source) = self.victim(set, Some(over), Claim::Rebalance) else { return SimTime::NEVER };
        let spot = self.manager.slots[source].spot;
        // AZ-08: one machine more of the class of the source.
        let pooled = !spot && self.manager.groups[under].standby > 0;
        if !self.quota_allows(set, 1, u32::from(spot), u32::from(pooled)) {
            return SimTime::NEVER;
        }
        let cause = self.own_cause(Extra::Planned);
        let order = Order { extra: true, ..Order::of((under, spot), cause) };
        let Some(new) = self.create(order, t, strikes) else { return t.after(ASK_AGAIN) };
        self.book.count(Operation::Rebalances, 1, t, &self.measure);
        let until = t.after(HEALTH_WAIT);
        let (new_epoch, source_epoch) = (self.manager.slots[new].epoch, self.manager.slots[source].epoch);
        let (new, source) = (new as u32, source as u32);
        self.manager.sets[set].last_rebalance = Some(t);
        self.manager.sets[set].rebalance = Some(Rebalance { new, new_epoch, source, source_epoch, until, due: until });
        self.wait(Due::Rebalanced, set, until);
        SimTime::NEVER
    }

    /// Whether a machine is the new one of a running operation.
    pub(crate) fn is_rebalancing_to(&self, set: usize, at: usize) -> bool {
        let epoch = self.manager.slots[at].epoch;
        self.manager.sets[set].rebalance.is_some_and(|run| run.new as usize == at && run.new_epoch == epoch)
    }

    /// The new machine of an operation runs: the set knows after its probes.
    pub(crate) fn rebalanced_machine_is_well(&mut self, at: usize, t: SimTime) {
        let set = self.set_of(at);
        if !self.is_rebalancing_to(set, at) {
            return;
        }
        let known = self.known_well_at(at).max(t);
        if let Some(run) = &mut self.manager.sets[set].rebalance
            && known < run.until
        {
            run.due = known;
            self.wait(Due::Rebalanced, set, known);
        }
    }

    /// AZ-07: the new machine is healthy, or the wait is over.
    pub(crate) fn rebalance_ends(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        let Some(run) = self.manager.sets[set].rebalance.filter(|run| t == run.due || t == run.until) else { return };
        let new = run.new as usize;
        let new_is_healthy = self.health_of(new, t) == HealthState::Healthy;
        if t < run.until && !new_is_healthy {
            return;
        }
        self.manager.sets[set].rebalance = None;
        self.manager.sets[set].unconsidered = true;
        self.manager.touch(run.new as usize);
        let mut source = run.source as usize;
        let slot = &self.manager.slots[source];
        if slot.epoch != run.source_epoch || slot.state != State::Running {
            // Somebody else has taken the source: another machine of its zone takes its place.
            let group = slot.group as usize;
            match self.victim(set, Some(group), Claim::Rebalance) {
                Some(other) => source = other,
                None => return self.undo_rebalance(new, t, strikes),
            }
        }
        let source_is_healthy = self.health_of(source, t) == HealthState::Healthy;
        match conclude(new_is_healthy, source_is_healthy) {
            End::DeleteSource => {
                let cause = self.charged_to(source, Extra::Planned);
                self.adopt(new, cause, t);
                self.remove(source, None, t, strikes);
            }
            End::DeleteNew => self.undo_rebalance(new, t, strikes),
        }
    }

    fn undo_rebalance(&mut self, new: usize, t: SimTime, strikes: &Strikes) {
        self.book.count(Operation::RebalancesUndone, 1, t, &self.measure);
        self.begin_deletion(new, None, t, strikes);
    }

    /// AZ-08: the new machine could not be created. It counts as an operation for the pace.
    pub(crate) fn rebalance_has_failed(&mut self, set: usize, t: SimTime) {
        self.book.count(Operation::RebalancesUndone, 1, t, &self.measure);
        self.manager.sets[set].rebalance = None;
        self.manager.sets[set].unconsidered = true;
    }

    /// AZ-10: more capacity, or a change by the customer, wins over a running operation.
    pub(crate) fn cancel_rebalance(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        let Some(run) = self.manager.sets[set].rebalance.take() else { return };
        self.manager.sets[set].restless = true;
        let new = run.new as usize;
        if keeps_new_on_cancel(self.health_of(new, t) == HealthState::Healthy) {
            self.book.count(Operation::RebalancesUndone, 1, t, &self.measure);
            self.adopt(new, self.own_cause(Extra::Planned), t);
        } else {
            self.undo_rebalance(new, t, strikes);
        }
    }
}
