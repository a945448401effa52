//! Laws of durations, in milliseconds: exponential, Weibull, gamma, lognormal, Pareto, uniform, constant, empirical.
//!
//! A [`Law`] is a [`Shape`] with an optional upper cut (the law *given* that it stays below). Every transcendental
//! function comes from the pure-Rust `libm`, so the bits are the same on every machine and in every build.

use crate::special::gamma_upper;
use crate::ziggurat::normal;
use crate::{SimDuration, Stream};
use libm::{erfc, exp, expm1, lgamma, log, pow, sqrt};
use std::sync::Arc;
use thiserror::Error;

/// The family of a law. All lengths are milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Always this long.
    Constant(f64),
    /// Evenly between two lengths.
    Uniform(f64, f64),
    /// Constant hazard; the mean.
    Exponential(f64),
    /// Shape and scale.
    Weibull(f64, f64),
    /// Shape and scale.
    Gamma(f64, f64),
    /// Median, and standard deviation of the logarithm.
    LogNormal(f64, f64),
    /// Tail index and least value.
    Pareto(f64, f64),
    /// One of the given lengths (sorted), each as likely as the others.
    Empirical(Arc<[f64]>),
}

/// A duration's law.
#[derive(Debug, Clone, PartialEq)]
pub struct Law {
    shape: Shape,
    /// The law is conditional on staying at or below this many milliseconds.
    below: Option<f64>,
}

/// A law that cannot be.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum LawError {
    /// A parameter is not a finite number in its range.
    #[error("{what} must be {must}, not {value}")]
    Parameter {
        /// The parameter's name.
        what: &'static str,
        /// What it has to be.
        must: &'static str,
        /// What it is.
        value: f64,
    },
    /// An empirical law without a value.
    #[error("an empirical law needs at least one value")]
    Empty,
    /// The cut leaves (nearly) nothing.
    #[error("less than 1 % of the law lies below its cut")]
    CutTooLow,
    /// The mean does not exist.
    #[error("a Pareto law needs a tail index above 1 to have a mean")]
    NoMean,
}

fn positive(what: &'static str, value: f64) -> Result<(), LawError> {
    let fine = value.is_finite() && value > 0.0;
    if fine { Ok(()) } else { Err(LawError::Parameter { what, must: "a finite number above 0", value }) }
}

fn not_negative(what: &'static str, value: f64) -> Result<(), LawError> {
    let fine = value.is_finite() && value >= 0.0;
    if fine { Ok(()) } else { Err(LawError::Parameter { what, must: "a finite number of at least 0", value }) }
}

