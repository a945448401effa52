//! RC: how often and how long a resilient set tries to create and to delete a machine.

use zonefall_engine::SimDuration;

/// RC-04: the most attempts to create one machine.
pub const CREATE_ATTEMPTS: u32 = 5;
/// RC-04: the time that they may take together.
pub const CREATE_TOTAL: SimDuration = SimDuration::from_ms(30 * 60_000);
/// RC-05: the most attempts to delete one machine.
pub const DELETE_ATTEMPTS: u32 = 5;
/// RC-05: the waits before each attempt to delete, in minutes.
const DELETE_WAITS_MIN: [u64; DELETE_ATTEMPTS as usize] = [0, 10, 20, 40, 80];

/// RC-04: how long the next attempt to create may run, after `attempts` of them took `spent` together; none if there is
/// no next: the machine is then `Failed`, and stays (RC-07). `timeout`: RC-03. Where the set is resilient, the last
/// attempt is cut at 30 minutes in all.
pub fn next_create(attempts: u32, spent: SimDuration, timeout: SimDuration, resilient: bool) -> Option<SimDuration> {
    if attempts == 0 {
        return Some(if resilient { timeout.min(CREATE_TOTAL) } else { timeout });
    }
    let left = CREATE_TOTAL.as_ms().saturating_sub(spent.as_ms());
    let again = resilient && attempts < CREATE_ATTEMPTS && left > 0;
    again.then(|| SimDuration::from_ms(left.min(timeout.as_ms())))
}

/// RC-05: the wait before the next attempt to delete, after `attempts` of them; none if there is no next. Only the ten
/// minutes before the second retry are published, and read here as those before the second attempt.
pub fn next_delete(attempts: u32, resilient: bool) -> Option<SimDuration> {
    let last = if resilient { DELETE_ATTEMPTS } else { 1 };
    (attempts < last).then(|| SimDuration::from_ms(DELETE_WAITS_MIN[attempts as usize] * 60_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RC-03.
    const TIMEOUT_LINUX: SimDuration = SimDuration::from_ms(8 * 60_000);
    const TIMEOUT_WINDOWS: SimDuration = SimDuration::from_ms(20 * 60_000);

    /// The minutes of each attempt where every one times out.
    fn attempts(timeout: SimDuration, resilient: bool) -> Vec<u64> {
        let (mut spent, mut minutes) = (SimDuration::ZERO, Vec::new());
        while let Some(length) = next_create(minutes.len() as u32, spent, timeout, resilient) {
            spent = spent.plus(length);
            minutes.push(length.as_ms() / 60_000);
        }
        minutes
    }

    #[test]
    fn rc_03_eight_minutes_for_linux_and_twenty_for_windows() {
        assert_eq!(attempts(TIMEOUT_LINUX, false), [8]);
        assert_eq!(attempts(TIMEOUT_WINDOWS, false), [20]);
    }

    #[test]
    fn rc_04_three_full_linux_time_outs_and_a_truncated_fourth() {
        assert_eq!(attempts(TIMEOUT_LINUX, true), [8, 8, 8, 6]);
    }

    #[test]
    fn rc_04_one_full_windows_time_out_and_a_truncated_second() {
        assert_eq!(attempts(TIMEOUT_WINDOWS, true), [20, 10]);
    }

    #[test]
    fn rc_04_five_attempts_or_thirty_minutes() {
        assert_eq!(attempts(SimDuration::from_ms(2 * 60_000), true), [2; 5]);
        assert_eq!(attempts(SimDuration::from_ms(6 * 60_000), true), [6; 5]);
        assert_eq!(attempts(SimDuration::from_ms(15 * 60_000), true), [15, 15]);
        assert_eq!(attempts(SimDuration::from_ms(45 * 60_000), true), [30]);
        assert_eq!(attempts(SimDuration::from_ms(45 * 60_000), false), [45]);
        // What deleting a failed machine takes counts too.
        assert_eq!(next_create(2, SimDuration::from_ms(30 * 60_000), TIMEOUT_LINUX, true), None);
    }

    #[test]
    fn rc_05_five_attempts_to_delete_ever_further_apart() {
        let waits = |resilient| (0..9).map_while(|attempts| next_delete(attempts, resilient)).collect::<Vec<_>>();
        let minutes = waits(true).iter().map(|wait| wait.as_ms() / 60_000).collect::<Vec<u64>>();
        assert_eq!(minutes, [0, 10, 20, 40, 80]);
        assert_eq!(waits(false), [SimDuration::ZERO]);
    }
}
