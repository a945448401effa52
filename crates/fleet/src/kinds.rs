//! Who is answered by which machines, where some are slowed down or not warm yet, and how long that takes.
//!
//! In: a state of load, and how machines work. Out: the answers of each kind of machines with the queue that they come from. Pure
//! functions. Where each machine has a line of its own, a slow one is a queue with its own share of what arrives (as much as every other,
//! or by what it can serve) and its own rate; one that gets more than it serves answers nothing in time. In one line for all, all
//! wait alike, as if the machines were alike, and are then worked on at the rate of the machine that they come to. A free machine is
//! taken at random: a slow one answers at most its share by number, and at most what it can; that most is taken.

use crate::service::{Latency, Queue, part_of};
use crate::states::{Load, SLOW_MAX};
use crate::ways::Tier;
use zonefall_exact::waiting::{Station, settling_time};

/// The most kinds of machines in a state.
pub const KINDS_MAX: usize = SLOW_MAX + 1;

/// How the machines of a pool work on requests.
#[derive(Debug, Clone, Copy)]
pub struct Works {
    /// Requests that a machine works on at once.
    pub parallelism: u32,
    /// Where the others wait.
    pub queue: Queue,
    /// What each machine serves that is not slowed down, in thousandths of a request a second.
    pub serves_milli: u64,
}

/// Machines with a queue each, or one for all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Queued {
    /// How many.
    pub machines: u64,
    /// What they can serve beyond what comes, in thousandths of a request a second; 0 in overload.
    pub spare_milli: u64,
    /// What they lack together of what they could serve, in thousandths of a request a second.
    pub lacks_milli: u64,
    /// What the machine that answers lacks of its rate, in thousandths.
    pub slower: u32,
}

/// Answers of machines that are alike.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answers {
    /// How many, in thousandths a second.
    pub milli: u64,
    /// Of so many of all.
    pub of_milli: u64,
    /// Where they come from.
    pub queued: Queued,
}

impl Answers {
    /// Their share of all.
    pub fn share(&self) -> f64 {
        self.milli as f64 / self.of_milli.max(1) as f64
    }
}

/// The answers in a state of load, by kind of machines.
#[derive(Debug, Clone, Copy)]
pub struct Kinds {
    all: [Answers; KINDS_MAX],
    count: usize,
}

impl Kinds {
    /// The kinds that answer anything.
    pub fn as_slice(&self) -> &[Answers] {
        &self.all[..self.count]
    }

    fn one(milli: u64, queued: Queued) -> Self {
        let mut all = [Answers::default(); KINDS_MAX];
        all[0] = Answers { milli, of_milli: milli, queued };
        Self { all, count: 1 }
    }

    fn push(&mut self, milli: u64, queued: Queued) {
        if milli > 0 {
            self.all[self.count] = Answers { milli, of_milli: 0, queued };
            self.count += 1;
        }
    }
}

impl Latency {
    /// How its machines work.
    pub fn works(&self) -> Works {
        Works { parallelism: self.parallelism, queue: self.queue, serves_milli: self.serves_milli }
    }
}

impl Tier {
    /// How its machines work.
    pub fn works(&self) -> Works {
        Works { parallelism: self.parallelism, queue: self.queue, serves_milli: self.serves_milli }
    }
}

impl Works {
    /// Who answers how much in a state of load. Where nobody has anything to spare all that comes is late.
    pub fn kinds(self, load: &Load) -> Kinds {
        let machines = u64::from(load.machines);
        if load.is_whole() {
            let spare_milli = (machines * self.serves_milli).saturating_sub(load.reach_milli);
            return Kinds::one(load.reach_milli, Queued { machines, spare_milli, ..Queued::default() });
        }
        let kinds = match self.queue {
            Queue::Each => self.with_lines_each(load),
            Queue::Shared => self.in_one_line(load),
        };
        if kinds.as_slice().iter().all(|kind| kind.queued.spare_milli == 0) {
            return Kinds::one(load.reach_milli, Queued::default());
        }
        kinds
    }

