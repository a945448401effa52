//! The calendar against a naive one: a vector that is sorted before every look.
//!
//! Random schedules of pushes, pops and cancelled ranges, dense in ties, must yield exactly the same sequence from
//! both; the order is (time, tag), whatever the order of insertion; and it holds at size and at the clock's ends.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use std::ops::Range;
use zonefall_engine::{Calendar, Key, SimDuration, SimTime};

const HUNDRED_YEARS_MS: u64 = 100 * 365 * 24 * 3_600_000;

/// The specification: everything pending, in order.
#[derive(Debug, Default)]
struct Naive {
    pending: Vec<(SimTime, u64)>,
}

impl Naive {
    fn push(&mut self, time: SimTime, tag: u64) {
        self.pending.push((time, tag));
        self.pending.sort_unstable();
    }

    fn pop(&mut self) -> Option<(SimTime, u64)> {
        if self.pending.is_empty() { None } else { Some(self.pending.remove(0)) }
    }

    fn cancel(&mut self, tags: &Range<u64>) {
        self.pending.retain(|(_, tag)| !tags.contains(tag));
    }

    fn next_time(&self) -> SimTime {
        self.pending.first().map_or(SimTime::NEVER, |(time, _)| *time)
    }
}

/// One thing that an owner does to its calendar.
#[derive(Debug, Clone)]
enum Deed {
    Push(u64, u64),
    Pop,
    Cancel(Range<u64>),
    Clear,
}

/// Few different instants, so that most of them tie; with the ends of a long horizon and of the clock.
fn instant() -> impl Strategy<Value = u64> {
    prop_oneof![
        8 => 0..6u64,
        // Within a few turns of the wheel.
        4 => 0..900_000u64,
        3 => 0..HUNDRED_YEARS_MS,
        1 => Just(HUNDRED_YEARS_MS),
        1 => Just(u64::MAX),
        1 => Just(u64::MAX - 1),
    ]
}

fn tag() -> impl Strategy<Value = u64> {
    prop_oneof![6 => 0..12u64, 2 => any::<u64>(), 1 => Just(u64::MAX), 1 => Just(1u64 << 63)]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        60 => (instant(), tag()).prop_map(|(time, tag)| Deed::Push(time, tag)),
        35 => Just(Deed::Pop),
        8 => (tag(), tag()).prop_map(|(from, to)| Deed::Cancel(from..to)),
        1 => Just(Deed::Clear),
    ]
}

fn drain(calendar: &mut Calendar) -> Vec<(SimTime, u64)> {
    std::iter::from_fn(|| calendar.pop()).collect()
}

fn filled(entries: &[(u64, u64)]) -> Calendar {
    let mut calendar = Calendar::default();
    for &(time, tag) in entries {
        calendar.push(SimTime::from_ms(time), tag);
    }
    calendar
}

fn sorted(entries: &[(u64, u64)]) -> Vec<(SimTime, u64)> {
    let mut expected: Vec<_> = entries.iter().map(|&(time, tag)| (SimTime::from_ms(time), tag)).collect();
    expected.sort_unstable();
    expected
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn a_random_schedule_agrees_with_the_naive_calendar(
        // Some schedules begin with more entries than are kept in order, or fit into a slot of the wheel.
        first in prop_oneof![Just(Vec::new()), prop::collection::vec((instant(), tag()), 0..500)],
        deeds in prop::collection::vec(deed(), 0..400),
    ) {
        let mut naive = Naive { pending: sorted(&first) };
        let mut calendar = filled(&first);
        for deed in deeds {
            match deed {
                Deed::Push(time, tag) => {
                    calendar.push(SimTime::from_ms(time), tag);
                    naive.push(SimTime::from_ms(time), tag);
                }
                Deed::Pop => prop_assert_eq!(calendar.pop(), naive.pop()),
                Deed::Cancel(tags) => {
                    naive.cancel(&tags);
                    calendar.cancel(tags);
                }
                Deed::Clear => {
                    calendar.clear();
                    naive.pending.clear();
                }
            }
            prop_assert_eq!(calendar.len(), naive.pending.len());
            prop_assert_eq!(calendar.is_empty(), naive.pending.is_empty());
            prop_assert_eq!(calendar.next_time(), naive.next_time());
        }
        prop_assert_eq!(drain(&mut calendar), naive.pending);
    }

    #[test]
    fn the_order_of_insertion_does_not_matter(
        (entries, shuffled) in prop::collection::vec((instant(), tag()), 0..200)
            .prop_flat_map(|entries| (Just(entries.clone()), Just(entries).prop_shuffle()))
    ) {
        let expected = sorted(&entries);
        prop_assert_eq!(drain(&mut filled(&entries)), &expected[..]);
        prop_assert_eq!(drain(&mut filled(&shuffled)), expected);
    }

    #[test]
    fn a_cancelled_range_leaves_exactly_the_rest(
        entries in prop::collection::vec((instant(), tag()), 0..200), from in tag(), to in tag()
    ) {
        let mut calendar = filled(&entries);
        calendar.cancel(from..to);
        let mut expected = sorted(&entries);
        expected.retain(|(_, tag)| !(from..to).contains(tag));
        prop_assert_eq!(drain(&mut calendar), expected);
    }

    /// Hold: pop one, push one later, as a simulation does; time never runs backwards.
    #[test]
    fn time_is_monotone_while_events_breed_events(
        seed in any::<u64>(), width in 1..80u64, within in prop_oneof![Just(50), Just(5_000), Just(900_000u64)]
    ) {
        let mut luck = Key::root(seed).named("hold").stream();
        let mut calendar = Calendar::default();
        for tag in 0..width {
            calendar.push(SimTime::from_ms(luck.below(within)), tag);
        }
        let mut now = (SimTime::ZERO, 0);
        for _ in 0..2_000 {
            let next = calendar.pop().unwrap();
            prop_assert!(next.0 >= now.0, "{next:?} after {now:?}");
            calendar.push(next.0.after(SimDuration::from_ms(luck.below(within))), next.1);
            now = next;
        }
        prop_assert_eq!(calendar.len() as u64, width);
    }
}

