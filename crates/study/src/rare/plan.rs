//! Which patterns trials are forced into, and how often: learned from a pilot whose trials are thrown away.
//!
//! 1. *Discovery.* Patterns are tried in the order of their exact expected durations, [`TRIES`] trials each. What a pattern
//!    adds to the downtime is at most its expected duration, so the search ends when that is a thousandth of what has been
//!    found. A pattern that nearly always misses the objective for most of its duration is not made larger.
//!    Patterns that rates and places alone are known to miss by ([`crate::misses`]) need no trial to be found.
//! 2. *Allocation.* Trials over all patterns alike; then the shares that minimise the second moment of the
//!    weighted downtime, summed over designs (a convex problem; multiplicative steps). Half of the trials stay plain, and a
//!    twentieth of the other half is shared by all patterns, so that no weight passes 2 and none of a pattern is unbounded;
//!    three twentieths go to those that are known, by what they bring, so that one that misses for few of its choices of
//!    units only is not starved by a pilot that has not seen it miss.
//!
//! Trials come in pairs, a plain one and a forced one, so that half of them are plain to the very trial.
//!
//! The pilot has luck of its own (lineage 1), depends on nothing but the study, and is the same for any number of threads.

use super::ends::{Expected, of_a_trial};
use super::kernel::{Kernel, ORDER_MAX, Pattern, Scratch};
use super::run::forced_stage;
use crate::blocks::{Workers, trials_of};
use crate::misses::{Kind, Kinds, is_placed};
use crate::run::{RunError, Threads};
use crate::stage::Stage;
use crate::study::Study;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{self, AtomicBool};
use zonefall_engine::Key;
use zonefall_faults::{Forced, Point, TrialId};
use zonefall_fleet::Design;
use zonefall_stats::Weight;

/// Trials in a block.
const BLOCK: u64 = 8;
/// Trials of a pattern in the discovery.
const TRIES: u64 = 64;
/// The most patterns that are tried, and the most that are known.
const PATTERNS_MAX: u64 = 64;
/// Trials of the allocation: so many, and so many for each pattern.
const LEARNING: (u64, u64) = (256, 256);
/// Trials of the allocation for each pattern, and once more, where the pilot may not have more.
const LEARNING_LEAST: u64 = 64;
/// The share of trials in which nothing is forced.
pub(crate) const PLAIN: f64 = 0.5;
/// The share of forced trials that all patterns have alike, whatever else they have.
const ALIKE: f64 = 0.05;
/// That which those have that are known to miss, if any.
const KNOWN: f64 = 0.15;
/// What may be left out, as a share of what is found.
const LEFT_OUT: f64 = 1e-3;
/// From this share of trials on that miss for so much of a pattern's duration, it is not made larger: then what more adds is
/// small beside that. A long outage that meets many short ones misses as often, but hardly ever.
const SATURATED: (f64, f64) = (0.9, 0.5);
/// So many strikes on parts are taken to take enough.
const OF_PARTS: f64 = 0.1;
/// The lineage of pilots.
const LINEAGE: u64 = 1;

/// How the trials of a study are drawn and weighed.
#[derive(Debug, Clone)]
pub struct Plan {
    kernel: Kernel,
    patterns: Vec<Pattern>,
    /// Share of all trials, by pattern; with [`PLAIN`] they sum to one.
    shares: Vec<f64>,
    /// Λ by pattern.
    expected_ms: Vec<f64>,
    /// The smallest patterns that were not tried.
    untried: Vec<Pattern>,
    /// What is known to miss each design; none under other rates than it was learned from, where few ask for it.
    kinds: Option<Vec<Kinds>>,
    /// Events of the pilot.
    pub pilot_events: u64,
    /// Trials of the pilot.
    pub pilot_trials: u64,
    /// What the pilot expects of each design.
    pub(crate) forecasts: Vec<Forecast>,
}

