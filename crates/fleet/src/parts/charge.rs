//! Who answers for what a service of parts misses.
//!
//! Missed time is split evenly over the leaves that are missing where the tree needs them (in a failover group by how much of it
//! is their own), and within a leaf over the causes that withhold it, so the parts sum exactly. Work that is withheld (`work.rs`) is
//! split in the same way.
//!
//! Of a failover group all parts answer that lack something for clients they have, would have if nothing was out, or would get now;
//! but each only for what is out of it and what would be too much for it with nothing out anywhere: for clients that others
//! could not keep those others answer.

use super::routes::{Route, WHOLLY};
use super::{Counts, Leaf, NOBODY, Parts};
use crate::ledger::split;
use crate::service::{is_share, needed};
use crate::structure::Least;

/// A leaf answers for all that it lacks.
const OWN: i64 = 1 << 32;

/// A group of sets that does not hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lack {
    pub need: Least,
    pub counts: Counts,
    /// What it has to be fit for.
    pub demand: Option<u64>,
    /// What of that it would have to be fit for if nothing was out and others kept their clients.
    pub own: Option<u64>,
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
        self.portions[..self.missing.len()].fill(OWN);
        self.share_by_portions(amount);
    }

    fn share_by_portions(&mut self, amount: u64) {
        let count = self.missing.len();
        self.shares[..count].fill(0);
        split(amount, &self.portions[..count], &mut self.shares[..count]);
    }

    /// Splits so much evenly over the causes that stop a component.
    pub(super) fn split_over_stops(&mut self, part: usize, amount: u64, into: &mut [u64]) {
        let Self { leaves, weights, .. } = self;
        weights.fill(0);
        leaves[part].stopped_by().for_each(|cause| weights[cause as usize] += 1);
        split(amount, &weights[..into.len()], into);
    }

    /// The share of the demand that is asked of a leaf, if one is.
    fn served_least(&self, at: usize) -> Option<(u64, u64)> {
        match &self.leaves[at] {
            Leaf::Sets { need: Least::Served(share, of), .. } => Some((*share, *of)),
            Leaf::Component { ceiling: Some(ceiling), .. } if self.is_up(at) => Some(ceiling.least),
            _ => None,
        }
    }

    /// Whether a part of a failover group has clients, would have some if nothing was out, or would get them now: what it lacks
    /// is missed by somebody. All other nodes are asked.
    fn is_asked(&self, child: usize) -> bool {
        let Some((route, place)) = self.place_of(child) else { return true };
        route.has_clients(place) || self.at_home[child].has_clients() || self.acts(route)
    }

    /// Where a part stands in its failover group, if it is in one.
    fn place_of(&self, child: usize) -> Option<(&Route, usize)> {
        let above = self.states[child].parent;
        let group = if above == NOBODY { NOBODY } else { self.states[above as usize].route };
        let route = self.routes.get(group as usize)?;
        Some((route, route.children.iter().position(|&of| of as usize == child)?))
    }

    /// Whether another part of a failover group that a leaf is within cannot keep its own clients. In a line who waits is charged
    /// with what withheld it from them.
    fn stands_in(&self, leaf: usize) -> bool {
        let mut child = leaf;
        while self.lines.is_none() && self.states[child].parent != NOBODY {
            if let Some((route, place)) = self.place_of(child) {
                let others = route.children.iter().enumerate().filter(|(at, _)| *at != place);
                let mut others = others.map(|(_, &other)| other as usize);
                if others.any(|other| self.at_home[other].has_clients() && !self.holds_at_home(other)) {
                    return true;
                }
            }
            child = self.states[child].parent as usize;
        }
        false
    }

    /// How much of what a leaf lacks is its own, in [`OWN`]s: what is withheld from its machines (so much), and what is too much
    /// for it with nothing out. All of it where it stands in for nobody.
    fn own_of(&self, at: usize, withheld: i64) -> i64 {
        let (Some(least), Some(demand)) = (self.served_least(at), self.demand) else { return OWN };
        if self.routes.is_empty() || !self.stands_in(at) {
            return OWN;
        }
        let gate = i64::try_from(self.gate_in_use(at)).unwrap_or(i64::MAX);
        let asked = self.asked_of(at, demand);
        let (machines, dead, ceiling) = match &self.leaves[at] {
            Leaf::Sets { counts, room, .. } => {
                let counts = counts.of_use(room.as_ref(), asked.min(gate as u64));
                (counts.capacity, counts.dead, gate)
            }
            Leaf::Component { ceiling: Some(ceiling), .. } => {
                let most = i64::try_from(ceiling.capacity_milli).unwrap_or(i64::MAX);
                (most, 0, gate.min(most))
            }
            _ => return OWN,
        };
        let lacks = |demand: u64, of: i64| needed(demand, least).saturating_sub(of).max(0);
        let of_all = |demand: u64| lacks(demand, machines.saturating_add(withheld).min(ceiling));
        let (now, home) = (of_all(asked), of_all(self.at_home[at].share(demand)));
        if lacks(asked, machines.min(ceiling)) == 0 {
            // Enough for the demand: dead machines are its own, tries of others are not.
            let others = (dead == 0 || self.is_failing_at(at)) && self.holds_at_home(at);
            return if others { 0 } else { OWN };
        }
        let withheld = if lacks(asked, machines) == 0 { 0 } else { withheld };
        let (own, all) = (withheld + home.min(now), withheld + now);
        (i128::from(OWN) * i128::from(own) / i128::from(all.max(1))) as i64
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

    /// Splits missed time: evenly over what is missing as far as it answers, and there as `of_sets` (for a group of sets, of which
    /// so much is withheld by cause; in `withheld` so many places a part) and the causes that hold a component say.
    pub fn charge(
        &mut self,
        length_ms: u64,
        charged: &mut [u64],
        (withheld, stride): (&mut [i64], usize),
        mut of_sets: impl FnMut(Lack, u64, &mut [i64], &mut [u64]),
    ) {
        self.find_missing(|parts, child| !parts.states[child].holds && parts.is_asked(child));
        let causes = charged.len();
        for at in 0..self.missing.len() {
            let part = self.missing[at] as usize;
            let of_part = &withheld[part * stride..][..causes];
            self.portions[at] = self.own_of(part, of_part.iter().sum::<i64>().max(0));
        }
        let count = self.missing.len();
        if self.portions[..count].iter().all(|&own| own == 0) {
            self.portions[..count].fill(OWN);
        }
        self.share_by_portions(length_ms);
        for at in 0..count {
            let (part, share) = (self.missing[at] as usize, self.shares[at]);
            if let Some(weights) = self.served_least(part).and_then(|least| self.answers_of_line(part, least)) {
                split(share, &weights[..causes], charged);
                continue;
            }
            match &self.leaves[part] {
                Leaf::Sets { need, counts, room } => {
                    let demand = self.demand.map(|demand| self.asked_of(part, demand));
                    let own = self.demand.filter(|_| self.portions[at] < OWN);
                    let own = own.map(|demand| self.at_home[part].share(demand)).or(demand);
                    let gate = self.gate_in_use(part);
                    let counts = counts.of_use(room.as_ref(), demand.unwrap_or(0).min(gate));
                    let failing = self.is_failing_at(part);
                    let lack = Lack { need: *need, counts, demand, own, gate, failing };
                    of_sets(lack, share, &mut withheld[part * stride..][..causes], charged);
                }
                Leaf::Component { .. } if self.is_up(part) => charged[self.overload] += share,
                Leaf::Component { .. } => self.split_over_stops(part, share, charged),
                Leaf::Group => charged[self.failing_over] += share,
            }
        }
    }
}
