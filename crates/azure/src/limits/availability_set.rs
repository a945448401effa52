//! Availability sets (AV-01).

use super::fault_domains::check_region_fault_domains;
use super::{Matter, Violation, fault_domains};

/// Most machines in an availability set (AV-01).
pub const AVAILABILITY_SET_INSTANCES_MAX: u32 = 200;
/// Most update domains (AV-01).
pub const AVAILABILITY_SET_UPDATE_DOMAINS_MAX: u32 = 20;
/// Most fault domains in any region; some have fewer (AV-01, FD-06).
pub const AVAILABILITY_SET_FAULT_DOMAINS_MAX: u32 = fault_domains::MANAGED_FAULT_DOMAINS_MAX;

/// What an availability set asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AvailabilitySet<'a> {
    /// Machines.
    pub instances: u32,
    /// Fault domains.
    pub fault_domains: u32,
    /// Update domains.
    pub update_domains: u32,
    /// Zones named; there must be none.
    pub zones: u32,
    /// Its region's name.
    pub region: &'a str,
}

/// What Azure would refuse about an availability set, all of it (AV-01).
pub fn check_availability_set(set: &AvailabilitySet<'_>) -> Vec<Violation> {
    let refuse = |wrong: bool, about, help: &str, words: String| {
        wrong.then(|| {
            Violation::azures(Matter::AvailabilitySet, "AV-01", "InvalidParameter", words).row("V-32", about).help(help)
        })
    };
    let (machines, updates) = (AVAILABILITY_SET_INSTANCES_MAX, AVAILABILITY_SET_UPDATE_DOMAINS_MAX);
    let mut wrong: Vec<Violation> = [
        refuse(
            set.instances > machines,
            "capacity",
            "write at most 200, or use a scale set",
            format!("an availability set holds at most {machines} machines, not {}", set.instances),
        ),
        refuse(
            !(1..=updates).contains(&set.update_domains),
            "update_domains",
            "write for example `update_domains = 5`",
            format!("an availability set has 1 to {updates} update domains, not {}", set.update_domains),
        ),
        refuse(
            set.zones > 0,
            "zones",
            "take `zones` out, or use a scale set",
            "an availability set cannot name zones".into(),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    let domains = check_region_fault_domains(set.region, set.fault_domains);
    let of_set =
        |violation: Violation| Violation { matter: Matter::AvailabilitySet, ..violation.row("V-32", "fault_domains") };
    wrong.extend(domains.map(of_set));
    wrong
}