#[test]
fn time_decides_before_the_tag_and_the_tag_before_nothing() {
    let entries = [(2, 0), (1, u64::MAX), (1, 1 << 63), (1, 7), (1, 7), (0, u64::MAX)];
    assert_eq!(drain(&mut filled(&entries)), sorted(&entries));
}

#[test]
fn a_range_to_cancel_is_half_open_and_may_be_empty() {
    let entries = [(5, 10), (4, 11), (3, 12), (2, 13)];
    let tags = |from, to| {
        let mut calendar = filled(&entries);
        calendar.cancel(from..to);
        drain(&mut calendar).into_iter().map(|(_, tag)| tag).collect::<Vec<_>>()
    };
    assert_eq!(tags(11, 13), [13, 10]);
    assert_eq!(tags(11, 11), [13, 12, 11, 10]);
    #[allow(clippy::reversed_empty_ranges)]
    let reversed = tags(13, 11);
    assert_eq!(reversed, [13, 12, 11, 10]);
    assert_eq!(tags(0, u64::MAX), [] as [u64; 0]);
}

#[test]
fn a_million_entries_fit_and_come_out_in_order() {
    const ENTRIES: u64 = 1_000_000;
    let mut luck = Key::root(1).named("million").stream();
    let entries: Vec<_> = (0..ENTRIES).map(|tag| (luck.below(ENTRIES / 10), tag)).collect();
    let mut calendar = filled(&entries);
    assert_eq!(calendar.len() as u64, ENTRIES);
    calendar.cancel(250_000..750_000);
    assert_eq!(calendar.len() as u64, ENTRIES / 2);
    let mut expected = sorted(&entries);
    expected.retain(|(_, tag)| !(250_000..750_000).contains(tag));
    assert!(drain(&mut calendar) == expected);
}

#[test]
fn a_hundred_years_and_never_are_in_order() {
    let entries = [
        (u64::MAX, u64::MAX),
        (u64::MAX, 0),
        (HUNDRED_YEARS_MS, 3),
        (HUNDRED_YEARS_MS - 1, 9),
        (SimDuration::MAX.as_ms(), 1),
        (0, 5),
    ];
    let mut calendar = filled(&entries);
    assert_eq!(calendar.next_time(), SimTime::ZERO);
    let drained = drain(&mut calendar);
    assert_eq!(drained, sorted(&entries));
    assert_eq!(drained[4..], [(SimTime::NEVER, 0), (SimTime::NEVER, u64::MAX)]);
    assert_eq!((calendar.next_time(), calendar.pop()), (SimTime::NEVER, None));
}

#[test]
fn an_entry_at_never_is_kept_although_nothing_seems_due() {
    let mut calendar = Calendar::default();
    calendar.push(SimTime::NEVER, 4);
    assert_eq!((calendar.next_time(), calendar.len()), (SimTime::NEVER, 1));
    assert_eq!(calendar.pop(), Some((SimTime::NEVER, 4)));
}

#[test]
fn a_cleared_calendar_starts_again() {
    let mut calendar = filled(&[(1, 1), (2, 2)]);
    calendar.clear();
    assert!(calendar.is_empty());
    calendar.push(SimTime::from_ms(9), 9);
    assert_eq!(drain(&mut calendar), [(SimTime::from_ms(9), 9)]);
}
