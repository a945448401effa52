//! The pilot: cycles that are thrown away, to choose the chance of a failure and to foretell what a run would gain.
//!
//! It has luck of its own (lineage 1) and depends on nothing but the study, so it biases nothing and is the same for any number
//! of threads.

use super::{Bias, Cycle, Laid, players};
use crate::rare::ends::{Expected, of_a_trial};
use crate::run::RunError;
use crate::study::Study;
use std::sync::atomic::{AtomicBool, Ordering};
use zonefall_faults::TrialId;
use zonefall_stats::estimate::HITS_FOR_INTERVAL;

/// Chances of a failure that the pilot tries, cycles for each, and its lineage.
pub(super) const SHARES: [f64; 4] = [0.5, 0.65, 0.8, 0.9];
const PILOT: (u64, u64) = (500, 1);
/// A mean of the pilot is about so many units of what is counted.
const UNITS_OF_MEAN: i32 = 30;

/// Variance × events of plain trials over that of cycles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::rare) struct Gain {
    /// The least where plain trials see too little.
    pub poorest: f64,
    /// The least.
    pub worst: f64,
}

/// What the pilot expects of a design.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Forecast {
    /// Cycles with a miss, in a plain trial.
    hits: f64,
    /// Variance × events of plain trials over that of cycles; 0 if no cycle missed.
    gain: f64,
    /// Expected missed milliseconds.
    mean: f64,
    effective_hits: f64,
    /// Sums of the missed milliseconds of its cycles, and of their squares.
    sums: (f64, f64),
    /// Relative variance × events of a cycle.
    work: f64,
    /// Of a cycle, and of a plain trial.
    expected: [Expected; 2],
}

impl Bias {
    /// The same with the chance of a failure that suits it.
    ///
    /// # Errors
    /// If a cycle passes the event budget, or the pilot is interrupted.
    pub fn learn(self, study: &Study, stop: &AtomicBool) -> Result<Self, RunError> {
        let mut pilot = (0, 0);
        let mut best: Option<(f64, Vec<Forecast>)> = None;
        let mut seen = vec![(0.0, 0.0); self.laid.len()];
        for (at, failures) in SHARES.into_iter().enumerate() {
            let tried = self.forecasts_with(study, failures, at as u64 * PILOT.0, stop)?;
            pilot = (pilot.0 + PILOT.0, pilot.1 + tried.1);
            seen.iter_mut().zip(&tried.0).for_each(|(all, of)| *all = (all.0 + of.sums.0, all.1 + of.sums.1));
            let better = |(_, known): &(f64, Vec<Forecast>)| poorest(&tried.0) < poorest(known);
            if best.as_ref().is_none_or(better) {
                best = Some((failures, tried.0));
            }
        }
        let (failures, forecasts) = best.unwrap_or((SHARES[0], Vec::new()));
        let unit = |of: &Forecast| (of.mean > 0.0).then(|| libm::ilogb(of.mean) - UNITS_OF_MEAN);
        let units_log2 = forecasts.iter().map(unit).collect();
        Ok(Self { failures, units_log2, pilot, seen, forecasts, ..self })
    }

    /// What cycles of the pilot say, and their events.
    fn forecasts_with(
        &self,
        study: &Study,
        failures: f64,
        first: u64,
        stop: &AtomicBool,
    ) -> Result<(Vec<Forecast>, u64), RunError> {
        let mut players = players(&self.laid);
        let mut sums = vec![Sums::default(); players.len()];
        for cycle in first..first + PILOT.0 {
            if stop.load(Ordering::Relaxed) {
                return Err(RunError::Interrupted);
            }
            let key = TrialId { seed: study.seed, trial: cycle, lineage: PILOT.1 }.key();
            for (player, sums) in players.iter_mut().zip(&mut sums) {
                sums.add(&player.play(study, failures, (cycle, key))?);
            }
        }
        let events = sums.iter().map(|sums| sums.events).sum();
        let forecast = |(sums, laid): (&Sums, &Laid)| sums.forecast(study, laid);
        Ok((sums.iter().zip(self.laid.iter()).map(forecast).collect(), events))
    }

