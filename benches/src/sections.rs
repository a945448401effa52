//! The sections of a run: one for each group of demands.

mod fleets;
mod plan;
mod rare;
mod shared;
mod w1;

use std::process::ExitCode;
use zonefall_benches::rounds::Table;

/// What a section needs and fills.
pub struct Run {
    /// Rounds of each comparison.
    pub rounds: usize,
    /// A tenth of the work.
    pub quick: bool,
    /// What was found.
    pub table: Table,
}

impl Run {
    /// So many trials or events, fewer in a quick run.
    pub fn amount(&self, amount: u64) -> u64 {
        if self.quick { (amount / 10).max(1) } else { amount }
    }
}

/// Measures one group of demands.
pub type Section = fn(&mut Run);

/// All sections by name.
pub const ALL: [(&str, Section); 11] = [
    ("w1", w1::run),
    ("w2", fleets::w2),
    ("w4", fleets::w4),
    ("w6", fleets::w6),
    ("managed", fleets::managed),
    ("autoscale", fleets::autoscale),
    ("rare", rare::rare),
    ("plan", plan::plans),
    ("designs", shared::designs),
    ("threads", shared::threads),
    ("memory", shared::memory),
];

/// The hidden command that measures one peak of memory in a process of its own.
pub const MEMORY_OF: &str = "memory-of";

/// Runs it.
pub fn memory_of(arguments: &[String]) -> ExitCode {
    shared::memory_of(arguments)
}
