//! Strikes on single machines and hosts, their repairs, and the waiting that lies in between.

use crate::machine::*;
use crate::operations::Operation;
use crate::pending::Pending;
use crate::policy::disk::Touch;
use crate::repair::Job;
use crate::world::World;
use std::ops::Range;
use zonefall_engine::SimTime;
use zonefall_faults::{Effect, Outcome, Span, Storm, Strikes};
use zonefall_topology::{HostId, RackId, ZoneId};

/// Purpose of a machine's luck: its redeployment.
const REDEPLOY: u64 = 8;

impl World {
    /// A mode strikes one machine. A machine that the mode holds already is not struck again; with an operating clock
    /// neither is one that does not run.
    /// It is charged to `cause`: the mode, or its hit on a pair of zones.
    pub(crate) fn strike(&mut self, mode: u32, at: usize, cause: u16, t: SimTime, strikes: &Strikes) {
        let facts = &self.modes[mode as usize];
        let mark = 1 << mode;
        let marks = self.machines[at].marks;
        if marks & (mark | ABSENT) != 0 || (facts.operating && marks & (self.halting() | STARTING) != 0) {
            return;
        }
        if self.manager.is_creating(at) && !facts.on_host && !(facts.effect == Effect::Evicted && self.is_up(at, t)) {
            // Nothing runs yet that could fail by itself.
            return;
        }
        if t == SimTime::ZERO && self.was_repaired_before(mode, at, strikes) {
            return;
        }
        let facts = &self.modes[mode as usize];
        let outcome = match facts.fixed {
            Some(length) if t > SimTime::ZERO => Outcome { length: Some(length), predicted: false },
            _ => {
                let instance = self.instance_of[at];
                let who = strikes.population().instance_key(instance);
                strikes.unit_modes().outcome(mode, instance, who, t)
            }
        };
        if !facts.down {
            return self.strike_lightly(mode, at, cause, outcome, t, strikes);
        }
        self.book.ledger.machine_failures += u64::from(t >= self.measure.from);
        self.halt(at, mark, cause, t);
        self.schedule_repair(mode, at as u32, false, outcome, t, strikes);
    }

    /// A strike that does not stop the machine by itself.
    fn strike_lightly(&mut self, mode: u32, at: usize, cause: u16, outcome: Outcome, t: SimTime, strikes: &Strikes) {
        let effect = self.modes[mode as usize].effect;
        if effect.is_managed() && !self.manager.is_active() {
            return;
        }
        if effect == Effect::Evicted {
            return self.evict(at, cause, Some(outcome.length.map_or(SimTime::NEVER, |length| t.after(length))), t);
        }
        self.book.ledger.machine_failures += u64::from(t >= self.measure.from);
        if effect == Effect::Unhealthy {
            self.sicken(at, 1 << mode, true, t);
        } else {
            self.slow(at, 1 << mode, true, t);
        }
        self.schedule_repair(mode, at as u32, false, outcome, t, strikes);
    }

    /// A machine's health endpoint begins or ceases to report trouble; it serves all the same.
    fn sicken(&mut self, at: usize, mark: u32, on: bool, t: SimTime) {
        let marks = &mut self.machines[at].marks;
        *marks = if on { *marks | mark } else { *marks & !mark };
        self.age(at, t);
    }

