//! CV: attaching machines to a set and detaching them (V-30).

use super::model::those;
use super::{Matter, Model, Violation};

/// Machines that join a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attachment {
    /// Whether they name a zone.
    pub has_zone: bool,
    /// Whether the set is in that zone.
    pub zone_is_there: bool,
    /// Whether they exist already (CV-06), instead of being created into the set (CV-05).
    pub existing: bool,
    /// They are in an availability set.
    pub availability_set: bool,
    /// The fault domain count that they come with.
    pub fault_domains: u32,
    /// Their disks are not managed.
    pub unmanaged_disk: bool,
    /// They are in a proximity placement group.
    pub proximity_placement_group: bool,
    /// They are on a dedicated host.
    pub dedicated_host: bool,
    /// They are connected by InfiniBand.
    pub infiniband: bool,
}

/// V-30, CV-05, CV-06, CV-08.
pub fn check_attach(model: &Model, asked: &Attachment) -> Vec<Violation> {
    let about = |violation: Violation, key| violation.row("V-30", key);
    let zoned = model.zones > 0;
    let ours = |rule, key, words: &str, help: &str| {
        about(Violation::ours(Matter::Change, rule, "OperationNotAllowed", words.into()), key).help(help)
    };
    let azures = |code, key, words: &str| {
        about(Violation::azures(Matter::Change, "CV-08", code, words.into()), key)
            .help("attach machines without it, or create new ones")
    };
    let mut wrong = those([
        (!model.is_flexible(), not_flexible("attach")),
        (
            model.single_placement_group && !model.is_flexible(),
            ours("CV-05", "attach", "machines join only sets without a single placement group", "use a Flexible set"),
        ),
        (
            asked.has_zone && zoned && !asked.zone_is_there,
            ours("CV-05", "zone", "machines join only in the zones of the set", "name one of the set's `zones`"),
        ),
        (
            asked.has_zone && !zoned,
            ours("CV-05", "zone", "only regional machines join a regional set", "take `zone` out"),
        ),
        (
            !asked.has_zone && zoned,
            ours("CV-05", "attach", "only zonal machines join a set with zones", "add `zone` with one of its zones"),
        ),
    ]);
    if asked.existing {
        wrong.extend(those([
            (
                model.fault_domains > 1 || asked.fault_domains > 1,
                azures(
                    "VmssDoesNotSupportAttachingExistingVMMultiFD",
                    if asked.fault_domains > 1 { "attach_existing.fault_domains" } else { "attach" },
                    "existing machines join only with a fault domain count of 1",
                ),
            ),
            (
                asked.availability_set,
                azures(
                    "VmssDoesNotSupportAttachingExistingAvsetVM",
                    "attach_existing.availability_set",
                    "a machine of an availability set cannot join a scale set",
                ),
            ),
            (
                asked.unmanaged_disk,
                azures(
                    "VmssDoesNotSupportAttachingExistingVMUnmanagedDisk",
                    "attach_existing.unmanaged_disk",
                    "a machine with unmanaged disks cannot join a scale set",
                ),
            ),
            (
                asked.proximity_placement_group || model.proximity_placement_group,
                azures(
                    "VmssDoesNotSupportAttachingPPGVM",
                    "attach_existing.proximity_placement_group",
                    "machines in a proximity placement group cannot join a scale set",
                ),
            ),
            (
                asked.dedicated_host || model.dedicated_hosts,
                ours("CV-06", "attach_existing.dedicated_host", "a machine on a dedicated host cannot join", "move it"),
            ),
            (
                asked.infiniband,
                ours("CV-06", "attach_existing.infiniband", "a machine with InfiniBand cannot join", "create new ones"),
            ),
        ]));
    }
    wrong
}

/// V-30, CV-07: machines leave only Flexible sets with one fault domain.
pub fn check_detach(model: &Model) -> Vec<Violation> {
    those([
        (!model.is_flexible(), not_flexible("detach")),
        (
            model.fault_domains > 1,
            Violation::ours(
                Matter::Change,
                "CV-07",
                "OperationNotAllowed",
                "machines leave only sets with 1 fault domain".into(),
            )
            .row("V-30", "detach")
            .help("write `fault_domains = 1` on the scale set"),
        ),
    ])
}

fn not_flexible(key: &'static str) -> Violation {
    let words = "the scale set does not have orchestration mode set to 'Flexible'".to_owned();
    Violation::azures(Matter::Change, if key == "attach" { "CV-05" } else { "CV-07" }, "OperationNotAllowed", words)
        .row("V-30", key)
        .help("write `orchestration = \"flexible\"` on the scale set")
}
