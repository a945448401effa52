//! Times of responses, from how long each state of load was held.
//!
//! In: the states of each trial ([`zonefall_fleet::States`]). Out: quantiles over all requests, with the share for which
//! none is told. The tally holds integers by state: capacity to spare is kept to one part in 2,048, so that states repeat and
//! memory is bounded. Only the conclusion knows formulas (`zonefall_exact::waiting`).
//!
//! Requests that have waited in line (`service.patience`) are kept by how long, to one part in 512, and take a service time more.
//!
//! What can go wrong is said, not hidden: requests in overloaded states wait as long as that lasts, so they count as later
//! than any time, and so do those that give up; requests in states that were too short for the queue to come to rest are counted
//! with the formula and told as unsettled (docs/latency.md measures what that costs).

mod line;

use crate::outcome::{Estimate, LatencyOutcome, Warning};
use line::Waits;
use std::collections::BTreeMap;
use std::time::Duration;
use zonefall_exact::tandem::Tandem;
use zonefall_exact::waiting::Station;
use zonefall_fleet::{Latency, Queued, States, Waited};

/// A state counts as settled if it was held for so many settling times: measured in docs/latency.md.
pub const SETTLED: f64 = 20.0;
/// Significant bits of the capacity to spare, and of a time in line.
pub(crate) const BITS: u32 = 11;
const WAIT_BITS: u32 = 9;
/// Quantiles are found to this share of themselves.
const PRECISION: f64 = 1e-9;

/// A state of load.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Load {
    /// The machines that answer, and their queue: none for every overloaded state. For requests that have waited in line none with
    /// a millisecond more to spare than they did.
    pub queued: Queued,
    /// Whether it was held for long; whether the line became long.
    pub settled: bool,
}

impl Load {
    fn waited(ms: u64, settled: bool) -> Self {
        Self { queued: Queued { spare_milli: rounded(ms, WAIT_BITS) + 1, ..Queued::default() }, settled }
    }

    /// How long requests have waited in line, in seconds, if they have.
    fn wait(&self) -> Option<f64> {
        let ms = self.queued.spare_milli.checked_sub(1).filter(|_| self.queued.machines == 0)?;
        Some(ms as f64 / 1000.0)
    }
}

/// Requests by state of load, in millionths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LatencyTally(pub(crate) BTreeMap<Load, i128>);

/// To so many significant bits, in the middle of what that leaves open.
pub(crate) fn rounded(spare: u64, bits: u32) -> u64 {
    let shift = left_open(spare, bits);
    spare >> shift << shift | (1 << shift) >> 1
}

fn left_open(of: u64, bits: u32) -> u32 {
    (u64::BITS - of.leading_zeros()).saturating_sub(bits)
}

/// The queue with what it can serve beyond what comes rounded; none of which more is told in overload.
pub(crate) fn roughly(of: Queued) -> Queued {
    match of.spare_milli {
        0 => Queued::default(),
        spare => Queued { spare_milli: rounded(spare, BITS), ..of },
    }
}

impl LatencyTally {
    /// Adds the states of a trial.
    pub(crate) fn add(&mut self, of: &Latency, states: &States<zonefall_fleet::Load>) {
        for time in states.iter().filter(|time| time.state.reach_milli > 0) {
            let works = of.works();
            for answers in works.kinds(&time.state).as_slice() {
                let queued = roughly(answers.queued);
                let rests = || time.shortest().as_ms() as f64 >= 1000.0 * SETTLED * works.settling_s(&answers.queued);
                let settled = queued.spare_milli > 0 && rests();
                let requests = i128::from(answers.milli) * i128::from(time.held.as_ms());
                *self.0.entry(Load { queued, settled }).or_default() += requests;
            }
        }
    }

