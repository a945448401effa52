//! What a plan comes to: the forms that tables, reports and `plan.json` show.

use super::alone::Why;
use super::assumed::Assumed;
use super::batches::{Batches, BatchesAsked};
use super::kept::GateKept;
use super::windowed::Windowed;
use super::{CHEAPER, Methods, Priced};
use crate::gate::Judgement;
use serde::Serialize;

/// What the search came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// There is a cheapest design that meets the target, and what is cheaper misses it.
    Found,
    /// No candidate meets it.
    NoneMeets,
    /// Every candidate costs more than is allowed, by its simulated cost: none was tested.
    TooDear,
    /// The trials do not suffice.
    NotResolved,
}

/// A candidate with what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Offer {
    /// Its name.
    pub design: String,
    /// The scenario's design that it was made from; empty where there is one only.
    pub shape: String,
    /// The value of each key.
    pub values: Vec<String>,
    /// Its machines.
    pub machines: u64,
    /// Its cost a month.
    pub cost: f64,
    /// Share of time missed.
    pub unavailability: f64,
    /// The lower end, for all candidates together; none with too few hits.
    pub low: Option<f64>,
    /// The upper end.
    pub high: f64,
    /// Whether half of its trials were forced into outages, and all weighed.
    pub forced: bool,
    /// Trials that it lived through.
    pub trials: u64,
    /// Those with missed time; pairs of trials, where they were forced.
    pub hits: u64,
}

impl Offer {
    /// Whether too few of its trials missed for more than an upper end.
    pub fn is_bound(&self) -> bool {
        self.low.is_none()
    }

    /// The share of time missed that is shown: the estimate, or where only a bound is known that.
    pub fn shown(&self) -> f64 {
        if self.is_bound() { self.high } else { self.unavailability }
    }
}

/// What another nine costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Nine {
    /// The target as a share.
    pub target_share: f64,
    /// What came of it.
    pub verdict: Verdict,
    /// The cheapest design that meets it.
    pub best: Option<Offer>,
}

/// A declaration that a key helps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// The key.
    pub key: String,
    /// Whether it was used.
    pub used: bool,
    /// Why, or why not.
    pub says: String,
}

/// OV-04: peak × Z/(Z − 1), rounded up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Thumb {
    /// Machines that the objective needs.
    pub peak: u64,
    /// Zones of the design.
    pub zones: u64,
    /// What the rule says.
    pub machines: u64,
    /// What the search says; none where the answer spans no zones, and no design that does was simulated to meet the target.
    pub simulated: Option<u64>,
    /// The design that this is of, where the answer spans no zones: the cheapest that does and was seen to meet the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Planned {
    /// [`SCHEMA`](super::SCHEMA).
    pub schema: &'static str,
    /// The study's name.
    pub study: String,
    /// The seed.
    pub seed: u64,
    /// The target as a share.
    pub target_share: f64,
    /// What must hold for a candidate to be up, in words; empty where candidates differ in more than numbers.
    pub need: String,
    /// The confidence of the whole.
    pub confidence: f64,
    /// What a cost is counted in.
    pub unit: String,
    /// The keys that were chosen from.
    pub keys: Vec<String>,
    /// Candidates, with those that turned out too dear.
    pub candidates: u64,
    /// Those that lived through trials.
    pub tested: u64,
    /// Trials times designs, all together, but for batches of jobs that are counted beside the answer.
    pub work: u64,
    /// How trials were drawn.
    pub methods: Methods,
    /// Costs that were simulated; none if all are known beforehand.
    pub priced: Option<Priced>,
    /// What came of it.
    pub verdict: Verdict,
    /// So many trials of a candidate would about do, if they go on as they did; none where those that were lived through suffice, or
    /// nothing tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trials_would_do: Option<u64>,
    /// The cheapest design that meets the target; where the trials do not suffice, the most promising.
    pub best: Option<Offer>,
    /// Whether it is proven to meet the target itself, not just within the band.
    pub meets_target_itself: bool,
    /// Whether it meets it in enough windows too, which no search asks; none where no design meets it, or no window is whole.
    pub windows: Option<Windowed>,
    /// The runner-up: the next cheapest that meets, or may.
    pub runner_up: Option<Offer>,
    /// What is cheaper by more than the tolerance and misses least, ties aside.
    pub cheaper: Option<Offer>,
    /// Designs inside the band: as cheap within the tolerance and not proven to miss, or cheaper and not proven to miss
    /// the target by more than the band.
    pub ties: Vec<Offer>,
    /// Cheaper candidates that the trials could not decide.
    pub open: Vec<Offer>,
    /// Where no design meets the target and none is promising, the cheapest whose upper end lies within a tenth of the least.
    pub closest: Option<Offer>,
    /// What the downtime of the best comes from, or where no design meets the target, that of the closest.
    pub why: Option<Why>,
    /// Cost against availability: designs that miss at least a tenth less than every cheaper one and are told apart from the one
    /// before, among those that lived through trials.
    pub frontier: Vec<Offer>,
    /// A nine less and a nine more.
    pub nines: Vec<Nine>,
    /// The best and the runner-up when what is assumed is otherwise.
    pub assumed: Vec<Assumed>,
    /// How many batches of jobs the best, the closest and their neighbours complete in time; empty without `[jobs]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub batches: Vec<Batches>,
    /// What the gate asks of those of the best; none where it asks nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batches_asked: Option<BatchesAsked>,
    /// All that the scenario's gate asks of the best, judged as a run of it by itself over the trials that the search had of it; none
    /// where it asks nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<Judgement>,
    /// Who keeps the scenario's gate, where the best is not shown to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate_kept: Option<GateKept>,
    /// The rule of thumb.
    pub rule_of_thumb: Option<Thumb>,
    /// Declarations that keys help.
    pub checked: Vec<Checked>,
    /// What a reader should know.
    pub notes: Vec<String>,
}

impl Planned {
    /// The assumption that keeps the verdict of the best design, or of the closest, from standing, in words.
    pub fn depends_on(&self) -> Option<&str> {
        let first = self.best.as_ref().or(self.closest.as_ref())?;
        self.assumed.iter().find(|of| of.design == first.design)?.depends_on.as_deref()
    }

    /// The share by which nothing is cheaper that meets: [`CHEAPER`], and what is uncertain of simulated costs.
    pub fn tolerance(&self) -> f64 {
        self.priced.as_ref().map_or(CHEAPER, Priced::tolerance)
    }
}
