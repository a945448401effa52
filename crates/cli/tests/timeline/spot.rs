//! Waves of evictions as `trace` tells them: with their ends, and with machines that start again.

use super::told;
use crate::kit::Desk;
use serde_json::Value;

const WAVES: &str = r#"
name = "waves"
horizon = "10 days"
trials = 4
[slo]
min_serving = 1
target = "99%"
[region.eastus]
[scale_set.web]
zones = [1]
capacity = 2
priority = "spot"
spot = { restore = "100 h" }
[faults]
profile = "none"
[faults.mode.wave]
scope = "zone"
effect = "evicted"
kind = "shock"
rate = "100 per zone-year"
outage = "5 h"
"#;

#[test]
fn sp_01_al_03_a_wave_is_over_with_its_shortage_and_machines_are_started_then() {
    let desk = Desk::with(WAVES);
    let of = told(&desk, &["s.toml", "--trial", "0"]);
    let rows = of["rows"].as_array().unwrap();
    let at = |words: &str| -> Vec<u64> {
        let says = |row: &&Value| row["says"].as_str().unwrap().contains(words);
        rows.iter().filter(says).map(|row| row["at_ms"].as_u64().unwrap()).collect()
    };
    let (begins, over) = (at("wave begins: eastus/1"), at("wave is over: eastus/1"));
    assert!(!begins.is_empty());
    for (begin, end) in begins.iter().zip(&over) {
        assert_eq!(end - begin, 5 * 3_600_000);
    }
    let started: Vec<&Value> =
        rows.iter().filter(|row| row["says"].as_str().unwrap().contains("are being started")).collect();
    assert!(!started.is_empty() && started.iter().all(|row| row["rules"] == "AL-03"));
    assert!(at("being created").is_empty());
    // Nobody starts while some wave lasts.
    for row in started {
        let t = row["at_ms"].as_u64().unwrap();
        assert!(begins.iter().all(|&begin| t < begin || t >= begin + 5 * 3_600_000), "{t}");
    }
}
