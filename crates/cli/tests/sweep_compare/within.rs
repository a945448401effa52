//! No figure is beyond what can be: hours of a year, machines that are always there, shares of trials that always miss.

use crate::kit::{self, Desk, json};
use serde_json::Value;

/// Every estimate of a result, with where it stands.
fn estimates<'a>(of: &'a Value, path: &str, all: &mut Vec<(String, &'a Value)>) {
    match of {
        Value::Object(fields) if fields.contains_key("mean") && fields.contains_key("quality") => {
            all.push((path.to_owned(), of));
        }
        Value::Object(fields) => fields.iter().for_each(|(name, of)| estimates(of, &format!("{path}.{name}"), all)),
        Value::Array(items) => items.iter().for_each(|of| estimates(of, path, all)),
        _ => {}
    }
}

#[test]
fn machines_that_are_always_there_and_releases_by_the_calendar_are_no_estimates() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let run =
        "run scenarios/bad-image-rolling-or-automatic.toml --trials 40 --no-assumptions --no-counterfactual --out r";
    desk.run(run).ends(0);
    let of = json(&desk.path("r/summary.json"));
    let operations = of["designs"][0]["operations"].as_array().unwrap();
    let named = |name: &str| &operations.iter().find(|of| of["operation"] == name).unwrap()["per_year"];
    let number = |of: &Value, name: &str| of[name].as_f64().unwrap();
    let existing = named("existing_machine_h");
    assert_eq!([number(existing, "low"), number(existing, "mean"), number(existing, "high")], [105_120.0; 3]);
    let releases = named("releases");
    assert_eq!(number(releases, "low"), number(releases, "high"), "{releases}");
    // What luck changes has an interval.
    let rollouts = named("rollout_h");
    assert!(number(rollouts, "low") < number(rollouts, "high") && number(rollouts, "high") <= 8760.0, "{rollouts}");
}

#[test]
fn weighted_trials_of_a_design_that_always_misses_stay_within_what_can_be_and_say_that_they_are_not_for_it() {
    const ALWAYS: &str = "name = \"always\"\nhorizon = \"365 days\"\ntrials = 200\nseed = 3\n[slo]\nmin_serving = 6\n\
                          window = \"30 days\"\n[region.eastus]\n[scale_set.web]\nzones = [1]\ncapacity = 5\n[load_balancer]\n";
    let desk = Desk::with(ALWAYS);
    for (method, seeds) in [("forcing", 1..6), ("splitting", 1..3)] {
        for seed in seeds {
            let run = format!("run s.toml --method {method} --seed {seed} --no-assumptions --out r --force");
            desk.run(&run).ends(0);
            let of = json(&desk.path("r/summary.json"));
            let warnings = of["warnings"].to_string();
            assert!(warnings.contains("plain trials tell more of it"), "{warnings}");
            let design = &of["designs"][0];
            for share in ["unavailability", "windows_met", "any_miss", "capacity_lost"] {
                for end in ["low", "mean", "high"] {
                    let value = design[share][end].as_f64();
                    assert!(
                        value.is_none_or(|value| (0.0..=1.0).contains(&value)),
                        "{method} {seed} {share} {end} {value:?}"
                    );
                }
            }
            let mut all = Vec::new();
            estimates(design, "", &mut all);
            let minutes = all.iter().filter(|(path, _)| path.ends_with("min_per_month"));
            for (path, of) in minutes {
                let high = of["high"].as_f64().unwrap();
                assert!((0.0..=43_200.000_001).contains(&high), "{method} {path} {of}");
            }
        }
    }
}

#[test]
fn of_few_trials_a_cause_spares_at_most_the_whole_month() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let told = desk.run("importance scenarios/zonal-or-spanning.toml --trials 20 --format json").ends(0).out;
    let of: Value = serde_json::from_str(&told).unwrap();
    let mut all = Vec::new();
    estimates(&of, "", &mut all);
    assert!(all.len() > 20);
    for (path, of) in all {
        assert!(of["high"].as_f64().unwrap() <= 43_200.000_001, "{path} {of}");
    }
}
