//! MT: planned maintenance and scheduled events.

use super::Confidence::Conflicting;
use super::Rule;

const MAINTENANCE: &str = "virtual machine maintenance page";
const EVENTS: &str = "scheduled events page";
const CONFIGURATIONS: &str = "maintenance configurations page";

pub(super) const MAINTENANCE_RULES: &[Rule] = &[
    Rule::modelled(
        "MT-01",
        "Most host updates are not felt; the others pause a machine, nearly always below 10 s, rarely 30 s; all sizes alike here.",
        MAINTENANCE,
    )
    .key("faults.mode.outage"),
    Rule::modelled(
        "MT-02",
        "Maintenance goes by fault domain and zone, restarts one zone and one region of a pair at a time; bad health stops it.",
        MAINTENANCE,
    )
    .key("maintenance.stop_above"),
    Rule::modelled(
        "MT-03",
        "Restarts are told 35 days ahead (elsewhere four weeks); owners may redeploy by themselves; about 25 min otherwise.",
        "maintenance page and page on maintenance notifications",
    )
    .partly(&[Conflicting])
    .key("maintenance.self_service"),
    Rule::modelled(
        "MT-04",
        "Update domains go one at a time, in any order, at least 30 min apart.",
        MAINTENANCE,
    )
    .key("maintenance.between"),
    Rule::modelled(
        "MT-05",
        "A configuration (scope host) holds pauses until its window, for 35 days at most, then takes all its machines at once.",
        CONFIGURATIONS,
    )
    .key("maintenance.configuration"),
    Rule::modelled(
        "MT-06",
        "Least notice: pauses and restarts 15 min, redeployments 10, evictions 30 s, deletions 5 to 15 min.",
        EVENTS,
    )
    .key("maintenance.events"),
    Rule::modelled(
        "MT-07",
        "An event is scheduled, starts when it is approved or at its time, and is gone afterwards; hardware failures come unannounced.",
        EVENTS,
    ),
    Rule::modelled(
        "MT-08",
        "Approval lets it begin at once, unless others on the host have not approved.",
        EVENTS,
    )
    .key("maintenance.events.approve"),
    Rule::out(
        "MT-09",
        "Events go to every machine of the availability set or placement group; the first call takes up to 2 min.",
        EVENTS,
        "machines hear of what meets them, some time later; what they make of events of others is the application's",
    )
    .key("maintenance.events.noticed_after"),
    Rule::modelled(
        "MT-10",
        "Machines on a host that is predicted to fail are moved days later: seven are aimed at.",
        EVENTS,
    )
    .pure("a mode of the profile: data")
    .key("faults.mode.predicted.lead"),
    Rule::modelled(
        "MT-11",
        "Upgrades of OS images raise no events unless asked for; then a machine has 15 min to drain. By default none does.",
        EVENTS,
    )
    .key("scale_set.upgrade.drain"),
    Rule::modelled(
        "MT-12",
        "A year of a machine: four pauses below 10 s, half a pause of 30 s, a restart in 20 years.",
        "chosen",
    )
    .unknown()
    .key("faults.mode.rate"),
    Rule::modelled(
        "MT-13",
        "Terminate notices of 5 to 15 min: deletions only, not of Spot machines; one that is not approved holds others back.",
        "terminate notification page",
    )
    .key("scale_set.terminate_notice"),
];
