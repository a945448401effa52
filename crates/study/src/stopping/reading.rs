//! What a rule reads from a tally: an estimate, its half-width and its hits, in the metric's own unit.

use super::Rule;
use crate::conclude::{MS_PER_YEAR, against_first, known};
use crate::misses::Kinds;
use crate::outcome::MINUTES_PER_MONTH;
use crate::run::Finished;
use crate::study::Study;
use crate::tally::TRILLIONTHS;
use crate::unseen::missed_ms;
use zonefall_stats::{Bounds, DifferenceBounds, MeanEstimate, Moments};

/// A quantity that a rule may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Missed time, minutes a month.
    Downtime,
    /// Missed time less that of the first design, minutes a month.
    Difference,
    /// Outages of the objective a year.
    Outages,
    /// Whole windows that miss the target, in percent.
    Breaches,
    /// Capacity lost, in percent.
    CapacityLost,
    /// Demand not served, in percent.
    Unserved,
}

/// An estimate as a rule sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// The estimate.
    pub mean: f64,
    /// Half of its interval; none where there is none yet.
    pub half_width: Option<f64>,
    /// Trials behind it.
    pub hits: u64,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Downtime, Self::Difference, Self::Outages, Self::Breaches, Self::CapacityLost, Self::Unserved];

    /// The one of that name.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.word() == word)
    }

    /// What scenarios and reports call it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Downtime => "downtime",
            Self::Difference => "difference",
            Self::Outages => "outages",
            Self::Breaches => "breaches",
            Self::CapacityLost => "capacity lost",
            Self::Unserved => "unserved",
        }
    }

    /// The unit of its estimates.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Downtime | Self::Difference => "min/month",
            Self::Outages => "1/year",
            Self::Breaches | Self::CapacityLost | Self::Unserved => "points",
        }
    }
}

/// The readings that a rule asks for: (design, reading).
pub(super) fn all<'a>(
    rule: &'a Rule,
    study: &'a Study,
    finished: &'a Finished,
) -> impl Iterator<Item = (usize, Reading)> + 'a {
    let first = usize::from(rule.metric == Metric::Difference);
    let asked = (first..study.designs.len()).filter(|&at| rule.design.is_none_or(|asked| asked == at));
    // What no chance reaches is exact after one trial.
    let exact = move |at: usize| known(study, finished, &study.designs[at], &finished.tally.designs[at]).is_some();
    let open = asked.filter(move |&at| !(exact(at) && (first == 0 || exact(0))));
    open.map(|at| (at, read(rule.metric, study, finished, at)))
}

fn read(metric: Metric, study: &Study, finished: &Finished, design: usize) -> Reading {
    let tally = &finished.tally.designs[design];
    let confidence = study.confidence;
    let cap = study.measure.horizon.since(study.measure.from).as_ms() as f64;
    let observed = (tally.observed_ms as f64 / finished.trials.max(1) as f64).max(1.0);
    let half = |of: MeanEstimate, factor: f64| {
        let half_width = match of.bounds {
            Bounds::Interval(interval) => Some(interval.half_width() * factor),
            Bounds::UpperBound { .. } => None,
        };
        Reading { mean: of.mean * factor, half_width, hits: of.hits }
    };
    let mean = |moments: &Moments, cap: f64, factor: f64| half(MeanEstimate::new(moments, cap, confidence), factor);
    let percent = 100.0 / TRILLIONTHS;
    match metric {
        Metric::Downtime => {
            let kinds = Kinds::of(study, &study.designs[design]);
            let missed = missed_ms(study, &study.designs[design], &kinds, &tally.missed, confidence);
            half(missed, MINUTES_PER_MONTH / observed)
        }
        Metric::Outages => mean(&tally.outages, cap, MS_PER_YEAR / observed),
        Metric::CapacityLost => mean(&tally.capacity_lost, TRILLIONTHS, percent),
        Metric::Unserved => mean(&tally.unserved, TRILLIONTHS, percent),
        Metric::Breaches => {
            let half_width = Some(100.0 * tally.breaches.interval(confidence).half_width());
            let hits = tally.breaches.trials_with_success();
            Reading { mean: 100.0 * tally.breaches.ratio(), half_width, hits }
        }
        Metric::Difference => {
            let kinds = |at: usize| Kinds::of(study, &study.designs[at]);
            let of = against_first(study, (&kinds(design), &kinds(0)), tally);
            let factor = MINUTES_PER_MONTH / observed;
            let half_width = match of.bounds {
                DifferenceBounds::Interval(interval) => Some(interval.half_width() * factor),
                DifferenceBounds::NotResolved { .. } | DifferenceBounds::NoneObserved { .. } => None,
            };
            Reading { mean: of.mean * factor, half_width, hits: of.hits }
        }
    }
}
