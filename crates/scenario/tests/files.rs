//! Files that are no scenario, and those that the repository ships.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use zonefall_faults::{Effect, Kind, Mode, Recovery, Scope, Surge, component_of};
use zonefall_fleet::{Design, HiddenZone, Need, Spreading};
use zonefall_scenario::{
    CODES, FaultSource, Member, WhatIf, Window, explain, keys, load, load_plan, nearest_topic, parse, template,
    template_names, topics,
};
use zonefall_topology::{RegionId, ZoneId};

fn code_of(bytes: &[u8]) -> &'static str {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.toml");
    std::fs::write(&path, bytes).unwrap();
    load(&path).unwrap_err().items()[0].code
}

#[test]
fn files_that_are_no_scenario() {
    assert_eq!(load(Path::new("no/such/file.toml")).unwrap_err().items()[0].code, "E001");
    assert_eq!(load(&std::env::temp_dir()).unwrap_err().items()[0].code, "E001");
    assert_eq!(code_of(b""), "E002");
    assert_eq!(code_of(b" \n\t\r\n"), "E002");
    assert_eq!(code_of("\u{feff}".as_bytes()), "E002");
    assert_eq!(code_of(&vec![b'#'; (8 << 20) + 1]), "E003");
    assert_eq!(code_of(b"name = \"\xff\xfe\""), "E004");
    assert_eq!(code_of(b"\x7fELF\0\0\0"), "E004");
    #[cfg(unix)]
    assert_eq!(load(Path::new("/dev/zero")).unwrap_err().items()[0].code, "E001");
}

#[test]
fn hostile_texts_are_answered() {
    let deep = format!("x = {}", "[".repeat(100_000));
    let wide = "a = 1\n".repeat(20_000);
    let long_line = format!("x = \"{}\"", "y".repeat(1 << 20));
    let unknown: String = (0..20_000).map(|at| format!("key{at} = 1\n")).collect();
    let tables = format!("a{} = 1", ".b".repeat(5000));
    for text in [deep, wide, long_line, unknown, tables] {
        let wrong = parse(&text, "x.toml").unwrap_err();
        assert!(wrong.render(true).len() < 4_000_000);
    }
}

/// All candidates have the name of their design: each law of a component is a mode of its own all the same.
#[test]
fn a_plan_chooses_among_many_laws_of_a_component() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.toml");
    let text = "[component.db]\nkind = \"database\"\navailability = \"99%\"\n[plan]\n[[plan.choice]]\nkey = \"component.db.availability\"\n\
                values = [\"99.9%\", \"99.95%\", \"99.99%\", \"99.995%\"]\n";
    std::fs::write(&path, template("minimal").unwrap().to_owned() + text).unwrap();
    let plan = load_plan(&path, &WhatIf::default()).unwrap_or_else(|wrong| panic!("{wrong}"));
    let of = |design: &Design| design.structure().unwrap().components().next().unwrap().1.cause.clone().unwrap();
    let causes: Vec<String> = plan.plan.as_ref().unwrap().candidates.iter().map(|one| of(&one.design)).collect();
    let rates = |cause: &String| plan.profile.modes.iter().find(|mode| mode.name == *cause).unwrap().rate_per_year();
    assert_eq!(causes.len(), 4);
    assert!(causes.windows(2).all(|pair| rates(&pair[0]) > rates(&pair[1])), "{causes:?}");
    // One luck for all of them.
    assert!(causes.iter().all(|cause| component_of(cause) == "db"), "{causes:?}");
    assert!(causes.iter().any(|cause| cause.ends_with(" 3)")), "{causes:?}");
}

#[test]
fn a_named_file_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.toml");
    let text = template("minimal").unwrap().to_owned() + "[faults]\ntrace = \"gone.csv\"\n";
    std::fs::write(&path, &text).unwrap();
    assert_eq!(load(&path).unwrap_err().items()[0].code, "E076");
    std::fs::write(folder.path().join("gone.csv"), "").unwrap();
    let FaultSource::Trace { path: found, .. } = load(&path).unwrap().source else { panic!("a trace") };
    assert_eq!(found, folder.path().join("gone.csv"));
}

