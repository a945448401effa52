//! The shared file of exact answers.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// The entries of the file.
pub struct Oracles(Vec<Value>);

impl Oracles {
    /// Reads the file; none, and a word about it, if nobody said where it is and it is not at its usual place.
    ///
    /// # Panics
    /// If `ZONEFALL_SHARED` is set but wrong, or the file is broken.
    pub fn find() -> Option<Self> {
        let said = std::env::var_os("ZONEFALL_SHARED").map(PathBuf::from);
        let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
        let file = said.clone().unwrap_or(usual).join("oracles/oracles.json");
        if said.is_none() && !file.is_file() {
            println!("skipped: no shared folder next to the workspace; ZONEFALL_SHARED says where else it is");
            return None;
        }
        let text = std::fs::read_to_string(&file)
            .unwrap_or_else(|why| panic!("ZONEFALL_SHARED is wrong: {}: {why}", file.display()));
        Some(Self(serde_json::from_str(&text).unwrap()))
    }

    /// The ids that come with some capabilities.
    pub fn ids_from(&self, issues: &[&str]) -> Vec<String> {
        let asked = |entry: &&Value| issues.iter().any(|issue| entry["from_issue"] == **issue);
        self.0.iter().filter(asked).map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
    }

    pub fn entry(&self, id: &str) -> &Value {
        self.0.iter().find(|entry| entry["id"] == id).unwrap_or_else(|| panic!("the file has no entry {id}"))
    }

    /// The exact value of an entry.
    pub fn exact(&self, id: &str) -> f64 {
        self.entry(id)["exact_value"].as_f64().unwrap_or_else(|| panic!("{id}: the exact value is not a number"))
    }

    /// A parameter of an entry.
    pub fn number(&self, id: &str, name: &str) -> f64 {
        let value = self.entry(id)["parameters"][name].as_f64();
        value.unwrap_or_else(|| panic!("{id} has no parameter {name}"))
    }
}
