//! UP-12: a bad model shows on the machines that run it, and the operator notices (UP-13).

use crate::machine::NEEDS_WARM_UP;
use crate::pending::Due;
use crate::world::World;
use zonefall_engine::SimTime;
use zonefall_faults::Strikes;

impl World {
    /// A machine runs its model from now on: if it is a bad one, that will show.
    pub(crate) fn await_symptom(&mut self, at: usize, t: SimTime) {
        let rollouts = &self.manager.rollouts;
        let installed = &rollouts.machines[at];
        let Some(model) = rollouts.sets[self.set_of(at)].model(installed.model) else { return };
        let Some(after) = model.bad_after else { return };
        let mark = rollouts.releases[model.release as usize].mark;
        if installed.symptom_due == SimTime::NEVER && self.machines[at].marks & mark == 0 {
            let due = t.after(after);
            self.manager.rollouts.machines[at].symptom_due = due;
            self.wait(Due::Symptom, at, due);
        }
    }

    /// The machine begins anew: what its model would have shown comes later.
    pub(crate) fn forget_symptom(&mut self, at: usize) {
        if let Some(installed) = self.manager.rollouts.machines.get_mut(at) {
            installed.symptom_due = SimTime::NEVER;
        }
    }

    /// A bad model shows: the machine stops serving, or works at a part of its capacity.
    pub(crate) fn symptom_shows(&mut self, at: usize, t: SimTime) {
        let installed = &mut self.manager.rollouts.machines[at];
        if installed.symptom_due != t {
            return;
        }
        installed.symptom_due = SimTime::NEVER;
        let (number, set) = (installed.model, self.set_of(at));
        let Some(model) = self.manager.rollouts.sets[set].model(number).copied() else { return };
        let mark = self.manager.rollouts.releases[model.release as usize].mark;
        if mark & self.manager.rollouts.stopping != 0 {
            let cause = self.own_cause(crate::Extra::BadRelease);
            self.halt(at, mark, cause, t);
        } else {
            self.slow(at, mark, true, t);
        }
        if !model.shown {
            self.manager.rollouts.sets[set].models[number as usize - 1].shown = true;
            self.await_operator(set, number, t);
        }
    }

    /// UP-13: the operator notices the first symptom of a model after a while, and orders the old one. Who is at work on
    /// another bad model already takes this one back with it.
    fn await_operator(&mut self, set: usize, number: u32, t: SimTime) {
        let Some(model) = self.manager.rollouts.sets[set].model(number) else { return };
        let release = model.release as usize;
        let luck = self.release_luck(release, model.nth).part(4, 0);
        let Some(rollback) = self.release_of(release).bad.as_ref().and_then(|bad| bad.rollback.as_ref()) else {
            return;
        };
        let notice = rollback.notice.draw(&mut luck.part(0, 1).stream());
        let due = t.after(notice).after(rollback.act.draw(&mut luck.part(1, 1).stream()));
        let of = &mut self.manager.rollouts.sets[set];
        if of.rollback_due <= due {
            return;
        }
        (of.rollback_due, of.rollback_of) = (due, number);
        self.wait(Due::Rollback, set, due);
    }

    /// Another model takes the place of a bad one while the machine runs.
    pub(super) fn heal_symptoms(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        let rollouts = &self.manager.rollouts;
        let marks = self.machines[at].marks & rollouts.marks;
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
