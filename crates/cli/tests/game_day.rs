//! Game days from the command line: disabled autoscale, outages in place of shutdowns, a scenario's own script.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::Desk;
use serde_json::Value;

const HYPOTHESIS: &str = "\
[drill]
begins = \"30 min\"
may_miss = \"20 min\"
recover_within = \"5 min\"
watch = \"1 h\"
";

/// Nine machines of 100 requests a second in three zones; at 700 a lost zone is too much for six.
fn scaling(autoscale: bool, faults: &str) -> String {
    let rule = if autoscale {
        "[scale_set.web.autoscale]\nminimum = 9\nmaximum = 30\n[[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\n\
         window = \"5 min\"\noperator = \">\"\nthreshold = 80\nincrease = 3\n"
    } else {
        ""
    };
    format!(
        "name = \"down\"\nhorizon = \"1 day\"\ntrials = 20\nseed = 1\n[slo]\nmin_served = \"99%\"\n{HYPOTHESIS}\
         [region.eastus]\n[demand]\nrate = \"700 req/s\"\n[scale_set.web]\nzones = [1, 2, 3]\ncapacity = 9\n\
         capacity_per_instance = \"100 req/s\"\n[load_balancer]\n{rule}[faults]\nprofile = \"none\"\n{faults}"
    )
}

/// Azure's template for a zone that is down: autoscale is disabled for an hour, and zone 1 is shut down within it.
fn template(disables: bool, enables: &str) -> String {
    let id = |of: &str| format!("/subscriptions/0/resourceGroups/r/providers/{of}/providers/Microsoft.Chaos/targets/x");
    let list = |name: &str, of: &str, filter: &str| {
        format!(
            r#"{{"type": "List", "id": "{name}", "targets": [{{"type": "ChaosTarget", "id": "{}"}}]{filter}}}"#,
            id(of)
        )
    };
    let zone = r#", "filter": {"type": "Simple", "parameters": {"zones": ["1"]}}"#;
    let selectors = [
        list("zone1", "Microsoft.Compute/virtualMachineScaleSets/web", zone),
        list("as", "Microsoft.Insights/autoscaleSettings/web-scale", ""),
    ];
    let action = |urn: &str, on: &str, lasts: &str, key: &str, value: &str| {
        format!(
            r#"{{"type": "continuous", "name": "URN:csci:microsoft:{urn}", "selectorId": "{on}", "duration": "{lasts}",
               "parameters": [{{"key": "{key}", "value": "{value}"}}]}}"#
        )
    };
    let disable = action("autoscaleSettings:disableAutoscale/1.0", "as", "PT60M", "enableOnComplete", enables);
    let kill = action("virtualMachineScaleSet:shutdown/2.0", "zone1", "PT59M", "abruptShutdown", "true");
    let delay = r#"{"type": "delay", "name": "urn:csci:microsoft:chaosStudio:timedDelay/1.0", "duration": "PT1M"}"#;
    let branch = |actions: &str| format!(r#"{{"name": "b", "actions": [{actions}]}}"#);
    let mut branches = vec![branch(&format!("{delay}, {kill}"))];
    if disables {
        branches.push(branch(&disable));
    }
    format!(
        r#"{{"name": "az-down", "properties": {{"selectors": [{}], "steps": [{{"name": "s", "branches": [{}]}}]}}}}"#,
        selectors.join(", "),
        branches.join(", ")
    )
}

/// Verdict and figures of the first design.
fn told(desk: &Desk, call: &str, ends: i32) -> Value {
    let told: Value = serde_json::from_str(&desk.run(&format!("{call} --format json")).ends(ends).out).unwrap();
    told["designs"][0].clone()
}

