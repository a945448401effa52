//! Capacity changes: what is asked for, what is refused, what is placed, what is owed.

use super::create::Order as Creation;
use super::sets::Refused;
use super::victim::Claim;
use crate::Extra;
use crate::deeds::{Noted, Why};
use crate::operations::Operation;
use crate::policy::overprovision::extra;
use crate::policy::spot::regular_to_add;
use crate::policy::zone_balance::{Balance, ZoneState, plan_scale_out};
use crate::policy::{zone_balance, zone_placement};
use crate::world::World;
use std::iter::repeat_n;
use zonefall_engine::SimTime;
use zonefall_faults::Strikes;

impl World {
    /// A set is short of `machines` more, charged to `cause` until they exist; of none that it has more than is asked for.
    pub(crate) fn owe(&mut self, set: usize, machines: u32, cause: u16, t: SimTime) {
        self.book.settle(t, &self.measure);
        let state = &mut self.manager.sets[set];
        let missing = state.desired.saturating_sub(state.exists);
        let machines = machines.min(missing.saturating_sub(state.short.count()));
        state.short.owe(machines, cause);
        self.book.withhold(self.sets[set].withheld_from, cause, i64::from(machines) * self.sets[set].serves);
    }

    /// One machine less is missing: one that was charged to `cause`, else the one that has been missing for longest.
    pub(crate) fn pay(&mut self, set: usize, cause: u16, t: SimTime) {
        self.book.settle(t, &self.measure);
        if let Some(paid) = self.manager.sets[set].short.pay(cause) {
            self.book.withhold(self.sets[set].withheld_from, paid, -self.sets[set].serves);
        }
    }

    /// Creates a machine that is owed.
    pub(crate) fn create_owed(&mut self, order: Creation, t: SimTime, strikes: &Strikes) -> Option<usize> {
        let set = self.manager.groups[order.group].set;
        let made = self.create(order, t, strikes);
        if made.is_some() {
            self.pay(set, order.cause, t);
        }
        made
    }

    /// What the customer asks for changes; the machines that are then missing are owed to `cause`.
    pub(crate) fn ask_for(&mut self, set: usize, desired: u32, cause: u16, t: SimTime) {
        self.book.settle(t, &self.measure);
        let state = &mut self.manager.sets[set];
        let change = i64::from(desired) - i64::from(state.desired);
        state.desired = desired;
        self.book.ask(self.sets[set].part, change * self.sets[set].serves, t, &self.measure);
        if let Some(parts) = &mut self.book.parts {
            parts.stirred = true;
        }
        loop {
            let state = &self.manager.sets[set];
            let (owed, missing) = (state.short.count(), state.desired.saturating_sub(state.exists));
            match owed.cmp(&missing) {
                std::cmp::Ordering::Less => self.owe(set, missing - owed, cause, t),
                std::cmp::Ordering::Greater => self.pay(set, cause, t),
                std::cmp::Ordering::Equal => return,
            }
        }
    }

    /// A request is refused as a whole: the capacity stays what it was. The customer wants the machines all the same: what is missed
    /// for want of them is charged to what refused them.
    pub(super) fn refuse(&mut self, set: usize, (target, by): (u32, Option<usize>), why: Extra, t: SimTime) {
        self.book.settle(t, &self.measure);
        let cause = self.refusal_cause(set, why);
        let state = &mut self.manager.sets[set];
        let machines = target.saturating_sub(state.desired);
        state.refused = Refused { cause, machines, by };
        self.book.withhold(self.sets[set].withheld_from, cause, i64::from(machines) * self.sets[set].serves);
    }

    /// Nobody wants what was refused any more.
    pub(super) fn forget_refusal(&mut self, set: usize, t: SimTime) {
        let Refused { cause, machines, .. } = std::mem::take(&mut self.manager.sets[set].refused);
        if machines > 0 {
            self.book.settle(t, &self.measure);
            self.book.withhold(self.sets[set].withheld_from, cause, -i64::from(machines) * self.sets[set].serves);
        }
    }

    /// A change, or if none autoscale, does not want any more what it was refused.
    pub(crate) fn wants_no_more(&mut self, by: Option<usize>, set: usize, t: SimTime) {
        if self.manager.sets[set].refused.by == by {
            self.forget_refusal(set, t);
        }
    }

    /// Asks for a capacity. False if the request is refused as a whole; then nothing has changed.
    pub(crate) fn set_capacity(&mut self, set: usize, target: u32, t: SimTime, strikes: &Strikes) -> bool {
        self.set_capacity_for(None, set, target, t, strikes)
    }