/// P(Z > z) for a standard normal Z.
fn normal_upper(z: f64) -> f64 {
    0.5 * erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

impl Law {
    /// Checks a shape and its cut.
    ///
    /// # Errors
    /// If a parameter is out of range, the mean does not exist, or the cut leaves less than 1 %.
    pub fn new(shape: Shape, below: Option<f64>) -> Result<Self, LawError> {
        match &shape {
            Shape::Constant(length) => not_negative("the length", *length)?,
            Shape::Uniform(low, high) => {
                not_negative("the lower end", *low)?;
                if !high.is_finite() || high < low {
                    return Err(LawError::Parameter {
                        what: "the upper end",
                        must: "a finite number of at least the lower end",
                        value: *high,
                    });
                }
            }
            Shape::Exponential(mean) => positive("the mean", *mean)?,
            Shape::Weibull(shape, scale) | Shape::Gamma(shape, scale) => {
                positive("the shape", *shape)?;
                positive("the scale", *scale)?;
            }
            Shape::LogNormal(median, sigma) => {
                positive("the median", *median)?;
                not_negative("sigma", *sigma)?;
            }
            Shape::Pareto(index, least) => {
                positive("the least value", *least)?;
                positive("the tail index", *index)?;
                if *index <= 1.0 && below.is_none() {
                    return Err(LawError::NoMean);
                }
            }
            Shape::Empirical(values) => {
                if values.is_empty() {
                    return Err(LawError::Empty);
                }
                values.iter().try_for_each(|&value| not_negative("each value", value))?;
            }
        }
        let law = Self { shape, below: None };
        let Some(cut) = below else { return Ok(law) };
        positive("the cut", cut)?;
        if law.survival(cut) > 0.99 {
            return Err(LawError::CutTooLow);
        }
        Ok(match law.shape {
            // What lies above the cut is never drawn: drop it at once.
            Shape::Empirical(values) => {
                let kept = values.iter().copied().filter(|&value| value <= cut).collect();
                Self { shape: Shape::Empirical(kept), below: None }
            }
            shape => Self { shape, below },
        })
    }

    /// A law that always says `length`.
    pub fn constant(length: SimDuration) -> Self {
        Self { shape: Shape::Constant(length.as_ms() as f64), below: None }
    }

    /// An exponential law.
    ///
    /// # Errors
    /// If the mean is not positive and finite.
    pub fn exponential(mean_ms: f64) -> Result<Self, LawError> {
        Self::new(Shape::Exponential(mean_ms), None)
    }

    /// The family and its parameters.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The upper cut in milliseconds, if any.
    pub fn below(&self) -> Option<f64> {
        self.below
    }

    /// The mean, if the law is exponential without a cut: the only law without memory.
    pub fn memoryless_mean(&self) -> Option<f64> {
        match (&self.shape, self.below) {
            (Shape::Exponential(mean), None) => Some(*mean),
            _ => None,
        }
    }

    /// The length of every draw, if all are the same.
    #[inline]
    pub fn always(&self) -> Option<SimDuration> {
        match (&self.shape, self.below) {
            (Shape::Constant(length), None) => Some(to_ms(*length)),
            _ => None,
        }
    }

    /// The same law with every length multiplied by `factor` (at least 0).
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        if factor <= 0.0 {
            return Self { shape: Shape::Constant(0.0), below: None };
        }
        let shape = match &self.shape {
            Shape::Constant(length) => Shape::Constant(length * factor),
            Shape::Uniform(low, high) => Shape::Uniform(low * factor, high * factor),
            Shape::Exponential(mean) => Shape::Exponential(mean * factor),
            Shape::Weibull(shape, scale) => Shape::Weibull(*shape, scale * factor),
            Shape::Gamma(shape, scale) => Shape::Gamma(*shape, scale * factor),
            Shape::LogNormal(median, sigma) => Shape::LogNormal(median * factor, *sigma),
            Shape::Pareto(index, least) => Shape::Pareto(*index, least * factor),
            Shape::Empirical(values) => Shape::Empirical(values.iter().map(|value| value * factor).collect()),
        };
        Self { shape, below: self.below.map(|cut| cut * factor) }
    }

    /// A draw, rounded to the millisecond.
    #[inline]
    pub fn draw(&self, stream: &mut Stream) -> SimDuration {
        to_ms(self.draw_ms(stream))
    }

    /// A draw in (fractional) milliseconds.
    #[inline]
    pub fn draw_ms(&self, stream: &mut Stream) -> f64 {
        let Some(cut) = self.below else { return self.draw_uncut(stream) };
        loop {
            let length = self.draw_uncut(stream);
            if length <= cut {
                return length;
            }
        }
    }

    fn draw_uncut(&self, stream: &mut Stream) -> f64 {
        match &self.shape {
            Shape::Constant(length) => *length,
            Shape::Uniform(low, high) => low + (high - low) * stream.unit(),
            Shape::Exponential(mean) => mean * stream.exponential(),
            Shape::Weibull(shape, scale) => scale * pow(stream.exponential(), 1.0 / shape),
            Shape::Gamma(shape, scale) => scale * gamma(*shape, stream),
            Shape::LogNormal(median, sigma) => median * exp(sigma * normal(stream)),
            Shape::Pareto(index, least) => least * exp(stream.exponential() / index),
            Shape::Empirical(values) => values[stream.below(values.len() as u64) as usize],
        }
    }

    /// A draw of the time still to run, seen from an instant chosen without looking: the stationary residual
    /// U · L, where L is the length-biased law (Cox, *Renewal Theory*, §5.3).
    pub fn draw_residual_ms(&self, stream: &mut Stream) -> f64 {
        if let Some(mean) = self.memoryless_mean() {
            return mean * stream.exponential();
        }
        self.draw_biased_ms(stream) * stream.unit()
    }

    /// A draw of the time that has run already, seen from such an instant. From a stream that is as it was before
    /// [`Self::draw_residual_ms`] it belongs to what that says: together they are the whole length.
    pub fn draw_age_ms(&self, stream: &mut Stream) -> f64 {
        if let Some(mean) = self.memoryless_mean() {
            stream.exponential();
            return mean * stream.exponential();
        }
        self.draw_biased_ms(stream) * (1.0 - stream.unit())
    }

    /// A draw of the whole length that such an instant falls into: the length-biased law, with density proportional to
    /// length × density.
    pub fn draw_biased_ms(&self, stream: &mut Stream) -> f64 {
        let Some(cut) = self.below else { return self.biased_uncut(stream) };
        // A cut below the uncut mean: thin the law's own draws by length instead of cutting the biased law's.
        let thin = match &self.shape {
            Shape::Pareto(..) => false,
            _ => cut < self.mean_uncut(),
        };
        loop {
            let length = if thin { self.draw_uncut(stream) } else { self.biased_uncut(stream) };
            if length <= cut && (!thin || stream.unit() * cut < length) {
                return length;
            }
        }
    }

    fn biased_uncut(&self, stream: &mut Stream) -> f64 {
        match &self.shape {
            Shape::Constant(length) => *length,
            Shape::Uniform(low, high) => sqrt(low * low + stream.unit() * (high * high - low * low)),
            Shape::Exponential(mean) => mean * gamma(2.0, stream),
            Shape::Weibull(shape, scale) => scale * pow(gamma(1.0 + 1.0 / shape, stream), 1.0 / shape),
            Shape::Gamma(shape, scale) => scale * gamma(shape + 1.0, stream),
            Shape::LogNormal(median, sigma) => median * exp(sigma * (normal(stream) + sigma)),
            // With a cut the biased tail index may be 0 or below: draw by inversion on [least, cut].
            Shape::Pareto(index, least) => match self.below {
                None => least * exp(stream.exponential() / (index - 1.0)),
                Some(cut) => pareto_biased(*index, *least, cut, stream),
            },
            Shape::Empirical(values) => empirical_biased(values, stream),
        }
    }

    /// P(length > `ms`).
    pub fn survival(&self, ms: f64) -> f64 {
        if ms < 0.0 {
            return 1.0;
        }
        let Some(cut) = self.below else { return self.survival_uncut(ms) };
        if ms >= cut {
            return 0.0;
        }
        let beyond = self.survival_uncut(cut);
        (self.survival_uncut(ms) - beyond) / (1.0 - beyond)
    }

    fn survival_uncut(&self, ms: f64) -> f64 {
        match &self.shape {
            Shape::Constant(length) => f64::from(ms < *length),
            Shape::Uniform(low, high) if ms >= *low => {
                if ms >= *high {
                    0.0
                } else {
                    (high - ms) / (high - low)
                }
            }
            Shape::Uniform(..) => 1.0,
            Shape::Exponential(mean) => exp(-ms / mean),
            Shape::Weibull(shape, scale) => exp(-pow(ms / scale, *shape)),
            Shape::Gamma(shape, scale) => gamma_upper(*shape, ms / scale),
            Shape::LogNormal(median, sigma) if *sigma > 0.0 && ms > 0.0 => normal_upper(log(ms / median) / sigma),
            Shape::LogNormal(median, _) => f64::from(ms < *median),
            Shape::Pareto(index, least) => {
                if ms <= *least {
                    1.0
                } else {
                    pow(least / ms, *index)
                }
            }
            Shape::Empirical(values) => values.iter().filter(|&&value| value > ms).count() as f64 / values.len() as f64,
        }
    }

    /// The mean in milliseconds.
    pub fn mean_ms(&self) -> f64 {
        match self.below {
            None => self.mean_uncut(),
            Some(cut) => self.mean_below(cut),
        }
    }

    fn mean_uncut(&self) -> f64 {
        match &self.shape {
            Shape::Constant(length) => *length,
            Shape::Uniform(low, high) => 0.5 * (low + high),
            Shape::Exponential(mean) => *mean,
            Shape::Weibull(shape, scale) => scale * exp(lgamma(1.0 + 1.0 / shape)),
            Shape::Gamma(shape, scale) => shape * scale,
            Shape::LogNormal(median, sigma) => median * exp(0.5 * sigma * sigma),
            Shape::Pareto(index, least) => least * index / (index - 1.0),
            Shape::Empirical(values) => values.iter().sum::<f64>() / values.len() as f64,
        }
    }

    /// E[X; X ≤ cut] / P(X ≤ cut), in closed form.
    fn mean_below(&self, cut: f64) -> f64 {
        let within = 1.0 - self.survival_uncut(cut);
        let part = match &self.shape {
            Shape::Constant(length) => *length * within,
            Shape::Uniform(low, high) => {
                let top = cut.min(*high);
                if high > low { 0.5 * (top * top - low * low) / (high - low) } else { *low }
            }
            Shape::Exponential(mean) => -mean * expm1(-cut / mean) - cut * exp(-cut / mean),
            Shape::Weibull(shape, scale) => {
                let x = pow(cut / scale, *shape);
                scale * exp(lgamma(1.0 + 1.0 / shape)) * (1.0 - gamma_upper(1.0 + 1.0 / shape, x))
            }
            Shape::Gamma(shape, scale) => shape * scale * (1.0 - gamma_upper(shape + 1.0, cut / scale)),
            Shape::LogNormal(median, sigma) if *sigma > 0.0 => {
                let z = log(cut / median) / sigma - sigma;
                median * exp(0.5 * sigma * sigma) * normal_upper(-z)
            }
            Shape::LogNormal(median, _) => *median * within,
            Shape::Pareto(index, least) => pareto_mean_part(*index, *least, cut),
            Shape::Empirical(values) => values.iter().filter(|&&value| value <= cut).sum::<f64>() / values.len() as f64,
        };
        part / within
    }
}

