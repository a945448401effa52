//! ZN-10: which machine sizes a zone of a region does not have.

use crate::codes;
use crate::diagnostic::Sink;
use crate::node::{Node, Value};
use crate::reader::Reader;
use crate::values::wrong_type;
use std::ops::Range;
use zonefall_azure::limits::Size;
use zonefall_topology::{Topology, ZoneId};

/// The most sizes of one list.
const SIZES_MAX: usize = 1000;

/// Sizes by the zone that lacks them.
#[derive(Debug, Default)]
pub(crate) struct Lacks(Vec<(ZoneId, Vec<String>)>);

impl Lacks {
    /// The names of the sizes that a zone lacks.
    pub fn of(&self, zone: ZoneId) -> &[String] {
        self.0.iter().find(|(other, _)| *other == zone).map_or(&[], |(_, names)| names)
    }
}

/// Reads `zone_lacks` of every region.
pub(crate) fn lacks(root: &Reader<'_>, topology: Option<&Topology>, sink: &mut Sink) -> Lacks {
    let mut all = Lacks::default();
    for (name, _, node) in root.named("region", sink) {
        let region = Reader::new(node, "region.<name>", sink);
        for (zone, span, list) in region.named("zone_lacks", sink) {
            let names = names(list, sink);
            let Some(topology) = topology else { continue };
            let number: Option<u32> = zone.parse().ok();
            let id = topology.find_region(name).zip(number).and_then(|(region, zone)| topology.zone(region, zone));
            match id {
                Some(id) => all.0.push((id, names)),
                None => no_zone(name, zone, &span, sink),
            }
        }
    }
    all
}

fn no_zone(region: &str, zone: &str, span: &Range<usize>, sink: &mut Sink) {
    let words = format!("region `{region}` has no zone `{zone}` (V-09, ZN-01; our code InvalidZones)");
    sink.error(codes::ZONE, span, words).help("write for example `zone_lacks = { 3 = [\"Standard_M128s\"] }`");
}

fn names(node: &Node, sink: &mut Sink) -> Vec<String> {
    let Value::List(items) = &node.value else {
        wrong_type::<()>(node, "zone_lacks", "a list of machine sizes for each zone", sink);
        return Vec::new();
    };
    if items.len() > SIZES_MAX {
        let words = format!("`zone_lacks` has {} entries, more than {SIZES_MAX}", items.len());
        sink.error(codes::TOO_MUCH, &node.span, words);
        return Vec::new();
    }
    let name = |item: &Node, sink: &mut Sink| match &item.value {
        Value::Text(text) => match Size::parse(text) {
            Ok(size) => Some(size.name),
            Err(why) => {
                sink.error(codes::SIZE, &item.span, format!("`zone_lacks`: \"{text}\" {why}"))
                    .help("write for example \"Standard_M128s\"");
                None
            }
        },
        _ => wrong_type(item, "zone_lacks", "a list of machine sizes for each zone", sink),
    };
    items.iter().filter_map(|item| name(item, sink)).collect()
}
