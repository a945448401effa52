//! The book: how many machines serve now, since when, and what of that goes into the ledger.
//!
//! Between two changes the state is constant. Integrals over time are kept by changes: ∫N = N(end)·end − Σ ΔN·t, so a
//! change costs one addition and an undisturbed machine costs nothing. The objective is looked at when time moves on,
//! over intervals longer than zero only. Whom missed time is charged to is said in `charge`, whether the
//! objective is missed in a state and what is served in `objective`; `course` is for who asks for missed time only.

mod charge;
mod course;
mod objective;

pub(crate) use course::only_the_objective_asks;

use crate::Extra;
use crate::design::{Design, Need};
use crate::jobs::Backlog;
use crate::ledger::Ledger;
use crate::measure::Measure;
use crate::operations::Operation;
use crate::parts::{Counts, Parts};
use crate::retries::Clients;
use crate::room::Room;
use crate::service::Latency;
use crate::sessions::{Held, Rotation};
use crate::states::{Load, States};
use course::Course;
use zonefall_engine::{Key, SimTime};
use zonefall_topology::Topology;

/// A count of machines (or their capacity) and its integral over the measured time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Level {
    pub now: i64,
    integral: i128,
}

impl Level {
    /// Changes the level at a clipped time.
    #[inline]
    pub fn add(&mut self, delta: i64, at_ms: i64) {
        self.now += delta;
        self.integral -= i128::from(delta) * i128::from(at_ms);
    }

    pub fn total(self, end_ms: i64) -> i128 {
        self.integral + i128::from(self.now) * i128::from(end_ms)
    }
}

/// Which level changes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Class {
    Serving,
    Capacity,
    Dead,
    Awaiting,
    Starting,
    Degraded,
    /// Machines that exist: running, starting, down, deallocated, failed.
    Existing,
    /// Capacity that is asked for.
    Asked,
    Spot,
    Deallocated,
    Standby,
    Suspended,
    DiskUnreachable,
    /// Rollouts under way.
    Rollouts,
}

/// Millionths.
const MICRO: u128 = 1_000_000;
/// The number of classes.
const CLASSES: usize = Class::Rollouts as usize + 1;

/// The jobs of a design, which wait for nobody yet; `causes` are all that may withhold capacity.
fn backlog(design: &Design, causes: usize, overload: usize) -> Option<Box<Backlog>> {
    let need = if let Need::Done(share, of) = design.need { Some((share, of)) } else { None };
    design.jobs.clone().map(|jobs| Box::new(Backlog::new(jobs, need, (causes, overload))))
}

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
    /// AG-03: no more comes to the machines, in thousandths of a request a second.
    pub gate: u64,
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
    /// The parts of a service; none where the need is one of all machines together.
    pub parts: Option<Box<Parts>>,
    /// Capacity that each cause keeps from serving; the last is nobody's: machines that are not asked for. One such list a
    /// part, one alone without parts.
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
    open
});

impl Book {
    /// A book for a storm with `causes` causes, to which the fleet's own are added.
    pub fn new(design: &Design, causes: usize, topology: &Topology) -> Self {
        let all = causes + crate::EXTRA_CAUSES.len();
        let extra = |extra: Extra| causes + extra as usize;
        let parts = match &design.need {
            Need::Parts(structure) => {
                let own = (extra(Extra::Failover), extra(Extra::Overload));
                let mut parts = Parts::new((structure, &design.service), all, own, topology);
                if design.service.spreads_evenly {
                    parts.spread_evenly();
                }
                Some(Box::new(parts))
            }
            _ => None,
        };
        Self {
            need: design.need.clone(),
            latency: design.service.latency.clone(),
            clients: design.service.retry.filter(|_| parts.is_none()).map(Clients::new),
            backlog: backlog(design, all, extra(Extra::Overload)),
            sessions: Held::of(design, all).map(Box::new),
            course: None,
            walks: false,
            special: design.service.retry.is_some() || design.jobs.is_some() || design.service.sessions.is_some(),
            is_intricate: parts.is_some() || design.service.retry.is_some() || design.service.spreads_evenly,
            ceiling: design.service.ceiling.as_ref().map_or(i64::MAX, |of| of.capacity_milli as i64),
            gate: u64::MAX,
            turned_away: 0,
            demand: None,
            counts_connections: design.sla.is_some(),
            enough: i64::MAX,
            levels: Default::default(),
            withheld: vec![0; (all + 1) * parts.as_ref().map_or(1, |parts| parts.len())],
            stride: all + 1,
            room: (design.service.spreads_evenly && parts.is_none()).then(Box::default),
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
            open: false,
            next_at: 0,
            surplus: 0,
            done: false,
            ledger: Ledger::default(),
        }
    }

