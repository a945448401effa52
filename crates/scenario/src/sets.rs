//! What all kinds of sets have, availability sets and single machines: what is named, counted and allowed.

use crate::codes;
use crate::demand::Clock;
use crate::diagnostic::{Sink, nearest};
use crate::fault_domains::fits;
use crate::keys::fleet::MACHINES_MAX;
use crate::laws;
use crate::manage::{self, Needs, Released, Row, Use};
use crate::money::{self, Purchase};
use crate::node::Node;
use crate::offers::Lacks;
use crate::reader::Reader;
use crate::slow_start::slow_start;
use std::ops::Range;
use zonefall_azure::limits::{self, AvailabilitySet, Orchestration};
use zonefall_azure::sla::{Disk, GroupKind};
use zonefall_engine::Law;
use zonefall_fleet::management::Management;
use zonefall_fleet::policy::spot::regular_target;
use zonefall_fleet::{HiddenZone, LoadBalancer, ScaleSet, SlowStart, Spreading, StartState};
use zonefall_topology::{RegionId, Topology, ZoneId, listed};

/// The most that one machine may serve: capacity × this stays far from the end of the integers.
const SERVES_MILLI_MAX: u64 = 100_000_000_000;

/// What sets are read with.
pub(crate) struct Ground<'a> {
    pub topology: Option<&'a Topology>,
    pub lacks: &'a Lacks,
    pub balancer: Option<&'a LoadBalancer>,
    /// The changes of all sets of the design.
    pub rows: &'a [Row],
    /// The releases of all sets of the design.
    pub releases: &'a [Released],
    pub clock: &'a Clock<'a>,
}

/// A set of machines and where the file says so.
pub(crate) struct Placed {
    pub set: ScaleSet,
    pub kind: GroupKind,
    pub disk: Disk,
    /// DK-04: whether its disks are copied over zones.
    pub zone_redundant: bool,
    /// None of an availability set and of a single machine.
    pub orchestration: Option<Orchestration>,
    /// The place of its capacity, else of its table.
    pub capacity_span: Range<usize>,
    /// MT-04: the update domains that its restarts go by; 0 without.
    pub update_domains: u32,
    /// What it needs of a quota.
    pub needs: Needs,
    /// What its price depends on.
    pub purchase: Purchase,
    /// Keys that may be idle.
    pub uses: Vec<Use>,
}

impl Placed {
    /// The most machines that it may have at one time.
    pub fn most_machines(&self) -> u64 {
        let most = |management: &Management| management.most(self.set.capacity);
        u64::from(self.set.management.as_deref().map_or(self.set.capacity, most))
    }

    /// Machines that are not Spot when the trial begins.
    pub fn regular_machines(&self) -> u32 {
        let spot = self.set.management.as_ref().and_then(|management| management.spot.as_ref());
        spot.map_or(self.set.capacity, |spot| regular_target(self.set.capacity, spot.mix))
    }

    /// Zones that it spans: its own, or as many of the eligible ones as automatic placement takes (ZP-02).
    pub fn spanned_zones(&self) -> usize {
        let placement = self.set.management.as_ref().and_then(|management| management.auto_placement);
        let most = placement.map_or(usize::MAX, |placement| placement.max_zones.unwrap_or(3) as usize);
        self.set.zones.len().min(most)
    }

    /// The most machines that it is ever asked to have.
    pub fn most_asked(&self) -> u32 {
        let capacity = self.set.capacity;
        self.set.management.as_ref().map_or(capacity, |managed| managed.most_asked(capacity))
    }
}

/// The keys that every kind of set has.
pub(crate) struct Machine {
    pub region: Option<RegionId>,
    serves_milli: u64,
    boot: Law,
    warm_up: Law,
    slow_start: Option<SlowStart>,
    create: Law,
    pub creating: bool,
    pub disk: Disk,
}

