//! What a counter of operations can come to, whatever is drawn.
//!
//! In: a counter, a design or how many sets it has, how long it is measured. Out: the most that a trial can show, and whether a number that all trials share is
//! what the scenario says and no estimate. What is not known here has no bound of its own.

use zonefall_engine::Shape;
use zonefall_fleet::{Design, Operation};

/// The most of a trial, in the counter's unit; none where nothing is known.
pub(crate) fn most(operation: Operation, sets: usize, measured_ms: f64) -> Option<f64> {
    use Operation as O;
    match operation {
        O::RetryStormMs | O::MetastableMs | O::VulnerableMs | O::GatewayShortMs | O::LineMs => Some(measured_ms),
        O::SuspendedMs | O::RolloutMs => Some(measured_ms * sets as f64),
        _ => None,
    }
}

/// Whether so much in every trial is what was designed: machines that are always there, releases by the calendar.
pub(crate) fn is_as_designed(operation: Operation, design: &Design, always: f64, measured_ms: f64) -> bool {
    let by_calendar = |every: &Option<zonefall_engine::Law>| {
        every.as_ref().is_none_or(|law| matches!(law.shape(), Shape::Constant(_)))
    };
    match operation {
        Operation::ExistingMs => always == design.capacity() as f64 * measured_ms,
        Operation::Releases => {
            let managed = design.sets.iter().filter_map(|set| set.management.as_ref());
            managed.flat_map(|of| &of.upgrades).flat_map(|of| &of.releases).all(|of| by_calendar(&of.every))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::most;
    use zonefall_fleet::OPERATION_TABLE;

    /// Hours in which something was so are no more than what is measured, or that for each set; hours of machines, disks or data
    /// have no such end.
    #[test]
    fn every_time_that_passes_once_has_a_most() {
        for row in OPERATION_TABLE.iter().filter(|row| row.operation.is_time() && row.doc.contains("in which")) {
            let per_set = row.doc.contains("over sets");
            let least = if per_set { 200.0 } else { 100.0 };
            assert_eq!(most(row.operation, 2, 100.0), Some(least), "{}", row.name);
        }
    }
}
