//! Keys of how machines work on requests.

use super::Key;
use super::Kind::{Choice, Count, Duration, Either, Off, RequestRate, Table, Text};

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
    Key::new(
        "service.patience",
        Either(&[Duration, Off]),
        "Requests that cannot be served at once wait in one line for all machines, first come, first served, and their clients give up after this time; with no machine in rotation nobody waits. Who waits is served late and not lost: `min_served` counts who gives up, `p95_latency` looks at how long who is next has waited. Times come from a fluid (docs/latency.md). Without it what is too much is turned away at once. `[jobs]` on the same machines stand still until nobody waits. Needs `queue = \"shared\"`; a service of parts needs none: there one line stands before all of them, or before each part that one `[failover]` sends clients to (then everything with a capacity has to lie within these parts, and other `[failover]`s, of components, have to send all clients at once), who is next is let in when all parts that it needs have room, times of answers are not told, and `[jobs]` are refused. `false` in a design removes it.",
    )
    .overlay()
    .from("TF-01"),
    Key::new(
        "service.spread",
        Choice(&["even", "by-capacity"]),
        "Where requests go if machines are not alike (some slowed, not warm yet, or of another set). `even`: each in rotation gets the same, as from Azure's load balancers, and what is too much for one is not served, though others may have room; clients who try again (`[retry]`) come to any. `by-capacity`: where there is room, as from a balancer that knows who is free. Without it: `even` where there is a `[load_balancer]`, or a set has `slow_start` (but not with `queue = \"shared\"`, or with `[retry]` beside parts), else `by-capacity`.",
    )
    .overlay()
    .from("assumed"),
    Key::new(
        "service.ceiling",
        Either(&[Table, Off]),
        "A capacity behind the machines that does not scale with them, as that of a shared database: no more is served, and what is not is charged to `overload`. `false` in a design removes it.",
    )
    .overlay(),
    Key::new("service.ceiling.capacity", RequestRate, "The most that it lets through.").overlay(),
    Key::new("service.ceiling.name", Text, "What it is.").or("database").overlay(),
];
