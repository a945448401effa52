//! Fault domains, zones, placement groups, balance: V-03 to V-11, V-22, V-31, V-32, V-34.

use crate::{accepted, allowed, refused, scenario};

#[test]
fn v_03_fault_domain_counts_of_the_table() {
    let reason = "V-03, FD-02; Azure answers InvalidParameter";
    refused(&scenario("zones = [1, 2]\nfault_domains = 5", ""), "E040", reason, "5");
    refused(&scenario("fault_domains = 4", ""), "E040", reason, "4\n\n");
    let uniform = "orchestration = \"uniform\"\n";
    refused(&scenario(&format!("{uniform}zones = [1, 2]\nfault_domains = 3"), ""), "E040", reason, "3\n\n");
    accepted(&scenario(&format!("{uniform}zones = [1, 2]\nfault_domains = 5"), ""));
    accepted(&scenario(&format!("{uniform}fault_domains = 4"), ""));
    accepted(&scenario("fault_domains = 3", ""));
}

#[test]
fn v_04_fd_07_no_more_fault_domains_than_the_region_has() {
    let west = |count: u32| {
        format!(
            "horizon = \"360 days\"\n[slo]\nmin_serving = 1\n[region.westus2]\n[scale_set.web]\ncapacity = 6\nfault_domains = {count}\n"
        )
    };
    refused(&west(3), "E040", "V-04, FD-07; Azure answers InvalidParameter", "3\n");
    accepted(&west(2));
}

#[test]
fn fd_04_fixed_spreading_needs_as_many_racks() {
    let text = scenario("fault_domains = 3", "").replace("zones = 4", "zones = 4\nracks_per_zone = 2");
    let wrong = zonefall_scenario::parse(&text, "x.toml").unwrap_err();
    let found = &wrong.items()[0];
    assert_eq!(found.code, "E041");
    assert!(found.message.contains("(FD-04)") && !found.help.is_empty());
}

#[test]
fn av_02_a_machine_stands_in_one_zone_of_its_region() {
    let machine = |zone: u32| scenario("", &format!("[virtual_machine.one]\nregion = \"eastus\"\nzone = {zone}\n"));
    refused(&machine(9), "E032", "V-09, ZN-01; our code InvalidZones", "9");
    accepted(&machine(4));
}

#[test]
fn v_05_pg_04_max_spreading_needs_several_placement_groups() {
    let text = scenario("orchestration = \"uniform\"\nfault_domains = 1\nsingle_placement_group = true", "");
    refused(&text, "E047", "V-05, PG-04; our code InvalidParameter", "true");
    accepted(&text.replace("= true", "= false"));
    accepted(&text.replace("fault_domains = 1", "fault_domains = 5"));
    refused(
        &scenario("orchestration = \"uniform\"\nzones = [1, 2]\nsingle_placement_group = true", ""),
        "E047",
        "V-05, PG-04; our code InvalidParameter",
        "true",
    );
}

#[test]
fn v_06_pg_07_c_19_no_single_placement_group_of_a_flexible_set() {
    let text = scenario("single_placement_group = true", "");
    refused(&text, "E047", "V-06, PG-07; Azure answers InvalidParameter", "true");
    accepted(&text.replace("= true", "= false"));
}

#[test]
fn pg_07_infiniband_needs_a_single_placement_group() {
    let text = scenario("orchestration = \"uniform\"\nsize = \"Standard_HB120rs_v3\"\nfault_domains = 1", "");
    refused(&text, "E047", "PG-07; our code InvalidParameter", "\"Standard_HB120rs_v3\"");
    accepted(&text.replace("fault_domains = 1", "fault_domains = 5"));
}

#[test]
fn v_08_zone_balance_needs_more_than_one_zone() {
    let reason = "V-08, ZB-02; Azure answers InvalidParameter";
    let text = scenario("zones = [1]\nzone_balance = \"best-effort\"", "");
    refused(&text, "E047", reason, "\"best-effort\"");
    refused(&text.replace("[1]", "[]"), "E047", reason, "\"best-effort\"");
    refused(&text.replace("best-effort", "strict"), "E047", reason, "\"strict\"");
    allowed(&text.replace("[1]", "[1, 2]"));
}

