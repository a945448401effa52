//! DH: dedicated hosts (V-23).

use super::model::those;
use super::{Matter, Model, Violation};

/// A host group, as the set refers to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostGroup {
    /// Its zone, if it names one.
    pub zone: Option<u32>,
    /// Its fault domain count, if it says one.
    pub fault_domains: Option<u32>,
    /// Whether its hosts can hold the set's size.
    pub size_matches: bool,
    /// Whether machines are placed on its hosts automatically.
    pub automatic_placement: bool,
    /// The set's zone, if it names exactly one.
    pub set_zone: Option<u32>,
    /// DH-03, C-06: whether a zonal set may use it: the documentation says both.
    pub zonal_is_allowed: bool,
}

/// V-23, DH-01, DH-03.
pub fn check_host_group(model: &Model, group: &HostGroup) -> Vec<Violation> {
    let refuse = |rule, about, words: String, help: &str| {
        Violation::ours(Matter::Hardware, rule, "InvalidParameter", words).row("V-23", about).help(help)
    };
    let domains = group.fault_domains.unwrap_or(model.fault_domains);
    let place = |zone: Option<u32>| zone.map_or_else(|| "no zone".to_owned(), |zone| format!("zone {zone}"));
    those([
        (
            model.zones > 1,
            refuse("DH-03", "dedicated_hosts", "dedicated hosts do not go with several zones".into(), "name one zone"),
        ),
        (
            model.zones == 1 && !group.zonal_is_allowed,
            refuse(
                "DH-03",
                "dedicated_hosts",
                "the scale set pages exclude dedicated hosts for zonal sets (C-06)".into(),
                "write `allow_zonal_dedicated_host = true` to follow the page of dedicated hosts instead",
            ),
        ),
        (
            model.zones < 2 && group.zone != group.set_zone && (group.zone.is_some() || model.zones == 1),
            refuse(
                "DH-01",
                "dedicated_hosts.zone",
                format!("the host group is in {}, the set in {}", place(group.zone), place(group.set_zone)),
                "give both the same zone",
            ),
        ),
        (
            domains != model.fault_domains,
            refuse(
                "DH-01",
                "dedicated_hosts.fault_domains",
                format!("the host group has {domains} fault domains, the set {}", model.fault_domains),
                "give both the same count",
            ),
        ),
        (
            !group.size_matches,
            refuse(
                "DH-01",
                "dedicated_hosts.size_matches",
                "the hosts are of another series than the machines".into(),
                "choose hosts of the size's series",
            ),
        ),
        (
            !group.automatic_placement,
            refuse(
                "DH-01",
                "dedicated_hosts.automatic_placement",
                "a scale set needs a host group with automatic placement".into(),
                "write `automatic_placement = true`",
            ),
        ),
        (
            model.proximity_placement_group,
            refuse(
                "DH-01",
                "proximity_placement_group",
                "dedicated hosts do not go with a proximity placement group".into(),
                "take one of the two out",
            ),
        ),
    ])
}
