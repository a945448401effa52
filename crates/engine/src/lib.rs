//! Time, the calendar of pending events, keyed random streams and the laws drawn from them.
//!
//! What lives here: [`SimTime`] in whole milliseconds, the [`Calendar`] with its total order, [`Key`] and
//! [`Stream`] (counter-based random words, so that opening one stream never moves another) and [`Law`]
//! (durations in milliseconds). What must never be here: a word of the cloud, of statistics, or of a clock.
//!
//! Order of events: a calendar yields by time, then by tag (a number that the owner packs from class and unit),
//! never by insertion. Two calendars filled in a different order yield the same sequence.

mod budget;
mod calendar;
mod key;
mod law;
mod pooled;
mod recurrence;
mod slots;
mod special;
mod time;
mod wheel;
mod ziggurat;

pub use budget::{BudgetExceeded, EventBudget};
pub use calendar::Calendar;
pub use key::{Key, Stream, name_tag};
pub use law::{Law, LawError, Shape};
pub use recurrence::FirstPassage;
pub use slots::SlotTree;
pub use time::{SimDuration, SimTime, TimeError};
