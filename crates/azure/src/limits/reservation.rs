//! CR: capacity reservations (V-21).

use super::model::those;
use super::{DiskKind, Matter, Model, Size, Violation};

/// V-21, CR-04: what a capacity reservation does not go with.
pub fn check_reservation(model: &Model, size: Option<&Size>, disk: DiskKind) -> Vec<Violation> {
    let against = |wrong: bool, about, what: &str| {
        let words = format!("a capacity reservation does not go with {what}");
        let violation = Violation::ours(Matter::Hardware, "CR-04", "InvalidParameter", words).row("V-21", about);
        (wrong && model.reservation, violation.help("take one of the two out"))
    };
    let no_domains = size.is_some_and(|size| !size.may_be_reserved_with_fault_domains());
    those([
        against(model.spot, "priority", "Spot machines"),
        against(model.dedicated_hosts, "dedicated_hosts", "dedicated hosts"),
        against(model.proximity_placement_group, "proximity_placement_group", "a proximity placement group"),
        against(model.single_placement_group, "single_placement_group", "a single placement group"),
        against(model.fault_domains > 3, "fault_domains", "more than 3 fault domains"),
        against(model.fault_domains > 1 && no_domains, "fault_domains", "fault domains of a size of family L, M or N"),
        against(disk == DiskKind::Ultra, "disk", "Ultra disks"),
        against(model.instance_mix, "instance_mix", "an instance mix"),
    ])
}

/// V-21, CR-04: no capacity reservation for an availability set.
pub fn check_reserved_availability_set(reserved: bool) -> Option<Violation> {
    let words = "a capacity reservation does not go with an availability set".to_owned();
    reserved.then(|| {
        Violation::ours(Matter::Hardware, "CR-04", "InvalidParameter", words)
            .row("V-21", "reserved_per_zone")
            .help("take `reserved_per_zone` out, or use a scale set")
    })
}
