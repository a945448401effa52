//! LB: load balancers. AG: application gateways. AFD: Front Door. TM: Traffic Manager.

use super::Confidence::{Conflicting, Inferred, Recalled, Unknown};
use super::Rule;

const PROBES: &str = "load balancer health probes page";

pub(super) const BALANCER: &[Rule] = &[
    Rule::modelled(
        "LB-01",
        "A probe every 5 s; two failures in a row take a machine out, one success brings it back.",
        PROBES,
    )
    .conflicting()
    .key("load_balancer.probe_interval"),
    Rule::modelled(
        "LB-02",
        "A refused probe has failed at once, an unanswered one when its time is up: at the next probe, for HTTP after 30 s at most.",
        PROBES,
    )
    .key("load_balancer.probe_timeout"),
    Rule::modelled(
        "LB-03",
        "A new machine serves after its first success; one that flaps needs ever more, up to eight.",
        "load balancer health probes page; the doubling is chosen",
    )
    .partly(&[Unknown])
    .key("load_balancer.flap_window"),
    Rule::in_part(
        "LB-04",
        "New flows leave a backend that is down; established TCP stays until it closes; UDP moves.",
        PROBES,
        "UDP: its flows are new ones at once, as requests without sessions are",
    )
    .key("sessions"),
    Rule::modelled(
        "LB-05",
        "Where no backend is healthy none gets new flows (the default), or (AllProbedUp) all do.",
        "load balancer REST reference",
    )
    .key("load_balancer.no_healthy_backends"),
    Rule::modelled(
        "LB-06",
        "An idle flow is dropped after 4 minutes (4 to 30), as on a machine that pauses; others are taken to be kept alive.",
        "load balancer TCP reset page",
    )
    .key("sessions.patience"),
    Rule::in_part(
        "LB-07",
        "A zonal frontend shares its zone's fate; a zone-redundant one is served by all zones and survives one.",
        "load balancer reliability page; how long it converges is chosen: 5 to 20 s",
        "flows through the lost zone, which break until the others have taken over: here they do at once. Where that counts, [blips] \
         with a length of 5 to 20 s and the share of one zone adds it",
    )
    .partly(&[Unknown])
    .key("component.placement"),
    Rule::modelled(
        "LB-08",
        "The global tier looks at regions every 5 s and takes out one that is gone, in 5 to 15 s.",
        "load balancer reliability page; the time is chosen",
    )
    .partly(&[Unknown])
    .key("failover.router"),
    Rule::in_part(
        "LB-09",
        "A backend can be closed to new flows, or kept open to them, whatever its probe says, and keeps those it has.",
        "recalled, not read again",
        "none is kept open: who would is not known",
    )
    .recalled()
    .key("load_balancer.drain"),
    Rule::modelled(
        "LB-10",
        "Members come and go with the set; one that is deleted drains only within its terminate notice, else its flows break.",
        "a field manual by others; the lack of a drain is inferred",
    )
    .partly(&[Inferred])
    .key("sessions"),
    Rule::modelled(
        "LB-11",
        "A pause longer than interval times threshold removes the machine for a while; sessions wait, then clients give up.",
        "maintenance and updates page",
    )
    .key("load_balancer.probe_interval"),
];

pub(super) const GATEWAY: &[Rule] = &[
    Rule::modelled(
        "AG-01",
        "A probe every 30 s that waits 30 s; 3 failures (1 to 20) take a backend out, one success brings it back; all probe as one.",
        "application gateway health probe page",
    )
    .key("load_balancer.kind"),
    Rule::modelled(
        "AG-02",
        "A backend that leaves the pool is drained for 30 s, or 1 to 3600 s; requests with an affinity cookie count as sessions.",
        "application gateway HTTP settings page",
    )
    .pure("a default; the drain is that of LB-09")
    .key("load_balancer.drain"),
    Rule::modelled(
        "AG-03",
        "Version 2 scales from 0 to 125 instances of about 10 capacity units (50 TLS connections a second), in 3 to 5 min.",
        "application gateway scaling page; the time is recalled",
    )
    .partly(&[Recalled])
    .key("load_balancer.autoscale"),
];

pub(super) const FRONT_DOOR: &[Rule] = &[
    Rule::modelled(
        "AFD-01",
        "An origin is healthy with 3 good of its last 4 probes, every 30 s; each edge site decides for itself.",
        "Front Door health probe page; an older one has a latency band of 0 ms, others of 50 ms",
    )
    .partly(&[Conflicting])
    .key("failover.samples_needed"),
    Rule::modelled(
        "AFD-02",
        "Out after two bad samples, 60 to 90 s, back after three good ones, at most 90 s.",
        "arithmetic on the probe page",
    )
    .inferred()
    .key("failover.probe_interval"),
    Rule::in_part(
        "AFD-03",
        "Of the healthy origins the lowest priority, of those the fastest, then by weight; all of them where none is healthy.",
        "Front Door routing page",
        "how long the way to an origin takes: all are as fast as the fastest, so a latency band of 50 ms and one of 0 ms \
         (sources contradict each other) are the same, and there is no key for it",
    )
    .key("failover.weights"),
];

pub(super) const TRAFFIC_MANAGER: &[Rule] = &[
    Rule::modelled(
        "TM-01",
        "A probe every 30 s (fast 10 s); degraded after one failure more than is tolerated (3), online at the first success.",
        "Traffic Manager monitoring page",
    )
    .key("failover.tolerated_failures"),
    Rule::modelled(
        "TM-02",
        "Degraded after 100 to 130 s, fast 39 to 49 s; then each client keeps its answer for what is left of the time to live.",
        "arithmetic on the monitoring page; the time to live of 60 s is recalled",
    )
    .inferred()
    .partly(&[Recalled])
    .key("failover.ttl"),
    Rule::in_part(
        "TM-03",
        "By priority, by weight, or by where clients are; where all are degraded, as if none were.",
        "Traffic Manager monitoring page",
        "where clients are (the methods performance, geographic and subnet) and several answers at once",
    )
    .key("failover.weights"),
];
