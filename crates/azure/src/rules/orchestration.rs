//! OM: orchestration modes and limits.

use super::Rule;

const MODES_PAGE: &str = "VMSS orchestration modes page";
const DESIGN: &str = "VMSS design overview page";
const FAQ: &str = "VMSS frequently asked questions";

pub(super) const MODES: &[Rule] = &[
    Rule::checked("OM-01", "A set is Uniform or Flexible, from its creation on; Flexible is the default.", MODES_PAGE)
        .key("scale_set.orchestration"),
    Rule::checked("OM-02", "At most 1,000 machines, 600 if they are made from a legacy managed image.", DESIGN)
        .key("scale_set.image"),
    Rule::checked(
        "OM-03",
        "Uniform: at most 100 machines in a single placement group, else 1,000.",
        "VMSS placement groups page",
    ),
    Rule::checked(
        "OM-04",
        "Flexible: 1,000 machines, but 200 if there are several fault domains and the size loses memory in updates.",
        MODES_PAGE,
    )
    .key("scale_set.size"),
    Rule::out(
        "OM-05",
        "The fault domain guarantee covers 1,000 Flexible machines, 100 Uniform ones, 200 of an availability set.",
        MODES_PAGE,
        "a promise on paper: machines beyond it are placed and fail like the others",
    ),
    Rule::checked(
        "OM-06",
        "2,500 sets a subscription and region; 100 machines with InfiniBand; 1,000 with the standby pool counted.",
        "Azure limits page, standby pool questions",
    ),
    Rule::out(
        "OM-07",
        "What else differs between the modes: identity, overprovisioning, health source, Spot mixing, pinning.",
        MODES_PAGE,
        "a summary: the rows with an effect have ids of their own (OV-01, HM-01, SP-05, FD-11), the rest is tooling",
    ),
    Rule::modelled("OM-08", "Instance ids are never used again: the next is the highest ever given, plus one.", FAQ),
    Rule::modelled(
        "OM-09",
        "Deallocated machines count towards the capacity, stay stopped, and may be taken by a scale-in.",
        "VMSS frequently asked questions, VMSS zone balancing page",
    )
    .key("change.deallocate"),
    Rule::checked(
        "OM-10",
        "A Flexible set that still holds machines cannot be deleted.",
        "Azure support article on OperationNotAllowed",
    )
    .key("change.delete_set"),
];
