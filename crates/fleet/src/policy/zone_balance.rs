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

impl Refusal {
    /// ZB-12: what Azure answers. (Machines that find no capacity fail one by one with `ZonalAllocationFailed`.)
    pub const fn code(self) -> &'static str {
        "OperationNotAllowed"
    }
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

/// ZB-03: `capacity` instances placed one at a time into the zone with the fewest, the lowest index on ties, all zones
/// being usable and empty.
pub fn spread_over_zones(capacity: u32, zones: usize) -> impl ExactSizeIterator<Item = u32> {
    let zones = zones as u32;
    (0..zones).map(move |zone| capacity / zones + u32::from(zone < capacity % zones))
}

/// Plans a scale-out of `add` machines: adds them to `counts`, zone by zone, and returns how many found a zone. The
/// counts of the zones are those of ZB-01; no count falls (ZB-04).
///
/// Best effort places all of them unless no zone is usable: then none, and each fails for want of capacity. Strict
/// judges the counts at the end of the operation (ZB-08), so a set that is out of balance may grow into it. `atomic`
/// (ZB-09) places all or refuses; else the most machines after which the set is balanced. In one zone there is no
/// balance to keep (ZB-02).
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
    if add == 0 {
        return Ok(0);
    }
    let strict = rules.balance == Balance::Strict && counts.len() > 1;
    let wanted = if strict && !rules.atomic { add.min(most_in_balance(counts, states)) } else { add };
    let Some(fill) = Fill::of(counts, states, wanted) else {
        return if strict { Err(Refusal::Unbalanced) } else { Ok(0) };
    };
    if strict && (wanted == 0 || fill.spread(counts, states) > 1) {
        return Err(Refusal::Unbalanced);
    }
    fill.apply(counts, states);
    Ok(wanted)
}

/// ZB-08: the most machines that the usable zones take before they stand more than one above a zone that takes none.
fn most_in_balance(counts: &[u32], states: &[ZoneState]) -> u32 {
    let closed = counts.iter().zip(states).filter(|(_, state)| **state != ZoneState::Usable);
    let Some(least) = closed.map(|(&count, _)| count).min() else { return u32::MAX };
    let room = usable(counts, states)
        .map(|count| u64::from(least.saturating_add(1)).saturating_sub(u64::from(count)))
        .sum::<u64>();
    u32::try_from(room).unwrap_or(u32::MAX)
}

/// The counts of the usable zones.
fn usable(counts: &[u32], states: &[ZoneState]) -> impl Iterator<Item = u32> {
    counts.iter().zip(states).filter(|(_, state)| **state == ZoneState::Usable).map(|(&count, _)| count)
}

/// What ZB-03 comes to, without placing one machine after the other: every usable zone that has fewer than `level` is
/// filled up to it, and the first `rest` of the zones that then stand at it take one more.
struct Fill {
    level: u32,
    rest: u32,
}

impl Fill {
    /// How `add` machines fill the usable zones; none if there is no usable zone.
    fn of(counts: &[u32], states: &[ZoneState], add: u32) -> Option<Self> {
        let needed = |level: u32| usable(counts, states).map(|count| u64::from(level.saturating_sub(count))).sum();
        let least = usable(counts, states).min()?;
        // The highest level that `add` machines reach, by bisection.
        let (mut level, mut above) = (least, u64::from(least) + u64::from(add) + 1);
        while u64::from(level) + 1 < above {
            let middle = u64::midpoint(u64::from(level), above);
            let reached: u64 = u32::try_from(middle).map_or(u64::MAX, needed);
            if reached <= u64::from(add) {
                level = middle as u32;
            } else {
                above = middle;
            }
        }
        Some(Self { level, rest: (u64::from(add) - needed(level)) as u32 })
    }

    /// What a zone has afterwards; zones are asked for in order, and `rest` begins as the plan's.
    fn after(&self, count: u32, state: ZoneState, rest: &mut u32) -> u32 {
        if state != ZoneState::Usable || count > self.level {
            return count;
        }
        let one = u32::from(*rest > 0);
        *rest -= one;
        self.level + one
    }

