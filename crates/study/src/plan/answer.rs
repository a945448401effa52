//! From a finished search to what a reader needs: the design, what comes next, what more or less would cost.

use super::alone::{Alone, Why};
use super::assumed::{self, Assumed};
use super::batches::{Batches, BatchesAsked, batches};
use super::bench::{Bench, Stopped};
use super::frontier::{self, frontier};
use super::lattice::Lattice;
use super::roles::{Roles, runner_up, thumb};
use super::search::Found;
use super::windowed::Windowed;
use super::{CHEAPER, Methods, Priced, Question, SCHEMA, Stand, Told, checks, edges, enough, price, regions, unproven};
use crate::conclude::need_in_words;
use crate::run::RunError;
use crate::visit::Visit;
use serde::Serialize;
use zonefall_fleet::Need;
use zonefall_stats::Bounds;

/// Trials times designs for another nine: as many as the question took, at least these.
const EXTRA_WORK: u64 = 200_000;

/// Designs whose batches of jobs are counted.
const BATCHES: usize = 8;

/// What the search came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// There is a cheapest design that meets the target, and what is cheaper misses it.
    Found,
    /// No candidate meets it.
    NoneMeets,
    /// Every candidate costs more than is allowed, by its simulated cost: none was tested.
    TooDear,
    /// The trials do not suffice.
    NotResolved,
}

/// A candidate with what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Offer {
    /// Its name.
    pub design: String,
    /// The scenario's design that it was made from; empty where there is one only.
    pub shape: String,
    /// The value of each key.
    pub values: Vec<String>,
    /// Its machines.
    pub machines: u64,
    /// Its cost a month.
    pub cost: f64,
    /// Share of time missed.
    pub unavailability: f64,
    /// The lower end, for all candidates together; none with too few hits.
    pub low: Option<f64>,
    /// The upper end.
    pub high: f64,
    /// Whether half of its trials were forced into outages, and all weighed.
    pub forced: bool,
    /// Trials that it lived through.
    pub trials: u64,
    /// Those with missed time; pairs of trials, where they were forced.
    pub hits: u64,
}

impl Offer {
    /// Whether too few of its trials missed for more than an upper end.
    pub fn is_bound(&self) -> bool {
        self.low.is_none()
    }

    /// The share of time missed that is shown: the estimate, or where only a bound is known that.
    pub fn shown(&self) -> f64 {
        if self.is_bound() { self.high } else { self.unavailability }
    }
}

/// What another nine costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Nine {
    /// The target as a share.
    pub target_share: f64,
    /// What came of it.
    pub verdict: Verdict,
    /// The cheapest design that meets it.
    pub best: Option<Offer>,
}

/// A declaration that a key helps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// The key.
    pub key: String,
    /// Whether it was used.
    pub used: bool,
    /// Why, or why not.
    pub says: String,
}

/// OV-04: peak × Z/(Z − 1), rounded up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Thumb {
    /// Machines that the objective needs.
    pub peak: u64,
    /// Zones of the design.
    pub zones: u64,
    /// What the rule says.
    pub machines: u64,
    /// What the search says; none where the answer spans no zones, and no design that does was simulated to meet the target.
    pub simulated: Option<u64>,
    /// The design that this is of, where the answer spans no zones: the cheapest that does and was seen to meet the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Planned {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The study's name.
    pub study: String,
    /// The seed.
    pub seed: u64,
    /// The target as a share.
    pub target_share: f64,
    /// What must hold for a candidate to be up, in words; empty where candidates differ in more than numbers.
    pub need: String,
    /// The confidence of the whole.
    pub confidence: f64,
    /// What a cost is counted in.
    pub unit: String,
    /// The keys that were chosen from.
    pub keys: Vec<String>,
    /// Candidates, with those that turned out too dear.
    pub candidates: u64,
    /// Those that lived through trials.
    pub tested: u64,
    /// Trials times designs, all together, but for batches of jobs that are counted beside the answer.
    pub work: u64,
    /// How trials were drawn.
    pub methods: Methods,
    /// Costs that were simulated; none if all are known beforehand.
    pub priced: Option<Priced>,
    /// What came of it.
    pub verdict: Verdict,
    /// So many trials of a candidate would about do, if they go on as they did; none where those that were lived through suffice, or
    /// nothing tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trials_would_do: Option<u64>,
    /// The cheapest design that meets the target.
    pub best: Option<Offer>,
    /// Whether it is proven to meet the target itself, not just within the band.
    pub meets_target_itself: bool,
    /// Whether it meets it in enough windows too, which no search asks; none where no design meets it, or no window is whole.
    pub windows: Option<Windowed>,
    /// The runner-up: the next cheapest that meets, or may.
    pub runner_up: Option<Offer>,
    /// What is cheaper by more than the tolerance and misses least, ties aside.
    pub cheaper: Option<Offer>,
    /// Designs inside the band: as cheap within the tolerance and not proven to miss, or cheaper and not proven to miss
    /// the target by more than the band.
    pub ties: Vec<Offer>,
    /// Cheaper candidates that the trials could not decide.
    pub open: Vec<Offer>,
    /// Where no design meets the target and none is promising, the cheapest whose upper end lies within a tenth of the least.
    pub closest: Option<Offer>,
    /// What the downtime of the best comes from, or where no design meets the target, that of the closest.
    pub why: Option<Why>,
    /// Cost against availability: designs that miss at least a tenth less than every cheaper one and are told apart from the one
    /// before, among those that lived through trials.
    pub frontier: Vec<Offer>,
    /// A nine less and a nine more.
    pub nines: Vec<Nine>,
    /// The best and the runner-up when what is assumed is otherwise.
    pub assumed: Vec<Assumed>,
    /// How many batches of jobs the best, the closest and their neighbours complete in time; empty without `[jobs]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub batches: Vec<Batches>,
    /// What the gate asks of those of the best; none where it asks nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batches_asked: Option<BatchesAsked>,
    /// The rule of thumb.
    pub rule_of_thumb: Option<Thumb>,
    /// Declarations that keys help.
    pub checked: Vec<Checked>,
    /// What a reader should know.
    pub notes: Vec<String>,
}

