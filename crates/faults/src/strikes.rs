//! Storm and unit clocks merged into windows of packed entries, drawn once per trial and lived through by every design.
//!
//! A window holds about three thousand entries, so that it stays in the cache while each design runs through it.

mod branch;

use crate::clocks::Clocks;
use crate::forcing::{Forced, Forcing, Of, Point, SOURCES_MAX, Source};
use crate::mode::{Clock, Profile};
use crate::packed::{Entry, STRIKES_MAX, UNITS_MAX, WINDOW_MS_MAX, sort};
use crate::population::Population;
use crate::storm::{Storm, StormModes, Struck};
use crate::unit::UnitModes;
pub use branch::Course;
use zonefall_engine::{BudgetExceeded, Key, SimDuration, SimTime};
use zonefall_topology::Topology;

/// Entries that a window aims at.
const WINDOW_ENTRIES: f64 = 3000.0;

/// Everything that strikes in one trial.
#[derive(Debug, Clone)]
pub struct Strikes {
    storm_modes: StormModes,
    unit_modes: UnitModes,
    population: Population,
    clocks: Clocks,
    storm: Storm,
    edges_taken: usize,
    horizon: SimTime,
    window_ms: u64,
    base: SimTime,
    end: SimTime,
    entries: Vec<Entry>,
    scratch: Vec<Entry>,
    counts: Vec<u32>,
    /// Strikes on single units taken from a record, in time order, instead of clocks.
    recorded: Option<Vec<(SimTime, u32, u32)>>,
    recorded_taken: usize,
    /// What is forced and found, once [`Strikes::force`] was called.
    forcing: Option<Box<Forcing>>,
    /// The trial at hand, and what it is keyed by since its last branch.
    trial: Key,
    lineage: Key,
    /// Who was struck by the storm, once [`Strikes::allow_branches`] was called.
    struck: Option<Vec<Struck>>,
    before: Vec<Struck>,
}

impl Strikes {
    /// Lays out a profile on a topology for the units of a population.
    pub fn new(profile: &Profile, topology: &Topology, population: Population, horizon: SimDuration) -> Self {
        let unit_modes = UnitModes::new(profile, horizon);
        let clocks = Clocks::new(&unit_modes, &population);
        let window = WINDOW_ENTRIES / clocks.rate_per_ms(&unit_modes, &population).max(1e-12);
        Self {
            storm_modes: StormModes::new(profile, topology, horizon),
            unit_modes,
            population,
            clocks,
            storm: Storm::default(),
            edges_taken: 0,
            horizon: SimTime::ZERO.after(horizon),
            window_ms: (window as u64).clamp(1, WINDOW_MS_MAX),
            base: SimTime::ZERO,
            end: SimTime::ZERO,
            entries: Vec::new(),
            scratch: Vec::new(),
            counts: Vec::new(),
            recorded: None,
            recorded_taken: 0,
            forcing: None,
            trial: Key::root(0),
            lineage: Key::root(0),
            struck: None,
            before: Vec::new(),
        }
    }

    /// Lives through a record instead of drawing: its storm and its strikes on single units. Fleet luck goes on being
    /// keyed by the trial.
    pub fn replay(
        &mut self,
        storm: Storm,
        mut strikes: Vec<(SimTime, u32, u32)>,
        mut ends: Vec<(u32, u32, SimTime, SimTime)>,
    ) {
        join(&self.unit_modes, &mut strikes, &mut ends);
        strikes.sort_unstable();
        self.storm = storm;
        self.storm.settle();
        self.recorded = Some(strikes);
        self.unit_modes.record(ends);
    }

    /// Of the strikes that [`Strikes::replay`] was given, those that were seen coming: (mode, unit, start, end). The
    /// machine only pauses.
    pub fn replay_predicted(&mut self, pauses: Vec<(u32, u32, SimTime, SimTime)>) {
        self.unit_modes.record_predicted(pauses);
    }

    /// What was given to [`Strikes::replay`] was written by somebody: an outage at the beginning begins there, and was not under
    /// way already.
    pub fn take_as_written(&mut self) {
        self.unit_modes.take_as_written();
    }

