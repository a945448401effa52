//! UP-03 to UP-11: a batch of a rollout begins, gets its time to be healthy, and is judged.
//!
//! In: a rollout that may go on. Out: machines that are changed ([`World::begin_upgrade`]) or replaced, and what comes of it: the
//! next batch, or the end of the rollout. Machines of the batch are told by flags of what is installed on them.

use super::super::State;
use super::frame::{Batches, Frame};
use super::state::{Phase, Run};
use crate::management::Orchestration;
use crate::operations::Operation;
use crate::policy::health::{HealthState, calls_for_repair};
use crate::policy::scale_in::Deed;
use crate::policy::upgrade::{Condition, Pending, UPDATE_DOMAINS, may_begin, may_go_on, next_batch};
use crate::world::World;
use zonefall_engine::SimTime;
use zonefall_faults::Strikes;

impl World {
    /// UP-04: the next batch, if the set's health allows it and anything is left.
    pub(super) fn begin_batch(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        let Some(run) = self.manager.rollouts.sets[set].run else { return };
        let back = self.control_plane_back(set, t, strikes);
        if back > t {
            return self.await_rollout(set, Phase::Between, back);
        }
        let condition = self.condition(set, run.mends, t);
        if let Frame::Batches(batches) = run.frame
            && !may_begin(condition, &batches.rolling)
        {
            return self.rollout_is_over(set, Operation::RolloutsFaulted, t, strikes);
        }
        self.list_batch(set, &run, t);
        let mut batch = std::mem::take(&mut self.manager.rollouts.batch);
        let mut surges = false;
        if let Frame::Batches(batches) = run.frame {
            next_batch(&mut batch, condition, &batches.rolling);
            surges = batches.surges && !batch.is_empty() && self.may_surge(set, &batch, t);
        }
        self.book.count(Operation::RolloutBatches, u64::from(!batch.is_empty()), t, &self.measure);
        for &(_, at) in &batch {
            if !surges || !self.surge(at as usize, t, strikes) {
                let goal = run.goal(self.manager.rollouts.machines[at as usize].headed_for());
                self.begin_upgrade(at as usize, goal, run.kind, t, strikes);
            }
        }
        let is_over = batch.is_empty();
        self.manager.rollouts.batch = batch;
        if is_over {
            return self.rollout_is_over(set, Operation::RolloutsCompleted, t, strikes);
        }
        if let Some(run) = &mut self.manager.rollouts.sets[set].run {
            run.batches += 1;
        }
        // Each machine tells when it is done; for a batch that nobody could be reached of, nobody does.
        self.await_rollout(set, Phase::Upgrading, t);
    }

    /// The machines of a set that the rollout has yet to reach.
    fn list_batch(&mut self, set: usize, run: &Run, t: SimTime) {
        let mut batch = std::mem::take(&mut self.manager.rollouts.batch);
        batch.clear();
        // UP-11: an action on the whole set passes over machines that are protected from it.
        let shields = self.shields(set);
        let design = &self.design.sets[set];
        let spreads = matches!(design.spreading, crate::Spreading::Fixed(_));
        let uniform = design.management.as_ref().is_some_and(|of| of.orchestration == Orchestration::Uniform);
        for at in 0..self.manager.slots.len() {
            let (slot, installed) = (&self.manager.slots[at], &self.manager.rollouts.machines[at]);
            let waits = self.machines[at].set as usize == set
                && slot.state == State::Running
                && !slot.extra
                && !installed.attempted
                && run.goal(installed.headed_for()) != installed.headed_for()
                && !shields.of(slot.id).stops(Deed::SetAction, true);
            if waits {
                let group = &self.manager.groups[slot.group as usize];
                let zone = group.zone.map_or(0, |zone| zone.0 + 1);
                let domain = match (uniform, spreads) {
                    // FD-11: in turn within its placement group, which a multiple of five fills.
                    (true, _) => (self.instance_of[at] - group.numbers.start) % UPDATE_DOMAINS,
                    (false, true) => slot.rack,
                    (false, false) => 0,
                };
                let unhealthy = self.is_believed_ill(at, t);
                batch.push((Pending { zone, domain, id: slot.id, unhealthy }, at as u32));
            }
        }
        self.manager.rollouts.batch = batch;
    }

