//! The book: how many machines serve now, since when, and what of that goes into the ledger.
//!
//! Between two changes the state is constant. Integrals over time are kept by changes: ∫N = N(end)·end − Σ ΔN·t, so a
//! change costs one addition and an undisturbed machine costs nothing. The objective is looked at when time moves on,
//! over intervals longer than zero only. Whether it is missed in a state and what is served is said in `objective`, what of an
//! interval is booked in `booking`, whom missed time is charged to in `charge`, what ends in `closing`; `working` is for jobs, `beginning`
//! for sessions, `queueing` for requests that wait, `course` for who asks for missed time only.

mod beginning;
mod booking;
mod charge;
mod closing;
mod course;
mod levels;
mod objective;
mod queueing;
mod working;

pub(crate) use course::only_the_objective_asks;
pub(crate) use levels::{Class, Level};

use crate::Extra;
use crate::design::{Design, Need};
use crate::jobs::Backlog;
use crate::ledger::Ledger;
use crate::line::Line;
use crate::measure::Measure;
use crate::operations::Operation;
use crate::parts::{Counts, Parts};
use crate::retries::Clients;
use crate::room::Room;
use crate::service::Latency;
use crate::sessions::Held;
use crate::states::Load;
use course::Course;
use levels::CLASSES;
use queueing::Waiting;
use std::cell::Cell;
use working::backlog;
use zonefall_engine::SimTime;
use zonefall_topology::Topology;

/// The part of workers where there are none.
const NOBODY: u32 = u32::MAX;

/// Machines that serve requests, what they can do, and what is asked for of it.
const REQUESTS: [Class; 3] = [Class::Serving, Class::Capacity, Class::Asked];
/// The same of machines that do nothing but jobs.
const JOBS: [Class; 3] = [Class::Working, Class::WorkingCapacity, Class::WorkingAsked];

/// Counters and the open ends of intervals.
#[derive(Debug)]
pub(crate) struct Book {
    need: Need,
    /// The times of responses, if they are asked for.
    latency: Option<Latency>,
    /// Clients that try again, if they do.
    clients: Option<Clients>,
    /// The jobs that wait, if there are any ever.
    backlog: Option<Box<Backlog>>,
    /// What stands for the part of sets that do nothing but jobs; [`NOBODY`] without such.
    workers: u32,
    /// The requests that wait in line, if any ever do; and what holds while an interval is booked in which somebody waits.
    line: Option<Box<Line>>,
    waiting: Option<Waiting>,
    /// The sessions that machines hold, if any.
    pub sessions: Option<Box<Held>>,
    /// The demand to come, where its steps are no events; and whether that is so.
    course: Option<Course>,
    walks: bool,
    /// There are such clients, jobs, sessions or steps.
    special: bool,
    /// What is served is not what one pool of machines alike would.
    is_intricate: bool,
    /// No more is served, however many machines serve, in thousandths of a request a second.
    ceiling: i64,
    /// AG-03: no more comes to the machines, in thousandths of a request a second; in a service of parts each entrance has its own.
    gate: u64,
    /// What has been turned away there, in millionths of a request.
    turned_away: u128,
    /// What arrives now, in thousandths of a request a second; none without demand.
    pub demand: Option<u64>,
    counts_connections: bool,
    /// As long as so many machines serve there is nothing to book: the objective counts machines, and nothing else is
    /// asked. [`i64::MAX`] where more is asked.
    enough: i64,
    levels: [Level; CLASSES],
    /// What each machine can serve, where requests go evenly to all and there are no parts.
    room: Option<Box<Room>>,
    /// The same where times of responses are asked for, wherever requests go.
    speeds: Option<Box<Room>>,
    /// Of the last state in which some were slow whether too many answers were late there.
    judged: Cell<Option<(Load, bool)>>,
    /// The parts of a service; none where the need is one of all machines together.
    pub parts: Option<Box<Parts>>,
    /// Capacity that each cause keeps from serving; the last is nobody's: machines that are not asked for. One such list a
    /// part, one alone without parts; then one of sets that do nothing but jobs.
    withheld: Vec<i64>,
    /// The length of such a list.
    stride: usize,
    probe_lag: usize,
    overload: usize,
    now: SimTime,
    missed_since: Option<SimTime>,
    missed_hint: usize,
    unconnected_since: Option<SimTime>,
    unconnected_hint: usize,
    /// SL-02: the machines do not qualify for Azure's promise now, so nothing counts for it.
    pub clock_stands: bool,
    stands_since: Option<SimTime>,
    stands_hint: usize,
    /// SL-02: while nobody is up, some machine can be reached all the same, or there is none.
    pub is_reached: bool,
    /// Something of this has begun and has not been closed.
    open: bool,
    next_at: usize,
    /// Capacity over time beyond what is asked for: of machines that serve until their notice is over.
    surplus: i128,
    /// The trial is over before its horizon: the objective was missed and that was all that was asked.
    pub done: bool,
    pub ledger: Ledger,
}

