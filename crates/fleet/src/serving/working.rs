//! Jobs that wait for workers, as the book meets them.
//!
//! In: the capacity of the workers from one change to the next: of the sets that do nothing else, or of all machines, less what
//! requests take of it: these come first, those that wait in line too. Out: intervals in which jobs are late or not, and when to look again.

use super::{Book, Class, NOBODY};
use crate::design::{Design, Need};
use crate::jobs::Backlog;
use crate::measure::Measure;
use zonefall_engine::{Key, SimTime};

/// The jobs of a design, which wait for nobody yet; `causes` are all that may withhold capacity.
pub(super) fn backlog(design: &Design, causes: usize, overload: usize) -> Option<Box<Backlog>> {
    let need = if let Need::Done(share, of) = design.need { Some((share, of)) } else { None };
    design.jobs.clone().map(|jobs| Box::new(Backlog::new(jobs, need, (causes, overload))))
}

/// What workers do for jobs, in thousandths of a request a second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Works {
    capacity: u64,
    /// What they would do more if nothing were withheld, beside requests.
    lost: u64,
}

impl Book {
    /// What the workers do as things stand; none without jobs.
    pub(super) fn works(&self) -> Option<Works> {
        self.backlog.as_ref()?;
        let capacity = self.works_off();
        let beside = self.workers().is_none() && self.parts.is_none() && self.demand.is_some();
        let lost = if beside { self.could_work_off().saturating_sub(capacity) } else { 0 };
        Some(Works { capacity, lost })
    }

    /// The workers have worked so from `from` to `t`; where late jobs are done in between, the objective is missed up to that instant only.
    pub(super) fn work_off(
        &mut self,
        (from, t): (SimTime, SimTime),
        works: Works,
        state: (bool, bool, u64),
        measure: &Measure,
    ) {
        let Some(mut backlog) = self.backlog.take() else { return };
        let (missed, unconnected, served) = state;
        let Works { capacity, lost } = works;
        let until =
            if missed && matches!(self.need, Need::Done(..)) { backlog.caught_up(from, capacity).min(t) } else { t };
        let (withheld, stride) = (&self.withheld, self.stride);
        match &mut self.parts {
            _ if self.workers != NOBODY => {
                let of_workers = &withheld[self.workers as usize * stride..][..stride];
                backlog.work(from, t, (capacity, of_workers), measure.from, &mut self.ledger);
            }
            None if self.demand.is_some() => {
                // Who waits keeps jobs from machines that are back: what keeps the line answers.
                let line = self.line.as_mut().filter(|_| self.waiting.is_some());
                backlog.keep(lost, line.map_or(&withheld[..], |line| line.weights()));
                backlog.work_on(from, t, capacity, measure.from, &mut self.ledger);
            }
            None => backlog.work(from, t, (capacity, withheld), measure.from, &mut self.ledger),
            Some(parts) => {
                let by_cause = parts.withheld_work(|part| &withheld[part * stride..][..stride]);
                backlog.work(from, t, (capacity, by_cause), measure.from, &mut self.ledger);
            }
        }
        let is_over = !backlog.is_late();
        self.backlog = Some(backlog);
        self.book(from, until, state, measure);
        if is_over {
            self.charge_late_jobs(t.since(until).as_ms());
        }
        if until < t {
            self.book(until, t, (false, unconnected, served), measure);
        }
    }

    /// Jobs are late no more, since so long before what was worked off last: it is charged what was.
    pub(super) fn charge_late_jobs(&mut self, ms_ago: u64) {
        if let Some(backlog) = &mut self.backlog {
            backlog.charge(ms_ago, &mut self.ledger.missed_by_cause_ms);
        }
    }

    /// What is worked off as things stand, in millionths of a request's work a millisecond.
    pub fn works_off(&self) -> u64 {
        if self.workers != NOBODY {
            return self.level(Class::WorkingCapacity).max(0) as u64;
        }
        let left = || {
            let usable = self.usable().max(0) as u64;
            usable - self.taken_by_requests().min(usable)
        };
        self.parts.as_ref().map_or_else(left, |parts| parts.works_off())
    }

    /// What requests take of the machines: all that reaches one, tries again too, as far as they can serve it; all, as long as
    /// somebody waits in line.
    fn taken_by_requests(&self) -> u64 {
        match &self.clients {
            _ if self.demand.is_none() => 0,
            Some(clients) => clients.takes(self.asked()),
            None => self.served_now(),
        }
    }

    /// What would be worked off if nothing were withheld, and so no client tried again.
    fn could_work_off(&self) -> u64 {
        let withheld = self.withheld[..self.stride - 1].iter().sum::<i64>();
        let all = (self.level(Class::Capacity) + withheld).min(self.ceiling).max(0) as u64;
        all.saturating_sub(self.passed())
    }

    /// The jobs of the design, if it has any.
    pub fn backlog(&self) -> Option<&Backlog> {
        self.backlog.as_deref()
    }

    /// The work that waits at `t`, in millionths of a request's, and how much is worked off a millisecond; none where there is never any.
    pub fn jobs_waiting(&self, t: SimTime) -> Option<(u64, u64)> {
        let backlog = self.backlog.as_ref()?;
        let capacity = self.works_off();
        Some((backlog.waiting(t.since(self.now).as_ms(), capacity), capacity))
    }

    /// A trial of jobs begins.
    pub fn begin_jobs(&mut self, trial: Key) {
        if let Some(backlog) = &mut self.backlog {
            backlog.begin(trial);
        }
    }

    /// Batches come and deadlines pass at `t`, up to which everything is settled; when to look again.
    pub fn look_at_jobs(&mut self, t: SimTime, measure: &Measure) -> SimTime {
        let capacity = self.works_off();
        let Some(backlog) = &mut self.backlog else { return SimTime::NEVER };
        backlog.advance(t, measure.from, &mut self.ledger);
        let late = if backlog.is_late() { backlog.caught_up(t, capacity) } else { SimTime::NEVER };
        backlog.next().min(late)
    }

    /// When late jobs are done in the state that the book is in; never where nothing is late.
    pub fn catches_up(&self) -> SimTime {
        let late = self.backlog.as_ref().filter(|backlog| matches!(self.need, Need::Done(..)) && backlog.is_late());
        late.map_or(SimTime::NEVER, |backlog| backlog.caught_up(self.now, self.works_off()))
    }
}
