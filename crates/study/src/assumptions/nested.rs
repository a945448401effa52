//! Rates drawn from what is known of them, each set for a few trials: what is not known, apart from luck.
//!
//! Nested sampling with a regression between the levels (Broadie, Du, Moallemi, Oper. Res. 63 (2015) 1159). Sets of rates
//! θ₁ … θ_J are drawn; under each, m trials give a mean yⱼ and the minutes charged to each mode. The charged minutes
//! foretell the expected unavailability under any rates, s(θ) = Σ charged to a mode × its rate over the stated one: exact
//! where misses have one cause each. Where the means deny it (misses that need several failures grow faster than any
//! rate), a power b·sᵖ is fitted: misses that need k failures grow with the k-th power of their rates. The fit is that of a
//! quasi-Poisson regression (variance in proportion to the mean; Wedderburn, Biometrika 61 (1974) 439), so that a few draws with
//! high rates do not decide it. What the means scatter beyond the curve and beyond luck (within the trials of a draw) is
//! added. Luck never enters what is said of ignorance, whatever the number of trials.
//!
//! All draws take different trials of the run's luck, so they are independent; sums run in order of the draws, so the
//! result is bit-identical.

use super::{Player, varied};
use crate::outcome::{DrawnRates, Ignorance};
use crate::rare::{Way, Weighed};
use crate::run::RunError;
use crate::study::Study;
use crate::tally::DesignTally;
use std::sync::atomic::Ordering;
use zonefall_engine::{Key, name_tag};
use zonefall_faults::{Profile, RateSpread, cause_name};
use zonefall_stats::estimate::HITS_FOR_INTERVAL;
use zonefall_stats::{Confidence, Sample};

/// Sets of rates that are played.
const DRAWS: u64 = 100;
/// Sets of rates for which the fitted line is read; no trial is played for them.
const READINGS: u64 = 20_000;
/// Fewest trials under a set, and how many draws share the trials of one look.
const EACH_MIN: u64 = 20;
/// Fewest where trials are split: so many replications that their variance can be told.
const EACH_SPLIT: u64 = 100;
const LOOK_SHARE: u64 = 10;
/// A power is fitted where the best straight line differs from the foretold one by so many standard errors.
const DENIED: f64 = 2.5;
/// Between these lies the power, and so often its range is halved.
const POWERS: (f64, f64) = (0.1, 10.0);
const HALVINGS: u32 = 50;
/// Scatter beyond the line counts from so many times what luck explains: three standard errors of a variance of so many
/// draws.
const BEYOND_LUCK: f64 = 1.42;

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

