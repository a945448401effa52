//! The table of keys, the decoder and the schema say the same.

use crate::diagnostic::Sink;
use crate::keys::{self, Kind, keys};
use crate::load::{Source, decode_into};
use crate::{WhatIf, schema, template, template_names};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

fn source(text: &str) -> Source<'_> {
    static NOTHING: LazyLock<WhatIf> = LazyLock::new(WhatIf::default);
    Source { text, file: "x.toml", check_files: false, whole_plan: false, what_if: &NOTHING }
}

/// Every table and every family of laws once.
const EVERYTHING: &str = include_str!("../tests/data/everything.toml");

/// Every key that says how machines change.
const MANAGED: &str = include_str!("../tests/data/managed.toml");

/// A service of parts: every kind of them, and components by all that says how they fail.
const PARTS: &str = r#"
    demand = { rate = "9 req/s" }
    slo = { holds = "all" }
    region.eastus = {}
    scale_set = { a = { capacity = 3 }, b = { capacity = 3 } }
    [component.db]
    kind = "database"
    availability = "99.9%"
    price = 350
    placement = "zonal"
    region = "eastus"
    zone = 1
    [component.copy]
    kind = "database"
    time_to_failure = "9 days"
    outage = "1 h"
    start = "new"
    zones_needed = 1
    [component.gate]
    kind = "load-balancer"
    [part]
    web = { sets = ["a"], min_serving = 1, parallelism = 2, queue = "each" }
    api = { sets = ["b"], min_served = "99%" }
    store = { any = ["db", "copy"] }
    some = { of = ["web", "api"], least = 1 }
    all = { all = ["some", "store", "gate"] }
"#;

/// Failover by every router and every pattern.
const FAILOVER: &str = r#"
    start = "2026-01-01"
    slo = { min_serving = 1 }
    region = { east = {}, west = {} }
    scale_set = { a = { region = "east", capacity = 3 } }
    component = { a1 = { region = "east", availability = 1 }, a2 = { region = "west", availability = 1 }, b1 = { region = "east", availability = 1 }, b2 = { region = "west", availability = 1 } }
    [failover.one]
    parts = ["a1", "a2"]
    pattern = "warm"
    router = "traffic-manager"
    probe_interval = "10 s"
    probe_timeout = "9 s"
    tolerated_failures = 0
    ttl = "60 s"
    detect = "1 min"
    detect_back = "1 min"
    min_clients = "99%"
    trigger = "operator"
    when = { capacity_lost = "50%", lasting = "5 min" }
    notice = "1 min"
    act = "1 min"
    success = "90%"
    control_plane = "fail"
    office = { days = ["monday"], from = "09:00", to = "17:00", time_zone = "Europe/Berlin", notice_outside = "1 h" }
    ready = "1 min"
    running = "50%"
    capacity_risk = "10%"
    capacity_retry = "1 h"
    needs_control_plane = true
    promised_within = "1 h"
    recovery_point = "1 min"
    failback = "operator"
    failback_after = "1 h"
    failback_outage = "1 min"
    [failover.two]
    parts = ["b1", "b2"]
    pattern = "active-active"
    router = "front-door"
    weights = [1, 2]
    sample_size = 4
    samples_needed = 3
    [failover.three]
    parts = ["b1", "b2"]
    pattern = "cold"
    router = "global-load-balancer"
    reserved = true
    when = { serving_below = 1 }
"#;

/// Changes that Azure refuses.
const REFUSED: &str = "[scale_set.a]\ncapacity = 1\n[[change]]\norchestration = \"uniform\"\n[[change]]\n\
    single_placement_group = true\n[[change]]\nrepair_action = \"restart\"\n[[change]]\ndelete_set = true\n";

#[test]
fn the_decoder_asks_for_every_key_of_the_table_and_for_no_other() {
    let mut asked = BTreeSet::new();
    let until =
        EVERYTHING.replace("horizon = \"365 days\"", "horizon = { until = \"first miss\", at_most = \"1 year\" }");
    let enough = EVERYTHING.replace("trials = 10_000", "trials = { until = \"±10 %\", at_most = 10_000 }");
    let columns = "[faults]\ntrace = \"x.csv\"\n[faults.columns]\nunit = \"node\"";
    let incidents = "[faults]\nincidents = \"x.csv\"";
    let traced = "[scale_set.a]\ncapacity = 1\n[demand]\ntrace = \"x.csv\"\ntrace_every = \"7 days\"\n[sessions]\nrequests = 60\n[service.ceiling]\ncapacity = \"9 req/s\"\n[blips]";
    let jobs = "start = \"2026-01-01\"\n[slo]\njobs_by_deadline = 1\n[scale_set.a]\ncapacity = 1\n[jobs]\nat = \"22:00\"\nwork = 60\nsets = [\"a\"]\n[gate]\nbatches_by_deadline = 1\n[retry]\nbudget = 0.1";
    let waits = "horizon = \"1 day\"\ntrials = 1\n[slo]\nmin_served = \"90%\"\n[region.a]\n[demand]\nrate = \"9 req/s\"\n[service]\nparallelism = 2\nqueue = \"shared\"\npatience = \"9 s\"\n[scale_set.a]\ncapacity = 1\ncapacity_per_instance = \"9 req/s\"";
    for text in
        [EVERYTHING, MANAGED, REFUSED, PARTS, FAILOVER, &until, &enough, columns, incidents, traced, jobs, waits]
    {
        // A getter for a key that is not in the table of keys fails by its own assertion.
        let mut sink = Sink::default();
        decode_into(&source(text), &mut sink);
        asked.extend(sink.asked);
    }
    let unread: Vec<&str> =
        keys().iter().enumerate().filter(|(at, _)| !asked.contains(at)).map(|(_, key)| key.path).collect();
    assert_eq!(unread, Vec::<&str>::new());
}

