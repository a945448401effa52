//! From weighted sums to an outcome. The fields mean what they mean in `crate::conclude`; wherever a trial counts there, its
//! weight counts here.

use super::gained::{method, unforeseen, warnings};
use super::run::{Drawn, Weighed, asked};
use super::splitting;
use super::tally::{Total, WeightedDesign};
use crate::by_part::{WeightedAgreement, covering};
use crate::composite::composite;
use crate::conclude::*;
use crate::misses::{Kinds, Unforced};
use crate::money::Billing;
use crate::natural;
use crate::outcome::*;
use crate::promises::{Promises, most_unconnected};
use crate::study::Study;
use crate::tally::TRILLIONTHS;
use crate::unseen::longest_ms;
use zonefall_engine::SimTime;
use zonefall_faults::Method;
use zonefall_fleet::{Agreement, Design, Operation};
use zonefall_stats::verdict::window_verdict;
use zonefall_stats::{
    Beyond, Bounds, Confidence, DifferenceBounds, DifferenceEstimate, Interval, MeanEstimate, QuantileLevel, Sample,
    Unseen, WeightedHistogram, WeightedMoments, WeightedRatio,
};

/// Draws the conclusions of a weighted run.
pub fn conclude_weighted(study: &Study, of: &Weighed, labels: &Labels, wanted: Method, why: &str) -> Outcome {
    let bounded = |(kinds, tally): (Kinds, &WeightedDesign)| {
        let hit = tally.any_miss.mean();
        let size_ms = if hit > 0.0 { tally.missed.mean() / hit } else { cap_ms(study) };
        kinds.unforced_at_most(tally.by_weight.hidden(of.trials(), study.confidence), size_ms)
    };
    let kinds: Vec<Kinds> = match &of.drawn {
        Drawn::Forced(plan) => plan.kinds_as_drawn(study).into_iter().zip(&of.tally.designs).map(bounded).collect(),
        Drawn::Split(_) => study.designs.iter().map(|design| Kinds::of(study, design)).collect(),
    };
    let each = || study.designs.iter().zip(&kinds).zip(&of.tally.designs);
    let designs: Vec<DesignOutcome> =
        each().map(|((design, kinds), tally)| Concluding::new(study, of, tally, kinds).design(design, kinds)).collect();
    let differences = (1..designs.len()).map(|at| difference(study, of, &designs, &kinds, at)).collect();
    let method = method(study, of, wanted, why);
    Outcome {
        differences: compare(&designs, differences, cap_ms(study), false),
        warnings: warnings(study, of, (&designs, &kinds), &method),
        method: Some(method),
        designs,
        ..frame(study, (of.trials(), wanted_trials(study, of)), labels)
    }
}

/// What a design misses more than the first. Few replications that carry no interval of one of the two carry none of their difference.
fn difference(
    study: &Study,
    of: &Weighed,
    designs: &[DesignOutcome],
    kinds: &[Kinds],
    at: usize,
) -> DifferenceEstimate {
    let (sums, cap, level) = (&of.tally.designs[at].against_reference, cap_ms(study), difference_level(study));
    if matches!(of.drawn, Drawn::Forced(_)) {
        return DifferenceEstimate::with_room(sums, kinds[at].room(&kinds[0], of.trials()), cap, level);
    }
    let found = DifferenceEstimate::new(sums, cap, level);
    let both = [&designs[0], &designs[at]].map(|design| design.unavailability);
    if both.iter().all(|of| of.quality == Quality::Interval) {
        return found;
    }
    let size_high = both.iter().map(|of| of.high * cap).fold(0.0, f64::max);
    DifferenceEstimate { bounds: DifferenceBounds::NotResolved { size_high }, p_value: 1.0, ..found }
}

/// How many trials were asked for.
pub(super) fn wanted_trials(study: &Study, of: &Weighed) -> u64 {
    match of.drawn {
        Drawn::Forced(_) => asked(study),
        Drawn::Split(_) => splitting::asked(study),
    }
}

/// One design's numbers while they are put together.
struct Concluding<'a> {
    study: &'a Study,
    causes: &'a [String],
    tally: &'a WeightedDesign,
    /// What these trials cannot be forced into; nothing of split ones.
    unforced: &'a Unforced,
    /// Trials that were played.
    trials: u64,
    /// Plain trials that all weights stand for.
    whole: f64,
    /// Trials are not independent: groups of them are. Then nothing is known of quantiles and ratios but their values.
    grouped: bool,
    confidence: Confidence,
    measured_ms: f64,
}

