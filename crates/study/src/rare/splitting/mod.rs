//! Multilevel splitting with fixed effort, for misses that build up step by step: a queue before one crew, machines that
//! age, sets that lose more than they make.
//!
//! A *replication* begins so many plain trials (the effort). Each is lived through until its margin (machines that may still
//! be lost, `World::margin`) falls to the first level, and saved there, or to its end. From the saved ones as many trials
//! begin again, with new luck from there on, up to the second level, and so on; the last level is the miss itself. Whatever
//! comes to its end counts with the product of the shares that reached the levels before, over the effort. The weights of
//! a replication sum to one, and every quantity of a trial is estimated without bias (Garvels 2000; L'Ecuyer, Demers &
//! Tuffin 2007; the argument needs nothing but that a branch has the law of what comes after, given what was).
//!
//! In: a [`Study`], [`Ladder`] (levels from a pilot that is thrown away). Out: [`Weighed`](super::Weighed). A replication is one
//! observation: trials of one replication depend on each other, replications do not. It is played on one thread, by keys
//! of its own, so the bits are the same for any number of threads.
//!
//! What can go wrong: a miss that comes at one blow passes no levels. It is estimated without bias, as seldom as by plain
//! trials. Where no trial comes to the last level, only an upper bound is left, from the number of replications.

mod ladder;
mod pool;

use super::run::{Drawn, Weighed};
use super::tally::{Trial, WeightedTally};
use crate::blocks::Workers;
use crate::run::{Progress, RunError, Threads};
use crate::stage;
use crate::study::Study;
pub use ladder::Ladder;
use pool::{Splitter, Stage};
use std::sync::atomic::AtomicBool;
use zonefall_engine::BudgetExceeded;
use zonefall_faults::TrialId;
use zonefall_stats::Weight;

/// Replications, at least.
const REPLICATIONS: u64 = 100;
/// Trials that a stage begins: at least and at most.
const EFFORT: (u64, u64) = (20, 1000);
/// The lineage of the first branches of a trial.
const LINEAGE: u64 = 2;

/// About so many bytes a saved trial takes: itself, and for each machine.
const BYTES: (u64, u64) = (50_000, 600);
/// So many bytes of saved trials a thread may hold.
const BYTES_MAX: u64 = 1 << 28;

/// How many trials each place for saved ones may hold: a thread has two for every design, and keeps them all.
fn room(study: &Study) -> u64 {
    let bytes: u64 = study.designs.iter().map(|design| 2 * (BYTES.0 + BYTES.1 * design.capacity())).sum();
    BYTES_MAX / bytes.max(1)
}

/// Why saved trials would not fit into memory, if they would not.
pub(crate) fn obstacle(study: &Study) -> Option<String> {
    if study.profile.modes.iter().any(|mode| mode.wave().is_some()) {
        let words = "maintenance is planned ahead, and a trial that branches would have to plan it anew";
        return Some(words.into());
    }
    let (room, megabytes) = (room(study), BYTES_MAX >> 20);
    let machines: u64 = study.designs.iter().map(|design| design.capacity()).sum();
    (room < EFFORT.0).then(|| {
        let of = format!("{machines} machines in {} design(s)", study.designs.len());
        let least = EFFORT.0;
        format!("{of} are too many: {megabytes} MB a thread hold {room} saved trials a stage, and the least is {least}")
    })
}

/// Trials that the first stage of a replication begins.
pub(crate) fn effort(study: &Study) -> u64 {
    (study.trials / REPLICATIONS).clamp(EFFORT.0, room(study).clamp(EFFORT.0, EFFORT.1))
}

/// Plain trials that are asked for: whole replications.
pub(crate) fn asked(study: &Study) -> u64 {
    study.trials.next_multiple_of(effort(study))
}

/// Runs a study by splitting.
///
/// # Errors
/// If a trial passes its event budget or the threads cannot be started.
pub fn run_split(
    study: &Study,
    ladder: Ladder,
    threads: usize,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> Result<Weighed, RunError> {
    let threads = Threads::new(threads)?;
    let (causes, effort) = (stage::causes(study), effort(study));
    let block = |splitter: &mut Splitter<'_>, at: u64| {
        let tally = replicate(splitter, study, &ladder, study.first_trial + at * effort, causes.len())?;
        progress.computed(effort);
        Ok(tally)
    };
    let mut tally = WeightedTally::new(study, causes.len(), Weight::ONE);
    let replications = asked(study) / effort;
    Workers::new(&threads, || Splitter::new(study, stop)).in_order(replications, block, |later| tally.merge(later))?;
    Ok(Weighed { tally, causes, drawn: Drawn::Split(ladder) })
}

/// One replication of every design; none if interrupted.
fn replicate(
    splitter: &mut Splitter<'_>,
    study: &Study,
    ladder: &Ladder,
    first: u64,
    causes: usize,
) -> Result<Option<WeightedTally>, RunError> {
    let mut tally = WeightedTally::new(study, causes, Weight::ONE);
    let (spaced, room) = (effort(study), room(study));
    for (design, levels) in ladder.levels.iter().enumerate() {
        splitter.take(design);
        let mut reached = 1.0;
        for stage in 0..=levels.len() {
            let level = levels.get(stage).copied();
            let effort = ladder.effort(design, stage, spaced).min(room.max(EFFORT.0));
            let weight = Weight::new(reached / effort as f64);
            let (number, lineage, seed) = (stage as u64, LINEAGE, study.seed);
            let of = Stage { number, first, spaced, effort, lineage, seed, level };
            let seen = |ledger: &zonefall_fleet::Ledger| {
                let known = Trial { reference_missed_ms: 0, holds_a_pattern: true };
                tally.add(study, design, ledger, (weight, weight), known);
                if design == 0 {
                    tally.less_reference(weight, ledger.missed_ms);
                }
            };
            let passed = match splitter.stage(of, seen) {
                Ok(passed) => passed,
                Err(Halt::Interrupted) => return Ok(None),
                Err(Halt::Budget(source)) => return Err(RunError::Budget { trial: first, seed: study.seed, source }),
            };
            tally.designs[design].close_stage(stage, (effort, passed.reached), passed.events);
            reached *= passed.reached as f64 / effort as f64;
            if passed.reached == 0 {
                break;
            }
        }
    }
    tally.trials += spaced;
    tally.close_pair();
    Ok(Some(tally))
}

/// The key of a trial or of one of its branches.
fn key_of(seed: u64, trial: u64, lineage: u64) -> zonefall_engine::Key {
    TrialId { seed, trial, lineage }.key()
}

/// What a stage has come to.
#[derive(Debug, Clone, Copy, Default)]
struct Passed {
    /// Trials that reached the level.
    reached: u64,
    /// Events, those before the branches not among them.
    events: u64,
}

/// Why a stage did not come to its end.
#[derive(Debug)]
enum Halt {
    Budget(BudgetExceeded),
    Interrupted,
}

impl From<BudgetExceeded> for Halt {
    fn from(source: BudgetExceeded) -> Self {
        Self::Budget(source)
    }
}

type Played<T> = Result<T, Halt>;
