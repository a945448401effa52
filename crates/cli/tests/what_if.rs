//! `--what-if`: a scenario changed from the command line, checked like the file itself.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::{BASE, Desk, STRESS, json};

#[test]
fn a_change_gives_what_the_changed_file_gives() {
    let desk = Desk::with(STRESS);
    desk.put("t.toml", STRESS.replace("min_serving = 6", "min_serving = 7").replace("capacity = 8", "capacity = 10"));
    desk.run("run s.toml --what-if slo.min_serving=7 --what-if design.eight.scale_set.web.capacity=10 --out a").ends(0);
    desk.run("run t.toml --out b").ends(0);
    assert_eq!(desk.read("a/designs.csv"), desk.read("b/designs.csv"));
    let (changed, plain) = (json(&desk.path("a/summary.json")), json(&desk.path("b/summary.json")));
    assert_eq!(changed["study"], "stress, if slo.min_serving=7, design.eight.scale_set.web.capacity=10");
    assert_ne!(changed["scenario_hash"], plain["scenario_hash"]);
    assert_eq!(changed["designs"], plain["designs"]);
}

#[test]
fn values_are_toml_or_bare_texts_and_may_make_new_tables() {
    let desk = Desk::with(BASE);
    for change in [
        "slo.target=99.9%",
        "slo.target=\"99.9%\"",
        "slo.target=0.999",
        "slo.target = 0.999",
        "scale_set.web.zones=[1,2]",
        "load_balancer.probe_interval=10 s",
        "scale_set.\"web\".boot={law=\"exponential\",mean=\"5 min\"}",
        "faults.mode.rack-failure.rate=1 per rack-year",
        "scale_set.second={capacity=3}",
        "slo.min_serving=5",
        "horizon={until=\"first miss\",at_most=\"1 year\"}",
    ] {
        kit::ran(&mut desk.command(["check", "s.toml", "--what-if", change])).ends(0);
    }
    // One objective takes the other's place; a set goes as in a design.
    let demand = ["check", "s.toml", "--what-if", "slo.min_served=90%", "--what-if", "demand.requests=100 req/s"];
    let ran = kit::ran(&mut desk.command(demand));
    assert!(!ran.err.contains("E013"), "{ran}");
    let ran = desk.run("check s.toml --what-if scale_set.b={capacity=3} --what-if scale_set.web=false").ends(0);
    assert!(ran.out.contains("b 1 in") || ran.out.contains("b 3 in"), "{ran}");
}

#[test]
fn a_sweep_goes_over_the_threshold_of_one_rule() {
    let rule = |operator: &str, threshold: u32, action: &str| {
        format!(
            "[[scale_set.web.autoscale.rule]]\nmetric = \"cpu\"\noperator = \"{operator}\"\nthreshold = {threshold}\n{action} = 1\n"
        )
    };
    let (out, back) = (rule(">", 70, "increase"), rule("<", 20, "decrease"));
    let text = format!(
        "name = \"scaled\"\nhorizon = \"20 days\"\nseed = 3\n[slo]\nmin_served = \"99%\"\n[region.east]\n[demand]\nrate = \"390 req/s\"\n\
         [scale_set.web]\nzones = [1, 2, 3]\ncapacity = 6\ncapacity_per_instance = \"100 req/s\"\n\
         [scale_set.web.autoscale]\nminimum = 3\nmaximum = 12\n{out}{back}"
    );
    let desk = Desk::with(&text);
    let ran = desk
        .run("sweep s.toml --vary scale_set.web.autoscale.rule[0].threshold=60,80 --trials 40 --format json")
        .ends(0);
    let sweep: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(sweep["keys"][0], "scale_set.web.autoscale.rule[0].threshold");
    // Each point is what the changed file gives.
    for (at, threshold) in ["60", "80"].iter().enumerate() {
        desk.put("t.toml", text.replace("threshold = 70", &format!("threshold = {threshold}")));
        desk.run(&format!("run t.toml --trials 40 --out r{threshold}")).ends(0);
        let plain = json(&desk.path(&format!("r{threshold}/summary.json")));
        let point = sweep["points"][at]["outcome"]["designs"][0]["unavailability"].clone();
        assert!(
            !point.is_null() && point == plain["designs"][0]["unavailability"],
            "{point} {}",
            plain["designs"][0]["unavailability"]
        );
    }
    desk.run("check s.toml --what-if scale_set.web.autoscale.rule[7].threshold=60")
        .ends(3)
        .complains(&["`rule` has 2 entries"]);
    desk.run("explain scale_set.web.autoscale.rule[0].threshold").ends(0).says(&["rule[].threshold"]);
}

#[test]
fn a_typo_in_a_name_makes_no_second_thing() {
    let desk = Desk::with(STRESS);
    for (change, words) in [
        ("scale_set.webb.capacity=12", ["no `scale_set.webb` to change", "did you mean `web`?"]),
        ("design.eight.scale_set.webb.capacity=12", ["no `scale_set.webb` to change", "did you mean `web`?"]),
        ("region.eastuss.zones=2", ["no `region.eastuss` to change", "did you mean `eastus`?"]),
        ("part.all.min_serving=2", ["no `part.all` to change", "--what-if"]),
    ] {
        desk.run(&format!("check s.toml --what-if {change}")).ends(3).complains(&words);
    }
    desk.run("sweep s.toml --vary scale_set.webb.capacity=6,8").ends(3).complains(&["did you mean `web`?"]);
}

