//! What the tests of the command line share: the binary, folders to work in, and what it leaves there.

#![allow(dead_code)]

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// Nine machines over three zones, six needed; 100 trials.
pub const BASE: &str = "\
name = \"base\"
horizon = \"365 days\"
trials = 100
[slo]
min_serving = 6
[region.eastus]
[scale_set.web]
zones = [1, 2, 3]
capacity = 9
";

/// A small world in which so much fails that every design misses its objective now and then.
pub const STRESS: &str = "\
name = \"stress\"
horizon = \"200 days\"
trials = 18
seed = 7
[slo]
min_serving = 6
target = \"99.95%\"
[region.eastus]
racks_per_zone = 5
hosts_per_rack = 4
[scale_set.web]
capacity = 9
[load_balancer]
[faults.mode.host-hard-failure]
rate = \"20 per host-year\"
[faults.mode.rack-failure]
rate = \"10 per rack-year\"
[faults.mode.datacenter]
rate = \"5 per zone-year\"
[faults.mode.zone-network]
rate = \"3 per zone-year\"
[faults.mode.region-data-plane]
rate = \"1 per region-year\"
[[design]]
name = \"zonal\"
scale_set.web.zones = [1]
[[design]]
name = \"regional\"
scale_set.web.zones = []
[[design]]
name = \"spanning\"
scale_set.web.zones = [1, 2, 3]
[[design]]
name = \"eight\"
scale_set.web.zones = [1, 2, 3]
scale_set.web.capacity = 8
";

/// The workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// What a run of the binary said, and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
    what: String,
}

impl Ran {
    /// Ended with this exit code.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Says all of these on standard error.
    #[track_caller]
    pub fn complains(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.err.contains(word), "nothing is said of {word:?}: {self}");
        }
        self
    }

    /// Says all of these on standard output.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.out.contains(word), "nothing is said of {word:?}: {self}");
        }
        self
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\nexit {:?}\n-- stdout\n{}\n-- stderr\n{}", self.what, self.code, self.out, self.err)
    }
}

/// The binary without anything of the surroundings that changes what it says.
pub fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zonefall"));
    command.stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "FORCE_COLOR"] {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end. Whatever happens, the program must not panic.
#[track_caller]
pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    told(format!("{command:?}"), &output)
}

/// What an output says.
#[track_caller]
pub fn told(what: String, output: &Output) -> Ran {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let ran = Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr), what };
    assert!(!ran.err.contains("panicked") && !ran.err.contains("RUST_BACKTRACE"), "{ran}");
    ran
}

/// A folder of its own, removed in the end.
pub struct Desk(TempDir);

impl Desk {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With a scenario called `s.toml` in it.
    pub fn with(scenario: &str) -> Self {
        let desk = Self::new();
        desk.put("s.toml", scenario);
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
    }

