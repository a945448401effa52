//! What passes a service of parts of a demand.
//!
//! In: what each leaf makes of the demand that comes to it. Out: the same of the whole, from the leaves to the root. Parts in
//! series are asked in the order in which they stand: what one loses does not come to the next, and what is too much for one has
//! been too much before others lose any of it. Of a group in which k parts must hold, as much passes as through the k-th
//! best; through a failover group, what passes all of its parts. Where requests go evenly to machines that are not alike, what passes is
//! no share of what comes, so each part is asked with what comes to it in the end. In whole thousandths of a request a second, rounded down: in
//! each part with dead machines in rotation by less than one, elsewhere by nothing.

use super::routes::of_capacity;
use super::{Counts, Leaf, NOBODY, Parts};
use crate::entrances::Entrances;

/// A demand by which shares are found where none is said: so large that rounding does not matter.
const NOMINAL: u64 = 1_000_000_000_000_000;

/// What the rounding of a whole may take off its capacity.
const ROUNDED: u128 = 16;

/// How wide a part is beside the whole that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// An alternative that the whole does without.
    Less,
    Narrowest,
    More,
}

/// What a node makes of the demand that comes to it, in thousandths of a request a second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Way {
    /// Of the demand, what meets nobody dead.
    pub reach: u64,
    /// The most that passes, however much comes; [`u64::MAX`] where there is no such.
    pub capacity: u64,
}

impl Way {
    /// What passes.
    pub fn passed(self) -> u64 {
        self.reach.min(self.capacity)
    }

    /// How wide it is beside the whole that it belongs to, if nobody were lost in any other part.
    pub fn width_in(self, whole: Self) -> Width {
        let of_part = u128::from(self.capacity) * u128::from(whole.reach.max(1));
        let of_whole = |rounded: u128| (u128::from(whole.capacity) + rounded) * u128::from(self.reach.max(1));
        if of_part > of_whole(ROUNDED) {
            Width::More
        } else if of_part + ROUNDED * u128::from(whole.reach.max(1)) < of_whole(0) {
            Width::Less
        } else {
            Width::Narrowest
        }
    }

    /// So much passes.
    const fn of(passed: u64) -> Self {
        Self { reach: passed, capacity: u64::MAX }
    }

    /// One after the other, of the same demand.
    fn then(self, next: Self, demand: u64) -> Self {
        let left = |milli: u64| portion(milli, next.reach, demand);
        let before = if self.capacity == u64::MAX { u64::MAX } else { left(self.capacity) };
        Self { reach: left(self.reach), capacity: before.min(next.capacity) }
    }
}

/// The part of `milli` that `some` are of `all`.
pub(crate) fn portion(milli: u64, some: u64, all: u64) -> u64 {
    match all {
        _ if some == all => milli,
        0 => 0,
        _ => (u128::from(milli) * u128::from(some) / u128::from(all)) as u64,
    }
}

/// What each node makes of a demand, what requests take of it, which jobs do not get, and the best of a group first.
#[derive(Debug)]
pub(super) struct Scratch {
    pub ways: Vec<Way>,
    pub taken: Vec<u64>,
    sorted: Vec<Way>,
}

zonefall_engine::pooled_clone!(Scratch { ways, taken, sorted });

impl Scratch {
    pub fn new(nodes: usize) -> Self {
        Self { ways: vec![Way::default(); nodes], taken: vec![0; nodes], sorted: Vec::with_capacity(nodes) }
    }

    /// Takes for taken what passes each node.
    pub fn take(&mut self) {
        self.taken.iter_mut().zip(&self.ways).for_each(|(of, way)| *of = way.passed());
    }
}

/// What goes through the parts, where `leaf` says what each leaf makes of what comes to it.
struct Trip<F> {
    demand: u64,
    /// Jobs, not requests: no gateway decides how many come in, and they get what requests have left.
    is_work: bool,
    leaf: F,
}

impl Parts {
    /// What becomes of a demand, where `leaf` says what each leaf makes of what comes to it.
    pub(super) fn go_through(&self, demand: u64, leaf: impl Fn(usize, u64) -> Way) -> Way {
        self.travel(&Trip { demand, is_work: false, leaf })
    }

    /// The same of so many jobs, which get what has been noted as not taken.
    pub(super) fn work_through(&self, jobs: u64, leaf: impl Fn(usize, u64) -> Way) -> Way {
        self.travel(&Trip { demand: jobs, is_work: true, leaf })
    }