    /// Adds requests that have waited in line in a trial, and so many millionths that gave up.
    pub(crate) fn add_waited(&mut self, waited: &[Waited], gave_up: i128) {
        for settled in [false, true] {
            let mut waits = Waits::default();
            waited.iter().filter(|of| of.sure == settled).for_each(|of| waits.add(of));
            for (ms, requests) in waits.requests() {
                *self.0.entry(Load::waited(ms, settled)).or_default() += requests;
            }
        }
        if gave_up > 0 {
            *self.0.entry(Load::default()).or_default() += gave_up;
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (load, requests) in &other.0 {
            *self.0.entry(*load).or_default() += requests;
        }
    }

    /// What may be said of the times of responses.
    pub(crate) fn conclude(&self, of: &Latency, slow: Option<Estimate>) -> LatencyOutcome {
        let all = self.0.values().sum::<i128>().max(1) as f64;
        let (_, _, service) = of.queue.of(1, 0, (of.parallelism, of.serves_milli));
        let mut mixture = Mixture { service, ..Mixture::default() };
        for (load, &requests) in &self.0 {
            if let Some(wait) = load.wait() {
                mixture.add_waited(requests as f64 / all, wait, load.settled);
                continue;
            }
            mixture.add(requests as f64 / all, of.works().station(&load.queued), load.settled);
        }
        mixture.conclude(of.limit.as_ref().map(|limit| limit.within), slow)
    }
}

/// What requests pass, at rest.
pub(crate) trait Passed {
    /// Share of requests that are answered later than `t` after they came.
    fn later_than(&self, t: f64) -> f64;
}

impl Passed for Station {
    fn later_than(&self, t: f64) -> f64 {
        self.response_exceeds(t)
    }
}

impl Passed for Tandem {
    fn later_than(&self, t: f64) -> f64 {
        self.response_exceeds(t)
    }
}

/// The queues that requests met, each with its share of them.
pub(crate) struct Mixture<Q> {
    queues: Vec<(f64, Q)>,
    /// Those that have waited in line, by how long, and how many a server answers a second.
    lines: Vec<(f64, f64)>,
    service: f64,
    overloaded: f64,
    unsettled: f64,
}

impl<Q> Default for Mixture<Q> {
    fn default() -> Self {
        Self { queues: Vec::new(), lines: Vec::new(), service: 1.0, overloaded: 0.0, unsettled: 0.0 }
    }
}

impl<Q: Passed> Mixture<Q> {
    /// A share of the requests met this queue, or an overload.
    pub fn add(&mut self, share: f64, queue: Option<Q>, settled: bool) {
        let Some(queue) = queue else {
            self.overloaded += share;
            return;
        };
        self.queues.push((share, queue));
        self.unsettled += if settled { 0.0 } else { share };
    }

    /// A share of the requests waited in line for so many seconds.
    pub fn add_waited(&mut self, share: f64, wait: f64, settled: bool) {
        self.lines.push((share, wait));
        self.unsettled += if settled { 0.0 } else { share };
    }

    /// What may be said of it, where 95 of 100 requests were to be answered `within`.
    pub fn conclude(&self, within: Option<Duration>, slow: Option<Estimate>) -> LatencyOutcome {
        LatencyOutcome {
            p50_ms: self.quantile_ms(0.5),
            p95_ms: self.quantile_ms(0.95),
            p99_ms: self.quantile_ms(0.99),
            limit_ms: within.map(zonefall_fleet::in_ms),
            slow,
            overloaded: self.overloaded,
            unsettled: self.unsettled,
            patience_ms: None,
        }
    }

    fn later_than(&self, t: f64) -> f64 {
        let in_line = self.lines.iter().map(|(share, wait)| share * libm::exp(-self.service * (t - wait).max(0.0)));
        let queues = self.queues.iter().map(|(share, queue)| share * queue.later_than(t));
        queues.chain(in_line).sum::<f64>() + self.overloaded
    }

