//! Requests that wait in line, as the book meets them.
//!
//! In: what reaches the machines and what they serve, from one change to the next. Out: intervals in each of which nobody
//! or somebody waits, gives up or is late; each is booked for itself. What is served is booked when it is served. As the instants at
//! which it stands otherwise are solved for, whoever watches the objective can wait for them.

use super::{Book, Class};
use crate::design::Need;
use crate::line::{Rates, Standing};
use crate::measure::Measure;
use crate::operations::Operation;
use crate::service::is_share;
use zonefall_engine::SimTime;

/// Millionths.
const MICRO: i128 = 1_000_000;

/// What holds while somebody waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    /// Answers come too late.
    pub is_slow: bool,
    /// Nothing but the line makes the objective missed, if it is: its clients give up, or it is too long.
    pub answers: bool,
}

impl Book {
    /// What reaches the machines, and what they serve.
    fn rates(&self) -> Rates {
        let capacity = if self.level(Class::Serving) > 0 { self.usable().max(0) as u64 } else { 0 };
        Rates { reach: self.reaches(), capacity }
    }

    /// How it stands with the line; none where nobody waits now.
    pub(super) fn in_line(&self) -> Option<Standing> {
        let standing = self.line.as_ref()?.stands(self.now, self.rates());
        standing.waits.then_some(standing)
    }

    /// Whether somebody waits in line now.
    pub fn somebody_waits(&self) -> bool {
        self.in_line().is_some() || self.parts.as_ref().is_some_and(|parts| parts.somebody_waits())
    }

    /// What is asked of the machines of a part while somebody waits before them, in millionths of a request a second: all they have,
    /// or what a narrower part lets in.
    #[inline]
    pub fn asked_by_line(&self, part: u32) -> Option<u64> {
        match &self.parts {
            _ if part == self.workers => None,
            None if self.line.is_none() => None,
            None => self.somebody_waits().then_some(u64::MAX),
            Some(parts) => parts.asked_by_line(part as usize).map(|milli| milli.saturating_mul(1000)),
        }
    }

    /// How many lines there are.
    pub fn lines(&self) -> usize {
        self.parts.as_ref().map_or_else(|| usize::from(self.line.is_some()), |parts| parts.lines())
    }

    /// Whether somebody waits in a line now, and whether clients give up there.
    pub fn line_stands(&self, line: usize) -> (bool, bool) {
        let standing = match &self.parts {
            None => self.in_line(),
            Some(parts) => parts.stands_in_line(line),
        };
        standing.map_or((false, false), |standing| (true, standing.gives_up > 0))
    }

    /// Up to when the lines have been lived through, and who waits in all of them then, in millionths; none where nobody ever does.
    pub fn in_line_at(&self) -> Option<(SimTime, i128)> {
        match &self.parts {
            None => self.line.as_ref().map(|line| (self.now, line.waits(self.now))),
            Some(parts) => parts.in_lines(),
        }
    }

    /// The longest that a line was since it began, or that which was the last, and how many have given up there in the trial:
    /// whole requests.
    pub fn line_so_far(&self, line: usize) -> (u64, u64) {
        let whole = |micro: i128| u64::try_from(micro / MICRO).unwrap_or(u64::MAX);
        let (longest, gave_up) = match &self.parts {
            None => (self.line.as_ref().map_or(0, |line| line.longest()), self.ledger.gave_up),
            Some(parts) => parts.line_so_far(line),
        };
        (whole(longest), whole(gave_up))
    }

    /// Whether the objective is missed for the line alone: it would hold if nobody gave up and nobody were late.
    fn line_answers(&self, standing: Standing) -> bool {
        let Need::Served(share, of) = self.need else { return false };
        let demand = self.demand.unwrap_or(0);
        let suffices = |served: u64| is_share(served, (share, of), demand);
        let is_late = self.limit().is_some() && standing.is_late;
        suffices(self.reaches())
            && !self.is_slow_before_the_line()
            && (is_late || self.is_left_by_clients(standing) || !suffices(self.served_in_line(standing)))
    }

    /// Whether clients give up while nothing comes: who gives up is not served, and there is nobody of whom they would be a share.
    fn is_left_by_clients(&self, standing: Standing) -> bool {
        standing.gives_up > 0 && self.demand.unwrap_or(0) == 0
    }

    /// The same as things stand.
    pub(super) fn clients_leave(&self) -> bool {
        self.line.is_some() && self.in_line().is_some_and(|standing| self.is_left_by_clients(standing))
    }

