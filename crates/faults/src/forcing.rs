//! Outages that are put into a trial on purpose, and the outages that a trial holds: what weighted trials need to know.
//!
//! A [`Source`] is one unit (an instance, a host, a rack, a hall, a zone, a pair of zones, a region) under one mode without
//! memory. Its strikes are a Poisson stream before any of them is dropped because it finds its unit out; each carries the
//! length of its outage. [`Forced`] adds one outage to the stream of a source, or says that the unit is out when the trial
//! begins; everything else is drawn as ever, so a trial with nothing forced is the plain trial, bit by bit. [`Point`]s are
//! all outages of sources that were drawn or forced, those that were dropped included.
//!
//! For every source and instant t the points that cover t, counted with their weights, are on average `rate × mean outage`:
//! [`Source::share_out`]. A unit that is out when the trial begins has a weight slightly above 1: the simulation begins with
//! one outage at most, the Poisson stream with any number.
//!
//! Times are milliseconds. Strikes begin on whole milliseconds, and lengths of single machines' outages are rounded to
//! them; an outage of a second is known to a thousandth.
//!
//! What must never be here: weights, patterns, estimates (`study::rare`).

use crate::mode::{Effect, Kind, Mode, Outage, Scope, Start};
use zonefall_engine::{Law, SimTime, Stream};

/// The most sources: beyond, single machines and hosts are not among them.
pub const SOURCES_MAX: usize = 20_000;

/// Whose strikes a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// A process of the storm and one of its units.
    Storm { process: u32, unit: u32 },
    /// A mode of single machines or hosts, and which one.
    Unit { mode: u32, unit: u32 },
}

/// One unit under one mode without memory.
#[derive(Debug, Clone)]
pub struct Source {
    pub(crate) of: Of,
    /// What kind of unit.
    pub scope: Scope,
    /// Two zones at once.
    pub pair: bool,
    /// Which unit of its scope (and `pair`).
    pub place: u32,
    /// Strikes per millisecond, those that find the unit out included.
    pub rate: f64,
    law: Law,
    mean_ms: f64,
    /// The weight of an outage that is going on when the trial begins.
    at_start: f64,
}

impl Source {
    /// The source of a mode whose rate is multiplied by `times`; none if its strikes are no Poisson stream of outages with a
    /// known beginning.
    pub(crate) fn new(mode: &Mode, times: f64, of: Of, pair: bool, place: u32) -> Option<Self> {
        let law = mode.forceable()?;
        let mean_gap = mode.time_to_failure.memoryless_mean()? / times;
        let mean_ms = law.mean_ms();
        let extent = mean_ms * mode.staged.map_or(1.0, |staged| staged.tail);
        mean_gap.is_finite().then(|| Self {
            of,
            scope: mode.scope,
            pair,
            place,
            rate: 1.0 / mean_gap,
            law: law.clone(),
            mean_ms,
            at_start: (mean_gap + extent) / mean_gap,
        })
    }

    /// The mean number of its outages, counted with their weights, at any instant.
    pub fn share_out(&self) -> f64 {
        self.rate * self.mean_ms
    }

    /// An outage that covers `t_ms`: its length is length-biased, and it began anywhere within it.
    pub fn covering(&self, number: u32, t_ms: f64, stream: &mut Stream) -> Forced {
        let length_ms = self.law.draw_biased_ms(stream);
        Forced { source: number, start_ms: t_ms - length_ms * stream.unit(), length_ms }
    }
}

impl Mode {
    /// The law of its outages, if trials can be forced into them: a Poisson stream of outages with a known beginning.
    fn forceable(&self) -> Option<&Law> {
        let Outage::Law(law) = &self.outage else { return None };
        let stops = matches!(self.effect, Effect::Down | Effect::Frozen)
            && !matches!(self.scope, Scope::ControlPlane | Scope::Allocation | Scope::Global);
        let plain = self.kind == Kind::Outage && self.start == Start::Stationary && self.predicted.is_none();
        let memoryless = self.time_to_failure.memoryless_mean().is_some() && self.repeat.is_none();
        (stops && plain && memoryless && law.mean_ms() > 0.0).then_some(law)
    }

    /// Whether trials can be forced into its outages.
    pub fn can_be_forced(&self) -> bool {
        self.forceable().is_some()
    }
}

