//! Keys of autoscale: limits, rules, profiles, and what nobody publishes of the service.

use super::Kind::{self, Choice, Count, Duration, Either, Flag, Instant, List, Number, Off, Table, Tables, Text};
use super::demand::{DAY_PARTS_MAX, FACTOR};
use super::fleet::MACHINES_MAX;
use super::manage::set_key;
use super::{DAYS, Key};
use zonefall_fleet::policy::autoscale::SERIES_MAX;

/// More than Azure allows, so that it can be said in its words.
pub(crate) const LISTED_MAX: usize = 1000;
const INSTANCES: Kind = Count(0, MACHINES_MAX);
const PERCENT: Kind = Number(0.0, 100.0);
const SOME: Kind = Count(1, MACHINES_MAX);
const ROUNDING: Kind = Choice(&["up", "nearest", "down"]);

macro_rules! rule_keys {
    ($at:literal) => {
        [
            set_key!(concat $at, "rule[]", Tables(LISTED_MAX), "Rules: at most 10 in a profile. Any that scales out does; all that scale in must agree.", "AS-01, AS-09"),
            set_key!(concat $at, "rule[].metric", Choice(&["cpu", "memory", "requests", "sessions", "queue", "series"]), "Percentage CPU or memory of the machines that report, the requests that arrive a second, the sessions that all machines hold, the jobs that wait for each instance, or a series of the setting's own. Workers are at 100 % CPU while jobs wait.", "AS-06, AS-07, AS-08, AS-21"),
            set_key!(concat $at, "rule[].series", Text, "The name of the series, with `metric = \"series\"`.", "AS-21"),
            set_key!(concat $at, "rule[].per_instance", Flag, "Whether requests, sessions or a series are divided by the instance count; a queue always is.", "AS-07").or("false"),
            set_key!(concat $at, "rule[].aggregation", Choice(&["average", "minimum", "maximum", "last", "total"]), "How the window becomes one value; `total` for requests and series only, sessions and queues by `average` and `last` only.", "AS-06").or("average"),
            set_key!(concat $at, "rule[].window", Duration, "How far back is looked: 5 min to 12 h.", "AS-01").or("10 min"),
            set_key!(concat $at, "rule[].grain", Either(&[Duration, Off]), "Of how much time a sample is the mean: 1 min to 12 h. Least, greatest and last are those of samples, or with `false` of the metric from moment to moment, which no Azure metric is; means and totals do not depend on it, and sessions and queues are read as they are.", "AS-01, AS-06").or("1 min"),
            set_key!(concat $at, "rule[].operator", Choice(&[">", ">=", "<", "<="]), "Upwards to scale out, downwards to scale in.", "AS-06"),
            set_key!(concat $at, "rule[].threshold", Number(0.0, 1e9), "In percent, requests a second, sessions, jobs an instance, or in the unit of the series.", "AS-06").in_percent(),
            set_key!(concat $at, "rule[].increase", SOME, "So many machines more.", "AS-10"),
            set_key!(concat $at, "rule[].increase_percent", SOME, "So many percent more, rounded as `round_increase` says.", "AS-10").in_percent(),
            set_key!(concat $at, "rule[].increase_to", SOME, "More, to so many.", "AS-10"),
            set_key!(concat $at, "rule[].decrease", SOME, "So many machines fewer.", "AS-10"),
            set_key!(concat $at, "rule[].decrease_percent", SOME, "So many percent fewer, rounded as `round_decrease` says.", "AS-10").in_percent(),
            set_key!(concat $at, "rule[].decrease_to", INSTANCES, "Fewer, to so many.", "AS-10"),
            set_key!(concat $at, "rule[].cooldown", Duration, "No action so soon after one of this rule: 1 min to 7 days.", "AS-01, AS-11").or("5 min"),
        ]
    };
}

const OF_DEFAULT: [Key; 16] = rule_keys!("autoscale.");
const OF_PROFILE: [Key; 16] = rule_keys!("autoscale.profile[].");

