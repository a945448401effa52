//! What misses an objective, known from places and rates alone, without a trial: one outage that is enough, and two or three that are
//! when they meet.
//!
//! In: a study and one of its designs. Out: the modes that can alone miss its objective and how often they strike a trial (`strikes`); those
//! that can together (`meetings`), how often they meet and for how long; of all, what so many trials expect too few of to have shown
//! what they do ([`Kinds::rare`]). For [`crate::stopping`], which waits until the first have come about; for `unseen`, which
//! leaves room for the rare ones; for `rare`, which draws trials for them; for warnings.
//!
//! Each way in which a mode strikes is a kind of its own, so that a harmless one does not hide another: a whole zone or a part of it,
//! two zones, foreseen or not. Where a failover stands in, a loss costs the time until it does, and both at once cost all of it; so does
//! what leaves a part too small by the highest demand that no router sees, as it still answers, nor people.
//!
//! What can be wrong. Places are those at the beginning of a trial: what is healed, scaled or moved stands elsewhere later on. What is
//! asked of a design with a demand is that of its highest hour. What meets is taken for independent of each other, and what takes four
//! outages at once is not looked for. Where zones are hidden, or a time limit or a deadline decides, any loss is taken for a miss and
//! nothing meets.
//!
//! Of kinds that come often the few long ones may be missing among many short (empirical and other very skewed laws): of such the
//! variance of a trial is known, at least ([`Kind::variance_ms2`]), where nothing ends a miss before the outage does. Of those that meet too, where all are known.

mod losses;
mod meetings;
mod strikes;
mod unforced;

use crate::conclude::cap_ms;
use crate::study::Study;
use std::collections::BTreeMap;
use strikes::Strikes;
use zonefall_faults::Scope;
use zonefall_fleet::Design;
use zonefall_stats::{Beyond, MeanEstimate, Room};

/// Fewest expected occurrences in all trials for these to show what they do.
pub const OCCURRENCES_MIN: f64 = 10.0;

/// A kind of misses: of one outage that is enough, or of two or three that meet where nothing of them is without the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// What reports call the one, or those that meet.
    pub causes: Vec<String>,
    /// How often a trial is expected to show it, over all units: plain ones as often as it comes, and what hangs on one outage that meets
    /// many comes as seldom as that does.
    pub per_trial: f64,
    /// Milliseconds that it is expected to bring to a trial.
    pub ms_per_trial: f64,
    /// The units that are struck, by scope and whether it is a pair of zones, where trials can be forced into that.
    pub(crate) struck: Vec<(Scope, bool)>,
    /// Whether a part of something is struck, drawn anew each time: then it is counted as if every strike took the most.
    pub(crate) is_partial: bool,
    /// By how many squared milliseconds these vary from trial to trial, at least; 0 where that is not known.
    pub variance_ms2: f64,
    /// Whether another design that it also misses is missed as much by it, whatever the hour.
    is_sure: bool,
    /// Whether all that it brings is known: what it strikes is out as a whole, and missed until that is over.
    is_known: bool,
}

impl Kind {
    /// Whatever else may miss an objective, for so long at most: no trial can be said to show it.
    pub(crate) fn unknown(ms_per_trial: f64) -> Self {
        let (causes, struck) = (Vec::new(), Vec::new());
        let (per_trial, variance_ms2, is_partial) = (0.0, 0.0, false);
        Self { causes, per_trial, ms_per_trial, struck, is_partial, variance_ms2, is_sure: false, is_known: false }
    }

    /// Whether so many trials expect too few of it to have shown what it does.
    fn is_rare(&self, trials: u64) -> bool {
        self.per_trial * (trials as f64) < OCCURRENCES_MIN
    }

    /// "region-outage", "zone-outage and rack-failure at once".
    pub fn words(&self) -> String {
        match self.causes.as_slice() {
            [one] => one.clone(),
            [most @ .., last] => format!("{} and {last} at once", most.join(", ")),
            [] => String::new(),
        }
    }
}

/// What outages bring to a trial that it cannot be forced into, beyond the kinds that are known, at most.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Unforced {
    /// The modes.
    pub causes: Vec<String>,
    /// Milliseconds; infinite where that is not known.
    pub ms: f64,
    /// Misses; infinite where that is not known.
    pub misses: f64,
    /// How long one of its outages lasts on average, at most.
    pub longest_ms: f64,
}

