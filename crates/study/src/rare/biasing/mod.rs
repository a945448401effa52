//! Failure biasing: a design that is a Markov chain, lived through from failure to failure, failures made frequent.
//!
//! A *cycle* begins with everything up and ends when everything is up again; what happens in one has nothing to do with the others.
//! So the expected missed time of a trial is the number of cycles to be expected in it, which is known exactly (`openings`),
//! times what one is expected to miss, and that is sampled (`walk`): while nothing is missed yet, the next event is a failure with
//! a chance of a half or more, in a third of the cycles of all classes of units alike. What leads to a miss by few failures is then
//! common, however rare it is, and the relative error stays bounded as failures become rarer (Shahabuddin 1994). Where every mode
//! has always been running, times are not drawn: their expectations take their place.
//!
//! In: a [`Study`] whose designs are chains (`exactly::chain`: independent modes of which only means count; crews). Out: an
//! [`Outcome`](crate::outcome::Outcome) whose unavailability, verdict on the mean and differences are those of the cycles; the rest
//! is that of a hundredth as many plain trials, as after conditioning. A pilot with luck of its own chooses the chance of a
//! failure among four, and is thrown away.
//!
//! What can go wrong. *Many failures to a miss*: with twenty failures in a row half of the cycles still fail at each step, and few
//! come through; the pilot then takes a greater chance, and below 20 effective hits nothing but what the plain trials bound is
//! said. *Failures that are not rare*: everything is up for less than half of the time, so cycles are long; refused. *A way to miss that no
//! cycle shows*, through one of many units of a large class: not in any interval. Where the exact answer is known and lies
//! elsewhere, what cycles say is set aside; where plain trials have an interval that does, a warning says so.

mod conclude;
mod openings;
mod pilot;
mod walk;

pub use conclude::conclude_biased;

use super::conditioning::with_plain_trials;
use crate::blocks::{Workers, trials_of};
use crate::exactly::chain::Chain;
use crate::run::{Finished, Progress, RunError, Silent, Threads, run};
use crate::study::Study;
use openings::Openings;
use pilot::{Forecast, SHARES};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use walk::Walk;
use zonefall_engine::{BudgetExceeded, Key};
use zonefall_stats::estimate::HITS_FOR_INTERVAL;
use zonefall_stats::{Sample, Weight, WeightedMoments};

/// Cycles in a block.
const BLOCK: u64 = 256;
/// Everything must be up together for this share of the time. Where it is so for less, cycles are long against outages: weights
/// of many biased steps then deceive, and cycles that begin before a trial outlast what is drawn of them.
const ALL_UP_LEAST: f64 = 0.5;

/// How the cycles of a study are drawn.
#[derive(Debug, Clone)]
pub struct Bias {
    laid: Arc<Vec<Laid>>,
    /// The chance that the next event is a failure.
    failures: f64,
    /// Missed milliseconds are counted in units of two to this power, by design; none where the pilot saw nothing missed.
    units_log2: Vec<Option<i32>>,
    /// Cycles and events of the pilot.
    pilot: (u64, u64),
    /// Sums of the missed milliseconds of all its cycles, whatever chance they were drawn with, and of their squares, by design.
    seen: Vec<(f64, f64)>,
    forecasts: Vec<Forecast>,
}

/// A design as a chain, and when its cycles begin, by ways to stand.
#[derive(Debug)]
struct Laid {
    chain: Chain,
    openings: Vec<Openings>,
}

impl Bias {
    /// Lays out the designs of a study.
    ///
    /// # Errors
    /// In words, with everything that makes a design no chain, or none that can be cut into cycles.
    pub fn new(study: &Study) -> Result<Self, String> {
        let (mut laid, mut refused) = (Vec::new(), Vec::new());
        for design in &study.designs {
            match Laid::new(study, design) {
                Ok(of) => laid.push(of),
                Err(why) => refused.push(why),
            }
        }
        if !refused.is_empty() {
            return Err(refused.join("; "));
        }
        let units_log2 = vec![None; laid.len()];
        let seen = vec![(0.0, 0.0); laid.len()];
        Ok(Self { laid: Arc::new(laid), failures: SHARES[0], units_log2, pilot: (0, 0), seen, forecasts: Vec::new() })
    }
}

