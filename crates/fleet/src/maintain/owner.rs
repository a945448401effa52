//! MT-03: the owner's redeployments ahead of a wave that restarts machines.
//!
//! From the beginning of the self-service window on, machine after machine is redeployed, evenly over the window or over
//! its hours of work, as long as the service can spare it. What is not done when the wave begins is left to the platform.
//! What was due before the trial is looked at when it begins (`before.rs`).

use super::{REDEPLOYMENT, Upkeep};
use crate::machine::ABSENT;
use crate::maintenance::SelfService;
use crate::policy::maintenance::{at_work, spread_ms};
use crate::world::World;
use zonefall_engine::SimTime;
use zonefall_faults::Strikes;

impl World {
    /// The owner hears of a wave.
    pub(super) fn owner_hears(&mut self, passage: usize) {
        let design = self.design.clone();
        let Some(owner) = design.maintenance.as_ref().and_then(|of| of.self_service.as_ref()) else { return };
        let machines = self.in_its_way(passage).len();
        let from = self.passages.done.len();
        self.passages.list[passage].done_from = Some(from);
        self.passages.done.resize(from + machines, false);
        self.note_those_before(passage, owner);
        self.await_redeploy(passage, SimTime::ZERO);
    }

    /// The machines that a passage goes through, as positions.
    pub(super) fn in_its_way(&self, passage: usize) -> std::ops::Range<usize> {
        let (from, to) = self.passages.list[passage].racks;
        self.machines_on(from..to)
    }

    /// The time in which the owner may be ahead of a wave.
    pub(super) fn window_ms(&self, passage: usize, owner: &SelfService) -> (i64, i64) {
        let to_ms = self.passages.list[passage].begins_ms;
        (to_ms - owner.window.as_ms() as i64, to_ms)
    }

    /// Waits for the owner's next redeployment, from `t` on.
    fn await_redeploy(&mut self, passage: usize, t: SimTime) {
        let machines = self.in_its_way(passage);
        let design = self.design.clone();
        let Some(owner) = design.maintenance.as_ref().and_then(|of| of.self_service.as_ref()) else { return };
        let (window, office) = (self.window_ms(passage, owner), owner.office.as_deref());
        loop {
            let next = self.passages.list[passage].redeploys.0 as usize;
            if next >= machines.len() {
                return;
            }
            if let Some(at_ms) = spread_ms(next as u64, machines.len() as u64, window, office) {
                let planned = SimTime::from_ms(at_ms.max(0) as u64).max(t);
                return self.redeploy_at_work(passage, planned, owner);
            }
            self.passages.list[passage].redeploys.0 += 1;
        }
    }

    /// Waits for the owner, who redeploys from an instant on, or with the next of the hours of work.
    fn redeploy_at_work(&mut self, passage: usize, from: SimTime, owner: &SelfService) {
        if let Some(due) = at_work(from, owner.office.as_deref()) {
            self.wait_for(Upkeep::Redeploy, passage, due);
        }
    }

    pub(super) fn redeploy_is_due(&mut self, passage: usize, t: SimTime, strikes: &Strikes) {
        let of = &self.passages.list[passage];
        if !of.open || of.redeploys.1 != t {
            return;
        }
        let (mode, cause, begins_ms, next) = (of.mode, of.cause, of.begins_ms, of.redeploys.0 as usize);
        let at = self.in_its_way(passage).start + next;
        let design = self.design.clone();
        let Some(owner) = design.maintenance.as_ref().and_then(|of| of.self_service.as_ref()) else { return };
        if self.machines[at].marks & ABSENT == 0 && !self.manager.is_creating(at) {
            if !self.can_be_spared(at, t, strikes) {
                let again = t.after(owner.again.max(zonefall_engine::SimDuration::from_ms(1)));
                if (again.as_ms() as i64) < begins_ms {
                    return self.redeploy_at_work(passage, again, owner);
                }
            } else {
                self.note_redeployed(passage, next);
                let takes = owner.redeploy.draw(&mut self.luck_of(at, strikes, t, REDEPLOYMENT).stream());
                let prepared = design.maintenance.as_ref().is_some_and(|of| of.events.is_some());
                let prepared = prepared.then_some(zonefall_engine::SimDuration::ZERO);
                self.maintain((mode, cause), at, prepared, takes, t, strikes);
            }
        }
        self.passages.list[passage].redeploys.0 += 1;
        self.await_redeploy(passage, t);
    }

    /// Notes of a machine, by its place among those in a wave's way, that it has been redeployed ahead of it.
    pub(super) fn note_redeployed(&mut self, passage: usize, machine: usize) {
        if let Some(from) = self.passages.list[passage].done_from {
            self.passages.done[from + machine] = true;
        }
    }

    /// Whether a machine runs, the service does without it, and the control plane is there to move it.
    fn can_be_spared(&self, at: usize, t: SimTime, strikes: &Strikes) -> bool {
        let set = self.machines[at].set as usize;
        self.machines[at].marks & self.absent() == 0
            && !self.book.misses_without(self.sets[set].part, 1, self.sets[set].serves)
            && self.control_plane_back(set, t, strikes) == t
    }
}