    /// From now on outages may be forced, and all outages of sources are noted. Machines and hosts are sources only as long
    /// as there are at most [`SOURCES_MAX`] of all kinds.
    pub fn force(&mut self, topology: &Topology) -> &[Source] {
        let in_use = |rack: u32| {
            let hosts = topology.hosts_of(zonefall_topology::RackId(rack));
            (hosts.start..hosts.end).any(|host| self.population.is_occupied(host))
        };
        let mut sources = self.storm_modes.sources(in_use);
        let units = self.unit_sources();
        if sources.len() + units.len() <= SOURCES_MAX {
            sources.extend(units);
        }
        &self.forcing.insert(Box::new(Forcing::new(sources))).sources
    }

    fn unit_sources(&self) -> Vec<Source> {
        let mut sources = Vec::new();
        for (mode, of) in self.unit_modes.as_slice().iter().enumerate() {
            if !of.mode.is_unit() || of.depends_on_history() || sources.len() > SOURCES_MAX {
                continue;
            }
            let units = self.clocks.units_of(mode as u32, &self.population).take(SOURCES_MAX + 1);
            let source = |unit: u32| Source::new(&of.mode, 1.0, Of::Unit { mode: mode as u32, unit }, false, unit);
            sources.extend(units.filter_map(source));
        }
        sources
    }

    /// Begins a trial with outages put into it; [`Strikes::points`] then holds all outages of sources.
    ///
    /// # Errors
    /// If the trial holds more strikes than can be kept.
    pub fn begin_forced(&mut self, trial: Key, forced: &[Forced]) -> Result<(), BudgetExceeded> {
        let mut forcing = self.forcing.take();
        if let Some(forcing) = &mut forcing {
            forcing.begin(forced);
        }
        let begun = self.begin_with(trial, forcing.as_deref_mut());
        self.forcing = forcing;
        begun
    }

    fn begin_with(&mut self, trial: Key, mut forcing: Option<&mut Forcing>) -> Result<(), BudgetExceeded> {
        self.unit_modes.begin(trial);
        (self.trial, self.lineage) = (trial, trial);
        let ends = forcing.as_ref().map_or_else(Vec::new, |forcing| forcing.on_units().collect());
        let fits = self.storm_modes.draw_with(trial, self.horizon, &mut self.storm, forcing.as_deref_mut(), None) && {
            let strikes: Vec<_> = ends.iter().map(|&(mode, unit, start, _)| (start, mode, unit)).collect();
            self.unit_modes.record(ends);
            self.clocks.begin(&self.unit_modes, &self.population, self.horizon) && {
                self.clocks.add(&strikes);
                true
            }
        };
        if !fits || self.storm.edges.len() as u64 > STRIKES_MAX {
            return Err(BudgetExceeded { limit: STRIKES_MAX });
        }
        if let Some(forcing) = forcing {
            let Self { clocks, unit_modes, population, horizon, .. } = self;
            clocks.each_strike(unit_modes, population, *horizon, |mode, unit, start| {
                let Some(source) = forcing.of_unit(mode, unit) else { return };
                let on_host = unit_modes.as_slice()[mode as usize].mode.scope == crate::mode::Scope::Host;
                let who = if on_host { population.host_key(unit) } else { population.instance_key(unit) };
                if let Some(length) = unit_modes.outcome(mode, unit, who, start).length {
                    forcing.note(source, start, length.as_ms() as f64);
                }
            });
        }
        (self.base, self.end) = (SimTime::ZERO, SimTime::ZERO);
        self.entries.clear();
        (self.edges_taken, self.recorded_taken) = (0, 0);
        Ok(())
    }

    /// All outages of sources in a trial that [`Strikes::begin_forced`] began.
    pub fn points(&self) -> &[Point] {
        self.forcing.as_ref().map_or(&[], |forcing| &forcing.points)
    }

