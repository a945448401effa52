//! What the metrics of a set follow from at an instant.
//!
//! In: what comes to its part of the service, and its machines. Out: the mean CPU of those that report, and requests, in
//! millionths. Integers only; nothing here knows of time.

use super::history::FULL;

/// Millionths in a thousandth.
const MICRO_OF_MILLI: i128 = 1000;

/// What the metrics of a set follow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Seen {
    /// Requests that come to the machines, in millionths a second.
    pub requests: u64,
    /// The same with tries again, which keep machines busy.
    pub attempted: u64,
    /// Machines that requests go to, dead ones included.
    pub rotation: i64,
    /// Machines of the set that serve.
    pub serving: u32,
    /// Those among them that start slowly and are not warm.
    pub cold: u32,
    /// AS-18, AS-22: instances that it counts.
    pub capacity: u32,
}

/// What a machine of a set can do, in thousandths of a request a second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Does {
    pub warm: i64,
    /// While it is not warm.
    pub cold: i64,
    /// It gets as much as every other, rather than what it can do.
    pub evenly: bool,
}

impl Seen {
    /// AS-08: the mean CPU of the machines that report, in millionths of a percent; none if none does. Requests go evenly
    /// to the machines in rotation, so those that live are as busy as each other, and one that is not warm is
    /// busier; where requests go where there is room, all are as busy as each other.
    pub fn cpu(&self, does: Does) -> Option<i64> {
        if self.serving == 0 {
            return None;
        }
        let (all, cold) = (i64::from(self.serving), i64::from(self.cold));
        if self.cold == 0 {
            return Some(self.busy(does.warm, 1));
        }
        if !does.evenly {
            return Some(self.busy(does.warm * (all - cold) + does.cold * cold, all));
        }
        Some((self.busy(does.warm, 1) * (all - cold) + self.busy(does.cold, 1) * cold) / all)
    }

    /// The CPU of so many machines that together serve so much and each get as much as all others in rotation.
    fn busy(&self, serves_milli: i64, machines: i64) -> i64 {
        let room = i128::from(self.rotation) * i128::from(serves_milli.max(1)) * MICRO_OF_MILLI;
        let busy = i128::from(self.attempted) * i128::from(FULL) * i128::from(machines) / room.max(1);
        i64::try_from(busy).map_or(FULL, |busy| busy.min(FULL))
    }

    /// Millionths of a request a second.
    pub fn requests(&self) -> i64 {
        i64::try_from(self.requests).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MICRO: i64 = 1_000_000;

    #[test]
    fn as_08_the_survivors_load_drives_cpu_and_nobody_reports_from_the_dead() {
        let load = 600 * MICRO as u64;
        let seen = Seen { requests: load, attempted: load, rotation: 9, serving: 9, capacity: 9, ..Seen::default() };
        let does = Does { warm: 100_000, cold: 50_000, evenly: true };
        assert_eq!(seen.cpu(does), Some(66_666_666));
        // A zone is lost: three machines are gone from the rotation, then those that live are busier.
        assert_eq!(Seen { rotation: 6, serving: 6, ..seen }.cpu(does), Some(100 * MICRO));
        // Until probes have noticed, requests still go to the dead.
        assert_eq!(Seen { serving: 6, ..seen }.cpu(does), Some(66_666_666));
        assert_eq!(Seen { rotation: 3, serving: 0, ..seen }.cpu(does), None);
        // One of nine is cold: it would need 133 % of what it can do; eight and a half machines' worth are 70.6 % busy.
        let cold = Seen { cold: 1, ..seen };
        assert_eq!(cold.cpu(does), Some((8 * 66_666_666 + 100 * MICRO) / 9));
        assert_eq!(cold.cpu(Does { evenly: false, ..does }), Some(70_588_235));
        // TF-01: what is tried again keeps them as busy as what comes first.
        assert_eq!(Seen { attempted: 3 * load, ..seen }.cpu(does), Some(100 * MICRO));
    }
}
