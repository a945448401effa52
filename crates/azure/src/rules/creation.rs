//! RC: resilient creation and deletion. AL: allocation and quota. CR: capacity reservations.

use super::Rule;

const RESILIENT_PAGE: &str = "VMSS resilient create and delete page";
const RESILIENT_OLD: &str = "VMSS resilient create and delete page, preview text";
const RESERVATION: &str = "capacity reservation page";

pub(super) const RESILIENT: &[Rule] = &[
    Rule::out(
        "RC-01",
        "Both policies are off unless asked for; which version of the interface knows them.",
        RESILIENT_PAGE,
        "versions and preview labels; that they are off by default is the default of their keys",
    )
    .key("scale_set.resilient_create"),
    Rule::modelled(
        "RC-02",
        "Only machines that timed out while they were made or started are made again.",
        RESILIENT_PAGE,
    )
    .key("scale_set.resilient_create"),
    Rule::modelled("RC-03", "A creation times out after 8 minutes on Linux, 20 on Windows.", RESILIENT_OLD)
        .key("scale_set.create_timeout"),
    Rule::modelled(
        "RC-04",
        "Up to five attempts or 30 minutes a machine, each with a new id; then it stays Failed.",
        RESILIENT_PAGE,
    ),
    Rule::modelled(
        "RC-05",
        "A failed deletion is tried up to five times, after 0, 10, 20, 40 and 80 minutes.",
        "VMSS resilient create and delete page; most waits are chosen",
    )
    .key("scale_set.resilient_delete"),
    Rule::modelled("RC-06", "Attempts cannot be tuned, and being resilient makes no creation faster.", RESILIENT_PAGE),
    Rule::modelled(
        "RC-07",
        "Without the policy a timed-out machine stays Failed, counts, and is not repaired.",
        "VMSS resilient create and delete page, repairs page",
    )
    .inferred(),
];

pub(super) const ALLOCATION: &[Rule] = &[
    Rule::modelled(
        "AL-01",
        "In order: the model, the quota, a zone for each machine, then its allocation.",
        "an issue of the Kubernetes autoscaler",
    )
    .inferred(),
    Rule::modelled(
        "AL-02",
        "A region, a zone or a combination of constraints lacks capacity: each failure has its own name.",
        "Azure support article on allocation failures",
    ),
    Rule::modelled(
        "AL-03",
        "Creating and starting a deallocated machine need capacity alike; deallocating gives it up.",
        "Azure support article on allocation failures",
    ),
    Rule::modelled(
        "AL-04",
        "No capacity is promised; what fails is not tried again by the set, and leaves no machine.",
        "Azure support article on allocation failures; partial success is chosen",
    )
    .key("change.retry"),
    Rule::in_part(
        "AL-05",
        "Quota counts vCPUs of the family and the region, and machines, deallocated ones too; Spot has its own.",
        "virtual machine quotas page, Spot page",
        "quotas of families: where all machines are of one family the quota of vCPUs may be its quota, and each size of an instance mix may have its own",
    )
    .key("quota"),
];

pub(super) const RESERVATIONS: &[Rule] = &[
    Rule::modelled("CR-01", "A reservation is for a size, a region or one zone, and a quantity.", RESERVATION)
        .key("scale_set.reserved_per_zone"),
    Rule::modelled(
        "CR-02",
        "Up to its quantity, capacity is assured and quota not asked; beyond, the usual rules hold.",
        RESERVATION,
    ),
    Rule::modelled(
        "CR-03",
        "Running, starting and stopped machines take a slot; a deallocated one frees it.",
        RESERVATION,
    ),
    Rule::checked(
        "CR-04",
        "Not with Spot, availability sets, dedicated hosts, proximity groups, a single group, or an instance mix.",
        RESERVATION,
    ),
];
