//! OV: extra machines of a scale-out, and head-room for a lost zone.

/// OV-02: machines that a scale-out of `add` starts besides: so many percent of them, rounded up.
pub fn extra(add: u32, percent: u32) -> u32 {
    (u64::from(add) * u64::from(percent)).div_ceil(100) as u32
}

/// OV-04: machines that survive the loss of one of `zones` zones with the peak's worth left: ceil(peak × Z/(Z−1)).
pub const fn for_zone_loss(peak: u32, zones: u32) -> u32 {
    if zones < 2 { peak } else { (peak * zones).div_ceil(zones - 1) }
}

/// OV-05: machines left when the zone with the most is lost.
pub fn worst_zone_loss(counts: &[u32]) -> u32 {
    counts.iter().sum::<u32>() - counts.iter().copied().max().unwrap_or(0)
}
