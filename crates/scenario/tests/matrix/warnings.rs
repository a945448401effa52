//! V-36 and keys that change nothing: warnings, never errors.

use crate::{accepted, allowed, change, scenario, warned};
use zonefall_scenario::{Severity, parse};

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
    // Spot machines are rebalanced on the quota of Spot machines.
    let spot = |spot_vcpus: u32| {
        let of_spot = format!("vcpus = 1\nspot_vcpus = {spot_vcpus}");
        text(27).replace("vcpus = 27", &of_spot).replace("zones = [1, 2]", "priority = \"spot\"\nzones = [1, 2]")
    };
    warned(&spot(27), "W014", "V-36, AZ-08", "6\npriority");
    accepted(&spot(28));
}

#[test]
fn v_36_az_08_rebalancing_beside_autoscale_that_allows_no_machine_more() {
    let text = |maximum: u32| {
        let rule = |operator: &str, threshold: u32, way: &str| {
            format!(
                "[[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\noperator = \"{operator}\"\nthreshold = {threshold}\n{way} = 1\n"
            )
        };
        let keys = "zones = [1, 2]\nhealth = {}\nauto_zone_balance = true\ncapacity_per_instance = \"100 req/s\"";
        let autoscale = format!("[scale_set.web.autoscale]\nminimum = 4\nmaximum = {maximum}");
        let rules = rule(">", 70, "increase") + &rule("<", 30, "decrease");
        scenario(keys, &format!("{autoscale}\n{rules}[demand]\nrate = \"300 req/s\""))
    };
    warned(&text(6), "W014", "V-36, AZ-08", "6\n[[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\noperator = \">");
    let room = allowed(&text(7)).warnings;
    assert!(room.items().iter().all(|item| item.code != "W014"), "{room}");
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
    accepted(&scenario("", "[quota]\nvcpus = 99"));
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

/// A scenario of two designs, the second with what is said.
fn with_design(says: &str) -> String {
    scenario("", &format!("[[design]]\nname = \"as it is\"\n[[design]]\nname = \"other\"\n{says}"))
}

#[test]
fn a_new_set_with_nearly_the_name_of_one_of_the_base_is_told() {
    let set = |name: &str| with_design(&format!("[design.scale_set.{name}]\nregion = \"eastus\"\ncapacity = 12"));
    for name in ["wbe", "we", "wep", "webb", "Web"] {
        warned(&set(name), "W021", &format!("`scale_set.{name}` makes a new set"), &format!("{name}]\n"));
        let told = allowed(&set(name)).warnings;
        let item = told.items().iter().find(|item| item.code == "W021").unwrap();
        assert_eq!((item.severity, item.help.as_slice()), (Severity::Warning, &["did you mean `web`?".to_owned()][..]));
    }
    // Numbered, another word, the base's own, and one that comes in its place are meant.
    for name in ["web2", "web-b", "api", "batch", "web"] {
        accepted(&set(name));
    }
    accepted(&set("west").replace("scale_set.web", "scale_set.east"));
    for gone in ["scale_set.web = false", "drop = [\"scale_set.web\"]"] {
        let text = with_design(&format!("{gone}\nscale_set.wbe = {{ region = \"eastus\", capacity = 12 }}"));
        accepted(&text);
    }
}

#[test]
fn a_design_drops_what_the_base_says() {
    let text = |drop: &str| {
        scenario(
            "zones = [1, 2]\nhealth = {}\nauto_zone_balance = true",
            &format!("[[design]]\nname = \"as it is\"\n[[design]]\nname = \"other\"\n{drop}"),
        )
    };
    let other = |drop: &str| allowed(&text(drop)).designs[1].clone();
    let balances = |drop: &str| other(drop).sets[0].management.is_some();
    assert!(balances("") && !balances("drop = [\"scale_set.web.auto_zone_balance\", \"scale_set.web.health\"]"));
    // What the design says of a dropped table is laid over nothing.
    let anew = "drop = [\"scale_set.web\"]\nscale_set.web = { region = \"westus2\", capacity = 2 }";
    let design = other(anew);
    assert!(design.sets[0].zones.is_empty() && design.sets[0].management.is_none() && design.sets[0].capacity == 2);
    for (drop, code, help) in [
        ("scale_set.web.auto_zone_balence", "E010", "did you mean `auto_zone_balance`?"),
        ("scale_set.wep.health", "E010", "did you mean `web`?"),
        ("scale_set.web.health.rich", "E010", ""),
        ("scale_set", "E010", ""),
        ("slo.target", "E050", ""),
        ("slo", "E050", ""),
        ("region.eastus", "E050", ""),
        ("a b", "E010", ""),
    ] {
        let wrong = parse(&text(&format!("drop = [\"{drop}\"]")), "x.toml").unwrap_err();
        let found = wrong.items().iter().find(|item| item.code == code);
        let item = found.unwrap_or_else(|| panic!("{drop}: {wrong}"));
        assert!(item.line > 1 && item.column == 9, "{drop}: {wrong}");
        assert!(help.is_empty() || item.help.iter().any(|words| words == help), "{drop}: {wrong}");
    }
    for (wrong, code) in
        [("drop = true", "E012"), ("drop = [3]", "E012"), ("drop = [\"load_balancer\", \"load_balancer\"]", "E015")]
    {
        let told = parse(&text(wrong), "x.toml").unwrap_err();
        assert!(told.items().iter().any(|item| item.code == code), "{wrong}: {told}");
    }
}
