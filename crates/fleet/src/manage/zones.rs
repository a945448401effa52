//! What zones can take: dark racks, lack of capacity, the control plane; and the slot of a new machine.

use super::slot::Capacity;
use crate::Extra;
use crate::policy::allocation::{granted_milli, is_reserved};
use crate::policy::zone_balance::{Balance, ZoneState, next_zone, spread};
use crate::policy::zone_placement;
use crate::world::World;
use zonefall_engine::SimTime;
use zonefall_faults::{Span, Strikes};
use zonefall_topology::{RackId, ZoneId};

/// Purposes of luck.
const ALLOCATION: u64 = 3;

impl World {
    /// A rack goes dark or comes back.
    pub(crate) fn rack_turns(&mut self, rack: u32, dark: bool) {
        if self.manager.is_active() {
            let zone = self.topology.zone_of(RackId(rack));
            let count = &mut self.manager.dark[zone.0 as usize];
            *count = if dark { *count + 1 } else { *count - 1 };
            self.manager.zones_changed = true;
        }
    }

    /// ZB-05: whether so many of a zone's racks are dark that the platform calls it unavailable.
    pub(crate) fn is_down(&self, zone: ZoneId) -> bool {
        let dark = u64::from(self.manager.dark[zone.0 as usize]);
        dark > 0 && dark * 1000 >= u64::from(self.topology.racks_in(zone)) * u64::from(self.design.zone_down_milli)
    }

    /// Whether some zone that a set uses is unavailable.
    pub(crate) fn some_zone_is_down(&self, set: usize) -> bool {
        let zones = self.manager.sets[set].zones.iter().filter(|&&group| self.is_own(group));
        zones.filter_map(|&group| self.manager.groups[group].zone).any(|zone| self.is_down(zone))
    }

    /// What the machines that a set asks for and does not get are charged to: what holds all its zones, where all are unavailable.
    pub(super) fn refusal_cause(&self, set: usize, else_to: Extra) -> u16 {
        let zones = &self.manager.sets[set].zones;
        let is_out = |&group: &usize| self.manager.groups[group].zone.is_some_and(|zone| self.is_down(zone));
        if zones.is_empty() || !zones.iter().all(is_out) {
            return self.own_cause(else_to);
        }
        let within = |rack: u32| {
            let zone = self.topology.zone_of(RackId(rack));
            zones.iter().any(|&group| self.manager.groups[group].zone == Some(zone))
        };
        let held_by = |cause: u16| self.rack_active.iter().filter(|of| of.1 == cause && within(of.0)).count();
        let causes = 0..self.causes.len() as u16;
        causes.max_by_key(|&cause| held_by(cause)).unwrap_or_else(|| self.own_cause(else_to))
    }

    pub(super) fn happens(&self, span: &Span, t: SimTime, strikes: &Strikes) -> bool {
        let taken = self.suppressed.as_ref().is_some_and(|of| of.takes_event(strikes.storm(), span.event));
        span.start <= t && t < span.end && !taken
    }

    /// IN-04: when the control plane of a set's region is back; `t` itself if it is not out.
    #[inline]
    pub(crate) fn control_plane_back(&self, set: usize, t: SimTime, strikes: &Strikes) -> SimTime {
        let is_up = self.manager.control_plane_up.contains(&t);
        if is_up { t } else { self.look_up_control_plane(set, t, strikes) }
    }

    fn look_up_control_plane(&self, set: usize, t: SimTime, strikes: &Strikes) -> SimTime {
        let region = self.design.sets[set].region.0;
        let mut back = t;
        // Spans are in order of their beginnings.
        for span in strikes.storm().control_plane.iter().filter(|span| span.of == region) {
            if self.happens(span, back, strikes) {
                back = span.end;
            }
        }
        back
    }

    /// Looks up what zones have to give and whether control planes are up, if that may have changed since it was looked up.
    #[inline]
    pub(crate) fn see_capacity(&mut self, t: SimTime, strikes: &Strikes) {
        if t >= self.manager.capacity_until {
            self.look_up(t, strikes);
        }
    }

    #[inline(never)]
    fn look_up(&mut self, t: SimTime, strikes: &Strikes) {
        let mut until = SimTime::NEVER;
        for zone in 0..self.manager.capacity.len() {
            self.manager.capacity[zone] = self.look_up_capacity(zone as u32, t, strikes);
            until = until.min(self.manager.capacity[zone].until);
        }
        // All control planes are up until the next one is out.
        let spans = strikes.storm().control_plane.iter().filter(|span| span.end > t);
        let out = spans.clone().map(|span| span.start).min().unwrap_or(SimTime::NEVER);
        self.manager.control_plane_up = t..out;
        let changes = spans.map(|span| if span.start > t { span.start } else { span.end }).min();
        self.manager.capacity_until = until.min(changes.unwrap_or(SimTime::NEVER));
    }

