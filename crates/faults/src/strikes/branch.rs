//! Branches: a trial is saved, and goes on from there as often as one likes, with another future each time.
//!
//! In: the strikes of a trial that has been lived through up to and with an instant. Out: the same strikes up to there, and
//! others after it, drawn by the branch's own key ([`crate::TrialId::lineage`]) from their law *given* what has happened. What
//! has begun stays: outages that run, repairs under way, where racks stand.
//!
//! What can go wrong: somebody has looked ahead. The fleet does where it waits for capacity or a control plane, as far as
//! the lack reaches without a gap; so far the storm stays as it was drawn, too. A future that stays is as good as one that is
//! drawn anew (it is a part of the state); branches are only a little more alike.

use super::Strikes;
use crate::clocks::Clocks;
use crate::packed::{Entry, STRIKES_MAX};
use crate::storm::{Storm, Struck};
use zonefall_engine::{BudgetExceeded, Key, SimTime};

/// Everything that changes in the strikes of a trial while it is lived through. Kept in pools.
#[derive(Debug)]
pub struct Course {
    clocks: Clocks,
    storm: Storm,
    edges_taken: usize,
    base: SimTime,
    end: SimTime,
    entries: Vec<Entry>,
    trial: Key,
    lineage: Key,
    struck: Vec<Struck>,
}

zonefall_engine::pooled_clone!(Course { clocks, storm, edges_taken, base, end, entries, trial, lineage, struck });

impl Default for Course {
    fn default() -> Self {
        let (clocks, storm, key) = (Clocks::default(), Storm::default(), Key::root(0));
        let (entries, struck) = (Vec::new(), Vec::new());
        let (base, end) = (SimTime::ZERO, SimTime::ZERO);
        Self { clocks, storm, edges_taken: 0, base, end, entries, trial: key, lineage: key, struck }
    }
}

impl Strikes {
    /// From now on trials can be saved and branch.
    pub fn allow_branches(&mut self) {
        self.struck = Some(Vec::new());
        self.clocks.note_lives(&self.unit_modes, &self.population);
    }

    /// Saves the trial at hand; needs [`Strikes::allow_branches`].
    pub fn save(&self, into: &mut Course) {
        let Self { clocks, storm, edges_taken, base, end, entries, trial, lineage, struck, .. } = self;
        into.clocks.clone_from(clocks);
        into.storm.clone_from(storm);
        into.entries.clone_from(entries);
        (into.edges_taken, into.base, into.end) = (*edges_taken, *base, *end);
        (into.trial, into.lineage) = (*trial, *lineage);
        into.struck.clear();
        into.struck.extend_from_slice(struck.as_deref().unwrap_or(&[]));
    }

    /// Goes back to where a trial was saved.
    pub fn restore(&mut self, from: &Course) {
        let Course { clocks, storm, edges_taken, base, end, entries, trial, lineage, struck } = from;
        self.clocks.clone_from(clocks);
        self.storm.clone_from(storm);
        self.entries.clone_from(entries);
        (self.edges_taken, self.base, self.end) = (*edges_taken, *base, *end);
        (self.trial, self.lineage) = (*trial, *lineage);
        if let Some(mine) = &mut self.struck {
            mine.clone_from(struck);
        }
        self.unit_modes.begin(*lineage);
    }

    /// The window holds only what comes after `after`.
    pub fn go_on(&mut self, after: SimTime) {
        let base = self.base;
        self.entries.retain(|entry| entry.time(base) > after);
    }

    /// What comes after `after`, which has been lived through, is drawn anew by `lineage`. The next window begins there.
    ///
    /// # Errors
    /// If the trial holds more strikes than can be kept.
    pub fn branch(&mut self, after: SimTime, lineage: Key) -> Result<(), BudgetExceeded> {
        let Some(mut struck) = self.struck.take() else { return Ok(()) };
        self.clocks.look_back(&self.unit_modes, after);
        self.unit_modes.begin(lineage);
        self.lineage = lineage;
        let foreseen = self.storm.foreseen_at(after).min(self.horizon);
        let mut before = std::mem::take(&mut self.before);
        let (keys, times) = ((self.trial, lineage), (foreseen, self.horizon));
        let fits = self.storm_modes.branch(keys, times, &mut self.storm, &mut struck, &mut before)
            && self.clocks.branch(&self.unit_modes, &self.population, after, self.horizon);
        (self.struck, self.before) = (Some(struck), before);
        if !fits {
            return Err(BudgetExceeded { limit: STRIKES_MAX });
        }
        self.entries.clear();
        self.edges_taken = self.storm.edges.partition_point(|&(time, _)| time <= after);
        self.base = SimTime::from_ms(after.as_ms() + 1).min(self.horizon);
        self.end = self.base;
        Ok(())
    }
}
