//! UP: how a new model reaches the machines of a set: which of them go next, and when a rollout stops.
//!
//! In: the machines as an upgrade sees them, and the policy. Out: the next batch, or that there is none, or that the
//! rollout may not go on. Shares are percentages of whole machines, compared in integers.

use zonefall_engine::SimDuration;

/// UP-09: how long a batch may take to be healthy.
pub const HEALTH_WAIT: SimDuration = SimDuration::from_ms(5 * 60_000);

/// FD-11: update domains of a placement group of a Uniform set.
pub const UPDATE_DOMAINS: u32 = 5;

/// UP-02: `upgradePolicy.mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Machines that exist keep the model they have.
    Manual,
    /// All machines at once: no order is promised.
    Automatic,
    /// Batch by batch.
    Rolling,
}

/// UP-04: of what the unhealthy upgraded machines are a share. Sources contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denominator {
    /// Of the machines that were upgraded.
    Upgraded,
    /// Of the whole set.
    Set,
}

/// `rollingUpgradePolicy`, but for what takes time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rolling {
    /// Percent of the set in a batch.
    pub batch: u32,
    /// Percent of the set that may be unhealthy before a batch.
    pub unhealthy: u32,
    /// Percent of the upgraded machines that may be unhealthy after a batch.
    pub unhealthy_upgraded: u32,
    /// Of what that is a share.
    pub denominator: Denominator,
    /// UP-05: whether a batch may cross zones.
    pub cross_zone: bool,
    /// UP-06: whether unhealthy machines go first.
    pub prioritize_unhealthy: bool,
}

impl Rolling {
    /// UP-01: the defaults.
    pub const USUAL: Self = Self {
        batch: 20,
        unhealthy: 20,
        unhealthy_upgraded: 20,
        denominator: Denominator::Upgraded,
        cross_zone: false,
        prioritize_unhealthy: false,
    };
}

/// A machine that still has to be upgraded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// Its zone's place among the zones of the set, by number; 0 for a regional machine.
    pub zone: u32,
    /// Its update domain: one of five in a Uniform set (FD-11); else its fault domain with fixed spreading, or the same for
    /// all.
    pub domain: u32,
    /// Its instance id.
    pub id: u32,
    /// Whether the set believes it to be unhealthy.
    pub unhealthy: bool,
}

/// Machines of a set as its health says: all that count, and those not in the next batch that are unhealthy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Condition {
    /// All.
    pub total: u32,
    /// Unhealthy or unknown (HM-06).
    pub unhealthy: u32,
}

/// UP-03: the most machines in a batch: the percentage is a maximum, so it is rounded down; at least one.
pub const fn batch_size(total: u32, percent: u32) -> u32 {
    let floor = (total as u64 * percent as u64 / 100) as u32;
    if floor > 1 { floor } else { 1 }
}

/// UP-04: whether a batch may begin.
pub const fn may_begin(now: Condition, rolling: &Rolling) -> bool {
    !exceeds(now.unhealthy, now.total, rolling.unhealthy)
}

/// UP-04: whether a rollout goes on after a batch. `upgraded`: machines of the rollout so far; `unhealthy` of them.
pub const fn may_go_on(unhealthy: u32, upgraded: u32, total: u32, rolling: &Rolling) -> bool {
    let of = match rolling.denominator {
        Denominator::Upgraded => upgraded,
        Denominator::Set => total,
    };
    !exceeds(unhealthy, of, rolling.unhealthy_upgraded)
}

const fn exceeds(part: u32, whole: u32, percent: u32) -> bool {
    part as u64 * 100 > whole as u64 * percent as u64
}

