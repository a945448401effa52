//! Closed forms and small Markov chains: answers that need no simulation.
//!
//! What lives here, from the smallest system to the largest:
//!
//! * [`laws`]: means and variances of the usual laws.
//! * [`single`]: one unit that alternates between up and down.
//! * [`probe`]: what a health probe adds to an outage.
//! * [`kofn`]: a service that needs k of n alike units.
//! * [`markov`]: generators of small chains, chains explored from what states turn into, machine repair, common shocks.
//! * [`spread`]: units in groups in groups, every level with its own outages.
//! * [`importance`]: systems given by their paths, and which part matters most.
//! * [`queue`]: a worker that breaks down.
//! * [`waiting`]: requests that wait for one of several servers.
//! * [`tandem`]: requests that pass several such stations.
//! * [`quadrature`]: means over time of what is known at each instant.
//! * [`profile`]: sums over independent causes of downtime.
//!
//! Conventions. Unless a name carries a unit, times are in any one unit, the same
//! throughout a call, and rates in its inverse. Units and causes are independent,
//! the next time to failure starts when the repair ends, and a unit goes on failing
//! inside a group that is out. Results that are close to one are offered as their
//! complement (unavailability, unreliability), summed from nonnegative terms, so
//! that nine nines keep their digits; `1 - x` is left to the caller.
//!
//! Bad input gives an [`Error`], never a panic. Transcendental functions come from
//! `libm`, so that results are the same bits on every machine.
//!
//! Never here: simulation, random numbers, estimates, words of any one application.

mod error;
mod mass;
mod subsets;

pub mod failover;
pub mod importance;
pub mod kofn;
pub mod laws;
pub mod markov;
pub mod probe;
pub mod profile;
pub mod quadrature;
pub mod queue;
pub mod single;
pub mod spread;
pub mod tandem;
pub mod waiting;

pub use error::Error;
pub use mass::{convolve, expected_up, probability_fewer_than};
pub use subsets::dark_places;
