//! What is paid for: machine-time of each set by what a machine is paid as (CO-01, CO-02). No prices.
//!
//! In: sets that get, keep and give back hardware. Out: `Ledger::paid`, machine-milliseconds of the measured time by set.
//! A machine is paid for from the request on until it is gone, whatever it does: a machine that is down costs as much. What
//! nobody can see from the outside: overprovisioned machines are free until they are asked for (OV-01), other machines beside
//! those asked for (a surge, a rebalance) are not, and reserved capacity is paid for while no
//! machine stands on it. Kept by changes, as all levels are; designs that ask for no bill have none of this on their path.

use crate::design::{Bought, Design, ScaleSet};
use crate::groups::initial_counts;
use crate::serving::Level;
use crate::world::World;
use zonefall_engine::SimTime;

/// What a machine is paid as. The order is that of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paid {
    /// A regular machine beyond those paid in advance, or reserved capacity without a machine.
    OnDemand,
    /// Paid in advance, whether or not it runs.
    Committed,
    /// A Spot machine.
    Spot,
    /// A machine of a standby pool.
    Standby,
    /// A deallocated machine.
    Stopped,
    /// Not a machine: the disks of every machine that exists.
    Disks,
}

/// The number of kinds.
pub const PAID: usize = Paid::Disks as usize + 1;

/// Every kind, in order, with its name in files and what it is in words.
pub const PAID_TABLE: [(Paid, &str, &str); PAID] = [
    (
        Paid::OnDemand,
        "on_demand",
        "regular machines beyond those paid in advance, and reserved capacity without a machine",
    ),
    (Paid::Committed, "committed", "machines paid in advance for one or three years, running or not"),
    (Paid::Spot, "spot", "Spot machines that are allocated"),
    (Paid::Standby, "standby", "machines of standby pools"),
    (Paid::Stopped, "stopped", "deallocated machines"),
    (Paid::Disks, "disks", "disks of all machines that exist"),
];

/// One set.
#[derive(Debug, Clone, Default)]
struct Meter {
    committed: i64,
    /// Regular machines with hardware, but for those that are free (OV-01).
    regular: i64,
    /// Reserved capacity without a machine.
    unused: i64,
    levels: [Level; PAID],
}

/// The meters of a design; none where nobody asks for a bill.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    sets: Vec<Meter>,
    /// Reserved capacity of each slot group that the managed sets begin with.
    reserved: Vec<i64>,
    /// Regular machines with hardware in each slot group, but for those that are free (OV-01).
    standing: Vec<i64>,
}

zonefall_engine::pooled_clone!(Meters { sets, reserved, standing });

/// Reserved capacity on which no machine of a set stands when it is created.
fn unused(set: &ScaleSet, reserved: u32) -> u64 {
    let counts = if set.zones.is_empty() { vec![set.capacity] } else { initial_counts(set) };
    counts.into_iter().map(|count| u64::from(reserved.saturating_sub(count))).sum()
}

/// Machines of a set that are paid for as it was designed, by [`Paid`], if nothing ever happens to them.
pub fn paid_as_designed(set: &ScaleSet, bought: Bought) -> [u64; PAID] {
    let managed = set.management.as_ref();
    let spot = managed.and_then(|managed| managed.spot.as_ref());
    let regular = spot.map_or(set.capacity, |spot| crate::policy::spot::regular_target(set.capacity, spot.mix));
    let standby = managed
        .and_then(|managed| managed.standby.as_ref())
        .map_or(0, |pool| u64::from(crate::policy::standby::size(pool.min_ready, pool.max_ready, set.capacity)));
    let capacity = u64::from(set.capacity);
    let regular_or_reserved = u64::from(regular) + unused(set, bought.reserved_per_zone);
    let on_demand = regular_or_reserved.saturating_sub(bought.committed.into());
    [on_demand, bought.committed.into(), capacity - u64::from(regular), standby, 0, capacity + standby]
}

impl Meters {
    pub fn new(design: &Design, groups: impl Iterator<Item = (usize, bool)>) -> Self {
        let Some(bought) = &design.bought else { return Self::default() };
        let meter = |of: &Bought| Meter { committed: of.committed.into(), ..Meter::default() };
        let reserved = groups.map(|(set, first)| if first { bought[set].reserved_per_zone.into() } else { 0 });
        let reserved: Vec<i64> = reserved.collect();
        Self { sets: bought.iter().map(meter).collect(), standing: vec![0; reserved.len()], reserved }
    }

    #[inline]
    pub fn is_active(&self) -> bool {
        !self.sets.is_empty()
    }

    /// What is paid for now: machines of a set as a kind.
    pub fn now(&self, set: usize, paid: Paid) -> i64 {
        self.sets[set].levels[paid as usize].now
    }

