//! Where a slot is free: a bit for each slot, those of a group on a rack side by side in the order of their numbers.

use super::{Slot, State};
use crate::machine::RACK_OUT;
use crate::policy::placement_group::{GROUP_MAX, choose};
use crate::world::World;
use std::ops::Range;
use zonefall_engine::SimTime;
use zonefall_faults::Strikes;
use zonefall_topology::RackId;

/// Bits of a word.
const WORD: usize = u64::BITS as usize;
/// No slot has this bit.
const NO_SLOT: u32 = u32::MAX;
/// A rack's rank when no slot is free there: after all others.
const FULL: u128 = 1 << 127;
/// What a machine adds to the rank of its rack, and what it adds besides where the rank is one of its own set.
const MACHINE: u128 = 1 << 32;
const OWN: u128 = 1 << 64;

/// The free slots of all groups.
#[derive(Debug, Default)]
pub(crate) struct Vacancy {
    /// For each group and each of its racks the first word, and the end.
    starts: Vec<u32>,
    /// Where each group's racks begin in `starts`.
    groups: Vec<u32>,
    /// A bit is set if the slot is free.
    words: Vec<u64>,
    /// The slot of each bit.
    slot_of: Vec<u32>,
    /// The bit of each slot.
    bit_of: Vec<u32>,
    /// For each group and each of its racks its rank for the next machine: the machines of its set there, then those of
    /// the design, then the number of the first free slot.
    ranks: Vec<u128>,
    /// That first free slot.
    firsts: Vec<u32>,
    /// The racks that the slots of each group may stand on.
    racks: Vec<Range<u32>>,
    /// Where in `ranks` the rack of each slot is.
    rack_of: Vec<u32>,
    /// Where in `ranks` each rack of the topology is: once for each group that may stand on it, and the next rack's.
    ranks_of: Vec<u32>,
    ranks_from: Vec<u32>,
    /// The set of each group.
    sets: Vec<u32>,
    /// The set of each entry of `ranks_of`.
    set_of: Vec<u32>,
}

zonefall_engine::pooled_clone!(Vacancy {
    starts,
    groups,
    words,
    slot_of,
    bit_of,
    ranks,
    firsts,
    racks,
    rack_of,
    ranks_of,
    ranks_from,
    sets,
    set_of
});

impl Vacancy {
    pub fn is_empty(&self) -> bool {
        self.bit_of.is_empty()
    }

    /// Nothing is free, and nobody stands anywhere.
    pub fn reset(&mut self) {
        self.words.fill(0);
        self.ranks.fill(FULL);
    }

    /// A slot, whose number is given, becomes free or not.
    #[inline]
    pub fn set(&mut self, at: usize, number: u32, free: bool, numbers: &[u32]) {
        let bit = self.bit_of[at] as usize;
        let mask = 1 << (bit % WORD);
        let rack = self.rack_of[at] as usize;
        let rank = self.ranks[rack];
        let first = if rank < FULL { rank as u32 } else { NO_SLOT };
        if free {
            self.words[bit / WORD] |= mask;
            if number < first {
                self.ranks[rack] = (rank & !FULL) >> 32 << 32 | u128::from(number);
                self.firsts[rack] = at as u32;
            }
            return;
        }
        self.words[bit / WORD] &= !mask;
        if first == number {
            let mut words = self.starts[rack] as usize..self.starts[rack + 1] as usize;
            let slot = |word: usize| self.slot_of[word * WORD + self.words[word].trailing_zeros() as usize];
            let next = words.find(|&word| self.words[word] != 0).map(slot);
            self.ranks[rack] = rank >> 32 << 32 | next.map_or(FULL, |at| u128::from(numbers[at as usize]));
            self.firsts[rack] = next.unwrap_or(NO_SLOT);
        }
    }

    /// Lists where each rack's ranks are; the same in every trial.
    fn find_ranks(&mut self, racks: u32) {
        for rack in 0..racks {
            self.ranks_from.push(self.ranks_of.len() as u32);
            let groups = self.racks.iter().zip(&self.groups).zip(&self.sets);
            for ((racks, start), &set) in groups.filter(|((racks, _), _)| racks.contains(&rack)) {
                self.ranks_of.push(start + rack - racks.start);
                self.set_of.push(set);
            }
        }
        self.ranks_from.push(self.ranks_of.len() as u32);
    }