impl Planned {
    /// The assumption that keeps the best design's verdict from standing, in words.
    pub fn depends_on(&self) -> Option<&str> {
        let best = self.best.as_ref()?;
        self.assumed.iter().find(|of| of.design == best.design)?.depends_on.as_deref()
    }

    /// The share by which nothing is cheaper that meets: [`CHEAPER`], and what is uncertain of simulated costs.
    pub fn tolerance(&self) -> f64 {
        self.priced.as_ref().map_or(CHEAPER, Priced::tolerance)
    }
}

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
    let Ok(frontier) = frontier(&mut bench)? else { return Ok(None) };
    let roles = Roles::new(&bench, allowed, &found, runner_up);
    let first = roles.first();
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
    let shown = Shown { found: &found, runner_up, first, neighbours };
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
}

/// What is asked of single candidates once the answer stands: what is assumed, batches of jobs, and what downtime comes from.
fn look_closer(planned: &mut Planned, bench: &Bench<'_>, of: Shown<'_>) -> Result<Result<(), Stopped>, RunError> {
    if bench.question.assumptions && planned.verdict == Verdict::Found {
        bench.begins("looking at what is assumed");
        for candidate in of.found.best.into_iter().chain(of.runner_up) {
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
        let Ok(why) = Alone::new(bench, first).why((&seen, bench.trials(first)), bench.work)? else {
            return Ok(Err(Stopped));
        };
        if let Some((why, windowed)) = why {
            planned.windows = windowed.filter(|_| planned.verdict == Verdict::Found);
            planned.why = Some(why);
        }
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

/// What a reader should know of how trials were drawn.
fn methods_in_words(of: &Methods) -> Vec<String> {
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
fn verdict(question: &Question, found: &Found) -> Verdict {
    match (found.decided, found.best) {
        (true, Some(_)) if crate::conclude::heavy_tails(&question.study).next().is_some() => Verdict::NotResolved,
        (true, Some(_)) => Verdict::Found,
        (true, None) => Verdict::NoneMeets,
        (false, _) => Verdict::NotResolved,
    }
}

fn told_of(bench: &Bench<'_>, candidate: usize) -> Offer {
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
        cost: of.cost,
        unavailability: if bench.look(candidate) == 0 { 1.0 } else { estimate.mean },
        low,
        high: estimate.bounds.high(),
        forced: bench.is_forced(candidate),
        trials: bench.trials(candidate),
        hits: estimate.hits,
    }
}

fn concluded(
    bench: &Bench<'_>,
    allowed: f64,
    found: &Found,
    (roles, runner_up): (Roles, Option<usize>),
    checked: Vec<Checked>,
) -> Planned {
    let question = bench.question;
    let (study, best) = (&question.study, found.best);
    let told = |candidate: usize| told_of(bench, candidate);
    let mut notes = Vec::new();
    let heavy = crate::conclude::heavy_tails(study).next();
    if let Some(mode) = heavy {
        notes.push(format!(
            "Outages of {mode} have no usable variance: no number of trials proves that a design meets."
        ));
    }
    let shown = roles.first();
    notes.extend(unproven::words(bench, allowed, found, &roles));
    let met = verdict(question, found) == Verdict::Found;
    let regions = shown.filter(|_| !met).and_then(|shown| regions::words(bench, shown, allowed));
    if regions.is_none() {
        notes.extend(shown.into_iter().flat_map(|shown| edges::words(question, shown, best.is_some())));
    }
    notes.extend(regions);
    let ceilings = shown.into_iter().flat_map(|shown| crate::ceiling::words(&question.candidates[shown].design));
    notes.extend(ceilings.map(String::from));
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
        trials_would_do: enough::for_all(bench, allowed, found).filter(|_| heavy.is_none()),
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
        rule_of_thumb: best.and_then(|best| thumb(bench, allowed, best)),
        checked,
        notes,
    }
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
