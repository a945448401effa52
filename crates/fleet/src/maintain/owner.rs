//! MT-03: the owner's redeployments ahead of a wave that restarts machines.
//!
//! From the beginning of the self-service window on, machine after machine is redeployed, evenly over the window or over
//! its hours of work, as long as the service can spare it. One that cannot be spared is put off and holds up nobody behind
//! it. What is not done when the wave begins is left to the platform. What was due before the trial is looked at when it begins
//! (`before.rs`).

use super::{REDEPLOYMENT, Upkeep};
use crate::machine::ABSENT;
use crate::maintenance::SelfService;
use crate::policy::maintenance::{at_work, spread_ms};
use crate::world::World;
use zonefall_engine::{SimDuration, SimTime};
use zonefall_faults::Strikes;

/// What the owner of the machines in a wave's way does ahead of it.
#[derive(Debug)]
pub(super) struct Ahead {
    /// The next machine, and when its turn comes.
    next: u32,
    turn: SimTime,
    /// Those that could not be spared, each with the instant at which it is looked at again.
    put_off: Vec<(SimTime, u32)>,
    /// The earliest of all these instants.
    pub(super) wakes: SimTime,
    /// Where its machines begin in the list of those that are done; none where owners do not redeploy any.
    pub(super) done_from: Option<usize>,
}

zonefall_engine::pooled_clone!(Ahead { next, turn, put_off, wakes, done_from });

impl Default for Ahead {
    fn default() -> Self {
        Self { next: 0, turn: SimTime::NEVER, put_off: Vec::new(), wakes: SimTime::NEVER, done_from: None }
    }
}

impl Ahead {
    pub(super) fn clear(&mut self) {
        (self.next, self.turn, self.wakes, self.done_from) = (0, SimTime::NEVER, SimTime::NEVER, None);
        self.put_off.clear();
    }

    /// The next machine is taken in turn.
    pub(super) fn take_turn(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    /// Looks at a machine again at some instant.
    pub(super) fn put_off(&mut self, machine: u32, until: SimTime) {
        self.put_off.push((until, machine));
    }

    /// One of those to be looked at again by now.
    fn looked_at_by(&mut self, t: SimTime) -> Option<u32> {
        let at = self.put_off.iter().position(|of| of.0 <= t)?;
        Some(self.put_off.remove(at).1)
    }
}

impl World {
    /// The owner hears of a wave.
    pub(super) fn owner_hears(&mut self, passage: usize) {
        let design = self.design.clone();
        let Some(owner) = design.maintenance.as_ref().and_then(|of| of.self_service.as_ref()) else { return };
        let machines = self.in_its_way(passage).len();
        let from = self.passages.done.len();
        self.passages.list[passage].ahead.done_from = Some(from);
        self.passages.done.resize(from + machines, false);
        self.note_those_before(passage, owner);
        self.await_redeploy(passage, SimTime::ZERO);
    }

    /// The machines that a passage goes through, as positions.
    pub(super) fn in_its_way(&self, passage: usize) -> std::ops::Range<usize> {
        let (from, to) = self.passages.list[passage].racks;
        self.machines_on(from..to)
    }

    /// The time in which the owner may be ahead of a wave.
    pub(super) fn window_ms(&self, passage: usize, owner: &SelfService) -> (i64, i64) {
        let to_ms = self.passages.list[passage].begins_ms;
        (to_ms - owner.window.as_ms() as i64, to_ms)
    }

    /// Waits for the owner's next redeployment, from `t` on.
    fn await_redeploy(&mut self, passage: usize, t: SimTime) {
        let design = self.design.clone();
        let Some(owner) = design.maintenance.as_ref().and_then(|of| of.self_service.as_ref()) else { return };
        let turn = self.next_turn(passage, t, owner).unwrap_or(SimTime::NEVER);
        let ahead = &mut self.passages.list[passage].ahead;
        ahead.turn = turn;
        let due = ahead.put_off.iter().map(|of| of.0).fold(turn, SimTime::min);
        self.wait_for(Upkeep::Redeploy, passage, due);
    }

    /// When the next machine's turn comes, `t` at the earliest; those without a turn are passed over.
    fn next_turn(&mut self, passage: usize, t: SimTime, owner: &SelfService) -> Option<SimTime> {
        let machines = self.in_its_way(passage).len();
        let (window, office) = (self.window_ms(passage, owner), owner.office.as_deref());
        loop {
            let ahead = &mut self.passages.list[passage].ahead;
            if ahead.next as usize >= machines {
                return None;
            }
            if let Some(at_ms) = spread_ms(u64::from(ahead.next), machines as u64, window, office) {
                return at_work(SimTime::from_ms(at_ms.max(0) as u64).max(t), office);
            }
            ahead.take_turn();
        }
    }

    pub(super) fn redeploy_is_due(&mut self, passage: usize, t: SimTime, strikes: &Strikes) {
        let of = &self.passages.list[passage];
        if !of.open || of.ahead.wakes != t {
            return;
        }
        while let Some(machine) = self.passages.list[passage].ahead.looked_at_by(t) {
            self.redeploy(passage, machine, t, strikes);
        }
        if self.passages.list[passage].ahead.turn <= t {
            let machine = self.passages.list[passage].ahead.take_turn();
            self.redeploy(passage, machine, t, strikes);
        }
        self.await_redeploy(passage, t);
    }

    /// The owner redeploys a machine, by its place among those in the wave's way, or puts it off if it cannot be spared.
    fn redeploy(&mut self, passage: usize, machine: u32, t: SimTime, strikes: &Strikes) {
        let of = &self.passages.list[passage];
        let (mode, cause, begins_ms) = (of.mode, of.cause, of.begins_ms);
        let at = self.in_its_way(passage).start + machine as usize;
        let design = self.design.clone();
        let Some(owner) = design.maintenance.as_ref().and_then(|of| of.self_service.as_ref()) else { return };
        if self.machines[at].marks & ABSENT != 0 || self.manager.is_creating(at) {
            return;
        }
        if !self.can_be_spared(at, t, strikes) {
            let again = at_work(t.after(owner.again.max(SimDuration::from_ms(1))), owner.office.as_deref());
            if let Some(again) = again.filter(|again| (again.as_ms() as i64) < begins_ms) {
                self.passages.list[passage].ahead.put_off(machine, again);
            }
            return;
        }
        self.note_redeployed(passage, machine as usize);
        let takes = owner.redeploy.draw(&mut self.luck_of(at, strikes, t, REDEPLOYMENT).stream());
        let prepared = design.maintenance.as_ref().is_some_and(|of| of.events.is_some());
        let prepared = prepared.then_some(SimDuration::ZERO);
        self.maintain((mode, cause), at, prepared, takes, t, strikes);
    }

    /// Notes of a machine, by its place among those in a wave's way, that it has been redeployed ahead of it.
    pub(super) fn note_redeployed(&mut self, passage: usize, machine: usize) {
        if let Some(from) = self.passages.list[passage].ahead.done_from {
            self.passages.done[from + machine] = true;
        }
    }

    /// Whether a machine runs, the service does without it, and the control plane is there to move it.
    fn can_be_spared(&self, at: usize, t: SimTime, strikes: &Strikes) -> bool {
        let set = self.machines[at].set as usize;
        self.machines[at].marks & self.absent() == 0
            && !self.book.misses_without(self.sets[set].part, 1, self.sets[set].serves)
            && self.control_plane_back(set, t, strikes) == t
    }
}
