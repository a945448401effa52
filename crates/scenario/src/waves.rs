//! `[maintenance]` as the world's: the waves of planned maintenance that a profile gets, and how they go (MT-02).
//!
//! In: the file as it is written, for the profile is the same for all designs and is read before them. Out: three modes at
//! the profile's end, which `[faults.mode.<name>]` changes like any other. What a design does about maintenance is read in
//! `manage::maintenance`.

use crate::codes;
use crate::diagnostic::Sink;
use crate::node::{Node, Value};
use crate::reader::Reader;
use zonefall_azure::profile;
use zonefall_faults::{Effect, Kind, Mode, Profile, Wave};
use zonefall_fleet::policy::maintenance::DOMAINS_APART;
use zonefall_fleet::policy::upgrade::UPDATE_DOMAINS;
use zonefall_topology::Topology;

/// AV-01.
const UPDATE_DOMAINS_MAX: u64 = 20;
const MS_PER_DAY: f64 = 24.0 * 3_600_000.0;

/// The base and the designs of a file.
fn roots(tree: &Node) -> impl Iterator<Item = &Node> {
    let designs = tree.table().and_then(|root| match &root.get("design")?.value {
        Value::List(designs) => Some(designs),
        _ => None,
    });
    std::iter::once(tree).chain(designs.into_iter().flatten().map(|design| &**design))
}

/// Adds the waves to a profile if the base or a design asks for maintenance. None for a mistake.
pub(crate) fn extend(profile: Profile, root: &Reader<'_>, tree: &Node, sink: &mut Sink) -> Option<Profile> {
    let nothing = Node::empty_table();
    let said = root.sub("maintenance", "maintenance", sink);
    let is_written = |root: &Node| root.table().is_some_and(|root| root.get("maintenance").is_some());
    if !roots(tree).any(is_written) {
        return Some(profile);
    }
    let reader = said.unwrap_or_else(|| Reader::new(&nothing, "maintenance", sink));
    let between = reader.span_of_time("between", sink);
    let between_zones = reader.duration("between_zones", sink);
    let overlap = reader.share("overlap", sink);
    let paired = reader.flag("paired", sink);
    let domains = update_domains(tree);
    let wave = Wave {
        between: between?,
        between_zones: between_zones?,
        overlap_milli: (overlap?.as_f64() * 1000.0) as u32,
        steps_least: domains.unwrap_or(1) as u32,
        paired: paired?,
    };
    if domains.is_some() && wave.between < DOMAINS_APART {
        let words =
            "update domains are at least 30 min apart (MT-04), and an availability set or a Uniform set here has some";
        sink.error(codes::MAINTENANCE, &reader.span_of("between"), words).help("write `between = \"30 min\"` or more");
        return None;
    }
    let own = profile.modes.len();
    let mut profile = profile::with_maintenance_modes(profile);
    for mode in &mut profile.modes[own..] {
        // Restarts go one zone at a time.
        let overlap_milli = if mode.effect == Effect::Frozen { wave.overlap_milli } else { 0 };
        mode.kind = Kind::Wave(Wave { overlap_milli, ..wave });
    }
    Some(profile)
}

/// FD-11: the most update domains of an availability set or a Uniform scale set; none without such a set.
fn update_domains(tree: &Node) -> Option<u64> {
    let usual = u64::from(UPDATE_DOMAINS);
    let of_availability_set = |set: &Node| match set.table()?.get("update_domains").map(|node| &node.value) {
        Some(Value::Integer(number)) => u64::try_from(*number).ok(),
        _ => Some(usual),
    };
    let of_scale_set = |set: &Node| match &set.table()?.get("orchestration")?.value {
        Value::Text(mode) if mode == "uniform" => Some(usual),
        _ => None,
    };
    let sets = |kind: &'static str| {
        let tables = roots(tree).filter_map(move |root| root.table()?.get(kind)?.table());
        tables.flat_map(|sets| &sets.entries)
    };
    let counts = sets("availability_set").filter_map(|entry| of_availability_set(&entry.node));
    let counts = counts.chain(sets("scale_set").filter_map(|entry| of_scale_set(&entry.node)));
    counts.max().map(|most| most.clamp(1, UPDATE_DOMAINS_MAX))
}

/// Whether waves of each mode leave room for each other, at their highest rate, too.
pub(crate) fn check(profile: &Profile, topology: &Topology, root: &Reader<'_>, sink: &mut Sink) {
    let takes = |mode: &Mode| mode.wave().map(|wave| wave.longest(topology).as_ms() as f64 / MS_PER_DAY);
    for (mode, days) in profile.modes.iter().filter_map(|mode| takes(mode).map(|days| (mode, days))) {
        let most = mode.evidence.rate_low_high.1.max(mode.rate_per_year());
        let every = 365.0 / most;
        if days >= every {
            let words = format!(
                "a wave of `{}` takes {days:.1} d to go through its regions, and at its highest rate they come every {every:.1} d",
                mode.name
            );
            sink.error(codes::MAINTENANCE, &root.span_of("maintenance"), words)
                .help("less `between` or `between_zones`, fewer racks in a zone, or a lower rate");
        }
    }
}
