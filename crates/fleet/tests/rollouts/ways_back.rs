//! UP-13: a bad version goes from every machine in the end, whatever comes between.

use super::*;

const APPLICATION: u64 = 30 * SECOND;

/// An application that shows after six hours that it is bad, and is taken back ten minutes later.
fn bad_application(symptom_after: u64) -> Release {
    Release { kind: ReleaseKind::Application, ..rolled_back(bad_image(symptom_after), 10 * MINUTE) }
}

fn good(kind: ReleaseKind, at: u64) -> Release {
    Release { name: "next".into(), kind, at: SimTime::from_ms(at), ..image() }
}

#[test]
fn up_13_a_release_that_cuts_a_way_back_does_not_leave_what_is_bad() {
    // Five batches, the first at 1:00:30; they show it in their order from 7:00:30 on. A good release comes at 7:11, when the
    // first batch of the way back is done; eight ill machines of ten stop it (UP-04). The operator notices once more, and
    // orders what is newest.
    let design = upgraded(&[1], 10, 10, policy(Mode::Rolling), bad_application(6 * HOUR));
    let cut = good(ReleaseKind::Application, 7 * HOUR + 11 * MINUTE);
    let (ledger, _) = play(&script(), released(design, cut));
    assert_eq!(count(&ledger, Operation::RolloutsCancelled), 1);
    assert_eq!(count(&ledger, Operation::RolloutsFaulted), 1);
    assert_eq!(count(&ledger, Operation::ReleasesTakenBack), 1);
    assert!(ledger.missed_by_cause_ms[BAD] < 30 * MINUTE, "{:?}", ledger.missed_by_cause_ms);
}

#[test]
fn up_13_a_runbook_stops_what_is_new_and_no_way_back() {
    let design = || upgraded(&[1], 10, 10, policy(Mode::Rolling), bad_application(6 * HOUR));
    let (alone, _) = play(&script(), design());
    let stopped = changed(design(), vec![at(7 * HOUR + 11 * MINUTE, Action::StopRollout)]);
    let (ledger, _) = play(&script(), stopped);
    assert_eq!((ledger.missed_ms, ledger.operations), (alone.missed_ms, alone.operations));
}

#[test]
fn up_13_a_release_that_cuts_a_way_back_and_is_stopped_leaves_nothing_bad() {
    // What is bad only slows, so that the good release goes on, batch by batch, until the runbook stops it.
    let mut slows = bad_application(6 * HOUR);
    slows.bad.iter_mut().for_each(|bad| bad.symptom = Symptom::Degraded(500));
    let cut = good(ReleaseKind::Application, 7 * HOUR + 11 * MINUTE);
    let design = released(upgraded(&[1], 10, 10, policy(Mode::Rolling), slows), cut);
    let stopped = changed(design, vec![at(7 * HOUR + 11 * MINUTE + 10 * SECOND, Action::StopRollout)]);
    let (ledger, _) = play(&script(), stopped);
    assert_eq!(count(&ledger, Operation::RolloutsCancelled), 2);
    // Ten machines at a half from 7:00 on for less than an hour.
    assert!(lost(&ledger) < i128::from(10 * HOUR / 2), "{}", lost(&ledger));
}

#[test]
fn up_13_a_machine_that_comes_too_late_for_a_way_back_is_ridded_too() {
    // Twelve are asked for at 2:10:20, ten seconds before the way back: two come with what is bad, 75 s later, and show it at
    // 3:11:35. It is noticed ten minutes after that.
    let design = upgraded(&[1], 10, 10, policy(Mode::Automatic), bad_application(HOUR));
    let more = vec![at(2 * HOUR + 10 * MINUTE + 20 * SECOND, Action::Capacity(12))];
    let (alone, _) = play(&script(), design.clone());
    let (ledger, _) = play(&script(), changed(design, more));
    assert_eq!(count(&ledger, Operation::ReleasesTakenBack), 1);
    let ridded = 10 * MINUTE + APPLICATION;
    assert_eq!(lost(&ledger) - lost(&alone), i128::from(2 * (75 * SECOND + ridded)));
}

#[test]
fn up_13_a_way_back_that_waits_for_another_is_not_forgotten_for_a_release() {
    // The extension slows machines down from 5:00 on and is taken back at 6:00; the image stops them from 5:35 on, and its way
    // back, begun at 5:45, waits for the extension's. A good image comes at 6:10: what waits brings it, however many are ill.
    let slow = Automatic { rolling: Rolling::USUAL, pause: SimDuration::from_ms(5 * MINUTE), rolls_back: false };
    let policy = UpgradePolicy { automatic_os: Some(slow), automatic_extension: Some(slow), ..policy(Mode::Manual) };
    let stops = rolled_back(bad_image(4 * HOUR + 31 * MINUTE), 10 * MINUTE);
    let mut slows = rolled_back(bad_image(3 * HOUR - MINUTE), HOUR);
    (slows.name, slows.kind, slows.at) = ("extension".into(), ReleaseKind::Extension, SimTime::from_ms(2 * HOUR));
    slows.bad.iter_mut().for_each(|bad| bad.symptom = Symptom::Degraded(500));
    let both = released(upgraded(&[1], 10, 10, policy, stops), slows);
    let (ledger, _) = play(&script(), released(both, good(ReleaseKind::Image, 6 * HOUR + 10 * MINUTE)));
    assert_eq!(count(&ledger, Operation::ReleasesTakenBack), 2);
    assert!(count(&ledger, Operation::RolloutsCancelled) >= 1);
    assert_eq!(count(&ledger, Operation::RolloutsFaulted), 0);
    assert!((HOUR..2 * HOUR).contains(&ledger.missed_by_cause_ms[BAD]), "{:?}", ledger.missed_by_cause_ms);
}
