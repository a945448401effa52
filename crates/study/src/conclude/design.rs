//! One design's numbers, put together from its tally.

use super::{
    MOST_MACHINES, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_YEAR, WINDOW_EDGES_MIN, cap_ms, estimate, mean_verdict,
    need_in_words, once_in_ten_years, one_less, part_of, signed, with_zeros,
};
use crate::by_part::{AgreementTally, covering};
use crate::composite::composite;
use crate::misses::Kinds;
use crate::money::Billing;
use crate::natural;
use crate::outcome::*;
use crate::promises::{Promises, most_unconnected};
use crate::run::Finished;
use crate::sessions;
use crate::study::Study;
use crate::tally::{DesignTally, TRILLIONTHS};
use crate::unseen::missed_ms;
use zonefall_fleet::{Agreement, Design, Operation};
use zonefall_stats::verdict::{at_most, window_verdict};
use zonefall_stats::{
    Confidence, DifferenceEstimate, Histogram, Interval, MeanEstimate, Moments, Proportion, QuantileLevel,
};

/// The most of a trial's bill, in millionths: far beyond any that a scenario may have.
const MOST_MONEY: f64 = i64::MAX as f64;

/// One design's numbers while they are put together.
pub(super) struct Concluding<'a> {
    study: &'a Study,
    finished: &'a Finished,
    tally: &'a DesignTally,
    confidence: Confidence,
    /// Mean measured milliseconds of a trial.
    observed_ms: f64,
    /// One record was lived through, or no chance reaches the design: its figures are facts, not estimates.
    known: Option<Quality>,
}

impl<'a> Concluding<'a> {
    pub fn new(study: &'a Study, finished: &'a Finished, tally: &'a DesignTally, known: Option<Quality>) -> Self {
        let observed_ms = tally.observed_ms as f64 / finished.trials.max(1) as f64;
        Self { study, finished, tally, confidence: study.confidence, observed_ms: observed_ms.max(1.0), known }
    }

    /// A mean per trial of a non-negative quantity that cannot pass `cap`, times a factor.
    fn mean(&self, moments: &Moments, cap: f64, factor: f64) -> Estimate {
        if let Some(quality) = self.known {
            return Estimate::known(moments.mean() * factor, moments.hits(), quality);
        }
        estimate(&MeanEstimate::new(moments, cap, self.confidence), factor)
    }

    /// The share of time missed, with what the world and the places say of misses that no trial has shown.
    fn unavailability(&self, design: &Design, kinds: &Kinds) -> Estimate {
        let missed = &self.tally.missed;
        match self.known {
            Some(quality) => Estimate::known(missed.mean() / self.observed_ms, missed.hits(), quality),
            None => estimate(&missed_ms(self.study, design, kinds, missed, self.confidence), 1.0 / self.observed_ms),
        }
    }

    fn proportion(&self, of: &Proportion) -> Estimate {
        if let Some(quality) = self.known {
            return Estimate::known(of.ratio(), of.trials_with_success(), quality);
        }
        proportion(of, self.confidence)
    }

    fn quantile(&self, of: &Histogram, numerator: u64, denominator: u64) -> Option<Quantile> {
        let found = quantile(of, numerator, denominator, self.confidence)?;
        if self.known.is_none() {
            return Some(found);
        }
        // No luck is in it, but lengths are kept to 0.1 % only.
        let kept = of.quantile_bucket(QuantileLevel::ratio(numerator, denominator))?;
        let [low, high] = [kept.low, kept.high].map(|ms| Some(ms as f64 / MS_PER_MINUTE));
        Some(Quantile { low, high, ..found })
    }

    /// Missed milliseconds a trial, as minutes a month.
    fn minutes_per_month(&self, moments: &Moments) -> Estimate {
        self.mean(moments, cap_ms(self.study), MINUTES_PER_MONTH / self.observed_ms)
    }

    /// What one cause is to blame for, as minutes a month: without it, more may be missed as well as less.
    fn avoided(&self, moments: &Moments) -> Estimate {
        let factor = MINUTES_PER_MONTH / self.observed_ms;
        match self.known {
            Some(quality) => Estimate::known(moments.mean() * factor, moments.hits(), quality),
            None => signed(&DifferenceEstimate::new(moments, cap_ms(self.study), self.confidence), factor),
        }
    }

