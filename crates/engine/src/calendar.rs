//! What is pending: a 4-ary heap of (time, tag), packed in a `u128`.
//!
//! Yields by time, then by tag, never by insertion; equal pairs are interchangeable. It holds only what is
//! pending (a machine that runs undisturbed has no entry), so it is short: usually 0 to 8 entries.

use crate::SimTime;
use std::ops::Range;

/// Pending events in their total order. A tag is whatever its owner packs; smaller tags go first within a
/// millisecond.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    heap: Vec<u128>,
}

const ARITY: usize = 4;

const fn pack(time: SimTime, tag: u64) -> u128 {
    ((time.as_ms() as u128) << 64) | tag as u128
}

const fn unpack(entry: u128) -> (SimTime, u64) {
    (SimTime::from_ms((entry >> 64) as u64), entry as u64)
}

/// The earlier of two entries, with what comes with it.
#[inline]
fn less(a: (u128, usize), b: (u128, usize)) -> (u128, usize) {
    if b.0 < a.0 { b } else { a }
}

impl Calendar {
    /// An empty calendar with room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { heap: Vec::with_capacity(capacity) }
    }

    /// The number of pending entries.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// Forgets everything, keeps the memory.
    pub fn clear(&mut self) {
        self.heap.clear();
    }

    /// The time of the next entry, [`SimTime::NEVER`] if there is none.
    #[inline]
    pub fn next_time(&self) -> SimTime {
        match self.heap.first() {
            Some(&entry) => unpack(entry).0,
            None => SimTime::NEVER,
        }
    }

    /// Adds an entry.
    #[inline]
    pub fn push(&mut self, time: SimTime, tag: u64) {
        self.heap.push(pack(time, tag));
        self.rise(self.heap.len() - 1);
    }

    /// Takes the next entry.
    #[inline]
    pub fn pop(&mut self) -> Option<(SimTime, u64)> {
        let last = self.heap.pop()?;
        let Some(first) = self.heap.first_mut() else { return Some(unpack(last)) };
        let next = std::mem::replace(first, last);
        self.sink(0);
        Some(unpack(next))
    }

    /// Removes every entry whose tag lies in `tags`, in time linear in the number of pending entries.
    pub fn cancel(&mut self, tags: Range<u64>) {
        let before = self.heap.len();
        self.heap.retain(|&entry| !tags.contains(&(entry as u64)));
        if self.heap.len() != before {
            for at in (0..self.heap.len().div_ceil(ARITY)).rev() {
                self.sink(at);
            }
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
            let (next, child) = match self.heap.get(first..).unwrap_or_default() {
                // Usually there are all four: compared in pairs, without a branch that nobody can foresee.
                &[a, b, c, d, ..] => less(less((a, 0), (b, 1)), less((c, 2), (d, 3))),
                few => few.iter().copied().zip(0..).fold((u128::MAX, 0), less),
            };
            if entry <= next {
                break;
            }
            self.heap[at] = next;
            at = first + child;
        }
        self.heap[at] = entry;
    }
}
