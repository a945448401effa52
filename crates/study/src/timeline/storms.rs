//! A typical and the worst trial of each design, to be looked at.
//!
//! In: a study and how many of its trials are finished. Out: for each design the trials and their timelines, or why there is
//! none. What can go wrong: timelines of large fleets take long, so all of them together have a bound; the search for the
//! trials lives through them once more, so it looks at the first ones only.

use super::pick::{Missed, Pick};
use super::{Timeline, TimelineError, within};
use crate::run::RunError;
use crate::study::Study;
use crate::visit::{Visit, visit};

/// Trials that are searched, at most.
pub const SEARCHED_MAX: u64 = 20_000;
/// Designs that have timelines.
const DESIGNS_MAX: usize = 10;
/// Looks at a machine for all timelines together: some seconds.
const LOOKS_MAX: u64 = 2_000_000_000;

/// What was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Storms {
    /// Trials that were searched.
    pub searched: u64,
    /// Trials of the study.
    pub trials: u64,
    /// The designs, in order.
    pub designs: Vec<DesignStorms>,
    /// What is missing, and why.
    pub notes: Vec<String>,
}

/// The trials of one design.
#[derive(Debug, Clone, PartialEq)]
pub struct DesignStorms {
    /// The design.
    pub design: String,
    /// Trials with missed time among those that were searched.
    pub missed: u64,
    /// The middle one of these by missed time; none where it is the worst.
    pub typical: Option<Timeline>,
    /// The one with the most.
    pub worst: Option<Timeline>,
}

impl Storms {
    /// Nothing, and why.
    pub fn none(why: &str) -> Self {
        Self { notes: vec![why.to_owned()], ..Self::default() }
    }
}

/// Finds a typical and the worst of the first `trials` trials for each design; none if interrupted.
///
/// # Errors
/// If a trial passes its event budget, or a timeline contradicts the ledger.
pub fn storms(study: &Study, trials: u64, how: &Visit<'_>) -> Result<Option<Storms>, StormsError> {
    if study.measure.until_first_miss {
        return Ok(Some(Storms::none(&TimelineError::FirstMiss.to_string())));
    }
    let searched = trials.min(SEARCHED_MAX);
    let new = || Missed::new(study, 0..study.designs.len());
    let Some(missed) = visit(std::slice::from_ref(study), 0..searched, how, new)? else { return Ok(None) };
    let mut found = Storms { searched, trials, ..Storms::default() };
    let shown = study.designs.len().min(DESIGNS_MAX);
    if shown < study.designs.len() {
        found.notes.push(format!("only the first {shown} designs are shown"));
    }
    let looks = LOOKS_MAX / (2 * shown.max(1) as u64);
    for design in 0..shown {
        if how.stop.load(std::sync::atomic::Ordering::Relaxed) {
            return Ok(None);
        }
        let name = study.designs[design].name.clone();
        let mut told = |which: Option<u64>| -> Result<Option<Timeline>, StormsError> {
            let Some(trial) = which else { return Ok(None) };
            match within(study, trial, design, looks) {
                Ok(timeline) => Ok(Some(timeline)),
                Err(TimelineError::Large(events, machines)) => {
                    found.notes.push(format!(
                        "{name}, trial {trial}: {events} events of {machines} machines are too many to be looked at one by \
                         one here; zonefall trace may do it"
                    ));
                    Ok(None)
                }
                Err(why) => Err(why.into()),
            }
        };
        let [worst, typical] = [Pick::Worst, Pick::Median].map(|which| missed.picked(design, which));
        let worst_told = told(worst)?;
        let typical_told = told(typical.filter(|_| typical != worst))?;
        let missed = missed.hits(design);
        found.designs.push(DesignStorms { design: name, missed, typical: typical_told, worst: worst_told });
    }
    Ok(Some(found))
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum StormsError {
    /// A trial passes its event budget.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A timeline cannot be made.
    #[error(transparent)]
    Timeline(#[from] TimelineError),
}
