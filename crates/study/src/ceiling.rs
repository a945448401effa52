//! What machines beyond a capacity that does not scale are worth, in words for whoever reads a result.

use zonefall_fleet::{Design, ScaleSet};

/// Says of a design that it has more machines than what lies behind them lets them use.
pub(crate) fn words(design: &Design) -> Option<String> {
    let ceiling = design.service.ceiling.as_ref()?;
    let of_set = |set: &ScaleSet| {
        let asked = set.management.as_ref().map_or(set.capacity, |managed| managed.most_asked(set.capacity));
        u64::from(asked) * set.serves_milli
    };
    let machines: u64 = design.sets.iter().map(of_set).sum();
    let per_second = |milli: u64| milli as f64 / 1000.0;
    (machines > ceiling.capacity_milli).then(|| {
        format!(
            "{}: `{}` lets {} a second through and the machines before it serve up to {}: what they have beyond that serves nobody, and only stands in for machines that are lost",
            design.name,
            ceiling.name,
            per_second(ceiling.capacity_milli),
            per_second(machines)
        )
    })
}
