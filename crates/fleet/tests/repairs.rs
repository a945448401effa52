//! HM, AR, AZ, RC, SB, DK, DH: what the platform does of itself to machines that are ill, evicted, late or lost.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;
#[path = "repairs/warming.rs"]
mod warming;
use support::*;
use zonefall_engine::SimDuration;
use zonefall_faults::{Effect, Kind, Mode, Scope};
use zonefall_fleet::management::*;
use zonefall_fleet::policy::zone_balance::Balance;
use zonefall_fleet::{Design, Ledger, Need, Operation, StartState};
use zonefall_topology::ZoneId;

/// 0: whole zones, 1: the application, 2: hosts, 3: the health endpoint.
fn modes() -> Vec<Mode> {
    let mut sick = mode("health-endpoint", Scope::Instance);
    sick.effect = Effect::Unhealthy;
    let mut host = mode("host", Scope::Host);
    host.kind = Kind::Shock;
    host.heals = true;
    vec![mode("zone", Scope::Zone), application("guest"), host, sick]
}

const GUEST: u32 = 0;
const HOST: u32 = 1;
const SICK: u32 = 2;

fn script() -> Script {
    Script::new(topology(3, 4, 4), modes(), DAY)
}

fn repairing(zones: &[u32], capacity: u32, action: RepairAction) -> Design {
    managed(design(zones, capacity, capacity), |set| repaired(set, action))
}

/// Time from `at` to the next probe, at most one interval of 5 s.
fn within_a_probe(time: u64, expected: u64) -> bool {
    (expected..=expected + 5 * SECOND).contains(&time)
}

#[test]
fn ar_01_ar_03_a_dead_machine_is_deleted_and_created_anew() {
    // The application dies at 1 h for good.
    let (ledger, world) =
        live(&script().units(&[(GUEST, 0, HOUR, 2 * DAY)]), repairing(&[1], 3, RepairAction::Replace));
    // Found by a probe, deleted in 60 s, created in 75 s.
    assert!(within_a_probe(ledger.missed_ms, 135 * SECOND), "{}", ledger.missed_ms);
    assert_eq!((count(&ledger, Operation::Repairs), count(&ledger, Operation::RepairsFailed)), (1, 0));
    assert_eq!((count(&ledger, Operation::Creations), count(&ledger, Operation::Deletions)), (1, 1));
    // The new machine is charged to what killed the old one until it serves.
    assert_eq!(ledger.missed_by_cause_ms[1], ledger.missed_ms);
    assert_eq!(world.instances(0), [3]);
}

#[test]
fn ar_02_pt_03_a_reimage_and_a_restart_mend_in_place() {
    let mut restarted = repairing(&[1], 3, RepairAction::Restart);
    restarted.sets[0].boot = constant(30 * SECOND);
    for (design, takes) in [(repairing(&[1], 3, RepairAction::Reimage), 60 * SECOND), (restarted, 30 * SECOND)] {
        let (ledger, _) = live(&script().units(&[(GUEST, 0, HOUR, 2 * DAY)]), design);
        assert!(within_a_probe(ledger.missed_ms, takes), "{}", ledger.missed_ms);
        assert_eq!(count(&ledger, Operation::Creations), 0);
    }
}

#[test]
fn ar_04_a_new_machine_is_not_repaired_within_its_grace() {
    // The same slot's application dies again a minute after its replacement serves.
    let twice = [(GUEST, 0, HOUR, 2 * DAY), (GUEST, 0, HOUR + 5 * MINUTE, 3 * DAY)];
    let (ledger, _) = live(&script().units(&twice), repairing(&[1], 1, RepairAction::Replace));
    // The second repair begins 10 minutes after the first one's product was created, not at once.
    assert!(ledger.missed_ms > 9 * MINUTE && ledger.missed_ms < 14 * MINUTE, "{}", ledger.missed_ms);
    assert_eq!(count(&ledger, Operation::Repairs), 2);
}

#[test]
fn ar_05_at_most_one_of_few_and_five_percent_of_many_are_repaired_at_once() {
    let all = |machines: u32| (0..machines).map(|unit| (GUEST, unit, HOUR, 2 * DAY)).collect::<Vec<_>>();
    for (machines, rounds) in [(10, 10), (40, 20)] {
        let (ledger, _) = live(&script().units(&all(machines)), repairing(&[1], machines, RepairAction::Replace));
        let each = 135 * SECOND;
        let least = rounds * each;
        assert!((least..least + MINUTE).contains(&ledger.missed_ms), "{machines}: {}", ledger.missed_ms);
        assert_eq!(count(&ledger, Operation::Repairs), u64::from(machines));
    }
}

