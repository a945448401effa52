//! What was amiss before an outage, what comes first within an instant, and what pictures call what struck.

use super::kit::{BASE, Desk};
use super::told;
use serde_json::Value;

/// Three of ten creations fail, and what stays Failed fills the limit of autoscale.
const FAILED: &str = r#"
horizon = "2 days"
trials = 1
seed = 1
start = "2026-01-05"
[slo]
min_served = "99%"
[region.eastus]
[demand]
rate = "600 req/s"
daily = [0.4, 0.3, 0.3, 0.3, 0.3, 0.4, 0.6, 1.0, 1.4, 1.6, 1.7, 1.7, 1.6, 1.6, 1.6, 1.5, 1.4, 1.3, 1.2, 1.2, 1.1, 0.9, 0.7, 0.5]
[scale_set.web]
zones = [1, 2, 3]
capacity = 3
capacity_per_instance = "100 req/s"
create_failure = "30%"
[scale_set.web.autoscale]
minimum = 3
maximum = 12
[[scale_set.web.autoscale.rule]]
metric = "cpu"
window = "5 min"
operator = ">"
threshold = 65
increase = 3
[[scale_set.web.autoscale.rule]]
metric = "cpu"
window = "10 min"
operator = "<"
threshold = 35
decrease = 1
[faults]
profile = "none"
"#;

/// A rolling release that is bad, then a zone that is lost.
const ROLLOUT: &str = r#"
horizon = "1 day"
trials = 1
seed = 3
start = "2026-01-05"
[slo]
min_serving = 7
[region.eastus]
[scale_set.web]
zones = [1, 2, 3]
capacity = 12
boot = "0 s"
orchestration = "uniform"
overprovision = false
health = { source = "extension", protocol = "http", request_path = "/health" }
upgrade = { mode = "rolling", reimage_time = "4 min", pause = "2 min", drain = "0 s" }
[load_balancer]
[faults]
profile = "none"
[[release]]
name = "r"
at = "2 h"
bad = "100%"
[[script]]
at = "2 h 10 min"
for = "1 h"
members = ["eastus/3"]
cause = "zone out"
"#;

fn says(row: &Value) -> &str {
    row["says"].as_str().unwrap()
}

/// RC-07: machines that stay Failed count, so autoscale gets no more where it asks for them: told with their names.
#[test]
fn rc_07_an_outage_names_the_failed_machines_that_it_began_with() {
    let desk = Desk::with(FAILED);
    let of = told(&desk, &["s.toml", "--trial", "0"]);
    let outages = of["outages"].as_array().unwrap();
    assert!(!outages.is_empty());
    let rows = of["rows"].as_array().unwrap();
    for outage in outages {
        let amiss = outage["amiss"].as_array().unwrap();
        let failed: Vec<&str> = amiss.iter().map(says).filter(|says| says.contains("in state Failed")).collect();
        assert_eq!(failed.len(), 1, "{outage}");
        assert!(failed[0].contains("web/eastus/1/1") && failed[0].ends_with("autoscale allows 12"), "{failed:?}");
        assert!(amiss.iter().all(|amiss| amiss["since_ms"].as_u64() < outage["roots_ms"].as_u64()));
    }
    // Each of them is named when it fails, and that is told once.
    let named = |words: &str| -> Vec<Option<u64>> {
        rows.iter().filter(|row| says(row).contains(words)).map(|row| row["machines"].as_u64()).collect()
    };
    assert!(named("in state Failed").iter().all(|machines| *machines >= Some(1)));
    assert_eq!(named("a machine stays in state Failed").len(), 0);
    desk.run("trace s.toml --trial 0").ends(0).says(&["still amiss: web/eastus/1/1", "[RC-04, RC-07]"]);
}

/// What is decided comes before what follows from it, and a creation is told once.
#[test]
fn causes_come_before_what_follows_from_them() {
    let desk = Desk::with(FAILED);
    let of = told(&desk, &["s.toml", "--trial", "0"]);
    let rows = of["rows"].as_array().unwrap();
    let created: Vec<usize> = (0..rows.len()).filter(|&at| says(&rows[at]).contains("being created")).collect();
    assert!(!created.is_empty());
    for at in created {
        let before: Vec<&str> = rows[..at].iter().filter(|row| row["at_ms"] == rows[at]["at_ms"]).map(says).collect();
        let place = |words: &str| before.iter().position(|says| says.contains(words));
        let (asks, accepted) = (place("autoscale asks"), place("increase is accepted"));
        assert!(asks.is_some() && asks < accepted, "{before:?}");
        assert_eq!(rows[at]["rules"], "PT-04");
    }
    assert!(rows.iter().all(|row| !says(row).contains("the creation of a machine begins")));

    let desk = Desk::with(ROLLOUT);
    let of = told(&desk, &["s.toml", "--trial", "0"]);
    let rows = of["rows"].as_array().unwrap();
    let place = |words: &str| rows.iter().position(|row| says(row).contains(words)).unwrap();
    let order = ["is released", "the rollout of `r` begins", "batch 1 of", "taken out to be changed"].map(place);
    assert!(order.is_sorted(), "{order:?}");
}

