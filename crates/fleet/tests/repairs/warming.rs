//! HM-05, HM-06, AR-04, AR-07: machines that warm up for longer than somebody waits.

use super::*;
use zonefall_faults::Recovery;
use zonefall_fleet::policy::health::HealthSource;

const ACTIONS: [RepairAction; 3] = [RepairAction::Replace, RepairAction::Reimage, RepairAction::Restart];

/// One machine that boots in half a minute and warms up for `warm_up` minutes, its repairs (with a grace of 10 minutes), and what
/// tells of its health: for so many seconds a rich extension says that it is initializing.
fn warming(warm_up: u64, action: RepairAction, source: HealthSource, grace: u64) -> Design {
    let mut design = managed(design(&[1], 1, 1), |set| {
        repaired(set, action);
        set.health = Some(Health { source, grace: SimDuration::from_ms(grace * SECOND), ..binary_health() });
    });
    (design.sets[0].boot, design.sets[0].warm_up) = (constant(30 * SECOND), constant(warm_up * MINUTE));
    design
}

/// Repairs, those whose product was judged to be ill, suspensions, and the time missed.
fn of(ledger: &Ledger) -> ([u64; 3], u64) {
    let counts = [Operation::Repairs, Operation::RepairsFailed, Operation::Suspensions].map(|of| count(ledger, of));
    (counts, ledger.missed_ms)
}

/// How long an action takes until the machine is up.
fn takes(action: RepairAction) -> u64 {
    match action {
        RepairAction::Replace => 135 * SECOND,
        RepairAction::Reimage => 60 * SECOND,
        RepairAction::Restart => 30 * SECOND,
    }
}

/// The application dies at 1 h for good.
fn after_a_death(design: Design) -> ([u64; 3], u64) {
    of(&live(&script().units(&[(GUEST, 0, HOUR, 2 * DAY)]), design).0)
}

#[test]
fn ar_04_ar_07_the_grace_of_every_product_begins_when_it_is_up_and_not_when_it_is_warm() {
    for action in ACTIONS {
        let (counts, missed) = after_a_death(warming(20, action, HealthSource::Binary, 5));
        // Ten minutes after it was up each product is ill still, and repaired; the third is left alone.
        assert_eq!(counts, [3, 3, 1], "{action:?}");
        assert!(within_a_probe(missed, 3 * takes(action) + 40 * MINUTE), "{action:?}: {missed}");
        let (counts, missed) = after_a_death(warming(8, action, HealthSource::Binary, 5));
        assert_eq!(counts, [1, 0, 0], "{action:?}");
        assert!(within_a_probe(missed, takes(action) + 8 * MINUTE), "{action:?}: {missed}");
    }
}

#[test]
fn hm_05_hm_06_a_product_that_is_initializing_is_not_judged_and_not_repaired() {
    for (action, source) in ACTIONS
        .into_iter()
        .flat_map(|action| [HealthSource::RichHttp, HealthSource::RichTcp].map(|source| (action, source)))
    {
        let (counts, missed) = after_a_death(warming(20, action, source, 7200));
        assert_eq!(counts, [1, 0, 0], "{action:?}, {source:?}");
        assert!(within_a_probe(missed, takes(action) + 20 * MINUTE), "{action:?}: {missed}");
        // Its own grace ends before it is warm: Unknown (HTTP) or Unhealthy (TCP) from then on.
        let (counts, missed) = after_a_death(warming(20, action, source, 900));
        assert_eq!(counts, [3, 3, 1], "{action:?}, {source:?}");
        assert!(within_a_probe(missed, 3 * takes(action) + 50 * MINUTE), "{action:?}: {missed}");
        // A short one is over before the grace of repairs.
        let (counts, missed) = after_a_death(warming(20, action, source, 5));
        assert_eq!(counts, [3, 3, 1], "{action:?}, {source:?}");
        assert!(within_a_probe(missed, 3 * takes(action) + 40 * MINUTE), "{action:?}: {missed}");
    }
}

#[test]
fn hm_05_ar_04_a_new_machine_that_warms_up_for_longer_than_its_graces_is_repaired() {
    let created = |source, grace| {
        let mut design = warming(40, RepairAction::Restart, source, grace);
        design.sets[0].start = StartState::Creating(constant(75 * SECOND));
        of(&live(&script(), design).0)
    };
    let first = 75 * SECOND;
    // Three restarts, of which each one's product is still cold after ten minutes, or after its own grace.
    let all = |grace: u64| first + 3 * grace * MINUTE + 3 * 30 * SECOND + 40 * MINUTE;
    assert_eq!(created(HealthSource::Binary, 5), ([3, 3, 1], all(10)));
    assert_eq!(created(HealthSource::RichHttp, 5), ([3, 3, 1], all(10)));
    assert_eq!(created(HealthSource::RichHttp, 1200), ([3, 3, 1], all(20)));
    assert_eq!(created(HealthSource::RichHttp, 7200), ([0, 0, 0], first + 40 * MINUTE));
    assert_eq!(created(HealthSource::RichTcp, 7200), ([0, 0, 0], first + 40 * MINUTE));
}

#[test]
fn hm_05_hm_07_a_machine_that_boots_again_is_initializing_unless_it_dies() {
    let mut reboot = mode("reboot", Scope::Instance);
    reboot.recovery = Recovery::Boot;
    let script = || Script::new(topology(3, 4, 4), vec![reboot.clone()], DAY);
    // It is back before anybody knows that it was dead, and up 50 s after it died.
    let back = [(0, 0, HOUR, HOUR + 20 * SECOND)];
    let live_on =
        |script: Script, grace| of(&live(&script, warming(40, RepairAction::Restart, HealthSource::RichHttp, grace)).0);
    assert_eq!(live_on(script().units(&back), 7200), ([0, 0, 0], 50 * SECOND + 40 * MINUTE));
    // It dies again while it warms up, for an hour: found a minute later.
    let again = [back[0], (0, 0, HOUR + 10 * MINUTE, HOUR + 70 * MINUTE)];
    let (counts, missed) = live_on(script().units(&again), 7200);
    assert_eq!((counts, missed), ([1, 0, 0], 11 * MINUTE + 30 * SECOND + 40 * MINUTE));
}