/// Repairs that create for ten hours and begin after `dwell`.
fn slowly_repairing(capacity: u32, dwell: SimDuration, changes: Vec<Change>) -> Design {
    let mut design = repairing(&[1], capacity, RepairAction::Replace);
    let set = design.sets[0].management.as_mut().unwrap();
    (set.creation.time, set.creation.timeout) = (constant(10 * HOUR), min(30 * 60));
    set.repairs.as_mut().unwrap().dwell = dwell;
    set.changes = changes;
    design
}

#[test]
fn ar_05_a_repair_whose_machine_is_detached_gives_its_place_to_the_next() {
    let dead = [(GUEST, 0, HOUR, 3 * DAY), (GUEST, 1, HOUR + MINUTE, 3 * DAY)];
    // The newest is the one that the first repair is creating.
    let detached = vec![at(7 * HOUR, Action::Detach { zone: None, count: 1 })];
    let (ledger, _) = live(&script().units(&dead), slowly_repairing(3, SimDuration::ZERO, detached));
    assert_eq!(count(&ledger, Operation::Repairs), 2);
}

#[test]
fn hm_07_a_waiting_machine_that_was_well_in_between_starts_its_dwell_anew() {
    let ill = [(GUEST, 0, HOUR, 21 * HOUR), (GUEST, 1, 2 * HOUR, 8 * HOUR), (GUEST, 1, 15 * HOUR, 17 * HOUR)];
    let (ledger, _) = live(&script().units(&ill), slowly_repairing(3, min(300), Vec::new()));
    assert_eq!(count(&ledger, Operation::Repairs), 1);
}

#[test]
fn hm_07_a_machine_that_is_down_is_unhealthy_once_it_has_been_dead_for_long_enough() {
    let mut modes = modes();
    modes[1].application_only = false;
    let script = Script::new(topology(3, 4, 4), modes, DAY).units(&[(GUEST, 0, HOUR, 5 * HOUR)]);
    let dead_after = |after: Option<u64>| {
        managed(design(&[1], 3, 3), |set| {
            repaired(set, RepairAction::Replace);
            set.health.as_mut().unwrap().dead_after = after.map(SimDuration::from_ms);
        })
    };
    for after in [MINUTE, 89 * MINUTE] {
        assert_eq!(script.play(dead_after(Some(after))).missed_ms, after + 135 * SECOND);
    }
    let never = script.play(dead_after(None));
    assert_eq!((never.missed_ms, count(&never, Operation::Repairs)), (4 * HOUR, 0));
}

#[test]
fn ar_08_a_freed_place_is_taken_at_the_next_look() {
    // Two die at once; one may be repaired at a time, and a look is taken every 20 minutes.
    let dead = [(GUEST, 0, HOUR, 3 * DAY), (GUEST, 1, HOUR, 3 * DAY)];
    let mut design = repairing(&[1], 3, RepairAction::Replace);
    design.sets[0].management.as_mut().unwrap().repairs.as_mut().unwrap().tick = min(20);
    let (ledger, _) = live(&script().units(&dead), design);
    // From the first look the second waits for the next one, though the first repair takes 135 s only.
    let first_look = ledger.missed_ms - 20 * MINUTE - 135 * SECOND;
    assert!(first_look <= 20 * MINUTE + 5 * SECOND, "{first_look}");
    assert_eq!(count(&ledger, Operation::Repairs), 2);
}

#[test]
fn ar_05_ar_08_a_repair_that_fails_at_once_leaves_its_place_to_the_next_look() {
    // A zone is dark for half an hour, in which there are one or two looks: three failures would suspend repairs.
    let mut design = repairing(&[1], 9, RepairAction::Restart);
    design.sets[0].management.as_mut().unwrap().repairs.as_mut().unwrap().tick = min(20);
    let (ledger, _) = live(&script().outages(&[(0, 0, 4, HOUR, HOUR + 30 * MINUTE)]), design);
    let failed = count(&ledger, Operation::RepairsFailed);
    assert!((1..=2).contains(&failed), "{failed}");
    assert_eq!((count(&ledger, Operation::Repairs), count(&ledger, Operation::Suspensions)), (failed, 0));
}

