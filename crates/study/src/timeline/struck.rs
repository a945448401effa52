//! What the storm does to places where the design has machines, or to what it may need.

use super::amiss::{Amiss, Lasts};
use super::beside::span;
use super::rows::{Telling, shortened};
use super::{Kind, Row};
use std::collections::BTreeMap;
use zonefall_engine::SimTime;
use zonefall_faults::{EventId, component_of};
use zonefall_fleet::{Sighting, Structure};
use zonefall_topology::{RackId, ZoneId};

/// What a storm takes that is no machine.
const CONTROL: &str = "control plane of ";
const CAPACITY: &str = "capacity to allocate in ";

/// What an event takes, in words: what kind of thing, and the names of all, each with when it is back.
type Places<'a> = BTreeMap<(EventId, &'a str), Vec<(String, SimTime)>>;

impl Telling<'_> {
    /// The rows of all that the storm does, and how long each lasts.
    pub(super) fn storm_rows(&self, at_first: &Sighting, sightings: &[Sighting]) -> (Vec<Row>, Vec<Lasts>) {
        let (mut rows, mut lasting) = (Vec::new(), Vec::new());
        for ((event, what), taken) in self.places() {
            let last = taken.iter().map(|(_, end)| *end).max().unwrap_or_default();
            let mut names: Vec<String> = taken.iter().map(|(name, _)| name.clone()).collect();
            names.dedup();
            let event = self.strikes.storm().events[event.0 as usize];
            let (cause, place) = (self.causes[event.cause as usize].clone(), shortened(&names));
            let rules = self.rules_of(event.cause);
            // Racks may come back late; what is no rack is over when it is.
            let end = if what.is_empty() { event.end } else { last };
            let (since_ms, says) = (event.start.as_ms(), format!("{cause} goes on: {what}{place}"));
            lasting.push((since_ms, end.as_ms(), Amiss { since_ms, says, rules: rules.into() }));
            let strikes = match what {
                CAPACITY => format!("new machines in {place} ({cause})"),
                CONTROL => format!("{what}{place} ({cause})"),
                // A component's own failures are called by its name.
                _ if place == cause => cause.clone(),
                _ => format!("{cause} {place}"),
            };
            // IN-02: by their names.
            let mut late: Vec<String> =
                taken.iter().filter(|(_, back)| *back > end).map(|(name, _)| name.clone()).collect();
            late.sort();
            let back: Vec<String> = names.iter().filter(|name| !late.contains(name)).cloned().collect();
            let later = || span(last.since(end));
            let is_over = match late.as_slice() {
                [] => "is over".into(),
                [rack] => format!("is over but for rack {rack}, {} later", later()),
                racks => format!("is over but for racks {}, the last of them {} later", shortened(racks), later()),
            };
            let placed = |ends: bool| if ends && !back.is_empty() { shortened(&back) } else { place.clone() };
            for (t, says, ends) in [(event.start, "begins", false), (end, &is_over, true)] {
                if t >= self.strikes.horizon() {
                    continue;
                }
                let after = sightings.partition_point(|sighting| sighting.t <= t);
                let before = after.checked_sub(1).map_or(at_first, |at| &sightings[at]);
                let level = Sighting { t, ..before.clone() };
                let (cause, place, strikes) = (cause.clone(), placed(ends), strikes.clone());
                let row = Self::row(&level, Kind::Fault, format!("{cause} {says}: {what}{place}"));
                rows.push(Row { rules: rules.into(), cause, place, strikes, ends, ..row });
            }
        }
        (rows, lasting)
    }

    /// What each event of the storm takes of what the design stands on.
    fn places(&self) -> Places<'static> {
        let (storm, topology) = (self.strikes.storm(), &self.study.topology);
        let sets = &self.study.designs[self.design].sets;
        let regions: Vec<u32> = sets.iter().map(|set| set.region.0).collect();
        let uses = |zone: ZoneId| {
            sets.iter()
                .any(|set| set.zones.contains(&zone) || set.zones.is_empty() && topology.region_of(zone) == set.region)
        };
        let mut places = Places::new();
        let components = self.study.designs[self.design].structure().into_iter().flat_map(Structure::components);
        let own: Vec<&str> = components.filter_map(|(_, component)| component.cause.as_deref()).collect();
        for outage in &storm.outages {
            let cause = &self.causes[storm.events[outage.event.0 as usize].cause as usize];
            if outage.racks == 0 {
                if own.contains(&cause.as_str()) {
                    let of = places.entry((outage.event, "component ")).or_default();
                    of.push((component_of(cause).to_owned(), outage.end));
                }
                continue;
            }
            let zone = |rack: u32| topology.zone_of(RackId(rack)).0;
            let zones = zone(outage.first_rack)..=zone(outage.first_rack + outage.racks - 1);
            if zones.map(ZoneId).any(uses) {
                let name = self.racks(outage.first_rack, outage.racks);
                let of = places.entry((outage.event, "")).or_default();
                of.push((name, outage.end));
            }
        }
        for span in storm.control_plane.iter().filter(|span| regions.contains(&span.of)) {
            let region = topology.regions().get(span.of as usize).map(|region| region.name.clone());
            let of = places.entry((span.event, CONTROL)).or_default();
            of.extend(region.map(|name| (name, span.end)));
        }
        for span in storm.allocation.iter().filter(|span| uses(ZoneId(span.of))) {
            let name = topology.zone_name(ZoneId(span.of));
            let of = places.entry((span.event, CAPACITY)).or_default();
            of.push((name, span.end));
        }
        places
    }

    /// The region, the zone, or the racks that an outage takes.
    fn racks(&self, first: u32, count: u32) -> String {
        let topology = &self.study.topology;
        let zone = topology.zone_of(RackId(first));
        let region = topology.region_of(zone);
        let racks = first..first + count;
        if topology.racks_of_region(region) == racks {
            return topology.region(region).name.clone();
        }
        if topology.racks_of(zone) == racks {
            return topology.zone_name(zone);
        }
        let name = topology.rack_name(RackId(first));
        if count == 1 { name } else { format!("{name} and {} more racks", count - 1) }
    }
}