/// All that is known to miss an objective, or may; of forced trials with what they cannot be forced into.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kinds(Vec<Kind>, Unforced);

impl Kinds {
    /// Those of a design in the world of a study. None where faults are not drawn.
    pub fn of(study: &Study, design: &Design) -> Self {
        let strikes = Strikes::of(study, design);
        let mut all: Vec<Kind> = strikes.alone().into_iter().chain(strikes.meetings()).collect();
        // Outages that meet, or wait for each other to end, vary less: of up and down times of one unit, by the square of up.
        let missed = all.iter().map(|of| of.ms_per_trial).sum::<f64>() / cap_ms(study);
        let left = (1.0 - missed).max(0.0);
        all.iter_mut().for_each(|of| of.variance_ms2 *= left * left * left);
        Self(all, Unforced::default())
    }

    /// Modes that can alone miss it.
    pub fn lonely(&self) -> impl Iterator<Item = &Kind> {
        self.0.iter().filter(|of| of.causes.len() == 1)
    }

    /// The kinds of which so many trials expect too few to have shown what they do.
    pub fn rare(&self, trials: u64) -> impl Iterator<Item = &Kind> {
        self.0.iter().filter(move |of| of.is_rare(trials))
    }

    /// Milliseconds that these bring to a trial.
    pub fn rare_ms(&self, trials: u64) -> f64 {
        self.rare(trials).map(|of| of.ms_per_trial).sum()
    }

    /// Milliseconds that all of them bring to a trial.
    pub(crate) fn all_ms(&self) -> f64 {
        self.0.iter().map(|of| of.ms_per_trial).sum()
    }

    /// The room, in milliseconds, above a mean of so many forced trials: what they expect too few of to have shown it, and no less than
    /// rates and places are known to bring more.
    pub(crate) fn room_above(&self, mean_ms: f64, trials: u64) -> f64 {
        let known: f64 = self.0.iter().filter(|of| of.is_known).map(|of| of.ms_per_trial).sum();
        (known - mean_ms).max(self.rare_ms(trials)) + self.1.ms
    }

    /// These for trials that some outages cannot be forced into.
    pub(crate) fn with_the_unforced(mut self, study: &Study, design: &Design) -> Self {
        self.1 = Strikes::of(study, design).unforced(&self.0);
        self
    }

    /// What forced trials cannot be forced into.
    pub(crate) fn unforced(&self) -> &Unforced {
        &self.1
    }

    /// These where trials show that what they cannot be forced into brings no more than so many misses, of a size that was seen.
    pub(crate) fn unforced_at_most(mut self, misses: f64, size_ms: f64) -> Self {
        let of = &mut self.1;
        of.ms = of.ms.min(misses * size_ms.max(of.longest_ms));
        of.misses = of.misses.min(misses);
        self
    }

    /// An estimate from so many forced trials with that room.
    pub(crate) fn raised(&self, of: MeanEstimate, trials: u64, cap_ms: f64) -> MeanEstimate {
        of.with_room(self.room_above(of.mean, trials), cap_ms)
    }

    /// An estimate from split trials that stand for so many with its upper end raised to what rates and places bring, of what these expect
    /// too few of: what comes at one blow is split at no level, and beside what builds up nobody misses it.
    pub(crate) fn raised_from_split(&self, of: MeanEstimate, trials: u64, cap_ms: f64) -> MeanEstimate {
        of.with_room((self.rare_ms(trials) - of.mean).max(0.0), cap_ms)
    }

    /// These for trials that are drawn so that they show each kind so often; of weighted trials no variance is known.
    pub(crate) fn drawn(mut self, expected: impl Fn(&Kind) -> f64) -> Self {
        for of in &mut self.0 {
            of.per_trial = expected(of);
            of.variance_ms2 = 0.0;
        }
        self
    }

