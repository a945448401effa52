//! ZB: zone balance. ZP: automatic zone placement. AZ: automatic zone balance.

use super::Rule;

const BALANCING: &str = "VMSS zone balancing page";
const EXAMPLES: &str = "VMSS zone balancing page, its examples";
const PLACEMENT_PAGE: &str = "VMSS automatic zone placement page";
const AUTOMATIC_PAGE: &str = "VMSS automatic zone balance page";

pub(super) const BALANCE: &[Rule] = &[
    Rule::modelled(
        "ZB-01",
        "Zones are balanced if they differ by at most one machine; failed extensions and deallocated machines count.",
        BALANCING,
    ),
    Rule::modelled(
        "ZB-02",
        "Balance is best effort, or strict; it can be said only of a set with several zones.",
        "VMSS zone balancing page, REST reference",
    )
    .key("scale_set.zone_balance"),
    Rule::modelled(
        "ZB-03",
        "A scale-out puts one machine after the other into the usable zone with the fewest; ties go to the lowest number.",
        EXAMPLES,
    )
    .inferred(),
    Rule::modelled("ZB-04", "Balance acts only where machines are added or removed; nothing existing is moved.", BALANCING),
    Rule::modelled(
        "ZB-05",
        "Best effort, one zone unavailable: scale-out goes on in the others, and later changes even it out.",
        BALANCING,
    ).key("platform.zone_unavailable_from"),
    Rule::modelled(
        "ZB-06",
        "Best effort, two or more zones unavailable: the set scales neither out nor in.",
        "VMSS zone balancing page; both directions are inferred",
    ),
    Rule::modelled("ZB-07", "Strict: what would leave zones unbalanced is blocked, also while zones are down.", BALANCING),
    Rule::modelled(
        "ZB-08",
        "Strict looks at the counts that the whole operation would leave, machines in lost zones included.",
        EXAMPLES,
    )
    .inferred(),
    Rule::modelled("ZB-09", "Strict: a change that cannot be made whole is rejected whole.", "chosen")
        .unknown()
        .key("scale_set.strict_atomicity"),
    Rule::modelled("ZB-10", "Strict scale-in is blocked where protected machines would leave zones unbalanced.", EXAMPLES)
        .inferred(),
    Rule::in_part(
        "ZB-11",
        "A zone without capacity takes no machine, but does not count as unavailable.",
        "chosen",
        "zones that are short of Spot machines alone, where a request brings regular ones too: its Spot machines fail there",
    )
    .unknown()
    .key("scale_set.starved_zone_counts_as_down"),
    Rule::modelled(
        "ZB-12",
        "A block by balance is OperationNotAllowed; lack of capacity fails each machine for itself.",
        "chosen",
    )
    .unknown(),
    Rule::modelled(
        "ZB-13",
        "By hand: scale out by some, then in; regional machines go first, then the policy's.",
        BALANCING,
    ),
    Rule::modelled("ZB-14", "Attaching, detaching and deleting single machines ignores balance.", BALANCING).key("change.delete"),
];

pub(super) const PLACEMENT: &[Rule] = &[
    Rule::modelled(
        "ZP-01",
        "The platform chooses the zones, all or among those included or not excluded.",
        PLACEMENT_PAGE,
    )
    .pure("which zones are eligible is settled when the scenario is read")
    .key("scale_set.zone_placement"),
    Rule::modelled(
        "ZP-02",
        "It spreads over three zones, or the most that is set; a fourth only if that is open and the others are full.",
        PLACEMENT_PAGE,
    )
    .key("scale_set.zone_placement.max_zone_count"),
    Rule::modelled("ZP-03", "At least two zones, and at most half of the target in one.", PLACEMENT_PAGE),
    Rule::modelled("ZP-04", "The share of one zone can be set; it is rounded up to whole machines.", PLACEMENT_PAGE)
        .key("scale_set.zone_placement.max_instance_percent_per_zone"),
    Rule::modelled("ZP-05", "What finds no place fails: 100 asked of 70, 30 and 0 gives 50, 30 and 0.", PLACEMENT_PAGE),
    Rule::modelled("ZP-06", "Strict balance places as many as stay balanced; the rest fails.", PLACEMENT_PAGE),
    Rule::checked(
        "ZP-07",
        "Not with zones of one's own, proximity groups, reservations, instance mix, standby pools or host groups.",
        PLACEMENT_PAGE,
    ),
];

pub(super) const AUTOMATIC: &[Rule] = &[
    Rule::checked(
        "AZ-01",
        "Needs two zones or more, no regional machine, one health source, and best-effort balance.",
        AUTOMATIC_PAGE,
    )
    .key("scale_set.auto_zone_balance"),
    Rule::modelled("AZ-02", "It creates the new machine before it deletes the old one.", AUTOMATIC_PAGE),
    Rule::modelled("AZ-03", "It turns automatic repairs on unless they are set up or refused.", AUTOMATIC_PAGE)
        .pure("a default; the repairs are those of AR-01"),
    Rule::modelled(
        "AZ-04",
        "It acts when the fullest zone has two machines more than the emptiest, and more active ones.",
        AUTOMATIC_PAGE,
    ),
    Rule::modelled(
        "AZ-05",
        "Not within 60 minutes of a change of the set or 12 hours of the last move, nor without quota and capacity.",
        AUTOMATIC_PAGE,
    ),
    Rule::modelled("AZ-06", "One machine at a time, one operation in 12 hours.", AUTOMATIC_PAGE),
    Rule::modelled(
        "AZ-07",
        "The new machine has 90 minutes to be healthy; if it is not, it goes, unless the old one is sick too.",
        AUTOMATIC_PAGE,
    ),
    Rule::modelled(
        "AZ-08",
        "The set has one machine more meanwhile; without room for it nothing begins.",
        AUTOMATIC_PAGE,
    ),
    Rule::modelled(
        "AZ-09",
        "Protected and deallocated machines are left alone; among the others the scale-in policy chooses.",
        "VMSS automatic zone balance page; the choice among the others is chosen",
    ),
    Rule::modelled(
        "AZ-10",
        "A scale-in by autoscale waits for it; a scale-out or a new capacity cancels it.",
        "VMSS automatic zone balance page; what a cancelled operation leaves is chosen",
    ),
    Rule::modelled("AZ-11", "Instance id, address and disks do not survive the move.", AUTOMATIC_PAGE),
    Rule::modelled(
        "AZ-12",
        "It does not look at the health of zones: an outage alone never sets it off.",
        AUTOMATIC_PAGE,
    ),
    Rule::out(
        "AZ-13",
        "What it is called in the activity log and in the state of the set.",
        AUTOMATIC_PAGE,
        "names of log entries; that its own steps do not start the 60 minutes of AZ-05 anew is part of AZ-05",
    ),
];
