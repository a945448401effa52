//! What the world does: failure modes, profiles, storms and unit clocks.
//!
//! A [`Profile`] is a list of [`Mode`]s. What strikes many at once is drawn into a [`Storm`] (a short list in time
//! order, the same for every design); what strikes one host or instance comes from unit clocks, keyed by the unit
//! and opened only for units that some design occupies. Both are merged by [`Strikes`] into windows of packed entries
//! that every design lives through. A recorded [`Trace`] takes the place of both, so replay and Monte Carlo are one
//! code path.
//!
//! What must never be here: what a fleet does about a strike.

mod check;
mod clocks;
mod forcing;
mod method;
mod mode;
mod packed;
mod population;
mod renewal;
mod spread;
mod storm;
mod strikes;
mod trace;
mod unit;
mod wave;

pub use forcing::{Forced, Point, SOURCES_MAX, Source};
pub use method::Method;
pub use mode::{
    Clock, Confidence, ControlPlaneHit, Effect, Evidence, Kind, Mode, ModeError, Outage, Predicted, Profile, Recovery,
    Repeat, Scope, Share, Staged, Start, Surge, UNIT_MODES_MAX, cause_name, component_cause, component_of,
    mode_of_cause,
};
pub use packed::{Entry, UNITS_MAX, What};
pub use population::{InstanceGroup, Population};
pub use renewal::TimeToFailure;
pub use spread::RateSpread;
pub use storm::{Event, EventId, PastWave, RackOutage, Span, Storm, StormModes};
pub use strikes::{Course, Strikes};
pub use trace::{
    BURST_UNITS_MIN, BURST_WITHIN_MS, BYTES_MAX, Bursts, Dirt, Dirty, FORMAT, Foreign, ForeignCause, ForeignColumns,
    ForeignReport, GROUPS_MAX, Header, Incident, Incidents, Lasted, LengthColumn, Mapping, PROBLEMS_SHOWN_MAX,
    Problems, ROWS_MAX, Record, RecordColumns, Recording, Records, Replay, Row, Stage, TimeUnit, Trace, TraceError,
    TrialId, incident_storm, parse_foreign, parse_incidents, parse_instant, parse_records, parse_trace,
    read_column_names, read_foreign, read_incidents, read_records, read_trace, record, replay, separator,
};
pub use unit::{Outcome, UnitMode, UnitModes};
pub use wave::{HELD_AT_MOST, KNOWN_AHEAD, Wave};
