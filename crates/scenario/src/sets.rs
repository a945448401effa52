//! Scale sets, availability sets and single machines: what is named, counted and allowed.

use crate::codes;
use crate::diagnostic::Sink;
use crate::fault_domains::{fault_domains, fits, region_allows, spreading};
use crate::keys::fleet::MACHINES_MAX;
use crate::laws;
use crate::node::{Node, Value};
use crate::reader::Reader;
use crate::values::wrong_type;
use std::ops::Range;
use zonefall_azure::limits::{self, AvailabilitySet, Image, Orchestration, ScaleSetShape};
use zonefall_azure::sla::{Disk, GroupKind};
use zonefall_fleet::{HiddenZone, ScaleSet, Spreading, StartState};
use zonefall_topology::{RegionId, Topology, ZoneId};

/// The most that one machine may serve: capacity × this stays far from the end of the integers.
const SERVES_MILLI_MAX: u64 = 100_000_000_000;

/// A set of machines and where the file says so.
pub(crate) struct Placed {
    pub set: ScaleSet,
    pub kind: GroupKind,
    pub disk: Disk,
    /// The place of its capacity, else of its table.
    pub capacity_span: Range<usize>,
}

/// The keys that every kind of set has.
struct Machine {
    region: Option<RegionId>,
    serves_milli: u64,
    boot: zonefall_engine::Law,
    warm_up: zonefall_engine::Law,
    start: StartState,
    disk: Disk,
}

fn machine(reader: &Reader<'_>, topology: Option<&Topology>, sink: &mut Sink) -> Option<Machine> {
    let region = region(reader, topology, sink);
    let serves = reader.request_rate("capacity_per_instance", sink);
    let (boot, warm_up) = (laws::law(reader, "boot", sink), laws::law(reader, "warm_up", sink));
    let create = laws::law(reader, "create_time", sink);
    let state = reader.choice("start_state", sink);
    let disk = reader.choice("disk", sink);
    let serves_milli = serves?;
    if !(1..=SERVES_MILLI_MAX).contains(&serves_milli) {
        let words = "`capacity_per_instance` must be above 0 and at most 100,000,000 req/s";
        sink.error(codes::RANGE, &reader.span_of("capacity_per_instance"), words);
        return None;
    }
    let start = if state? == "creating" { StartState::Creating(create?) } else { StartState::Running };
    Some(Machine { region, serves_milli, boot: boot?, warm_up: warm_up?, start, disk: disk_of(disk?) })
}

fn disk_of(word: &str) -> Disk {
    match word {
        "ultra" => Disk::UltraDisk,
        "standard-ssd" => Disk::StandardSsd,
        "standard-hdd" => Disk::StandardHdd,
        _ => Disk::PremiumSsd,
    }
}

fn region(reader: &Reader<'_>, topology: Option<&Topology>, sink: &mut Sink) -> Option<RegionId> {
    let named = reader.text("region", sink);
    let topology = topology?;
    let names = || topology.regions().iter().map(|region| region.name.as_str());
    match named {
        Some(name) => topology.find_region(&name).or_else(|| {
            sink.error(codes::REGION, &reader.span_of("region"), format!("there is no region `{name}`"))
                .nearest(&name, names());
            None
        }),
        None if reader.has("region") => None,
        None if topology.regions().len() == 1 => Some(RegionId(0)),
        None => {
            sink.error(codes::REGION, reader.span(), "which region? There are several")
                .help(format!("write `region = ` and one of {}", names().collect::<Vec<_>>().join(", ")));
            None
        }
    }
}

/// V-09, ZN-01: the zones of a set by number, each once, each in the region.
fn zones(
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
            let words = format!("in `{}`: {} (V-09, {})", there.name, violation.words, violation.rule);
            sink.error(codes::ZONE, span, words);
            fine = false;
        } else if let Some(zone) = topology.zone(region, *number as u32) {
            if found.contains(&zone) {
                sink.error(codes::DUPLICATE, span, format!("zone {number} is listed twice (V-09, ZN-01)"));
                fine = false;
            }
            found.push(zone);
        }
    }
    fine.then_some(found)
}

fn capacity(reader: &Reader<'_>, sink: &mut Sink) -> Option<u32> {
    if !reader.has("capacity") {
        reader.missing("capacity", "capacity = 9", sink);
    }
    reader.count("capacity", sink).map(|capacity| capacity.min(MACHINES_MAX) as u32)
}

/// `[scale_set.<name>]`
pub(crate) fn scale_set(name: &str, node: &Node, topology: Option<&Topology>, sink: &mut Sink) -> Option<Placed> {
    let reader = Reader::new(node, "scale_set.<name>", sink);
    let machine = machine(&reader, topology, sink);
    let numbers = reader.counts("zones", sink);
    let capacity = capacity(&reader, sink);
    let hidden = hidden_zone(&reader, sink);
    let domains = fault_domains(&reader, sink);
    let orchestration = reader.choice("orchestration", sink).map(|word| match word {
        "uniform" => Orchestration::Uniform,
        _ => Orchestration::Flexible,
    });
    let zone_count = numbers.as_ref().map(|numbers| numbers.len() as u32);
    let spreading = spreading(&reader, orchestration?, zone_count?, domains?, sink);
    let (machine, topology) = (machine?, topology?);
    let region = machine.region?;
    let zones = zones(&numbers?, region, topology, sink);
    fits(&reader, spreading?, topology.region(region), sink)?;
    if let (Some(Spreading::Fixed(count)), Some(Orchestration::Flexible), Some(0)) =
        (spreading, orchestration, zone_count)
    {
        region_allows(&reader, &topology.region(region).name, count, sink)?;
    }
    let capacity = capacity?;
    azure_capacity(&reader, orchestration?, spreading?, capacity, sink);
    Some(placed(name, &reader, machine, zones?, capacity, spreading?, hidden?, GroupKind::ScaleSet, region))
}

