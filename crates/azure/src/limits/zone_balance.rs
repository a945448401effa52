//! ZB and AZ: `zoneBalance` (V-08) and automatic zone balance (V-11).

use super::model::those;
use super::{Matter, Model, Violation};

/// V-08, ZB-02: the property may only be there where there is more than one zone, whatever its value.
pub fn check_zone_balance(is_written: bool, zones: u32) -> Option<Violation> {
    let words =
        format!("the value of zoneBalance is invalid: the set has {}, and it needs more than one", count(zones));
    (is_written && zones < 2).then(|| {
        Violation::azures(Matter::Placement, "ZB-02", "InvalidParameter", words)
            .row("V-08", "zone_balance")
            .help("take `zone_balance` out, or name at least two zones such as `zones = [1, 2, 3]`")
    })
}

fn count(zones: u32) -> String {
    match zones {
        0 => "no zones".into(),
        1 => "1 zone".into(),
        more => format!("{more} zones"),
    }
}

/// What automatic zone balance looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AutoBalance {
    /// Whether `zoneBalance` is strict.
    pub strict: bool,
    /// Sources of health.
    pub health_sources: u32,
    /// Whether machines of the set are, or become, regional ones.
    pub regional_machines: bool,
}

/// V-11, AZ-01: what automatic zone balance needs.
pub fn check_auto_zone_balance(model: &Model, asked: AutoBalance) -> Vec<Violation> {
    let refuse = |words: String, help: &str| {
        Violation::ours(Matter::Placement, "AZ-01", "RebalanceNotSupported", format!("automatic zone balance {words}"))
            .row("V-11", "auto_zone_balance")
            .help(help)
    };
    those([
        (asked.strict, refuse("does not go with strict zone balance".into(), "write `zone_balance = \"best-effort\"`")),
        (
            model.zones < 2 && !asked.regional_machines,
            refuse(
                format!("needs at least two zones, and the set has {}", count(model.zones)),
                "name more zones, such as `zones = [1, 2, 3]`",
            ),
        ),
        (
            asked.regional_machines,
            refuse(
                "needs every machine to be zonal, and this set has regional ones".into(),
                "name at least two zones from the beginning, such as `zones = [1, 2, 3]`",
            ),
        ),
        (
            asked.health_sources != 1,
            refuse("needs one source of health".into(), "add `health = { source = \"extension\" }`"),
        ),
    ])
}
