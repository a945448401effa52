//! Why a partial result is refused.

use std::ops::Range;
use thiserror::Error;

/// Why bytes are not taken as a partial result, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PartialError {
    /// Something else altogether.
    #[error("it is not a partial result of zonefall")]
    NotOurs,
    /// A form that this program does not know.
    #[error("it is of form {found}, this version of the program reads form {reads} only")]
    OtherSchema {
        /// The form it says it is of.
        found: u32,
        /// The one that is read.
        reads: u32,
    },
    /// The bytes are not those that were written.
    #[error("it is damaged: {how}")]
    Damaged {
        /// In which way.
        how: String,
    },
    /// Whole, but it cannot be.
    #[error("it contradicts itself: {what}")]
    Contradiction {
        /// What is wrong with it.
        what: &'static str,
    },
    /// Whole, and of another study.
    #[error("it belongs to another study: {}", differences.join("; "))]
    Foreign {
        /// What differs, in words.
        differences: Vec<String>,
    },
    /// Of this study, but not of the trials that are asked for.
    #[error("it holds {}; asked for: {}", in_words(held), in_words(asked))]
    OtherTrials {
        /// The trials in it.
        held: Range<u64>,
        /// The trials asked for.
        asked: Range<u64>,
    },
    /// No trial is finished yet.
    #[error("no trial is finished, so there is nothing to keep")]
    Nothing,
    /// Rows are asked for.
    #[error("a partial result holds sums only, not the rows of every trial")]
    Rows,
}

impl PartialError {
    pub(super) fn contradiction(what: &'static str) -> Self {
        Self::Contradiction { what }
    }

    pub(super) fn damaged(how: impl Into<String>) -> Self {
        Self::Damaged { how: how.into() }
    }

    /// Whether the bytes are whole and only the study is another.
    pub fn is_foreign(&self) -> bool {
        matches!(self, Self::Foreign { .. } | Self::OtherTrials { .. } | Self::OtherSchema { .. })
    }
}

/// Why partial results do not make one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JoinError {
    /// None was given.
    #[error("there is nothing to merge")]
    Nothing,
    /// They are not of one study.
    #[error("{one} and {other} are of different studies: {}", differences.join("; "))]
    Foreign {
        /// One of them.
        one: String,
        /// The other.
        other: String,
        /// What differs, in words.
        differences: Vec<String>,
    },
    /// Trials that nobody has.
    #[error("missing: {}", in_words(trials))]
    Gap {
        /// Which.
        trials: Range<u64>,
    },
    /// Trials that two of them have, together with others.
    #[error("{one} and {other} overlap in {}", in_words(trials))]
    Overlap {
        /// Which.
        trials: Range<u64>,
        /// One of them.
        one: String,
        /// The other.
        other: String,
    },
    /// The same trials with another result: one of them was not made by this program.
    #[error("{one} and {other} disagree on {}", in_words(trials))]
    Disagree {
        /// Which.
        trials: Range<u64>,
        /// One of them.
        one: String,
        /// The other.
        other: String,
    },
}

/// "trials 0 to 4999".
pub(super) fn in_words(trials: &Range<u64>) -> String {
    match trials.end.saturating_sub(1) {
        last if last <= trials.start => format!("trial {}", trials.start),
        last => format!("trials {} to {last}", trials.start),
    }
}
