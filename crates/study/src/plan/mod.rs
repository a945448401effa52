//! The cheapest design that meets an objective, among many.
//!
//! In: a [`Question`]: candidates with their costs, on one world. Out: a [`Planned`].
//!
//! **What is promised.** With the confidence of the study, all at once: the design that is returned misses at most
//! [`BAND`] more than the target allows, and no candidate that is cheaper by more than [`CHEAPER`] truly misses less than
//! the target allows less [`BAND`]. The interval of a candidate at its k-th look is drawn at 1 − α/(N·k(k+1)) for N candidates, so
//! all intervals of all candidates at all looks hold together (Bonferroni; Σ 1/(k(k+1)) = 1), whichever of them are looked at
//! and why. They are the skew-corrected intervals of [`zonefall_stats`]: right for many hits, tested for the few that decide.
//!
//! **Costs that are simulated** (`price`) are known to within a share u, all together, with half of the chance to be wrong; the
//! search compares the means. What it passes by as no cheaper than [`CHEAPER`] may truly be cheaper by up to
//! [`Priced::tolerance`], 1 − (1 − [`CHEAPER`])(1 − u)/(1 + u): this takes the place of [`CHEAPER`] in the promise and in the answer.
//! Whether such a candidate is within the allowed cost is decided by its mean.
//!
//! **How it is found.** All candidates live through the same trials. Looks are at 128, 256, 512 … trials. At each look only
//! candidates are tested that are no dearer than the cheapest which may meet the target, so that dear ones cost
//! nothing; what is proven to miss is dropped. Along keys that are declared to help, a proof for one candidate is one for all
//! that are better or worse in these keys and the same in all others; such declarations are checked on pairs (`checks`), and
//! dropped, in words, where a pair contradicts them or a feature makes them doubtful.
//!
//! **Rare misses.** Where plain trials hardly ever miss, those of a candidate are forced (`forced`), by the same patterns,
//! weights and intervals as a run with that method; looks, levels and proofs are the same (`bench`).
//!
//! What can go wrong: the budget of trials ends before everything is decided; that is said, and nothing is promised.

mod alone;
mod answer;
mod assumed;
mod batches;
mod bench;
mod checks;
mod conclude;
mod edges;
mod enough;
mod forced;
mod frontier;
mod kept;
mod lattice;
mod planned;
mod price;
mod regions;
mod roles;
mod search;
mod unproven;
mod windowed;

pub use alone::Why;
pub use assumed::Assumed;
pub use batches::{Batches, BatchesAsked};
pub use kept::GateKept;
pub use planned::{Checked, Nine, Offer, Planned, Thumb, Verdict};
pub use windowed::{AskedBy, Gated, Windowed};

use crate::run::RunError;
use crate::study::Study;
use crate::visit::Visit;
use serde::Serialize;
use std::sync::Arc;
use zonefall_fleet::Design;

/// The version of the form.
pub const SCHEMA: &str = "zonefall-plan/1";
/// How far from the target's budget of missed time a proof may be, as a share of it.
pub const BAND: f64 = 0.1;
/// Candidates that are cheaper by less than this share are no better.
pub const CHEAPER: f64 = 0.01;
/// Costs that differ by no more than this share are one price along a frontier.
pub const SAME_PRICE: f64 = 0.001;

/// Whether something costs no more than the least of a price: of two that do not, both ways, the price is the same.
pub fn at_price(cost: f64, price: f64) -> bool {
    cost <= price * (1.0 + SAME_PRICE)
}

/// Trials of the first look.
pub const FIRST_LOOK: u64 = 128;

/// One design that may be chosen.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The design, called by what was chosen.
    pub design: Arc<Design>,
    /// What it costs a month; with `rates` until it is simulated as designed.
    pub cost: f64,
    /// What it pays by the hour and by the request, where how much of it is not known before it is simulated.
    pub rates: Option<crate::money::Rates>,
    /// Which of the scenario's designs it was made from.
    pub shape: usize,
    /// The place of its value in the list of each key.
    pub values: Vec<u32>,
}

/// What candidates are alike in: the design they were made from, and the values of some keys.
type Alike = (usize, Vec<u32>);

