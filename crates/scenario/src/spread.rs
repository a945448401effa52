//! `service.spread`: whether requests go evenly to machines that are not alike, or where there is room.
//!
//! In: the key, the sets, and what else the service says. Out: what the fleet follows. Without the key requests go evenly where
//! a set starts slowly, as Azure's load balancers, which know nothing of a machine's load, send them; elsewhere as one pool. What
//! can go wrong: an even spread beside what knows who is free, or of parts whose clients try again; told at its place.

use crate::codes;
use crate::diagnostic::Sink;
use crate::parts;
use crate::reader::Reader;
use crate::sets::Placed;
use zonefall_fleet::{Latency, Queue, Ways};

/// Whether requests go evenly to all machines in rotation, for a service of which times are known as far as they could be read.
pub(crate) fn evenly(
    design: &Reader<'_>,
    sets: Option<&[&Placed]>,
    (latency, ways, has_demand): (Option<&Option<Latency>>, Option<&Option<Ways>>, bool),
    sink: &mut Sink,
) -> Option<bool> {
    let reader = design.sub("service", "service", sink);
    let said = reader.as_ref().filter(|reader| reader.has("spread"));
    // What one of several parts makes of attempts that fail at some of its machines is not simulated.
    let tries_again = design.has("retry") && !design.is_off("retry") && parts::are_there(design);
    let of_parts = ways.into_iter().flatten().flat_map(|ways| &ways.tiers).map(|tier| tier.queue);
    let waits = reader.as_ref().is_some_and(|reader| reader.has("patience") && !reader.is_off("patience"));
    let of_pool = latency.into_iter().flatten().map(|latency| latency.queue);
    let one_line = waits || of_pool.chain(of_parts).any(|queue| queue == Queue::Shared);
    let Some(reader) = said else {
        let slow = sets.unwrap_or_default().iter().any(|placed| placed.set.slow_start.is_some());
        return Some(slow && has_demand && !tries_again && !one_line);
    };
    let evenly = reader.choice("spread", sink)? == "even";
    let span = reader.span_of("spread");
    if !has_demand {
        sink.error(codes::SERVICE, &span, "`spread` says where requests go, and nothing arrives").lacks_demand();
        return None;
    }
    let clash = match (evenly, tries_again, one_line) {
        (true, true, _) => {
            "whom one machine turns away tries again at another: with parts an even spread beside `[retry]` is not simulated"
        }
        (true, _, true) => {
            "in one line for all machines the next request goes to whoever is free, so none is spread evenly"
        }
        _ => return Some(evenly),
    };
    sink.error(codes::EXCLUSIVE, &span, clash).help("write `spread = \"by-capacity\"`");
    None
}
