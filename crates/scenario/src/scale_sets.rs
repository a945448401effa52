//! Scale sets: zones, spreading, what happens to their machines, and what Azure would refuse.

use crate::codes;
use crate::diagnostic::Sink;
use crate::fault_domains::{fault_domains, fits, region_allows, spreading};
use crate::manage::{self, Asked, Changed, Checked, Happens, Needs, OneMore, Released, Row, Written};
use crate::money::{self, Purchase};
use crate::node::{Node, Value};
use crate::reader::Reader;
use crate::sets::{Ground, Machine, Placed, capacity, machine, placed, region, set_of, zones};
use crate::values::wrong_type;
use zonefall_azure::limits::{self, Image, Model, Orchestration, Violation};
use zonefall_azure::sla::GroupKind;
use zonefall_fleet::policy::standby::size;
use zonefall_fleet::policy::upgrade::UPDATE_DOMAINS;
use zonefall_fleet::{HiddenZone, ScaleSet, Spreading};
use zonefall_topology::{RegionId, Topology, ZoneId};

/// The most zones that automatic placement chooses among; the fleet's plan has room for so many.
const ELIGIBLE_MAX: usize = 8;

/// A set as it is written, before it is held against Azure's rules.
struct Draft<'a> {
    written: Written,
    rows: Vec<&'a Row>,
    releases: Vec<&'a Released>,
    model: Model,
    region: RegionId,
    topology: &'a Topology,
    zones: Vec<ZoneId>,
    /// Its zones by number.
    numbers: Vec<u32>,
    creating: bool,
}

/// `[scale_set.<name>]`
pub(crate) fn scale_set(name: &str, node: &Node, ground: &Ground<'_>, sink: &mut Sink) -> Option<Placed> {
    let reader = Reader::new(node, "scale_set.<name>", sink);
    let windows = reader.choice("os", sink) == Some("windows");
    let reader = reader.otherwise(windows);
    let machine = machine(&reader, "scale_set.<name>.slow_start", ground.topology, sink);
    let named = reader.counts("zones", sink);
    let capacity = capacity(&reader, sink);
    let hidden = hidden_zone(&reader, sink);
    let domains = fault_domains(&reader, sink);
    let mode = reader.choice("orchestration", sink).map(|word| match word {
        "uniform" => Orchestration::Uniform,
        _ => Orchestration::Flexible,
    });
    let written = manage::read(&reader, ground.balancer, ground.clock, sink);
    let region = region(&reader, ground.topology, sink);
    let there = region.and_then(|region| Some(ground.topology?.region(region)));
    let eligible = written.as_ref().and_then(|written| written.placement.as_ref());
    let numbers = match eligible {
        Some(told) => Some(told.eligible(there?.zones)),
        None => named,
    };
    if let Some(told) = eligible.filter(|_| numbers.as_ref().is_some_and(|numbers| numbers.len() > ELIGIBLE_MAX)) {
        let words = format!("automatic placement chooses among at most {ELIGIBLE_MAX} zones here");
        sink.error(codes::TOO_MUCH, &told.span, words).help("write for example `include = [1, 2, 3]`");
        return None;
    }
    let sizes = written.as_ref().map(|written| written.sizes().cloned().collect());
    let reserved = written.as_ref().map_or(0, |written| written.reserved_per_zone);
    let purchase = money::purchase(&reader, sizes.unwrap_or_default(), reserved, sink);
    let known = numbers.as_ref().zip(region).zip(ground.topology);
    let zones = known.and_then(|((numbers, region), topology)| zones(numbers, region, topology, sink));
    let (mode, numbers, domains) = (mode?, numbers?, domains?);
    let count = numbers.len() as u32;
    let spreading = spreading(&reader, mode, count, domains, sink);
    let (there, topology, region) = (there?, ground.topology?, region?);
    // A count that is refused is still held against the other keys, so that all mistakes are told at once.
    let fault_domains = domains.unwrap_or_else(|| limits::default_fault_domains(mode, count));
    let spreading = spreading.and_then(|spreading| {
        fits(&reader, spreading, there, sink)?;
        if fault_domains > 1 && mode == Orchestration::Flexible && count == 0 {
            region_allows(&reader, &there.name, fault_domains, sink)?;
        }
        Some(spreading)
    });
    let (written, capacity, zones) = (written?, capacity?, zones?);
    let spreading = if written.spot.in_one_fault_domain { spreading.map(|_| Spreading::Fixed(1)) } else { spreading };
    let rows: Vec<&Row> = ground.rows.iter().filter(|row| row.set == name).collect();
    let releases: Vec<&Released> = ground.releases.iter().filter(|released| released.set == name).collect();
    let model = written.model(
        mode,
        count,
        capacity,
        most(capacity.max(manage::most_autoscaled(written.autoscale.as_ref())), &rows),
        fault_domains,
    );
    let numbers = numbers.iter().map(|(number, _)| *number as u32).collect();
    let creating = machine.as_ref().is_some_and(|machine| machine.creating);
    let draft = Draft { written, rows, releases, model, region, topology, zones, numbers, creating };
    finish(name, &reader, (machine, purchase), (spreading, hidden), draft, ground, sink)
}