#[inline]
fn to_ms(length: f64) -> SimDuration {
    SimDuration::from_ms((length + 0.5) as u64)
}

/// A gamma variate of scale 1 (Marsaglia & Tsang 2000; below shape 1 by their power trick).
fn gamma(shape: f64, stream: &mut Stream) -> f64 {
    if shape < 1.0 {
        return gamma(shape + 1.0, stream) * pow(stream.open_unit(), 1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / sqrt(9.0 * d);
    loop {
        let x = normal(stream);
        let v = 1.0 + c * x;
        if v <= 0.0 {
            continue;
        }
        let v = v * v * v;
        if log(stream.open_unit()) < 0.5 * x * x + d - d * v + d * log(v) {
            return d * v;
        }
    }
}

fn pareto_mean_part(index: f64, least: f64, cut: f64) -> f64 {
    if (index - 1.0).abs() < 1e-9 {
        return least * log(cut / least);
    }
    index / (index - 1.0) * least * (1.0 - pow(least / cut, index - 1.0))
}

fn pareto_biased(index: f64, least: f64, cut: f64, stream: &mut Stream) -> f64 {
    let u = stream.unit();
    let a = index - 1.0;
    if a.abs() < 1e-9 {
        return least * pow(cut / least, u);
    }
    let far = pow(least / cut, a);
    least * pow(1.0 - u * (1.0 - far), -1.0 / a)
}

fn empirical_biased(values: &[f64], stream: &mut Stream) -> f64 {
    let mut left = stream.unit() * values.iter().sum::<f64>();
    for &value in values {
        left -= value;
        if left < 0.0 {
            return value;
        }
    }
    values.last().copied().unwrap_or(0.0)
}
