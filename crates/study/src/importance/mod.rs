//! What matters most: each cause and each zone taken away, each rate nudged, each rate at its ends.
//!
//! In: a study. Out: an [`Importance`] for each design.
//!
//! * **Never**: missed time had the cause never happened, or had nothing ever struck a zone: the trial is lived through
//!   again without it, on the same storm and the same luck.
//! * **Nudged** (Birnbaum-like): by how much the downtime changes with a rate. For events that come at random this is the
//!   sum, over all events of the cause, of what leaving out that one event would have spared (Russo's formula for Poisson
//!   processes). Events are left out in eighths, and in quarters; twice the one less the other is exact where a miss needs
//!   one or two events of the cause, and 1 % short where it needs three. A cause with one event in the trial costs one
//!   look, and adds no noise of its own.
//! * **Ends** (`tornado`): each rate that has a range at both of its ends, one at a time, and whether the verdict survives.
//!
//! Only trials that missed time are lived through again (all that failed at all, where sparing one failure may bring
//! another). Tallies are integers and merge in the order of trials: the same bits for any threads.

mod conclude;
mod tornado;

pub use conclude::{CauseImportance, DesignImportance, Elasticity, Importance, PartImportance, SCHEMA, Swing};

use crate::blocks::{Workers, trials_of};
use crate::run::{RunError, Threads};
use crate::stage::{self, Stage};
use crate::study::Study;
use std::sync::atomic::{AtomicBool, Ordering};
use zonefall_engine::BudgetExceeded;
use zonefall_fleet::{GROUPS, Suppressed, group_of_event};
use zonefall_stats::Moments;

/// Trials in a block, at most.
const BLOCK: u64 = 64;
/// All groups.
const ALL: u8 = u8::MAX;

/// How a study is looked into.
pub struct How<'a> {
    /// The threads.
    pub threads: &'a Threads,
    /// Raised to interrupt.
    pub stop: &'a AtomicBool,
    /// Told how many more trials are done, in any order.
    pub told: &'a (dyn Fn(u64) + Sync),
}

/// What is kept of one design.
#[derive(Debug, Clone, Default)]
struct Seen {
    missed: Moments,
    observed_ms: i128,
    /// By cause: what is spared had it never happened, and the sum over its events.
    never: Vec<Moments>,
    nudged: Vec<Moments>,
    /// By cause: what is missed even had it never happened.
    left: Vec<Moments>,
    charged: Vec<Moments>,
    /// Charged to no cause of the world.
    own: Moments,
    /// By zone of the topology, what is spared and what is missed all the same.
    parts: Vec<Moments>,
    left_parts: Vec<Moments>,
}

impl Seen {
    fn new(causes: usize, zones: usize) -> Self {
        let none = |count| vec![Moments::new(); count];
        let [never, nudged, left, charged] = [(); 4].map(|()| none(causes));
        let [parts, left_parts] = [(); 2].map(|()| none(zones));
        Self { never, nudged, left, charged, parts, left_parts, ..Self::default() }
    }

    fn merge(&mut self, later: &Self) {
        self.missed.merge(&later.missed);
        self.own.merge(&later.own);
        self.observed_ms += later.observed_ms;
        let pairs = [
            (&mut self.never, &later.never),
            (&mut self.nudged, &later.nudged),
            (&mut self.left, &later.left),
            (&mut self.charged, &later.charged),
            (&mut self.parts, &later.parts),
            (&mut self.left_parts, &later.left_parts),
        ];
        for (mine, theirs) in pairs {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| mine.merge(theirs));
        }
    }
}

/// Trials that [`play`] will tell of.
pub fn steps(study: &Study, trials: u64, ends: u64) -> u64 {
    trials + tornado::looks(study) * ends
}

/// Looks into a study: `trials` with events taken away, and `ends` for each end of a rate; none if interrupted.
///
/// # Errors
/// If a trial passes its event budget or threads cannot be started.
pub fn play(study: &Study, trials: u64, ends: u64, how: &How<'_>) -> Result<Option<Importance>, RunError> {
    let study = Study { counterfactual: false, stopping: None, rows: false, ..study.clone() };
    let Some(seen) = spared(&study, trials, how)? else { return Ok(None) };
    let Some(swings) = tornado::play(&study, ends, how)? else { return Ok(None) };
    Ok(Some(conclude::conclude(&study, trials, ends, &seen, &swings)))
}

/// All trials, in blocks.
fn spared(study: &Study, trials: u64, how: &How<'_>) -> Result<Option<Vec<Seen>>, RunError> {
    let causes = stage::causes(study).len() - zonefall_fleet::EXTRA_CAUSES.len();
    let empty = || vec![Seen::new(causes, study.topology.zone_count() as usize); study.designs.len()];
    let block = |stage: &mut Stage, at: u64| {
        let mut seen = empty();
        let range = trials_of(at, BLOCK, &(0..trials));
        for trial in range.clone() {
            if how.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let number = study.first_trial + trial;
            let of = see(stage, study, number, &mut seen);
            of.map_err(|source| RunError::Budget { trial: number, seed: study.seed, source })?;
        }
        (how.told)(range.end - range.start);
        Ok(Some(seen))
    };
    let mut all = empty();
    let take = |later: Vec<Seen>| all.iter_mut().zip(&later).for_each(|(mine, theirs)| mine.merge(theirs));
    let whole = Workers::new(how.threads, || Stage::new(study)).in_order(trials.div_ceil(BLOCK), block, take)?;
    Ok(whole.then_some(all))
}