    /// These and another one.
    pub(crate) fn and(mut self, kind: Kind) -> Self {
        self.0.push(kind);
        self
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[Kind] {
        &self.0
    }

    /// What lies beyond what so many trials show.
    pub fn beyond(&self, trials: u64) -> Beyond {
        let often = self.0.iter().filter(|of| !of.is_rare(trials));
        Beyond { rare: self.rare_ms(trials), variance: often.map(|of| of.variance_ms2).sum() }
    }

    /// By how much more, and how much less, than so many trials show a design may miss than another: by what lies beyond them and is
    /// not the same.
    pub fn room(&self, than: &Self, trials: u64) -> Room {
        let by_cause = |of: &Self, is_sure: bool| {
            let mut all: BTreeMap<Vec<String>, Beyond> = BTreeMap::new();
            for kind in of.0.iter().filter(|kind| kind.is_sure == is_sure) {
                let of = all.entry(kind.causes.clone()).or_insert(Beyond::NONE);
                if kind.is_rare(trials) { of.rare += kind.ms_per_trial } else { of.variance += kind.variance_ms2 }
            }
            all
        };
        let more = |a: &Self, b: &Self| {
            let (shared, mut all) = (by_cause(b, true), Beyond::NONE);
            for (causes, of) in by_cause(a, true) {
                let of_both = shared.get(&causes).copied().unwrap_or(Beyond::NONE);
                all.rare += (of.rare - of_both.rare).max(0.0);
                all.variance += (of.variance - of_both.variance).max(0.0);
            }
            for of in by_cause(a, false).into_values() {
                all.rare += of.rare;
                all.variance += of.variance;
            }
            all.rare += a.1.ms;
            all
        };
        Room { more: more(self, than), less: more(than, self) }
    }
}

/// The modes that can alone miss the objective of a design in the world of a study, each way for itself, without a look at what
/// meets. None where faults are not drawn.
pub fn alone(study: &Study, design: &Design) -> Vec<Kind> {
    Strikes::of(study, design).alone().into_iter().filter(|kind| kind.causes.len() == 1).collect()
}

/// Whether it is known where every machine of a design stands, and that it stays there.
pub(crate) fn is_placed(design: &Design) -> bool {
    design.sets.iter().all(|set| !set.zones.is_empty()) && !design.is_managed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn designs_share_what_they_both_cannot_show() {
        let kind = |name: &str, per_trial: f64, ms_per_trial: f64| Kind {
            causes: vec![name.into()],
            per_trial,
            ms_per_trial,
            struck: Vec::new(),
            is_partial: false,
            variance_ms2: 0.0,
            is_sure: true,
            is_known: true,
        };
        let kinds = |all: Vec<Kind>| Kinds(all, Unforced::default());
        let one = kinds(vec![kind("region", 0.01, 8.0), kind("zone", 1.0, 50.0)]);
        let other = kinds(vec![kind("region", 0.01, 5.0), kind("names", 0.02, 2.0), kind("zone", 0.03, 1.0)]);
        assert_eq!((one.rare_ms(100), other.rare_ms(100), other.rare_ms(400)), (8.0, 8.0, 7.0));
        // The region costs 3 more, names and the one's lonely zone what they cost.
        let room = |more, less| {
            let rare = |rare| Beyond { rare, variance: 0.0 };
            Room { more: rare(more), less: rare(less) }
        };
        assert_eq!(one.room(&other, 100), room(3.0, 3.0));
        assert_eq!(other.room(&one, 5), room(2.0, 52.0));
        assert_eq!(one.room(&one, 5), Room::NONE);
        // What hangs on the hour may be missed by one of them alone.
        let unsure = kinds(vec![Kind { is_sure: false, ..kind("region", 0.01, 8.0) }]);
        assert_eq!(unsure.room(&unsure, 5), room(8.0, 8.0));
        // What comes often varies by what the other does not.
        let varies = |variance_ms2| kinds(vec![Kind { variance_ms2, ..kind("region", 1.0, 8.0) }]);
        let beyond = Room { more: Beyond { rare: 0.0, variance: 2.0 }, less: Beyond::NONE };
        assert_eq!(varies(7.0).room(&varies(5.0), 100), beyond);
        assert_eq!(
            (varies(7.0).beyond(100).variance, varies(7.0).beyond(5)),
            (7.0, Beyond { rare: 8.0, variance: 0.0 })
        );
    }
}
