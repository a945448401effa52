//! Cost against availability, among candidates that lived through trials.
//!
//! In: a finished search. Out: from cheap to dear, designs of which each misses at least a tenth less than the one before and is told
//! apart from it: by their intervals, or by the differences of the two on the same trials. What is not told apart is no gain, and
//! is left out. Of those that cost as much the best stands for all: what may be better than a design of the frontier at its price is
//! tested as long as that one. The designs that the answer names stand for their price, unless another of it is told apart from them:
//! the frontier does not prefer by luck what the answer does not. What can go wrong: an interruption; the work, twice that of the designs along the frontier at most, may
//! be done before all of these are tested.

use super::at_price;
use super::bench::{Bench, Stopped, trials_of};
use crate::run::RunError;
use crate::stage::Stage;
use crate::study::Study;
use crate::visit::{Visitor, visit};
use zonefall_stats::{Bounds, DifferenceEstimate, Moments};

/// Looks of the designs along the frontier, at most: 4,096 trials.
const LOOK: u32 = 6;
/// Steps of cost along the frontier, and candidates of each.
const STEPS: usize = 16;
const PER_STEP: usize = 4;
/// A step of the frontier leaves at most this share of the missed time.
const WORTH: f64 = 0.9;
/// What misses more than this share of the time is no offer at any price.
const OFFER: f64 = 0.5;

/// What each of some designs misses more than each of those after it.
struct Differences {
    designs: usize,
    of: Vec<Moments>,
}

impl Differences {
    fn new(designs: usize) -> Self {
        Self { designs, of: vec![Moments::new(); designs * designs] }
    }
}

impl Visitor for Differences {
    fn see(&mut self, _: u64, stages: &[Stage]) {
        let missed = |design: usize| stages[0].ledger(design).missed_ms as i64;
        for first in 0..self.designs {
            for second in first + 1..self.designs {
                self.of[first * self.designs + second].add(missed(first) - missed(second));
            }
        }
    }

    fn merge(&mut self, later: Self) {
        self.of.iter_mut().zip(&later.of).for_each(|(mine, theirs)| mine.merge(theirs));
    }
}

/// The look of the designs along the frontier.
fn look(bench: &Bench<'_>) -> u32 {
    LOOK.min(bench.last_look())
}

/// Tests designs over all costs.
pub(super) fn test(bench: &mut Bench<'_>, best: Option<usize>) -> Result<Result<(), Stopped>, RunError> {
    let number = bench.order.len();
    let mut along: Vec<usize> = best.into_iter().collect();
    // Steps over the order of costs; of each some that lie apart.
    let step = number.div_ceil(STEPS).max(1);
    for part in bench.order.chunks(step) {
        let apart = part.len().div_ceil(PER_STEP).max(1);
        along.extend(part.iter().copied().step_by(apart).filter(|&candidate| Some(candidate) != best));
    }
    // As much again, once, for those that cost as much as what stands there.
    let all = bench.work_max.saturating_add(bench.work_max.saturating_sub(bench.work));
    loop {
        if bench.test(&along, look(bench))?.is_err() {
            return Ok(Err(Stopped));
        }
        bench.work_max = all;
        if !bench.may_go_on() {
            return Ok(Ok(()));
        }
        let lived = bench.lived();
        let rivals = rivals(bench, &front(bench, &[]));
        if bench.test(&rivals, look(bench))?.is_err() {
            return Ok(Err(Stopped));
        }
        if bench.lived() == lived {
            return Ok(Ok(()));
        }
    }
}

/// Candidates that cost as much as a design of the frontier, have been tested less, and may be better.
fn rivals(bench: &Bench<'_>, front: &[usize]) -> Vec<usize> {
    let look = look(bench);
    let may_be_better = |candidate: usize, than: usize| {
        let (one, other) = (bench.cost(candidate), bench.cost(than));
        let low = match bench.estimate(candidate).bounds {
            Bounds::Interval(of) => of.low,
            Bounds::UpperBound { .. } => 0.0,
        };
        at_price(one, other) && at_price(other, one) && low < bench.shown(than)
    };
    let behind = bench.order.iter().copied().filter(|&candidate| bench.look(candidate) < look);
    behind.filter(|&candidate| front.iter().any(|&than| may_be_better(candidate, than))).collect()
}

