//! AL, CR: quota, reservations, and whether a zone gives the capacity that is asked for.

/// What is in use of a subscription's quota (AL-05: deallocated machines count).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Regular vCPUs.
    pub vcpus: u32,
    /// Spot vCPUs.
    pub spot_vcpus: u32,
    /// Machines.
    pub machines: u32,
}

/// AL-01, AL-05: whether one more machine fits the quota.
pub const fn fits_quota(usage: &Usage, quota: &crate::management::Quota, vcpus: u32, spot: bool) -> bool {
    let cores = if spot {
        usage.spot_vcpus.saturating_add(vcpus) <= quota.spot_vcpus
    } else {
        usage.vcpus.saturating_add(vcpus) <= quota.vcpus
    };
    cores && usage.machines < quota.machines
}

/// CR-02, CR-03: whether the next allocation in a zone is covered by its reservation. `allocated`: machines there that
/// are not deallocated.
pub const fn is_reserved(allocated: u32, reserved: u32) -> bool {
    allocated < reserved
}

/// PG-05: a single placement group has one cluster to allocate from; a request fails there as if it had to succeed
/// twice. The share of requests (in thousandths) that a zone grants.
pub const fn granted_milli(left_milli: u32, single_placement_group: bool) -> u32 {
    if single_placement_group { left_milli * left_milli / 1000 } else { left_milli }
}