/// Missed milliseconds a trial: mean, variance (of a mean over n trials, n times), whether there is any, and what is charged to each drawn mode.
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
    /// None either where only storms or cycles are drawn: nothing is charged to single modes there.
    pub fn new(study: &Study, trials: u64, way: Option<&Way>) -> Option<Self> {
        if matches!(way, Some(Way::Given(_) | Way::Biased(_))) {
            return None;
        }
        let each = (trials / LOOK_SHARE).max(EACH_MIN);
        let each = match way {
            None => each,
            // Whole pairs, whole replications.
            Some(Way::Split(_)) => each.next_multiple_of(EACH_SPLIT),
            Some(_) => each.next_multiple_of(2),
        };
        let spread = |&at: &usize| study.profile.modes[at].evidence.spread.is_some();
        let modes: Vec<usize> = (0..study.profile.modes.len()).filter(spread).collect();
        (!modes.is_empty()).then_some(Self { each, modes })
    }

    pub fn all_trials(&self) -> u64 {
        self.each * DRAWS
    }

    pub fn play(self, study: &Study, player: &Player<'_>) -> Result<Option<Drawn>, RunError> {
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
            let (designs, played) = match player.weighed(&drawn)? {
                Some(weighed) => {
                    (of_weighed(&weighed, each, &charges(study, &modes, &weighed.causes)), weighed.events())
                }
                None => {
                    let finished = player.plain(&drawn)?;
                    let charges = charges(study, &modes, &finished.causes);
                    let designs = &finished.tally.designs;
                    let missed = designs.iter().map(|tally| missed(tally, each, &charges)).collect();
                    (missed, designs.iter().map(|tally| tally.events).sum())
                }
            };
            if player.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            draws.push(Draw { times, designs });
            events += played;
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

/// The same of weighted trials; their observations are groups of trials.
fn of_weighed(weighed: &Weighed, each: u64, charges: &[Vec<usize>]) -> Vec<Missed> {
    let designs = weighed.tally.designs.iter();
    let of = designs.map(|tally| Missed {
        mean: tally.missed.mean(),
        variance: tally.missed.variance() / tally.missed.n().max(1) as f64 * each as f64,
        any: tally.missed.hits() > 0,
        charged: charges.iter().map(|of| of.iter().map(|&cause| tally.by_cause[cause].mean()).sum()).collect(),
    });
    of.collect()
}

/// The expected missed milliseconds of a trial as a function of the rates.
struct Curve {
    /// Charged to each drawn mode at the stated rates.
    charged: Vec<f64>,
    /// Charged to everything else.
    rest: f64,
    /// b·sᵖ.
    b: f64,
    p: f64,
    /// Variance beyond the curve and beyond luck.
    beyond: f64,
    /// Variance of one trial, over all draws.
    luck: f64,
}

impl Curve {
    fn foretold(charged: &[f64], rest: f64, times: &[f64]) -> f64 {
        (rest + charged.iter().zip(times).map(|(charged, times)| charged * times).sum::<f64>()).max(1e-300)
    }

    fn at(&self, times: &[f64]) -> f64 {
        self.b * libm::pow(Self::foretold(&self.charged, self.rest, times), self.p)
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
        let left = |off: &dyn Fn(&Draw) -> f64| {
            sum(&|draw| {
                let off = off(draw);
                off * off
            }) / (count - 2.0).max(1.0)
        };
        let off_line = left(&|draw| of(draw) - mean_y - fitted * (foretold(draw) - mean_s));
        let error = if spread > 0.0 { libm::sqrt(off_line / spread) } else { f64::INFINITY };
        let points = || draws.iter().map(|draw| (foretold(draw), of(draw)));
        let (b, p) = if (fitted - 1.0).abs() > DENIED * error { power(points) } else { (1.0, 1.0) };
        let off_curve = |draw: &Draw| match p == 1.0 {
            true => of(draw) - mean_y - (foretold(draw) - mean_s),
            false => of(draw) - b * libm::pow(foretold(draw), p),
        };
        let luck = sum(&|draw| draw.designs[design].variance) / count;
        let (scatter, explained) = (left(&off_curve), luck / each.max(1) as f64);
        let beyond = if scatter > BEYOND_LUCK * explained { scatter - explained } else { 0.0 };
        Self { charged, rest, b, p, beyond, luck }
    }
}

/// The power b·sᵖ through (s, y): Σ (y − b·sᵖ) = 0 and Σ (y − b·sᵖ)·ln s = 0. The second sum falls as p grows.
fn power<I: Iterator<Item = (f64, f64)>>(points: impl Fn() -> I) -> (f64, f64) {
    let of = |p: f64| {
        let (mut y, mut y_log, mut power, mut power_log) = (0.0, 0.0, 0.0, 0.0);
        for (s, missed) in points() {
            let (log, powered) = (libm::log(s), libm::pow(s, p));
            (y, y_log) = (y + missed, y_log + missed * log);
            (power, power_log) = (power + powered, power_log + powered * log);
        }
        (y / power, y_log - y * power_log / power)
    };
    let (mut low, mut high) = POWERS;
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if of(middle).1 > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    let p = 0.5 * (low + high);
    (of(p).0, p)
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
        if hit < HITS_FOR_INTERVAL || observed_ms <= 0.0 {
            return None;
        }
        let curve = Curve::through(&self.draws, design, self.each);
        let root = Key::root(study.seed).named("readings of rates that are not known");
        let read = |at: u64| curve.at(&multiples(&study.profile, &self.modes, root.part(at, 0)));
        let mut readings: Vec<f64> = (0..READINGS).map(read).collect();
        let count = readings.len() as f64;
        let mean = readings.iter().sum::<f64>() / count;
        let variance = readings.iter().map(|at| (at - mean) * (at - mean)).sum::<f64>() / (count - 1.0);
        let wider = if variance > 0.0 { libm::sqrt(1.0 + curve.beyond / variance) } else { 1.0 };
        readings.iter_mut().for_each(|at| *at = (mean + wider * (*at - mean)).max(0.0));
        readings.sort_by(f64::total_cmp);
        let allowed = study.target.allowed_share() * observed_ms;
        let meets = readings.partition_point(|&at| at <= allowed) as f64 / count;
        let (low, high) = ends(&readings, study.confidence);
        Some(Ignorance {
            mean: mean / observed_ms,
            sd_not_known: libm::sqrt(variance + curve.beyond) / observed_ms,
            sd_luck: libm::sqrt(curve.luck / trials.max(1) as f64) / observed_ms,
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
