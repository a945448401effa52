//! Times of responses and clients that try again in a service of parts, from the scenario to the results.

use crate::kit::{self, Desk};

/// Two tiers of one machine, of 100 req/s and one request at a time each: half of that arrives.
const TIERS: &str = r#"
horizon = "30 days"
trials = 100
[slo]
target = "99%"
window = "30 days"
[region.eastus]
[demand]
rate = "50 req/s"
[service]
parallelism = 1
[virtual_machine.front]
zone = 1
[virtual_machine.back]
zone = 2
[part.first]
sets = ["front"]
min_serving = 1
[part.then]
sets = ["back"]
min_serving = 1
[faults]
profile = "none"
[[design]]
name = "95"
slo.p95_latency = "95 ms"
[[design]]
name = "94"
slo.p95_latency = "94 ms"
"#;

#[test]
fn the_95_percent_quantile_of_two_tiers_is_that_of_their_sum() {
    let desk = Desk::with(TIERS);
    desk.run("check s.toml --format json").ends(0).says(&["\"p95_latency_ms\": 95"]);
    desk.run("run s.toml --out r").ends(0);
    let summary = kit::json(&desk.path("r/summary.json"));
    for (design, missed) in [(0, 0.0), (1, 1.0)] {
        let design = &summary["designs"][design];
        assert_eq!(design["unavailability"]["mean"], missed);
        // exp(-x) (1 + x) = 1/20 at x = 4.74386, and 50 a second are left of each machine.
        let p95 = design["latency"]["p95_ms"].as_f64().unwrap();
        assert!((p95 - 1000.0 * 4.743_865 / 50.0).abs() < 1e-3, "{p95}");
        assert_eq!(design["latency"]["slow"]["mean"], missed);
    }
    assert_eq!(summary["designs"][1]["causes"][0]["cause"], "overload");
    desk.run("verify s.toml").says(&["`p95_latency`"]);
    // Shards hold them, too.
    for (range, file) in [("0..40", "a"), ("40..100", "b")] {
        desk.run(&format!("run s.toml --trials-range {range} --partial {file}")).ends(0);
    }
    desk.run("merge s.toml a b --out m").ends(0);
    assert_eq!(kit::json(&desk.path("m/summary.json"))["designs"], summary["designs"]);
}

#[test]
fn tf_01_clients_of_a_service_of_parts_hold_its_overload() {
    let text = TIERS
        .replace("rate = \"50 req/s\"", "rate = \"90 req/s\"")
        .replace("[service]\nparallelism = 1\n", "")
        .replace("profile = \"none\"", "profile = \"none\"\n[component.db]\navailability = \"99.9%\"")
        .replace("name = \"95\"\nslo.p95_latency = \"95 ms\"", "name = \"once\"")
        .replace(
            "name = \"94\"\nslo.p95_latency = \"94 ms\"",
            "name = \"thrice\"\nretry = { tries = 3, breaker = false }",
        );
    let text = text.replace("min_serving = 1", "min_served = \"99%\"");
    let desk = Desk::with(&text);
    desk.run("run s.toml --out r").ends(0);
    let summary = kit::json(&desk.path("r/summary.json"));
    let down = |design: usize| summary["designs"][design]["unavailability"]["mean"].as_f64().unwrap();
    // An outage of the database is over in an hour; three tries of 90 req/s outlive it to the end.
    assert!(down(1) > 20.0 * down(0), "{} {}", down(1), down(0));
    let causes = summary["designs"][1]["causes"].as_array().unwrap();
    assert_eq!(causes[0]["cause"], "overload", "{causes:?}");
}
