//! CPU time and memory of this process; memory on Linux only, from `/proc`.

use cpu_time::{ProcessTime, ThreadTime};
use std::time::Instant;

/// CPU seconds that `work` takes in the calling thread (which must do the work itself), and what it returns.
pub fn cpu_seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let before = ThreadTime::now();
    let result = work();
    (before.elapsed().as_secs_f64(), result)
}

/// What `work` returns, and the CPU seconds that the whole process takes meanwhile.
pub fn process_seconds<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let before = ProcessTime::now();
    let result = work();
    (result, before.elapsed().as_secs_f64())
}

/// Wall seconds that `work` takes, and what it returns.
pub fn wall_seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let wall = Instant::now();
    let result = work();
    (wall.elapsed().as_secs_f64(), result)
}

/// Bytes of resident memory: now, and at most so far.
pub fn resident_bytes() -> Option<(u64, u64)> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let field = |name: &str| -> Option<u64> {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}

/// The processor's name.
pub fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("model name"));
    line.and_then(|line| line.split_once(':')).map_or("an unknown processor".into(), |(_, name)| name.trim().into())
}
