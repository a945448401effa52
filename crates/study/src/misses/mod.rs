//! What misses an objective, known from places and rates alone, without a trial: one outage that is enough, and two or three that are
//! when they meet.
//!
//! In: a study and one of its designs. Out: the modes that can alone miss its objective and how often they strike a trial; those
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

use crate::conclude::{MS_PER_YEAR, cap_ms};
use crate::lengths::{Spectrum, back_after_ms, failover_ms, inspected_ms, mean_square_ms2};
use crate::study::Study;
use losses::{Class, Losses, Portion, Reach};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use zonefall_engine::Law;
use zonefall_faults::{Effect, Kind as Lasting, Mode, Outage, Scope, Share, cause_name};
use zonefall_fleet::{Demand, Design, Need};
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

/// All that is known to miss an objective, or may.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kinds(Vec<Kind>);

impl Kinds {
    /// Those of a design in the world of a study. None where faults are not drawn.
    pub fn of(study: &Study, design: &Design) -> Self {
        let strikes = Strikes::of(study, design);
        let mut all: Vec<Kind> = strikes.alone().into_iter().chain(strikes.meetings()).collect();
        // Outages that meet, or wait for each other to end, vary less: of up and down times of one unit, by the square of up.
        let missed = all.iter().map(|of| of.ms_per_trial).sum::<f64>() / cap_ms(study);
        let left = (1.0 - missed).max(0.0);
        all.iter_mut().for_each(|of| of.variance_ms2 *= left * left * left);
        Self(all)
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
        (known - mean_ms).max(self.rare_ms(trials))
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

/// A way in which a mode strikes, and what.
struct Strike<'a> {
    mode: &'a Mode,
    reach: Reach,
    /// How often in a year; a unit is struck so many times that ([`Class::times`]).
    per_year: f64,
    /// How long one is out, with the time that machines need afterwards, in years.
    years_out: f64,
    /// How long at least.
    law: Option<&'a Law>,
    /// What one adds to the variance of a trial, at least ([`squares_ms2`]), once it is asked for.
    squares_ms2: OnceCell<(f64, f64)>,
    spectrum: OnceCell<Spectrum>,
    /// Which units: those of the same number are the same.
    units: usize,
}

impl Strike<'_> {
    fn squares_ms2(&self, most: f64) -> (f64, f64) {
        *self.squares_ms2.get_or_init(|| squares_ms2(self.mode, self.law, most))
    }

    /// Of what is out as a whole for as long as one outage is.
    fn spectrum(&self, most: f64) -> Option<&Spectrum> {
        let law = self.law.filter(|_| is_whole(self.mode, self.reach))?;
        Some(self.spectrum.get_or_init(|| Spectrum::new(law, most)))
    }
}

/// Units that lose the same, and what comes of that.
struct Units {
    class: Class,
    /// Missed at once by the loss of one, and for as long as it is lost.
    alone: (bool, bool),
}

/// All that strikes a design.
struct Strikes<'a> {
    study: &'a Study,
    design: &'a Design,
    losses: Losses<'a>,
    of: Vec<Strike<'a>>,
    units: Vec<Vec<Units>>,
    /// Measured years.
    years: f64,
    /// How long it takes until somebody stands in, in years.
    years_over: f64,
}

/// How much of a scope a mode strikes, and how often of all times. Each of two zones is struck in whole or in part for itself.
fn reaches(mode: &Mode) -> Vec<(Reach, f64)> {
    let Share { whole, low, high } = mode.share;
    let whole = if low >= 1.0 || mode.scope != Scope::Zone { 1.0 } else { whole };
    let ways = [(Portion::Whole, whole), (Portion::between(low, high), 1.0 - whole)];
    let ways = || ways.into_iter().filter(|&(_, often)| often > 0.0);
    // How often two zones are hit is in `Class::times`.
    let others = || ways().filter(|_| mode.common_cause > 0.0);
    let both = |(one, often): (Portion, f64)| others().map(move |(other, of)| (Reach::Two(one, other), often * of));
    ways().map(|(of, often)| (Reach::One(of), often)).chain(ways().flat_map(both)).collect()
}

/// How long units are out, in milliseconds, how often of all times, and by which law at least: what was foreseen is a pause only.
fn lengths(mode: &Mode, back_ms: f64) -> Vec<(f64, f64, Option<&Law>)> {
    let struck = |mode: &Mode| mode.mean_time_back_ms() + back_ms;
    let law = if let Outage::Law(law) = &mode.outage { Some(law) } else { None };
    match &mode.predicted {
        Some(of) if of.share > 0.0 => {
            let unforeseen = Mode { predicted: None, ..mode.clone() };
            vec![(struck(&unforeseen), 1.0 - of.share, law), (of.pause.mean_ms(), of.share, Some(&of.pause))]
        }
        _ => vec![(struck(mode), 1.0, law)],
    }
}

