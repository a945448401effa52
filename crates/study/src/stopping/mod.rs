//! When a study has seen enough: a half-width is asked for, and trials go on until it is reached.
//!
//! In: a rule (which quantity, how narrow, how many trials at most) and a tally. Out: whether the run may stop here, and if
//! not, about how many trials it would take.
//!
//! A run that stops when its interval happens to be narrow stops too often when luck made it look narrow. So the rule looks
//! seldom and late:
//!
//! * never before [`TRIALS_MIN`] trials, [`HITS_MIN`] hits, and [`OCCURRENCES_MIN`] expected occurrences of each mode that
//!   can alone miss the objective ([`crate::misses`]): rather too many modes than too few, for those that strike often ask for
//!   no trials;
//! * only at trial counts that grow by a tenth or more from look to look, fixed by the study alone.
//!
//! What that leaves of the coverage is measured: docs/coverage.md. Chow & Robbins, Ann. Math. Statist. 36 (1965) 457, prove
//! that nothing is lost as the half-width goes to nothing.
//!
//! **The same bits, always**: a run plays exactly the trials up to a look, then decides from the tally of the first so many
//! trials. Threads, blocks and interruptions have no part in it, and no trial beyond the stop is played. A run that goes on
//! from a checkpoint skips the looks behind it, so the rule is a part of whose checkpoint it is.

mod reading;

pub use reading::{Metric, Reading};

use crate::blocks::Workers;
use crate::misses::{OCCURRENCES_MIN, alone};
use crate::outcome::{StoppingOutcome, StoppingWidth};
use crate::run::{Finished, Progress, RunError, Threads, play_to_the_end};
use crate::stage::Stage;
use crate::study::Study;
use std::sync::atomic::AtomicBool;

/// Fewest trials at a stop.
pub const TRIALS_MIN: u64 = 1000;
/// Fewest hits at a stop.
pub const HITS_MIN: u64 = 100;

/// How narrow an interval has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HalfWidth {
    /// In the unit of the metric.
    Absolute(f64),
    /// As a share of the estimate.
    Relative(f64),
}

/// When to stop.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// How narrow.
    pub half_width: HalfWidth,
    /// As it was written: "±0.5 min/month".
    pub text: String,
    /// Of which quantity.
    pub metric: Metric,
    /// Of which design; of all that have one if none.
    pub design: Option<usize>,
}

impl Rule {
    fn asked(&self, reading: &Reading) -> f64 {
        match self.half_width {
            HalfWidth::Absolute(width) => width,
            HalfWidth::Relative(share) => share * reading.mean.abs(),
        }
    }

    fn holds_for(&self, reading: &Reading) -> bool {
        reading.hits >= HITS_MIN && reading.half_width.is_some_and(|half| half > 0.0 && half <= self.asked(reading))
    }

    /// About how many trials it would take from here: half-widths shrink with the root of the trials.
    fn needed(&self, reading: &Reading, trials: u64) -> Option<f64> {
        let asked = self.asked(reading);
        let (hits, trials) = (reading.hits as f64, trials as f64);
        if reading.hits == 0 || asked <= 0.0 {
            return None;
        }
        // Without an interval yet: its half-width is about the estimate over the root of the hits, at 95 %.
        let half = reading.half_width.unwrap_or(2.0 * reading.mean.abs() / libm::sqrt(hits));
        let by_width = trials * (half / asked) * (half / asked);
        Some(by_width.max(trials * HITS_MIN as f64 / hits))
    }
}

/// The trials before which the rule does not look: each mode that can alone miss an objective is expected ten times by then.
pub fn floor(study: &Study) -> u64 {
    let asked = study.stopping.as_ref().and_then(|rule| rule.design);
    let designs = study.designs.iter().enumerate().filter(|(at, _)| asked.is_none_or(|asked| asked == *at));
    let rarest =
        designs.flat_map(|(_, design)| alone(study, design)).map(|of| of.per_trial).fold(f64::INFINITY, f64::min);
    // A conversion that saturates.
    ((OCCURRENCES_MIN / rarest).ceil() as u64).max(TRIALS_MIN)
}

/// The next trial count at which the rule looks, after `trials`.
fn next_look(first: u64, trials: u64) -> u64 {
    let mut look = first;
    while look <= trials {
        // Up to the next hundred: a tenth more, or a little over.
        look = (look + look.div_ceil(10)).next_multiple_of(100);
    }
    look
}

/// Whether a run of `study` is finished: all trials played, or the rule holds at a look.
pub fn is_finished(study: &Study, finished: &Finished) -> bool {
    finished.trials >= study.trials || is_reached(study, finished)
}

/// Whether the rule holds here, and here is a look.
fn is_reached(study: &Study, finished: &Finished) -> bool {
    let Some(rule) = &study.stopping else { return false };
    let first = floor(study);
    finished.trials >= first
        && next_look(first, finished.trials - 1) == finished.trials
        && reading::all(rule, study, finished).all(|(_, reading)| rule.holds_for(&reading))
}

