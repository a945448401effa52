//! What the commands do when all is well: help, templates, formats, files, and the same bits every time.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::{BASE, Desk, STRESS, Table, ran};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::{Command, Stdio};

// Words.

#[test]
fn help_and_version() {
    let desk = Desk::new();
    let commands = ["run", "merge", "check", "verify", "fit", "trace", "init", "explain", "schema", "completions"];
    for args in ["--help", "-h", "help"] {
        let told = desk.run(args).ends(0).says(&commands).says(&["Exit codes", "--quiet", "--color"]);
        assert!(told.err.is_empty(), "{told}");
    }
    for command in commands {
        let usage = format!("Usage: zonefall {command}");
        desk.run(&format!("{command} --help")).ends(0).says(&[&usage]);
        desk.run(&format!("help {command}")).ends(0).says(&[&usage]);
    }
    desk.run("--version").ends(0).says(&[&format!("zonefall {}\n", env!("CARGO_PKG_VERSION"))]);
    // Without a command it is a question, not an answer.
    desk.run("").ends(2).complains(&["Usage"]);
}

/// Topics are found by words with blanks, by other words of the field, and by the last part of a key.
#[test]
fn topics_are_found_by_the_words_of_the_field() {
    let desk = Desk::new();
    let told = |topic: &str| ran(&mut desk.command(["explain", topic]));
    told("fault domains").ends(0).says(&["scale_set.<name>.fault_domains", "availability_set.<name>.fault_domains"]);
    told("fault domain").ends(0).says(&["scale_set.<name>.fault_domains"]);
    told("availability zone").ends(0).says(&["scale_set.<name>.zones"]);
    told("capcity").ends(2).complains(&["perhaps: capacity"]);
    let told = told("runbook").ends(0);
    assert!(told.out.contains("Without it nobody does anything, but for the operator of a `[[release]]`"), "{told}");
}

/// What is only seen once the scenario is read is a mistake of the command line all the same; so is half a range.
#[test]
fn usage_that_the_scenario_decides_ends_with_2() {
    let desk =
        Desk::with(&format!("{BASE}[plan]\n[[plan.choice]]\nkey = \"scale_set.web.capacity\"\nvalues = \"8 to 10\"\n"));
    desk.run("plan s.toml --trials 64").ends(2).complains(&["after 128 trials first"]);
    desk.run("compare s.toml").ends(2).complains(&["a comparison needs two designs"]);
    let mut half = desk.command(["sweep", "s.toml", "--vary", "scale_set.web.capacity=6 to"]);
    ran(&mut half).ends(2).complains(&["a range is written `5 to 7`"]);
}

/// Whoever writes CSV writes it for spreadsheets of half of Europe, too.
#[test]
fn every_csv_has_semicolons_and_decimal_commas_on_demand() {
    let plan = "[plan]\n[[plan.choice]]\nkey = \"scale_set.web.capacity\"\nvalues = \"8 to 10\"\n";
    let designs = "[[design]]\nname = \"a\"\n[[design]]\nname = \"b\"\nscale_set.web.capacity = 10\n";
    let desk = Desk::with(&format!("{BASE}{designs}"));
    desk.put("p.toml", format!("{BASE}{plan}"));
    for command in [
        "plan p.toml --trials 256",
        "compare s.toml --trials 100",
        "trace s.toml --trial 1 --all",
        "importance s.toml --trials 100",
    ] {
        let told = desk.run(&format!("{command} --format csv --csv-locale eu -q")).ends(0);
        let head = told.out.lines().next().unwrap_or_default();
        assert!(head.contains(';') && !head.contains(','), "{told}");
    }
    let vary = ["sweep", "s.toml", "--vary", "slo.target=99.95%, 99.9%", "--trials", "100", "-q", "--csv-locale", "eu"];
    let told = ran(desk.command(vary).args(["--format", "csv"])).ends(0);
    assert!(told.out.contains("99,95%;") || told.out.contains("99,95 %;"), "{told}");
    desk.run("run s.toml --trials 100 --out r --csv-locale eu -q").ends(0);
    let target = desk.read("r/designs.csv");
    assert!(target.contains(";99,9%;") || target.contains(";99,95%;") || target.contains(";99,99%;"), "{target}");
}

#[test]
fn help_keeps_to_the_width_of_the_terminal() {
    let desk = Desk::new();
    for command in ["", "run"] {
        let told = ran(desk.command([command, "--help"].iter().filter(|arg| !arg.is_empty())).env("COLUMNS", "80"));
        let long = told.out.lines().find(|line| line.chars().count() > 100);
        assert_eq!(long, None);
    }
}

fn topics(desk: &Desk) -> Vec<String> {
    desk.run("explain topics").ends(0).out.lines().map(str::to_owned).collect()
}

