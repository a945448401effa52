//! Counts again what is kept by changes: for tests, which call it after every trial they like to doubt.

use super::delete::Leaver;
use super::{Manager, Slot, State};
use crate::bill::Paid;
use crate::machine::{AWAITING, Machine, STARTING};
use crate::serving::Class;
use crate::world::World;

impl Manager {
    /// The machines on their way out.
    pub fn leaving(&self) -> impl Iterator<Item = &Leaver> {
        let leaves = |which: &usize| !self.free_leavers.contains(&(*which as u32));
        (0..self.leavers.len()).filter(leaves).map(|which| &self.leavers[which])
    }
}

impl World {
    /// Instances of a set by its zones, in their order now, then (if there are slots for them) its regional ones.
    pub fn instances(&self, set: usize) -> Vec<u32> {
        let Some(state) = self.manager.sets.get(set) else { return Vec::new() };
        let groups = state.zones.iter().copied().chain(state.regional);
        groups.map(|group| self.manager.groups[group].count).collect()
    }

    /// The ids and racks of a set's machines, in the order of their ids.
    pub fn ids_and_racks(&self, set: usize) -> Vec<(u32, u32)> {
        let slots = self.manager.slots.iter().zip(&self.machines);
        let here = slots.filter(|(slot, machine)| machine.set as usize == set && slot.state != State::Vacant);
        let mut machines: Vec<(u32, u32)> = here.map(|(slot, _)| (slot.id, slot.rack)).collect();
        machines.sort_unstable();
        machines
    }

    /// CO-01, OV-01: the machines of a managed set that are paid for now: all with hardware, but for those of
    /// overprovisioning that nobody asked for.
    fn paid_by_hand(&self, set: usize) -> Vec<(Paid, i64)> {
        let state = &self.manager.sets[set];
        if !state.managed {
            return Vec::new();
        }
        let paid = |group: usize, spot: bool| {
            let slots = self.manager.slots.iter().enumerate().filter(move |(_, slot)| slot.group as usize == group);
            let pays =
                |&(at, slot): &(usize, &Slot)| slot.spot == spot && slot.state.is_allocated() && !self.is_spare(at);
            let leavers = self.manager.leaving().filter(move |leaver| leaver.group == group && leaver.spot == spot);
            (slots.filter(pays).count() + leavers.filter(|leaver| leaver.allocated && !leaver.free).count()) as i64
        };
        let slots = || self.manager.slots.iter().zip(&self.machines).filter(|(_, m)| m.set as usize == set);
        let exist = slots().filter(|(slot, _)| slot.state != State::Vacant).count();
        let stopped = slots().filter(|(slot, _)| slot.state == State::Deallocated).count();
        let leaving = self.manager.leaving().filter(|leaver| self.manager.groups[leaver.group].set == set).count();
        let pooled: u32 = self.manager.groups[state.groups.clone()].iter().map(|group| group.standby).sum();
        vec![
            (Paid::OnDemand, self.meters.on_demand(set, state.groups.clone().map(|group| (group, paid(group, false))))),
            (Paid::Spot, state.groups.clone().map(|group| paid(group, true)).sum()),
            (Paid::Standby, pooled.into()),
            (Paid::Stopped, stopped as i64),
            (Paid::Disks, (exist + leaving) as i64 + i64::from(pooled)),
        ]
    }

