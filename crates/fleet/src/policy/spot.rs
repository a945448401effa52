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

/// SP-05: regular machines among `total`.
pub fn regular_target(total: u32, mix: PriorityMix) -> u32 {
    let above = u64::from(total.saturating_sub(mix.base_regular));
    total.min(mix.base_regular) + (above * u64::from(mix.regular_percent_above) / 100) as u32
}

/// SP-05: how many of `add` new machines are regular, with `regular` of them there already and `total` afterwards.
pub fn regular_to_add(regular: u32, total: u32, add: u32, mix: PriorityMix) -> u32 {
    regular_target(total, mix).saturating_sub(regular).min(add)
}

/// SP-06: whether a scale-in to `total` machines takes a regular one next: the class most above its target. The base
/// stays regular.
pub fn removes_regular(regular: u32, spot: u32, total: u32, mix: PriorityMix) -> bool {
    if regular == 0 || spot == 0 {
        return spot == 0;
    }
    let target = regular_target(total, mix);
    let (over_regular, over_spot) =
        (i64::from(regular) - i64::from(target), i64::from(spot) - (i64::from(total) - i64::from(target)));
    over_regular > over_spot && regular > mix.base_regular
}

/// SP-03: the wait before the `attempt`-th try (from 0) to restore an evicted machine: 1, 2, 4, 8, then 15 minutes.
pub fn restore_wait(attempt: u32) -> SimDuration {
    SimDuration::from_ms((1u64 << attempt.min(4)).min(15) * 60_000)
}
