//! Sessions of many trials: how many began, and how many were lost to what.
//!
//! In: ledgers, in thousandths of a session. Out: exact sums, and figures a month. Ledgers hold expected numbers, given what
//! happened to the fleet, so intervals are of the fleet's luck; that of single sessions is taken out of them.

use crate::conclude::with_zeros;
use crate::outcome::{Estimate, MINUTES_PER_MONTH, SessionCause, SessionsOutcome};
use zonefall_fleet::{Begin, Design, Ledger, Sessions};
use zonefall_stats::Moments;

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
}

impl SessionsTally {
    /// An empty one; with causes only for a design with sessions.
    pub(crate) fn new(design: &Design, causes: usize) -> Self {
        let causes = if design.service.sessions.is_some() { causes } else { 0 };
        Self { by_cause: vec![Moments::new(); causes], ..Self::default() }
    }

    /// Adds a trial.
    pub(crate) fn add(&mut self, ledger: &Ledger) {
        if ledger.sessions_lost.is_empty() {
            return;
        }
        let within = |lost: u64| i64::try_from(lost).unwrap_or(i64::MAX);
        self.lost.add(within(ledger.sessions_lost.iter().fold(0, |sum: u64, &lost| sum.saturating_add(lost))));
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
        let factor = MS_PER_MONTH / (observed_ms / trials.max(1) as f64) / MILLI;
        let all = (self.lost.sum() as f64).max(1.0);
        let of_cause = |(cause, moments): (&String, &Moments)| SessionCause {
            cause: cause.clone(),
            lost_per_month: mean(&with_zeros(moments, trials), factor),
            share: moments.sum() as f64 / all,
        };
        let lost = self.by_cause.iter().zip(causes).filter(|(moments, _)| moments.sum() > 0);
        let mut by_cause: Vec<SessionCause> = lost.map(|(moments, cause)| of_cause((cause, moments))).collect();
        by_cause.sort_by(|a, b| b.share.total_cmp(&a.share));
        SessionsOutcome {
            begun_per_month: self.begun as f64 / MILLI * MS_PER_MONTH / observed_ms,
            lost_per_month: mean(&self.lost, factor),
            lost_share: self.lost.sum() as f64 / (self.begun as f64).max(1.0),
            causes: by_cause,
        }
    }
}

/// The most sessions that a trial of so many milliseconds can lose, in thousandths: those that there are when it begins, and
/// those that begin.
pub(crate) fn most(of: &Sessions, design: &Design, horizon_ms: f64) -> f64 {
    let length = of.length.as_ms() as f64;
    let begin_a_ms = match of.begin {
        Begin::AtOnce(at_once) => at_once / length,
        Begin::EveryRequests(requests) => design.demand.as_ref().map_or(0.0, |of| of.most_milli()) / 1e6 / requests,
    };
    begin_a_ms * (horizon_ms + length) * MILLI
}
