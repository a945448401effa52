//! Requests that wait: what is more than the machines serve stands in one line before them until its turn, or until its client
//! gives up.
//!
//! In: what reaches the machines and what they serve, each constant between two changes. Out: what is served and given up, and how
//! long what is served has waited. Requests are a fluid, first come, first served: let A(t) be what has come since the line
//! began, τ the clients' patience. Up to some H(t) everybody has left the line, by being served at the rate of the capacity or
//! by giving up; who came before t − τ has left it either way, so A(t − τ) ≤ H(t) ≤ A(t). Each of these is a straight line
//! between a few instants, which are solved for: nothing ticks. Integers only, in millionths of a request.
//!
//! A design whose requests are turned away at once has none of this. What a fluid leaves out is chance: what that costs, and how
//! large a line has to become for it to be little, is measured in docs/latency.md ([`SURE`], [`SURE_CAPPED`]).

mod arrived;
mod blame;

use crate::ledger::Ledger;
use crate::service::{IN_TIME, is_share};
use arrived::{Arrived, Front};
use blame::Blame;
use zonefall_engine::{SimDuration, SimTime};

/// A line is told without doubt if it has become so many times as long as chance alone would make it: standard deviations of
/// what had come and gone until then.
pub const SURE: f64 = 20.0;
/// The same where clients gave up, so that it came to no more.
pub const SURE_CAPPED: f64 = 6.0;
/// Millionths.
const MICRO: f64 = 1e6;
/// So many stretches are looked ahead at once, so that a demand of many steps costs no more a step than one of few.
const AHEAD: usize = 64;

/// How long requests may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until their clients give up.
    pub most: SimDuration,
    /// For 95 of 100 of them to be answered in time; none without an objective on times.
    pub in_time: Option<SimDuration>,
}

/// What reaches the machines and what they serve, in thousandths of a request a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rates {
    pub reach: u64,
    pub capacity: u64,
}

/// How it stands at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Standing {
    /// Somebody waits, or begins to.
    pub waits: bool,
    /// Who gives up, in thousandths of a request a second.
    pub gives_up: u64,
    /// Whether fewer than 95 of 100 of those whose turn it is are answered in time.
    pub is_late: bool,
}

/// What happens up to an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub until: i64,
    pub served: i128,
    pub gone: i128,
    /// How long what is served first and last has waited, in milliseconds.
    pub waited: (i64, i64),
    /// What is served waits at all.
    pub waits: bool,
}

/// Requests that have waited, by how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waited {
    /// From how many milliseconds to how many, evenly.
    pub from_ms: i64,
    /// See `from_ms`.
    pub to_ms: i64,
    /// How many, in millionths.
    pub requests: i128,
    /// Their line was long enough to be told without doubt.
    pub sure: bool,
}

/// The requests that wait in a trial.
#[derive(Debug)]
pub(crate) struct Line {
    patience: i64,
    in_time: Option<i64>,
    /// What has come since the line began, who has left it since, and the place from which on who stands there has come in
    /// measured time.
    arrived: Arrived,
    front: Front,
    counts_from: i128,
    /// The longest that it was since it began, and what had come and gone until then.
    longest: (i128, i128),
    /// The longest that the line before it was.
    before: i128,
    capped: bool,
    /// What keeps them waiting.
    blame: Blame,
    /// Where what this line has served begins in the ledger's list.
    first: usize,
    /// When it next stands otherwise, as the world awaits it.
    pub awaited: SimTime,
}

zonefall_engine::pooled_clone!(Line {
    patience,
    in_time,
    arrived,
    front,
    counts_from,
    longest,
    before,
    capped,
    blame,
    first,
    awaited
});

impl Line {
    /// The line of a design with so many causes, of which one is that of overload.
    pub fn new(patience: Patience, of_causes: (usize, usize)) -> Self {
        Self {
            patience: patience.most.as_ms() as i64,
            in_time: patience.in_time.map(|most| most.as_ms() as i64),
            arrived: Arrived::new(patience.most.as_ms() as i64),
            front: Front::default(),
            counts_from: 0,
            longest: (0, 0),
            before: 0,
            capped: false,
            blame: Blame::new(patience.most.as_ms() as i64, of_causes),
            first: 0,
            awaited: SimTime::NEVER,
        }
    }

    /// A trial begins.
    pub fn begin(&mut self) {
        self.end();
        (self.first, self.awaited, self.before) = (0, SimTime::NEVER, 0);
    }

    /// Nobody waits.
    fn end(&mut self) {
        self.arrived.clear();
        self.before = self.longest.0;
        (self.front, self.counts_from, self.longest, self.capped) = (Front::default(), 0, (0, 0), false);
    }

