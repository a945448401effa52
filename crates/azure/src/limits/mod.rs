//! What Azure would refuse: instance counts, fault domains, availability sets, zone numbers.
//!
//! Tables and pure checks. A check answers with a [`Violation`]: the rule, an error code (Azure's own, or ours where
//! that is not known), and a sentence.

mod availability_set;
mod capacity;
mod fault_domains;
mod zones;

pub use availability_set::{
    AVAILABILITY_SET_FAULT_DOMAINS_MAX, AVAILABILITY_SET_INSTANCES_MAX, AVAILABILITY_SET_UPDATE_DOMAINS_MAX,
    AvailabilitySet, check_availability_set,
};
pub use capacity::{Image, ScaleSetShape, capacity_limit, check_capacity};
pub use fault_domains::{
    FAULT_DOMAINS, FaultDomainRow, MANAGED_FAULT_DOMAINS, allowed_fault_domains, check_fault_domains,
    check_region_fault_domains, default_fault_domains, managed_fault_domains,
};
pub use zones::{ZONES_MIN, check_region_zones, check_zones};

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

/// What is wrong with a design in Azure's eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule that is broken.
    pub rule: &'static str,
    /// The error code.
    pub code: &'static str,
    /// Whether the code is Azure's; otherwise it is ours.
    pub code_is_azures: bool,
    /// What is wrong, in a sentence.
    pub words: String,
}

impl Violation {
    fn azures(rule: &'static str, code: &'static str, words: String) -> Self {
        Self { rule, code, code_is_azures: true, words }
    }

    fn ours(rule: &'static str, code: &'static str, words: String) -> Self {
        Self { rule, code, code_is_azures: false, words }
    }
}
