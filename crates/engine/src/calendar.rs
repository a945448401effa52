//! What is pending: (time, tag), packed in a `u128`. The soonest entries are a sorted list, the rest is a wheel of minutes.
//!
//! Yields by time, then by tag, never by insertion; equal pairs are interchangeable. It holds only what is
//! pending (a machine that runs undisturbed has no entry), so it is short: usually 0 to 8 entries, and about a hundred
//! while a fleet grows or shrinks. So few are cheaper to keep in order than in a heap: taking the next one is a read, and
//! adding one moves some bytes, without a branch that nobody can foresee. A hundred are not: most of them wait in a [`Wheel`],
//! where nothing is compared.

use crate::SimTime;
use crate::wheel::Wheel;
use std::ops::Range;

/// Pending events in their total order. A tag is whatever its owner packs; smaller tags go first within a
/// millisecond.
#[derive(Debug)]
pub struct Calendar {
    /// The soonest entries, the next one last. Empty only if nothing comes later.
    soonest: Vec<u128>,
    /// The others: none goes before one of the soonest.
    later: Wheel,
}

crate::pooled_clone!(Calendar { soonest, later });

/// The most entries that are kept in order.
const SOONEST: usize = 16;

const fn pack(time: SimTime, tag: u64) -> u128 {
    ((time.as_ms() as u128) << 64) | tag as u128
}

const fn unpack(entry: u128) -> (SimTime, u64) {
    (SimTime::from_ms((entry >> 64) as u64), entry as u64)
}

impl Default for Calendar {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl Calendar {
    /// An empty calendar with room for `capacity` entries and more.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { soonest: Vec::with_capacity(2 * SOONEST), later: Wheel::with_capacity(capacity) }
    }

    /// The number of pending entries.
    pub fn len(&self) -> usize {
        self.soonest.len() + self.later.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.soonest.is_empty()
    }

    /// Forgets everything, keeps the memory.
    pub fn clear(&mut self) {
        self.soonest.clear();
        self.later.clear();
    }

    /// The time of the next entry, [`SimTime::NEVER`] if there is none.
    #[inline]
    pub fn next_time(&self) -> SimTime {
        match self.soonest.last() {
            Some(&entry) => unpack(entry).0,
            None => SimTime::NEVER,
        }
    }

    /// Adds an entry.
    #[inline]
    pub fn push(&mut self, time: SimTime, tag: u64) {
        let entry = pack(time, tag);
        if self.later.len() > 0 && self.soonest.first().is_some_and(|&last| last < entry) {
            return self.push_later(entry);
        }
        let at = self.soonest.partition_point(|&other| other > entry);
        if self.soonest.len() < SOONEST {
            self.soonest.insert(at, entry);
        } else {
            self.push_among_many(entry, at);
        }
    }

    #[inline(never)]
    fn push_later(&mut self, entry: u128) {
        let next = self.soonest.last().copied().unwrap_or(0);
        self.later.push(entry, next);
    }

    /// Adds an entry where no more are kept in order, `at` its place among those that are.
    #[inline(never)]
    fn push_among_many(&mut self, entry: u128, at: usize) {
        let mut late = entry;
        if at > 0 {
            late = self.soonest[0];
            self.soonest.copy_within(1..at, 0);
            self.soonest[at - 1] = entry;
        }
        self.push_later(late);
    }

    /// Takes the next entry.
    #[inline]
    pub fn pop(&mut self) -> Option<(SimTime, u64)> {
        let next = self.soonest.pop()?;
        if self.soonest.is_empty() && self.later.len() > 0 {
            self.later.take_next(&mut self.soonest);
        }
        Some(unpack(next))
    }

    /// Removes every entry whose tag lies in `tags`, in time linear in the number of pending entries.
    pub fn cancel(&mut self, tags: Range<u64>) {
        let stays = |&entry: &u128| !tags.contains(&(entry as u64));
        self.later.retain(stays);
        self.soonest.retain(stays);
        if self.soonest.is_empty() {
            self.later.take_next(&mut self.soonest);
        }
    }
}
