//! What is in a results folder, and the digest by which two results are compared.

use crate::files::ResultFile;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The manifest's name.
pub const MANIFEST: &str = "manifest.json";
/// The name of the file of seconds and threads, which no digest covers.
pub const TIMING: &str = "timing.json";
/// The version of the manifest's form.
pub const MANIFEST_SCHEMA: &str = "zonefall-manifest/1";

/// Where results come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The program's version.
    pub version: String,
    /// The study's name.
    pub study: String,
    /// SHA-256 of the scenario's text.
    pub scenario_hash: String,
    /// The seed.
    pub seed: u64,
    /// Trials computed.
    pub trials: u64,
}

/// How long it took: the only file that depends on a clock.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// Wall-clock seconds of the simulation.
    pub seconds: f64,
    /// Threads it ran on.
    pub threads: usize,
    /// Trials a second.
    pub trials_per_second: f64,
    /// Events dispatched a second.
    pub events_per_second: f64,
}

/// A file of the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
}

/// The form of `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`MANIFEST_SCHEMA`].
    pub schema: String,
    /// The program's version.
    pub version: String,
    /// The study's name.
    pub study: String,
    /// SHA-256 of the scenario's text.
    pub scenario_hash: String,
    /// The seed.
    pub seed: u64,
    /// Trials computed.
    pub trials: u64,
    /// Whether the run was interrupted.
    pub partial: bool,
    /// The result files by name; neither the manifest nor the timing is among them.
    pub files: Vec<Listed>,
    /// SHA-256 of the lines `<sha256>  <name>` of the result files, sorted by name, each with a line feed: what
    /// `sha256sum` prints for them, hashed once more.
    pub digest: String,
}

impl Manifest {
    /// The manifest of a set of files.
    pub fn new(identity: &Identity, files: &[ResultFile], partial: bool) -> Self {
        let listed = |file: &ResultFile| Listed {
            name: file.name.clone(),
            bytes: file.bytes.len() as u64,
            sha256: sha256(&file.bytes),
        };
        let mut files: Vec<Listed> = files.iter().map(listed).collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let lines: String = files.iter().map(|file| format!("{}  {}\n", file.sha256, file.name)).collect();
        Self {
            schema: MANIFEST_SCHEMA.into(),
            version: identity.version.clone(),
            study: identity.study.clone(),
            scenario_hash: identity.scenario_hash.clone(),
            seed: identity.seed,
            trials: identity.trials,
            partial,
            files,
            digest: sha256(lines.as_bytes()),
        }
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_what_sha256sum_gives() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let identity =
            Identity { version: "1".into(), study: "s".into(), scenario_hash: "h".into(), seed: 1, trials: 2 };
        let file = |name: &str| ResultFile { name: name.into(), bytes: name.as_bytes().to_vec() };
        let one = Manifest::new(&identity, &[file("b"), file("a")], false);
        let two = Manifest::new(&Identity { seed: 9, ..identity }, &[file("a"), file("b")], true);
        assert_eq!(one.digest, two.digest);
        let lines = format!("{}  a\n{}  b\n", sha256(b"a"), sha256(b"b"));
        assert_eq!(one.digest, sha256(lines.as_bytes()));
    }
}
