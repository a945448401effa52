//! How many machines an objective needs over a trial.

use zonefall_fleet::{Design, Need, Seen, Sighting};

/// The fewest machines that meet the objective, a step at each change; empty where it is no number of machines.
pub(super) fn needed(design: &Design, arrives_milli: Option<u64>, sightings: &[Sighting]) -> Vec<(u64, i64)> {
    match design.need {
        Need::Serving(least) => vec![(0, i64::from(least))],
        Need::Served(share, of) => by_demand(design, arrives_milli, sightings, (share, of)),
        Need::Done(..) | Need::Parts(_) => Vec::new(),
    }
}

/// The machines that serve such a share of the demand, where all serve the same and nothing is asked about times.
fn by_demand(
    design: &Design,
    arrives_milli: Option<u64>,
    sightings: &[Sighting],
    (share, of): (u64, u64),
) -> Vec<(u64, i64)> {
    let serves = design.needed_sets().next().map_or(0, |(_, set)| set.serves_milli);
    let alike = design.needed_sets().all(|(_, set)| set.serves_milli == serves);
    if serves == 0 || !alike || design.service.latency.is_some() {
        return Vec::new();
    }
    let machines = |demand_milli: u64| {
        let needed = (u128::from(demand_milli) * u128::from(share)).div_ceil(u128::from(of) * u128::from(serves));
        i64::try_from(needed).unwrap_or(i64::MAX)
    };
    let mut steps: Vec<(u64, i64)> = arrives_milli.map(|milli| (0, machines(milli))).into_iter().collect();
    let arrivals = sightings.iter().filter_map(|sighting| match sighting.what {
        Seen::Demand(milli) => Some((sighting.t.as_ms(), machines(milli))),
        _ => None,
    });
    for (t, needed) in arrivals {
        match steps.last_mut() {
            Some(last) if last.1 == needed => {}
            Some(last) if last.0 == t => last.1 = needed,
            _ => steps.push((t, needed)),
        }
    }
    steps
}
