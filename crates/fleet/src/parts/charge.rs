//! Who answers for what a service of parts misses.
//!
//! Missed time is split evenly over the leaves that are missing where the tree needs them, and within a leaf over the causes
//! that withhold it, so the parts sum exactly. Work that is withheld (`work.rs`) is split in the same way.

use super::{Counts, Leaf, Parts};
use crate::ledger::split;
use crate::structure::Least;

/// A group of sets that does not hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lack {
    pub part: usize,
    pub need: Least,
    pub counts: Counts,
    /// What it has to be fit for.
    pub demand: Option<u64>,
    /// The most that a gateway before it lets through.
    pub gate: u64,
    /// Attempts fail there for lack of capacity.
    pub failing: bool,
}

impl Parts {
    /// The leaves and failover groups that answer for what is missing: from the root down, what `lacks` of each group.
    pub(super) fn find_missing(&mut self, lacks: impl Fn(&Self, usize) -> bool) {
        let mut missing = std::mem::take(&mut self.missing);
        missing.clear();
        missing.push(self.states.len() as u32 - 1);
        let mut next = 0;
        while let Some(&at) = missing.get(next) {
            if let (Leaf::Group, false) = (&self.leaves[at as usize], self.is_failing_over(at as usize)) {
                missing.swap_remove(next);
                missing.extend(self.children[at as usize].iter().filter(|&&child| lacks(self, child as usize)));
            } else {
                next += 1;
            }
        }
        missing.sort_unstable();
        self.missing = missing;
    }

    /// Splits so much evenly over what is missing.
    pub(super) fn share_out(&mut self, amount: u64) {
        let count = self.missing.len();
        self.shares[..count].fill(0);
        split(amount, &self.ones[..count], &mut self.shares[..count]);
    }

    /// The share of the demand that is asked of a leaf, if one is.
    fn served_least(&self, at: usize) -> Option<(u64, u64)> {
        match &self.leaves[at] {
            Leaf::Sets { need: Least::Served(share, of), .. } => Some((*share, *of)),
            Leaf::Component { ceiling: Some(ceiling), .. } if self.is_up(at) => Some(ceiling.least),
            _ => None,
        }
    }

    /// Splits missed time: evenly over what is missing, and there as `of_sets` (for a group of sets) and the causes that hold a
    /// component say.
    pub fn charge(&mut self, length_ms: u64, charged: &mut [u64], mut of_sets: impl FnMut(Lack, u64, &mut [u64])) {
        self.find_missing(|parts, child| !parts.states[child].holds);
        self.share_out(length_ms);
        for at in 0..self.missing.len() {
            let (part, share) = (self.missing[at] as usize, self.shares[at]);
            if let Some(weights) = self.served_least(part).and_then(|least| self.answers_of_line(part, least)) {
                split(share, &weights[..charged.len()], charged);
                continue;
            }
            match &self.leaves[part] {
                Leaf::Sets { need, counts, room } => {
                    let demand = self.demand.map(|demand| self.expected(part, demand));
                    let gate = self.gate_in_use(part);
                    let counts = counts.of_use(room.as_ref(), demand.unwrap_or(0).min(gate));
                    let failing = self.is_failing_at(part);
                    of_sets(Lack { part, need: *need, counts, demand, gate, failing }, share, charged);
                }
                Leaf::Component { .. } if self.is_up(part) => charged[self.overload] += share,
                Leaf::Component { held, .. } => {
                    self.weights.fill(0);
                    held.iter().for_each(|&(cause, _)| self.weights[cause as usize] += 1);
                    split(share, &self.weights[..charged.len()], charged);
                }
                Leaf::Group => charged[self.failing_over] += share,
            }
        }
    }
}