/// What the pilot expects.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Forecast {
    /// The probability that a plain trial misses the objective.
    pub hit: f64,
    /// Variance × cost of plain trials over that of weighted ones.
    pub gain: f64,
    /// Relative variance × cost of a plain trial, and that cost, in events.
    pub cost: (f64, f64),
    /// Of a weighted trial.
    pub expected: Expected,
}

/// Room for weighing a trial.
#[derive(Debug, Clone, Default)]
pub struct Scales {
    scratch: Scratch,
    durations: Vec<f64>,
}

impl Plan {
    /// Learns a plan; none if no pattern was found that misses the objective of any design.
    ///
    /// # Errors
    /// If a trial passes its event budget, threads cannot be started, or the pilot is interrupted.
    pub fn learn(study: &Study, threads: usize, stop: &AtomicBool) -> Result<Option<Self>, RunError> {
        Self::learn_on(study, (threads, u64::MAX), stop, forced_stage)
    }

    /// The same from at most so many trials; none either if these would show nothing. The patterns that come first in the order
    /// of their durations are tried, and what is left of the trials teaches their shares.
    ///
    /// # Errors
    /// As before.
    pub(super) fn learn_within(
        study: &Study,
        threads: usize,
        stop: &AtomicBool,
        allowed: u64,
    ) -> Result<Option<Self>, RunError> {
        Self::learn_on(study, (threads, allowed), stop, forced_stage)
    }

    /// The same on stages of some kind, whose events are what a trial costs.
    ///
    /// # Errors
    /// As before.
    pub(crate) fn learn_on(
        study: &Study,
        (threads, allowed): (usize, u64),
        stop: &AtomicBool,
        stage: impl Fn(&Study) -> Stage + Sync,
    ) -> Result<Option<Self>, RunError> {
        let threads = Threads::new(threads)?;
        let kernel = kernel(study);
        let workers = Workers::new(&threads, || stage(study));
        let mut pilot = Pilot { study, kernel: &kernel, workers, stop, trials: 0, events: 0 };
        // Half of what a small pilot may learn of is for those that it finds itself.
        let kinds = kinds(study);
        let known = known(&kinds, &kernel, (allowed / LEARNING_LEAST / 2).min(PATTERNS_MAX) as usize);
        let learning = LEARNING_LEAST * (1 + known.len() as u64);
        let most = (allowed.saturating_sub(learning) / (TRIES + LEARNING_LEAST)).min(PATTERNS_MAX);
        let (mut patterns, mut untried) = pilot.discover(most as usize)?;
        let left = allowed - TRIES * patterns.len() as u64;
        let passed_by = known.iter().map(|known| &known.0).filter(|known| !patterns.contains(known));
        let passed_by: Vec<Pattern> = passed_by.cloned().collect();
        patterns.extend(passed_by);
        if patterns.is_empty() {
            return Ok(None);
        }
        let learned = pilot.learn(&patterns, left)?;
        let (pilot_events, pilot_trials) = (pilot.events, pilot.trials);
        if learned.iter().all(|trial| trial.missed_ms.iter().all(|&missed| missed == 0)) {
            return Ok(None);
        }
        let best = best_shares(&learned, study.designs.len(), patterns.len());
        let inner = mixed_shares(&best, &patterns, &known);
        let forecasts = (0..study.designs.len()).map(|design| forecast(&learned, design, &inner)).collect();
        let shares = inner.iter().map(|share| (1.0 - PLAIN) * share).collect();
        untried.retain(|pattern| !patterns.contains(pattern));
        let expected_ms = patterns.iter().map(|pattern| kernel.expected_ms(pattern)).collect();
        Ok(Some(Self {
            kernel,
            patterns,
            shares,
            expected_ms,
            untried,
            kinds: Some(kinds),
            pilot_events,
            pilot_trials,
            forecasts,
        }))
    }

