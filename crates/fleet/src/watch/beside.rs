//! What a witness sees beside machines: batches of jobs, the instances of a gateway, releases and rollouts.

use super::{Seen, Witness};
use crate::manage::SeenRollouts;
use crate::operations::OPERATIONS;
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
    gates: Vec<Gate>,
}

/// The instances of one gateway of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gated {
    /// The number of its entrance.
    pub gate: u32,
    /// How many it had.
    pub before: u32,
    /// How many it has.
    pub now: u32,
    /// The same of all gateways together.
    pub all: (u32, u32),
}

/// One gateway.
#[derive(Debug, Default)]
struct Gate {
    instances: u32,
    ordered: u32,
    /// What it turns away as things stand, in thousandths of a request a second, and whether that was told.
    turns_away: (u64, bool),
    /// How many it has in measured time, in millionths, and how many were told: whole ones.
    turned_away: (u128, u64),
}

/// Millionths.
const MICRO: u128 = 1_000_000;

impl Beside {
    /// What there is when a trial begins.
    pub fn of(world: &World) -> Self {
        let gate = |(instances, ordered)| Gate { instances, ordered, ..Gate::default() };
        Self { gates: world.gateway_instances().map(gate).collect(), ..Self::default() }
    }

    /// AG-03: whether requests are turned away if things stay as they are.
    pub fn judge_refusals(&mut self, world: &World) {
        for (at, gate) in self.gates.iter_mut().enumerate() {
            gate.turns_away.0 = world.book.is_turned_away_at(at);
        }
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

    /// AG-03: instances of gateways that were ordered, came or went; how many orders are told.
    pub(super) fn look_at_gateways(&mut self, world: &World, t: SimTime) -> u64 {
        let mut orders = 0;
        for (at, (now, ordered)) in world.gateway_instances().enumerate() {
            let gate = &mut self.beside.gates[at];
            let before = std::mem::replace(&mut gate.instances, now);
            let more = ordered.saturating_sub(std::mem::replace(&mut gate.ordered, ordered));
            if more > 0 {
                orders += 1;
                self.tell(world, t, Seen::Orders(at as u32, more));
            }
            if before != now {
                let after = self.beside.gates.iter().map(|gate| gate.instances).sum();
                let all = (after - now + before, after);
                self.tell(world, t, Seen::Gateway(Gated { gate: at as u32, before, now, all }));
            }
        }
        orders
    }

    /// AG-03: requests come to be turned away, or are no more; as things stand it lasts from `from` to `t`.
    pub(super) fn look_at_refusals(&mut self, from: SimTime, t: SimTime) {
        for at in 0..self.beside.gates.len() {
            let gate = &mut self.beside.gates[at];
            let (rate, told) = gate.turns_away;
            gate.turned_away.0 += u128::from(rate) * u128::from(t.since(from).as_ms());
            gate.turns_away.1 = rate > 0;
            if rate > 0 && !told {
                self.tell_of(self.level, from, Seen::TurnsAway(at as u32, None));
            } else if rate == 0 && told {
                self.end_refusal(at, from);
            }
        }
    }

    fn end_refusal(&mut self, at: usize, t: SimTime) {
        let (micro, told) = &mut self.beside.gates[at].turned_away;
        let now = u64::try_from(*micro / MICRO).unwrap_or(u64::MAX);
        let more = now - std::mem::replace(told, now);
        self.tell_of(self.level, t, Seen::TurnsAway(at as u32, Some(more)));
    }

    /// Those that are turned away when the trial ends.
    pub(super) fn end_refusals(&mut self, end: SimTime) {
        for at in 0..self.beside.gates.len() {
            if self.beside.gates[at].turns_away.1 {
                self.end_refusal(at, end);
            }
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
