//! SL-02, SL-03: whether any machine can be reached, as Azure's agreement has it: not whether one serves.
//!
//! In: the machines, looked at only while nobody serves or waits for a probe. Out: whether the book may count the time as without a
//! connection.
//!
//! The published definition: down is the time in which no machine of the group has a connection, and what the customer does is not
//! covered. So a machine is cut off while a fault of the platform holds it, and until it has restarted and booted after that. It is not
//! cut off by its application: one that has crashed, runs a bad release or warms up runs on a machine that answers; nor by
//! what the service depends on; nor by what its owner does to it: one that is upgraded, repaired in place or moved would have
//! answered, had it been left alone. Time is down time only if every machine that is there is cut off. Where causes mix, the
//! platform answers for the time in which its faults alone would have cut off them all: a machine out for a rollout counts
//! as one that answers, until the platform takes its place too.

use crate::machine::RACK_OUT;
use crate::pending::Pending;
use crate::world::World;
use zonefall_engine::SimTime;

/// Who may be reached since an event, and was not before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touched {
    Nobody,
    One(u32),
    Any,
}

/// What is known of who can be reached.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    /// The marks of faults that cut a machine off by themselves.
    cuts: u32,
    /// No machine is reached before this instant: it restarts and boots. Empty where starts take no time or nobody asks.
    from: Vec<SimTime>,
    /// Nobody is up, and since then machines are looked at.
    looks: bool,
    /// One that can be reached.
    witness: Option<u32>,
    /// When the next look is due.
    wakes: SimTime,
}

zonefall_engine::pooled_clone!(Reach { cuts, from, looks, witness, wakes });

impl Reach {
    /// Of a world with so many machines that may take time to start.
    pub fn new(cuts: u32, machines: usize) -> Self {
        Self { cuts, from: vec![SimTime::ZERO; machines], ..Self::default() }
    }

    /// The machine is gone, and what it waited for.
    pub fn forget(&mut self, at: usize) {
        if let Some(from) = self.from.get_mut(at) {
            *from = SimTime::ZERO;
        }
    }
}

impl World {
    /// Nobody is known of.
    pub(crate) fn begin_reach(&mut self) {
        self.reach.from.fill(SimTime::ZERO);
        (self.reach.looks, self.reach.witness, self.reach.wakes) = (false, None, SimTime::ZERO);
        self.see_reach(Touched::Any, SimTime::ZERO);
    }

    /// A fault is over for a machine, which has restarted and booted at `up`.
    pub(crate) fn boots(&mut self, at: usize, ended: u16, up: SimTime) {
        let of_platform = self.causes.get(usize::from(ended)).is_some_and(|facts| facts.of_platform);
        if let (true, Some(from)) = (of_platform, self.reach.from.get_mut(at)) {
            *from = up.max(*from);
        }
    }

    /// Something has happened at `t`.
    #[inline]
    pub(crate) fn see_reach(&mut self, touched: Touched, t: SimTime) {
        if self.book.asks_who_is_reached() {
            self.look_who_is_reached(touched, t);
        } else {
            self.reach.looks = false;
        }
    }

    #[inline(never)]
    fn look_who_is_reached(&mut self, touched: Touched, t: SimTime) {
        let known = self.reach.witness.filter(|_| self.reach.looks);
        let reached = |world: &Self, at: u32| world.reached_from(at as usize).map(|from| (from, at));
        let still = known.and_then(|at| reached(self, at)).filter(|&(from, _)| from <= t);
        let next = match (still, touched) {
            (Some(_), _) => still,
            (None, Touched::Nobody) if self.reach.looks && known.is_none() => None,
            (None, Touched::One(at)) if self.reach.looks && known.is_none() => reached(self, at),
            // Whoever is reached already will do.
            _ => self.first_reached(t),
        };
        let witness = next.filter(|&(from, _)| from <= t).map(|(_, at)| at);
        if let (None, Some((from, _))) = (witness, next) {
            self.await_reach(from, t);
        }
        (self.reach.looks, self.reach.witness) = (true, witness);
        let is_reached = witness.is_some() || self.machines.is_empty();
        if is_reached != self.book.is_reached {
            self.book.settle(t, &self.measure);
            self.book.is_reached = is_reached;
        }
    }

    /// One that is reached at `t`, or the first that will be if nothing else happens.
    fn first_reached(&self, t: SimTime) -> Option<(SimTime, u32)> {
        let mut first = None;
        for at in 0..self.machines.len() {
            let Some(from) = self.reached_from(at) else { continue };
            if first.is_none_or(|(earliest, _)| from < earliest) {
                first = Some((from, at as u32));
            }
            if from <= t {
                break;
            }
        }
        first
    }

    /// Looks again when a machine has booted, unless a look is due before.
    fn await_reach(&mut self, from: SimTime, t: SimTime) {
        let is_awaited = t < self.reach.wakes && self.reach.wakes <= from;
        if !is_awaited {
            self.reach.wakes = from;
            self.pending.push(from, Pending::Reached.tag());
        }
    }

    /// From when on a machine can be reached if nothing else happens; none while the platform holds it, and where none is.
    pub(crate) fn reached_from(&self, at: usize) -> Option<SimTime> {
        if self.manager.is_active() {
            let slot = &self.manager.slots[at];
            if !slot.is_there() {
                return None;
            }
        }
        let marks = self.machines[at].marks;
        let by_platform = |cause: u16| self.causes[cause as usize].of_platform;
        let is_dark = || marks & RACK_OUT != 0 && self.darkened_by(at).any(by_platform);
        let is_cut = marks & self.reach.cuts != 0 || is_dark();
        (!is_cut).then(|| self.reach.from.get(at).copied().unwrap_or(SimTime::ZERO))
    }
}