    fn look_up_capacity(&self, zone: u32, t: SimTime, strikes: &Strikes) -> Capacity {
        let mut now = Capacity { from: t, until: SimTime::NEVER, left_milli: 1000, back: t };
        // Spans are in order of their beginnings.
        for span in strikes.storm().allocation.iter().filter(|span| span.of == zone) {
            if self.happens(span, t, strikes) {
                now.left_milli = now.left_milli.min(span.left_milli);
                now.until = now.until.min(span.end);
            } else if span.start > t {
                now.until = now.until.min(span.start);
            }
            if span.left_milli == 0 && self.happens(span, now.back, strikes) {
                now.back = span.end;
            }
        }
        now
    }

    fn capacity_of(&self, zone: ZoneId, t: SimTime, strikes: &Strikes) -> Capacity {
        let known = self.manager.capacity[zone.0 as usize];
        if known.from <= t && t < known.until { known } else { self.look_up_capacity(zone.0, t, strikes) }
    }

    /// The share of requests, in thousandths, that a zone grants at an instant.
    pub(super) fn left_milli(&self, zone: ZoneId, t: SimTime, strikes: &Strikes) -> u32 {
        self.capacity_of(zone, t, strikes).left_milli
    }

    /// When a zone's lack of capacity ends; `t` itself if there is none.
    pub(crate) fn capacity_back(&self, zone: ZoneId, t: SimTime, strikes: &Strikes) -> SimTime {
        self.capacity_of(zone, t, strikes).back.max(t)
    }

    /// ZB-05, ZB-11: what a zone of a set can take. Reserved capacity is there whatever others lack (CR-02). `spot`: the
    /// Spot machines that are asked for, if it is these alone.
    pub(crate) fn zone_state(&self, group: usize, spot: u32, t: SimTime, strikes: &Strikes) -> ZoneState {
        let state = &self.manager.groups[group];
        let Some(zone) = state.zone else { return ZoneState::Usable };
        let management = self.design.sets[state.set].management.as_ref();
        let reserved = management.map_or(0, |managed| managed.reserved_per_zone);
        let pool = management.and_then(|managed| managed.standby.as_ref());
        let pooled = state.standby > 0 && pool.is_some_and(|pool| pool.running);
        let no_spot = spot > 0 && (self.is_short_of_spot(zone, t) || state.shortages.refuses(spot, t));
        if self.is_down(zone) {
            ZoneState::Down
        } else if no_spot
            || !pooled
                && !is_reserved(state.allocated, reserved)
                && self.left_milli(zone, t, strikes) == 0
                && !self.has_other_size((state.set, spot > 0), zone, t, strikes)
        {
            ZoneState::Starved
        } else {
            ZoneState::Usable
        }
    }

    /// ZB-11, SP-02: whether the zone of a group is short of Spot machines, or has refused one at this instant.
    pub(super) fn has_no_spot(&self, group: usize, t: SimTime) -> bool {
        let of = &self.manager.groups[group];
        of.shortages.has_refused(t) || of.zone.is_some_and(|zone| self.is_short_of_spot(zone, t))
    }

    /// Fills the manager's lists of counts and states with a set's zones; `spot` as for [`Self::zone_state`].
    pub(crate) fn view_zones(&mut self, set: usize, spot: u32, t: SimTime, strikes: &Strikes) {
        self.view(set, (spot, false), t, strikes);
    }

    /// The same with those zones only that are the set's.
    pub(super) fn view_own_zones(&mut self, set: usize, t: SimTime, strikes: &Strikes) {
        self.view(set, (0, true), t, strikes);
    }

    fn view(&mut self, set: usize, (spot, own): (u32, bool), t: SimTime, strikes: &Strikes) {
        let mut counts = std::mem::take(&mut self.manager.counts);
        let mut states = std::mem::take(&mut self.manager.states);
        counts.clear();
        states.clear();
        for &group in self.manager.sets[set].zones.iter().filter(|&&group| !own || self.is_own(group)) {
            counts.push(self.manager.groups[group].count);
            states.push(self.zone_state(group, spot, t, strikes));
        }
        (self.manager.counts, self.manager.states) = (counts, states);
    }

    /// ZP-02: whether a zone is one of its set's: where the platform chooses them, one that it has machines in.
    pub(super) fn is_own(&self, group: usize) -> bool {
        let of = &self.manager.groups[group];
        let chosen = || self.design.sets[of.set].management.as_ref().is_some_and(|of| of.auto_placement.is_some());
        of.count > 0 || !chosen()
    }

    /// ZP-02: whether a set may have machines in one zone more: those that it is in are not yet as many as it aims at.
    pub(super) fn may_enter(&self, set: usize) -> bool {
        let auto = self.design.sets[set].management.as_ref().and_then(|managed| managed.auto_placement);
        let own = self.manager.sets[set].zones.iter().filter(|&&group| self.is_own(group)).count();
        auto.is_none_or(|auto| own < auto.zones())
    }

