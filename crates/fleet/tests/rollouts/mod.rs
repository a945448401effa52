//! UP: releases and rollouts, played on scripts.

mod drain;
mod initializing;
mod kinds;
mod promise;
mod ways_back;

use crate::support::*;
use std::sync::Arc;
use zonefall_engine::{Law, Shape, SimDuration, SimTime};
use zonefall_faults::Scope;
use zonefall_fleet::management::*;
use zonefall_fleet::policy::upgrade::{Denominator, Mode, Rolling};
use zonefall_fleet::{Bought, Design, Ledger, Need, Operation, Paid, World};
use zonefall_topology::{Region, RegionId, Topology};

const REIMAGE: u64 = 4 * MINUTE;
const WAIT: u64 = 5 * MINUTE;

fn policy(mode: Mode) -> UpgradePolicy {
    UpgradePolicy {
        mode,
        rolling: Rolling::USUAL,
        pause: SimDuration::ZERO,
        health_wait: SimDuration::from_ms(WAIT),
        rollback_failed: false,
        max_surge: false,
        automatic_os: None,
        automatic_extension: None,
        drain: SimDuration::ZERO,
        reimage: constant(REIMAGE),
        extension: constant(MINUTE),
        application: constant(30 * SECOND),
    }
}

fn automatic_os(policy: &mut UpgradePolicy) {
    let usual = Automatic { rolling: Rolling::USUAL, pause: SimDuration::ZERO, rolls_back: true };
    policy.automatic_os = Some(usual);
}

/// An image that comes at 1 h.
fn image() -> Release {
    Release { name: "image".into(), kind: ReleaseKind::Image, at: SimTime::from_ms(HOUR), every: None, bad: None }
}

/// The same, and it is bad for sure; machines that run it for so long do not serve.
fn bad_image(after: u64) -> Release {
    let bad = Bad { probability: 1.0, symptom: Symptom::Down, after: constant(after), rollback: None };
    Release { bad: Some(bad), ..image() }
}

fn rolled_back(mut release: Release, notice: u64) -> Release {
    if let Some(bad) = &mut release.bad {
        bad.rollback = Some(Rollback { notice: constant(notice), act: constant(0) });
    }
    release
}

/// A set with health every 5 s, this policy and one release.
fn upgraded(zones: &[u32], capacity: u32, need: u32, policy: UpgradePolicy, release: Release) -> Design {
    managed(design(zones, capacity, need), |set| {
        set.health = Some(binary_health());
        set.upgrades = Some(Box::new(Upgrades { policy, releases: vec![release] }));
    })
}

/// 0: whole zones.
fn script() -> Script {
    Script::new(topology(3, 4, 8), vec![mode("zone", Scope::Zone)], DAY)
}

fn play(script: &Script, design: Design) -> (Ledger, World) {
    script.live(design, None)
}

/// Machine-milliseconds that did not serve.
fn lost(ledger: &Ledger) -> i128 {
    ledger.capacity_full_ms / 1000 - ledger.capacity_ms / 1000
}

fn near(time: u64, expected: u64, slack: u64) {
    assert!((expected..=expected + slack).contains(&time), "{time} is not in {expected} + {slack}");
}

/// What is missed is charged to this cause: with one mode, 7 is planned and 9 a bad release.
const PLANNED: usize = 1 + 6;
const BAD: usize = 1 + 8;

#[test]
fn up_03_up_14_batches_and_how_long_they_take() {
    // Ten machines, two at a time: five batches of four minutes, each with at most one probe until it is known well.
    let mut rolling = policy(Mode::Rolling);
    rolling.pause = SimDuration::from_ms(MINUTE);
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 9, rolling, image()));
    assert_eq!(count(&ledger, Operation::RolloutBatches), 5);
    assert_eq!(count(&ledger, Operation::MachinesUpgraded), 10);
    assert_eq!(count(&ledger, Operation::RolloutsCompleted), 1);
    near(count(&ledger, Operation::RolloutMs), 5 * REIMAGE + 4 * MINUTE, 5 * 5 * SECOND);
    assert_eq!(lost(&ledger), i128::from(10 * REIMAGE));
    assert_eq!(ledger.missed_ms, 5 * REIMAGE);
    assert_eq!(ledger.missed_by_cause_ms[PLANNED], ledger.missed_ms);
}