    fn travel(&self, trip: &Trip<impl Fn(usize, u64) -> Way>) -> Way {
        let root = self.leaves.len() - 1;
        self.through(root, self.reaches(root, trip), trip, &mut self.scratch.borrow_mut())
    }

    /// What comes to a node.
    fn reaches<F>(&self, at: usize, trip: &Trip<F>) -> u64 {
        if trip.is_work { self.share(at, trip.demand) } else { self.comes(at, trip.demand) }
    }

    /// What becomes of what comes to a node.
    fn through(&self, at: usize, comes: u64, trip: &Trip<impl Fn(usize, u64) -> Way>, scratch: &mut Scratch) -> Way {
        let children = self.children[at].iter().map(|&child| child as usize);
        let way = match &self.leaves[at] {
            Leaf::Group if self.states[at].route != NOBODY => {
                let all = self.reaches(at, trip);
                let sent = |child| portion(self.reaches(child, trip), comes, all);
                let passed = children.map(|child| self.through(child, sent(child), trip, scratch).passed());
                let way = Way::of(passed.sum());
                // Where clients find nothing, or are sent nowhere, it is out as a whole.
                if way.reach == 0 && !self.is_found(at, &scratch.ways) { Way::default() } else { way }
            }
            Leaf::Group if self.states[at].least as usize == children.len() => {
                children.fold(Way::of(comes), |before, child| match self.is_even {
                    // What some machines cannot serve is no share of what comes: it shows only when so much comes.
                    true => Way::of(self.through(child, before.passed(), trip, scratch).passed()),
                    false => before.then(self.through(child, comes, trip, scratch), comes),
                })
            }
            Leaf::Group => {
                children.clone().for_each(|child| _ = self.through(child, comes, trip, scratch));
                let Scratch { ways, sorted, .. } = scratch;
                sorted.clear();
                sorted.extend(children.map(|child| ways[child]));
                sorted.sort_unstable_by_key(|way| std::cmp::Reverse(way.passed()));
                sorted[self.states[at].least as usize - 1]
            }
            _ => match (trip.leaf)(at, comes) {
                way if trip.is_work => Way { capacity: way.capacity - scratch.taken[at].min(way.capacity), ..way },
                way => way,
            },
        };
        scratch.ways[at] = way;
        way
    }

    /// Whether a part that a failover group sends clients to lets any through.
    fn is_found(&self, at: usize, ways: &[Way]) -> bool {
        let route = &self.routes[self.states[at].route as usize];
        let mut used = route.children.iter().zip(&route.to).filter(|(_, clients)| **clients > 0);
        used.any(|(&part, _)| ways[part as usize].capacity > 0)
    }

    /// The share of all clients who come to a part and are served in the end, by all that they need besides. Where nothing is
    /// asked of capacity, of those who find that it is there and alive.
    pub fn served_share(&self, part: usize) -> f64 {
        let demand = self.demand.unwrap_or(0);
        let waits = || self.served_behind_own_line(part);
        let own = self.served_at_own(part).or_else(waits).filter(|_| demand > 0);
        let (served, of) = match demand {
            0 => (self.go_through(NOMINAL, |at, comes| self.is_there(at, comes)).passed(), NOMINAL),
            demand => {
                self.pass();
                (own.unwrap_or_else(|| self.served()), demand)
            }
        };
        served as f64 / of as f64 * self.share_of_tier(part, own.is_some())
    }

    /// What is being served by a part, whenever it came, in thousandths of a request a second, where requests wait.
    pub fn served_now(&self, part: usize) -> Option<f64> {
        let now = self.served_now_behind_line(part)?;
        match self.demand.unwrap_or(0) {
            0 => _ = self.go_through(NOMINAL, |at, comes| self.is_there(at, comes)),
            _ => _ = self.pass(),
        }
        Some(now as f64 * self.share_of_tier(part, true))
    }