    /// The same patterns and shares under other rates; none if a pattern cannot come about there: then others matter.
    pub(super) fn under(&self, other: &Study) -> Option<Self> {
        let kernel = kernel(other);
        let same = |pattern| kernel.translated(pattern, &self.kernel);
        let patterns: Vec<Pattern> = self.patterns.iter().map(same).collect::<Option<_>>()?;
        let expected_ms: Vec<f64> = patterns.iter().map(|pattern| kernel.expected_ms(pattern)).collect();
        let all = expected_ms.iter().all(|&expected| expected > 0.0);
        let untried = self.untried.iter().filter_map(same).collect();
        all.then(|| Self {
            kernel,
            patterns,
            expected_ms,
            untried,
            kinds: None,
            pilot_events: 0,
            pilot_trials: 0,
            ..self.clone()
        })
    }

    /// The greatest weight that a trial can have.
    pub fn most_weight() -> Weight {
        Weight::new(1.0 / PLAIN)
    }

    /// The outages that a trial is forced into; none in the even ones.
    pub fn force(&self, number: u64, trial: Key, forced: &mut Vec<Forced>) {
        forced.clear();
        if number.is_multiple_of(2) {
            return;
        }
        let mut left = trial.named("forced pattern").unit(0) * (1.0 - PLAIN);
        let chosen = self.shares.iter().position(|share| {
            left -= share;
            left < 0.0
        });
        let pattern = &self.patterns[chosen.unwrap_or(self.patterns.len() - 1)];
        self.kernel.force(pattern, trial, forced);
    }

    /// The weight of a trial that holds these outages, and whether it holds any pattern.
    pub fn weigh(&self, points: &[Point], scales: &mut Scales) -> (Weight, bool) {
        let Scales { scratch, durations } = scales;
        self.kernel.durations(points, &self.patterns, scratch, durations);
        let parts = durations.iter().zip(&self.shares).zip(&self.expected_ms);
        let density = parts.fold(PLAIN, |sum, ((h, share), expected)| sum + share * h / expected);
        (Weight::new(1.0 / density), durations.iter().any(|&h| h > 0.0))
    }

    /// How often a trial is expected to show a kind of misses, at least: a plain one as often as it comes, a forced one wherever
    /// its instant is one of these.
    fn shows(&self, kind: &Kind) -> f64 {
        let of = self.kernel.pattern_of(&kind.struck);
        let patterns = self.patterns.iter().zip(&self.shares).zip(&self.expected_ms);
        let within = patterns.filter(|((pattern, _), _)| pattern.is_within(&of));
        let forced = within.map(|((_, share), expected)| share * (kind.ms_per_trial / expected).min(1.0));
        let shown = PLAIN * kind.per_trial + forced.sum::<f64>();
        if kind.is_partial { OF_PARTS * shown } else { shown }
    }

    /// What misses each design of its study, and how often a trial is expected to show it. Where machines may stand elsewhere than is
    /// known of them, whatever was not tried may miss them.
    pub(crate) fn kinds_as_drawn(&self, study: &Study) -> Vec<Kinds> {
        let untried_ms = self.untried.iter().map(|pattern| self.kernel.expected_ms(pattern)).sum();
        let of = |(design, kinds): (&Arc<Design>, Kinds)| {
            let kinds = kinds.drawn(|kind| self.shows(kind));
            if is_placed(design) { kinds } else { kinds.and(Kind::unknown(untried_ms)) }
        };
        let known = self.kinds.clone().unwrap_or_else(|| kinds(study));
        study.designs.iter().zip(known).map(of).collect()
    }

    /// The patterns with their shares of all trials, in words, largest first.
    pub fn in_words(&self) -> Vec<(String, f64)> {
        let named = self.patterns.iter().zip(&self.shares);
        let mut named: Vec<(String, f64)> =
            named.map(|(pattern, &share)| (self.kernel.words(pattern), share)).collect();
        named.sort_by(|a, b| b.1.total_cmp(&a.1));
        named
    }
}

/// What is known to miss each design of a study.
fn kinds(study: &Study) -> Vec<Kinds> {
    study.designs.iter().map(|design| Kinds::of(study, design)).collect()
}

