//! Zone numbers (ZN-01).

use super::{Matter, Size, Violation};

/// Fewest zones of a region that has zones (ZN-01).
pub const ZONES_MIN: u32 = 3;

/// Whether a region can have this many zones: 1 stands for a region without zones, else at least [`ZONES_MIN`] (ZN-01).
pub fn check_region_zones(count: u32) -> Option<Violation> {
    let words = || format!("a region has at least {ZONES_MIN} zones, or 1 for a region without zones; not {count}");
    (count != 1 && count < ZONES_MIN).then(|| Violation::ours(Matter::Zone, "ZN-01", "InvalidZones", words()))
}

/// Whether a set may name these zones in a region that has `region_zones` of them (1 stands for a region without):
/// each once, each between 1 and that number (ZN-01). Says everything that is wrong.
pub fn check_zones(zones: &[u32], region_zones: u32) -> Vec<Violation> {
    let refuse = |words: String| Violation::ours(Matter::Zone, "ZN-01", "InvalidZones", words);
    if region_zones <= 1 && !zones.is_empty() {
        return vec![refuse("the region has no zones, so the set cannot name any".into())];
    }
    let mut wrong = Vec::new();
    for (at, zone) in zones.iter().enumerate() {
        if !(1..=region_zones).contains(zone) {
            wrong.push(refuse(format!("zone {zone} does not exist; the region has zones 1 to {region_zones}")));
        } else if zones[..at].contains(zone) {
            wrong.push(refuse(format!("zone {zone} is named more than once")));
        }
    }
    wrong
}

/// V-10, ZN-10: whether a zone has a size; `lacks` are the names of those that it does not have.
pub fn check_size_in_zone(size: &Size, zone: &str, lacks: &[String]) -> Option<Violation> {
    let words = format!("size {} is not available in zone {zone}", size.name);
    lacks.iter().any(|name| size.is_same(name)).then(|| {
        Violation::azures(Matter::Hardware, "ZN-10", "SkuNotAvailable", words)
            .row("V-10", "size")
            .help("choose another size, or other zones")
    })
}