/// UP-03, UP-05, UP-06: puts the pending machines in the order in which they go and keeps the next batch of them, which
/// is empty if none is pending. A batch never crosses update domains, nor (unless told otherwise) zones, which go in
/// ascending order; unhealthy machines that are left out make it smaller.
pub fn next_batch(pending: &mut Vec<(Pending, u32)>, now: Condition, rolling: &Rolling) {
    let zone = |machine: &Pending| if rolling.cross_zone { 0 } else { machine.zone };
    pending.sort_unstable_by_key(|(machine, _)| {
        let later = rolling.prioritize_unhealthy && !machine.unhealthy;
        (later, zone(machine), machine.domain, machine.id)
    });
    let Some(&(first, _)) = pending.first() else { return };
    pending.retain(|(machine, _)| zone(machine) == zone(&first) && machine.domain == first.domain);
    let size = batch_size(now.total, rolling.batch);
    pending.truncate(size as usize);
    let within = pending.iter().filter(|(machine, _)| machine.unhealthy).count() as u32;
    let elsewhere = now.unhealthy.saturating_sub(within);
    let room = batch_size(now.total, rolling.unhealthy).saturating_sub(elsewhere).max(1);
    pending.truncate(room as usize);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn healthy(total: u32) -> Condition {
        Condition { total, unhealthy: 0 }
    }

    /// Machines by (zone, update domain, id).
    fn machines(places: &[(u32, u32, u32)]) -> Vec<(Pending, u32)> {
        let machine = |&(zone, domain, id)| Pending { zone, domain, id, unhealthy: false };
        places.iter().map(machine).zip(0..).collect()
    }

    fn ids(mut pending: Vec<(Pending, u32)>, now: Condition, rolling: &Rolling) -> Vec<u32> {
        next_batch(&mut pending, now, rolling);
        pending.iter().map(|(machine, _)| machine.id).collect()
    }

    #[test]
    fn up_01_defaults_are_twenty_percent() {
        let usual = Rolling::USUAL;
        assert_eq!((usual.batch, usual.unhealthy, usual.unhealthy_upgraded), (20, 20, 20));
        assert!(!usual.cross_zone && !usual.prioritize_unhealthy);
        assert_eq!(usual.denominator, Denominator::Upgraded);
    }

    #[test]
    fn up_03_a_batch_is_rounded_down_and_at_least_one() {
        let sizes: Vec<u32> = [1, 4, 5, 9, 10, 14, 15, 20].map(|n| batch_size(n, 20)).to_vec();
        assert_eq!(sizes, [1, 1, 1, 1, 2, 2, 3, 4]);
        assert_eq!((batch_size(7, 100), batch_size(3, 34), batch_size(0, 50)), (7, 1, 1));
        assert_eq!(batch_size(u32::MAX, 100), u32::MAX);
    }

    #[test]
    fn up_03_unhealthy_machines_elsewhere_make_a_batch_smaller() {
        let all = machines(&[(0, 0, 0), (0, 0, 1), (0, 0, 2), (0, 0, 3), (0, 0, 4)]);
        let with = |unhealthy: u32| Condition { total: 20, unhealthy };
        let rolling = Rolling::USUAL;
        assert_eq!(ids(all.clone(), with(0), &rolling).len(), 4);
        assert_eq!(ids(all.clone(), with(1), &rolling).len(), 3);
        assert_eq!(ids(all.clone(), with(4), &rolling).len(), 1);
        // An unhealthy machine of the batch itself takes nobody's place.
        let mut ill = all;
        ill[0].0.unhealthy = true;
        assert_eq!(ids(ill, with(1), &rolling).len(), 4);
    }

    #[test]
    fn up_04_before_and_after_a_batch() {
        let rolling = Rolling::USUAL;
        let with = |unhealthy: u32| Condition { total: 10, unhealthy };
        assert!(may_begin(with(2), &rolling));
        assert!(!may_begin(with(3), &rolling));
        // A zone of three is a third of the set.
        assert!(!may_begin(Condition { total: 9, unhealthy: 3 }, &rolling));
        assert!(may_go_on(0, 2, 10, &rolling));
        assert!(!may_go_on(1, 2, 10, &rolling));
        assert!(may_go_on(1, 5, 10, &rolling));
        let of_set = Rolling { denominator: Denominator::Set, ..rolling };
        assert!(may_go_on(2, 2, 10, &of_set));
        assert!(!may_go_on(3, 4, 10, &of_set));
        assert!(may_go_on(0, 0, 0, &rolling));
    }

    #[test]
    fn up_05_zones_go_one_at_a_time_in_ascending_order() {
        let all = machines(&[(1, 0, 0), (0, 0, 4), (1, 0, 1), (0, 0, 7), (0, 0, 5), (2, 0, 2)]);
        let rolling = Rolling { batch: 50, unhealthy: 50, ..Rolling::USUAL };
        assert_eq!(ids(all.clone(), healthy(20), &rolling), [4, 5, 7]);
        let across = Rolling { cross_zone: true, ..rolling };
        assert_eq!(ids(all, healthy(8), &across), [0, 1, 2, 4]);
    }

    #[test]
    fn up_05_a_batch_keeps_to_an_update_domain() {
        let all = machines(&[(0, 1, 0), (0, 0, 3), (0, 1, 1), (0, 0, 2)]);
        let rolling = Rolling { batch: 100, unhealthy: 100, cross_zone: true, ..Rolling::USUAL };
        assert_eq!(ids(all, healthy(4), &rolling), [2, 3]);
    }

    #[test]
    fn up_06_unhealthy_machines_first_if_asked_for() {
        let mut all = machines(&[(0, 0, 0), (0, 0, 1), (1, 0, 2), (1, 0, 3)]);
        all[3].0.unhealthy = true;
        let now = Condition { total: 10, unhealthy: 1 };
        assert_eq!(ids(all.clone(), now, &Rolling::USUAL), [0]);
        let first = Rolling { prioritize_unhealthy: true, ..Rolling::USUAL };
        assert_eq!(ids(all, now, &first), [3, 2]);
        assert!(ids(Vec::new(), now, &first).is_empty());
    }
}
