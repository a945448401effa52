//! ZB, SI, AL, CR, OV, CV: what a change of capacity comes to, with zones dark, short or unbalanced.
#![allow(missing_docs, clippy::unwrap_used)]

mod sessions;
mod support;
use support::*;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::{Mode, Scope};
use zonefall_fleet::management::*;
use zonefall_fleet::policy::zone_balance::Balance;
use zonefall_fleet::{Design, Need, Operation};
use zonefall_topology::ZoneId;

fn modes() -> Vec<Mode> {
    vec![mode("zone", Scope::Zone), mode("guest", Scope::Instance)]
}

/// Three zones of four racks, one day.
fn script() -> Script {
    Script::new(topology(3, 4, 2), modes(), DAY)
}

fn spanning(capacity: u32, changes: Vec<Change>) -> Design {
    managed(design(&[1, 2, 3], capacity, 1), |set| set.changes = changes)
}

fn strict(capacity: u32, changes: Vec<Change>) -> Design {
    managed(design(&[1, 2, 3], capacity, 1), |set| {
        set.changes = changes;
        set.balance.balance = Balance::Strict;
    })
}

#[test]
fn zb_03_a_scale_out_fills_the_zone_with_the_fewest() {
    let (ledger, world) = live(&script(), spanning(5, vec![at(HOUR, Action::Capacity(8))]));
    assert_eq!(world.instances(0), [3, 3, 2]);
    // Three machines serve from 75 s after the request on.
    let serving = 5 * DAY + 3 * (DAY - HOUR - 75 * SECOND);
    assert_eq!(ledger.classes.serving, i128::from(serving));
    assert_eq!(ledger.classes.starting, i128::from(3 * 75 * SECOND));
    assert_eq!(count(&ledger, Operation::Creations), 3);
}

#[test]
fn zb_02_strict_balance_holds_no_set_in_one_zone_up() {
    let one = |balance| {
        managed(design(&[1], 3, 1), |set| {
            set.balance.balance = balance;
            set.changes = vec![at(HOUR, Action::Capacity(8)), at(2 * HOUR, Action::Capacity(2))];
        })
    };
    for balance in [Balance::BestEffort, Balance::Strict] {
        let (ledger, world) = live(&script(), one(balance));
        assert_eq!((world.instances(0), count(&ledger, Operation::Creations)), (vec![2], 5));
    }
    // Nor its scale-in, when it is dark.
    let (ledger, world) = live(&script().outages(&[(0, 0, 4, HOUR / 2, 5 * HOUR)]), one(Balance::Strict));
    assert_eq!((world.instances(0), count(&ledger, Operation::ScaleInsBlocked)), (vec![2], 0));
}

#[test]
fn zb_04_what_exists_is_never_moved() {
    let zones = Action::Zones(vec![ZoneId(0), ZoneId(1), ZoneId(2)]);
    let delete = Action::Delete { zone: Some(ZoneId(0)), count: 2 };
    let two = managed(design(&[1, 2], 6, 1), |set| set.changes = vec![at(HOUR, zones), at(2 * HOUR, delete)]);
    let (ledger, world) = live(&script(), two);
    assert_eq!((world.instances(0), count(&ledger, Operation::Creations)), (vec![1, 3, 0], 0));
}

#[test]
fn zb_05_c_02_c_16_with_one_zone_dark_best_effort_goes_on_in_the_others_and_evens_out_later() {
    let zone_three = (0, 8, 4, HOUR, 5 * HOUR);
    let changes =
        [at(2 * HOUR, Action::Capacity(10)), at(6 * HOUR, Action::Capacity(12)), at(7 * HOUR, Action::Capacity(8))];
    let (ledger, world) = live(&script().outages(&[zone_three]), spanning(6, changes[..1].to_vec()));
    assert_eq!(world.instances(0), [4, 4, 2]);
    assert_eq!(count(&ledger, Operation::ScaleOuts), 1);
    let (_, world) = live(&script().outages(&[zone_three]), spanning(6, changes[..2].to_vec()));
    assert_eq!(world.instances(0), [4, 4, 4]);
    let (_, world) = live(&script().outages(&[zone_three]), spanning(6, vec![changes[0].clone(), changes[2].clone()]));
    assert_eq!(world.instances(0), [3, 3, 2]);
}

