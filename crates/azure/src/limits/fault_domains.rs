//! Fault domain counts (FD-02, FD-06, FD-07).

use super::{Matter, Orchestration, Violation};

/// The counts that a kind of scale set may ask for (FD-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultDomainRow {
    /// The orchestration mode.
    pub orchestration: Orchestration,
    /// Whether the set names zones.
    pub zonal: bool,
    /// The counts allowed; 1 means as many racks as possible (FD-03).
    pub allowed: &'static [u32],
    /// The count when none is given.
    pub default: u32,
}

const UNIFORM_ZONAL: FaultDomainRow =
    FaultDomainRow { orchestration: Orchestration::Uniform, zonal: true, allowed: &[1, 5], default: 1 };
const UNIFORM_REGIONAL: FaultDomainRow =
    FaultDomainRow { orchestration: Orchestration::Uniform, zonal: false, allowed: &[1, 2, 3, 4, 5], default: 5 };
const FLEXIBLE_ZONAL: FaultDomainRow =
    FaultDomainRow { orchestration: Orchestration::Flexible, zonal: true, allowed: &[1], default: 1 };
const FLEXIBLE_REGIONAL: FaultDomainRow =
    FaultDomainRow { orchestration: Orchestration::Flexible, zonal: false, allowed: &[1, 2, 3], default: 1 };

/// FD-02, all of it. Source: Azure's page on fault domains of scale sets.
pub const FAULT_DOMAINS: &[FaultDomainRow] = &[UNIFORM_ZONAL, UNIFORM_REGIONAL, FLEXIBLE_ZONAL, FLEXIBLE_REGIONAL];

/// Most fault domains of managed disks in a region, which bounds availability sets and regional Flexible sets (FD-06).
/// A table from about 2018; newer regions have 2 or 3.
pub const MANAGED_FAULT_DOMAINS: &[(&str, u32)] = &[
    ("eastus", 3),
    ("eastus2", 3),
    ("westus", 3),
    ("centralus", 3),
    ("northcentralus", 3),
    ("southcentralus", 3),
    ("northeurope", 3),
    ("westeurope", 3),
    ("eastasia", 3),
    ("westus2", 2),
    ("westcentralus", 2),
    ("canadacentral", 2),
    ("canadaeast", 2),
    ("uksouth", 2),
    ("ukwest", 2),
    ("southeastasia", 2),
    ("japaneast", 2),
    ("japanwest", 2),
    ("southindia", 2),
    ("centralindia", 2),
    ("australiaeast", 2),
    ("australiasoutheast", 2),
    ("brazilsouth", 2),
];

/// The most that any region has; assumed for regions that the table does not name.
pub(super) const MANAGED_FAULT_DOMAINS_MAX: u32 = 3;

const fn row(orchestration: Orchestration, zones: u32) -> &'static FaultDomainRow {
    match (orchestration, zones) {
        (Orchestration::Uniform, 0) => &UNIFORM_REGIONAL,
        (Orchestration::Uniform, _) => &UNIFORM_ZONAL,
        (Orchestration::Flexible, 0) => &FLEXIBLE_REGIONAL,
        (Orchestration::Flexible, _) => &FLEXIBLE_ZONAL,
    }
}

/// The fault domain counts that a set over so many zones (0 for a regional one) may ask for (FD-02).
pub const fn allowed_fault_domains(orchestration: Orchestration, zones: u32) -> &'static [u32] {
    row(orchestration, zones).allowed
}

/// The fault domain count of such a set when none is given (FD-02).
pub const fn default_fault_domains(orchestration: Orchestration, zones: u32) -> u32 {
    row(orchestration, zones).default
}

/// Whether such a set may ask for `count` fault domains (FD-02).
pub fn check_fault_domains(orchestration: Orchestration, zones: u32, count: u32) -> Option<Violation> {
    let allowed = allowed_fault_domains(orchestration, zones);
    if allowed.contains(&count) {
        return None;
    }
    let list = allowed.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let place = if zones == 0 { "without zones" } else { "with zones" };
    let mode = orchestration.word();
    let words = format!("a {mode} scale set {place} may have {list} fault domains, not {count}");
    let counts = allowed.iter().map(|count| format!("`fault_domains = {count}`")).collect::<Vec<_>>().join(" or ");
    let violation =
        Violation::azures(Matter::FaultDomains, "FD-02", "InvalidParameter", words).row("V-03", "fault_domains");
    Some(violation.help(format!("write {counts}")))
}

/// The most fault domains of managed disks in a region, by its name with or without spaces; none where the table does
/// not know it (FD-06).
pub fn managed_fault_domains(region: &str) -> Option<u32> {
    let name = region.replace([' ', '-'], "").to_lowercase();
    MANAGED_FAULT_DOMAINS.iter().find(|(known, _)| *known == name).map(|&(_, most)| most)
}

/// Whether an availability set or a regional Flexible set may have `count` fault domains in a region (FD-06, FD-07).
pub fn check_region_fault_domains(region: &str, count: u32) -> Option<Violation> {
    let most = managed_fault_domains(region).unwrap_or(MANAGED_FAULT_DOMAINS_MAX);
    let words = || format!("the fault domain count {count} must fall in the range 1 to {most} in {region}");
    (count == 0 || count > most).then(|| {
        Violation::azures(Matter::FaultDomains, "FD-07", "InvalidParameter", words())
            .row("V-04", "fault_domains")
            .help(format!("write at most `fault_domains = {most}`, or choose another region"))
    })
}