/// Whether all that a mode strikes is out for as long as one outage is.
fn is_whole(mode: &Mode, reach: Reach) -> bool {
    let together = mode.kind == Lasting::Outage || mode.kind == Lasting::Shock && mode.scope == Scope::Instance;
    let is_poisson = mode.time_to_failure.memoryless_mean().is_some();
    !reach.is_partial() && together && is_poisson && matches!(mode.effect, Effect::Down | Effect::Frozen)
}

/// What a strike adds to the variance of a trial, at least: while all that it strikes is lost together, and while the last machine has
/// to recover by itself. Those of a Poisson stream add their mean square, more regular ones their variance.
fn squares_ms2(mode: &Mode, law: Option<&Law>, most: f64) -> (f64, f64) {
    let square = |law: &Law| {
        let mean = if mode.time_to_failure.memoryless_mean().is_some() { 0.0 } else { law.mean_ms() };
        (mean_square_ms2(law, most) - mean * mean).max(0.0)
    };
    if !matches!(mode.effect, Effect::Down | Effect::Frozen) {
        return (0.0, 0.0);
    }
    let (struck, restart) = (law.map_or(0.0, square), mode.restart.as_ref().map_or(0.0, square));
    match mode.kind {
        Lasting::Outage => (struck, restart),
        Lasting::Shock => (0.0, struck + restart),
        Lasting::Wave(_) => (0.0, 0.0),
    }
}

impl<'a> Strikes<'a> {
    fn of(study: &'a Study, design: &'a Design) -> Self {
        let years = study.measure.horizon.since(study.measure.from).as_ms() as f64 / MS_PER_YEAR;
        let over_ms = design.structure().map_or(0.0, |of| of.failovers.iter().map(failover_ms).fold(0.0, f64::max));
        let losses = Losses::new(design, &study.topology);
        let (of, units, years_over) = (Vec::new(), Vec::new(), over_ms / MS_PER_YEAR);
        let mut all = Self { study, design, losses, of, units, years, years_over };
        let modes = study.profile.modes.iter().filter(|mode| study.replay.is_none() && can_stop(mode, design));
        let mut known: BTreeMap<(Scope, Reach, u64, Option<&str>), usize> = BTreeMap::new();
        for mode in modes {
            let component = (mode.scope == Scope::Component).then_some(mode.name.as_str());
            for (reach, often) in reaches(mode) {
                let key = (mode.scope, reach, mode.common_cause.to_bits(), component);
                let units = *known.entry(key).or_insert_with(|| {
                    all.units
                        .push(all.losses.classes(mode, reach).into_iter().map(|class| all.judged(class)).collect());
                    all.units.len() - 1
                });
                for (out_ms, share, law) in lengths(mode, back_after_ms(design, mode.recovery)) {
                    let per_year = mode.rate_per_year() * often * share;
                    if per_year > 0.0 {
                        let (squares_ms2, spectrum) = (OnceCell::new(), OnceCell::new());
                        let years_out = out_ms / MS_PER_YEAR;
                        all.of.push(Strike { mode, reach, per_year, years_out, law, squares_ms2, spectrum, units });
                    }
                }
            }
        }
        all
    }

    fn judged(&self, class: Class) -> Units {
        let alone = (self.losses.are_missed(&[&class.loss]), self.losses.are_missed_for_good(&[&class.loss]));
        Units { class, alone }
    }

    /// Single strikes that are enough, each way for itself.
    fn alone(&self) -> Vec<Kind> {
        let mut found = Vec::new();
        for strike in &self.of {
            let mut all = [(0.0, 0.0, 0.0, true); 2];
            for Units { class, alone } in self.units[strike.units].iter().filter(|units| units.alone.0) {
                // A strike on two zones of which one is enough is told as one on that.
                let two = strike.reach.is_of_two() && class.loss.each().all(|one| !self.losses.are_missed(&[&one]));
                let per_trial = f64::from(class.units) * class.times * strike.per_year * self.years;
                let years = if alone.1 { strike.years_out } else { strike.years_out.min(self.years_over) };
                let of = &mut all[usize::from(two)];
                of.0 += per_trial;
                of.1 += per_trial * years * MS_PER_YEAR;
                of.2 += per_trial * self.variance_ms2(strike, class, alone.1);
                of.3 &= self.is_sure(class);
            }
            for (two, (per_trial, ms_per_trial, variance_ms2, is_sure)) in [false, true].into_iter().zip(all) {
                if per_trial > 0.0 {
                    let causes = vec![cause_name(strike.mode, two)];
                    let is_known = self.stays() && is_whole(strike.mode, strike.reach);
                    let (struck, is_partial) = (struck_by(&[strike]), strike.reach.is_partial());
                    found.push(Kind {
                        causes,
                        per_trial,
                        ms_per_trial,
                        struck,
                        is_partial,
                        variance_ms2,
                        is_sure,
                        is_known,
                    });
                    found.extend(self.unhealed(strike, per_trial));
                }
            }
        }
        found
    }