    /// None where no request came, or where too many came in overload.
    fn quantile_ms(&self, level: f64) -> Option<f64> {
        let tail = 1.0 - level;
        if self.queues.is_empty() && self.lines.is_empty() || self.overloaded >= tail {
            return None;
        }
        let (mut low, mut high) = (0.0, 1.0);
        while self.later_than(high) > tail {
            (low, high) = (high, 2.0 * high);
        }
        while high - low > PRECISION * high {
            let middle = 0.5 * (low + high);
            if self.later_than(middle) > tail { low = middle } else { high = middle }
        }
        Some(1000.0 * high)
    }
}

/// What a reader should know of it.
pub(crate) fn warnings(design: &str, of: &LatencyOutcome) -> Vec<Warning> {
    let percent = |share: f64| format!("{:.2} %", 100.0 * share);
    let mut said = Vec::new();
    let mut warn = |words: String| said.push(Warning::of(design, words));
    if of.overloaded >= 1e-4 && of.patience_ms.is_some() {
        warn(format!(
            "{} of the requests that reach a machine wait in line until their clients give up: they count as later than any time",
            percent(of.overloaded)
        ));
    } else if of.overloaded >= 1e-4 {
        warn(format!(
            "{} of the requests that reach a machine come while more arrives than the machines serve: how long they wait is withheld, and they count as later than any time",
            percent(of.overloaded)
        ));
    }
    if of.unsettled >= 0.01 {
        warn(format!(
            "{} of the requests come in states too short for a queue to come to rest, or in lines that were short: times of responses may be off by more than 5 % (docs/latency.md)",
            percent(of.unsettled)
        ));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use zonefall_fleet::Queue;

    fn one_at_a_time() -> Latency {
        Latency { parallelism: 1, queue: Queue::Shared, serves_milli: 1000, limit: None }
    }

    fn tally(rows: &[(u64, u64, bool, i128)]) -> LatencyTally {
        let load = |&(machines, spare_milli, settled, requests): &(u64, u64, bool, i128)| {
            (Load { queued: Queued { machines, spare_milli, ..Queued::default() }, settled }, requests)
        };
        LatencyTally(rows.iter().map(load).collect())
    }

    #[test]
    fn one_state_has_its_own_quantiles_and_a_mixture_lies_between() {
        let of = one_at_a_time();
        // M/M/1 with a fifth to spare: the response is exponential with mean 5 s.
        let busy = tally(&[(1, 200, true, 10)]).conclude(&of, None);
        assert!((busy.p50_ms.unwrap_or(0.0) / (5000.0 * 2f64.ln()) - 1.0).abs() < 1e-6);
        let idle = tally(&[(1, 1000, true, 10)]).conclude(&of, None);
        let both = tally(&[(1, 200, true, 10), (1, 1000, false, 10)]).conclude(&of, None);
        assert!(idle.p95_ms < both.p95_ms && both.p95_ms < busy.p95_ms);
        assert_eq!((both.unsettled, both.overloaded), (0.5, 0.0));
    }

    #[test]
    fn who_has_waited_takes_a_service_time_more() {
        let of = one_at_a_time();
        let line = |from_ms, to_ms| Waited { from_ms, to_ms, requests: 1_000_000, sure: true };
        let mut tally = LatencyTally::default();
        // All for 60 s, then a service of 1 s on average.
        tally.add_waited(&[line(60_000, 60_000)], 0);
        let found = tally.conclude(&of, None);
        assert!((found.p95_ms.unwrap_or(0.0) / (60_000.0 + 1000.0 * 20f64.ln()) - 1.0).abs() < 1e-3);
        // Between 0 and 100 s, up and down again: half of it waits for less than 50 s, and nobody is lost in the parts.
        let mut tally = LatencyTally::default();
        tally.add_waited(&[line(0, 100_000), line(100_000, 0)], 0);
        assert_eq!(tally.0.values().sum::<i128>(), 2_000_000);
        assert!((tally.conclude(&of, None).p50_ms.unwrap_or(0.0) / 51_000.0 - 1.0).abs() < 2e-3);
        // Who gives up counts as later than any time.
        tally.add_waited(&[], 110_000);
        let found = tally.conclude(&of, None);
        assert_eq!((found.p95_ms, found.overloaded), (None, 110_000.0 / 2_110_000.0));
    }

    #[test]
    fn overload_is_later_than_any_time() {
        let found = tally(&[(0, 0, false, 6), (1, 200, true, 94)]).conclude(&one_at_a_time(), None);
        assert!(found.p50_ms.is_some() && found.p95_ms.is_none());
        assert_eq!(found.overloaded, 0.06);
        assert_eq!(warnings("a", &found).len(), 1);
    }

    #[test]
    fn rounding_keeps_a_part_in_two_thousand() {
        for spare in [1, 7, 2047, 2048, 99_999, u64::MAX / 3, u64::MAX] {
            let kept = rounded(spare, BITS);
            assert!(spare.abs_diff(kept) as f64 <= spare as f64 / 2047.0, "{spare} {kept}");
            assert_eq!(rounded(kept, BITS), kept);
        }
    }
}
