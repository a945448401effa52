//! CH: experiments of Azure Chaos Studio.

use super::Confidence::Conflicting;
use super::Rule;

const LIBRARY: &str = "Chaos Studio fault and action library";

pub(super) const CHAOS: &[Rule] = &[
    Rule::modelled(
        "CH-01",
        "Steps follow each other, branches run side by side; a step ends with its last branch.",
        LIBRARY,
    )
    .key("drill"),
    Rule::modelled(
        "CH-02",
        "A shutdown strikes a Uniform set, listed machines, or those in the filtered zones; a filter that matches nothing fails.",
        LIBRARY,
    ),
    Rule::modelled(
        "CH-03",
        "An experiment may disable autoscale; it is enabled again when the action is complete, unless told otherwise.",
        LIBRARY,
    )
    .key("script.effect"),
    Rule::out(
        "CH-04",
        "A security rule cuts off ports.",
        "Chaos Studio fault and action library; its table and its sample name one parameter differently",
        "who may reach whom is not simulated, and the output says so; a rule that allows cuts nothing off",
    )
    .partly(&[Conflicting])
    .key("drill.security_rule"),
    Rule::modelled(
        "CH-05",
        "Agent faults need the ids of machines: CPU pressure slows; halted processes and cut networks stop; others are named.",
        LIBRARY,
    ),
    Rule::modelled(
        "CH-06",
        "At most 4 steps, 9 branches and 9 actions; 12 h; 50 targets an action.",
        "Chaos Studio limits page",
    ),
    Rule::modelled(
        "CH-07",
        "A shutdown is no zone outage: control plane, disks and balancer stay well.",
        "comparison of the two",
    )
    .inferred(),
];
