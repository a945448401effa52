//! UP-08: releases of several kinds, to one set.

use super::*;

const APPLICATION: u64 = 30 * SECOND;

fn release(kind: ReleaseKind, at: u64) -> Release {
    Release { name: format!("{kind:?}"), kind, at: SimTime::from_ms(at), ..image() }
}

/// Bad for sure after so long, and taken back so long after it shows.
fn bad(kind: ReleaseKind, at: u64, after: u64, notice: u64) -> Release {
    rolled_back(Release { bad: bad_image(after).bad, ..release(kind, at) }, notice)
}

fn with(policy: UpgradePolicy, releases: Vec<Release>) -> Design {
    managed(design(&[1], 10, 9), |set| {
        set.health = Some(binary_health());
        set.upgrades = Some(Box::new(Upgrades { policy, releases }));
    })
}

fn counts(ledger: &Ledger) -> [u64; 3] {
    [Operation::Rollouts, Operation::RolloutsCompleted, Operation::MachinesUpgraded].map(|of| count(ledger, of))
}

#[test]
fn up_08_each_release_costs_what_its_kind_does() {
    use ReleaseKind::*;
    let releases = vec![release(Image, HOUR), release(Application, 2 * HOUR), release(Extension, 3 * HOUR)];
    let (ledger, _) = play(&script(), with(policy(Mode::Automatic), releases));
    assert_eq!(counts(&ledger), [3, 3, 30]);
    assert_eq!(lost(&ledger), i128::from(10 * (REIMAGE + APPLICATION)));
}

#[test]
fn up_09_an_application_waits_for_the_image_on_its_way_and_both_come() {
    use ReleaseKind::*;
    let mut rolling = policy(Mode::Rolling);
    automatic_os(&mut rolling);
    // Five batches of two, the image from 1:00 to 1:20, and the application, released at 1:02, after it.
    let releases = || vec![release(Image, HOUR), release(Application, HOUR + 2 * MINUTE)];
    let (ledger, _) = play(&script(), with(rolling.clone(), releases()));
    assert_eq!(counts(&ledger), [2, 2, 20]);
    assert_eq!(lost(&ledger), i128::from(10 * (REIMAGE + APPLICATION)));
    // A rolling upgrade brings the whole model: what it reaches after the release needs nothing else.
    rolling.automatic_os = None;
    let (ledger, _) = play(&script(), with(rolling, releases()));
    assert_eq!(counts(&ledger)[..2], [2, 2]);
    assert_eq!(count(&ledger, Operation::RolloutsCancelled), 0);
}

#[test]
fn up_02_an_application_by_hand_leaves_an_automatic_image_upgrade_alone() {
    use ReleaseKind::*;
    let mut manual = policy(Mode::Manual);
    automatic_os(&mut manual);
    let (ledger, _) =
        play(&script(), with(manual, vec![release(Image, HOUR), release(Application, HOUR + 2 * MINUTE)]));
    assert_eq!(counts(&ledger), [1, 1, 10]);
    assert_eq!(lost(&ledger), i128::from(10 * REIMAGE));
}

#[test]
fn up_13_a_bad_application_is_taken_back_and_the_image_stays() {
    use ReleaseKind::*;
    // It shows at once and is noticed ten minutes later; half a minute out each way.
    let releases = vec![release(Image, HOUR), bad(Application, 3 * HOUR, 0, 10 * MINUTE)];
    let (ledger, _) = play(&script(), with(policy(Mode::Automatic), releases));
    assert_eq!(count(&ledger, Operation::ReleasesTakenBack), 1);
    assert_eq!(counts(&ledger), [3, 3, 30]);
    assert_eq!(ledger.missed_ms, REIMAGE + 2 * APPLICATION + 10 * MINUTE);
    // The way back is charged to what it mends.
    assert_eq!(ledger.missed_by_cause_ms[BAD], 10 * MINUTE + APPLICATION);
}

#[test]
fn up_12_an_extension_in_place_neither_mends_nor_hastens_a_bad_image() {
    use ReleaseKind::*;
    // On the machines from 1:04 on, shown at 3:04; an extension at 2:00, and another at 4:00 when all are down.
    let extension = |name: &str, at: u64| Release { name: name.into(), ..release(Extension, at) };
    let releases = vec![bad(Image, HOUR, 2 * HOUR, 3 * HOUR), extension("one", 2 * HOUR), extension("two", 4 * HOUR)];
    let (ledger, _) = play(&script(), with(policy(Mode::Automatic), releases));
    assert_eq!(ledger.missed_by_cause_ms[BAD], 3 * HOUR + REIMAGE);
    assert_eq!(ledger.missed_ms, 3 * HOUR + 2 * REIMAGE);
}

