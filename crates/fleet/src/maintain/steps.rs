//! The steps of a wave, and the machines that each reaches.
//!
//! Restarts go by rack, or by update domain where a set has them (MT-04); pauses go by rack (MT-02), or wait for the
//! window of a maintenance configuration and take all machines of the set at once (MT-05). Zones come one after the
//! other, in an order of their own for each wave, and so do the racks of a zone.

use crate::machine::ABSENT;
use crate::maintenance::OfSet;
use crate::policy::maintenance::DOMAINS_APART;
use crate::suppressed::Suppressed;
use crate::world::World;
use std::ops::Range;
use zonefall_engine::{Key, SimDuration, SimTime};
use zonefall_faults::{Effect, Strikes, Wave};
use zonefall_topology::{RackId, ZoneId};

/// What one step takes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// The machines of a rack.
    Rack(u32),
    /// Those of an update domain of a set in a zone, on the racks that the wave goes through.
    Domain { set: u16, domain: u32, zone: u32 },
    /// Those of a set with a maintenance configuration.
    Window { set: u16 },
}

/// One step of a wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    /// When it begins if nothing holds the wave up.
    pub planned: SimTime,
    pub group: Group,
}

/// Where a wave is being laid out.
struct Course {
    wave: Wave,
    key: Key,
    begins_ms: i64,
}

impl Course {
    /// Puts the groups from a place of the list on in an order of their own and gives each its instant; those whose
    /// instant was before the trial go.
    fn deal(&self, from: usize, (begins, apart): (SimDuration, SimDuration), order: Key, steps: &mut Vec<Step>) {
        shuffle(&mut steps[from..], order);
        let mut kept = from;
        for place in from..steps.len() {
            let after = begins.plus(apart.times((place - from) as u64 + 1));
            let at = self.begins_ms + after.as_ms() as i64;
            if at >= 0 {
                steps[kept] = Step { planned: SimTime::from_ms(at as u64), ..steps[place] };
                kept += 1;
            }
        }
        steps.truncate(kept);
    }
}

impl World {
    /// Lays out the steps of a passage that are still to come.
    pub(super) fn lay_steps(&mut self, passage: usize, strikes: &Strikes) {
        let Some((course, mode, racks)) = self.course_of(passage, strikes) else { return };
        let mut steps = std::mem::take(&mut self.passages.list[passage].steps);
        let mut zones = std::mem::take(&mut self.passages.order);
        zones.clear();
        zones.extend(racks.clone().map(|rack| self.topology.zone_of(RackId(rack)).0));
        zones.dedup();
        shuffle(&mut zones, course.key.named("zones"));
        for (place, &zone) in zones.iter().enumerate() {
            self.lay_zone(&course, ZoneId(zone), place as u32, &racks, mode, &mut steps);
        }
        self.lay_windows(&course, mode, &racks, &mut steps);
        steps.sort_unstable();
        self.passages.list[passage].steps = steps;
        self.passages.order = zones;
    }

    /// How a passage goes, of which mode it is, and through which racks.
    fn course_of(&self, passage: usize, strikes: &Strikes) -> Option<(Course, u32, Range<u32>)> {
        let of = &self.passages.list[passage];
        let unit = &strikes.unit_modes().as_slice()[of.mode as usize].mode;
        let course = Course { wave: unit.wave()?, key: self.key_of(passage, &unit.name), begins_ms: of.begins_ms };
        Some((course, of.mode, of.racks.0..of.racks.1))
    }

    fn lay_zone(
        &self,
        course: &Course,
        zone: ZoneId,
        place: u32,
        racks: &Range<u32>,
        mode: u32,
        steps: &mut Vec<Step>,
    ) {
        let count = self.topology.racks_in(zone);
        let begins = course.wave.zone_start(place, count);
        let from = steps.len();
        let of_zone = self.topology.racks_of(zone).filter(|rack| racks.contains(rack));
        steps.extend(of_zone.map(|rack| Step { planned: SimTime::ZERO, group: Group::Rack(rack) }));
        course.deal(from, (begins, course.wave.between), course.key.named("racks").part(u64::from(zone.0), 0), steps);
        if !self.pauses(mode) {
            self.lay_domains(course, zone, begins, steps);
        }
    }

