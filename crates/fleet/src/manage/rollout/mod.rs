//! UP: releases change the model of a set, and rollouts bring it to the machines that exist.
//!
//! In: releases at their instants, machines that become well or vanish, waits that end. Out: machines that are taken
//! out and come back with another model (`machine.rs`), or that are replaced by new ones (`surge.rs`). Which machines go
//! next and when a rollout stops is decided by [`crate::policy::upgrade`].
//!
//! A set has at most one rollout. Another release of its kind cuts it short, one of another kind waits for its end; what takes
//! a bad version back cuts it short too. But no machine is changed before what is under way on it is done. Machines are told apart by flags in what is installed on
//! them, so that one that vanishes takes its part in the rollout with it. What can go wrong: the control plane is out
//! (the next step waits for it), machines cannot be reached (they failed), too many are unhealthy (the rollout stops for
//! good, UP-11), the model itself is bad (`symptoms.rs`).

mod drain;
mod frame;
mod machine;
mod state;
mod surge;
mod symptoms;

pub(crate) use state::{Rollouts, symptoms};

use crate::management::{Bad, Release, ReleaseKind, Symptom};
use crate::operations::Operation;
use crate::pending::Due;
use crate::policy::health::{HealthState, calls_for_repair};
use crate::policy::scale_in::Deed;
use crate::policy::upgrade::{Condition, Pending, may_begin, may_go_on, next_batch};
use crate::serving::Class;
use crate::world::{Facts, World};
use frame::{Batches, Frame};
use state::{Phase, Queued, Run, Version};
use zonefall_engine::{Key, SimDuration, SimTime};
use zonefall_faults::{Effect, Strikes};

use super::State;

/// What a world needs to know of what bad releases do: they hold machines as failure modes do. `cause`: what they are
/// charged to.
pub(crate) fn bad_releases(design: &crate::Design, cause: u16) -> impl Iterator<Item = Facts> {
    symptoms(design).into_iter().map(move |symptom| {
        let (effect, factor) = match symptom {
            Symptom::Down => (Effect::Down, 0),
            Symptom::Degraded(left) => (Effect::Degraded(left), left),
        };
        Facts::of_software(cause, effect, factor)
    })
}

/// How soon, at the earliest, an operator notices that what was ordered has stopped.
const ORDERED_AGAIN: SimDuration = SimDuration::from_ms(60_000);

impl World {
    /// The releases of a trial are awaited.
    pub(crate) fn begin_rollouts(&mut self) {
        for at in 0..self.manager.rollouts.releases.len() {
            let first = self.release_of(at).at;
            self.manager.rollouts.releases[at].due = first;
            self.wait(Due::Release, at, first);
        }
    }

    fn release_of(&self, at: usize) -> &Release {
        let of = &self.manager.rollouts.releases[at];
        let upgrades = self.design.sets[of.set].management.as_ref().and_then(|managed| managed.upgrades.as_ref());
        &upgrades.expect("only sets with an upgrade policy have releases").releases[of.index]
    }

    /// The luck of a release: of itself, by how often it has happened, and of nothing that a design says.
    fn release_luck(&self, at: usize, count: u64) -> Key {
        self.luck.named("release").named(&self.release_of(at).name).part(count, 0)
    }

