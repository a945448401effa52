//! OV: extra machines of a scale-out, and head-room for a lost zone.

/// OV-02: machines that a scale-out of `add` starts besides: so many percent of them, rounded up.
pub fn extra(add: u32, percent: u32) -> u32 {
    u32::try_from((u64::from(add) * u64::from(percent)).div_ceil(100)).unwrap_or(u32::MAX)
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
    use crate::policy::zone_balance::spread_over_zones;

    #[test]
    fn ov_02_a_fifth_more_rounded_up() {
        assert_eq!([0, 1, 4, 5, 6, 10, 100].map(|add| extra(add, 20)), [0, 1, 1, 1, 2, 2, 20]);
        assert_eq!(extra(10, 0), 0);
        assert_eq!(extra(u32::MAX, 200), u32::MAX);
    }

    #[test]
    fn ov_04_dr_08_the_documented_table_for_three_zones() {
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
