//! One design in one trial: the machines, what holds them, and what is pending.
//!
//! A machine serves when no mark is on it. A strike puts a mark on; a repair takes it off; the last mark off starts the
//! machine (restart, boot, warm-up) and then the probes readmit it. From the failure until it serves again it is charged
//! to one cause: the one that took it out, or, once that is over, one that still holds it.

mod begin;
mod build;

use crate::all_probed_up::AllProbedUp;
use crate::balancer::ProbeTimes;
use crate::bill::Meters;
use crate::components::Seat;
use crate::deeds::{Act, Noted};
use crate::demand::Tide;
use crate::design::{Design, ScaleSet};
use crate::disks::FarDisk;
use crate::facts::{Facts, StormFacts};
use crate::ledger::Ledger;
use crate::machine::*;
use crate::maintain::Passages;
use crate::manage::{Manager, Scaler};
use crate::measure::Measure;
use crate::operations::Operation;
use crate::pending::Pending;
use crate::placement::{Planner, Slots, occupy, register};
use crate::policy::gateway::Growth;
use crate::reach::{Reach, Touched};
use crate::routing::Switch;
use crate::serving::{Book, only_the_objective_asks};
use crate::slow_start::{SlowStart, Warming};
use crate::suppressed::Suppressed;
use crate::uptimes::Uptimes;
use crate::watch::Watcher;
use std::ops::Range;
use std::sync::Arc;
use zonefall_engine::{BudgetExceeded, Calendar, EventBudget, Key, Law, SimDuration, SimTime, name_tag};
use zonefall_faults::{Population, Span, Storm, Strikes, What};
use zonefall_topology::{HostId, RackId, Topology, ZoneId};

/// Above this many machines a world no longer fits the cache.
const CACHED_MACHINES: usize = 50_000;
/// Purposes of a machine's luck: its creation, and its starts.
pub(crate) const CREATION: u64 = 1;
pub(crate) const START: u64 = 2;
/// Nobody stands here.
const NONE: u32 = u32::MAX;

/// The lives of a mode that depends on history: when the running one ends, or what is left of a stopped one.
#[derive(Debug)]
pub(crate) struct Lives {
    pub(crate) mode: u32,
    pub(crate) ends: Vec<SimTime>,
    pub(crate) left: Vec<Option<SimDuration>>,
    pub(crate) count: Vec<u32>,
    /// How long each life is in all. Empty unless trials branch.
    pub(crate) length: Vec<SimDuration>,
}

zonefall_engine::pooled_clone!(Lives { mode, ends, left, count, length });

/// The lengths of a set's starts.
#[derive(Debug, Clone)]
pub(crate) struct Starts {
    pub(crate) boot: Law,
    pub(crate) warm_up: Law,
    pub(crate) slow_start: Option<SlowStart>,
    pub(crate) creating: Option<Law>,
    pub(crate) serves: i64,
    /// Its part of the service; 0 where there are no parts, and what stands for one where it does nothing but jobs.
    pub(crate) part: u32,
    /// Where the book's list of what is withheld in that part begins.
    pub(crate) withheld_from: usize,
}

