//! UP-12: a bad model shows on the machines that run it, and the operator notices (UP-13).

use crate::machine::NEEDS_WARM_UP;
use crate::management::ReleaseKind;
use crate::pending::Due;
use crate::world::World;
use zonefall_engine::SimTime;
use zonefall_faults::Strikes;

impl World {
    /// A machine runs its model from now on: what is bad of it will show.
    pub(crate) fn await_symptom(&mut self, at: usize, t: SimTime) {
        for kind in ReleaseKind::ALL {
            let rollouts = &self.manager.rollouts;
            let installed = &rollouts.machines[at];
            let Some(version) = rollouts.sets[self.set_of(at)].version(installed.model.of(kind)) else { continue };
            let Some(after) = version.bad_after else { continue };
            let shows = installed.shows[kind as usize] && self.machines[at].marks & self.mark_of(at, kind) != 0;
            if installed.symptoms[kind as usize] == SimTime::NEVER && !shows {
                let due = t.after(after);
                self.manager.rollouts.machines[at].symptoms[kind as usize] = due;
                self.wait(Due::Symptom, at, due);
            }
        }
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
            if installed.symptoms[kind as usize] != t {
                continue;
            }
            (installed.symptoms[kind as usize], installed.shows[kind as usize]) = (SimTime::NEVER, true);
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
            if let Some(version) = of.version_mut(number)
                && !std::mem::replace(&mut version.shown, true)
            {
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
        let shows = ReleaseKind::ALL.into_iter().filter(|&kind| rollouts.machines[at].shows[kind as usize]);
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
