//! SL-01 to SL-03: what Azure promises part by part, where it promises nothing for all machines of a design together: those of each
//! region, of each availability set, or each machine by itself.
//!
//! In: machines that the platform cuts off or that come and go, seen one by one as that happens (who can be reached is said in
//! `reach.rs`). Out: `Ledger::kept`, one sum for each of [`Design::agreements`]. No event is needed: until when a machine boots is known
//! when its outage ends, so the time in which none of a group is reached is cut when the next of them changes. Nothing of this is on the
//! path of designs that have one promise for all, or none.

mod account;

use crate::design::{Agreement, Design};
use crate::machine::AWAITING;
use crate::manage::Promise;
use crate::measure::Measure;
use crate::world::World;
use account::{Account, Rules};
pub use account::{CREDIT_STEPS, Kept, MONTH};
use zonefall_engine::SimTime;
use zonefall_topology::Topology;

/// No agreement.
const NONE: u32 = u32::MAX;

/// How it stands with a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    /// It has been created, and runs as far as its owner is concerned.
    is_there: bool,
    /// It counts for the clock (SL-02): it is one that was asked for, and not Spot (SL-03).
    counts: bool,
    /// It is not reached before this instant; always or never again are possible.
    reached_from: SimTime,
}

impl Standing {
    const GONE: Self = Self { is_there: false, counts: false, reached_from: SimTime::ZERO };

    fn is_cut(&self, t: SimTime) -> bool {
        self.is_there && self.reached_from > t
    }
}

/// Machines that are promised together.
#[derive(Debug, Default)]
struct Group {
    promise: Promise,
    there: u32,
    /// Of them, those that were cut off when they were seen last; some may have booted since.
    cut: u32,
    /// While all are cut off: until the first of them has booted, if nothing else happens.
    until: SimTime,
}

zonefall_engine::pooled_clone!(Group { promise, there, cut, until });

/// The agreements of a design in a trial; idle where there are none.
#[derive(Debug, Default)]
pub(crate) struct Uptimes {
    /// The trial runs.
    is_open: bool,
    of_set: Vec<u32>,
    machines: Vec<(Standing, bool)>,
    /// Of machines that are promised by themselves; empty without any.
    own: Vec<Account>,
    groups: Vec<Group>,
    accounts: Vec<Account>,
    kept: Vec<Kept>,
}

zonefall_engine::pooled_clone!(Uptimes { is_open, of_set, machines, own, groups, accounts, kept });

impl Uptimes {
    /// Of a world with so many slots.
    pub fn new(design: &Design, slots: usize, topology: &Topology) -> Self {
        let agreements = &design.agreements;
        if agreements.is_empty() {
            return Self::default();
        }
        let of = |set: usize| agreements.iter().position(|of| of.sets.contains(&(set as u32)));
        let group = |of: &Agreement| Group {
            promise: if of.each { Promise::default() } else { Promise::of(&of.terms, topology) },
            ..Group::default()
        };
        Self {
            is_open: false,
            of_set: (0..design.sets.len()).map(|set| of(set).map_or(NONE, |at| at as u32)).collect(),
            machines: vec![(Standing::GONE, false); slots],
            own: vec![Account::NEW; if agreements.iter().any(|of| of.each) { slots } else { 0 }],
            groups: agreements.iter().map(group).collect(),
            accounts: vec![Account::NEW; agreements.len()],
            kept: vec![Kept::default(); agreements.len()],
        }
    }

    pub fn is_active(&self) -> bool {
        !self.groups.is_empty()
    }
}

fn rules<'a>(of: &'a Agreement, measure: &'a Measure) -> Rules<'a> {
    Rules { terms: &of.terms, measure, in_part: of.each }
}

