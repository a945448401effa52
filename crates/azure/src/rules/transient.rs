//! TF: transient faults, and clients that try again.

use super::Rule;

const PAGE: &str = "transient faults page of the architecture center";

pub(super) const TRANSIENT: &[Rule] = &[
    Rule::in_part(
        "TF-01",
        "Few tries at growing intervals with jitter, a finite count, a circuit breaker. Retries add load.",
        PAGE,
        "intervals and jitter: they move attempts, and a load that lasts longer than they do is the same; storms in step, \
         which jitter would avoid, are not there",
    )
    .key("retry.tries"),
    Rule::in_part(
        "TF-02",
        "Three tries, 5 s each; a breaker opens at 50 % of failures over 20 requests, and is half open after 30 s.",
        "chosen, by the patterns of the transient faults page",
        "the 20 requests, the 5 and the 30 s: all clients have one breaker, which opens at once, and closes when the overload \
         is over and tries would not bring it back; it stops tries again and no first try, so what it spares is less",
    )
    .inferred()
    .key("retry.breaker"),
    Rule::in_part(
        "TF-03",
        "One attempt in 100,000 fails on the way, and once a region-day the network breaks for 0.5 to 3 s.",
        "nobody publishes it",
        "what breaks do to the load and to the objective: they are a closed form beside the ledger, with [blips], in which a \
         request is lost if all of its tries fail within one. Without [retry] no attempt fails on the way otherwise",
    )
    .unknown()
    .key("blips"),
];
