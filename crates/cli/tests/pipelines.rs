//! What pipelines rely on: gates, exit codes, the published schema and the example workflow.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::{Desk, STRESS};
use serde_json::Value;

/// The scenario with a gate.
fn gated(gate: &str) -> Desk {
    Desk::with(&format!("{STRESS}[gate]\n{gate}\n"))
}

/// The value of a figure that a condition can be put beside.
fn downtime(desk: &Desk, design: &str, of: &str) -> f64 {
    let summary = kit::json(&desk.path("r/summary.json"));
    let designs = summary["designs"].as_array().unwrap();
    let found = designs.iter().find(|found| found["design"] == design).unwrap();
    found["unavailability"][of].as_f64().unwrap() * 43_200.0
}

#[test]
fn a_gate_asks_what_the_scenario_says() {
    let all = "average = true";
    let told = gated(all).run("run s.toml --trials 300 --gate").ends(4);
    told.complains(&["gate: zonal: 99.95 % on average: misses", "gate: eight: "]);
    gated(all).run("run s.toml --trials 300").ends(0);
    // Only what is asked, of whom it is asked.
    let told = gated("designs = [\"eight\"]\nwindows = false").run("run s.toml --trials 300 --gate").ends(4);
    assert!(!told.err.contains("zonal") && !told.err.contains("of windows"), "{told}");
}

#[test]
fn a_most_downtime_is_held_against_the_whole_interval() {
    let desk = Desk::with(STRESS);
    desk.run("run s.toml --trials 300 --out r").ends(0);
    let [low, mean, high] = ["low", "mean", "high"].map(|of| downtime(&desk, "spanning", of));
    for (most, code, passes) in [(high * 1.01, 0, ""), (low * 0.99, 4, ""), (mean, 5, ""), (mean, 0, "pass")] {
        let pass = if passes.is_empty() { "" } else { "\nnot_resolved = \"pass\"" };
        let only = "designs = [\"spanning\"]\naverage = false\nwindows = false";
        let desk = gated(&format!("{only}\ndowntime_max = \"{most:.3} min\"{pass}"));
        let told = desk.run("run s.toml --trials 300 --no-assumptions --gate --quiet").ends(code);
        assert_eq!(told.err.contains("of downtime a month"), code != 0 || !pass.is_empty(), "{told}");
    }
}

#[test]
fn a_share_of_nights_is_held_against_the_whole_interval() {
    // One night in ten or so has more jobs than twelve workers do: 180,000 e^(σz − σ²/2) > 302,400.
    let asked = |share: f64| {
        Desk::with(&format!(
            "name = \"nights\"\ntrials = 20\nhorizon = \"360 days\"\nstart = \"2026-01-01\"\n[slo]\njobs_by_deadline = \"100%\"\n\
             target = \"90%\"\n[region.eastus]\n[scale_set.web]\nzones = [1, 2, 3]\ncapacity = 12\n\
             capacity_per_instance = \"1 req/s\"\n[jobs]\ncount = 180_000\nsigma = 0.5\nat = \"22:00\"\ndeadline = \"05:00\"\n\
             [gate]\naverage = false\nwindows = false\nbatches_by_deadline = \"{share:.6}%\"\n"
        ))
    };
    let desk = asked(50.0);
    desk.run("run s.toml --trials 20 --out r").ends(0);
    let summary = kit::json(&desk.path("r/summary.json"));
    let met = &summary["designs"][0]["jobs"]["met"];
    let [low, mean, high] = ["low", "mean", "high"].map(|of| 100.0 * met[of].as_f64().unwrap());
    assert!(low < mean && mean < high && high < 100.0, "{met}");
    // P(z > (ln 1.68 + 0.125) / 0.5) = 9.91 %; faults hardly matter.
    assert!((90.09 - mean).abs() < 0.5, "{mean}");
    for (share, code) in [(low - 0.001, 0), (mean, 5), (high + 0.0001, 4)] {
        let told = asked(share).run("run s.toml --trials 20 --gate --quiet").ends(code);
        assert_eq!(told.err.contains("% of batches complete by their deadline"), code != 0, "{told}");
    }
    // The answer is that of the gate on every page, and in the summary.
    let desk = asked(high + 0.0001);
    let page = desk.run("run s.toml --trials 20 --report md,html --out r --no-assumptions").ends(0).out;
    for text in [page, desk.read("r/report.md"), desk.read("r/report.html")] {
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains("Gate: missed: s (") || flat.contains("Gate: missed: base ("), "{flat}");
    }
    assert_eq!(kit::json(&desk.path("r/summary.json"))["gate"]["verdict"], "misses");
    // Forced trials know no single batch.
    asked(1.0).run("run s.toml --trials 20 --gate --quiet --method forcing").ends(5);
}

