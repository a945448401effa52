//! `[failover.<name>]`: parts that stand in for each other, who sends clients to them, and what has to happen before.
//!
//! In: one table. Out: a [`Failover`] whose node is still to be found, and the names of its parts. What can go wrong is told
//! all at once: keys of another router or pattern, samples that can never be enough, weights that are not one for each part.

use crate::codes;
use crate::components::Promise;
use crate::demand::Clock;
use crate::diagnostic::Sink;
use crate::laws::{law, law_or};
use crate::manage;
use crate::node::Node;
use crate::reader::Reader;
use std::ops::Range;
use zonefall_azure::sla;
use zonefall_engine::{Law, SimDuration};
use zonefall_fleet::policy::router::{front_door_back, front_door_out};
use zonefall_fleet::{ALL_CLIENTS, Alarm, Failback, Failover, LoadBalancer, Operator, Pattern, Sight, Standby};

const PATH: &str = "failover.<name>";
/// AFD-01: the longest interval between Front Door's probes.
const FRONT_DOOR_INTERVAL_MAX: SimDuration = SimDuration::from_ms(255_000);
/// As Site Recovery gets ready (DR-02).
const SITE_RECOVERY: &str = "{ law = \"lognormal\", median = \"15 min\", sigma = 0.6 }";

/// What a pattern makes of keys that are not written.
struct Defaults {
    ready: &'static str,
    recovery_point: &'static str,
    failback_after: &'static str,
    failback_outage: &'static str,
    /// An operator decides, and capacity and a control plane are needed.
    by_hand: bool,
}

fn defaults(pattern: &str) -> Defaults {
    let (ready, recovery_point, failback_after, failback_outage) = match pattern {
        "warm" => ("{ law = \"uniform\", low = \"5 min\", high = \"20 min\" }", "0 s", "4 h", "0 s"),
        "cold" => (
            "{ law = \"uniform\", low = \"1 h\", high = \"8 h\" }",
            "{ law = \"uniform\", low = \"0 s\", high = \"24 h\" }",
            "4 h",
            SITE_RECOVERY,
        ),
        "site-recovery" => {
            (SITE_RECOVERY, "{ law = \"uniform\", low = \"0 s\", high = \"5 min\" }", "4 h", SITE_RECOVERY)
        }
        _ => ("{ law = \"uniform\", low = \"0 s\", high = \"2 min\" }", "0 s", "0 s", "0 s"),
    };
    let quoted = |text: &'static str| match text {
        "0 s" => "\"0 s\"",
        "4 h" => "\"4 h\"",
        other => other,
    };
    Defaults {
        ready,
        recovery_point: quoted(recovery_point),
        failback_after: quoted(failback_after),
        failback_outage: quoted(failback_outage),
        by_hand: !matches!(pattern, "active-active" | "hot"),
    }
}

type Names = Vec<(String, Range<usize>)>;

/// Reads one group: the names of its parts, and what it says, if that is well.
pub(crate) fn failover(name: &str, node: &Node, clock: &Clock<'_>, sink: &mut Sink) -> (Names, Option<Failover>) {
    let reader = Reader::new(node, PATH, sink);
    let parts = reader.texts("parts", sink);
    let failover = group(name, &reader, parts.as_deref(), clock, sink);
    (parts.unwrap_or_default(), failover)
}

