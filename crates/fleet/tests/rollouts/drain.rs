//! MT-11, LB-10: what machines hold when a release takes them in place, or a surge replaces them.

use super::*;
use zonefall_fleet::{Begin, Demand, Sessions, SlowStart};

const APPLICATION: u64 = 30 * SECOND;
const DRAIN: u64 = 20 * MINUTE;

/// Ten machines that hold a hundred sessions of an hour each, all at once if that is the mode.
fn holding(policy: UpgradePolicy, releases: Vec<Release>) -> Design {
    let mut design = upgraded(&[1], 10, 9, policy, image());
    design.sets[0].management.as_mut().unwrap().upgrades.as_mut().unwrap().releases = releases;
    design.service.sessions = Some(Sessions {
        length: SimDuration::from_ms(HOUR),
        begin: Begin::AtOnce(1000.0),
        patience: SimDuration::from_ms(MINUTE),
        parts: Vec::new(),
    });
    design
}

fn application() -> Release {
    Release { kind: ReleaseKind::Application, ..image() }
}

fn drained(mode: Mode) -> UpgradePolicy {
    UpgradePolicy { drain: SimDuration::from_ms(DRAIN), ..policy(mode) }
}

#[track_caller]
fn lost_sessions(ledger: &Ledger, cause: usize, expected: f64) {
    let milli = ledger.sessions_lost[cause];
    assert!((milli as f64 / 1000.0 - expected).abs() < 1e-2, "{milli} thousandths, not {expected}");
}

/// The share of sessions that lasts longer.
fn outlast(ms: u64) -> f64 {
    libm::exp(-(ms as f64) / HOUR as f64)
}

#[test]
fn mt_11_a_drain_before_the_change_costs_time_and_saves_sessions() {
    for release in [image(), application()] {
        let down = if release.kind == ReleaseKind::Image { REIMAGE } else { APPLICATION };
        let (ledger, _) = play(&script(), holding(policy(Mode::Automatic), vec![release.clone()]));
        lost_sessions(&ledger, PLANNED, 1000.0);
        assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[PLANNED]), (down, down));
        let (ledger, _) = play(&script(), holding(drained(Mode::Automatic), vec![release]));
        lost_sessions(&ledger, PLANNED, 1000.0 * outlast(DRAIN));
        assert_eq!((ledger.missed_ms, ledger.missed_by_cause_ms[PLANNED]), (DRAIN + down, DRAIN + down));
        assert_eq!(count(&ledger, Operation::MachinesUpgraded), 10);
    }
    // An extension takes nobody out.
    let extension = Release { kind: ReleaseKind::Extension, ..image() };
    let (ledger, _) = play(&script(), holding(drained(Mode::Automatic), vec![extension]));
    lost_sessions(&ledger, PLANNED, 0.0);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::MachinesUpgraded)), (0, 10));
}

#[test]
fn mt_11_a_batch_drains_together_and_the_next_one_after_it() {
    let (ledger, _) = play(&script(), holding(drained(Mode::Rolling), vec![application()]));
    assert_eq!((count(&ledger, Operation::RolloutBatches), ledger.missed_ms), (5, 5 * (DRAIN + APPLICATION)));
    near(count(&ledger, Operation::RolloutMs), 5 * (DRAIN + APPLICATION), 5 * 5 * SECOND);
}

#[test]
fn up_13_what_is_taken_back_while_machines_drain_is_never_put_on_them() {
    let design = holding(drained(Mode::Automatic), vec![application()]);
    let (ledger, _) = play(&script(), changed(design, vec![at(HOUR + 5 * MINUTE, Action::RollBack)]));
    lost_sessions(&ledger, PLANNED, 0.0);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::MachinesUpgraded)), (5 * MINUTE, 0));
}

#[test]
fn mt_11_only_who_serves_drains_and_the_way_back_from_a_slow_version_is_its_own() {
    // Nobody serves with the bad image, so the way back takes no longer.
    let (ledger, _) = play(&script(), holding(drained(Mode::Automatic), vec![rolled_back(bad_image(0), HOUR)]));
    assert_eq!(ledger.missed_by_cause_ms[BAD], HOUR + REIMAGE);
    lost_sessions(&ledger, PLANNED, 1000.0 * outlast(DRAIN));
    // One that only slows them is drained, and what is lost then is lost to it.
    let mut slow = rolled_back(bad_image(0), 10 * HOUR);
    slow.bad.iter_mut().for_each(|bad| bad.symptom = Symptom::Degraded(500));
    let (ledger, _) = play(&script(), holding(drained(Mode::Automatic), vec![slow]));
    assert_eq!(ledger.missed_by_cause_ms[BAD], DRAIN + REIMAGE);
    lost_sessions(&ledger, BAD, 1000.0 * (1.0 - outlast(10 * HOUR)) * outlast(DRAIN));
}

#[test]
fn lb_10_what_strikes_a_machine_that_drains_loses_what_it_holds() {
    // Dark after five minutes of the drain.
    let dark = script().outages(&[(0, 0, 4, HOUR + 5 * MINUTE, 5 * HOUR)]);
    let (ledger, _) = play(&dark, holding(drained(Mode::Automatic), vec![application()]));
    lost_sessions(&ledger, 0, 1000.0 * outlast(5 * MINUTE));
    lost_sessions(&ledger, PLANNED, 0.0);
    // In the dark nothing is put on them, and what they miss from the end of the drain on is the zone's.
    assert_eq!((count(&ledger, Operation::MachinesUpgraded), count(&ledger, Operation::UpgradesFailed)), (0, 10));
    assert_eq!(ledger.missed_by_cause_ms[PLANNED], DRAIN);
    assert_eq!(ledger.missed_by_cause_ms[0], 4 * HOUR - DRAIN);
}

#[test]
fn up_07_a_surge_machine_that_is_not_warm_yet_is_charged_to_the_release() {
    // Ten machines of 1 req/s serve all of 10. The new ones are made in 75 s, well after at most 5 s more, and serve half for an
    // hour: until then each pair that takes the place of two lacks one of ten.
    let mut surging = policy(Mode::Rolling);
    surging.max_surge = true;
    let mut design = upgraded(&[1], 10, 10, surging, image());
    design.demand = Some(Demand::constant(10_000));
    design.need = Need::Served(1, 1);
    design.sets[0].slow_start = Some(SlowStart { capacity_milli: 500, time: constant(HOUR) });
    let (ledger, world) = play(&script(), design);
    assert_eq!((world.instances(0), count(&ledger, Operation::RolloutsCompleted)), (vec![10], 1));
    assert!(ledger.missed_ms > HOUR, "{}", ledger.missed_ms);
    assert_eq!(ledger.missed_by_cause_ms[PLANNED], ledger.missed_ms);
}
