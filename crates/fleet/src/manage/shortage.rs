//! SP-02: what a zone has less to give to a group of slots after Spot machines were evicted there for good.
//!
//! Each eviction for good takes one machine's hardware away until its shortage ends. While shortages last, the group gets
//! what has come back to it: the hardware of a machine that it gave back itself (scale-in, repair), and that of a shortage
//! that has ended. With none of these, each shortage refuses one creation at an instant and no more: who asks for five
//! machines with two shortages gets three. Once the last shortage is over nothing is refused.

use zonefall_engine::SimTime;

/// The shortages of one group.
#[derive(Debug, Default)]
pub(crate) struct Shortages {
    /// When each ends.
    ends: Vec<SimTime>,
    /// Machines' hardware that is there in spite of them.
    free: u32,
    /// When a creation was refused last, and how many were at that instant.
    refused: (SimTime, u32),
}

zonefall_engine::pooled_clone!(Shortages { ends, free, refused });

impl Shortages {
    /// None any more.
    pub fn clear(&mut self) {
        self.ends.clear();
        (self.free, self.refused) = (0, (SimTime::ZERO, 0));
    }

    /// One more, unless it is over already.
    pub fn add(&mut self, until: SimTime, t: SimTime) {
        self.settle(t);
        if until > t {
            self.ends.push(until);
        }
    }

    /// The group gives a machine's hardware back.
    pub fn give_back(&mut self, t: SimTime) {
        self.settle(t);
        self.free += u32::from(!self.ends.is_empty());
    }

    /// Whether the zone gives the group one machine more; then it has it.
    pub fn gives(&mut self, t: SimTime) -> bool {
        if self.ends.is_empty() {
            return true;
        }
        self.settle(t);
        if self.free > 0 {
            self.free -= 1;
            return true;
        }
        let refused = if self.refused.0 == t { self.refused.1 } else { 0 };
        let gives = refused as usize >= self.ends.len();
        if !gives {
            self.refused = (t, refused + 1);
        }
        gives
    }

    /// Whether the zone gives none to who asks for so many.
    pub fn refuses(&self, machines: u32, t: SimTime) -> bool {
        let last = self.ends.iter().filter(|&&end| end > t).count();
        last > 0 && self.free == 0 && last == self.ends.len() && machines as usize <= last
    }

    /// Whether the zone has refused one at this instant.
    pub fn has_refused(&self, t: SimTime) -> bool {
        self.refused.0 == t && self.refused.1 > 0
    }

    /// Shortages that are over leave their hardware to those that last.
    fn settle(&mut self, t: SimTime) {
        let before = self.ends.len();
        self.ends.retain(|&end| end > t);
        self.free = if self.ends.is_empty() { 0 } else { self.free + (before - self.ends.len()) as u32 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(hours: u64) -> SimTime {
        SimTime::from_ms(hours * 3_600_000)
    }

    fn two_until_5_and_9() -> Shortages {
        let mut all = Shortages::default();
        all.add(at(9), at(1));
        all.add(at(5), at(1));
        all
    }

    fn given(all: &mut Shortages, machines: usize, t: SimTime) -> usize {
        (0..machines).filter(|_| all.gives(t)).count()
    }

    #[test]
    fn sp_02_each_shortage_refuses_one_creation_at_an_instant_and_no_more() {
        let mut all = two_until_5_and_9();
        assert_eq!((all.refuses(2, at(2)), all.refuses(3, at(2))), (true, false));
        assert_eq!((given(&mut all, 1, at(2)), given(&mut all, 2, at(3)), given(&mut all, 5, at(4))), (0, 0, 3));
        // At 5 h one is over, and its hardware is there once.
        assert!(!all.refuses(1, at(5)));
        assert_eq!((given(&mut all, 1, at(5)), given(&mut all, 1, at(6)), given(&mut all, 2, at(7))), (1, 0, 1));
        assert_eq!((all.refuses(1, at(9)), given(&mut all, 9, at(9))), (false, 9));
    }

    #[test]
    fn sp_02_what_a_group_gives_back_it_may_have_again() {
        let mut all = two_until_5_and_9();
        all.give_back(at(2));
        assert_eq!((given(&mut all, 1, at(3)), given(&mut all, 1, at(4))), (1, 0));
        // Hardware given back when nothing is short is nobody's.
        all.clear();
        all.give_back(at(2));
        all.add(at(5), at(3));
        assert_eq!(given(&mut all, 1, at(4)), 0);
        // What is over already holds nothing back.
        all.clear();
        all.add(at(3), at(3));
        assert_eq!(given(&mut all, 1, at(3)), 1);
    }
}
