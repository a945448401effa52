//! Reservations, hosts, Spot, mixes, pools, disks: V-21, V-23 to V-29, V-35.

use crate::{accepted, allowed, change, refused, scenario, told, warned};
use zonefall_fleet::Spreading;

const GROW: &str = "capacity = 8";

/// A set that grows with its CPU, and the demand for it.
fn autoscale(most: u32) -> String {
    let rule = "rule = [{ metric = \"cpu\", operator = \">\", threshold = 70, increase = 1 }]";
    format!("[scale_set.web.autoscale]\nminimum = 1\nmaximum = {most}\n{rule}\n[demand]\nrate = \"100 req/s\"\n")
}

fn grows(set: &str) -> String {
    scenario(set, &change(GROW))
}

#[test]
fn v_21_cr_04_what_a_reservation_does_not_go_with() {
    let reason = "V-21, CR-04; our code InvalidParameter";
    let reserved = |more: &str| grows(&format!("reserved_per_zone = 3\n{more}"));
    accepted(&reserved(""));
    accepted(&reserved("fault_domains = 3"));
    let uniform = "orchestration = \"uniform\"";
    for (line, at) in [
        ("priority = \"spot\"".to_owned(), "\"spot\""),
        ("dedicated_hosts = {}".to_owned(), "{}"),
        ("proximity_placement_group = true".to_owned(), "true"),
        (format!("{uniform}\nfault_domains = 2\nsingle_placement_group = true"), "true"),
        (format!("{uniform}\nsingle_placement_group = false\nfault_domains = 5"), "5\n[[change"),
        ("fault_domains = 2\nsize = \"Standard_M64s\"".to_owned(), "2\nsize"),
        ("disk = \"ultra\"".to_owned(), "\"ultra\""),
        ("instance_mix = { sizes = [{ name = \"D4s_v5\" }] }".to_owned(), "{ sizes"),
    ] {
        refused(&reserved(&line), "E054", reason, at);
    }
    let set = "[availability_set.db]\nregion = \"eastus\"\ncapacity = 3\nreserved_per_zone = 33\n";
    refused(&scenario("", set), "E054", reason, "33");
}

#[test]
fn v_23_dh_03_c_06_dedicated_hosts_and_zones() {
    let reason = "V-23, DH-03; our code InvalidParameter";
    let text = scenario("zones = [1, 2]\ndedicated_hosts = {}", "");
    refused(&text, "E054", reason, "{}");
    let zonal = scenario("zones = [1]\ndedicated_hosts = { zone = 1 }", "");
    refused(&zonal, "E054", reason, "{ zone");
    accepted(&zonal.replace("zones = [1]", "zones = [1]\nallow_zonal_dedicated_host = true"));
    accepted(&scenario("dedicated_hosts = {}", ""));
}

#[test]
fn v_23_dh_01_the_host_group_has_to_match() {
    let reason = "V-23, DH-01; our code InvalidParameter";
    let zonal = |zone: u32| {
        scenario(&format!("zones = [1]\nallow_zonal_dedicated_host = true\ndedicated_hosts = {{ zone = {zone} }}"), "")
    };
    refused(&zonal(2), "E054", reason, "2 }");
    let group = |keys: &str| scenario(&format!("fault_domains = 2\ndedicated_hosts = {{ {keys} }}"), "");
    refused(&group("fault_domains = 3"), "E054", reason, "3 }");
    refused(&group("size_matches = false"), "E054", reason, "false");
    refused(&group("automatic_placement = false"), "E054", reason, "false");
    refused(&group("zone = 1"), "E054", reason, "1 }");
    accepted(&group("fault_domains = 2"));
    let near = group("").replace("fault_domains", "proximity_placement_group = true\nfault_domains");
    refused(&near, "E054", reason, "true");
}

#[test]
fn v_24_sp_05_mixing_priorities() {
    let mix = |set: &str, keys: &str| scenario(&format!("{set}\npriority = \"spot\"\nspot = {{ {keys} }}"), "");
    let reason = |rule: &str| format!("V-24, {rule}; our code InvalidParameter");
    accepted(&mix("", "base_regular = 2, regular_percent_above = 50"));
    refused(&mix("", "regular_percent_above = 101"), "E053", &reason("SP-05"), "101");
    let uniform = "orchestration = \"uniform\"";
    refused(&mix(uniform, "base_regular = 2"), "E053", &reason("OM-07"), "2 }");
    refused(&mix(uniform, "regular_percent_above = 2"), "E053", &reason("OM-07"), "2 }");
    accepted(&mix(uniform, ""));
    let single = "orchestration = \"uniform\"\nsingle_placement_group = true";
    refused(&mix(single, "base_regular = 2"), "E053", &reason("SP-05"), "2 }");
    let limited = "fault_domains = 2\nsize = \"Standard_M64s\"";
    refused(&mix(limited, "base_regular = 2"), "E053", &reason("OM-04"), "2 }");
    refused(&scenario("spot = { base_regular = 2 }", ""), "E053", &reason("SP-05"), "2 }");
}