pub(super) const KEYS: &[Key] = &[
    set_key!("autoscale", Either(&[Table, Off]), "Autoscale of the set; needs `[demand]` or `[jobs]`. What stands in it is the default profile.", "AS-01"),
    set_key!("autoscale.minimum", INSTANCES, "The least machines.", "AS-05"),
    set_key!("autoscale.maximum", SOME, "The most machines.", "AS-05"),
    set_key!("autoscale.default", INSTANCES, "As many if metrics are missing and there are fewer; the minimum without it.", "AS-15"),
    set_key!("autoscale.tick", Duration, "Time between evaluations. Nobody publishes it for scale sets.", "60 s", "AS-02"),
    set_key!("autoscale.phase", Duration, "The first evaluation after the trial's beginning; drawn without it.", "AS-02"),
    set_key!("autoscale.metric_delay", Duration, "How late metrics are.", "90 s", "AS-20"),
    set_key!("autoscale.cooldown", Choice(&["shared", "per-direction"]), "Whether an action in one direction holds up the other: sources differ.", "shared", "AS-11"),
    set_key!("autoscale.limits_wait", Flag, "Whether a cooldown delays that a capacity outside of the limits is brought within them. Not published.", "false", "AS-05"),
    set_key!("autoscale.round_increase", ROUNDING, "How `increase_percent` becomes whole machines, at least one. Not published.", "up", "AS-10"),
    set_key!("autoscale.round_decrease", ROUNDING, "How `decrease_percent` becomes whole machines, at least one. Not published.", "down", "AS-10"),
    set_key!("autoscale.shortened_to", Choice(&["safe", "example"]), "Where a scale-in is shortened, as it would have to be undone, it stops at the last count that is safe by the projection; or, as in the example of the documents (30 machines at 65 % go to 27, not 28, below a limit of 70 %), at the projected count rounded down, where more are asked for again.", "safe", "AS-13"),
    set_key!("autoscale.failures_cool", Flag, "Whether an action that fails consumes its cooldown; without it the next evaluation tries it again. Not published.", "true", "AS-17"),
    set_key!("autoscale.blind_to_deletes", Duration, "How long machines deleted one by one (Flexible) still count.", "2 h", "AS-18"),
    set_key!("autoscale.blind_to_capacity", Duration, "How long a capacity changed by hand is not seen.", "1 h", "AS-18"),
    set_key!("autoscale.time_zone", Text, "The IANA time zone of its profiles; the scenario's without it.", "AS-03"),
    set_key!("autoscale.memory", Table, "How memory follows CPU, for rules that look at it: on a straight line.", "AS-06"),
    set_key!("autoscale.memory.at_rest", PERCENT, "Percent of memory in use where CPU is at 0 %.", "AS-06").in_percent(),
    set_key!("autoscale.memory.at_full", PERCENT, "Percent of memory in use where CPU is at 100 %.", "AS-06").in_percent(),
    set_key!("autoscale.predictive", Either(&[Table, Off]), "Scales out ahead of what the same time of the last two weeks has brought, by the rules on average CPU that scale out. What is foreseen is the mean of the total CPU, by elapsed time: when clocks change, what goes by local clocks is foreseen an hour off for a week, and for another by half. Azure's own model is not published.", "AS-19"),
    set_key!("autoscale.predictive.mode", Choice(&["enabled", "forecast-only"]), "Whether it acts, or only foresees.", "AS-19").or("enabled"),
    set_key!("autoscale.predictive.look_ahead", Duration, "How long before the load its machines are asked for: 1 min to 60 min.", "10 min", "AS-19"),
    set_key!("autoscale.series[]", Tables(SERIES_MAX), "Named series that rules look at: players, sessions, messages of another system. The same in every design that has it.", "AS-21"),
    set_key!("autoscale.series[].name", Text, "Its name.", "AS-21"),
    set_key!("autoscale.series[].value", Number(0.0, 1e9), "What it is worth; what follows are factors on it.", "AS-21"),
    set_key!("autoscale.series[].trace", Text, "A CSV file in place of `value`, relative to the scenario file, with columns `time` (seconds from the beginning of a trial, or dates with times in autoscale's time zone) and `value`. A value holds until the next row.", "AS-21"),
    set_key!("autoscale.series[].trace_every", Duration, "The trace begins anew after so long. Without it the last value holds.", "AS-21"),
    set_key!("autoscale.series[].daily", List(&FACTOR, DAY_PARTS_MAX), "Factors of a day cut into equal parts of whole minutes, from midnight on. Needs `start`.", "AS-21").or("[]"),
    set_key!("autoscale.series[].weekly", List(&FACTOR, 7), "Factors of the days of a week, Monday first. Needs `start`.", "AS-21").or("[]"),
    set_key!("autoscale.series[].noise", Either(&[Table, Off]), "A random factor of mean 1, the same for every design.", "AS-21"),
    set_key!("autoscale.series[].noise.sigma", Number(0.0, 3.0), "Standard deviation of the factor's logarithm (lognormal).", "AS-21").or("0.1"),
    set_key!("autoscale.series[].noise.every", Duration, "How long a factor holds before the next is drawn.", "AS-21").or("1 h"),
    OF_DEFAULT[0], OF_DEFAULT[1], OF_DEFAULT[2], OF_DEFAULT[3], OF_DEFAULT[4], OF_DEFAULT[5], OF_DEFAULT[6],
    OF_DEFAULT[7], OF_DEFAULT[8], OF_DEFAULT[9], OF_DEFAULT[10], OF_DEFAULT[11], OF_DEFAULT[12], OF_DEFAULT[13],
    OF_DEFAULT[14], OF_DEFAULT[15],
    set_key!("autoscale.profile[]", Tables(LISTED_MAX), "Further profiles, at most 19, each with `days` and `starts`, or `from` and `until`. A fixed date goes before a recurring one, and that before the default.", "AS-01, AS-03"),
    set_key!("autoscale.profile[].name", Text, "Its name.", "AS-03"),
    set_key!("autoscale.profile[].days", List(&DAYS, 7), "The days of a week on which it starts; every day without it.", "AS-04").or("[]"),
    set_key!("autoscale.profile[].starts", Text, "When it starts on them: \"18:00\".", "AS-04"),
    set_key!("autoscale.profile[].ends", Text, "When the default comes back: \"23:59\" (on the next day if it is earlier), or \"never\", which is: until another profile starts.", "AS-04").or("\"23:59\""),
    set_key!("autoscale.profile[].from", Instant, "The date from which it holds; at most 365 days.", "AS-01, AS-03"),
    set_key!("autoscale.profile[].until", Instant, "The date until which it holds.", "AS-01, AS-03"),
    set_key!("autoscale.profile[].minimum", INSTANCES, "The least machines; as by default without it.", "AS-05"),
    set_key!("autoscale.profile[].maximum", SOME, "The most machines; as by default without it.", "AS-05"),
    set_key!("autoscale.profile[].default", INSTANCES, "As many if metrics are missing; the minimum without it.", "AS-15"),
    set_key!("autoscale.profile[].same_rules", Flag, "Whether it has the rules of the default profile; only its own hold otherwise.", "AS-03").or("true"),
    OF_PROFILE[0], OF_PROFILE[1], OF_PROFILE[2], OF_PROFILE[3], OF_PROFILE[4], OF_PROFILE[5], OF_PROFILE[6],
    OF_PROFILE[7], OF_PROFILE[8], OF_PROFILE[9], OF_PROFILE[10], OF_PROFILE[11], OF_PROFILE[12], OF_PROFILE[13],
    OF_PROFILE[14], OF_PROFILE[15],
];
