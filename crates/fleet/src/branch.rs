//! Worlds that are lived on from where they are as often as one likes, each time with another future.
//!
//! A world is copied as a whole (`Clone`, which allocates nothing into a world of the same design) and goes on like the one it
//! was copied from. [`World::branch`] lets it have other luck from an instant on: what has begun stays, lives of machines
//! that fail by their age are drawn anew given that age. [`Descent`] stops a world where it has lost so much that it is worth
//! going on from there more than once.
//!
//! What can go wrong: luck that is drawn when a trial begins and used later (the noise of the demand, phases of grids) stays
//! as it is in every branch. That is correct, as it is a part of the state, but branches are then more alike.

use crate::design::Need;
use crate::pending::Pending;
use crate::serving::Class;
use crate::watch::Watcher;
use crate::world::{World, fleet_luck};
use zonefall_engine::{Key, SimDuration, SimTime};
use zonefall_faults::Strikes;

impl World {
    /// From now on this world and its copies can branch.
    pub fn allow_branches(&mut self) {
        for lives in &mut self.lives {
            lives.length = vec![SimDuration::ZERO; lives.ends.len()];
        }
    }

    /// How much more may be lost before the objective is missed: machines, or thousandths of a request a second; below 0 if
    /// it is missed.
    pub fn margin(&self) -> i64 {
        match self.design.need {
            Need::Serving(least) => self.book.level(Class::Serving) - i64::from(least),
            Need::Parts(_) => self.book.parts.as_ref().map_or(-1, |parts| parts.margin()),
            _ if self.book.misses() => -1,
            // How late a batch will be is not known yet: what works on it is.
            Need::Done(..) => i64::try_from(self.book.works_off()).unwrap_or(i64::MAX),
            Need::Served(share, of) => {
                let needed = u128::from(self.book.demand.unwrap_or(0)) * u128::from(share) / u128::from(of.max(1));
                (self.book.gated(self.book.usable()) - i64::try_from(needed).unwrap_or(i64::MAX)).max(0)
            }
        }
    }

    /// Events of the trial so far.
    pub fn events(&self) -> u64 {
        self.budget.spent()
    }

    /// From `after` on, which has been lived through, luck is that of a branch. `strikes` have branched already.
    pub fn branch(&mut self, after: SimTime, lineage: Key, strikes: &Strikes) {
        self.luck = fleet_luck(lineage);
        self.manager.forget_storm();
        for index in 0..self.lives.len() {
            for unit in 0..self.lives[index].ends.len() {
                self.live_otherwise(index, unit, after, strikes);
            }
        }
    }

    /// A unit lives on from its age as long as another of that age might.
    fn live_otherwise(&mut self, index: usize, unit: usize, after: SimTime, strikes: &Strikes) {
        let lives = &self.lives[index];
        let (mode, ends, whole) = (lives.mode, lives.ends[unit], lives.length[unit]);
        let left = match lives.left[unit] {
            Some(left) => left,
            None if ends < SimTime::NEVER => ends.since(after),
            None => return,
        };
        let age = SimDuration::from_ms(whole.as_ms().saturating_sub(left.as_ms()));
        let on_host = self.modes[mode as usize].on_host;
        let who = if on_host {
            strikes.population().host_key(unit as u32)
        } else {
            strikes.population().instance_key(self.instance_of[unit])
        };
        let count = lives.count[unit].saturating_sub(1);
        let of_mode = &strikes.unit_modes().as_slice()[mode as usize];
        let Some(ms) = of_mode.life_after(who, count, age) else { return };
        let horizon = self.measure.horizon.as_ms();
        // Beyond the horizon all lives are alike.
        let whole = SimDuration::from_ms((ms.min(2.0 * horizon as f64 + age.as_ms() as f64)) as u64);
        let rest = SimDuration::from_ms(whole.as_ms() - age.as_ms());
        let lives = &mut self.lives[index];
        lives.length[unit] = whole;
        if lives.left[unit].is_some() {
            lives.left[unit] = Some(rest);
        } else {
            lives.ends[unit] = after.after(rest);
            self.pending.push(lives.ends[unit], Pending::LifeEnds { mode, unit: unit as u32 }.tag());
        }
    }
}

/// Stops a world at the end of the first millisecond in which its margin is at or below a level.
#[derive(Debug, Clone, Copy)]
pub struct Descent {
    /// The level.
    pub level: i64,
    /// The least margin that was seen.
    pub lowest: i64,
    last: Option<SimTime>,
    /// The millisecond that was lived through last, if the world was stopped there.
    pub reached: Option<SimTime>,
}

impl Descent {
    /// Stops at a level.
    pub fn to(level: i64) -> Self {
        Self { level, lowest: i64::MAX, last: None, reached: None }
    }
}

impl Watcher for Descent {
    fn saw(&mut self, _: &World, now: SimTime) {
        self.last = Some(now);
    }

    fn stops(&mut self, world: &World, next: SimTime) -> bool {
        let Some(last) = self.last.filter(|&last| last < next) else { return false };
        let margin = world.margin();
        self.lowest = self.lowest.min(margin);
        if margin <= self.level {
            self.reached = Some(last);
        }
        self.reached.is_some()
    }
}