#[test]
fn explain_alone_fits_a_screen_and_all_that_it_names_can_be_explained() {
    let desk = Desk::new();
    let told = desk.run("explain").ends(0).out;
    assert!(told.lines().count() <= 40, "{told}");
    assert!(told.lines().all(|line| line.chars().count() <= 100), "{told}");
    for topic in [
        "keys",
        "scale_set.capacity",
        "slo.target",
        "slo",
        "demand",
        "failover",
        "runbook",
        "retry",
        "plan",
        "drill",
        "profile",
        "rack-failure",
        "zone-network",
        "codes",
        "E010",
        "W003",
        "exit-codes",
        "verify",
        "checkpoint",
        "fit",
        "availability",
        "downtime_min_per_month",
        "causes",
        "quota",
        "overload",
        "plan.csv",
        "sla",
        "rules",
        "ZN-05",
        "LB-02",
        "not-modelled",
        "topics",
    ] {
        assert!(told.contains(topic), "{topic}");
        ran(&mut desk.command(["explain", topic])).ends(0);
    }
}

#[test]
fn every_topic_can_be_explained() {
    let desk = Desk::new();
    let topics: BTreeSet<String> = topics(&desk).into_iter().collect();
    assert!(topics.len() > 200, "{}", topics.len());
    for topic in [
        "scale_set.capacity",
        "slo.target",
        "rack-failure",
        "E001",
        "W001",
        "checkpoint",
        "exit-codes",
        "not-modelled",
        "availability",
    ] {
        assert!(topics.contains(topic), "{topic}");
    }
    for topic in &topics {
        let told = ran(&mut desk.command(["explain", topic])).ends(0);
        assert!(told.out.trim().len() > 20 && told.err.is_empty(), "{told}");
    }
}

#[test]
fn a_rule_can_be_explained_by_its_id() {
    let desk = Desk::new();
    desk.run("explain ZB-05").ends(0).says(&["ZB-05: ", "standing    modelled", "source ", "confidence  documented"]);
    desk.run("explain cv-9").ends(0).says(&["CV-09: ", "standing    out of the model", "reason "]);
    desk.run("explain rules").ends(0).says(&["Zone balance", "ZB-05", "V-36", "C-23"]);
}

#[test]
fn an_operation_is_found_as_tables_show_it() {
    let desk = Desk::new();
    for (shown, name) in [("machines upgraded", "machines_upgraded"), ("gateway short", "gateway_short_h")] {
        let told = ran(&mut desk.command(["explain", shown])).ends(0);
        assert_eq!(told.out, desk.run(&format!("explain {name}")).ends(0).out);
    }
}