    /// UP-02: a release: the model of the set is another one from now on.
    pub(crate) fn release_is_due(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        let state = self.manager.rollouts.releases[at];
        if state.due != t {
            return;
        }
        if let Some(back) = self.is_refused(state.set, (Due::Release, at), t, strikes) {
            self.manager.rollouts.releases[at].due = back;
            return;
        }
        let luck = self.release_luck(at, state.count);
        let release = self.release_of(at);
        let kind = release.kind;
        let next = release.every.as_ref().map(|every| t.after(every.draw(&mut luck.part(1, 0).stream())));
        let bad_after = release.bad.as_ref().and_then(|bad: &Bad| {
            let is_bad = luck.part(2, 0).unit(0) < bad.probability;
            is_bad.then(|| bad.after.draw(&mut luck.part(3, 0).stream()))
        });
        let state = &mut self.manager.rollouts.releases[at];
        (state.due, state.count) = (next.unwrap_or(SimTime::NEVER), state.count + 1);
        let (set, nth) = (state.set, state.count);
        if let Some(next) = next {
            self.wait(Due::Release, at, next);
        }
        self.book.count(Operation::Releases, 1, t, &self.measure);
        self.book.count(Operation::BadReleases, u64::from(bad_after.is_some()), t, &self.measure);
        let of = &mut self.manager.rollouts.sets[set];
        of.versions.push(Version {
            release: at as u32,
            kind,
            nth,
            before: of.newest.of(kind),
            bad_after,
            shown: false,
            taken_back: false,
        });
        of.newest = of.newest.with(kind, of.versions.len() as u32);
        self.new_model(set, kind, None, t, strikes);
    }

    /// Where the control plane of a set is out: when it is back, which is waited for.
    fn is_refused(&mut self, set: usize, (due, unit): (Due, usize), t: SimTime, strikes: &Strikes) -> Option<SimTime> {
        let back = self.control_plane_back(set, t, strikes);
        if back <= t {
            return None;
        }
        self.book.count(Operation::ControlPlaneRefusals, 1, t, &self.measure);
        self.wait(due, unit, back);
        Some(back)
    }

    /// The operator takes bad versions back; or, if there are newer ones, brings those to the machines.
    pub(crate) fn rollback_is_due(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        for kind in ReleaseKind::ALL {
            let (due, bad) = self.manager.rollouts.sets[set].rollbacks[kind as usize];
            if due != t {
                continue;
            }
            if let Some(back) = self.is_refused(set, (Due::Rollback, set), t, strikes) {
                self.manager.rollouts.sets[set].rollbacks[kind as usize].0 = back;
                continue;
            }
            let newest = self.manager.rollouts.sets[set].newest.of(kind);
            self.take_back(set, kind, newest, bad, t, strikes);
        }
    }

    /// The operator stops a rollout: what it has done stays. A way back is left alone.
    pub(crate) fn stop_rollout(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        let run = self.manager.rollouts.sets.get(set).and_then(|of| of.run);
        if run.is_some_and(|run| run.mends.is_none()) {
            self.end_rollout(set, Operation::RolloutsCancelled, t);
            self.undo_surges(set, t, strikes);
            self.next_rollout(set, t, strikes);
        }
    }

    /// UP-13: a runbook brings the version from before the newest one back, if that is known to be bad or on its way:
    /// what else an alert may come of, an old version does not mend.
    pub(crate) fn roll_back(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        let Some(of) = self.manager.rollouts.sets.get(set) else { return };
        let shown = ReleaseKind::ALL.into_iter().find(|&kind| of.is_shown(of.newest.of(kind)));
        let on_its_way = of.run.filter(|run| run.mends.is_none() && run.target.of(run.kind) == of.newest.of(run.kind));
        let Some(kind) = shown.or(on_its_way.map(|run| run.kind)) else { return };
        let newest = of.newest.of(kind);
        let Some(before) = of.version(newest).map(|version| version.before) else { return };
        self.take_back(set, kind, before, newest, t, strikes);
    }

    /// The last good version up to `upto` takes the place of what is newest of a kind, since one of it is bad.
    fn take_back(&mut self, set: usize, kind: ReleaseKind, upto: u32, bad: u32, t: SimTime, strikes: &Strikes) {
        let of = &mut self.manager.rollouts.sets[set];
        of.rollbacks[kind as usize].0 = SimTime::NEVER;
        of.newest = of.newest.with(kind, of.last_good(upto));
        let first = of.version_mut(bad).is_some_and(|of| !std::mem::replace(&mut of.taken_back, true));
        self.book.count(Operation::ReleasesTakenBack, u64::from(first), t, &self.measure);
        self.new_model(set, kind, Some(bad), t, strikes);
    }

