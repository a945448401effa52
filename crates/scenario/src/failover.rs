//! `[part.<name>.failover]`: how clients come to one of the alternatives of a part (AFD, TM, LB-08, DR).
//!
//! The defaults come from who fails over (`by`) and from what the other alternatives do until they are needed (`standby`).

use crate::codes;
use crate::diagnostic::Sink;
use crate::laws;
use crate::node::Value;
use crate::reader::Reader;
use zonefall_engine::SimDuration;
use zonefall_fleet::{ALL_CLIENTS, Detection, LoadBalancer, Routing, Standby};

/// DR-02: what Site Recovery promises.
const SITE_RECOVERY_PROMISE: SimDuration = SimDuration::from_ms(2 * 3_600_000);

/// Defaults of one router: interval, time-out, failures, successes, time to live; in seconds.
struct Probing {
    interval: &'static str,
    timeout: &'static str,
    failures: u64,
    successes: u64,
    time_to_live: &'static str,
}

/// TM-01, AFD-01, LB-08. None for an operator, who probes nothing.
fn probing(by: &str) -> Option<Probing> {
    let of = |interval, timeout, failures, successes, time_to_live| {
        Some(Probing { interval, timeout, failures, successes, time_to_live })
    };
    match by {
        "traffic-manager" => of("30 s", "10 s", 4, 1, "60 s"),
        // Two bad samples of four, and three good ones.
        "front-door" => of("30 s", "30 s", 2, 3, "0 s"),
        "global-load-balancer" => of("5 s", "5 s", 1, 1, "0 s"),
        _ => None,
    }
}

/// Defaults of one kind of standby: decision, ready, back, the age of its data.
fn standing(standby: &str) -> [&'static str; 4] {
    match standby {
        "active" => ["0 s", "0 s", "0 s", "0 s"],
        "hot" => ["0 s", "{ law = \"uniform\", low = \"0 s\", high = \"2 min\" }", "0 s", "0 s"],
        "warm" => ["0 s", "{ law = \"uniform\", low = \"5 min\", high = \"20 min\" }", "1 h", "0 s"],
        "cold" => ["30 min", "{ law = \"uniform\", low = \"1 h\", high = \"8 h\" }", "1 day", "0 s"],
        "site-recovery" => [
            "30 min",
            "{ law = \"lognormal\", median = \"15 min\", sigma = 0.6 }",
            "1 day",
            "{ law = \"uniform\", low = \"0 s\", high = \"5 min\" }",
        ],
        _ => [
            "30 min",
            "{ law = \"uniform\", low = \"2 h\", high = \"8 h\" }",
            "1 day",
            "{ law = \"uniform\", low = \"0 s\", high = \"24 h\" }",
        ],
    }
}

