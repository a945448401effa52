//! What is kept of many weighted trials: exact sums, in any grouping the same bits. Means count pairs of trials, a plain
//! one and a forced one with half its weight each; everything else counts trials.

use super::by_weight::ByWeight;
use crate::by_part::WeightedAgreement;
use crate::money::requests;
use crate::promises::tiers_reached;
use crate::study::Study;
use crate::tally::share;
use zonefall_fleet::{Ledger, PAID};
use zonefall_stats::{Weight, WeightedHistogram, WeightedMoments, WeightedRatio, WeightedSum};

/// Plain sums, by what they count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the field of the ledger with its name")]
pub(crate) enum Total {
    Serving,
    DeadInRotation,
    AwaitingProbe,
    Starting,
    Down,
    Degraded,
    MachineMs,
    CrewJobs,
    CrewWaitMs,
    MachineFailures,
    DelayedHealings,
    ControlPlaneOutMs,
    AllocationOutMs,
    Events,
    /// One a trial: the weights themselves.
    Weights,
    /// Time in which the machines did not qualify for the SLA.
    UnpromisedMs,
}

const TOTALS: usize = Total::UnpromisedMs as usize + 1;

/// Ten million machines for a thousand years are 3·10²⁰ machine-milliseconds: beyond 64 bits, so it is cut there.
fn within(part: i128) -> i64 {
    i64::try_from(part).unwrap_or(i64::MAX)
}

/// The weighted tally of one design.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WeightedDesign {
    pub missed: WeightedMoments,
    pub against_reference: WeightedMoments,
    /// One in a trial that misses the objective.
    pub any_miss: WeightedMoments,
    /// Whole windows that breach the target, a trial.
    pub breaches: WeightedMoments,
    pub outages: WeightedMoments,
    /// One in a trial that does not hold the objective, at each asked instant.
    pub not_held: Vec<WeightedMoments>,
    pub capacity_lost: WeightedMoments,
    pub unserved: WeightedMoments,
    pub lost_to_dead: WeightedMoments,
    pub by_cause: Vec<WeightedMoments>,
    pub avoided: Vec<WeightedMoments>,
    pub unconnected: WeightedMoments,
    pub sla_breaches: WeightedMoments,
    pub operations: Vec<WeightedMoments>,
    /// Missed milliseconds over outages.
    pub outage_mean: WeightedRatio,
    /// Time to the first miss over trials that have one.
    pub first_miss: WeightedRatio,
    pub window_missed: WeightedHistogram,
    pub outage_ms: WeightedHistogram,
    pub longest: WeightedHistogram,
    /// Whole months of a trial in each credit tier.
    pub sla_tiers: Vec<WeightedMoments>,
    /// Percent of credit over the whole months of a trial.
    pub sla_credit: WeightedMoments,
    /// What is promised part by part.
    pub agreements: Vec<WeightedAgreement>,
    /// Machine-milliseconds that are paid for, by set.
    pub paid: Vec<[WeightedSum; PAID]>,
    /// Requests served, where there is a bill.
    pub requests: WeightedSum,
    /// The bill of a trial in millionths, over trials.
    pub bill: WeightedRatio,
    totals: [WeightedSum; TOTALS],
    /// Not weighted: trials whose last outage was cut by the horizon.
    pub cut_by_horizon: u64,
    /// Not weighted: events dispatched.
    pub events: u64,
    /// Not weighted: trials with a miss that hold no pattern.
    pub unforeseen: u64,
    /// Not weighted: trials with a miss, by what they weigh.
    pub by_weight: ByWeight,
    /// Not weighted: trials of each stage of a splitting, and those of them that reached its level.
    pub stages: Vec<(u64, u64)>,
}

/// The weighted tally of all designs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WeightedTally {
    pub designs: Vec<WeightedDesign>,
    pub trials: u64,
    values: Vec<u64>,
}

