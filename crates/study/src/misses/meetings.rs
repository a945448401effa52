//! Strikes that miss an objective only when they meet: two, or three of which no two do.
//!
//! In: all that strikes a design. Out: how often such strikes meet, for how long, and by how much that varies. Units that no two of
//! which are enough are looked through in threes where there are no more than [`CLASSES_MAX`] classes of them.

use super::Kind;
use super::losses::Class;
use super::strikes::{Strike, Strikes, is_whole, struck_by};
use crate::conclude::{MS_PER_YEAR, cap_ms};
use crate::lengths::Spectrum;
use std::collections::{BTreeMap, BTreeSet};
use zonefall_faults::cause_name;

/// Most classes of units of which threes are looked for: 43,680 threes.
const CLASSES_MAX: usize = 64;

/// Sets of units that are enough together and nothing of them without the rest, by the kinds of the units in order.
type Sets = BTreeMap<Vec<usize>, Enough>;

/// Those of the same kinds.
#[derive(Default)]
struct Enough {
    /// How many, each times how often its units are struck.
    sets: f64,
    /// The classes of their units.
    classes: BTreeSet<usize>,
}

/// Units that are not enough alone.
struct Spared<'a> {
    strikes: &'a Strikes<'a>,
    /// With their kind, in the order of kinds.
    of: Vec<(usize, &'a Class)>,
}

impl<'a> Spared<'a> {
    fn of(strikes: &'a Strikes<'a>) -> Self {
        let kinds = strikes.units.iter().enumerate();
        let spared = kinds.flat_map(|(kind, units)| {
            units.iter().filter(|units| !units.alone.1).map(move |units| (kind, &units.class))
        });
        Self { strikes, of: spared.collect() }
    }

    /// How many ways there are to take units of these classes, each times how often they are struck.
    fn weight(&self, at: &[usize]) -> f64 {
        let taken = at.iter().zip(repeats(at, |a, b| a == b)).map(|(&at, nth)| (self.of[at].1, nth as f64));
        taken.map(|(class, nth)| (f64::from(class.units) - nth + 1.0).max(0.0) / nth * class.times).product()
    }

    fn are_enough(&self, at: &[usize]) -> bool {
        let losses: Vec<_> = at.iter().map(|&at| &self.of[at].1.loss).collect();
        self.strikes.losses.are_missed_for_good(&losses)
    }

    /// The units of a kind among some classes, each times how often it is struck to this power.
    fn units(&self, kind: usize, classes: &BTreeSet<usize>, power: i32) -> f64 {
        let of_kind = classes.iter().map(|&at| self.of[at]).filter(|of| of.0 == kind);
        of_kind.map(|(_, class)| f64::from(class.units) * class.times.powi(power)).sum()
    }

    /// How many ways there are to strike one or two units among some classes so, each times how often they are struck.
    fn ways(&self, of: &[&Strike<'_>], classes: &BTreeSet<usize>) -> f64 {
        let units = |of: &Strike<'_>, power| self.units(of.units, classes, power);
        match of {
            // Either unit of a kind by either strike, or by the one that there is.
            [a, b] if a.units == b.units => {
                let ordered = units(a, 1) * units(a, 1) - units(a, 2);
                if std::ptr::eq(*a, *b) { 0.5 * ordered } else { ordered }
            }
            _ => of.iter().map(|of| units(of, 1)).product(),
        }
    }

    /// All twos and threes.
    fn sets(&self) -> Sets {
        let (number, mut sets) = (self.of.len(), Sets::new());
        let mut found = |at: &[usize], weight: f64| {
            let of: &mut Enough = sets.entry(at.iter().map(|&at| self.of[at].0).collect()).or_default();
            of.sets += weight;
            of.classes.extend(at);
        };
        let mut two = vec![false; number * number];
        for a in 0..number {
            for b in a..number {
                let weight = self.weight(&[a, b]);
                two[a * number + b] = weight > 0.0 && self.are_enough(&[a, b]);
                if two[a * number + b] {
                    found(&[a, b], weight);
                }
            }
        }
        let threes = if number <= CLASSES_MAX { number } else { 0 };
        for (a, b) in (0..threes).flat_map(|a| (a..threes).map(move |b| (a, b))) {
            for c in (b..threes)
                .filter(|c| ![(a, b), (a, *c), (b, *c)].iter().any(|&(one, other)| two[one * number + other]))
            {
                let weight = self.weight(&[a, b, c]);
                if weight > 0.0 && self.are_enough(&[a, b, c]) {
                    found(&[a, b, c], weight);
                }
            }
        }
        sets
    }
}

/// How often each of those that are the same comes among some.
fn repeats<T>(all: &[T], same: impl Fn(&T, &T) -> bool) -> impl Iterator<Item = usize> {
    (0..all.len()).map(move |at| all[..=at].iter().filter(|of| same(of, &all[at])).count())
}

impl Strikes<'_> {
    /// All kinds of strikes that are enough together and nothing of them without the rest.
    pub(super) fn meetings(&self) -> Vec<Kind> {
        if !self.losses.are_known() {
            return Vec::new();
        }
        let spared = Spared::of(self);
        let sets = spared.sets();
        let each =
            sets.iter().flat_map(|(kinds, enough)| self.struck_so(kinds).into_iter().map(move |at| (at, enough)));
        each.map(|(at, enough)| self.meeting(&at, &spared, enough)).collect()
    }