#[test]
fn a_topic_is_listed_once() {
    let mut seen = BTreeSet::new();
    let twice: Vec<String> = topics(&Desk::new()).into_iter().filter(|topic| !seen.insert(topic.clone())).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// Words of results that readers look up.
#[test]
fn what_results_name_is_explained() {
    let desk = Desk::new();
    let told = |topic: &str| ran(&mut desk.command(["explain", topic])).ends(0);
    told("datacenter (two zones)").says(&["take a second zone", "per zone-year"]);
    told("elasticity").says(&["importance.csv: elasticity"]);
    told("plan.csv").says(&["plan.csv: role", "runner_up"]);
    told("importance.csv").says(&["spared_if_never"]);
    told("fails").says(&["In a drill", "does not in one"]);
    told("fails (trials)").says(&["In a drill", "before, during or after"]);
    for word in ["passes", "not judged", "typical", "during: worst", "well again after", "fewest serving", "hypothesis"]
    {
        told(word).says(&["In a drill"]);
    }
    for word in [
        "meets",
        "misses",
        "not resolved",
        "resolved",
        "tie",
        "ties",
        "runner up",
        "frontier",
        "not told apart",
        "gate",
    ] {
        told(word);
    }
    told("exact")
        .says(&["nothing that is drawn by chance can reach the design", "In `verify` it is the answer without a draw"]);
    told("metastable").says(&["retries alone keep it up", "metastable_h"]);
    told("retry").says(&["so that nobody is served", "with the router `global-load-balancer`", "With Front Door"]);
}

#[test]
fn habits_of_csv_are_refused_where_none_is_written() {
    let desk = Desk::with(BASE);
    for args in [
        "sweep s.toml --vary scale_set.web.capacity=6,9",
        "compare s.toml s.toml",
        "importance s.toml",
        "trace s.toml --trial 0",
        "trace s.toml --trial 0 --format json",
    ] {
        desk.run(&format!("{args} --csv-locale eu")).ends(2).complains(&["--csv-locale", "--csv FILE", "--format csv"]);
    }
    desk.run("run s.toml --partial p --csv-locale eu").ends(2).complains(&["--csv-locale", "--partial"]);
    desk.run("trace s.toml --trial 0 --faults f.csv --csv-locale eu").ends(2).complains(&["--csv-locale", "--faults"]);
    desk.run("trace s.toml --trial 0 --format csv --csv-locale eu").ends(0);
}

#[test]
fn numbers_below_nothing_are_told_what_a_seed_and_trials_may_be() {
    let desk = Desk::with(BASE);
    for command in
        ["run s.toml", "trace s.toml --trial 0", "verify", "sweep s.toml --vary trials=1", "drill --on s.toml"]
    {
        for wrong in ["-1", "x", "18446744073709551616"] {
            let told = desk.run(&format!("{command} --seed {wrong}")).ends(2);
            told.complains(&["a seed is a whole number from 0 to 18446744073709551615"]);
        }
    }
    desk.run("run s.toml --trials -1").ends(2).complains(&["this is no whole number"]);
}

/// What does not go with a scenario is a matter of usage; what the scenario or another input lacks is not.
#[test]
fn commands_that_do_not_go_with_a_scenario_are_usage_errors() {
    let desk = Desk::with(&format!("{}[[script]]\nat = \"1 h\"\nmembers = [\"eastus\"]\nfor = \"1 h\"\n", BASE));
    desk.run("verify s.toml").ends(2).complains(&["recorded or scripted"]);
    desk.run("trace s.toml --trial 0 --faults f.csv").ends(2).complains(&["does not draw"]);
}

#[test]
fn unknown_topics_are_usage_errors() {
    let desk = Desk::new();
    desk.run("explain nonsense").ends(2).complains(&["nonsense", "zonefall explain"]);
    desk.run("explain ZB-99").ends(2).complains(&["ZB-99", "perhaps: ZB-"]);
    desk.run("explain capaci").ends(2).complains(&["perhaps", "scale_set.capacity"]);
    ran(&mut desk.command(["explain", ""])).ends(2);
}

#[test]
fn misspelt_topics_are_offered_the_nearest() {
    let desk = Desk::new();
    for (wrong, right) in [
        ("scale_set.capacitty", "scale_set.capacity"),
        ("rack-failur3", "rack-failure"),
        ("slo.tarjet", "slo.target"),
        ("hypotesis", "hypothesis"),
        ("frontiers", "frontier"),
    ] {
        desk.run(&format!("explain {wrong}")).ends(2).complains(&[right]);
    }
}

#[test]
fn the_schema_is_a_schema() {
    let schema: Value = serde_json::from_str(&Desk::new().run("schema").ends(0).out).unwrap();
    assert!(schema["$schema"].as_str().unwrap().contains("json-schema.org"), "{}", schema["$schema"]);
    let keys = &schema["properties"];
    for key in ["name", "horizon", "trials", "seed", "slo", "region", "scale_set", "load_balancer", "faults", "design"]
    {
        assert!(keys.get(key).is_some(), "{key}");
    }
}

#[test]
fn completions_for_every_shell() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        desk.run(&format!("completions {shell}")).ends(0).says(&["zonefall", "csv-locale", "explain"]);
    }
    let script = desk.put("zonefall.bash", desk.run("completions bash").out);
    match Command::new("bash").arg("-n").arg(&script).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => println!("skipped: no bash here"),
    }
}

// Templates.

#[test]
fn every_template_runs() {
    let desk = Desk::new();
    let names = desk.run("init --template list").ends(0).out;
    assert!(names.lines().count() >= 5, "{names}");
    for name in names.lines() {
        let told = desk.run(&format!("init {name}.toml --template {name}")).ends(0);
        assert!(told.out.is_empty() && told.err.contains(&format!("{name}.toml")), "{told}");
        assert_eq!(desk.read(&format!("{name}.toml")), desk.run(&format!("init --template {name}")).ends(0).out);
        desk.run(&format!("check {name}.toml")).ends(0).says(&["fine"]);
        desk.run(&format!("run {name}.toml --trials 50 --out {name}")).ends(0).says(&["Objective"]);
        desk.digest(name);
    }
}

#[test]
fn init_never_replaces_a_file() {
    let desk = Desk::new();
    desk.put("mine.toml", "mine");
    desk.run("init mine.toml").ends(1).complains(&["mine.toml", "exists"]);
    desk.run("init mine.toml --template minimal").ends(1);
    assert_eq!(desk.read("mine.toml"), "mine");
    desk.run("init mine.toml --template nonsense").ends(2).complains(&["nonsense", "minimal"]);
    desk.run("init nowhere/x.toml").ends(1).complains(&["nowhere"]);
}

/// `init` says what to do next, and that works as it stands.
#[test]
fn what_init_proposes_works() {
    let desk = Desk::new();
    let told = desk.run("init s.toml --template minimal").ends(0);
    let next = told.err.split("zonefall ").nth(1).unwrap_or_else(|| panic!("{told}")).trim().to_owned();
    desk.run(&format!("{next} --trials 20")).ends(0);
    desk.digest("results/s");
}

// Scenarios that come with the program.

#[test]
fn the_scenarios_check_and_run() {
    let desk = Desk::new();
    for name in kit::scenarios(&desk) {
        let path = format!("scenarios/{name}.toml");
        desk.run(&format!("check {path}")).ends(0).says(&["fine"]);
        desk.run(&format!("run {path} --trials 30 --out {name}")).ends(0);
        desk.digest(&name);
    }
}

// Formats.

