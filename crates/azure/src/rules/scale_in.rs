//! SI: scale-in, protection, deletion. OV: overprovisioning and head-room.

use super::Rule;

const POLICY: &str = "VMSS scale-in policy page";
const PROTECTION: &str = "VMSS instance protection page";
const NOTICE: &str = "VMSS terminate notification page";

pub(super) const SCALE_IN: &[Rule] = &[
    Rule::modelled(
        "SI-01",
        "Machines go one at a time, always out of the zones that hold the most.",
        "VMSS scale-in policy page, its examples",
    )
    .inferred(),
    Rule::modelled("SI-02", "Regional machines of a set with zones go before any zonal one.", "VMSS zone balancing page"),
    Rule::modelled(
        "SI-03",
        "Default: zones, then fault domains, then the highest id. Or the oldest, or the newest, of the candidate zones.",
        POLICY,
    )
    .key("scale_set.scale_in_policy"),
    Rule::modelled("SI-04", "Age counts from creation; ids settle ties.", POLICY).inferred(),
    Rule::modelled(
        "SI-05",
        "Protected machines are skipped; if a fullest zone has no others, the next fullest is taken.",
        "VMSS instance protection page; the next zone is chosen",
    )
    .key("scale_set.protected_zone_fallback"),
    Rule::modelled(
        "SI-06",
        "Unhealthy machines can be made to go first, within the candidates; deletion can be forced.",
        "VMSS scale-in policy page (preview); the order is chosen",
    )
    .key("scale_set.prioritize_unhealthy"),
    Rule::modelled(
        "SI-07",
        "Protection from scale-in, or from all actions on the set; never from the customer's deletion of the machine.",
        PROTECTION,
    )
    .key("scale_set.protection"),
    Rule::modelled("SI-08", "Protection from scale-in holds against a lower capacity set by hand too.", "chosen")
        .unknown()
        .key("scale_set.protection.manual"),
    Rule::modelled(
        "SI-09",
        "A deletion can be announced 5 to 15 minutes ahead; the machine may approve earlier, but never prevent it.",
        NOTICE,
    )
    .key("scale_set.terminate_notice"),
    Rule::out(
        "SI-10",
        "All machines of the placement group hear of the event; listening is turned on by the first question.",
        NOTICE,
        "only the machine that goes acts on its notice; what the others hear changes nothing",
    ),
];

pub(super) const OVERPROVISION: &[Rule] = &[
    Rule::modelled(
        "OV-01",
        "Uniform sets may start more machines than asked, and delete the extra ones once enough run.",
        "VMSS design overview page",
    )
    .key("scale_set.overprovision"),
    Rule::modelled("OV-02", "The extra is 20 % of what is asked, rounded up; the slowest are cancelled.", "chosen")
        .unknown()
        .key("scale_set.overprovision_percent"),
    Rule::checked(
        "OV-03",
        "Not with automatic zone placement; dedicated hosts need the room for it.",
        "VMSS automatic zone placement page",
    ),
    Rule::modelled(
        "OV-04",
        "To bear the loss of one of Z zones, provision the peak times Z/(Z-1), rounded up.",
        "Azure reliability page on redundancy",
    ),
    Rule::modelled(
        "OV-05",
        "A design survives the loss of a zone if what is left without the fullest zone still carries the peak.",
        "arithmetic on OV-04",
    )
    .inferred(),
];
