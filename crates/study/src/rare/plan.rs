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

mod pilot;

use self::pilot::{LEFT_OUT, PATTERNS_MAX, Pilot, TRIES, Tried};
use super::ends::{Expected, of_a_trial};
use super::kernel::{Kernel, Pattern, Scratch};
use super::run::forced_stage;
use crate::blocks::Workers;
use crate::misses::{Kind, Kinds, is_placed};
use crate::run::{RunError, Threads};
use crate::stage::Stage;
use crate::study::Study;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use zonefall_engine::Key;
use zonefall_faults::{Forced, Point};
use zonefall_fleet::Design;
use zonefall_stats::intervals::clopper_pearson;
use zonefall_stats::{Confidence, Weight};

/// Trials of the allocation for each pattern, and once more, where the pilot may not have more.
const LEARNING_LEAST: u64 = 64;
/// The share of trials in which nothing is forced.
pub(crate) const PLAIN: f64 = 0.5;
/// The share of forced trials that all patterns have alike, whatever else they have.
const ALIKE: f64 = 0.05;
/// That which those have that are known to miss, if any.
const KNOWN: f64 = 0.15;
/// Weights below this, 1,024 of their steps, are rounded by too much to count on.
const WEIGHED_LEAST: f64 = 1.0 / (1_u64 << 46) as f64;
/// So many strikes on parts are taken to take enough.
const OF_PARTS: f64 = 0.1;

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
    /// Of a weighted trial, with no more hits than those of the pilot prove.
    pub expected: Expected,
    /// Of a plain one.
    pub plain: Expected,
}

impl Forecast {
    /// How much a trial misses that misses.
    pub fn size_ms(&self) -> f64 {
        if self.plain.hits > 0.0 { self.plain.mean / self.plain.hits } else { 0.0 }
    }
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
        let of_design = |design| forecast(&learned, design, &inner, study.confidence);
        let forecasts = (0..study.designs.len()).map(of_design).collect();
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
            let kinds = kinds.with_the_unforced(study, design);
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

fn forecast(learned: &[Tried], design: usize, shares: &[f64], confidence: Confidence) -> Forecast {
    let mean = |of: &dyn Fn(&Tried) -> f64| learned.iter().map(of).sum::<f64>() / learned.len() as f64;
    let missed = |trial: &Tried| trial.missed_ms[design] as f64;
    let average = mean(&|trial| missed(trial) / trial.density());
    let plain = mean(&|trial| missed(trial) * missed(trial) / trial.density()) - average * average;
    let weighted = mean(&|trial| missed(trial) * missed(trial) / (trial.density() * mixed(shares, &trial.ratios)));
    let weighted = weighted - average * average;
    let plain_events = of_a_trial(mean(&|trial| trial.events as f64 / trial.density()));
    let drawn = |of: &dyn Fn(&Tried) -> f64| mean(&|trial| of(trial) * mixed(shares, &trial.ratios) / trial.density());
    let events = of_a_trial(drawn(&|trial| trial.events as f64));
    let weighs = |trial: &Tried| 1.0 / mixed(shares, &trial.ratios) >= WEIGHED_LEAST;
    let hits = drawn(&|trial| f64::from(missed(trial) > 0.0 && weighs(trial))) * proven(learned, design, confidence);
    let hit = mean(&|trial| f64::from(missed(trial) > 0.0) / trial.density());
    Forecast {
        hit,
        gain: if weighted > 0.0 { plain * plain_events / (weighted * events) } else { 0.0 },
        cost: (if average > 0.0 { plain / (average * average) * plain_events } else { 0.0 }, plain_events),
        expected: Expected { mean: average, variance: weighted.max(0.0), hits, differing: hits },
        plain: Expected { mean: average, variance: plain.max(0.0), hits: hit, differing: hit },
    }
}

/// The share of the pilot's hits that their number proves: two may be luck, so that a run has next to none.
fn proven(learned: &[Tried], design: usize, confidence: Confidence) -> f64 {
    let hits = learned.iter().filter(|trial| trial.missed_ms[design] > 0).count() as u64;
    let trials = learned.len() as u64;
    clopper_pearson(hits, trials, confidence).low * trials as f64 / hits.max(1) as f64
}