#[test]
fn check_speaks_json() {
    let desk = Desk::with(STRESS);
    let told = desk.run("check s.toml --format json").ends(0);
    let said: Value = serde_json::from_str(&told.out).unwrap_or_else(|why| panic!("{why}: {told}"));
    assert_eq!(said["schema"], "zonefall-check/2");
    assert_eq!((&said["seed"], &said["trials"]), (&7.into(), &18.into()));
    let designs = said["designs"].as_array().unwrap();
    // In words what summary.json calls so, too, and once more by the keys that ask for it.
    let first = &designs[0];
    assert_eq!((&first["need"], &first["needs"]), (&"at least 6 serving".into(), &Value::Null));
    assert_eq!(first["need_by_key"], serde_json::json!({ "min_serving": 6 }));
    assert_eq!(
        designs.iter().map(|design| design["design"].as_str().unwrap()).collect::<Vec<_>>(),
        ["zonal", "regional", "spanning", "eight"]
    );
    let three = &designs[2]["machines_by_zone"]["web"];
    assert_eq!((&three["eastus/1"], &three["eastus/2"], &three["eastus/3"]), (&3.into(), &3.into(), &3.into()));
    assert_eq!(designs[2]["machines_after_losing_the_largest_zone"], 6);
    assert_eq!(designs[3]["machines_after_losing_the_largest_zone"], 5);
    assert!(desk.lacks("results"), "check writes nothing");
    desk.run("check s.toml -q --format json").ends(0).says(&["zonefall-check/2"]);
}

/// The work is told from a trial that is played: autoscale asks for far more of it than strikes do.
#[test]
fn check_knows_that_autoscaled_fleets_take_long() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let said = |call: &str| {
        let told = desk.run(&format!("check scenarios/{call} --quiet")).ends(0).out;
        told.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let seconds = |call: &str| -> f64 {
        let told = said(call);
        let words = told.rsplit_once(", some ").and_then(|(_, rest)| rest.split_once(" s on one core"));
        words.unwrap_or_else(|| panic!("{told}")).0.parse().unwrap()
    };
    assert!(seconds("launch-night.toml") > 10.0 && seconds("zonal-or-spanning.toml") < 5.0);
    // The looks at what is assumed count: as many trials again in two looks of 5,000.
    let [with, without] = ["", " --what-if assumptions=false"].map(|off| format!("two-regions.toml{off}"));
    let words = "Work 20,000 trials × 6 designs, about 49 strikes a trial";
    assert!(said(&with).contains(&format!("{words}, and 20,000 trials of looks at what is assumed, some ")));
    assert!(said(&without).contains(&format!("{words}, some ")));
    let [with, without] = [with, without].map(|call| seconds(&call));
    assert!((1.8..2.2).contains(&(with / without)), "{with} {without}");
    let again = "on one core; living through missed trials again without each cause comes on top";
    assert!(said("two-regions.toml").contains(again));
    let first = STRESS.replace("\"200 days\"", "{ until = \"first miss\", at_most = \"200 days\" }");
    desk.put("first.toml", first);
    let told = desk.run("check first.toml -q").ends(0).says(&["on one core"]);
    assert!(!told.out.contains("comes on top") && !told.out.contains("looks"), "{told}");
}

/// What `check` shows is not CSV, so it must not say that it is.
/// A script is played and nothing of the profile is drawn: neither `check` nor a report lists its rates.
#[test]
fn scripts_have_work_and_no_rates() {
    let desk = Desk::with(&format!("{BASE}[[script]]\nat = \"1 h\"\nfor = \"2 h\"\nmembers = [\"eastus/1\"]\n"));
    let told = desk
        .run("check s.toml")
        .ends(0)
        .says(&["Work       100 trials × 1 design, 1 scripted fault a trial", "as the script says"]);
    assert!(!told.out.contains("min a year"), "{told}");
    desk.run("run s.toml --trials 20 --report md,html --out r").ends(0);
    for name in ["r/report.md", "r/report.html"] {
        let text = desk.read(name);
        assert!(!text.contains("What it rests on") && !text.contains("per rack-year"), "{name}");
    }
    kit::scenarios(&desk);
    desk.run("check scenarios/maintenance-and-a-zone-down.toml").ends(0).says(&["Work       5,000 trials × 5 designs"]);
    // What a script begins of the maintenance is known by its lengths, not by how often it comes.
    desk.run("run scenarios/maintenance-and-a-zone-down.toml --trials 20 --report md --out m").ends(0);
    let text = desk.read("m/report.md");
    assert!(
        text.contains("| maintenance-reboot |") && !text.contains("host-hard-failure") && !text.contains("| rate |")
    );
    desk.run("check scenarios/real-incidents-replay.toml").ends(0).says(&["Work       what is recorded"]);
}

#[test]
fn check_does_not_pretend_to_speak_csv() {
    let told = Desk::with(BASE).run("check s.toml --format csv");
    if told.code == Some(0) {
        let table = Table::read(told.out.as_bytes(), b',');
        assert!(table.columns.len() > 1 && !table.rows.is_empty(), "{told}");
    } else {
        told.ends(2);
    }
}

