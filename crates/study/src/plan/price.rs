//! What candidates cost whose machines come and go by autoscale, changes or runbooks, or whose requests cost (CO-04): the mean bill
//! of their first trials, which is that of a run of as many.
//!
//! In: a question, some candidates of which have prices by the hour ([`Candidate::rates`](super::Candidate)). Out: the same question
//! with their simulated costs, without those that cost more than is allowed, and how far the costs may be off. Trials are doubled
//! until that is little beside [`CHEAPER`](super::CHEAPER) or the work is done; all costs at all looks hold together, with half of
//! the chance to be wrong that the study leaves. What can go wrong: an interruption; a cost that stays uncertain, by which the
//! promise is widened ([`Priced::tolerance`]); bills that were all alike in the trials are taken as known.

use super::{CHEAPER, Priced, Question};
use crate::conclude::MS_PER_HOUR;
use crate::money::{BILL_UNIT, HOURS_PER_MONTH, Rates};
use crate::run::RunError;
use crate::stage::Stage;
use crate::study::Study;
use crate::visit::{Visit, Visitor, visit_on};
use std::ops::Range;
use zonefall_stats::skewed::skew_corrected;
use zonefall_stats::{Confidence, Moments};

/// Trials times designs of all of them, about.
const WORK: u64 = 1 << 16;
/// Trials of each at the first look, fewest and most.
const TRIALS: (u64, u64) = (8, 128);
/// Costs that are known to this share are known well enough: it doubles the tolerance at most.
const KNOWN: f64 = CHEAPER / 2.0;
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

/// Prices the candidates that have prices by the hour, of which there are some; none if interrupted.
pub(super) fn priced(question: &Question, how: &Visit<'_>) -> Result<Option<(Question, Priced)>, RunError> {
    let by_the_hour: Vec<usize> =
        (0..question.candidates.len()).filter(|&of| question.candidates[of].rates.is_some()).collect();
    let number = by_the_hour.len() as u64;
    let mut bills = vec![Moments::new(); by_the_hour.len()];
    let mut trials = 0;
    let mut next = (WORK / number.max(1)).clamp(TRIALS.0, TRIALS.1).min(question.trials_max.max(2));
    let mut off_at_most = f64::INFINITY;
    for look in 1.. {
        if !play(question, &by_the_hour, &mut bills, trials..next, how)? {
            return Ok(None);
        }
        trials = next;
        let level = question.study.confidence.split(2 * number * look * (look + 1));
        off_at_most = bills.iter().map(|bill| relative(bill, level)).fold(0.0, f64::max);
        next = 2 * trials;
        if off_at_most <= KNOWN || next > question.trials_max || next * number > WORK {
            break;
        }
    }
    let measure = &question.study.measure;
    let observed_ms = measure.horizon.since(measure.from).as_ms().max(1) as f64;
    let month = HOURS_PER_MONTH * MS_PER_HOUR / observed_ms / BILL_UNIT;
    let mut question = question.clone();
    let (mut least_cost, mut cheapest) = (f64::INFINITY, String::new());
    for (&of, bill) in by_the_hour.iter().zip(&bills) {
        let cost = (bill.mean() * month * TIDY).round() / TIDY;
        question.candidates[of].cost = cost;
        if cost < least_cost {
            (least_cost, cheapest) = (cost, question.candidates[of].design.name.clone());
        }
    }
    let mut dearer: Option<(String, f64)> = None;
    if let Some(most) = question.cost_max {
        let beyond = question.candidates.iter().filter(|of| of.rates.is_some() && of.cost > most);
        let least = beyond.min_by(|a, b| a.cost.total_cmp(&b.cost));
        dearer = least.map(|of| (of.design.name.clone(), of.cost));
        question.candidates.retain(|of| of.rates.is_none() || of.cost <= most);
    }
    let left = question.candidates.iter().filter(|of| of.rates.is_some()).count() as u64;
    let priced =
        Priced { candidates: number, trials, off_at_most, least_cost, cheapest, dearer, too_dear: number - left };
    Ok(Some((question, priced)))
}

