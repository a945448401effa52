//! `[load_balancer]`: what sends requests to the machines, how it finds dead ones, and how it relieves those that go.
//!
//! In: the table and its kind, which decides what holds where nothing is written. Out: the probes, and the drain. What can go
//! wrong: probes faster than Azure allows, what an application gateway refuses, a drain that does not fit what deletes the
//! machines; told at their places.

use crate::codes;
use crate::diagnostic::Sink;
use crate::manage::Use;
use crate::reader::Reader;
use crate::sets::Placed;
use std::ops::RangeInclusive;
use zonefall_engine::SimDuration;
use zonefall_fleet::{LoadBalancer, probe_timeout};

/// LB-01: the least probe interval of Azure's load balancer.
const PROBE_INTERVAL_LEAST_MS: u64 = 5000;
/// AG-01: failures in a row that an application gateway may ask for.
const GATEWAY_FAILURES: RangeInclusive<u64> = 1..=20;
/// AG-02: how long an application gateway may drain.
const GATEWAY_DRAIN_MS: RangeInclusive<u64> = 1000..=3_600_000;

/// The table, and whether it is of an application gateway, which has other defaults; that is none if it is a mistake.
fn table<'t>(design: &Reader<'t>, sink: &mut Sink) -> Option<(Reader<'t>, Option<bool>)> {
    let reader = design.sub_or_off("load_balancer", "load_balancer", sink)?;
    let gateway = reader.choice("kind", sink).map(|word| word == "application-gateway");
    Some((reader.otherwise(gateway == Some(true)), gateway))
}

/// The outer `None` is a mistake, the inner one no load balancer.
pub(crate) fn load_balancer(design: &Reader<'_>, sink: &mut Sink) -> Option<Option<LoadBalancer>> {
    let Some((reader, gateway)) = table(design, sink) else { return Some(None) };
    let interval = reader.span_of_time("probe_interval", sink);
    let unhealthy = reader.count("unhealthy_threshold", sink);
    let healthy = reader.count("healthy_threshold", sink);
    let http = reader.choice("probe", sink).map(|word| word == "http");
    let timeout = reader.optional("probe_timeout", sink, Reader::duration);
    let flap_window = reader.duration("flap_window", sink);
    let none_healthy = reader.choice("no_healthy_backends", sink);
    let gateway = gateway?;
    let (interval, unhealthy, healthy) = (interval?, unhealthy?, healthy?);
    if !gateway && interval < SimDuration::from_ms(PROBE_INTERVAL_LEAST_MS) {
        let words = "Azure's load balancer probes every 5 s at most (LB-01)";
        sink.warn(codes::FAST_PROBE, &reader.span_of("probe_interval"), words);
    }
    let told = LoadBalancer {
        interval,
        unhealthy_threshold: unhealthy as u32,
        healthy_threshold: healthy as u32,
        timeout: timeout?.unwrap_or(probe_timeout(interval, http?)),
        flap_window: flap_window?,
        all_when_none: none_healthy? == "all-probed-up",
    };
    (!gateway || is_of_a_gateway(&reader, &told, sink)).then_some(Some(told))
}

/// AG-01: whether an application gateway takes it.
fn is_of_a_gateway(reader: &Reader<'_>, told: &LoadBalancer, sink: &mut Sink) -> bool {
    let mut fine = true;
    let mut no = |key: &str, words: &str| {
        sink.error(codes::RANGE, &reader.span_of(key), words);
        fine = false;
    };
    if !GATEWAY_FAILURES.contains(&u64::from(told.unhealthy_threshold)) {
        no("unhealthy_threshold", "an application gateway asks for 1 to 20 failures in a row (AG-01)");
    }
    if reader.has("probe") {
        no("probe", "an application gateway asks by HTTP, and waits for `probe_timeout` (AG-01)");
    }
    if told.all_when_none {
        no("no_healthy_backends", "only a load balancer sends to all where none is healthy (LB-05)");
    }
    if told.healthy_threshold != 1 {
        no("healthy_threshold", "an application gateway takes a machine back at its first success (AG-01)");
    }
    fine
}

/// The outer `None` is a mistake, the inner one no drain.
pub(crate) fn drain(design: &Reader<'_>, sets: Option<&[&Placed]>, sink: &mut Sink) -> Option<Option<SimDuration>> {
    let Some((reader, gateway)) = table(design, sink) else { return Some(None) };
    let told = reader.optional("drain", sink, Reader::duration)?;
    let drain = if gateway? {
        if told.is_some_and(|drain| !GATEWAY_DRAIN_MS.contains(&drain.as_ms())) {
            let words = "an application gateway drains for 1 to 3600 s (AG-02)";
            sink.error(codes::RANGE, &reader.span_of("drain"), words);
            return None;
        }
        told
    } else {
        told.filter(|drain| *drain > SimDuration::ZERO)
    };
    if let Some(drain) = drain {
        let sets = sets.unwrap_or_default();
        sets.iter().for_each(|placed| is_waited_for(&reader, placed, drain, sink));
    }
    Some(drain)
}

/// LB-10: autoscale deletes a machine at once, or when its notice is over.
fn is_waited_for(reader: &Reader<'_>, placed: &Placed, drain: SimDuration, sink: &mut Sink) {
    let Some(managed) = placed.set.management.as_ref().filter(|managed| managed.autoscale.is_some()) else { return };
    let name = &placed.set.name;
    let words = match &managed.terminate_notice {
        None => format!(
            "autoscale deletes machines of `{name}` without waiting for them to drain, unless they get a notice"
        ),
        Some(notice) if notice.timeout < drain => {
            format!("the notice of termination of `{name}` is over before this drain is: it ends with the notice")
        }
        Some(_) => return,
    };
    sink.warn(codes::DRAIN, &reader.span_of("drain"), words)
        .help(format!("`terminate_notice` of at least this time under `[scale_set.{name}]`"));
}

/// A drain of machines that are never deleted.
pub(crate) fn uses(design: &Reader<'_>, sets: &[Placed]) -> Option<Use> {
    let span = design.place("load_balancer.drain");
    let written = span != design.place("load_balancer") && !design.is_off("load_balancer");
    let deletes = sets.iter().any(|placed| placed.set.management.is_some());
    let idle = (!deletes).then_some("no machine is deleted while a trial runs");
    Use { span, key: "drain", idle }.when(written)
}