    /// A machine of a set appears on a rack, or vanishes from it.
    #[inline]
    pub fn occupy(&mut self, rack: u32, set: usize, appears: bool) {
        let (from, to) = (self.ranks_from[rack as usize] as usize, self.ranks_from[rack as usize + 1] as usize);
        for (&at, &of) in self.ranks_of[from..to].iter().zip(&self.set_of[from..to]) {
            let rank = &mut self.ranks[at as usize];
            let machine = if of as usize == set { OWN + MACHINE } else { MACHINE };
            *rank = if appears { *rank + machine } else { *rank - machine };
        }
    }

    /// FD-08: how full a rack of a group is: the machines of its set, then those of the design.
    fn load(&self, rack: usize) -> u128 {
        (self.ranks[rack] & !FULL) / MACHINE
    }

    /// The words of a group's slots on its `rack`-th rack.
    #[inline]
    fn words_of(&self, group: usize, rack: usize) -> Range<usize> {
        let at = self.groups[group] as usize + rack;
        self.starts[at] as usize..self.starts[at + 1] as usize
    }

    pub fn is_free(&self, at: usize) -> bool {
        let bit = self.bit_of[at] as usize;
        self.words[bit / WORD] >> (bit % WORD) & 1 == 1
    }
}

impl World {
    /// A slot becomes free or not.
    pub(super) fn set_vacant(&mut self, at: usize, free: bool) {
        self.manager.vacancy.set(at, self.instance_of[at], free, &self.instance_of);
    }

    /// The racks that machines of a group may stand on.
    fn racks_of_group(&self, group: usize) -> Range<u32> {
        let state = &self.manager.groups[group];
        match state.zone {
            Some(zone) => self.topology.racks_of(zone),
            None => self.topology.racks_of_region(self.design.sets[state.set].region),
        }
    }

    /// Lays out the bits: after every placement of the slots.
    pub(crate) fn lay_out_vacancy(&mut self) {
        let mut vacancy = std::mem::take(&mut self.manager.vacancy);
        vacancy.starts.clear();
        vacancy.groups.clear();
        vacancy.racks.clear();
        vacancy.sets.clear();
        vacancy.slot_of.clear();
        vacancy.bit_of.clear();
        vacancy.bit_of.resize(self.manager.slots.len(), NO_SLOT);
        vacancy.rack_of.clear();
        vacancy.rack_of.resize(self.manager.slots.len(), 0);
        let mut racks_of = std::mem::take(&mut self.manager.ids);
        for group in 0..self.manager.groups.len() {
            vacancy.groups.push(vacancy.starts.len() as u32);
            let racks = self.racks_of_group(group);
            vacancy.racks.push(racks.clone());
            vacancy.sets.push(self.manager.groups[group].set as u32);
            // First how many slots stand on each rack, then the slots in the order of their numbers.
            racks_of.clear();
            racks_of.resize(racks.len(), 0);
            for number in self.manager.groups[group].numbers.clone() {
                let rack = self.manager.slots[self.position_of[number as usize] as usize].rack;
                racks_of[(rack - racks.start) as usize] += 1;
            }
            for count in &mut racks_of {
                let start = vacancy.slot_of.len();
                vacancy.starts.push((start / WORD) as u32);
                vacancy.slot_of.resize(start + (*count as usize).next_multiple_of(WORD), NO_SLOT);
                *count = start as u32;
            }
            for number in self.manager.groups[group].numbers.clone() {
                let at = self.position_of[number as usize];
                let rack = self.manager.slots[at as usize].rack - racks.start;
                vacancy.rack_of[at as usize] = vacancy.groups[group] + rack;
                let next = &mut racks_of[rack as usize];
                vacancy.slot_of[*next as usize] = at;
                vacancy.bit_of[at as usize] = *next;
                *next += 1;
            }
            vacancy.starts.push((vacancy.slot_of.len() / WORD) as u32);
        }
        vacancy.words.clear();
        vacancy.words.resize(vacancy.slot_of.len() / WORD, 0);
        vacancy.ranks.clear();
        vacancy.ranks.resize(vacancy.starts.len(), FULL);
        vacancy.firsts.clear();
        vacancy.firsts.resize(vacancy.starts.len(), NO_SLOT);
        if vacancy.ranks_from.is_empty() {
            vacancy.find_ranks(self.topology.rack_count());
        }
        (self.manager.vacancy, self.manager.ids) = (vacancy, racks_of);
    }

