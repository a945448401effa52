//! ZP: automatic zone placement (a preview): the platform chooses the zones.
//!
//! In: instances by eligible zone, and what each zone can take. Out: machines added by zone; what finds no place fails.
//! It is decided when machines are created, and none is ever moved.

use super::zone_balance::{Balance, BalanceRules, ZoneState};

/// ZP-01..04: what the placement policy says; the set's zones are the eligible ones, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AutoPlacement {
    /// ZP-02: the most zones; without it 3, and a fourth where the others cannot satisfy.
    pub max_zones: Option<u32>,
    /// ZP-03, ZP-04: the most of the target in one zone, in percent.
    pub max_percent: u32,
}

impl AutoPlacement {
    /// ZP-02: how many zones it aims at.
    pub fn zones(self) -> usize {
        self.max_zones.unwrap_or(ZONES_DEFAULT) as usize
    }
}

/// ZP-03: the most of the target in one zone, in percent, where nothing is said.
pub const MAX_PERCENT_DEFAULT: u32 = 50;

/// ZP-02: zones that a set spreads over, where nothing is said.
pub const ZONES_DEFAULT: u32 = 3;

/// ZP-04: the most machines of one zone.
pub fn cap(target: u32, percent: u32) -> u32 {
    u32::try_from((u64::from(target) * u64::from(percent)).div_ceil(100)).unwrap_or(u32::MAX)
}

/// ZP-02..06: adds `add` machines to `counts`, aiming at `target` in all; returns how many found a place. What finds
/// none fails. A usable zone takes any number.
pub fn plan(
    counts: &mut [u32],
    states: &[ZoneState],
    add: u32,
    target: u32,
    rules: &BalanceRules,
    placement: AutoPlacement,
) -> u32 {
    plan_with_room(counts, states, &[], add, target, rules, placement)
}

/// [`plan`] with zones that take only so many: `room` is the most machines of each zone, those of `counts` included; a
/// zone beyond its end has no limit.
///
/// Under strict balance a zone is entered only if what is still to be placed levels it (ZP-06).
pub fn plan_with_room(
    counts: &mut [u32],
    states: &[ZoneState],
    room: &[u32],
    add: u32,
    target: u32,
    rules: &BalanceRules,
    placement: AutoPlacement,
) -> u32 {
    for placed in 0..add {
        let zone = next_with_room(counts, states, room, (add - placed, target), rules, placement);
        let Some(zone) = zone else { return placed };
        counts[zone] += 1;
    }
    add
}

/// ZP-02..06: the zone of the next of `left` machines that are still to be placed, of `target` in all; none if it finds none.
pub fn next_zone(
    counts: &[u32],
    states: &[ZoneState],
    (left, target): (u32, u32),
    rules: &BalanceRules,
    placement: AutoPlacement,
) -> Option<usize> {
    next_with_room(counts, states, &[], (left, target), rules, placement)
}

/// The zones of the set are those that it is in, and then, in order, those that can take a machine, up to three or
/// `max_zones`. Where these are full and the number was left open, one more is entered (ZP-02). A zone that is unavailable
/// stays one of them as long as the set has machines in it. Under best effort no zone holds more than its cap (ZP-04), and
/// of two machines or more never all (ZP-03, inferred for caps above 50 %). Under strict balance the cap is void, and the
/// zones that the set is in stay within one of each other (ZP-06).
fn next_with_room(
    counts: &[u32],
    states: &[ZoneState],
    room: &[u32],
    (left, target): (u32, u32),
    rules: &BalanceRules,
    placement: AutoPlacement,
) -> Option<usize> {
    let strict = rules.balance == Balance::Strict;
    let spans = counts.len() > 1 && placement.max_zones != Some(1) && target > 1;
    let share = cap(target, placement.max_percent).min(if spans { target - 1 } else { u32::MAX });
    let limit = |zone: usize| {
        let open = states.get(zone) == Some(&ZoneState::Usable);
        let most = room.get(zone).copied().unwrap_or(u32::MAX).min(if strict { u32::MAX } else { share });
        if open { most } else { 0 }
    };
    let entered = counts.iter().filter(|count| **count > 0).count();
    let takes = |zone: usize, more_zones: bool| counts[zone] < limit(zone) && (counts[zone] > 0 || more_zones);
    let emptiest = |more_zones: bool| {
        let fits = |zone: &usize| takes(*zone, more_zones) && (!strict || stays_level(counts, *zone, left, limit));
        (0..counts.len()).filter(fits).min_by_key(|&zone| (counts[zone], zone))
    };
    // ZP-02: a further zone, where the number of zones was left open.
    emptiest(entered < placement.zones()).or_else(|| if placement.max_zones.is_none() { emptiest(true) } else { None })
}

