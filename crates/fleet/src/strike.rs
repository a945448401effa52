//! Strikes on single machines and hosts, their repairs, and the waiting that lies in between.

use crate::machine::*;
use crate::pending::Pending;
use crate::repair::Job;
use crate::world::World;
use std::ops::Range;
use zonefall_engine::SimTime;
use zonefall_faults::{Outcome, Span, Storm, Strikes};
use zonefall_topology::{HostId, RackId};

impl World {
    /// A mode strikes one machine. A machine that the mode holds already is not struck again; with an operating clock
    /// neither is one that does not run.
    /// It is charged to `cause`: the mode, or its hit on a pair of zones.
    pub(crate) fn strike(&mut self, mode: u32, at: usize, cause: u16, t: SimTime, strikes: &Strikes) {
        let facts = &self.modes[mode as usize];
        if facts.effect.is_managed() {
            // What becomes of it is decided by the set's management.
            return;
        }
        let (mark, down) = (1 << mode, facts.down);
        let marks = self.machines[at].marks;
        if marks & mark != 0 || (facts.operating && marks & (self.halting() | STARTING) != 0) {
            return;
        }
        let outcome = match facts.fixed {
            Some(length) if t > SimTime::ZERO => Outcome { length: Some(length), predicted: false },
            _ => {
                let instance = self.instance_of[at];
                let who = strikes.population().instance_key(instance);
                strikes.unit_modes().outcome(mode, instance, who, t)
            }
        };
        self.book.ledger.machine_failures += u64::from(t >= self.measure.from);
        if down {
            self.halt(at, mark, cause, t);
        } else {
            self.slow(at, mark, true, t);
        }
        self.schedule_repair(mode, at as u32, false, outcome, t, strikes);
    }

    /// A mode strikes a host: everything on it goes down together, or (a shock) each machine for itself.
    pub(crate) fn strike_host(&mut self, mode: u32, host: HostId, t: SimTime, strikes: &Strikes) {
        let machines = self.host_machines(host);
        let facts = &self.modes[mode as usize];
        if facts.effect.is_managed() {
            // What becomes of it is decided by the set's management.
            return;
        }
        if !facts.together {
            let cause = facts.cause;
            return machines.for_each(|at| self.strike(mode, at, cause, t, strikes));
        }
        let (mark, cause, down, operating) = (1 << mode, facts.cause, facts.down, facts.operating);
        let held = |at: usize| self.machines[at].marks & mark != 0;
        let idle = |at: usize| self.machines[at].marks & (self.halting() | STARTING) != 0;
        if machines.clone().any(held) || (operating && machines.clone().all(idle)) {
            return;
        }
        self.book.ledger.machine_failures += u64::from(t >= self.measure.from) * machines.len() as u64;
        for at in machines {
            if down {
                self.halt(at, mark, cause, t);
            } else {
                self.slow(at, mark, true, t);
            }
        }
        let outcome = match self.modes[mode as usize].fixed {
            Some(length) if t > SimTime::ZERO => Outcome { length: Some(length), predicted: false },
            _ => strikes.unit_modes().outcome(mode, host.0, strikes.population().host_key(host.0), t),
        };
        self.schedule_repair(mode, host.0, true, outcome, t, strikes);
    }

    fn schedule_repair(&mut self, mode: u32, unit: u32, host: bool, outcome: Outcome, t: SimTime, strikes: &Strikes) {
        let Some(length) = outcome.length else { return };
        let mut begin = t;
        if self.modes[mode as usize].heals && !outcome.predicted {
            let at = if host { self.host_machines(HostId(unit)).start } else { unit as usize };
            begin = self.healing_begins(at, t, strikes);
            self.book.ledger.delayed_healings += u64::from(begin > t && t >= self.measure.from);
        }
        if let Some(crews) = &mut self.modes[mode as usize].crews {
            if !crews.take(Job { unit, since: t, length }) {
                return;
            }
            self.book.ledger.crew_jobs += u64::from(t >= self.measure.from);
        }
        self.push_repair(mode, unit, host, outcome.predicted, begin.after(length));
    }

