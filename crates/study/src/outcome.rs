//! The results of a study: plain numbers with their intervals, ready to be written by a report.
//!
//! Shares are between 0 and 1; times are in the unit that a field's name says; a month is 30 days (43,200 minutes) and a
//! year is 365 days. This is also the form of `summary.json`; `SCHEMA` is its version.

mod assumptions;
mod stopping;

pub use assumptions::{AssumptionsOutcome, DesignAssumptions, DesignVariation, DrawnRates, Ignorance, Variation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use stopping::{StoppingOutcome, StoppingWidth};
pub use zonefall_fleet::OPERATION_TABLE;
pub use zonefall_stats::Verdict;

/// The version of this form.
pub const SCHEMA: &str = "zonefall-summary/1";
/// Minutes in the month that downtime is quoted for.
pub const MINUTES_PER_MONTH: f64 = 43_200.0;

/// How an estimate is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// Both ends are given.
    Interval,
    /// Too few hits: only the upper end can be trusted.
    UpperBound,
    /// Not estimated: it is what the one record says. Both ends are the value.
    Recorded,
    /// Not estimated: nothing that is drawn reaches the design, so every trial is the same. Both ends are the value.
    Exact,
}

/// A number, how far it can be trusted, and how many trials it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// The estimate.
    pub mean: f64,
    /// The lower end; none where only an upper bound can be given.
    pub low: Option<f64>,
    /// The upper end.
    pub high: f64,
    /// Which.
    pub quality: Quality,
    /// Trials with a non-zero observation.
    pub hits: u64,
}

impl Estimate {
    /// The same in another unit.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { mean: self.mean * factor, low: self.low.map(|low| low * factor), high: self.high * factor, ..self }
    }

    /// What is known without an estimate: `quality` says from where.
    pub fn known(value: f64, hits: u64, quality: Quality) -> Self {
        Self { mean: value, low: Some(value), high: value, quality, hits }
    }
}

/// A quantile with its distribution-free interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quantile {
    /// Which, between 0 and 1.
    pub level: f64,
    /// Its value, right to 0.1 %.
    pub value: f64,
    /// The lower end; none where the sample is too small.
    pub low: Option<f64>,
    /// The upper end; none where the sample is too small.
    pub high: Option<f64>,
}

/// Times of responses, over all trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LatencyOutcome {
    /// Half of the requests that reach a machine are answered within so many milliseconds; none where more than half of
    /// them come in overload.
    pub p50_ms: Option<f64>,
    /// The same of 95 of 100.
    pub p95_ms: Option<f64>,
    /// The same of 99 of 100.
    pub p99_ms: Option<f64>,
    /// The limit on the 95 % quantile, if the objective has one.
    pub limit_ms: Option<f64>,
    /// Share of the demand that is offered while the 95 % quantile is above the limit.
    pub slow: Option<Estimate>,
    /// Share of the requests that come while more arrives than is served: how long they wait is withheld. Where they wait in line,
    /// share of those that give up.
    pub overloaded: f64,
    /// Share of the requests that come in states too short, or lines too short, for the formulas to be right to 5 %.
    pub unsettled: f64,
    /// How long requests wait in line before their clients give up; none where what is too much is turned away at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience_ms: Option<f64>,
}

/// Batches of jobs, over all trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobsOutcome {
    /// Batches whose deadline passed.
    pub batches: u64,
    /// Share of them that were complete by then.
    pub met: Estimate,
    /// Half of the batches are complete so many hours after they came; of those that became complete at all.
    pub clearance_p50_h: Option<Quantile>,
    /// The same of 95 of 100.
    pub clearance_p95_h: Option<Quantile>,
    /// The same of 99 of 100.
    pub clearance_p99_h: Option<Quantile>,
}

/// Sessions lost to one cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SessionCause {
    /// The cause.
    pub cause: String,
    /// Lost a month; all causes sum to all that are lost.
    pub lost_per_month: Estimate,
    /// Of all that are lost.
    pub share_of_lost: f64,
}

/// Sessions lost against those of the reference, on the same storms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SessionsDifference {
    /// The reference.
    pub against: String,
    /// Sessions lost less those of the reference, a month.
    pub lost_per_month: f64,
    /// The lower end of the interval, which holds for all such differences together.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Trials in which the two differ.
    pub hits: u64,
    /// The p value against "no difference", adjusted for all such differences (Holm).
    pub p_adjusted: f64,
    /// In words: "fewer lost", "more lost", "not distinguishable", "the same in every trial".
    pub says: String,
}

