//! Which machine of a set goes next: by scale-in, or as the source of a rebalance.

use super::order::Line;
use super::sets::GroupState;
use super::{Slot, State};
use crate::design::Spreading;
use crate::policy::auto_zone_balance::may_be_source;
use crate::policy::scale_in::{Candidate, Deed, Order, ScaleInRules, Shield, choose_in_zones, choose_victim};
use crate::policy::spot::removes_regular;
use crate::policy::zone_balance;
use crate::world::World;

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
pub(super) struct Wish {
    rules: ScaleInRules,
    shields: Shields,
    /// SI-08: whether the customer's own scale-in respects protection.
    from_manual: bool,
    /// SP-06: of a mixed set, whether a regular machine goes.
    pub regular_goes: Option<bool>,
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
    /// ZB-07, ZB-09, ZB-10: how many of `surplus` machines a strict scale-in may remove; none if it is blocked. The
    /// victims are chosen on paper first, since only what remains at the end is judged.
    pub(super) fn strict_victims(&mut self, set: usize, surplus: u32, atomic: bool) -> Option<u32> {
        let mut wish = self.wish(set, Claim::ScaleIn)?;
        self.list_candidates(set, None, &wish);
        let mut candidates = std::mem::take(&mut self.manager.candidates);
        let mut places = std::mem::take(&mut self.manager.candidate_at);
        let mut zones = std::mem::take(&mut self.manager.paper);
        zones.clear();
        let state = &self.manager.sets[set];
        let (mut regular, mut spot) = (state.exists - state.spot, state.spot);
        for _ in 0..surplus {
            // SP-06: each machine that goes may change which class the next one is of.
            let regular_goes = self.regular_goes(set, regular, spot);
            if std::mem::replace(&mut wish.regular_goes, regular_goes) != regular_goes {
                for (candidate, &at) in candidates.iter_mut().zip(&places) {
                    candidate.protected = wish.spares(&self.manager.slots[at as usize]);
                }
            }
            let Some(index) = choose_victim(&candidates, &wish.rules) else { break };
            let at = places.swap_remove(index) as usize;
            let zone = candidates.swap_remove(index).zone;
            *(if self.manager.slots[at].spot { &mut spot } else { &mut regular }) -= 1;
            let zone = zone.filter(|_| self.manager.slots[at].state.balances());
            zones.push(zone.map(|zone| self.place_among_own(set, zone as usize)));
        }
        (self.manager.candidates, self.manager.candidate_at) = (candidates, places);
        let mut counts = std::mem::take(&mut self.manager.counts);
        let going = zone_balance::strict_victims(&mut counts, &zones, atomic);
        (self.manager.counts, self.manager.paper) = (counts, zones);
        (going > 0 || surplus == 0).then_some(going as u32)
    }

    /// ZP-02: which of the zones that are judged is a zone of a set.
    fn place_among_own(&self, set: usize, zone: usize) -> usize {
        self.manager.sets[set].zones[..zone].iter().filter(|&&group| self.is_own(group)).count()
    }

    /// SI-03, SI-07, SP-06: which machine of a set is wanted next.
    pub(super) fn wish(&mut self, set: usize, claim: Claim) -> Option<Wish> {
        let managed = self.design.sets[set].management.as_ref()?;
        let (rules, from_manual) = (managed.scale_in, managed.protection.from_manual);
        let state = &self.manager.sets[set];
        let regular_goes = self.regular_goes(set, state.exists - state.spot, state.spot);
        let regular_goes = regular_goes.filter(|_| claim == Claim::ScaleIn);
        let shields = self.shields(set);
        Some(Wish { rules, shields, from_manual, regular_goes, claim })
    }

    /// SP-06: of a mixed set with so many machines of either class, whether a regular one goes next.
    pub(super) fn regular_goes(&self, set: usize, regular: u32, spot: u32) -> Option<bool> {
        let mix = self.design.sets[set].management.as_ref()?.spot.as_ref()?.mix;
        Some(removes_regular(regular, spot, (regular + spot).saturating_sub(1), mix))
    }

    /// SI-01..06, SP-06: the machine of a set that goes next, of one group only if that is given.
    pub(crate) fn victim(&mut self, set: usize, only: Option<usize>, claim: Claim) -> Option<usize> {
        let wish = self.wish(set, claim)?;
        self.wanted(set, only, &wish)
    }

    pub(super) fn wanted(&mut self, set: usize, only: Option<usize>, wish: &Wish) -> Option<usize> {
        let spreads = matches!(self.design.sets[set].spreading, Spreading::Fixed(_));
        let order = wish.rules.order;
        if spreads && order == Order::Default || self.manager.sets[set].renumbered && order != Order::Default {
            return self.wanted_of_all(set, only, wish);
        }
        let groups = only.map_or(self.manager.sets[set].groups.clone(), |group| group..group + 1);
        let all = &self.manager.groups;
        let ranked = groups.map(|group| (group, all[group].in_use.then(|| all[group].count)));
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
                    balances: slot.state.balances(),
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