zonefall_engine::pooled_clone!(Book {
    need,
    latency,
    clients,
    backlog,
    workers,
    line,
    waiting,
    sessions,
    ceiling,
    gate,
    turned_away,
    course,
    walks,
    special,
    is_intricate,
    demand,
    counts_connections,
    enough,
    levels,
    room,
    speeds,
    judged,
    parts,
    withheld,
    stride,
    probe_lag,
    overload,
    now,
    missed_since,
    missed_hint,
    unconnected_since,
    unconnected_hint,
    next_at,
    surplus,
    done,
    ledger,
    clock_stands,
    stands_since,
    stands_hint,
    is_reached,
    open
});

impl Book {
    /// A book for a storm with `causes` causes, to which the fleet's own are added.
    pub fn new(design: &Design, causes: usize, topology: &Topology) -> Self {
        let all = causes + crate::EXTRA_CAUSES.len();
        let extra = |extra: Extra| causes + extra as usize;
        let parts = design.structure().map(|structure| {
            let own = (extra(Extra::Failover), extra(Extra::Overload));
            let mut parts = Parts::new(structure, design, all, own, topology);
            parts.made_of(structure, |set| design.sets[set].capacity);
            if design.service.spreads_evenly {
                parts.spread_evenly();
            }
            Box::new(parts)
        });
        let lists = parts.as_ref().map_or(1, |parts| parts.len());
        let workers = if design.has_workers() { lists as u32 } else { NOBODY };
        Self {
            need: design.need.clone(),
            latency: design.service.latency.clone(),
            clients: design.service.retry.filter(|_| parts.is_none()).map(Clients::new),
            backlog: backlog(design, all, extra(Extra::Overload)),
            workers,
            line: design
                .service
                .patience
                .filter(|_| parts.is_none())
                .map(|most| Box::new(Line::new(most, (all, extra(Extra::Overload))))),
            waiting: None,
            sessions: Held::of(design, all).map(Box::new),
            course: None,
            walks: false,
            special: design.service.retry.is_some()
                || design.jobs.is_some()
                || design.service.sessions.is_some()
                || design.service.patience.is_some(),
            is_intricate: parts.is_some()
                || design.service.retry.is_some()
                || design.service.spreads_evenly
                || design.service.patience.is_some(),
            ceiling: design.service.ceiling.as_ref().map_or(i64::MAX, |of| of.capacity_milli as i64),
            gate: u64::MAX,
            turned_away: 0,
            demand: None,
            counts_connections: design.sla.is_some(),
            enough: i64::MAX,
            levels: Default::default(),
            withheld: vec![0; (all + 1) * (lists + usize::from(design.has_workers()))],
            stride: all + 1,
            room: (design.service.spreads_evenly && parts.is_none()).then(Box::default),
            speeds: design.service.latency.as_ref().map(|_| Box::default()),
            judged: Cell::new(None),
            parts,
            probe_lag: extra(Extra::ProbeLag),
            overload: extra(Extra::Overload),
            now: SimTime::ZERO,
            missed_since: None,
            missed_hint: 0,
            unconnected_since: None,
            unconnected_hint: 0,
            clock_stands: false,
            stands_since: None,
            stands_hint: 0,
            is_reached: false,
            open: false,
            next_at: 0,
            surplus: 0,
            done: false,
            ledger: Ledger::default(),
        }
    }

