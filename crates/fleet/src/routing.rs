//! Failover: how clients come to one of several alternatives of a service, and how long it takes (DR-07).
//!
//! In: what a scenario says. Out: laws and probes, and the arithmetic of clients that keep their old answer. Pure: nothing here
//! knows a trial.

use crate::balancer::LoadBalancer;
use zonefall_engine::{Law, SimDuration, SimTime};

/// All clients, in millionths.
pub const ALL_CLIENTS: u32 = 1_000_000;

/// How the router finds out that an alternative is gone or back.
#[derive(Debug, Clone, PartialEq)]
pub enum Detection {
    /// So long after it is gone; at once when it is back.
    After(Law),
    /// By probes on a grid: so many failures, so many successes in a row (AFD-02, TM-02).
    Probes(LoadBalancer),
}

/// What a region does until it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standby {
    /// All alternatives serve, each an even share of the clients.
    Active,
    /// The first alternative serves; the others wait.
    Waiting,
}

/// How clients come to the alternatives of a group, of which the first is preferred.
#[derive(Debug, Clone, PartialEq)]
pub struct Routing {
    /// Who serves.
    pub standby: Standby,
    /// How the router finds out.
    pub detection: Detection,
    /// How long it takes until somebody decides to fail over (DR-04).
    pub decision: Law,
    /// From the decision until a standby can serve (DR-02, DR-07).
    pub ready: Law,
    /// DR-03: that its region has the capacity, in thousandths.
    pub chance_milli: u32,
    /// How long until it is asked for again where it has not.
    pub retry: Law,
    /// Each client keeps the old answer for what is left of this time (TM-02).
    pub time_to_live: SimDuration,
    /// How long after an alternative is back clients return to it; never where there is none.
    pub fail_back: Option<Law>,
    /// DR-01, DR-05: how old the data is that a standby begins with.
    pub recovery_point: Law,
    /// DR-02: a failover that takes longer is late.
    pub promised: Option<SimDuration>,
    /// The group holds while at least so many of its clients, in millionths, are at an alternative that holds.
    pub clients: u32,
}

impl Routing {
    /// When clients who leave an alternative at `t` are few enough for the objective: of `leaving` millionths of all clients,
    /// who leave evenly over the time to live, those who are left.
    pub fn crossing(&self, leaving: u32, t: SimTime) -> SimTime {
        let may_miss = ALL_CLIENTS - self.clients;
        if leaving <= may_miss {
            return t;
        }
        let (left, all) = (u64::from(leaving - may_miss), u64::from(leaving));
        t.after(SimDuration::from_ms((self.time_to_live.as_ms() * left).div_ceil(all)))
    }
}

/// Even shares of the clients for those that are in rotation; nobody's where none is.
pub fn even_shares(in_rotation: &[bool], into: &mut [u32]) {
    let count = in_rotation.iter().filter(|is_in| **is_in).count() as u32;
    let mut given = 0;
    for (at, (&is_in, share)) in in_rotation.iter().zip(into.iter_mut()).enumerate() {
        let before = in_rotation[..at].iter().filter(|is_in| **is_in).count() as u32;
        *share = if is_in { ALL_CLIENTS * (before + 1) / count - given } else { 0 };
        given += *share;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routing(time_to_live_s: u64, clients: u32) -> Routing {
        let none = || Law::constant(SimDuration::ZERO);
        Routing {
            standby: Standby::Waiting,
            detection: Detection::After(none()),
            decision: none(),
            ready: none(),
            chance_milli: 1000,
            retry: none(),
            time_to_live: SimDuration::from_ms(1000 * time_to_live_s),
            fail_back: None,
            recovery_point: none(),
            promised: None,
            clients,
        }
    }

    #[test]
    fn tm_02_clients_leave_evenly_over_the_time_to_live() {
        let at = |clients: u32, leaving: u32| routing(60, clients).crossing(leaving, SimTime::from_ms(1000)).as_ms();
        // Nine tenths have left after 54 s, all after 60 s; of a half, nine tenths of all are there after 48 s.
        assert_eq!([at(900_000, ALL_CLIENTS), at(ALL_CLIENTS, ALL_CLIENTS)], [55_000, 61_000]);
        assert_eq!([at(900_000, 500_000), at(900_000, 100_000)], [49_000, 1000]);
    }

    #[test]
    fn clients_are_shared_evenly_and_all_of_them() {
        let mut shares = [0; 3];
        even_shares(&[true; 3], &mut shares);
        assert_eq!(shares, [333_333, 333_333, 333_334]);
        even_shares(&[true, false, true], &mut shares);
        assert_eq!(shares, [500_000, 0, 500_000]);
        even_shares(&[false; 3], &mut shares);
        assert_eq!(shares, [0, 0, 0]);
    }
}
