//! Keys of the faults: profile, failure modes, replay, scripts, and the laws of durations.

use super::Key;
use super::Kind::{Choice, Count, Duration, Either, Flag, Law, List, Number, Off, Rate, Share, Table, Tables, Text};

/// The most values of one empirical law.
pub(crate) const EMPIRICAL_MAX: usize = 10_000;
/// The most members of all rows of a script.
pub(crate) const MEMBERS_MAX: usize = 100_000;
/// The most rows of a script.
pub(crate) const SCRIPT_MAX: usize = 10_000;

const SCOPES: &[&str] =
    &["instance", "host", "rack", "hall", "zone", "region", "global", "control-plane", "allocation"];
const LAWS: &[&str] = &["constant", "uniform", "exponential", "weibull", "gamma", "lognormal", "pareto", "empirical"];
const EFFECTS: super::Kind = Either(&[Choice(&["down", "frozen", "evicted", "unhealthy"]), Table]);
const SCRIPT_EFFECTS: super::Kind =
    Either(&[Choice(&["down", "frozen", "control-plane", "allocation", "no-autoscale"]), Table]);
const RECOVERIES: super::Kind = Choice(&["reachable", "warm-up", "boot"]);
const TABLE_OR_OFF: super::Kind = Either(&[Table, Off]);
const POSITIVE_MAX: f64 = 1e12;

