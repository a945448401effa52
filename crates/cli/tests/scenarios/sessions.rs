//! Sessions that machines lose when they are deleted, with and without a drain.

use crate::kit::{self, Desk};
use crate::{Answer, answer, near};

impl Answer {
    /// Sessions lost a month, to one cause or to all.
    #[track_caller]
    pub fn lost(&self, design: &str, cause: Option<&str>) -> f64 {
        let of = &self.design(design)["sessions"];
        let Some(cause) = cause else { return of["lost_per_month"]["mean"].as_f64().unwrap() };
        let rows = of["causes"].as_array().unwrap();
        let row = rows.iter().find(|row| row["cause"] == cause);
        row.map_or(0.0, |row| row["lost_per_month"]["mean"].as_f64().unwrap())
    }
}

#[test]
fn lb_10_mt_13_scale_in_costs_more_sessions_than_failures_unless_machines_drain() {
    let got = answer("scale-in-without-drain", 5);
    let (none, planned) = ("deleted at once", Some("planned"));
    assert!(got.lost(none, planned) > 0.9 * got.lost(none, None));
    // What is left of an exponential length of 10 min.
    let left = |minutes: f64| (-minutes / 10.0).exp();
    for (design, minutes) in [("a drain of 5 min", 5.0), ("a drain of 15 min", 15.0)] {
        let share = got.lost(design, planned) / got.lost(none, planned);
        near(share, left(minutes), 0.05 * left(minutes));
    }
    // Each machine loses what it holds, and more of them are deleted.
    let deaf = "a notice that nobody hears";
    let deleted = |design: &str| got.done(design, "deletions");
    assert!(deleted(deaf) > 1.2 * deleted(none));
    near(got.lost(deaf, planned) / got.lost(none, planned), deleted(deaf) / deleted(none), 0.1);
    assert_eq!(got.lost("fixed", planned), 0.0);
    assert!(got.lost("fixed", None) > 0.0);
    // 1.058 times 1,000 req/s on average, 120 of which are a session; a month has 2,592,000 s.
    let begun = got.design("fixed")["sessions"]["begun_per_month"].as_f64().unwrap();
    near(begun, 25.4 / 24.0 * 1000.0 / 120.0 * 2_592_000.0, 0.005 * begun);
}

/// Of 12,000 sessions of 20 min on average on four machines, one of which is deleted after an hour: 3,000 are lost, or what is
/// left of them after a drain.
const DELETED: &str = r#"
horizon = "30 days"
trials = 200
[slo]
min_serving = 3
[region.eastus]
[sessions]
length = "20 min"
at_once = 12000
[load_balancer]
[scale_set.web]
zones = [1, 2]
capacity = 4
[[change]]
set = "web"
at = "1 h"
capacity = 3
[faults]
profile = "none"
[[design]]
name = "at once"
[[design]]
name = "drained"
load_balancer.drain = "5 min"
[[design]]
name = "no sessions"
sessions = false
"#;

#[test]
fn designs_differ_by_the_sessions_that_a_drain_saves_in_every_answer() {
    // As many on average, but another number in every trial: where all trials are alike an interval is as wide as can be.
    let noisy = "[demand]\nrate = \"600 req/s\"\nnoise = { sigma = 0.2, every = \"30 days\" }\n";
    let enough = "capacity = 4\ncapacity_per_instance = \"400 req/s\"";
    let text = DELETED.replace("at_once = 12000", "requests = 60").replace("capacity = 4", enough);
    let desk = Desk::with(&format!("{text}{noisy}"));
    desk.run("run s.toml --out r --report html,md,xlsx").ends(0).says(&["Sessions lost against at once", "fewer lost"]);
    let summary = kit::json(&desk.path("r/summary.json"));
    let drained = &summary["designs"][1]["sessions"];
    let told = &drained["difference"];
    let lost = summary["designs"][0]["sessions"]["lost_per_month"]["mean"].as_f64().unwrap();
    let saved = lost * (1.0 - (-5.0_f64 / 20.0).exp());
    near(lost, 3000.0, 4.0 * 0.2 * 3000.0 / 200.0_f64.sqrt());
    near(told["lost_per_month"].as_f64().unwrap(), -saved, 0.01);
    assert!(told["high"].as_f64().unwrap() < 0.0 && told["hits"] == 200 && told["against"] == "at once");
    assert!(summary["designs"][0]["sessions"].get("difference").is_none());
    for file in ["r/report.html", "r/report.md"] {
        let text = std::fs::read_to_string(desk.path(file)).unwrap();
        assert!(text.contains("Sessions lost against at once") && text.contains("fewer lost"), "{file}");
    }
    let compared = desk.run("compare s.toml --format json").ends(0);
    let compared: serde_json::Value = serde_json::from_str(&compared.out).unwrap();
    let pairs: Vec<_> =
        compared["pairs"].as_array().unwrap().iter().filter(|of| of.get("sessions").is_some()).collect();
    assert_eq!(pairs.len(), 1);
    near(pairs[0]["sessions"]["lost_per_month"].as_f64().unwrap().abs(), saved, 0.01);
    // Whichever stands first: by downtime all are the same.
    let (one, two) = (&pairs[0]["design"], &pairs[0]["sessions"]["says"]);
    assert_eq!(*one == "drained", *two == "fewer lost", "{}", pairs[0]);
    desk.run("compare s.toml").ends(0).says(&["Sessions lost", "every pair of designs that hold some"]);
}

#[test]
fn sweeps_what_ifs_timelines_and_explanations_know_of_sessions() {
    let desk = Desk::with(DELETED);
    let swept = desk.run("sweep s.toml --vary sessions.at_once=12000,24000 --format csv").ends(0);
    let figure = |point: &str, design: &str, figure: &str| -> f64 {
        let row = swept.out.lines().map(|line| line.split(',').collect::<Vec<&str>>());
        let mut rows = row.filter(|row| row[0] == point && row[2] == design && row[4] == figure);
        rows.next().unwrap_or_else(|| panic!("{figure}: {}", swept.out))[6].parse().unwrap()
    };
    let left = (-5.0_f64 / 20.0).exp();
    for (point, all) in [("1", 3000.0), ("2", 6000.0)] {
        near(figure(point, "drained", "sessions_lost"), all * left, 0.01);
        near(figure(point, "drained", "sessions_lost_difference"), all * left - all, 0.01);
        near(figure(point, "drained", "sessions_begun"), 4.0 * all * 2160.0, 1.0);
    }
    assert!(!swept.out.lines().any(|line| line.contains("no sessions") && line.contains("sessions_lost")));
    desk.run("sweep s.toml --vary sessions.at_once=12000,24000").ends(0).says(&["sessions lost a month"]);
    desk.run("compare s.toml --what-if sessions.at_once=24000").ends(0).says(&["6,000"]);
    desk.run("trace s.toml --trial 0 --all").ends(0).says(&["3,000 sessions are lost: planned", "day 0 01:00"]);
    let traced = desk.run("trace s.toml --trial 0 --design drained --format json").ends(0);
    let traced: serde_json::Value = serde_json::from_str(&traced.out).unwrap();
    let lost = traced["rows"].as_array().unwrap().iter().filter_map(|row| row["sessions_lost"].as_f64());
    near(lost.sum::<f64>(), 3000.0 * left, 0.001);
    for topic in ["sessions.csv", "comparison.csv", "sessions_difference_per_month_low", "share_of_begun"] {
        desk.run(&format!("explain {topic}")).ends(0).says(&["sessions"]);
    }
}