#[test]
fn up_05_fd_11_a_batch_of_a_uniform_set_keeps_to_one_of_five_update_domains() {
    // Half of ten machines a batch, in one zone: five update domains of two.
    let mut half = policy(Mode::Rolling);
    half.rolling = Rolling { batch: 50, unhealthy: 50, unhealthy_upgraded: 50, ..Rolling::USUAL };
    let batches = |orchestration| {
        let mut design = upgraded(&[1], 10, 9, half.clone(), image());
        design.sets[0].management.as_mut().unwrap().orchestration = orchestration;
        let (ledger, _) = play(&script(), design);
        assert_eq!(count(&ledger, Operation::MachinesUpgraded), 10);
        count(&ledger, Operation::RolloutBatches)
    };
    assert_eq!((batches(Orchestration::Flexible), batches(Orchestration::Uniform)), (2, 5));
}

#[test]
fn up_02_manual_leaves_machines_alone_and_automatic_takes_all_at_once() {
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 1, policy(Mode::Manual), image()));
    assert_eq!((count(&ledger, Operation::Releases), count(&ledger, Operation::MachinesUpgraded)), (1, 0));
    assert_eq!(ledger.missed_ms, 0);
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 1, policy(Mode::Automatic), image()));
    assert_eq!(count(&ledger, Operation::MachinesUpgraded), 10);
    assert_eq!(ledger.missed_ms, REIMAGE);
}

#[test]
fn up_06_unhealthy_machines_go_first_if_asked_for() {
    // The last of four is ill until it is reimaged; they go one by one, an hour apart.
    let modes = vec![mode("zone", Scope::Zone), application("guest")];
    let ill = Script::new(topology(3, 4, 8), modes, DAY).units(&[(0, 3, HOUR / 2, 20 * HOUR)]);
    let missed = |first| {
        let rolling = Rolling {
            batch: 25,
            unhealthy: 100,
            unhealthy_upgraded: 100,
            prioritize_unhealthy: first,
            ..Rolling::USUAL
        };
        let policy = UpgradePolicy { rolling, pause: SimDuration::from_ms(HOUR), ..policy(Mode::Rolling) };
        let (ledger, _) = play(&ill, upgraded(&[1], 4, 4, policy, image()));
        assert_eq!(count(&ledger, Operation::MachinesUpgraded), 4);
        ledger.missed_ms
    };
    let (first, last) = (missed(true), missed(false));
    assert!(first + 2 * HOUR < last, "{first} {last}");
}

#[test]
fn up_02_new_machines_have_the_newest_model() {
    // The bad image is not rolled out, but two machines are made after it came.
    let mut design = upgraded(&[1], 10, 10, policy(Mode::Manual), bad_image(0));
    design.sets[0].management.as_mut().unwrap().changes = vec![at(2 * HOUR, Action::Capacity(12))];
    let (ledger, _) = play(&script(), design);
    let made = 2 * HOUR + 75 * SECOND;
    assert_eq!(lost(&ledger), i128::from(2 * (DAY - made)) + i128::from(2 * 75 * SECOND));
}

#[test]
fn up_12_a_bad_image_under_a_rolling_policy_takes_one_batch() {
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 10, policy(Mode::Rolling), bad_image(0)));
    assert_eq!(count(&ledger, Operation::RolloutBatches), 1);
    assert_eq!(count(&ledger, Operation::RolloutsFaulted), 1);
    assert_eq!(count(&ledger, Operation::UpgradesFailed), 2);
    // Nobody mends them.
    assert_eq!(lost(&ledger), i128::from(2 * 23 * HOUR));
    assert_eq!(ledger.missed_by_cause_ms[PLANNED], REIMAGE);
    assert_eq!(ledger.missed_by_cause_ms[BAD], 23 * HOUR - REIMAGE);
}

