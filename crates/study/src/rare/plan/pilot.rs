//! The trials that a plan learns from, forced into one pattern or another, and thrown away.
//!
//! In: a study and what can be forced in it. Out: the patterns that may matter, and trials over all of them alike.

use super::PLAIN;
use crate::blocks::{Workers, trials_of};
use crate::rare::kernel::{Kernel, ORDER_MAX, Pattern, Scratch};
use crate::run::RunError;
use crate::stage::Stage;
use crate::study::Study;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::sync::atomic::{self, AtomicBool};
use zonefall_engine::Key;
use zonefall_faults::TrialId;

/// Trials in a block.
const BLOCK: u64 = 8;
/// Trials of a pattern in the discovery.
pub(super) const TRIES: u64 = 64;
/// The most patterns that are tried, and the most that are known.
pub(super) const PATTERNS_MAX: u64 = 64;
/// Trials of the allocation: so many, and so many for each pattern.
const LEARNING: (u64, u64) = (256, 256);
/// What may be left out, as a share of what is found.
pub(super) const LEFT_OUT: f64 = 1e-3;
/// From this share of trials on that miss for so much of a pattern's duration, it is not made larger: then what more adds is
/// small beside that. A long outage that meets many short ones misses as often, but hardly ever.
const SATURATED: (f64, f64) = (0.9, 0.5);
/// The lineage of pilots.
const LINEAGE: u64 = 1;

/// A trial of a pilot.
pub(super) struct Tried {
    pub missed_ms: Vec<u64>,
    pub events: u64,
    /// h/Λ by pattern.
    pub ratios: Vec<f64>,
}

impl Tried {
    /// The density that trials were drawn by over the plain one, all patterns having had the same share.
    pub fn density(&self) -> f64 {
        let sum: f64 = self.ratios.iter().sum();
        PLAIN + (1.0 - PLAIN) * sum / self.ratios.len().max(1) as f64
    }
}

/// Plays pilots.
pub(super) struct Pilot<'a, N> {
    pub study: &'a Study,
    pub kernel: &'a Kernel,
    pub workers: Workers<'a, Stage, N>,
    pub stop: &'a AtomicBool,
    pub trials: u64,
    pub events: u64,
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
    pub fn discover(&mut self, most: usize) -> Result<(Vec<Pattern>, Vec<Pattern>), RunError> {
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
    pub fn learn(&mut self, patterns: &[Pattern], most: u64) -> Result<Vec<Tried>, RunError> {
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