    /// HM-06: what the set believes of its machines. While a bad model is taken back, those that run it, or another one
    /// that is known to be bad, are being mended: they hold nothing up.
    fn condition(&self, set: usize, mends: Option<u32>, t: SimTime) -> Condition {
        let mut now = Condition::default();
        for at in 0..self.manager.slots.len() {
            let slot = &self.manager.slots[at];
            if self.machines[at].set as usize == set && slot.state.counts() && !slot.extra {
                now.total += 1;
                now.unhealthy += u32::from(!self.is_mended(at, mends) && self.is_believed_ill(at, t));
            }
        }
        now
    }

    /// Whether a machine runs what is being taken back, or something else that is known to be bad.
    pub(super) fn is_mended(&self, at: usize, mends: Option<u32>) -> bool {
        let of = &self.manager.rollouts.sets[self.set_of(at)];
        let versions = || self.manager.rollouts.machines[at].model.versions();
        mends.is_some_and(|mends| versions().any(|version| version == mends || of.is_shown(version)))
    }

    fn is_believed_ill(&self, at: usize, t: SimTime) -> bool {
        match self.manager.slots[at].state {
            State::Running => calls_for_repair(self.health_of(at, t)),
            State::Failed => self.has_health(self.set_of(at)),
            _ => false,
        }
    }

    pub(super) fn has_health(&self, set: usize) -> bool {
        self.design.sets[set].management.as_ref().is_some_and(|managed| managed.health.is_some())
    }

    /// Something of a batch is done: if all of it is, it gets its time to be healthy.
    pub(super) fn batch_moves_on(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        let Some(run) = self.manager.rollouts.sets[set].run.filter(|run| run.phase == Phase::Upgrading) else { return };
        if self.batch(set).any(|at| self.is_under_way(at)) {
            return;
        }
        if run.frame == Frame::AtOnce {
            return self.rollout_is_over(set, Operation::RolloutsCompleted, t, strikes);
        }
        let Some(wait) = self.upgrade_policy(set).map(|policy| policy.health_wait) else { return };
        if let Some(run) = &mut self.manager.rollouts.sets[set].run {
            run.phase = Phase::Settling(t.after(wait));
        }
        self.settle_batch(set, t, strikes);
    }

