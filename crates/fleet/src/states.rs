//! How long a design was in each state of load: so many machines, the slow ones by how slow, so much that reaches them; of a service of
//! parts the same for each tier of a way.
//!
//! In: spells, each from one change of that state to the next. Out: their sums by state and by the spells' order of length
//! (a short one says little of what a queue does at rest). Integers only, and no list of spells is kept: sums are put
//! together whenever they have doubled, so the memory is that of the states, and is kept from trial to trial.

use zonefall_engine::{SimDuration, SimTime};

/// Sums are first put together when there are so many.
const FIRST_LOOK: usize = 256;

/// The most kinds of slow machines that are told apart at once.
pub const SLOW_MAX: usize = 3;

/// A state of load of machines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Load {
    /// Machines in rotation that serve.
    pub machines: u32,
    /// What reaches them, in thousandths of a request a second.
    pub reach_milli: u64,
    /// Those of them that are slowed down or not warm, the slowest first; none of any where all serve what they can.
    pub slow: [Slow; SLOW_MAX],
    /// Where some are slow: each gets as much as every other; else as much as it can serve.
    pub evenly: bool,
}

/// Machines that are as slow as each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slow {
    /// How many.
    pub machines: u32,
    /// What each lacks of what it could serve, in thousandths.
    pub lacks: u32,
}

impl Load {
    /// So many machines that serve what they can.
    pub const fn whole(machines: u32, reach_milli: u64) -> Self {
        Self { machines, reach_milli, slow: [Slow { machines: 0, lacks: 0 }; SLOW_MAX], evenly: false }
    }

    /// Whether all serve what they can.
    pub fn is_whole(&self) -> bool {
        self.slow[0].machines == 0
    }

    /// The same where so many of so many of the machines run: of the slow ones rather one more.
    pub(crate) fn running(mut self, (runs, of): (u64, u64)) -> Self {
        if runs < of {
            let whole = self.machines - self.slow.iter().map(|slow| slow.machines).sum::<u32>();
            self.machines = (u64::from(whole) * runs / of) as u32;
            for slow in &mut self.slow {
                slow.machines = (u64::from(slow.machines) * runs).div_ceil(of) as u32;
                self.machines += slow.machines;
            }
        }
        self
    }

    /// Machines by what one serves, in order, where it could serve so much. Of more kinds than are told apart the fastest of the slow
    /// count as the slowest of themselves.
    pub(crate) fn of(by_capacity: &[(i64, i64)], serves_milli: u64, reach_milli: u64, evenly: bool) -> Self {
        let mut load = Self { reach_milli, evenly, ..Self::default() };
        let mut kinds = 0;
        for &(capacity, machines) in by_capacity {
            let machines = u32::try_from(machines).unwrap_or(0);
            load.machines += machines;
            let lacks = (serves_milli.saturating_sub(capacity as u64) * 1000).div_ceil(serves_milli) as u32;
            if lacks == 0 {
                continue;
            }
            if let Some(slow) = load.slow.get_mut(kinds) {
                slow.lacks = lacks;
                kinds += 1;
            }
            load.slow[kinds - 1].machines += machines;
        }
        load
    }
}

/// A state and how long it was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StateTime<S> {
    /// The state.
    pub state: S,
    /// Spells of at least 2ⁿ ms, and below twice that.
    pub octave: u8,
    /// How long, over all of them.
    pub held: SimDuration,
}

impl<S> StateTime<S> {
    /// The least length of one spell.
    pub fn shortest(&self) -> SimDuration {
        SimDuration::from_ms(1 << self.octave)
    }
}

/// The states of a trial.
#[derive(Debug, Default)]
pub struct States<S> {
    all: Vec<StateTime<S>>,
    /// When they are put together next.
    look_at: usize,
    open: Option<(S, SimTime, SimTime)>,
}

impl<S: Copy> Clone for States<S> {
    fn clone(&self) -> Self {
        Self { all: self.all.clone(), look_at: self.look_at, open: self.open }
    }

    fn clone_from(&mut self, of: &Self) {
        let Self { all, look_at, open } = of;
        self.all.clone_from(all);
        (self.look_at, self.open) = (*look_at, *open);
    }
}

/// Two are the same if their sums are.
impl<S: PartialEq> PartialEq for States<S> {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl<S: Eq> Eq for States<S> {}

impl<S: Copy + Ord> States<S> {
    /// The sums, in order; complete once the last spell is closed.
    pub fn iter(&self) -> impl Iterator<Item = &StateTime<S>> {
        self.all.iter()
    }

    /// From `from` to `to` the state was this. Spells come in order, and a state that goes on is one spell.
    pub fn add(&mut self, state: S, from: SimTime, to: SimTime) {
        match &mut self.open {
            Some((of, _, until)) if *of == state && *until == from => *until = to,
            _ => {
                self.end_spell();
                self.open = Some((state, from, to));
            }
        }
    }

    fn end_spell(&mut self) {
        let Some((state, from, to)) = self.open.take() else { return };
        let held = to.since(from);
        let Some(octave) = held.as_ms().checked_ilog2() else { return };
        self.all.push(StateTime { state, octave: octave as u8, held });
        if self.all.len() >= self.look_at.max(FIRST_LOOK) {
            self.put_together();
            self.look_at = 2 * self.all.len();
        }
    }

    fn put_together(&mut self) {
        self.all.sort_unstable();
        self.all.dedup_by(|next, kept| {
            let same = (next.state, next.octave) == (kept.state, kept.octave);
            if same {
                kept.held = SimDuration::from_ms(kept.held.as_ms() + next.held.as_ms());
            }
            same
        });
    }

    /// The trial is over.
    pub fn close(&mut self) {
        self.end_spell();
        self.put_together();
    }

    /// Forgets everything but the memory.
    pub(crate) fn clear(&mut self) {
        self.all.clear();
        (self.look_at, self.open) = (0, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_that_go_on_are_one_and_sums_do_not_depend_on_when_they_are_put_together() {
        let t = SimTime::from_ms;
        let load = Load::whole;
        let mut states = States::default();
        states.add(load(3, 50), t(0), t(10));
        states.add(load(3, 50), t(10), t(16));
        states.add(load(2, 50), t(16), t(20));
        states.add(load(3, 50), t(20), t(36));
        states.close();
        let row = |machines, reach_milli, octave, ms| StateTime {
            state: load(machines, reach_milli),
            octave,
            held: SimDuration::from_ms(ms),
        };
        assert_eq!(states.all, [row(2, 50, 2, 4), row(3, 50, 4, 32)]);
        let mut many = States::default();
        for at in 0..10_000 {
            many.add(load((at % 7) as u32, at % 3), t(at), t(at + 1));
        }
        many.close();
        assert_eq!(many.all.len(), 21);
        assert!(many.all.capacity() < 1000);
        assert_eq!(many.all.iter().map(|state| state.held.as_ms()).sum::<u64>(), 10_000);
    }
}
