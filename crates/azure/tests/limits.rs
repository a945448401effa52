//! OM-02..04, FD-02, FD-06, FD-07, AV-01, ZN-01.
#![allow(clippy::unwrap_used)]

use zonefall_azure::limits::Orchestration::{Flexible, Uniform};
use zonefall_azure::limits::{
    AvailabilitySet, FAULT_DOMAINS, Image, MANAGED_FAULT_DOMAINS, ScaleSetShape, allowed_fault_domains, capacity_limit,
    check_availability_set, check_capacity, check_fault_domains, check_region_fault_domains, check_region_zones,
    check_zones, default_fault_domains, managed_fault_domains,
};

const SET: ScaleSetShape = ScaleSetShape {
    orchestration: Flexible,
    image: Image::Gallery,
    single_placement_group: false,
    fault_domains: 1,
    memory_preserving: true,
    infiniband: false,
};

#[test]
fn om_02_a_thousand_instances_or_600_of_a_managed_image() {
    assert_eq!(check_capacity(&SET, 1000), None);
    let wrong = check_capacity(&SET, 1001).unwrap();
    assert_eq!((wrong.rule, wrong.code, wrong.code_is_azures), ("OM-02", "CapacityExceeded", false));
    let managed = ScaleSetShape { image: Image::Managed, ..SET };
    assert_eq!(capacity_limit(&managed), (600, "OM-02"));
}

#[test]
fn om_03_a_hundred_in_a_single_placement_group() {
    let uniform = ScaleSetShape { orchestration: Uniform, single_placement_group: true, ..SET };
    assert_eq!(capacity_limit(&uniform), (100, "OM-03"));
    assert_eq!(capacity_limit(&ScaleSetShape { single_placement_group: false, ..uniform }), (1000, "OM-02"));
}

#[test]
fn om_04_two_hundred_with_fault_domains_and_sizes_that_lose_memory() {
    let large = ScaleSetShape { fault_domains: 2, memory_preserving: false, ..SET };
    assert_eq!(capacity_limit(&large), (200, "OM-04"));
    assert_eq!(capacity_limit(&ScaleSetShape { fault_domains: 1, ..large }), (1000, "OM-02"));
    assert_eq!(capacity_limit(&ScaleSetShape { memory_preserving: true, ..large }), (1000, "OM-02"));
}

#[test]
fn fd_02_counts_and_defaults() {
    let table: [(_, u32, &[u32], u32); 4] = [
        (Uniform, 3, &[1, 5], 1),
        (Uniform, 0, &[1, 2, 3, 4, 5], 5),
        (Flexible, 1, &[1], 1),
        (Flexible, 0, &[1, 2, 3], 1),
    ];
    for (mode, zones, allowed, default) in table {
        assert_eq!(allowed_fault_domains(mode, zones), allowed);
        assert_eq!(default_fault_domains(mode, zones), default);
        for count in 0..8 {
            assert_eq!(check_fault_domains(mode, zones, count).is_none(), allowed.contains(&count));
        }
    }
    assert!(FAULT_DOMAINS.iter().all(|row| row.allowed.contains(&row.default)));
    let wrong = check_fault_domains(Flexible, 3, 5).unwrap();
    assert_eq!((wrong.rule, wrong.code, wrong.code_is_azures), ("FD-02", "InvalidParameter", true));
    assert_eq!(wrong.words, "a Flexible scale set with zones may have 1 fault domains, not 5");
}

#[test]
fn fd_06_two_or_three_by_region() {
    assert_eq!(managed_fault_domains("eastus"), Some(3));
    assert_eq!(managed_fault_domains("West US 2"), Some(2));
    assert_eq!(managed_fault_domains("atlantis"), None);
    assert_eq!(MANAGED_FAULT_DOMAINS.iter().filter(|(_, most)| *most == 3).count(), 9);
    assert_eq!(MANAGED_FAULT_DOMAINS.iter().filter(|(_, most)| *most == 2).count(), 14);
}

#[test]
fn fd_07_too_high_a_count_for_the_region() {
    assert_eq!(check_region_fault_domains("eastus", 3), None);
    assert_eq!(check_region_fault_domains("atlantis", 3), None);
    let wrong = check_region_fault_domains("westus2", 3).unwrap();
    assert_eq!((wrong.rule, wrong.code), ("FD-07", "InvalidParameter"));
    assert!(wrong.words.contains("range 1 to 2"));
}

#[test]
fn av_01_limits_of_an_availability_set() {
    let set = AvailabilitySet { instances: 200, fault_domains: 3, update_domains: 20, zones: 0, region: "eastus" };
    assert_eq!(check_availability_set(&set), Vec::new());
    let rules = |set| check_availability_set(&set).into_iter().map(|wrong| wrong.rule).collect::<Vec<_>>();
    assert_eq!(rules(AvailabilitySet { instances: 201, ..set }), ["AV-01"]);
    assert_eq!(rules(AvailabilitySet { update_domains: 21, zones: 1, ..set }), ["AV-01", "AV-01"]);
    assert_eq!(rules(AvailabilitySet { fault_domains: 4, ..set }), ["FD-07"]);
    assert_eq!(rules(AvailabilitySet { region: "uksouth", ..set }), ["FD-07"]);
}

#[test]
fn zn_01_a_region_has_three_zones_or_none() {
    assert!(check_region_zones(1).is_none() && check_region_zones(3).is_none() && check_region_zones(4).is_none());
    assert!(check_region_zones(0).is_some() && check_region_zones(2).is_some());
}

#[test]
fn zn_01_zone_numbers_exist_and_are_named_once() {
    assert_eq!(check_zones(&[], 1), Vec::new());
    assert_eq!(check_zones(&[3, 1], 3), Vec::new());
    assert_eq!(check_zones(&[1], 1).len(), 1);
    let words: Vec<String> = check_zones(&[1, 4, 1, 0], 3).into_iter().map(|wrong| wrong.words).collect();
    assert_eq!(words.len(), 3);
    assert!(words[0].contains("zone 4") && words[1].contains("more than once") && words[2].contains("zone 0"));
}