    fn per_year(&self, total: f64) -> f64 {
        total / (self.tally.observed_ms as f64).max(1.0) * MS_PER_YEAR
    }

    /// With what is known to miss its objective without a trial.
    pub fn design(&self, design: &Design, kinds: &Kinds) -> DesignOutcome {
        let (study, tally) = (self.study, self.tally);
        let unavailability = self.unavailability(design, kinds);
        let missed = Interval { low: unavailability.low.unwrap_or(f64::NEG_INFINITY), high: unavailability.high };
        let windows_met = self.windows_met();
        let met = windows_met.map(|met| Interval { low: met.low.unwrap_or(0.0), high: met.high });
        let demand = design.demand.is_some();
        let share = |moments: &Moments| self.mean(moments, TRILLIONTHS, 1.0 / TRILLIONTHS);
        let causes = self.causes(unavailability);
        let sla = self.sla(design, unavailability);
        let agreements = self.agreements(design);
        DesignOutcome {
            bill: self.bill(design, (sla.as_ref(), &agreements), unavailability),
            design: design.name.clone(),
            machines: design.capacity(),
            need: need_in_words(design),
            unavailability,
            missed_min_sd: tally.missed.standard_deviation() / MS_PER_MINUTE,
            carried_by_few: tally.missed.is_carried_by_few(),
            verdict_mean: self.verdict_mean(missed),
            windows_met,
            verdict_windows: met.filter(|_| !study.measure.until_first_miss).map(|met| self.verdict_windows(met)),
            windows: tally.breaches.windows(),
            once_in_10_years_min: self.once_in_ten_years(),
            outages_per_year: self.outages_per_year(),
            outage_mean_min: self.outage_mean_min(),
            outage_p95_min: self.quantile(&tally.outage_ms, 95, 100),
            longest_p95_min: self.quantile(&tally.longest, 95, 100),
            cut_by_horizon: tally.cut_by_horizon,
            any_miss: self.any_miss(),
            first_miss_h: self.first_miss(),
            held_at: tally.held_at.iter().map(|held| self.proportion(held)).collect(),
            capacity_lost: share(&tally.capacity_lost),
            unserved: demand.then(|| share(&tally.unserved)),
            lost_to_dead: demand.then(|| share(&tally.lost_to_dead)),
            blips: BlipsOutcome::of(&design.service),
            latency: self.latency(design),
            jobs: design.jobs.as_ref().map(|_| self.jobs()),
            sessions: self.sessions(design),
            classes: self.classes(),
            serving_machine_hours: tally.classes[0] as f64 / MS_PER_HOUR / self.finished.trials.max(1) as f64,
            composite: composite(study, design, &causes),
            causes,
            window_bars: self.window_bars(),
            sla,
            agreements,
            machine_failures_per_year: self.per_year(tally.machine_failures as f64),
            crew_wait_mean_h: (tally.crew_jobs > 0)
                .then(|| tally.crew_wait_ms as f64 / MS_PER_HOUR / tally.crew_jobs as f64),
            delayed_healings_per_year: self.per_year(tally.delayed_healings as f64),
            control_plane_out_h_per_year: self.per_year(tally.control_plane_out_ms as f64 / MS_PER_HOUR),
            allocation_out_h_per_year: self.per_year(tally.allocation_out_ms as f64 / MS_PER_HOUR),
            operations: self.operations(design),
            events_per_trial: tally.events as f64 / self.finished.trials.max(1) as f64,
            assumptions: None,
        }
    }

    /// The mean against the target. A trial that ends at its first miss says nothing about the mean, and under a law
    /// without a usable variance no sample proves that a design meets it.
    fn verdict_mean(&self, unavailability: Interval) -> Verdict {
        if self.study.measure.until_first_miss {
            return Verdict::NotResolved;
        }
        match self.known {
            Some(_) => at_most(unavailability, self.study.target.allowed_share()),
            None => mean_verdict(self.study, unavailability),
        }
    }

    fn verdict_windows(&self, met: Interval) -> Verdict {
        window_verdict(met, self.confidence.level())
    }

