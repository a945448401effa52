//! SB: how many machines a standby pool keeps.

/// SB-01: max(minReady, maxReady − instances).
pub const fn size(min_ready: u32, max_ready: u32, instances: u32) -> u32 {
    let room = max_ready.saturating_sub(instances);
    if room > min_ready { room } else { min_ready }
}
