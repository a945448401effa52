//! Clients that try again, as the book meets them: which state each load settles in, and how long what holds.
//!
//! In: what arrives, the machines alive and dead, capacity. Out: attempts that reach a machine, and what is served in the
//! end (`policy/retry.rs` decides). What is remembered is the share of attempts that fails for lack of capacity: an overload
//! that began may hold itself when its cause is over. A state settles at once; only states that last are entered.

use crate::ledger::Ledger;
use crate::operations::Operation;
use crate::policy::retry::{Load, Retry};

/// The clients of a trial.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clients {
    retry: Retry,
    /// The share of attempts that fails for lack of capacity.
    failing: f64,
    /// The share that was sent to machines alive, and the most that attempts ask for there.
    most: (f64, f64),
}

/// A state of load, in thousandths of a request a second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub demand_milli: u64,
    pub capacity_milli: u64,
    pub alive: u64,
    pub dead: u64,
}

impl Asked {
    fn load(self) -> Load {
        let alive = if self.alive == 0 { 0.0 } else { self.alive as f64 / (self.alive + self.dead) as f64 };
        let capacity = if self.alive == 0 { 0 } else { self.capacity_milli };
        Load { alive, capacity: capacity as f64 / self.demand_milli as f64 }
    }
}

impl Clients {
    pub fn new(retry: Retry) -> Self {
        Self { retry, failing: 0.0, most: (1.0, retry.most(1.0)) }
    }

    /// A trial begins.
    pub fn begin(&mut self) {
        self.failing = 0.0;
    }

    /// Whether attempts fail for lack of capacity.
    pub fn is_failing(&self) -> bool {
        self.failing > 0.0
    }

    /// The share that fails for lack of capacity if this state lasts, and whether nobody tries again.
    fn settles(&self, asked: Asked) -> (f64, bool) {
        if asked.demand_milli == 0 { (0.0, false) } else { self.retry.settles(asked.load(), self.failing) }
    }

    /// Attempts that reach a machine, and what is served in the end. In overload no fewer reach one than it can serve.
    pub fn flow(&self, asked: Asked) -> (u64, u64) {
        if asked.demand_milli == 0 {
            return (0, 0);
        }
        let settled = self.settles(asked);
        let (reach, served) = self.retry.flow(asked.load(), settled);
        let milli = |share: f64| (share * asked.demand_milli as f64).round() as u64;
        let reach = if settled.0 > 0.0 { milli(reach).max(asked.capacity_milli) } else { milli(reach) };
        (reach, milli(served).min(asked.demand_milli))
    }

    /// The state lasts; `counted_ms` of it are measured.
    pub fn lasts(&mut self, asked: Asked, counted_ms: u64, ledger: &mut Ledger) {
        let (settled, _) = self.settles(asked);
        let before = std::mem::replace(&mut self.failing, settled);
        if counted_ms == 0 || asked.demand_milli == 0 {
            return;
        }
        let mut count = |operation: Operation, times| ledger.operations[operation as usize] += times;
        let load = asked.load();
        if self.failing > 0.0 {
            count(Operation::RetryStorms, u64::from(before <= 0.0));
            count(Operation::RetryStormMs, counted_ms);
            count(Operation::MetastableMs, if self.retry.settles(load, 0.0).0 > 0.0 { 0 } else { counted_ms });
        } else {
            if self.most.0 != load.alive {
                self.most = (load.alive, self.retry.most(load.alive));
            }
            count(
                Operation::VulnerableMs,
                if self.retry.is_vulnerable_below(load, self.most.1) { counted_ms } else { 0 },
            );
        }
    }
}
