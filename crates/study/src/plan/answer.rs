//! What is done for an answer, in order: pricing, the search, what comes next and what more or less would cost, and a closer look at
//! the few that are shown.

use super::alone::Alone;
use super::assumed;
use super::batches::{BatchesAsked, batches};
use super::bench::{Bench, Stopped};
use super::conclude::{concluded, methods_in_words, told_of, verdict};
use super::frontier::{self, frontier};
use super::kept::{judged, kept};
use super::lattice::Lattice;
use super::planned::{Nine, Planned, Verdict};
use super::roles::{Roles, runner_up};
use super::search::Found;
use super::{Priced, Question, Stand, Told, checks, price};
use crate::run::RunError;
use crate::visit::Visit;

/// Trials times designs for another nine: as many as the question took, at least these.
const EXTRA_WORK: u64 = 200_000;

/// Designs whose batches of jobs are counted.
const BATCHES: usize = 8;

/// Answers a question; none if interrupted.
pub(super) fn answer(question: &Question, how: &Visit<'_>, told: Told<'_>) -> Result<Option<Planned>, RunError> {
    if question.candidates.iter().all(|of| of.rates.is_none()) {
        return searched(question, None, how, told);
    }
    told(Stand { doing: "pricing by bills", decided: 0, trials: 0 });
    let Some((question, priced)) = price::priced(question, how)? else { return Ok(None) };
    let planned = match question.candidates.is_empty() {
        true => Some(too_dear(&Bench::new(&question, Some(&priced), how, told))),
        false => searched(&question, Some(&priced), how, told)?,
    };
    Ok(planned.map(|mut planned| {
        planned.work += priced.work();
        planned.candidates += priced.too_dear;
        planned.notes.push(price::in_words(&priced));
        planned.priced = Some(priced);
        planned
    }))
}

/// The answer where no candidate is left to test.
fn too_dear(bench: &Bench<'_>) -> Planned {
    let found = Found { standings: Vec::new(), best: None, decided: true };
    let allowed = bench.question.study.target.allowed_share();
    let roles = Roles::new(bench, allowed, &found, None);
    Planned { verdict: Verdict::TooDear, ..concluded(bench, allowed, &found, (roles, None), Vec::new()) }
}

fn searched(
    question: &Question,
    priced: Option<&Priced>,
    how: &Visit<'_>,
    told: Told<'_>,
) -> Result<Option<Planned>, RunError> {
    let mut bench = Bench::new(question, priced, how, told);
    bench.begins("checking what is declared to help");
    let Some((used, checked)) = checks::check(question, how)? else { return Ok(None) };
    let lattice = Lattice::new(question, &used);
    let allowed = question.study.target.allowed_share();
    // What is told beside the answer adds trials, and the answer is that of all trials: again, until nobody lives through more.
    let mut may_test = true;
    let (found, runner_up, nines) = loop {
        let lived = bench.lived();
        (bench.learns, bench.work_max) = (true, u64::MAX);
        bench.begins("searching the cheapest");
        let Ok(found) = bench.search(allowed, &lattice)? else { return Ok(None) };
        let Ok((runner_up, nines)) = told_beside(&mut bench, allowed, &found, &lattice, may_test)? else {
            return Ok(None);
        };
        if bench.lived() == lived {
            break (found, runner_up, nines);
        }
        may_test = false;
    };
    bench.work_max = u64::MAX;
    let roles = Roles::new(&bench, allowed, &found, runner_up);
    let named: Vec<usize> = roles.best.into_iter().chain(nines.iter().filter_map(|(.., best)| *best)).collect();
    let Ok(frontier) = frontier(&mut bench, &named)? else { return Ok(None) };
    let first = roles.first();
    let mut beside = frontier.clone();
    beside.extend(nines.iter().filter_map(|(.., best)| *best).chain(runner_up).chain(roles.ties.clone()));
    let neighbours: Vec<usize> =
        [roles.best, roles.closest, runner_up, roles.cheaper].into_iter().flatten().chain(roles.ties.clone()).collect();
    let mut planned = concluded(&bench, allowed, &found, (roles, runner_up), checked);
    let nine = |(target_share, verdict, best): (f64, Verdict, Option<usize>)| Nine {
        target_share,
        verdict,
        best: best.map(|best| told_of(&bench, best)),
    };
    planned.nines = nines.into_iter().map(nine).collect();
    planned.frontier = frontier.into_iter().map(|candidate| told_of(&bench, candidate)).collect();
    let shown = Shown { found: &found, runner_up, first, neighbours, beside };
    if look_closer(&mut planned, &bench, shown)?.is_err() {
        return Ok(None);
    }
    planned.tested = (0..question.candidates.len()).filter(|&candidate| bench.look(candidate) > 0).count() as u64;
    planned.work = bench.work;
    planned.methods = bench.methods();
    planned.notes.extend(methods_in_words(&planned.methods));
    Ok(Some(planned))
}

