//! `service.spread`: whether requests go evenly to machines that are not alike, or where there is room.
//!
//! In: the key, the sets, and what else the service says. Out: what the fleet follows. Without the key requests go evenly where
//! a `[load_balancer]` is written, as Azure's send them, which know nothing of a machine's load, and where a set starts slowly; elsewhere
//! as one pool. What can go wrong: an even spread beside what knows who is free, or of parts whose clients try again; told at its
//! place. What may go unnoticed: slow machines that cost nothing, since nobody says how requests are spread; that is a hint.

use crate::codes;
use crate::diagnostic::Sink;
use crate::parts;
use crate::reader::Reader;
use crate::sets::Placed;
use zonefall_faults::{Effect, Mode, Profile, Scope};
use zonefall_fleet::management::{Release, Symptom};
use zonefall_fleet::{Design, Latency, Queue, Ways};

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
        let balances = design.has("load_balancer") && !design.is_off("load_balancer");
        return Some((slow || balances) && has_demand && !tries_again && !one_line);
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

/// W032: machines that may be slow one by one, and cost nothing by that, since nothing says who sends requests to them.
pub(crate) fn tell_of_slow_machines(reader: &Reader<'_>, design: &Design, profile: Option<&Profile>, sink: &mut Sink) {
    let said = reader.sub("service", "service", sink).is_some_and(|service| service.has("spread"));
    if said || design.demand.is_none() || design.balancer.is_some() || !could_be_even(design) {
        return;
    }
    let slows = |mode: &&Mode| {
        matches!(mode.effect, Effect::Degraded(_)) && matches!(mode.scope, Scope::Instance | Scope::Host)
    };
    let slowed =
        |release: &&Release| release.bad.as_ref().is_some_and(|bad| matches!(bad.symptom, Symptom::Degraded(_)));
    let mode = profile.and_then(|profile| profile.modes.iter().find(slows)).map(|mode| &mode.name);
    let upgrades = design.sets.iter().filter_map(|set| set.management.as_ref()?.upgrades.as_deref());
    let release = || upgrades.flat_map(|of| &of.releases).find(slowed).map(|release| &release.name);
    let Some(what) = mode.or_else(release) else { return };
    let words = format!(
        "machines that `{what}` slows get no more requests than they can serve, as if it were known who is free: nothing says how \
         requests are spread"
    );
    sink.hint(codes::SLOW_POOL, &reader.place("demand"), words).help(
        "a `[load_balancer]`, or `spread = \"even\"` under `[service]`, where each machine gets the same, as from Azure's; \
         `spread = \"by-capacity\"` where it is known who is free",
    );
}

/// Whether nothing in the design knows who is free, and there are several to choose from.
fn could_be_even(design: &Design) -> bool {
    let service = &design.service;
    let tiers = service.ways.iter().flat_map(|ways| &ways.tiers).map(|tier| tier.queue);
    let one_line = service.patience.is_some()
        || service.latency.iter().map(|of| of.queue).chain(tiers).any(|of| of == Queue::Shared);
    let tries_in_parts = service.retry.is_some() && design.structure().is_some();
    !service.spreads_evenly && !one_line && !tries_in_parts && design.capacity() > 1
}