#[test]
fn rc_07_a_machine_whose_creation_timed_out_in_the_dark_never_serves() {
    // Its zone goes dark while it is made, and is back long after the time-out.
    let grown = managed(design(&[1], 3, 4), |set| set.changes = vec![at(HOUR, Action::Capacity(4))]);
    let dark = (0, 0, 4, HOUR + 30 * SECOND, HOUR + 30 * MINUTE);
    let (ledger, world) = live(&script().outages(&[dark]), grown);
    assert_eq!((count(&ledger, Operation::CreationsFailed), ledger.missed_ms), (1, DAY));
    assert_eq!(world.audit(), Vec::<String>::new());
}

#[test]
fn al_02_deletions_that_fail_for_good_hold_no_room() {
    // Twelve more every morning for three weeks, and none of them can be deleted in the evening.
    let day =
        |day: u64| [at(day * DAY + 7 * HOUR, Action::Capacity(24)), at(day * DAY + 19 * HOUR, Action::Capacity(12))];
    let swinging = managed(design(&[1], 12, 12), |set| {
        set.deletion.failure = 1.0;
        set.changes = (0..21).flat_map(day).collect();
    });
    let script = Script::new(topology(3, 4, 4), modes(), 21 * DAY);
    let (ledger, _) = live(&script, swinging);
    assert_eq!((count(&ledger, Operation::Creations), count(&ledger, Operation::DeletionsFailed)), (252, 252));
    assert_eq!((count(&ledger, Operation::AllocationsFailed), count(&ledger, Operation::NoRoom)), (0, 0));
    // What cannot be deleted is paid for.
    assert!(count(&ledger, Operation::ExistingMs) > 12 * 12 * 20 * DAY);
}

#[test]
fn al_02_machines_in_deletion_leave_room_for_the_next_generation() {
    // 2, 4, 2, 4 machines every five minutes, and each deletion takes eight hours.
    let swings = (0..3).map(|step| at(HOUR + step * 5 * MINUTE, Action::Capacity(if step % 2 == 0 { 4 } else { 2 })));
    let swinging = managed(design(&[1], 2, 2), |set| {
        set.deletion.time = constant(8 * HOUR);
        set.changes = swings.collect();
    });
    let (ledger, _) = live(&script(), swinging);
    assert_eq!((count(&ledger, Operation::Creations), count(&ledger, Operation::AllocationsFailed)), (4, 0));
}

#[test]
fn ar_06_protected_and_failed_machines_are_left_alone() {
    let protected = managed(design(&[1], 3, 3), |set| {
        repaired(set, RepairAction::Replace);
        set.protection = Protection { from_scale_in: 3, from_scale_set_actions: 0, from_manual: true };
    });
    let (ledger, _) = live(&script().units(&[(GUEST, 0, HOUR, 2 * HOUR)]), protected);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::Repairs)), (HOUR, 0));
    let failing = managed(design(&[1], 3, 3), |set| {
        repaired(set, RepairAction::Replace);
        set.creation.failure = 1.0;
        set.changes = vec![at(HOUR, Action::Capacity(4))];
    });
    let (ledger, world) = live(&script(), failing);
    assert_eq!((count(&ledger, Operation::CreationsFailed), count(&ledger, Operation::Repairs)), (1, 0));
    // RC-07: it counts towards capacity, but not for balance (ZB-01).
    assert_eq!(world.instances(0), [3]);
}

#[test]
fn ar_07_three_bad_products_in_a_row_suspend_repairs_until_they_are_resumed() {
    // A bad image: every product of slot 0 is ill at once.
    let ill = |from: u64| (GUEST, 0, from, from + 2 * DAY);
    let storm: Vec<_> = (0..600).map(|minute| ill(HOUR + minute * MINUTE)).collect();
    let one = |changes: Vec<Change>| {
        managed(design(&[1], 1, 1), |set| {
            repaired(set, RepairAction::Replace);
            set.changes = changes;
        })
    };
    let (ledger, _) = live(&script().units(&storm), one(vec![]));
    assert_eq!((count(&ledger, Operation::Suspensions), count(&ledger, Operation::Repairs)), (1, 3));
    assert!(count(&ledger, Operation::SuspendedMs) > 21 * HOUR);
    let (ledger, _) = live(&script().units(&storm), one(vec![at(20 * HOUR, Action::ResumeRepairs)]));
    assert_eq!((count(&ledger, Operation::Suspensions), count(&ledger, Operation::Repairs)), (1, 4));
    assert!(count(&ledger, Operation::SuspendedMs) < 19 * HOUR);
}

