//! From recorded events to laws: rates, durations, intervals, goodness of fit.
//!
//! In: positive lengths ([`Sample`]; some may be cut off, "longer than x") and the instants of events. Out: maximum
//! likelihood fits of four families ([`Fit`]), the rate of a Poisson process with its exact interval ([`Rate`]), and
//! whether the process is one ([`Dispersion`]). Lengths may have any unit; every result of a length has the same one.
//!
//! What is random here (bootstrap, Monte Carlo) comes from a generator keyed by the data's size, so the same data give
//! the same bits on every machine. No function panics for any input.
//!
//! # Assumptions
//! Lengths are independent draws of one law; a cut-off length says nothing about what would have come. Where that is
//! wrong (trends, mixed causes, one incident told in ten rows) intervals are too narrow: [`Dispersion`] and the test of
//! fit are there to say so.

mod choice;
mod clusters;
mod draws;
mod gamma;
mod goodness;
mod interval;
mod law;
mod likelihood;
mod numeric;
mod rate;
mod sample;

pub use choice::{Candidate, Fit, TELLS_FROM, Verdict, fit};
pub use clusters::Dispersion;
pub use gamma::{digamma, gamma_cdf, gamma_quantile, gamma_upper};
pub use goodness::{Goodness, TESTED_MAX, anderson_darling};
pub use interval::Parameter;
pub use law::{Family, Law};
pub use rate::Rate;
pub use sample::{Sample, SampleError};