#[test]
fn a_trace_of_demand_is_read_beside_the_scenario_and_is_a_part_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, trace) = (folder.path().join("x.toml"), folder.path().join("load.csv"));
    let text = template("minimal").unwrap().to_owned()
        + "[demand]\ntrace = \"load.csv\"\n[[design]]\nname = \"a\"\n[[design]]\nname = \"b\"\ndemand.growth_per_year = 0.1\n";
    std::fs::write(&path, &text).unwrap();
    assert_eq!(load(&path).unwrap_err().items()[0].code, "E076");
    std::fs::write(&trace, "time,rate\n0,100\n3600,250\n").unwrap();
    let first = load(&path).unwrap();
    assert_eq!(first.designs[0].demand.as_ref().unwrap().range_milli(), (100_000, 250_000));
    assert!(first.designs[1].demand.as_ref().unwrap().range_milli().1 > 270_000);
    std::fs::write(&trace, "time,rate\n0,100\n3600,251\n").unwrap();
    assert_ne!(load(&path).unwrap().hash, first.hash);
    // Two designs read the file; its mistakes are told once, where they stand.
    std::fs::write(&trace, "time,rate\n0,100\n3600,many\n").unwrap();
    let wrong = load(&path).unwrap_err();
    assert_eq!((wrong.items().len(), wrong.items()[0].code, wrong.others().len()), (1, "E058", 1));
    let told = &wrong.others()[0].items()[0];
    assert_eq!((told.line, told.column, told.code), (3, 6, "E058"));
    assert!(wrong.render(false).contains("load.csv:3:6"), "{}", wrong.render(false));
}

#[test]
fn templates_run_without_a_warning_that_matters() {
    for name in template_names() {
        let scenario = parse(template(name).unwrap(), name).unwrap_or_else(|wrong| panic!("{wrong}"));
        // A year of autoscale takes its time: that one is for a first look, and says so.
        let first_look = name == "web-tier";
        let told = scenario.warnings.items();
        assert!(
            told.iter().all(|of| first_look && ["W004", "W011"].contains(&of.code)),
            "{name}: {}",
            scenario.warnings
        );
    }
    assert_eq!(template("nothing"), None);
}

fn shipped(name: &str) -> zonefall_scenario::Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(name);
    load(&path).unwrap_or_else(|wrong| panic!("{wrong}"))
}

#[test]
fn shipped_scenarios_are_right() {
    let scenario = shipped("zonal-or-spanning.toml");
    let names: Vec<&str> = scenario.designs.iter().map(|design| design.name.as_str()).collect();
    assert_eq!(names[..4], ["zonal", "regional", "zone-spanning-2", "zone-spanning-3"]);
    assert_eq!(scenario.measure.windows.whole(), 12);
    assert_eq!((scenario.target.text.as_str(), scenario.target.numerator), ("99.95%", 9995));
    assert_eq!(scenario.designs[0].sla, None);
    assert_eq!(scenario.designs[3].sla.as_ref().unwrap().tiers[0], (9999, 10_000, 10));
    assert_eq!(scenario.designs[4].sets[0].spreading, Spreading::Fixed(5));
    assert_eq!(scenario.designs[1].sets[0].hidden_zone, HiddenZone::Sticky(0.8));
    assert_eq!(shipped("fault-domains.toml").designs.len(), 5);
    assert_eq!(shipped("n-plus-one-zone.toml").designs[0].need, Need::Served(99, 100));
    let slas = shipped("single-vm-and-availability-set.toml");
    let promises: Vec<(u64, u64)> =
        slas.designs.iter().map(|design| design.sla.as_ref().unwrap().tiers[0]).map(|tier| (tier.0, tier.1)).collect();
    assert_eq!(promises, [(999, 1000), (995, 1000), (9995, 10_000), (9999, 10_000)]);
    let replay = shipped("real-incidents-replay.toml");
    assert!(matches!(replay.source, FaultSource::Incidents { path } if path.ends_with("data/incidents.csv")));
}

#[test]
fn scenarios_that_say_nothing_of_changes_have_no_management() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut texts = vec![template("minimal").unwrap().to_owned(), template("availability-set").unwrap().to_owned()];
    for name in ["zonal-or-spanning.toml", "fault-domains.toml", "n-plus-one-zone.toml"] {
        texts.push(std::fs::read_to_string(folder.join(name)).unwrap());
    }
    for text in texts {
        for design in parse(&text, "x.toml").unwrap().designs {
            assert!(design.sets.iter().all(|set| set.management.is_none()), "{}", design.name);
            assert_eq!((design.quota, design.zone_down_milli), (None, 500));
        }
    }
}

