//! The rules of placement, scale-in and balance told a second time, slowly and from the documentation's words, and set
//! against the policies over random histories of a scale set.
//!
//! [`Plain`] is the second telling: a list of machines, walked anew for every question, and plans that are tried out on
//! a copy. It knows nothing of the policies. [`Ours`] keeps counts and asks the policies. Both live through the same
//! operations and must have the same machines, answer alike, and never use an id twice.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;
use zonefall_engine::{Key, SimTime, Stream};
use zonefall_fleet::policy::auto_zone_balance::{ZoneLoad, imbalance};
use zonefall_fleet::policy::fault_domain::assign;
use zonefall_fleet::policy::scale_in::{Candidate, Order, ScaleInRules, choose_victim};
use zonefall_fleet::policy::zone_balance::{self, Balance, BalanceRules, Refusal, ZoneState};

const HISTORIES: u64 = 750;
const OPERATIONS: u64 = 200;
const MACHINES_MAX: usize = 60;

/// What a set is told to be.
#[derive(Debug, Clone, Copy)]
struct Terms {
    strict: bool,
    /// A strict operation that cannot be done whole is not done at all.
    whole: bool,
    starved_is_down: bool,
    /// 0: the default policy, 1: the oldest, 2: the newest.
    policy: u64,
    sick_first: bool,
    next_fullest: bool,
    fault_domains: u64,
}

/// How a zone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weather {
    Fine,
    Starved,
    Down,
}

/// What a machine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Machine {
    id: u32,
    /// The zone's index; none for a regional machine.
    zone: Option<usize>,
    fault_domain: u64,
    born: u64,
    protected: bool,
    sick: bool,
    deallocated: bool,
}

/// What came of a scaling operation: machines made or removed, or why none were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Done(usize),
    ZonesDown,
    Unbalanced,
}

/// The rules as they are written.
#[derive(Debug, Clone)]
struct Plain {
    terms: Terms,
    zones: Vec<Weather>,
    machines: Vec<Machine>,
    ids_used: u32,
    clock: u64,
}

impl Plain {
    /// "c_z = instances assigned to zone z": whatever their state.
    fn in_zone(&self, zone: usize) -> usize {
        let mut count = 0;
        for machine in &self.machines {
            if machine.zone == Some(zone) {
                count += 1;
            }
        }
        count
    }

    /// ZB-01: "each zone has the same number of VMs ±1".
    fn is_balanced(&self) -> bool {
        for one in 0..self.zones.len() {
            for other in 0..self.zones.len() {
                if self.in_zone(one) > self.in_zone(other) + 1 {
                    return false;
                }
            }
        }
        true
    }

    /// ZB-06: "If two or more zones are unavailable, any scaling operations are blocked", under best effort.
    fn two_zones_are_down(&self) -> bool {
        let mut down = 0;
        for weather in &self.zones {
            if *weather == Weather::Down || (*weather == Weather::Starved && self.terms.starved_is_down) {
                down += 1;
            }
        }
        down >= 2 && !self.terms.strict
    }

    /// FD-08: "the FD that best keeps balance": the least populated one of its zone, lowest index on tie.
    fn fault_domain(&self, zone: Option<usize>) -> u64 {
        let population = |domain: u64| {
            self.machines.iter().filter(|machine| machine.zone == zone && machine.fault_domain == domain).count()
        };
        let mut best = 0;
        for domain in 1..self.terms.fault_domains {
            if population(domain) < population(best) {
                best = domain;
            }
        }
        best
    }

    /// OM-08: "New id = highest id ever + 1".
    fn create(&mut self, zone: Option<usize>) {
        let machine = Machine {
            id: self.ids_used,
            zone,
            fault_domain: self.fault_domain(zone),
            born: self.clock,
            protected: false,
            sick: false,
            deallocated: false,
        };
        self.ids_used += 1;
        self.machines.push(machine);
    }