#[test]
fn v_25_eviction_and_price_are_for_spot_only() {
    let only = "V-25, SP-01; Azure answers EvictionPolicyCanBeSetOnlyOnAzureSpotVirtualMachines";
    let text = |keys: &str| scenario(&format!("priority = \"spot\"\nspot = {{ {keys} }}"), "");
    let regular = |keys: &str| text(keys).replace("\"spot\"", "\"regular\"");
    refused(&regular("eviction = \"delete\""), "E053", only, "\"delete\"");
    refused(&regular("max_price = -1"), "E053", only, "-1");
    let price = "V-25, SP-01; Azure answers MaxPriceValueInvalid";
    for wrong in ["0", "-2", "-0.5"] {
        refused(&text(&format!("max_price = {wrong}")), "E053", price, &format!("{wrong} }}"));
    }
    allowed(&text("eviction = \"delete\", max_price = 0.03"));
    accepted(&text("max_price = -1"));
}

#[test]
fn v_26_sp_03_only_spot_machines_are_restored() {
    let text = scenario("priority = \"spot\"\nspot = { restore = \"1 h\" }", "");
    accepted(&text);
    let reason = "V-26, SP-03; Azure answers SpotRestorationIsSupportedOnlyForAzureSpotScaleSets";
    refused(&text.replace("\"spot\"", "\"regular\""), "E053", reason, "\"1 h\"");
}

#[test]
fn v_27_no_spot_machine_in_an_availability_set() {
    let text = scenario("", "[availability_set.db]\nregion = \"eastus\"\ncapacity = 3\npriority = \"spot\"\n");
    refused(&text, "E053", "V-27, SP-04; Azure answers AzureSpotVMNotSupportedInAvailabilitySet", "\"spot\"");
}

#[test]
fn sp_04_c_18_no_spot_of_the_b_series_or_of_promotions() {
    for size in ["Standard_B2ms", "Standard_DS2_v2_Promo"] {
        let text = scenario(&format!("priority = \"spot\"\nsize = \"{size}\""), "");
        refused(&text, "E053", "SP-04; our code InvalidParameter", &format!("\"{size}\""));
    }
}

#[test]
fn v_28_im_01_what_an_instance_mix_may_be() {
    let text = |sizes: &str| grows(&format!("instance_mix = {{ sizes = [{sizes}] }}"));
    let size = |name: &str| format!("{{ name = \"{name}\" }}");
    let all = |names: &[&str]| text(&names.iter().map(|name| size(name)).collect::<Vec<_>>().join(", "));
    let code = |code: &str| format!("V-28, IM-01; Azure answers {code}");
    accepted(&all(&["D4s_v5", "Standard_D8s_v5", "E4as_v5", "F4s", "D2s_v5"]));
    refused(&text(""), "E053", "V-28, IM-02; Azure answers SkuProfileVMSizesCannotBeNullOrEmpty", "{ sizes");
    let six = all(&["D2s_v5", "D4s_v5", "D8s_v5", "D16s_v5", "D32s_v5", "D64s_v5"]);
    refused(&six, "E053", &code("SkuProfileHasTooManyVMSizesInRequest"), "[{ name");
    let twice = all(&["D4s_v5", "Standard_D4s_v5"]);
    refused(&twice, "E053", &code("SkuProfileVMSizesCannotHaveDuplicates"), "[{ name");
    let unsupported = code("SkuProfileScenarioNotSupported");
    for names in [
        ["D4s_v5", "M64s"],
        ["D4s_v5", "D4ps_v5"],
        ["D4s_v5", "D4s_v6"],
        ["D4s_v5", "D4_v5"],
        ["D4s_v5", "D4ds_v5"],
        ["D4s_v5", "DC4s_v3"],
    ] {
        refused(&all(&names), "E053", &unsupported, "[{ name");
    }
    let fine = all(&["D4s_v5"]);
    let named = fine.replace("instance_mix", "size = \"Standard_D4s_v5\"\ninstance_mix");
    refused(&named, "E053", &code("SkuNameMustBeMixIfSkuProfileIsSpecified"), "\"Standard_D4s_v5\"");
    accepted(&named.replace("Standard_D4s_v5", "Mix"));
    let tier = fine.replace("sizes =", "tier = \"Standard\", sizes =");
    refused(&tier, "E053", &code("SkuTierMustNotBeSetIfSkuProfileIsSpecified"), "\"Standard\"");
    for (line, at) in [
        ("orchestration = \"uniform\"", "{ sizes"),
        ("dedicated_hosts = {}", "{}"),
        ("reserved_per_zone = 33", "33"),
        ("standby_pool = { max_ready = 8 }", "{ max_ready"),
        ("proximity_placement_group = true", "true"),
    ] {
        refused(&fine.replace("instance_mix", &format!("{line}\ninstance_mix")), "E053", &unsupported, at);
    }
}

