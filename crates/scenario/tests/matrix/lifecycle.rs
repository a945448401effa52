//! Capacity, notice, protection, overprovisioning: V-02, V-16 to V-18; when a set is managed at all.

use crate::{accepted, allowed, change, refused, scenario, warned};
use zonefall_fleet::management::Management;

const GROW: &str = "capacity = 8";

fn management(text: &str) -> Option<Box<Management>> {
    allowed(text).designs[0].sets[0].management.clone()
}

#[test]
fn v_02_capacity_of_a_set() {
    let reason = |rule: &str| format!("V-02, {rule}; our code CapacityExceeded");
    let grows = |set: &str, to: u32| scenario(set, &change(&format!("capacity = {to}")));
    refused(&grows("", 1001), "E046", &reason("OM-02"), "1001");
    allowed(&grows("", 1000));
    refused(&scenario("capacity = 1001", &change(GROW)), "E046", &reason("OM-02"), "1001");
    // A set that never changes may be larger than Azure's, with a warning.
    warned(&scenario("capacity = 1001", ""), "W001", "OM-02", "1001");
}

#[test]
fn om_02_600_of_a_managed_image() {
    let text = scenario("capacity = 601\nimage = \"managed\"", "");
    refused(&text, "E046", "V-02, OM-02; our code CapacityExceeded", "601");
    accepted(&text.replace("601", "600"));
}

#[test]
fn om_03_100_in_a_single_placement_group() {
    let text = scenario("capacity = 101\norchestration = \"uniform\"\nsingle_placement_group = true", "");
    refused(&text, "E046", "V-02, OM-03; our code CapacityExceeded", "101");
    accepted(&text.replace("101", "100"));
}

#[test]
fn om_04_200_of_sizes_that_lose_their_memory() {
    let text = scenario("capacity = 201\nfault_domains = 2\nsize = \"Standard_M64s\"", "");
    refused(&text, "E046", "V-02, OM-04; our code CapacityExceeded", "201");
    accepted(&text.replace("201", "200"));
    accepted(&text.replace("fault_domains = 2", "fault_domains = 1"));
    accepted(&text.replace("M64s", "D64s_v5"));
}

#[test]
fn om_06_100_with_infiniband() {
    let text = scenario("capacity = 101\nsize = \"Standard_HB120rs_v3\"", "");
    refused(&text, "E046", "V-02, OM-06; our code CapacityExceeded", "101");
    accepted(&text.replace("101", "100"));
}

#[test]
fn v_16_si_09_the_terminate_notice() {
    let reason = "V-16, SI-09; our code InvalidParameter";
    let text = |notice: &str, more: &str| scenario(&format!("terminate_notice = \"{notice}\"\n{more}"), &change(GROW));
    refused(&text("4 min", ""), "E049", reason, "\"4 min\"");
    refused(&text("16 min", ""), "E049", reason, "\"16 min\"");
    refused(&text("5 min", "priority = \"spot\""), "E049", reason, "\"5 min\"");
    accepted(&text("5 min", ""));
    accepted(&text("15 min", "terminate_approval = \"1 min\""));
}

#[test]
fn v_17_si_07_protection_from_actions_includes_scale_in() {
    let text = scenario("protection = { scale_in = 1, scale_set_actions = 2 }", &change(GROW));
    refused(&text, "E049", "V-17, SI-07; our code InvalidParameter", "2 }");
    accepted(&text.replace("scale_in = 1", "scale_in = 2"));
}

#[test]
fn v_18_ov_01_only_uniform_sets_overprovision() {
    let text = scenario("overprovision = true", &change(GROW));
    refused(&text, "E049", "V-18, OV-01; our code InvalidParameter", "true");
    accepted(&text.replace("= true", "= false"));
    accepted(&text.replace("overprovision", "orchestration = \"uniform\"\noverprovision"));
}

#[test]
fn v_18_ov_03_zp_07_none_with_automatic_placement() {
    let text = scenario("orchestration = \"uniform\"\nzone_placement = {}\noverprovision = true", "");
    refused(&text, "E049", "V-18, OV-03; our code InvalidParameter", "true");
    refused(
        &text.replace("overprovision = true", ""),
        "E049",
        "V-18, OV-03; our code InvalidParameter",
        "[scale_set.web]",
    );
    accepted(&text.replace("= true", "= false"));
}

#[test]
fn ov_01_ov_02_a_uniform_set_overprovisions_by_itself() {
    let of = |set: &str| management(&scenario(set, &change(GROW))).unwrap().overprovision;
    assert_eq!(of("orchestration = \"uniform\""), Some(20));
    assert_eq!(of("orchestration = \"uniform\"\noverprovision = false"), None);
    assert_eq!(of("orchestration = \"uniform\"\noverprovision_percent = 30"), Some(30));
    assert_eq!(of(""), None);
}