impl Laid {
    fn new(study: &Study, design: &Arc<zonefall_fleet::Design>) -> Result<Self, String> {
        let refused = |words: String| format!("{}: {words}", design.name);
        let chain = Chain::new(study, design).map_err(|obstacles| refused(obstacles.0.join("; ")))?;
        let openings = chain.ways.iter().map(|way| Openings::new(study, &chain, way, ALL_UP_LEAST));
        let openings: Vec<Openings> = openings.collect::<Result<_, _>>().map_err(refused)?;
        if openings.iter().any(Openings::is_calm) {
            return Err(refused("no failure mode can take anything of it away".into()));
        }
        Ok(Self { chain, openings })
    }
}

/// What a cycle counts for in a trial.
#[derive(Debug, Clone, Copy)]
struct Cycle {
    /// Missed milliseconds.
    missed_ms: f64,
    /// What it adds to the variance of a plain trial.
    plain_ms2: f64,
    /// Cycles with a miss.
    hits: f64,
    /// The weight alone.
    weight: f64,
    events: u64,
}

/// Plays the cycles of a design.
struct Player<'a> {
    laid: &'a Laid,
    walks: Vec<Option<Walk<'a>>>,
}

fn players(laid: &[Laid]) -> Vec<Player<'_>> {
    let player = |laid: &'_ Laid| laid.chain.ways.iter().map(|_| None).collect();
    laid.iter().map(|laid| Player { laid, walks: player(laid) }).collect()
}

impl Player<'_> {
    fn play(&mut self, study: &Study, failures: f64, (number, key): (u64, Key)) -> Result<Cycle, RunError> {
        let mut stream = key.named("cycle").stream();
        let Laid { chain, openings } = self.laid;
        let mut left = if chain.ways.len() > 1 { stream.unit() } else { 0.0 };
        let drawn = chain.ways.iter().position(|way| {
            left -= way.weight;
            left < 0.0
        });
        let way = drawn.unwrap_or(chain.ways.len() - 1);
        let opening = openings[way].draw(&mut stream);
        let walk = self.walks[way].get_or_insert_with(|| Walk::new(chain, &chain.ways[way]));
        let limit = study.measure.event_budget;
        let Some(excursion) = walk.excursion(&opening, failures, &mut stream, limit) else {
            return Err(RunError::Budget { trial: number, seed: study.seed, source: BudgetExceeded { limit } });
        };
        let counts = opening.times * excursion.weight;
        Ok(Cycle {
            missed_ms: counts * excursion.missed_ms,
            plain_ms2: counts * excursion.missed_ms2,
            hits: if excursion.missed_ms > 0.0 { counts } else { 0.0 },
            weight: excursion.weight,
            events: excursion.events,
        })
    }
}

/// What is known of one design.
#[derive(Debug, Clone)]
struct Known {
    /// Missed time, in units of the design.
    missed: WeightedMoments,
    /// Less that of the reference, in the larger unit of both.
    against_reference: WeightedMoments,
    /// What plain trials' missed time would vary by: squares in units × hours.
    plain: WeightedMoments,
    /// Weights, in units of 2⁻³⁰.
    weights: WeightedMoments,
    greatest_weight: f64,
    events: u64,
}

/// The mean weight is 1; one that is off by more says that the cycles which carry the sum were not drawn.
const WEIGHT_SLACK: f64 = 0.25;
/// Milliseconds in an hour.
const HOUR_MS: f64 = 3_600_000.0;
/// Weights are counted in units of 2 to this power.
const WEIGHT_LOG2: i32 = -30;

impl Known {
    fn nothing() -> Self {
        let none = WeightedMoments::new(Weight::ONE);
        Self { missed: none, against_reference: none, plain: none, weights: none, greatest_weight: 0.0, events: 0 }
    }

    fn mean_weight(&self) -> f64 {
        libm::ldexp(self.weights.mean(), WEIGHT_LOG2)
    }

    const fn parts_mut(&mut self) -> [&mut WeightedMoments; 4] {
        [&mut self.missed, &mut self.against_reference, &mut self.plain, &mut self.weights]
    }

    fn merge(&mut self, mut other: Self) {
        self.parts_mut().into_iter().zip(other.parts_mut()).for_each(|(mine, theirs)| mine.merge(theirs));
        self.greatest_weight = self.greatest_weight.max(other.greatest_weight);
        self.events += other.events;
    }
}

