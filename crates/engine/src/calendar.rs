//! What is pending: (time, tag), packed in a `u128`. The soonest entries are a sorted list, the rest is a 4-ary heap.
//!
//! Yields by time, then by tag, never by insertion; equal pairs are interchangeable. It holds only what is
//! pending (a machine that runs undisturbed has no entry), so it is short: usually 0 to 8 entries, and about a hundred
//! while a fleet grows or shrinks. So many are cheaper to keep in order than in a heap: taking the next one is a read, and
//! adding one moves some hundred bytes, without a branch that nobody can foresee.

use crate::SimTime;
use std::ops::Range;

/// Pending events in their total order. A tag is whatever its owner packs; smaller tags go first within a
/// millisecond.
#[derive(Debug, Default)]
pub struct Calendar {
    /// The soonest entries, the next one last. Empty only if the heap is.
    soonest: Vec<u128>,
    /// The others: none goes before one of the soonest.
    heap: Vec<u128>,
}

crate::pooled_clone!(Calendar { soonest, heap });

/// The most entries that are kept in order.
const SOONEST: usize = 128;
/// So many are taken from the heap at once.
const REFILL: usize = SOONEST / 2;
const ARITY: usize = 4;

const fn pack(time: SimTime, tag: u64) -> u128 {
    ((time.as_ms() as u128) << 64) | tag as u128
}

const fn unpack(entry: u128) -> (SimTime, u64) {
    (SimTime::from_ms((entry >> 64) as u64), entry as u64)
}

impl Calendar {
    /// An empty calendar with room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { soonest: Vec::with_capacity(SOONEST), heap: Vec::with_capacity(capacity) }
    }

    /// The number of pending entries.
    pub fn len(&self) -> usize {
        self.soonest.len() + self.heap.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.soonest.is_empty()
    }

    /// Forgets everything, keeps the memory.
    pub fn clear(&mut self) {
        self.soonest.clear();
        self.heap.clear();
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
        let at = self.soonest.partition_point(|&other| other > entry);
        if self.soonest.len() < SOONEST && (at > 0 || self.heap.is_empty()) {
            self.soonest.insert(at, entry);
        } else {
            self.push_among_many(entry, at);
        }
    }

    /// Adds an entry where not all are kept in order, `at` its place among those that are.
    #[cold]
    fn push_among_many(&mut self, entry: u128, at: usize) {
        let mut late = entry;
        if at > 0 {
            late = self.soonest[0];
            self.soonest.copy_within(1..at, 0);
            self.soonest[at - 1] = entry;
        }
        self.heap.push(late);
        self.rise(self.heap.len() - 1);
    }

    /// Takes the next entry.
    #[inline]
    pub fn pop(&mut self) -> Option<(SimTime, u64)> {
        let next = self.soonest.pop()?;
        if self.soonest.is_empty() && !self.heap.is_empty() {
            self.refill();
        }
        Some(unpack(next))
    }

    /// Puts the soonest entries of the heap in order.
    #[cold]
    fn refill(&mut self) {
        for _ in 0..REFILL {
            let Some(last) = self.heap.pop() else { break };
            let Some(first) = self.heap.first_mut() else {
                self.soonest.push(last);
                break;
            };
            let next = std::mem::replace(first, last);
            self.sink(0);
            self.soonest.push(next);
        }
        self.soonest.reverse();
    }

    /// Removes every entry whose tag lies in `tags`, in time linear in the number of pending entries.
    pub fn cancel(&mut self, tags: Range<u64>) {
        let stays = |&entry: &u128| !tags.contains(&(entry as u64));
        let before = self.heap.len();
        self.heap.retain(stays);
        if self.heap.len() != before {
            for at in (0..self.heap.len().div_ceil(ARITY)).rev() {
                self.sink(at);
            }
        }
        self.soonest.retain(stays);
        if self.soonest.is_empty() {
            self.refill();
        }
    }

    #[inline]
    fn rise(&mut self, mut at: usize) {
        let entry = self.heap[at];
        while at > 0 {
            let parent = (at - 1) / ARITY;
            if self.heap[parent] <= entry {
                break;
            }
            self.heap[at] = self.heap[parent];
            at = parent;
        }
        self.heap[at] = entry;
    }

    #[inline]
    fn sink(&mut self, mut at: usize) {
        let entry = self.heap[at];
        loop {
            let first = ARITY * at + 1;
            let last = (first + ARITY).min(self.heap.len());
            let (mut least, mut next) = (at, entry);
            for child in first..last {
                let other = self.heap[child];
                if other < next {
                    (least, next) = (child, other);
                }
            }
            if least == at {
                break;
            }
            self.heap[at] = next;
            at = least;
        }
        self.heap[at] = entry;
    }
}