#[test]
fn the_schema_has_every_key_and_no_other() {
    let schema = schema();
    let mut found = BTreeSet::new();
    walk(&schema, "", &mut found);
    walk(&schema["$defs"]["law"], "law", &mut found);
    let base: BTreeSet<String> = found.iter().filter(|path| !path.starts_with("design[].")).cloned().collect();
    let mut expected: BTreeSet<String> =
        keys().iter().map(|key| key.path.to_owned()).filter(|path| !path.starts_with("design[].")).collect();
    assert_eq!(base, expected);
    let designs: BTreeSet<String> =
        found.iter().filter_map(|path| path.strip_prefix("design[].")).map(str::to_owned).collect();
    expected = keys().iter().filter(|key| key.overlay).map(|key| key.path.to_owned()).collect();
    expected.extend(["name".into(), "drop".into()]);
    assert_eq!(designs, expected);
}

#[test]
fn whoever_counts_in_percent_says_so_in_words_too() {
    for key in keys() {
        let is_number = matches!(key.kind, Kind::Count(..) | Kind::Number(..));
        assert_eq!(key.in_percent, is_number && key.doc.to_lowercase().contains("percent"), "{}", key.path);
    }
}

/// Collects the paths of all properties.
fn walk(schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    for inner in schema["anyOf"].as_array().into_iter().flatten() {
        walk(inner, path, found);
    }
    if schema["items"]["properties"].is_object() {
        // The key itself was inserted without its brackets.
        found.remove(path);
        found.insert(format!("{path}[]"));
        walk(&schema["items"], &format!("{path}[]"), found);
    }
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        let path = keys::join(path, name);
        found.insert(path.clone());
        walk(inner, &path, found);
    }
    if schema["additionalProperties"].is_object() {
        let path = keys::join(path, "<name>");
        found.insert(path.clone());
        walk(&schema["additionalProperties"], &path, found);
    }
}

#[test]
fn every_file_that_is_read_fits_the_schema_and_an_unknown_key_does_not() {
    let schema = schema();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios");
    let mut texts: Vec<String> = template_names().filter_map(template).map(str::to_owned).collect();
    texts.extend([EVERYTHING.to_owned(), MANAGED.to_owned()]);
    for entry in std::fs::read_dir(folder).expect("the folder of scenarios").flatten() {
        if entry.path().extension().is_some_and(|ending| ending == "toml") {
            texts.push(std::fs::read_to_string(entry.path()).expect("a scenario"));
        }
    }
    assert!(texts.len() >= 11);
    for text in texts {
        let table: toml::Table = toml::from_str(&text).expect("TOML");
        let value = serde_json::to_value(&table).expect("JSON");
        assert_eq!(wrong(&value, &schema, &schema), None, "{:?}", text.lines().next());
        let mut more = value;
        more["slo"]["targett"] = "99%".into();
        assert!(wrong(&more, &schema, &schema).is_some());
    }
}

/// What of the schema a value breaks, for the few words that our schema uses.
fn wrong(value: &Value, schema: &Value, root: &Value) -> Option<String> {
    if let Some(path) = schema["$ref"].as_str() {
        return wrong(value, root.pointer(path.trim_start_matches('#'))?, root);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let all: Option<Vec<String>> = any.iter().map(|one| wrong(value, one, root)).collect();
        return all.map(|all| all.join(" / "));
    }
    let fits = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => {
            schema["enum"].as_array().is_none_or(|words| words.contains(value))
                && (schema["const"].is_null() || schema["const"] == *value)
        }
    };
    let beyond = |key: &str, low: bool| match (schema[key].as_f64(), value.as_f64()) {
        (Some(limit), Some(value)) => {
            if low {
                value < limit
            } else {
                value > limit
            }
        }
        _ => false,
    };
    if !fits || beyond("minimum", true) || beyond("maximum", false) {
        return Some(format!("{value} is not {schema}"));
    }
    let items = value.as_array().into_iter().flatten().find_map(|item| wrong(item, &schema["items"], root));
    items.or_else(|| {
        value.as_object().into_iter().flatten().find_map(|(key, inner)| match &schema["properties"][key] {
            Value::Null if schema["additionalProperties"].is_object() => {
                wrong(inner, &schema["additionalProperties"], root)
            }
            Value::Null => Some(format!("{key} is unknown")),
            known => wrong(inner, known, root),
        })
    })
}

