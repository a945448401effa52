//! Whether clients who try again fit a service of parts.
//!
//! In: `[retry]` and the parts. Out: whether the fleet has a queue for every attempt that may fail. Clients who try again ask for all
//! parts of a service, and where one `[failover]` sends them to one of several, each of these has an overload of its own, beside one of
//! what all need before these parts and one of what they need behind them. What the
//! fleet does not reckon with is refused, each with its own reason: something that stands in for these parts; a second group,
//! which loses some of the attempts, of clients that it has not sent over yet, beside the queues of the first; one that sends
//! nobody to machines.

use crate::codes;
use crate::diagnostic::Sink;
use crate::reader::Reader;
use zonefall_fleet::Structure;

pub(crate) fn have_a_queue(reader: &Reader<'_>, service: &Structure, sink: &mut Sink) -> bool {
    if service.failovers.is_empty() || !reader.has("retry") || reader.is_off("retry") {
        return true;
    }
    let Some((words, help)) = lacking(service) else { return true };
    sink.error(codes::EXCLUSIVE, &reader.span_of("retry"), words).help(help);
    false
}

/// What attempts have no queue for, and what helps.
fn lacking(service: &Structure) -> Option<(String, &'static str)> {
    let names: Vec<String> = service
        .failovers
        .iter()
        .map(|failover| format!("`failover.{}`", service.nodes[failover.node as usize].name))
        .collect();
    if service.entrances_beside_limits().is_none() && names.len() == 1 {
        let words = format!(
            "clients who try again are simulated where all of them pass the parts of {}, and here something stands in for these: which way a try goes is not known",
            names.join("")
        );
        return Some((words, "make what stands in for them one of its `parts`, or take `[retry]` out"));
    }
    if names.len() > 1 {
        let words = format!(
            "clients who try again are simulated where one `[failover]` sends them, and here are {}: what one of them loses while it sends clients over would come again to the parts of another",
            names.join(" and ")
        );
        return Some((words, "keep one `[failover]`, with machines in its parts, or take `[retry]` out"));
    }
    if !service.has_several_entrances() {
        let words = format!(
            "clients who try again are simulated where a `[failover]` sends them to machines, and all machines are beside the parts of {}: what it loses while it sends clients over would come again to them",
            names.join("")
        );
        return Some((words, "take the `[failover]` or `[retry]` out"));
    }
    None
}
