//! `verify`: that it agrees where it should, says why where it cannot, and fails where the exact answer is wrong.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::Desk;
use zonefall_cli::args::{Format, Verify};
use zonefall_cli::exit::Exit;
use zonefall_cli::verify::{SYSTEMS, compared, exit};
use zonefall_study::agreement::{Agreement, Agrees};
use zonefall_study::exactly::{Exact, exactly};

const SMALL: &str = "\
name = \"small\"
horizon = \"100 days\"
trials = 2000
[slo]
min_serving = 2
[region.here]
zones = 1
[scale_set.web]
capacity = 3
[faults]
profile = \"none\"
[faults.mode.vm]
scope = \"instance\"
time_to_failure = { law = \"exponential\", mean = \"90 h\" }
outage = { law = \"exponential\", mean = \"10 h\" }
";

#[test]
fn the_built_in_systems_agree() {
    let ran = Desk::new().run("verify --trials 2000").ends(0).says(&["exact", "simulated", "z", "✓", "22 of 22 agree"]);
    for (name, _) in SYSTEMS {
        assert!(ran.out.contains(name), "{name} is missing: {ran}");
    }
    assert!(!ran.out.contains('✗'), "{ran}");
}

#[test]
fn a_scenario_is_held_against_its_own_answer() {
    let desk = Desk::with(SMALL);
    desk.run("verify s.toml").ends(0).says(&["small", "2.8000e-2", "1 of 1 agree"]);
    let told = desk.run("verify s.toml --format json --trials 500 --seed 3").ends(0);
    let told: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(told["schema"], "zonefall-verify/1");
    let row = &told["comparisons"][0];
    assert!((row["exact"].as_f64().unwrap() - 0.028).abs() < 1e-15, "{row}");
    assert!(row["trials"] == 500 && row["agrees"] == "yes" && row["z"].as_f64().unwrap().abs() < 4.0, "{row}");
    assert!(desk.lacks("results"));
}

/// Two tiers in the same zones behind a frontend, and one of two databases.
const PARTS: &str = "\
name = \"parts\"
horizon = \"1 year\"
trials = 1500
[slo]
holds = \"service\"
[region.here]
racks_per_zone = 4
[component.frontend]
kind = \"load-balancer\"
[component.db]
availability = \"99%\"
outage = { law = \"lognormal\", median = \"2 h\", sigma = 0.8 }
zone = 1
[component.copy]
availability = \"98%\"
zone = 2
[scale_set.web]
zones = [1, 2, 3]
capacity = 3
[scale_set.jobs]
zones = [2, 3]
capacity = 2
[part.front]
sets = [\"web\"]
min_serving = 2
[part.back]
sets = [\"jobs\"]
min_serving = 1
[part.store]
any = [\"db\", \"copy\"]
[part.service]
all = [\"front\", \"back\", \"store\", \"frontend\"]
[faults]
profile = \"none\"
[faults.mode.vm]
scope = \"instance\"
rate = \"8 per VM-year\"
outage = \"5 h\"
[faults.mode.zone]
scope = \"zone\"
rate = \"2 per zone-year\"
outage = { law = \"lognormal\", median = \"8 h\", sigma = 1.0 }
common_cause = 0.2
[faults.mode.region]
scope = \"region\"
rate = \"0.5 per region-year\"
outage = { law = \"exponential\", mean = \"5 h\" }
";

#[test]
fn a_service_of_parts_is_held_against_its_own_answer_plainly_and_forced() {
    let desk = Desk::with(PARTS);
    desk.run("verify s.toml").ends(0).says(&["1 of 1 agree"]);
    // All that looks at trials knows components.
    desk.run("trace s.toml --worst").ends(0).says(&["begins: component", "the objective is missed"]);
    desk.run("trace s.toml --trial 7 --faults f.csv").ends(0);
    desk.run("run s.toml --faults f.csv --out replayed").ends(0);
    desk.run("importance s.toml --trials 200").ends(0).says(&["copy"]);
    // Forced into overlapping outages, components among them.
    let rare =
        PARTS.replace("99%", "99.99%").replace("98%", "99.98%").replace("rate = \"0.5 per", "rate = \"0.0001 per");
    let rare =
        rare.replace("kind = \"load-balancer\"", "availability = \"100%\"").replace("2 per zone", "0.2 per zone");
    let desk = Desk::with(&rare.replace("trials = 1500", "trials = 3000\nmethod = \"forcing\""));
    desk.run("run s.toml --out r").ends(0);
    let found = kit::json(&desk.path("r/summary.json"));
    let of = &found["designs"][0]["unavailability"];
    let (mean, low, high) = (&of["mean"], &of["low"], &of["high"]);
    let [mean, low, high] = [mean, low, high].map(|x| x.as_f64().unwrap());
    let scenario = zonefall_scenario::parse(&rare, "s.toml").unwrap();
    let study = zonefall_cli::assemble::study(&scenario, zonefall_cli::assemble::Overrides::default()).unwrap();
    let exact = exactly(&study, &study.designs[0]).unwrap().unavailability;
    let error = (high - low) / 2.0 / 1.96;
    assert!((mean - exact).abs() < 4.0 * error && error < 0.2 * exact, "{mean} ± {error} for {exact}");
}

#[test]
fn no_exact_answer_is_no_failure_and_says_why() {
    let desk = Desk::with(&format!("{SMALL}recovery = \"boot\"\n[load_balancer]\n"));
    desk.run("verify s.toml --trials 50").ends(0).says(&["no exact answer", "load balancer", "boot or warm up"]);
    let rare = SMALL.replace("90 h", "90000 h");
    Desk::with(&rare).run("verify s.toml --trials 50").ends(0).says(&["?", "cannot be judged"]);
}

#[test]
fn bad_input_ends_as_documented() {
    let desk = Desk::with(SMALL);
    desk.run("verify s.toml --format csv").ends(2).complains(&["table or json"]);
    desk.run("verify s.toml --trials 0").ends(2);
    desk.run("verify missing.toml").ends(3).complains(&["missing.toml"]);
    desk.put("bad.toml", "horizon = 3");
    desk.run("verify bad.toml").ends(3);
    let script = "[[script]]\nat = \"1 h\"\nfor = \"1 h\"\nmembers = [\"here\"]\n";
    desk.put("script.toml", format!("{}{script}", SMALL.split("[faults]").next().unwrap()));
    desk.run("verify script.toml").ends(2).complains(&["recorded or scripted"]);
    desk.run("explain verify").ends(0).says(&["standard errors", "exact"]);
}

/// The exact answer off by so much; what comes of it.
fn with_answer_times(factor: f64, trials: u64) -> Vec<Agreement> {
    let scenario = zonefall_scenario::parse(SMALL, "s.toml").unwrap();
    let options = Verify { scenario: None, trials: Some(trials), seed: None, threads: Some(1), format: Format::Table };
    let wrong = move |study: &zonefall_study::Study, design: &zonefall_fleet::Design| {
        exactly(study, design).map(|exact| Exact { unavailability: factor * exact.unavailability, ..exact })
    };
    compared(&scenario, &options, &wrong).unwrap()
}

#[test]
fn a_wrong_exact_answer_fails() {
    assert_eq!(exit(&with_answer_times(1.0, 4000)), Exit::Fine);
    for factor in [0.0, 0.9, 1.1, 10.0] {
        let rows = with_answer_times(factor, 4000);
        assert!(rows[0].agrees == Agrees::No && exit(&rows) == Exit::Failure, "{factor}: {rows:?}");
    }
    let page = zonefall_report::terminal::agreements(
        "wrong",
        &with_answer_times(1.1, 4000),
        zonefall_report::terminal::Style { width: 100, colour: false, unicode: true },
    );
    assert!(page.contains("✗ differs") && page.contains("0 of 1 agree"), "{page}");
}
