//! What the machines that serve are good for over a trial, where their number alone does not tell it: machines that are slow
//! after a start, or slowed down, or of sets that do different work. The same of a gateway before them that grows.

use serde::Serialize;
use zonefall_fleet::{Design, Need, Seen, Sighting};

/// Capacity over time, in requests a second.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Capacity {
    /// When, and what the machines that serve, or the gateway, are good for from then on.
    pub good_for: Vec<(u64, f64)>,
    /// When, and what has to be served from then on; empty where the objective asks for no share of the demand.
    pub needed: Vec<(u64, f64)>,
}

/// At first, and at each change; none where so many machines always are good for so much.
pub(super) fn capacity(
    design: &Design,
    (arrives_milli, good_for_milli): (Option<u64>, Option<u64>),
    sightings: &[Sighting],
) -> Option<Capacity> {
    let each = design.needed_sets().next()?.1.serves_milli;
    let alike = design.needed_sets().all(|(_, set)| set.serves_milli == each);
    let told = |sighting: &Sighting| match sighting.what {
        Seen::GoodFor(milli) => !alike || u64::try_from(sighting.serving).is_ok_and(|serve| serve * each != milli),
        _ => false,
    };
    if !sightings.iter().any(told) {
        return None;
    }
    let good_for = steps(good_for_milli, sightings, |what| match what {
        Seen::GoodFor(milli) => Some(*milli),
        _ => None,
    });
    Some(Capacity { good_for, needed: needed(design, arrives_milli, sightings) })
}

/// What a gateway that grows lets through, at first and at each change; none where it never changes.
pub(super) fn gateway(design: &Design, arrives_milli: Option<u64>, sightings: &[Sighting]) -> Option<Capacity> {
    let gateway = design.service.gateway.as_ref()?;
    let at_first = sightings.iter().find_map(|sighting| match sighting.what {
        Seen::Gateway(gated) => Some(gateway.lets_through(gated.all.0)),
        _ => None,
    })?;
    let good_for = steps(Some(at_first), sightings, |what| match what {
        Seen::Gateway(gated) => Some(gateway.lets_through(gated.all.1)),
        _ => None,
    });
    Some(Capacity { good_for, needed: needed(design, arrives_milli, sightings) })
}

fn needed(design: &Design, arrives_milli: Option<u64>, sightings: &[Sighting]) -> Vec<(u64, f64)> {
    let Need::Served(share, of) = design.need else { return Vec::new() };
    let arrives = steps(arrives_milli, sightings, |what| match what {
        Seen::Demand(milli) => Some(*milli),
        _ => None,
    });
    arrives.into_iter().map(|(t, arrives)| (t, arrives * share as f64 / of as f64)).collect()
}

/// When, and how much from then on, in requests a second; of one instant the last counts.
fn steps(at_first: Option<u64>, sightings: &[Sighting], of: impl Fn(&Seen) -> Option<u64>) -> Vec<(u64, f64)> {
    let mut steps: Vec<(u64, f64)> = at_first.map(|milli| (0, milli as f64 / 1000.0)).into_iter().collect();
    for (t, milli) in sightings.iter().filter_map(|sighting| Some((sighting.t.as_ms(), of(&sighting.what)?))) {
        match steps.last_mut() {
            Some(last) if last.0 == t => last.1 = milli as f64 / 1000.0,
            _ => steps.push((t, milli as f64 / 1000.0)),
        }
    }
    steps
}