    /// The same for a change.
    pub(crate) fn set_capacity_for(
        &mut self,
        by: Option<usize>,
        set: usize,
        target: u32,
        t: SimTime,
        strikes: &Strikes,
    ) -> bool {
        if self.control_plane_back(set, t, strikes) > t {
            self.did(Operation::ControlPlaneRefusals, self.who_asks(set, by), t);
            return false;
        }
        self.forget_refusal(set, t);
        let exists = self.manager.sets[set].exists;
        if target > exists {
            // AZ-10: new capacity wins over a running rebalance.
            self.cancel_rebalance(set, t, strikes);
            self.scale_out(set, (target, by), t, strikes)
        } else {
            if target < exists {
                self.cancel_rebalance(set, t, strikes);
            }
            self.scale_in(set, target, t, strikes)
        }
    }

    fn scale_out(&mut self, set: usize, (target, by): (u32, Option<usize>), t: SimTime, strikes: &Strikes) -> bool {
        let state = &self.manager.sets[set];
        let (exists, add, regular) = (state.exists, target - state.exists, state.exists - state.spot);
        let asks_anew = target != state.desired;
        let Some(managed) = self.design.sets[set].management.as_ref() else { return false };
        let regular = managed.spot.as_ref().map_or(add, |spot| regular_to_add(regular, exists + add, add, spot.mix));
        let percent = managed.overprovision;
        // ZB-11: a zone may be starved of Spot machines alone.
        let spot = if regular == 0 { add } else { 0 };
        let plan = self.plan(set, (add, spot), target, t, strikes);
        let mut places = std::mem::take(&mut self.manager.places);
        self.find_places(set, plan.unwrap_or(0), &mut places);
        let pooled = self.found_in_pools(set, &places[..places.len().min(regular as usize)]);
        self.manager.places = places;
        if !self.quota_allows(set, add, add - regular, pooled) {
            self.did(Operation::QuotaRefusals, self.who_asks(set, by), t);
            self.refuse(set, (target, by), Extra::Quota, t);
            return false;
        }
        let planned = match plan {
            Ok(planned) => planned,
            Err(why) => {
                let (operation, who) = (Operation::ScaleOutsBlocked, self.who_asks(set, by));
                self.does(Noted { operation, who, why: Some(Why::Balance(why)) }, t);
                self.refuse(set, (target, by), Extra::BlockedByPolicy, t);
                return false;
            }
        };
        self.book.count(Operation::ScaleOuts, 1, t, &self.measure);
        self.book.count(Operation::AllocationsFailed, u64::from(add - planned), t, &self.measure);
        self.ask_for(set, target, self.refusal_cause(set, Extra::NoCapacity), t);
        self.create_planned(regular, t, strikes);
        if let Some(percent) = percent {
            self.overprovision(set, extra(planned, percent), t, strikes);
        }
        // AR-04: who asks again for what nobody can give changes nothing.
        if asks_anew || self.manager.sets[set].exists > exists {
            self.has_changed(set, t);
        }
        true
    }

    /// Creates machines at the planned places, the first of them regular ones.
    fn create_planned(&mut self, regular: u32, t: SimTime, strikes: &Strikes) {
        let cause = self.own_cause(Extra::Deployment);
        let places = std::mem::take(&mut self.manager.places);
        for (machine, &group) in places.iter().enumerate() {
            let spot = machine as u32 >= regular;
            let order = Creation { scale_out: true, ..Creation::of((group, spot), cause) };
            let made = self.create_owed(order, t, strikes);
            if let Some(at) = made.or_else(|| self.spill_over(order, t, strikes)) {
                self.is_changed(at);
            }
        }
        self.manager.places = places;
    }

    /// ZB-11: a machine that its zone has refused, being short of Spot machines, goes to another one under best effort. It asks
    /// each zone once.
    fn spill_over(&mut self, order: Creation, t: SimTime, strikes: &Strikes) -> Option<usize> {
        let set = self.manager.groups[order.group].set;
        let rules = self.design.sets[set].management.as_ref()?.balance;
        if !order.spot || rules.balance == Balance::Strict || !self.has_no_spot(order.group, t) {
            return None;
        }
        // Shortages refuse single machines: which zones still do is found by asking.
        self.view_zones(set, u32::MAX, t, strikes);
        let mut group = order.group;
        while self.has_no_spot(group, t) {
            let zone = self.manager.sets[set].zones.iter().position(|&of| of == group)?;
            self.manager.states[zone] = ZoneState::Starved;
            group = self.group_of_next(set)?;
            let made = self.create_owed(Creation { group, ..order }, t, strikes);
            if made.is_some() {
                return made;
            }
        }
        None
    }