#[expect(clippy::too_many_arguments, reason = "one call a kind of set, each naming its parts")]
fn placed(
    name: &str,
    reader: &Reader<'_>,
    machine: Machine,
    zones: Vec<ZoneId>,
    capacity: u32,
    spreading: Spreading,
    hidden_zone: HiddenZone,
    kind: GroupKind,
    region: RegionId,
) -> Placed {
    let Machine { serves_milli, boot, warm_up, start, disk, .. } = machine;
    let name = name.to_owned();
    let set = ScaleSet {
        name,
        region,
        zones,
        capacity,
        spreading,
        hidden_zone,
        serves_milli,
        boot,
        warm_up,
        start,
        management: None,
    };
    let capacity_span = if reader.has("capacity") { reader.span_of("capacity") } else { reader.span().clone() };
    Placed { set, kind, disk, capacity_span }
}

/// OM-02: a warning, so that larger fleets can still be simulated.
fn azure_capacity(
    reader: &Reader<'_>,
    orchestration: Orchestration,
    spreading: Spreading,
    capacity: u32,
    sink: &mut Sink,
) {
    let shape = ScaleSetShape {
        orchestration,
        image: Image::Gallery,
        single_placement_group: false,
        fault_domains: if let Spreading::Fixed(count) = spreading { count } else { 1 },
        memory_preserving: true,
    };
    if let Some(violation) = limits::check_capacity(&shape, capacity) {
        let words = format!("{} ({})", violation.words, violation.rule);
        sink.warn(codes::BIG_SET, &reader.span_of("capacity"), words)
            .help("the simulation runs as one set; in Azure it would be several");
    }
}

/// ZN-03: `"single"`, `"uniform"` or `{ sticky = 0.8 }`.
fn hidden_zone(reader: &Reader<'_>, sink: &mut Sink) -> Option<HiddenZone> {
    let node = reader.node("hidden_zone", sink)?;
    match &node.value {
        Value::Text(_) => reader.choice("hidden_zone", sink).map(|word| match word {
            "uniform" => HiddenZone::Uniform,
            _ => HiddenZone::Single,
        }),
        Value::Table(_) => {
            let table = Reader::new(&node, "scale_set.<name>.hidden_zone", sink);
            if !table.has("sticky") {
                table.missing("sticky", "hidden_zone = { sticky = 0.8 }", sink);
            }
            table.number("sticky", sink).map(HiddenZone::Sticky)
        }
        _ => wrong_type(&node, "hidden_zone", "\"single\", \"uniform\" or { sticky = 0.8 }", sink),
    }
}

/// `[availability_set.<name>]`: regional, in one hidden zone, over a fixed number of racks (AV-01).
pub(crate) fn availability_set(
    name: &str,
    node: &Node,
    topology: Option<&Topology>,
    sink: &mut Sink,
) -> Option<Placed> {
    let reader = Reader::new(node, "availability_set.<name>", sink);
    let machine = machine(&reader, topology, sink);
    let capacity = capacity(&reader, sink);
    let domains = reader.count("fault_domains", sink);
    let (machine, topology, capacity, domains) = (machine?, topology?, capacity?, domains? as u32);
    let region = machine.region?;
    let there = topology.region(region);
    let asked = AvailabilitySet {
        instances: capacity,
        fault_domains: domains,
        update_domains: 5,
        zones: 0,
        region: &there.name,
    };
    let violations = limits::check_availability_set(&asked);
    for violation in &violations {
        let key = if violation.rule == "AV-01" { "capacity" } else { "fault_domains" };
        let words = format!("{} (AV-01, {}; Azure answers {})", violation.words, violation.rule, violation.code);
        sink.error(codes::AVAILABILITY_SET, &reader.span_of(key), words.replace("AV-01, AV-01", "AV-01"));
    }
    let spreading = Spreading::Fixed(domains);
    fits(&reader, spreading, there, sink)?;
    let kind = GroupKind::AvailabilitySet;
    let hidden = HiddenZone::Single;
    violations.is_empty().then(|| placed(name, &reader, machine, Vec::new(), capacity, spreading, hidden, kind, region))
}

/// `[virtual_machine.<name>]`: one machine, zonal or regional (AV-02).
pub(crate) fn virtual_machine(name: &str, node: &Node, topology: Option<&Topology>, sink: &mut Sink) -> Option<Placed> {
    let reader = Reader::new(node, "virtual_machine.<name>", sink);
    let machine = machine(&reader, topology, sink);
    let number = reader.count("zone", sink);
    let (machine, topology) = (machine?, topology?);
    let region = machine.region?;
    let numbers: Vec<_> = number.into_iter().map(|number| (number, reader.span_of("zone"))).collect();
    let zones = zones(&numbers, region, topology, sink)?;
    let fine = number.is_some() || !reader.has("zone");
    let kind = GroupKind::SingleMachine;
    fine.then(|| placed(name, &reader, machine, zones, 1, Spreading::Max, HiddenZone::Single, kind, region))
}
