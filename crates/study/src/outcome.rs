//! The results of a study: plain numbers with their intervals, ready to be written by a report.
//!
//! Shares are between 0 and 1; times are in the unit that a field's name says; a month is 30 days (43,200 minutes) and a
//! year is 365 days. This is also the form of `summary.json`; `SCHEMA` is its version.

mod assumptions;
mod compared;
mod method;
mod money;
mod serving;
mod stopping;
mod warning;

use crate::gate::Judgement;
pub use assumptions::{AssumptionsOutcome, DesignAssumptions, DesignVariation, DrawnRates, Ignorance, Variation};
pub use compared::Compared;
pub use method::{BATCHES, LevelOutcome, MethodDesign, MethodOutcome, PatternOutcome};
pub use money::{
    AgreementOutcome, BillItem, BillOutcome, CompositeOutcome, CreditTier, MoneyOutcome, PartCredit, PartPromise,
    SlaOutcome,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use serving::{BlipsOutcome, JobsOutcome, LatencyOutcome, SessionCause, SessionsDifference, SessionsOutcome};
pub use stopping::{StoppingOutcome, StoppingWidth};
pub use warning::Warning;
pub use zonefall_fleet::OPERATION_TABLE;
pub use zonefall_stats::Verdict;
pub use zonefall_stats::estimate::HITS_FOR_INTERVAL;

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
    /// Whether too few trials had an observation for both ends of a share to be told: only the one away from nothing is.
    pub fn is_of_few(&self) -> bool {
        self.quality == Quality::Interval && self.hits < HITS_FOR_INTERVAL
    }

    /// The same in another unit.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        self.map(|of| of * factor)
    }

    /// The same by a function that keeps the order.
    #[must_use]
    pub fn map(self, of: impl Fn(f64) -> f64) -> Self {
        Self { mean: of(self.mean), low: self.low.map(&of), high: of(self.high), ..self }
    }

    /// Of a share that is met, what misses.
    pub(crate) fn missed(self) -> Self {
        Self { mean: 1.0 - self.mean, low: Some(1.0 - self.high), high: 1.0 - self.low.unwrap_or(0.0), ..self }
    }

    /// Its lower end, if it is one: a bound has none.
    pub(crate) fn lower(self) -> Option<f64> {
        self.low.filter(|_| self.quality != Quality::UpperBound)
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
    /// Whether a few long outages carry the missed time: many trials missed, and weigh like too few for an interval.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub carried_by_few: bool,
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
    /// Short breaks of the network; none without `[blips]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blips: Option<BlipsOutcome>,
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
    /// The same part by part, where no promise covers all machines together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreements: Vec<AgreementOutcome>,
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
    /// What that says.
    pub says: Compared,
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
    /// Whether something is assumed in a range, and no such look was taken: verdicts stand as far as luck goes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_weighed: bool,
    /// The rule of stopping and what became of it; none if the number of trials was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopping: Option<StoppingOutcome>,
    /// The prices behind the bills; none where nobody asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<MoneyOutcome>,
    /// What this version leaves out, in words.
    pub not_modelled: String,
    /// What a reader should know before believing a number.
    #[schemars(with = "Vec<String>")]
    pub warnings: Vec<Warning>,
    /// How the trials were drawn, where a method was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<MethodOutcome>,
    /// What came of the scenario's gate; none where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Judgement>,
}
