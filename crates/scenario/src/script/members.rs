//! What the rows of a script strike, by name.

use super::World;
use crate::codes;
use crate::designs::Laid;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use crate::scenario::Member;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use zonefall_faults::component_of;
use zonefall_fleet::{Design, spread_over_zones};
use zonefall_topology::Topology;

/// What a row is aimed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// Machines, where they stand or by themselves, and components.
    Machines,
    ControlPlane,
    Allocation,
    Autoscale,
}

/// What is called by a name in some design.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Slots by group, as the fleet names them, with the most of any design.
    groups: BTreeMap<String, u32>,
    /// Components that fail by themselves, and what their failures are called.
    components: BTreeMap<String, BTreeSet<String>>,
    /// Sets that autoscale.
    scaled: BTreeSet<String>,
}

impl Names {
    pub fn new(laid: &[Laid], topology: &Topology) -> Self {
        let mut names = Self::default();
        laid.iter().for_each(|laid| names.add(&laid.design, topology));
        names
    }

    fn add(&mut self, design: &Design, topology: &Topology) {
        let mut add = |name: String, count: u32| {
            let most = self.groups.entry(name).or_insert(0);
            *most = count.max(*most);
        };
        for set in &design.sets {
            if set.zones.is_empty() {
                add(format!("{}/{}", set.name, topology.region(set.region).name), set.capacity);
            }
            for (zone, count) in set.zones.iter().zip(spread_over_zones(set.capacity, set.zones.len().max(1))) {
                add(format!("{}/{}", set.name, topology.zone_name(*zone)), count);
            }
            if set.management.as_ref().is_some_and(|managed| managed.autoscale.is_some()) {
                self.scaled.insert(set.name.clone());
            }
        }
        let components = design.structure().into_iter().flat_map(|service| service.components());
        for cause in components.filter_map(|(_, component)| component.cause.as_ref()) {
            self.components.entry(component_of(cause).to_owned()).or_default().insert(cause.clone());
        }
    }

    /// Everything of a name that an aim can have.
    fn find(&self, text: &str, aim: Aim, topology: &Topology) -> Option<Vec<Member>> {
        let one = |member: Member| vec![member];
        match aim {
            Aim::Machines => {
                place(text, topology).or_else(|| self.component(text)).or_else(|| self.instance(text)).map(one)
            }
            Aim::ControlPlane => topology.find_region(text).map(|region| one(Member::ControlPlane(region))),
            Aim::Allocation => match topology.find_region(text) {
                Some(region) => Some(topology.zones_of(region).map(Member::Allocation).collect()),
                None => topology.find_zone(text).map(|zone| one(Member::Allocation(zone))),
            },
            Aim::Autoscale => self.scaled.get(text).map(|set| one(Member::Autoscale(set.clone()))),
        }
    }

    fn component(&self, text: &str) -> Option<Member> {
        let causes = self.components.get(text)?;
        Some(Member::Component { name: text.to_owned(), causes: causes.iter().cloned().collect() })
    }

    /// A machine, by set, zone (or region) and ordinal, that some design has.
    fn instance(&self, text: &str) -> Option<Member> {
        let (group, ordinal) = text.rsplit_once('/')?;
        let ordinal: u32 = ordinal.parse().ok()?;
        let there = self.groups.get(group).is_some_and(|&count| ordinal < count);
        there.then(|| Member::Instance { group: group.to_owned(), ordinal })
    }

    /// Tells that nothing is called so.
    fn unknown(&self, text: &str, span: &Range<usize>, aim: Aim, topology: &Topology, sink: &mut Sink) {
        let regions = topology.region_ids().map(|region| topology.region(region).name.clone());
        let zones = topology.zone_ids().take(100).map(|zone| topology.zone_name(zone));
        let (names, words, help): (Vec<String>, String, &str) = match aim {
            Aim::Machines => {
                let groups = self.groups.keys().take(100).map(|name| format!("{name}/0"));
                let words = format!("there is no `{text}` in this world or in any design");
                let help = "a region, a zone `eastus/1`, a hall `eastus/1/hall0`, a rack, a host, a machine \
                            `web/eastus/1/0`, or a component that fails by itself";
                (zones.chain(groups).chain(self.components.keys().cloned()).collect(), words, help)
            }
            Aim::ControlPlane => {
                let help = "regions have control planes: `eastus`";
                (regions.collect(), format!("there is no region `{text}`"), help)
            }
            Aim::Allocation => {
                let help = "zones have capacity: a zone `eastus/1`, or a region for all of its zones";
                (regions.chain(zones).collect(), format!("there is no region or zone `{text}`"), help)
            }
            Aim::Autoscale => {
                let words = format!("in no design is `{text}` a scale set that autoscales");
                (self.scaled.iter().cloned().collect(), words, "a scale set with `autoscale`, by its name: `web`")
            }
        };
        let more = sink.error(codes::MEMBER, span, words);
        more.nearest(text, names.iter().map(String::as_str)).help(help);
    }
}

/// The members of a row; none if a mistake was told.
pub(super) fn members(
    reader: &Reader<'_>,
    aim: Aim,
    world: &World<'_>,
    names: &Names,
    sink: &mut Sink,
) -> Option<Vec<Member>> {
    let texts = reader.texts("members", sink)?;
    if texts.is_empty() {
        sink.error(codes::MEMBER, &reader.span_of("members"), "this fault strikes nothing");
        return None;
    }
    let topology = world.topology?;
    let mut all = Vec::with_capacity(texts.len());
    let mut seen = BTreeSet::new();
    let mut fine = true;
    for (text, span) in texts {
        match names.find(&text, aim, topology) {
            Some(_) if !seen.insert(text.clone()) => {
                sink.error(codes::DUPLICATE, &span, format!("`{text}` is listed twice"));
                fine = false;
            }
            Some(found) => all.extend(found),
            // A machine of a design that could not be read.
            None if !world.designs_are_complete && !is_of_world(&text, aim, topology) => fine = false,
            None => {
                names.unknown(&text, &span, aim, topology, sink);
                fine = false;
            }
        }
    }
    fine.then_some(all)
}

/// Whether a text can only name a part of the world, whatever the designs have: machines are `set/zone/0` or `set/region/0`.
fn is_of_world(text: &str, aim: Aim, topology: &Topology) -> bool {
    let mut parts = text.split('/');
    let mut is_region = || parts.next().is_some_and(|part| topology.find_region(part).is_some());
    match aim {
        Aim::ControlPlane | Aim::Allocation => true,
        Aim::Autoscale => false,
        Aim::Machines => is_region() && !is_region(),
    }
}

/// A region, zone, hall, rack or host.
fn place(text: &str, topology: &Topology) -> Option<Member> {
    let racks = |racks: Range<u32>| Some(Member::Racks { name: text.to_owned(), racks });
    if let Some(region) = topology.find_region(text) {
        return racks(topology.racks_of_region(region));
    }
    if let Some(zone) = topology.find_zone(text) {
        return racks(topology.racks_of(zone));
    }
    if let Some((zone, hall)) = text.rsplit_once("/hall") {
        let (zone, hall) = (topology.find_zone(zone)?, hall.parse::<u32>().ok()?);
        let first = topology.racks_of(zone).start;
        let within = (hall < topology.halls_in(zone)).then(|| topology.hall_racks(zone, hall))?;
        return racks(first + within.start..first + within.end);
    }
    if let Some(rack) = topology.find_rack(text) {
        return racks(rack.0..rack.0 + 1);
    }
    topology.find_host(text).map(Member::Host)
}
