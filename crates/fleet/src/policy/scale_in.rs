//! SI: which machine a scale-in removes, and what protection keeps from a machine.
//!
//! In: the candidates, one a machine. Out: the index of the victim. Machines are removed one at a time, and each choice
//! walks the machines a few times: O(machines × zones), without a list.

use zonefall_engine::SimTime;

/// One machine as scale-in sees it. Protected and deallocated ones (OM-09) are among them, for they count; failed creations
/// are too, for they may go (RC-07), but they do not make their place the fullest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Index of its zone among the set's zones; none for a regional machine.
    pub zone: Option<u32>,
    /// Its fault domain, a number of the set's own.
    pub fault_domain: u32,
    /// ZB-01: whether it counts for the balance of zones and fault domains: not what failed to be created.
    pub balances: bool,
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
    /// SI-05: where the fullest zones hold only protected machines, whether the next fullest are taken instead.
    pub falls_back: bool,
}

/// The machine to remove; none if nothing may be: then fewer are deleted and the target is not reached (SI-05).
///
/// SI-02, SI-01, SI-06, SI-03, in this order of weight.
pub fn choose_victim(candidates: &[Candidate], rules: &ScaleInRules) -> Option<usize> {
    let domains = Tally::of_domains(candidates, rules.order);
    // SI-02: regional machines before any zonal one. In a regional set there are no others.
    let regional = pick(candidates, rules, &domains, |machine| machine.zone.is_none());
    if regional.is_some() {
        return regional;
    }
    // SI-01: the fullest zones; SI-05: if they hold only protected machines, the next fullest.
    let zones = Tally::of_zones(candidates);
    let mut below = u32::MAX;
    loop {
        let count = |machine: &Candidate| machine.zone.map(|_| zones.count(candidates, machine));
        let most = candidates.iter().filter_map(count).filter(|&count| count < below).max()?;
        let victim = pick(candidates, rules, &domains, |machine| count(machine) == Some(most));
        if victim.is_some() || !rules.falls_back {
            return victim;
        }
        below = most;
    }
}

/// The same where each zone knows its own first victim: `zones` are groups of machines with the number of those that
/// count for balance (none for a regional group), `first` is a group's victim with its claim.
#[inline]
pub fn choose_in_zones<C: Ord>(
    zones: impl Iterator<Item = (usize, Option<u32>)>,
    falls_back: bool,
    first: impl Fn(usize) -> Option<(C, usize)>,
) -> Option<usize> {
    // SI-02: regional machines rank above those of any zone. SI-01, SI-05: then the fullest zones, and so on down.
    const REGIONAL: u64 = 1 << 32;
    let (mut best, mut fullest): (Option<(u64, C, usize)>, u64) = (None, 0);
    for (group, count) in zones {
        let rank = count.map_or(REGIONAL, u64::from);
        if rank < REGIONAL {
            fullest = fullest.max(rank);
        }
        if best.as_ref().is_some_and(|best| rank < best.0) {
            continue;
        }
        let Some((claim, at)) = first(group) else { continue };
        if best.as_ref().is_none_or(|best| rank > best.0 || claim > best.1) {
            best = Some((rank, claim, at));
        }
    }
    best.filter(|best| falls_back || best.0 >= fullest).map(|(.., at)| at)
}

/// SI-03, SI-04, SI-06: the victim among the machines `here` that are not protected.
fn pick(
    candidates: &[Candidate],
    rules: &ScaleInRules,
    domains: &Tally,
    here: impl Fn(&Candidate) -> bool,
) -> Option<usize> {
    let claim = |machine: &Candidate| {
        let (first, second) = match rules.order {
            Order::Default => (u64::from(domains.count(candidates, machine)), machine.id),
            Order::NewestFirst => (machine.created.as_ms(), machine.id),
            Order::OldestFirst => (u64::MAX - machine.created.as_ms(), u32::MAX - machine.id),
        };
        (rules.prioritize_unhealthy && machine.unhealthy, first, second)
    };
    let open = candidates.iter().enumerate().filter(|(_, machine)| !machine.protected && here(machine));
    open.max_by_key(|(_, machine)| claim(machine)).map(|(at, _)| at)
}

/// Zones (and the regional bucket) that a [`Tally`] counts in one walk.
const ROWS: usize = 8;
/// Fault domains of a zone that a [`Tally`] counts in one walk.
const COLUMNS: usize = 64;

