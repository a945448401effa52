//! Whether clients who try again fit a service of parts.
//!
//! In: `[retry]` and the parts. Out: whether the fleet has a queue for every attempt that may fail. Clients who try again ask for all
//! parts of a service, and where one `[failover]` sends them to one of several, each of these has an overload of its own, beside one of
//! what all need before these parts and one of what they need behind them. Other groups, of components that let everything through,
//! are there for all of them or for none, as a component is, if they send all of their clients at once. What the
//! fleet does not reckon with is refused, each with its own reason: something that stands in for these parts; a second group with
//! machines, each of whose parts would have a queue of some of the clients of each of the first; another group that loses some of the
//! attempts, of clients that it has not sent over yet.

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
    if service.failovers_with_limits() > 1 {
        let words = format!(
            "clients who try again are simulated where one `[failover]` sends them to machines or to what has a `capacity`, and here are {}: what a part of one of them turns away would come again to the parts of another",
            names.join(" and ")
        );
        return Some((words, "keep one `[failover]` with machines in its parts, or take `[retry]` out"));
    }
    if service.entrances_beside_limits().is_none() {
        let words = format!(
            "clients who try again are simulated where all of them pass the parts of {}, and here something stands in for these: which way a try goes is not known",
            names.join(" and of ")
        );
        return Some((words, "make what stands in for them one of its `parts`, or take `[retry]` out"));
    }
    in_between(service).map(|name| {
        let words = format!(
            "clients who try again are simulated where what all of them need is there for all or for none, and `failover.{name}` sends some of them elsewhere before others: tries of those that it has not sent over yet would come again to all machines"
        );
        (words, AT_ONCE)
    })
}

/// What helps where a failover group without machines sends clients one by one, or to several parts.
pub(crate) const AT_ONCE: &str = "let it send all at once (a standby such as `pattern = \"hot\"`, with `router = \"global-load-balancer\"`, or `ttl = \"0 s\"`), or take one of the two out";

/// The name of a failover group beside the machines that sends clients elsewhere one by one, or to several parts.
pub(crate) fn in_between(service: &Structure) -> Option<&str> {
    service.failovers_in_between().next().map(|of| &*service.nodes[of.node as usize].name)
}
