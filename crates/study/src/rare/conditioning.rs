//! Conditioning: of each trial only the storm is drawn, and the machine layer is solved exactly given what it makes dark.
//!
//! For every interval of constant storm the exact probability that too few machines serve (`exactly::given`) is added, times its
//! length: the mean over storms is the expected missed time (Rao–Blackwell: a conditional expectation has the same mean and
//! never more variance). Designs live through the same storms, so differences are paired. Storms are those of the plain
//! trials of the same numbers.
//!
//! In: a [`Study`] whose designs all have a machine layer that nothing couples with the storm. Out: an
//! [`Outcome`](crate::outcome::Outcome) whose unavailability, verdict on the mean and differences are conditional; what has no
//! conditional mean here (windows, outages, causes, capacity) is that of a hundredth as many plain trials.
//!
//! What can go wrong: storms that nearly surely miss may be rarer than the sample shows, while the others are seen in every
//! trial and look precise. So the two are estimated apart, each at half of the error that is allowed: below 20 trials with a
//! storm that *surely* misses (from an even chance on) only an upper bound is given. Among the others, storms that *may well*
//! miss (from a chance of one in fifty on) may be rarer than the sample shows, too: below 20 trials with one, the interval is
//! made as much wider as the most of them that the sample allows would add ([`unseen`]).

use crate::blocks::{Workers, trials_of};
use crate::conclude::{Labels, cap_ms, compare, conclude, difference_level, estimate, mean_verdict, part_of};
use crate::exactly::exactly;
use crate::exactly::given::{Machines, NO_STORM, strikes_racks};
use crate::outcome::*;
use crate::run::{Finished, Progress, RunError, Silent, Threads, run};
use crate::study::Study;
use crate::warnings::of_the_study;
use std::sync::atomic::{AtomicBool, Ordering};
use zonefall_engine::{BudgetExceeded, Key, SimTime};
use zonefall_faults::Method;
use zonefall_faults::{Storm, StormModes};
use zonefall_stats::estimate::HITS_FOR_INTERVAL;
use zonefall_stats::intervals::clopper_pearson_upper;
use zonefall_stats::{Bounds, Confidence, DifferenceEstimate, Interval, MeanEstimate, Sample, Weight, WeightedMoments};

/// Storms in a block.
const BLOCK: u64 = 256;
/// Plain trials: one for so many storms, and at least so many.
const PLAIN: (u64, u64) = (100, 100);
/// From this chance on a storm is said to miss surely.
const SURE: f64 = 0.5;
/// From this chance on a storm may well miss.
const MAY_WELL: f64 = 0.02;

/// The machine layers of a study's designs.
#[derive(Debug, Clone)]
pub struct Layered(Vec<Machines>);

impl Layered {
    /// The machine layers.
    ///
    /// # Errors
    /// In words, if a design has none.
    pub fn new(study: &Study) -> Result<Self, String> {
        let layer = |design: &std::sync::Arc<zonefall_fleet::Design>| {
            let words = |words: String| {
                if words == NO_STORM { format!("{words} (`verify` has the exact answer)") } else { words }
            };
            Machines::new(study, design).map_err(|obstacles| {
                format!("{}: {}", design.name, obstacles.0.into_iter().map(words).collect::<Vec<_>>().join("; "))
            })
        };
        study.designs.iter().map(layer).collect::<Result<_, _>>().map(Self)
    }
}

/// What is known of one design.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// Missed time of storms that surely miss, of the others, and of all.
    sure: WeightedMoments,
    others: WeightedMoments,
    /// Of those others that may well miss.
    may_well: WeightedMoments,
    all: WeightedMoments,
    against_reference: WeightedMoments,
}

impl Known {
    const fn parts_mut(&mut self) -> [&mut WeightedMoments; 5] {
        [&mut self.sure, &mut self.others, &mut self.may_well, &mut self.all, &mut self.against_reference]
    }
}

/// What a conditioned run leaves.
#[derive(Debug)]
pub struct Conditioned {
    designs: Vec<Known>,
    /// Storms lived through.
    pub storms: u64,
    /// Events: changes of storms, and those of the plain trials.
    pub events: u64,
    plain: Finished,
}

/// Draws storms and walks along them.
struct Walker {
    modes: StormModes,
    storm: Storm,
    layers: Vec<Machines>,
    /// Causes that make racks dark, by design.
    heeded: Vec<Vec<bool>>,
    /// Outages that hold each rack, by design.
    depth: Vec<Vec<u16>>,
    /// Since when, by design, a miss has had which chance.
    chances: Vec<(SimTime, f64)>,
    key: Vec<u32>,
}

