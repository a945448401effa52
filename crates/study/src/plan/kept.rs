//! Who keeps the gate where the answer of a plan does not: a search goes by the average alone.
//!
//! In: an answer that fails its gate, and dearer candidates that lived through trials. Out: the cheapest of them that is known to keep
//! it. They are judged one after the other, from cheap to dear, until one does; each as the answer is, by its own trials.

use super::alone::Alone;
use super::batches::{Batches, BatchesAsked, batches};
use super::bench::{Bench, Standing, Stopped};
use super::conclude::told_of;
use super::planned::{Offer, Planned};
use super::windowed::{AskedBy, Windowed};
use crate::outcome::Verdict;
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

/// Whether a scenario's gate asks something of the answer that is not shown to hold.
fn is_amiss(planned: &Planned) -> bool {
    planned.windows.as_ref().is_some_and(|of| of.asked_by == AskedBy::Gate && of.is_amiss())
        || planned.batches_asked.is_some_and(|of| of.verdict != Verdict::Meets)
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
    if !is_amiss(planned) {
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
        let Ok(verdict) = judge(&mut planned.batches, bench, candidate, allowed)? else { return Ok(Err(Stopped)) };
        kept.judged += 1;
        kept.not_resolved += u64::from(verdict == Verdict::NotResolved);
        if verdict == Verdict::Meets {
            kept.by = Some(told_of(bench, candidate));
            break;
        }
    }
    Ok(Ok(Some(kept)))
}

/// What came of all that is asked of one: the average, windows and batches.
fn judge(
    counted: &mut Vec<Batches>,
    bench: &Bench<'_>,
    candidate: usize,
    allowed: f64,
) -> Result<Result<Verdict, Stopped>, RunError> {
    let question = bench.question;
    let mut verdicts = vec![match bench.judge(candidate, allowed) {
        Standing::Meets => Verdict::Meets,
        Standing::Misses => Verdict::Misses,
        Standing::Open => Verdict::NotResolved,
    }];
    if question.gate.batches.is_some() && verdicts[0] != Verdict::Misses {
        let name = &question.candidates[candidate].design.name;
        if counted.iter().all(|of| of.design != *name) {
            let Ok(more) = batches(bench, [candidate])? else { return Ok(Err(Stopped)) };
            counted.extend(more);
        }
        verdicts.extend(BatchesAsked::of(question, counted, candidate).map(|of| of.verdict));
    }
    if question.gate.windows == AskedBy::Gate && !verdicts.contains(&Verdict::Misses) {
        let alone = Alone::new(bench, candidate);
        let Some(outcome) = alone.run(&alone.study(bench.trials(candidate), false))? else { return Ok(Err(Stopped)) };
        let shape = question.candidates[candidate].shape;
        let windowed =
            outcome.designs.first().and_then(|of| Windowed::of(of, bench.trials(candidate), shape, question));
        verdicts.extend(windowed.map(|of| of.verdict));
    }
    let any = |of: Verdict| verdicts.contains(&of);
    Ok(Ok(match () {
        () if any(Verdict::Misses) => Verdict::Misses,
        () if any(Verdict::NotResolved) => Verdict::NotResolved,
        () => Verdict::Meets,
    }))
}
