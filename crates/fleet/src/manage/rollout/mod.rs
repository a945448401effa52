//! UP: releases change the model of a set, and rollouts bring it to the machines that exist.
//!
//! In: releases at their instants, machines that become well or vanish, waits that end. Out: machines that are taken
//! out and come back with another model (`machine.rs`), or that are replaced by new ones (`surge.rs`). Which machines go
//! next and when a rollout stops is decided by [`crate::policy::upgrade`].
//!
//! A set has at most one rollout. Another release of its kind cuts it short, one of another kind waits for its end; what takes
//! a bad version back cuts it short too. But no machine is changed before what is under way on it is done. Batches are in
//! `batch.rs`; machines are told apart by flags in what is installed on them, so that one that vanishes takes its part in the
//! rollout with it. What can go wrong: the control plane is out (the next step waits for it), machines cannot be reached (they
//! failed), too many are unhealthy (the rollout stops for good, UP-11), the model itself is bad (`symptoms.rs`).

mod batch;
mod drain;
mod frame;
mod machine;
mod pairs;
mod state;
mod surge;
mod symptoms;
mod watched;

pub(crate) use state::{Rollouts, symptoms};
pub(crate) use watched::Before as SeenRollouts;
pub use watched::{Rolled, Which};

use crate::deeds::Who;
use crate::facts::Facts;
use crate::management::{Bad, Release, ReleaseKind, Symptom};
use crate::operations::Operation;
use crate::pending::Due;
use crate::policy::scale_in::Deed;
use crate::serving::Class;
use crate::world::World;
use frame::Frame;
use state::{Ended, Phase, Queued, Run, Version};
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
        self.did(Operation::ControlPlaneRefusals, Who::Set(set as u16), t);
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

    /// The operator stops a rollout, if there is one: what it has done stays. A way back is left alone.
    pub(crate) fn stop_rollout(&mut self, set: usize, t: SimTime, strikes: &Strikes) -> bool {
        let run = self.manager.rollouts.sets.get(set).and_then(|of| of.run);
        let Some(run) = run.filter(|run| run.mends.is_none()) else { return false };
        self.end_rollout(set, Operation::RolloutsCancelled, t);
        self.undo_surges(set, t, strikes);
        self.look_for_bad(set, run.kind, t);
        self.next_rollout(set, t, strikes);
        true
    }

    /// UP-13: a runbook brings the version from before the newest one back, if that is known to be bad or on its way:
    /// what else an alert may come of, an old version does not mend. Whether there was anything to bring back.
    pub(crate) fn roll_back(&mut self, set: usize, t: SimTime, strikes: &Strikes) -> bool {
        let Some(of) = self.manager.rollouts.sets.get(set) else { return false };
        let shown = ReleaseKind::ALL.into_iter().find(|&kind| of.is_shown(of.newest.of(kind)));
        let on_its_way = of.run.filter(|run| run.mends.is_none() && run.target.of(run.kind) == of.newest.of(run.kind));
        let Some(kind) = shown.or(on_its_way.map(|run| run.kind)) else { return false };
        let newest = of.newest.of(kind);
        let Some(before) = of.version(newest).map(|version| version.before) else { return false };
        self.take_back(set, kind, before, newest, t, strikes);
        true
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
            Some(frame) if self.waits_for_pair(set, kind, frame, mends) => self.await_pair(set, kind),
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
        of.run = Some(Run { target: of.newest, kind, frame, phase: Phase::Between, due: t, mends, batches: 0 });
        self.begin_batch(set, t, strikes);
    }

    /// A rollout that waited for another kind's begins.
    fn next_rollout(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        let queued = self.manager.rollouts.sets[set].queued;
        for kind in ReleaseKind::ALL {
            let Some(Queued { mends }) = queued[kind as usize] else { continue };
            let frame = self.upgrade_policy(set).and_then(|policy| Frame::of(policy, kind, mends.is_some()));
            if frame.is_some_and(|frame| self.waits_for_pair(set, kind, frame, mends)) {
                continue;
            }
            self.manager.rollouts.sets[set].queued[kind as usize] = None;
            if let Some(frame) = frame {
                self.begin_rollout(set, kind, frame, mends, t, strikes);
            }
            return;
        }
    }

    /// A rollout has come to its end.
    pub(super) fn rollout_is_over(&mut self, set: usize, how: Operation, t: SimTime, strikes: &Strikes) {
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
        if self.manager.rollouts.sets[set].run.is_none() {
            return self.next_rollout(set, t, strikes);
        }
        let Some(run) = self.manager.rollouts.sets[set].run.as_mut().filter(|run| run.due == t) else { return };
        run.due = SimTime::NEVER;
        match run.phase {
            Phase::Between => self.begin_batch(set, t, strikes),
            Phase::Upgrading => self.batch_moves_on(set, t, strikes),
            Phase::Settling(_) => self.settle_batch(set, t, strikes),
        }
    }

    pub(super) fn await_rollout(&mut self, set: usize, phase: Phase, due: SimTime) {
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

    /// A rollout is over. What is under way on machines is done, and nothing after that.
    fn end_rollout(&mut self, set: usize, how: Operation, t: SimTime) {
        for at in 0..self.manager.rollouts.machines.len() {
            if self.machines[at].set as usize == set {
                self.manager.rollouts.machines[at].then = None;
            }
        }
        let of = &mut self.manager.rollouts.sets[set];
        of.ended.extend(of.run.take().map(|run| Ended { run, how }));
        self.book.count(how, 1, t, &self.measure);
        self.book.settle(t, &self.measure);
        self.book.add(Class::Rollouts, -1, t, &self.measure);
        self.pair_is_free(set, t);
    }
}
