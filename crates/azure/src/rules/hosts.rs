//! HL: healing. AV: availability sets and single machines. DH: dedicated hosts. PT: times.

use super::Rule;

const REBOOTS: &str = "Azure support article on machine reboots";
const MAINTENANCE: &str = "virtual machine maintenance page";
const EVENTS: &str = "scheduled events page";
const HOSTS: &str = "dedicated hosts page";

pub(super) const HEALING: &[Rule] = &[
    Rule::modelled("HL-01", "A hung host is rebooted: its machines are back on it within minutes.", REBOOTS)
        .pure("a mode of the profile: data")
        .key("faults.mode.outage"),
    Rule::modelled(
        "HL-02",
        "A broken host's machines are healed on another host; system and data disks are kept.",
        REBOOTS,
    ),
    Rule::out(
        "HL-03",
        "A storage path lost for more than 120 s forces a shutdown, then a restart.",
        REBOOTS,
        "storage is no part of its own in the default profile",
    ),
    Rule::out(
        "HL-04",
        "How long detection takes, and how often a host reboots rather than being left.",
        "an Azure blog says: within seconds",
        "the profile has one law a failure mode, detection included",
    )
    .unknown()
    .key("faults.mode.outage"),
    Rule::modelled("HL-05", "Healing stays in zone and fault domain, and waits for free capacity there.", REBOOTS)
        .inferred()
        .key("healing.needs_control_plane"),
    Rule::modelled(
        "HL-06",
        "A predicted failure moves the machine away beforehand: a pause of a few seconds.",
        MAINTENANCE,
    )
    .pure("a mode of the profile: data")
    .key("faults.mode.predicted"),
    Rule::modelled(
        "HL-07",
        "Host updates that preserve memory pause machines below 10 s, one fault domain at a time.",
        MAINTENANCE,
    )
    .key("maintenance"),
    Rule::modelled("HL-08", "How long before its begin a scheduled event is announced.", EVENTS)
        .key("maintenance.events.freeze_notice"),
    Rule::modelled("HL-09", "A redeploy stops the machine and starts it on another host: 5 min, chosen.", EVENTS)
        .key("maintenance.self_service.redeploy"),
    Rule::out(
        "HL-10",
        "Prediction saved a quarter of interruptions; no rate of host failures is published.",
        "Azure blog on failure prediction, 2021",
        "the rates and the predicted share are those of FR-01",
    )
    .key("faults.mode.rate"),
    Rule::out(
        "HL-11",
        "Short losses of a machine never reach the activity log.",
        "Azure resource health page",
        "logs are not simulated; every loss counts, however short",
    ),
    Rule::modelled("HL-12", "Machines are not healed across zones: with its zone lost, a machine waits.", REBOOTS)
        .inferred(),
];

pub(super) const SETS: &[Rule] = &[
    Rule::modelled(
        "AV-01",
        "An availability set: at most 3 fault domains, 20 update domains and 200 machines, and no zones.",
        "availability sets page",
    )
    .key("availability_set.fault_domains"),
    Rule::modelled(
        "AV-02",
        "A single machine is zonal or regional, alone, and stays where it is.",
        "virtual machines reliability page",
    )
    .key("virtual_machine.zone"),
];

pub(super) const DEDICATED: &[Rule] = &[
    Rule::checked("DH-01", "A host group's zone, fault domains and size must be the set's; no proximity group.", HOSTS)
        .key("scale_set.dedicated_hosts.zone"),
    Rule::modelled(
        "DH-02",
        "A failed host is replaced and its machines heal there; otherwise the customer redeploys.",
        HOSTS,
    )
    .key("scale_set.dedicated_hosts.auto_replace"),
    Rule::checked(
        "DH-03",
        "No dedicated hosts for zone-spanning sets; for zonal ones only where allowed.",
        "VMSS reliability page",
    )
    .key("scale_set.allow_zonal_dedicated_host"),
    Rule::out(
        "DH-04",
        "Dedicated hosts have a vCPU quota of their own.",
        HOSTS,
        "hosts are there from the beginning; only machines are counted against a quota",
    ),
];

pub(super) const TIMES: &[Rule] = &[
    Rule::out(
        "PT-01",
        "Nobody publishes how long a creation takes; time-outs bound it.",
        "several Azure pages",
        "evidence for PT-03, which says what is used",
    ),
    Rule::out(
        "PT-02",
        "Creations measured: 6 to 10 minutes in 2009 to 2012, 3 to 15 for a cluster's node later.",
        "Mao and Humphrey 2012, reports of users",
        "evidence for PT-03, which says what is used",
    )
    .measured(),
    Rule::modelled(
        "PT-03",
        "Creation: median 75 s on Linux, 240 s on Windows, 60 s of warm-up; starts and restarts are faster.",
        "chosen",
    )
    .unknown()
    .key("scale_set.create_time"),
    Rule::modelled(
        "PT-04",
        "The machines of one request are made at the same time, each for itself.",
        "machine states page",
    )
    .inferred(),
];
