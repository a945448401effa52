//! DR-01..07: a part that stands by is decided for, gets ready, serves, and hands back.

use super::Luck;
use super::alarm::Lacking;
use crate::failover::{Failback, ORDER_AGAIN_LEAST, Operator, Standby};
use crate::management::noticed;
use crate::operations::Operation;
use crate::parts::routes::WHOLLY;
use crate::policy::router::{may_take_over, takes_over};
use crate::world::World;
use std::sync::Arc;
use zonefall_engine::{Law, SimDuration, SimTime};
use zonefall_faults::Strikes;

/// What is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing.
    Steady,
    /// The part that serves is out; another is being decided for.
    Deciding,
    /// The other gets ready, and clients wait.
    Readying,
    /// The first part is back, and protection is being turned round.
    Protecting,
    /// It is gone back, and nobody is served meanwhile.
    Returning,
}

/// Who serves, and what is under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watch {
    /// The part that clients are sent to.
    pub active: u32,
    phase: Phase,
    target: u32,
    /// When the part that serves failed.
    since: SimTime,
    /// When it goes on.
    pub due: SimTime,
    /// When protection has been turned round, on the way back.
    turned: SimTime,
    /// It is known that the part that serves has failed on the way back, and what is sooner.
    is_weighed: bool,
    /// When the part that serves, and is not all there yet, may be.
    pub grown: SimTime,
}

impl Watch {
    /// The first part serves, and nothing is under way.
    pub const FIRST: Self = Self {
        active: 0,
        phase: Phase::Steady,
        target: 0,
        since: SimTime::ZERO,
        due: SimTime::NEVER,
        turned: SimTime::NEVER,
        is_weighed: false,
        grown: SimTime::NEVER,
    };

    /// Whether clients are sent to a part, or it gets ready for them.
    pub fn runs(&self, part: u32) -> bool {
        part == self.active || self.phase == Phase::Readying && part == self.target
    }

    /// A part has failed.
    pub fn failed(&mut self, part: usize, t: SimTime) {
        if part as u32 == self.active {
            self.since = t;
        }
    }

    fn waits(&mut self, phase: Phase, due: SimTime) {
        (self.phase, self.due, self.is_weighed) = (phase, due, false);
    }

    fn rests(&mut self) {
        self.waits(Phase::Steady, SimTime::NEVER);
    }
}

impl World {
    /// One step of what is due at `t`; whether there may be another.
    pub(super) fn decide(&mut self, at: usize, standby: &Standby, t: SimTime, strikes: &Strikes) -> bool {
        let watch = self.routing[at].watch;
        let active_works = self.is_seen(at, watch.active) && !self.lack(at, watch.active).is_up();
        let due = watch.due <= t;
        match watch.phase {
            Phase::Steady => return self.consider_parts(at, standby, active_works, t),
            Phase::Deciding | Phase::Readying if active_works || !self.may_take_over(at, watch.target) => {
                self.routing[at].watch.rests();
            }
            Phase::Protecting if !self.is_whole(at, watch.target) => self.routing[at].watch.rests(),
            Phase::Protecting if !due && active_works == watch.is_weighed => {
                self.routing[at].watch.is_weighed = !active_works;
                if !active_works && self.is_failover_sooner(at, standby, t) {
                    self.routing[at].watch.rests();
                }
            }
            _ if !due => return false,
            Phase::Deciding => self.get_ready(at, standby, t, strikes),
            Phase::Readying => match self.refused_until(at, standby, t) {
                Some(again) => self.routing[at].watch.due = again,
                None => self.take_over(at, standby, t),
            },
            Phase::Protecting => self.go_back(at, standby, t),
            Phase::Returning => {
                self.run_parts(at, None, WHOLLY, t);
                self.routing[at].watch.rests();
            }
        }
        true
    }

    /// DR-07: a standby that serves before it is all there grows as long as it is seen to work, and anew when it has been
    /// out. Going back to the first part does not wait for it.
    pub(super) fn grow(&mut self, at: usize, standby: &Standby, t: SimTime, strikes: &Strikes) {
        let Watch { active, phase, grown, .. } = self.routing[at].watch;
        let running = |parts: &crate::parts::Parts| parts.routes[at].running[active as usize];
        let lacks = self.book.parts.as_ref().is_some_and(|parts| running(parts) < WHOLLY);
        self.routing[at].watch.grown = if !lacks || phase == Phase::Returning || !self.is_seen(at, active) {
            SimTime::NEVER
        } else if grown == SimTime::NEVER {
            let begins = self.control_of(at, standby, active, t, strikes);
            begins.after(standby.ready.draw(&mut self.group_luck(at, Luck::Ready, t).stream()))
        } else if grown > t {
            grown
        } else if let Some(again) = self.refused_until(at, standby, t) {
            again
        } else {
            self.run_parts(at, Some(active as usize), WHOLLY, t);
            SimTime::NEVER
        };
    }

