//! Who answers for what a service of parts misses.
//!
//! Missed time is split evenly over the leaves that are missing where the tree needs them, and within a leaf over the causes
//! that withhold it, so the parts sum exactly. Work that is withheld (`work.rs`) is split in the same way. Where clients of a part
//! that is out are too many for the others, what is out answers, as a lost zone does for what is too much for the rest of its set.

use super::routes::WHOLLY;
use super::{Counts, Leaf, NOBODY, Parts};
use crate::ledger::split;
use crate::service::is_share;
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

    /// Whether a part of a failover group would hold with the clients that it has if nothing is out: it does not because another,
    /// which is out, has sent it its own. In a line who waits is charged with what withheld it from them.
    fn is_overrun(&self, child: usize) -> bool {
        let above = self.states[child].parent;
        let group = if above == NOBODY { NOBODY } else { self.states[above as usize].route };
        let Some(route) = self.routes.get(group as usize).filter(|_| self.lines.is_none()) else { return false };
        let is_out = |part: &u32| {
            let at = *part as usize;
            !self.states[at].holds && self.at_home[at].has_clients() && !self.is_healthy(*part)
        };
        self.is_healthy(child as u32) && route.children.iter().any(is_out) && self.holds_at_home(child)
    }

    /// Whether a node holds with the clients that come to it if nothing is out; those that try again apart.
    fn holds_at_home(&self, at: usize) -> bool {
        let serves = |least: (u64, u64)| {
            let demand = self.at_home[at].share(self.demand.unwrap_or(0));
            let comes = demand.min(self.gate_in_use(at));
            is_share(self.way_as_it_runs(at, comes, WHOLLY).passed(), least, demand)
        };
        match &self.leaves[at] {
            Leaf::Sets { need: Least::Served(share, of), .. } => serves((*share, *of)),
            Leaf::Component { ceiling: Some(ceiling), .. } => self.is_up(at) && serves(ceiling.least),
            Leaf::Group => {
                let hold = self.children[at].iter().filter(|&&child| self.holds_at_home(child as usize)).count();
                hold >= self.states[at].least as usize
            }
            _ => self.states[at].holds,
        }
    }

    /// The demand that a leaf which does not hold should serve: where nobody is sent, that of those who come if nothing is out.
    fn asked_of(&self, at: usize, demand: u64) -> u64 {
        match (self.reach.get(at), self.at_home.get(at)) {
            (Some(now), Some(home)) if !now.has_clients() && home.has_clients() => home.share(demand),
            _ => self.expected(at, demand),
        }
    }

    /// Splits missed time: evenly over what is missing, and there as `of_sets` (for a group of sets) and the causes that hold a
    /// component say.
    pub fn charge(&mut self, length_ms: u64, charged: &mut [u64], mut of_sets: impl FnMut(Lack, u64, &mut [u64])) {
        self.find_missing(|parts, child| !parts.states[child].holds && !parts.is_overrun(child));
        self.share_out(length_ms);
        for at in 0..self.missing.len() {
            let (part, share) = (self.missing[at] as usize, self.shares[at]);
            if let Some(weights) = self.served_least(part).and_then(|least| self.answers_of_line(part, least)) {
                split(share, &weights[..charged.len()], charged);
                continue;
            }
            match &self.leaves[part] {
                Leaf::Sets { need, counts, room } => {
                    let demand = self.demand.map(|demand| self.asked_of(part, demand));
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
