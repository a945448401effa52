//! Sessions of many trials: how many began, and how many were lost to what.
//!
//! In: ledgers, in thousandths of a session. Out: exact sums, figures a month, and differences between designs on the same
//! storms, trial against trial. Ledgers hold expected numbers, given what
//! happened to the fleet, so intervals are of the fleet's luck; that of single sessions is taken out of them.

use crate::conclude::with_zeros;
use crate::outcome::{DesignOutcome, Estimate, MINUTES_PER_MONTH, SessionCause, SessionsDifference, SessionsOutcome};
use crate::run::Finished;
use crate::study::Study;
use zonefall_fleet::{Begin, Design, Ledger};
use zonefall_stats::multiple::{holm, simultaneous_level};
use zonefall_stats::{Confidence, DifferenceEstimate, Moments};

/// Thousandths.
const MILLI: f64 = 1000.0;
const MS_PER_MONTH: f64 = MINUTES_PER_MONTH * 60_000.0;

/// Exact sums over trials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionsTally {
    /// Lost in a trial, in thousandths.
    pub lost: Moments,
    /// Lost to each cause in a trial, where some were.
    pub by_cause: Vec<Moments>,
    /// That began, in thousandths.
    pub begun: i128,
    /// Lost in a trial less those of the first design with sessions, in thousandths.
    pub against_reference: Moments,
}

/// What a trial has lost, in thousandths; none of a design without sessions.
pub(crate) fn lost(ledger: &Ledger) -> Option<i64> {
    let all = ledger.sessions_lost.iter().fold(0, |sum: u64, &lost| sum.saturating_add(lost));
    (!ledger.sessions_lost.is_empty()).then(|| i64::try_from(all).unwrap_or(i64::MAX))
}

impl SessionsTally {
    /// An empty one; with causes only for a design with sessions.
    pub(crate) fn new(design: &Design, causes: usize) -> Self {
        let causes = if design.service.sessions.is_some() { causes } else { 0 };
        Self { by_cause: vec![Moments::new(); causes], ..Self::default() }
    }

    /// Adds a trial, in which the reference has lost so many.
    pub(crate) fn add(&mut self, ledger: &Ledger, reference: Option<i64>) {
        let Some(lost) = lost(ledger) else { return };
        let within = |lost: u64| i64::try_from(lost).unwrap_or(i64::MAX);
        self.lost.add(lost);
        self.against_reference.add(lost - reference.unwrap_or(lost));
        for (moments, &lost) in self.by_cause.iter_mut().zip(&ledger.sessions_lost).filter(|(_, lost)| **lost > 0) {
            moments.add(within(lost));
        }
        self.begun += i128::from(ledger.sessions_begun);
    }

    /// Adds another tally.
    pub(crate) fn merge(&mut self, other: &Self) {
        if other.by_cause.is_empty() {
            return;
        }
        self.lost.merge(&other.lost);
        self.against_reference.merge(&other.against_reference);
        self.by_cause.iter_mut().zip(&other.by_cause).for_each(|(mine, theirs)| mine.merge(theirs));
        self.begun += other.begun;
    }

    /// What it comes to over so many measured milliseconds in all. `mean` is that of a trial whose cap is given, times a
    /// factor that makes thousandths a trial sessions a month.
    pub(crate) fn conclude(
        &self,
        causes: &[String],
        (observed_ms, trials): (f64, u64),
        mean: impl Fn(&Moments, f64) -> Estimate,
    ) -> SessionsOutcome {
        let factor = per_month(observed_ms / trials.max(1) as f64);
        let all = (self.lost.sum() as f64).max(1.0);
        let of_cause = |(cause, moments): (&String, &Moments)| SessionCause {
            cause: cause.clone(),
            lost_per_month: mean(&with_zeros(moments, trials), factor),
            share_of_lost: moments.sum() as f64 / all,
        };
        let lost = self.by_cause.iter().zip(causes).filter(|(moments, _)| moments.sum() > 0);
        let mut by_cause: Vec<SessionCause> = lost.map(|(moments, cause)| of_cause((cause, moments))).collect();
        by_cause.sort_by(|a, b| b.share_of_lost.total_cmp(&a.share_of_lost));
        SessionsOutcome {
            begun_per_month: self.begun as f64 / MILLI * MS_PER_MONTH / observed_ms,
            lost_per_month: mean(&self.lost, factor),
            share_of_begun: self.lost.sum() as f64 / (self.begun as f64).max(1.0),
            causes: by_cause,
            difference: None,
        }
    }
}

