//! When excursions begin, and what one that begins counts for.
//!
//! The missed time of a trial is the sum over its excursions (from the first failure until all is up again) of what each
//! misses. They begin at the rate Λ·p(s), Λ the sum of all failure rates and p(s) the probability that everything is up at s: the
//! modes are independent, so p is a product of known factors ([`AllUp`] for crews). So no length of a cycle has to be estimated.
//!
//! Where every mode has always been running, p is a constant and all excursions are alike: one counts for the measured time ×
//! Λ·p, and the expected times in its states take the place of drawn ones. Where a mode begins new, the excursion's beginning is
//! drawn: evenly over the trial, and before it (when only the other modes fail) with a density that falls slower than excursions
//! end; then times are drawn, and what lies outside the measured time does not count.

use crate::exactly::chain::{Cause, Chain, Way};
use crate::study::Study;
use zonefall_engine::Stream;
use zonefall_exact::Error;
use zonefall_exact::markov::{AllUp, MachineRepair};
use zonefall_exact::single::Alternating;

/// Beginnings before the trial fall off over so many of the longest mean outages.
const BEFORE: f64 = 4.0;

/// How likely all units of one cause are up.
#[derive(Debug, Clone)]
enum Up {
    /// At every instant.
    Always(f64),
    /// With a crew for each, from all up at 0: so many units.
    Each(i32, Alternating),
    /// Before crews, from all up at 0.
    Queue(AllUp),
}

impl Up {
    fn new(cause: &Cause, units: u64) -> Result<Self, Error> {
        let unit = Alternating::new(1.0 / cause.rate, 1.0 / cause.repair)?;
        match cause.crews.map(u64::from).filter(|&crews| crews < units) {
            _ if !cause.new => Ok(Self::Always(libm::pow(unit.availability(), units as f64))),
            None => Ok(Self::Each(units as i32, unit)),
            Some(crews) => AllUp::new(units as usize, crews as usize, unit).map(Self::Queue),
        }
    }

    fn at(&self, ms: f64) -> Result<f64, Error> {
        match self {
            Self::Always(share) => Ok(*share),
            Self::Each(units, unit) => Ok(libm::pow(1.0 - unit.point_unavailability(ms)?, f64::from(*units))),
            Self::Queue(all_up) => all_up.at(ms),
        }
    }
}

/// The share of time in which all units of a cause are up, in the long run.
fn long_run(cause: &Cause, units: u64) -> Result<f64, Error> {
    let unit = Alternating::new(1.0 / cause.rate, 1.0 / cause.repair)?;
    match cause.crews.map(u64::from).filter(|&crews| crews < units) {
        None => Ok(libm::pow(unit.availability(), units as f64)),
        Some(crews) => {
            let repair = MachineRepair::new(units as usize, crews as usize, unit)?;
            Ok(repair.up_distribution().last().copied().unwrap_or(0.0))
        }
    }
}

/// Where an excursion is, in time; without times if they are not drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Opening {
    /// What it counts for.
    pub times: f64,
    /// Now, the measured span and the trial's begin in milliseconds from it.
    clock: Option<(f64, (f64, f64))>,
}

/// A state that has lasted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Held {
    /// Of the measured time.
    pub measured_ms: f64,
    /// Whether the trial began meanwhile: the state ended there, without an event.
    pub begins: bool,
    /// Whether the measured time is over.
    pub is_over: bool,
}

impl Opening {
    /// Whether times are drawn.
    pub fn is_drawn(&self) -> bool {
        self.clock.is_some()
    }

    /// Whether it is in the trial, not before it.
    pub fn has_begun(&self) -> bool {
        self.clock.is_none_or(|(now, _)| now >= 0.0)
    }