#[test]
fn up_09_up_12_automatic_images_give_the_old_disk_back() {
    let mut os = policy(Mode::Manual);
    automatic_os(&mut os);
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 10, os.clone(), bad_image(0)));
    assert_eq!(count(&ledger, Operation::RolloutsFaulted), 1);
    assert_eq!(count(&ledger, Operation::MachinesRolledBack), 2);
    // UP-12: two machines are bad for five minutes, and as long as a reimage takes: nine minutes.
    assert_eq!(ledger.missed_by_cause_ms[BAD], WAIT + REIMAGE);
    assert_eq!(ledger.missed_ms, REIMAGE + WAIT + REIMAGE);
    // disableAutomaticRollback.
    os.automatic_os.as_mut().unwrap().rolls_back = false;
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 10, os, bad_image(0)));
    assert_eq!(count(&ledger, Operation::MachinesRolledBack), 0);
    assert_eq!(ledger.missed_ms, 23 * HOUR);
}

#[test]
fn up_09_automatic_images_go_through_one_region_of_a_pair_after_the_other() {
    let region =
        |name: &str| Region { name: name.into(), zones: 1, halls_per_zone: 1, racks_per_zone: 4, hosts_per_rack: 8 };
    let pair = |automatic: bool| {
        let mut policy = policy(Mode::Rolling);
        if automatic {
            automatic_os(&mut policy);
        }
        let mut design = upgraded(&[1], 10, 1, policy.clone(), image());
        let mut west = upgraded(&[2], 10, 1, policy, Release { name: "west".into(), ..image() }).sets.remove(0);
        (west.name, west.region) = ("west".into(), RegionId(1));
        design.sets.push(west);
        design.need = Need::Serving(17);
        let topology = Arc::new(Topology::new(vec![region("east"), region("west")]).unwrap());
        let (ledger, _) = play(&Script::new(topology, vec![mode("zone", Scope::Zone)], DAY), design);
        assert_eq!(count(&ledger, Operation::RolloutsCompleted), 2);
        assert_eq!(count(&ledger, Operation::MachinesUpgraded), 20);
        ledger
    };
    // Five batches of two each: side by side four machines of twenty are out, one after the other two.
    let (together, in_turn) = (pair(false), pair(true));
    assert_eq!(lost(&together), lost(&in_turn));
    assert!(together.missed_ms.abs_diff(5 * REIMAGE) < 5 * 5 * SECOND, "{}", together.missed_ms);
    assert_eq!(in_turn.missed_ms, 0);
}

#[test]
fn up_12_a_fault_that_shows_late_passes_several_batches() {
    // Each batch of two takes four minutes; the first is ill 12 minutes after it was upgraded, when three more are done.
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 1, policy(Mode::Rolling), bad_image(12 * MINUTE)));
    assert_eq!(count(&ledger, Operation::RolloutsFaulted), 1);
    let batches = count(&ledger, Operation::RolloutBatches);
    assert!((4..=5).contains(&batches), "{batches}");
    // One that shows an hour later takes the whole set, as automatic mode does.
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 1, policy(Mode::Rolling), bad_image(HOUR)));
    assert_eq!(count(&ledger, Operation::RolloutsCompleted), 1);
    let (at_once, _) = play(&script(), upgraded(&[1], 10, 1, policy(Mode::Automatic), bad_image(HOUR)));
    assert_eq!(at_once.missed_by_cause_ms[BAD], 22 * HOUR - REIMAGE);
    assert!(ledger.missed_by_cause_ms[BAD] > 21 * HOUR);
}

