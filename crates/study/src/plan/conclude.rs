//! From a search that is finished to the form that is shown: offers, roles, and what a reader should know.

use super::bench::Bench;
use super::planned::{Checked, Offer, Planned, Verdict};
use super::roles::{Roles, thumb};
use super::search::Found;
use super::{Methods, Question, SCHEMA, edges, enough, regions, unproven};
use crate::conclude::{heavy_tails, need_in_words};
use zonefall_fleet::Need;
use zonefall_stats::Bounds;

/// What a reader should know of how trials were drawn.
pub(super) fn methods_in_words(of: &Methods) -> Vec<String> {
    let candidates = |count: u64| match count {
        1 => "1 candidate".to_owned(),
        count => format!("{count} candidates"),
    };
    let mut words = Vec::new();
    if let (true, Some(gain)) = (of.forced > 0, of.gain_least) {
        words.push(format!(
            "Forced trials tell of {}, by the pilots at least {gain:.0} times as efficient as plain ones; their upper ends \
             leave room for misses that no pattern foresees.",
            candidates(of.forced)
        ));
    }
    if of.nothing_found > 0 {
        words.push(format!(
            "Plain trials tell of {} that hardly ever miss: no overlap of outages was found that makes them.",
            candidates(of.nothing_found)
        ));
    }
    words
}

/// What a search came to. Under a law of outages without a usable variance no sample proves that a design meets.
pub(super) fn verdict(question: &Question, found: &Found) -> Verdict {
    match (found.decided, found.best) {
        (true, Some(_)) if heavy_tails(&question.study).next().is_some() => Verdict::NotResolved,
        (true, Some(_)) => Verdict::Found,
        (true, None) => Verdict::NoneMeets,
        (false, _) => Verdict::NotResolved,
    }
}

/// Costs are told in millionths, without the dust of arithmetic; the search compares what they are.
const COST_PARTS: f64 = 1e6;

pub(super) fn told_of(bench: &Bench<'_>, candidate: usize) -> Offer {
    let of = &bench.question.candidates[candidate];
    let estimate = bench.estimate(candidate);
    let low = if let Bounds::Interval(interval) = estimate.bounds { Some(interval.low) } else { None };
    let value = |(key, &value): (&super::Key, &u32)| key.values[value as usize].clone();
    Offer {
        design: of.design.name.clone(),
        shape: match bench.question.study.designs.as_slice() {
            [_] => String::new(),
            shapes => shapes.get(of.shape).map_or(String::new(), |shape| shape.name.clone()),
        },
        values: bench.question.keys.iter().zip(&of.values).map(value).collect(),
        machines: of.design.capacity(),
        cost: libm::round(of.cost * COST_PARTS) / COST_PARTS,
        unavailability: if bench.look(candidate) == 0 { 1.0 } else { estimate.mean },
        low,
        high: estimate.bounds.high(),
        forced: bench.is_forced(candidate),
        trials: bench.trials(candidate),
        hits: estimate.hits,
    }
}

/// The answer without what is told beside it.
pub(super) fn concluded(
    bench: &Bench<'_>,
    allowed: f64,
    found: &Found,
    (roles, runner_up): (Roles, Option<usize>),
    checked: Vec<Checked>,
) -> Planned {
    let question = bench.question;
    let (study, best) = (&question.study, found.best);
    let told = |candidate: usize| told_of(bench, candidate);
    let notes = notes(bench, allowed, found, &roles);
    let would_do = || enough::for_all(bench, allowed, found);
    Planned {
        schema: SCHEMA,
        study: study.name.clone(),
        seed: study.seed,
        target_share: study.target.share(),
        need: common_need(question),
        confidence: study.confidence.level(),
        unit: question.unit.clone(),
        keys: question.keys.iter().map(|key| key.name.clone()).collect(),
        candidates: question.candidates.len() as u64,
        tested: 0,
        work: 0,
        methods: bench.methods(),
        priced: None,
        verdict: verdict(question, found),
        trials_would_do: if heavy_tails(study).next().is_some() { None } else { would_do() },
        meets_target_itself: best.is_some_and(|best| bench.estimate(best).bounds.high() <= allowed),
        windows: None,
        best: roles.best.map(told),
        runner_up: runner_up.map(told),
        cheaper: roles.cheaper.map(told),
        ties: roles.ties.into_iter().map(told).collect(),
        open: roles.open.into_iter().map(told).collect(),
        closest: roles.closest.map(told),
        why: None,
        frontier: Vec::new(),
        nines: Vec::new(),
        assumed: Vec::new(),
        batches: Vec::new(),
        batches_asked: None,
        gate: None,
        gate_kept: None,
        rule_of_thumb: best.and_then(|best| thumb(bench, allowed, best)),
        checked,
        notes,
    }
}

/// What to know of it: no proof where there can be none, why not another, and what more of a key or a region would do.
fn notes(bench: &Bench<'_>, allowed: f64, found: &Found, roles: &Roles) -> Vec<String> {
    let question = bench.question;
    let mut notes = Vec::new();
    if let Some(mode) = heavy_tails(&question.study).next() {
        notes.push(format!(
            "Outages of {mode} have no usable variance: no number of trials proves that a design meets."
        ));
    }
    let shown = roles.first();
    notes.extend(unproven::words(bench, allowed, found, roles));
    let met = verdict(question, found) == Verdict::Found;
    let regions = shown.filter(|_| !met).and_then(|shown| regions::words(bench, shown, allowed));
    // Where a budget keeps dearer ones out, what is beyond a range is not what is in the way.
    let has_room = met || question.cost_max.is_none();
    if regions.is_none() && has_room {
        notes.extend(shown.into_iter().flat_map(|shown| edges::words(question, shown, found.best.is_some())));
    }
    notes.extend(regions);
    let ceilings = shown.into_iter().flat_map(|shown| crate::ceiling::words(&question.candidates[shown].design));
    notes.extend(ceilings.map(String::from));
    notes
}

/// The need that all candidates share: the same words, or that of services of parts, which differ in numbers.
fn common_need(question: &Question) -> String {
    let mut needs = question.candidates.iter().map(|of| need_in_words(&of.design));
    let first = needs.next().unwrap_or_default();
    if needs.all(|need| need == first) {
        return first;
    }
    let of_parts = question.candidates.iter().all(|of| matches!(of.design.need, Need::Parts(_)));
    if of_parts { "all parts holding that the service needs".into() } else { String::new() }
}
