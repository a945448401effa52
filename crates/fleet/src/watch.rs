//! One world watched: what happened when, for a timeline of one trial.
//!
//! In: a look at the world after each event ([`Watcher`]; the one that looks away costs nothing and is what every normal
//! run has). Out: [`Sighting`]s in order, found by comparing the world with what it was before. Nothing here changes the
//! world. What can go wrong: comparing costs a look at every machine for every event, so whoever watches asks first how
//! many there are.
//!
//! What is about clients is in `clients.rs`, what waits in `waiting.rs`, what else is not about machines in `beside.rs`.
//!
//! The objective is looked at as the book does it, when time moves on: the missed intervals sum to the ledger's downtime.

mod beside;
mod clients;
mod waiting;

pub use beside::{Batched, Gated};
pub use clients::{Ended, Lined, Overload, Sent};

use crate::deeds::{Act, Noted};
use crate::machine::*;
use crate::manage::{Rolled, Which};
use crate::operations::{OPERATIONS, Operation};
use crate::parts::routes::{WHOLLY, working};
use crate::serving::Class;
use crate::world::World;
use beside::Beside;
use clients::Clients;
use zonefall_engine::SimTime;
use zonefall_topology::{HostId, RackId, ZoneId};

/// Looks on while a world lives.
pub trait Watcher {
    /// The world after an event at `t`.
    fn saw(&mut self, world: &World, t: SimTime);

    /// Whether the world is not to be lived on, whose next event is at `next`.
    #[inline(always)]
    fn stops(&mut self, _world: &World, _next: SimTime) -> bool {
        false
    }
}

/// Looks away.
impl Watcher for () {
    #[inline(always)]
    fn saw(&mut self, _: &World, _: SimTime) {}
}

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// When.
    pub t: SimTime,
    /// What.
    pub what: Seen,
    /// Machines in rotation and alive when the instant was over.
    pub serving: i64,
    /// Machines in rotation and dead.
    pub dead: i64,
    /// Demand that is not served then, in thousandths of a request a second.
    pub unserved_milli: u64,
}

/// Where a machine stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// Its number in the population.
    pub instance: u32,
    /// Its set in the design.
    pub set: u16,
    /// Its host.
    pub host: HostId,
    /// Its rack.
    pub rack: RackId,
    /// Its zone.
    pub zone: ZoneId,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// A machine stopped serving, charged to a cause of the ledger.
    Down(Stand, u16),
    /// What held it is over: it restarts, boots or warms up.
    Starts(Stand),
    /// Probes have found that it is dead, and take it out of the rotation.
    Noticed(Stand),
    /// It is up, and waits for the probes.
    Awaits(Stand),
    /// It serves (again).
    Serves(Stand),
    /// It begins to serve and is not warm yet, in the same instant: so many thousandths of what it can.
    Cold(Stand, u32),
    /// It is warm, and serves all that it can.
    Warm(Stand),
    /// It was made, or (`true`) it was deallocated and is started, and does not serve yet.
    Made(Stand, bool),
    /// It is gone: deleted, deallocated, or failed to be created.
    Gone(Stand),
    /// Its creation has failed for good (RC-07): it counts among the machines of its set, and never serves; `false`: so no more.
    Failed(Stand, bool),
    /// It is out of rotation to be changed or repaired where it stands, charged to a cause of the ledger; `true`: it drains first.
    Out(Stand, u16, bool),
    /// Of a set's machines that are up so many thousandths served demand, and serve it from here on: the rest stands by.
    Works(u32, u32, u32),
    /// So much arrives from here on, in thousandths of a request a second.
    Demand(u64),
    /// The machines that serve are good for so much from here on, in thousandths of a request a second.
    GoodFor(u64),
    /// The platform or the customer did something so many times, as far as each is noted: an index into
    /// [`crate::OPERATION_TABLE`].
    Did(usize, u64, Vec<Noted>),
    /// A change or a runbook has made its action.
    Acted(Act),
    /// Something becomes of a release.
    Rolled(Which, Rolled),
    /// Something becomes of a batch of jobs, numbered from 1.
    Batch(u64, Batched),
    /// The application gateway of an entrance has more instances or fewer.
    Gateway(Gated),
    /// The application gateway of an entrance orders so many more instances.
    Orders(u32, u32),
    /// The application gateway of an entrance turns requests away from here on; or no more, after so many.
    TurnsAway(u32, Option<u64>),
    /// The clients of a failover group are sent elsewhere: each of its parts.
    Sent(u32, Vec<Sent>),
    /// Something becomes of a line in which requests wait, by its entrance.
    Line(u32, Lined),
    /// So much waits, in millionths of a request or of the work of one: straight up or down from each of these to the next. Jobs, or
    /// requests in all lines together ([`crate::Design::jobs_wait_foremost`]).
    Waits(u64),
    /// Something becomes of attempts at an entrance that fail for lack of capacity.
    Overload(u32, Overload),
    /// Sessions were lost to a cause, in thousandths.
    Lost(u16, u64),
    /// The objective is missed from here on. What was missed before by cause.
    Missed(Vec<u64>),
    /// The objective holds again. What was missed up to here by cause.
    Met(Vec<u64>),
}

