//! Lives that depend on history: modes whose law has memory and whose clock stops while the machine does not run, or
//! whose repair waits for a crew. The k-th life of a unit is the same length in every design.

use crate::machine::STARTING;
use crate::pending::Pending;
use crate::world::World;
use zonefall_engine::SimTime;
use zonefall_faults::Strikes;
use zonefall_topology::HostId;

impl World {
    pub(crate) fn begin_lives(&mut self, strikes: &Strikes) {
        for index in 0..self.lives.len() {
            let lives = &mut self.lives[index];
            lives.ends.fill(SimTime::NEVER);
            lives.left.fill(None);
            lives.count.fill(0);
            let facts = &self.modes[lives.mode as usize];
            if self.suppressed.as_ref().is_some_and(|of| of.takes_cause(facts.cause)) {
                continue;
            }
            let on_host = facts.on_host;
            for unit in 0..lives.ends.len() as u32 {
                if !on_host || self.host_start[unit as usize] < self.host_start[unit as usize + 1] {
                    self.begin_life(index, unit, SimTime::ZERO, strikes);
                }
            }
        }
    }

    fn begin_life(&mut self, index: usize, unit: u32, t: SimTime, strikes: &Strikes) {
        let mode = self.lives[index].mode;
        let who = if self.modes[mode as usize].on_host {
            strikes.population().host_key(unit)
        } else {
            strikes.population().instance_key(self.instance_of[unit as usize])
        };
        let stopped = self.modes[mode as usize].operating && self.stands(unit as usize);
        let lives = &mut self.lives[index];
        let count = lives.count[unit as usize];
        lives.count[unit as usize] += 1;
        let drawn = strikes.unit_modes().as_slice()[mode as usize].life(who, count);
        // Where trials branch, a life beyond the horizon has an age as well.
        let beyond = || (!lives.length.is_empty()).then(|| self.measure.horizon.since(SimTime::ZERO));
        let Some(length) = drawn.or_else(beyond) else { return };
        if let Some(whole) = lives.length.get_mut(unit as usize) {
            *whole = length;
        }
        if stopped {
            lives.left[unit as usize] = Some(length);
        } else {
            lives.ends[unit as usize] = t.after(length);
            self.pending.push(t.after(length), Pending::LifeEnds { mode, unit }.tag());
        }
    }

    fn stands(&self, at: usize) -> bool {
        self.machines[at].marks & (self.halting() | STARTING) != 0
    }

    /// A unit of a mode is repaired: its next life begins.
    pub(crate) fn renew(&mut self, mode: u32, unit: u32, t: SimTime, strikes: &Strikes) {
        if let Some(index) = self.lives.iter().position(|lives| lives.mode == mode) {
            self.begin_life(index, unit, t, strikes);
        }
    }

    pub(crate) fn life_ends(&mut self, mode: u32, unit: u32, t: SimTime, strikes: &Strikes) {
        let Some(lives) = self.lives.iter_mut().find(|lives| lives.mode == mode) else { return };
        if lives.ends[unit as usize] != t {
            return;
        }
        lives.ends[unit as usize] = SimTime::NEVER;
        if self.modes[mode as usize].on_host {
            self.strike_host(mode, HostId(unit), t, strikes);
        } else {
            let cause = self.modes[mode as usize].cause;
            self.strike(mode, unit as usize, cause, t, strikes);
        }
    }

    /// A machine's marks have changed: the managed sets will look at it.
    #[inline]
    pub(crate) fn age(&mut self, at: usize, t: SimTime) {
        if self.is_watched {
            if !self.lives.is_empty() {
                self.age_lives(at, t);
            }
            if self.manager.is_active() {
                self.manager.touch(at);
            }
            self.see_uptime(at, t);
        }
    }

    /// A new machine stands where another one stood: its lives begin.
    pub(crate) fn begin_new_lives(&mut self, at: usize, t: SimTime, strikes: &Strikes) {
        for index in 0..self.lives.len() {
            let facts = &self.modes[self.lives[index].mode as usize];
            let taken = self.suppressed.as_ref().is_some_and(|of| of.takes_cause(facts.cause));
            if !facts.on_host && !taken {
                self.lives[index].ends[at] = SimTime::NEVER;
                self.lives[index].left[at] = None;
                self.begin_life(index, at as u32, t, strikes);
            }
        }
    }

    /// The machine is gone: its lives end without a strike.
    pub(crate) fn end_lives(&mut self, at: usize) {
        for lives in &mut self.lives {
            if !self.modes[lives.mode as usize].on_host {
                lives.ends[at] = SimTime::NEVER;
                lives.left[at] = None;
            }
        }
    }

    /// Operating clocks stop or go on.
    #[inline(never)]
    fn age_lives(&mut self, at: usize, t: SimTime) {
        let stands = self.stands(at);
        for lives in &mut self.lives {
            let facts = &self.modes[lives.mode as usize];
            if !facts.operating || facts.on_host {
                continue;
            }
            if stands && lives.ends[at] < SimTime::NEVER {
                lives.left[at] = Some(lives.ends[at].since(t));
                lives.ends[at] = SimTime::NEVER;
            } else if let Some(left) = lives.left[at].filter(|_| !stands) {
                lives.ends[at] = t.after(left);
                lives.left[at] = None;
                self.pending.push(lives.ends[at], Pending::LifeEnds { mode: lives.mode, unit: at as u32 }.tag());
            }
        }
    }
}
