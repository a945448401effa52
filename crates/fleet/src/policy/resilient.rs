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

/// RC-04: how long the next attempt to create may run, after `attempts` of them took `spent`; none if there is no next.
/// The last attempt is cut at 30 minutes.
pub fn next_create(attempts: u32, spent: SimDuration, timeout: SimDuration, resilient: bool) -> Option<SimDuration> {
    if attempts == 0 {
        return Some(timeout);
    }
    let left = CREATE_TOTAL.as_ms().saturating_sub(spent.as_ms());
    let again = resilient && attempts < CREATE_ATTEMPTS && left > 0;
    again.then(|| SimDuration::from_ms(left.min(timeout.as_ms())))
}

/// RC-05: the wait before the next attempt to delete, after `attempts` of them; none if there is no next.
pub fn next_delete(attempts: u32, resilient: bool) -> Option<SimDuration> {
    let last = if resilient { DELETE_ATTEMPTS } else { 1 };
    (attempts < last).then(|| SimDuration::from_ms(DELETE_WAITS_MIN[attempts as usize] * 60_000))
}
