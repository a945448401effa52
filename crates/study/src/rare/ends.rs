//! How far above its value the upper end of an interval is expected to lie: what a reader gets, where relative variance tells only
//! half of it. Equal observations have no spread, and an interval of them ends where a different one may lie.
//!
//! In: what a pilot has shown. Out: milliseconds of missed time above the mean, over the mean. A pilot decides alone, so no interval
//! is chosen because it came out well.

use super::by_weight::ByWeight;
use crate::conclude::cap_ms;
use crate::misses::Kinds;
use crate::study::Study;
use crate::unseen::missed_ms;
use zonefall_fleet::Design;
use zonefall_stats::estimate::HITS_FOR_INTERVAL;
use zonefall_stats::intervals::clopper_pearson_upper;
use zonefall_stats::special::normal_quantile;
use zonefall_stats::{Bounds, Confidence, Interval, MeanEstimate, Moments};

/// So many observations that differ from the others have to be expected for their spread to be seen.
const DIFFERING: f64 = 5.0;

/// What a trial of so many events costs, in events: one in which nothing happens is drawn, too. Else what is never seen would cost
/// nothing, and be had by plain trials at the price of forced ones.
pub(crate) fn of_a_trial(events: f64) -> f64 {
    1.0 + events
}

/// What a pilot expects of one observation of a run: a trial or a cycle.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Expected {
    /// Missed milliseconds.
    pub mean: f64,
    /// Their variance.
    pub variance: f64,
    /// How many miss, as a share.
    pub hits: f64,
    /// How many differ from the most, as a share.
    pub differing: f64,
}

impl Expected {
    /// The mean of so many, as far as spread and number of hits tell; none where they carry no interval.
    fn estimate(&self, trials: u64, confidence: Confidence) -> Option<MeanEstimate> {
        let hits = self.hits * trials as f64;
        let strays = -normal_quantile(0.5 * confidence.alpha()) * libm::sqrt(self.variance / trials.max(1) as f64);
        let bounds = Bounds::Interval(Interval::new((self.mean - strays).max(0.0), self.mean + strays));
        let of = MeanEstimate { mean: self.mean, trials, hits: (hits as u64).min(trials), bounds };
        (hits >= HITS_FOR_INTERVAL as f64).then(|| of.as_wide_as_its_hits(confidence))
    }

    fn above(&self, high: f64) -> f64 {
        (high - self.mean) / self.mean.max(f64::MIN_POSITIVE)
    }

    /// Of so many cycles.
    pub fn above_cycles(&self, study: &Study) -> f64 {
        let (cap, trials) = (cap_ms(study), study.trials);
        if self.differing * (trials as f64) < DIFFERING {
            return self.above(self.mean + clopper_pearson_upper(0, trials, study.confidence) * (cap - self.mean));
        }
        self.above(self.estimate(trials, study.confidence).map_or(cap, |of| of.bounds.high()))
    }

    /// Of so many forced trials, with room for those kinds of misses that they show too seldom, and for those that they cannot be forced
    /// into, of this size.
    pub fn above_forced(&self, study: &Study, kinds: &Kinds, size_ms: f64) -> f64 {
        let (cap, trials) = (cap_ms(study), study.trials);
        let kinds = kinds.clone().unforced_at_most(ByWeight::default().hidden(trials, study.confidence), size_ms);
        let of = self.estimate(trials, study.confidence);
        self.above(of.map_or(cap, |of| kinds.raised(of, trials, cap).bounds.high()))
    }

    /// Of so many plain trials, at least: few with a miss bound no less than none does.
    pub fn above_plain(&self, study: &Study, design: &Design) -> f64 {
        let (cap, trials, kinds) = (cap_ms(study), study.trials, Kinds::of(study, design));
        let of = match self.estimate(trials, study.confidence) {
            Some(of) => of.knowing(kinds.beyond(trials), cap, study.confidence),
            None => {
                let mut none = Moments::new();
                none.add_times(0, trials);
                missed_ms(study, design, &kinds, &none, study.confidence)
            }
        };
        self.above(of.bounds.high())
    }
}
