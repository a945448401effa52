//! Planned maintenance in a trial: waves that go through the design step by step (MT).
//!
//! In: the waves of the storm, which no design can move. Out: machines that are taken out, through the same functions as
//! every other strike (`change.rs`, `strike.rs`). In between stands a *passage*: one wave as this design meets it. It
//! holds the list of its steps (racks, update domains, windows), waits for the next one that reaches a machine (where
//! machines come and go, for the next at all), and is held up by bad health. Where machines listen to scheduled events, a step
//! begins when they are prepared.
//!
//! The order of zones and racks is keyed by the trial, the mode and the wave: the same for all designs. How long a machine
//! is out is keyed by the instant at which its step was planned, whatever held it up.
//!
//! What began before the trial is played as far as it reaches into it (`before.rs`). While a step goes on nothing new is put
//! on its hosts (`closed.rs`).
//!
//! What can go wrong: a machine that is replaced meanwhile is met on its new host, too, or missed, as that is still to come or
//! not; a step that comes to a machine which is down anyway goes ahead.

mod before;
mod closed;
mod owner;
mod pair;
mod steps;

use crate::machine::{ABSENT, REMOVED};
use crate::pending::Pending;
use crate::policy::maintenance::{prepared_before, stops};
use crate::serving::Class;
use crate::world::World;
use closed::Closed;
use owner::Ahead;
use steps::{Group, Step};
use zonefall_engine::{Key, SimDuration, SimTime};
use zonefall_faults::{Effect, EventId, Outcome, RackOutage, Strikes};

/// Purposes of luck: whether neighbours approve, and how long a redeployment takes.
const NEIGHBOURS: u64 = 11;
const REDEPLOYMENT: u64 = 12;

/// A wave that was over before the trial has none in the storm.
const NO_OUTAGE: u32 = u32::MAX;

/// What a passage waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Upkeep {
    /// The next step of the wave.
    Step,
    /// The owner's next redeployment ahead of it.
    Redeploy,
    /// Its first step: machines are told of it before the wave begins.
    Begin,
}

impl Upkeep {
    pub(crate) const ALL: [Self; 3] = [Self::Step, Self::Redeploy, Self::Begin];
}

/// One wave as a design meets it.
#[derive(Debug)]
struct Passage {
    mode: u32,
    cause: u16,
    /// Its place in the storm's outages.
    outage: u32,
    /// The racks that it goes through.
    racks: (u32, u32),
    /// When it began or will begin, which may be before the trial.
    begins_ms: i64,
    steps: Vec<Step>,
    /// The next one.
    at: usize,
    /// By how much bad health has made it late.
    late: SimDuration,
    /// DR-06: by how much the other region of its pair was late, which it comes after.
    shift: SimDuration,
    /// The step that is waited for.
    due: SimTime,
    /// What its owner does ahead of it.
    ahead: Ahead,
    /// Its steps have been laid out before it begins.
    early: bool,
    /// Something of it is still to come.
    open: bool,
}

zonefall_engine::pooled_clone!(Passage {
    mode,
    cause,
    outage,
    racks,
    begins_ms,
    steps,
    at,
    late,
    shift,
    due,
    ahead,
    early,
    open
});

/// What goes on of maintenance in a trial.
#[derive(Debug, Default)]
pub(crate) struct Passages {
    /// Those of the trial; closed ones are used again.
    list: Vec<Passage>,
    /// For each passage, which machines in its way have been redeployed ahead of it.
    done: Vec<bool>,
    /// Hosts that are under maintenance.
    closed: Vec<Closed>,
    /// DR-06: by the first event of a wave through a pair of regions, how late the wave is.
    delays: Vec<(EventId, SimDuration)>,
    /// Room to put zones in order.
    order: Vec<u32>,
}

impl Clone for Passages {
    fn clone(&self) -> Self {
        let Self { list, done, closed, delays, order } = self;
        let (delays, order) = (delays.clone(), order.clone());
        Self { list: list.clone(), done: done.clone(), closed: closed.clone(), delays, order }
    }

    /// Passages that the other has not are closed, and keep their memory.
    fn clone_from(&mut self, of: &Self) {
        let Self { list, done, closed, delays, order } = of;
        let both = list.len().min(self.list.len());
        self.list[..both].clone_from_slice(&list[..both]);
        self.list[both..].iter_mut().for_each(|passage| passage.open = false);
        self.list.extend_from_slice(&list[both..]);
        self.done.clone_from(done);
        self.closed.clone_from(closed);
        self.delays.clone_from(delays);
        self.order.clone_from(order);
    }
}

