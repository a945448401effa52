//! How many machines serve how much, where requests go evenly to machines that are not alike.
//!
//! In: machines that begin to serve, cease to, or serve more or less than before. Out: what a demand comes to. Each machine in
//! rotation gets the same share, whatever it can serve; one that starts slowly overflows while others have room, and what
//! overflows is not served. Between machines that are alike this is the same as one pool, to the last thousandth.
//!
//! A design whose requests go where there is room (`Service::spreads_evenly` is off) has none of this, but for times of responses, which
//! hang on how fast each machine is.

use crate::parts::Counts;
use crate::parts::routes::ALL;
use crate::world::World;

/// Machines by what one of them can serve, in thousandths of a request a second; in order.
#[derive(Debug, Default)]
pub(crate) struct Room(Vec<(i64, i64)>);

impl Clone for Room {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }

    fn clone_from(&mut self, of: &Self) {
        self.0.clone_from(&of.0);
    }
}

impl Room {
    /// A trial begins; nobody serves yet.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// So many machines of this capacity more serve.
    pub fn change(&mut self, capacity: i64, machines: i64) {
        match self.0.binary_search_by_key(&capacity, |&(capacity, _)| capacity) {
            Ok(at) => {
                self.0[at].1 += machines;
                if self.0[at].1 == 0 {
                    self.0.remove(at);
                }
            }
            Err(at) => {
                debug_assert!(machines > 0, "machines go that never came");
                self.0.insert(at, (capacity, machines));
            }
        }
    }

    /// Machines by capacity.
    pub fn levels(&self) -> &[(i64, i64)] {
        &self.0
    }

    /// Whether all machines are alike.
    pub fn is_level(&self) -> bool {
        self.0.len() < 2
    }

    /// What is served of a demand that goes evenly to so many machines, the dead among them; as many of so
    /// many of those alive run.
    pub fn served(&self, rotation: i64, demand: u64, runs: (u64, u64)) -> u64 {
        served(self.0.iter().copied(), rotation, demand, runs)
    }

    /// The same if so many machines that can serve at least so much did not.
    pub fn served_without(&self, rotation: i64, demand: u64, (capacity, machines): (i64, i64)) -> u64 {
        let first = self.0.partition_point(|&(can, _)| can < capacity).min(self.0.len().saturating_sub(1));
        let left = self.0.iter().enumerate().map(|(at, &(can, of))| {
            let gone = if at == first { machines } else { 0 };
            (can, (of - gone).max(0))
        });
        served(left, rotation - machines, demand, ALL)
    }
}

/// What machines of these capacities serve.
fn served(levels: impl Iterator<Item = (i64, i64)>, rotation: i64, demand: u64, runs: (u64, u64)) -> u64 {
    if rotation <= 0 {
        return 0;
    }
    let (demand, rotation) = (i128::from(demand), i128::from(rotation));
    let (mut fit, mut less) = (0, 0);
    for (capacity, machines) in levels {
        let can = i128::from(capacity) * i128::from(runs.0) / i128::from(runs.1);
        if can * rotation >= demand {
            fit += i128::from(machines);
        } else {
            less += can * i128::from(machines);
        }
    }
    u64::try_from((demand * fit / rotation + less).clamp(0, demand)).unwrap_or(0)
}

impl Counts {
    /// The capacity that a demand could make use of if no request went to a dead machine.
    pub fn of_use(self, room: Option<&Room>, demand: u64) -> Self {
        match room.filter(|room| !room.is_level()) {
            Some(room) => Self { capacity: self.capacity.min(room.served(self.serving, demand, ALL) as i64), ..self },
            None => self,
        }
    }

    /// Demand served where it goes evenly to machines that are not alike.
    pub fn served_evenly(self, room: &Room, demand: u64, runs: (u64, u64)) -> u64 {
        if self.serving == 0 { 0 } else { room.served(self.serving + self.dead, demand, runs) }
    }
}

impl World {
    /// A trial begins with the machines that serve.
    pub(crate) fn begin_spread(&mut self) {
        if !self.design.service.tells_machines_apart() {
            return;
        }
        for at in 0..self.machines.len() {
            if self.machines[at].marks == 0 {
                let of = &self.sets[self.machines[at].set as usize];
                self.book.spread(of.part, of.serves, 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(levels: &[(i64, i64)]) -> Room {
        let mut room = Room::default();
        levels.iter().for_each(|&(capacity, machines)| room.change(capacity, machines));
        room
    }

    #[test]
    fn each_machine_serves_its_share_or_what_it_can() {
        // Two of 1,000 and one of 400: 2,100 are 700 each, of which the slow one lacks 300.
        let three = room(&[(1000, 2), (400, 1)]);
        let served = |demand| three.served(3, demand, ALL);
        assert_eq!([served(1200), served(1500), served(2100), served(9000)], [1200, 1400, 1800, 2400]);
        // A dead machine gets as much as the others.
        assert_eq!(three.served(4, 2000, ALL), 1000 + 400);
        assert_eq!((three.served(0, 5, ALL), room(&[]).served(3, 5, ALL)), (0, 0));
        // Half of all that stands by runs: machines half as strong.
        assert_eq!(three.served(3, 1200, (1, 2)), 400 + 400 + 200);
        assert_eq!(three.served_without(3, 1200, (1000, 1)), 600 + 400);
    }

    #[test]
    fn machines_that_are_alike_are_one_pool() {
        for serving in 1..6_i64 {
            for dead in 0..3 {
                for demand in [0, 1, 7, 299, 300, 301, 1000, 9999] {
                    let counts = Counts { serving, dead, capacity: 300 * serving };
                    let evenly = counts.served_evenly(&room(&[(300, serving)]), demand, ALL);
                    assert_eq!(evenly, counts.served(demand), "{counts:?} {demand}");
                }
            }
        }
    }

    #[test]
    fn machines_come_and_go_and_none_is_left_behind() {
        let mut room = room(&[(5, 1), (3, 2)]);
        assert_eq!((room.levels(), room.is_level()), (&[(3, 2), (5, 1)][..], false));
        room.change(3, -2);
        assert!(room.is_level());
        room.change(5, -1);
        assert!(room.levels().is_empty());
    }
}