    /// FD-08, FD-09: the slot of a new machine of a group: on the lit rack with the fewest machines of its set, then of the
    /// design, lowest first. A regional set's platform avoids zones that are dark or have nothing to give, to a Spot machine
    /// (`spot`) too.
    pub(crate) fn vacant_slot(&self, group: usize, spot: bool, t: SimTime, strikes: &Strikes) -> Option<usize> {
        let vacancy = &self.manager.vacancy;
        let (racks, start) = (vacancy.racks[group].len(), vacancy.groups[group] as usize);
        let ranks = vacancy.ranks[start..start + racks].iter().copied().enumerate();
        let best = ranks.reduce(|best, next| if next.1 < best.1 { next } else { best });
        let (rack, _) = best.filter(|&(_, rank)| rank < FULL)?;
        let at = vacancy.firsts[start + rack] as usize;
        let state = &self.manager.groups[group];
        if state.zone.is_none() && self.design.sets[state.set].placement_groups {
            return self.vacant_slot_by_placement_group(group, spot, t, strikes);
        }
        // Usually it can be had.
        if self.is_open(at, t) && self.manager.groups[group].zone.is_some() {
            Some(at)
        } else {
            self.vacant_slot_in_trouble(group, spot, t, strikes)
        }
    }

    fn vacant_slot_in_trouble(&self, group: usize, spot: bool, t: SimTime, strikes: &Strikes) -> Option<usize> {
        let hidden = self.manager.groups[group].zone.is_none();
        let vacancy = &self.manager.vacancy;
        let (racks, start) = (vacancy.racks[group].clone(), vacancy.groups[group] as usize);
        let mut best: Option<(u128, u32, usize)> = None;
        for (index, rack) in racks.enumerate() {
            let load = vacancy.load(start + index);
            if best.is_some_and(|(least, ..)| load > least) || self.rack_depth[rack as usize] > 0 {
                continue;
            }
            let Some(at) = self.first_vacant(group, index, t) else { continue };
            let candidate = (load, self.instance_of[at], at);
            if best.is_none_or(|best| candidate < best) && !(hidden && self.is_closed(rack, spot, t, strikes)) {
                best = Some(candidate);
            }
        }
        best.map(|(.., at)| at)
    }

    /// PG-06: a new machine of a regional Uniform set joins the fullest placement group that is not full, if there is a
    /// slot for it; FD-10: within the group, the rack with the fewest of the group decides.
    fn vacant_slot_by_placement_group(&self, group: usize, spot: bool, t: SimTime, strikes: &Strikes) -> Option<usize> {
        let numbers = &self.manager.groups[group].numbers;
        let place = |number: u32| (number - numbers.start) / GROUP_MAX;
        let slot = |number: u32| self.position_of[number as usize] as usize;
        let free = |number: u32| self.manager.slots[slot(number)].state == State::Vacant;
        let full =
            |from: u32| (from..(from + GROUP_MAX).min(numbers.end)).filter(|&number| !free(number)).count() as u32;
        let chosen = choose(numbers.clone().step_by(GROUP_MAX as usize).map(full)) as u32;
        let open = numbers.clone().filter(|&number| {
            let at = slot(number);
            free(number) && self.is_open(at, t) && !self.is_closed(self.manager.slots[at].rack, spot, t, strikes)
        });
        let vacancy = &self.manager.vacancy;
        let load = |number: u32| vacancy.load(vacancy.rack_of[slot(number)] as usize);
        let of_group = |number: u32| {
            let rack = self.manager.slots[slot(number)].rack;
            let from = numbers.start + chosen * GROUP_MAX;
            let all = (from..(from + GROUP_MAX).min(numbers.end)).filter(|&other| !free(other));
            all.filter(|&other| self.manager.slots[slot(other)].rack == rack).count()
        };
        let best = open.clone().filter(|&number| place(number) == chosen);
        let best = best.min_by_key(|&number| (of_group(number), load(number), number));
        best.or_else(|| open.min_by_key(|&number| (load(number), number))).map(slot)
    }

