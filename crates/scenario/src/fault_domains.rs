//! FD-02, FD-04, FD-07: over how many racks a set may be spread.

use crate::codes;
use crate::diagnostic::Sink;
use crate::manage::tell;
use crate::node::Value;
use crate::reader::Reader;
use zonefall_azure::limits::{self, Orchestration};
use zonefall_fleet::Spreading;
use zonefall_topology::Region;

/// The count that is asked for; the outer `None` is a mistake, the inner one no word about it.
pub(crate) fn fault_domains(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<u32>> {
    let Some(node) = reader.node("fault_domains", sink) else { return Some(None) };
    match &node.value {
        Value::Text(_) => reader.choice("fault_domains", sink).map(|_| Some(1)),
        _ => reader.count("fault_domains", sink).map(|count| Some(count as u32)),
    }
}

/// FD-02: what Azure accepts for this kind of set; 1 is max spreading (FD-03).
pub(crate) fn spreading(
    reader: &Reader<'_>,
    orchestration: Orchestration,
    zones: u32,
    asked: Option<u32>,
    sink: &mut Sink,
) -> Option<Spreading> {
    let count = asked.unwrap_or_else(|| limits::default_fault_domains(orchestration, zones));
    if let Some(violation) = limits::check_fault_domains(orchestration, zones, count) {
        let more = tell(reader, &violation, sink);
        let (other, word) = match orchestration {
            Orchestration::Flexible => (Orchestration::Uniform, "uniform"),
            Orchestration::Uniform => (Orchestration::Flexible, "flexible"),
        };
        if limits::check_fault_domains(other, zones, count).is_none() {
            more.help(format!("orchestration = \"{word}\" allows it"));
        }
        return None;
    }
    Some(if count == 1 { Spreading::Max } else { Spreading::Fixed(count) })
}

/// FD-04: fixed spreading needs that many racks.
pub(crate) fn fits(reader: &Reader<'_>, spreading: Spreading, region: &Region, sink: &mut Sink) -> Option<()> {
    let Spreading::Fixed(count) = spreading else { return Some(()) };
    if count <= region.racks_per_zone {
        return Some(());
    }
    let words = format!(
        "{count} fault domains need as many racks, but a zone of `{}` has {} (FD-04)",
        region.name, region.racks_per_zone
    );
    sink.error(codes::RACKS, &reader.span_of("fault_domains"), words)
        .help("fewer fault domains, or a larger `racks_per_zone`");
    None
}

/// V-04, FD-07: what managed disks in the region allow.
pub(crate) fn region_allows(reader: &Reader<'_>, region: &str, count: u32, sink: &mut Sink) -> Option<()> {
    let Some(violation) = limits::check_region_fault_domains(region, count) else { return Some(()) };
    tell(reader, &violation, sink);
    None
}
