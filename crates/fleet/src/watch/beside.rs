//! What a witness sees beside machines: batches of jobs, the instances of a gateway, releases and rollouts.

use super::{Seen, Witness};
use crate::manage::SeenRollouts;
use crate::operations::{OPERATIONS, Operation};
use crate::world::World;
use zonefall_engine::{SimDuration, SimTime};

/// What becomes of a batch of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batched {
    /// So many jobs come, with so much time until their deadline.
    Come {
        /// Jobs.
        jobs: u64,
        /// From now to the deadline.
        until_due: SimDuration,
    },
    /// All are done, so long after they came.
    Done {
        /// From when they came.
        after: SimDuration,
    },
    /// The deadline passes, and so many jobs are not done.
    Due {
        /// Jobs, the one that is being worked on too.
        left: u64,
    },
}

/// What was seen beside machines.
#[derive(Debug, Default)]
pub(super) struct Beside {
    rollouts: SeenRollouts,
    /// Batches that had come, were done, and were due.
    batches: [usize; 3],
    instances: u32,
    /// Whether gateways turn requests away, as things stand and as was told.
    turns_away: (bool, bool),
    /// How many they had when the last of this was told, and when it came to change.
    turned_away: (u64, u64),
}

fn turned_away(world: &World) -> u64 {
    world.ledger().operations[Operation::GatewayTurnedAway as usize]
}

impl Beside {
    /// What there is when a trial begins.
    pub fn of(world: &World) -> Self {
        Self { instances: world.gateway_instances(), ..Self::default() }
    }

    /// AG-03: whether requests are turned away if things stay as they are, and how many have been.
    pub fn judge_refusals(&mut self, world: &World) {
        self.turns_away.0 = world.book.is_turned_away() > 0;
        self.turned_away.1 = turned_away(world);
    }
}

impl Witness {
    /// Batches that were done up to now, at the instants at which they were.
    pub(super) fn look_at_work(&mut self, world: &World) {
        let Some(backlog) = world.book.backlog() else { return };
        while self.beside.batches[1] < backlog.complete() {
            let number = self.beside.batches[1];
            self.beside.batches[1] += 1;
            let counted = |at: SimTime| at >= world.measure.from;
            let came = backlog.batch(number).at;
            if !counted(came) {
                continue;
            }
            let earlier = (0..number).filter(|&other| counted(backlog.batch(other).at)).count();
            let after = SimDuration::from_ms(world.ledger().clearance_ms[earlier]);
            self.tell_of(self.level, came.after(after), Seen::Batch(number as u64 + 1, Batched::Done { after }));
        }
    }

    /// Batches that have come, and those whose deadlines have passed.
    pub(super) fn look_at_jobs(&mut self, world: &World, t: SimTime) {
        let Some(backlog) = world.book.backlog() else { return };
        while self.beside.batches[0] < backlog.arrived() {
            let number = self.beside.batches[0];
            self.beside.batches[0] += 1;
            let until_due = backlog.batch(number).due.since(t);
            let what = Batched::Come { jobs: backlog.jobs_of(number), until_due };
            self.tell(world, t, Seen::Batch(number as u64 + 1, what));
        }
        while self.beside.batches[2] < backlog.due() {
            let number = self.beside.batches[2];
            self.beside.batches[2] += 1;
            let what = Batched::Due { left: backlog.left_of(number) };
            self.tell(world, t, Seen::Batch(number as u64 + 1, what));
        }
    }

    /// AG-03: instances of gateways that came or went.
    pub(super) fn look_at_gateway(&mut self, world: &World, t: SimTime) {
        let now = world.gateway_instances();
        let before = std::mem::replace(&mut self.beside.instances, now);
        if before != now {
            self.tell(world, t, Seen::Gateway(before, now));
        }
    }

    /// AG-03: requests come to be turned away, or are no more.
    pub(super) fn look_at_refusals(&mut self, from: SimTime) {
        let (now, before) = self.beside.turns_away;
        if now != before {
            self.beside.turns_away.1 = now;
            self.tell_refusals(now, from);
        }
    }

    fn tell_refusals(&mut self, begin: bool, t: SimTime) {
        let (told, now) = self.beside.turned_away;
        self.beside.turned_away.0 = now;
        self.tell_of(self.level, t, Seen::TurnsAway((!begin).then(|| now - told)));
    }

    /// Those that are turned away when the trial ends.
    pub(super) fn end_refusals(&mut self, world: &World, end: SimTime) {
        if self.beside.turns_away.1 {
            self.beside.turned_away.1 = turned_away(world);
            self.tell_refusals(false, end);
        }
    }

    /// What became of releases; how often each operation is told with it.
    pub(super) fn look_at_rollouts(&mut self, world: &World, t: SimTime) -> [u64; OPERATIONS] {
        let mut told = [0; OPERATIONS];
        if world.manager.rollouts.is_active() {
            for (which, rolled) in world.see_rollouts(&mut self.beside.rollouts) {
                rolled.stands_for().for_each(|operation| told[operation] += 1);
                self.tell(world, t, Seen::Rolled(which, rolled));
            }
        }
        told
    }
}
