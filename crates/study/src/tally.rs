//! What is kept of many trials: exact sums, counts and fixed-grid histograms. Merging is associative and exact.

use crate::by_part::AgreementTally;
use crate::latency::LatencyTally;
use crate::money::{Rates, requests};
use crate::promises::tiers_reached;
use crate::sessions::SessionsTally;
use crate::stage::TrialRow;
use crate::study::Study;
use crate::ways::WaysTally;
use zonefall_fleet::{Ledger, PAID, SlaTerms, Windows};
use zonefall_stats::{Histogram, Moments, Proportion};

/// Shares are kept in trillionths.
pub(crate) const TRILLIONTHS: f64 = 1e12;

/// The tally of one design. What is added here is also merged (`merge`), and kept in partial results (`partial`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DesignTally {
    /// Missed milliseconds a trial.
    pub missed: Moments,
    /// Missed time less that of the reference design, on the same storm.
    pub against_reference: Moments,
    /// Windows that breach the target.
    pub breaches: Proportion,
    /// Missed milliseconds a whole window.
    pub window_missed: Histogram,
    /// Outages a trial.
    pub outages: Moments,
    /// Lengths of outages.
    pub outage_ms: Histogram,
    /// Trials whose last outage was cut by the horizon.
    pub cut_by_horizon: u64,
    /// The longest outage of a trial.
    pub longest: Histogram,
    /// Time to the first miss, in trials that have one.
    pub first_miss: Moments,
    /// Trials that held the objective at each asked instant, of those that got there.
    pub held_at: Vec<Proportion>,
    /// Capacity lost a trial, in trillionths.
    pub capacity_lost: Moments,
    /// Demand not served a trial, in trillionths.
    pub unserved: Moments,
    /// Demand sent to dead machines a trial, in trillionths.
    pub lost_to_dead: Moments,
    /// Demand offered while answers were not in time a trial, in trillionths.
    pub slow: Moments,
    /// Requests by state of load, where times of responses are asked for.
    pub latency: LatencyTally,
    /// The same of services of parts, by way.
    pub ways: WaysTally,
    /// Sessions, where machines hold some.
    pub sessions: SessionsTally,
    /// Batches of jobs that were not complete by their deadlines.
    pub batches_missed: Proportion,
    /// Milliseconds from the coming of a batch until it was complete.
    pub clearance: Histogram,
    /// Missed milliseconds by cause.
    pub by_cause: Vec<Moments>,
    /// Missed milliseconds that would not be, had the cause never happened.
    pub avoided: Vec<Moments>,
    /// Time without a connection, a trial.
    pub unconnected: Moments,
    /// Whole windows below the SLA's promise.
    pub sla_breaches: Proportion,
    /// Whole months of a trial in each credit tier, where there are some: those whose uptime is below tier i and not below
    /// tier i + 1.
    pub sla_tiers: Vec<Moments>,
    /// Percent of credit over the whole months of a trial, where there is any.
    pub sla_credit: Moments,
    /// Milliseconds in which the machines did not qualify for the SLA.
    pub unpromised_ms: i128,
    /// What is promised part by part; empty where one promise covers all, or none does.
    pub agreements: Vec<AgreementTally>,
    /// Machine-milliseconds that are paid for, by set; empty where nobody asks for a bill.
    pub paid: Vec<[i128; PAID]>,
    /// Requests served; 0 where nobody asks for a bill.
    pub requests: i128,
    /// The bill of a trial in millionths.
    pub bill: Moments,
    /// Machine-milliseconds by class: serving, dead in rotation, awaiting a probe, starting, down, degraded.
    pub classes: [i128; 6],
    /// Machine-milliseconds.
    pub machine_ms: i128,
    /// Measured milliseconds.
    pub observed_ms: i128,
    /// Repairs by crews, and their waits in milliseconds.
    pub crew_jobs: u64,
    /// Milliseconds of waiting for crews.
    pub crew_wait_ms: i128,
    /// Strikes that took effect.
    pub machine_failures: u64,
    /// Healings that waited.
    pub delayed_healings: u64,
    /// Milliseconds in which a control plane of the design's regions was out.
    pub control_plane_out_ms: i128,
    /// Milliseconds in which a zone of the design had nothing to allocate.
    pub allocation_out_ms: i128,
    /// What was done to managed sets a trial, by [`zonefall_fleet::Operation`], where it was done at all; empty for a
    /// design without a managed set.
    pub operations: Vec<Moments>,
    /// Events dispatched.
    pub events: u64,
}

