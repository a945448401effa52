//! DK: copies over zones and force-detach (V-35).

use super::model::those;
use super::{Matter, Violation};

/// The kinds of managed disks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskKind {
    /// Ultra.
    Ultra,
    /// Premium SSD v2.
    PremiumV2,
    /// Premium SSD.
    Premium,
    /// Standard SSD.
    StandardSsd,
    /// Standard HDD.
    StandardHdd,
}

/// V-35, DK-02: only Premium SSD and Standard SSD are copied over zones.
pub fn check_redundancy(disk: DiskKind, zone_redundant: bool) -> Option<Violation> {
    let fits = matches!(disk, DiskKind::Premium | DiskKind::StandardSsd);
    let words = "only Premium SSD and Standard SSD are copied over three zones (ZRS)".to_owned();
    (zone_redundant && !fits).then(|| {
        Violation::ours(Matter::Hardware, "DK-02", "InvalidParameter", words)
            .row("V-35", "disk_redundancy")
            .help("write `disk = \"premium-ssd\"`, or `disk_redundancy = \"lrs\"`")
    })
}

/// V-35, DK-04, DK-03: only data disks are force-detached, and only copies in other zones can be attached there.
pub fn check_force_detach(os_disk: bool, has_data_disk: bool, zone_redundant: bool) -> Vec<Violation> {
    let refuse = |rule, words: &str, help: &str| {
        Violation::ours(Matter::Hardware, rule, "InvalidParameter", words.into()).row("V-35", "force_detach").help(help)
    };
    those([
        (
            os_disk,
            refuse("DK-04", "the disk of the operating system cannot be force-detached", "write `force_detach = true`"),
        ),
        (
            !os_disk && !has_data_disk,
            refuse("DK-04", "there is no data disk to detach", "write `data_disk = true` on the scale set"),
        ),
        (
            !os_disk && has_data_disk && !zone_redundant,
            refuse(
                "DK-03",
                "a disk without copies in other zones (LRS) cannot be attached there",
                "write `disk_redundancy = \"zrs\"` on the scale set",
            ),
        ),
    ])
}
