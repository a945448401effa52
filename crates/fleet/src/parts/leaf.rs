//! What a leaf of a service is made of: machines of some sets, or a component.

use crate::room::Room;
use crate::structure::{Least, Throughput};

/// The component itself, in place of one of its seats.
pub(crate) const WHOLE: u32 = u32::MAX;

/// Machines of a group of sets.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub serving: i64,
    pub dead: i64,
    pub capacity: i64,
}

/// What a leaf is made of.
#[derive(Debug)]
pub(super) enum Leaf {
    Sets {
        need: Least,
        counts: Counts,
        /// What each machine can serve, where requests go evenly to all.
        room: Option<Room>,
    },
    /// Causes that hold it, oldest first, with the seat that each has taken.
    Component {
        held: Vec<(u16, u32)>,
        seats: u32,
        least: u32,
        ceiling: Option<Throughput>,
    },
    Group,
}

impl Clone for Leaf {
    fn clone(&self) -> Self {
        match self {
            Self::Sets { need, counts, room } => Self::Sets { need: *need, counts: *counts, room: room.clone() },
            Self::Component { held, seats, least, ceiling } => {
                Self::Component { held: held.clone(), seats: *seats, least: *least, ceiling: *ceiling }
            }
            Self::Group => Self::Group,
        }
    }

    fn clone_from(&mut self, of: &Self) {
        match (self, of) {
            (Self::Component { held, .. }, Self::Component { held: of, .. }) => held.clone_from(of),
            (Self::Sets { counts, room, .. }, Self::Sets { counts: of, room: room_of, .. }) => {
                *counts = *of;
                room.clone_from(room_of);
            }
            (leaf, of) => *leaf = of.clone(),
        }
    }
}

impl Leaf {
    /// Whether enough seats of a component are left, whatever holds the whole of it.
    fn has_seats(held: &[(u16, u32)], (seats, least): (u32, u32)) -> bool {
        let first =
            |&(at, &(_, seat)): &(usize, &(u16, u32))| seat != WHOLE && held[..at].iter().all(|&(_, of)| of != seat);
        let lost = held.iter().enumerate().filter(first).count() as u32;
        seats.saturating_sub(lost) >= least
    }

    /// Whether nothing holds a component, or few enough of its seats.
    pub fn is_up(&self) -> bool {
        let Self::Component { held, seats, least, .. } = self else { return false };
        held.iter().all(|&(_, of)| of != WHOLE) && Self::has_seats(held, (*seats, *least))
    }

    /// The causes that stop a component: what holds seats is none of them as long as enough are left.
    pub fn stopped_by(&self) -> impl Iterator<Item = u16> + '_ {
        let held =
            if let Self::Component { held, seats, least, .. } = self { Some((held, (*seats, *least))) } else { None };
        held.into_iter().flat_map(|(held, of)| {
            let seats_answer = !Self::has_seats(held, of);
            held.iter().filter(move |&&(_, seat)| seat == WHOLE || seats_answer).map(|&(cause, _)| cause)
        })
    }
}

impl Counts {
    /// Nothing.
    pub const NONE: Self = Self { serving: 0, dead: 0, capacity: 0 };

    /// Requests that go to machines alive.
    pub fn reached(self, demand: u64) -> u64 {
        match self.serving + self.dead {
            0 => 0,
            all => (u128::from(demand) * self.serving as u128 / all as u128) as u64,
        }
    }

    /// Demand served: requests go evenly to the machines in rotation, those sent to dead ones are lost, the rest is served
    /// as far as capacity goes.
    pub fn served(self, demand: u64) -> u64 {
        if self.serving == 0 { 0 } else { self.reached(demand).min(self.capacity as u64) }
    }
}