impl<'a> Concluding<'a> {
    fn new(study: &'a Study, of: &'a Weighed, tally: &'a WeightedDesign, kinds: &'a Kinds) -> Self {
        let (confidence, measured_ms) = (study.confidence, cap_ms(study).max(1.0));
        let (causes, grouped) = (&of.causes[..], matches!(of.drawn, Drawn::Split(_)));
        let (trials, whole) = (of.trials(), of.whole().max(1.0));
        let unforced = kinds.unforced();
        Self { study, causes, tally, unforced, trials, whole, grouped, confidence, measured_ms }
    }

    fn mean(&self, moments: &WeightedMoments, cap: f64, factor: f64) -> Estimate {
        estimate(&self.of(moments, cap).within(cap), factor)
    }

    fn of(&self, moments: &WeightedMoments, cap: f64) -> MeanEstimate {
        let mean = MeanEstimate::new(moments, cap, self.confidence);
        match self.grouped {
            // The few light misses of replications say nothing of one blow that none has met.
            true => mean.not_below_the_unseen(cap, self.confidence),
            false => self.with_the_unforeseen(mean.as_wide_as_its_hits(self.confidence), cap, cap),
        }
    }

    /// The missed share, with room for ways to miss that a pilot has passed by. Where no pair of trials has missed, nor have the plain
    /// ones, one in each, and these bound how often any miss comes.
    fn unavailability(&self, design: &Design, kinds: &Kinds) -> Estimate {
        let cap = cap_ms(self.study);
        let of = self.of(&self.tally.missed, cap);
        let of = match self.grouped {
            // A conversion of a whole number.
            true => kinds.raised_from_split(of, self.whole as u64, cap),
            false if of.hits > 0 => kinds.raised(of, self.trials, cap),
            false => {
                let any = Unseen { hit: longest_ms(self.study, design), beyond: Beyond::NONE };
                of.knowing_the_unseen(any, cap, self.confidence)
            }
        };
        estimate(&of.within(cap), 1.0 / self.measured_ms)
    }

    /// Few hits are few ways to miss: where they carry no interval, the bound leaves room for misses that hold no pattern, of this
    /// size where none was seen.
    fn with_the_unforeseen(&self, of: MeanEstimate, unseen: f64, cap: f64) -> MeanEstimate {
        if let Bounds::Interval(_) = of.bounds {
            return of;
        }
        let hit = self.tally.any_miss.mean();
        let size = if of.mean > 0.0 && hit > 0.0 { of.mean / hit } else { unseen };
        of.with_room(unforeseen(self.tally.unforeseen, self.trials, self.confidence) * size, cap)
    }

    /// The mean of something that misses alone bring, with room for as many of them as trials cannot be forced into.
    fn of_misses(&self, moments: &WeightedMoments, cap: f64, factor: f64) -> Estimate {
        estimate(&self.of(moments, cap).with_room(self.unforced.misses, cap).within(cap), factor)
    }

    /// A blow that no trial has met is one outage: how many there can be at most, one a millisecond, says nothing.
    fn outages_per_year(&self) -> Estimate {
        let (outages, cap) = (&self.tally.outages, cap_ms(self.study));
        let blow = Unseen { hit: 1.0, beyond: Beyond::NONE };
        let of = MeanEstimate::new(outages, cap, self.confidence).knowing_the_unseen(blow, cap, self.confidence);
        let of = match self.grouped {
            true => of,
            false => self
                .with_the_unforeseen(of.as_wide_as_its_hits(self.confidence), blow.hit, cap)
                .with_room(self.unforced.misses, cap),
        };
        estimate(&of.within(cap), MS_PER_YEAR / self.measured_ms)
    }

    fn minutes_per_month(&self, moments: &WeightedMoments) -> Estimate {
        self.mean(moments, cap_ms(self.study), MINUTES_PER_MONTH / self.measured_ms)
    }

    /// What is charged to a cause; each may be charged with all that trials cannot be forced into.
    fn charged(&self, moments: &WeightedMoments) -> Estimate {
        let cap = cap_ms(self.study);
        let of = self.of(moments, cap).with_room(self.unforced.ms, cap).within(cap);
        estimate(&of, MINUTES_PER_MONTH / self.measured_ms)
    }

    /// Without a cause, more may be missed as well as less.
    fn avoided(&self, moments: &WeightedMoments) -> Estimate {
        let of = DifferenceEstimate::new(moments, cap_ms(self.study), self.confidence);
        signed(&of, MINUTES_PER_MONTH / self.measured_ms)
    }

    /// A sum over trials, a year.
    fn per_year(&self, of: Total) -> f64 {
        self.tally.total(of) / (self.whole * self.measured_ms) * MS_PER_YEAR
    }