#[test]
fn json_is_the_summary() {
    let desk = Desk::with(STRESS);
    let told = desk.run("run s.toml --format json --out r").ends(0);
    let said: Value = serde_json::from_str(&told.out).unwrap_or_else(|why| panic!("{why}: {told}"));
    assert_eq!(said, kit::json(&desk.path("r/summary.json")));
    assert_eq!(told.out.trim_end(), desk.read("r/summary.json").trim_end());
    assert_eq!((said["partial"].as_bool(), said["trials"].as_u64()), (Some(false), Some(18)));
    assert!(told.err.lines().all(|line| line.contains("hint")), "{told}");
}

#[test]
fn csv_is_the_table_of_designs() {
    let desk = Desk::with(STRESS);
    let told = desk.run("run s.toml --format csv --out r").ends(0);
    assert_eq!(told.out, desk.read("r/designs.csv"));
    let table = Table::read(told.out.as_bytes(), b',');
    assert_eq!(table.columns[0], "design");
    assert_eq!(table.column("design"), ["zonal", "regional", "spanning", "eight"]);
    assert_eq!(table.column("machines"), ["9", "9", "9", "8"]);
}

#[test]
fn quiet_says_nothing_aside() {
    let desk = Desk::with(STRESS);
    kit::scenarios(&desk);
    let incidents = "scenarios/real-incidents-replay.toml";
    for (n, args) in [
        "run s.toml --quiet --out r0",
        "-q run s.toml --format json --out r1",
        "run s.toml -q --format csv --out r2",
        "check s.toml -q",
        "trace s.toml --trial 2 --faults f.csv -q",
        "run s.toml -q --faults f.csv --out r3",
        "init x.toml -q",
        &format!("run {incidents} -q --out r4"),
    ]
    .iter()
    .enumerate()
    {
        let told = desk.run(args).ends(0);
        assert!(told.err.is_empty(), "{n}: {told}");
    }
    // And without it there is something to say.
    assert!(!desk.run("run s.toml --out r0").ends(0).err.is_empty());
}

#[test]
fn warnings_are_shown_and_stop_nothing() {
    let desk = Desk::with(&BASE.replace("min_serving = 6", "min_serving = 10"));
    desk.run("run s.toml --out r").ends(0).complains(&["warning[W009]", "s.toml:5:"]);
}

// Gates.

#[test]
fn the_gate() {
    let desk = Desk::new();
    for (code, target, trials) in [(0, "50%", 300), (4, "99.95%", 300), (5, "99.95%", 1)] {
        let scenario = if code == 5 { BASE } else { STRESS };
        let scenario = scenario.replace("target = \"99.95%\"\n", "");
        desk.put("s.toml", scenario.replace("[slo]", &format!("[slo]\ntarget = \"{target}\"")));
        desk.run(&format!("run s.toml --trials {trials} --out r")).ends(0);
        let told = desk.run(&format!("run s.toml --trials {trials} --out r --gate")).ends(code);
        let summary = kit::json(&desk.path("r/summary.json"));
        let verdicts: Vec<&Value> = summary["designs"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|d| [&d["verdict_mean"], &d["verdict_windows"]])
            .collect();
        let any = |word: &str| verdicts.iter().any(|verdict| verdict.as_str().is_some_and(|v| v.contains(word)));
        assert_eq!((any("misses"), any("not_resolved")).0, code == 4, "{verdicts:?} {told}");
        // The gate says nothing that would not be said without it.
        assert_eq!(code == 0, !any("misses") && !any("not"), "{verdicts:?}");
    }
}

// Files.

#[test]
fn results_go_where_one_looks_for_them() {
    let desk = Desk::with(BASE);
    desk.run("run s.toml").ends(0).says(&["results/s"]);
    let digest = desk.digest("results/s");
    desk.run("run s.toml --out a/b/c").ends(0);
    assert_eq!(desk.digest("a/b/c"), digest);
    let odd = "odd näme; $(x) 'y'.toml";
    desk.put(odd, BASE);
    ran(&mut desk.command(["run", odd])).ends(0);
    assert_eq!(desk.digest("results/odd näme; $(x) 'y'"), digest);
}

/// The words of a line that a shell would take apart again.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '\'' => quote = !quote,
            ' ' if !quote => words.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            _ => word.push(c),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// Runs the command that a run prints as `Again`.
fn again(desk: &Desk, printed: &str) {
    let line = printed.lines().find_map(|line| line.strip_prefix("Again")).unwrap();
    let words = words(line.trim().strip_prefix("zonefall ").unwrap());
    ran(&mut desk.command(&words)).ends(0);
}

#[test]
fn the_printed_command_does_it_again() {
    let desk = Desk::with(BASE);
    let told = desk.run("run s.toml --trials 30 --seed 5").ends(0);
    let digest = desk.digest("results/s");
    std::fs::remove_dir_all(desk.path("results")).unwrap();
    again(&desk, &told.out);
    assert_eq!(desk.digest("results/s"), digest);
}

