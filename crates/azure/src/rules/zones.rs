//! ZN: what zones mean for a set, and what their loss does.

use super::Rule;

const RELIABILITY: &str = "VMSS reliability page";
const ZONES_PAGE: &str = "VMSS availability zones page";

pub(super) const ZONES: &[Rule] = &[
    Rule::modelled(
        "ZN-01",
        "No zones: regional. One: zonal. Several: zone-spanning. A region with zones has at least three.",
        ZONES_PAGE,
    )
    .pure("how the zones of a set are read, before anything runs")
    .key("scale_set.zones"),
    Rule::modelled(
        "ZN-02",
        "A zonal machine and its disks stay in their zone for life; none is ever moved.",
        ZONES_PAGE,
    ),
    Rule::modelled(
        "ZN-03",
        "Machines of a regional set stand in zones that nobody sees and nobody promises to balance.",
        RELIABILITY,
    )
    .key("scale_set.hidden_zone"),
    Rule::modelled(
        "ZN-04",
        "A zone's loss may take all of a zonal set, its share of a spanning one, and any part of a regional one.",
        RELIABILITY,
    ),
    Rule::modelled(
        "ZN-05",
        "Nothing fails over by itself: machines of a lost zone stay down and return in place, with id and disks.",
        "VMSS reliability page, virtual machines reliability page",
    ),
    Rule::modelled(
        "ZN-06",
        "Capacity reaches healthy zones only by autoscale, by hand, or by a repair that replaces.",
        RELIABILITY,
    )
    .key("change.when"),
    Rule::modelled("ZN-07", "Machines of a lost zone still count, in the capacity and in their zone.", ZONES_PAGE)
        .inferred(),
    Rule::modelled("ZN-08", "After a zone's power returns, each machine restarts 2 to 15 minutes later.", "chosen")
        .unknown()
        .key("faults.mode.restart"),
    Rule::modelled("ZN-09", "Machines added during an outage remain until the customer scales in.", RELIABILITY)
        .key("change.back_after"),
    Rule::checked("ZN-10", "Size and disk type must be offered in each zone of the set.", RELIABILITY)
        .key("region.zone_lacks"),
];