#[test]
fn a_plain_set_has_no_management_and_one_that_may_change_has() {
    for plain in [
        "",
        "zones = [1, 2]",
        "orchestration = \"uniform\"",
        "size = \"Standard_D8s_v5\"\nos = \"windows\"",
        "start_state = \"creating\"",
        "dedicated_hosts = {}",
        "health = {}",
        "reserved_per_zone = 2",
        "priority = \"regular\"",
    ] {
        assert_eq!(management(&scenario(plain, "")), None, "{plain}");
    }
    for managed in [
        "health = {}\nrepairs = {}",
        "zones = [1, 2]\nhealth = {}\nauto_zone_balance = true",
        "priority = \"spot\"",
        "standby_pool = { max_ready = 8 }",
        "start_state = \"creating\"\nresilient_create = true",
        "start_state = \"creating\"\ncreate_failure = \"5%\"",
        "start_state = \"creating\"\norchestration = \"uniform\"\noverprovision = true",
        "dedicated_hosts = { auto_replace = false }",
        "data_disk = true",
        "zone_placement = {}",
    ] {
        assert!(management(&scenario(managed, "")).is_some(), "{managed}");
    }
    assert!(management(&scenario("", &change("deallocate = 1"))).is_some());
}

#[test]
fn pt_03_rc_03_windows_takes_longer() {
    let of = |set: &str| management(&scenario(set, &change(GROW))).unwrap();
    let (linux, windows) = (of("").creation, of("os = \"windows\"").creation);
    assert_eq!((linux.timeout.as_ms(), windows.timeout.as_ms()), (480_000, 1_200_000));
    assert_eq!((linux.start.mean_ms(), windows.start.mean_ms()), (45_000.0, 90_000.0));
    assert!(windows.time.mean_ms() > 3.0 * linux.time.mean_ms() * 0.9);
    assert_eq!((linux.failure, linux.resilient), (0.01, false));
    let own =
        of("os = \"windows\"\ncreate_timeout = \"9 min\"\nstart_time = \"10 s\"\ncreate_time = \"50 s\"").creation;
    assert_eq!((own.timeout.as_ms(), own.start.mean_ms(), own.time.mean_ms()), (540_000, 10_000.0, 50_000.0));
}

#[test]
fn al_05_a_request_above_the_quota_is_refused() {
    let quota = |text: &str| scenario("", &format!("{}[quota]\n{text}\n", change(GROW)));
    let reason = "AL-05; Azure answers QuotaExceeded";
    refused(&quota("vcpus = 23"), "E056", reason, "23");
    refused(&quota("machines = 5"), "E056", reason, "5\n");
    accepted(&quota("vcpus = 24\nmachines = 6"));
    // A reservation takes its part of the quota when it is made, so that reserved machines count too; Spot has a quota of
    // its own.
    let reserved = |text: &str| quota(text).replace("capacity = 6\n", "capacity = 6\nreserved_per_zone = 4\n");
    accepted(&reserved("vcpus = 24"));
    assert!(
        zonefall_scenario::parse(&reserved("vcpus = 8"), "x.toml")
            .unwrap_err()
            .items()
            .iter()
            .any(|item| item.code == "E056")
    );
    let spot = quota("vcpus = 1\nspot_vcpus = 23").replace("capacity = 6\n", "capacity = 6\npriority = \"spot\"\n");
    refused(&spot, "E056", reason, "23");
}

#[test]
fn al_05_sets_whose_machines_never_change_have_to_fit_too() {
    let reason = "AL-05; Azure answers QuotaExceeded";
    let quota = |text: &str| scenario("", &format!("[quota]\n{text}\n"));
    refused(&quota("vcpus = 23"), "E056", reason, "23");
    refused(&quota("machines = 5"), "E056", reason, "5\n");
    accepted(&quota("vcpus = 24\nmachines = 6"));
    let plain = "[virtual_machine.one]\nregion = \"eastus\"\nzone = 1\nsize = \"Standard_D8s_v5\"\n[availability_set.old]\nregion = \"eastus\"\ncapacity = 2\nsize = \"Standard_D2s_v5\"\n";
    let beside = |vcpus: u32| scenario("", &format!("{plain}[quota]\nvcpus = {vcpus}\n"));
    refused(&beside(35), "E056", reason, "35");
    accepted(&beside(36));
}

#[test]
fn al_05_sb_01_what_waits_in_a_pool_counts() {
    let pooled = |text: &str| {
        let set = "standby_pool = { max_ready = 9, state = \"deallocated\" }";
        scenario(set, &format!("{}[quota]\n{text}\n", change(GROW)))
    };
    let reason = "AL-05; Azure answers QuotaExceeded";
    refused(&pooled("vcpus = 35"), "E056", reason, "35");
    refused(&pooled("machines = 7"), "E056", reason, "7\n");
    accepted(&pooled("vcpus = 36\nmachines = 9"));
}

#[test]
fn om_01_a_set_is_flexible_unless_it_says_otherwise() {
    let of = |set: &str| management(&scenario(set, &change(GROW))).unwrap().orchestration;
    assert_eq!(of(""), zonefall_fleet::management::Orchestration::Flexible);
    assert_eq!(of("orchestration = \"uniform\""), zonefall_fleet::management::Orchestration::Uniform);
}

#[test]
fn cr_01_a_reservation_is_per_zone() {
    let text = scenario("zones = [1, 2]\nreserved_per_zone = 2", &change(GROW));
    assert_eq!(management(&text).unwrap().reserved_per_zone, 2);
}

#[test]
fn zb_05_al_05_quota_and_unavailable_zones_arrive() {
    let rest = change(GROW) + "[quota]\nvcpus = 100\n[platform]\nzone_unavailable_from = \"33.35%\"\n";
    let scenario = accepted(&scenario("", &rest));
    let quota = scenario.designs[0].quota.unwrap();
    assert_eq!((quota.vcpus, quota.spot_vcpus, quota.machines), (100, u32::MAX, u32::MAX));
    assert_eq!(scenario.designs[0].zone_down_milli, 334);
}