    /// Lets a state last for so many milliseconds.
    pub fn pass(&mut self, length: f64) -> Held {
        let Some((now, (from, until))) = &mut self.clock else {
            return Held { measured_ms: 0.0, begins: false, is_over: false };
        };
        let begins = *now < 0.0 && *now + length >= 0.0;
        let end = if begins { 0.0 } else { *now + length };
        let measured_ms = (end.min(*until) - now.max(*from)).max(0.0);
        *now = end;
        Held { measured_ms, begins, is_over: end >= *until }
    }
}

/// The beginnings of one way to stand.
#[derive(Debug, Clone)]
pub(super) struct Openings {
    up: Vec<Up>,
    /// Failures a millisecond while everything is up; the same before the trial.
    failing: (f64, f64),
    /// What is measured: from, until.
    span: (f64, f64),
    /// How slowly beginnings before the trial fall off; 0 if none matter.
    before: f64,
    /// Whether times are drawn.
    drawn: bool,
    /// The share of time in which everything is up, in the long run.
    pub all_up: f64,
    /// Failures and repairs a millisecond, at most.
    pub events: f64,
}

impl Openings {
    /// Of a way to stand.
    ///
    /// # Errors
    /// In words, if everything is up together for less than `least` of the time, or crews settle too late.
    pub fn new(study: &Study, chain: &Chain, way: &Way, least: f64) -> Result<Self, String> {
        let units: Vec<u64> = (0..chain.causes.len()).map(|cause| way.units_of(cause)).collect();
        let used = || chain.causes.iter().zip(&units).filter(|(_, units)| **units > 0);
        let shares: Result<Vec<f64>, Error> = used().map(|(cause, &units)| long_run(cause, units)).collect();
        let all_up: f64 = shares.map_err(|error| error.to_string())?.into_iter().product();
        if all_up.is_nan() || all_up < least {
            return Err(format!(
                "everything is up together for only {:.2e} of the time (at least {least} is needed): cycles would be long, and most of their weights small",
                all_up
            ));
        }
        let up: Result<Vec<Up>, Error> = used().map(|(cause, &units)| Up::new(cause, units)).collect();
        let failing = |of: &dyn Fn(&Cause) -> bool| {
            used().filter(|(cause, _)| of(cause)).map(|(cause, &units)| cause.rate * units as f64).sum::<f64>()
        };
        let (all, always) = (failing(&|_| true), failing(&|cause| !cause.new));
        let drawn = used().any(|(cause, _)| cause.new);
        let outages = used().filter(|(cause, _)| !cause.new).map(|(cause, _)| 1.0 / cause.repair);
        let before = if drawn { BEFORE * outages.fold(0.0, f64::max) } else { 0.0 };
        let span = (study.measure.from.as_ms() as f64, study.measure.horizon.as_ms() as f64);
        let up = up.map_err(|error| error.to_string())?;
        Ok(Self { up, failing: (all, always), span, before, drawn, all_up, events: 2.0 * all })
    }

    /// Whether nothing ever fails.
    pub fn is_calm(&self) -> bool {
        self.failing.0 <= 0.0
    }

    /// When an excursion begins, and what it counts for.
    pub fn draw(&self, stream: &mut Stream) -> Opening {
        let (from, until) = self.span;
        if !self.drawn {
            return Opening { times: (until - from) * self.failing.0 * self.all_up, clock: None };
        }
        let range = until + self.before;
        let (now, density) = match stream.unit() * range {
            within if within < until => (within, 1.0 / range),
            _ => {
                let back = self.before * stream.exponential();
                (-back, libm::exp(-back / self.before) / range)
            }
        };
        let failing = if now < 0.0 { self.failing.1 } else { self.failing.0 };
        Opening { times: failing * self.up_at(now.max(0.0)) / density, clock: Some((now, self.span)) }
    }

    /// P(everything is up). Modes that begin new are up before the trial.
    fn up_at(&self, ms: f64) -> f64 {
        // What was asked for when it was made cannot be out of range later.
        self.up.iter().map(|up| up.at(ms).unwrap_or(0.0)).product()
    }
}
