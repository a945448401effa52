//! SP: Spot machines. IM: instance mix. SB: standby pools.

use super::Rule;

const SPOT_PAGE: &str = "Spot page, VMSS Spot page";
const MIX_PAGE: &str = "VMSS instance mix page";

pub(super) const SPOT: &[Rule] = &[
    Rule::in_part(
        "SP-01",
        "Spot machines are evicted for capacity or price, up to 30 s after a notice; then deallocated or deleted.",
        SPOT_PAGE,
        "evictions for price: prices do not move here, so a maximum price evicts nobody; who knows how often it is exceeded adds \
         that to the rate of an eviction mode",
    )
    .key("scale_set.spot.eviction"),
    Rule::modelled("SP-02", "A deallocated one goes on counting, and nobody starts it again.", SPOT_PAGE),
    Rule::modelled(
        "SP-03",
        "Try and restore brings evicted machines back until it times out, every 1 to 15 minutes; not with autoscale.",
        "VMSS Spot page; the rhythm is chosen",
    )
    .key("scale_set.spot.restore"),
    Rule::modelled(
        "SP-04",
        "A set of Spot machines only stands in one fault domain; evictions are quoted a machine and hour; Spot carries no promise.",
        SPOT_PAGE,
    )
    .pure("a default, a rate and a promise in data; the evictions are those of SP-01")
    .key("scale_set.spot.single_fault_domain"),
    Rule::modelled(
        "SP-05",
        "Priority mix: a base of regular machines, then a percentage of what is above it, rounded down.",
        "VMSS Spot priority mix page",
    )
    .key("scale_set.spot.base_regular"),
    Rule::modelled(
        "SP-06",
        "Scale-in takes from the class that is furthest above its target, and keeps the base.",
        "VMSS Spot priority mix page",
    )
    .inferred(),
];

pub(super) const MIX: &[Rule] = &[
    Rule::checked("IM-01", "At most five different sizes, of the same kind, in a Flexible set.", MIX_PAGE),
    Rule::in_part(
        "IM-02",
        "Sizes are tried from the cheapest, the likeliest or the best rank on; one without quota or capacity is skipped.",
        MIX_PAGE,
        "sizes that some of the set's zones do not offer: they are taken for offered in all; bills charge the dearest size",
    )
    .key("scale_set.instance_mix.strategy"),
    Rule::modelled(
        "IM-03",
        "The zone is chosen first, then the size; another zone only when all sizes fail.",
        "chosen",
    )
    .unknown()
    .key("scale_set.instance_mix.shared_shortage"),
];

pub(super) const STANDBY: &[Rule] = &[Rule::modelled(
    "SB-01",
    "A pool keeps the larger of its least and its most less the instances; a machine of the same zone goes first.",
    "VMSS standby pools page",
)
.key("scale_set.standby_pool")];
