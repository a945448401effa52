//! DR-03: Site Recovery from one zone to another of the same region: what Azure does not replicate so.
//!
//! In: the sets of a design and its failover groups. Out: a mistake for each set of a group in one region that has machines
//! outside zones, or disks that are copied over zones already.

use crate::codes;
use crate::diagnostic::Sink;
use crate::node::Value;
use crate::objective::as_read;
use crate::reader::Reader;
use crate::sets::Placed;
use zonefall_fleet::Need;

/// The groups whose pattern is Site Recovery, by name.
fn replicated<'t>(reader: &Reader<'t>, sink: &mut Sink) -> Vec<&'t str> {
    let by_site_recovery = |node: &crate::node::Node| {
        let pattern = node.table().and_then(|table| table.get("pattern"));
        pattern.is_some_and(|pattern| matches!(&pattern.value, Value::Text(word) if word == "site-recovery"))
    };
    let groups = reader.named("failover", sink).into_iter();
    groups.filter(|(.., node)| by_site_recovery(node)).map(|(name, ..)| name).collect()
}

/// Why Site Recovery does not take the machines of a set to another zone, and what helps.
fn stays(placed: &Placed) -> Option<(String, &'static str)> {
    let name = &placed.set.name;
    if placed.set.zones.is_empty() {
        let words =
            format!("`{name}` stands in no zone, and from zone to zone Site Recovery takes zonal machines only");
        return Some((words, "say the zones of its machines, or let a part in another region stand in"));
    }
    let words =
        || format!("disks of `{name}` are zone-redundant, and Site Recovery does not take such from zone to zone");
    let help = "take `disk_redundancy` out: a ZRS disk can be attached in another zone without Site Recovery";
    placed.zone_redundant.then(|| (words(), help))
}

/// DR-03: whether what Site Recovery is to take from zone to zone is what it can.
pub(crate) fn zone_to_zone(reader: &Reader<'_>, sets: &[Placed], need: &Need, sink: &mut Sink) -> Option<()> {
    let Some(service) = as_read(need) else { return Some(()) };
    let groups = replicated(reader, sink);
    let mut fine = Some(());
    for group in &service.failovers {
        let name = service.nodes[group.node as usize].name.as_str();
        if !groups.contains(&name) {
            continue;
        }
        let parts = service.parts_of(group.node as usize).iter();
        let within: Vec<&Placed> = parts
            .flat_map(|&part| service.sets_within(part as usize))
            .filter_map(|set| sets.get(set as usize))
            .collect();
        let one_region = within.windows(2).all(|two| two[0].set.region == two[1].set.region);
        for (words, help) in within.iter().filter(|_| one_region).filter_map(|placed| stays(placed)) {
            let span = reader.place(&format!("failover.{name}.pattern"));
            sink.error(codes::EXCLUSIVE, &span, format!("{words} (DR-03)")).help(help);
            fine = None;
        }
    }
    fine
}
