//! The demand where nothing but missed time is asked: its steps are no events.
//!
//! In: the steps of a course, and the state of the machines, which stays as it is from one event to the next. Out: the same
//! missed time, charged to the same causes, as if each step were an event. What is served, how long states of load last and how
//! many events there are is not counted. More demand never makes an objective hold, so in a state without dead machines
//! there is a most that it can stand, and steps up to it are passed by with one comparison each.

use super::{Book, Class};
use crate::demand::{Demand, Step};
use crate::design::{Design, Need};
use crate::measure::Measure;
use std::sync::Arc;
use zonefall_engine::SimTime;

/// The steps of the demand, and which comes next.
#[derive(Debug, Clone)]
pub(super) struct Course {
    steps: Arc<[Step]>,
    next: usize,
}

/// Whether nothing but the objective hangs on the demand of a design, so that its steps need not be events.
pub(crate) fn only_the_objective_asks(design: &Design, measure: &Measure) -> bool {
    matches!(design.need, Need::Serving(_) | Need::Served(..))
        && design.demand.as_ref().is_some_and(|demand| !demand.is_constant() && !demand.is_noisy())
        && design.service.retry.is_none()
        && design.service.sessions.is_none()
        && design.service.patience.is_none()
        && design.service.gateway.is_none()
        && design.jobs.is_none()
        && !design.is_managed()
        && design.maintenance.is_none()
        && !measure.until_first_miss
}

impl Book {
    /// From the next trial on the book walks along the demand by itself.
    pub fn walk_along(&mut self, demand: &Demand) {
        self.course = Some(Course { steps: demand.steps(), next: 0 });
        (self.walks, self.special) = (true, true);
    }

    /// A trial begins; the demand is that of the beginning.
    pub(super) fn begin_course(&mut self) {
        if let Some(course) = &mut self.course {
            course.next = 0;
        }
    }

    /// Whether it does.
    pub fn walks_along(&self) -> bool {
        self.walks
    }

    /// Books an interval in which the machines stay as they are, piece by piece of the demand.
    pub(super) fn walk(&mut self, from: SimTime, t: SimTime, unconnected: bool, measure: &Measure) {
        let Some(mut course) = self.course.take() else { return };
        let stands = self.stands();
        let (mut from, mut missed) = (from, self.misses());
        while let Some(&Step { from: at, per_second_milli }) =
            course.steps.get(course.next).filter(|step| step.from <= t)
        {
            course.next += 1;
            // What holds goes on as one piece.
            if !missed && stands.is_some_and(|most| per_second_milli <= most) {
                self.demand = Some(per_second_milli);
                continue;
            }
            let before = self.demand.replace(per_second_milli);
            let misses = self.misses();
            if missed || misses {
                self.demand = before;
                self.book_if_any(from, at, (missed, unconnected), measure);
                self.demand = Some(per_second_milli);
                (from, missed) = (at, misses);
            }
        }
        self.book_if_any(from, t, (missed, unconnected), measure);
        self.course = Some(course);
    }

    fn book_if_any(&mut self, from: SimTime, to: SimTime, (missed, unconnected): (bool, bool), measure: &Measure) {
        if from < to {
            self.book(from, to, (missed, unconnected, 0), measure);
        }
    }

    /// The most demand for which the objective holds; none where machines are dead, as what reaches the others is rounded, and
    /// where they are not alike and get as much as each other, or have to be in time.
    fn stands(&self) -> Option<u64> {
        if self.level(Class::Dead) > 0 || self.room.as_ref().is_some_and(|room| !room.is_level()) {
            return None;
        }
        let (share, of) = match self.need {
            Need::Served(share, of) => (share, of),
            Need::Serving(least) => return (self.level(Class::Serving) >= i64::from(least)).then_some(u64::MAX),
            _ => return None,
        };
        let capacity = if self.level(Class::Serving) > 0 { self.usable().max(0) as u128 } else { 0 };
        let served = (capacity * u128::from(of)).checked_div(u128::from(share)).unwrap_or(u128::MAX);
        let served = u64::try_from(served).unwrap_or(u64::MAX);
        match self.limit() {
            None => Some(served),
            Some((limit, works)) => match self.whole_machines(works)? {
                0 => Some(0),
                machines => limit.most(machines).map(|in_time| in_time.min(served)),
            },
        }
    }
}
