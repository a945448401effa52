//! From tallies to importances: plain numbers with their intervals, ready for a report.

use super::Seen;
use super::tornado::End;
use crate::assumptions::{Badness, unsettles};
use crate::conclude::{cap_ms, estimate, signed, with_zeros};
use crate::misses::Kinds;
use crate::outcome::{Estimate, MINUTES_PER_MONTH, Outcome, Quality, Verdict};
use crate::stage;
use crate::study::Study;
use crate::unseen::missed_ms;
use serde::{Deserialize, Serialize};
use zonefall_faults::mode_of_cause;
use zonefall_stats::{DifferenceEstimate, MeanEstimate, Moments};

/// The version of this form.
pub const SCHEMA: &str = "zonefall-importance/2";

/// What matters most, design by design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    /// [`SCHEMA`].
    pub schema: String,
    /// The study's name.
    pub study: String,
    /// The seed.
    pub seed: u64,
    /// Trials in which causes and zones were taken away.
    pub trials: u64,
    /// Trials of each end of a rate, and of the stated rates that they are set against.
    pub trials_of_ends: u64,
    /// The confidence of every interval.
    pub confidence: f64,
    /// The designs.
    pub designs: Vec<DesignImportance>,
}

/// What matters to one design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DesignImportance {
    /// Its name.
    pub design: String,
    /// Share of time in which the objective did not hold.
    pub unavailability: Estimate,
    /// The same as minutes a month.
    pub downtime_min_per_month: Estimate,
    /// Minutes a month that are charged to the fleet itself: probe lag, overload, releases, missing capacity. Where a failure sets
    /// them off, a cause spares them too.
    pub own_min_per_month: Estimate,
    /// The causes, the greatest elasticity first.
    pub causes: Vec<CauseImportance>,
    /// The zones, what they spare most first.
    pub parts: Vec<PartImportance>,
    /// The rates that have a range, the widest swing first.
    pub tornado: Vec<Swing>,
    /// The verdict on the mean at the stated rates.
    pub verdict_mean: Verdict,
    /// Whether it survives every rate that has a range at both ends, one at a time; none if it is not resolved to begin with.
    pub survives: Option<bool>,
    /// The verdict on windows at the stated rates; none without windows.
    #[serde(default)]
    pub verdict_windows: Option<Verdict>,
    /// The same as `survives` of it.
    #[serde(default)]
    pub windows_survive: Option<bool>,
    /// Share of time in which the objective does not hold at the stated rates, in the trials of the ends.
    pub stated: Estimate,
}

/// One cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CauseImportance {
    /// The cause: a mode, or its hit on two zones.
    pub cause: String,
    /// Minutes a month charged to it.
    pub charged_min_per_month: Estimate,
    /// Minutes a month that would not be, had it never happened; its interval.
    pub spared_if_never: Estimate,
    /// Unavailability had it never happened.
    pub unavailability_if_never: Estimate,
    /// By how many percent the downtime changes when its rate does by one percent; none where the fleet draws it (operating
    /// clocks), or where nothing was missed.
    pub elasticity: Option<Elasticity>,
    /// Minutes a month for one more event a year of each of its units (Birnbaum-like); none with `elasticity`.
    pub per_event_a_year: Option<Estimate>,
}

/// A relative change of downtime for a relative change of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Elasticity {
    /// The estimate.
    pub mean: f64,
    /// Its ends, for the downtime as estimated; none with fewer than 20 trials that tell.
    pub low: Option<f64>,
    /// See `low`.
    pub high: Option<f64>,
    /// Trials that tell.
    pub hits: u64,
}

/// One zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartImportance {
    /// The zone: `eastus/1`.
    pub part: String,
    /// Minutes a month that would not be, had nothing ever struck it.
    pub spared_if_never: Estimate,
    /// Unavailability then.
    pub unavailability_if_never: Estimate,
}

/// One rate over its range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Swing {
    /// The mode.
    pub mode: String,
    /// How well its rate is known: published, derived, assumed.
    pub confidence: String,
    /// The rate, and its ends, per unit and year.
    pub rate: f64,
    /// See `rate`.
    pub rate_low: f64,
    /// See `rate`.
    pub rate_high: f64,
    /// Share of time in which the objective does not hold at the low end.
    pub at_low: Estimate,
    /// The same at the high end.
    pub at_high: Estimate,
    /// Minutes a month from end to end.
    pub swing_min_per_month: f64,
    /// Whether an end turns the verdict on the mean.
    pub turns_verdict: bool,
    /// Whether an end turns the verdict on windows.
    #[serde(default)]
    pub turns_windows: bool,
}