impl WeightedTally {
    /// An empty tally for a study with so many causes.
    /// No observation weighs more than `most`.
    pub fn new(study: &Study, causes: usize, most: Weight) -> Self {
        let none = WeightedMoments::new(most);
        let design = |design: &std::sync::Arc<zonefall_fleet::Design>| WeightedDesign {
            missed: none,
            against_reference: none,
            any_miss: none,
            breaches: none,
            outages: none,
            not_held: vec![none; study.measure.at.len()],
            capacity_lost: none,
            unserved: none,
            lost_to_dead: none,
            by_cause: vec![none; causes],
            avoided: vec![none; causes - zonefall_fleet::EXTRA_CAUSES.len()],
            unconnected: none,
            sla_breaches: none,
            operations: vec![none; if design.counts_operations() { zonefall_fleet::OPERATIONS } else { 0 }],
            outage_mean: WeightedRatio::default(),
            first_miss: WeightedRatio::default(),
            window_missed: WeightedHistogram::default(),
            outage_ms: WeightedHistogram::default(),
            longest: WeightedHistogram::default(),
            sla_tiers: vec![none; design.sla.as_ref().map_or(0, |sla| sla.tiers.len())],
            sla_credit: none,
            agreements: vec![WeightedAgreement::new(none); design.agreements.len()],
            paid: vec![[WeightedSum::default(); PAID]; design.bought.as_ref().map_or(0, Vec::len)],
            requests: WeightedSum::default(),
            bill: WeightedRatio::default(),
            totals: [WeightedSum::default(); TOTALS],
            cut_by_horizon: 0,
            events: 0,
            unforeseen: 0,
            by_weight: ByWeight::default(),
            stages: Vec::new(),
        };
        Self { designs: study.designs.iter().map(design).collect(), trials: 0, values: Vec::new() }
    }

    /// Adds one trial of one design: what it weighs, and what it weighs in its observation.
    pub fn add(&mut self, study: &Study, design: usize, ledger: &Ledger, weights: (Weight, Weight), of: Trial) {
        let Self { designs, values, .. } = self;
        let tally = &mut designs[design];
        tally.add_windows(study, design, ledger, weights, values);
        tally.add_trial(ledger, weights, of, values);
        tally.add_totals(ledger, weights.0);
        if let Some(rates) = study.rates(&study.designs[design]) {
            tally.bill.add(weights.0, rates.bill(ledger), 1);
            tally.requests.add(weights.0, within(requests(ledger)));
            for (sums, times) in tally.paid.iter_mut().zip(&ledger.paid) {
                sums.iter_mut().zip(times).for_each(|(sum, &time)| sum.add(weights.0, within(time)));
            }
        }
    }

    /// A trial of the first design, where designs do not live through the same trials.
    pub fn less_reference(&mut self, weight: Weight, missed_ms: u64) {
        self.designs.iter_mut().for_each(|design| design.against_reference.add(weight, -(missed_ms as i64)));
    }

    /// A pair of trials is complete.
    pub fn close_pair(&mut self) {
        self.designs.iter_mut().flat_map(WeightedDesign::moments_mut).for_each(WeightedMoments::close);
    }

    pub fn merge(&mut self, other: Self) {
        self.designs.iter_mut().zip(other.designs).for_each(|(mine, theirs)| mine.merge(theirs));
        self.trials += other.trials;
    }
}

/// What else is known of a trial.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trial {
    /// What the reference design missed.
    pub reference_missed_ms: u64,
    /// Whether its outages hold a pattern.
    pub holds_a_pattern: bool,
}

impl WeightedDesign {
    /// A sum over trials.
    pub fn total(&self, of: Total) -> f64 {
        self.totals[of as usize].value()
    }

    fn add_windows(
        &mut self,
        study: &Study,
        design: usize,
        ledger: &Ledger,
        (weight, half): (Weight, Weight),
        values: &mut Vec<u64>,
    ) {
        let windows = &study.measure.windows;
        let (mut breaches, mut sla_breaches, mut credit) = (0, 0, 0);
        values.clear();
        for window in 0..windows.whole() {
            let (missed, length) = (ledger.missed_by_window_ms[window], windows.length(window).as_ms());
            if missed > 0 {
                values.push(missed);
                breaches += i64::from(!study.target.allows(missed, length));
            }
        }
        if let Some(sla) = &study.designs[design].sla {
            for tier in tiers_reached(sla, &study.measure.months, ledger) {
                sla_breaches += 1;
                credit += i64::from(sla.tiers[tier].2);
                self.sla_tiers[tier].add(half, 1);
            }
        }
        let agreements = study.designs[design].agreements.iter().zip(&ledger.kept);
        self.agreements.iter_mut().zip(agreements).for_each(|(tally, (of, kept))| tally.add(of, kept, (weight, half)));
        self.window_missed.add_trial(weight, values);
        self.breaches.add(half, breaches);
        self.sla_breaches.add(half, sla_breaches);
        self.sla_credit.add(half, credit);
    }

