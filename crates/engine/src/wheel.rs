//! Entries in no hurry, packed as a [`Calendar`](crate::Calendar) packs them. Those of the next minutes stand in a wheel: a short
//! list for each tick, in no order. What does not fit, since it is due later or the list of its tick is full, is in a 4-ary heap.

/// Slots of the wheel: the bits of a word.
const SLOTS: usize = u64::BITS as usize;
/// Entries that fit into a slot.
const DEPTH: usize = 16;
/// A tick is 2¹³ ms: a turn of the wheel is nearly nine minutes.
const TICK_BITS: u32 = 64 + 13;
const ARITY: usize = 4;

/// A priority queue of packed entries that yields them by the tick.
#[derive(Debug)]
pub(crate) struct Wheel {
    len: usize,
    /// The tick at which the wheel stands: none of its entries is before that, or a turn or more after it.
    now: u64,
    /// A bit for each slot that holds something.
    occupied: u64,
    /// How many entries each slot holds.
    held: [u8; SLOTS],
    slots: Box<[[u128; DEPTH]; SLOTS]>,
    heap: Vec<u128>,
}

crate::pooled_clone!(Wheel { len, now, occupied, held, slots, heap });

const fn tick(entry: u128) -> u64 {
    (entry >> TICK_BITS) as u64
}

impl Wheel {
    pub fn with_capacity(capacity: usize) -> Self {
        let (slots, heap) = (Box::new([[0; DEPTH]; SLOTS]), Vec::with_capacity(capacity));
        Self { len: 0, now: 0, occupied: 0, held: [0; SLOTS], slots, heap }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn clear(&mut self) {
        (self.len, self.now, self.occupied, self.held) = (0, 0, 0, [0; SLOTS]);
        self.heap.clear();
    }

    /// Adds an entry; `before` is one that goes before all that are here.
    #[inline]
    pub fn push(&mut self, entry: u128, before: u128) {
        self.len += 1;
        self.now = if self.occupied == 0 { tick(before) } else { self.now.max(tick(before)) };
        let slot = tick(entry) as usize % SLOTS;
        let held = self.held[slot] as usize;
        if tick(entry).wrapping_sub(self.now) < SLOTS as u64 && held < DEPTH {
            self.slots[slot][held] = entry;
            self.held[slot] += 1;
            self.occupied |= 1 << slot;
        } else {
            self.push_into_heap(entry);
        }
    }

    /// Takes the entries of the next tick (not all of them, if they are many) and adds them to a list, in order, the soonest
    /// last: none that is left goes before one of them.
    pub fn take_next(&mut self, into: &mut Vec<u128>) {
        let ahead = self.occupied.rotate_right(self.now as u32 % u64::BITS).trailing_zeros();
        let of_heap = self.heap.first().map_or(u64::MAX, |&first| tick(first));
        let of_wheel = self.now + u64::from(ahead);
        if self.occupied != 0 && of_wheel <= of_heap {
            let slot = of_wheel as usize % SLOTS;
            into.extend_from_slice(&self.slots[slot][..self.held[slot] as usize]);
            self.held[slot] = 0;
            self.occupied &= !(1 << slot);
        }
        let next = into.first().map_or(of_heap, |&first| tick(first));
        let most = into.len() + DEPTH;
        while into.len() < most && self.heap.first().is_some_and(|&first| tick(first) == next) {
            into.extend(self.pop_from_heap());
        }
        self.len -= into.len();
        into.sort_unstable_by(|one, other| other.cmp(one));
        let first = self.heap.first().copied().unwrap_or(u128::MAX);
        let after = into.partition_point(|&entry| entry > first);
        for entry in into.drain(..after) {
            self.heap.push(entry);
            self.len += 1;
        }
        if after > 0 {
            self.put_in_order();
        }
    }

    /// Keeps only entries that stay.
    pub fn retain(&mut self, stays: impl Fn(&u128) -> bool) {
        self.heap.retain(&stays);
        self.put_in_order();
        self.len = self.heap.len();
        for (slot, list) in self.slots.iter_mut().enumerate() {
            let mut kept = 0;
            for at in 0..self.held[slot] as usize {
                if stays(&list[at]) {
                    list[kept] = list[at];
                    kept += 1;
                }
            }
            self.held[slot] = kept as u8;
            self.occupied &= !(u64::from(kept == 0) << slot);
            self.len += kept;
        }
    }

    #[inline(never)]
    fn push_into_heap(&mut self, entry: u128) {
        self.heap.push(entry);
        self.rise(self.heap.len() - 1);
    }

    #[inline(never)]
    fn pop_from_heap(&mut self) -> Option<u128> {
        let last = self.heap.pop()?;
        let Some(first) = self.heap.first_mut() else { return Some(last) };
        let next = std::mem::replace(first, last);
        self.sink(0);
        Some(next)
    }

    fn put_in_order(&mut self) {
        for at in (0..self.heap.len().div_ceil(ARITY)).rev() {
            self.sink(at);
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
