//! AR: which machines are repaired, how many at once, and when repairs are suspended.

use super::health::HealthState;

/// AR-05: the most repairs at one time: 5 % of the instances, at least one.
pub const fn limit(instances: u32) -> u32 {
    let share = instances / 20;
    if share == 0 { 1 } else { share }
}

/// A machine as repairs see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patient {
    /// What health monitoring says.
    pub health: HealthState,
    /// SI-07: protected machines are left alone.
    pub protected: bool,
    /// AR-06: its provisioning failed.
    pub failed_provisioning: bool,
    /// AR-04: within the grace of its creation or of a change of the set.
    pub in_grace: bool,
}

/// HM-06, AR-04, AR-06: whether a machine may be repaired.
pub const fn is_eligible(patient: &Patient) -> bool {
    let sick = matches!(patient.health, HealthState::Unhealthy | HealthState::Unknown);
    sick && !patient.protected && !patient.failed_provisioning && !patient.in_grace
}

/// AR-07: repairs in a row whose product was not healthy at the end of its grace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Streak {
    /// So many.
    pub failed: u32,
}

impl Streak {
    /// Counts a repair; true if repairs are suspended from now on.
    pub fn count(&mut self, product_is_healthy: bool, suspend_after: u32) -> bool {
        self.failed = if product_is_healthy { 0 } else { self.failed + 1 };
        self.failed >= suspend_after
    }
}