    /// The longest that the line was since it began, or that which was the last, in millionths of a request.
    pub fn longest(&self) -> i128 {
        self.longest.0.max(self.before)
    }

    /// Who waits at `t`, up to which it has been lived through, in millionths of a request.
    pub fn waits(&self, t: SimTime) -> i128 {
        self.arrived.by(t.as_ms() as i64) - self.front.left
    }

    /// Measured time begins: who has come before counts neither as served nor as given up.
    pub fn begin_to_count(&mut self, t: SimTime) {
        if let Some(before) = self.arrived.cut(t.as_ms() as i64) {
            self.counts_from = before;
        }
    }

    /// What counts of a stretch after which so many have left.
    fn counted(&self, stretch: Stretch, left: i128) -> Stretch {
        let all = stretch.served + stretch.gone;
        let counted = (left - self.counts_from).clamp(0, all);
        if counted == all {
            return stretch;
        }
        let served = stretch.served * counted / all;
        Stretch { served, gone: counted - served, ..stretch }
    }

    /// What comes changes, or more comes than is served: from now on it is remembered.
    fn note(&mut self, t: i64, rates: Rates) {
        if self.arrived.is_empty() {
            if rates.reach <= rates.capacity {
                return;
            }
            self.blame.begin(t);
            self.before = 0;
        }
        self.arrived.comes(t, rates.reach.into());
        self.front = self.arrived.move_on(self.front, t, self.front.left);
    }

    /// Whether nobody waits any more in a line that had begun, or begun to within an instant, nor begins to.
    fn is_over(&self, t: i64, front: Front, rates: Rates) -> bool {
        !self.arrived.is_empty() && front.left >= self.arrived.by(t) && rates.reach <= rates.capacity
    }

    /// What happens from `t` on behind this front until anything is otherwise, `end` at the latest; and the front then.
    fn stretch(&self, t: i64, end: i64, front: Front, rates: Rates) -> (Stretch, Front) {
        looks_at_one_more();
        let (reach, capacity) = (i128::from(rates.reach), i128::from(rates.capacity));
        let mut until = end;
        if self.arrived.is_empty() {
            let served = reach.min(capacity) * i128::from(until - t);
            return (Stretch { until, served, gone: 0, waited: (0, 0), waits: false }, front);
        }
        let mut cut = |after_ms: i64| until = until.min(t.saturating_add(after_ms.max(1)));
        // It ends within the millisecond.
        let over = self.is_over(t, front, rates);
        if over {
            cut(0);
        }
        self.arrived.until_lost(front, t).into_iter().for_each(&mut cut);
        let left = front.left;
        let (gone_by, losing) = self.arrived.a_patience_ago(front, t);
        let is_losing = left <= gone_by && capacity < losing;
        let waits_since = self.arrived.next_came(front, t);
        if !is_losing {
            if capacity > reach {
                cut(after(self.arrived.by(t) - left, capacity - reach));
            }
            if capacity < losing {
                cut(after(left - gone_by, losing - capacity));
            }
            if capacity > 0 {
                let next = self.arrived.next_before(front);
                next.into_iter().for_each(|before| cut(after(before - left, capacity)));
            }
            self.late_from(t - waits_since, front, capacity).into_iter().for_each(&mut cut);
        }
        let length = i128::from(until - t);
        let (came, gone_by) = (self.arrived.by(until), self.arrived.a_patience_ago(front, until).0);
        let served = (capacity * length).min(came - left).max(0);
        let gone = (gone_by - left - served).max(0);
        let next = self.arrived.move_on(front, until, left + served + gone);
        let still =
            if next.left >= came { 0 } else { (until - self.arrived.next_came(next, until)).min(self.patience) };
        let waited = ((t - waits_since).min(self.patience), still);
        (Stretch { until, served, gone, waited, waits: !over }, next)
    }

    /// In how many milliseconds who is served has waited for just as long as answers in time allow.
    fn late_from(&self, waited: i64, front: Front, capacity: i128) -> Option<i64> {
        let missing = i128::from(self.in_time? - waited);
        let rate = self.arrived.who_is_next(front)?.rate;
        let grows = rate - capacity;
        let crosses = missing > 0 && grows > 0 || missing < 0 && grows < 0;
        crosses.then(|| after(missing.abs() * rate, grows.abs()))
    }

