//! What a timeline tells that is not about machines: releases by name, batches of jobs, a gateway's instances.

use super::kit::{self, Desk, ran};
use super::told;
use serde_json::Value;

/// What the rows say at each instant, of those that contain one of these words.
fn says<'a>(of: &'a Value, words: &[&str]) -> Vec<&'a str> {
    let rows = of["rows"].as_array().unwrap().iter().map(|row| row["says"].as_str().unwrap());
    rows.filter(|says| words.iter().any(|word| says.contains(word))).collect()
}

/// Four machines, two at a time. The application is bad for sure, and taken back ten minutes after that shows.
const RELEASED: &str = "\
name = \"released\"
horizon = \"2 days\"
trials = 1
seed = 1
[slo]
min_serving = 3
[region.east]
[faults]
profile = \"none\"
[scale_set.web]
zones = [1]
capacity = 4
health = {}
warm_up = \"0 s\"
[scale_set.web.upgrade]
mode = \"rolling\"
batch = 50
max_unhealthy = 50
reimage_time = \"4 min\"
drain = \"2 min\"
[[release]]
name = \"patches\"
at = \"1 h\"
every = \"4 days\"
bad = \"0%\"
[[release]]
name = \"shop\"
kind = \"application\"
at = \"12 h\"
bad = \"100%\"
rollback = { notice = \"10 min\" }
";

#[test]
fn up_13_releases_are_told_by_name_kind_and_batch() {
    let desk = Desk::with(RELEASED);
    let of = told(&desk, &["s.toml", "--trial", "0"]);
    let told = says(&of, &["patches", "shop", "drain", "another model", "taken out"]);
    for (words, times) in [
        ("`patches` no. 1 is released: web has another image", 1),
        ("the rollout of `patches` no. 1 begins: the image of web", 1),
        ("batch 2 of the rollout of `patches` no. 1 begins", 1),
        ("the rollout of `patches` no. 1 has reached every machine in its way", 1),
        ("`shop` is released: web has another application; it is bad", 1),
        ("batch 1 of the rollout of `shop` begins", 1),
        ("`shop` shows on a first machine that it is bad", 1),
        (
            "unhealthy machines stop the rollout of `shop`; 2 machines have the new application, 2 the one from before",
            1,
        ),
        ("the operator takes `shop` back", 1),
        ("batch 1 of the way back from `shop` begins", 1),
    ] {
        assert_eq!(told.iter().filter(|says| **says == words).count(), times, "{words}: {told:#?}");
    }
    // Before time is measured nothing is counted, and all of it told.
    desk.put("late.toml", RELEASED.replace("trials = 1", "trials = 1\nmeasure_from = \"6 h\""));
    let late = super::told(&desk, &["late.toml", "--trial", "0"]);
    assert_eq!(says(&late, &["`patches`", "`shop`"]), says(&of, &["`patches`", "`shop`"]));
    // The generic words are told of nothing that has a name.
    assert!(!told.iter().any(|says| says.contains("a rollout begins") || says.contains("a batch of a rollout")));
    // Machines of batches are counted as machines, other decisions as times.
    let table = {
        desk.run("trace s.toml --trial 0 --csv t.csv").ends(0);
        desk.table("t.csv")
    };
    let column = |name: &str| table.column(name).into_iter().map(str::to_owned).collect::<Vec<String>>();
    let (says, machines, times) = (column("says"), column("machines"), column("times"));
    let at = |words: &str| says.iter().position(|says| says.contains(words)).unwrap();
    let of = |words: &str| (machines[at(words)].as_str(), times[at(words)].as_str());
    assert_eq!(of("batch 1 of the rollout of `shop`"), ("2", "0"));
    assert_eq!(of("`shop` is released"), ("0", "1"));
    assert_eq!(of("a machine gets another model"), ("1", "0"));
    // They drain for two minutes, and are not said to be gone.
    assert!(says.iter().any(|says| says.contains("leave the rotation and drain: planned")), "{says:#?}");
    assert!(!says.iter().any(|says| says.contains("gone") || says.contains("created")));
}

/// How often an operation is counted in a year, by design.
fn a_year(desk: &Desk, file: &str, operation: &str) -> Vec<f64> {
    desk.run(&format!("run {file} --force --no-counterfactual --out counted")).ends(0);
    let table = desk.table("counted/operations.csv");
    let rows = table.column("operation").into_iter().zip(table.column("per_year"));
    rows.filter(|(of, _)| *of == operation).map(|(_, times)| times.parse().unwrap()).collect()
}

/// Three kinds of releases on one set: what brings one of them brings the others along, so that later rollouts find nothing to do.
fn of_all_kinds() -> String {
    let mut text = "\
name = \"kinds\"
horizon = \"30 days\"
trials = 1
seed = 7
[slo]
min_serving = 8
[region.east]
[load_balancer]
[scale_set.web]
zones = [1, 2, 3]
capacity = 12
health = { source = \"extension\", protocol = \"http\", request_path = \"/health\" }
upgrade.mode = \"rolling\"
[faults]
profile = \"none\"
[faults.mode.crash]
scope = \"instance\"
rate = \"20 per VM-year\"
outage = \"30 min\"
"
    .to_owned();
    for (kind, days) in [("image", 3), ("extension", 2), ("application", 1)] {
        let when = format!("at = \"1 day\"\nevery = \"{days} days\"\nbad = \"30%\"");
        text += &format!("[[release]]\nname = \"{kind}s\"\nkind = \"{kind}\"\n{when}\n");
    }
    text + "[[design]]\nname = \"in place\"\n[[design]]\nname = \"surge\"\nscale_set.web.upgrade.max_surge = true\n\
        [[design]]\nname = \"automatic\"\nscale_set.web.upgrade.mode = \"automatic\"\n"
}

#[test]
fn up_14_every_rollout_has_a_name_and_is_told_as_often_as_it_is_counted() {
    let desk = Desk::with(&of_all_kinds());
    let counted = a_year(&desk, "s.toml", "rollouts");
    let mut idle = 0;
    for (design, counted) in ["in place", "surge", "automatic"].into_iter().zip(counted) {
        let of = told(&desk, &["s.toml", "--trial", "0", "--design", design]);
        let told = says(&of, &["rollout", "way back", "other order"]);
        let unnamed = ["a rollout", "a batch of a rollout", "stop a rollout", "cuts a rollout"];
        assert!(!told.iter().any(|says| unnamed.iter().any(|words| says.contains(words))), "{design}: {told:#?}");
        let count = |words: &[&str]| told.iter().filter(|says| words.iter().any(|words| says.contains(words))).count();
        let begun = count(&["begins: the"]);
        assert!((counted * 30.0 / 365.0 - begun as f64).abs() < 0.01, "{design}: {begun} of {counted} a year");
        let ended =
            count(&["has reached every", "finds nothing left", "unhealthy machines stop", "another order cuts"]);
        assert!(ended == begun || ended + 1 == begun, "{design}: {ended} of {begun} end");
        idle += count(&["finds nothing left to do"]);
    }
    assert!(idle > 3, "{idle}");
}

#[test]
fn tf_01_attempts_that_fail_are_told_from_the_instant_on_at_which_they_do_and_up_to_the_last() {
    let storms = |desk: &Desk, design: &str| -> Vec<(u64, bool)> {
        let of = told(desk, &["s.toml", "--trial", "0", "--design", design]);
        let rows = of["rows"].as_array().unwrap().iter();
        let mine = rows.filter(|row| row["says"].as_str().unwrap().contains("for lack of capacity"));
        mine.map(|row| (row["at_ms"].as_u64().unwrap(), row["says"].as_str().unwrap().contains("begin"))).collect()
    };
    let half_hours = |of: &[(u64, bool)]| of.iter().map(|&(at, begins)| (at / 1_800_000, begins)).collect::<Vec<_>>();
    // 648 come for half an hour, 600 are served, and 540 are too many once they are tried three times.
    let launch = "\
horizon = \"1 day\"
trials = 1
seed = 1
[slo]
min_served = \"99%\"
[region.e]
[demand]
rate = \"540 req/s\"
[[demand.launch]]
at = \"12 h\"
peak = 1.2
lasts = \"30 min\"
[scale_set.web]
zones = [1]
capacity = 6
capacity_per_instance = \"100 req/s\"
[retry]
tries = 3
wasted_work = \"50%\"
[faults]
profile = \"none\"
[[design]]
name = \"broken\"
retry.breaker = \"50%\"
[[design]]
name = \"held\"
retry.breaker = false
";
    let desk = Desk::with(launch);
    let (broken, held) = (storms(&desk, "broken"), storms(&desk, "held"));
    assert_eq!(half_hours(&broken), [(24, true), (25, false)]);
    assert_eq!(half_hours(&held), [(24, true)]);
    let hours: Vec<f64> = a_year(&desk, "s.toml", "retry_storm_h").iter().map(|hours| hours / 365.0).collect();
    assert!((hours[0] - 0.5).abs() < 1e-6 && (hours[1] - 12.0).abs() < 1e-6, "{hours:?}");
    // Time that is measured from amid it on begins with it, as it is counted.
    desk.put("s.toml", launch.replace("trials = 1", "trials = 1\nmeasure_from = \"12 h 15 min\""));
    assert_eq!(storms(&desk, "broken"), [(12 * 3_600_000 + 900_000, true), (12 * 3_600_000 + 1_800_000, false)]);
    // Whatever happens between its beginning and then: a machine that is lost and comes back.
    let lost = "[[script]]\nat = \"12 h 5 min\"\nfor = \"5 min\"\nmembers = [\"web/e/1/0\"]\n";
    desk.put("s.toml", launch.replace("trials = 1", "trials = 1\nmeasure_from = \"12 h 20 min\"") + lost);
    for (design, rest) in [("broken", vec![(12 * 3_600_000 + 1_800_000, false)]), ("held", vec![])] {
        let first = (12 * 3_600_000 + 1_200_000, true);
        assert_eq!(storms(&desk, design), [vec![first], rest].concat());
    }
    let year = 365.0 * 24.0 * 60.0 / (11.0 * 60.0 + 40.0);
    assert!(a_year(&desk, "s.toml", "retry_storms").iter().all(|storms| (storms / year - 1.0).abs() < 1e-6));
    // In a service of parts: one of two tiers is out for an hour.
    let parts = launch
        .replace("[slo]\nmin_served = \"99%\"\n", "[slo]\ntarget = \"99.9%\"\n")
        .replace("zones = [1]", "zones = [1, 2]")
        .replace("[[demand.launch]]\nat = \"12 h\"\npeak = 1.2\nlasts = \"30 min\"\n", "")
        .replace("[retry]", "[part.front]\nsets = [\"web\"]\nmin_served = \"90%\"\n[retry]")
        + "[[script]]\nat = \"5 h\"\nfor = \"1 h\"\nmembers = [\"e/1\"]\n";
    desk.put("s.toml", parts.clone());
    let told = half_hours(&storms(&desk, "broken"));
    assert!(told.first() == Some(&(10, true)) && told.last().is_some_and(|last| !last.1), "{told:?}");
    let lost = "[[script]]\nat = \"5 h 10 min\"\nfor = \"5 min\"\nmembers = [\"web/e/2/0\"]\n";
    desk.put("s.toml", parts.replace("trials = 1", "trials = 1\nmeasure_from = \"5 h 30 min\"") + lost);
    assert_eq!(storms(&desk, "broken").first(), Some(&(5 * 3_600_000 + 1_800_000, true)));
    assert!(a_year(&desk, "s.toml", "retry_storms").iter().all(|storms| *storms > 0.0));
}

#[test]
fn ag_03_a_timeline_says_when_the_ordered_instances_are_there_and_counts_requests_as_such() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let of = told(&desk, &["scenarios/gateway-grows-too-late.toml", "--trial", "0"]);
    let there = says(&of, &["application gateway"]);
    for words in ["orders more instances", "of the application gateway are there: it has", "back: it has"] {
        assert!(there.iter().any(|says| says.contains(words)), "{words}: {there:#?}");
    }
    let turned = |row: &&Value| row["says"].as_str().unwrap().contains("turned away");
    let rows: Vec<&Value> = of["rows"].as_array().unwrap().iter().filter(turned).collect();
    assert!(!rows.is_empty());
    for row in rows {
        assert!(row["requests"].as_u64().unwrap() > 0 && row["machines"] == 0, "{row}");
    }
    // However much the demand changes meanwhile, one row says that it begins and one how many it were.
    let mut on = false;
    for says in says(&of, &["to turn requests away", "have been turned away"]) {
        assert_eq!(says.contains("begins"), !on, "{says}");
        on = !on;
    }
    assert!(!on);
    let one = desk.read("scenarios/gateway-grows-too-late.toml");
    let trials = one.lines().find(|line| line.starts_with("trials")).unwrap();
    desk.put("one.toml", one.replace(trials, "trials = 1"));
    let of = told(&desk, &["one.toml", "--trial", "0"]);
    let sum: u64 = of["rows"].as_array().unwrap().iter().filter_map(|row| row["requests"].as_u64()).sum();
    let counted = a_year(&desk, "one.toml", "gateway_turned_away")[0];
    let years = of["horizon_ms"].as_f64().unwrap() / (365.0 * 24.0 * 3_600_000.0);
    assert!(sum > 0 && (counted * years - sum as f64).abs() < 1.0, "{counted} {years} {sum}");
}

#[test]
fn batches_of_jobs_come_are_done_and_are_due() {
    let desk = Desk::new();
    kit::scenarios(&desk);
    let args = ["scenarios/route-backlog.toml", "--trial", "0", "--design", "9 in one zone"];
    let of = told(&desk, &args);
    let told = says(&of, &["batch"]);
    assert!(told[0].starts_with("batch 1 comes: ") && told[0].ends_with(" jobs, due in 7 h"), "{}", told[0]);
    let count = |words: &str| told.iter().filter(|says| says.contains(words)).count();
    assert!(count(" comes: ") >= 364, "{}", count(" comes: "));
    // The last night is cut by the end of the trial.
    assert_eq!(count("the deadline of batch"), count(" comes: ") - 1);
    assert_eq!(count("is done, "), count(" comes: ") - 1);
    // A late one is done after its deadline, when the objective holds again.
    let rows = of["rows"].as_array().unwrap();
    let late = rows.iter().find(|row| row["says"].as_str().unwrap().contains("of its jobs are not done")).unwrap();
    let number = late["says"].as_str().unwrap().split(&[' ', ':'][..]).nth(4).unwrap().to_owned();
    let done = format!("batch {number} is done, ");
    let done = rows.iter().find(|row| row["says"].as_str().unwrap().starts_with(&done)).unwrap();
    assert!(done["at_ms"].as_u64() > late["at_ms"].as_u64());
    let outage = of["outages"].as_array().unwrap().iter().find(|outage| outage["from_ms"] == late["at_ms"]).unwrap();
    assert_eq!(outage["to_ms"], done["at_ms"]);
    assert!(rows.windows(2).all(|pair| pair[0]["at_ms"].as_u64() <= pair[1]["at_ms"].as_u64()));
    ran(desk.command(["trace"]).args(args)).ends(0).says(&["of its jobs are not done"]);
}
