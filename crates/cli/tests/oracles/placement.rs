//! G08: where machines go, as `check --format json` of the binary tells it.

use super::Oracles;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

pub const ID: &str = "G08";

/// What is wrong with the placement, if anything.
pub fn complaint(file: &Oracles) -> Option<String> {
    let exact = &file.entry(ID)["exact_value"];
    let found = found(file.number(ID, "n") as u32, file.number(ID, "zones") as u32);
    println!("| {ID} | {exact} | {found} | exact | | | |");
    (found != *exact).then(|| format!("| {ID} | {exact} | {found} |"))
}

fn found(machines: u32, zones: u32) -> Value {
    // Only tests of the package know where its binary is.
    let Some(binary) = option_env!("CARGO_BIN_EXE_zonefall") else { panic!("there is no binary to ask") };
    let folder = std::env::temp_dir().join(format!("zonefall-oracles-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let scenario = folder.join("g08.toml");
    std::fs::write(&scenario, super::text::Text::new(machines, zones, 1, "30 days").to_string()).unwrap();
    let checked = check(binary, &scenario);
    std::fs::remove_dir_all(&folder).unwrap();
    let design = &checked["designs"][0];
    let mut counts: Vec<u64> =
        design["machines_by_zone"]["web"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    json!({ "counts": counts, "worst_remaining": design["machines_after_losing_the_largest_zone"] })
}

fn check(binary: &str, scenario: &Path) -> Value {
    let output = Command::new(binary).arg("check").arg(scenario).args(["--format", "json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
