//! Keys of how machines work on requests.

use super::Key;
use super::Kind::{Choice, Count};

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "service.parallelism",
        Count(1, 10_000),
        "Requests that one machine works on at once; the others wait. With it, times of responses are told. A request takes `parallelism` / `capacity_per_instance` on average (exponential): 8 at 100 req/s are 80 ms.",
    )
    .overlay(),
    Key::new(
        "service.queue",
        Choice(&["shared", "per-machine"]),
        "Where requests wait: in one line for all machines (workers that fetch, a balancer that knows who is free), or at the machine that they were sent to (a balancer that goes by a hash, as Azure's does).",
    )
    .or("per-machine")
    .overlay(),
];
