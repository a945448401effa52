//! From weighted sums to an outcome. The fields mean what they mean in `crate::conclude`; wherever a trial counts there, its
//! weight counts here.

use super::choose::Method;
use super::plan::{PLAIN, Plan};
use super::run::{Weighed, asked};
use super::tally::{Total, WeightedDesign};
use crate::conclude::*;
use crate::exactly::exactly;
use crate::outcome::*;
use crate::study::Study;
use crate::tally::TRILLIONTHS;
use crate::warnings::{no_room, of_the_study};
use zonefall_engine::SimTime;
use zonefall_fleet::{Design, Operation};
use zonefall_stats::estimate::HITS_FOR_INTERVAL;
use zonefall_stats::intervals::clopper_pearson_upper;
use zonefall_stats::skewed::coverage_warning;
use zonefall_stats::verdict::window_verdict;
use zonefall_stats::{
    Confidence, DifferenceEstimate, Interval, MeanEstimate, QuantileLevel, Sample, WeightedHistogram, WeightedMoments,
};

/// Draws the conclusions of a weighted run.
pub fn conclude_weighted(study: &Study, of: &Weighed, labels: &Labels, wanted: Method, why: &str) -> Outcome {
    let conclude = |(design, tally)| Concluding::new(study, of, tally).design(design);
    let designs: Vec<DesignOutcome> =
        study.designs.iter().map(|design| &**design).zip(&of.tally.designs).map(conclude).collect();
    let level = difference_level(study);
    let others = of.tally.designs.iter().skip(1);
    let differences = others.map(|tally| DifferenceEstimate::new(&tally.against_reference, cap_ms(study), level));
    let method = method(study, of, wanted, why);
    Outcome {
        differences: compare(study, differences.collect(), cap_ms(study), false),
        warnings: warnings(study, of, &designs, &method),
        method: Some(method),
        designs,
        ..frame(study, (of.trials(), asked(study)), labels)
    }
}

/// One design's numbers while they are put together.
struct Concluding<'a> {
    study: &'a Study,
    causes: &'a [String],
    tally: &'a WeightedDesign,
    trials: f64,
    confidence: Confidence,
    measured_ms: f64,
}

impl<'a> Concluding<'a> {
    fn new(study: &'a Study, of: &'a Weighed, tally: &'a WeightedDesign) -> Self {
        let (confidence, measured_ms) = (study.confidence, cap_ms(study).max(1.0));
        Self { study, causes: &of.causes, tally, trials: of.trials().max(1) as f64, confidence, measured_ms }
    }

    fn mean(&self, moments: &WeightedMoments, cap: f64, factor: f64) -> Estimate {
        estimate(&MeanEstimate::new(moments, cap, self.confidence).as_wide_as_its_hits(self.confidence), factor)
    }

    fn minutes_per_month(&self, moments: &WeightedMoments) -> Estimate {
        self.mean(moments, cap_ms(self.study), MINUTES_PER_MONTH / self.measured_ms)
    }

    /// A sum over trials, a year.
    fn per_year(&self, of: Total) -> f64 {
        self.tally.total(of) / (self.trials * self.measured_ms) * MS_PER_YEAR
    }

    /// A quantile of observations that weigh `whole` together, in minutes.
    fn quantile(&self, of: &WeightedHistogram, (up, down): (u64, u64), whole: f64) -> Option<Quantile> {
        let level = QuantileLevel::ratio(up, down);
        let (value, interval) = of.quantile(level, whole, self.confidence)?;
        let minutes = |ms: u64| ms as f64 / MS_PER_MINUTE;
        let (low, high) = (interval.low.map(minutes), interval.high.map(minutes));
        Some(Quantile { level: level.as_f64(), value: minutes(value), low, high })
    }

