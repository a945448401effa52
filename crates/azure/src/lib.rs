//! Azure's own data: limits, SLA tables, defaults, the default failure profile.
//!
//! Everything here is a table with the rule it comes from, and small pure functions over the tables. A [`Number`]
//! carries its low and high value, its unit, its source and how well it is known. Microsoft publishes no failure rate
//! and no interruption rate: the rates of the profile are assumptions, marked as such.
//!
//! * [`profile`]: FR-01, the failure modes of `azure-like-v0`, with IN-01..04;
//! * [`sla`]: SL-01 and SL-03, the promises and their credits;
//! * [`prices`]: CO-01 to CO-05, what machines cost;
//! * [`limits`]: OM, FD, AV and ZN, what Azure would refuse;
//! * [`defaults`]: what a scenario need not say.
//! * [`rules`]: every rule with an id, and what the program does about it.
//!
//! What must never be here: a fleet, a scenario, a random draw.

pub mod defaults;
pub mod limits;
mod number;
pub mod prices;
pub mod profile;
pub mod rules;
pub mod sla;

pub use number::{Number, Unit};