    /// Draws the storm and opens the clocks of a trial.
    ///
    /// # Errors
    /// If the trial holds more strikes than can be kept.
    pub fn begin(&mut self, trial: Key) -> Result<(), BudgetExceeded> {
        self.unit_modes.begin(trial);
        (self.trial, self.lineage) = (trial, trial);
        if self.recorded.is_none() {
            if let Some(struck) = &mut self.struck {
                struck.clear();
            }
            let fits = self.storm_modes.draw_with(trial, self.horizon, &mut self.storm, None, self.struck.as_mut())
                && self.clocks.begin(&self.unit_modes, &self.population, self.horizon);
            if !fits {
                return Err(BudgetExceeded { limit: STRIKES_MAX });
            }
        }
        if self.storm.edges.len() as u64 > STRIKES_MAX {
            return Err(BudgetExceeded { limit: STRIKES_MAX });
        }
        (self.base, self.end) = (SimTime::ZERO, SimTime::ZERO);
        self.entries.clear();
        (self.edges_taken, self.recorded_taken) = (0, 0);
        Ok(())
    }

    /// Fills the next window; false once the horizon is reached.
    pub fn next_window(&mut self) -> bool {
        if self.end >= self.horizon {
            return false;
        }
        self.base = self.end;
        self.end = self.base.after(SimDuration::from_ms(self.window_ms)).min(self.horizon);
        self.entries.clear();
        while let Some(&(time, _)) = self.storm.edges.get(self.edges_taken).filter(|edge| edge.0 < self.end) {
            debug_assert!((self.edges_taken as u64) < UNITS_MAX);
            self.entries.push(Entry::new(self.base, time, 0, self.edges_taken as u32));
            self.edges_taken += 1;
        }
        match &self.recorded {
            None => self.clocks.fill(self.base, self.end, &self.unit_modes, &self.population, &mut self.entries),
            Some(strikes) => {
                while let Some(&(time, mode, unit)) = strikes.get(self.recorded_taken).filter(|s| s.0 < self.end) {
                    self.entries.push(Entry::new(self.base, time, mode + 1, unit));
                    self.recorded_taken += 1;
                }
            }
        }
        sort(&mut self.entries, &mut self.scratch, &mut self.counts);
        true
    }

    /// The window's entries, sorted.
    pub fn window(&self) -> &[Entry] {
        &self.entries
    }

    /// The instant that the window's entries count from.
    pub fn base(&self) -> SimTime {
        self.base
    }

    /// The end of the window (exclusive).
    pub fn end(&self) -> SimTime {
        self.end
    }

    /// The end of the trial (exclusive).
    pub fn horizon(&self) -> SimTime {
        self.horizon
    }

    /// The trial's storm.
    pub fn storm(&self) -> &Storm {
        &self.storm
    }

    /// The storm's modes and causes.
    pub fn storm_modes(&self) -> &StormModes {
        &self.storm_modes
    }

    /// The modes that mark machines.
    pub fn unit_modes(&self) -> &UnitModes {
        &self.unit_modes
    }

    /// Who can be struck.
    pub fn population(&self) -> &Population {
        &self.population
    }
}

/// Recorded outages of one unit that touch become one: a strike in the millisecond in which the mode lets go would find
/// the unit held. (One that falls within an outage is thinned by the fleet, as it is in a drawn trial.)
/// Where an outage may begin later than its strike (crews, healing, operating clocks), or where the machine may be
/// another by then (evictions, bad health), the fleet decides.
fn join(modes: &UnitModes, strikes: &mut Vec<(SimTime, u32, u32)>, ends: &mut Vec<(u32, u32, SimTime, SimTime)>) {
    let plain = |mode: u32| {
        let mode = &modes.as_slice()[mode as usize].mode;
        mode.crews.is_none() && !mode.heals && mode.clock == Clock::Calendar && !mode.effect.is_managed()
    };
    ends.sort_unstable();
    let mut swallowed = Vec::new();
    ends.dedup_by(|next, last| {
        let joins = (next.0, next.1) == (last.0, last.1) && next.2 == last.3 && plain(next.0);
        if joins {
            last.3 = next.3;
            if next.2 > last.2 {
                swallowed.push((next.2, next.0, next.1));
            }
        }
        joins
    });
    swallowed.sort_unstable();
    strikes.retain(|strike| swallowed.binary_search(strike).is_err());
}
