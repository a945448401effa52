//! DR: disaster recovery.

use super::Confidence::{Conflicting, Inferred, Recalled};
use super::Rule;

const SITE_RECOVERY: &str = "Site Recovery questions and architecture pages";

pub(super) const RECOVERY: &[Rule] = &[
    Rule::modelled(
        "DR-01",
        "A crash-consistent recovery point every 5 minutes; no promise for what is lost, here 0 to 5 minutes.",
        "Site Recovery questions and architecture pages; what is lost is arithmetic, and the pages differ in the default of application-consistent points",
    )
    .partly(&[Conflicting])
    .key("failover.recovery_point"),
    Rule::modelled(
        "DR-02",
        "A recovery time of minutes, promised within 2 h (or 1 h); chosen: median 15 min, sigma 0.6.",
        SITE_RECOVERY,
    )
    .partly(&[Conflicting])
    .key("failover.promised_within"),
    Rule::modelled(
        "DR-03",
        "Zone to zone: zonal machines without zone-redundant disks only. Capacity there is planned for; what is reserved is promised.",
        "Site Recovery zone to zone page; the probability is chosen",
    )
    .key("failover.reserved"),
    Rule::modelled(
        "DR-04",
        "An operator starts a failover; then protection is turned round and one fails back.",
        SITE_RECOVERY,
    )
    .key("failover.trigger"),
    Rule::modelled(
        "DR-05",
        "Backup: a point a day, or every 4 to 24 h; restoring takes hours.",
        "recalled, not read again",
    )
    .recalled()
    .key("failover.recovery_point"),
    Rule::modelled(
        "DR-06",
        "Of a pair of regions one is updated at a time.",
        "Azure paired regions page; which regions have no pair is recalled",
    )
    .partly(&[Recalled])
    .key("maintenance.paired"),
    Rule::modelled("DR-07", "Active/active 1 to 4 min, hot a little more, warm 5 to 20 min, cold 1 to 8 h.", "chosen")
        .unknown()
        .key("failover.pattern"),
    Rule::modelled(
        "DR-08",
        "For the loss of one of Z zones: peak times Z/(Z − 1), here rounded up.",
        "over-provisioning calculation include; the rounding is inferred",
    )
    .pure("arithmetic for who plans")
    .partly(&[Inferred]),
    Rule::modelled(
        "DR-09",
        "A zone-spanning set that loses a zone goes on with the others and replaces nothing by itself.",
        "a field manual by others, 2025; an older one has sets heal themselves, which can be chosen",
    )
    .partly(&[Conflicting])
    .key("scale_set.zone_self_healing"),
];
