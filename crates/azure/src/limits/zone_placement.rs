//! ZP: automatic zone placement (V-34).

use super::model::those;
use super::{Matter, Model, Violation};

/// What the placement policy says; the model's zones are the eligible ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlacementPolicy {
    /// Whether the set also names zones.
    pub names_zones: bool,
    /// Whether zones are included.
    pub includes: bool,
    /// Whether zones are excluded.
    pub excludes: bool,
    /// `maxZoneCount`.
    pub max_zones: Option<u32>,
    /// `maxInstancePercentPerZone`, if it is stated.
    pub max_percent: Option<u32>,
    /// Whether `zoneBalance` is strict.
    pub strict: bool,
    /// Whether machines are attached, or zones added, while it runs.
    pub attaches: bool,
}

/// V-34, ZP-01..07: what automatic placement does not go with.
pub fn check_zone_placement(model: &Model, policy: PlacementPolicy) -> Vec<Violation> {
    let refuse = |rule, about, words: String, help: &str| {
        Violation::ours(Matter::Placement, rule, "InvalidParameter", words).row("V-34", about).help(help)
    };
    let against = |has: bool, about, what: &str| {
        let words = format!("automatic zone placement does not go with {what}");
        (has, refuse("ZP-07", about, words, "take one of the two out"))
    };
    let least = if model.zones == 0 { 100 } else { 100u32.div_ceil(model.zones) };
    let percent = policy.max_percent.unwrap_or(least);
    let mut wrong = those([
        against(policy.names_zones, "zones", "zones that are named"),
        against(model.proximity_placement_group, "proximity_placement_group", "a proximity placement group"),
        against(model.reservation, "reserved_per_zone", "a capacity reservation"),
        against(model.instance_mix, "instance_mix", "an instance mix"),
        against(model.standby_pool, "standby_pool", "a standby pool"),
        against(model.dedicated_hosts, "dedicated_hosts", "a host group"),
        against(model.service_fabric, "service_fabric", "Service Fabric"),
        against(policy.attaches, "zone_placement", "attached machines"),
    ]);
    wrong.extend(those([
        (
            policy.includes && policy.excludes,
            refuse(
                "ZP-01",
                "zone_placement.exclude",
                "zones are either included or excluded".into(),
                "keep one of `include` and `exclude`",
            ),
        ),
        (
            model.zones < 2 || policy.max_zones.is_some_and(|most| most < 2),
            refuse(
                "ZP-03",
                if model.zones < 2 { "zone_placement" } else { "zone_placement.max_zone_count" },
                "automatic placement spans at least two zones".into(),
                "leave at least two zones to choose from",
            ),
        ),
        (
            model.zones >= 2 && !(least..=100).contains(&percent),
            refuse(
                "ZP-04",
                "zone_placement.max_instance_percent_per_zone",
                format!(
                    "with {} eligible zones the share of one is {least} to 100 percent, not {percent}",
                    model.zones
                ),
                "write for example `max_instance_percent_per_zone = 50`",
            ),
        ),
        (
            policy.strict && policy.max_percent.is_some(),
            refuse(
                "ZP-04",
                "zone_placement.max_instance_percent_per_zone",
                "a share per zone is for best-effort balance only".into(),
                "take it out, or write `zone_balance = \"best-effort\"`",
            ),
        ),
        (
            policy.strict && policy.max_zones.is_none(),
            refuse(
                "ZP-06",
                "zone_placement",
                "strict balance needs a number of zones".into(),
                "add `max_zone_count = 3`, or write `zone_balance = \"best-effort\"`",
            ),
        ),
    ]));
    wrong
}
