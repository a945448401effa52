//! What a look with few misses says, where it assumes nothing worse than the run.
//!
//! In: the run, and a look. Out: whether what the run says bounds what the look says. A look at *lower* rates sees fewer misses
//! than the run, so its upper bound is wider: for want of misses, not for more downtime. Faults that come more seldom do not add
//! downtime, so the estimate of the run (or its bound) holds for the look, too, and is the better of the two.
//!
//! What can go wrong: what the service does after a fault need not be monotone, and then fewer faults may cost more. So it
//! holds only where every rate and every share of pairs is at most the run's, the look has only a bound, and no more of its
//! trials miss than the run's share explains (the lower Clopper-Pearson limit of its share lies not above the run's).

use super::Look;
use crate::outcome::{Estimate, Quality};
use crate::study::Study;
use zonefall_faults::Profile;
use zonefall_stats::Confidence;
use zonefall_stats::intervals::clopper_pearson;

/// Rates that differ by rounding alone are the same.
const ROUNDING: f64 = 1.0 + 1e-9;

/// The run that looks are set against.
pub(super) struct Run<'a> {
    pub study: &'a Study,
    pub trials: u64,
    pub confidence: Confidence,
}

impl Run<'_> {
    /// Whether what the run says of a share bounds what a look says of it.
    pub fn bounds(&self, own: Estimate, look: &Look, found: Estimate) -> bool {
        found.quality == Quality::UpperBound
            && is_milder(&look.study.profile, &self.study.profile)
            && !misses_more((own.hits, self.trials), (found.hits, look.outcome.trials), self.confidence)
    }
}

/// Whether more trials of a look miss than the share of the run explains: hits and trials of each.
fn misses_more(own: (u64, u64), look: (u64, u64), confidence: Confidence) -> bool {
    let share = own.0 as f64 / own.1.max(1) as f64;
    let hits = look.0.min(look.1);
    hits > 0 && clopper_pearson(hits, look.1, confidence).low > share
}

/// Whether nothing of a profile strikes more often than the same mode of another.
fn is_milder(this: &Profile, that: &Profile) -> bool {
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
