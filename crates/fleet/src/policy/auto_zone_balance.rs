//! AZ: automatic zone balance: when it may act, between which zones, and how an operation ends.

use std::cmp::Reverse;
use zonefall_engine::{SimDuration, SimTime};

/// AZ-06: at most one operation in this time.
pub const PACE: SimDuration = SimDuration::from_ms(12 * 3_600_000);
/// AZ-05: no operation so soon after a change of the set.
pub const QUIET: SimDuration = SimDuration::from_ms(3_600_000);
/// AZ-07: how long the new machine may take to be healthy.
pub const HEALTH_WAIT: SimDuration = SimDuration::from_ms(90 * 60_000);

/// Machines of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ZoneLoad {
    /// All: active and deallocated (AZ-04).
    pub total: u32,
    /// Those not deallocated.
    pub active: u32,
}

/// AZ-04: the zone to take a machine from and the zone to create one in, as indices; none if nothing is to be moved. It
/// does not look at the health of zones (AZ-12).
///
/// Among zones with equally many machines, the one with the most active gives and the one with the fewest active takes
/// (the lowest index on ties): so if any such pair would improve what is active, this one does.
pub fn imbalance(zones: impl Iterator<Item = ZoneLoad> + Clone) -> Option<(usize, usize)> {
    let ends = |(least, most): (u32, u32), zone: ZoneLoad| (least.min(zone.total), most.max(zone.total));
    let (least, most) = zones.clone().fold((u32::MAX, 0), ends);
    if most < least.saturating_add(2) {
        return None;
    }
    let with = |total: u32| zones.clone().enumerate().filter(move |(_, zone)| zone.total == total);
    let (over, from) = with(most).max_by_key(|&(at, zone)| (zone.active, Reverse(at)))?;
    let (under, to) = with(least).min_by_key(|&(at, zone)| (zone.active, at))?;
    (to.active < from.active).then_some((over, under))
}

/// AZ-09: whether a machine of the over-provisioned zone may be the source; which of them, scale-in's rules say.
pub const fn may_be_source(protected: bool, deallocated: bool, being_deleted: bool) -> bool {
    !protected && !deallocated && !being_deleted
}

/// AZ-05, AZ-06: the first instant from `now` on at which the clocks allow an operation. `last_change`: when the last
/// operation on the set ended, the rebalances' own apart (AZ-13); `last_rebalance`: when the last rebalance began.
pub fn earliest(now: SimTime, last_change: Option<SimTime>, last_rebalance: Option<SimTime>) -> SimTime {
    let quiet = last_change.map_or(now, |last| last.after(QUIET));
    let pace = last_rebalance.map_or(now, |last| last.after(PACE));
    now.max(quiet).max(pace)
}

/// What an operation comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The new machine stays, the source is deleted.
    DeleteSource,
    /// The source stays, the new machine is deleted.
    DeleteNew,
}

/// AZ-07: how an operation ends once the new machine is healthy or the wait is over.
pub const fn conclude(new_is_healthy: bool, source_is_healthy: bool) -> End {
    if new_is_healthy || !source_is_healthy { End::DeleteSource } else { End::DeleteNew }
}

/// AZ-10: what a cancelled operation leaves: the new machine stays if it is healthy.
pub const fn keeps_new_on_cancel(new_is_healthy: bool) -> bool {
    new_is_healthy
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// Zones by (total, active).
    fn zones<const N: usize>(loads: [(u32, u32); N]) -> [ZoneLoad; N] {
        loads.map(|(total, active)| ZoneLoad { total, active })
    }

    #[test]
    fn az_04_5_5_and_5_deallocated_is_balanced() {
        assert_eq!(imbalance(zones([(5, 5), (5, 5), (5, 0)]).into_iter()), None);
    }

    #[test]
    fn az_04_7_of_which_2_active_gives_nothing_to_4_and_4() {
        assert_eq!(imbalance(zones([(7, 2), (4, 4), (4, 4)]).into_iter()), None);
    }

    #[test]
    fn az_04_2_4_and_7_of_which_5_active_becomes_4_4_5_in_two_moves() {
        let mut zones = zones([(2, 2), (4, 4), (7, 5)]);
        for _ in 0..2 {
            let (over, under) = imbalance(zones.into_iter()).unwrap();
            assert_eq!((over, under), (2, 0));
            zones[under].total += 1;
            zones[under].active += 1;
            zones[over].total -= 1;
            zones[over].active -= 1;
        }
        assert_eq!(zones, self::zones([(4, 4), (4, 4), (5, 3)]));
        assert_eq!(imbalance(zones.into_iter()), None);
    }

    #[test]
    fn az_04_among_tied_zones_the_pair_that_fires() {
        assert_eq!(imbalance(zones([(4, 1), (4, 3), (2, 2), (2, 1)]).into_iter()), Some((1, 3)));
        assert_eq!(imbalance(zones([(1, 1), (3, 3), (3, 3)]).into_iter()), Some((1, 0)));
        assert_eq!(imbalance(zones([(4, 1), (2, 1)]).into_iter()), None);
        assert_eq!(imbalance(std::iter::empty()), None);
    }

    #[test]
    fn c_04_a_gap_of_one_is_no_imbalance() {
        assert_eq!(imbalance(zones([(2, 2), (3, 3), (3, 3)]).into_iter()), None);
    }

    #[test]
    fn az_12_a_dead_zone_is_chosen_like_any_other() {
        // 2/4/4 after scaling out around dead zone 1.
        assert_eq!(imbalance(zones([(2, 2), (4, 4), (4, 4)]).into_iter()), Some((1, 0)));
    }

    #[test]
    fn az_05_an_hour_of_quiet_after_a_change() {
        let hour = |hours: u64| SimTime::from_ms(hours * 3_600_000);
        assert_eq!(earliest(hour(5), None, None), hour(5));
        assert_eq!(earliest(hour(5), Some(hour(5)), None), hour(6));
        assert_eq!(earliest(hour(5), Some(hour(4)), None), hour(5));
        assert_eq!(earliest(hour(5), Some(hour(1)), None), hour(5));
    }

    #[test]
    fn az_06_one_operation_in_twelve_hours() {
        let hour = |hours: u64| SimTime::from_ms(hours * 3_600_000);
        assert_eq!(earliest(hour(5), None, Some(hour(1))), hour(13));
        assert_eq!(earliest(hour(5), Some(hour(13)), Some(hour(1))), hour(14));
        // k moves take at least (k − 1) × 12 hours.
        let last = (1..4).fold(hour(0), |last, _| earliest(last, None, Some(last)));
        assert_eq!(last, hour(36));
    }

    #[test]
    fn az_07_how_an_operation_ends() {
        assert_eq!(conclude(true, true), End::DeleteSource);
        assert_eq!(conclude(true, false), End::DeleteSource);
        assert_eq!(conclude(false, true), End::DeleteNew);
        assert_eq!(conclude(false, false), End::DeleteSource);
        assert_eq!(HEALTH_WAIT.as_ms(), 90 * 60_000);
    }

    #[test]
    fn az_09_what_may_not_be_a_source() {
        assert!(may_be_source(false, false, false));
        assert!(!may_be_source(true, false, false));
        assert!(!may_be_source(false, true, false));
        assert!(!may_be_source(false, false, true));
    }
}
