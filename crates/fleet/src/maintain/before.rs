//! What of maintenance began before the trial and reaches into it.
//!
//! Nothing is known of the time before, so a world in its ordinary state stands in for it: all machines of the design serve, and
//! control planes are there. Redeployments that were due then (MT-03) have been made if the service can spare a machine in
//! the quietest of the owner's hours in the first week; those that it cannot spare wait, as they would have done. Pauses of
//! waves that are over, which a maintenance configuration holds (MT-05), come with its next window.

use crate::machine::ABSENT;
use crate::maintenance::SelfService;
use crate::policy::maintenance::{at_work, spread_ms};
use crate::world::{Starts, World};
use zonefall_engine::SimTime;
use zonefall_faults::Strikes;

/// Demand repeats by the week, if it does.
const WEEK: SimTime = SimTime::from_ms(7 * 24 * 3_600_000);

impl World {
    /// MT-03: notes the machines in a wave's way that their owner has redeployed before the trial, and those that could not be
    /// spared then and wait.
    pub(super) fn note_those_before(&mut self, passage: usize, owner: &SelfService) {
        let machines = self.in_its_way(passage);
        let window = self.window_ms(passage, owner);
        let mut quietest = None;
        for next in 0..machines.len() {
            let planned = spread_ms(next as u64, machines.len() as u64, window, owner.office.as_deref());
            if planned.is_none_or(|at_ms| at_ms >= 0) {
                return;
            }
            let at = machines.start + next;
            if self.machines[at].marks & ABSENT == 0 && !self.manager.is_creating(at) {
                let demand = *quietest.get_or_insert_with(|| self.quietest_milli(owner));
                if self.could_be_spared(at, demand) {
                    self.note_redeployed(passage, next);
                } else if let Some(begin) = at_work(SimTime::ZERO, owner.office.as_deref()) {
                    self.passages.list[passage].ahead.put_off(next as u32, begin);
                }
            }
            self.passages.list[passage].ahead.take_turn();
        }
    }

    /// Whether a machine could have been spared before the trial, at so much demand.
    fn could_be_spared(&mut self, at: usize, demand: Option<u64>) -> bool {
        let Starts { part, serves, .. } = self.sets[self.machines[at].set as usize];
        self.machines[at].marks & self.absent() == 0 && !self.book.would_miss_without(demand, part, 1, serves)
    }

    /// The least that arrives in the owner's hours of the first week, or in all of it where there are none.
    fn quietest_milli(&self, owner: &SelfService) -> Option<u64> {
        let demand = self.design.demand.as_ref()?;
        let end = WEEK.min(self.measure.horizon);
        let hours = owner.office.as_deref().unwrap_or_default().chunks_exact(2).filter(|turn| turn[0] < end);
        let least = hours.map(|turn| demand.least_milli(turn[0], turn[1].min(end))).min();
        Some(least.unwrap_or_else(|| demand.least_milli(SimTime::ZERO, end)))
    }

    /// MT-05: takes up the waves that are over when the trial begins, and whose pauses wait for a window.
    pub(super) fn take_up_held(&mut self, strikes: &Strikes) {
        let storm = strikes.storm();
        let configured =
            self.design.maintenance.as_ref().is_some_and(|of| of.sets.iter().any(|of| of.windows.is_some()));
        if !configured {
            return;
        }
        for wave in &storm.past_waves {
            let facts = &self.causes[wave.cause as usize];
            let Some(mode) = facts.wave.filter(|_| !facts.ignored) else { continue };
            if self.suppressed.as_ref().is_some_and(|of| of.takes_past_wave(wave)) {
                continue;
            }
            let at = self.passages.begin(mode, wave.cause, (wave.first_rack, wave.first_rack + wave.racks));
            self.passages.list[at].begins_ms = -(wave.ago.as_ms() as i64);
            self.lay_held(at, strikes);
            self.await_step(at, SimTime::ZERO, strikes);
        }
    }
}
