//! The storm's edges: rack outages, slow-downs and shocks begin and end.

use crate::machine::RACK_OUT;
use crate::pending::Pending;
use crate::suppressed::Suppressed;
use crate::world::World;
use zonefall_engine::SimTime;
use zonefall_faults::{Effect, Strikes};

impl World {
    pub(crate) fn edge(&mut self, edge: u32, t: SimTime, strikes: &Strikes) {
        let storm = strikes.storm();
        let (_, code) = storm.edges[edge as usize];
        let outage = storm.outages[code as usize / 2];
        let cause = storm.events[outage.event.0 as usize].cause;
        let facts = &self.causes[cause as usize];
        if facts.ignored || self.suppressed.as_ref().is_some_and(|of| of.takes_event(storm, outage.event)) {
            return;
        }
        if let Some(mode) = facts.wave {
            if code & 1 == 0 {
                self.wave_begins(mode, (code / 2, outage), cause, t, strikes);
            }
            return;
        }
        let (effect, shock, ends) = (facts.effect, facts.shock, code & 1 == 1);
        if !self.seats.is_empty() {
            self.components_feel(outage, cause, ends, t, strikes);
        }
        if effect == Effect::Evicted {
            if !ends {
                self.evictions_begin(outage, cause, t);
            }
            return;
        }
        let spared = self.suppressed.as_ref().map_or(0..0, Suppressed::racks);
        for rack in outage.first_rack..outage.first_rack + outage.racks {
            if spared.contains(&rack) {
                continue;
            }
            match (shock, effect, ends) {
                (Some(_), _, true) => {}
                (Some(mode), _, false) => {
                    self.rack_machines(rack).for_each(|at| self.strike(mode, at, cause, t, strikes));
                }
                (None, Effect::Unhealthy, _) => self.rack_sickens(rack, ends),
                (None, Effect::Degraded(left), _) => self.rack_slows(rack, cause, left, ends, t),
                (None, _, false) => self.rack_fails(rack, cause, t),
                (None, _, true) => self.rack_returns(rack, cause, t, strikes),
            }
        }
    }

    /// A bad health endpoint reaches the machines of a rack, those to come included, until it ends.
    fn rack_sickens(&mut self, rack: u32, ends: bool) {
        if !self.manager.is_active() {
            return;
        }
        let depth = &mut self.manager.sick_racks[rack as usize];
        *depth = if ends { *depth - 1 } else { *depth + 1 };
        let machines = self.rack_machines(rack);
        self.manager.touched.extend(machines.map(|at| at as u32));
    }

    fn rack_fails(&mut self, rack: u32, cause: u16, t: SimTime) {
        self.rack_active.push((rack, cause));
        self.rack_depth[rack as usize] += 1;
        if self.rack_depth[rack as usize] > 1 {
            if self.book.sessions.is_some() {
                self.rack_is_hit_again(rack, cause, t);
            }
            if self.uptimes.is_active() {
                self.rack_machines(rack).for_each(|at| self.see_uptime(at, t));
            }
            return;
        }
        self.rack_turns(rack, true);
        let machines = self.rack_machines(rack);
        if !self.ready_at.is_empty() && !machines.is_empty() {
            self.pending.cancel(Pending::ready_tags(machines.start as u32..machines.end as u32));
        }
        machines.for_each(|at| self.halt(at, RACK_OUT, cause, t));
        if !self.far_disks.is_empty() {
            self.disks_fail(rack, cause, t);
        }
    }

    /// What takes a rack that is out already may take the sessions that its machines have kept.
    #[inline(never)]
    fn rack_is_hit_again(&mut self, rack: u32, cause: u16, t: SimTime) {
        self.rack_machines(rack).for_each(|at| self.is_hit_again(at, cause, t));
        self.disks_fail(rack, cause, t);
    }

    fn rack_returns(&mut self, rack: u32, cause: u16, t: SimTime, strikes: &Strikes) {
        if let Some(at) = self.rack_active.iter().position(|&active| active == (rack, cause)) {
            self.rack_active.remove(at);
        }
        self.rack_depth[rack as usize] -= 1;
        let last = self.rack_depth[rack as usize] == 0;
        if last {
            self.rack_turns(rack, false);
        }
        let facts = &self.causes[cause as usize];
        let (needs, restart) = (facts.needs, facts.restart.clone());
        for at in self.rack_machines(rack) {
            self.machines[at].marks |= needs;
            let held = !self.far_disks.is_empty() && self.disk_is_dark(at);
            let mark = if last && !held { RACK_OUT } else { 0 };
            self.free(at, mark, cause, restart.as_ref(), t, strikes);
        }
        if last && !self.far_disks.is_empty() {
            self.disks_return(rack, (cause, needs), restart.as_ref(), t, strikes);
        }
    }

    fn rack_slows(&mut self, rack: u32, cause: u16, left: u32, ends: bool, t: SimTime) {
        let slow = (rack, cause, left);
        if !ends {
            self.rack_slow.push(slow);
        } else if let Some(at) = self.rack_slow.iter().position(|&other| other == slow) {
            self.rack_slow.remove(at);
        }
        self.rack_machines(rack).for_each(|at| self.slow(at, 0, true, t));
    }
}
