//! SB: standby pools: machines that wait ready, and join a set the moment they are asked for.

use crate::bill::Paid;
use crate::operations::Operation;
use crate::pending::Due;
use crate::policy::standby;
use crate::serving::Class;
use crate::world::{CREATION, World};
use std::cmp::Ordering;
use std::sync::Arc;
use zonefall_engine::{Key, Law, SimTime};
use zonefall_faults::Strikes;

impl World {
    /// SB-01: a machine of the pool joins the set; the pool is filled up again.
    pub(super) fn take_from_pool(&mut self, at: usize, group: usize, t: SimTime, strikes: &Strikes) {
        let Some(managed) = self.design.sets[self.set_of(at)].management.as_ref() else { return };
        let Some(pool) = &managed.standby else { return };
        let laws = [&pool.start, &self.sets[self.set_of(at)].warm_up];
        let [start, warm_up] = match laws.map(Law::always) {
            [Some(start), Some(warm_up)] => [start, warm_up],
            _ => {
                let mut stream = self.luck_of(at, strikes, t, CREATION).stream();
                laws.map(|law| law.draw(&mut stream))
            }
        };
        self.manager.groups[group].standby -= 1;
        self.leaves_pool(self.manager.groups[group].set);
        self.book.add(Class::Standby, -1, t, &self.measure);
        self.meter_pool(self.manager.groups[group].set, -1, t);
        self.book.count(Operation::StandbyUsed, 1, t, &self.measure);
        let (up, ready) = (t.after(start), t.after(start).after(warm_up));
        self.boots_until(at, up, ready);
        self.power_on(at, ready, t, strikes);
    }

    /// SB-01: begins as many machines as the pools of a set lack, spread over its zones, or lets go what is too many.
    /// Returns whether there are as many as there should be.
    pub(crate) fn fill_pool(&mut self, set: usize, t: SimTime, strikes: &Strikes) -> bool {
        let Some(managed) = self.design.sets[set].management.as_ref() else { return true };
        let Some(pool) = managed.standby.as_ref() else { return true };
        let state = &self.manager.sets[set];
        let wanted = standby::size(pool.min_ready, pool.max_ready, state.exists);
        match state.pooled.cmp(&wanted) {
            Ordering::Equal => return true,
            Ordering::Greater => self.shrink_pool(set, wanted, t),
            Ordering::Less => self.widen_pool(set, wanted, t, strikes),
        }
        self.manager.sets[set].pooled == wanted
    }

    /// SB-01: the pools of a set get new machines, each where the fewest are, of such zones where the set has the fewest.
    fn widen_pool(&mut self, set: usize, wanted: u32, t: SimTime, strikes: &Strikes) {
        let design = Arc::clone(&self.design);
        let Some(managed) = design.sets[set].management.as_ref() else { return };
        let mut open = std::mem::take(&mut self.manager.open);
        let is_open = |zone| !self.is_down(zone) && self.capacity_back(zone, t, strikes) == t;
        let places = self.manager.sets[set].places();
        let places = places.filter(|&group| self.manager.groups[group].zone.is_none_or(is_open));
        open.clear();
        open.extend(places.map(|group| (group, self.pool_luck(group, t))));
        while self.manager.sets[set].pooled < wanted && self.quota_allows(set, 1, 0, 0) {
            let coming = |group: usize| self.manager.groups[group].standby + self.manager.groups[group].standby_coming;
            let of_set = |group: usize| self.manager.groups[group].count;
            let fewest = open.iter().min_by_key(|&&(group, _)| (coming(group), of_set(group), group));
            let Some(&(group, luck)) = fewest else { break };
            let luck = luck.part(u64::from(self.manager.groups[group].standby_coming), 0);
            self.manager.groups[group].standby_coming += 1;
            self.joins_pool(set);
            self.wait(Due::Standby, group, t.after(managed.creation.time.draw(&mut luck.stream())));
        }
        if open.is_empty() {
            self.await_capacity(set, t, strikes);
        }
        self.manager.open = open;
    }

    /// AL-05: a machine of the pool takes quota as soon as it is ordered, running or deallocated.
    fn joins_pool(&mut self, set: usize) {
        self.manager.sets[set].pooled += 1;
        self.use_quota(set, (false, 0), true);
    }

