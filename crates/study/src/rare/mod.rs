//! Rare events: trials that are forced into overlapping outages, or split where they lose much, and weighed so that every
//! estimate stays unbiased.
//!
//! In: a [`Study`](crate::Study). Out: the same [`Outcome`](crate::outcome::Outcome) as from plain trials, with intervals of
//! weighted observations, and a [`MethodOutcome`](crate::outcome::MethodOutcome) that says what was done and what it gained.
//!
//! | where | what |
//! |---|---|
//! | `kernel` | patterns of outages, their exact expected durations, the weight of a trial |
//! | `plan` | which patterns, and how many trials for each: learned from a pilot that is thrown away |
//! | `choose` | whether forcing is possible and worth while (`method = "auto"`) |
//! | `ends` | how far above its value an interval is expected to end |
//! | `by_weight` | what trials may hide that weigh much and are few |
//! | `tally`, `run` | weighted sums, exact in any grouping; blocks of trials on threads |
//! | `splitting` | for misses that build up: levels, saved trials that go on with another future, replications |
//! | `biasing` | from failure to failure where a design is a Markov chain, failures made frequent |
//! | `conditioning` | storms alone, the machine layer solved exactly given each |
//! | `way` | a method that is ready to be played, on this study or under other rates |
//! | `conclude`, `gained` | estimates and intervals from weighted sums; what the method did for them |
//!
//! What can go wrong: a way to miss the objective that no pattern holds is found only by the plain half of the trials, with
//! a weight of up to 2. If it carries the sum, the effective number of hits falls and the interval is withheld; if it is so
//! rare that no trial shows it, no interval knows of it. [`MethodOutcome`](crate::outcome::MethodOutcome) says how much that
//! may be.

mod biasing;
mod by_weight;
mod choose;
mod conclude;
mod conditioning;
mod ends;
mod gained;
mod kernel;
mod plan;
mod run;
mod splitting;
mod tally;
mod way;

pub use biasing::{Bias, Biased, conclude_biased, run_biased};
pub(crate) use by_weight::ByWeight;
pub(crate) use choose::GAIN_LEAST;
pub use choose::{Choice, choose};
pub use conclude::conclude_weighted;
pub(crate) use conditioning::with_plain_trials;
pub use conditioning::{Conditioned, Layered, conclude_conditioned, run_conditioned};
pub(crate) use gained::unforeseen;
pub use plan::Plan;
pub(crate) use plan::Scales;
pub(crate) use run::forced_stage;
pub use run::{Weighed, run_forced};
pub use splitting::{Ladder, run_split};
pub use way::{Played, Way};
