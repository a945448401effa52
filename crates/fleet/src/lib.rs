//! Scale sets living through a storm.
//!
//! In: a [`Design`] (scale sets, load balancer, demand, objective) and the [`zonefall_faults::Strikes`] of a trial. Out:
//! a [`Ledger`] of time-weighted integers. The fleet only reacts; it never decides what the world does, and it knows no
//! word of statistics.
//!
//! Order within one millisecond: what strikes (storm first, then machines by mode and slot), then what was pending, in the order of
//! `pending::Pending`. The objective is evaluated once, when the millisecond is over.

mod all_probed_up;
mod arrivals;
mod balancer;
mod bill;
mod branch;
mod change;
mod components;
mod deeds;
mod demand;
mod design;
mod disks;
mod entrances;
mod facts;
mod failover;
mod gateway;
mod groups;
mod holding;
mod jobs;
mod kinds;
mod ledger;
mod left;
mod line;
mod lives;
mod machine;
mod maintain;
pub mod maintenance;
mod manage;
pub mod management;
mod measure;
mod operations;
mod parts;
mod pending;
mod placement;
pub mod policy;
mod racks;
mod reach;
mod repair;
mod retries;
mod room;
mod routing;
pub mod service;
mod serving;
mod sessions;
mod slow_start;
mod states;
mod strike;
mod structure;
mod suppressed;
mod uptimes;
mod watch;
mod ways;
mod world;

pub use balancer::{LoadBalancer, ProbeTimes, probe_timeout};
pub use bill::{PAID, PAID_TABLE, Paid, paid_as_designed};
pub use branch::Descent;
pub use deeds::{Act, CameTo, Noted, Who, Why};
pub use demand::{Demand, Noise, Step};
pub use design::{Agreement, Bought, Design, HiddenZone, Need, ScaleSet, SlaTerms, Spreading, StartState};
pub use failover::{ALL_CLIENTS, Alarm, Failback, Failover, ORDER_AGAIN_LEAST, Operator, Pattern, Sight, Standby};
pub use groups::{SlotGroup, initial_counts, slot_groups};
pub use jobs::{Batch, JOBS_TOTAL_MAX, Jobs};
pub use kinds::{Answers, Kinds, Queued, Works};
pub use ledger::{ClassTimes, Ledger};
pub use left::Left;
pub use line::{Patience, SURE, SURE_CAPPED, Waited};
pub use manage::{Rolled, Which};
pub use measure::{Measure, Windows};
pub use operations::{OPERATIONS, Operation, OperationRow, TABLE as OPERATION_TABLE};
pub use parts::routes::working;
pub use placement::{Place, assign_fault_domain, initial_hosts, spread_over_zones, worst_zone_loss};
pub use retries::Attempts;
pub use routing::PARTS_MAX as FAILOVER_PARTS_MAX;
pub use service::{Begin, Ceiling, IN_TIME, Latency, Limit, Queue, Service, Sessions, in_ms};
pub use slow_start::SlowStart;
pub use states::{Load, SLOW_MAX, Slow, StateTime, States};
pub use structure::{Component, Footing, Least, Node, Part, Structure, Throughput, fewer_hold};
pub use suppressed::{GROUPS, Suppressed, group_of_event};
pub use uptimes::{CREDIT_STEPS, Kept, MONTH};
pub use watch::{Batched, Ended, Gated, Lined, Overload, Seen, Sent, Sighting, Stand, Watcher, Witness};
pub use ways::{NoWay, TIERS_MAX, Tier, WAYS_MAX, Way, WayLoad, Ways};
pub use world::{World, population};

/// Causes that are nobody's failure; they follow the storm's causes in every list.
pub const EXTRA_CAUSES: [(&str, &str); 10] = [
    (
        "deployment",
        "A machine that was asked for is being created (PT-03, RC), its creation has failed (RC-07), or it is new and not warm yet (`slow_start`).",
    ),
    ("probe lag", "Enough machines are alive, but requests still go to dead ones that no probe has found yet (LB-02)."),
    (
        "overload",
        "Every machine that was asked for serves, and that, or what lies behind them, is not enough for the demand and its retries; or too many attempts fail on the way (TF-03). What is out answers for its own: a lost zone or region for what the rest cannot take over. Of a failover group each part answers for what is out of it and for what would be too much for it with everything up; for clients that came to it from others those answer, and a standby that nobody would be sent to for nothing.",
    ),
    ("no capacity", "A machine was asked for, and its zone had no hardware to give (AL-02, IN-07)."),
    ("quota", "A machine was asked for, and the subscription's quota refused it (AL-01, AL-05)."),
    (
        "blocked by policy",
        "A machine was asked for, and the balance of zones refused the request: best effort with two zones or more out (ZB-06), or strict (ZB-07). Where all zones of the set are out, what holds them answers.",
    ),
    (
        "planned",
        "The customer, a rebalance or a rollout took the machine out: deleted, detached, deallocated, moved, upgraded.",
    ),
    ("repair", "An automatic repair took out a machine that still served (AR-02)."),
    ("bad release", "A machine ran a release that was bad, until it got another one (UP-12)."),
    (
        "failover",
        "Another part could serve, and clients had not come to it yet: it was not seen that the first is out, nobody had decided, the standby was not ready, or clients were still on their way (DR-07, AFD-02, TM-02).",
    ),
];

/// The places of [`EXTRA_CAUSES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extra {
    /// Being created because somebody asked for more.
    Deployment,
    /// Requests go to a dead machine that probes have not found.
    ProbeLag,
    /// Everything serves, and it is not enough, or attempts fail on the way.
    Overload,
    /// A zone had none to give.
    NoCapacity,
    /// The subscription allows no more.
    Quota,
    /// Balance forbade it.
    BlockedByPolicy,
    /// The customer took it out.
    Planned,
    /// A repair took out a machine that served.
    Repair,
    /// It runs a bad release.
    BadRelease,
    /// Clients have not come to a part that could serve.
    Failover,
}