/// What makes thousandths in a trial of so many milliseconds sessions a month.
pub(crate) fn per_month(observed_ms: f64) -> f64 {
    MS_PER_MONTH / observed_ms.max(1.0) / MILLI
}

/// What designs lose against each other: how each pair differs, in thousandths a trial of so many milliseconds.
pub(crate) struct Differences {
    estimates: Vec<DifferenceEstimate>,
    adjusted: Vec<f64>,
    factor: f64,
    recorded: bool,
}

impl Differences {
    /// Of pairs whose intervals hold together, where no trial loses more than `most` thousandths.
    pub(crate) fn new(pairs: &[&Moments], most: f64, confidence: Confidence, observed_ms: f64) -> Self {
        let level = simultaneous_level(confidence, pairs.len().max(1) as u64);
        let estimates: Vec<DifferenceEstimate> =
            pairs.iter().map(|&of| DifferenceEstimate::new(of, most, level)).collect();
        let adjusted = holm(&estimates.iter().map(|of| of.p_value).collect::<Vec<f64>>());
        Self { estimates, adjusted, factor: per_month(observed_ms), recorded: false }
    }

    /// What the pair at a place comes to; with `turned` the other way round.
    pub(crate) fn pair(&self, at: usize, turned: bool, against: &str) -> SessionsDifference {
        let of = &self.estimates[at];
        let (low, high) = if self.recorded { (of.mean, of.mean) } else { of.bounds.ends() };
        // Adding nothing makes a negative zero a plain one.
        let (mean, low, high) = if turned { (0.0 - of.mean, 0.0 - high, 0.0 - low) } else { (of.mean, low, high) };
        let says = match (low, high) {
            _ if of.hits == 0 => "the same in every trial",
            (_, high) if high < 0.0 => "fewer lost",
            (low, _) if low > 0.0 => "more lost",
            _ => "not distinguishable",
        };
        SessionsDifference {
            against: against.into(),
            lost_per_month: mean * self.factor,
            low: low * self.factor,
            high: high * self.factor,
            hits: of.hits,
            p_adjusted: self.adjusted[at],
            says: says.into(),
        }
    }
}

/// Tells designs with sessions what they lose against the first of them.
pub(crate) fn differences(study: &Study, finished: &Finished, recorded: bool, designs: &mut [DesignOutcome]) {
    let tallies = &finished.tally.designs;
    let mut with: Vec<usize> = (0..designs.len()).filter(|&at| designs[at].sessions.is_some()).collect();
    if with.len() < 2 {
        return;
    }
    let first = with.remove(0);
    let against = designs[first].design.clone();
    let observed_ms = tallies[first].observed_ms as f64 / finished.trials.max(1) as f64;
    let horizon_ms = study.measure.horizon.as_ms() as f64;
    let most = study.designs.iter().map(|of| most(of, horizon_ms)).fold(0.0, f64::max);
    let pairs: Vec<&Moments> = with.iter().map(|&at| &tallies[at].sessions.against_reference).collect();
    let all = Differences { recorded, ..Differences::new(&pairs, most, study.confidence, observed_ms) };
    for (pair, &at) in with.iter().enumerate() {
        if let Some(sessions) = &mut designs[at].sessions {
            sessions.difference = Some(all.pair(pair, false, &against));
        }
    }
}

/// The most sessions that a trial of so many milliseconds can lose, in thousandths: those that there are when it begins, and
/// those that begin; none of a design without sessions.
pub(crate) fn most(design: &Design, horizon_ms: f64) -> f64 {
    let Some(of) = &design.service.sessions else { return 0.0 };
    let length = of.length.as_ms() as f64;
    let begin_a_ms = match of.begin {
        Begin::AtOnce(at_once) => at_once / length,
        Begin::EveryRequests(requests) => design.demand.as_ref().map_or(0.0, |of| of.most_milli()) / 1e6 / requests,
    };
    begin_a_ms * (horizon_ms + length) * MILLI
}