impl Passage {
    /// When a step begins; a window is where it is, whatever another region had to wait for.
    fn begins(&self, step: Step) -> SimTime {
        let shift = if matches!(step.group, Group::Window { .. }) { SimDuration::ZERO } else { self.shift };
        step.planned.after(self.late).after(shift)
    }
}

impl Passages {
    /// A passage through some racks; which wave it is of, and when it begins, is still to be said.
    fn begin(&mut self, mode: u32, cause: u16, racks: (u32, u32)) -> usize {
        let at = self.free();
        let passage = &mut self.list[at];
        (passage.mode, passage.cause, passage.outage, passage.racks) = (mode, cause, NO_OUTAGE, racks);
        passage.steps.clear();
        (passage.at, passage.due) = (0, SimTime::NEVER);
        (passage.late, passage.shift) = (SimDuration::ZERO, SimDuration::ZERO);
        passage.ahead.clear();
        (passage.early, passage.open) = (false, true);
        at
    }

    fn free(&mut self) -> usize {
        match self.list.iter().position(|passage| !passage.open) {
            Some(at) => at,
            None => {
                self.list.push(Passage {
                    mode: 0,
                    cause: 0,
                    outage: 0,
                    racks: (0, 0),
                    begins_ms: 0,
                    steps: Vec::new(),
                    at: 0,
                    late: SimDuration::ZERO,
                    shift: SimDuration::ZERO,
                    due: SimTime::NEVER,
                    ahead: Ahead::default(),
                    early: false,
                    open: false,
                });
                self.list.len() - 1
            }
        }
    }
}

impl World {
    /// A trial begins.
    pub(crate) fn begin_maintenance(&mut self, strikes: &Strikes) {
        self.passages.list.iter_mut().for_each(|passage| passage.open = false);
        self.passages.done.clear();
        self.passages.closed.clear();
        self.passages.delays.clear();
        self.hear_of_waves(strikes);
        self.take_up_held(strikes);
    }

    /// Notes the waves of which somebody hears before they begin.
    fn hear_of_waves(&mut self, strikes: &Strikes) {
        let Some(of) = self.design.maintenance.as_ref().filter(|of| of.self_service.is_some() || of.events.is_some())
        else {
            return;
        };
        let has_owner = of.self_service.is_some();
        let storm = strikes.storm();
        for (number, &outage) in storm.outages.iter().enumerate() {
            let cause = storm.events[outage.event.0 as usize].cause;
            let Some(mode) = self.causes[cause as usize].wave else { continue };
            if self.suppressed.as_ref().is_some_and(|of| of.takes_event(storm, outage.event)) {
                continue;
            }
            let redeploys = has_owner && self.modes[mode as usize].effect == Effect::Down;
            let told = self.told_before(mode, outage, strikes);
            if !redeploys && told.is_none() {
                continue;
            }
            let passage = self.passage(mode, (number as u32, outage), cause, strikes);
            if redeploys {
                self.owner_hears(passage);
            }
            if let Some(told) = told {
                self.wait_for(Upkeep::Begin, passage, told);
            }
        }
    }

    /// MT-06: when machines are first told of a wave, if that is before it begins.
    fn told_before(&self, mode: u32, outage: RackOutage, strikes: &Strikes) -> Option<SimTime> {
        let wave = strikes.unit_modes().as_slice()[mode as usize].mode.wave()?;
        let lead = self.prepared_before(mode)?.as_ms();
        let first = outage.start.after(wave.between).as_ms();
        (outage.start > SimTime::ZERO && lead > wave.between.as_ms())
            .then(|| SimTime::from_ms(first.saturating_sub(lead)))
    }

    /// A passage of a wave of the storm, ready to begin.
    fn passage(&mut self, mode: u32, (number, outage): (u32, RackOutage), cause: u16, strikes: &Strikes) -> usize {
        let begins_ms = self.begins_ms(mode, outage, strikes);
        let at = self.passages.begin(mode, cause, (outage.first_rack, outage.first_rack + outage.racks));
        (self.passages.list[at].outage, self.passages.list[at].begins_ms) = (number, begins_ms);
        at
    }