    fn design(&self, design: &Design) -> DesignOutcome {
        let (study, tally) = (self.study, self.tally);
        let unavailability = self.mean(&tally.missed, cap_ms(study), 1.0 / self.measured_ms);
        let missed = Interval { low: unavailability.low.unwrap_or(f64::NEG_INFINITY), high: unavailability.high };
        let windows = study.measure.windows.whole() as f64;
        let windows_met = (windows > 0.0).then(|| one_less(self.mean(&tally.breaches, windows, 1.0 / windows)));
        let met = windows_met.map(|met| Interval { low: met.low.unwrap_or(0.0), high: met.high });
        let demand = design.demand.is_some();
        let share = |moments: &WeightedMoments| self.mean(moments, TRILLIONTHS, 1.0 / TRILLIONTHS);
        let hours_per_year = |of| self.per_year(of) / MS_PER_HOUR;
        DesignOutcome {
            design: design.name.clone(),
            machines: design.capacity(),
            need: need_in_words(design.need),
            unavailability,
            missed_min_sd: tally.missed.plain_variance().sqrt() / MS_PER_MINUTE,
            verdict_mean: mean_verdict(study, missed),
            windows_met,
            verdict_windows: met.map(|met| window_verdict(met, self.confidence.level())),
            windows: windows as u64 * self.trials as u64,
            once_in_10_years_min: self.once_in_ten_years(windows),
            outages_per_year: self.mean(&tally.outages, cap_ms(study), MS_PER_YEAR / self.measured_ms),
            outage_mean_min: tally.outage_mean.value().map(|ms| ms / MS_PER_MINUTE),
            outage_p95_min: self.quantile(&tally.outage_ms, (95, 100), tally.outage_ms.total()).map(without_interval),
            longest_p95_min: self.quantile(&tally.longest, (95, 100), self.trials),
            cut_by_horizon: tally.cut_by_horizon,
            any_miss: self.mean(&tally.any_miss, 1.0, 1.0),
            first_miss_h: self.first_miss(),
            held_at: tally.not_held.iter().map(|not| one_less(self.mean(not, 1.0, 1.0))).collect(),
            capacity_lost: share(&tally.capacity_lost),
            unserved: demand.then(|| share(&tally.unserved)),
            lost_to_dead: demand.then(|| share(&tally.lost_to_dead)),
            classes: self.classes(),
            serving_machine_hours: tally.total(Total::Serving) / MS_PER_HOUR / self.trials,
            causes: self.causes(),
            window_bars: self.window_bars(windows * self.trials),
            sla: self.sla(design, windows),
            machine_failures_per_year: self.per_year(Total::MachineFailures),
            crew_wait_mean_h: self.crew_wait(),
            delayed_healings_per_year: self.per_year(Total::DelayedHealings),
            control_plane_out_h_per_year: hours_per_year(Total::ControlPlaneOutMs),
            allocation_out_h_per_year: hours_per_year(Total::AllocationOutMs),
            operations: self.operations(),
            events_per_trial: tally.total(Total::Events) / self.trials,
            assumptions: None,
        }
    }

    fn once_in_ten_years(&self, windows: f64) -> Option<Quantile> {
        let level = once_in_ten_years(self.study)?;
        self.quantile(&self.tally.window_missed, level, windows * self.trials)
    }

    fn first_miss(&self) -> Option<Estimate> {
        let of = &self.tally.first_miss;
        let mean = of.value()? / MS_PER_HOUR;
        let hits = of.hits();
        Some(match of.interval(self.confidence) {
            Some(Interval { low, high }) => Estimate {
                mean,
                low: Some((low / MS_PER_HOUR).max(0.0)),
                high: high / MS_PER_HOUR,
                quality: Quality::Interval,
                hits,
            },
            None => {
                let high = self.study.measure.horizon.since(SimTime::ZERO).as_hours();
                Estimate { mean, low: None, high, quality: Quality::UpperBound, hits }
            }
        })
    }

    fn crew_wait(&self) -> Option<f64> {
        let jobs = self.tally.total(Total::CrewJobs);
        (jobs > 0.0).then(|| self.tally.total(Total::CrewWaitMs) / jobs / MS_PER_HOUR)
    }

    fn classes(&self) -> ClassShares {
        let whole = self.tally.total(Total::MachineMs).max(1.0);
        let share = |of| self.tally.total(of) / whole;
        ClassShares {
            serving: share(Total::Serving),
            dead_in_rotation: share(Total::DeadInRotation),
            awaiting_probe: share(Total::AwaitingProbe),
            starting: share(Total::Starting),
            down: share(Total::Down),
            degraded: share(Total::Degraded),
        }
    }