    /// What is served of what comes now, or will be: all that reaches a machine but what gives up.
    pub(super) fn served_in_line(&self, standing: Standing) -> u64 {
        self.reaches().saturating_sub(standing.gives_up)
    }

    /// What is being served, whenever it came.
    pub(super) fn served_now(&self) -> u64 {
        if self.in_line().is_some() { self.rates().capacity } else { self.served() }
    }

    /// When it next stands otherwise if nothing happens, where that is not awaited yet.
    pub fn line_changes(&mut self, t: SimTime, measure: &Measure) -> Option<SimTime> {
        if let Some(parts) = &mut self.parts {
            return parts.lines_change(t, measure.horizon);
        }
        let rates = self.rates();
        let line = self.line.as_mut()?;
        let next = line.changes(t, rates, measure.horizon);
        let is_new = next != std::mem::replace(&mut line.awaited, next) && next < measure.horizon;
        is_new.then_some(next)
    }

    /// Whether this is the instant at which it was to stand otherwise.
    pub fn awaits_line(&self, t: SimTime) -> bool {
        let in_parts = self.parts.as_ref().is_some_and(|parts| parts.awaits_lines(t));
        in_parts || self.line.as_ref().is_some_and(|line| line.awaited == t)
    }

    /// The line lives on from `from` to `t`.
    pub(super) fn live_in_line(&mut self, from: SimTime, t: SimTime, unconnected: bool, measure: &Measure) {
        let rates = self.rates();
        let mut at = from;
        while at < t {
            // Time begins to count at an edge of its own.
            let end = if at < measure.from { t.min(measure.from) } else { t };
            self.now = at;
            let (missed, is_slow) = (self.misses(), self.is_slow());
            let rotation = self.sessions.is_some().then(|| self.in_rotation(None));
            let answers = missed && self.in_line().is_some_and(|standing| self.line_answers(standing));
            let works = self.works();
            let Some(mut line) = self.line.take() else { return };
            let counted = at >= measure.from;
            if at == measure.from {
                line.begin_to_count(at);
            }
            let stretch = line.live(at, end, (rates, &self.withheld), counted.then_some(&mut self.ledger));
            self.line = Some(line);
            let until = SimTime::from_ms(stretch.until as u64);
            if let (Some(sessions), Some(rotation)) = (&mut self.sessions, rotation) {
                let counted_ms = if counted { until.since(at).as_ms() } else { 0 };
                sessions.lasts(|_| rotation, at, until, counted_ms);
            }
            self.waiting = stretch.waits.then_some(Waiting { is_slow, answers });
            match works {
                Some(works) => self.work_off((at, until), works, (missed, unconnected, 0), measure),
                None => self.book(at, until, (missed, unconnected, 0), measure),
            }
            self.waiting = None;
            if counted {
                self.ledger.served += stretch.served;
                let waited_ms = if stretch.waits { until.since(at).as_ms() } else { 0 };
                self.ledger.operations[Operation::LineMs as usize] += waited_ms;
            }
            at = until;
        }
        self.now = t;
    }

    /// The same of lines before a service of parts.
    pub(super) fn live_before_parts(&mut self, from: SimTime, t: SimTime, unconnected: bool, measure: &Measure) {
        let mut at = from;
        while at < t {
            // Time begins to count at an edge of its own.
            let end = if at < measure.from { t.min(measure.from) } else { t };
            self.now = at;
            let missed = self.misses();
            let Some(parts) = &mut self.parts else { return };
            let until = parts.lines_last(at, end, at == measure.from);
            self.sessions_last(at, until, measure);
            let (withheld, stride) = (&self.withheld, self.stride);
            let Some(parts) = &mut self.parts else { return };
            let counts = at >= measure.from;
            let lived = parts.live_in_lines((at, until, counts), |part| &withheld[part * stride..][..stride - 1]);
            self.book(at, until, (missed, unconnected, 0), measure);
            if counts {
                self.ledger.served += lived.served;
                self.ledger.gave_up += lived.gone;
                let waited_ms = if lived.waits { until.since(at).as_ms() } else { 0 };
                self.ledger.operations[Operation::LineMs as usize] += waited_ms;
            }
            if let Some(parts) = &mut self.parts {
                parts.lines_have_moved();
            }
            at = until;
        }
        self.now = t;
    }

    /// The trial is over.
    pub(super) fn close_line(&mut self) {
        if let Some(line) = &mut self.line {
            line.close(&mut self.ledger);
        }
        if self.ledger.gave_up > 0 {
            let gave_up = u64::try_from(self.ledger.gave_up / MICRO).unwrap_or(u64::MAX);
            self.ledger.operations[Operation::GaveUp as usize] = gave_up;
        }
    }
}
