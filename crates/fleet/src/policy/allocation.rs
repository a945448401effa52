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

/// AL-01, AL-05, CR-02: whether a request for `count` machines passes the quota, which is looked at before any zone is
/// chosen: the whole request is refused at once (`QuotaExceeded`). `reserved` of them are covered by a reservation, which
/// skips the quota; Spot machines never are (CR-04). `vcpus` are those of one machine.
pub fn admits(
    usage: &Usage,
    quota: &crate::management::Quota,
    vcpus: u32,
    spot: bool,
    count: u32,
    reserved: u32,
) -> bool {
    let counted = if spot { count } else { count.saturating_sub(reserved) };
    let cores = u64::from(vcpus) * u64::from(counted);
    let (used, most) = if spot { (usage.spot_vcpus, quota.spot_vcpus) } else { (usage.vcpus, quota.vcpus) };
    counted == 0
        || (u64::from(used) + cores <= u64::from(most)
            && u64::from(usage.machines) + u64::from(counted) <= u64::from(quota.machines))
}

/// CR-02, CR-03: whether the next allocation in a zone is covered by its reservation. `allocated`: machines there that
/// are not deallocated.
pub const fn is_reserved(allocated: u32, reserved: u32) -> bool {
    allocated < reserved
}

/// PG-05: the share of requests (in thousandths, 0 to 1,000) that a zone grants. A single placement group has one cluster
/// to allocate from; how much likelier it fails there is not published: a request has to succeed twice (our choice).
pub const fn granted_milli(left_milli: u32, single_placement_group: bool) -> u32 {
    if single_placement_group { (left_milli as u64 * left_milli as u64 / 1000) as u32 } else { left_milli }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::management::Quota;

    #[test]
    fn al_01_a_request_passes_the_quota_whole_or_not_at_all() {
        let usage = Usage { vcpus: 90, spot_vcpus: 0, machines: 20 };
        assert!(admits(&usage, &QUOTA, 2, false, 5, 0));
        assert!(!admits(&usage, &QUOTA, 2, false, 6, 0));
        // CR-02: what is reserved skips the quota.
        assert!(admits(&usage, &QUOTA, 2, false, 6, 1));
        assert!(!admits(&usage, &QUOTA, 0, false, 11, 0));
    }

    #[test]
    fn al_05_spot_has_a_pool_of_its_own() {
        let usage = Usage { vcpus: 100, spot_vcpus: 10, machines: 0 };
        assert!(!admits(&usage, &QUOTA, 2, false, 1, 0));
        assert!(admits(&usage, &QUOTA, 2, true, 5, 0));
        assert!(!admits(&usage, &QUOTA, 2, true, 6, 6));
    }

    const QUOTA: Quota = Quota { vcpus: 100, spot_vcpus: 20, machines: 30 };

    #[test]
    fn cr_02_up_to_its_quantity_a_reservation_skips_the_quota() {
        let full = Usage { vcpus: 100, spot_vcpus: 20, machines: 30 };
        assert!(admits(&full, &QUOTA, 4, false, 3, 3));
        assert!(!admits(&full, &QUOTA, 4, false, 4, 3));
        assert!(!admits(&full, &QUOTA, 4, true, 3, 3));
        assert!(is_reserved(2, 3));
        assert!(!is_reserved(3, 3));
        assert!(!is_reserved(5, 3));
    }

    #[test]
    fn cr_03_a_deallocated_machine_frees_its_slot() {
        let (machines, deallocated, reserved) = (3, 1, 3);
        assert!(!is_reserved(machines, reserved));
        assert!(is_reserved(machines - deallocated, reserved));
    }

    #[test]
    fn pg_05_one_cluster_grants_less() {
        for left in 0..=1000 {
            assert_eq!(granted_milli(left, false), left);
            assert!(granted_milli(left, true) <= left);
        }
        assert_eq!([0, 500, 1000].map(|left| granted_milli(left, true)), [0, 250, 1000]);
    }
}