#[test]
fn zb_06_with_two_zones_dark_best_effort_scales_neither_out_nor_in() {
    let two = [(0, 4, 8, HOUR, 5 * HOUR)];
    for capacity in [9, 3] {
        let (ledger, world) =
            live(&script().outages(&two), spanning(6, vec![at(2 * HOUR, Action::Capacity(capacity))]));
        assert_eq!(world.instances(0), [2, 2, 2]);
        assert_eq!(count(&ledger, Operation::ScaleOutsBlocked) + count(&ledger, Operation::ScaleInsBlocked), 1);
    }
    // Single machines can be deleted all the same.
    let delete = Action::Delete { zone: Some(ZoneId(0)), count: 1 };
    let (_, world) = live(&script().outages(&two), spanning(6, vec![at(2 * HOUR, delete)]));
    assert_eq!(world.instances(0), [1, 2, 2]);
}

#[test]
fn zb_08_strict_has_head_room_of_one_a_zone_with_a_zone_dark() {
    let zone_three = [(0, 8, 4, HOUR, 5 * HOUR)];
    for (target, zones, blocked) in [(7, [3, 2, 2], 0), (8, [3, 3, 2], 0), (9, [2, 2, 2], 1)] {
        let (ledger, world) =
            live(&script().outages(&zone_three), strict(6, vec![at(2 * HOUR, Action::Capacity(target))]));
        assert_eq!(world.instances(0), zones);
        assert_eq!(count(&ledger, Operation::ScaleOutsBlocked), blocked);
    }
}

#[test]
fn zb_09_zb_12_what_strict_balance_blocks_is_missed_for_that_reason() {
    let mut design = strict(6, vec![at(2 * HOUR, Action::Capacity(9))]);
    design.need = Need::Serving(7);
    let zone_three = [(0, 8, 4, HOUR, 5 * HOUR)];
    let ledger = script().outages(&zone_three).play(design);
    let blocked = ledger.missed_by_cause_ms[2 + 5];
    assert!(blocked > 15 * HOUR, "{:?}", ledger.missed_by_cause_ms);
}

#[test]
fn zb_06_zb_12_what_is_refused_while_all_zones_are_dark_is_charged_to_what_holds_them() {
    // The second zone's first rack fails before; then the region is out from 1:00 to 5:00, when nine are asked for.
    let region = [(1, 4, 1, HOUR / 2, 6 * HOUR), (0, 0, 12, HOUR, 5 * HOUR)];
    let modes = vec![mode("region", Scope::Zone), mode("rack", Scope::Rack)];
    // The rack's machines, one or two of six, are missed alone for half an hour, and beside the others and then three more.
    for (spans, by_rack) in [(vec![1, 2, 3], HOUR), (vec![2], HOUR * 3 / 2)] {
        let changes = vec![at(2 * HOUR, Action::Capacity(9))];
        let design = managed(design(&spans, 6, 6), |set| set.changes = changes);
        let ledger = Script::new(topology(3, 4, 2), modes.clone(), 5 * HOUR).outages(&region).play(design);
        assert_eq!(ledger.missed_by_cause_ms[..2], [4 * HOUR + HOUR / 2 - by_rack, by_rack], "{spans:?}");
    }
}

