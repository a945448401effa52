//! How long a design was in each state of load: so many machines' worth of capacity, so much that reaches them; of a service of
//! parts the same for each tier of a way.
//!
//! In: spells, each from one change of that state to the next. Out: their sums by state and by the spells' order of length
//! (a short one says little of what a queue does at rest). Integers only, and no list of spells is kept: sums are put
//! together whenever they have doubled, so the memory is that of the states, and is kept from trial to trial.

use zonefall_engine::{SimDuration, SimTime};

/// Sums are first put together when there are so many.
const FIRST_LOOK: usize = 256;

/// A state of load of machines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Load {
    /// Machines' worth of capacity in rotation.
    pub machines: u32,
    /// What reaches them, in thousandths of a request a second.
    pub reach_milli: u64,
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
        let load = |machines, reach_milli| Load { machines, reach_milli };
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
