//! Rivals as subprocesses: a line asks for one run, a line answers with its CPU seconds and counts. They stay up through
//! all rounds, so that loading and compiling are not timed.

#![allow(clippy::print_stderr)]

use crate::rounds::Contender;
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A rival that is running.
pub struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

fn start(command: &mut Command) -> Result<Peer, String> {
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|why| format!("{command:?}: {why}"))?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("no pipe to the peer".into());
    };
    Ok(Peer { child, input, output: BufReader::new(output) })
}

/// Starts a Python peer with the interpreter named in `ZONEFALL_PYTHON`, else `python3`, and waits until it is ready.
/// Returns the seconds that it compiled, too.
///
/// # Errors
/// If a module is missing or the script fails; says what to install.
pub fn python(script: &str, modules: &[&str]) -> Result<(Peer, f64), String> {
    let python = std::env::var("ZONEFALL_PYTHON").unwrap_or_else(|_| "python3".into());
    for module in modules {
        let found = Command::new(&python).args(["-c", &format!("import {module}")]).stderr(Stdio::null()).status();
        if !found.is_ok_and(|status| status.success()) {
            return Err(format!("{python} has no {module}: pip install {}", modules.join(" ")));
        }
    }
    let mut command = Command::new(&python);
    let mut peer = start(command.arg(folder().join(script)).stderr(Stdio::null()))?;
    let ready = peer.line()?;
    let seconds = ready.split(' ').nth(1).and_then(|word| word.parse().ok());
    seconds.map(|seconds| (peer, seconds)).ok_or(format!("{script} says {ready:?}"))
}

/// Builds and starts the Rust peers. They are a workspace of their own, because desim needs unstable coroutines and a
/// licence that we do not link with.
///
/// # Errors
/// If they do not build.
pub fn rust() -> Result<Peer, String> {
    let target = std::env::temp_dir().join("zonefall-peers");
    let mut cargo = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    cargo.args(["build", "--release", "--quiet"]).current_dir(folder().join("rust"));
    cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", &target);
    let built = cargo.status().map_err(|why| why.to_string())?;
    if !built.success() {
        return Err("the Rust peers do not build (they need their crates and, for desim, coroutines)".into());
    }
    start(&mut Command::new(target.join("release/zonefall-peers")))
}

impl Peer {
    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        let read = self.output.read_line(&mut line).map_err(|why| why.to_string())?;
        if read == 0 { Err("the peer has ended".into()) } else { Ok(line.trim().into()) }
    }

    /// Asks for one run; returns the numbers of its answer, CPU seconds first.
    ///
    /// # Errors
    /// If the peer has ended or does not answer with at least three numbers.
    pub fn ask(&mut self, request: &str) -> Result<Vec<f64>, String> {
        writeln!(self.input, "{request}").map_err(|why| why.to_string())?;
        let line = self.line()?;
        let numbers: Vec<f64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
        if numbers.len() < 3 { Err(format!("the peer answers {line:?}")) } else { Ok(numbers) }
    }
}

/// A peer's runs for [`crate::rounds::Rounds`]; a run that fails says so and counts as not a number.
pub fn contender(peer: &RefCell<Peer>, request: String) -> Contender<'_> {
    Box::new(move || match peer.borrow_mut().ask(&request) {
        Ok(answer) => (answer[0], answer[1]),
        Err(why) => {
            eprintln!("{request}: {why}");
            (f64::NAN, 1.0)
        }
    })
}
