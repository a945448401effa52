//! Partial results of adjacent ranges become one.

use super::Partial;
use super::error::JoinError;

/// Merges partial results, each with the name that errors call it by, given in any order. What is given twice counts
/// once.
///
/// # Errors
/// If there is none, if they are of different studies, or if their ranges overlap or leave a gap.
pub fn join(mut parts: Vec<(String, Partial)>) -> Result<Partial, JoinError> {
    parts.sort_by_key(|(_, part)| (part.trials.start, part.trials.end));
    let mut parts = parts.into_iter();
    let (mut last_name, mut joined) = parts.next().ok_or(JoinError::Nothing)?;
    let mut last = joined.clone();
    for (name, part) in parts {
        let differences = part.origin.differences(&joined.origin);
        if !differences.is_empty() {
            return Err(JoinError::Foreign { one: name, other: last_name, differences });
        }
        if part == last {
            continue;
        }
        let (start, end) = (part.trials.start, joined.trials.end);
        if part.trials == last.trials {
            return Err(JoinError::Disagree { trials: part.trials, one: last_name, other: name });
        }
        if start < end {
            let trials = start..end.min(part.trials.end);
            return Err(JoinError::Overlap { trials, one: last_name, other: name });
        }
        if start > end {
            return Err(JoinError::Gap { trials: end..start });
        }
        joined.trials.end = part.trials.end;
        joined.designs.iter_mut().zip(&part.designs).for_each(|(mine, theirs)| mine.merge(theirs));
        (last_name, last) = (name, part);
    }
    Ok(joined)
}
