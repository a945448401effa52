//! Health and repairs: V-12 to V-15.

use crate::{accepted, allowed, change, refused, scenario};
use zonefall_engine::SimDuration;
use zonefall_fleet::management::{Management, RepairAction};
use zonefall_fleet::policy::health::HealthSource;

#[test]
fn v_12_hm_01_one_source_of_health() {
    let reason = "V-12, HM-01; our code HealthSourceInvalid";
    refused(&scenario("repairs = {}", ""), "E048", reason, "{}");
    accepted(&scenario("repairs = {}\nhealth = {}", ""));
    let both = scenario("repairs = {}\nhealth = { source = [\"extension\", \"load-balancer\"] }", "[load_balancer]");
    refused(&both, "E048", reason, "[\"ext");
    let probe = scenario("repairs = {}\nhealth = { source = \"load-balancer\" }", "[load_balancer]");
    refused(&probe, "E048", reason, "\"load-balancer\"");
    let uniform = probe.replace("repairs", "orchestration = \"uniform\"\nrepairs");
    accepted(&uniform);
    refused(&uniform.replace("[load_balancer]", ""), "E048", reason, "\"load-balancer\"");
}

#[test]
fn v_13_ar_04_c_14_the_grace_of_repairs() {
    let reason = "V-13, AR-04; our code InvalidParameter";
    let text = |grace: &str| scenario(&format!("health = {{}}\nrepairs = {{ grace = \"{grace}\" }}"), "");
    for wrong in ["9 min", "91 min", "0 s"] {
        refused(&text(wrong), "E048", reason, &format!("\"{wrong}\""));
    }
    accepted(&text("10 min"));
    accepted(&text("90 min"));
    let usual = managed(&scenario("health = {}\nrepairs = {}", ""));
    assert_eq!(usual.repairs.unwrap().grace, SimDuration::from_ms(600_000));
}

#[test]
fn v_14_hm_04_the_ranges_of_probes() {
    let reason = "V-14, HM-04; our code InvalidParameter";
    let text = |key: &str, value: &str| scenario(&format!("repairs = {{}}\nhealth = {{ {key} = {value} }}"), "");
    for (key, value) in [
        ("interval", "\"4 s\""),
        ("interval", "\"61 s\""),
        ("interval", "\"5.5 s\""),
        ("probes", "0"),
        ("probes", "25"),
        ("grace", "\"14401 s\""),
        ("protocol", "\"http\""),
        ("protocol", "\"https\""),
    ] {
        refused(&text(key, value), "E048", reason, &format!("{value} }}"));
    }
    let path = text("protocol", "\"tcp\", request_path = \"/\"");
    refused(&path, "E048", reason, "\"/\"");
    accepted(&path.replace("tcp", "http"));
    accepted(&text("interval", "\"60 s\""));
    accepted(&text("probes", "24"));
    accepted(&text("grace", "\"14400 s\""));
}

#[test]
fn v_15_ar_06_the_action_of_repairs_is_not_changed() {
    let text = scenario("health = {}\nrepairs = {}", &change("repair_action = \"restart\""));
    refused(&text, "E052", "V-15, AR-06; our code OperationNotAllowed", "\"restart\"");
}

#[test]
fn ar_06_no_repairs_of_service_fabric_sets() {
    let text = scenario("health = {}\nservice_fabric = true\nrepairs = { }", "");
    refused(&text, "E048", "AR-06; our code OperationNotAllowed", "{ }");
}

fn managed(text: &str) -> Management {
    *allowed(text).designs[0].sets[0].management.clone().unwrap()
}

#[test]
fn hm_04_hm_05_hm_07_defaults_of_health() {
    let health = |keys: &str| managed(&scenario(&format!("repairs = {{}}\nhealth = {{ {keys} }}"), "")).health.unwrap();
    let usual = health("");
    assert_eq!((usual.source, usual.interval, usual.probes), (HealthSource::Binary, SimDuration::from_ms(5000), 1));
    assert_eq!(usual.grace, SimDuration::from_ms(5000));
    assert_eq!(usual.dead_after, Some(SimDuration::from_ms(60_000)));
    let slow = health("interval = \"30 s\", probes = 4");
    assert_eq!(slow.grace, SimDuration::from_ms(120_000));
    assert_eq!(slow.dead_after, Some(SimDuration::from_ms(90_000)));
    assert_eq!(health("rich = true").source, HealthSource::RichTcp);
    assert_eq!(health("rich = true, request_path = \"/\"").source, HealthSource::RichHttp);
    assert_eq!(health("dead_vm_triggers_repair = false").dead_after, None);
}

#[test]
fn hm_07_a_load_balancer_finds_the_dead_by_its_own_threshold() {
    let set = "orchestration = \"uniform\"\nrepairs = {}\nhealth = { source = \"load-balancer\" }";
    let rest = "[load_balancer]\nprobe_interval = \"15 s\"\nunhealthy_threshold = 3\n";
    let health = managed(&scenario(set, rest)).health.unwrap();
    assert_eq!(
        (health.source, health.interval, health.probes),
        (HealthSource::LoadBalancerProbe, SimDuration::from_ms(15_000), 3)
    );
    assert_eq!(health.dead_after, Some(SimDuration::from_ms(45_000)));
}

#[test]
fn az_03_automatic_zone_balance_turns_repairs_on_unless_they_are_off() {
    let set = "zones = [1, 2]\nhealth = {}\nauto_zone_balance = true\n";
    assert!(managed(&scenario(set, "")).repairs.is_some());
    assert_eq!(managed(&scenario(&format!("{set}repairs = false"), "")).repairs, None);
    let own = managed(&scenario(&format!("{set}repairs = {{ suspend_after = 9 }}"), ""));
    assert_eq!(own.repairs.unwrap().suspend_after, 9);
}

#[test]
fn dr_09_ar_09_machines_heal_into_other_zones_only_where_that_is_chosen() {
    let set = "zones = [1, 2]\nhealth = {}\n";
    assert_eq!(managed(&scenario(set, &change("capacity = 7"))).repairs, None);
    let heals = format!("{set}zone_self_healing = true\n");
    let repairs = managed(&scenario(&heals, "")).repairs.unwrap();
    assert_eq!((repairs.action, repairs.grace), (RepairAction::Replace, SimDuration::from_ms(600_000)));
    let own = managed(&scenario(&format!("{heals}repairs = {{ grace = \"20 min\" }}"), ""));
    assert_eq!(own.repairs.unwrap().grace, SimDuration::from_ms(1_200_000));
    for repairs in ["false", "{ action = \"restart\" }", "{ action = \"reimage\" }"] {
        refused(&scenario(&format!("{heals}repairs = {repairs}"), ""), "E048", "something else (DR-09", "true");
    }
    let lacks = scenario("zones = [1, 2]\nzone_self_healing = true", "");
    refused(&lacks, "E048", "needs `health` (DR-09, HM-01", "true");
}
