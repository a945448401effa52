//! Rates drawn from what is known of them, each set for a few trials: what is not known, apart from luck.
//!
//! Nested sampling with a regression between the levels (Broadie, Du, Moallemi, Oper. Res. 63 (2015) 1159). Sets of rates
//! θ₁ … θ_J are drawn; under each, m trials give a mean yⱼ and the minutes charged to each mode. The charged minutes
//! foretell the expected unavailability under any rates, s(θ) = Σ charged to a mode × its rate over the stated one: exact
//! where misses have one cause each. Where the means deny it (misses that need several failures grow faster than any
//! rate), a line a + b·s is fitted. What the means scatter beyond the line and beyond luck (within the trials of a draw) is
//! added. Luck never enters what is said of ignorance, whatever the number of trials.
//!
//! All draws take different trials of the run's luck, so they are independent; sums run in order of the draws, so the
//! result is bit-identical.

use super::varied;
use crate::outcome::{DrawnRates, Ignorance};
use crate::run::{Progress, RunError, Threads, run_on};
use crate::study::Study;
use crate::tally::DesignTally;
use std::sync::atomic::{AtomicBool, Ordering};
use zonefall_engine::{Key, name_tag};
use zonefall_faults::{Profile, RateSpread, cause_name};
use zonefall_stats::Confidence;

/// Sets of rates that are played.
const DRAWS: u64 = 100;
/// Sets of rates for which the fitted line is read; no trial is played for them.
const READINGS: u64 = 20_000;
/// Fewest trials under a set, and how many draws share the trials of one look.
const EACH_MIN: u64 = 20;
const LOOK_SHARE: u64 = 10;
/// The line is fitted where it differs from the foretold one by so many standard errors.
const DENIED: f64 = 2.5;
/// Scatter beyond the line counts from so many times what luck explains: three standard errors of a variance of so many
/// draws.
const BEYOND_LUCK: f64 = 1.42;
/// Draws with a hit below which nothing is said.
const DRAWS_WITH_HITS_MIN: u64 = 20;

/// What is drawn.
#[derive(Debug)]
pub(super) struct Plan {
    each: u64,
    modes: Vec<usize>,
}

/// What was drawn.
#[derive(Debug)]
pub(super) struct Drawn {
    each: u64,
    modes: Vec<usize>,
    draws: Vec<Draw>,
    events: u64,
}

/// One set of rates, as multiples of the stated ones, and what each design missed under it.
#[derive(Debug)]
struct Draw {
    times: Vec<f64>,
    designs: Vec<Missed>,
}

/// Missed milliseconds a trial: mean, variance, whether there is any, and what is charged to each drawn mode.
#[derive(Debug)]
struct Missed {
    mean: f64,
    variance: f64,
    any: bool,
    charged: Vec<f64>,
}

/// The rates of a draw as multiples of the stated ones.
fn multiples(profile: &Profile, modes: &[usize], key: Key) -> Vec<f64> {
    let times = |&at: &usize| {
        let mode = &profile.modes[at];
        let mut stream = key.part(name_tag(&mode.name), 0).stream();
        let rate = mode.evidence.spread.as_ref().and_then(|spread: &RateSpread| spread.draw(&mut stream).ok());
        // A rate of nothing would be a law without a mean.
        rate.map_or(1.0, |rate| (rate / mode.rate_per_year()).max(1e-9))
    };
    modes.iter().map(times).collect()
}

impl Plan {
    pub fn new(study: &Study, trials: u64) -> Option<Self> {
        let spread = |&at: &usize| study.profile.modes[at].evidence.spread.is_some();
        let modes: Vec<usize> = (0..study.profile.modes.len()).filter(spread).collect();
        (!modes.is_empty()).then_some(Self { each: (trials / LOOK_SHARE).max(EACH_MIN), modes })
    }

    pub fn all_trials(&self) -> u64 {
        self.each * DRAWS
    }

    pub fn play(
        self,
        study: &Study,
        threads: &Threads,
        stop: &AtomicBool,
        progress: &dyn Progress,
    ) -> Result<Option<Drawn>, RunError> {
        let Self { each, modes } = self;
        let root = Key::root(study.seed).named("rates that are not known");
        let (mut draws, mut events) = (Vec::new(), 0);
        for draw in 0..DRAWS {
            let times = multiples(&study.profile, &modes, root.part(draw, 0));
            let mut profile = study.profile.clone();
            for (&at, &times) in modes.iter().zip(&times) {
                profile.modes[at] = profile.modes[at].with_rate_times(times);
            }
            let drawn = Study { first_trial: study.first_trial + draw * each, ..varied(study, profile, each) };
            let finished = run_on(&drawn, threads, stop, progress)?;
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let charges = charges(study, &modes, &finished.causes);
            let designs = finished.tally.designs.iter().map(|tally| missed(tally, each, &charges)).collect();
            draws.push(Draw { times, designs });
            events += finished.tally.designs.iter().map(|tally| tally.events).sum::<u64>();
        }
        Ok(Some(Drawn { each, modes, draws, events }))
    }
}

/// The causes of each drawn mode.
fn charges(study: &Study, modes: &[usize], causes: &[String]) -> Vec<Vec<usize>> {
    let of_mode = |&at: &usize| {
        let names = [false, true].map(|pair| cause_name(&study.profile.modes[at], pair));
        causes.iter().enumerate().filter(|(_, cause)| names.contains(cause)).map(|(at, _)| at).collect()
    };
    modes.iter().map(of_mode).collect()
}