    /// ZB-01: max − min afterwards.
    fn spread(&self, counts: &[u32], states: &[ZoneState]) -> u32 {
        let (mut least, mut most, mut rest) = (u32::MAX, 0, self.rest);
        for (&count, &state) in counts.iter().zip(states) {
            let after = self.after(count, state, &mut rest);
            (least, most) = (least.min(after), most.max(after));
        }
        most.saturating_sub(least)
    }

    fn apply(&self, counts: &mut [u32], states: &[ZoneState]) {
        let mut rest = self.rest;
        for (count, &state) in counts.iter_mut().zip(states) {
            *count = self.after(*count, state, &mut rest);
        }
    }
}

/// ZB-07, ZB-09, ZB-10: how many of the victims of a strict scale-in may go, one after the other, so that what remains is
/// balanced: all of them or none, or (not atomic) as many as possible. `victims`: their zones, none for a machine that
/// does not count for balance. `counts` is left as it was.
pub fn strict_victims(counts: &mut [u32], victims: &[Option<usize>], atomic: bool) -> usize {
    let mut most = 0;
    for (at, zone) in victims.iter().enumerate() {
        if let Some(zone) = *zone {
            counts[zone] -= 1;
        }
        if spread(counts) <= 1 {
            most = at + 1;
        }
    }
    victims.iter().flatten().for_each(|&zone| counts[zone] += 1);
    if atomic && most < victims.len() { 0 } else { most }
}

#[cfg(test)]
mod tests {
    use super::ZoneState::{Down, Starved, Usable};
    use super::*;
    use crate::policy::scale_in::{Candidate, Order, ScaleInRules, choose_victim};
    use zonefall_engine::SimTime;

    const BEST: BalanceRules = BalanceRules { balance: Balance::BestEffort, atomic: true, starved_is_down: false };
    const STRICT: BalanceRules = BalanceRules { balance: Balance::Strict, ..BEST };
    const PARTIAL: BalanceRules = BalanceRules { atomic: false, ..STRICT };
    const UP: [ZoneState; 3] = [Usable; 3];
    const THIRD_DOWN: [ZoneState; 3] = [Usable, Usable, Down];

    /// The counts and the answer after `counts` grew by `add`.
    fn out(
        counts: [u32; 3],
        states: [ZoneState; 3],
        add: u32,
        rules: &BalanceRules,
    ) -> ([u32; 3], Result<u32, Refusal>) {
        let mut after = counts;
        let answer = plan_scale_out(&mut after, &states, add, rules);
        (after, answer)
    }

    #[test]
    fn zb_10_a_strict_scale_in_is_judged_by_what_remains() {
        let zones = |list: &[usize]| list.iter().map(|&zone| Some(zone)).collect::<Vec<_>>();
        // 5/5/0 to two machines: 1/1/0.
        assert_eq!(strict_victims(&mut [5, 5, 0], &zones(&[0, 1, 0, 1, 0, 1, 0, 1]), true), 8);
        assert_eq!(strict_victims(&mut [5, 5, 0], &zones(&[0]), true), 0);
        // Zone 1 is protected: two may go, a third would unbalance.
        assert_eq!(strict_victims(&mut [3, 3, 3], &zones(&[1, 2, 1]), true), 0);
        assert_eq!(strict_victims(&mut [3, 3, 3], &zones(&[1, 2, 1]), false), 2);
    }

    #[test]
    fn zb_01_balanced_is_at_most_one_apart() {
        assert_eq!(spread(&[2, 2, 2]), 0);
        assert_eq!(spread(&[2, 3, 3]), 1);
        assert_eq!(spread(&[1, 3, 3]), 2);
        assert_eq!(spread(&[]), 0);
    }

    #[test]
    fn zb_01_dark_and_starved_zones_keep_their_counts() {
        // 2/2/2 with zone 3 dark is balanced: strict may grow by one, and the dark machines are what stops it at three.
        assert_eq!(out([2, 2, 2], THIRD_DOWN, 1, &STRICT).1, Ok(1));
        assert_eq!(out([2, 2, 0], THIRD_DOWN, 1, &STRICT).1, Err(Refusal::Unbalanced));
    }

