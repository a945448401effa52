//! ZP: sets whose zones the platform chooses keep to these zones, whatever makes a machine or takes one.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;
use support::*;
use zonefall_faults::{Effect, Mode, Scope};
use zonefall_fleet::management::*;
use zonefall_fleet::policy::zone_balance::Balance;
use zonefall_fleet::policy::zone_placement::AutoPlacement;
use zonefall_fleet::{Design, Operation};

fn script() -> Script {
    let mut sick = mode("sick", Scope::Instance);
    sick.effect = Effect::Unhealthy;
    let modes: Vec<Mode> = vec![mode("zone", Scope::Zone), sick];
    Script::new(topology(3, 4, 2), modes, DAY)
}

/// Six machines in two of three zones.
fn two_of_three(balance: Balance, say: impl FnOnce(&mut Management)) -> Design {
    managed(design(&[1, 2, 3], 6, 1), |set| {
        set.auto_placement = Some(AutoPlacement { max_zones: Some(2), max_percent: 50 });
        set.balance.balance = balance;
        say(set);
    })
}

fn replacing(balance: Balance) -> Design {
    two_of_three(balance, |set| repaired(set, RepairAction::Replace))
}

#[test]
fn zp_06_zb_10_a_strict_set_scales_in_by_the_balance_of_its_own_zones() {
    for (target, left) in [(4, [2, 2, 0]), (5, [3, 2, 0]), (1, [1, 0, 0])] {
        let changes = vec![at(HOUR, Action::Capacity(target))];
        let (ledger, world) = live(&script(), two_of_three(Balance::Strict, |set| set.changes = changes));
        assert_eq!((world.instances(0), count(&ledger, Operation::ScaleInsBlocked)), (left.to_vec(), 0));
    }
}

#[test]
fn zp_02_ar_09_a_replacement_stays_in_the_zones_of_the_set() {
    // Two machines of zone 1, one after the other.
    for balance in [Balance::BestEffort, Balance::Strict] {
        let ill = [(0, 0, HOUR, 20 * HOUR), (0, 1, 3 * HOUR, 20 * HOUR)];
        let (ledger, world) = live(&script().units(&ill), replacing(balance));
        assert_eq!((world.instances(0), count(&ledger, Operation::Repairs)), (vec![3, 3, 0], 2), "{balance:?}");
        assert_eq!(count(&ledger, Operation::RepairsBlocked), 0);
    }
}

#[test]
fn zp_04_zp_06_a_dark_zone_of_the_set_opens_no_other_while_machines_are_in_it() {
    let dark = script().outages(&[(0, 0, 4, HOUR, 20 * HOUR)]);
    // Strict: whatever took the place of a machine of the dark zone would unbalance the two.
    let (ledger, world) = live(&dark, replacing(Balance::Strict));
    assert_eq!((world.instances(0), count(&ledger, Operation::Repairs)), (vec![3, 3, 0], 0));
    assert_eq!(count(&ledger, Operation::RepairsBlocked), 3);
    // Best effort: half of six is the cap of zone 2, so two replacements fail; the third finds the set in one zone only.
    let (ledger, world) = live(&dark, replacing(Balance::BestEffort));
    assert_eq!((world.instances(0), count(&ledger, Operation::RepairsFailed)), (vec![0, 3, 1], 2));
    // Where the cap leaves room it is zone 2 that takes them.
    let mut wide = replacing(Balance::BestEffort);
    let auto = AutoPlacement { max_zones: Some(2), max_percent: 100 };
    wide.sets[0].management.as_mut().unwrap().auto_placement = Some(auto);
    let (ledger, world) = live(&dark, wide);
    assert_eq!((world.instances(0), count(&ledger, Operation::RepairsFailed)), (vec![0, 5, 1], 0));
}