    fn add_trial(&mut self, ledger: &Ledger, (weight, half): (Weight, Weight), of: Trial, values: &mut Vec<u64>) {
        let missed = ledger.missed_ms as i64;
        let outages = ledger.outages_ms.len() as i64;
        self.missed.add(half, missed);
        self.against_reference.add(half, missed - of.reference_missed_ms as i64);
        self.any_miss.add(half, i64::from(missed > 0));
        self.unforeseen += u64::from(missed > 0 && !of.holds_a_pattern);
        if missed > 0 {
            self.by_weight.add(weight);
        }
        self.outages.add(half, outages);
        self.outage_mean.add(weight, missed, outages);
        if let Some(first) = ledger.first_miss {
            self.first_miss.add(weight, first.as_ms() as i64, 1);
        }
        values.clear();
        values.extend_from_slice(&ledger.outages_ms);
        self.outage_ms.add_trial(weight, values);
        self.longest.add_trial(weight, &mut [ledger.longest_ms()]);
        for (moments, &held) in self.not_held.iter_mut().zip(&ledger.held_at) {
            moments.add(half, i64::from(!held));
        }
        let lost = ledger.capacity_full_ms - ledger.capacity_ms;
        self.capacity_lost.add(half, share(lost, ledger.capacity_full_ms));
        self.unserved.add(half, share(ledger.offered - ledger.served, ledger.offered));
        self.lost_to_dead.add(half, share(ledger.lost_to_dead, ledger.offered));
        for (moments, &missed) in self.by_cause.iter_mut().zip(&ledger.missed_by_cause_ms) {
            moments.add(half, missed as i64);
        }
        for (moments, &times) in self.operations.iter_mut().zip(&ledger.operations) {
            moments.add(half, times as i64);
        }
        self.unconnected.add(half, ledger.unconnected_ms as i64);
        self.cut_by_horizon += u64::from(ledger.cut_by_horizon);
    }

    /// A stage of a splitting is over.
    pub fn close_stage(&mut self, stage: usize, (begun, reached): (u64, u64), events: u64) {
        if self.stages.len() <= stage {
            self.stages.resize(stage + 1, (0, 0));
        }
        self.stages[stage].0 += begun;
        self.stages[stage].1 += reached;
        self.events += events;
    }

    /// Everything that counts pairs.
    fn moments_mut(&mut self) -> impl Iterator<Item = &mut WeightedMoments> {
        let single = [
            &mut self.missed,
            &mut self.against_reference,
            &mut self.any_miss,
            &mut self.breaches,
            &mut self.outages,
            &mut self.capacity_lost,
            &mut self.unserved,
            &mut self.lost_to_dead,
            &mut self.unconnected,
            &mut self.sla_breaches,
            &mut self.sla_credit,
        ];
        let lists =
            [&mut self.not_held, &mut self.by_cause, &mut self.avoided, &mut self.operations, &mut self.sla_tiers];
        let agreements = self.agreements.iter_mut().flat_map(|of| &mut of.figures);
        single.into_iter().chain(lists.into_iter().flatten()).chain(agreements)
    }

    fn add_totals(&mut self, ledger: &Ledger, weight: Weight) {
        let classes = &ledger.classes;
        let parts: [i128; TOTALS] = [
            classes.serving,
            classes.dead_in_rotation,
            classes.awaiting_probe,
            classes.starting,
            classes.down,
            classes.degraded,
            ledger.machine_ms,
            ledger.crew_jobs.into(),
            ledger.crew_wait_ms.into(),
            ledger.machine_failures.into(),
            ledger.delayed_healings.into(),
            ledger.control_plane_out_ms.into(),
            ledger.allocation_out_ms.into(),
            ledger.events.into(),
            1,
            ledger.unpromised_ms.into(),
        ];
        self.totals.iter_mut().zip(parts).for_each(|(sum, part)| sum.add(weight, within(part)));
    }

    fn merge(&mut self, mut other: Self) {
        self.moments_mut().zip(other.moments_mut()).for_each(|(mine, theirs)| mine.merge(theirs));
        self.agreements.iter_mut().zip(&other.agreements).for_each(|(mine, theirs)| mine.merge_sums(theirs));
        self.outage_mean.merge(&other.outage_mean);
        self.first_miss.merge(&other.first_miss);
        self.window_missed.merge(&other.window_missed);
        self.outage_ms.merge(&other.outage_ms);
        self.longest.merge(&other.longest);
        let paid = self.paid.iter_mut().zip(&other.paid).flat_map(|(mine, theirs)| mine.iter_mut().zip(theirs));
        paid.for_each(|(mine, theirs)| mine.merge(theirs));
        self.requests.merge(&other.requests);
        self.bill.merge(&other.bill);
        self.totals.iter_mut().zip(&other.totals).for_each(|(mine, theirs)| mine.merge(theirs));
        self.cut_by_horizon += other.cut_by_horizon;
        self.events += other.events;
        self.unforeseen += other.unforeseen;
        self.by_weight.merge(&other.by_weight);
        for (stage, counts) in other.stages.into_iter().enumerate() {
            self.close_stage(stage, counts, 0);
        }
    }
}
