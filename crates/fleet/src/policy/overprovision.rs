//! OV: extra machines of a scale-out, and head-room for a lost zone.

/// OV-02: machines that a scale-out of `add` starts besides: so many percent of them, rounded up.
pub fn extra(add: u32, percent: u32) -> u32 {
    u32::try_from((u64::from(add) * u64::from(percent)).div_ceil(100)).unwrap_or(u32::MAX)
}

/// OV-02: the percentage, where nothing is said.
pub const EXTRA_PERCENT_DEFAULT: u32 = 20;

/// OV-02: the zone that the next surplus machine is taken from, so that zones end balanced (under strict balance too,
/// C-22): the fullest that has one, the highest index on ties, undoing ZB-03. `counts`: instances by zone, surplus
/// included; `surplus`: those among them that may still be cancelled. None if there is none. Which of a zone's surplus
/// machines it is, the slowest say.
pub fn zone_to_cancel(counts: &[u32], surplus: &[u32]) -> Option<usize> {
    let open = counts.iter().zip(surplus).enumerate().filter(|(_, (_, surplus))| **surplus > 0);
    open.max_by_key(|&(zone, (&count, _))| (count, zone)).map(|(zone, _)| zone)
}

/// OV-04: machines that survive the loss of one of `zones` zones with the peak's worth left: ceil(peak × Z/(Z−1)).
pub const fn for_zone_loss(peak: u32, zones: u32) -> u32 {
    if zones < 2 {
        return peak;
    }
    let needed = (peak as u64 * zones as u64).div_ceil(zones as u64 - 1);
    if needed > u32::MAX as u64 { u32::MAX } else { needed as u32 }
}

/// OV-05: machines left when the zone with the most is lost. The set survives it if they reach the peak.
pub fn worst_zone_loss(counts: &[u32]) -> u32 {
    counts.iter().sum::<u32>() - counts.iter().copied().max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::policy::zone_balance::{Balance, BalanceRules, ZoneState, plan_scale_out, spread, spread_over_zones};

    #[test]
    fn ov_02_a_fifth_more_rounded_up() {
        assert_eq!([0, 1, 4, 5, 6, 10, 100].map(|add| extra(add, EXTRA_PERCENT_DEFAULT)), [0, 1, 1, 1, 2, 2, 20]);
        assert_eq!(extra(10, 0), 0);
        assert_eq!(extra(u32::MAX, 200), u32::MAX);
    }

    #[test]
    fn ov_02_cancelling_the_surplus_ends_balanced() {
        for (asked, zones) in (1..60).flat_map(|asked| (2..5).map(move |zones| (asked, zones))) {
            let mut counts: Vec<u32> = spread_over_zones(asked + extra(asked, 20), zones).collect();
            while counts.iter().sum::<u32>() > asked {
                let zone = zone_to_cancel(&counts, &counts).unwrap();
                counts[zone] -= 1;
            }
            assert!(counts.iter().copied().eq(spread_over_zones(asked, zones)));
        }
        assert_eq!(zone_to_cancel(&[5, 4, 3], &[0, 1, 1]), Some(1));
        assert_eq!(zone_to_cancel(&[5, 4, 3], &[0, 0, 0]), None);
    }

    #[test]
    fn c_22_strict_three_to_seven_ends_balanced_with_overprovision_on() {
        let strict = BalanceRules { balance: Balance::Strict, atomic: true, starved_is_down: false };
        let mut counts = [1, 1, 1];
        let add = 4 + extra(4, EXTRA_PERCENT_DEFAULT);
        assert_eq!(plan_scale_out(&mut counts, &[ZoneState::Usable; 3], add, &strict), Ok(5));
        let mut surplus = [2, 2, 1];
        while counts.iter().sum::<u32>() > 7 {
            let zone = zone_to_cancel(&counts, &surplus).unwrap();
            counts[zone] -= 1;
            surplus[zone] -= 1;
        }
        assert_eq!(spread(&counts), 1);
    }

    #[test]
    fn ov_04_the_documented_table_for_three_zones() {
        let provisioned = [3, 4, 5, 6, 7, 8, 9, 10].map(|peak| for_zone_loss(peak, 3));
        assert_eq!(provisioned, [5, 6, 8, 9, 11, 12, 14, 15]);
        assert_eq!(for_zone_loss(7, 1), 7);
        assert_eq!(for_zone_loss(7, 2), 14);
        assert_eq!(for_zone_loss(3_000_000_000, 3), u32::MAX);
    }

    #[test]
    fn ov_05_a_balanced_set_sized_by_the_formula_survives() {
        for (peak, zones) in (1..1000).flat_map(|peak| (2..5).map(move |zones| (peak, zones))) {
            let counts: Vec<u32> = spread_over_zones(for_zone_loss(peak, zones), zones as usize).collect();
            assert!(worst_zone_loss(&counts) >= peak, "{peak} in {zones} zones");
        }
    }

    #[test]
    fn ov_05_an_unbalanced_set_of_the_same_size_may_not() {
        assert_eq!(for_zone_loss(6, 3), 9);
        assert_eq!(worst_zone_loss(&[3, 3, 3]), 6);
        assert_eq!(worst_zone_loss(&[1, 3, 5]), 4);
        assert_eq!(worst_zone_loss(&[]), 0);
    }
}
