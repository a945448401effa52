//! What misses an objective, known from places and rates alone, without a trial: one outage that is enough, and two that are when
//! they meet.
//!
//! In: a study and one of its designs. Out: the modes that can alone miss its objective and how often they strike a trial; the pairs
//! of modes that can together, how often they meet and for how long; of both, what so many trials expect too few of to have shown
//! what they do ([`Kinds::rare`]). For [`crate::stopping`], which waits until the first have come about; for [`crate::unseen`], which
//! leaves room for the rare ones; for warnings.
//!
//! What can be wrong. Places are those at the beginning of a trial: what is healed, scaled or moved stands elsewhere later on. A
//! part of a zone is taken for the zone, and a hall too. Pairs are taken for independent of each other, and what takes three outages at once is not
//! looked for. Where zones are hidden, or all depends on the demand of the hour, any loss is taken for a miss and there are no pairs.

mod losses;

use crate::lengths::back_ms;
use crate::study::Study;
use losses::{Class, Losses};
use std::collections::BTreeMap;
use zonefall_faults::{Effect, Mode, Scope, cause_name};
use zonefall_fleet::{Design, Need};
use zonefall_stats::Room;

/// Fewest expected occurrences in all trials for these to show what they do.
pub const OCCURRENCES_MIN: f64 = 10.0;

/// A mode (or its hit on two zones) that can alone miss a design's objective, and how often it strikes a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Lonely {
    /// What reports call it.
    pub cause: String,
    /// Expected occurrences in a trial, over all units that can.
    pub per_trial: f64,
    /// How long one takes on average, in milliseconds.
    pub mean_ms: f64,
}

/// A kind of misses: of one outage that is enough, or of two that meet where neither is.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// What reports call the two, or the one.
    pub causes: (String, Option<String>),
    /// How often it is expected in a trial, over all units.
    pub per_trial: f64,
    /// Milliseconds that it is expected to bring to a trial.
    pub ms_per_trial: f64,
}

impl Kind {
    /// "region-outage", "zone-outage and rack-failure at once".
    pub fn words(&self) -> String {
        match &self.causes {
            (one, None) => one.clone(),
            (one, Some(other)) => format!("{one} and {other} at once"),
        }
    }
}

/// All that is known to miss an objective.
#[derive(Debug, Clone, PartialEq)]
pub struct Kinds(Vec<Kind>);

impl Kinds {
    /// Those of a design in the world of a study. None where faults are not drawn.
    pub fn of(study: &Study, design: &Design) -> Self {
        let back_ms = back_ms(design);
        let strikes = Strikes::of(study, design, back_ms);
        let alone = strikes.lonely().into_iter().map(|of| Kind {
            per_trial: of.per_trial,
            ms_per_trial: of.per_trial * (of.mean_ms + back_ms),
            causes: (of.cause, None),
        });
        Self(alone.chain(strikes.meetings()).collect())
    }

    /// Modes that can alone miss it.
    pub fn lonely(&self) -> impl Iterator<Item = &Kind> {
        self.0.iter().filter(|of| of.causes.1.is_none())
    }

    /// The kinds of which so many trials expect too few to have shown what they do.
    pub fn rare(&self, trials: u64) -> impl Iterator<Item = &Kind> {
        self.0.iter().filter(move |of| of.per_trial * (trials as f64) < OCCURRENCES_MIN)
    }

    /// Milliseconds that these bring to a trial.
    pub fn rare_ms(&self, trials: u64) -> f64 {
        self.rare(trials).map(|of| of.ms_per_trial).sum()
    }

    /// By how much more, and how much less, than so many trials show a design may miss than another: by what is too rare for them
    /// and not the same.
    pub fn room(&self, than: &Self, trials: u64) -> Room {
        let more = |a: &Self, b: &Self| -> f64 {
            let shared =
                |kind: &Kind| b.rare(trials).find(|of| of.causes == kind.causes).map_or(0.0, |of| of.ms_per_trial);
            a.rare(trials).map(|kind| (kind.ms_per_trial - shared(kind)).max(0.0)).sum()
        };
        Room { more: more(self, than), less: more(than, self) }
    }
}

/// The modes that can alone miss the objective of a design in the world of a study. None where faults are not drawn.
pub fn lonely(study: &Study, design: &Design) -> Vec<Lonely> {
    Strikes::of(study, design, 0.0).lonely()
}

/// A mode, or its hit on two zones, and what it strikes.
struct Strike<'a> {
    mode: &'a Mode,
    pair: bool,
    /// The mode's rate; a unit is struck so many times it ([`Class::times`]).
    per_year: f64,
    /// How long one is out, with the time that machines need afterwards, in years.
    years_out: f64,
    /// Which classes: those of the same number are the same.
    classes: usize,
}

/// All that strikes a design.
struct Strikes<'a> {
    losses: Losses<'a>,
    of: Vec<Strike<'a>>,
    /// Units by what is struck, and whether the loss of one is enough.
    classes: Vec<Vec<(Class, bool)>>,
    /// Measured years.
    years: f64,
}

const MS_PER_YEAR: f64 = 365.0 * 24.0 * 3_600_000.0;

