//! The instances of each group in the order of their ids (oldest first), and how many of them are ill: what scale-in,
//! rebalancing and protection ask for again and again, kept by changes.
//!
//! On a group's list is every machine that counts as an instance and was asked for. Ids grow, so a new machine goes to
//! the end; only one that is adopted later finds its place further in.

use super::{Slot, State};
use crate::world::World;

/// No slot.
pub(crate) const NOBODY: u32 = u32::MAX;

impl Slot {
    /// SI-06: unhealthy or not running.
    pub fn is_ill(&self) -> bool {
        !self.well || self.state != State::Running
    }

    fn is_listed(&self) -> bool {
        self.state.counts() && !self.extra
    }
}

impl World {
    /// A machine is an instance from now on.
    pub(crate) fn list(&mut self, at: usize) {
        let slot = self.manager.slots[at];
        let group = slot.group as usize;
        let mut older = self.manager.groups[group].newest;
        while older != NOBODY && self.manager.slots[older as usize].id > slot.id {
            older = self.manager.slots[older as usize].older;
        }
        let newer = self.next_to(group, older);
        self.tie(group, older, at as u32);
        self.tie(group, at as u32, newer);
        self.manager.groups[group].listed += 1;
        self.sees_protection_move(at);
        self.counts_ill(at, true);
    }

    /// A machine is no instance any more, or is about to get another id.
    pub(crate) fn unlist(&mut self, at: usize) {
        self.counts_ill(at, false);
        self.sees_protection_move(at);
        let slot = self.manager.slots[at];
        let group = slot.group as usize;
        self.tie(group, slot.older, slot.newer);
        self.manager.groups[group].listed -= 1;
    }

    /// A listed machine gets a new id of its set (OM-08).
    pub(crate) fn renumber(&mut self, at: usize) {
        let listed = self.manager.slots[at].is_listed();
        if listed {
            self.unlist(at);
        }
        let set = self.set_of(at);
        let set = &mut self.manager.sets[set];
        self.manager.slots[at].id = set.next_id;
        set.next_id += 1;
        set.renumbered = true;
        if listed {
            self.list(at);
        }
    }

    /// A machine's health or state has changed.
    pub(crate) fn sees_illness(&mut self, at: usize) {
        if self.manager.slots[at].is_listed() {
            self.counts_ill(at, true);
        }
    }

    fn counts_ill(&mut self, at: usize, listed: bool) {
        let slot = &mut self.manager.slots[at];
        let ill = listed && slot.is_ill();
        if std::mem::replace(&mut slot.counted_ill, ill) != ill {
            let count = &mut self.manager.groups[slot.group as usize].ill;
            *count = if ill { *count + 1 } else { *count - 1 };
        }
    }

    /// The machine after one in the order of ids; the oldest after nobody.
    fn next_to(&self, group: usize, older: u32) -> u32 {
        if older == NOBODY { self.manager.groups[group].oldest } else { self.manager.slots[older as usize].newer }
    }

    fn tie(&mut self, group: usize, older: u32, newer: u32) {
        let group = &mut self.manager.groups[group];
        match older {
            NOBODY => group.oldest = newer,
            _ => self.manager.slots[older as usize].newer = newer,
        }
        match newer {
            NOBODY => group.newest = older,
            _ => self.manager.slots[newer as usize].older = older,
        }
    }

    /// SI-07: which machines are the oldest so many may have changed.
    fn sees_protection_move(&mut self, at: usize) {
        let set = self.set_of(at);
        let (_, below) = self.manager.sets[set].protected;
        if below == u32::MAX || self.manager.slots[at].id < below {
            self.manager.sets[set].protected = (0, 0);
        }
    }

    /// SI-07: the first `count` machines of a set are protected: those with an id below the one returned.
    pub(crate) fn protected_below(&mut self, set: usize, count: u32) -> u32 {
        if count == 0 {
            return 0;
        }
        let (known, below) = self.manager.sets[set].protected;
        if known == count {
            return below;
        }
        let mut next = std::mem::take(&mut self.manager.ids);
        next.clear();
        next.extend(self.manager.sets[set].groups.clone().map(|group| self.manager.groups[group].oldest));
        let mut below = u32::MAX;
        for _ in 0..count {
            let id = |at: u32| self.manager.slots[at as usize].id;
            let oldest = next.iter_mut().filter(|at| **at != NOBODY).min_by_key(|at| id(**at));
            let Some(oldest) = oldest else {
                below = u32::MAX;
                break;
            };
            below = id(*oldest) + 1;
            *oldest = self.manager.slots[*oldest as usize].newer;
        }
        self.manager.ids = next;
        self.manager.sets[set].protected = (count, below);
        below
    }

    /// What is kept of a group's list and what is counted, where they differ.
    pub(super) fn audit_order(&self, group: usize) -> Option<String> {
        let here = |at: &usize| self.manager.slots[*at].group as usize == group;
        let mut found: Vec<u32> = Vec::new();
        let (mut at, mut ill) = (self.manager.groups[group].oldest, 0);
        while at != NOBODY && found.len() <= self.manager.slots.len() {
            found.push(at);
            ill += u32::from(self.manager.slots[at as usize].is_ill());
            at = self.manager.slots[at as usize].newer;
        }
        let mut expected: Vec<u32> = (0..self.manager.slots.len())
            .filter(here)
            .filter(|&at| self.manager.slots[at].is_listed())
            .map(|at| at as u32)
            .collect();
        expected.sort_by_key(|&at| self.manager.slots[at as usize].id);
        let state = &self.manager.groups[group];
        let kept = (state.listed as usize, state.ill, state.newest);
        let counted = (expected.len(), ill, expected.last().copied().unwrap_or(NOBODY));
        (found != expected || kept != counted)
            .then(|| format!("group {group} order: {found:?} {kept:?}, {expected:?} {counted:?}"))
    }
}
