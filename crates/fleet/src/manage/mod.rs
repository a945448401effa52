//! Managed sets: what the platform and the customer do to a scale set while a trial runs.
//!
//! In: the changes of the machines (`touched`), of the racks (`zones_changed`), and what was waited for ([`Due`]). Out:
//! machines that appear, stop and vanish, through the few functions of `slots.rs`. Decisions are the pure functions of
//! [`crate::policy`]; here they get their views and their decisions are carried out. Nothing ticks: each wait is computed
//! when it begins and checked when it ends (a slot or a set remembers which wait is the current one).
//!
//! Order within a millisecond: machines touched (by slot position, as they were touched), then zones, then triggers,
//! then rebalancing. Luck is keyed by slot, instant and purpose.

mod audit;
mod autoscale;
mod change;
mod changing;
mod create;
mod delete;
mod health;
mod mixed;
mod order;
mod owed;
mod pool;
mod promise;
pub(crate) use promise::Promise;
mod rebalance;
mod repair;
mod rollout;
mod runbook;
mod scale;
mod sets;
mod shortage;
mod slot;
mod slots;
mod spot;
mod state;
mod vacancy;
mod victim;
mod zones;

pub(crate) use autoscale::Scaler;
pub use rollout::{Rolled, Which};
pub(crate) use rollout::{Rollouts, SeenRollouts, bad_releases, symptoms};
pub(crate) use sets::GroupState;
pub(crate) use slot::{Slot, State};
pub(crate) use state::Manager;

use crate::pending::{Due, Pending};
use crate::world::World;
use zonefall_engine::SimTime;
use zonefall_faults::Strikes;

impl World {
    /// Lets the managed sets react to what has just changed, then gateways that hear tries, and whoever sends clients to parts.
    #[inline]
    pub(crate) fn manage(&mut self, t: SimTime, strikes: &Strikes) {
        let is_managed = self.manager.is_active();
        if is_managed && self.manager.has_news() {
            self.react(t, strikes);
        }
        if self.hears_tries {
            self.gateways_hear_tries(t);
        }
        if is_managed && self.scaler.is_active() {
            self.watch_metrics(t);
        }
        if self.reviews {
            self.route(t);
            self.await_line(t);
        }
    }

    fn react(&mut self, t: SimTime, strikes: &Strikes) {
        self.manager.alerted = false;
        self.see_capacity(t, strikes);
        // What reacts may touch further machines, which are looked at in turn.
        let mut at = 0;
        while let Some(&machine) = self.manager.touched.get(at) {
            self.look_at(machine as usize, t);
            at += 1;
            if at == self.manager.touched.len() && self.manager.zones_changed {
                self.manager.zones_changed = false;
                self.zones_have_changed(t);
            }
        }
        self.manager.touched.clear();
        if std::mem::take(&mut self.manager.zones_changed) {
            self.zones_have_changed(t);
        }
        self.watch_triggers(t);
        self.consider_rebalancing(t, strikes);
        if self.manager.has_news() {
            self.react(t, strikes);
        }
    }

    /// What a managed set waited for has come.
    pub(crate) fn due(&mut self, what: Due, unit: u32, t: SimTime, strikes: &Strikes) {
        let at = unit as usize;
        self.see_capacity(t, strikes);
        match what {
            Due::Created => self.creation_ends(at, t),
            Due::CreateTimeout => self.create_timed_out(at, t, strikes),
            Due::Deleted => self.deleted(at, t, strikes),
            Due::Terminate => self.notice_is_over(at, t, strikes),
            Due::Standby => self.standby_is_ready(at, t),
            Due::Repair => self.repair_is_due(at, t, strikes),
            Due::Look => self.look_is_due(at, t, strikes),
            Due::Repaired => self.repaired_in_place(at, t, strikes),
            Due::Product => self.product_is_due(at, t),
            Due::Rebalance => self.rebalance_is_due(at, t, strikes),
            Due::Rebalanced => self.rebalance_ends(at, t, strikes),
            Due::Restore => self.restore(at, t, strikes),
            Due::Change => self.change_is_due(at, t, strikes),
            Due::Short => self.service_is_short(at, t),
            Due::Back => self.change_is_taken_back(at, t, strikes),
            Due::Profile => self.profile_is_due(at, t),
            Due::Autoscale => self.autoscale_is_due(at, t, strikes),
            Due::Upgraded => self.upgraded(at, t, strikes),
            Due::Symptom => self.symptom_shows(at, t),
            Due::Rollout => self.rollout_is_due(at, t, strikes),
            Due::Release => self.release_is_due(at, t, strikes),
            Due::Rollback => self.rollback_is_due(at, t, strikes),
        }
    }

    pub(crate) fn wait(&mut self, what: Due, unit: usize, until: SimTime) {
        if until < SimTime::NEVER {
            self.pending.push(until, Pending::Due { what, unit: unit as u32 }.tag());
        }
    }
}