/// What a machine does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Absent,
    /// Being created, by an attempt that will not run in time.
    Creating,
    Draining,
    Changing,
    Serving,
    Down,
    Starting,
    Awaiting,
}

/// Keeps what it sees.
#[derive(Debug, Default)]
pub struct Witness {
    sightings: Vec<Sighting>,
    /// What each machine does, whether it is dead and in rotation, and whether its creation has failed for good.
    states: Vec<(State, bool, bool)>,
    /// What each machine serves that serves and is not warm, in thousandths of what it can; empty where all start at once.
    cold: Vec<Option<u32>>,
    operations: Vec<u64>,
    /// Deeds that were told, and actions.
    deeds: usize,
    acts: usize,
    /// Thousandths of each set that serve demand; empty where nothing stands by.
    works: Vec<u32>,
    demand: Option<u64>,
    good_for: Option<u64>,
    now: SimTime,
    misses: bool,
    /// When late jobs will be done, if nothing happens before.
    catches_up: SimTime,
    missed: bool,
    began: bool,
    /// Machines in rotation and demand that is not served, after the last event.
    level: (i64, i64, u64),
    /// Sessions that were lost by cause, in thousandths; empty without sessions.
    lost: Vec<u64>,
    /// What was booked by cause when the objective last came to be missed or to hold.
    by_cause: Vec<u64>,
    clients: Clients,
    beside: Beside,
    course: waiting::Course,
    jobs: waiting::Jobs,
}

impl Witness {
    /// Has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was seen of a world that has finished its trial.
    pub fn finish(mut self, world: &World, end: SimTime) -> Vec<Sighting> {
        self.time_moves(world, end);
        self.end_refusals(end);
        self.end_clients(world, end);
        self.end_what_waits(world, end);
        if self.missed {
            let by_cause = world.ledger().missed_by_cause_ms.clone();
            self.tell_of(self.level, end, Seen::Met(by_cause));
        }
        // Some things are known only when time has moved on.
        self.sightings.sort_by_key(|sighting| sighting.t);
        self.sightings
    }

    fn tell(&mut self, world: &World, t: SimTime, what: Seen) {
        self.tell_of(world.rotation(), t, what);
    }

    fn tell_of(&mut self, (serving, dead, unserved_milli): (i64, i64, u64), t: SimTime, what: Seen) {
        self.sightings.push(Sighting { t, what, serving, dead, unserved_milli });
    }

    /// The state since the last event lasts until `t`.
    fn time_moves(&mut self, world: &World, t: SimTime) {
        self.look_at_work(world);
        let from = self.now.max(world.measure.from);
        self.now = t;
        if t <= from {
            return;
        }
        self.clients_go_on(from, t);
        self.look_at_refusals(from, t);
        self.misses &= self.catches_up > from;
        if self.misses != self.missed {
            self.missed = self.misses;
            let by_cause = std::mem::take(&mut self.by_cause);
            let what = if self.missed { Seen::Missed(by_cause) } else { Seen::Met(by_cause) };
            self.tell_of(self.level, from, what);
        }
        if self.missed && self.catches_up < t {
            // No event: the book has cut the interval itself.
            (self.missed, self.misses) = (false, false);
            self.tell_of(self.level, self.catches_up, Seen::Met(world.ledger().missed_by_cause_ms.clone()));
        }
    }

    fn judge(&mut self, world: &World) {
        (self.misses, self.level) = (world.misses(), world.rotation());
        self.clients.judge(world);
        self.beside.judge_refusals(world);
        self.catches_up = world.book.catches_up();
    }