    fn is_seen(&self, at: usize, part: u32) -> bool {
        self.routing[at].views.get(part as usize).is_none_or(|view| view.seen)
    }

    /// What people find missing of a part.
    fn lack(&self, at: usize, part: u32) -> Lacking {
        self.routing[at].views.get(part as usize).map_or(Lacking::NOTHING, |view| view.lack)
    }

    /// Whether a part is known to work, and nothing of it is missing, and has not been for long enough.
    fn is_whole(&self, at: usize, part: u32) -> bool {
        self.is_seen(at, part) && self.lack(at, part).is_over()
    }

    /// Whether clients may be sent to another part: to one that lacks something only if what they are at is out.
    fn may_take_over(&self, at: usize, part: u32) -> bool {
        let active = self.routing[at].watch.active;
        may_take_over(self.is_seen(at, part), self.is_whole(at, part), self.is_seen(at, active))
    }

    /// Nothing is under way: another part is needed, or the first could serve again.
    fn consider_parts(&mut self, at: usize, standby: &Standby, active_works: bool, t: SimTime) -> bool {
        let parts = self.routing[at].views.len() as u32;
        let active = self.routing[at].watch.active;
        if active_works {
            let (Some(failback), Some(first)) = (&standby.failback, (0..active).find(|&part| self.is_whole(at, part)))
            else {
                return false;
            };
            let (turned, due) = self.may_go_back(at, failback, standby.operator.as_ref(), t);
            let watch = &mut self.routing[at].watch;
            (watch.target, watch.turned) = (first, turned);
            watch.waits(Phase::Protecting, due);
            return true;
        }
        let others = (0..parts).filter(|&part| part != active);
        let others = others.map(|part| (part as usize, self.is_seen(at, part), self.is_whole(at, part)));
        let Some(other) = takes_over(others, self.is_seen(at, active)) else { return false };
        let other = other as u32;
        self.routing[at].watch.target = other;
        if t == SimTime::ZERO {
            // What happened before the trial began is over.
            self.routing[at].watch.active = other;
            self.send_all(at, t);
            return true;
        }
        self.book.count(Operation::FailoversBegun, 1, t, &self.measure);
        let due = standby.operator.as_ref().map_or(t, |operator| self.decided(at, operator, t));
        self.routing[at].watch.waits(Phase::Deciding, due);
        true
    }

    /// DR-04: when people have noticed, and have ordered it.
    fn decided(&self, at: usize, operator: &Operator, t: SimTime) -> SimTime {
        let luck = |purpose| self.group_luck(at, purpose, t);
        let noticed = noticed(operator.office.as_ref(), &operator.notice, t, &mut luck(Luck::Notice).stream());
        if noticed == SimTime::NEVER {
            return noticed;
        }
        noticed.after(operator.act.draw(&mut luck(Luck::Act).stream()))
    }

    /// DR-04: whether what people order at `t` does not do what it should.
    fn order_fails(&self, at: usize, people: &Operator, t: SimTime) -> bool {
        people.success < 1.0 && self.group_luck(at, Luck::Works, t).unit(0) >= people.success
    }

    /// IN-04: when the control plane of a part lets it get ready.
    fn control_of(&mut self, at: usize, standby: &Standby, part: u32, t: SimTime, strikes: &Strikes) -> SimTime {
        if !standby.needs_control_plane {
            return t;
        }
        let sets = self.routing[at].sets[part as usize].iter();
        sets.map(|&set| self.control_plane_back(set as usize, t, strikes)).max().unwrap_or(t)
    }

    /// DR-07: the standby gets ready, as soon as the control plane of its region lets it (IN-04).
    fn get_ready(&mut self, at: usize, standby: &Standby, t: SimTime, strikes: &Strikes) {
        let target = self.routing[at].watch.target;
        let back = self.control_of(at, standby, target, t, strikes);
        let people = standby.operator.as_ref();
        if back > t && people.is_none_or(|people| people.waits) {
            return self.routing[at].watch.waits(Phase::Deciding, back);
        }
        if let Some(people) = people.filter(|people| back > t || self.order_fails(at, people, t)) {
            self.book.count(Operation::FailoversFailed, 1, t, &self.measure);
            let again = self.decided(at, people, t).max(t.after(ORDER_AGAIN_LEAST));
            return self.routing[at].watch.waits(Phase::Deciding, again);
        }
        let due = t.after(standby.ready.draw(&mut self.group_luck(at, Luck::Ready, t).stream()));
        if !standby.sent_at_once {
            return self.routing[at].watch.waits(Phase::Readying, due);
        }
        // The first part is always there as a whole.
        let running = if target == 0 { WHOLLY } else { standby.running_milli };
        self.run_parts(at, Some(target as usize), running, t);
        self.take_over(at, standby, t);
        self.routing[at].watch.grown = due;
    }