/// ZP-06: whether the zones that the set is in can end within one of each other if the next of `left` machines goes to
/// `zone`: all that they lack must find a place.
fn stays_level(counts: &[u32], zone: usize, left: u32, limit: impl Fn(usize) -> u32) -> bool {
    let after = |at: usize| counts[at] + u32::from(at == zone);
    let inside = || (0..counts.len()).map(|at| (at, after(at))).filter(|&(_, count)| count > 0);
    let level = inside().map(|(_, count)| count).max().map_or(0, |most| most - 1);
    let lacking = || inside().filter(|&(_, count)| count < level);
    let missing: u64 = lacking().map(|(_, count)| u64::from(level - count)).sum();
    lacking().all(|(at, _)| limit(at) >= level) && missing < u64::from(left)
}

#[cfg(test)]
mod tests {
    use super::ZoneState::{Down, Starved, Usable};
    use super::*;

    const BEST: BalanceRules = BalanceRules { balance: Balance::BestEffort, atomic: true, starved_is_down: false };
    const STRICT: BalanceRules = BalanceRules { balance: Balance::Strict, ..BEST };
    const AUTO: AutoPlacement = AutoPlacement { max_zones: None, max_percent: MAX_PERCENT_DEFAULT };
    const THREE: AutoPlacement = AutoPlacement { max_zones: Some(3), ..AUTO };

    /// The counts after `add` machines more, all zones being up, and how many found a place.
    fn grown<const N: usize>(
        counts: [u32; N],
        room: &[u32],
        add: u32,
        rules: &BalanceRules,
        placement: AutoPlacement,
    ) -> ([u32; N], u32) {
        let mut after = counts;
        let target = counts.iter().sum::<u32>() + add;
        let placed = plan_with_room(&mut after, &[Usable; N], room, add, target, rules, placement);
        (after, placed)
    }

    #[test]
    fn zp_04_the_most_of_one_zone_is_rounded_up() {
        assert_eq!([cap(100, 50), cap(5, 50), cap(7, 34), cap(0, 50)], [50, 3, 3, 0]);
    }

    #[test]
    fn zp_02_an_even_spread_over_three_zones() {
        assert_eq!(grown([0; 3], &[], 100, &BEST, AUTO), ([34, 33, 33], 100));
        assert_eq!(grown([0; 4], &[], 100, &BEST, AUTO), ([34, 33, 33, 0], 100));
        assert_eq!(grown([0; 4], &[], 100, &BEST, AutoPlacement { max_zones: Some(4), ..AUTO }).0, [25; 4]);
        assert_eq!(grown([0; 4], &[], 100, &BEST, AutoPlacement { max_zones: Some(2), ..AUTO }).0, [50, 50, 0, 0]);
    }

    #[test]
    fn zp_02_a_fourth_zone_only_if_the_number_was_left_open() {
        assert_eq!(grown([0; 4], &[20, 20, 20], 100, &BEST, AUTO), ([20, 20, 20, 40], 100));
        assert_eq!(grown([0; 4], &[20, 20, 20], 100, &BEST, THREE), ([20, 20, 20, 0], 60));
    }

