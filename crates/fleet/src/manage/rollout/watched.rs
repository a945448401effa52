//! What a witness sees of releases and rollouts: found by comparing a set's versions and its rollout with what they were.

use super::state::{Ended, Run, SetRollout};
use crate::manage::State;
use crate::operations::Operation;
use crate::world::World;

/// A release of a design, and which of those of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Which {
    /// The set.
    pub set: u16,
    /// Its place among the releases of the set.
    pub release: u16,
    /// From 1.
    pub nth: u64,
}

/// What became of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rolled {
    /// It comes, and is bad or not.
    Comes {
        /// Whether it is bad.
        bad: bool,
    },
    /// A machine is the first to show that it is bad.
    Shows,
    /// The operator takes it back.
    TakenBack,
    /// A rollout begins that brings it, or takes it back.
    Begins {
        /// It takes it back.
        back: bool,
    },
    /// A batch of that begins.
    Batch {
        /// From 1.
        number: u32,
        /// Machines in it.
        machines: u64,
        /// It takes it back.
        back: bool,
    },
    /// Its rollout is over.
    Ends {
        /// How that is counted.
        how: Operation,
        /// It took it back.
        back: bool,
        /// It has found nothing left to do: all machines in its way were as they should be.
        idle: bool,
        /// Machines that have what it brings, or are about to, and those that have not.
        left: (u64, u64),
    },
}

impl Rolled {
    /// The operations that it stands for.
    pub(crate) fn stands_for(self) -> impl Iterator<Item = usize> {
        let of = match self {
            Self::Comes { bad } => [Some(Operation::Releases), bad.then_some(Operation::BadReleases)],
            Self::Shows => [None, None],
            Self::TakenBack => [Some(Operation::ReleasesTakenBack), None],
            Self::Begins { .. } => [Some(Operation::Rollouts), None],
            Self::Batch { .. } => [Some(Operation::RolloutBatches), None],
            Self::Ends { how, .. } => [Some(how), None],
        };
        of.into_iter().flatten().map(|of| of as usize)
    }
}

/// A set's releases and rollout as they were.
#[derive(Debug, Default)]
struct Of {
    /// Whether each version was known to be bad, and taken back.
    versions: Vec<(bool, bool)>,
    run: Option<Run>,
    /// How many rollouts were over.
    ended: usize,
}

/// All of a design as they were.
#[derive(Debug, Default)]
pub(crate) struct Before {
    sets: Vec<Of>,
}

impl World {
    /// What has become of releases since the last look.
    pub(crate) fn see_rollouts(&self, before: &mut Before) -> Vec<(Which, Rolled)> {
        let rollouts = &self.manager.rollouts;
        before.sets.resize_with(rollouts.sets.len(), Of::default);
        let mut seen = Vec::new();
        for (set, (now, old)) in rollouts.sets.iter().zip(&mut before.sets).enumerate() {
            for (at, version) in now.versions.iter().enumerate() {
                let which = self.which(now, at as u32 + 1);
                if at == old.versions.len() {
                    old.versions.push((false, false));
                    seen.extend(which.map(|which| (which, Rolled::Comes { bad: version.bad_after.is_some() })));
                }
                let (shown, taken_back) = std::mem::replace(&mut old.versions[at], (version.shown, version.taken_back));
                if version.shown && !shown {
                    seen.extend(which.map(|which| (which, Rolled::Shows)));
                }
                if version.taken_back && !taken_back {
                    seen.extend(which.map(|which| (which, Rolled::TakenBack)));
                }
            }
            self.see_runs(set, old, &mut seen);
        }
        seen
    }

    /// What a rollout is about: what it takes back, else what it brings.
    fn which(&self, of: &SetRollout, version: u32) -> Option<Which> {
        let version = of.version(version)?;
        let release = &self.manager.rollouts.releases[version.release as usize];
        Some(Which { set: release.set as u16, release: release.index as u16, nth: version.nth })
    }

    fn about(&self, of: &SetRollout, run: &Run) -> Option<Which> {
        self.which(of, run.mends.unwrap_or(run.target.of(run.kind)))
    }

    /// Every rollout since the last look: those that are over, however short they were, and the one that goes on.
    fn see_runs(&self, set: usize, old: &mut Of, seen: &mut Vec<(Which, Rolled)>) {
        let of = &self.manager.rollouts.sets[set];
        for Ended { run, how } in &of.ended[old.ended..] {
            self.see_run(set, old.run.take(), run, seen);
            let (back, idle) = (run.mends.is_some(), run.batches == 0 && *how == Operation::RolloutsCompleted);
            seen.extend(
                self.about(of, run)
                    .map(|which| (which, Rolled::Ends { how: *how, back, idle, left: self.left(set, run) })),
            );
        }
        if let Some(run) = &of.run {
            self.see_run(set, old.run.take(), run, seen);
        }
        (old.run, old.ended) = (of.run, of.ended.len());
    }

    /// Machines of a set with what a rollout brings, and without.
    fn left(&self, set: usize, run: &Run) -> (u64, u64) {
        let here = |at: &usize| {
            self.machines[*at].set as usize == set
                && matches!(self.manager.slots[*at].state, State::Creating | State::Running)
        };
        let has = |at: usize| {
            let model = self.manager.rollouts.machines[at].headed_for();
            model.of(run.kind) == run.target.of(run.kind)
        };
        let (with, without): (Vec<usize>, Vec<usize>) =
            (0..self.manager.slots.len()).filter(here).partition(|&at| has(at));
        (with.len() as u64, without.len() as u64)
    }

    /// What has become of a rollout since it was seen, if it was.
    fn see_run(&self, set: usize, before: Option<Run>, run: &Run, seen: &mut Vec<(Which, Rolled)>) {
        let of = &self.manager.rollouts.sets[set];
        let (Some(which), back) = (self.about(of, run), run.mends.is_some()) else { return };
        if before.is_none() {
            seen.push((which, Rolled::Begins { back }));
        }
        for number in before.map_or(0, |before| before.batches) + 1..=run.batches {
            let machines = self.manager.rollouts.machines.iter().zip(&self.machines);
            let mine = machines.filter(|(installed, machine)| machine.set as usize == set && installed.in_batch);
            seen.push((which, Rolled::Batch { number, machines: mine.count() as u64, back }));
        }
    }
}
