//! The levels of each design: learned from a pilot whose trials are thrown away.
//!
//! Stage by stage, so many trials ([`TRIALS`], by the size of the study) are lived through to their ends; the next level is the least margin that about a fifth of
//! them comes to, and always below the one before. The same trials are then played again up to that level, and saved. The
//! pilot has luck of its own and depends on nothing but the study. Where it is not asked for it may be given up: when it
//! would play more than a stated number of trials.

use super::pool::{Splitter, Stage};
use super::{EFFORT, Halt, Passed, Played, key_of, room};
use crate::blocks::Workers;
use crate::rare::plan::Forecast;
use crate::run::{RunError, Threads};
use crate::study::Study;
use std::sync::atomic::AtomicBool;

/// Trials of a stage of the pilot: at least and at most; they are played twice.
const TRIALS: (u64, u64) = (32, 256);
/// Of so many trials of the study one, in between.
const TRIALS_OF: u64 = 32;
/// The share of them that is to reach the next level.
const SHARE: f64 = 0.2;
/// The most levels.
const LEVELS_MAX: usize = 40;
/// The lineage of the pilot.
const LINEAGE: u64 = 1 << 32;
/// The most trials of a stage as a multiple of the first one's, and the least of any.
const EFFORT_MOST: f64 = 8.0;
const EFFORT_LEAST: u64 = 8;
/// The miss itself.
const MISS: i64 = -1;

/// How the trials of a study are split.
#[derive(Debug, Clone)]
pub struct Ladder {
    /// Falling margins, by design; the last one is the miss.
    pub(crate) levels: Vec<Vec<i64>>,
    /// How many trials each stage begins, as a multiple of the first one's; the last one goes on from the miss.
    efforts: Vec<Vec<f64>>,
    /// Events of the pilot.
    pub pilot_events: u64,
    /// Trials of the pilot, branches among them.
    pub pilot_trials: u64,
    /// What the pilot expects of each design.
    pub(crate) forecasts: Vec<Forecast>,
}

/// What the pilot learns of one design.
#[derive(Default)]
struct Learned {
    levels: Vec<i64>,
    shares: Vec<f64>,
    trials: u64,
    events: u64,
    forecast: Forecast,
}

impl Ladder {
    /// Learns the levels.
    ///
    /// # Errors
    /// If a trial of the pilot passes its event budget, threads cannot be started, or it is interrupted.
    pub fn learn(study: &Study, threads: usize, stop: &AtomicBool) -> Result<Self, RunError> {
        Self::learn_within(study, threads, stop, u64::MAX).map(|(ladder, _)| ladder)
    }

    /// The same with at most so many trials a design; false if they did not do.
    ///
    /// # Errors
    /// As before.
    pub(crate) fn learn_within(
        study: &Study,
        threads: usize,
        stop: &AtomicBool,
        allowed: u64,
    ) -> Result<(Self, bool), RunError> {
        let trials = (study.trials / TRIALS_OF).clamp(TRIALS.0, TRIALS.1).min(room(study).max(EFFORT.0));
        let threads = Threads::new(threads)?;
        let block = |splitter: &mut Splitter<'_>, design: u64| {
            splitter.take(design as usize);
            let learned = learn(splitter, study.seed, trials, allowed);
            learned.map_err(|halt| match halt {
                Halt::Budget(source) => RunError::Budget { trial: 0, seed: study.seed, source },
                Halt::Interrupted => RunError::Interrupted,
            })
        };
        let mut ladder =
            Self { levels: Vec::new(), efforts: Vec::new(), pilot_events: 0, pilot_trials: 0, forecasts: Vec::new() };
        let workers = Workers::new(&threads, || Splitter::new(study, stop));
        let whole = workers.in_order(study.designs.len() as u64, block, |learned: Learned| {
            ladder.levels.push(learned.levels);
            ladder.efforts.push(efforts(&learned.shares));
            ladder.pilot_events += learned.events;
            ladder.pilot_trials += learned.trials;
            ladder.forecasts.push(learned.forecast);
        })?;
        Ok((ladder, whole))
    }
}

impl Ladder {
    /// The same levels, paid for already.
    pub(in crate::rare) fn without_pilot(&self) -> Self {
        Self { pilot_events: 0, pilot_trials: 0, ..self.clone() }
    }