impl<'a> Strikes<'a> {
    fn of(study: &'a Study, design: &'a Design, back_ms: f64) -> Self {
        let losses = Losses::new(design, &study.topology);
        let years = study.measure.horizon.since(study.measure.from).as_ms() as f64 / MS_PER_YEAR;
        let mut all = Self { losses, of: Vec::new(), classes: Vec::new(), years };
        let modes = study.profile.modes.iter().filter(|mode| study.replay.is_none() && can_stop(mode, design));
        let mut known: BTreeMap<(Scope, bool, u64, Option<&str>), usize> = BTreeMap::new();
        for mode in modes {
            let component = (mode.scope == Scope::Component).then_some(mode.name.as_str());
            for pair in [false, true].into_iter().filter(|pair| !pair || mode.common_cause > 0.0) {
                let key = (mode.scope, pair, mode.common_cause.to_bits(), component);
                let classes = *known.entry(key).or_insert_with(|| {
                    let enough = |class: Class| {
                        let alone = all.losses.are_missed(&[&class.loss]);
                        (class, alone)
                    };
                    all.classes.push(all.losses.classes(mode, pair).into_iter().map(enough).collect());
                    all.classes.len() - 1
                });
                let years_out = (mode.mean_time_back_ms() + back_ms) / MS_PER_YEAR;
                all.of.push(Strike { mode, pair, per_year: mode.rate_per_year(), years_out, classes });
            }
        }
        all
    }

    fn lonely(&self) -> Vec<Lonely> {
        let mut found: Vec<Lonely> = Vec::new();
        for strike in &self.of {
            let mut add = |pair: bool, units: f64| {
                let (cause, per_trial) = (cause_name(strike.mode, pair), strike.per_year * units * self.years);
                match found.iter_mut().find(|of| of.cause == cause) {
                    Some(of) => of.per_trial += per_trial,
                    None if per_trial > 0.0 => {
                        found.push(Lonely { cause, per_trial, mean_ms: strike.mode.mean_time_back_ms() });
                    }
                    None => {}
                }
            };
            let enough = self.classes[strike.classes].iter().filter(|(_, alone)| *alone);
            let times = |class: &Class| f64::from(class.units) * class.times;
            // A strike on two zones of which one is enough is told as one on that.
            let both = |class: &Class| strike.pair && class.loss.zones().all(|one| !self.losses.are_missed(&[&one]));
            let (two, one): (Vec<&Class>, Vec<&Class>) = enough.map(|(class, _)| class).partition(|class| both(class));
            add(false, one.into_iter().map(times).sum());
            add(true, two.into_iter().map(times).sum());
        }
        found
    }

    fn meetings(&self) -> Vec<Kind> {
        let mut found = Vec::new();
        if !self.losses.are_known() {
            return found;
        }
        let mut known: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for (at, one) in self.of.iter().enumerate() {
            for (beyond, other) in self.of[at..].iter().enumerate() {
                let key = (one.classes.min(other.classes), one.classes.max(other.classes));
                let pairs = *known.entry(key).or_insert_with(|| self.pairs(key));
                // Two modes on two units of a kind: either may be on either.
                let ways = if beyond > 0 && key.0 == key.1 { 2.0 } else { 1.0 };
                let per_trial = ways * pairs * one.per_year * other.per_year * self.years;
                let out = |of: &Strike<'_>| of.years_out.min(1.0 / of.per_year);
                if per_trial > 0.0 {
                    let name = |of: &Strike<'_>| cause_name(of.mode, of.pair);
                    found.push(Kind {
                        causes: (name(one), Some(name(other))),
                        per_trial: per_trial * (one.years_out + other.years_out),
                        ms_per_trial: per_trial * out(one) * out(other) * MS_PER_YEAR,
                    });
                }
            }
        }
        found
    }

    /// How many pairs of units, one of each kind, miss it together and neither alone, times how often they are struck.
    fn pairs(&self, (one, other): (usize, usize)) -> f64 {
        let spared = |kind: usize| self.classes[kind].iter().filter(|(_, alone)| !alone).map(|(class, _)| class);
        let mut all = 0.0;
        for (at, a) in spared(one).enumerate() {
            for (beyond, b) in spared(other).skip(if one == other { at } else { 0 }).enumerate() {
                let units = match one == other && beyond == 0 {
                    true => 0.5 * f64::from(a.units) * (f64::from(a.units) - 1.0),
                    false => f64::from(a.units) * f64::from(b.units),
                };
                if units > 0.0 && self.losses.are_missed(&[&a.loss, &b.loss]) {
                    all += units * a.times * b.times;
                }
            }
        }
        all
    }
}

/// Whether a strike may take capacity away at all.
fn can_stop(mode: &Mode, design: &Design) -> bool {
    let reaches = match mode.scope {
        Scope::ControlPlane | Scope::Allocation => false,
        Scope::Global => design.depends_on.contains(&mode.name),
        Scope::Component => design.structure().is_some(),
        _ => true,
    };
    let takes = match mode.effect {
        Effect::Unhealthy => false,
        Effect::Degraded(_) => !matches!(design.need, Need::Serving(_)),
        Effect::Down | Effect::Frozen | Effect::Evicted => true,
    };
    reaches && takes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn designs_share_what_they_both_cannot_show() {
        let kind = |name: &str, per_trial: f64, ms_per_trial: f64| Kind {
            causes: (name.into(), None),
            per_trial,
            ms_per_trial,
        };
        let one = Kinds(vec![kind("region", 0.01, 8.0), kind("zone", 1.0, 50.0)]);
        let other = Kinds(vec![kind("region", 0.01, 5.0), kind("names", 0.02, 2.0), kind("zone", 0.03, 1.0)]);
        assert_eq!((one.rare_ms(100), other.rare_ms(100), other.rare_ms(400)), (8.0, 8.0, 7.0));
        // The region costs 3 more, names and the one's lonely zone what they cost.
        assert_eq!(one.room(&other, 100), Room { more: 3.0, less: 3.0 });
        assert_eq!(other.room(&one, 5), Room { more: 2.0, less: 52.0 });
        assert_eq!(one.room(&one, 5), Room::NONE);
    }
}
