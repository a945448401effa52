//! What the storm does to places where the design has machines, or to what it may need.

use super::amiss::{Amiss, Lasts};
use super::rows::{Telling, shortened};
use super::{Kind, Row};
use std::collections::BTreeMap;
use zonefall_faults::{EventId, component_of};
use zonefall_fleet::{Sighting, Structure};
use zonefall_topology::{RackId, ZoneId};

/// What a storm takes that is no machine.
const CONTROL: &str = "control plane of ";
const CAPACITY: &str = "capacity to allocate in ";

/// What an event takes, in words: what kind of thing, and the names of all.
type Places<'a> = BTreeMap<(EventId, &'a str), Vec<String>>;

impl Telling<'_> {
    /// The rows of all that the storm does, and how long each lasts.
    pub(super) fn storm_rows(&self, at_first: &Sighting, sightings: &[Sighting]) -> (Vec<Row>, Vec<Lasts>) {
        let (mut rows, mut lasting) = (Vec::new(), Vec::new());
        for ((event, what), mut names) in self.places() {
            names.dedup();
            let event = self.strikes.storm().events[event.0 as usize];
            let (cause, place) = (self.causes[event.cause as usize].clone(), shortened(&names));
            let rules = self.rules_of(event.cause);
            let (since_ms, says) = (event.start.as_ms(), format!("{cause} goes on: {what}{place}"));
            lasting.push((since_ms, event.end.as_ms(), Amiss { since_ms, says, rules: rules.into() }));
            let strikes = match what {
                CAPACITY => format!("new machines in {place} ({cause})"),
                CONTROL => format!("{what}{place} ({cause})"),
                _ => format!("{cause} {place}"),
            };
            for (t, says) in [(event.start, "begins"), (event.end, "is mainly over")] {
                if t >= self.strikes.horizon() {
                    continue;
                }
                let after = sightings.partition_point(|sighting| sighting.t <= t);
                let before = after.checked_sub(1).map_or(at_first, |at| &sightings[at]);
                let level = Sighting { t, ..before.clone() };
                let row = Self::row(&level, Kind::Fault, format!("{cause} {says}: {what}{place}"));
                let (cause, place, strikes) = (cause.clone(), place.clone(), strikes.clone());
                rows.push(Row { rules: rules.into(), cause, place, strikes, ..row });
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
                    places.entry((outage.event, "component ")).or_default().push(component_of(cause).to_owned());
                }
                continue;
            }
            let zone = |rack: u32| topology.zone_of(RackId(rack)).0;
            let zones = zone(outage.first_rack)..=zone(outage.first_rack + outage.racks - 1);
            if zones.map(ZoneId).any(uses) {
                let name = self.racks(outage.first_rack, outage.racks);
                places.entry((outage.event, "")).or_default().push(name);
            }
        }
        for span in storm.control_plane.iter().filter(|span| regions.contains(&span.of)) {
            let region = topology.regions().get(span.of as usize).map(|region| region.name.clone());
            places.entry((span.event, CONTROL)).or_default().extend(region);
        }
        for span in storm.allocation.iter().filter(|span| uses(ZoneId(span.of))) {
            let name = topology.zone_name(ZoneId(span.of));
            places.entry((span.event, CAPACITY)).or_default().push(name);
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
