//! What was understood of what arrives, for people: the fleet knows of steps and instants only.
//!
//! In: what the readers of `[demand]` and `[jobs]` have read. Out: the shapes, the clock and the times of the day that made
//! these steps. Nothing is reckoned with it.

use zonefall_engine::SimDuration;
use zonefall_fleet::Noise;

/// What arrives at a design.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arrivals {
    /// Requests; none without a demand.
    pub demand: Option<Course>,
    /// Jobs; none without.
    pub jobs: Option<Daily>,
}

/// What makes the demand rise and fall.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Course {
    /// The file that says it, as it is written.
    pub trace: Option<String>,
    /// How many rows the file has, and when its first and its last one begin; none without a file.
    pub trace_rows: Option<(usize, [String; 2])>,
    /// It begins anew after so long.
    pub trace_every: Option<SimDuration>,
    /// Parts of a day that have factors of their own; 0 without.
    pub day_parts: usize,
    /// Whether days of the week have factors.
    pub by_weekday: bool,
    /// The zone of its clock; none without a calendar, or where nothing goes by a clock.
    pub time_zone: Option<String>,
    /// Launches, in their order.
    pub launches: Vec<Surge>,
    /// How much more arrives after 365 days, as a share.
    pub growth: f64,
    /// The random factor.
    pub noise: Option<Noise>,
}

/// A launch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surge {
    /// The factor at its height.
    pub peak: f64,
    /// Milliseconds after the beginning of a trial.
    pub at_ms: i64,
    /// It comes again after so long.
    pub every: Option<SimDuration>,
}

/// When a batch of jobs comes, and when it is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Daily {
    /// The time of the day, `22:00`.
    pub at: String,
    /// The next such time after it.
    pub deadline: String,
    /// The zone of both.
    pub time_zone: String,
}