/// What can be forced in a study.
fn kernel(study: &Study) -> Kernel {
    let span = (study.measure.from.as_ms() as f64, study.measure.horizon.as_ms() as f64);
    Kernel::new(Stage::new(study).force(&study.topology), span)
}

/// A trial of a pilot.
struct Tried {
    missed_ms: Vec<u64>,
    events: u64,
    /// h/Λ by pattern.
    ratios: Vec<f64>,
}

impl Tried {
    /// The density that trials were drawn by over the plain one, all patterns having had the same share.
    fn density(&self) -> f64 {
        let sum: f64 = self.ratios.iter().sum();
        PLAIN + (1.0 - PLAIN) * sum / self.ratios.len().max(1) as f64
    }
}

/// Plays pilots.
struct Pilot<'a, N> {
    study: &'a Study,
    kernel: &'a Kernel,
    workers: Workers<'a, Stage, N>,
    stop: &'a AtomicBool,
    trials: u64,
    events: u64,
}

impl<N: Fn() -> Stage + Sync> Pilot<'_, N> {
    /// Plays trials, each forced into the pattern that `which` names.
    fn play(
        &mut self,
        trials: Range<u64>,
        patterns: &[Pattern],
        which: impl Fn(u64, Key) -> Option<usize> + Sync,
    ) -> Result<Vec<Tried>, RunError> {
        let Self { study, kernel, workers, stop, .. } = &*self;
        let expected: Vec<f64> = patterns.iter().map(|pattern| kernel.expected_ms(pattern)).collect();
        let one = |stage: &mut Stage, trial: u64| -> Result<Tried, RunError> {
            if stop.load(atomic::Ordering::Relaxed) {
                return Err(RunError::Interrupted);
            }
            let key = TrialId { seed: study.seed, trial, lineage: LINEAGE }.key();
            let mut forced = Vec::new();
            if let Some(pattern) = which(trial, key) {
                kernel.force(&patterns[pattern], key, &mut forced);
            }
            let played = stage.play_forced(key, &forced);
            played.map_err(|source| RunError::Budget { trial, seed: study.seed, source })?;
            let mut ratios = Vec::new();
            kernel.durations(stage.points(), patterns, &mut Scratch::default(), &mut ratios);
            ratios.iter_mut().zip(&expected).for_each(|(h, expected)| *h /= expected);
            let ledgers = || (0..study.designs.len()).map(|design| stage.ledger(design));
            let missed_ms = ledgers().map(|ledger| ledger.missed_ms).collect();
            let events = ledgers().map(|ledger| ledger.events).sum();
            Ok(Tried { missed_ms, events, ratios })
        };
        let block = |stage: &mut Stage, at: u64| {
            let tried = trials_of(at, BLOCK, &trials).map(|trial| one(stage, trial));
            tried.collect::<Result<Vec<Tried>, RunError>>().map(Some)
        };
        let mut tried = Vec::new();
        workers.in_order((trials.end - trials.start).div_ceil(BLOCK), block, |more| tried.extend(more))?;
        self.trials += tried.len() as u64;
        self.events += tried.iter().map(|trial| trial.events).sum::<u64>();
        Ok(tried)
    }

    /// The patterns that may matter, so many at most, and the smallest that were not tried.
    fn discover(&mut self, most: usize) -> Result<(Vec<Pattern>, Vec<Pattern>), RunError> {
        let (mut found, mut saturated): (Vec<Pattern>, Vec<Pattern>) = (Vec::new(), Vec::new());
        let mut added_ms = vec![0.0_f64; self.study.designs.len()];
        let mut next = BinaryHeap::new();
        self.larger(&Pattern(vec![0; self.kernel.classes.len()]), &mut next);
        while let Some(candidate) = next.pop() {
            let least_ms = LEFT_OUT * added_ms.iter().copied().fold(f64::INFINITY, f64::min);
            if candidate.expected_ms < least_ms || found.len() == most {
                next.push(candidate);
                break;
            }
            let Candidate { expected_ms, pattern } = candidate;
            if saturated.iter().any(|within| within.is_within(&pattern)) {
                continue;
            }
            let first = TRIES * found.len() as u64;
            let patterns = [pattern];
            let tried = self.play(first..first + TRIES, &patterns, |_, _| Some(0))?;
            let [pattern] = patterns;
            for (design, added) in added_ms.iter_mut().enumerate() {
                let parts = tried.iter().map(|trial| trial.missed_ms[design] as f64 / trial.ratios[0].max(1e-300));
                *added = added.max(parts.sum::<f64>() / TRIES as f64);
            }
            let lasts = |trial: &Tried| SATURATED.1 * trial.ratios[0] * expected_ms;
            let missing = |trial: &&Tried| trial.missed_ms.iter().all(|&missed| missed as f64 >= lasts(trial));
            if tried.iter().filter(missing).count() as f64 >= SATURATED.0 * TRIES as f64 {
                saturated.push(pattern.clone());
            } else {
                self.larger(&pattern, &mut next);
            }
            found.push(pattern);
        }
        let mut untried: Vec<Pattern> = next.into_iter().map(|candidate| candidate.pattern).collect();
        untried.retain(|pattern| !saturated.iter().any(|within| within.is_within(pattern)));
        Ok((found, untried))
    }

    /// The patterns with one site more, each reached in one way only.
    fn larger(&self, pattern: &Pattern, next: &mut BinaryHeap<Candidate>) {
        let last = pattern.0.iter().rposition(|&order| order > 0).unwrap_or(0);
        for class in last..pattern.0.len() {
            let mut larger = pattern.clone();
            larger.0[class] += 1;
            let order = larger.0[class] as usize;
            if order <= self.kernel.classes[class].len().min(ORDER_MAX) {
                next.push(Candidate { expected_ms: self.kernel.expected_ms(&larger), pattern: larger });
            }
        }
    }

    /// Trials over all patterns alike, so many at most.
    fn learn(&mut self, patterns: &[Pattern], most: u64) -> Result<Vec<Tried>, RunError> {
        let first = TRIES * PATTERNS_MAX;
        let trials = (LEARNING.0 + LEARNING.1 * patterns.len() as u64).min(most);
        self.play(first..first + trials, patterns, |_, key| {
            let u = key.named("forced pattern").unit(0);
            let forced = (u - PLAIN) / (1.0 - PLAIN) * patterns.len() as f64;
            (forced >= 0.0).then(|| (forced as usize).min(patterns.len() - 1))
        })
    }
}

