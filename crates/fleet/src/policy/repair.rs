//! AR: which machines are repaired, how many at once, and when repairs are suspended.

use super::health::{HealthState, calls_for_repair};

/// AR-07: repairs in a row that fail before they are suspended, where nothing is said.
pub const SUSPEND_AFTER_DEFAULT: u32 = 3;

/// AR-05: the most repairs at one time: 5 % of the instances, rounded down, at least one.
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
    calls_for_repair(patient.health) && !patient.protected && !patient.failed_provisioning && !patient.in_grace
}

/// AR-07: repairs in a row whose product was not healthy at the end of its grace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Streak {
    /// So many.
    pub failed: u32,
}

impl Streak {
    /// Counts a repair; true if repairs are suspended from now on, until the user resumes them (the streak then starts
    /// anew). `suspend_after`: at least 1; by default 3.
    pub fn count(&mut self, product_is_healthy: bool, suspend_after: u32) -> bool {
        self.failed = if product_is_healthy { 0 } else { self.failed.saturating_add(1) };
        self.failed > 0 && self.failed >= suspend_after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SICK: Patient =
        Patient { health: HealthState::Unhealthy, protected: false, failed_provisioning: false, in_grace: false };

    #[test]
    fn ar_05_five_percent_at_once_and_one_at_least() {
        assert_eq!([0, 1, 19, 20, 39, 40, 100, 119, 1000].map(limit), [1, 1, 1, 1, 1, 2, 5, 5, 50]);
    }

    #[test]
    fn hm_06_which_states_are_repaired() {
        let eligible = |health| is_eligible(&Patient { health, ..SICK });
        assert!(eligible(HealthState::Unhealthy));
        assert!(eligible(HealthState::Unknown));
        assert!(!eligible(HealthState::Healthy));
        assert!(!eligible(HealthState::Initializing));
    }

    #[test]
    fn ar_04_nobody_is_repaired_within_its_grace() {
        assert!(is_eligible(&SICK));
        assert!(!is_eligible(&Patient { in_grace: true, ..SICK }));
    }

    #[test]
    fn ar_06_protected_and_failed_machines_are_left_alone() {
        assert!(!is_eligible(&Patient { protected: true, ..SICK }));
        assert!(!is_eligible(&Patient { failed_provisioning: true, ..SICK }));
    }

    #[test]
    fn ar_07_three_failed_repairs_in_a_row_suspend() {
        let mut streak = Streak::default();
        let answers = [false, false, true, false, false, false, false];
        let suspended = answers.map(|healthy| streak.count(healthy, SUSPEND_AFTER_DEFAULT));
        assert_eq!(suspended, [false, false, false, false, false, true, true]);
        streak = Streak::default();
        assert!(!streak.count(false, SUSPEND_AFTER_DEFAULT));
        // A good repair never suspends.
        assert!(!Streak::default().count(true, 0));
    }
}
