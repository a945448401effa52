//! Azure's promises part by part (SL-01 to SL-03), where there is none for all machines of a design: what trials say of each, and
//! what it gives back of the bill of what it covers.

use crate::conclude::cap_ms;
use crate::outcome::{AgreementOutcome, Estimate, MINUTES_PER_MONTH};
use crate::promises::Promises;
use crate::study::Study;
use zonefall_fleet::{Agreement, CREDIT_STEPS, Design, Kept, MONTH, SlaTerms};
use zonefall_stats::{Moments, Sample, Weight, WeightedMoments, WeightedSum};

/// What is kept of one agreement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgreementTally {
    /// Milliseconds without a connection, below the promise in millionths of months, percent of credit over these, and the months
    /// that reach each step, a trial.
    pub figures: [Moments; FIGURES],
    /// Milliseconds that count.
    pub clock_ms: i128,
    /// Whole months, in millionths.
    pub months: i128,
}

/// The same of weighted trials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WeightedAgreement {
    pub figures: [WeightedMoments; FIGURES],
    clock_ms: WeightedSum,
    months: WeightedSum,
}

/// Places in the figures of a trial; the steps of the credit follow.
const DOWN: usize = 0;
const BELOW: usize = 1;
const CREDIT: usize = 2;
const STEPS: usize = 3;
const FIGURES: usize = STEPS + CREDIT_STEPS;

/// The figures of a trial.
fn figures(terms: &SlaTerms, kept: &Kept) -> [i64; FIGURES] {
    let mut all = [0; FIGURES];
    all[DOWN] = kept.down_ms as i64;
    for (step, &months) in kept.reached.iter().enumerate() {
        let percent = terms.tiers.get(step).map_or(0, |tier| i64::from(tier.2));
        all[BELOW] += months as i64;
        all[CREDIT] += percent * months as i64;
        all[STEPS + step] = months as i64;
    }
    all
}

impl AgreementTally {
    pub(crate) fn add(&mut self, of: &Agreement, kept: &Kept) {
        self.figures.iter_mut().zip(figures(&of.terms, kept)).for_each(|(moments, figure)| moments.add(figure));
        self.clock_ms += i128::from(kept.clock_ms);
        self.months += i128::from(kept.months);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.figures.iter_mut().zip(&other.figures).for_each(|(mine, theirs)| mine.merge(theirs));
        self.clock_ms += other.clock_ms;
        self.months += other.months;
    }

    /// What it says, of so many trials.
    pub(crate) fn says(&self, trials: f64) -> Says {
        Says {
            down_ms: self.figures[DOWN].mean(),
            clock_ms: self.clock_ms as f64 / trials,
            months: self.months as f64 / trials,
        }
    }
}

impl WeightedAgreement {
    pub fn new(none: WeightedMoments) -> Self {
        Self { figures: [none; FIGURES], clock_ms: WeightedSum::default(), months: WeightedSum::default() }
    }

    pub fn add(&mut self, of: &Agreement, kept: &Kept, (weight, half): (Weight, Weight)) {
        self.figures.iter_mut().zip(figures(&of.terms, kept)).for_each(|(moments, figure)| moments.add(half, figure));
        self.clock_ms.add(weight, kept.clock_ms as i64);
        self.months.add(weight, kept.months as i64);
    }

    /// All but the figures, which are merged with everything that counts pairs.
    pub fn merge_sums(&mut self, other: &Self) {
        self.clock_ms.merge(&other.clock_ms);
        self.months.merge(&other.months);
    }

    /// What it says, of trials that weigh so much together.
    pub fn says(&self, weights: f64) -> Says {
        let [clock_ms, months] = [self.clock_ms, self.months].map(|of| of.value() / weights);
        Says { down_ms: self.figures[DOWN].mean(), clock_ms, months }
    }
}

/// Means of a trial: milliseconds without a connection, milliseconds that count, whole months in millionths.
pub(crate) struct Says {
    down_ms: f64,
    clock_ms: f64,
    months: f64,
}

impl Says {
    /// What comes of an agreement; `mean` estimates one of its figures, of which a trial has no more than the second number, times
    /// the third.
    pub fn outcome(
        &self,
        (study, design, of): (&Study, &Design, &Agreement),
        observed_ms: f64,
        mean: impl Fn(usize, f64, f64) -> Estimate,
    ) -> AgreementOutcome {
        let accounts = if of.each { most_machines(design, of) } else { 1.0 };
        // Of a machine that is promised by itself, no time but its own is looked at.
        let base_ms = if of.each { self.clock_ms.max(1.0) } else { observed_ms };
        let most_months = accounts * (study.measure.months.whole() as u64 * MONTH) as f64;
        let of_months =
            |figure: usize, most: f64| (self.months > 0.0).then(|| mean(figure, most * most_months, 1.0 / self.months));
        let promises = Promises {
            unconnected: self.down_ms / base_ms,
            clock_share: if of.each { 1.0 } else { self.clock_ms / observed_ms },
            unconnected_min_per_month: mean(DOWN, accounts * cap_ms(study), MINUTES_PER_MONTH / base_ms),
            breach_share: of_months(BELOW, 1.0),
            credit_percent: of_months(CREDIT, 100.0),
            tiers: (0..of.terms.tiers.len()).map(|step| of_months(STEPS + step, 1.0)).collect(),
        };
        let sla = promises.bounded(&of.terms, None, (observed_ms, &study.measure.months)).outcome(&of.terms);
        let machines = of.sets.iter().map(|&set| u64::from(design.sets[set as usize].capacity)).sum();
        AgreementOutcome { of: of.of.clone(), each_machine: of.each, machines, sla }
    }
}

/// The most machines that ever have an account.
fn most_machines(design: &Design, of: &Agreement) -> f64 {
    let sets = of.sets.iter().map(|&set| &design.sets[set as usize]);
    let most =
        |set: &zonefall_fleet::ScaleSet| set.management.as_ref().map_or(set.capacity, |of| of.most(set.capacity));
    sets.map(|set| f64::from(most(set))).sum()
}

/// What comes of each agreement beside the sets that it covers.
pub(crate) fn covering<'a>(
    design: &'a Design,
    outcomes: &'a [AgreementOutcome],
) -> Vec<(&'a [u32], &'a AgreementOutcome)> {
    design.agreements.iter().map(|of| &of.sets[..]).zip(outcomes).collect()
}
