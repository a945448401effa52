//! ZB: where a scale-out puts its machines, and when the balance of zones forbids a scaling operation.
//!
//! In: instances by configured zone (ZB-01: everything that was created, running or not, in a dark zone or not; not
//! what failed to be created, and not regional machines, CV-04) and what each zone can take. Out: machines to add by
//! zone, or the reason why not. No machine is ever moved (ZB-04).

/// What a zone can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneState {
    /// Machines can be created.
    Usable,
    /// Up, but without capacity to give (ZB-11).
    Starved,
    /// Unavailable.
    Down,
}

/// ZB-02: what `zoneBalance` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Balance {
    /// `false`: imbalance is allowed where it cannot be helped.
    BestEffort,
    /// `true`: an operation that would leave zones unbalanced is blocked.
    Strict,
}

/// The balance of a set, and what the documentation leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BalanceRules {
    /// ZB-02.
    pub balance: Balance,
    /// ZB-09: a strict operation that cannot be done whole is rejected whole; else as much as keeps balance is done.
    pub atomic: bool,
    /// ZB-11: whether a starved zone counts as unavailable for the two-zone block (ZB-06).
    pub starved_is_down: bool,
}

/// Why a scaling operation is refused. ZB-12: `OperationNotAllowed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// ZB-06: two zones or more are unavailable.
    ZonesDown,
    /// ZB-07: the result would be unbalanced.
    Unbalanced,
}

/// ZB-01: max − min.
pub fn spread(counts: &[u32]) -> u32 {
    let most = counts.iter().copied().max().unwrap_or(0);
    most - counts.iter().copied().min().unwrap_or(0)
}

/// ZB-03: the zone of the next machine: the fewest instances among the usable zones, the lowest index on ties.
pub fn next_zone(counts: &[u32], states: &[ZoneState]) -> Option<usize> {
    let usable = counts.iter().zip(states).enumerate().filter(|(_, (_, state))| **state == ZoneState::Usable);
    usable.min_by_key(|&(zone, (&count, _))| (count, zone)).map(|(zone, _)| zone)
}

/// ZB-06: whether so many zones are unavailable that best effort scales neither out nor in. A set in one zone is not
/// held by it.
pub fn is_blocked(states: &[ZoneState], rules: &BalanceRules) -> bool {
    let gone = |state: &&ZoneState| match state {
        ZoneState::Usable => false,
        ZoneState::Starved => rules.starved_is_down,
        ZoneState::Down => true,
    };
    rules.balance == Balance::BestEffort && states.len() > 1 && states.iter().filter(gone).count() >= 2
}

/// Plans a scale-out of `add` machines: adds them to `counts`, zone by zone, and returns how many found a zone.
///
/// # Errors
/// ZB-06 and ZB-07..09; `counts` is then as it was.
pub fn plan_scale_out(
    counts: &mut [u32],
    states: &[ZoneState],
    add: u32,
    rules: &BalanceRules,
) -> Result<u32, Refusal> {
    if is_blocked(states, rules) {
        return Err(Refusal::ZonesDown);
    }
    let strict = rules.balance == Balance::Strict && counts.len() > 1;
    let mut placed = 0;
    while placed < add {
        let Some(zone) = next_zone(counts, states) else { break };
        counts[zone] += 1;
        placed += 1;
        // ZB-08: with usable zones only, once a machine unbalances, every later one does.
        if strict && !rules.atomic && spread(counts) > 1 && leaves_less_balanced(counts, zone) {
            counts[zone] -= 1;
            placed -= 1;
            break;
        }
    }
    if strict && rules.atomic && (placed < add || (placed > 0 && spread(counts) > 1)) {
        take_back(counts, states, placed);
        return Err(Refusal::Unbalanced);
    }
    if strict && placed == 0 && add > 0 {
        return Err(Refusal::Unbalanced);
    }
    Ok(placed)
}

/// Whether the last machine, in `zone`, is what unbalances: without it the spread would be smaller.
fn leaves_less_balanced(counts: &mut [u32], zone: usize) -> bool {
    let with = spread(counts);
    counts[zone] -= 1;
    let without = spread(counts);
    counts[zone] += 1;
    with > without
}

/// Undoes [`next_zone`] `placed` times: the last machine went to the fullest usable zone, the highest index on ties.
fn take_back(counts: &mut [u32], states: &[ZoneState], placed: u32) {
    for _ in 0..placed {
        let usable = counts.iter().zip(states).enumerate().filter(|(_, (_, state))| **state == ZoneState::Usable);
        if let Some(zone) = usable.max_by_key(|&(zone, (&count, _))| (count, zone)).map(|(zone, _)| zone) {
            counts[zone] -= 1;
        }
    }
}

/// ZB-07, ZB-10: whether a scale-in that would leave `counts` may happen.
///
/// # Errors
/// ZB-06 and ZB-10.
pub fn check_scale_in(counts: &[u32], states: &[ZoneState], rules: &BalanceRules) -> Result<(), Refusal> {
    if is_blocked(states, rules) {
        return Err(Refusal::ZonesDown);
    }
    if rules.balance == Balance::Strict && spread(counts) > 1 {
        return Err(Refusal::Unbalanced);
    }
    Ok(())
}
