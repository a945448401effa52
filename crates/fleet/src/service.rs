//! How the machines of a design work on requests: what a design says of it beyond what one machine can serve.
//!
//! In: numbers that the scenario has checked, and tables that it has worked out from closed forms; nothing here knows of
//! distributions. Out: data that the book looks at when time moves on. A design that says nothing of it is
//! [`Service::default`], and nothing of this is on its path.

use crate::line::Patience;
use crate::policy::blip::Blips;
use crate::policy::gateway::Gateway;
use crate::policy::retry::Retry;
use crate::ways::Ways;
use std::sync::Arc;
use std::time::Duration;
use zonefall_engine::SimDuration;

/// What a design says of how requests are worked on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Service {
    /// The times of responses are asked for.
    pub latency: Option<Latency>,
    /// The times of responses of a service of parts are asked for.
    pub ways: Option<Ways>,
    /// How clients try again, if they do.
    pub retry: Option<Retry>,
    /// TF-03: short breaks of the network, told beside everything else.
    pub blips: Option<Blips>,
    /// The sessions that machines hold, if any.
    pub sessions: Option<Sessions>,
    /// What lies behind the machines and does not scale with them, if anything.
    pub ceiling: Option<Ceiling>,
    /// AG-03: the application gateway in front of the machines, if it grows with what comes to it.
    pub gateway: Option<Gateway>,
    /// LB-09, AG-02: a machine that is to be deleted gets no new requests or sessions for so long before.
    pub drain: Option<SimDuration>,
    /// Requests that cannot be served at once wait in line; without it they are turned away.
    pub patience: Option<Patience>,
    /// Each machine in rotation gets as much as every other, whatever it can serve, and what is too much for one is not served,
    /// though others may have room. Off: requests go where there is room. The same where machines are alike.
    pub spreads_evenly: bool,
}

impl Service {
    /// Whether it matters which machine can serve how much: requests go evenly to them, or times are asked for.
    pub fn tells_machines_apart(&self) -> bool {
        self.spreads_evenly || self.latency.is_some() || self.ways.is_some()
    }

    /// Whether what is served hangs on the machines that serve and on the demand alone, at the same instant; sessions and short breaks of
    /// the network are aside.
    pub fn is_plain(&self) -> bool {
        *self == Self { sessions: self.sessions.clone(), blips: self.blips.clone(), ..Self::default() }
    }
}

/// The share of answers that has to be in time where an objective is on times (`p95_latency`).
pub const IN_TIME: (u64, u64) = (95, 100);

/// Whether what is served is at least this share of a demand.
pub(crate) fn is_share(served: u64, (share, of): (u64, u64), demand: u64) -> bool {
    u128::from(served) * u128::from(of) >= u128::from(demand) * u128::from(share)
}

/// So many of so many of a rate.
pub(crate) fn part_of(milli: u64, (part, all): (u64, u64)) -> u64 {
    if all == 0 { 0 } else { (u128::from(milli) * u128::from(part) / u128::from(all)) as u64 }
}

/// Whether more than 5 of 100 answers are late, where so many of all are.
pub(crate) fn are_too_late(late: f64, all: f64) -> bool {
    let (in_time, of) = (IN_TIME.0 as f64, IN_TIME.1 as f64);
    of * late > (of - in_time) * all
}

/// The least that is this share of a demand.
pub(crate) fn needed(demand: u64, (share, of): (u64, u64)) -> i64 {
    i64::try_from((u128::from(demand) * u128::from(share)).div_ceil(u128::from(of))).unwrap_or(i64::MAX)
}

/// A capacity that does not scale: no more is served, however many machines there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceiling {
    /// What it is, in words.
    pub name: String,
    /// Thousandths of a request a second.
    pub capacity_milli: u64,
}

/// Sessions: connections that last, each held by one machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Sessions {
    /// How long one lasts on average; lengths are exponential.
    pub length: SimDuration,
    /// What begins them.
    pub begin: Begin,
    /// How long clients wait for a machine that pauses before they give their session up.
    pub patience: SimDuration,
    /// Parts of a service whose machines hold them, by node: what comes to a part begins there, so no request comes to two of
    /// them. Empty where all machines of the design do.
    pub parts: Vec<u32>,
}

/// What begins sessions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Begin {
    /// One session to so many requests of the demand.
    EveryRequests(f64),
    /// As many as keep up so many at once.
    AtOnce(f64),
}

/// Where requests wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// In one line for all machines: the next that is free takes the next request.
    Shared,
    /// At the machine that they were sent to, whoever else is free.
    Each,
}

impl Queue {
    /// What so many machines are to what reaches them, in thousandths of a request a second: servers of one queue, what arrives
    /// there a second, and what a server works off. Each machine works on so many requests at once, and serves so much.
    pub fn of(self, machines: u64, reach_milli: u64, (parallelism, serves_milli): (u32, u64)) -> (u64, f64, f64) {
        let rate = |milli: u64| milli as f64 / 1000.0;
        let service = rate(serves_milli) / f64::from(parallelism);
        match self {
            Self::Shared => (machines * u64::from(parallelism), rate(reach_milli), service),
            Self::Each => (u64::from(parallelism), rate(reach_milli) / machines as f64, service),
        }
    }
}

/// A machine works on several requests at once, and the others wait.
#[derive(Debug, Clone, PartialEq)]
pub struct Latency {
    /// Requests that a machine works on at once.
    pub parallelism: u32,
    /// Where the others wait.
    pub queue: Queue,
    /// What each machine serves, in thousandths of a request a second; the same for all of a design.
    pub serves_milli: u64,
    /// The objective, if it is about times.
    pub limit: Option<Limit>,
}

/// Of the requests that are answered, 95 of 100 are answered in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// In which time.
    pub within: Duration,
    /// The most that may reach so many machines for that to hold, in thousandths of a request a second, by their number.
    pub admits_milli: Arc<[u64]>,
}

/// A limit in milliseconds, as it is told.
pub fn in_ms(within: Duration) -> f64 {
    within.as_micros() as f64 / 1000.0
}

impl Limit {
    /// Whether so many machines answer in time what reaches them.
    #[inline]
    pub fn admits(&self, machines: u64, reach_milli: u64) -> bool {
        self.most(machines).is_some_and(|most| reach_milli <= most)
    }

    /// The most that may reach so many machines.
    #[inline]
    pub fn most(&self, machines: u64) -> Option<u64> {
        // A set never has more machines than the table was made for.
        self.admits_milli.get(machines as usize).or(self.admits_milli.last()).copied()
    }

    /// The fewest machines that do; one more than the table knows where none of its numbers is enough.
    pub fn fewest(&self, reach_milli: u64) -> u64 {
        self.admits_milli.partition_point(|&most| most < reach_milli) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_machines_are_just_admitted() {
        let limit = Limit { within: Duration::from_millis(1), admits_milli: Arc::from([0, 10, 25]) };
        assert!(limit.admits(1, 10) && !limit.admits(1, 11) && limit.admits(2, 25) && limit.admits(9, 25));
        assert_eq!([0, 1, 10, 11, 25, 26].map(|reach| limit.fewest(reach)), [0, 1, 1, 2, 2, 3]);
    }
}
