//! DK: what an operation on a machine loses of its disks.

/// What happens to a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// Restart on the same host.
    Restart,
    /// Reimage.
    Reimage,
    /// Healing on another host (HL-02).
    Heal,
    /// Deallocation.
    Deallocate,
    /// Deletion: scale-in, repair by replacement, rebalancing.
    Delete,
    /// Force-detach of the data disk (DK-04).
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