#[test]
fn the_printed_command_does_all_of_it_again() {
    let desk = Desk::with(BASE);
    desk.put("other.toml", BASE.replace("[region.eastus]", "[region.eastus]\nracks_per_zone = 30"));
    desk.put("two words.toml", BASE);
    desk.run("trace other.toml --trial 3 --faults f.csv").ends(0);
    for args in [
        &["run", "s.toml", "--out", "r", "--rows"][..],
        &["run", "s.toml", "--out", "r", "--csv-locale", "eu", "--no-counterfactual"],
        &["run", "s.toml", "--out", "r", "--faults", "f.csv", "--allow-mapping"],
        &["run", "two words.toml", "--out", "r"],
    ] {
        let told = ran(&mut desk.command(args)).ends(0);
        let digest = desk.digest("r");
        std::fs::remove_dir_all(desk.path("r")).unwrap();
        again(&desk, &told.out);
        assert!(!desk.lacks("r"), "not into the same folder: {told}");
        assert_eq!(desk.digest("r"), digest, "{told}");
    }
}

#[test]
fn rows_of_every_trial_and_design() {
    let desk = Desk::with(STRESS);
    desk.run("run s.toml --out r").ends(0);
    assert!(desk.lacks("r/trials.csv"));
    desk.run("run s.toml --out r --rows --trials 50").ends(0);
    let table = desk.table("r/trials.csv");
    let designs = ["zonal", "regional", "spanning", "eight"];
    let expected: Vec<(String, &str)> = (0..50).flat_map(|n| designs.map(|design| (n.to_string(), design))).collect();
    let found: Vec<(String, &str)> =
        table.column("trial").into_iter().map(str::to_owned).zip(table.column("design")).collect();
    assert_eq!(found, expected);
    // The rows make the mean of the table of designs.
    let all = desk.table("r/designs.csv");
    let number = |text: &str| text.parse::<f64>().unwrap();
    for (at, design) in designs.iter().enumerate() {
        let of = |column| table.column(column).into_iter().skip(at).step_by(4).map(number).sum::<f64>();
        let availability = 1.0 - of("missed_min") / 60.0 / of("observed_h");
        let (low, high) = (number(all.column("availability_low")[at]), all.column("availability_high")[at]);
        assert!(low <= availability + 1e-12, "{design}");
        match (number(all.column("availability_hits")[at]) as u64, all.column("availability")[at]) {
            (_, "") => assert!(high.is_empty() || number(high) >= availability, "{design}"),
            (_, mean) => assert!((number(mean) - availability).abs() < 1e-9, "{design}: {mean} and {availability}"),
        }
        let missed =
            table.column("missed_min").into_iter().skip(at).step_by(4).filter(|text| number(text) > 0.0).count();
        assert_eq!(all.column("availability_hits")[at], missed.to_string(), "{design}");
        assert!(missed > 0, "{design}: nothing was missed, so nothing was tested");
    }
}

/// Trials are the same trials, whatever their number.
#[test]
fn more_trials_begin_with_the_same() {
    let desk = Desk::with(STRESS);
    desk.run("run s.toml --out few --rows --trials 100").ends(0);
    desk.run("run s.toml --out many --rows --trials 200 --threads 2").ends(0);
    let (few, many) = (desk.read("few/trials.csv"), desk.read("many/trials.csv"));
    assert!(many.starts_with(&few));
    assert_eq!((few.lines().count(), many.lines().count()), (401, 801));
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let desk = Desk::with(STRESS);
    kit::scenarios(&desk);
    let zonal = "scenarios/zonal-or-spanning.toml";
    for scenario in ["s.toml", zonal] {
        let digest = |args: &str| {
            desk.run(&format!("run {scenario} --trials 700 --rows --force --out r {args}")).ends(0);
            desk.digest("r")
        };
        let one = digest("--threads 1");
        assert_eq!(one, digest("--threads 2"));
        assert_eq!(one, digest("--threads 4"));
        assert_eq!(one, digest("--threads 7 --quiet --format json"));
        assert_eq!(one, digest(""));
        assert_ne!(one, digest("--seed 8"));
    }
    let as_written = desk.run("run s.toml --out a").ends(0);
    desk.run("run s.toml --out b --seed 7 --trials 18").ends(0);
    assert_eq!(desk.digest("a"), desk.digest("b"), "{as_written}");
}

#[test]
fn nothing_of_the_machine_is_in_the_results() {
    let desk = Desk::with(STRESS);
    desk.put("elsewhere/deep/s.toml", STRESS);
    desk.run("run s.toml --out a").ends(0);
    let mut command = desk.command(["run", "elsewhere/deep/s.toml", "--out", "b"]);
    ran(command.env("TZ", "Asia/Tokyo").env("LANG", "de_DE.UTF-8").env("COLUMNS", "60")).ends(0);
    assert_eq!(desk.digest("a"), desk.digest("b"));
}

