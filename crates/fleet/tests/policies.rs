//! Properties of the policies that hold for whatever set they meet, each under its rule.
#![allow(missing_docs, clippy::unwrap_used)]

use proptest::prelude::*;
use zonefall_engine::SimTime;
use zonefall_fleet::policy::auto_zone_balance::{ZoneLoad, imbalance};
use zonefall_fleet::policy::scale_in::{Candidate, Order, ScaleInRules, choose_victim};
use zonefall_fleet::policy::spot::{PriorityMix, regular_to_add, removes_regular};
use zonefall_fleet::policy::zone_balance::*;
use zonefall_fleet::policy::zone_placement::{AutoPlacement, cap, plan_with_room};

fn state() -> impl Strategy<Value = ZoneState> {
    prop_oneof![3 => Just(ZoneState::Usable), 1 => Just(ZoneState::Starved), 1 => Just(ZoneState::Down)]
}

/// Zones with their counts and states.
fn zones() -> impl Strategy<Value = (Vec<u32>, Vec<ZoneState>)> {
    prop::collection::vec((0u32..6, state()), 1..6).prop_map(|zones| zones.into_iter().unzip())
}

fn rules() -> impl Strategy<Value = BalanceRules> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(strict, atomic, starved_is_down)| BalanceRules {
        balance: if strict { Balance::Strict } else { Balance::BestEffort },
        atomic,
        starved_is_down,
    })
}

fn best_effort() -> BalanceRules {
    BalanceRules { balance: Balance::BestEffort, atomic: true, starved_is_down: false }
}

fn strict(atomic: bool) -> BalanceRules {
    BalanceRules { balance: Balance::Strict, atomic, starved_is_down: false }
}

fn scale_in_rules() -> impl Strategy<Value = ScaleInRules> {
    let order = prop_oneof![Just(Order::Default), Just(Order::OldestFirst), Just(Order::NewestFirst)];
    (order, any::<bool>(), any::<bool>()).prop_map(|(order, prioritize_unhealthy, falls_back)| ScaleInRules {
        order,
        prioritize_unhealthy,
        falls_back,
    })
}

/// Machines in up to four zones (or none), protected with a probability.
fn machines(protected: f64) -> impl Strategy<Value = Vec<Candidate>> {
    let one = (
        prop::option::weighted(0.9, 0u32..4),
        0u32..5,
        0u64..20,
        prop::bool::weighted(protected),
        prop::bool::weighted(0.2),
    );
    prop::collection::vec(one, 0..40).prop_map(|machines| {
        let machine = |(id, (zone, fault_domain, created, protected, unhealthy))| Candidate {
            zone,
            fault_domain,
            balances: true,
            id: id as u32,
            created: SimTime::from_ms(created),
            protected,
            unhealthy,
        };
        machines.into_iter().enumerate().map(machine).collect()
    })
}

