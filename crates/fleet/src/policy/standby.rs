//! SB: how many machines a standby pool keeps.

/// SB-01: machines that a pool keeps ready: max(minReady, maxReady − instances), where a difference below 0 is 0.
pub const fn size(min_ready: u32, max_ready: u32, instances: u32) -> u32 {
    let room = max_ready.saturating_sub(instances);
    if room > min_ready { room } else { min_ready }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sb_01_what_is_left_of_the_most_but_the_least_at_least() {
        assert_eq!(size(0, 20, 5), 15);
        assert_eq!(size(5, 20, 18), 5);
        assert_eq!(size(5, 20, 15), 5);
        assert_eq!(size(0, 20, 25), 0);
    }
}
