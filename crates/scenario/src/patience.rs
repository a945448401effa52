//! `service.patience`: requests that cannot be served at once wait in line until their clients give up.
//!
//! In: the key, and what else the service says. Out: what the fleet follows. What can go wrong: lines of machines that do not know of
//! each other, clients that try again, parts of a service of which nobody knows where its line would stand, of which times are asked,
//! or which work on jobs too; all told at once, at its place.

use crate::codes;
use crate::diagnostic::Sink;
use crate::node::Node;
use crate::objective::as_read;
use crate::parts;
use crate::reader::Reader;
use crate::tries::{AT_ONCE, in_between};
use zonefall_engine::SimDuration;
use zonefall_fleet::{IN_TIME, Latency, Need, Patience, Structure};

/// The longest that a client may wait.
const MOST: SimDuration = SimDuration::from_ms(24 * 3_600_000);

/// The outer `None` is a mistake, the inner one no line. Of machines in one pool `latency` is known if it could be read.
pub(crate) fn patience(
    design: &Reader<'_>,
    (need, has_demand): (Option<&Need>, bool),
    latency: Option<&Latency>,
    sink: &mut Sink,
) -> Option<Option<Patience>> {
    let Some(reader) = design.sub("service", "service", sink) else { return Some(None) };
    if !reader.has("patience") || reader.is_off("patience") {
        return Some(None);
    }
    let span = reader.span_of("patience");
    let most = reader.span_of_time("patience", sink);
    let mut fine = true;
    if !has_demand && parts::are_there(design) {
        sink.error(codes::SERVICE, &span, "requests wait in line, and none arrive").lacks_demand();
        fine = false;
    }
    let mut no = |code: &'static str, words: String, help: &str| {
        sink.error(code, &span, words).help(help);
        fine = false;
    };
    if most.is_some_and(|most| most > MOST) {
        no(codes::RANGE, "clients wait for a day at most".into(), "a time-out of a client is seconds or minutes");
    }
    let has = |key: &str| design.has(key) && !design.is_off(key);
    if parts::are_there(design) {
        let said = need.and_then(as_read).and_then(no_line_before);
        said.into_iter().for_each(|(code, words, help)| no(code, words, help));
        if tells_times(design, &reader) {
            let words = "times of answers of a service of parts know of no line before it";
            no(codes::EXCLUSIVE, words.into(), &without_times(design, &reader));
        }
        if has("jobs") {
            let words = "requests come before jobs, and how much of each part they leave while some wait in line is not simulated";
            let help = format!("keep `patience` or `[jobs]`, or else {}", parts::one_pool(design));
            no(codes::EXCLUSIVE, words.into(), &help);
        }
    } else if !has_one_line(&reader) {
        let words = "requests wait in one line for all machines, and nothing says that there is one: those of single machines would not know of each other";
        let help = "add `parallelism = 8` and `queue = \"shared\"`";
        let has_ceiling = reader.has("ceiling") && !reader.is_off("ceiling");
        let without = if has_ceiling { ", and take `ceiling` out" } else { "" };
        no(codes::SERVICE, words.into(), &format!("{help}{without}"));
    }
    if has("retry") {
        let words = "what clients do who have waited in vain and try again is not simulated";
        no(codes::EXCLUSIVE, words.into(), "keep `patience` or `[retry]`");
    }
    let most = most.filter(|_| fine)?;
    let in_time = latency.and_then(|latency| {
        let (in_time, of) = IN_TIME;
        let one_in = of as f64 / (of - in_time) as f64;
        let alone = one_in.ln() * 1000.0 * f64::from(latency.parallelism) / (latency.serves_milli as f64 / 1000.0);
        let within = latency.limit.as_ref()?.within;
        Some(SimDuration::from_ms((within.as_secs_f64() * 1000.0 - alone).max(0.0) as u64))
    });
    Some(Some(Patience { most, in_time }))
}

/// Whether the machines of a pool are said to have one line; what is no queue at all is told elsewhere.
fn has_one_line(reader: &Reader<'_>) -> bool {
    reader.has("queue") && reader.choice("queue", &mut Sink::default()).is_none_or(|queue| queue == "shared")
}

/// Whether a service of parts, or one of these, says how it works on requests.
fn says(key: &str, design: &Reader<'_>, service: &Reader<'_>) -> bool {
    let in_part = |node: &Node| node.table().is_some_and(|part| part.get(key).is_some());
    service.has(key) || design.named("part", &mut Sink::default()).into_iter().any(|(_, _, node)| in_part(node))
}

fn has_limit(design: &Reader<'_>) -> bool {
    design.sub("slo", "slo", &mut Sink::default()).is_some_and(|slo| slo.has("p95_latency"))
}

/// What can be asked of who waits before a service of parts, where times of answers cannot.
pub(crate) const SERVED_INSTEAD: &str =
    "; beside `patience` ask for `min_served`: who has waited in vain is not served";

/// Whether times of answers are asked of a service of parts, or of one of these.
fn tells_times(design: &Reader<'_>, service: &Reader<'_>) -> bool {
    has_limit(design) || says("parallelism", design, service)
}

/// All that has to go for the line to stay.
fn without_times(design: &Reader<'_>, service: &Reader<'_>) -> String {
    let said = ["parallelism", "queue"].into_iter().filter(|key| says(key, design, service));
    let all: Vec<String> =
        said.chain(has_limit(design).then_some("p95_latency")).map(|key| format!("`{key}`")).collect();
    let instead = if has_limit(design) { SERVED_INSTEAD } else { "" };
    format!("take {} out, or `patience`{instead}", all.join(" and "))
}

/// Why there is no one place before a service at which requests could wait.
fn no_line_before(service: &Structure) -> Option<(&'static str, String, &'static str)> {
    if service.entrances().is_none() {
        let words = "requests wait before each part that `[failover]` sends clients to; what lies beside these parts would have a line of its own, which is not simulated";
        let help = "put all machines, and all components with `capacity`, into the parts of one `[failover]`, or take `patience` or the `[failover]` out";
        return Some((codes::EXCLUSIVE, words.into(), help));
    }
    let other = in_between(service).filter(|_| service.failovers.len() > 1)?;
    let words = format!(
        "requests wait where what all of them need is there for all or for none, and `failover.{other}` sends some clients elsewhere before others"
    );
    Some((codes::EXCLUSIVE, words, AT_ONCE))
}
