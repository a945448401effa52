//! Sessions that the designs of a comparison lose, trial against trial.
//!
//! In: ledgers of all designs of a trial. Out: exact sums of every design and of every pair of which both hold sessions. A
//! comparison of which no design holds any keeps nothing.

use crate::conclude::estimate;
use crate::outcome::Estimate;
use crate::sessions::{Differences, lost, most, per_month};
use crate::study::Study;
use zonefall_fleet::{Design, Ledger};
use zonefall_stats::{Confidence, MeanEstimate, Moments};

/// Exact sums in thousandths.
pub(super) struct SeenSessions {
    /// By design; none of one without sessions.
    of: Vec<Option<Moments>>,
    /// By pair of designs that hold some.
    pairs: Vec<((usize, usize), Moments)>,
    /// Of the trial at hand.
    row: Vec<i64>,
}

impl SeenSessions {
    pub fn new(studies: &[Study], pairs: impl Iterator<Item = (usize, usize)>) -> Self {
        let designs = studies.iter().flat_map(|study| &study.designs);
        let of: Vec<Option<Moments>> =
            designs.map(|design| design.service.sessions.is_some().then(Moments::new)).collect();
        let both = pairs.filter(|&(a, b)| of[a].is_some() && of[b].is_some());
        let pairs = both.map(|pair| (pair, Moments::new())).collect();
        Self { row: vec![0; of.len()], pairs, of }
    }

    /// A design of the trial at hand.
    pub fn design(&mut self, at: usize, ledger: &Ledger) {
        self.row[at] = lost(ledger).unwrap_or(0);
    }

    /// The trial is over.
    pub fn trial(&mut self) {
        for (moments, &lost) in self.of.iter_mut().zip(&self.row) {
            moments.iter_mut().for_each(|moments| moments.add(lost));
        }
        for ((a, b), moments) in &mut self.pairs {
            moments.add(self.row[*a] - self.row[*b]);
        }
    }

    pub fn merge(&mut self, later: &Self) {
        let designs = self.of.iter_mut().flatten().zip(later.of.iter().flatten());
        let pairs = self.pairs.iter_mut().map(|(_, of)| of).zip(later.pairs.iter().map(|(_, of)| of));
        designs.chain(pairs).for_each(|(mine, theirs)| mine.merge(theirs));
    }

    /// What a design loses a month; none of one without sessions.
    pub fn lost(&self, at: usize, design: &Design, of: &Concluded) -> Option<Estimate> {
        let found = MeanEstimate::new(self.of[at].as_ref()?, most(design, of.horizon_ms), of.confidence);
        Some(estimate(&found, per_month(of.measured_ms)))
    }

    /// How all pairs differ, with intervals that hold together.
    pub fn differences(&self, studies: &[Study], of: &Concluded) -> Differences {
        let designs = studies.iter().flat_map(|study| &study.designs);
        let most = designs.map(|design| most(design, of.horizon_ms)).fold(0.0, f64::max);
        let pairs: Vec<&Moments> = self.pairs.iter().map(|(_, moments)| moments).collect();
        Differences::new(&pairs, most, of.confidence, of.measured_ms)
    }

    /// Where a pair (in the order of the designs) stands among them.
    pub fn place(&self, pair: (usize, usize)) -> Option<usize> {
        self.pairs.iter().position(|(of, _)| *of == pair)
    }
}

/// What all figures of a comparison share.
pub(super) struct Concluded {
    /// The longest horizon.
    pub horizon_ms: f64,
    pub measured_ms: f64,
    pub confidence: Confidence,
}
