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

use crate::ledger::Ledger;
use crate::service::{IN_TIME, is_share};
use std::collections::VecDeque;
use zonefall_engine::{SimDuration, SimTime};

/// A line is told without doubt if it has become so many times as long as chance alone would make it: standard deviations of
/// what had come and gone until then.
pub const SURE: f64 = 20.0;
/// The same where clients gave up, so that it came to no more.
pub const SURE_CAPPED: f64 = 6.0;
/// Millionths.
const MICRO: f64 = 1e6;

/// How long requests may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until their clients give up.
    pub most: SimDuration,
    /// For 95 of 100 of them to be answered in time; none without an objective on times.
    pub in_time: Option<SimDuration>,
}

/// What comes at a constant rate.
#[derive(Debug, Clone, Copy)]
struct Piece {
    from: i64,
    /// What has come before.
    before: i128,
    /// Thousandths of a request a second, which is millionths a millisecond.
    rate: i128,
}

impl Piece {
    fn at(&self, t: i64) -> i128 {
        self.before + self.rate * i128::from(t - self.from)
    }
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
    /// What has come since the line began, as far back as somebody may still wait; empty where nobody does.
    pieces: VecDeque<Piece>,
    /// Who has left it since; and the place from which on who stands there has come in measured time.
    left: i128,
    counts_from: i128,
    /// The longest that it was since it began, and what had come and gone until then.
    longest: (i128, i128),
    capped: bool,
    /// Work that each cause has withheld since it began, and what nobody did.
    withheld: Vec<i64>,
    short: i128,
    overload: usize,
    /// Where what this line has served begins in the ledger's list.
    first: usize,
    /// When it next stands otherwise, as the world awaits it.
    pub awaited: SimTime,
}

zonefall_engine::pooled_clone!(Line {
    patience,
    in_time,
    pieces,
    left,
    counts_from,
    longest,
    capped,
    withheld,
    short,
    overload,
    first,
    awaited
});

impl Line {
    /// The line of a design with so many causes, of which one is that of overload.
    pub fn new(patience: Patience, (causes, overload): (usize, usize)) -> Self {
        Self {
            patience: patience.most.as_ms() as i64,
            in_time: patience.in_time.map(|most| most.as_ms() as i64),
            pieces: VecDeque::with_capacity(16),
            left: 0,
            counts_from: 0,
            longest: (0, 0),
            capped: false,
            withheld: vec![0; causes],
            short: 0,
            overload,
            first: 0,
            awaited: SimTime::NEVER,
        }
    }

    /// A trial begins.
    pub fn begin(&mut self) {
        self.end();
        (self.first, self.awaited) = (0, SimTime::NEVER);
    }

    /// Nobody waits.
    fn end(&mut self) {
        self.pieces.clear();
        (self.left, self.counts_from, self.longest, self.capped) = (0, 0, (0, 0), false);
    }

