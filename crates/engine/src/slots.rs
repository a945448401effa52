//! One pending instant a slot: a 4-ary tree of minima over u64 keys of time and slot.
//!
//! For units of which each always has (at most) one event ahead. Changing a slot's instant costs one minimum of four a
//! level, whether it moves forward, back or away; a cancelled event leaves nothing behind. Yields by time, then by slot.

use crate::SimTime;

/// The next instant of every slot, and of all of them.
#[derive(Debug, Clone)]
pub struct SlotTree {
    /// Groups of four keys: the slots' own, then level by level the minima of the groups below.
    groups: Vec<[u64; 4]>,
    /// Where each level begins.
    levels: Vec<u32>,
    /// Bits of a key that name the slot.
    bits: u32,
    least: u64,
}

impl SlotTree {
    /// `slots` slots without an event, at least one.
    pub fn new(slots: u32) -> Self {
        let (mut levels, mut total, mut groups) = (Vec::new(), 0, slots.div_ceil(4).max(1));
        loop {
            levels.push(total);
            total += groups;
            if groups == 1 {
                break;
            }
            groups = groups.div_ceil(4);
        }
        let bits = u32::BITS - slots.saturating_sub(1).leading_zeros();
        Self { groups: vec![[u64::MAX; 4]; total as usize], levels, bits, least: u64::MAX }
    }

    /// Forgets all events, keeps the memory.
    pub fn clear(&mut self) {
        self.groups.fill([u64::MAX; 4]);
        self.least = u64::MAX;
    }

    /// The next instant, [`SimTime::NEVER`] if there is none, and its slot.
    #[inline]
    pub fn first(&self) -> (SimTime, u32) {
        let slot = (self.least & ((1 << self.bits) - 1)) as u32;
        let never = self.least >= self.never();
        (if never { SimTime::NEVER } else { SimTime::from_ms(self.least >> self.bits) }, slot)
    }

    /// The least key that stands for no event: instants from here on do not fit beside the slot.
    const fn never(&self) -> u64 {
        u64::MAX >> self.bits << self.bits
    }

    /// Sets a slot's next instant, whatever it was; [`SimTime::NEVER`] takes it away. Instants beyond
    /// 2^(64 − bits of the number of slots) ms count as never (8,900 years for 65,536 slots).
    #[inline]
    pub fn set(&mut self, slot: u32, time: SimTime) {
        let time = time.as_ms().min(u64::MAX >> self.bits);
        let mut key = time << self.bits | u64::from(slot);
        let mut at = slot as usize;
        for &level in &self.levels {
            let group = &mut self.groups[level as usize + at / 4];
            group[at % 4] = key;
            key = group[0].min(group[1]).min(group[2].min(group[3]));
            at /= 4;
        }
        self.least = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

    #[test]
    fn the_least_time_then_the_least_slot_goes_first() {
        let mut stream = Key::root(5).stream();
        for slots in [1, 2, 4, 5, 17, 64, 100] {
            let (mut tree, mut plain) = (SlotTree::new(slots), vec![SimTime::NEVER; slots as usize]);
            assert_eq!(tree.first().0, SimTime::NEVER);
            for _ in 0..2_000 {
                let slot = stream.below(u64::from(slots)) as u32;
                let time = match stream.below(4) {
                    0 => SimTime::NEVER,
                    _ => SimTime::from_ms(stream.below(50)),
                };
                tree.set(slot, time);
                plain[slot as usize] = time;
                let expected = plain.iter().copied().zip(0..).min().unwrap_or_default();
                assert_eq!(tree.first().0, expected.0);
                assert!(expected.0 == SimTime::NEVER || tree.first().1 == expected.1);
            }
            tree.clear();
            assert_eq!(tree.first().0, SimTime::NEVER);
        }
    }
}