#[test]
fn zp_02_a_number_of_zones_left_open_lets_a_replacement_into_a_fourth() {
    // Nine machines, three a zone, and no zone takes more than a quarter of them, which is three.
    let placed = |max_zones| {
        managed(design(&[1, 2, 3, 4], 9, 1), |set| {
            repaired(set, RepairAction::Replace);
            set.auto_placement = Some(AutoPlacement { max_zones, max_percent: 25 });
        })
    };
    let mut dark = script().outages(&[(0, 0, 4, HOUR, 20 * HOUR)]);
    dark.topology = topology(4, 4, 2);
    let (ledger, world) = live(&dark, placed(None));
    assert_eq!((world.instances(0), count(&ledger, Operation::RepairsFailed)), (vec![0, 3, 3, 3], 0));
    let (ledger, world) = live(&dark, placed(Some(3)));
    assert_eq!((world.instances(0), count(&ledger, Operation::RepairsFailed)), (vec![0, 3, 3, 1], 2));
}

#[test]
fn zp_02_zb_06_dark_zones_that_the_set_is_not_in_do_not_block_a_scale_in() {
    let dark = script().outages(&[(0, 4, 8, HOUR, 5 * HOUR)]);
    let changes = vec![at(2 * HOUR, Action::Capacity(4))];
    let (ledger, world) = live(&dark, two_of_three(Balance::BestEffort, |set| set.changes = changes.clone()));
    assert_eq!((world.instances(0), count(&ledger, Operation::ScaleInsBlocked)), (vec![2, 2, 0], 0));
    // Both of its own do.
    let dark = script().outages(&[(0, 0, 8, HOUR, 5 * HOUR)]);
    let (ledger, world) = live(&dark, two_of_three(Balance::BestEffort, |set| set.changes = changes));
    assert_eq!((world.instances(0), count(&ledger, Operation::ScaleInsBlocked)), (vec![3, 3, 0], 1));
}

#[test]
fn zp_03_zp_05_what_finds_no_place_fails() {
    // Zones 2 and 3 have nothing to give: zone 1 takes half of the target and no more.
    let mut short = script();
    short.shortages = vec![(2, 0, HOUR, 5 * HOUR), (3, 0, HOUR, 5 * HOUR)];
    let design = managed(design(&[1, 2, 3], 6, 1), |set| {
        set.auto_placement = Some(AutoPlacement { max_zones: None, max_percent: 50 });
        set.changes = vec![at(2 * HOUR, Action::Capacity(12))];
    });
    let (ledger, world) = live(&short, design);
    assert_eq!((world.instances(0), count(&ledger, Operation::AllocationsFailed)), (vec![6, 2, 2], 2));
}

/// A set whose creations fail, with attempts elsewhere.
fn failing(set: &mut Management) {
    (set.creation.failure, set.creation.resilient) = (1.0, true);
    set.changes = vec![at(HOUR, Action::Capacity(7))];
}

#[test]
fn zp_02_rc_04_another_attempt_stays_in_the_zones_of_the_set() {
    for balance in [Balance::BestEffort, Balance::Strict] {
        let (ledger, _) = live(&script(), two_of_three(balance, failing));
        assert_eq!(count(&ledger, Operation::CreationsTimedOut), 4, "{balance:?}");
        let (_, world) =
            live(&Script { measure: measure(HOUR + 10 * MINUTE, HOUR), ..script() }, two_of_three(balance, failing));
        assert_eq!(world.instances(0), [4, 3, 0], "{balance:?}");
    }
}

#[test]
fn zb_03_rc_04_another_attempt_is_placed_as_if_the_first_had_gone() {
    // Eight are asked for where two of each zone stand: the seventh and the eighth go to zones 1 and 2, and so do the second attempts.
    let design = managed(design(&[1, 2, 3], 6, 1), |set| {
        failing(set);
        set.changes = vec![at(HOUR, Action::Capacity(8))];
    });
    let (_, world) = live(&Script { measure: measure(HOUR + 10 * MINUTE, HOUR), ..script() }, design);
    assert_eq!(world.instances(0), [3, 3, 2]);
}

#[test]
fn zp_02_az_04_a_rebalance_enters_no_zone_beyond_those_that_the_set_may_be_in() {
    let design = two_of_three(Balance::BestEffort, |set| {
        set.health = Some(binary_health());
        set.auto_zone_balance = true;
    });
    let (ledger, world) = live(&script(), design);
    assert_eq!((world.instances(0), count(&ledger, Operation::Rebalances)), (vec![3, 3, 0], 0));
}
