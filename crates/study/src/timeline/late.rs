//! Batches of jobs that an outage is about: where deadlines are the objective, it begins with the coming of a batch that is late.

use std::collections::BTreeMap;
use zonefall_fleet::{Batched, Need, Seen, Sighting};

/// Batches that have come and of which no later one is done.
#[derive(Debug, Default)]
pub(super) struct Batches {
    /// When each came, by its number.
    came: BTreeMap<u64, u64>,
    /// The same of those whose deadline has passed before they were done.
    late: BTreeMap<u64, u64>,
    /// The first of those whose deadline passed last.
    last: Option<(u64, u64)>,
}

impl Batches {
    pub fn see(&mut self, sighting: &Sighting) {
        let Seen::Batch(number, batched) = sighting.what else { return };
        let t = sighting.t.as_ms();
        match batched {
            Batched::Come { .. } => _ = self.came.insert(number, t),
            // They are worked off in order.
            Batched::Done { .. } => {
                self.came.retain(|&other, _| other > number);
                self.late.retain(|&other, _| other > number);
            }
            Batched::Due { left: 0 } => {}
            Batched::Due { .. } => {
                let Some(&came) = self.came.get(&number) else { return };
                self.late.insert(number, came);
                self.last = self.last.filter(|(due, _)| *due == t).or(Some((t, came)));
            }
        }
    }

    /// When the batch came with which the objective begins to be missed at `t`: the one whose deadline passes, or, where time is
    /// measured only from then on, the first that is late.
    pub fn root(&self, need: &Need, t: u64) -> Option<u64> {
        if !matches!(need, Need::Done(..)) {
            return None;
        }
        let passes = self.last.filter(|(due, _)| *due == t).map(|(_, came)| came);
        passes.or_else(|| self.late.values().next().copied())
    }
}