fn group(
    name: &str,
    reader: &Reader<'_>,
    parts: Option<&[(String, Range<usize>)]>,
    clock: &Clock<'_>,
    sink: &mut Sink,
) -> Option<Failover> {
    for (key, example) in [
        ("parts", "parts = [\"east\", \"west\"]"),
        ("pattern", "pattern = \"hot\""),
        ("router", "router = \"front-door\""),
    ] {
        if !reader.has(key) {
            reader.missing(key, example, sink);
        }
    }
    if let Some(few) = parts.filter(|parts| parts.len() < 2) {
        let words = format!("failover group `{name}` has {} part: another has to stand in for it", few.len());
        sink.error(codes::PART, &reader.span_of("parts"), words);
    }
    let (pattern, router) = (reader.choice("pattern", sink), reader.choice("router", sink));
    let sight = router.and_then(|router| sight(reader, router, sink));
    let least = reader.share("min_clients", sink);
    let parts = parts.filter(|parts| parts.len() >= 2);
    let pattern = match pattern? {
        "active-active" => active_active(reader, parts, sink),
        pattern => standby(reader, pattern, clock, sink).map(|standby| Pattern::Standby(Box::new(standby))),
    };
    let (sight, spread) = sight?;
    let clients_least = (least?.as_f64() * f64::from(ALL_CLIENTS)).round() as u32;
    if clients_least == 0 {
        let words = format!("the group would always hold: at least one client in {ALL_CLIENTS} is needed");
        sink.error(codes::RANGE, &reader.span_of("min_clients"), words);
        return None;
    }
    parts?;
    Some(Failover { node: 0, pattern: pattern?, sight, spread, clients_least })
}

/// SL-07: what is promised for the router of a group; none where nobody knows, all where a component stands for it and has
/// the promise itself.
pub(crate) fn router_promise(node: &Node, written: &[&str]) -> Promise {
    // What is wrong with it is told by whoever reads the group.
    let mut told = Sink::default();
    let router = Reader::new(node, PATH, &mut told).choice("router", &mut told)?;
    let kind = if router == "global-load-balancer" { "load-balancer" } else { router };
    let published = sla::component(kind)?;
    Some(if written.contains(&kind) { (1, 1) } else { published })
}

/// Tells keys that do not go with what was chosen.
fn only(reader: &Reader<'_>, keys: &[&str], with: &str, sink: &mut Sink) -> bool {
    let stray: Vec<&&str> = keys.iter().filter(|key| reader.has(key)).collect();
    for key in &stray {
        sink.error(codes::EXCLUSIVE, &reader.span_of(key), format!("`{key}` does not go with {with}"));
    }
    stray.is_empty()
}

/// LB-08, AFD-01, AFD-02, TM-01, TM-02: how it is seen that a part is out, and how long clients are on their way.
fn sight(reader: &Reader<'_>, router: &str, sink: &mut Sink) -> Option<(Sight, SimDuration)> {
    let (of_front_door, of_manager) = (["sample_size", "samples_needed"], ["tolerated_failures"]);
    let probes = ["probe_interval", "probe_timeout"];
    let with = format!("`router = \"{router}\"`");
    let fine = match router {
        "front-door" => only(reader, &[&of_manager[..], &["ttl"]].concat(), &with, sink),
        "traffic-manager" => only(reader, &of_front_door, &with, sink),
        "global-load-balancer" => {
            only(reader, &[&of_front_door[..], &of_manager, &probes, &["ttl"]].concat(), &with, sink)
        }
        _ => only(reader, &[&of_front_door[..], &of_manager, &probes].concat(), &with, sink),
    };
    let told = reader.has("detect");
    // How long the edges of a front door take one after the other follows from its interval in any case.
    let found_by_probes = match router {
        "front-door" if told => &["probe_timeout", "sample_size", "samples_needed"][..],
        "traffic-manager" if told => &["probe_interval", "probe_timeout", "tolerated_failures"],
        _ => &[],
    };
    let fine = fine & only(reader, found_by_probes, "`detect`, which says when an outage is seen", sink);
    let out = if told { law(reader, "detect", sink) } else { None };
    let back = law_or(reader, "detect_back", Some("\"0 s\""), sink);
    if reader.has("detect_back") && !told {
        let words = "`detect_back` needs `detect`: without it both follow from probes";
        sink.error(codes::EXCLUSIVE, &reader.span_of("detect_back"), words);
        return None;
    }
    let by_probes = match router {
        "front-door" => front_door(reader, sink),
        "traffic-manager" => traffic_manager(reader, sink),
        "global-load-balancer" => Some((global_tier(), SimDuration::ZERO)),
        _ => {
            if !told {
                reader.missing("detect", "detect = \"2 min\"", sink);
                return None;
            }
            let ttl = if reader.has("ttl") { reader.duration("ttl", sink)? } else { SimDuration::ZERO };
            Some((Sight::Laws { out: out.clone()?, back: back.clone()? }, ttl))
        }
    };
    let (sight, spread) = by_probes.filter(|_| fine)?;
    if told { Some((Sight::Laws { out: out?, back: back? }, spread)) } else { Some((sight, spread)) }
}