/// The keys of every kind; `slow_path` is the place of its slow start in the table of keys.
pub(crate) fn machine(
    reader: &Reader<'_>,
    slow_path: &'static str,
    topology: Option<&Topology>,
    sink: &mut Sink,
) -> Option<Machine> {
    let region = region(reader, topology, sink);
    let serves = reader.request_rate("capacity_per_instance", sink);
    let boot = laws::law(reader, "boot", sink);
    let warm_up = laws::law(reader, "warm_up", sink);
    let slow_start = slow_start(reader, slow_path, sink);
    let create = laws::law(reader, "create_time", sink);
    let state = reader.choice("start_state", sink);
    let disk = reader.choice("disk", sink);
    let serves_milli = serves?;
    if !(1..=SERVES_MILLI_MAX).contains(&serves_milli) {
        let words = "`capacity_per_instance` must be above 0 and at most 100,000,000 req/s";
        sink.error(codes::RANGE, &reader.span_of("capacity_per_instance"), words);
        return None;
    }
    Some(Machine {
        region,
        serves_milli,
        boot: boot?,
        warm_up: warm_up?,
        slow_start: slow_start?,
        create: create?,
        creating: state? == "creating",
        disk: disk_of(disk?),
    })
}

fn disk_of(word: &str) -> Disk {
    match word {
        "ultra" => Disk::UltraDisk,
        "standard-ssd" => Disk::StandardSsd,
        "standard-hdd" => Disk::StandardHdd,
        _ => Disk::PremiumSsd,
    }
}

pub(crate) fn region(reader: &Reader<'_>, topology: Option<&Topology>, sink: &mut Sink) -> Option<RegionId> {
    let named = reader.text("region", sink);
    let topology = topology?;
    let names = || topology.regions().iter().map(|region| region.name.as_str());
    match named {
        Some(name) => topology.find_region(&name).or_else(|| {
            sink.error(codes::REGION, &reader.span_of("region"), format!("there is no region `{name}`"))
                .nearest(&name, names());
            topology.find_region(nearest(&name, &names().collect::<Vec<_>>())?)
        }),
        None if reader.has("region") => None,
        None if topology.regions().len() == 1 => Some(RegionId(0)),
        None => {
            sink.error(codes::REGION, reader.span(), "which region? There are several")
                .help(format!("write `region = ` and one of {}", listed(names())));
            None
        }
    }
}

/// V-09, ZN-01: the zones of a set by number, each once, each in the region.
pub(crate) fn zones(
    numbers: &[(u64, Range<usize>)],
    region: RegionId,
    topology: &Topology,
    sink: &mut Sink,
) -> Option<Vec<ZoneId>> {
    let there = topology.region(region);
    let mut found: Vec<ZoneId> = Vec::new();
    let mut fine = true;
    for (number, span) in numbers {
        if let Some(violation) = limits::check_zones(&[*number as u32], there.zones).first() {
            let words =
                format!("in `{}`: {} (V-09, {}; our code InvalidZones)", there.name, violation.words, violation.rule);
            let help = match there.zones {
                1 => "take `zones` out, or give the region three zones".to_owned(),
                most => format!("name zones from 1 to {most}"),
            };
            sink.error(codes::ZONE, span, words).help(help);
            fine = false;
        } else if let Some(zone) = topology.zone(region, *number as u32) {
            if found.contains(&zone) {
                sink.error(
                    codes::DUPLICATE,
                    span,
                    format!("zone {number} is listed twice (V-09, ZN-01; our code InvalidZones)"),
                )
                .help("take one of them out");
                fine = false;
            }
            found.push(zone);
        }
    }
    fine.then_some(found)
}

pub(crate) fn capacity(reader: &Reader<'_>, sink: &mut Sink) -> Option<u32> {
    if !reader.has("capacity") {
        reader.missing("capacity", "capacity = 9", sink);
    }
    reader.count("capacity", sink).map(|capacity| capacity.min(MACHINES_MAX) as u32)
}

fn kept(reader: &Reader<'_>) -> Range<usize> {
    if reader.has("capacity") { reader.span_of("capacity") } else { reader.span().clone() }
}

/// The set as the fleet knows it, without what happens to it.
pub(crate) fn set_of(name: &str, machine: Machine, zones: Vec<ZoneId>, capacity: u32, region: RegionId) -> ScaleSet {
    let Machine { serves_milli, boot, warm_up, slow_start, create, creating, .. } = machine;
    ScaleSet {
        name: name.to_owned(),
        region,
        zones,
        capacity,
        spreading: Spreading::Max,
        hidden_zone: HiddenZone::Single,
        placement_groups: false,
        disk_elsewhere: 0.0,
        serves_milli,
        boot,
        warm_up,
        slow_start,
        start: if creating { StartState::Creating(create) } else { StartState::Running },
        management: None,
    }
}

