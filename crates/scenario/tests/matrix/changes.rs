//! What the customer changes: V-01, V-07, V-19, V-20, V-30, V-33, and what a change has to say.

use crate::{accepted, allowed, change, refused, scenario};
use zonefall_fleet::management::{Action, Trigger};
use zonefall_scenario::parse;

#[test]
fn v_01_om_01_the_mode_is_fixed() {
    let text = scenario("", &change("orchestration = \"uniform\""));
    refused(&text, "E052", "V-01, OM-01; Azure answers PropertyChangeNotAllowed", "\"uniform\"");
}

#[test]
fn v_07_pg_03_several_placement_groups_stay_several() {
    let reason = "V-07, PG-03; our code PropertyChangeNotAllowed";
    refused(&scenario("", &change("single_placement_group = true")), "E052", reason, "true");
    let uniform = scenario("orchestration = \"uniform\"\nzones = [1]", &change("single_placement_group = true"));
    refused(&uniform, "E052", reason, "true");
}

#[test]
fn fd_12_fault_domains_are_no_key_of_a_change() {
    let wrong = parse(&scenario("", &change("fault_domains = 2")), "x.toml").unwrap_err();
    assert!(wrong.items().iter().any(|item| item.code == "E010" && item.message.contains("`fault_domains`")));
}

#[test]
fn v_19_cv_01_zones_are_only_added() {
    let reason = "V-19, CV-01; our code PropertyChangeNotAllowed";
    let text = |to: &str| scenario("zones = [1, 2]", &change(&format!("zones = {to}")));
    for wrong in ["[]", "[2]", "[1, 3]", "[3, 4]"] {
        refused(&text(wrong), "E052", reason, wrong);
    }
    accepted(&text("[1, 2, 3]"));
    accepted(&text("[4, 1, 2]"));
    accepted(&scenario("", &change("zones = [1, 2, 3]")));
    let twice = text("[1, 2, 3]") + &change("zones = [1, 2, 4]");
    refused(&twice, "E052", reason, "[1, 2, 4]");
}

#[test]
fn cv_02_zones_that_were_there_keep_their_place() {
    let scenario = accepted(&scenario("zones = [3, 1]", &change("zones = [1, 2, 3]")));
    let set = &scenario.designs[0].sets[0];
    let Action::Zones(zones) = &set.management.as_ref().unwrap().changes[0].action else { panic!("zones") };
    assert_eq!((zones.len(), &zones[..2]), (3, &set.zones[..]));
}

#[test]
fn v_20_cv_03_not_every_set_can_get_zones() {
    let reason = "V-20, CV-03; our code OperationNotAllowed";
    let text = |set: &str| scenario(set, &change("zones = [1, 2]"));
    for set in [
        "fault_domains = 2",
        "orchestration = \"uniform\"\nfault_domains = 3",
        "reserved_per_zone = 3",
        "dedicated_hosts = {}",
        "service_fabric = true",
    ] {
        refused(&text(set), "E052", reason, "[1, 2]");
    }
    // C-11: Uniform with 1 or 5, Flexible with 1.
    accepted(&text("orchestration = \"uniform\"\nfault_domains = 5"));
    accepted(&text("orchestration = \"uniform\"\nfault_domains = 1"));
    accepted(&text(""));
}

#[test]
fn v_30_cv_05_machines_that_join() {
    let reason = |rule: &str| format!("V-30, {rule}; our code OperationNotAllowed");
    let text = |set: &str, more: &str| scenario(set, &change(&format!("attach = 1\n{more}")));
    let uniform = "V-30, CV-05; Azure answers OperationNotAllowed";
    refused(&text("orchestration = \"uniform\"\nfault_domains = 1", ""), "E052", uniform, "1\n\n");
    refused(&text("zones = [1, 2]", "zone = 3"), "E052", &reason("CV-05"), "3\n");
    refused(&text("zones = [1, 2]", ""), "E052", &reason("CV-05"), "1\n\n");
    refused(&text("", "zone = 3"), "E052", &reason("CV-05"), "3\n");
    accepted(&text("zones = [1, 2]", "zone = 2"));
    accepted(&text("", ""));
    let full = text("capacity = 1000", "");
    refused(&full, "E046", "V-02, OM-02; our code CapacityExceeded", "1\n\n");
}

#[test]
fn v_30_cv_06_cv_08_existing_machines_that_join() {
    let text = |set: &str, keys: &str| scenario(set, &change(&format!("attach = 1\nattach_existing = {{ {keys} }}")));
    let azure = |code: &str| format!("V-30, CV-08; Azure answers VmssDoesNotSupportAttaching{code}");
    refused(&text("fault_domains = 2", ""), "E052", &azure("ExistingVMMultiFD"), "1\nattach_existing");
    refused(&text("", "fault_domains = 3"), "E052", &azure("ExistingVMMultiFD"), "3 }");
    refused(&text("", "availability_set = true"), "E052", &azure("ExistingAvsetVM"), "true");
    refused(&text("", "unmanaged_disk = true"), "E052", &azure("ExistingVMUnmanagedDisk"), "true");
    refused(&text("", "proximity_placement_group = true"), "E052", &azure("PPGVM"), "true");
    let ours = "V-30, CV-06; our code OperationNotAllowed";
    refused(&text("", "dedicated_host = true"), "E052", ours, "true");
    refused(&text("", "infiniband = true"), "E052", ours, "true");
    accepted(&text("", ""));
    // CV-05: a new machine may join a set with fault domains.
    accepted(&scenario("fault_domains = 2", &change("attach = 1")));
}