/// A key that may be chosen.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its path.
    pub name: String,
    /// Its values in order, as texts.
    pub values: Vec<String>,
    /// Whether more of it (a later value), or less, never means more downtime; none if nobody says so.
    pub more_helps: Option<bool>,
}

/// How the trials of candidates are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// As the world would draw them.
    Crude,
    /// Half of them forced into overlaps of outages, all weighed.
    Forcing,
    /// Plain ones, and forced ones where those hardly ever miss and a pilot promises more.
    Auto,
}

impl Method {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Crude => zonefall_faults::Method::Crude.word(),
            Self::Forcing => zonefall_faults::Method::Forcing.word(),
            Self::Auto => zonefall_faults::Method::Auto.word(),
        }
    }
}

/// Of the methods of runs, those of plans.
impl TryFrom<zonefall_faults::Method> for Method {
    type Error = String;

    fn try_from(of: zonefall_faults::Method) -> Result<Self, String> {
        match of {
            zonefall_faults::Method::Crude => Ok(Self::Crude),
            zonefall_faults::Method::Forcing => Ok(Self::Forcing),
            zonefall_faults::Method::Auto => Ok(Self::Auto),
            other => Err(format!("method {} is not for plans", other.word())),
        }
    }
}

/// How they were drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Methods {
    /// What was asked for.
    pub asked: Method,
    /// Candidates with plain trials only.
    pub plain: u64,
    /// Candidates with forced trials.
    pub forced: u64,
    /// Of those with plain trials: no overlap of outages was found that misses the objective.
    pub nothing_found: u64,
    /// The least gain that a pilot expected of forced trials.
    pub gain_least: Option<f64>,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The world; its designs are the scenario's own and not looked at.
    pub study: Study,
    /// The keys.
    pub keys: Vec<Key>,
    /// Everything that may be chosen.
    pub candidates: Vec<Candidate>,
    /// The most trials of a candidate.
    pub trials_max: u64,
    /// How they are drawn.
    pub method: Method,
    /// Whether the answer is looked at with what is assumed at its ends.
    pub assumptions: bool,
    /// What a window is, in words.
    pub window: String,
    /// What `run --gate` asks beside the average.
    pub gate: Gated,
    /// What a cost is counted in.
    pub unit: String,
    /// The most that a candidate may cost which is priced by simulation; the others are within it.
    pub cost_max: Option<f64>,
}

/// Candidates whose cost was simulated, for autoscale, changes or runbooks decide how many machines they have, or requests cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Priced {
    /// How many.
    pub candidates: u64,
    /// Trials of each whose mean bill is its cost.
    pub trials: u64,
    /// How far a mean bill may be off, as a share of it: the longest arm of the intervals, which hold together.
    pub off_at_most: f64,
    /// The least of the costs, whether it is allowed or not.
    pub least_cost: f64,
    /// The candidate that costs it.
    pub cheapest: String,
    /// The cheapest of those that cost more than is allowed, and what it costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dearer: Option<(String, f64)>,
    /// Of them, left out because they cost more than the plan allows.
    pub too_dear: u64,
}

impl Priced {
    /// By how much a candidate may be cheaper than another, as a share, that is not told from it in cost.
    pub fn tolerance(&self) -> f64 {
        CHEAPER + (1.0 - CHEAPER) * 2.0 * self.off_at_most / (1.0 + self.off_at_most)
    }

    /// Trials times designs.
    pub fn work(&self) -> u64 {
        self.trials * self.candidates
    }
}

/// How far a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// What it is at.
    pub doing: &'static str,
    /// Candidates that are decided.
    pub decided: usize,
    /// Trials of a candidate now; 0 where that is no question.
    pub trials: u64,
}

/// Is told how far a plan is.
pub type Told<'a> = &'a dyn Fn(Stand);

/// Answers the question; none if interrupted.
///
/// # Errors
/// If a trial passes its event budget.
pub fn plan(question: &Question, how: &Visit<'_>, told: Told<'_>) -> Result<Option<Planned>, RunError> {
    answer::answer(question, how, told)
}
