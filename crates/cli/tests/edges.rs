//! The crates depend on each other as the architecture says, and on nothing else of ours.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

const EDGES: [(&str, &[&str]); 12] = [
    ("engine", &[]),
    ("stats", &[]),
    ("exact", &[]),
    ("topology", &["engine"]),
    ("faults", &["engine", "topology"]),
    ("fleet", &["engine", "topology", "faults", "exact"]),
    ("azure", &["engine", "topology", "faults"]),
    ("scenario", &["engine", "topology", "faults", "fleet", "azure", "exact"]),
    ("import", &["engine", "topology", "faults", "fleet", "scenario"]),
    ("study", &["engine", "topology", "faults", "fleet", "stats", "exact"]),
    ("report", &["study"]),
    (
        "cli",
        &["engine", "stats", "exact", "topology", "faults", "fleet", "azure", "scenario", "import", "study", "report"],
    ),
];

/// Our crates among the `[dependencies]` of a manifest.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let section = manifest.split("\n[").find(|part| part.starts_with("dependencies]")).unwrap_or("");
    let name = |line: &str| line.strip_prefix("zonefall-")?.split([' ', '=', '.']).next().map(str::to_owned);
    section.lines().filter_map(name).collect()
}

#[test]
fn every_crate_depends_on_what_the_architecture_allows() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let found: BTreeSet<String> =
        crates.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(found, EDGES.iter().map(|(name, _)| (*name).to_owned()).collect());
    for (name, allowed) in EDGES {
        let manifest = std::fs::read_to_string(crates.join(name).join("Cargo.toml")).unwrap();
        for dependency in dependencies(&manifest) {
            assert!(allowed.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
}

/// Only `cli` prints; only `report` and `cli` write files.
#[test]
fn nobody_else_prints_or_writes() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut folders: Vec<_> = EDGES.iter().map(|(name, _)| (*name, crates.join(name).join("src"))).collect();
    while let Some((name, folder)) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push((name, path));
                continue;
            }
            // Such a file is a module of tests.
            if path.ends_with("tests.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            for (word, may) in [
                ("println!", &["cli"][..]),
                ("print!(", &["cli"]),
                ("fs::write", &["report", "cli"]),
                ("File::create", &["report", "cli"]),
                ("fs::rename", &["report", "cli"]),
                ("Instant::now", &["cli"]),
                ("thread_local!", &[]),
            ] {
                assert!(may.contains(&name) || !code.contains(word), "{} must not use {word}", path.display());
            }
        }
    }
}
