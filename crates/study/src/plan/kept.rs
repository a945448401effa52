//! Who keeps the gate where the answer of a plan does not: a search goes by the average alone.
//!
//! In: an answer that fails its gate, and dearer candidates that lived through trials. Out: the cheapest of them that is known to keep
//! it. They are judged one after the other, from cheap to dear, until one does; each as the answer is, by its own trials.

use super::Question;
use super::alone::Alone;
use super::batches::{Batches, BatchesAsked, batches};
use super::bench::{Bench, Standing, Stopped};
use super::conclude::told_of;
use super::planned::{Offer, Planned};
use crate::gate::{Condition, Gate, Judgement, judge, of_batches};
use crate::outcome::{Outcome, Verdict};
use crate::run::RunError;
use serde::Serialize;

/// Candidates that are judged at most.
const JUDGED: usize = 16;

/// Who keeps the gate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GateKept {
    /// How many candidates were judged beside the answer.
    pub judged: u64,
    /// Of them, those whose trials do not say.
    pub not_resolved: u64,
    /// The cheapest of them that keeps it; none if none of them is known to.
    pub by: Option<Offer>,
}

/// What the scenario's gate asks of the time of a candidate that was run by itself, judged as after any run: not of its batches, which
/// are counted apart, nor beside another design, for there is none. Nothing where it asks nothing of this one.
pub(super) fn of_time(question: &Question, shape: usize, outcome: &Outcome) -> Vec<Condition> {
    let Some(gate) = question.gate.own.as_ref().filter(|_| question.gate.asks(shape)) else { return Vec::new() };
    let asked = Gate { designs: Vec::new(), batches_by_deadline: None, no_worse_min: None, ..gate.clone() };
    judge(&asked, outcome).conditions
}

/// All that it asks of one, with its batches; none where that is nothing.
pub(super) fn judged(
    question: &Question,
    design: &str,
    mut of_time: Vec<Condition>,
    batches: Option<BatchesAsked>,
) -> Option<Judgement> {
    let gate = question.gate.own.as_ref()?;
    let of = |asked: BatchesAsked| Condition::new(design.into(), of_batches(asked.share), asked.verdict);
    of_time.extend(batches.map(of));
    (!of_time.is_empty()).then(|| Judgement::of(of_time, gate.not_resolved_passes))
}

/// Judges those beside an answer that is amiss; none where it is not. The batches that were counted stand with those of the answer.
///
/// # Errors
/// If a trial passes its event budget.
pub(super) fn kept(
    planned: &mut Planned,
    bench: &Bench<'_>,
    (allowed, best): (f64, usize),
    beside: &[usize],
) -> Result<Result<Option<GateKept>, Stopped>, RunError> {
    if planned.gate.as_ref().is_none_or(|gate| gate.verdict == Verdict::Meets) {
        return Ok(Ok(None));
    }
    let gate = &bench.question.gate;
    let may = |&of: &usize| {
        let asked = gate.asks(bench.question.candidates[of].shape);
        of != best && asked && bench.look(of) > 0 && bench.cost(of) >= bench.cost(best)
    };
    let mut judged: Vec<usize> = beside.iter().copied().filter(may).collect();
    judged.sort_by(|&a, &b| bench.cost(a).total_cmp(&bench.cost(b)).then(a.cmp(&b)));
    judged.dedup();
    judged.truncate(JUDGED);
    bench.begins("asking who keeps the gate");
    let mut kept = GateKept { judged: 0, not_resolved: 0, by: None };
    for candidate in judged {
        let Ok(verdict) = judge_one(&mut planned.batches, bench, candidate, allowed)? else { return Ok(Err(Stopped)) };
        kept.judged += 1;
        kept.not_resolved += u64::from(verdict == Verdict::NotResolved);
        if verdict == Verdict::Meets {
            kept.by = Some(told_of(bench, candidate));
            break;
        }
    }
    Ok(Ok(Some(kept)))
}

/// What came of all that is asked of one. What is known to miss the target is not run.
fn judge_one(
    counted: &mut Vec<Batches>,
    bench: &Bench<'_>,
    candidate: usize,
    allowed: f64,
) -> Result<Result<Verdict, Stopped>, RunError> {
    let question = bench.question;
    let of = &question.candidates[candidate];
    let asks_average = question.gate.own.as_ref().is_some_and(|gate| gate.average);
    if asks_average && bench.judge(candidate, allowed) == Standing::Misses {
        return Ok(Ok(Verdict::Misses));
    }
    if question.gate.batches().is_some() && counted.iter().all(|counted| counted.design != of.design.name) {
        let Ok(more) = batches(bench, [candidate])? else { return Ok(Err(Stopped)) };
        counted.extend(more);
    }
    let asked = BatchesAsked::of(question, counted, candidate);
    if asked.is_some_and(|of| of.verdict == Verdict::Misses) {
        return Ok(Ok(Verdict::Misses));
    }
    let alone = Alone::new(bench, candidate);
    let Some(outcome) = alone.run(&alone.study(bench.trials(candidate), false))? else { return Ok(Err(Stopped)) };
    let judged = judged(question, &of.design.name, of_time(question, of.shape, &outcome), asked);
    Ok(Ok(judged.map_or(Verdict::NotResolved, |of| of.verdict)))
}