    /// When a wave began: one that goes on when the trial begins is as much older as it is shorter.
    fn begins_ms(&self, mode: u32, outage: RackOutage, strikes: &Strikes) -> i64 {
        let start = outage.start.as_ms() as i64;
        let wave = strikes.unit_modes().as_slice()[mode as usize].mode.wave();
        let Some(wave) = wave.filter(|_| outage.start == SimTime::ZERO && outage.racks > 0) else { return start };
        let zone = self.topology.zone_of(zonefall_topology::RackId(outage.first_rack));
        let whole = wave.length(self.topology.region_of(zone), &self.topology);
        start - whole.as_ms().saturating_sub(outage.end.since(outage.start).as_ms()) as i64
    }

    /// A wave of the storm begins.
    pub(crate) fn wave_begins(
        &mut self,
        mode: u32,
        wave: (u32, RackOutage),
        cause: u16,
        t: SimTime,
        strikes: &Strikes,
    ) {
        let known = self.passages.list.iter().position(|passage| passage.open && passage.outage == wave.0);
        let at = known.unwrap_or_else(|| self.passage(mode, wave, cause, strikes));
        let passage = &mut self.passages.list[at];
        passage.ahead.wakes = SimTime::NEVER;
        if std::mem::take(&mut passage.early) {
            passage.open = passage.at < passage.steps.len();
            return;
        }
        self.lay_steps(at, strikes);
        self.await_step(at, t, strikes);
    }

    /// The first step of a wave that is still to begin is at hand.
    fn begins_early(&mut self, passage: usize, t: SimTime, strikes: &Strikes) {
        let of = &mut self.passages.list[passage];
        if of.open && of.due == t {
            of.early = true;
            self.lay_steps(passage, strikes);
            self.await_step(passage, t, strikes);
        }
    }

    pub(crate) fn upkeep(&mut self, what: Upkeep, passage: usize, t: SimTime, strikes: &Strikes) {
        match what {
            Upkeep::Step => self.step_is_due(passage, t, strikes),
            Upkeep::Redeploy => self.redeploy_is_due(passage, t, strikes),
            Upkeep::Begin => self.begins_early(passage, t, strikes),
        }
    }

    /// How long before its announced begin a step takes the machines out: none if they are hit as they are.
    fn prepared_before(&self, mode: u32) -> Option<SimDuration> {
        let events = self.design.maintenance.as_ref()?.events.as_ref()?;
        let pauses = self.modes[mode as usize].effect == Effect::Frozen;
        let notice = if pauses { events.freeze_notice } else { events.reboot_notice };
        prepared_before(notice, events.noticed_after, events.preparation)
    }

    /// Waits for the next step that reaches a machine.
    fn await_step(&mut self, passage: usize, t: SimTime, strikes: &Strikes) {
        let lead = self.prepared_before(self.passages.list[passage].mode).unwrap_or(SimDuration::ZERO);
        loop {
            let of = &self.passages.list[passage];
            let Some(&step) = of.steps.get(of.at) else {
                // One that has not begun yet is still to be known when it does.
                self.passages.list[passage].open = of.early;
                return;
            };
            // Where machines come and go there may be some by then.
            if !self.manager.is_active() && self.reached(passage, step.group, strikes).next().is_none() {
                self.passages.list[passage].at += 1;
                continue;
            }
            let begins = of.begins(step);
            let due = SimTime::from_ms(begins.as_ms().saturating_sub(lead.as_ms())).max(t);
            return self.wait_for(Upkeep::Step, passage, due);
        }
    }

    fn wait_for(&mut self, what: Upkeep, passage: usize, until: SimTime) {
        let of = &mut self.passages.list[passage];
        match what {
            Upkeep::Step | Upkeep::Begin => of.due = until,
            Upkeep::Redeploy => of.ahead.wakes = until,
        }
        if until < self.measure.horizon {
            self.pending.push(until, Pending::Upkeep { what, passage: passage as u32 }.tag());
        }
    }

    fn step_is_due(&mut self, passage: usize, t: SimTime, strikes: &Strikes) {
        let of = &self.passages.list[passage];
        if !of.open || of.due != t {
            return;
        }
        let step = of.steps[of.at];
        if self.reached(passage, step.group, strikes).next().is_none() {
            self.passages.list[passage].at += 1;
            return self.await_step(passage, t, strikes);
        }
        if self.comes_after_the_other(passage, step, strikes) {
            return self.await_step(passage, t, strikes);
        }
        if let Some(again) = self.is_held_up(passage, step.group, strikes) {
            let of = &mut self.passages.list[passage];
            of.late = of.late.plus(again);
            of.open = self.design.maintenance.as_ref().and_then(|m| m.health).is_none_or(|h| of.late <= h.patience);
            let open = of.open;
            self.note_delay(passage, strikes);
            if open {
                self.wait_for(Upkeep::Step, passage, t.after(again));
            }
            return;
        }
        self.take_step(passage, step, t, strikes);
        self.passages.list[passage].at += 1;
        self.await_step(passage, t, strikes);
    }

