//! Jobs that the parts of a service work on together.
//!
//! In: the machines alive, components that are up, where clients are sent to. Out: how fast a backlog falls, and how much of that each
//! cause withholds. A job passes the parts that it needs like a request, but nobody sends it to a dead machine: workers take it when
//! they are free. So parts in series work as fast as the slowest, a group of k as its k-th fastest, and of a failover group those work
//! that are sent to, each as fast as it can. Where requests come too, they come first: a part gives jobs what is left of it by all
//! requests that reach it, also those that another part turns away; where these would be fewer if nothing were out, that is withheld
//! too. Where a smaller part stands in for one that is out, what is out withholds the difference.

use super::flow::Way;
use super::routes::of_capacity;
use super::{Leaf, NOBODY, Parts};
use crate::ledger::split;

/// More than any machines work off, in thousandths of a request a second.
const PLENTY: u64 = 1 << 60;

/// What withholds work.
#[derive(Debug)]
pub(super) struct Work {
    /// What passes each node if nothing is withheld.
    whole: Vec<u64>,
    /// What passes it where jobs go now.
    now: Vec<u64>,
    by_cause: Vec<u64>,
    withheld: Vec<i64>,
}

zonefall_engine::pooled_clone!(Work { whole, now, by_cause, withheld });

impl Work {
    /// Of so many nodes, where so many causes are.
    pub fn new(nodes: usize, causes: usize) -> Self {
        let none = vec![0; nodes];
        Self { whole: none.clone(), now: none, by_cause: vec![0; causes], withheld: vec![0; causes] }
    }
}

impl Parts {
    /// What is worked off as things stand, in thousandths of a request a second.
    pub fn works_off(&self) -> u64 {
        let now = |at: usize, comes: u64| self.way(at, comes);
        match (self.demand.unwrap_or(0), &self.tries) {
            (0, _) => self.take_nothing(),
            (_, Some(_)) => {
                for at in 0..self.leaves.len() {
                    let taken = now(at, self.attempts_at(at).unwrap_or(0)).passed();
                    self.scratch.borrow_mut().taken[at] = taken;
                }
            }
            (demand, None) => self.take(demand, now),
        }
        self.work_with(|_| 0, |at| self.is_up(at))
    }

    /// Notes what a demand takes of each part.
    fn take(&self, demand: u64, leaf: impl Fn(usize, u64) -> Way) {
        self.go_through(demand, leaf);
        self.scratch.borrow_mut().take();
    }

    fn take_nothing(&self) {
        self.scratch.borrow_mut().taken.fill(0);
    }

    /// The same if each part had so much more capacity and such components were up, where what requests take has been noted.
    fn work_with(&self, more: impl Fn(usize) -> i64, is_up: impl Fn(usize) -> bool) -> u64 {
        self.work_through(PLENTY, |at, comes| self.full_way(at, comes, &more, &is_up)).passed()
    }

    /// What a leaf makes of what comes to it, where none of it is sent to a dead machine.
    pub(super) fn full_way(
        &self,
        at: usize,
        comes: u64,
        more: &impl Fn(usize) -> i64,
        is_up: &impl Fn(usize) -> bool,
    ) -> Way {
        match &self.leaves[at] {
            Leaf::Sets { counts, .. } => {
                let runs = self.machines_of(at, self.runs(at));
                Way { reach: comes, capacity: of_capacity((counts.capacity + more(at)).max(0), runs) as u64 }
            }
            Leaf::Component { ceiling, .. } if is_up(at) => {
                Way { reach: comes, capacity: ceiling.map_or(u64::MAX, |ceiling| ceiling.capacity_milli) }
            }
            _ => Way::default(),
        }
    }