    /// Trials that a stage of a design begins, whose first stage begins `first`.
    pub(super) fn effort(&self, design: usize, stage: usize, first: u64) -> u64 {
        let times = self.efforts[design].get(stage).copied().unwrap_or(1.0);
        ((first as f64 * times) as u64).max(EFFORT_LEAST)
    }
}

/// The relative variance of a share p from n trials is (1 − p)/(p·n): the rarer a step, the more trials go to it (in
/// proportion to the root of that, which makes the sum over all steps least). What lies behind the miss needs about one for
/// every two that came there.
fn efforts(shares: &[f64]) -> Vec<f64> {
    let spread = |share: f64| (1.0 - share) / share.max(1e-3);
    let first = spread(shares.first().copied().unwrap_or(1.0)).max(1.0);
    let steps = shares.iter().map(|&share| libm::sqrt(spread(share) / first).clamp(1.0, EFFORT_MOST));
    let mut efforts: Vec<f64> = steps.collect();
    let missed = efforts.last().zip(shares.last()).map_or(1.0, |(effort, share)| effort * share);
    efforts.push((2.0 * missed).clamp(0.2, 1.0));
    if let Some(first) = efforts.first_mut() {
        *first = 1.0;
    }
    efforts
}

/// The levels of one design, from `trials` a stage; none if it takes more than are allowed.
fn learn(splitter: &mut Splitter<'_>, seed: u64, trials: u64, allowed: u64) -> Played<Option<Learned>> {
    let mut of = Learned { forecast: Forecast { hit: 1.0, ..Forecast::default() }, ..Learned::default() };
    let mut above = splitter.margin_at_start(key_of(seed, 0, LINEAGE))?;
    let (mut plain_events, mut events, mut spread) = (0.0, 0.0, 0.0);
    while of.levels.last() != Some(&MISS) {
        if of.trials + 2 * trials > allowed {
            return Ok(None);
        }
        let number = of.levels.len() as u64;
        let stage = Stage { number, first: 0, spaced: trials, effort: trials, lineage: LINEAGE, seed, level: None };
        let mut depths = Vec::with_capacity(trials as usize);
        let Passed { events: played, .. } = splitter.depths(stage, |lowest| depths.push(lowest))?;
        depths.sort_unstable();
        let next = next_level(&depths, above).filter(|_| of.levels.len() + 1 < LEVELS_MAX);
        let level = next.unwrap_or(MISS);
        let share = depths.partition_point(|&lowest| lowest <= level) as f64 / trials as f64;
        of.levels.push(level);
        of.shares.push(share);
        of.trials += 2 * trials;
        of.events += played;
        of.forecast.hit *= share;
        plain_events = if number == 0 { played as f64 } else { plain_events };
        events += played as f64;
        spread += (1.0 - share) / share.max(1e-9);
        if level == MISS {
            break;
        }
        above = level;
        of.events += splitter.stage(Stage { level: Some(level), ..stage }, |_| ())?.events;
    }
    if of.forecast.hit > 0.0 {
        // The variance of a product of shares, each from as many trials, against that of one share.
        of.forecast.gain =
            (1.0 - of.forecast.hit) / of.forecast.hit / spread.max(1e-9) * plain_events / events.max(1.0);
    }
    Ok(Some(of))
}

/// The margin that a fifth of the trials comes to; if that is no progress, the next one below that any of them came to.
fn next_level(depths: &[i64], above: i64) -> Option<i64> {
    let fifth = depths.get((SHARE * depths.len() as f64) as usize).copied()?;
    let below = depths.iter().rev().copied().find(|&lowest| lowest < above);
    let level = if fifth < above { fifth } else { below? };
    Some(level.max(MISS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_fall_until_the_miss() {
        let depths = |of: &[(i64, usize)]| {
            let mut all: Vec<i64> = of.iter().flat_map(|&(margin, times)| vec![margin; times]).collect();
            all.sort_unstable();
            all
        };
        assert_eq!(next_level(&depths(&[(2, 50), (1, 30), (0, 20)]), 2), Some(1));
        assert_eq!(next_level(&depths(&[(2, 90), (1, 8), (0, 2)]), 2), Some(1));
        assert_eq!(next_level(&depths(&[(2, 90), (0, 10)]), 2), Some(0));
        assert_eq!(next_level(&depths(&[(2, 100)]), 2), None);
        assert_eq!(next_level(&depths(&[(2, 10), (-4, 90)]), 2), Some(MISS));
    }
}