/// One design living through trials. Reset and reused; after warm-up a trial allocates nothing.
#[derive(Debug)]
pub struct World {
    /// What was done by or to whom; not noted where nobody watches.
    pub(crate) deeds: Option<Vec<Noted>>,
    /// Actions that were made; empty where nobody watches.
    pub(crate) acts: Vec<Act>,
    pub(crate) design: Arc<Design>,
    pub(crate) measure: Arc<Measure>,
    pub(crate) topology: Arc<Topology>,
    pub(crate) planner: Planner,
    pub(crate) slots: Vec<Slots>,
    /// Some set's zone is hidden: places are drawn anew in every trial.
    pub(crate) moves: bool,
    pub(crate) placed: bool,
    pub(crate) modes: Vec<Facts>,
    pub(crate) causes: Vec<StormFacts>,
    pub(crate) holding: u32,
    pub(crate) sets: Vec<Starts>,
    pub(crate) machines: Vec<Machine>,
    pub(crate) instance_of: Vec<u32>,
    pub(crate) position_of: Vec<u32>,
    pub(crate) host_start: Vec<u32>,
    /// Outages that hold each rack.
    pub(crate) rack_depth: Vec<u16>,
    /// Outages that run: (rack, cause), oldest first.
    pub(crate) rack_active: Vec<(u32, u16)>,
    /// Slow-downs that run: (rack, cause, thousandths left).
    pub(crate) rack_slow: Vec<(u32, u16, u32)>,
    /// DK-06: disks that stand in another zone than their machines, by rack.
    pub(crate) far_disks: Vec<FarDisk>,
    /// When a starting machine is ready. Empty where starts take no time.
    pub(crate) ready_at: Vec<SimTime>,
    /// When probes notice or readmit a machine. Empty without a load balancer.
    pub(crate) probe_at: Vec<SimTime>,
    /// LB-05: parts that send to all, for none of their machines is healthy.
    pub(crate) probed_up: AllProbedUp,
    /// LB-03: when a machine returned last, and how often in a row. Empty where flapping does not count.
    pub(crate) returned: Vec<(SimTime, u32)>,
    /// What is left of a machine's capacity in thousandths, and the cause. Empty where nothing degrades.
    pub(crate) factors: Vec<(u32, u16)>,
    /// How warm each machine is. Empty where none starts slowly.
    pub(crate) warming: Vec<Warming>,
    pub(crate) lives: Vec<Lives>,
    /// Somebody wants to know of every machine whose marks change: lives, or the managed sets.
    pub(crate) is_watched: bool,
    pub(crate) probes: Option<ProbeTimes>,
    pub(crate) pending: Calendar,
    /// Where the demand of the trial is; none without demand.
    pub(crate) tide: Option<Tide>,
    pub(crate) book: Book,
    pub(crate) budget: EventBudget,
    pub(crate) luck: Key,
    /// The luck of the whole trial, whatever branches it has come through.
    pub(crate) standing_luck: Key,
    pub(crate) suppressed: Option<Suppressed>,
    pub(crate) deployment: u16,
    /// The cause of machines that nobody asks for: the last of the book's causes, charged with nothing.
    pub(crate) nobody: u16,
    /// What the managed sets do; idle without one.
    pub(crate) manager: Manager,
    /// What autoscale does; idle without it.
    pub(crate) scaler: Scaler,
    /// Where the components of the service stand; empty without components.
    pub(crate) seats: Vec<Seat>,
    /// SL-02: who can be reached while nobody serves.
    pub(crate) reach: Reach,
    /// SL-02: what is promised part by part; idle where nothing is.
    pub(crate) uptimes: Uptimes,
    /// What is paid for; idle where nobody asks for a bill.
    pub(crate) meters: Meters,
    /// Waves of planned maintenance that go through the design; idle without them.
    pub(crate) passages: Passages,
    /// AG-03: the instances of gateways; none where they do not grow.
    pub(crate) growths: Vec<Growth>,
    /// The failover groups of the service.
    pub(crate) routing: Vec<Switch>,
    /// Somebody follows each machine as it comes and goes: autoscale, the sessions that it holds, its slow start, or what its
    /// even share of the demand comes to.
    pub(crate) follows: bool,
    /// After each event it is looked where clients should go, how it stands with those who wait, or what gateways hear of tries.
    pub(crate) reviews: bool,
    /// AG-03: gateways grow with what clients try again.
    pub(crate) hears_tries: bool,
}

zonefall_engine::pooled_clone!(World {
    deeds,
    acts,
    design,
    measure,
    topology,
    planner,
    slots,
    moves,
    placed,
    modes,
    causes,
    holding,
    sets,
    machines,
    instance_of,
    position_of,
    host_start,
    rack_depth,
    rack_active,
    rack_slow,
    far_disks,
    ready_at,
    probe_at,
    returned,
    probed_up,
    factors,
    warming,
    lives,
    is_watched,
    probes,
    pending,
    tide,
    book,
    budget,
    luck,
    standing_luck,
    suppressed,
    deployment,
    nobody,
    manager,
    scaler,
    seats,
    reach,
    uptimes,
    meters,
    passages,
    growths,
    routing,
    follows,
    reviews,
    hears_tries
});

