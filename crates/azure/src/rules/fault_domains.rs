//! FD: fault and update domains. PG: placement groups.

use super::Rule;

const DOMAINS_PAGE: &str = "VMSS fault domains page";
const GROUPS_PAGE: &str = "VMSS placement groups page";

pub(super) const DOMAINS: &[Rule] = &[
    Rule::modelled("FD-01", "A fault domain is a rack: power, network and cooling are shared there.", DOMAINS_PAGE),
    Rule::checked(
        "FD-02",
        "Counts: Uniform 1 or 5 with zones, 1 to 5 without (default 5); Flexible 1 with zones, 1 to 3 without.",
        DOMAINS_PAGE,
    )
    .key("scale_set.fault_domains"),
    Rule::modelled(
        "FD-03",
        "A count of 1 spreads over as many racks of each zone as possible, and never fails for lack of them.",
        DOMAINS_PAGE,
    ),
    Rule::modelled(
        "FD-04",
        "A count above 1 spreads over exactly that many fault domains, or the request fails.",
        DOMAINS_PAGE,
    ),
    Rule::modelled("FD-05", "Five fault domains with zones are five in each zone.", DOMAINS_PAGE),
    Rule::checked(
        "FD-06",
        "A region has two or three fault domains for managed disks.",
        "managed disks region list, 2018",
    ),
    Rule::checked("FD-07", "A count above the region's is refused.", "Azure support article on fault domain counts"),
    Rule::modelled(
        "FD-08",
        "A new machine joins the fault domain with the fewest machines of its zone and group, and stays there.",
        "VMSS REST reference; the tie is inferred",
    ),
    Rule::modelled("FD-09", "How many racks a zone has is hidden: 20, filled from the least loaded.", "chosen")
        .pure("a default of the topology")
        .unknown()
        .key("region.racks_per_zone"),
    Rule::out(
        "FD-10",
        "Numbers of fault domains mean something within one placement group only.",
        "VMSS frequently asked questions",
        "a fault domain is a rack here, and no rule compares its number between groups",
    ),
    Rule::modelled(
        "FD-11",
        "Update domains are taken in turn: Uniform five a placement group, availability sets up to 20, Flexible none; one at a time.",
        "availability sets page, VMSS frequently asked questions",
    )
    .key("availability_set.update_domains"),
    Rule::checked("FD-12", "The counts of fault and update domains never change after creation.", DOMAINS_PAGE),
];

pub(super) const GROUPS: &[Rule] = &[
    Rule::modelled(
        "PG-01",
        "Uniform: a placement group holds at most 100 machines; a single group is one for each zone.",
        GROUPS_PAGE,
    ),
    Rule::modelled(
        "PG-02",
        "Unsaid, a Uniform set with zones may have several groups, a regional one has a single group.",
        GROUPS_PAGE,
    )
    .pure("a default; what a single group costs is PG-05")
    .key("scale_set.single_placement_group"),
    Rule::checked("PG-03", "A single placement group may be given up, never come back.", GROUPS_PAGE),
    Rule::checked("PG-04", "Max spreading needs several placement groups allowed.", GROUPS_PAGE),
    Rule::modelled(
        "PG-05",
        "A single placement group allocates from one cluster, so lack of capacity is likelier.",
        "Azure support article on allocation failures",
    ),
    Rule::modelled("PG-06", "A new machine joins the fullest group with room; at 100 a new group opens.", "chosen")
        .unknown(),
    Rule::checked(
        "PG-07",
        "Several groups need the Standard load balancer and managed disks; Flexible never has a single group.",
        GROUPS_PAGE,
    ),
    Rule::checked(
        "PG-08",
        "A proximity placement group allows at most one zone.",
        "VMSS proximity placement groups page",
    ),
];
