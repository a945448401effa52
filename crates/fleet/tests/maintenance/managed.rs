//! Maintenance of machines that are repaired meanwhile.

use super::*;
use zonefall_fleet::Operation;
use zonefall_fleet::management::{Release, ReleaseKind, RepairAction, UpgradePolicy, Upgrades};
use zonefall_fleet::policy::upgrade::{Mode as UpgradeMode, Rolling};

fn repairing(zones: &[u32], capacity: u32, action: RepairAction) -> Design {
    managed(design(zones, capacity, capacity), |set| repaired(set, action))
}

#[test]
fn ar_11_mt_03_a_repair_in_place_does_not_end_the_restart_of_a_host() {
    for action in [RepairAction::Restart, RepairAction::Reimage] {
        let ledger = script(restarts(), &[]).play(repairing(&[1, 2, 3], 9, action));
        assert_eq!(ledger.missed_ms, 9 * 25 * MINUTE, "{action:?}");
        assert!(count(&ledger, Operation::RepairsFailed) > 0);
        // Of pauses as well.
        let ledger = script(pauses(25 * MINUTE), &[]).play(repairing(&[1, 2, 3], 9, action));
        assert_eq!(ledger.missed_ms, 9 * 25 * MINUTE, "{action:?}");
    }
}

#[test]
fn ar_09_mt_03_a_replacement_stands_on_no_host_under_maintenance_and_is_met_where_it_stands() {
    let mut met_again = 0;
    for trial in 0..20 {
        for hosts in [1, 2] {
            let one_zone = Script {
                outages: vec![(0, 0, 3, DAY, 2 * DAY)],
                topology: topology(1, 3, hosts),
                ..script(restarts(), &[])
            };
            let seen = sightings(&one_zone, repairing(&[1], 1, RepairAction::Replace), trial);
            let hits = hits(&seen);
            assert!((1..=3).contains(&hits.len()), "{hits:?}");
            met_again += u32::from(hits.len() > 1);
            let made: Vec<_> = seen.iter().filter(|sighting| matches!(sighting.what, Seen::Made(..))).collect();
            assert_eq!(made.len(), hits.len());
            for (hit, made) in hits.iter().zip(made) {
                let Seen::Made(stand, false) = made.what else { continue };
                assert!(made.t.since(hit.0) < ms(5 * MINUTE), "it is made while the host restarts");
                assert_ne!(stand.rack, hit.1.rack);
            }
        }
    }
    // One that moves on to a rack whose turn is still to come.
    assert!(met_again > 0);
}

#[test]
fn ar_09_mt_03_who_finds_all_hosts_under_maintenance_waits() {
    let one_rack =
        Script { outages: vec![(0, 0, 1, DAY, 2 * DAY)], topology: topology(1, 1, 3), ..script(restarts(), &[]) };
    let ledger = one_rack.play(repairing(&[1], 1, RepairAction::Replace));
    assert!(ledger.missed_ms >= 25 * MINUTE, "{}", ledger.missed_ms);
}

#[test]
fn up_04_mt_03_an_upgrade_does_not_end_the_restart_of_a_host() {
    let policy = UpgradePolicy {
        mode: UpgradeMode::Automatic,
        rolling: Rolling::USUAL,
        pause: SimDuration::ZERO,
        health_wait: ms(5 * MINUTE),
        rollback_failed: false,
        max_surge: false,
        automatic_os: None,
        automatic_extension: None,
        drain: SimDuration::ZERO,
        reimage: constant(4 * MINUTE),
        extension: constant(MINUTE),
        application: constant(30 * SECOND),
    };
    // The rack is restarted half an hour after the wave begins; the image comes five minutes later.
    let at = SimTime::from_ms(DAY + 35 * MINUTE);
    let image = Release { name: "image".into(), kind: ReleaseKind::Image, at, every: None, bad: None };
    let upgraded = managed(design(&[1], 1, 1), |set| {
        set.health = Some(binary_health());
        set.upgrades = Some(Box::new(Upgrades { policy, releases: vec![image] }));
    });
    let one_rack =
        Script { outages: vec![(0, 0, 1, DAY, 2 * DAY)], topology: topology(1, 1, 3), ..script(restarts(), &[]) };
    let ledger = one_rack.play(upgraded);
    assert_eq!((ledger.missed_ms, count(&ledger, Operation::UpgradesFailed)), (25 * MINUTE, 1));
}