fn missed(tally: &DesignTally, each: u64, charges: &[Vec<usize>]) -> Missed {
    let charged = |causes: &Vec<usize>| {
        causes.iter().map(|&cause| tally.by_cause[cause].sum()).sum::<i128>() as f64 / each.max(1) as f64
    };
    Missed {
        mean: tally.missed.mean(),
        variance: tally.missed.variance(),
        any: tally.missed.hits() > 0,
        charged: charges.iter().map(charged).collect(),
    }
}

/// The expected missed milliseconds of a trial as a function of the rates.
struct Line {
    /// Charged to each drawn mode at the stated rates.
    charged: Vec<f64>,
    /// Charged to everything else.
    rest: f64,
    /// a + b·s.
    a: f64,
    b: f64,
    /// Variance beyond the line and beyond luck.
    beyond: f64,
    /// Variance of one trial, over all draws.
    luck: f64,
}

impl Line {
    fn foretold(charged: &[f64], rest: f64, times: &[f64]) -> f64 {
        rest + charged.iter().zip(times).map(|(charged, times)| charged * times).sum::<f64>()
    }

    fn at(&self, times: &[f64]) -> f64 {
        (self.a + self.b * Self::foretold(&self.charged, self.rest, times)).max(0.0)
    }

    /// Through the draws of one design.
    fn through(draws: &[Draw], design: usize, each: u64) -> Self {
        let count = draws.len() as f64;
        let of = |draw: &Draw| draw.designs[design].mean;
        let sum = |read: &dyn Fn(&Draw) -> f64| draws.iter().map(read).sum::<f64>();
        let modes = draws.first().map_or(0, |draw| draw.times.len());
        // Charged minutes grow with the rate: their sum over the sum of the rates.
        let charged: Vec<f64> = (0..modes)
            .map(|mode| sum(&|draw| draw.designs[design].charged[mode]) / sum(&|draw| draw.times[mode]).max(1e-300))
            .collect();
        let rest = sum(&|draw| of(draw) - draw.designs[design].charged.iter().sum::<f64>()) / count;
        let foretold = |draw: &Draw| Self::foretold(&charged, rest, &draw.times);
        let (mean_s, mean_y) = (sum(&foretold) / count, sum(&of) / count);
        let spread = sum(&|draw| (foretold(draw) - mean_s) * (foretold(draw) - mean_s));
        let together = sum(&|draw| (foretold(draw) - mean_s) * (of(draw) - mean_y));
        let fitted = if spread > 0.0 { together / spread } else { 1.0 };
        let left = |b: f64| {
            sum(&|draw| {
                let off = of(draw) - mean_y - b * (foretold(draw) - mean_s);
                off * off
            }) / (count - 2.0).max(1.0)
        };
        let error = if spread > 0.0 { libm::sqrt(left(fitted) / spread) } else { f64::INFINITY };
        let (a, b) =
            if (fitted - 1.0).abs() > DENIED * error { (mean_y - fitted * mean_s, fitted) } else { (0.0, 1.0) };
        let luck = sum(&|draw| draw.designs[design].variance) / count;
        let (scatter, explained) = (left(b), luck / each.max(1) as f64);
        let beyond = if scatter > BEYOND_LUCK * explained { scatter - explained } else { 0.0 };
        Self { charged, rest, a, b, beyond, luck }
    }
}

impl Drawn {
    pub fn events(&self) -> u64 {
        self.events
    }

    pub fn outcome(&self, study: &Study) -> DrawnRates {
        let name = |&at: &usize| study.profile.modes[at].name.clone();
        DrawnRates {
            modes: self.modes.iter().map(name).collect(),
            draws: self.draws.len() as u64,
            trials_each: self.each,
        }
    }

    /// What is not known of a design's unavailability; none with too few hits. `trials` are those of the run itself.
    pub fn ignorance(&self, study: &Study, design: usize, observed_h: f64, trials: u64) -> Option<Ignorance> {
        let hit = self.draws.iter().filter(|draw| draw.designs[design].any).count() as u64;
        let observed_ms = observed_h * 3_600_000.0;
        if hit < DRAWS_WITH_HITS_MIN || observed_ms <= 0.0 {
            return None;
        }
        let line = Line::through(&self.draws, design, self.each);
        let root = Key::root(study.seed).named("readings of rates that are not known");
        let read = |at: u64| line.at(&multiples(&study.profile, &self.modes, root.part(at, 0)));
        let mut readings: Vec<f64> = (0..READINGS).map(read).collect();
        let count = readings.len() as f64;
        let mean = readings.iter().sum::<f64>() / count;
        let variance = readings.iter().map(|at| (at - mean) * (at - mean)).sum::<f64>() / (count - 1.0);
        let wider = if variance > 0.0 { libm::sqrt(1.0 + line.beyond / variance) } else { 1.0 };
        readings.iter_mut().for_each(|at| *at = (mean + wider * (*at - mean)).max(0.0));
        readings.sort_by(f64::total_cmp);
        let allowed = study.target.allowed_share() * observed_ms;
        let meets = readings.partition_point(|&at| at <= allowed) as f64 / count;
        let (low, high) = ends(&readings, study.confidence);
        Some(Ignorance {
            mean: mean / observed_ms,
            sd_not_known: libm::sqrt(variance + line.beyond) / observed_ms,
            sd_luck: libm::sqrt(line.luck / trials.max(1) as f64) / observed_ms,
            low: low / observed_ms,
            high: high / observed_ms,
            share_that_meets: meets,
            draws_with_hits: hit,
        })
    }
}

/// The middle share of sorted numbers.
fn ends(sorted: &[f64], confidence: Confidence) -> (f64, f64) {
    let cut = (0.5 * confidence.alpha() * sorted.len() as f64) as usize;
    (sorted[cut.min(sorted.len() - 1)], sorted[sorted.len() - 1 - cut.min(sorted.len() - 1)])
}
