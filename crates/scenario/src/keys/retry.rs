//! Keys of clients that try again.

use super::Key;
use super::Kind::{Count, Duration, Either, Law, Off, Share, Table};

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "retry",
        Either(&[Table, Off]),
        "Clients that try again; needs `[demand]`. Without the table every request is tried once, and what is too much for the machines is turned away and costs them nothing; with it also a first try that fails costs work, so `tries = 1` is the same only with `wasted_work = 0` (and `faults = 0`). Times between tries do not matter here, but in `[blips]`: a load that lasts is the same. A failed attempt costs the machines as much work as one that is served (`retry.wasted_work`): in an overload all of their work may go into attempts that fail, so that nobody is served, until all tries together are no more than the capacity. So it may outlive its cause (`explain metastable`); a breaker, which is the default, ends it with its cause, and a budget makes it rarer. In a service of parts each attempt asks all of the parts that it needs, and the least of their capacities decides. Where `[failover]` sends clients to one of several parts, each part has an overload of its own. Clients that are sent elsewhere all at once bring along the tries that have failed where they were: with the router `global-load-balancer`, with `other` without a `ttl`, or where `ttl` is 0 s. With Front Door (its edges look one after the other) and a `ttl` above 0 s they go one by one, and find the part that they come to as it is. What all clients need before these parts (a front tier) or behind them (a database with `capacity`) has an overload too: tries for a part that is out come to what stands before it, and not to what stands behind. A second `[failover]`, of components without `capacity`, has to send all clients at once: it is then there for all of them or for none. A gateway that grows (`load_balancer.autoscale`) meets all tries before anything else does; what it turns away costs nothing and comes again, and keeps from the machines what they have no room for. Parts stand in the order of `all`; without one `[part]`s come first, then `[failover]`s, then `[component]`s.",
    )
    .overlay()
    .from("TF-01, TF-02"),
    Key::new("retry.tries", Count(1, 20), "Tries of a request at most, the first among them; of layers the product. One is not the same as no `[retry]` (`retry.wasted_work`).")
        .or("3")
        .overlay()
        .from("TF-01, TF-02"),
    Key::new(
        "retry.wasted_work",
        Share,
        "Share of an attempt's work that is done though it fails in overload: all of it where only the client's timeout ends it, none where the machine turns it away at once, as without `[retry]`. It holds for first tries too: with 100 % and a demand 8 % above the capacity all of the work goes into attempts that fail, also at `tries = 1`.",
    )
    .or("100%")
    .overlay()
    .from("assumed"),
    Key::new(
        "retry.breaker",
        Either(&[Share, Off]),
        "From this share of failed attempts on nobody tries again until the overload is over (a circuit breaker); `false` for none. It stops tries again, never first tries, so it does not help where first tries alone are too many; it is one for all clients, opens at once, and closes when tries would not open it again: no number of requests that it looks at, and no half-open state after 30 s (TF-02).",
    )
    .or("50%")
    .overlay()
    .from("TF-02"),
    Key::new(
        "retry.budget",
        Share,
        "Retries are at most this share of the first tries: \"10%\". Without it there is no such limit.",
    )
    .overlay(),
    Key::new(
        "blips",
        Either(&[Table, Off]),
        "Short breaks of the network, and what they cost; needs `[demand]`. Nobody looks for them without the table. While one lasts attempts fail on the way, and a request is lost if all of its tries are made within it: so tries help that come late enough, and a breaker that opens (`retry.breaker`) keeps them from being made. What is lost is told as a figure of its own, by a closed form: breaks come whatever else happens and do not overlap; they change no other figure, neither what is served nor the objective, and tries in them cost machines nothing.",
    )
    .overlay()
    .from("TF-03"),
    Key::new("blips.every", Duration, "From one break to the next, on average.").or("1 d").overlay().from("TF-03"),
    Key::new("blips.lasts", Law, "How long one lasts.")
        .or("{ law = \"uniform\", low = \"0.5 s\", high = \"3 s\" }")
        .overlay()
        .from("TF-03"),
    Key::new("blips.fails", Share, "Share of attempts that fail while it does.").or("100%").overlay().from("assumed"),
    Key::new("blips.first_wait", Duration, "With `[retry]`: what clients wait before their second try.")
        .or("0 s")
        .overlay()
        .from("TF-02"),
    Key::new(
        "blips.wait",
        Duration,
        "With `[retry]`: what they wait before their third try, and twice as long before each further one; a quarter more or less, evenly, one draw a request.",
    )
    .or("1 s")
    .overlay()
    .from("TF-02"),
    Key::new("retry.faults", Share, "Share of attempts that fail on the way, whatever the load.")
        .or("0.001%")
        .overlay()
        .from("TF-03"),
];
