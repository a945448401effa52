//! The instances of each group in the order of their ids (oldest first), and how many of them are ill: what scale-in,
//! rebalancing and protection ask for again and again, kept by changes.
//!
//! In a group's lines is every machine that counts as an instance and was asked for, the regular ones in one and the Spot
//! ones in the other, since the mix of a set says which of them goes next (SP-06). Ids grow, so a new machine goes to the
//! end; only one that is adopted later finds its place further in.

use super::{Manager, Slot, State};
use crate::world::World;
use zonefall_topology::ZoneId;

/// No slot.
pub(crate) const NOBODY: u32 = u32::MAX;

/// The ends of a line of instances, their number, and how many of them are ill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    pub oldest: u32,
    pub newest: u32,
    pub count: u32,
    pub ill: u32,
}

impl Line {
    pub const EMPTY: Self = Self { oldest: NOBODY, newest: NOBODY, count: 0, ill: 0 };

    /// Makes two machines of the line neighbours; nobody stands beyond its ends.
    fn tie(&mut self, slots: &mut [Slot], older: u32, newer: u32) {
        match slots.get_mut(older as usize) {
            Some(slot) => slot.newer = newer,
            None => self.oldest = newer,
        }
        match slots.get_mut(newer as usize) {
            Some(slot) => slot.older = older,
            None => self.newest = older,
        }
    }
}

impl Slot {
    /// SI-06: unhealthy or not running.
    pub fn is_ill(&self) -> bool {
        !self.well || self.state != State::Running
    }

    fn is_listed(&self) -> bool {
        self.state.counts() && !self.extra
    }
}

impl Manager {
    /// A machine is an instance from now on.
    pub fn list(&mut self, at: usize) {
        let Self { slots, groups, .. } = self;
        let Slot { id, group, spot, .. } = slots[at];
        let line = &mut groups[group as usize].lines[usize::from(spot)];
        let (mut older, mut newer) = (line.newest, NOBODY);
        while older != NOBODY && slots[older as usize].id > id {
            (older, newer) = (slots[older as usize].older, older);
        }
        line.tie(slots, older, at as u32);
        line.tie(slots, at as u32, newer);
        line.count += 1;
        self.sees_protection_move(at);
        self.counts_ill(at, true);
    }

    /// A machine is no instance any more, or is about to get another id.
    pub fn unlist(&mut self, at: usize) {
        self.counts_ill(at, false);
        self.sees_protection_move(at);
        let Self { slots, groups, .. } = self;
        let Slot { group, spot, older, newer, .. } = slots[at];
        let line = &mut groups[group as usize].lines[usize::from(spot)];
        line.tie(slots, older, newer);
        line.count -= 1;
    }

    /// A listed machine gets a new id of its set (OM-08).
    pub fn renumber(&mut self, at: usize) {
        let listed = self.slots[at].is_listed();
        if listed {
            self.unlist(at);
        }
        let set = &mut self.sets[self.groups[self.slots[at].group as usize].set];
        self.slots[at].id = set.next_id;
        set.next_id += 1;
        set.renumbered = true;
        if listed {
            self.list(at);
        }
    }

    /// A machine's health or state has changed.
    pub fn sees_illness(&mut self, at: usize) {
        if self.slots[at].is_listed() {
            self.counts_ill(at, true);
        }
    }

    fn counts_ill(&mut self, at: usize, listed: bool) {
        let slot = &mut self.slots[at];
        let ill = listed && slot.is_ill();
        if std::mem::replace(&mut slot.counted_ill, ill) != ill {
            let count = &mut self.groups[slot.group as usize].lines[usize::from(slot.spot)].ill;
            *count = if ill { *count + 1 } else { *count - 1 };
        }
    }

    /// SI-07: which machines are the oldest so many may have changed.
    fn sees_protection_move(&mut self, at: usize) {
        let slot = &self.slots[at];
        let protected = &mut self.sets[self.groups[slot.group as usize].set].protected;
        if protected.1 == u32::MAX || slot.id < protected.1 {
            *protected = (0, 0);
        }
    }

    /// SI-07: the first `count` machines of a set are protected: those with an id below the one returned.
    pub fn protected_below(&mut self, set: usize, count: u32) -> u32 {
        if count == 0 {
            return 0;
        }
        let (known, below) = self.sets[set].protected;
        if known == count {
            return below;
        }
        let mut next = std::mem::take(&mut self.ids);
        next.clear();
        let groups = &self.groups[self.sets[set].groups.clone()];
        next.extend(groups.iter().flat_map(|group| group.lines).map(|line| line.oldest));
        let mut below = u32::MAX;
        for _ in 0..count {
            let id = |at: u32| self.slots[at as usize].id;
            let oldest = next.iter_mut().filter(|at| **at != NOBODY).min_by_key(|at| id(**at));
            let Some(oldest) = oldest else {
                below = u32::MAX;
                break;
            };
            below = id(*oldest) + 1;
            *oldest = self.slots[*oldest as usize].newer;
        }
        self.ids = next;
        self.sets[set].protected = (count, below);
        below
    }

    /// The newest machine of a set, in a zone if one is given, that `fits`.
    pub fn newest(&self, set: usize, zone: Option<ZoneId>, fits: impl Fn(&Slot) -> bool) -> Option<usize> {
        let groups = &self.groups[self.sets[set].groups.clone()];
        let lines = groups.iter().filter(|group| zone.is_none() || group.zone == zone).flat_map(|group| group.lines);
        let of_line = |line: Line| {
            let mut at = line.newest;
            while at != NOBODY && !fits(&self.slots[at as usize]) {
                at = self.slots[at as usize].older;
            }
            (at != NOBODY).then_some(at as usize)
        };
        lines.filter_map(of_line).max_by_key(|&at| self.slots[at].id)
    }
}

impl World {
    /// What is kept of a group's lines and what is counted, where they differ.
    pub(super) fn audit_order(&self, group: usize) -> Option<String> {
        let wrong = [false, true].map(|spot| self.audit_line(group, spot));
        wrong.into_iter().flatten().next()
    }

    fn audit_line(&self, group: usize, spot: bool) -> Option<String> {
        let slots = &self.manager.slots;
        let kept = self.manager.groups[group].lines[usize::from(spot)];
        let mut found: Vec<u32> = Vec::new();
        let mut at = kept.oldest;
        while at != NOBODY && found.len() <= slots.len() {
            found.push(at);
            at = slots[at as usize].newer;
        }
        let here = |slot: &Slot| slot.group as usize == group && slot.spot == spot && slot.is_listed();
        let mut expected: Vec<u32> = (0..slots.len() as u32).filter(|&at| here(&slots[at as usize])).collect();
        expected.sort_by_key(|&at| slots[at as usize].id);
        let counted = Line {
            oldest: expected.first().copied().unwrap_or(NOBODY),
            newest: expected.last().copied().unwrap_or(NOBODY),
            count: expected.len() as u32,
            ill: expected.iter().filter(|&&at| slots[at as usize].is_ill()).count() as u32,
        };
        (found != expected || kept != counted)
            .then(|| format!("group {group} line {spot}: {found:?} {kept:?}, {expected:?} {counted:?}"))
    }
}
