//! SI: which machine a scale-in removes.
//!
//! In: the candidates, one a machine. Out: the index of the victim. Machines are removed one at a time.

use zonefall_engine::SimTime;

/// One machine as scale-in sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Index of its zone among the set's zones; none for a regional machine.
    pub zone: Option<u32>,
    /// Its fault domain, a number of the set's own.
    pub fault_domain: u32,
    /// Its instance id.
    pub id: u32,
    /// When it was created.
    pub created: SimTime,
    /// SI-05, SI-07: whether scale-in may not touch it.
    pub protected: bool,
    /// SI-06: unhealthy or not running.
    pub unhealthy: bool,
}

/// SI-03: the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Zones, then fault domains, then the highest id.
    Default,
    /// The oldest machine of the candidate zones.
    OldestFirst,
    /// The newest machine of the candidate zones.
    NewestFirst,
}

/// How a set scales in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScaleInRules {
    /// SI-03.
    pub order: Order,
    /// SI-06: `prioritizeUnhealthyVMs`.
    pub prioritize_unhealthy: bool,
    /// SI-05: where a fullest zone holds only protected machines, whether the next fullest zone is taken instead.
    pub falls_back: bool,
}

/// The machine to remove; none if nothing may be.
pub fn choose_victim(candidates: &[Candidate], rules: &ScaleInRules) -> Option<usize> {
    let open = || candidates.iter().enumerate().filter(|(_, machine)| !machine.protected);
    // SI-02: regional machines before any zonal one.
    if candidates.iter().any(|machine| machine.zone.is_some()) {
        if let Some(at) = among(candidates, open().filter(|(_, machine)| machine.zone.is_none()), rules) {
            return Some(at);
        }
    } else {
        return among(candidates, open(), rules);
    }
    // SI-01: the fullest zones; SI-05: if they hold only protected machines, the next fullest.
    let count = |zone: u32| candidates.iter().filter(|machine| machine.zone == Some(zone)).count();
    let mut below = usize::MAX;
    loop {
        let zones = candidates.iter().filter_map(|machine| machine.zone);
        let most = zones.map(count).filter(|&count| count < below).max()?;
        let here = |machine: &Candidate| machine.zone.is_some_and(|zone| count(zone) == most);
        if let Some(at) = among(candidates, open().filter(|(_, machine)| here(machine)), rules) {
            return Some(at);
        }
        if !rules.falls_back {
            return None;
        }
        below = most;
    }
}

/// SI-03, SI-04, SI-06: the victim among machines of equal claim.
fn among<'a>(
    all: &[Candidate],
    open: impl Iterator<Item = (usize, &'a Candidate)> + Clone,
    rules: &ScaleInRules,
) -> Option<usize> {
    let sick_first = rules.prioritize_unhealthy && open.clone().any(|(_, machine)| machine.unhealthy);
    let open = open.filter(move |(_, machine)| !sick_first || machine.unhealthy);
    let age = |machine: &Candidate| (machine.created, machine.id);
    match rules.order {
        Order::OldestFirst => open.min_by_key(|(_, machine)| age(machine)).map(|(at, _)| at),
        Order::NewestFirst => open.max_by_key(|(_, machine)| age(machine)).map(|(at, _)| at),
        Order::Default => {
            let domain =
                |of: &Candidate| all.iter().filter(|m| (m.zone, m.fault_domain) == (of.zone, of.fault_domain)).count();
            open.max_by_key(|(_, machine)| (domain(machine), machine.id)).map(|(at, _)| at)
        }
    }
}