    /// What is beyond the machines paid in advance, where a set has so many with hardware by its slot groups.
    pub fn on_demand(&self, set: usize, standing: impl Iterator<Item = (usize, i64)>) -> i64 {
        let with_unused = standing.map(|(group, machines)| machines + (self.reserved[group] - machines).max(0));
        (with_unused.sum::<i64>() - self.sets[set].committed).max(0)
    }

    /// A trial begins: reserved capacity is there, machines are still to come.
    fn begin(&mut self, from_ms: i64, set_of: impl Fn(usize) -> usize) {
        for meter in &mut self.sets {
            *meter = Meter { committed: meter.committed, ..Meter::default() };
            meter.levels[Paid::Committed as usize].add(meter.committed, from_ms);
        }
        self.standing.fill(0);
        for group in 0..self.reserved.len() {
            self.regular(set_of(group), 0, self.reserved[group], from_ms);
        }
    }

    /// Reserved capacity of a slot group without a machine.
    fn unused(&self, group: usize) -> i64 {
        (self.reserved[group] - self.standing[group]).max(0)
    }

    fn add(&mut self, set: usize, paid: Paid, delta: i64, at_ms: i64) {
        self.sets[set].levels[paid as usize].add(delta, at_ms);
    }

    /// Regular machines with hardware, and reserved capacity without a machine, become more or fewer.
    fn regular(&mut self, set: usize, machines: i64, unused: i64, at_ms: i64) {
        let meter = &mut self.sets[set];
        let beyond = |meter: &Meter| (meter.regular + meter.unused - meter.committed).max(0);
        let before = beyond(meter);
        meter.regular += machines;
        meter.unused += unused;
        let change = beyond(meter) - before;
        meter.levels[Paid::OnDemand as usize].add(change, at_ms);
    }
}

impl World {
    fn metered_at(&self, t: SimTime) -> i64 {
        t.max(self.measure.from).as_ms() as i64
    }

    /// The meters of a trial begin; those of managed designs wait for their machines to be counted.
    pub(crate) fn begin_meters(&mut self) {
        let from = self.metered_at(SimTime::ZERO);
        let groups = &self.manager.groups;
        self.meters.begin(from, |group| groups[group].set);
        if self.manager.is_active() {
            return;
        }
        let bought = self.design.bought.iter().flatten();
        for (at, (set, bought)) in self.design.sets.iter().zip(bought).enumerate() {
            self.meters.regular(at, set.capacity.into(), unused(set, bought.reserved_per_zone) as i64, from);
            self.meters.add(at, Paid::Disks, set.capacity.into(), from);
        }
    }

    /// A machine of a slot group that is paid for has got hardware (1) or given it back (-1).
    #[inline]
    pub(crate) fn meter_hardware(&mut self, group: usize, spot: bool, delta: i64, t: SimTime) {
        if self.meters.is_active() {
            self.pay_for_hardware(group, spot, delta, t);
        }
    }

    fn pay_for_hardware(&mut self, group: usize, spot: bool, delta: i64, t: SimTime) {
        let (at, set) = (self.metered_at(t), self.manager.groups[group].set);
        if spot {
            return self.meters.add(set, Paid::Spot, delta, at);
        }
        let before = self.meters.unused(group);
        self.meters.standing[group] += delta;
        let unused = self.meters.unused(group) - before;
        self.meters.regular(set, delta, unused, at);
    }

    /// OV-01: whether a machine is paid for from now on, or free as one of overprovisioning that nobody asked for.
    pub(crate) fn pay_for(&mut self, at: usize, pays: bool, t: SimTime) {
        let slot = &mut self.manager.slots[at];
        let was_free = std::mem::replace(&mut slot.free, !pays);
        if was_free == pays && slot.state.is_allocated() {
            let (group, spot) = (slot.group as usize, slot.spot);
            self.meter_hardware(group, spot, if pays { 1 } else { -1 }, t);
        }
    }

    /// Machines of a set that stands by run from now on, or cease to.
    pub(crate) fn meter_standby(&mut self, set: usize, delta: i64, t: SimTime) {
        let at = self.metered_at(t);
        self.meters.regular(set, delta, 0, at);
        self.meters.add(set, Paid::Disks, delta, at);
    }

    /// Something else that is paid for becomes more or less.
    #[inline]
    pub(crate) fn meter(&mut self, set: usize, paid: Paid, delta: i64, t: SimTime) {
        if self.meters.is_active() {
            let at = self.metered_at(t);
            self.meters.add(set, paid, delta, at);
        }
    }

    /// Reads the meters into the ledger.
    pub(crate) fn read_meters(&mut self) {
        let end = self.measure.from.as_ms() + self.book.ledger.observed_ms;
        let Self { meters, book, .. } = self;
        book.ledger.paid.extend(meters.sets.iter().map(|meter| meter.levels.map(|level| level.total(end as i64))));
    }
}