    /// MT-04: one update domain at a time, not necessarily in order.
    fn lay_domains(&self, course: &Course, zone: ZoneId, begins: SimDuration, steps: &mut Vec<Step>) {
        let apart = course.wave.between.max(DOMAINS_APART);
        for set in 0..self.design.sets.len() {
            let from = steps.len();
            let group = |domain| Group::Domain { set: set as u16, domain, zone: zone.0 };
            let domains = 0..self.of_set(set).update_domains;
            steps.extend(domains.map(|domain| Step { planned: SimTime::ZERO, group: group(domain) }));
            course.deal(from, (begins, apart), course.key.named("domains").part(u64::from(zone.0), set as u64), steps);
        }
    }

    /// Lays out what is still to come of a wave that is over: the windows that it waits for.
    pub(super) fn lay_held(&mut self, passage: usize, strikes: &Strikes) {
        let Some((course, mode, racks)) = self.course_of(passage, strikes) else { return };
        let mut steps = std::mem::take(&mut self.passages.list[passage].steps);
        self.lay_windows(&course, mode, &racks, &mut steps);
        steps.sort_unstable();
        self.passages.list[passage].steps = steps;
    }

    /// MT-05: all machines of a set with a configuration are updated together, in its next window.
    fn lay_windows(&self, course: &Course, mode: u32, racks: &Range<u32>, steps: &mut Vec<Step>) {
        let region = |rack: u32| self.topology.region_of(self.topology.zone_of(RackId(rack)));
        if !self.pauses(mode) || racks.is_empty() {
            return;
        }
        for (set, design) in self.design.sets.iter().enumerate() {
            let Some(windows) = self.of_set(set).windows.filter(|_| design.region == region(racks.start)) else {
                continue;
            };
            let at_ms = windows.next_ms(course.begins_ms);
            let group = Group::Window { set: set as u16 };
            steps.extend((at_ms >= 0).then(|| Step { planned: SimTime::from_ms(at_ms as u64), group }));
        }
    }

    fn pauses(&self, mode: u32) -> bool {
        self.modes[mode as usize].effect == Effect::Frozen
    }

    fn of_set(&self, set: usize) -> OfSet {
        self.design.maintenance.as_ref().and_then(|of| of.sets.get(set)).copied().unwrap_or_default()
    }

    /// Where the machines of a group may stand, in the way of its passage.
    pub(super) fn machines_of(&self, passage: usize, group: Group) -> Range<usize> {
        match group {
            Group::Rack(rack) => self.rack_machines(rack),
            Group::Domain { zone, .. } => {
                let (from, to) = self.passages.list[passage].racks;
                let zone = self.topology.racks_of(ZoneId(zone));
                self.machines_on(zone.start.max(from)..zone.end.min(to))
            }
            Group::Window { .. } => self.in_its_way(passage),
        }
    }

    /// The machines of a group.
    pub(super) fn reached<'a>(
        &'a self,
        passage: usize,
        group: Group,
        strikes: &'a Strikes,
    ) -> impl Iterator<Item = usize> + 'a {
        self.machines_of(passage, group).filter(move |&at| self.is_reached(passage, group, at, strikes))
    }

    /// Whether a machine that may belong to a group does, and has not been redeployed ahead of the wave.
    pub(super) fn is_reached(&self, passage: usize, group: Group, at: usize, strikes: &Strikes) -> bool {
        let (machine, of) = (&self.machines[at], &self.passages.list[passage]);
        if machine.marks & ABSENT != 0 || self.manager.is_creating(at) {
            return false;
        }
        let own = self.of_set(machine.set as usize);
        let belongs = match group {
            Group::Rack(_) if self.pauses(of.mode) => own.windows.is_none(),
            Group::Rack(_) => own.update_domains == 0,
            Group::Domain { set, domain, .. } => {
                let ordinal = strikes.population().instance_key(self.instance_of[at]).1;
                machine.set == set && ordinal % u64::from(own.update_domains.max(1)) == u64::from(domain)
            }
            Group::Window { set } => machine.set == set,
        };
        let spared = self.suppressed.as_ref().map_or(0..0, Suppressed::racks);
        belongs && !self.is_done(passage, at) && (spared.is_empty() || !spared.contains(&self.rack_of(at)))
    }

    /// MT-03: whether a machine has been redeployed ahead of a wave.
    fn is_done(&self, passage: usize, at: usize) -> bool {
        let from = self.passages.list[passage].ahead.done_from;
        from.is_some_and(|from| self.passages.done[from + at - self.in_its_way(passage).start])
    }
}

/// Puts a list in an order of its own.
fn shuffle<T>(list: &mut [T], key: Key) {
    let mut stream = key.stream();
    for at in (1..list.len()).rev() {
        list.swap(at, stream.below(at as u64 + 1) as usize);
    }
}