    #[test]
    fn zb_02_one_zone_has_no_balance_to_keep() {
        let mut counts = [7];
        assert_eq!(plan_scale_out(&mut counts, &[Usable], 5, &STRICT), Ok(5));
        assert_eq!(counts, [12]);
        assert_eq!(plan_scale_out(&mut counts, &[Down], 1, &STRICT), Ok(0));
        assert!(!is_blocked(&[Down], &STRICT) && spread(&counts) <= 1);
    }

    #[test]
    fn zb_03_zero_to_five_gives_2_2_1() {
        assert_eq!(out([0, 0, 0], UP, 5, &BEST), ([2, 2, 1], Ok(5)));
        assert!(spread_over_zones(5, 3).eq([2, 2, 1]));
    }

    #[test]
    fn zb_03_0_2_4_grown_by_two_gives_2_2_4() {
        assert_eq!(out([0, 2, 4], UP, 2, &BEST), ([2, 2, 4], Ok(2)));
    }

    #[test]
    fn zb_03_0_3_3_grown_by_three_gives_3_3_3() {
        assert_eq!(out([0, 3, 3], UP, 3, &BEST), ([3, 3, 3], Ok(3)));
    }

    #[test]
    fn zb_03_the_plan_is_one_machine_at_a_time() {
        for add in 0..40 {
            for states in [UP, THIRD_DOWN, [Usable, Starved, Usable], [Starved, Starved, Usable], [Starved; 3]] {
                let mut one_by_one = [4, 0, 9];
                let mut placed = 0;
                while placed < add {
                    let Some(zone) = next_zone(&one_by_one, &states) else { break };
                    one_by_one[zone] += 1;
                    placed += 1;
                }
                assert_eq!(out([4, 0, 9], states, add, &BEST), (one_by_one, Ok(placed)), "{add} {states:?}");
            }
        }
    }

    #[test]
    fn zb_03_next_zone_is_the_emptiest_usable_one_lowest_index_on_ties() {
        assert_eq!(next_zone(&[2, 1, 1], &UP), Some(1));
        assert_eq!(next_zone(&[2, 1, 1], &[Usable, Down, Starved]), Some(0));
        assert_eq!(next_zone(&[2, 1, 1], &[Down; 3]), None);
        assert_eq!(next_zone(&[], &[]), None);
    }

    #[test]
    fn zb_03_a_full_range_of_counts_does_not_overflow() {
        let mut counts = [u32::MAX - 1, 0, 0];
        assert_eq!(plan_scale_out(&mut counts, &UP, u32::MAX, &BEST), Ok(u32::MAX));
        assert_eq!(counts, [u32::MAX - 1, u32::MAX / 2 + 1, u32::MAX / 2]);
    }

    #[test]
    fn zb_04_an_added_zone_moves_nothing() {
        assert_eq!(out([3, 3, 0], UP, 0, &BEST), ([3, 3, 0], Ok(0)));
        assert_eq!(out([3, 3, 0], UP, 1, &BEST), ([3, 3, 1], Ok(1)));
    }

    #[test]
    fn zb_05_one_zone_down_spills_over_and_heals_later() {
        let (outage, answer) = out([2, 2, 2], THIRD_DOWN, 4, &BEST);
        assert_eq!((outage, answer), ([4, 4, 2], Ok(4)));
        // Back again: the next machines go to the under-filled zone.
        assert_eq!(out(outage, UP, 2, &BEST), ([4, 4, 4], Ok(2)));
    }

    #[test]
    fn zb_05_scale_in_after_the_outage_removes_from_the_over_filled_zones() {
        assert_eq!(scaled_in(&[(4, 0), (4, 1), (2, 2)], 0, 4), [2, 2, 2]);
    }

    #[test]
    fn zb_06_two_zones_down_block_both_ways_under_best_effort() {
        let states = [Usable, Down, Down];
        assert_eq!(out([2, 2, 2], states, 1, &BEST), ([2, 2, 2], Err(Refusal::ZonesDown)));
        assert!(is_blocked(&states, &BEST));
        assert!(!is_blocked(&THIRD_DOWN, &BEST));
        assert!(is_blocked(&[Usable, Usable, Down, Down], &BEST));
        assert!(!is_blocked(&[Down], &BEST));
    }

