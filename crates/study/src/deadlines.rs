//! Whether a time has a deadline of jobs in it: where none passes, nothing that happens in it makes a batch late, and an objective on
//! deadlines is not judged.

use zonefall_engine::SimTime;
use zonefall_fleet::{Design, Jobs, Need};

/// No deadline passes in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoDeadline {
    /// The next one after it; none where no batch that is known of has a later one.
    pub next: Option<SimTime>,
}

/// From an instant until another, at which no time is left in which a batch could be late.
pub(crate) fn no_deadline(jobs: &Jobs, from: SimTime, until: SimTime) -> Option<NoDeadline> {
    let next = jobs.next_deadline(from);
    next.is_none_or(|due| due >= until).then_some(NoDeadline { next })
}

/// The same where deadlines are the objective.
pub(crate) fn not_judged(of: &Design, from: SimTime, until: SimTime) -> Option<NoDeadline> {
    let (Need::Done(..), Some(jobs)) = (&of.need, &of.jobs) else { return None };
    no_deadline(jobs, from, until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zonefall_fleet::Batch;

    #[test]
    fn a_deadline_passes_from_the_beginning_of_a_time_until_just_before_its_end() {
        let ms = SimTime::from_ms;
        let batches = [Batch { at: ms(0), due: ms(100) }, Batch { at: ms(200), due: ms(300) }];
        let jobs = Jobs { count: 1, work: 1, sigma: 0.0, batches: batches.into(), through: None, sets: [].into() };
        let next = |from, until| no_deadline(&jobs, ms(from), ms(until)).map(|of| of.next.map(SimTime::as_ms));
        assert_eq!([next(0, 101), next(100, 101), next(0, 1000)], [None; 3]);
        assert_eq!([next(0, 100), next(101, 300), next(301, 1000)], [Some(Some(100)), Some(Some(300)), Some(None)]);
    }
}
