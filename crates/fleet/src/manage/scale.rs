//! Capacity changes: what is asked for, what is refused, what is placed, what is owed.

use super::create::Order as Creation;
use super::order::Line;
use super::sets::{GroupState, Refused};
use super::{Slot, State};
use crate::Extra;
use crate::deeds::{Noted, Why};
use crate::design::Spreading;
use crate::operations::Operation;
use crate::policy::auto_zone_balance::may_be_source;
use crate::policy::overprovision::extra;
use crate::policy::scale_in::{Candidate, Deed, Order, ScaleInRules, Shield, choose_in_zones, choose_victim};
use crate::policy::spot::{regular_to_add, removes_regular};
use crate::policy::zone_balance::{Balance, plan_scale_out};
use crate::policy::{zone_balance, zone_placement};
use crate::world::World;
use std::iter::repeat_n;
use zonefall_engine::SimTime;
use zonefall_faults::Strikes;

/// What a machine is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Scale-in.
    ScaleIn,
    /// The source of a rebalance.
    Rebalance,
}

/// Which machine is wanted.
#[derive(Debug, Clone, Copy)]
struct Wish {
    rules: ScaleInRules,
    shields: Shields,
    /// SI-08: whether the customer's own scale-in respects protection.
    from_manual: bool,
    /// SP-06: of a mixed set, whether a regular machine goes.
    regular_goes: Option<bool>,
    claim: Claim,
}

