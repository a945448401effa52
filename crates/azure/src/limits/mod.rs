//! What Azure would refuse: the validation matrix V-01 to V-36 and the limits behind it, one family a file.
//!
//! Tables and pure checks over small shapes. A check answers with a [`Violation`]: the row of the matrix, the rule, an
//! error code (Azure's own, or ours where that is not known), what it is about, a sentence, and what to write instead.

mod attach;
mod availability_set;
mod capacity;
mod change;
mod dedicated_hosts;
mod disks;
mod fault_domains;
mod health;
mod instance_mix;
mod lifecycle;
mod model;
mod pins;
mod placement_group;
mod reservation;
mod size;
mod spot;
mod standby;
mod upgrade;
mod zone_balance;
mod zone_placement;
mod zones;

pub use attach::{Attachment, check_attach, check_detach};

pub use availability_set::{
    AVAILABILITY_SET_FAULT_DOMAINS_MAX, AVAILABILITY_SET_INSTANCES_MAX, AVAILABILITY_SET_UPDATE_DOMAINS_MAX,
    AvailabilitySet, check_availability_set,
};
pub use capacity::{
    GUARANTEED_INSTANCES, Image, SCALE_SETS_PER_REGION_MAX, ScaleSetShape, capacity_limit, check_capacity, check_quota,
};
pub use change::{
    check_delete_set, check_orchestration_change, check_placement_group_change, check_repair_action_change,
    check_zone_change,
};
pub use dedicated_hosts::{HostGroup, check_host_group};
pub use disks::{DiskKind, check_force_detach, check_redundancy};
pub use fault_domains::{
    FAULT_DOMAINS, FaultDomainRow, MANAGED_FAULT_DOMAINS, allowed_fault_domains, check_fault_domains,
    check_region_fault_domains, default_fault_domains, managed_fault_domains,
};
pub use health::{HealthProbes, HealthSources, check_health_probes, check_health_sources, check_repairs};
pub use instance_mix::{MixShape, check_instance_mix, check_quota_of_mix};
pub use lifecycle::{Notice, check_overprovision, check_protection, check_terminate_notice};
pub use model::Model;
pub use pins::{Pins, check_pins};
pub use placement_group::check_placement_groups;
pub use reservation::{check_reservation, check_reserved_availability_set};
pub use size::{Size, SizeKind};
pub use spot::{SpotShape, check_spot, check_spot_availability_set};
pub use standby::{StandbyShape, check_standby};
pub use upgrade::{UpgradeShape, check_upgrade};
pub use zone_balance::{AutoBalance, check_auto_zone_balance, check_zone_balance};
pub use zone_placement::{PlacementPolicy, check_zone_placement};
pub use zones::{ZONES_MIN, check_region_zones, check_size_in_zone, check_zones};

/// How a scale set is run (OM-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orchestration {
    /// Identical instances from one model.
    Uniform,
    /// Ordinary machines in a group; the default since November 2023.
    #[default]
    Flexible,
}

impl Orchestration {
    /// The word for reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Uniform => "Uniform",
            Self::Flexible => "Flexible",
        }
    }
}

/// What a violation is a matter of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matter {
    /// How many machines a set may have.
    Capacity,
    /// How many machines a subscription may have.
    Quota,
    /// Fault domain counts.
    FaultDomains,
    /// Zones that are not there.
    Zone,
    /// Placement groups, zone balance, automatic placement.
    Placement,
    /// Health monitoring and repairs.
    Health,
    /// Notices, protection, overprovisioning.
    Lifecycle,
    /// Changes of a set that runs.
    Change,
    /// Rolling upgrades.
    Upgrade,
    /// Spot, instance mixes, standby pools.
    Offer,
    /// Availability sets.
    AvailabilitySet,
    /// Sizes, hosts, disks, reservations, pins.
    Hardware,
}

/// What is wrong with a design in Azure's eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What it is a matter of.
    pub matter: Matter,
    /// The row of the validation matrix, `V-08`; empty where the matrix has none.
    pub row: &'static str,
    /// The rule that is broken.
    pub rule: &'static str,
    /// The error code.
    pub code: &'static str,
    /// Whether the code is Azure's; otherwise it is ours.
    pub code_is_azures: bool,
    /// What is wrong, in a sentence.
    pub words: String,
    /// The property that it is about, by the name of its key (`repairs.grace`); empty if it is the set as a whole.
    pub about: &'static str,
    /// What to write instead; empty where the sentence says it.
    pub help: String,
}

impl Violation {
    fn azures(matter: Matter, rule: &'static str, code: &'static str, words: String) -> Self {
        Self { matter, row: "", rule, code, code_is_azures: true, words, about: "", help: String::new() }
    }

    fn ours(matter: Matter, rule: &'static str, code: &'static str, words: String) -> Self {
        Self { code_is_azures: false, ..Self::azures(matter, rule, code, words) }
    }

    fn row(self, row: &'static str, about: &'static str) -> Self {
        Self { row, about, ..self }
    }

    fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: help.into(), ..self }
    }

    /// The rules and the code, as a report has them: `V-08, ZB-02; Azure answers InvalidParameter`.
    pub fn reason(&self) -> String {
        let rules = [self.row, self.rule].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        let who = if self.code_is_azures { "Azure answers" } else { "our code" };
        format!("{rules}; {who} {}", self.code)
    }
}
