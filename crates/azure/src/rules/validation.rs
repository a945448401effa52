//! V: what a scenario is refused for. Reason codes are named where they are Azure's; the source is the rule behind it.
//! "Inferred" means that the reason code is our own.

use super::Rule;

pub(super) const VALIDATION: &[Rule] = &[
    Rule::checked("V-01", "A change of the orchestration mode: PropertyChangeNotAllowed.", "OM-01"),
    Rule::checked("V-02", "More machines than the mode, the image, the group or the fault domains allow.", "OM-02, OM-03, OM-04")
        .inferred(),
    Rule::checked("V-03", "A number of fault domains that mode and zones do not allow: InvalidParameter.", "FD-02"),
    Rule::checked("V-04", "Flexible, regional: more fault domains than the region has: InvalidParameter.", "FD-07"),
    Rule::checked("V-05", "Uniform max spreading in a single placement group.", "PG-04").inferred(),
    Rule::checked("V-06", "Flexible with a single placement group: InvalidParameter.", "PG-07"),
    Rule::checked("V-07", "Back to a single placement group.", "PG-03").inferred(),
    Rule::checked("V-08", "Zone balance said of a set with no zone or one: InvalidParameter.", "ZB-02"),
    Rule::checked("V-09", "Zones that the region does not have, or a zone named twice.", "ZN-01").inferred(),
    Rule::checked("V-10", "A size that is not offered in one of the zones: SkuNotAvailable.", "ZN-10"),
    Rule::checked(
        "V-11",
        "Automatic zone balance with strict balance, fewer than two zones, no health source, or regional machines.",
        "AZ-01",
    )
    .inferred(),
    Rule::checked("V-12", "Repairs without a health source; two sources; Flexible with a load balancer's probe.", "HM-01")
        .inferred(),
    Rule::checked("V-13", "A grace of repairs below 10 or above 90 minutes.", "AR-04").inferred(),
    Rule::checked("V-14", "Health probes outside 5 to 60 s, 1 to 24 answers, 4 h of grace; a path where none belongs.", "HM-04")
        .inferred(),
    Rule::checked("V-15", "Another repair action while repairs are on.", "AR-06").inferred(),
    Rule::checked("V-16", "A terminate notice outside 5 to 15 minutes, or for Spot machines.", "SI-09").inferred(),
    Rule::checked("V-17", "Protection from actions on the set without protection from scale-in.", "SI-07").inferred(),
    Rule::checked("V-18", "Overprovisioning with Flexible or with automatic zone placement.", "OV-01").inferred(),
    Rule::checked("V-19", "Taking zones away, exchanging them, or returning to a regional set.", "CV-01").inferred(),
    Rule::checked("V-20", "Adding zones with 2, 3 or 4 fault domains, a reservation or dedicated hosts.", "CV-03").inferred(),
    Rule::checked(
        "V-21",
        "A reservation with Spot, availability sets, hosts, proximity groups, one group, or an instance mix.",
        "CR-04",
    )
    .inferred(),
    Rule::checked("V-22", "A proximity placement group over several zones.", "PG-08").inferred(),
    Rule::checked("V-23", "Dedicated hosts of a spanning set, or of another zone, size or number of fault domains.", "DH-01, DH-03")
        .inferred(),
    Rule::checked("V-24", "Spot and regular mixed in a Uniform set or in one group; a percentage outside 0 to 100.", "SP-05")
        .inferred(),
    Rule::checked(
        "V-25",
        "Eviction policy or price limit without Spot; a price that is neither -1 nor above 0: MaxPriceValueInvalid.",
        "Spot error codes page",
    ),
    Rule::checked(
        "V-26",
        "Restoring Spot machines where there are none: SpotRestorationIsSupportedOnlyForAzureSpotScaleSets.",
        "Spot error codes page",
    ),
    Rule::checked(
        "V-27",
        "Spot in an availability set: AzureSpotVMNotSupportedInAvailabilitySet.",
        "Spot error codes page",
    ),
    Rule::checked(
        "V-28",
        "An instance mix of no, too many or equal sizes, not Flexible, or with what excludes it: SkuProfile codes.",
        "IM-01, IM-02",
    ),
    Rule::checked(
        "V-29",
        "A standby pool with Uniform or several fault domains; running with autoscale; above 1,000 with its set.",
        "SB-01",
    )
    .inferred(),
    Rule::checked("V-30", "An attachment or detachment that cannot be: VmssDoesNotSupport codes.", "CV-08"),
    Rule::checked("V-31", "Pinning to a fault domain where there is one, or in Uniform; to a zone in Uniform.", "FD-08").inferred(),
    Rule::checked(
        "V-32",
        "An availability set with too many fault domains, update domains or machines, or with zones: InvalidParameter.",
        "AV-01",
    ),
    Rule::checked("V-33", "Deleting a Flexible set that holds machines: OperationNotAllowed.", "OM-10"),
    Rule::checked(
        "V-34",
        "Automatic zone placement with what excludes it, a share that cannot hold all, or strict without a most.",
        "ZP-01, ZP-04, ZP-06, ZP-07",
    )
    .inferred(),
    Rule::checked("V-35", "Zone redundancy for disks that lack it; force-detaching a system disk.", "DK-02, DK-04").inferred(),
    Rule::checked(
        "V-36",
        "Warned of: no room for a rebalance, restoring with autoscale, fewer machines than zones, a zone's loss not borne.",
        "AZ-08, SP-03, OV-05",
    )
    .inferred(),
];