#[test]
fn im_02_the_sizes_of_a_mix_arrive() {
    let text = grows(
        "instance_mix = { strategy = \"prioritized\", sizes = [{ name = \"D8s_v5\", rank = 2 }, { name = \"D4s_v5\", rank = 1, price = 0.2 }] }",
    );
    let management = allowed(&text).designs[0].sets[0].management.clone().unwrap();
    let mix = management.instance_mix.unwrap();
    assert_eq!(
        mix.sizes.iter().map(|size| (size.name.as_str(), size.rank)).collect::<Vec<_>>(),
        [("D8s_v5", 2), ("D4s_v5", 1)]
    );
    assert_eq!(
        mix.sizes.iter().map(|size| (size.vcpus, size.quota)).collect::<Vec<_>>(),
        [(8, u32::MAX), (4, u32::MAX)]
    );
    let own = text.replace("rank = 2", "rank = 2, quota = 16").replace("instance_mix", "vcpus = 6\ninstance_mix");
    let mix = allowed(&own).designs[0].sets[0].management.clone().unwrap().instance_mix.unwrap();
    assert_eq!(mix.sizes.iter().map(|size| (size.vcpus, size.quota)).collect::<Vec<_>>(), [(6, 16), (6, u32::MAX)]);
}

#[test]
fn im_02_al_05_a_mix_has_quota_for_the_machines_that_it_begins_with() {
    let text = |quota: &str, vcpus: &str| {
        let sizes =
            format!("[{{ name = \"D8s_v5\", quota = {quota} }}, {{ name = \"D4s_v5\", price = 2, quota = 16 }}]");
        format!("{}\n[quota]\nvcpus = {vcpus}\n", grows(&format!("instance_mix = {{ sizes = {sizes} }}")))
    };
    // Six machines: two of 8 vCPUs and four of 4.
    accepted(&text("16", "32"));
    refused(&text("15", "99"), "E056", "AL-05; Azure answers QuotaExceeded", "[{ name");
    // IM-02: where the region has no room for larger ones, smaller ones go on: five of 8 vCPUs and one of 4.
    accepted(&text("99", "44"));
    refused(&text("99", "43"), "E056", "AL-05; Azure answers QuotaExceeded", "43");
    let wrong = told(&text("-1", "32"));
    assert_eq!(wrong.iter().map(|item| (item.code, item.line, item.column)).collect::<Vec<_>>(), [("E020", 10, 54)]);
}

#[test]
fn sp_01_a_maximum_price_evicts_nobody_and_says_so() {
    let text = |price: &str| scenario(&format!("priority = \"spot\"\nspot = {{ max_price = {price} }}"), "");
    warned(&text("0.05"), "W015", "SP-01", "0.05");
    accepted(&text("-1"));
}

#[test]
fn sp_04_a_set_of_spot_machines_stands_in_one_fault_domain() {
    let spreading = |keys: &str| {
        let text = scenario(&format!("zones = [1, 2]\npriority = \"spot\"\n{keys}"), "");
        allowed(&text).designs[0].sets[0].spreading
    };
    assert_eq!(spreading(""), Spreading::Fixed(1));
    assert_eq!(spreading("spot = { eviction = \"delete\" }"), Spreading::Fixed(1));
    assert_eq!(spreading("spot = { single_fault_domain = false }"), Spreading::Max);
    // Regular machines among them: no Spot set.
    assert_eq!(spreading("spot = { base_regular = 1 }"), Spreading::Max);
    let five = "priority = \"spot\"\norchestration = \"uniform\"\nfault_domains = 5";
    warned(&scenario(five, ""), "W015", "SP-04", "5\n\n");
    let spread = scenario(&format!("{five}\nspot = {{ single_fault_domain = false }}"), "");
    assert_eq!(accepted(&spread).designs[0].sets[0].spreading, Spreading::Fixed(5));
    let wrong = told(&scenario("priority = \"spot\"\nspot = { single_fault_domain = 1 }", ""));
    assert_eq!(wrong.iter().map(|item| (item.code, item.line, item.column)).collect::<Vec<_>>(), [("E012", 11, 32)]);
}