#[test]
fn zb_11_a_starved_zone_is_no_place_but_does_not_block() {
    let mut short = script();
    short.shortages = vec![(2, 0, HOUR, 5 * HOUR), (3, 0, HOUR, 5 * HOUR)];
    let changes = vec![at(2 * HOUR, Action::Capacity(9))];
    let (_, world) = live(&short, spanning(6, changes.clone()));
    assert_eq!(world.instances(0), [5, 2, 2]);
    let (ledger, world) = live(&short, strict(6, changes.clone()));
    assert_eq!((world.instances(0), count(&ledger, Operation::ScaleOutsBlocked)), (vec![2, 2, 2], 1));
    let counts_as_down = managed(design(&[1, 2, 3], 6, 1), |set| {
        set.changes = changes;
        set.balance.starved_is_down = true;
    });
    let (_, world) = live(&short, counts_as_down);
    assert_eq!(world.instances(0), [2, 2, 2]);
}

#[test]
fn zb_13_scaling_out_and_in_again_evens_out_by_hand() {
    let delete = Action::Delete { zone: Some(ZoneId(0)), count: 3 };
    let changes = vec![at(HOUR, delete), at(2 * HOUR, Action::Capacity(9)), at(3 * HOUR, Action::Capacity(6))];
    let (_, world) = live(&script(), spanning(9, changes[..1].to_vec()));
    assert_eq!(world.instances(0), [0, 3, 3]);
    let (_, world) = live(&script(), spanning(9, changes));
    assert_eq!(world.instances(0), [2, 2, 2]);
}

#[test]
fn zb_14_single_deletions_ignore_balance_even_under_strict() {
    let delete = Action::Delete { zone: Some(ZoneId(1)), count: 2 };
    let (_, world) = live(&script(), strict(6, vec![at(HOUR, delete)]));
    assert_eq!(world.instances(0), [2, 0, 2]);
}

#[test]
fn zn_05_zn_07_a_dark_zone_keeps_its_machines_and_they_count() {
    let zone_three = [(0, 8, 4, HOUR, 5 * HOUR)];
    let (ledger, world) = live(&script().outages(&zone_three), spanning(9, vec![]));
    assert_eq!(world.instances(0), [3, 3, 3]);
    assert_eq!(count(&ledger, Operation::Creations), 0);
    assert_eq!(ledger.classes.serving, i128::from(9 * DAY - 3 * 4 * HOUR));
}

#[test]
fn al_04_machines_that_find_no_hardware_leave_no_instance_and_are_not_tried_again() {
    let mut short = script();
    short.shortages = vec![(1, 0, HOUR, 5 * HOUR)];
    let zonal = |changes| managed(design(&[1], 6, 9), |set| set.changes = changes);
    let (ledger, world) = live(&short, zonal(vec![at(2 * HOUR, Action::Capacity(9))]));
    assert_eq!((world.instances(0), count(&ledger, Operation::AllocationsFailed)), (vec![6], 3));
    // The rest of the day is short of three machines for lack of capacity.
    assert_eq!(ledger.missed_by_cause_ms[2 + 3], 22 * HOUR);
    let mut again = at(2 * HOUR, Action::Capacity(9));
    again.retry = Some(SimDuration::from_ms(2 * HOUR));
    let (_, world) = live(&short, zonal(vec![again]));
    assert_eq!(world.instances(0), [9]);
}

#[test]
fn cr_02_a_reservation_gives_what_others_lack() {
    let mut short = script();
    short.shortages = vec![(1, 0, HOUR, 5 * HOUR)];
    let reserved = managed(design(&[1], 6, 9), |set| {
        set.changes = vec![at(2 * HOUR, Action::Capacity(9))];
        set.reserved_per_zone = 8;
    });
    let (ledger, world) = live(&short, reserved);
    assert_eq!((world.instances(0), count(&ledger, Operation::AllocationsFailed)), (vec![8], 1));
}