    /// A mode strikes a host: everything on it goes down together, or (a shock) each machine for itself.
    pub(crate) fn strike_host(&mut self, mode: u32, host: HostId, t: SimTime, strikes: &Strikes) {
        let machines = self.host_machines(host);
        let facts = &self.modes[mode as usize];
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
        let there = match self.manager.is_active() {
            true => machines.clone().filter(|&at| self.machines[at].marks & ABSENT == 0).count(),
            false => machines.len(),
        };
        if there == 0 && self.modes[mode as usize].crews.is_some() {
            // Only free slots stand here: no crew is kept from machines that wait for it.
            return self.renew(mode, host.0, t, strikes);
        }
        self.book.ledger.machine_failures += u64::from(t >= self.measure.from) * there as u64;
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

    pub(crate) fn schedule_repair(
        &mut self,
        mode: u32,
        unit: u32,
        host: bool,
        outcome: Outcome,
        t: SimTime,
        strikes: &Strikes,
    ) {
        let Some(length) = outcome.length else { return };
        let facts = &self.modes[mode as usize];
        if facts.heals || facts.crews.is_some() || self.manager.is_active() {
            return self.prepare_repair(mode, unit, host, outcome, t, strikes);
        }
        self.push_repair(mode, unit, host, outcome.predicted, 0, t.after(length));
    }

    /// A repair that may have to wait for capacity, a control plane, the customer or a crew, or whose machine may be gone
    /// before it ends.
    fn prepare_repair(&mut self, mode: u32, unit: u32, host: bool, outcome: Outcome, t: SimTime, strikes: &Strikes) {
        let Some(length) = outcome.length else { return };
        let mut begin = t;
        if self.modes[mode as usize].heals && !outcome.predicted {
            let at = if host { self.host_machines(HostId(unit)).start } else { unit as usize };
            begin = self.healing_begins(at, t, strikes);
            self.book.ledger.delayed_healings += u64::from(begin > t && t >= self.measure.from);
            if self.manager.is_active() {
                begin = self.redeploys(at, begin, t, strikes);
            }
        }
        let epoch = if host { 0 } else { self.manager.epoch(unit) };
        if let Some(crews) = &mut self.modes[mode as usize].crews {
            if !crews.take(Job { unit, since: t, length, epoch }) {
                return;
            }
            self.book.ledger.crew_jobs += u64::from(t >= self.measure.from);
        }
        self.push_repair(mode, unit, host, outcome.predicted, epoch, begin.after(length));
    }

    #[inline]
    fn push_repair(&mut self, mode: u32, unit: u32, host: bool, predicted: bool, epoch: u16, end: SimTime) {
        let pending = if host {
            Pending::HostRepaired { mode, host: unit }
        } else {
            Pending::Repaired { mode, machine: unit, predicted, epoch }
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

    /// HL-02, DH-02: healing loses the temporary disk; on a dedicated host without automatic replacement the customer has
    /// to redeploy the machine.
    fn redeploys(&mut self, at: usize, begin: SimTime, t: SimTime, strikes: &Strikes) -> SimTime {
        self.lose_disks(at, Touch::Heal, t);
        let managed = self.design.sets[self.set_of(at)].management.as_ref();
        let Some(hosts) = managed.and_then(|m| m.dedicated.as_ref()).filter(|hosts| !hosts.auto_replace) else {
            return begin;
        };
        let takes = hosts.redeploy.draw(&mut self.luck_of(at, strikes, t, REDEPLOY).stream());
        self.book.count(Operation::Redeploys, 1, t, &self.measure);
        begin.after(takes)
    }

    /// The first instant at or after `t` that no span of a unit covers. Partial shortages hold nothing up.
    fn after_spans(&self, spans: &[Span], of: u32, t: SimTime, storm: &Storm) -> SimTime {
        spans.iter().fold(t, |t, span| {
            let mine = span.left_milli == 0
                && span.of == of
                && !self.suppressed.as_ref().is_some_and(|of| of.takes_event(storm, span.event));
            if mine && span.start <= t && t < span.end { span.end } else { t }
        })
    }

    /// A crew that has finished takes the next job.
    #[inline]
    fn release_crew(&mut self, mode: u32, host: bool, t: SimTime) {
        if self.modes[mode as usize].crews.is_some() {
            self.take_next_job(mode, host, t);
        }
    }

    fn take_next_job(&mut self, mode: u32, host: bool, t: SimTime) {
        let Some(job) = self.modes[mode as usize].crews.as_mut().and_then(crate::repair::Crews::release) else {
            return;
        };
        if job.since >= self.measure.from {
            self.book.ledger.crew_jobs += 1;
            self.book.ledger.crew_wait_ms += t.since(job.since).as_ms();
        }
        self.push_repair(mode, job.unit, host, false, job.epoch, t.after(job.length));
    }

    pub(crate) fn repaired(
        &mut self,
        mode: u32,
        at: usize,
        (predicted, epoch): (bool, u16),
        t: SimTime,
        strikes: &Strikes,
    ) {
        self.release_crew(mode, false, t);
        if self.manager.is_active() && epoch != self.manager.epoch(at as u32) {
            // The machine that was struck is gone.
            return;
        }
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
            return if facts.effect == Effect::Unhealthy {
                self.sicken(at, 1 << mode, false, t);
            } else {
                self.slow(at, 1 << mode, false, t);
            };
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
        self.topology.rack_of(self.host_of(at)).0
    }

    /// The zone that a machine stands in.
    pub(crate) fn zone_of(&self, at: usize) -> ZoneId {
        self.topology.zone_of(RackId(self.rack_of(at)))
    }

    /// The host that a machine stands on.
    pub(crate) fn host_of(&self, at: usize) -> HostId {
        HostId(self.host_start.partition_point(|&start| start as usize <= at) as u32 - 1)
    }
}