/// The tally of all designs.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// By design.
    pub designs: Vec<DesignTally>,
    /// Rows, if asked for, in order of trial and design.
    pub rows: Vec<TrialRow>,
}

/// What the references of differences come to in a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Missed by the first design.
    pub missed_ms: u64,
    /// Lost by the first design with sessions, in thousandths.
    pub sessions_lost: Option<i64>,
}

/// The most steps of a credit.
const TIERS: usize = 8;

pub(crate) fn share(part: i128, whole: i128) -> i64 {
    const TRILLION: i128 = 1_000_000_000_000;
    if whole <= 0 {
        return 0;
    }
    match part.checked_mul(TRILLION) {
        Some(times) => (times / whole) as i64,
        None => (part / (whole / TRILLION)) as i64,
    }
}

impl Tally {
    /// An empty tally for a study with so many causes.
    pub fn new(study: &Study, causes: usize) -> Self {
        let design = |design: &std::sync::Arc<zonefall_fleet::Design>| DesignTally {
            held_at: vec![Proportion::new(); study.measure.at.len()],
            sessions: SessionsTally::new(design, causes),
            by_cause: vec![Moments::new(); causes],
            avoided: vec![Moments::new(); causes - zonefall_fleet::EXTRA_CAUSES.len()],
            sla_tiers: vec![Moments::new(); design.sla.as_ref().map_or(0, |sla| sla.tiers.len())],
            agreements: vec![AgreementTally::default(); design.agreements.len()],
            paid: vec![[0; PAID]; design.bought.as_ref().map_or(0, Vec::len)],
            requests: 0,
            operations: vec![Moments::new(); if design.counts_operations() { zonefall_fleet::OPERATIONS } else { 0 }],
            ..DesignTally::default()
        };
        Self { designs: study.designs.iter().map(design).collect(), rows: Vec::new() }
    }

    /// Adds one trial of one design.
    pub fn add(&mut self, study: &Study, design: usize, trial: u64, ledger: &Ledger, reference: Reference) {
        let tally = &mut self.designs[design];
        let breaches = tally.add_windows(study, design, ledger);
        tally.add_trial(ledger, reference);
        if let Some(latency) = &study.designs[design].service.latency {
            tally.latency.add(latency, &ledger.states);
            tally.latency.add_waited(&ledger.waited, ledger.gave_up);
        }
        if let Some(ways) = &study.designs[design].service.ways {
            tally.ways.add(ways, &ledger.ways);
        }
        if let Some(rates) = study.rates(&study.designs[design]) {
            tally.add_bill(rates, ledger);
        }
        if study.rows {
            self.rows.push(TrialRow {
                trial,
                design,
                missed_ms: ledger.missed_ms,
                observed_ms: ledger.observed_ms,
                outages: ledger.outages_ms.len() as u64,
                longest_ms: ledger.longest_ms(),
                first_miss: ledger.first_miss,
                serving_ms: ledger.classes.serving,
                capacity_lost: share(ledger.capacity_full_ms - ledger.capacity_ms, ledger.capacity_full_ms) as f64
                    / TRILLIONTHS,
                unserved: share(ledger.offered - ledger.served, ledger.offered) as f64 / TRILLIONTHS,
                breaches,
                machine_failures: ledger.machine_failures,
            });
        }
    }