impl World {
    /// A trial is about to begin: what is done to machines until they stand is of no interest.
    pub(crate) fn forget_uptimes(&mut self) {
        let uptimes = &mut self.uptimes;
        uptimes.is_open = false;
        uptimes.machines.fill((Standing::GONE, false));
        uptimes.own.fill(Account::NEW);
        uptimes.accounts.fill(Account::NEW);
        uptimes.kept.fill(Kept::default());
        for group in &mut uptimes.groups {
            group.promise.begin();
            (group.there, group.cut, group.until) = (0, 0, SimTime::ZERO);
        }
    }

    pub(crate) fn begin_uptimes(&mut self) {
        if self.uptimes.is_active() {
            self.uptimes.is_open = true;
            (0..self.machines.len()).for_each(|at| self.see_uptime(at, SimTime::ZERO));
        }
    }

    /// Something has happened to a machine that may cut it off or connect it.
    #[inline]
    pub(crate) fn see_uptime(&mut self, at: usize, t: SimTime) {
        if self.uptimes.is_open {
            self.account_for(at, t);
        }
    }

    fn account_for(&mut self, at: usize, t: SimTime) {
        let of = self.uptimes.of_set[self.machines[at].set as usize];
        let (before, now) = (self.uptimes.machines[at].0, self.standing(at));
        if of == NONE || before == now {
            return;
        }
        if self.design.agreements[of as usize].each {
            self.account_for_one(at, of as usize, now, t);
        } else {
            self.account_in_group(at, of as usize, now, t);
        }
    }