#[test]
fn cr_03_a_deallocated_machine_frees_its_reserved_slot_for_its_start_or_for_another() {
    let mut short = script();
    short.shortages = vec![(1, 0, HOUR * 3 / 2, 20 * HOUR)];
    // One of three is deallocated and started again in the shortage; in between a fourth may be asked for.
    let failed = |reserved, others: &[Change]| {
        let set = managed(design(&[1], 3, 3), |set| {
            set.reserved_per_zone = reserved;
            set.changes = vec![at(HOUR, Action::Deallocate(1)), at(3 * HOUR, Action::Start)];
            set.changes.extend_from_slice(others);
        });
        let (ledger, world) = live(&short, set);
        (world.instances(0), count(&ledger, Operation::AllocationsFailed), ledger.missed_ms)
    };
    assert_eq!(failed(3, &[]), (vec![3], 0, 2 * HOUR + 45 * SECOND));
    assert_eq!(failed(2, &[]), (vec![3], 1, 23 * HOUR));
    // What runs by then, two machines or three, holds the slots: the new one finds the one that is free.
    let more = at(2 * HOUR, Action::Capacity(4));
    assert_eq!(failed(3, std::slice::from_ref(&more)), (vec![4], 1, HOUR + 75 * SECOND));
    assert_eq!(failed(4, &[more]), (vec![4], 0, HOUR + 75 * SECOND));
}

#[test]
fn pg_05_a_single_placement_group_finds_less_where_half_of_the_capacity_is_left() {
    let refused = |left, single| {
        let mut short = script();
        short.shortages = vec![(1, left, HOUR, 5 * HOUR)];
        let set = managed(design(&[1], 100, 1), |set| {
            set.single_placement_group = single;
            set.changes = vec![at(2 * HOUR, Action::Capacity(900))];
        });
        let (ledger, world) = live(&short, set);
        let refused = count(&ledger, Operation::AllocationsFailed);
        assert_eq!(u64::from(world.instances(0)[0]), 900 - refused);
        refused
    };
    // Half of 800, and three quarters; four standard deviations are 57 and 49.
    assert!(refused(500, false).abs_diff(400) < 57 && refused(500, true).abs_diff(600) < 49);
    assert_eq!((refused(1000, true), refused(0, true), refused(0, false)), (0, 800, 800));
}

#[test]
fn al_05_quota_refuses_a_request_whole_and_counts_deallocated_machines() {
    let mut design = spanning(6, vec![at(HOUR, Action::Deallocate(2)), at(2 * HOUR, Action::Capacity(9))]);
    design.quota = Some(Quota { vcpus: 16, spot_vcpus: 0, machines: 100 });
    let (ledger, world) = live(&script(), design);
    assert_eq!((world.instances(0), count(&ledger, Operation::QuotaRefusals)), (vec![2, 2, 2], 1));
    assert_eq!(count(&ledger, Operation::DeallocatedMs), 2 * 23 * HOUR);
}

#[test]
fn in_04_without_a_control_plane_nothing_is_created() {
    let mut out = script();
    out.control_plane = vec![(HOUR, 5 * HOUR)];
    let mut change = at(2 * HOUR, Action::Capacity(9));
    let (ledger, world) = live(&out, spanning(6, vec![change.clone()]));
    assert_eq!((world.instances(0), count(&ledger, Operation::ControlPlaneRefusals)), (vec![2, 2, 2], 1));
    change.retry = Some(SimDuration::from_ms(HOUR));
    let (ledger, world) = live(&out, spanning(6, vec![change]));
    assert_eq!((world.instances(0), count(&ledger, Operation::ControlPlaneRefusals)), (vec![3, 3, 3], 3));
}

#[test]
fn si_07_si_08_protected_machines_stay_and_the_target_is_not_reached() {
    let protected = |from_manual| {
        managed(design(&[1, 2, 3], 6, 1), |set| {
            set.changes = vec![at(HOUR, Action::Capacity(3))];
            set.protection = Protection { from_scale_in: 5, from_scale_set_actions: 0, from_manual };
        })
    };
    let (ledger, world) = live(&script(), protected(true));
    assert_eq!((world.instances(0).iter().sum::<u32>(), count(&ledger, Operation::ScaleInsBlocked)), (5, 1));
    let (_, world) = live(&script(), protected(false));
    assert_eq!(world.instances(0), [1, 1, 1]);
}

