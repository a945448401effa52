//! What a look with few misses says, where it assumes nothing worse than the run.
//!
//! In: the run, and a look. Out: whether what the run says bounds what the look says. A look at *lower* rates sees fewer misses
//! than the run, so its upper bound is wider: for want of misses, not for more downtime. Faults that come more seldom do not add
//! downtime, so the estimate of the run (or its bound) holds for the look, too, and is the better of the two.
//!
//! What can go wrong: what the service does after a fault need not be monotone, and then fewer faults may cost more. So it
//! holds only where every rate and every share of pairs is at most the run's, the look has only a bound, and no more of its
//! trials miss than the run's share explains (the lower Clopper-Pearson limit of its share lies not above the run's).

use super::verdict::{Badness, unsettles};
use crate::outcome::{Estimate, Outcome, Quality, Variation};
use zonefall_faults::Profile;
use zonefall_stats::intervals::clopper_pearson;
use zonefall_stats::{Confidence, Verdict};

/// Rates that differ by rounding alone are the same.
const ROUNDING: f64 = 1.0 + 1e-9;

/// A verdict, and what it is on.
pub(crate) type Judged = (Verdict, Estimate);

/// The run that looks are set against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    trials: u64,
    confidence: Confidence,
}

impl Run {
    pub fn of(outcome: &Outcome) -> Self {
        Self { trials: outcome.trials, confidence: Confidence::new(outcome.confidence).unwrap_or(Confidence::P95) }
    }

    /// Whether what the run says of a share bounds what a look says of it.
    pub fn bounds(&self, own: Estimate, look: &Variation, found: Estimate) -> bool {
        found.quality == Quality::UpperBound
            && look.milder
            && !misses_more((own.hits, self.trials), (found.hits, look.trials), self.confidence)
    }

    /// Whether a look turns a verdict of the run: it unsettles it, and not for want of misses alone.
    pub fn is_turned(&self, own: Judged, look: &Variation, found: Judged) -> bool {
        let open = own.0 == Verdict::Meets && found.0 == Verdict::NotResolved;
        unsettles((own.0, badness(own.1)), (found.0, badness(found.1))) && !(open && self.bounds(own.1, look, found.1))
    }
}

fn badness(of: Estimate) -> Badness {
    Badness { mean: of.mean, low: of.lower(), high: of.high }
}

/// Whether more trials of a look miss than the share of the run explains: hits and trials of each.
fn misses_more(own: (u64, u64), look: (u64, u64), confidence: Confidence) -> bool {
    let share = own.0 as f64 / own.1.max(1) as f64;
    let hits = look.0.min(look.1);
    hits > 0 && clopper_pearson(hits, look.1, confidence).low > share
}

/// Whether nothing of a profile strikes more often than the same mode of another.
pub(super) fn is_milder(this: &Profile, that: &Profile) -> bool {
    this.modes.len() == that.modes.len()
        && this.modes.iter().zip(&that.modes).all(|(this, that)| {
            this.rate_per_year() <= that.rate_per_year() * ROUNDING && this.common_cause <= that.common_cause * ROUNDING
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_misses_than_the_run_explains_are_not_for_want_of_misses() {
        let more = |own, look| misses_more(own, look, Confidence::P95);
        assert!(!more((3, 300), (0, 300)));
        assert!(!more((3, 300), (2, 300)));
        assert!(!more((60, 4000), (18, 1000)));
        assert!(more((3, 300), (15, 300)));
        assert!(more((0, 300), (1, 300)));
    }
}