#[test]
fn up_13_the_operator_takes_a_bad_release_back() {
    let release = rolled_back(bad_image(0), 8 * MINUTE);
    // All at once: noticed after eight minutes, and reimaged together.
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 10, policy(Mode::Automatic), release.clone()));
    assert_eq!(count(&ledger, Operation::ReleasesTakenBack), 1);
    assert_eq!(ledger.missed_ms, REIMAGE + 8 * MINUTE + REIMAGE);
    assert_eq!(ledger.missed_by_cause_ms[BAD], 8 * MINUTE + REIMAGE);
    // Rolling: the two of the first batch.
    let (ledger, world) = play(&script(), upgraded(&[1], 10, 10, policy(Mode::Rolling), release.clone()));
    assert_eq!(ledger.missed_ms, REIMAGE + 8 * MINUTE + REIMAGE);
    assert_eq!(count(&ledger, Operation::MachinesUpgraded), 4);
    assert_eq!(world.instances(0), [10]);
    // A release that shows after an hour on all of them: they are mended batch by batch, though all are unhealthy.
    let late = rolled_back(bad_image(HOUR), 8 * MINUTE);
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 1, policy(Mode::Rolling), late));
    assert_eq!(count(&ledger, Operation::MachinesUpgraded), 20);
    assert_eq!(count(&ledger, Operation::RolloutsFaulted), 0);
    // Manual: only by hand.
    let mut manual = upgraded(&[1], 10, 10, policy(Mode::Manual), release);
    manual.sets[0].management.as_mut().unwrap().changes = vec![at(2 * HOUR, Action::Capacity(12))];
    let (ledger, _) = play(&script(), manual);
    assert_eq!(lost(&ledger), i128::from(2 * (75 * SECOND + 8 * MINUTE + REIMAGE)));
}

#[test]
fn up_04_a_rollout_that_meets_a_zone_outage_stops_for_good() {
    // Nine machines over three zones, one at a time; zone 2 goes dark while zone 1 is upgraded.
    let dark = HOUR + 6 * MINUTE;
    let zone = script().outages(&[(0, 4, 4, dark, dark + 2 * HOUR)]);
    let (ledger, _) = play(&zone, upgraded(&[1, 2, 3], 9, 1, policy(Mode::Rolling), image()));
    assert_eq!(count(&ledger, Operation::RolloutsFaulted), 1);
    // UP-11: it does not begin again by itself.
    assert_eq!((count(&ledger, Operation::Rollouts), count(&ledger, Operation::MachinesUpgraded)), (1, 2));
    // With a limit that bears a zone, the machines in the dark are tried and fail.
    let mut bold = policy(Mode::Rolling);
    bold.rolling = Rolling { unhealthy: 60, unhealthy_upgraded: 60, ..bold.rolling };
    let (ledger, _) = play(&zone, upgraded(&[1, 2, 3], 9, 1, bold, image()));
    assert_eq!(count(&ledger, Operation::RolloutsCompleted), 1);
    assert_eq!((count(&ledger, Operation::MachinesUpgraded), count(&ledger, Operation::UpgradesFailed)), (6, 3));
}

#[test]
fn up_04_of_the_set_or_of_the_upgraded() {
    let mut of_set = policy(Mode::Rolling);
    of_set.rolling.denominator = Denominator::Set;
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 1, of_set, bad_image(0)));
    // Two of ten are not more than 20 %, so it goes on, with one machine for the two that are ill; three of ten are.
    assert_eq!(count(&ledger, Operation::RolloutBatches), 2);
    assert_eq!(count(&ledger, Operation::UpgradesFailed), 3);
    assert_eq!(count(&ledger, Operation::RolloutsFaulted), 1);
}

#[test]
fn up_05_a_batch_keeps_to_its_zone() {
    // Six machines over three zones at 50 %: three fit a batch, but a zone has two.
    let mut rolling = policy(Mode::Rolling);
    rolling.rolling = Rolling { batch: 50, unhealthy: 50, ..rolling.rolling };
    let (ledger, _) = play(&script(), upgraded(&[1, 2, 3], 6, 1, rolling.clone(), image()));
    assert_eq!(count(&ledger, Operation::RolloutBatches), 3);
    rolling.rolling.cross_zone = true;
    let (ledger, _) = play(&script(), upgraded(&[1, 2, 3], 6, 1, rolling, image()));
    assert_eq!(count(&ledger, Operation::RolloutBatches), 2);
}

