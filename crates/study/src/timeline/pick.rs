//! Which trial is worth looking at.

use crate::run::RunError;
use crate::stage::Stage;
use crate::study::Study;
use crate::visit::{Visit, Visitor, visit};

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// The one with the most missed time.
    Worst,
    /// The middle one of those with missed time.
    Median,
    /// The first that breaches the target in a window.
    FirstBreach,
}

struct Missed<'a> {
    study: &'a Study,
    design: usize,
    /// Trials with missed time: how much, and whether a window is breached.
    seen: Vec<(u64, u64, bool)>,
}

impl Visitor for Missed<'_> {
    fn see(&mut self, trial: u64, stages: &[Stage]) {
        let ledger = stages[0].ledger(self.design);
        if ledger.missed_ms == 0 {
            return;
        }
        let windows = &self.study.measure.windows;
        let breached = |at: usize| {
            let missed = ledger.missed_by_window_ms[at];
            missed > 0 && !self.study.target.allows(missed, windows.length(at).as_ms())
        };
        self.seen.push((trial, ledger.missed_ms, (0..windows.whole()).any(breached)));
    }

    fn merge(&mut self, later: Self) {
        self.seen.extend(later.seen);
    }
}

/// The trial that is asked for, among those of the study. The outer `None` is an interrupt, the inner one that no trial is
/// like that.
///
/// # Errors
/// If a trial passes its event budget.
pub fn pick(study: &Study, design: usize, which: Pick, how: &Visit<'_>) -> Result<Option<Option<u64>>, RunError> {
    // A script numbers the machines of all designs together.
    let (played, design) = match study.replay {
        Some(_) => (study.clone(), design),
        None => (Study { designs: vec![study.designs[design].clone()], ..study.clone() }, 0),
    };
    let new = || Missed { study, design, seen: Vec::new() };
    let Some(Missed { mut seen, .. }) = visit(std::slice::from_ref(&played), 0..study.trials, how, new)? else {
        return Ok(None);
    };
    let found = match which {
        Pick::FirstBreach => seen.iter().find(|(.., breached)| *breached),
        Pick::Worst => seen.iter().max_by_key(|&&(trial, missed, _)| (missed, std::cmp::Reverse(trial))),
        Pick::Median => {
            seen.sort_by_key(|&(trial, missed, _)| (missed, trial));
            seen.get(seen.len().saturating_sub(1) / 2)
        }
    };
    Ok(Some(found.map(|&(trial, ..)| trial)))
}
