//! `trials = { until = … }` on the command line: where it stops, that a kill does not move it, and what it is refused with.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod kit;

use kit::Desk;
use std::process::Stdio;
use std::time::Duration;

const UNTIL: &str = "\
name = \"enough\"
horizon = \"365 days\"
trials = { until = \"±20 %\", at_most = 100_000 }
assumptions = false
[slo]
min_serving = 1
target = \"99.9%\"
[region.eastus]
[scale_set.web]
zones = [1]
capacity = 1
[faults]
profile = \"none\"
[faults.mode.flood]
scope = \"zone\"
rate = \"0.1 per zone-year\"
outage = { law = \"lognormal\", median = \"4 h\", sigma = 1 }
";

#[test]
fn a_run_stops_when_it_knows_enough() {
    let desk = Desk::with(UNTIL);
    desk.run("check s.toml").ends(0).says(&["at most 100,000 trials"]);
    desk.run("run s.toml --threads 1 --out one").ends(0).says(&["Stopped at ±20 % of downtime"]);
    desk.run("run s.toml --threads 3 --out three").ends(0);
    assert_eq!(desk.digest("one"), desk.digest("three"));
    let summary = kit::json(&desk.path("one/summary.json"));
    let (of, trials) = (&summary["stopping"], summary["trials"].as_u64().unwrap());
    assert_eq!((&of["reached"], &summary["partial"]), (&true.into(), &false.into()));
    assert!((1500..10_000).contains(&trials), "{trials}");
    let width = &of["widths"][0];
    assert!(width["half_width"].as_f64().unwrap() <= 0.2 * width["estimate"].as_f64().unwrap());
    // A number of trials is a number of trials.
    desk.run("run s.toml --trials 500 --out fixed").ends(0);
    let fixed = kit::json(&desk.path("fixed/summary.json"));
    assert_eq!((&fixed["trials"], fixed.get("stopping")), (&500.into(), None));
}

#[test]
fn what_is_out_of_reach_is_told() {
    let desk = Desk::with(&UNTIL.replace("±20 %", "±0.001 min/month").replace("100_000", "3000"));
    let told = desk.run("run s.toml --out r").ends(0);
    let words: Vec<&str> = told.out.split_whitespace().collect();
    let words = words.join(" ");
    assert!(words.contains("±0.001 min/month of downtime was not reached in 3000 trials: about"), "{told}");
    assert!(words.contains("trials would reach it"), "{told}");
    // Also beside the number of trials, before any figure.
    let head = words.split("Designs").next().unwrap();
    assert!(head.contains("±0.001 min/month of downtime was not reached."), "{told}");
}

#[test]
fn a_kill_does_not_move_the_stop() {
    let desk = Desk::with(&UNTIL.replace("±20 %", "±4 %"));
    desk.run("run s.toml --no-counterfactual --out whole").ends(0);
    for wait in [30, 80, 150, 250] {
        let mut child =
            desk.command("run s.toml --no-counterfactual --checkpoint c --checkpoint-every 1ms --out r".split(' '));
        let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    desk.run("run s.toml --no-counterfactual --checkpoint c --out r").ends(0);
    assert_eq!(desk.digest("r"), desk.digest("whole"));
    assert!(desk.lacks("c"));
}

#[test]
fn ranges_of_trials_do_not_go_with_a_rule_of_stopping() {
    let desk = Desk::with(UNTIL);
    desk.run("run s.toml --trials-range 0..100 --partial p")
        .ends(2)
        .complains(&["only a whole run can tell", "trials = 100_000"]);
    desk.put("fixed.toml", UNTIL.replace("{ until = \"±20 %\", at_most = 100_000 }", "100"));
    desk.run("run fixed.toml --partial p").ends(0);
    desk.run("merge s.toml p --out m").ends(2).complains(&["only a whole run can tell"]);
    assert!(desk.lacks("m"));
}
