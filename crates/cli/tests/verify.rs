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
    desk.run("verify script.toml").ends(1).complains(&["recorded or scripted"]);
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
