//! What machines beyond a capacity that does not scale are worth, in words for whoever reads a result.

use zonefall_fleet::Design;
use zonefall_fleet::management::{Action, Management};

/// The most machines that a set is asked to have.
fn most(capacity: u32, managed: Option<&Management>) -> u64 {
    let scaled = managed.and_then(|managed| managed.autoscale.as_ref()).map_or(0, |autoscale| autoscale.most());
    let changes = managed.map_or(&[][..], |managed| &managed.changes).iter();
    let changed = changes.filter_map(|change| if let Action::Capacity(to) = change.action { Some(to) } else { None });
    u64::from(changed.fold(capacity.max(scaled), u32::max))
}

/// Says of a design that it has more machines than what lies behind them lets them use.
pub(crate) fn words(design: &Design) -> Option<String> {
    let ceiling = design.service.ceiling.as_ref()?;
    let of_set = |set: &zonefall_fleet::ScaleSet| most(set.capacity, set.management.as_deref()) * set.serves_milli;
    let machines: u64 = design.sets.iter().map(of_set).sum();
    let per_second = |milli: u64| milli as f64 / 1000.0;
    (machines > ceiling.capacity_milli).then(|| {
        format!(
            "{}: `{}` lets {} req/s through and its machines serve up to {}: what they have beyond that serves nobody, and only stands in for machines that are lost",
            design.name,
            ceiling.name,
            per_second(ceiling.capacity_milli),
            per_second(machines)
        )
    })
}