/// How many machines share a zone, or a zone and a fault domain. Places beyond its bounds are counted when they are
/// asked for: slower, not wrong.
struct Tally {
    counts: [u32; ROWS * COLUMNS],
    by_domain: bool,
}

impl Tally {
    fn of_zones(candidates: &[Candidate]) -> Self {
        Self::of(candidates, false)
    }

    /// SI-03: only the default order looks at fault domains.
    fn of_domains(candidates: &[Candidate], order: Order) -> Self {
        Self::of(if order == Order::Default { candidates } else { &[] }, true)
    }

    fn of(candidates: &[Candidate], by_domain: bool) -> Self {
        let mut tally = Self { counts: [0; ROWS * COLUMNS], by_domain };
        for machine in candidates.iter().filter(|machine| machine.balances) {
            if let Some(cell) = tally.cell(machine) {
                tally.counts[cell] += 1;
            }
        }
        tally
    }

    fn cell(&self, machine: &Candidate) -> Option<usize> {
        let row = machine.zone.map_or(0, |zone| zone as usize + 1);
        let column = if self.by_domain { machine.fault_domain as usize } else { 0 };
        (row < ROWS && column < COLUMNS).then_some(row * COLUMNS + column)
    }

    /// Machines in the same place as this one, itself included if it counts.
    fn count(&self, candidates: &[Candidate], machine: &Candidate) -> u32 {
        let here = |other: &&Candidate| {
            let same_domain = !self.by_domain || other.fault_domain == machine.fault_domain;
            other.balances && other.zone == machine.zone && same_domain
        };
        match self.cell(machine) {
            Some(cell) => self.counts[cell],
            None => candidates.iter().filter(here).count() as u32,
        }
    }
}

/// SI-07: how one machine is protected; by default not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shield {
    /// `protectFromScaleIn`.
    pub from_scale_in: bool,
    /// `protectFromScaleSetActions`.
    pub from_scale_set_actions: bool,
}

/// What is about to happen to a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// The user lowers the capacity.
    ManualIn,
    /// The user upgrades, reimages or deallocates the whole set.
    SetAction,
    /// Automatic repair, or automatic zone balance takes it as a source (AZ-09, AR-06).
    Upkeep,
}