    /// All ways to strike units of these kinds, in order, each as the places of its strikes in order.
    fn struck_so(&self, kinds: &[usize]) -> Vec<Vec<usize>> {
        let mut all = vec![Vec::new()];
        for (place, &kind) in kinds.iter().enumerate() {
            // Of those of one kind the order does not matter.
            let again = place > 0 && kinds[place - 1] == kind;
            let strikes = || (0..self.of.len()).filter(|&at| self.of[at].units == kind);
            let with = |at: Vec<usize>| {
                let last = at.last().copied().filter(|_| again);
                strikes()
                    .filter(move |&next| last.is_none_or(|last| next >= last))
                    .map(move |next| [&at[..], &[next]].concat())
            };
            all = all.into_iter().flat_map(with).collect();
        }
        // Told in the order of the modes.
        all.iter_mut().for_each(|at| at.sort_unstable());
        all
    }

    /// What comes of strikes of these kinds that meet.
    fn meeting(&self, at: &[usize], spared: &Spared<'_>, enough: &Enough) -> Kind {
        let of = self.strikes_at(at);
        // Each way to strike units of a kind may be on any of them.
        let of_kind = repeats(&of, |a, b| a.units == b.units).product::<usize>();
        let met = enough.sets * (of_kind / repeats(at, |a, b| a == b).product::<usize>()) as f64;
        let struck = met * rates(&of) * self.years;
        // Those whose crews are all at work wait until the first are back.
        let crews = |of: &&Strike<'_>| of.mode.crews.map_or(usize::MAX, |crews| crews as usize);
        let nth = repeats(&of, |a, b| std::ptr::eq(a.mode, b.mode));
        let waits: f64 = of.iter().zip(nth).map(|(of, nth)| (nth as f64 / crews(of) as f64).max(1.0)).product();
        let out = |of: &&Strike<'_>| of.years_out.min(1.0 / of.per_year);
        let mut per_trial = struck * begun(&of);
        let mut variance_ms2 = struck * self.overlap(&of);
        for ((some, others), times) in parts_of(at) {
            let (stays, others) = (self.strikes_at(&some), self.strikes_at(&others));
            let ways = spared.ways(&stays, &enough.classes);
            // One long outage may meet many short ones: what hangs on it comes as seldom as it does, and varies with it.
            per_trial = per_trial.min(ways * rates(&stays) * begun(&stays) * self.years);
            let besides = times * met * others.iter().map(|of| of.per_year * of.years_out).product::<f64>();
            variance_ms2 += besides * besides / ways * rates(&stays) * self.overlap(&stays) * self.years;
        }
        Kind {
            causes: of.iter().map(|of| cause_name(of.mode, of.reach.is_of_two())).collect(),
            per_trial,
            ms_per_trial: waits * struck * of.iter().map(out).product::<f64>() * MS_PER_YEAR,
            struck: struck_by(&of),
            is_partial: of.iter().any(|of| of.reach.is_partial()),
            variance_ms2,
            is_sure: self.is_timeless(),
            is_known: self.stays() && of.iter().all(|of| is_whole(of.mode, of.reach)),
        }
    }

    fn strikes_at(&self, at: &[usize]) -> Vec<&Strike<'_>> {
        at.iter().map(|&at| &self.of[at]).collect()
    }

    /// Of strikes the square of how long all are out, over all times between them in years, in square milliseconds; 0 if something may
    /// end that before.
    fn overlap(&self, of: &[&Strike<'_>]) -> f64 {
        let most = cap_ms(self.study);
        let spectra: Option<Vec<&Spectrum>> = of.iter().map(|of| of.spectrum(most)).collect();
        let overlap = spectra.filter(|_| self.stays()).map_or(0.0, |spectra| Spectrum::overlap(&spectra));
        overlap / MS_PER_YEAR.powi(of.len() as i32 - 1)
    }
}

/// How often all are struck in a year, of each a unit.
fn rates(of: &[&Strike<'_>]) -> f64 {
    of.iter().map(|of| of.per_year).product()
}

/// How often struck units are all out, for each time that all are struck: they meet when the last one begins.
fn begun(of: &[&Strike<'_>]) -> f64 {
    let others = |last: usize| of.iter().enumerate().filter(move |of| of.0 != last).map(|of| of.1.years_out);
    (0..of.len()).map(|last| others(last).product::<f64>()).sum()
}

/// The parts of a meeting, each with the others, and in how many ways it is one.
fn parts_of(at: &[usize]) -> BTreeMap<(Vec<usize>, Vec<usize>), f64> {
    let mut parts = BTreeMap::new();
    for mask in 1_u32..(1 << at.len()) - 1 {
        let of = |side: u32| (0..at.len()).filter(|place| mask >> place & 1 == side).map(|place| at[place]).collect();
        *parts.entry((of(1), of(0))).or_insert(0.0) += 1.0;
    }
    parts
}
