//! What the world does: failure modes, profiles, storms and unit clocks.
//!
//! A [`Profile`] is a list of [`Mode`]s. What strikes many at once is drawn into a [`Storm`] (a short list in time
//! order, the same for every design); what strikes one host or instance comes from [`UnitClocks`], keyed by the unit
//! and opened only for units that some design occupies. Both are merged by [`Strikes`] into windows of packed entries
//! that every design lives through. A recorded [`Trace`] takes the place of both, so replay and Monte Carlo are one
//! code path.
//!
//! What must never be here: what a fleet does about a strike.

mod clocks;
mod mode;
mod packed;
mod population;
mod renewal;
mod storm;
mod strikes;
mod unit;

pub use mode::{
    Clock, Confidence, ControlPlaneHit, Effect, Evidence, Kind, Mode, ModeError, Outage, Predicted, Profile, Recovery,
    Repeat, Scope, Share, Staged, Start, UNIT_MODES_MAX, cause_name,
};
pub use packed::{Entry, What};
pub use population::{InstanceGroup, Population};
pub use renewal::TimeToFailure;
pub use storm::{Event, EventId, RackOutage, Span, Storm, StormModes};
pub use strikes::Strikes;
pub use unit::{Outcome, UnitMode, UnitModes};