#[test]
fn v_36_sp_03_autoscale_and_deletion_turn_try_and_restore_off() {
    let spot = |keys: &str| scenario(&format!("priority = \"spot\"\nspot = {{ {keys}restore = \"6 h\" }}"), "");
    let restores = |text: &str| {
        let set = &allowed(text).designs[0].sets[0];
        set.management.as_ref().and_then(|of| of.spot.as_ref()).is_some_and(|spot| spot.restore.is_some())
    };
    assert!(restores(&spot("")));
    let scaled = spot("") + &autoscale(9);
    assert!(!restores(&scaled));
    warned(&scaled, "W015", "V-36, SP-03", "\"6 h\"");
    warned(&spot("eviction = \"delete\", "), "W015", "only deallocated ones are restored (SP-03)", "\"6 h\"");
}

#[test]
fn v_29_sb_01_what_a_standby_pool_needs() {
    let pool = |set: &str, keys: &str| scenario(&format!("{set}\nstandby_pool = {{ {keys} }}"), "");
    let reason = |rule: &str| format!("V-29, {rule}; our code StandbyPoolNotSupported");
    accepted(&pool("", "max_ready = 10"));
    refused(&pool("orchestration = \"uniform\"", "max_ready = 10"), "E053", &reason("SB-01"), "{ max");
    refused(&pool("fault_domains = 2", "max_ready = 10"), "E053", &reason("SB-01"), "{ max");
    refused(&pool("", "min_ready = 11, max_ready = 10"), "E053", &reason("SB-01"), "11");
    refused(&pool("", "min_ready = 995, max_ready = 1000"), "E053", &reason("OM-06"), "1000");
    accepted(&pool("", "min_ready = 994, max_ready = 1000"));
    let grows = pool("", "min_ready = 900, max_ready = 900") + &change("capacity = 101");
    refused(&grows, "E053", &reason("OM-06"), "101");
    // Autoscale asks for more, too, and goes with deallocated machines alone.
    let autoscaled = |keys: &str, most: u32| pool("", keys) + &autoscale(most);
    refused(&autoscaled("max_ready = 20, state = \"running\"", 9), "E053", &reason("SB-01"), "\"running\"");
    allowed(&autoscaled("max_ready = 20, state = \"deallocated\"", 9));
    refused(
        &autoscaled("min_ready = 5, max_ready = 9, state = \"deallocated\"", 996),
        "E053",
        &reason("OM-06"),
        "9, state",
    );
}

#[test]
fn v_35_dk_02_which_disks_are_copied_over_zones() {
    let text = |disk: &str| scenario(&format!("data_disk = true\ndisk = \"{disk}\"\ndisk_redundancy = \"zrs\""), "");
    for disk in ["ultra", "premium-ssd-v2", "standard-hdd"] {
        refused(&text(disk), "E054", "V-35, DK-02; our code InvalidParameter", "\"zrs\"");
    }
    accepted(&text("premium-ssd"));
    accepted(&text("standard-ssd"));
}

#[test]
fn v_35_dk_04_only_data_disks_are_force_detached() {
    let text = |set: &str, value: &str| scenario(set, &change(&format!("force_detach = {value}")));
    let zrs = "data_disk = true\ndisk_redundancy = \"zrs\"";
    let reason = "V-35, DK-04; our code InvalidParameter";
    refused(&text(zrs, "\"os\""), "E054", reason, "\"os\"");
    refused(&text("", "true"), "E054", reason, "true");
    refused(&text("data_disk = true", "\"data\""), "E054", "V-35, DK-03; our code InvalidParameter", "\"data\"");
    accepted(&text(zrs, "true"));
    accepted(&text(zrs, "\"data\""));
}

#[test]
fn sl_03_no_promise_covers_spot_machines() {
    let promise = |set: &str| allowed(&scenario(set, "")).designs[0].sla.as_ref().map(|sla| sla.tiers[0]);
    assert_eq!(promise("zones = [1, 2]"), Some((9999, 10_000, 10)));
    assert_eq!(promise("zones = [1, 2]\npriority = \"spot\""), None);
    assert_eq!(promise("zones = [1, 2]\npriority = \"spot\"\nspot = { base_regular = 2 }"), Some((9999, 10_000, 10)));
}