#[test]
fn no_design_may_be_worse_than_the_first() {
    let only = "average = false\nwindows = false\nno_worse = true";
    let desk = gated(only);
    desk.run("run s.toml --trials 300 --gate").ends(5).complains(&["not resolved", "trials"]);
    let margin = "--what-if gate.no_worse_margin=24h";
    desk.run(&format!("run s.toml --trials 300 --gate --force {margin}")).ends(0).complains(&["conditions are met"]);
    // The other way round: one zone is worse than three.
    let (head, designs) = STRESS.split_once("[[design]]").unwrap();
    let mut designs: Vec<&str> = designs.split("[[design]]").collect();
    designs.swap(0, 2);
    let desk = Desk::with(&format!("{head}[[design]]{}[gate]\n{only}\n", designs.join("[[design]]")));
    desk.run("run s.toml --trials 300 --gate").ends(4).complains(&["gate: zonal: not more downtime than spanning"]);
}

/// `scenarios/zonal-or-spanning.toml`, all its designs, with lost control planes in the way of healing: at targets that all meet,
/// that what is assumed leaves open, and that zonal designs miss; and forced trials agree with plain ones.
#[test]
fn a_gate_stands_on_forced_trials_of_all_designs() {
    let text = std::fs::read_to_string(kit::root().join("scenarios/zonal-or-spanning.toml")).unwrap();
    let desk = Desk::with(&text.replace("[faults]", "[healing]\nneeds_control_plane = true\n\n[faults]"));
    let run = "run s.toml --no-counterfactual --force --trials";
    for (target, code, words) in [
        ("99.95%", 0, "gate: 12 conditions are met"),
        ("99.995%", 5, "gate: zonal: 99.995 % on average: not resolved"),
        ("99.9995%", 4, "gate: zonal: 99.9995 % on average: misses"),
    ] {
        let told =
            desk.run(&format!("{run} 4000 --method auto --gate --what-if slo.target={target} --out r")).ends(code);
        told.complains(&["method: forced trials; plain trials see too little", words]);
    }
    desk.run(&format!("{run} 4000 --method forcing --no-assumptions --out forced")).ends(0);
    desk.run(&format!("{run} 30000 --no-assumptions --out plain")).ends(0);
    let designs = |of: &str| kit::json(&desk.path(of).join("summary.json"))["designs"].as_array().unwrap().clone();
    for (forced, plain) in designs("forced").iter().zip(designs("plain")) {
        let read = |of: &Value, name: &str| of["unavailability"][name].as_f64().unwrap();
        let error = |of: &Value| (read(of, "high") - read(of, "low")) / 2.0 / 1.96;
        let z = (read(forced, "mean") - read(&plain, "mean")) / error(forced).hypot(error(&plain));
        println!("{}: {:.3e} {:.3e} z {z:+.2}", forced["design"], read(forced, "mean"), read(&plain, "mean"));
        assert!(z.abs() <= 4.0, "{}: z {z}", forced["design"]);
    }
}

#[test]
fn quiet_json_is_nothing_but_json() {
    let desk = Desk::with(STRESS);
    let told = desk.run("run s.toml --trials 60 --quiet --format json --out r").ends(0);
    assert_eq!(serde_json::from_str::<Value>(&told.out).unwrap(), kit::json(&desk.path("r/summary.json")));
    assert!(told.err.is_empty(), "{told}");
}