    /// ZB, ZP: plans `add` machines, `spot` of them Spot if all are, into the manager's list of counts; returns how many
    /// found a zone.
    fn plan(
        &mut self,
        set: usize,
        (add, spot): (u32, u32),
        target: u32,
        t: SimTime,
        strikes: &Strikes,
    ) -> Result<u32, zone_balance::Refusal> {
        if self.manager.sets[set].zones.is_empty() {
            return Ok(add);
        }
        self.view_zones(set, spot, t, strikes);
        let Some(managed) = self.design.sets[set].management.as_ref() else { return Ok(0) };
        let manager = &mut self.manager;
        match managed.auto_placement {
            Some(auto) => {
                let (counts, states) = (&mut manager.counts, &manager.states);
                Ok(zone_placement::plan(counts, states, add, target, &managed.balance, auto))
            }
            None => plan_scale_out(&mut manager.counts, &manager.states, add, &managed.balance),
        }
    }

    /// The groups of planned machines, one after the other: the zone with the fewest first.
    fn find_places(&self, set: usize, planned: u32, places: &mut Vec<usize>) {
        places.clear();
        let state = &self.manager.sets[set];
        if state.zones.is_empty() {
            return places.extend(state.regional.into_iter().flat_map(|group| repeat_n(group, planned as usize)));
        }
        // In rounds: a zone gets its machine of a round once it has as many as the round says.
        let zones = || state.zones.iter().zip(&self.manager.counts);
        let now = |group: usize| self.manager.groups[group].count;
        let mut level = zones().filter(|(group, after)| now(**group) < **after).map(|(&group, _)| now(group)).min();
        while let Some(round) = level.filter(|_| places.len() < planned as usize) {
            let mut next: Option<u32> = None;
            for (&group, &after) in zones() {
                if now(group) <= round && round < after && places.len() < planned as usize {
                    places.push(group);
                }
                if now(group).max(round + 1) < after {
                    let waits = now(group).max(round + 1);
                    next = Some(next.map_or(waits, |next| next.min(waits)));
                }
            }
            level = next;
        }
    }

    /// OV-01, OV-02: extra machines, spread as a further scale-out would be; outside quota, gone once enough run.
    fn overprovision(&mut self, set: usize, extra: u32, t: SimTime, strikes: &Strikes) {
        let cause = self.own_cause(Extra::Deployment);
        for _ in 0..extra {
            let groups = &self.manager.groups;
            let open = self.manager.sets[set].places().filter(|&group| groups[group].awaited > 0);
            let Some(group) = open.min_by_key(|&group| (groups[group].extras, group)) else { return };
            let order = Creation { extra: true, free: true, scale_out: true, ..Creation::of((group, false), cause) };
            if let Some(at) = self.create(order, t, strikes) {
                self.is_changed(at);
            }
        }
    }

    fn scale_in(&mut self, set: usize, target: u32, t: SimTime, strikes: &Strikes) -> bool {
        let Some(managed) = self.design.sets[set].management.as_ref() else { return false };
        let rules = managed.balance;
        self.view_own_zones(set, t, strikes);
        // A request for what is there already is no scaling operation.
        let blocked = target < self.manager.sets[set].exists && zone_balance::is_blocked(&self.manager.states, &rules);
        if blocked {
            self.book.count(Operation::ScaleInsBlocked, 1, t, &self.measure);
            return false;
        }
        let surplus = self.manager.sets[set].exists.saturating_sub(target);
        let strict = rules.balance == Balance::Strict && self.manager.sets[set].zones.len() > 1;
        let Some(going) = (if strict { self.strict_victims(set, surplus, rules.atomic) } else { Some(surplus) }) else {
            self.book.count(Operation::ScaleInsBlocked, 1, t, &self.measure);
            return false;
        };
        self.ask_for(set, target, self.no_capacity(), t);
        self.book.count(Operation::ScaleIns, u64::from(going > 0), t, &self.measure);
        let mut gone = 0;
        let mut wish = self.wish(set, Claim::ScaleIn);
        while let Some(wish) = wish.as_mut().filter(|_| gone < going) {
            // Who is protected stays so, since no protected machine goes.
            let state = &self.manager.sets[set];
            wish.regular_goes = self.regular_goes(set, state.exists - state.spot, state.spot);
            let Some(at) = self.wanted(set, None, wish) else { break };
            self.is_changed(at);
            self.remove(at, None, t, strikes);
            gone += 1;
        }
        // SI-05: the target is not reached.
        self.book.count(Operation::ScaleInsBlocked, u64::from(gone < surplus), t, &self.measure);
        let exists = self.manager.sets[set].exists;
        if exists > target {
            self.ask_for(set, exists, self.no_capacity(), t);
        }
        if gone > 0 {
            self.has_changed(set, t);
        }
        true
    }
}
