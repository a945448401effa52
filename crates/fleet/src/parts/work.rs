//! Jobs that the parts of a service work on together.
//!
//! In: the machines alive, components that are up, where clients are sent to. Out: how fast a backlog falls, and how much of that each
//! cause withholds. A job passes the parts that it needs like a request, but nobody sends it to a dead machine: workers take it when
//! they are free. So parts in series work as fast as the slowest, a group of k as its k-th fastest, and of a failover group those work
//! that are sent to, each as fast as it can.

use super::flow::Way;
use super::routes::of_capacity;
use super::{Leaf, Parts};
use crate::ledger::split;

/// More than any machines work off, in thousandths of a job a second.
const PLENTY: u64 = 1 << 60;

/// What withholds work.
#[derive(Debug)]
pub(super) struct Work {
    /// What passes each node if nothing is withheld.
    whole: Vec<u64>,
    by_cause: Vec<u64>,
    withheld: Vec<i64>,
}

zonefall_engine::pooled_clone!(Work { whole, by_cause, withheld });

impl Work {
    pub fn new(nodes: usize, causes: usize) -> Self {
        Self { whole: vec![0; nodes], by_cause: vec![0; causes], withheld: vec![0; causes] }
    }
}

impl Parts {
    /// What is worked off as things stand, in thousandths of a job a second.
    pub fn works_off(&self) -> u64 {
        self.work_with(|_| 0, |at| self.is_up(at))
    }

    /// The same if each part had so much more capacity and such components were up.
    fn work_with(&self, more: impl Fn(usize) -> i64, is_up: impl Fn(usize) -> bool) -> u64 {
        let leaf = |at: usize, comes: u64| match &self.leaves[at] {
            Leaf::Sets { counts, .. } => {
                let runs = self.machines_of(at, self.runs(at));
                Way { reach: comes, capacity: of_capacity((counts.capacity + more(at)).max(0), runs) as u64 }
            }
            Leaf::Component { ceiling, .. } if is_up(at) => {
                Way { reach: comes, capacity: ceiling.map_or(u64::MAX, |ceiling| ceiling.capacity_milli) }
            }
            _ => Way::default(),
        };
        self.go_through(PLENTY, leaf).passed()
    }

    /// How much work each cause withholds, in thousandths of a job a second: split evenly over the parts that are slower than they
    /// could be and hold the whole up, and there over what keeps machines from serving (`of_sets` tells it by part) and holds
    /// components.
    pub fn withheld_work<'a>(&'a mut self, of_sets: impl Fn(usize) -> &'a [i64]) -> &'a [i64] {
        let Some(mut work) = self.work.take() else { return &[] };
        let causes = work.withheld.len();
        let all = self.work_with(|at| of_sets(at)[..causes].iter().sum(), |_| true);
        work.whole.iter_mut().zip(&self.scratch.borrow().ways).for_each(|(whole, way)| *whole = way.passed());
        let lost = all.saturating_sub(self.works_off());
        work.by_cause.fill(0);
        if lost > 0 {
            self.find_missing(|parts, child| {
                let now = parts.scratch.borrow().ways[child].passed();
                now < all && now < work.whole[child]
            });
            self.share_out(lost);
            for at in 0..self.missing.len() {
                let (part, share) = (self.missing[at] as usize, self.shares[at]);
                match &self.leaves[part] {
                    Leaf::Sets { .. } => split(share, &of_sets(part)[..causes], &mut work.by_cause),
                    Leaf::Component { held, .. } => {
                        self.weights.fill(0);
                        held.iter().for_each(|&(cause, _)| self.weights[cause as usize] += 1);
                        split(share, &self.weights[..causes], &mut work.by_cause);
                    }
                    Leaf::Group => work.by_cause[self.failing_over] += share,
                }
            }
        }
        work.withheld.iter_mut().zip(&work.by_cause).for_each(|(withheld, &by)| *withheld = by as i64);
        self.work = Some(work);
        self.work.as_ref().map_or(&[], |work| &work.withheld)
    }
}