    /// The binary, working here.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = binary();
        command.args(args).current_dir(self.0.path());
        command
    }

    /// Runs the binary here with arguments that are separated by blanks.
    #[track_caller]
    pub fn run(&self, args: &str) -> Ran {
        ran(&mut self.command(args.split_whitespace()))
    }

    /// Names and bytes of everything in a folder, at any depth; nothing if it is not there.
    pub fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.path(folder)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(self.0.path()).unwrap().display().to_string();
                    files.insert(name, std::fs::read(&path).unwrap());
                }
            }
        }
        files
    }

    /// Whether nothing of this name is there, not even a link.
    pub fn lacks(&self, name: &str) -> bool {
        std::fs::symlink_metadata(self.path(name)).is_err()
    }

    /// The digest of a folder of results whose manifest is right; see [`digest`].
    #[track_caller]
    pub fn digest(&self, folder: &str) -> String {
        digest(&self.path(folder))
    }

    /// A table of a folder of results.
    #[track_caller]
    pub fn table(&self, path: &str) -> Table {
        Table::read(&std::fs::read(self.path(path)).unwrap_or_else(|why| panic!("{path}: {why}")), b',')
    }
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// JSON of a file.
#[track_caller]
pub fn json(path: &Path) -> serde_json::Value {
    let text = std::fs::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// Checks that the manifest of a folder lists every file there with its size and sum, and nothing else; returns the
/// digest, which is checked too.
#[track_caller]
pub fn digest(folder: &Path) -> String {
    let manifest = json(&folder.join("manifest.json"));
    let mut lines = String::new();
    let mut listed = vec!["manifest.json".to_owned(), "timing.json".to_owned()];
    for file in manifest["files"].as_array().unwrap() {
        let name = file["name"].as_str().unwrap();
        let bytes = std::fs::read(folder.join(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(file["bytes"], bytes.len(), "{name}");
        assert_eq!(file["sha256"], sha256(&bytes), "{name}");
        lines += &format!("{}  {name}\n", sha256(&bytes));
        listed.push(name.to_owned());
    }
    let there = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut there: Vec<String> = there.collect();
    there.sort();
    listed.sort();
    assert_eq!(there, listed, "files of {} and of its manifest", folder.display());
    assert_eq!(manifest["digest"], sha256(lines.as_bytes()));
    manifest["digest"].as_str().unwrap().to_owned()
}

/// A table as text.
#[derive(Debug, PartialEq)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    #[track_caller]
    pub fn read(bytes: &[u8], delimiter: u8) -> Self {
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(bytes);
        let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
        let columns = cells(reader.headers().unwrap());
        let rows = reader.records().map(|record| cells(&record.unwrap())).collect();
        Self { columns, rows }
    }

    /// The cells of a column.
    #[track_caller]
    pub fn column(&self, name: &str) -> Vec<&str> {
        let at = self.columns.iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}"));
        self.rows.iter().map(|row| row[at].as_str()).collect()
    }
}

/// The folder of data that the workspace does not carry: `ZONEFALL_SHARED`, or `shared` next to the workspace. None, and a
/// word about it, if nobody said where it is and it is not at its usual place.
///
/// # Panics
/// If `ZONEFALL_SHARED` is set but wrong.
pub fn shared(file: &str) -> Option<PathBuf> {
    let said = std::env::var_os("ZONEFALL_SHARED").map(PathBuf::from);
    let folder = said.clone().unwrap_or_else(|| root().join("../shared"));
    let path = folder.join(file);
    if path.is_file() {
        return Some(path.canonicalize().unwrap());
    }
    assert!(said.is_none(), "ZONEFALL_SHARED is wrong: there is no {}", path.display());
    println!("skipped: no shared folder next to the workspace; ZONEFALL_SHARED says where else it is");
    None
}

/// Puts the scenarios that come with the program, and their data, into a folder; returns their names without the ending,
/// each at `scenarios/<name>.toml`.
pub fn scenarios(desk: &Desk) -> Vec<String> {
    let from = root().join("scenarios");
    let mut names = Vec::new();
    for folder in ["", "data"] {
        for path in
            from.join(folder).read_dir().unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
        {
            let name = path.strip_prefix(&from).unwrap().display().to_string();
            desk.put(&format!("scenarios/{name}"), std::fs::read(&path).unwrap());
            // A price list is no scenario.
            names.extend(name.strip_suffix(".toml").filter(|name| !name.contains("prices")).map(str::to_owned));
        }
    }
    names.sort();
    assert!(names.len() >= 5, "{names:?}");
    names
}

/// Starts a run that would take very long, interrupts it when it has got somewhere, and waits for its end.
///
/// # Panics
/// If it does not stop.
#[cfg(unix)]
#[track_caller]
pub fn interrupted(command: &mut Command, times: u32) -> Ran {
    use std::time::{Duration, Instant};
    for pause_ms in [700, 3000, 10_000] {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let id = child.id();
        let waiting = std::thread::spawn(move || child.wait_with_output().unwrap());
        std::thread::sleep(Duration::from_millis(pause_ms));
        let mut sent = 0;
        let began = Instant::now();
        while !waiting.is_finished() && began.elapsed() < Duration::from_secs(60) {
            if sent < times {
                sent += 1;
                assert!(Command::new("kill").args(["-INT", &id.to_string()]).status().unwrap().success());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        if !waiting.is_finished() {
            let _ = Command::new("kill").args(["-KILL", &id.to_string()]).status();
            panic!("{command:?} does not stop: {}", told(String::new(), &waiting.join().unwrap()));
        }
        let ran = told(format!("{command:?}, interrupted"), &waiting.join().unwrap());
        // Without a code it was not yet listening; a slow machine gets more time.
        if ran.code.is_some() {
            return ran;
        }
    }
    panic!("{command:?} never listened");
}