    /// DR-03, IN-07: whether the standby's region has no room, and when it is tried again.
    fn refused_until(&mut self, at: usize, standby: &Standby, t: SimTime) -> Option<SimTime> {
        if standby.capacity_risk == 0.0 || self.group_luck(at, Luck::Room, t).unit(0) >= standby.capacity_risk {
            return None;
        }
        self.book.count(Operation::FailoversRefused, 1, t, &self.measure);
        // Never at once: whoever is refused for ever is not asked for ever.
        let again = standby.capacity_retry.draw(&mut self.group_luck(at, Luck::Retry, t).stream());
        Some(t.after(again.max(SimDuration::from_ms(1000))))
    }

    /// Clients are sent to the standby.
    fn take_over(&mut self, at: usize, standby: &Standby, t: SimTime) {
        let watch = &mut self.routing[at].watch;
        watch.active = watch.target;
        let late = standby.promised.is_some_and(|promised| t.since(watch.since) > promised);
        let lost = standby.recovery_point.draw(&mut self.group_luck(at, Luck::Lost, t).stream());
        self.book.count(Operation::Failovers, 1, t, &self.measure);
        self.book.count(Operation::FailoversLate, u64::from(late), t, &self.measure);
        self.book.count(Operation::FailoverLostMs, lost.as_ms(), t, &self.measure);
        self.routing[at].watch.rests();
        self.send_all(at, t);
    }

    /// DR-04: whether clients of a part that has failed on the way back are served sooner by a failover anew, begun at `t`, than by
    /// those who are at sending them back. Protection that was not turned round yet never will be.
    fn is_failover_sooner(&self, at: usize, standby: &Standby, t: SimTime) -> bool {
        let Watch { since, turned, due, .. } = self.routing[at].watch;
        let (Some(operator), Some(failback)) = (&standby.operator, &standby.failback) else { return true };
        if since < turned {
            return true;
        }
        let draw = |law: &Law, purpose, t| law.draw(&mut self.group_luck(at, purpose, t).stream());
        let decided = self.decided(at, operator, t);
        let ready =
            if standby.sent_at_once { decided } else { decided.after(draw(&standby.ready, Luck::Ready, decided)) };
        ready < due.after(draw(&failback.outage, Luck::Outage, due))
    }

    /// DR-04: when protection of the first part, which is back, has been turned round, and when it may serve again.
    fn may_go_back(
        &self,
        at: usize,
        failback: &Failback,
        operator: Option<&Operator>,
        t: SimTime,
    ) -> (SimTime, SimTime) {
        let turned = t.after(failback.after.draw(&mut self.group_luck(at, Luck::After, t).stream()));
        let by_operator = operator.filter(|_| failback.by_operator);
        let due = by_operator.map_or(turned, |operator| self.started(at, operator, turned, t));
        (turned, due)
    }

    /// DR-04: when people at their desks start something that may begin at `ready`. Nobody is called for it at night.
    fn started(&self, at: usize, operator: &Operator, ready: SimTime, t: SimTime) -> SimTime {
        let opens = operator.office.as_ref().map_or(ready, |office| office.opens(ready));
        opens.after(operator.act.draw(&mut self.group_luck(at, Luck::Start, t).stream()))
    }

    fn go_back(&mut self, at: usize, standby: &Standby, t: SimTime) {
        let people = standby.operator.as_ref().filter(|_| standby.failback.as_ref().is_some_and(|of| of.by_operator));
        if let Some(people) = people.filter(|people| self.order_fails(at, people, t)) {
            self.book.count(Operation::FailoversFailed, 1, t, &self.measure);
            let again = self.started(at, people, t, t).max(t.after(ORDER_AGAIN_LEAST));
            return self.routing[at].watch.waits(Phase::Protecting, again);
        }
        let watch = &mut self.routing[at].watch;
        watch.active = watch.target;
        let outage = match &standby.failback {
            Some(failback) => failback.outage.draw(&mut self.group_luck(at, Luck::Outage, t).stream()),
            None => SimDuration::ZERO,
        };
        self.book.count(Operation::Failbacks, 1, t, &self.measure);
        let first = self.routing[at].watch.active as usize;
        self.run_parts(at, Some(first), WHOLLY, t);
        if outage > SimDuration::ZERO {
            self.run_parts(at, None, 0, t);
            self.routing[at].watch.waits(Phase::Returning, t.after(outage));
        } else {
            self.routing[at].watch.rests();
        }
        self.send_all(at, t);
    }

    /// All clients are sent to the part that serves.
    fn send_all(&mut self, at: usize, t: SimTime) {
        let design = Arc::clone(&self.design);
        let Some(service) = design.structure() else { return };
        let mut to = std::mem::take(&mut self.routing[at].moving.goal);
        self.clients_wanted(at, &service.failovers[at], &mut to);
        self.send(at, &service.failovers[at], &to, t);
        self.routing[at].moving.goal = to;
    }
}
