//! Runbooks: alerts go off, somebody notices after a while, and acts after another; what they do may fail.
//!
//! A runbook is a change of the customer's (`change.rs`) that an alert triggers. In: the levels of the book. Out: the
//! instant at which the action is made, and whether it goes ahead. Luck is keyed by set, runbook and instant.

use super::Manager;
use crate::deeds::{Noted, Why};
use crate::management::{Alert, Watch, noticed};
use crate::operations::Operation;
use crate::pending::Due;
use crate::world::{Starts, World};
use zonefall_engine::{Key, SimTime};
use zonefall_faults::Strikes;

impl Manager {
    /// The demand has changed, a line stands otherwise or a deadline has passed: whoever watches the objective looks.
    pub fn hears_demand(&mut self) {
        self.alerted = self.watching.iter().any(|(_, watch)| *watch == Watch::Missed);
    }
}

impl World {
    /// Whether what a change watches is so, or would be if so many machines of its set were not there.
    pub(super) fn is_short(&self, at: usize, watch: Watch, without: i64) -> bool {
        let Starts { serves, part, .. } = self.sets[self.manager.changes[at].set];
        match watch {
            Watch::Lacks(lack) => {
                let [serving, capacity, asked] = self.book.beside(part);
                lack.is_so(serving - without, (asked - capacity, asked - without * serves))
            }
            Watch::Missed => self.book.misses_without(part, without, without * serves),
        }
    }

    pub(super) fn reaction_luck(&self, at: usize, t: SimTime) -> Key {
        let state = &self.manager.changes[at];
        let set = &self.design.sets[state.set].name;
        self.luck.named("reaction").named(set).part(state.index as u64, t.as_ms())
    }

    /// When an alert of `t` comes to an action: it is noticed, now or when somebody is there, and acted on.
    pub(super) fn answered(alert: &Alert, luck: Key, t: SimTime) -> SimTime {
        let noticed = noticed(alert.office.as_ref(), &alert.notice, t, &mut luck.part(0, 1).stream());
        if noticed == SimTime::NEVER {
            return noticed;
        }
        noticed.after(alert.act.draw(&mut luck.part(1, 1).stream()))
    }

    /// Whether the action of a runbook, which is at hand, goes ahead now: not where it is not needed any more, has to
    /// wait for the control plane, or fails.
    pub(super) fn runbook_goes_on(&mut self, at: usize, alert: &Alert, t: SimTime, strikes: &Strikes) -> bool {
        let state = self.manager.changes[at];
        let first = state.due == t;
        if !first && state.retry_due != t {
            return false;
        }
        if !self.is_short(at, alert.watch, 0) {
            let state = &mut self.manager.changes[at];
            if first {
                (state.made, state.since, state.due) = (false, None, SimTime::NEVER);
                self.did(Operation::RunbooksIdle, self.who_changes(at), t);
            }
            self.manager.changes[at].retry_due = SimTime::NEVER;
            return false;
        }
        let back = self.control_plane_back(state.set, t, strikes);
        if back > t && alert.waits {
            let state = &mut self.manager.changes[at];
            *(if first { &mut state.due } else { &mut state.retry_due }) = back;
            self.wait(Due::Change, at, back);
            return false;
        }
        let fails = self.reaction_luck(at, t).part(2, 1).unit(0) >= alert.success;
        if fails || back > t {
            let why = Some(if back > t { Why::ControlPlane } else { Why::Chance });
            self.does(Noted { operation: Operation::RunbooksFailed, who: self.who_changes(at), why }, t);
        }
        if !fails {
            return true;
        }
        let retry = self.change(at).retry;
        let state = &mut self.manager.changes[at];
        state.due = SimTime::NEVER;
        if let Some(retry) = retry {
            state.retry_due = t.after(retry);
            self.wait(Due::Change, at, t.after(retry));
        }
        false
    }
}