impl Shield {
    /// SI-07, SI-08: whether a machine so protected is left alone. `from_manual`: whether protection holds against a
    /// manual change of capacity too (SI-08, by default it does).
    pub const fn stops(self, deed: Deed, from_manual: bool) -> bool {
        let any = self.from_scale_in || self.from_scale_set_actions;
        match deed {
            Deed::Upkeep => any,
            Deed::ManualIn => any && from_manual,
            Deed::SetAction => self.from_scale_set_actions,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const DEFAULT: ScaleInRules = rules(Order::Default);
    const OLDEST: ScaleInRules = rules(Order::OldestFirst);
    const NEWEST: ScaleInRules = rules(Order::NewestFirst);

    const fn rules(order: Order) -> ScaleInRules {
        ScaleInRules { order, prioritize_unhealthy: false, falls_back: true }
    }

    /// A machine whose age follows its id.
    fn machine(id: u32, zone: impl Into<Option<u32>>) -> Candidate {
        let created = SimTime::from_ms(u64::from(id) * 1000);
        Candidate {
            zone: zone.into(),
            fault_domain: 0,
            balances: true,
            id,
            created,
            protected: false,
            unhealthy: false,
        }
    }

    /// Machines by the ids in each zone.
    fn zones(ids: &[&[u32]]) -> Vec<Candidate> {
        let zone = |(zone, ids): (usize, &&[u32])| ids.iter().map(|&id| machine(id, zone as u32)).collect::<Vec<_>>();
        ids.iter().enumerate().flat_map(zone).collect()
    }

    /// The example of the documentation.
    fn documented() -> Vec<Candidate> {
        zones(&[&[3, 4, 5, 10], &[2, 6, 9, 11], &[1, 7, 8]])
    }

    /// Ids in the order in which scale-in removes them, at most so many.
    fn removed(mut machines: Vec<Candidate>, rules: &ScaleInRules, most: usize) -> Vec<u32> {
        let next = |_| choose_victim(&machines, rules).map(|at| machines.remove(at).id);
        (0..most).map_while(next).collect()
    }

    #[test]
    fn si_01_the_documented_oldest_steps() {
        assert_eq!(removed(documented(), &OLDEST, 6), [2, 3, 1, 4, 6, 5]);
    }

    #[test]
    fn si_01_the_documented_newest_steps() {
        assert_eq!(removed(documented(), &NEWEST, 6), [11, 10, 9, 8, 5, 7]);
    }

    #[test]
    fn si_01_4_4_3_is_balanced_and_still_leaves_zone_three_alone() {
        assert_eq!(removed(zones(&[&[1, 2, 3, 4], &[5, 6, 7, 8], &[9, 10, 11]]), &DEFAULT, 2), [8, 4]);
        assert_eq!(removed(zones(&[&[1, 2], &[3, 4], &[5, 6]]), &DEFAULT, 1), [6]);
    }

    #[test]
    fn si_01_zb_01_failed_creations_do_not_make_their_zone_the_fullest_but_may_go() {
        let mut machines = zones(&[&[1, 8, 9], &[2, 4], &[3, 5]]);
        machines[1..3].iter_mut().for_each(|machine| machine.balances = false);
        assert_eq!(removed(machines.clone(), &OLDEST, 2), [2, 3]);
        // Now each zone has one: among them the failed creations of zone 1 are the newest.
        assert_eq!(removed(machines.clone(), &NEWEST, 4), [5, 4, 9, 8]);
        // Zones with nothing else come last, and are not left out.
        machines.retain(|machine| machine.id > 7);
        assert_eq!(removed(machines, &DEFAULT, 9), [9, 8]);
    }

    #[test]
    fn c_16_vm_6_is_removed_from_zone_two() {
        let mut machines = documented();
        machines.retain(|machine| ![2, 3, 1, 4].contains(&machine.id));
        let victim = choose_victim(&machines, &OLDEST).unwrap();
        assert_eq!((machines[victim].id, machines[victim].zone), (6, Some(1)));
    }

    #[test]
    fn si_02_regional_machines_go_first() {
        let mut machines = zones(&[&[1, 2, 3], &[4], &[]]);
        machines.extend([machine(5, None), machine(6, None)]);
        for rules in [DEFAULT, NEWEST] {
            assert_eq!(removed(machines.clone(), &rules, 3), [6, 5, 3]);
        }
        assert_eq!(removed(machines.clone(), &OLDEST, 3), [5, 6, 1]);
        machines[4].protected = true;
        assert_eq!(removed(machines, &DEFAULT, 2), [6, 3]);
    }

    #[test]
    fn si_03_default_is_zone_then_fault_domain_then_highest_id() {
        let mut machines = zones(&[&[1, 2, 3, 4], &[5, 6, 7]]);
        // Zone 1: domain 0 holds 1 and 2, domain 1 holds 3, domain 2 holds 4.
        machines[2].fault_domain = 1;
        machines[3].fault_domain = 2;
        assert_eq!(removed(machines, &DEFAULT, 1), [2]);
    }

    #[test]
    fn si_03_fault_domains_of_different_zones_are_different() {
        let mut machines = zones(&[&[1, 2, 9], &[5, 6, 7]]);
        machines[0].fault_domain = 1;
        machines[5].fault_domain = 1;
        // Zone 1: one in domain 1, two in domain 0. Zone 2: two in domain 0, one in domain 1. Highest id of 2, 9, 5, 6.
        assert_eq!(removed(machines, &DEFAULT, 1), [9]);
    }

    #[test]
    fn si_03_the_newest_unprotected_machine_of_the_fullest_domain() {
        let mut machines = zones(&[&[1, 2, 3, 4, 5]]);
        machines[3].fault_domain = 1;
        machines[4].fault_domain = 1;
        machines[2].protected = true;
        assert_eq!(removed(machines, &DEFAULT, 1), [2]);
    }

    #[test]
    fn si_03_oldest_and_newest_do_not_look_at_fault_domains() {
        let mut machines = zones(&[&[1, 2, 3, 4]]);
        machines[0].fault_domain = 1;
        machines[3].fault_domain = 1;
        machines[1].fault_domain = 2;
        assert_eq!(removed(machines.clone(), &OLDEST, 1), [1]);
        assert_eq!(removed(machines, &NEWEST, 1), [4]);
    }

    #[test]
    fn si_03_a_regional_set_is_one_place() {
        let machines: Vec<Candidate> = (1..=4).map(|id| machine(id, None)).collect();
        assert_eq!(removed(machines.clone(), &OLDEST, 2), [1, 2]);
        assert_eq!(removed(machines.clone(), &NEWEST, 2), [4, 3]);
        assert_eq!(removed(machines, &DEFAULT, 2), [4, 3]);
    }

    #[test]
    fn si_03_places_beyond_the_tally_are_counted_all_the_same() {
        let mut machines = zones(&[&[1, 2], &[3, 4, 5, 6]]);
        for machine in &mut machines {
            machine.zone = machine.zone.map(|zone| zone + 90);
            machine.fault_domain = 1000 + u32::from(machine.id == 6);
        }
        assert_eq!(removed(machines, &DEFAULT, 3), [5, 4, 2]);
    }

    #[test]
    fn si_04_age_is_the_time_of_creation_ties_by_id() {
        let mut machines = zones(&[&[1, 2, 3]]);
        machines[0].created = SimTime::from_ms(9_000);
        assert_eq!(removed(machines.clone(), &OLDEST, 3), [2, 3, 1]);
        assert_eq!(removed(machines.clone(), &NEWEST, 3), [1, 3, 2]);
        machines[1].created = machines[2].created;
        assert_eq!(removed(machines.clone(), &OLDEST, 1), [2]);
        assert_eq!(removed(machines, &NEWEST, 2), [1, 3]);
    }

    #[test]
    fn si_05_protected_machines_are_skipped() {
        let mut machines = documented();
        machines.iter_mut().filter(|machine| machine.id == 2).for_each(|machine| machine.protected = true);
        assert_eq!(removed(machines, &OLDEST, 1), [3]);
    }

    #[test]
    fn si_05_a_fullest_zone_of_protected_machines_passes_to_the_next_fullest() {
        let mut machines = zones(&[&[1, 2, 3, 4], &[5, 6, 7], &[8, 9]]);
        machines[..4].iter_mut().for_each(|machine| machine.protected = true);
        assert_eq!(removed(machines.clone(), &DEFAULT, 9), [7, 9, 6, 8, 5]);
        let stays = ScaleInRules { falls_back: false, ..DEFAULT };
        assert_eq!(choose_victim(&machines, &stays), None);
        machines.iter_mut().for_each(|machine| machine.protected = true);
        assert_eq!(choose_victim(&machines, &DEFAULT), None);
        assert_eq!(choose_victim(&[], &DEFAULT), None);
    }

    #[test]
    fn si_05_a_tied_zone_with_an_open_machine_needs_no_fall_back() {
        let mut machines = zones(&[&[1, 2], &[3, 4]]);
        machines[2..].iter_mut().for_each(|machine| machine.protected = true);
        assert_eq!(removed(machines, &ScaleInRules { falls_back: false, ..DEFAULT }, 9), [2]);
    }

    #[test]
    fn si_06_the_unhealthy_of_the_candidate_zones_go_first() {
        let sick_first = ScaleInRules { prioritize_unhealthy: true, ..DEFAULT };
        let mut machines = zones(&[&[1, 2, 3], &[4, 5]]);
        machines[0].unhealthy = true;
        machines[4].unhealthy = true;
        assert_eq!(removed(machines.clone(), &DEFAULT, 1), [3]);
        // Zone 2's sick machine is not in a fullest zone until 1 is gone.
        assert_eq!(removed(machines.clone(), &sick_first, 2), [1, 5]);
        machines.push(machine(6, None));
        assert_eq!(removed(machines.clone(), &sick_first, 1), [6]);
        machines.pop();
        machines[0].protected = true;
        assert_eq!(removed(machines, &sick_first, 1), [3]);
    }

    #[test]
    fn si_07_what_each_protection_stops() {
        let none = Shield::default();
        let scale_in = Shield { from_scale_in: true, from_scale_set_actions: false };
        let both = Shield { from_scale_in: true, from_scale_set_actions: true };
        let stopped =
            |shield: Shield| [Deed::ManualIn, Deed::SetAction, Deed::Upkeep].map(|deed| shield.stops(deed, true));
        assert_eq!(stopped(none), [false, false, false]);
        assert_eq!(stopped(scale_in), [true, false, true]);
        assert_eq!(stopped(both), [true, true, true]);
    }

    #[test]
    fn si_08_protection_holds_against_manual_scale_in_too_by_default() {
        let shield = Shield { from_scale_in: true, from_scale_set_actions: false };
        assert!(shield.stops(Deed::ManualIn, true));
        assert!(!shield.stops(Deed::ManualIn, false));
        assert!(shield.stops(Deed::Upkeep, false));
    }
}