#[test]
fn everything_arrives_as_it_was_written() {
    let scenario = parse(include_str!("data/everything.toml"), "x.toml").unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!((scenario.window, scenario.hash.len()), (Window::Month, 64));
    let profile = &scenario.profile;
    assert_eq!(profile.find("guest-crash"), None);
    let rack = &profile.modes[profile.find("rack-failure").unwrap()];
    assert!((rack.rate_per_year() - 0.1).abs() < 1e-12 && rack.evidence.source == "our own records");
    // The Weibull keeps its shape when its mean is stated.
    let host = &profile.modes[profile.find("host-hard-failure").unwrap()];
    assert!((host.rate_per_year() - 0.04).abs() < 1e-12 && host.time_to_failure.memoryless_mean().is_none());
    let flood = &profile.modes[profile.find("flood").unwrap()];
    assert_eq!((flood.scope, flood.recovery, flood.common_cause), (Scope::Zone, Recovery::Boot, 0.04));
    assert_eq!(flood.surge, Some(Surge { least: 0.05, greatest: 0.3 }));
    let FaultSource::Script(rows) = &scenario.source else { panic!("a script") };
    assert_eq!(rows[0].effect, Effect::Degraded(250));
    assert_eq!(rows[0].members[2], Member::Racks { name: "eastus/2/hall1".into(), racks: 25..30 });
    assert_eq!(rows[0].members[5], Member::Instance { group: "web/eastus/1".into(), ordinal: 0 });
    let changed = &scenario.designs[1];
    assert_eq!(changed.sets.iter().map(|set| set.name.as_str()).collect::<Vec<_>>(), ["web", "jobs", "admin"]);
    assert_eq!((changed.need.clone(), changed.balancer), (Need::Served(90, 100), None));
    assert_eq!(scenario.designs[0].depends_on, ["global-edge"]);
}

#[test]
fn ch_03_a_script_strikes_what_machines_depend_on() {
    let text = r#"
        name = "x"
        horizon = "1 day"
        slo = { holds = "all" }
        region = { east = { zones = 2 }, west = { zones = 2 } }
        demand = { rate = "9 req/s" }
        component = { db = { region = "east", kind = "database", availability = "99%" } }
        part = { web = { sets = ["web"], min_serving = 1 }, all = { all = ["web", "db"] } }
        [scale_set.web]
        region = "east"
        capacity = 2
        capacity_per_instance = "9 req/s"
        [scale_set.web.autoscale]
        minimum = 2
        maximum = 4
        [[scale_set.web.autoscale.rule]]
        metric = "cpu"
        operator = ">"
        threshold = 70
        increase = 1
        [[script]]
        at = "1 h"
        members = ["web"]
        effect = "no-autoscale"
        [[script]]
        at = "1 h"
        members = ["west"]
        effect = "control-plane"
        [[script]]
        at = "1 h"
        members = ["east", "west/2"]
        effect = "allocation"
        [[script]]
        at = "1 h"
        members = ["db"]
    "#;
    let scenario = parse(text, "x.toml").unwrap_or_else(|wrong| panic!("{wrong}"));
    let FaultSource::Script(rows) = &scenario.source else { panic!("a script") };
    assert_eq!(rows[0].members, [Member::Autoscale("web".into())]);
    assert_eq!((rows[0].lasts, rows[0].recovery), (None, Recovery::Reachable));
    assert_eq!(rows[1].members, [Member::ControlPlane(RegionId(1))]);
    assert_eq!(rows[2].members, [0, 1, 3].map(|zone| Member::Allocation(ZoneId(zone))));
    assert_eq!(rows[3].members, [Member::Component { name: "db".into(), causes: vec!["db".into()] }]);
    let effect = "members = [\"db\"]\neffect = \"frozen\"";
    let wrong = parse(&text.replace("members = [\"db\"]", effect), "x.toml").unwrap_err().to_string();
    assert!(wrong.contains("a component is up or down"), "{wrong}");
}

/// The modes of a small scenario with these lines at its end.
fn modes(lines: &str) -> Vec<Mode> {
    let text = format!("{}\n{lines}\n", template("minimal").unwrap());
    parse(&text, "x.toml").unwrap_or_else(|wrong| panic!("{wrong}")).profile.modes
}

fn new_mode(lines: &str) -> Mode {
    let text = format!("[faults.mode.new]\nrate = \"1 per year\"\noutage = \"1 h\"\n{lines}");
    modes(&text).into_iter().find(|mode| mode.name == "new").unwrap()
}

