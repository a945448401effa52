//! DK: disks.

use super::Rule;

const REDUNDANCY: &str = "disk redundancy page";

pub(super) const DISKS: &[Rule] = &[
    Rule::out(
        "DK-01",
        "Locally redundant disks lose nothing in eleven nines of years, zone-redundant ones in twelve.",
        REDUNDANCY,
        "losses so rare show in no result; what a destroyed zone takes is DK-05",
    ),
    Rule::checked(
        "DK-02",
        "Zone redundancy exists for Premium SSD and Standard SSD only.",
        "disk redundancy page, 2021",
    ),
    Rule::modelled(
        "DK-03",
        "With its zone lost, a locally redundant disk is out of reach but whole; a zone-redundant one stays readable.",
        REDUNDANCY,
    )
    .key("scale_set.disk_redundancy"),
    Rule::modelled(
        "DK-04",
        "A data disk can be force-detached and attached in another zone, at the price of unflushed writes.",
        "disk redundancy page; the duration is chosen",
    )
    .key("change.force_detach"),
    Rule::modelled("DK-05", "Only a destroyed zone loses data for good, and only locally redundant ones.", REDUNDANCY)
        .inferred()
        .key("scale_set.zone_destroyed"),
    Rule::modelled(
        "DK-06",
        "The disk of a regional machine may stand in another zone than the machine, so either zone can stop it.",
        "VMSS reliability page",
    ),
    Rule::modelled(
        "DK-07",
        "Replacing loses the data disk, reimaging keeps it; the temporary disk survives only restart and reimage.",
        "VMSS reliability page, disk pages",
    )
    .key("scale_set.data_disk"),
    Rule::out(
        "DK-08",
        "A disk that machines share is a single point of failure if locally redundant.",
        "shared disks page",
        "no two machines share a disk here",
    ),
];