    fn windows_met(&self) -> Option<Estimate> {
        let breaches = &self.tally.breaches;
        (breaches.windows() > 0).then(|| one_less(self.proportion(breaches)))
    }

    /// The quantile 1 − 1/n of the windows, n windows in ten years; none where a window is longer than that.
    fn once_in_ten_years(&self) -> Option<Quantile> {
        let (numerator, denominator) = once_in_ten_years(self.study)?;
        self.quantile(&self.tally.window_missed, numerator, denominator)
    }

    fn outages_per_year(&self) -> Estimate {
        let per_year = MS_PER_YEAR / self.observed_ms;
        let outages = &self.tally.outages;
        if outages.hits() == 0 && self.known.is_none() {
            // Nothing seen: the rule of three on the number of outages, taken as Poisson.
            let high = -libm::log(self.confidence.alpha()) / self.finished.trials.max(1) as f64;
            return Estimate { mean: 0.0, low: None, high: high * per_year, quality: Quality::UpperBound, hits: 0 };
        }
        if outages.is_constant() && self.known.is_none() {
            // The same number in every trial: their spread says nothing, and the total is taken as Poisson.
            let (seen, chances) = (outages.sum() as u64, 1_u64 << 40);
            let interval = zonefall_stats::intervals::clopper_pearson(seen.min(chances), chances, self.confidence);
            let of = interval.scaled(chances as f64 / self.finished.trials.max(1) as f64 * per_year);
            let mean = outages.mean() * per_year;
            return Estimate {
                mean,
                low: Some(of.low),
                high: of.high,
                quality: Quality::Interval,
                hits: outages.hits(),
            };
        }
        // An outage a millisecond is more than any trial can have.
        self.mean(outages, cap_ms(self.study), per_year)
    }

    fn outage_mean_min(&self) -> Option<f64> {
        let outages = self.tally.outages.sum();
        (outages > 0).then(|| self.tally.missed.sum() as f64 / outages as f64 / MS_PER_MINUTE)
    }

    fn any_miss(&self) -> Estimate {
        let (hits, trials) = (self.tally.missed.hits(), self.finished.trials);
        if let Some(quality) = self.known {
            return Estimate::known(hits as f64 / trials.max(1) as f64, hits, quality);
        }
        let Interval { low, high } = zonefall_stats::intervals::clopper_pearson(hits, trials, self.confidence);
        Estimate { mean: hits as f64 / trials.max(1) as f64, low: Some(low), high, quality: Quality::Interval, hits }
    }

    fn first_miss(&self) -> Option<Estimate> {
        let first = &self.tally.first_miss;
        let cap = self.study.measure.horizon.as_ms() as f64;
        // One division, so that what is a whole number of hours is shown as one.
        (first.n() > 0).then(|| self.mean(first, cap, 1.0).map(|ms| ms / MS_PER_HOUR))
    }

    fn jobs(&self) -> JobsOutcome {
        let hours = |up, of| {
            let in_minutes = self.quantile(&self.tally.clearance, up, of)?;
            let hours = |minutes: f64| minutes / 60.0;
            let Quantile { level, value, low, high } = in_minutes;
            Some(Quantile { level, value: hours(value), low: low.map(hours), high: high.map(hours) })
        };
        let missed = self.proportion(&self.tally.batches_missed);
        JobsOutcome {
            batches: self.tally.batches_missed.windows(),
            met: one_less(missed),
            complete: Some(self.tally.clearance.count()),
            clearance_p50_h: hours(50, 100),
            clearance_p95_h: hours(95, 100),
            clearance_p99_h: hours(99, 100),
        }
    }

    fn latency(&self, design: &Design) -> Option<LatencyOutcome> {
        let slow = design.within().map(|_| self.mean(&self.tally.slow, TRILLIONTHS, 1.0 / TRILLIONTHS));
        if let Some(ways) = &design.service.ways {
            return Some(self.tally.ways.conclude(ways, slow));
        }
        let of = design.service.latency.as_ref()?;
        let patience_ms = design.service.patience.map(|of| of.most.as_ms() as f64);
        Some(LatencyOutcome { patience_ms, ..self.tally.latency.conclude(of, slow) })
    }

