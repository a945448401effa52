//! How the program ends: one documented type.

use std::process::ExitCode;
use zonefall_faults::TraceError;
use zonefall_study::fitting::FitError;
use zonefall_study::partial::{JoinError, PartialError};

/// What the exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything asked for was done, whatever the verdict.
    Fine,
    /// Something failed: a file, a disk, a pipe, a trial, a comparison of `verify`.
    Failure,
    /// The command line makes no sense.
    Usage,
    /// The scenario or a trace has mistakes, all of them listed; or a partial result is of another study.
    BadScenario,
    /// With `--gate`: a design misses its objective. Of `drill`: a design fails the hypothesis.
    Missed,
    /// With `--gate`: no design misses, but one is not resolved. Of `drill`: no design fails, but one was not judged.
    NotResolved,
    /// Ctrl-C; a run keeps the trials finished so far and marks them as partial, a sweep with `--csv` its finished points.
    Interrupted,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::BadScenario => 3,
            Self::Missed => 4,
            Self::NotResolved => 5,
            Self::Interrupted => 130,
        }
    }
}

/// What is seen only after the scenario is read: a command line that makes no sense with it, or more mistakes of the input.
#[derive(Debug)]
struct Refused {
    words: String,
    exit: Exit,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for Refused {}

/// An error that ends with [`Exit::Usage`]: a command or an option does not go with the scenario.
pub fn usage(words: impl Into<String>) -> anyhow::Error {
    Refused { words: words.into(), exit: Exit::Usage }.into()
}

/// An error that ends with [`Exit::BadScenario`]: the scenario, an experiment or a record is not there, or has a mistake.
pub fn bad_input(words: impl Into<String>) -> anyhow::Error {
    Refused { words: words.into(), exit: Exit::BadScenario }.into()
}

/// What an error exits with: mistakes in a file of faults are the file's, a partial result of another study does not go
/// with the scenario, a command line that makes no sense is a matter of usage, everything else is a failure.
pub fn of_error(error: &anyhow::Error) -> Exit {
    if let Some(refused) = error.downcast_ref::<Refused>() {
        return refused.exit;
    }
    if let Some(error) = error.downcast_ref::<FitError>() {
        return if matches!(error, FitError::Nothing(_)) { Exit::BadScenario } else { Exit::Usage };
    }
    let foreign = error.downcast_ref().is_some_and(PartialError::is_foreign)
        || matches!(error.downcast_ref(), Some(JoinError::Foreign { .. }));
    match error.downcast_ref::<TraceError>() {
        _ if foreign => Exit::BadScenario,
        None | Some(TraceError::Io(_)) => Exit::Failure,
        Some(TraceError::Column { .. }) => Exit::Usage,
        Some(_) => Exit::BadScenario,
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
