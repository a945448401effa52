//! SP, AL-03: Spot machines are evicted one by one and in waves, and what their zones then have to give.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;
use support::*;
use zonefall_engine::SimDuration;
use zonefall_faults::{Effect, Kind, Mode, Scope};
use zonefall_fleet::management::*;
use zonefall_fleet::policy::spot::PriorityMix;
use zonefall_fleet::policy::zone_balance::Balance;
use zonefall_fleet::{Design, Operation};

/// 0: evictions one by one, 1: waves of a zone, 2: racks.
fn modes() -> Vec<Mode> {
    let scopes = [("eviction", Scope::Instance), ("wave", Scope::Zone), ("racks", Scope::Rack)];
    let mode = |(name, scope)| Mode { effect: Effect::Evicted, kind: Kind::Shock, ..mode(name, scope) };
    scopes.map(mode).to_vec()
}

const EVICTED: u32 = 0;
const WAVE: u16 = 1;
const RACKS: u16 = 2;

fn script() -> Script {
    Script::new(topology(3, 4, 4), modes(), DAY)
}

fn spot(mix: PriorityMix, eviction: EvictionPolicy, restore: Option<SimDuration>) -> Design {
    managed(design(&[1], 4, 4), |set| {
        set.spot = Some(Spot { mix, eviction, restore });
    })
}

const ALL_SPOT: PriorityMix = PriorityMix { base_regular: 0, regular_percent_above: 0 };

#[test]
fn sp_01_sp_02_an_evicted_machine_is_deallocated_and_stays_so() {
    let evicted = [(EVICTED, 0, HOUR, 2 * HOUR)];
    let (ledger, _) = live(&script().units(&evicted), spot(ALL_SPOT, EvictionPolicy::Deallocate, None));
    assert_eq!((count(&ledger, Operation::Evictions), ledger.missed_ms), (1, 23 * HOUR));
    assert_eq!(count(&ledger, Operation::DeallocatedMs), 23 * HOUR);
    assert_eq!(count(&ledger, Operation::SpotMs), 3 * DAY + HOUR);
    assert_eq!(ledger.missed_by_cause_ms[0], 23 * HOUR);
    // Regular machines are not touched.
    let ledger = script().units(&evicted).play(managed(design(&[1], 4, 4), |_| {}));
    assert_eq!(ledger.missed_ms, 0);
}

#[test]
fn sp_02_with_delete_the_customer_has_to_ask_again() {
    let mut design = spot(ALL_SPOT, EvictionPolicy::Delete, None);
    design.sets[0].management.as_mut().unwrap().changes = vec![at(3 * HOUR, Action::Capacity(4))];
    let (ledger, world) = live(&script().units(&[(EVICTED, 0, HOUR, 2 * HOUR)]), design);
    assert_eq!((ledger.missed_ms, world.instances(0)), (2 * HOUR + 75 * SECOND, vec![4]));
}

#[test]
fn sp_03_restoring_is_tried_after_1_2_4_8_15_minutes_until_it_times_out() {
    let restored = spot(ALL_SPOT, EvictionPolicy::Deallocate, Some(min(60)));
    // Spot capacity is short for 10 minutes: tries at 1, 3, 7 and 15 minutes.
    let ten = [(EVICTED, 0, HOUR, HOUR + 10 * MINUTE)];
    let (ledger, _) = live(&script().units(&ten), restored.clone());
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::Restores)), (15 * MINUTE + 45 * SECOND, 1));
    let (ledger, _) = live(&script().units(&[(EVICTED, 0, HOUR, 5 * HOUR)]), restored);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::RestoresGivenUp)), (23 * HOUR, 1));
}

#[test]
fn c_17_sp_05_four_machines_on_a_base_of_two_are_three_and_one() {
    let mix = PriorityMix { base_regular: 2, regular_percent_above: 50 };
    let (ledger, _) = live(&script(), spot(mix, EvictionPolicy::Deallocate, None));
    assert_eq!(count(&ledger, Operation::SpotMs), DAY);
}

#[test]
fn sp_05_only_the_spot_part_of_a_mix_is_evicted() {
    let mix = PriorityMix { base_regular: 2, regular_percent_above: 50 };
    let all: Vec<_> = (0..4).map(|unit| (EVICTED, unit, HOUR, 2 * HOUR)).collect();
    let (ledger, _) = live(&script().units(&all), spot(mix, EvictionPolicy::Deallocate, None));
    // C-17: 2 + 50 % of 2 are regular: one is Spot.
    assert_eq!(count(&ledger, Operation::Evictions), 1);
}

/// The same set with changes of its capacity: (when, to how many).
fn asked(mut design: Design, changes: &[(u64, u32)]) -> Design {
    let changes = changes.iter().map(|&(hours, to)| at(hours * HOUR, Action::Capacity(to)));
    design.sets[0].management.as_mut().unwrap().changes = changes.collect();
    design
}