    /// Something of the model of new machines is another, and is brought to those that exist. A rollout of another kind is
    /// waited for, but not to take back what is bad.
    fn new_model(&mut self, set: usize, kind: ReleaseKind, mends: Option<u32>, t: SimTime, strikes: &Strikes) {
        // AZ-10: a change of the set wins over a running rebalance.
        self.cancel_rebalance(set, t, strikes);
        self.has_changed(set, t);
        let frame = self.upgrade_policy(set).and_then(|policy| Frame::of(policy, kind, mends.is_some()));
        let of = &mut self.manager.rollouts.sets[set];
        if let Some(run) = of.run {
            if run.kind != kind {
                if mends.is_none() {
                    // What waits to take something bad back brings the newest then.
                    let waits = &mut of.queued[kind as usize];
                    *waits = waits.or(frame.map(|_| Queued { mends }));
                    return;
                }
                of.queued[run.kind as usize] = Some(Queued { mends: run.mends });
            }
            self.end_rollout(set, Operation::RolloutsCancelled, t);
            self.undo_surges(set, t, strikes);
        }
        match frame {
            Some(frame) => self.begin_rollout(set, kind, frame, mends, t, strikes),
            None => {
                self.look_for_bad(set, kind, t);
                self.next_rollout(set, t, strikes);
            }
        }
    }

    fn begin_rollout(
        &mut self,
        set: usize,
        kind: ReleaseKind,
        frame: Frame,
        mends: Option<u32>,
        t: SimTime,
        strikes: &Strikes,
    ) {
        for at in 0..self.manager.slots.len() {
            let installed = &mut self.manager.rollouts.machines[at];
            if self.machines[at].set as usize == set {
                (installed.attempted, installed.failed, installed.in_batch) = (false, false, false);
            }
        }
        self.book.count(Operation::Rollouts, 1, t, &self.measure);
        self.book.settle(t, &self.measure);
        self.book.add(Class::Rollouts, 1, t, &self.measure);
        let of = &mut self.manager.rollouts.sets[set];
        of.queued[kind as usize] = None;
        of.run = Some(Run { target: of.newest, kind, frame, phase: Phase::Between, due: t, mends });
        self.begin_batch(set, t, strikes);
    }

    /// A rollout that waited for another kind's begins.
    fn next_rollout(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        let of = &mut self.manager.rollouts.sets[set];
        let next = ReleaseKind::ALL.into_iter().find_map(|kind| Some((kind, of.queued[kind as usize].take()?)));
        let Some((kind, Queued { mends })) = next else { return };
        let frame = self.upgrade_policy(set).and_then(|policy| Frame::of(policy, kind, mends.is_some()));
        if let Some(frame) = frame {
            self.begin_rollout(set, kind, frame, mends, t, strikes);
        }
    }

    /// A rollout has come to its end.
    fn rollout_is_over(&mut self, set: usize, how: Operation, t: SimTime, strikes: &Strikes) {
        let kind = self.manager.rollouts.sets[set].run.map(|run| run.kind);
        self.end_rollout(set, how, t);
        if let Some(kind) = kind {
            self.look_for_bad(set, kind, t);
        }
        self.next_rollout(set, t, strikes);
    }

    /// UP-13: nothing brings a version to the machines any more. What has been taken back is ordered away again while a
    /// machine runs it that is not protected from actions on the set, whatever came between.
    fn look_for_bad(&mut self, set: usize, kind: ReleaseKind, t: SimTime) {
        let shields = self.shields(set);
        let of = &self.manager.rollouts.sets[set];
        let is_left = |version: &u32| {
            *version != of.newest.of(kind) && of.version(*version).is_some_and(|version| version.taken_back)
        };
        let runs = |at: usize| {
            let (slot, installed) = (&self.manager.slots[at], &self.manager.rollouts.machines[at]);
            let can_be_had = self.machines[at].set as usize == set
                && slot.state == State::Running
                && !shields.of(slot.id).stops(Deed::SetAction, true);
            can_be_had.then(|| installed.headed_for().of(kind)).filter(is_left)
        };
        if let Some(bad) = (0..self.manager.slots.len()).find_map(runs) {
            self.await_operator(set, bad, t.after(ORDERED_AGAIN));
        }
    }

