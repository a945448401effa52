//! HM-06: rolling upgrades of machines that warm up for longer than a batch has.

use super::*;
use zonefall_fleet::policy::health::HealthSource;

/// Ten machines that warm up for 20 minutes; a batch has five.
fn of(source: HealthSource, grace: u64) -> (u64, u64, u64) {
    let mut design = upgraded(&[1], 10, 1, policy(Mode::Rolling), image());
    design.sets[0].warm_up = constant(20 * MINUTE);
    let managed = design.sets[0].management.as_mut().unwrap();
    managed.health = Some(Health { source, grace: SimDuration::from_ms(grace), ..binary_health() });
    let (ledger, _) = play(&script(), design);
    let counts = [Operation::MachinesUpgraded, Operation::UpgradesFailed].map(|of| count(&ledger, of));
    (counts[0], counts[1], count(&ledger, Operation::RolloutMs))
}

#[test]
fn hm_06_a_rolling_upgrade_waits_for_initializing_and_takes_unknown_for_unhealthy() {
    assert_eq!(of(HealthSource::Binary, 5 * SECOND), (2, 2, REIMAGE + WAIT));
    for source in [HealthSource::RichHttp, HealthSource::RichTcp] {
        let (upgraded, failed, took) = of(source, 2 * HOUR);
        assert_eq!((upgraded, failed), (10, 0));
        near(took, 5 * (REIMAGE + 20 * MINUTE), 5 * 5 * SECOND);
        assert_eq!(of(source, 10 * MINUTE), (2, 2, REIMAGE + 10 * MINUTE));
        assert_eq!(of(source, 5 * SECOND), (2, 2, REIMAGE + WAIT));
    }
}