#[test]
fn every_default_is_taken_without_a_complaint() {
    let schema = schema();
    for key in keys() {
        assert!(!key.doc.is_empty() && key.doc.ends_with('.') || key.doc.ends_with('?'), "{}", key.path);
    }
    // A file that says nothing but what it must takes every default without a complaint.
    let mut sink = Sink::default();
    let text = "horizon = \"360 days\"\n[slo]\nmin_serving = 1\n[region.a]\n[scale_set.b]\ncapacity = 1\n[load_balancer]\n\
                [availability_set.c]\ncapacity = 2\n[virtual_machine.d]\n[service]\n[healing]\n";
    assert!(decode_into(&source(text), &mut sink).is_some(), "{}", sink.finish("x.toml", text));
    assert!(schema["properties"]["trials"]["default"] == 10_000);
}

/// Where sources contradict each other a key says which one is followed, and this one is if nothing is written.
#[test]
fn as_11_lb_01_up_04_as_13_dr_02_mt_03_dr_09_co_04_ch_04_contradictions_have_a_key_and_a_default() {
    // Section 12 of the rules on operations, 1 to 9.
    for (path, default) in [
        ("scale_set.<name>.autoscale.cooldown", Some("shared")),
        ("load_balancer.probe_interval", Some("5 s")),
        ("load_balancer.unhealthy_threshold", Some("2")),
        ("load_balancer.healthy_threshold", Some("1")),
        ("scale_set.<name>.upgrade.denominator", Some("upgraded")),
        ("scale_set.<name>.autoscale.shortened_to", Some("safe")),
        // By the pattern: 2 h with Site Recovery (DR-02), and a copy every five minutes (DR-01).
        ("failover.<name>.promised_within", None),
        ("failover.<name>.recovery_point", None),
        ("maintenance.self_service.window", Some("35 d")),
        ("scale_set.<name>.zone_self_healing", Some("false")),
        ("money.prices.inter_zone_gb", Some("0.0")),
        ("drill.security_rule", Some("either")),
    ] {
        let key = keys().iter().find(|key| key.path == path);
        let is = key.and_then(|key| key.default).map(|default| default.to_string());
        assert_eq!((key.is_some(), is.as_deref()), (true, default), "{path}");
    }
    // 10: where all origins are as near as each other no latency band makes a difference, and it is told that it is left out.
    let without = zonefall_azure::rules::find("AFD-03").and_then(|rule| rule.standing.leaves_out());
    assert!(without.is_some_and(|why| why.contains("latency band of 50 ms and one of 0 ms")), "{without:?}");
}

/// AS-05, AS-10, AS-17: what nobody publishes of autoscale has a key, with the default that the dossier has.
#[test]
fn as_05_as_10_as_17_what_is_unknown_of_autoscale_has_a_key_and_a_default() {
    let unknown =
        [("limits_wait", "false"), ("round_increase", "up"), ("round_decrease", "down"), ("failures_cool", "true")];
    for (name, default) in unknown {
        let path = format!("scale_set.<name>.autoscale.{name}");
        let key = keys().iter().find(|key| key.path == path);
        assert_eq!(key.and_then(|key| key.default).map(|is| is.to_string()).as_deref(), Some(default), "{path}");
        let told = crate::explain(&format!("scale_set.web.autoscale.{name}")).unwrap_or_default();
        assert!(told.contains(default), "{told}");
    }
}

#[test]
fn paths_are_unique() {
    let paths: BTreeSet<&str> = keys().iter().map(|key| key.path).collect();
    assert_eq!(paths.len(), keys().len());
}

#[test]
fn everything_is_read_without_a_mistake() {
    for text in [EVERYTHING, MANAGED] {
        let mut sink = Sink::default();
        let fine = decode_into(&source(text), &mut sink).is_some();
        assert!(fine, "{}", sink.finish("x.toml", text));
    }
}

/// SL-03: an account counts every step of every credit.
#[test]
fn sl_03_no_credit_has_more_steps_than_are_counted() {
    for table in zonefall_azure::sla::TABLES {
        assert!(table.tiers.len() <= zonefall_fleet::CREDIT_STEPS, "{}", table.name);
    }
}