    /// MT-02: how long bad health holds a step up.
    fn is_held_up(&self, passage: usize, group: Group, strikes: &Strikes) -> Option<SimDuration> {
        let health = self.design.maintenance.as_ref()?.health?;
        let all = self.book.level(Class::Existing) - self.book.level(Class::Deallocated);
        let out = self.reached(passage, group, strikes).filter(|&at| self.machines[at].marks & self.absent() != 0);
        let not_serving = all - self.book.all_serving() - out.count() as i64;
        stops(not_serving, all, health.above_milli).then_some(health.again)
    }

    /// A step goes ahead.
    fn take_step(&mut self, passage: usize, step: Step, t: SimTime, strikes: &Strikes) {
        let of = &self.passages.list[passage];
        let (mode, cause, begins) = (of.mode, of.cause, of.begins(step));
        let lead = self.prepared_before(mode);
        let mut until = t;
        for at in self.machines_of(passage, step.group) {
            if !self.is_reached(passage, step.group, at, strikes) {
                continue;
            }
            if matches!(step.group, Group::Window { .. }) && self.machines[at].marks & self.halting() != 0 {
                // MT-05: a machine that is off is passed over.
                continue;
            }
            let who = strikes.population().instance_key(self.instance_of[at]);
            let Some(length) = strikes.unit_modes().outcome(mode, self.instance_of[at], who, step.planned).length
            else {
                continue;
            };
            let serves = self.machines[at].marks & self.absent() == 0;
            let prepared = (lead.is_some() && serves).then(|| match self.may_begin(at, step.planned) {
                true => SimDuration::ZERO,
                false => begins.since(t),
            });
            let length = prepared.map_or(length, |waits| waits.plus(length));
            self.maintain((mode, cause), at, prepared, length, t, strikes);
            until = until.max(t.after(length));
            self.close_host(step.group, at, t.after(length), t);
        }
        self.close_rack(step.group, until, t);
    }

    /// MT-08: whether all machines on its host have said that maintenance may begin.
    fn may_begin(&self, at: usize, planned: SimTime) -> bool {
        let events = self.design.maintenance.as_ref().and_then(|of| of.events);
        events.is_some_and(|events| {
            let host = self.host_start.partition_point(|&start| start as usize <= at) as u64;
            events.approves
                && (events.neighbours >= 1.0 || self.luck_by(host, planned, NEIGHBOURS).unit(0) < events.neighbours)
        })
    }

    /// Takes a machine out for so long. One that is prepared, so long before it begins, loses no request: it has left the
    /// rotation.
    fn maintain(
        &mut self,
        (mode, cause): (u32, u16),
        at: usize,
        prepared: Option<SimDuration>,
        length: SimDuration,
        t: SimTime,
        strikes: &Strikes,
    ) {
        let mark = 1 << mode;
        if self.machines[at].marks & (mark | ABSENT) != 0 {
            return;
        }
        self.book.ledger.machine_failures += u64::from(t >= self.measure.from);
        match prepared {
            Some(before) => self.drain(at, (mark, before), cause, t),
            None => self.halt(at, mark, cause, t),
        }
        self.schedule_repair(mode, at as u32, false, Outcome { length: Some(length), predicted: false }, t, strikes);
    }

    /// A machine that serves leaves the rotation in good order, so long before maintenance begins.
    fn drain(&mut self, at: usize, (mark, before): (u32, SimDuration), cause: u16, t: SimTime) {
        self.book.settle(t, &self.measure);
        self.keep_through(at, before, cause, t);
        self.machines[at].marks |= mark;
        self.stop_serving(at, cause, 0, t);
        if self.probes_of(at).is_some() {
            self.machines[at].marks |= REMOVED;
        }
        self.age(at, t);
        self.opens_if_none(at, t);
    }

    /// What the course of one wave is keyed by, in all designs alike and whatever else may strike.
    fn key_of(&self, passage: usize, mode: &str) -> Key {
        self.standing_luck.named("maintenance").named(mode).part(0, self.passages.list[passage].begins_ms as u64)
    }
}
