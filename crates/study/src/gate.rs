//! What a pipeline asks of an outcome, condition by condition.
//!
//! In: conditions and an outcome. Out: for each design and condition whether it is met, missed or not resolved. Nothing is
//! estimated here; a condition reads the verdicts and intervals that the outcome has.

use crate::outcome::{DesignOutcome, Difference, Estimate, MINUTES_PER_MONTH, Outcome, Quality, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// The designs that are asked; empty for all.
    pub designs: Vec<String>,
    /// Whether the mean availability has to meet the target.
    pub average: bool,
    /// Whether enough windows have to meet the target.
    pub windows: bool,
    /// The most downtime in minutes a month.
    pub downtime_max_min: Option<f64>,
    /// The least share of batches that are complete by their deadline.
    pub batches_by_deadline: Option<f64>,
    /// Whether a design may have more downtime than the first.
    pub no_worse: bool,
    /// Whether a condition that is not resolved passes.
    pub not_resolved_passes: bool,
}

impl Default for Gate {
    /// Both verdicts of every design.
    fn default() -> Self {
        Self {
            designs: Vec::new(),
            average: true,
            windows: true,
            downtime_max_min: None,
            batches_by_deadline: None,
            no_worse: false,
            not_resolved_passes: false,
        }
    }
}

/// One condition on one design.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Condition {
    /// The design.
    pub design: String,
    /// What is asked, in words.
    pub asks: String,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Judgement {
    /// Every condition.
    pub conditions: Vec<Condition>,
    /// All of it: missed if one condition is, else not resolved if one is not and that does not pass.
    pub verdict: Verdict,
}

/// Judges an outcome. A record of the past resolves nothing about what to expect: what it does not miss stays open.
pub fn judge(gate: &Gate, outcome: &Outcome) -> Judgement {
    let asked = |design: &&DesignOutcome| gate.designs.is_empty() || gate.designs.contains(&design.design);
    let conditions: Vec<Condition> =
        outcome.designs.iter().filter(asked).flat_map(|design| conditions(gate, outcome, design)).collect();
    Judgement::of(conditions, gate.not_resolved_passes)
}

impl Judgement {
    /// Of all conditions together, where one that is not resolved passes or does not.
    pub fn of(conditions: Vec<Condition>, not_resolved_passes: bool) -> Self {
        let any = |of: Verdict| conditions.iter().any(|condition| condition.verdict == of);
        let verdict = if any(Verdict::Misses) {
            Verdict::Misses
        } else if any(Verdict::NotResolved) && !not_resolved_passes {
            Verdict::NotResolved
        } else {
            Verdict::Meets
        };
        Self { conditions, verdict }
    }
}

/// What is asked of windows, in words.
pub fn of_windows(target: &str, share: f64) -> String {
    format!("{target} in {} % of windows", 100.0 * share)
}

/// What is asked of batches of jobs, in words.
pub fn of_batches(share: f64) -> String {
    format!("{} % of batches complete by their deadline", percent(share))
}

fn conditions(gate: &Gate, outcome: &Outcome, design: &DesignOutcome) -> Vec<Condition> {
    let of = design.unavailability;
    let recorded = of.quality == Quality::Recorded;
    let mut conditions = Vec::new();
    let mut ask = |asks: String, verdict: Verdict| {
        let open = recorded && verdict == Verdict::Meets;
        let verdict = if open { Verdict::NotResolved } else { verdict };
        conditions.push(Condition { design: design.design.clone(), asks, verdict });
    };
    if gate.average {
        ask(format!("{} on average", outcome.target), design.verdict_mean);
    }
    if let Some(verdict) = design.verdict_windows.filter(|_| gate.windows) {
        ask(of_windows(&outcome.target, outcome.confidence), verdict);
    }
    if let Some(most) = gate.downtime_max_min {
        ask(format!("at most {most} min of downtime a month"), at_most(of, most));
    }
    if let Some(least) = gate.batches_by_deadline {
        // Forced trials tell nothing of single batches.
        let verdict = design.jobs.as_ref().map_or(Verdict::NotResolved, |jobs| at_least(jobs.met, least));
        ask(of_batches(least), verdict);
    }
    let difference = outcome.differences.iter().find(|difference| difference.design == design.design);
    if let Some(difference) = difference.filter(|_| gate.no_worse) {
        ask(format!("not more downtime than {}", difference.against), no_worse(difference));
    }
    conditions
}

fn at_most(of: Estimate, most_min: f64) -> Verdict {
    let most = most_min / MINUTES_PER_MONTH;
    if of.high <= most {
        Verdict::Meets
    } else if of.low.is_some_and(|low| low > most) {
        Verdict::Misses
    } else {
        Verdict::NotResolved
    }
}

/// Whether a share is at least so much, with its whole interval.
pub(crate) fn at_least(of: Estimate, least: f64) -> Verdict {
    if of.low.is_some_and(|low| low >= least) {
        Verdict::Meets
    } else if of.high < least {
        Verdict::Misses
    } else {
        Verdict::NotResolved
    }
}

/// A share in percent as it was written: of the digits that a share has, none is lost or made up.
pub fn percent(share: f64) -> f64 {
    libm::round(share * 1e12) / 1e10
}

fn no_worse(of: &Difference) -> Verdict {
    if of.says == "more downtime" { Verdict::Misses } else { Verdict::Meets }
}