/// Whom an answer shows.
struct Shown<'a> {
    found: &'a Found,
    runner_up: Option<usize>,
    /// The best, or the closest.
    first: Option<usize>,
    /// All that stand beside it, itself among them.
    neighbours: Vec<usize>,
    /// Who may do more than the best.
    beside: Vec<usize>,
}

/// What is asked of single candidates once the answer stands: what is assumed, batches of jobs, and what downtime comes from.
fn look_closer(planned: &mut Planned, bench: &Bench<'_>, of: Shown<'_>) -> Result<Result<(), Stopped>, RunError> {
    if bench.question.assumptions && matches!(planned.verdict, Verdict::Found | Verdict::NoneMeets) {
        bench.begins("looking at what is assumed");
        for candidate in of.first.into_iter().chain(of.runner_up) {
            let alone = Alone::new(bench, candidate);
            let Ok(assumed) = assumed::look(&alone, bench.trials(candidate))? else { return Ok(Err(Stopped)) };
            planned.assumed.extend(assumed);
        }
    }
    if of.neighbours.iter().any(|&of| bench.question.candidates[of].design.jobs.is_some()) {
        bench.begins("counting batches of jobs");
        let Ok(batches) = batches(bench, of.neighbours.iter().copied().take(BATCHES))? else { return Ok(Err(Stopped)) };
        let best = of.first.filter(|_| planned.verdict == Verdict::Found);
        planned.batches_asked = best.and_then(|best| BatchesAsked::of(bench.question, &batches, best));
        planned.batches = batches;
    }
    if let Some(first) = of.first {
        bench.begins("asking what the downtime comes from");
        let seen = bench.estimate(first);
        let name = &bench.question.candidates[first].design.name;
        let look = planned.assumed.iter().find(|of| of.design == *name);
        let Ok(said) = Alone::new(bench, first).why((&seen, bench.trials(first)), bench.work, look)? else {
            return Ok(Err(Stopped));
        };
        if let Some(said) = said {
            if planned.verdict == Verdict::Found {
                planned.windows = said.windows;
                planned.gate = judged(bench.question, name, said.gate, planned.batches_asked);
            }
            planned.why = Some(said.why);
        }
    }
    if let Some(best) = of.found.best.filter(|_| planned.verdict == Verdict::Found) {
        let allowed = bench.question.study.target.allowed_share();
        let Ok(kept) = kept(planned, bench, (allowed, best), &of.beside)? else { return Ok(Err(Stopped)) };
        planned.gate_kept = kept;
    }
    Ok(Ok(()))
}

/// A runner-up, and the best for another target.
type Beside = (Option<usize>, Vec<(f64, Verdict, Option<usize>)>);

/// What is told beside the answer, each for at most as much work as the answer took, of a nine less and a nine more the best. Where
/// nobody else may be tested any more, the runner-up is all the same. It asks no pilots of its own unless the answer hangs on them.
fn told_beside(
    bench: &mut Bench<'_>,
    allowed: f64,
    found: &Found,
    lattice: &Lattice,
    may_test: bool,
) -> Result<Result<Beside, Stopped>, RunError> {
    let hangs_on_pilots = found.best.is_some_and(|best| bench.is_forced(best));
    let work = bench.work.max(EXTRA_WORK);
    let until = |bench: &Bench<'_>| if may_test { bench.work + work } else { 0 };
    (bench.learns, bench.work_max) = (hangs_on_pilots, bench.work + work);
    bench.begins("testing the runner-up");
    let Ok(runner_up) = runner_up(bench, allowed, found)? else { return Ok(Err(Stopped)) };
    let mut nines = Vec::new();
    bench.learns = true;
    for factor in [10.0, 0.1] {
        let share = allowed * factor;
        if share >= 0.5 {
            continue;
        }
        bench.work_max = until(bench);
        bench.begins(if factor > 1.0 { "searching with a nine less" } else { "searching with a nine more" });
        let Ok(found) = bench.search(share, lattice)? else { return Ok(Err(Stopped)) };
        nines.push((1.0 - share, verdict(bench.question, &found), found.best.filter(|_| found.decided)));
    }
    (bench.learns, bench.work_max) = (hangs_on_pilots, until(bench));
    bench.begins("testing along the frontier");
    Ok(frontier::test(bench, found.best)?.map(|()| (runner_up, nines)))
}
