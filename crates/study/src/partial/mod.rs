//! Partial results: the tally of a range of trials of one study, as a few bytes that can be merged.
//!
//! A checkpoint is the partial result of the trials so far, a shard that of a range. Partial results of adjacent ranges
//! merge, in any grouping, to the very bytes of the partial result of the whole range, for a tally holds exact integers
//! only. In and out: bytes in memory; nothing here knows a file.
//!
//! # The form
//!
//! | bytes | what |
//! |---|---|
//! | `zonefall partial result`, line feed | so that the file says itself what it is |
//! | 4 | [`SCHEMA`], little-endian |
//! | 8 | the length of the body, little-endian |
//! | … | the body: the [`Origin`], the first trial and the one behind the last, the tally of each design |
//! | 32 | SHA-256 of everything before |
//!
//! Integers in the body take as few bytes as they need (seven bits a byte, least significant first; the signed ones
//! zigzag); a histogram is its occupied buckets as steps and counts. A design takes some kilobytes, and not much more with
//! more trials: a few hundred at the very most, when every bucket of its histograms is occupied. There is one way to write a partial result: bytes that would be written otherwise are refused.
//!
//! Refused, in words: what is not ours, of another form, damaged, of another study, or contradicts itself. Every size is
//! held against what is left of the bytes and against the study before anything is allocated.

mod bytes;
mod error;
mod fields;
mod frame;
mod join;
mod origin;

pub use error::{JoinError, PartialError};
pub use frame::{SCHEMA, looks_ours};
pub use join::join;
pub use origin::Origin;

use crate::run::Finished;
use crate::study::Study;
use crate::tally::{DesignTally, Tally};
use bytes::{Reader, Writer};
use std::ops::Range;

/// The most bytes of a partial result that is read.
pub const BYTES_MAX: u64 = 1 << 28;

/// The tally of a range of trials of one study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    origin: Origin,
    trials: Range<u64>,
    designs: Vec<DesignTally>,
}

impl Partial {
    /// What a run has finished, from the study's first trial on.
    ///
    /// # Errors
    /// If nothing is finished, or rows are kept: a partial result has sums only.
    pub fn new(study: &Study, origin: &Origin, finished: &Finished) -> Result<Self, PartialError> {
        if study.rows {
            return Err(PartialError::Rows);
        }
        let first = study.first_trial;
        let end = first.checked_add(finished.trials).filter(|&end| end > first).ok_or(PartialError::Nothing)?;
        Ok(Self { origin: origin.clone(), trials: first..end, designs: finished.tally.designs.clone() })
    }

    /// The trials in it.
    pub fn trials(&self) -> Range<u64> {
        self.trials.clone()
    }

    /// Whose it is.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// As a run that has finished these trials.
    pub fn into_finished(self) -> Finished {
        let trials = self.trials.end - self.trials.start;
        Finished { tally: Tally { designs: self.designs, rows: Vec::new() }, trials, causes: self.origin.causes }
    }

    /// The bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Writer::default();
        let Ok(()) = fields::head(&mut self.origin.clone(), &mut self.trials.clone(), &mut body);
        for design in &self.designs {
            let Ok(()) = fields::design(&mut design.clone(), &mut body);
        }
        frame::wrap(&body.into_bytes())
    }

    /// The origin and the trials that bytes claim, before it is known which study they are held against.
    ///
    /// # Errors
    /// If the bytes are not a whole partial result of ours.
    pub fn head(bytes: &[u8]) -> Result<(Origin, Range<u64>), PartialError> {
        read_head(&mut Reader::new(frame::unwrap(bytes)?))
    }

    /// Reads bytes that must be a partial result of this study.
    ///
    /// # Errors
    /// If they are not; see [`PartialError`].
    pub fn from_bytes(bytes: &[u8], study: &Study, origin: &Origin) -> Result<Self, PartialError> {
        let mut reader = Reader::new(frame::unwrap(bytes)?);
        let (theirs, trials) = read_head(&mut reader)?;
        let differences = theirs.differences(origin);
        if !differences.is_empty() {
            return Err(PartialError::Foreign { differences });
        }
        // The shape is the study's own; what is read must fill it.
        let Tally { mut designs, .. } = Tally::new(study, origin.causes.len());
        for design in &mut designs {
            fields::design(design, &mut reader).map_err(PartialError::contradiction)?;
        }
        reader.end().map_err(PartialError::contradiction)?;
        let partial = Self { origin: theirs, trials, designs };
        let counted = partial.trials.end - partial.trials.start;
        if partial.designs.iter().any(|design| design.missed.n() != counted) {
            return Err(PartialError::contradiction("its tallies do not hold as many trials as it says"));
        }
        if partial.to_bytes() != bytes {
            return Err(PartialError::contradiction("it would be written otherwise"));
        }
        Ok(partial)
    }
}

fn read_head(reader: &mut Reader<'_>) -> Result<(Origin, Range<u64>), PartialError> {
    let (mut origin, mut trials) = (Origin::default(), 0..0);
    fields::head(&mut origin, &mut trials, reader).map_err(PartialError::contradiction)?;
    if trials.is_empty() {
        return Err(PartialError::contradiction("it holds no trials"));
    }
    Ok((origin, trials))
}
