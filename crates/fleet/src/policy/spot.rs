//! SP: which machines of a mixed set are Spot, and how an evicted one is restored.

use zonefall_engine::SimDuration;

/// SP-05: a priority mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriorityMix {
    /// `baseRegularPriorityCount`.
    pub base_regular: u32,
    /// `regularPriorityPercentageAboveBase`, 0 to 100.
    pub regular_percent_above: u32,
}

/// SP-05: regular machines among `total`: the base, and so many percent of what is above it, rounded down.
pub fn regular_target(total: u32, mix: PriorityMix) -> u32 {
    let above = u64::from(total.saturating_sub(mix.base_regular));
    total.min(mix.base_regular) + (above * u64::from(mix.regular_percent_above) / 100) as u32
}

/// SP-05: how many of `add` new machines are regular, with `regular` of them there already and `total` afterwards.
pub fn regular_to_add(regular: u32, total: u32, add: u32, mix: PriorityMix) -> u32 {
    regular_target(total, mix).saturating_sub(regular).min(add)
}

/// SP-06: whether a scale-in to `total` machines takes a regular one next: the class most above its target, Spot on ties.
/// The base stays regular as long as there are Spot machines. Deallocated ones count (SP-05).
pub fn removes_regular(regular: u32, spot: u32, total: u32, mix: PriorityMix) -> bool {
    if spot == 0 || regular <= mix.base_regular {
        return spot == 0 && regular > 0;
    }
    let target = regular_target(total, mix);
    let (over_regular, over_spot) =
        (i64::from(regular) - i64::from(target), i64::from(spot) - (i64::from(total) - i64::from(target)));
    over_regular > over_spot
}

/// SP-03: the wait before the `attempt`-th try (from 0) to restore an evicted machine: 1, 2, 4, 8, then 15 minutes.
pub fn restore_wait(attempt: u32) -> SimDuration {
    SimDuration::from_ms((1u64 << attempt.min(4)).min(15) * 60_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: PriorityMix = PriorityMix { base_regular: 10, regular_percent_above: 50 };
    const QUARTER: PriorityMix = PriorityMix { base_regular: 10, regular_percent_above: 25 };

    /// Regular and Spot machines after growing to `total`.
    fn grown((regular, spot): (u32, u32), total: u32, mix: PriorityMix) -> (u32, u32) {
        let add = total - regular - spot;
        let more = regular_to_add(regular, total, add, mix);
        (regular + more, spot + add - more)
    }

    #[test]
    fn sp_05_the_documented_half_and_half_table() {
        let mut set = grown((0, 0), 10, HALF);
        assert_eq!(set, (10, 0));
        for (total, after) in [(20, (15, 5)), (30, (20, 10)), (40, (25, 15)), (41, (25, 16)), (42, (26, 16))] {
            set = grown(set, total, HALF);
            assert_eq!(set, after);
        }
        // All Spot machines are evicted and deleted.
        set.1 = 0;
        for (total, after) in [(30, (26, 4)), (42, (26, 16)), (44, (27, 17))] {
            set = grown(set, total, HALF);
            assert_eq!(set, after);
        }
    }

    #[test]
    fn sp_05_the_documented_quarter_table() {
        let mut set = (0, 0);
        for (total, after) in [(20, (12, 8)), (50, (20, 30)), (110, (35, 75))] {
            set = grown(set, total, QUARTER);
            assert_eq!(set, after);
        }
        // Ten are evicted and deallocated: they go on counting.
        assert_eq!(grown(set, 120, QUARTER), (37, 73 + 10));
    }

    #[test]
    fn sp_05_the_common_configurations_stay_in_range() {
        for (base, percent) in [(20, 80), (10, 50), (5, 20), (0, 0), (0, 100)] {
            let mix = PriorityMix { base_regular: base, regular_percent_above: percent };
            for total in 0..200 {
                let target = regular_target(total, mix);
                assert!(target <= total && target >= total.min(base));
                assert!(target <= regular_target(total + 1, mix));
            }
        }
        assert_eq!(regular_target(30, PriorityMix { base_regular: 0, regular_percent_above: 0 }), 0);
    }

    #[test]
    fn sp_05_a_changed_mix_moves_nobody() {
        // 20 regular of 20, then 0 % above a base of 0: new ones are Spot, and old ones stay.
        let spot = PriorityMix { base_regular: 0, regular_percent_above: 0 };
        assert_eq!(grown((20, 0), 25, spot), (20, 5));
        // The other way round, all that is added is regular until the target is reached.
        let regular = PriorityMix { base_regular: 0, regular_percent_above: 100 };
        assert_eq!(grown((0, 20), 25, regular), (5, 20));
    }

    #[test]
    fn c_17_four_machines_on_a_base_of_two_are_three_and_one() {
        let mix = PriorityMix { base_regular: 2, regular_percent_above: 50 };
        assert_eq!(grown((0, 0), 4, mix), (3, 1));
        // And from 30 to 42 twelve Spot machines are added, not eight.
        assert_eq!(grown((26, 4), 42, HALF).1 - 4, 12);
    }

    /// Regular and Spot machines after shrinking to `total`, one machine at a time.
    fn shrunk((mut regular, mut spot): (u32, u32), total: u32, mix: PriorityMix) -> (u32, u32) {
        while regular + spot > total {
            let takes_regular = removes_regular(regular, spot, regular + spot - 1, mix);
            *(if takes_regular { &mut regular } else { &mut spot }) -= 1;
        }
        (regular, spot)
    }

    #[test]
    fn sp_06_scale_in_keeps_the_split() {
        let mut set = (27, 17);
        for (total, after) in [(42, (26, 16)), (30, (20, 10)), (20, (15, 5)), (10, (10, 0)), (4, (4, 0))] {
            set = shrunk(set, total, HALF);
            assert_eq!(set, after);
        }
    }

    #[test]
    fn sp_06_the_class_most_above_its_target_goes_first_and_the_base_stays() {
        // Too many regular ones after an eviction.
        assert_eq!(shrunk((26, 4), 26, HALF), (22, 4));
        // Too few: Spot goes, and the base is not touched while any is left.
        assert_eq!(shrunk((10, 30), 20, HALF), (10, 10));
        assert_eq!(shrunk((8, 5), 8, HALF), (8, 0));
        assert_eq!(shrunk((8, 0), 6, HALF), (6, 0));
        assert_eq!(shrunk((0, 5), 2, HALF), (0, 2));
        assert!(!removes_regular(0, 0, 0, HALF));
    }

    #[test]
    fn sp_06_a_scale_in_by_many_aims_at_its_end() {
        let (mut regular, mut spot) = (35, 75);
        for _ in 0..60 {
            *(if removes_regular(regular, spot, 50, QUARTER) { &mut regular } else { &mut spot }) -= 1;
        }
        assert_eq!((regular, spot), (20, 30));
    }

    #[test]
    fn sp_03_restoring_waits_1_2_4_8_then_15_minutes() {
        let minutes = [0, 1, 2, 3, 4, 5, u32::MAX].map(|attempt| restore_wait(attempt).as_ms() / 60_000);
        assert_eq!(minutes, [1, 2, 4, 8, 15, 15, 15]);
    }
}
