//! What has begun and ends: outages of the objective and of connections, and the trial.

use super::{Book, Class};
use crate::measure::Measure;
use crate::operations::Operation;
use crate::states::States;
use zonefall_engine::SimTime;

impl Book {
    pub(super) fn close_outage(&mut self, end: SimTime, measure: &Measure) {
        let Some(since) = self.missed_since.take() else { return };
        self.ledger.outages_ms.push(end.since(since).as_ms());
        let windows = &mut self.ledger.missed_by_window_ms;
        self.missed_hint = measure.windows.spread(since, end, self.missed_hint, windows);
    }

    pub(super) fn close_unconnected(&mut self, end: SimTime, measure: &Measure) {
        let Some(since) = self.unconnected_since.take() else { return };
        let months = &mut self.ledger.unconnected_by_month_ms;
        self.ledger.unconnected_ms += end.since(since).as_ms();
        self.unconnected_hint = measure.months.spread(since, end, self.unconnected_hint, months);
    }

    pub(super) fn close_stand(&mut self, end: SimTime, measure: &Measure) {
        let Some(since) = self.stands_since.take() else { return };
        let months = &mut self.ledger.unpromised_by_month_ms;
        months.resize(measure.months.count(), 0);
        self.ledger.unpromised_ms += end.since(since).as_ms();
        self.stands_hint = measure.months.spread(since, end, self.stands_hint, months);
    }

    /// Closes the book at the end of the trial.
    pub fn finish(&mut self, end: SimTime, measure: &Measure) {
        // A trial that ended at its first miss was lived through no further.
        let end = if self.done { self.now } else { end }.max(measure.from);
        self.settle(end, measure);
        self.charge_late_jobs(0);
        self.ledger.cut_by_horizon = self.missed_since.is_some() && !self.done;
        self.close_outage(end, measure);
        self.close_unconnected(end, measure);
        self.ledger.states.close();
        self.close_line();
        self.ledger.ways.iter_mut().for_each(States::close);
        if let Some(backlog) = &mut self.backlog {
            // A deadline at the very end has passed.
            backlog.advance(end, measure.from, &mut self.ledger);
        }
        self.close_stand(end, measure);
        if let Some(sessions) = &self.sessions {
            sessions.finish(&mut self.ledger);
        }
        let total = |class: Class| self.levels[class as usize].total(end.as_ms() as i64);
        let observed = end.since(measure.from).as_ms();
        let ledger = &mut self.ledger;
        ledger.observed_ms = observed;
        ledger.machine_ms = total(Class::Existing);
        ledger.capacity_full_ms = total(Class::Asked) + total(Class::WorkingAsked);
        ledger.capacity_ms = total(Class::Capacity) + total(Class::WorkingCapacity) - self.surplus;
        let classes = &mut ledger.classes;
        classes.serving = total(Class::Serving) + total(Class::Working);
        classes.dead_in_rotation = total(Class::Dead);
        classes.awaiting_probe = total(Class::Awaiting);
        classes.starting = total(Class::Starting);
        classes.degraded = total(Class::Degraded);
        for (class, operation) in [
            (Class::Spot, Operation::SpotMs),
            (Class::Deallocated, Operation::DeallocatedMs),
            (Class::Standby, Operation::StandbyMs),
            (Class::Suspended, Operation::SuspendedMs),
            (Class::DiskUnreachable, Operation::DiskUnreachableMs),
            (Class::Rollouts, Operation::RolloutMs),
            (Class::GatewayInstances, Operation::GatewayInstanceMs),
        ] {
            ledger.operations[operation as usize] = total(class) as u64;
        }
        classes.down = ledger.machine_ms - classes.serving - classes.awaiting_probe - classes.starting;
    }
}