fn counts(machines: &[Candidate]) -> Vec<u32> {
    (0..4).map(|zone| machines.iter().filter(|machine| machine.zone == Some(zone)).count() as u32).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn zb_03_a_plan_conserves_counts_and_touches_usable_zones_only(
        (counts, states) in zones(), add in 0u32..40, rules in rules(),
    ) {
        let mut after = counts.clone();
        let placed = plan_scale_out(&mut after, &states, add, &rules).unwrap_or(0);
        prop_assert_eq!(after.iter().sum::<u32>(), counts.iter().sum::<u32>() + placed);
        prop_assert!(placed <= add);
        for ((before, after), state) in counts.iter().zip(&after).zip(&states) {
            prop_assert!(after == before || (after > before && *state == ZoneState::Usable));
        }
    }

    #[test]
    fn zb_05_best_effort_in_usable_zones_never_widens_the_spread(
        counts in prop::collection::vec(0u32..12, 1..6), add in 0u32..40,
    ) {
        let mut after = counts.clone();
        let states = vec![ZoneState::Usable; counts.len()];
        prop_assert_eq!(plan_scale_out(&mut after, &states, add, &best_effort()), Ok(add));
        prop_assert!(spread(&after) <= spread(&counts).max(1));
    }

    #[test]
    fn zb_05_a_scale_in_of_unprotected_machines_never_widens_the_spread(
        machines in machines(0.0), rules in scale_in_rules(), remove in 0usize..10,
    ) {
        let before = spread(&counts(&machines));
        let mut left = machines;
        for _ in 0..remove {
            let Some(victim) = choose_victim(&left, &rules) else { break };
            left.remove(victim);
        }
        prop_assert!(spread(&counts(&left)) <= before.max(1));
    }

    #[test]
    fn zb_06_two_dark_zones_hold_best_effort((counts, states) in zones(), add in 0u32..40) {
        let down = states.iter().filter(|state| **state == ZoneState::Down).count();
        let answer = plan_scale_out(&mut counts.clone(), &states, add, &best_effort());
        prop_assert_eq!(answer == Err(Refusal::ZonesDown), down >= 2);
        prop_assert_eq!(is_blocked(&states, &best_effort()), down >= 2);
    }

    #[test]
    fn zb_07_strict_is_refused_or_ends_balanced((counts, states) in zones(), add in 1u32..40, atomic: bool) {
        let mut after = counts.clone();
        match plan_scale_out(&mut after, &states, add, &strict(atomic)) {
            Err(refusal) => prop_assert_eq!((refusal, &after), (Refusal::Unbalanced, &counts)),
            Ok(placed) if counts.len() > 1 => {
                prop_assert!(spread(&after) <= 1);
                prop_assert!(placed == add || (!atomic && placed > 0));
            }
            Ok(_) => {}
        }
    }

    #[test]
    fn zb_09_the_partial_variant_could_not_have_placed_one_more(
        counts in prop::collection::vec(0u32..6, 2..5), states in prop::collection::vec(state(), 5), add in 1u32..30,
    ) {
        let states = &states[..counts.len()];
        let placed = plan_scale_out(&mut counts.clone(), states, add, &strict(false)).unwrap_or(0);
        for more in placed + 1..=add {
            prop_assert!(plan_scale_out(&mut counts.clone(), states, more, &strict(true)).is_err());
        }
    }

    #[test]
    fn zb_10_strict_scale_in_keeps_the_balance_where_nothing_is_protected(
        capacity in 0u32..40, zones in 2usize..5, remove in 0usize..20, rules in scale_in_rules(),
    ) {
        let places = spread_over_zones(capacity, zones).zip(0u32..);
        let mut machines: Vec<Candidate> = places
            .flat_map(|(count, zone)| (0..count).map(move |at| (zone, at)))
            .enumerate()
            .map(|(id, (zone, at))| Candidate {
                zone: Some(zone),
                fault_domain: at % 5,
                balances: true,
                id: id as u32,
                created: SimTime::ZERO,
                protected: false,
                unhealthy: at % 3 == 0,
            })
            .collect();
        for _ in 0..remove.min(machines.len()) {
            let victim = choose_victim(&machines, &rules).unwrap();
            machines.remove(victim);
            let counts = &counts(&machines)[..zones];
            prop_assert!(spread(counts) <= 1);
        }
    }

    #[test]
    fn si_01_a_zonal_victim_comes_from_a_fullest_zone_unless_that_is_protected(
        machines in machines(0.3), rules in scale_in_rules(),
    ) {
        let counts = counts(&machines);
        if let Some(victim) = choose_victim(&machines, &rules)
            && let Some(zone) = machines[victim].zone
        {
            let fuller = |machine: &&Candidate| {
                machine.zone.is_some_and(|other| counts[other as usize] > counts[zone as usize])
            };
            prop_assert!(machines.iter().filter(fuller).all(|machine| machine.protected));
        }
    }

    #[test]
    fn si_02_no_zonal_machine_goes_while_an_open_regional_one_is_left(
        machines in machines(0.3), rules in scale_in_rules(),
    ) {
        let regional = machines.iter().any(|machine| machine.zone.is_none() && !machine.protected);
        if let Some(victim) = choose_victim(&machines, &rules) {
            prop_assert_eq!(machines[victim].zone.is_none(), regional);
        }
    }

    #[test]
    fn si_05_scale_in_removes_no_protected_machine_and_one_at_a_time(
        machines in machines(0.5), rules in scale_in_rules(),
    ) {
        let protected = machines.iter().filter(|machine| machine.protected).count();
        let mut left = machines.clone();
        while let Some(victim) = choose_victim(&left, &rules) {
            prop_assert!(!left[victim].protected);
            left.remove(victim);
        }
        prop_assert!(left.len() >= protected);
        if rules.falls_back {
            prop_assert_eq!(left.len(), protected);
        }
    }

    #[test]
    fn si_05_the_order_of_the_list_does_not_matter(machines in machines(0.3), rules in scale_in_rules()) {
        let mut backwards = machines.clone();
        backwards.reverse();
        let id = |list: &[Candidate]| choose_victim(list, &rules).map(|at| list[at].id);
        prop_assert_eq!(id(&machines), id(&backwards));
    }

    #[test]
    fn az_04_fires_if_and_only_if_some_pair_of_extreme_zones_would(
        loads in prop::collection::vec((0u32..6, 0u32..6), 0..6),
    ) {
        let zones: Vec<ZoneLoad> =
            loads.iter().map(|&(active, off)| ZoneLoad { total: active + off, active }).collect();
        let extreme = |over: &ZoneLoad, under: &ZoneLoad| {
            zones.iter().all(|zone| (under.total..=over.total).contains(&zone.total))
                && over.total - under.total >= 2
                && under.active < over.active
        };
        let any = zones.iter().any(|over| zones.iter().any(|under| under.total <= over.total && extreme(over, under)));
        match imbalance(zones.iter().copied()) {
            Some((over, under)) => prop_assert!(extreme(&zones[over], &zones[under])),
            None => prop_assert!(!any),
        }
    }

    #[test]
    fn az_04_moves_come_to_an_end(mut counts in prop::collection::vec(0u32..12, 2..6)) {
        let all: u32 = counts.iter().sum();
        for _ in 0..=all {
            let zones: Vec<ZoneLoad> = counts.iter().map(|&count| ZoneLoad { total: count, active: count }).collect();
            let Some((over, under)) = imbalance(zones.iter().copied()) else { break };
            counts[over] -= 1;
            counts[under] += 1;
        }
        prop_assert!(spread(&counts) <= 1);
        prop_assert_eq!(counts.iter().sum::<u32>(), all);
    }

    #[test]
    fn zp_04_no_zone_grows_beyond_its_cap_or_its_room(
        zones in prop::collection::vec((0u32..8, state(), 0u32..40), 1..12),
        add in 0u32..60,
        percent in 50u32..=100,
        most in prop::option::of(1u32..6),
        rules in rules(),
    ) {
        let before: Vec<u32> = zones.iter().map(|zone| zone.0).collect();
        let states: Vec<ZoneState> = zones.iter().map(|zone| zone.1).collect();
        let room: Vec<u32> = zones.iter().map(|zone| zone.2).collect();
        let target = before.iter().sum::<u32>() + add;
        let placement = AutoPlacement { max_zones: most, max_percent: percent };
        let mut after = before.clone();
        let placed = plan_with_room(&mut after, &states, &room, add, target, &rules, placement);
        prop_assert_eq!(after.iter().sum::<u32>(), before.iter().sum::<u32>() + placed);
        for zone in 0..zones.len() {
            let grew = after[zone] > before[zone];
            prop_assert!(after[zone] >= before[zone]);
            prop_assert!(!grew || (states[zone] == ZoneState::Usable && after[zone] <= room[zone]));
            prop_assert!(!grew || rules.balance == Balance::Strict || after[zone] <= cap(target, percent));
        }
        let entered = |counts: &[u32]| counts.iter().filter(|count| **count > 0).count();
        if let Some(most) = most {
            prop_assert!(entered(&after) <= (most as usize).max(entered(&before)));
        }
        if rules.balance == Balance::Strict && placed > 0 {
            let inside: Vec<u32> = after.iter().copied().filter(|count| *count > 0).collect();
            prop_assert!(spread(&inside) <= 1);
        }
    }

    #[test]
    fn sp_05_growing_a_mixed_set_conserves_its_machines(
        base in 0u32..20, percent in 0u32..=100, regular in 0u32..40, spot in 0u32..40, add in 0u32..40,
    ) {
        let mix = PriorityMix { base_regular: base, regular_percent_above: percent };
        let more = regular_to_add(regular, regular + spot + add, add, mix);
        prop_assert!(more <= add);
        // The base is filled before anything else.
        prop_assert!(regular + more >= base.min(regular + add));
    }

    #[test]
    fn sp_06_a_scale_in_takes_what_is_there_and_spares_the_base(
        base in 0u32..20, percent in 0u32..=100, regular in 0u32..40, spot in 0u32..40,
    ) {
        let mix = PriorityMix { base_regular: base, regular_percent_above: percent };
        let takes_regular = removes_regular(regular, spot, (regular + spot).saturating_sub(1), mix);
        if regular + spot > 0 {
            prop_assert!((takes_regular && regular > 0) || (!takes_regular && spot > 0));
        }
        if takes_regular && spot > 0 {
            prop_assert!(regular > base);
        }
    }
}
