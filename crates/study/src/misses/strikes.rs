//! What strikes a design, which units of it, and what of that is missed alone, from places and rates only.

use super::Kind;
use super::losses::{Class, Losses, Portion, Reach};
use crate::conclude::{MS_PER_YEAR, cap_ms};
use crate::lengths::{Spectrum, back_after_ms, failover_ms, inspected_ms, mean_square_ms2};
use crate::study::Study;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use zonefall_engine::Law;
use zonefall_faults::{Effect, Kind as Lasting, Mode, Outage, Scope, Share, cause_name};
use zonefall_fleet::{Demand, Design, Need};

/// A way in which a mode strikes, and what.
pub(super) struct Strike<'a> {
    pub(super) mode: &'a Mode,
    pub(super) reach: Reach,
    /// How often in a year; a unit is struck so many times that ([`Class::times`]).
    pub(super) per_year: f64,
    /// How long one is out, with the time that machines need afterwards, in years.
    pub(super) years_out: f64,
    /// How long at least.
    pub(super) law: Option<&'a Law>,
    /// What one adds to the variance of a trial, at least ([`squares_ms2`]), once it is asked for.
    pub(super) squares_ms2: OnceCell<(f64, f64)>,
    pub(super) spectrum: OnceCell<Spectrum>,
    /// Which units: those of the same number are the same.
    pub(super) units: usize,
}

impl Strike<'_> {
    pub(super) fn squares_ms2(&self, most: f64) -> (f64, f64) {
        *self.squares_ms2.get_or_init(|| squares_ms2(self.mode, self.law, most))
    }

    /// Of what is out as a whole for as long as one outage is.
    pub(super) fn spectrum(&self, most: f64) -> Option<&Spectrum> {
        let law = self.law.filter(|_| is_whole(self.mode, self.reach))?;
        Some(self.spectrum.get_or_init(|| Spectrum::new(law, most)))
    }
}

/// Units that lose the same, and what comes of that.
pub(super) struct Units {
    pub(super) class: Class,
    /// Missed at once by the loss of one, and for as long as it is lost.
    pub(super) alone: (bool, bool),
}

/// All that strikes a design.
pub(super) struct Strikes<'a> {
    pub(super) study: &'a Study,
    pub(super) design: &'a Design,
    pub(super) losses: Losses<'a>,
    pub(super) of: Vec<Strike<'a>>,
    pub(super) units: Vec<Vec<Units>>,
    /// Measured years.
    pub(super) years: f64,
    /// How long it takes until somebody stands in, in years.
    pub(super) years_over: f64,
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
pub(super) fn is_whole(mode: &Mode, reach: Reach) -> bool {
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
    pub(super) fn of(study: &'a Study, design: &'a Design) -> Self {
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

    pub(super) fn judged(&self, class: Class) -> Units {
        let alone = (self.losses.are_missed(&[&class.loss]), self.losses.are_missed_for_good(&[&class.loss]));
        Units { class, alone }
    }

    /// Single strikes that are enough, each way for itself.
    pub(super) fn alone(&self) -> Vec<Kind> {
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
    pub(super) fn is_sure(&self, class: &Class) -> bool {
        self.is_timeless() || self.losses.is_everything(&class.loss)
    }

    /// Whether it is known to be missed for as long as all of it is lost: nobody moves away, and trials go on.
    pub(super) fn is_lost(&self, class: &Class) -> bool {
        self.stays() || self.losses.is_everything(&class.loss) && !self.study.measure.until_first_miss
    }

    /// Whether whatever is lost is lost until its outage is over, at any hour.
    pub(super) fn stays(&self) -> bool {
        let stays = self.is_timeless() && self.losses.are_known() && !self.design.is_managed();
        stays && !self.study.measure.until_first_miss
    }

    /// What a strike on a unit adds to the variance of a trial, at least. Of those that take parts half are taken for large enough, if
    /// one of the mean size is.
    pub(super) fn variance_ms2(&self, strike: &Strike<'_>, class: &Class, for_good: bool) -> f64 {
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
    pub(super) fn is_timeless(&self) -> bool {
        // Of parts under a demand the loss of any machine is taken for a miss.
        let is_level = |demand: &Demand| {
            demand.is_constant() && self.design.service.is_plain() && self.design.structure().is_none()
        };
        self.design.demand.as_ref().is_none_or(is_level) && !self.design.hangs_on_jobs()
    }

    /// Strikes so many a trial whose machines are healed, while there is nothing to heal them with: until there is again.
    pub(super) fn unhealed(&self, strike: &Strike<'_>, per_trial: f64) -> Vec<Kind> {
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
pub(super) fn struck_by(of: &[&Strike<'_>]) -> Vec<(Scope, bool)> {
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
