//! FD-08: machines pinned to a zone or a fault domain (V-31).

use super::model::those;
use super::{Matter, Model, Violation};

/// Where a machine is pinned to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pins {
    /// A zone's number.
    pub zone: Option<u32>,
    /// Whether the set is in that zone.
    pub zone_is_there: bool,
    /// A fault domain, from 0.
    pub fault_domain: Option<u32>,
}

/// V-31, FD-08, OM-04, OM-07.
pub fn check_pins(model: &Model, pins: &Pins) -> Vec<Violation> {
    let refuse = |rule, about, words: String, help: &str| {
        Violation::ours(Matter::Hardware, rule, "InvalidParameter", words).row("V-31", about).help(help)
    };
    let (zone, domain) = ("pinned_zone", "pinned_fault_domain");
    let pinned = pins.fault_domain.is_some();
    let uniform = !model.is_flexible();
    let flexible = "write `orchestration = \"flexible\"`, or take it out";
    those([
        (
            pins.zone.is_some() && uniform,
            refuse("OM-07", zone, "machines of a Uniform set are not pinned to a zone".into(), flexible),
        ),
        (
            pins.zone.is_some() && !uniform && !pins.zone_is_there,
            refuse("FD-08", zone, "the set is not in that zone".into(), "name one of the set's `zones`"),
        ),
        (
            pinned && uniform,
            refuse("OM-07", domain, "machines of a Uniform set are not pinned to a fault domain".into(), flexible),
        ),
        (
            pinned && !uniform && model.fault_domains == 1,
            refuse(
                "FD-08",
                domain,
                "with max spreading there is no fault domain to pin to".into(),
                "write `fault_domains = 2` or more, or take it out",
            ),
        ),
        (
            pinned && model.fault_domains > 1 && pins.fault_domain >= Some(model.fault_domains),
            refuse(
                "FD-08",
                domain,
                format!("fault domains are numbered 0 to {}", model.fault_domains.saturating_sub(1)),
                "write a smaller number",
            ),
        ),
        (
            pinned && model.is_limited(),
            refuse(
                "OM-04",
                domain,
                "sizes of families G, H, L, M, N are not pinned to a fault domain".into(),
                "choose another size, or take it out",
            ),
        ),
    ])
}