    fn sessions(&self, design: &Design) -> Option<SessionsOutcome> {
        design.service.sessions.as_ref()?;
        let most = sessions::most(design, self.study.measure.horizon.as_ms() as f64);
        let (observed_ms, trials) = (self.tally.observed_ms as f64, self.finished.trials);
        let mean = |moments: &Moments, factor| self.mean(moments, most, factor);
        Some(self.tally.sessions.conclude(&self.finished.causes, (observed_ms.max(1.0), trials), mean))
    }

    fn classes(&self) -> ClassShares {
        let all = (self.tally.machine_ms as f64).max(1.0);
        let [serving, dead_in_rotation, awaiting_probe, starting, down, degraded] =
            self.tally.classes.map(|machine_ms| machine_ms as f64 / all);
        ClassShares { serving, dead_in_rotation, awaiting_probe, starting, down, degraded }
    }

    fn causes(&self, unavailability: Estimate) -> Vec<CauseOutcome> {
        let (tally, trials) = (self.tally, self.finished.trials);
        let total = (tally.missed.sum() as f64).max(1.0);
        let mut causes: Vec<CauseOutcome> = tally
            .by_cause
            .iter()
            .enumerate()
            .filter(|(at, moments)| moments.sum() > 0 || tally.avoided.get(*at).is_some_and(|of| of.hits() > 0))
            .map(|(at, moments)| CauseOutcome {
                cause: self.finished.causes[at].clone(),
                downtime_min_per_month: part_of(self.minutes_per_month(&with_zeros(moments, trials)), unavailability),
                share: moments.sum() as f64 / total,
                avoided_min_per_month: tally
                    .avoided
                    .get(at)
                    .filter(|_| self.study.counterfactual)
                    .map(|avoided| self.avoided(&with_zeros(avoided, trials))),
            })
            .collect();
        causes.sort_by(|a, b| b.share.total_cmp(&a.share));
        causes
    }

    fn operations(&self, design: &Design) -> Vec<OperationOutcome> {
        let trials = self.finished.trials;
        let happened = OPERATION_TABLE.iter().zip(&self.tally.operations);
        let happened = happened.filter(|(_, moments)| moments.hits() > 0);
        let outcome = |(row, moments): (&zonefall_fleet::OperationRow, &Moments)| {
            let in_hours = row.operation.is_time();
            let unit = if in_hours { 1.0 / MS_PER_HOUR } else { 1.0 };
            let moments = with_zeros(moments, trials);
            // Unless more is known, the most of a trial is each machine that there may ever be, all the time, or an
            // operation a millisecond. Where every trial shows the same (a change on schedule), twice that is taken for it.
            let measured_ms = cap_ms(self.study);
            let most =
                natural::most(row.operation, design.sets.len(), measured_ms).unwrap_or(measured_ms * MOST_MACHINES);
            let constant = moments.is_constant();
            let cap = if constant { (2.0 * moments.mean()).min(most) } else { most };
            let mut per_year = self.mean(&moments, cap, unit * MS_PER_YEAR / self.observed_ms);
            if constant && natural::is_as_designed(row.operation, design, moments.mean(), measured_ms) {
                (per_year.low, per_year.high) = (Some(per_year.mean), per_year.mean);
                per_year.quality = self.known.unwrap_or(Quality::Interval);
            }
            OperationOutcome { operation: row.name.into(), in_hours, per_year }
        };
        happened.map(outcome).collect()
    }

    fn window_bars(&self) -> Vec<WindowBar> {
        let histogram = &self.tally.window_missed;
        let all = histogram.count();
        let mut bars: Vec<WindowBar> = Vec::new();
        let (mut above, mut sum) = (-1.0, 0);
        for up_to in WINDOW_EDGES_MIN {
            let inside = histogram.iter().filter(|bucket| {
                let minutes = bucket.high as f64 / MS_PER_MINUTE;
                above < minutes && minutes <= up_to
            });
            let windows: u64 = inside.map(|bucket| bucket.count).sum();
            sum += windows;
            let cumulative_share = sum as f64 / all.max(1) as f64;
            bars.push(WindowBar { above_min: f64::max(above, 0.0), up_to_min: up_to, windows, cumulative_share });
            above = up_to;
            if sum == all {
                break;
            }
        }
        if all == 0 { Vec::new() } else { bars }
    }