    /// Measured time begins: who has come before counts neither as served nor as given up.
    pub fn begin_to_count(&mut self, t: SimTime) {
        let from = t.as_ms() as i64;
        let Some(last) = self.pieces.back().copied() else { return };
        self.counts_from = last.at(from);
        self.pieces.push_back(Piece { from, before: self.counts_from, ..last });
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

    /// What had come by `t`.
    fn came(&self, t: i64) -> i128 {
        let piece = self.pieces.iter().rfind(|piece| piece.from <= t);
        piece.map_or(0, |piece| piece.at(t))
    }

    /// The rate at which it came then.
    fn rate(&self, t: i64) -> i128 {
        self.pieces.iter().rfind(|piece| piece.from <= t).map_or(0, |piece| piece.rate)
    }

    /// When who stands at this place came, rounded up; at most `t`.
    fn arrival(&self, place: i128, t: i64) -> i64 {
        let piece = self.pieces.iter().rfind(|piece| piece.before <= place && piece.rate > 0);
        piece.map_or(t, |piece| piece.from + after(place - piece.before, piece.rate).min(t - piece.from)).min(t)
    }

    /// What comes changes, or more comes than is served: from now on it is remembered.
    fn note(&mut self, t: i64, rates: Rates) {
        let rate = i128::from(rates.reach);
        match self.pieces.back() {
            None if rates.reach <= rates.capacity => {}
            None => {
                self.pieces.push_back(Piece { from: t, before: 0, rate });
                self.withheld.fill(0);
                self.short = 0;
            }
            Some(last) if last.rate == rate => {}
            Some(last) => {
                let before = last.at(t);
                self.pieces.push_back(Piece { from: t, before, rate });
            }
        }
    }

    /// What happens from `t` on, where so many have left, until anything is otherwise: `end` at the latest.
    fn stretch(&self, t: i64, end: i64, left: i128, rates: Rates) -> Stretch {
        let (reach, capacity) = (i128::from(rates.reach), i128::from(rates.capacity));
        let mut until = end;
        if self.pieces.is_empty() {
            let served = reach.min(capacity) * i128::from(until - t);
            return Stretch { until, served, gone: 0, waited: (0, 0), waits: false };
        }
        let mut cut = |after_ms: i64| until = until.min(t.saturating_add(after_ms.max(1)));
        let lost_before = t - self.patience;
        self.pieces
            .iter()
            .filter(|piece| piece.from > lost_before)
            .take(1)
            .for_each(|next| cut(next.from - lost_before));
        let (losing, gone_by) = (self.rate(lost_before), self.came(lost_before));
        let is_losing = left <= gone_by && capacity < losing;
        let waits_since = self.arrival(left, t);
        if !is_losing {
            if capacity > reach {
                cut(after(self.came(t) - left, capacity - reach));
            }
            if capacity < losing {
                cut(after(left - gone_by, losing - capacity));
            }
            if capacity > 0 {
                let next = self.pieces.iter().find(|piece| piece.before > left);
                next.into_iter().for_each(|next| cut(after(next.before - left, capacity)));
            }
            self.late_from(t - waits_since, left, capacity).into_iter().for_each(&mut cut);
        }
        let length = i128::from(until - t);
        let (came, gone_by) = (self.came(until), self.came(until - self.patience));
        let served = (capacity * length).min(came - left).max(0);
        let gone = (gone_by - left - served).max(0);
        let now = left + served + gone;
        let still = if now >= came { 0 } else { (until - self.arrival(now, until)).min(self.patience) };
        Stretch { until, served, gone, waited: ((t - waits_since).min(self.patience), still), waits: true }
    }

    /// In how many milliseconds who is served has waited for just as long as answers in time allow.
    fn late_from(&self, waited: i64, left: i128, capacity: i128) -> Option<i64> {
        let missing = i128::from(self.in_time? - waited);
        let rate = self.pieces.iter().rfind(|piece| piece.before <= left && piece.rate > 0)?.rate;
        let grows = rate - capacity;
        let crosses = missing > 0 && grows > 0 || missing < 0 && grows < 0;
        crosses.then(|| after(missing.abs() * rate, grows.abs()))
    }

    /// How it stands at `t`, where so many have left.
    fn standing(&self, t: i64, left: i128, rates: Rates) -> Standing {
        if self.pieces.is_empty() {
            return Standing { waits: rates.reach > rates.capacity, ..Standing::default() };
        }
        let (losing, gone_by) = (self.rate(t - self.patience), self.came(t - self.patience));
        let capacity = i128::from(rates.capacity);
        let gives_up = if left <= gone_by { (losing - capacity).max(0) } else { 0 };
        let waited = t - self.arrival(left, t);
        // At the very limit it is late if it has been getting later.
        let grows =
            || self.pieces.iter().rfind(|piece| piece.before <= left).is_some_and(|piece| piece.rate > capacity);
        let is_late = self.in_time.is_some_and(|most| waited > most || waited == most && grows());
        Standing {
            waits: true,
            gives_up: gives_up as u64,
            is_late: is_late || !is_share((losing - gives_up) as u64, IN_TIME, losing as u64),
        }
    }

    /// How it stands at `t`, up to which it has been lived through.
    pub fn stands(&self, t: SimTime, rates: Rates) -> Standing {
        self.standing(t.as_ms() as i64, self.left, rates)
    }

    /// When it stands otherwise if these rates last: `horizon` at the latest.
    pub fn changes(&mut self, t: SimTime, rates: Rates, horizon: SimTime) -> SimTime {
        let (mut at, end) = (t.as_ms() as i64, horizon.as_ms() as i64);
        self.note(at, rates);
        if self.pieces.is_empty() {
            return SimTime::NEVER;
        }
        let (now, mut left) = (self.standing(at, self.left, rates), self.left);
        while at < end {
            let next = self.stretch(at, end, left, rates);
            (at, left) = (next.until, left + next.served + next.gone);
            if left >= self.came(at) && rates.reach <= rates.capacity || self.standing(at, left, rates) != now {
                return SimTime::from_ms(at as u64);
            }
        }
        SimTime::NEVER
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
        let stretch = self.stretch(at, end.as_ms() as i64, self.left, rates);
        if self.pieces.is_empty() {
            return stretch;
        }
        self.left += stretch.served + stretch.gone;
        let length = stretch.until - at;
        for (sum, part) in self.withheld.iter_mut().zip(withheld) {
            *sum = sum.saturating_add(part.saturating_mul(length));
        }
        self.short += i128::from(rates.reach.saturating_sub(rates.capacity)) * i128::from(length);
        self.capped |= stretch.gone > 0;
        let came = self.came(stretch.until);
        if came - self.left > self.longest.0 {
            self.longest = (came - self.left, came + self.left);
        }
        let is_over = self.left >= came && rates.reach <= rates.capacity;
        let counted = self.counted(stretch, self.left);
        if let Some(ledger) = ledger {
            if counted.served > 0 {
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
            self.forget(stretch.until);
        }
        counted
    }

    /// What answers for requests that are late or give up, by cause: what each has withheld since the line began, and overload for
    /// what nobody did.
    pub fn weights(&mut self) -> &[i64] {
        self.withheld[self.overload] = 0;
        let withheld = self.withheld.iter().map(|&work| i128::from(work)).sum::<i128>();
        let lacking = i64::try_from((self.short - withheld).max(0)).unwrap_or(i64::MAX);
        self.withheld[self.overload] = if withheld == 0 { lacking.max(1) } else { lacking };
        &self.withheld
    }

    /// Nobody waits who came before these pieces.
    fn forget(&mut self, t: i64) {
        let left = self.left;
        let is_past = |next: &Piece| next.from <= t - self.patience && next.before <= left;
        while self.pieces.get(1).is_some_and(is_past) {
            self.pieces.pop_front();
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The same, a millisecond at a time.
    struct Slow {
        came: Vec<i128>,
        left: Vec<i128>,
    }

    impl Slow {
        /// Served and given up.
        fn tick(&mut self, rates: Rates, patience: i64) -> (i128, i128) {
            let now = self.came.last().copied().unwrap_or(0) + i128::from(rates.reach);
            self.came.push(now);
            let before = self.came.len() as i64 - 1 - patience;
            let gone_by = usize::try_from(before).map_or(0, |before| self.came[before]);
            let left = self.left[self.left.len() - 1];
            let served = i128::from(rates.capacity).min(now - left);
            let gone = (gone_by - left - served).max(0);
            self.left.push(left + served + gone);
            (served, gone)
        }

        /// How long who is next at `t` has waited.
        fn waited(&self, t: usize) -> i64 {
            let left = self.left[t];
            let next = self.came.partition_point(|&came| came <= left);
            if left >= self.came[t] {
                return 0;
            }
            let arrival = if self.came[next - 1] == left { next - 1 } else { next };
            (t - arrival) as i64
        }
    }

    fn line(patience: i64, in_time: Option<u64>) -> Line {
        let most = SimDuration::from_ms(patience as u64);
        Line::new(Patience { most, in_time: in_time.map(SimDuration::from_ms) }, (2, 1))
    }

    #[test]
    fn what_is_solved_for_is_what_a_walk_over_all_milliseconds_finds() {
        let mut state = 7u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let (mut waited, mut gave_up, mut stretches, mut late) = (0, 0, 0, 0);
        for case in 0..400 {
            let patience = 1 + next(300) as i64;
            let mut fast = line(patience, (next(2) > 0).then(|| next(patience as u64)));
            let mut slow = Slow { came: vec![0], left: vec![0] };
            let mut ledger = Ledger::default();
            let mut at = 0;
            for _ in 0..1 + next(12) {
                let rates = Rates { reach: next(8) * 1000, capacity: next(8) * 900 };
                let end = at + 1 + next(400);
                let (mut served, mut gone) = (0, 0);
                for _ in at..end {
                    let (now, lost) = slow.tick(rates, patience);
                    (served, gone) = (served + now, gone + lost);
                }
                let told = fast.changes(SimTime::from_ms(at), rates, SimTime::from_ms(end));
                let before = fast.stands(SimTime::from_ms(at), rates);
                while at < end {
                    let (from, to) = (SimTime::from_ms(at), SimTime::from_ms(end));
                    let stretch = fast.live(from, to, (rates, &[0, 0]), Some(&mut ledger));
                    (served, gone) = (served - stretch.served, gone - stretch.gone);
                    if stretch.waits && stretch.served > 0 {
                        let of = |t: u64| slow.waited(t as usize).min(patience);
                        assert_eq!(stretch.waited, (of(at), of(stretch.until as u64)), "case {case} from {at}");
                    }
                    at = stretch.until as u64;
                    stretches += 1;
                    let (stands, waited) = (fast.stands(SimTime::from_ms(at), rates), slow.waited(at as usize));
                    if let Some(most) = fast.in_time.filter(|&most| waited != most) {
                        assert!(stands.is_late == (waited > most) || stands.gives_up > 0, "case {case} at {at}");
                        late += usize::from(stands.is_late);
                    }
                    if at < end && SimTime::from_ms(at) < told {
                        assert_eq!(fast.stands(SimTime::from_ms(at), rates), before, "case {case} at {at}");
                    }
                }
                assert_eq!((served, gone), (0, 0), "case {case} up to {end}");
            }
            waited += ledger.waited.len();
            gave_up += usize::from(ledger.gave_up > 0);
            assert!(ledger.waited.iter().all(|of| of.from_ms.max(of.to_ms) <= patience && of.requests > 0));
        }
        assert!(waited > 1000 && gave_up > 100 && late > 100, "{waited} {gave_up} {stretches} {late}");
    }

    #[test]
    fn a_line_is_told_without_doubt_if_it_is_long_against_what_chance_makes() {
        // 15 come and 10 are served a second: 5 T against the root of 25 T, which is 20 deviations from T = 400 s on.
        let sure = |seconds: u64| {
            let (mut line, mut ledger) = (line(1_000_000, None), Ledger::default());
            let peak = Rates { reach: 15_000, capacity: 10_000 };
            let end = SimTime::from_ms(seconds * 1000);
            line.live(SimTime::ZERO, end, (peak, &[0, 0]), Some(&mut ledger));
            line.close(&mut ledger);
            ledger.waited[0].sure
        };
        assert!(sure(401) && !sure(399));
    }
}
