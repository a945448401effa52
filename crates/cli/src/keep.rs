//! What a run keeps beside its results: checkpoints, and partial results for `merge`.

use crate::args;
use crate::console::Console;
use anyhow::{Context, Result};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use zonefall_report::KeptFile;
use zonefall_scenario::Scenario;
use zonefall_study::partial::{BYTES_MAX, Origin, Partial, PartialError, looks_ours};
use zonefall_study::{Finished, Progress, Study};

/// What is asked of a run and cannot be, before anything is looked at.
pub fn nonsense(options: &args::Run) -> Option<&'static str> {
    let keep = &options.keep;
    (options.rows && (keep.checkpoint.is_some() || keep.partial.is_some()))
        .then_some("--rows keeps every trial, a checkpoint or a partial result holds sums only: leave one of them out")
}

/// Why ranges of trials do not go with a rule of stopping; none if there is none.
pub fn no_ranges(scenario: &Scenario) -> Option<String> {
    let until = &scenario.until.as_ref()?.text;
    Some(format!(
        "the scenario runs until {until} (`trials.until`), and only a whole run can tell when that is: for ranges of trials \
         write a number, `trials = 100_000`"
    ))
}

/// The origin of a scenario's partial results.
pub fn origin(scenario: &Scenario, study: &Study) -> Origin {
    Origin::new(study, env!("CARGO_PKG_VERSION"), &scenario.hash)
}

/// A file for a partial result of one study.
pub struct Kept<'a> {
    path: &'a Path,
    file: KeptFile,
    study: &'a Study,
    origin: &'a Origin,
}

impl<'a> Kept<'a> {
    pub fn new(path: &'a Path, study: &'a Study, origin: &'a Origin) -> Self {
        Self { path, file: KeptFile::new(path, looks_ours), study, origin }
    }

    /// What is there of the study's trials, from the first on; nothing is touched if it is anything else. Then makes sure
    /// that the file can be written.
    pub fn open(&self, what: &str) -> Result<Option<Partial>> {
        let refused = || format!("{what} {} is refused", self.path.display());
        let there = match self.file.read(BYTES_MAX)? {
            Some(bytes) => Some(self.fitting(&bytes).with_context(refused)?),
            None => None,
        };
        self.file.probe()?;
        Ok(there)
    }

    fn fitting(&self, bytes: &[u8]) -> Result<Partial, PartialError> {
        let partial = Partial::from_bytes(bytes, self.study, self.origin)?;
        let first = self.study.first_trial;
        let (held, asked) = (partial.trials(), first..first + self.study.trials);
        if held.start != asked.start || held.end > asked.end {
            return Err(PartialError::OtherTrials { held, asked });
        }
        Ok(partial)
    }

    /// Writes what is finished.
    pub fn write(&self, finished: &Finished) -> Result<()> {
        let partial = Partial::new(self.study, self.origin, finished)?;
        Ok(self.file.replace(&partial.to_bytes())?)
    }

    /// Takes the file away.
    pub fn remove(&self) -> Result<()> {
        Ok(self.file.remove()?)
    }
}

/// Keeps a checkpoint every now and then, and passes on how far the run is.
pub struct Keeper<'a> {
    kept: &'a Kept<'a>,
    every: Duration,
    console: Console,
    shown: &'a dyn Progress,
    /// When it was last kept, and whether a failure has been told.
    state: Mutex<(Instant, bool)>,
}

impl<'a> Keeper<'a> {
    pub fn new(kept: &'a Kept<'a>, every: Duration, console: Console, shown: &'a dyn Progress) -> Self {
        Self { kept, every, console, shown, state: Mutex::new((Instant::now(), false)) }
    }
}

impl Progress for Keeper<'_> {
    fn merged(&self, finished: &Finished) {
        self.shown.merged(finished);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0.elapsed() < self.every {
            return;
        }
        // A run that cannot keep its checkpoint is still a run.
        if let Err(why) = self.kept.write(finished)
            && !std::mem::replace(&mut state.1, true)
        {
            self.console.complain(&format!("warning: no checkpoint is kept for now: {why:#}; the run goes on"));
        }
        state.0 = Instant::now();
    }

    fn computed(&self, trials: u64) {
        self.shown.computed(trials);
    }
}