#[test]
fn up_07_surge_never_takes_a_machine_out() {
    let mut surging = policy(Mode::Rolling);
    surging.max_surge = true;
    let design = upgraded(&[1], 10, 10, surging.clone(), image());
    let (ledger, world) = play(&script(), design.clone());
    assert_eq!((ledger.missed_ms, lost(&ledger)), (0, 0));
    assert_eq!((count(&ledger, Operation::Creations), count(&ledger, Operation::Deletions)), (10, 10));
    assert_eq!(count(&ledger, Operation::RolloutsCompleted), 1);
    assert_eq!(world.instances(0), [10]);
    // The quota has room for one machine more, and a batch needs two: in place.
    let mut tight = design;
    tight.quota = Some(Quota { vcpus: 22, spot_vcpus: 0, machines: 100 });
    let (ledger, world) = play(&script(), tight);
    assert_eq!(count(&ledger, Operation::SurgesInPlace), 5);
    assert_eq!((count(&ledger, Operation::Creations), ledger.missed_ms), (0, 5 * REIMAGE));
    assert_eq!(world.instances(0), [10]);
    // A bad image: the new machines of the first batch go, the old ones stay.
    let (ledger, world) = play(&script(), upgraded(&[1], 10, 10, surging, bad_image(0)));
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::RolloutsFaulted)), (0, 1));
    assert_eq!((count(&ledger, Operation::Creations), count(&ledger, Operation::Deletions)), (2, 2));
    assert_eq!(world.instances(0), [10]);
}

#[test]
fn up_07_no_hardware_for_a_surge_upgrades_in_place() {
    let mut surging = policy(Mode::Rolling);
    surging.max_surge = true;
    let mut short = script();
    short.shortages = vec![(1, 0, 0, DAY)];
    let (ledger, _) = play(&short, upgraded(&[1], 10, 10, surging, image()));
    assert_eq!(count(&ledger, Operation::RolloutsCompleted), 1);
    assert_eq!(ledger.missed_ms, 5 * REIMAGE);
}

#[test]
fn up_07_ov_01_a_surge_is_paid_for_where_the_set_overprovisions_too_and_none_goes_off_the_bill_twice() {
    let mut surging = policy(Mode::Rolling);
    surging.max_surge = true;
    let paid = |extra: Option<u32>, release: Release| {
        let mut design = upgraded(&[1], 10, 10, surging.clone(), release);
        design.sets[0].management.as_mut().unwrap().overprovision = extra;
        design.bought = Some(vec![Bought { committed: 0, reserved_per_zone: 0 }]);
        let (ledger, world) = play(&script(), design);
        assert_eq!(world.audit(), Vec::<String>::new());
        assert_eq!(ledger.paid[0][Paid::OnDemand as usize], ledger.machine_ms);
    };
    for extra in [None, Some(20)] {
        // The old machines go, or, of a bad image, the new ones: all that are there are paid for.
        paid(extra, image());
        paid(extra, bad_image(0));
    }
}

#[test]
fn up_08_an_extension_takes_nothing_out_and_an_application_restarts() {
    let of = |kind: ReleaseKind| Release { kind, ..image() };
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 10, policy(Mode::Rolling), of(ReleaseKind::Extension)));
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::MachinesUpgraded)), (0, 10));
    near(count(&ledger, Operation::RolloutMs), 5 * MINUTE, 5 * 5 * SECOND);
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 10, policy(Mode::Rolling), of(ReleaseKind::Application)));
    assert_eq!(ledger.missed_ms, 5 * 30 * SECOND);
}

#[test]
fn up_10_an_automatic_extension_gives_the_old_version_back() {
    let mut policy = policy(Mode::Manual);
    policy.automatic_extension =
        Some(Automatic { rolling: Rolling::USUAL, pause: SimDuration::ZERO, rolls_back: true });
    let release = Release { kind: ReleaseKind::Extension, ..bad_image(0) };
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 10, policy, release));
    assert_eq!(count(&ledger, Operation::MachinesRolledBack), 2);
    // Bad while it settles, and until the old version is back: no machine is ever taken out.
    assert_eq!(ledger.missed_ms, WAIT + MINUTE);
    assert_eq!(ledger.missed_by_cause_ms[BAD], ledger.missed_ms);
}

#[test]
fn up_11_protected_machines_are_passed_over_and_breaches_can_roll_back() {
    let mut design = upgraded(&[1], 10, 1, policy(Mode::Automatic), image());
    design.sets[0].management.as_mut().unwrap().protection =
        Protection { from_scale_in: 0, from_scale_set_actions: 3, from_manual: true };
    let (ledger, _) = play(&script(), design);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::MachinesUpgraded)), (0, 7));
    let mut back = policy(Mode::Rolling);
    back.rollback_failed = true;
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 10, back, bad_image(0)));
    assert_eq!(count(&ledger, Operation::MachinesRolledBack), 2);
    assert_eq!(ledger.missed_ms, REIMAGE + WAIT + REIMAGE);
}

