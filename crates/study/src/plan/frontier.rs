//! Cost against availability, among candidates that lived through trials.
//!
//! In: a finished search. Out: from cheap to dear, designs of which each misses at least a tenth less than the one before and is told
//! apart from it: by their intervals, or by the differences of the two on the same trials. What is not told apart is no gain, and
//! is left out. What can go wrong: an interruption.

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
    bench.test(&along, look(bench))
}

/// Those of the tested designs that are worth their cost.
pub(super) fn frontier(bench: &mut Bench<'_>) -> Result<Result<Vec<usize>, Stopped>, RunError> {
    let least = trials_of(look(bench));
    let tested = bench.order.iter().copied().filter(|&candidate| bench.trials(candidate) >= least);
    let mut front: Vec<usize> = Vec::new();
    for candidate in tested {
        if front.last().is_none_or(|&last| bench.shown(candidate) < WORTH * bench.shown(last)) {
            if front.last().is_some_and(|&last| bench.cost(last) >= bench.cost(candidate)) {
                front.pop();
            }
            front.push(candidate);
        }
    }
    told_apart(bench, &front, least)
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
