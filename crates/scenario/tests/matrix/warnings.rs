//! V-36 and keys that change nothing: warnings, never errors.

use crate::{accepted, allowed, change, scenario, warned};

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

#[test]
fn parts_that_jobs_wait_for_are_warned_of_as_others_are() {
    let parts = |least: u32| {
        let done = format!(
            "[jobs]\ncount = 100\nat = \"22:00\"\ndeadline = \"02:00\"\n[part.first]\nsets = [\"web\"]\nmin_serving = {least}\n{}",
            "[component.database]\nregion = \"eastus\"\nkind = \"database\"\navailability = \"99.9%\"\noutage = \"900 days\"\n"
        );
        let text = format!("trials = 1000\nstart = \"2026-01-01\"\n{}", scenario("zones = [1, 2, 3]", &done));
        text.replace("min_serving = 1\n[region", "jobs_by_deadline = \"100%\"\n[region")
    };
    let told = |text: &str, code: &str, words: &str| {
        let items = allowed(text).warnings.items().to_vec();
        items.iter().any(|item| item.code == code && item.message.contains(words))
    };
    assert!(told(&parts(7), "W009", "part `first` of design"), "{}", allowed(&parts(7)).warnings);
    assert!(!told(&parts(6), "W009", ""));
    let few = parts(6).replace("trials = 1000", "trials = 2");
    assert!(told(&few, "W004", "database"), "{}", allowed(&few).warnings);
}