    /// ZB-03: "one VM at a time in argmin c_z over usable zones", lowest zone index on ties.
    fn create_in_emptiest_zone(&mut self) -> bool {
        let mut emptiest = None;
        for zone in 0..self.zones.len() {
            if self.zones[zone] != Weather::Fine {
                continue;
            }
            if emptiest.is_none_or(|best| self.in_zone(zone) < self.in_zone(best)) {
                emptiest = Some(zone);
            }
        }
        if let Some(zone) = emptiest {
            self.create(Some(zone));
        }
        emptiest.is_some()
    }

    fn scale_out(&mut self, add: usize) -> Answer {
        if self.two_zones_are_down() {
            return Answer::ZonesDown;
        }
        if !self.terms.strict || self.zones.len() < 2 {
            let mut made = 0;
            while made < add && self.create_in_emptiest_zone() {
                made += 1;
            }
            return Answer::Done(made);
        }
        // ZB-07, ZB-08: try it, and look at how it would end; ZB-09: whole, or as much of it as ends balanced.
        for part in (1..=add).rev() {
            let mut trial = self.clone();
            let mut fits = true;
            for _ in 0..part {
                fits = fits && trial.create_in_emptiest_zone();
            }
            if fits && trial.is_balanced() {
                *self = trial;
                return Answer::Done(part);
            }
            if self.terms.whole {
                break;
            }
        }
        Answer::Unbalanced
    }

    /// SI-01..06: the machine that goes next.
    fn victim(&self) -> Option<Machine> {
        // SI-02: "Regional instances are removed before any zonal one".
        let regional: Vec<Machine> = self.machines.iter().copied().filter(|machine| machine.zone.is_none()).collect();
        if let Some(machine) = self.by_policy(&regional) {
            return Some(machine);
        }
        // SI-01: "candidates = zones with the maximum c_z"; SI-05: "go to next-largest zone".
        let mut sizes: Vec<usize> = (0..self.zones.len()).map(|zone| self.in_zone(zone)).filter(|&n| n > 0).collect();
        sizes.sort_unstable();
        sizes.dedup();
        while let Some(size) = sizes.pop() {
            let is_here = |machine: &Machine| machine.zone.is_some_and(|zone| self.in_zone(zone) == size);
            let here: Vec<Machine> = self.machines.iter().copied().filter(is_here).collect();
            if let Some(machine) = self.by_policy(&here) {
                return Some(machine);
            }
            if !self.terms.next_fullest {
                return None;
            }
        }
        None
    }

    /// SI-03, SI-06: the policy's choice among these.
    fn by_policy(&self, among: &[Machine]) -> Option<Machine> {
        let mut open: Vec<Machine> = among.iter().copied().filter(|machine| !machine.protected).collect();
        let is_off = |machine: &Machine| machine.sick || machine.deallocated;
        if self.terms.sick_first && open.iter().any(is_off) {
            open.retain(is_off);
        }
        match self.terms.policy {
            0 => {
                // "FD balance, then highest instance id".
                let neighbours = |machine: &Machine| {
                    let same =
                        |other: &&Machine| other.zone == machine.zone && other.fault_domain == machine.fault_domain;
                    self.machines.iter().filter(same).count()
                };
                let fullest = open.iter().map(neighbours).max()?;
                open.retain(|machine| neighbours(machine) == fullest);
                open.sort_by_key(|machine| machine.id);
                open.pop()
            }
            1 => {
                open.sort_by_key(|machine| (machine.born, machine.id));
                open.first().copied()
            }
            _ => {
                open.sort_by_key(|machine| (machine.born, machine.id));
                open.pop()
            }
        }
    }

