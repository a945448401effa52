//! HM: health monitoring. AR: automatic instance repairs.

use super::Rule;

const EXTENSION: &str = "VMSS application health extension page";
const REPAIRS_PAGE: &str = "VMSS automatic instance repairs page";

pub(super) const MONITORING: &[Rule] = &[
    Rule::checked(
        "HM-01",
        "One health source: the extension or, for Uniform only, the load balancer's probe.",
        "VMSS application health extension page, repairs page",
    )
    .key("scale_set.health.source"),
    Rule::modelled("HM-02", "Binary states: the right answer is Healthy, everything else Unhealthy.", EXTENSION),
    Rule::modelled(
        "HM-03",
        "Rich states: over HTTP no usable answer is Unknown; over TCP there is no Unknown.",
        EXTENSION,
    )
    .pure("both words call for the same repair (HM-06), so no trial shows which it was")
    .key("scale_set.health.rich"),
    Rule::modelled(
        "HM-04",
        "A probe every 5 to 60 s (5), 1 to 24 equal answers in a row (1) for any change; a grace of at most 4 h.",
        EXTENSION,
    )
    .key("scale_set.health.interval"),
    Rule::modelled(
        "HM-05",
        "With rich states a machine that is up begins as Initializing, until equal answers or the end of its grace.",
        EXTENSION,
    )
    .key("scale_set.health.grace"),
    Rule::modelled(
        "HM-06",
        "Unhealthy and Unknown machines are repaired; Healthy and Initializing ones are not, and rolling upgrades wait for these.",
        REPAIRS_PAGE,
    ),
    Rule::modelled(
        "HM-07",
        "A dead machine cannot report: it counts as sick after three missed probes, at least a minute.",
        "chosen",
    )
    .unknown()
    .key("scale_set.health.dead_after"),
];

pub(super) const REPAIRS: &[Rule] = &[
    Rule::modelled("AR-01", "Off by default; a repair replaces (default), reimages or restarts.", REPAIRS_PAGE)
        .key("scale_set.repairs.action"),
    Rule::modelled(
        "AR-02",
        "Replace keeps nothing, Reimage all but the system disk, Restart everything.",
        REPAIRS_PAGE,
    ),
    Rule::modelled(
        "AR-03",
        "Replace deletes, then creates from the model; after a terminate notice the creation does not wait.",
        REPAIRS_PAGE,
    ),
    Rule::modelled(
        "AR-04",
        "A grace of 10 to 90 minutes (10) after a change of the set, and for new and repaired machines from when they are up.",
        REPAIRS_PAGE,
    )
    .key("scale_set.repairs.grace"),
    Rule::modelled("AR-05", "At most 5 % of the machines at once, at least one.", REPAIRS_PAGE),
    Rule::modelled(
        "AR-06",
        "Protected machines and those whose creation failed are not repaired; the action is changed only while off.",
        REPAIRS_PAGE,
    ),
    Rule::modelled(
        "AR-07",
        "Repairs whose products stay sick suspend the service, after three in a row; only the customer resumes it.",
        "VMSS automatic instance repairs page; the three are chosen",
    )
    .key("scale_set.repairs.suspend_after"),
    Rule::modelled("AR-08", "A sick machine is repaired at the next look, one every 60 s.", "chosen")
        .unknown()
        .key("scale_set.repairs.tick"),
    Rule::modelled(
        "AR-09",
        "The replacement goes where a scale-out would: machines of a lost zone may reach healthy ones.",
        "VMSS zone balancing page, its example",
    )
    .inferred(),
    Rule::modelled("AR-10", "A machine in a dead zone can be deleted, after 10 minutes.", "chosen")
        .unknown()
        .key("scale_set.dead_zone_delete"),
    Rule::modelled(
        "AR-11",
        "Reimage and Restart fail while the machine's host or zone is down, or the host under maintenance.",
        "chosen",
    )
    .unknown(),
];
