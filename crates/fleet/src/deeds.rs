//! What the platform or the customer does to machines, with by or to whom it was done, for whoever watches a trial: nothing is noted
//! where nobody does. It is counted like everything else.

use crate::operations::Operation;
use crate::policy::zone_balance::Refusal;
use crate::world::World;
use zonefall_engine::SimTime;

/// By whom something was done, or to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A change or a runbook of a set: the set, and its place among [`crate::management::Management::changes`].
    Change(u16, u16),
    /// A machine, by its number in the population.
    Machine(u32),
    /// A set.
    Set(u16),
}

/// Why something did not come to what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The balance of zones refused it.
    Balance(Refusal),
    /// IN-04: the control plane is out.
    ControlPlane,
    /// People do not always succeed.
    Chance,
}

/// Something that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noted {
    /// What.
    pub operation: Operation,
    /// By or to whom.
    pub who: Who,
    /// Why it came to nothing, where that may be one of several reasons.
    pub why: Option<Why>,
}

/// What an action of a change or a runbook came to that was made: no counter has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameTo {
    /// All of it was done.
    Whole,
    /// Not all of it.
    Part,
    /// There was nothing to do it to: no rollout to stop, nothing to roll back.
    Nothing,
}

/// An action that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    /// By whom.
    pub who: Who,
    /// What it came to.
    pub came_to: CameTo,
}

impl World {
    /// The change at this place among all changes has made its action.
    pub(crate) fn acted(&mut self, at: usize, came_to: CameTo) {
        if self.deeds.is_some() {
            self.acts.push(Act { who: self.who_changes(at), came_to });
        }
    }

    /// From now on it is noted by or to whom things are done.
    pub fn note_deeds(&mut self) {
        self.deeds = Some(Vec::new());
        self.acts.clear();
    }

    /// Something is done at `t` by or to somebody.
    pub(crate) fn did(&mut self, operation: Operation, who: Who, t: SimTime) {
        self.does(Noted { operation, who, why: None }, t);
    }

    pub(crate) fn does(&mut self, deed: Noted, t: SimTime) {
        self.book.count(deed.operation, 1, t, &self.measure);
        if let Some(deeds) = &mut self.deeds {
            deeds.push(deed);
        }
    }

    /// The change of a set that is at this place among all changes.
    pub(crate) fn who_changes(&self, at: usize) -> Who {
        let state = &self.manager.changes[at];
        Who::Change(state.set as u16, state.index as u16)
    }

    /// Who asks a set for machines: a change, or whoever scales it.
    pub(crate) fn who_asks(&self, set: usize, by: Option<usize>) -> Who {
        by.map_or(Who::Set(set as u16), |at| self.who_changes(at))
    }
}