#[test]
fn up_11_another_release_cuts_a_rollout_short() {
    let mut design = upgraded(&[1], 10, 1, policy(Mode::Rolling), image());
    let second = Release { name: "next".into(), at: SimTime::from_ms(HOUR + 6 * MINUTE), ..image() };
    design.sets[0].management.as_mut().unwrap().upgrades.as_mut().unwrap().releases.push(second);
    let (ledger, _) = play(&script(), design);
    assert_eq!((count(&ledger, Operation::Rollouts), count(&ledger, Operation::RolloutsCancelled)), (2, 1));
    // Two were done and two under way: those get the second one too.
    assert_eq!(count(&ledger, Operation::MachinesUpgraded), 14);
}

#[test]
fn up_12_a_degraded_release_is_not_seen_by_health() {
    let mut release = bad_image(0);
    release.bad.as_mut().unwrap().symptom = Symptom::Degraded(500);
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 1, policy(Mode::Rolling), release.clone()));
    assert_eq!(count(&ledger, Operation::RolloutsCompleted), 1);
    let back = rolled_back(release, 8 * MINUTE);
    let (mended, _) = play(&script(), upgraded(&[1], 10, 1, policy(Mode::Automatic), back));
    // Down for the two reimages, at half its capacity for eight minutes.
    assert_eq!(lost(&mended), i128::from(10 * (2 * REIMAGE + 4 * MINUTE)));
    assert!(lost(&ledger) > lost(&mended));
}

#[test]
fn in_04_a_release_waits_for_the_control_plane() {
    let mut out = script();
    out.control_plane = vec![(30 * MINUTE, 3 * HOUR), (3 * HOUR + 5 * MINUTE, 4 * HOUR)];
    let (ledger, _) = play(&out, upgraded(&[1], 10, 10, policy(Mode::Rolling), image()));
    // A batch at 3 h, the second once the control plane is back again at 4 h.
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::RolloutsCompleted)), (5 * REIMAGE, 1));
    near(count(&ledger, Operation::RolloutMs), HOUR + 3 * REIMAGE, MINUTE);
}

#[test]
fn up_12_repairs_make_machines_of_the_same_bad_image() {
    let mut design = upgraded(&[1], 10, 10, policy(Mode::Automatic), bad_image(0));
    let set = design.sets[0].management.as_mut().unwrap();
    repaired(set, RepairAction::Replace);
    let (ledger, _) = play(&script(), design);
    assert_eq!(count(&ledger, Operation::Suspensions), 1);
    assert_eq!(ledger.missed_ms, 23 * HOUR);
}

/// Adds a release to the first set.
fn released(mut design: Design, release: Release) -> Design {
    design.sets[0].management.as_mut().unwrap().upgrades.as_mut().unwrap().releases.push(release);
    design
}

fn changed(mut design: Design, changes: Vec<Change>) -> Design {
    design.sets[0].management.as_mut().unwrap().changes = changes;
    design
}

fn uniform(low: u64, high: u64) -> Law {
    Law::new(Shape::Uniform(low as f64, high as f64), None).unwrap()
}

#[test]
fn up_13_machines_on_their_way_to_a_bad_model_are_taken_back_too() {
    // The first to be done shows it, and the old model is ordered while the others are being reimaged.
    let mut spread = policy(Mode::Automatic);
    spread.reimage = uniform(2 * MINUTE, 40 * MINUTE);
    let (ledger, _) = play(&script(), upgraded(&[1], 10, 10, spread, rolled_back(bad_image(0), 0)));
    assert_eq!(count(&ledger, Operation::ReleasesTakenBack), 1);
    assert_eq!((count(&ledger, Operation::Rollouts), count(&ledger, Operation::RolloutsCancelled)), (2, 1));
    assert!(ledger.missed_ms < 90 * MINUTE, "{}", ledger.missed_ms);
}