impl Walker {
    fn new(study: &Study, layered: &Layered) -> Self {
        let horizon = study.measure.horizon.since(SimTime::ZERO);
        let modes = StormModes::new(&study.profile, &study.topology, horizon);
        let causes = modes.causes().len() as u16;
        let heeds = |design: &std::sync::Arc<zonefall_fleet::Design>| {
            (0..causes).map(|cause| strikes_racks(modes.mode_of(cause), design)).collect()
        };
        let heeded = study.designs.iter().map(heeds).collect();
        let depth = vec![vec![0; study.topology.rack_count() as usize]; study.designs.len()];
        Self {
            modes,
            storm: Storm::default(),
            layers: layered.0.clone(),
            heeded,
            depth,
            chances: Vec::new(),
            key: Vec::new(),
        }
    }

    /// Lives through one storm: tells (design, chance of a miss, so many milliseconds). Returns its changes.
    fn walk(
        &mut self,
        study: &Study,
        trial: Key,
        mut tell: impl FnMut(usize, f64, i64),
    ) -> Result<u64, BudgetExceeded> {
        let (from, horizon) = (study.measure.from, study.measure.horizon);
        if !self.modes.draw(trial, horizon, &mut self.storm) {
            return Err(BudgetExceeded { limit: study.measure.event_budget });
        }
        let Self { storm, layers, heeded, depth, chances, key, .. } = self;
        depth.iter_mut().for_each(|depth| depth.fill(0));
        chances.clear();
        for (layer, depth) in layers.iter_mut().zip(&*depth) {
            chances.push((SimTime::ZERO, layer.misses(|rack| depth[rack as usize] > 0, key)));
        }
        let mut at = 0;
        // Outages end when they end; what is measured ends at the horizon.
        while let Some(&(t, _)) = storm.edges.get(at).filter(|edge| edge.0 < horizon) {
            let begin = at;
            at += storm.edges[at..].iter().take_while(|edge| edge.0 == t).count();
            for design in 0..layers.len() {
                let mut changed = false;
                for &(_, code) in &storm.edges[begin..at] {
                    let outage = &storm.outages[code as usize / 2];
                    if !heeded[design][storm.events[outage.event.0 as usize].cause as usize] {
                        continue;
                    }
                    for rack in outage.first_rack..outage.first_rack + outage.racks {
                        let depth = &mut depth[design][rack as usize];
                        *depth = if code & 1 == 1 { depth.saturating_sub(1) } else { *depth + 1 };
                        changed |= layers[design].uses(rack);
                    }
                }
                if changed {
                    let (since, chance) = chances[design];
                    tell(design, chance, length(since, t, from));
                    let depth = &depth[design];
                    chances[design] = (t, layers[design].misses(|rack| depth[rack as usize] > 0, key));
                }
            }
        }
        for (design, (since, chance)) in chances.drain(..).enumerate() {
            tell(design, chance, length(since, horizon, from));
        }
        Ok(storm.edges.len() as u64 + 1)
    }
}

/// The measured milliseconds of an interval.
fn length(since: SimTime, until: SimTime, from: SimTime) -> i64 {
    until.since(since.max(from).min(until)).as_ms() as i64
}

