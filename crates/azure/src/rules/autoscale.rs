//! AS: autoscale.

use super::Confidence::{Conflicting, Inferred, Unknown};
use super::Rule;

const SETTINGS: &str = "Azure Monitor autoscale settings page";
const PRACTICES: &str = "Azure Monitor autoscale best practices page";
const FLAPPING: &str = "Azure Monitor autoscale flapping page";

pub(super) const AUTOSCALE: &[Rule] = &[
    Rule::checked(
        "AS-01",
        "At most 20 profiles of 10 rules; windows of 5 min to 12 h, cooldowns of 1 min to a week, fixed dates of at most a year.",
        "autoscale REST specification 2022-10-01; a sample log has a window of a minute, which is warned of",
    )
    .partly(&[Conflicting])
    .key("scale_set.autoscale.rule"),
    Rule::modelled(
        "AS-02",
        "It looks every 30 to 60 s (60 s, at a random phase). Here only the looks that can come to something happen.",
        "Azure Monitor autoscale settings page; the interval for scale sets is not published",
    )
    .partly(&[Unknown])
    .key("scale_set.autoscale.tick"),
    Rule::modelled(
        "AS-03",
        "At each look a fixed-date profile goes before a recurring one, and that before the default; only its limits and rules hold.",
        SETTINGS,
    )
    .key("scale_set.autoscale.profile"),
    Rule::modelled(
        "AS-04",
        "A recurring profile holds until the next start; its end is a start of the default (23:59 by default).",
        "Azure Monitor autoscale page on several profiles; that the latest start in the week holds is inferred",
    )
    .pure("the calendar is cut into a schedule before a trial begins")
    .partly(&[Inferred])
    .key("scale_set.autoscale.profile.ends"),
    Rule::modelled(
        "AS-05",
        "Limits come first: a capacity outside of them is brought to the nearer one. By default no cooldown delays that.",
        "Azure Monitor autoscale settings page; the cooldown is chosen",
    )
    .partly(&[Unknown])
    .key("scale_set.autoscale.limits_wait"),
    Rule::modelled(
        "AS-06",
        "A rule compares CPU, memory, requests or a series: means of grains, over a window by mean, least, greatest, last, total.",
        PRACTICES,
    )
    .key("scale_set.autoscale.rule.aggregation"),
    Rule::modelled("AS-07", "Where asked, a metric is divided by the instance count of the moment; the length of a queue always is.", PRACTICES)
        .key("scale_set.autoscale.rule.per_instance"),
    Rule::modelled(
        "AS-08",
        "CPU is the mean of the machines that report; those that are down or lost send nothing, and survivors' load drives it.",
        "inferred from metrics that only running machines send",
    )
    .inferred(),
    Rule::modelled(
        "AS-09",
        "Any rule that fires scales out, to the largest target; only if none does, all that scale in must agree, to the largest.",
        SETTINGS,
    ),
    Rule::modelled(
        "AS-10",
        "By a count, a percentage or to a number, then within the limits. Percentages round up outwards, down inwards, at least one.",
        "autoscale REST specification 2022-10-01; the rounding is chosen",
    )
    .partly(&[Unknown])
    .key("scale_set.autoscale.round_increase"),
    Rule::modelled(
        "AS-11",
        "After an action none in either direction until the cooldown of the rule that gave its target is over.",
        "Azure Monitor autoscale settings page of 2026; others say one for each direction; where several fired, and when it begins, is chosen",
    )
    .partly(&[Conflicting, Unknown])
    .key("scale_set.autoscale.cooldown"),
    Rule::modelled(
        "AS-12",
        "A scale-in is projected: if value × n / n' would make any rule scale out, it is not made.",
        FLAPPING,
    ),
    Rule::modelled(
        "AS-13",
        "Then the count nearest to the target that is safe is taken; if there is none, nothing is done, and the next look tries again.",
        "Azure Monitor autoscale flapping page, by its own rule: its example of 30 at 65 % stops at 27, where at 72.2 % it would scale \
         out at once; the rule gives 28",
    )
    .partly(&[Conflicting])
    .key("scale_set.autoscale.shortened_to"),
    Rule::modelled("AS-14", "Totals that do not depend on the count are not projected.", "inferred from the projection")
        .inferred(),
    Rule::modelled(
        "AS-15",
        "Without data a rule does not fire and nothing scales in; below the default capacity it goes there.",
        "Azure Monitor autoscale settings page; that a rule without data has not fired is inferred",
    )
    .partly(&[Inferred])
    .key("scale_set.autoscale.default"),
    Rule::in_part(
        "AS-16",
        "Actions, failures, metrics that are lost and that come back, and held-back scale-ins are logged.",
        PRACTICES,
        "that metrics come back is not counted, nor that they are lost where that brings no machine: nothing hangs on it; nor is \
         anybody told of anything",
    ),
    Rule::modelled(
        "AS-17",
        "Quota limits it, too; a failed action is counted, consumes its cooldown, and is looked at anew afterwards.",
        "autoscale REST specification 2022-10-01; the cooldown is chosen",
    )
    .partly(&[Unknown])
    .key("scale_set.autoscale.failures_cool"),
    Rule::modelled(
        "AS-18",
        "Single deletes in a Flexible set are not seen for hours (2 h), changes of capacity by hand for up to an hour.",
        "Azure Monitor autoscale troubleshooting page",
    )
    .key("scale_set.autoscale.blind_to_deletes"),
    Rule::modelled(
        "AS-19",
        "Predictive autoscale scales out ahead, by a forecast of the total CPU: here the mean of the last two weeks' same time.",
        "Azure Monitor predictive autoscale page; its model is not published, and the mean of two weeks is inferred",
    )
    .partly(&[Inferred])
    .key("scale_set.autoscale.predictive"),
    Rule::modelled(
        "AS-20",
        "It reacts after the rest of the interval, the delay of metrics (90 s), the window's share of the step, creation and start.",
        "inferred from its parts; their lengths are chosen",
    )
    .inferred()
    .partly(&[Unknown])
    .key("scale_set.autoscale.metric_delay"),
    Rule::modelled(
        "AS-21",
        "Scheduled pre-warming is a recurring profile with a raised minimum; a metric of one's own is a named series.",
        SETTINGS,
    )
    .key("scale_set.autoscale.profile.minimum"),
    Rule::modelled(
        "AS-22",
        "It has no idea of zones: lost machines count, and new ones go wherever placement lets them.",
        "inferred from the capacity counter",
    )
    .inferred(),
];
