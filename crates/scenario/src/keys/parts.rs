//! Keys of a service's parts: components, groups of sets, and how they hold together.

use super::Key;
use super::Kind::{Choice, Count, Either, Law, List, Number, Off, RequestRate, Share, Table, Text};

/// The most parts and components of a design.
pub(crate) const PARTS_MAX: usize = 500;

/// The most that a component may cost a month.
const PRICE_MAX: f64 = 1e9;

const NAMES: super::Kind = List(&Text, PARTS_MAX);

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "component",
        Table,
        "Parts of the service that are no machines (a database, a load balancer), each `[component.<name>]`. A component fails by itself, as the cause of its name, and with the ground that it stands on.",
    )
    .overlay(),
    Key::new("component.<name>", Either(&[Table, Off]), "A component; `false` in a design removes it.").overlay(),
    Key::new(
        "component.<name>.kind",
        Choice(&["database", "load-balancer", "application-gateway", "front-door", "traffic-manager", "other"]),
        "What it is; decides the availability where none is written, and where it stands.",
    )
    .or("other")
    .overlay()
    .from("SL-07"),
    Key::new(
        "component.<name>.availability",
        Share,
        "Its own availability, for example the published one. Its time to failure follows from this and `outage`. Without it and `time_to_failure`: load balancer, Front Door and Traffic Manager 99.99%, application gateway 99.95%, others have to say.",
    )
    .overlay()
    .from("SL-07"),
    Key::new("component.<name>.time_to_failure", Law, "The law of its time to failure, in place of `availability`.")
        .overlay(),
    Key::new("component.<name>.outage", Law, "How long its own failures last.")
        .or("{ law = \"exponential\", mean = \"1 h\" }")
        .overlay()
        .from("assumed"),
    Key::new(
        "component.<name>.start",
        Choice(&["stationary", "new"]),
        "Whether a trial finds it as if it had run for ever, or new and up.",
    )
    .or("stationary")
    .overlay(),
    Key::new(
        "component.<name>.placement",
        Choice(&["zonal", "zone-redundant", "regional", "global"]),
        "The ground that it stands on: one zone whose fate it shares; all zones of its region; its region as a whole; or none (global). Without it: zonal where `zone` is written, global for Front Door and Traffic Manager, else zone-redundant.",
    )
    .overlay()
    .from("LB-07"),
    Key::new("component.<name>.region", Text, "The region it is in. May be left out where there is one region.").overlay(),
    Key::new("component.<name>.zone", Count(1, 100), "The zone of a zonal component.").overlay().from("LB-07"),
    Key::new(
        "component.<name>.zones_needed",
        Count(1, 100),
        "Zones that a zone-redundant component needs: 1 for a frontend, 2 of 3 for a store with a quorum.",
    )
    .or("1")
    .overlay()
    .from("LB-07"),
    Key::new(
        "component.<name>.price",
        Number(0.0, PRICE_MAX),
        "What it costs a month, in the currency of the prices (`[money]` or `plan.price`): a part of the bill, and of what `zonefall plan` compares. Without it, it costs nothing, and the results say so. Where the cost of a plan is the number of machines it does not count.",
    )
    .or("0.0")
    .overlay(),
    Key::new(
        "component.<name>.capacity",
        RequestRate,
        "The most of the demand that it lets through, which does not scale with the machines before it, as that of a shared database. What passes the service is the least of what its parts let through. Needs `[demand]` and `min_served`. Without it everything passes.",
    )
    .overlay(),
    Key::new(
        "component.<name>.min_served",
        Share,
        "With `capacity`: the component holds while it lets this share of the demand that comes to it through; what is missed for that is charged to `overload`.",
    )
    .overlay(),
    Key::new(
        "part",
        Table,
        "Parts of the service, each `[part.<name>]`: a group of sets with a need of its own, or parts and components that hold together. Each part stands in one place.",
    )
    .overlay(),
    Key::new("part.<name>", Either(&[Table, Off]), "A part; `false` in a design removes it.").overlay(),
    Key::new(
        "part.<name>.sets",
        NAMES,
        "Scale sets, availability sets and machines that serve together. Needs `min_serving` or `min_served`.",
    )
    .overlay(),
    Key::new(
        "part.<name>.min_serving",
        Count(1, 10_000_000),
        "The part holds with at least this many machines of its sets in rotation and alive.",
    )
    .overlay(),
    Key::new(
        "part.<name>.min_served",
        Share,
        "The part holds while its sets serve at least this share of the demand, all of which comes to it. Needs `[demand]`.",
    )
    .overlay(),
    Key::new(
        "part.<name>.parallelism",
        Count(1, 10_000),
        "Requests that one machine of its sets works on at once, in place of `service.parallelism`. A request takes the sum over the parts in series that it passes.",
    )
    .overlay(),
    Key::new(
        "part.<name>.queue",
        Choice(&["shared", "per-machine"]),
        "Where requests wait for its machines, in place of `service.queue`.",
    )
    .overlay(),
    Key::new("part.<name>.all", NAMES, "Parts and components in series, in the order in which a request asks them: all of them must hold, and what one loses does not come to the next.").overlay(),
    Key::new("part.<name>.any", NAMES, "Alternatives: one of them must hold.").overlay(),
    Key::new("part.<name>.of", NAMES, "Parts and components of which at least `least` must hold.").overlay(),
    Key::new("part.<name>.least", Count(1, PARTS_MAX as u64), "How many of `of` must hold.").overlay(),
    Key::new(
        "slo.holds",
        Text,
        "Up is: this part holds. Without it all parts and components that no other part contains hold, in series; with `min_serving` or `min_served` the machines that no part names are one of them.",
    )
    .overlay(),
];
