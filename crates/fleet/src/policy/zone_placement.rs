//! ZP: automatic zone placement (a preview): the platform chooses the zones.

use super::zone_balance::{Balance, BalanceRules, ZoneState, next_zone, spread};

/// ZP-01..04: what the placement policy says; the set's zones are the eligible ones, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AutoPlacement {
    /// ZP-02: the most zones; without it 3, and a fourth where the others cannot satisfy.
    pub max_zones: Option<u32>,
    /// ZP-03, ZP-04: the most of the target in one zone, in percent.
    pub max_percent: u32,
}

/// ZP-04: the most machines of one zone.
pub fn cap(target: u32, percent: u32) -> u32 {
    (u64::from(target) * u64::from(percent)).div_ceil(100) as u32
}

/// ZP-02..06: adds `add` machines to `counts`, aiming at `target` in all; returns how many found a place. What finds
/// none fails.
pub fn plan(
    counts: &mut [u32],
    states: &[ZoneState],
    add: u32,
    target: u32,
    rules: &BalanceRules,
    placement: AutoPlacement,
) -> u32 {
    let wanted = placement.max_zones.unwrap_or(3).min(counts.len() as u32) as usize;
    let strict = rules.balance == Balance::Strict;
    let most = if strict { u32::MAX } else { cap(target, placement.max_percent) };
    let mut open = wanted;
    let mut placed = 0;
    while placed < add {
        let full = |zone: usize| counts[zone] >= most || states[zone] != ZoneState::Usable;
        let usable: [ZoneState; 8] =
            std::array::from_fn(|zone| if zone < open && !full(zone) { ZoneState::Usable } else { ZoneState::Starved });
        let Some(zone) = next_zone(&counts[..open], &usable[..open]) else {
            // ZP-02: a further zone, where the number of zones was left open.
            if placement.max_zones.is_none() && open < counts.len() {
                open += 1;
                continue;
            }
            break;
        };
        counts[zone] += 1;
        // ZP-06: under strict balance, what would unbalance fails.
        if strict && spread(&counts[..open]) > 1 {
            counts[zone] -= 1;
            break;
        }
        placed += 1;
    }
    placed
}
