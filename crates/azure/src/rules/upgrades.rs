//! UP: upgrades.

use super::Confidence::{Conflicting, Inferred, Recalled, Unknown};
use super::Rule;

const COMPUTE: &str = "Compute API for scale sets";
const PAGES: &str = "upgrade pages for scale sets";
const AUTOMATIC: &str = "page on automatic OS image upgrades";

pub(super) const UPGRADES: &[Rule] = &[
    Rule::checked(
        "UP-01",
        "Batch, unhealthy and upgraded unhealthy machines are 20 % each, the pause none; a batch is at most what may be unhealthy.",
        COMPUTE,
    )
    .key("scale_set.upgrade"),
    Rule::modelled(
        "UP-02",
        "Manual: machines keep their model. Automatic: all at once. Rolling: in batches, by health. New ones have the newest.",
        PAGES,
    )
    .key("scale_set.upgrade.mode"),
    Rule::modelled(
        "UP-03",
        "A batch is the percentage rounded down, at least one machine; unhealthy machines elsewhere make it smaller.",
        "Compute API for scale sets; that it rounds down is inferred from its word maximum",
    )
    .partly(&[Inferred])
    .key("scale_set.upgrade.batch"),
    Rule::modelled(
        "UP-04",
        "Too many unhealthy machines before a batch, or after it among the upgraded (or in the set), stop the rollout.",
        "upgrade pages for scale sets; one of them counts over the whole set",
    )
    .partly(&[Conflicting])
    .key("scale_set.upgrade.denominator"),
    Rule::modelled(
        "UP-05",
        "A batch keeps to its zone, zones go one at a time, here ascending, unless told otherwise; and to an update domain.",
        "Compute API for scale sets; the order of zones is chosen",
    )
    .partly(&[Unknown])
    .key("scale_set.upgrade.cross_zone"),
    Rule::modelled("UP-06", "Unhealthy machines go first if asked for; the pause follows a finished batch.", COMPUTE)
        .key("scale_set.upgrade.prioritize_unhealthy"),
    Rule::modelled(
        "UP-07",
        "Surge makes new machines, waits for their health, deletes the old; without quota or hardware the batch goes in place.",
        PAGES,
    )
    .key("scale_set.upgrade.max_surge"),
    Rule::modelled(
        "UP-08",
        "An image takes the machine out (4 min), an extension does not (1 min); a set may have releases of all kinds.",
        "upgrade pages; the times are chosen",
    )
    .partly(&[Unknown])
    .key("scale_set.upgrade.reimage_time"),
    Rule::in_part(
        "UP-09",
        "Automatic OS images: as rolling, one region of a pair at a time; not healthy in 5 min: the old disk comes back.",
        AUTOMATIC,
        "which regions are pairs, and that newer ones have none: the two regions of a design are taken for one, more for none",
    )
    .key("scale_set.upgrade.automatic_os"),
    Rule::in_part(
        "UP-10",
        "Automatic extensions: likewise, without a restart; failed machines get the old one and later a retry; region by region.",
        "page on automatic extension upgrades",
        "the later retry, of which no time is known, and the waves over regions, which take one to two months: each release \
         says when it comes to a set",
    )
    .key("scale_set.upgrade.automatic_extensions"),
    Rule::modelled(
        "UP-11",
        "Protected machines are passed over; a stopped rollout needs another model; Uniform sets may roll failed ones back.",
        "upgrade pages for scale sets and a field manual by others; the name of the property is recalled",
    )
    .partly(&[Recalled])
    .key("scale_set.upgrade.rollback_failed"),
    Rule::modelled(
        "UP-12",
        "A bad image takes one batch under a rolling policy, all under an automatic one; one that shows late passes batches.",
        "arithmetic on the upgrade pages",
    )
    .inferred()
    .key("release.symptom_after"),
    Rule::modelled(
        "UP-13",
        "The operator notices a bad release after 5 to 10 min, and takes it back the way it came; a rehearsed rollback took 18 min.",
        "a field manual by others",
    )
    .measured()
    .key("release.rollback"),
    Rule::modelled("UP-14", "A rollout takes batches × (apply + health + pause).", "arithmetic on the upgrade pages")
        .inferred(),
];