    fn look(&mut self, world: &World, t: SimTime) {
        for at in 0..world.machines.len() {
            let marks = world.machines[at].marks;
            let new = (state(world, at), marks & UNNOTICED != 0, world.manager.is_failed(at));
            let old = std::mem::replace(&mut self.states[at], new);
            if old == new {
                continue;
            }
            let stand = world.stand(at);
            let what = match (old.0, new.0) {
                (from, to) if from == to => None,
                // Another attempt, or what is told below.
                (State::Creating, State::Starting) => None,
                (State::Creating, State::Absent) if new.2 => None,
                (_, State::Absent) => Some(Seen::Gone(stand)),
                (_, State::Draining) => Some(Seen::Out(stand, world.machines[at].root, true)),
                (_, State::Changing) => Some(Seen::Out(stand, world.machines[at].root, false)),
                (State::Absent, State::Creating | State::Starting | State::Awaiting | State::Down) => {
                    Some(Seen::Made(stand, world.manager.is_started(at)))
                }
                (_, State::Creating) => None,
                (_, State::Serving) => Some(Seen::Serves(stand)),
                (_, State::Down) => Some(Seen::Down(stand, world.machines[at].root)),
                (_, State::Starting) => Some(Seen::Starts(stand)),
                (_, State::Awaiting) => Some(Seen::Awaits(stand)),
            };
            if let Some(what) = what {
                self.tell(world, t, what);
            }
            if old.1 && !new.1 && marks & REMOVED != 0 {
                self.tell(world, t, Seen::Noticed(stand));
            }
            if old.2 != new.2 {
                self.tell(world, t, Seen::Failed(stand, new.2));
            }
        }
    }

    /// Machines that begin to warm, or are warm.
    fn look_at_warmth(&mut self, world: &World, t: SimTime) {
        for at in 0..self.cold.len() {
            let now = world.serves_cold(at);
            let before = std::mem::replace(&mut self.cold[at], now);
            match (before, now) {
                (None, Some(milli)) => self.tell(world, t, Seen::Cold(world.stand(at), milli)),
                (Some(_), None) if self.states[at].0 == State::Serving => {
                    self.tell(world, t, Seen::Warm(world.stand(at)));
                }
                _ => {}
            }
        }
    }

    fn look_at_sessions(&mut self, world: &World, t: SimTime) {
        let Some(held) = &world.book.sessions else { return };
        let now: Vec<u64> = held.lost_milli().collect();
        let before = std::mem::replace(&mut self.lost, now.clone());
        for (cause, &milli) in now.iter().enumerate() {
            let more = milli - before.get(cause).copied().unwrap_or(0);
            if more > 0 {
                self.tell(world, t, Seen::Lost(cause as u16, more));
            }
        }
    }

    fn look_at_standbys(&mut self, world: &World, t: SimTime) {
        if world.routing.is_empty() {
            return;
        }
        let now = world.at_work();
        let before = std::mem::replace(&mut self.works, now.clone());
        for (set, &works) in now.iter().enumerate() {
            let worked = before.get(set).copied().unwrap_or(WHOLLY);
            if worked != works {
                self.tell(world, t, Seen::Works(set as u32, worked, works));
            }
        }
    }

    fn look_at_acts(&mut self, world: &World, t: SimTime) {
        let since = std::mem::replace(&mut self.acts, world.acts.len());
        for &act in &world.acts[since..] {
            self.tell(world, t, Seen::Acted(act));
        }
    }

    /// What was done, but for what is `told` already.
    fn count(&mut self, world: &World, told: &[u64; OPERATIONS], t: SimTime) {
        let deeds = world.deeds.as_deref().unwrap_or_default();
        let since = std::mem::replace(&mut self.deeds, deeds.len());
        for (at, &told) in told.iter().enumerate() {
            let (new, row) = (world.ledger().operations[at], &crate::OPERATION_TABLE[at]);
            let old = std::mem::replace(&mut self.operations[at], new) + told;
            // What is counted when it has lasted is told from where it begins.
            let lasts = matches!(row.operation, Operation::RetryStorms | Operation::GatewayTurnedAway);
            let is_told = row.operation.is_time() || lasts;
            if new > old && !is_told {
                let of = deeds[since..].iter().filter(|deed| deed.operation as usize == at);
                self.tell(world, t, Seen::Did(at, new - old, of.copied().collect()));
            }
        }
    }
}

fn state(world: &World, at: usize) -> State {
    let marks = world.machines[at].marks;
    match marks {
        _ if marks & ABSENT != 0 && world.drains(at) => State::Draining,
        _ if marks & ABSENT != 0 && world.is_changed_in_place(at) => State::Changing,
        _ if marks & ABSENT != 0 && world.manager.is_creating(at) => State::Creating,
        _ if marks & ABSENT != 0 => State::Absent,
        _ if marks & world.halting() != 0 => State::Down,
        _ if marks & STARTING != 0 => State::Starting,
        _ if marks & (AWAITING | REMOVED) != 0 => State::Awaiting,
        _ => State::Serving,
    }
}