    fn push_repair(&mut self, mode: u32, unit: u32, host: bool, predicted: bool, end: SimTime) {
        let pending = if host {
            Pending::HostRepaired { mode, host: unit }
        } else {
            Pending::Repaired { mode, machine: unit, predicted }
        };
        self.pending.push(end, pending.tag());
    }

    /// HL-02, HL-05: healing needs free capacity in the machine's zone (and, where a key says so, the control plane).
    fn healing_begins(&self, at: usize, t: SimTime, strikes: &Strikes) -> SimTime {
        let storm = strikes.storm();
        if storm.allocation.is_empty() && storm.control_plane.is_empty() {
            return t;
        }
        let zone = self.topology.zone_of(RackId(self.rack_of(at)));
        let region = self.topology.region_of(zone);
        let mut begin = t;
        loop {
            let mut later = self.after_spans(&storm.allocation, zone.0, begin, storm);
            if self.design.healing_needs_control_plane {
                later = self.after_spans(&storm.control_plane, region.0, later, storm);
            }
            if later == begin {
                return begin;
            }
            begin = later;
        }
    }

    /// The first instant at or after `t` that no span of a unit covers. Partial shortages hold nothing up.
    fn after_spans(&self, spans: &[Span], of: u32, t: SimTime, storm: &Storm) -> SimTime {
        spans.iter().fold(t, |t, span| {
            let mine = span.left_milli == 0
                && span.of == of
                && Some(storm.events[span.event.0 as usize].cause) != self.suppressed;
            if mine && span.start <= t && t < span.end { span.end } else { t }
        })
    }

    /// A crew that has finished takes the next job.
    fn release_crew(&mut self, mode: u32, host: bool, t: SimTime) {
        let Some(job) = self.modes[mode as usize].crews.as_mut().and_then(crate::repair::Crews::release) else {
            return;
        };
        if job.since >= self.measure.from {
            self.book.ledger.crew_jobs += 1;
            self.book.ledger.crew_wait_ms += t.since(job.since).as_ms();
        }
        self.push_repair(mode, job.unit, host, false, t.after(job.length));
    }

    pub(crate) fn repaired(&mut self, mode: u32, at: usize, predicted: bool, t: SimTime, strikes: &Strikes) {
        self.release_crew(mode, false, t);
        self.unmark(mode, at, predicted, t, strikes);
        self.renew(mode, at as u32, t, strikes);
    }

    pub(crate) fn host_repaired(&mut self, mode: u32, host: HostId, t: SimTime, strikes: &Strikes) {
        self.release_crew(mode, true, t);
        self.host_machines(host).for_each(|at| self.unmark(mode, at, false, t, strikes));
        self.renew(mode, host.0, t, strikes);
    }

    /// Takes a mode's mark off a machine, which may then start.
    fn unmark(&mut self, mode: u32, at: usize, predicted: bool, t: SimTime, strikes: &Strikes) {
        let facts = &self.modes[mode as usize];
        if !facts.down {
            return self.slow(at, 1 << mode, false, t);
        }
        let cause = facts.cause;
        if predicted {
            return self.free(at, 1 << mode, cause, None, t, strikes);
        }
        self.machines[at].marks |= facts.needs;
        let restart = facts.restart.clone();
        self.free(at, 1 << mode, cause, restart.as_ref(), t, strikes);
    }

    fn host_machines(&self, host: HostId) -> Range<usize> {
        self.host_start[host.0 as usize] as usize..self.host_start[host.0 as usize + 1] as usize
    }

    /// The rack that a machine stands in.
    pub(crate) fn rack_of(&self, at: usize) -> u32 {
        let host = self.host_start.partition_point(|&start| start as usize <= at) - 1;
        self.topology.rack_of(HostId(host as u32)).0
    }
}