#[test]
fn ar_09_replacing_moves_machines_out_of_a_dark_zone_under_best_effort_and_is_blocked_under_strict() {
    // Zone 1 is dark from 1 h on, for long enough to replace all of its three machines, one after the other.
    let dark = [(0, 0, 4, HOUR, 20 * HOUR)];
    let (ledger, world) = live(&script().outages(&dark), repairing(&[1, 2, 3], 9, RepairAction::Replace));
    assert_eq!((world.instances(0), count(&ledger, Operation::Repairs)), (vec![0, 5, 4], 3));
    let mut strict = repairing(&[1, 2, 3], 9, RepairAction::Replace);
    strict.sets[0].management.as_mut().unwrap().balance.balance = Balance::Strict;
    let (ledger, world) = live(&script().outages(&dark), strict);
    assert_eq!((world.instances(0), count(&ledger, Operation::Repairs)), (vec![3, 3, 3], 0));
    assert_eq!(count(&ledger, Operation::RepairsBlocked), 3);
}

#[test]
fn ar_10_the_deletion_of_a_machine_in_a_dead_zone_takes_ten_minutes() {
    let dark = [(0, 0, 4, HOUR, 20 * HOUR)];
    let (ledger, _) = live(&script().outages(&dark), repairing(&[1, 2], 2, RepairAction::Replace));
    // A minute until the extension counts as silent, ten to delete, 75 s to create.
    assert_eq!(ledger.missed_ms, 11 * MINUTE + 75 * SECOND);
}

#[test]
fn ar_11_a_reimage_in_a_dead_zone_fails_and_counts() {
    let dark = [(0, 0, 4, HOUR, 2 * HOUR)];
    let (ledger, _) = live(&script().outages(&dark), repairing(&[1, 2], 2, RepairAction::Reimage));
    assert_eq!(ledger.missed_ms, HOUR);
    assert!(count(&ledger, Operation::RepairsFailed) >= 3);
    assert_eq!(count(&ledger, Operation::Suspensions), 1);
}

#[test]
fn hm_04_an_illness_is_known_after_so_many_probes_and_so_is_a_recovery() {
    let asked = |set: &mut Management, probes| set.health.as_mut().unwrap().probes = probes;
    // The application of one of three is ill from 1 h on: replaced once that is known, in 60 s and 75 s.
    let missed = |probes| {
        let mut ill = repairing(&[1], 3, RepairAction::Replace);
        asked(ill.sets[0].management.as_mut().unwrap(), probes);
        script().units(&[(GUEST, 0, HOUR, 5 * HOUR)]).play(ill).missed_ms - 135 * SECOND
    };
    // A rebalance begins: its source is there until the new machine is known to be well.
    let both = |probes| live(&script(), lopsided(|set| asked(set, probes))).0;
    let (first, twice) = (missed(1), both(1));
    assert!((1..=5 * SECOND).contains(&first), "{first}");
    for probes in [2, 3, 24] {
        let later = u64::from(probes - 1) * 5 * SECOND;
        assert_eq!(missed(probes), first + later);
        let ledger = both(probes);
        let rebalances = count(&ledger, Operation::Rebalances);
        assert!(rebalances > 0 && rebalances == count(&twice, Operation::Rebalances));
        assert_eq!(ledger.machine_ms - twice.machine_ms, i128::from(rebalances * later));
    }
}

#[test]
fn hm_06_hm_07_a_machine_that_is_back_in_time_is_not_repaired() {
    let dark = [(0, 0, 4, HOUR, HOUR + 50 * SECOND)];
    let (ledger, _) = live(&script().outages(&dark), repairing(&[1], 3, RepairAction::Replace));
    assert_eq!(count(&ledger, Operation::Repairs), 0);
    let mut never = repairing(&[1], 3, RepairAction::Replace);
    never.sets[0].management.as_mut().unwrap().health.as_mut().unwrap().dead_after = None;
    let (ledger, _) = live(&script().outages(&[(0, 0, 4, HOUR, 5 * HOUR)]), never);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::Repairs)), (4 * HOUR, 0));
}