    /// Adds another tally, which must come later in trial order if rows are kept.
    pub fn merge(&mut self, other: Self) {
        for (mine, theirs) in self.designs.iter_mut().zip(&other.designs) {
            mine.merge(theirs);
        }
        self.rows.extend(other.rows);
    }
}

impl DesignTally {
    fn add_windows(&mut self, study: &Study, design: usize, ledger: &Ledger) -> u32 {
        let windows = &study.measure.windows;
        let (mut breaches, mut untouched) = (0, 0);
        for window in 0..windows.whole() {
            let (missed, length) = (ledger.missed_by_window_ms[window], windows.length(window).as_ms());
            if missed == 0 {
                untouched += 1;
            } else {
                self.window_missed.add(missed);
                breaches += u32::from(!study.target.allows(missed, length));
            }
        }
        let whole = windows.whole() as u32;
        if whole > 0 {
            self.window_missed.add_times(0, untouched);
            self.breaches.add(breaches, whole);
        }
        if let Some(sla) = &study.designs[design].sla {
            self.add_months(sla, &study.measure.months, ledger);
        }
        let agreements = study.designs[design].agreements.iter().zip(&ledger.kept);
        self.agreements.iter_mut().zip(agreements).for_each(|(tally, (of, kept))| tally.add(of, kept));
        breaches
    }

    fn add_months(&mut self, sla: &SlaTerms, months: &Windows, ledger: &Ledger) {
        let mut tiers = [0_i64; TIERS];
        tiers_reached(sla, months, ledger).for_each(|tier| tiers[tier] += 1);
        let below = tiers.iter().sum::<i64>() as u32;
        if below > 0 {
            let credits = sla.tiers.iter().zip(tiers).map(|(tier, months)| i64::from(tier.2) * months);
            self.sla_credit.add(credits.sum());
            let some = self.sla_tiers.iter_mut().zip(tiers).filter(|(_, months)| *months > 0);
            some.for_each(|(moments, months)| moments.add(months));
        }
        if months.whole() > 0 {
            self.sla_breaches.add(below, months.whole() as u32);
        }
    }

    fn add_bill(&mut self, rates: &Rates, ledger: &Ledger) {
        for (sums, times) in self.paid.iter_mut().zip(&ledger.paid) {
            sums.iter_mut().zip(times).for_each(|(sum, &time)| *sum += time);
        }
        self.requests += requests(ledger);
        self.bill.add(rates.bill(ledger));
    }

