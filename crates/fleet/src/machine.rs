//! One machine's state in eight bytes: a mark for every unit mode that holds it, and a few of its own.

/// A machine: the marks on it, the cause that its absence is charged to, and its scale set.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Machine {
    pub marks: u32,
    /// Valid while the machine does not serve.
    pub root: u16,
    pub set: u16,
}

/// Its rack is out.
pub(crate) const RACK_OUT: u32 = 1 << 24;
/// It restarts, boots or warms up.
pub(crate) const STARTING: u32 = 1 << 25;
/// Probes have removed it from the rotation.
pub(crate) const REMOVED: u32 = 1 << 26;
/// It is dead, but still in rotation.
pub(crate) const UNNOTICED: u32 = 1 << 27;
/// It must boot before it serves again.
pub(crate) const NEEDS_BOOT: u32 = 1 << 28;
/// It must warm up before it serves again.
pub(crate) const NEEDS_WARM_UP: u32 = 1 << 29;
/// It is up and removed: it waits to be readmitted.
pub(crate) const AWAITING: u32 = 1 << 30;

/// Nothing runs here: the slot is vacant, or its machine is deallocated, failed or being deleted (managed sets only).
pub(crate) const ABSENT: u32 = 1 << 31;

/// The marks of unit modes.
pub(crate) const MODES: u32 = (1 << 24) - 1;

const _: () = assert!(zonefall_faults::UNIT_MODES_MAX == 24);
const _: () = assert!(size_of::<Machine>() == 8);
