//! DK: what an operation on a machine loses of its disks.

/// What happens to a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// Restart on the same host; also the repair of that name.
    Restart,
    /// Reimage.
    Reimage,
    /// Healing on another host (HL-02: its temporary disk may be lost, and is taken for lost), or a redeploy.
    Heal,
    /// Deallocation.
    Deallocate,
    /// Deletion: scale-in, repair by replacement, rebalancing.
    Delete,
    /// Force-detach of the data disk, which joins a new machine: the old one's other disks are given up (DK-04).
    ForceDetach,
}

/// What of it is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// The operating system's disk.
    pub os: bool,
    /// The data disk.
    pub data: bool,
    /// The temporary disk.
    pub temporary: bool,
    /// Writes that were not flushed.
    pub unflushed: bool,
}

/// AR-02, DK-04, DK-07, HL-02.
pub const fn loses(touch: Touch) -> Loss {
    let none = Loss { os: false, data: false, temporary: false, unflushed: false };
    match touch {
        Touch::Restart => none,
        Touch::Reimage => Loss { os: true, ..none },
        Touch::Heal | Touch::Deallocate => Loss { temporary: true, ..none },
        Touch::Delete => Loss { os: true, data: true, temporary: true, ..none },
        Touch::ForceDetach => Loss { os: true, temporary: true, unflushed: true, ..none },
    }
}

/// DK-03: whether a disk can be reached while its machine's zone is dark.
pub const fn is_reachable(zone_is_dark: bool, zone_redundant: bool) -> bool {
    zone_redundant || !zone_is_dark
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of OS disk, data disk and temporary disk are lost.
    fn disks(touch: Touch) -> [bool; 3] {
        let loss = loses(touch);
        [loss.os, loss.data, loss.temporary]
    }

    #[test]
    fn ar_02_replace_keeps_nothing_reimage_the_data_restart_everything() {
        assert_eq!(disks(Touch::Delete), [true, true, true]);
        assert_eq!(disks(Touch::Reimage), [true, false, false]);
        assert_eq!(disks(Touch::Restart), [false, false, false]);
    }

    #[test]
    fn dk_07_the_temporary_disk_goes_with_the_host() {
        assert_eq!(disks(Touch::Heal), [false, false, true]);
        assert_eq!(disks(Touch::Deallocate), [false, false, true]);
        assert!(disks(Touch::Delete)[1]);
    }

    #[test]
    fn c_09_healing_keeps_what_replacing_does_not() {
        assert!(!loses(Touch::Heal).os && !loses(Touch::Heal).data);
        assert!(loses(Touch::Delete).os && loses(Touch::Delete).data);
    }

    #[test]
    fn dk_03_a_dark_zone_hides_local_disks_and_not_zone_redundant_ones() {
        assert!(!is_reachable(true, false));
        assert!(is_reachable(true, true));
        assert!(is_reachable(false, false));
        assert!(is_reachable(false, true));
    }

    #[test]
    fn dk_04_force_detach_saves_the_data_disk_but_for_unflushed_writes() {
        assert_eq!(disks(Touch::ForceDetach), [true, false, true]);
        assert!(loses(Touch::ForceDetach).unflushed);
        let others = [Touch::Restart, Touch::Reimage, Touch::Heal, Touch::Deallocate, Touch::Delete];
        assert!(others.iter().all(|&touch| !loses(touch).unflushed));
    }
}