#[test]
fn hm_02_a_bad_health_endpoint_makes_repairs_take_out_what_serves() {
    let bad: Vec<_> = (0..6).map(|unit| (SICK, unit, HOUR, 3 * HOUR)).collect();
    let (ledger, _) = live(&script().units(&bad), repairing(&[1], 6, RepairAction::Replace));
    assert_eq!((count(&ledger, Operation::Repairs), ledger.missed_ms), (6, 6 * 135 * SECOND));
    assert_eq!(ledger.missed_by_cause_ms[modes().len() + 7], ledger.missed_ms);
    // An endpoint that is bad for every machine, the new ones too, is found out after three products.
    let everywhere = [(3, 0, 4, HOUR, 20 * HOUR)];
    let (ledger, _) = live(&script().outages(&everywhere), repairing(&[1], 6, RepairAction::Replace));
    assert_eq!(count(&ledger, Operation::Suspensions), 1);
    // One after the other, 135 s each, until the third product's grace of 10 minutes is over.
    assert_eq!(count(&ledger, Operation::Repairs), 8);
    // Without repairs nothing is amiss.
    let ledger = script().units(&bad).play(design(&[1], 6, 6));
    assert_eq!(ledger.missed_ms, 0);
}

/// A set that rebalances itself, and three of whose machines of zone 1 were deleted by hand.
fn lopsided(say: impl FnOnce(&mut Management)) -> Design {
    managed(design(&[1, 2, 3], 9, 1), |set| {
        repaired(set, RepairAction::Replace);
        set.repairs = None;
        set.auto_zone_balance = true;
        set.changes = vec![at(HOUR, Action::Delete { zone: Some(ZoneId(0)), count: 3 })];
        say(set);
    })
}

#[test]
fn az_05_az_06_az_07_one_machine_moves_an_hour_after_the_change_and_the_next_after_twelve() {
    let mut long = script();
    long.measure = measure(3 * DAY, 3 * DAY);
    // 0/3/3 → 1/2/3 → 1/2/3 is balanced enough only once 2/2/2: two moves.
    let (ledger, world) = live(&long, lopsided(|_| {}));
    assert_eq!((world.instances(0), count(&ledger, Operation::Rebalances)), (vec![2, 2, 2], 2));
    assert_eq!(count(&ledger, Operation::RebalancesUndone), 0);
    // Create before delete: never fewer than six serve.
    let mut six = lopsided(|_| {});
    six.need = Need::Serving(6);
    assert_eq!(long.play(six).missed_ms, 0);
    // A day ends before the second move is through only if the first was late: gates at 2 h and 14 h.
    let mut short = script();
    short.measure = measure(13 * HOUR, 13 * HOUR);
    let (ledger, world) = live(&short, lopsided(|_| {}));
    assert_eq!((world.instances(0), count(&ledger, Operation::Rebalances)), (vec![1, 2, 3], 1));
}

#[test]
fn az_09_protected_and_deallocated_machines_are_left_alone() {
    let protecting = |machines| {
        lopsided(|set| {
            set.protection = Protection { from_scale_set_actions: machines, from_scale_in: 0, from_manual: false };
        })
    };
    let (ledger, world) = live(&script(), protecting(9));
    assert_eq!((world.instances(0), count(&ledger, Operation::Rebalances)), (vec![0, 3, 3], 0));
    let (ledger, _) = live(&script(), protecting(0));
    assert!(count(&ledger, Operation::Rebalances) > 0);
    // With all machines deallocated there is none to take.
    let off = lopsided(|set| set.changes.push(at(HOUR + MINUTE, Action::Deallocate(6))));
    let (ledger, world) = live(&script(), off);
    assert_eq!((world.instances(0), count(&ledger, Operation::Rebalances)), (vec![0, 3, 3], 0));
}

#[test]
fn c_04_az_04_a_gap_of_one_is_left_alone() {
    let gap = |deleted| {
        lopsided(|set| set.changes = vec![at(HOUR, Action::Delete { zone: Some(ZoneId(0)), count: deleted })])
    };
    for (deleted, moved) in [(1, vec![2, 3, 3]), (2, vec![2, 2, 3])] {
        let (ledger, world) = live(&script(), gap(deleted));
        assert_eq!((world.instances(0), count(&ledger, Operation::Rebalances)), (moved, u64::from(deleted - 1)));
    }
}

