//! Bad input for every new key: another kind, out of range, a slip in the name.

use crate::{accepted, scenario};
use zonefall_scenario::{Key, Kind, keys, parse};

/// The tables that stand on the way to a key, so that it is read.
const NEEDED: [(&str, &str); 2] =
    [("standby_pool", "max_ready = 9"), ("instance_mix", "sizes = [{ name = \"D4s_v5\" }]")];

/// A value of another kind than the key has.
fn of_another_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Choice(_) | Kind::Duration | Kind::Law | Kind::Count(..) | Kind::Number(..) => "true",
        Kind::Either(kinds) if kinds.contains(&Kind::Table) => "7",
        Kind::Either(_) => "[[]]",
        Kind::Flag => "7",
        Kind::Share => "true",
        _ => "7",
    }
}

fn codes(text: &str) -> Vec<&'static str> {
    match parse(text, "x.toml") {
        Ok(_) => Vec::new(),
        Err(wrong) => wrong.items().iter().map(|item| item.code).collect(),
    }
}

/// The keys that say how a scale set changes.
fn new_keys() -> impl Iterator<Item = (&'static Key, &'static str)> {
    let of_a_set = keys().iter().filter_map(|key| Some((key, key.path.strip_prefix("scale_set.<name>.")?)));
    of_a_set.filter(|(_, path)| !path.contains("[]"))
}

/// A scenario with one key of the set, deep or not.
fn with(path: &str, value: &str) -> String {
    match path.split_once('.') {
        None => scenario(&format!("{path} = {value}"), ""),
        Some((table, key)) => {
            let more = NEEDED.iter().find(|(name, line)| *name == table && !line.starts_with(&format!("{key} ")));
            let more = more.map_or(String::new(), |(_, line)| format!(", {line}"));
            scenario(&format!("{table} = {{ {key} = {value}{more} }}"), "")
        }
    }
}

#[test]
fn every_key_of_a_set_refuses_another_kind() {
    let mut tried = 0;
    for (key, path) in new_keys().filter(|(_, path)| !["region", "capacity"].contains(path)) {
        let text = with(path, of_another_kind(key.kind));
        let found = codes(&text);
        assert!(found.contains(&"E012"), "{path}: {found:?}\n{text}");
        tried += 1;
    }
    assert!(tried > 90, "{tried}");
}

#[test]
fn every_number_of_a_set_has_a_range() {
    for (key, path) in new_keys() {
        let beyond = match key.kind {
            Kind::Count(..) => "-1",
            Kind::Number(..) => "nan",
            Kind::Share => "\"200%\"",
            Kind::Duration | Kind::Law => "\"-1 s\"",
            Kind::Choice(_) => "\"zzz\"",
            _ => continue,
        };
        let found = codes(&with(path, beyond));
        let wanted = ["E014", "E020", "E021", "E023"];
        assert!(found.iter().any(|code| wanted.contains(code)), "{path}: {found:?}");
    }
}

#[test]
fn slips_are_told_with_the_nearest_name() {
    for (set, near) in [
        ("zone_balanse = \"strict\"", "zone_balance"),
        ("repairs = { actoin = \"restart\" }", "action"),
        ("health = { intervall = \"5 s\" }", "interval"),
        ("spot = { evicton = \"delete\" }", "eviction"),
        ("protection = { scale_inn = 1 }", "scale_in"),
        ("standby_pool = { max_redy = 1 }", "max_ready"),
        ("instance_mix = { sizes = [{ name = \"D4s_v5\", prise = 1 }] }", "price"),
        ("dedicated_hosts = { redeploi = \"1 h\" }", "redeploy"),
        ("zone_placement = { includ = [1] }", "include"),
    ] {
        let wrong = parse(&scenario(set, ""), "x.toml").unwrap_err();
        let item = wrong.items().iter().find(|item| item.code == "E010").unwrap();
        assert_eq!(item.help, [format!("did you mean `{near}`?")], "{set}");
    }
}

#[test]
fn every_key_says_what_it_means_and_where_it_comes_from() {
    for (key, path) in new_keys() {
        let text = zonefall_scenario::explain(key.path).unwrap();
        assert!(text.contains(key.doc), "{path}");
    }
    assert!(zonefall_scenario::explain("change").unwrap().contains("customer"));
    let sourced = keys().iter().filter(|key| key.path.starts_with("scale_set.<name>.") && key.source.is_empty());
    assert_eq!(
        sourced.map(|key| key.path).collect::<Vec<_>>(),
        ["scale_set.<name>.region", "scale_set.<name>.start_state"]
    );
}

#[test]
fn sizes_that_are_none() {
    for wrong in
        ["", "D4s v5", "4s", "Standard_", "Standard_Ds_v5", "Dxyz", "D0", "D4S_v5", "D99999999999", "Mix", "D3-_v2é"]
    {
        assert!(codes(&scenario(&format!("size = \"{wrong}\""), "")).contains(&"E055"), "{wrong}");
    }
    let mixed = scenario("instance_mix = { sizes = [{ name = \"big\" }] }", "");
    assert_eq!(codes(&mixed), ["E055"]);
    let lacks = scenario("", "[region.third]\nzone_lacks = { 3 = [\"big\", 7] }");
    assert_eq!(codes(&lacks), ["E055", "E012"]);
    accepted(&scenario("size = \"Standard_NC24ads_A100_v4\"", ""));
}

#[test]
fn quota_and_platform_have_ranges() {
    for (rest, code) in [
        ("[quota]\nvcpus = 0", "E020"),
        ("[quota]\nvcpu = 8", "E010"),
        ("[quota]\nmachines = \"8\"", "E012"),
        ("[quota]\nspot_vcpus = 1.5", "E012"),
        ("[platform]\nzone_unavailable_from = \"0%\"", "E020"),
        ("[platform]\nzone_unavailable_from = \"101%\"", "E023"),
        ("[platform]\nzone_unavailable = \"50%\"", "E010"),
    ] {
        assert!(codes(&scenario("", rest)).contains(&code), "{code} for {rest}");
    }
    assert!(codes(&format!("quota = 3\n{}", scenario("", ""))).contains(&"E012"));
    assert!(codes(&format!("platform = 3\n{}", scenario("", ""))).contains(&"E012"));
}