#[test]
fn sp_01_hm_02_modes_may_evict_and_report_bad_health() {
    let one = new_mode("scope = \"instance\"\neffect = \"evicted\"");
    assert_eq!((one.effect, one.kind), (Effect::Evicted, Kind::Outage));
    let storm =
        new_mode("scope = \"zone\"\nkind = \"shock\"\neffect = \"unhealthy\"\nshare = { low = 0.1, high = 0.2 }");
    assert_eq!((storm.effect, storm.kind, storm.share.high), (Effect::Unhealthy, Kind::Shock, 0.2));
    let short = new_mode("scope = \"allocation\"\neffect = { degraded = 0.8 }");
    assert_eq!(short.effect, Effect::Degraded(800));
}

#[test]
fn in_07_a_surge_can_be_changed_and_turned_off() {
    let surge = |lines: &str| {
        let all = modes(&format!("[faults.mode.datacenter]\n{lines}"));
        all.into_iter().find(|mode| mode.name == "datacenter").unwrap().surge
    };
    assert_eq!(surge(""), Some(Surge { least: 0.05, greatest: 0.3 }));
    assert_eq!(surge("surge = { least = \"10%\", greatest = 0.9 }"), Some(Surge { least: 0.1, greatest: 0.9 }));
    assert_eq!(surge("surge = { greatest = 0.9 }"), Some(Surge { least: 0.05, greatest: 0.9 }));
    assert_eq!(surge("surge = false"), None);
}

#[test]
fn sp_04_explain_knows_the_spot_modes() {
    for name in ["spot-eviction", "spot-eviction-wave"] {
        let text = explain(name).unwrap();
        assert!(text.contains("where a design has Spot machines") && text.contains("assumed"), "{text}");
        assert!(explain("profile").unwrap().contains(name));
    }
    assert!(!explain("datacenter").unwrap().contains("Spot"));
    assert!(explain("datacenter").unwrap().contains("allocation fails in the other zones"));
}

#[test]
fn explain_knows_every_key_and_code() {
    for topic in topics() {
        assert!(explain(&topic).is_some_and(|text| text.len() > 20), "{topic}");
    }
    for key in keys() {
        assert!(explain(key.path).unwrap().contains(key.doc));
    }
    assert!(CODES.iter().all(|code| explain(code.id).unwrap().contains(code.text)));
    for (written, path) in [
        ("scale_set.web.capacity", "scale_set.<name>.capacity"),
        ("design.zonal.scale_set.web.zones", "scale_set.<name>.zones"),
        ("faults.mode.rack-failure.rate", "faults.mode.<name>.rate"),
    ] {
        assert!(explain(written).unwrap().starts_with(path), "{written}");
    }
    assert_eq!(explain("no such thing"), None);
    assert_eq!(nearest_topic("rack-failur").as_deref(), Some("rack-failure"));
    assert_eq!(nearest_topic("slo.foo"), None);
    assert_eq!(nearest_topic("slo.min_servin").as_deref(), Some("slo.min_serving"));
}

#[test]
fn explain_knows_every_rule_by_its_id() {
    let all = explain("rules").unwrap();
    for rule in zonefall_azure::rules::rules() {
        let text = explain(rule.id).unwrap();
        for part in
            [rule.id, rule.says, rule.source, rule.standing.words(), rule.confidence.word(), rule.key.unwrap_or("")]
        {
            assert!(text.contains(part), "{}: {part}", rule.id);
        }
        assert!(all.contains(&format!("  {}  ", rule.id)), "{}", rule.id);
    }
    assert_eq!(explain("zb 5"), explain("ZB-05"));
    assert!(explain("SI-10").unwrap().contains("\n  reason      only the machine"));
    assert_eq!(explain("ZB-99"), None);
    assert!(nearest_topic("zb-99").unwrap().starts_with("ZB-"));
    assert!(topics().contains(&"rules".to_owned()));
}

proptest::proptest! {
    #[test]
    fn any_text_is_answered(text in ".*") {
        let _ = parse(&text, "x.toml");
    }

    #[test]
    fn any_change_of_a_right_file_is_answered(at in 0usize..4000, new in "[ -~\n]{0,6}") {
        let mut text = include_str!("data/everything.toml").to_owned();
        let from = at.min(text.len());
        let to = (at + new.len()).min(text.len());
        text.replace_range(from..to, &new);
        match parse(&text, "x.toml") {
            Ok(fine) => drop(fine.warnings.render(false)),
            Err(wrong) => assert!(!wrong.render(true).is_empty()),
        }
    }
}