/// Adds the bills of further trials; false if interrupted.
fn play(
    question: &Question,
    candidates: &[usize],
    bills: &mut [Moments],
    trials: Range<u64>,
    how: &Visit<'_>,
) -> Result<bool, RunError> {
    for (together, bills) in candidates.chunks(TOGETHER).zip(bills.chunks_mut(TOGETHER)) {
        let designs = together.iter().map(|&of| question.candidates[of].design.clone()).collect();
        let study = Study { designs, counterfactual: false, rows: false, ..question.study.clone() };
        let rates: Vec<&Rates> = together.iter().filter_map(|&of| question.candidates[of].rates.as_ref()).collect();
        let new = || Bills { rates: &rates, of: vec![Moments::new(); together.len()] };
        let more = visit_on(std::slice::from_ref(&study), trials.clone(), how, Stage::new, new)?;
        let Some(more) = more else { return Ok(false) };
        bills.iter_mut().zip(&more.of).for_each(|(bill, more)| bill.merge(more));
    }
    Ok(true)
}

/// The longer arm of the interval of a mean bill, as a share of it.
fn relative(bill: &Moments, level: Confidence) -> f64 {
    let mean = bill.mean();
    if mean <= 0.0 || bill.standard_deviation() <= 0.0 {
        return 0.0;
    }
    let of = skew_corrected(mean, bill.standard_deviation(), bill.skewness(), bill.n(), level);
    (of.high - mean).max(mean - of.low) / mean
}

/// What a reader should know of costs that were simulated.
pub(super) fn in_words(of: &Priced) -> String {
    let left_out = match (of.candidates, of.too_dear) {
        (_, 0) => String::new(),
        (1, _) => " It costs more than `max_cost` and was left out.".to_owned(),
        (_, 1) => " 1 of them costs more than `max_cost` and was left out.".to_owned(),
        (_, many) => format!(" {many} of them cost more than `max_cost` and were left out."),
    };
    let (who, bills) = match of.candidates {
        1 => ("1 candidate changes its size or pays by the request, and is".to_owned(), "its mean bill is"),
        many => (format!("{many} candidates change their size or pay by the request, and are"), "their mean bills are"),
    };
    let compared = if of.candidates > 1 && of.off_at_most > 0.0 {
        format!(
            " Costs are compared by these means: which of two is cheaper is not certain where they differ by less than {:.2} %.",
            (1e4 * 2.0 * of.off_at_most / (1.0 + of.off_at_most)).ceil() / 1e2
        )
    } else {
        String::new()
    };
    let each = if of.candidates == 1 { "" } else { " each" };
    format!(
        "Cost: {who} priced by the bills of {} trials{each}; {bills} known to {:.2} % or better.{compared}{left_out}",
        of.trials,
        (1e4 * of.off_at_most).ceil() / 1e2
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simulated_costs_are_told_in_words_and_widen_the_tolerance() {
        let one = Priced {
            candidates: 1,
            trials: 128,
            off_at_most: 0.0101,
            least_cost: 9.0,
            cheapest: "a".into(),
            dearer: None,
            too_dear: 0,
        };
        assert_eq!(
            in_words(&one),
            "Cost: 1 candidate changes its size or pays by the request, and is priced by the bills of 128 trials; its mean bill is \
             known to 1.01 % or better."
        );
        let three = Priced { candidates: 3, too_dear: 1, off_at_most: 0.005, ..one.clone() };
        let words = in_words(&three);
        assert!(
            words.contains("3 candidates change their size or pay by the request, and are")
                && words.ends_with("1 of them costs more than `max_cost` and was left out."),
            "{words}"
        );
        assert_eq!(Priced { off_at_most: 0.0, ..one }.tolerance(), CHEAPER);
        // Two costs at the ends that are furthest apart.
        let (passed, best) = ((1.0 - CHEAPER) * (1.0 - 0.005), 1.0 + 0.005);
        assert!((three.tolerance() - (1.0 - passed / best)).abs() < 1e-12, "{}", three.tolerance());
    }
}