/// Which machines of a set of three have gone by the end of the day: an outage of one that has gone takes nothing away.
fn gone(machines: u32, units: &[(u32, u32, u64, u64)], say: &dyn Fn(&mut Management)) -> Vec<u32> {
    let gone = |unit: &u32| {
        let late = (0, *unit, 20 * HOUR, 21 * HOUR);
        let storm: Vec<_> = units.iter().copied().chain([late]).collect();
        let with = script().units(&storm).play(managed(design(&[1], 3, 1), say)).classes.serving;
        let without = script().units(units).play(managed(design(&[1], 3, 1), say)).classes.serving;
        with == without
    };
    (0..machines).filter(gone).collect()
}

#[test]
fn si_03_si_04_the_highest_id_goes_or_the_oldest_or_the_newest() {
    use zonefall_fleet::policy::scale_in::Order;
    // A fourth is created at 1 h: two of the four go.
    let changes = [at(HOUR, Action::Capacity(4)), at(2 * HOUR, Action::Capacity(2))];
    for (order, goes) in [(Order::Default, [2, 3]), (Order::NewestFirst, [2, 3]), (Order::OldestFirst, [0, 1])] {
        let found = gone(4, &[], &|set| {
            set.scale_in.order = order;
            set.changes = changes.to_vec();
        });
        assert_eq!(found, goes, "{order:?}");
    }
}

#[test]
fn si_06_an_unhealthy_machine_goes_first_if_asked_for() {
    // The first machine is ill while two are asked for, and well again when it is looked at.
    let ill = [(0, 0, HOUR, 3 * HOUR)];
    for (first, goes) in [(false, [2]), (true, [0])] {
        let found = gone(3, &ill, &|set| {
            set.health = Some(binary_health());
            set.scale_in.prioritize_unhealthy = first;
            set.changes = vec![at(2 * HOUR, Action::Capacity(2))];
        });
        assert_eq!(found, goes);
    }
}

#[test]
fn si_09_mt_13_a_notice_lets_a_machine_serve_until_it_is_approved_or_over() {
    let notice = |approval: Option<u64>| {
        managed(design(&[1], 3, 1), |set| {
            set.changes = vec![at(HOUR, Action::Capacity(2))];
            set.terminate_notice =
                Some(TerminateNotice { timeout: SimDuration::from_ms(5 * MINUTE), approval: approval.map(constant) });
        })
    };
    let serving = |design| script().play(design).classes.serving;
    assert_eq!(serving(notice(None)), i128::from(2 * DAY + HOUR + 5 * MINUTE));
    assert_eq!(serving(notice(Some(MINUTE))), i128::from(2 * DAY + HOUR + MINUTE));
    assert_eq!(serving(notice(Some(HOUR))), i128::from(2 * DAY + HOUR + 5 * MINUTE));
}

#[test]
fn si_09_mt_13_machines_announced_together_leave_together_when_all_have_approved() {
    let notice = |need: u32, second: u64| {
        let mut set = design(&[1], 6, 1);
        set.need = Need::Serving(need);
        managed(set, |set| {
            set.changes = vec![at(HOUR, Action::Capacity(4)), at(HOUR + second, Action::Capacity(3))];
            let approval = Some(zonefall_engine::Law::exponential(2.0 * MINUTE as f64).unwrap());
            set.terminate_notice = Some(TerminateNotice { timeout: SimDuration::from_ms(15 * MINUTE), approval });
        })
    };
    let serve_for = |need, second| DAY - HOUR - script().play(notice(need, second)).missed_ms;
    // The first and the second of a pair go at the same instant, which is the later one of their approvals.
    assert_eq!(serve_for(6, DAY), serve_for(5, DAY));
    // One that is announced a second later never goes before them.
    assert!(serve_for(4, SECOND) >= serve_for(5, SECOND));
    let ledger = script().play(notice(1, DAY));
    // What serves beyond what is asked for makes up for nothing.
    assert_eq!(ledger.capacity_ms, ledger.capacity_full_ms);
}

