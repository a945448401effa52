//! Each rate that has a range at both of its ends, one at a time, on the luck of the same trials.

use super::How;
use crate::conclude::{Labels, conclude};
use crate::outcome::Outcome;
use crate::run::{Finished, Progress, RunError, run_on};
use crate::study::Study;
use std::sync::atomic::Ordering;

/// One rate at one end.
pub(super) struct End {
    /// The mode, and whether it is the high end.
    pub mode: usize,
    pub high: bool,
    pub outcome: Outcome,
}

struct Told<'a>(&'a (dyn Fn(u64) + Sync));

impl Progress for Told<'_> {
    fn merged(&self, _: &Finished) {}

    fn computed(&self, trials: u64) {
        (self.0)(trials);
    }
}

fn ranged(study: &Study) -> impl Iterator<Item = usize> + '_ {
    (0..study.profile.modes.len()).filter(|&at| study.profile.modes[at].evidence.has_range())
}

/// How many ends there are, and the run itself.
pub(super) fn looks(study: &Study) -> u64 {
    1 + 2 * ranged(study).count() as u64
}

/// The run itself, then every end; none if interrupted.
pub(super) fn play(study: &Study, trials: u64, how: &How<'_>) -> Result<Option<(Outcome, Vec<End>)>, RunError> {
    let play = |study: &Study| -> Result<Option<Outcome>, RunError> {
        let finished = run_on(study, how.threads, how.stop, &Told(how.told))?;
        let stopped = how.stop.load(Ordering::Relaxed);
        Ok((!stopped).then(|| conclude(study, &finished, &Labels::default())))
    };
    let base = Study { trials, ..study.clone() };
    let Some(stated) = play(&base)? else { return Ok(None) };
    let mut ends = Vec::new();
    for at in ranged(study) {
        for high in [false, true] {
            let mut varied = base.clone();
            let mode = &mut varied.profile.modes[at];
            let (low_rate, high_rate) = mode.evidence.rate_low_high;
            *mode = mode.with_rate_times(if high { high_rate } else { low_rate } / mode.rate_per_year());
            let Some(outcome) = play(&varied)? else { return Ok(None) };
            ends.push(End { mode: at, high, outcome });
        }
    }
    Ok(Some((stated, ends)))
}