#[test]
fn ch_03_while_autoscale_is_disabled_a_drill_fails_as_it_does_in_azure() {
    let desk = Desk::with(&scaling(true, ""));
    let call = "drill e.json --on s.toml --trials 5";
    desk.put("e.json", template(false, ""));
    let with = told(&desk, call, 0);
    assert_eq!((&with["passed"], &with["trials"]), (&5.into(), &5.into()));
    desk.put("e.json", template(true, "true"));
    let disabled = told(&desk, call, 4);
    assert_eq!(disabled["struck"][1], "disabled autoscale of `web` from 30 min for 1 h");
    // Just as if there were none.
    desk.put("s.toml", scaling(false, ""));
    let without = told(&desk, call, 4);
    assert_eq!((&disabled["passed"], &disabled["judged"]), (&0.into(), &without["judged"]));
    desk.run(call).ends(4).says(&["where no scale set autoscales there"]);
}

#[test]
fn ch_03_without_enable_on_complete_autoscale_stays_disabled() {
    // From 100 min on more arrives than nine machines serve; the experiment is over at 90.
    let launch = "rate = \"500 req/s\"\nlaunch = [{ at = \"100 min\", peak = 2, lasts = \"9 h\" }]\n";
    let desk = Desk::with(&scaling(true, "").replace("rate = \"700 req/s\"\n", launch));
    let call = "drill e.json --on s.toml --trials 2";
    let words = "autoscale of `web` stays disabled after the experiment: `enableOnComplete` is false";
    // Enabled at 90, it sees six machines that are 83 % busy, and is ready at 100.
    for (enables, stays) in [("true", false), ("false", true)] {
        desk.put("e.json", template(true, enables));
        let ends = if stays { 4 } else { 0 };
        let ran = desk.run(call).ends(ends);
        assert_eq!(ran.out.split_whitespace().collect::<Vec<_>>().join(" ").contains(words), stays, "{ran}");
        let recovers = told(&desk, call, ends)["judged"]["recovers_ms"].clone();
        assert_eq!(recovers.is_null(), stays, "{recovers}");
    }
}