#[test]
fn v_09_zn_01_zones_are_there_and_named_once() {
    let reason = "V-09, ZN-01; our code InvalidZones";
    let text = scenario("zones = [1, 9]", "");
    refused(&text, "E032", reason, "9");
    refused(&scenario("zones = [7, 7]", "").replace("= 4", "= 8"), "E015", reason, "7]");
    refused(&text.replace("= 4", "= 1"), "E032", reason, "1, 9");
    accepted(&text.replace('9', "4"));
    refused(&scenario("", "[region.third]\nzone_lacks = { 9 = [] }"), "E032", reason, "9 =");
}

#[test]
fn v_10_zn_10_the_size_is_there_in_each_zone() {
    let lacks = "[region.third]\nzone_lacks = { 3 = [\"Standard_M128s\"] }";
    let text = scenario("size = \"Standard_M128s\"\nzones = [2, 3]", lacks)
        .replace("region = \"eastus\"", "region = \"third\"");
    refused(&text, "E054", "V-10, ZN-10; Azure answers SkuNotAvailable", "\"Standard_M128s\"\nzones");
    accepted(&text.replace("[2, 3]", "[1, 2]"));
    accepted(&text.replace("size = \"Standard_M128s\"", "size = \"Standard_M64s\""));
    // CV-03: nor in zones that are added later.
    let later = text.replace("[2, 3]", "[2]") + "[[change]]\nat = \"1 day\"\nzones = [2, 3]\n";
    refused(&later, "E054", "V-10, ZN-10; Azure answers SkuNotAvailable", "[2, 3]");
}

#[test]
fn v_11_az_01_what_automatic_zone_balance_needs() {
    let reason = "V-11, AZ-01; our code RebalanceNotSupported";
    let text = scenario("zones = [1, 2]\nauto_zone_balance = true\nzone_balance = \"best-effort\"\nhealth = {}", "");
    accepted(&text);
    refused(&text.replace("best-effort", "strict"), "E047", reason, "true");
    refused(&text.replace("health = {}", ""), "E047", reason, "true");
    let zonal = text.replace("[1, 2]", "[1]").replace("zone_balance = \"best-effort\"", "");
    refused(&zonal, "E047", reason, "true");
    // CV-04: a set that gets its zones later keeps regional machines.
    let regional = scenario("auto_zone_balance = true\nhealth = {}", "[[change]]\nat = \"1 day\"\nzones = [1, 2]\n");
    refused(&regional, "E047", reason, "true");
}

#[test]
fn v_22_pg_08_a_proximity_placement_group_has_at_most_one_zone() {
    let reason = "V-22, PG-08; our code InvalidParameter";
    let text = scenario("proximity_placement_group = true\nzones = [1, 2]", "");
    refused(&text, "E047", reason, "true");
    accepted(&text.replace("[1, 2]", "[1]"));
    let later = text.replace("[1, 2]", "[1]") + "[[change]]\nat = \"1 day\"\nzones = [1, 2]\n";
    refused(&later, "E047", reason, "[1, 2]");
}

#[test]
fn v_31_fd_08_where_machines_may_be_pinned() {
    let reason = |rule: &str| format!("V-31, {rule}; our code InvalidParameter");
    let domain = scenario("fault_domains = 3\npinned_fault_domain = 2", "");
    accepted(&domain);
    refused(&domain.replace("s = 3", "s = 1"), "E054", &reason("FD-08"), "2\n");
    refused(&domain.replace("domain = 2", "domain = 7"), "E054", &reason("FD-08"), "7");
    let uniform = "orchestration = \"uniform\"\n";
    refused(&scenario(&format!("{uniform}pinned_fault_domain = 0"), ""), "E054", &reason("OM-07"), "0\n\n");
    refused(&scenario(&format!("{uniform}zones = [1]\npinned_zone = 1"), ""), "E054", &reason("OM-07"), "1\n\n");
    refused(&scenario("zones = [1]\npinned_zone = 2", ""), "E054", &reason("FD-08"), "2\n\n");
    accepted(&scenario("zones = [1]\npinned_zone = 1", ""));
    let limited = domain.replace("fault_domains", "size = \"Standard_M64s\"\nfault_domains");
    refused(&limited, "E054", &reason("OM-04"), "2\n");
}

