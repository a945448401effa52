//! What of an interval goes into the ledger.

use super::{Book, Class};
use crate::measure::Measure;
use crate::operations::Operation;
use crate::states::Load;
use zonefall_engine::SimTime;

/// Millionths.
const MICRO: u128 = 1_000_000;

impl Book {
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
            let machines = if self.overflows() { 0 } else { self.level(Class::Capacity) as u64 / latency.serves_milli };
            let state = Load { machines: machines as u32, reach_milli: self.reaches() };
            self.ledger.states.add(state, from, t);
        }
        if self.waiting.map_or_else(|| self.is_slow(), |waiting| waiting.is_slow) {
            self.ledger.slow += i128::from(self.demand.unwrap_or(0)) * i128::from(t.since(from).as_ms());
        }
    }
}
