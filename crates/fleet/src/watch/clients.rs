//! What a witness sees of clients: where a failover group sends them, who waits in line and gives up, and the tries again that keep
//! an overload up.
//!
//! What lasts is told from where it begins, as soon as time has moved on; what it has come to when it is over.

use super::{Seen, Witness};
use crate::parts::routes::working;
use crate::retries::Attempts;
use crate::watch::State;
use crate::world::World;
use zonefall_engine::{SimDuration, SimTime};

/// Clients of one part of a failover group that are sent elsewhere, or come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Clients that were sent to it, in millionths of all.
    pub before: u32,
    /// Clients that are from here on.
    pub now: u32,
    /// Whether the router takes it for working.
    pub seen: bool,
    /// Its machines that serve, or would if anybody came.
    pub serving: u32,
    /// All of its machines.
    pub machines: u32,
}

/// What becomes of a line in which requests wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lined {
    /// More comes than is served.
    Begins,
    /// The first clients give up.
    GivesUp,
    /// It is empty again, or the trial ends.
    Ends {
        /// The most that waited at once.
        longest: u64,
        /// So many gave up.
        gave_up: u64,
        /// It was there since.
        lasted: SimDuration,
        /// The trial ends, and somebody waits still.
        cut: bool,
    },
}

/// What becomes of attempts that fail for lack of capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overload {
    /// They begin to.
    Begins(Attempts),
    /// There is room for all first tries, and tries again keep it up.
    Holds(Attempts),
    /// None fails any more.
    Ends {
        /// It was so since.
        lasted: SimDuration,
        /// As long tries again alone kept it up.
        held: SimDuration,
        /// What ended it.
        by: Ended,
    },
}

/// What ends an overload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// There is room for all attempts.
    Room,
    /// Nobody is left who would ask.
    Left,
    /// The trial.
    Horizon,
}

/// What is seen of clients.
#[derive(Debug, Default)]
pub(super) struct Clients {
    /// Where each failover group sends them.
    sent: Vec<Vec<u32>>,
    lines: Vec<LineSeen>,
    /// The attempts of each queue.
    overloads: Vec<OverloadSeen>,
}

#[derive(Debug, Default)]
struct LineSeen {
    /// Whether somebody waits and gives up, as things stand.
    stands: (bool, bool),
    /// Whether each was told.
    told: (bool, bool),
    since: SimTime,
    /// The longest that it was, and how many had given up there in the trial, as things stand.
    so_far: (u64, u64),
    /// How many had when it began.
    gave_up_before: u64,
}

#[derive(Debug, Default)]
struct OverloadSeen {
    tries: Option<Attempts>,
    /// Whether anybody asks, as things stand.
    asked: bool,
    /// Whether attempts were told to fail, and tries again to keep it up.
    told: (bool, bool),
    since: SimTime,
    held_ms: u64,
}

impl OverloadSeen {
    fn ends(&self, t: SimTime, by: Ended) -> Overload {
        Overload::Ends { lasted: t.since(self.since), held: SimDuration::from_ms(self.held_ms), by }
    }
}

impl Clients {
    /// Where they are when a trial begins.
    pub fn of(world: &World) -> Self {
        let parts = world.book.parts.iter();
        let sent = parts.flat_map(|parts| parts.routes.iter().map(|route| route.to.clone())).collect();
        let overloads = (0..world.book.queues()).map(|_| OverloadSeen::default()).collect();
        let lines = (0..world.book.lines()).map(|_| LineSeen::default()).collect();
        Self { sent, lines, overloads }
    }

    /// How it stands if things stay as they are.
    pub fn judge(&mut self, world: &World) {
        for (queue, seen) in self.overloads.iter_mut().enumerate() {
            (seen.tries, seen.asked) = (world.book.tries_at(queue), world.book.comes_to_queue(queue) > 0);
        }
        for (line, seen) in self.lines.iter_mut().enumerate() {
            (seen.stands, seen.so_far) = (world.book.line_stands(line), world.book.line_so_far(line));
        }
    }
}