impl Watcher for Witness {
    fn saw(&mut self, world: &World, t: SimTime) {
        if !self.began {
            self.began = true;
            self.states = (0..world.machines.len()).map(|at| (state(world, at), false, false)).collect();
            self.cold = vec![None; world.warming.len()];
            self.operations = world.ledger().operations.to_vec();
            (self.demand, self.good_for) = (world.book.demand, world.good_for_milli());
            (self.clients, self.beside) = (Clients::of(world), Beside::of(world));
            self.judge(world);
        }
        if t > self.now {
            self.time_moves(world, t);
        }
        self.look_at_standbys(world, t);
        let demand = std::mem::replace(&mut self.demand, world.book.demand);
        if let Some(now) = world.book.demand.filter(|_| demand != world.book.demand) {
            self.tell(world, t, Seen::Demand(now));
        }
        self.look(world, t);
        self.look_at_warmth(world, t);
        let good_for = std::mem::replace(&mut self.good_for, world.good_for_milli());
        if let Some(now) = self.good_for.filter(|_| good_for != self.good_for) {
            self.tell(world, t, Seen::GoodFor(now));
        }
        self.look_at_sessions(world, t);
        self.look_at_jobs(world, t);
        self.look_at_clients(world, t);
        self.look_at_acts(world, t);
        let mut told = self.look_at_rollouts(world, t);
        told[Operation::GatewayGrowths as usize] += self.look_at_gateways(world, t);
        self.count(world, &told, t);
        self.look_at_what_waits(world, t);
        self.judge(world);
        if self.misses != self.missed {
            // Booked up to now: the interval that follows is not in it.
            self.by_cause.clone_from(&world.ledger().missed_by_cause_ms);
        }
    }
}

impl World {
    /// Machines in rotation alive and dead, of those that serve demand, and the demand that is not served, in thousandths.
    pub fn rotation(&self) -> (i64, i64, u64) {
        let unserved = self.book.demand.map_or(0, |demand| demand.saturating_sub(self.book.served()));
        if self.design.is_about_workers() {
            return (self.book.level(Class::Working), 0, unserved);
        }
        let (alive, dead) = self.standing_by();
        (self.book.level(Class::Serving) - alive, self.book.level(Class::Dead) - dead, unserved)
    }

    /// Machines in rotation alive and dead that stand by: no demand comes to them.
    fn standing_by(&self) -> (i64, i64) {
        if self.routing.is_empty() {
            return (0, 0);
        }
        let works = self.at_work();
        let mut of_sets = vec![(0_u64, 0_u64); works.len()];
        for (at, machine) in self.machines.iter().enumerate() {
            let (alive, dead) = &mut of_sets[machine.set as usize];
            *alive += u64::from(state(self, at) == State::Serving);
            *dead += u64::from(machine.marks & UNNOTICED != 0 && machine.marks & ABSENT == 0);
        }
        let idle = |count: u64, works: u32| (count - working(count, works)) as i64;
        let sets = of_sets.into_iter().zip(works);
        sets.fold((0, 0), |sum, ((alive, dead), works)| (sum.0 + idle(alive, works), sum.1 + idle(dead, works)))
    }

    /// Thousandths of each set that serve demand.
    fn at_work(&self) -> Vec<u32> {
        let service = self.design.structure().zip(self.book.parts.as_ref());
        let of = |set: u32| service.and_then(|(service, parts)| parts.at_work(service, set)).unwrap_or(WHOLLY);
        (0..self.design.sets.len() as u32).map(of).collect()
    }

    /// Whether the objective is missed as things stand.
    fn misses(&self) -> bool {
        self.book.misses()
    }

    fn stand(&self, at: usize) -> Stand {
        let host = self.host_of(at);
        let rack = self.topology.rack_of(host);
        let zone = self.topology.zone_of(rack);
        Stand { instance: self.instance_of[at], set: self.machines[at].set, host, rack, zone }
    }

    /// Shows the world as it stands at `t`.
    pub fn show(&self, t: SimTime, watcher: &mut impl Watcher) {
        watcher.saw(self, t);
    }

    /// The places of its machines, vacant ones too, by position; of those that serve whether they do.
    pub fn standings(&self) -> impl Iterator<Item = (Stand, bool)> + '_ {
        (0..self.machines.len()).map(|at| (self.stand(at), self.machines[at].marks & (self.absent() | ABSENT) == 0))
    }

    /// What arrives now, in thousandths of a request a second.
    pub fn arrives_milli(&self) -> Option<u64> {
        self.book.demand
    }

    /// What the machines that serve are good for now, in thousandths of a request a second; none without demand, and where
    /// machines of several parts do different work.
    pub fn good_for_milli(&self) -> Option<u64> {
        self.book.demand.filter(|_| self.book.parts.is_none() && !self.design.is_about_workers())?;
        Some(self.book.level(Class::Capacity).max(0) as u64)
    }

    /// How many machines there may ever be.
    pub fn places(&self) -> usize {
        self.machines.len()
    }
}