/// Those of the tested designs that are worth their cost; the named ones are those of the answer, the first of it first.
pub(super) fn frontier(bench: &mut Bench<'_>, named: &[usize]) -> Result<Result<Vec<usize>, Stopped>, RunError> {
    let front = front(bench, named);
    told_apart(bench, &front, trials_of(look(bench)))
}

/// The same by what they missed, told apart or not: from cheap to dear, of each price the best. What has too few misses to say more
/// than a bound keeps out what misses more and costs more.
fn front(bench: &Bench<'_>, named: &[usize]) -> Vec<usize> {
    let least = trials_of(look(bench));
    let tested = bench.order.iter().copied().filter(|&of| bench.trials(of) >= least && bench.mean(of) < OFFER);
    let tested: Vec<usize> = tested.collect();
    let offer = |&of: &usize| {
        let bounds = bench.estimate(of).bounds;
        let ends = (if let Bounds::Interval(of) = bounds { of.low } else { 0.0 }, bounds.high());
        let named = named.iter().position(|&named| named == of);
        Offered { cost: bench.cost(of), missed: bench.mean(of), ends, rank: named.unwrap_or(usize::MAX) }
    };
    let offers: Vec<Offered> = tested.iter().map(offer).collect();
    worth(&offers).into_iter().map(|place| tested[place]).collect()
}

/// What a design costs and misses, the ends of that, and how early the answer names it.
#[derive(Debug, Clone, Copy)]
struct Offered {
    cost: f64,
    missed: f64,
    ends: (f64, f64),
    rank: usize,
}

impl Offered {
    /// Whether it stands for a price in place of another: as the answer has it, or by what it misses, where the answer says nothing or
    /// the two are told apart.
    fn replaces(self, other: Self) -> bool {
        let apart = self.ends.1 < other.ends.0 || other.ends.1 < self.ends.0;
        if self.rank == other.rank || apart { self.missed < other.missed } else { self.rank < other.rank }
    }
}

/// The places of those that are worth their cost, from cheap to dear.
fn worth(offers: &[Offered]) -> Vec<usize> {
    let mut front: Vec<usize> = Vec::new();
    // Of the last of them: the least cost of its price, and what must be missed less there.
    let (mut price, mut before) = (f64::NEG_INFINITY, f64::INFINITY);
    for (place, &offer) in offers.iter().enumerate() {
        match front.last().map(|&last| offers[last]) {
            Some(last) if at_price(offer.cost, price) => {
                if offer.replaces(last) && offer.missed < before {
                    front.pop();
                    front.push(place);
                }
            }
            Some(last) if offer.missed >= WORTH * last.missed => {}
            last => {
                before = last.map_or(f64::INFINITY, |last| WORTH * last.missed);
                price = offer.cost;
                front.push(place);
            }
        }
    }
    front
}