/// The files of a folder with every column in its dictionary, and every entry of that in a file.
fn dictionary_is_complete(desk: &Desk, folder: &str, delimiter: u8) {
    let read = |name: &str| Table::read(&std::fs::read(desk.path(&format!("{folder}/{name}"))).unwrap(), delimiter);
    let dictionary = read("dictionary.csv");
    let entries = || dictionary.column("file").into_iter().zip(dictionary.column("column"));
    let documented: BTreeSet<(String, String)> =
        entries().map(|(file, column)| (file.to_owned(), column.to_owned())).collect();
    assert_eq!(documented.len(), dictionary.rows.len(), "something is explained twice");
    assert!(dictionary.column("meaning").iter().all(|meaning| meaning.len() > 3));
    let mut there = BTreeSet::new();
    for name in desk.path(folder).read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
        if name.ends_with(".csv") {
            there.extend(read(&name).columns.into_iter().map(|column| (name.clone(), column)));
        }
    }
    assert_eq!(documented, there, "{folder}");
    for (_, column) in there.iter().filter(|(file, _)| file != "dictionary.csv") {
        desk.run(&format!("explain {column}")).ends(0);
    }
}

#[test]
fn the_dictionary_has_every_column() {
    let desk = Desk::with(STRESS);
    desk.run("run s.toml --out rows --rows").ends(0);
    dictionary_is_complete(&desk, "rows", b',');
    kit::scenarios(&desk);
    let incidents = "scenarios/real-incidents-replay.toml";
    desk.run(&format!("run {incidents} --out losses --csv-locale eu")).ends(0);
    dictionary_is_complete(&desk, "losses", b';');
}

#[test]
fn european_spreadsheets() {
    let desk = Desk::with(STRESS);
    desk.run("run s.toml --out us --rows").ends(0);
    desk.run("run s.toml --out eu --rows --csv-locale eu").ends(0);
    desk.digest("eu");
    assert_eq!(desk.read("us/summary.json"), desk.read("eu/summary.json"));
    let (mut files, mut commas) = (0, 0);
    for (name, bytes) in desk.files("us").iter().filter(|(name, _)| name.ends_with(".csv")) {
        let other = desk.files("eu").remove(&name.replace("us/", "eu/")).unwrap();
        let (us, eu) = (Table::read(bytes, b','), Table::read(&other, b';'));
        assert_eq!((us.rows.len(), &us.columns), (eu.rows.len(), &eu.columns), "{name}");
        for (a, b) in us.rows.iter().flatten().zip(eu.rows.iter().flatten()) {
            // A target such as 99.95% is a number to a spreadsheet, too.
            match a.strip_suffix('%').unwrap_or(a).parse::<f64>() {
                Ok(_) => {
                    assert_eq!((a.replace('.', ","), b.contains('.')), (b.clone(), false), "{name}");
                    commas += usize::from(b.contains(','));
                }
                Err(_) => assert_eq!(a, b, "{name}"),
            }
        }
        let lines = String::from_utf8(other).unwrap();
        assert!(lines.lines().next().unwrap().contains(';') && lines.contains("\r\n"), "{name}");
        files += 1;
    }
    assert!(files >= 6 && commas > 100, "{files} files, {commas} decimal commas");
    desk.run("run s.toml --out us --rows --csv-locale us").ends(0);
}

#[test]
fn a_second_look_can_be_left_out() {
    let desk = Desk::with(STRESS);
    desk.run("run s.toml --out a --trials 100").ends(0);
    desk.run("run s.toml --out b --trials 100 --no-counterfactual").ends(0);
    assert_eq!(desk.read("a/designs.csv").replace(' ', ""), desk.read("b/designs.csv").replace(' ', ""));
    assert_ne!(desk.read("a/causes.csv"), desk.read("b/causes.csv"));
}

// Colours.

const ESCAPE: char = '\u{1b}';

#[test]
fn colours_where_they_are_asked_for() {
    let desk = Desk::with(STRESS);
    for (args, no_color, coloured) in [
        ("", false, false),
        ("--color auto", false, false),
        ("--color never", false, false),
        ("--color always", false, true),
        ("--color always", true, true),
        ("--color auto", true, false),
    ] {
        for command in ["run s.toml --out r", "check s.toml"] {
            let mut command = desk.command(format!("{command} {args}").split_whitespace());
            if no_color {
                command.env("NO_COLOR", "1");
            }
            let told = ran(&mut command).ends(0);
            let found = told.out.contains(ESCAPE) || told.err.contains(ESCAPE);
            assert_eq!(found, coloured, "{args} {told}");
        }
    }
    // Data for programs is never coloured.
    for format in ["json", "csv"] {
        let told = desk.run(&format!("run s.toml -q --out r --color always --format {format}")).ends(0);
        assert!(!told.out.contains(ESCAPE), "{told}");
    }
}