pub(super) const KEYS: &[Key] = &[
    Key::new("faults", Table, "What goes wrong."),
    Key::new("faults.profile", Choice(&["azure-like-v0", "none"]), "The failure modes to begin with.")
        .or("azure-like-v0")
        .from("FR-01"),
    Key::new("faults.trace", Text, "A CSV of outages to replay instead of drawing them; relative to this file."),
    Key::new("faults.columns", Table, "What the columns of a foreign trace are called."),
    Key::new("faults.columns.unit", Text, "The column with what was struck."),
    Key::new("faults.columns.start", Text, "The column with the beginning."),
    Key::new("faults.columns.end", Text, "The column with the end."),
    Key::new("faults.columns.time_unit", Choice(&["s", "ms"]), "The unit of both times, counted from 1970; dates as in ISO 8601 if none."),
    Key::new("faults.columns.cause", Text, "The column with the cause."),
    Key::new(
        "faults.columns.scope",
        Choice(&["host", "rack", "zone", "region"]),
        "What each unit of the file becomes; a host if none.",
    ),
    Key::new(
        "faults.allow_mapping",
        Flag,
        "Whether units of the trace that this world does not know may be mapped onto its units in order of appearance.",
    )
    .or("false"),
    Key::new(
        "faults.incidents",
        Text,
        "A CSV of incidents that happened: what would each have cost each design? Relative to this file.",
    )
    .from("IN-02"),
    Key::new(
        "faults.modes_from",
        Text,
        "A TOML file of failure modes, such as `zonefall fit --write` makes: tables [faults.mode.<name>] and nothing else. They are laid over the profile before the modes of this file. Relative to this file.",
    ),
    Key::new("faults.mode", Table, "Failure modes: changes to the profile's, or new ones."),
    Key::new("faults.mode.<name>", Table, "One failure mode; its name is the name of the cause in every report."),
    Key::new("faults.mode.<name>.enabled", Flag, "`false` takes the mode out of the profile.").or("true"),
    Key::new("faults.mode.<name>.scope", Choice(SCOPES), "What it strikes; the rate is per such unit. A new mode needs it."),
    Key::new(
        "faults.mode.<name>.effect",
        EFFECTS,
        "What happens to a machine that is struck: it stops, it pauses, it works at a part of its capacity, it is evicted if it is a Spot machine, or it serves on but reports bad health. After an eviction the outage says how long Spot capacity stays short. Of scope instance, host, rack or hall the zone has one Spot machine less to give: with eviction = \"deallocate\" the evicted machine cannot start until that is over; with \"delete\" one creation of its set in that zone is refused, and another zone may give the machine at once. What the set gives back meanwhile (scale-in, repair) it may have again; a deallocated machine that is deleted leaves its shortage behind. Of scope zone or region it is a wave: its length is drawn once, and until it is over no Spot machine is created or starts there, whoever stood there; with `share` (of scope zone) it spares machines, which run on, but the zone is short all the same. Beyond scope instance evictions need kind = \"shock\"; bad health may be a shock (machines that are there fall ill and recover one by one) or an outage (all machines there, new ones too, report bad health until it ends). Of scope allocation: { degraded = 0.8 } lets that part of the requests succeed. Down for a new mode.",
    )
    .from("SP-01, HM-02, AL-03"),
    Key::new(
        "faults.mode.<name>.effect.degraded",
        Number(0.0, 1.0),
        "The part of its capacity that a degraded machine has left, in thousandths; of scope allocation, the part of the requests for capacity that succeed.",
    ),
    Key::new(
        "faults.mode.<name>.rate",
        Either(&[Rate, Table]),
        "Failures per unit and year (365 days) of time up; of a shock, of all time. The law keeps its shape; a new mode is exponential. A rate that is written has no range, even where it is the profile's own: the verdict then does not hang on how well it is known, unless `rate_low` and `rate_high` stand beside it. A table says what is known of it instead: { events = 3, unit_years = 120 }, or { median = \"0.05 per rack-year\", factor = 3 }. The run then lives at the mean rate, the range is from the 5 % to the 95 % point, and rates are drawn beside it to tell what is not known from luck.",
    ),
    Key::new(
        "faults.mode.<name>.rate.events",
        Count(0, 1_000_000_000),
        "Failures that were seen in `unit_years`: the rate has the gamma law of shape events + 1/2 (Jeffreys prior), mean (events + 1/2) / unit_years.",
    ),
    Key::new("faults.mode.<name>.rate.unit_years", Number(1e-6, POSITIVE_MAX), "Units watched, times years: 40 racks over 3 years are 120."),
    Key::new("faults.mode.<name>.rate.median", Rate, "The median of a rate that is judged, not counted: a lognormal law."),
    Key::new(
        "faults.mode.<name>.rate.factor",
        Number(1.0, 200.0),
        "The error factor: the rate lies above median × factor with 5 %, and below median / factor with 5 %. At 224 the mean, at which the run lives, would pass the 95 % point.",
    ),
    Key::new("faults.mode.<name>.mttf", Duration, "Mean time to failure: the rate, said the other way round."),
    Key::new("faults.mode.<name>.time_to_failure", Law, "The law of the time to failure. One of this, `rate` and `mttf`."),
    Key::new("faults.mode.<name>.outage", Law, "The law of the outage's duration. One of this and `repair`."),
    Key::new("faults.mode.<name>.repair", Choice(&["never"]), "Nothing comes back before the end of the trial."),
    Key::new(
        "faults.mode.<name>.kind",
        Choice(&["outage", "shock"]),
        "`outage`: everything hit returns together. `shock`: each machine recovers by its own draw; no event holds up the next, so one may come while another goes on. Outage for a new mode.",
    ),
    Key::new(
        "faults.mode.<name>.start",
        Choice(&["stationary", "new"]),
        "`stationary`: as if running for ever, without what automatic repairs would have ended. `new`: up and new when the trial begins. Stationary for a new mode.",
    ),
    Key::new(
        "faults.mode.<name>.clock",
        Choice(&["calendar", "operating"]),
        "Whether a unit ages while something else holds it down. Calendar for a new mode.",
    ),
    Key::new(
        "faults.mode.<name>.crews",
        Either(&[Count(1, 1_000_000), Off]),
        "Repair crews of this mode, first come first served: all regions share this one pool. Unlimited without it. Needs start = \"new\".",
    ),
    Key::new(
        "faults.mode.<name>.recovery",
        RECOVERIES,
        "What a machine still needs when the outage is over. Reachable for a new mode.",
    ),
    Key::new("faults.mode.<name>.share", Table, "Which share of the racks of a zone an event hits: it goes with scope zone, what strikes another unit strikes all of it. All for a new mode."),
    Key::new("faults.mode.<name>.share.whole", Share, "Probability that everything is hit. 0 if `low` or `high` is given."),
    Key::new("faults.mode.<name>.share.low", Share, "The least share otherwise.").or("0"),
    Key::new("faults.mode.<name>.share.high", Share, "The greatest share otherwise.").or("1"),
    Key::new("faults.mode.<name>.staged", TABLE_OR_OFF, "Late recoveries.").from("IN-02"),
    Key::new("faults.mode.<name>.staged.main", Share, "The share back when the drawn duration ends.").or("0.8").from("IN-02"),
    Key::new(
        "faults.mode.<name>.staged.tail",
        Number(1.0, 1000.0),
        "The rest is back, evenly, by this multiple of the duration.",
    )
    .or("3")
    .from("IN-02"),
    Key::new(
        "faults.mode.<name>.restart",
        Either(&[Law, Off]),
        "An extra delay per machine before it starts again.",
    )
    .from("ZN-08"),
    Key::new("faults.mode.<name>.repeat", TABLE_OR_OFF, "Failures cluster after a failure; the stated rate stays the rate."),
    Key::new("faults.mode.<name>.repeat.factor", Number(1.0, POSITIVE_MAX), "The hazard right after a failure, as a multiple."),
    Key::new("faults.mode.<name>.repeat.within", Duration, "The excess falls to nothing over this time.").or("7 days"),
    Key::new("faults.mode.<name>.predicted", TABLE_OR_OFF, "Strikes that are seen coming: the machine moves away and only pauses.")
        .from("HL-06, HL-10"),
    Key::new("faults.mode.<name>.predicted.share", Share, "The share of strikes that are predicted."),
    Key::new("faults.mode.<name>.predicted.pause", Law, "The pause.").or("5 s").from("HL-06"),
    Key::new("faults.mode.<name>.predicted.lead", Law, "How long before the strike it is announced.").or("2.4 days"),
    Key::new(
        "faults.mode.<name>.common_cause",
        Share,
        "The fraction of a zone's events that take a second zone with them. 0 for a new mode.",
    )
    .from("FR-01: assumed, sweep 0 to 0.15"),
    Key::new(
        "faults.mode.<name>.control_plane",
        TABLE_OR_OFF,
        "An event of this mode may take the region's control plane with it.",
    )
    .from("IN-04"),
    Key::new("faults.mode.<name>.control_plane.probability", Share, "With this probability."),
    Key::new("faults.mode.<name>.control_plane.outage", Law, "For this long."),
    Key::new(
        "faults.mode.<name>.surge",
        TABLE_OR_OFF,
        "While an event of this zone mode lasts, allocation fails now and then in each other zone of the region, with a probability drawn for the event between `least` and `greatest`.",
    )
    .from("IN-07"),
    Key::new("faults.mode.<name>.surge.least", Share, "The least probability that an allocation fails there.").or("0.05").from("IN-07"),
    Key::new("faults.mode.<name>.surge.greatest", Share, "The greatest probability.").or("0.3").from("IN-07"),
    Key::new(
        "faults.mode.<name>.heals",
        Flag,
        "Whether the platform heals the machine on other hardware with free capacity in the zone. False for a new mode.",
    )
    .from("HL-02, HL-05"),
    Key::new(
        "faults.mode.<name>.application_only",
        Flag,
        "Whether only the application stops, so that the machine's own health extension tells after its probes; else the machine is dead and counts as unhealthy after `health.dead_after`. Scope instance. False for a new mode.",
    )
    .from("HM-07"),
    Key::new("faults.mode.<name>.rate_low", Rate, "The rate at its low end, for the interval of assumptions. Without it a rate that is written has no range, and one of the profile keeps the profile's."),
    Key::new("faults.mode.<name>.rate_high", Rate, "The rate at its high end."),
    Key::new("faults.mode.<name>.source", Text, "Where the numbers come from."),
    Key::new(
        "faults.mode.<name>.confidence",
        Choice(&["published", "derived", "assumed"]),
        "How well they are known. Assumed for numbers of the scenario.",
    ),
    Key::new("script[]", Tables(SCRIPT_MAX), "Faults at stated instants (a game day), in place of drawn ones. `zonefall drill --on` holds them against `[drill]`."),
    Key::new("script[].at", Duration, "When it strikes. A row at 0 s is so since before the trial begins: who watches over a failover has seen it by then."),
    Key::new("script[].for", Duration, "How long it lasts; to the end of the trial without it."),
    Key::new(
        "script[].members",
        List(&Text, 10_000),
        "What it strikes: `eastus`, `eastus/1`, `eastus/1/hall0`, `eastus/1/rack07`, `eastus/1/rack07/host003`, or machines by set, zone and ordinal: `web/eastus/1/0` (`web/eastus/0` for a regional set); a component that fails by itself, by its name. With effect control-plane regions, with allocation regions and zones, with no-autoscale scale sets: `web`.",
    ),
    Key::new("script[].effect", SCRIPT_EFFECTS, "What happens to the machines: down, frozen, or slowed. Or to what they depend on: control-plane (regions: nothing can be created), allocation (regions or zones: no capacity is to be had), no-autoscale (scale sets: their autoscale is disabled, CH-03; without `for` it is not enabled again).").or("down"),
    Key::new("script[].effect.degraded", Number(0.0, 1.0), "The part of its capacity that a machine has left."),
    Key::new(
        "script[].recovery",
        RECOVERIES,
        "What a machine still needs afterwards. Boot if it was down, else nothing.",
    ),
    Key::new("script[].cause", Text, "What the fault is called in reports. The name of a mode of planned maintenance begins a wave of it in these regions, zones, halls or racks, one in each, which takes its own time; of an update domain it takes the machines that stand there.").or("script"),
    Key::new("law.law", Choice(LAWS), "The family."),
    Key::new("law.mean", Duration, "The mean: constant, exponential, Weibull, gamma, lognormal."),
    Key::new("law.median", Duration, "The median: lognormal."),
    Key::new("law.sigma", Number(0.0, 100.0), "The standard deviation of the logarithm: lognormal."),
    Key::new("law.shape", Number(1e-3, 1e6), "The shape: Weibull, gamma. Below 1 the hazard falls with age."),
    Key::new("law.scale", Duration, "The scale: Weibull, gamma; in place of `mean`."),
    Key::new("law.index", Number(1e-3, 1e6), "The tail index: Pareto. The mean needs more than 1, or `below`."),
    Key::new("law.least", Duration, "The least value: Pareto."),
    Key::new("law.low", Duration, "The lower end: uniform."),
    Key::new("law.high", Duration, "The upper end: uniform."),
    Key::new("law.values", List(&Duration, EMPIRICAL_MAX), "Durations, each as likely as the others: empirical."),
    Key::new("law.below", Duration, "A cut: the law given that it stays below."),
];