/// One trial: lived through once, then again for whatever may have mattered.
fn see(stage: &mut Stage, study: &Study, number: u64, seen: &mut [Seen]) -> Result<(), BudgetExceeded> {
    let trial = study.trial_key(number);
    stage.play(trial)?;
    // The ledgers are overwritten by the second looks, and the storm is drawn anew: first note what is needed.
    let mut asked: Vec<(i64, Vec<u16>)> = Vec::with_capacity(seen.len());
    let mut asks = Vec::new();
    for (design, seen) in seen.iter_mut().enumerate() {
        let ledger = stage.ledger(design);
        seen.missed.add(ledger.missed_ms as i64);
        seen.observed_ms += i128::from(ledger.observed_ms);
        let charges = seen.charged.iter_mut().zip(&ledger.missed_by_cause_ms).filter(|(_, missed)| **missed > 0);
        charges.for_each(|(moments, &missed)| moments.add(missed as i64));
        let missed = ledger.missed_ms as i64;
        let of_modes: u64 = ledger.missed_by_cause_ms.iter().take(seen.never.len()).sum();
        seen.own.add(missed - of_modes as i64);
        stage.ask(study, design, &mut asks);
        let causes = asks.iter().enumerate().filter(|(_, asked)| **asked).map(|(cause, _)| cause as u16);
        asked.push((missed, causes.collect()));
    }
    for (design, (missed, causes)) in asked.into_iter().enumerate() {
        if missed > 0 {
            let rest = (0..seen[design].left.len()).filter(|&cause| !causes.contains(&(cause as u16)));
            rest.for_each(|cause| seen[design].left[cause].add(missed));
        }
        for cause in causes {
            let mut without = |suppressed| -> Result<i64, BudgetExceeded> {
                Ok(missed - stage.missed_without(design, trial, suppressed)? as i64)
            };
            let never = without(Suppressed::Cause(cause))?;
            let seen = &mut seen[design];
            seen.never[cause as usize].add(never);
            seen.left[cause as usize].add(missed - never);
            let groups = groups(stage, cause);
            let mut without = |groups| -> Result<i64, BudgetExceeded> {
                Ok(missed - stage.missed_without(design, trial, Suppressed::Groups(cause, groups))? as i64)
            };
            let nudged = match groups.count_ones() {
                0 | 1 => never,
                _ => sum_over_events(groups, &mut without)?,
            };
            seen.nudged[cause as usize].add(nudged);
        }
        if missed > 0 {
            for zone in study.topology.zone_ids() {
                let racks = study.topology.racks_of(zone);
                let spared = missed - stage.missed_without(design, trial, Suppressed::Racks(racks))? as i64;
                if spared != 0 {
                    seen[design].parts[zone.0 as usize].add(spared);
                }
                seen[design].left_parts[zone.0 as usize].add(missed - spared);
            }
        }
    }
    Ok(())
}

/// The groups that hold an event of a cause in the trial just lived through; all of them for strikes on single units.
fn groups(stage: &mut Stage, cause: u16) -> u8 {
    let strikes = stage.strikes();
    if strikes.storm_modes().mode_of(cause).is_unit() {
        return ALL;
    }
    let storm = strikes.storm();
    let ids = (0..storm.events.len() as u32).map(zonefall_faults::EventId);
    let mine = ids.filter(|id| storm.events[id.0 as usize].cause == cause);
    mine.fold(0, |groups, id| groups | 1 << group_of_event(storm, id))
}

/// Twice the sum over eighths less the sum over quarters of what leaving them out spares.
fn sum_over_events(
    groups: u8,
    spared: &mut impl FnMut(u8) -> Result<i64, BudgetExceeded>,
) -> Result<i64, BudgetExceeded> {
    let mut sum = 0;
    for pair in 0..GROUPS / 2 {
        let both = groups & (0b11 << (2 * pair));
        if both == 0 {
            continue;
        }
        let (one, other) = (both & (1 << (2 * pair)), both & (2 << (2 * pair)));
        let together = spared(both)?;
        // A pair of which one half is empty is that half.
        let alone = if one == 0 || other == 0 { together } else { spared(one)? + spared(other)? };
        sum += 2 * alone - together;
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A miss that needs `needed` events, each in a group of its own choosing.
    fn expected(needed: u32) -> f64 {
        let all = GROUPS.pow(needed);
        let mut sum = 0;
        for code in 0..all {
            let held: u8 = (0..needed).fold(0, |held, at| held | 1 << (code / GROUPS.pow(at) % GROUPS));
            sum += sum_over_events(ALL, &mut |out| Ok(i64::from(held & out != 0) * 1000)).unwrap_or(0);
        }
        sum as f64 / f64::from(all) / 1000.0
    }

    #[test]
    fn one_or_two_events_are_exact_and_three_nearly() {
        assert!((expected(1) - 1.0).abs() < 1e-12);
        assert!((expected(2) - 2.0).abs() < 1e-12);
        assert!((expected(3) - 3.0).abs() < 0.04, "{}", expected(3));
    }
}