    fn scale_in(&mut self, remove: usize) -> Answer {
        if self.two_zones_are_down() {
            return Answer::ZonesDown;
        }
        // ZB-07, ZB-10: try it, and look at how it would end; ZB-09: whole, or as much of it as ends balanced.
        for part in (1..=remove).rev() {
            let mut trial = self.clone();
            let mut removed = 0;
            for _ in 0..part {
                let Some(victim) = trial.victim() else { break };
                trial.machines.retain(|machine| machine.id != victim.id);
                removed += 1;
            }
            if !self.terms.strict || self.zones.len() < 2 || trial.is_balanced() {
                *self = trial;
                return Answer::Done(removed);
            }
            if self.terms.whole {
                break;
            }
        }
        Answer::Unbalanced
    }

    /// AZ-04, for every pair of an over- and an under-provisioned zone.
    fn pairs_to_rebalance(&self) -> Vec<(usize, usize)> {
        let total = |zone| self.in_zone(zone);
        let active =
            |zone| self.machines.iter().filter(|machine| machine.zone == Some(zone) && !machine.deallocated).count();
        let all = 0..self.zones.len();
        let mut pairs = Vec::new();
        for over in all.clone() {
            for under in all.clone() {
                let extreme = all.clone().all(|zone| total(zone) <= total(over) && total(zone) >= total(under));
                if extreme && total(over) >= total(under) + 2 && active(under) < active(over) {
                    pairs.push((over, under));
                }
            }
        }
        pairs
    }
}

/// The same set, by the policies: counts are kept and not walked for.
struct Ours {
    balance: BalanceRules,
    rules: ScaleInRules,
    states: Vec<ZoneState>,
    counts: Vec<u32>,
    /// Machines by fault domain, zone by zone; the last row is the regional one.
    loads: Vec<Vec<u32>>,
    candidates: Vec<Candidate>,
    next_id: u32,
    clock: u64,
}

impl Ours {
    fn new(terms: Terms, zones: usize) -> Self {
        let balance = if terms.strict { Balance::Strict } else { Balance::BestEffort };
        Self {
            balance: BalanceRules { balance, atomic: terms.whole, starved_is_down: terms.starved_is_down },
            rules: ScaleInRules {
                order: [Order::Default, Order::OldestFirst, Order::NewestFirst][terms.policy as usize],
                prioritize_unhealthy: terms.sick_first,
                falls_back: terms.next_fullest,
            },
            states: vec![ZoneState::Usable; zones],
            counts: vec![0; zones],
            loads: vec![vec![0; terms.fault_domains as usize]; zones + 1],
            candidates: Vec::new(),
            next_id: 0,
            clock: 0,
        }
    }

    fn row(&self, zone: Option<u32>) -> usize {
        zone.map_or(self.loads.len() - 1, |zone| zone as usize)
    }

    fn create(&mut self, zone: Option<usize>) {
        let zone = zone.map(|zone| zone as u32);
        let row = self.row(zone);
        let domain = assign(&self.loads[row], &self.loads[row]);
        self.loads[row][domain] += 1;
        let created = SimTime::from_ms(self.clock);
        let id = self.next_id;
        self.next_id += 1;
        let machine = Candidate {
            zone,
            fault_domain: domain as u32,
            balances: true,
            id,
            created,
            protected: false,
            unhealthy: false,
        };
        self.candidates.push(machine);
    }

    fn remove(&mut self, at: usize) {
        let gone = self.candidates.swap_remove(at);
        let row = self.row(gone.zone);
        self.loads[row][gone.fault_domain as usize] -= 1;
        if let Some(zone) = gone.zone {
            self.counts[zone as usize] -= 1;
        }
    }

    fn scale_out(&mut self, add: usize) -> Answer {
        let mut order = self.counts.clone();
        let placed = match zone_balance::plan_scale_out(&mut self.counts, &self.states, add as u32, &self.balance) {
            Ok(placed) => placed,
            Err(refusal) => return refused(refusal),
        };
        // Ids are given in the order of placement.
        for _ in 0..placed {
            let zone = zone_balance::next_zone(&order, &self.states).unwrap();
            order[zone] += 1;
            self.create(Some(zone));
        }
        assert_eq!(order, self.counts, "one by one and at once");
        Answer::Done(placed as usize)
    }

