//! A stage: the strikes and one world per design, reused from trial to trial. One thread plays on one stage.

use crate::sessions;
use crate::study::Study;
use crate::tally::{Reference, Tally};
use std::sync::Arc;
use zonefall_engine::{BudgetExceeded, Key, SimTime};
use zonefall_faults::{Clock, Forced, Point, Scope, Source, StormModes, Strikes};
use zonefall_fleet::{Design, Ledger, Suppressed, World, population};
use zonefall_topology::Topology;

/// One trial of one design, for those who keep rows.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialRow {
    /// The trial.
    pub trial: u64,
    /// Index of the design.
    pub design: usize,
    /// Missed time in milliseconds.
    pub missed_ms: u64,
    /// Measured time in milliseconds.
    pub observed_ms: u64,
    /// Outages of the objective.
    pub outages: u64,
    /// The longest of them.
    pub longest_ms: u64,
    /// The first instant of missed time.
    pub first_miss: Option<SimTime>,
    /// Machine-milliseconds in rotation and alive.
    pub serving_ms: i128,
    /// Capacity lost as a share.
    pub capacity_lost: f64,
    /// Demand not served as a share; 0 without demand.
    pub unserved: f64,
    /// Windows that breach the target.
    pub breaches: u32,
    /// Strikes that took effect.
    pub machine_failures: u64,
}

/// Whether what befalls a design changes what is done to it later: its sets are managed, bad health holds maintenance up,
/// or another part stands in, which takes the charge of what follows.
fn reacts(design: &Design) -> bool {
    design.is_managed() || design.maintenance.is_some() || design.fails_over()
}

/// The causes that missed time can be charged to, without building a stage.
pub(crate) fn causes(study: &Study) -> Vec<String> {
    let horizon = study.measure.horizon.since(SimTime::ZERO);
    with_own(&StormModes::new(&study.profile, &study.topology, horizon))
}

/// The causes of storms, then those that a fleet has of its own.
fn with_own(modes: &StormModes) -> Vec<String> {
    let own = zonefall_fleet::EXTRA_CAUSES.iter().map(|&(name, _)| name.to_owned());
    modes.causes().iter().cloned().chain(own).collect()
}

/// The strikes of a study.
pub(crate) fn strikes(study: &Study) -> Strikes {
    let designs: Vec<_> = study.designs.iter().map(|design| (**design).clone()).collect();
    let horizon = study.measure.horizon.since(SimTime::ZERO);
    Strikes::new(&study.profile, &study.topology, population(&designs, &study.topology), horizon)
}

/// The world of a design.
pub(crate) fn world(study: &Study, design: &Arc<Design>, strikes: &Strikes) -> World {
    World::new(Arc::clone(design), study.measure.clone(), study.topology.clone(), strikes)
}

/// Strikes and worlds for the designs of one study.
pub struct Stage {
    strikes: Strikes,
    worlds: Vec<World>,
    /// No mode spares another its strikes (operating clocks), so a trial without missed time needs no second look. With
    /// probes this holds up to their lag: a machine that is out of rotation already loses no requests when it dies.
    monotone: bool,
    /// Causes that are never charged but may hold healing up.
    delays: Vec<bool>,
    asks: Vec<bool>,
    /// The outages that the trial at hand is forced into; none where nothing is ever forced.
    forced: Option<Vec<Forced>>,
}

impl Stage {
    /// Builds the stage of a study.
    pub fn new(study: &Study) -> Self {
        let mut strikes = strikes(study);
        if let Some(replay) = &study.replay {
            replay.load(&mut strikes);
        }
        let worlds = study.designs.iter().map(|design| world(study, design, &strikes)).collect();
        let monotone = study.profile.modes.iter().all(|mode| mode.clock == Clock::Calendar);
        let delays = |cause: usize| {
            let mode = strikes.storm_modes().mode_of(cause as u16);
            // A surge holds healing up only where it leaves nothing at all.
            matches!(mode.scope, Scope::Allocation | Scope::ControlPlane)
                || mode.control_plane.is_some()
                || mode.surge.is_some_and(zonefall_faults::Surge::may_exhaust)
        };
        let delays = (0..strikes.storm_modes().causes().len()).map(delays).collect();
        Self { strikes, worlds, monotone, delays, asks: Vec::new(), forced: None }
    }

    /// Nothing but missed time is read from its ledgers.
    pub(crate) fn of_missed_time(mut self) -> Self {
        self.worlds.iter_mut().for_each(World::ask_for_missed_time_only);
        self
    }

    /// The causes that missed time can be charged to.
    pub fn causes(&self) -> Vec<String> {
        with_own(self.strikes.storm_modes())
    }

    /// How many designs live here.
    pub fn designs(&self) -> usize {
        self.worlds.len()
    }

    /// The strikes, for recording.
    pub fn strikes(&mut self) -> &mut Strikes {
        &mut self.strikes
    }

