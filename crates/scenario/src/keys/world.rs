//! Keys of the study and the world: horizon, objective, regions.

use super::Key;
use super::Kind::{Choice, Count, Duration, Either, Instant, List, Off, Share, Table, Text};
use zonefall_azure::defaults::{HALLS_PER_ZONE, HOSTS_PER_RACK, RACKS_PER_ZONE};

/// At most one trial per nanosecond of a year of computing.
const TRIALS_MAX: u64 = 1_000_000_000;

pub(super) const KEYS: &[Key] = &[
    Key::new("name", Text, "What the study is called in every report.").or("unnamed"),
    Key::new(
        "allow",
        List(&Text, 100),
        "Warnings and hints that are known and not told any more, by their codes: `[\"W021\", \"W025\"]`. It takes each of them (`W…`), and no mistake (`E…`); a code that nothing is said of does nothing.",
    ),
    Key::new("horizon", Either(&[Duration, Table]), "How much time one trial simulates."),
    Key::new(
        "horizon.until",
        Choice(&["first miss"]),
        "Ends a design's trial when its objective is missed for the first time.",
    ),
    Key::new("horizon.at_most", Duration, "Ends the trial at the latest here; such trials are counted as censored."),
    Key::new(
        "trials",
        Either(&[Count(1, TRIALS_MAX), Table]),
        "Independent replications; or until an interval is narrow enough: { until = \"±10 %\", at_most = 1_000_000 }.",
    )
    .or("10000"),
    Key::new(
        "trials.until",
        Text,
        "The half-width to reach, on either side of the estimate: of the estimate (\"±10 %\"), or in the unit of `of` (\"±0.5 min/month\", \"±0.01 per year\", \"±0.1 points\"). Looked at after 1,000 trials at the earliest, then each time that the trials have grown by a tenth, with at least 100 hits and each mode that can alone miss the objective expected ten times.",
    ),
    Key::new("trials.at_most", Count(1, TRIALS_MAX), "The most trials, reached or not."),
    Key::new(
        "trials.of",
        Choice(&["downtime", "difference", "outages", "breaches", "capacity lost", "unserved"]),
        "The quantity whose interval counts: minutes a month; the same less the first design's, on the same storms; outages a year; the share of windows in breach; of capacity lost; of demand not served.",
    )
    .or("downtime"),
    Key::new("trials.design", Text, "The design whose interval counts; those of all designs without it."),
    Key::new(
        "assumptions",
        Either(&[Count(1, TRIALS_MAX), Off]),
        "Trials of each look at what is assumed: all rates at their low and at their high values, and fractions of zone events that take a second zone (`common_cause`) at 0 and at 0.15, on the same luck as the run's first trials. A quarter of `trials` if absent, but at least 1,000 and at most 5,000, and more, up to `trials`, for a look that leaves open what the run resolves; never more than `trials`. `false`: no look, and verdicts stand as far as luck goes.",
    ),
    Key::new(
        "seed",
        Count(0, i64::MAX as u64),
        "All luck follows from it: the same file and seed give the same result, bit by bit.",
    )
    .or("42"),
    Key::new(
        "method",
        Choice(&["crude", "forcing", "splitting", "conditioning", "biasing", "auto"]),
        "How trials are drawn: \"crude\" as the world would, \"forcing\" half of them forced into overlapping outages and all weighed, for objectives that are rarely missed; \"splitting\" goes on several times from where a trial has lost much, for misses that build up (crews, ageing machines, managed sets); \"conditioning\" draws what strikes many and solves single machines and hosts exactly given that, where nothing couples the two; \"biasing\" goes from failure to failure, made frequent, where units fail independently or wait for crews and nothing else; \"auto\" chooses and says why.",
    )
    .or("crude"),
    Key::new(
        "start",
        Instant,
        "The calendar's date at the beginning of each trial; needed for calendar months and for demand that follows the clock; otherwise nothing depends on it.",
    ),
    Key::new("time_zone", Text, "The IANA time zone of `start`, of the months, and of demand.").or("UTC"),
    Key::new("measure_from", Duration, "Warm-up: nothing before this instant counts.").or("0 s"),
    Key::new(
        "measure_at",
        List(&Duration, 1000),
        "Instants at which the objective is sampled: is the service up three hours after the beginning?",
    )
    .or("[]"),
    Key::new(
        "event_budget",
        Count(1, 1_000_000_000_000_000),
        "The most events of one trial and design: a guard against scenarios that never end.",
    )
    .or("100000000"),
    Key::new("slo", Table, "The objective: when the service counts as up, and how much of the time it should be.").overlay(),
    Key::new(
        "slo.min_serving",
        Count(1, 10_000_000),
        "Up is: at least this many machines in rotation and alive, of all sets together; of each by itself with `[part]` and `slo.holds`.",
    )
    .overlay(),
    Key::new(
        "slo.min_served",
        Share,
        "Up is: at least this share of the demand served. Needs `[demand]`; one of this and `min_serving`.",
    )
    .overlay(),
    Key::new(
        "slo.p95_latency",
        Duration,
        "Up is: 95 of 100 requests that a machine answers are answered within this time. Needs `service.parallelism`; may stand beside `min_served`.",
    )
    .overlay(),
    Key::new(
        "slo.jobs_by_deadline",
        Share,
        "Up is: of each batch of `[jobs]`, at least this share is done by its deadline; the service is down from the deadline until it is. Nothing is asked of requests then. In a service of parts nothing else is asked of the parts: `min_serving` only tells a router which of them are out.",
    )
    .overlay(),
    Key::new(
        "slo.target",
        Share,
        "The availability that each window should reach. Decided in integers against exactly this decimal.",
    )
    .or("99.95%"),
    Key::new(
        "slo.window",
        Either(&[Duration, Choice(&["month"])]),
        "The span over which the target is judged; `\"month\"` means calendar months and needs `start`.",
    )
    .or("30 days")
    .from("SL-02, SL-05"),
    Key::new(
        "slo.confidence",
        Share,
        "How sure the verdict must be: the level of every interval, and the share of windows that must reach the target.",
    )
    .or("95%"),
    Key::new("drill", Table, "The steady-state hypothesis of `zonefall drill`: a chaos experiment, or the scenario's own `[[script]]`, is run on each design."),
    Key::new("drill.begins", Duration, "How long the service runs undisturbed first; it must be well for all of it. A `[[script]]` begins with its first row, whatever this says.")
        .or("10 min"),
    Key::new("drill.may_miss", Duration, "How long the objective may be missed while the experiment lasts.").or("0 s"),
    Key::new("drill.recover_within", Duration, "How soon after the experiment the objective must hold again, for good.")
        .or("10 min"),
    Key::new("drill.watch", Duration, "How long the service is watched after that. An objective on deadlines of `[jobs]` is judged only if one passes from the beginning of the experiment on.").or("1 h"),
    Key::new("drill.security_rule", Choice(&["either", "action", "access"]), "How the parameter of an experiment's security rule is called that allows or denies: the documents call it `action` in a table and `access` in a sample. A rule that allows cuts nothing off; what one denies is not part of the model, and is told.")
        .or("either")
        .from("CH-04"),
    Key::new("region", Table, "The regions, each `[region.<name>]`. At least one."),
    Key::new("region.<name>", Table, "A region."),
    Key::new(
        "region.<name>.zones",
        Count(1, 100),
        "Availability zones, numbered from 1. Azure's regions have at least 3; 1 stands for a region without zones.",
    )
    .or("3")
    .from("ZN-01"),
    Key::new(
        "region.<name>.halls_per_zone",
        Count(1, 100_000),
        "Data halls in each zone: even shares of its racks that fail together.",
    )
    .preset(&HALLS_PER_ZONE)
    .from("assumed"),
    Key::new(
        "region.<name>.racks_per_zone",
        Count(1, 16_777_216),
        "Racks in each zone. A rack is a fault domain: shared power, network and maintenance.",
    )
    .preset(&RACKS_PER_ZONE)
    .from("FD-01, FD-09"),
    Key::new("region.<name>.hosts_per_rack", Count(1, 16_777_216), "Hosts in each rack.").preset(&HOSTS_PER_RACK).from("assumed"),
    Key::new(
        "region.<name>.zone_lacks",
        Table,
        "Sizes that a zone does not have: `zone_lacks = { 3 = [\"Standard_M128s\"] }`.",
    )
    .from("ZN-10"),
    Key::new("region.<name>.zone_lacks.<name>", List(&Text, 1000), "The sizes that the zone of this number does not have.")
        .from("ZN-10"),
];