/// The greatest capacity that the set is ever given.
fn most(capacity: u32, rows: &[&Row]) -> u32 {
    rows.iter().fold(capacity, |most, row| match row.asked {
        Asked::Capacity(capacity) => most.max(capacity),
        Asked::Attach(_, count) => most.saturating_add(count),
        _ => most,
    })
}

/// Holds the draft against Azure's rules, and makes of it what the fleet is told.
fn finish(
    name: &str,
    reader: &Reader<'_>,
    (machine, purchase): (Option<Machine>, Option<Purchase>),
    (spreading, hidden_zone): (Option<Spreading>, Option<HiddenZone>),
    draft: Draft<'_>,
    ground: &Ground<'_>,
    sink: &mut Sink,
) -> Option<Placed> {
    let managed =
        draft.written.changes_machines(reader, draft.creating, !draft.rows.is_empty() || !draft.releases.is_empty());
    let fine = is_allowed(reader, &draft, managed, ground, sink);
    draft.written.upgrade.check_drain(reader, draft.releases.iter().map(|released| released.release.kind), sink);
    let lacking = |zones: &[ZoneId]| manage::check_sizes(&draft.written, &lacks(zones, ground, draft.topology));
    let disks = &draft.written.basics.disks;
    let zone_redundant = disks.zone_redundant;
    let changed = Changed {
        model: draft.model,
        shape: draft.written.shape(&draft.model),
        region: draft.region,
        topology: draft.topology,
        zones: draft.numbers.clone(),
        has_repairs: draft.written.repairs.is_some(),
        has_releases: !draft.releases.is_empty(),
        has_data_disk: disks.data,
        zone_redundant: disks.zone_redundant,
        standby: draft.written.standby.as_ref(),
        lacking: &lacking,
    };
    let changes = manage::changes(&draft.rows, changed, sink);
    let life = Happens { rows: &draft.rows, releases: &draft.releases, managed, creating: draft.creating };
    let uses = manage::used(reader, &draft.written, &life);
    let needs = needs(&draft.written, draft.model.capacity);
    let (changes, spreading, purchase) = (changes.filter(|_| fine)?, spreading?, purchase?);
    let (machine, hidden_zone) = (machine?, hidden_zone?);
    let (model, disk) = (draft.model, machine.disk);
    let disk_elsewhere = draft.written.basics.disk_elsewhere(draft.topology.region(draft.region).zones);
    let placement_groups = model.orchestration == Orchestration::Uniform && !model.single_placement_group;
    let releases = draft.releases.iter().map(|released| released.release.clone()).collect();
    let management = managed.then(|| Box::new(draft.written.management(&model, changes, releases)));
    let set = set_of(name, machine, draft.zones, model.capacity, draft.region);
    let set = ScaleSet { spreading, hidden_zone, placement_groups, disk_elsewhere, management, ..set };
    let orchestration = Some(model.orchestration);
    let kind = if model.dedicated_hosts { GroupKind::DedicatedHosts } else { GroupKind::ScaleSet };
    let plain = placed(set, disk, kind, purchase, reader);
    // FD-11: a Uniform set has some in each placement group; Flexible ones are maintained by fault domain.
    let uniform = model.orchestration == Orchestration::Uniform;
    let update_domains = if uniform { UPDATE_DOMAINS } else { 0 };
    Some(Placed { needs, uses, zone_redundant, orchestration, update_domains, ..plain })
}

