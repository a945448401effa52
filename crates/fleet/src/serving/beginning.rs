//! Sessions that begin, as the book meets them.
//!
//! In: what is served of the demand, from one change to the next, and by whom. Out: the rate at which sessions begin in each tier
//! (`sessions.rs`): one begins when the request is served that it begins with. Requests that wait in line begin theirs when it is
//! their turn; clients who try again do when they succeed.

use super::{Book, Class};
use crate::measure::Measure;
use crate::sessions::Rotation;
use zonefall_engine::SimTime;

impl Book {
    /// The state lasts from `from` to `t`: so long sessions begin as they do in it.
    pub(super) fn sessions_last(&mut self, from: SimTime, t: SimTime, measure: &Measure) {
        let Some(mut sessions) = self.sessions.take() else { return };
        let counted_ms = t.since(from.max(measure.from).min(t)).as_ms();
        sessions.lasts(|part| self.in_rotation(part), from, t, counted_ms);
        self.sessions = Some(sessions);
    }

    /// What the machines of a part serve that may hold sessions, or all machines together.
    pub fn in_rotation(&self, part: Option<u32>) -> Rotation {
        let demand_milli = self.demand.unwrap_or(0);
        if let (Some(part), Some(parts)) = (part, &self.parts) {
            let share = parts.served_share(part as usize);
            let alive = parts.counts(part as usize).serving.max(0) as u64;
            let served_milli = parts.served_now(part as usize).unwrap_or(share * demand_milli as f64);
            return Rotation { served_milli, share, alive };
        }
        let level = |class| self.level(class).max(0) as u64;
        let (alive, dead) = (level(Class::Serving), level(Class::Dead));
        let share = match demand_milli {
            // Whoever asks for nothing but a session meets a machine.
            0 => alive as f64 / (alive + dead).max(1) as f64,
            _ => (self.served() as f64 / demand_milli as f64).min(1.0),
        };
        Rotation { served_milli: self.served_now() as f64, share, alive }
    }

    /// Sessions that are held at `t`, how many would be if all stayed as it is, and their length in milliseconds.
    pub fn sessions_held(&self, t: SimTime) -> Option<(f64, f64, f64)> {
        Some(self.sessions.as_ref()?.all(|part| self.in_rotation(part), t))
    }
}