    /// Opens the book for a trial with so many machines, none of them serving yet.
    pub fn begin(&mut self, machines: i64, demand: Option<u64>, measure: &Measure) {
        (self.stands_since, self.stands_hint, self.open) = (None, 0, false);
        self.demand = demand;
        self.begin_course();
        self.enough = match self.need {
            Need::Serving(least) if !self.special && !self.counts_connections && demand.is_none() => least.into(),
            _ => i64::MAX,
        };
        self.levels = Default::default();
        if let Some(room) = &mut self.room {
            room.clear();
        }
        if let Some(speeds) = &mut self.speeds {
            speeds.clear();
        }
        if let Some(line) = &mut self.line {
            line.begin();
        }
        if let Some(clients) = &mut self.clients {
            clients.begin();
        }
        if let Some(parts) = &mut self.parts {
            parts.begin(demand);
        }
        self.add(Class::Existing, machines, SimTime::ZERO, measure);
        self.withheld.fill(0);
        self.now = SimTime::ZERO;
        (self.missed_since, self.unconnected_since) = (None, None);
        (self.missed_hint, self.unconnected_hint, self.next_at) = (0, 0, 0);
        (self.surplus, self.done, self.turned_away) = (0, false, 0);
        self.ledger.reset(self.stride - 1, measure.windows.count(), measure.months.count());
    }

    /// Changes a level at `t`.
    #[inline]
    pub fn add(&mut self, class: Class, delta: i64, t: SimTime, measure: &Measure) {
        self.levels[class as usize].add(delta, t.max(measure.from).as_ms() as i64);
    }

    /// Changes what serves, is dead, and can be served in a part.
    #[inline]
    pub fn change_in(&mut self, part: u32, by: Counts, t: SimTime, measure: &Measure) {
        let at_ms = t.max(measure.from).as_ms() as i64;
        if part == self.workers {
            // Nobody sends them anything, so nobody meets a dead one.
            let [serving, capacity, _] = JOBS;
            self.levels[serving as usize].add(by.serving, at_ms);
            return self.levels[capacity as usize].add(by.capacity, at_ms);
        }
        let changes = [(Class::Serving, by.serving), (Class::Dead, by.dead), (Class::Capacity, by.capacity)];
        for (class, delta) in changes {
            if delta != 0 {
                self.levels[class as usize].add(delta, at_ms);
            }
        }
        if let Some(parts) = &mut self.parts {
            parts.add(part as usize, by);
        }
    }

    /// So many machines of a set serve from the beginning; whether its part holds is looked at when all have been put.
    pub fn put(&mut self, part: u32, machines: i64, capacity: i64, measure: &Measure) {
        let [serving, can, _] = self.tier(part);
        self.add(serving, machines, SimTime::ZERO, measure);
        self.add(can, machines * capacity, SimTime::ZERO, measure);
        if let Some(parts) = self.parts.as_mut().filter(|_| part != self.workers) {
            parts.put(part as usize, machines, capacity);
        }
    }

    /// So many machines of this capacity more serve in a part.
    pub fn spread(&mut self, part: u32, capacity: i64, machines: i64) {
        if part == self.workers {
            return;
        }
        if let Some(speeds) = &mut self.speeds {
            speeds.change(capacity, machines);
        }
        match (&mut self.room, &mut self.parts) {
            (Some(room), _) => {
                room.change(capacity, machines);
                if let Some(clients) = &mut self.clients {
                    clients.meet(room.levels());
                }
            }
            (None, Some(parts)) => parts.spread(part as usize, capacity, machines),
            (None, None) => {}
        }
    }

