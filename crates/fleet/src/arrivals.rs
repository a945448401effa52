//! What comes to the machines over a trial: demand that changes, lines that stand otherwise, batches of jobs.
//!
//! In: instants at which something of it is due. Out: a book that knows, whoever reacts to it told, and the next instant awaited.

use crate::pending::Pending;
use crate::world::World;
use zonefall_engine::SimTime;

impl World {
    pub(crate) fn demand_changes(&mut self, t: SimTime) {
        let (Some(demand), Some(tide)) = (&self.design.demand, &mut self.tide) else { return };
        demand.advance(tide);
        self.book.settle(t, &self.measure);
        self.book.demand_changes(tide.now_milli);
        self.manager.hears_demand();
        self.gateways_meet_demand(t);
        self.await_demand();
    }

    /// Somebody begins to wait, gives up, is late, or nobody is any more: everything that follows looks again.
    pub(crate) fn line_is_due(&mut self, t: SimTime) {
        if self.book.awaits_line(t) {
            self.book.settle(t, &self.measure);
            self.manager.hears_demand();
        }
    }

    /// After each event: when does it stand otherwise with the line?
    pub(crate) fn await_line(&mut self, t: SimTime) {
        if self.design.service.patience.is_none() {
            return;
        }
        self.book.settle(t, &self.measure);
        if let Some(next) = self.book.line_changes(t, &self.measure) {
            self.pending.push(next, Pending::Line.tag());
        }
    }

    /// Batches come, deadlines pass, late jobs may be done: the book says when to look again.
    pub(crate) fn jobs_change(&mut self, t: SimTime) {
        self.book.settle(t, &self.measure);
        let next = self.book.look_at_jobs(t, &self.measure);
        self.manager.hears_demand();
        if next < self.measure.horizon {
            self.pending.push(next, Pending::Jobs.tag());
        }
    }

    pub(crate) fn await_demand(&mut self) {
        if self.book.walks_along() {
            return;
        }
        if let Some(tide) = self.tide.filter(|tide| tide.next < self.measure.horizon) {
            self.pending.push(tide.next, Pending::Demand.tag());
        }
    }
}