/// What of a value does not fit a schema, by the words that the schema uses.
fn misfits(value: &Value, schema: &Value, root: &Value, at: &str) -> Vec<String> {
    if let Some(target) = schema["$ref"].as_str() {
        return misfits(value, root.pointer(target.trim_start_matches('#')).unwrap(), root, at);
    }
    let mut wrong = Vec::new();
    let forms = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
    if forms.is_some_and(|forms| !forms.iter().any(|form| misfits(value, form, root, at).is_empty())) {
        wrong.push(format!("{at}: none of the forms"));
    }
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        name => panic!("type {name}"),
    };
    let types = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(all) => all.iter().map(|one| one.as_str().unwrap()).collect(),
        _ => vec![],
    };
    if !types.is_empty() && !types.iter().any(|name| is(name)) {
        wrong.push(format!("{at}: {value} is not {types:?}"));
    }
    let unequal = |of: &Value| !of.is_null() && of != value;
    let not_among = schema["enum"].as_array().is_some_and(|all| !all.contains(value));
    if unequal(&schema["const"]) || not_among {
        wrong.push(format!("{at}: {value} is not one of the words"));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            wrong.push(format!("{at}: {name} is missing"));
        }
    }
    if let (Some(object), Some(known)) = (value.as_object(), schema["properties"].as_object()) {
        for (name, inner) in object {
            match known.get(name) {
                Some(of) => wrong.extend(misfits(inner, of, root, &format!("{at}/{name}"))),
                None => wrong.push(format!("{at}/{name} is not in the schema")),
            }
        }
    }
    for (place, inner) in value.as_array().into_iter().flatten().enumerate() {
        wrong.extend(misfits(inner, &schema["items"], root, &format!("{at}/{place}")));
    }
    wrong
}

#[test]
fn summaries_fit_the_published_schema() {
    let desk = Desk::with(STRESS);
    kit::scenarios(&desk);
    let text = desk.run("schema summary").ends(0).out;
    let published = kit::root().join("docs/schema/summary-1.json");
    if std::env::var_os("ZONEFALL_BLESS").is_some() {
        std::fs::write(&published, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&published).unwrap_or_default(),
        text,
        "docs/schema/summary-1.json is not what `schema summary` prints; ZONEFALL_BLESS=1 writes it"
    );
    let schema: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(schema["properties"]["schema"]["const"], "zonefall-summary/1");
    for scenario in ["s.toml", "scenarios/spot-mix.toml", "scenarios/quorum-on-flexible.toml"] {
        desk.run(&format!("run {scenario} --trials 40 --out r")).ends(0);
        let wrong = misfits(&kit::json(&desk.path("r/summary.json")), &schema, &schema, "");
        assert!(wrong.is_empty(), "{scenario}: {}", wrong.join("\n"));
    }
    let mut summary = kit::json(&desk.path("r/summary.json"));
    summary["designs"][0]["verdict_mean"] = "perhaps".into();
    assert!(!misfits(&summary, &schema, &schema, "").is_empty(), "the check sees what is wrong");
}

/// The commands of the example workflow, with its variables, do what the workflow relies on.
#[test]
fn the_example_workflow_works() {
    let text = std::fs::read_to_string(kit::root().join("docs/pipelines/github-actions.yml")).unwrap();
    let desk = Desk::new();
    let scenario = std::fs::read_to_string(kit::root().join("scenarios/zonal-or-spanning.toml")).unwrap();
    std::fs::create_dir_all(desk.path("base/scenarios")).unwrap();
    std::fs::create_dir_all(desk.path("scenarios")).unwrap();
    desk.put("base/scenarios/zonal-or-spanning.toml", &scenario);
    // The pull request gives one design fewer machines.
    let changed = "scenarios/zonal-or-spanning.toml";
    desk.put(changed, scenario.replacen("capacity = 9", "capacity = 8", 1));
    let mut played = Vec::new();
    for command in text.lines().filter_map(|line| line.split_once("zonefall ").filter(|_| !line.contains('#'))) {
        let command = command.1.split(" || ").next().unwrap().split(" > ").next().unwrap().replace('"', "");
        let mut command = command.replace("$SCENARIO", changed).replace("$RESULTS", "availability-results");
        if !command.starts_with("check ") {
            command += " --trials 200";
        }
        let ran = desk.run(&command);
        assert!(matches!(ran.code, Some(0 | 4 | 5)), "{ran}");
        played.push(command.split(' ').next().unwrap().to_owned());
    }
    assert_eq!(played, ["check", "run", "check", "compare"]);
    let (report, compared) = (desk.read("availability-results/report.md"), desk.read("compare.md"));
    assert!(report.len() + compared.len() < 65_000, "a comment holds 65,536 characters");
    assert!(!text.contains('\t') && text.contains("pull-requests: write") && text.contains("base.sha"));
    // Each design stands first against what it was.
    let pairs = |text: &str| -> Vec<String> {
        let rows = text.split("## Every pair").nth(1).unwrap().lines().filter(|line| line.contains("scenarios/"));
        rows.take(6).map(str::to_owned).collect()
    };
    let own = |cell: &str| cell.rsplit_once(": ").unwrap().1.trim().to_owned();
    for line in pairs(&compared) {
        let cells: Vec<&str> = line.split('|').collect();
        assert_eq!(own(cells[1]), own(cells[2]), "{line}");
        assert!(!line.contains("| 0 |"), "{line}");
    }
    // What is not changed does not differ at all.
    desk.put(changed, &scenario);
    desk.run(&format!("compare base/{changed} {changed} --trials 200 --md same.md")).ends(0);
    assert!(pairs(&desk.read("same.md")).iter().all(|line| line.contains("| 0 |")));
}

