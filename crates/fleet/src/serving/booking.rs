//! What of an interval goes into the ledger: nothing while the state is quiet, and by the shortest way else.

use super::{Book, Class};
use crate::measure::Measure;
use crate::operations::Operation;
use zonefall_engine::SimTime;

/// Millionths.
const MICRO: u128 = 1_000_000;

impl Book {
    /// Time moves on to `t`: books the interval since the last change. Call before a change.
    #[inline]
    pub fn settle(&mut self, t: SimTime, measure: &Measure) {
        if t > self.now {
            if self.is_quiet(measure) {
                self.now = t;
            } else {
                self.move_on(t, measure);
            }
        }
    }

    /// Whether nothing is missed, open, looked at or in surplus.
    #[inline]
    fn is_quiet(&self, measure: &Measure) -> bool {
        self.level(Class::Serving) >= self.enough
            && !self.open
            && self.surplus() == 0
            && self.next_at >= measure.at.len()
    }

    #[inline(never)]
    fn move_on(&mut self, t: SimTime, measure: &Measure) {
        let from = self.now;
        self.now = t;
        let surplus = self.surplus();
        if surplus > 0 {
            self.book_surplus(surplus, from, t, measure);
        }
        let served = if self.demand.is_some() { self.served() } else { 0 };
        let missed = self.misses_given(served);
        let unconnected = self.is_unconnected();
        if self.special {
            return self.book_special(from, t, (missed, unconnected, served), measure);
        }
        if missed | unconnected | self.is_eventful() || measure.at.len() > self.next_at {
            self.book(from, t, (missed, unconnected, served), measure);
        }
    }

    /// Whether there is more to book than that the objective is missed or nobody is connected.
    #[inline]
    fn is_eventful(&self) -> bool {
        self.open | self.clock_stands | self.demand.is_some()
    }

    /// The same with clients that try again, jobs, sessions, or a demand that changes in between.
    #[inline(never)]
    fn book_special(&mut self, from: SimTime, t: SimTime, state: (bool, bool, u64), measure: &Measure) {
        if self.walks {
            return self.walk(from, t, state.1, measure);
        }
        if self.line.is_some() {
            return self.live_in_line(from, t, state.1, measure);
        }
        if self.parts.as_ref().is_some_and(|parts| parts.has_lines()) {
            return self.live_before_parts(from, t, state.1, measure);
        }
        self.clients_wait(t.since(from.max(measure.from).min(t)).as_ms());
        self.sessions_last(from, t, measure);
        if let Some(works) = self.works() {
            self.work_off((from, t), works, state, measure);
        } else if state.0 | state.1 | self.is_eventful() || measure.at.len() > self.next_at {
            self.book(from, t, state, measure);
        }
    }

    /// The state holds for so many measured milliseconds.
    fn clients_wait(&mut self, counted_ms: u64) {
        if let Some(parts) = &mut self.parts {
            parts.clients_wait(counted_ms, &mut self.ledger);
        }
        if self.clients.is_none() {
            return;
        }
        let asked = self.asked();
        if let Some(clients) = &mut self.clients {
            clients.lasts(asked, counted_ms > 0).count(counted_ms, &mut self.ledger);
        }
    }

    #[inline(never)]
    pub(super) fn book_surplus(&mut self, surplus: i64, from: SimTime, t: SimTime, measure: &Measure) {
        self.surplus += i128::from(surplus) * i128::from(t.since(from.max(measure.from).min(t)).as_ms());
    }

    /// Books an interval in which the objective was missed or not, nobody was connected or not, and so much was served.
    pub(super) fn book(&mut self, from: SimTime, t: SimTime, state: (bool, bool, u64), measure: &Measure) {
        let (missed, unconnected, served) = state;
        while measure.at.get(self.next_at).is_some_and(|&at| at < t) {
            self.ledger.held_at.push(!missed);
            self.next_at += 1;
        }
        let from = from.max(measure.from);
        if t <= from {
            return;
        }
        if self.demand.is_some() && !self.walks {
            self.book_demand(served, t.since(from).as_ms());
            self.book_state(from, t);
        }
        if missed {
            if self.missed_since.is_none() {
                self.missed_since = Some(from);
                self.ledger.first_miss.get_or_insert(from);
                self.done = measure.until_first_miss;
            }
            self.charge(t.since(from).as_ms());
        } else {
            self.close_outage(from, measure);
        }
        match (unconnected, self.unconnected_since) {
            (true, None) => self.unconnected_since = Some(from),
            (false, Some(_)) => self.close_unconnected(from, measure),
            _ => {}
        }
        match (self.clock_stands, self.stands_since) {
            (true, None) => self.stands_since = Some(from),
            (false, Some(_)) => self.close_stand(from, measure),
            _ => {}
        }
        self.open = missed || unconnected || self.clock_stands;
    }

    fn book_demand(&mut self, served: u64, length_ms: u64) {
        let demand = self.demand.unwrap_or(0);
        let (alive, dead) = (self.level(Class::Serving) as u128, self.level(Class::Dead) as u128);
        let times = i128::from(length_ms);
        // Clients have settled in another state since, if there are any.
        let served = if self.clients.is_some() { self.served() } else { served };
        self.ledger.offered += i128::from(demand) * times;
        self.ledger.served += i128::from(served) * times;
        if let Some(parts) = &self.parts {
            self.ledger.lost_to_dead += i128::from(parts.lost_to_dead()) * times;
        } else if dead > 0 {
            self.ledger.lost_to_dead += (u128::from(self.passed()) * dead / (alive + dead)) as i128 * times;
        }
        let turned_away = self.is_turned_away();
        if turned_away > 0 {
            self.turned_away += u128::from(turned_away) * u128::from(length_ms);
            let requests = u64::try_from(self.turned_away / MICRO).unwrap_or(u64::MAX);
            self.ledger.operations[Operation::GatewayTurnedAway as usize] = requests;
            self.ledger.operations[Operation::GatewayShortMs as usize] += length_ms;
        }
    }

    fn book_state(&mut self, from: SimTime, t: SimTime) {
        if let Some(parts) = &self.parts {
            parts.book_ways(&mut self.ledger.ways, from, t);
            let slow = if parts.are_slow() { self.demand.unwrap_or(0) } else { 0 };
            self.ledger.slow += i128::from(slow) * i128::from(t.since(from).as_ms());
            return;
        }
        let Some(latency) = &self.latency else { return };
        if self.waiting.is_none() {
            let state = self.load(latency.works());
            self.ledger.states.add(state, from, t);
        }
        if self.waiting.map_or_else(|| self.is_slow(), |waiting| waiting.is_slow) {
            self.ledger.slow += i128::from(self.demand.unwrap_or(0)) * i128::from(t.since(from).as_ms());
        }
    }
}