    /// Whether all that is lost is missed by every design that misses it at all, whatever the hour.
    fn is_sure(&self, class: &Class) -> bool {
        self.is_timeless() || self.losses.is_everything(&class.loss)
    }

    /// Whether it is known to be missed for as long as all of it is lost: nobody moves away, and trials go on.
    fn is_lost(&self, class: &Class) -> bool {
        self.stays() || self.losses.is_everything(&class.loss) && !self.study.measure.until_first_miss
    }

    /// Whether whatever is lost is lost until its outage is over, at any hour.
    fn stays(&self) -> bool {
        let stays = self.is_timeless() && self.losses.are_known() && !self.design.is_managed();
        stays && !self.study.measure.until_first_miss
    }

    /// What a strike on a unit adds to the variance of a trial, at least. Of those that take parts half are taken for large enough, if
    /// one of the mean size is.
    fn variance_ms2(&self, strike: &Strike<'_>, class: &Class, for_good: bool) -> f64 {
        if !for_good || !self.is_lost(class) {
            return 0.0;
        }
        let share = match &class.mean {
            None => 1.0,
            Some(mean) if self.losses.are_missed_for_good(&[mean]) => 0.5,
            Some(_) => 0.0,
        };
        let (together, last) = strike.squares_ms2(cap_ms(self.study));
        share * (together + if self.losses.spares_none(&class.loss) { last } else { 0.0 })
    }

    /// Whether what is asked is the same at every hour.
    fn is_timeless(&self) -> bool {
        // Of parts under a demand the loss of any machine is taken for a miss.
        let is_level = |demand: &Demand| {
            demand.is_constant() && self.design.service.is_plain() && self.design.structure().is_none()
        };
        self.design.demand.as_ref().is_none_or(is_level) && !self.design.hangs_on_jobs()
    }

    /// Strikes so many a trial whose machines are healed, while there is nothing to heal them with: until there is again.
    fn unhealed(&self, strike: &Strike<'_>, per_trial: f64) -> Vec<Kind> {
        let keeps = |mode: &&Mode| match mode.scope {
            Scope::Allocation => true,
            Scope::ControlPlane => self.design.healing_needs_control_plane,
            _ => false,
        };
        let modes = self.study.profile.modes.iter().filter(|_| strike.mode.heals).filter(keeps);
        let kind = |mode: &Mode| {
            let Outage::Law(law) = &mode.outage else { return None };
            let share = (mode.rate_per_year() * law.mean_ms() / MS_PER_YEAR).min(1.0);
            let causes = vec![cause_name(strike.mode, strike.reach.is_of_two()), mode.name.clone()];
            // What is left of an outage that is under way; all that wait for the end of one come as seldom as it does.
            let ms_per_trial = per_trial * share * 0.5 * inspected_ms(law);
            let per_trial = (per_trial * share).min(mode.rate_per_year() * self.years);
            let (struck, is_partial) = (struck_by(&[strike]), strike.reach.is_partial());
            let (variance_ms2, is_sure, is_known) = (0.0, false, false);
            Some(Kind { causes, per_trial, ms_per_trial, struck, is_partial, variance_ms2, is_sure, is_known })
        };
        modes.filter_map(kind).collect()
    }
}

/// What trials can be forced to hold of these.
fn struck_by(of: &[&Strike<'_>]) -> Vec<(Scope, bool)> {
    let forced = of.iter().filter(|of| of.mode.can_be_forced());
    forced.map(|of| (of.mode.scope, of.reach.is_of_two())).collect()
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
            causes: vec![name.into()],
            per_trial,
            ms_per_trial,
            struck: Vec::new(),
            is_partial: false,
            variance_ms2: 0.0,
            is_sure: true,
            is_known: true,
        };
        let one = Kinds(vec![kind("region", 0.01, 8.0), kind("zone", 1.0, 50.0)]);
        let other = Kinds(vec![kind("region", 0.01, 5.0), kind("names", 0.02, 2.0), kind("zone", 0.03, 1.0)]);
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
        let unsure = Kinds(vec![Kind { is_sure: false, ..kind("region", 0.01, 8.0) }]);
        assert_eq!(unsure.room(&unsure, 5), room(8.0, 8.0));
        // What comes often varies by what the other does not.
        let varies = |variance_ms2| Kinds(vec![Kind { variance_ms2, ..kind("region", 1.0, 8.0) }]);
        let beyond = Room { more: Beyond { rare: 0.0, variance: 2.0 }, less: Beyond::NONE };
        assert_eq!(varies(7.0).room(&varies(5.0), 100), beyond);
        assert_eq!(
            (varies(7.0).beyond(100).variance, varies(7.0).beyond(5)),
            (7.0, Beyond { rare: 8.0, variance: 0.0 })
        );
    }
}