pub(crate) fn placed(set: ScaleSet, disk: Disk, kind: GroupKind, purchase: Purchase, reader: &Reader<'_>) -> Placed {
    let vcpus = purchase.sizes.iter().map(|size| size.vcpus).max().unwrap_or(1);
    let needs = Needs { regular: set.capacity, vcpus: u64::from(vcpus), ..Needs::default() };
    let uses = Vec::new();
    let (zone_redundant, orchestration, capacity_span) = (false, None, kept(reader));
    Placed { set, kind, disk, zone_redundant, orchestration, capacity_span, update_domains: 0, needs, purchase, uses }
}

/// What the price of plain machines depends on.
fn plain_purchase(reader: &Reader<'_>, sink: &mut Sink) -> Option<Purchase> {
    let size = reader.text("size", sink).and_then(|text| manage::named_size(&text, "size", reader, sink));
    money::purchase(reader, vec![size?], 0, sink)
}

/// `[availability_set.<name>]`: regional, in one hidden zone, over a fixed number of racks (AV-01).
pub(crate) fn availability_set(name: &str, node: &Node, ground: &Ground<'_>, sink: &mut Sink) -> Option<Placed> {
    let reader = Reader::new(node, "availability_set.<name>", sink);
    let machine = machine(&reader, "availability_set.<name>.slow_start", ground.topology, sink);
    let capacity = capacity(&reader, sink);
    let domains = reader.count("fault_domains", sink);
    let updates = reader.count("update_domains", sink);
    let zones = reader.counts("zones", sink);
    let spot = reader.choice("priority", sink).map(|word| word == "spot");
    let reserved = reader.optional("reserved_per_zone", sink, Reader::count);
    let purchase = plain_purchase(&reader, sink);
    let (machine, topology, capacity, domains) = (machine?, ground.topology?, capacity?, domains? as u32);
    let region = machine.region?;
    let there = topology.region(region);
    let asked = AvailabilitySet {
        instances: capacity,
        fault_domains: domains,
        update_domains: updates? as u32,
        zones: zones?.len() as u32,
        region: &there.name,
    };
    let mut violations = limits::check_availability_set(&asked);
    violations.extend(limits::check_spot_availability_set(spot?));
    violations.extend(limits::check_reserved_availability_set(reserved?.is_some()));
    let allowed = manage::tell_all(&reader, &violations, sink);
    let spreading = Spreading::Fixed(domains);
    fits(&reader, spreading, there, sink)?;
    let disk = machine.disk;
    let set = ScaleSet { spreading, ..set_of(name, machine, Vec::new(), capacity, region) };
    let purchase = purchase?;
    let update_domains = asked.update_domains;
    allowed.then(|| Placed { update_domains, ..placed(set, disk, GroupKind::AvailabilitySet, purchase, &reader) })
}

/// `[virtual_machine.<name>]`: one machine, zonal or regional (AV-02).
pub(crate) fn virtual_machine(name: &str, node: &Node, ground: &Ground<'_>, sink: &mut Sink) -> Option<Placed> {
    let reader = Reader::new(node, "virtual_machine.<name>", sink);
    let machine = machine(&reader, "virtual_machine.<name>.slow_start", ground.topology, sink);
    let number = reader.count("zone", sink);
    let purchase = plain_purchase(&reader, sink);
    let (machine, topology) = (machine?, ground.topology?);
    let region = machine.region?;
    let numbers: Vec<_> = number.into_iter().map(|number| (number, reader.span_of("zone"))).collect();
    let zones = zones(&numbers, region, topology, sink)?;
    let fine = number.is_some() || !reader.has("zone");
    let disk = machine.disk;
    let purchase = purchase?;
    let set = set_of(name, machine, zones, 1, region);
    fine.then(|| placed(set, disk, GroupKind::SingleMachine, purchase, &reader))
}
