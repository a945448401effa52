//! Storm and unit clocks merged into windows of packed entries, drawn once per trial and lived through by every design.
//!
//! A window holds about three thousand entries, so that it stays in the cache while each design runs through it.

use crate::clocks::Clocks;
use crate::mode::{Clock, Profile};
use crate::packed::{Entry, STRIKES_MAX, UNITS_MAX, WINDOW_MS_MAX, sort};
use crate::population::Population;
use crate::storm::{Storm, StormModes};
use crate::unit::UnitModes;
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

    /// Draws the storm and opens the clocks of a trial.
    ///
    /// # Errors
    /// If the trial holds more strikes than can be kept.
    pub fn begin(&mut self, trial: Key) -> Result<(), BudgetExceeded> {
        self.unit_modes.begin(trial);
        if self.recorded.is_none() {
            let fits = self.storm_modes.draw(trial, self.horizon, &mut self.storm)
                && self.clocks.begin(&self.unit_modes, &self.population, self.horizon);
            if !fits {
                return Err(BudgetExceeded { limit: STRIKES_MAX });
            }
        }
        if self.storm.edges.len() as u64 > STRIKES_MAX {
            return Err(BudgetExceeded { limit: STRIKES_MAX });
        }
        (self.base, self.end) = (SimTime::ZERO, SimTime::ZERO);
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
