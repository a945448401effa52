//! LB-08, AFD-01..03, TM-01..03: what routers between regions see, and where they send clients. Pure functions.
//!
//! Clients that are sent elsewhere go evenly within a while. What they are served follows that line in steps, each at the
//! middle of its piece, so that the demand served over a whole move is exact; whether enough of them are served is asked of
//! the line itself.

use crate::failover::ALL_CLIENTS;
use zonefall_engine::{SimDuration, SimTime};

/// Steps of a move of clients.
pub const STEPS: u32 = 16;

/// AFD-01: with so many good samples needed of so many, the bad ones that take an origin out.
pub const fn bad_samples(size: u32, needed: u32) -> u32 {
    size - needed + 1
}

/// AFD-02: the soonest that an edge takes an origin out: its last good probe just before it failed. Others do within one
/// interval after that.
pub fn front_door_out(interval: SimDuration, size: u32, needed: u32, timeout: SimDuration) -> SimDuration {
    SimDuration::from_ms(interval.as_ms() * u64::from(bad_samples(size, needed) - 1)).plus(timeout)
}

/// AFD-02: the soonest that an edge sends clients to an origin that is back.
pub fn front_door_back(interval: SimDuration, needed: u32) -> SimDuration {
    SimDuration::from_ms(interval.as_ms() * u64::from(needed - 1))
}

/// AFD-03, TM-03: clients by weight over the parts that are not known to be out; over all where all are. Sums to all
/// clients.
pub fn spread_by_weight(weights: &[u32], seen: &[bool], into: &mut [u32]) {
    let any = weights.iter().zip(seen).any(|(&weight, &seen)| seen && weight > 0);
    let takes = |at: usize| if seen[at] || !any { u64::from(weights[at]) } else { 0 };
    let all: u64 = (0..weights.len()).map(takes).sum();
    let (mut sum, mut given) = (0, 0);
    for (at, share) in into.iter_mut().enumerate() {
        sum += takes(at);
        let upto = (sum * u64::from(ALL_CLIENTS) / all.max(1)) as u32;
        *share = upto - given;
        given = upto;
    }
}

/// ZN-06: whether clients may be sent to a part: to one that answers but is not whole only if what they are at does not answer.
pub const fn may_take_over(answers: bool, whole: bool, active_answers: bool) -> bool {
    whole || answers && !active_answers
}

/// ZN-06: of the other parts, with whether each answers and is whole, the one that clients are sent to: the first that is whole, or
/// that may take over at all.
pub fn takes_over(
    mut others: impl Iterator<Item = (usize, bool, bool)> + Clone,
    active_answers: bool,
) -> Option<usize> {
    let whole = others.clone().find(|&(_, _, whole)| whole);
    let any = || others.find(|&(_, answers, whole)| may_take_over(answers, whole, active_answers));
    whole.or_else(any).map(|(part, ..)| part)
}

/// How many clients are at each part after so much of a move. Sums to all clients.
pub fn after(from: &[u32], to: &[u32], (part, whole): (u64, u64), into: &mut [u32]) {
    let part = u128::from(part.min(whole));
    let on_the_way = |from: u64, to: u64| {
        let sum = u128::from(from) * (u128::from(whole) - part) + u128::from(to) * part;
        (sum / u128::from(whole)) as u32
    };
    // Cumulated, so that roundings cancel.
    let (mut sums, mut given) = ((0u64, 0u64), 0);
    for (at, share) in into.iter_mut().enumerate() {
        sums = (sums.0 + u64::from(from[at]), sums.1 + u64::from(to[at]));
        let upto = on_the_way(sums.0, sums.1);
        *share = upto.saturating_sub(given);
        given = upto.max(given);
    }
}

/// When a step of a move is taken: in the middle of its piece.
pub fn step_at(begins: SimTime, spread: SimDuration, step: u32) -> SimTime {
    begins.after(SimDuration::from_ms(spread.as_ms() * u64::from(2 * step + 1) / u64::from(2 * STEPS)))
}

/// When a move that takes well served clients from `good_from` to `good_to`, in millionths, comes to be enough of them, or to be too
/// few; never, where it does neither.
pub fn crossing(begins: SimTime, spread: SimDuration, (good_from, good_to): (u32, u32), least: u32) -> SimTime {
    if (good_from >= least) == (good_to >= least) {
        return SimTime::NEVER;
    }
    let (before, whole) = (u128::from(least.abs_diff(good_from)), u128::from(good_to.abs_diff(good_from)));
    begins.after(SimDuration::from_ms((u128::from(spread.as_ms()) * before).div_ceil(whole) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1000;

    fn seconds(s: u64) -> SimDuration {
        SimDuration::from_ms(s * SECOND)
    }

    #[test]
    fn afd_01_afd_02_an_edge_needs_two_bad_samples_of_four_and_three_good_ones() {
        assert_eq!(bad_samples(4, 3), 2);
        // One interval and the timeout, then every edge within one interval: at most 90 s.
        assert_eq!(front_door_out(seconds(30), 4, 3, seconds(30)), seconds(60));
        assert_eq!(front_door_back(seconds(30), 3), seconds(60));
    }

    #[test]
    fn afd_03_tm_03_clients_go_by_weight_to_what_is_not_known_to_be_out_and_to_all_where_all_are() {
        let spread = |seen: &[bool]| {
            let mut into = [0; 3];
            spread_by_weight(&[50, 50, 100], seen, &mut into);
            into
        };
        assert_eq!(spread(&[true; 3]), [250_000, 250_000, 500_000]);
        assert_eq!(spread(&[true, false, true]), [333_333, 0, 666_667]);
        assert_eq!(spread(&[false; 3]), [250_000, 250_000, 500_000]);
    }

    #[test]
    fn tm_02_clients_move_evenly_and_none_is_lost_on_the_way() {
        let (from, to) = ([ALL_CLIENTS, 0, 0], [0, 333_333, 666_667]);
        let mut into = [0; 3];
        let mut served = 0;
        for step in 0..=STEPS {
            after(&from, &to, (u64::from(step), u64::from(STEPS)), &mut into);
            assert_eq!(into.iter().sum::<u32>(), ALL_CLIENTS);
            let until = if step < STEPS { step_at(SimTime::ZERO, seconds(64), step).as_ms() } else { 64_000 };
            let since = if step > 0 { step_at(SimTime::ZERO, seconds(64), step - 1).as_ms() } else { 0 };
            served += u64::from(into[1] + into[2]) * (until - since);
        }
        assert_eq!(into, to);
        // On the mean each is there after half of the time, but for roundings of a millionth.
        let exact = 32_000 * u64::from(ALL_CLIENTS);
        assert!(served.abs_diff(exact) < 64_000, "{served}");
    }

    #[test]
    fn enough_clients_are_served_where_the_line_crosses() {
        let at = |from, to, least| crossing(SimTime::ZERO, seconds(60), (from, to), least);
        assert_eq!(at(0, ALL_CLIENTS, 990_000), SimTime::from_ms(59_400));
        assert_eq!(at(500_000, ALL_CLIENTS, ALL_CLIENTS), SimTime::from_ms(60_000));
        assert_eq!(at(990_000, ALL_CLIENTS, 990_000), SimTime::NEVER);
        assert_eq!(at(0, 500_000, 990_000), SimTime::NEVER);
        // Too few from then on.
        assert_eq!(at(ALL_CLIENTS, 0, 900_000), SimTime::from_ms(6_000));
        assert_eq!(at(ALL_CLIENTS, 500_000, 400_000), SimTime::NEVER);
    }
}