/// LB-08: 5 to 15 s until a region that is gone is taken out; one that is back is found by the next look.
fn global_tier() -> Sight {
    let uniform =
        |low: f64, high: f64| Law::new(zonefall_engine::Shape::Uniform(low, high), None).expect("two ends in order");
    Sight::Laws { out: uniform(5000.0, 15_000.0), back: uniform(0.0, 5000.0) }
}

fn probe_interval(reader: &Reader<'_>, sink: &mut Sink) -> Option<SimDuration> {
    if reader.has("probe_interval") { reader.span_of_time("probe_interval", sink) } else { Some(SECONDS_30) }
}

const SECONDS_30: SimDuration = SimDuration::from_ms(30_000);

fn front_door(reader: &Reader<'_>, sink: &mut Sink) -> Option<(Sight, SimDuration)> {
    let interval = probe_interval(reader, sink);
    let timeout = if reader.has("probe_timeout") { reader.duration("probe_timeout", sink) } else { Some(SECONDS_30) };
    let (size, needed) = (reader.count("sample_size", sink), reader.count("samples_needed", sink));
    let (size, needed) = (size? as u32, needed? as u32);
    if needed > size {
        let words = format!("{needed} of {size} samples can never be good");
        sink.error(codes::RANGE, &reader.span_of("samples_needed"), words);
        return None;
    }
    let interval = interval?;
    if interval > FRONT_DOOR_INTERVAL_MAX {
        let words = "Front Door probes every 1 to 255 s (AFD-01)";
        sink.error(codes::RANGE, &reader.span_of("probe_interval"), words);
        return None;
    }
    let out = Law::constant(front_door_out(interval, size, needed, timeout?));
    Some((Sight::Laws { out, back: Law::constant(front_door_back(interval, needed)) }, interval))
}

fn traffic_manager(reader: &Reader<'_>, sink: &mut Sink) -> Option<(Sight, SimDuration)> {
    let interval = probe_interval(reader, sink);
    let timeout = if reader.has("probe_timeout") { Some(reader.duration("probe_timeout", sink)?) } else { None };
    let tolerated = reader.count("tolerated_failures", sink);
    let ttl = if reader.has("ttl") { reader.duration("ttl", sink) } else { Some(SimDuration::from_ms(60_000)) };
    let interval = interval?;
    let fast = interval < SECONDS_30;
    if ![10_000, 30_000].contains(&interval.as_ms()) {
        let words = "Traffic Manager probes every 30 s or, fast, every 10 s (TM-01)";
        sink.error(codes::RANGE, &reader.span_of("probe_interval"), words);
        return None;
    }
    let bounds = if fast { 5000..=9000 } else { 5000..=10_000 };
    if timeout.is_some_and(|timeout| !bounds.contains(&timeout.as_ms())) {
        let most = bounds.end() / 1000;
        let words = format!("Traffic Manager waits 5 to {most} s for an answer at this interval (TM-01)");
        sink.error(codes::RANGE, &reader.span_of("probe_timeout"), words);
        return None;
    }
    let balancer = LoadBalancer {
        interval,
        unhealthy_threshold: tolerated? as u32 + 1,
        healthy_threshold: 1,
        timeout: timeout.unwrap_or(SimDuration::from_ms(if fast { 9000 } else { 10_000 })),
        flap_window: SimDuration::ZERO,
        all_when_none: false,
    };
    Some((Sight::Probes(balancer), ttl?))
}