    /// The fewest plain trials with a miss that the pilot expects of any design; none if it cannot tell.
    pub(in crate::rare) fn fewest_hits(&self, study: &Study) -> Option<f64> {
        let tells = !self.forecasts.iter().any(Forecast::shows_little);
        tells.then(|| self.forecasts.iter().map(|of| of.hits_of(study)).fold(f64::INFINITY, f64::min))
    }

    /// The gain that the pilot expects, and the fewest hits; none if it cannot tell, or plain trials see `enough` of all.
    pub(in crate::rare) fn gain(&self, study: &Study, enough: f64) -> Option<(Gain, f64)> {
        let fewest = self.fewest_hits(study).filter(|&hits| hits < enough)?;
        let seldom = self.forecasts.iter().filter(|of| of.hits_of(study) < enough);
        let least = |gain: f64, of: &Forecast| gain.min(of.gain);
        let worst = self.forecasts.iter().fold(f64::INFINITY, least);
        Some((Gain { poorest: seldom.fold(f64::INFINITY, least), worst }, fewest))
    }

    /// What the pilot expects of a cycle, and of a plain trial, by design.
    pub(in crate::rare) fn expected(&self) -> impl Iterator<Item = [Expected; 2]> {
        self.forecasts.iter().map(|of| of.expected)
    }
}

impl Forecast {
    /// Plain trials of a study with a miss; cycles with one come nearly independently.
    fn hits_of(&self, study: &Study) -> f64 {
        -libm::expm1(-self.hits) * study.trials as f64
    }

    fn shows_little(&self) -> bool {
        self.effective_hits < HITS_FOR_INTERVAL as f64
    }
}

/// The most work of a cycle that any design takes; endless where hits are too few to tell, and the fewer the worse.
fn poorest(forecasts: &[Forecast]) -> (bool, f64) {
    if forecasts.iter().any(Forecast::shows_little) {
        return (true, -forecasts.iter().map(|of| of.effective_hits).fold(f64::INFINITY, f64::min));
    }
    (false, forecasts.iter().map(|of| of.work).fold(0.0, f64::max))
}

/// Sums of a pilot.
#[derive(Debug, Clone, Default)]
struct Sums {
    cycles: f64,
    mean: f64,
    squares: f64,
    plain_squares: f64,
    hits: f64,
    events: u64,
    /// Cycles with a miss.
    missing: f64,
    /// What the first cycle missed, and how many missed more or less.
    first: Option<f64>,
    differing: f64,
}

impl Sums {
    fn add(&mut self, cycle: &Cycle) {
        let first = *self.first.get_or_insert(cycle.missed_ms);
        let differs = (cycle.missed_ms - first).abs() > libm::ldexp(first, -UNITS_OF_MEAN);
        self.differing += f64::from(differs);
        self.missing += f64::from(cycle.missed_ms > 0.0);
        self.cycles += 1.0;
        self.mean += cycle.missed_ms;
        self.squares += cycle.missed_ms * cycle.missed_ms;
        self.plain_squares += cycle.plain_ms2;
        self.hits += cycle.hits;
        self.events += cycle.events;
    }

    fn forecast(&self, study: &Study, laid: &Laid) -> Forecast {
        let n = self.cycles.max(1.0);
        let (mean, square, events) = (self.mean / n, self.squares / n, self.events as f64 / n);
        let ways = laid.chain.ways.iter().zip(&laid.openings);
        let plain_events = ways.map(|(way, openings)| way.weight * openings.events).sum::<f64>();
        let plain_variance = self.plain_squares / n;
        let plain = plain_variance * of_a_trial(plain_events * study.measure.horizon.as_ms() as f64);
        let variance = (square - mean * mean).max(0.0);
        let of_cycle = Expected { mean, variance, hits: self.missing / n, differing: self.differing / n };
        let hits = -libm::expm1(-self.hits / n);
        let of_trial = Expected { mean, variance: plain_variance, hits, differing: hits };
        Forecast {
            hits: self.hits / n,
            expected: [of_cycle, of_trial],
            gain: if variance > 0.0 { plain / (variance * events) } else { 0.0 },
            mean,
            sums: (self.mean, self.squares),
            effective_hits: if square > 0.0 { n * mean / square * mean } else { 0.0 },
            work: if mean > 0.0 { variance / (mean * mean) * events } else { f64::INFINITY },
        }
    }
}
