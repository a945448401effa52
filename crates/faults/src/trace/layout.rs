//! Racks as names: the inverse of `members`.

use crate::mode::Scope;
use std::ops::Range;
use zonefall_topology::{RackId, Topology};

/// The names of a range of racks, as few as can be. A range that is no zone, region or part of one zone is split.
pub(crate) fn rack_names(racks: Range<u32>, scope: Scope, topology: &Topology) -> Vec<String> {
    if racks.is_empty() {
        return Vec::new();
    }
    let region = topology.region_of(topology.zone_of(RackId(racks.start)));
    let whole_region = topology.racks_of_region(region) == racks;
    let everything = racks == (0..topology.rack_count());
    if everything && (scope == Scope::Global || topology.regions().len() > 1) {
        return vec!["*".into()];
    }
    if whole_region && (scope == Scope::Region || topology.region(region).zones > 1) {
        return vec![topology.region(region).name.clone()];
    }
    let mut names = Vec::new();
    let mut next = racks.start;
    while next < racks.end {
        let zone = topology.zone_of(RackId(next));
        let end = topology.racks_of(zone).end.min(racks.end);
        names.push(zone_part_name(next..end, topology));
        next = end;
    }
    names
}

/// `eastus/1`, `eastus/1/rack03` or `eastus/1/rack03-rack07`.
fn zone_part_name(racks: Range<u32>, topology: &Topology) -> String {
    let zone = topology.zone_of(RackId(racks.start));
    let all = topology.racks_of(zone);
    let first = topology.rack_name(RackId(racks.start));
    match racks.len() {
        1 if all.len() > 1 => first,
        _ if racks == all => topology.zone_name(zone),
        _ => format!("{first}-rack{:02}", racks.end - 1 - all.start),
    }
}

/// The racks that a member of an outage stands for, if all of it exists.
pub(crate) fn find_racks(member: &str, topology: &Topology) -> Option<Range<u32>> {
    if member == "*" {
        return Some(0..topology.rack_count());
    }
    if let Some(region) = topology.find_region(member) {
        return Some(topology.racks_of_region(region));
    }
    if let Some(zone) = topology.find_zone(member) {
        return Some(topology.racks_of(zone));
    }
    if let Some(rack) = topology.find_rack(member) {
        return Some(rack.0..rack.0 + 1);
    }
    let (first, last) = member.rsplit_once("-rack")?;
    let first = topology.find_rack(first)?;
    let racks = topology.racks_of(topology.zone_of(first));
    let last = racks.start.checked_add(last.parse().ok()?)?;
    (racks.contains(&last) && first.0 <= last).then_some(first.0..last + 1)
}

/// The same racks without those that were named twice, each range where it was first named.
pub(crate) fn without_overlap(ranges: Vec<Range<u32>>) -> Vec<Range<u32>> {
    let mut sorted = ranges.clone();
    sorted.sort_unstable_by_key(|range| (range.start, range.end));
    if sorted.windows(2).all(|pair| pair[0].end <= pair[1].start) {
        return ranges;
    }
    let mut merged: Vec<Range<u32>> = Vec::new();
    for range in sorted {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}
