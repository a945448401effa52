//! What candidates cost whose machines come and go by autoscale: the mean bill of their first trials.
//!
//! In: a question, some candidates of which have prices by the hour ([`Candidate::rates`](super::Candidate)). Out: the same question
//! with their simulated cost, without those that cost more than is allowed, and how far the costs may be off. The search then takes
//! costs for known. What can go wrong: an interruption. More trials are never worth it: how demand comes is the same in all.

use super::{Priced, Question};
use crate::conclude::MS_PER_HOUR;
use crate::money::{BILL_UNIT, HOURS_PER_MONTH, Rates};
use crate::run::RunError;
use crate::stage::Stage;
use crate::study::Study;
use crate::visit::{Visit, Visitor, visit};
use zonefall_stats::skewed::skew_corrected;
use zonefall_stats::{Confidence, Moments};

/// Trials times designs of all of them, about.
const WORK: u64 = 1 << 16;
/// Trials of each, fewest and most.
const TRIALS: (u64, u64) = (8, 128);
/// Candidates that live through their trials together.
const TOGETHER: usize = 64;
/// A cost is told in whole millionths: no dust of the arithmetic.
const TIDY: f64 = 1e6;

struct Bills<'a> {
    rates: &'a [&'a Rates],
    of: Vec<Moments>,
}

impl Visitor for Bills<'_> {
    fn see(&mut self, _: u64, stages: &[Stage]) {
        for (design, (rates, bills)) in self.rates.iter().zip(&mut self.of).enumerate() {
            bills.add(rates.bill(stages[0].ledger(design)));
        }
    }

    fn merge(&mut self, later: Self) {
        self.of.iter_mut().zip(&later.of).for_each(|(mine, theirs)| mine.merge(theirs));
    }
}

/// Prices the candidates that have prices by the hour; none if interrupted.
pub(super) fn priced(question: &Question, how: &Visit<'_>) -> Result<Option<(Question, Option<Priced>)>, RunError> {
    let mut question = question.clone();
    let by_the_hour: Vec<usize> =
        (0..question.candidates.len()).filter(|&of| question.candidates[of].rates.is_some()).collect();
    if by_the_hour.is_empty() {
        return Ok(Some((question, None)));
    }
    let trials = (WORK / by_the_hour.len() as u64).clamp(TRIALS.0, TRIALS.1).min(question.trials_max.max(2));
    let measure = &question.study.measure;
    let observed_ms = measure.horizon.since(measure.from).as_ms().max(1) as f64;
    let month = HOURS_PER_MONTH * MS_PER_HOUR / observed_ms / BILL_UNIT;
    let mut off_at_most = 0.0_f64;
    for together in by_the_hour.chunks(TOGETHER) {
        let designs = together.iter().map(|&of| question.candidates[of].design.clone()).collect();
        let study = Study { designs, counterfactual: false, rows: false, ..question.study.clone() };
        let rates: Vec<&Rates> = together.iter().filter_map(|&of| question.candidates[of].rates.as_ref()).collect();
        let new = || Bills { rates: &rates, of: vec![Moments::new(); together.len()] };
        let Some(bills) = visit(std::slice::from_ref(&study), 0..trials, how, new)? else { return Ok(None) };
        let bills = bills.of;
        for (&of, bill) in together.iter().zip(&bills) {
            question.candidates[of].cost = (bill.mean() * month * TIDY).round() / TIDY;
            off_at_most = off_at_most.max(relative(bill, question.study.confidence));
        }
    }
    let before = question.candidates.len();
    if let Some(most) = question.cost_max {
        question.candidates.retain(|of| of.rates.is_none() || of.cost <= most);
    }
    let too_dear = (before - question.candidates.len()) as u64;
    let priced = Priced { candidates: by_the_hour.len() as u64, trials, off_at_most, too_dear };
    Ok(Some((question, Some(priced))))
}

/// Half of the interval of a mean bill, as a share of it.
fn relative(bill: &Moments, level: Confidence) -> f64 {
    if bill.mean() <= 0.0 || bill.standard_deviation() <= 0.0 {
        return 0.0;
    }
    let of = skew_corrected(bill.mean(), bill.standard_deviation(), bill.skewness(), bill.n(), level);
    (of.high - of.low) / 2.0 / bill.mean()
}