    fn scale_in(&mut self, remove: usize) -> Answer {
        if zone_balance::is_blocked(&self.states, &self.balance) {
            return Answer::ZonesDown;
        }
        let mut left = self.candidates.clone();
        let mut victims = Vec::new();
        for _ in 0..remove {
            let Some(victim) = choose_victim(&left, &self.rules) else { break };
            victims.push(left.swap_remove(victim));
        }
        let zones: Vec<Option<usize>> = victims.iter().map(|gone| gone.zone.map(|zone| zone as usize)).collect();
        if self.balance.balance == Balance::Strict && self.counts.len() > 1 {
            let going = zone_balance::strict_victims(&mut self.counts.clone(), &zones, self.balance.atomic);
            if going == 0 && (!victims.is_empty() || zone_balance::spread(&self.counts) > 1) {
                return Answer::Unbalanced;
            }
            victims.truncate(going);
        }
        for gone in &victims {
            self.remove(self.at(gone.id));
        }
        Answer::Done(victims.len())
    }

    fn at(&self, id: u32) -> usize {
        self.candidates.iter().position(|machine| machine.id == id).unwrap()
    }
}

fn refused(refusal: Refusal) -> Answer {
    match refusal {
        Refusal::ZonesDown => Answer::ZonesDown,
        Refusal::Unbalanced => Answer::Unbalanced,
    }
}

/// How often the histories came to each end; all must be well trodden.
#[derive(Debug, Default)]
struct Tally {
    operations: u64,
    out_done: u64,
    out_partial: u64,
    in_done: u64,
    in_short: u64,
    zones_down: u64,
    unbalanced: u64,
    rebalanced: u64,
    regional: u64,
}

struct History {
    plain: Plain,
    ours: Ours,
    luck: Stream,
    /// One more than the highest id that any machine ever had.
    ids_ever: u32,
}

impl History {
    fn new(seed: u64) -> Self {
        let mut luck = Key::root(seed).named("restatement").stream();
        let mut yes = |one_in: u64| luck.below(one_in) == 0;
        let (strict, whole, starved_is_down) = (yes(2), yes(2), yes(4));
        let (sick_first, next_fullest) = (yes(2), !yes(3));
        let policy = luck.below(3);
        let fault_domains = [1, 5, 3][luck.below(3) as usize];
        let zones = 1 + luck.below(4) as usize;
        let terms = Terms { strict, whole, starved_is_down, policy, sick_first, next_fullest, fault_domains };
        let plain = Plain { terms, zones: vec![Weather::Fine; zones], machines: Vec::new(), ids_used: 0, clock: 0 };
        let mut history = Self { plain, ours: Ours::new(terms, zones), luck, ids_ever: 0 };
        // A set that once was regional.
        if history.luck.below(3) == 0 {
            for _ in 0..history.luck.below(8) {
                history.create(None);
            }
        }
        history
    }

    fn create(&mut self, zone: Option<usize>) {
        self.plain.create(zone);
        self.ours.create(zone);
        if let Some(zone) = zone {
            self.ours.counts[zone] += 1;
        }
    }

    /// The place of a random machine in the plain list.
    fn any(&mut self) -> Option<usize> {
        let machines = self.plain.machines.len() as u64;
        (machines > 0).then(|| self.luck.below(machines) as usize)
    }

    fn delete(&mut self, id: u32) {
        self.plain.machines.retain(|machine| machine.id != id);
        self.ours.remove(self.ours.at(id));
    }