/// Those that are told apart from the one before.
fn told_apart(bench: &mut Bench<'_>, front: &[usize], trials: u64) -> Result<Result<Vec<usize>, Stopped>, RunError> {
    let disjoint = |bench: &Bench<'_>, dear: usize, cheap: usize| match bench.estimate(cheap).bounds {
        Bounds::Interval(of) => bench.estimate(dear).bounds.high() < of.low,
        Bounds::UpperBound { .. } => false,
    };
    let mut differences = None;
    if front.windows(2).any(|pair| !disjoint(bench, pair[1], pair[0])) {
        let designs = front.iter().map(|&of| bench.question.candidates[of].design.clone()).collect();
        let study = Study { designs, counterfactual: false, rows: false, ..bench.question.study.clone() };
        let new = || Differences::new(front.len());
        bench.work += trials * front.len() as u64;
        differences = visit(std::slice::from_ref(&study), 0..trials, bench.how, new)?;
        if differences.is_none() {
            return Ok(Err(Stopped));
        }
    }
    let pairs = (front.len() * front.len().saturating_sub(1) / 2) as u64;
    let level = bench.question.study.confidence.split(pairs);
    let cap = crate::conclude::cap_ms(&bench.question.study);
    let less = |cheap: usize, dear: usize| {
        let of = differences.as_ref().map(|all| &all.of[cheap * all.designs + dear]);
        let room = || bench.kinds(front[cheap]).room(bench.kinds(front[dear]), trials);
        of.is_some_and(|of| DifferenceEstimate::with_room(of, room(), cap, level).bounds.ends().0 > 0.0)
    };
    let mut kept: Vec<usize> = Vec::new();
    for place in 0..front.len() {
        let gain = |&last: &usize| disjoint(bench, front[place], front[last]) || less(last, place);
        if kept.last().is_none_or(gain) {
            kept.push(place);
        }
    }
    Ok(Ok(kept.into_iter().map(|place| front[place]).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_designs_at_one_price_the_frontier_has_the_best() {
        let worth = |of: &[(f64, f64)]| {
            let offer =
                |&(cost, missed): &(f64, f64)| Offered { cost, missed, ends: (missed, missed), rank: usize::MAX };
            worth(&of.iter().map(offer).collect::<Vec<_>>())
        };
        // By a twentieth, by half a percent, by a cent, and of three.
        assert_eq!(worth(&[(100.0, 1.0), (100.0, 0.95), (200.0, 0.5)]), [1, 2]);
        assert_eq!(worth(&[(100.0, 1.0), (100.0, 0.995), (100.0, 0.999), (200.0, 0.5)]), [1, 3]);
        assert_eq!(worth(&[(1328.0, 0.3), (1328.005, 0.1), (1328.009, 0.2), (2000.0, 0.095)]), [1]);
        assert_eq!(worth(&[(100.0, 0.95), (100.0, 1.0), (100.05, 0.9), (100.3, 0.5)]), [2, 3]);
        // What is worth nothing at its price takes no place there.
        assert_eq!(worth(&[(100.0, 1.0), (110.0, 0.95), (110.0, 0.5)]), [0, 2]);
        assert_eq!(worth(&[]), [0; 0]);
    }
    /// Names are those of an answer: at its price the headline stands, whatever luck lies between it and another.
    #[test]
    fn at_a_price_what_the_answer_names_stands_unless_another_is_told_apart() {
        let offer = |cost, missed, low, high, rank| Offered { cost, missed, ends: (low, high), rank };
        let cheap = offer(580.0, 40.0, 35.0, 45.0, usize::MAX);
        let headline = offer(660.88, 10.522, 0.0, 124.0, 0);
        let other = offer(661.31, 10.514, 0.0, 119.0, usize::MAX);
        assert_eq!(worth(&[cheap, headline, other]), [0, 1]);
        assert_eq!(worth(&[cheap, Offered { cost: 660.5, ..other }, headline]), [0, 2]);
        // The first of several names.
        assert_eq!(worth(&[cheap, Offered { rank: 1, ..other }, headline]), [0, 2]);
        // Told apart from it.
        let apart = Offered { missed: 1.0, ends: (0.5, 2.0), ..other };
        assert_eq!(worth(&[cheap, Offered { ends: (9.0, 12.0), ..headline }, apart]), [0, 2]);
        assert_eq!(worth(&[cheap, apart, Offered { ends: (9.0, 12.0), ..headline }]), [0, 1]);
        // A name makes nothing worth its cost.
        let better = offer(661.0, 10.0, 0.0, 119.0, usize::MAX);
        let near = offer(600.0, 11.5, 0.0, 120.0, usize::MAX);
        assert_eq!(worth(&[near, better, headline]), [0, 1]);
    }
}