#[test]
fn up_13_two_kinds_that_are_bad_are_both_taken_back() {
    use ReleaseKind::*;
    // Both show at once and do the same: the image from 1:04, taken back at 1:34. A machine that is down shows nothing else, so
    // the extension, which came at 1:11, shows from 1:38, when the machines are well again, and is taken back an hour later.
    let releases = vec![bad(Image, HOUR, 0, 30 * MINUTE), bad(Extension, HOUR + 10 * MINUTE, 0, HOUR)];
    let (ledger, _) = play(&script(), with(policy(Mode::Automatic), releases));
    assert_eq!(count(&ledger, Operation::ReleasesTakenBack), 2);
    let (image, extension) = (30 * MINUTE + REIMAGE, HOUR + MINUTE);
    assert_eq!(ledger.missed_by_cause_ms[BAD], image + extension);
    assert_eq!(ledger.missed_ms, REIMAGE + image + extension);
}

#[test]
fn up_12_one_bad_version_goes_and_the_other_goes_on() {
    use ReleaseKind::*;
    // An image and an extension halve a machine each; the image from 1:04 for good, the extension from 1:11 to 1:22.
    let half = |mut of: Release, left: u32| {
        if let Some(bad) = &mut of.bad {
            bad.symptom = Symptom::Degraded(left);
        }
        of
    };
    let mut image = half(bad(Image, HOUR, 0, 0), 500);
    image.bad.iter_mut().for_each(|bad| bad.rollback = None);
    for left in [500, 250] {
        let extension = half(bad(Extension, HOUR + 10 * MINUTE, 0, 10 * MINUTE), left);
        let (ledger, _) = play(&script(), with(policy(Mode::Automatic), vec![image.clone(), extension]));
        let both = if left == 500 { 0 } else { 11 * MINUTE };
        // In quarters of ten machines: a half from 1:04 on; while there are two effects, the worse counts.
        let quarters = 4 * REIMAGE + 2 * (DAY - HOUR - REIMAGE) + both;
        assert_eq!(lost(&ledger) * 4, i128::from(10 * quarters));
    }
}

#[test]
fn up_13_a_way_back_that_stops_is_ordered_again() {
    use ReleaseKind::*;
    // The first machine of nine shows a bad application at once, and the rollout stops. From 1:08 on a third is dark, which is
    // too many for the way back at 1:20, and again each 21 minutes until the zone is back at 5:00.
    let releases = vec![bad(Application, HOUR, 0, 20 * MINUTE)];
    let design = managed(design(&[1, 2, 3], 9, 9), |set| {
        set.health = Some(binary_health());
        set.upgrades = Some(Box::new(Upgrades { policy: policy(Mode::Rolling), releases }));
    });
    let dark = script().outages(&[(0, 8, 4, HOUR + 8 * MINUTE, 5 * HOUR)]);
    let (ledger, _) = play(&dark, design);
    assert!((9..=13).contains(&count(&ledger, Operation::RolloutsFaulted)), "{:?}", counts(&ledger));
    assert_eq!(count(&ledger, Operation::ReleasesTakenBack), 1);
    assert_eq!(ledger.outages_ms.len(), 1);
    near(ledger.missed_ms, 4 * HOUR, 22 * MINUTE);
}

#[test]
fn up_13_machines_that_could_not_be_reached_get_the_old_version_when_they_can() {
    use ReleaseKind::*;
    // All nine are down at 1:00:30. A third is dark from 1:08 to 5:00, so the way back at 1:20:30 mends six.
    let releases = vec![bad(Application, HOUR, 0, 20 * MINUTE)];
    let design = managed(design(&[1, 2, 3], 9, 6), |set| {
        set.health = Some(binary_health());
        set.upgrades = Some(Box::new(Upgrades { policy: policy(Mode::Automatic), releases }));
    });
    let dark = || script().outages(&[(0, 8, 4, HOUR + 8 * MINUTE, 5 * HOUR)]);
    let (ledger, _) = play(&dark(), design.clone());
    assert_eq!(ledger.missed_ms, 20 * MINUTE + 2 * APPLICATION);
    assert_eq!(count(&ledger, Operation::ReleasesTakenBack), 1);
    // The other three are well again within the time to notice and to act after the zone is back.
    let (ledger, _) = play(&dark(), Design { need: Need::Serving(9), ..design });
    near(ledger.missed_ms, 4 * HOUR, 22 * MINUTE);
}

