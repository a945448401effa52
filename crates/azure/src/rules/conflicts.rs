//! C: where sources contradict each other, and which one is followed.

use super::Rule;

/// A contradiction whose verdict the simulation follows.
const fn followed(id: &'static str, says: &'static str, sources: &'static str) -> Rule {
    Rule::modelled(id, says, sources).conflicting()
}

/// A contradiction whose verdict scenarios are held to.
const fn held(id: &'static str, says: &'static str, sources: &'static str) -> Rule {
    Rule::checked(id, says, sources).conflicting()
}

/// A contradiction without an effect.
const fn idle(id: &'static str, says: &'static str, sources: &'static str, why: &'static str) -> Rule {
    Rule::out(id, says, sources, why).conflicting()
}

pub(super) const CONFLICTS: &[Rule] = &[
    followed(
        "C-01",
        "Do machines heal into other zones? Followed: no, they stay down until their zone returns (ZN-05).",
        "virtual machines reliability page of 2022 against VMSS reliability page",
    ),
    followed(
        "C-02",
        "Does a scale-out go to the affected zone? Followed: no, to the unaffected ones (ZB-05).",
        "VMSS reliability page against zone balancing page",
    ),
    followed(
        "C-03",
        "Are lost machines recreated elsewhere? Followed: only by a repair that replaces, or by hand (AR-09).",
        "VMSS reliability page against an example of the zone balancing page",
    ),
    followed(
        "C-04",
        "Which zones are over- and underfull? Followed: the fullest and the emptiest, two machines apart (AZ-04).",
        "draft and page of automatic zone balance",
    ),
    followed(
        "C-05",
        "What paces automatic zone balance? Followed: the page: one machine, 12 hours, 60 and 90 minutes.",
        "draft and page of automatic zone balance",
    ),
    held(
        "C-06",
        "Can dedicated hosts be zonal? Followed: refused for spanning sets; for zonal ones only where allowed (DH-03).",
        "VMSS reliability page against dedicated hosts page",
    )
    .key("scale_set.allow_zonal_dedicated_host"),
    idle(
        "C-07",
        "May regional sets have Ultra and Premium v2 disks? Followed: they may.",
        "VMSS reliability page against disk availability page",
        "the kind of disk decides the SLA, whatever the set; where disks stand is DK-06",
    ),
    idle(
        "C-08",
        "Which features are previews? Followed: the newest page.",
        "older and newer pages",
        "a label: what is a preview works like the rest",
    ),
    followed(
        "C-09",
        "Is a machine zone-redundant, and are its disks always kept? Followed: zonal or regional; kept by healing only.",
        "virtual machines reliability page of 2022 against the newer one",
    ),
    followed(
        "C-10",
        "How many zones has a region? Followed: three or more.",
        "virtual machines reliability page of 2022 against VMSS pages",
    )
    .pure("a fact of the default topology"),
    held("C-11", "Which fault domain counts exist? Followed: the newest table (FD-02).", "three VMSS pages"),
    followed(
        "C-12",
        "How many Uniform machines share a guarantee? Followed: 100, a placement group.",
        "two tables of the orchestration modes page",
    ),
    held(
        "C-13",
        "How large is an availability set? Followed: 200 machines.",
        "availability sets page against an old limits page",
    ),
    held(
        "C-14",
        "How long is the default grace of repairs? Followed: 10 minutes; it can be set.",
        "repairs page now and in 2022",
    )
    .key("scale_set.repairs.grace"),
    followed(
        "C-15",
        "Is Healthy a 200, or any 2xx with the right body? Followed: the first for binary, the second for rich states.",
        "repairs page against health extension page",
    )
    .pure("machines are well or not; no trial has status codes"),
    followed(
        "C-16",
        "Which zones lose machines in the examples of scale-in? Followed: the fullest, against two slips of the pen.",
        "VMSS scale-in policy page, zone balancing page",
    ),
    followed(
        "C-17",
        "How many regular machines has a mix of 4 with base 2 and 50 %? Followed: the formula: 3, not the sample's 2.",
        "VMSS Spot priority mix page",
    ),
    held(
        "C-18",
        "May B sizes be Spot? Followed: not in a scale set.",
        "VMSS Spot page against virtual machine Spot page",
    ),
    held(
        "C-19",
        "May a Flexible set be a single placement group? Followed: not if it is said; derived where it is needed.",
        "orchestration modes page against a support article",
    ),
    idle(
        "C-20",
        "Are there 2,500 or 2,000 sets a region, and has Flexible an upgrade policy? Followed: 2,500; it has.",
        "limits page against a sample; two tables of one page",
        "sets of the subscription are not counted, and upgrades are not simulated",
    ),
    idle(
        "C-21",
        "Are sick machines always replaced, and has every set update domains? Followed: no (AR-01, FD-11).",
        "a field manual by others",
        "loose words of a glossary; its case numbers calibrate nothing",
    ),
    followed(
        "C-22",
        "Can strict balance end unbalanced, with overprovisioning on? Followed: the promise: it cannot.",
        "an issue of the documentation, 2019, against the zone balancing page",
    ),
    idle(
        "C-23",
        "Is a zone one datacenter or several? Followed: one or several.",
        "VMSS overview against VMSS reliability page",
        "words; a zone has halls here, as many as the scenario says",
    ),
];
