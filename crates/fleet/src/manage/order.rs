//! The instances of each group in the order of their ids (oldest first), and how many of them are ill: what scale-in,
//! rebalancing and protection ask for again and again, kept by changes.
//!
//! In a group's lines is every machine that counts as an instance and was asked for, the regular ones in one and the Spot
//! ones in the other, since the mix of a set says which of them goes next (SP-06). Ids grow, so a new machine goes to the
//! end; only one that is adopted later finds its place further in.

use super::{Slot, State};
use crate::world::World;

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

impl World {
    /// A machine is an instance from now on.
    pub(crate) fn list(&mut self, at: usize) {
        let id = self.manager.slots[at].id;
        let mut older = self.line_of(at).newest;
        while older != NOBODY && self.manager.slots[older as usize].id > id {
            older = self.manager.slots[older as usize].older;
        }
        // The machine after one in the order of ids; the oldest after nobody.
        let newer = if older == NOBODY { self.line_of(at).oldest } else { self.manager.slots[older as usize].newer };
        self.tie(at, older, at as u32);
        self.tie(at, at as u32, newer);
        self.line_of(at).count += 1;
        self.sees_protection_move(at);
        self.counts_ill(at, true);
    }

    /// A machine is no instance any more, or is about to get another id.
    pub(crate) fn unlist(&mut self, at: usize) {
        self.counts_ill(at, false);
        self.sees_protection_move(at);
        let slot = &self.manager.slots[at];
        self.tie(at, slot.older, slot.newer);
        self.line_of(at).count -= 1;
    }

    /// The line that a machine stands in, or would.
    fn line_of(&mut self, at: usize) -> &mut Line {
        let slot = &self.manager.slots[at];
        &mut self.manager.groups[slot.group as usize].lines[usize::from(slot.spot)]
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
            let count = &mut self.line_of(at).ill;
            *count = if ill { *count + 1 } else { *count - 1 };
        }
    }

    /// Makes two machines of the line of `at` neighbours; nobody stands beyond both ends.
    fn tie(&mut self, at: usize, older: u32, newer: u32) {
        match older {
            NOBODY => self.line_of(at).oldest = newer,
            _ => self.manager.slots[older as usize].newer = newer,
        }
        match newer {
            NOBODY => self.line_of(at).newest = older,
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
        let groups = &self.manager.groups[self.manager.sets[set].groups.clone()];
        next.extend(groups.iter().flat_map(|group| group.lines).map(|line| line.oldest));
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