/// Keys of a standby.
const OF_STANDBY: [&str; 18] = [
    "trigger",
    "when",
    "notice",
    "act",
    "office",
    "success",
    "control_plane",
    "ready",
    "running",
    "reserved",
    "capacity_risk",
    "capacity_retry",
    "needs_control_plane",
    "promised_within",
    "recovery_point",
    "failback",
    "failback_after",
    "failback_outage",
];

fn active_active(reader: &Reader<'_>, parts: Option<&[(String, Range<usize>)]>, sink: &mut Sink) -> Option<Pattern> {
    let fine = only(reader, &OF_STANDBY, "`pattern = \"active-active\"`: nothing stands by", sink);
    let weights = if reader.has("weights") { Some(reader.counts("weights", sink)?) } else { None };
    let parts = parts.filter(|_| fine)?;
    let Some(weights) = weights else { return Some(Pattern::ActiveActive { weights: vec![1; parts.len()] }) };
    if weights.len() != parts.len() {
        let words = format!("{} weights for {} parts", weights.len(), parts.len());
        sink.error(codes::RANGE, &reader.span_of("weights"), words);
        return None;
    }
    let weights: Vec<u32> = weights.into_iter().map(|(weight, _)| weight as u32).collect();
    if weights.iter().all(|&weight| weight == 0) {
        sink.error(codes::RANGE, &reader.span_of("weights"), "no part has a weight: clients would go nowhere");
        return None;
    }
    Some(Pattern::ActiveActive { weights })
}

/// DR-01..07.
fn standby(reader: &Reader<'_>, pattern: &str, clock: &Clock<'_>, sink: &mut Sink) -> Option<Standby> {
    let unset = defaults(pattern);
    let with = format!("`pattern = \"{pattern}\"`");
    let mut fine = only(reader, &["weights"], &with, sink);
    if pattern != "warm" {
        fine &= only(reader, &["running"], &with, sink);
    }
    if !unset.by_hand {
        fine &= only(reader, &["reserved", "capacity_risk", "capacity_retry"], &with, sink);
    }
    let operator = trigger(reader, unset.by_hand, clock, sink);
    let ready = law_or(reader, "ready", Some(unset.ready), sink);
    let running = reader.share("running", sink);
    let risk = risk(reader, unset.by_hand, sink);
    let capacity_retry = law(reader, "capacity_retry", sink)
        .filter(|retry| manage::is_apart(reader, "capacity_retry", retry.mean_ms(), "30 min", sink));
    let needs_control_plane =
        if reader.has("needs_control_plane") { reader.flag("needs_control_plane", sink) } else { Some(unset.by_hand) };
    if needs_control_plane == Some(false) {
        fine &= only(reader, &["control_plane"], "a standby that needs no control plane", sink);
    }
    let promised = reader.optional("promised_within", sink, Reader::span_of_time);
    let of_site_recovery = (pattern == "site-recovery").then(|| SimDuration::from_ms(2 * 3_600_000));
    let recovery_point = law_or(reader, "recovery_point", Some(unset.recovery_point), sink);
    let by_hand = operator.as_ref().map_or(unset.by_hand, Option::is_some);
    let failback = failback(reader, &unset, by_hand, sink);
    let running_milli = if pattern == "warm" { (running?.as_f64() * 1000.0).round() as u32 } else { 1000 };
    let reserved = reader.flag("reserved", sink);
    // What is reserved is paid for whether or not it is used (CR-01).
    let standing_milli = match pattern {
        "cold" | "site-recovery" if !reserved? => 0,
        "warm" if !reserved? => running_milli,
        _ => 1000,
    };
    fine.then_some(())?;
    Some(Standby {
        operator: operator?,
        ready: ready?,
        sent_at_once: pattern == "warm",
        running_milli,
        standing_milli,
        needs_control_plane: needs_control_plane?,
        capacity_risk: risk?,
        capacity_retry: capacity_retry?,
        promised: promised?.or(of_site_recovery),
        recovery_point: recovery_point?,
        failback: failback?,
    })
}

