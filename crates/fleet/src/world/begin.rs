//! A trial begins: who stands where, what serves, and what is awaited.
//!
//! In: the trial's key, its strikes, and what never happens in this world. Out: the world at the instant 0. Everything is reset in
//! place, so that a trial allocates nothing.

use super::{CREATION, NONE, Starts, World, fleet_luck};
use crate::balancer::ProbeTimes;
use crate::machine::*;
use crate::manage::State;
use crate::pending::Pending;
use crate::serving::Class;
use crate::suppressed::Suppressed;
use zonefall_engine::{Key, SimDuration, SimTime};
use zonefall_faults::Strikes;

impl World {
    /// Prepares a trial. The world lives as if what is suppressed never happened.
    pub fn begin(&mut self, trial: Key, strikes: &Strikes, suppressed: Option<Suppressed>) {
        self.luck = fleet_luck(trial);
        self.standing_luck = self.luck;
        self.suppressed = suppressed;
        self.pending.clear();
        self.budget.reset();
        self.forget_uptimes();
        self.rack_depth.fill(0);
        self.rack_active.clear();
        self.rack_slow.clear();
        if self.moves || !self.placed {
            self.place();
        }
        if self.moves {
            self.place_disks();
        }
        if self.meters.is_active() {
            self.begin_meters();
        }
        if self.manager.is_active() {
            self.manager.promise.begin();
            self.book.clock_stands = self.manager.promise.is_active();
            if self.book.clock_stands {
                let stands = &mut self.book.ledger.unpromised_by_month_ms;
                stands.clear();
                stands.reserve(self.measure.months.count());
            }
            self.begin_slots(strikes);
        }
        for mode in &mut self.modes {
            if let Some(crews) = &mut mode.crews {
                crews.reset();
            }
        }
        let phase = self.luck.named("probe phase").unit(0);
        self.probes = self.design.balancer.map(|balancer| ProbeTimes::new(balancer, phase));
        self.ready_at.fill(SimTime::ZERO);
        self.returned.fill((SimTime::ZERO, 0));
        self.factors.fill((1000, 0));
        self.begin_slow_starts(strikes);
        self.start_machines(trial, strikes);
        self.begin_all_probed_up();
        if !self.routing.is_empty() {
            self.begin_routing();
        }
        self.begin_gateways();
        self.begin_sessions();
        self.begin_lives(strikes);
        self.begin_maintenance(strikes);
        if self.manager.is_active() {
            self.begin_management(strikes);
            self.begin_rollouts();
            self.begin_autoscale(trial);
        }
        self.await_line(SimTime::ZERO);
        if self.manager.is_active() {
            self.watch_triggers(SimTime::ZERO);
        }
        self.begin_reach();
        self.begin_uptimes();
    }

    /// Puts the machines on their hosts, in the order of hosts, so that a rack or a host is a range of positions.
    fn place(&mut self) {
        let Self { planner, design, topology, slots, host_start, position_of, machines, instance_of, .. } = self;
        host_start.fill(0);
        position_of.fill(NONE);
        // Twice the same places: first to count, then to put; no list of them is kept.
        planner.plan(design, topology, slots, self.luck, |place| host_start[place.host.0 as usize + 1] += 1);
        for host in 1..host_start.len() {
            host_start[host] += host_start[host - 1];
        }
        planner.plan(design, topology, slots, self.luck, |place| {
            let position = host_start[place.host.0 as usize];
            host_start[place.host.0 as usize] += 1;
            machines[position as usize].set = place.set as u16;
            instance_of[position as usize] = place.instance;
            position_of[place.instance as usize] = position;
        });
        self.host_start.rotate_right(1);
        self.host_start[0] = 0;
        self.placed = true;
    }

    /// So many machines of a set serve from the beginning.
    fn put(&mut self, (set, machines): (usize, i64)) {
        if let Some(&Starts { serves, part, .. }) = self.sets.get(set) {
            self.book.put(part, machines, serves, &self.measure);
        }
    }

    fn start_machines(&mut self, trial: Key, strikes: &Strikes) {
        let is_managed = self.manager.is_active();
        let machines = if is_managed {
            self.manager.sets.iter().map(|set| i64::from(set.exists)).sum()
        } else {
            self.machines.len() as i64
        };
        self.tide = self.design.demand.as_ref().map(|demand| demand.begin(trial));
        self.book.begin(machines, self.tide.map(|tide| tide.now_milli), &self.measure);
        for (at, of) in self.sets.iter().enumerate() {
            let asked = if is_managed { self.manager.sets[at].desired } else { self.design.sets[at].capacity };
            self.book.ask(of.part, i64::from(asked) * of.serves, SimTime::ZERO, &self.measure);
        }
        self.await_demand();
        if self.design.jobs.is_some() {
            self.book.begin_jobs(trial);
            self.jobs_change(SimTime::ZERO);
        }
        // Machines of one set in a row are put together.
        let mut row = (0, 0);
        for at in 0..self.machines.len() {
            self.machines[at].marks = 0;
            if self.manager.slots.get(at).is_some_and(|slot| slot.state == State::Vacant) {
                self.machines[at].marks = ABSENT;
                self.machines[at].root = self.nobody;
                continue;
            }
            let set = self.machines[at].set as usize;
            if self.sets[set].creating.is_none() {
                if row.0 != set {
                    self.put(std::mem::replace(&mut row, (set, 0)));
                }
                row.1 += 1;
                continue;
            }
            let removed = if self.probes_of(at).is_some() { REMOVED } else { 0 };
            self.machines[at].marks = STARTING | NEEDS_WARM_UP | removed;
            self.machines[at].root = self.deployment;
            self.book.withhold(self.sets[set].withheld_from, self.deployment, self.sets[set].serves);
            let key = self.luck_of(at, strikes, SimTime::ZERO, CREATION);
            let mut stream = key.stream();
            let create = self.sets[set].creating.as_ref().map_or(SimDuration::ZERO, |law| law.draw(&mut stream));
            let ready = SimTime::ZERO.after(create).after(self.sets[set].warm_up.draw(&mut stream));
            self.ready_at[at] = ready;
            self.book.add(Class::Starting, 1, SimTime::ZERO, &self.measure);
            self.pending.push(ready, Pending::Ready { machine: at as u32 }.tag());
        }
        self.put(row);
        self.begin_spread();
        if let Some(parts) = &mut self.book.parts {
            parts.demand_changes(self.tide.map(|tide| tide.now_milli));
        }
    }
}