    fn add_trial(&mut self, ledger: &Ledger, reference: Reference) {
        self.missed.add(ledger.missed_ms as i64);
        self.against_reference.add(ledger.missed_ms as i64 - reference.missed_ms as i64);
        self.outages.add(ledger.outages_ms.len() as i64);
        ledger.outages_ms.iter().for_each(|&length| self.outage_ms.add(length));
        self.longest.add(ledger.longest_ms());
        self.cut_by_horizon += u64::from(ledger.cut_by_horizon);
        if let Some(first) = ledger.first_miss {
            self.first_miss.add(first.as_ms() as i64);
        }
        for (proportion, &held) in self.held_at.iter_mut().zip(&ledger.held_at) {
            proportion.add(u32::from(held), 1);
        }
        self.capacity_lost.add(share(ledger.capacity_full_ms - ledger.capacity_ms, ledger.capacity_full_ms));
        self.unserved.add(share(ledger.offered - ledger.served, ledger.offered));
        self.lost_to_dead.add(share(ledger.lost_to_dead, ledger.offered));
        self.slow.add(share(ledger.slow, ledger.offered));
        self.sessions.add(ledger, reference.sessions_lost);
        if ledger.batches_due > 0 {
            self.batches_missed.add(ledger.batches_due - ledger.batches_met, ledger.batches_due);
        }
        ledger.clearance_ms.iter().for_each(|&length| self.clearance.add(length));
        for (moments, &missed) in self.by_cause.iter_mut().zip(&ledger.missed_by_cause_ms) {
            if missed > 0 {
                moments.add(missed as i64);
            }
        }
        for (moments, &times) in self.operations.iter_mut().zip(&ledger.operations) {
            if times > 0 {
                moments.add(times as i64);
            }
        }
        self.unconnected.add(ledger.unconnected_ms as i64);
        self.unpromised_ms += i128::from(ledger.unpromised_ms);
        let classes = &ledger.classes;
        let by_class = [
            classes.serving,
            classes.dead_in_rotation,
            classes.awaiting_probe,
            classes.starting,
            classes.down,
            classes.degraded,
        ];
        self.classes.iter_mut().zip(by_class).for_each(|(sum, part)| *sum += part);
        self.machine_ms += ledger.machine_ms;
        self.observed_ms += i128::from(ledger.observed_ms);
        self.crew_jobs += ledger.crew_jobs;
        self.crew_wait_ms += i128::from(ledger.crew_wait_ms);
        self.machine_failures += ledger.machine_failures;
        self.delayed_healings += ledger.delayed_healings;
        self.control_plane_out_ms += i128::from(ledger.control_plane_out_ms);
        self.allocation_out_ms += i128::from(ledger.allocation_out_ms);
        self.events += ledger.events;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.missed, &other.missed),
            (&mut self.against_reference, &other.against_reference),
            (&mut self.outages, &other.outages),
            (&mut self.first_miss, &other.first_miss),
            (&mut self.capacity_lost, &other.capacity_lost),
            (&mut self.unserved, &other.unserved),
            (&mut self.lost_to_dead, &other.lost_to_dead),
            (&mut self.slow, &other.slow),
            (&mut self.unconnected, &other.unconnected),
            (&mut self.sla_credit, &other.sla_credit),
            (&mut self.bill, &other.bill),
        ] {
            mine.merge(theirs);
        }
        self.by_cause.iter_mut().zip(&other.by_cause).for_each(|(mine, theirs)| mine.merge(theirs));
        self.operations.iter_mut().zip(&other.operations).for_each(|(mine, theirs)| mine.merge(theirs));
        self.avoided.iter_mut().zip(&other.avoided).for_each(|(mine, theirs)| mine.merge(theirs));
        self.held_at.iter_mut().zip(&other.held_at).for_each(|(mine, theirs)| mine.merge(theirs));
        self.latency.merge(&other.latency);
        self.ways.merge(&other.ways);
        self.sessions.merge(&other.sessions);
        self.batches_missed.merge(&other.batches_missed);
        self.clearance.merge(&other.clearance);
        self.breaches.merge(&other.breaches);
        self.sla_breaches.merge(&other.sla_breaches);
        self.window_missed.merge(&other.window_missed);
        self.outage_ms.merge(&other.outage_ms);
        self.longest.merge(&other.longest);
        self.sla_tiers.iter_mut().zip(&other.sla_tiers).for_each(|(mine, theirs)| mine.merge(theirs));
        self.agreements.iter_mut().zip(&other.agreements).for_each(|(mine, theirs)| mine.merge(theirs));
        let paid = self.paid.iter_mut().zip(&other.paid).flat_map(|(mine, theirs)| mine.iter_mut().zip(theirs));
        paid.for_each(|(mine, theirs)| *mine += theirs);
        self.requests += other.requests;
        self.unpromised_ms += other.unpromised_ms;
        self.classes.iter_mut().zip(other.classes).for_each(|(mine, theirs)| *mine += theirs);
        self.machine_ms += other.machine_ms;
        self.observed_ms += other.observed_ms;
        self.cut_by_horizon += other.cut_by_horizon;
        self.crew_jobs += other.crew_jobs;
        self.crew_wait_ms += other.crew_wait_ms;
        self.machine_failures += other.machine_failures;
        self.delayed_healings += other.delayed_healings;
        self.control_plane_out_ms += other.control_plane_out_ms;
        self.allocation_out_ms += other.allocation_out_ms;
        self.events += other.events;
    }
}
