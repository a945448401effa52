//! Misses by outages that no trial can be forced into, as long as more than three units have to be out at once: the other kinds are
//! known one by one.
//!
//! In: all that strikes a design. Out: how many milliseconds a trial these bring, and how often, at most. Every unit is taken for out as
//! often as its rates and lengths say, independent of the others: what is lost of each zone has a distribution, a sum over all
//! zones another, and with it the chance that too much is out, less the chance that this is so without those that cannot be forced.
//! Less than nothing is known of failures that follow each other (new units that age together, crews), of what moves, scales, takes
//! over or is made of parts: then trials alone bound it (`rare::by_weight`).

use super::strikes::{Strike, Strikes};
use super::{Kind, Unforced};
use crate::conclude::{MS_PER_YEAR, cap_ms};
use crate::lengths::outage_ms;
use crate::unseen::repeated;
use std::collections::BTreeSet;
use zonefall_faults::{Effect, Kind as Lasting, Start};
use zonefall_topology::ZoneId;

/// Steps of what can be lost: it is rounded up to them.
const STEPS_MAX: u64 = 2048;
/// Most units that are looked at one by one.
const UNITS_MAX: u64 = 200_000;

/// The chance of each loss, in steps; the last one is more than can be spared.
struct Lost(Vec<f64>);

impl Lost {
    fn nothing(most: usize) -> Self {
        let mut chances = vec![0.0; most + 1];
        chances[0] = 1.0;
        Self(chances)
    }

    /// A unit that is out with a chance takes so much, and all together no more than `all`.
    fn strike(&mut self, takes: usize, chance: f64, all: usize) {
        for at in (0..all).rev() {
            let moved = self.0[at] * chance;
            self.0[at] -= moved;
            self.0[(at + takes).min(all)] += moved;
        }
    }

    fn and(&self, other: &Self) -> Self {
        let most = self.0.len() - 1;
        let mut sum = vec![0.0; most + 1];
        for (at, one) in self.0.iter().enumerate().filter(|(_, one)| **one > 0.0) {
            other.0.iter().enumerate().for_each(|(too, two)| sum[(at + too).min(most)] += one * two);
        }
        Self(sum)
    }

    fn too_much(&self) -> f64 {
        self.0.last().copied().unwrap_or(0.0)
    }
}

impl Strikes<'_> {
    /// What cannot be forced brings beyond these kinds.
    pub(super) fn unforced(&self, kinds: &[Kind]) -> Unforced {
        let unforced = || self.of.iter().filter(|of| !of.mode.can_be_forced());
        let causes: BTreeSet<&str> = unforced().map(|of| of.mode.name.as_str()).collect();
        if causes.is_empty() {
            return Unforced::default();
        }
        let longest = unforced().map(|of| of.years_out * MS_PER_YEAR).fold(0.0, f64::max).min(cap_ms(self.study));
        let (ms, misses) = self.beyond(kinds).unwrap_or((f64::INFINITY, f64::INFINITY));
        Unforced { causes: causes.into_iter().map(str::to_owned).collect(), ms, misses, longest_ms: longest }
    }

    /// Milliseconds and misses a trial; none where they are not known.
    fn beyond(&self, kinds: &[Kind]) -> Option<(f64, f64)> {
        let spare = self.losses.spare().filter(|_| self.stays() && self.of.iter().all(|of| self.is_independent(of)))?;
        let units = self.units.iter().flatten().map(|units| u64::from(units.class.units)).sum::<u64>();
        if units > UNITS_MAX || self.units.iter().flatten().any(|units| units.class.loss.is_of_a_component()) {
            return None;
        }
        let chance = self.too_much(spare, |_| true) - self.too_much(spare, |of| of.mode.can_be_forced());
        let known = kinds.iter().filter(|kind| kind.struck.len() < kind.causes.len()).map(|kind| kind.ms_per_trial);
        let ms = (chance * cap_ms(self.study) - known.sum::<f64>()).max(0.0);
        // A miss ends with the first of so many outages.
        let (mut often, mut out, mut least) = (0.0, 0.0, u64::MAX);
        for of in self.of.iter().filter(|of| !of.mode.can_be_forced()) {
            for units in &self.units[of.units] {
                let (units, takes) = (f64::from(units.class.units), self.losses.weight(&units.class.loss));
                often += units * of.per_year;
                out += units * of.per_year * of.years_out * MS_PER_YEAR;
                least = least.min(takes.max(1));
            }
        }
        let needed = (spare / least + 1) as f64;
        Some((ms, if ms > 0.0 { ms * needed * often / out } else { 0.0 }))
    }

    /// Whether its units are out as often as its rate says, at any instant, whatever the others do.
    fn is_independent(&self, of: &Strike<'_>) -> bool {
        let mode = of.mode;
        let stays = matches!(mode.effect, Effect::Down | Effect::Frozen | Effect::Degraded(_));
        let stationary = mode.start == Start::Stationary || mode.time_to_failure.memoryless_mean().is_some();
        let healed = !mode.heals || self.unhealed(of, 1.0).is_empty();
        stays && stationary && healed && mode.crews.is_none() && repeated(mode).is_finite()
    }

    /// The chance that more is lost than can be spared, by some of the strikes.
    fn too_much(&self, spare: u64, taken: impl Fn(&Strike<'_>) -> bool) -> f64 {
        let step = (spare / STEPS_MAX).max(1);
        let most = (spare / step + 1) as usize;
        // Conversions that are exact.
        let steps = |weight: u64| (weight.div_ceil(step)).min(most as u64) as usize;
        let zones: Vec<ZoneId> = self.study.topology.zone_ids().collect();
        let all: Vec<usize> = zones.iter().map(|&zone| steps(self.losses.weight_of(zone))).collect();
        let mut lost: Vec<Lost> = zones.iter().map(|_| Lost::nothing(most)).collect();
        let mut wider = Lost::nothing(most);
        for (units, classes) in self.units.iter().enumerate() {
            for class in classes.iter().map(|of| &of.class) {
                let of_units = self.of.iter().filter(|of| of.units == units && taken(of));
                let machines = self.losses.machines_of(&class.loss);
                let out = of_units.map(|of| of.per_year * class.times * years_out(of, machines)).sum::<f64>().min(1.0);
                let takes = steps(self.losses.weight(&class.loss));
                if out <= 0.0 || takes == 0 {
                    continue;
                }
                let (within, all) = match class.loss.zone() {
                    Some(zone) => (&mut lost[zone.0 as usize], all[zone.0 as usize]),
                    None => (&mut wider, most),
                };
                (0..class.units).for_each(|_| within.strike(takes, out, all));
            }
        }
        lost.iter().fold(wider, |sum, zone| sum.and(zone)).too_much()
    }
}

/// How long a unit that holds so many machines is out by a strike, until the last of them is back.
fn years_out(of: &Strike<'_>, machines: u64) -> f64 {
    let out = if of.mode.kind == Lasting::Shock && machines > 1 {
        of.years_out.max(outage_ms(of.mode, machines) / MS_PER_YEAR)
    } else {
        of.years_out
    };
    out * repeated(of.mode)
}