fn lacks<'a>(zones: &[ZoneId], ground: &'a Ground<'_>, topology: &Topology) -> Vec<(String, &'a [String])> {
    zones.iter().map(|&zone| (topology.zone_name(zone), ground.lacks.of(zone))).collect()
}

fn is_allowed(reader: &Reader<'_>, draft: &Draft<'_>, managed: bool, ground: &Ground<'_>, sink: &mut Sink) -> bool {
    let adds = |row: &&Row| matches!(row.asked, Asked::Zones(_));
    let attaches = |row: &&Row| matches!(row.asked, Asked::Attach(..)) || adds(row);
    let checked = Checked {
        written: &draft.written,
        model: draft.model,
        zones: &draft.numbers,
        names_zones: reader.has("zones") && reader.counts("zones", sink).is_some_and(|zones| !zones.is_empty()),
        attaches: draft.rows.iter().any(attaches),
        becomes_zonal: draft.zones.is_empty() && draft.rows.iter().any(adds),
        lacking: &lacks(&draft.zones, ground, draft.topology),
    };
    let fine = manage::check(reader, &checked, sink);
    let sources = draft.written.health.as_ref().map_or(0, |told| told.sources.count());
    let fine = draft.written.upgrade.check(reader, &draft.model, sources, sink) && fine;
    may_rebalance(reader, draft, sink);
    has_room(reader, draft, managed, sink) && fine
}

/// V-36, AZ-08: a rebalance makes one machine more before it takes one away, which autoscale should allow.
fn may_rebalance(reader: &Reader<'_>, draft: &Draft<'_>, sink: &mut Sink) {
    let most = manage::most_autoscaled(draft.written.autoscale.as_ref());
    let capacity = draft.model.capacity;
    if !draft.written.scaling.auto_zone_balance || draft.written.autoscale.is_none() || most > capacity {
        return;
    }
    let words = format!(
        "automatic zone balance makes one machine more for a while, and autoscale allows {most}, with {capacity} to begin with (V-36, AZ-08)"
    );
    sink.warn(codes::NO_HEADROOM, &reader.place("autoscale.maximum"), words)
        .help(format!("write `maximum = {}` or more", capacity.saturating_add(1)));
}

/// V-02. A plain set that never changes only warns, so that larger fleets can be simulated (OM-02).
fn has_room(reader: &Reader<'_>, draft: &Draft<'_>, managed: bool, sink: &mut Sink) -> bool {
    let shape = draft.written.shape(&draft.model);
    let most = manage::most_autoscaled(draft.written.autoscale.as_ref());
    if let Some(violation) = limits::check_capacity(&shape, most) {
        manage::tell(reader, &Violation { about: "autoscale.maximum", ..violation }, sink);
        return false;
    }
    let Some(violation) = limits::check_capacity(&shape, draft.model.capacity) else { return true };
    if managed || shape.image == Image::Managed || violation.rule != "OM-02" {
        manage::tell(reader, &violation, sink);
        return false;
    }
    let Violation { words, rule, .. } = violation;
    sink.warn(codes::BIG_SET, &reader.span_of("capacity"), format!("{words} ({rule})"))
        .help("the simulation runs as one set; in Azure it would be several");
    true
}

/// AL-05: what a set needs of a quota when the trial begins. Reserved machines count: the
/// reservation holds their quota (CR-02). So do those of its pool, running or deallocated (SB-01).
fn needs(written: &Written, capacity: u32) -> Needs {
    let vcpus = u64::from(written.vcpus());
    let regular = written.regular(capacity);
    let spot = capacity - regular;
    let pool = written.standby.as_ref().map_or(0, |pool| size(pool.min_ready, pool.max_ready, capacity));
    // IM-02: of a mix its smallest size will do.
    let sizes = written.mix.iter().flat_map(|told| &told.mix.sizes);
    let smallest = sizes.map(|size| u64::from(size.vcpus)).min().unwrap_or(vcpus);
    let one_more = OneMore { vcpus: smallest, regular: regular > 0, spot: spot > 0 };
    Needs {
        regular: regular + pool,
        spot,
        vcpus,
        // A pool has the regular machine ready that a rebalance makes.
        one_more: Some(one_more).filter(|of| written.scaling.auto_zone_balance && !(of.regular && pool > 0)),
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