impl Wish {
    fn spares(&self, slot: &Slot) -> bool {
        let shield = self.shields.of(slot.id);
        match self.claim {
            Claim::ScaleIn => {
                shield.stops(Deed::ManualIn, self.from_manual)
                    || self.regular_goes.is_some_and(|regular| regular == slot.spot)
            }
            Claim::Rebalance => {
                let off = slot.state == State::Deallocated;
                !may_be_source(shield.stops(Deed::Upkeep, self.from_manual), off, slot.state != State::Running)
            }
        }
    }
}

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
    fn refuse(&mut self, set: usize, (target, by): (u32, Option<usize>), why: Extra, t: SimTime) {
        self.book.settle(t, &self.measure);
        let cause = self.own_cause(why);
        let state = &mut self.manager.sets[set];
        let machines = target.saturating_sub(state.desired);
        state.refused = Refused { cause, machines, by };
        self.book.withhold(self.sets[set].withheld_from, cause, i64::from(machines) * self.sets[set].serves);
    }

    /// Nobody wants what was refused any more.
    fn forget_refusal(&mut self, set: usize, t: SimTime) {
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

    /// A change of the set is complete: AR-04's grace and AZ-05's quiet hour begin.
    pub(crate) fn has_changed(&mut self, set: usize, t: SimTime) {
        let grace = self.design.sets[set].management.as_ref().and_then(|m| m.repairs.as_ref()).map(|r| r.grace);
        let state = &mut self.manager.sets[set];
        state.last_change = Some(t);
        state.unconsidered = true;
        if let Some(grace) = grace {
            state.grace_until = state.grace_until.max(t.after(grace));
            self.await_look(set, t);
        }
    }

    fn scale_out(&mut self, set: usize, (target, by): (u32, Option<usize>), t: SimTime, strikes: &Strikes) -> bool {
        let state = &self.manager.sets[set];
        let (exists, add, regular) = (state.exists, target - state.exists, state.exists - state.spot);
        let Some(managed) = self.design.sets[set].management.as_ref() else { return false };
        let regular = managed.spot.as_ref().map_or(add, |spot| regular_to_add(regular, exists + add, add, spot.mix));
        let percent = managed.overprovision;
        if !self.quota_allows(set, add, add - regular) {
            self.did(Operation::QuotaRefusals, self.who_asks(set, by), t);
            self.refuse(set, (target, by), Extra::Quota, t);
            return false;
        }
        // ZB-11: a zone may be starved of Spot machines alone.
        let spot = if regular == 0 { add } else { 0 };
        let planned = match self.plan(set, (add, spot), target, t, strikes) {
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
        self.ask_for(set, target, self.no_capacity(), t);
        let cause = self.own_cause(Extra::Deployment);
        let mut places = std::mem::take(&mut self.manager.places);
        self.find_places(set, planned, &mut places);
        for (machine, &group) in places.iter().enumerate() {
            let spot = machine as u32 >= regular;
            let order = Creation { group, spot, extra: false, cause, repairs: false, attaches: false };
            if self.create_owed(order, t, strikes).is_some() && percent.is_some() {
                self.manager.groups[group].awaited += 1;
            }
        }
        self.manager.places = places;
        if let Some(percent) = percent {
            self.overprovision(set, extra(planned, percent), t, strikes);
        }
        self.has_changed(set, t);
        true
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
            let awaited = |group: &usize| self.manager.groups[*group].awaited;
            let extras = |group: usize| {
                let numbers = self.manager.groups[group].numbers.clone();
                numbers.filter(|&n| self.manager.slots[self.position_of[n as usize] as usize].extra).count()
            };
            let open = self.manager.sets[set].places().filter(|group| awaited(group) > 0);
            let Some(group) = open.min_by_key(|&group| (extras(group), group)) else { return };
            let order = Creation { group, spot: false, extra: true, cause, repairs: false, attaches: false };
            self.create(order, t, strikes);
        }
    }

    fn scale_in(&mut self, set: usize, target: u32, t: SimTime, strikes: &Strikes) -> bool {
        let Some(managed) = self.design.sets[set].management.as_ref() else { return false };
        let rules = managed.balance;
        self.view_zones(set, 0, t, strikes);
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
            wish.regular_goes = self.regular_goes(set);
            let Some(at) = self.wanted(set, None, wish) else { break };
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

    /// ZB-07, ZB-09, ZB-10: how many of `surplus` machines a strict scale-in may remove; none if it is blocked. The
    /// victims are chosen on paper first, since only what remains at the end is judged.
    fn strict_victims(&mut self, set: usize, surplus: u32, atomic: bool) -> Option<u32> {
        let wish = self.wish(set, Claim::ScaleIn)?;
        self.list_candidates(set, None, &wish);
        let mut candidates = std::mem::take(&mut self.manager.candidates);
        let mut places = std::mem::take(&mut self.manager.candidate_at);
        let mut zones = std::mem::take(&mut self.manager.paper);
        zones.clear();
        for _ in 0..surplus {
            let Some(index) = choose_victim(&candidates, &wish.rules) else { break };
            let at = places.swap_remove(index) as usize;
            let zone = candidates.swap_remove(index).zone;
            zones.push(zone.map(|zone| zone as usize).filter(|_| self.manager.slots[at].state.balances()));
        }
        (self.manager.candidates, self.manager.candidate_at) = (candidates, places);
        let mut counts = std::mem::take(&mut self.manager.counts);
        let going = zone_balance::strict_victims(&mut counts, &zones, atomic);
        (self.manager.counts, self.manager.paper) = (counts, zones);
        (going > 0 || surplus == 0).then_some(going as u32)
    }

    /// SI-03, SI-07, SP-06: which machine of a set is wanted next.
    fn wish(&mut self, set: usize, claim: Claim) -> Option<Wish> {
        let managed = self.design.sets[set].management.as_ref()?;
        let (rules, from_manual) = (managed.scale_in, managed.protection.from_manual);
        let regular_goes = if claim == Claim::ScaleIn { self.regular_goes(set) } else { None };
        let shields = self.shields(set);
        Some(Wish { rules, shields, from_manual, regular_goes, claim })
    }

    /// SP-06: of a mixed set, whether a regular machine goes next.
    fn regular_goes(&self, set: usize) -> Option<bool> {
        let spot = self.design.sets[set].management.as_ref()?.spot.as_ref()?;
        let state = &self.manager.sets[set];
        let target = state.exists.saturating_sub(1);
        Some(removes_regular(state.exists - state.spot, state.spot, target, spot.mix))
    }

    /// SI-01..06, SP-06: the machine of a set that goes next, of one group only if that is given.
    pub(crate) fn victim(&mut self, set: usize, only: Option<usize>, claim: Claim) -> Option<usize> {
        let wish = self.wish(set, claim)?;
        self.wanted(set, only, &wish)
    }

    fn wanted(&mut self, set: usize, only: Option<usize>, wish: &Wish) -> Option<usize> {
        let spreads = matches!(self.design.sets[set].spreading, Spreading::Fixed(_));
        let order = wish.rules.order;
        if spreads && order == Order::Default || self.manager.sets[set].renumbered && order != Order::Default {
            return self.wanted_of_all(set, only, wish);
        }
        let groups = only.map_or(self.manager.sets[set].groups.clone(), |group| group..group + 1);
        let all = &self.manager.groups;
        let ranked = groups.map(|group| (group, all[group].in_use.then(|| all[group].listed())));
        let found = choose_in_zones(ranked, wish.rules.falls_back, |group| self.wanted_of_group(&all[group], wish));
        debug_assert_eq!(found, self.wanted_of_all(set, only, wish), "the lines say what a walk says");
        found
    }

    /// SI-03, SI-06, SP-06: the machine of a group that goes first, and its claim to that.
    #[inline]
    fn wanted_of_group(&self, group: &GroupState, wish: &Wish) -> Option<(u64, usize)> {
        let [regular, spot] = &group.lines;
        match wish.regular_goes {
            Some(true) => self.wanted_of_line(regular, wish),
            Some(false) => self.wanted_of_line(spot, wish),
            None if spot.count == 0 => self.wanted_of_line(regular, wish),
            None => self.wanted_of_line(regular, wish).max(self.wanted_of_line(spot, wish)),
        }
    }

    #[inline]
    fn wanted_of_line(&self, line: &Line, wish: &Wish) -> Option<(u64, usize)> {
        let oldest_first = wish.rules.order == Order::OldestFirst;
        let find = |ill: bool| {
            let mut at = if oldest_first { line.oldest } else { line.newest };
            while let Some(slot) = self.manager.slots.get(at as usize) {
                if !wish.spares(slot) && (!ill || slot.is_ill()) {
                    let claim = if oldest_first { u32::MAX - slot.id } else { slot.id };
                    return Some((u64::from(ill) << 32 | u64::from(claim), at as usize));
                }
                at = if oldest_first { slot.newer } else { slot.older };
            }
            None
        };
        let ill = (wish.rules.prioritize_unhealthy && line.ill > 0).then(|| find(true)).flatten();
        ill.or_else(|| find(false))
    }

    /// The same by looking at every machine.
    fn wanted_of_all(&mut self, set: usize, only: Option<usize>, wish: &Wish) -> Option<usize> {
        self.list_candidates(set, only, wish);
        let found = choose_victim(&self.manager.candidates, &wish.rules);
        found.map(|index| self.manager.candidate_at[index] as usize)
    }

    /// Lists the instances of a set, or of one group, as scale-in sees them, and where they stand.
    fn list_candidates(&mut self, set: usize, only: Option<usize>, wish: &Wish) {
        let spreads = matches!(self.design.sets[set].spreading, Spreading::Fixed(_));
        let mut candidates = std::mem::take(&mut self.manager.candidates);
        let mut places = std::mem::take(&mut self.manager.candidate_at);
        candidates.clear();
        places.clear();
        let groups = only.map_or(self.manager.sets[set].groups.clone(), |group| group..group + 1);
        for group in groups {
            let of = &self.manager.groups[group];
            let zone = self.manager.sets[set].zones.iter().position(|&other| other == group).map(|zone| zone as u32);
            for number in of.numbers.clone() {
                let at = self.position_of[number as usize] as usize;
                let slot = &self.manager.slots[at];
                if !slot.state.counts() || slot.extra {
                    continue;
                }
                candidates.push(Candidate {
                    zone,
                    fault_domain: if spreads { slot.rack } else { 0 },
                    id: slot.id,
                    created: slot.created,
                    protected: wish.spares(slot),
                    unhealthy: slot.is_ill(),
                });
                places.push(at as u32);
            }
        }
        (self.manager.candidates, self.manager.candidate_at) = (candidates, places);
    }

    /// SI-07: which machines of a set are protected: the oldest, by their ids.
    pub(crate) fn shields(&mut self, set: usize) -> Shields {
        let protection =
            self.design.sets[set].management.as_ref().map(|managed| managed.protection).unwrap_or_default();
        let scale_in_below = self.manager.protected_below(set, protection.from_scale_in);
        let actions_below = self.manager.protected_below(set, protection.from_scale_set_actions);
        Shields { scale_in_below, actions_below }
    }
}

/// SI-07: machines with ids below these are protected.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shields {
    scale_in_below: u32,
    actions_below: u32,
}

impl Shields {
    pub fn of(self, id: u32) -> Shield {
        Shield { from_scale_in: id < self.scale_in_below, from_scale_set_actions: id < self.actions_below }
    }
}
