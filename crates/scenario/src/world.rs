//! Regions: how many zones, halls, racks and hosts there are.

use crate::codes;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use zonefall_azure::limits;
use zonefall_topology::{Region, Topology};

/// The most regions: a report compares a handful.
const REGIONS_MAX: usize = 100;

/// The regions of the file.
pub(crate) fn topology(root: &Reader<'_>, sink: &mut Sink) -> Option<Topology> {
    let named = root.named("region", sink);
    if named.is_empty() {
        root.missing("region", "[region.eastus]", sink);
        return None;
    }
    if named.len() > REGIONS_MAX {
        let words = format!("{} regions are more than {REGIONS_MAX}", named.len());
        sink.error(codes::TOO_MUCH, &root.span_of("region"), words);
        return None;
    }
    let mut regions = Vec::new();
    for (name, span, node) in &named {
        let reader = Reader::new(node, "region.<name>", sink);
        let zones = reader.count("zones", sink);
        let halls = reader.count("halls_per_zone", sink);
        let racks = reader.count("racks_per_zone", sink);
        let hosts = reader.count("hosts_per_rack", sink);
        let (Some(zones), Some(halls), Some(racks), Some(hosts)) = (zones, halls, racks, hosts) else { continue };
        if let Some(violation) = limits::check_region_zones(zones as u32) {
            sink.warn(codes::TWO_ZONES, &reader.span_of("zones"), format!("{} ({})", violation.words, violation.rule));
        }
        // Only a stated number of halls can contradict the racks: four halls in a zone of two racks are two.
        let halls = if reader.has("halls_per_zone") { halls } else { halls.min(racks) };
        if halls > racks {
            let words = format!("region `{name}` has {halls} halls in a zone but only {racks} racks");
            sink.error(codes::TOPOLOGY, span, words)
                .help("a hall is an even share of a zone's racks: at least one each");
            continue;
        }
        regions.push(Region {
            name: (*name).to_owned(),
            zones: zones as u32,
            halls_per_zone: halls as u32,
            racks_per_zone: racks as u32,
            hosts_per_rack: hosts as u32,
        });
    }
    if regions.len() < named.len() {
        return None;
    }
    match Topology::new(regions) {
        Ok(topology) => Some(topology),
        Err(why) => {
            sink.error(codes::TOPOLOGY, &root.span_of("region"), format!("this world cannot be: {why}"));
            None
        }
    }
}