/// Goes on with a study whose first trials are finished, as [`run`](crate::run) would have: until its rule holds, all its
/// trials are played, or it is interrupted.
///
/// # Errors
/// If a trial passes its event budget or the threads cannot be started.
pub fn go_on(
    study: &Study,
    begun: Finished,
    threads: usize,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> Result<Finished, RunError> {
    go_on_with(study, begun, &Threads::new(threads)?, stop, progress)
}

/// [`go_on`], on threads that are there.
pub(crate) fn go_on_with(
    study: &Study,
    begun: Finished,
    threads: &Threads,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> Result<Finished, RunError> {
    let workers = Workers::new(threads, || Stage::new(study));
    if study.stopping.is_none() {
        return play_to_the_end(study, begun, &workers, stop, progress);
    }
    let (first, mut finished) = (floor(study), begun);
    while !is_finished(study, &finished) {
        let trials = next_look(first, finished.trials).min(study.trials);
        finished = play_to_the_end(&Study { trials, ..study.clone() }, finished, &workers, stop, progress)?;
        if finished.trials < trials {
            break;
        }
    }
    Ok(finished)
}

/// How many trials a run of the study will take, as far as its tally tells; never more than it may.
pub fn foreseen(study: &Study, finished: &Finished) -> u64 {
    let Some(rule) = &study.stopping else { return study.trials };
    let needed = reading::all(rule, study, finished).map(|(_, reading)| rule.needed(&reading, finished.trials));
    let needed = needed.map(|needed| needed.unwrap_or(f64::INFINITY)).fold(0.0, f64::max);
    // A conversion that saturates.
    (needed as u64).max(floor(study)).max(finished.trials).min(study.trials)
}

/// The widest of the half-widths in question, and what is asked of it, in the unit of the metric.
pub fn widest(study: &Study, finished: &Finished) -> Option<(f64, f64)> {
    let rule = study.stopping.as_ref()?;
    let widths = reading::all(rule, study, finished).map(|(_, reading)| (reading.half_width, rule.asked(&reading)));
    let widths: Option<Vec<(f64, f64)>> = widths.map(|(half, asked)| Some((half?, asked))).collect();
    widths?.into_iter().max_by(|a, b| (a.0 * b.1).total_cmp(&(b.0 * a.1)))
}

/// What became of the rule, for the outcome.
pub(crate) fn outcome(study: &Study, finished: &Finished) -> Option<StoppingOutcome> {
    let rule = study.stopping.as_ref()?;
    let width = |(design, reading): (usize, Reading)| StoppingWidth {
        design: study.designs[design].name.clone(),
        estimate: reading.mean,
        half_width: reading.half_width,
        asked: rule.asked(&reading),
        hits: reading.hits,
        trials_needed: rule.needed(&reading, finished.trials).map(|needed| needed.min(1e18) as u64),
    };
    Some(StoppingOutcome {
        until: rule.text.clone(),
        of: rule.metric.word().into(),
        unit: rule.metric.unit().into(),
        at_most: study.trials,
        not_before: floor(study),
        reached: is_reached(study, finished),
        widths: reading::all(rule, study, finished).map(width).collect(),
    })
}

/// Says that the rule was not reached, and what it would take.
pub(crate) fn warning(study: &Study, finished: &Finished) -> Option<String> {
    let of = outcome(study, finished).filter(|of| !of.reached && finished.trials >= study.trials)?;
    let (until, what, trials) = (&of.until, &of.of, finished.trials);
    let waits = if of.not_before > trials {
        format!(
            "; the rule does not look before {} trials, in which each mode that can alone miss the objective is expected \
             ten times",
            of.not_before
        )
    } else {
        String::new()
    };
    let needed: Option<Vec<u64>> = of.widths.iter().map(|width| width.trials_needed).collect();
    let words = match needed.and_then(|needed| needed.into_iter().max()) {
        Some(needed) => format!("about {} trials would reach it", in_words(needed.max(of.not_before))),
        None => {
            let never = of.widths.iter().filter(|width| width.hits == 0).map(|width| width.design.as_str());
            let never: Vec<&str> = never.collect();
            format!(
                "no trial of {} shows any, so nothing says how many it would take",
                zonefall_topology::listed(never)
            )
        }
    };
    Some(format!("{until} of {what} was not reached in {trials} trials: {words}{waits}"))
}

/// Two digits: nobody knows more.
pub(crate) fn in_words(trials: u64) -> String {
    let digits = 10_u64.pow(trials.max(1).ilog10().saturating_sub(1));
    let rounded = trials.div_ceil(digits).saturating_mul(digits);
    match rounded {
        0..1_000_000 => rounded.to_string(),
        1_000_000..1_000_000_000 => format!("{} million", rounded as f64 / 1e6),
        _ => "more than a billion".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_grow_by_a_tenth_at_least() {
        let mut look = next_look(1000, 0);
        assert_eq!(look, 1000);
        for _ in 0..200 {
            let next = next_look(1000, look);
            assert!(next * 10 >= look * 11 && next <= look + look / 10 + 101, "{look} {next}");
            // From anywhere between two looks the next one is the same.
            assert_eq!(next_look(1000, next - 1), next);
            look = next;
        }
    }

    #[test]
    fn numbers_are_said_in_two_digits() {
        let said = [(7, "7"), (1234, "1300"), (1_234_567, "1.3 million"), (3_000_000_000, "more than a billion")];
        said.iter().for_each(|&(trials, words)| assert_eq!(in_words(trials), words));
    }
}