    /// A quantile of observations that weigh `whole` together, in minutes.
    fn quantile(&self, of: &WeightedHistogram, (up, down): (u64, u64), whole: f64) -> Option<Quantile> {
        let level = QuantileLevel::ratio(up, down);
        let (value, interval) = of.quantile(level, whole, self.confidence)?;
        let minutes = |ms: u64| ms as f64 / MS_PER_MINUTE;
        let (low, high) = (interval.low.map(minutes), interval.high.map(minutes));
        let found = Quantile { level: level.as_f64(), value: minutes(value), low, high };
        Some(if self.grouped { without_interval(found) } else { found })
    }

    fn design(&self, design: &Design, kinds: &Kinds) -> DesignOutcome {
        let (study, tally) = (self.study, self.tally);
        let unavailability = self.unavailability(design, kinds);
        let missed = Interval { low: unavailability.low.unwrap_or(f64::NEG_INFINITY), high: unavailability.high };
        let windows = study.measure.windows.whole() as f64;
        let windows_met = (windows > 0.0).then(|| one_less(self.of_misses(&tally.breaches, windows, 1.0 / windows)));
        let met = windows_met.map(|met| Interval { low: met.low.unwrap_or(0.0), high: met.high });
        let demand = design.demand.is_some();
        let share = |moments: &WeightedMoments| self.mean(moments, TRILLIONTHS, 1.0 / TRILLIONTHS);
        let hours_per_year = |of| self.per_year(of) / MS_PER_HOUR;
        let causes = self.causes(unavailability);
        let sla = self.sla(design, unavailability);
        let agreements = self.agreements(design);
        DesignOutcome {
            bill: self.bill(design, (sla.as_ref(), &agreements), unavailability),
            design: design.name.clone(),
            machines: design.capacity(),
            need: need_in_words(design),
            unavailability,
            missed_min_sd: tally.missed.plain_variance().sqrt() / MS_PER_MINUTE,
            carried_by_few: false,
            verdict_mean: mean_verdict(study, missed),
            windows_met,
            verdict_windows: met.map(|met| window_verdict(met, self.confidence.level())),
            windows: windows as u64 * self.trials,
            once_in_10_years_min: self.once_in_ten_years(windows),
            outages_per_year: self.outages_per_year(),
            outage_mean_min: tally.outage_mean.value().map(|ms| ms / MS_PER_MINUTE),
            outage_p95_min: self.quantile(&tally.outage_ms, (95, 100), tally.outage_ms.total()).map(without_interval),
            longest_p95_min: self.quantile(&tally.longest, (95, 100), self.whole),
            cut_by_horizon: tally.cut_by_horizon,
            any_miss: self.of_misses(&tally.any_miss, 1.0, 1.0),
            first_miss_h: self.first_miss(),
            held_at: tally.not_held.iter().map(|not| one_less(self.of_misses(not, 1.0, 1.0))).collect(),
            capacity_lost: share(&tally.capacity_lost),
            unserved: demand.then(|| share(&tally.unserved)),
            lost_to_dead: demand.then(|| share(&tally.lost_to_dead)),
            blips: BlipsOutcome::of(&design.service),
            latency: None,
            sessions: None,
            jobs: None,
            classes: self.classes(),
            serving_machine_hours: tally.total(Total::Serving) / MS_PER_HOUR / self.whole,
            composite: composite(study, design, &causes),
            causes,
            window_bars: self.window_bars(windows * self.whole),
            sla,
            agreements,
            machine_failures_per_year: self.per_year(Total::MachineFailures),
            crew_wait_mean_h: self.crew_wait(),
            delayed_healings_per_year: self.per_year(Total::DelayedHealings),
            control_plane_out_h_per_year: hours_per_year(Total::ControlPlaneOutMs),
            allocation_out_h_per_year: hours_per_year(Total::AllocationOutMs),
            operations: self.operations(design),
            events_per_trial: tally.total(Total::Events) / self.whole,
            assumptions: None,
        }
    }

    fn once_in_ten_years(&self, windows: f64) -> Option<Quantile> {
        let level = once_in_ten_years(self.study)?;
        self.quantile(&self.tally.window_missed, level, windows * self.whole)
    }

    /// Branches of one replication are dependent: no interval is known of their ratios.
    fn ratio_interval(&self, of: &WeightedRatio) -> Option<Interval> {
        of.interval(self.confidence).filter(|_| !self.grouped)
    }