const PARTS: &str = "\
name = \"parts\"
horizon = \"365 days\"
trials = 20
[slo]
holds = \"all\"
[region.eastus]
[scale_set.web]
zones = [1, 2, 3]
capacity = 9
[component.db]
kind = \"database\"
availability = \"99.99%\"
outage = \"1 h\"
[component.spare]
kind = \"database\"
availability = \"99.9%\"
outage = \"1 h\"
[part.front]
sets = [\"web\"]
min_serving = 6
[part.all]
all = [\"front\", \"db\", \"spare\"]
";

#[test]
fn one_key_takes_the_place_of_another_as_in_a_design() {
    let desk = Desk::with(PARTS);
    desk.run("check s.toml").ends(0);
    for change in [
        "component.db.time_to_failure=500 h",
        "part.all.any=[\"front\", \"db\", \"spare\"]",
        "part.front.min_serving=5",
        "part.front.sets=[\"web\"]",
    ] {
        kit::ran(&mut desk.command(["check", "s.toml", "--what-if", change])).ends(0);
        // A design says the same.
        let (path, value) = change.split_once('=').unwrap();
        let value =
            if value.starts_with(['[', '5']) && !value.ends_with('h') { value.into() } else { format!("\"{value}\"") };
        desk.put("d.toml", format!("{PARTS}[[design]]\nname = \"other\"\n{path} = {value}\n"));
        desk.run("check d.toml").ends(0);
    }
    desk.put(
        "p.toml",
        BASE.replace("[region", "[demand]\nrate = \"90 req/s\"\n[service]\nparallelism = 4\n[region")
            .replace("capacity = 9", "capacity = 9\ncapacity_per_instance = \"50 req/s\""),
    );
    desk.run("check p.toml").ends(0);
    kit::ran(&mut desk.command(["check", "p.toml", "--what-if", "slo.p95_latency=2 s"])).ends(0);
    // Two that are asked for together are two.
    let both = ["check", "p.toml", "--what-if", "slo.p95_latency=2 s", "--what-if", "slo.min_serving=5"];
    kit::ran(&mut desk.command(both)).ends(3).complains(&["E013", "keep one"]);
    let listed = format!("{PARTS}[[change]]\nset = \"web\"\nat = \"1 d\"\ncapacity = 8\n");
    desk.put("l.toml", listed);
    let told = kit::ran(&mut desk.command(["check", "l.toml", "--what-if", "change.at=2 d"])).ends(3);
    told.complains(&["E080", "`change.1.…`"]);
}

#[test]
fn every_mistake_names_the_change_with_its_place() {
    let desk = Desk::with(STRESS);
    let changes = [
        ("slo.target", "E080", "--what-if:1:1"),
        ("=3", "E080", "--what-if:1:1"),
        ("slo..target=3", "E080", "--what-if:1:1"),
        ("slo.targett=99%", "E010", "--what-if:1:5"),
        ("scale_set.web.capacity=many", "E012", "--what-if:1:24"),
        ("scale_set.web.capacity=-1", "E020", "--what-if:1:24"),
        ("design.zonall.scale_set.web.capacity=3", "E080", "--what-if:1:8"),
        ("design.zonal=3", "E080", "--what-if:1:8"),
        ("design.zonal.seed=3", "E050", "--what-if:1:14"),
        ("region.eastus.racks_per_zone=0", "E020", "--what-if:1:30"),
    ];
    for (change, code, place) in changes {
        let ran = kit::ran(&mut desk.command(["check", "s.toml", "--what-if", change])).ends(3);
        ran.complains(&[code, place]);
    }
    let all = desk.run("run s.toml --what-if slo.targett=1 --what-if seed=x --what-if seed=4").ends(3);
    all.complains(&["--what-if:1:5", "--what-if:2:6", "did you mean `target`?", "`seed` is changed twice"]);
    desk.run("check s.toml --what-if design.zonall.slo.min_serving=3").ends(3).complains(&["did you mean `zonal`?"]);
    let hostile = "\u{202e}\0\n=\u{7f}".replace('\0', "");
    kit::ran(&mut desk.command(["check", "s.toml", "--what-if", &hostile])).ends(3).complains(&["E0"]);
    assert!(desk.lacks("results"));
}

#[test]
fn a_design_that_says_the_key_itself_keeps_it_and_that_is_told() {
    let desk = Desk::with(STRESS);
    let ran = desk.run("check s.toml --what-if scale_set.web.capacity=12").ends(0);
    ran.complains(&[
        "W017",
        "the design `eight` says its own",
        "--what-if:1:1",
        "design.eight.scale_set.web.capacity=…",
    ]);
}

/// One at a time the first point changes nothing, so another one tells it.
#[test]
fn a_sweep_of_what_a_design_turns_off_is_told() {
    let text = STRESS.replace("min_serving = 6", "min_served = \"50%\"");
    let text = format!("{text}[[design]]\nname = \"untried\"\nretry = false\n");
    let desk =
        Desk::with(&text.replacen("[region", "[demand]\nrate = \"100 req/s\"\n[retry]\nwasted_work = 0\n[region", 1));
    for (vary, at) in
        [("--vary retry.tries=1,2", "at the first point"), ("--vary retry.tries=1,2 --one-at-a-time", "at point 2")]
    {
        let told = desk.run(&format!("sweep s.toml {vary} --trials 10")).ends(0);
        told.complains(&[at, "W017", "the design `untried` does without `retry`"]);
    }
}

#[test]
fn partial_results_of_a_changed_scenario_belong_to_it_alone() {
    let desk = Desk::with(STRESS);
    let change = "--what-if slo.min_serving=7";
    desk.run(&format!("run s.toml {change} --partial p")).ends(0);
    desk.run("merge s.toml p").ends(3);
    desk.run(&format!("merge s.toml p {change}")).ends(0);
    desk.run(&format!("run s.toml {change} --out whole")).ends(0);
    assert_eq!(desk.digest("results/s-what-if-min_serving-7-090a34e8"), desk.digest("whole"));
}