    /// Lives through one trial in every design; the ledgers stay readable until the next call.
    ///
    /// # Errors
    /// If a design passes its event budget.
    pub fn play(&mut self, trial: Key) -> Result<(), BudgetExceeded> {
        self.begin(trial)?;
        for world in &mut self.worlds {
            world.begin(trial, &self.strikes, None);
        }
        loop {
            let mut more = false;
            if self.strikes.next_window() {
                for world in &mut self.worlds {
                    more |= !world.live(&self.strikes)?;
                }
            }
            if !more {
                break;
            }
        }
        for world in &mut self.worlds {
            world.finish(&self.strikes);
        }
        Ok(())
    }

    fn begin(&mut self, trial: Key) -> Result<(), BudgetExceeded> {
        match &self.forced {
            None => self.strikes.begin(trial),
            Some(forced) => self.strikes.begin_forced(trial, forced),
        }
    }

    /// From now on trials may be forced into outages; what can be.
    pub fn force(&mut self, topology: &Topology) -> &[Source] {
        self.forced = Some(Vec::new());
        self.strikes.force(topology)
    }

    /// Lives through one trial that is forced into outages; needs [`Stage::force`].
    ///
    /// # Errors
    /// If a design passes its event budget.
    pub fn play_forced(&mut self, trial: Key, forced: &[Forced]) -> Result<(), BudgetExceeded> {
        if let Some(mine) = &mut self.forced {
            mine.clear();
            mine.extend_from_slice(forced);
        }
        self.play(trial)
    }

    /// The outages of the trial at hand, forced or not.
    pub fn points(&self) -> &[Point] {
        self.strikes.points()
    }

    /// The ledger of a design after [`Stage::play`].
    pub fn ledger(&self, design: usize) -> &Ledger {
        self.worlds[design].ledger()
    }

    /// Missed time of one design in one trial had something never happened.
    pub(crate) fn missed_without(
        &mut self,
        design: usize,
        trial: Key,
        suppressed: Suppressed,
    ) -> Result<u64, BudgetExceeded> {
        self.begin(trial)?;
        let world = &mut self.worlds[design];
        world.begin(trial, &self.strikes, Some(suppressed));
        while self.strikes.next_window() {
            world.live(&self.strikes)?;
        }
        Ok(world.finish(&self.strikes).missed_ms)
    }

    /// Plays one trial and adds it to a tally.
    ///
    /// # Errors
    /// If a design passes its event budget.
    pub fn tally(&mut self, study: &Study, number: u64, tally: &mut Tally) -> Result<(), BudgetExceeded> {
        let trial = study.trial_key(number);
        self.play(trial)?;
        let sessions_lost = self.worlds.iter().find_map(|world| sessions::lost(world.ledger()));
        let reference = Reference { missed_ms: self.worlds[0].ledger().missed_ms, sessions_lost };
        for (design, world) in self.worlds.iter().enumerate() {
            tally.add(study, design, number, world.ledger(), reference);
        }
        if study.counterfactual {
            self.counterfactual(study, trial, |design, cause, avoided| {
                tally.designs[design].avoided[cause].add(avoided);
            })?;
        }
        Ok(())
    }

    /// Which causes may have made a difference to the trial that a design has lived through.
    pub(crate) fn ask(&self, study: &Study, design: usize, asks: &mut Vec<bool>) {
        let ledger = self.worlds[design].ledger();
        let (missed, delayed) = (ledger.missed_ms > 0, ledger.delayed_healings > 0);
        // What a managed set does may turn on any cause, for better or worse.
        let open = !self.monotone && ledger.machine_failures > 0 || missed && reacts(&study.designs[design]);
        asks.clear();
        asks.extend((0..self.delays.len()).map(|cause| {
            let charged = ledger.missed_by_cause_ms[cause] > 0;
            open || missed && (charged || delayed && self.delays[cause])
        }));
    }

    /// Lives through the trial again without each cause that may matter, and tells (design, cause, missed time avoided).
    ///
    /// # Errors
    /// If a design passes its event budget.
    pub fn counterfactual(
        &mut self,
        study: &Study,
        trial: Key,
        mut avoided: impl FnMut(usize, usize, i64),
    ) -> Result<(), BudgetExceeded> {
        let causes = self.delays.len();
        let mut asks = std::mem::take(&mut self.asks);
        for design in 0..study.designs.len() {
            // The ledger is overwritten by the second look: first note which causes ask for one.
            let missed = self.worlds[design].ledger().missed_ms;
            self.ask(study, design, &mut asks);
            for cause in (0..causes).filter(|&cause| asks[cause]) {
                let without = self.missed_without(design, trial, Suppressed::Cause(cause as u16))?;
                avoided(design, cause, missed as i64 - without as i64);
            }
        }
        self.asks = asks;
        Ok(())
    }
}