    /// What is kept and what is counted, where they differ; empty if all is well.
    pub fn audit(&self) -> Vec<String> {
        let mut wrong: Vec<String> = self.unseen_uptimes().collect();
        let mut must = |what: String, kept: i64, counted: i64| {
            if kept != counted {
                wrong.push(format!("{what}: kept {kept}, counted {counted}"));
            }
        };
        let slots = || self.manager.slots.iter().enumerate();
        let leavers = || self.manager.leaving();
        for (index, group) in self.manager.groups.iter().enumerate() {
            let here = || slots().filter(move |(_, slot)| slot.group as usize == index);
            let count = here().filter(|(_, slot)| slot.state.balances() && !slot.extra).count();
            must(format!("group {index} balance"), i64::from(group.count), count as i64);
            let allocated = here().filter(|(_, slot)| slot.state.is_allocated()).count();
            let leaving = leavers().filter(|leaver| leaver.group == index && leaver.allocated).count();
            must(format!("group {index} allocated"), i64::from(group.allocated), (allocated + leaving) as i64);
            let off = here().filter(|(_, slot)| slot.state == State::Deallocated).count();
            must(format!("group {index} deallocated"), i64::from(group.deallocated), off as i64);
            let spare = here().filter(|&(at, slot)| slot.state != State::Vacant && self.is_spare(at)).count();
            must(
                format!("group {index} spares for nobody (OV-01)"),
                if group.awaited > 0 { 0 } else { spare as i64 },
                0,
            );
            let awaited = here().filter(|(_, slot)| slot.is_awaited()).count();
            must(format!("group {index} awaited (OV-01)"), i64::from(group.awaited), awaited as i64);
            let extras = here().filter(|(_, slot)| slot.extra).count();
            must(format!("group {index} extras (OV-01)"), i64::from(group.extras), extras as i64);
            must(self.audit_order(index).unwrap_or_default(), 0, i64::from(self.audit_order(index).is_some()));
        }
        for (index, set) in self.manager.sets.iter().enumerate() {
            let here = || slots().filter(move |&(at, _)| self.machines[at].set as usize == index);
            let exists = here().filter(|(_, slot)| slot.state.counts() && !slot.extra).count();
            must(format!("set {index} exists"), i64::from(set.exists), exists as i64);
            let owed = i64::from(set.desired) - exists as i64;
            must(format!("set {index} short"), i64::from(set.short.count()), owed.max(0));
            let pools = &self.manager.groups[set.groups.clone()];
            let pooled: u32 = pools.iter().map(|group| group.standby + group.standby_coming).sum();
            must(format!("set {index} pools"), i64::from(set.pooled), i64::from(pooled));
            let repairing = here().filter(|(_, slot)| slot.repairing).count();
            let heirs = leavers().filter(|leaver| self.manager.groups[leaver.group].set == index);
            let heirs = heirs.filter(|leaver| leaver.heir.is_some_and(|heir| heir.repairs)).count();
            must(format!("set {index} repairing"), i64::from(set.repairing), (repairing + heirs) as i64);
            let heirs =
                leavers().filter(|leaver| self.manager.groups[leaver.group].set == index && leaver.heir.is_some());
            must(format!("set {index} heirs"), i64::from(set.heirs), heirs.count() as i64);
            let leaving = leavers().filter(|leaver| self.manager.groups[leaver.group].set == index && leaver.of_change);
            let changing = here().filter(|(_, slot)| slot.of_change).count() + leaving.count();
            must(format!("set {index} changing"), i64::from(set.changing), changing as i64);
            let mut ids: Vec<u32> = here().filter(|(_, slot)| slot.state != State::Vacant).map(|(_, s)| s.id).collect();
            ids.sort_unstable();
            ids.dedup();
            let stand = here().filter(|(_, slot)| slot.state != State::Vacant).count();
            must(format!("set {index} ids (OM-08)"), ids.len() as i64, stand as i64);
        }
        for set in (0..self.manager.sets.len()).filter(|_| self.meters.is_active()) {
            for (paid, counted) in self.paid_by_hand(set) {
                must(format!("set {set} paid as {paid:?}"), self.meters.now(set, paid), counted);
            }
        }
        for (set, &serving) in self.scaler.serving.iter().enumerate() {
            let all = self.machines.iter().filter(|machine| machine.set as usize == set);
            let counted = all.filter(|machine| machine.marks & self.absent() == 0).count();
            must(format!("set {set} serving"), i64::from(serving), counted as i64);
        }
        for (set, &cold) in self.scaler.cold.iter().enumerate() {
            must(format!("set {set} cold"), i64::from(cold), self.count_warming(set));
        }
        must(self.audit_vacancy().unwrap_or_default(), 0, i64::from(self.audit_vacancy().is_some()));
        let stand = slots().filter(|(_, slot)| slot.state != State::Vacant).count();
        if self.manager.is_active() {
            let existing = stand + leavers().count();
            must("existing machines".into(), self.book.level(Class::Existing), existing as i64);
            let managed = |at: usize| self.manager.sets[self.machines[at].set as usize].managed;
            let takes = |at: usize, slot: &Slot| managed(at) && (!slot.extra || self.is_surging(at));
            let charged = slots().filter(|&(at, slot)| takes(at, slot) && slot.state != State::Vacant);
            let pooled = self.manager.sets.iter().map(|set| i64::from(set.pooled));
            let of = |set: usize, size: u8| {
                let set = &self.manager.sets[set];
                i64::from(set.sizes.get(usize::from(size)).map_or(set.vcpus, |of| of.vcpus))
            };
            let taken = charged.clone().map(|(at, slot)| of(self.machines[at].set as usize, slot.size));
            let leaving = leavers().filter(|leaver| leaver.charged);
            let leaving = leaving.map(|leaver| of(self.manager.groups[leaver.group].set, leaver.size));
            let ready = (0..self.manager.sets.len()).map(|set| i64::from(self.manager.sets[set].pooled) * of(set, 0));
            must(
                "vCPUs of the quota".into(),
                self.manager.usage.iter().map(|usage| i64::from(usage.vcpus) + i64::from(usage.spot_vcpus)).sum(),
                taken.chain(leaving).chain(ready).sum(),
            );
            must(
                "machines of the quota".into(),
                self.manager.usage.iter().map(|usage| i64::from(usage.machines)).sum(),
                (charged.count() + leavers().filter(|leaver| leaver.charged).count()) as i64 + pooled.sum::<i64>(),
            );
        }
        let serving = self.machines.iter().filter(|machine| machine.marks & self.absent() == 0).count();
        must("serving".into(), self.book.all_serving(), serving as i64);
        // RC-07: what failed to be created never serves, nor what is not there.
        let up = |at: usize| self.machines[at].marks & self.absent() == 0 || self.machines[at].marks & AWAITING != 0;
        let astray = slots().filter(|&(at, slot)| up(at) && !slot.runs()).count();
        must("machines that serve and do not run".into(), astray as i64, 0);
        let marked = |mark: u32| self.machines.iter().filter(|machine| machine.marks & mark != 0).count() as i64;
        must("starting".into(), self.book.level(Class::Starting), marked(STARTING));
        must("awaiting".into(), self.book.level(Class::Awaiting), marked(AWAITING));
        let left = |(at, machine): (usize, &Machine)| {
            let serves = self.sets[machine.set as usize].serves;
            serves - serves * i64::from(1000 - self.factors.get(at).map_or(1000, |factor| factor.0)) / 1000
        };
        let serve = self.machines.iter().enumerate().filter(|(_, machine)| machine.marks & self.absent() == 0);
        must("capacity".into(), self.book.all_capacity(), serve.map(left).sum());
        let work = |machine: &&Machine| Some(self.sets[machine.set as usize].part) == self.book.workers();
        let working = self.machines.iter().filter(|machine| machine.marks & self.absent() == 0).filter(work);
        must("working".into(), self.book.level(Class::Working), working.count() as i64);
        for (set, of) in self.sets.iter().enumerate() {
            let Some(room) = self.book.room(of.part) else { continue };
            let in_part = |machine: &Machine| self.sets[machine.set as usize].part == of.part;
            let serve = || self.machines.iter().enumerate().filter(|(_, m)| m.marks & self.absent() == 0 && in_part(m));
            let sum = |each: fn(&(i64, i64)) -> i64| room.levels().iter().map(each).sum::<i64>();
            must(format!("machines beside those of set {set}"), sum(|level| level.1), serve().count() as i64);
            must(
                format!("what they can serve beside set {set}"),
                sum(|level| level.0 * level.1),
                serve().map(left).sum(),
            );
        }
        for (cause, withheld) in self.book.withheld().enumerate() {
            let absent = self.machines.iter().filter(|m| m.marks & self.absent() != 0 && m.root as usize == cause);
            let absent: i64 = absent.map(|machine| self.sets[machine.set as usize].serves).sum();
            let owed = self.manager.sets.iter().zip(&self.sets).map(|(set, starts)| {
                let refused = if set.refused.cause as usize == cause { set.refused.machines } else { 0 };
                i64::from(set.short.to(cause as u16) + refused) * starts.serves
            });
            let slowed = self.machines.iter().zip(&self.factors).filter(|(machine, (left, of))| {
                machine.marks & self.absent() == 0 && *left < 1000 && *of as usize == cause
            });
            let slowed = slowed.map(|(m, (left, _))| self.sets[m.set as usize].serves * i64::from(1000 - left) / 1000);
            must(format!("withheld by cause {cause}"), withheld, absent + owed.sum::<i64>() + slowed.sum::<i64>());
        }
        wrong
    }
}
