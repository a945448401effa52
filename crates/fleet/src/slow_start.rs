//! Machines that have just started serve at a part of their capacity until they are warm: caches are cold, code is not
//! compiled.
//!
//! In: machines that come up after their application has started, and that begin and cease to serve. Out: what is left of a
//! machine's capacity, as if it were slowed down, and an event when it is warm. Only time in rotation warms a machine: one
//! that leaves it without starting anew goes on where it was. What a machine lacks is charged to what had taken it out.
//!
//! A design without slow starts has nothing of this. What can go wrong: the event of an earlier start is stale; it is told
//! by its instant.

use crate::machine::ABSENT;
use crate::pending::Pending;
use crate::world::World;
use zonefall_engine::{Law, SimDuration, SimTime};
use zonefall_faults::Strikes;

/// The purpose of a machine's luck.
const SLOW_START: u64 = 13;

/// How the machines of a set begin to serve.
#[derive(Debug, Clone, PartialEq)]
pub struct SlowStart {
    /// What a machine serves until it is warm, in thousandths of its capacity.
    pub capacity_milli: u32,
    /// How long it serves before it is warm.
    pub time: Law,
}

/// Whether a machine is warm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Warmth {
    Warm,
    /// It is out of rotation, and has to serve so long yet.
    Left(SimDuration),
    /// It serves, and is warm from then on.
    From(SimTime),
}

/// A machine's way to being warm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Warming {
    warmth: Warmth,
    /// Whose luck it has.
    who: u64,
}

impl Warming {
    pub const UNKNOWN: Self = Self { warmth: Warmth::Warm, who: 0 };
}

impl World {
    /// A trial begins: what serves is warm.
    pub(crate) fn begin_slow_starts(&mut self, strikes: &Strikes) {
        for at in 0..self.warming.len() {
            let who = self.who(at, strikes);
            self.warming[at] = Warming { who, ..Warming::UNKNOWN };
        }
    }

    /// The application of a machine has started at `t`.
    #[inline(never)]
    pub(crate) fn is_cold(&mut self, at: usize, t: SimTime) {
        let Some(slow) = &self.sets[self.machines[at].set as usize].slow_start else { return };
        let luck = self.luck_by(self.warming[at].who, t, SLOW_START);
        self.warming[at].warmth = Warmth::Left(slow.time.draw(&mut luck.stream()));
    }

    /// The machine of a slot is gone.
    pub(crate) fn forget_warmth(&mut self, at: usize) {
        if let Some(warming) = self.warming.get_mut(at) {
            warming.warmth = Warmth::Warm;
        }
    }

    /// A machine of a set begins to serve, and is booked at full capacity yet.
    pub(crate) fn begins_to_warm(&mut self, at: usize, set: usize, t: SimTime) {
        let Some(Warming { warmth: Warmth::Left(left), .. }) = self.warming.get(at).copied() else { return };
        let warm = t.after(left);
        if warm == t {
            self.warming[at].warmth = Warmth::Warm;
        } else {
            self.warming[at].warmth = Warmth::From(warm);
            self.scaler.count_cold(set, 1);
            if warm < self.measure.horizon {
                self.pending.push(warm, Pending::Warm { machine: at as u32 }.tag());
            }
        }
        self.factors[at] = self.factor(at);
    }

    /// A machine of a set has ceased to serve.
    pub(crate) fn stops_warming(&mut self, at: usize, set: usize, t: SimTime) {
        let Some(Warming { warmth: Warmth::From(warm), .. }) = self.warming.get(at).copied() else { return };
        self.warming[at].warmth = Warmth::Left(warm.since(t));
        self.scaler.count_cold(set, -1);
    }

    /// A machine may be warm.
    pub(crate) fn is_warm(&mut self, at: usize, t: SimTime) {
        if self.warming[at].warmth != Warmth::From(t) {
            return;
        }
        debug_assert_eq!(self.machines[at].marks & ABSENT, 0);
        self.book.settle(t, &self.measure);
        self.scaler.count_cold(self.machines[at].set as usize, -1);
        self.change_factor(at, t, |world| world.warming[at].warmth = Warmth::Warm);
    }

    /// What a machine serves that serves and is not warm, in thousandths of what it can.
    pub(crate) fn serves_cold(&self, at: usize) -> Option<u32> {
        let warms = matches!(self.warming.get(at)?.warmth, Warmth::From(_));
        self.cold_factor(at).filter(|_| warms).map(|(milli, _)| milli)
    }

    /// Machines of a set that serve and are not warm, counted again.
    pub(crate) fn count_warming(&self, set: usize) -> i64 {
        let of_set = self.machines.iter().zip(&self.warming).filter(|(machine, _)| machine.set as usize == set);
        of_set.filter(|(_, warming)| matches!(warming.warmth, Warmth::From(_))).count() as i64
    }

    /// What is left of the capacity of a machine that is not warm, in thousandths, and the cause: what took it out last.
    pub(crate) fn cold_factor(&self, at: usize) -> Option<(u32, u16)> {
        if self.warming.get(at)?.warmth == Warmth::Warm {
            return None;
        }
        let machine = &self.machines[at];
        self.sets[machine.set as usize].slow_start.as_ref().map(|slow| (slow.capacity_milli, machine.root))
    }
}
