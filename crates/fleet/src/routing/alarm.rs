//! What people see who watch over the parts of a failover group: machines that are missing, though others serve.
//!
//! In: the machines of each part, and what is asked for. Out: whether an alarm is up or has been over for long enough, in
//! which no chance is: people who notice and act come after it.

use crate::management::Lack;
use crate::world::World;
use std::sync::Arc;
use zonefall_engine::{SimDuration, SimTime};

/// What is missing of a part, as whoever watches over it sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lacking {
    /// Too much is missing now.
    so: bool,
    /// It has been for long enough, and has not been over for as long.
    seen: bool,
    /// When that changes if nothing does; never, if it is right.
    known: SimTime,
}

impl Lacking {
    /// Everything is there.
    pub const NOTHING: Self = Self { so: false, seen: false, known: SimTime::NEVER };

    /// Whether too much is missing now.
    pub fn is_so(self) -> bool {
        self.so
    }

    /// Whether too much has been missing for long enough, and has not been over for as long: people do something about it.
    pub fn is_up(self) -> bool {
        self.seen
    }

    /// Whether nothing is missing, and has not been for long enough.
    pub fn is_over(self) -> bool {
        !self.so && !self.seen
    }

    /// When there is more to see.
    pub fn known(self) -> SimTime {
        self.known
    }

    /// What is so at `t`; whether that is new. What was so before the trial began is known.
    pub fn look(&mut self, so: bool, lasting: SimDuration, t: SimTime) -> bool {
        let new = so != self.so;
        if new {
            self.so = so;
            self.known = match so == self.seen {
                true => SimTime::NEVER,
                false if t == SimTime::ZERO => t,
                false => t.after(lasting),
            };
        }
        if self.known <= t {
            (self.seen, self.known) = (self.so, SimTime::NEVER);
        }
        new
    }
}

impl World {
    /// Looks at what is missing of the parts that people watch over.
    pub(super) fn look_for_lack(&mut self) {
        let design = Arc::clone(&self.design);
        let Some(service) = design.structure() else { return };
        for (at, failover) in service.failovers.iter().enumerate() {
            let Some(alarm) = failover.alarm() else { continue };
            for part in 0..self.routing[at].views.len() {
                let short = self.lacks(at, part, alarm.lack);
                if let Some(parts) = &mut self.book.parts {
                    parts.routes[at].short[part] = short;
                }
            }
        }
    }

    /// Whether so much is missing of a part. One without machines lacks none.
    fn lacks(&self, at: usize, part: usize, lack: Lack) -> bool {
        let Some(parts) = &self.book.parts else { return false };
        let sets = &self.routing[at].sets[part];
        let there = parts.machines_within(parts.routes[at].children[part] as usize);
        let asked: i64 = sets.iter().map(|&set| self.capacity_asked_of(set as usize)).sum();
        !sets.is_empty() && lack.is_so(there.serving, (asked - there.capacity, asked))
    }

    /// The capacity that is asked of a set.
    fn capacity_asked_of(&self, set: usize) -> i64 {
        let machines = match self.design.sets[set].management {
            Some(_) => self.manager.sets[set].desired,
            None => self.design.sets[set].capacity,
        };
        i64::from(machines) * self.sets[set].serves
    }
}
