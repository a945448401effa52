//! A scale set as far as one property forbids another.

use super::{Orchestration, Violation};

/// What a scale set has; the checks of the single families look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// OM-01.
    pub orchestration: Orchestration,
    /// Zones that it names, or that may be chosen for it (ZN-01).
    pub zones: u32,
    /// Machines.
    pub capacity: u32,
    /// FD-02.
    pub fault_domains: u32,
    /// PG-01.
    pub single_placement_group: bool,
    /// PG-08.
    pub proximity_placement_group: bool,
    /// OM-04: whether its size supports updates that preserve memory.
    pub memory_preserving: bool,
    /// SP.
    pub spot: bool,
    /// CR-01.
    pub reservation: bool,
    /// DH-01.
    pub dedicated_hosts: bool,
    /// IM-01.
    pub instance_mix: bool,
    /// SB-01.
    pub standby_pool: bool,
    /// ZP-01.
    pub auto_placement: bool,
    /// AR-06, CV-03, ZP-07: it carries a Service Fabric cluster.
    pub service_fabric: bool,
}

impl Model {
    /// A Flexible regional set with one machine and nothing else.
    pub const PLAIN: Self = Self {
        orchestration: Orchestration::Flexible,
        zones: 0,
        capacity: 1,
        fault_domains: 1,
        single_placement_group: false,
        proximity_placement_group: false,
        memory_preserving: true,
        spot: false,
        reservation: false,
        dedicated_hosts: false,
        instance_mix: false,
        standby_pool: false,
        auto_placement: false,
        service_fabric: false,
    };

    pub(super) const fn is_flexible(&self) -> bool {
        matches!(self.orchestration, Orchestration::Flexible)
    }

    /// OM-04: Flexible, more than one fault domain, and a size that loses its memory: no mixing and no pinning.
    pub(super) const fn is_limited(&self) -> bool {
        self.is_flexible() && self.fault_domains > 1 && !self.memory_preserving
    }
}

/// Violations of those conditions that hold.
pub(super) fn those(rows: impl IntoIterator<Item = (bool, Violation)>) -> Vec<Violation> {
    rows.into_iter().filter(|(wrong, _)| *wrong).map(|(_, violation)| violation).collect()
}