    /// The share of what is served that a part does, of all that comes in where it is if it has an entrance of its own; as the tree
    /// was gone through last.
    fn share_of_tier(&self, part: usize, has_own: bool) -> f64 {
        let ways = &self.scratch.borrow().ways;
        let (mut share, mut at) = (1.0, part);
        while self.states[at].parent != NOBODY {
            let above = self.states[at].parent as usize;
            let siblings = &self.children[above];
            if self.states[above].route != NOBODY && has_own {
                break;
            } else if self.states[above].route != NOBODY {
                // Each of its clients is at one part.
                let all: u64 = siblings.iter().map(|&part| ways[part as usize].passed()).sum();
                share *= ways[at].passed() as f64 / all.max(1) as f64;
            } else if (self.states[above].least as usize) < siblings.len() {
                // A part that does without does less.
                share *= (ways[at].passed() as f64 / ways[above].passed().max(1) as f64).min(1.0);
            }
            at = above;
        }
        share
    }

    /// Whether what all need beside these entrances stands still, whatever comes to them, or clients are sent nowhere (DR-04).
    pub(super) fn is_stopped_beside(&self, entrances: &Entrances) -> bool {
        if entrances.is_whole() {
            return false;
        }
        let whole = |comes: u64| Way { reach: comes, capacity: u64::MAX };
        let beside = |at: usize, comes: u64| match entrances.of_node(at) {
            Some(_) => whole(comes),
            None => self.is_there(at, comes),
        };
        self.go_through(NOMINAL, beside).passed() == 0
    }

    /// What a leaf makes of what comes to it, however little it can serve.
    fn is_there(&self, at: usize, comes: u64) -> Way {
        let reach = match &self.leaves[at] {
            Leaf::Sets { counts, .. } if self.runs(at) > 0 => counts.reached(comes),
            Leaf::Component { .. } if self.is_up(at) => comes,
            _ => 0,
        };
        Way { reach, capacity: u64::MAX }
    }

    /// What a leaf makes of what comes to it.
    pub(super) fn way(&self, at: usize, comes: u64) -> Way {
        match &self.leaves[at] {
            Leaf::Sets { .. } => self.way_of_sets(at, comes, self.runs(at)),
            Leaf::Component { ceiling, .. } if self.is_up(at) => {
                Way { reach: comes, capacity: ceiling.map_or(u64::MAX, |ceiling| ceiling.capacity_milli) }
            }
            _ => Way::default(),
        }
    }

    /// The same of a leaf of which so many thousandths run.
    pub(super) fn way_as_it_runs(&self, at: usize, comes: u64, running: u32) -> Way {
        match &self.leaves[at] {
            Leaf::Sets { .. } => self.way_of_sets(at, comes, running),
            _ => self.way(at, comes),
        }
    }

    /// The same of a group of sets of which so many thousandths run.
    pub(super) fn way_of_sets(&self, at: usize, comes: u64, running: u32) -> Way {
        let Leaf::Sets { counts, room, .. } = &self.leaves[at] else { return Way::default() };
        let runs = self.machines_of(at, running);
        let capacity = of_capacity(counts.capacity.max(0), runs);
        let reach = match room {
            _ if counts.serving == 0 => return Way::default(),
            None => counts.reached(comes),
            Some(room) => counts.served_evenly(room, comes, runs),
        };
        Way { reach, capacity: capacity as u64 }
    }

    /// The demand that meets nobody dead, up or not.
    pub(super) fn meets_nobody_dead(&self, demand: u64) -> u64 {
        let alive = |counts: &Counts, comes: u64| if counts.dead == 0 { comes } else { counts.reached(comes) };
        let leaf = |at: usize, comes: u64| match &self.leaves[at] {
            Leaf::Sets { counts, .. } => Way { reach: alive(counts, comes), capacity: u64::MAX },
            _ => Way { reach: comes, capacity: u64::MAX },
        };
        self.go_through(demand, leaf).passed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_loses_does_not_come_to_the_next() {
        let way = |reach, capacity| Way { reach, capacity };
        let none = u64::MAX;
        // A third is lost in each: 4/9 of 900 pass.
        assert_eq!(way(600, none).then(way(600, none), 900), way(400, none));
        // 600 pass the first of 1,000, and a tenth of these is lost after it; a ceiling of 500 sees the rest.
        let two = way(1000, 600).then(way(900, none), 1000);
        assert_eq!((two, two.passed()), (way(900, 540), 540));
        assert_eq!(two.then(way(1000, 500), 1000).passed(), 500);
        // Nobody is lost: as much as the narrowest lets through, in any order.
        assert_eq!(way(1000, 600).then(way(1000, 700), 1000), way(1000, 600));
        assert_eq!(way(1000, none).then(Way::default(), 1000).passed(), 0);
        assert_eq!(way(0, 5).then(way(0, 5), 0).passed(), 0);
    }
}
