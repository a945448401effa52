//! The slots of a design: where its machines may ever stand. A group is one set in one zone, or a regional set in hidden
//! zones; its name is what luck and traces are keyed by.
//!
//! A set that never changes has as many slots as machines. A managed one has room for every machine that may be there
//! at once, in every zone that it may ever be in; a vacant slot costs a thinned strike and nothing else.

use crate::design::{Design, ScaleSet};
use crate::placement::spread_over_zones;
use crate::policy::zone_balance::ZoneState;
use crate::policy::zone_placement;
use zonefall_topology::{Topology, ZoneId};

/// Up to so many slots a zone has room for all machines of a set; above it, for those that remain when one zone is lost.
const ROOM_FOR_ALL: u32 = 64;

/// The slots of one set in one zone, or of a regional set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotGroup {
    /// Index of the set in the design.
    pub set: u32,
    /// Its zone; none for a regional set, whose zones are hidden.
    pub zone: Option<ZoneId>,
    /// `web/eastus/1`, or `web/eastus` for a regional set.
    pub name: String,
    /// Machines there when the trial begins.
    pub initial: u32,
    /// Room for so many.
    pub slots: u32,
}

/// The groups of a design, set by set, in the order of placement.
pub fn slot_groups(design: &Design, topology: &Topology) -> Vec<SlotGroup> {
    let mut groups = Vec::new();
    for (index, set) in design.sets.iter().enumerate() {
        let group = |zone: Option<ZoneId>, initial: u32, slots: u32| {
            let place = match zone {
                Some(zone) => topology.zone_name(zone),
                None => topology.region(set.region).name.clone(),
            };
            SlotGroup { set: index as u32, zone, name: format!("{}/{place}", set.name), initial, slots }
        };
        let (zones, most) = match &set.management {
            Some(managed) => (managed.zones_ever(&set.zones), managed.most(set.capacity)),
            None => (set.zones.clone(), 0),
        };
        if set.zones.is_empty() {
            groups.push(group(None, set.capacity, most.max(set.capacity)));
        }
        let others = zones.len().saturating_sub(1).max(1) as u32;
        let room = most.min(most.div_ceil(others).max(ROOM_FOR_ALL));
        let initial = initial_counts(set).into_iter().chain(std::iter::repeat(0));
        groups.extend(zones.iter().zip(initial).map(|(&zone, count)| group(Some(zone), count, room.max(count))));
    }
    groups
}

/// Machines by zone when a set is created with everything up: ZB-03, or ZP-02..04.
pub fn initial_counts(set: &ScaleSet) -> Vec<u32> {
    if set.zones.is_empty() {
        return Vec::new();
    }
    if let Some((rules, auto)) = set.management.as_ref().and_then(|m| m.auto_placement.map(|auto| (m.balance, auto))) {
        let mut counts = vec![0; set.zones.len()];
        let states = vec![ZoneState::Usable; set.zones.len()];
        zone_placement::plan(&mut counts, &states, set.capacity, set.capacity, &rules, auto);
        return counts;
    }
    spread_over_zones(set.capacity, set.zones.len()).collect()
}