/// The nearest whole number of units of two to a power; what is there at all is at least one.
fn counted(x: f64, unit_log2: i32) -> i64 {
    // Casts of floats saturate.
    let whole = libm::rint(libm::ldexp(x, -unit_log2)) as i64;
    if whole == 0 && x != 0.0 { if x > 0.0 { 1 } else { -1 } } else { whole }
}

impl Bias {
    /// The unit of a design's missed time, and that of its difference from the reference; 1 where there is none.
    fn units_log2(&self, design: usize) -> (i32, i32) {
        let of = |design: usize| self.units_log2[design].unwrap_or(0);
        (of(design), of(design).max(of(0)))
    }

    /// Whether cycles tell enough of a design for an interval: the pilot saw it missed, weights are 1 on the mean, and enough cycles
    /// carry the sum.
    fn tells(&self, design: usize, known: &Known) -> bool {
        self.units_log2[design].is_some()
            && (known.mean_weight() - 1.0).abs() <= WEIGHT_SLACK
            && known.missed.carries_an_interval()
            && self.effective_hits(design, known) >= HITS_FOR_INTERVAL as f64
    }

    /// Kish's number over all that was seen, the pilot's cycles among it: one heavy cycle there says that the run lacks some.
    fn effective_hits(&self, design: usize, known: &Known) -> f64 {
        let (unit, of) = (libm::ldexp(1.0, self.units_log2(design).0), &known.missed);
        let sum = of.sum() * unit + self.seen[design].0;
        let root = of.hit_root_mean_square() * unit;
        let squares = root * root * of.hits() as f64 + self.seen[design].1;
        let pooled = if squares > 0.0 { sum / squares * sum } else { 0.0 };
        pooled.min(of.effective_hits())
    }
}

/// What cycles have left.
#[derive(Debug)]
pub struct Biased {
    designs: Vec<Known>,
    /// Cycles lived through.
    pub cycles: u64,
    /// Events: failures and repairs, those of the plain trials and of the pilot among them.
    pub events: u64,
    plain: Finished,
}

/// Runs a study by failure biasing: as many cycles as trials are asked for.
///
/// # Errors
/// If a cycle passes the event budget or the threads cannot be started.
pub fn run_biased(
    study: &Study,
    bias: &Bias,
    threads: usize,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> Result<Biased, RunError> {
    let nothing = || vec![Known::nothing(); study.designs.len()];
    let cycles = 0..study.trials;
    let block = |players: &mut Vec<Player<'_>>, at: u64| {
        let mut known = nothing();
        let range = trials_of(at, BLOCK, &cycles);
        for cycle in range.clone() {
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let mut reference = 0.0;
            for (design, (player, known)) in players.iter_mut().zip(&mut known).enumerate() {
                let of = player.play(study, bias.failures, (cycle, study.trial_key(cycle)))?;
                let (unit, of_difference) = bias.units_log2(design);
                reference = if design == 0 { of.missed_ms } else { reference };
                let values = [
                    counted(of.missed_ms, unit),
                    counted(of.missed_ms - reference, of_difference),
                    counted(of.plain_ms2 / HOUR_MS, unit),
                    counted(of.weight, WEIGHT_LOG2),
                ];
                for (moments, value) in known.parts_mut().into_iter().zip(values) {
                    moments.add(Weight::ONE, value);
                    moments.close();
                }
                known.greatest_weight = known.greatest_weight.max(of.weight);
                known.events += of.events;
            }
        }
        progress.computed(range.end - range.start);
        Ok(Some(known))
    };
    // First, so that whoever interrupts the cycles has them.
    let plain = run(&with_plain_trials(study), threads, stop, &Silent)?;
    let pool = Threads::new(threads)?;
    let mut designs = nothing();
    let workers = Workers::new(&pool, || players(&bias.laid));
    workers.in_order(cycles.end.div_ceil(BLOCK), block, |known| {
        designs.iter_mut().zip(known).for_each(|(mine, theirs)| mine.merge(theirs));
    })?;
    let plain_events: u64 = plain.tally.designs.iter().map(|design| design.events).sum();
    let cycle_events: u64 = designs.iter().map(|known| known.events).sum();
    let cycles = designs.first().map_or(0, |known| known.missed.n());
    Ok(Biased { designs, cycles, events: cycle_events + plain_events + bias.pilot.1, plain })
}