/// A miss needs no more events of one cause than are counted for it.
const EVENTS_OF_A_MISS: f64 = 16.0;

/// No more is spared than is missed: of few trials that is the better bound.
fn of_downtime(of: Estimate, most: f64) -> Estimate {
    match of.quality {
        Quality::UpperBound => Estimate { high: of.high.min(most), ..of },
        Quality::Interval | Quality::Recorded | Quality::Exact => of,
    }
}

/// Of a month no more than a month is missed: of few trials that is a bound too.
fn of_a_month(of: Estimate) -> Estimate {
    match of.quality {
        Quality::UpperBound => Estimate { high: of.high.min(MINUTES_PER_MONTH), ..of },
        Quality::Interval | Quality::Recorded | Quality::Exact => of,
    }
}

pub(super) fn conclude(
    study: &Study,
    trials: u64,
    ends: u64,
    seen: &[Seen],
    swings: &(Outcome, Vec<End>),
) -> Importance {
    let names = stage::causes(study);
    let of = |(at, seen): (usize, &Seen)| Concluding { study, trials, seen, names: &names }.design(at, swings);
    Importance {
        schema: SCHEMA.into(),
        study: study.name.clone(),
        seed: study.seed,
        trials,
        trials_of_ends: ends,
        confidence: study.confidence.level(),
        designs: seen.iter().enumerate().map(of).collect(),
    }
}

struct Concluding<'a> {
    study: &'a Study,
    trials: u64,
    seen: &'a Seen,
    names: &'a [String],
}