    /// What a rollout waited for has come.
    pub(crate) fn rollout_is_due(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        let Some(run) = self.manager.rollouts.sets[set].run.as_mut().filter(|run| run.due == t) else { return };
        run.due = SimTime::NEVER;
        match run.phase {
            Phase::Between => self.begin_batch(set, t, strikes),
            Phase::Upgrading => self.batch_moves_on(set, t, strikes),
            Phase::Settling(_) => self.settle_batch(set, t, strikes),
        }
    }

    fn await_rollout(&mut self, set: usize, phase: Phase, due: SimTime) {
        if let Some(run) = &mut self.manager.rollouts.sets[set].run {
            (run.phase, run.due) = (phase, due);
            self.wait(Due::Rollout, set, due);
        }
    }

    /// A machine of a batch is well, or gone: the rollout looks at once.
    pub(crate) fn nudge_rollout(&mut self, set: usize, t: SimTime) {
        if let Some(run) = &mut self.manager.rollouts.sets[set].run
            && run.phase != Phase::Between
            && run.due != t
        {
            run.due = t;
            self.wait(Due::Rollout, set, t);
        }
    }

    /// UP-04: the next batch, if the set's health allows it and anything is left.
    fn begin_batch(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
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
        // Each machine tells when it is done; for a batch that nobody could be reached of, nobody does.
        self.await_rollout(set, Phase::Upgrading, t);
    }

    /// The machines of a set that the rollout has yet to reach.
    fn list_batch(&mut self, set: usize, run: &Run, t: SimTime) {
        let mut batch = std::mem::take(&mut self.manager.rollouts.batch);
        batch.clear();
        // UP-11: an action on the whole set passes over machines that are protected from it.
        let shields = self.shields(set);
        let spreads = matches!(self.design.sets[set].spreading, crate::Spreading::Fixed(_));
        for at in 0..self.manager.slots.len() {
            let (slot, installed) = (&self.manager.slots[at], &self.manager.rollouts.machines[at]);
            let waits = self.machines[at].set as usize == set
                && slot.state == State::Running
                && !slot.extra
                && !installed.attempted
                && run.goal(installed.headed_for()) != installed.headed_for()
                && !shields.of(slot.id).stops(Deed::SetAction, true);
            if waits {
                let zone = self.manager.groups[slot.group as usize].zone.map_or(0, |zone| zone.0 + 1);
                let domain = if spreads { slot.rack } else { 0 };
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
    fn is_mended(&self, at: usize, mends: Option<u32>) -> bool {
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

    fn has_health(&self, set: usize) -> bool {
        self.design.sets[set].management.as_ref().is_some_and(|managed| managed.health.is_some())
    }

    /// Something of a batch is done: if all of it is, it gets its time to be healthy.
    fn batch_moves_on(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
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
    fn settle_batch(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
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
        if known <= t || until <= t {
            return self.batch_is_over(set, t, strikes);
        }
        self.await_rollout(set, Phase::Settling(until), known.min(until));
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

    /// A rollout is over. What is under way on machines is done, and nothing after that.
    fn end_rollout(&mut self, set: usize, how: Operation, t: SimTime) {
        for at in 0..self.manager.rollouts.machines.len() {
            if self.machines[at].set as usize == set {
                self.manager.rollouts.machines[at].then = None;
            }
        }
        self.manager.rollouts.sets[set].run = None;
        self.book.count(how, 1, t, &self.measure);
        self.book.settle(t, &self.measure);
        self.book.add(Class::Rollouts, -1, t, &self.measure);
    }

    /// UP-07: whether the quota has room for new machines in place of those of a batch, which is asked before each.
    fn may_surge(&mut self, set: usize, batch: &[(Pending, u32)], t: SimTime) -> bool {
        let spot = batch.iter().filter(|&&(_, at)| self.manager.slots[at as usize].spot).count() as u32;
        let allowed = self.quota_allows(set, batch.len() as u32, spot);
        self.book.count(Operation::SurgesInPlace, u64::from(!allowed), t, &self.measure);
        allowed
    }
}