    fn leaves_pool(&mut self, set: usize) {
        self.manager.sets[set].pooled -= 1;
        self.use_quota(set, (false, 0), false);
    }

    /// SB-01: how many of the regular machines of a plan pools have ready. `places`: their groups.
    pub(super) fn found_in_pools(&self, set: usize, places: &[usize]) -> u32 {
        let ready = |group: usize| self.manager.groups[group].standby;
        let found = |group: usize| ready(group).min(places.iter().filter(|&&of| of == group).count() as u32);
        self.manager.sets[set].places().filter(|&group| ready(group) > 0).map(found).sum()
    }

    /// What the luck of machines is keyed by that are made for a group's pool now.
    fn pool_luck(&self, group: usize, t: SimTime) -> Key {
        let state = &self.manager.groups[group];
        let place = state.zone.map_or(0, |zone| self.topology.zone_tag(zone));
        self.manager.sets[state.set].pool_luck.part(place, t.as_ms())
    }

    /// Zones that come back are considered anew; for capacity that comes back it is waited.
    fn await_capacity(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        let zones = self.manager.sets[set].places().filter_map(|group| self.manager.groups[group].zone);
        let back = zones.map(|zone| self.capacity_back(zone, t, strikes)).filter(|&back| back > t).min();
        let back = back.unwrap_or(SimTime::NEVER);
        if back < self.manager.sets[set].rebalance_due {
            self.manager.sets[set].rebalance_due = back;
            self.wait(Due::Rebalance, set, back);
        }
    }

    /// SB-01: the pools of a set are larger than they should be: ready machines go, each from the fullest of them.
    fn shrink_pool(&mut self, set: usize, wanted: u32, t: SimTime) {
        while self.manager.sets[set].pooled > wanted {
            let groups = &mut self.manager.groups[self.manager.sets[set].groups.clone()];
            // The last of the fullest.
            let fullest = groups.iter_mut().max_by_key(|group| group.standby);
            let Some(fullest) = fullest.filter(|group| group.standby > 0) else { return };
            fullest.standby -= 1;
            self.leaves_pool(set);
            self.book.settle(t, &self.measure);
            self.book.add(Class::Standby, -1, t, &self.measure);
            self.meter_pool(set, -1, t);
        }
    }

    pub(crate) fn standby_is_ready(&mut self, group: usize, t: SimTime) {
        let state = &mut self.manager.groups[group];
        state.standby_coming -= 1;
        state.standby += 1;
        let set = state.set;
        self.book.settle(t, &self.measure);
        self.book.add(Class::Standby, 1, t, &self.measure);
        self.meter_pool(set, 1, t);
    }

    /// Machines of a pool are paid for, and so are their disks.
    fn meter_pool(&mut self, set: usize, delta: i64, t: SimTime) {
        self.meter(set, Paid::Standby, delta, t);
        self.meter(set, Paid::Disks, delta, t);
    }

    /// One machine more is in a pool when a trial begins; false if the quota has no room for it.
    fn begins_in_pool(&mut self, set: usize, group: usize) -> bool {
        let allowed = self.quota_allows(set, 1, 0, 0);
        if allowed {
            self.manager.groups[group].standby += 1;
            self.joins_pool(set);
        }
        allowed
    }

    /// The pools of a set as they are when a trial begins: full, as far as the quota goes.
    pub(crate) fn begin_pools(&mut self, set: usize) {
        let Some(pool) = self.design.sets[set].management.as_ref().and_then(|m| m.standby.as_ref()) else { return };
        let wanted = standby::size(pool.min_ready, pool.max_ready, self.manager.sets[set].desired);
        let places = self.manager.sets[set].places().count() as u32;
        for place in 0..places {
            let Some(group) = self.manager.sets[set].places().nth(place as usize) else { return };
            let share = wanted / places + u32::from(place < wanted % places);
            let share = (0..share).take_while(|_| self.begins_in_pool(set, group)).count() as u32;
            self.book.add(Class::Standby, i64::from(share), SimTime::ZERO, &self.measure);
            self.meter_pool(set, i64::from(share), SimTime::ZERO);
        }
    }
}
