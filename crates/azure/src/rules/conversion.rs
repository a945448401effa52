//! CV: adding zones, attaching, detaching.

use super::Rule;

const ZONES_PAGE: &str = "VMSS availability zones page";
const ATTACH: &str = "VMSS attach and detach page";

pub(super) const CONVERSION: &[Rule] = &[
    Rule::modelled("CV-01", "Zones can be added to a set, never taken away or exchanged.", ZONES_PAGE)
        .key("change.zones"),
    Rule::modelled(
        "CV-02",
        "Existing machines and data stay where they are; new machines use the new zones.",
        ZONES_PAGE,
    ),
    Rule::checked(
        "CV-03",
        "Adding zones needs quota, size and disks there, a count of 1 or 5 fault domains, no dedicated hosts.",
        ZONES_PAGE,
    ),
    Rule::modelled(
        "CV-04",
        "Balance counts zonal machines only; regional ones are apart.",
        "VMSS zone balancing page, its example",
    )
    .inferred(),
    Rule::modelled("CV-05", "A new machine can join a Flexible set, in a zone of the set.", ATTACH)
        .key("change.attach"),
    Rule::modelled(
        "CV-06",
        "So can a running machine, without interruption; one fault domain, no availability set.",
        ATTACH,
    )
    .pure("the scenario decides who may join; what then happens is CV-05"),
    Rule::modelled("CV-07", "A machine can leave a Flexible set with one fault domain, and go on running.", ATTACH)
        .key("change.detach"),
    Rule::checked("CV-08", "What an impossible attachment is refused with.", ATTACH),
    Rule::out(
        "CV-09",
        "A regional machine can be made zonal in place: deallocated, given a zone, started.",
        "VMSS zone migration page",
        "a preview; a machine keeps its zone for life here (ZN-02)",
    ),
];
