//! What a witness sees of what waits: jobs, or requests in line.
//!
//! One of them is told where a design has both ([`crate::Design::jobs_wait_foremost`]). Both are fluids, so between two changes of
//! what comes or of how fast it goes they rise or fall in a straight line. Only the corners of that course are told; of an instant
//! at which a batch comes there are two.

use super::{Seen, Witness};
use crate::jobs::after;
use crate::world::World;
use zonefall_engine::SimTime;

/// Machines in rotation alive and dead and what is not served, at a corner.
type Level = (i64, i64, u64);

/// A course that is straight between its corners, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Course {
    told: Option<(SimTime, u64)>,
    /// A corner, unless what follows goes on straight.
    last: Option<(SimTime, u64, Level)>,
}

impl Course {
    /// So much waits at `t`, to where it has gone straight; the corner before, if it was one.
    fn goes_to(&mut self, t: SimTime, waits: u64, level: Level) -> Option<(SimTime, u64, Level)> {
        let Some(last) = self.last.replace((t, waits, level)) else {
            self.told = Some((t, waits));
            return Some((t, waits, level));
        };
        let told = self.told?;
        if is_straight(told, (last.0, last.1), (t, waits)) {
            return None;
        }
        self.told = Some((last.0, last.1));
        Some(last)
    }
}

/// Whether three points lie on one line, exactly.
fn is_straight(from: (SimTime, u64), over: (SimTime, u64), to: (SimTime, u64)) -> bool {
    let way = |at: (SimTime, u64)| (i128::from(at.0.since(from.0).as_ms()), i128::from(at.1) - i128::from(from.1));
    let ((short, rises), (long, to)) = (way(over), way(to));
    short.saturating_mul(to) == long.saturating_mul(rises)
}

/// Jobs that wait, as things stand since an instant.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Jobs {
    since: SimTime,
    /// Work that waits, that has come, and that is done a millisecond.
    waits: u64,
    came: u64,
    speed: u64,
}

impl Jobs {
    /// When none waits any more if nothing happens; none where none waits.
    fn over(&self) -> Option<SimTime> {
        (self.waits > 0).then(|| after(self.since, self.waits, self.speed))
    }
}

impl Witness {
    /// What waits at `t`, after all that happened then.
    pub(super) fn look_at_what_waits(&mut self, world: &World, t: SimTime) {
        if !world.design().jobs_wait_foremost() {
            return self.look_at_the_line(world, t);
        }
        if let (Some((waits, speed)), Some(backlog)) = (world.book.jobs_waiting(t), world.book.backlog()) {
            let (before, came) = (self.jobs, backlog.came());
            self.jobs = Jobs { since: t, waits, came, speed };
            if let Some(over) = before.over().filter(|over| *over < t) {
                self.waits(over, 0, self.level);
            }
            // Who looks at an instant looks at the last that is told of it.
            self.waits(t, waits.saturating_sub(came - before.came), world.rotation());
            self.waits(t, waits, world.rotation());
        }
    }

    fn look_at_the_line(&mut self, world: &World, t: SimTime) {
        if let Some((at, waits)) = world.book.in_line_at() {
            let level = if at < t { self.level } else { world.rotation() };
            self.waits(at, u64::try_from(waits.max(0)).unwrap_or(u64::MAX), level);
        }
    }

    fn waits(&mut self, t: SimTime, waits: u64, level: Level) {
        if let Some((t, waits, level)) = self.course.goes_to(t, waits, level) {
            self.tell_of(level, t, Seen::Waits(waits));
        }
    }

    /// Where it stands when the trial ends.
    pub(super) fn end_what_waits(&mut self, world: &World, end: SimTime) {
        self.look_at_what_waits(world, end);
        if let Some((t, waits, level)) = self.course.last.take() {
            self.tell_of(level, t, Seen::Waits(waits));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_is_told_by_its_corners() {
        let mut course = Course::default();
        // It falls, a batch comes, it falls faster, and stays.
        let points = [(0, 90), (10, 80), (20, 70), (20, 170), (25, 160), (35, 140), (105, 0), (200, 0), (300, 0)];
        let goes = |(t, waits)| course.goes_to(SimTime::from_ms(t), waits, (0, 0, 0));
        let told: Vec<(u64, u64)> =
            points.into_iter().filter_map(goes).map(|(t, waits, _)| (t.as_ms(), waits)).collect();
        assert_eq!(told, [(0, 90), (20, 70), (20, 170), (105, 0)]);
        assert_eq!(course.last.map(|(t, waits, _)| (t.as_ms(), waits)), Some((300, 0)));
    }

    #[test]
    fn jobs_are_over_at_the_millisecond_in_which_the_last_is_done() {
        let jobs = |waits, speed| Jobs { since: SimTime::from_ms(5), waits, came: 0, speed }.over();
        let ms = |ms| Some(SimTime::from_ms(ms));
        assert_eq!([jobs(21, 10), jobs(20, 10), jobs(0, 10), jobs(5, 0)], [ms(8), ms(7), None, Some(SimTime::NEVER)]);
    }
}
