//! Which trial is worth looking at.

use crate::run::RunError;
use crate::stage::Stage;
use crate::study::Study;
use crate::visit::{Visit, Visitor, visit};
use std::ops::Range;

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

/// A trial with missed time: how much, and whether a window is breached.
type Seen = (u64, u64, bool);

/// The trials with missed time of some designs.
pub(super) struct Missed<'a> {
    study: &'a Study,
    designs: Range<usize>,
    seen: Vec<Vec<Seen>>,
}

impl<'a> Missed<'a> {
    /// Of these designs of the stage.
    pub(super) fn new(study: &'a Study, designs: Range<usize>) -> Self {
        Self { study, seen: vec![Vec::new(); designs.len()], designs }
    }

    /// How many there are of the `at`-th of the designs.
    pub(super) fn hits(&self, at: usize) -> u64 {
        self.seen[at].len() as u64
    }

    /// The trial that is asked for.
    pub(super) fn picked(&self, at: usize, which: Pick) -> Option<u64> {
        let seen = &self.seen[at];
        let found = match which {
            Pick::FirstBreach => seen.iter().find(|(.., breached)| *breached),
            Pick::Worst => seen.iter().max_by_key(|&&(trial, missed, _)| (missed, std::cmp::Reverse(trial))),
            Pick::Median => {
                let mut order: Vec<&Seen> = seen.iter().collect();
                order.sort_by_key(|&&(trial, missed, _)| (missed, trial));
                order.get(order.len().saturating_sub(1) / 2).copied()
            }
        };
        found.map(|&(trial, ..)| trial)
    }
}

impl Visitor for Missed<'_> {
    fn see(&mut self, trial: u64, stages: &[Stage]) {
        let windows = &self.study.measure.windows;
        for (design, seen) in self.designs.clone().zip(&mut self.seen) {
            let ledger = stages[0].ledger(design);
            if ledger.missed_ms == 0 {
                continue;
            }
            let breached = |at: usize| {
                let missed = ledger.missed_by_window_ms[at];
                missed > 0 && !self.study.target.allows(missed, windows.length(at).as_ms())
            };
            seen.push((trial, ledger.missed_ms, (0..windows.whole()).any(breached)));
        }
    }

    fn merge(&mut self, later: Self) {
        for (seen, later) in self.seen.iter_mut().zip(later.seen) {
            seen.extend(later);
        }
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
    let new = || Missed::new(study, design..design + 1);
    let Some(missed) = visit(std::slice::from_ref(&played), 0..study.trials, how, new)? else { return Ok(None) };
    Ok(Some(missed.picked(0, which)))
}
