//! What machines beyond a capacity that does not scale are worth, in words for whoever reads a result.
//!
//! In: a design. Out: a sentence for each capacity behind (or before) machines that serve more than it lets through: the
//! ceiling of a design, or a component in series with machines of a service of parts.

use crate::outcome::Warning;
use zonefall_fleet::{Design, Part, ScaleSet, Structure};

/// Says of a design that it has more machines than what lies behind them lets them use.
pub(crate) fn words(design: &Design) -> Vec<Warning> {
    let mut words = Vec::new();
    if let Some(ceiling) = &design.service.ceiling {
        let served = design.sets.iter().enumerate().filter(|&(at, _)| !design.only_works(at));
        let machines = served.map(|(_, set)| of_set(set)).sum();
        words.extend(beyond(design, (&ceiling.name, ceiling.capacity_milli), "the machines before it", machines));
    }
    if let Some(service) = design.structure() {
        words.extend(of_components(design, service));
    }
    words
}

fn of_components(design: &Design, service: &Structure) -> Vec<Warning> {
    let mut words = Vec::new();
    for (at, component) in service.components() {
        let Some(ceiling) = component.ceiling else { continue };
        for other in service.in_series_with(at) {
            let Part::Sets(sets, _) = &service.nodes[other].part else { continue };
            let machines = sets.iter().map(|&set| of_set(&design.sets[set as usize])).sum();
            let before = format!("`{}` in series with it", service.nodes[other].name);
            words.extend(beyond(design, (&service.nodes[at].name, ceiling.capacity_milli), &before, machines));
        }
    }
    words
}

/// Thousandths of a request a second that the most machines of a set serve.
fn of_set(set: &ScaleSet) -> u64 {
    let asked = set.management.as_ref().map_or(set.capacity, |managed| managed.most_asked(set.capacity));
    u64::from(asked) * set.serves_milli
}

fn beyond(design: &Design, (ceiling, lets_milli): (&str, u64), who: &str, machines_milli: u64) -> Option<Warning> {
    let per_second = |milli: u64| milli as f64 / 1000.0;
    let serve = if who.starts_with('`') { "serves" } else { "serve" };
    (machines_milli > lets_milli).then(|| {
        let words = format!(
            "`{ceiling}` lets {} a second through and {who} {serve} up to {}: what is beyond that serves nobody, and only stands in for machines that are lost",
            per_second(lets_milli),
            per_second(machines_milli)
        );
        Warning::of(&design.name, words)
    })
}
