//! IM: which size of its set's mix a machine gets.
//!
//! The sizes are tried in the order of the mix; the first that has quota (AL-05) and capacity in the zone is taken. A
//! machine keeps its size until it is gone: deallocated, it starts again only where there is capacity for that size
//! (AL-03). A zone's lack of capacity is one of the first size of the order; whether it is one of another size too is the
//! shortage's own luck, the same in every design.

use super::sets::MixedSize;
use crate::policy::instance_mix::fill;
use crate::world::World;
use zonefall_engine::SimTime;
use zonefall_faults::Strikes;
use zonefall_topology::ZoneId;

impl World {
    /// Whether the machines of a set are of several sizes.
    pub(super) fn is_mixed(&self, set: usize) -> bool {
        self.design.sets[set].management.as_ref().is_some_and(|managed| managed.instance_mix.is_some())
    }

    /// What is left of the quota of a set's region: vCPUs, Spot or regular ones, and machines.
    fn quota_left(&self, set: usize, spot: bool) -> (u64, u64) {
        let usage = self.manager.usage[self.design.sets[set].region.0 as usize];
        let Some(quota) = &self.design.quota else { return (u64::MAX, u64::MAX) };
        let (most, used) = if spot { (quota.spot_vcpus, usage.spot_vcpus) } else { (quota.vcpus, usage.vcpus) };
        (most.saturating_sub(used).into(), quota.machines.saturating_sub(usage.machines).into())
    }

    /// AL-01, AL-05, IM-02: whether the sizes of a mix have quota together for so many machines.
    pub(super) fn quota_of_mix_allows(&self, set: usize, regular: u32, spot: u32) -> bool {
        let sizes = &self.manager.sets[set].sizes;
        let (vcpus, machines) = self.quota_left(set, false);
        let own = sizes.iter().map(|size| (size.vcpus, size.left(false)));
        let as_spot = sizes.iter().map(|size| (size.vcpus, size.left(true)));
        u64::from(regular + spot) <= machines
            && fill(own, regular, vcpus).0 == regular
            && fill(as_spot, spot, self.quota_left(set, true).0).0 == spot
    }

    /// IM-02: the first size of a set's mix that has quota for one machine more; 0 for a set without a mix.
    pub(super) fn size_with_quota(&self, set: usize, spot: bool) -> Option<u8> {
        if !self.is_mixed(set) {
            return Some(0);
        }
        let mut sizes = self.manager.sets[set].sizes.iter();
        let (left, _) = self.quota_left(set, spot);
        sizes.position(|size| size.has_quota(spot, left)).map(|size| size as u8)
    }

    /// AL-02..04, IM-02, IM-03: the size of which the platform finds hardware for a new machine, Spot or not, in a slot;
    /// none if there is none. `refused` as for [`Self::is_granted`].
    pub(crate) fn finds_hardware(
        &self,
        (at, spot): (usize, bool),
        refused: u32,
        t: SimTime,
        strikes: &Strikes,
    ) -> Option<u8> {
        let set = self.set_of(at);
        let granted = self.is_granted(at, refused, t, strikes);
        if !self.is_mixed(set) {
            return granted.then_some(0);
        }
        let (left, _) = self.quota_left(set, spot);
        let zone = self.zone_of_slot(at);
        let found = self.manager.sets[set].sizes.iter().position(|size| {
            size.has_quota(spot, left) && (granted || self.escapes_shortage(set, (zone, size), t, strikes))
        });
        found.map(|size| size as u8)
    }

    /// AL-03: whether the platform finds hardware for a machine that has its size already, and that holds its quota.
    pub(crate) fn finds_its_hardware(&self, at: usize, t: SimTime, strikes: &Strikes) -> bool {
        let set = self.set_of(at);
        let size = self.manager.sets[set].sizes.get(usize::from(self.manager.slots[at].size));
        self.is_granted(at, 0, t, strikes)
            || size.is_some_and(|size| self.escapes_shortage(set, (self.zone_of_slot(at), size), t, strikes))
    }

    /// IM-02, IM-03: whether a zone that lacks capacity for the first size of a mix has another one for a machine, Spot or
    /// not, and the set quota for that.
    pub(super) fn has_other_size(
        &self,
        (set, spot): (usize, bool),
        zone: ZoneId,
        t: SimTime,
        strikes: &Strikes,
    ) -> bool {
        let (left, _) = self.quota_left(set, spot);
        let mut sizes = self.manager.sets[set].sizes.iter();
        sizes.any(|size| size.has_quota(spot, left) && self.escapes_shortage(set, (zone, size), t, strikes))
    }

    /// Whether a zone's shortage is none of a size: of the first of the order it always is.
    fn escapes_shortage(&self, set: usize, (zone, size): (ZoneId, &MixedSize), t: SimTime, strikes: &Strikes) -> bool {
        let management = self.design.sets[set].management.as_ref();
        let Some(mix) = management.and_then(|managed| managed.instance_mix.as_ref()) else { return false };
        if self.manager.sets[set].sizes.first().is_none_or(|first| first.tag == size.tag) {
            return false;
        }
        let luck = self.standing_luck.named("other sizes").part(self.topology.zone_tag(zone), 0);
        let spans = strikes.storm().allocation.iter().filter(|span| span.of == zone.0);
        let mut spans = spans.filter(|span| self.happens(span, t, strikes));
        spans.all(|span| luck.part(size.tag, span.start.as_ms()).unit(0) >= mix.shared_shortage)
    }
}