/// Runs a study by conditioning.
///
/// # Errors
/// If a trial passes its event budget or the threads cannot be started.
pub fn run_conditioned(
    study: &Study,
    layered: &Layered,
    threads: usize,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> Result<Conditioned, RunError> {
    let none = WeightedMoments::new(Weight::ONE);
    let nothing = || {
        vec![
            Known { sure: none, others: none, may_well: none, all: none, against_reference: none };
            study.designs.len()
        ]
    };
    let trials = 0..study.trials;
    let block = |walker: &mut Walker, at: u64| {
        let (mut known, mut events) = (nothing(), 0);
        let range = trials_of(at, BLOCK, &trials);
        for trial in range.clone() {
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let walked = walker
                .walk(study, study.trial_key(trial), |design, chance, length| add(&mut known, design, chance, length));
            events += walked.map_err(|source| RunError::Budget { trial, seed: study.seed, source })?;
            known.iter_mut().flat_map(Known::parts_mut).for_each(WeightedMoments::close);
        }
        progress.computed(range.end - range.start);
        Ok(Some((known, range.end - range.start, events)))
    };
    // First, so that whoever interrupts the storms has them.
    let plain = run(&with_plain_trials(study), threads, stop, &Silent)?;
    let pool = Threads::new(threads)?;
    let (mut designs, mut storms, mut storm_events) = (nothing(), 0, 0);
    let workers = Workers::new(&pool, || Walker::new(study, layered));
    workers.in_order(trials.end.div_ceil(BLOCK), block, |(known, count, events)| {
        for (mine, theirs) in designs.iter_mut().zip(known) {
            let theirs = [theirs.sure, theirs.others, theirs.may_well, theirs.all, theirs.against_reference];
            mine.parts_mut().into_iter().zip(&theirs).for_each(|(mine, theirs)| mine.merge(theirs));
        }
        (storms, storm_events) = (storms + count, storm_events + events);
    })?;
    let plain_events: u64 = plain.tally.designs.iter().map(|design| design.events).sum();
    Ok(Conditioned { designs, storms, events: storm_events + plain_events, plain })
}

fn add(known: &mut [Known], design: usize, chance: f64, length: i64) {
    let weight = Weight::new(chance);
    let of = &mut known[design];
    if chance >= SURE { &mut of.sure } else { &mut of.others }.add(weight, length);
    if (MAY_WELL..SURE).contains(&chance) {
        of.may_well.add(weight, length);
    }
    of.all.add(weight, length);
    of.against_reference.add(weight, length);
    if design == 0 {
        known.iter_mut().for_each(|of| of.against_reference.add(weight, -length));
    }
}

/// Storms of the pilot, and its lineage.
const PILOT: (u64, u64) = (1000, 1);
/// So many storms that surely miss have to be expected.
const SURE_EXPECTED: f64 = 40.0;

/// The least gain over plain trials that a pilot expects of storms alone; `plain` is relative variance × events of a plain
/// trial, and those events, by design. None if too few storms would surely miss.
///
/// # Errors
/// If a storm holds more than can be told apart, or the pilot is interrupted.
pub(super) fn expected_gain(
    study: &Study,
    layered: &Layered,
    plain: impl Iterator<Item = (f64, f64)>,
    stop: &AtomicBool,
) -> Result<Option<f64>, RunError> {
    let mut walker = Walker::new(study, layered);
    let mut seen = vec![(0.0, 0.0, 0.0); study.designs.len()];
    let mut events = 0;
    for trial in 0..PILOT.0 {
        if stop.load(Ordering::Relaxed) {
            return Err(RunError::Interrupted);
        }
        let key = zonefall_faults::TrialId { seed: study.seed, trial, lineage: PILOT.1 }.key();
        let mut of_trial = vec![(0.0, false); study.designs.len()];
        let walked = walker.walk(study, key, |design, chance, length| {
            of_trial[design].0 += chance * length as f64;
            of_trial[design].1 |= chance >= SURE && length > 0;
        });
        events += walked.map_err(|source| RunError::Budget { trial, seed: study.seed, source })?;
        for ((sum, squares, sure), (missed, surely)) in seen.iter_mut().zip(of_trial) {
            (*sum, *squares) = (*sum + missed, *squares + missed * missed);
            *sure += f64::from(surely);
        }
    }
    let storms = PILOT.0 as f64;
    let gain = |(&(sum, squares, sure), (cost, plain_events)): (&(f64, f64, f64), (f64, f64))| {
        let relative = storms * squares / (sum * sum) - 1.0;
        let events = events as f64 / storms + plain_events / PLAIN.0 as f64;
        let enough = sure / storms * study.trials as f64 >= SURE_EXPECTED && relative > 0.0 && cost > 0.0;
        enough.then(|| cost / (relative * events))
    };
    let gains: Option<Vec<f64>> = seen.iter().zip(plain).map(gain).collect();
    Ok(gains.map(|gains| gains.into_iter().fold(f64::INFINITY, f64::min)))
}

/// The plain trials that tell what has no conditional mean.
pub(crate) fn with_plain_trials(study: &Study) -> Study {
    let trials = (study.trials / PLAIN.0).max(PLAIN.1).min(study.trials);
    Study { trials, ..study.clone() }
}

/// Says that rates which are distributions are not drawn: nothing is charged to single modes in storms or cycles.
pub(super) fn without_draws(study: &Study) -> Option<String> {
    let drawn = study.profile.modes.iter().any(|mode| mode.evidence.spread.is_some());
    drawn.then(|| "rates that are distributions are looked at at their ends only: what is not known is not told apart from luck here".into())
}

/// Draws the conclusions of a conditioned run.
pub fn conclude_conditioned(study: &Study, of: &Conditioned, labels: &Labels, asked: Method, why: &str) -> Outcome {
    let cap = cap_ms(study);
    let mut outcome = conclude(&with_plain_trials(study), &of.plain, labels);
    (outcome.trials, outcome.trials_asked) = (of.storms, study.trials);
    outcome.partial = of.storms < study.trials;
    outcome.warnings = of_the_study(study);
    for (design, known) in outcome.designs.iter_mut().zip(&of.designs) {
        design.unavailability = estimate(&missed(study, known), 1.0 / cap.max(1.0));
        let bounds = design.unavailability;
        for cause in &mut design.causes {
            cause.downtime_min_per_month = part_of(cause.downtime_min_per_month, bounds);
        }
        let interval = Interval { low: bounds.low.unwrap_or(f64::NEG_INFINITY), high: bounds.high };
        design.verdict_mean = mean_verdict(study, interval);
        if bounds.quality == Quality::UpperBound {
            let words = format!(
                "{} storms of {} surely missed its objective (an interval needs {HITS_FOR_INTERVAL}); only an upper bound is given",
                known.sure.hits(),
                of.storms
            );
            outcome.warnings.push(Warning::of(&design.design, words));
        }
    }
    let others = of.designs.iter().skip(1).map(|of| of.against_reference);
    let differences = others.map(|moments| DifferenceEstimate::new(&moments, cap, difference_level(study))).collect();
    outcome.differences = compare(&outcome.designs, differences, cap, false);
    let rest = format!(
        "all but unavailability and differences (windows, outages, causes, capacity, sessions, credits, bills) is that of {} plain trials; these two are conditional",
        of.plain.trials
    );
    outcome.warnings.push(rest.into());
    outcome.warnings.extend(without_draws(study).map(Warning::from));
    outcome.method = Some(method(study, of, asked, why));
    outcome
}

/// What storms that may well miss can add to the mean beyond what was seen of them, where fewer than 20 trials had one: their
/// number is at most the exact binomial bound on it, and each misses at most as much as those seen did on average, or as half
/// of what one that surely misses does, whichever is more.
fn unseen(known: &Known, confidence: Confidence) -> f64 {
    let (sure, may_well) = (&known.sure, &known.may_well);
    if may_well.hits() >= HITS_FOR_INTERVAL {
        return 0.0;
    }
    let of_one = |of: &WeightedMoments| if of.hits() > 0 { of.sum() / of.hits() as f64 } else { 0.0 };
    let most = of_one(may_well).max(SURE * of_one(sure));
    (clopper_pearson_upper(may_well.hits(), may_well.n(), confidence) * most - may_well.mean()).max(0.0)
}

fn missed(study: &Study, known: &Known) -> MeanEstimate {
    let seen = seen(study, known);
    let unseen = unseen(known, study.confidence.split(2));
    let cap = cap_ms(study);
    seen.with_room(unseen, cap).within(cap)
}

/// Both parts, each at half of the error. Where the others are seldom seen they hide nothing: then all together.
fn seen(study: &Study, known: &Known) -> MeanEstimate {
    if known.sure.carries_an_interval() && !known.others.carries_an_interval() {
        let all = MeanEstimate::new(&known.all, cap_ms(study), study.confidence);
        return MeanEstimate { hits: known.sure.hits(), ..all };
    }
    let (cap, half) = (cap_ms(study), study.confidence.split(2));
    let (sure, others) = (MeanEstimate::new(&known.sure, cap, half), MeanEstimate::new(&known.others, cap, half));
    let bounds = match (sure.bounds, others.bounds) {
        (Bounds::Interval(sure), Bounds::Interval(others)) => {
            Bounds::Interval(Interval::new(sure.low + others.low, (sure.high + others.high).min(cap)))
        }
        (Bounds::UpperBound { high, why }, others) | (others, Bounds::UpperBound { high, why }) => {
            Bounds::UpperBound { high: (high + others.high()).min(cap), why }
        }
    };
    MeanEstimate { mean: known.all.mean(), trials: known.all.n(), hits: known.sure.hits(), bounds }
}

fn method(study: &Study, of: &Conditioned, asked: Method, why: &str) -> MethodOutcome {
    let storms = of.storms.max(1) as f64;
    let gained =
        |((design, known), plain): ((&std::sync::Arc<zonefall_fleet::Design>, &Known), &crate::tally::DesignTally)| {
            let share = of.events as f64 / study.designs.len().max(1) as f64;
            let deviation = plain.missed.standard_deviation();
            let of_plain = deviation * deviation * plain.events as f64 / of.plain.trials.max(1) as f64;
            let of_storms = known.all.variance() / storms * share;
            let enough = plain.missed.carries_an_interval() && of_storms > 0.0;
            MethodDesign {
                design: design.name.clone(),
                effective_hits: known.sure.effective_hits(),
                gain: enough.then(|| of_plain / of_storms),
                exact: exactly(study, design).ok().map(|exact| exact.unavailability),
                unforeseen_hits: 0,
                unforeseen_at_most: 0.0,
            }
        };
    MethodOutcome {
        asked: asked.word().into(),
        used: Method::Conditioning.word().into(),
        why: why.into(),
        pilot_trials: 0,
        pilot_events: 0,
        mean_weight: 1.0,
        greatest_weight: 1.0,
        patterns: Vec::new(),
        levels: Vec::new(),
        failure_share: None,
        untold: Vec::new(),
        designs: study.designs.iter().zip(&of.designs).zip(&of.plain.tally.designs).map(gained).collect(),
    }
}

impl Conditioned {
    /// The variance of a storm's missed milliseconds in a design.
    pub fn storm_variance(&self, design: usize) -> f64 {
        self.designs[design].all.variance()
    }
}