fn slowed(mut of: Release) -> Release {
    of.bad.iter_mut().for_each(|bad| bad.symptom = Symptom::Degraded(500));
    of
}

#[test]
fn up_12_a_version_does_not_age_while_another_holds_its_machine_down() {
    use ReleaseKind::*;
    // The image from 1:04 on, down from 1:14 to 3:18. The extension came before it and begins anew with each reimage: an hour after
    // the second one, at 4:18, it shows, and is gone at 4:49.
    let releases = vec![bad(Extension, HOUR / 2, HOUR, HOUR / 2), bad(Image, HOUR, 10 * MINUTE, 2 * HOUR)];
    let (ledger, _) = play(&script(), with(policy(Mode::Automatic), releases));
    let (image, extension) = (2 * HOUR + REIMAGE, HOUR / 2 + MINUTE);
    assert_eq!(ledger.missed_by_cause_ms[BAD], image + extension);
    assert_eq!(count(&ledger, Operation::ReleasesTakenBack), 2);
}

#[test]
fn up_12_a_version_does_not_age_in_the_dark() {
    use ReleaseKind::*;
    // On the machines from 1:01 on, which are dark from 2:00 to 4:00: after two hours of work, at 5:01, they are down for good.
    let mut release = bad(Extension, HOUR, 2 * HOUR, 0);
    release.bad.iter_mut().for_each(|bad| bad.rollback = None);
    let dark = script().outages(&[(0, 0, 4, 2 * HOUR, 4 * HOUR)]);
    let (ledger, _) = play(&dark, with(policy(Mode::Automatic), vec![release]));
    near(ledger.missed_by_cause_ms[BAD], 19 * HOUR - 2 * MINUTE, 2 * MINUTE);
}

#[test]
fn up_13_the_way_back_from_what_only_slows_is_the_bad_releases_too() {
    use ReleaseKind::*;
    let releases = vec![slowed(bad(Image, HOUR, 0, 8 * MINUTE))];
    let (ledger, _) = play(&script(), with(policy(Mode::Automatic), releases));
    assert_eq!(ledger.missed_by_cause_ms[PLANNED], REIMAGE);
    assert_eq!(ledger.missed_by_cause_ms[BAD], REIMAGE);
}

#[test]
fn up_13_two_ways_back_meet_and_a_machine_goes_one_after_the_other() {
    use ReleaseKind::*;
    // The image goes back from 1:34 to 1:38; the way back of the application is ordered at 1:36, and takes half a minute after that.
    let releases = vec![
        slowed(bad(Image, HOUR, 0, 30 * MINUTE)),
        slowed(bad(Application, HOUR + 10 * MINUTE, 0, 25 * MINUTE + APPLICATION)),
    ];
    let (ledger, _) = play(&script(), with(policy(Mode::Automatic), releases));
    assert_eq!(count(&ledger, Operation::ReleasesTakenBack), 2);
    assert_eq!(ledger.missed_by_cause_ms[PLANNED], REIMAGE + APPLICATION);
    assert_eq!(ledger.missed_by_cause_ms[BAD], REIMAGE + APPLICATION);
    assert_eq!(counts(&ledger)[2], 40);
}

#[test]
fn up_08_a_machine_finishes_one_change_before_the_next() {
    use ReleaseKind::*;
    // Another image while the first is being put on all machines, from 1:00 to 1:04: they get it from then on.
    let next = Release { name: "next".into(), ..release(Image, HOUR + 2 * MINUTE) };
    let (ledger, _) = play(&script(), with(policy(Mode::Automatic), vec![release(Image, HOUR), next]));
    assert_eq!((ledger.missed_ms, counts(&ledger)[2]), (2 * REIMAGE, 20));
    // Taken back on its way: it is done with, and undone.
    let mut design = with(policy(Mode::Automatic), vec![release(Image, HOUR)]);
    design.sets[0].management.as_mut().unwrap().changes = vec![at(HOUR + 2 * MINUTE, Action::RollBack)];
    let (ledger, _) = play(&script(), design);
    assert_eq!((ledger.missed_ms, counts(&ledger)[2]), (2 * REIMAGE, 20));
}