#[test]
fn az_07_a_new_machine_that_never_gets_healthy_is_deleted_after_ninety_minutes() {
    let slow = lopsided(|set| {
        set.creation.time = constant(3 * HOUR);
        set.creation.timeout = min(600);
    });
    let mut short = script();
    short.measure = measure(8 * HOUR, 8 * HOUR);
    let (ledger, world) = live(&short, slow);
    assert_eq!((count(&ledger, Operation::Rebalances), count(&ledger, Operation::RebalancesUndone)), (1, 1));
    assert_eq!(world.instances(0), [0, 3, 3]);
}

#[test]
fn az_08_without_quota_or_capacity_it_does_not_begin() {
    let mut tight = lopsided(|_| {});
    tight.quota = Some(Quota { vcpus: 12, spot_vcpus: 0, machines: 6 });
    // Nine machines stand when the trial begins, six after the deletion: no room for a seventh.
    let (ledger, _) = live(&script(), tight);
    assert_eq!(count(&ledger, Operation::Rebalances), 0);
    let mut starved = script();
    starved.shortages = vec![(1, 0, HOUR, 10 * HOUR)];
    let (ledger, world) = live(&starved, lopsided(|_| {}));
    // It begins when there is capacity again.
    assert_eq!((count(&ledger, Operation::Rebalances), world.instances(0)), (2, vec![2, 2, 2]));
}

#[test]
fn az_10_a_change_of_capacity_cancels_a_running_rebalance() {
    let slow = lopsided(|set| {
        set.creation.time = constant(20 * MINUTE);
        set.creation.timeout = min(600);
        set.changes.push(at(2 * HOUR + 10 * MINUTE, Action::Capacity(9)));
    });
    let (ledger, world) = live(&script(), slow);
    assert_eq!(count(&ledger, Operation::RebalancesUndone), 1);
    assert_eq!(world.instances(0), [3, 3, 3]);
}

#[test]
fn az_12_it_is_no_outage_tool() {
    let zone_three = [(0, 8, 4, 3 * HOUR, 20 * HOUR)];
    let plain = managed(design(&[1, 2, 3], 9, 9), |set| {
        repaired(set, RepairAction::Replace);
        set.repairs = None;
        set.auto_zone_balance = true;
    });
    let (ledger, world) = live(&script().outages(&zone_three), plain.clone());
    assert_eq!((count(&ledger, Operation::Rebalances), ledger.missed_ms), (0, 17 * HOUR));
    assert_eq!(world.instances(0), [3, 3, 3]);
    // Having scaled out round the dead zone it would move a machine there, which cannot begin, so nothing is deleted.
    let mut grown = plain;
    grown.sets[0].management.as_mut().unwrap().changes = vec![at(4 * HOUR, Action::Capacity(13))];
    let (ledger, world) = live(&script().outages(&zone_three), grown);
    assert_eq!((count(&ledger, Operation::Rebalances), world.instances(0)), (1, vec![4, 5, 4]));
}

#[test]
fn rc_03_rc_04_a_resilient_creation_tries_four_times_on_linux_and_twice_on_windows() {
    let failing = |timeout, resilient| {
        managed(design(&[1], 3, 3), |set| {
            set.creation.failure = 1.0;
            set.creation.timeout = timeout;
            set.creation.resilient = resilient;
            set.changes = vec![at(HOUR, Action::Capacity(4))];
        })
    };
    for (timeout, resilient, attempts) in [(8, true, 4), (20, true, 2), (8, false, 1)] {
        let (ledger, _) = live(&script(), failing(min(timeout), resilient));
        assert_eq!(count(&ledger, Operation::CreationsTimedOut), attempts);
        assert_eq!(count(&ledger, Operation::CreationsFailed), 1);
    }
}

#[test]
fn rc_05_a_deletion_that_fails_is_tried_again_after_ten_minutes() {
    let failing = |resilient| {
        managed(design(&[1], 3, 1), |set| {
            set.deletion.failure = 1.0;
            set.deletion.resilient = resilient;
            set.changes = vec![at(HOUR, Action::Capacity(2))];
        })
    };
    let (ledger, _) = live(&script(), failing(true));
    assert_eq!((count(&ledger, Operation::DeletionsRetried), count(&ledger, Operation::DeletionsFailed)), (4, 1));
    let (ledger, _) = live(&script(), failing(false));
    assert_eq!((count(&ledger, Operation::DeletionsRetried), count(&ledger, Operation::DeletionsFailed)), (0, 1));
}