fn deleting(changes: &[(u64, u32)]) -> Design {
    asked(spot(ALL_SPOT, EvictionPolicy::Delete, None), changes)
}

fn restoring() -> Design {
    spot(ALL_SPOT, EvictionPolicy::Deallocate, Some(SimDuration::from_ms(DAY)))
}

#[test]
fn sp_01_until_a_wave_is_over_no_new_spot_machine_finds_capacity() {
    let script = script().outages(&[(WAVE, 0, 4, HOUR, 5 * HOUR / 2)]);
    let (ledger, world) = live(&script, deleting(&[(2, 4), (20, 4)]));
    assert_eq!((count(&ledger, Operation::Evictions), count(&ledger, Operation::AllocationsFailed)), (4, 4));
    assert_eq!((ledger.missed_ms, world.instances(0)), (19 * HOUR + 75 * SECOND, vec![4]));
}

#[test]
fn sp_01_al_03_who_is_evicted_already_waits_for_the_end_of_a_wave_too() {
    // One is evicted for 10 minutes, and would be back at its fourth try at 1:15.
    let wave = [(WAVE, 0, 4, HOUR + 5 * MINUTE, 4 * HOUR + 10 * MINUTE)];
    let script = script().units(&[(EVICTED, 0, HOUR, HOUR + 10 * MINUTE)]).outages(&wave);
    let (ledger, _) = live(&script, restoring());
    assert_eq!((count(&ledger, Operation::Evictions), count(&ledger, Operation::Restores)), (4, 4));
    // It tries at 4:15, the others at 4:20: SP-03, each by its own rhythm.
    assert_eq!(count(&ledger, Operation::DeallocatedMs), 3 * HOUR + 15 * MINUTE + 3 * (3 * HOUR + 15 * MINUTE));
    assert_eq!(ledger.missed_ms, 3 * HOUR + 20 * MINUTE + 45 * SECOND);
}

#[test]
fn al_03_a_start_by_hand_waits_for_the_end_of_a_wave() {
    let mut design = spot(ALL_SPOT, EvictionPolicy::Deallocate, None);
    let changes = [at(2 * HOUR, Action::Start), at(4 * HOUR, Action::Start)];
    design.sets[0].management.as_mut().unwrap().changes = changes.to_vec();
    let (ledger, _) = live(&script().outages(&[(WAVE, 0, 4, HOUR, 3 * HOUR)]), design);
    assert_eq!((count(&ledger, Operation::AllocationsFailed), ledger.missed_ms), (4, 3 * HOUR + 45 * SECOND));
}

#[test]
fn sp_01_a_wave_is_a_state_of_its_zone_whoever_stands_there() {
    // All are evicted alone for 10 minutes, and half an hour later comes a wave.
    let alone: Vec<_> = (0..4).map(|unit| (EVICTED, unit, HOUR, HOUR + 10 * MINUTE)).collect();
    let script = script().units(&alone).outages(&[(WAVE, 0, 4, 3 * HOUR / 2, 5 * HOUR)]);
    let (ledger, world) = live(&script, deleting(&[(2, 4), (6, 4)]));
    assert_eq!((count(&ledger, Operation::Evictions), count(&ledger, Operation::AllocationsFailed)), (4, 4));
    assert_eq!((ledger.missed_ms, world.instances(0)), (5 * HOUR + 75 * SECOND, vec![4]));
}

#[test]
fn sp_01_a_wave_that_spares_racks_leaves_the_zone_short_and_their_machines_running() {
    let (ledger, world) = live(&script().outages(&[(WAVE, 0, 2, HOUR, 4 * HOUR)]), deleting(&[(2, 6), (5, 6)]));
    assert_eq!((count(&ledger, Operation::Evictions), count(&ledger, Operation::AllocationsFailed)), (2, 4));
    assert_eq!(world.instances(0), [6]);
    // SP-01: evictions of racks leave their own machines short, and no zone.
    let (ledger, world) = live(&script().outages(&[(RACKS, 0, 2, HOUR, 4 * HOUR)]), deleting(&[(2, 6), (5, 6)]));
    assert_eq!((count(&ledger, Operation::Evictions), count(&ledger, Operation::AllocationsFailed)), (2, 2));
    assert_eq!(world.instances(0), [6]);
}

#[test]
fn sp_01_zb_11_spot_machines_go_to_a_zone_that_has_spot_capacity() {
    let over_two = |changes| {
        let mut design = managed(design(&[1, 2], 4, 4), |set| {
            set.spot = Some(Spot { mix: ALL_SPOT, eviction: EvictionPolicy::Delete, restore: None });
        });
        design.need = deleting(&[]).need;
        asked(design, changes)
    };
    let (_, world) = live(&script().outages(&[(WAVE, 0, 4, HOUR, 9 * HOUR)]), over_two(&[(2, 4)]));
    assert_eq!(world.instances(0), [0, 4]);
    // SP-02: the same after a single eviction with Delete.
    let (ledger, world) = live(&script().units(&[(EVICTED, 0, HOUR, 9 * HOUR)]), over_two(&[(2, 4)]));
    assert_eq!((count(&ledger, Operation::AllocationsFailed), world.instances(0)), (0, vec![1, 3]));
}

