//! The search: looks, proofs, and who is tested next.
//!
//! Among designs that cost the same, the one that misses least is the answer: they live through as many trials as the first that
//! was found, as long as that takes no more work than finding it, and what is proven to miss more than another is left behind.

use super::CHEAPER;
use super::bench::{Bench, Standing, Stopped, TOGETHER, trials_of};
use super::lattice::Lattice;
use crate::run::RunError;
use std::collections::BTreeMap;
use zonefall_stats::Bounds;

/// Candidates that are tested before it is looked again who should be.
const ROUND: usize = 256;
/// Costs are the same that differ by no more than a hundredth of a percent: nobody takes a worse design for that.
const SAME_COST: f64 = 1e-4;
/// Trials times designs that may go into telling designs of one cost apart, at least.
const EQUALS_WORK: u64 = 100_000;

/// What a search came to.
pub(super) struct Found {
    pub standings: Vec<Standing>,
    /// The cheapest that is proven to meet.
    pub best: Option<usize>,
    /// Whether nothing cheaper is open.
    pub decided: bool,
}

impl Bench<'_> {
    /// Decides a candidate and all that its proof decides.
    fn decide(&self, candidate: usize, allowed: f64, lattice: &Lattice, standings: &mut [Standing]) {
        if standings[candidate] != Standing::Open {
            return;
        }
        let standing = self.judge(candidate, allowed);
        standings[candidate] = standing;
        for &other in &lattice.groups[lattice.of[candidate]] {
            let follows = match standing {
                Standing::Open => false,
                Standing::Meets => lattice.at_most(candidate, other),
                Standing::Misses => lattice.at_most(other, candidate),
            };
            if follows && standings[other] == Standing::Open {
                standings[other] = standing;
            }
        }
    }

    /// The cheapest candidate that meets, or may.
    pub fn hope(&self, allowed: f64, standings: &[Standing]) -> Option<usize> {
        let may = |candidate: usize| match standings[candidate] {
            Standing::Meets => true,
            Standing::Open => self.look(candidate) > 0 && self.mean(candidate) <= allowed,
            Standing::Misses => false,
        };
        self.order.iter().copied().find(|&candidate| may(candidate))
    }

    /// Who has to be tested at a look, one of each group: the middle of what is open and not too dear.
    fn next(&self, look: u32, allowed: f64, lattice: &Lattice, standings: &[Standing]) -> Vec<usize> {
        let hope = self.hope(allowed, standings);
        let dear = hope.map_or(f64::INFINITY, |hope| match standings[hope] {
            Standing::Meets => self.cost(hope) * (1.0 - CHEAPER),
            _ => self.cost(hope),
        });
        let needed = |candidate: &usize| {
            standings[*candidate] == Standing::Open && self.look(*candidate) < look && self.cost(*candidate) <= dear
        };
        let mut of_group: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for &candidate in self.order.iter().filter(|&candidate| needed(candidate)) {
            of_group.entry(lattice.of[candidate]).or_default().push(candidate);
        }
        let mut next: Vec<usize> = of_group
            .into_values()
            .map(|mut open| {
                open.sort_by_key(|&candidate| (lattice.height(candidate), candidate));
                open[open.len() / 2]
            })
            .collect();
        next.sort_by(|&a, &b| self.cost(a).total_cmp(&self.cost(b)).then(a.cmp(&b)));
        next.truncate(if hope.is_some() { ROUND } else { TOGETHER });
        next
    }

    /// What the trials so far prove of all candidates.
    fn standings(&self, allowed: f64, lattice: &Lattice) -> Vec<Standing> {
        let mut standings = vec![Standing::Open; self.question.candidates.len()];
        self.order.iter().for_each(|&candidate| self.decide(candidate, allowed, lattice, &mut standings));
        standings
    }

    /// Searches the cheapest candidate that misses at most the allowed share, as long as the work is not done. A proof holds by all
    /// trials: one that a later look takes back is none, and the search goes on.
    ///
    /// # Errors
    /// If a trial passes its event budget.
    pub fn search(&mut self, allowed: f64, lattice: &Lattice) -> Result<Result<Found, Stopped>, RunError> {
        let mut standings = self.standings(allowed, lattice);
        loop {
            let lived = self.lived();
            if self.test_open(allowed, lattice, &mut standings)?.is_err() {
                return Ok(Err(Stopped));
            }
            let mut best = self.cheapest(&standings, Standing::Meets);
            if let Some(first) = best {
                let Ok(least) = self.least_of_equals(first, allowed, lattice, &mut standings)? else {
                    return Ok(Err(Stopped));
                };
                standings = self.standings(allowed, lattice);
                best = Some(least).filter(|&least| standings[least] == Standing::Meets);
            }
            let (decided, meets) = (self.is_decided(&standings), self.cheapest(&standings, Standing::Meets));
            if decided && best.is_some() == meets.is_some() || self.lived() == lived || !self.may_go_on() {
                return Ok(Ok(Found { standings, best: best.or(meets), decided }));
            }
        }
    }

    /// Tests what is open, look by look, until all is decided.
    fn test_open(
        &mut self,
        allowed: f64,
        lattice: &Lattice,
        standings: &mut [Standing],
    ) -> Result<Result<(), Stopped>, RunError> {
        for look in 1..=self.last_look() {
            loop {
                let next = self.next(look, allowed, lattice, standings);
                if next.is_empty() || !self.may_go_on() {
                    break;
                }
                if self.test(&next, look)?.is_err() {
                    return Ok(Err(Stopped));
                }
                next.iter().for_each(|&candidate| self.decide(candidate, allowed, lattice, standings));
                let decided = standings.iter().filter(|&&standing| standing != Standing::Open).count();
                self.reached(decided, trials_of(look));
            }
            if self.is_decided(standings) || !self.may_go_on() {
                break;
            }
        }
        Ok(Ok(()))
    }

    /// Whether two candidates cost the same.
    pub fn cost_the_same(&self, a: usize, b: usize) -> bool {
        (self.cost(a) - self.cost(b)).abs() <= SAME_COST * self.cost(a).abs()
    }

    /// Of the candidates that cost what the first one does and meet the target too, the one that misses least.
    fn least_of_equals(
        &mut self,
        first: usize,
        allowed: f64,
        lattice: &Lattice,
        standings: &mut [Standing],
    ) -> Result<Result<usize, Stopped>, RunError> {
        let equal = |&other: &usize| self.cost_the_same(first, other) && standings[other] != Standing::Misses;
        let mut left: Vec<usize> = self.order.iter().copied().filter(equal).collect();
        let last = left.iter().map(|&of| self.look(of)).max().unwrap_or(0).max(1);
        let before = self.work_max;
        self.work_max = before.min(self.work + self.work.max(EQUALS_WORK));
        for look in 1..=last {
            if left.len() < 2 || !self.may_go_on() {
                break;
            }
            if self.test(&left, look)?.is_err() {
                return Ok(Err(Stopped));
            }
            left.iter().for_each(|&of| self.decide(of, allowed, lattice, standings));
            let least = left.iter().map(|&of| self.estimate(of).bounds.high()).fold(f64::INFINITY, f64::min);
            let may_be_least = |of: usize| !matches!(self.estimate(of).bounds, Bounds::Interval(of) if of.low > least);
            left.retain(|&of| standings[of] != Standing::Misses && may_be_least(of));
        }
        self.work_max = before;
        let meets = left.into_iter().filter(|&of| standings[of] == Standing::Meets && self.look(of) > 0);
        Ok(Ok(meets.min_by(|&a, &b| self.shown(a).total_cmp(&self.shown(b))).unwrap_or(first)))
    }

    fn cheapest(&self, standings: &[Standing], standing: Standing) -> Option<usize> {
        self.order.iter().copied().find(|&candidate| standings[candidate] == standing)
    }

    /// Whether nothing is open that is cheaper than the cheapest that meets.
    fn is_decided(&self, standings: &[Standing]) -> bool {
        let open = self.cheapest(standings, Standing::Open);
        let best = self.cheapest(standings, Standing::Meets);
        match (open, best) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(open), Some(best)) => self.cost(open) >= (1.0 - CHEAPER) * self.cost(best),
        }
    }
}