    /// ZB-03, ZP-02..06: the group of one machine more, among the zones in view.
    pub(super) fn group_of_next(&self, set: usize) -> Option<usize> {
        let managed = self.design.sets[set].management.as_ref()?;
        let (counts, states, of) = (&self.manager.counts, &self.manager.states, &self.manager.sets[set]);
        let zone = match managed.auto_placement {
            // ZP-06: who waits for the deletion of those whose place they take comes too.
            Some(auto) => zone_placement::next_zone(counts, states, (of.heirs + 1, of.desired), &managed.balance, auto),
            None => next_zone(counts, states),
        };
        zone.map(|zone| of.zones[zone])
    }

    /// The group for one machine, Spot or not, that takes the place of one in `from`, under the set's balance; none if there
    /// is none. `counted`: the one whose place it takes is still counted.
    pub(crate) fn group_for_one(
        &mut self,
        set: usize,
        (from, spot): (usize, bool),
        counted: bool,
        t: SimTime,
        strikes: &Strikes,
    ) -> Option<usize> {
        if self.manager.groups[from].zone.is_none() && self.manager.sets[set].zones.is_empty() {
            return Some(from);
        }
        self.view_zones(set, u32::from(spot), t, strikes);
        let zone = self.manager.sets[set].zones.iter().position(|&group| counted && group == from);
        if let Some(zone) = zone {
            self.manager.counts[zone] -= 1;
        }
        self.group_of_next(set)
    }

    /// AR-09, ZB-07, ZP-06: whether strict balance lets a machine of `from` be replaced.
    pub(crate) fn may_be_replaced(&mut self, set: usize, from: usize, t: SimTime, strikes: &Strikes) -> bool {
        let Some(managed) = self.design.sets[set].management.as_ref() else { return true };
        let placed = managed.auto_placement.is_some();
        if managed.balance.balance != Balance::Strict || self.manager.sets[set].zones.len() < 2 {
            return true;
        }
        let Some(group) = self.group_for_one(set, (from, false), true, t, strikes) else { return false };
        let zone = self.manager.sets[set].zones.iter().position(|&of| of == group);
        zone.into_iter().for_each(|zone| self.manager.counts[zone] += 1);
        placed || spread(&self.manager.counts) <= 1
    }

    /// AL-02..04, CR-02, PG-05: whether a zone grants a request for the machine of a slot. `refused`: requests at this
    /// instant that may have been for the same slot; each has luck of its own.
    pub(super) fn is_granted(&self, at: usize, refused: u32, t: SimTime, strikes: &Strikes) -> bool {
        let Some(management) = &self.design.sets[self.set_of(at)].management else { return true };
        let group = &self.manager.groups[self.manager.slots[at].group as usize];
        if is_reserved(group.allocated, management.reserved_per_zone) {
            return true;
        }
        let zone = self.zone_of_slot(at);
        let left = granted_milli(self.left_milli(zone, t, strikes), management.single_placement_group);
        if left >= 1000 {
            return true;
        }
        let luck = self.luck_of(at, strikes, t, ALLOCATION).part(u64::from(refused), 0);
        luck.unit(0) * 1000.0 < f64::from(left)
    }

    /// The zone that gives a slot its hardware.
    pub(super) fn zone_of_slot(&self, at: usize) -> ZoneId {
        let group = &self.manager.groups[self.manager.slots[at].group as usize];
        group.zone.unwrap_or_else(|| self.zone_of(at))
    }

    /// Racks of zones have gone dark or come back: what waited for that goes on.
    pub(crate) fn zones_have_changed(&mut self, t: SimTime) {
        self.destroy_disks(t);
        for set in 0..self.manager.sets.len() {
            self.manager.sets[set].unconsidered = true;
            self.await_look(set, t);
        }
    }

    /// DK-05: an outage of a whole zone may destroy the disks there that are not copied to other zones. One roll a set and
    /// outage, when the zone has gone wholly dark.
    fn destroy_disks(&mut self, t: SimTime) {
        for zone in self.topology.zone_ids() {
            let whole = self.manager.dark[zone.0 as usize] == self.topology.racks_in(zone);
            let before = std::mem::replace(&mut self.manager.lost[zone.0 as usize], whole);
            if whole && !before {
                (0..self.manager.groups.len()).for_each(|group| self.may_destroy(group, zone, t));
            }
        }
    }

    fn may_destroy(&mut self, group: usize, zone: ZoneId, t: SimTime) {
        let state = &self.manager.groups[group];
        let set = &self.design.sets[state.set];
        let Some(disks) = set.management.as_ref().map(|managed| managed.disks) else { return };
        let here = state.zone.is_none_or(|of| of == zone);
        if !here || !disks.data || disks.zone_redundant || disks.zone_destroyed <= 0.0 {
            return;
        }
        let luck = self.luck.named("zone destroyed").named(&set.name).part(self.topology.zone_tag(zone), t.as_ms());
        if luck.unit(0) >= disks.zone_destroyed {
            return;
        }
        for number in state.numbers.clone() {
            let at = self.position_of[number as usize] as usize;
            let slot = &self.manager.slots[at];
            if slot.state.has_data() && self.topology.zone_of(RackId(slot.rack)) == zone {
                self.lose_data(at, t);
            }
        }
    }
}