/// Who can be struck in a study: the union of the slots and hosts of all designs.
pub fn population(designs: &[Design], topology: &Topology) -> Population {
    let mut population = Population::new(topology);
    let mut planner = Planner::new(topology);
    designs.iter().for_each(|design| register(design, topology, &mut population));
    population.number();
    designs.iter().for_each(|design| occupy(design, topology, &mut population, &mut planner));
    population
}

pub(crate) fn fleet_luck(trial: Key) -> Key {
    trial.part(name_tag("fleet luck"), 0)
}

impl World {
    /// The design.
    pub fn design(&self) -> &Design {
        &self.design
    }

    /// What was observed; complete after [`World::finish`].
    pub fn ledger(&self) -> &Ledger {
        &self.book.ledger
    }

    /// From the next trial on nothing but missed time is asked: its causes, windows and outages too, but not what is served, how
    /// long states of load last, and how many events there are. Where nothing else hangs on the demand, its steps are no events
    /// then.
    pub fn ask_for_missed_time_only(&mut self) {
        let Self { design, measure, book, .. } = self;
        if let Some(demand) = design.demand.as_ref().filter(|_| only_the_objective_asks(design, measure)) {
            book.walk_along(demand);
        }
    }

    /// Lives through the current window of the strikes. Returns whether this world has seen enough.
    ///
    /// # Errors
    /// If the trial passes its event budget.
    #[inline]
    pub fn live(&mut self, strikes: &Strikes) -> Result<bool, BudgetExceeded> {
        self.live_watched(strikes, &mut ())
    }

    /// [`World::live`] with somebody who looks on.
    ///
    /// # Errors
    /// If the trial passes its event budget.
    pub fn live_watched<W: Watcher>(&mut self, strikes: &Strikes, watcher: &mut W) -> Result<bool, BudgetExceeded> {
        let base = strikes.base();
        if self.machines.len() > CACHED_MACHINES {
            self.touch(strikes);
        }
        for &entry in strikes.window() {
            let t = entry.time(base);
            while self.pending.next_time() < t && !self.book.done {
                let now = self.pending.next_time();
                if watcher.stops(self, now) {
                    return Ok(true);
                }
                self.dispatch_pending(strikes)?;
                watcher.saw(self, now);
            }
            if self.book.done || watcher.stops(self, t) {
                return Ok(true);
            }
            match entry.what() {
                What::Unit { mode, unit } => self.dispatch_strike(mode, unit, t, strikes)?,
                What::Edge(edge) => {
                    self.budget.spend()?;
                    self.edge(edge, t, strikes);
                    self.manage(t, strikes);
                    self.see_reach(Touched::Any, t);
                }
            }
            watcher.saw(self, t);
        }
        while self.pending.next_time() < strikes.end() && !self.book.done {
            let now = self.pending.next_time();
            if watcher.stops(self, now) {
                return Ok(true);
            }
            self.dispatch_pending(strikes)?;
            watcher.saw(self, now);
        }
        Ok(self.book.done || watcher.stops(self, strikes.end()))
    }

    /// Reads every machine that the window will strike, where they stand first and then what holds them. The reads of
    /// each do not depend on each other, so their cache misses overlap; in the window itself each would be waited for
    /// (measured on a million machines: a third of the time).
    fn touch(&self, strikes: &Strikes) {
        let mut marks = 0;
        for entries in strikes.window().chunks(64) {
            let mut positions = [NONE; 64];
            for (position, entry) in positions.iter_mut().zip(entries) {
                let What::Unit { mode, unit } = entry.what() else { continue };
                let of = if self.modes[mode as usize].on_host { &self.host_start } else { &self.position_of };
                *position = of[unit as usize];
            }
            for &position in &positions[..entries.len()] {
                marks |= self.machines.get(position as usize).map_or(0, |machine| machine.marks);
            }
        }
        std::hint::black_box(marks);
    }