    #[test]
    fn zp_02_a_zone_without_capacity_is_not_among_the_three() {
        assert_eq!(grown([0; 4], &[9, 0, 9, 9], 9, &BEST, THREE), ([3, 0, 3, 3], 9));
        let mut counts = [0; 4];
        assert_eq!(plan(&mut counts, &[Usable, Down, Starved, Usable], 4, 4, &BEST, AUTO), 4);
        assert_eq!(counts, [2, 0, 0, 2]);
    }

    #[test]
    fn zp_02_the_zones_of_the_set_come_before_others() {
        assert_eq!(grown([0, 2, 2, 2], &[], 3, &BEST, AUTO), ([0, 3, 3, 3], 3));
        assert_eq!(grown([0, 2, 2, 2], &[], 3, &BEST, THREE), ([0, 3, 3, 3], 3));
    }

    #[test]
    fn zp_02_more_than_eight_zones_are_no_matter() {
        assert_eq!(grown([0; 12], &[], 24, &BEST, AutoPlacement { max_zones: Some(12), ..AUTO }), ([2; 12], 24));
        assert_eq!(grown([], &[], 4, &BEST, AUTO), ([], 0));
        assert_eq!(plan(&mut [0, 0], &[], 4, 4, &BEST, AUTO), 0);
    }

    #[test]
    fn zp_03_no_zone_holds_more_than_half_by_default() {
        assert_eq!(grown([0; 3], &[100, 0, 0], 100, &BEST, AUTO), ([50, 0, 0], 50));
        assert_eq!(grown([0; 3], &[9, 0, 0], 5, &BEST, AUTO), ([3, 0, 0], 3));
    }

    #[test]
    fn zp_03_two_zones_at_least_whatever_the_cap() {
        let all = AutoPlacement { max_percent: 100, ..AUTO };
        assert_eq!(grown([0; 3], &[100, 0, 0], 100, &BEST, all), ([99, 0, 0], 99));
        assert_eq!(grown([0; 3], &[100, 5, 0], 100, &BEST, all), ([95, 5, 0], 100));
        assert_eq!(grown([0; 3], &[], 1, &BEST, all), ([1, 0, 0], 1));
    }

    #[test]
    fn zp_05_100_asked_of_70_30_0_gives_50_30_0() {
        assert_eq!(grown([0; 3], &[70, 30, 0], 100, &BEST, AUTO), ([50, 30, 0], 80));
    }

    #[test]
    fn zp_05_100_asked_of_90_10_0_at_85_percent_gives_85_10_0() {
        let wide = AutoPlacement { max_percent: 85, ..AUTO };
        assert_eq!(grown([0; 3], &[90, 10, 0], 100, &BEST, wide), ([85, 10, 0], 95));
    }

    #[test]
    fn zp_06_strict_places_what_stays_balanced_and_fails_the_rest() {
        assert_eq!(grown([0; 3], &[70, 30, 0], 100, &STRICT, THREE), ([31, 30, 0], 61));
        assert_eq!(grown([0; 3], &[70, 30, 5], 100, &STRICT, THREE), ([6, 6, 5], 17));
        assert_eq!(grown([0; 3], &[], 100, &STRICT, THREE), ([34, 33, 33], 100));
        let mut counts = [2, 2, 2];
        assert_eq!(plan(&mut counts, &[Usable, Usable, Down], 5, 11, &STRICT, THREE), 2);
        assert_eq!(counts, [3, 3, 2]);
    }

    #[test]
    fn zp_06_strict_enters_a_zone_only_if_it_can_be_levelled() {
        assert_eq!(grown([5, 5, 0], &[], 1, &STRICT, THREE), ([6, 5, 0], 1));
        assert_eq!(grown([5, 5, 0], &[], 4, &STRICT, THREE), ([5, 5, 4], 4));
        assert_eq!(grown([5, 5, 0], &[9, 9, 3], 4, &STRICT, THREE), ([7, 7, 0], 4));
        // A set out of balance that cannot be mended places nothing.
        assert_eq!(grown([5, 5, 1], &[], 2, &STRICT, THREE), ([5, 5, 1], 0));
        assert_eq!(grown([5, 5, 1], &[], 3, &STRICT, THREE), ([5, 5, 4], 3));
    }
}