#[test]
fn v_30_cv_07_machines_that_leave() {
    let text = |set: &str| scenario(set, &change("detach = 1"));
    refused(&text("fault_domains = 2"), "E052", "V-30, CV-07; our code OperationNotAllowed", "1\n\n");
    let uniform = text("orchestration = \"uniform\"\nfault_domains = 1");
    refused(&uniform, "E052", "V-30, CV-07; Azure answers OperationNotAllowed", "1\n\n");
    accepted(&text(""));
}

#[test]
fn v_33_om_10_a_flexible_set_with_machines_is_not_deleted() {
    let text = scenario("", &change("delete_set = true"));
    refused(&text, "E052", "V-33, OM-10; Azure answers OperationNotAllowed", "true");
}

#[test]
fn a_zone_of_a_change_is_one_of_the_set() {
    let text = scenario("zones = [1, 2]", &change("delete = 1\nzone = 3"));
    refused(&text, "E032", "V-09, ZN-01; our code InvalidZones", "3\n");
    allowed(&scenario("zones = [1, 2]", &(change("zones = [1, 2, 3]") + &change("delete = 1\nzone = 3"))));
}

#[test]
fn a_designs_own_changes_take_the_place_of_the_bases() {
    let designs = "[[design]]\nname = \"a\"\n[[design]]\nname = \"b\"\nchange = []\n[[design]]\nname = \"c\"\n\
                   change = [{ when = { serving_below = 5 }, capacity = 9, retry = \"10 min\", back_after = \"30 min\" }]\n";
    let scenario = accepted(&scenario("", &(change("capacity = 8\nevery = \"1 day\"") + designs)));
    let of = |at: usize| scenario.designs[at].sets[0].management.as_ref().map(|management| management.changes.clone());
    assert_eq!(of(0).unwrap()[0].action, Action::Capacity(8));
    assert!(matches!(of(0).unwrap()[0].trigger, Trigger::At { every: Some(_), .. }));
    assert_eq!(of(1), None);
    let on_call = &of(2).unwrap()[0];
    assert!(
        matches!(&on_call.trigger, Trigger::ServingBelow { machines: 5, react, .. } if react.mean_ms() == 600_000.0)
    );
    assert!(on_call.retry.is_some() && on_call.back_after.is_some());
}

#[test]
fn mistakes_of_changes_are_told() {
    let codes = |rest: &str| -> Vec<&'static str> {
        match parse(&scenario("", rest), "x.toml") {
            Ok(fine) => fine.warnings.items().iter().map(|item| item.code).collect(),
            Err(wrong) => wrong.items().iter().map(|item| item.code).collect(),
        }
    };
    let two = "[scale_set.api]\nregion = \"eastus\"\ncapacity = 2\n";
    for (rest, code) in [
        ("[[change]]\ncapacity = 8".to_owned(), "E011"),
        (change(""), "E011"),
        (change("when = { serving_below = 3 }\ncapacity = 8"), "E013"),
        ("[[change]]\nwhen = { serving_below = 3 }\nevery = \"1 day\"\ncapacity = 8".to_owned(), "E013"),
        ("[[change]]\nwhen = { lasting = \"1 min\" }\ncapacity = 8".to_owned(), "E011"),
        (change("capacity = 8\ndelete = 1"), "E013"),
        (change("capacity = 8\nzone = 1"), "E013"),
        (change("capacity = 8\nback_after = \"1 h\""), "E013"),
        (change("capacity = 8\nattach_existing = {}"), "E013"),
        ("[[change]]\nwhen = { serving_below = 3 }\ndeallocate = 1\nback_after = \"1 h\"".to_owned(), "W015"),
        (change("start = false"), "E020"),
        (change("resume_repairs = true"), "E013"),
        (change("repair_action = \"restart\""), "E013"),
        (change("orchestration = \"flexible\""), "E013"),
        (change("single_placement_group = false"), "E013"),
        (change("set = \"wbe\"\ncapacity = 8"), "E057"),
        (change("capacity = 8") + two, "E057"),
        (change("capacity = 8").replace("10 days", "360 days"), "E060"),
        ("change = 3".to_owned(), "E010"),
        (change("capacity = -1"), "E020"),
        (change("capacity = \"8\""), "E012"),
        (change("every = \"0 s\"\ncapacity = 8"), "E020"),
        (change("every = \"1 ms\"\ncapacity = 8"), "E020"),
        (change("retry = \"59999 ms\"\ncapacity = 8"), "E020"),
        (change("force_detach = 3"), "E012"),
        (change("force_detach = \"dat\""), "E014"),
        (change("capcity = 8"), "E010"),
        ("[[change]]\nat = \"1 day\"\n".repeat(1001), "E090"),
    ] {
        let found = codes(&rest);
        assert!(found.contains(&code), "{code} for\n{rest}\ngave {found:?}");
    }
    let at_the_top = format!("change = 3\n{}", scenario("", ""));
    assert_eq!(parse(&at_the_top, "x.toml").unwrap_err().items()[0].code, "E012");
}