    fn causes(&self) -> Vec<CauseOutcome> {
        let tally = self.tally;
        let total = tally.missed.sum();
        let charged = tally.by_cause.iter().enumerate().filter(|(_, moments)| moments.hits() > 0);
        let outcome = |(at, moments): (usize, &WeightedMoments)| CauseOutcome {
            cause: self.causes[at].clone(),
            downtime_min_per_month: self.minutes_per_month(moments),
            share: if total > 0.0 { moments.sum() / total } else { 0.0 },
            avoided_min_per_month: tally
                .avoided
                .get(at)
                .filter(|_| self.study.counterfactual)
                .map(|avoided| self.minutes_per_month(avoided)),
        };
        let mut causes: Vec<CauseOutcome> = charged.map(outcome).collect();
        causes.sort_by(|a, b| b.share.total_cmp(&a.share));
        causes
    }

    fn operations(&self) -> Vec<OperationOutcome> {
        let happened = OPERATION_TABLE.iter().zip(&self.tally.operations);
        let happened = happened.filter(|(_, moments)| moments.hits() > 0);
        let most = cap_ms(self.study) * MOST_MACHINES;
        let outcome = |(row, moments): (&zonefall_fleet::OperationRow, &WeightedMoments)| {
            let in_hours = row.operation.is_time();
            let unit = if in_hours { 1.0 / MS_PER_HOUR } else { 1.0 };
            let per_year = self.mean(moments, most, unit * MS_PER_YEAR / self.measured_ms);
            OperationOutcome { operation: row.name.into(), in_hours, per_year }
        };
        happened.map(outcome).collect()
    }

    fn window_bars(&self, whole: f64) -> Vec<WindowBar> {
        if whole <= 0.0 {
            return Vec::new();
        }
        let piles: Vec<(f64, f64)> =
            self.tally.window_missed.iter().map(|(_, high, weight)| (high as f64 / MS_PER_MINUTE, weight)).collect();
        let mut bars: Vec<WindowBar> = Vec::new();
        let (mut above, last) = (0.0, piles.last().map_or(0.0, |pile| pile.0));
        for up_to_min in WINDOW_EDGES_MIN {
            let heavier: f64 = piles.iter().filter(|pile| pile.0 > up_to_min).map(|pile| pile.1).sum();
            let cumulative_share = (1.0 - heavier / whole).clamp(0.0, 1.0);
            let before = bars.last().map_or(0.0, |bar| bar.cumulative_share);
            let windows = ((cumulative_share - before).max(0.0) * whole + 0.5) as u64;
            bars.push(WindowBar { above_min: above, up_to_min, windows, cumulative_share });
            above = up_to_min;
            if up_to_min >= last {
                break;
            }
        }
        bars
    }

    fn sla(&self, design: &Design, windows: f64) -> Option<SlaOutcome> {
        let terms = design.sla.as_ref()?;
        let tally = self.tally;
        let promise = terms.tiers.first().map_or(1.0, |&(up, of, _)| up as f64 / of as f64);
        let credit = |(tier, sum): (&(u64, u64, u32), &zonefall_stats::WeightedSum)| f64::from(tier.2) * sum.value();
        let credits: f64 = terms.tiers.iter().zip(&tally.sla_tiers).map(credit).sum();
        Some(SlaOutcome {
            name: terms.name.clone(),
            promise,
            uptime: 1.0 - tally.unconnected.mean() / self.measured_ms,
            unconnected_min_per_month: self.minutes_per_month(&tally.unconnected),
            breach_share: (windows > 0.0).then(|| self.mean(&tally.sla_breaches, windows, 1.0 / windows)),
            expected_credit_percent: credits / (windows * self.trials).max(1.0),
        })
    }
}

/// One less an estimated share.
fn one_less(of: Estimate) -> Estimate {
    let (mean, low) = (1.0 - of.mean, Some((1.0 - of.high).max(0.0)));
    Estimate { mean, low, high: 1.0 - of.low.unwrap_or(0.0), quality: Quality::Interval, hits: of.hits }
}

/// Outages of one trial are dependent and their number is random: no interval is known.
fn without_interval(of: Quantile) -> Quantile {
    Quantile { low: None, high: None, ..of }
}

