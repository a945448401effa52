//! Strikes that miss an objective only when they meet: two, or three of which no two do.
//!
//! In: all that strikes a design. Out: how often such strikes meet, for how long, and by how much that varies. Units that no two of
//! which are enough are looked through in threes where there are no more than [`CLASSES_MAX`] classes of them.

use super::{Class, Kind, Strike, Strikes, is_whole};
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

    /// How many ways there are to take so many units of each of these classes, times how often they are struck.
    fn weight(&self, at: &[usize]) -> f64 {
        let mut left: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        let mut all = 1.0;
        for &at in at {
            let class = self.of[at].1;
            let (units, taken) = left.entry(at).or_insert((f64::from(class.units), 0.0));
            (*units, *taken, all) = (*units - 1.0, *taken + 1.0, all * units.max(0.0) / (*taken + 1.0) * class.times);
        }
        all
    }

    fn are_enough(&self, at: &[usize]) -> bool {
        let losses: Vec<_> = at.iter().map(|&at| &self.of[at].1.loss).collect();
        self.strikes.losses.are_missed_for_good(&losses)
    }

    /// The units of a kind among some classes, each times how often it is struck.
    fn units(&self, kind: usize, classes: &BTreeSet<usize>) -> f64 {
        let of_kind = classes.iter().map(|&at| self.of[at]).filter(|of| of.0 == kind);
        of_kind.map(|(_, class)| f64::from(class.units) * class.times).sum()
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
        let longest = sets.keys().map(Vec::len).max().unwrap_or(0);
        let number = self.of.len();
        let twos = (0..number).flat_map(|a| (a..number).map(move |b| vec![a, b]));
        let threes = (0..number).flat_map(|a| (a..number).flat_map(move |b| (b..number).map(move |c| vec![a, b, c])));
        let all = twos.chain(threes.filter(|_| longest > 2));
        all.filter_map(|at| self.meeting(&at, &spared, &sets)).collect()
    }

    /// What comes of strikes of these kinds that meet.
    fn meeting(&self, at: &[usize], spared: &Spared<'_>, sets: &Sets) -> Option<Kind> {
        let of = self.strikes_at(at);
        let mut units: Vec<usize> = of.iter().map(|of| of.units).collect();
        units.sort_unstable();
        let enough = sets.get(&units)?;
        // Each way to strike units of a kind may be on any of them.
        let ways = repeats(&units, |a, b| a == b).product::<usize>() / repeats(at, |a, b| a == b).product::<usize>();
        let met = ways as f64 * enough.sets;
        let struck = met * rates(&of) * self.years;
        // Those whose crews are all at work wait until the first are back.
        let crews = |of: &&Strike<'_>| of.mode.crews.map_or(usize::MAX, |crews| crews as usize);
        let nth = repeats(&of, |a, b| std::ptr::eq(a.mode, b.mode));
        let waits: f64 = of.iter().zip(nth).map(|(of, nth)| (nth as f64 / crews(of) as f64).max(1.0)).product();
        let out = |of: &&Strike<'_>| of.years_out.min(1.0 / of.per_year);
        let (mut per_trial, mut variance_ms2) = (struck * begun(&of), 0.0);
        for (some, times) in parts_of(at) {
            let stays = self.strikes_at(&some);
            let is_all = some.len() == at.len();
            let tuples = if is_all { met } else { tuples(&stays, &some, |kind| spared.units(kind, &enough.classes)) };
            // One long outage may meet many short ones: what hangs on it comes as seldom as it does.
            per_trial = f64::min(per_trial, tuples * rates(&stays) * begun(&stays) * self.years);
            let besides = of.iter().map(|of| of.per_year * of.years_out).product::<f64>()
                / stays.iter().map(|of| of.per_year * of.years_out).product::<f64>();
            let each = times * met * besides;
            let overlap = self.overlap(&stays) / MS_PER_YEAR.powi(stays.len() as i32 - 1);
            variance_ms2 += each * each / tuples * rates(&stays) * overlap * self.years;
        }
        Some(Kind {
            causes: of.iter().map(|of| cause_name(of.mode, of.reach.is_of_two())).collect(),
            per_trial,
            ms_per_trial: waits * struck * of.iter().map(out).product::<f64>() * MS_PER_YEAR,
            variance_ms2: if variance_ms2.is_finite() { variance_ms2 } else { 0.0 },
            is_sure: self.is_timeless(),
            is_whole: of.iter().all(|of| is_whole(of.mode, of.reach)),
        })
    }

    fn strikes_at(&self, at: &[usize]) -> Vec<&Strike<'_>> {
        at.iter().map(|&at| &self.of[at]).collect()
    }

    /// Of strikes the square of how long all are out, over all times between them; 0 if something may end that before.
    fn overlap(&self, of: &[&Strike<'_>]) -> f64 {
        let most = cap_ms(self.study);
        let spectra: Option<Vec<&Spectrum>> = of.iter().map(|of| of.spectrum(most)).collect();
        spectra.filter(|_| self.stays()).map_or(0.0, |spectra| Spectrum::overlap(&spectra))
    }
}

/// How often all are struck in a year, of each a unit.
fn rates(of: &[&Strike<'_>]) -> f64 {
    of.iter().map(|of| of.per_year).product()
}

/// How often so struck units are all out, for each time that all are struck: they meet when the last one begins.
fn begun(of: &[&Strike<'_>]) -> f64 {
    let others = |last: usize| of.iter().enumerate().filter(move |of| of.0 != last).map(|of| of.1.years_out);
    (0..of.len()).map(|last| others(last).product::<f64>()).sum()
}

/// All parts of a meeting, and the whole, and in how many ways each is one.
fn parts_of(at: &[usize]) -> BTreeMap<Vec<usize>, f64> {
    let mut parts = BTreeMap::new();
    for mask in 1_u32..1 << at.len() {
        let part = (0..at.len()).filter(|place| mask >> place & 1 == 1).map(|place| at[place]).collect();
        *parts.entry(part).or_insert(0.0) += 1.0;
    }
    parts
}

/// How many ways there are to strike units so, at most, each times how often they are struck.
fn tuples(of: &[&Strike<'_>], at: &[usize], units: impl Fn(usize) -> f64) -> f64 {
    let taken =
        repeats(of, |a, b| a.units == b.units).zip(of).map(|(nth, of)| (units(of.units) - (nth as f64 - 1.0)).max(0.0));
    taken.product::<f64>() / repeats(at, |a, b| a == b).product::<usize>() as f64
}