    /// Machines that stand otherwise than they were seen last; for tests.
    pub(crate) fn unseen_uptimes(&self) -> impl Iterator<Item = String> + '_ {
        let seen = self.uptimes.machines.iter().enumerate();
        let promised = seen.filter(|&(at, _)| self.uptimes.of_set[self.machines[at].set as usize] != NONE);
        let differ = promised.map(|(at, seen)| (at, seen.0, self.standing(at))).filter(|(_, seen, now)| seen != now);
        differ.map(|(at, seen, now)| format!("machine {at} was seen as {seen:?} and stands as {now:?}"))
    }

    fn standing(&self, at: usize) -> Standing {
        let (is_there, counts) = match self.manager.slots.get(at) {
            None => (true, true),
            Some(slot) => (slot.is_there(), slot.is_promised()),
        };
        let marks = self.machines[at].marks;
        let is_up = marks & self.absent() == 0 || marks & AWAITING != 0;
        let reached_from = match self.reached_from(at) {
            _ if is_up || !is_there => SimTime::ZERO,
            from => from.unwrap_or(SimTime::NEVER),
        };
        Standing { is_there, counts, reached_from }
    }

    /// A machine that is promised by itself.
    fn account_for_one(&mut self, at: usize, of: usize, now: Standing, t: SimTime) {
        let Self { uptimes, design, measure, .. } = self;
        let (account, kept) = (&mut uptimes.own[at], &mut uptimes.kept[of]);
        let rules = rules(&design.agreements[of], measure);
        let (before, _) = std::mem::replace(&mut uptimes.machines[at], (now, false));
        if account.is_down() && before.reached_from <= t {
            account.regains(before.reached_from, rules, kept);
        }
        let is_down = now.counts && now.is_cut(t);
        if account.is_down() && !is_down {
            account.regains(t, rules, kept);
        }
        match (account.runs(), now.counts) {
            (false, true) => account.start(t),
            (true, false) => account.stop(t, rules, kept),
            _ => {}
        }
        if is_down && !account.is_down() {
            account.loses(t);
        }
    }

    /// A machine of a group.
    fn account_in_group(&mut self, at: usize, of: usize, now: Standing, t: SimTime) {
        let zone = self.manager.slots.get(at).and_then(|slot| self.manager.groups[slot.group as usize].zone);
        let is_managed = self.manager.is_active();
        let Self { uptimes, design, measure, .. } = self;
        let Uptimes { machines, groups, accounts, kept, .. } = uptimes;
        let (group, account, kept) = (&mut groups[of], &mut accounts[of], &mut kept[of]);
        let rules = rules(&design.agreements[of], measure);
        if account.is_down() && group.until <= t {
            account.regains(group.until, rules, kept);
        }
        let cut = now.is_cut(t);
        let (before, was_cut) = std::mem::replace(&mut machines[at], (now, cut));
        group.there = group.there + u32::from(now.is_there) - u32::from(before.is_there);
        group.cut = group.cut + u32::from(cut) - u32::from(was_cut);
        if before.counts != now.counts {
            group.promise.count(zone.map(|zone| zone.0 as usize), now.counts);
        }
        let runs = !is_managed || group.promise.qualifies();
        let is_first = account.is_down() && was_cut && before.reached_from == group.until;
        if group.there > 0 && group.cut == group.there {
            if account.is_down() && !is_first {
                let from = if cut { now.reached_from } else { SimTime::NEVER };
                group.until = group.until.min(from);
            } else {
                self.look_over(of, t);
            }
        }
        let Self { uptimes, design, measure, .. } = self;
        let (group, account) = (&uptimes.groups[of], &mut uptimes.accounts[of]);
        let (rules, kept) = (self::rules(&design.agreements[of], measure), &mut uptimes.kept[of]);
        let is_down = runs && group.there > 0 && group.cut == group.there;
        if account.is_down() && !is_down {
            account.regains(t, rules, kept);
        }
        match (account.runs(), runs) {
            (false, true) => account.start(t),
            (true, false) => account.stop(t, rules, kept),
            _ => {}
        }
        if is_down && !account.is_down() {
            account.loses(t);
        }
    }

    /// Every machine of a group was cut off when it was seen last: which of them are now, and until when.
    fn look_over(&mut self, of: usize, t: SimTime) {
        let Self { uptimes, machines, .. } = self;
        let group = &mut uptimes.groups[of];
        group.until = SimTime::NEVER;
        for ((standing, was_cut), machine) in uptimes.machines.iter_mut().zip(machines) {
            if uptimes.of_set[machine.set as usize] != of as u32 || !*was_cut {
                continue;
            }
            if standing.is_cut(t) {
                group.until = group.until.min(standing.reached_from);
            } else {
                *was_cut = false;
                group.cut -= 1;
            }
        }
    }

    /// The machine of a slot is gone for good: the next one has an account of its own.
    pub(crate) fn close_uptime(&mut self, at: usize) {
        let Self { uptimes, design, measure, machines, .. } = self;
        let of = uptimes.of_set.get(machines[at].set as usize).copied().unwrap_or(NONE);
        if let Some(account) = uptimes.own.get_mut(at).filter(|_| of != NONE && uptimes.is_open) {
            account.close(rules(&design.agreements[of as usize], measure), &mut uptimes.kept[of as usize]);
        }
    }

    /// The trial is over.
    pub(crate) fn finish_uptimes(&mut self, end: SimTime) {
        let Self { uptimes, design, measure, machines, book, .. } = self;
        let Uptimes { is_open, of_set, machines: standing, own, groups, accounts, kept } = uptimes;
        if !std::mem::take(is_open) {
            return;
        }
        let close = |account: &mut Account, until: SimTime, of: usize, kept: &mut Kept| {
            let rules = rules(&design.agreements[of], measure);
            if account.is_down() {
                account.regains(until.min(end), rules, kept);
            }
            if account.runs() {
                account.stop(end, rules, kept);
            }
            account.close(rules, kept);
        };
        for (at, account) in own.iter_mut().enumerate() {
            let of = of_set[machines[at].set as usize];
            if of != NONE && design.agreements[of as usize].each {
                close(account, standing[at].0.reached_from, of as usize, &mut kept[of as usize]);
            }
        }
        for (of, account) in accounts.iter_mut().enumerate().filter(|&(of, _)| !design.agreements[of].each) {
            close(account, groups[of].until, of, &mut kept[of]);
            kept[of].months = measure.months.whole() as u64 * MONTH;
        }
        book.ledger.kept.extend_from_slice(kept);
    }
}