    #[test]
    fn zb_06_strict_is_held_by_balance_alone() {
        let states = [Usable, Down, Down];
        assert_eq!(out([2, 2, 2], states, 1, &STRICT), ([3, 2, 2], Ok(1)));
        assert_eq!(out([2, 2, 2], states, 2, &STRICT), ([2, 2, 2], Err(Refusal::Unbalanced)));
        assert!(!is_blocked(&states, &STRICT));
        assert_eq!(strict_victims(&mut [2, 2, 2], &[Some(2)], true), 1);
    }

    #[test]
    fn zb_07_strict_blocks_what_would_end_unbalanced() {
        // A set left at 5/5/0 (a zone was added) cannot grow by one, nor shrink by one; it can grow into balance.
        assert_eq!(out([5, 5, 0], UP, 1, &STRICT), ([5, 5, 0], Err(Refusal::Unbalanced)));
        assert_eq!(out([5, 5, 0], UP, 4, &STRICT), ([5, 5, 4], Ok(4)));
        assert_eq!(strict_victims(&mut [5, 5, 0], &[Some(1)], true), 0);
    }

    #[test]
    fn zb_07_a_fuller_zone_is_not_forgotten_when_the_others_rise() {
        let mut counts = [2, 0, 0, 0];
        assert_eq!(plan_scale_out(&mut counts, &[Usable; 4], 2, &STRICT), Err(Refusal::Unbalanced));
        assert_eq!(plan_scale_out(&mut counts, &[Usable; 4], 3, &STRICT), Ok(3));
        assert_eq!(counts, [2, 1, 1, 1]);
    }

    #[test]
    fn zb_08_an_outage_leaves_head_room_of_one_a_zone() {
        assert_eq!(out([2, 2, 2], THIRD_DOWN, 1, &STRICT), ([3, 2, 2], Ok(1)));
        assert_eq!(out([2, 2, 2], THIRD_DOWN, 2, &STRICT), ([3, 3, 2], Ok(2)));
        assert_eq!(out([2, 2, 2], THIRD_DOWN, 3, &STRICT), ([2, 2, 2], Err(Refusal::Unbalanced)));
    }

    #[test]
    fn zb_09_an_atomic_refusal_leaves_the_counts_alone() {
        // The fullest zone is not where the last machine went.
        assert_eq!(out([0, 9, 3], THIRD_DOWN, 4, &STRICT), ([0, 9, 3], Err(Refusal::Unbalanced)));
        assert_eq!(out([1, 1, 1], [Down; 3], 1, &STRICT), ([1, 1, 1], Err(Refusal::Unbalanced)));
    }

    #[test]
    fn zb_09_the_partial_variant_does_as_much_as_ends_balanced() {
        assert_eq!(out([2, 2, 2], THIRD_DOWN, 3, &PARTIAL), ([3, 3, 2], Ok(2)));
        assert_eq!(out([3, 3, 2], THIRD_DOWN, 1, &PARTIAL), ([3, 3, 2], Err(Refusal::Unbalanced)));
        // Out of balance, and not to be helped by so few.
        assert_eq!(out([5, 5, 0], UP, 3, &PARTIAL), ([5, 5, 0], Err(Refusal::Unbalanced)));
        assert_eq!(out([5, 5, 0], UP, 9, &PARTIAL), ([7, 6, 6], Ok(9)));
        // Beyond balance already, whatever is added.
        assert_eq!(out([5, 5, 0], THIRD_DOWN, 9, &PARTIAL), ([5, 5, 0], Err(Refusal::Unbalanced)));
        assert_eq!(out([1, 1, 1], [Down; 3], 1, &PARTIAL), ([1, 1, 1], Err(Refusal::Unbalanced)));
        assert_eq!(out([1, 1, 1], UP, 0, &PARTIAL), ([1, 1, 1], Ok(0)));
    }

    #[test]
    fn zb_10_protection_that_breaks_the_balance_blocks_a_strict_scale_in() {
        assert_eq!(strict_victims(&mut [2, 2, 1], &[Some(1)], true), 1);
        // Zone 1 holds only protected machines, so the other two shrank.
        assert_eq!(strict_victims(&mut [2, 1, 1], &[Some(1)], true), 0);
        assert!(!is_blocked(&UP, &BEST));
    }