/// The step that comments, with a `gh` that keeps what it is asked.
#[test]
fn the_example_workflow_brings_its_own_comment_up_to_date_and_cuts_nothing() {
    let text = std::fs::read_to_string(kit::root().join("docs/pipelines/github-actions.yml")).unwrap();
    assert!(!text.contains("--path crates/cli") && !text.contains("--edit-last") && !text.contains("head -c"));
    let step = text.split("- name: Comment").nth(1).unwrap().split("run: |\n").nth(1).unwrap();
    let lines = step.lines().take_while(|line| line.is_empty() || line.starts_with("          "));
    let script: String = lines.map(|line| line.trim_start_matches("          ").to_owned() + "\n").collect();
    let desk = Desk::new();
    std::fs::create_dir_all(desk.path("r")).unwrap();
    std::fs::create_dir_all(desk.path("bin")).unwrap();
    desk.put("bin/gh", "#!/bin/sh\necho \"$*\" >> asked.txt\ncase \"$*\" in *--jq*) cat found.txt;; esac\n");
    desk.put("comment.sh", &script);
    let comment = |compared: &str, report: &str, found: &str| {
        for (name, text) in [("compare.md", compared), ("r/report.md", report), ("found.txt", found), ("asked.txt", "")]
        {
            desk.put(name, text);
        }
        let path = format!("{}:{}", desk.path("bin").display(), std::env::var("PATH").unwrap_or_default());
        let set =
            [("PATH", path.as_str()), ("SCENARIO", "s.toml"), ("RESULTS", "r"), ("REPOSITORY", "a/b"), ("NUMBER", "7")];
        let mut shell = std::process::Command::new("sh");
        let mode = shell.args(["-c", "chmod +x bin/gh && sh -eu comment.sh"]).current_dir(desk.path(""));
        let status = mode.envs(set).env("RUN", "https://run").status().unwrap();
        assert!(status.success());
        (desk.read("comment.md"), desk.read("asked.txt"))
    };
    let marker = "<!-- availability of s.toml -->\n";
    let (body, asked) = comment("compared\n", "report\n", "");
    assert_eq!(body, format!("{marker}compared\nreport\n"));
    assert!(asked.contains("--method POST repos/a/b/issues/7/comments"), "{asked}");
    let long = "<details>é</details>\n".repeat(4_000);
    let (body, asked) = comment("compared\n", &long, "42\n");
    assert!(body.starts_with(&format!("{marker}compared\n\nToo long for a comment: report.md.")), "{body}");
    assert!(body.contains("https://run") && asked.contains("--method PATCH repos/a/b/issues/comments/42"), "{asked}");
}

/// Names in a comparison that is put into a comment are only words.
#[test]
fn a_comparison_as_markdown_has_only_words() {
    let bad = "<img src=x.png onerror=document.title=1><script>document.title=2";
    let desk = Desk::with(&STRESS.replace("name = \"regional\"", &format!("name = \"{bad}\"")));
    desk.put("mine.md", "mine");
    desk.run("compare s.toml --trials 40 --md mine.md").ends(1).complains(&["mine.md"]);
    desk.run("compare s.toml --trials 40 --md c.md").ends(0);
    let text = desk.read("c.md");
    assert!(!text.contains("<script") && !text.contains("<img") && text.contains("&lt;script&gt;"), "{text}");
    assert!(text.contains("Every pair"));
}
