//! What can be wrong with a file, in words and all at once.

use std::fmt;
use thiserror::Error;

/// How many problems are told in full; the others are counted.
pub const PROBLEMS_SHOWN_MAX: usize = 50;

/// Problems by line or by event: the first [`PROBLEMS_SHOWN_MAX`] in words, the number of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    /// What the numbers count: `line` or `event`.
    of: &'static str,
    shown: Vec<(u64, String)>,
    count: u64,
}

impl Problems {
    pub(crate) fn new(of: &'static str) -> Self {
        Self { of, ..Self::default() }
    }

    pub(crate) fn add(&mut self, number: u64, words: impl Into<String>) {
        self.count += 1;
        if self.shown.len() < PROBLEMS_SHOWN_MAX {
            self.shown.push((number, words.into()));
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first of them: the number of the line (or event), and what is wrong.
    pub fn shown(&self) -> &[(u64, String)] {
        &self.shown
    }

    /// Nothing is wrong, or an error that says what is.
    pub(crate) fn into_result(self) -> Result<(), TraceError> {
        if self.count == 0 { Ok(()) } else { Err(TraceError::Problems(self)) }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (number, words)) in self.shown.iter().enumerate() {
            let gap = if at > 0 { "\n" } else { "" };
            write!(f, "{gap}{} {number}: {words}", self.of)?;
        }
        let more = self.count - self.shown.len() as u64;
        if more > 0 { write!(f, "\n… and {more} more") } else { Ok(()) }
    }
}

/// A few names for people.
fn listed(names: &[String]) -> String {
    const SHOWN_MAX: usize = 30;
    let printable = |name: &String| -> String {
        name.chars().take(60).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
    };
    let shown: Vec<String> = names.iter().take(SHOWN_MAX).map(|name| format!("`{}`", printable(name))).collect();
    match names.len() {
        0 => "none".into(),
        count if count > SHOWN_MAX => format!("{} and {} more", shown.join(", "), count - SHOWN_MAX),
        _ => shown.join(", "),
    }
}

/// Why a trace cannot be read, written or replayed.
#[derive(Debug, Error)]
pub enum TraceError {
    /// The file cannot be opened or read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The trial holds more strikes than can be kept.
    #[error("{0}")]
    Budget(#[from] zonefall_engine::BudgetExceeded),
    /// More than can be held.
    #[error("{count} {what} are more than the limit of {limit}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many, or how many were seen before reading stopped.
        count: u64,
        /// The limit.
        limit: u64,
    },
    /// Something else than a fault trace, or of another version.
    #[error("this is not a fault trace of format {format}: {0}", format = super::FORMAT)]
    NotATrace(String),
    /// Columns that must be there are not.
    #[error("the columns {missing} are missing; the file has {found}")]
    Columns {
        /// Those missing.
        missing: String,
        /// Those found.
        found: String,
    },
    /// A column that must be there is not.
    #[error("the file has no column `{name}`; it has {}", listed(found))]
    Column {
        /// The one missing.
        name: String,
        /// Those found.
        found: Vec<String>,
    },
    /// Two columns have a name that is looked for.
    #[error("line {line}: columns {} and {} are both called `{name}`; give one of them another name", places[0], places[1])]
    Twice {
        /// The name.
        name: String,
        /// The line that names the columns.
        line: u64,
        /// Which columns, from 1.
        places: [usize; 2],
    },
    /// What is wrong, line by line or event by event.
    #[error("{0}")]
    Problems(Problems),
    /// A name that a file cannot carry.
    #[error("`{0}` cannot be written to a fault trace: the name contains `;` or stands for something else too")]
    Name(String),
    /// Recorded on another topology.
    #[error(
        "the trace was recorded on another topology (fingerprint {recorded:016x}, here {here:016x}); allow mapping to \
         replay it by position"
    )]
    OtherTopology {
        /// The recorded fingerprint.
        recorded: u64,
        /// The fingerprint of the topology at hand.
        here: u64,
    },
    /// Recorded with another profile.
    #[error(
        "the trace was recorded with another profile (`{name}`, fingerprint {recorded:016x}, here {here:016x}); allow \
         mapping to take its unknown causes as new modes"
    )]
    OtherProfile {
        /// The recorded profile's name.
        name: String,
        /// The recorded fingerprint.
        recorded: u64,
        /// The fingerprint of the profile at hand.
        here: u64,
    },
    /// More units than places for them.
    #[error("{0}")]
    NoRoom(String),
    /// Nothing is left to replay.
    #[error("no row of the file describes an outage")]
    Empty,
    /// A profile that cannot be.
    #[error(transparent)]
    Mode(#[from] crate::mode::ModeError),
}