/// An outage that is put into a trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forced {
    /// The number of its source.
    pub source: u32,
    /// When it begins; below 0 if it is going on when the trial begins.
    pub start_ms: f64,
    /// Until the main recovery.
    pub length_ms: f64,
}

/// An outage of a source, up to the main recovery.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The number of its source.
    pub source: u32,
    /// From here …
    pub from_ms: f64,
    /// … until here.
    pub to_ms: f64,
    /// What it counts.
    pub weight: f64,
}

/// The sources of a layout, and what is forced and found in the trial at hand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Forcing {
    pub sources: Vec<Source>,
    /// By process and unit, and by mode and unit.
    storm: Vec<Vec<u32>>,
    units: Vec<Vec<u32>>,
    pub forced: Vec<Forced>,
    pub points: Vec<Point>,
}

/// No source.
const NONE: u32 = u32::MAX;

fn index(lists: &mut Vec<Vec<u32>>, list: u32, at: u32, number: u32) {
    let (list, at) = (list as usize, at as usize);
    if lists.len() <= list {
        lists.resize(list + 1, Vec::new());
    }
    if lists[list].len() <= at {
        lists[list].resize(at + 1, NONE);
    }
    lists[list][at] = number;
}

fn lookup(lists: &[Vec<u32>], list: u32, at: u32) -> Option<u32> {
    let number = *lists.get(list as usize)?.get(at as usize)?;
    (number != NONE).then_some(number)
}

impl Forcing {
    pub fn new(sources: Vec<Source>) -> Self {
        let mut forcing = Self::default();
        for (number, source) in sources.iter().enumerate() {
            match source.of {
                Of::Storm { process, unit } => index(&mut forcing.storm, process, unit, number as u32),
                Of::Unit { mode, unit } => index(&mut forcing.units, mode, unit, number as u32),
            }
        }
        Self { sources, ..forcing }
    }

    /// A trial begins.
    pub fn begin(&mut self, forced: &[Forced]) {
        self.points.clear();
        self.forced.clear();
        self.forced.extend_from_slice(forced);
    }

    /// What is forced on a process of the storm: (unit, outage).
    pub fn on_process(&self, process: u32) -> impl Iterator<Item = (u32, Forced)> + '_ {
        self.forced.iter().filter_map(move |&forced| match self.sources[forced.source as usize].of {
            Of::Storm { process: of, unit } if of == process => Some((unit, forced)),
            _ => None,
        })
    }

    /// What is forced on single machines and hosts: (mode, unit, beginning, end).
    pub fn on_units(&self) -> impl Iterator<Item = (u32, u32, SimTime, SimTime)> + '_ {
        self.forced.iter().filter_map(move |forced| match self.sources[forced.source as usize].of {
            Of::Unit { mode, unit } => {
                let start = start_of(forced);
                let end = SimTime::from_ms((forced.start_ms + forced.length_ms + 0.5).max(0.0) as u64);
                Some((mode, unit, start, end.max(start)))
            }
            Of::Storm { .. } => None,
        })
    }

    /// The source of a process's unit.
    pub fn of_storm(&self, process: u32, unit: u32) -> Option<u32> {
        lookup(&self.storm, process, unit)
    }

    /// The source of a mode's machine or host.
    pub fn of_unit(&self, mode: u32, unit: u32) -> Option<u32> {
        lookup(&self.units, mode, unit)
    }

    /// Notes an outage of a source: `left_ms` of it from `start` on. At the beginning of the trial it has been going on.
    pub fn note(&mut self, source: u32, start: SimTime, left_ms: f64) {
        if left_ms <= 0.0 {
            return;
        }
        let from_ms = start.as_ms() as f64;
        let weight = if start == SimTime::ZERO { self.sources[source as usize].at_start } else { 1.0 };
        self.points.push(Point { source, from_ms, to_ms: from_ms + left_ms, weight });
    }
}

/// When a forced outage strikes: instant 0 stands for all that was before.
pub(crate) fn start_of(forced: &Forced) -> SimTime {
    if forced.start_ms < 0.0 { SimTime::ZERO } else { SimTime::from_ms((forced.start_ms as u64).max(1)) }
}