    fn sla(&self, design: &Design, unavailability: Estimate) -> Option<SlaOutcome> {
        let terms = design.sla.as_ref()?;
        let breaches = &self.tally.sla_breaches;
        let months = self.study.measure.months.whole() as f64;
        let of_months = |moments: &Moments, most: f64| {
            let moments = with_zeros(moments, self.finished.trials);
            (months > 0.0).then(|| self.mean(&moments, most * months, 1.0 / months))
        };
        let promised =
            (self.tally.observed_ms - self.tally.unpromised_ms) as f64 / (self.tally.observed_ms as f64).max(1.0);
        let unconnected = self.tally.unconnected.mean() / self.observed_ms;
        let promises = Promises {
            unconnected,
            clock_share: promised,
            unconnected_min_per_month: self.minutes_per_month(&self.tally.unconnected),
            breach_share: (breaches.windows() > 0).then(|| self.proportion(breaches)),
            credit_percent: of_months(&self.tally.sla_credit, 100.0),
            tiers: self.tally.sla_tiers.iter().map(|moments| of_months(moments, 1.0)).collect(),
        };
        let most = most_unconnected(self.study, design, unavailability);
        Some(promises.bounded(terms, most, (self.observed_ms, &self.study.measure.months)).outcome(terms))
    }

    /// What is promised part by part.
    fn agreements(&self, design: &Design) -> Vec<AgreementOutcome> {
        let trials = self.finished.trials.max(1) as f64;
        let outcome = |(of, tally): (&Agreement, &AgreementTally)| {
            let mean = |figure: usize, most: f64, factor: f64| self.mean(&tally.figures[figure], most, factor);
            tally.says(trials).outcome((self.study, design, of), self.observed_ms, mean)
        };
        design.agreements.iter().zip(&self.tally.agreements).map(outcome).collect()
    }

    fn bill(
        &self,
        design: &Design,
        (sla, agreements): (Option<&SlaOutcome>, &[AgreementOutcome]),
        unavailability: Estimate,
    ) -> Option<BillOutcome> {
        let money = self.study.money.as_ref()?;
        let moments = &self.tally.bill;
        let bill = match moments.is_constant() {
            true => {
                let mean = moments.mean();
                let quality = self.known.unwrap_or(Quality::Interval);
                Estimate { mean, low: Some(mean), high: mean, quality, hits: moments.hits() }
            }
            false => self.mean(moments, MOST_MONEY, 1.0),
        };
        let trials = self.finished.trials.max(1) as f64;
        let billing = Billing {
            rates: self.study.rates(design)?,
            paid: self.tally.paid.iter().map(|set| set.map(|machine_ms| machine_ms as f64 / trials)).collect(),
            requests: self.tally.requests as f64 / trials,
            gateway_ms: self.tally.operations.get(Operation::GatewayInstanceMs as usize).map_or(0.0, |of| of.mean()),
            observed_ms: self.observed_ms,
            bill,
            sla,
            agreements: covering(design, agreements),
            unavailability,
            downtime_per_hour: money.downtime_per_hour,
        };
        Some(billing.outcome())
    }
}

fn proportion(of: &Proportion, confidence: Confidence) -> Estimate {
    let Interval { low, high } = of.interval(confidence);
    Estimate { mean: of.ratio(), low: Some(low), high, quality: Quality::Interval, hits: of.trials_with_success() }
}

fn quantile(of: &Histogram, numerator: u64, denominator: u64, confidence: Confidence) -> Option<Quantile> {
    let level = QuantileLevel::ratio(numerator, denominator);
    let value = of.quantile(level)? as f64 / MS_PER_MINUTE;
    let interval = of.quantile_interval(level, confidence);
    let minutes = |ms: Option<u64>| ms.map(|ms| ms as f64 / MS_PER_MINUTE);
    Some(Quantile { level: level.as_f64(), value, low: minutes(interval.low), high: minutes(interval.high) })
}