    fn first_miss(&self) -> Option<Estimate> {
        let of = &self.tally.first_miss;
        let mean = of.value()? / MS_PER_HOUR;
        let hits = of.hits();
        Some(match self.ratio_interval(of) {
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

    fn causes(&self, unavailability: Estimate) -> Vec<CauseOutcome> {
        let tally = self.tally;
        let total = tally.missed.sum();
        let avoided = |at: usize| tally.avoided.get(at).is_some_and(|avoided| avoided.hits() > 0);
        let charged = tally.by_cause.iter().enumerate().filter(|(at, moments)| moments.hits() > 0 || avoided(*at));
        let outcome = |(at, moments): (usize, &WeightedMoments)| CauseOutcome {
            cause: self.causes[at].clone(),
            downtime_min_per_month: part_of(self.charged(moments), unavailability),
            share: if total > 0.0 { moments.sum() / total } else { 0.0 },
            avoided_min_per_month: tally
                .avoided
                .get(at)
                .filter(|_| self.study.counterfactual && !self.grouped)
                .map(|avoided| self.avoided(avoided)),
        };
        let mut causes: Vec<CauseOutcome> = charged.map(outcome).collect();
        causes.sort_by(|a, b| b.share.total_cmp(&a.share));
        causes
    }

    fn operations(&self, design: &Design) -> Vec<OperationOutcome> {
        let happened = OPERATION_TABLE.iter().zip(&self.tally.operations);
        let happened = happened.filter(|(_, moments)| moments.hits() > 0);
        let measured_ms = cap_ms(self.study);
        let outcome = |(row, moments): (&zonefall_fleet::OperationRow, &WeightedMoments)| {
            let in_hours = row.operation.is_time();
            let unit = if in_hours { 1.0 / MS_PER_HOUR } else { 1.0 };
            let most =
                natural::most(row.operation, design.sets.len(), measured_ms).unwrap_or(measured_ms * MOST_MACHINES);
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

    fn sla(&self, design: &Design, unavailability: Estimate) -> Option<SlaOutcome> {
        let terms = design.sla.as_ref()?;
        let tally = self.tally;
        let months = self.study.measure.months.whole() as f64;
        let of_months = |moments: &WeightedMoments, most: f64| {
            (months > 0.0).then(|| self.mean(moments, most * months, 1.0 / months))
        };
        let weights = tally.total(Total::Weights).max(1.0);
        let clock_share = 1.0 - tally.total(Total::UnpromisedMs) / weights / self.measured_ms;
        let promises = Promises {
            unconnected: tally.unconnected.mean() / self.measured_ms,
            clock_share,
            unconnected_min_per_month: self.minutes_per_month(&tally.unconnected),
            breach_share: of_months(&tally.sla_breaches, 1.0),
            credit_percent: of_months(&tally.sla_credit, 100.0),
            tiers: tally.sla_tiers.iter().map(|moments| of_months(moments, 1.0)).collect(),
        };
        let most = most_unconnected(self.study, design, unavailability);
        Some(promises.bounded(terms, most, (self.measured_ms, &self.study.measure.months)).outcome(terms))
    }

    /// What is promised part by part.
    fn agreements(&self, design: &Design) -> Vec<AgreementOutcome> {
        let weights = self.tally.total(Total::Weights).max(1.0);
        let outcome = |(of, tally): (&Agreement, &WeightedAgreement)| {
            let mean = |figure: usize, most: f64, factor: f64| self.mean(&tally.figures[figure], most, factor);
            tally.says(weights).outcome((self.study, design, of), self.measured_ms, mean)
        };
        design.agreements.iter().zip(&self.tally.agreements).map(outcome).collect()
    }

    /// Means over weights, so that what is the same in every trial stays the same. None from split trials.
    fn bill(
        &self,
        design: &Design,
        (sla, agreements): (Option<&SlaOutcome>, &[AgreementOutcome]),
        unavailability: Estimate,
    ) -> Option<BillOutcome> {
        let money = self.study.money.as_ref()?;
        let of = &self.tally.bill;
        let interval = self.ratio_interval(of)?;
        let (mean, hits) = (of.value()?, of.hits());
        let bill =
            Estimate { mean, low: Some(interval.low.max(0.0)), high: interval.high, quality: Quality::Interval, hits };
        let weights = self.tally.total(Total::Weights).max(1.0);
        let billing = Billing {
            rates: self.study.rates(design)?,
            paid: self.tally.paid.iter().map(|set| set.map(|sum| sum.value() / weights)).collect(),
            requests: self.tally.requests.value() / weights,
            gateway_ms: self.tally.operations.get(Operation::GatewayInstanceMs as usize).map_or(0.0, |of| of.mean()),
            observed_ms: self.measured_ms,
            bill,
            sla,
            agreements: covering(design, agreements),
            unavailability,
            downtime_per_hour: money.downtime_per_hour,
        };
        Some(billing.outcome())
    }
}

/// Outages of one trial are dependent and their number is random: no interval is known.
fn without_interval(of: Quantile) -> Quantile {
    Quantile { low: None, high: None, ..of }
}
