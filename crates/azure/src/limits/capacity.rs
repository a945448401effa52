//! How many instances a scale set may have (OM-02..04).

use super::{Matter, Orchestration, Violation};

/// Where a scale set's image comes from (OM-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Image {
    /// The marketplace or a Compute Gallery.
    #[default]
    Gallery,
    /// A legacy managed image.
    Managed,
}

/// What decides how large a scale set may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScaleSetShape {
    /// Its orchestration mode.
    pub orchestration: Orchestration,
    /// Its image.
    pub image: Image,
    /// Whether it is confined to one placement group; Uniform only (OM-03).
    pub single_placement_group: bool,
    /// Its fault domain count (FD-02).
    pub fault_domains: u32,
    /// Whether its machine size supports updates that preserve memory (OM-04): not G, H, L, M, N.
    pub memory_preserving: bool,
    /// Whether its machine size has InfiniBand (OM-06).
    pub infiniband: bool,
}

/// The most instances, and the rule that says so.
pub fn capacity_limit(set: &ScaleSetShape) -> (u32, &'static str) {
    let flexible = set.orchestration == Orchestration::Flexible;
    if !flexible && set.single_placement_group {
        (100, "OM-03")
    } else if set.infiniband {
        (100, "OM-06")
    } else if flexible && set.fault_domains > 1 && !set.memory_preserving {
        (200, "OM-04")
    } else if set.image == Image::Managed {
        (600, "OM-02")
    } else {
        (1000, "OM-02")
    }
}

/// Whether a scale set may have this many instances.
pub fn check_capacity(set: &ScaleSetShape, instances: u32) -> Option<Violation> {
    let (limit, rule) = capacity_limit(set);
    let words = || format!("{instances} instances are more than the {limit} that such a scale set may have");
    (instances > limit).then(|| {
        Violation::ours(Matter::Capacity, rule, "CapacityExceeded", words())
            .row("V-02", "capacity")
            .help(format!("write at most {limit}, or several scale sets"))
    })
}

/// Scale sets of one subscription in one region (OM-06). A sample quota listing of the documentation says 2,000 (C-20).
pub const SCALE_SETS_PER_REGION_MAX: u32 = 2500;

/// OM-05, C-12: machines that a guarantee of fault domains covers: Flexible, a placement group of a Uniform set, an
/// availability set.
pub const GUARANTEED_INSTANCES: (u32, u32, u32) = (1000, 100, 200);

/// AL-01, AL-05: a request above the quota is refused at once.
pub fn check_quota(what: &'static str, needed: u64, quota: u64) -> Option<Violation> {
    let words = format!("the designed sets need {needed} {what}, more than the quota of {quota}");
    (needed > quota).then(|| {
        Violation::azures(Matter::Quota, "AL-05", "QuotaExceeded", words)
            .help("ask for more quota, or for fewer or smaller machines")
    })
}