#[test]
fn cv_05_an_attachment_that_is_repeated_goes_on() {
    let trigger = Trigger::At { at: SimTime::from_ms(HOUR / 2), every: Some(SimDuration::from_ms(HOUR)) };
    let attach = Change { trigger, ..at(0, Action::Attach { zone: None, count: 3 }) };
    let (ledger, world) = live(&script(), managed(design(&[1], 1, 1), |set| set.changes = vec![attach]));
    assert_eq!((world.instances(0), count(&ledger, Operation::NoRoom)), (vec![1 + 24 * 3], 0));
}

#[test]
fn cv_02_cv_04_a_regional_set_becomes_zone_spanning_by_scaling_out_and_in() {
    let zones = Action::Zones(vec![ZoneId(0), ZoneId(1), ZoneId(2)]);
    let changes = vec![at(HOUR, zones), at(2 * HOUR, Action::Capacity(10)), at(3 * HOUR, Action::Capacity(5))];
    let regional = |changes| managed(design(&[], 5, 1), |set| set.changes = changes);
    let (_, world) = live(&script(), regional(changes[..1].to_vec()));
    assert_eq!(world.instances(0), [0, 0, 0, 5]);
    let (_, world) = live(&script(), regional(changes[..2].to_vec()));
    assert_eq!(world.instances(0), [2, 2, 1, 5]);
    // SI-02: regional machines go first.
    let (_, world) = live(&script(), regional(changes));
    assert_eq!(world.instances(0), [2, 2, 1, 0]);
}

#[test]
fn cv_01_a_third_zone_fills_as_the_set_grows() {
    let zones = Action::Zones(vec![ZoneId(0), ZoneId(1), ZoneId(2)]);
    let changes = vec![at(HOUR, zones), at(2 * HOUR, Action::Capacity(9))];
    let two = managed(design(&[1, 2], 6, 1), |set| set.changes = changes);
    let (_, world) = live(&script(), two);
    assert_eq!(world.instances(0), [3, 3, 3]);
}

#[test]
fn cv_05_cv_07_machines_are_attached_at_once_and_detached() {
    let changes = vec![
        at(HOUR, Action::Attach { zone: Some(ZoneId(2)), count: 2 }),
        at(2 * HOUR, Action::Detach { zone: Some(ZoneId(0)), count: 1 }),
    ];
    let (ledger, world) = live(&script(), spanning(6, changes));
    assert_eq!(world.instances(0), [1, 2, 4]);
    assert_eq!(ledger.classes.serving, i128::from(6 * DAY + 2 * 23 * HOUR - 22 * HOUR));
}

#[test]
fn ov_01_extra_machines_make_a_scale_out_as_fast_as_its_fastest() {
    let growing = |overprovision| {
        managed(design(&[1, 2, 3], 10, 1), |set| {
            set.changes = vec![at(HOUR, Action::Capacity(40))];
            set.creation.time = zonefall_engine::Law::exponential(60.0 * SECOND as f64).unwrap();
            set.overprovision = overprovision;
        })
    };
    let (plain, _) = live(&script(), growing(None));
    let (faster, world) = live(&script(), growing(Some(20)));
    assert_eq!(world.instances(0), [14, 13, 13]);
    assert_eq!(count(&faster, Operation::Creations), 36);
    assert!(faster.classes.serving > plain.classes.serving);
    // In the end as many machines as were asked for.
    assert!(faster.machine_ms < plain.machine_ms + i128::from(6 * HOUR));
}

