//! V-36 and keys that change nothing: warnings, never errors.

use crate::{accepted, change, scenario, warned};

#[test]
fn v_36_fewer_machines_than_zones() {
    warned(&scenario("zones = [1, 2, 3]\ncapacity = 2", ""), "W002", "V-36", "2\n\n");
}

#[test]
fn v_36_ov_05_a_lost_zone_stops_the_service() {
    let text = scenario("zones = [1, 2, 3]\ncapacity = 7", "").replace("min_serving = 1", "min_serving = 5");
    warned(&text, "W003", "OV-05", "7\n\n");
}

#[test]
fn v_36_az_08_rebalancing_without_room() {
    let text = |vcpus: u32| {
        scenario(
            "zones = [1, 2]\nhealth = {}\nauto_zone_balance = true\nsize = \"Standard_D4s_v5\"",
            &format!("[quota]\nvcpus = {vcpus}"),
        )
    };
    warned(&text(27), "W014", "V-36, AZ-08", "6\nzones");
    accepted(&text(28));
}

#[test]
fn a_key_that_changes_nothing_is_told() {
    for (line, at) in [
        ("zones = [1, 2]\nzone_balance = \"strict\"", "\"strict\""),
        ("strict_atomicity = \"partial\"", "\"partial\""),
        ("scale_in_policy = \"oldest\"", "\"oldest\""),
        ("prioritize_unhealthy = true", "true"),
        ("force_deletion = true", "true"),
        ("protected_zone_fallback = false", "false"),
        ("protection = { scale_in = 3 }", "{ scale"),
        ("terminate_notice = \"5 min\"", "\"5 min\""),
        ("terminate_approval = \"5 min\"", "\"5 min\""),
        ("overprovision_percent = 33", "33"),
        ("health = {}", "{}"),
        ("create_timeout = \"9 min\"", "\"9 min\""),
        ("create_failure = \"3%\"", "\"3%\""),
        ("resilient_create = true", "true"),
        ("resilient_delete = true", "true"),
        ("start_time = \"9 s\"", "\"9 s\""),
        ("delete_time = \"9 s\"", "\"9 s\""),
        ("delete_failure = \"3%\"", "\"3%\""),
        ("dead_zone_delete = \"9 min\"", "\"9 min\""),
        ("reserved_per_zone = 3", "3\n\n"),
        ("disk_redundancy = \"zrs\"", "\"zrs\""),
        ("zone_destroyed = \"3%\"", "\"3%\""),
    ] {
        warned(&scenario(line, ""), "W015", "has no effect", at);
    }
    warned(&scenario("", "[quota]\nvcpus = 99"), "W015", "`quota`", "[quota]");
    warned(&scenario("", "[platform]"), "W015", "`platform`", "[platform]");
}

#[test]
fn what_one_design_uses_is_used() {
    let designs = format!(
        "[[design]]\nname = \"a\"\n[[design]]\nname = \"b\"\nchange = [{}]\n",
        "{ at = \"1 day\", capacity = 4 }"
    );
    accepted(&scenario("scale_in_policy = \"oldest\"", &designs));
    accepted(&scenario("scale_in_policy = \"oldest\"", &change("capacity = 4")));
}

#[test]
fn a_capacity_that_grows_may_meet_the_objective() {
    let text = |rest: &str| scenario("", rest).replace("min_serving = 1", "min_serving = 8");
    accepted(&text(&change("capacity = 8")));
    warned(&text(""), "W009", "never meet", "8");
}