#[test]
fn v_32_av_01_what_an_availability_set_may_have() {
    let set = |lines: &str| scenario("", &format!("[availability_set.db]\nregion = \"eastus\"\n{lines}\n"));
    let reason = |rule: &str| format!("V-32, {rule}; Azure answers InvalidParameter");
    refused(&set("capacity = 201"), "E042", &reason("AV-01"), "201");
    refused(&set("capacity = 3\nupdate_domains = 21"), "E042", &reason("AV-01"), "21");
    refused(&set("capacity = 3\nzones = [1]"), "E042", &reason("AV-01"), "[1]");
    refused(&set("capacity = 5\nfault_domains = 7"), "E042", &reason("FD-07"), "7");
    accepted(&set("capacity = 200\nupdate_domains = 20\nfault_domains = 3"));
}

#[test]
fn c_13_an_availability_set_holds_200_machines_not_100() {
    accepted(&scenario("", "[availability_set.db]\nregion = \"eastus\"\ncapacity = 200\n"));
}

#[test]
fn v_34_what_automatic_placement_does_not_go_with() {
    let placed = |more: &str| scenario(&format!("zone_placement = {{}}\n{more}"), "");
    accepted(&placed(""));
    let reason = "V-34, ZP-07; our code InvalidParameter";
    for (line, at) in [
        ("zones = [1, 2]", "[1, 2]"),
        ("proximity_placement_group = true", "true"),
        ("reserved_per_zone = 17", "17"),
        ("instance_mix = { sizes = [{ name = \"D4s_v5\" }] }", "{ sizes"),
        ("standby_pool = { max_ready = 9 }", "{ max_ready"),
        ("dedicated_hosts = {}\n", "{}\n\n"),
        ("service_fabric = true", "true"),
    ] {
        refused(&placed(line), "E047", reason, at);
    }
    let attach = "[[change]]\nat = \"1 day\"\nattach = 1\nzone = 1\n";
    refused(&(placed("") + attach), "E047", reason, "{}");
}

#[test]
fn zp_01_include_or_exclude() {
    let text = scenario("zone_placement = { include = [1, 2], exclude = [3] }", "");
    refused(&text, "E047", "V-34, ZP-01; our code InvalidParameter", "[3]");
    accepted(&text.replace(", exclude = [3]", ""));
}

#[test]
fn zp_02_the_platform_chooses_among_eight_zones_at_most() {
    let text = scenario("zone_placement = {}", "").replace("zones = 4", "zones = 9");
    assert_eq!(zonefall_scenario::parse(&text, "x.toml").unwrap_err().items()[0].code, "E090");
    accepted(&text.replace("{}", "{ exclude = [9] }"));
}

#[test]
fn zp_03_at_least_two_zones() {
    let reason = "V-34, ZP-03; our code InvalidParameter";
    refused(&scenario("zone_placement = { include = [2] }", ""), "E047", reason, "{");
    refused(&scenario("zone_placement = { max_zone_count = 1 }", ""), "E047", reason, "1 }");
}

#[test]
fn zp_04_the_share_of_a_zone() {
    let text =
        |percent: u32| scenario(&format!("zone_placement = {{ max_instance_percent_per_zone = {percent} }}"), "");
    let reason = "V-34, ZP-04; our code InvalidParameter";
    refused(&text(24), "E047", reason, "24");
    refused(&text(101), "E047", reason, "101");
    accepted(&text(25));
    let strict =
        "zone_balance = \"strict\"\nzone_placement = { max_zone_count = 3, max_instance_percent_per_zone = 77 }";
    refused(&scenario(strict, ""), "E047", reason, "77");
}

#[test]
fn zp_06_strict_balance_needs_a_number_of_zones() {
    let text = scenario("zone_balance = \"strict\"\nzone_placement = { }", "");
    refused(&text, "E047", "V-34, ZP-06; our code InvalidParameter", "{ }");
    accepted(&text.replace("{ }", "{ max_zone_count = 3 }"));
}

#[test]
fn pg_02_a_regional_uniform_set_has_one_placement_group_and_others_several() {
    let single = |set: &str| {
        let scenario = allowed(&scenario(set, "[[change]]\nat = \"1 day\"\ncapacity = 7\n"));
        scenario.designs[0].sets[0].management.as_ref().unwrap().single_placement_group
    };
    let uniform = "orchestration = \"uniform\"";
    assert!(single(uniform));
    assert!(!single(&format!("{uniform}\nzones = [1]")));
    assert!(!single(&format!("{uniform}\nzones = [1, 2]")));
    assert!(!single(&format!("{uniform}\ncapacity = 101")));
    assert!(!single(&format!("{uniform}\nfault_domains = \"max\"")));
    assert!(!single(""));
}