/// Sessions: connections that last, each held by one machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SessionsOutcome {
    /// That begin a month; those sent to a machine that is dead and not yet found do not begin.
    pub begun_per_month: f64,
    /// Lost a month with the machines that held them: expected numbers, given what happens to the machines.
    pub lost_per_month: Estimate,
    /// Of those that begin.
    pub share_of_begun: f64,
    /// By cause, the largest first; causes without any are left out.
    pub causes: Vec<SessionCause>,
    /// Against the first design with sessions; none of that design itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<SessionsDifference>,
}

/// Missed time by cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CauseOutcome {
    /// The cause.
    pub cause: String,
    /// Downtime charged to it; all causes sum to the downtime.
    pub downtime_min_per_month: Estimate,
    /// Its share of all downtime.
    pub share: f64,
    /// Downtime that would not be, had it never happened, on the same storms; these need not sum, and may be negative
    /// where one outage spares another (probes have already removed the machine).
    pub avoided_min_per_month: Option<Estimate>,
}

/// SL-07: the promise for one part of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PartPromise {
    /// The part.
    pub part: String,
    /// Its promised availability; none where nothing is promised.
    pub promise: Option<f64>,
}

/// SL-07: what the promises for the parts of a service multiply to, and what the simulated downtime comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompositeOutcome {
    /// The availability by arithmetic, as if parts and routers failed independently; none where a part has no promise.
    pub promise: Option<f64>,
    /// What is left of 1 by that, which keeps its digits where the promise is nearly 1.
    #[serde(default)]
    pub unpromised: Option<f64>,
    /// The parts that promises are for, and the routers of failover groups that are no parts; without a promise a router is left
    /// out of the arithmetic.
    pub parts: Vec<PartPromise>,
    /// Downtime charged to components that fail by themselves.
    pub components_min_per_month: f64,
    /// Downtime charged to causes that may strike several parts at once.
    pub shared_min_per_month: f64,
    /// All other downtime.
    pub rest_min_per_month: f64,
}

/// A step of the SLA's credits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreditTier {
    /// Uptime of a month below this …
    pub below: f64,
    /// … and not below the next step brings a credit of so many percent of its bill.
    pub credit_percent: u32,
    /// Share of whole months with just this credit.
    #[serde(alias = "windows_share")]
    pub months_share: Estimate,
}

/// Azure's own yardstick.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlaOutcome {
    /// Which promise applies.
    pub name: String,
    /// The promised uptime.
    pub promise: f64,
    /// Uptime by the published definition (a connection to at least one machine).
    pub uptime: f64,
    /// Minutes without any connection, a month.
    pub unconnected_min_per_month: Estimate,
    /// Share of whole months below the promise.
    pub breach_share: Option<Estimate>,
    /// Expected credit in percent of a month's bill.
    pub expected_credit_percent: Option<f64>,
    /// The same with its interval.
    #[serde(default)]
    pub credit_percent: Option<Estimate>,
    /// The steps of the credit, the promise first.
    #[serde(default)]
    pub tiers: Vec<CreditTier>,
    /// Share of time in which the machines qualified for the promise: its clock stands while fewer of them, or in fewer
    /// zones, are started.
    #[serde(default)]
    pub clock_share: f64,
}

/// Something that is paid for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BillItem {
    /// What: `on_demand`, `committed`, `spot`, `standby`, `stopped`, `disks`, `load_balancer`.
    pub item: String,
    /// Machine-hours of a month of 730 hours; none for what is not a machine.
    pub machine_hours_per_month: Option<f64>,
    /// What they cost.
    pub cost_per_month: f64,
}

/// What a design costs in a month of 730 hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BillOutcome {
    /// What is paid for; sums to the bill.
    pub items: Vec<BillItem>,
    /// The bill.
    pub bill_per_month: Estimate,
    /// Expected credit of the SLA, of the mean cost of the machines that it covers: on demand and paid in advance. None
    /// where no promise applies.
    pub credit_per_month: Option<Estimate>,
    /// What missed time costs the business; none where nobody says what an hour costs.
    pub downtime_cost_per_month: Option<Estimate>,
    /// Bill and downtime less credit; its ends are those of its parts added up.
    pub total_per_month: Estimate,
}

/// The prices behind every bill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MoneyOutcome {
    /// What they are in.
    pub currency: String,
    /// As of when.
    pub prices_date: String,
    /// Where from.
    pub prices_source: String,
    /// What is to be known of the prices of these designs, in words.
    pub notes: Vec<String>,
    /// Hours of a month in bills.
    pub hours_per_month: f64,
    /// What an hour costs in which the objective is missed.
    pub downtime_per_hour: Option<f64>,
}

/// A bar of the distribution of window downtime.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WindowBar {
    /// Downtime above this many minutes (the first bar is exactly zero) …
    pub above_min: f64,
    /// … and at most this many.
    pub up_to_min: f64,
    /// Windows in the bar.
    pub windows: u64,
    /// Share of windows with at most `up_to_min` of downtime.
    pub cumulative_share: f64,
}

