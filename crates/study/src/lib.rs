//! Trials × designs, and what may be concluded from them.
//!
//! In: a [`Study`] (designs, topology, profile, measure, target). Out: an [`outcome::Outcome`]. Trials run in blocks with
//! rayon; a block's [`Tally`] merges exactly and in any grouping, so the outcome is the same bits for any number of
//! threads. Nothing here prints or writes a file, and no result depends on a clock.

pub mod agreement;
pub mod assumptions;
mod blocks;
mod by_part;
mod ceiling;
mod chance;
pub mod comparison;
mod composite;
mod conclude;
mod deadlines;
pub mod drill;
pub mod exactly;
pub mod fitting;
pub mod gate;
pub mod implied;
pub mod importance;
pub mod incidents;
pub mod latency;
mod lengths;
pub mod misses;
pub mod money;
mod natural;
pub mod outcome;
pub mod partial;
pub mod plan;
mod promises;
pub mod rare;
mod run;
mod sessions;
mod stage;
pub mod stopping;
mod study;
pub mod sweep;
mod tally;
pub mod timeline;
mod unseen;
mod visit;
mod warnings;
mod ways;

pub use conclude::{Labels, conclude};
pub use run::{Finished, Progress, RunError, Silent, Threads, run, run_on};
pub use stage::{Stage, TrialRow};
pub use stopping::go_on;
pub use study::{LocalTime, Study};
pub use tally::{DesignTally, Reference, Tally};
pub use visit::Visit;
pub use zonefall_topology::{grouped, is_hidden, listed, quoted};