/// A rollout that waits between two batches takes no machine out, and is told all the same.
#[test]
fn an_outage_tells_of_the_rollout_that_goes_on() {
    let slow = ROLLOUT
        .replace("min_serving = 7", "min_serving = 9")
        .replace("pause = \"2 min\"", "pause = \"60 min\"")
        .replace("\"100%\"", "\"0%\"");
    let desk = Desk::with(&slow);
    let of = told(&desk, &["s.toml", "--trial", "0"]);
    let amiss = &of["outages"][0]["amiss"];
    assert_eq!(amiss[0]["says"], "the rollout of `r` goes on: the image of web", "{}", of["outages"]);
    assert_eq!(amiss[0]["since_ms"], 7_200_000);
}

/// Capacity that cannot be had is no outage of machines, and its bar says so.
#[test]
fn bars_say_what_struck() {
    let often = "[faults.mode.datacenter]\nrate = \"5 per zone-year\"\n";
    let few = BASE.replace("trials = 100", "trials = 5").replace("zones = [1, 2, 3]", "zones = [1, 2]");
    let desk = Desk::with(&(few + often));
    desk.run("trace s.toml --worst --svg p.svg").ends(0);
    let svg = desk.read("p.svg");
    let bars: Vec<&str> = svg.split("<title>").skip(1).filter_map(|rest| rest.split("</title>").next()).collect();
    assert!(
        bars.iter().any(|bar| bar.starts_with("new machines in eastus/") && bar.contains("), from day ")),
        "{bars:?}"
    );
    // As on a page single racks that were struck have lanes, too.
    assert!(bars.iter().any(|lane| lane.contains("/rack") && lane.ends_with("0 to 1")), "{bars:?}");
    // All machines against what is needed stand above the zones.
    assert!(
        svg.contains(">all machines<") && svg.contains("stroke-dasharray") && svg.contains("dashed: what it needs")
    );
}

/// All zones are lost for two hours; repairs delete machines that cannot be made again, and the only order of a runbook is refused.
const GIVEN_UP: &str = r#"
horizon = "10 days"
trials = 1
seed = 1
start = "2026-01-05"
[slo]
min_serving = 8
[region.eastus]
[scale_set.web]
zones = [1, 2, 3]
capacity = 10
health = { source = "extension" }
repairs = { action = "replace" }
[[runbook]]
set = "web"
when = { capacity_lost = 0.9, lasting = "1 h" }
capacity = 12
[[runbook]]
set = "web"
when = { serving_below = 8, lasting = "3 min" }
notice = "10 min"
capacity = 13
[[script]]
at = "1 d"
for = "2 h"
members = ["eastus/1", "eastus/2", "eastus/3"]
cause = "dark"
[faults]
profile = "none"
"#;

#[test]
fn ar_07_zb_06_what_stays_amiss_until_the_trial_ends_is_told_with_whose_order_was_refused() {
    let desk = Desk::with(GIVEN_UP);
    let page = desk.run("trace s.toml --worst").ends(0).out;
    let out = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.contains("an alert goes off: runbook 2 of web (capacity 13)"), "{out}");
    assert!(out.contains("two zones or more are out: runbook 2 of web (capacity 13) [ZB-06]"), "{out}");
    assert!(out.contains("an automatic repair begins: web/eastus/1/0 [AR-01]"), "{out}");
    let fails = Desk::with(&GIVEN_UP.replace("capacity = 13", "capacity = 13\nsuccess = 0"));
    let page = fails.run("trace s.toml --worst").ends(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    let says = "an action of a runbook does not do what it should: runbook 2 of web (capacity 13) [ZN-06]";
    assert!(page.contains(says), "{page}");
    for still in [
        "web has 7 machines, and had 10 when the trial began",
        "repairs of web are suspended [AR-07]",
        "no more capacity since:",
    ] {
        assert!(out.contains(&format!("amiss until the trial ends: {still}")), "{still}: {out}");
    }
}