/// A pattern that waits to be tried; the longest expected duration comes first.
struct Candidate {
    expected_ms: f64,
    pattern: Pattern,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.expected_ms.total_cmp(&other.expected_ms).then_with(|| self.pattern.cmp(&other.pattern))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

/// So many patterns at most that are known to miss, each with its share of what is known, summed over designs; what hardly matters is
/// left out.
fn known(kinds: &[Kinds], kernel: &Kernel, most: usize) -> Vec<(Pattern, f64)> {
    let mut worth: BTreeMap<Pattern, f64> = BTreeMap::new();
    for kinds in kinds {
        let all = kinds.all_ms().max(f64::MIN_POSITIVE);
        for kind in kinds.all().iter().filter(|kind| kind.ms_per_trial > LEFT_OUT * all) {
            *worth.entry(kernel.pattern_of(&kind.struck)).or_default() += kind.ms_per_trial / all;
        }
    }
    let mut known: Vec<(Pattern, f64)> = worth.into_iter().filter(|(pattern, _)| !pattern.is_empty()).collect();
    known.sort_by(|a, b| b.1.total_cmp(&a.1));
    known.truncate(most);
    known
}

/// The shares of forced trials: the best ones by the pilot, some alike, and some for what is known, if anything is.
fn mixed_shares(best: &[f64], patterns: &[Pattern], known: &[(Pattern, f64)]) -> Vec<f64> {
    let all: f64 = known.iter().map(|(_, worth)| worth).sum();
    let of_known = if all > 0.0 { KNOWN } else { 0.0 };
    let share = |(best, pattern): (&f64, &Pattern)| {
        let worth = known.iter().find(|(of, _)| of == pattern).map_or(0.0, |(_, worth)| worth / all);
        (1.0 - ALIKE - of_known) * best + ALIKE / patterns.len() as f64 + of_known * worth
    };
    best.iter().zip(patterns).map(share).collect()
}

/// Steps towards the best shares.
const STEPS: usize = 60;

/// The shares of the forced trials by pattern: those that minimise Σ over designs of E\[(w·missed)²\] / E\[missed\]².
fn best_shares(learned: &[Tried], designs: usize, patterns: usize) -> Vec<f64> {
    let mean = |design: usize| {
        let parts = learned.iter().map(|trial| trial.missed_ms[design] as f64 / trial.density());
        parts.sum::<f64>() / learned.len() as f64
    };
    let means: Vec<f64> = (0..designs).map(mean).collect();
    // What each trial adds to the sum of relative second moments, but for the density to be chosen.
    let worth = |trial: &Tried| {
        let of = trial.missed_ms.iter().zip(&means).filter(|(_, mean)| **mean > 0.0);
        of.map(|(&missed, mean)| missed as f64 / mean * (missed as f64 / mean)).sum::<f64>() / trial.density()
    };
    let hits: Vec<(f64, &Tried)> =
        learned.iter().map(|trial| (worth(trial), trial)).filter(|hit| hit.0 > 0.0).collect();
    let alike = 1.0 / patterns as f64;
    let mut shares = vec![alike; patterns];
    for _ in 0..STEPS {
        let mut slopes = vec![0.0; patterns];
        for (worth, trial) in &hits {
            let density = mixed(&shares, &trial.ratios);
            let part = worth / (density * density);
            slopes.iter_mut().zip(&trial.ratios).for_each(|(slope, ratio)| *slope += part * ratio);
        }
        shares.iter_mut().zip(&slopes).for_each(|(share, slope)| *share *= libm::sqrt(*slope));
        let sum: f64 = shares.iter().sum();
        if sum <= 0.0 {
            return vec![alike; patterns];
        }
        shares.iter_mut().for_each(|share| *share /= sum);
    }
    shares
}

/// The density of a mixture over the plain one.
fn mixed(shares: &[f64], ratios: &[f64]) -> f64 {
    PLAIN + (1.0 - PLAIN) * shares.iter().zip(ratios).map(|(share, ratio)| share * ratio).sum::<f64>()
}

fn forecast(learned: &[Tried], design: usize, shares: &[f64]) -> Forecast {
    let mean = |of: &dyn Fn(&Tried) -> f64| learned.iter().map(of).sum::<f64>() / learned.len() as f64;
    let missed = |trial: &Tried| trial.missed_ms[design] as f64;
    let average = mean(&|trial| missed(trial) / trial.density());
    let plain = mean(&|trial| missed(trial) * missed(trial) / trial.density()) - average * average;
    let weighted = mean(&|trial| missed(trial) * missed(trial) / (trial.density() * mixed(shares, &trial.ratios)));
    let weighted = weighted - average * average;
    let plain_events = of_a_trial(mean(&|trial| trial.events as f64 / trial.density()));
    let drawn = |of: &dyn Fn(&Tried) -> f64| mean(&|trial| of(trial) * mixed(shares, &trial.ratios) / trial.density());
    let events = of_a_trial(drawn(&|trial| trial.events as f64));
    let hits = drawn(&|trial| f64::from(missed(trial) > 0.0));
    Forecast {
        hit: mean(&|trial| f64::from(missed(trial) > 0.0) / trial.density()),
        gain: if weighted > 0.0 { plain * plain_events / (weighted * events) } else { 0.0 },
        cost: (if average > 0.0 { plain / (average * average) * plain_events } else { 0.0 }, plain_events),
        expected: Expected { mean: average, variance: weighted.max(0.0), hits, differing: hits },
    }
}