#[test]
fn up_09_the_old_disk_is_the_one_that_the_machine_had() {
    // Two bad images, one after the other: the one before the second is bad as well, but no machine runs it any more.
    let mut os = policy(Mode::Manual);
    automatic_os(&mut os);
    let second = Release { name: "next".into(), at: SimTime::from_ms(3 * HOUR), ..bad_image(0) };
    let (ledger, _) = play(&script(), released(upgraded(&[1], 10, 10, os, bad_image(0)), second));
    assert_eq!(count(&ledger, Operation::MachinesRolledBack), 4);
    assert_eq!(ledger.missed_by_cause_ms[BAD], 2 * (WAIT + REIMAGE));
}

#[test]
fn up_13_a_runbook_takes_back_only_what_is_bad_or_on_its_way() {
    let second = |release: Release| Release { name: "next".into(), at: SimTime::from_ms(3 * HOUR), ..release };
    let of = |release: Release, changes: Vec<Change>| {
        let design = upgraded(&[1], 10, 1, policy(Mode::Automatic), image());
        play(&script(), changed(released(design, second(release)), changes)).0
    };
    // Long done, and good.
    let ledger = of(image(), vec![at(5 * HOUR, Action::RollBack)]);
    assert_eq!((count(&ledger, Operation::ReleasesTakenBack), count(&ledger, Operation::Rollouts)), (0, 2));
    // On its way.
    let ledger = of(image(), vec![at(3 * HOUR + MINUTE, Action::RollBack)]);
    assert_eq!(count(&ledger, Operation::ReleasesTakenBack), 1);
    // Bad: once, whatever rings again and whoever else has noticed it.
    let shown = 3 * HOUR + REIMAGE;
    let again = [MINUTE, 2 * MINUTE, HOUR].map(|after| at(shown + after, Action::RollBack)).to_vec();
    let ledger = of(rolled_back(bad_image(0), 30 * MINUTE), again);
    assert_eq!((count(&ledger, Operation::ReleasesTakenBack), count(&ledger, Operation::Rollouts)), (1, 3));
    assert_eq!(ledger.missed_by_cause_ms[BAD], MINUTE + REIMAGE);
}

#[test]
fn up_13_the_operators_luck_is_the_releases_own() {
    let mut release = rolled_back(bad_image(0), 0);
    release.bad.as_mut().unwrap().rollback.as_mut().unwrap().notice = uniform(5 * MINUTE, HOUR);
    let alone = upgraded(&[1], 10, 10, policy(Mode::Automatic), release);
    let earlier = Release { name: "earlier".into(), at: SimTime::from_ms(HOUR / 2), ..image() };
    let (one, _) = play(&script(), alone.clone());
    let (two, _) = play(&script(), released(alone, earlier));
    assert_eq!((count(&one, Operation::Releases), count(&two, Operation::Releases)), (1, 2));
    assert_eq!(one.missed_by_cause_ms[BAD], two.missed_by_cause_ms[BAD]);
}

#[test]
fn up_13_a_second_bad_release_does_not_put_the_rollback_off() {
    let first = rolled_back(bad_image(0), HOUR);
    let second = Release { name: "next".into(), at: SimTime::from_ms(HOUR + 30 * MINUTE), ..first.clone() };
    let design = released(upgraded(&[1], 10, 10, policy(Mode::Automatic), first), second);
    let (ledger, _) = play(&script(), design);
    assert_eq!(count(&ledger, Operation::ReleasesTakenBack), 1);
    assert_eq!(ledger.missed_ms, REIMAGE + HOUR + REIMAGE);
}

#[test]
fn in_04_an_old_disk_waits_for_the_control_plane() {
    let mut os = policy(Mode::Manual);
    automatic_os(&mut os);
    let mut out = script();
    out.control_plane = vec![(HOUR + REIMAGE + MINUTE, 3 * HOUR)];
    let (ledger, _) = play(&out, upgraded(&[1], 10, 10, os, bad_image(0)));
    assert_eq!(count(&ledger, Operation::MachinesRolledBack), 2);
    assert_eq!(ledger.missed_ms, 2 * HOUR + REIMAGE);
}
