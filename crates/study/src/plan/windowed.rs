//! Whether the answer of a plan meets its target in windows too, as `run --gate` asks. A search goes by the average alone; the
//! trials of its answer know both.

use super::Question;
use crate::gate::{Gate, trials_would_do};
use crate::outcome::{DesignOutcome, Estimate, Verdict};
use serde::Serialize;

/// Who asks that enough windows meet the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedBy {
    /// Nobody: the gate leaves windows out.
    Nobody,
    /// A gate that says nothing else.
    Default,
    /// The scenario's gate.
    Gate,
}

/// What `run --gate` asks beside the average, and of whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Gated {
    /// The scenario's gate; without one `run --gate` asks for both verdicts.
    pub own: Option<Gate>,
    /// The designs that are asked, by their places in the scenario; empty for all.
    pub shapes: Vec<usize>,
}

impl Gated {
    /// Who asks that enough windows meet the target.
    pub fn windows(&self) -> AskedBy {
        match &self.own {
            None => AskedBy::Default,
            Some(gate) if gate.windows => AskedBy::Gate,
            Some(_) => AskedBy::Nobody,
        }
    }

    /// The share of batches of jobs that has to be complete by its deadline.
    pub fn batches(&self) -> Option<f64> {
        self.own.as_ref()?.batches_by_deadline
    }

    /// Whether a design that was made from this one is asked.
    pub(super) fn asks(&self, shape: usize) -> bool {
        self.shapes.is_empty() || self.shapes.contains(&shape)
    }
}

/// The windows of a design.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Windowed {
    /// The design.
    pub design: String,
    /// What a window is, in words.
    pub window: String,
    /// Who asks for them.
    pub asked_by: AskedBy,
    /// The share of whole windows that has to meet the target.
    pub asked_share: f64,
    /// The share that does, of the trials that the search had of it: at the confidence of a run of it.
    pub met: Estimate,
    /// The one against the other.
    pub verdict: Verdict,
    /// The trials that say so.
    pub trials: u64,
    /// So many trials of it would about resolve that, where luck keeps it open and something tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trials_would_do: Option<u64>,
    /// The assumption that keeps it open, in words; none if none does, or none was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depends_on: Option<String>,
}

impl Windowed {
    /// What is assumed keeps it open.
    pub(super) fn hangs_on(&mut self, assumption: &str) {
        (self.verdict, self.trials_would_do) = (Verdict::NotResolved, None);
        self.depends_on = Some(assumption.to_owned());
    }

    /// Of the outcome of a design run by itself; none where no window is whole.
    pub(super) fn of(design: &DesignOutcome, trials: u64, shape: usize, question: &Question) -> Option<Self> {
        let asked = question.gate.asks(shape);
        let (met, verdict, level) = (design.windows_met?, design.verdict_windows?, question.study.confidence.level());
        Some(Self {
            design: design.design.clone(),
            window: question.window.clone(),
            asked_by: if asked { question.gate.windows() } else { AskedBy::Nobody },
            asked_share: level,
            depends_on: None,
            met,
            verdict,
            trials,
            trials_would_do: trials_would_do((met, verdict), level, trials),
        })
    }

    /// Whether `run --gate` asks for them and they are not shown to meet the target.
    pub fn is_amiss(&self) -> bool {
        self.asked_by != AskedBy::Nobody && self.verdict != Verdict::Meets
    }
}