/// Nine machines over three zones, with Delete, asked for again at two.
fn over_three(mix: PriorityMix) -> Design {
    let nine = managed(design(&[1, 2, 3], 9, 9), |set| {
        set.spot = Some(Spot { mix, eviction: EvictionPolicy::Delete, restore: None });
    });
    asked(nine, &[(2, 9)])
}

#[test]
fn sp_02_zb_11_what_two_zones_refuse_the_third_gives() {
    // Each of two zones is short of one machine, and so are asked for both.
    let one_each = [(RACKS, 0, 1, HOUR, 9 * HOUR), (RACKS, 4, 1, HOUR, 9 * HOUR)];
    let (ledger, world) = live(&script().outages(&one_each), over_three(ALL_SPOT));
    assert_eq!((count(&ledger, Operation::Evictions), count(&ledger, Operation::Creations)), (2, 2));
    assert_eq!(world.instances(0).iter().sum::<u32>(), 9);
    assert_eq!(ledger.missed_ms, HOUR + 75 * SECOND);
    // ZB-02: strict balance sends no machine elsewhere.
    let mut strict = over_three(ALL_SPOT);
    strict.sets[0].management.as_mut().unwrap().balance.balance = Balance::Strict;
    let (ledger, world) = live(&script().outages(&one_each), strict);
    assert_eq!((count(&ledger, Operation::AllocationsFailed), world.instances(0)), (2, vec![2, 2, 3]));
}

#[test]
fn sp_01_zb_11_the_spot_part_of_a_mix_goes_to_a_zone_that_has_spot_capacity() {
    let mut mixed = managed(design(&[1, 2], 4, 4), |set| {
        let mix = PriorityMix { base_regular: 2, regular_percent_above: 50 };
        set.spot = Some(Spot { mix, eviction: EvictionPolicy::Delete, restore: None });
    });
    mixed = asked(mixed, &[(2, 8)]);
    let (ledger, world) = live(&script().outages(&[(WAVE, 0, 4, HOUR, 9 * HOUR)]), mixed);
    // Three regular ones are left; two more go where there are fewest, and all Spot ones to zone 2.
    assert_eq!((count(&ledger, Operation::Evictions), count(&ledger, Operation::Creations)), (1, 5));
    assert_eq!(world.instances(0), [3, 5]);
}

#[test]
fn sp_01_a_machine_can_be_evicted_while_it_warms_up_whether_or_not_its_health_is_watched() {
    let evictions = |health: Option<Health>, script: &Script| {
        let mut warming = asked(spot(ALL_SPOT, EvictionPolicy::Delete, None), &[(1, 5)]);
        warming.sets[0].warm_up = constant(10 * MINUTE);
        warming.sets[0].management.as_mut().unwrap().health = health;
        count(&live(script, warming).0, Operation::Evictions)
    };
    for health in [None, Some(binary_health())] {
        for (when, evicted) in [(30 * SECOND, 4), (5 * MINUTE, 5)] {
            let (from, to) = (HOUR + when, 9 * HOUR);
            let alone: Vec<_> = (0..5).map(|unit| (EVICTED, unit, from, to)).collect();
            assert_eq!(evictions(health, &script().outages(&[(WAVE, 0, 4, from, to)])), evicted);
            assert_eq!(evictions(health, &script().units(&alone)), evicted);
        }
    }
}

#[test]
fn sp_02_with_delete_a_single_eviction_holds_one_creation_back() {
    let short = script().units(&[(EVICTED, 0, HOUR, 5 * HOUR)]);
    let instances = |changes: &[(u64, u32)]| {
        let (ledger, world) = live(&short, deleting(changes));
        (count(&ledger, Operation::AllocationsFailed), world.instances(0)[0])
    };
    assert_eq!(instances(&[(3, 4)]), (1, 3));
    // Asked for two more, it gets these two.
    assert_eq!(instances(&[(3, 4), (4, 6)]), (2, 5));
    assert_eq!(instances(&[(3, 4), (4, 6), (5, 6)]), (2, 6));
    // It gives one back, and may have it again.
    assert_eq!(instances(&[(2, 2), (3, 4)]), (1, 3));
}

#[test]
fn sp_02_a_deallocated_machine_that_is_deleted_leaves_its_shortage_behind() {
    let short = script().units(&[(EVICTED, 0, HOUR, 9 * HOUR)]);
    let emptied = asked(spot(ALL_SPOT, EvictionPolicy::Deallocate, None), &[(2, 0), (4, 4), (10, 4)]);
    let (ledger, world) = live(&short, emptied);
    assert_eq!((count(&ledger, Operation::AllocationsFailed), world.instances(0)), (1, vec![4]));
    assert_eq!(count(&ledger, Operation::Creations), 4);
}
