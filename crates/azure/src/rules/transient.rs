//! TF: transient faults, and clients that try again.

use super::Rule;

const PAGE: &str = "transient faults page of the architecture center";

pub(super) const TRANSIENT: &[Rule] = &[
    Rule::modelled(
        "TF-01",
        "Few tries, a finite count, a circuit breaker. Retries add load; times between tries and jitter are not simulated.",
        PAGE,
    )
    .key("retry.tries"),
    Rule::modelled(
        "TF-02",
        "A client tries three times; its breaker opens when half of the attempts fail.",
        "chosen, by the patterns of the transient faults page",
    )
    .inferred()
    .key("retry.breaker"),
    Rule::modelled(
        "TF-03",
        "One attempt in 100,000 fails on the way. Short breaks of the network, one a region-day, are not simulated.",
        "nobody publishes it",
    )
    .unknown()
    .key("retry.faults"),
];