    /// A machine of a part that could serve so much can serve something else.
    pub fn respread(&mut self, part: u32, from: i64, to: i64) {
        self.spread(part, from, -1);
        self.spread(part, to, 1);
    }

    /// Machines of a part by what they can serve, where requests go evenly to them or times are asked for.
    pub fn room(&self, part: u32) -> Option<&Room> {
        if part == self.workers {
            return None;
        }
        let of_part = || self.parts.as_ref().and_then(|parts| parts.room(part as usize));
        self.room.as_deref().or(self.speeds.as_deref()).or_else(of_part)
    }

    /// Where the list of what is withheld in a part begins.
    pub fn withheld_from(&self, part: u32) -> usize {
        part as usize * self.stride
    }

    /// Changes what a cause keeps from serving in the part whose list begins here.
    #[inline]
    pub fn withhold(&mut self, withheld_from: usize, cause: u16, capacity: i64) {
        self.withheld[withheld_from + cause as usize] += capacity;
    }

    /// What each cause keeps from serving, all parts together; nobody's is not among them.
    pub fn withheld(&self) -> impl Iterator<Item = i64> + '_ {
        let of = |cause: usize| self.withheld.iter().skip(cause).step_by(self.stride).sum();
        (0..self.stride - 1).map(of)
    }

    /// The demand changes.
    pub fn demand_changes(&mut self, demand: u64) {
        self.demand = Some(demand);
        if let Some(parts) = &mut self.parts {
            parts.demand_changes(self.demand);
        }
    }

    /// Machines in rotation, dead ones too, of the part that a set is in.
    #[inline]
    pub fn rotation(&self, part: u32) -> i64 {
        match &self.parts {
            _ if part == self.workers => self.level(Class::Working),
            None => self.level(Class::Serving) + self.level(Class::Dead),
            Some(parts) => {
                let counts = parts.counts(part as usize);
                counts.serving + counts.dead
            }
        }
    }

    /// What stands for the part of sets that do nothing but jobs, if there are any.
    pub fn workers(&self) -> Option<u32> {
        (self.workers != NOBODY).then_some(self.workers)
    }

    /// Machines that serve requests or work on jobs.
    #[inline]
    pub fn all_serving(&self) -> i64 {
        self.level(Class::Serving) + self.level(Class::Working)
    }

    /// What they can do together.
    pub fn all_capacity(&self) -> i64 {
        self.level(Class::Capacity) + self.level(Class::WorkingCapacity)
    }

    /// As what the machines of a part count, with those that do the same: those that serve, what they can do, what is asked for of it.
    fn tier(&self, part: u32) -> [Class; 3] {
        if part == self.workers { JOBS } else { REQUESTS }
    }

    /// Machines that serve of those that do the same as a part's, what they can do, and what is asked for of it.
    pub fn beside(&self, part: u32) -> [i64; 3] {
        self.tier(part).map(|class| self.level(class))
    }

    /// What is asked for of a set changes.
    pub fn ask(&mut self, part: u32, capacity: i64, t: SimTime, measure: &Measure) {
        let [.., asked] = self.tier(part);
        self.add(asked, capacity, t, measure);
    }

    /// Capacity beyond what is asked for.
    fn surplus(&self) -> i64 {
        let beyond = |[_, capacity, asked]: [Class; 3]| (self.level(capacity) - self.level(asked)).max(0);
        beyond(REQUESTS) + beyond(JOBS)
    }

    /// Capacity that can be made use of.
    #[inline]
    pub fn usable(&self) -> i64 {
        self.level(Class::Capacity).min(self.ceiling)
    }

    #[inline]
    pub fn level(&self, class: Class) -> i64 {
        self.levels[class as usize].now
    }

    /// Counts something that was done at `t`.
    pub fn count(&mut self, operation: Operation, times: u64, t: SimTime, measure: &Measure) {
        if t >= measure.from {
            self.ledger.operations[operation as usize] += times;
        }
    }
}