impl Witness {
    /// LB-08, AFD-03, TM-03, DR-04: clients are sent elsewhere.
    pub(super) fn look_at_clients(&mut self, world: &World, t: SimTime) {
        let Some(parts) = &world.book.parts else { return };
        for (group, route) in parts.routes.iter().enumerate() {
            if self.clients.sent[group] == route.to {
                continue;
            }
            let before = std::mem::replace(&mut self.clients.sent[group], route.to.clone());
            let sent = before.iter().zip(&route.to).zip(&route.running).enumerate();
            let sent = sent.map(|(part, ((&before, &now), &running))| {
                let (seen, sets) = world.sees(group, part);
                let (serving, machines) = self.machines_of(world, sets);
                let works = |count: u32| working(count.into(), running) as u32;
                Sent { before, now, seen, serving: works(serving), machines }
            });
            let what = Seen::Sent(group as u32, sent.collect());
            self.tell(world, t, what);
        }
    }

    /// Machines of these sets that serve, and all of them.
    fn machines_of(&self, world: &World, sets: &[u32]) -> (u32, u32) {
        let mine = self.states.iter().zip(&world.machines).filter(|(_, machine)| sets.contains(&machine.set.into()));
        mine.fold((0, 0), |(serving, all), ((state, ..), _)| {
            (
                serving + u32::from(*state == State::Serving),
                all + u32::from(!matches!(state, State::Absent | State::Creating)),
            )
        })
    }

    /// How it has stood since the last event lasts from `from` to `t`.
    pub(super) fn clients_go_on(&mut self, from: SimTime, t: SimTime) {
        for queue in 0..self.clients.overloads.len() {
            self.overload_goes_on(queue, from, t);
        }
        for line in 0..self.clients.lines.len() {
            self.line_goes_on(line, from);
        }
    }

    fn overload_goes_on(&mut self, queue: usize, from: SimTime, t: SimTime) {
        let seen = &mut self.clients.overloads[queue];
        let held = seen.tries.is_some_and(|tries| tries.hold_themselves);
        let what = match (seen.tries, seen.told) {
            (Some(tries), (false, _)) => {
                (seen.told, seen.since, seen.held_ms) = ((true, held), from, 0);
                Some(Overload::Begins(tries))
            }
            (Some(tries), (true, false)) if held => {
                seen.told.1 = true;
                Some(Overload::Holds(tries))
            }
            (None, (true, _)) => {
                seen.told = (false, false);
                Some(seen.ends(from, if seen.asked { Ended::Room } else { Ended::Left }))
            }
            _ => None,
        };
        seen.held_ms += if held { t.since(from).as_ms() } else { 0 };
        if let Some(what) = what {
            self.tell_of(self.level, from, Seen::Overload(queue as u32, what));
        }
    }

    fn line_goes_on(&mut self, line: usize, from: SimTime) {
        let seen = &mut self.clients.lines[line];
        let ((waits, gives_up), (waited, gave_up)) = (seen.stands, seen.told);
        let begins = waits && !waited;
        if begins {
            (seen.since, seen.gave_up_before) = (from, seen.so_far.1);
        }
        seen.told = (waits, waits && (gives_up || gave_up));
        if begins {
            self.tell_of(self.level, from, Seen::Line(line as u32, Lined::Begins));
        }
        if waits && gives_up && !gave_up {
            self.tell_of(self.level, from, Seen::Line(line as u32, Lined::GivesUp));
        }
        if !waits && waited {
            self.end_line(line, from, false);
        }
    }

    fn end_line(&mut self, line: usize, t: SimTime, cut: bool) {
        let LineSeen { since, so_far: (longest, gave_up), gave_up_before, .. } = self.clients.lines[line];
        let (gave_up, lasted) = (gave_up - gave_up_before, t.since(since));
        self.tell_of(self.level, t, Seen::Line(line as u32, Lined::Ends { longest, gave_up, lasted, cut }));
    }

    /// Who waits when the trial ends, or whose attempts fail.
    pub(super) fn end_clients(&mut self, world: &World, end: SimTime) {
        for queue in 0..self.clients.overloads.len() {
            let seen = &self.clients.overloads[queue];
            if seen.told.0 {
                let what = seen.ends(end, Ended::Horizon);
                self.tell_of(self.level, end, Seen::Overload(queue as u32, what));
            }
        }
        for line in 0..self.clients.lines.len() {
            let seen = &mut self.clients.lines[line];
            if seen.told.0 {
                seen.so_far = world.book.line_so_far(line);
                self.end_line(line, end, true);
            }
        }
    }
}