/// Reads the failover of a part.
pub(crate) fn failover(reader: &Reader<'_>, sink: &mut Sink) -> Option<Routing> {
    let (by, standby) = (reader.choice("by", sink), reader.choice("standby", sink));
    let (by, standby) = (by?, standby?);
    let [decision, ready, back, data] = standing(standby);
    let detection = detection(reader, by, sink);
    let decision = laws::law_or(reader, "decision", Some(decision), sink);
    let ready = laws::law_or(reader, "ready", Some(ready), sink);
    let word = reader.node("fail_back", sink);
    let never = word.is_some_and(|node| matches!(&node.value, Value::Text(text) if text == "never"));
    let fail_back = if never { None } else { Some(laws::law_or(reader, "fail_back", Some(back), sink)) };
    let data = laws::law_or(reader, "recovery_point", Some(data), sink);
    let time_to_live = match probing(by) {
        Some(probing) if !reader.has("time_to_live") => crate::units::duration(probing.time_to_live).ok(),
        _ => reader.duration("time_to_live", sink),
    };
    let reserved = reader.flag("reserved", sink);
    let chance = reader.share("capacity_chance", sink);
    let retry = laws::law(reader, "retry", sink);
    let clients = reader.share("clients", sink);
    let fine = goes_with(reader, standby, sink);
    let clients = (clients?.as_f64() * f64::from(ALL_CLIENTS)).round() as u32;
    if clients == 0 {
        sink.error(codes::RANGE, &reader.span_of("clients"), "an objective of no clients is always met");
        return None;
    }
    let waits = !matches!(standby, "active" | "hot");
    let chance_milli = match reserved? || !waits {
        true => 1000,
        false => (chance?.as_f64() * 1000.0).round() as u32,
    };
    if chance_milli == 0 {
        let words = "a standby that never gets its capacity is none";
        sink.error(codes::RANGE, &reader.span_of("capacity_chance"), words);
        return None;
    }
    fine.then_some(())?;
    Some(Routing {
        standby: if standby == "active" { Standby::Active } else { Standby::Waiting },
        detection: detection?,
        decision: decision?,
        ready: ready?,
        chance_milli,
        retry: retry?,
        time_to_live: time_to_live?,
        fail_back: match fail_back {
            Some(law) => Some(law?),
            None => None,
        },
        recovery_point: data?,
        promised: (standby == "site-recovery").then_some(SITE_RECOVERY_PROMISE),
        clients,
    })
}

/// Keys that this kind of standby has no use for.
fn goes_with(reader: &Reader<'_>, standby: &str, sink: &mut Sink) -> bool {
    let mut fine = true;
    let idle: &[&str] = match standby {
        "active" => &["decision", "ready", "reserved", "capacity_chance", "retry", "fail_back", "recovery_point"],
        "hot" => &["reserved", "capacity_chance", "retry"],
        _ => &[],
    };
    for key in idle.iter().filter(|key| reader.has(key)) {
        let words = format!("`{key}` does not go with standby = \"{standby}\"");
        sink.error(codes::EXCLUSIVE, &reader.span_of(key), words);
        fine = false;
    }
    if reader.has("capacity_chance") && reader.has("reserved") {
        let words = "reserved capacity is there: keep `reserved` or `capacity_chance`";
        sink.error(codes::EXCLUSIVE, &reader.span_of("capacity_chance"), words);
        fine = false;
    }
    fine
}

/// TM-02, AFD-02, LB-08, or a law.
fn detection(reader: &Reader<'_>, by: &str, sink: &mut Sink) -> Option<Detection> {
    let law = laws::law(reader, "detection", sink);
    let probes = ["probe_interval", "probe_timeout", "failures", "successes"];
    let Some(of) = probing(by).filter(|_| !reader.has("detection")) else {
        let mut fine = true;
        for key in probes.into_iter().filter(|key| reader.has(key)) {
            let words = format!("`{key}` is of probes, and it is found out by `detection` here");
            sink.error(codes::EXCLUSIVE, &reader.span_of(key), words);
            fine = false;
        }
        if !reader.has("detection") {
            reader.missing("detection", "detection = \"10 min\"", sink);
        }
        return law.filter(|_| fine).map(Detection::After);
    };
    let time = |key: &str, default: &str, sink: &mut Sink| {
        if reader.has(key) { reader.duration(key, sink) } else { crate::units::duration(default).ok() }
    };
    let interval = match reader.has("probe_interval") {
        true => reader.span_of_time("probe_interval", sink),
        false => crate::units::duration(of.interval).ok(),
    };
    let timeout = time("probe_timeout", of.timeout, sink);
    let count = |key: &str, default: u64, sink: &mut Sink| {
        if reader.has(key) { reader.count(key, sink) } else { Some(default) }
    };
    let (failures, successes) = (count("failures", of.failures, sink), count("successes", of.successes, sink));
    Some(Detection::Probes(LoadBalancer {
        interval: interval?,
        unhealthy_threshold: failures? as u32,
        healthy_threshold: successes? as u32,
        timeout: timeout?,
        flap_window: SimDuration::ZERO,
    }))
}
