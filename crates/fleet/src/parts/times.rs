//! Times of responses of a service of parts in a trial: which way requests go, and what waits for them there.
//!
//! In: the machines of each tier, which alternatives let most through, where clients are. Out: the state of load of each way,
//! and whether too many answers are late (`ways.rs` decides). Found when somebody asks after a change.

use super::{Leaf, Parts};
use crate::room::Room;
use crate::service::part_of;
use crate::states::{Load, States};
use crate::ways::{Tier, WayLoad, Ways};
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use zonefall_engine::SimTime;

/// The ways of a trial.
#[derive(Debug)]
pub(super) struct Times {
    of: Arc<Ways>,
    loads: RefCell<Vec<WayLoad>>,
    /// Whether too many answers are late; none if nobody has asked since the last change.
    slow: Cell<Option<bool>>,
    /// The machines of each node by what they can serve.
    speeds: Vec<Room>,
}

zonefall_engine::pooled_clone!(Times { of, loads, slow, speeds });

impl Times {
    pub fn new(of: Ways, nodes: usize) -> Self {
        let loads = vec![WayLoad::default(); of.ways.len()];
        let speeds = vec![Room::default(); nodes];
        Self { of: Arc::new(of), loads: RefCell::new(loads), slow: Cell::new(None), speeds }
    }

    /// A trial begins; nobody serves yet.
    pub fn begin(&mut self) {
        self.speeds.iter_mut().for_each(Room::clear);
        self.forget();
    }

    /// So many machines of this capacity more serve.
    pub fn spread(&mut self, node: usize, capacity: i64, machines: i64) {
        self.speeds[node].change(capacity, machines);
        self.forget();
    }

    /// Something has changed.
    pub fn forget(&self) {
        self.slow.set(None);
    }
}

impl Parts {
    /// Whether too many answers come too late.
    pub fn are_slow(&self) -> bool {
        let Some(times) = self.times.as_ref().filter(|times| times.of.within.is_some()) else { return false };
        if let Some(slow) = times.slow.get() {
            return slow;
        }
        let slow = self.are_turned_away() || self.slow_with(times, |_| 0);
        times.slow.set(Some(slow));
        slow
    }

    /// Whether they would if each part had so much more capacity.
    fn slow_with(&self, times: &Times, more: impl Fn(usize) -> i64) -> bool {
        let mut loads = times.loads.borrow_mut();
        self.find_loads(times, &mut loads, more);
        times.of.are_slow(&loads, self.demand.unwrap_or(0))
    }

    /// The tier that is to blame where answers are late: of those that miss something, the fullest. None where they would be late
    /// with all machines. `withheld` is what is missing from a part.
    pub fn late_for(&self, withheld: impl Fn(usize) -> i64) -> Option<usize> {
        let times = self.times.as_ref()?;
        if self.are_turned_away() || self.slow_with(times, &withheld) {
            return None;
        }
        let demand = self.demand.unwrap_or(0);
        let missing = times.of.tiers.iter().map(|tier| tier.node as usize).filter(|&node| withheld(node) > 0);
        let load = |&node: &usize| {
            let (reach, capacity) = self.at_tier(node, self.comes_to(node, demand), 0);
            // In millionths, the first of the fullest.
            (u128::from(reach) * 1_000_000 / u128::from(capacity.max(1)), std::cmp::Reverse(node))
        };
        missing.max_by_key(load)
    }

    /// What comes to a tier if no other loses any of it.
    fn comes_to(&self, node: usize, demand: u64) -> u64 {
        self.attempts_at(node).unwrap_or_else(|| self.comes(node, demand))
    }

    /// Of what comes to a tier, what reaches its machines; and their capacity.
    fn at_tier(&self, node: usize, comes: u64, more: i64) -> (u64, u64) {
        let Leaf::Sets { counts, .. } = &self.leaves[node] else { return (0, 0) };
        let counts = self.running(node, *counts);
        // Machines that come back are as many as are alive, and nobody is dead: all that comes reaches one.
        let reach = if more > 0 { comes } else { counts.reached(comes) };
        (reach, (counts.capacity + more).max(0) as u64)
    }

    /// The state of load of a tier to which so much comes. With what is missing its machines are alike.
    fn load_at(&self, times: &Times, tier: &Tier, comes: u64, more: i64) -> Load {
        let node = tier.node as usize;
        let (reach, capacity) = self.at_tier(node, comes, more);
        let all = self.counts(node);
        if more > 0 || all.capacity >= all.serving * tier.serves_milli as i64 {
            return Load::whole((capacity / tier.serves_milli) as u32, reach);
        }
        let load = Load::of(times.speeds[node].levels(), tier.serves_milli, reach, self.is_even);
        load.running(self.machines_of(node, self.runs(node)))
    }

    fn find_loads(&self, times: &Times, loads: &mut [WayLoad], more: impl Fn(usize) -> i64) {
        let demand = self.demand.unwrap_or(0);
        if times.of.ways.iter().any(|way| !way.chosen.is_empty()) {
            self.flow_served(demand);
        }
        for (load, way) in loads.iter_mut().zip(&times.of.ways) {
            *load = WayLoad::default();
            let through = |&(group, part): &(u32, u32)| self.best_of(group as usize) == Some(part);
            let up = |&component: &u32| self.is_up(component as usize);
            if !way.chosen.iter().all(through) || !way.components.iter().all(up) {
                continue;
            }
            let mut requests = way.components.iter().map(|&at| self.comes(at as usize, demand)).fold(demand, u64::min);
            // What a tier loses to dead machines does not come to the next.
            let mut left = (1, 1);
            for (place, &tier) in load.tiers.iter_mut().zip(&way.tiers) {
                let tier = &times.of.tiers[tier as usize];
                let (node, all) = (tier.node as usize, self.comes_to(tier.node as usize, demand));
                *place = self.load_at(times, tier, part_of(all, left), more(node));
                left = (place.reach_milli, all);
                requests = requests.min(self.comes(node, demand));
            }
            let attempts =
                way.tiers.first().and_then(|&tier| self.attempts_at(times.of.tiers[tier as usize].node as usize));
            load.requests_milli = part_of(attempts.unwrap_or(requests), left).min(requests);
        }
    }

    /// The part of a group of alternatives that lets the most through, the first of several; as the tree was gone through last.
    fn best_of(&self, group: usize) -> Option<u32> {
        let ways = &self.scratch.borrow().ways;
        self.children[group].iter().copied().max_by_key(|&part| (ways[part as usize].passed(), std::cmp::Reverse(part)))
    }

    /// From `from` to `to` the ways were as they are.
    pub fn book_ways(&self, into: &mut Vec<States<WayLoad>>, from: SimTime, to: SimTime) {
        let Some(times) = &self.times else { return };
        let mut loads = times.loads.borrow_mut();
        self.find_loads(times, &mut loads, |_| 0);
        if into.len() < loads.len() {
            into.resize_with(loads.len(), States::default);
        }
        let used = into.iter_mut().zip(loads.iter()).filter(|(_, load)| load.requests_milli > 0);
        used.for_each(|(states, &load)| states.add(load, from, to));
    }
}