    /// Marks a random machine on both sides.
    fn mark(&mut self, mark: impl Fn(&mut Machine)) {
        if let Some(at) = self.any() {
            let machine = &mut self.plain.machines[at];
            mark(machine);
            let (id, protected, off) = (machine.id, machine.protected, machine.sick || machine.deallocated);
            let at = self.ours.at(id);
            self.ours.candidates[at].protected = protected;
            self.ours.candidates[at].unhealthy = off;
        }
    }

    fn weather(&mut self, weather: Weather) {
        let zone = self.luck.below(self.plain.zones.len() as u64) as usize;
        self.plain.zones[zone] = weather;
        self.ours.states[zone] = match weather {
            Weather::Fine => ZoneState::Usable,
            Weather::Starved => ZoneState::Starved,
            Weather::Down => ZoneState::Down,
        };
    }

    fn add_zone(&mut self) {
        if self.plain.zones.len() >= 5 {
            return;
        }
        self.plain.zones.push(Weather::Fine);
        self.ours.states.push(ZoneState::Usable);
        self.ours.counts.push(0);
        let regional = self.ours.loads.len() - 1;
        self.ours.loads.insert(regional, vec![0; self.plain.terms.fault_domains as usize]);
    }

    /// AZ: one move, if there is one to make.
    fn rebalance(&mut self, tally: &mut Tally) {
        let load = |zone| {
            let here = |machine: &&Machine| machine.zone == Some(zone);
            let machines = self.plain.machines.iter().filter(here);
            let active = machines.clone().filter(|machine| !machine.deallocated).count() as u32;
            ZoneLoad { total: machines.count() as u32, active }
        };
        let loads: Vec<ZoneLoad> = (0..self.plain.zones.len()).map(load).collect();
        let pairs = self.plain.pairs_to_rebalance();
        let chosen = imbalance(loads.iter().copied());
        assert_eq!(chosen.is_some(), !pairs.is_empty(), "{loads:?}");
        let Some((over, under)) = chosen else { return };
        assert!(pairs.contains(&(over, under)), "{loads:?}");
        // AZ-09: the source is chosen by the policy within the zone, and is neither protected nor deallocated.
        let mut within = self.plain.clone();
        within.machines.retain(|machine| machine.zone == Some(over));
        within.machines.iter_mut().for_each(|machine| machine.protected |= machine.deallocated);
        let candidates: Vec<Candidate> = self
            .ours
            .candidates
            .iter()
            .filter(|machine| machine.zone == Some(over as u32))
            .map(|machine| Candidate {
                protected: machine.protected || self.plain.machines.iter().any(|m| m.id == machine.id && m.deallocated),
                ..*machine
            })
            .collect();
        let source = choose_victim(&candidates, &self.ours.rules).map(|at| candidates[at].id);
        assert_eq!(source, within.victim().map(|machine| machine.id));
        if let Some(source) = source {
            self.create(Some(under));
            self.delete(source);
            tally.rebalanced += 1;
        }
    }

    fn scale_out(&mut self, tally: &mut Tally) {
        let room = MACHINES_MAX.saturating_sub(self.plain.machines.len());
        let add = (1 + self.luck.below(12) as usize).min(room);
        if add == 0 {
            return;
        }
        let (before, answer) = (self.plain.machines.len(), self.plain.scale_out(add));
        assert_eq!(self.ours.scale_out(add), answer, "{:?} out by {add}", self.plain);
        let made = self.count(answer, tally);
        assert_eq!(self.plain.machines.len(), before + made);
        tally.out_done += u64::from(made == add);
        tally.out_partial += u64::from(made > 0 && made < add);
        if self.plain.terms.strict && made > 0 {
            assert!(self.plain.is_balanced());
        }
    }

