//! The interval formulas against the shared oracles S01, S02 and S03.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use serde_json::Value;
use std::path::PathBuf;
use zonefall_stats::{Confidence, Interval, Moments, intervals};

/// The list of oracles; `None` where the default place does not have it.
/// Panics where `ZONEFALL_SHARED` is set and wrong.
fn oracles() -> Option<Vec<Value>> {
    let set = std::env::var_os("ZONEFALL_SHARED");
    let named = set.is_some();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = set.map_or_else(|| root.join("../shared"), PathBuf::from);
    let path = folder.join("oracles/oracles.json");
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) if named => panic!("ZONEFALL_SHARED is set, but {}: {error}", path.display()),
        Err(error) => {
            eprintln!("skipped: {}: {error}", path.display());
            None
        }
    }
}

fn entry(id: &str) -> Option<Value> {
    let list = oracles()?;
    let found = list.into_iter().find(|entry| entry["id"] == id);
    Some(found.unwrap_or_else(|| panic!("no oracle {id}")))
}

fn close(ours: f64, exact: &Value) {
    let exact = exact.as_f64().unwrap();
    assert!((ours - exact).abs() <= 1e-9, "{ours} against {exact}");
    assert!((ours - exact).abs() <= 1e-9 * exact.abs(), "{ours} against {exact}");
}

fn counts(id: &str, formula: fn(u64, u64, Confidence) -> Interval) {
    let Some(entry) = entry(id) else { return };
    let p = &entry["parameters"];
    let conf = Confidence::new(p["conf"].as_f64().unwrap()).unwrap();
    let interval = formula(p["k"].as_u64().unwrap(), p["n"].as_u64().unwrap(), conf);
    close(interval.low, &entry["exact_value"]["lo"]);
    close(interval.high, &entry["exact_value"]["hi"]);
}

#[test]
fn s01_wilson() {
    counts("S01", intervals::wilson);
}

#[test]
fn s02_clopper_pearson() {
    counts("S02", intervals::clopper_pearson);
}

#[test]
fn s03_student_t() {
    let Some(entry) = entry("S03") else { return };
    let data = entry["parameters"]["data"].as_array().unwrap();
    let scale = 10_000.0;
    let tenthousandths = data.iter().map(|x| (x.as_f64().unwrap() * scale).round() as i64);
    let m: Moments = tenthousandths.collect();
    let interval = intervals::student_t(m.mean(), m.standard_deviation(), m.n(), Confidence::P95);
    close(m.mean() / scale, &entry["exact_value"]["mean"]);
    close(interval.half_width() / scale, &entry["exact_value"]["halfwidth"]);
}
