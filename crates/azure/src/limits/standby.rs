//! SB: standby pools (V-29).

use super::model::those;
use super::{Matter, Model, Violation};

/// The most machines of a set and its pool together (OM-06).
const WITH_POOL_MAX: u64 = 1000;

/// A standby pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StandbyShape {
    /// `minReadyCapacity`.
    pub min_ready: u32,
    /// `maxReadyCapacity`.
    pub max_ready: u32,
    /// The most machines that the set ever asks for.
    pub capacity: u32,
    /// Its machines run, and the set scales by itself.
    pub runs_beside_autoscale: bool,
}

/// V-29, SB-01, OM-06.
pub fn check_standby(model: &Model, pool: StandbyShape) -> Vec<Violation> {
    let refuse = |rule, about, words: String, help: &str| {
        Violation::ours(Matter::Offer, rule, "StandbyPoolNotSupported", words).row("V-29", about).help(help)
    };
    let ready = pool.max_ready.saturating_sub(pool.capacity).max(pool.min_ready);
    let together = u64::from(pool.capacity) + u64::from(ready);
    those([
        (
            !model.is_flexible(),
            refuse(
                "SB-01",
                "standby_pool",
                "a standby pool needs a Flexible scale set".into(),
                "write `orchestration = \"flexible\"`",
            ),
        ),
        (
            model.fault_domains > 1,
            refuse(
                "SB-01",
                "standby_pool",
                format!("a standby pool needs 1 fault domain, not {}", model.fault_domains),
                "write `fault_domains = 1`",
            ),
        ),
        (
            pool.runs_beside_autoscale,
            refuse(
                "SB-01",
                "standby_pool.state",
                "autoscale does not go with a standby pool of running machines".into(),
                "write `state = \"deallocated\"`",
            ),
        ),
        (
            together > WITH_POOL_MAX,
            refuse(
                "OM-06",
                "standby_pool.max_ready",
                format!("set and pool together have {together} machines, more than {WITH_POOL_MAX}"),
                "write a smaller `max_ready` or `min_ready`",
            ),
        ),
        (
            pool.min_ready > pool.max_ready,
            refuse(
                "SB-01",
                "standby_pool.min_ready",
                format!("the least that is ready ({}) is more than the most ({})", pool.min_ready, pool.max_ready),
                "write a smaller `min_ready`",
            ),
        ),
    ])
}