#[test]
fn rc_07_sets_that_begin_by_being_created_begin_vacant() {
    let mut new = managed(design(&[1, 2, 3], 6, 6), |_| {});
    new.sets[0].start = StartState::Creating(constant(75 * SECOND));
    let (ledger, world) = live(&script(), new);
    assert_eq!((ledger.missed_ms, world.instances(0)), (75 * SECOND, vec![2, 2, 2]));
    assert_eq!(ledger.missed_by_cause_ms[modes().len()], 75 * SECOND);
}

#[test]
fn sb_01_machines_of_a_running_pool_join_fast_and_whatever_others_lack() {
    let mut short = script();
    short.shortages = vec![(1, 0, HOUR, 5 * HOUR)];
    let pooled = |running| {
        managed(design(&[1], 4, 6), |set| {
            set.standby = Some(StandbyPool { min_ready: 0, max_ready: 6, running, start: constant(10 * SECOND) });
            set.changes = vec![at(2 * HOUR, Action::Capacity(6))];
        })
    };
    let (ledger, world) = live(&short, pooled(true));
    assert_eq!((count(&ledger, Operation::StandbyUsed), world.instances(0)), (2, vec![6]));
    assert_eq!(ledger.missed_ms, 2 * HOUR + 10 * SECOND);
    assert_eq!(count(&ledger, Operation::StandbyMs), 2 * 2 * HOUR);
    // The pool grows again when the set shrinks, and shrinks when the set grows.
    let daily = managed(design(&[1], 4, 1), |set| {
        set.standby = Some(StandbyPool { min_ready: 0, max_ready: 6, running: true, start: constant(10 * SECOND) });
        set.changes = vec![
            at(2 * HOUR, Action::Capacity(6)),
            at(4 * HOUR, Action::Capacity(4)),
            at(6 * HOUR, Action::Capacity(6)),
        ];
    });
    let (ledger, _) = live(&script(), daily);
    assert_eq!(count(&ledger, Operation::StandbyUsed), 4);
    assert_eq!(count(&ledger, Operation::StandbyMs), 2 * (2 * HOUR + 2 * HOUR - 75 * SECOND));
    // SB-01: a pool of deallocated machines promises no capacity.
    let (ledger, world) = live(&short, pooled(false));
    assert_eq!((count(&ledger, Operation::StandbyUsed), world.instances(0)), (0, vec![4]));
}

#[test]
fn sb_01_the_pool_gets_its_machine_where_the_set_has_lost_one() {
    let pooled = managed(design(&[1, 2, 3], 6, 6), |set| {
        repaired(set, RepairAction::Replace);
        set.standby = Some(StandbyPool { min_ready: 0, max_ready: 9, running: true, start: constant(10 * SECOND) });
    });
    // Whoever stands there falls ill, one every half hour, in one zone or another.
    let ill: Vec<_> = (0..44).map(|k| (GUEST, 7 * k % 24, HOUR + k as u64 * 30 * MINUTE, 2 * DAY)).collect();
    let (ledger, world) = live(&script().units(&ill), pooled);
    let (repairs, used) = (count(&ledger, Operation::Repairs), count(&ledger, Operation::StandbyUsed));
    assert_eq!((used, world.instances(0)), (repairs, vec![2, 2, 2]));
    assert!(repairs > 6, "{repairs}");
}

#[test]
fn dk_03_dk_07_what_an_outage_and_a_replacement_cost_in_data() {
    let data = |zone_redundant, action| {
        managed(design(&[1, 2], 2, 1), |set| {
            set.disks = Disks { data: true, zone_redundant, zone_destroyed: 0.0 };
            if let Some(action) = action {
                repaired(set, action);
            }
        })
    };
    let dark = [(0, 0, 4, HOUR, 3 * HOUR)];
    let (lrs, _) = live(&script().outages(&dark), data(false, None));
    assert_eq!((count(&lrs, Operation::DiskUnreachableMs), count(&lrs, Operation::DataDisksLost)), (2 * HOUR, 0));
    let (zrs, _) = live(&script().outages(&dark), data(true, None));
    assert_eq!(count(&zrs, Operation::DiskUnreachableMs), 0);
    let ill = [(GUEST, 0, 5 * HOUR, 2 * DAY)];
    let (replaced, _) = live(&script().units(&ill), data(false, Some(RepairAction::Replace)));
    assert_eq!(count(&replaced, Operation::DataDisksLost), 1);
    assert!(within_a_probe(count(&replaced, Operation::DataLostMs), 5 * HOUR));
    let (reimaged, _) = live(&script().units(&ill), data(false, Some(RepairAction::Reimage)));
    assert_eq!(count(&reimaged, Operation::DataDisksLost), 0);
}