/// The outer `None` is a mistake, the inner one no operator.
fn trigger(reader: &Reader<'_>, by_hand: bool, clock: &Clock<'_>, sink: &mut Sink) -> Option<Option<Operator>> {
    let said = if reader.has("trigger") { Some(reader.choice("trigger", sink)?) } else { None };
    if !said.map_or(by_hand, |said| said == "operator") {
        let stray: Vec<&str> = ["when", "notice", "act", "office", "success", "control_plane"]
            .into_iter()
            .filter(|key| reader.has(key))
            .collect();
        for key in &stray {
            let words = format!(
                "`{key}` does not go with a router that decides by itself: it is about orders that people give"
            );
            sink.error(codes::EXCLUSIVE, &reader.span_of(key), words)
                .help("let people send clients over, with `trigger = \"operator\"` in the group, or leave it out");
        }
        return stray.is_empty().then_some(None);
    }
    let (notice, act) = (law(reader, "notice", sink), law(reader, "act", sink));
    let office = manage::office(reader, "failover.<name>.office", clock, sink);
    let (alarm, success) = (alarm(reader, sink), reader.share("success", sink));
    let waits = reader.choice("control_plane", sink).map(|word| word == "wait");
    let (notice, act, office) = (notice?, act?, office?);
    if success.is_some_and(|success| success.numerator == 0) {
        let words = "no order ever works: clients are sent nowhere, and the group has no effect";
        sink.warn(codes::UNUSED, &reader.span_of("success"), words)
            .help("`success` is how likely an order works: \"90%\"");
    }
    Some(Some(Operator { notice, act, office, success: success?.as_f64(), waits: waits?, alarm: alarm? }))
}

/// The outer `None` is a mistake, the inner one nothing that is looked at.
fn alarm(reader: &Reader<'_>, sink: &mut Sink) -> Option<Option<Alarm>> {
    let Some(when) = reader.sub("when", "failover.<name>.when", sink) else { return Some(None) };
    let lasting = when.duration("lasting", sink);
    let key = manage::only(&when, &manage::LACKS, sink)?;
    let lack = manage::lack(&when, key, sink)?;
    Some(Some(Alarm { lack, lasting: lasting? }))
}

/// DR-03, IN-07: the probability of finding no room.
fn risk(reader: &Reader<'_>, needs_room: bool, sink: &mut Sink) -> Option<f64> {
    let (reserved, risk) = (reader.flag("reserved", sink), reader.share("capacity_risk", sink));
    if reserved? && reader.has("capacity_risk") {
        let words = "reserved capacity is always found: `capacity_risk` does not go with `reserved`";
        sink.error(codes::EXCLUSIVE, &reader.span_of("capacity_risk"), words);
        return None;
    }
    Some(if needs_room && !reserved? { risk?.as_f64() } else { 0.0 })
}

/// DR-04. The outer `None` is a mistake, the inner one no failback.
fn failback(reader: &Reader<'_>, unset: &Defaults, by_hand: bool, sink: &mut Sink) -> Option<Option<Failback>> {
    let said = if reader.has("failback") { Some(reader.choice("failback", sink)?) } else { None };
    if said == Some("never") {
        return only(reader, &["failback_after", "failback_outage"], "`failback = \"never\"`", sink).then_some(None);
    }
    if said == Some("operator") && !by_hand {
        let words = "an operator who sends clients back needs `trigger = \"operator\"`";
        sink.error(codes::EXCLUSIVE, &reader.span_of("failback"), words);
        return None;
    }
    let after = law_or(reader, "failback_after", Some(unset.failback_after), sink);
    let outage = law_or(reader, "failback_outage", Some(unset.failback_outage), sink);
    let by_operator = said.map_or(by_hand, |said| said == "operator");
    Some(Some(Failback { after: after?, outage: outage?, by_operator }))
}