    /// The machines of the present batch, and those that are made for it.
    fn batch(&self, set: usize) -> impl Iterator<Item = usize> + '_ {
        let machines = self.manager.rollouts.machines.iter().enumerate();
        let mine = machines.filter(move |(at, installed)| {
            self.machines[*at].set as usize == set && (installed.in_batch || installed.surges_for.is_some())
        });
        mine.map(|(at, _)| at)
    }

    fn is_under_way(&self, at: usize) -> bool {
        self.manager.rollouts.machines[at].is_under_way() || self.manager.slots[at].state == State::Creating
    }

    /// UP-09: a batch is over as soon as the set knows that all of it is healthy, at the latest when its time is up.
    pub(super) fn settle_batch(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        let Some(Phase::Settling(until)) = self.manager.rollouts.sets[set].run.map(|run| run.phase) else { return };
        let well = |at: usize| {
            let (slot, installed) = (&self.manager.slots[at], &self.manager.rollouts.machines[at]);
            // What was known of a machine before its upgrade says nothing of it after. The machine that a new one stands
            // for is left as it is.
            let known = || self.known_well_from(at, slot.since.max(installed.since));
            let awaited = !installed.failed && !self.is_surged_for(at);
            awaited.then(|| if slot.well { known() } else { SimTime::NEVER })
        };
        let known = self.batch(set).filter_map(well).max().unwrap_or(t);
        if known <= t {
            return self.batch_is_over(set, t, strikes);
        }
        if until > t {
            return self.await_rollout(set, Phase::Settling(until), known.min(until));
        }
        // HM-06: a rolling upgrade waits for machines that are initializing.
        match self.batch(set).filter_map(|at| self.decided_at(at, t)).max() {
            Some(decided) => self.await_rollout(set, Phase::Settling(until), known.min(decided)),
            None => self.batch_is_over(set, t, strikes),
        }
    }

    /// UP-04, UP-09: a batch is judged; once the control plane is back, if machines may get their old model by that.
    fn batch_is_over(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        let Some(run) = self.manager.rollouts.sets[set].run else { return };
        let Frame::Batches(batches) = run.frame else { return };
        let back = self.control_plane_back(set, t, strikes);
        if back > t && (batches.reverts || batches.reverts_at_stop) {
            return self.await_rollout(set, run.phase, back);
        }
        self.conclude_surges(set, t, strikes);
        let (unhealthy, upgraded) = self.judge_upgraded(set, t);
        let total = self.condition(set, None, t).total;
        let goes_on = may_go_on(unhealthy, upgraded, total, &batches.rolling);
        self.revert(set, &batches, goes_on, t, strikes);
        for at in 0..self.manager.rollouts.machines.len() {
            if self.machines[at].set as usize == set {
                self.manager.rollouts.machines[at].in_batch = false;
            }
        }
        self.has_changed(set, t);
        if !goes_on {
            return self.rollout_is_over(set, Operation::RolloutsFaulted, t, strikes);
        }
        self.list_batch(set, &run, t);
        if self.manager.rollouts.batch.is_empty() {
            return self.rollout_is_over(set, Operation::RolloutsCompleted, t, strikes);
        }
        self.await_rollout(set, Phase::Between, t.after(batches.pause));
    }

    /// UP-04: how many of the machines that the rollout has reached are not healthy, and how many it has reached. Those of
    /// the batch that are not healthy have failed.
    fn judge_upgraded(&mut self, set: usize, t: SimTime) -> (u32, u32) {
        let mends = self.manager.rollouts.sets[set].run.and_then(|run| run.mends);
        let (mut unhealthy, mut upgraded) = (0, 0);
        for at in 0..self.manager.slots.len() {
            let installed = self.manager.rollouts.machines[at];
            if self.machines[at].set as usize != set || !installed.attempted {
                continue;
            }
            upgraded += 1;
            if self.is_mended(at, mends) {
                continue;
            }
            let in_time = !installed.in_batch || self.health_of(at, t) == HealthState::Healthy || !self.has_health(set);
            if installed.failed || !in_time || self.is_believed_ill(at, t) {
                unhealthy += 1;
                if installed.in_batch && !installed.failed {
                    self.manager.rollouts.machines[at].failed = true;
                    self.book.count(Operation::UpgradesFailed, 1, t, &self.measure);
                }
            }
        }
        (unhealthy, upgraded)
    }

    /// UP-09 to UP-11: machines that failed get their old model back: those of the batch, or, where the rollout stops,
    /// all of them.
    fn revert(&mut self, set: usize, batches: &Batches, goes_on: bool, t: SimTime, strikes: &Strikes) {
        let Some(run) = self.manager.rollouts.sets[set].run else { return };
        let all = !goes_on && batches.reverts_at_stop;
        if !batches.reverts && !all {
            return;
        }
        for at in 0..self.manager.slots.len() {
            let installed = self.manager.rollouts.machines[at];
            let mine = self.machines[at].set as usize == set && self.manager.slots[at].state == State::Running;
            let ill = installed.failed || all && installed.attempted && self.is_believed_ill(at, t);
            if mine && ill && run.goal(installed.model) == installed.model && (all || installed.in_batch) {
                self.book.count(Operation::MachinesRolledBack, 1, t, &self.measure);
                self.begin_upgrade(at, installed.previous, run.kind, t, strikes);
            }
        }
    }

    /// UP-07: whether the quota has room for new machines in place of those of a batch, which is asked before each.
    fn may_surge(&mut self, set: usize, batch: &[(Pending, u32)], t: SimTime) -> bool {
        let spot = batch.iter().filter(|&&(_, at)| self.manager.slots[at as usize].spot).count() as u32;
        let allowed = self.quota_allows(set, batch.len() as u32, spot, 0);
        self.book.count(Operation::SurgesInPlace, u64::from(!allowed), t, &self.measure);
        allowed
    }
}