    fn scale_in(&mut self, tally: &mut Tally) {
        let remove = 1 + self.luck.below(8) as usize;
        let regional = self.plain.machines.iter().filter(|machine| machine.zone.is_none()).count();
        let before = self.plain.clone();
        let answer = self.plain.scale_in(remove);
        assert_eq!(self.ours.scale_in(remove), answer, "{before:?} in by {remove}");
        let removed = self.count(answer, tally);
        assert_eq!(self.plain.machines.len(), before.machines.len() - removed);
        tally.in_done += u64::from(removed == remove);
        tally.in_short += u64::from(removed < remove && matches!(answer, Answer::Done(_)));
        tally.regional += u64::from(regional > 0 && removed > 0);
        let protected = |plain: &Plain| plain.machines.iter().filter(|machine| machine.protected).count();
        assert_eq!(protected(&self.plain), protected(&before), "a protected machine was removed");
    }

    fn count(&self, answer: Answer, tally: &mut Tally) -> usize {
        match answer {
            Answer::Done(count) => return count,
            Answer::ZonesDown => tally.zones_down += 1,
            Answer::Unbalanced => tally.unbalanced += 1,
        }
        0
    }

    fn step(&mut self, tally: &mut Tally) {
        tally.operations += 1;
        // Several operations may fall into one instant: ids then decide who is older.
        self.plain.clock += self.luck.below(2);
        self.ours.clock = self.plain.clock;
        match self.luck.below(40) {
            0..=11 => self.scale_out(tally),
            12..=20 => self.scale_in(tally),
            21 => self.weather(Weather::Down),
            22 => self.weather(Weather::Starved),
            23..=26 => self.weather(Weather::Fine),
            27 | 28 => self.mark(|machine| machine.protected = true),
            29..=31 => self.mark(|machine| machine.protected = false),
            32 => self.mark(|machine| machine.sick = !machine.sick),
            33 => self.mark(|machine| machine.deallocated = !machine.deallocated),
            34 | 35 => {
                if let Some(at) = self.any() {
                    self.delete(self.plain.machines[at].id);
                }
            }
            36 if self.luck.below(20) == 0 => self.add_zone(),
            36 if self.plain.machines.len() < MACHINES_MAX => self.create(None),
            _ => self.rebalance(tally),
        }
        self.check();
    }

    /// Both sides have the same machines, and so the same counts; the counts are those of the machines.
    fn check(&mut self) {
        let mut ours: Vec<_> =
            self.ours.candidates.iter().map(|m| (m.id, m.zone, m.fault_domain, m.protected)).collect();
        ours.sort_unstable();
        let machine = |m: &Machine| (m.id, m.zone.map(|zone| zone as u32), m.fault_domain as u32, m.protected);
        assert!(self.plain.machines.iter().map(machine).eq(ours), "{:?}", self.plain);
        for zone in 0..self.plain.zones.len() {
            assert_eq!(self.ours.counts[zone] as usize, self.plain.in_zone(zone));
            assert_eq!(self.ours.loads[zone].iter().sum::<u32>(), self.ours.counts[zone]);
        }
    }
}

#[test]
fn the_policies_do_what_a_plain_restatement_does() {
    let mut tally = Tally::default();
    for seed in 0..HISTORIES {
        let mut history = History::new(seed);
        for _ in 0..OPERATIONS {
            let alive: BTreeSet<u32> = history.plain.machines.iter().map(|machine| machine.id).collect();
            history.step(&mut tally);
            // OM-08: a machine that was not there before has an id above all that ever were.
            for machine in &history.plain.machines {
                assert!(alive.contains(&machine.id) || machine.id >= history.ids_ever, "an id was used again");
            }
            let highest = history.plain.machines.iter().map(|machine| machine.id + 1).max();
            history.ids_ever = history.ids_ever.max(highest.unwrap_or(0));
        }
    }
    assert!(tally.operations >= 100_000);
    let ends = [
        tally.out_done,
        tally.out_partial,
        tally.in_done,
        tally.in_short,
        tally.zones_down,
        tally.unbalanced,
        tally.rebalanced,
        tally.regional,
    ];
    assert!(ends.iter().all(|&times| times >= 1_000), "{tally:?}");
}
