//! How likely one cause holds one unit at an instant. Times in milliseconds, rates per millisecond.

use zonefall_engine::{Law, Shape};
use zonefall_exact::Error;
use zonefall_exact::single::{Alternating, failure_probability};
use zonefall_faults::{Kind, Mode, Outage, Start};

/// The probability that a unit is out, over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Course {
    /// The same at every instant.
    Settled(f64),
    /// Up at the beginning, exponential from then on.
    FromNew {
        /// Mean time to failure.
        up_ms: f64,
        /// Mean outage; none if it never ends.
        down_ms: Option<f64>,
    },
}

impl Course {
    /// The course of a mode whose rate is multiplied by `times`.
    ///
    /// # Errors
    /// In words, if its laws have no exact answer.
    pub fn new(mode: &Mode, times: f64) -> Result<Self, String> {
        if times <= 0.0 {
            return Ok(Self::Settled(0.0));
        }
        let up_ms = mode.time_to_failure.mean_ms() / times;
        let memory = memory(mode);
        match (&mode.outage, memory) {
            // What is not struck yet is up, and without memory it does not matter since when.
            (Outage::Never, None) => Ok(Self::FromNew { up_ms, down_ms: None }),
            (Outage::Never, Some(law)) => Err(format!("never repaired, with {law} time to failure")),
            (Outage::Law(law), _) if mode.start == Start::Stationary && mode.kind == Kind::Outage => {
                let down_ms = law.mean_ms();
                Ok(Self::Settled(down_ms / (up_ms + down_ms)))
            }
            (Outage::Law(_), Some(law)) => Err(format!("{law} time to failure that starts new")),
            (Outage::Law(law), None) => match law.memoryless_mean() {
                Some(down_ms) => Ok(Self::FromNew { up_ms, down_ms: Some(down_ms) }),
                None => Err(format!("{} outage of a mode that starts new", family(law))),
            },
        }
    }

    /// P(out at `t_ms`).
    pub fn out_at(&self, t_ms: f64) -> Result<f64, Error> {
        match *self {
            Self::Settled(share) => Ok(share),
            Self::FromNew { up_ms, down_ms: None } => failure_probability(up_ms, t_ms),
            Self::FromNew { up_ms, down_ms: Some(down_ms) } => {
                Alternating::new(up_ms, down_ms)?.point_unavailability(t_ms)
            }
        }
    }

    /// The rate at which it settles; zero if it is settled.
    pub fn rate(&self) -> f64 {
        match *self {
            Self::Settled(_) => 0.0,
            Self::FromNew { up_ms, down_ms } => 1.0 / up_ms + down_ms.map_or(0.0, |down_ms| 1.0 / down_ms),
        }
    }
}

/// The time to failure's family, if it has memory.
pub(super) fn memory(mode: &Mode) -> Option<&'static str> {
    match (mode.repeat, mode.time_to_failure.memoryless_mean()) {
        (Some(_), _) => Some("a clustered"),
        (None, Some(_)) => None,
        (None, None) => Some(family(&mode.time_to_failure)),
    }
}

/// "a Weibull", for people.
pub(super) fn family(law: &Law) -> &'static str {
    match law.shape() {
        Shape::Constant(_) => "a constant",
        Shape::Uniform { .. } => "a uniform",
        Shape::Exponential { .. } if law.below().is_some() => "a cut exponential",
        Shape::Exponential { .. } => "an exponential",
        Shape::Weibull { .. } => "a Weibull",
        Shape::Gamma { .. } => "a gamma",
        Shape::LogNormal { .. } => "a lognormal",
        Shape::Pareto { .. } => "a Pareto",
        Shape::Empirical(_) => "an empirical",
    }
}