/// The template's two branches, row by row.
const ROWS: &str = "\
[[script]]
at = \"30 min\"
for = \"1 h\"
members = [\"web\"]
effect = \"no-autoscale\"
[[script]]
at = \"31 min\"
for = \"59 min\"
members = [\"web/eastus/1/0\", \"web/eastus/1/1\", \"web/eastus/1/2\"]
cause = \"shutdown\"
";

#[test]
fn ch_03_a_script_of_its_own_is_judged_as_the_experiment_is() {
    let desk = Desk::with(&scaling(true, ""));
    desk.put("e.json", template(true, "true"));
    desk.put("own.toml", scaling(true, ROWS));
    let (experiment, own) =
        (told(&desk, "drill e.json --on s.toml --trials 5", 4), told(&desk, "drill --on own.toml --trials 5", 4));
    for key in ["passed", "trials", "worst", "judged", "least_serving"] {
        assert_eq!(experiment[key], own[key], "{key}");
    }
    let words = ["the script of down", "No design passes.", "script of the autoscale of `web` from 30 min for 1 h"];
    desk.run("drill --on own.toml --trials 5").ends(4).says(&words);
    // Without the row it passes; so it does where the row ends soon enough.
    let (_, shutdown) = ROWS.split_at(ROWS.rfind("[[script]]").unwrap());
    desk.put("own.toml", scaling(true, shutdown));
    desk.run("drill --on own.toml --trials 5").ends(0).says(&["Every design passes."]);
    desk.put("own.toml", scaling(true, &ROWS.replace("for = \"1 h\"", "for = \"2 min\"")));
    desk.run("drill --on own.toml --trials 5").ends(0);
    // A script may leave autoscale disabled.
    desk.put("own.toml", scaling(true, &ROWS.replace("for = \"1 h\"\n", "")));
    desk.run("drill --on own.toml --trials 5").ends(4);
}

#[test]
fn ch_03_a_run_lives_through_disabled_autoscale_too_and_points_to_the_drill() {
    let desk = Desk::with(&scaling(true, ROWS));
    let missed = |name: &str| {
        let ran = desk.run(&format!("run {name}.toml --out {name}")).ends(0);
        let summary = kit::json(&desk.path(&format!("{name}/summary.json")));
        let missed = summary["designs"][0]["unavailability"]["mean"].clone();
        (missed, ran.err.contains("`zonefall drill --on"))
    };
    let (disabled, points) = missed("s");
    assert!(points);
    let (_, shutdown) = ROWS.split_at(ROWS.rfind("[[script]]").unwrap());
    desk.put("on.toml", scaling(true, shutdown).replace(HYPOTHESIS, ""));
    let (with, points) = missed("on");
    assert!(!points && with.as_f64().unwrap() < disabled.as_f64().unwrap() / 2.0, "{with} {disabled}");
}

#[test]
fn ch_07_a_script_of_its_own_ends_by_what_was_judged_or_says_what_it_lacks() {
    let rows = |rows: &str| scaling(false, rows).replace("700", "500");
    let zone = "[[script]]\nat = \"40 min\"\nfor = \"10 min\"\nmembers = [\"eastus/1\"]\n";
    let desk = Desk::with(&rows(zone));
    let call = "drill --on s.toml --trials 2";
    // It begins with its first row, not where [drill] says.
    let ran = desk.run(call).ends(0).says(&["It begins 40.0 min into the trial", "comes back as a whole"]);
    assert!(!ran.out.contains("A shutdown is no zone outage"), "{ran}");
    let of_a_set = "members = [\"web/eastus/3/0\"]";
    desk.put("s.toml", rows(&zone.replace("members = [\"eastus/1\"]", of_a_set)));
    assert!(!desk.run(call).ends(0).out.contains("comes back as a whole"));
    for (text, why) in [
        (rows(""), "the scenario has no `[[script]]`"),
        (rows(&zone.replace("for = \"10 min\"\n", "")), "script[1] has no end"),
        (
            scaling(true, &ROWS[..ROWS.rfind("[[script]]").unwrap()].replace("for = \"1 h\"\n", "")),
            "no row of the script",
        ),
    ] {
        desk.put("s.toml", text);
        desk.run(call).ends(3).complains(&[why]);
    }
    desk.put("s.toml", rows(zone));
    desk.run(&format!("{call} --target a=web")).ends(2).complains(&["--target goes with an experiment"]);
}

#[test]
fn ch_07_an_outage_is_richer_than_the_shutdown() {
    let desk = Desk::with(&scaling(false, "").replace("700", "500").replace("\"none\"", "\"azure-like-v0\""));
    desk.put("e.json", template(false, ""));
    let call = "drill e.json --on s.toml --trials 20";
    let shutdown = desk.run(call).ends(0);
    assert!(shutdown.out.contains("the region's control plane may be out too"), "{shutdown}");
    let words = [
        "As an outage · like mode `datacenter` of azure-like-v0: all racks of the zone go dark",
        "(IN-02)",
        "(ZN-08)",
        "(IN-04)",
        "(IN-07)",
        "zone outage of everything in eastus/1",
    ];
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let outage = desk.run(&format!("{call} --as-outage"));
    words.iter().for_each(|word| assert!(flat(&outage.out).contains(word), "{word}: {outage}"));
    assert!(!outage.out.contains("A shutdown is no zone outage"), "{outage}");
    // The same without such a profile: the default one's mode.
    desk.put("s.toml", scaling(false, "").replace("700", "500"));
    let other = desk.run(&format!("{call} --as-outage"));
    let says = " (the scenario's profile loses no zone)";
    assert!(flat(&other.out).contains(says) && flat(&outage.out) == flat(&other.out).replace(says, ""), "{other}");
    // What the scenario's mode does not say is told.
    let plain =
        "[faults.mode.blackout]\nscope = \"zone\"\nrate = \"1 per zone-year\"\noutage = \"1 h\"\nrecovery = \"boot\"\n";
    desk.put("s.toml", scaling(false, plain));
    let plain = desk.run(&format!("{call} --as-outage"));
    let says = "like mode `blackout` of none: all racks of the zone go dark; it says nothing of racks that come back late \
                (IN-02), restarts one by one (ZN-08)";
    assert!(flat(&plain.out).contains(says), "{plain}");
}

#[test]
fn ch_07_in_an_outage_machines_come_back_one_by_one_and_some_of_them_late() {
    let mut text = scaling(false, "").replace("700", "850").replace("watch = \"1 h\"", "watch = \"4 h\"");
    text = text.replace("may_miss = \"20 min\"", "may_miss = \"1 h\"");
    let desk = Desk::with(&text.replace("recover_within = \"5 min\"", "recover_within = \"2 min\""));
    desk.put("e.json", template(false, ""));
    let after = |asked: &str, ends: i32| {
        let of = told(&desk, &format!("drill e.json --on s.toml --trials 20 {asked}"), ends);
        (of["judged"]["recovers_ms"].as_u64().unwrap() as f64 / 60_000.0, of["passed"].as_u64().unwrap())
    };
    // All at once, against the last of three by U(2, 15) min, of racks of which one in five is late by up to two hours more.
    let (shutdown, outage) = (after("", 0), after("--as-outage", 4));
    assert!(shutdown.0 < 2.0 && shutdown.1 == 20, "{shutdown:?}");
    assert!(outage.0 > 10.0 && outage.1 == 0, "{outage:?}");
    // In its own form, too.
    let zone = "[[script]]\nat = \"31 min\"\nfor = \"59 min\"\nmembers = [\"eastus/1\"]\n";
    desk.put("own.toml", std::fs::read_to_string(desk.path("s.toml")).unwrap() + zone);
    let own = told(&desk, "drill --on own.toml --trials 20 --as-outage", 4);
    let experiment = told(&desk, "drill e.json --on s.toml --trials 20 --as-outage", 4);
    assert_eq!(
        (&own["passed"], &own["struck"]),
        (&experiment["passed"], &serde_json::json!(["zone outage of eastus/1 from 31 min for 59 min"]))
    );
}

#[test]
fn in_04_in_07_a_script_takes_a_control_plane_and_the_capacity_of_zones() {
    // Autoscale wants more machines when a zone is lost, and gets none.
    let zone = "[[script]]\nat = \"31 min\"\nfor = \"59 min\"\nmembers = [\"eastus/1\"]\n";
    let more = |members: &str, effect: &str| {
        let row = "[[script]]\nat = \"30 min\"\nfor = \"1 h\"\nmembers = [\"";
        scaling(true, &format!("{zone}{row}{members}\"]\neffect = \"{effect}\"\n"))
    };
    let desk = Desk::with(&scaling(true, zone));
    let call = "drill --on s.toml --trials 3";
    desk.run(call).ends(0);
    for (members, effect, struck) in [
        ("eastus", "control-plane", "script of the control plane of eastus from 30 min for 1 h"),
        (
            "eastus",
            "allocation",
            "script of the capacity of eastus/1, the capacity of eastus/2, the capacity of eastus/3",
        ),
    ] {
        desk.put("s.toml", more(members, effect));
        let ran = desk.run(call).ends(4);
        assert!(ran.out.split_whitespace().collect::<Vec<_>>().join(" ").contains(struck), "{ran}");
    }
}

#[test]
fn a_script_takes_a_component_that_fails_by_itself() {
    let text = |rows: &str| {
        format!(
            "name = \"parts\"\nhorizon = \"1 day\"\ntrials = 2\n[slo]\nholds = \"all\"\n{HYPOTHESIS}[region.eastus]\n\
             [scale_set.web]\ncapacity = 3\n[component.db]\nkind = \"database\"\navailability = \"99%\"\noutage = \"1 h\"\n\
             [part]\nweb = {{ sets = [\"web\"], min_serving = 1 }}\nall = {{ all = [\"web\", \"db\"] }}\n{rows}"
        )
    };
    let row = "[[script]]\nat = \"1 h\"\nfor = \"21 min\"\nmembers = [\"db\"]\n";
    let desk = Desk::with(&text(row));
    let of = told(&desk, "drill --on s.toml --trials 2", 4);
    assert_eq!(
        (&of["struck"][0], &of["judged"]["during_ms"]),
        (&"script of db from 1 h for 21 min".into(), &(21 * 60_000).into())
    );
    desk.put("s.toml", text(&row.replace("21 min", "20 min")));
    desk.run("drill --on s.toml --trials 2").ends(0);
}

/// A lost zone is too much for six at 700 req/s and nothing for eighteen; a third design stands in that zone alone.
fn three(more: &str) -> Desk {
    let zone = "[[script]]\nat = \"40 min\"\nfor = \"30 min\"\nmembers = [\"eastus/1\"]\n";
    let designs = "[[design]]\nname = \"nine\"\n[[design]]\nname = \"many\"\nscale_set.web.capacity = 18\n\
                   [[design]]\nname = \"first zone\"\nscale_set.web.zones = [1]\n";
    Desk::with(&(scaling(false, zone) + designs + more))
}

#[test]
fn ch_07_a_drill_tells_the_worst_trial_of_the_design_that_is_asked_for() {
    let desk = three("");
    let call = "drill --on s.toml --trials 2";
    let other = "Below: the worst trial of nine. With `--design NAME` that of another: many, first zone.";
    let out = desk.run(call).ends(4).says(&[other]).out.clone();
    assert!(out.contains(" of nine, seed"), "{out}");
    let asked =
        desk.run(&format!("{call} --design many")).ends(4).says(&["Below: the worst trial of many."]).out.clone();
    assert!(asked.contains(" of many, seed") && !asked.contains(" of nine, seed"), "{asked}");
    desk.run(&format!("{call} --design man")).ends(2).complains(&["there is no design `man`; did you mean `many`?"]);
    // So do reports, and their command.
    desk.run(&format!("{call} --design many --report md --out r")).ends(4);
    let md = desk.read("r/report.md");
    assert!(md.contains("Below: the worst trial of many") && md.contains("--design many --trials 2"), "{md}");
    // One design is all there is to see.
    let alone = desk.read("s.toml");
    desk.put("s.toml", alone.split("[[design]]").next().unwrap());
    assert!(!desk.run(call).ends(4).out.contains("--design"));
}

#[test]
fn ch_07_the_table_of_a_drill_says_which_part_of_the_hypothesis_fails() {
    let desk = three("");
    let told: Value =
        serde_json::from_str(&desk.run("drill --on s.toml --trials 2 --format json").ends(4).out).unwrap();
    let failed =
        |at: usize| ["before", "during", "after"].map(|part| told["designs"][at]["failed_by"][part].as_u64().unwrap());
    assert_eq!((failed(0), failed(1), failed(2)), ([0, 2, 0], [0, 0, 0], [0, 2, 0]), "{told}");
    let out = desk.run("drill --on s.toml --trials 2").ends(4).out;
    let row = out.lines().find(|line| line.contains("nine") && line.contains("fails")).unwrap();
    assert!(row.contains("0 of 2") && row.contains("during (2)"), "{row}");
    // Too much is asked at all times: before and after, too.
    desk.put("s.toml", desk.read("s.toml").replace("700 req/s", "1000 req/s"));
    let out = desk.run("drill --on s.toml --trials 2").ends(4).out;
    for part in ["before (2),", "during (2),", "after (2)"] {
        assert!(out.contains(part), "{out}");
    }
}

#[test]
fn a_report_in_markdown_points_to_pictures_that_are_there_or_says_how_to_get_them() {
    let desk = three("");
    let md = |kinds: &str| {
        desk.run(&format!("drill --on s.toml --trials 2 --report {kinds} --out {kinds}")).ends(4);
        desk.read(&format!("{kinds}/report.md"))
    };
    let (alone, both) = (md("md"), md("md,html"));
    assert!(!alone.contains("report.html") && alone.contains("Pictures of these trials: `--report html`."), "{alone}");
    assert!(both.contains("Pictures of these trials stand in report.html beside this."), "{both}");
    assert!(desk.read("md,html/report.html").contains("In the pictures: the longest outage of the trial"));
}
