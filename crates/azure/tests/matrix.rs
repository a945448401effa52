//! Sizes by name, and the limits that no key of a scenario can reach.
#![allow(clippy::unwrap_used)]

use zonefall_azure::limits::Orchestration::{Flexible, Uniform};
use zonefall_azure::limits::{
    GUARANTEED_INSTANCES, Model, SCALE_SETS_PER_REGION_MAX, Size, check_delete_set, check_orchestration_change,
    check_placement_group_change, check_zone_balance, check_zone_change,
};

fn size(name: &str) -> Size {
    Size::parse(name).unwrap_or_else(|why| panic!("{name} {why}"))
}

#[test]
fn names_of_sizes_say_family_and_vcpus() {
    for (name, family, vcpus) in [
        ("Standard_D4s_v5", "D", 4),
        ("D4s_v5", "D", 4),
        ("standard_D4s_v5", "D", 4),
        ("Standard_B1ls", "B", 1),
        ("Standard_NC24ads_A100_v4", "NC", 24),
        ("Standard_HB120-16rs_v3", "HB", 16),
        ("Standard_M416-208s_v2", "M", 208),
        ("Standard_DC16s_v3", "DC", 16),
        ("Standard_F72s_v2", "F", 72),
        ("Standard_E96-24ads_v5", "E", 24),
        ("Standard_DS3_v2", "DS", 4),
        ("Standard_D5_v2", "D", 16),
        ("Standard_D14", "D", 16),
        ("Standard_D15_v2", "D", 20),
        ("Standard_GS5", "GS", 32),
        ("Standard_D2_v3", "D", 2),
        ("Standard_L80as_v3", "L", 80),
    ] {
        let size = size(name);
        assert_eq!((size.family.as_str(), size.vcpus), (family, vcpus), "{name}");
    }
    for wrong in
        ["", "Standard_", "4", "d4s", "D", "D0", "D4s v5", "D6_v2", "G6", "Standard_D4X", "D-4", "äöü", "D99999"]
    {
        assert!(Size::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn om_04_families_that_lose_their_memory() {
    for name in ["G4", "HB120rs_v3", "L8s_v3", "M64s", "NC6s_v3"] {
        assert!(!size(name).is_memory_preserving(), "{name}");
    }
    for name in ["D4s_v5", "B2ms", "E8as_v5", "F4s_v2", "DC4s_v3", "A2_v2"] {
        assert!(size(name).is_memory_preserving(), "{name}");
    }
}

#[test]
fn im_01_what_sizes_of_a_mix_share() {
    assert_eq!(size("D4s_v5").kind(), size("E8as_v5").kind());
    for (one, other) in
        [("D4s_v5", "D4ps_v5"), ("D4s_v5", "D4_v5"), ("D4s_v5", "D4ds_v5"), ("D4s_v5", "D4s_v6"), ("D4s_v5", "DC4s_v5")]
    {
        assert_ne!(size(one).kind(), size(other).kind(), "{one} {other}");
    }
}

#[test]
fn om_05_c_12_machines_that_a_guarantee_covers() {
    assert_eq!(GUARANTEED_INSTANCES, (1000, 100, 200));
}

#[test]
fn om_06_c_20_scale_sets_of_a_region() {
    assert_eq!(SCALE_SETS_PER_REGION_MAX, 2500);
}

#[test]
fn om_10_an_empty_set_can_be_deleted() {
    let model = |capacity, orchestration| Model { capacity, orchestration, ..Model::PLAIN };
    assert!(check_delete_set(&model(1, Flexible)).is_some());
    assert_eq!(check_delete_set(&model(0, Flexible)), None);
    assert_eq!(check_delete_set(&model(1, Uniform)), None);
}

#[test]
fn pg_03_om_01_what_may_change() {
    assert_eq!(check_placement_group_change(true, false), None);
    assert!(check_placement_group_change(false, true).is_some());
    assert_eq!(check_orchestration_change(Uniform, Uniform), None);
    assert!(check_orchestration_change(Uniform, Flexible).is_some());
}

#[test]
fn cv_01_zones_may_be_added_in_any_order_and_be_named_again() {
    let changes = |from: &[u32], to: &[u32]| check_zone_change(&Model::PLAIN, from, to).len();
    assert_eq!(changes(&[], &[]), 0);
    assert_eq!(changes(&[1, 2], &[2, 1]), 0);
    assert_eq!(changes(&[1, 2], &[3, 2, 1]), 0);
    assert_eq!(changes(&[1, 2], &[2]), 1);
}

#[test]
fn a_reason_names_row_rule_and_code() {
    let violation = check_zone_balance(true, 1).unwrap();
    assert_eq!(violation.reason(), "V-08, ZB-02; Azure answers InvalidParameter");
    assert_eq!(check_zone_balance(true, 2), None);
    assert_eq!(check_zone_balance(false, 0), None);
}