impl Concluding<'_> {
    /// Minutes a month per missed millisecond of a trial.
    fn factor(&self) -> f64 {
        MINUTES_PER_MONTH * self.trials as f64 / (self.seen.observed_ms as f64).max(1.0)
    }

    /// A missed time that cannot be negative, over all trials, in minutes a month.
    fn missed(&self, moments: &Moments) -> Estimate {
        let all = with_zeros(moments, self.trials);
        estimate(&MeanEstimate::new(&all, cap_ms(self.study), self.study.confidence), self.factor())
    }

    /// The same as a share of time.
    fn unavailable(&self, moments: &Moments) -> Estimate {
        self.missed(moments).times(1.0 / MINUTES_PER_MONTH)
    }

    /// A difference that may be negative, over all trials: no trial spares or adds more than its length.
    fn difference(&self, moments: &Moments) -> Estimate {
        self.signed(moments, cap_ms(self.study))
    }

    /// A sum over the events of a cause of what each would spare. It may be larger than the trial: one miss needs several events.
    fn over_events(&self, moments: &Moments) -> Estimate {
        self.signed(moments, EVENTS_OF_A_MISS * cap_ms(self.study))
    }

    fn signed(&self, moments: &Moments, cap: f64) -> Estimate {
        signed(&DifferenceEstimate::new(&with_zeros(moments, self.trials), cap, self.study.confidence), self.factor())
    }

    fn design(&self, at: usize, (stated, ends): &(Outcome, Vec<End>)) -> DesignImportance {
        let (design, all) = (&self.study.designs[at], with_zeros(&self.seen.missed, self.trials));
        let kinds = Kinds::of(self.study, design);
        let missed = missed_ms(self.study, design, &kinds, &all, self.study.confidence);
        let most = estimate(&missed, self.factor());
        let downtime = self.seen.missed.mean() * self.factor();
        let mut causes: Vec<CauseImportance> =
            (0..self.seen.never.len()).filter_map(|cause| self.cause(cause, downtime, most.high)).collect();
        let weight =
            |of: &CauseImportance| of.elasticity.map_or(of.spared_if_never.mean / downtime.max(1e-300), |of| of.mean);
        causes.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        let parts = self.study.topology.zone_ids().map(|zone| {
            let spared_if_never = of_downtime(self.difference(&self.seen.parts[zone.0 as usize]), most.high);
            PartImportance {
                part: self.study.topology.zone_name(zone),
                unavailability_if_never: self.unavailable(&self.seen.left_parts[zone.0 as usize]),
                spared_if_never,
            }
        });
        let mut parts: Vec<PartImportance> = parts.filter(|part| part.spared_if_never.hits > 0).collect();
        parts.sort_by(|a, b| b.spared_if_never.mean.total_cmp(&a.spared_if_never.mean));
        let mut tornado: Vec<Swing> =
            ends.chunks_exact(2).map(|pair| self.swing(at, stated, &pair[0], &pair[1])).collect();
        tornado.sort_by(|a, b| b.swing_min_per_month.total_cmp(&a.swing_min_per_month));
        let verdict_mean = stated.designs[at].verdict_mean;
        let turned = tornado.iter().any(|swing| swing.turns_verdict);
        let verdict_windows = stated.designs[at].verdict_windows;
        let windows_turned = tornado.iter().any(|swing| swing.turns_windows);
        DesignImportance {
            design: design.name.clone(),
            unavailability: most.times(1.0 / MINUTES_PER_MONTH),
            downtime_min_per_month: most,
            own_min_per_month: self.missed(&self.seen.own),
            causes,
            parts,
            tornado,
            verdict_mean,
            survives: (verdict_mean != Verdict::NotResolved).then_some(!turned),
            verdict_windows,
            windows_survive: verdict_windows.filter(|of| *of != Verdict::NotResolved).map(|_| !windows_turned),
            stated: stated.designs[at].unavailability,
        }
    }

    /// A cause that made a difference, beside the downtime as estimated and at most.
    fn cause(&self, cause: usize, downtime: f64, most: f64) -> Option<CauseImportance> {
        let (seen, name) = (self.seen, &self.names[cause]);
        if seen.never[cause].hits() == 0 && seen.charged[cause].n() == 0 {
            return None;
        }
        let mode = mode_of_cause(&self.study.profile.modes, name)?;
        let spared_if_never = of_downtime(self.difference(&seen.never[cause]), most);
        let nudged = of_downtime(self.over_events(&seen.nudged[cause]), EVENTS_OF_A_MISS * most);
        let can_tell = downtime > 0.0 && !mode.depends_on_history();
        let elasticity = can_tell.then(|| {
            let has_interval = nudged.quality == Quality::Interval;
            Elasticity {
                mean: nudged.mean / downtime,
                low: nudged.low.filter(|_| has_interval).map(|low| low / downtime),
                high: has_interval.then_some(nudged.high / downtime),
                hits: nudged.hits,
            }
        });
        Some(CauseImportance {
            cause: name.clone(),
            charged_min_per_month: self.missed(&seen.charged[cause]),
            unavailability_if_never: self.unavailable(&seen.left[cause]),
            spared_if_never,
            per_event_a_year: elasticity.map(|_| of_a_month(nudged.times(1.0 / mode.rate_per_year()))),
            elasticity,
        })
    }

    fn swing(&self, at: usize, stated: &Outcome, low: &End, high: &End) -> Swing {
        debug_assert!(low.mode == high.mode && !low.high && high.high);
        let mode = &self.study.profile.modes[low.mode];
        let of = |outcome: &Outcome| {
            let design = &outcome.designs[at];
            let of = design.unavailability;
            let low = if of.quality == Quality::UpperBound { None } else { of.low };
            (design.verdict_mean, Badness { mean: of.mean, low, high: of.high })
        };
        let (at_low, at_high) = (low.outcome.designs[at].unavailability, high.outcome.designs[at].unavailability);
        let run = of(stated);
        let in_windows = |outcome: &Outcome| {
            let design = &outcome.designs[at];
            let missed = design.windows_met?.missed();
            Some((design.verdict_windows?, Badness { mean: missed.mean, low: missed.lower(), high: missed.high }))
        };
        let turns =
            |end: &&End| in_windows(stated).zip(in_windows(&end.outcome)).is_some_and(|(run, end)| unsettles(run, end));
        Swing {
            mode: mode.name.clone(),
            confidence: mode.evidence.confidence.word().into(),
            rate: mode.rate_per_year(),
            rate_low: mode.evidence.rate_low_high.0,
            rate_high: mode.evidence.rate_low_high.1,
            at_low,
            at_high,
            swing_min_per_month: (at_high.mean - at_low.mean).abs() * MINUTES_PER_MONTH,
            turns_verdict: [low, high].iter().any(|end| unsettles(run, of(&end.outcome))),
            turns_windows: [low, high].iter().any(turns),
        }
    }
}
