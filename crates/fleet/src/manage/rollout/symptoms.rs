//! UP-12: a bad model shows on the machines that run it, and the operator notices (UP-13).

use super::state::Sign;
use crate::machine::{NEEDS_WARM_UP, STARTING};
use crate::management::ReleaseKind;
use crate::pending::Due;
use crate::world::World;
use zonefall_engine::SimTime;
use zonefall_faults::Strikes;

impl World {
    /// A machine runs from now on, or does not. What is bad of its versions shows when it has run for so long: one that is down,
    /// whatever holds it, does not age.
    pub(crate) fn ages(&mut self, at: usize, runs: bool, t: SimTime) {
        for kind in ReleaseKind::ALL {
            let rollouts = &self.manager.rollouts;
            let installed = &rollouts.machines[at];
            let shows_after = match installed.signs[kind as usize] {
                Sign::Nothing if runs => {
                    let version = rollouts.sets[self.set_of(at)].version(installed.model.of(kind));
                    version.and_then(|version| version.bad_after)
                }
                Sign::In(left) if runs => Some(left),
                Sign::At(due) if !runs => {
                    self.manager.rollouts.machines[at].signs[kind as usize] = Sign::In(due.since(t));
                    None
                }
                _ => None,
            };
            if let Some(left) = shows_after {
                self.manager.rollouts.machines[at].signs[kind as usize] = Sign::At(t.after(left));
                self.wait(Due::Symptom, at, t.after(left));
            }
        }
    }

    /// Whether what is installed on a machine runs.
    pub(super) fn runs(&self, at: usize) -> bool {
        self.machines[at].marks & (self.halting() | STARTING) == 0
    }

    /// The mark of what a machine's version of something does to it; none if it is good.
    fn mark_of(&self, at: usize, kind: ReleaseKind) -> u32 {
        let rollouts = &self.manager.rollouts;
        let version = rollouts.sets[self.set_of(at)].version(rollouts.machines[at].model.of(kind));
        version.map_or(0, |version| rollouts.releases[version.release as usize].mark)
    }

    /// The machine begins anew: what its model would have shown comes later.
    pub(crate) fn forget_symptom(&mut self, at: usize) {
        if let Some(installed) = self.manager.rollouts.machines.get_mut(at) {
            ReleaseKind::ALL.into_iter().for_each(|kind| installed.forget(kind));
        }
    }

    /// Something bad shows: the machine stops serving, or works at a part of its capacity.
    pub(crate) fn symptom_shows(&mut self, at: usize, t: SimTime) {
        let set = self.set_of(at);
        for kind in ReleaseKind::ALL {
            let installed = &mut self.manager.rollouts.machines[at];
            if installed.signs[kind as usize] != Sign::At(t) {
                continue;
            }
            installed.signs[kind as usize] = Sign::Shows;
            let number = installed.model.of(kind);
            let mark = self.mark_of(at, kind);
            if self.machines[at].marks & mark != 0 {
                // Another version does the same to it.
            } else if mark & self.manager.rollouts.stopping != 0 {
                let cause = self.own_cause(crate::Extra::BadRelease);
                self.halt(at, mark, cause, t);
            } else {
                self.slow(at, mark, true, t);
            }
            let of = &mut self.manager.rollouts.sets[set];
            let is_at_work = of.is_at_work(kind);
            let Some(version) = of.version_mut(number) else { continue };
            let first = !std::mem::replace(&mut version.shown, true);
            // A machine that was not there when it was taken back: nothing else would rid it of that.
            if first || version.taken_back && !is_at_work {
                self.await_operator(set, number, t);
            }
        }
    }

    /// UP-13: the operator notices the first symptom of a version after a while, and orders the old one. Who is at work on
    /// another bad one of the kind already takes this one back with it.
    pub(super) fn await_operator(&mut self, set: usize, number: u32, t: SimTime) {
        let Some(&version) = self.manager.rollouts.sets[set].version(number) else { return };
        let release = version.release as usize;
        let luck = self.release_luck(release, version.nth).part(4, 0);
        let Some(rollback) = self.release_of(release).bad.as_ref().and_then(|bad| bad.rollback.as_ref()) else {
            return;
        };
        let notice = rollback.notice.draw(&mut luck.part(0, 1).stream());
        let due = t.after(notice).after(rollback.act.draw(&mut luck.part(1, 1).stream()));
        let planned = &mut self.manager.rollouts.sets[set].rollbacks[version.kind as usize];
        if planned.0 <= due {
            return;
        }
        *planned = (due, number);
        self.wait(Due::Rollback, set, due);
    }

    /// Another model has taken the place of a bad one while the machine runs: what is bad of both goes on.
    pub(super) fn heal_symptoms(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        let rollouts = &self.manager.rollouts;
        let shows = |kind: &ReleaseKind| rollouts.machines[at].signs[*kind as usize] == Sign::Shows;
        let shows = ReleaseKind::ALL.into_iter().filter(shows);
        let stay = shows.fold(0, |marks, kind| marks | self.mark_of(at, kind));
        let marks = self.machines[at].marks & rollouts.marks & !stay;
        let stopping = marks & rollouts.stopping;
        if stopping != 0 {
            self.machines[at].marks |= NEEDS_WARM_UP;
            let cause = self.own_cause(crate::Extra::BadRelease);
            self.free(at, stopping, cause, None, t, strikes);
        }
        if marks != stopping {
            self.slow(at, marks & !stopping, false, t);
        }
    }
}