    /// How many machines of each kind, the slowest first, and what one lacks of its rate, in thousandths.
    fn by_kind(load: &Load) -> impl Iterator<Item = (u64, u32)> + '_ {
        let slow = load.slow.iter().map(|slow| (u64::from(slow.machines), slow.lacks));
        let whole = u64::from(load.machines).saturating_sub(slow.clone().map(|(machines, _)| machines).sum());
        slow.chain([(whole, 0)]).filter(|&(machines, _)| machines > 0)
    }

    /// What such a machine can serve.
    fn can(self, slower: u32) -> u64 {
        self.serves_milli - (self.serves_milli * u64::from(slower) / 1000).min(self.serves_milli)
    }

    fn capacity(self, load: &Load) -> u64 {
        Self::by_kind(load).map(|(machines, slower)| machines * self.can(slower)).sum()
    }

    fn with_lines_each(self, load: &Load) -> Kinds {
        let (all, capacity) = (u64::from(load.machines), self.capacity(load));
        let mut kinds = Kinds { all: [Answers::default(); KINDS_MAX], count: 0 };
        for (machines, slower) in Self::by_kind(load) {
            let can = machines * self.can(slower);
            let comes = part_of(load.reach_milli, if load.evenly { (machines, all) } else { (can, capacity) });
            let (spare_milli, lacks_milli) = (can.saturating_sub(comes), machines * self.serves_milli - can);
            kinds.push(comes.min(can), Queued { machines, spare_milli, lacks_milli, slower });
        }
        shared_out(kinds)
    }

    fn in_one_line(self, load: &Load) -> Kinds {
        let (machines, capacity) = (u64::from(load.machines), self.capacity(load));
        let queued = Queued {
            machines,
            spare_milli: capacity.saturating_sub(load.reach_milli),
            lacks_milli: machines * self.serves_milli - capacity,
            slower: 0,
        };
        let mut kinds = Kinds { all: [Answers::default(); KINDS_MAX], count: 0 };
        let (mut left, mut left_of) = (load.reach_milli, machines);
        for (these, slower) in Self::by_kind(load) {
            let answers = part_of(left, (these, left_of)).min(these * self.can(slower));
            (left, left_of) = (left - answers, left_of - these);
            kinds.push(answers, Queued { slower, ..queued });
        }
        shared_out(kinds)
    }

    /// Servers of the queue, what arrives, and what a server works off.
    fn queue(self, of: &Queued) -> (u64, f64, f64) {
        let capacity = (of.machines * self.serves_milli).saturating_sub(of.lacks_milli);
        let (servers, arrival, service) =
            self.queue.of(of.machines, capacity.saturating_sub(of.spare_milli), (self.parallelism, self.serves_milli));
        match of.lacks_milli {
            0 => (servers, arrival, service),
            _ => (servers, arrival, capacity as f64 / 1000.0 / (of.machines * u64::from(self.parallelism)) as f64),
        }
    }

    /// The queue at rest; none in overload.
    pub fn station(self, of: &Queued) -> Option<Station> {
        if of.spare_milli == 0 {
            return None;
        }
        let (servers, arrival, service) = self.queue(of);
        let station = Station::new(servers, arrival, service).ok()?;
        match self.queue {
            Queue::Shared if of.lacks_milli > 0 => {
                let own = self.can(of.slower) as f64 / 1000.0 / f64::from(self.parallelism);
                station.worked_on_at(own).ok()
            }
            _ => Some(station),
        }
    }

    /// How long the queue needs to come to rest, in seconds; so does who is worked on.
    pub fn settling_s(self, of: &Queued) -> f64 {
        let (servers, arrival, service) = self.queue(of);
        let settling = settling_time(servers, arrival, service);
        if of.lacks_milli == 0 {
            return settling;
        }
        settling.max(1000.0 * f64::from(self.parallelism) / self.can(of.slower).max(1) as f64)
    }

    /// Share of the answers that are given later than this many seconds after who asks came.
    pub fn late(self, load: &Load, seconds: f64) -> f64 {
        let late = |kind: &Answers| {
            kind.share() * self.station(&kind.queued).map_or(1.0, |station| station.response_exceeds(seconds))
        };
        self.kinds(load).as_slice().iter().map(late).sum()
    }
}

fn shared_out(mut kinds: Kinds) -> Kinds {
    let all = kinds.as_slice().iter().map(|kind| kind.milli).sum();
    kinds.all.iter_mut().for_each(|kind| kind.of_milli = all);
    kinds
}