    #[test]
    fn zb_11_a_starved_zone_is_unusable_but_not_unavailable() {
        let states = [Usable, Starved, Down];
        assert_eq!(out([1, 1, 1], states, 2, &BEST), ([3, 1, 1], Ok(2)));
        assert_eq!(out([1, 1, 1], [Usable, Starved, Starved], 2, &BEST), ([3, 1, 1], Ok(2)));
        assert_eq!(out([1, 1, 1], states, 2, &STRICT), ([1, 1, 1], Err(Refusal::Unbalanced)));
        assert_eq!(out([1, 1, 1], [Starved; 3], 2, &BEST), ([1, 1, 1], Ok(0)));
        let counted = BalanceRules { starved_is_down: true, ..BEST };
        assert_eq!(out([1, 1, 1], states, 2, &counted), ([1, 1, 1], Err(Refusal::ZonesDown)));
    }

    #[test]
    fn zb_12_a_refusal_is_an_operation_not_allowed() {
        assert_eq!(Refusal::ZonesDown.code(), "OperationNotAllowed");
        assert_eq!(Refusal::Unbalanced.code(), "OperationNotAllowed");
    }

    /// What scale-in leaves of machines by zone (count, zone) and of regional ones.
    fn scaled_in(zones: &[(u32, u32)], regional: u32, remove: u32) -> [u32; 3] {
        let places = zones.iter().flat_map(|&(count, zone)| (0..count).map(move |_| Some(zone)));
        let mut machines: Vec<Candidate> = (0..regional)
            .map(|_| None)
            .chain(places)
            .enumerate()
            .map(|(id, zone)| Candidate {
                zone,
                fault_domain: 0,
                balances: true,
                id: id as u32,
                created: SimTime::from_ms(id as u64),
                protected: false,
                unhealthy: false,
            })
            .collect();
        let rules = ScaleInRules { order: Order::Default, prioritize_unhealthy: false, falls_back: true };
        for _ in 0..remove {
            let victim = choose_victim(&machines, &rules).expect("nothing is protected");
            machines.remove(victim);
        }
        std::array::from_fn(|zone| machines.iter().filter(|machine| machine.zone == Some(zone as u32)).count() as u32)
    }

    #[test]
    fn zb_13_a_manual_rebalance_grows_and_shrinks() {
        // Five regional machines: to ten, then back to five; the regional ones go (CV-04).
        let (grown, _) = out([0, 0, 0], UP, 5, &BEST);
        assert_eq!(grown, [2, 2, 1]);
        assert_eq!(scaled_in(&[(2, 0), (2, 1), (1, 2)], 5, 5), [2, 2, 1]);
        // After an outage: 0/2/4 to eight, then back to six.
        let (grown, _) = out([0, 2, 4], UP, 2, &BEST);
        assert_eq!(grown, [2, 2, 4]);
        assert_eq!(scaled_in(&[(2, 0), (2, 1), (4, 2)], 0, 2), [2, 2, 2]);
    }

    #[test]
    fn c_02_additions_go_to_unaffected_zones() {
        assert_eq!(out([2, 2, 2], [Down, Usable, Usable], 2, &BEST), ([2, 3, 3], Ok(2)));
    }

    #[test]
    fn c_16_the_extras_of_2_2_4_are_all_in_zone_three() {
        assert_eq!(scaled_in(&[(2, 0), (2, 1), (4, 2)], 0, 2), [2, 2, 2]);
    }

    #[test]
    fn ar_09_a_replacement_leaves_a_dead_zone_under_best_effort_and_blocks_under_strict() {
        let dead = [Down, Usable, Usable];
        // One machine of zone 1 after the other is deleted and made anew: 2/2/2 becomes 0/3/3.
        assert_eq!(out([1, 2, 2], dead, 1, &BEST), ([1, 3, 2], Ok(1)));
        assert_eq!(out([0, 3, 2], dead, 1, &BEST), ([0, 3, 3], Ok(1)));
        assert_eq!(out([1, 2, 2], dead, 1, &STRICT), ([1, 2, 2], Err(Refusal::Unbalanced)));
    }
}
