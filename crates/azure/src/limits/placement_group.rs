//! PG: placement groups and proximity placement groups (V-05, V-06, V-22).

use super::model::those;
use super::{Matter, Model, Size, Violation};

/// What Azure would refuse about a set's placement groups.
pub fn check_placement_groups(model: &Model, size: Option<&Size>) -> Vec<Violation> {
    let (flexible, single) = (model.is_flexible(), model.single_placement_group);
    let ours = |rule, words: &str| Violation::ours(Matter::Placement, rule, "InvalidParameter", words.into());
    those([
        (
            !flexible && single && model.fault_domains == 1,
            ours("PG-04", "max spreading (1 fault domain) needs several placement groups")
                .row("V-05", "single_placement_group")
                .help("write `single_placement_group = false`, or `fault_domains = 5`"),
        ),
        (
            flexible && single,
            Violation::azures(
                Matter::Placement,
                "PG-07",
                "InvalidParameter",
                "'singlePlacementGroup' is not allowed for a Flexible scale set; allowed values are: False (C-19)"
                    .into(),
            )
            .row("V-06", "single_placement_group")
            .help("write `single_placement_group = false`, or `orchestration = \"uniform\"`"),
        ),
        (
            !flexible && !single && size.is_some_and(Size::has_infiniband),
            ours("PG-07", "sizes with InfiniBand need a single placement group")
                .row("", "size")
                .help("write `single_placement_group = true` and `fault_domains = 5`, or another size"),
        ),
        (
            model.proximity_placement_group && model.zones > 1,
            ours("PG-08", "a proximity placement group is in one datacenter, so the set has at most one zone")
                .row("V-22", "proximity_placement_group")
                .help("name one zone, or write `proximity_placement_group = false`"),
        ),
    ])
}