#[test]
fn c_09_healing_keeps_the_disks_that_a_replacement_does_not() {
    let data = |action: Option<RepairAction>| {
        managed(design(&[1], 2, 2), |set| {
            set.disks = Disks { data: true, zone_redundant: false, zone_destroyed: 0.0 };
            if let Some(action) = action {
                repaired(set, action);
            }
        })
    };
    // Every host of the first zone fails, and its machines are healed.
    let hosts: Vec<_> = (0..16).map(|host| (HOST, host, 5 * HOUR, 6 * HOUR)).collect();
    let (healed, _) = live(&script().units(&hosts), data(None));
    assert!(healed.missed_ms > 0);
    assert_eq!(count(&healed, Operation::DataDisksLost), 0);
    let ill = [(GUEST, 0, 5 * HOUR, 2 * DAY)];
    let (replaced, _) = live(&script().units(&ill), data(Some(RepairAction::Replace)));
    assert_eq!(count(&replaced, Operation::DataDisksLost), 1);
}

#[test]
fn dk_04_a_forced_detach_saves_a_zone_redundant_disk_from_a_dark_zone() {
    let forced = |zone_redundant| {
        managed(design(&[1, 2], 2, 2), |set| {
            set.disks = Disks { data: true, zone_redundant, zone_destroyed: 0.0 };
            set.changes = vec![at(2 * HOUR, Action::ForceDetach)];
        })
    };
    let dark = [(0, 0, 4, HOUR, 20 * HOUR)];
    let (zrs, world) = live(&script().outages(&dark), forced(true));
    // Two minutes to detach (longer than the 75 s to create), half a minute to attach.
    assert_eq!((zrs.missed_ms, count(&zrs, Operation::DataDisksLost)), (HOUR + 150 * SECOND, 0));
    assert_eq!(world.instances(0), [0, 2]);
    let (lrs, _) = live(&script().outages(&dark), forced(false));
    assert_eq!((lrs.missed_ms, count(&lrs, Operation::ForceDetaches)), (19 * HOUR, 0));
}

#[test]
fn dk_05_a_destroyed_zone_loses_what_is_not_copied_elsewhere() {
    let data = |zone_redundant| {
        managed(design(&[1, 2], 4, 1), |set| {
            set.disks = Disks { data: true, zone_redundant, zone_destroyed: 1.0 };
        })
    };
    let dark = [(0, 0, 4, HOUR, 3 * HOUR)];
    let (lrs, _) = live(&script().outages(&dark), data(false));
    assert_eq!((count(&lrs, Operation::DataDisksLost), count(&lrs, Operation::DataLostMs)), (2, 2 * HOUR));
    let (zrs, _) = live(&script().outages(&dark), data(true));
    assert_eq!(count(&zrs, Operation::DataDisksLost), 0);
}

#[test]
fn dh_02_without_automatic_replacement_the_customer_redeploys() {
    let on = |auto_replace| {
        managed(design(&[1], 2, 2), |set| {
            set.dedicated = Some(DedicatedHosts { auto_replace, redeploy: constant(4 * HOUR) });
        })
    };
    // Hosts are struck as units; each machine on them is healed by itself within an hour.
    let failed = |design| script().units(&[(HOST, 0, HOUR, 2 * HOUR)]).play(design);
    assert_eq!(failed(on(true)).missed_ms, HOUR);
    let ledger = failed(on(false));
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::Redeploys)), (5 * HOUR, 1));
    assert_eq!(count(&ledger, Operation::TemporaryDisksLost), 1);
}

#[test]
fn al_04_a_later_change_of_capacity_ends_the_retries_of_an_earlier_one() {
    let mut short = script();
    short.shortages = vec![(1, 0, HOUR, 10 * HOUR)];
    let asked = managed(design(&[1], 4, 1), |set| {
        let mut more = at(2 * HOUR, Action::Capacity(8));
        more.retry = Some(min(60));
        set.changes = vec![more, at(11 * HOUR / 2, Action::Capacity(4))];
    });
    let (ledger, world) = live(&short, asked);
    assert_eq!((world.instances(0), count(&ledger, Operation::ScaleOuts)), (vec![4], 4));
}
