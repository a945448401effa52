//! How requests, jobs and sessions fared.

use super::{Estimate, Quantile};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zonefall_fleet::Service;
use zonefall_fleet::policy::blip::Lost;

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

/// TF-03: what short breaks of the network cost, by a closed form: beside all other figures and in none of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlipsOutcome {
    /// Expected share of requests of which all tries fail in one.
    pub lost: f64,
    /// The same if each were tried once.
    pub lost_tried_once: f64,
    /// Whether the breaker of `[retry]` opens in one, so that nobody tries again.
    pub breaker_opens: bool,
}

impl BlipsOutcome {
    pub(crate) fn of(service: &Service) -> Option<Self> {
        let Lost { share, tried_once, breaker_opens } = service.blips.as_ref()?.lost(service.retry.as_ref());
        Some(Self { lost: share, lost_tried_once: tried_once, breaker_opens })
    }
}

/// Batches of jobs, over all trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobsOutcome {
    /// Batches whose deadline passed.
    pub batches: u64,
    /// Share of them that were complete by then.
    pub met: Estimate,
    /// Batches that became complete, in time or not, whether or not their deadline passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete: Option<u64>,
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