/// Hours of machine time by what the machines did, as shares of all machine time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClassShares {
    /// In rotation and alive.
    pub serving: f64,
    /// In rotation but dead.
    pub dead_in_rotation: f64,
    /// Up, waiting to be readmitted.
    pub awaiting_probe: f64,
    /// Restarting, booting, warming up.
    pub starting: f64,
    /// Out for any other reason (the dead in rotation among them).
    pub down: f64,
    /// Serving at less than full capacity.
    pub degraded: f64,
}

/// Something that was done to the managed sets of a design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OperationOutcome {
    /// Its name, one of [`zonefall_fleet::OPERATION_TABLE`].
    pub operation: String,
    /// Whether `per_year` is in hours; else it is a number of times.
    pub in_hours: bool,
    /// So often, or so long, a year.
    pub per_year: Estimate,
}

/// What a design gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DesignOutcome {
    /// Its name.
    pub design: String,
    /// Its machines.
    pub machines: u64,
    /// Its objective in words.
    pub need: String,
    /// Share of time in which the objective did not hold.
    pub unavailability: Estimate,
    /// Standard deviation over trials of the missed minutes.
    pub missed_min_sd: f64,
    /// The mean against the target: the headline, which what is assumed may unsettle (`assumptions`).
    pub verdict_mean: Verdict,
    /// Share of whole windows that meet the target.
    pub windows_met: Option<Estimate>,
    /// Whether that share reaches the confidence; as `verdict_mean`.
    pub verdict_windows: Option<Verdict>,
    /// Whole windows, over all trials.
    pub windows: u64,
    /// Downtime of the window that is exceeded once in ten years, in minutes.
    pub once_in_10_years_min: Option<Quantile>,
    /// Outages a year.
    pub outages_per_year: Estimate,
    /// Mean length of an outage in minutes.
    pub outage_mean_min: Option<f64>,
    /// The 95 % quantile of the lengths of outages in minutes.
    pub outage_p95_min: Option<Quantile>,
    /// The 95 % quantile over trials of the longest outage in minutes (0 in trials without one).
    pub longest_p95_min: Option<Quantile>,
    /// Trials whose last outage was cut by the horizon.
    pub cut_by_horizon: u64,
    /// Probability of at least one miss in the trial.
    pub any_miss: Estimate,
    /// Mean time to the first miss in hours, over the trials that have one.
    pub first_miss_h: Option<Estimate>,
    /// Probability that the objective holds at each asked instant.
    pub held_at: Vec<Estimate>,
    /// Share of capacity lost, averaged over time.
    pub capacity_lost: Estimate,
    /// Share of demand not served; none without demand.
    pub unserved: Option<Estimate>,
    /// Share of demand whose first try is sent to a dead machine; none without demand. With `[retry]` a later try may serve
    /// it, so it may be more than `unserved`.
    pub lost_to_dead: Option<Estimate>,
    /// Batches of jobs; none without `[jobs]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jobs: Option<JobsOutcome>,
    /// Times of responses; none unless they are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<LatencyOutcome>,
    /// Sessions; none without `[sessions]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sessions: Option<SessionsOutcome>,
    /// What the machines did.
    pub classes: ClassShares,
    /// Machine-hours per trial in rotation and alive.
    pub serving_machine_hours: f64,
    /// Missed time by cause, largest first; causes without any are left out.
    pub causes: Vec<CauseOutcome>,
    /// The distribution of downtime over windows.
    pub window_bars: Vec<WindowBar>,
    /// Azure's own yardstick; none where no promise applies.
    pub sla: Option<SlaOutcome>,
    /// The promises for the parts of the service, multiplied; none without parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composite: Option<CompositeOutcome>,
    /// What it costs; none where nobody asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<BillOutcome>,
    /// Strikes on machines that took effect, a year.
    pub machine_failures_per_year: f64,
    /// Mean wait for a repair crew in hours; none without crews.
    pub crew_wait_mean_h: Option<f64>,
    /// Healings that waited for capacity, a year.
    pub delayed_healings_per_year: f64,
    /// Hours a year in which a control plane of its regions was out.
    pub control_plane_out_h_per_year: f64,
    /// Hours a year in which one of its zones had no capacity to allocate.
    pub allocation_out_h_per_year: f64,
    /// What was done to its managed sets, in the order of the table; what never happened is left out.
    #[serde(default)]
    pub operations: Vec<OperationOutcome>,
    /// Events dispatched per trial.
    pub events_per_trial: f64,
    /// What it would get if what is assumed were otherwise; none if it was not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumptions: Option<DesignAssumptions>,
}