    /// The same if nothing were withheld; `whole` takes what passes each node then.
    fn works_whole<'a>(&self, of_sets: impl Fn(usize) -> &'a [i64], causes: usize, whole: &mut [u64]) -> u64 {
        let more = |at: usize| of_sets(at)[..causes].iter().sum();
        match self.demand.unwrap_or(0) {
            0 => self.take_nothing(),
            demand => self.take(demand, |at, comes| self.full_way(at, comes, &more, &|_| true)),
        }
        let all = self.work_with(more, |_| true);
        self.note_ways(whole);
        all
    }

    fn note_ways(&self, into: &mut [u64]) {
        into.iter_mut().zip(&self.scratch.borrow().ways).for_each(|(of, way)| *of = way.passed());
    }

    /// How much work each cause withholds, in thousandths of a job a second: split evenly over the parts that are slower than they
    /// could be and hold the whole up, and there over what keeps machines from serving (`of_sets` tells it by part) and holds
    /// components.
    pub fn withheld_work<'a>(&'a mut self, of_sets: impl Fn(usize) -> &'a [i64]) -> &'a [i64] {
        let Some(mut work) = self.work.take() else { return &[] };
        let causes = work.withheld.len();
        let all = self.works_whole(&of_sets, causes, &mut work.whole);
        let now = self.works_off();
        self.note_ways(&mut work.now);
        work.by_cause.fill(0);
        if now < all {
            self.find_missing(|parts, child| {
                let now = parts.scratch.borrow().ways[child].passed();
                now < all && now < work.whole[child]
            });
            self.charge_work(all - now, &of_sets, &mut work.by_cause);
        }
        if !self.routes.is_empty() {
            std::mem::swap(&mut self.reach, &mut self.at_home);
            self.charge_for_being_away(all, &of_sets, &mut work);
            std::mem::swap(&mut self.reach, &mut self.at_home);
        }
        work.withheld.iter_mut().zip(&work.by_cause).for_each(|(withheld, &by)| *withheld = by as i64);
        self.work = Some(work);
        self.work.as_ref().map_or(&[], |work| &work.withheld)
    }

    /// What would be worked off where jobs go if nothing is out, and is not (`away`) where they go now: that is withheld by what keeps
    /// those parts from working, and by the failover as long as it is under way. Who could go back and does not is kept by nobody.
    fn charge_for_being_away<'a>(&mut self, away: u64, of_sets: &impl Fn(usize) -> &'a [i64], work: &mut Work) {
        let all = self.works_whole(of_sets, work.by_cause.len(), &mut work.whole);
        if all <= away {
            return;
        }
        let at_home = self.works_off();
        self.find_missing(|parts, child| {
            let here = parts.scratch.borrow().ways[child].passed();
            let now = if parts.is_sent_to(child) { here } else { work.now[child] };
            now < all && now < work.whole[child]
        });
        let fails_over = self.missing.iter().any(|&at| matches!(self.leaves[at as usize], Leaf::Group));
        let kept_by_nobody = if fails_over { 0 } else { at_home };
        self.charge_work(all.saturating_sub(away.max(kept_by_nobody)), of_sets, &mut work.by_cause);
    }

    /// Whether a part is within one that a failover group sends clients to.
    fn is_sent_to(&self, at: usize) -> bool {
        let above = self.states[at].parent;
        above != NOBODY && (self.states[above as usize].route != NOBODY || self.is_sent_to(above as usize))
    }

    /// Splits work that is withheld over what is missing and what keeps that from working.
    fn charge_work<'a>(&mut self, lost: u64, of_sets: &impl Fn(usize) -> &'a [i64], by_cause: &mut [u64]) {
        let causes = by_cause.len();
        self.share_out(lost);
        for at in 0..self.missing.len() {
            let (part, share) = (self.missing[at] as usize, self.shares[at]);
            match &self.leaves[part] {
                Leaf::Sets { .. } => split(share, &of_sets(part)[..causes], by_cause),
                Leaf::Component { .. } => self.split_over_stops(part, share, by_cause),
                Leaf::Group => by_cause[self.failing_over] += share,
            }
        }
    }
}
