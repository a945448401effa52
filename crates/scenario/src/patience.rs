//! `service.patience`: requests that cannot be served at once wait in line until their clients give up.
//!
//! In: the key, and what else the service says. Out: what the fleet follows. What can go wrong: lines of machines that do not know of
//! each other, clients that try again, jobs on the same machines; told at its place.

use crate::codes;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use zonefall_engine::SimDuration;
use zonefall_fleet::{IN_TIME, Patience, Queue, Service};

/// The longest that a client may wait.
const MOST: SimDuration = SimDuration::from_ms(24 * 3_600_000);

/// The outer `None` is a mistake, the inner one no line.
pub(crate) fn patience(design: &Reader<'_>, service: &Service, sink: &mut Sink) -> Option<Option<Patience>> {
    let Some(reader) = design.sub("service", "service", sink) else { return Some(None) };
    if !reader.has("patience") || reader.is_off("patience") {
        return Some(None);
    }
    let span = reader.span_of("patience");
    let most = reader.span_of_time("patience", sink)?;
    if most > MOST {
        sink.error(codes::RANGE, &span, "clients wait for a day at most");
        return None;
    }
    let Some(latency) = service.latency.as_ref().filter(|latency| latency.queue == Queue::Shared) else {
        let words = "requests wait in one line for all machines, and nothing says that there is one: those of single machines would not know of each other";
        let help = "add `parallelism = 8` and `queue = \"shared\"`";
        let without = if service.ceiling.is_some() { ", and take `ceiling` out" } else { "" };
        sink.error(codes::SERVICE, &span, words).help(format!("{help}{without}"));
        return None;
    };
    let has_jobs = design.has("jobs") && !design.is_off("jobs");
    let clash = match (service.retry.is_some(), has_jobs) {
        (true, _) => {
            "what clients do who have waited in vain and try again is not simulated: keep `patience` or `[retry]`"
        }
        (_, true) => "whether jobs or requests that wait come first is not said: keep `patience` or `[jobs]`",
        _ => {
            let (in_time, of) = IN_TIME;
            let one_in = of as f64 / (of - in_time) as f64;
            let alone = one_in.ln() * 1000.0 * f64::from(latency.parallelism) / (latency.serves_milli as f64 / 1000.0);
            let in_time = |within: SimDuration| SimDuration::from_ms((within.as_ms() as f64 - alone).max(0.0) as u64);
            return Some(Some(Patience { most, in_time: latency.limit.as_ref().map(|limit| in_time(limit.within)) }));
        }
    };
    sink.error(codes::EXCLUSIVE, &span, clash);
    None
}