    /// Whether a lit rack of a group has a free slot, or none of its racks is lit.
    pub(super) fn has_room(&self, group: usize) -> bool {
        let start = self.manager.vacancy.groups[group] as usize;
        let racks = self.manager.vacancy.racks[group].clone().zip(&self.manager.vacancy.ranks[start..]);
        let mut lit = racks.filter(|(rack, _)| self.rack_depth[*rack as usize] == 0).map(|(_, &rank)| rank).peekable();
        lit.peek().is_none() || lit.any(|rank| rank < FULL)
    }

    fn is_closed(&self, rack: u32, spot: bool, t: SimTime, strikes: &Strikes) -> bool {
        let zone = self.topology.zone_of(RackId(rack));
        self.is_down(zone) || self.left_milli(zone, t, strikes) == 0 || spot && self.is_short_of_spot(zone, t)
    }

    /// Whether the host of a slot is up, and not under maintenance.
    fn is_open(&self, at: usize, t: SimTime) -> bool {
        self.machines[at].marks & (self.holding | RACK_OUT) == 0 && !self.is_maintained(at, t)
    }

    /// The free slot with the lowest number on a rack, whose host is up.
    fn first_vacant(&self, group: usize, rack: usize, t: SimTime) -> Option<usize> {
        let vacancy = &self.manager.vacancy;
        for word in vacancy.words_of(group, rack) {
            let mut bits = vacancy.words[word];
            while bits != 0 {
                let at = vacancy.slot_of[word * WORD + bits.trailing_zeros() as usize] as usize;
                if self.is_open(at, t) {
                    return Some(at);
                }
                bits &= bits - 1;
            }
        }
        None
    }

    /// What is kept of the free slots and what is counted, where they differ.
    pub(super) fn audit_vacancy(&self) -> Option<String> {
        let free = |at: usize| self.manager.slots[at].state == State::Vacant;
        let wrong = |&at: &usize| free(at) != self.manager.vacancy.is_free(at);
        let wrong: Vec<usize> = (0..self.manager.slots.len()).filter(wrong).collect();
        let vacancy = &self.manager.vacancy;
        let rank = |group: usize, rack: u32| {
            let set = self.manager.groups[group].set;
            let here = |&&(_, slot): &&(u32, &Slot)| slot.group as usize == group && slot.rack == rack;
            let numbered = self.instance_of.iter().copied().zip(&self.manager.slots).collect::<Vec<_>>();
            let first =
                numbered.iter().filter(here).filter(|(_, slot)| slot.state == State::Vacant).map(|of| of.0).min();
            let standing = self.manager.slots.iter().filter(|slot| slot.rack == rack && slot.state != State::Vacant);
            let leaving = self.manager.leaving().filter(|leaver| leaver.rack == rack).map(|leaver| leaver.group);
            let mine = |group: usize| self.manager.groups[group].set == set;
            let on_rack = standing.map(|slot| slot.group as usize).chain(leaving);
            let machines = on_rack.map(|group| if mine(group) { OWN + MACHINE } else { MACHINE }).sum::<u128>();
            machines | first.map_or(FULL, u128::from)
        };
        let ranks = |group: usize| {
            let kept = &vacancy.ranks[vacancy.groups[group] as usize..];
            let racks = vacancy.racks[group].clone();
            racks.zip(kept).filter(|&(rack, &kept)| rank(group, rack) != kept).map(|(rack, _)| rack).collect::<Vec<_>>()
        };
        let first = |at: usize| {
            vacancy.ranks[at] >= FULL || {
                let slot = vacancy.firsts[at] as usize;
                self.instance_of[slot] == vacancy.ranks[at] as u32
            }
        };
        let firsts: Vec<usize> = (0..vacancy.ranks.len()).filter(|&at| !first(at)).collect();
        let racks: Vec<Vec<u32>> = (0..self.manager.groups.len()).map(ranks).collect();
        (!wrong.is_empty() || !firsts.is_empty() || racks.iter().any(|racks| !racks.is_empty()))
            .then(|| format!("vacant slots: {wrong:?}, racks {racks:?}, first of them {firsts:?}"))
    }
}