/// A design against the reference, on the same storms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// The design.
    pub design: String,
    /// The reference.
    pub against: String,
    /// Its downtime less the reference's, minutes a month.
    pub downtime_min_per_month: f64,
    /// The ends of the interval, simultaneous over all differences; none where they cannot be told.
    pub low: Option<f64>,
    /// See `low`.
    pub high: Option<f64>,
    /// Trials in which the two differ.
    pub hits: u64,
    /// The p value against "no difference", adjusted for all comparisons (Holm).
    pub p_adjusted: f64,
    /// In words: "less downtime", "more downtime", "not distinguishable", "the same in every trial".
    pub says: String,
}

/// A pattern of outages that trials were forced into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PatternOutcome {
    /// In words: "2 zones and a machine".
    pub pattern: String,
    /// The share of all trials.
    pub share: f64,
}

/// A level at which trials were split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LevelOutcome {
    /// The design.
    pub design: String,
    /// How much more may be lost there before the objective is missed: machines, or thousandths of a request a second; −1
    /// is the miss itself.
    pub margin: i64,
    /// The share of trials that came there, of those that went on from the level before.
    pub share: f64,
}

/// What the method did for one design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MethodDesign {
    /// The design.
    pub design: String,
    /// As many trials with a miss of equal weight and size would say as much (Kish).
    pub effective_hits: f64,
    /// Variance × events of plain trials over that of these trials, the pilot counted in; none below 20 effective hits.
    pub gain: Option<f64>,
    /// Trials with a miss that hold no pattern.
    pub unforeseen_hits: u64,
    /// Unavailability that such misses may add at most, if they last as long as the others.
    pub unforeseen_at_most: f64,
    /// The exact unavailability, where there is one (as `verify` computes it).
    #[serde(default)]
    pub exact: Option<f64>,
}

/// How the trials were drawn; only where a method was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MethodOutcome {
    /// What was asked for.
    pub asked: String,
    /// What was done: "crude", "forcing", "splitting", "conditioning" or "biasing".
    pub used: String,
    /// Why.
    pub why: String,
    /// Trials of the pilot.
    pub pilot_trials: u64,
    /// Events of the pilot.
    pub pilot_events: u64,
    /// The mean weight of the trials: 1 but for luck.
    pub mean_weight: f64,
    /// The greatest weight that a trial can have; of biased cycles, that any had.
    pub greatest_weight: f64,
    /// Patterns that trials were forced into, those of the largest share first.
    pub patterns: Vec<PatternOutcome>,
    /// Levels at which trials were split, by design, falling.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<LevelOutcome>,
    /// Biasing: the chance that the next event is a failure, while something is out and nothing has been missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_share: Option<f64>,
    /// By design.
    pub designs: Vec<MethodDesign>,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    /// [`SCHEMA`].
    pub schema: String,
    /// The program's version.
    pub version: String,
    /// The study's name.
    pub study: String,
    /// SHA-256 of the scenario's text.
    pub scenario_hash: String,
    /// The seed.
    pub seed: u64,
    /// Trials asked for; the most of them under a rule of stopping.
    pub trials_asked: u64,
    /// Trials computed.
    pub trials: u64,
    /// Whether the run was interrupted.
    pub partial: bool,
    /// Whether trials end at the first miss: then no availability is to be read from the figures.
    pub until_first_miss: bool,
    /// The instants at which the objective was sampled, in hours from the beginning of a trial.
    #[serde(default)]
    pub asked_h: Vec<f64>,
    /// Length of a trial in hours.
    pub horizon_h: f64,
    /// Measured length of a trial in hours (mean, where trials end at the first miss).
    pub observed_h: f64,
    /// The profile's name.
    pub profile: String,
    /// The target as written.
    pub target: String,
    /// The target as a share.
    pub target_share: f64,
    /// The window in words.
    pub window: String,
    /// The mean length of a whole window in minutes; 0 without one.
    pub window_min: f64,
    /// The confidence of every interval.
    pub confidence: f64,
    /// Designs in order; the first is the reference.
    pub designs: Vec<DesignOutcome>,
    /// Every other design against the first.
    pub differences: Vec<Difference>,
    /// Which looks at what is assumed were taken; none if none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumptions: Option<AssumptionsOutcome>,
    /// The rule of stopping and what became of it; none if the number of trials was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopping: Option<StoppingOutcome>,
    /// The prices behind the bills; none where nobody asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<MoneyOutcome>,
    /// What this version leaves out, in words.
    pub not_modelled: String,
    /// What a reader should know before believing a number.
    pub warnings: Vec<String>,
    /// How the trials were drawn, where a method was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<MethodOutcome>,
}