    /// Opens the book for a trial with so many machines of so much capacity, none of them serving yet.
    pub fn begin(&mut self, machines: i64, capacity_full: i64, demand: Option<u64>, measure: &Measure) {
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
        if let Some(clients) = &mut self.clients {
            clients.begin();
        }
        if let Some(parts) = &mut self.parts {
            parts.begin(demand);
        }
        self.add(Class::Existing, machines, SimTime::ZERO, measure);
        self.add(Class::Asked, capacity_full, SimTime::ZERO, measure);
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

    /// So many machines of this capacity more serve in a part.
    pub fn spread(&mut self, part: u32, capacity: i64, machines: i64) {
        match (&mut self.room, &mut self.parts) {
            (Some(room), _) => room.change(capacity, machines),
            (None, Some(parts)) => parts.spread(part as usize, capacity, machines),
            (None, None) => {}
        }
    }

    /// A machine of a part that could serve so much can serve something else.
    pub fn respread(&mut self, part: u32, from: i64, to: i64) {
        self.spread(part, from, -1);
        self.spread(part, to, 1);
    }

    /// Machines of a part by what they can serve, where requests go evenly to them.
    pub fn room(&self, part: u32) -> Option<&Room> {
        let of_part = || self.parts.as_ref().and_then(|parts| parts.room(part as usize));
        self.room.as_deref().or_else(of_part)
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
    pub fn rotation(&self, part: u32) -> i64 {
        match &self.parts {
            None => self.level(Class::Serving) + self.level(Class::Dead),
            Some(parts) => {
                let counts = parts.counts(part as usize);
                counts.serving + counts.dead
            }
        }
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

    /// Time moves on to `t`: books the interval since the last change. Call before a change.
    #[inline]
    pub fn settle(&mut self, t: SimTime, measure: &Measure) {
        if t > self.now {
            if self.is_quiet(measure) {
                self.now = t;
            } else {
                self.move_on(t, measure);
            }
        }
    }

    /// Whether nothing is missed, open, looked at or in surplus.
    #[inline]
    fn is_quiet(&self, measure: &Measure) -> bool {
        self.level(Class::Serving) >= self.enough
            && !self.open
            && self.level(Class::Capacity) <= self.level(Class::Asked)
            && self.next_at >= measure.at.len()
    }

    #[inline(never)]
    fn move_on(&mut self, t: SimTime, measure: &Measure) {
        let from = self.now;
        self.now = t;
        let surplus = self.level(Class::Capacity) - self.level(Class::Asked);
        if surplus > 0 {
            self.book_surplus(surplus, from, t, measure);
        }
        let served = if self.demand.is_some() { self.served() } else { 0 };
        let missed = self.misses_given(served);
        let unconnected = self.is_unconnected();
        if self.special {
            return self.book_special(from, t, (missed, unconnected, served), measure);
        }
        if missed | unconnected | self.is_eventful() || measure.at.len() > self.next_at {
            self.book(from, t, (missed, unconnected, served), measure);
        }
    }

    /// Whether there is more to book than that the objective is missed or nobody is connected.
    #[inline]
    fn is_eventful(&self) -> bool {
        self.open | self.clock_stands | self.demand.is_some()
    }

    /// The same with clients that try again, jobs, sessions, or a demand that changes in between.
    #[inline(never)]
    fn book_special(&mut self, from: SimTime, t: SimTime, state: (bool, bool, u64), measure: &Measure) {
        if self.walks {
            return self.walk(from, t, state.1, measure);
        }
        if let Some(mut sessions) = self.sessions.take() {
            let counted_ms = t.since(from.max(measure.from).min(t)).as_ms();
            sessions.lasts(|part| self.in_rotation(part), from, t, counted_ms);
            self.sessions = Some(sessions);
        }
        self.clients_wait(t.since(from.max(measure.from).min(t)).as_ms());
        if self.backlog.is_some() {
            self.work_off(from, t, state, measure);
        } else if state.0 | state.1 | self.is_eventful() || measure.at.len() > self.next_at {
            self.book(from, t, state, measure);
        }
    }

    /// What new sessions meet in a part, or all together.
    pub fn in_rotation(&self, part: Option<u32>) -> Rotation {
        let demand_milli = self.demand.unwrap_or(0);
        if let (Some(part), Some(parts)) = (part, &self.parts) {
            let Counts { serving, dead, .. } = parts.counts(part as usize);
            let clients = parts.clients(part as usize);
            return Rotation { demand_milli, clients, alive: serving as u64, dead: dead as u64 };
        }
        let level = |class| self.level(class) as u64;
        let (alive, dead) = (level(Class::Serving), level(Class::Dead));
        Rotation { demand_milli: self.passed(), clients: 1.0, alive, dead }
    }

    /// The state holds for so many measured milliseconds.
    fn clients_wait(&mut self, counted_ms: u64) {
        if let Some(parts) = &mut self.parts {
            parts.clients_wait(counted_ms, &mut self.ledger);
        }
        if self.clients.is_none() {
            return;
        }
        let asked = self.asked();
        if let Some(clients) = &mut self.clients {
            clients.lasts(asked, counted_ms, &mut self.ledger);
        }
    }

    #[inline]
    fn is_unconnected(&self) -> bool {
        self.counts_connections && !self.clock_stands && self.level(Class::Serving) + self.level(Class::Awaiting) == 0
    }

    /// The workers work; where late jobs are done in between, the objective is missed up to that instant only.
    fn work_off(&mut self, from: SimTime, t: SimTime, state: (bool, bool, u64), measure: &Measure) {
        let Some(mut backlog) = self.backlog.take() else { return };
        let (missed, unconnected, served) = state;
        let capacity = self.usable() as u64;
        let until =
            if missed && matches!(self.need, Need::Done(..)) { backlog.caught_up(from, capacity).min(t) } else { t };
        backlog.work(from, t, (capacity, &self.withheld), measure.from, &mut self.ledger);
        self.backlog = Some(backlog);
        self.book(from, until, state, measure);
        if until < t {
            self.book(until, t, (false, unconnected, served), measure);
        }
    }

    /// The jobs of the design, if it has any.
    pub fn backlog(&self) -> Option<&Backlog> {
        self.backlog.as_deref()
    }

    /// Jobs that wait at `t`, in millionths, and how many are worked off a millisecond; none where there are never any.
    pub fn jobs_waiting(&self, t: SimTime) -> Option<(u64, u64)> {
        let capacity = self.usable().max(0) as u64;
        Some((self.backlog.as_ref()?.waiting(t.since(self.now).as_ms(), capacity), capacity))
    }

    /// Sessions that are held at `t`, how many would be if all stayed as it is, and their length in milliseconds.
    pub fn sessions_held(&self, t: SimTime) -> Option<(f64, f64, f64)> {
        Some(self.sessions.as_ref()?.all(|part| self.in_rotation(part), t))
    }

    /// A trial of jobs begins.
    pub fn begin_jobs(&mut self, trial: Key) {
        if let Some(backlog) = &mut self.backlog {
            backlog.begin(trial);
        }
    }

    /// Batches come and deadlines pass at `t`, up to which everything is settled; when to look again.
    pub fn look_at_jobs(&mut self, t: SimTime, measure: &Measure) -> SimTime {
        let capacity = self.usable() as u64;
        let Some(backlog) = &mut self.backlog else { return SimTime::NEVER };
        backlog.advance(t, measure.from, &mut self.ledger);
        let late = if backlog.is_late() { backlog.caught_up(t, capacity) } else { SimTime::NEVER };
        backlog.next().min(late)
    }

    /// When late jobs are done in the state that the book is in; never where nothing is late.
    pub fn catches_up(&self) -> SimTime {
        let late = self.backlog.as_ref().filter(|backlog| matches!(self.need, Need::Done(..)) && backlog.is_late());
        late.map_or(SimTime::NEVER, |backlog| backlog.caught_up(self.now, self.usable() as u64))
    }

    #[inline(never)]
    fn book_surplus(&mut self, surplus: i64, from: SimTime, t: SimTime, measure: &Measure) {
        self.surplus += i128::from(surplus) * i128::from(t.since(from.max(measure.from).min(t)).as_ms());
    }

    /// Books an interval in which the objective was missed or not, nobody was connected or not, and so much was served.
    fn book(&mut self, from: SimTime, t: SimTime, state: (bool, bool, u64), measure: &Measure) {
        let (missed, unconnected, served) = state;
        while measure.at.get(self.next_at).is_some_and(|&at| at < t) {
            self.ledger.held_at.push(!missed);
            self.next_at += 1;
        }
        let from = from.max(measure.from);
        if t <= from {
            return;
        }
        if self.demand.is_some() && !self.walks {
            self.book_demand(served, t.since(from).as_ms());
            self.book_state(from, t);
        }
        if missed {
            if self.missed_since.is_none() {
                self.missed_since = Some(from);
                self.ledger.first_miss.get_or_insert(from);
                self.done = measure.until_first_miss;
            }
            self.charge(t.since(from).as_ms());
        } else {
            self.close_outage(from, measure);
        }
        match (unconnected, self.unconnected_since) {
            (true, None) => self.unconnected_since = Some(from),
            (false, Some(_)) => self.close_unconnected(from, measure),
            _ => {}
        }
        match (self.clock_stands, self.stands_since) {
            (true, None) => self.stands_since = Some(from),
            (false, Some(_)) => self.close_stand(from, measure),
            _ => {}
        }
        self.open = missed || unconnected || self.clock_stands;
    }

    fn book_demand(&mut self, served: u64, length_ms: u64) {
        let demand = self.demand.unwrap_or(0);
        let (alive, dead) = (self.level(Class::Serving) as u128, self.level(Class::Dead) as u128);
        let times = i128::from(length_ms);
        // Clients have settled in another state since, if there are any.
        let served = if self.clients.is_some() { self.served() } else { served };
        self.ledger.offered += i128::from(demand) * times;
        self.ledger.served += i128::from(served) * times;
        if let Some(parts) = &self.parts {
            self.ledger.lost_to_dead += i128::from(demand.saturating_sub(parts.reaching())) * times;
        } else if dead > 0 {
            self.ledger.lost_to_dead += (u128::from(self.passed()) * dead / (alive + dead)) as i128 * times;
        }
        if demand > self.gate {
            self.turned_away += u128::from(demand - self.gate) * u128::from(length_ms);
            let requests = u64::try_from(self.turned_away / MICRO).unwrap_or(u64::MAX);
            self.ledger.operations[Operation::GatewayTurnedAway as usize] = requests;
            self.ledger.operations[Operation::GatewayShortMs as usize] += length_ms;
        }
    }

    fn book_state(&mut self, from: SimTime, t: SimTime) {
        if let Some(parts) = &self.parts {
            parts.book_ways(&mut self.ledger.ways, from, t);
            let slow = if parts.are_slow() { self.demand.unwrap_or(0) } else { 0 };
            self.ledger.slow += i128::from(slow) * i128::from(t.since(from).as_ms());
            return;
        }
        let Some(latency) = &self.latency else { return };
        let machines = self.level(Class::Capacity) as u64 / latency.serves_milli;
        let state = Load { machines: machines as u32, reach_milli: self.reaches() };
        self.ledger.states.add(state, from, t);
        if self.is_slow() {
            self.ledger.slow += i128::from(self.demand.unwrap_or(0)) * i128::from(t.since(from).as_ms());
        }
    }

    fn close_outage(&mut self, end: SimTime, measure: &Measure) {
        let Some(since) = self.missed_since.take() else { return };
        self.ledger.outages_ms.push(end.since(since).as_ms());
        let windows = &mut self.ledger.missed_by_window_ms;
        self.missed_hint = measure.windows.spread(since, end, self.missed_hint, windows);
    }

    fn close_unconnected(&mut self, end: SimTime, measure: &Measure) {
        let Some(since) = self.unconnected_since.take() else { return };
        let months = &mut self.ledger.unconnected_by_month_ms;
        self.ledger.unconnected_ms += end.since(since).as_ms();
        self.unconnected_hint = measure.months.spread(since, end, self.unconnected_hint, months);
    }

    fn close_stand(&mut self, end: SimTime, measure: &Measure) {
        let Some(since) = self.stands_since.take() else { return };
        let months = &mut self.ledger.unpromised_by_month_ms;
        months.resize(measure.months.count(), 0);
        self.ledger.unpromised_ms += end.since(since).as_ms();
        self.stands_hint = measure.months.spread(since, end, self.stands_hint, months);
    }

    /// Counts something that was done at `t`.
    pub fn count(&mut self, operation: Operation, times: u64, t: SimTime, measure: &Measure) {
        if t >= measure.from {
            self.ledger.operations[operation as usize] += times;
        }
    }

    /// Closes the book at the end of the trial.
    pub fn finish(&mut self, end: SimTime, measure: &Measure) {
        // A trial that ended at its first miss was lived through no further.
        let end = if self.done { self.now } else { end }.max(measure.from);
        self.settle(end, measure);
        self.ledger.cut_by_horizon = self.missed_since.is_some() && !self.done;
        self.close_outage(end, measure);
        self.close_unconnected(end, measure);
        self.ledger.states.close();
        self.ledger.ways.iter_mut().for_each(States::close);
        if let Some(backlog) = &mut self.backlog {
            // A deadline at the very end has passed.
            backlog.advance(end, measure.from, &mut self.ledger);
        }
        self.close_stand(end, measure);
        if let Some(sessions) = &self.sessions {
            sessions.finish(&mut self.ledger);
        }
        let total = |class: Class| self.levels[class as usize].total(end.as_ms() as i64);
        let observed = end.since(measure.from).as_ms();
        let ledger = &mut self.ledger;
        ledger.observed_ms = observed;
        ledger.machine_ms = total(Class::Existing);
        ledger.capacity_full_ms = total(Class::Asked);
        ledger.capacity_ms = total(Class::Capacity) - self.surplus;
        let classes = &mut ledger.classes;
        classes.serving = total(Class::Serving);
        classes.dead_in_rotation = total(Class::Dead);
        classes.awaiting_probe = total(Class::Awaiting);
        classes.starting = total(Class::Starting);
        classes.degraded = total(Class::Degraded);
        for (class, operation) in [
            (Class::Spot, Operation::SpotMs),
            (Class::Deallocated, Operation::DeallocatedMs),
            (Class::Standby, Operation::StandbyMs),
            (Class::Suspended, Operation::SuspendedMs),
            (Class::DiskUnreachable, Operation::DiskUnreachableMs),
            (Class::Rollouts, Operation::RolloutMs),
        ] {
            ledger.operations[operation as usize] = total(class) as u64;
        }
        classes.down = ledger.machine_ms - classes.serving - classes.awaiting_probe - classes.starting;
    }
}
