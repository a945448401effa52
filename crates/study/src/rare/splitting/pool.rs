//! One stage of a replication: trials that begin, or go on from where others were saved, up to a level or their end.

use super::{Halt, Passed, Played, key_of};
use crate::stage;
use crate::study::Study;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use zonefall_engine::{Key, SimTime};
use zonefall_faults::{Course, Strikes};
use zonefall_fleet::{Descent, Ledger, World};

/// How often a stage may go through its numbers.
const ROUNDS: u64 = 64;

/// Which trials a stage plays, and how far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stage {
    /// 0 where trials begin.
    pub number: u64,
    /// The number of the first trial, and how many numbers are ours.
    pub first: u64,
    pub spaced: u64,
    /// Trials to play.
    pub effort: u64,
    /// That of the first branches.
    pub lineage: u64,
    pub seed: u64,
    /// Where trials are saved; none if all go to their ends.
    pub level: Option<i64>,
}

impl Stage {
    /// The lineage of a branch: its own for each stage and each time that the numbers are gone through.
    fn lineage_of(&self, at: u64) -> u64 {
        self.lineage + self.number * ROUNDS + at / self.spaced
    }
}

/// A trial that is saved.
#[derive(Clone)]
struct Saved {
    course: Course,
    world: World,
    after: SimTime,
}

/// Saved trials; those that are not in use keep their memory.
#[derive(Default)]
struct Pool {
    trials: Vec<Saved>,
    used: usize,
}

impl Pool {
    fn save(&mut self, strikes: &Strikes, world: &World, after: SimTime) {
        if self.used == self.trials.len() {
            self.trials.push(Saved { course: Course::default(), world: world.clone(), after });
        }
        let place = &mut self.trials[self.used];
        strikes.save(&mut place.course);
        place.world.clone_from(world);
        place.after = after;
        self.used += 1;
    }
}

/// A design, and where its trials are saved.
struct Bench {
    world: World,
    from: Pool,
    to: Pool,
}

/// Plays stages of the designs of a study.
pub(super) struct Splitter<'a> {
    strikes: Strikes,
    benches: Vec<Bench>,
    design: usize,
    stop: &'a AtomicBool,
}

impl<'a> Splitter<'a> {
    pub fn new(study: &Study, stop: &'a AtomicBool) -> Self {
        let mut strikes = stage::strikes(study);
        strikes.allow_branches();
        let bench = |design: &Arc<_>| {
            let mut world = stage::world(study, design, &strikes);
            world.allow_branches();
            Bench { world, from: Pool::default(), to: Pool::default() }
        };
        let benches = study.designs.iter().map(bench).collect();
        Self { strikes, benches, design: 0, stop }
    }

    /// The next stages are those of this design.
    pub fn take(&mut self, design: usize) {
        self.design = design;
    }

    /// Plays a stage; the next one goes on from what it has saved. `seen` is told of every trial that came to its end.
    pub fn stage(&mut self, stage: Stage, mut seen: impl FnMut(&Ledger)) -> Played<Passed> {
        self.walk(stage, |bench, strikes, _| seen(bench.finish(strikes)))
    }

    /// Plays a stage to the end of every trial, tells the least margin of each, and saves nothing. It can be played again.
    pub fn depths(&mut self, stage: Stage, mut seen: impl FnMut(i64)) -> Played<Passed> {
        let stage = Stage { level: None, ..stage };
        let passed = self.walk(stage, |_, _, lowest| seen(lowest))?;
        let bench = &mut self.benches[self.design];
        if stage.number > 0 {
            std::mem::swap(&mut bench.from, &mut bench.to);
        }
        Ok(passed)
    }

    /// The margin of a trial that has just begun.
    pub fn margin_at_start(&mut self, trial: Key) -> Played<i64> {
        self.strikes.begin(trial)?;
        let world = &mut self.benches[self.design].world;
        world.begin(trial, &self.strikes, None);
        Ok(world.margin())
    }

    fn walk(&mut self, stage: Stage, mut ends: impl FnMut(&mut World, &Strikes, i64)) -> Played<Passed> {
        let Self { strikes, benches, design, stop } = self;
        let Bench { world, from, to } = &mut benches[*design];
        if stage.number > 0 {
            std::mem::swap(from, to);
        }
        to.used = 0;
        let level = stage.level.unwrap_or(i64::MIN);
        let mut passed = Passed::default();
        // Each saved trial is begun from as often as another on average, whichever of them were saved first.
        let turn = key_of(stage.seed, stage.first, stage.lineage_of(0)).named("turn").stream();
        let turn = { turn }.below(from.used.max(1) as u64);
        for at in 0..stage.effort {
            if stop.load(Ordering::Relaxed) {
                return Err(Halt::Interrupted);
            }
            let trial = stage.first + at % stage.spaced;
            let mut descent = Descent::to(level);
            if stage.number == 0 {
                let key = key_of(stage.seed, trial, if stage.lineage == super::LINEAGE { 0 } else { stage.lineage });
                strikes.begin(key)?;
                world.begin(key, strikes, None);
            } else {
                let saved = &from.trials[((at + turn) % from.used as u64) as usize];
                strikes.restore(&saved.course);
                world.clone_from(&saved.world);
                if world.margin() <= level {
                    to.save(strikes, world, saved.after);
                    continue;
                }
                let lineage = key_of(stage.seed, trial, stage.lineage_of(at));
                strikes.branch(saved.after, lineage)?;
                world.branch(saved.after, lineage, strikes);
                descent.lowest = world.margin();
            }
            let before = world.events();
            descend(strikes, world, &mut descent)?;
            passed.events += world.events() - before;
            match descent.reached {
                Some(after) => to.save(strikes, world, after),
                None => ends(world, strikes, descent.lowest),
            }
        }
        passed.reached = to.used as u64;
        Ok(passed)
    }
}

fn descend(strikes: &mut Strikes, world: &mut World, descent: &mut Descent) -> Played<()> {
    while strikes.next_window() {
        if world.live_watched(strikes, descent)? {
            return Ok(());
        }
    }
    Ok(())
}