    /// How it stands at `t` behind this front.
    fn standing(&self, t: i64, front: Front, rates: Rates) -> Standing {
        if self.arrived.is_empty() || self.is_over(t, front, rates) {
            return Standing { waits: rates.reach > rates.capacity, ..Standing::default() };
        }
        let (gone_by, losing) = self.arrived.a_patience_ago(front, t);
        let capacity = i128::from(rates.capacity);
        let gives_up = if front.left <= gone_by { (losing - capacity).max(0) } else { 0 };
        let waited = t - self.arrived.next_came(front, t);
        // At the very limit it is late if it has been getting later.
        let grows = || self.arrived.rate_behind(front).is_some_and(|rate| rate > capacity);
        let is_late = self.in_time.is_some_and(|most| waited > most || waited == most && grows());
        Standing {
            waits: true,
            gives_up: gives_up as u64,
            is_late: is_late || !is_share((losing - gives_up) as u64, IN_TIME, losing as u64),
        }
    }

    /// How it stands at `t`, up to which it has been lived through.
    pub fn stands(&self, t: SimTime, rates: Rates) -> Standing {
        self.standing(t.as_ms() as i64, self.front, rates)
    }

    /// When it stands otherwise if these rates last, or when to look again if that is many stretches ahead: `horizon` at the latest.
    pub fn changes(&mut self, t: SimTime, rates: Rates, horizon: SimTime) -> SimTime {
        let (mut at, end) = (t.as_ms() as i64, horizon.as_ms() as i64);
        self.note(at, rates);
        if self.arrived.is_empty() {
            return SimTime::NEVER;
        }
        let (now, mut front) = (self.standing(at, self.front, rates), self.front);
        for _ in 0..AHEAD {
            if at >= end {
                return SimTime::NEVER;
            }
            let (stretch, next) = self.stretch(at, end, front, rates);
            (at, front) = (stretch.until, next);
            if self.is_over(at, front, rates) || self.standing(at, front, rates) != now {
                break;
            }
        }
        SimTime::from_ms(at as u64)
    }

    /// Until when nothing is otherwise from `t` on, `end` at the latest.
    pub fn lasts(&mut self, t: SimTime, end: SimTime, rates: Rates) -> SimTime {
        let at = t.as_ms() as i64;
        self.note(at, rates);
        SimTime::from_ms(self.stretch(at, end.as_ms() as i64, self.front, rates).0.until as u64)
    }

    /// Lives on from `t` until anything is otherwise, `end` at the latest; books who has waited, if that counts. Tells what counts.
    pub fn live(
        &mut self,
        t: SimTime,
        end: SimTime,
        (rates, withheld): (Rates, &[i64]),
        ledger: Option<&mut Ledger>,
    ) -> Stretch {
        let at = t.as_ms() as i64;
        self.note(at, rates);
        let (stretch, front) = self.stretch(at, end.as_ms() as i64, self.front, rates);
        if self.arrived.is_empty() {
            return stretch;
        }
        self.front = front;
        let left = front.left;
        let short = rates.reach.saturating_sub(rates.capacity);
        self.blame.lasts((at, stretch.until), withheld, short, stretch.gone > 0);
        self.capped |= stretch.gone > 0;
        let came = self.arrived.by(stretch.until);
        if came - left > self.longest.0 {
            self.longest = (came - left, came + left);
        }
        let is_over = self.is_over(stretch.until, front, rates);
        let counted = self.counted(stretch, left);
        if let Some(ledger) = ledger {
            if counted.waits && counted.served > 0 {
                let (from_ms, to_ms) = counted.waited;
                ledger.waited.push(Waited { from_ms, to_ms, requests: counted.served, sure: false });
            }
            ledger.gave_up += counted.gone;
            if is_over {
                self.close(ledger);
            }
        }
        if is_over {
            self.end();
        } else {
            self.arrived.forget(&mut self.front);
        }
        counted
    }

    /// What answers for requests that were late or gave up in the stretch that was lived through last, by cause.
    pub fn weights(&self) -> &[i64] {
        self.blame.weights()
    }

    /// The line is over, or the trial: whether it was long enough is known.
    pub fn close(&mut self, ledger: &mut Ledger) {
        let (longest, moved) = (self.longest.0 as f64 / MICRO, self.longest.1 as f64 / MICRO);
        let sure = if self.capped { SURE_CAPPED } else { SURE };
        let is_sure = longest > sure * libm::sqrt(moved);
        let first = self.first.min(ledger.waited.len());
        ledger.waited[first..].iter_mut().for_each(|waited| waited.sure = is_sure);
        self.first = ledger.waited.len();
    }
}

/// Milliseconds until so much has gone at a rate, rounded up.
fn after(much: i128, rate: i128) -> i64 {
    let length = if rate > 0 { (much.max(0) + rate - 1) / rate } else { i128::MAX };
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// Work is counted where it is tested.
#[cfg(not(test))]
fn looks_at_one_more() {}

#[cfg(test)]
use tests::looks_at_one_more;

#[cfg(test)]
mod tests;