#[test]
fn al_04_static_stability_is_a_change_that_comes_when_too_few_serve() {
    let react = |back_after: Option<u64>| {
        managed(design(&[1, 2, 3], 6, 6), |set| {
            set.changes = vec![Change {
                trigger: Trigger::ServingBelow {
                    machines: 6,
                    lasting: SimDuration::from_ms(5 * MINUTE),
                    react: constant(10 * MINUTE),
                },
                action: Action::Capacity(9),
                retry: Some(SimDuration::from_ms(10 * MINUTE)),
                back_after: back_after.map(SimDuration::from_ms),
            }];
        })
    };
    let zone_three = [(0, 8, 4, HOUR, 5 * HOUR)];
    let (ledger, world) = live(&script().outages(&zone_three), react(None));
    // 5 minutes until it counts, 10 to react, 75 s to create.
    assert_eq!((ledger.missed_ms, world.instances(0)), (15 * MINUTE + 75 * SECOND, vec![4, 3, 2]));
    // ZN-09: taken back an hour after the zone is back.
    let (ledger, world) = live(&script().outages(&zone_three), react(Some(HOUR)));
    assert_eq!((world.instances(0), count(&ledger, Operation::ScaleIns)), (vec![2, 2, 2], 1));
    // A change in four other outages of the day.
    let twice = [(0, 8, 4, HOUR, 5 * HOUR), (0, 0, 4, 10 * HOUR, 11 * HOUR)];
    let (ledger, _) = live(&script().outages(&twice), react(Some(HOUR)));
    assert_eq!(count(&ledger, Operation::ScaleOuts), 2);
}

#[test]
fn zn_09_going_back_does_not_wait_for_machines_that_failed_to_be_created() {
    let react = managed(design(&[1, 2, 3], 6, 6), |set| {
        set.creation.failure = 1.0;
        set.changes = vec![Change {
            trigger: Trigger::ServingBelow { machines: 6, lasting: SimDuration::ZERO, react: constant(MINUTE) },
            back_after: Some(SimDuration::from_ms(HOUR)),
            ..at(0, Action::Capacity(9))
        }];
    });
    let (ledger, world) = live(&script().outages(&[(0, 8, 4, HOUR, 5 * HOUR)]), react);
    assert_eq!((count(&ledger, Operation::CreationsFailed), count(&ledger, Operation::ScaleIns)), (3, 1));
    assert_eq!(world.instances(0), [2, 2, 2]);
}

#[test]
fn ov_02_c_22_strict_three_to_seven_ends_balanced_with_overprovision_on() {
    let growing = managed(design(&[1, 2, 3], 3, 1), |set| {
        set.changes = vec![at(HOUR, Action::Capacity(7))];
        set.balance.balance = Balance::Strict;
        set.creation.time = zonefall_engine::Law::exponential(60.0 * SECOND as f64).unwrap();
        set.overprovision = Some(20);
    });
    let (ledger, world) = live(&script(), growing);
    assert_eq!((world.instances(0), count(&ledger, Operation::Creations)), (vec![3, 2, 2], 5));
}

#[test]
fn rc_02_only_time_outs_are_tried_again_not_a_lack_of_capacity() {
    let mut short = script();
    short.shortages = vec![(1, 0, HOUR, 5 * HOUR)];
    let resilient = managed(design(&[1], 6, 1), |set| {
        set.changes = vec![at(2 * HOUR, Action::Capacity(7))];
        set.creation.resilient = true;
    });
    let (ledger, world) = live(&short, resilient);
    assert_eq!((world.instances(0), count(&ledger, Operation::AllocationsFailed)), (vec![6], 1));
    assert_eq!(count(&ledger, Operation::Creations), 0);
}

#[test]
fn si_07_a_deallocation_of_the_set_passes_over_machines_protected_from_its_actions() {
    let protected = managed(design(&[1], 4, 1), |set| {
        set.changes = vec![at(HOUR, Action::Deallocate(4))];
        set.protection = Protection { from_scale_in: 3, from_scale_set_actions: 3, from_manual: true };
    });
    let (ledger, _) = live(&script(), protected);
    assert_eq!(count(&ledger, Operation::DeallocatedMs), 23 * HOUR);
}
