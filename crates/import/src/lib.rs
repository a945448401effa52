//! Azure Chaos Studio experiments, read as they are and turned into scripted faults.
//!
//! In: the JSON of an experiment ([`experiment`]), a design and what its targets mean there ([`Drill`]). Out: scripted
//! rows, and in words whatever the experiment touches that the model does not hold. What can go wrong: no JSON, no
//! experiment, a limit of the service passed (CH-06), a target that no part of the design answers to, a filter that
//! matches nothing (CH-02): an experiment with that fails in Azure, too.

mod actions;
mod drill;
mod duration;
mod read;

pub use drill::{Drill, Script, Touched, ZONE_OUTAGE};
pub use read::{Action, Branch, Experiment, ImportError, Selector, Step, experiment};