fn method(study: &Study, of: &Weighed, wanted: Method, why: &str) -> MethodOutcome {
    let patterns = of.plan.in_words().into_iter();
    MethodOutcome {
        asked: wanted.word().into(),
        used: Method::Forcing.word().into(),
        why: why.into(),
        pilot_trials: of.plan.pilot_trials,
        pilot_events: of.plan.pilot_events,
        mean_weight: of.tally.designs.first().map_or(1.0, |first| first.total(Total::Weights))
            / of.trials().max(1) as f64,
        greatest_weight: Plan::most_weight().value(),
        patterns: patterns.map(|(pattern, share)| PatternOutcome { pattern, share }).collect(),
        designs: study
            .designs
            .iter()
            .zip(&of.tally.designs)
            .map(|(design, tally)| gained(study, of, design, tally))
            .collect(),
    }
}

fn gained(study: &Study, of: &Weighed, design: &Design, tally: &WeightedDesign) -> MethodDesign {
    let trials = of.trials().max(1) as f64;
    // All designs share the pilot.
    let pilot = of.plan.pilot_events as f64 / study.designs.len().max(1) as f64;
    let plain = tally.missed.plain_variance() * tally.total(Total::Events) / trials;
    let weighted = tally.missed.variance() / tally.missed.n().max(1) as f64 * (tally.events as f64 + pilot);
    let hit = tally.any_miss.mean();
    let mean_miss = if hit > 0.0 { tally.missed.mean() / hit } else { cap_ms(study) };
    // What holds no pattern is drawn half as often as by plain trials.
    let unforeseen = clopper_pearson_upper(tally.unforeseen, of.trials(), study.confidence) / PLAIN;
    MethodDesign {
        design: design.name.clone(),
        effective_hits: tally.missed.effective_hits(),
        gain: (tally.missed.carries_an_interval() && weighted > 0.0).then(|| plain / weighted),
        exact: exactly(study, design).ok().map(|exact| exact.unavailability),
        unforeseen_hits: tally.unforeseen,
        unforeseen_at_most: (unforeseen * mean_miss / cap_ms(study).max(1.0)).min(1.0),
    }
}

fn warnings(study: &Study, of: &Weighed, designs: &[DesignOutcome], method: &MethodOutcome) -> Vec<String> {
    let mut said = Vec::new();
    if of.trials() < asked(study) {
        said.push(format!("interrupted: these are the first {} of {} trials", of.trials(), asked(study)));
    }
    said.extend(of_the_study(study));
    for ((design, tally), known) in designs.iter().zip(&of.tally.designs).zip(&method.designs) {
        let (name, hits, effective) = (&design.design, tally.missed.hits(), tally.missed.effective_hits());
        if design.unavailability.quality == Quality::UpperBound {
            said.push(if hits == 0 {
                format!("{name}: no trial of {} missed its objective, forced or not; only an upper bound is given", of.trials())
            } else {
                format!("{name}: {hits} pairs of trials missed their objective, but few of them carry the sum (as good as {effective:.0} of equal weight; an interval needs {HITS_FOR_INTERVAL}); only an upper bound is given")
            });
        } else if let Some(coverage) = coverage_warning(&tally.missed) {
            said.push(format!(
                "{name}: weighted downtime is very skewed (as good as {effective:.0} trials of equal weight): a plain interval would cover about {:.0} %; the one given is corrected, but run more trials before you lean on it",
                100.0 * coverage
            ));
        }
        // Patterns can be overlooked; where the exact answer is known, it has the last word.
        let of = &design.unavailability;
        if let Some(exact) = known.exact
            && (exact > of.high || of.low.is_some_and(|low| exact < low))
        {
            said.push(format!(
                "{name}: the exact unavailability, {exact:.4e}, lies outside the interval; believe the exact one, and run more trials for all that it does not say"
            ));
        }
        said.extend(no_room(name, tally.operations.get(Operation::NoRoom as usize).map_or(0, Sample::hits)));
        if tally.cut_by_horizon > 0 {
            said.push(format!("{name}: {} outages were cut by the end of the trial", tally.cut_by_horizon));
        }
    }
    said
}
