//! SL-01, SL-03 and SL-05.
#![allow(clippy::unwrap_used)]

use zonefall_azure::sla::{
    AVAILABILITY_SET, DEDICATED_HOSTS, Disk, GroupKind, Machines, SINGLE_PREMIUM, SINGLE_STANDARD_HDD,
    SINGLE_STANDARD_SSD, SlaTable, TABLES, ZONES, terms_for, why,
};

fn scale_set(instances: u64, zones: u32) -> Machines {
    Machines { instances, zones, kind: GroupKind::ScaleSet, disk: Disk::PremiumSsd, regional: zones == 0 }
}

#[test]
fn sl_01_two_machines_in_two_zones() {
    assert_eq!(terms_for(&scale_set(2, 2)), Some(&ZONES));
    assert_eq!(terms_for(&scale_set(6, 3)), Some(&ZONES));
    let loose = Machines { kind: GroupKind::SingleMachine, ..scale_set(2, 2) };
    assert_eq!(terms_for(&loose), Some(&ZONES));
}

#[test]
fn sl_01_two_machines_in_an_availability_set() {
    let set = Machines { kind: GroupKind::AvailabilitySet, ..scale_set(2, 0) };
    assert_eq!(terms_for(&set), Some(&AVAILABILITY_SET));
    assert_eq!(terms_for(&Machines { instances: 1, ..set }), Some(&SINGLE_PREMIUM));
    assert_eq!(terms_for(&Machines { zones: 2, ..set }), None);
    assert!(why(&Machines { zones: 2, ..set }).contains("AV-01"));
}

#[test]
fn sl_01_two_machines_in_a_dedicated_host_group() {
    for zones in [0, 1] {
        let hosts = Machines { kind: GroupKind::DedicatedHosts, ..scale_set(2, zones) };
        assert_eq!(terms_for(&hosts), Some(&DEDICATED_HOSTS));
        assert!(why(&hosts).contains("dedicated host group"));
        assert_eq!(terms_for(&Machines { instances: 1, ..hosts }), Some(&SINGLE_PREMIUM));
    }
    assert_eq!(terms_for(&Machines { kind: GroupKind::DedicatedHosts, ..scale_set(2, 2) }), Some(&ZONES));
    assert_eq!(DEDICATED_HOSTS.tiers, AVAILABILITY_SET.tiers);
}

#[test]
fn sl_03_each_promise_has_the_steps_of_the_agreement() {
    // In hundredths of a percent, the promise first.
    let steps = |table: &SlaTable| table.tiers.iter().map(|tier| tier.0 * 10_000 / tier.1).collect::<Vec<_>>();
    assert_eq!(steps(&ZONES), [9999, 9900, 9500]);
    assert_eq!(steps(&AVAILABILITY_SET), [9995, 9900, 9500]);
    assert_eq!(steps(&DEDICATED_HOSTS), [9995, 9900, 9500]);
    assert_eq!(steps(&SINGLE_PREMIUM), [9990, 9900, 9500]);
    assert_eq!(steps(&SINGLE_STANDARD_SSD), [9950, 9500, 9000]);
    assert_eq!(steps(&SINGLE_STANDARD_HDD), [9500, 9200, 9000]);
}

#[test]
fn sl_01_the_worst_disk_of_a_single_machine_decides() {
    let table = [
        (Disk::PremiumSsd, SINGLE_PREMIUM),
        (Disk::UltraDisk, SINGLE_PREMIUM),
        (Disk::StandardSsd, SINGLE_STANDARD_SSD),
        (Disk::StandardHdd, SINGLE_STANDARD_HDD),
    ];
    for (disk, terms) in table {
        for zones in [0, 1] {
            let one = Machines { instances: 1, zones, kind: GroupKind::SingleMachine, disk, regional: zones == 0 };
            assert_eq!(terms_for(&one), Some(&terms), "{disk:?}");
        }
    }
}

#[test]
fn sl_01_a_scale_set_in_one_zone_or_none_has_no_promise_as_a_group() {
    assert_eq!(terms_for(&scale_set(2, 1)), None);
    assert_eq!(terms_for(&scale_set(9, 0)), None);
    assert!(why(&scale_set(9, 0)).contains("hidden"));
    assert!(why(&scale_set(2, 1)).contains("one zone"));
    assert_eq!(terms_for(&scale_set(0, 0)), None);
}

#[test]
fn sl_03_credits_are_10_25_and_100_percent_at_falling_uptimes() {
    for table in TABLES {
        let credits: Vec<u32> = table.tiers.iter().map(|tier| tier.2).collect();
        assert_eq!(credits, [10, 25, 100], "{}", table.name);
        let falling = |pair: &[(u64, u64, u32)]| pair[0].0 * pair[1].1 > pair[1].0 * pair[0].1;
        assert!(table.tiers.windows(2).all(falling), "{}", table.name);
    }
    assert_eq!(ZONES.tiers[1..], AVAILABILITY_SET.tiers[1..]);
    assert_eq!(SINGLE_STANDARD_HDD.tiers[1], (92, 100, 25));
}

#[test]
fn sl_05_minutes_in_a_month_of_30_days() {
    let budgets = [4.32, 21.6, 21.6, 43.2, 216.0, 2160.0];
    assert_eq!(TABLES.len(), budgets.len());
    for (table, budget) in TABLES.iter().zip(budgets) {
        let (top, bottom, _) = table.tiers[0];
        let minutes = 43_200.0 * (bottom - top) as f64 / bottom as f64;
        assert!((minutes - budget).abs() < 1e-9, "{}: {minutes}", table.name);
    }
}