    /// Ends the trial and completes the ledger.
    pub fn finish(&mut self, strikes: &Strikes) -> &Ledger {
        self.book.finish(strikes.horizon(), &self.measure);
        if self.uptimes.is_active() {
            self.finish_uptimes(self.measure.from.after(SimDuration::from_ms(self.book.ledger.observed_ms)));
        }
        self.book.ledger.events = self.budget.spent();
        if self.meters.is_active() {
            self.read_meters();
        }
        if self.manager.is_active() {
            self.book.ledger.operations[Operation::ExistingMs as usize] = self.book.ledger.machine_ms as u64;
        }
        self.book_spans(strikes.storm(), strikes.horizon());
        &self.book.ledger
    }

    /// Whether a strike on one unit is suppressed.
    fn is_spared(&self, mode: u32, unit: u32, t: SimTime) -> bool {
        let (Some(suppressed), facts) = (&self.suppressed, &self.modes[mode as usize]) else { return false };
        if suppressed.takes_strike(facts.cause, mode, unit, t) {
            return true;
        }
        let racks = suppressed.racks();
        if racks.is_empty() {
            return false;
        }
        let hosts = |rack: u32| self.topology.hosts_of(RackId(rack));
        let spared = hosts(racks.start).start..hosts(racks.end - 1).end;
        if facts.on_host {
            return spared.contains(&unit);
        }
        let position = self.position_of[unit as usize];
        let positions = self.host_start[spared.start as usize]..self.host_start[spared.end as usize];
        position != NONE && positions.contains(&position)
    }

    #[inline(always)]
    fn dispatch_strike(&mut self, mode: u32, unit: u32, t: SimTime, strikes: &Strikes) -> Result<(), BudgetExceeded> {
        let facts = &self.modes[mode as usize];
        if self.suppressed.is_some() && self.is_spared(mode, unit, t) {
            return Ok(());
        }
        if facts.on_host {
            let machines = self.host_start[unit as usize]..self.host_start[unit as usize + 1];
            if !machines.is_empty() {
                self.budget.spend()?;
                let first = machines.start;
                self.strike_host(mode, HostId(unit), t, strikes);
                self.react_to(Touched::One(first), t, strikes);
            }
            return Ok(());
        }
        let machine = self.position_of[unit as usize];
        let is_managed = self.manager.is_active();
        if machine == NONE || is_managed && self.machines[machine as usize].marks & ABSENT != 0 {
            if is_managed && self.follows {
                self.strikes_nobody(mode, machine, t);
            }
            return Ok(());
        }
        self.budget.spend()?;
        let cause = facts.cause;
        self.strike(mode, machine as usize, cause, t, strikes);
        if is_managed || self.reviews {
            self.react_to(Touched::One(machine), t, strikes);
        } else {
            self.see_reach(Touched::One(machine), t);
        }
        Ok(())
    }

    /// Whoever reacts to what has happened to machines does; then it is looked who is reached.
    fn react_to(&mut self, touched: Touched, t: SimTime, strikes: &Strikes) {
        let touched = if self.manager.is_active() && self.manager.has_news() { Touched::Any } else { touched };
        self.manage(t, strikes);
        self.see_reach(touched, t);
    }