#[test]
fn check_says_what_is_done_about_lost_parts_and_maintenance() {
    let desk = Desk::new();
    let root = kit::root().join("scenarios");
    let check = |name: &str, says: &[&str]| {
        let told = ran(&mut desk.command(["check".as_ref(), root.join(name).as_os_str()])).ends(0).out;
        // Long lines go on below.
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        says.iter().for_each(|words| assert!(told.contains(words), "{words}\n{told}"));
    };
    check(
        "two-regions.toml",
        &[
            "service: first and second serve at once, by weights 1 and 1",
            "clients move within 30 s; missed while more than 1 % of clients are sent to one that does not hold",
            "service: first serves, else second (30 % runs), noticed by people in 6.39 min on average",
            "clients sent to it at once, all of it ready in 12.5 min on average, refused in 17.5 %",
            "an outage shows after 4 failed probes, one every 30 s; clients move within 1 min",
        ],
    );
    // DR-07: where all of it runs nothing is waited for and nothing can be refused.
    let scenario = root.join("two-regions.toml");
    let warm = "design.warm.failover.service.running=100%";
    let mut whole = desk.command(["check".as_ref(), scenario.as_os_str(), "--what-if".as_ref(), warm.as_ref()]);
    let told = ran(&mut whole).ends(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    let warm = |line: &&str| line.contains("clients sent to it at once");
    let line = told.split("(100 % runs)").skip(1).filter_map(|line| line.split(';').next()).find(warm).unwrap();
    assert!(line.contains("all of it runs and nothing has to be created, with"), "{line}");
    assert!(!line.contains("ready in") && !line.contains("refused"), "{line}");
    check(
        "maintenance-and-a-zone-down.toml",
        &[
            "maintenance: machines are hit as they are",
            "maintenance: machines leave the rotation 5 min before, then approved",
            "maintenance: waves stand still while more than 10 % are out, 7 days at most",
            "maintenance: the owner redeploys within 35 days ahead of restarts",
        ],
    );
    check(
        "scale-in-without-drain.toml",
        &[
            "service: sessions of 10 min on average; no drain",
            "service: sessions of 10 min on average; machines that are to be deleted drain for 5 min",
        ],
    );
}

#[test]
fn errors_are_coloured_like_everything_else() {
    let desk = Desk::with(&BASE.replace("capacity", "capacty"));
    for command in ["run", "check", "trace"] {
        let more = if command == "trace" { "--trial 1 --faults f" } else { "" };
        for (colour, coloured) in [("always", true), ("never", false)] {
            let told = desk.run(&format!("{command} s.toml {more} --color {colour}")).ends(3);
            assert_eq!(told.err.contains(ESCAPE), coloured, "{told}");
        }
    }
}

/// Runs the binary in a terminal; none if there is no way to get one.
fn in_a_terminal(desk: &Desk, args: &str, no_color: bool) -> Option<String> {
    let mut command = Command::new("script");
    command.args(["-qec", &format!("'{}' {args}", env!("CARGO_BIN_EXE_zonefall")), "/dev/null"]);
    command.current_dir(desk.path("")).stdin(Stdio::null()).env("TERM", "xterm-256color");
    command.env_remove("NO_COLOR").env_remove("COLUMNS").env_remove("CLICOLOR");
    if no_color {
        command.env("NO_COLOR", "1");
    }
    match command.output() {
        Ok(output) if cfg!(target_os = "linux") && output.status.success() => {
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        _ => {
            println!("skipped: no terminal can be had here");
            None
        }
    }
}

/// Whether a text for a terminal sets colours or weights; moving the cursor is something else.
fn sets_colours(text: &str) -> bool {
    text.split(ESCAPE).skip(1).any(|rest| {
        let code: String = rest.chars().take_while(|c| "[;0123456789".contains(*c)).collect();
        rest[code.len()..].starts_with('m')
    })
}

#[test]
fn colours_in_a_terminal() {
    let desk = Desk::with(STRESS);
    // Without the bar, which has a test of its own.
    let short = "run s.toml --out r --quiet";
    let Some(text) = in_a_terminal(&desk, short, false) else { return };
    assert!(sets_colours(&text), "{text:?}");
    for (args, no_color) in
        [(short, true), ("run s.toml --out r -q --color never", false), ("check s.toml --color never", false)]
    {
        let text = in_a_terminal(&desk, args, no_color).unwrap();
        assert!(!sets_colours(&text), "{args} {text:?}");
    }
}

/// The bar is part of what is said.
#[test]
fn the_bar_obeys_too() {
    let desk = Desk::with(STRESS);
    let long = "run s.toml --out r --trials 2000";
    let Some(text) = in_a_terminal(&desk, long, false) else { return };
    assert!(text.contains("trials  "), "{text:?}");
    assert!(!in_a_terminal(&desk, &format!("{long} --quiet"), false).unwrap().contains(" left"));
    assert!(!sets_colours(&in_a_terminal(&desk, long, true).unwrap()));
    assert!(!sets_colours(&in_a_terminal(&desk, &format!("{long} --color never"), false).unwrap()));
}