    fn dispatch_pending(&mut self, strikes: &Strikes) -> Result<(), BudgetExceeded> {
        let Some((t, tag)) = self.pending.pop() else { return Ok(()) };
        self.budget.spend()?;
        let pending = Pending::from_tag(tag);
        match pending {
            Pending::Demand => self.demand_changes(t),
            Pending::Jobs => self.jobs_change(t),
            Pending::Gateway => self.gateway_is_due(t),
            Pending::Line => self.line_is_due(t),
            Pending::Recovered { seat, cause } => self.seat_recovers(seat, cause, t),
            Pending::Repaired { mode, machine, predicted, epoch } => {
                self.repaired(mode, machine as usize, (predicted, epoch), t, strikes)
            }
            Pending::HostRepaired { mode, host } => self.host_repaired(mode, HostId(host), t, strikes),
            Pending::LifeEnds { mode, unit } => self.life_ends(mode, unit, t, strikes),
            Pending::Ready { machine } => self.ready(machine as usize, t),
            Pending::Warm { machine } => self.is_warm(machine as usize, t),
            Pending::Noticed { machine } => self.noticed(machine as usize, t),
            Pending::Readmitted { machine } => self.readmitted(machine as usize, t),
            Pending::GivenUp { machine } => self.given_up(machine as usize, t),
            Pending::Due { what, unit } => self.due(what, unit, t, strikes),
            Pending::Upkeep { what, passage } => self.upkeep(what, passage as usize, t, strikes),
            Pending::Routed { group } => self.routing_due(group as usize, t, strikes),
            Pending::Reached => {}
        }
        self.react_to(pending.touches(), t, strikes);
        Ok(())
    }

    /// The machines of a rack, as positions.
    pub(crate) fn rack_machines(&self, rack: u32) -> Range<usize> {
        let hosts = self.topology.hosts_of(RackId(rack));
        self.host_start[hosts.start as usize] as usize..self.host_start[hosts.end as usize] as usize
    }

    /// Machines on a range of racks, as positions.
    pub(crate) fn machines_on(&self, racks: Range<u32>) -> Range<usize> {
        if racks.is_empty() {
            return 0..0;
        }
        self.rack_machines(racks.start).start..self.rack_machines(racks.end - 1).end
    }

    /// The key of a machine's luck at an instant, for one purpose.
    pub(crate) fn luck_of(&self, at: usize, strikes: &Strikes, t: SimTime, purpose: u64) -> Key {
        self.luck_by(self.who(at, strikes), t, purpose)
    }

    /// Whose luck the machine of a slot has.
    pub(crate) fn who(&self, at: usize, strikes: &Strikes) -> u64 {
        match self.manager.slots.get(at) {
            Some(slot) => slot.who,
            None => {
                let (group, ordinal) = strikes.population().instance_key(self.instance_of[at]);
                group.wrapping_add(ordinal)
            }
        }
    }

    /// The same for what is keyed by `who`.
    pub(crate) fn luck_by(&self, who: u64, t: SimTime, purpose: u64) -> Key {
        self.luck.part(who, t.as_ms()).part(purpose, 0)
    }

    /// Books how long control planes and free capacity that the design may need were out.
    fn book_spans(&mut self, storm: &Storm, horizon: SimTime) {
        let sets = &self.design.sets;
        let topology = &self.topology;
        let control_plane = |of: u32| sets.iter().any(|set| set.region.0 == of);
        let allocation = |of: u32| {
            let hidden = |set: &ScaleSet| set.zones.is_empty() && topology.region_of(ZoneId(of)) == set.region;
            sets.iter().any(|set| hidden(set) || set.zones.contains(&ZoneId(of)))
        };
        let (from, suppressed) = (self.measure.from, self.suppressed.as_ref());
        let happened = |span: &&Span| !suppressed.is_some_and(|of| of.takes_event(storm, span.event));
        // Spans are in order of their beginnings; overlapping ones count once.
        // A partial shortage is not counted: something can still be allocated.
        let covered = |spans: &[Span], used: &dyn Fn(u32) -> bool| {
            let mine = spans.iter().filter(|span| span.left_milli == 0 && used(span.of)).filter(happened);
            let (sum, _) = mine.fold((0, from), |(sum, until), span| {
                let end = span.end.min(horizon);
                (sum + end.since(span.start.max(until)).as_ms(), until.max(end))
            });
            sum
        };
        self.book.ledger.control_plane_out_ms = covered(&storm.control_plane, &control_plane);
        self.book.ledger.allocation_out_ms = covered(&storm.allocation, &allocation);
    }
}
